//! Finds the schema's sheets and columns in a workbook, types the cells, runs the checks.
//!
//! In: a schema and a workbook of raw cells. Out: a [`Dataset`] whose values know their cells, and every finding at once.
//! `locate` finds sheets and headers, `mapping` is what the user says of them, `form`, `table` and `list` read one layout
//! each, `transpose` a table that lies on its side, `column` types a cell, `check` holds the checks, one file each. Nothing
//! is dropped in silence: what is not read is told.

mod account;
mod annotated;
mod check;
mod column;
mod compute;
mod findings;
mod form;
mod keyed;
mod list;
mod locate;
mod mapping;
mod table;
mod transpose;
mod values;
mod wording;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

pub use self::account::{Account, REASONS, Reason, Skipped};
pub use self::annotated::{FINDINGS_SHEET, findings_mark, is_findings_sheet};
pub use self::compute::ComputedColumn;
use self::findings::Findings;
pub(crate) use self::locate::{Labels, TabName, Written, is_running_number, label_text, unit_of};
pub use self::mapping::{MAPPING_FILE, Mapping};
pub(crate) use self::table::{Columns, header_text, is_label_row, is_numbering, undated};
use crate::diagnostic::{CellRef, Diagnostics};
use crate::formula::Budget;
use crate::schema::{Layout, Schema};
use crate::value::{Format, Value};
use crate::workbook::{self, Picture, Workbook};

/// Typed values of a workbook, in the schema's order. Every value knows its cell.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// One for each sheet of the schema, in its order.
    pub sheets: Vec<SheetData>,
    /// The sheets of the workbook that are none of the schema's: what became of their rows.
    pub others: Vec<Account>,
}

impl Dataset {
    /// What became of the rows of each sheet of the workbook that has any: the schema's first, then the others.
    pub fn accounts(&self) -> Vec<Account> {
        let own = self.sheets.iter().map(|data| Account {
            computed: data
                .computed
                .iter()
                .map(|column| (column.label.clone(), column.rows.len()))
                .collect(),
            ..Account::new(&data.name, data.read, &data.skipped)
        });
        let others = self.others.iter().cloned();
        let has_rows = |account: &Account| account.read > 0 || !account.skipped.is_empty();
        own.chain(others).filter(has_rows).collect()
    }
}

/// The records found on one sheet.
#[derive(Clone, Debug, Default)]
pub struct SheetData {
    /// The sheet's name in the workbook; the schema's name when the workbook has no such sheet.
    pub name: String,
    /// A form has exactly one, a table or list as many as it has data rows.
    pub records: Vec<Record>,
    /// Where each field stands: the column of a table, in the order of the schema's fields.
    pub columns: Vec<Option<u32>>,
    /// Where each field of a form stands, in the order of the schema's fields; empty for tables.
    pub cells: Vec<Option<CellRef>>,
    /// Record index by key, for a keyed table.
    pub by_key: HashMap<Box<str>, usize>,
    /// What is bold or italic in a text value, by its cell: ranges of the value's text as its record holds it. Only for
    /// `text` and `long_text` that a person typed there, and whose letters do not all look alike.
    pub formats: HashMap<CellRef, Box<[Format]>>,
    /// Pictures by the cell that they stand in; see [`SheetData::picture_at`].
    pub pictures: HashMap<CellRef, Picture>,
    /// Whether a table's records stand side by side, its labels in one column: rows and columns above change places.
    pub is_transposed: bool,
    /// The fields whose blank cells were filled in by their formula.
    pub computed: Vec<ComputedColumn>,
    /// How many rows of the workbook its records were read from.
    pub read: usize,
    /// The other rows with content, in order.
    pub skipped: Vec<Skipped>,
}

/// One row of a table or list, or a whole form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// The row, from 0; 0 for a form.
    pub row: u32,
    /// One for each field of the sheet, in its order.
    pub values: Box<[Option<Value>]>,
}

impl SheetData {
    /// The cell of a field of a record; `None` when the workbook has no such column or field.
    pub fn cell(&self, record: &Record, field: usize) -> Option<CellRef> {
        match self.columns.get(field) {
            Some(column) => column.map(|column| match self.is_transposed {
                false => CellRef::new(record.row, column),
                true => CellRef::new(column, record.row),
            }),
            None => self.cells.get(field).copied().flatten(),
        }
    }

    /// The picture of a cell: that which stands in it, else one whose middle lies in it, else one that covers it. In a table
    /// a picture that reaches into the next row is none of that row.
    pub fn picture_at(&self, cell: CellRef) -> Option<&Picture> {
        let is_form = !self.cells.is_empty();
        let covering = self.pictures.iter().filter_map(|(first, picture)| {
            let last = picture.last;
            let middle = CellRef::new(first.row.midpoint(last.row), first.column.midpoint(last.column));
            let covers = (first.row..=last.row).contains(&cell.row)
                && (first.column..=last.column).contains(&cell.column)
                && match (is_form, self.is_transposed) {
                    (true, _) => true,
                    (_, false) => [first.row, middle.row].contains(&cell.row),
                    (_, true) => [first.column, middle.column].contains(&cell.column),
                };
            // Of several the first, wherever the map has it.
            covers.then_some(((middle != cell, *first), picture))
        });
        let covering = || covering.min_by_key(|(rank, _)| *rank).map(|(_, picture)| picture);
        self.pictures.get(&cell).or_else(covering)
    }
}

/// What is bold or italic in a cell's text.
fn formats_at(formats: &[(CellRef, Box<[Format]>)], cell: CellRef) -> &[Format] {
    let found = formats.binary_search_by_key(&cell, |(at, _)| *at).ok();
    found
        .and_then(|index| formats.get(index))
        .map_or(&[], |(_, formats)| formats)
}

/// The typed values of a workbook and everything that is wrong with it, in reading order. Never fails: it gathers.
pub fn build(schema: &Schema, mut workbook: Workbook, mapping: &Mapping) -> (Dataset, Diagnostics) {
    workbook.sheets.retain(|sheet| !is_findings_sheet(sheet));
    let mut findings = Findings::default();
    let mut schema = Cow::Borrowed(schema);
    let mut applied = mapping::Applied::default();
    if !mapping.is_empty() {
        applied = mapping.apply(schema.to_mut(), &workbook, &mut findings);
    }
    let asked = schema.as_read();
    let found = locate::sheets(&asked, &workbook, &applied.tabs, &mut findings);
    let mut order: Vec<String> = Vec::new();
    let mut dataset = Dataset::default();
    let other = |(index, sheet): (usize, &workbook::Sheet)| {
        let unread: Vec<Skipped> = content(sheet)
            .map(|row| Skipped {
                row,
                why: Reason::Unread,
            })
            .collect();
        let is_read = found.iter().flatten().any(|found| found.tab == index);
        (!is_read).then(|| Account::new(&sheet.name, 0, &unread))
    };
    dataset.others = workbook.sheets.iter().enumerate().filter_map(other).collect();
    for (index, declared) in asked.sheets.iter().enumerate() {
        let place = found.get(index).copied().flatten();
        let Some(mut sheet) = place.and_then(|place| take(place, &found, &mut workbook)) else {
            dataset.sheets.push(SheetData::absent(declared));
            continue;
        };
        let mapped = applied.labels.iter().filter(|(_, sheet, _)| *sheet == index);
        let mapped: Vec<(&str, usize)> = mapped.map(|(text, _, field)| (text.as_str(), *field)).collect();
        let mut declared = Cow::Borrowed(declared);
        if !mapped.is_empty() {
            mapping::settle(declared.to_mut(), &mapped, &sheet);
        }
        order.push(sheet.name.clone());
        let pictures = std::mem::take(&mut sheet.pictures);
        let mut data = match declared.layout {
            Layout::Form => {
                let rows: Vec<u32> = content(&sheet).collect();
                let mut data = form::read(&declared, index, sheet, &mut findings);
                data.account(&rows);
                data
            }
            Layout::Table => match transpose::label_column(&declared, &sheet) {
                None => table::read(&declared, index, sheet, &mut findings),
                Some(column) => transpose::read(&declared, index, sheet, column, &mut findings),
            },
            Layout::List => list::read(&declared, index, sheet, &mut findings),
        };
        // Of two in one cell, the one on top.
        data.pictures.extend(pictures);
        dataset.sheets.push(data);
    }
    order.extend(workbook.sheets.into_iter().map(|sheet| sheet.name));
    let budget = Budget::default();
    compute::fill(&schema, &mut dataset, &budget, &mut findings);
    check::rules(&schema, &dataset, &budget, &mut findings);
    (dataset, findings.finish(&order))
}

/// A sheet's own part of its tab: all of it, or a copy where several share it.
fn take(place: locate::Found, all: &[Option<locate::Found>], workbook: &mut Workbook) -> Option<workbook::Sheet> {
    let sharing = all.iter().flatten().filter(|other| other.tab == place.tab).count();
    let tab = workbook.sheets.get_mut(place.tab)?;
    Some(match sharing {
        0 | 1 => std::mem::take(tab),
        _ => place.window.cut(tab),
    })
}

/// The rows of a sheet that have content.
fn content(sheet: &workbook::Sheet) -> impl Iterator<Item = u32> {
    let rows = sheet
        .rows
        .iter()
        .filter(|row| row.cells.iter().any(|cell| !cell.is_blank()));
    rows.map(|row| row.index)
}

impl SheetData {
    /// Accounts for the rows of a form: those in which its values stand were read.
    fn account(&mut self, rows: &[u32]) {
        let used: HashSet<u32> = self.cells.iter().flatten().map(|at| at.row).collect();
        let skipped = rows.iter().filter(|row| !used.contains(row));
        self.skipped = skipped
            .map(|row| Skipped {
                row: *row,
                why: Reason::Text,
            })
            .collect();
        self.read = rows.len() - self.skipped.len();
    }

    /// What a workbook without the sheet gives: an empty record for a form, no rows otherwise. Defaults count.
    fn absent(declared: &crate::schema::Sheet) -> Self {
        let fields = declared.fields.len();
        let mut data = Self {
            name: declared.name.clone(),
            ..Self::default()
        };
        if declared.layout == Layout::Form {
            let defaults = declared
                .fields
                .iter()
                .map(|field| column::Column::new(declared, field).default().cloned());
            data.records.push(Record {
                row: 0,
                values: defaults.collect(),
            });
            data.cells = vec![None; fields];
        } else {
            data.columns = vec![None; fields];
        }
        data
    }
}

#[cfg(test)]
mod tests;
