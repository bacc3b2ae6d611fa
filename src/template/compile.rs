//! From the tags of a part to a tree of nodes that can be filled: blocks paired, placed, and type-checked.
//!
//! In: the text of a part and the schema. Out: [`Node`]s over byte ranges of that text, or all faults of the part at
//! once, each with its tag. The tree is assembled here from raw pieces; handlebars' parser sees nothing but the tags.

use std::collections::HashMap;
use std::ops::Range;

use handlebars::template::{BlockParam, HelperTemplate, Parameter};

use super::expression::{Expr, Family, Fault, Kind, Scope, Scopes};
use super::part::{ParagraphText, Tree};
use super::place::{self, Action, Block, Over, PlacedTag, Plan};
use super::print::Printer;
use super::tag::{self, Says};
use crate::text;
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
    /// A paragraph that vanishes when it prints nothing, but for its bookmarks and the like.
    Paragraph(Vec<Node>, Vec<Range<usize>>),
    /// The content of a cell, header or text box, which must end with a paragraph.
    Story(Vec<Node>),
    /// A table that vanishes when it has no row.
    Table(Vec<Node>),
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
    /// The tag as it was written.
    pub written: String,
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
}

/// Most blocks inside each other.
const DEEPEST: usize = 64;

/// A compiled part.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// Its nodes; empty when the part has no tag.
    pub nodes: Vec<Node>,
}

/// Compiles an XML part. `None` when it holds no tag at all and can be copied as it is.
pub fn part(source: &str, tree: &Tree, schema: &crate::schema::Schema) -> Result<Option<Compiled>, Vec<PartFault>> {
    let mut faults = Vec::new();
    let mut texts: HashMap<usize, ParagraphText> = HashMap::new();
    let mut tags: Vec<PlacedTag> = Vec::new();
    let mut known = tag::Known::new();
    for paragraph in 0..tree.paragraphs.len() {
        if !tree.may_hold_tags(source, paragraph) {
            continue;
        }
        let text = tree.text(source, paragraph);
        let (found, bad) = tag::find(&text.text, &mut known);
        faults.extend(bad.into_iter().map(|(written, fault)| PartFault {
            paragraph,
            written,
            fault,
        }));
        for tag in found {
            let source = text.source(tag.range.clone());
            let first = text.source(tag.start..tag.range.end).first().map(|range| range.start);
            if let (Some(element), Some(start)) = (text.element(tag.start), first) {
                tags.push(PlacedTag {
                    paragraph,
                    tag,
                    source,
                    start,
                    element,
                });
            }
        }
        texts.insert(paragraph, text);
    }
    if tags.is_empty() && faults.is_empty() {
        return Ok(None);
    }
    // A paragraph inside a text box starts within the paragraph that holds the box; tags go by position.
    tags.sort_by_key(|tag| tag.start);
    let at = |tags: &[PlacedTag], number: usize, fault: Fault| PartFault {
        paragraph: tags[number].paragraph,
        written: tags[number].tag.written.clone(),
        fault,
    };
    let says: Vec<&tag::Tag> = tags.iter().map(|tag| &tag.tag).collect();
    let (blocks, bad) = pair(&says);
    let structure_is_sound = bad.is_empty() && faults.is_empty();
    faults.extend(bad.into_iter().map(|(number, fault)| at(&tags, number, fault)));
    let planned = if structure_is_sound {
        place::plan(source, tree, &tags, &blocks, &|paragraph| &texts[&paragraph])
    } else {
        Err(Vec::new())
    };
    let mut plan = match planned {
        Ok(plan) => plan,
        Err(bad) => {
            faults.extend(bad.into_iter().map(|(number, fault)| at(&tags, number, fault)));
            // Names are checked all the same, in the order of the tags, so that every fault is told at once.
            faults.extend(
                check_names(&says, schema)
                    .into_iter()
                    .map(|(number, fault)| at(&tags, number, fault)),
            );
            return Err(faults);
        }
    };
    drop_identities(tree, &says, &blocks, &mut plan);
    let mut builder = Builder::new(source, &says, &blocks, plan, schema);
    builder.row_tag = format!("<{}tr", tree.prefix);
    builder.visible = tree.visible_texts(source);
    builder.markers = tree.markers();
    let nodes = builder.all();
    faults.extend(
        builder
            .faults
            .into_iter()
            .map(|(number, fault)| at(&tags, number, fault)),
    );
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Some(Compiled { nodes }))
}

/// Compiles a line of text such as a file name pattern.
pub fn line(source: &str, schema: &crate::schema::Schema) -> Result<Compiled, Vec<PartFault>> {
    let (tags, bad) = tag::find(source, &mut tag::Known::new());
    let mut faults: Vec<PartFault> = bad
        .into_iter()
        .map(|(written, fault)| PartFault {
            paragraph: 0,
            written,
            fault,
        })
        .collect();
    let at = |number: usize, fault: Fault| PartFault {
        paragraph: 0,
        written: tags.get(number).map_or_else(String::new, |tag| tag.written.clone()),
        fault,
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
    };
    let mut builder = Builder::new(source, &says, &blocks, plan, schema);
    let nodes = builder.all();
    faults.extend(builder.faults.into_iter().map(|(number, fault)| at(number, fault)));
    if faults.is_empty() {
        Ok(Compiled { nodes })
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
            Says::Print(_) | Says::Nothing => {}
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
            "over nhận \"row\", \"rows\", \"paragraph\" hoặc \"text\"",
            "over takes \"row\", \"rows\", \"paragraph\" or \"text\""
        )))),
    }
}

/// Checks names and types in the order of the tags, whatever the structure: blocks that do not close last to the end.
fn check_names(tags: &[&tag::Tag], schema: &crate::schema::Schema) -> Vec<(usize, Fault)> {
    let mut faults = Vec::new();
    let mut scopes = Scopes::new(schema);
    // For each open block its name and how many scopes stood before it.
    let mut open: Vec<(&str, usize)> = Vec::new();
    for (number, tag) in tags.iter().enumerate() {
        match &tag.says {
            Says::Print(head) => {
                if let Err(fault) = compile_print(&scopes, head, &tag.written) {
                    faults.push((number, fault));
                }
            }
            Says::Open(name, head) => {
                let before = scopes.frames.len();
                match compile_block(&scopes, name, head) {
                    Ok(block) => scopes.frames.extend(block.scope),
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
        }
    }
    faults
}

/// `w14:paraId` and `w14:textId` must be unique in a document; within a loop they would repeat.
fn drop_identities(tree: &Tree, tags: &[&tag::Tag], blocks: &[Block], plan: &mut Plan) {
    let positions: HashMap<usize, usize> = plan
        .actions
        .iter()
        .filter_map(|(position, action)| match action {
            Action::Tag(number) => Some((*number, *position)),
            _ => None,
        })
        .collect();
    let position = |wanted: usize| positions.get(&wanted).copied();
    let mut gone = Vec::new();
    for block in blocks {
        let is_loop = matches!(&tags[block.open].says, Says::Open(name, _) if name == "each");
        if let (true, Some(from), Some(to)) = (is_loop, position(block.open), position(block.close)) {
            gone.extend(
                tree.identities
                    .iter()
                    .filter(|range| from <= range.start && range.end <= to)
                    .cloned(),
            );
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
    let print = Print {
        printer: Printer::of(scopes.schema, kind),
        field,
        empty: declared.and_then(|field| field.empty.clone()),
        written: written.to_owned(),
        expr,
    };
    Ok(print)
}

/// What ended a run of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    End,
    Else(usize),
    Close(usize),
    Paragraph,
    Story,
    Table,
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
    /// Pieces of text that show something, in order.
    visible: Vec<Range<usize>>,
    /// Bookmarks and the like, in order.
    markers: Vec<Range<usize>>,
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
            visible: Vec::new(),
            markers: Vec::new(),
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
        let row = !self.row_tag.is_empty()
            && text
                .match_indices(&self.row_tag)
                .any(|(at, found)| !text[at + found.len()..].starts_with(|next: char| next.is_alphanumeric()));
        nodes.push(Node::Raw(Raw {
            shows: self.shows(&range),
            row,
            range,
        }));
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
                Action::OpenParagraph => {
                    let inner = self.until(Stop::Paragraph);
                    let within = |range: &&Range<usize>| position <= range.start && range.end <= self.cursor;
                    let markers = self.markers.iter().filter(within).cloned().collect();
                    nodes.push(Node::Paragraph(inner, markers));
                }
                Action::OpenStory => {
                    let inner = self.until(Stop::Story);
                    nodes.push(Node::Story(inner));
                }
                Action::OpenTable => {
                    let inner = self.until(Stop::Table);
                    nodes.push(Node::Table(inner));
                }
                Action::CloseParagraph => return (nodes, Stop::Paragraph),
                Action::CloseStory => return (nodes, Stop::Story),
                Action::CloseTable => return (nodes, Stop::Table),
                Action::Tag(number) => {
                    let tag = self.tags[number];
                    match &tag.says {
                        Says::Nothing => {}
                        Says::Else(_) => return (nodes, Stop::Else(number)),
                        Says::Close(_) => return (nodes, Stop::Close(number)),
                        Says::Print(head) => match compile_print(&self.scopes, head, &tag.written) {
                            Ok(print) => nodes.push(Node::Print(Box::new(print))),
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
            Node::Paragraph(inner, _) | Node::Story(inner) | Node::Table(inner) => self.nodes(source, inner),
            Node::Print(_) | Node::Each { .. } | Node::If { .. } | Node::With { .. } => !self.in_tag,
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
