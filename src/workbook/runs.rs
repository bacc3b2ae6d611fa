//! Texts whose letters do not all look alike, while a reader puts them together piece by piece.

use std::ops::Range;

use super::rows::Budget;
use super::{Charsets, Error, Limit};
use crate::value::Format;
use crate::vietnamese::{Charset, is_blank_char, nfc};

/// How letters look, and what their font says about their encoding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub bold: bool,
    pub italic: bool,
    pub charset: Charset,
}

impl Look {
    fn weight(&self) -> (bool, bool) {
        (self.bold, self.italic)
    }
}

/// A text in pieces.
#[derive(Debug, Default)]
pub(super) struct Runs {
    pieces: Vec<(String, Look)>,
    length: usize,
    after_return: bool,
}

/// A text that was in pieces.
#[derive(Debug, Default)]
pub(super) struct Styled {
    /// As [`Budget::clean`] leaves it.
    pub text: Box<str>,
    /// What is bold or italic, for `Sheet::formats`.
    pub formats: Box<[Format]>,
    /// The encoding of all letters, or of those that `charsets` says nothing about.
    pub charset: Charset,
    /// For `Sheet::charsets`.
    pub charsets: Charsets,
}

impl Runs {
    /// Adds a piece. Errors: more text than a cell may have.
    pub fn push(&mut self, piece: &str, look: Look, budget: &Budget<'_>) -> Result<(), Error> {
        self.length += piece.len();
        budget.fits(self.length)?;
        let continued = self.after_return && piece.starts_with('\n');
        if !piece.is_empty() {
            self.after_return = piece.ends_with('\r');
        }
        let piece = piece.get(usize::from(continued)..).unwrap_or_default();
        let piece = piece.replace("\r\n", "\n").replace('\r', "\n");
        let mut rest = piece.as_str();
        if let Some((last, _)) = self.pieces.last_mut() {
            // A mark belongs to its letter, wherever the run ends.
            let letters = rest.trim_start_matches(|c| matches!(c, '\u{300}'..='\u{36f}'));
            last.push_str(rest.strip_suffix(letters).unwrap_or_default());
            rest = letters;
        }
        match self.pieces.last_mut() {
            Some((last, same)) if *same == look => last.push_str(rest),
            _ if rest.is_empty() => {}
            _ => self.pieces.push((rest.to_owned(), look)),
        }
        Ok(())
    }

    /// The text, in a cell whose letters look like `cell` unless they say otherwise.
    pub fn finish(self, cell: Look, budget: &mut Budget<'_>) -> Result<Styled, Error> {
        let mut letters = self.pieces.iter().filter(|(text, _)| !text.chars().all(is_blank_char));
        let first = letters.next().map_or(cell, |(_, look)| *look);
        let (mut one_weight, mut one_charset) = (true, true);
        for (_, look) in letters {
            one_weight &= look.weight() == first.weight();
            one_charset &= look.charset == first.charset;
        }
        if self.pieces.len() > 1 {
            budget.take_runs(self.pieces.len())?;
        }
        let mut text = String::with_capacity(self.length);
        let (mut formats, mut charsets) = (Vec::<Format>::new(), Vec::<(Range<usize>, Charset)>::new());
        for (piece, look) in &self.pieces {
            let start = text.len();
            text.push_str(&nfc(piece));
            let range = start..text.len();
            let (bold, italic) = look.weight();
            if !one_weight && (bold || italic) {
                match formats.last_mut() {
                    Some(last) if last.range.end == start && (last.bold, last.italic) == (bold, italic) => {
                        last.range.end = range.end;
                    }
                    _ => formats.push(Format {
                        range: range.clone(),
                        bold,
                        italic,
                    }),
                }
            }
            if !one_charset {
                match charsets.last_mut() {
                    Some((last, charset)) if *charset == look.charset => last.end = range.end,
                    _ => charsets.push((range, look.charset)),
                }
            }
        }
        let clean = budget.clean(&text)?;
        if *clean != *text {
            // Letters that only come together across pieces: no range fits them any more.
            return Ok(Styled {
                text: clean,
                charset: first.charset,
                ..Styled::default()
            });
        }
        Ok(Styled {
            text: clean,
            formats: formats.into(),
            charset: if one_charset { first.charset } else { cell.charset },
            charsets: charsets.into(),
        })
    }
}

impl Budget<'_> {
    /// Refuses a text that is too long for a cell however its letters are encoded; [`Budget::clean`] looks closer.
    pub fn fits(&self, bytes: usize) -> Result<(), Error> {
        // No UTF-16 unit takes more than three bytes of UTF-8, none that decomposes into a letter and two marks more than six.
        const BYTES: usize = 6;
        let limit = self.limits().text_length;
        if bytes > limit.saturating_mul(BYTES) {
            return Err(Error::TooLarge(Limit::TextLength(limit)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbook::Limits;

    fn finished(pieces: &[(&str, Look)], cell: Look) -> Styled {
        let limits = Limits::default();
        let mut budget = Budget::new(&limits);
        let mut runs = Runs::default();
        for (piece, look) in pieces {
            runs.push(piece, *look, &budget).expect("short");
        }
        runs.finish(cell, &mut budget).expect("few")
    }

    #[test]
    fn only_letters_that_differ_are_told() {
        let plain = Look::default();
        let bold = Look { bold: true, ..plain };
        let tcvn3 = Look {
            charset: Charset::Tcvn3,
            ..plain
        };
        let styled = finished(
            &[("Ke", bold), ("\u{302}\u{301} hoạch\r", plain), ("\nb", plain)],
            plain,
        );
        assert_eq!((&*styled.text, styled.formats.len()), ("Kế hoạch\nb", 1));
        assert_eq!(styled.formats[0].range, 0.."Kế".len());
        let styled = finished(&[("a", bold), (" ", plain), ("b", bold)], plain);
        assert!(styled.formats.is_empty(), "{styled:?}");
        let styled = finished(&[("UBND ", tcvn3), ("x·", tcvn3)], plain);
        assert_eq!((styled.charset, styled.charsets.len()), (Charset::Tcvn3, 0));
        let styled = finished(&[("m", plain), ("3/ngµy", tcvn3)], tcvn3);
        assert_eq!(styled.charset, Charset::Tcvn3);
        assert_eq!(*styled.charsets, [(0..1, Charset::Unknown), (1..8, Charset::Tcvn3)]);
    }
}
