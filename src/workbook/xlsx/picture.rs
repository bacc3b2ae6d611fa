//! Pictures on cells: placed over them (ECMA-376 part 1, 20.5, SpreadsheetML drawings) or in them ([MS-XLSX], rich values
//! of the kind `_localImage`).
//!
//! In: a sheet's part and what `marks` saw in it. Out: each picture with the cell that it stands in. What can't be followed
//! (a linked picture, a drawing that is damaged) is no picture: figures are read all the same. Left out: shapes, charts,
//! pictures of a header or footer, pictures without a cell.

use std::collections::HashMap;
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::marks::{Parts, SheetMarks, flag};
use crate::diagnostic::CellRef;
use crate::opc::{self, Relationship};
use crate::workbook::{Error, LAST_COLUMN, LAST_ROW, Limit};

/// A picture that stands on a cell. Cloning is cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The file name within the workbook: `image1.png`.
    pub name: String,
    /// The file.
    pub bytes: Arc<[u8]>,
    /// The last cell that it covers, as far as the workbook says; the first is the one that it stands in.
    pub last: CellRef,
}

/// Pictures gathered from one sheet after the other.
pub(super) struct Pictures<'a> {
    /// Relationships of the workbook part.
    book: &'a [Relationship],
    /// Files by part, each read once.
    files: HashMap<String, Arc<[u8]>>,
    bytes: u64,
    count: usize,
    /// Read when a cell gives the number of a rich value.
    in_cells: Option<InCells>,
}

/// Pictures in cells.
struct InCells {
    /// Which of the parts, by the number that a cell gives less one.
    links: Vec<Option<u32>>,
    parts: Vec<Option<String>>,
}

impl InCells {
    /// The part of a picture, by the number that a cell gives (`vm`).
    fn part(&self, number: u32) -> Option<&str> {
        let link = (*self.links.get((number as usize).checked_sub(1)?)?)?;
        self.parts.get(link as usize)?.as_deref()
    }
}

impl<'a> Pictures<'a> {
    pub fn new(book: &'a [Relationship]) -> Self {
        Self {
            book,
            files: HashMap::new(),
            bytes: 0,
            count: 0,
            in_cells: None,
        }
    }

    /// Reads the pictures of a sheet, the topmost last. A cell that shows a picture no longer counts as an error.
    pub fn read(&mut self, parts: &mut Parts<'_>, part: &str, sheet: &mut SheetMarks) -> Result<(), Error> {
        for drawing in relationships(parts, part) {
            if drawing.kind != "drawing" || drawing.external {
                continue;
            }
            let xml = text(parts, &drawing.target)?;
            let files = image_parts(parts, &drawing.target);
            for placed in placed(&xml) {
                if let Some(file) = files.get(&placed.id) {
                    self.add(parts, file, placed.first, placed.last, sheet)?;
                }
            }
        }
        for (at, number) in std::mem::take(&mut sheet.rich_values) {
            let in_cells = match self.in_cells.take() {
                Some(in_cells) => in_cells,
                None => in_cells(parts, self.book)?,
            };
            if let Some(target) = in_cells.part(number)
                && self.add(parts, target, at, at, sheet)?
            {
                sheet.picture_cells.push(at);
            }
            self.in_cells = Some(in_cells);
        }
        sheet.picture_cells.sort();
        Ok(())
    }

    /// Adds the picture of a part; false when there is no such part.
    fn add(
        &mut self,
        parts: &mut Parts<'_>,
        part: &str,
        mut first: CellRef,
        mut last: CellRef,
        sheet: &mut SheetMarks,
    ) -> Result<bool, Error> {
        let limits = parts.limits;
        // Counted first: looking for many that are missing costs as much.
        self.count += 1;
        if self.count > limits.pictures {
            return Err(Error::TooLarge(Limit::Pictures(limits.pictures)));
        }
        let bytes = match self.files.get(part) {
            Some(bytes) => bytes.clone(),
            None => {
                let Some(bytes) = parts.dispensable(part)? else {
                    return Ok(false);
                };
                self.bytes += bytes.len() as u64;
                if self.bytes > limits.picture_bytes {
                    return Err(Error::TooLarge(Limit::PictureBytes(limits.picture_bytes)));
                }
                let bytes: Arc<[u8]> = bytes.into();
                self.files.insert(part.to_owned(), bytes.clone());
                bytes
            }
        };
        // Merged cells are one cell, that of their first.
        let around = sheet.merged.iter().find(|(start, end)| within(first, *start, *end));
        if let Some((start, end)) = around {
            first = *start;
            last = CellRef::new(last.row.max(end.row), last.column.max(end.column));
        }
        let name = part.rsplit('/').next().unwrap_or(part).to_owned();
        sheet.pictures.push((first, Picture { name, bytes, last }));
        Ok(true)
    }
}

/// The relationships of a part; none when they can't be read.
fn relationships(parts: &Parts<'_>, part: &str) -> Vec<Relationship> {
    parts.relationships(part).unwrap_or_default()
}

/// An XML part; empty when it can't be read.
fn text(parts: &mut Parts<'_>, part: &str) -> Result<String, Error> {
    let bytes = parts.dispensable(part)?;
    Ok(bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_default())
}

fn within(at: CellRef, first: CellRef, last: CellRef) -> bool {
    (first.row..=last.row).contains(&at.row) && (first.column..=last.column).contains(&at.column)
}

/// The parts of the pictures that a part refers to, by relationship.
fn image_parts(parts: &Parts<'_>, part: &str) -> HashMap<String, String> {
    let images = relationships(parts, part)
        .into_iter()
        .filter(|relationship| relationship.kind == "image" && !relationship.external);
    images
        .map(|relationship| (relationship.id, relationship.target))
        .collect()
}

/// A picture of a drawing: its relationship, the cells that it covers.
struct Placed {
    id: String,
    first: CellRef,
    last: CellRef,
}

/// One corner of an anchor.
#[derive(Clone, Copy, Default)]
struct Corner {
    column: u32,
    row: u32,
    /// Whether it lies on the left or upper edge of its cell.
    on_left: bool,
    on_top: bool,
}

/// What reaches so far into a cell only touches it, in EMU: five pixels.
const EDGE: i64 = 47_625;

impl Corner {
    fn cell(self) -> Option<CellRef> {
        (self.row <= LAST_ROW && self.column <= LAST_COLUMN).then_some(CellRef::new(self.row, self.column))
    }

    /// The last cell of what begins in a cell and ends in this corner: one that it only touches is not covered.
    fn last(self, first: CellRef) -> CellRef {
        let column = self.column.saturating_sub(u32::from(self.on_left));
        let row = self.row.saturating_sub(u32::from(self.on_top));
        CellRef::new(
            row.clamp(first.row, LAST_ROW.max(first.row)),
            column.clamp(first.column, LAST_COLUMN.max(first.column)),
        )
    }
}

/// An anchor while its element is open.
#[derive(Default)]
struct Anchor {
    from: Option<Corner>,
    to: Option<Corner>,
    /// Relationships of its pictures: several in a group.
    pictures: Vec<String>,
}

/// A picture while its element is open.
#[derive(Default)]
struct OpenPicture {
    id: Option<String>,
    hidden: bool,
    /// Whether the next file is meant for programs that don't know the one before.
    fallback: bool,
}

/// A drawing while it is read.
#[derive(Default)]
struct Drawing {
    placed: Vec<Placed>,
    /// How many pictures were found so far, and before each open `mc:AlternateContent`.
    found: usize,
    alternatives: Vec<usize>,
    anchor: Option<Anchor>,
    corner: Option<Corner>,
    /// The number of the open element of a corner.
    number: String,
    picture: Option<OpenPicture>,
}

/// The pictures of a drawing, as far as it can be read.
fn placed(xml: &str) -> Vec<Placed> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    reader.config_mut().expand_empty_elements = true;
    let mut drawing = Drawing::default();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(element) if element.local_name().as_ref() == "Fallback" && drawing.has_choice() => {
                let end = reader.read_to_end(element.name());
                if end.is_err() {
                    break;
                }
            }
            Event::Start(element) => drawing.start(&element),
            Event::Text(text) if drawing.corner.is_some() && drawing.number.len() < 32 => {
                drawing.number.push_str(text.trim());
            }
            Event::End(element) => drawing.end(element.local_name().as_ref()),
            Event::Eof => break,
            _ => {}
        }
    }
    drawing.placed
}

impl Drawing {
    /// Whether the open `mc:AlternateContent` has given its pictures already.
    fn has_choice(&self) -> bool {
        self.alternatives.last().is_some_and(|before| *before < self.found)
    }

    fn start(&mut self, element: &BytesStart<'_>) {
        match (element.local_name().as_ref(), &mut self.picture) {
            ("AlternateContent", _) => self.alternatives.push(self.found),
            ("Fallback", Some(picture)) => picture.fallback = true,
            ("cNvPr", Some(picture)) => picture.hidden |= flag(element, "hidden"),
            ("blip", Some(picture)) if picture.id.is_none() || picture.fallback => {
                picture.id = opc::attribute(element, "embed");
                picture.fallback = false;
            }
            ("pic", _) => self.picture = Some(OpenPicture::default()),
            ("twoCellAnchor" | "oneCellAnchor", _) => self.anchor = Some(Anchor::default()),
            ("from" | "to", None) => self.corner = Some(Corner::default()),
            ("col" | "row" | "colOff" | "rowOff", _) => self.number.clear(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match (name, &mut self.corner, &mut self.anchor) {
            ("AlternateContent", ..) => {
                self.alternatives.pop();
            }
            // What is no number lies beyond every sheet.
            ("col", Some(corner), _) => corner.column = self.number.parse().unwrap_or(u32::MAX),
            ("row", Some(corner), _) => corner.row = self.number.parse().unwrap_or(u32::MAX),
            ("colOff", Some(corner), _) => corner.on_left = on_edge(&self.number),
            ("rowOff", Some(corner), _) => corner.on_top = on_edge(&self.number),
            ("from", corner, Some(anchor)) => anchor.from = corner.take(),
            ("to", corner, Some(anchor)) => anchor.to = corner.take(),
            ("pic", _, anchor) => {
                let picture = self.picture.take().filter(|picture| !picture.hidden);
                if let (Some(anchor), Some(id)) = (anchor, picture.and_then(|picture| picture.id)) {
                    anchor.pictures.push(id);
                    self.found += 1;
                }
            }
            ("twoCellAnchor" | "oneCellAnchor", ..) => {
                let anchor = self.anchor.take().unwrap_or_default();
                if let Some(first) = anchor.from.and_then(Corner::cell) {
                    let last = anchor.to.map_or(first, |to| to.last(first));
                    let placed = anchor.pictures.into_iter().map(|id| Placed { id, first, last });
                    self.placed.extend(placed);
                }
            }
            _ => {}
        }
    }
}

fn on_edge(offset: &str) -> bool {
    offset.parse::<i64>().is_ok_and(|offset| offset <= EDGE)
}

/// Follows the way from the number that a cell gives to a file: metadata, rich value, relationship.
fn in_cells(parts: &mut Parts<'_>, book: &[Relationship]) -> Result<InCells, Error> {
    let name = |kind: &str| {
        let found = book.iter().find(|relationship| relationship.kind == kind);
        found.map_or("", |relationship| relationship.target.as_str())
    };
    let metadata = text(parts, name("sheetMetadata"))?;
    let structures = text(parts, name("rdRichValueStructure"))?;
    let values = text(parts, name("rdRichValue"))?;
    let links = text(parts, name("richValueRel"))?;
    let values = picture_links(&values, &picture_keys(&structures));
    let files = image_parts(parts, name("richValueRel"));
    let most = parts.limits.pictures;
    let mut parts = Vec::new();
    visit(&links, |name, attribute| {
        if name == "rel" && parts.len() <= most {
            parts.push(attribute("id").and_then(|id| files.get(&id).cloned()));
        }
    });
    let link = |value: Option<u32>| values.get(value? as usize).copied().flatten();
    let links = value_numbers(&metadata).into_iter().map(link).collect();
    Ok(InCells { links, parts })
}

/// Calls a function with the name of each element and a way to its attributes, as far as the part can be read.
fn visit(xml: &str, mut visit: impl FnMut(&str, &dyn Fn(&str) -> Option<String>)) {
    // What was seen before the damage counts.
    let _ = opc::for_each_element(xml.as_bytes(), |element| {
        visit(element.local_name().as_ref(), &|name| opc::attribute(element, name));
    });
}

/// The rich value of each entry of the value metadata (ECMA-376 part 1, 18.9).
fn value_numbers(metadata: &str) -> Vec<Option<u32>> {
    /// The name of the metadata that refer to rich values.
    const RICH_VALUE: &str = "XLRICHVALUE";
    enum Block {
        Other,
        RichValues,
        Cells,
    }
    let (mut types, mut rich_type, mut block) = (0u32, None, Block::Other);
    let (mut future, mut cells): (Vec<Option<u32>>, Vec<Option<u32>>) = (Vec::new(), Vec::new());
    visit(metadata, |name, attribute| {
        let number = |name| attribute(name).and_then(|text| text.parse::<u32>().ok());
        match (name, &block) {
            ("metadataType", _) => {
                types += 1;
                if attribute("name").as_deref() == Some(RICH_VALUE) {
                    rich_type = Some(types);
                }
            }
            ("futureMetadata", _) => {
                let rich = attribute("name").as_deref() == Some(RICH_VALUE);
                block = if rich { Block::RichValues } else { Block::Other };
            }
            ("valueMetadata", _) => block = Block::Cells,
            ("cellMetadata", _) => block = Block::Other,
            ("bk", Block::RichValues) => future.push(None),
            ("bk", Block::Cells) => cells.push(None),
            ("rvb", Block::RichValues) => {
                if let Some(last) = future.last_mut() {
                    *last = number("i");
                }
            }
            ("rc", Block::Cells) if rich_type.is_some() && number("t") == rich_type => {
                if let Some(last) = cells.last_mut() {
                    *last = number("v");
                }
            }
            _ => {}
        }
    });
    let value = |entry: Option<u32>| future.get(entry? as usize).copied().flatten();
    cells.into_iter().map(value).collect()
}

/// For each structure of rich values, where it holds the number of a picture's link; `None` for what is no picture.
fn picture_keys(structures: &str) -> Vec<Option<u32>> {
    let (mut list, mut picture, mut key): (Vec<Option<u32>>, bool, u32) = (Vec::new(), false, 0);
    visit(structures, |name, attribute| match name {
        "s" => {
            list.push(None);
            picture = attribute("t").as_deref() == Some("_localImage");
            key = 0;
        }
        "k" => {
            if let Some(last) = list.last_mut()
                && picture
                && attribute("n").as_deref() == Some("_rvRel:LocalImageIdentifier")
            {
                *last = Some(key);
            }
            key += 1;
        }
        _ => {}
    });
    list
}

/// The number of the picture's link of each rich value; `None` for what is no picture.
fn picture_links(values: &str, keys: &[Option<u32>]) -> Vec<Option<u32>> {
    let mut list: Vec<Option<u32>> = Vec::new();
    let mut reader = Reader::from_str(values);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    reader.config_mut().expand_empty_elements = true;
    let (mut wanted, mut place, mut open) = (None, 0u32, false);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(element) => match element.local_name().as_ref() {
                "rv" => {
                    let structure = opc::attribute(&element, "s").and_then(|text| text.parse::<usize>().ok());
                    wanted = structure.and_then(|structure| keys.get(structure)).copied().flatten();
                    place = 0;
                    list.push(None);
                }
                "v" => open = wanted == Some(place),
                _ => {}
            },
            Event::Text(text) if open => {
                if let Some(last) = list.last_mut() {
                    *last = text.trim().parse().ok();
                }
            }
            Event::End(element) if element.local_name().as_ref() == "v" => {
                open = false;
                place += 1;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    list
}
