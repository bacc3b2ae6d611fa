//! Cells from calamine's streaming reader, joined with what `marks` found.

use std::io::Cursor;

use calamine::{DataRef, FontStyle, FontWeight, Reader, SheetType, SheetVisible, Style, Xlsx, XlsxError};
use jiff::civil::Date;

use super::marks::{Marks, SheetMarks};
use super::rich::Look;
use crate::diagnostic::CellRef;
use crate::value::Raw;
use crate::vietnamese::Charset;
use crate::workbook::format::date_in;
use crate::workbook::rows::{Budget, Rows, cell_at, insert, is_percent};
use crate::workbook::{Cell, Error, Formula, LAST_COLUMN, LAST_ROW, Limits, Row, Sheet, Workbook};

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
    let mut budget = Budget::new(limits);
    for (metadata, marks) in metadata.into_iter().zip(marks.sheets) {
        if metadata.name != marks.name || workbook.sheets.iter().any(|sheet| sheet.name == marks.name) {
            return Err(Error::Damaged(marks.name));
        }
        if metadata.typ != SheetType::WorkSheet || !marks.worksheet {
            continue;
        }
        let mut sheet = read_sheet(&mut source, marks, limits, &mut budget)?;
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
    budget: &mut Budget<'_>,
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
    let charsets: Vec<Charset> = reader.styles().iter().map(charset).collect();
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
            DataRef::DateTime(moment) => date_in(moment).map_or(Raw::Number(moment.as_f64()), Raw::Date),
            DataRef::Error(error) => Raw::Error(error.to_string().into()),
            DataRef::SharedString("") => continue,
            DataRef::SharedString(text) => Raw::Text(budget.clean(text)?),
            DataRef::String(text) | DataRef::DurationIso(text) if text.is_empty() => continue,
            DataRef::String(text) | DataRef::DurationIso(text) => Raw::Text(budget.clean(text)?),
            DataRef::DateTimeIso(text) => iso_date(text).map_or_else(|| budget.clean(text).map(Raw::Text), Ok)?,
        };
        if row > LAST_ROW || column > LAST_COLUMN {
            return Err(Error::Damaged(format!("{}: {}", marks.name, CellRef::new(row, column))));
        }
        budget.take(&raw)?;
        if !marks.rich.is_empty()
            && let Raw::Text(text) = &raw
        {
            let at = CellRef::new(row, column);
            let found = marks.rich.binary_search_by_key(&at, |(at, _)| *at).ok();
            let rich = found.and_then(|index| marks.rich.get(index));
            let cell = looks.get(style).copied().unwrap_or_default();
            if let Some(found) = rich.and_then(|(_, rich)| rich.formats(text, cell)) {
                budget.take_runs(found.len())?;
                formats.push((at, found));
            }
        }
        rows.push(
            row,
            Cell {
                column,
                raw,
                formula: Formula::None,
                charset: charsets.get(style).copied().unwrap_or_default(),
            },
            limits,
        )?;
    }
    let mut sheet = Sheet {
        name: marks.name,
        hidden: false,
        rows: rows.finish(),
        merged: marks.merged,
        hidden_columns: marks.hidden_columns,
        formats,
        pictures: marks.pictures,
        ..Sheet::default()
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

/// What the font of a style says about the encoding of its texts.
fn charset(style: &Style) -> Charset {
    let name = style.font.as_ref().and_then(|font| font.name.as_deref());
    name.map(Charset::of_font).unwrap_or_default()
}

/// How the letters of a cell of a style look unless they say otherwise.
fn look(style: &Style) -> Look {
    let font = style.font.as_ref();
    Look {
        bold: font.is_some_and(|font| font.weight == FontWeight::Bold),
        italic: font.is_some_and(|font| font.style == FontStyle::Italic),
    }
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

fn iso_date(text: &str) -> Option<Raw> {
    text.get(..10)?.parse::<Date>().ok().map(Raw::Date)
}
