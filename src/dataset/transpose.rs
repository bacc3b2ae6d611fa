//! Reads a table that lies on its side: labels down a column, records across.
//!
//! The sheet is turned and read as any table; then every cell of its values and findings is turned back, and messages speak
//! of columns where they spoke of rows.

use std::collections::BTreeMap;

use super::SheetData;
use super::account::{Reason, Skipped};
use super::findings::Findings;
use super::locate::{Labels, label_text};
use super::table;
use crate::diagnostic::{CellRef, Diagnostic, Place, Text, column_letters};
use crate::schema::Sheet;
use crate::vietnamese::spellings;
use crate::workbook::{self, Cell, Row};

/// Rows of a sheet that are searched for labels.
const SEARCHED_ROWS: usize = 60;

/// The column in which a table's labels stand one below the other; `None` when a row names columns, as usual.
pub(super) fn label_column(declared: &Sheet, sheet: &workbook::Sheet) -> Option<u32> {
    let labels = Labels::new(declared);
    let mut columns: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for row in sheet.rows.iter().take(SEARCHED_ROWS) {
        let texts = row
            .cells
            .iter()
            .filter_map(|cell| Some((cell.column, label_text(cell)?)));
        let found = texts.filter_map(|(column, text)| Some((column, labels.find(text)?)));
        let mut in_row: Vec<usize> = Vec::new();
        for (column, field) in found {
            if in_row.iter().any(|other| *other != field) {
                return None;
            }
            in_row.push(field);
            let fields = columns.entry(column).or_default();
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
    }
    let mut fields = declared.fields.iter().enumerate();
    let (column, found) = columns
        .into_iter()
        .max_by_key(|(column, found)| (found.len(), u32::MAX - column))?;
    let is_complete = fields.all(|(index, field)| !field.required || found.contains(&index));
    (found.len() >= 2 && is_complete).then_some(column)
}

/// Reads a sheet whose labels stand in a column.
pub(super) fn read(
    declared: &Sheet,
    index: usize,
    sheet: workbook::Sheet,
    label_column: u32,
    findings: &mut Findings,
) -> SheetData {
    let rows: Vec<u32> = super::content(&sheet).collect();
    let mut own = Findings::default();
    let mut data = table::read(declared, index, turned(declared, sheet, label_column), &mut own);
    findings.absorb(own, turn_finding);
    data.is_transposed = true;
    // A row of the workbook was read when it holds a field's values.
    let is_read = |row: &&u32| data.columns.contains(&Some(**row));
    let skipped = rows.iter().filter(|row| !is_read(row)).map(|row| Skipped {
        row: *row,
        why: Reason::Text,
    });
    data.skipped = skipped.collect();
    data.read = rows.len() - data.skipped.len();
    data.formats = data.formats.drain().map(|(at, formats)| (turn(at), formats)).collect();
    data
}

fn turn(at: CellRef) -> CellRef {
    CellRef::new(at.column, at.row)
}

/// The sheet with rows and columns exchanged, without the column of units beside the labels.
fn turned(declared: &Sheet, sheet: workbook::Sheet, label_column: u32) -> workbook::Sheet {
    let labels = Labels::new(declared);
    let mut units: Vec<u32> = Vec::new();
    let mut columns: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
    let mut hidden_rows: Vec<(u32, u32)> = Vec::new();
    for row in sheet.rows {
        let label = row
            .cell(label_column)
            .and_then(label_text)
            .and_then(|text| labels.find(text));
        if row.hidden {
            hidden_rows.push((row.index, row.index));
        }
        for cell in row.cells {
            if label.is_none() && label_text(&cell).is_some_and(is_unit_header) {
                units.push(cell.column);
            }
            let turned = Cell {
                column: row.index,
                ..cell
            };
            columns.entry(cell.column).or_default().push(turned);
        }
    }
    let is_hidden = |column: u32| {
        sheet
            .hidden_columns
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&column))
    };
    let rows = columns.into_iter().filter(|(column, _)| !units.contains(column));
    workbook::Sheet {
        name: sheet.name,
        hidden: sheet.hidden,
        rows: rows
            .map(|(index, cells)| Row {
                index,
                hidden: is_hidden(index),
                cells,
            })
            .collect(),
        merged: sheet
            .merged
            .into_iter()
            .map(|(first, last)| (turn(first), turn(last)))
            .collect(),
        hidden_columns: hidden_rows,
        formats: turned_list(sheet.formats),
        charsets: Vec::new(),
        decoded: turned_list(sheet.decoded),
        pictures: Vec::new(),
    }
}

fn turned_list<T>(list: Vec<(CellRef, T)>) -> Vec<(CellRef, T)> {
    let mut list: Vec<(CellRef, T)> = list.into_iter().map(|(at, value)| (turn(at), value)).collect();
    list.sort_by_key(|(at, _)| *at);
    list
}

/// Whether a header is that of the units of measure.
pub(super) fn is_unit_header(text: &str) -> bool {
    text.len() <= 40
        && spellings(text)
            .iter()
            .any(|spelling| spelling == "don vi tinh" || spelling == "don vi")
}

fn turn_finding(mut finding: Diagnostic) -> Diagnostic {
    if let Place::Cell(_, at) = &mut finding.place {
        *at = turn(*at);
    }
    for at in &mut finding.more {
        *at = turn(*at);
    }
    finding.more.sort();
    finding.message = turn_text(&finding.message);
    finding.hint = finding.hint.as_ref().map(turn_text);
    finding
}

/// Words of messages that change places with rows and columns.
const WORDS_VI: [(&str, &str); 3] = [("dòng", "cột"), ("cột", "dòng"), ("dưới", "bên phải")];
const WORDS_EN: [(&str, &str); 5] = [
    ("row", "column"),
    ("rows", "columns"),
    ("column", "row"),
    ("columns", "rows"),
    ("below", "right of"),
];

/// A message about a turned table as one about the table as it lies: what people wrote, in quotation marks, stays.
fn turn_text(text: &Text) -> Text {
    Text {
        vi: turn_words(&text.vi, &WORDS_VI),
        en: turn_words(&text.en, &WORDS_EN),
    }
}

fn turn_words(message: &str, words: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(message.len());
    let mut depth = 0_usize;
    let mut word = String::new();
    let mut after_row = false;
    for sign in message.chars().chain(['\0']) {
        if depth == 0 && sign.is_alphanumeric() {
            word.push(sign);
            continue;
        }
        if !word.is_empty() {
            let turned = words.iter().find(|(from, _)| word.to_lowercase() == *from);
            match (turned, word.parse::<u32>(), cell(&word)) {
                (Some((from, to)), ..) => {
                    out.push_str(to);
                    after_row = matches!(*from, "dòng" | "row");
                }
                // “dòng 5” of the turned table is column E.
                (None, Ok(number @ 1..), _) if after_row => {
                    out.push_str(&column_letters(number - 1));
                    after_row = false;
                }
                (None, _, Some(at)) => out.push_str(&turn(at).to_string()),
                _ => {
                    out.push_str(&word);
                    after_row = false;
                }
            }
            word.clear();
        }
        match sign {
            '\0' => break,
            '«' | '“' => depth += 1,
            '»' | '”' => depth = depth.saturating_sub(1),
            _ => {}
        }
        out.push(sign);
    }
    out
}

/// A cell reference as messages print it.
fn cell(word: &str) -> Option<CellRef> {
    let digits = word.find(|sign: char| sign.is_ascii_digit())?;
    let (letters, number) = word.split_at(digits);
    if letters.is_empty() || letters.len() > 4 || !letters.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let column = letters.bytes().try_fold(0_u32, |column, byte| {
        column.checked_mul(26)?.checked_add(u32::from(byte - b'A') + 1)
    })?;
    let row = number.parse::<u32>().ok()?;
    Some(CellRef::new(row.checked_sub(1)?, column - 1))
}

#[cfg(test)]
mod tests;
