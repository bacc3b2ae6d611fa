//! Finds the schema's sheets and columns in a workbook, types the cells, runs the checks.
//!
//! In: a schema and a workbook of raw cells. Out: a [`Dataset`] whose values know their cells, and every finding at once.
//! `locate` finds sheets and headers, `form`, `table` and `list` read one layout each, `column` types a cell, `check`
//! holds the checks, one file each. Nothing is dropped in silence: what is not read is told.

mod annotated;
mod check;
mod column;
mod findings;
mod form;
mod keyed;
mod list;
mod locate;
mod table;

use std::collections::HashMap;

pub use self::annotated::{FINDINGS_SHEET, findings_mark, is_findings_sheet};
use self::findings::Findings;
use crate::diagnostic::{CellRef, Diagnostics};
use crate::schema::{Layout, Schema};
use crate::value::{Format, Value};
use crate::workbook::{Picture, Workbook};

/// Typed values of a workbook, in the schema's order. Every value knows its cell.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// One for each sheet of the schema, in its order.
    pub sheets: Vec<SheetData>,
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
            Some(column) => column.map(|column| CellRef::new(record.row, column)),
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
                && (is_form || [first.row, middle.row].contains(&cell.row));
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
pub fn build(schema: &Schema, mut workbook: Workbook) -> (Dataset, Diagnostics) {
    workbook.sheets.retain(|sheet| !is_findings_sheet(sheet));
    let mut findings = Findings::default();
    let found = locate::sheets(schema, &workbook, &mut findings);
    let mut order: Vec<String> = Vec::new();
    let mut dataset = Dataset::default();
    for (index, (declared, found)) in schema.sheets.iter().zip(found).enumerate() {
        let taken = found
            .and_then(|found| workbook.sheets.get_mut(found))
            .map(std::mem::take);
        let data = match taken {
            None => SheetData::absent(declared),
            Some(mut sheet) => {
                order.push(sheet.name.clone());
                let pictures = std::mem::take(&mut sheet.pictures);
                let mut data = match declared.layout {
                    Layout::Form => form::read(declared, index, sheet, &mut findings),
                    Layout::Table => table::read(declared, index, sheet, &mut findings),
                    Layout::List => list::read(declared, index, sheet, &mut findings),
                };
                // Of two in one cell, the one on top.
                data.pictures.extend(pictures);
                data
            }
        };
        dataset.sheets.push(data);
    }
    order.extend(workbook.sheets.into_iter().map(|sheet| sheet.name));
    check::rules(schema, &dataset, &mut findings);
    (dataset, findings.finish(&order))
}

impl SheetData {
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
