//! A text in runs of letters that look alike.
//!
//! In: the pieces of a rich text with the look of each, whatever the container. Out: the text in NFC with `\n` for line
//! breaks, what in it is bold or italic, and what the fonts of its letters say about their encoding.

use std::ops::Range;

use crate::value::Format;
use crate::vietnamese::{Charset, is_blank_char, nfc};

/// How letters look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub bold: bool,
    pub italic: bool,
    /// What their font says about their encoding.
    pub charset: Charset,
}

/// A text being gathered.
#[derive(Debug, Default)]
pub(super) struct Runs {
    pieces: Vec<(String, Look)>,
    /// Whether the last piece ended with a carriage return.
    after_return: bool,
}

impl Runs {
    /// Adds letters of one look.
    pub fn push(&mut self, text: &str, look: Look) {
        if text.is_empty() {
            return;
        }
        let continued = self.after_return && text.starts_with('\n');
        self.after_return = text.ends_with('\r');
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut text = text.get(usize::from(continued)..).unwrap_or_default();
        if let Some((last, _)) = self.pieces.last_mut() {
            // A mark belongs to its letter, wherever the run ends.
            let letter = text.trim_start_matches(|c| matches!(c, '\u{300}'..='\u{36f}'));
            let (marks, letters) = text.split_at(text.len() - letter.len());
            last.push_str(marks);
            text = letters;
        }
        match self.pieces.last_mut() {
            Some((last, before)) if *before == look => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.pieces.push((text.to_owned(), look)),
        }
    }

    /// The text in letters of one look each.
    pub fn finish(self) -> Rich {
        let mut rich = Rich::default();
        for (piece, look) in self.pieces {
            let start = rich.text.len();
            rich.text.push_str(&nfc(&piece));
            rich.runs.push((start..rich.text.len(), look));
        }
        rich
    }
}

/// A text and how its letters look.
#[derive(Debug, Default)]
pub(super) struct Rich {
    /// The text.
    pub text: String,
    runs: Vec<(Range<usize>, Look)>,
}

impl Rich {
    /// What is bold or italic; `None` when all letters are alike in that.
    pub fn formats(&self) -> Option<Box<[Format]>> {
        let mut looks = self.letters().map(|look| (look.bold, look.italic));
        let first = looks.next()?;
        if looks.all(|look| look == first) {
            return None;
        }
        let marked = self.runs.iter().filter(|(_, look)| look.bold || look.italic);
        let formats = marked.map(|(range, look)| Format {
            range: range.clone(),
            bold: look.bold,
            italic: look.italic,
        });
        Some(formats.collect())
    }

    /// What the fonts of the letters say about their encoding; `None` when all say the same as the font of the cell.
    pub fn charsets(&self, cell: Charset) -> Option<Box<[(Range<usize>, Charset)]>> {
        if self.letters().all(|look| look.charset == cell) {
            return None;
        }
        let mut charsets: Vec<(Range<usize>, Charset)> = Vec::new();
        for (range, look) in &self.runs {
            match charsets.last_mut() {
                Some((last, charset)) if *charset == look.charset => last.end = range.end,
                _ => charsets.push((range.clone(), look.charset)),
            }
        }
        Some(charsets.into())
    }

    /// The looks of all runs but those of blanks alone.
    fn letters(&self) -> impl Iterator<Item = &Look> {
        let is_blank = |range: &Range<usize>| {
            let text = self.text.get(range.clone()).unwrap_or_default();
            text.chars().all(is_blank_char)
        };
        let lettered = self.runs.iter().filter(move |(range, _)| !is_blank(range));
        lettered.map(|(_, look)| look)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rich(pieces: &[(&str, Look)]) -> Rich {
        let mut runs = Runs::default();
        for (text, look) in pieces {
            runs.push(text, *look);
        }
        runs.finish()
    }

    const PLAIN: Look = Look {
        bold: false,
        italic: false,
        charset: Charset::Unknown,
    };
    const BOLD: Look = Look { bold: true, ..PLAIN };
    const TCVN3: Look = Look {
        charset: Charset::Tcvn3,
        ..PLAIN
    };

    #[test]
    fn marks_and_line_breaks_hold_together_where_a_run_ends() {
        let rich = rich(&[("Ke", BOLD), ("\u{302}\u{301} hoạch\r", PLAIN), ("\nb", BOLD)]);
        assert_eq!(rich.text, "Kế hoạch\nb");
        let formats = rich.formats().expect("bold letters");
        let marked: Vec<&str> = formats.iter().map(|format| &rich.text[format.range.clone()]).collect();
        assert_eq!(marked, ["Kế", "b"]);
    }

    #[test]
    fn letters_that_look_alike_have_no_formats() {
        assert_eq!(rich(&[("a", BOLD), (" ", PLAIN), ("b", BOLD)]).formats(), None);
        assert_eq!(rich(&[("a", PLAIN), ("b", TCVN3)]).formats(), None);
        assert_eq!(rich(&[]).formats(), None);
    }

    #[test]
    fn charsets_cover_the_text_where_one_differs_from_that_of_the_cell() {
        let both = rich(&[("x", TCVN3), ("y", BOLD), ("é", PLAIN)]);
        let expected = [(0..1, Charset::Tcvn3), (1..4, Charset::Unknown)];
        assert_eq!(both.charsets(Charset::Tcvn3).as_deref(), Some(&expected[..]));
        let one = rich(&[("x", TCVN3), (" ", PLAIN)]);
        assert_eq!(one.charsets(Charset::Tcvn3), None);
        assert!(one.charsets(Charset::Unknown).is_some());
    }
}
