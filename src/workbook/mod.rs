//! Bytes to sheets of raw cells with their formats; knows no schema.

use std::collections::BTreeMap;

use crate::diagnostic::CellRef;
use crate::value::Raw;

/// A workbook as the file holds it.
#[derive(Clone, Debug, Default)]
pub struct Workbook {
    /// Sheets in tab order.
    pub sheets: Vec<Sheet>,
    /// Custom document properties, by name.
    pub properties: BTreeMap<String, String>,
}

/// One sheet: only cells that hold something.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// The name on the tab.
    pub name: String,
    /// Whether the tab is hidden.
    pub hidden: bool,
    /// Rows that hold something, in order.
    pub rows: Vec<Row>,
    /// Merged ranges: first and last cell.
    pub merged: Vec<(CellRef, CellRef)>,
    /// Hidden columns: first and last, from 0.
    pub hidden_columns: Vec<(u32, u32)>,
}

/// A row with at least one cell.
#[derive(Clone, Debug)]
pub struct Row {
    /// From 0.
    pub index: u32,
    /// Whether the row is hidden or filtered out.
    pub hidden: bool,
    /// Cells in order of their columns.
    pub cells: Vec<Cell>,
}

/// A cell that holds something.
#[derive(Clone, Debug)]
pub struct Cell {
    /// From 0.
    pub column: u32,
    /// The content.
    pub raw: Raw,
    /// Whether a formula stands behind it.
    pub formula: Formula,
}

/// Whether a cell's content comes from a formula.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Formula {
    /// Typed in.
    #[default]
    None,
    /// The result that the last program to save the file computed.
    Computed,
    /// Never computed: the content is no result.
    NotComputed,
}
