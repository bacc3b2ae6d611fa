//! The tree of the notation to a package.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use super::{Block, Format, Inline, MILLIMETRE, parse, text_of};

/// Names and addresses of the namespaces that parts declare.
const NAMESPACES: &[(&str, &str)] = &[
    ("w", "http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    (
        "r",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (
        "wp",
        "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    ),
    ("a", "http://schemas.openxmlformats.org/drawingml/2006/main"),
    ("pic", "http://schemas.openxmlformats.org/drawingml/2006/picture"),
    ("mc", "http://schemas.openxmlformats.org/markup-compatibility/2006"),
    (
        "wps",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    ),
    ("w14", "http://schemas.microsoft.com/office/word/2010/wordml"),
    ("w15", "http://schemas.microsoft.com/office/word/2012/wordml"),
    ("v", "urn:schemas-microsoft-com:vml"),
    ("o", "urn:schemas-microsoft-com:office:office"),
];
const RELATIONSHIP: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.";
/// Width of the text on the page, in twentieths of a point.
const PAGE: usize = 9000;

/// The .docx that a text in the notation describes. Panics on a mistake in it: tests only.
pub fn docx(source: &str) -> Vec<u8> {
    let mut writer = Writer {
        part: "word/document.xml".to_owned(),
        ..Writer::default()
    };
    writer.package(&parse(source))
}

#[derive(Default)]
struct Writer {
    part: String,
    /// Relationships by part: kind, target, whether outside.
    relationships: BTreeMap<String, Vec<(String, String, bool)>>,
    /// Name, content type and content of parts.
    parts: Vec<(String, String, String)>,
    properties: Vec<(String, String)>,
    section: String,
    has_first: bool,
    has_even: bool,
    has_picture: bool,
    in_capitals: bool,
    has_list_styles: bool,
    lists: usize,
    ids: usize,
    bookmarks: Vec<String>,
    /// Footnotes and endnotes.
    notes: [Vec<String>; 2],
    comments: Vec<String>,
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn root(name: &str, content: &str) -> String {
    let names: String = NAMESPACES
        .iter()
        .map(|(prefix, address)| format!(" xmlns:{prefix}=\"{address}\""))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<{name}{names} mc:Ignorable=\"w14 w15\">{content}</{name}>"
    )
}

impl Format {
    fn properties(self) -> String {
        let mut inner = String::new();
        for (is_set, element) in [
            (self.bold, "<w:b/>"),
            (self.italic, "<w:i/>"),
            (self.underline, "<w:u w:val=\"single\"/>"),
        ] {
            inner += if is_set { element } else { "" };
        }
        if inner.is_empty() {
            inner
        } else {
            format!("<w:rPr>{inner}</w:rPr>")
        }
    }
}

impl Writer {
    fn id(&mut self) -> usize {
        self.ids += 1;
        self.ids
    }

    fn relate(&mut self, kind: &str, target: &str, external: bool) -> String {
        let list = self.relationships.entry(self.part.clone()).or_default();
        list.push((kind.to_owned(), target.to_owned(), external));
        format!("rId{}", list.len())
    }

    fn add(&mut self, name: &str, kind: &str, content: String) {
        self.parts
            .push((format!("word/{name}"), format!("{WORD}{kind}+xml"), content));
    }

    fn package(&mut self, blocks: &[Block]) -> Vec<u8> {
        // The last line of the text may tell the set-up of the last section.
        let is_property = |block: &Block| matches!(block, Block::Paragraph(inlines) if inlines.first().is_some_and(|first| first.void("property").is_some()));
        let properties = blocks.iter().rev().take_while(|block| is_property(block)).count();
        let (blocks, properties) = blocks.split_at(blocks.len() - properties);
        self.blocks(properties);
        let (blocks, last) = match blocks {
            [rest @ .., Block::Paragraph(inlines)] if inlines.len() == 1 => match inlines[0].void("section") {
                Some(orientation) => (rest, orientation),
                None => (blocks, "portrait"),
            },
            _ => (blocks, "portrait"),
        };
        let body = self.blocks(blocks);
        let section = self.take_section(last);
        let document = root("w:document", &format!("<w:body>{body}{section}</w:body>"));
        self.add("document.xml", "document.main", document);
        self.notes();
        self.styles();
        let mut settings = String::new();
        if self.has_even {
            settings += "<w:evenAndOddHeaders/>";
        }
        settings += "<w:compat><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>";
        self.add("settings.xml", "settings", root("w:settings", &settings));
        self.relate("settings", "settings.xml", false);
        self.zipped()
    }

    fn notes(&mut self) {
        for (index, name) in ["footnote", "endnote"].into_iter().enumerate() {
            let notes = std::mem::take(&mut self.notes[index]);
            if !notes.is_empty() {
                let mut content = String::new();
                for (id, kind, mark) in [
                    (-1, "separator", "separator"),
                    (0, "continuationSeparator", "continuationSeparator"),
                ] {
                    let _ = write!(
                        content,
                        "<w:{name} w:type=\"{kind}\" w:id=\"{id}\"><w:p><w:r><w:{mark}/></w:r></w:p></w:{name}>"
                    );
                }
                content += &notes.concat();
                self.add(
                    &format!("{name}s.xml"),
                    &format!("{name}s"),
                    root(&format!("w:{name}s"), &content),
                );
                self.relate(&format!("{name}s"), &format!("{name}s.xml"), false);
            }
        }
        if !self.comments.is_empty() {
            let comments = root("w:comments", &self.comments.concat());
            self.add("comments.xml", "comments", comments);
            self.relate("comments", "comments.xml", false);
        }
    }

    fn styles(&mut self) {
        let mut styles = String::from(
            "<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:cs=\"Times New Roman\"/><w:sz w:val=\"28\"/></w:rPr></w:rPrDefault></w:docDefaults>\
             <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/></w:style>\
             <w:style w:type=\"character\" w:default=\"1\" w:styleId=\"DefaultParagraphFont\"><w:name w:val=\"Default Paragraph Font\"/></w:style>\
             <w:style w:type=\"character\" w:styleId=\"Hyperlink\"><w:name w:val=\"Hyperlink\"/><w:rPr><w:u w:val=\"single\"/></w:rPr></w:style>\
             <w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/></w:style>\
             <w:style w:type=\"table\" w:styleId=\"TableGrid\"><w:name w:val=\"Table Grid\"/><w:basedOn w:val=\"TableNormal\"/></w:style>",
        );
        for level in 1..=3 {
            let _ = write!(
                styles,
                "<w:style w:type=\"paragraph\" w:styleId=\"Heading{level}\"><w:name w:val=\"heading {level}\"/><w:basedOn w:val=\"Normal\"/><w:next w:val=\"Normal\"/><w:pPr><w:keepNext/><w:outlineLvl w:val=\"{}\"/></w:pPr><w:rPr><w:b/></w:rPr></w:style>",
                level - 1
            );
        }
        let marks: &[(&str, &str, &str, &str)] = &[
            ("ListBullet", "List Bullet", "bullet", "-"),
            ("ListBullet2", "List Bullet 2", "bullet", "+"),
            ("ListNumber", "List Number", "decimal", "%1."),
        ];
        let (mut kinds, mut lists) = (String::new(), String::new());
        for number in 1..=self.lists {
            let mut levels = String::new();
            let mut text = String::new();
            for level in 0..3 {
                let _ = write!(text, "%{}.", level + 1);
                let _ = write!(
                    levels,
                    "<w:lvl w:ilvl=\"{level}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:lvlText w:val=\"{text}\"/><w:lvlJc w:val=\"left\"/></w:lvl>"
                );
            }
            let _ = write!(
                kinds,
                "<w:abstractNum w:abstractNumId=\"{number}\"><w:multiLevelType w:val=\"multilevel\"/>{levels}</w:abstractNum>"
            );
            let _ = write!(
                lists,
                "<w:num w:numId=\"{number}\"><w:abstractNumId w:val=\"{number}\"/></w:num>"
            );
        }
        if self.has_list_styles {
            for (index, (id, name, format, mark)) in marks.iter().enumerate() {
                let number = 51 + index;
                let _ = write!(
                    kinds,
                    "<w:abstractNum w:abstractNumId=\"{number}\"><w:multiLevelType w:val=\"singleLevel\"/><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{format}\"/><w:pStyle w:val=\"{id}\"/><w:lvlText w:val=\"{mark}\"/><w:lvlJc w:val=\"left\"/></w:lvl></w:abstractNum>"
                );
                let _ = write!(
                    lists,
                    "<w:num w:numId=\"{number}\"><w:abstractNumId w:val=\"{number}\"/></w:num>"
                );
                let _ = write!(
                    styles,
                    "<w:style w:type=\"paragraph\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/><w:basedOn w:val=\"Normal\"/><w:pPr><w:numPr><w:numId w:val=\"{number}\"/></w:numPr></w:pPr></w:style>"
                );
            }
        }
        self.add("styles.xml", "styles", root("w:styles", &styles));
        self.relate("styles", "styles.xml", false);
        if !lists.is_empty() {
            self.add("numbering.xml", "numbering", root("w:numbering", &(kinds + &*lists)));
            self.relate("numbering", "numbering.xml", false);
        }
    }

    fn zipped(&mut self) -> Vec<u8> {
        let mut types = String::from(
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>",
        );
        if self.has_picture {
            types += "<Default Extension=\"png\" ContentType=\"image/png\"/>";
        }
        let mut top = vec![("officeDocument".to_owned(), "word/document.xml".to_owned(), false)];
        if !self.properties.is_empty() {
            let inner: String = self
                .properties
                .iter()
                .map(|(name, text)| format!("<dc:{name}>{}</dc:{name}>", escape(text)))
                .collect();
            self.parts.push((
                "docProps/core.xml".to_owned(),
                "application/vnd.openxmlformats-package.core-properties+xml".to_owned(),
                format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">{inner}</cp:coreProperties>"
                ),
            ));
        }
        // A part that nothing touches, whatever the case is about.
        self.parts.push((
            "docProps/app.xml".to_owned(),
            "application/vnd.openxmlformats-officedocument.extended-properties+xml".to_owned(),
            "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\"><Application>Microsoft Office Word</Application></Properties>".to_owned(),
        ));
        for (name, kind, _) in &self.parts {
            let _ = write!(types, "<Override PartName=\"/{name}\" ContentType=\"{kind}\"/>");
        }
        types += "</Types>";
        top.push(("extended-properties".to_owned(), "docProps/app.xml".to_owned(), false));
        let mut files: Vec<(String, Vec<u8>)> = vec![("[Content_Types].xml".to_owned(), types.into_bytes())];
        let mut top = relationships(&top);
        if !self.properties.is_empty() {
            let core = "<Relationship Id=\"rIdCore\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>";
            top = top.replace("</Relationships>", core);
        }
        files.push(("_rels/.rels".to_owned(), top.into_bytes()));
        for (part, list) in &self.relationships {
            let (folder, name) = part.split_once('/').expect("a part in a folder");
            files.push((format!("{folder}/_rels/{name}.rels"), relationships(list).into_bytes()));
        }
        for (name, _, content) in self.parts.drain(..) {
            files.push((name, content.into_bytes()));
        }
        if self.has_picture {
            files.push((format!("word/{}", self.picture_name()), png(40, 20, [200, 30, 30])));
        }
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            let options = zip::write::SimpleFileOptions::default();
            archive.start_file(name, options).expect("a new entry");
            archive.write_all(&content).expect("memory");
        }
        archive.finish().expect("memory").into_inner()
    }

    /// Closes a section: its properties with the headers and footers noted so far.
    fn take_section(&mut self, orientation: &str) -> String {
        let size = match orientation {
            "portrait" | "" => "<w:pgSz w:w=\"11906\" w:h=\"16838\"/>",
            "landscape" => "<w:pgSz w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"/>",
            other => panic!("no orientation: {other}"),
        };
        let title = if std::mem::take(&mut self.has_first) {
            "<w:titlePg/>"
        } else {
            ""
        };
        let references = std::mem::take(&mut self.section);
        format!(
            "<w:sectPr>{references}{size}<w:pgMar w:top=\"1134\" w:right=\"1134\" w:bottom=\"1134\" w:left=\"1701\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/>{title}</w:sectPr>"
        )
    }

    fn blocks(&mut self, blocks: &[Block]) -> String {
        let mut out = String::new();
        let mut rest = blocks;
        while let Some((block, after)) = rest.split_first() {
            rest = after;
            match block {
                Block::Paragraph(inlines) => out += &self.paragraph(inlines),
                Block::Row(_) => {
                    let end = blocks.len() - after.len() - 1;
                    let rows = blocks[end..]
                        .iter()
                        .take_while(|block| matches!(block, Block::Row(_)))
                        .count();
                    out += &self.table("", &blocks[end..end + rows]);
                    rest = &blocks[end + rows..];
                }
                Block::Touch => {}
                Block::Raw(xml) => out += xml,
                Block::Around {
                    name,
                    argument,
                    content,
                } => match name.as_str() {
                    "table" => out += &self.table(argument, content),
                    "control" | "item" => {
                        let properties = self.control(name, argument);
                        let inner = self.blocks(content);
                        let _ = write!(out, "<w:sdt>{properties}<w:sdtContent>{inner}</w:sdtContent></w:sdt>");
                    }
                    _ => self.story(name, argument, content),
                },
            }
        }
        out
    }

    /// A header or footer.
    fn story(&mut self, kind: &str, argument: &str, content: &[Block]) {
        let count = self.parts.iter().filter(|(name, _, _)| name.contains(kind)).count() + 1;
        let name = format!("{kind}{count}.xml");
        let id = self.relate(kind, &name, false);
        let part = std::mem::replace(&mut self.part, format!("word/{name}"));
        let inner = self.blocks(content);
        self.part = part;
        self.add(
            &name,
            kind,
            root(if kind == "header" { "w:hdr" } else { "w:ftr" }, &inner),
        );
        let which = if argument.is_empty() { "default" } else { argument };
        self.has_first |= which == "first";
        self.has_even |= which == "even";
        let _ = write!(self.section, "<w:{kind}Reference w:type=\"{which}\" r:id=\"{id}\"/>");
    }

    fn table(&mut self, argument: &str, content: &[Block]) -> String {
        let mut widths: Vec<usize> = argument
            .split_whitespace()
            .map(|word| word.parse().expect("a width"))
            .collect();
        if widths.is_empty() {
            let columns = columns(content).max(1);
            widths = vec![PAGE / columns; columns];
        }
        let grid: String = widths
            .iter()
            .map(|width| format!("<w:gridCol w:w=\"{width}\"/>"))
            .collect();
        let total: usize = widths.iter().sum();
        let rows = self.rows(content, &widths);
        format!(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"{total}\" w:type=\"dxa\"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
        )
    }

    fn rows(&mut self, content: &[Block], widths: &[usize]) -> String {
        let mut out = String::new();
        for block in content {
            match block {
                Block::Row(cells) => {
                    let mut inner = String::new();
                    let mut column = 0;
                    let mut is_head = false;
                    for cell in cells {
                        let (span, merge, head, blocks) = cell_properties(cell);
                        is_head |= head;
                        let width: usize = widths.iter().skip(column).take(span).sum();
                        column += span;
                        let mut properties = format!("<w:tcW w:w=\"{width}\" w:type=\"dxa\"/>");
                        if span > 1 {
                            let _ = write!(properties, "<w:gridSpan w:val=\"{span}\"/>");
                        }
                        properties += merge;
                        let mut inside = String::new();
                        for (index, block) in blocks.iter().enumerate() {
                            match block {
                                (None, block) => inside += &self.blocks(std::slice::from_ref(*block)),
                                // Rows of a table in the cell, written with the first of them.
                                (Some(0), _) => {
                                    let rows: Vec<&Block> = blocks[index..]
                                        .iter()
                                        .enumerate()
                                        .take_while(|(at, (number, _))| *number == Some(*at))
                                        .map(|(_, (_, block))| *block)
                                        .collect();
                                    inside += &self.inner_table(&rows);
                                }
                                _ => {}
                            }
                        }
                        if inside.ends_with("</w:tbl>") || inside.is_empty() {
                            inside += "<w:p/>";
                        }
                        let _ = write!(inner, "<w:tc><w:tcPr>{properties}</w:tcPr>{inside}</w:tc>");
                    }
                    let head = if is_head { "<w:trPr><w:tblHeader/></w:trPr>" } else { "" };
                    let _ = write!(out, "<w:tr>{head}{inner}</w:tr>");
                }
                Block::Around {
                    name,
                    argument,
                    content,
                } => {
                    let properties = self.control(name, argument);
                    let inner = self.rows(content, widths);
                    let _ = write!(out, "<w:sdt>{properties}<w:sdtContent>{inner}</w:sdtContent></w:sdt>");
                }
                Block::Raw(xml) => out += xml,
                other => panic!("no row: {other:?}"),
            }
        }
        out
    }

    fn inner_table(&mut self, rows: &[&Block]) -> String {
        let columns = rows
            .iter()
            .map(|row| columns(std::slice::from_ref(*row)))
            .max()
            .unwrap_or(1);
        let widths = vec![2000 / columns.max(1); columns];
        let grid: String = widths
            .iter()
            .map(|width| format!("<w:gridCol w:w=\"{width}\"/>"))
            .collect();
        let rows: String = rows
            .iter()
            .map(|row| self.rows(std::slice::from_ref(*row), &widths))
            .collect();
        format!(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"2000\" w:type=\"dxa\"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
        )
    }

    fn paragraph(&mut self, inlines: &[Inline]) -> String {
        if inlines.first().is_some_and(|first| first.void("capitals").is_some()) {
            self.in_capitals = true;
            return String::new();
        }
        if inlines.first().is_some_and(|first| first.void("list-styles").is_some()) {
            self.has_list_styles = true;
            return String::new();
        }
        if let Some(Inline::Element {
            name,
            argument,
            content,
            ..
        }) = inlines.first()
            && name == "property"
        {
            self.properties.push((argument.clone(), text_of(content)));
            return String::new();
        }
        let mut properties = [String::new(), String::new(), String::new()];
        for inline in inlines {
            if let Some(style) = inline.void("style") {
                properties[0] = format!("<w:pStyle w:val=\"{style}\"/>");
                self.has_list_styles |= style.starts_with("List");
            } else if let Some(list) = inline.void("list") {
                let (number, level) = list.split_once(' ').unwrap_or((list, "0"));
                self.lists = self.lists.max(number.parse().expect("the number of a list"));
                properties[1] = format!("<w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{number}\"/></w:numPr>");
            } else if let Some(orientation) = inline.void("section") {
                properties[2] = self.take_section(orientation);
            }
        }
        let mut properties = properties.concat();
        if !properties.is_empty() {
            properties = format!("<w:pPr>{properties}</w:pPr>");
        }
        let runs = self.runs(inlines, Format::default(), "w:t");
        format!("<w:p>{properties}{runs}</w:p>")
    }

    fn runs(&mut self, inlines: &[Inline], format: Format, text_name: &str) -> String {
        let mut out = String::new();
        let run = |inner: &str| format!("<w:r>{}{inner}</w:r>", format.properties());
        for inline in inlines {
            match inline {
                Inline::Text(text) => {
                    out += &run(&format!(
                        "<{text_name} xml:space=\"preserve\">{}</{text_name}>",
                        escape(text)
                    ));
                }
                Inline::Split => {}
                Inline::Raw(xml) => out += xml,
                Inline::Element {
                    name,
                    argument,
                    content,
                    blocks,
                } => match name.as_str() {
                    "b" | "i" | "u" => {
                        let inner = Format {
                            bold: format.bold || name == "b",
                            italic: format.italic || name == "i",
                            underline: format.underline || name == "u",
                        };
                        out += &self.runs(content, inner, text_name);
                    }
                    "tab" => out += &run("<w:tab/>"),
                    "br" => out += &run("<w:br/>"),
                    "page" => out += &run("<w:br w:type=\"page\"/>"),
                    "spell" => out += "<w:proofErr w:type=\"spellStart\"/><w:proofErr w:type=\"spellEnd\"/>",
                    "style" | "list" | "section" | "span" | "down" | "up" | "head" => {}
                    "link" => {
                        let target = match argument.strip_prefix('#') {
                            Some(anchor) => format!("w:anchor=\"{}\"", escape(anchor)),
                            None => format!("r:id=\"{}\"", self.relate("hyperlink", argument, true)),
                        };
                        let inner = self.runs(content, format, text_name);
                        let _ = write!(out, "<w:hyperlink {target}>{inner}</w:hyperlink>");
                    }
                    "ins" | "del" | "movefrom" | "moveto" => {
                        let (element, text) = match name.as_str() {
                            "del" => ("w:del", "w:delText"),
                            "movefrom" => ("w:moveFrom", "w:t"),
                            "moveto" => ("w:moveTo", "w:t"),
                            _ => ("w:ins", "w:t"),
                        };
                        let id = self.id();
                        let inner = self.runs(content, format, text);
                        let _ = write!(
                            out,
                            "<{element} w:id=\"{id}\" w:author=\"Cán bộ\" w:date=\"2026-01-01T00:00:00Z\">{inner}</{element}>"
                        );
                    }
                    "bookmark" => {
                        self.bookmarks.push(argument.clone());
                        let id = self.bookmarks.len();
                        let _ = write!(out, "<w:bookmarkStart w:id=\"{id}\" w:name=\"{argument}\"/>");
                    }
                    "/bookmark" => {
                        let id = self
                            .bookmarks
                            .iter()
                            .position(|name| name == argument)
                            .expect("a bookmark");
                        let _ = write!(out, "<w:bookmarkEnd w:id=\"{}\"/>", id + 1);
                    }
                    "comment" => {
                        let id = self.comments.len();
                        self.comments.push(format!(
                            "<w:comment w:id=\"{id}\" w:author=\"Cán bộ\"><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:comment>",
                            escape(argument)
                        ));
                        let inner = self.runs(content, format, text_name);
                        let _ = write!(
                            out,
                            "<w:commentRangeStart w:id=\"{id}\"/>{inner}<w:commentRangeEnd w:id=\"{id}\"/><w:r><w:commentReference w:id=\"{id}\"/></w:r>"
                        );
                    }
                    "simple" => {
                        let inner = self.runs(content, format, text_name);
                        let _ = write!(
                            out,
                            "<w:fldSimple w:instr=\" {} \">{inner}</w:fldSimple>",
                            escape(argument)
                        );
                    }
                    "field" => {
                        out += &run("<w:fldChar w:fldCharType=\"begin\"/>");
                        for piece in argument.split('¦') {
                            out += &run(&format!(
                                "<w:instrText xml:space=\"preserve\">{}</w:instrText>",
                                escape(piece)
                            ));
                        }
                        out += &run("<w:fldChar w:fldCharType=\"separate\"/>");
                        out += &self.runs(content, format, text_name);
                        out += &run("<w:fldChar w:fldCharType=\"end\"/>");
                    }
                    "footnote" | "endnote" => {
                        let index = usize::from(name == "endnote");
                        let part = std::mem::replace(&mut self.part, format!("word/{name}s.xml"));
                        let inner = self.blocks(blocks);
                        self.part = part;
                        let id = self.notes[index].len() + 1;
                        self.notes[index].push(format!("<w:{name} w:id=\"{id}\">{inner}</w:{name}>"));
                        out += &run(&format!("<w:{name}Reference w:id=\"{id}\"/>"));
                    }
                    "control" => {
                        let properties = self.control(name, argument);
                        let inner = self.runs(content, format, text_name);
                        let _ = write!(out, "<w:sdt>{properties}<w:sdtContent>{inner}</w:sdtContent></w:sdt>");
                    }
                    "picture" => out += &run(&self.picture(argument)),
                    "line" => {
                        let id = self.id();
                        let shape = shape(id, "<wps:cNvCnPr/>", "line", (1_800_000, 0), "<wps:bodyPr/>");
                        out += &run(&format!(
                            "<mc:AlternateContent><mc:Choice Requires=\"wps\">{shape}</mc:Choice><mc:Fallback><w:pict><v:line id=\"duong{id}\" from=\"0,0\" to=\"140pt,0\"/></w:pict></mc:Fallback></mc:AlternateContent>"
                        ));
                    }
                    "box" => {
                        let id = self.id();
                        let inner = self.blocks(blocks);
                        let text = format!("<wps:txbx><w:txbxContent>{inner}</w:txbxContent></wps:txbx><wps:bodyPr/>");
                        let shape = shape(id, "<wps:cNvSpPr txBox=\"1\"/>", "rect", (1_800_000, 400_000), &text);
                        out += &run(&format!(
                            "<mc:AlternateContent><mc:Choice Requires=\"wps\">{shape}</mc:Choice><mc:Fallback><w:pict><v:rect id=\"hop{id}\" style=\"width:140pt;height:32pt\"><v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></v:rect></w:pict></mc:Fallback></mc:AlternateContent>"
                        ));
                    }
                    other => panic!("{other} does not stand here"),
                },
            }
        }
        out
    }

    /// The part of the picture; extensions of parts are the same in capital letters.
    fn picture_name(&self) -> &'static str {
        if self.in_capitals {
            "media/image1.PNG"
        } else {
            "media/image1.png"
        }
    }

    fn picture(&mut self, argument: &str) -> String {
        let (size, words) = argument.split_once(' ').unwrap_or((argument, ""));
        let (width, height) = size.split_once('x').expect("a size in millimetres: 40x20");
        let side = |side: &str| side.parse::<usize>().expect("a number") * MILLIMETRE;
        let (width, height) = (side(width), side(height));
        self.has_picture = true;
        let id = self.id();
        let relationship = self.relate("image", self.picture_name(), false);
        format!(
            "<w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{width}\" cy=\"{height}\"/><wp:docPr id=\"{id}\" name=\"Hình {id}\" descr=\"{}\"/><a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"image1.png\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed=\"{relationship}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>",
            escape(words)
        )
    }

    /// The properties of a content control.
    fn control(&mut self, name: &str, argument: &str) -> String {
        let id = 1000 + self.id();
        if name == "item" {
            return format!("<w:sdtPr><w:id w:val=\"{id}\"/><w15:repeatingSectionItem/></w:sdtPr>");
        }
        let mut words = argument.split(' ');
        let tag = words.next().unwrap_or_default();
        let mut before = format!("<w:tag w:val=\"{}\"/><w:id w:val=\"{id}\"/>", escape(tag));
        let (mut placeholder, mut bound) = ("", "");
        let mut kind = "<w:text w:multiLine=\"1\"/>".to_owned();
        while let Some(word) = words.next() {
            match word {
                "placeholder" => placeholder = "<w:showingPlcHdr/>",
                "bound" => {
                    bound = "<w:dataBinding w:xpath=\"/du_lieu/o\" w:storeItemID=\"{11111111-2222-3333-4444-555555555555}\"/>";
                }
                "rich" => kind.clear(),
                "date" => {
                    let format = words.next().expect("a date format");
                    kind = format!(
                        "<w:date><w:dateFormat w:val=\"{format}\"/><w:lid w:val=\"vi-VN\"/><w:storeMappedDataAs w:val=\"dateTime\"/><w:calendar w:val=\"gregorian\"/></w:date>"
                    );
                }
                "list" | "combo" => {
                    let items = words.next().expect("items").split('|').map(|item| {
                        let (shown, value) = item.split_once('=').unwrap_or((item, item));
                        format!("<w:listItem w:displayText=\"{shown}\" w:value=\"{value}\"/>")
                    });
                    let element = if word == "list" { "w:dropDownList" } else { "w:comboBox" };
                    kind = format!("<{element}>{}</{element}>", items.collect::<String>());
                }
                "check" => {
                    kind = "<w14:checkbox><w14:checked w14:val=\"0\"/><w14:checkedState w14:val=\"2612\" w14:font=\"MS Gothic\"/><w14:uncheckedState w14:val=\"2610\" w14:font=\"MS Gothic\"/></w14:checkbox>".to_owned();
                }
                "picture" => kind = "<w:picture/>".to_owned(),
                "repeating" => kind = "<w15:repeatingSection/>".to_owned(),
                other => panic!("no kind of control: {other}"),
            }
        }
        before += placeholder;
        format!("<w:sdtPr>{before}{bound}{kind}</w:sdtPr>")
    }
}

fn relationships(list: &[(String, String, bool)]) -> String {
    let inner: String = list
        .iter()
        .enumerate()
        .map(|(index, (kind, target, external))| {
            let mode = if *external { " TargetMode=\"External\"" } else { "" };
            format!(
                "<Relationship Id=\"rId{}\" Type=\"{RELATIONSHIP}{kind}\" Target=\"{}\"{mode}/>",
                index + 1,
                escape(target)
            )
        })
        .collect();
    format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{inner}</Relationships>"
    )
}

fn shape(id: usize, kind: &str, geometry: &str, size: (usize, usize), text: &str) -> String {
    let (width, height) = size;
    format!(
        "<w:drawing><wp:anchor distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\" simplePos=\"0\" relativeHeight=\"1\" behindDoc=\"0\" locked=\"0\" layoutInCell=\"1\" allowOverlap=\"1\"><wp:simplePos x=\"0\" y=\"0\"/><wp:positionH relativeFrom=\"column\"><wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV relativeFrom=\"paragraph\"><wp:posOffset>0</wp:posOffset></wp:positionV><wp:extent cx=\"{width}\" cy=\"{height}\"/><wp:effectExtent l=\"0\" t=\"0\" r=\"0\" b=\"0\"/><wp:wrapNone/><wp:docPr id=\"{id}\" name=\"Hình {id}\"/><wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\"><wps:wsp>{kind}<wps:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm><a:prstGeom prst=\"{geometry}\"><a:avLst/></a:prstGeom></wps:spPr>{text}</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing>"
    )
}

/// How many grid columns the widest row has.
fn columns(content: &[Block]) -> usize {
    let of = |block: &Block| match block {
        Block::Row(cells) => cells.iter().map(|cell| cell_properties(cell).0).sum(),
        Block::Around { content, .. } => columns(content),
        _ => 0,
    };
    content.iter().map(of).max().unwrap_or(0)
}

/// Span, vertical merge, whether its row is a header row, and the blocks of a cell, rows of tables in it counted.
#[allow(clippy::type_complexity)]
fn cell_properties(cell: &[Block]) -> (usize, &'static str, bool, Vec<(Option<usize>, &Block)>) {
    let (mut span, mut merge, mut head) = (1, "", false);
    if let Some(Block::Paragraph(inlines)) = cell.first() {
        for inline in inlines {
            if let Some(number) = inline.void("span") {
                span = number.parse().expect("a number of columns");
            }
            if inline.void("down").is_some() {
                merge = "<w:vMerge w:val=\"restart\"/>";
            }
            if inline.void("up").is_some() {
                merge = "<w:vMerge/>";
            }
            head |= inline.void("head").is_some();
        }
    }
    let mut number = None;
    let blocks = cell.iter().map(|block| {
        number = match block {
            Block::Row(_) => Some(number.map_or(0, |number: usize| number + 1)),
            _ => None,
        };
        (number, block)
    });
    (span, merge, head, blocks.collect())
}

/// A PNG picture of one colour.
pub fn png(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    let line = [vec![0], colour.repeat(width as usize)].concat();
    let raw = line.repeat(height as usize);
    let mut data = vec![0x78, 0x01];
    let mut blocks = raw.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        data.push(u8::from(blocks.peek().is_none()));
        data.extend(length.to_le_bytes());
        data.extend((!length).to_le_bytes());
        data.extend(block);
    }
    let (mut low, mut high) = (1u32, 0u32);
    for &byte in &raw {
        low = (low + u32::from(byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    data.extend((high << 16 | low).to_be_bytes());
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [(b"IHDR", header), (b"IDAT", data), (b"IEND", Vec::new())] {
        png.extend((content.len() as u32).to_be_bytes());
        let mut checked = kind.to_vec();
        checked.extend(content);
        let sum = checked.iter().fold(!0u32, |sum, &byte| {
            (0..8).fold(sum ^ u32::from(byte), |sum, _| {
                (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
            })
        });
        png.extend(&checked);
        png.extend((!sum).to_be_bytes());
    }
    png
}
