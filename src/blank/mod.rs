//! A schema to an empty workbook, or to the same filled with data.
//!
//! In: a [`Schema`], a [`Stamp`] that says whose workbook it is, a [`Prefill`]. Out: the bytes of an .xlsx with an
//! instruction sheet first and a sheet for each of the schema's, stamped in its custom document properties. The same
//! input gives the same bytes. Layout of a data sheet, top to bottom: title, what goes in, unit line, header, an example
//! row whose column A holds [`EXAMPLE_MARK`], the rows to fill in. What a cell accepts is a first net only: the reader
//! checks everything again.

pub mod annotate;
mod form;
mod guide;
mod measure;
mod page;
mod prefill;
mod style;
mod table;
#[cfg(test)]
mod tests;
mod validation;
mod wording;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

pub use self::prefill::{Entry, Prefill};
use self::validation::Lists;
use crate::diagnostic::Text;
use crate::opc::{self, Limits, Package};
use crate::schema::{Layout, Schema};
use crate::text;
use crate::value::{Type, Value};

/// What column A of the example row holds; a row that starts with it is no data.
pub const EXAMPLE_MARK: &str = "VD";
/// Custom document property with the pack's id.
pub const PACK_PROPERTY: &str = "baocao.pack";
/// Custom document property with the pack's version.
pub const VERSION_PROPERTY: &str = "baocao.version";
/// Custom document property with the recipient, where there is one.
pub const RECIPIENT_PROPERTY: &str = "baocao.recipient";

/// Whose workbook it is. Goes into custom document properties, so that a workbook is known however it was renamed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// `bc-thi-dua-khen-thuong`
    pub pack_id: String,
    /// `1.0.0`
    pub pack_version: String,
    /// The report's name, as the title of the instruction sheet.
    pub pack_name: String,
    /// The commune it is handed to.
    pub recipient: Option<String>,
}

/// Why no workbook could be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data name a sheet or field that the schema doesn't have.
    #[error("the data name «{0}», which the schema does not have")]
    Unknown(String),
    /// The workbook that the library wrote can't be taken up again.
    #[error("the workbook can't be finished: {0}")]
    Package(#[from] opc::Error),
    /// The library refused: a sheet name, a text longer than a cell holds, more rows than a sheet.
    #[error("the workbook can't be written: {0}")]
    Write(#[from] XlsxError),
}

impl Error {
    /// The reason in both languages.
    pub fn text(&self) -> Text {
        match self {
            Error::Unknown(name) => text!(
                "dữ liệu nhắc tới «{name}», mẫu này không có",
                "the data name «{name}», which the schema does not have"
            ),
            Error::Package(error) => {
                let reason = error.text();
                let (vi, en) = (reason.vi, reason.en);
                text!(
                    "không hoàn tất được bảng tính: {vi}",
                    "the workbook can't be finished: {en}"
                )
            }
            Error::Write(error) => text!(
                "không ghi được bảng tính: {error}",
                "the workbook can't be written: {error}"
            ),
        }
    }
}

/// The workbook of a schema, with the data given.
pub fn workbook(schema: &Schema, stamp: &Stamp, prefill: &Prefill) -> Result<Vec<u8>, Error> {
    prefill.known(schema)?;
    let asked = schema.asked();
    let schema: &Schema = &asked;
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(stamp)?);
    workbook.set_default_format(&style::base(), style::BASE_ROW_PIXELS, style::BASE_COLUMN_PIXELS)?;
    let lists = Lists::new(schema);
    let mut first_rows = Vec::new();
    guide::write(workbook.add_worksheet(), schema, stamp)?;
    for declared in &schema.sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(&declared.name)?;
        sheet.set_tab_color(match wording::must_be_filled(declared) {
            true => style::TAB_REQUIRED,
            false => style::TAB_OPTIONAL,
        });
        let entries = prefill.entries(&declared.id);
        let Extent { width, first } = match declared.layout {
            Layout::Form => form::write(sheet, declared, entries.first(), &lists)?,
            Layout::Table | Layout::List => table::write(sheet, declared, entries, &lists)?,
        };
        page::set_up(sheet, width);
        page::protect(sheet);
        first_rows.push(first);
    }
    Lists::write(schema, &mut workbook)?;
    finish(workbook.save_to_buffer()?, &first_rows)
}

/// What the writer of a sheet tells about it.
struct Extent {
    /// All columns together, in digits.
    width: f64,
    /// The row after the header; the height of the rows from here on follows what is typed.
    first: u32,
}

/// Does what the library has no word for.
fn finish(bytes: Vec<u8>, first_rows: &[u32]) -> Result<Vec<u8>, Error> {
    let mut package = Package::read(bytes, &Limits::default())?;
    // Sheets are found by name: keeps them from being renamed, moved or deleted by a slip. In CT_Workbook,
    // workbookProtection stands right before bookViews (ECMA-376 part 1, 18.2.27).
    edit(&mut package, "xl/workbook.xml", |part| {
        part.replacen("<bookViews>", "<workbookProtection lockStructure=\"1\"/><bookViews>", 1)
    })?;
    // The instruction sheet is the first part.
    for (part, first) in (2..).zip(first_rows) {
        edit(&mut package, &format!("xl/worksheets/sheet{part}.xml"), |part| {
            free_heights(part, *first)
        })?;
    }
    Ok(package.write()?)
}

fn edit(package: &mut Package, name: &str, edit: impl Fn(&str) -> String) -> Result<(), Error> {
    let part = package.part(name)?;
    let edited = edit(&String::from_utf8_lossy(&part));
    package.set(name, edited.into_bytes());
    Ok(())
}

/// Keeps the height of the rows from `first` on as an estimate, but no longer as a wish of the user's: Excel goes on
/// fitting them to what is typed.
fn free_heights(part: &str, first: u32) -> String {
    let mut out = String::with_capacity(part.len());
    for (index, piece) in part.split("<row ").enumerate() {
        if index > 0 {
            out.push_str("<row ");
        }
        let row = piece.strip_prefix("r=\"").and_then(|rest| rest.split('"').next());
        let row: Option<u32> = row.and_then(|row| row.parse().ok()).filter(|_| index > 0);
        match (row, piece.split_once('>')) {
            (Some(row), Some((head, rest))) if row > first => {
                out.push_str(&head.replacen(" customHeight=\"1\"", "", 1));
                out.push('>');
                out.push_str(rest);
            }
            _ => out.push_str(piece),
        }
    }
    out
}

fn properties(stamp: &Stamp) -> Result<DocProperties, XlsxError> {
    // A fixed date instead of the clock: the same input gives the same bytes.
    let mut properties = DocProperties::new()
        .set_title(&stamp.pack_name)
        .set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 1)?)
        .set_custom_property(PACK_PROPERTY, &stamp.pack_id)
        .set_custom_property(VERSION_PROPERTY, &stamp.pack_version);
    if let Some(recipient) = &stamp.recipient {
        properties = properties.set_custom_property(RECIPIENT_PROPERTY, recipient);
    }
    Ok(properties)
}

/// Writes a value into its cell: as a number, date or text that Excel can go on working with.
fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    ty: Type,
    value: Option<&Value>,
    format: &Format,
) -> Result<(), XlsxError> {
    use rust_decimal::Decimal;
    use rust_decimal::prelude::ToPrimitive;
    match value {
        None => sheet.write_blank(row, column, format)?,
        Some(Value::Text(text)) => sheet.write_string_with_format(row, column, &**text, format)?,
        Some(Value::Flag(flag)) => {
            sheet.write_string_with_format(row, column, if *flag { "x" } else { "Không" }, format)?
        }
        Some(Value::Number(number)) => {
            let stored = match ty {
                Type::Percent => number / Decimal::ONE_HUNDRED,
                _ => *number,
            };
            match stored.to_f64() {
                Some(stored) => sheet.write_number_with_format(row, column, stored, format)?,
                None => sheet.write_string_with_format(row, column, number.to_string(), format)?,
            }
        }
        Some(Value::Date(date)) => {
            let excel = u16::try_from(date.year())
                .ok()
                .filter(|year| *year >= 1900)
                .and_then(|year| {
                    ExcelDateTime::from_ymd(year, date.month().unsigned_abs(), date.day().unsigned_abs()).ok()
                });
            match excel {
                Some(excel) => sheet.write_datetime_with_format(row, column, &excel, format)?,
                // Excel has no days before 1900.
                None => {
                    let text = format!("{:02}/{:02}/{}", date.day(), date.month(), date.year());
                    sheet.write_string_with_format(row, column, text, format)?
                }
            }
        }
    };
    Ok(())
}

/// The text of a value as far as it decides how high its row has to be; numbers and dates never wrap.
fn shown(value: Option<&Value>) -> std::borrow::Cow<'_, str> {
    match value {
        Some(Value::Text(text)) => (&**text).into(),
        _ => "".into(),
    }
}

/// The cell as a formula names it: `B5`.
fn cell_name(row: u32, column: u16) -> String {
    crate::diagnostic::CellRef::new(row, column.into()).to_string()
}

/// Marks a required field; a non-breaking blank, so that the star never stands on a line alone.
const STAR: &str = "\u{a0}*";

/// The label with its star and unit, in pieces of their own looks; plain where there is only the label.
fn write_label(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    field: &crate::schema::Field,
    break_before_unit: bool,
    format: &Format,
) -> Result<(), XlsxError> {
    let (bold, star, unit_piece) = (
        style::piece(true, false, false),
        style::piece(true, false, true),
        style::piece(false, true, false),
    );
    let gap = if break_before_unit { "\n" } else { " " };
    let unit = field.unit.as_ref().map(|unit| format!("{gap}({unit})"));
    let mut pieces = vec![(&bold, field.label.as_str())];
    if wording::asked(field) {
        pieces.push((&star, STAR));
    }
    if let Some(unit) = &unit {
        pieces.push((&unit_piece, unit));
    }
    match pieces.len() {
        1 => sheet.write_string_with_format(row, column, &field.label, format)?,
        _ => sheet.write_rich_string_with_format(row, column, &pieces, format)?,
    };
    Ok(())
}

/// The text that [`write_label`] writes.
fn label_text(field: &crate::schema::Field, break_before_unit: bool) -> String {
    let star = if wording::asked(field) { STAR } else { "" };
    let gap = if break_before_unit { "\n" } else { " " };
    match &field.unit {
        Some(unit) => format!("{}{star}{gap}({unit})", field.label),
        None => format!("{}{star}", field.label),
    }
}
