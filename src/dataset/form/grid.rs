//! Where a form's labels stand, and which cell holds the value of each.
//!
//! What a cell is, is decided by structure, not by its words alone: a value may say the same as a label. Labels stand one
//! below the other with their values in a column of their own, or in a row with their values below, or with a value in the
//! same cell. What structure leaves open is told.

use std::collections::HashSet;

use super::super::locate::{Labels, label_text};
use super::super::transpose::is_unit_header;
use crate::diagnostic::CellRef;
use crate::schema::Sheet;
use crate::value::Raw;
use crate::vietnamese::{Charset, fold, is_blank_char};
use crate::workbook::{self, Cell, Formula, Row};

/// Headers of the column to fill in; the first is what `blank` writes.
const VALUE_HEADERS: [&str; 5] = [
    "ghi vao cot nay",
    "gia tri",
    "thong tin can dien",
    "noi dung dien",
    "so lieu",
];
/// Rows in which such a header may stand.
const HEADER_ROWS: usize = 30;
/// Most labels of a form; what comes after so many can only be the same labels again.
const MOST_LABELS: usize = 2_000;
/// Least dots in a row that are a dotted line to write on.
const LEADER: usize = 3;

/// A label found.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub field: usize,
    pub at: CellRef,
    /// The last cell of the label, when it is merged.
    end: CellRef,
    /// What follows its colon in the same cell; blank when that is a dotted line.
    inline: Option<Box<str>>,
    /// Whether its value stands below it.
    is_above: bool,
    /// Whether a colon or a star says that this is a label.
    is_marked: bool,
}

/// A form's labels and the column of its values.
pub(super) struct Grid<'a> {
    pub sheet: &'a workbook::Sheet,
    pub labels: Vec<Label>,
    /// Their cells.
    cells: HashSet<CellRef>,
    /// The column to fill in and its header's row.
    pub value: Option<CellRef>,
    /// Cells that may be a label or the value of the label before them: the two fields.
    pub unclear: Vec<(CellRef, usize, usize)>,
    /// Columns of units, right of the labels.
    units: Vec<u32>,
}

impl<'a> Grid<'a> {
    pub fn new(declared: &Sheet, sheet: &'a workbook::Sheet) -> Self {
        let known = Labels::new(declared);
        let value = value_header(sheet, &known);
        let mut labels = Vec::new();
        for row in &sheet.rows {
            if labels.len() >= MOST_LABELS {
                break;
            }
            for cell in &row.cells {
                // Right of the column to fill in stand explanations, in it stand values.
                if value.is_some_and(|value| row.index <= value.row || cell.column >= value.column) {
                    continue;
                }
                let Some(text) = label_text(cell) else { continue };
                let at = CellRef::new(row.index, cell.column);
                let end = end_of(sheet, at);
                let label = |field, inline: Option<Box<str>>| Label {
                    field,
                    at,
                    end,
                    is_marked: inline.is_some() || is_marked(text),
                    inline,
                    is_above: false,
                };
                match known.find(text) {
                    Some(field) => labels.push(label(field, None)),
                    None => {
                        let pairs = pairs(text, &known);
                        labels.extend(pairs.into_iter().map(|(field, value)| label(field, Some(value.into()))));
                    }
                }
            }
        }
        let first = labels.iter().map(|label| label.at.row).min().unwrap_or(0);
        let before = sheet.rows.iter().filter(|row| row.index <= first);
        let headers = before.flat_map(|row| {
            row.cells
                .iter()
                .filter(|cell| label_text(cell).is_some_and(is_unit_header))
        });
        let mut grid = Self {
            sheet,
            units: headers.map(|cell| cell.column).collect(),
            labels: Vec::new(),
            cells: HashSet::new(),
            value,
            unclear: Vec::new(),
        };
        grid.units
            .retain(|column| !labels.iter().any(|label| label.at.column == *column));
        grid.mark_above(&mut labels);
        grid.settle(declared, labels);
        grid
    }

    pub fn row(&self, row: u32) -> Option<&'a Row> {
        let index = self.sheet.rows.binary_search_by_key(&row, |row| row.index).ok()?;
        self.sheet.rows.get(index)
    }

    /// A cell that says something: no dotted line to write on.
    pub fn cell(&self, at: CellRef) -> Option<&'a Cell> {
        self.row(at.row)?.cell(at.column).filter(|cell| !is_empty(cell))
    }

    pub fn is_label(&self, at: CellRef) -> bool {
        self.cells.contains(&at)
    }

    /// Marks the labels of rows that say nothing but labels, side by side, with their values in the row below.
    fn mark_above(&self, labels: &mut [Label]) {
        let cells: Vec<CellRef> = labels.iter().map(|label| label.at).collect();
        for row in labels.chunk_by_mut(|one, next| one.at.row == next.at.row) {
            let is_row = row.len() >= 2
                && row.iter().all(|label| label.inline.is_none() && self.value.is_none())
                && row
                    .iter()
                    .zip(row.iter().skip(1))
                    .all(|(one, next)| one.end.column + 1 == next.at.column);
            let last = row.last().map_or(CellRef::new(0, 0), |label| label.end);
            let texts = self.row(last.row).or_else(|| self.row(row.first()?.at.row));
            let all = texts.map_or(0, |texts| texts.cells.iter().filter(|cell| !is_empty(cell)).count());
            let below = |label: &Label| CellRef::new(label.end.row + 1, label.at.column);
            let is_open = row.iter().any(|label| self.cell(below(label)).is_some())
                && !row.iter().any(|label| cells.contains(&below(label)));
            // Running numbers may stand before the labels.
            if is_row && is_open && all <= row.len() + 1 {
                for label in row {
                    label.is_above = true;
                }
            }
        }
    }

    /// Keeps of the texts that read like labels those that are some. A text right beside a label may be its value.
    fn settle(&mut self, declared: &Sheet, found: Vec<Label>) {
        let is_doubtful = |index: usize| -> Option<&Label> {
            let label = found.get(index)?;
            let before = found.get(index.checked_sub(1)?)?;
            let is_beside = before.at.row == label.at.row && before.at.column != label.at.column;
            let between = self
                .row(label.at.row)?
                .cells
                .iter()
                .any(|cell| (before.end.column + 1..label.at.column).contains(&cell.column) && !is_empty(cell));
            (is_beside && !between && before.inline.is_none() && !label.is_above).then_some(before)
        };
        let doubtful: Vec<Option<&Label>> = (0..found.len()).map(is_doubtful).collect();
        let certain = || {
            found
                .iter()
                .zip(&doubtful)
                .filter(|(_, doubt)| doubt.is_none())
                .map(|(label, _)| label)
        };
        let mut labels = Vec::new();
        for (label, doubt) in found.iter().zip(&doubtful) {
            let Some(before) = doubt else {
                labels.push(label.clone());
                continue;
            };
            let beside = certain().filter(|other| other.at.column == before.at.column && other.inline.is_none());
            let is_value_column = beside
                .filter(|other| other.at != before.at)
                .any(|other| self.next_text(other) == Some(label.at.column));
            let is_label_column = certain().any(|other| other.at.column == label.at.column);
            let has_certain = certain().any(|other| other.field == label.field);
            if is_value_column && !(label.is_marked && label.inline.is_none()) {
                continue;
            }
            if label.is_marked || is_label_column || label.at.column > before.end.column + 1 {
                labels.push(label.clone());
            } else if !has_certain {
                let text = self.cell(label.at).map(|cell| &cell.raw);
                let reading = declared
                    .fields
                    .get(before.field)
                    .zip(text)
                    .map(|(field, raw)| field.read(raw));
                // A number has no name of a field as its value; a text may.
                match reading.is_some_and(|reading| reading.value.is_some() && reading.fault.is_none()) {
                    false => labels.push(label.clone()),
                    true => self.unclear.push((label.at, before.field, label.field)),
                }
            }
        }
        self.cells = labels.iter().map(|label| label.at).collect();
        self.labels = labels;
    }

    /// The column of the next text right of a label.
    fn next_text(&self, label: &Label) -> Option<u32> {
        let row = self.row(label.at.row)?;
        let mut cells = row.cells.iter();
        let next = cells.find(|cell| cell.column > label.end.column && !is_empty(cell))?;
        Some(next.column)
    }

    /// The next cell with content to the right, unless a label comes first.
    fn right_of(&self, label: &Label) -> Option<u32> {
        let row = self.row(label.at.row)?;
        let mut cells = row
            .cells
            .iter()
            .filter(|cell| cell.column > label.end.column && !is_empty(cell));
        let next = cells.find(|cell| !self.units.contains(&cell.column))?.column;
        (!self.is_label(CellRef::new(label.at.row, next))).then_some(next)
    }

    /// Where a label's value belongs, and the cell there if it has content.
    pub fn value_of(&self, label: &Label) -> (CellRef, Option<Cell>) {
        if let Some(inline) = &label.inline {
            // Beside its label a number can't be typed but as text: no reason to complain.
            let is_number =
                inline.len() <= 15 && inline.bytes().all(|byte| byte.is_ascii_digit()) && !inline.starts_with('0');
            let raw = match inline.parse() {
                Ok(number) if is_number => Raw::Number(number),
                _ => Raw::Text(inline.clone()),
            };
            let cell = Cell {
                column: label.at.column,
                raw,
                formula: Formula::None,
                charset: Charset::Unknown,
            };
            return (label.at, (!inline.is_empty()).then_some(cell));
        }
        let here = |at: CellRef| (at, self.cell(at).map(without_leaders));
        let place = |column: u32| CellRef::new(label.at.row, column);
        let below = CellRef::new(label.end.row + 1, label.at.column);
        if label.is_above {
            return here(below);
        }
        if let Some(value) = self.value {
            return here(place(value.column));
        }
        // Labels one below the other have their values one below the other too: what stands further to the right for
        // several of them is an explanation.
        let group = self
            .labels
            .iter()
            .filter(|other| other.at.column == label.at.column && other.inline.is_none() && !other.is_above);
        let columns: Vec<u32> = group.clone().filter_map(|other| self.right_of(other)).collect();
        let count = |column: u32| columns.iter().filter(|other| **other == column).count();
        let adjacent = group
            .map(|other| other.end.column + 1)
            .find(|column| columns.contains(column));
        let usual = adjacent.or_else(|| {
            let most = columns.iter().map(|column| count(*column)).max()?;
            columns.iter().copied().filter(|column| count(*column) == most).min()
        });
        if let Some(right) = self.right_of(label)
            && (Some(right) == usual || right == label.end.column + 1 || count(right) == 1)
        {
            return here(place(right));
        }
        if columns.is_empty() && !self.is_label(below) && self.cell(below).is_some() {
            return here(below);
        }
        (place(usual.unwrap_or(label.end.column + 1)), None)
    }
}

/// Whether a text ends with the mark of a required field: `Tên xã *`, `Tên xã (*)`, `Tên xã:`.
fn is_marked(text: &str) -> bool {
    let text = text.trim_end();
    text.ends_with([':', '*']) || text.ends_with("(*)")
}

/// Whether a cell holds nothing but blanks, or a dotted line to write on.
fn is_empty(cell: &Cell) -> bool {
    cell.is_blank() || label_text(cell).is_some_and(|text| leader(text).is_some() && without_leader(text).is_empty())
}

/// The pairs of label and value in one text: “Đơn vị: Xã Tân Hoà; Năm: 2023”, one to a line or all in one.
fn pairs(text: &str, known: &Labels) -> Vec<(usize, String)> {
    let mut pairs: Vec<(usize, String)> = Vec::new();
    for part in text.split_inclusive(['\n', ';']) {
        let pair = part.split_once(':').or_else(|| {
            let (start, length) = leader(part)?;
            Some((part.get(..start)?, part.get(start + length..)?))
        });
        let pair = pair.and_then(|(label, value)| Some((known.find(label)?, value)));
        match (pair, pairs.last_mut()) {
            (Some((field, value)), _) => pairs.push((field, value.to_owned())),
            // A sentence that goes on after its semicolon.
            (None, Some((_, value))) => {
                value.push_str(part);
            }
            // A text that begins with something else is no pair.
            (None, None) => return Vec::new(),
        }
    }
    let count = pairs.len();
    for (index, (_, value)) in pairs.iter_mut().enumerate() {
        let mut own = value.trim();
        if index + 1 < count {
            own = own.trim_end_matches(';');
        }
        *value = without_leader(own).to_owned();
    }
    // A label and a colon alone have their value elsewhere.
    if let [(_, value)] = &pairs[..]
        && value.is_empty()
        && leader(text).is_none()
    {
        return Vec::new();
    }
    pairs
}

/// The first dotted line in a text: where it starts and how long it is, in bytes.
fn leader(text: &str) -> Option<(usize, usize)> {
    let mut start = None;
    let mut dots = 0;
    for (index, sign) in text.char_indices().chain([(text.len(), '\0')]) {
        match sign {
            '.' => dots += 1,
            // One sign of three dots.
            '…' => dots += LEADER,
            _ => {
                if let Some(start) = start.filter(|_| dots >= LEADER) {
                    return Some((start, index - start));
                }
                (start, dots) = (None, 0);
                continue;
            }
        }
        start = start.or(Some(index));
    }
    None
}

/// A text without dotted lines at its ends. What only goes on after one, as in “……/BC-UBND”, was not filled in. A few dots
/// at the end of a text are the user's own.
fn without_leader(text: &str) -> &str {
    let mut text = text.trim_matches(is_blank_char);
    while let Some((start, length)) = leader(text) {
        let (before, after) = (
            text.get(..start).unwrap_or_default(),
            text.get(start + length..).unwrap_or_default(),
        );
        let (before, after) = (before.trim_matches(is_blank_char), after.trim_matches(is_blank_char));
        if before.is_empty() && !after.starts_with(['/', '-', ',']) {
            text = after;
        } else if before.is_empty() {
            return "";
        } else if after.is_empty() && length >= 2 * LEADER {
            return before;
        } else {
            break;
        }
    }
    text
}

/// A cell's own content, without a dotted line around it.
fn without_leaders(cell: &Cell) -> Cell {
    let mut cell = cell.clone();
    if let Raw::Text(text) = &cell.raw
        && leader(text).is_some()
    {
        let plain = without_leader(text);
        if plain.len() < text.trim().len() {
            cell.raw = Raw::Text(plain.into());
        }
    }
    cell
}

/// The header of the column to fill in.
fn value_header(sheet: &workbook::Sheet, known: &Labels) -> Option<CellRef> {
    for row in sheet.rows.iter().take(HEADER_ROWS) {
        for cell in row.cells.iter().skip(1) {
            let Some(text) = label_text(cell) else { continue };
            if text.len() <= 80 && VALUE_HEADERS.contains(&fold(text).as_str()) {
                // Beside a label the same words are a value.
                let mut texts = row.cells.iter().filter_map(label_text);
                let beside_label = texts.any(|text| known.find(text).is_some());
                return (!beside_label).then_some(CellRef::new(row.index, cell.column));
            }
        }
    }
    None
}

/// The last cell of a merged one, else the cell itself.
fn end_of(sheet: &workbook::Sheet, at: CellRef) -> CellRef {
    let merged = sheet.merged.iter().find(|(first, _)| *first == at);
    merged.map_or(at, |(_, last)| *last)
}
