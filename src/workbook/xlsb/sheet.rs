//! A worksheet (`sheet1.bin`, [MS-XLSB] 2.1.7.61).

use super::record::{Fields, Records};
use super::style::Styles;
use crate::diagnostic::CellRef;
use crate::value::Raw;
use crate::workbook::rows::{Budget, Rows, hide};
use crate::workbook::runs::{Look, Runs, Styled};
use crate::workbook::{Cell, Error, Formula, LAST_COLUMN, LAST_ROW, Limit, Sheet};

/// A text and where its letters take another font: the UTF-16 unit, and the font's index (2.5.114, RichStr).
#[derive(Default)]
pub(super) struct RichText {
    text: Box<str>,
    runs: Box<[(u16, u16)]>,
}

impl RichText {
    pub fn read(mut fields: Fields<'_>) -> Result<Self, Error> {
        let flags = fields.u8()?;
        let text = fields.wanted_text()?.into();
        let mut runs = Vec::new();
        if flags & 1 != 0 {
            for _ in 0..fields.u32()? {
                runs.push((fields.u16()?, fields.u16()?));
            }
        }
        Ok(Self {
            text,
            runs: runs.into(),
        })
    }

    /// The text in a cell whose letters look like `cell` unless they say otherwise.
    fn styled(&self, cell: Look, styles: &Styles, budget: &mut Budget<'_>) -> Result<Styled, Error> {
        let mut pieces = Runs::default();
        let (mut look, mut start, mut unit) = (cell, 0, 0);
        let mut runs = self.runs.iter().peekable();
        // Counted before the work is done: many cells may show one text.
        budget.take_runs(self.runs.len())?;
        for (place, character) in self.text.char_indices() {
            while let Some((_, font)) = runs.next_if(|(first, _)| usize::from(*first) <= unit) {
                pieces.push(self.text.get(start..place).unwrap_or_default(), look, budget)?;
                (look, start) = (styles.font(*font), place);
            }
            unit += character.len_utf16();
        }
        pieces.push(self.text.get(start..).unwrap_or_default(), look, budget)?;
        pieces.finish(cell, budget)
    }
}

/// What all sheets of a workbook share.
pub(super) struct Book {
    pub styles: Styles,
    pub texts: Vec<RichText>,
    pub is_1904: bool,
    /// Whether the results of formulas are stale.
    pub never_computed: bool,
}

/// Reads a sheet.
pub(super) fn read(
    mut records: Records<'_>,
    name: String,
    book: &Book,
    budget: &mut Budget<'_>,
) -> Result<Sheet, Error> {
    const ROW: u16 = 0;
    const LAST_CELL: u16 = 18;
    const COLUMNS: u16 = 60;
    const RICH_CELL: u16 = 62;
    const END: u16 = 130;
    const BEGIN_ROWS: u16 = 145;
    const END_ROWS: u16 = 146;
    const MERGED: u16 = 176;
    let limits = budget.limits();
    let mut sheet = Sheet {
        name,
        ..Sheet::default()
    };
    let mut rows = Rows::default();
    let mut hidden_rows = Vec::new();
    let mut in_rows = false;
    let mut at = CellRef::new(0, 0);
    while let Some((kind, mut fields)) = records.until(END)? {
        match kind {
            BEGIN_ROWS => in_rows = true,
            END_ROWS => in_rows = false,
            ROW if in_rows => {
                at = CellRef::new(fields.u32()?, 0);
                // Format, height and a byte of flags stand before that of bit 4, fDyZero.
                fields.bytes(7)?;
                if fields.u8()? & 0x10 != 0 {
                    hidden_rows.push((at.row, at.row));
                }
            }
            1..=LAST_CELL | RICH_CELL if in_rows => {
                // The short records say no column: theirs is the next.
                if !(12..=LAST_CELL).contains(&kind) {
                    at.column = fields.u32()?;
                }
                let (look, format) = book.styles.format(fields.u32()? & 0xFF_FFFF);
                let mut formula = if (8..=11).contains(&kind) {
                    Formula::Computed
                } else {
                    Formula::None
                };
                let mut styled = None;
                let raw = match kind {
                    2 | 13 => format.raw(fields.rk()?, book.is_1904),
                    3 | 11 | 14 => Raw::Error(error(fields.u8()?)),
                    4 | 10 | 15 => Raw::Flag(fields.u8()? != 0),
                    5 | 9 | 16 => {
                        let number = fields.f64()?;
                        if kind == 9 && number == 0.0 && book.never_computed {
                            formula = Formula::NotComputed;
                        }
                        format.raw(number, book.is_1904)
                    }
                    6 | 8 | 17 => Raw::Text(budget.clean(&fields.wanted_text()?)?),
                    7 | 18 => {
                        let text = book.texts.get(fields.u32()? as usize);
                        let text = text.ok_or_else(|| Error::Damaged(sheet.name.clone()))?;
                        Raw::Text(take_text(text, look, book, budget, &mut styled)?)
                    }
                    RICH_CELL => Raw::Text(take_text(&RichText::read(fields)?, look, book, budget, &mut styled)?),
                    // Nothing but a format.
                    _ => Raw::Text("".into()),
                };
                let place = at;
                at.column = at.column.saturating_add(1);
                if matches!(&raw, Raw::Text(text) if text.is_empty()) {
                    continue;
                }
                if place.row > LAST_ROW || place.column > LAST_COLUMN {
                    return Err(Error::Damaged(sheet.name));
                }
                budget.take(&raw)?;
                let mut charset = look.charset;
                if let Some(styled) = styled {
                    charset = styled.charset;
                    if !styled.formats.is_empty() {
                        sheet.formats.push((place, styled.formats));
                    }
                    if !styled.charsets.is_empty() {
                        sheet.charsets.push((place, styled.charsets));
                    }
                }
                let cell = Cell {
                    column: place.column,
                    raw,
                    formula,
                    charset,
                };
                rows.push(place.row, cell, limits)?;
            }
            COLUMNS => {
                let (first, last) = (fields.u32()?, fields.u32()?);
                // Width and format.
                fields.bytes(8)?;
                if fields.u16()? & 1 != 0 {
                    sheet.hidden_columns.push((first, last.min(LAST_COLUMN)));
                }
            }
            MERGED => {
                let [first_row, last_row, first_column, last_column] =
                    [fields.u32()?, fields.u32()?, fields.u32()?, fields.u32()?];
                if last_row <= LAST_ROW
                    && last_column <= LAST_COLUMN
                    && first_row <= last_row
                    && first_column <= last_column
                {
                    let last = CellRef::new(last_row, last_column);
                    sheet.merged.push((CellRef::new(first_row, first_column), last));
                }
                if sheet.merged.len() > limits.merged {
                    return Err(Error::TooLarge(Limit::Merged(limits.merged)));
                }
            }
            _ => {}
        }
    }
    sheet.rows = rows.finish();
    hide(&mut sheet.rows, hidden_rows);
    sheet.formats.sort_by_key(|(at, _)| *at);
    sheet.charsets.sort_by_key(|(at, _)| *at);
    Ok(sheet)
}

/// A cell's text; what its letters look like goes to `styled` where they do not all look like the cell.
fn take_text(
    text: &RichText,
    cell: Look,
    book: &Book,
    budget: &mut Budget<'_>,
    styled: &mut Option<Styled>,
) -> Result<Box<str>, Error> {
    if text.runs.is_empty() {
        return budget.clean(&text.text);
    }
    let mut found = text.styled(cell, &book.styles, budget)?;
    let text = std::mem::take(&mut found.text);
    *styled = Some(found);
    Ok(text)
}

/// An error value (2.5.97.2, BErr).
fn error(code: u8) -> Box<str> {
    match code {
        0x00 => "#NULL!".into(),
        0x07 => "#DIV/0!".into(),
        0x0F => "#VALUE!".into(),
        0x17 => "#REF!".into(),
        0x1D => "#NAME?".into(),
        0x24 => "#NUM!".into(),
        0x2A => "#N/A".into(),
        0x2B => "#GETTING_DATA".into(),
        other => format!("#{other}!").into(),
    }
}
