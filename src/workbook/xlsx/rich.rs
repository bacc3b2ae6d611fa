//! Rich text: strings whose letters are formatted one by one (ECMA-376 part 1, 18.4), which calamine gives as plain text.
//!
//! In: the shared strings, a sheet's cells, the events within an inline string. Out: [`Rich`], the text as `cells` cleans it, with where
//! each run ends. A text joins its cell only where both are the same, so a slip here can't put a format on wrong letters.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use memchr::memmem;
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};

use super::marks::cell_ref;
use crate::diagnostic::CellRef;
use crate::opc;
use crate::value::Format;
use crate::vietnamese::{Charset, is_blank_char, nfc};
use crate::workbook::{Charsets, Error, Limit, Limits};

/// Whether letters are bold and italic, and what their font says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub bold: bool,
    pub italic: bool,
    /// `None` for the font of the cell.
    pub charset: Option<Charset>,
}

/// A text whose letters do not all look alike.
#[derive(Debug)]
pub(super) struct Rich {
    text: Box<str>,
    runs: Box<[Run]>,
}

#[derive(Debug)]
struct Run {
    /// Where it ends in the text, in bytes.
    end: usize,
    /// `None` for the look of the cell.
    look: Option<Look>,
}

impl Rich {
    /// How many runs it has.
    pub fn len(&self) -> usize {
        self.runs.len()
    }

    /// What is bold or italic in a cell's text; `None` when that is another text.
    pub fn formats(&self, text: &str, cell: Look) -> Option<Box<[Format]>> {
        if *self.text != *text {
            return None;
        }
        let looks = self.runs().map(|(range, look)| (range, look.unwrap_or(cell)));
        let formats = looks.filter(|(_, look)| look.bold || look.italic);
        let format = |(range, Look { bold, italic, .. })| Format { range, bold, italic };
        Some(formats.map(format).collect())
    }

    /// The letters of a cell's text whose fonts say something else than the font of the cell.
    pub fn charsets(&self, text: &str, cell: Charset) -> Charsets {
        if *self.text != *text {
            return Box::default();
        }
        let charsets = self.runs().filter_map(|(range, look)| Some((range, look?.charset?)));
        charsets.filter(|(_, charset)| *charset != cell).collect()
    }

    fn runs(&self) -> impl Iterator<Item = (Range<usize>, Option<Look>)> {
        let mut start = 0;
        self.runs
            .iter()
            .map(move |run| (std::mem::replace(&mut start, run.end)..run.end, run.look))
    }
}

/// Whether a part holds run properties at all: found by a cheap search, with or without a prefix.
pub(super) fn has_runs(xml: &str) -> bool {
    memmem::find(xml.as_bytes(), b"rPr>").is_some()
}

/// The rich ones among the shared strings, by index. A part that can't be read gives none: calamine tells.
///
/// Strings are found by a cheap search, and only those with run properties are parsed: a label in two colours must not
/// make a workbook of a million plain texts cost a second parse.
pub(super) fn shared(xml: &str, limits: &Limits) -> Result<HashMap<u32, Rc<Rich>>, Error> {
    let mut found = HashMap::new();
    if !has_runs(xml) {
        return Ok(found);
    }
    let start = opening(xml, "si");
    let is_start = |place: &usize| {
        let next = xml.as_bytes().get(place + start.len());
        next.is_some_and(|byte| matches!(byte, b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n'))
    };
    let mut strings = memmem::find_iter(xml.as_bytes(), &start).filter(is_start).peekable();
    let mut properties = memmem::find_iter(xml.as_bytes(), b"rPr>").peekable();
    let (mut index, mut runs) = (0u32, 0);
    while let Some(start) = strings.next() {
        let end = strings.peek().copied().unwrap_or(xml.len());
        while properties.next_if(|place| *place < start).is_some() {}
        if properties.peek().is_some_and(|place| *place < end)
            && let Some(rich) = xml.get(start..end).and_then(parse)
        {
            runs += rich.len();
            if runs > limits.runs {
                return Err(Error::TooLarge(Limit::Runs(limits.runs)));
            }
            found.insert(index, Rc::new(rich));
        }
        index += 1;
    }
    Ok(found)
}

/// How an element of a part opens, with the prefix of the part's root: `<si`, `<x:si`.
fn opening(xml: &str, name: &str) -> String {
    let mut reader = Reader::from_str(xml);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(element) => {
                if let Some(prefix) = element.name().prefix() {
                    return format!("<{}:{name}", prefix.as_ref());
                }
                break;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    format!("<{name}")
}

/// A shared string; `None` when its letters look alike.
fn parse(xml: &str) -> Option<Rich> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    reader.config_mut().expand_empty_elements = true;
    let mut string = Gathering::default();
    loop {
        match reader.read_event().ok()? {
            Event::Eof => return string.finish(),
            event => string.take(&event),
        }
    }
}

/// The cells of a sheet that show a rich shared string, found by a cheap search; `None` when a cell doesn't say where it
/// stands, so that the rows must be counted. What lies beyond the limit of cells is left out: the sheet is refused for it.
pub(super) fn cells(xml: &[u8], shared: &HashMap<u32, Rc<Rich>>, limits: &Limits) -> Option<Vec<(CellRef, Rc<Rich>)>> {
    const VALUE: &[u8] = b"<v>";
    let mut found = Vec::new();
    // Rich texts are mostly the titles, which come first: a number tells at once that most cells hold none.
    let Some(last) = shared.keys().copied().max() else {
        return Some(found);
    };
    for place in memmem::find_iter(xml, VALUE) {
        if found.len() > limits.cells {
            break;
        }
        let rest = xml.get(place + VALUE.len()..).unwrap_or_default();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).take(10).count();
        let index = rest
            .get(..digits)
            .and_then(|digits| str::from_utf8(digits).ok()?.parse::<u32>().ok());
        let Some(rich) = index
            .filter(|index| *index <= last)
            .and_then(|index| shared.get(&index))
        else {
            continue;
        };
        // The value is the first thing in its cell, since a text that is typed has no formula.
        let before = xml.get(..place).unwrap_or_default();
        let cell = memchr::memrchr(b'<', before).and_then(|start| str::from_utf8(before.get(start..)?).ok());
        let cell = cell.unwrap_or_default();
        let Ok(Event::Start(element)) = Reader::from_str(cell).read_event() else {
            continue;
        };
        if element.local_name().as_ref() == "c" && opc::attribute(&element, "t").as_deref() == Some("s") {
            found.push((cell_ref(&opc::attribute(&element, "r")?)?, rich.clone()));
        }
    }
    Some(found)
}

/// A string while its element is open.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    pieces: Vec<(String, Option<Look>)>,
    look: Option<Look>,
    /// Within `rPh`: how the text is spoken.
    phonetic: bool,
    /// The text of the open `t`, and whether blanks at its ends count.
    text: Option<(String, bool)>,
    /// Whether the last text ended with a carriage return.
    after_return: bool,
}

impl Gathering {
    /// Takes in what stands between the start and the end of the string.
    pub fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(element) => self.start(element),
            Event::Text(part) => self.push(&part.xml10_content()),
            Event::CData(part) => self.push(&part.xml10_content()),
            Event::GeneralRef(entity) => match resolve_xml_entity(entity.as_ref()) {
                Some(text) => self.push(text),
                None => {
                    if let Ok(Some(c)) = entity.resolve_char_ref() {
                        self.push(c.encode_utf8(&mut [0; 4]));
                    }
                }
            },
            Event::End(element) => match element.local_name().as_ref() {
                "rPh" => self.phonetic = false,
                "r" => self.look = None,
                "t" => self.close_text(),
                _ => {}
            },
            _ => {}
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) {
        let on = || !matches!(opc::attribute(element, "val").as_deref(), Some("0" | "false"));
        match element.local_name().as_ref() {
            "rPh" => self.phonetic = true,
            "r" => self.look = None,
            "rPr" => self.look = Some(Look::default()),
            "b" => self.look.get_or_insert_default().bold = on(),
            "i" => self.look.get_or_insert_default().italic = on(),
            "rFont" => {
                let font = opc::attribute(element, "val");
                self.look.get_or_insert_default().charset = font.map(|name| Charset::of_font(&name));
            }
            "t" if !self.phonetic => {
                let preserve = opc::attribute(element, "space").is_some_and(|space| space == "preserve");
                self.text = Some((String::new(), preserve));
            }
            _ => {}
        }
    }

    fn push(&mut self, part: &str) {
        if let Some((text, _)) = &mut self.text {
            text.push_str(part);
        }
    }

    /// Cleans a text as calamine and `cells` do, but for NFC.
    fn close_text(&mut self) {
        let Some((text, preserve)) = self.text.take() else {
            return;
        };
        let text = if preserve {
            &text
        } else {
            text.trim_matches([' ', '\t', '\r', '\n'])
        };
        let text = unescape(text);
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
            Some((last, look)) if *look == self.look => last.push_str(text),
            _ => self.pieces.push((text.to_owned(), self.look)),
        }
    }

    /// The string, whatever its letters look like.
    pub fn text(self) -> String {
        self.pieces.into_iter().map(|(text, _)| text).collect()
    }

    /// The string; `None` when its letters look alike.
    pub fn finish(self) -> Option<Rich> {
        let mut looks = self
            .pieces
            .iter()
            .filter(|(text, _)| !text.chars().all(is_blank_char))
            .map(|(_, look)| look);
        let first = looks.next()?;
        if looks.all(|look| look == first) {
            return None;
        }
        let mut text = String::new();
        let mut runs = Vec::with_capacity(self.pieces.len());
        for (piece, look) in self.pieces {
            text.push_str(&nfc(&piece));
            runs.push(Run { end: text.len(), look });
        }
        Some(Rich {
            text: text.into(),
            runs: runs.into(),
        })
    }
}

/// A text with Excel's escapes resolved: `_x000D_` is a carriage return, `_x005F_` an underscore (ECMA-376 part 1,
/// 22.9.2.19). Halves of surrogate pairs stay as they are written.
fn unescape(text: &str) -> String {
    const LENGTH: usize = "_x000D_".len();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("_x") {
        let (before, from) = rest.split_at(start);
        let escape = from.get(..LENGTH).and_then(|escape| escape.strip_suffix('_')?.get(2..));
        let digits = escape.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let character = digits
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .and_then(char::from_u32);
        out.push_str(before);
        let taken = match character {
            Some(c) => {
                out.push(c);
                LENGTH
            }
            None => {
                out.push('_');
                1
            }
        };
        rest = from.get(taken..).unwrap_or_default();
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved_once() {
        for (text, plain) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_x00e9_", "é"),
            ("a_b_x_x12_xyzwx_", "a_b_x_x12_xyzwx_"),
            ("_x000", "_x000"),
            ("_xĐĐĐĐ_", "_xĐĐĐĐ_"),
        ] {
            assert_eq!(unescape(text), plain);
        }
    }
}
