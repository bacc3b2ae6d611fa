//! A workbook as plain .xlsx, for files that take no marks: values, kinds of numbers, merged ranges, what is hidden, custom
//! properties. Formats, formulas and pictures of the original are left out. Sheets come in the same order, under names that
//! Excel takes.

use std::collections::HashSet;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Formula, Workbook as Writer, Worksheet, XlsxError,
};

use crate::blank::{measure, style};
use crate::value::Raw;
use crate::workbook::{self, Cell, Row, Sheet, Workbook};

/// Widest and narrowest column, in digits.
const WIDEST: f64 = 60.0;
const NARROWEST: f64 = 9.0;
/// Error values that every version of Excel knows (ECMA-376 part 1, 18.18.11).
const ERRORS: [&str; 7] = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];
/// Rows that decide how wide a column is.
const MEASURED_ROWS: usize = 500;
/// Most cells of merged ranges of one sheet: each of them is written.
const MOST_MERGED: u64 = 200_000;
/// Most UTF-16 units of a sheet's name (Excel's limit).
const LONGEST_NAME: usize = 31;

/// The workbook's cells as .xlsx.
pub(super) fn workbook(workbook: &Workbook) -> Result<Vec<u8>, XlsxError> {
    let mut writer = Writer::new();
    let mut properties = DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 1)?);
    for (name, value) in &workbook.properties {
        properties = properties.set_custom_property(name, value.as_str());
    }
    writer.set_properties(&properties);
    writer.set_default_format(&style::base(), style::BASE_ROW_PIXELS, style::BASE_COLUMN_PIXELS)?;
    let formats = Formats::new();
    for (sheet, name) in workbook.sheets.iter().zip(names(&workbook.sheets)) {
        write(writer.add_worksheet().set_name(name)?, sheet, &formats)?;
    }
    writer.save_to_buffer()
}

/// The names of the sheets, those that Excel does not take made fit.
fn names(sheets: &[Sheet]) -> Vec<String> {
    let mut taken = HashSet::new();
    // Who has a fit name keeps it.
    let kept: Vec<bool> = sheets
        .iter()
        .map(|sheet| fit_name(&sheet.name, "") == sheet.name && taken.insert(sheet.name.to_lowercase()))
        .collect();
    let name = |(sheet, kept): (&Sheet, bool)| {
        if kept {
            return sheet.name.clone();
        }
        let names = (1_usize..).map(|number| match number {
            1 => fit_name(&sheet.name, ""),
            _ => fit_name(&sheet.name, &format!(" ({number})")),
        });
        let mut free = names.into_iter().filter(|name| taken.insert(name.to_lowercase()));
        free.next().unwrap_or_default()
    };
    sheets.iter().zip(kept).map(name).collect()
}

/// A name that Excel takes, with something at its end.
fn fit_name(name: &str, end: &str) -> String {
    let clean = |sign: char| match sign {
        '[' | ']' | ':' | '*' | '?' | '/' | '\\' => '-',
        sign if sign.is_control() => ' ',
        sign => sign,
    };
    let mut left = LONGEST_NAME.saturating_sub(end.len());
    let is_short = |sign: &char| match left.checked_sub(sign.len_utf16()) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    let cut: String = name
        .trim_matches('\'')
        .chars()
        .map(clean)
        .take_while(is_short)
        .collect();
    match cut.trim_end_matches('\'') {
        "" => format!("Trang{end}"),
        name => format!("{name}{end}"),
    }
}

/// How cells look.
struct Formats {
    base: Format,
    prose: Format,
    merged: Format,
    /// With no, one and two decimals.
    percent: [Format; 3],
    date: Format,
}

impl Formats {
    fn new() -> Self {
        Self {
            base: style::base(),
            prose: style::prose(),
            merged: style::prose().set_align(FormatAlign::Center),
            percent: ["0%", "0.0%", "0.00%"].map(|code| style::base().set_num_format(code)),
            date: style::base().set_num_format("dd/mm/yyyy"),
        }
    }

    /// The percent format that shows a share with as many decimals as it has.
    fn percent(&self, share: f64) -> &Format {
        let [whole, tenths, hundredths] = &self.percent;
        let is_whole = |share: f64| (share - share.round()).abs() < 1e-6;
        match share * 100.0 {
            share if is_whole(share) => whole,
            share if is_whole(share * 10.0) => tenths,
            _ => hundredths,
        }
    }
}

fn write(out: &mut Worksheet, sheet: &Sheet, formats: &Formats) -> Result<(), XlsxError> {
    out.set_hidden(sheet.hidden);
    out.set_paper_size(9).set_landscape().set_print_fit_to_pages(1, 0);
    merge(out, sheet, formats);
    let mut widths: Vec<f64> = Vec::new();
    for (index, row) in sheet.rows.iter().enumerate() {
        for cell in &row.cells {
            let Ok(column) = u16::try_from(cell.column) else {
                continue;
            };
            let shown = write_cell(out, row, column, cell, formats)?;
            if index < MEASURED_ROWS && !is_title(row) && !is_merged(sheet, row.index, cell.column) {
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

/// Merges cells. Ranges that overlap are dropped, as Excel does when it mends a file; what is below the last row is cut off.
fn merge(out: &mut Worksheet, sheet: &Sheet, formats: &Formats) {
    let last_row = sheet.rows.last().map_or(0, |row| row.index);
    let mut left = MOST_MERGED;
    for (first, last) in &sheet.merged {
        let bottom = last.row.min(last_row.max(first.row));
        let (Ok(from), Ok(to)) = (u16::try_from(first.column), u16::try_from(last.column)) else {
            continue;
        };
        let area = (u64::from(bottom.saturating_sub(first.row)) + 1) * (u64::from(to.saturating_sub(from)) + 1);
        if let Some(rest) = left.checked_sub(area) {
            left = rest;
            let _ = out.merge_range(first.row, from, bottom, to, "", &formats.merged);
        }
    }
}

/// Whether a row holds nothing but one line, which may run on over the blank cells at its right.
fn is_title(row: &Row) -> bool {
    matches!(&row.cells[..], [Cell { raw: Raw::Text(words), .. }] if !words.contains('\n'))
}

/// Writes a cell and returns how wide it is shown.
fn write_cell(out: &mut Worksheet, row: &Row, column: u16, cell: &Cell, formats: &Formats) -> Result<f64, XlsxError> {
    let at = row.index;
    if cell.formula == workbook::Formula::NotComputed {
        // Nobody knows its result, and this one, too, is yet to be computed.
        out.write_formula_with_format(at, column, "=NA()", &formats.base)?;
        return Ok(NARROWEST);
    }
    Ok(match &cell.raw {
        Raw::Text(words) => {
            let format = if is_title(row) { &formats.base } else { &formats.prose };
            out.write_string_with_format(at, column, &**words, format)?;
            let lines = words.lines().map(|line| measure::width(line, false));
            lines.fold(0.0, f64::max)
        }
        Raw::Number(number) => {
            out.write_number_with_format(at, column, *number, &formats.base)?;
            // Excel shows as many decimals as the column has room for.
            let whole = number.trunc().to_string().len().min(20);
            number.to_string().len().min(10).max(whole) as f64
        }
        Raw::Percent(number) => {
            out.write_number_with_format(at, column, *number, formats.percent(*number))?;
            10.0
        }
        Raw::Date(day) => {
            let (year, month, date) = (day.year(), day.month().unsigned_abs(), day.day().unsigned_abs());
            let moment = u16::try_from(year).ok();
            match moment.and_then(|year| ExcelDateTime::from_ymd(year, month, date).ok()) {
                Some(moment) => out.write_datetime_with_format(at, column, &moment, &formats.date)?,
                // Excel has no day before 1900.
                None => {
                    out.write_string_with_format(at, column, format!("{date:02}/{month:02}/{year:04}"), &formats.prose)?
                }
            };
            12.0
        }
        Raw::Flag(flag) => {
            out.write_boolean_with_format(at, column, *flag, &formats.base)?;
            8.0
        }
        // As a formula that gives this error: a cell of the same kind, also when Excel computes it again. Of others than
        // these the writer would make a text.
        Raw::Error(error) => {
            let error = match ERRORS.contains(&&**error) {
                true => &**error,
                false => "#VALUE!",
            };
            let formula = Formula::new(format!("={error}")).set_result(error);
            out.write_formula_with_format(at, column, formula, &formats.base)?;
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
