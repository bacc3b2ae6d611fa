//! Changes to the text of a part that leave everything else as it is, byte for byte.
//!
//! In: the XML of a part. Out: where its elements stand ([`outline`]), and the same text with some ranges replaced
//! ([`Edits`]). Prefixes are those of the part: what is added gets them by [`prefixed`].

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::opc;

/// Deepest nesting of elements that is followed.
const DEEPEST: usize = 512;

/// An element of a part and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Element {
    /// Its name without prefix.
    pub name: String,
    /// How many elements it is in; 0 for the root.
    pub depth: usize,
    /// Its start tag, or all of it when it is an empty tag.
    pub tag: Range<usize>,
    /// The element with all that it holds.
    pub whole: Range<usize>,
}

impl Element {
    /// What stands between its tags; empty for an empty tag.
    pub fn inner(&self, source: &str) -> Range<usize> {
        if self.is_empty_tag() {
            return self.tag.end..self.tag.end;
        }
        let close = source.get(self.whole.clone()).and_then(|whole| whole.rfind("</"));
        self.tag.end..close.map_or(self.whole.end, |at| self.whole.start + at)
    }

    /// Whether it is one tag without an end tag.
    pub fn is_empty_tag(&self) -> bool {
        self.tag == self.whole
    }

    /// The value of an attribute, named with its prefix, as escaped in the file.
    pub fn attribute<'s>(&self, source: &'s str, name: &str) -> Option<&'s str> {
        attribute(source.get(self.tag.clone())?, name)
    }
}

/// The elements of a part, in order of their start tags, that are at most so deep.
pub(super) fn outline(source: &str, depth: usize) -> Result<Vec<Element>, opc::Error> {
    let mut reader = Reader::from_str(source);
    // Old drawings are not well-formed: `<br>` without an end.
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut elements: Vec<Element> = Vec::new();
    // Elements that are open: their names and, where they are shallow enough, their places in the list.
    let mut open: Vec<(String, Option<usize>)> = Vec::new();
    loop {
        let start = reader.buffer_position() as usize;
        let event = reader.read_event()?;
        let range = start..reader.buffer_position() as usize;
        match event {
            Event::Start(tag) | Event::Empty(tag) if open.len() <= depth => {
                elements.push(Element {
                    name: tag.local_name().as_ref().to_owned(),
                    depth: open.len(),
                    tag: range.clone(),
                    whole: range.clone(),
                });
                if !source.get(range).is_some_and(|tag| tag.ends_with("/>")) {
                    open.push((tag.name().as_ref().to_owned(), Some(elements.len() - 1)));
                }
            }
            Event::Start(tag) => open.push((tag.name().as_ref().to_owned(), None)),
            Event::End(tag) => {
                // What has no end tag ends with its parent.
                if let Some(at) = open.iter().rposition(|(name, _)| name == tag.name().as_ref()) {
                    for (_, index) in open.drain(at..) {
                        if let Some(element) = index.and_then(|index| elements.get_mut(index)) {
                            element.whole.end = range.end;
                        }
                    }
                }
            }
            Event::DocType(_) => return Err(opc::Error::Damaged("DOCTYPE".to_owned())),
            Event::Eof if open.is_empty() => return Ok(elements),
            Event::Eof => return Err(opc::Error::Damaged("an unclosed part".to_owned())),
            _ => {}
        }
        if open.len() > DEEPEST {
            return Err(opc::Error::Damaged("nested too deep".to_owned()));
        }
    }
}

/// The root element of an outline. Errors: there is none.
pub(super) fn root(elements: &[Element]) -> Result<&Element, opc::Error> {
    let root = elements.first();
    root.ok_or_else(|| opc::Error::Damaged("an empty part".to_owned()))
}

/// Replacements of parts of a text, made together.
pub(super) struct Edits<'s> {
    source: &'s str,
    list: Vec<(Range<usize>, String)>,
}

impl<'s> Edits<'s> {
    pub fn new(source: &'s str) -> Self {
        Self {
            source,
            list: Vec::new(),
        }
    }

    /// Puts a text into the place of a range. Ranges must not overlap.
    pub fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.list.push((range, text.into()));
    }

    /// Puts a text before a position; of several at one position the first comes first.
    pub fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    /// Sets attributes of an element and adds content at its end.
    pub fn extend(&mut self, element: &Element, attributes: &[(&str, &str)], content: &str) {
        let old = self.source.get(element.tag.clone()).unwrap_or_default();
        let mut tag = old.to_owned();
        for (name, value) in attributes {
            tag = with_attribute(&tag, name, value);
        }
        if content.is_empty() || !element.is_empty_tag() {
            if tag != old {
                self.replace(element.tag.clone(), tag);
            }
            if !content.is_empty() {
                self.insert(element.inner(self.source).end, content);
            }
        } else {
            let open = tag.trim_end_matches('>').trim_end_matches('/').trim_end();
            let name = qualified_name(open).to_owned();
            self.replace(element.tag.clone(), format!("{open}>{content}</{name}>"));
        }
    }

    /// The text with all replacements.
    pub fn apply(mut self) -> String {
        self.list.sort_by_key(|(range, _)| (range.start, range.end));
        let added: usize = self.list.iter().map(|(_, text)| text.len()).sum();
        let mut out = String::with_capacity(self.source.len() + added);
        let mut from = 0;
        for (range, text) in &self.list {
            out.push_str(self.source.get(from..range.start).unwrap_or_default());
            out.push_str(text);
            from = from.max(range.end);
        }
        out.push_str(self.source.get(from..).unwrap_or_default());
        out
    }
}

/// The name of a start tag, with its prefix.
fn qualified_name(tag: &str) -> &str {
    let name = tag.trim_start_matches('<');
    name.split(|sign: char| sign.is_whitespace() || sign == '/' || sign == '>')
        .next()
        .unwrap_or_default()
}

/// The prefix of a part's elements, colon included: that of its root. Empty in nearly all files.
pub(super) fn prefix<'s>(source: &'s str, root: &Element) -> &'s str {
    let name = qualified_name(source.get(root.tag.clone()).unwrap_or_default());
    name.split_at(name.find(':').map_or(0, |at| at + 1)).0
}

/// XML whose elements have no prefix, with one. Texts in it must be escaped.
pub(super) fn prefixed(xml: &str, prefix: &str) -> String {
    if prefix.is_empty() {
        return xml.to_owned();
    }
    let opened = xml.replace('<', &format!("<{prefix}"));
    opened.replace(&format!("<{prefix}/"), &format!("</{prefix}"))
}

/// Where the value of an attribute stands in a start tag.
fn value_range(tag: &str, name: &str) -> Option<Range<usize>> {
    let mut at = tag.find(char::is_whitespace)?;
    loop {
        let equals = at + tag.get(at..)?.find('=')?;
        let open = equals + 1 + tag.get(equals + 1..)?.find(['"', '\''])?;
        let mark = tag.get(open..)?.chars().next()?;
        let close = open + 1 + tag.get(open + 1..)?.find(mark)?;
        if tag.get(at..equals)?.trim() == name {
            return Some(open + 1..close);
        }
        at = close + 1;
    }
}

/// The value of a start tag's attribute, as escaped in the file.
pub(super) fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.get(value_range(tag, name)?)
}

/// A start tag with an attribute set; the value must be escaped.
pub(super) fn with_attribute(tag: &str, name: &str, value: &str) -> String {
    let mut tag = tag.to_owned();
    match value_range(&tag, name) {
        Some(range) => tag.replace_range(range, value),
        None => {
            let end = tag.trim_end_matches('>').trim_end_matches('/').trim_end().len();
            tag.insert_str(end, &format!(" {name}=\"{value}\""));
        }
    }
    tag
}

/// A text as content of an element; characters that XML 1.0 has no place for go.
pub(super) fn escape(text: &str) -> String {
    let is_fit = |letter: &char| matches!(letter, '\n' | '\t' | ' '..='\u{fffd}' | '\u{10000}'..);
    let fit: String = text.chars().filter(is_fit).collect();
    fit.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_knows_where_elements_stand_even_in_old_drawings() {
        let source = "<?xml version=\"1.0\"?><x:a b='1'><x:c><d><br></d></x:c><x:e /></x:a>";
        let elements = outline(source, 1).unwrap();
        let shown: Vec<_> = elements
            .iter()
            .map(|element| (element.name.as_str(), &source[element.whole.clone()]))
            .collect();
        assert_eq!(
            shown[1..],
            [("c", "<x:c><d><br></d></x:c>"), ("e", "<x:e />")],
            "{shown:?}"
        );
        assert_eq!(prefix(source, root(&elements).unwrap()), "x:");
        assert_eq!(elements[0].attribute(source, "b"), Some("1"));
        for broken in ["<a>", "<a><b></b>", "<!DOCTYPE a><a/>"] {
            assert!(outline(broken, 3).is_err(), "{broken}");
        }
    }

    #[test]
    fn edits_touch_nothing_else() {
        let source = "<a n=\"1\" ><b/>  <c>x</c></a>";
        let elements = outline(source, 1).unwrap();
        let mut edits = Edits::new(source);
        edits.extend(&elements[0], &[("n", "2"), ("m", "3")], "<y/>");
        edits.extend(&elements[1], &[], "<z/>");
        edits.insert(elements[2].whole.start, "!");
        assert_eq!(edits.apply(), "<a n=\"2\" m=\"3\" ><b><z/></b>  !<c>x</c><y/></a>");
    }

    #[test]
    fn added_elements_get_the_prefix_of_the_part() {
        assert_eq!(
            prefixed("<a><b c=\"1\"/>&lt;</a>", "x:"),
            "<x:a><x:b c=\"1\"/>&lt;</x:a>"
        );
    }
}
