//! Cells of large sheets that hold nothing but numbers, truth values and shared strings, as nearly all large ones do.
//!
//! In: the part of a sheet in which `marks` found nothing that needs a closer look. Out: its cells, or nothing at all: at the
//! first thing that isn't written in the usual way the sheet is left to calamine, which reads everything and takes four
//! times as long. What both give is the same, and a test holds that.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::marks::cell_ref;
use super::rich::Gathering;
use crate::diagnostic::CellRef;

/// From how many bytes on a sheet is worth it: for a small one the shared strings would be read a second time in vain.
pub(super) const LARGE: usize = 1 << 20;

/// A cell: where it stands, the number of its style, its content.
pub(super) type PlainCell = (CellRef, usize, Content);

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Content {
    /// A number, which its format may make a date or a percentage.
    Number(f64),
    /// TRUE or FALSE.
    Flag(bool),
    /// The shared string with an index.
    Shared(usize),
}

/// The cells of a sheet, one after the other.
pub(super) struct Cells<'x> {
    rest: &'x str,
}

/// What comes next in a sheet.
pub(super) enum Next {
    Cell(PlainCell),
    End,
    /// Something that only calamine reads.
    Unusual,
}

impl<'x> Cells<'x> {
    /// The cells of a sheet's part; `None` when they don't begin in the usual way.
    pub fn new(xml: &'x str) -> Option<Self> {
        let (_, rest) = xml.split_once("<sheetData>")?;
        Some(Self { rest })
    }

    /// The next cell with a content.
    pub fn next(&mut self) -> Next {
        self.cell().unwrap_or(Next::Unusual)
    }

    fn cell(&mut self) -> Option<Next> {
        loop {
            self.rest = self.rest.trim_ascii_start();
            let tag = self.tag()?;
            if let Some(attributes) = tag.strip_prefix("c ") {
                if attributes.ends_with('/') {
                    continue;
                }
                let (at, style, kind) = attributes_of(attributes)?;
                let content = match self.tag()? {
                    "/c" => continue,
                    "v" => {
                        let (value, rest) = self.rest.split_once("</v></c>")?;
                        self.rest = rest;
                        content(kind, value)?
                    }
                    _ => return None,
                };
                return Some(Next::Cell((at, style, content)));
            }
            match tag {
                "/sheetData" => return Some(Next::End),
                "/row" => {}
                _ if tag.starts_with("row ") => {}
                _ => return None,
            }
        }
    }

    /// The tag at which the rest begins, without its brackets.
    fn tag(&mut self) -> Option<&'x str> {
        let (tag, rest) = self.rest.strip_prefix('<')?.split_once('>')?;
        self.rest = rest;
        Some(tag)
    }
}

/// Cell, style and type by the attributes of a cell.
fn attributes_of(mut rest: &str) -> Option<(CellRef, usize, &str)> {
    let (mut at, mut style, mut kind) = (None, 0, "n");
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        match name {
            "r" => at = cell_ref(value),
            "s" => style = value.parse().ok()?,
            "t" => kind = value,
            _ => return None,
        }
        rest = after.trim_ascii_start();
    }
    Some((at?, style, kind))
}

fn content(kind: &str, value: &str) -> Option<Content> {
    let is_number = || {
        value
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'))
    };
    match (kind, value) {
        ("s", index) => index.parse().ok().map(Content::Shared),
        ("n", number) if is_number() => number.parse().ok().map(Content::Number),
        ("b", "1") => Some(Content::Flag(true)),
        ("b", "0") => Some(Content::Flag(false)),
        _ => None,
    }
}

/// The shared strings of a workbook in their order, not yet cleaned; `None` when they can't be read.
pub(super) fn strings(xml: &str) -> Option<Vec<Box<str>>> {
    let (_, mut rest) = xml.split_once("<sst")?.1.split_once('>')?;
    let mut strings = Vec::new();
    loop {
        rest = rest.trim_ascii_start();
        if rest.starts_with("</sst>") {
            return Some(strings);
        }
        if let Some(after) = rest.strip_prefix("<si/>") {
            strings.push("".into());
            rest = after;
            continue;
        }
        let (string, after) = rest.strip_prefix("<si>")?.split_once("</si>")?;
        rest = after;
        strings.push(match simple(string) {
            Some(text) => text.into(),
            None => composed(string)?.into(),
        });
    }
}

/// The text of a string that is one piece and holds nothing to be resolved.
fn simple(string: &str) -> Option<&str> {
    let (text, is_preserved) = match string.strip_prefix("<t>") {
        Some(text) => (text, false),
        None => (string.strip_prefix("<t xml:space=\"preserve\">")?, true),
    };
    let text = text.strip_suffix("</t>")?;
    if text.contains(['<', '&', '\r']) || text.contains("_x") {
        return None;
    }
    Some(match is_preserved {
        true => text,
        false => text.trim_matches([' ', '\t', '\n']),
    })
}

/// The text of any other string.
fn composed(string: &str) -> Option<String> {
    let mut reader = Reader::from_str(string);
    reader.config_mut().expand_empty_elements = true;
    let mut gathering = Gathering::default();
    loop {
        match reader.read_event().ok()? {
            Event::Eof => return Some(gathering.text()),
            event => gathering.take(&event),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(xml: &str) -> Option<Vec<PlainCell>> {
        let mut cells = Cells::new(xml)?;
        let mut found = Vec::new();
        loop {
            match cells.next() {
                Next::Cell(cell) => found.push(cell),
                Next::End => return Some(found),
                Next::Unusual => return None,
            }
        }
    }

    #[test]
    fn numbers_flags_and_shared_strings_are_read() {
        let xml = "<worksheet><sheetData><row r=\"1\" spans=\"1:3\"><c r=\"A1\" s=\"2\" t=\"s\"><v>7</v></c>\
            <c r=\"B1\"><v>-1.5E-3</v></c><c r=\"C1\" s=\"1\"/><c r=\"D1\" t=\"b\"><v>1</v></c><c r=\"E1\"></c></row>\n\
            <row r=\"2\"/></sheetData></worksheet>";
        assert_eq!(
            cells(xml),
            Some(vec![
                (CellRef::new(0, 0), 2, Content::Shared(7)),
                (CellRef::new(0, 1), 0, Content::Number(-0.0015)),
                (CellRef::new(0, 3), 0, Content::Flag(true)),
            ])
        );
    }

    #[test]
    fn what_is_not_usual_is_left_to_calamine() {
        for inner in [
            "<c r=\"A1\"><f>1</f><v>1</v></c>",
            "<c><v>1</v></c>",
            "<c r='A1'><v>1</v></c>",
            "<c r=\"A1\" t=\"inlineStr\"><is><t>x</t></is></c>",
            "<c r=\"A1\" t=\"str\"><v>x</v></c>",
            "<c r=\"A1\" t=\"e\"><v>#N/A</v></c>",
            "<c r=\"A1\"><v></v></c>",
            "<c r=\"A1\"><v>inf</v></c>",
            "<c r=\"A1\"><v>1 </v></c>",
            "<c r=\"XFE1\"><v>1</v></c>",
            "<c r=\"A1\" cm=\"1\"><v>1</v></c>",
            "<!-- --><c r=\"A1\"><v>1</v></c>",
            "<c r=\"A1\"><v>1",
        ] {
            let xml = format!("<sheetData><row r=\"1\">{inner}</row></sheetData>");
            assert_eq!(cells(&xml), None, "{inner}");
        }
        assert_eq!(cells("<x:sheetData/>"), None);
    }

    #[test]
    fn shared_strings_are_read_in_their_order() {
        let xml = "<sst count=\"6\"><si><t> a </t></si><si><t xml:space=\"preserve\"> b </t></si><si/>\
            <si><r><t>c</t></r><r><rPr><b/></rPr><t>&amp;d</t></r><rPh><t>x</t></rPh></si><si><t>_x0041_</t></si>\
            <si><t/></si></sst>";
        let texts = strings(xml).expect("strings");
        let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
        assert_eq!(texts, ["a", " b ", "", "c&d", "A", ""]);
        assert_eq!(strings("<sst><si><t>a</t>"), None);
    }
}
