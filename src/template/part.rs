//! One part of a .docx as a tree of element positions, with the text of its paragraphs mapped back to source bytes.
//!
//! In: the XML of a WordprocessingML part (ECMA-376 part 1, 17). Out: a [`Tree`]: for each element its byte positions,
//! for each paragraph its visible text and where each piece of it stands. Nothing is copied or rewritten: whoever fills
//! the part works on positions, so that what lies between tags keeps every byte.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::opc;

/// What an element is, as far as templates care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// `w:p`
    Paragraph,
    /// `w:pPr`
    ParagraphProperties,
    /// `w:r`
    Run,
    /// `w:rPr`
    RunProperties,
    /// `w:t`
    Text,
    /// `w:br`, `w:cr`, `w:tab`, `w:noBreakHyphen`, `w:softHyphen`: stands for a character.
    Character,
    /// `w:tbl`
    Table,
    /// `w:tr`
    Row,
    /// `w:tc`
    Cell,
    /// `w:sectPr`
    Section,
    /// `w:txbxContent`, `w:hdr`, `w:ftr`, `w:footnote`, `w:endnote`: must not be left without a paragraph.
    Story,
    /// Bookmarks, comment ranges, permissions: survive when the paragraph around them goes.
    Marker,
    /// Something to see that is no text: a drawing, a field, a footnote reference.
    Visible,
    /// Everything else.
    Other,
}

/// An element by its positions in the source.
#[derive(Clone, Debug)]
pub struct Element {
    /// What it is.
    pub name: Name,
    /// The element around it; itself for the root.
    pub parent: usize,
    /// First byte of the start tag.
    pub start: usize,
    /// First byte after the start tag.
    pub open_end: usize,
    /// First byte of the end tag; `end` for an empty element.
    pub close_start: usize,
    /// First byte after the element.
    pub end: usize,
}

impl Element {
    /// Whether a position is within the element, its tags included.
    pub fn contains(&self, position: usize) -> bool {
        (self.start..self.end).contains(&position)
    }
}

/// A piece of a paragraph's text.
#[derive(Clone, Debug)]
struct Piece {
    /// The `w:t`, or the element that stands for a character.
    element: usize,
    source: Range<usize>,
    /// The character, when the source is not the text itself.
    character: Option<char>,
}

/// A paragraph.
#[derive(Clone, Debug)]
pub struct Paragraph {
    /// Its element.
    pub element: usize,
    pieces: Vec<Piece>,
    /// Whether its style is a heading's.
    pub is_heading: bool,
    /// The style's `w:sectPr` within its properties, if it ends a section.
    pub section: Option<usize>,
}

/// A part's elements and paragraphs.
#[derive(Clone, Debug)]
pub struct Tree {
    /// All elements in document order; the first is the root.
    pub elements: Vec<Element>,
    /// All paragraphs in document order of their starts.
    pub paragraphs: Vec<Paragraph>,
    /// Prefix of the WordprocessingML names, colon included; empty when it is the default namespace.
    pub prefix: String,
    /// Attributes `w14:paraId` and `w14:textId`, which must be unique: positions with the blank before them.
    pub identities: Vec<Range<usize>>,
}

/// The text of a paragraph, and where it comes from.
#[derive(Clone, Debug)]
pub struct ParagraphText {
    /// The visible text.
    pub text: String,
    /// Where each piece starts in `text`.
    starts: Vec<usize>,
    pieces: Vec<Piece>,
}

/// WordprocessingML, transitional and strict (ECMA-376 part 1, annex A).
const NAMESPACES: [&str; 2] = [
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
];

/// Deepest nesting of elements that is read: Word itself nests tables a few dozen levels at most.
const DEEPEST: usize = 512;

impl Tree {
    /// Scans a part. Errors: no well-formed XML, or nested too deep.
    pub fn scan(source: &str) -> Result<Self, opc::Error> {
        let mut reader = Reader::from_str(source);
        let mut tree = Self {
            elements: Vec::with_capacity(source.len() / 64),
            paragraphs: Vec::new(),
            prefix: "w:".to_owned(),
            identities: Vec::new(),
        };
        let mut open: Vec<usize> = Vec::new();
        let mut open_paragraphs: Vec<usize> = Vec::new();
        loop {
            let start = reader.buffer_position() as usize;
            let event = reader.read_event()?;
            let end = reader.buffer_position() as usize;
            match event {
                Event::Start(element) => {
                    if open.len() >= DEEPEST {
                        return Err(opc::Error::Damaged("nested too deep".to_owned()));
                    }
                    let index = tree.add(&element, start, end, &open, &open_paragraphs);
                    if tree.elements[index].name == Name::Paragraph {
                        open_paragraphs.push(tree.paragraphs.len() - 1);
                    }
                    open.push(index);
                }
                Event::Empty(element) => {
                    let index = tree.add(&element, start, end, &open, &open_paragraphs);
                    tree.elements[index].close_start = end;
                }
                Event::End(_) => {
                    let Some(index) = open.pop() else {
                        return Err(opc::Error::Damaged("unbalanced XML".to_owned()));
                    };
                    let element = &mut tree.elements[index];
                    element.close_start = start;
                    element.end = end;
                    if element.name == Name::Paragraph {
                        open_paragraphs.pop();
                    }
                }
                Event::Text(_) => tree.piece(&open, &open_paragraphs, start..end, None),
                Event::GeneralRef(reference) => {
                    let character = match reference.resolve_char_ref() {
                        Ok(Some(character)) => Some(character),
                        _ => match reference.xml10_content().as_ref() {
                            "amp" => Some('&'),
                            "lt" => Some('<'),
                            "gt" => Some('>'),
                            "quot" => Some('"'),
                            "apos" => Some('\''),
                            _ => return Err(opc::Error::Damaged("unknown entity".to_owned())),
                        },
                    };
                    tree.piece(&open, &open_paragraphs, start..end, character);
                }
                Event::DocType(_) => return Err(opc::Error::Damaged("DOCTYPE".to_owned())),
                Event::Eof => break,
                Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
        if !open.is_empty() || tree.elements.is_empty() {
            return Err(opc::Error::Damaged("unbalanced XML".to_owned()));
        }
        Ok(tree)
    }

    fn add(
        &mut self,
        element: &BytesStart<'_>,
        start: usize,
        end: usize,
        open: &[usize],
        paragraphs: &[usize],
    ) -> usize {
        if self.elements.is_empty() {
            self.prefix = prefix_of_namespace(element);
        }
        let index = self.elements.len();
        let name = match self.name(element.name().as_ref(), open.len()) {
            Name::Character if is_page_break(element) => Name::Visible,
            name => name,
        };
        self.elements.push(Element {
            name,
            parent: open.last().copied().unwrap_or(index),
            start,
            open_end: end,
            close_start: end,
            end,
        });
        match name {
            Name::Paragraph => self.paragraphs.push(Paragraph {
                element: index,
                pieces: Vec::new(),
                is_heading: false,
                section: None,
            }),
            Name::Character => {
                if let (Some(&paragraph), true) = (paragraphs.last(), self.in_run(open)) {
                    let character = match element.local_name().as_ref() {
                        "noBreakHyphen" | "softHyphen" => '-',
                        "tab" => '\t',
                        _ => '\n',
                    };
                    self.paragraphs[paragraph].pieces.push(Piece {
                        element: index,
                        source: start..end,
                        character: Some(character),
                    });
                }
            }
            Name::Section => {
                if let (Some(&paragraph), true) = (paragraphs.last(), open.len() > 1) {
                    self.paragraphs[paragraph].section = Some(index);
                }
            }
            Name::Other if element.local_name().as_ref() == "pStyle" => {
                let style = opc::attribute(element, "val").unwrap_or_default();
                // Word numbers heading styles: Heading1, and u1 in a Vietnamese Word ("đầu đề").
                let heading = style.starts_with("Heading") || style.starts_with("heading") || {
                    let number = style.trim_start_matches(['u', 'U']);
                    number.len() + 1 == style.len() && number.parse::<u8>().is_ok()
                };
                if let Some(&paragraph) = paragraphs.last() {
                    self.paragraphs[paragraph].is_heading |= heading;
                }
            }
            _ => {}
        }
        if matches!(name, Name::Paragraph | Name::Row) {
            self.note_identities(element, start);
        }
        index
    }

    /// Notes where `w14:paraId="…"` and `w14:textId="…"` stand.
    fn note_identities(&mut self, element: &BytesStart<'_>, start: usize) {
        let raw = element.attributes_raw();
        // The attributes follow "<" and the name.
        let offset = start + 1 + element.name().as_ref().len();
        for attribute in element.attributes().with_checks(false).flatten() {
            if !matches!(attribute.key.local_name().as_ref(), "paraId" | "textId") {
                continue;
            }
            let key = attribute.key.as_ref();
            let Some(at) = raw.find(key) else { continue };
            let Some(quote) = raw[at..].find(['"', '\'']).map(|quote| at + quote) else {
                continue;
            };
            let Some(close) = raw[quote + 1..]
                .find(&raw[quote..=quote])
                .map(|close| quote + 1 + close)
            else {
                continue;
            };
            let blank = raw[..at].trim_end().len();
            self.identities.push(offset + blank..offset + close + 1);
        }
    }

    fn in_run(&self, open: &[usize]) -> bool {
        open.last()
            .is_some_and(|&parent| self.elements[parent].name == Name::Run)
    }

    fn piece(&mut self, open: &[usize], paragraphs: &[usize], source: Range<usize>, character: Option<char>) {
        let (Some(&element), Some(&paragraph)) = (open.last(), paragraphs.last()) else {
            return;
        };
        if self.elements[element].name == Name::Text && !source.is_empty() {
            self.paragraphs[paragraph].pieces.push(Piece {
                element,
                source,
                character,
            });
        }
    }

    fn name(&self, qualified: &str, depth: usize) -> Name {
        let Some(local) = qualified.strip_prefix(self.prefix.as_str()) else {
            // An equation is something to see; drawings stand in an element of their own.
            let is_equation = qualified.ends_with(":oMath") || qualified.ends_with(":oMathPara");
            return if is_equation { Name::Visible } else { Name::Other };
        };
        match local {
            "p" => Name::Paragraph,
            "pPr" => Name::ParagraphProperties,
            "r" => Name::Run,
            "rPr" => Name::RunProperties,
            "t" => Name::Text,
            "br" | "cr" | "tab" | "noBreakHyphen" | "softHyphen" => Name::Character,
            "tbl" => Name::Table,
            "tr" => Name::Row,
            "tc" => Name::Cell,
            "sectPr" => Name::Section,
            "txbxContent" | "hdr" | "ftr" | "footnote" | "endnote" => Name::Story,
            "bookmarkStart" | "bookmarkEnd" | "commentRangeStart" | "commentRangeEnd" | "permStart" | "permEnd"
                if depth > 0 =>
            {
                Name::Marker
            }
            "drawing" | "pict" | "object" | "sym" | "fldSimple" | "fldChar" | "footnoteReference"
            | "endnoteReference" | "ptab" | "pgNum" | "commentReference" => Name::Visible,
            _ => Name::Other,
        }
    }

    /// The nearest element around one (not itself) for which `wanted` holds.
    pub fn ancestor(&self, mut element: usize, wanted: impl Fn(Name) -> bool) -> Option<usize> {
        loop {
            let parent = self.elements[element].parent;
            if parent == element {
                return None;
            }
            element = parent;
            if wanted(self.elements[element].name) {
                return Some(element);
            }
        }
    }

    /// The chain of elements around one, innermost first, itself included, the root last.
    pub fn chain(&self, mut element: usize) -> Vec<usize> {
        let mut chain = vec![element];
        while self.elements[element].parent != element {
            element = self.elements[element].parent;
            chain.push(element);
        }
        chain
    }

    /// Numbers of the paragraphs that begin inside an element.
    pub fn paragraphs_in(&self, element: usize) -> Range<usize> {
        let Element { start, end, .. } = self.elements[element];
        let before = |position: usize| {
            self.paragraphs
                .partition_point(|paragraph| self.elements[paragraph.element].start < position)
        };
        before(start)..before(end)
    }

    /// Pieces of text that show something, in order of their positions.
    pub fn visible_texts(&self, source: &str) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = self
            .paragraphs
            .iter()
            .flat_map(|paragraph| &paragraph.pieces)
            .filter(|piece| match piece.character {
                Some(character) => !character.is_whitespace(),
                None => !source[piece.source.clone()].trim().is_empty(),
            })
            .map(|piece| piece.source.clone())
            .collect();
        ranges.sort_unstable_by_key(|range| range.start);
        ranges
    }

    /// Bookmarks, comment ranges and the like, in order of their positions.
    pub fn markers(&self) -> Vec<Range<usize>> {
        let markers = self.elements.iter().filter(|element| element.name == Name::Marker);
        markers.map(|element| element.start..element.end).collect()
    }

    /// Elements inside another, in document order.
    pub fn inside(&self, outer: usize) -> impl Iterator<Item = (usize, &Element)> {
        let end = self.elements[outer].end;
        self.elements
            .iter()
            .enumerate()
            .skip(outer + 1)
            .take_while(move |(_, element)| element.start < end)
    }

    /// The visible text of a paragraph, with positions.
    pub fn text(&self, source: &str, paragraph: usize) -> ParagraphText {
        let pieces = &self.paragraphs[paragraph].pieces;
        let mut text = String::new();
        let mut starts = Vec::with_capacity(pieces.len());
        for piece in pieces {
            starts.push(text.len());
            match piece.character {
                Some(character) => text.push(character),
                None => text.push_str(&source[piece.source.clone()]),
            }
        }
        ParagraphText {
            text,
            starts,
            pieces: pieces.clone(),
        }
    }

    /// Whether a paragraph's text holds a brace: a cheap test before [`Tree::text`].
    pub fn may_hold_tags(&self, source: &str, paragraph: usize) -> bool {
        let braces = |piece: &Piece| {
            source[piece.source.clone()].contains(['{', '}']) || piece.character.is_some_and(|c| c == '{')
        };
        self.paragraphs[paragraph].pieces.iter().any(braces)
    }
}

/// Whether a `w:br` breaks the page or column: that is no blank.
fn is_page_break(element: &BytesStart<'_>) -> bool {
    element.local_name().as_ref() == "br"
        && matches!(opc::attribute(element, "type").as_deref(), Some("page" | "column"))
}

fn prefix_of_namespace(root: &BytesStart<'_>) -> String {
    for attribute in root.attributes().with_checks(false).flatten() {
        if NAMESPACES.contains(&attribute.value.as_ref()) {
            let key = attribute.key.as_ref();
            return match key.strip_prefix("xmlns:") {
                Some(prefix) => format!("{prefix}:"),
                None => String::new(),
            };
        }
    }
    "w:".to_owned()
}

impl ParagraphText {
    /// The source ranges behind a range of the text, in order; elements that stand for a character as a whole.
    pub fn source(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for (piece, &start) in self.pieces.iter().zip(&self.starts) {
            let length = piece.character.map_or(piece.source.len(), char::len_utf8);
            let (from, to) = (range.start.max(start), range.end.min(start + length));
            if from >= to {
                continue;
            }
            ranges.push(match piece.character {
                Some(_) => piece.source.clone(),
                None => piece.source.start + (from - start)..piece.source.start + (to - start),
            });
        }
        ranges
    }

    /// The `w:t` (or character element) in which a position of the text stands.
    pub fn element(&self, position: usize) -> Option<usize> {
        let index = self.starts.partition_point(|&start| start <= position).checked_sub(1)?;
        self.pieces.get(index).map(|piece| piece.element)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p w14:paraId="1A" w:x="1"><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>a &amp; {{t</w:t><w:tab/></w:r><w:proofErr/><w:r><w:t>en}}</w:t></w:r></w:p></w:body></w:document>"#;

    #[test]
    fn text_is_joined_over_runs_and_mapped_back() {
        let tree = Tree::scan(BODY).unwrap();
        assert_eq!(tree.paragraphs.len(), 1);
        assert!(tree.paragraphs[0].is_heading);
        let text = tree.text(BODY, 0);
        assert_eq!(text.text, "a & {{t\ten}}");
        let from = text.text.find("{{").unwrap();
        let pieces: Vec<&str> = text
            .source(from..text.text.len())
            .into_iter()
            .map(|range| &BODY[range])
            .collect();
        assert_eq!(pieces, ["{{t", "<w:tab/>", "en}}"]);
        assert_eq!(&BODY[text.source(2..3)[0].clone()], "&amp;");
    }

    #[test]
    fn identities_are_found_with_the_blank_before_them() {
        let tree = Tree::scan(BODY).unwrap();
        assert_eq!(&BODY[tree.identities[0].clone()], r#" w14:paraId="1A""#);
    }

    #[test]
    fn broken_xml_is_an_error() {
        for broken in [
            "",
            "<a>",
            "<a></b>",
            "</a>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            "<a>&b;</a>",
        ] {
            assert!(Tree::scan(broken).is_err(), "{broken}");
        }
    }
}
