//! A Word document as paragraphs and tables of text: what a reader of the final version sees (ISO/IEC 29500-1, 17).
//!
//! In: the package. Out: [`Block`]s in order, and what could not be taken along. Tracked changes are taken as accepted, fields as
//! their results, text in the fonts of TCVN3 and VNI as Unicode. Text boxes come after the paragraph that they hang on.

use std::collections::HashMap;

use crate::opc::{self, Package};
use crate::vietnamese::{Charset, Surroundings, decode, is_blank_char, nfc};
use crate::wml::{self, Element, Node};

/// Deepest nesting of tables and controls that is looked into.
const DEEPEST: usize = 64;

/// A part of the body.
#[derive(Clone, Debug)]
pub(super) enum Block {
    Paragraph(Paragraph),
    Table(Table),
}

/// A paragraph that says something.
#[derive(Clone, Debug, Default)]
pub(super) struct Paragraph {
    pub pieces: Vec<Piece>,
    /// Its outline level from 1, where its style or itself has one.
    pub level: Option<usize>,
    pub is_centred: bool,
    /// Whether Word puts a sign or a number before it.
    pub is_numbered: bool,
}

/// Text of one look.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub text: String,
    pub bold: bool,
    pub italic: bool,
}

/// A table: rows of cells, each cell its paragraphs.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub rows: Vec<Vec<Vec<Paragraph>>>,
    /// Whether some of its cells are merged.
    pub is_merged: bool,
}

/// What a document holds beside its text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beside {
    pub images: usize,
    pub boxes: usize,
    pub notes: usize,
    pub changes: usize,
    pub numbered: usize,
    pub legacy: usize,
    /// Headers and footers with text.
    pub margins: usize,
}

impl Paragraph {
    /// Its text, blanks as in the file.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// Whether all of its letters are bold.
    pub fn is_bold(&self) -> bool {
        self.pieces
            .iter()
            .all(|piece| piece.bold || piece.text.trim().is_empty())
    }
}

/// Text with one blank between words: what is compared.
pub(super) fn plain(text: &str) -> String {
    let words = text
        .split(|sign: char| sign != '\u{2060}' && is_blank_char(sign))
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").replace('\u{2060}', "")
}

/// The blocks of a document's body.
pub(super) fn read(package: &Package) -> Result<(Vec<Block>, Beside), opc::Error> {
    let main = package
        .relationships("")?
        .into_iter()
        .find(|related| related.kind == "officeDocument")
        .map_or_else(|| "word/document.xml".to_owned(), |related| related.target);
    let root = wml::parse(&package.part(&main)?)?;
    let mut reader = Reader {
        fonts: HashMap::new(),
        levels: HashMap::new(),
        bold: HashMap::new(),
        centred: HashMap::new(),
        beside: Beside::default(),
        around: Surroundings::default(),
        blocks: Vec::new(),
    };
    for related in package.relationships(&main)? {
        let Ok(part) = package.part(&related.target) else {
            continue;
        };
        if related.kind == "styles" {
            reader.styles(&wml::parse(&part)?);
        } else if matches!(related.kind.as_str(), "header" | "footer") {
            let has_letters = wml::parse(&part).is_ok_and(|root| {
                let mut found = false;
                root.visit(&mut |element| {
                    found |= element.name == "w:t" && text_of(element).chars().any(char::is_alphabetic);
                });
                found
            });
            reader.beside.margins += usize::from(has_letters);
        }
    }
    if let Some(body) = root.child("w:body") {
        reader.blocks(body, 0);
    }
    let (mut blocks, mut beside) = (reader.blocks, reader.beside);
    let mut each = |paragraph: &mut Paragraph| {
        beside.numbered += usize::from(paragraph.is_numbered);
    };
    for block in &mut blocks {
        match block {
            Block::Paragraph(paragraph) => each(paragraph),
            Block::Table(table) => table.rows.iter_mut().flatten().flatten().for_each(&mut each),
        }
    }
    Ok((blocks, beside))
}

struct Reader {
    /// The font of a style, its level, and whether it is bold, by id.
    fonts: HashMap<String, Charset>,
    levels: HashMap<String, usize>,
    bold: HashMap<String, bool>,
    /// Whether a style's paragraphs are centred.
    centred: HashMap<String, bool>,
    beside: Beside,
    around: Surroundings,
    blocks: Vec<Block>,
}

/// A paragraph while its runs are gathered.
#[derive(Default)]
struct Gathered {
    pieces: Vec<(Piece, Charset)>,
    /// Text boxes met on the way.
    boxes: Vec<Element>,
    /// How deep within field codes the reader is.
    codes: Vec<bool>,
}

impl Reader {
    fn styles(&mut self, root: &Element) {
        for style in root.elements().filter(|element| element.name == "w:style") {
            let Some(id) = style.attribute("w:styleId") else {
                continue;
            };
            let based = style.child("w:basedOn").and_then(|based| based.attribute("w:val"));
            let run = style.child("w:rPr");
            let font = run.and_then(font_of).or_else(|| self.fonts.get(based?).copied());
            if let Some(font) = font {
                self.fonts.insert(id.to_owned(), font);
            }
            let bold = run
                .and_then(|run| switch(run, "w:b"))
                .or_else(|| self.bold.get(based?).copied());
            if let Some(bold) = bold {
                self.bold.insert(id.to_owned(), bold);
            }
            let centred = style.child("w:pPr").and_then(is_centred);
            if let Some(centred) = centred.or_else(|| self.centred.get(based?).copied()) {
                self.centred.insert(id.to_owned(), centred);
            }
            let name = style
                .child("w:name")
                .and_then(|name| name.attribute("w:val"))
                .unwrap_or_default();
            let by_name = name
                .to_lowercase()
                .strip_prefix("heading ")
                .and_then(|number| number.parse().ok());
            let level = style.child("w:pPr").and_then(level_of).or(by_name);
            if let Some(level) = level.or_else(|| self.levels.get(based?).copied()) {
                self.levels.insert(id.to_owned(), level);
            }
        }
    }

    fn blocks(&mut self, parent: &Element, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for element in parent.elements() {
            match element.name.as_str() {
                "w:p" => {
                    let (paragraph, boxes) = self.paragraph(element);
                    if !plain(&paragraph.text()).is_empty() {
                        self.blocks.push(Block::Paragraph(paragraph));
                    }
                    for content in boxes {
                        self.blocks(&content, depth + 1);
                    }
                }
                "w:tbl" => {
                    let table = self.table(element, depth);
                    if !table.rows.is_empty() {
                        self.blocks.push(Block::Table(table));
                    }
                }
                "w:sdt" | "w:sdtContent" | "w:ins" | "w:moveTo" | "w:smartTag" | "w:customXml" => {
                    self.blocks(element, depth + 1);
                }
                _ => {}
            }
        }
    }

    fn table(&mut self, element: &Element, depth: usize) -> Table {
        let mut table = Table::default();
        self.rows(element, depth, &mut table);
        table
    }

    fn rows(&mut self, parent: &Element, depth: usize, table: &mut Table) {
        if depth > DEEPEST {
            return;
        }
        for row in parent.elements() {
            match row.name.as_str() {
                "w:tr" => {
                    let is_deleted = row.child("w:trPr").is_some_and(|own| own.child("w:del").is_some());
                    let mut cells = Vec::new();
                    self.cells(row, depth, &mut cells, table);
                    if !is_deleted && !cells.is_empty() {
                        table.rows.push(cells);
                    }
                }
                "w:sdt" | "w:sdtContent" | "w:ins" | "w:customXml" => self.rows(row, depth + 1, table),
                _ => {}
            }
        }
    }

    fn cells(&mut self, row: &Element, depth: usize, cells: &mut Vec<Vec<Paragraph>>, table: &mut Table) {
        if depth > DEEPEST {
            return;
        }
        for cell in row.elements() {
            match cell.name.as_str() {
                "w:tc" => {
                    let own = cell.child("w:tcPr");
                    let span = own.and_then(|own| own.child("w:gridSpan")?.attribute("w:val")?.parse::<usize>().ok());
                    table.is_merged |= span.is_some_and(|span| span > 1)
                        || own.is_some_and(|own| own.child("w:vMerge").is_some() || own.child("w:hMerge").is_some());
                    // What a cell holds are blocks of their own, nested tables as their texts.
                    let outer = std::mem::take(&mut self.blocks);
                    self.blocks(cell, depth + 1);
                    let inner = std::mem::replace(&mut self.blocks, outer);
                    cells.push(inner.into_iter().flat_map(paragraphs).collect());
                }
                "w:sdt" | "w:sdtContent" | "w:ins" | "w:customXml" => self.cells(cell, depth + 1, cells, table),
                _ => {}
            }
        }
    }

    fn paragraph(&mut self, element: &Element) -> (Paragraph, Vec<Element>) {
        let own = element.child("w:pPr");
        let style = own
            .and_then(|own| own.child("w:pStyle")?.attribute("w:val"))
            .unwrap_or("Normal");
        let font = self.fonts.get(style).copied().unwrap_or(Charset::Unknown);
        let bold = self.bold.get(style).copied().unwrap_or(false);
        let mut gathered = Gathered::default();
        self.runs(element, (font, bold), &mut gathered, 0);
        let pieces = self.decoded(gathered.pieces);
        let centred = own.and_then(is_centred).or_else(|| self.centred.get(style).copied());
        let paragraph = Paragraph {
            level: own.and_then(level_of).or_else(|| self.levels.get(style).copied()),
            is_centred: centred == Some(true),
            is_numbered: own.is_some_and(|own| {
                own.child("w:numPr").is_some_and(|number| {
                    number
                        .child("w:numId")
                        .is_none_or(|id| id.attribute("w:val") != Some("0"))
                })
            }),
            pieces,
        };
        self.beside.boxes += gathered.boxes.len();
        (paragraph, gathered.boxes)
    }

    fn runs(&mut self, parent: &Element, (font, bold): (Charset, bool), gathered: &mut Gathered, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for element in parent.elements() {
            match element.name.as_str() {
                "w:r" => {
                    let own = element.child("w:rPr");
                    let look = Piece {
                        text: String::new(),
                        bold: own.and_then(|own| switch(own, "w:b")).unwrap_or(bold),
                        italic: own.and_then(|own| switch(own, "w:i")).unwrap_or(false),
                    };
                    let font = own.and_then(font_of).unwrap_or(font);
                    self.run(element, look, font, gathered);
                }
                "w:del" | "w:moveFrom" => self.beside.changes += 1,
                "w:ins" | "w:moveTo" => {
                    self.beside.changes += 1;
                    self.runs(element, (font, bold), gathered, depth + 1);
                }
                "w:pPr" => {}
                _ => self.runs(element, (font, bold), gathered, depth + 1),
            }
        }
    }

    fn run(&mut self, run: &Element, look: Piece, font: Charset, gathered: &mut Gathered) {
        let mut text = String::new();
        for element in run.elements() {
            let is_code = gathered.codes.contains(&true);
            match element.name.as_str() {
                "w:t" if !is_code => text.push_str(&text_of(element)),
                "w:tab" | "w:ptab" if !is_code => text.push(' '),
                "w:br" | "w:cr" if !is_code => text.push('\n'),
                "w:noBreakHyphen" if !is_code => text.push('-'),
                "w:fldChar" => match element.attribute("w:fldCharType") {
                    Some("begin") => gathered.codes.push(true),
                    Some("separate") => gathered.codes.iter_mut().rev().take(1).for_each(|code| *code = false),
                    Some("end") => {
                        gathered.codes.pop();
                    }
                    _ => {}
                },
                "w:footnoteReference" | "w:endnoteReference" => self.beside.notes += 1,
                "w:drawing" | "w:pict" | "w:object" | "mc:AlternateContent" => {
                    let before = gathered.boxes.len();
                    boxes(element, &mut gathered.boxes, 0);
                    self.beside.images += usize::from(gathered.boxes.len() == before && has_picture(element));
                }
                _ => {}
            }
        }
        if !text.is_empty() {
            gathered.pieces.push((Piece { text, ..look }, font));
        }
    }

    /// The pieces in Unicode, neighbours of one look together.
    fn decoded(&mut self, pieces: Vec<(Piece, Charset)>) -> Vec<Piece> {
        let mut out: Vec<Piece> = Vec::new();
        for (mut piece, charset) in pieces {
            self.around.add(&piece.text, charset);
            if let Some(decoded) = decode(&piece.text, charset, &[], &self.around) {
                self.beside.legacy += 1;
                piece.text = decoded.text;
            }
            match out.last_mut() {
                Some(last) if (last.bold, last.italic) == (piece.bold, piece.italic) => last.text.push_str(&piece.text),
                _ => out.push(piece),
            }
        }
        for piece in &mut out {
            piece.text = nfc(&piece.text);
        }
        out
    }
}

fn paragraphs(block: Block) -> Vec<Paragraph> {
    match block {
        Block::Paragraph(paragraph) => vec![paragraph],
        Block::Table(table) => table.rows.into_iter().flatten().flatten().collect(),
    }
}

/// The texts of a document, line by line, in order: in a cell one cannot tell a paragraph from a line.
pub(super) fn texts(blocks: &[Block]) -> Vec<String> {
    let all = blocks.iter().cloned().flat_map(paragraphs);
    let lines = all.flat_map(|paragraph| paragraph.text().lines().map(plain).collect::<Vec<_>>());
    lines.filter(|text| !text.is_empty()).collect()
}

/// The contents of text boxes; of alternatives the first.
fn boxes(element: &Element, found: &mut Vec<Element>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    if element.name == "w:txbxContent" {
        found.push(element.clone());
        return;
    }
    for child in element.elements() {
        let before = found.len();
        boxes(child, found, depth + 1);
        if child.name == "mc:Choice" && found.len() > before {
            break;
        }
    }
}

fn has_picture(element: &Element) -> bool {
    let mut found = false;
    element.visit(&mut |inner| found |= matches!(inner.name.as_str(), "a:blip" | "v:imagedata"));
    found
}

fn font_of(run: &Element) -> Option<Charset> {
    let fonts = run.child("w:rFonts")?;
    let name = fonts.attribute("w:ascii").or_else(|| fonts.attribute("w:hAnsi"))?;
    Some(Charset::of_font(name))
}

/// Whether a property is on or off; `None` where it is not set.
fn switch(properties: &Element, name: &str) -> Option<bool> {
    let property = properties.child(name)?;
    Some(!matches!(
        property.attribute("w:val"),
        Some("0" | "false" | "off" | "none")
    ))
}

fn is_centred(properties: &Element) -> Option<bool> {
    let side = properties.child("w:jc")?.attribute("w:val")?;
    Some(side == "center")
}

fn level_of(properties: &Element) -> Option<usize> {
    let level: usize = properties.child("w:outlineLvl")?.attribute("w:val")?.parse().ok()?;
    (level < 9).then_some(level + 1)
}

/// The text of an element, its escapes resolved (XML 1.0, 4.1).
fn text_of(element: &Element) -> String {
    let texts = element.children.iter().filter_map(|node| match node {
        Node::Text(text) => Some(text.as_str()),
        Node::Element(_) => None,
    });
    let escaped: String = texts.collect();
    let mut out = String::with_capacity(escaped.len());
    let mut rest = escaped.as_str();
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let Some((name, behind)) = after.split_once(';').filter(|(name, _)| name.len() <= 10) else {
            out.push('&');
            rest = after;
            continue;
        };
        let number = || {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        };
        match name {
            "amp" => out.push('&'),
            "lt" => out.push('<'),
            "gt" => out.push('>'),
            "quot" => out.push('"'),
            "apos" => out.push('\''),
            _ => out.extend(number()),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}
