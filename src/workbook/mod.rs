//! Bytes to sheets of raw cells with their formats; knows no schema.
//!
//! In: the bytes of an .xlsx (ECMA-376 part 1, SpreadsheetML). Out: a [`Workbook`] that holds only cells with content, so
//! a declared but empty area costs nothing. Cells come from calamine's streaming reader; what it does not tell (formulas
//! never computed, hidden rows and columns, merged ranges, letters in bold and italic) comes from one look at the sheet's
//! part in `marks`, pictures from `picture`. Every size is held against [`Limits`] before calamine sees the file. Left out
//! on purpose: all other styles, notes, charts, macros.

mod cells;
mod error;
mod kind;
mod marks;
mod picture;
mod rich;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use self::error::{Error, Limit};
pub use self::picture::Picture;
use crate::diagnostic::CellRef;
use crate::opc::{self, Package};
use crate::value::{Format, Raw};
use crate::vietnamese::trim;

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
    /// What is bold or italic in texts whose letters do not all look alike, in order of their cells.
    pub formats: Vec<(CellRef, Box<[Format]>)>,
    /// Pictures and the cells that they stand in, the first of merged cells; the topmost picture last.
    pub pictures: Vec<(CellRef, Picture)>,
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

impl Row {
    /// The cell in a column.
    pub fn cell(&self, column: u32) -> Option<&Cell> {
        let index = self.cells.binary_search_by_key(&column, |cell| cell.column).ok()?;
        self.cells.get(index)
    }
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

impl Cell {
    /// Whether the cell holds nothing but blanks.
    pub fn is_blank(&self) -> bool {
        self.formula != Formula::NotComputed && matches!(&self.raw, Raw::Text(text) if trim(text).is_empty())
    }
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

/// What a workbook may cost to read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most bytes of the file.
    pub file_bytes: u64,
    /// Most bytes of one part, inflated.
    pub part_bytes: u64,
    /// Most bytes of all parts together, inflated.
    pub total_bytes: u64,
    /// Most sheets.
    pub sheets: usize,
    /// Most distinct texts of the workbook.
    pub shared_strings: usize,
    /// Most cells with content, all sheets together.
    pub cells: usize,
    /// Most rows with content of one sheet.
    pub rows: usize,
    /// Most bytes of text, all cells together.
    pub text_bytes: u64,
    /// Most UTF-16 units in one cell; Excel's own limit.
    pub text_length: usize,
    /// Most merged ranges of one sheet.
    pub merged: usize,
    /// Most runs of texts whose letters do not look alike, all cells together.
    pub runs: usize,
    /// Most pictures, all sheets together.
    pub pictures: usize,
    /// Most bytes of all pictures together; one that is shown several times counts once.
    pub picture_bytes: u64,
}

impl Default for Limits {
    /// Far above what a commune's workbook holds, below what hurts an office PC.
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            part_bytes: 256 << 20,
            total_bytes: 512 << 20,
            sheets: 256,
            shared_strings: 2_000_000,
            cells: 4_000_000,
            rows: 500_000,
            text_bytes: 192 << 20,
            text_length: 32_767,
            merged: 100_000,
            runs: 1_000_000,
            pictures: 10_000,
            picture_bytes: 128 << 20,
        }
    }
}

/// The last row of a sheet, from 0 (Excel's limit).
const LAST_ROW: u32 = 1_048_575;
/// The last column of a sheet, from 0 (Excel's limit).
const LAST_COLUMN: u32 = 16_383;

/// Parts are read twice, by `marks` and by calamine. A workbook whose parts are not larger than this together, as nearly all
/// are, is inflated once for both; of larger ones no second copy is held in memory.
const INFLATED_ONCE: u64 = 1 << 20;

/// The sheets of an .xlsx. Errors: another kind of file, a password, damage, a limit.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, Error> {
    if bytes.len() as u64 > limits.file_bytes {
        return Err(Error::TooLarge(Limit::FileBytes(limits.file_bytes)));
    }
    kind::refuse_others(bytes)?;
    let package_limits = opc::Limits {
        part_bytes: limits.part_bytes,
        total_bytes: limits.total_bytes,
        ..opc::Limits::default()
    };
    let open =
        |bytes: Arc<[u8]>| Package::read(bytes, &package_limits).map_err(|error| Error::from_package(error, limits));
    let mut bytes: Arc<[u8]> = bytes.into();
    let mut package = open(Arc::clone(&bytes))?;
    kind::refuse_other_packages(&package)?;
    if package.inflated_bytes() <= INFLATED_ONCE {
        let stored = package.write_stored();
        bytes = stored.map_err(|error| Error::from_package(error, limits))?.into();
        package = open(Arc::clone(&bytes))?;
    }
    let marks = marks::read(&package, limits)?;
    drop(package);
    // What a hostile file can still make calamine do is an arithmetic overflow in a debug build; it must not end the
    // program. The reader is thrown away afterwards, so no broken state is seen.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| cells::read(&bytes, marks, limits)))
        .unwrap_or_else(|_| Err(Error::Damaged("calamine".to_owned())))
}

#[cfg(test)]
mod tests;
