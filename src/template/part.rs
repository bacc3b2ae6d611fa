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
    /// `w:tcPr`
    CellProperties,
    /// `w:tblGrid`
    Grid,
    /// `w:gridCol`
    GridColumn,
    /// `w:body`
    Body,
    /// `w:sectPr`
    Section,
    /// `w:hyperlink`
    Hyperlink,
    /// `w:ins`, `w:moveTo`, `w:smartTag`, `w:customXml`, `w:dir`, `w:bdo`: runs in a wrapper that can be had twice.
    Wrapper,
    /// `w:del`, `w:moveFrom`: what a tracked change took away.
    Deleted,
    /// `w:sdt`
    Control,
    /// `w:sdtPr`
    ControlProperties,
    /// `w:sdtContent`
    ControlContent,
    /// `w:fldSimple`
    FieldSimple,
    /// `w:fldChar`
    FieldMark,
    /// `w:instrText`
    Instruction,
    /// `m:t`: text of an equation.
    MathText,
    /// `w:txbxContent`, `w:hdr`, `w:ftr`, `w:footnote`, `w:endnote`: must not be left without a paragraph.
    Story,
    /// Bookmarks, comment ranges, permissions: survive when the paragraph around them goes.
    Marker,
    /// `w:drawing`, `w:pict`
    Drawing,
    /// `mc:AlternateContent`
    Alternatives,
    /// Something else to see that is no text: a footnote reference.
    Visible,
    /// Everything else.
    Other,
}

impl Name {
    /// Whether it shows something that is no text.
    pub fn is_visible(self) -> bool {
        matches!(
            self,
            Self::Drawing | Self::Visible | Self::FieldSimple | Self::FieldMark
        )
    }

    /// Whether it may be closed and opened again around a place inside: text, runs, and what wraps runs.
    pub fn can_split(self) -> bool {
        matches!(self, Self::Text | Self::Run | Self::Hyperlink | Self::Wrapper)
    }
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

/// What kind of text a [`Paragraph`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// A paragraph: text in runs.
    Runs,
    /// The value of an attribute.
    Attribute,
    /// The text of an element outside of runs: a document property, a field's code.
    Plain,
}

/// An attribute whose value a copy must change.
#[derive(Clone, Debug)]
pub struct Spot {
    /// Its element.
    pub element: usize,
    /// What the value is.
    pub kind: SpotKind,
    /// Where the value stands, without quotation marks.
    pub range: Range<usize>,
}

/// What an attribute's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SpotKind {
    /// `w:id` of a bookmark's start.
    BookmarkStart,
    /// `w:name` of a bookmark's start.
    BookmarkName,
    /// `w:id` of a bookmark's end.
    BookmarkEnd,
    /// `w:id` of the start of a comment's or permission's range.
    RangeStart,
    /// `w:id` of the end of one.
    RangeEnd,
    /// `w:id` of a comment's reference.
    CommentReference,
    /// `id` of `wp:docPr`.
    Drawing,
    /// `w:val` of a content control's `w:id`.
    Control,
    /// `id`, `o:spid` and the like of a VML shape.
    Shape,
    /// `w:val` of `w:numId` in a paragraph's own properties.
    Numbering,
    /// `w:w` of `w:gridCol`.
    GridColumn,
    /// `w:w` of `w:tcW`.
    CellWidth,
    /// `w:val` of `w:gridSpan`.
    GridSpan,
    /// `r:id` of `w:hyperlink`.
    Link,
    /// `r:embed` of `a:blip`, `r:id` of `v:imagedata`.
    Picture,
    /// `cx` of `wp:extent` or `a:ext`.
    Width,
    /// `cy` of `wp:extent` or `a:ext`.
    Height,
    /// `w:id` of a tracked change.
    Revision,
    /// `id` of a VML shape type, which shapes refer to.
    ShapeType,
}

/// A field as Word knows it (ECMA-376 part 1, 17.16): its code and where it stands.
#[derive(Clone, Debug)]
pub struct Field {
    /// The `w:fldSimple`, or the `w:fldChar` that begins it.
    pub begin: usize,
    /// The `w:fldChar` that separates code and result.
    pub separate: Option<usize>,
    /// The `w:fldSimple`, or the `w:fldChar` that ends it.
    pub end: usize,
    /// The element of the paragraph it begins in.
    pub paragraph: usize,
    /// Whether it stands within the code of another field.
    pub is_inside: bool,
    code: Vec<Piece>,
}

impl Field {
    /// The code.
    pub fn code(&self, source: &str) -> String {
        let mut code = String::new();
        for piece in &self.code {
            match piece.character {
                Some(character) => code.push(character),
                None => code.push_str(&source[piece.source.clone()]),
            }
        }
        code
    }
}

/// A content control's elements.
#[derive(Clone, Copy, Debug)]
pub struct ControlElements {
    /// `w:sdt`
    pub element: usize,
    /// `w:sdtPr`
    pub properties: Option<usize>,
    /// `w:sdtContent`
    pub content: Option<usize>,
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

/// A paragraph, or another text that may hold tags.
#[derive(Clone, Debug)]
pub struct Paragraph {
    /// Its element; that of an attribute for the attribute's value.
    pub element: usize,
    /// What it is.
    pub kind: TextKind,
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
    /// Attributes that copies must change, in order.
    pub spots: Vec<Spot>,
    /// Fields, in the order in which they begin.
    pub fields: Vec<Field>,
    /// Content controls, in order.
    pub controls: Vec<ControlElements>,
}

/// Elements that are open while a part is scanned.
#[derive(Default)]
struct Open {
    elements: Vec<usize>,
    paragraphs: Vec<usize>,
    fields: Vec<usize>,
    controls: Vec<usize>,
    /// How many of the open elements hold what a tracked change took away.
    deleted: usize,
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
    /// Scans a part of WordprocessingML. Errors: no well-formed XML, or nested too deep.
    pub fn scan(source: &str) -> Result<Self, opc::Error> {
        Self::scan_as(source, TextKind::Runs)
    }

    /// Scans a part whose elements hold plain text, such as the document's properties. Errors as for [`Tree::scan`].
    pub fn scan_plain(source: &str) -> Result<Self, opc::Error> {
        Self::scan_as(source, TextKind::Plain)
    }

    fn scan_as(source: &str, kind: TextKind) -> Result<Self, opc::Error> {
        let mut reader = Reader::from_str(source);
        let mut tree = Self {
            elements: Vec::with_capacity(source.len() / 64),
            paragraphs: Vec::new(),
            prefix: "w:".to_owned(),
            identities: Vec::new(),
            spots: Vec::new(),
            fields: Vec::new(),
            controls: Vec::new(),
        };
        let mut open = Open::default();
        loop {
            let start = reader.buffer_position() as usize;
            let event = reader.read_event()?;
            let end = reader.buffer_position() as usize;
            match event {
                Event::Start(element) => {
                    if open.elements.len() >= DEEPEST {
                        return Err(opc::Error::Damaged("nested too deep".to_owned()));
                    }
                    let index = tree.add(source, &element, start..end, &mut open);
                    match tree.elements[index].name {
                        // The paragraph is not the last one when its attributes hold tags of their own.
                        Name::Paragraph => open.paragraphs.push(tree.paragraph_of(index)),
                        Name::Deleted => open.deleted += 1,
                        Name::Control => open.controls.push(tree.controls.len() - 1),
                        _ => {}
                    }
                    open.elements.push(index);
                }
                Event::Empty(element) => {
                    let index = tree.add(source, &element, start..end, &mut open);
                    tree.elements[index].close_start = end;
                }
                Event::End(_) => {
                    let Some(index) = open.elements.pop() else {
                        return Err(opc::Error::Damaged("unbalanced XML".to_owned()));
                    };
                    let element = &mut tree.elements[index];
                    element.close_start = start;
                    element.end = end;
                    match element.name {
                        Name::Paragraph => {
                            open.paragraphs.pop();
                        }
                        Name::Deleted => open.deleted -= 1,
                        Name::Control => {
                            open.controls.pop();
                        }
                        _ => {}
                    }
                }
                Event::Text(_) => tree.piece(kind, &open, start..end, None),
                Event::GeneralRef(reference) => {
                    let character = match reference.resolve_char_ref() {
                        Ok(Some(character)) => Some(character),
                        _ => match predefined(reference.xml10_content().as_ref()) {
                            None => return Err(opc::Error::Damaged("unknown entity".to_owned())),
                            character => character,
                        },
                    };
                    tree.piece(kind, &open, start..end, character);
                }
                Event::DocType(_) => return Err(opc::Error::Damaged("DOCTYPE".to_owned())),
                Event::Eof => break,
                // Word writes none; a value could not be told from the markup around it.
                Event::CData(text) if text.as_ref().contains("{{") => {
                    return Err(opc::Error::Damaged("CDATA".to_owned()));
                }
                Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
        if !open.elements.is_empty() || tree.elements.is_empty() {
            return Err(opc::Error::Damaged("unbalanced XML".to_owned()));
        }
        // A field that never ends is none.
        for field in open.fields {
            tree.fields[field].code.clear();
        }
        tree.fields.retain(|field| !field.code.is_empty());
        tree.take_codes(source);
        Ok(tree)
    }

    fn add(&mut self, source: &str, element: &BytesStart<'_>, range: Range<usize>, open: &mut Open) -> usize {
        if self.elements.is_empty() {
            self.prefix = prefix_of_namespace(element);
        }
        let index = self.elements.len();
        let parent = open.elements.last().copied();
        let name = match self.name(element.name().as_ref(), open.elements.len()) {
            Name::Character if is_page_break(element) => Name::Visible,
            // Character properties and paragraph marks have a w:ins and w:del of their own, which hold nothing.
            Name::Deleted | Name::Wrapper if parent.is_some_and(|parent| self.holds_properties(parent)) => Name::Other,
            name => name,
        };
        let Range { start, end } = range.clone();
        self.elements.push(Element {
            name,
            parent: parent.unwrap_or(index),
            start,
            open_end: end,
            close_start: end,
            end,
        });
        match name {
            Name::Paragraph => self.paragraphs.push(Paragraph {
                element: index,
                kind: TextKind::Runs,
                pieces: Vec::new(),
                is_heading: false,
                section: None,
            }),
            Name::Character => {
                if let (Some(&paragraph), true, 0) = (open.paragraphs.last(), self.in_run(open), open.deleted) {
                    let character = match element.local_name().as_ref() {
                        "noBreakHyphen" => '-',
                        // Shown at the end of a line only.
                        "softHyphen" => '\u{ad}',
                        "tab" => '\t',
                        _ => '\n',
                    };
                    self.paragraphs[paragraph].pieces.push(Piece {
                        element: index,
                        source: range,
                        character: Some(character),
                    });
                }
            }
            Name::Section => {
                // Within w:sectPrChange stands what was before.
                let is_own = parent.is_some_and(|parent| self.elements[parent].name == Name::ParagraphProperties);
                if let (Some(&paragraph), true) = (open.paragraphs.last(), is_own) {
                    self.paragraphs[paragraph].section = Some(index);
                }
            }
            Name::Control => self.controls.push(ControlElements {
                element: index,
                properties: None,
                content: None,
            }),
            Name::ControlProperties | Name::ControlContent => {
                if let Some(&control) = open.controls.last()
                    && parent == Some(self.controls[control].element)
                {
                    match name {
                        Name::ControlProperties => self.controls[control].properties = Some(index),
                        _ => self.controls[control].content = Some(index),
                    }
                }
            }
            Name::FieldSimple | Name::FieldMark => self.field(source, element, index, name, open),
            Name::Marker => self.marker_spots(source, element, index),
            Name::Visible if element.local_name().as_ref() == "commentReference" => {
                self.spot(source, element, index, "id", SpotKind::CommentReference);
            }
            Name::GridColumn => self.spot(source, element, index, "w", SpotKind::GridColumn),
            Name::Hyperlink => self.spot(source, element, index, "id", SpotKind::Link),
            Name::Deleted => self.spot(source, element, index, "id", SpotKind::Revision),
            Name::Wrapper if matches!(element.local_name().as_ref(), "ins" | "moveTo") => {
                self.spot(source, element, index, "id", SpotKind::Revision);
            }
            Name::Other => self.other(source, element, index, open),
            _ => {}
        }
        if matches!(name, Name::Paragraph | Name::Row) {
            self.note_identities(source, element);
        }
        index
    }

    /// Makes texts of their own of fields' codes that may hold tags: the address of a HYPERLINK field, for instance.
    fn take_codes(&mut self, source: &str) {
        for field in &self.fields {
            if self.elements[field.begin].name == Name::FieldSimple || !field.code(source).contains("{{") {
                continue;
            }
            let element = field.code[0].element;
            let at = self.paragraphs.partition_point(|paragraph| paragraph.element < element);
            self.paragraphs.insert(
                at,
                Paragraph {
                    element,
                    kind: TextKind::Plain,
                    pieces: field.code.clone(),
                    is_heading: false,
                    section: None,
                },
            );
        }
    }

    /// Whether an element is `w:rPr`, `w:trPr`, `w:tcPr` or the like, within which names mean something else.
    fn holds_properties(&self, element: usize) -> bool {
        matches!(
            self.elements[element].name,
            Name::RunProperties | Name::CellProperties | Name::ParagraphProperties
        ) || self.is_row_properties(element)
    }

    fn is_row_properties(&self, element: usize) -> bool {
        let parent = self.elements[element].parent;
        self.elements[parent].name == Name::Row && self.elements[element].name == Name::Other
    }

    /// The number of the paragraph that an element is.
    pub fn paragraph_of(&self, element: usize) -> usize {
        self.paragraphs.partition_point(|paragraph| paragraph.element < element)
    }

    /// Where a paragraph begins in the source.
    pub fn start_of(&self, paragraph: usize) -> usize {
        let element = self.paragraphs.get(paragraph).map(|paragraph| paragraph.element);
        element.map_or(0, |element| self.elements[element].start)
    }

    /// The number of the paragraph around an element; of the first one when there is none.
    pub fn paragraph_around(&self, element: usize) -> usize {
        match self.ancestor(element, |name| name == Name::Paragraph) {
            Some(paragraph) => self.paragraph_of(paragraph),
            None => 0,
        }
    }

    /// Elements that matter for an attribute, or for the style they name.
    fn other(&mut self, source: &str, element: &BytesStart<'_>, index: usize, open: &Open) {
        let parent = self.elements[index].parent;
        match element.local_name().as_ref() {
            "pStyle" => {
                let style = opc::attribute(element, "val").unwrap_or_default();
                // Word numbers heading styles: Heading1, and u1 in a Vietnamese Word ("đầu đề").
                let heading = style.starts_with("Heading") || style.starts_with("heading") || {
                    let number = style.trim_start_matches(['u', 'U']);
                    number.len() + 1 == style.len() && number.parse::<u8>().is_ok()
                };
                if let Some(&paragraph) = open.paragraphs.last() {
                    self.paragraphs[paragraph].is_heading |= heading;
                }
            }
            "ins" | "del" | "moveFrom" | "moveTo" | "rPrChange" | "pPrChange" | "sectPrChange" | "tblPrChange"
            | "trPrChange" | "tcPrChange" | "tblGridChange" | "tblPrExChange" | "cellIns" | "cellDel" | "cellMerge" => {
                self.spot(source, element, index, "id", SpotKind::Revision);
            }
            "numId" => self.spot(source, element, index, "val", SpotKind::Numbering),
            "tcW" => self.spot(source, element, index, "w", SpotKind::CellWidth),
            "gridSpan" => self.spot(source, element, index, "val", SpotKind::GridSpan),
            "id" if self.elements[parent].name == Name::ControlProperties => {
                self.spot(source, element, index, "val", SpotKind::Control);
            }
            "docPr" => {
                self.spot(source, element, index, "id", SpotKind::Drawing);
                self.attribute_texts(source, element, index, &["descr", "title"]);
            }
            "extent" | "ext" => {
                self.spot(source, element, index, "cx", SpotKind::Width);
                self.spot(source, element, index, "cy", SpotKind::Height);
            }
            "blip" => self.spot(source, element, index, "embed", SpotKind::Picture),
            "imagedata" => self.spot(source, element, index, "id", SpotKind::Picture),
            "shapetype" => self.spot(source, element, index, "id", SpotKind::ShapeType),
            "shape" | "rect" | "roundrect" | "line" | "oval" | "group" | "polyline" | "curve" | "arc"
                if element.name().as_ref().starts_with("v:") =>
            {
                self.spot(source, element, index, "id", SpotKind::Shape);
                self.spot(source, element, index, "spid", SpotKind::Shape);
                self.attribute_texts(source, element, index, &["alt", "title"]);
            }
            _ => {}
        }
    }

    fn marker_spots(&mut self, source: &str, element: &BytesStart<'_>, index: usize) {
        match element.local_name().as_ref() {
            "bookmarkStart" => {
                self.spot(source, element, index, "id", SpotKind::BookmarkStart);
                self.spot(source, element, index, "name", SpotKind::BookmarkName);
            }
            "bookmarkEnd" => self.spot(source, element, index, "id", SpotKind::BookmarkEnd),
            "commentRangeStart" | "permStart" => self.spot(source, element, index, "id", SpotKind::RangeStart),
            _ => self.spot(source, element, index, "id", SpotKind::RangeEnd),
        }
    }

    /// Notes where the value of an attribute stands.
    fn spot(&mut self, source: &str, element: &BytesStart<'_>, index: usize, attribute: &str, kind: SpotKind) {
        let found = element
            .attributes()
            .with_checks(false)
            .flatten()
            .find(|found| found.key.local_name().as_ref() == attribute);
        if let Some(range) = found.and_then(|found| position(source, found.value.as_ref())) {
            self.spots.push(Spot {
                element: index,
                kind,
                range,
            });
        }
    }

    /// Takes the values of some attributes for texts of their own when they may hold tags.
    fn attribute_texts(&mut self, source: &str, element: &BytesStart<'_>, index: usize, names: &[&str]) {
        for attribute in element.attributes().with_checks(false).flatten() {
            if !names.contains(&attribute.key.local_name().as_ref()) || !may_hold_tag(attribute.value.as_ref()) {
                continue;
            }
            if let Some(range) = position(source, attribute.value.as_ref()) {
                self.paragraphs.push(Paragraph {
                    element: index,
                    kind: TextKind::Attribute,
                    pieces: pieces(source, range, index),
                    is_heading: false,
                    section: None,
                });
            }
        }
    }

    fn field(&mut self, source: &str, element: &BytesStart<'_>, index: usize, name: Name, open: &mut Open) {
        let Some(&paragraph) = open.paragraphs.last() else {
            return;
        };
        let field = Field {
            begin: index,
            separate: None,
            end: index,
            paragraph: self.paragraphs[paragraph].element,
            is_inside: open.fields.iter().any(|&outer| self.fields[outer].separate.is_none()),
            code: Vec::new(),
        };
        if name == Name::FieldSimple {
            let code = element
                .attributes()
                .with_checks(false)
                .flatten()
                .find(|attribute| attribute.key.local_name().as_ref() == "instr");
            let range = code.and_then(|code| position(source, code.value.as_ref()));
            self.fields.push(Field {
                code: range.map_or(Vec::new(), |range| pieces(source, range, index)),
                ..field
            });
            return;
        }
        match opc::attribute(element, "fldCharType").as_deref() {
            Some("begin") => {
                open.fields.push(self.fields.len());
                self.fields.push(field);
            }
            Some("separate") => {
                if let Some(&field) = open.fields.last() {
                    self.fields[field].separate = Some(index);
                }
            }
            Some("end") => {
                if let Some(field) = open.fields.pop() {
                    self.fields[field].end = index;
                }
            }
            _ => {}
        }
    }

    /// Notes where `w14:paraId="…"` and `w14:textId="…"` stand, with the blank before each.
    fn note_identities(&mut self, source: &str, element: &BytesStart<'_>) {
        for attribute in element.attributes().with_checks(false).flatten() {
            if !matches!(attribute.key.local_name().as_ref(), "paraId" | "textId") {
                continue;
            }
            let key = position(source, attribute.key.as_ref());
            let value = position(source, attribute.value.as_ref());
            if let (Some(key), Some(value)) = (key, value) {
                let blank = source[..key.start].trim_end().len();
                self.identities.push(blank..value.end + 1);
            }
        }
    }

    fn in_run(&self, open: &Open) -> bool {
        open.elements
            .last()
            .is_some_and(|&parent| self.elements[parent].name == Name::Run)
    }

    fn piece(&mut self, kind: TextKind, open: &Open, source: Range<usize>, character: Option<char>) {
        let Some(&element) = open.elements.last() else {
            return;
        };
        if source.is_empty() || open.deleted > 0 {
            return;
        }
        let piece = Piece {
            element,
            source,
            character,
        };
        match (self.elements[element].name, open.paragraphs.last()) {
            (Name::Text, Some(&paragraph)) => self.paragraphs[paragraph].pieces.push(piece),
            (Name::Instruction, _) => {
                if let Some(&field) = open.fields.last() {
                    self.fields[field].code.push(piece);
                }
            }
            (name, _) if kind == TextKind::Plain || name == Name::MathText => match self.paragraphs.last_mut() {
                Some(paragraph) if paragraph.element == element => paragraph.pieces.push(piece),
                _ => self.paragraphs.push(Paragraph {
                    element,
                    kind: TextKind::Plain,
                    pieces: vec![piece],
                    is_heading: false,
                    section: None,
                }),
            },
            _ => {}
        }
    }

    fn name(&self, qualified: &str, depth: usize) -> Name {
        let Some(local) = qualified.strip_prefix(self.prefix.as_str()) else {
            // An equation is something to see; drawings stand in an element of their own.
            return match qualified {
                "mc:AlternateContent" => Name::Alternatives,
                "m:t" => Name::MathText,
                name if name.ends_with(":oMath") || name.ends_with(":oMathPara") => Name::Visible,
                _ => Name::Other,
            };
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
            "tcPr" => Name::CellProperties,
            "tblGrid" => Name::Grid,
            "gridCol" => Name::GridColumn,
            "body" => Name::Body,
            "hyperlink" => Name::Hyperlink,
            "ins" | "moveTo" | "smartTag" | "customXml" | "dir" | "bdo" => Name::Wrapper,
            "del" | "moveFrom" => Name::Deleted,
            "sdt" => Name::Control,
            "sdtPr" => Name::ControlProperties,
            "sdtContent" => Name::ControlContent,
            "fldSimple" => Name::FieldSimple,
            "fldChar" => Name::FieldMark,
            "instrText" => Name::Instruction,
            "sectPr" => Name::Section,
            "txbxContent" | "hdr" | "ftr" | "footnote" | "endnote" => Name::Story,
            "bookmarkStart" | "bookmarkEnd" | "commentRangeStart" | "commentRangeEnd" | "permStart" | "permEnd"
                if depth > 0 =>
            {
                Name::Marker
            }
            "drawing" | "pict" => Name::Drawing,
            "object" | "sym" | "footnoteReference" | "endnoteReference" | "ptab" | "pgNum" | "commentReference" => {
                Name::Visible
            }
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

    /// The elements whose parent is another.
    pub fn children(&self, parent: usize) -> impl Iterator<Item = (usize, &Element)> {
        self.inside(parent).filter(move |(_, element)| element.parent == parent)
    }

    /// The value that stands at a spot of a kind on an element.
    pub fn spot_of(&self, element: usize, kind: SpotKind) -> Option<&Spot> {
        let from = self.spots.partition_point(|spot| spot.element < element);
        let spots = self.spots[from..].iter().take_while(|spot| spot.element == element);
        spots.into_iter().find(|spot| spot.kind == kind)
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

    /// Pieces of text and other things that show something, in order of their positions.
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
            .chain(
                self.elements
                    .iter()
                    .filter(|element| element.name.is_visible())
                    .map(|element| element.start..element.open_end),
            )
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
        let braces = |piece: &Piece| match piece.character {
            Some(character) => character == '{',
            None => source[piece.source.clone()].contains(['{', '}']),
        };
        self.paragraphs[paragraph].pieces.iter().any(braces)
    }
}

/// The name with which the text of a start tag begins, prefix included.
pub fn name_in(tag: &str) -> &str {
    let inner = tag.strip_prefix('<').unwrap_or(tag);
    let end = inner.find(|sign: char| sign.is_ascii_whitespace() || matches!(sign, '/' | '>'));
    &inner[..end.unwrap_or(inner.len())]
}

/// Where a piece of the source stands in it.
pub fn position(source: &str, piece: &str) -> Option<Range<usize>> {
    let start = (piece.as_ptr() as usize).checked_sub(source.as_ptr() as usize)?;
    let range = start..start + piece.len();
    (source.get(range.clone()) == Some(piece)).then_some(range)
}

/// Whether a text may hold a tag, entities not yet resolved.
fn may_hold_tag(raw: &str) -> bool {
    raw.contains("{{") || raw.contains("&#")
}

/// The character of one of the five entities that XML has from the start (XML 1.0, 4.6).
fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// The pieces of a text with entities, such as an attribute's value.
fn pieces(source: &str, range: Range<usize>, element: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut push = |source: Range<usize>, character| {
        if !source.is_empty() {
            pieces.push(Piece {
                element,
                source,
                character,
            });
        }
    };
    let mut from = range.start;
    while let Some(start) = source[from..range.end].find('&').map(|at| from + at) {
        push(from..start, None);
        let Some(end) = source[start..range.end].find(';').map(|at| start + at + 1) else {
            from = start;
            break;
        };
        let name = &source[start + 1..end - 1];
        let character = match name.strip_prefix('#') {
            Some(number) => match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok(),
                None => number.parse().ok(),
            }
            .and_then(char::from_u32),
            None => predefined(name),
        };
        push(start..end, Some(character.unwrap_or('\u{fffd}')));
        from = end;
    }
    push(from..range.end, None);
    pieces
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
        let first = self
            .starts
            .partition_point(|&start| start <= range.start)
            .saturating_sub(1);
        for (piece, &start) in self.pieces.iter().zip(&self.starts).skip(first) {
            if start >= range.end {
                break;
            }
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

    /// The range of the text whose pieces stand within a range of the source.
    pub fn within(&self, source: Range<usize>) -> Range<usize> {
        let inside = |piece: &Piece| source.start <= piece.source.start && piece.source.start < source.end;
        let Some(first) = self.pieces.iter().position(inside) else {
            // Nothing is shown: an empty range where it would stand.
            let after = self.pieces.iter().position(|piece| piece.source.start >= source.start);
            let at = after.map_or(self.text.len(), |after| self.starts[after]);
            return at..at;
        };
        let end = self.pieces[first..].iter().position(|piece| !inside(piece));
        let end = end.map_or(self.text.len(), |end| self.starts[first + end]);
        self.starts[first]..end
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
    fn a_section_is_the_one_that_holds_now() {
        let source = r#"<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:pPr><w:sectPr><w:cols/><w:sectPrChange><w:sectPr/></w:sectPrChange></w:sectPr></w:pPr></w:p>"#;
        let tree = Tree::scan(source).unwrap();
        let section = &tree.elements[tree.paragraphs[0].section.unwrap()];
        assert!(source[section.start..section.end].starts_with("<w:sectPr><w:cols/>"));
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
