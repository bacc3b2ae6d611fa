//! Reads a form: label and value pairs, wherever each pair stands.
//!
//! The value of a label is the cell in the column headed as the one to fill in, else the next cell to the right, else
//! what follows the label's colon, else the cell below.

use super::column::Column;
use super::findings::Findings;
use super::locate::{Labels, label_text};
use super::{Record, SheetData, formats_at};
use crate::diagnostic::{CellRef, Diagnostic, Place};
use crate::schema::Sheet;
use crate::text;
use crate::value::{Format, Raw};
use crate::vietnamese::{Charset, fold, nearest};
use crate::workbook::{self, Cell, Formula, Row};

/// Headers of the column to fill in; the first is what `blank` writes.
const VALUE_HEADERS: [&str; 4] = ["ghi vao cot nay", "gia tri", "thong tin can dien", "noi dung dien"];
/// How many texts are searched for a misspelt label.
const MOST_TEXTS: usize = 1_000;

/// A label found.
struct Label {
    field: usize,
    at: CellRef,
    /// The last column of the label, when it is merged.
    end: u32,
    /// What follows its colon in the same cell.
    inline: Option<Box<str>>,
}

struct Grid<'a> {
    sheet: &'a workbook::Sheet,
    labels: Vec<Label>,
    /// The column to fill in and its header's row.
    value: Option<CellRef>,
}

/// Reads a sheet laid out as a form.
pub(super) fn read(declared: &Sheet, index: usize, sheet: workbook::Sheet, findings: &mut Findings) -> SheetData {
    let grid = Grid::new(declared, &sheet);
    let places: Vec<(usize, CellRef, Option<Cell>)> = grid
        .labels
        .iter()
        .map(|label| {
            let (at, cell) = grid.value_of(label);
            (label.field, at, cell)
        })
        .collect();
    let used: Vec<CellRef> = places.iter().map(|(_, at, _)| *at).collect();
    let mut data = SheetData {
        name: sheet.name.clone(),
        cells: vec![None; declared.fields.len()],
        ..SheetData::default()
    };
    let mut values = Vec::with_capacity(declared.fields.len());
    let mut misspelt: Vec<CellRef> = Vec::new();
    for (field_index, field) in declared.fields.iter().enumerate() {
        let column = Column::new(declared, field);
        let mine: Vec<&(usize, CellRef, Option<Cell>)> =
            places.iter().filter(|(field, ..)| *field == field_index).collect();
        let chosen = mine.iter().find(|(_, _, cell)| cell.is_some()).or(mine.first());
        let Some((_, at, cell)) = chosen else {
            if let Some(at) = report_missing(&column, &grid, &used, &misspelt, findings) {
                misspelt.push(at);
            }
            // Told, so no rule needs to ask for it again.
            findings.mark_faulty((index, 0, field_index));
            values.push(column.default().cloned());
            continue;
        };
        if let Some(slot) = data.cells.get_mut(field_index) {
            *slot = Some(*at);
        }
        let place = |at: CellRef| Place::Cell(sheet.name.clone(), at);
        let value = column.read(cell.as_ref(), || place(*at), (index, 0, field_index), findings);
        for (_, other, other_cell) in mine.iter().filter(|(_, other, cell)| other != at && cell.is_some()) {
            let other_value = other_cell.as_ref().and_then(|cell| field.read(&cell.raw).value);
            if other_value != value {
                let label = &field.label;
                findings.push(
                    Diagnostic::error(
                        "muc/trung",
                        place(*other),
                        text!(
                            "mục «{label}» có hai giá trị khác nhau: ở {at} và ở {other}",
                            "field «{label}» has two different values: at {at} and at {other}"
                        ),
                    )
                    .field(&field.id)
                    .hint(text!("giữ một ô, xóa ô kia", "keep one of them, delete the other")),
                );
            }
        }
        if let Some(Raw::Text(text)) = cell.as_ref().map(|cell| &cell.raw) {
            let formats = column.formats(text, &grid.formats(*at, text), value.as_ref());
            if !formats.is_empty() {
                data.formats.insert(*at, formats);
            }
        }
        values.push(value);
    }
    grid.report_unknown(&misspelt, findings);
    grid.report_beside(declared, findings);
    grid.report_hidden(&used, findings);
    data.records.push(Record {
        row: 0,
        values: values.into(),
    });
    data
}

impl<'a> Grid<'a> {
    fn new(declared: &Sheet, sheet: &'a workbook::Sheet) -> Self {
        let known = Labels::new(declared);
        let value = value_header(sheet, &known);
        let mut labels = Vec::new();
        for row in &sheet.rows {
            for cell in &row.cells {
                // Right of the column to fill in stand explanations, in it stand values.
                if value.is_some_and(|value| row.index <= value.row || cell.column >= value.column) {
                    continue;
                }
                let Some(text) = label_text(cell) else { continue };
                let at = CellRef::new(row.index, cell.column);
                if let Some(field) = known.find(text) {
                    labels.push(Label {
                        field,
                        at,
                        end: end_of(sheet, at),
                        inline: None,
                    });
                } else if let Some((before, after)) = text.split_once(':')
                    && !after.trim().is_empty()
                    && let Some(field) = known.find(before)
                {
                    labels.push(Label {
                        field,
                        at,
                        end: end_of(sheet, at),
                        inline: Some(after.trim().into()),
                    });
                }
            }
        }
        drop_values(&mut labels);
        Self { sheet, labels, value }
    }

    fn row(&self, row: u32) -> Option<&'a Row> {
        let index = self.sheet.rows.binary_search_by_key(&row, |row| row.index).ok()?;
        self.sheet.rows.get(index)
    }

    fn cell(&self, at: CellRef) -> Option<&'a Cell> {
        self.row(at.row)?.cell(at.column).filter(|cell| !cell.is_blank())
    }

    fn is_label(&self, at: CellRef) -> bool {
        self.labels.iter().any(|label| label.at == at)
    }

    /// The next cell with content to the right, unless a label comes first.
    fn right_of(&self, label: &Label) -> Option<u32> {
        let row = self.row(label.at.row)?;
        let mut cells = row
            .cells
            .iter()
            .filter(|cell| cell.column > label.end && !cell.is_blank());
        let next = cells.next()?.column;
        (!self.is_label(CellRef::new(label.at.row, next))).then_some(next)
    }

    /// Where a label's value belongs, and the cell there if it has content.
    fn value_of(&self, label: &Label) -> (CellRef, Option<Cell>) {
        let place = |column: u32| CellRef::new(label.at.row, column);
        if let Some(inline) = &label.inline {
            let cell = Cell {
                column: label.at.column,
                raw: Raw::Text(inline.clone()),
                formula: Formula::None,
                charset: Charset::Unknown,
            };
            return (label.at, Some(cell));
        }
        if let Some(value) = self.value {
            let at = place(value.column);
            return (at, self.cell(at).cloned());
        }
        // Labels one below the other have their values one below the other too: what stands further to the right for
        // several of them is an explanation.
        let group = self
            .labels
            .iter()
            .filter(|other| other.at.column == label.at.column && other.inline.is_none());
        let columns: Vec<u32> = group.clone().filter_map(|other| self.right_of(other)).collect();
        let count = |column: u32| columns.iter().filter(|other| **other == column).count();
        let adjacent = group.map(|other| other.end + 1).find(|column| columns.contains(column));
        let usual = adjacent.or_else(|| {
            let most = columns.iter().map(|column| count(*column)).max()?;
            columns.iter().copied().filter(|column| count(*column) == most).min()
        });
        if let Some(right) = self.right_of(label)
            && (Some(right) == usual || right == label.end + 1 || count(right) == 1)
        {
            return (place(right), self.cell(place(right)).cloned());
        }
        if columns.is_empty() {
            let below = CellRef::new(label.at.row + 1, label.at.column);
            if let Some(cell) = self.cell(below).filter(|_| !self.is_label(below)) {
                return (below, Some(cell.clone()));
            }
        }
        (place(usual.unwrap_or(label.end + 1)), None)
    }

    /// What is bold or italic in a value's text. After a label's colon that is the end of the cell's text.
    fn formats(&self, at: CellRef, text: &str) -> Vec<Format> {
        let whole = self.cell(at).and_then(label_text).unwrap_or_default();
        let start = whole.rfind(text).unwrap_or(whole.len());
        let within = formats_at(&self.sheet.formats, at)
            .iter()
            .filter(|format| format.range.end > start);
        let shifted = within.map(|format| Format {
            range: format.range.start.saturating_sub(start)..format.range.end - start,
            ..format.clone()
        });
        shifted.collect()
    }

    /// Warns of filled lines whose label the schema doesn't know.
    fn report_unknown(&self, misspelt: &[CellRef], findings: &mut Findings) {
        let Some(value) = self.value else { return };
        for row in self.sheet.rows.iter().filter(|row| row.index > value.row) {
            let at = CellRef::new(row.index, value.column);
            let label = row
                .cells
                .iter()
                .rfind(|cell| cell.column < value.column && !cell.is_blank());
            let known = self.labels.iter().any(|label| label.at.row == row.index)
                || label.is_some_and(|label| misspelt.contains(&CellRef::new(row.index, label.column)));
            if known || self.cell(at).is_none() {
                continue;
            }
            let label = label
                .and_then(label_text)
                .map(|label| crate::diagnostic::shorten(label.trim()));
            let label = label.unwrap_or_default();
            findings.push(
                Diagnostic::warning(
                    "muc/la",
                    Place::Cell(self.sheet.name.clone(), at),
                    text!(
                        "mẫu không có mục «{label}»; ô này không được dùng",
                        "the pack knows no field «{label}»; this cell is not used"
                    ),
                )
                .hint(text!(
                    "xóa dòng này, hoặc chép giá trị sang đúng mục của mẫu",
                    "delete the row, or move the value to the pack's field"
                )),
            );
        }
    }

    /// Warns of content in a field's row beyond the column to fill in, unless its column has a header: there stand the
    /// explanations that `blank` writes and locks.
    fn report_beside(&self, declared: &Sheet, findings: &mut Findings) {
        let Some(value) = self.value else { return };
        for label in &self.labels {
            let (Some(row), Some(field)) = (self.row(label.at.row), declared.fields.get(label.field)) else {
                continue;
            };
            for cell in row
                .cells
                .iter()
                .filter(|cell| cell.column > value.column && !cell.is_blank())
            {
                if self.cell(CellRef::new(value.row, cell.column)).is_some() {
                    continue;
                }
                let name = &field.label;
                findings.push(
                    Diagnostic::warning(
                        "o/ngoai-cot",
                        Place::Cell(self.sheet.name.clone(), CellRef::new(label.at.row, cell.column)),
                        text!(
                            "ô này ở dòng của mục «{name}» nhưng ngoài cột cần ghi nên không được dùng",
                            "this cell is in the row of field «{name}» but outside the column to fill in, so it is not used"
                        ),
                    )
                    .field(&field.id)
                    .hint(text!(
                        "chuyển nội dung sang ô {}, hoặc xóa",
                        "move it to {}, or delete it",
                        CellRef::new(label.at.row, value.column)
                    )),
                );
            }
        }
    }

    fn report_hidden(&self, used: &[CellRef], findings: &mut Findings) {
        let hidden = |at: &&CellRef| self.row(at.row).is_some_and(|row| row.hidden) && self.cell(**at).is_some();
        let mut cells: Vec<CellRef> = used.iter().filter(hidden).copied().collect();
        cells.sort();
        let Some((first, more)) = cells.split_first() else {
            return;
        };
        let mut finding = Diagnostic::warning(
            "dong/an",
            Place::Cell(self.sheet.name.clone(), *first),
            text!(
                "{count} mục nằm ở dòng đang ẩn nhưng vẫn được đọc",
                "{count} fields stand in hidden rows, yet they are read",
                count = cells.len()
            ),
        )
        .hint(text!(
            "bỏ ẩn các dòng này để kiểm tra",
            "unhide these rows to check them"
        ));
        finding.more = more.to_vec();
        findings.push(finding);
    }
}

/// Takes out what only looks like a label: the value “xã” of a field beside the label «Xã» of another. A label that comes
/// first in its row is one for certain; one further right is the second pair of its row, unless its field has a certain
/// label elsewhere.
fn drop_values(labels: &mut Vec<Label>) {
    let mut certain: Vec<usize> = Vec::new();
    let mut row = None;
    for label in labels.iter() {
        if row != Some(label.at.row) {
            certain.push(label.field);
            row = Some(label.at.row);
        }
    }
    row = None;
    labels.retain(|label| {
        let first = row != Some(label.at.row);
        row = Some(label.at.row);
        first || !certain.contains(&label.field)
    });
}

/// The header of the column to fill in.
fn value_header(sheet: &workbook::Sheet, known: &Labels) -> Option<CellRef> {
    for row in sheet.rows.iter().take(30) {
        for cell in row.cells.iter().skip(1) {
            let Some(text) = label_text(cell) else { continue };
            if text.len() <= 80 && VALUE_HEADERS.contains(&fold(text).as_str()) {
                // Beside a label the same words are a value.
                let beside_label = row
                    .cells
                    .iter()
                    .filter_map(label_text)
                    .any(|text| known.find(text).is_some());
                return (!beside_label).then_some(CellRef::new(row.index, cell.column));
            }
        }
    }
    None
}

fn end_of(sheet: &workbook::Sheet, at: CellRef) -> u32 {
    let merged = sheet.merged.iter().find(|(first, _)| *first == at);
    merged.map_or(at.column, |(_, last)| last.column)
}

/// Tells that a field has no label; returns the cell of a misspelt one.
fn report_missing(
    column: &Column,
    grid: &Grid,
    used: &[CellRef],
    misspelt: &[CellRef],
    findings: &mut Findings,
) -> Option<CellRef> {
    let field = column.field;
    let label = &field.label;
    let sheet = &grid.sheet.name;
    let texts: Vec<(CellRef, &str)> = grid
        .sheet
        .rows
        .iter()
        .filter(|row| grid.value.is_none_or(|value| row.index > value.row))
        .flat_map(|row| {
            row.cells
                .iter()
                .map(|cell| (CellRef::new(row.index, cell.column), cell))
        })
        .filter(|(at, _)| grid.value.is_none_or(|value| at.column < value.column))
        .filter(|(at, _)| !used.contains(at) && !grid.is_label(*at) && !misspelt.contains(at))
        .filter_map(|(at, cell)| Some((at, label_text(cell)?)))
        .map(|(at, text)| (at, text.split(':').next().unwrap_or(text)))
        .filter(|(_, text)| text.len() <= 200)
        .take(MOST_TEXTS)
        .collect();
    let near = std::iter::once(label)
        .chain(&field.aliases)
        .find_map(|label| nearest(label, texts.iter().map(|(_, text)| *text)))
        .and_then(|near| texts.iter().find(|(_, text)| *text == near));
    if let Some((at, near)) = near {
        let near = near.trim();
        let message = text!(
            "không có mục «{label}»; «{near}» – có phải «{label}»?",
            "there is no field «{label}»; is «{near}» meant to be «{label}»?"
        );
        // An error even where the field is optional: its value would be left out of the document.
        findings.push(
            Diagnostic::error("muc/sai-ten", Place::Cell(sheet.clone(), *at), message)
                .field(&field.id)
                .hint(text!("sửa ô này thành «{label}»", "change this cell to «{label}»")),
        );
        return Some(*at);
    }
    if field.required && column.default().is_none() {
        findings.push(
            Diagnostic::error(
                "muc/thieu",
                Place::Sheet(sheet.clone()),
                text!("thiếu mục «{label}»", "field «{label}» is missing"),
            )
            .field(&field.id)
            .hint(text!(
                "thêm một dòng: «{label}» ở cột nhãn, giá trị ở ô bên phải",
                "add a row: «{label}» as the label, its value in the cell to the right"
            )),
        );
    }
    None
}
