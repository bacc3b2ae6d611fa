//! From the tags of a part to a tree of nodes that can be filled: blocks paired, placed, and type-checked.
//!
//! In: the text of a part and the schema. Out: [`Node`]s over byte ranges of that text, or all faults of the part at
//! once, each with its tag. The tree is assembled here from raw pieces; handlebars' parser sees nothing but the tags.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use handlebars::template::{BlockParam, HelperTemplate, Parameter};

use super::control::{self, ControlField, Shows};
use super::expression::{Expr, Family, Fault, Kind, Literal, Scope, Scopes};
use super::field;
use super::part::{Name, ParagraphText, Spot, SpotKind, TextKind, Tree};
use super::place::{self, Action, Block, Extras, Instead, Over, PlacedTag, Plan};
use super::print::Printer;
use super::section::Orientation;
use super::tag::{self, Says};
use super::used::Used;
use crate::text;
use crate::value::Type;
use crate::vietnamese;

/// A node of a compiled text.
#[derive(Clone, Debug)]
pub enum Node {
    /// Bytes of the source.
    Raw(Raw),
    /// Markup that was not in the source.
    Markup(String),
    /// A value.
    Print(Box<Print>),
    /// `#each`
    Each {
        /// The list.
        list: Expr,
        /// Items are texts of a list sheet: `this` is the text.
        texts: bool,
        /// For each item.
        body: Vec<Node>,
        /// When there is none.
        otherwise: Vec<Node>,
        /// Ids of lists that start anew with each item.
        restarts: Vec<String>,
    },
    /// `#if` and `#unless`
    If {
        /// What is asked.
        condition: Expr,
        /// `includeZero=`
        zero_counts: Option<bool>,
        /// `#unless`
        negated: bool,
        /// When it holds.
        body: Vec<Node>,
        /// When not.
        otherwise: Vec<Node>,
    },
    /// `#with`
    With {
        /// What becomes `this`.
        value: Expr,
        /// When it is there.
        body: Vec<Node>,
        /// When not.
        otherwise: Vec<Node>,
    },
    /// A paragraph that vanishes when it prints nothing, but for its bookmarks and the like; one that stays has none.
    Paragraph(Vec<Node>, Option<Vec<Range<usize>>>),
    /// The content of a cell, header or text box, which must end with a paragraph.
    Story(Vec<Node>),
    /// A drawing that shows a picture; it goes when there is none.
    Drawing(Box<PictureCall>, Vec<Node>),
    /// A row that vanishes when it has no cell.
    Row(Vec<Node>),
    /// A cell that vanishes when all its columns are gone.
    Cell(Vec<Node>, Range<usize>),
    /// A table that vanishes when it has no row; blocks over its columns, and the widths of its grid.
    Table(Vec<Node>, Option<Box<Grid>>),
    /// Something made anew each time.
    Fresh(Fresh),
    /// The mark of a cell that goes on with the one above: the value that must stay the same.
    MergeDown(Box<Print>, bool),
    /// A section ends here, by a tag: its properties, and how the pages after it lie.
    SectionBreak(Range<usize>, Option<Orientation>),
}

/// Something made anew each time it is written; ranges are of the source.
#[derive(Clone, Debug, PartialEq)]
pub enum Fresh {
    /// An id that must be unique.
    Identity(SpotKind, Range<usize>),
    /// The source, the first time only.
    Once(Range<usize>),
    /// The id of a list that may start anew.
    Numbering(Range<usize>),
    /// An empty paragraph, when a table was written last.
    Gap,
    /// The same at the end of the body, unless a table may end it; one in any case when the body has no paragraph at all.
    End(bool),
    /// A column of the grid of the innermost table.
    GridColumn(usize),
    /// The width of a cell by its columns, and as written.
    CellWidth(Range<usize>, u32),
    /// How many columns a cell spans.
    GridSpan(Range<usize>),
    /// A section's properties, after the section breaks before it.
    Section(Range<usize>),
    /// The id of a relationship to the address that a template gives.
    Link(usize),
    /// A table row begins in which cells may go on with those above.
    Row,
    /// The mark of a cell merged with others of its column: column, group of merged cells, whether it is the first.
    VerticalMerge(usize, usize, bool),
    /// The id of the relationship to the picture of the drawing around.
    Picture,
    /// The width of that picture in a frame of a width and height, in English Metric Units.
    Width(u64, u64),
    /// Its height.
    Height(u64, u64),
}

/// A picture that a tag asks for.
#[derive(Clone, Debug)]
pub struct PictureCall {
    /// Its name, or the field of the cell that it lies on.
    pub source: Expr,
    /// That field: sheet and column.
    pub field: Option<(usize, usize)>,
    /// `width=`, in millimetres.
    pub width: Option<f64>,
    /// `height=`, in millimetres.
    pub height: Option<f64>,
}

/// The columns of a table that come and go.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Widths of the columns, in twentieths of a point.
    pub widths: Vec<u32>,
    /// Blocks over columns.
    pub blocks: Vec<GridBlock>,
}

/// A block over columns: how often they are there.
#[derive(Clone, Debug)]
pub struct GridBlock {
    /// Its columns.
    pub columns: Range<usize>,
    /// A list, or a condition.
    pub head: Expr,
    /// Whether the columns are there for each item of a list; once otherwise.
    pub is_loop: bool,
    /// `#unless`
    pub negated: bool,
    /// `includeZero=`
    pub zero_counts: Option<bool>,
}

/// The address of a hyperlink that holds tags.
#[derive(Clone, Debug)]
pub struct Link {
    /// The address as text, not percent-encoded.
    pub source: String,
    /// Its nodes over that text.
    pub nodes: Vec<Node>,
    /// The relationship in the template.
    pub relationship: String,
    /// Where its id stands in the source.
    pub position: usize,
}

/// A piece of the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    /// Its bytes.
    pub range: Range<usize>,
    /// Whether it shows text.
    pub shows: bool,
    /// Whether a table row begins in it.
    pub row: bool,
    /// Whether a paragraph begins in it.
    pub paragraph: bool,
    /// Whether it leaves a table right behind it; `None` when it says nothing of that.
    pub table: Option<bool>,
}

/// A value to print.
#[derive(Clone, Debug)]
pub struct Print {
    /// The value.
    pub expr: Expr,
    /// How it prints.
    pub printer: Printer,
    /// The schema's sheet and field, when it is one.
    pub field: Option<(usize, usize)>,
    /// Printed when the value is missing, if the field has its own wording.
    pub empty: Option<String>,
    /// Whether it is text of several lines, each of which becomes a paragraph.
    pub is_long: bool,
    /// Whether it is a date.
    pub is_date: bool,
    /// Whether it is a hyperlink.
    pub is_link: bool,
    /// The tag as it was written.
    pub written: String,
    /// The picture, when it is one.
    pub picture: Option<Box<PictureCall>>,
    /// What is around the text.
    pub place: PrintPlace,
    /// What few have.
    pub extra: Option<Box<Extra>>,
}

/// What few values have that are printed.
#[derive(Clone, Debug, Default)]
pub struct Extra {
    /// Printed before a value that is there.
    pub before: String,
    /// Printed after it.
    pub after: String,
    /// What is shown for a value: the items of a drop-down.
    pub shown: Vec<(String, String)>,
    /// Printed only when the cell does not go on with the one above, by the number of its mark.
    pub merge: Option<usize>,
}

/// Where a value is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrintPlace {
    /// In the text of a run; the number of its shape.
    Run(usize),
    /// In the value of an attribute.
    Attribute,
    /// In plain text.
    Plain,
    /// In the code of a field.
    Code,
}

/// What is around a text in a run: what must be closed and opened again to put something beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Closes text and run.
    pub close: String,
    /// Opens them again.
    pub open: String,
    /// The run's properties; empty when it has none.
    pub properties: String,
    /// What is around the run up to its paragraph; `None` when the paragraph can't be divided there.
    pub paragraph: Option<ParagraphShape>,
    /// Whether comments can be put here: not in headers, notes and text boxes.
    pub takes_comments: bool,
}

/// What is around a run up to its paragraph.
#[derive(Clone, Debug, PartialEq)]
pub struct ParagraphShape {
    /// Closes what is around the run, not the paragraph.
    pub close: String,
    /// Opens it again.
    pub open: String,
    /// The paragraph's properties without those of a section; empty when it has none.
    pub properties: String,
    /// Whether the tag is all that the paragraph holds, so that it may begin as another one.
    pub is_alone: bool,
}

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

/// Most blocks inside each other.
const DEEPEST: usize = 64;
/// Most `{{else if}}` in a block and those around it: each is a block within the one before.
const MOST_ELSES: usize = 128;

/// A compiled part.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// Its nodes; empty when the part has no tag.
    pub nodes: Vec<Node>,
    /// What is around the values that are printed in runs.
    pub shapes: Vec<Shape>,
    /// Addresses of hyperlinks.
    pub links: Vec<Link>,
    /// Whether something in it is repeated that has ids.
    pub has_identities: bool,
    /// Whether lists may start anew, or may be made of long texts.
    pub has_lists: bool,
    /// Whether values may become hyperlinks.
    pub has_hyperlinks: bool,
    /// Whether pictures are asked for, and their names as far as the tags say them.
    pub pictures: Option<BTreeSet<String>>,
    /// The fields of the schema that it uses.
    pub used: Used,
}

impl Compiled {
    /// Whether filling it may add relationships to the part.
    pub fn adds_relationships(&self) -> bool {
        !self.links.is_empty() || self.has_hyperlinks || self.pictures.is_some()
    }
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
        fault,
        range: Some(tags[number].start..tags[number].source.last().map_or(tags[number].start, |range| range.end)),
    };
    let says: Vec<&tag::Tag> = tags.iter().map(|tag| &tag.tag).collect();
    let (blocks, bad) = pair(&says);
    let structure_is_sound = bad.is_empty() && faults.is_empty();
    faults.extend(bad.into_iter().map(|(number, fault)| at(&tags, number, fault)));
    let planned = if structure_is_sound {
        let extra = Extras {
            cuts,
            states,
            links: links.iter().map(|spot| spot.range.clone()).collect(),
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
                check_names(&says, context.schema)
                    .into_iter()
                    .map(|(number, fault)| at(&tags, number, fault)),
            );
            return Err(faults);
        }
    };
    drop_identities(tree, &says, &blocks, &mut plan);
    let has_identities = plan
        .actions
        .iter()
        .any(|(_, action)| matches!(action, Action::Instead(Instead::Identity(..))));
    let restarts = !plan.restarts.is_empty();
    let mut builder = Builder::new(source, &says, &blocks, plan, context.schema);
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
    let (shapes, links) = (builder.shapes, builder.links);
    let (has_long_texts, has_hyperlinks, pictures) = (builder.has_long_texts, builder.has_hyperlinks, builder.pictures);
    faults.extend(builder.link_faults.into_iter().map(|(position, written, fault)| {
        let element = tree
            .elements
            .partition_point(|element| element.start <= position)
            .saturating_sub(1);
        PartFault {
            paragraph: tree.paragraph_around(element),
            written,
            fault,
            range: Some(position..position),
        }
    }));
    faults.extend(
        distinct(builder.faults)
            .into_iter()
            .map(|(number, fault)| at(&tags, number, fault)),
    );
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Some(Compiled {
        nodes,
        shapes,
        links,
        has_identities,
        has_lists: restarts || has_long_texts,
        has_hyperlinks,
        pictures,
        used,
    }))
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

/// The tags of a part, typed and other, by position.
struct Gathered {
    tags: Vec<PlacedTag>,
    /// Places in the source that hold the state of a control, with the number of its tag.
    states: Vec<(usize, Range<usize>)>,
    /// What goes with the controls.
    cuts: Vec<Range<usize>>,
    texts: HashMap<usize, ParagraphText>,
    faults: Vec<PartFault>,
}

fn gather(source: &str, tree: &Tree, context: &Context<'_>) -> Gathered {
    let mut faults = Vec::new();
    let mut texts: HashMap<usize, ParagraphText> = HashMap::new();
    let controls = control::find(source, tree, context.schema, context.controls);
    let (fields, bad_fields) = field::tags(source, tree);
    for (paragraph, written, fault) in bad_fields.into_iter().chain(controls.faults) {
        faults.push(PartFault {
            paragraph,
            written,
            fault,
            range: tree.paragraphs.get(paragraph).map(|paragraph| {
                let element = &tree.elements[paragraph.element];
                element.start..element.start
            }),
        });
    }
    let mut others: Vec<PlacedTag> = controls.tags.into_iter().chain(fields).collect();
    others.sort_by_key(|tag| tag.start);
    let dropped = place::merged(controls.dropped.clone());
    let mut accepted: Vec<Range<usize>> = Vec::new();
    let mut tags: Vec<PlacedTag> = Vec::new();
    for tag in others {
        // What a field or control held is replaced: it is not looked at for tags, nor for other fields.
        // The end of a repeating section is where its first item ends, and the next begins.
        let at = tag.start - usize::from(matches!(tag.tag.says, Says::Close(_)) && tag.is_fixed);
        let here = at..at + 1;
        if place::covers(&dropped, here.clone()) || place::covers(&accepted, here) {
            continue;
        }
        accepted.extend(tag.source.iter().cloned());
        tags.push(tag);
    }
    let replaced = place::merged(accepted.into_iter().chain(dropped).collect());
    let mut known = tag::Known::new();
    let mut raw: Option<String> = None;
    for paragraph in 0..tree.paragraphs.len() {
        if raw.is_none() && !tree.may_hold_tags(source, paragraph) {
            continue;
        }
        let text = tree.text(source, paragraph);
        let (found, bad) = tag::find(&text.text, &mut known, &mut raw);
        faults.extend(bad.into_iter().map(|(written, fault)| {
            let at = text.text.find(&written).unwrap_or_default();
            let ranges = text.source(at..at + written.len());
            PartFault {
                paragraph,
                fault,
                range: ranges
                    .first()
                    .zip(ranges.last())
                    .map(|(first, last)| first.start..last.end),
                written,
            }
        }));
        for tag in found {
            let source = text.source(tag.range.clone());
            let first = text.source(tag.start..tag.range.end).first().map(|range| range.start);
            if let (Some(element), Some(start)) = (text.element(tag.start), first)
                && !place::covers(&replaced, start..start + 1)
            {
                tags.push(PlacedTag {
                    paragraph,
                    tag,
                    source,
                    start,
                    element,
                    shell: None,
                    is_fixed: false,
                });
            }
        }
        texts.insert(paragraph, text);
    }
    if let Some(name) = raw {
        faults.push(PartFault {
            paragraph: tree.paragraphs.len().saturating_sub(1),
            written: format!("{{{{{{{{{name}}}}}}}}}"),
            fault: tag::unclosed_raw(&name),
            range: None,
        });
    }
    for tag in &tags {
        texts
            .entry(tag.paragraph)
            .or_insert_with(|| tree.text(source, tag.paragraph));
    }
    // A paragraph inside a text box starts within the paragraph that holds the box; tags go by position.
    tags.sort_by_key(|tag| tag.start);
    let states = controls
        .states
        .into_iter()
        .filter_map(|(start, range)| Some((tags.binary_search_by_key(&start, |tag| tag.start).ok()?, range)))
        .collect();
    let mut cuts = controls.cuts;
    cuts.extend(controls.dropped);
    Gathered {
        tags,
        states,
        cuts,
        texts,
        faults,
    }
}

/// Compiles a line of text such as a file name pattern.
pub fn line(source: &str, schema: &crate::schema::Schema) -> Result<Compiled, Vec<PartFault>> {
    let mut raw = None;
    let (tags, mut bad) = tag::find(source, &mut tag::Known::new(), &mut raw);
    bad.extend(raw.map(|name| (format!("{{{{{{{{{name}}}}}}}}}"), tag::unclosed_raw(&name))));
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
            check_names(&says, schema)
                .into_iter()
                .map(|(number, fault)| at(number, fault)),
        );
        return Err(faults);
    }
    let plan = Plan {
        actions: tags
            .iter()
            .enumerate()
            .map(|(number, tag)| (tag.start, Action::Tag(number)))
            .collect(),
        cuts: tags.iter().map(|tag| tag.range.clone()).collect(),
        ..Plan::default()
    };
    let mut builder = Builder::new(source, &says, &blocks, plan, schema);
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

/// Pairs opening and closing tags. A tag that has no partner is a fault; pairing goes on as if it were not there.
fn pair(tags: &[&tag::Tag]) -> (Vec<Block>, Vec<(usize, Fault)>) {
    let mut blocks = Vec::new();
    let mut faults = Vec::new();
    let mut open: Vec<Block> = Vec::new();
    let name_of = |number: usize| match &tags[number].says {
        Says::Open(name, _) => name.as_str(),
        _ => "",
    };
    for (number, tag) in tags.iter().enumerate() {
        match &tag.says {
            Says::Open(_, head) => {
                if open.len() >= DEEPEST {
                    faults.push((
                        number,
                        Fault::new(
                            "mau/long-qua-sau",
                            text!(
                                "các khối lồng nhau quá {DEEPEST} lớp",
                                "more than {DEEPEST} blocks inside each other"
                            ),
                        ),
                    ));
                    return (blocks, faults);
                }
                let over = match over_of(head) {
                    Ok(over) => over,
                    Err(fault) => {
                        faults.push((number, fault));
                        None
                    }
                };
                open.push(Block {
                    open: number,
                    over,
                    ..Block::default()
                });
            }
            Says::Else(Some(_)) if open.iter().map(|block| block.elses.len()).sum::<usize>() >= MOST_ELSES => {
                faults.push((
                    number,
                    Fault::new(
                        "mau/qua-nhieu-nhanh",
                        text!(
                            "một khối có quá {MOST_ELSES} nhánh {{{{else if}}}}",
                            "more than {MOST_ELSES} branches {{{{else if}}}} in a block"
                        ),
                    ),
                ));
                return (blocks, faults);
            }
            Says::Else(_) => match open.last_mut() {
                Some(block) => block.elses.push(number),
                None => faults.push((
                    number,
                    Fault::new(
                        "mau/else-lac",
                        text!(
                            "{{{{else}}}} đứng ngoài mọi khối",
                            "{{{{else}}}} stands outside every block"
                        ),
                    ),
                )),
            },
            Says::Close(name) => {
                let Some(depth) = open.iter().rposition(|block| name_of(block.open) == name) else {
                    let near = vietnamese::nearest(name, open.iter().map(|block| name_of(block.open)));
                    faults.push((
                        number,
                        Fault::new(
                            "mau/dong-thua",
                            text!(
                                "thẻ đóng {{{{/{name}}}}} không có thẻ mở",
                                "the closing tag {{{{/{name}}}}} has no opening tag"
                            ),
                        )
                        .hint(near.map(|near| text!("có phải {{{{/{near}}}}}?", "did you mean {{{{/{near}}}}}?"))),
                    ));
                    continue;
                };
                for lost in open.drain(depth + 1..) {
                    faults.push((lost.open, unclosed(name_of(lost.open))));
                }
                if let Some(mut block) = open.pop() {
                    block.close = number;
                    blocks.push(block);
                }
            }
            Says::Print(_) | Says::Nothing | Says::Merge(_) | Says::Control(_) => {}
        }
    }
    faults.extend(open.iter().map(|block| (block.open, unclosed(name_of(block.open)))));
    for block in &blocks {
        let elses = &block.elses;
        let plain = elses
            .iter()
            .position(|&number| matches!(tags[number].says, Says::Else(None)));
        if plain.is_some_and(|plain| plain + 1 < elses.len()) {
            faults.push((
                elses[elses.len() - 1],
                Fault::new(
                    "mau/else-lac",
                    text!(
                        "sau {{{{else}}}} không được có thêm {{{{else}}}}",
                        "no further {{{{else}}}} can follow {{{{else}}}}"
                    ),
                ),
            ));
        }
    }
    faults.sort_by_key(|(number, _)| *number);
    blocks.sort_by_key(|block| block.open);
    (blocks, faults)
}

fn unclosed(name: &str) -> Fault {
    Fault::new(
        "mau/khoi-chua-dong",
        text!("khối #{name} chưa đóng", "the block #{name} is not closed"),
    )
    .hint(Some(text!(
        "thêm {{{{/{name}}}}} ở chỗ khối kết thúc",
        "add {{{{/{name}}}}} where the block ends"
    )))
}

fn over_of(head: &HelperTemplate) -> Result<Option<Over>, Fault> {
    let Some(over) = head.hash.get("over") else {
        return Ok(None);
    };
    let name = match over {
        Parameter::Literal(handlebars::JsonValue::String(name)) => name.as_str(),
        _ => "",
    };
    match Over::parse(name) {
        Some(over) => Ok(Some(over)),
        None => Err(Fault::new(
            "mau/sai-doi-so",
            text!("over= không nhận “{name}”", "over= does not take “{name}”"),
        )
        .hint(Some(text!(
            "over nhận \"row\", \"rows\", \"column\", \"paragraph\" hoặc \"text\"",
            "over takes \"row\", \"rows\", \"column\", \"paragraph\" or \"text\""
        )))),
    }
}

/// Checks names and types in the order of the tags, whatever the structure: blocks that do not close last to the end.
fn check_names(tags: &[&tag::Tag], schema: &crate::schema::Schema) -> Vec<(usize, Fault)> {
    let mut faults = Vec::new();
    let mut scopes = Scopes::new(schema);
    // What a block over columns means holds in the other rows of its table too.
    let mut columns: Vec<Scope> = Vec::new();
    // For each open block its name and how many scopes stood before it.
    let mut open: Vec<(&str, usize)> = Vec::new();
    for (number, tag) in tags.iter().enumerate() {
        match &tag.says {
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

/// The value that a tag, merge field or control prints.
fn compile_printed(scopes: &Scopes<'_>, says: &Says, written: &str) -> Result<Print, Fault> {
    match says {
        Says::Print(head) => compile_print(scopes, head, written),
        Says::Merge(merge) => {
            let Says::Print(head) = tag::parse(&merge.tag(scopes)?)? else {
                return Err(wrong_name(&merge.name));
            };
            let mut print = compile_print(scopes, &head, written)?;
            let (before, after) = &merge.around;
            let extra = Extra {
                before: merge.before.clone() + before,
                after: after.clone() + &merge.after,
                ..Extra::default()
            };
            if !merge.before.is_empty() || !merge.after.is_empty() {
                // Text that goes with a value says that there need not be one.
                print.empty = Some(String::new());
            }
            if !extra.before.is_empty() || !extra.after.is_empty() {
                print.extra = Some(Box::new(extra));
            }
            Ok(print)
        }
        Says::Control(control) => {
            let mut print = compile_path(scopes, &control.path, written)?;
            match &control.shows {
                Shows::Date(Some(pattern)) if print.is_date => {
                    let pattern = pattern.replace('"', "");
                    let call = format!("{{{{date {} \"{pattern}\"}}}}", control.path);
                    // A pattern with more than a date in it (hours, names of days) is not taken over.
                    if let Ok(Says::Print(head)) = tag::parse(&call)
                        && let Ok(dated) = compile_print(scopes, &head, written)
                    {
                        print = Print {
                            field: print.field,
                            empty: print.empty,
                            ..dated
                        };
                    }
                }
                Shows::Choice(items) => {
                    print.extra = Some(Box::new(Extra {
                        shown: items.clone(),
                        ..Extra::default()
                    }));
                }
                _ => {}
            }
            Ok(print)
        }
        _ => Err(wrong_name(written)),
    }
}

/// The picture that a call of the helper `image` asks for.
fn picture_call(kind: Kind, expr: &Expr) -> Option<Box<PictureCall>> {
    let (Kind::Picture, Expr::Call(call)) = (kind, expr) else {
        return None;
    };
    let millimetres = |name: &str| {
        let named = call.named.iter().find(|(named, _)| named == name);
        match named {
            Some((_, Expr::Literal(Literal::Number(number)))) => number.to_string().parse().ok(),
            _ => None,
        }
    };
    Some(Box::new(PictureCall {
        source: call.arguments.first()?.clone(),
        field: match call.kinds.first() {
            Some(Kind::Field(sheet, field)) => Some((*sheet, *field)),
            _ => None,
        },
        width: millimetres("width"),
        height: millimetres("height"),
    }))
}

fn compile_path(scopes: &Scopes<'_>, path: &str, written: &str) -> Result<Print, Fault> {
    match tag::parse(&format!("{{{{{path}}}}}"))? {
        Says::Print(head) => compile_print(scopes, &head, written),
        _ => Err(wrong_name(path)),
    }
}

fn wrong_name(name: &str) -> Fault {
    Fault::new(
        "mau/cu-phap",
        text!("“{name}” không phải tên trường", "“{name}” is no name of a field"),
    )
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

/// A block's head, compiled.
struct Head {
    kind: HeadKind,
    expr: Expr,
    value: Kind,
    zero_counts: Option<bool>,
    /// What names mean inside, if the block changes it.
    scope: Option<Scope>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum HeadKind {
    Each,
    If,
    Unless,
    With,
}

/// The block helpers.
const BLOCKS: [&str; 4] = ["each", "if", "unless", "with"];

fn compile_block(scopes: &Scopes<'_>, name: &str, head: &HelperTemplate) -> Result<Head, Fault> {
    let kind = match name {
        "each" => HeadKind::Each,
        "if" => HeadKind::If,
        "unless" => HeadKind::Unless,
        "with" => HeadKind::With,
        _ => {
            let is_path = head.params.is_empty() && scopes.parameter(&head.name).is_ok();
            let near = vietnamese::nearest(name, BLOCKS);
            return Err(Fault::new(
                "mau/khoi-la",
                text!("không có khối “#{name}”", "there is no block “#{name}”"),
            )
            .hint(Some(match near {
                _ if is_path => text!(
                    "viết {{{{#each {name}}}}} để lặp, {{{{#if {name}}}}} để hỏi có hay không",
                    "write {{{{#each {name}}}}} to repeat, {{{{#if {name}}}}} to ask"
                ),
                Some(near) => text!("có phải “#{near}”?", "did you mean “#{near}”?"),
                None => text!(
                    "các khối: #each, #if, #unless, #with",
                    "the blocks are #each, #if, #unless, #with"
                ),
            })));
        }
    };
    let [parameter] = head.params.as_slice() else {
        return Err(Fault::new(
            "mau/sai-doi-so",
            text!(
                "khối #{name} cần đúng một đối số",
                "the block #{name} takes exactly one argument"
            ),
        )
        .hint(Some(text!(
            "điều kiện gồm nhiều phần thì để trong ngoặc: {{{{#if (eq cap \"Tỉnh\")}}}}",
            "put a condition of several parts in brackets: {{{{#if (eq cap \"Tỉnh\")}}}}"
        ))));
    };
    let mut zero_counts = None;
    let mut keys: Vec<&String> = head.hash.keys().collect();
    keys.sort();
    for key in keys {
        match (key.as_str(), &head.hash[key]) {
            ("over", _) => {}
            ("numbering", Parameter::Literal(handlebars::JsonValue::String(wish)))
                if kind == HeadKind::Each && matches!(wish.as_str(), "restart" | "continue") => {}
            ("includeZero", Parameter::Literal(handlebars::JsonValue::Bool(flag))) if kind != HeadKind::Each => {
                zero_counts = Some(*flag);
            }
            _ => {
                return Err(Fault::new(
                    "mau/doi-so-la",
                    text!(
                        "khối #{name} không có đối số “{key}=”",
                        "the block #{name} has no argument “{key}=”"
                    ),
                ));
            }
        }
    }
    let (expr, value) = scopes.parameter(parameter)?;
    let (this_name, index_name) = match &head.block_param {
        None => (None, None),
        Some(BlockParam::Single(this)) => (Some(written_name(this)), None),
        Some(BlockParam::Pair((this, index))) => (Some(written_name(this)), Some(written_name(index))),
        Some(_) => (None, None),
    };
    let scope = match kind {
        HeadKind::Each => {
            let Some(item) = value.item() else {
                let found = value.describe(scopes.schema);
                return Err(Fault::new(
                    "mau/khong-phai-danh-sach",
                    crate::diagnostic::Text::new(
                        format!("#each cần một danh sách, “{}” là {}", written_name(parameter), found.vi),
                        format!("#each needs a list, “{}” is {}", written_name(parameter), found.en),
                    ),
                )
                .hint(Some(text!(
                    "danh sách là một trang bảng hoặc trang liệt kê của sổ tính, ví dụ {{{{#each khen_thuong}}}}",
                    "a list is a table or list sheet of the workbook"
                ))));
            };
            Some(Scope {
                kind: item,
                this_name,
                index_name,
                is_loop: true,
            })
        }
        HeadKind::With => Some(Scope {
            kind: value,
            this_name,
            index_name: None,
            is_loop: false,
        }),
        HeadKind::If | HeadKind::Unless => None,
    };
    Ok(Head {
        kind,
        expr,
        value,
        zero_counts,
        scope,
    })
}

fn written_name(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Name(name) => name.clone(),
        Parameter::Path(handlebars::Path::Relative((_, raw)) | handlebars::Path::Local((_, _, raw))) => raw.clone(),
        Parameter::Literal(literal) => literal.to_string(),
        Parameter::Subexpression(sub) => format!("({} …)", sub.name()),
        _ => String::new(),
    }
}

fn compile_print(scopes: &Scopes<'_>, tag: &Parameter, written: &str) -> Result<Print, Fault> {
    let (expr, kind) = scopes.parameter(tag)?;
    if kind.family(scopes.schema) == Family::Compound {
        let found = kind.describe(scopes.schema);
        let fault = Fault::new(
            "mau/khong-in-duoc",
            crate::diagnostic::Text::new(
                format!("thẻ này là {}, không in thành chữ được", found.vi),
                format!("this is {}, which can't be printed", found.en),
            ),
        );
        return Err(fault.hint(Some(match kind {
            Kind::Rows(_) | Kind::Texts(_) | Kind::Groups(..) => text!(
                "lặp qua từng dòng bằng {{{{#each …}}}}, hoặc nối lại bằng {{{{join …}}}}",
                "go through it with {{{{#each …}}}}, or put it together with {{{{join …}}}}"
            ),
            _ => text!("thêm dấu chấm và tên trường", "add a dot and the name of a field"),
        })));
    }
    let field = match kind {
        Kind::Field(sheet, field) => Some((sheet, field)),
        _ => None,
    };
    let declared = field.and_then(|(sheet, field)| scopes.schema.sheets.get(sheet)?.fields.get(field));
    Ok(Print {
        printer: Printer::of(scopes.schema, kind),
        field,
        empty: declared.and_then(|field| field.empty.clone()),
        is_long: declared.is_some_and(|field| field.ty == Type::LongText),
        is_date: kind.family(scopes.schema) == Family::Date,
        is_link: kind == Kind::Link,
        picture: picture_call(kind, &expr),
        written: written.to_owned(),
        place: PrintPlace::Plain,
        extra: None,
        expr,
    })
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
}

impl<'b> Builder<'b> {
    fn new(
        source: &'b str,
        tags: &'b [&'b tag::Tag],
        blocks: &'b [Block],
        plan: Plan,
        schema: &'b crate::schema::Schema,
    ) -> Self {
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
            scopes: Scopes::new(schema),
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
                    let call = compile_printed(&self.scopes, &self.tags[tag].says, &self.tags[tag].written);
                    let inner = self.until(Stop::Drawing);
                    match call {
                        Ok(Print {
                            picture: Some(picture), ..
                        }) => {
                            self.note_picture(&picture);
                            nodes.push(Node::Drawing(picture, inner));
                        }
                        Ok(_) => {}
                        Err(fault) => self.faults.push((tag, fault)),
                    }
                }
                Action::CloseDrawing => return (nodes, Stop::Drawing),
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
                        Says::Nothing => {}
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
        if let Some(properties) = self.section_breaks.get(&number).cloned() {
            return section_break(says).map(|orientation| Node::SectionBreak(properties, orientation));
        }
        if let Says::Control(control) = says
            && let Shows::CheckBox(on, off) = &control.shows
        {
            let print = compile_path(&self.scopes, &control.path, &control.path)?;
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
        if place::is_call(says, place::MERGE_DOWN) {
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
            Instead::Identity(kind, range) => Node::Fresh(Fresh::Identity(kind, range)),
            Instead::Once(range) => Node::Fresh(Fresh::Once(range)),
            Instead::Numbering(range) => Node::Fresh(Fresh::Numbering(range)),
            Instead::Gap => Node::Fresh(Fresh::Gap),
            Instead::End { is_table } => Node::Fresh(Fresh::End(is_table)),
            Instead::GridColumn(_, column) => Node::Fresh(Fresh::GridColumn(column)),
            Instead::CellWidth(_, columns, width) => Node::Fresh(Fresh::CellWidth(columns, width)),
            Instead::GridSpan(_, columns) => Node::Fresh(Fresh::GridSpan(columns)),
            Instead::Section(range) => Node::Fresh(Fresh::Section(range)),
            Instead::SectionWith(open, range) => self.when(open, Some(range), None)?,
            Instead::SectionOr(open, range, other) => self.when(open, Some(range), Some(other))?,
            Instead::Link(range) => self.link(range)?,
            Instead::ControlState(tag) => self.control_state(tag)?,
            Instead::Row => Node::Fresh(Fresh::Row),
            Instead::VerticalMerge(column, group, is_first) => {
                Node::Fresh(Fresh::VerticalMerge(column, group, is_first))
            }
            Instead::Picture => Node::Fresh(Fresh::Picture),
            Instead::Width(width, height) => Node::Fresh(Fresh::Width(width, height)),
            Instead::Height(width, height) => Node::Fresh(Fresh::Height(width, height)),
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
            let raw = range.map(|range| Raw {
                range,
                shows: false,
                row: false,
                paragraph: false,
                table: Some(false),
            });
            raw.map(Node::Raw).into_iter().collect()
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
        let link = match line_in(&source, &self.scopes) {
            Ok(nodes) => Link {
                source,
                nodes,
                relationship: relationship.to_owned(),
                position: range.start,
            },
            Err(fault) => {
                let (written, fault) = *fault;
                self.link_faults.push((range.start, written, fault));
                return None;
            }
        };
        self.links.push(link);
        Some(Node::Fresh(Fresh::Link(self.links.len() - 1)))
    }

    /// The date of a date control, or the state of a check box.
    fn control_state(&self, tag: usize) -> Option<Node> {
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

/// What a section break asks for.
fn section_break(says: &Says) -> Result<Option<Orientation>, Fault> {
    let wrong = || {
        Fault::new(
            "mau/sai-doi-so",
            text!(
                "hàm “section_break” chỉ nhận \"landscape\" hoặc \"portrait\"",
                "helper “section_break” takes \"landscape\" or \"portrait\" only"
            ),
        )
        .hint(Some(text!(
            "viết {{{{section_break \"landscape\"}}}}",
            "write {{{{section_break \"landscape\"}}}}"
        )))
    };
    let Says::Print(Parameter::Subexpression(call)) = says else {
        return Ok(None);
    };
    let handlebars::template::TemplateElement::Expression(call) = call.as_element() else {
        return Err(wrong());
    };
    match (call.params.as_slice(), call.hash.is_empty()) {
        ([], true) => Ok(None),
        ([Parameter::Literal(literal)], true) => {
            let orientation = literal.as_str().and_then(Orientation::parse);
            orientation.map(Some).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

/// What is around a text that a tag prints.
fn shape(source: &str, tree: &Tree, tag: &PlacedTag, is_alone: bool, takes_comments: bool) -> Shape {
    let chain = tree.chain(tag.element);
    let paragraph = chain
        .iter()
        .position(|&element| tree.elements[element].name == Name::Paragraph);
    let until = paragraph.unwrap_or(chain.len());
    let name = |element: &usize| tree.elements[*element].name;
    let run = chain[..until].iter().position(|element| name(element) == Name::Run);
    let (close, open, properties, outer) = match (&tag.shell, run) {
        (Some(shell), _) => (shell.close.clone(), shell.open.clone(), shell.properties.clone(), 1),
        (None, Some(run)) => {
            let (close, open) = place::seam(source, tree, &chain[..=run]);
            let properties = place::run_properties(source, tree, chain[run]).to_owned();
            (close, open, properties, run + 1)
        }
        (None, None) => (String::new(), String::new(), String::new(), until),
    };
    let outer = chain.get(outer.min(until)..until).unwrap_or_default();
    // What stands inside a run of its own, or in a cell of its own, has no paragraph to divide.
    let can_divide = run.is_some() || tag.shell.is_some();
    let paragraph = paragraph
        .filter(|_| can_divide && outer.iter().all(|element| name(element).can_split()))
        .map(|paragraph| {
            let (close, open) = place::seam(source, tree, outer);
            // They come first of all in a paragraph (ECMA-376 part 1, 17.3.1.22).
            let properties = tree
                .children(chain[paragraph])
                .next()
                .filter(|(_, inner)| inner.name == Name::ParagraphProperties)
                .map_or(String::new(), |(properties, _)| {
                    paragraph_properties(source, tree, properties)
                });
            ParagraphShape {
                close,
                open,
                properties,
                is_alone,
            }
        });
    let in_text_box = chain.iter().any(|element| name(element) == Name::Story);
    Shape {
        close,
        open,
        properties,
        paragraph,
        takes_comments: takes_comments && !in_text_box,
    }
}

/// A paragraph's properties for a paragraph after it: without the end of a section and what a tracked change keeps.
fn paragraph_properties(source: &str, tree: &Tree, properties: usize) -> String {
    let around = &tree.elements[properties];
    let mut out = String::new();
    let mut from = around.start;
    for (_, inner) in tree.children(properties) {
        let is_change = source[inner.start..inner.open_end].contains("pPrChange");
        if inner.name == Name::Section || is_change {
            out.push_str(&source[from..inner.start]);
            from = inner.end;
        }
    }
    out.push_str(&source[from..around.end]);
    out
}

/// The nodes of a line of text within blocks.
fn line_in(source: &str, scopes: &Scopes<'_>) -> Result<Vec<Node>, Box<(String, Fault)>> {
    let mut raw = None;
    let (tags, bad) = tag::find(source, &mut tag::Known::new(), &mut raw);
    if let Some(bad) = bad.into_iter().next() {
        return Err(Box::new(bad));
    }
    let says: Vec<&tag::Tag> = tags.iter().collect();
    let written = |number: usize| tags.get(number).map_or_else(String::new, |tag| tag.written.clone());
    let (blocks, bad) = pair(&says);
    if let Some((number, fault)) = bad.into_iter().next() {
        return Err(Box::new((written(number), fault)));
    }
    let plan = Plan {
        actions: tags
            .iter()
            .enumerate()
            .map(|(number, tag)| (tag.start, Action::Tag(number)))
            .collect(),
        cuts: tags.iter().map(|tag| tag.range.clone()).collect(),
        ..Plan::default()
    };
    let mut builder = Builder::new(source, &says, &blocks, plan, scopes.schema);
    builder.scopes = scopes.clone();
    let nodes = builder.all();
    match builder.faults.into_iter().next() {
        Some((number, fault)) => Err(Box::new((written(number), fault))),
        None => Ok(nodes),
    }
}

/// Whether nodes hold whole elements only: each start tag with its end tag. Blocks inside were looked at before.
fn is_balanced(source: &str, nodes: &[Node]) -> bool {
    let mut balance = Balance::default();
    balance.nodes(source, nodes) && balance.open.is_empty() && !balance.in_tag
}

/// Start tags that are open, fed with pieces of XML that may end anywhere.
#[derive(Default)]
struct Balance {
    open: Vec<String>,
    tag: String,
    in_tag: bool,
    quote: Option<char>,
}

impl Balance {
    fn nodes(&mut self, source: &str, nodes: &[Node]) -> bool {
        nodes.iter().all(|node| match node {
            Node::Raw(raw) => self.feed(&source[raw.range.clone()]),
            Node::Markup(markup) => self.feed(markup),
            Node::Paragraph(inner, _)
            | Node::Story(inner)
            | Node::Drawing(_, inner)
            | Node::Row(inner)
            | Node::Cell(inner, _)
            | Node::Table(inner, _) => self.nodes(source, inner),
            // Within a start tag there may be values of attributes: blocks inside of them were looked at before.
            Node::Print(_) | Node::Each { .. } | Node::If { .. } | Node::With { .. } => {
                !self.in_tag || self.quote.is_some() || self.tag.contains(' ')
            }
            Node::Fresh(_) | Node::MergeDown(..) | Node::SectionBreak(..) => true,
        })
    }

    fn feed(&mut self, xml: &str) -> bool {
        for character in xml.chars() {
            match (self.in_tag, self.quote) {
                (false, _) => self.in_tag = character == '<',
                (true, Some(quote)) => {
                    if character == quote {
                        self.quote = None;
                    }
                }
                (true, None) if character == '>' && (!self.tag.starts_with("!--") || self.tag.ends_with("--")) => {
                    self.in_tag = false;
                    let tag = std::mem::take(&mut self.tag);
                    let name = |tag: &str| tag.split_whitespace().next().unwrap_or_default().to_owned();
                    match tag.strip_prefix('/') {
                        Some(end) if self.open.pop() != Some(name(end)) => return false,
                        Some(_) => {}
                        None if tag.ends_with('/') || tag.starts_with(['?', '!']) => {}
                        None => self.open.push(name(&tag)),
                    }
                }
                (true, None) => {
                    if matches!(character, '"' | '\'') && !self.tag.starts_with('!') {
                        self.quote = Some(character);
                    }
                    self.tag.push(character);
                }
            }
        }
        true
    }
}
