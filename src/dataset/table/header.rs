//! The header of a table: where it stands, and which column is which field.
//!
//! In: the cells of a sheet. Out: a [`Header`]. A header takes one to four rows; each column has its stack of labels, the
//! topmost first, labels of merged cells in each row and column that they cover. A stack is tried as a whole (`Xã / Kế hoạch`),
//! then without its upper labels, then the same without years, then an upper label that stands over this column alone. What
//! comes first wins; two columns that come equally early are told, never chosen from. No row with figures is a header row.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::place;
use crate::dataset::findings::Findings;
use crate::dataset::locate::{Labels, ask, is_running_number, label_text, unit_of};
use crate::diagnostic::{CellRef, Diagnostic};
use crate::schema::{Field, Sheet};
use crate::text;
use crate::value::Raw;
use crate::vietnamese::{fold, trim};
use crate::workbook::{self, Cell, Row};

/// The header stands among the first rows with content; further down only where there is none.
const HEADER_ROWS: usize = 30;
const MOST_HEADER_ROWS: usize = 300;
/// Most rows of a header.
const DEPTH: u32 = 4;
/// Most columns that a header has labels in.
const MOST_COLUMNS: usize = 1_024;

/// Where the header stands, and which columns it names.
#[derive(Debug, Default)]
pub(in crate::dataset) struct Header {
    /// The first row of the header.
    pub first: u32,
    /// The row of the labels.
    pub row: u32,
    /// The first row that may hold data.
    pub data: u32,
    /// The column of each field.
    pub columns: Vec<Option<u32>>,
    /// The column of running numbers.
    pub running: Option<u32>,
    /// Headers that are no field's.
    pub unknown: Vec<Unknown>,
    /// Columns that carry the same field once more.
    pub duplicates: Vec<(usize, CellRef)>,
    /// The cell of each field's label.
    cells: Vec<Option<CellRef>>,
}

/// A header that is no field's.
#[derive(Debug)]
pub(in crate::dataset) struct Unknown {
    /// Its lowest label.
    pub at: CellRef,
    /// All its labels.
    pub text: String,
    lowest: String,
}

impl Header {
    /// A header made up for a list that has none: its one column, data from a row on.
    pub fn plain(column: u32, data: u32, running: Option<u32>) -> Self {
        Self {
            first: data,
            row: data.saturating_sub(1),
            data,
            columns: vec![Some(column)],
            running,
            cells: vec![None],
            ..Self::default()
        }
    }

    /// Gives the columns that the user names by their letters to their fields, whatever their headers say.
    pub fn pin(&mut self, declared: &Sheet) {
        for (index, field) in declared.fields.iter().enumerate() {
            let Some(column) = field.mapped_column else { continue };
            self.unknown.retain(|unknown| unknown.at.column != column);
            self.duplicates
                .retain(|(other, at)| *other != index && at.column != column);
            self.running = self.running.filter(|running| *running != column);
            for (other, slot) in self.columns.iter_mut().enumerate() {
                if other == index {
                    *slot = Some(column);
                } else if *slot == Some(column) {
                    *slot = None;
                }
            }
            if let Some(cell) = self.cells.get_mut(index) {
                *cell = Some(CellRef::new(self.row, column));
            }
        }
    }

    fn found(&self) -> usize {
        self.columns.iter().flatten().count()
    }

    fn texts(&self) -> usize {
        self.found() + self.duplicates.len() + self.unknown.len() + usize::from(self.running.is_some())
    }

    /// A title may happen to be the label of one column.
    fn is_convincing(&self, declared: &[Field]) -> bool {
        is_convincing(self.found(), self.texts(), declared)
    }
}

fn is_convincing(found: usize, texts: usize, declared: &[Field]) -> bool {
    found >= 2 || found == 1 && (texts >= 2 || asked(declared) == 1)
}

/// How many fields have columns at all.
fn asked(declared: &[Field]) -> usize {
    declared.iter().filter(|field| field.derive.is_none()).count()
}

/// The header of a table: the rows that name the most columns.
pub(super) fn find(declared: &Sheet, labels: &Labels, sheet: &workbook::Sheet) -> Option<Header> {
    let declared = declared.fields.as_slice();
    let finder = Finder {
        declared,
        labels,
        sheet,
    };
    let Some(index) = finder.best_row() else {
        return finder.search();
    };
    let row = sheet.rows.get(index)?.index;
    let mut best = finder.header(row, row);
    let is_whole = best.duplicates.is_empty()
        && (best.found() == asked(declared) || best.unknown.is_empty() && finder.has_required(&best));
    if is_whole {
        return Some(best);
    }
    let lower = sheet.rows.get(index + 1..).unwrap_or_default();
    let lower = std::iter::once(row).chain(contiguous(row, lower.iter()).map(|row| row.index));
    let upper = sheet.rows.get(..index).unwrap_or_default();
    for bottom in lower {
        let above = upper.iter().rev().take(DEPTH as usize - 1).enumerate();
        let above = above.take_while(|(step, above)| above.index + 1 + *step as u32 == row);
        for top in std::iter::once(row).chain(above.map(|(_, above)| above.index)) {
            if bottom - top >= DEPTH {
                break;
            }
            let header = finder.header(top, bottom);
            if header.is_convincing(declared) && better(&header, &best) {
                best = header;
            }
        }
    }
    Some(best)
}

/// The rows right below a header row that may be header rows themselves.
fn contiguous<'r>(row: u32, below: impl Iterator<Item = &'r Row>) -> impl Iterator<Item = &'r Row> {
    (row + 1..row + DEPTH)
        .zip(below)
        .take_while(|(wanted, row)| row.index == *wanted && is_label_row(row))
        .map(|(_, row)| row)
}

/// Whether a header names more columns than another, or as many with fewer doubts. Of equals the one with fewer rows stays.
fn better(header: &Header, than: &Header) -> bool {
    let rank = |header: &Header| (header.found(), std::cmp::Reverse(header.duplicates.len()));
    rank(header) > rank(than)
}

/// The header of a list, if it has one: the last row that says the label, since the title above may say the same.
pub(in crate::dataset) fn of_list(declared: &Sheet, sheet: &workbook::Sheet) -> Option<Header> {
    let labels = Labels::new(declared);
    let finder = Finder {
        declared: &declared.fields,
        labels: &labels,
        sheet,
    };
    // Among the first few rows: an item further down may say the same by chance.
    let mut found: Option<Header> = None;
    for row in sheet.rows.iter().take(HEADER_ROWS) {
        let near = found.as_ref().is_none_or(|found| row.index <= found.row + 3);
        if near && finder.count(row).0 > 0 {
            found = Some(finder.header(row.index, row.index));
        }
    }
    found
}

/// What stands above the columns of a table that no schema describes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    /// The first row of the header.
    pub first: u32,
    /// The first row that may hold data.
    pub data: u32,
    /// The column of running numbers.
    pub running: Option<u32>,
    /// The other columns that have labels, in order: those of a column joined as a schema's label would be.
    pub labels: Vec<(u32, String)>,
}

impl Columns {
    /// The columns below the rows from `top` to `bottom`; rows that merged labels reach down into belong to the header.
    pub fn read(sheet: &workbook::Sheet, top: u32, bottom: u32) -> Self {
        let finder = Finder {
            declared: &[],
            labels: &Labels::default(),
            sheet,
        };
        let header = finder.header(top, bottom);
        let labels = header.unknown.into_iter();
        let mut labels: Vec<(u32, String)> = labels.map(|unknown| (unknown.at.column, unknown.text)).collect();
        labels.sort_unstable();
        Self {
            first: header.first,
            data: header.data,
            running: header.running,
            labels,
        }
    }
}

/// A header's label without its years: `Kế hoạch năm 2003` is `Kế hoạch`. `None` when there are no years, or nothing else.
pub(crate) fn undated(label: &str) -> Option<String> {
    let parts = label.split(" / ").map(|text| Label {
        at: CellRef::new(0, 0),
        text: text.into(),
    });
    without_years(&parts.collect::<Vec<_>>()).map(|parts| join(&parts, " / "))
}

struct Finder<'a> {
    declared: &'a [Field],
    labels: &'a Labels,
    sheet: &'a workbook::Sheet,
}

impl Finder<'_> {
    fn field(&self, text: &str) -> Option<usize> {
        let field = self.labels.find(text)?;
        // What is derived has no column, whatever a header says.
        let declared = self.declared.get(field)?;
        declared.derive.is_none().then_some(field)
    }

    fn has_required(&self, header: &Header) -> bool {
        let mut fields = self.declared.iter().zip(&header.columns);
        fields.all(|(field, column)| !field.required || column.is_some())
    }

    fn row(&self, row: u32) -> Option<&Row> {
        let index = self.sheet.rows.binary_search_by_key(&row, |row| row.index).ok()?;
        self.sheet.rows.get(index)
    }

    fn text_at(&self, at: CellRef) -> Option<Cow<'_, str>> {
        self.row(at.row)?.cell(at.column).and_then(header_text)
    }

    /// How many fields the texts of a row name, and how many texts there are. Labels merged down into the row count.
    fn count(&self, row: &Row) -> (usize, usize) {
        let own = row.cells.iter().filter_map(label_text).map(Cow::Borrowed);
        let merged = self
            .sheet
            .merged
            .iter()
            .filter(|(first, last)| first.row < row.index && last.row >= row.index);
        let merged = merged.filter_map(|(first, _)| self.text_at(*first));
        let mut found: Vec<usize> = Vec::new();
        let mut texts = 0;
        for text in own.chain(merged) {
            texts += 1;
            found.extend(self.field(&text).filter(|field| !found.contains(field)));
        }
        (found.len(), texts)
    }

    /// The row that names the most columns by itself, by its place among the rows.
    fn best_row(&self) -> Option<usize> {
        let mut best: Option<((usize, usize), usize)> = None;
        for (index, row) in self.sheet.rows.iter().take(MOST_HEADER_ROWS).enumerate() {
            if index >= HEADER_ROWS && best.is_some() {
                break;
            }
            let count = self.count(row);
            let (found, texts) = count;
            if is_convincing(found, texts, self.declared) && best.is_none_or(|(most, _)| count > most) {
                best = Some((count, index));
            }
            // No other row can name more than all of them.
            if found > 1 && found == asked(self.declared) {
                break;
            }
        }
        best.map(|(_, index)| index)
    }

    /// A header whose labels say something only together.
    fn search(&self) -> Option<Header> {
        let mut best: Option<Header> = None;
        let rows = self
            .sheet
            .rows
            .iter()
            .take(MOST_HEADER_ROWS / 3)
            .filter(|row| is_label_row(row));
        for top in rows {
            for bottom in top.index + 1..top.index + DEPTH {
                if !self.row(bottom).is_some_and(is_label_row) {
                    break;
                }
                let header = self.header(top.index, bottom);
                if header.is_convincing(self.declared) && best.as_ref().is_none_or(|best| better(&header, best)) {
                    best = Some(header);
                }
            }
        }
        best
    }

    /// What the rows from `top` to `bottom` are as a header; rows that merged labels reach down into belong to it.
    fn header(&self, top: u32, bottom: u32) -> Header {
        let bottom = self.reach(top, bottom);
        let stacks = self.stacks(top, bottom);
        let mut header = Header {
            first: stacks
                .values()
                .flatten()
                .map(|label| label.at.row)
                .min()
                .unwrap_or(top)
                .min(top),
            row: bottom,
            data: bottom + 1,
            columns: vec![None; self.declared.len()],
            cells: vec![None; self.declared.len()],
            ..Header::default()
        };
        let over = |label: &Label| {
            stacks
                .values()
                .filter(|stack| stack.iter().any(|other| other.at == label.at))
                .count()
        };
        let mut ranked: Vec<(usize, u32, CellRef, usize)> = Vec::new();
        for (&column, stack) in &stacks {
            let Some(lowest) = stack.last() else { continue };
            let found = names(stack, over).find_map(|(rank, name)| Some((rank, self.field(&name)?)));
            if let Some((rank, field)) = found {
                ranked.push((rank, column, lowest.at, field));
            } else if header.running.is_none()
                && (is_running_number(&lowest.text) || is_running_number(&join(stack, " ")))
            {
                header.running = Some(column);
            } else {
                header.unknown.push(Unknown::new(column, stack));
            }
        }
        for (rank, column, at, field) in &ranked {
            let at = CellRef::new(at.row, *column);
            let earlier = ranked
                .iter()
                .filter(|(_, _, _, other)| other == field)
                .map(|(rank, ..)| *rank)
                .min();
            if earlier != Some(*rank) {
                // Another column is named more exactly.
                header
                    .unknown
                    .extend(stacks.get(column).map(|stack| Unknown::new(*column, stack)));
                continue;
            }
            match header.columns.get_mut(*field) {
                Some(slot @ None) => *slot = Some(*column),
                _ => {
                    header.duplicates.push((*field, at));
                    continue;
                }
            }
            if let Some(cell) = header.cells.get_mut(*field) {
                *cell = Some(at);
            }
        }
        header
    }

    /// The last row that merged labels reach down into, as long as no figures stand beside them.
    fn reach(&self, top: u32, bottom: u32) -> u32 {
        let starting = |(first, last): &&(CellRef, CellRef)| {
            (top..=bottom).contains(&first.row) && last.row > bottom && self.text_at(*first).is_some()
        };
        let reached = self
            .sheet
            .merged
            .iter()
            .filter(starting)
            .map(|(_, last)| last.row)
            .max();
        let last = reached.unwrap_or(bottom).min(top + DEPTH - 1);
        let is_free = |row: &u32| {
            self.row(*row)
                .is_none_or(|row| is_label_row(row) && self.is_part(top, row))
        };
        (bottom + 1..=last).take_while(is_free).last().unwrap_or(bottom)
    }

    /// Whether a row beside merged labels says something about the columns: a label, a remark in parentheses, a part of a
    /// group. Else it is data, and somebody merged too many cells of the header.
    fn is_part(&self, top: u32, row: &Row) -> bool {
        let is_group = |(first, last): &&(CellRef, CellRef)| {
            (top..row.index).contains(&first.row) && last.row < row.index && last.column > first.column
        };
        let groups: Vec<_> = self.sheet.merged.iter().filter(is_group).take(MOST_COLUMNS).collect();
        let is_under_group = |column: u32| {
            let mut groups = groups.iter();
            groups.any(|(first, last)| (first.column..=last.column).contains(&column))
        };
        let cells = row.cells.iter().take(MOST_COLUMNS);
        let mut labels = cells.filter_map(|cell| Some((cell.column, header_text(cell)?)));
        labels.any(|(column, text)| {
            is_in_parentheses(trim(&text)) || self.field(&text).is_some() || is_under_group(column)
        })
    }

    /// The labels of each column, the topmost first.
    fn stacks(&self, top: u32, bottom: u32) -> BTreeMap<u32, Vec<Label<'_>>> {
        let mut stacks: BTreeMap<u32, Vec<Label<'_>>> = BTreeMap::new();
        let touching = self
            .sheet
            .merged
            .iter()
            .filter(|(first, last)| first.row <= bottom && last.row >= top);
        let merged: Vec<(CellRef, CellRef)> = touching.take(MOST_COLUMNS).copied().collect();
        // What a cell under a merged one still holds, nobody sees.
        let is_covered = |at: CellRef| {
            merged.iter().any(|(first, last)| {
                *first != at
                    && (first.row..=last.row).contains(&at.row)
                    && (first.column..=last.column).contains(&at.column)
            })
        };
        for row in top..=bottom {
            for cell in self.row(row).map(|row| row.cells.as_slice()).unwrap_or_default() {
                let at = CellRef::new(row, cell.column);
                let has_room = stacks.len() < MOST_COLUMNS;
                if let Some(text) = header_text(cell).filter(|_| has_room && !is_covered(at)) {
                    stacks.entry(cell.column).or_default().push(Label { at, text });
                }
            }
        }
        // Cells merged down from above the rows are labels of their first column.
        for (first, _) in merged.iter().filter(|(first, _)| first.row < top) {
            if let Some(text) = self.text_at(*first).filter(|_| stacks.len() < MOST_COLUMNS) {
                stacks
                    .entry(first.column)
                    .or_default()
                    .insert(0, Label { at: *first, text });
            }
        }
        for (first, last) in merged.iter().filter(|(first, last)| last.column > first.column) {
            let Some(text) = self.text_at(*first) else { continue };
            for (_, stack) in stacks.range_mut(first.column + 1..=last.column) {
                let place = stack.partition_point(|label| label.at.row < first.row);
                stack.insert(
                    place,
                    Label {
                        at: *first,
                        text: text.clone(),
                    },
                );
            }
        }
        // Without merging, a label over the first column of a group stands for the columns at its right that have labels of
        // their own below.
        for row in top..bottom {
            let mut group: Option<Label<'_>> = None;
            for stack in stacks.values_mut() {
                let goes_on = stack.iter().any(|label| label.at.row == row + 1);
                let place = stack.partition_point(|label| label.at.row < row);
                match stack.get(place).filter(|label| label.at.row == row) {
                    Some(own) => {
                        let is_merged = merged.iter().any(|(first, _)| *first == own.at);
                        group = (goes_on && !is_merged).then(|| own.clone());
                    }
                    None if goes_on => stack.extend(group.clone()),
                    None => group = None,
                }
                stack.sort_by_key(|label| label.at.row);
            }
        }
        stacks
    }
}

/// One label of a column: where it is written, and what it says.
#[derive(Clone)]
struct Label<'a> {
    at: CellRef,
    text: Cow<'a, str>,
}

impl Unknown {
    fn new(column: u32, stack: &[Label<'_>]) -> Self {
        let lowest = stack.last();
        Self {
            at: CellRef::new(lowest.map_or(0, |label| label.at.row), column),
            text: join(stack, " / "),
            lowest: lowest.map(|label| label.text.to_string()).unwrap_or_default(),
        }
    }
}

/// What a column may be called, the most exact first, each with its rank: the lower, the more exact.
fn names<'s>(
    stack: &'s [Label<'_>],
    over: impl Fn(&Label<'_>) -> usize + 's,
) -> impl Iterator<Item = (usize, String)> + 's {
    let lower = |stack: &[Label<'_>]| -> Vec<(usize, String)> {
        let from = |drop: usize| stack.get(drop..).unwrap_or_default();
        (0..stack.len()).map(|drop| (drop, join(from(drop), " / "))).collect()
    };
    let whole = (!stack.is_empty()).then(|| (0, join(stack, " / ")));
    // One label whose words were written in several rows: «Đơn vị», «tính».
    let split = (stack.len() > 1).then(|| (0, join(stack, " ")));
    // Worked out only where the whole says nothing.
    let rest = std::iter::once_with(move || {
        let depth = stack.len();
        let alone = stack.iter().rev().skip(1).filter(|label| over(label) == 1);
        let alone: Vec<Label<'_>> = alone.cloned().collect();
        let single = |labels: &[Label<'_>]| labels.iter().map(|label| label.text.to_string()).collect::<Vec<_>>();
        let undated = without_years(stack).map_or_else(Vec::new, |stack| lower(&stack));
        let undated_alone = without_years(&alone).map_or_else(Vec::new, |labels| single(&labels));
        let numbered = |first: usize, names: Vec<String>| (first..).zip(names);
        lower(stack)
            .into_iter()
            .skip(1)
            .chain(undated.into_iter().map(move |(rank, name)| (depth + rank, name)))
            .chain(numbered(2 * depth, single(&alone)))
            .chain(numbered(3 * depth, undated_alone))
            .collect::<Vec<_>>()
    });
    whole.into_iter().chain(split).chain(rest.flatten())
}

/// Labels one after the other; a unit in parentheses belongs to the label above it.
fn join(stack: &[Label<'_>], between: &str) -> String {
    let mut out = String::new();
    for label in stack {
        let text = trim(&label.text);
        if !out.is_empty() {
            out.push_str(if is_in_parentheses(text) { " " } else { between });
        }
        // A line break in a header is a blank, unless it is a label's only one: what stands below may explain it.
        match stack.len() {
            1 => out.push_str(text),
            _ => out.push_str(&text.replace('\n', " ")),
        }
    }
    out
}

fn is_in_parentheses(text: &str) -> bool {
    text.starts_with('(') && text.ends_with(')')
}

/// Labels without their years: `Kế hoạch năm 2003` is `Kế hoạch`, `Ước 2002/TH 2001` is `Ước/TH`; a label that is only a year
/// goes. `None` when there are no years, or nothing else.
fn without_years<'a>(stack: &[Label<'a>]) -> Option<Vec<Label<'a>>> {
    let is_year = |word: &str| {
        let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
        word.len() == 4 && word.parse().is_ok_and(|year: u16| (1900..=2100).contains(&year))
    };
    let mut is_dated = false;
    let mut undated = Vec::new();
    for label in stack {
        if !label.text.split(|c: char| c.is_whitespace() || c == '/').any(is_year) {
            undated.push(label.clone());
            continue;
        }
        is_dated = true;
        let parts = label.text.split('/').map(|part| {
            let mut kept: Vec<&str> = Vec::new();
            for word in part.split_whitespace() {
                if is_year(word) {
                    kept.pop_if(|last| fold(last) == "nam");
                } else {
                    kept.push(word);
                }
            }
            kept.join(" ")
        });
        let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
        if !parts.is_empty() {
            undated.push(Label {
                at: label.at,
                text: parts.join("/").into(),
            });
        }
    }
    (is_dated && !undated.is_empty()).then_some(undated)
}

/// What a cell says as a label; a year may be a number.
pub(crate) fn header_text(cell: &Cell) -> Option<Cow<'_, str>> {
    match &cell.raw {
        Raw::Number(number) if is_year(*number) => Some(number.to_string().into()),
        _ => label_text(cell).map(Cow::Borrowed),
    }
}

fn is_year(number: f64) -> bool {
    number.fract() == 0.0 && (1900.0..=2100.0).contains(&number)
}

/// Whether a row may be one of labels: nothing but texts and years, and no numbering of the columns.
pub(crate) fn is_label_row(row: &Row) -> bool {
    let mut cells = row.cells.iter().filter(|cell| !cell.is_blank()).peekable();
    cells.peek().is_some() && cells.all(|cell| header_text(cell).is_some()) && !super::rows::is_numbering(row, 2, None)
}

/// Tells what is wrong with the header; returns the unknown headers that are misspelt ones.
pub(super) fn report(
    declared: &Sheet,
    header: &Header,
    sheet: &workbook::Sheet,
    findings: &mut Findings,
) -> Vec<usize> {
    let name = &sheet.name;
    let mut misspelt = Vec::new();
    for ((field, column), cell) in declared.fields.iter().zip(&header.columns).zip(&header.cells) {
        if let Some(column) = column {
            report_column(
                field,
                cell.unwrap_or(CellRef::new(header.row, *column)),
                sheet,
                findings,
            );
            continue;
        }
        if field.derive.is_some() {
            continue;
        }
        let free: Vec<(usize, CellRef, &str)> = header
            .unknown
            .iter()
            .enumerate()
            .filter(|(index, _)| !misspelt.contains(index))
            .map(|(index, unknown)| (index, unknown.at, unknown.lowest.as_str()))
            .collect();
        let row = sheet.rows.iter().find(|row| row.index == header.row);
        let first = row.and_then(|row| row.cells.first()).map_or(0, |cell| cell.column);
        if let Some((finding, meant)) = ask::column(field, &free, CellRef::new(header.row, first), sheet) {
            misspelt.extend(meant);
            findings.push(finding);
        }
    }
    for (field, at) in &header.duplicates {
        let Some(declared) = declared.fields.get(*field) else {
            continue;
        };
        let label = &declared.label;
        let first = header.cells.get(*field).copied().flatten().unwrap_or(*at);
        findings.push(
            Diagnostic::error(
                "cot/trung",
                place(name, *at),
                text!(
                    "cần một cột «{label}», có hai: ở {first} và ở {at}",
                    "one column «{label}» is needed, there are two: at {first} and at {at}"
                ),
            )
            .field(&declared.id)
            .hint(text!(
                "xóa hoặc đổi tên cột không dùng",
                "delete or rename the one not in use"
            )),
        );
    }
    misspelt
}

/// Warns of a used column that is hidden, or whose header names another unit of money than the schema.
fn report_column(field: &Field, at: CellRef, sheet: &workbook::Sheet, findings: &mut Findings) {
    let label = &field.label;
    let hidden = |(first, last): &(u32, u32)| (*first..=*last).contains(&at.column);
    if sheet.hidden_columns.iter().any(hidden) {
        findings.push(
            Diagnostic::warning(
                "cot/an",
                place(&sheet.name, at),
                text!(
                    "cột «{label}» đang ẩn nhưng số liệu của nó được dùng",
                    "column «{label}» is hidden, yet its data is used"
                ),
            )
            .field(&field.id)
            .hint(text!(
                "chọn hai cột hai bên, bấm chuột phải, chọn Bỏ ẩn",
                "select the columns on both sides, right-click, choose Unhide"
            )),
        );
    }
    let row = sheet.rows.iter().find(|row| row.index == at.row);
    let header = row.and_then(|row| row.cell(at.column)).and_then(label_text);
    let unit = header.and_then(|header| match is_in_parentheses(trim(header)) {
        true => Some(trim(header).trim_matches(['(', ')'])),
        false => unit_of(header).map(|(_, unit)| unit),
    });
    if let (Some(found), Some(wanted)) = (unit, &field.unit) {
        let (found_key, wanted_key) = (fold(found), fold(wanted));
        let money = |unit: &str| unit.split(' ').any(|word| word == "dong");
        if money(&found_key) && money(&wanted_key) && found_key != wanted_key {
            findings.push(
                Diagnostic::error(
                    "cot/khac-don-vi",
                    place(&sheet.name, at),
                    text!(
                        "cột «{label}» cần tính bằng «{wanted}», tiêu đề ghi «{found}»",
                        "column «{label}» needs «{wanted}», the header says «{found}»"
                    ),
                )
                .field(&field.id)
                .hint(text!(
                    "đổi số liệu sang «{wanted}» rồi sửa tiêu đề",
                    "convert the figures to «{wanted}», then change the header"
                )),
            );
        }
    }
}
