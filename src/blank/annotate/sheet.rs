//! The sheets of a marked copy: the formats of some cells, and the place of the notes' drawing.
//!
//! In: the part of a sheet (ECMA-376 part 1, 18.3.1.99). Out: the same with the `s` attribute of marked cells changed; a
//! cell or row that is not there yet is put into its place. Rows and cells without `r` are counted, as Excel does.

use std::collections::BTreeMap;
use std::ops::{Bound, Range};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::styles::Styles;
use super::xml::{self, Edits, Element};
use crate::diagnostic::{CellRef, Severity};
use crate::opc;
use crate::workbook::cell_ref;

/// Children of a sheet before `legacyDrawing`, in the order of CT_Worksheet, and those after it.
const BEFORE_DRAWING: [&str; 29] = [
    "sheetPr",
    "dimension",
    "sheetViews",
    "sheetFormatPr",
    "cols",
    "sheetData",
    "sheetCalcPr",
    "sheetProtection",
    "protectedRanges",
    "scenarios",
    "autoFilter",
    "sortState",
    "dataConsolidate",
    "customSheetViews",
    "mergeCells",
    "phoneticPr",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "drawing",
];

/// A row of the file.
#[derive(Debug)]
struct Row {
    index: u32,
    tag: Range<usize>,
    whole: Range<usize>,
    /// Before its end tag; the end of the tag for an empty one.
    end: usize,
    height: Option<f64>,
    format: Option<usize>,
    /// Its cells, where one of them is to be marked.
    cells: Vec<Cell>,
}

#[derive(Debug)]
struct Cell {
    column: u32,
    tag: Range<usize>,
    format: usize,
}

/// Columns of one width and format.
#[derive(Debug)]
struct Columns {
    range: (u32, u32),
    /// In digits.
    width: Option<f64>,
    format: usize,
}

/// A sheet's part as far as marks go.
pub(super) struct Sheet<'s> {
    source: &'s str,
    prefix: String,
    /// The root and its children.
    elements: Vec<Element>,
    columns: Vec<Columns>,
    rows: Vec<Row>,
    default_width: f64,
    default_height: f64,
}

/// What becomes of cells: marked, or, where an earlier run marked them and nothing is wrong any more, as before.
pub(super) type Marks = BTreeMap<CellRef, Option<Severity>>;

/// The cells where marks are seen: of merged cells the first one.
pub(super) fn seen<T>(
    source: &str,
    marks: BTreeMap<CellRef, T>,
    mut join: impl FnMut(&mut T, T),
) -> BTreeMap<CellRef, T> {
    let mut marks = marks;
    // Merged ranges stand after the rows.
    let tail = source
        .rfind("sheetData")
        .and_then(|at| source.get(at..))
        .unwrap_or_default();
    for piece in tail.split("mergeCell ").skip(1) {
        let range = xml::attribute(&format!("<mergeCell {piece}"), "ref")
            .unwrap_or_default()
            .to_owned();
        let Some((first, last)) = range.split_once(':') else {
            continue;
        };
        let (Some(first), Some(last)) = (cell_ref(first), cell_ref(last)) else {
            continue;
        };
        if (first.row, first.column) > (last.row, last.column) {
            continue;
        }
        let hidden: Vec<CellRef> = marks
            .range((Bound::Excluded(first), Bound::Included(last)))
            .map(|(cell, _)| *cell)
            .filter(|cell| (first.column..=last.column).contains(&cell.column))
            .collect();
        for cell in hidden {
            let Some(mark) = marks.remove(&cell) else { continue };
            match marks.get_mut(&first) {
                Some(known) => join(known, mark),
                None => {
                    marks.insert(first, mark);
                }
            }
        }
    }
    marks
}

impl<'s> Sheet<'s> {
    /// `wanted` tells the rows of which each cell is needed; of others only cells that carry a mark.
    pub fn read(source: &'s str, marks: &Marks, styles: &Styles) -> Result<Self, opc::Error> {
        let elements = xml::outline(source, 1)?;
        let prefix = xml::prefix(source, xml::root(&elements)?).to_owned();
        let mut sheet = Self {
            source,
            prefix,
            elements,
            columns: Vec::new(),
            rows: Vec::new(),
            default_width: 8.43,
            default_height: 15.0,
        };
        sheet.read_rows(marks, styles)?;
        Ok(sheet)
    }

    fn read_rows(&mut self, marks: &Marks, styles: &Styles) -> Result<(), opc::Error> {
        let has_marks = styles.has_marks();
        let mut reader = Reader::from_str(self.source);
        let (mut next_row, mut next_column) = (0u32, 0u32);
        let mut is_wanted = false;
        loop {
            let start = reader.buffer_position() as usize;
            let event = reader.read_event()?;
            let range = start..reader.buffer_position() as usize;
            let (element, is_empty) = match &event {
                Event::Start(element) => (element, false),
                Event::Empty(element) => (element, true),
                Event::End(element) if element.local_name().as_ref() == "row" => {
                    if let Some(row) = self.rows.last_mut() {
                        row.whole.end = range.end;
                        row.end = range.start;
                    }
                    continue;
                }
                Event::Eof => return Ok(()),
                _ => continue,
            };
            match element.local_name().as_ref() {
                "row" => {
                    let index = number(element, "r").map_or(next_row, |row: u32| row.saturating_sub(1));
                    next_row = index.saturating_add(1);
                    next_column = 0;
                    is_wanted = marks
                        .range(CellRef::new(index, 0)..=CellRef::new(index, u32::MAX))
                        .next()
                        .is_some();
                    self.rows.push(Row {
                        index,
                        tag: range.clone(),
                        end: range.end,
                        whole: range,
                        height: number(element, "ht"),
                        format: number(element, "s").filter(|_| flag(element, "customFormat")),
                        cells: Vec::new(),
                    });
                }
                "c" => {
                    let at = opc::attribute(element, "r").and_then(|at| cell_ref(&at));
                    let column = at.map_or(next_column, |at| at.column);
                    next_column = column.saturating_add(1);
                    let format = number(element, "s").unwrap_or(0);
                    if is_wanted || has_marks && styles.is_mark(format) {
                        let cells = self.rows.last_mut().map(|row| &mut row.cells);
                        if let Some(cells) = cells {
                            cells.push(Cell {
                                column,
                                tag: range,
                                format,
                            });
                        }
                    }
                }
                "col" => {
                    if let (Some(first), Some(last)) = (number::<u32>(element, "min"), number::<u32>(element, "max")) {
                        self.columns.push(Columns {
                            range: (first.saturating_sub(1), last.saturating_sub(1)),
                            width: if flag(element, "hidden") {
                                Some(0.0)
                            } else {
                                number(element, "width")
                            },
                            format: number(element, "style").unwrap_or(0),
                        });
                    }
                }
                "sheetFormatPr" => {
                    self.default_height = number(element, "defaultRowHeight").unwrap_or(self.default_height);
                    let width = number(element, "defaultColWidth");
                    self.default_width = width.or(number(element, "baseColWidth")).unwrap_or(self.default_width);
                }
                // What follows the rows may be as long again.
                "conditionalFormatting" | "dataValidations" if !is_empty => return Ok(()),
                _ => {}
            }
        }
    }

    fn child(&self, name: &str) -> Option<&Element> {
        self.elements
            .iter()
            .find(|element| element.depth == 1 && element.name == name)
    }

    /// Cells that carry a mark of an earlier run and have none now, added.
    pub fn unmarked(&self, mut marks: Marks, styles: &Styles) -> Marks {
        for row in &self.rows {
            for cell in row.cells.iter().filter(|cell| styles.is_mark(cell.format)) {
                marks.entry(CellRef::new(row.index, cell.column)).or_insert(None);
            }
        }
        marks
    }

    /// The id of the relationship to the drawing of the notes.
    pub fn drawing(&self) -> Option<&str> {
        let element = self.child("legacyDrawing")?;
        let tag = self.source.get(element.tag.clone())?;
        let (_, id) = tag.split_once(":id=")?;
        let mark = id.chars().next().filter(|mark| ['"', '\''].contains(mark))?;
        id.get(1..)?.split(mark).next()
    }

    /// Puts the marks into the part.
    pub fn mark(&self, marks: &Marks, styles: &mut Styles, edits: &mut Edits<'_>) -> Result<(), opc::Error> {
        let prefix = &self.prefix;
        let mut new_rows: BTreeMap<usize, String> = BTreeMap::new();
        let rows: BTreeMap<u32, &Row> = self.rows.iter().map(|row| (row.index, row)).collect();
        let mut left = marks.iter().peekable();
        while let Some(first) = left.peek().map(|(cell, _)| **cell) {
            let mut of_row = Vec::new();
            while let Some((cell, severity)) = left.next_if(|(cell, _)| cell.row == first.row) {
                of_row.push((cell.column, *severity));
            }
            if let Some(row) = rows.get(&first.row) {
                self.mark_row(row, &of_row, styles, edits);
                continue;
            }
            let mut cells = String::new();
            for (column, severity) in of_row {
                let format = styles.marked(self.column_format(column), severity);
                let at = CellRef::new(first.row, column);
                cells.push_str(&format!("<{prefix}c r=\"{at}\" s=\"{format}\"/>"));
            }
            let row = format!("<{prefix}row r=\"{}\">{cells}</{prefix}row>", first.row + 1);
            let next = rows.range(first.row..).next();
            let at = next.map_or(usize::MAX, |(_, next)| next.whole.start);
            new_rows.entry(at).or_default().push_str(&row);
        }
        for (at, rows) in new_rows {
            if at != usize::MAX {
                edits.insert(at, rows);
            } else if let Some(data) = self.child("sheetData") {
                edits.extend(data, &[], &rows);
            }
        }
        self.widen(marks, edits);
        Ok(())
    }

    fn mark_row(&self, row: &Row, marks: &[(u32, Option<Severity>)], styles: &mut Styles, edits: &mut Edits<'_>) {
        let prefix = &self.prefix;
        let mut new_cells = String::new();
        let mut span: Option<(u32, u32)> = None;
        for (column, severity) in marks {
            if let Some(cell) = row.cells.iter().find(|cell| cell.column == *column) {
                let format = styles.marked(cell.format, *severity).to_string();
                let tag = self.source.get(cell.tag.clone()).unwrap_or_default();
                edits.replace(cell.tag.clone(), xml::with_attribute(tag, "s", &format));
                continue;
            }
            let format = row.format.unwrap_or_else(|| self.column_format(*column));
            let format = styles.marked(format, *severity);
            let at = CellRef::new(row.index, *column);
            let cell = format!("<{prefix}c r=\"{at}\" s=\"{format}\"/>");
            span = Some(span.map_or((*column, *column), |(first, _)| (first, *column)));
            match row.cells.iter().find(|cell| cell.column > *column) {
                Some(next) => edits.insert(next.tag.start, cell),
                None => new_cells.push_str(&cell),
            }
        }
        let tag = self.source.get(row.tag.clone()).unwrap_or_default();
        let spans = span.and_then(|span| wider_span(xml::attribute(tag, "spans")?, span));
        let element = Element {
            name: String::new(),
            depth: 0,
            tag: row.tag.clone(),
            whole: row.whole.clone(),
        };
        let attributes: Vec<(&str, &str)> = spans.iter().map(|spans| ("spans", spans.as_str())).collect();
        edits.extend(&element, &attributes, &new_cells);
    }

    fn column_format(&self, column: u32) -> usize {
        let columns = self.columns_of(column);
        columns.map_or(0, |columns| columns.format)
    }

    fn columns_of(&self, column: u32) -> Option<&Columns> {
        let has = |columns: &&Columns| (columns.range.0..=columns.range.1).contains(&column);
        self.columns.iter().find(has)
    }

    /// Makes the declared area hold the marks.
    fn widen(&self, marks: &Marks, edits: &mut Edits<'_>) {
        let Some(dimension) = self.child("dimension") else {
            return;
        };
        let declared = dimension.attribute(self.source, "ref").unwrap_or_default();
        let (first, last) = declared.split_once(':').unwrap_or((declared, declared));
        let (Some(mut first), Some(mut last)) = (cell_ref(first), cell_ref(last)) else {
            return;
        };
        let old = (first, last);
        for cell in marks.keys() {
            first = CellRef::new(first.row.min(cell.row), first.column.min(cell.column));
            last = CellRef::new(last.row.max(cell.row), last.column.max(cell.column));
        }
        if old != (first, last) {
            edits.extend(dimension, &[("ref", &format!("{first}:{last}"))], "");
        }
    }

    /// Names the drawing of the notes in a part that has none.
    pub fn add_drawing(&self, id: &str, edits: &mut Edits<'_>) {
        let before = self
            .elements
            .iter()
            .rfind(|element| element.depth == 1 && BEFORE_DRAWING.contains(&element.name.as_str()));
        let Some(before) = before else { return };
        let root = self.elements.first();
        let tag = root
            .and_then(|root| self.source.get(root.tag.clone()))
            .unwrap_or_default();
        let id = super::relationship_attribute(tag, id);
        edits.insert(before.whole.end, format!("<{}legacyDrawing{id}/>", self.prefix));
    }

    /// Takes the selection off the tab: two selected tabs would be edited together.
    pub fn deselect(&self, edits: &mut Edits<'_>) -> Result<(), opc::Error> {
        let Some(views) = self.child("sheetViews") else {
            return Ok(());
        };
        let source = self.source.get(views.whole.clone()).unwrap_or_default();
        for view in xml::outline(source, 1)?.iter().filter(|view| view.name == "sheetView") {
            let is_selected = view
                .attribute(source, "tabSelected")
                .is_some_and(|flag| flag == "1" || flag == "true");
            if is_selected {
                let at = views.whole.start;
                let range = at + view.tag.start..at + view.tag.end;
                let tag = self.source.get(range.clone()).unwrap_or_default();
                edits.replace(range, xml::with_attribute(tag, "tabSelected", "0"));
            }
        }
        Ok(())
    }

    /// The width of a column in pixels, for a default face of 7 pixels a digit.
    pub fn width(&self, column: u32) -> u32 {
        let width = self.columns_of(column).and_then(|columns| columns.width);
        (width.unwrap_or(self.default_width) * 7.0 + 5.0).clamp(0.0, 2_000.0) as u32
    }

    /// The height of a row in pixels.
    pub fn height(&self, row: u32) -> u32 {
        let found = self.rows.binary_search_by_key(&row, |row| row.index).ok();
        let height = found.and_then(|index| self.rows.get(index)?.height);
        (height.unwrap_or(self.default_height) * 4.0 / 3.0).clamp(0.0, 600.0) as u32
    }
}

/// The `spans` of a row that hold further columns, from 0; `None` when they do already.
fn wider_span(spans: &str, (first, last): (u32, u32)) -> Option<String> {
    let (old_first, old_last) = spans.split_whitespace().next()?.split_once(':')?;
    let (old_first, old_last): (u32, u32) = (old_first.parse().ok()?, old_last.parse().ok()?);
    let new = (old_first.min(first + 1), old_last.max(last + 1));
    (new != (old_first, old_last)).then(|| format!("{}:{}", new.0, new.1))
}

fn number<T: std::str::FromStr>(element: &BytesStart<'_>, name: &str) -> Option<T> {
    opc::attribute(element, name)?.trim().parse().ok()
}

fn flag(element: &BytesStart<'_>, name: &str) -> bool {
    opc::attribute(element, name).is_some_and(|value| value == "1" || value == "true")
}
