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
use super::part::{Name, Paragraph, ParagraphText, SpotKind, TextKind, Tree, name_in};
use super::section::section_properties;
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

/// What stands in place of a piece of the source, made anew each time.
#[derive(Clone, Debug, PartialEq)]
pub enum Instead {
    /// An id that must be unique: that of the source the first time, then others.
    Identity(SpotKind, Range<usize>),
    /// The source, the first time only.
    Once(Range<usize>),
    /// The id of a list that may start anew.
    Numbering(Range<usize>),
    /// An empty paragraph, when a table was written last: two tables must not touch.
    Gap,
    /// The same at the end of the body, unless a table ends it in the source; a body must have a paragraph.
    End {
        /// Whether a table ends it in the source.
        is_table: bool,
    },
    /// The columns of a table's grid, by the table's number and the column.
    GridColumn(usize, usize),
    /// The width of a cell: the table's number, its columns, the width as written.
    CellWidth(usize, Range<usize>, u32),
    /// How many columns a cell spans: the table's number, its columns.
    GridSpan(usize, Range<usize>),
    /// A section's properties, as the section breaks before it left them.
    Section(Range<usize>),
    /// The properties of the last section but one, there only when the block with this tag is.
    SectionWith(usize, Range<usize>),
    /// Those of the last section, or of the one before it when the block with this tag is not there.
    SectionOr(usize, Range<usize>, Range<usize>),
    /// The id of the relationship to a place outside whose address holds tags; the source holds the id.
    Link(Range<usize>),
    /// What a content control keeps besides its text, by its tag: the date, or whether the box is ticked.
    ControlState(usize),
    /// A table row begins in which cells may go on with those above.
    Row,
    /// The mark of a cell that is merged with others in its column: column, group of merged cells, whether it is the first.
    VerticalMerge(usize, usize, bool),
    /// The id of the relationship to the picture of the drawing around.
    Picture,
    /// The width of that picture in a frame of a width and height, in English Metric Units.
    Width(u64, u64),
    /// Its height.
    Height(u64, u64),
    /// Whether a cell goes on with the one above, by the tag that asks for it; what is around the mark when the cell has no
    /// properties.
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
            Self::OpenStory => 5,
            Self::Tag(_) | Self::Insert(_) => 6,
            Self::CloseStory => 7,
            Self::OpenTable(_) => 8,
            // Within its table, so that the paragraph between two tables goes with the second.
            Self::Instead(_) => 9,
            Self::OpenRow => 10,
            Self::OpenCell(_) => 11,
            Self::OpenDrawing(_) => 12,
            Self::OpenParagraph { .. } => 13,
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
            Self::CloseParagraph | Self::CloseDrawing | Self::CloseCell | Self::CloseRow | Self::CloseTable => {
                position.checked_sub(1)
            }
            Self::OpenParagraph { .. }
            | Self::OpenDrawing(_)
            | Self::OpenCell(_)
            | Self::OpenRow
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

/// What changes besides the tags themselves.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// Ranges that go.
    pub cuts: Vec<Range<usize>>,
    /// States of content controls, with the numbers of their tags.
    pub states: Vec<(usize, Range<usize>)>,
    /// Ids of relationships whose addresses hold tags.
    pub links: Vec<Range<usize>>,
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
    };
    planner.cuts.extend(extra.cuts);
    for (tag, range) in extra.states {
        planner.replace(range, Instead::ControlState(tag));
    }
    for range in extra.links {
        planner.replace(range.clone(), Instead::Link(range));
    }
    let inline = planner.inline_blocks(blocks);
    let markers = planner.marker_paragraphs(&inline);
    for block in blocks {
        planner.block(block, &markers);
    }
    if !planner.faults.is_empty() {
        return Err(planner.faults);
    }
    planner.vanishing_paragraphs(blocks, &inline, &markers);
    planner.section_breaks();
    planner.drawings();
    planner.rest(&markers);
    planner.keep_blanks();
    planner.drop_empty_runs();
    planner.merged_cells();
    planner.vertical_merges();
    planner.column_blocks();
    planner.fields_across();
    planner.markers_across();
    planner.copies();
    planner.lists(&markers);
    if !planner.faults.is_empty() {
        return Err(planner.faults);
    }
    planner.gaps();
    planner.guards();
    Ok(planner.finish())
}

impl<'t> Planner<'t> {
    /// The tags of a paragraph.
    fn tags_in(&self, paragraph: usize) -> impl Iterator<Item = &'t PlacedTag> + use<'t, '_> {
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

    /// For each block whether it is text within one paragraph.
    fn inline_blocks(&self, blocks: &[Block]) -> Vec<bool> {
        let mut inline = vec![false; self.tags.len()];
        for block in blocks {
            let same = self.paragraph(block.open) == self.paragraph(block.close) && !self.tags[block.open].is_fixed;
            if same && matches!(block.over, None | Some(Over::Text)) {
                for tag in std::iter::once(block.open)
                    .chain(block.elses.iter().copied())
                    .chain([block.close])
                {
                    inline[tag] = true;
                }
            }
        }
        inline
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
    fn shows_something(&self, paragraph: usize, within: Option<Range<usize>>) -> bool {
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

    /// A block within one paragraph: runs are split at its tags so that what it repeats or removes is balanced.
    fn text_block(&mut self, block: &Block) {
        let numbers: Vec<usize> = std::iter::once(block.open)
            .chain(block.elses.iter().copied())
            .chain([block.close])
            .collect();
        let region = self.tags[block.open].start..self.tags[block.close].start;
        self.regions.push((block.open, region));
        let same_text = numbers
            .iter()
            .all(|&tag| self.tags[tag].element == self.tags[block.open].element);
        if same_text {
            for tag in numbers {
                let position = self.tags[tag].start;
                self.place(tag, position);
            }
            return;
        }
        let chains: Vec<Vec<usize>> = numbers
            .iter()
            .map(|&tag| self.tree.chain(self.tags[tag].element))
            .collect();
        let common = chains[0][1..]
            .iter()
            .copied()
            .find(|element| chains.iter().all(|chain| chain[1..].contains(element)));
        let Some(common) = common else {
            return self.crosses(block);
        };
        for (&tag, chain) in numbers.iter().zip(&chains) {
            let inner: Vec<usize> = chain.iter().copied().take_while(|&element| element != common).collect();
            // What is no typed tag stands where it stands as a whole.
            let inner = &inner[usize::from(self.tags[tag].shell.is_some())..];
            if inner
                .iter()
                .any(|&element| !self.tree.elements[element].name.can_split())
            {
                return self.crosses(block);
            }
            self.split(tag, inner);
        }
    }

    /// Places a tag outside of the elements around it, innermost first: before those in which nothing stands before it;
    /// the others are closed before it and opened again after it.
    fn split(&mut self, tag: usize, around: &[usize]) {
        let mut position = self.tags[tag].start;
        let mut rest = around;
        while let [element, outer @ ..] = rest
            && self.begins_with(*element, position)
        {
            position = self.tree.elements[*element].start;
            rest = outer;
        }
        if rest.is_empty() {
            return self.place(tag, position);
        }
        let (close, open) = self.seam(rest);
        self.act(position, 4 * tag, Action::Insert(close));
        self.place(tag, position);
        self.act(position, 4 * tag + 2, Action::Insert(open));
    }

    /// Whether nothing stands before a position in an element, its properties aside.
    fn begins_with(&self, element: usize, position: usize) -> bool {
        let around = &self.tree.elements[element];
        match around.name {
            Name::Text => position == around.open_end,
            _ => self
                .tree
                .inside(element)
                .take_while(|(_, inner)| inner.start < position)
                .all(|(_, inner)| inner.parent != element || inner.name == Name::RunProperties),
        }
    }

    /// What closes elements, innermost first, and what opens them again.
    fn seam(&self, elements: &[usize]) -> (String, String) {
        seam(self.source, self.tree, elements)
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

    fn middle_of_row(&mut self, block: &Block, tag: usize) {
        let written = &self.tags[tag].tag.written;
        let other = self.quote(tag);
        self.faults.push((
            block.open,
            Fault::new(
                "mau/khoi-giua-hang",
                text!(
                    "khối qua nhiều hàng của bảng, thẻ “{written}” của nó đứng giữa một hàng: “{other}”",
                    "the block goes over several table rows, its tag “{written}” stands in the middle of one: “{other}”"
                ),
            )
            .hint(Some(text!(
                "đặt thẻ mở ở đầu hàng đầu, thẻ đóng ở cuối hàng cuối, hoặc mỗi thẻ một hàng riêng",
                "put the opening tag at the beginning of the first row and the closing tag at the end of the last, or each in a row of its own"
            ))),
        ));
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

    fn row_block(&mut self, block: &Block, row: usize) {
        if let Some(&tag) = block.elses.first() {
            self.faults.push((
                tag,
                Fault::new(
                    "mau/else-trong-hang",
                    text!(
                        "khối lặp cả hàng không dùng được {{{{else}}}} trong hàng ấy",
                        "a block over a whole row can't have {{{{else}}}} in that row"
                    ),
                )
                .hint(Some(text!(
                    "để thẻ mở, {{{{else}}}} và thẻ đóng mỗi thẻ một hàng riêng của bảng",
                    "give the opening tag, {{{{else}}}} and the closing tag a table row each"
                ))),
            ));
            return;
        }
        let Range { start, end } = self.tree.elements[row].start..self.tree.elements[row].end;
        self.place(block.open, start);
        self.place(block.close, end);
        self.regions.push((block.open, start..end));
        self.note_table(row);
    }

    pub(super) fn note_table(&mut self, row: usize) {
        if let Some(table) = self.tree.ancestor(row, |name| name == Name::Table) {
            self.tables.push(table);
        }
    }

    fn rows_block(&mut self, block: &Block, table: usize, markers: &[bool]) {
        let row_of = |tag: usize| {
            let element = self.paragraph_element(self.paragraph(tag));
            let chain = self.tree.chain(element);
            let at = chain.iter().position(|&element| element == table)?;
            chain[..at]
                .iter()
                .rev()
                .copied()
                .find(|&element| self.tree.elements[element].name == Name::Row)
        };
        let (Some(first), Some(last)) = (row_of(block.open), row_of(block.close)) else {
            return self.crosses(block);
        };
        let mut positions = Vec::new();
        for (tag, row, edge) in std::iter::once((block.open, Some(first), Edge::Open))
            .chain(block.elses.iter().map(|&tag| (tag, row_of(tag), Edge::Else)))
            .chain([(block.close, Some(last), Edge::Close)])
        {
            let Some(row) = row else {
                return self.crosses(block);
            };
            let element = &self.tree.elements[row];
            let position = if self.marker_row(row, markers) {
                match edge {
                    Edge::Open => Some(element.end),
                    _ => Some(element.start),
                }
            } else {
                match edge {
                    Edge::Open => self.first_in_row(tag, row).then_some(element.start),
                    Edge::Close => self.last_in_row(tag, row).then_some(element.end),
                    Edge::Else if self.first_in_row(tag, row) => Some(element.start),
                    Edge::Else => self.last_in_row(tag, row).then_some(element.end),
                }
            };
            match position {
                Some(position) => positions.push((tag, position, row)),
                None => return self.middle_of_row(block, tag),
            }
        }
        // A row inside a content control of its own is no neighbour of the others.
        let parent = self.tree.elements[first].parent;
        if positions
            .iter()
            .any(|(_, _, row)| self.tree.elements[*row].parent != parent)
        {
            return self.crosses(block);
        }
        if let ([(_, from, _), ..], [.., (_, to, _)]) = (positions.as_slice(), positions.as_slice()) {
            self.regions.push((block.open, *from..*to));
        }
        for (tag, position, row) in positions {
            self.place(tag, position);
            if self.marker_row(row, markers) {
                let cut = self.tree.elements[row].start..self.tree.elements[row].end;
                self.cuts.push(cut);
            }
        }
        self.note_table(first);
    }

    /// Whether all a row holds is marker paragraphs and empty ones.
    fn marker_row(&self, row: usize, markers: &[bool]) -> bool {
        let mut numbers = self.tree.paragraphs_in(row);
        numbers.clone().any(|number| markers[number])
            && numbers.all(|number| {
                markers[number]
                    || self.tree.text(self.source, number).text.trim().is_empty() && !self.shows_something(number, None)
            })
    }

    fn first_in_row(&self, tag: usize, row: usize) -> bool {
        let start = self.tree.elements[row].start;
        self.blank_between(row, start..self.tags[tag].start)
    }

    fn last_in_row(&self, tag: usize, row: usize) -> bool {
        let end = self.tree.elements[row].end;
        let last = self.tags[tag].source.last().map_or(end, |range| range.end);
        self.blank_between(row, last..end)
    }

    /// Whether a row shows no text between two source positions, block tags and comments aside.
    fn blank_between(&self, row: usize, range: Range<usize>) -> bool {
        self.tree.paragraphs_in(row).all(|number| {
            let text = self.tree.text(self.source, number);
            let skipped: Vec<Range<usize>> = self
                .tags_in(number)
                .filter(|tag| !tag.tag.says.prints())
                .map(|tag| tag.tag.range.clone())
                .collect();
            text.text.char_indices().all(|(at, character)| {
                character.is_whitespace()
                    || skipped.iter().any(|range| range.contains(&at))
                    || !text
                        .source(at..at + character.len_utf8())
                        .iter()
                        .any(|piece| range.contains(&piece.start))
            })
        })
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

    /// Drawings whose picture a tag gives: one in their alternative text, or the content control around them.
    fn drawings(&mut self) {
        for tag in 0..self.tags.len() {
            let placed = &self.tags[tag];
            let is_attribute = self.tree.paragraphs[placed.paragraph].kind == TextKind::Attribute;
            if !is_call(&placed.tag.says, IMAGE) || !(is_attribute || placed.is_fixed) {
                continue;
            }
            if placed.is_fixed {
                self.take(tag);
            }
            let drawing = match placed.is_fixed {
                true => Some(placed.element),
                false => self.tree.ancestor(placed.element, |name| name == Name::Drawing),
            };
            let Some(drawing) = drawing else {
                continue;
            };
            // The twin for older programs shows the same picture.
            let whole = self
                .tree
                .ancestor(drawing, |name| name == Name::Alternatives)
                .unwrap_or(drawing);
            let Range { start, end } = self.tree.elements[whole].start..self.tree.elements[whole].end;
            self.act(start, 0, Action::OpenDrawing(tag));
            self.act(end, 0, Action::CloseDrawing);
            let from = self.tree.spots.partition_point(|spot| spot.range.start < start);
            for spot in self.tree.spots[from..].iter().take_while(|spot| spot.range.start < end) {
                let number = |kind: SpotKind| -> Option<u64> {
                    let spot = self.tree.spot_of(spot.element, kind)?;
                    self.source[spot.range.clone()].parse().ok()
                };
                let frame = number(SpotKind::Width).zip(number(SpotKind::Height));
                let instead = match (spot.kind, frame) {
                    (SpotKind::Picture, _) => Instead::Picture,
                    (SpotKind::Width, Some((width, height))) => Instead::Width(width, height),
                    (SpotKind::Height, Some((width, height))) => Instead::Height(width, height),
                    _ => continue,
                };
                self.actions.push((spot.range.start, 1, Action::Instead(instead)));
                self.cuts.push(spot.range.clone());
            }
            // The part of the old picture that was shown says nothing of the new one.
            for (_, inner) in self.tree.inside(whole) {
                let xml = &self.source[inner.start..inner.end];
                if xml.starts_with("<a:srcRect") {
                    self.cuts.push(inner.start..inner.end);
                }
            }
        }
    }

    /// Cells that go on with the one above while a value stays the same.
    fn merged_cells(&mut self) {
        for tag in 0..self.tags.len() {
            if !is_call(&self.tags[tag].tag.says, MERGE_DOWN) {
                continue;
            }
            let element = self.paragraph_element(self.paragraph(tag));
            let Some(cell) = self
                .tree
                .ancestor(element, |name| matches!(name, Name::Cell | Name::Story))
            else {
                self.faults.push((tag, merge_outside()));
                continue;
            };
            // Each table begins anew, and so does what follows a row without such a cell.
            self.note_table(cell);
            let properties = self
                .tree
                .children(cell)
                .find(|(_, inner)| inner.name == Name::CellProperties);
            let Some((properties, around)) = properties else {
                let position = self.tree.elements[cell].open_end;
                self.act(position, 0, Action::Instead(Instead::MergeDown(tag, true)));
                continue;
            };
            if around.open_end == around.end {
                let range = around.start..around.end;
                self.replace(range, Instead::MergeDown(tag, true));
                continue;
            }
            // The order of a cell's properties is fixed (ECMA-376 part 1, 17.4.69).
            let mut position = around.open_end;
            let mut old = None;
            for (_, inner) in self.tree.children(properties) {
                let xml = &self.source[inner.start..inner.open_end];
                match name_in(xml).strip_prefix(self.tree.prefix.as_str()).unwrap_or_default() {
                    "cnfStyle" | "tcW" | "gridSpan" | "hMerge" => position = inner.end,
                    "vMerge" => old = Some(inner.start..inner.end),
                    _ => {}
                }
            }
            self.cuts.extend(old);
            self.act(position, 0, Action::Instead(Instead::MergeDown(tag, false)));
        }
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
                gaps.push((element.start, Instead::End { is_table }));
            } else if element.name == Name::Table && before.is_some_and(|before| before != Name::Table) {
                gaps.push((element.start, Instead::Gap));
            }
        }
        for (position, instead) in gaps {
            self.act(position, 0, Action::Instead(instead));
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

/// The helper that places pictures.
pub const IMAGE: &str = "image";

/// The helper that merges cells downwards.
pub const MERGE_DOWN: &str = "merge_down";

/// Whether a tag calls a helper.
pub fn is_call(says: &Says, helper: &str) -> bool {
    match says {
        Says::Print(Parameter::Name(name)) => name == helper,
        Says::Print(Parameter::Path(handlebars::Path::Relative((_, raw)))) => raw == helper,
        Says::Print(Parameter::Subexpression(call)) => call.name() == helper,
        _ => false,
    }
}

fn merge_outside() -> Fault {
    Fault::new(
        "mau/gop-o-sai-cho",
        text!(
            "{{{{merge_down …}}}} chỉ dùng được trong ô của bảng",
            "{{{{merge_down …}}}} works only in a table cell"
        ),
    )
}

/// What closes elements, innermost first, and what opens them again with their properties.
pub fn seam(source: &str, tree: &Tree, elements: &[usize]) -> (String, String) {
    let (mut close, mut open) = (String::new(), String::new());
    for &element in elements {
        let around = &tree.elements[element];
        let tag = &source[around.start..around.open_end];
        close.push_str(&format!("</{}>", name_in(tag)));
    }
    for &element in elements.iter().rev() {
        let around = &tree.elements[element];
        if around.name == Name::Text {
            // Blanks at the seam must stay.
            open.push_str(&format!("<{}t xml:space=\"preserve\">", tree.prefix));
            continue;
        }
        open.push_str(&source[around.start..around.open_end]);
        open.push_str(run_properties(source, tree, element));
    }
    (close, open)
}

/// The properties of a run as they stand in the source; empty when it has none.
pub fn run_properties<'s>(source: &'s str, tree: &Tree, run: usize) -> &'s str {
    tree.inside(run)
        .find(|(_, inner)| inner.parent == run && inner.name == Name::RunProperties)
        .map_or("", |(_, inner)| &source[inner.start..inner.end])
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
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
