//! A table or list: running number, then the schema's columns from column B.

use rust_xlsxwriter::{ConditionalFormatFormula, Format, IgnoreError, Worksheet, XlsxError};

use super::validation::Lists;
use super::{
    EXAMPLE_MARK, Entry, Extent, cell_name, label_text, measure, put, shown, style, validation, wording, write_label,
};
use crate::schema::{Field, Layout, Sections, Sheet};
use crate::value::{Type, Value};

/// The column of running numbers.
const RUNNING: u16 = 0;
const RUNNING_WIDTH: f64 = 6.0;
/// Most lines a header's label is broken into.
const HEADER_LINES: usize = 3;
/// A sheet with more columns than this is a wide one.
const MANY_COLUMNS: usize = 10;
/// The widest block of columns that stays in view while the rest scrolls.
const FROZEN_WIDTH: f64 = 95.0;
/// A sheet up to this width fits a screen: no column needs to stay in view.
const SCREEN_WIDTH: f64 = 125.0;

/// Writes title, note and unit line of a sheet whose last column is `last`; returns the row after them.
pub fn heading(sheet: &mut Worksheet, declared: &Sheet, last: u16, width: f64) -> Result<u32, XlsxError> {
    let title = declared.title.as_deref().unwrap_or(&declared.name);
    let mut row = 0;
    sheet.merge_range(row, 0, row, last, title, &style::title())?;
    // Titles are 14 point: a sixth wider and higher than the 12 that `measure` knows.
    let lines = measure::lines(title, width * 12.0 / 14.0, true);
    sheet.set_row_height(row, lines as f64 * 19.0 + 11.0)?;
    row += 1;
    if let Some(help) = &declared.help {
        sheet.merge_range(row, 0, row, last, help, &style::note())?;
        sheet.set_row_height(row, measure::height(measure::lines(help, width, false)))?;
        row += 1;
    }
    if let Some(unit) = &declared.unit_line {
        sheet.merge_range(row, 0, row, last, unit, &style::unit_line())?;
        row += 1;
    }
    Ok(row)
}

/// One row to come: what it holds, and whether it is declared by the schema.
struct Line<'a> {
    declared: Option<&'a std::collections::BTreeMap<String, String>>,
    entry: Option<&'a Entry>,
}

/// The rows of a sheet: the declared ones first, each with its data, then the others, then blank ones.
fn plan<'a>(declared: &'a Sheet, entries: &'a [Entry]) -> Vec<Line<'a>> {
    let key = declared.key.as_deref();
    let key_of = |entry: &Entry| match key.and_then(|key| entry.get(key)) {
        Some(Value::Text(text)) => Some(text.to_string()),
        _ => None,
    };
    let mut taken = vec![false; entries.len()];
    let mut lines = Vec::new();
    for row in &declared.rows {
        let wanted = key.and_then(|key| row.values.get(key));
        let found = entries
            .iter()
            .zip(&taken)
            .position(|(entry, taken)| !taken && wanted.is_some() && key_of(entry).as_ref() == wanted);
        if let Some(taken) = found.and_then(|index| taken.get_mut(index)) {
            *taken = true;
        }
        lines.push(Line {
            declared: Some(&row.values),
            entry: found.and_then(|index| entries.get(index)),
        });
    }
    let others = entries.iter().zip(&taken).filter(|(_, taken)| !**taken);
    let before = lines.len();
    lines.extend(others.map(|(entry, _)| Line {
        declared: None,
        entry: Some(entry),
    }));
    let open = match declared.rows.is_empty() || declared.extra_rows {
        true => declared.blank_rows.max(1),
        false => 0,
    };
    let most = declared.max_rows.unwrap_or(usize::MAX);
    let wanted = (before + open).min(most).max(lines.len());
    lines.resize_with(wanted, || Line {
        declared: None,
        entry: None,
    });
    lines
}

/// Writes a table or list.
pub fn write(sheet: &mut Worksheet, declared: &Sheet, entries: &[Entry], lists: &Lists) -> Result<Extent, XlsxError> {
    let key = declared.key_index();
    let widths: Vec<f64> = declared
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| column_width(declared, field, Some(index) == key))
        .collect();
    let width = RUNNING_WIDTH + widths.iter().sum::<f64>();
    sheet.set_column_width(RUNNING, RUNNING_WIDTH)?;
    for (column, width) in (1_u16..).zip(&widths) {
        sheet.set_column_width(column, *width)?;
    }
    let last = u16::try_from(declared.fields.len()).unwrap_or(u16::MAX);

    let mut row = heading(sheet, declared, last, width)?;
    header(sheet, declared, row, &widths)?;
    sheet.set_repeat_rows(row, row)?;
    row += 1;
    let extent = Extent { width, first: row };
    sheet.set_freeze_panes(row, frozen(declared, &widths, width))?;
    if declared
        .fields
        .iter()
        .any(|field| field.example.as_deref().is_some_and(|example| !example.is_empty()))
    {
        example(sheet, declared, row, &widths)?;
        row += 1;
    }
    let first = row;
    let lines = plan(declared, entries);
    for (number, line) in (1_u32..).zip(&lines) {
        let given = line.declared.is_some();
        if declared.sections == Sections::Keep {
            // People write the markers of sections and of the rows below them: running numbers would hide those.
            let marker = declared.markers.as_ref();
            let marker = marker.and_then(|id| line.entry.and_then(|entry| entry.get(id)));
            put(sheet, (row, RUNNING), Type::Text, marker, &style::marker(given))?;
        } else {
            sheet.write_number_with_format(row, RUNNING, number, &style::running(given))?;
        }
        let mut lines = 1;
        for (index, (field, width)) in declared.fields.iter().zip(&widths).enumerate() {
            let at = (row, u16::try_from(index + 1).unwrap_or(u16::MAX));
            let text = line.declared.and_then(|values| values.get(&field.id));
            let entry = line.entry.and_then(|entry| entry.get(&field.id));
            match text {
                Some(text) if Some(index) == key => put_given(sheet, at, field, text, &style::given_key())?,
                Some(text) => {
                    put_given(sheet, at, field, text, &style::given(field))?;
                    lines = lines.max(measure::lines(text, *width, false));
                }
                None => {
                    let format = style::entry(field.ty, style::align(field));
                    put(sheet, at, field.ty, entry, &format)?;
                    lines = lines.max(measure::lines(&shown(entry), *width, false));
                }
            }
        }
        if let Some(height) = measure::fitted(lines) {
            sheet.set_row_height(row, height)?;
        }
        row += 1;
    }
    let Some(end) = row.checked_sub(1).filter(|end| *end >= first) else {
        return Ok(extent);
    };
    rules(sheet, declared, lists, (first, end), &lines)?;
    sheet.ignore_error_range(
        first.saturating_sub(1),
        RUNNING,
        end,
        last,
        IgnoreError::NumberStoredAsText,
    )?;
    let open = (1_u16..)
        .zip(&declared.fields)
        .find(|(_, field)| lines.first().is_some_and(|line| !gives(line, field)));
    let column = open.map_or(1, |(column, _)| column);
    sheet.set_selection(first, column, first, column)?;
    Ok(extent)
}

/// Whether the schema itself gives a field of a row.
fn gives(line: &Line<'_>, field: &Field) -> bool {
    line.declared.is_some_and(|values| values.contains_key(&field.id))
}

/// A declared text, as the number or date it stands for where its column has such a type.
fn put_given(
    sheet: &mut Worksheet,
    at: (u32, u16),
    field: &Field,
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    let value = match style::is_text(field.ty) {
        true => None,
        false => field.read(&crate::value::Raw::Text(text.into())).value,
    };
    let value = value.unwrap_or_else(|| Value::Text(text.into()));
    put(sheet, at, field.ty, Some(&value), format)
}

/// Columns from the left that stay in view: up to the one that names the row, if the sheet is wider than a screen.
fn frozen(declared: &Sheet, widths: &[f64], width: f64) -> u16 {
    if width <= SCREEN_WIDTH {
        return 0;
    }
    let key = declared.key_index();
    let mut used = RUNNING_WIDTH;
    for (column, (field, width)) in (1_u16..).zip(declared.fields.iter().zip(widths)) {
        used += width;
        if used > FROZEN_WIDTH {
            return if column > 1 { 1 } else { 0 };
        }
        if field.ty == Type::Text && Some(usize::from(column) - 1) != key {
            return column + 1;
        }
    }
    1
}

fn header(sheet: &mut Worksheet, declared: &Sheet, row: u32, widths: &[f64]) -> Result<(), XlsxError> {
    let format = style::header();
    sheet.write_string_with_format(row, RUNNING, "STT", &format)?;
    let mut lines = 1;
    for ((column, field), width) in (1_u16..).zip(&declared.fields).zip(widths) {
        write_label(sheet, (row, column), field, true, &format)?;
        lines = lines.max(measure::lines(&label_text(field, true), *width, true));
    }
    sheet.set_row_height(row, measure::height(lines) + 4.0)?;
    Ok(())
}

fn example(sheet: &mut Worksheet, declared: &Sheet, row: u32, widths: &[f64]) -> Result<(), XlsxError> {
    let mark = style::example(rust_xlsxwriter::FormatAlign::Center);
    sheet.write_string_with_format(row, RUNNING, EXAMPLE_MARK, &mark)?;
    let mut lines = 1;
    for ((column, field), width) in (1_u16..).zip(&declared.fields).zip(widths) {
        let format = match declared.key.as_ref() == Some(&field.id) && !declared.rows.is_empty() {
            true => style::example_key(),
            false => style::example(style::align(field)),
        };
        let text = field.example.as_deref().unwrap_or_default();
        sheet.write_string_with_format(row, column, text, &format)?;
        if declared.key.as_ref() != Some(&field.id) {
            lines = lines.max(measure::lines(text, *width, false));
        }
    }
    if let Some(height) = measure::fitted(lines) {
        sheet.set_row_height(row, height)?;
    }
    Ok(())
}

/// Lays validation and conditional formats over the rows from `first` to `end`.
fn rules(
    sheet: &mut Worksheet,
    declared: &Sheet,
    lists: &Lists,
    (first, end): (u32, u32),
    lines: &[Line<'_>],
) -> Result<(), XlsxError> {
    let last = u16::try_from(declared.fields.len()).unwrap_or(u16::MAX);
    for (column, field) in (1_u16..).zip(&declared.fields) {
        // The top of a column may be given; rules are for the part that is open.
        let given = lines.iter().take_while(|line| gives(line, field)).count();
        let first = first + u32::try_from(given).unwrap_or(u32::MAX);
        if first > end {
            continue;
        }
        let cell = cell_name(first, column);
        if let Some(validation) = validation::of(field, &cell, lists)? {
            sheet.add_data_validation(first, column, end, column, &validation)?;
        }
        if wording::asked(field) {
            let rule = format!(
                "=AND(LEN(TRIM({cell}))=0,COUNTA($B{row}:${letters}{row})>0)",
                row = first + 1,
                letters = crate::diagnostic::column_letters(last.into()),
            );
            let format = ConditionalFormatFormula::new()
                .set_rule(rule.as_str())
                .set_format(style::missing());
            sheet.add_conditional_format(first, column, end, column, &format)?;
        }
        if field.ty == Type::Decimal {
            hide_hanging_comma(sheet, (first, end), column)?;
        }
    }
    Ok(())
}

/// Shows whole numbers of a decimal column without the decimal comma that `#,##0.##` leaves behind.
pub fn hide_hanging_comma(sheet: &mut Worksheet, (first, end): (u32, u32), column: u16) -> Result<(), XlsxError> {
    let cell = cell_name(first, column);
    let format = ConditionalFormatFormula::new()
        .set_rule(format!("=AND(ISNUMBER({cell}),{cell}=INT({cell}))").as_str())
        .set_format(style::whole());
    sheet.add_conditional_format(first, column, end, column, &format)?;
    Ok(())
}

/// The width of a column in digits: what its type, label, example, choices and given texts ask for.
fn column_width(declared: &Sheet, field: &Field, key: bool) -> f64 {
    if let Some(width) = field.width {
        return width.clamp(4.0, 120.0);
    }
    if key && !declared.rows.is_empty() {
        return measure::label_width(&label_text(field, true), HEADER_LINES, true).max(10.0);
    }
    if declared.layout == Layout::List {
        return 90.0;
    }
    let example = measure::width(field.example.as_deref().unwrap_or_default(), false) + 2.0;
    let given = declared
        .rows
        .iter()
        .filter_map(|row| row.values.get(&field.id))
        .map(|text| measure::width(text, false) + 2.0)
        .fold(0.0, f64::max);
    // The more columns, the narrower: a sheet should still fit on paper.
    let many = declared.fields.len() > MANY_COLUMNS;
    let (least, most) = match field.ty {
        Type::LongText => (60.0, 60.0),
        Type::Text | Type::Choice if many => (14.0, 20.0),
        Type::Text => (16.0, 40.0),
        Type::Choice => (12.0, 30.0),
        Type::Integer | Type::Decimal if many => (11.0, 16.0),
        Type::Integer | Type::Decimal => (14.0, 20.0),
        Type::Percent => (10.0, 12.0),
        Type::Date => (13.0, 14.0),
        Type::Count | Type::Year | Type::Flag => (9.0, 12.0),
    };
    // A drop-down's arrow stands beside the cell, yet the text needs some air.
    let choice = field
        .choices
        .iter()
        .map(|choice| measure::width(&choice.value, false) + 3.0)
        .fold(0.0, f64::max);
    let content: f64 = example.max(given).max(choice);
    let label = measure::label_width(&label_text(field, true), HEADER_LINES, true);
    content.clamp(least, most).max(label).round()
}
