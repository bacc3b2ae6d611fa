//! Tags that stand for whole pieces of a document, put in as ordinary markup before a part is compiled.
//!
//! In: the XML of a part. Out: the same with each paragraph that holds nothing but `{{> part}}` replaced by the content of
//! that .docx, and each that holds nothing but `{{table list}}` by a table; what these hold is compiled like the rest, so
//! names, blocks and types need no rules of their own. Each piece remembers the paragraph that asked for it, since that
//! is the place an author can find.

mod defaults;
mod names;
mod partial;
mod table;
#[cfg(test)]
mod tests;

use std::ops::Range;

use handlebars::JsonValue;
use handlebars::template::{BlockParam, HelperTemplate, Parameter, TemplateElement};

use self::names::Names;
use self::partial::{Failure, Partials};
use self::table::{Column, Look, Wishes};
use super::Options;
use super::compile::PartFault;
use super::expression::{Fault, Kind, Scope, Scopes};
use super::gather::RawEnds;
use super::part::{Name, ParagraphText, TextKind, Tree, name_in};
use super::tag::{self, Known, Says};
use crate::diagnostic::Text;
use crate::opc::{self, Package};
use crate::schema::{Layout, Schema};
use crate::text;
use crate::vietnamese;
use crate::wml::{self, Element, Node};

/// Most partials inside each other.
const DEEPEST: usize = 16;
/// Most pieces that are put into a template.
const MOST_PIECES: usize = 2_000;
/// Widths of text, in twips, that can be: 1 cm, and the widest page that Word knows.
const NARROWEST: usize = 567;
const WIDEST: usize = 31_680;
/// What the usual padding left and right takes of a cell's width, in twips.
const CELL_PADDING: usize = 216;
/// Most bytes that are put in, each piece counted at each level.
const MOST_BYTES: usize = 64 << 20;

/// A piece that was put in.
#[derive(Clone, Debug)]
pub struct Expansion {
    /// The paragraph that asked for it, by its number in the part as it was.
    pub paragraph: usize,
    /// The tag in that paragraph.
    pub written: String,
    /// Where it stands in the part as it is now.
    pub range: Range<usize>,
    /// The file it came from; none for a table.
    pub partial: Option<String>,
}

/// A part with its pieces put in.
#[derive(Clone, Debug)]
pub struct Expanded {
    /// The XML.
    pub source: String,
    /// The pieces; those within a piece come after it.
    pub expansions: Vec<Expansion>,
    /// What is wrong with tags that ask for a piece; their paragraphs are those of the part as it was.
    pub faults: Vec<PartFault>,
}

impl Expanded {
    /// The piece around a position, the innermost one.
    pub fn at(&self, position: usize) -> Option<&Expansion> {
        let around = |expansion: &&Expansion| expansion.range.contains(&position);
        self.expansions.iter().rev().find(around)
    }
}

/// Puts pieces into the parts of one template.
#[derive(Debug)]
pub struct Expander<'e> {
    schema: &'e Schema,
    options: &'e Options<'e>,
    partials: Partials,
    pieces: usize,
    bytes: usize,
}

/// A paragraph in its text.
#[derive(Clone, Copy)]
struct Asking<'t> {
    source: &'t str,
    tree: &'t Tree,
    paragraph: usize,
}

/// What a tag that stands for a piece asks for.
enum Wish {
    /// The name of a partial, and what its names are looked up in.
    Partial(String, Option<String>),
    /// A call of `table`, and the list as it is written.
    Table(Box<HelperTemplate>, String),
}

/// The piece that is worked at: where it comes from, and what has been found.
struct Work<'w> {
    package: &'w mut Package,
    part: &'w str,
    /// Names that the part's root declares.
    names: Names,
    prefix: String,
    /// Files of the partials around, outermost first.
    chain: Vec<String>,
    /// Paragraph and tag of the outermost piece.
    host: (usize, String),
    faults: Vec<PartFault>,
    /// Width of the text around, in twips.
    width: Option<usize>,
    has_table_styles: bool,
    /// Whether sections may end here: in the body, not in cells, headers and text boxes.
    is_body: bool,
}

impl Work<'_> {
    /// Tells a fault of a tag at the place where the template asks for the piece it stands in.
    fn fault(&mut self, paragraph: usize, written: &str, fault: Fault) {
        let found = match self.chain.last() {
            None => PartFault {
                paragraph,
                written: written.to_owned(),
                fault,
                range: None,
            },
            Some(partial) => PartFault {
                paragraph: self.host.0,
                written: self.host.1.clone(),
                fault: within(partial, written, fault),
                range: None,
            },
        };
        // A loop over a partial with a fault tells it once.
        let same = |known: &PartFault| known.paragraph == found.paragraph && known.fault == found.fault;
        if !self.faults.iter().any(same) {
            self.faults.push(found);
        }
    }
}

/// The fault of a tag that stands in a partial: its place is that of the tag that asks for the partial.
pub fn within(partial: &str, written: &str, fault: Fault) -> Fault {
    Fault {
        message: Text::new(
            format!("trong mẫu con {partial}, thẻ “{written}”: {}", fault.message.vi),
            format!("in the partial {partial}, tag “{written}”: {}", fault.message.en),
        ),
        ..fault
    }
}

impl<'e> Expander<'e> {
    /// Nothing put in yet.
    pub fn new(schema: &'e Schema, options: &'e Options<'e>) -> Self {
        Self {
            schema,
            options,
            partials: Partials::default(),
            pieces: 0,
            bytes: 0,
        }
    }

    /// Puts in the pieces that a part asks for; `None` when it asks for none. What they need besides is added to the
    /// package. Errors: the template is damaged.
    pub fn part(
        &mut self,
        package: &mut Package,
        part: &str,
        source: &str,
        tree: &Tree,
    ) -> Result<Option<Expanded>, opc::Error> {
        if !(0..tree.paragraphs.len()).any(|paragraph| may_ask(tree, source, paragraph)) {
            return Ok(None);
        }
        let mut work = Work {
            names: Names::of_part(source)?,
            prefix: tree.prefix.clone(),
            chain: Vec::new(),
            host: (0, String::new()),
            faults: Vec::new(),
            width: text_width(package, part, source, tree)?,
            has_table_styles: has_table_styles(package)?,
            is_body: true,
            package,
            part,
        };
        if work.prefix.is_empty() {
            // Attributes have no default namespace.
            work.names.require("w", names::WORD);
        }
        let (expanded, mut expansions) = self.text(
            &mut work,
            source,
            tree,
            &self
                .options
                .subject
                .scopes(self.schema)
                .with_helpers(self.options.helpers),
        )?;
        if expansions.is_empty() && work.faults.is_empty() {
            return Ok(None);
        }
        let source = work.names.declare_in(&expanded)?;
        let shift = source.len() - expanded.len();
        for expansion in &mut expansions {
            expansion.range = expansion.range.start + shift..expansion.range.end + shift;
        }
        Ok(Some(Expanded {
            source,
            expansions,
            faults: work.faults,
        }))
    }

    /// A text with its pieces put in, and where they stand.
    fn text(
        &mut self,
        work: &mut Work<'_>,
        source: &str,
        tree: &Tree,
        scopes: &Scopes<'_>,
    ) -> Result<(String, Vec<Expansion>), opc::Error> {
        let mut out = String::with_capacity(source.len());
        let mut copied = 0;
        let mut expansions = Vec::new();
        let mut known = Known::new();
        let mut raw = None;
        let raw_ends = RawEnds::new(source, tree);
        let mut scopes = scopes.clone();
        let mut open = Vec::new();
        for paragraph in 0..tree.paragraphs.len() {
            let element = &tree.elements[tree.paragraphs[paragraph].element];
            if element.start < copied || raw.is_none() && !tree.may_hold_tags(source, paragraph) {
                continue;
            }
            let found = tree.text(source, paragraph);
            let (tags, faults) = tag::find(&found.text, &mut known, &mut raw, &|name| {
                raw_ends.follow(name, paragraph)
            });
            let alone = match (tags.as_slice(), faults.as_slice()) {
                ([tag], []) => Some((tag.written.as_str(), Some(&tag.says))),
                ([], [(written, _)]) => Some((written.as_str(), None)),
                _ => None,
            };
            let wish = alone
                .filter(|(written, _)| is_alone(tree, paragraph, &found.text, written))
                .and_then(|(written, says)| Some((written, wish(written, says)?)));
            let Some((written, wish)) = wish else {
                for tag in &tags {
                    follow(&mut scopes, &mut open, &tag.says);
                }
                continue;
            };
            if work.chain.is_empty() {
                work.host = (paragraph, written.to_owned());
            }
            self.pieces += 1;
            let asking = Asking {
                source,
                tree,
                paragraph,
            };
            let piece = match wish {
                _ if self.pieces > MOST_PIECES || self.bytes > MOST_BYTES => Err(Failure::Partial(too_large())),
                Ok(Wish::Partial(name, scope)) => self.partial(work, asking, &name, scope.as_deref(), &scopes),
                Ok(Wish::Table(call, list)) => {
                    let look = look(work, asking, &found);
                    let partial = work.chain.last().cloned();
                    self.table(&call, &list, &look, &scopes)
                        .map(|table| finish_table(asking, &list, table, &work.prefix))
                        .map(|markup| (markup, Vec::new(), partial))
                }
                Err(fault) => Err(Failure::Partial(fault)),
            };
            let (markup, inner, partial) = match piece {
                Ok(piece) => piece,
                Err(Failure::Template(error)) => return Err(error),
                Err(Failure::Partial(fault)) => {
                    work.fault(paragraph, written, fault);
                    (format!("<{}p/>", work.prefix), Vec::new(), None)
                }
            };
            self.bytes += markup.len();
            out.push_str(&source[copied..element.start]);
            let (before, after) = kept(source, tree, paragraph, &work.prefix);
            out.push_str(&before);
            let start = out.len();
            out.push_str(&markup);
            expansions.push(Expansion {
                paragraph: work.host.0,
                written: work.host.1.clone(),
                range: start..out.len(),
                partial,
            });
            expansions.extend(inner.into_iter().map(|inner: Expansion| Expansion {
                range: inner.range.start + start..inner.range.end + start,
                ..inner
            }));
            out.push_str(&after);
            copied = element.end;
        }
        out.push_str(&source[copied..]);
        Ok((out, expansions))
    }

    /// The content of a partial with its own pieces put in, where these stand in it, and its file.
    fn partial(
        &mut self,
        work: &mut Work<'_>,
        asking: Asking<'_>,
        name: &str,
        scope: Option<&str>,
        scopes: &Scopes<'_>,
    ) -> Result<(String, Vec<Expansion>, Option<String>), Failure> {
        let path = partial::path(name, self.options.files).map_err(Failure::Partial)?;
        if work.chain.contains(&path) || work.chain.len() >= DEEPEST {
            return Err(Failure::Partial(round(&work.chain, &path)));
        }
        let files = self.options.files;
        let content = self
            .partials
            .content(work.package, work.part, &mut work.names, &path, files)?;
        let mut xml = String::new();
        let p = &work.prefix;
        let (after_table, before_paragraph) = neighbours(asking);
        let name_of = |node: Option<&Node>| match node {
            Some(Node::Element(element)) => element.name.clone(),
            _ => String::new(),
        };
        let (first, last) = (name_of(content.first()), name_of(content.last()));
        if let Some(scope) = scope {
            xml.push_str(&marker(p, &format!("{{{{#with {scope}}}}}")));
        }
        if first == "w:tbl" && after_table {
            xml.push_str(&apart(p));
        }
        let parent = asking.tree.elements[asking.tree.paragraphs[asking.paragraph].element].parent;
        let is_body = work.is_body && asking.tree.elements[parent].name == Name::Body;
        for node in content {
            if let Node::Element(mut element) = node {
                if !is_body {
                    element.retain(&|element| element.name != "w:sectPr");
                }
                if p != "w:" {
                    names::rename(&mut element, "w", p.trim_end_matches(':'));
                }
                element.write(&mut xml);
            }
        }
        // A cell, a header or a text box must end with a paragraph, and tables that touch become one.
        if last != "w:p" && !before_paragraph {
            xml.push_str(&apart(p));
        }
        if scope.is_some() {
            xml.push_str(&marker(p, "{{/with}}"));
        }
        self.bytes += xml.len();
        if self.bytes > MOST_BYTES {
            return Err(Failure::Partial(too_large()));
        }
        // The scanner wants one root.
        let name = format!("{p}body");
        let declared = match p.strip_suffix(':') {
            Some(prefix) => format!("xmlns:{prefix}"),
            None => "xmlns".to_owned(),
        };
        let open = format!("<{name} {declared}=\"{}\">", names::WORD);
        let rooted = format!("{open}{xml}</{name}>");
        let tree = Tree::scan(&rooted).map_err(|error| Failure::Partial(partial::unreadable(&path, &error.text())))?;
        work.chain.push(path.clone());
        let width = width_around(asking, work);
        let outer = (
            std::mem::replace(&mut work.width, width),
            std::mem::replace(&mut work.is_body, is_body),
        );
        let inner = self.text(work, &rooted, &tree, scopes);
        (work.width, work.is_body) = outer;
        work.chain.pop();
        let (expanded, mut expansions) = inner?;
        let markup = expanded[open.len()..expanded.len() - name.len() - 3].to_owned();
        for expansion in &mut expansions {
            expansion.range = expansion.range.start - open.len()..expansion.range.end - open.len();
        }
        Ok((markup, expansions, Some(path)))
    }

    /// The table that a call asks for.
    fn table(&self, call: &HelperTemplate, list: &str, look: &Look, scopes: &Scopes<'_>) -> Result<Element, Failure> {
        self.columns_and_wishes(call, scopes)
            .map_err(Failure::Partial)
            .and_then(|(columns, wishes)| Ok(table::build(&columns, list, wishes, look)?))
    }

    fn columns_and_wishes(
        &self,
        call: &HelperTemplate,
        scopes: &Scopes<'_>,
    ) -> Result<(Vec<Column<'e>>, Wishes), Fault> {
        let [list] = call.params.as_slice() else {
            return Err(usage());
        };
        let (_, kind) = scopes.parameter(list)?;
        let schema = self.schema;
        let (Kind::Rows(sheet) | Kind::Texts(sheet)) = kind else {
            let found = kind.describe(schema);
            return Err(Fault::new(
                "mau/khong-phai-danh-sach",
                Text::new(
                    format!("bảng cần một danh sách, ở đây là {}", found.vi),
                    format!("a table needs a list, this is {}", found.en),
                ),
            )
            .hint(Some(text!(
                "danh sách là một trang bảng hoặc trang liệt kê của sổ tính, ví dụ {{{{table khen_thuong}}}}",
                "a list is a table or list sheet of the workbook"
            ))));
        };
        let Some(sheet) = schema.sheets.get(sheet) else {
            return Err(usage());
        };
        let mut wishes = Wishes {
            number: true,
            header: true,
            total: false,
        };
        let mut chosen = None;
        let mut keys: Vec<&String> = call.hash.keys().collect();
        keys.sort();
        for key in keys {
            match (key.as_str(), &call.hash[key]) {
                ("columns", Parameter::Literal(JsonValue::String(columns))) => chosen = Some(columns.as_str()),
                ("number", Parameter::Literal(JsonValue::Bool(wish))) => wishes.number = *wish,
                ("header", Parameter::Literal(JsonValue::Bool(wish))) => wishes.header = *wish,
                ("total", Parameter::Literal(JsonValue::Bool(wish))) => wishes.total = *wish,
                _ => return Err(usage()),
            }
        }
        let column = |field| Column {
            field,
            tag: if sheet.layout == Layout::List {
                "this"
            } else {
                &field.id
            },
        };
        let columns: Vec<Column<'e>> = match chosen {
            // A key is a name for templates, not for readers.
            None => {
                let shown = sheet
                    .fields
                    .iter()
                    .filter(|field| sheet.key.as_ref() != Some(&field.id));
                shown.map(column).collect()
            }
            Some(chosen) => {
                let words = chosen.split([' ', ',', ';']).filter(|word| !word.is_empty());
                let (mut columns, mut unknown) = (Vec::new(), Vec::new());
                for word in words {
                    match sheet.field(word) {
                        Some((_, field)) => columns.push(column(field)),
                        None => unknown.push(word),
                    }
                }
                if let Some(first) = unknown.first() {
                    let near = vietnamese::nearest(first, sheet.fields.iter().map(|field| field.id.as_str()));
                    let all = unknown.join(", ");
                    let name = &sheet.name;
                    return Err(Fault::new(
                        "mau/cot-la",
                        text!(
                            "trang «{name}» không có cột “{all}”",
                            "sheet «{name}» has no column “{all}”"
                        ),
                    )
                    .hint(near.map(|near| text!("có phải “{near}”?", "did you mean “{near}”?"))));
                }
                columns
            }
        };
        if columns.is_empty() {
            return Err(usage());
        }
        if wishes.total && !columns.iter().any(|column| table::is_summable(column.field)) {
            return Err(Fault::new(
                "mau/khong-cong-duoc",
                text!(
                    "bảng của trang «{}» không có cột số nào để cộng",
                    "the table of sheet «{}» has no column of numbers to add up",
                    sheet.name
                ),
            )
            .hint(Some(text!("bỏ total=true", "leave out total=true"))));
        }
        Ok((columns, wishes))
    }
}

fn too_large() -> Fault {
    Fault::new(
        "mau/mau-con-qua-lon",
        text!(
            "mẫu con và bảng chèn vào nhiều quá (giới hạn {MOST_PIECES} lần, {} MB)",
            "too many partials and tables are put in (at most {MOST_PIECES}, {} MB)",
            MOST_BYTES >> 20
        ),
    )
}

fn round(chain: &[String], path: &str) -> Fault {
    let whole = chain.iter().map(String::as_str).chain([path]);
    let whole = whole.collect::<Vec<_>>().join(" → ");
    Fault::new(
        "mau/mau-con-vong",
        if chain.iter().any(|known| known == path) {
            text!("mẫu con gọi vòng: {whole}", "partials go round in a circle: {whole}")
        } else {
            text!(
                "mẫu con lồng nhau quá {DEEPEST} lớp: {whole}",
                "more than {DEEPEST} partials inside each other: {whole}"
            )
        },
    )
    .hint(Some(text!(
        "bỏ thẻ {{{{> …}}}} trong tệp cuối cùng",
        "take the tag {{{{> …}}}} out of the last file"
    )))
}

fn usage() -> Fault {
    Fault::new(
        "mau/sai-doi-so",
        text!(
            "thẻ “table” nhận đối số không đúng",
            "the tag “table” got arguments that do not fit"
        ),
    )
    .hint(Some(text!(
        "cách viết: {{{{table khen_thuong columns=\"cap so_luong\" total=true}}}}; còn có number=false, header=false",
        "usage: {{{{table khen_thuong columns=\"cap so_luong\" total=true}}}}; also number=false, header=false"
    )))
}

/// Whether a paragraph's text may ask for a piece: a cheap test, right when it says no.
fn may_ask(tree: &Tree, source: &str, paragraph: usize) -> bool {
    if tree.paragraphs[paragraph].kind != TextKind::Runs || !tree.may_hold_tags(source, paragraph) {
        return false;
    }
    let text = tree.text(source, paragraph).text;
    let Some(start) = text.find("{{") else { return false };
    let inner = text[start..].trim_start_matches(|character: char| !character.is_alphanumeric() && character != '>');
    inner.starts_with('>') || inner.starts_with("table")
}

/// Whether a paragraph holds a tag and nothing else that can be seen.
fn is_alone(tree: &Tree, paragraph: usize, text: &str, written: &str) -> bool {
    let found = &tree.paragraphs[paragraph];
    found.kind == TextKind::Runs
        && tag::normalise(&text.replacen(written, "", 1)).is_empty()
        && !tree.inside(found.element).any(|(_, element)| element.name.is_visible())
}

/// What a tag asks for, if it asks for a piece.
fn wish(written: &str, says: Option<&Says>) -> Option<Result<Wish, Fault>> {
    let inner = tag::inner(written);
    if let Some(rest) = inner.strip_prefix('>') {
        return Some(partial_wish(rest.trim()));
    }
    let Some(Says::Print(Parameter::Subexpression(call))) = says else {
        return None;
    };
    match call.as_element() {
        TemplateElement::Expression(head) if call.name() == "table" => {
            let rest = inner.trim_start_matches('(').trim_start().strip_prefix("table")?;
            let (list, _) = before_named(rest);
            Some(Ok(Wish::Table(head.clone(), list.trim().to_owned())))
        }
        _ => None,
    }
}

fn partial_wish(rest: &str) -> Result<Wish, Fault> {
    let (positional, has_named) = before_named(rest);
    if has_named {
        return Err(Fault::new(
            "mau/doi-so-la",
            text!(
                "mẫu con không nhận đối số có tên: “{rest}”",
                "a partial takes no named arguments: “{rest}”"
            ),
        )
        .hint(Some(text!(
            "chỉ ghi tên mẫu con và, nếu cần, bản ghi: {{{{> khoi_ky thong_tin}}}}",
            "write its name and, if need be, a record: {{{{> khoi_ky thong_tin}}}}"
        ))));
    }
    let (name, scope) = match positional.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) {
        Some((name, scope)) => (name, scope),
        None => positional.split_once(' ').unwrap_or((positional, "")),
    };
    if name.is_empty() {
        return Err(Fault::new(
            "mau/cu-phap",
            text!("thẻ mẫu con thiếu tên", "the tag names no partial"),
        )
        .hint(Some(text!("viết như {{{{> khoi_ky}}}}", "write {{{{> khoi_ky}}}}"))));
    }
    let scope = Some(scope.trim().to_owned()).filter(|scope| !scope.is_empty());
    Ok(Wish::Partial(name.to_owned(), scope))
}

/// What of a tag comes before its named arguments, and whether it has any.
fn before_named(inner: &str) -> (&str, bool) {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    let mut word = 0;
    for (at, character) in inner.char_indices() {
        quoted ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        match character {
            _ if quoted => {}
            '(' => depth += 1,
            ')' => depth -= 1,
            ' ' if depth == 0 => word = at + 1,
            '=' if depth == 0 => return (inner[..word].trim(), true),
            _ => {}
        }
    }
    (inner.trim(), false)
}

/// Follows a tag into or out of a block, as far as names go.
fn follow(scopes: &mut Scopes<'_>, open: &mut Vec<(String, usize)>, says: &Says) {
    match says {
        Says::Open(name, head) => {
            open.push((name.clone(), scopes.frames.len()));
            let [parameter] = head.params.as_slice() else { return };
            // What is wrong here is told when the part is compiled.
            let Ok((_, kind)) = scopes.parameter(parameter) else {
                return;
            };
            let word = |parameter: &Parameter| match parameter {
                Parameter::Name(name) => Some(name.clone()),
                _ => None,
            };
            let (this_name, index_name) = match &head.block_param {
                Some(BlockParam::Single(this)) => (word(this), None),
                Some(BlockParam::Pair((this, index))) => (word(this), word(index)),
                _ => (None, None),
            };
            let is_loop = name == "each";
            let kind = match name.as_str() {
                "each" => kind.item(),
                "with" => Some(kind),
                _ => None,
            };
            scopes.frames.extend(kind.map(|kind| Scope {
                kind,
                this_name,
                index_name,
                is_loop,
            }));
        }
        Says::Close(name) => {
            if let Some(depth) = open.iter().rposition(|(opened, _)| opened == name) {
                scopes.frames.truncate(open[depth].1);
                open.truncate(depth);
            }
        }
        _ => {}
    }
}

/// A paragraph with a tag that opens or closes a block.
fn marker(p: &str, tag: &str) -> String {
    let tag = tag.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<{p}p><{p}r><{p}t>{tag}</{p}t></{p}r></{p}p>")
}

/// A paragraph of next to no height.
fn apart(p: &str) -> String {
    let a = if p.is_empty() { "w:" } else { p };
    format!(
        "<{p}p><{p}pPr><{p}spacing {a}before=\"0\" {a}after=\"0\" {a}line=\"20\" {a}lineRule=\"exact\"/>\
         <{p}rPr><{p}sz {a}val=\"2\"/></{p}rPr></{p}pPr></{p}p>"
    )
}

/// Whether a table stands before a paragraph in the same place, and whether a paragraph follows. One that holds nothing but
/// tags may vanish: filling sees to it that tables do not touch then, and that a cell keeps a paragraph.
fn neighbours(asking: Asking<'_>) -> (bool, bool) {
    let Asking { tree, paragraph, .. } = asking;
    let element = tree.paragraphs[paragraph].element;
    let own = &tree.elements[element];
    let parent = own.parent;
    let mut before = element.checked_sub(1).filter(|before| *before != parent);
    while let Some(found) = before {
        let outer = tree.elements[found].parent;
        if outer == parent {
            break;
        }
        before = (outer != found).then_some(outer);
    }
    let after = tree.elements.partition_point(|element| element.start < own.end);
    let follows = tree.elements.get(after);
    (
        before.is_some_and(|before| tree.elements[before].name == Name::Table),
        follows.is_some_and(|after| after.parent == parent && after.name == Name::Paragraph),
    )
}

/// What of a tag's paragraph stays: bookmarks around it, and the end of a section.
fn kept(source: &str, tree: &Tree, paragraph: usize, p: &str) -> (String, String) {
    let (mut before, mut after) = (String::new(), String::new());
    let found = &tree.paragraphs[paragraph];
    for (_, element) in tree.inside(found.element) {
        if element.name == Name::Marker {
            let markup = &source[element.start..element.end];
            match name_in(markup).strip_prefix(p).unwrap_or_default() {
                "bookmarkStart" | "permStart" => before.push_str(markup),
                "bookmarkEnd" | "permEnd" => after.push_str(markup),
                _ => {}
            }
        }
    }
    if let Some(section) = found.section {
        let section = &tree.elements[section];
        let markup = &source[section.start..section.end];
        after.push_str(&format!("<{p}p><{p}pPr>{markup}</{p}pPr></{p}p>"));
    }
    (before, after)
}

/// An element of a text as a tree, with the usual prefix.
fn element_at(source: &str, tree: &Tree, element: usize) -> Option<Element> {
    let element = &tree.elements[element];
    let mut parsed = wml::parse(&source.as_bytes()[element.start..element.end]).ok()?;
    if tree.prefix != "w:" {
        names::rename(&mut parsed, tree.prefix.trim_end_matches(':'), "w");
    }
    Some(parsed)
}

/// The child of a name, by its number.
fn child(tree: &Tree, of: usize, name: Name) -> Option<usize> {
    let found = tree
        .inside(of)
        .find(|(_, child)| child.name == name && child.parent == of);
    found.map(|(found, _)| found)
}

/// The width of the text in the last section of a document, in twips. The pages of headers are those of the main part.
fn text_width(package: &Package, part: &str, source: &str, tree: &Tree) -> Result<Option<usize>, opc::Error> {
    let last = |source: &str, tree: &Tree| {
        let last = tree
            .elements
            .iter()
            .rposition(|element| element.name == Name::Section)?;
        section_width(source, tree, last)
    };
    let list = package.relationships("")?;
    let main = list.into_iter().find(|found| found.kind == "officeDocument");
    Ok(match main {
        Some(main) if main.target != part && package.has(&main.target) => {
            let main = package.text(&main.target)?;
            last(&main, &Tree::scan(&main)?)
        }
        _ => last(source, tree),
    })
}

/// The width of the text in a section, if it says so and leaves room for text.
fn section_width(source: &str, tree: &Tree, section: usize) -> Option<usize> {
    let section = element_at(source, tree, section)?;
    let number = |name: &str, attribute: &str| section.child(name)?.attribute(attribute)?.parse::<usize>().ok();
    let margins = number("w:pgMar", "w:left")?.checked_add(number("w:pgMar", "w:right")?)?;
    let width = number("w:pgSz", "w:w")?.checked_sub(margins)?;
    (NARROWEST..=WIDEST).contains(&width).then_some(width)
}

/// The width of the text around a paragraph, if it can be known.
fn width_around(asking: Asking<'_>, work: &Work<'_>) -> Option<usize> {
    let Asking {
        source,
        tree,
        paragraph,
    } = asking;
    let element = tree.paragraphs[paragraph].element;
    let around = tree.ancestor(element, |name| matches!(name, Name::Cell | Name::Story | Name::Body))?;
    match tree.elements[around].name {
        Name::Cell => {
            let properties = element_at(source, tree, child(tree, around, Name::CellProperties)?)?;
            let width = properties.child("w:tcW")?;
            if width.attribute("w:type") != Some("dxa") {
                return None;
            }
            let width = width
                .attribute("w:w")?
                .parse::<usize>()
                .ok()?
                .checked_sub(CELL_PADDING)?;
            (NARROWEST..=WIDEST).contains(&width).then_some(width)
        }
        // A partial stands in a body of its own while it is put in.
        Name::Body => {
            let start = tree.elements[element].start;
            let is_own = |found: &super::part::Element| found.name == Name::Section && found.end > start;
            let own = tree.elements.iter().position(is_own);
            own.and_then(|own| section_width(source, tree, own)).or(work.width)
        }
        // A header is as wide as the page's text, a text box is not.
        _ => work.width.filter(|_| tree.elements[around].parent == around),
    }
}

fn has_table_styles(package: &Package) -> Result<bool, opc::Error> {
    let list = package.relationships("")?;
    let Some(main) = list.into_iter().find(|found| found.kind == "officeDocument") else {
        return Ok(false);
    };
    let list = package.relationships(&main.target)?;
    let styles = list.into_iter().find(|found| found.kind == "styles");
    let Some(styles) = styles.filter(|styles| package.has(&styles.target)) else {
        return Ok(false);
    };
    let mut found = Vec::new();
    opc::for_each_element(&package.part(&styles.target)?, |element| {
        found.extend(opc::attribute(element, "styleId"));
    })?;
    Ok(table::STYLES.iter().all(|style| found.iter().any(|id| id == style)))
}

/// How the text around a tag looks.
fn look(work: &Work<'_>, asking: Asking<'_>, text: &ParagraphText) -> Look {
    let Asking {
        source,
        tree,
        paragraph,
    } = asking;
    let element = tree.paragraphs[paragraph].element;
    let parse = |element: usize| element_at(source, tree, element);
    let properties = child(tree, element, Name::ParagraphProperties).and_then(parse);
    let style = properties
        .as_ref()
        .and_then(|properties| properties.child("w:pStyle")?.attribute("w:val").map(str::to_owned));
    let start = text.text.find("{{").and_then(|start| text.element(start));
    let run = start.and_then(|start| tree.ancestor(start, |name| name == Name::Run));
    Look {
        width: width_around(asking, work),
        style,
        has_table_styles: work.has_table_styles,
        run: run
            .and_then(|run| child(tree, run, Name::RunProperties))
            .and_then(parse),
    }
}

/// A table within the condition that its list has rows: a list without rows leaves no header behind.
fn finish_table(asking: Asking<'_>, list: &str, mut table: Element, p: &str) -> String {
    if p != "w:" {
        names::rename(&mut table, "w", p.trim_end_matches(':'));
    }
    let (after_table, before_paragraph) = neighbours(asking);
    let mut xml = marker(p, &format!("{{{{#if {list}}}}}"));
    if after_table {
        xml.push_str(&apart(p));
    }
    table.write(&mut xml);
    if !before_paragraph {
        xml.push_str(&apart(p));
    }
    xml.push_str(&marker(p, "{{/if}}"));
    xml
}
