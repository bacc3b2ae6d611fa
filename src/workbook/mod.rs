//! Bytes to sheets of raw cells with their formats; knows no schema.
//!
//! In: the bytes of a workbook, .xlsx, .xlsm, .xls, .xlsb or .ods, told apart by content. Out: a [`Workbook`] that holds only
//! cells with content, so a declared but empty area costs nothing, all texts in Unicode: what was in TCVN3 or VNI is decoded
//! by `legacy`. One folder or file for each container. Every size is held against [`Limits`] as early as it is known. Left
//! out on purpose: styles beyond number format and font, notes, charts, macros.

mod error;
mod format;
mod kind;
mod legacy;
mod ods;
mod properties;
mod rows;
mod runs;
mod xls;
mod xlsb;
mod xlsx;

use std::collections::BTreeMap;
use std::io::BufRead;
use std::ops::Range;
use std::sync::Arc;

pub use self::error::{Error, Foreign, Limit};
pub use self::xlsx::{Picture, cell_ref};
use crate::diagnostic::CellRef;
use crate::opc::{self, Package};
use crate::value::{Format, Raw};
use crate::vietnamese::{Charset, trim};

/// How a file holds its sheets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Container {
    /// .xlsx and .xlsm (ECMA-376).
    #[default]
    Xlsx,
    /// .xls: Excel 2 to 2003 ([MS-XLS] and its forerunners).
    Xls,
    /// .xlsb ([MS-XLSB]).
    Xlsb,
    /// .ods (OpenDocument).
    Ods,
}

/// A workbook as the file holds it.
#[derive(Clone, Debug, Default)]
pub struct Workbook {
    /// How the file holds it.
    pub container: Container,
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
    /// What the fonts of single letters say about their encoding, in order of their cells: for texts whose letters are not
    /// all in the font of the cell. Used up when the texts are decoded.
    pub charsets: Vec<(CellRef, Charsets)>,
    /// Texts that were in TCVN3 or VNI, as the file holds them, in order of their cells.
    pub decoded: Vec<(CellRef, Box<str>)>,
    /// Pictures and the cells that they stand in, the first of merged cells; the topmost picture last.
    pub pictures: Vec<(CellRef, Picture)>,
}

/// What the fonts of letters say about their encoding, by bytes of the text, in order.
pub type Charsets = Box<[(Range<usize>, Charset)]>;

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
    /// What the cell's font says about the encoding of its text, as the file holds it.
    pub charset: Charset,
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

/// The sheets of a workbook, whatever its container. Errors: another kind of file, a password, damage, a limit.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, Error> {
    if bytes.len() as u64 > limits.file_bytes {
        return Err(Error::TooLarge(Limit::FileBytes(limits.file_bytes)));
    }
    let mut workbook = match kind::of(bytes)? {
        kind::Kind::Package => {
            let bytes: Arc<[u8]> = bytes.into();
            let package = open(Arc::clone(&bytes), limits)?;
            match kind::of_package(&package)? {
                Container::Ods => ods::read(&package, limits)?,
                Container::Xlsb => xlsb::read(&package, limits)?,
                _ => xlsx::read(bytes, package, limits)?,
            }
        }
        kind::Kind::Biff => xls::read(bytes, limits)?,
    };
    legacy::decode(&mut workbook);
    Ok(workbook)
}

/// The package in a file's bytes.
fn open(bytes: Arc<[u8]>, limits: &Limits) -> Result<Package, Error> {
    let limits_of_package = opc::Limits {
        part_bytes: limits.part_bytes,
        total_bytes: limits.total_bytes,
        ..opc::Limits::default()
    };
    Package::read(bytes, &limits_of_package).map_err(|error| Error::from_package(error, limits))
}

/// What is read from a part, inflated as it is read.
fn stream<T>(
    package: &Package,
    part: &str,
    limits: &Limits,
    read: impl FnOnce(&mut dyn BufRead) -> Result<T, Error>,
) -> Result<T, Error> {
    package
        .stream(part, read)
        .map_err(|error| Error::from_package(error, limits))?
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
