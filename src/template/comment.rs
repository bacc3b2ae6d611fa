//! Word comments (ECMA-376 part 1, 17.13.4): a comments part with new comments, and anchors for them in the document.
//!
//! In: a package and what is to be said where. Out: markup and parts. Comments that are there stay as they are; new ones
//! have no date, so that the same input gives the same bytes. Word takes no comments in headers, footers and notes, and
//! none it can be trusted with in text boxes: those are moved to the body, with a line in front that says where they belong.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::part::{Name, TextKind, Tree};
use super::story;
use crate::diagnostic::{Lang, Text, shorten};
use crate::opc::{self, Limits, Package, Points};
use crate::text;

/// A comment to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its id, unique among the document's comments.
    pub id: u32,
    /// Its text: one paragraph each.
    pub lines: Vec<String>,
}

/// The comments part of a document, as it is before new comments come in.
#[derive(Clone, Debug)]
pub struct Comments {
    /// Its name in the package.
    pub part: String,
    /// Its XML.
    pub source: String,
    /// The first id from which on all ids are free.
    pub next: u32,
    /// Prefix of its WordprocessingML names, colon included; empty when it is the default namespace.
    pub prefix: String,
    /// The id of the style for a comment's text, if the document has it.
    text_style: Option<String>,
    /// The id of the style for a comment's sign, if the document has it.
    sign_style: Option<String>,
}

/// Something to say about a place of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The part it is in.
    pub part: String,
    /// Bytes of that part's XML, without a byte order mark.
    pub range: Range<usize>,
    /// What is to be said: one paragraph each.
    pub lines: Vec<String>,
}

const NAMESPACE: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const STRICT_NAMESPACE: &str = "http://purl.oclc.org/ooxml/wordprocessingml/main";
const CONTENT_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml";
/// Ids above are nobody's that Word wrote; leaves room for new ones within the 31 bits that it reads.
const GREATEST_ID: u32 = 1 << 30;

/// Makes sure that a document has a comments part, and returns it.
pub fn prepare(package: &mut Package, main: &str) -> Result<Comments, opc::Error> {
    let body = package.text(main)?;
    let known = package
        .relationships(main)?
        .into_iter()
        .find(|relationship| relationship.kind == "comments" && !relationship.external);
    let part = match known.filter(|relationship| package.has(&relationship.target)) {
        Some(relationship) => relationship.target,
        None => {
            let folder = main
                .rsplit_once('/')
                .map_or(String::new(), |(folder, _)| format!("{folder}/"));
            let part = (1..)
                .map(|number| match number {
                    1 => format!("{folder}comments.xml"),
                    number => format!("{folder}comments{number}.xml"),
                })
                .find(|part| !package.has(part))
                .unwrap_or_default();
            let namespace = if body.contains(STRICT_NAMESPACE) {
                STRICT_NAMESPACE
            } else {
                NAMESPACE
            };
            let empty = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:comments xmlns:w=\"{namespace}\"/>"
            );
            package.set(&part, empty.into_bytes());
            package.declare_part(&part, CONTENT_TYPE)?;
            package.relate(main, "comments", Points::ToPart(&part))?;
            part
        }
    };
    let source = package.text(&part)?;
    let tree = Tree::scan(&source)?;
    let prefix = tree.prefix;
    if !source[tree.elements[0].start + 1..].starts_with(&format!("{prefix}comments")) {
        return Err(opc::Error::Damaged(part));
    }
    let mut next = 0;
    // An anchor without its comment must not get one either.
    for xml in [&source, &body] {
        opc::for_each_element(xml.as_bytes(), |element| {
            if matches!(
                element.local_name().as_ref(),
                "comment" | "commentRangeStart" | "commentRangeEnd" | "commentReference"
            ) {
                let id = opc::attribute(element, "id").and_then(|id| id.trim().parse::<u32>().ok());
                if let Some(id) = id.filter(|&id| id < GREATEST_ID) {
                    next = next.max(id + 1);
                }
            }
        })?;
    }
    let (text_style, sign_style) = styles(package, main)?;
    Ok(Comments {
        part,
        source,
        next,
        prefix,
        text_style,
        sign_style,
    })
}

/// The ids of the styles that Word has for comments; their ids differ between languages, their names do not.
fn styles(package: &Package, main: &str) -> Result<(Option<String>, Option<String>), opc::Error> {
    let (mut text_style, mut sign_style) = (None, None);
    let relationships = package.relationships(main)?;
    let part = relationships
        .iter()
        .find(|relationship| relationship.kind == "styles" && package.has(&relationship.target));
    if let Some(part) = part {
        let mut style = None;
        opc::for_each_element(&package.part(&part.target)?, |element| {
            match element.local_name().as_ref() {
                "style" => style = opc::attribute(element, "styleId"),
                "name" => match opc::attribute(element, "val")
                    .unwrap_or_default()
                    .to_lowercase()
                    .as_str()
                {
                    "annotation text" => text_style = style.take(),
                    "annotation reference" => sign_style = style.take(),
                    _ => {}
                },
                _ => {}
            }
        })?;
    }
    Ok((text_style, sign_style))
}

/// The comments part with new comments at its end.
pub fn write(comments: &Comments, new: &[Comment]) -> Result<String, opc::Error> {
    let Names {
        element: w,
        attribute: a,
        declaration,
    } = Names::of(&comments.prefix);
    let text_properties = match &comments.text_style {
        Some(style) => format!(
            "<{w}pPr><{w}pStyle {a}val=\"{}\"/></{w}pPr>",
            opc::escape_attribute(style)
        ),
        None => String::new(),
    };
    // Half points: what Word's own styles have.
    let direct = |size| format!("<{w}rPr><{w}sz {a}val=\"{size}\"/><{w}szCs {a}val=\"{size}\"/></{w}rPr>");
    let run_properties = match &comments.text_style {
        Some(_) => String::new(),
        None => direct(20),
    };
    let sign_properties = match &comments.sign_style {
        Some(style) => format!(
            "<{w}rPr><{w}rStyle {a}val=\"{}\"/></{w}rPr>",
            opc::escape_attribute(style)
        ),
        None => direct(16),
    };
    let mut xml = String::new();
    for comment in new {
        xml.push_str(&format!(
            "<{w}comment{declaration} {a}id=\"{}\" {a}author=\"baocao\" {a}initials=\"bc\">",
            comment.id
        ));
        let mut sign = format!("<{w}r>{sign_properties}<{w}annotationRef/></{w}r>");
        let empty = [String::new()];
        let lines = if comment.lines.is_empty() {
            &empty[..]
        } else {
            &comment.lines
        };
        for line in lines {
            let line = opc::escape_attribute(line);
            xml.push_str(&format!(
                "<{w}p>{text_properties}{}<{w}r>{run_properties}<{w}t xml:space=\"preserve\">{line}</{w}t></{w}r></{w}p>",
                std::mem::take(&mut sign)
            ));
        }
        xml.push_str(&format!("</{w}comment>"));
    }
    opc::with_children(&comments.source, &xml)
}

/// How names of WordprocessingML are written in a part.
struct Names<'p> {
    element: &'p str,
    /// Attributes have a prefix always: without one they are in no namespace.
    attribute: &'p str,
    declaration: String,
}

impl<'p> Names<'p> {
    fn of(prefix: &'p str) -> Self {
        let is_default = prefix.is_empty();
        Self {
            element: prefix,
            attribute: if is_default { "w:" } else { prefix },
            declaration: if is_default {
                format!(" xmlns:w=\"{NAMESPACE}\"")
            } else {
                String::new()
            },
        }
    }

    fn empty(&self, name: &str, id: u32) -> String {
        let Self {
            element,
            attribute,
            declaration,
        } = self;
        format!("<{element}{name}{declaration} {attribute}id=\"{id}\"/>")
    }
}

/// The anchor before what a comment is about; stands beside runs.
pub fn range_start(prefix: &str, id: u32) -> String {
    Names::of(prefix).empty("commentRangeStart", id)
}

/// The anchor after what a comment is about; stands beside runs.
pub fn range_end(prefix: &str, id: u32) -> String {
    Names::of(prefix).empty("commentRangeEnd", id)
}

/// The run with a comment's sign; follows [`range_end`].
pub fn reference(prefix: &str, id: u32) -> String {
    format!(
        "<{prefix}r>{}</{prefix}r>",
        Names::of(prefix).empty("commentReference", id)
    )
}

/// A copy of a document with a comment at each mark. Parts without marks are copied as they are. A mark that is not in
/// the text of the body goes to the nearest paragraph of the body, with a line in front that names its place.
pub fn annotate(docx: impl Into<Arc<[u8]>>, marks: &[Mark], lang: Lang) -> Result<Vec<u8>, opc::Error> {
    let package = Package::read(docx, &Limits::default())?;
    let main = package
        .relationships("")?
        .into_iter()
        .find(|relationship| relationship.kind == "officeDocument")
        .ok_or_else(|| opc::Error::Missing("officeDocument".to_owned()))?
        .target;
    annotate_package(package, &main, marks, lang)
}

/// The same for a package that was read already.
pub fn annotate_package(mut package: Package, main: &str, marks: &[Mark], lang: Lang) -> Result<Vec<u8>, opc::Error> {
    let comments = prepare(&mut package, main)?;
    let source = package.text(main)?;
    let tree = Tree::scan(&source)?;
    let stories = story::stories(&package, main)?;
    let mut sheet = Sheet {
        source: &source,
        tree: &tree,
        edits: Vec::new(),
        within: BTreeMap::new(),
    };
    let mut new = Vec::with_capacity(marks.len());
    for (id, mark) in (comments.next..).zip(marks) {
        let mut lines = Vec::with_capacity(mark.lines.len() + 1);
        if mark.part == main {
            let is_in_box = sheet.anchor(id, &mark.range)?;
            if is_in_box {
                lines.push(within(&text!("hộp văn bản", "text box"), None, lang));
            }
        } else {
            sheet.anchor_at_top(id)?;
            let story = stories.iter().find(|(part, _)| *part == mark.part);
            let place = match story {
                Some((_, name)) => name.clone(),
                None => place_of(&mark.part),
            };
            lines.push(within(&place, story.and_then(|_| paragraph_text(&package, mark)), lang));
        }
        lines.extend(mark.lines.iter().cloned());
        new.push(Comment { id, lines });
    }
    let annotated = sheet.finish();
    package.set(main, annotated.into_bytes());
    package.set(&comments.part, write(&comments, &new)?.into_bytes());
    package.write()
}

/// What people call a part that holds no text of the document.
fn place_of(part: &str) -> Text {
    match part {
        "docProps/core.xml" | "docProps/app.xml" | "docProps/custom.xml" => {
            text!("thuộc tính của tệp", "the file's properties")
        }
        part if part.ends_with(".rels") => text!("địa chỉ của liên kết", "the address of a link"),
        part => Text::new(part, part),
    }
}

/// The line that says where a comment belongs which can't stand there.
fn within(place: &Text, quoted: Option<String>, lang: Lang) -> String {
    let place = place.get(lang);
    let quoted = quoted.map(|text| format!(", “{text}”")).unwrap_or_default();
    match lang {
        Lang::Vi => format!("Ở {place}{quoted}:"),
        Lang::En => format!("In {place}{quoted}:"),
    }
}

/// The text of the paragraph a mark is in; none when it is in none, or the part can't be read.
fn paragraph_text(package: &Package, mark: &Mark) -> Option<String> {
    let source = package.text(&mark.part).ok()?;
    let tree = Tree::scan(&source).ok()?;
    let chain = tree.chain(element_at(&tree, mark.range.start)?);
    let paragraph = chain
        .into_iter()
        .find(|&element| tree.elements[element].name == Name::Paragraph)?;
    let text = tree.text(&source, tree.paragraph_of(paragraph)).text;
    let text = text.trim().replace(['\n', '\t'], " ");
    (!text.is_empty()).then(|| shorten(&text))
}

/// The innermost element around a position.
fn element_at(tree: &Tree, position: usize) -> Option<usize> {
    let last = tree
        .elements
        .partition_point(|element| element.start <= position)
        .checked_sub(1)?;
    tree.chain(last)
        .into_iter()
        .find(|&element| tree.elements[element].contains(position))
}

/// Elements whose children may be anchors, paragraphs aside.
fn takes_anchors(name: Name) -> bool {
    matches!(
        name,
        Name::Hyperlink | Name::Wrapper | Name::ControlContent | Name::FieldSimple
    )
}

/// Where an anchor goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    /// Around a child of a paragraph, or of what wraps runs in it.
    Around(usize),
    /// Around the content of a paragraph.
    Within(usize),
}

/// The main part while anchors are put into it.
struct Sheet<'s> {
    source: &'s str,
    tree: &'s Tree,
    /// Position; ends of what stands before come before starts of what follows; the markup.
    edits: Vec<(usize, Side, String)>,
    /// Content of elements that are empty tags.
    within: BTreeMap<usize, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    End,
    Start,
}

impl Sheet<'_> {
    /// Puts the anchors of a comment around a range; returns whether the range is in a text box.
    fn anchor(&mut self, id: u32, range: &Range<usize>) -> Result<bool, opc::Error> {
        let last = range.end.max(range.start.saturating_add(1)) - 1;
        let found = element_at(self.tree, range.start).and_then(|element| self.place(element));
        let Some((anchor, is_in_box)) = found else {
            return self.anchor_at_top(id).map(|()| false);
        };
        let end = element_at(self.tree, last).and_then(|element| self.place(element));
        match (anchor, end) {
            (Anchor::Around(first), Some((Anchor::Around(last), _))) if first < last => self.around(id, first, last),
            (Anchor::Around(first), _) => self.around(id, first, first),
            (Anchor::Within(paragraph), _) => self.inside(id, paragraph),
        }
        Ok(is_in_box)
    }

    /// Puts the anchors around the first paragraph of the body.
    fn anchor_at_top(&mut self, id: u32) -> Result<(), opc::Error> {
        let tree = self.tree;
        let is_in_body = |element: usize| {
            tree.ancestor(element, |name| name == Name::Body).is_some()
                && tree.ancestor(element, |name| name == Name::Story).is_none()
        };
        let first = tree
            .paragraphs
            .iter()
            .find(|paragraph| paragraph.kind == TextKind::Runs && is_in_body(paragraph.element));
        if let Some(paragraph) = first {
            self.inside(id, paragraph.element);
            return Ok(());
        }
        let body = tree.elements.iter().position(|element| element.name == Name::Body);
        let body = body.ok_or_else(|| opc::Error::Missing("w:body".to_owned()))?;
        let w = &tree.prefix;
        let paragraph = format!("<{w}p>{}</{w}p>", self.whole(id));
        self.insert(body, tree.elements[body].open_end, paragraph);
        Ok(())
    }

    /// Where the anchor for an element goes, and whether the element is in a text box.
    fn place(&self, element: usize) -> Option<(Anchor, bool)> {
        let name = |element: usize| self.tree.elements[element].name;
        let mut chain = self.tree.chain(element);
        let outermost_story = chain.iter().rposition(|&element| name(element) == Name::Story);
        if let Some(story) = outermost_story {
            chain.drain(..=story);
        }
        let is_in_box = outermost_story.is_some();
        let Some(paragraph) = chain.iter().position(|&element| name(element) == Name::Paragraph) else {
            return self.first_paragraph_in(&chain).map(|anchor| (anchor, is_in_box));
        };
        let mut child = None;
        for &element in chain[..paragraph].iter().rev() {
            match (child.map(name), name(element)) {
                // What else a control holds is nothing beside which an anchor may stand.
                (Some(Name::Control), inner) if inner != Name::ControlContent => break,
                _ => child = Some(element),
            }
            if !takes_anchors(name(element)) && name(element) != Name::Control {
                break;
            }
        }
        let anchor = match child {
            // An anchor may stand within the content, not beside it.
            Some(content) if name(content) == Name::ControlContent => {
                Anchor::Around(self.tree.elements[content].parent)
            }
            Some(properties) if name(properties) == Name::ParagraphProperties => Anchor::Within(chain[paragraph]),
            Some(child) => Anchor::Around(child),
            None => Anchor::Within(chain[paragraph]),
        };
        Some((anchor, is_in_box))
    }

    /// The first paragraph in the innermost of some elements that has one, as long as they are within the body.
    fn first_paragraph_in(&self, chain: &[usize]) -> Option<Anchor> {
        let inner = chain
            .iter()
            .take_while(|&&element| self.tree.elements[element].name != Name::Body);
        for &element in inner {
            let mut paragraphs = self.tree.paragraphs[self.tree.paragraphs_in(element)].iter();
            if let Some(paragraph) = paragraphs.find(|paragraph| paragraph.kind == TextKind::Runs) {
                return Some(Anchor::Within(paragraph.element));
            }
        }
        None
    }

    fn around(&mut self, id: u32, first: usize, last: usize) {
        let prefix = &self.tree.prefix;
        let (start, end) = (self.tree.elements[first].start, self.tree.elements[last].end);
        self.edits.push((start, Side::Start, range_start(prefix, id)));
        self.edits
            .push((end, Side::End, range_end(prefix, id) + reference(prefix, id).as_str()));
    }

    fn inside(&mut self, id: u32, paragraph: usize) {
        let elements = &self.tree.elements;
        let properties = self
            .tree
            .inside(paragraph)
            .next()
            .filter(|(_, element)| element.name == Name::ParagraphProperties);
        let start = properties.map_or(elements[paragraph].open_end, |(_, properties)| properties.end);
        let end = elements[paragraph].close_start;
        if start >= end {
            let whole = self.whole(id);
            return self.insert(paragraph, start, whole);
        }
        let prefix = &self.tree.prefix;
        self.edits.push((start, Side::Start, range_start(prefix, id)));
        self.edits
            .push((end, Side::End, range_end(prefix, id) + reference(prefix, id).as_str()));
    }

    /// All anchors of a comment that has nothing between them.
    fn whole(&self, id: u32) -> String {
        let prefix = &self.tree.prefix;
        range_start(prefix, id) + range_end(prefix, id).as_str() + reference(prefix, id).as_str()
    }

    /// Puts markup into an element, at a position unless the element is an empty tag.
    fn insert(&mut self, element: usize, position: usize, markup: String) {
        let Range { start, end } = self.tree.elements[element].start..self.tree.elements[element].end;
        if self.source[start..end].ends_with("/>") && self.tree.elements[element].open_end == end {
            self.within.entry(element).or_default().push_str(&markup);
        } else {
            self.edits.push((position, Side::Start, markup));
        }
    }

    /// The part with its anchors.
    fn finish(self) -> String {
        let mut edits: Vec<(Range<usize>, Side, String)> = self
            .edits
            .into_iter()
            .map(|(position, side, markup)| (position..position, side, markup))
            .collect();
        for (element, markup) in self.within {
            let end = self.tree.elements[element].end;
            let tag = &self.source[self.tree.elements[element].start + 1..end - 2];
            let name = tag.split(|sign: char| sign.is_whitespace()).next().unwrap_or_default();
            edits.push((end - 2..end, Side::End, format!(">{markup}</{name}>")));
        }
        edits.sort_by_key(|(range, side, _)| (range.start, *side));
        let mut out = String::with_capacity(self.source.len() + edits.len() * 160);
        let mut from = 0;
        for (range, _, markup) in edits {
            out.push_str(&self.source[from..range.start]);
            out.push_str(&markup);
            from = range.end;
        }
        out.push_str(&self.source[from..]);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "word/document.xml";
    const FOREIGN: &str = r#"<w:comments xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:comment w:id="7" w:author="An" w:date="2026-01-01T00:00:00Z"><w:p/></w:comment></w:comments>"#;
    const RUN: &str = "<w:r><w:t>{{a}}</w:t></w:r>";

    /// A document with a header, and comments if wanted.
    fn package(body: &str, comments: Option<&str>) -> Package {
        let mut package = Package::new();
        package.set(
            "[Content_Types].xml",
            *b"<Types><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>",
        );
        package.relate("", "officeDocument", Points::ToPart(MAIN)).unwrap();
        let header = format!(r#"<w:hdr xmlns:w="{NAMESPACE}"><w:p><w:r><w:t>Số {{{{a}}}}</w:t></w:r></w:p></w:hdr>"#);
        package.set("word/header1.xml", header.into_bytes());
        let id = package
            .relate(MAIN, "header", Points::ToPart("word/header1.xml"))
            .unwrap();
        if let Some(comments) = comments {
            package.set("word/comments.xml", comments.as_bytes());
            package.declare_part("word/comments.xml", CONTENT_TYPE).unwrap();
            package
                .relate(MAIN, "comments", Points::ToPart("word/comments.xml"))
                .unwrap();
        }
        let document = format!(
            r#"<w:document xmlns:w="{NAMESPACE}" xmlns:r="r" xmlns:wp="wp"><w:body>{body}<w:sectPr><w:headerReference w:type="first" r:id="{id}"/></w:sectPr></w:body></w:document>"#
        );
        package.set(MAIN, document.into_bytes());
        package
    }

    /// A mark at each `{{a}}` of a part, saying its number.
    fn marks(package: &Package, part: &str) -> Vec<Mark> {
        let source = package.text(part).unwrap();
        let found = source.match_indices("{{a}}").enumerate();
        found
            .map(|(number, (at, tag))| Mark {
                part: part.to_owned(),
                range: at..at + tag.len(),
                lines: vec![format!("lỗi {number} <&>"), "gợi ý".to_owned()],
            })
            .collect()
    }

    fn values(xml: &str, element: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        opc::for_each_element(xml.as_bytes(), |found| {
            if found.local_name().as_ref() == element {
                ids.push(opc::attribute(found, "id").unwrap().parse().unwrap());
            }
        })
        .unwrap();
        ids
    }

    /// The main part's body and the comments part of the annotated copy, once all that must hold was looked at.
    fn annotated(package: &Package, marks: &[Mark]) -> (String, String) {
        let bytes = annotate(package.write().unwrap(), marks, Lang::Vi).unwrap();
        assert_eq!(
            bytes,
            annotate(package.write().unwrap(), marks, Lang::Vi).unwrap(),
            "the same bytes each time"
        );
        let copy = Package::read(bytes, &Limits::default()).unwrap();
        let related = copy.relationships(MAIN).unwrap();
        let part = related
            .iter()
            .filter(|other| other.kind == "comments")
            .collect::<Vec<_>>();
        assert_eq!(part.len(), 1, "{related:?}");
        let part = &part[0].target;
        assert_eq!(copy.content_type(part).unwrap().as_deref(), Some(CONTENT_TYPE));
        let (body, comments) = (copy.text(MAIN).unwrap(), copy.text(part).unwrap());
        let (tree, _) = (Tree::scan(&body).unwrap(), Tree::scan(&comments).unwrap());
        let mut ids = values(&comments, "comment");
        let starts = values(&body, "commentRangeStart");
        for kind in ["commentRangeStart", "commentRangeEnd", "commentReference"] {
            let mut anchors = values(&body, kind);
            anchors.sort_unstable();
            assert_eq!(anchors, ids[ids.len() - marks.len()..], "{kind}: {body}");
        }
        for id in starts {
            let at = |markup: &str| body.find(markup).unwrap();
            assert!(at(&range_start("w:", id)) < at(&range_end("w:", id)), "{body}");
        }
        for element in tree
            .elements
            .iter()
            .filter(|element| body[element.start..].starts_with("<w:commentR"))
        {
            let parent = &tree.elements[element.parent];
            let is_sign = body[element.start..].starts_with("<w:commentReference");
            assert!(
                parent.name == Name::Paragraph || takes_anchors(parent.name) || (is_sign && parent.name == Name::Run),
                "{body}"
            );
        }
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count, "ids are unique");
        let body = body.split_once("<w:body>").unwrap().1;
        (body.split_once("<w:sectPr>").unwrap().0.to_owned(), comments)
    }

    /// The body with short anchors: `[0`, `0]` and what is between.
    fn shown(body: &str, marked: &str) -> String {
        let package = package(body, None);
        let mut marks = marks(&package, marked);
        if marks.is_empty() {
            marks = vec![Mark {
                part: marked.to_owned(),
                range: 3..4,
                lines: Vec::new(),
            }];
        }
        let mut body = annotated(&package, &marks).0;
        for id in 0..10 {
            body = body
                .replace(&range_start("w:", id), &format!("[{id}"))
                .replace(&(range_end("w:", id) + &*reference("w:", id)), &format!("{id}]"));
        }
        body.replace("<w:r><w:t>{{a}}</w:t></w:r>", "RUN")
    }

    #[test]
    fn a_comment_stands_around_the_run_that_holds_its_place() {
        for (body, expected) in [
            ("<w:p>RUN</w:p>", "<w:p>[0RUN0]</w:p>"),
            ("<w:p><w:pPr/>RUNRUN</w:p>", "<w:p><w:pPr/>[0RUN0][1RUN1]</w:p>"),
            (
                "<w:tbl><w:tr><w:tc><w:p>RUN</w:p></w:tc></w:tr></w:tbl>",
                "<w:tbl><w:tr><w:tc><w:p>[0RUN0]</w:p></w:tc></w:tr></w:tbl>",
            ),
            (
                "<w:p><w:hyperlink><w:ins>RUN</w:ins></w:hyperlink></w:p>",
                "<w:p><w:hyperlink><w:ins>[0RUN0]</w:ins></w:hyperlink></w:p>",
            ),
            (
                "<w:p><w:sdt><w:sdtPr/><w:sdtContent>RUN</w:sdtContent></w:sdt></w:p>",
                "<w:p><w:sdt><w:sdtPr/><w:sdtContent>[0RUN0]</w:sdtContent></w:sdt></w:p>",
            ),
            (
                r#"<w:p><w:sdt><w:sdtPr><w:tag w:val="{{a}}"/></w:sdtPr><w:sdtContent/></w:sdt></w:p>"#,
                r#"<w:p>[0<w:sdt><w:sdtPr><w:tag w:val="{{a}}"/></w:sdtPr><w:sdtContent/></w:sdt>0]</w:p>"#,
            ),
            (
                r#"<w:sdt><w:sdtPr><w:tag w:val="{{a}}"/></w:sdtPr><w:sdtContent><w:p>x</w:p></w:sdtContent></w:sdt>"#,
                r#"<w:sdt><w:sdtPr><w:tag w:val="{{a}}"/></w:sdtPr><w:sdtContent><w:p>[0x0]</w:p></w:sdtContent></w:sdt>"#,
            ),
            (
                r#"<w:p><w:fldSimple w:instr="{{a}}"><w:r/></w:fldSimple></w:p>"#,
                r#"<w:p>[0<w:fldSimple w:instr="{{a}}"><w:r/></w:fldSimple>0]</w:p>"#,
            ),
            (
                r#"<w:p><w:r><w:drawing><wp:docPr descr="{{a}}"/></w:drawing></w:r></w:p>"#,
                r#"<w:p>[0<w:r><w:drawing><wp:docPr descr="{{a}}"/></w:drawing></w:r>0]</w:p>"#,
            ),
            (
                "<w:p><mc:AlternateContent><mc:Choice>RUN</mc:Choice></mc:AlternateContent></w:p>",
                "<w:p>[0<mc:AlternateContent><mc:Choice>RUN</mc:Choice></mc:AlternateContent>0]</w:p>",
            ),
        ] {
            assert_eq!(shown(&body.replace("RUN", RUN), MAIN), expected);
        }
    }

    #[test]
    fn a_range_over_several_runs_is_held_from_the_first_to_the_last() {
        let body = "<w:p><w:r><w:t>{{</w:t></w:r><w:hyperlink><w:r><w:t>a</w:t></w:r></w:hyperlink><w:r><w:t>}} {{a}}</w:t></w:r></w:p>";
        let package = package(body, None);
        let source = package.text(MAIN).unwrap();
        let range = source.find("{{</w:t>").unwrap()..source.find("}} ").unwrap() + 2;
        let mut marks = marks(&package, MAIN);
        marks.push(Mark {
            part: MAIN.to_owned(),
            range,
            lines: Vec::new(),
        });
        let (body, _) = annotated(&package, &marks);
        assert!(
            body.starts_with(&format!("<w:p>{}<w:r>", range_start("w:", 1)))
                && body.contains(&format!("</w:hyperlink>{}<w:r>", range_start("w:", 0)))
                && body.ends_with(&format!("{}</w:p>", reference("w:", 1))),
            "{body}"
        );
    }

    #[test]
    fn what_can_hold_no_comment_is_told_in_the_body() {
        let inner = "<w:txbxContent><w:p><w:r><w:t>{{a}}</w:t></w:r></w:p></w:txbxContent>";
        let body = format!("<w:p/><w:p><w:r><w:pict>{inner}</w:pict></w:r></w:p>");
        let anchored = shown(&body, MAIN);
        assert!(
            anchored.starts_with("<w:p/><w:p>[0<w:r><w:pict>") && anchored.ends_with("</w:pict></w:r>0]</w:p>"),
            "{anchored}"
        );
        let package = package(&body, None);
        let (_, comments) = annotated(&package, &marks(&package, MAIN));
        assert!(comments.contains(">Ở hộp văn bản:</w:t>"), "{comments}");
        let mut all = marks(&package, "word/header1.xml");
        all.push(Mark {
            part: "docProps/core.xml".to_owned(),
            range: 0..9,
            lines: Vec::new(),
        });
        let (body, comments) = annotated(&package, &all);
        assert!(
            comments.contains(">Ở đầu trang của trang đầu, “Số {{a}}”:</w:t>"),
            "{comments}"
        );
        assert!(comments.contains(">Ở thuộc tính của tệp:</w:t>"), "{comments}");
        assert!(
            body.starts_with(&format!("<w:p>{}", range_start("w:", 0))) && body.contains("</w:r></w:p><w:p><w:r>"),
            "an empty paragraph takes both: {body}"
        );
    }

    #[test]
    fn any_body_has_a_place_for_comments() {
        let around = "[00]";
        for (body, expected) in [
            ("", format!("<w:p>{around}</w:p>")),
            ("<w:p />", format!("<w:p >{around}</w:p>")),
            ("<w:p></w:p>", format!("<w:p>{around}</w:p>")),
            ("<w:p><w:pPr/></w:p>", format!("<w:p><w:pPr/>{around}</w:p>")),
            (
                "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>",
                format!("<w:tbl><w:tr><w:tc><w:p>{around}</w:p></w:tc></w:tr></w:tbl>"),
            ),
        ] {
            assert_eq!(shown(body, "word/_rels/document.xml.rels"), expected);
        }
    }

    #[test]
    fn every_byte_of_a_part_can_be_marked() {
        let body = r#"<w:p/><w:p><w:pPr><w:jc/></w:pPr><w:hyperlink><w:r><w:t>a &amp; b</w:t></w:r></w:hyperlink><w:bookmarkStart w:id="1"/><w:r><w:drawing><wp:docPr descr="ạ"/><w:txbxContent><w:tbl><w:tr><w:tc><w:p><w:r/></w:p></w:tc></w:tr></w:tbl></w:txbxContent></w:drawing></w:r></w:p><w:sdt><w:sdtPr/><w:sdtContent><w:tbl><w:tblPr/><w:tr><w:tc><w:tcPr/><w:p><w:sdt><w:sdtPr><w:tag/></w:sdtPr><w:sdtContent><w:r/></w:sdtContent></w:sdt></w:p></w:tc></w:tr></w:tbl></w:sdtContent></w:sdt>"#;
        let package = package(body, None);
        let length = package.text(MAIN).unwrap().len();
        let mark = |range: Range<usize>| Mark {
            part: MAIN.to_owned(),
            range,
            lines: Vec::new(),
        };
        let mut marks: Vec<Mark> = (0..length + 2).map(|at| mark(at..at + 1)).collect();
        marks.extend((0..length).map(|at| mark(at..at + 40)));
        marks.push(mark(usize::MAX..usize::MAX));
        annotated(&package, &marks);
    }

    #[test]
    fn a_part_that_holds_no_comments_is_not_written_to() {
        let mut package = package("<w:p/>", Some("<w:document/>"));
        assert!(matches!(prepare(&mut package, MAIN), Err(opc::Error::Damaged(_))));
    }

    #[test]
    fn comments_that_are_there_stay_as_they_are() {
        let body = format!(
            "<w:p>{}{RUN}{}{RUN}</w:p>",
            range_start("w:", 8),
            range_end("w:", 8) + &*reference("w:", 8)
        );
        let mut package = package(&body, Some(FOREIGN));
        let comments = prepare(&mut package, MAIN).unwrap();
        assert_eq!(
            (comments.next, comments.source.as_str()),
            (9, FOREIGN),
            "8 is an anchor without a comment"
        );
        let new = Comment {
            id: 9,
            lines: vec!["a < \"b\"".to_owned()],
        };
        let written = write(&comments, &[new]).unwrap();
        assert!(
            written.starts_with(FOREIGN.trim_end_matches("</w:comments>")),
            "{written}"
        );
        assert!(
            written.ends_with("a &lt; &quot;b&quot;</w:t></w:r></w:p></w:comment></w:comments>"),
            "{written}"
        );
        assert_eq!(written.matches("w:date").count(), 1, "new ones have no date");
    }

    #[test]
    fn styles_are_known_by_their_names() {
        let mut package = package("", None);
        let styles = format!(
            r#"<w:styles xmlns:w="{NAMESPACE}"><w:style w:styleId="VnbanChuthich"><w:name w:val="annotation text"/></w:style><w:style w:styleId="b"><w:name w:val="x"/></w:style></w:styles>"#
        );
        package.set("word/styles.xml", styles.into_bytes());
        package
            .relate(MAIN, "styles", Points::ToPart("word/styles.xml"))
            .unwrap();
        let comments = prepare(&mut package, MAIN).unwrap();
        let new = Comment {
            id: 0,
            lines: vec!["a".to_owned(), "b".to_owned()],
        };
        let written = write(&comments, &[new]).unwrap();
        assert_eq!(written.matches(r#"<w:pStyle w:val="VnbanChuthich"/>"#).count(), 2);
        assert_eq!(written.matches("<w:annotationRef/>").count(), 1);
        assert!(
            !written.contains("rStyle") && written.contains(r#"<w:sz w:val="16"/>"#),
            "{written}"
        );
    }

    #[test]
    fn a_document_whose_names_have_no_prefix_gets_comments_too() {
        assert_eq!(
            range_start("", 3),
            format!(r#"<commentRangeStart xmlns:w="{NAMESPACE}" w:id="3"/>"#)
        );
        let comments = Comments {
            part: String::new(),
            source: format!(r#"<comments xmlns="{NAMESPACE}"/>"#),
            next: 0,
            prefix: String::new(),
            text_style: None,
            sign_style: None,
        };
        let written = write(
            &comments,
            &[Comment {
                id: 0,
                lines: Vec::new(),
            }],
        )
        .unwrap();
        assert_eq!(Tree::scan(&written).unwrap().paragraphs.len(), 1, "{written}");
    }
}
