//! Sections: what a block may take of them, section breaks of tags, and the page of an annex that may be left out.
//!
//! The properties of a section stand at its end: in the last paragraph of the section, those of the last one at the end of
//! the body (ECMA-376 part 1, 17.6.17 and 17.6.18). So what is taken away changes what comes before it.

use std::ops::Range;

use super::expression::Fault;
use super::node::Fresh;
use super::part::{Name, Paragraph, TextKind, Tree, name_in};
use super::place::{Action, Block, Instead, Planner, is_call};
use super::tag::Says;
use crate::text;

/// The way a page lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orientation {
    /// Upright.
    Portrait,
    /// On its side, for a wide annex.
    Landscape,
}

impl Orientation {
    /// `"landscape"`, `"portrait"`.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "portrait" => Some(Self::Portrait),
            "landscape" => Some(Self::Landscape),
            _ => None,
        }
    }
}

/// The name of the helper that breaks a section.
pub const SECTION_BREAK: &str = "section_break";

/// Properties of sections, in order: position, and whether they are those of the last section.
pub fn section_properties(tree: &Tree) -> Vec<(Range<usize>, bool)> {
    tree.elements
        .iter()
        .filter(|element| element.name == Name::Section)
        .filter_map(|element| match tree.elements[element.parent].name {
            Name::Body => Some((element.start..element.end, true)),
            Name::ParagraphProperties => Some((element.start..element.end, false)),
            // An earlier state that a tracked change keeps.
            _ => None,
        })
        .collect()
}

impl Planner<'_> {
    /// Whether a position between the paragraphs of the body is the beginning of a section.
    fn begins_section(&self, position: usize, markers: &[bool]) -> bool {
        let paragraphs = self.tree.paragraphs.iter().enumerate().rev();
        let mut before = paragraphs.filter(|(number, paragraph)| {
            let element = &self.tree.elements[paragraph.element];
            paragraph.kind == TextKind::Runs
                && element.end <= position
                && !(markers[*number] && paragraph.section.is_none())
        });
        before.next().is_none_or(|(_, paragraph)| paragraph.section.is_some())
    }

    /// Checks what a block over paragraphs takes of sections. Whole sections may come and go; so may the end of a section
    /// when the page set-up after it is the same. A block over all of the last section leaves no page when it goes.
    pub(super) fn sections(&mut self, block: &Block, range: Range<usize>, markers: &[bool]) {
        if self.is_records(block) {
            return;
        }
        let sections = self.sections.clone();
        let text = |range: &Range<usize>| page_setup(&self.source[range.clone()]);
        let inside: Vec<&Range<usize>> = sections
            .iter()
            .map(|(properties, _)| properties)
            .filter(|properties| range.contains(&properties.start))
            .collect();
        let Some((next, next_is_last)) = sections.iter().find(|(properties, _)| properties.start >= range.end) else {
            if !inside.is_empty() {
                self.across_sections(block);
            }
            return;
        };
        let ends_at_end = *next_is_last && self.is_blank_between(range.end..next.start, markers);
        let is_outermost = !self
            .blocks
            .iter()
            .any(|other| other.open < block.open && other.close > block.close && !self.is_records(other));
        let can_be_asked = is_outermost && block.elses.is_empty();
        let is_loop = matches!(&self.tags[block.open].tag.says, Says::Open(name, _) if name == "each");
        if let Some(first) = inside.first() {
            let same = inside.iter().all(|properties| text(properties) == text(next));
            let whole = self.begins_section(range.start, markers) && self.begins_section(range.end, markers);
            if whole || same {
                return;
            }
            if ends_at_end && can_be_asked && !is_loop {
                // The break before the annex is inside the block: without it, the pages before the block are the last.
                let instead = Instead::SectionOr(block.open, next.clone(), (*first).clone());
                return self.replace(next.clone(), instead);
            }
            return self.across_sections(block);
        }
        let before = sections.iter().rfind(|(properties, _)| properties.end <= range.start);
        if let Some((before, _)) = before
            && ends_at_end
            && can_be_asked
            && self.begins_section(range.start, markers)
        {
            let gone = self.empty_paragraph_of(before).unwrap_or_else(|| before.clone());
            self.replace(gone.clone(), Instead::SectionWith(block.open, gone));
            let instead = Instead::SectionOr(block.open, next.clone(), before.clone());
            self.replace(next.clone(), instead);
        }
    }

    /// The paragraph that holds nothing but a section's properties and stands after another paragraph of its section: it
    /// would be left as an empty line at the end.
    fn empty_paragraph_of(&self, properties: &Range<usize>) -> Option<Range<usize>> {
        let is_it = |paragraph: &Paragraph| {
            let section = paragraph.section.map(|section| &self.tree.elements[section]);
            paragraph.kind == TextKind::Runs && section.is_some_and(|section| section.start == properties.start)
        };
        let number = self.tree.paragraphs.iter().position(is_it)?;
        let index = self.paragraph_element(number);
        let element = &self.tree.elements[index];
        let is_empty = self.tags_in(number).next().is_none()
            && self.tree.text(self.source, number).text.trim().is_empty()
            && !self.shows_something(number, None)
            && !self.tree.inside(index).any(|(_, inner)| inner.name == Name::Marker);
        let (before, sibling) = self
            .tree
            .children(element.parent)
            .take_while(|(other, _)| *other < index)
            .last()?;
        let follows =
            sibling.name == Name::Paragraph && self.tree.paragraphs[self.tree.paragraph_of(before)].section.is_none();
        (is_empty && follows).then_some(element.start..element.end)
    }

    /// Whether nothing stands between two positions but paragraphs that go.
    fn is_blank_between(&self, range: Range<usize>, markers: &[bool]) -> bool {
        let first = self
            .tree
            .elements
            .partition_point(|element| element.start < range.start);
        let elements = self.tree.elements[first..]
            .iter()
            .take_while(|element| element.start < range.end);
        elements.enumerate().all(|(index, element)| {
            if self.tree.elements[element.parent].name != Name::Body {
                return true;
            }
            match element.name {
                Name::Paragraph => markers[self.tree.paragraph_of(first + index)],
                name => name == Name::Marker,
            }
        })
    }

    fn across_sections(&mut self, block: &Block) {
        let other = self.quote(block.close);
        self.faults.push((
            block.open,
            Fault::new(
                "mau/khoi-qua-phan",
                text!(
                    "khối mở ở một phần (section) và đóng ở phần khác có khổ giấy, lề hoặc đầu trang khác: “{other}”",
                    "the block opens in one section and closes in another whose page set-up differs: “{other}”"
                ),
            )
            .hint(Some(text!(
                "đặt cả khối trong một phần, cho khối gồm trọn các phần, hoặc cho hai phần cùng thiết lập trang",
                "keep the block within one section, let it take whole sections, or give both the same page set-up"
            ))),
        ));
    }

    /// Places section breaks of tags: each ends a section whose properties are those of the section around it.
    pub(super) fn section_breaks(&mut self) {
        let breaks: Vec<usize> = (0..self.tags.len())
            .filter(|&tag| is_call(&self.tags[tag].tag.says, SECTION_BREAK))
            .collect();
        if breaks.is_empty() {
            return;
        }
        let sections = self.sections.clone();
        let mut divided: Vec<Range<usize>> = Vec::new();
        for tag in breaks {
            let paragraph = self.paragraph(tag);
            let element = self.paragraph_element(paragraph);
            let around = &self.tree.elements[element];
            let placed = &self.tags[tag];
            let is_alone = self.tree.paragraphs[paragraph].kind == TextKind::Runs
                && self.tree.text(self.source, paragraph).text.trim() == placed.tag.written.trim()
                && self.tree.elements[around.parent].name == Name::Body
                && self.tree.paragraphs[paragraph].section.is_none();
            let section = sections.iter().find(|(properties, _)| properties.start >= around.end);
            let (true, Some((section, _))) = (is_alone, section) else {
                self.faults.push((
                    tag,
                    Fault::new(
                        "mau/ngat-phan-sai-cho",
                        text!(
                            "{{{{section_break}}}} phải đứng một mình trong một đoạn của thân văn bản, ngoài bảng",
                            "{{{{section_break}}}} must stand alone in a paragraph of the body, outside of tables"
                        ),
                    )
                    .hint(Some(text!(
                        "đưa thẻ xuống một đoạn riêng, ngoài bảng, hộp văn bản và đầu trang, chân trang",
                        "put the tag in a paragraph of its own, outside of tables, text boxes, headers and footers"
                    ))),
                ));
                continue;
            };
            let range = around.start..around.end;
            self.take(tag);
            self.act(range.start, 4 * tag + 1, Action::Tag(tag));
            self.cuts.push(range);
            self.section_breaks.insert(tag, section.clone());
            if !divided.contains(section) {
                divided.push(section.clone());
            }
        }
        for section in divided {
            self.replace(section.clone(), Instead::Fresh(Fresh::Section(section)));
        }
    }
}

/// The properties of a section that section breaks came before: `orientation` is what the last of them asked for; what
/// belongs to the beginning of the divided section (another first page, where pages start to count) is left to it.
pub fn properties(xml: &str, orientation: Option<Orientation>, is_continued: bool) -> String {
    let mut out = match orientation {
        Some(orientation) => turned(xml, orientation),
        None => xml.to_owned(),
    };
    if is_continued {
        for name in ["titlePg", "pgNumType", "type"] {
            out = without_element(&out, name);
        }
    }
    out
}

/// Elements that follow `w:pgNumType` in a section's properties (ECMA-376 part 1, 17.6.17).
const AFTER_PAGE_NUMBERS: [&str; 10] = [
    "cols",
    "formProt",
    "vAlign",
    "noEndnote",
    "titlePg",
    "textDirection",
    "bidi",
    "rtlGutter",
    "docGrid",
    "printerSettings",
];

/// The properties of the section that a record begins with: on a new page, whatever the template says of the beginning of
/// a document, and pages count from 1 when they are counted.
pub fn beginning(xml: &str, prefix: &str, counts_pages: bool) -> String {
    let mut out = xml.to_owned();
    if let Some((range, open)) = empty_element(&out, "type") {
        let element = &out[open];
        if value(element, "val").is_some_and(|range| matches!(&element[range], "continuous" | "nextColumn")) {
            out.replace_range(range, "");
        }
    }
    if !counts_pages {
        return out;
    }
    if let Some((_, open)) = empty_element(&out, "pgNumType") {
        if value(&out[open.clone()], "start").is_none() {
            let name = open.start + 1 + name_in(&out[open.start..]).len();
            out.insert_str(name, &format!(" {prefix}start=\"1\""));
        }
        return out;
    }
    let element = format!("<{prefix}pgNumType {prefix}start=\"1\"/>");
    let followers = AFTER_PAGE_NUMBERS.iter().filter_map(|name| empty_element(&out, name));
    let close = format!("</{prefix}sectPr>");
    match (followers.map(|(range, _)| range.start).min(), out.find(&close)) {
        (Some(at), _) | (None, Some(at)) => out.insert_str(at, &element),
        (None, None) => {
            let open = out.trim_end_matches('>').trim_end_matches('/').to_owned();
            out = format!("{open}>{element}{close}");
        }
    }
    out
}

/// The range of an empty element by its local name, whatever its prefix, and of its start tag.
fn empty_element(xml: &str, name: &str) -> Option<(Range<usize>, Range<usize>)> {
    let mut from = 0;
    while let Some(at) = xml[from..].find(name).map(|at| from + at) {
        let start = xml[..at]
            .rfind('<')
            .filter(|start| name_in(&xml[*start..]).ends_with(name));
        if let Some(start) = start
            && start + 1 + name_in(&xml[start..]).len() == at + name.len()
            && !xml[start..].starts_with("</")
        {
            let open = start..xml[at..].find('>')? + at + 1;
            let close = format!("</{}>", name_in(&xml[start..]));
            let end = match xml[..open.end].ends_with("/>") {
                true => open.end,
                false => open.end + xml[open.end..].find(&close)? + close.len(),
            };
            return Some((start..end, open));
        }
        from = at + name.len();
    }
    None
}

/// A section's properties without an element.
pub fn without_element(xml: &str, name: &str) -> String {
    match empty_element(xml, name) {
        Some((range, _)) => format!("{}{}", &xml[..range.start], &xml[range.end..]),
        None => xml.to_owned(),
    }
}

/// The value of an attribute by its local name: where it stands.
fn value(element: &str, name: &str) -> Option<Range<usize>> {
    let key = element.match_indices(name).map(|(at, _)| at).find(|&at| {
        element[..at].ends_with([':', ' ', '\t', '\r', '\n'])
            && element[at + name.len()..].trim_start().starts_with('=')
    })?;
    let quote = element[key..].find(['"', '\'']).map(|at| key + at)?;
    let end = element[quote + 1..].find(&element[quote..=quote])?;
    Some(quote + 1..quote + 1 + end)
}

fn turned(xml: &str, orientation: Orientation) -> String {
    let Some((range, open)) = empty_element(xml, "pgSz") else {
        return xml.to_owned();
    };
    let element = &xml[open];
    let number = |name: &str| value(element, name).and_then(|range| element[range].parse::<u32>().ok());
    // A4 (Decree 30/2020, annex I, I.1) when nothing is said.
    let (width, height) = (number("w").unwrap_or(11_906), number("h").unwrap_or(16_838));
    let (short, long) = (width.min(height), width.max(height));
    let prefix = element[1..].split("pgSz").next().unwrap_or_default();
    let page = match orientation {
        Orientation::Portrait => format!("<{prefix}pgSz {prefix}w=\"{short}\" {prefix}h=\"{long}\"/>"),
        Orientation::Landscape => {
            format!("<{prefix}pgSz {prefix}w=\"{long}\" {prefix}h=\"{short}\" {prefix}orient=\"landscape\"/>")
        }
    };
    format!("{}{page}{}", &xml[..range.start], &xml[range.end..])
}

/// What a section's properties say of its pages: without headers and footers, which may differ from one section to the next.
fn page_setup(section: &str) -> String {
    let mut out = without_revisions(section);
    for name in ["headerReference", "footerReference"] {
        while empty_element(&out, name).is_some() {
            out = without_element(&out, name);
        }
    }
    out
}

/// A section's properties without the revision ids that Word strews in.
fn without_revisions(section: &str) -> String {
    let mut out = String::with_capacity(section.len());
    let mut rest = section;
    while let Some(at) = rest.find(" w:rsid") {
        out.push_str(&rest[..at]);
        let attribute = &rest[at..];
        let end = attribute
            .match_indices('"')
            .nth(1)
            .map_or(attribute.len(), |(end, _)| end + 1);
        rest = &attribute[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECTION: &str = r#"<w:sectPr><w:headerReference w:type="default" r:id="rId1"/><w:type w:val="continuous"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134"/><w:pgNumType w:start="1"/><w:titlePg/></w:sectPr>"#;

    #[test]
    fn a_record_begins_on_a_new_page_and_counts_from_one() {
        assert_eq!(
            beginning(SECTION, "w:", false),
            SECTION.replace(r#"<w:type w:val="continuous"/>"#, "")
        );
        assert_eq!(beginning(SECTION, "w:", true), beginning(SECTION, "w:", false));
        for (xml, expected) in [
            ("<w:sectPr/>", r#"<w:sectPr><w:pgNumType w:start="1"/></w:sectPr>"#),
            (
                r#"<w:sectPr><w:type w:val="oddPage"/><w:pgSz/><w:cols/><w:docGrid/></w:sectPr>"#,
                r#"<w:sectPr><w:type w:val="oddPage"/><w:pgSz/><w:pgNumType w:start="1"/><w:cols/><w:docGrid/></w:sectPr>"#,
            ),
            (
                r#"<w:sectPr><w:pgSz/><w:pgNumType w:fmt="lowerRoman"/></w:sectPr>"#,
                r#"<w:sectPr><w:pgSz/><w:pgNumType w:start="1" w:fmt="lowerRoman"/></w:sectPr>"#,
            ),
            (
                r#"<w:sectPr><w:pgSz/></w:sectPr>"#,
                r#"<w:sectPr><w:pgSz/><w:pgNumType w:start="1"/></w:sectPr>"#,
            ),
        ] {
            assert_eq!(beginning(xml, "w:", true), expected);
        }
    }

    #[test]
    fn a_page_is_turned_and_a_later_section_begins_nothing_anew() {
        assert_eq!(
            properties(SECTION, Some(Orientation::Landscape), true),
            r#"<w:sectPr><w:headerReference w:type="default" r:id="rId1"/><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1134"/></w:sectPr>"#
        );
        let back = properties(
            &properties(SECTION, Some(Orientation::Landscape), false),
            Some(Orientation::Portrait),
            false,
        );
        assert_eq!(back, SECTION);
        assert_eq!(properties(SECTION, None, false), SECTION);
        let long = r#"<w:sectPr><w:pgSz
 w:w="11906" w:h="16838"></w:pgSz><w:titlePg></w:titlePg></w:sectPr>"#;
        assert_eq!(
            properties(long, Some(Orientation::Landscape), true),
            r#"<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/></w:sectPr>"#
        );
    }
}
