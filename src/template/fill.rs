//! Fills compiled nodes with a dataset: straight from typed records to bytes, with a memory that does not grow with rows.
//!
//! In: nodes, their source, a dataset. Out: bytes, written in pieces as soon as nothing can take them back, and a list of
//! missing values. Values are data: what is markup to XML is escaped, characters that XML 1.0 has no place for are left
//! out, line breaks and tabs become Word's.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::ops::Range;

use super::addition::Additions;
use super::album::Album;
use super::column;
use super::effort::Effort;
use super::expression::{Environment, Expr, Frame, Val};
use super::helper::Failure;
use super::node::{Compiled, Fresh, Grid, Link, Node, PictureCall, Print, PrintPlace, Shape};
use super::numbering::{self, ListStyles};
use super::part::SpotKind;
use super::picture::{self, Emu, Size};
use super::print::print_value;
use super::record;
use super::section::{self, Orientation};
use super::subject::About;
use super::trace::{self, Trace};
use crate::dataset::{Dataset, Record};
use crate::diagnostic::{CellRef, Diagnostic};
use crate::opc::{self, Points};
use crate::value::{Format, Value};
use crate::vietnamese;

/// What values are written into.
#[derive(Clone, Copy, Debug)]
pub enum Target<'t> {
    /// Text of a run; the prefix of WordprocessingML names, colon included.
    Word(&'t str),
    /// Plain text.
    Plain,
    /// Text of an XML element or attribute outside of runs.
    Xml,
    /// A piece of an address.
    Address,
    /// Text of the code of a HYPERLINK field.
    Code,
}

impl<'t> Target<'t> {
    /// What a value is written into that stands at a place of the target.
    fn at(self, place: PrintPlace) -> Target<'t> {
        match (self, place) {
            (Self::Word(_), PrintPlace::Attribute | PrintPlace::Plain) => Target::Xml,
            (Self::Word(_), PrintPlace::Code) => Target::Code,
            _ => self,
        }
    }
}

/// A value that a template printed and the workbook does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingField {
    /// Sheet of the schema.
    pub sheet: usize,
    /// Field of the sheet.
    pub field: usize,
}

/// Missing values by field: the cells where they would stand; expressions without a field by their tag.
#[derive(Clone, Debug, Default)]
pub struct Missing {
    /// By field.
    pub fields: BTreeMap<MissingField, BTreeSet<Option<CellRef>>>,
    /// Tags that compute something which has no value.
    pub tags: BTreeMap<String, usize>,
}

impl Missing {
    /// Adds what another has.
    pub fn extend(&mut self, other: Self) {
        for (field, cells) in other.fields {
            self.fields.entry(field).or_default().extend(cells);
        }
        for (tag, count) in other.tags {
            *self.tags.entry(tag).or_default() += count;
        }
    }
}

/// How many bytes are gathered before they are written.
const FLUSH: usize = 64 << 10;

/// What a document gets besides the text of its parts, while it is made.
#[derive(Debug, Default)]
pub struct Making {
    /// Ids, lists, relationships and parts.
    pub additions: Additions,
    /// Pictures.
    pub album: Album,
    /// Comments that name the cells of values, when they are wanted.
    pub trace: Option<Trace>,
    /// What is to be told of tables, each once: by the tag that repeats their columns.
    pub findings: BTreeMap<String, Diagnostic>,
    /// The work done so far.
    pub effort: Effort,
}

/// A picture at the place where it is shown.
#[derive(Clone, Debug)]
struct Placed {
    relationship: String,
    name: String,
    /// Its size by its own resolution; `None` for one that fills its frame.
    natural: Option<Size>,
}

/// What a filler fills.
#[derive(Clone, Copy, Debug)]
pub struct Source<'f> {
    /// The text that nodes stand for pieces of.
    pub text: &'f str,
    /// What it is compiled to.
    pub compiled: &'f Compiled,
    /// Printed for missing values.
    pub empty: &'f str,
    /// The part's number among those of the template, and its name.
    pub part: (usize, &'f str),
    /// Styles for lines of long texts that are list items.
    pub styles: &'f ListStyles,
}

/// Columns of a table that is being filled: how wide each is, and how often it is there.
#[derive(Clone, Debug, Default)]
struct Columns {
    widths: Vec<u32>,
    old_widths: Vec<u32>,
    counts: Vec<usize>,
    /// Columns that come and go together.
    blocks: Vec<Range<usize>>,
}

/// Cells of a table that go on with those above.
#[derive(Clone, Debug, Default)]
struct Merging {
    /// How many rows have begun.
    rows: usize,
    /// By column, the last cell of those that the template merges.
    cells: BTreeMap<usize, MergedCell>,
    /// Texts of cells that tags merge: by mark, and which of its copies in a row; with their row.
    texts: BTreeMap<(usize, usize), (String, usize)>,
    /// By mark, its last cell: row, which of the copies, whether it goes on with the one above.
    last: BTreeMap<usize, (usize, usize, bool)>,
}

#[derive(Clone, Copy, Debug)]
struct MergedCell {
    row: usize,
    group: usize,
    /// Row and group of the one above: those beside it, copies of the same column, have the same above.
    above: Option<(usize, usize)>,
}

impl Merging {
    /// Whether a cell of a column and group stands below one of the same group; the cell becomes the last of the column.
    fn cell(&mut self, column: usize, group: usize) -> bool {
        let row = self.rows;
        let above = self.cells.get(&column).and_then(|last| match last.row == row {
            true => last.above,
            false => Some((last.row, last.group)),
        });
        self.cells.insert(column, MergedCell { row, group, above });
        above.is_some_and(|(above, own)| above + 1 == row && own == group)
    }

    /// Whether a cell with a mark and a text stands below one with the same; the cell becomes the last with the mark.
    fn text(&mut self, mark: usize, text: Option<String>) -> bool {
        let row = self.rows;
        let copy = match self.last.get(&mark) {
            Some(&(last, copy, _)) if last == row => copy + 1,
            _ => 0,
        };
        let above = self.texts.remove(&(mark, copy));
        let goes_on = above.is_some_and(|(above, last)| last + 1 == row && Some(&above) == text.as_ref());
        self.last.insert(mark, (row, copy, goes_on));
        if let Some(text) = text {
            self.texts.insert((mark, copy), (text, row));
        }
        goes_on
    }

    /// Whether the last cell with a mark goes on with the one above.
    fn goes_on(&self, mark: usize) -> bool {
        self.last.get(&mark).is_some_and(|(_, _, goes_on)| *goes_on)
    }
}

/// Fills nodes.
pub struct Filler<'f, 'a> {
    source: Source<'f>,
    environment: Environment<'a>,
    target: Target<'f>,
    out: Vec<u8>,
    sink: &'f mut dyn Write,
    scratch: String,
    /// What the document gets besides.
    making: &'f mut Making,
    /// Whether something visible was written since the innermost paragraph that may vanish began.
    shown: bool,
    /// Where the innermost paragraph that may vanish began.
    paragraph: usize,
    /// Whether a table row was written since the innermost table that may vanish began.
    row: bool,
    /// Whether a table was written last.
    after_table: bool,
    /// Whether any paragraph was written.
    has_paragraph: bool,
    /// How many enclosing regions may still take back what they wrote.
    pending: usize,
    /// Columns of the tables around, innermost last.
    columns: Vec<Columns>,
    /// What the last section break asked for, in the section that is not yet at its end.
    section: Option<Option<Orientation>>,
    /// What is known of merged cells in the table around.
    merging: Merging,
    /// Pictures of the drawings around, innermost last.
    pictures: Vec<Placed>,
    /// The records that the document is made of, when it is about all of them.
    records: &'a [&'a Record],
    /// What was missing.
    pub missing: Missing,
    /// Helpers of the pack that failed, with the number of the first tag.
    pub failures: BTreeMap<String, (usize, Failure)>,
}

impl<'f, 'a> Filler<'f, 'a> {
    /// A filler that writes to `sink` what is said about something of a dataset.
    pub fn new(
        source: Source<'f>,
        (dataset, about): (&'a Dataset, About<'a>),
        target: Target<'f>,
        making: &'f mut Making,
        sink: &'f mut dyn Write,
    ) -> Self {
        Self {
            source,
            environment: Environment::about(dataset, about),
            target,
            out: Vec::with_capacity(FLUSH + (FLUSH >> 2)),
            sink,
            scratch: String::new(),
            making,
            pictures: Vec::new(),
            shown: false,
            paragraph: 0,
            row: false,
            after_table: false,
            has_paragraph: false,
            pending: 0,
            columns: Vec::new(),
            section: None,
            merging: Merging::default(),
            records: match about {
                About::Records(records) => records,
                _ => &[],
            },
            missing: Missing::default(),
            failures: BTreeMap::new(),
        }
    }

    /// Fills all nodes and writes the rest.
    pub fn fill(&mut self, nodes: &[Node]) -> io::Result<()> {
        self.nodes(nodes)?;
        self.failures.extend(self.environment.failures.take());
        self.flush()
    }

    /// Writes what was gathered.
    fn flush(&mut self) -> io::Result<()> {
        self.making.effort.wrote(self.out.len()).map_err(io::Error::other)?;
        self.sink.write_all(&self.out)?;
        self.out.clear();
        Ok(())
    }

    fn nodes(&mut self, nodes: &[Node]) -> io::Result<()> {
        nodes.iter().try_for_each(|node| self.node(node))
    }

    fn raw(&mut self, range: &Range<usize>) {
        let text = self.source.text;
        if let Target::Address = self.target {
            let text = &text[range.clone()];
            let text = if self.out.is_empty() { text.trim_start() } else { text };
            return write_address(&mut self.out, text, false);
        }
        self.out.extend_from_slice(&text.as_bytes()[range.clone()]);
    }

    fn write(&mut self, markup: &str) {
        self.out.extend_from_slice(markup.as_bytes());
    }

    fn node(&mut self, node: &Node) -> io::Result<()> {
        let effort = &mut self.making.effort;
        effort
            .step(&self.environment.rows, self.out.len())
            .map_err(io::Error::other)?;
        match node {
            Node::Raw(raw) => {
                self.raw(&raw.range);
                self.shown |= raw.shows;
                self.row |= raw.row;
                self.has_paragraph |= raw.paragraph;
                self.after_table = raw.table.unwrap_or(self.after_table);
            }
            Node::Markup(markup) => {
                self.write(markup);
                self.after_table = false;
            }
            Node::Print(print) => self.print(print),
            Node::Each {
                list,
                texts,
                body,
                otherwise,
                restarts,
            } => return self.each(list, *texts, body, otherwise, restarts),
            Node::Records { texts, body, restarts } => return self.each_record(*texts, body, restarts),
            Node::If {
                condition,
                zero_counts,
                negated,
                body,
                otherwise,
            } => {
                let holds = self.environment.value(condition).truth(*zero_counts) != *negated;
                return self.nodes(if holds { body } else { otherwise });
            }
            Node::With { value, body, otherwise } => {
                let value = self.environment.value(value);
                if !value.truth(None) {
                    return self.nodes(otherwise);
                }
                self.environment.frames.push(Frame {
                    this: value,
                    index: 0,
                    length: 1,
                });
                self.nodes(body)?;
                self.environment.frames.pop();
            }
            Node::Paragraph(nodes, markers) => {
                let start = self.out.len();
                let shown = std::mem::take(&mut self.shown);
                let around = std::mem::replace(&mut self.paragraph, start);
                let after_table = self.after_table;
                self.pending += 1;
                self.nodes(nodes)?;
                self.pending -= 1;
                self.paragraph = around;
                if let (false, Some(markers)) = (self.shown, markers) {
                    self.out.truncate(start);
                    self.after_table = after_table;
                    for marker in markers {
                        self.raw(marker);
                    }
                }
                self.shown |= shown;
            }
            Node::Story(nodes) => {
                self.pending += 1;
                let start = self.out.len();
                self.nodes(nodes)?;
                self.pending -= 1;
                if let Target::Word(prefix) = self.target
                    && !ends_with_paragraph(&self.out[start..], prefix)
                {
                    self.write(&format!("<{prefix}p/>"));
                }
                self.after_table = false;
            }
            Node::Row(nodes) => {
                let start = self.out.len();
                let row = self.row;
                self.pending += 1;
                self.nodes(nodes)?;
                self.pending -= 1;
                if let Target::Word(prefix) = self.target
                    && !has_cell(&self.out[start..], prefix)
                {
                    self.out.truncate(start);
                    self.row = row;
                }
            }
            Node::Cell(nodes, columns) => {
                if self.columns.last().is_none_or(|table| table.span(columns) > 0) {
                    self.nodes(nodes)?;
                }
            }
            Node::Drawing(call, nodes, source) => {
                let placed = match self.picture(call) {
                    None if call.is_optional => {
                        self.raw(source);
                        self.shown = true;
                        return Ok(());
                    }
                    // Its room is needed: whoever signs on paper signs there.
                    None => self.no_picture(),
                    Some(placed) => placed,
                };
                self.pictures.push(placed);
                self.nodes(nodes)?;
                self.pictures.pop();
                self.shown = true;
            }
            Node::Table(nodes, grid) => self.table(nodes, grid.as_deref())?,
            Node::Fresh(fresh) => self.fresh(fresh)?,
            Node::MergeDown(print, is_bare) => self.merge_down(print, *is_bare),
            Node::SectionBreak(properties, orientation) => {
                if let Target::Word(prefix) = self.target {
                    let before = self.section.flatten();
                    let xml =
                        section::properties(&self.source.text[properties.clone()], before, self.section.is_some());
                    let low = record::low(prefix);
                    self.write(&format!("<{prefix}p><{prefix}pPr>{low}{xml}</{prefix}pPr></{prefix}p>"));
                    self.section = Some(orientation.or(before));
                    self.after_table = false;
                }
            }
        }
        Ok(())
    }

    fn table(&mut self, nodes: &[Node], grid: Option<&Grid>) -> io::Result<()> {
        let start = self.out.len();
        let row = std::mem::take(&mut self.row);
        let after_table = self.after_table;
        let merging = std::mem::take(&mut self.merging);
        if let Some(grid) = grid {
            let columns = self.grid(grid);
            self.columns.push(columns);
        }
        // Once a row is out the table stays, and a long one may be written piece by piece.
        self.pending += 1;
        let mut nodes = nodes.iter();
        for node in nodes.by_ref() {
            self.node(node)?;
            if self.row {
                break;
            }
        }
        self.pending -= 1;
        if self.row {
            for node in nodes {
                self.node(node)?;
            }
        } else {
            self.out.truncate(start);
            self.after_table = after_table;
        }
        if grid.is_some() {
            self.columns.pop();
        }
        self.row |= row;
        self.merging = merging;
        Ok(())
    }

    /// How often each column of a table is there, and how wide.
    fn grid(&mut self, grid: &Grid) -> Columns {
        let count = grid
            .blocks
            .iter()
            .map(|block| block.columns.end)
            .max()
            .unwrap_or_default();
        let mut counts = vec![1; grid.widths.len().max(count)];
        let mut repeated = vec![false; counts.len()];
        for block in &grid.blocks {
            let value = self.environment.value(&block.head);
            let times = match &value {
                Val::Rows(rows) if block.is_loop => rows.len(),
                Val::Groups(groups) if block.is_loop => groups.len(),
                Val::LegalBases(bases) if block.is_loop => bases.len(),
                _ if block.is_loop => 0,
                value => usize::from(value.truth(block.zero_counts) != block.negated),
            };
            counts[block.columns.clone()].fill(times);
            repeated[block.columns.clone()].fill(block.is_loop);
        }
        let widths = column::widths(&grid.widths, &counts, &repeated);
        for block in grid.blocks.iter().filter(|block| block.is_loop) {
            let columns = block.columns.clone().filter(|&column| counts[column] > 0);
            let known = columns.filter_map(|column| Some((*grid.widths.get(column)?, *widths.get(column)?)));
            // One that the author made so narrow holds what it is meant to.
            let shrunk = known.filter(|(old, new)| new < old).map(|(_, new)| new);
            if let Some(width) = shrunk.min().filter(|&width| width < column::NARROW) {
                let told = column::too_narrow(&block.written, counts.iter().sum(), width);
                self.making.findings.entry(block.written.clone()).or_insert(told);
            }
        }
        Columns {
            widths,
            old_widths: grid.widths.clone(),
            counts,
            blocks: grid.blocks.iter().map(|block| block.columns.clone()).collect(),
        }
    }

    fn fresh(&mut self, fresh: &Fresh) -> io::Result<()> {
        let text = self.source.text;
        let part = self.source.part.0;
        match fresh {
            Fresh::Identity(kind, range) => {
                let value = self
                    .making
                    .additions
                    .identity(part, range.start, *kind, &text[range.clone()]);
                self.write(&value);
            }
            Fresh::Once(range) => {
                if self.making.additions.is_first(part, range.start) {
                    self.raw(range);
                }
            }
            Fresh::Numbering(range) => {
                let number = self.making.additions.numbering(&text[range.clone()]).to_owned();
                self.write(&number);
            }
            Fresh::Gap => {
                if let (true, Target::Word(prefix)) = (self.after_table, self.target) {
                    self.write(&format!("<{prefix}p/>"));
                    self.after_table = false;
                }
            }
            Fresh::End(is_table) => {
                let wanted = self.after_table && !is_table || !self.has_paragraph;
                if let (true, Target::Word(prefix)) = (wanted, self.target) {
                    self.write(&format!("<{prefix}p/>"));
                    self.after_table = false;
                }
            }
            Fresh::GridColumn(column) => {
                if let (Some(columns), Target::Word(prefix)) = (self.columns.last(), self.target) {
                    let times = columns.counts.get(*column).copied().unwrap_or(1);
                    let width = columns.widths.get(*column).copied().unwrap_or_default();
                    let element = format!("<{prefix}gridCol {prefix}w=\"{width}\"/>");
                    self.write(&element.repeat(times));
                }
            }
            Fresh::CellWidth(columns, width) => {
                let width = self
                    .columns
                    .last()
                    .map_or(*width, |table| table.cell_width(columns, *width));
                self.write(&width.to_string());
            }
            Fresh::GridSpan(columns) => {
                let span = self.columns.last().map_or(columns.len(), |table| table.span(columns));
                self.write(&span.max(1).to_string());
            }
            Fresh::Section(range) => {
                let section = self.section.take();
                let xml = section::properties(&text[range.clone()], section.flatten(), section.is_some());
                self.write(&xml);
            }
            Fresh::Row => self.merging.rows += 1,
            Fresh::VerticalMerge(column, group, is_first) => {
                let goes_on = self.merging.cell(*column, *group) && !is_first;
                if let Target::Word(prefix) = self.target {
                    self.write(&vertical_merge(prefix, goes_on));
                }
            }
            Fresh::Picture => {
                if let Some(placed) = self.pictures.last() {
                    let id = placed.relationship.clone();
                    self.write(&id);
                }
            }
            Fresh::Width(width, height) | Fresh::Height(width, height) => {
                if let Some(placed) = self.pictures.last() {
                    let frame = Size {
                        width: Emu(*width),
                        height: Emu(*height),
                    };
                    let size = placed.natural.map_or(frame, |natural| picture::fit(natural, frame));
                    let length = match fresh {
                        Fresh::Width(..) => size.width,
                        _ => size.height,
                    };
                    self.write(&length.0.to_string());
                }
            }
            Fresh::Link(number) => {
                if let Some(link) = self.source.compiled.links.get(*number) {
                    let address = self.address(link)?;
                    let part = self.source.part;
                    // The first of its addresses keeps the id that the template has.
                    let is_first = self.making.additions.is_first(part.0, link.position);
                    let id = is_first.then_some(link.relationship.as_str());
                    let additions = &mut self.making.additions;
                    let id = additions.relate_as(part.1, id, "hyperlink", Points::Outside(&address));
                    self.write(&id);
                }
            }
        }
        Ok(())
    }

    /// An address with its values, percent-encoded where an address can't hold them (RFC 3986).
    fn address(&mut self, link: &Link) -> io::Result<String> {
        let mut address = Vec::new();
        let compiled = Compiled::default();
        let source = Source {
            text: &link.source,
            compiled: &compiled,
            ..self.source
        };
        let mut making = Making {
            effort: std::mem::take(&mut self.making.effort),
            ..Making::default()
        };
        let mut filler = Filler::new(
            source,
            (self.environment.dataset, About::Workbook),
            Target::Address,
            &mut making,
            &mut address,
        );
        filler.environment.frames.clone_from(&self.environment.frames);
        filler.fill(&link.nodes)?;
        let missing = filler.missing;
        self.failures.extend(filler.failures);
        self.missing.extend(missing);
        self.making.effort = making.effort;
        let address = String::from_utf8(address).unwrap_or_default();
        // What the author wrote is the author's; a value must not choose what a click starts.
        match !link.source.trim_start().starts_with("{{") || is_address(&address) {
            true => Ok(address),
            false => Ok("about:blank".to_owned()),
        }
    }

    /// Whether the cell goes on with the one above: its mark, and a note for the value that stands in it.
    fn merge_down(&mut self, print: &Print, is_bare: bool) {
        let Some(mark) = print.extra.as_ref().and_then(|extra| extra.merge) else {
            return;
        };
        let mut text = String::new();
        let value = self.environment.value(&print.expr);
        let is_there = print_value(&value, print.printer, &mut text);
        let goes_on = self.merging.text(mark, is_there.then_some(text));
        if let Target::Word(prefix) = self.target {
            let element = vertical_merge(prefix, goes_on);
            match is_bare {
                true => self.write(&format!("<{prefix}tcPr>{element}</{prefix}tcPr>")),
                false => self.write(&element),
            }
        }
    }

    fn each(
        &mut self,
        list: &Expr,
        texts: bool,
        body: &[Node],
        otherwise: &[Node],
        restarts: &[String],
    ) -> io::Result<()> {
        let list = self.environment.value(list);
        let length = match &list {
            Val::Rows(rows) => rows.len(),
            Val::Groups(groups) => groups.len(),
            Val::LegalBases(bases) => bases.len(),
            _ => 0,
        };
        if length == 0 {
            return self.nodes(otherwise);
        }
        for index in 0..length {
            let this = match &list {
                Val::Rows(rows) => rows.get(index).map_or(Val::Missing, |record| Val::item(record, texts)),
                Val::Groups(groups) => Val::Group(groups.clone(), index),
                Val::LegalBases(bases) => Val::LegalBasis(bases.clone(), index),
                _ => Val::Missing,
            };
            self.making.additions.restart(restarts);
            self.environment.frames.push(Frame { this, index, length });
            self.nodes(body)?;
            self.environment.frames.pop();
            if self.pending == 0 && self.out.len() >= FLUSH {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// The records that the document is made of, each ending with a section of its own.
    fn each_record(&mut self, texts: bool, body: &[Node], restarts: &[String]) -> io::Result<()> {
        let records = self.records;
        for (index, record) in records.iter().enumerate() {
            self.making.additions.restart(restarts);
            let start = self.out.len();
            self.has_paragraph = false;
            self.after_table = false;
            self.environment.frames.push(Frame {
                this: Val::item(record, texts),
                index,
                length: records.len(),
            });
            self.pending += 1;
            self.nodes(body)?;
            self.pending -= 1;
            self.environment.frames.pop();
            // The last record's section is that at the end of the body.
            if let (true, Target::Word(prefix)) = (index + 1 < records.len(), self.target) {
                record::end_section(&mut self.out, start, prefix);
            }
            if self.pending == 0 && self.out.len() >= FLUSH {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn print(&mut self, print: &Print) {
        if let Some(mark) = print.extra.as_ref().and_then(|extra| extra.merge)
            && self.merging.goes_on(mark)
        {
            return;
        }
        self.after_table = false;
        if let Some(picture) = &print.picture {
            return self.show_picture(picture, print.place);
        }
        let value = self.environment.value(&print.expr);
        let shape = match print.place {
            PrintPlace::Run(shape) => self.source.compiled.shapes.get(shape),
            _ => None,
        };
        let comment = shape.and_then(|shape| self.begin_comment(print, shape));
        match &value {
            // The commonest case goes without a copy.
            Val::Value(Value::Text(text)) if print.extra.is_none() => {
                self.shown |= !text.is_empty();
                match shape {
                    Some(shape) if print.is_long && text.contains('\n') => self.paragraphs(print, text, shape),
                    Some(shape) => self.text_of(print, text, shape),
                    None => write_text(&mut self.out, text, self.target.at(print.place)),
                }
            }
            Val::PageBreak => {
                if let (Target::Word(prefix), Some(_)) = (self.target, shape) {
                    self.write(&format!(
                        "</{prefix}t><{prefix}br {prefix}type=\"page\"/><{prefix}t xml:space=\"preserve\">"
                    ));
                    self.shown = true;
                }
            }
            Val::Link(link) => self.hyperlink(link, print.place),
            value => {
                let mut text = std::mem::take(&mut self.scratch);
                text.clear();
                let extra = print.extra.as_deref();
                if let Some(extra) = extra {
                    text.push_str(&extra.before);
                }
                if print_value(value, print.printer, &mut text) {
                    if let Some(extra) = extra {
                        if let Some((_, shown)) = extra
                            .shown
                            .iter()
                            .find(|(value, shown)| vietnamese::same(value, &text) || vietnamese::same(shown, &text))
                        {
                            text.clone_from(shown);
                        }
                        text.push_str(&extra.after);
                    }
                } else {
                    // What prints nothing when it is missing is meant to.
                    if print.empty.as_deref() != Some("") {
                        self.note_missing(print);
                    }
                    text.clear();
                    text.push_str(print.empty.as_deref().unwrap_or(self.source.empty));
                }
                self.shown |= !text.is_empty();
                write_text(&mut self.out, &text, self.target.at(print.place));
                self.scratch = text;
            }
        }
        if let (Some(comment), Some(shape)) = (comment, shape) {
            self.end_comment(comment, shape);
        }
    }

    /// A text of the workbook, with what is bold or italic in its cell.
    fn text_of(&mut self, print: &Print, text: &str, shape: &'f Shape) {
        let target = self.target.at(print.place);
        let formats = self.formats(print);
        if formats.is_empty() {
            return write_text(&mut self.out, text, target);
        }
        self.formatted(text, 0, &formats, shape);
    }

    /// Writes a piece of a text, which begins at a position of the whole text, with its formats.
    fn formatted(&mut self, text: &str, from: usize, formats: &[Format], shape: &Shape) {
        let Target::Word(prefix) = self.target else {
            return;
        };
        let target = self.target;
        let mut at = 0;
        for format in formats {
            let start = format.range.start.clamp(from, from + text.len()) - from;
            let end = format.range.end.clamp(from, from + text.len()) - from;
            let (Some(before), Some(marked)) = (text.get(at..start), text.get(start..end)) else {
                continue;
            };
            if marked.is_empty() {
                continue;
            }
            write_text(&mut self.out, before, target);
            let properties = numbering::emphasised(&shape.properties, prefix, format.bold, format.italic);
            self.write(&shape.close);
            self.write(&format!("<{prefix}r>{properties}<{prefix}t xml:space=\"preserve\">"));
            write_text(&mut self.out, marked, target);
            self.write(&format!("</{prefix}t></{prefix}r>"));
            self.write(&shape.open);
            at = end;
        }
        write_text(&mut self.out, &text[at..], target);
    }

    /// What is bold or italic in the cell of a value.
    fn formats(&self, print: &Print) -> Vec<Format> {
        let Some((sheet, field)) = print.field else {
            return Vec::new();
        };
        let Some(data) = self
            .environment
            .dataset
            .sheets
            .get(sheet)
            .filter(|data| !data.formats.is_empty())
        else {
            return Vec::new();
        };
        let cell = trace::cell(&self.environment, &print.expr, (sheet, field));
        let formats = cell.and_then(|cell| data.formats.get(&cell));
        formats.map_or(Vec::new(), |formats| formats.to_vec())
    }

    /// A text of several lines: each becomes a paragraph like the one it stands in, or an item of a list.
    fn paragraphs(&mut self, print: &Print, text: &str, shape: &'f Shape) {
        let (Target::Word(prefix), Some(paragraph)) = (self.target, &shape.paragraph) else {
            return write_text(&mut self.out, text, self.target.at(print.place));
        };
        let formats = self.formats(print);
        let mut lists = numbering::Lists::default();
        let mut from = 0;
        let mut is_first = true;
        for line in text.split('\n') {
            let start = from;
            from += line.len() + 1;
            let line_text = line.trim();
            if line_text.is_empty() {
                continue;
            }
            let item = numbering::item(line_text, self.source.styles);
            // The first line stands in a paragraph that began before it: only one that holds nothing else can change.
            let item = item.filter(|_| paragraph.is_alone || !is_first);
            let properties = match &item {
                Some(item) => lists.properties(item, &paragraph.properties, prefix, &mut self.making.additions),
                None => {
                    lists.interrupt();
                    paragraph.properties.clone()
                }
            };
            if !is_first {
                self.write(&shape.close);
                self.write(&paragraph.close);
                self.write(&format!("</{prefix}p><{prefix}p>{properties}"));
                self.write(&paragraph.open);
                self.write(&shape.open);
            } else if item.is_some() {
                self.restyle(&properties, prefix);
            }
            let shown = item.map_or(line_text, |item| item.text);
            let offset = start + (shown.as_ptr() as usize - line.as_ptr() as usize);
            self.formatted(shown, offset, &formats, shape);
            is_first = false;
        }
    }

    /// Gives other properties to the paragraph that began last: its bookmarks, and the run that was opened, stay.
    fn restyle(&mut self, properties: &str, prefix: &str) {
        let begun = &self.out[self.paragraph..];
        let open = memchr::memchr(b'>', begun).map_or(begun.len(), |at| at + 1);
        let (empty, end) = (format!("<{prefix}pPr/>"), format!("</{prefix}pPr>"));
        let until = match memchr::memmem::rfind(begun, end.as_bytes()) {
            Some(at) => at + end.len(),
            None if begun[open..].starts_with(empty.as_bytes()) => open + empty.len(),
            None => open,
        };
        let old = self.paragraph + open..self.paragraph + until;
        self.out.splice(old, properties.bytes());
    }

    /// The picture that a tag asks for, related to the part. `None` when there is none, which is told.
    fn picture(&mut self, call: &PictureCall) -> Option<Placed> {
        let Making { additions, album, .. } = &mut *self.making;
        let on_cell = call.field.and_then(|(sheet, field)| {
            let Expr::Path(frame, steps) = &call.source else {
                return None;
            };
            let data = self.environment.dataset.sheets.get(sheet)?;
            let (_, record) = self.environment.path(*frame, steps);
            Some((data, data.cell(record?, field)?))
        });
        let value = self.environment.value(&call.source);
        let entry = match (on_cell, value.text()) {
            (Some((data, cell)), None) => album.on_cell(&data.name, cell, data.picture_at(cell), additions),
            (Some((data, cell)), Some(name)) => match data.picture_at(cell) {
                Some(picture) => album.on_cell(&data.name, cell, Some(picture), additions),
                None => album.named(name, additions),
            },
            (None, Some(name)) if call.is_optional && !album.has(name) => None,
            (None, Some(name)) => album.named(name, additions),
            (None, None) => None,
        }?;
        let relationship = additions.relate(self.source.part.1, "image", Points::ToPart(&entry.part));
        Some(Placed {
            relationship,
            name: entry.name,
            natural: Some(entry.natural),
        })
    }

    /// An empty picture, for a frame of which nothing is to be seen.
    fn no_picture(&mut self) -> Placed {
        let part = self.making.album.blank(&mut self.making.additions);
        let target = Points::ToPart(&part);
        Placed {
            relationship: self.making.additions.relate(self.source.part.1, "image", target),
            name: String::new(),
            natural: None,
        }
    }

    /// Shows a picture in the text, or its name where no picture can stand.
    fn show_picture(&mut self, call: &PictureCall, place: PrintPlace) {
        let Some(placed) = self.picture(call) else {
            return;
        };
        let (Target::Word(prefix), PrintPlace::Run(_)) = (self.target, place) else {
            return write_text(&mut self.out, &placed.name, self.target.at(place));
        };
        // The text of a page in Decree 30/2020, annex I, I.3: 160 mm between its margins.
        let most = Size {
            width: Emu::millimetres(160.0),
            height: Emu::millimetres(240.0),
        };
        let length = |length: Option<f64>| length.map(Emu::millimetres);
        let natural = placed.natural.unwrap_or(most);
        let size = picture::sized(natural, length(call.width), length(call.height), most);
        let id = self.making.additions.fresh(SpotKind::Drawing);
        let drawing = picture::inline(prefix, &placed.relationship, id, &placed.name, &placed.name, size);
        self.write(&format!("</{prefix}t>{drawing}<{prefix}t xml:space=\"preserve\">"));
        self.shown = true;
    }

    /// A hyperlink beside the run of its tag; its text alone where none can stand.
    fn hyperlink(&mut self, link: &(String, String), place: PrintPlace) {
        let (address, text) = link;
        self.shown |= !text.is_empty();
        let shape = match place {
            PrintPlace::Run(shape) => self.source.compiled.shapes.get(shape),
            _ => None,
        };
        let (Target::Word(prefix), Some(shape), true) = (self.target, shape, is_address(address)) else {
            return write_text(&mut self.out, text, self.target.at(place));
        };
        let mut encoded = Vec::new();
        write_text(&mut encoded, address, Target::Address);
        let encoded = String::from_utf8(encoded).unwrap_or_default();
        let id = self
            .making
            .additions
            .relate(self.source.part.1, "hyperlink", Points::Outside(&encoded));
        self.write(&shape.close);
        let properties = numbering::linked(&shape.properties, prefix);
        self.write(&format!(
            "<{prefix}hyperlink xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" r:id=\"{id}\"><{prefix}r>{properties}<{prefix}t xml:space=\"preserve\">"
        ));
        write_text(&mut self.out, text, self.target);
        self.write(&format!("</{prefix}t></{prefix}r></{prefix}hyperlink>"));
        self.write(&shape.open);
    }

    /// Begins a comment that names the cells of a value, if such comments are wanted and can stand here.
    fn begin_comment(&mut self, print: &Print, shape: &Shape) -> Option<u32> {
        let trace = self.making.trace.as_mut()?;
        let cells = trace::sources(&self.environment, print);
        let id = trace.add(
            &cells,
            &print.written,
            shape.takes_comments.then_some(self.source.part.1),
        )?;
        let Target::Word(prefix) = self.target else {
            return None;
        };
        self.write(&shape.close);
        self.write(&format!("<{prefix}commentRangeStart {prefix}id=\"{id}\"/>"));
        self.write(&shape.open);
        Some(id)
    }

    fn end_comment(&mut self, id: u32, shape: &Shape) {
        if let Target::Word(prefix) = self.target {
            self.write(&shape.close);
            self.write(&format!(
                "<{prefix}commentRangeEnd {prefix}id=\"{id}\"/><{prefix}r><{prefix}commentReference {prefix}id=\"{id}\"/></{prefix}r>"
            ));
            self.write(&shape.open);
        }
    }

    fn note_missing(&mut self, print: &Print) {
        let mut blanks = Vec::new();
        trace::blanks(&self.environment, &print.expr, print.field, &mut blanks);
        if blanks.is_empty() {
            *self.missing.tags.entry(print.written.clone()).or_default() += 1;
        }
        for ((sheet, field), cell) in blanks {
            let cells = self.missing.fields.entry(MissingField { sheet, field });
            cells.or_default().insert(cell);
        }
    }
}

impl Columns {
    /// The width of a cell: in proportion, whatever its unit.
    fn cell_width(&self, columns: &Range<usize>, width: u32) -> u32 {
        let old: u64 = self.old_widths[columns.clone()]
            .iter()
            .map(|&width| u64::from(width))
            .sum();
        let is_inside = self
            .blocks
            .iter()
            .any(|block| block.start <= columns.start && columns.end <= block.end);
        let new: u64 = columns
            .clone()
            .map(|column| u64::from(self.widths[column]) * if is_inside { 1 } else { self.counts[column] as u64 })
            .sum();
        if old == 0 {
            return width;
        }
        (u64::from(width) * new / old) as u32
    }

    /// How many columns a cell spans.
    fn span(&self, columns: &Range<usize>) -> usize {
        self.counts
            .get(columns.clone())
            .map_or(columns.len(), |counts| counts.iter().sum())
    }
}

/// The mark of a cell that goes on with the one above, or is the first of those that do.
fn vertical_merge(prefix: &str, goes_on: bool) -> String {
    match goes_on {
        true => format!("<{prefix}vMerge/>"),
        false => format!("<{prefix}vMerge {prefix}val=\"restart\"/>"),
    }
}

/// Whether an address may be followed: a value must not bring in a script.
fn is_address(address: &str) -> bool {
    let lower = address.trim().to_ascii_lowercase();
    ["http://", "https://", "mailto:", "tel:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme))
}

/// Whether a row has a cell.
fn has_cell(row: &[u8], prefix: &str) -> bool {
    let name = format!("<{prefix}tc");
    memchr::memmem::find_iter(row, name.as_bytes()).any(|at| {
        row.get(at + name.len())
            .is_some_and(|byte| matches!(byte, b'>' | b' ' | b'/'))
    })
}

/// Whether the content of a cell or header ends with a paragraph, as it must (ECMA-376 part 1, 17.4.65).
fn ends_with_paragraph(content: &[u8], prefix: &str) -> bool {
    let content = content.trim_ascii_end();
    if content.ends_with(format!("</{prefix}p>").as_bytes()) {
        return true;
    }
    // An empty paragraph: <w:p/> or <w:p w:rsid…/>.
    let Some(start) = content.iter().rposition(|&byte| byte == b'<') else {
        return false;
    };
    let tag = &content[start..];
    let name = format!("<{prefix}p");
    tag.ends_with(b"/>")
        && tag.starts_with(name.as_bytes())
        && tag
            .get(name.len())
            .is_some_and(|byte| matches!(byte, b'/' | b' ' | b'\n' | b'\t' | b'\r'))
}

/// Writes text as text: nothing in it becomes markup.
fn write_text(out: &mut Vec<u8>, text: &str, target: Target<'_>) {
    let prefix = match target {
        Target::Word(prefix) => prefix,
        Target::Plain => return out.extend_from_slice(text.as_bytes()),
        Target::Xml => return out.extend_from_slice(opc::escape_attribute(text).as_bytes()),
        // A value that begins an address is one; elsewhere it is a piece that must not end the one before it.
        Target::Address => return write_address(out, text.trim(), !out.is_empty()),
        Target::Code => return write_in_code(out, text.trim()),
    };
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let replaced: &[u8] = match byte {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'\n' | b'\t' => b"",
            // Characters that XML 1.0 has no place for (2.2).
            0..=8 | 0x0b | 0x0c | 0x0d | 0x0e..=0x1f => b"",
            // U+FFFE and U+FFFF.
            0xef if bytes[at..].starts_with(b"\xef\xbf\xbe") || bytes[at..].starts_with(b"\xef\xbf\xbf") => b"",
            _ => continue,
        };
        if at < from {
            continue;
        }
        out.extend_from_slice(&bytes[from..at]);
        from = at + if byte == 0xef { 3 } else { 1 };
        match byte {
            b'\n' => {
                out.extend_from_slice(
                    format!("</{prefix}t><{prefix}br/><{prefix}t xml:space=\"preserve\">").as_bytes(),
                );
            }
            b'\t' => {
                out.extend_from_slice(
                    format!("</{prefix}t><{prefix}tab/><{prefix}t xml:space=\"preserve\">").as_bytes(),
                );
            }
            _ => out.extend_from_slice(replaced),
        }
    }
    out.extend_from_slice(&bytes[from.min(bytes.len())..]);
}

/// Writes a value into the code of a field: it must not end the text it stands in, nor choose what a click starts.
fn write_in_code(out: &mut Vec<u8>, text: &str) {
    let before = out.trim_ascii_end();
    let quote = [&b"\""[..], b"&quot;"]
        .into_iter()
        .find_map(|quote| before.strip_suffix(quote));
    let word = quote.unwrap_or(before).trim_ascii_end();
    // The text of a switch, `\o "…"`, is no address.
    let is_switch = word.len() > 1 && word[word.len() - 2] == b'\\';
    let begins = quote.is_some() || before.len() < out.len();
    let text = match begins && !is_switch && !is_address(text) {
        true => Cow::Borrowed("about:blank"),
        false => Cow::Owned(text.replace('"', "%22").replace('\\', "%5C")),
    };
    out.extend_from_slice(opc::escape_attribute(&text).as_bytes());
}

/// Writes a piece of an address: what can't stand in one is percent-encoded, in a component also what divides an address
/// (RFC 3986, 2).
fn write_address(out: &mut Vec<u8>, text: &str, is_component: bool) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte),
            b':' | b'/' | b'?' | b'#' | b'[' | b']' | b'@' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+'
            | b',' | b';' | b'=' | b'%'
                if !is_component =>
            {
                out.push(byte);
            }
            _ => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        write_text(&mut out, text, Target::Word("w:"));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_never_become_markup() {
        assert_eq!(
            written("{{ten_xa}} <w:p/> & =1+1"),
            "{{ten_xa}} &lt;w:p/&gt; &amp; =1+1"
        );
        assert_eq!(written("a\u{0}\u{b}b\u{ffff}c\u{fffd}"), "abc\u{fffd}");
        assert_eq!(written("một\nhai"), "một</w:t><w:br/><w:t xml:space=\"preserve\">hai");
    }

    #[test]
    fn an_empty_cell_is_told_from_one_that_ends_with_a_paragraph() {
        for (content, ends) in [
            ("", false),
            ("<w:tcPr/>", false),
            ("<w:p/>", true),
            ("<w:p w:a=\"b\"/>", true),
            ("<w:p><w:pPr/></w:p>\n", true),
            ("<w:p></w:p><w:tbl></w:tbl>", false),
            ("<w:pPr/>", false),
        ] {
            assert_eq!(ends_with_paragraph(content.as_bytes(), "w:"), ends, "{content}");
        }
    }
}
