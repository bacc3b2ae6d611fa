//! Where a block begins and ends: from tags in paragraphs to regions of the part.
//!
//! In: a part's [`Tree`] and its tags in order, already paired into blocks. Out: [`Plan`]: operations at byte positions
//! (open a block here, print a value there) and byte ranges that go. The rules are those of the product: both tags in one
//! paragraph mean the text between; alone in their paragraphs, the paragraphs between; in cells of one row, the row; alone
//! in rows, the rows between; `over="…"` overrides. A block that opens in one cell, table or section and closes in
//! another is an error that names both places.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use handlebars::template::Parameter;

use super::expression::Fault;
use super::node::Fresh;
use super::part::{Name, Paragraph, ParagraphText, TextKind, Tree};
use super::section::{SECTION_BREAK, section_properties};
use super::tag::{Says, Tag};
use crate::diagnostic::{Text, shorten};
use crate::text;

/// A tag in its part.
#[derive(Clone, Debug)]
pub struct PlacedTag {
    /// The paragraph, by its number in the tree.
    pub paragraph: usize,
    /// The tag.
    pub tag: Tag,
    /// Its source ranges, which go.
    pub source: Vec<Range<usize>>,
    /// Where its first brace stands in the source: what it prints stands there.
    pub start: usize,
    /// The `w:t` of its first brace; for what is no typed tag, the first element that it takes.
    pub element: usize,
    /// For a field or control: what opens and closes the text that is printed in its place.
    pub shell: Option<Shell>,
    /// Whether `start` is where the tag acts, whatever stands around it: a content control.
    pub is_fixed: bool,
}

/// What takes the place of a field or control: text in a run of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shell {
    /// `<w:r><w:rPr>…</w:rPr><w:t xml:space="preserve">`; empty for what prints nothing.
    pub open: String,
    /// `</w:t></w:r>`
    pub close: String,
    /// The run's properties.
    pub properties: String,
}

/// A block: its tags by their numbers.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// The opening tag.
    pub open: usize,
    /// `{{else}}` and `{{else if}}`, in order.
    pub elses: Vec<usize>,
    /// The closing tag.
    pub close: usize,
    /// What the block repeats or removes, if the author says so.
    pub over: Option<Over>,
}

/// `over="…"`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The text between the tags.
    Text,
    /// The paragraphs.
    Paragraph,
    /// The row.
    Row,
    /// The rows.
    Rows,
    /// The columns of the table.
    Column,
}

impl Over {
    /// The value of a literal `over=`.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "text" => Self::Text,
            "paragraph" => Self::Paragraph,
            "row" => Self::Row,
            "rows" => Self::Rows,
            "column" => Self::Column,
            _ => return None,
        })
    }
}

/// What happens at a position.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// The tag with this number: prints, opens, separates or closes.
    Tag(usize),
    /// Markup that was not in the source.
    Insert(String),
    /// A paragraph begins that may vanish when it prints nothing.
    OpenParagraph {
        /// Whether it does.
        vanishes: bool,
    },
    /// It ends.
    CloseParagraph,
    /// A cell, header or text box begins that must not be left without a paragraph.
    OpenStory,
    /// It ends.
    CloseStory,
    /// A drawing begins whose picture a tag gives; it goes when there is none.
    OpenDrawing(usize),
    /// It ends.
    CloseDrawing,
    /// A content control begins that goes when the list of the tag with this number has no items.
    OpenControl(usize),
    /// It ends.
    CloseControl,
    /// A row begins that vanishes when it has no cell left.
    OpenRow,
    /// It ends.
    CloseRow,
    /// A cell begins that vanishes when all its columns are gone.
    OpenCell(Range<usize>),
    /// It ends.
    CloseCell,
    /// A table begins that vanishes when it has no row left; its number among the tables whose columns change.
    OpenTable(Option<usize>),
    /// It ends.
    CloseTable,
    /// What stands in place of a piece of the source that is cut.
    Instead(Instead),
}

/// What stands in place of a piece of the source.
#[derive(Clone, Debug, PartialEq)]
pub enum Instead {
    /// Something made anew each time.
    Fresh(Fresh),
    /// The properties of the last section but one, there only when the block with this tag is.
    SectionWith(usize, Range<usize>),
    /// Those of the last section, or of the one before it when the block with this tag is not there.
    SectionOr(usize, Range<usize>, Range<usize>),
    /// The id of the relationship to a place outside whose address holds tags; the source holds the id.
    Link(Range<usize>),
    /// What a content control keeps besides its text, by its tag: the date, whether the box is ticked, whether there may be
    /// several lines; the source.
    ControlState(usize, Range<usize>),
    /// Whether a cell goes on with the one above, by the tag that asks for it; whether the cell has no properties yet.
    MergeDown(usize, bool),
}

/// A table whose columns come and go.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// Widths of the grid's columns, in twentieths of a point.
    pub widths: Vec<u32>,
    /// For each block over columns: its opening tag, and the columns.
    pub blocks: Vec<(usize, Range<usize>)>,
}

impl Action {
    /// Which of two actions at one position comes first: what lies within paragraphs and tables closes first, then cells
    /// open, then tags in their order, then cells close, then paragraphs and tables open.
    fn rank(&self) -> u8 {
        match self {
            Self::CloseParagraph => 0,
            Self::CloseDrawing => 1,
            Self::CloseCell => 2,
            Self::CloseRow => 3,
            Self::CloseTable => 4,
            Self::CloseControl => 5,
            Self::OpenStory => 6,
            Self::Tag(_) | Self::Insert(_) => 7,
            Self::CloseStory => 8,
            Self::OpenControl(_) => 9,
            Self::OpenTable(_) => 10,
            // Within its table, so that the paragraph between two tables goes with the second.
            Self::Instead(_) => 11,
            Self::OpenRow => 12,
            Self::OpenCell(_) => 13,
            Self::OpenDrawing(_) => 14,
            Self::OpenParagraph { .. } => 15,
        }
    }

    /// The byte beside a position that goes when the element goes which the action opens or closes; `None` for what stays
    /// whatever is cut around it.
    fn byte_beside(&self, position: usize) -> Option<usize> {
        match self {
            Self::Tag(_) | Self::Instead(_) => None,
            Self::Insert(_) if !is_keep_blanks(self) => None,
            // Its content may begin or end with something that is cut; its own tags are outside of it.
            Self::OpenStory => position.checked_sub(1),
            Self::CloseStory | Self::Insert(_) => Some(position),
            Self::CloseParagraph
            | Self::CloseDrawing
            | Self::CloseCell
            | Self::CloseRow
            | Self::CloseTable
            | Self::CloseControl => position.checked_sub(1),
            Self::OpenParagraph { .. }
            | Self::OpenDrawing(_)
            | Self::OpenCell(_)
            | Self::OpenRow
            | Self::OpenControl(_)
            | Self::OpenTable(_) => Some(position),
        }
    }
}

/// What is to happen to a part.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Actions by position, in order.
    pub actions: Vec<(usize, Action)>,
    /// Ranges of the source that go, in order, not overlapping.
    pub cuts: Vec<Range<usize>>,
    /// Tables whose columns come and go.
    pub columns: Vec<Columns>,
    /// Lists that start anew with each item of a loop, by its opening tag.
    pub restarts: HashMap<usize, Vec<String>>,
    /// For each section break of a tag the properties of the section that it divides.
    pub section_breaks: HashMap<usize, Range<usize>>,
}

impl Plan {
    /// The plan of a text that is no part: each tag acts where it stands, and goes.
    pub fn of_line(tags: &[Tag]) -> Plan {
        Plan {
            actions: (tags.iter().enumerate())
                .map(|(number, tag)| (tag.start, Action::Tag(number)))
                .collect(),
            cuts: tags.iter().map(|tag| tag.range.clone()).collect(),
            ..Plan::default()
        }
    }
}

/// What changes besides the tags themselves.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// Ranges that go.
    pub cuts: Vec<Range<usize>>,
    /// States of content controls, with the numbers of their tags.
    pub states: Vec<(usize, Range<usize>)>,
    /// Ids of relationships whose addresses hold tags.
    pub links: Vec<Range<usize>>,
    /// Whether the first block is that of the records that the document is made of, sections and all.
    pub has_records: bool,
}

/// A fault and the number of the tag it is about.
pub type TagFault = (usize, Fault);

pub(super) struct Planner<'t> {
    pub(super) source: &'t str,
    pub(super) tree: &'t Tree,
    pub(super) tags: &'t [PlacedTag],
    /// Texts of the paragraphs that hold tags.
    texts: &'t dyn Fn(usize) -> &'t ParagraphText,
    pub(super) actions: Vec<(usize, usize, Action)>,
    pub(super) cuts: Vec<Range<usize>>,
    /// Numbers of the tags of each paragraph.
    tags_of: HashMap<usize, Vec<usize>>,
    /// Tags whose action has been placed by their block.
    placed: Vec<bool>,
    pub(super) faults: Vec<TagFault>,
    /// Elements whose content may lose paragraphs.
    shrinking: Vec<usize>,
    pub(super) tables: Vec<usize>,
    /// Tables whose columns come and go, with their elements.
    pub(super) columns: Vec<(usize, Columns)>,
    /// What blocks take, by their opening tags.
    pub(super) regions: Vec<(usize, Range<usize>)>,
    pub(super) blocks: &'t [Block],
    /// Lists that start anew with each item of a loop, by its opening tag.
    pub(super) restarts: HashMap<usize, Vec<String>>,
    /// For each section break of a tag the properties of the section that it divides.
    pub(super) section_breaks: HashMap<usize, Range<usize>>,
    /// Properties of sections, in order: position, and whether they are those of the last section.
    pub(super) sections: Vec<(Range<usize>, bool)>,
    /// Whether the first block is that of the records that the document is made of.
    has_records: bool,
}

/// Plans a part. `texts` gives the text of each paragraph with tags. Faults: blocks that cross a cell, table or section,
/// or begin in the middle of one paragraph and end in another.
pub fn plan<'t>(
    source: &'t str,
    tree: &'t Tree,
    tags: &'t [PlacedTag],
    blocks: &'t [Block],
    extra: Extras,
    texts: &'t dyn Fn(usize) -> &'t ParagraphText,
) -> Result<Plan, Vec<TagFault>> {
    let mut tags_of: HashMap<usize, Vec<usize>> = HashMap::new();
    for (number, tag) in tags.iter().enumerate() {
        tags_of.entry(tag.paragraph).or_default().push(number);
    }
    let mut planner = Planner {
        tags_of,
        source,
        tree,
        tags,
        texts,
        actions: Vec::new(),
        cuts: Vec::new(),
        placed: vec![false; tags.len()],
        faults: Vec::new(),
        shrinking: Vec::new(),
        tables: Vec::new(),
        columns: Vec::new(),
        regions: Vec::new(),
        blocks,
        restarts: HashMap::new(),
        section_breaks: HashMap::new(),
        sections: section_properties(tree),
        has_records: extra.has_records,
    };
    planner.cuts.extend(extra.cuts);
    for (tag, range) in extra.states {
        planner.replace(range.clone(), Instead::ControlState(tag, range));
    }
    for range in extra.links {
        planner.replace(range.clone(), Instead::Link(range));
    }
    let inline = planner.inline_blocks(blocks);
    let markers = planner.marker_paragraphs(&inline);
    for block in blocks {
        planner.block(block, &markers);
    }
    planner.section_breaks();
    planner.merged_cells();
    planner.column_blocks();
    planner.fields_across();
    if !planner.faults.is_empty() {
        return Err(planner.faults);
    }
    planner.vanishing_paragraphs(blocks, &inline, &markers);
    planner.drawings();
    planner.rest(&markers);
    planner.keep_blanks();
    planner.drop_empty_runs();
    planner.vertical_merges();
    planner.markers_across();
    planner.copies();
    planner.lists(&markers);
    planner.gaps();
    planner.guards();
    Ok(planner.finish())
}

impl<'t> Planner<'t> {
    /// The tags of a paragraph.
    pub(super) fn tags_in(&self, paragraph: usize) -> impl Iterator<Item = &'t PlacedTag> + use<'t, '_> {
        let tags = self.tags;
        self.tags_of
            .get(&paragraph)
            .into_iter()
            .flatten()
            .map(move |&number| &tags[number])
    }

    pub(super) fn paragraph(&self, tag: usize) -> usize {
        self.tags[tag].paragraph
    }

    pub(super) fn paragraph_element(&self, paragraph: usize) -> usize {
        self.tree.paragraphs[paragraph].element
    }

    pub(super) fn act(&mut self, position: usize, order: usize, action: Action) {
        self.actions.push((position, order, action));
    }

    /// Puts something in place of a range of the source.
    pub(super) fn replace(&mut self, range: Range<usize>, instead: Instead) {
        // After what keeps a table and this apart.
        self.act(range.start, 1, Action::Instead(instead));
        self.cuts.push(range);
    }

    /// Places the action of a tag; its order among others at one position is that of the tags.
    pub(super) fn place(&mut self, tag: usize, position: usize) {
        self.placed[tag] = true;
        self.act(position, 4 * tag + 1, Action::Tag(tag));
    }

    /// Places a tag that prints, with what opens and closes its text when it is a field or control.
    fn place_print(&mut self, tag: usize) {
        let placed = &self.tags[tag];
        let position = placed.start;
        if let Some(shell) = &placed.shell {
            self.act(position, 4 * tag, Action::Insert(shell.open.clone()));
            self.act(position, 4 * tag + 2, Action::Insert(shell.close.clone()));
        }
        self.place(tag, position);
    }

    /// Paragraphs that hold only tags which open, separate or close blocks beyond the paragraph, and comments.
    fn marker_paragraphs(&self, inline: &[bool]) -> Vec<bool> {
        let mut markers = vec![false; self.tree.paragraphs.len()];
        let mut rest: HashMap<usize, Vec<Range<usize>>> = Default::default();
        for (number, tag) in self.tags.iter().enumerate() {
            if tag.is_fixed && !tag.tag.says.prints() {
                continue;
            }
            let ranges = rest.entry(tag.paragraph).or_default();
            // A tag that stays in the text shows as an empty range beyond the end: the paragraph is no marker.
            let stays = inline[number] || tag.tag.says.prints() || tag.tag.written == "\\";
            ranges.push(if stays {
                usize::MAX..usize::MAX
            } else {
                tag.tag.range.clone()
            });
        }
        for (paragraph, ranges) in rest {
            if self.tree.paragraphs[paragraph].kind != TextKind::Runs {
                continue;
            }
            let text = &(self.texts)(paragraph).text;
            let only_tags = ranges.iter().all(|range| range.start != usize::MAX) && blank_outside(text, &ranges);
            markers[paragraph] = only_tags && !self.shows_something(paragraph, None);
        }
        markers
    }

    /// Whether a paragraph holds a drawing, a field or the like, in a source range if one is given.
    pub(super) fn shows_something(&self, paragraph: usize, within: Option<Range<usize>>) -> bool {
        let element = self.paragraph_element(paragraph);
        self.tree.inside(element).any(|(_, inner)| {
            inner.name.is_visible()
                && within.as_ref().is_none_or(|range| range.contains(&inner.start))
                // A merge field is shown by what is printed in its place.
                && !self
                    .tags_in(paragraph)
                    .any(|tag| tag.shell.is_some() && tag.source.iter().any(|range| range.contains(&inner.start)))
        })
    }

    /// Whether a block is that of the records that the document is made of: all of the body.
    pub(super) fn is_records(&self, block: &Block) -> bool {
        self.has_records && block.open == 0
    }

    fn block(&mut self, block: &Block, markers: &[bool]) {
        let (open, close) = (self.paragraph(block.open), self.paragraph(block.close));
        if self.tags[block.open].is_fixed || self.tags[block.close].is_fixed {
            return self.fixed_block(block);
        }
        if open == close && matches!(block.over, None | Some(Over::Text)) {
            return self.text_block(block);
        }
        let tags = [block.open, block.close].into_iter().chain(block.elses.iter().copied());
        if tags
            .map(|tag| self.paragraph(tag))
            .any(|paragraph| self.tree.paragraphs[paragraph].kind != TextKind::Runs)
        {
            return self.crosses(block);
        }
        let (element_open, element_close) = (self.paragraph_element(open), self.paragraph_element(close));
        let chain_open = self.tree.chain(element_open);
        let chain_close = self.tree.chain(element_close);
        let common = |name: Name| {
            chain_open
                .iter()
                .copied()
                .find(|element| self.tree.elements[*element].name == name && chain_close.contains(element))
        };
        match block.over {
            Some(Over::Text) => self.crosses(block),
            // Placed when all rows of the table are known.
            Some(Over::Column) => {
                if common(Name::Row).is_none() {
                    self.crosses(block);
                }
            }
            Some(Over::Row) => match common(Name::Row) {
                Some(row) => self.row_block(block, row),
                None => self.crosses(block),
            },
            Some(Over::Rows) => match common(Name::Table) {
                Some(table) => self.rows_block(block, table, markers),
                None => self.crosses(block),
            },
            Some(Over::Paragraph) => {
                let parent = |element: usize| self.tree.elements[element].parent;
                if parent(element_open) == parent(element_close) {
                    self.paragraph_block(block, markers);
                } else {
                    self.crosses(block);
                }
            }
            None => {
                let Some(&lowest) = chain_open
                    .iter()
                    .skip(1)
                    .find(|element| chain_close[1..].contains(element))
                else {
                    return self.crosses(block);
                };
                let siblings = self.tree.elements[element_open].parent == lowest
                    && self.tree.elements[element_close].parent == lowest;
                match self.tree.elements[lowest].name {
                    _ if siblings => self.paragraph_block(block, markers),
                    Name::Row => self.row_block(block, lowest),
                    Name::Table => self.rows_block(block, lowest, markers),
                    _ => self.crosses(block),
                }
            }
        }
    }

    /// A repeating section: its item, whatever that holds.
    fn fixed_block(&mut self, block: &Block) {
        let (open, close) = (&self.tags[block.open], &self.tags[block.close]);
        if !open.is_fixed || open.element != close.element || !block.elses.is_empty() {
            return self.crosses(block);
        }
        let item = open.element;
        let region = open.start..close.start;
        match self
            .tree
            .inside(item)
            .find(|(_, inner)| matches!(inner.name, Name::Row | Name::Paragraph))
        {
            Some((row, inner)) if inner.name == Name::Row => self.note_table(row),
            _ => self.note_shrinking(item),
        }
        self.regions.push((block.open, region.clone()));
        self.place(block.open, region.start);
        self.place(block.close, region.end);
        let around = self.tree.elements[item].parent;
        if let Some(control) = self.tree.ancestor(around, |name| name == Name::Control) {
            let Range { start, end } = self.tree.elements[control].start..self.tree.elements[control].end;
            // Of one that is dissolved nothing is left anyway.
            if !self.cuts.iter().any(|cut| cut.contains(&start)) {
                self.act(start, 0, Action::OpenControl(block.open));
                self.act(end, 0, Action::CloseControl);
            }
        }
    }

    pub(super) fn crosses(&mut self, block: &Block) {
        let other = self.quote(block.close);
        let place = self.kind_of_place(block.close);
        self.faults.push((
            block.open,
            Fault::new(
                "mau/khoi-cat-ngang",
                Text::new(
                    format!(
                        "khối “{}” mở ở đây nhưng đóng {}: “{other}”",
                        self.tags[block.open].tag.written, place.vi
                    ),
                    format!(
                        "the block “{}” opens here and closes {}: “{other}”",
                        self.tags[block.open].tag.written, place.en
                    ),
                ),
            )
            .hint(Some(text!(
                "đặt thẻ mở và thẻ đóng trong cùng một ô, cùng một hàng, hoặc cùng ngoài bảng",
                "put both tags in one cell, in one row, or both outside the table"
            ))),
        ));
    }

    pub(super) fn quote(&self, tag: usize) -> String {
        shorten((self.texts)(self.paragraph(tag)).text.trim())
    }

    fn kind_of_place(&self, tag: usize) -> Text {
        let element = self.paragraph_element(self.paragraph(tag));
        match self
            .tree
            .ancestor(element, |name| matches!(name, Name::Cell | Name::Story))
        {
            Some(around) if self.tree.elements[around].name == Name::Cell => {
                text!("trong một ô bảng khác", "in another table cell")
            }
            _ => text!("ở chỗ khác của văn bản", "elsewhere in the document"),
        }
    }

    /// Cuts a marker paragraph, but for bookmarks and the like; one that ends a section only loses its text.
    fn cut_paragraph(&mut self, paragraph: usize) {
        let Paragraph { element, section, .. } = self.tree.paragraphs[paragraph];
        let Range { start, end } = self.tree.elements[element].start..self.tree.elements[element].end;
        if section.is_some() {
            return self.cut_tags_of(paragraph);
        }
        let mut from = start;
        let markers: Vec<Range<usize>> = self
            .tree
            .inside(element)
            .filter(|(_, inner)| inner.name == Name::Marker)
            .map(|(_, inner)| inner.start..inner.end)
            .collect();
        for marker in markers {
            self.cuts.push(from..marker.start);
            from = marker.end;
        }
        self.cuts.push(from..end);
        self.note_shrinking(element);
    }

    fn cut_tags_of(&mut self, paragraph: usize) {
        let ranges: Vec<Range<usize>> = self
            .tags_in(paragraph)
            .flat_map(|tag| tag.source.iter().cloned())
            .collect();
        self.cuts.extend(ranges);
    }

    /// Remembers the cell, header or text box around a paragraph that may go.
    fn note_shrinking(&mut self, element: usize) {
        if let Some(story) = self
            .tree
            .ancestor(element, |name| matches!(name, Name::Cell | Name::Story))
        {
            self.shrinking.push(story);
        }
    }

    fn paragraph_block(&mut self, block: &Block, markers: &[bool]) {
        let parent = self.tree.elements[self.paragraph_element(self.paragraph(block.open))].parent;
        let from = self.paragraph_edge(block.open, markers, Edge::Open);
        let to = self.paragraph_edge(block.close, markers, Edge::Close);
        let (Some(from), Some(to)) = (from, to) else {
            return self.middle(block);
        };
        for &tag in &block.elses {
            let element = self.paragraph_element(self.paragraph(tag));
            match self.paragraph_edge(tag, markers, Edge::Else) {
                Some(position) if self.tree.elements[element].parent == parent => self.place(tag, position),
                _ => return self.middle(block),
            }
        }
        self.note_shrinking(self.paragraph_element(self.paragraph(block.open)));
        self.sections(block, from..to, markers);
        self.regions.push((block.open, from..to));
        self.place(block.open, from);
        self.place(block.close, to);
    }

    fn middle(&mut self, block: &Block) {
        let other = self.quote(block.close);
        let written = &self.tags[block.open].tag.written;
        self.faults.push((
            block.open,
            Fault::new(
                "mau/khoi-giua-doan",
                text!(
                    "khối “{written}” mở giữa một đoạn và đóng ở đoạn khác: “{other}”",
                    "the block “{written}” opens in the middle of one paragraph and closes in another: “{other}”"
                ),
            )
            .hint(Some(text!(
                "để thẻ mở, {{{{else}}}} và thẻ đóng mỗi thẻ một đoạn riêng, hoặc cả khối trong một đoạn",
                "give the opening tag, {{{{else}}}} and the closing tag a paragraph each, or keep the block in one paragraph"
            ))),
        ));
    }

    /// The position at which a paragraph-wise block begins, is divided or ends, given its tag: beside the paragraph, which
    /// goes when it holds only tags. `None` when text stands on the wrong side of the tag.
    fn paragraph_edge(&self, tag: usize, markers: &[bool], edge: Edge) -> Option<usize> {
        let paragraph = self.paragraph(tag);
        let element = &self.tree.elements[self.paragraph_element(paragraph)];
        // One that ends a section stays for its end, on the far side of the block.
        if markers[paragraph] {
            return Some(match edge {
                Edge::Open => element.end,
                Edge::Close | Edge::Else => element.start,
            });
        }
        let text = &(self.texts)(paragraph).text;
        let range = &self.tags[tag].tag.range;
        let first = self.tags[tag].start;
        let before = text[..range.start].trim().is_empty()
            && !self.prints_within(paragraph, 0..range.start)
            && !self.shows_something(paragraph, Some(0..first));
        let after = text[range.end..].trim().is_empty()
            && !self.prints_within(paragraph, range.end..usize::MAX)
            && !self.shows_something(paragraph, Some(first..usize::MAX));
        match edge {
            Edge::Open | Edge::Else if before => Some(element.start),
            Edge::Close | Edge::Else if after => Some(element.end),
            // What stands on the other side of the tag stays outside of the block.
            Edge::Open if after => Some(element.end),
            Edge::Close if before => Some(element.start),
            _ => None,
        }
    }

    fn prints_within(&self, paragraph: usize, range: Range<usize>) -> bool {
        self.tags_in(paragraph)
            .any(|tag| range.contains(&tag.tag.range.start) && tag.tag.says.prints())
    }

    /// The closing tag of the block with an opening tag.
    pub(super) fn close_of(&self, open: usize) -> Option<usize> {
        let block = self.blocks.binary_search_by_key(&open, |block| block.open).ok()?;
        Some(self.blocks[block].close)
    }

    /// Marks a tag as placed: its action is somebody else's.
    pub(super) fn take(&mut self, tag: usize) {
        self.placed[tag] = true;
    }

    /// Tables that something vanishing may bring together are kept apart.
    fn gaps(&mut self) {
        let mut last: HashMap<usize, Name> = HashMap::new();
        let mut gaps = Vec::new();
        for element in &self.tree.elements {
            let before = match element.name {
                Name::Marker => continue,
                name => last.insert(element.parent, name),
            };
            let is_end = element.name == Name::Section && self.tree.elements[element.parent].name == Name::Body;
            if is_end {
                let is_table = before == Some(Name::Table);
                gaps.push((element.start, Fresh::End(is_table)));
            } else if element.name == Name::Table && before.is_some_and(|before| before != Name::Table) {
                gaps.push((element.start, Fresh::Gap));
            }
        }
        for (position, gap) in gaps {
            self.act(position, 0, Action::Instead(Instead::Fresh(gap)));
        }
    }

    /// Paragraphs whose whole text stands inside blocks vanish when these print nothing.
    fn vanishing_paragraphs(&mut self, blocks: &[Block], inline: &[bool], markers: &[bool]) {
        let mut inside: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
        for block in blocks {
            if inline[block.open] {
                let tags = (block.open, block.close);
                inside.entry(self.paragraph(block.open)).or_default().push(tags);
            }
        }
        let mut guarded = HashSet::new();
        for (number, blocks) in inside {
            let range =
                |&(open, close): &(usize, usize)| self.tags[open].tag.range.start..self.tags[close].tag.range.end;
            let mut covered = merged(blocks.iter().map(range).collect());
            let paragraph = &self.tree.paragraphs[number];
            if markers[number] || paragraph.section.is_some() || paragraph.kind != TextKind::Runs {
                continue;
            }
            let text = &(self.texts)(number).text;
            // Beside what the blocks cover, tags that print nothing do not count.
            let is_print = |tag: &&PlacedTag| tag.tag.says.prints();
            let prints_outside = self
                .tags_in(number)
                .filter(is_print)
                .any(|tag| !covers(&covered, tag.tag.range.start..tag.tag.range.start + 1));
            covered.extend(
                self.tags_in(number)
                    .filter(|tag| !is_print(tag))
                    .map(|tag| tag.tag.range.clone()),
            );
            let covered = merged(covered);
            if prints_outside || !blank_outside(text, &covered) || self.shows_outside(number, &blocks) {
                continue;
            }
            let element = self.paragraph_element(number);
            let Range { start, end } = self.tree.elements[element].start..self.tree.elements[element].end;
            self.act(start, 0, Action::OpenParagraph { vanishes: true });
            guarded.insert(number);
            self.act(end, 0, Action::CloseParagraph);
            self.note_shrinking(element);
        }
        // A long text that is all of a paragraph may make it an item of a list.
        for tag in self.tags {
            let paragraph = &self.tree.paragraphs[tag.paragraph];
            let is_alone = tag.tag.says.prints()
                && !is_call(&tag.tag.says, SECTION_BREAK)
                && tag.shell.is_none()
                && paragraph.kind == TextKind::Runs
                && paragraph.section.is_none()
                && (self.texts)(tag.paragraph).text.trim() == tag.tag.written.trim();
            if is_alone && !self.shows_something(tag.paragraph, None) && guarded.insert(tag.paragraph) {
                let element = &self.tree.elements[paragraph.element];
                let (start, end) = (element.start, element.end);
                self.act(start, 0, Action::OpenParagraph { vanishes: false });
                self.act(end, 0, Action::CloseParagraph);
            }
        }
    }

    /// Whether a paragraph shows a drawing or the like outside of some blocks within it, given by their tags.
    fn shows_outside(&self, paragraph: usize, blocks: &[(usize, usize)]) -> bool {
        let element = self.paragraph_element(paragraph);
        let covered = merged(
            blocks
                .iter()
                .map(|&(open, close)| self.tags[open].start..self.tags[close].start)
                .collect(),
        );
        let mut visible = self.tree.inside(element).filter(|(_, inner)| inner.name.is_visible());
        visible.any(|(_, inner)| !covers(&covered, inner.start..inner.start + 1))
    }

    /// Values print where their first character stands; the text of every tag goes; marker paragraphs go.
    fn rest(&mut self, markers: &[bool]) {
        let tags = self.tags;
        let deleted: Vec<Range<usize>> = self
            .tree
            .elements
            .iter()
            .filter(|element| element.name == Name::Deleted)
            .map(|element| element.start..element.end)
            .collect();
        for (number, tag) in tags.iter().enumerate() {
            // What was deleted inside of a tag goes with it.
            if let ([first, ..], [.., last]) = (tag.source.as_slice(), tag.source.as_slice()) {
                let from = deleted.partition_point(|range| range.start < first.start);
                let inside = deleted[from..].iter().take_while(|range| range.end <= last.start);
                self.cuts.extend(inside.cloned());
            }
            self.cuts.extend(tag.source.iter().cloned());
            if !self.placed[number] && tag.tag.says.prints() {
                self.place_print(number);
            }
        }
        for (paragraph, marker) in markers.iter().enumerate() {
            if *marker && !self.only_paragraph_of_cell(paragraph) {
                self.cut_paragraph(paragraph);
            }
        }
    }

    /// Whether a paragraph is all its cell has: then it stays, emptied, and keeps the cell's look.
    fn only_paragraph_of_cell(&self, paragraph: usize) -> bool {
        let element = self.paragraph_element(paragraph);
        let parent = self.tree.elements[element].parent;
        self.tree.elements[parent].name == Name::Cell
            && self
                .tree
                .inside(parent)
                .filter(|(_, inner)| inner.parent == parent && matches!(inner.name, Name::Paragraph | Name::Table))
                .count()
                == 1
    }

    /// A `w:t` that holds a tag keeps its blanks: `xml:space="preserve"`.
    fn keep_blanks(&mut self) {
        let mut texts: Vec<usize> = Vec::new();
        for tag in self.tags {
            for range in &tag.source {
                let element = self
                    .tree
                    .elements
                    .partition_point(|element| element.start <= range.start);
                // The innermost element that holds the position is the last one opened before it that is a text.
                if let Some(index) = (0..element)
                    .rev()
                    .find(|&index| self.tree.elements[index].contains(range.start))
                    && self.tree.elements[index].name == Name::Text
                {
                    texts.push(index);
                }
            }
        }
        texts.sort_unstable();
        texts.dedup();
        for index in texts {
            let element = &self.tree.elements[index];
            let tag = &self.source[element.start..element.open_end];
            if !tag.contains("xml:space") {
                let position = element.open_end - 1;
                self.act(position, 0, Action::Insert(" xml:space=\"preserve\"".to_owned()));
            }
        }
    }

    /// Runs of which nothing is left go as a whole.
    fn drop_empty_runs(&mut self) {
        let mut runs: Vec<usize> = self
            .tags
            .iter()
            .flat_map(|tag| {
                tag.source.iter().filter_map(|range| {
                    let until = self
                        .tree
                        .elements
                        .partition_point(|element| element.start <= range.start);
                    (0..until).rev().find(|&index| {
                        self.tree.elements[index].name == Name::Run && self.tree.elements[index].contains(range.start)
                    })
                })
            })
            .collect();
        runs.sort_unstable();
        runs.dedup();
        let cuts = merged(self.cuts.clone());
        // Anything placed inside a run keeps it, but for the mark on its text that blanks are to stay.
        let mut placed: Vec<usize> = self
            .actions
            .iter()
            .filter(|(_, _, action)| !is_keep_blanks(action))
            .map(|(position, _, _)| *position)
            .collect();
        placed.sort_unstable();
        for run in runs {
            let element = &self.tree.elements[run];
            let next = placed.partition_point(|position| *position <= element.start);
            let busy = placed.get(next).is_some_and(|position| *position < element.end);
            let left = self.tree.inside(run).any(|(_, inner)| {
                if inner.parent != run {
                    return false;
                }
                match inner.name {
                    Name::RunProperties => false,
                    Name::Text => !covers(&cuts, inner.open_end..inner.close_start),
                    _ => !covers(&cuts, inner.start..inner.end),
                }
            });
            if !busy && !left {
                self.cuts.push(element.start..element.end);
            }
        }
    }

    fn guards(&mut self) {
        self.shrinking.sort_unstable();
        self.shrinking.dedup();
        for story in std::mem::take(&mut self.shrinking) {
            let element = &self.tree.elements[story];
            let (start, end) = (element.open_end, element.close_start);
            self.act(start, 0, Action::OpenStory);
            self.act(end, 0, Action::CloseStory);
        }
        self.tables.sort_unstable();
        self.tables.dedup();
        for table in std::mem::take(&mut self.tables) {
            let element = &self.tree.elements[table];
            let (start, end) = (element.start, element.end);
            let columns = self.columns.iter().position(|(element, _)| *element == table);
            self.note_shrinking(table);
            self.act(start, 0, Action::OpenTable(columns));
            self.act(end, 0, Action::CloseTable);
        }
        // A table that goes may have been all its cell or header had.
        let mut around: Vec<usize> = std::mem::take(&mut self.shrinking);
        around.sort_unstable();
        around.dedup();
        for story in around {
            let element = &self.tree.elements[story];
            let (start, end) = (element.open_end, element.close_start);
            if !self
                .actions
                .iter()
                .any(|(position, _, action)| *position == start && *action == Action::OpenStory)
            {
                self.act(start, 0, Action::OpenStory);
                self.act(end, 0, Action::CloseStory);
            }
        }
    }

    fn finish(mut self) -> Plan {
        let cuts = merged(std::mem::take(&mut self.cuts));
        // What was planned for an element that goes, goes with it.
        self.actions.retain(|(position, _, action)| {
            action
                .byte_beside(*position)
                .is_none_or(|byte| !covers(&cuts, byte..byte + 1))
        });
        self.actions
            .sort_by_key(|(position, order, action)| (*position, action.rank(), *order));
        Plan {
            actions: self
                .actions
                .into_iter()
                .map(|(position, _, action)| (position, action))
                .collect(),
            cuts,
            columns: self.columns.into_iter().map(|(_, columns)| columns).collect(),
            restarts: self.restarts,
            section_breaks: self.section_breaks,
        }
    }
}

/// Whether a tag calls a helper.
pub fn is_call(says: &Says, helper: &str) -> bool {
    match says {
        Says::Print(Parameter::Name(name)) => name == helper,
        Says::Print(Parameter::Path(handlebars::Path::Relative((_, raw)))) => raw == helper,
        Says::Print(Parameter::Subexpression(call)) => call.name() == helper,
        _ => false,
    }
}

/// Which of a block's tags stands at an edge.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    Open,
    Else,
    Close,
}

fn is_keep_blanks(action: &Action) -> bool {
    matches!(action, Action::Insert(markup) if markup.starts_with(" xml:space"))
}

/// Whether a text is blank outside some ranges.
fn blank_outside(text: &str, ranges: &[Range<usize>]) -> bool {
    let mut from = 0;
    let blank = |range: Range<usize>| text.get(range).is_none_or(|text| text.trim().is_empty());
    for range in merged(ranges.to_vec()) {
        if range.start > from && !blank(from..range.start) {
            return false;
        }
        from = from.max(range.end);
    }
    blank(from..text.len().max(from))
}

/// Ranges in order, overlapping and touching ones joined.
pub(super) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| range.start < range.end);
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// Whether a range lies within one of the cuts, which are in order.
pub(super) fn covers(cuts: &[Range<usize>], range: Range<usize>) -> bool {
    let cut = cuts.partition_point(|cut| cut.end < range.end);
    range.is_empty()
        || cuts
            .get(cut)
            .is_some_and(|cut| cut.start <= range.start && range.end <= cut.end)
}
