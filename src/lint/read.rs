//! A .docx to what the rules look at: sections with their headers and footers, and every paragraph in reading order with its
//! lines, its final look, and the lines drawn at it.
//!
//! In: a package. Out: a [`Reading`]. Deleted and hidden text is left out, as is everything of no layout of its own
//! (comments, notes, bookmarks). The older of two forms of one drawing is passed over.

use super::style::{Align, LineRule, ParagraphLook, RunLook, Styles, is_line, is_on, padding, twips};
use crate::opc::{Error, Limits, Package};
use crate::wml::{self, Element};

/// Where a paragraph stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Body,
    /// A cell of a table, both counted over the document and in the table.
    Cell {
        table: usize,
        row: usize,
        column: usize,
    },
    /// A text box.
    Box(usize),
}

/// A piece of text of one look.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub text: String,
    /// Half-points.
    pub size: u32,
    pub bold: bool,
    pub italic: bool,
    pub underline: bool,
    pub font: String,
    pub colour: String,
}

/// A line as the writer broke it.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub runs: Vec<Run>,
}

impl Line {
    /// Its text without blanks around it.
    pub fn text(&self) -> String {
        let text: String = self.runs.iter().map(|run| run.text.as_str()).collect();
        text.trim().to_owned()
    }

    /// The runs that show.
    pub fn visible(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(|run| !run.text.trim().is_empty())
    }

    /// Whether everything that shows is bold.
    pub fn is_bold(&self) -> bool {
        self.visible().all(|run| run.bold)
    }

    /// The width in twips on one line of paper.
    pub fn width(&self) -> i32 {
        let bold = self.is_bold();
        let size = self.visible().map(|run| run.size).max().unwrap_or_default();
        crate::vietnamese::width(&self.text(), bold, size)
    }
}

impl Line {
    /// The widths in twips of the lines that it takes on paper, in a column of a width.
    pub fn wrapped(&self, room: i32) -> Vec<i32> {
        let bold = self.is_bold();
        let size = self.visible().map(|run| run.size).max().unwrap_or_default();
        let measure = |text: &str| crate::vietnamese::width(text, bold, size);
        let blank = measure(" ");
        let mut lines = vec![0];
        for word in self.text().split_whitespace() {
            let word = measure(word);
            match lines.last_mut() {
                Some(line) if *line == 0 => *line = word,
                Some(line) if *line + blank + word <= room => *line += blank + word,
                _ => lines.push(word),
            }
        }
        lines
    }
}

/// A paragraph; lengths in twips.
#[derive(Clone, Debug)]
pub(super) struct Paragraph {
    pub section: usize,
    pub container: Container,
    /// The style's id.
    pub style: String,
    /// The width of the page, cell or box around it.
    pub room: i32,
    /// At least one, which may be empty.
    pub lines: Vec<Line>,
    pub align: Align,
    pub first_line: i32,
    pub left: i32,
    pub right: i32,
    pub before: i32,
    pub after: i32,
    pub line: i32,
    pub line_rule: LineRule,
    pub contextual: bool,
    pub border: bool,
    pub outline: Option<i32>,
    /// Whether Word numbers it.
    pub in_list: bool,
    /// The size of its mark, in half-points: the height of an empty paragraph.
    pub mark: u32,
    /// Widths of the lines drawn at it.
    pub drawn: Vec<i32>,
    pub has_picture: bool,
    pub has_page_number: bool,
    /// The nearest heading above.
    pub heading: Option<String>,
}

impl Paragraph {
    /// Its lines as one text.
    pub fn text(&self) -> String {
        let lines: Vec<String> = self
            .lines
            .iter()
            .map(Line::text)
            .filter(|line| !line.is_empty())
            .collect();
        lines.join(" ")
    }

    /// Whether it shows no text.
    pub fn is_blank(&self) -> bool {
        self.lines.iter().all(|line| line.visible().next().is_none())
    }

    /// The runs that show.
    pub fn visible(&self) -> impl Iterator<Item = &Run> {
        self.lines.iter().flat_map(Line::visible)
    }

    /// Between its indents.
    pub fn width(&self) -> i32 {
        self.room - self.left - self.right
    }

    /// The height of a line in it, for text of the size given in half-points.
    pub fn line_height(&self, size: u32) -> i32 {
        // Times New Roman is 1.15 times as high as its size.
        let natural = (f64::from(size) * 11.5).round() as i32;
        match self.line_rule {
            LineRule::Auto => natural * self.line / 240,
            LineRule::Exact => self.line,
            LineRule::AtLeast => natural.max(self.line),
        }
    }
}

/// Distances from the edges of the paper, in twips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Margins {
    pub top: i32,
    pub bottom: i32,
    pub left: i32,
    pub right: i32,
}

/// The headers or footers of a section: for pages in general, and for the first page.
#[derive(Clone, Debug, Default)]
pub(super) struct Running {
    pub usual: Option<Vec<Paragraph>>,
    pub first: Option<Vec<Paragraph>>,
}

/// A section.
#[derive(Clone, Debug)]
pub(super) struct Section {
    /// Width and height in twips.
    pub paper: (i32, i32),
    pub margins: Margins,
    /// Whether its first page has headers and footers of its own.
    pub title_page: bool,
    /// The number that it begins with; it goes on counting when unset.
    pub start: Option<i32>,
    /// `decimal`, unless set.
    pub number_format: Option<String>,
    pub headers: Running,
    pub footers: Running,
    /// Whether it has a table with lines between its cells.
    pub has_table: bool,
}

impl Section {
    /// Whether the paper lies on its side.
    pub fn is_landscape(&self) -> bool {
        self.paper.0 > self.paper.1
    }

    /// Between the margins.
    pub fn width(&self) -> i32 {
        self.paper.0 - self.margins.left - self.margins.right
    }
}

/// A document as the rules look at it.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// At least one.
    pub sections: Vec<Section>,
    pub paragraphs: Vec<Paragraph>,
}

/// The parts of a document may be this large: their trees take a multiple of it.
const PART_BYTES: u64 = 32 << 20;

/// Reads a document. Errors: no package, damaged, too large.
pub(super) fn read(bytes: &[u8]) -> Result<Reading, Error> {
    let limits = Limits {
        part_bytes: PART_BYTES,
        ..Limits::default()
    };
    // A part that is larger, a film for instance, is no matter as long as nobody asks for it.
    let package = Package::read(bytes, &Limits::default())?;
    let parse = |name: &str| -> Result<Element, Error> {
        let bytes = package.part(name)?;
        if bytes.len() as u64 > limits.part_bytes {
            return Err(Error::TooLarge(name.to_owned()));
        }
        let mut root = wml::parse(&bytes)?;
        usual_prefixes(&mut root);
        Ok(root)
    };
    let main = package
        .relationships("")?
        .into_iter()
        .find(|related| related.kind == "officeDocument")
        .map_or_else(|| "word/document.xml".to_owned(), |related| related.target);
    let document = parse(&main)?;
    let related = package.relationships(&main)?;
    let of_kind = |kind: &str| -> Result<Option<Element>, Error> {
        match related.iter().find(|related| related.kind == kind && !related.external) {
            Some(related) if package.has(&related.target) => parse(&related.target).map(Some),
            _ => Ok(None),
        }
    };
    let styles = Styles::read(
        of_kind("styles")?.as_ref(),
        of_kind("numbering")?.as_ref(),
        of_kind("theme")?.as_ref(),
    );
    let body = document
        .child("w:body")
        .ok_or_else(|| Error::Missing("w:body".to_owned()))?;
    let mut properties = Vec::new();
    section_properties(body, &mut properties);
    let mut sections: Vec<Section> = Vec::new();
    for properties in &properties {
        let mut section = section(properties);
        let last = sections.last();
        let running = |kind: &str, name: &str, inherited: &dyn Fn(&Section) -> Option<Vec<Paragraph>>| {
            let reference = properties.elements().find(|child| {
                child.name == format!("w:{kind}Reference") && child.attribute("w:type").unwrap_or("default") == name
            });
            let Some(reference) = reference else {
                return Ok(last.and_then(inherited));
            };
            let target = reference
                .attribute("r:id")
                .and_then(|id| related.iter().find(|related| related.id == id));
            match target {
                Some(target) if package.has(&target.target) => {
                    let root = parse(&target.target)?;
                    let mut reader = Reader::new(&styles);
                    reader.blocks(&root, Container::Body, section.width(), None, 0);
                    Ok::<_, Error>(Some(reader.paragraphs))
                }
                _ => Ok(None),
            }
        };
        let headers = Running {
            usual: running("header", "default", &|before| before.headers.usual.clone())?,
            first: running("header", "first", &|before| before.headers.first.clone())?,
        };
        let footers = Running {
            usual: running("footer", "default", &|before| before.footers.usual.clone())?,
            first: running("footer", "first", &|before| before.footers.first.clone())?,
        };
        section.headers = headers;
        section.footers = footers;
        sections.push(section);
    }
    if sections.is_empty() {
        sections.push(section(&Element::default()));
    }
    let mut reader = Reader::new(&styles);
    reader.widths = sections.iter().map(Section::width).collect();
    let width = sections.first().map_or(0, Section::width);
    reader.blocks(body, Container::Body, width, None, 0);
    for (index, section) in sections.iter_mut().enumerate() {
        section.has_table = reader.ruled.contains(&index);
    }
    let mut paragraphs = reader.paragraphs;
    headings(&mut paragraphs);
    Ok(Reading { sections, paragraphs })
}

/// Gives elements and attributes the prefixes that everyone uses, where a program writes others.
fn usual_prefixes(root: &mut Element) {
    const USUAL: [(&str, &str); 4] = [
        ("http://schemas.openxmlformats.org/wordprocessingml/2006/main", "w"),
        ("http://purl.oclc.org/ooxml/wordprocessingml/main", "w"),
        (
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            "r",
        ),
        ("http://purl.oclc.org/ooxml/officeDocument/relationships", "r"),
    ];
    let renamed: Vec<(String, &str)> = root
        .attributes
        .iter()
        .filter_map(|(key, value)| {
            let prefix = key.strip_prefix("xmlns:").or((key == "xmlns").then_some(""))?;
            let (_, usual) = USUAL.iter().find(|(uri, _)| uri == value)?;
            (prefix != *usual).then(|| (prefix.to_owned(), *usual))
        })
        .collect();
    if renamed.is_empty() {
        return;
    }
    let rename = |name: &mut String, is_attribute: bool| {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        // An attribute without a prefix is in no namespace.
        if is_attribute && prefix.is_empty() {
            return;
        }
        if let Some((_, usual)) = renamed.iter().find(|(known, _)| known == prefix) {
            *name = format!("{usual}:{local}");
        }
    };
    root.change(&mut |element| {
        rename(&mut element.name, false);
        for (key, _) in &mut element.attributes {
            rename(key, true);
        }
    });
}

/// Properties of sections in order: at the end of each, those of the last one at the end of the body.
fn section_properties<'e>(element: &'e Element, found: &mut Vec<&'e Element>) {
    for child in element.elements() {
        match child.name.as_str() {
            "w:sectPr" => found.push(child),
            // An earlier state that a tracked change keeps.
            "w:pPrChange" | "w:sectPrChange" => {}
            _ => section_properties(child, found),
        }
    }
}

fn section(properties: &Element) -> Section {
    let length = |child: &str, key: &str| {
        properties
            .child(child)
            .and_then(|child| child.attribute(key))
            .and_then(twips)
    };
    // What Word takes where a document says nothing: Letter, an inch all around.
    let margin = |key| length("w:pgMar", key).unwrap_or(1440);
    let number = properties.child("w:pgNumType");
    Section {
        paper: (
            length("w:pgSz", "w:w").unwrap_or(12_240),
            length("w:pgSz", "w:h").unwrap_or(15_840),
        ),
        margins: Margins {
            // A negative margin means the same distance, whatever the header needs.
            top: margin("w:top").abs(),
            bottom: margin("w:bottom").abs(),
            left: margin("w:left") + length("w:pgMar", "w:gutter").unwrap_or(0),
            right: margin("w:right"),
        },
        title_page: properties.child("w:titlePg").is_some_and(is_on),
        start: number
            .and_then(|number| number.attribute("w:start"))
            .and_then(|start| start.parse().ok()),
        number_format: number.and_then(|number| number.attribute("w:fmt")).map(str::to_owned),
        headers: Running::default(),
        footers: Running::default(),
        has_table: false,
    }
}

/// Reads paragraphs of one story.
struct Reader<'s> {
    styles: &'s Styles,
    paragraphs: Vec<Paragraph>,
    /// How many there were.
    tables: usize,
    /// Sections of those with lines between their cells.
    ruled: Vec<usize>,
    boxes: usize,
    section: usize,
    /// Of the sections; empty for headers and footers.
    widths: Vec<i32>,
}

/// Tables and boxes within one another that are read.
const DEEPEST: usize = 12;

impl<'s> Reader<'s> {
    fn new(styles: &'s Styles) -> Self {
        Self {
            styles,
            paragraphs: Vec::new(),
            tables: 0,
            ruled: Vec::new(),
            boxes: 0,
            section: 0,
            widths: Vec::new(),
        }
    }

    fn blocks(&mut self, parent: &Element, container: Container, room: i32, table: Option<&str>, depth: usize) {
        for child in parent.elements() {
            // A section break in the body changes the width of what follows.
            let room = match (container, self.widths.get(self.section)) {
                (Container::Body, Some(width)) => *width,
                _ => room,
            };
            match child.name.as_str() {
                "w:p" => self.paragraph(child, container, room, table, depth),
                "w:tbl" if depth < DEEPEST => self.table(child, room, depth),
                "w:sdt" => {
                    if let Some(content) = child.child("w:sdtContent") {
                        self.blocks(content, container, room, table, depth);
                    }
                }
                "w:ins" | "w:moveTo" | "w:customXml" | "w:smartTag" => {
                    self.blocks(child, container, room, table, depth);
                }
                "mc:AlternateContent" => {
                    if let Some(choice) = alternative(child) {
                        self.blocks(choice, container, room, table, depth);
                    }
                }
                _ => {}
            }
        }
    }

    fn table(&mut self, element: &Element, room: i32, depth: usize) {
        let properties = element.child("w:tblPr");
        let (left, right) = self.styles.padding(properties);
        let style = self.styles.table(properties).map(str::to_owned);
        let table = self.tables;
        self.tables += 1;
        if self.styles.has_grid(properties) {
            self.ruled.push(self.section);
        }
        let grid: Vec<i32> = element
            .child("w:tblGrid")
            .into_iter()
            .flat_map(Element::elements)
            .map(|column| column.attribute("w:w").and_then(twips).unwrap_or(0))
            .collect();
        let mut rows = Vec::new();
        unwrapped(element, "w:tr", &mut rows);
        for (row, element) in rows.into_iter().enumerate() {
            let mut cells = Vec::new();
            unwrapped(element, "w:tc", &mut cells);
            let count = cells.len().max(1) as i32;
            let mut first = 0;
            for (column, cell) in cells.into_iter().enumerate() {
                let properties = cell.child("w:tcPr");
                let value = |name: &str, key: &str| {
                    properties
                        .and_then(|properties| properties.child(name))
                        .and_then(|child| child.attribute(key))
                };
                let span: usize = value("w:gridSpan", "w:val")
                    .and_then(|span| span.parse().ok())
                    .unwrap_or(1);
                let of_grid: i32 = grid.iter().skip(first).take(span).sum();
                first += span;
                let own = match value("w:tcW", "w:type") {
                    Some("pct" | "auto" | "nil") => None,
                    _ => value("w:tcW", "w:w").and_then(twips).filter(|width| *width > 0),
                };
                let width = own.unwrap_or(if of_grid > 0 { of_grid } else { room / count });
                let own = padding(properties.and_then(|properties| properties.child("w:tcMar")));
                let inner = width - own.0.unwrap_or(left) - own.1.unwrap_or(right);
                let container = Container::Cell { table, row, column };
                let before = self.paragraphs.len();
                self.blocks(cell, container, inner, style.as_deref(), depth + 1);
                // A line below the cell is one below its last paragraph.
                let line = properties
                    .and_then(|properties| properties.child("w:tcBorders"))
                    .and_then(|borders| borders.child("w:bottom"))
                    .is_some_and(is_line);
                if line && let Some(last) = self.paragraphs.get_mut(before..).and_then(<[_]>::last_mut) {
                    last.drawn.push(width);
                }
            }
        }
    }

    fn paragraph(&mut self, element: &Element, container: Container, room: i32, table: Option<&str>, depth: usize) {
        let properties = element.child("w:pPr");
        let (look, runs) = self.styles.paragraph(properties, table);
        let mark = self
            .styles
            .run(&runs, properties.and_then(|properties| properties.child("w:rPr")));
        let style = properties
            .and_then(|properties| properties.child("w:pStyle"))
            .and_then(|style| style.attribute("w:val"));
        let mut story = Story {
            lines: vec![Line::default()],
            ..Story::default()
        };
        self.runs(element, &runs, &mut story, depth);
        let ParagraphLook { list, .. } = &look;
        self.paragraphs.push(Paragraph {
            section: self.section,
            container,
            style: style.unwrap_or_default().to_owned(),
            room,
            lines: story.lines,
            align: look.align.unwrap_or_default(),
            first_line: look.first_line.unwrap_or(0),
            left: look.left.unwrap_or(0),
            right: look.right.unwrap_or(0),
            before: look.before.unwrap_or(0),
            after: look.after.unwrap_or(0),
            line: look.line.unwrap_or(240),
            line_rule: look.line_rule.unwrap_or_default(),
            contextual: look.contextual.unwrap_or(false),
            border: look.border.unwrap_or(false),
            outline: look.outline.filter(|level| *level < 9),
            in_list: list.as_deref().is_some_and(|list| list != "0"),
            mark: mark.size.unwrap_or(20),
            drawn: story.drawn,
            has_picture: story.has_picture,
            has_page_number: story
                .instructions
                .split_whitespace()
                .any(|word| word.eq_ignore_ascii_case("PAGE")),
            heading: None,
        });
        let ends_section = properties.is_some_and(|properties| properties.child("w:sectPr").is_some());
        if ends_section && self.section + 1 < self.widths.len() {
            self.section += 1;
        }
    }

    /// What stands in a paragraph, or in an element of it that holds runs.
    fn runs(&mut self, element: &Element, paragraph: &RunLook, story: &mut Story, depth: usize) {
        for child in element.elements() {
            match child.name.as_str() {
                "w:r" => self.run(child, paragraph, story, depth),
                "w:fldSimple" => {
                    story.instruction(child.attribute("w:instr").unwrap_or_default());
                    self.runs(child, paragraph, story, depth);
                }
                "w:hyperlink" | "w:ins" | "w:moveTo" | "w:smartTag" | "w:customXml" | "w:sdt" | "w:sdtContent"
                | "w:dir" | "w:bdo" => self.runs(child, paragraph, story, depth),
                "mc:AlternateContent" => {
                    if let Some(choice) = alternative(child) {
                        self.runs(choice, paragraph, story, depth);
                    }
                }
                _ => {}
            }
        }
    }

    fn run(&mut self, element: &Element, paragraph: &RunLook, story: &mut Story, depth: usize) {
        let look = self.styles.run(paragraph, element.child("w:rPr"));
        if look.hidden == Some(true) {
            return;
        }
        let mut text = String::new();
        for child in element.elements() {
            match child.name.as_str() {
                "w:t" => text.push_str(&child.text()),
                "w:tab" | "w:ptab" => text.push('\t'),
                "w:noBreakHyphen" => text.push('\u{2011}'),
                "w:sym" => text.push('•'),
                "w:cr" => {
                    story.put(&mut text, &look);
                    story.lines.push(Line::default());
                }
                "w:br" if !matches!(child.attribute("w:type"), Some("page" | "column")) => {
                    story.put(&mut text, &look);
                    story.lines.push(Line::default());
                }
                "w:instrText" => story.instruction(&child.text()),
                "w:drawing" | "w:pict" | "w:object" => self.drawing(child, story, depth),
                "mc:AlternateContent" => {
                    if let Some(choice) = alternative(child) {
                        self.drawing(choice, story, depth);
                    }
                }
                _ => {}
            }
        }
        story.put(&mut text, &look);
    }

    /// Lines, pictures and text boxes of a drawing.
    fn drawing(&mut self, element: &Element, story: &mut Story, depth: usize) {
        match element.name.as_str() {
            "w:drawing" => {
                for frame in element.elements() {
                    let extent = |key| {
                        let extent = frame.child("wp:extent")?;
                        extent.attribute(key)?.parse::<i64>().ok()
                    };
                    let (width, height) = (extent("cx").unwrap_or(0), extent("cy").unwrap_or(0));
                    let kind = kind_of(frame);
                    let width = i32::try_from(width / EMU).unwrap_or(0);
                    match kind {
                        Kind::Picture => story.has_picture = true,
                        Kind::Box => self.text_boxes(frame, width, story, depth),
                        Kind::Line => story.drawn.push(width),
                        Kind::Shape if height < FLAT * EMU => story.drawn.push(width),
                        Kind::Shape => {}
                    }
                }
            }
            "v:line" => {
                let across = |key| {
                    let (across, _) = element.attribute(key)?.split_once(',')?;
                    vml_length(across)
                };
                if let (Some(from), Some(to)) = (across("from"), across("to")) {
                    story.drawn.push((to - from).abs());
                }
            }
            "v:shape" | "v:rect" => {
                let style = |name: &str| {
                    let style = element.attribute("style")?;
                    let mut pairs = style.split(';').filter_map(|pair| pair.split_once(':'));
                    pairs
                        .find(|(key, _)| key.trim() == name)
                        .and_then(|(_, value)| vml_length(value))
                };
                let width = style("width").unwrap_or(0);
                match kind_of(element) {
                    Kind::Picture => story.has_picture = true,
                    Kind::Box => self.text_boxes(element, width, story, depth),
                    Kind::Line => story.drawn.push(width),
                    Kind::Shape if style("height").is_some_and(|height| i64::from(height) < FLAT) => {
                        story.drawn.push(width);
                    }
                    Kind::Shape => {}
                }
            }
            "mc:AlternateContent" => {
                if let Some(choice) = alternative(element) {
                    self.drawing(choice, story, depth);
                }
            }
            _ => {
                for child in element.elements() {
                    self.drawing(child, story, depth);
                }
            }
        }
    }

    fn text_boxes(&mut self, element: &Element, width: i32, story: &mut Story, depth: usize) {
        // A tenth of an inch left and right, unless set.
        const INSETS: i32 = 288;
        if depth >= DEEPEST {
            return;
        }
        let mut found = Vec::new();
        text_box_contents(element, &mut found);
        for content in found {
            self.boxes += 1;
            let container = Container::Box(self.boxes);
            // The box itself may be drawn in a group with pictures and lines; they belong to its paragraphs.
            self.blocks(content, container, (width - INSETS).max(0), None, depth + 1);
        }
        if let Kind::Picture = kind_without_boxes(element) {
            story.has_picture = true;
        }
    }
}

/// EMU in a twip.
const EMU: i64 = 635;
/// A shape this low, in twips, is a line.
const FLAT: i64 = 40;

enum Kind {
    Line,
    Picture,
    Box,
    Shape,
}

fn kind_of(element: &Element) -> Kind {
    let mut has_box = false;
    element.visit(&mut |inner| has_box |= inner.name == "w:txbxContent");
    if has_box {
        return Kind::Box;
    }
    kind_without_boxes(element)
}

fn kind_without_boxes(element: &Element) -> Kind {
    let (mut line, mut picture) = (false, false);
    element.visit(&mut |inner| match inner.name.as_str() {
        "pic:pic" | "v:imagedata" => picture = true,
        "wps:cNvCnPr" => line = true,
        "a:prstGeom" => {
            line |= inner
                .attribute("prst")
                .is_some_and(|shape| shape == "line" || shape.ends_with("Connector1"));
        }
        // VML's straight connector (shape type 32) and line (20).
        "v:shape" => line |= matches!(inner.attribute("type"), Some("#_x0000_t32" | "#_x0000_t20")),
        _ => {}
    });
    match (picture, line) {
        (true, _) => Kind::Picture,
        (_, true) => Kind::Line,
        _ => Kind::Shape,
    }
}

fn text_box_contents<'e>(element: &'e Element, found: &mut Vec<&'e Element>) {
    for child in element.elements() {
        match child.name.as_str() {
            "w:txbxContent" => found.push(child),
            "mc:AlternateContent" => found.extend(alternative(child).into_iter().flat_map(|choice| {
                let mut inner = Vec::new();
                text_box_contents(choice, &mut inner);
                inner
            })),
            _ => text_box_contents(child, found),
        }
    }
}

/// The newer of the forms of one thing.
fn alternative(element: &Element) -> Option<&Element> {
    element.child("mc:Choice").or_else(|| element.child("mc:Fallback"))
}

/// Children of a name, those in content controls and tracked insertions included.
fn unwrapped<'e>(element: &'e Element, name: &str, found: &mut Vec<&'e Element>) {
    for child in element.elements() {
        match child.name.as_str() {
            own if own == name => found.push(child),
            "w:sdt" | "w:sdtContent" | "w:ins" | "w:customXml" => unwrapped(child, name, found),
            _ => {}
        }
    }
}

/// A length of VML: a number with a unit, points when it has none.
fn vml_length(value: &str) -> Option<i32> {
    let value = value.trim();
    if let Some(pixels) = value.strip_suffix("px") {
        return pixels.parse().ok().map(|pixels: f64| (pixels * 15.0) as i32);
    }
    match value.parse::<f64>() {
        Ok(points) => twips(&format!("{points}pt")),
        Err(_) => twips(value),
    }
}

/// What was read of a paragraph so far.
#[derive(Default)]
struct Story {
    lines: Vec<Line>,
    drawn: Vec<i32>,
    has_picture: bool,
    instructions: String,
}

impl Story {
    fn put(&mut self, text: &mut String, look: &RunLook) {
        if text.is_empty() {
            return;
        }
        let text = std::mem::take(text);
        let run = Run {
            text: match look.capitals {
                Some(true) => text.to_uppercase(),
                _ => text,
            },
            size: look.size.unwrap_or(20),
            bold: look.bold.unwrap_or(false),
            italic: look.italic.unwrap_or(false),
            underline: look.underline.unwrap_or(false),
            font: look.font.clone().unwrap_or_else(|| "Times New Roman".to_owned()),
            colour: look.colour.clone().unwrap_or_else(|| "auto".to_owned()),
        };
        if let Some(line) = self.lines.last_mut() {
            line.runs.push(run);
        }
    }

    fn instruction(&mut self, text: &str) {
        self.instructions.push_str(text);
    }
}

/// Gives each paragraph the nearest heading above it.
fn headings(paragraphs: &mut [Paragraph]) {
    let mut above: Option<String> = None;
    for paragraph in paragraphs {
        paragraph.heading.clone_from(&above);
        if paragraph.container != Container::Body || paragraph.is_blank() {
            continue;
        }
        let text = paragraph.text();
        let is_titled = paragraph.lines.iter().all(Line::is_bold) && super::number::marker(&text).is_some();
        if paragraph.outline.is_some() || is_titled {
            above = Some(text);
        }
    }
}
