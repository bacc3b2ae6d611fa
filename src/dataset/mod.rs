//! Finds the schema's sheets and columns in a workbook, types the cells, runs the checks.

use std::collections::HashMap;

use crate::diagnostic::CellRef;
use crate::value::Value;

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
}
