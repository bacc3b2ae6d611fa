//! From the tags of a part to a tree of nodes that can be filled: blocks paired, placed, and type-checked.
//!
//! In: the text of a part and the schema. Out: [`Node`]s over byte ranges of that text, or all faults of the part at
//! once, each with its tag. The tree is assembled here from raw pieces; handlebars' parser sees nothing but the tags.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use handlebars::template::HelperTemplate;

use super::balance::is_balanced;
use super::control::{self, ControlField, Shows};
use super::expression::{Expr, Fault, Kind, Literal, Scope, Scopes, Spelling};
use super::gather::{Gathered, gather};
use super::head::{HeadKind, compile_block, compile_path, compile_print, compile_printed, section_break};
use super::helper::Foreign;
use super::merge;
use super::node::{Compiled, Fresh, Grid, GridBlock, Link, Node, PictureCall, Print, PrintPlace, Raw, Shape};
use super::pair::{over_of, pair};
use super::part::{Name, ParagraphText, Spot, SpotKind, TextKind, Tree};
use super::place::{self, Action, Block, Extras, Instead, Over, PlacedTag, Plan};
use super::shape::shape;
use super::subject::Subject;
use super::tag::{self, Says};
use crate::text;

/// A fault in a part: the tag's paragraph, the tag, what is wrong.
#[derive(Clone, Debug)]
pub struct PartFault {
    /// Number of the paragraph in the tree; 0 for plain texts.
    pub paragraph: usize,
    /// The tag as written.
    pub written: String,
    /// What is wrong.
    pub fault: Fault,
    /// Where the tag stands in the source.
    pub range: Option<Range<usize>>,
}

/// What a part is compiled with besides its source.
#[derive(Clone, Copy, Debug)]
pub struct Context<'c> {
    /// What names mean.
    pub schema: &'c crate::schema::Schema,
    /// What becomes of content controls.
    pub controls: super::Controls,
    /// Addresses outside the package that hold tags, by the id of their relationship.
    pub addresses: &'c HashMap<String, String>,
    /// Whether Word lets comments stand in the part.
    pub takes_comments: bool,
    /// Helpers of the pack.
    pub helpers: &'c [Foreign],
    /// What the document is about.
    pub subject: Subject,
    /// Whether the part is wrapped into the loop over the records that the document is made of.
    pub is_wrapped: bool,
}

/// Compiles an XML part. `None` when it holds no tag at all and can be copied as it is.
pub fn part(source: &str, tree: &Tree, context: &Context<'_>) -> Result<Option<Compiled>, Vec<PartFault>> {
    let Gathered {
        tags,
        states,
        cuts,
        texts,
        mut faults,
    } = gather(source, tree, context);
    let links: Vec<&Spot> = tree
        .spots
        .iter()
        .filter(|spot| spot.kind == SpotKind::Link && context.addresses.contains_key(&source[spot.range.clone()]))
        .collect();
    if tags.is_empty() && faults.is_empty() && links.is_empty() {
        return Ok(None);
    }
    let at = |tags: &[PlacedTag], number: usize, fault: Fault| PartFault {
        paragraph: tags[number].paragraph,
        written: tags[number].tag.written.clone(),
        fault: in_terms_of_word(&tags[number], fault),
        range: Some(tags[number].start..tags[number].source.last().map_or(tags[number].start, |range| range.end)),
    };
    let says: Vec<&tag::Tag> = tags.iter().map(|tag| &tag.tag).collect();
    let (blocks, bad) = match context.is_wrapped {
        true => pair_within(&says),
        false => pair(&says),
    };
    let structure_is_sound = bad.is_empty() && faults.is_empty();
    faults.extend(bad.into_iter().map(|(number, fault)| at(&tags, number, fault)));
    let planned = if structure_is_sound {
        let extra = Extras {
            cuts,
            states,
            links: links.iter().map(|spot| spot.range.clone()).collect(),
            has_records: context.is_wrapped,
        };
        place::plan(source, tree, &tags, &blocks, extra, &|paragraph| &texts[&paragraph])
    } else {
        Err(Vec::new())
    };
    let mut plan = match planned {
        Ok(plan) => plan,
        Err(bad) => {
            faults.extend(bad.into_iter().map(|(number, fault)| at(&tags, number, fault)));
            // Names are checked all the same, in the order of the tags, so that every fault is told at once.
            faults.extend(
                check_names(
                    &says,
                    context.subject.scopes(context.schema).with_helpers(context.helpers),
                )
                .into_iter()
                .map(|(number, fault)| at(&tags, number, fault)),
            );
            return Err(without_twins(tree, faults));
        }
    };
    drop_identities(tree, &says, &blocks, &mut plan);
    let replaced = replaced_pictures(source, &plan);
    let has_identities = plan
        .actions
        .iter()
        .any(|(_, action)| matches!(action, Action::Instead(Instead::Fresh(Fresh::Identity(..)))));
    let restarts = !plan.restarts.is_empty();
    let scopes = context.subject.scopes(context.schema).with_helpers(context.helpers);
    let mut builder = Builder::new(source, &says, &blocks, plan, scopes);
    builder.has_records = context.is_wrapped;
    builder.row_tag = format!("<{}tr", tree.prefix);
    builder.paragraph_tag = format!("<{}p", tree.prefix);
    builder.visible = tree.visible_texts(source);
    builder.markers = tree.markers();
    builder.word = Some(Word {
        tree,
        tags: &tags,
        texts: &texts,
        addresses: context.addresses,
        takes_comments: context.takes_comments,
        known: HashMap::new(),
    });
    let nodes = builder.all();
    let used = builder.scopes.used();
    let calls = builder.scopes.calls();
    let (shapes, links) = (builder.shapes, builder.links);
    let (has_long_texts, has_hyperlinks, pictures) = (builder.has_long_texts, builder.has_hyperlinks, builder.pictures);
    faults.extend(
        builder
            .link_faults
            .into_iter()
            .map(|(position, written, fault)| PartFault {
                paragraph: paragraph_at(tree, position),
                written,
                fault,
                range: Some(position..position),
            }),
    );
    faults.extend(
        distinct(builder.faults)
            .into_iter()
            .map(|(number, fault)| at(&tags, number, fault)),
    );
    if !faults.is_empty() {
        return Err(without_twins(tree, faults));
    }
    let failed = || {
        Fault::new(
            "mau/ham-that-bai",
            text!("hàm không cho giá trị", "the helper gives no value"),
        )
    };
    let calls = calls.into_iter().map(|(tag, names)| {
        let place = match tag.checked_sub(tags.len()).and_then(|link| links.get(link)) {
            None => at(&tags, tag, failed()),
            Some(link) => PartFault {
                paragraph: paragraph_at(tree, link.position),
                written: link.source.clone(),
                fault: failed(),
                range: Some(link.position..link.position),
            },
        };
        (tag, (names, place))
    });
    let calls = calls.collect();
    Ok(Some(Compiled {
        nodes,
        shapes,
        links,
        has_identities,
        has_lists: restarts || has_long_texts,
        has_hyperlinks,
        pictures,
        replaced,
        used,
        calls,
    }))
}

/// The paragraph around a position of the source.
fn paragraph_at(tree: &Tree, position: usize) -> usize {
    let element = tree.elements.partition_point(|element| element.start <= position);
    tree.paragraph_around(element.saturating_sub(1))
}

/// Pairs the tags of a part that is wrapped: what is wrong inside is told as if it were not.
fn pair_within(says: &[&tag::Tag]) -> (Vec<Block>, Vec<(usize, Fault)>) {
    let [_, inner @ .., _] = says else {
        return pair(says);
    };
    let (mut blocks, mut faults) = pair(inner);
    let later = |tag: &mut usize| *tag += 1;
    for block in &mut blocks {
        later(&mut block.open);
        later(&mut block.close);
        block.elses.iter_mut().for_each(later);
    }
    faults.iter_mut().for_each(|(tag, _)| later(tag));
    let around = Block {
        open: 0,
        close: says.len() - 1,
        ..Block::default()
    };
    blocks.insert(0, around);
    (blocks, faults)
}

/// The relationships whose ids stand in the source only where tags give other pictures.
fn replaced_pictures(source: &str, plan: &Plan) -> BTreeSet<String> {
    let in_place = plan
        .actions
        .iter()
        .filter(|(_, action)| matches!(action, Action::Instead(Instead::Fresh(Fresh::Picture))));
    let ids = in_place.filter_map(|(position, _)| {
        let rest = &source[*position..];
        Some(&rest[..rest.find(['"', '\''])?])
    });
    let is_cut = |range: Range<usize>| place::covers(&plan.cuts, range);
    let is_replaced = |id: &&str| {
        let mut uses = source.match_indices(*id).filter(|(at, found)| {
            let ends = [
                source[..*at].chars().next_back(),
                source[at + found.len()..].chars().next(),
            ];
            ends.iter().all(|end| matches!(end, Some('"' | '\'')))
        });
        uses.all(|(at, found)| is_cut(at..at + found.len()))
    };
    let ids: BTreeSet<&str> = ids.filter(|id| !id.is_empty()).collect();
    ids.into_iter().filter(is_replaced).map(str::to_owned).collect()
}

/// A fault as it is told of a content control or a merge field.
fn in_terms_of_word(tag: &PlacedTag, fault: Fault) -> Fault {
    match (tag.is_fixed, &tag.shell) {
        (true, _) => fault
            .spelled(Spelling::Control)
            .within(&control::named(&tag.tag.written)),
        (false, Some(_)) if matches!(tag.tag.says, Says::Open(..)) => fault.spelled(Spelling::MergeList),
        (false, Some(_)) => fault.spelled(Spelling::MergeField),
        (false, None) => fault,
    }
}

/// Faults without those of a text box's twin: Word keeps each box twice, in DrawingML and in VML.
fn without_twins(tree: &Tree, mut faults: Vec<PartFault>) -> Vec<PartFault> {
    // By the pair and what is wrong, which of the twins tells it.
    let mut told: HashMap<(usize, String, String), usize> = HashMap::new();
    faults.retain(|found| {
        let Some(paragraph) = tree.paragraphs.get(found.paragraph) else {
            return true;
        };
        let mut branch = paragraph.element;
        let Some(pair) = tree.ancestor(branch, |name| name == Name::Alternatives) else {
            return true;
        };
        while tree.elements[branch].parent != pair {
            branch = tree.elements[branch].parent;
        }
        let key = (pair, found.written.clone(), found.fault.message.vi.clone());
        *told.entry(key).or_insert(branch) == branch
    });
    faults
}

/// Faults without those that are there twice: a block over columns is compiled for each row.
fn distinct(faults: Vec<(usize, Fault)>) -> Vec<(usize, Fault)> {
    let mut seen: Vec<(usize, Fault)> = Vec::new();
    for fault in faults {
        if !seen.contains(&fault) {
            seen.push(fault);
        }
    }
    seen
}

/// Compiles a line of text such as a file name pattern, within some scopes.
pub fn line(source: &str, scopes: Scopes<'_>) -> Result<Compiled, Vec<PartFault>> {
    let (tags, bad) = tag::find(source, &mut tag::Known::new(), &mut None, &|_| false);
    let mut faults: Vec<PartFault> = bad
        .into_iter()
        .map(|(written, fault)| PartFault {
            paragraph: 0,
            written,
            fault,
            range: None,
        })
        .collect();
    let at = |number: usize, fault: Fault| PartFault {
        paragraph: 0,
        written: tags.get(number).map_or_else(String::new, |tag| tag.written.clone()),
        fault,
        range: None,
    };
    let says: Vec<&tag::Tag> = tags.iter().collect();
    let (blocks, bad) = pair(&says);
    if !bad.is_empty() || !faults.is_empty() {
        faults.extend(bad.into_iter().map(|(number, fault)| at(number, fault)));
        faults.extend(
            check_names(&says, scopes)
                .into_iter()
                .map(|(number, fault)| at(number, fault)),
        );
        return Err(faults);
    }
    let plan = Plan::of_line(&tags);
    let mut builder = Builder::new(source, &says, &blocks, plan, scopes);
    let nodes = builder.all();
    faults.extend(builder.faults.into_iter().map(|(number, fault)| at(number, fault)));
    if faults.is_empty() {
        Ok(Compiled {
            nodes,
            used: builder.scopes.used(),
            ..Compiled::default()
        })
    } else {
        Err(faults)
    }
}

/// Checks names and types in the order of the tags, whatever the structure: blocks that do not close last to the end.
fn check_names(tags: &[&tag::Tag], mut scopes: Scopes<'_>) -> Vec<(usize, Fault)> {
    let mut faults = Vec::new();
    // What a block over columns means holds in the other rows of its table too.
    let mut columns: Vec<Scope> = Vec::new();
    // For each open block its name and how many scopes stood before it.
    let mut open: Vec<(&str, usize)> = Vec::new();
    // Within a block that can't be read nobody knows what names mean.
    let mut dark: Option<usize> = None;
    for (number, tag) in tags.iter().enumerate() {
        if dark.is_some_and(|depth| open.len() <= depth) {
            dark = None;
        }
        match &tag.says {
            Says::Broken(name) => {
                if name != "if" && name != "unless" {
                    dark = dark.or(Some(open.len()));
                }
                open.push((name, scopes.frames.len()));
            }
            _ if dark.is_some() && !matches!(tag.says, Says::Open(..) | Says::Close(_)) => {}
            Says::Open(name, _) if dark.is_some() => open.push((name, scopes.frames.len())),
            Says::Open(name, head) => {
                let before = scopes.frames.len();
                match compile_block(&scopes, name, head) {
                    Ok(block) => {
                        if matches!(over_of(head), Ok(Some(Over::Column))) {
                            columns.extend(block.scope.clone());
                        }
                        scopes.frames.extend(block.scope);
                    }
                    Err(fault) => faults.push((number, fault)),
                }
                open.push((name, before));
            }
            Says::Else(Some((name, head))) => {
                if let Err(fault) = compile_block(&scopes, name, head) {
                    faults.push((number, fault));
                }
            }
            Says::Close(name) => {
                if let Some(depth) = open.iter().rposition(|(opened, _)| opened == name) {
                    scopes.frames.truncate(open[depth].1);
                    open.truncate(depth);
                }
            }
            Says::Else(None) | Says::Nothing => {}
            says => {
                let Err(fault) = compile_printed(&scopes, says, &tag.written) else {
                    continue;
                };
                let in_column = columns.iter().any(|scope| {
                    let mut scopes = scopes.clone();
                    scopes.frames.push(scope.clone());
                    compile_printed(&scopes, says, &tag.written).is_ok()
                });
                if !in_column {
                    faults.push((number, fault));
                }
            }
        }
    }
    faults
}

/// `w14:paraId` and `w14:textId` must be unique in a document; within a loop they would repeat.
fn drop_identities(tree: &Tree, tags: &[&tag::Tag], blocks: &[Block], plan: &mut Plan) {
    // A block over columns stands in each row.
    let mut positions: HashMap<usize, Vec<usize>> = HashMap::new();
    for (position, action) in &plan.actions {
        if let Action::Tag(number) = action {
            positions.entry(*number).or_default().push(*position);
        }
    }
    let positions = |tag: usize| positions.get(&tag).into_iter().flatten();
    let mut gone = Vec::new();
    for block in blocks {
        if !matches!(&tags[block.open].says, Says::Open(name, _) if name == "each") {
            continue;
        }
        for (&from, &to) in positions(block.open).zip(positions(block.close)) {
            let first = tree.identities.partition_point(|range| range.start < from);
            let inside = tree.identities[first..].iter().take_while(|range| range.end <= to);
            gone.extend(inside.cloned());
        }
    }
    gone.retain(|range: &Range<usize>| {
        let cut = plan.cuts.partition_point(|cut| cut.end < range.end);
        plan.cuts.get(cut).is_none_or(|cut| cut.start > range.start)
    });
    plan.cuts.extend(gone);
    plan.cuts.sort_by_key(|range| range.start);
    plan.cuts.dedup();
}

/// What ended a run of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    End,
    Else(usize),
    Close(usize),
    Paragraph,
    Story,
    Drawing,
    Cell,
    Control,
    Row,
    Table,
}

/// What a builder knows of a part of WordprocessingML, besides its text.
struct Word<'b> {
    tree: &'b Tree,
    tags: &'b [PlacedTag],
    texts: &'b HashMap<usize, ParagraphText>,
    addresses: &'b HashMap<String, String>,
    takes_comments: bool,
    /// Shapes by the element around the text.
    known: HashMap<usize, usize>,
}

struct Builder<'b> {
    source: &'b str,
    tags: &'b [&'b tag::Tag],
    /// For each tag the number of its block.
    block_of: Vec<usize>,
    actions: std::iter::Peekable<std::vec::IntoIter<(usize, Action)>>,
    cuts: Vec<Range<usize>>,
    scopes: Scopes<'b>,
    cursor: usize,
    faults: Vec<(usize, Fault)>,
    row_tag: String,
    paragraph_tag: String,
    /// Pieces of text that show something, in order.
    visible: Vec<Range<usize>>,
    /// Bookmarks and the like, in order.
    markers: Vec<Range<usize>>,
    word: Option<Word<'b>>,
    columns: Vec<place::Columns>,
    restarts: HashMap<usize, Vec<String>>,
    section_breaks: HashMap<usize, Range<usize>>,
    shapes: Vec<Shape>,
    links: Vec<Link>,
    /// Position, tag, fault.
    link_faults: Vec<(usize, String, Fault)>,
    has_long_texts: bool,
    has_hyperlinks: bool,
    pictures: Option<BTreeSet<String>>,
    /// Whether the first tag opens the loop over the records that the document is made of.
    has_records: bool,
}

impl<'b> Builder<'b> {
    fn new(source: &'b str, tags: &'b [&'b tag::Tag], blocks: &'b [Block], plan: Plan, scopes: Scopes<'b>) -> Self {
        let mut block_of = vec![usize::MAX; tags.len()];
        for (number, block) in blocks.iter().enumerate() {
            for &tag in block.elses.iter().chain([&block.open, &block.close]) {
                block_of[tag] = number;
            }
        }
        Self {
            source,
            tags,
            block_of,
            actions: plan.actions.into_iter().peekable(),
            cuts: plan.cuts,
            scopes,
            cursor: 0,
            faults: Vec::new(),
            row_tag: String::new(),
            paragraph_tag: String::new(),
            visible: Vec::new(),
            markers: Vec::new(),
            word: None,
            columns: plan.columns,
            restarts: plan.restarts,
            section_breaks: plan.section_breaks,
            shapes: Vec::new(),
            links: Vec::new(),
            link_faults: Vec::new(),
            has_long_texts: false,
            has_hyperlinks: false,
            pictures: None,
            has_records: false,
        }
    }

    fn all(&mut self) -> Vec<Node> {
        let (nodes, stop) = self.nodes();
        if stop != Stop::End {
            self.misplaced(stop);
        }
        nodes
    }

    /// A closing action without its opening one: positions of two blocks cross, although their tags do not.
    fn misplaced(&mut self, stop: Stop) {
        let tag = match stop {
            Stop::Else(tag) | Stop::Close(tag) => tag,
            _ => self.tags.len().saturating_sub(1),
        };
        self.faults.push((
            tag,
            Fault::new(
                "mau/khoi-cat-ngang",
                text!(
                    "hai khối cắt ngang nhau: một khối lặp cả hàng hoặc cả đoạn nằm trong khối nhỏ hơn nó",
                    "two blocks cross: one over a whole row or paragraph lies within a smaller one"
                ),
            ),
        ));
    }

    /// The source from the cursor to a position, without what is cut.
    fn raw(&mut self, to: usize, nodes: &mut Vec<Node>) {
        let mut from = self.cursor;
        let first = self.cuts.partition_point(|cut| cut.end <= from);
        for cut in &self.cuts[first..] {
            if cut.start >= to {
                break;
            }
            self.push_raw(from..cut.start.max(from), nodes);
            from = cut.end.max(from);
        }
        self.push_raw(from..to.max(from), nodes);
        self.cursor = self.cursor.max(to);
    }

    fn push_raw(&self, range: Range<usize>, nodes: &mut Vec<Node>) {
        if range.is_empty() {
            return;
        }
        let text = &self.source[range.clone()];
        let begins = |tag: &str| {
            !tag.is_empty()
                && text
                    .match_indices(tag)
                    .any(|(at, found)| !text[at + found.len()..].starts_with(|next: char| next.is_alphanumeric()))
        };
        let row = begins(&self.row_tag);
        nodes.push(Node::Raw(Raw {
            shows: self.shows(&range),
            row,
            paragraph: begins(&self.paragraph_tag),
            table: self.leaves_table(&range),
            range,
        }));
    }

    /// Whether a piece of the source ends with a table, markers aside; `None` when it holds nothing but markers.
    fn leaves_table(&self, range: &Range<usize>) -> Option<bool> {
        let mut end = range.end;
        for marker in self.markers[..self.markers.partition_point(|marker| marker.end <= range.end)]
            .iter()
            .rev()
        {
            end = end.min(range.start + self.source[range.start..end].trim_end().len());
            if marker.end != end || marker.start < range.start {
                break;
            }
            end = marker.start;
        }
        let text = self.source[range.start..end].trim_end();
        (!text.is_empty())
            .then(|| text.ends_with("tbl>") && text[text.rfind('<').unwrap_or_default()..].starts_with("</"))
    }

    /// Whether a piece of the source shows text.
    fn shows(&self, range: &Range<usize>) -> bool {
        let first = self.visible.partition_point(|text| text.end <= range.start);
        self.visible[first..]
            .iter()
            .take_while(|text| text.start < range.end)
            .any(|text| {
                let overlap = text.start.max(range.start)..text.end.min(range.end);
                !self.source[overlap].trim().is_empty()
            })
    }

    fn nodes(&mut self) -> (Vec<Node>, Stop) {
        let mut nodes = Vec::new();
        while let Some((position, action)) = self.actions.next() {
            self.raw(position, &mut nodes);
            match action {
                Action::Insert(markup) => nodes.push(Node::Markup(markup)),
                Action::OpenParagraph { vanishes: false } => {
                    let inner = self.until(Stop::Paragraph);
                    nodes.push(Node::Paragraph(inner, None));
                }
                Action::OpenParagraph { vanishes: true } => {
                    let inner = self.until(Stop::Paragraph);
                    let first = self.markers.partition_point(|range| range.start < position);
                    let within = |range: &&Range<usize>| range.end <= self.cursor;
                    let markers = self.markers[first..].iter().take_while(within).cloned().collect();
                    nodes.push(Node::Paragraph(inner, Some(markers)));
                }
                Action::OpenStory => {
                    let inner = self.until(Stop::Story);
                    nodes.push(Node::Story(inner));
                }
                Action::OpenDrawing(tag) => {
                    self.scopes.enter(tag);
                    let call = compile_printed(&self.scopes, &self.tags[tag].says, &self.tags[tag].written);
                    let inner = self.until(Stop::Drawing);
                    match call {
                        Ok(Print {
                            picture: Some(picture), ..
                        }) => {
                            self.note_picture(&picture);
                            nodes.push(Node::Drawing(picture, inner, position..self.cursor));
                        }
                        Ok(_) => {}
                        Err(fault) => self.faults.push((tag, fault)),
                    }
                }
                Action::CloseDrawing => return (nodes, Stop::Drawing),
                Action::OpenControl(tag) => {
                    self.scopes.enter(tag);
                    let list = match &self.tags[tag].says {
                        Says::Open(name, head) => compile_block(&self.scopes, name, head).ok(),
                        _ => None,
                    };
                    let body = self.until(Stop::Control);
                    // What is wrong with the list is told where it is repeated.
                    nodes.extend(list.map(|list| Node::If {
                        condition: list.expr,
                        zero_counts: None,
                        negated: false,
                        body,
                        otherwise: Vec::new(),
                    }));
                }
                Action::CloseControl => return (nodes, Stop::Control),
                Action::OpenRow => {
                    let inner = self.until(Stop::Row);
                    nodes.push(Node::Row(inner));
                }
                Action::OpenCell(columns) => {
                    let inner = self.until(Stop::Cell);
                    nodes.push(Node::Cell(inner, columns));
                }
                Action::OpenTable(columns) => {
                    let grid = columns.map(|number| Box::new(self.grid(number)));
                    let inner = self.until(Stop::Table);
                    nodes.push(Node::Table(inner, grid));
                }
                Action::Instead(instead) => nodes.extend(self.instead(instead)),
                Action::CloseParagraph => return (nodes, Stop::Paragraph),
                Action::CloseStory => return (nodes, Stop::Story),
                Action::CloseCell => return (nodes, Stop::Cell),
                Action::CloseRow => return (nodes, Stop::Row),
                Action::CloseTable => return (nodes, Stop::Table),
                Action::Tag(number) => {
                    let tag = self.tags[number];
                    match &tag.says {
                        // A part with one that can't be read comes to no nodes.
                        Says::Nothing | Says::Broken(_) => {}
                        Says::Else(_) => return (nodes, Stop::Else(number)),
                        Says::Close(_) => return (nodes, Stop::Close(number)),
                        Says::Print(_) | Says::Merge(_) | Says::Control(_) => match self.print(number, &tag.says) {
                            Ok(node) => nodes.push(node),
                            Err(fault) => self.faults.push((number, fault)),
                        },
                        Says::Open(name, head) => {
                            let block = self.block_of[number];
                            let node = self.block(number, block, name, head);
                            nodes.extend(node);
                        }
                    }
                }
            }
        }
        let end = self.source.len();
        self.raw(end, &mut nodes);
        (nodes, Stop::End)
    }

    fn until(&mut self, wanted: Stop) -> Vec<Node> {
        let (nodes, stop) = self.nodes();
        if stop != wanted {
            self.misplaced(stop);
        }
        nodes
    }

    /// The nodes of a block from its opening tag, `{{else if}}` included, up to its closing tag.
    fn block(&mut self, number: usize, block: usize, name: &str, head: &HelperTemplate) -> Option<Node> {
        self.scopes.enter(number);
        let compiled = compile_block(&self.scopes, name, head);
        let (head, failed) = match compiled {
            Ok(head) => (Some(head), None),
            Err(fault) => (None, Some(fault)),
        };
        if let Some(fault) = failed {
            self.faults.push((number, fault));
        }
        let before = self.scopes.frames.len();
        if let Some(head) = &head {
            self.scopes.frames.extend(head.scope.clone());
        }
        let body_faults = self.faults.len();
        let (body, stop) = self.nodes();
        if head.is_none() && name != "if" && name != "unless" {
            // What `this` is, is unknown: names inside would all be told as wrong.
            self.faults.truncate(body_faults);
        }
        self.scopes.frames.truncate(before);
        let otherwise = match stop {
            Stop::Close(close) if self.block_of[close] == block => Vec::new(),
            Stop::Else(tag) if self.block_of[tag] == block => self.otherwise(tag, block),
            stop => {
                self.misplaced(stop);
                Vec::new()
            }
        };
        // Whatever is repeated or left out must be whole elements; placing sees to it, and this makes sure.
        let is_markup = !self.row_tag.is_empty();
        if is_markup
            && [&body, &otherwise]
                .into_iter()
                .any(|nodes| !is_balanced(self.source, nodes))
        {
            self.misplaced(Stop::Close(number));
        }
        let head = head?;
        Some(match head.kind {
            HeadKind::Each if self.has_records && number == 0 => Node::Records {
                texts: matches!(head.value, Kind::Texts(_)),
                body,
                restarts: self.restarts.get(&number).cloned().unwrap_or_default(),
            },
            HeadKind::Each => Node::Each {
                texts: matches!(head.value, Kind::Texts(_)),
                list: head.expr,
                body,
                otherwise,
                restarts: self.restarts.get(&number).cloned().unwrap_or_default(),
            },
            HeadKind::If | HeadKind::Unless => Node::If {
                condition: head.expr,
                zero_counts: head.zero_counts,
                negated: head.kind == HeadKind::Unless,
                body,
                otherwise,
            },
            HeadKind::With => Node::With {
                value: head.expr,
                body,
                otherwise,
            },
        })
    }

    fn otherwise(&mut self, tag: usize, block: usize) -> Vec<Node> {
        match &self.tags[tag].says {
            Says::Else(Some((name, head))) => self.block(tag, block, name, head).into_iter().collect(),
            _ => {
                let (nodes, stop) = self.nodes();
                match stop {
                    Stop::Close(close) if self.block_of[close] == block => {}
                    stop => self.misplaced(stop),
                }
                nodes
            }
        }
    }
}

impl Builder<'_> {
    /// What a tag prints.
    fn print(&mut self, number: usize, says: &Says) -> Result<Node, Fault> {
        self.scopes.enter(number);
        if let Some(properties) = self.section_breaks.get(&number).cloned() {
            return section_break(says).map(|orientation| Node::SectionBreak(properties, orientation));
        }
        if let Says::Control(control) = says
            && let Shows::CheckBox(on, off) = &control.shows
        {
            let print = compile_printed(&self.scopes, says, &self.tags[number].written)?;
            let glyph = |glyph: &str| vec![Node::Markup(glyph.to_owned())];
            return Ok(Node::If {
                condition: print.expr,
                zero_counts: None,
                negated: false,
                body: glyph(on),
                otherwise: glyph(off),
            });
        }
        let mut print = compile_printed(&self.scopes, says, &self.tags[number].written)?;
        print.place = self.place(number);
        self.has_long_texts |= print.is_long;
        self.has_hyperlinks |= print.is_link;
        if let Some(picture) = &print.picture {
            self.note_picture(picture);
        }
        if place::is_call(says, merge::MERGE_DOWN) {
            print.extra.get_or_insert_default().merge = Some(number);
        }
        Ok(Node::Print(Box::new(print)))
    }

    /// Notes that a picture is asked for.
    fn note_picture(&mut self, picture: &PictureCall) {
        let names = self.pictures.get_or_insert_default();
        if let Expr::Literal(Literal::Text(name)) = &picture.source {
            names.insert(name.to_string());
        }
    }

    /// What is around the text that a tag prints.
    fn place(&mut self, number: usize) -> PrintPlace {
        let Some(word) = &mut self.word else {
            return PrintPlace::Plain;
        };
        let tag = &word.tags[number];
        match word.tree.paragraphs[tag.paragraph].kind {
            TextKind::Attribute => return PrintPlace::Attribute,
            TextKind::Plain if word.tree.elements[tag.element].name == Name::Instruction => return PrintPlace::Code,
            TextKind::Plain => return PrintPlace::Plain,
            TextKind::Runs => {}
        }
        let tree = word.tree;
        let is_alone = tag.shell.is_none()
            && word.texts[&tag.paragraph].text.trim() == tag.tag.written.trim()
            && tree.paragraphs[tag.paragraph].section.is_none()
            && !tree
                .inside(tree.paragraphs[tag.paragraph].element)
                .any(|(_, inner)| inner.name.is_visible());
        // One shape serves all tags of a text, but for one that is alone in its paragraph: it is alone in its text, too.
        if let (Some(&shape), true) = (word.known.get(&tag.element), tag.shell.is_none()) {
            return PrintPlace::Run(shape);
        }
        let shape = shape(self.source, tree, tag, is_alone, word.takes_comments);
        self.shapes.push(shape);
        let shape = self.shapes.len() - 1;
        word.known.insert(tag.element, shape);
        PrintPlace::Run(shape)
    }

    /// The blocks over the columns of a table; what is wrong with their heads is told where their tags stand.
    fn grid(&self, number: usize) -> Grid {
        let Some(columns) = self.columns.get(number) else {
            return Grid {
                widths: Vec::new(),
                blocks: Vec::new(),
            };
        };
        let blocks = columns.blocks.iter().filter_map(|(open, columns)| {
            let Says::Open(name, head) = &self.tags[*open].says else {
                return None;
            };
            let head = compile_block(&self.scopes, name, head).ok()?;
            Some(GridBlock {
                columns: columns.clone(),
                written: self.tags[*open].written.clone(),
                is_loop: head.kind == HeadKind::Each,
                negated: head.kind == HeadKind::Unless,
                zero_counts: head.zero_counts,
                head: head.expr,
            })
        });
        Grid {
            widths: columns.widths.clone(),
            blocks: blocks.collect(),
        }
    }

    /// What stands in place of a piece of the source.
    fn instead(&mut self, instead: Instead) -> Option<Node> {
        Some(match instead {
            Instead::Fresh(fresh) => Node::Fresh(fresh),
            Instead::SectionWith(open, range) => self.when(open, Some(range), None)?,
            Instead::SectionOr(open, range, other) => self.when(open, Some(range), Some(other))?,
            Instead::Link(range) => self.link(range)?,
            Instead::ControlState(tag, range) => self.control_state(tag, range)?,
            Instead::MergeDown(tag, is_bare) => {
                let print = compile_printed(&self.scopes, &self.tags[tag].says, &self.tags[tag].written).ok()?;
                let mut print = Box::new(print);
                print.extra.get_or_insert_default().merge = Some(tag);
                Node::MergeDown(print, is_bare)
            }
        })
    }

    /// One piece of the source when the block with an opening tag is there, another when it is not.
    fn when(&self, open: usize, there: Option<Range<usize>>, gone: Option<Range<usize>>) -> Option<Node> {
        let Says::Open(name, head) = &self.tags[open].says else {
            return None;
        };
        let head = compile_block(&self.scopes, name, head).ok()?;
        let piece = |range: Option<Range<usize>>| -> Vec<Node> {
            range.map(|range| Node::Raw(Raw::of(range))).into_iter().collect()
        };
        Some(Node::If {
            condition: head.expr,
            zero_counts: head.zero_counts,
            negated: head.kind == HeadKind::Unless,
            body: piece(there),
            otherwise: piece(gone),
        })
    }

    /// The id of a relationship whose address holds tags.
    fn link(&mut self, range: Range<usize>) -> Option<Node> {
        let relationship = &self.source[range.clone()];
        let source = self.word.as_ref()?.addresses.get(relationship)?.clone();
        self.scopes.enter(self.tags.len() + self.links.len());
        let line = line_in(&source, &self.scopes.within_one_tag());
        let link = match line {
            Ok(nodes) => Link {
                source,
                nodes,
                relationship: relationship.to_owned(),
                position: range.start,
            },
            Err(fault) => {
                let (written, fault) = *fault;
                let address = text!("địa chỉ của liên kết", "the address of a link");
                self.link_faults.push((range.start, written, fault.within(&address)));
                return None;
            }
        };
        self.links.push(link);
        Some(Node::Fresh(Fresh::Link(self.links.len() - 1)))
    }

    /// The date of a date control, or the state of a check box.
    fn control_state(&self, tag: usize, range: Range<usize>) -> Option<Node> {
        let Says::Control(control) = &self.tags[tag].says else {
            return None;
        };
        let ControlField { path, shows } = control.as_ref();
        let value = compile_path(&self.scopes, path, path).ok()?;
        let markup = |markup: &str| Node::Markup(markup.to_owned());
        let (body, otherwise) = match shows {
            Shows::Date(_) if value.is_date => {
                let Ok(Says::Print(head)) = tag::parse(&format!("{{{{date {path} \"yyyy-MM-dd\"}}}}")) else {
                    return None;
                };
                let date = compile_print(&self.scopes, &head, path).ok()?;
                let prefix = self.word.as_ref().map_or("w:", |word| word.tree.prefix.as_str());
                let body = vec![
                    markup(&format!(" {prefix}fullDate=\"")),
                    Node::Print(Box::new(date)),
                    markup("T00:00:00Z\""),
                ];
                (body, Vec::new())
            }
            Shows::CheckBox(..) => (vec![markup("1")], vec![markup("0")]),
            Shows::Text => {
                let prefix = self.word.as_ref().map_or("w:", |word| word.tree.prefix.as_str());
                return Some(match value.is_long {
                    true => markup(&format!("<{prefix}text {prefix}multiLine=\"1\"/>")),
                    false => Node::Raw(Raw::of(range)),
                });
            }
            _ => return None,
        };
        Some(Node::If {
            condition: value.expr,
            zero_counts: None,
            negated: false,
            body,
            otherwise,
        })
    }
}

/// The nodes of a line of text within blocks.
fn line_in(source: &str, scopes: &Scopes<'_>) -> Result<Vec<Node>, Box<(String, Fault)>> {
    let (tags, bad) = tag::find(source, &mut tag::Known::new(), &mut None, &|_| false);
    if let Some(bad) = bad.into_iter().next() {
        return Err(Box::new(bad));
    }
    let says: Vec<&tag::Tag> = tags.iter().collect();
    let written = |number: usize| tags.get(number).map_or_else(String::new, |tag| tag.written.clone());
    let (blocks, bad) = pair(&says);
    if let Some((number, fault)) = bad.into_iter().next() {
        return Err(Box::new((written(number), fault)));
    }
    let plan = Plan::of_line(&tags);
    let mut builder = Builder::new(source, &says, &blocks, plan, scopes.clone());
    let nodes = builder.all();
    match builder.faults.into_iter().next() {
        Some((number, fault)) => Err(Box::new((written(number), fault))),
        None => Ok(nodes),
    }
}
