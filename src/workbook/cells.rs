//! Cells from calamine's streaming reader, joined with what `marks` found.

use std::io::Cursor;

use calamine::{
    DataRef, ExcelDateTime, FontStyle, FontWeight, Reader, SheetType, SheetVisible, Style, Xlsx, XlsxError,
};
use jiff::civil::Date;

use super::marks::{Marks, SheetMarks};
use super::rich::Look;
use super::{Cell, Error, Formula, LAST_COLUMN, LAST_ROW, Limit, Limits, Row, Sheet, Workbook};
use crate::diagnostic::CellRef;
use crate::value::Raw;
use crate::vietnamese::nfc;

impl From<XlsxError> for Error {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::Password => Self::Password,
            error => Self::Damaged(error.to_string()),
        }
    }
}

type Source<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Reads all sheets.
pub(super) fn read(bytes: &[u8], marks: Marks, limits: &Limits) -> Result<Workbook, Error> {
    let mut source: Source = Xlsx::new(Cursor::new(bytes))?;
    let metadata = source.sheets_metadata().to_vec();
    if metadata.len() != marks.sheets.len() {
        return Err(Error::Damaged("workbook.xml".to_owned()));
    }
    let mut workbook = Workbook::default();
    let mut gathered = Gathered::default();
    for (metadata, marks) in metadata.into_iter().zip(marks.sheets) {
        if metadata.name != marks.name || workbook.sheets.iter().any(|sheet| sheet.name == marks.name) {
            return Err(Error::Damaged(marks.name));
        }
        if metadata.typ != SheetType::WorkSheet || !marks.worksheet {
            continue;
        }
        let mut sheet = read_sheet(&mut source, marks, limits, &mut gathered)?;
        sheet.hidden = metadata.visible != SheetVisible::Visible;
        workbook.sheets.push(sheet);
    }
    // A slip in the properties is no reason to refuse the figures.
    if let Ok(properties) = source.workbook_properties() {
        workbook.properties = properties.custom_properties.into_iter().collect();
    }
    Ok(workbook)
}

fn read_sheet(
    source: &mut Source<'_>,
    marks: SheetMarks,
    limits: &Limits,
    gathered: &mut Gathered,
) -> Result<Sheet, Error> {
    let mut reader = source.worksheet_cells_reader(&marks.name)?;
    let percent: Vec<bool> = reader
        .styles()
        .iter()
        .map(|style| {
            style
                .number_format
                .as_ref()
                .is_some_and(|format| is_percent(&format.format_code))
        })
        .collect();
    let looks: Vec<Look> = if marks.rich.is_empty() {
        Vec::new()
    } else {
        reader.styles().iter().map(look).collect()
    };
    let mut formats = Vec::new();
    let mut rows = Rows::default();
    loop {
        let (cell, style) = match reader.next_cell_with_style_id() {
            Ok(Some(cell)) => cell,
            Ok(None) => break,
            // An error value that calamine doesn't know (#SPILL!): `marks` has it.
            Err(XlsxError::CellError(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        let (row, column) = cell.get_position();
        let raw = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::Float(number) if percent.get(style).copied().unwrap_or(false) => Raw::Percent(*number),
            DataRef::Float(number) => Raw::Number(*number),
            DataRef::Int(number) => Raw::Number(*number as f64),
            DataRef::Bool(flag) => Raw::Flag(*flag),
            DataRef::DateTime(moment) => date(moment),
            DataRef::Error(error) => Raw::Error(error.to_string().into()),
            DataRef::SharedString("") => continue,
            DataRef::SharedString(text) => Raw::Text(clean(text, limits)?),
            DataRef::String(text) | DataRef::DurationIso(text) if text.is_empty() => continue,
            DataRef::String(text) | DataRef::DurationIso(text) => Raw::Text(clean(text, limits)?),
            DataRef::DateTimeIso(text) => iso_date(text).map_or_else(|| clean(text, limits).map(Raw::Text), Ok)?,
        };
        if row > LAST_ROW || column > LAST_COLUMN {
            return Err(Error::Damaged(format!("{}: {}", marks.name, CellRef::new(row, column))));
        }
        gathered.cells += 1;
        if let Raw::Text(text) = &raw {
            gathered.text_bytes += text.len() as u64;
        }
        if gathered.cells > limits.cells {
            return Err(Error::TooLarge(Limit::Cells(limits.cells)));
        }
        // A shared text stands in the file once and in memory once for each cell that shows it.
        if gathered.text_bytes > limits.text_bytes {
            return Err(Error::TooLarge(Limit::TextBytes(limits.text_bytes)));
        }
        if !marks.rich.is_empty()
            && let Raw::Text(text) = &raw
        {
            let at = CellRef::new(row, column);
            let found = marks.rich.binary_search_by_key(&at, |(at, _)| *at).ok();
            let rich = found.and_then(|index| marks.rich.get(index));
            let cell = looks.get(style).copied().unwrap_or_default();
            if let Some(found) = rich.and_then(|(_, rich)| rich.formats(text, cell)) {
                gathered.runs += found.len();
                formats.push((at, found));
            }
            if gathered.runs > limits.runs {
                return Err(Error::TooLarge(Limit::Runs(limits.runs)));
            }
        }
        rows.push(
            row,
            Cell {
                column,
                raw,
                formula: Formula::None,
            },
        );
        // The row being gathered counts too.
        if rows.list.len() >= limits.rows && !rows.cells.is_empty() {
            return Err(Error::TooLarge(Limit::Rows(limits.rows)));
        }
    }
    let mut sheet = Sheet {
        name: marks.name,
        hidden: false,
        rows: rows.finish(),
        merged: marks.merged,
        hidden_columns: marks.hidden_columns,
        formats,
        pictures: marks.pictures,
    };
    sheet.formats.sort_by_key(|(at, _)| *at);
    sheet.formats.dedup_by_key(|(at, _)| *at);
    apply_errors(&mut sheet.rows, marks.errors);
    for at in marks.picture_cells {
        if let Some(cell) = cell_at(&mut sheet.rows, at).filter(|cell| matches!(cell.raw, Raw::Error(_))) {
            cell.raw = Raw::Text("".into());
        }
    }
    apply_formulas(&mut sheet.rows, &marks.formulas);
    for row in &mut sheet.rows {
        row.hidden = marks.hidden_rows.binary_search(&row.index).is_ok();
    }
    Ok(sheet)
}

/// What all sheets together hold so far.
#[derive(Default)]
struct Gathered {
    cells: usize,
    text_bytes: u64,
    runs: usize,
}

/// How the letters of a cell of a style look unless they say otherwise.
fn look(style: &Style) -> Look {
    let font = style.font.as_ref();
    Look {
        bold: font.is_some_and(|font| font.weight == FontWeight::Bold),
        italic: font.is_some_and(|font| font.style == FontStyle::Italic),
    }
}

/// Rows being gathered; a file may hold them in any order.
#[derive(Default)]
struct Rows {
    list: Vec<Row>,
    current: u32,
    cells: Vec<Cell>,
    disorder: bool,
}

impl Rows {
    fn push(&mut self, row: u32, cell: Cell) {
        if row != self.current {
            self.close();
            self.disorder |= self.list.last().is_some_and(|last| last.index >= row);
            self.current = row;
        }
        self.disorder |= self.cells.last().is_some_and(|last| last.column >= cell.column);
        self.cells.push(cell);
    }

    fn close(&mut self) {
        if !self.cells.is_empty() {
            self.list.push(Row {
                index: self.current,
                hidden: false,
                // Collected anew so that the row takes no more memory than it needs.
                cells: self.cells.drain(..).collect(),
            });
        }
    }

    fn finish(mut self) -> Vec<Row> {
        self.close();
        if self.disorder {
            self.list.sort_by_key(|row| row.index);
            self.list.dedup_by(|later, earlier| {
                let same = later.index == earlier.index;
                if same {
                    earlier.cells.append(&mut later.cells);
                }
                same
            });
            for row in &mut self.list {
                // Excel keeps the first of two cells at one place, and calls the file damaged.
                row.cells.sort_by_key(|cell| cell.column);
                row.cells.dedup_by_key(|cell| cell.column);
            }
        }
        self.list.shrink_to_fit();
        self.list
    }
}

/// The cell at a place.
fn cell_at(rows: &mut [Row], at: CellRef) -> Option<&mut Cell> {
    let row = rows.binary_search_by_key(&at.row, |row| row.index).ok()?;
    let cells = &mut rows.get_mut(row)?.cells;
    let cell = cells.binary_search_by_key(&at.column, |cell| cell.column).ok()?;
    cells.get_mut(cell)
}

fn apply_errors(rows: &mut Vec<Row>, errors: Vec<(CellRef, Box<str>)>) {
    let mut missing = Vec::new();
    for (at, error) in errors {
        match cell_at(rows, at) {
            Some(cell) if matches!(cell.raw, Raw::Error(_)) => {}
            Some(cell) => cell.raw = Raw::Error(error),
            None => missing.push((at, Raw::Error(error), Formula::None)),
        }
    }
    insert(rows, missing);
}

fn apply_formulas(rows: &mut Vec<Row>, formulas: &[(CellRef, Formula)]) {
    let mut missing = Vec::new();
    for &(at, formula) in formulas {
        match cell_at(rows, at) {
            Some(cell) => cell.formula = formula,
            // A formula that gave an empty text leaves no cell; one that gave nothing at all does.
            None if formula == Formula::NotComputed => missing.push((at, Raw::Text("".into()), formula)),
            None => {}
        }
    }
    insert(rows, missing);
}

/// Puts cells in that calamine left out, all at once: one by one would be quadratic.
fn insert(rows: &mut Vec<Row>, cells: Vec<(CellRef, Raw, Formula)>) {
    if cells.is_empty() {
        return;
    }
    let mut gathered = Rows {
        list: std::mem::take(rows),
        disorder: true,
        ..Rows::default()
    };
    for (at, raw, formula) in cells {
        gathered.push(
            at.row,
            Cell {
                column: at.column,
                raw,
                formula,
            },
        );
    }
    *rows = gathered.finish();
}

/// Text in NFC with `\n` for line breaks. calamine has already turned `_x000D_` into a carriage return.
fn clean(text: &str, limits: &Limits) -> Result<Box<str>, Error> {
    if text.len() > limits.text_length && text.encode_utf16().count() > limits.text_length {
        return Err(Error::TooLarge(Limit::TextLength(limits.text_length)));
    }
    if text.contains('\r') {
        return Ok(nfc(&text.replace("\r\n", "\n").replace('\r', "\n")).into());
    }
    Ok(if text.is_ascii() { text.into() } else { nfc(text).into() })
}

/// The date part of a moment; a duration, a time of day or a number outside the calendar stays a number.
fn date(moment: &ExcelDateTime) -> Raw {
    let number = moment.as_f64();
    // 2,958,465 is 31/12/9999.
    if !moment.is_datetime() || !(1.0..2_958_466.0).contains(&number) {
        return Raw::Number(number);
    }
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    match Date::new(year as i16, month as i8, day as i8) {
        Ok(date) => Raw::Date(date),
        Err(_) => Raw::Number(number),
    }
}

fn iso_date(text: &str) -> Option<Raw> {
    text.get(..10)?.parse::<Date>().ok().map(Raw::Date)
}

/// Whether a number format shows a percentage: a `%` outside quotes and escapes, in the section for positive numbers.
fn is_percent(format: &str) -> bool {
    let mut quoted = false;
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\\' | '_' | '*' => {
                characters.next();
            }
            ';' => return false,
            '%' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percent_sign_counts_only_where_it_scales_the_number() {
        for format in ["0%", "0.0%", "#,##0.00 %;[Red]-0%", "_(0.0%_)"] {
            assert!(is_percent(format), "{format}");
        }
        for format in ["General", "0.0", "0.0\"%\"", "0.0\\%", "0;0%"] {
            assert!(!is_percent(format), "{format}");
        }
    }
}
