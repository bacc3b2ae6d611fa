//! What stands inside a tag, resolved against the schema: every name becomes a position, every helper call a typed call.
//!
//! In: handlebars' syntax tree of one tag and the blocks around it ([`Scopes`]). Out: an [`Expr`] with its [`Kind`], or
//! a [`Fault`] without a place. Evaluation needs no look-up of names and can't fail: what has no value is [`Val::Missing`].

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use handlebars::template::{HelperTemplate, Parameter};
use handlebars::{JsonValue, Path, PathSeg};
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::helper::{self, Failure, Foreign, Helper};
use super::print::{PLAIN_DECIMALS, Printer};
use super::subject::About;
use super::used::Used;
use crate::dataset::{Dataset, Record};
use crate::diagnostic::Text;
use crate::legal::{Citation, Part, Register};
use crate::schema::{Layout, Schema};
use crate::text;
use crate::value::{Type, Value};
use crate::vietnamese;

/// The type of an expression. Numbers are indexes into the schema: sheet, field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Everything: its fields are the sheets.
    Root,
    /// One record of a sheet: a form or a row.
    Record(usize),
    /// Rows of a table.
    Rows(usize),
    /// The texts of a list sheet.
    Texts(usize),
    /// Groups of rows of a sheet by a field.
    Groups(usize, usize),
    /// One of them: `key` and `items`.
    Group(usize, usize),
    /// Legal texts.
    LegalBases,
    /// One of them.
    LegalBasis,
    /// A value of a field.
    Field(usize, usize),
    /// A computed number, and how it prints.
    Number(Type, Option<u32>),
    /// A computed text.
    Text,
    /// A computed date.
    Date,
    /// A computed truth value.
    Flag,
    /// A page break.
    PageBreak,
    /// A hyperlink.
    Link,
    /// A picture.
    Picture,
    /// `null`.
    Null,
    /// What a helper of the pack gives: a value of any type.
    Any,
}

/// A computed number that prints as it is.
pub const PLAIN_NUMBER: Kind = Kind::Number(Type::Decimal, Some(PLAIN_DECIMALS));
/// A position: no padding, no separators to speak of.
pub const POSITION: Kind = Kind::Number(Type::Integer, None);

/// What kind of value a [`Kind`] stands for when compared or computed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Numbers.
    Number,
    /// Texts and choices.
    Text,
    /// Dates.
    Date,
    /// Truth values.
    Flag,
    /// `null`, and values whose type is known when they are there: fits everything.
    Null,
    /// Records, lists: nothing to compare or print.
    Compound,
}

impl Kind {
    /// Its family; a field's is that of its column type.
    pub fn family(self, schema: &Schema) -> Family {
        match self {
            Self::Field(..) => match self.column_type(schema) {
                Some(Type::Text | Type::LongText | Type::Choice) => Family::Text,
                Some(Type::Date) => Family::Date,
                Some(Type::Flag) => Family::Flag,
                _ => Family::Number,
            },
            Self::Number(..) => Family::Number,
            Self::Text | Self::PageBreak | Self::Link | Self::Picture => Family::Text,
            Self::Date => Family::Date,
            Self::Flag => Family::Flag,
            Self::Null | Self::Any => Family::Null,
            _ => Family::Compound,
        }
    }

    /// The column type of a field or computed number.
    pub fn column_type(self, schema: &Schema) -> Option<Type> {
        match self {
            Self::Field(sheet, field) => schema.sheets.get(sheet)?.fields.get(field).map(|field| field.ty),
            Self::Number(ty, _) => Some(ty),
            _ => None,
        }
    }

    /// The kind of the items of a list.
    pub fn item(self) -> Option<Kind> {
        match self {
            Self::Rows(sheet) => Some(Self::Record(sheet)),
            Self::Texts(sheet) => Some(Self::Field(sheet, 0)),
            Self::Groups(sheet, field) => Some(Self::Group(sheet, field)),
            Self::LegalBases => Some(Self::LegalBasis),
            _ => None,
        }
    }

    /// What it is, in words, for messages.
    pub fn describe(self, schema: &Schema) -> Text {
        let sheet_name = |sheet: usize| schema.sheets.get(sheet).map_or("", |sheet| sheet.name.as_str());
        match self {
            Self::Root => text!("toàn bộ dữ liệu", "all data"),
            Self::Record(sheet) => text!(
                "một bản ghi của trang «{}»",
                "a record of sheet «{}»",
                sheet_name(sheet)
            ),
            Self::Rows(sheet) => text!(
                "danh sách dòng của trang «{}»",
                "the rows of sheet «{}»",
                sheet_name(sheet)
            ),
            Self::Texts(sheet) => text!("danh sách của trang «{}»", "the list of sheet «{}»", sheet_name(sheet)),
            Self::Groups(sheet, _) => text!(
                "các nhóm dòng của trang «{}»",
                "groups of rows of sheet «{}»",
                sheet_name(sheet)
            ),
            Self::Group(sheet, _) => text!(
                "một nhóm dòng của trang «{}»",
                "a group of rows of sheet «{}»",
                sheet_name(sheet)
            ),
            Self::LegalBases => text!("danh sách căn cứ pháp lý", "a list of legal bases"),
            Self::LegalBasis => text!("một căn cứ pháp lý", "a legal basis"),
            Self::Null => text!("giá trị rỗng", "null"),
            Self::Any => text!(
                "giá trị của một hàm trong kịch bản",
                "a value of a function of the script"
            ),
            _ => match self.family(schema) {
                Family::Number => text!("số", "a number"),
                Family::Text => text!("chữ", "text"),
                Family::Date => text!("ngày", "a date"),
                _ => text!("có/không", "yes or no"),
            },
        }
    }
}

/// A value while a template is filled. Borrows from the dataset.
#[derive(Clone, Debug)]
pub enum Val<'a> {
    /// Nothing there.
    Missing,
    /// Everything.
    Root,
    /// A form or a row.
    Record(&'a Record),
    /// Rows, or the items of a list sheet.
    Rows(Rows<'a>),
    /// Groups of rows.
    Groups(Rc<[Group<'a>]>),
    /// One group.
    Group(Rc<[Group<'a>]>, usize),
    /// Legal texts.
    LegalBases(Rc<[Citation]>),
    /// One of them.
    LegalBasis(Rc<[Citation]>, usize),
    /// A value of the dataset.
    Value(&'a Value),
    /// A computed number.
    Number(Decimal),
    /// A computed or literal text.
    Text(Arc<str>),
    /// A computed or literal date.
    Date(Date),
    /// A computed or literal truth value.
    Flag(bool),
    /// A page break, printed by the document that has pages.
    PageBreak,
    /// A hyperlink: its address and its text.
    Link(Arc<(String, String)>),
}

/// Rows of a sheet: all of them, or chosen ones.
#[derive(Clone, Debug)]
pub enum Rows<'a> {
    /// All, in file order.
    All(&'a [Record]),
    /// Chosen or re-ordered.
    Some(Rc<[&'a Record]>),
}

impl<'a> Rows<'a> {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::All(rows) => rows.len(),
            Self::Some(rows) => rows.len(),
        }
    }

    /// The row at a position.
    pub fn get(&self, index: usize) -> Option<&'a Record> {
        match self {
            Self::All(rows) => rows.get(index),
            Self::Some(rows) => rows.get(index).copied(),
        }
    }

    /// Each row.
    pub fn iter(&self) -> impl Iterator<Item = &'a Record> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

/// Rows with the same value of a field.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// The value; `None` for rows without one.
    pub key: Option<Value>,
    /// The rows, in file order.
    pub rows: Rc<[&'a Record]>,
}

impl<'a> Val<'a> {
    /// How many rows it holds, those of groups included.
    pub fn row_count(&self) -> u64 {
        let rows = match self {
            Self::Rows(rows) => rows.len(),
            Self::Groups(groups) => groups.iter().map(|group| group.rows.len()).sum(),
            _ => 0,
        };
        rows as u64
    }

    /// The value behind an optional value of the dataset.
    pub fn of(value: Option<&'a Value>) -> Self {
        value.map_or(Self::Missing, Self::Value)
    }

    /// What `this` is for a record: itself, or the text of a list's item.
    pub fn item(record: &'a Record, is_text: bool) -> Self {
        match is_text {
            true => Self::of(record.values.first().and_then(Option::as_ref)),
            false => Self::Record(record),
        }
    }

    /// The same for a value that was made while filling.
    pub fn owned(value: Option<&Value>) -> Self {
        match value {
            None => Self::Missing,
            Some(Value::Text(text)) => Self::Text(text.as_ref().into()),
            Some(Value::Number(number)) => Self::Number(*number),
            Some(Value::Date(date)) => Self::Date(*date),
            Some(Value::Flag(flag)) => Self::Flag(*flag),
        }
    }

    /// The value itself, if it is one.
    fn into_value(self) -> Option<Value> {
        match self {
            Self::Value(value) => Some(value.clone()),
            Self::Number(number) => Some(Value::Number(number)),
            Self::Text(text) => Some(Value::Text(text.as_ref().into())),
            Self::Date(date) => Some(Value::Date(date)),
            Self::Flag(flag) => Some(Value::Flag(flag)),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<Decimal> {
        match self {
            Self::Number(number) | Self::Value(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Value(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The date, if it is one.
    pub fn date(&self) -> Option<Date> {
        match self {
            Self::Date(date) | Self::Value(Value::Date(date)) => Some(*date),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) | Self::Value(Value::Flag(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// The rows, if it is a list of rows.
    pub fn rows(&self) -> Option<&Rows<'a>> {
        match self {
            Self::Rows(rows) => Some(rows),
            _ => None,
        }
    }

    /// Whether a condition on it holds: a value of the dataset holds when it is there (a number 0 is a value, a flag
    /// holds when it is set), a list when it has items, a computed number when it is not 0, a computed text when not empty.
    pub fn truth(&self, zero_counts: Option<bool>) -> bool {
        let number = |number: &Decimal, default| !number.is_zero() || zero_counts.unwrap_or(default);
        match self {
            Self::Missing => false,
            Self::Root | Self::Record(_) | Self::Group(..) | Self::LegalBasis(..) => true,
            Self::PageBreak | Self::Link(_) | Self::Date(_) => true,
            Self::LegalBases(bases) => !bases.is_empty(),
            Self::Rows(rows) => rows.len() > 0,
            Self::Groups(groups) => !groups.is_empty(),
            Self::Value(Value::Number(value)) => number(value, true),
            Self::Number(value) => number(value, false),
            Self::Value(Value::Flag(flag)) | Self::Flag(flag) => *flag,
            Self::Value(Value::Text(text)) => !text.is_empty(),
            Self::Text(text) => !text.is_empty(),
            Self::Value(Value::Date(_)) => true,
        }
    }
}

/// A literal in a tag.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `"Tỉnh"`
    Text(Arc<str>),
    /// `5`
    Number(Decimal),
    /// A text that is compared with a date.
    Date(Date),
    /// `true`
    Flag(bool),
    /// `null`
    Null,
}

/// An expression whose names are resolved.
#[derive(Clone, Debug)]
pub enum Expr {
    /// Written in the tag.
    Literal(Literal),
    /// The value of a block (by its frame, counted from the root), then steps into it.
    Path(usize, Vec<Step>),
    /// `@index` and the like of a loop, by its frame.
    Loop(usize, LoopVariable),
    /// A helper call.
    Call(Box<Call>),
    /// A call of a helper of the pack.
    Foreign(Box<ForeignCall>),
}

/// A call of a helper of the pack, with as many arguments as it takes.
#[derive(Clone, Debug)]
pub struct ForeignCall {
    /// The helper.
    pub helper: Foreign,
    /// Its arguments.
    pub arguments: Vec<Expr>,
    /// Their kinds.
    pub kinds: Vec<Kind>,
    /// The number of the tag that it is in.
    pub tag: usize,
}

/// A helper call whose arguments were checked.
#[derive(Clone, Debug)]
pub struct Call {
    /// The helper.
    pub helper: &'static Helper,
    /// Positional arguments.
    pub arguments: Vec<Expr>,
    /// Their kinds.
    pub kinds: Vec<Kind>,
    /// Named arguments.
    pub named: Vec<(String, Expr)>,
    /// How each positional argument prints.
    pub printers: Vec<Printer>,
    /// The choices of a column, where the helper goes through them.
    pub choices: Vec<Value>,
    /// Columns that were named by text, resolved, in the order in which the helper asked.
    pub columns: Vec<usize>,
    /// The legal texts, where the helper asks for them.
    pub legal: Option<Register>,
}

/// A step into a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// From the root to a sheet: its record or its rows.
    Sheet(usize, Layout),
    /// From a record to a field.
    Field(usize),
    /// From a keyed table to the row with that key; the sheet.
    Key(usize, Box<str>),
    /// From rows to the n-th.
    Item(usize),
    /// From a list to its length.
    Length,
    /// From a group to its key.
    GroupKey,
    /// From a group to its rows.
    GroupItems,
    /// From a legal text to what a template asks of it.
    Legal(Part),
}

/// What a loop knows of its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopVariable {
    /// `@index`, from 0.
    Index,
    /// `@number`, from 1.
    Number,
    /// `@first`
    First,
    /// `@last`
    Last,
    /// `@length`
    Length,
}

/// What is wrong inside a tag, without a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable code, `mau/…`.
    pub code: &'static str,
    /// What is wrong.
    pub message: Text,
    /// One thing to do.
    pub hint: Option<Text>,
    /// What a name that is none was probably meant to be; the hint says it.
    pub meant: Option<Box<Meant>>,
}

/// What an author probably meant by a name that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// Another path.
    Path(String),
    /// A column, which has a value in a loop only: the list, the column.
    InLoop(String, String),
}

/// Where a name is written, which decides how a hint spells the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// Alone in a tag.
    Tag,
    /// Among other words of a tag.
    Word,
    /// In the code of a merge field.
    MergeField,
    /// In the code of a merge field that begins a list.
    MergeList,
    /// As the tag of a content control.
    Control,
}

impl Meant {
    fn hint(&self, spelling: Spelling) -> Text {
        match (self, spelling) {
            (Self::Path(path), Spelling::Tag) => text!("có phải {{{{{path}}}}}?", "did you mean {{{{{path}}}}}?"),
            (Self::Path(path), Spelling::Word) => text!("có phải “{path}”?", "did you mean “{path}”?"),
            (Self::Path(path), Spelling::MergeField) => {
                text!("có phải MERGEFIELD {path}?", "did you mean MERGEFIELD {path}?")
            }
            (Self::Path(path), Spelling::MergeList) => text!(
                "có phải MERGEFIELD TableStart:{path}?",
                "did you mean MERGEFIELD TableStart:{path}?"
            ),
            (Self::Path(path), Spelling::Control) => {
                text!("có phải Tag “{path}”?", "did you mean the Tag “{path}”?")
            }
            (Self::InLoop(list, column), Spelling::Tag | Spelling::Word) => text!(
                "“{column}” là một cột, chỉ có giá trị trong vòng lặp: đặt thẻ vào {{{{#each {list}}}}}…{{{{/each}}}}",
                "“{column}” is a column, which has a value in a loop only: put the tag into {{{{#each {list}}}}}…{{{{/each}}}}"
            ),
            (Self::InLoop(list, column), Spelling::MergeField | Spelling::MergeList) => text!(
                "“{column}” là một cột, chỉ có giá trị trong vòng lặp: đặt trường vào giữa MERGEFIELD TableStart:{list} và MERGEFIELD TableEnd:{list}",
                "“{column}” is a column, which has a value in a loop only: put the field between MERGEFIELD TableStart:{list} and MERGEFIELD TableEnd:{list}"
            ),
            (Self::InLoop(list, column), Spelling::Control) => text!(
                "“{column}” là một cột, chỉ có giá trị trong vòng lặp: đặt điều khiển vào một điều khiển lặp (Repeating Section) có Tag “{list}”",
                "“{column}” is a column, which has a value in a loop only: put the control into a repeating section with the Tag “{list}”"
            ),
        }
    }
}

impl Fault {
    /// A fault without a hint.
    pub fn new(code: &'static str, message: Text) -> Self {
        Self {
            code,
            message,
            hint: None,
            meant: None,
        }
    }

    /// The same with a hint.
    pub fn hint(mut self, hint: Option<Text>) -> Self {
        self.hint = hint;
        self
    }

    /// The same with a hint that names what was probably meant.
    pub fn meant(mut self, meant: Meant) -> Self {
        self.hint = Some(meant.hint(Spelling::Word));
        self.meant = Some(Box::new(meant));
        self
    }

    /// The same with its hint as it is to be written at another place.
    pub fn spelled(mut self, spelling: Spelling) -> Self {
        if let Some(meant) = &self.meant {
            self.hint = Some(meant.hint(spelling));
        }
        self
    }

    /// The same, its message begun with where in a paragraph it is to be looked for.
    pub fn within(mut self, place: &Text) -> Self {
        let Text { vi, en } = self.message;
        self.message = Text::new(format!("{}: {vi}", place.vi), format!("{}: {en}", place.en));
        self
    }
}

/// A block around a tag, as the compiler sees it.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The kind of `this`.
    pub kind: Kind,
    /// Name of `this` by a block parameter.
    pub this_name: Option<String>,
    /// Name of the index by a block parameter.
    pub index_name: Option<String>,
    /// Whether it is a loop.
    pub is_loop: bool,
}

/// The blocks around a tag, outermost first; the first is the root.
#[derive(Clone, Debug)]
pub struct Scopes<'s> {
    /// What names mean.
    pub schema: &'s Schema,
    /// Never empty.
    pub frames: Vec<Scope>,
    /// Fields that were named so far.
    used: Rc<RefCell<Used>>,
    /// How many unknown names were looked for everywhere.
    guesses: Rc<Cell<usize>>,
    /// Helpers of the pack.
    foreign: &'s [Foreign],
    /// The number of the tag that is compiled, and those that call helpers of the pack, with the names of these.
    tag: Rc<Cell<usize>>,
    is_one_tag: bool,
    calls: Rc<RefCell<BTreeMap<usize, BTreeSet<String>>>>,
}

/// Most unknown names that are looked for everywhere: nobody reads that many hints, and looking takes its time.
const MOST_GUESSES: usize = 1_000;

impl<'s> Scopes<'s> {
    /// The root only.
    pub fn new(schema: &'s Schema) -> Self {
        let root = Scope {
            kind: Kind::Root,
            this_name: None,
            index_name: None,
            is_loop: false,
        };
        Self {
            schema,
            frames: vec![root],
            used: Rc::default(),
            guesses: Rc::default(),
            foreign: &[],
            tag: Rc::default(),
            is_one_tag: false,
            calls: Rc::default(),
        }
    }

    /// The same with helpers of the pack.
    pub fn with_helpers(self, foreign: &'s [Foreign]) -> Self {
        Self { foreign, ..self }
    }

    /// Says which tag is compiled from here on.
    pub fn enter(&self, tag: usize) {
        if !self.is_one_tag {
            self.tag.set(tag);
        }
    }

    /// The same scopes for a text whose tags count as the one that is compiled now.
    pub fn within_one_tag(&self) -> Self {
        Self {
            is_one_tag: true,
            ..self.clone()
        }
    }

    /// The tags that call helpers of the pack, by number, with the names of these.
    pub fn calls(&self) -> BTreeMap<usize, BTreeSet<String>> {
        self.calls.borrow().clone()
    }

    /// Whether a helper has a name.
    pub fn has_helper(&self, name: &str) -> bool {
        helper::find(name).is_some() || self.foreign.iter().any(|helper| helper.name == name)
    }

    /// Whether a path without helpers leads to something.
    pub fn knows(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('.').collect();
        let is_known = |name: &&str| {
            let mut scopes = self.frames.iter();
            scopes.any(|scope| {
                scope.this_name.as_deref() == Some(*name) || self.names_of(scope.kind).any(|known| known == *name)
            })
        };
        names.first().is_some_and(is_known) && self.bare(path, &names, false).is_ok()
    }

    /// The fields that expressions compiled so far name.
    pub fn used(&self) -> Used {
        self.used.borrow().clone()
    }

    /// Compiles an expression tag or the head of a block: a path, or a helper with its arguments.
    pub fn head(&self, tag: &HelperTemplate) -> Result<(Expr, Kind), Fault> {
        if tag.params.is_empty() && tag.hash.is_empty() {
            return self.parameter(&tag.name);
        }
        self.call(&parameter_name(&tag.name), &tag.params, &tag.hash)
    }

    /// Compiles one parameter.
    pub fn parameter(&self, parameter: &Parameter) -> Result<(Expr, Kind), Fault> {
        match parameter {
            Parameter::Name(name) => self.bare(name, &[name.as_str()], false),
            Parameter::Path(path) => self.path(path),
            Parameter::Literal(literal) => self.literal(literal),
            Parameter::Subexpression(sub) => match sub.as_element() {
                handlebars::template::TemplateElement::Expression(tag) => self.head(tag),
                _ => Err(syntax(sub.name())),
            },
            other => Err(syntax(&format!("{other:?}"))),
        }
    }

    fn literal(&self, literal: &JsonValue) -> Result<(Expr, Kind), Fault> {
        let (literal, kind) = match literal {
            JsonValue::Null => (Literal::Null, Kind::Null),
            JsonValue::Bool(flag) => (Literal::Flag(*flag), Kind::Flag),
            JsonValue::String(text) => (Literal::Text(text.as_str().into()), Kind::Text),
            JsonValue::Number(number) => {
                let number = number.to_string();
                let parsed = number.parse().or_else(|_| Decimal::from_scientific(&number));
                (Literal::Number(parsed.map_err(|_| syntax(&number))?), PLAIN_NUMBER)
            }
            other => return Err(syntax(&other.to_string())),
        };
        Ok((Expr::Literal(literal), kind))
    }

    fn path(&self, path: &Path) -> Result<(Expr, Kind), Fault> {
        let (segments, raw) = match path {
            Path::Local((level, name, raw)) => return self.loop_variable(*level, name, raw),
            Path::Relative((segments, raw)) => (segments, raw.as_str()),
        };
        let names: Vec<&str> = segments
            .iter()
            .filter_map(|segment| match segment {
                PathSeg::Named(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        if raw.starts_with("@root") {
            return self.walk(Expr::Path(0, Vec::new()), Kind::Root, &names, raw);
        }
        let ups = raw.split('/').take_while(|step| *step == "..").count();
        if ups > 0 {
            let Some(frame) = (self.frames.len() - 1).checked_sub(ups) else {
                return Err(Fault::new(
                    "mau/ra-ngoai",
                    text!(
                        "“{raw}” đi ra ngoài khối ngoài cùng",
                        "“{raw}” leaves the outermost block"
                    ),
                ));
            };
            return self.walk(Expr::Path(frame, Vec::new()), self.frames[frame].kind, &names, raw);
        }
        let explicit = raw == "this"
            || raw == "."
            || raw.starts_with("this.")
            || raw.starts_with("this/")
            || raw.starts_with("./");
        self.bare(raw, &names, explicit)
    }

    /// A path that starts at the innermost block, or, unless `explicit`, at the nearest block around it that knows its
    /// first name.
    fn bare(&self, raw: &str, names: &[&str], explicit: bool) -> Result<(Expr, Kind), Fault> {
        let innermost = self.frames.len() - 1;
        let (Some(&first), false) = (names.first(), explicit) else {
            return self.walk(
                Expr::Path(innermost, Vec::new()),
                self.frames[innermost].kind,
                names,
                raw,
            );
        };
        for (frame, scope) in self.frames.iter().enumerate().rev() {
            let start = Expr::Path(frame, Vec::new());
            if scope.this_name.as_deref() == Some(first) {
                return self.walk(start, scope.kind, &names[1..], raw);
            }
            if scope.index_name.as_deref() == Some(first) && names.len() == 1 {
                return Ok((Expr::Loop(frame, LoopVariable::Index), POSITION));
            }
            if self.names_of(scope.kind).any(|name| name == first) {
                return self.walk(start, scope.kind, names, raw);
            }
        }
        if names.len() == 1 && self.has_helper(first) {
            return self.call(first, &[], &Default::default());
        }
        let candidates = self.frames.iter().rev().flat_map(|scope| self.names_of(scope.kind));
        let near = || vietnamese::nearest(first, candidates).map(|near| replaced(raw, first, near));
        let meant = match names.len() {
            1 => self.meant(first).or_else(near).or_else(|| self.near_elsewhere(first)),
            _ => near(),
        };
        Err(unknown(first, meant, self.schema, self.frames[innermost].kind))
    }

    /// The field or column that a text names which is no path here: the id of a field of another sheet, a label, or the
    /// name of a sheet and a label with a dot between them.
    pub fn meant(&self, text: &str) -> Option<Meant> {
        let guesses = self.guesses.get();
        if guesses >= MOST_GUESSES {
            return None;
        }
        self.guesses.set(guesses + 1);
        let sheets = &self.schema.sheets;
        let is_called = |name: &str, other: &str| {
            name == other || vietnamese::same(&name.replace('_', " "), &other.replace('_', " "))
        };
        let column = |sheet: usize, name: &str| {
            let fields = &sheets.get(sheet)?.fields;
            let by_id = fields.iter().find(|field| field.id == name);
            let by_label = || {
                fields.iter().find(|field| {
                    is_called(&field.label, name) || field.aliases.iter().any(|alias| is_called(alias, name))
                })
            };
            by_id.or_else(by_label).map(|field| field.id.clone())
        };
        for scope in self.frames.iter().rev() {
            match scope.kind {
                Kind::Record(sheet) => {
                    if let Some(field) = column(sheet, text) {
                        return Some(Meant::Path(field));
                    }
                }
                Kind::Group(sheet, _) => {
                    if let Some(field) = column(sheet, text) {
                        return Some(Meant::InLoop("items".to_owned(), field));
                    }
                }
                _ => {}
            }
        }
        let of_sheet = |layout: Layout, name: &str, wanted: Option<&str>| {
            let sheets = sheets.iter().enumerate().filter(|(_, sheet)| sheet.layout == layout);
            let mut sheets = sheets.filter(|(_, sheet)| {
                wanted.is_none_or(|wanted| {
                    is_called(&sheet.id, wanted)
                        || is_called(&sheet.name, wanted)
                        || sheet.aliases.iter().any(|alias| is_called(alias, wanted))
                })
            });
            let (sheet, field) = sheets.find_map(|(index, sheet)| Some((sheet.id.clone(), column(index, name)?)))?;
            Some(match layout {
                Layout::Form => Meant::Path(format!("{sheet}.{field}")),
                _ => Meant::InLoop(sheet, field),
            })
        };
        let any = |name: &str, wanted: Option<&str>| {
            of_sheet(Layout::Form, name, wanted).or_else(|| of_sheet(Layout::Table, name, wanted))
        };
        let in_sheet = || {
            let dots = text.match_indices('.').map(|(at, _)| at);
            dots.take(8)
                .find_map(|at| any(text[at + 1..].trim(), Some(text[..at].trim())))
        };
        let sheet = || {
            let mut sheets = sheets.iter();
            let sheet = sheets.find(|sheet| is_called(&sheet.name, text) && sheet.id != text)?;
            Some(Meant::Path(sheet.id.clone()))
        };
        any(text, None).or_else(in_sheet).or_else(sheet)
    }

    /// The fault of a text that is a label of the workbook, or the name of a sheet and a label, where a path is needed.
    pub fn label(&self, text: &str) -> Option<Fault> {
        let message = text!(
            "“{text}” là nhãn trong sổ tính, ở đây cần mã của trường",
            "“{text}” is a label of the workbook, what is needed here is the field's id"
        );
        let meant = self.meant(text)?;
        Some(Fault::new("mau/nhan-khong-phai-ten", message).meant(meant))
    }

    /// The field of a form that a name is nearly the id of.
    fn near_elsewhere(&self, name: &str) -> Option<Meant> {
        if self.guesses.get() >= MOST_GUESSES {
            return None;
        }
        let forms = self.schema.sheets.iter().filter(|sheet| sheet.layout == Layout::Form);
        let mut fields = forms.flat_map(|sheet| sheet.fields.iter().map(move |field| (sheet, field.id.as_str())));
        let near = vietnamese::nearest(name, fields.clone().map(|(_, id)| id))?;
        let (sheet, id) = fields.find(|(_, id)| *id == near)?;
        Some(Meant::Path(format!("{}.{id}", sheet.id)))
    }

    /// The names that can follow a value of a kind.
    fn names_of(&self, kind: Kind) -> Box<dyn Iterator<Item = &'s str> + 's> {
        let schema = self.schema;
        match kind {
            Kind::Root => Box::new(schema.sheets.iter().map(|sheet| sheet.id.as_str())),
            Kind::Record(sheet) => Box::new(
                schema
                    .sheets
                    .get(sheet)
                    .into_iter()
                    .flat_map(|sheet| sheet.fields.iter().map(|field| field.id.as_str())),
            ),
            Kind::Group(..) => Box::new(["key", "items"].into_iter()),
            Kind::Rows(sheet) => Box::new(schema.sheets.get(sheet).into_iter().flat_map(|sheet| {
                let key = sheet.key.as_deref().unwrap_or_default();
                sheet
                    .rows
                    .iter()
                    .filter_map(move |row| row.values.get(key).map(String::as_str))
                    .chain(["length"])
            })),
            Kind::LegalBasis => Box::new(Part::ALL.into_iter().map(|(name, _)| name)),
            Kind::Texts(_) | Kind::Groups(..) | Kind::LegalBases => Box::new(["length"].into_iter()),
            _ => Box::new(std::iter::empty()),
        }
    }

    fn walk(&self, start: Expr, mut kind: Kind, names: &[&str], raw: &str) -> Result<(Expr, Kind), Fault> {
        let Expr::Path(frame, mut steps) = start else {
            return Ok((start, kind));
        };
        for &name in names {
            let position = name.parse::<usize>().ok();
            let step = match (kind, position) {
                (Kind::Root, _) => self.schema.sheet(name).map(|(sheet, declared)| {
                    let kind = match declared.layout {
                        Layout::Form => Kind::Record(sheet),
                        Layout::Table => Kind::Rows(sheet),
                        Layout::List => Kind::Texts(sheet),
                    };
                    (Step::Sheet(sheet, declared.layout), kind)
                }),
                (Kind::Record(sheet), _) => self
                    .schema
                    .sheets
                    .get(sheet)
                    .and_then(|declared| declared.field(name))
                    .map(|(field, _)| (Step::Field(field), Kind::Field(sheet, field))),
                (Kind::Rows(sheet), None) if self.names_of(kind).any(|key| key == name && key != "length") => {
                    if let Some(key) = self.schema.sheets.get(sheet).and_then(|sheet| sheet.key_index()) {
                        self.used.borrow_mut().add(sheet, key);
                    }
                    Some((Step::Key(sheet, name.into()), Kind::Record(sheet)))
                }
                (Kind::Rows(_) | Kind::Texts(_) | Kind::Groups(..) | Kind::LegalBases, None) if name == "length" => {
                    Some((Step::Length, POSITION))
                }
                (Kind::Rows(sheet), Some(index)) => Some((Step::Item(index), Kind::Record(sheet))),
                (Kind::Texts(sheet), Some(index)) => {
                    steps.push(Step::Item(index));
                    Some((Step::Field(0), Kind::Field(sheet, 0)))
                }
                (Kind::Group(sheet, field), _) => match name {
                    "key" => Some((Step::GroupKey, Kind::Field(sheet, field))),
                    "items" => Some((Step::GroupItems, Kind::Rows(sheet))),
                    _ => None,
                },
                (Kind::LegalBasis, _) => Part::ALL.iter().find(|(known, _)| *known == name).map(|(_, part)| {
                    let kind = if part.is_date() { Kind::Date } else { Kind::Text };
                    (Step::Legal(*part), kind)
                }),
                _ => None,
            };
            let Some((step, next)) = step else {
                let column = match kind {
                    Kind::Rows(sheet) => self
                        .schema
                        .sheets
                        .get(sheet)
                        .filter(|sheet| sheet.field(name).is_some()),
                    _ => None,
                };
                let meant = match column {
                    Some(sheet) => Some(Meant::InLoop(sheet.id.clone(), name.to_owned())),
                    None => vietnamese::nearest(name, self.names_of(kind)).map(|near| replaced(raw, name, near)),
                };
                return Err(unknown(name, meant, self.schema, kind));
            };
            steps.push(step);
            kind = next;
        }
        self.note(kind);
        Ok((Expr::Path(frame, steps), kind))
    }

    /// Counts a field as used when that is what a path has come to.
    fn note(&self, kind: Kind) {
        if let Kind::Field(sheet, field) = kind {
            self.used.borrow_mut().add(sheet, field);
        }
    }

    fn loop_variable(&self, level: usize, name: &str, raw: &str) -> Result<(Expr, Kind), Fault> {
        let (variable, kind) = match name {
            "index" => (LoopVariable::Index, POSITION),
            "number" => (LoopVariable::Number, POSITION),
            "first" => (LoopVariable::First, Kind::Flag),
            "last" => (LoopVariable::Last, Kind::Flag),
            "length" => (LoopVariable::Length, POSITION),
            _ => {
                let near = vietnamese::nearest(name, ["index", "number", "first", "last", "length"]);
                return Err(Fault::new(
                    "mau/bien-la",
                    text!("không có biến “{raw}”", "there is no variable “{raw}”"),
                )
                .hint(Some(match near {
                    Some(near) => text!("có phải @{near}?", "did you mean @{near}?"),
                    None => text!(
                        "trong khối #each có @index (từ 0), @number (từ 1), @first, @last, @length",
                        "inside #each there are @index (from 0), @number (from 1), @first, @last, @length"
                    ),
                })));
            }
        };
        let mut loops = self.frames.iter().enumerate().rev().filter(|(_, scope)| scope.is_loop);
        match loops.nth(level) {
            Some((frame, _)) => Ok((Expr::Loop(frame, variable), kind)),
            None => Err(Fault::new(
                "mau/ngoai-vong-lap",
                text!(
                    "“{raw}” chỉ dùng được trong khối #each",
                    "“{raw}” works only inside an #each block"
                ),
            )),
        }
    }

    fn call(
        &self,
        name: &str,
        params: &[Parameter],
        hash: &std::collections::HashMap<String, Parameter>,
    ) -> Result<(Expr, Kind), Fault> {
        let Some(helper) = helper::find(name) else {
            if self.has_helper(name) {
                return self.foreign(name, params, hash);
            }
            let words: Vec<String> = std::iter::once(name.to_owned())
                .chain(params.iter().map(parameter_name))
                .collect();
            if let (true, Some(fault)) = (hash.is_empty(), self.label(&words.join(" "))) {
                return Err(fault);
            }
            let own = self.foreign.iter().map(|helper| helper.name.as_str());
            let near = vietnamese::nearest(name, helper::HELPERS.iter().map(|helper| helper.name).chain(own));
            return Err(Fault::new(
                "mau/ham-la",
                text!("không có hàm “{name}”", "there is no helper “{name}”"),
            )
            .hint(Some(match near {
                Some(near) => text!("có phải “{near}”?", "did you mean “{near}”?"),
                None => text!(
                    "xem các hàm dùng được bằng lệnh: baocao pack show",
                    "list the helpers with: baocao pack show"
                ),
            })));
        };
        let mut arguments = Vec::with_capacity(params.len());
        let mut kinds = Vec::with_capacity(params.len());
        for parameter in params {
            let (expr, kind) = self.parameter(parameter)?;
            arguments.push(expr);
            kinds.push(kind);
        }
        let mut named = Vec::new();
        // The syntax tree keeps named arguments in a hash map; their order must not depend on it.
        let mut keys: Vec<&String> = hash.keys().collect();
        keys.sort();
        for key in keys {
            if !helper.named.contains(&key.as_str()) {
                let near = vietnamese::nearest(key, helper.named.iter().copied());
                return Err(Fault::new(
                    "mau/doi-so-la",
                    text!(
                        "hàm “{name}” không có đối số “{key}=”",
                        "helper “{name}” has no argument “{key}=”"
                    ),
                )
                .hint(Some(match near {
                    Some(near) => text!("có phải {near}=?", "did you mean {near}=?"),
                    None => helper::written_like(helper),
                })));
            }
            let (expr, kind) = self.parameter(&hash[key])?;
            if kind.family(self.schema) == Family::Compound {
                let found = kind.describe(self.schema);
                let fault = Fault::new(
                    "mau/sai-doi-so",
                    Text::new(
                        format!("hàm “{name}” cần một giá trị ở “{key}=”, ở đây là {}", found.vi),
                        format!("helper “{name}” needs a value for “{key}=”, this is {}", found.en),
                    ),
                );
                return Err(fault.hint(Some(helper::written_like(helper))));
            }
            named.push((key.clone(), expr));
        }
        let printers = kinds.iter().map(|kind| Printer::of(self.schema, *kind)).collect();
        let mut call = Call {
            helper,
            arguments,
            kinds,
            named,
            printers,
            choices: Vec::new(),
            columns: Vec::new(),
            legal: None,
        };
        let kind = (helper.check)(self.schema, &mut call)?;
        if let Some(Kind::Rows(sheet) | Kind::Texts(sheet)) = call.kinds.first() {
            let mut used = self.used.borrow_mut();
            call.columns.iter().for_each(|&field| used.add(*sheet, field));
        }
        Ok((Expr::Call(Box::new(call)), kind))
    }
}

impl Scopes<'_> {
    /// A call of a helper of the pack.
    fn foreign(
        &self,
        name: &str,
        params: &[Parameter],
        hash: &std::collections::HashMap<String, Parameter>,
    ) -> Result<(Expr, Kind), Fault> {
        let named = self.foreign.iter().filter(|helper| helper.name == name);
        let mut fitting = named.clone().filter(|helper| helper.parameters.len() == params.len());
        let (Some(helper), true) = (fitting.next(), hash.is_empty()) else {
            let usage = named.clone().next().map(Foreign::written_like);
            let counts: Vec<String> = named.map(|helper| helper.parameters.len().to_string()).collect();
            let (wanted, wanted_en, found) = (counts.join(" hoặc "), counts.join(" or "), params.len());
            let message = match hash.keys().min() {
                Some(key) => text!(
                    "hàm “{name}” của kịch bản không có đối số “{key}=”",
                    "the script's function “{name}” has no argument “{key}=”"
                ),
                None => text!(
                    "hàm “{name}” của kịch bản cần {wanted} đối số, ở đây có {found}",
                    "the script's function “{name}” takes {wanted_en} arguments, here are {found}"
                ),
            };
            return Err(Fault::new("mau/sai-doi-so", message).hint(usage));
        };
        let mut arguments = Vec::with_capacity(params.len());
        let mut kinds = Vec::with_capacity(params.len());
        for (index, parameter) in params.iter().enumerate() {
            let (expr, kind) = self.parameter(parameter)?;
            let is_value = kind.family(self.schema) != Family::Compound
                && !matches!(kind, Kind::PageBreak | Kind::Link | Kind::Picture);
            if !is_value {
                let (position, found) = (index + 1, kind.describe(self.schema));
                let message = Text::new(
                    format!(
                        "hàm “{name}” của kịch bản cần một giá trị ở đối số {position}, ở đây là {}",
                        found.vi
                    ),
                    format!(
                        "the script's function “{name}” needs a value as argument {position}, this is {}",
                        found.en
                    ),
                );
                return Err(Fault::new("mau/sai-doi-so", message).hint(Some(helper.written_like())));
            }
            arguments.push(expr);
            kinds.push(kind);
        }
        let tag = self.tag.get();
        self.calls.borrow_mut().entry(tag).or_default().insert(name.to_owned());
        let call = ForeignCall {
            helper: helper.clone(),
            arguments,
            kinds,
            tag,
        };
        Ok((Expr::Foreign(Box::new(call)), Kind::Any))
    }
}

fn parameter_name(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Name(name) => name.clone(),
        Parameter::Path(Path::Relative((_, raw)) | Path::Local((_, _, raw))) => raw.clone(),
        other => format!("{other:?}"),
    }
}

fn syntax(what: &str) -> Fault {
    Fault::new(
        "mau/cu-phap",
        text!(
            "không hiểu “{what}” trong thẻ",
            "can't make sense of “{what}” in the tag"
        ),
    )
}

/// A path with one of its names replaced.
fn replaced(raw: &str, name: &str, near: &str) -> Meant {
    let mut is_done = false;
    let steps = raw.split_inclusive(['.', '/']).map(|step| {
        let (own, end) = step.split_at(step.trim_end_matches(['.', '/']).len());
        if is_done || own != name {
            return step.to_owned();
        }
        is_done = true;
        near.to_owned() + end
    });
    Meant::Path(steps.collect())
}

fn unknown(name: &str, meant: Option<Meant>, schema: &Schema, kind: Kind) -> Fault {
    let within = kind.describe(schema);
    let message = match kind {
        Kind::Root => text!(
            "không có trường hay trang “{name}”",
            "there is no field or sheet “{name}”"
        ),
        _ => text!("không có “{name}” trong {}", "there is no “{name}” in {}", within.vi),
    };
    // The English half of the place has its own wording.
    let message = Text::new(
        message.vi,
        match kind {
            Kind::Root => message.en,
            _ => format!("there is no “{name}” in {}", within.en),
        },
    );
    let fault = Fault::new("mau/truong-la", message);
    match meant {
        Some(meant) => fault.meant(meant),
        None => fault.hint(Some(text!(
            "xem các thẻ dùng được bằng lệnh: baocao pack show",
            "list all tags with: baocao pack show"
        ))),
    }
}

/// A block that is being filled.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// `this`
    pub this: Val<'a>,
    /// From 0; 0 outside loops.
    pub index: usize,
    /// Items of the loop; 1 outside loops.
    pub length: usize,
}

/// What expressions are evaluated in.
#[derive(Debug)]
pub struct Environment<'a> {
    /// The data.
    pub dataset: &'a Dataset,
    /// Blocks, outermost first; the first is the root.
    pub frames: Vec<Frame<'a>>,
    /// Helpers of the pack that failed, each the first time, with the number of the tag.
    pub failures: RefCell<BTreeMap<String, (usize, Failure)>>,
    /// How many rows helpers looked at since it was last asked.
    pub rows: Cell<u64>,
}

impl<'a> Environment<'a> {
    /// At the root of a dataset, or within a record of it.
    pub fn about(dataset: &'a Dataset, about: About<'a>) -> Self {
        let root = Frame {
            this: Val::Root,
            index: 0,
            length: 1,
        };
        let mut frames = vec![root];
        if let About::Record {
            records,
            index,
            is_text,
        } = about
        {
            frames.push(Frame {
                this: records
                    .get(index)
                    .map_or(Val::Missing, |record| Val::item(record, is_text)),
                index,
                length: records.len(),
            });
        }
        Self {
            dataset,
            frames,
            failures: RefCell::default(),
            rows: Cell::new(0),
        }
    }

    /// The value of an expression; what is not there is [`Val::Missing`].
    pub fn value(&self, expr: &Expr) -> Val<'a> {
        match expr {
            Expr::Literal(literal) => match literal {
                Literal::Text(text) => Val::Text(text.clone()),
                Literal::Number(number) => Val::Number(*number),
                Literal::Date(date) => Val::Date(*date),
                Literal::Flag(flag) => Val::Flag(*flag),
                Literal::Null => Val::Missing,
            },
            Expr::Path(frame, steps) => self.path(*frame, steps).0,
            Expr::Loop(frame, variable) => {
                let Some(frame) = self.frames.get(*frame) else {
                    return Val::Missing;
                };
                match variable {
                    LoopVariable::Index => Val::Number(frame.index.into()),
                    LoopVariable::Number => Val::Number((frame.index + 1).into()),
                    LoopVariable::First => Val::Flag(frame.index == 0),
                    LoopVariable::Last => Val::Flag(frame.index + 1 == frame.length),
                    LoopVariable::Length => Val::Number(frame.length.into()),
                }
            }
            Expr::Call(call) => {
                let arguments: Vec<Val<'a>> = call.arguments.iter().map(|argument| self.value(argument)).collect();
                let named: Vec<(&str, Val<'a>)> = call
                    .named
                    .iter()
                    .map(|(name, value)| (name.as_str(), self.value(value)))
                    .collect();
                let rows: u64 = arguments.iter().map(Val::row_count).sum();
                self.rows.set(self.rows.get() + rows * call.helper.weight());
                (call.helper.call)(&helper::Arguments {
                    dataset: self.dataset,
                    call,
                    values: &arguments,
                    named: &named,
                })
            }
            Expr::Foreign(call) => self.foreign(call),
        }
    }

    /// The value of a helper of the pack. One that has failed is not called again: no document is made, and failing may
    /// take its time.
    fn foreign(&self, call: &ForeignCall) -> Val<'a> {
        let name = &call.helper.name;
        if self.failures.borrow().contains_key(name) {
            return Val::Missing;
        }
        let arguments: Vec<Option<Value>> = call
            .arguments
            .iter()
            .map(|argument| self.value(argument).into_value())
            .collect();
        match (call.helper.call)(&arguments) {
            Ok(value) => Val::owned(value.as_ref()),
            Err(failure) => {
                self.failures.borrow_mut().insert(name.clone(), (call.tag, failure));
                Val::Missing
            }
        }
    }

    /// The value at the end of a path, and the record it was taken from.
    pub fn path(&self, frame: usize, steps: &[Step]) -> (Val<'a>, Option<&'a Record>) {
        let Some(frame) = self.frames.get(frame) else {
            return (Val::Missing, None);
        };
        let mut value = frame.this.clone();
        let mut record = match value {
            Val::Record(record) => Some(record),
            _ => None,
        };
        for step in steps {
            value = match (step, value) {
                (Step::Sheet(sheet, layout), _) => {
                    let records = self.dataset.sheets.get(*sheet).map_or(&[][..], |data| &data.records);
                    match layout {
                        Layout::Form => records.first().map_or(Val::Missing, Val::Record),
                        Layout::Table | Layout::List => Val::Rows(Rows::All(records)),
                    }
                }
                (Step::Field(field), Val::Record(record)) => {
                    Val::of(record.values.get(*field).and_then(Option::as_ref))
                }
                (Step::Key(sheet, key), _) => self
                    .dataset
                    .sheets
                    .get(*sheet)
                    .and_then(|data| data.records.get(*data.by_key.get(key)?))
                    .map_or(Val::Missing, Val::Record),
                (Step::Item(index), Val::Rows(rows)) => rows.get(*index).map_or(Val::Missing, Val::Record),
                (Step::Length, Val::Rows(rows)) => Val::Number(rows.len().into()),
                (Step::Length, Val::Groups(groups)) => Val::Number(groups.len().into()),
                (Step::Length, Val::LegalBases(bases)) => Val::Number(bases.len().into()),
                (Step::Legal(part), Val::LegalBasis(bases, index)) => match bases.get(index) {
                    Some(basis) if part.is_date() => basis.date_of(*part).map_or(Val::Missing, Val::Date),
                    Some(basis) => basis.text_of(*part).map_or(Val::Missing, Val::Text),
                    None => Val::Missing,
                },
                (Step::GroupKey, Val::Group(groups, index)) => {
                    Val::owned(groups.get(index).and_then(|group| group.key.as_ref()))
                }
                (Step::GroupItems, Val::Group(groups, index)) => groups
                    .get(index)
                    .map_or(Val::Missing, |group| Val::Rows(Rows::Some(group.rows.clone()))),
                _ => Val::Missing,
            };
            if let Val::Record(inner) = value {
                record = Some(inner);
            }
        }
        (value, record)
    }
}
