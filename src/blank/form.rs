//! A form: a label, the cell to fill in, and how, one under the other.

use rust_xlsxwriter::{ConditionalFormatFormula, FormatAlign, Worksheet, XlsxError};

use super::validation::Lists;
use super::{Entry, Extent, cell_name, label_text, measure, put, shown, style, validation, wording, write_label};
use crate::schema::Sheet;
use crate::value::Type;

const LABEL: u16 = 0;
const ENTRY: u16 = 1;
const HELP: u16 = 2;
const ENTRY_WIDTH: f64 = 52.0;
const HELP_WIDTH: f64 = 46.0;

/// Writes a form.
pub fn write(
    sheet: &mut Worksheet,
    declared: &Sheet,
    entry: Option<&Entry>,
    lists: &Lists,
) -> Result<Extent, XlsxError> {
    let label_width = declared
        .fields
        .iter()
        .map(|field| measure::label_width(&label_text(field, false), 2, true))
        .fold(24.0, f64::max)
        .min(40.0)
        + 1.0;
    let wide = declared.fields.iter().any(|field| field.ty == Type::LongText);
    let entry_width = declared
        .fields
        .iter()
        .filter_map(|field| field.width)
        .fold(if wide { 70.0 } else { ENTRY_WIDTH }, f64::max);
    sheet.set_column_width(LABEL, label_width)?;
    sheet.set_column_width(ENTRY, entry_width)?;
    sheet.set_column_width(HELP, HELP_WIDTH)?;
    let width = label_width + entry_width + HELP_WIDTH;

    let mut row = super::table::heading(sheet, declared, HELP, width)?;
    let header = style::header();
    for (column, text) in [(LABEL, "Mục"), (ENTRY, "Ghi vào cột này"), (HELP, "Cách ghi")] {
        sheet.write_string_with_format(row, column, text, &header)?;
    }
    sheet.set_row_height(row, measure::height(1))?;
    sheet.set_repeat_rows(row, row)?;
    row += 1;
    sheet.set_freeze_panes(row, 0)?;
    sheet.set_selection(row, ENTRY, row, ENTRY)?;

    let first = row;
    for field in &declared.fields {
        write_label(sheet, (row, LABEL), field, false, &style::label())?;
        let value = entry.and_then(|entry| entry.get(&field.id));
        put(
            sheet,
            (row, ENTRY),
            field.ty,
            value,
            &style::entry(field.ty, FormatAlign::Left),
        )?;
        let help = help(field);
        sheet.write_string_with_format(row, HELP, &help, &style::help())?;
        let lines = measure::lines(&label_text(field, false), label_width, true)
            .max(measure::lines(&shown(value), entry_width, false))
            .max(measure::lines(&help, HELP_WIDTH, false));
        if let Some(height) = measure::fitted(lines) {
            sheet.set_row_height(row, height)?;
        }
        if let Some(validation) = validation::of(field, &cell_name(row, ENTRY), lists)? {
            sheet.add_data_validation(row, ENTRY, row, ENTRY, &validation)?;
        }
        if wording::asked(field) {
            let rule = format!("=LEN(TRIM({}))=0", cell_name(row, ENTRY));
            let format = ConditionalFormatFormula::new()
                .set_rule(rule.as_str())
                .set_format(style::missing());
            sheet.add_conditional_format(row, ENTRY, row, ENTRY, &format)?;
        }
        if field.ty == Type::Decimal {
            super::table::hide_hanging_comma(sheet, (row, row), ENTRY)?;
        }
        row += 1;
    }
    sheet.ignore_error_range(
        first,
        ENTRY,
        row.saturating_sub(1).max(first),
        ENTRY,
        rust_xlsxwriter::IgnoreError::NumberStoredAsText,
    )?;
    Ok(Extent { width, first })
}

/// How to fill a field in, with its example.
fn help(field: &crate::schema::Field) -> String {
    let advice = wording::advice(field);
    match field.example.as_deref().filter(|example| !example.is_empty()) {
        Some(example) if advice.is_empty() => format!("Ví dụ: {example}"),
        Some(example) => format!("{advice}\nVí dụ: {example}"),
        None => advice,
    }
}
