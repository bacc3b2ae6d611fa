//! Rows of cells while a reader gathers them, in whatever order the file holds them, held against the limits.

use super::{Cell, Error, Formula, Limit, Limits, Row};
use crate::diagnostic::CellRef;
use crate::value::Raw;
use crate::vietnamese::{Charset, nfc};

/// What all sheets of a workbook hold so far, against what they may.
#[derive(Clone)]
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

    /// What a workbook may cost.
    pub fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// Counts a cell.
    pub fn take(&mut self, raw: &Raw) -> Result<(), Error> {
        self.take_times(raw, 1)
    }

    /// Counts a cell that the file holds once for many places.
    pub fn take_times(&mut self, raw: &Raw, times: usize) -> Result<(), Error> {
        self.cells = self.cells.saturating_add(times);
        if self.cells > self.limits.cells {
            return Err(Error::TooLarge(Limit::Cells(self.limits.cells)));
        }
        // A shared text stands in the file once and in memory once for each cell that shows it.
        if let Raw::Text(text) = raw {
            self.text_bytes = self
                .text_bytes
                .saturating_add((text.len() as u64).saturating_mul(times as u64));
        }
        if self.text_bytes > self.limits.text_bytes {
            return Err(Error::TooLarge(Limit::TextBytes(self.limits.text_bytes)));
        }
        Ok(())
    }

    /// Counts runs of a text whose letters do not all look alike.
    pub fn take_runs(&mut self, runs: usize) -> Result<(), Error> {
        self.runs = self.runs.saturating_add(runs);
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
        if text.as_bytes().contains(&b'\r') {
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

    /// Fails where a number of further rows are too many for the sheet.
    pub fn expect(&self, rows: usize, limits: &Limits) -> Result<(), Error> {
        let known = self.list.len() + usize::from(!self.cells.is_empty());
        if known.saturating_add(rows) > limits.rows {
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

/// Hides the rows of ranges: first and last of each, in any order.
pub(super) fn hide(rows: &mut [Row], mut ranges: Vec<(u32, u32)>) {
    ranges.sort_unstable();
    for (first, last) in ranges {
        let start = rows.partition_point(|row| row.index < first);
        for row in rows.iter_mut().skip(start).take_while(|row| row.index <= last) {
            row.hidden = true;
        }
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
}
