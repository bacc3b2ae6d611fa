//! Rows of cells while a reader gathers them, in whatever order the file holds them, held against the limits.

use calamine::{ExcelDateTime, ExcelDateTimeType};
use jiff::civil::Date;

use super::{Cell, Error, Formula, Limit, Limits, Row};
use crate::diagnostic::CellRef;
use crate::value::Raw;
use crate::vietnamese::{Charset, nfc};

/// What all sheets of a workbook hold so far, against what they may.
pub(super) struct Budget<'a> {
    limits: &'a Limits,
    cells: usize,
    text_bytes: u64,
    runs: usize,
}

impl<'a> Budget<'a> {
    pub fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            cells: 0,
            text_bytes: 0,
            runs: 0,
        }
    }

    /// Counts a cell.
    pub fn take(&mut self, raw: &Raw) -> Result<(), Error> {
        self.cells += 1;
        if self.cells > self.limits.cells {
            return Err(Error::TooLarge(Limit::Cells(self.limits.cells)));
        }
        // A shared text stands in the file once and in memory once for each cell that shows it.
        if let Raw::Text(text) = raw {
            self.text_bytes += text.len() as u64;
        }
        if self.text_bytes > self.limits.text_bytes {
            return Err(Error::TooLarge(Limit::TextBytes(self.limits.text_bytes)));
        }
        Ok(())
    }

    /// Counts runs of a text whose letters do not all look alike.
    pub fn take_runs(&mut self, runs: usize) -> Result<(), Error> {
        self.runs += runs;
        if self.runs > self.limits.runs {
            return Err(Error::TooLarge(Limit::Runs(self.limits.runs)));
        }
        Ok(())
    }

    /// A cell's text in NFC with `\n` for line breaks.
    pub fn clean(&self, text: &str) -> Result<Box<str>, Error> {
        let limit = self.limits.text_length;
        if text.len() > limit && text.encode_utf16().count() > limit {
            return Err(Error::TooLarge(Limit::TextLength(limit)));
        }
        if text.contains('\r') {
            return Ok(nfc(&text.replace("\r\n", "\n").replace('\r', "\n")).into());
        }
        Ok(if text.is_ascii() { text.into() } else { nfc(text).into() })
    }
}

/// Rows being gathered; a file may hold them in any order.
#[derive(Default)]
pub(super) struct Rows {
    list: Vec<Row>,
    current: u32,
    cells: Vec<Cell>,
    disorder: bool,
}

impl Rows {
    /// Adds a cell; fails where the sheet has too many rows.
    pub fn push(&mut self, row: u32, cell: Cell, limits: &Limits) -> Result<(), Error> {
        self.add(row, cell);
        // The row being gathered counts too.
        if self.list.len() >= limits.rows && !self.cells.is_empty() {
            return Err(Error::TooLarge(Limit::Rows(limits.rows)));
        }
        Ok(())
    }

    fn add(&mut self, row: u32, cell: Cell) {
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

    /// The rows in order, the cells of each in order.
    pub fn finish(mut self) -> Vec<Row> {
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
pub(super) fn cell_at(rows: &mut [Row], at: CellRef) -> Option<&mut Cell> {
    let row = rows.binary_search_by_key(&at.row, |row| row.index).ok()?;
    let cells = &mut rows.get_mut(row)?.cells;
    let cell = cells.binary_search_by_key(&at.column, |cell| cell.column).ok()?;
    cells.get_mut(cell)
}

/// Puts cells in that a reader left out, all at once: one by one would be quadratic.
pub(super) fn insert(rows: &mut Vec<Row>, cells: Vec<(CellRef, Raw, Formula)>) {
    if cells.is_empty() {
        return;
    }
    let mut gathered = Rows {
        list: std::mem::take(rows),
        disorder: true,
        ..Rows::default()
    };
    for (at, raw, formula) in cells {
        gathered.add(
            at.row,
            Cell {
                column: at.column,
                raw,
                formula,
                charset: Charset::Unknown,
            },
        );
    }
    *rows = gathered.finish();
}

/// What a number format makes of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shows {
    /// A number, a time of day by the hour, a length of time.
    #[default]
    Number,
    /// A percentage.
    Percent,
    /// A moment: a date, a time of day.
    Date,
}

/// What a number format shows, as calamine tells it for .xlsx: letters of dates outside quotes, escapes and brackets.
pub(super) fn shows(format: &str) -> Shows {
    let (mut quoted, mut bracket) = (false, None::<String>);
    let mut noon = false;
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        match (character.to_ascii_lowercase(), &mut bracket) {
            ('"', _) => quoted = !quoted,
            _ if quoted => {}
            (']', Some(inner)) => {
                // Hours, minutes or seconds that run on: a length of time.
                let mut letters = inner.chars();
                let first = letters.next();
                if first.is_some_and(|first| "hms".contains(first) && letters.all(|letter| letter == first)) {
                    break;
                }
                bracket = None;
            }
            (letter, Some(inner)) => inner.push(letter),
            ('[', None) => bracket = Some(String::new()),
            ('\\' | '_' | '*', None) => {
                characters.next();
            }
            (';', None) => break,
            // `AM/PM` and `a/p`.
            ('p' | 'm' | '/', None) if noon => return Shows::Date,
            ('a', None) => noon = true,
            ('d' | 'm' | 'h' | 'y' | 's', None) if !noon => return Shows::Date,
            _ => {}
        }
    }
    if is_percent(format) {
        Shows::Percent
    } else {
        Shows::Number
    }
}

/// A number as its format shows it.
pub(super) fn shown(number: f64, shows: Shows, is_1904: bool) -> Raw {
    match shows {
        Shows::Number => Raw::Number(number),
        Shows::Percent => Raw::Percent(number),
        Shows::Date => date(&ExcelDateTime::new(number, ExcelDateTimeType::DateTime, is_1904)),
    }
}

/// The date part of a moment; a duration, a time of day or a number outside the calendar stays a number.
pub(super) fn date(moment: &ExcelDateTime) -> Raw {
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

/// Whether a number format shows a percentage: a `%` outside quotes and escapes, in the section for positive numbers.
pub(super) fn is_percent(format: &str) -> bool {
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
    #[test]
    fn letters_of_dates_count_only_where_they_stand_for_themselves() {
        for format in [
            "dd/mm/yyyy",
            "[$-42A]dd mmmm yyyy;@",
            "h:mm AM/PM",
            "AM/PM",
            "\"Ngày \"dd",
            "[Red]yyyy",
            "D\\-M",
            "mm:ss.0",
        ] {
            assert_eq!(shows(format), Shows::Date, "{format}");
        }
        for format in [
            "General",
            "0.0",
            "[h]:mm:ss",
            "[mm]:ss",
            "#,##0 \"đồng/m\"",
            "#,##0\\ \\d",
            "_(* #,##0_);d",
            "[Red]#,##0",
            "#,##0 [$VND]",
            "@",
            "",
        ] {
            assert_eq!(shows(format), Shows::Number, "{format}");
        }
        for format in ["0%", "[Red]0.0%"] {
            assert_eq!(shows(format), Shows::Percent, "{format}");
        }
    }
}
