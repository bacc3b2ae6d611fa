//! A workbook as plain .xlsx, for files that take no marks: values, kinds of numbers, merged ranges, hidden columns. Formats,
//! formulas and pictures of the original are left out.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook as Writer, Worksheet, XlsxError};

use crate::blank::{measure, style};
use crate::value::Raw;
use crate::workbook::{Cell, Formula, Sheet, Workbook};

/// Widest and narrowest column, in digits.
const WIDEST: f64 = 60.0;
const NARROWEST: f64 = 9.0;
/// Error values that every version of Excel knows (ECMA-376 part 1, 18.18.11).
const ERRORS: [&str; 7] = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];
/// Rows that decide how wide a column is.
const MEASURED_ROWS: usize = 500;

/// The workbook's cells as .xlsx.
pub(super) fn workbook(workbook: &Workbook) -> Result<Vec<u8>, XlsxError> {
    let mut writer = Writer::new();
    let mut properties = DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 1)?);
    for (name, value) in &workbook.properties {
        properties = properties.set_custom_property(name, value.as_str());
    }
    writer.set_properties(&properties);
    writer.set_default_format(&style::base(), style::BASE_ROW_PIXELS, style::BASE_COLUMN_PIXELS)?;
    for sheet in &workbook.sheets {
        write(writer.add_worksheet(), sheet)?;
    }
    writer.save_to_buffer()
}

fn write(out: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    out.set_name(&sheet.name)?;
    out.set_hidden(sheet.hidden);
    let text = style::prose();
    let percent = style::base().set_num_format("0.0%");
    let date = style::base().set_num_format("dd/mm/yyyy");
    for (first, last) in &sheet.merged {
        let (Ok(left), Ok(right)) = (u16::try_from(first.column), u16::try_from(last.column)) else {
            continue;
        };
        // Ranges that overlap are dropped, as Excel does when it mends a file.
        let _ = out.merge_range(
            first.row,
            left,
            last.row,
            right,
            "",
            &text.clone().set_align(FormatAlign::Center),
        );
    }
    let mut widths: Vec<f64> = Vec::new();
    for (index, row) in sheet.rows.iter().enumerate() {
        for cell in &row.cells {
            let Ok(column) = u16::try_from(cell.column) else {
                continue;
            };
            let at = (row.index, column);
            let shown = write_cell(out, at, cell, [&text, &percent, &date])?;
            if index < MEASURED_ROWS && !is_merged(sheet, row.index, cell.column) {
                if widths.len() <= usize::from(column) {
                    widths.resize(usize::from(column) + 1, NARROWEST);
                }
                if let Some(width) = widths.get_mut(usize::from(column)) {
                    *width = width.max(shown + 2.0).min(WIDEST);
                }
            }
        }
        if row.hidden {
            out.set_row_hidden(row.index)?;
        }
    }
    for (column, width) in (0_u16..).zip(widths) {
        out.set_column_width(column, width)?;
    }
    for (first, last) in &sheet.hidden_columns {
        if let (Ok(first), Ok(last)) = (u16::try_from(*first), u16::try_from((*last).min(16_383))) {
            out.set_column_range_hidden(first, last)?;
        }
    }
    Ok(())
}

/// Writes a cell and returns how wide it is shown.
fn write_cell(
    out: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    [text, percent, date]: [&Format; 3],
) -> Result<f64, XlsxError> {
    if cell.formula == Formula::NotComputed {
        // What it holds is no value: a formula that is not computed either, and no value once it is.
        out.write_formula_with_format(row, column, "=NA()", &style::base())?;
        return Ok(8.0);
    }
    Ok(match &cell.raw {
        Raw::Text(words) => {
            out.write_string_with_format(row, column, &**words, text)?;
            measure::width(words.lines().next().unwrap_or_default(), false)
        }
        Raw::Number(number) => {
            out.write_number_with_format(row, column, *number, &style::base())?;
            12.0
        }
        Raw::Percent(number) => {
            out.write_number_with_format(row, column, *number, percent)?;
            10.0
        }
        Raw::Date(day) => {
            let moment = u16::try_from(day.year()).ok().and_then(|year| {
                ExcelDateTime::from_ymd(year, day.month().unsigned_abs(), day.day().unsigned_abs()).ok()
            });
            match moment {
                Some(moment) => out.write_datetime_with_format(row, column, &moment, date)?,
                None => out.write_string_with_format(row, column, day.to_string(), text)?,
            };
            12.0
        }
        Raw::Flag(flag) => {
            out.write_boolean_with_format(row, column, *flag, &style::base())?;
            8.0
        }
        // As a formula that gives this error: a cell of the same kind, also when Excel computes it again. Of others than
        // these the writer would make a text.
        Raw::Error(error) => {
            let error = if ERRORS.contains(&&**error) {
                &**error
            } else {
                "#VALUE!"
            };
            let formula = rust_xlsxwriter::Formula::new(format!("={error}")).set_result(error);
            out.write_formula_with_format(row, column, formula, &style::base())?;
            8.0
        }
    })
}

fn is_merged(sheet: &Sheet, row: u32, column: u32) -> bool {
    let holds = |first: u32, last: u32, own: u32| (first..=last).contains(&own);
    sheet
        .merged
        .iter()
        .take(1_000)
        .any(|(first, last)| holds(first.row, last.row, row) && holds(first.column, last.column, column))
}
