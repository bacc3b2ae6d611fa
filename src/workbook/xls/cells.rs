//! The cells of a sheet, with what is merged and hidden ([MS-XLS] 2.1.7.20.6).

use super::Book;
use super::records::{Content, Record, Records};
use super::strings::Text;
use super::styles::Style;
use crate::diagnostic::CellRef;
use crate::value::Raw;
use crate::vietnamese::Charset;
use crate::workbook::rows::{Budget, Rows, hide};
use crate::workbook::runs::Runs;
use crate::workbook::{Cell, Error, Formula, LAST_COLUMN, Limit, Limits, Sheet};

/// A sheet being read.
pub(super) struct Reading<'a, 'b> {
    book: &'a Book<'a>,
    limits: &'a Limits,
    budget: &'a mut Budget<'b>,
    sheet: Sheet,
    rows: Rows,
    hidden_rows: Vec<(u32, u32)>,
    /// A formula whose text follows.
    awaited: Option<(CellRef, Style)>,
    /// Whether the file says that no formula was computed before it was saved.
    never_computed: bool,
}

/// The sheet that begins at a place; `None` for a dialog. Tells where it ends.
pub(super) fn read(
    book: &Book<'_>,
    name: String,
    start: usize,
    limits: &Limits,
    budget: &mut Budget<'_>,
) -> Result<(Option<Sheet>, usize), Error> {
    let damaged = |name: &str| Error::Damaged(name.to_owned());
    let mut records = Records::new(book.stream, start);
    if !records.next().is_ok_and(|record| record.is_begin()) {
        return Err(damaged(&name));
    }
    let mut reading = Reading {
        book,
        limits,
        budget,
        sheet: Sheet {
            name,
            ..Sheet::default()
        },
        rows: Rows::default(),
        hidden_rows: Vec::new(),
        awaited: None,
        never_computed: false,
    };
    let mut dialog = false;
    // Charts that stand in the sheet hold cells of their own.
    let mut depth = 1usize;
    loop {
        let record = records.next().map_err(|_| damaged(&reading.sheet.name))?;
        if record.is_begin() {
            depth += 1;
        } else if record.is_end() {
            depth -= 1;
        } else if depth == 1 {
            const OPTIONS: u16 = 0x0081;
            const DIALOG: u16 = 0x0010;
            if record.kind == OPTIONS {
                dialog |= record.content().u16().is_some_and(|options| options & DIALOG != 0);
            }
            reading.take(&record)?;
        }
        if depth == 0 {
            return Ok(((!dialog).then(|| reading.finish()).transpose()?, records.at));
        }
    }
}

impl Reading<'_, '_> {
    /// Takes in a record; one that is too short for what it holds is damage.
    fn take(&mut self, record: &Record<'_>) -> Result<(), Error> {
        let mut content = record.content();
        let taken = match record.kind {
            0x0002 | 0x0003 | 0x0203 => self.number(&mut content, record.kind),
            0x0004 | 0x0204 | 0x00D6 => self.label(&mut content, record.kind),
            0x0005 | 0x0205 => self.flag(&mut content),
            0x0006 | 0x0206 | 0x0406 => self.formula(&mut content),
            0x0007 | 0x0207 => self.result(&mut content),
            0x0008 | 0x0208 => self.row(&mut content, record.kind),
            0x005E => {
                self.never_computed = true;
                Some(Ok(()))
            }
            0x007D => self.columns(&mut content),
            0x00BD => self.compact_numbers(&mut content, record.data.len()),
            0x00E5 => self.merged(&mut content),
            0x00FD => self.shared_label(&mut content),
            0x027E => self.compact_number(&mut content),
            _ => Some(Ok(())),
        };
        taken.unwrap_or_else(|| Err(Error::Damaged(self.sheet.name.clone())))
    }

    /// Where a cell stands and how it looks.
    fn head(&self, content: &mut Content<'_>) -> Option<(CellRef, Style)> {
        let at = place(content)?;
        Some((at, self.book.styles.of_cell(content, self.book.version)?))
    }

    fn number(&mut self, content: &mut Content<'_>, kind: u16) -> Option<Result<(), Error>> {
        const INTEGER: u16 = 0x0002;
        let (at, style) = self.head(content)?;
        let number = match kind {
            INTEGER => f64::from(content.u16()?),
            _ => content.f64()?,
        };
        Some(self.push_number(at, style, number, Formula::None))
    }

    fn compact_number(&mut self, content: &mut Content<'_>) -> Option<Result<(), Error>> {
        let (at, style) = self.head(content)?;
        let number = expand(content.u32()?);
        Some(self.push_number(at, style, number, Formula::None))
    }

    /// Several of them, side by side; the last column is told behind them.
    fn compact_numbers(&mut self, content: &mut Content<'_>, length: usize) -> Option<Result<(), Error>> {
        let first = place(content)?;
        let count = length.checked_sub(6)? / 6;
        for column in (first.column..).take(count) {
            let style = self.book.styles.of_cell(content, self.book.version)?;
            let number = expand(content.u32()?);
            let at = CellRef::new(first.row, column);
            if let Err(error) = self.push_number(at, style, number, Formula::None) {
                return Some(Err(error));
            }
        }
        let last = u32::from(content.u16()?);
        ((last + 1).checked_sub(first.column)? as usize == count).then_some(Ok(()))
    }

    fn flag(&mut self, content: &mut Content<'_>) -> Option<Result<(), Error>> {
        let (at, style) = self.head(content)?;
        let (value, is_error) = (content.u8()?, content.u8()? != 0);
        let raw = if is_error { error(value) } else { Raw::Flag(value != 0) };
        Some(self.push(at, style, raw, Formula::None))
    }

    fn label(&mut self, content: &mut Content<'_>, kind: u16) -> Option<Result<(), Error>> {
        const RICH: u16 = 0x00D6;
        let (at, style) = self.head(content)?;
        let text = Text::read(content, self.book.version, kind == RICH)?;
        Some(self.push_text(at, style, &text, Formula::None))
    }

    fn shared_label(&mut self, content: &mut Content<'_>) -> Option<Result<(), Error>> {
        let (at, style) = self.head(content)?;
        let text = self.book.shared.get(self.book.stream, content.u32()?)?;
        Some(self.push_text(at, style, &text, Formula::None))
    }

    /// A formula: what the last program to save it made of it.
    fn formula(&mut self, content: &mut Content<'_>) -> Option<Result<(), Error>> {
        if let Err(error) = self.stop_waiting() {
            return Some(Err(error));
        }
        let (at, style) = self.head(content)?;
        let result = content.eight()?;
        // Excel itself leaves this bit alone. Programs that write formulas without computing them set it, so that Excel
        // computes them when it opens the file, and give each the result 0.
        const COMPUTE_ON_LOAD: u8 = 0x02;
        let never_computed = self.never_computed || content.u8()? & COMPUTE_ON_LOAD != 0;
        let computed = |zero: bool| match zero && never_computed {
            true => Formula::NotComputed,
            false => Formula::Computed,
        };
        // [MS-XLS] 2.5.133.
        Some(match result {
            [0, .., 0xFF, 0xFF] => {
                self.awaited = Some((at, style));
                Ok(())
            }
            [1, _, value, .., 0xFF, 0xFF] => self.push(at, style, Raw::Flag(value != 0), Formula::Computed),
            [2, _, value, .., 0xFF, 0xFF] => self.push(at, style, error(value), Formula::Computed),
            [3, .., 0xFF, 0xFF] if never_computed => self.push(at, style, nothing(), Formula::NotComputed),
            // An empty text leaves no cell.
            [3, .., 0xFF, 0xFF] => Ok(()),
            _ => {
                let number = f64::from_le_bytes(result);
                self.push_number(at, style, number, computed(number == 0.0))
            }
        })
    }

    /// The text of the formula before it.
    fn result(&mut self, content: &mut Content<'_>) -> Option<Result<(), Error>> {
        let text = Text::read(content, self.book.version, false)?;
        Some(match self.awaited.take() {
            Some((at, style)) => self.push_text(at, style, &text, Formula::Computed),
            None => Ok(()),
        })
    }

    /// Gives up on a text that did not come: the formula has no result.
    fn stop_waiting(&mut self) -> Result<(), Error> {
        match self.awaited.take() {
            Some((at, style)) => self.push(at, style, nothing(), Formula::NotComputed),
            None => Ok(()),
        }
    }

    fn row(&mut self, content: &mut Content<'_>, kind: u16) -> Option<Result<(), Error>> {
        const EXCEL_2: u16 = 0x0008;
        let row = u32::from(content.u16()?);
        content.skip(4)?;
        let height = content.u16()?;
        let hidden = if kind == EXCEL_2 {
            height & 0x7FFF == 0
        } else {
            content.skip(4)?;
            content.u16()? & 0x20 != 0
        };
        if hidden {
            self.hidden_rows.push((row, row));
        }
        Some(Ok(()))
    }

    fn columns(&mut self, content: &mut Content<'_>) -> Option<Result<(), Error>> {
        let (first, last) = (u32::from(content.u16()?), u32::from(content.u16()?));
        content.skip(4)?;
        if content.u16()? & 1 != 0 && first <= last {
            self.sheet.hidden_columns.push((first, last.min(LAST_COLUMN)));
        }
        Some(Ok(()))
    }

    fn merged(&mut self, content: &mut Content<'_>) -> Option<Result<(), Error>> {
        for _ in 0..content.u16()? {
            let [first_row, last_row, first_column, last_column] =
                [content.u16()?, content.u16()?, content.u16()?, content.u16()?].map(u32::from);
            if first_row <= last_row && first_column <= last_column && last_column <= LAST_COLUMN {
                let (first, last) = (
                    CellRef::new(first_row, first_column),
                    CellRef::new(last_row, last_column),
                );
                self.sheet.merged.push((first, last));
            }
            if self.sheet.merged.len() > self.limits.merged {
                return Some(Err(Error::TooLarge(Limit::Merged(self.limits.merged))));
            }
        }
        Some(Ok(()))
    }

    fn push_number(&mut self, at: CellRef, style: Style, number: f64, formula: Formula) -> Result<(), Error> {
        let raw = if number.is_finite() {
            style.kind.raw(number, self.book.is_1904)
        } else {
            error(NUM)
        };
        self.push(at, style, raw, formula)
    }

    fn push_text(&mut self, at: CellRef, style: Style, text: &Text<'_>, formula: Formula) -> Result<(), Error> {
        if text.is_empty() {
            return Ok(());
        }
        let book = self.book;
        let cell = style.look;
        if !text.is_rich() {
            let text = self.budget.clean(&text.decode(cell.charset, book.page))?;
            return self.push_cell(at, Raw::Text(text), formula, cell.charset);
        }
        let look = |font: Option<u16>| font.map_or(cell, |font| book.styles.font_look(font));
        let mut runs = Runs::default();
        for (range, font) in text.runs() {
            let look = look(font);
            let piece = text.decode_range(range, look.charset, book.page);
            runs.push(&piece, look, self.budget)?;
        }
        let styled = runs.finish(cell, self.budget)?;
        if !styled.formats.is_empty() {
            self.sheet.formats.push((at, styled.formats));
        }
        if !styled.charsets.is_empty() {
            self.sheet.charsets.push((at, styled.charsets));
        }
        self.push_cell(at, Raw::Text(styled.text), formula, styled.charset)
    }

    fn push(&mut self, at: CellRef, style: Style, raw: Raw, formula: Formula) -> Result<(), Error> {
        self.push_cell(at, raw, formula, style.look.charset)
    }

    fn push_cell(&mut self, at: CellRef, raw: Raw, formula: Formula, charset: Charset) -> Result<(), Error> {
        if at.column > LAST_COLUMN {
            return Err(Error::Damaged(format!("{}: {at}", self.sheet.name)));
        }
        self.budget.take(&raw)?;
        let cell = Cell {
            column: at.column,
            raw,
            formula,
            charset,
        };
        self.rows.push(at.row, cell, self.limits)
    }

    fn finish(mut self) -> Result<Sheet, Error> {
        self.stop_waiting()?;
        let mut sheet = self.sheet;
        sheet.rows = self.rows.finish();
        sheet.formats.sort_by_key(|(at, _)| *at);
        sheet.formats.dedup_by_key(|(at, _)| *at);
        sheet.charsets.sort_by_key(|(at, _)| *at);
        sheet.charsets.dedup_by_key(|(at, _)| *at);
        hide(&mut sheet.rows, self.hidden_rows);
        Ok(sheet)
    }
}

fn place(content: &mut Content<'_>) -> Option<CellRef> {
    Some(CellRef::new(content.u16()?.into(), content.u16()?.into()))
}

/// A number in four bytes: an integer or the upper half of a float, times 100 or not ([MS-XLS] 2.5.217).
fn expand(number: u32) -> f64 {
    let value = if number & 2 != 0 {
        f64::from(number.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(number & !3) << 32)
    };
    if number & 1 != 0 { value / 100.0 } else { value }
}

fn nothing() -> Raw {
    Raw::Text("".into())
}

const NUM: u8 = 0x24;

/// [MS-XLS] 2.5.10.
fn error(code: u8) -> Raw {
    let text = match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        NUM => "#NUM!",
        0x2A => "#N/A",
        0x2B => "#GETTING_DATA",
        _ => "#ERROR!",
    };
    Raw::Error(text.into())
}
