//! Formulas of a pack: parsed, checked against the names around them, computed.
//!
//! In: a text such as `thuc_hien / ke_hoach * 100` or `count(danh_sach, cap == "Xã") <= 15`. [`Formula::parse`] gives its
//! tree, [`Formula::check`] resolves its names in a [`Scope`] and tells the [`Kind`] of its value, [`Checked::on`] computes it
//! over [`Values`], exactly, or as the interval that rounded figures allow. A [`Fault`] has a position in the text; the caller
//! adds the place. Knows neither schemas nor workbooks: `schema` is a scope, `dataset` has the values.
//!
//! A missing value makes everything computed of it missing, as do a division by zero and a number out of range; only
//! `empty`, `filled`, `and`, `or` and `if` can do without one. Sums and counts pass over missing values.

mod compute;
mod interval;
mod parse;
mod print;
mod resolve;

use std::cmp::Ordering;

use jiff::civil::Date;
use rust_decimal::Decimal;

pub use self::compute::{Budget, Computing};
pub use self::interval::{Outcomes, Span, interval, shown_margin};
pub use self::resolve::{Checked, Operand, Reference};
use crate::diagnostic::Text;
use crate::text;
use crate::value::{Choice, Type, Value};
use crate::vietnamese;

/// Most characters of a formula.
pub const MOST_CHARACTERS: usize = 2000;
/// Most names, values and operations of a formula.
pub const MOST_PARTS: usize = 400;
/// Most brackets and signs within each other.
pub const MOST_DEPTH: usize = 40;
/// Most rows that formulas with one [`Budget`] look at; a long formula looks at a row longer than a short one.
pub const MOST_STEPS: u64 = 20_000_000;

/// What is wrong with a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where in the formula, in characters from 0.
    pub offset: usize,
    /// What is needed, then what was found.
    pub message: Text,
    /// One thing to do.
    pub hint: Option<Text>,
}

impl Fault {
    fn new(offset: usize, message: Text) -> Self {
        Self {
            offset,
            message,
            hint: None,
        }
    }

    /// The message with its place in the formula: `…, ở ký tự 14`.
    pub fn text(&self) -> Text {
        let (Text { vi, en }, at) = (&self.message, self.offset + 1);
        text!(
            "{vi} (ở ký tự {at} của công thức)",
            "{en} (at character {at} of the formula)"
        )
    }

    /// The same of a formula that begins so many characters further on.
    pub fn moved(self, characters: usize) -> Self {
        Self {
            offset: self.offset + characters,
            ..self
        }
    }

    fn hint(self, hint: Text) -> Self {
        Self {
            hint: Some(hint),
            ..self
        }
    }
}

/// What kind of value a formula has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// A text.
    Text,
    /// A date.
    Date,
    /// True or false.
    Flag,
}

impl Kind {
    /// The kind of the values of a column type.
    pub fn of(ty: Type) -> Self {
        match ty {
            Type::Text | Type::LongText | Type::Choice => Self::Text,
            Type::Integer | Type::Decimal | Type::Percent | Type::Count | Type::Year => Self::Number,
            Type::Date => Self::Date,
            Type::Flag => Self::Flag,
        }
    }

    /// What people call it: `số`, `a number`.
    pub fn text(self) -> Text {
        let (vi, en) = match self {
            Self::Number => ("số", "a number"),
            Self::Text => ("chữ", "a text"),
            Self::Date => ("ngày", "a date"),
            Self::Flag => ("điều đúng hoặc sai", "true or false"),
        };
        Text::new(vi, en)
    }
}

/// A field as a formula may name it.
#[derive(Clone, Copy, Debug)]
pub struct NamedField<'s> {
    /// Its id.
    pub id: &'s str,
    /// Its column type.
    pub ty: Type,
    /// The permitted values of a `choice`.
    pub choices: &'s [Choice],
}

/// The names that a formula may use. Sheets and fields are known by their index, as in [`Values`].
pub trait Scope {
    /// Ids of all sheets, in their order.
    fn sheets(&self) -> Vec<&str>;
    /// The fields of a sheet, in their order.
    fn fields(&self, sheet: usize) -> Vec<NamedField<'_>>;
    /// Whether rows are a sheet's content, and not one record.
    fn has_rows(&self, sheet: usize) -> bool;
    /// The keys by which rows of a sheet can be named.
    fn keys(&self, sheet: usize) -> Vec<&str>;
    /// The sheet of whose record the formula speaks: bare names are its fields. None: it speaks of the whole workbook.
    fn own(&self) -> Option<usize>;
}

/// Where a formula finds its values. Sheets and fields are known by their index in the [`Scope`].
pub trait Values {
    /// How many records a sheet has; a form has one.
    fn records(&self, sheet: usize) -> usize;
    /// A record's value.
    fn value(&self, sheet: usize, record: usize, field: usize) -> Option<&Value>;
    /// The record of a sheet that has a key.
    fn keyed(&self, sheet: usize, key: &str) -> Option<usize>;
}

/// A computed value; a missing one is `Option::None`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Computed<'v> {
    /// A number.
    Number(Decimal),
    /// A text of the values or of the formula itself.
    Text(&'v str),
    /// A date.
    Date(Date),
    /// True or false.
    Flag(bool),
}

impl<'v> Computed<'v> {
    fn of(value: &'v Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text),
            Value::Number(number) => Self::Number(*number),
            Value::Date(date) => Self::Date(*date),
            Value::Flag(flag) => Self::Flag(*flag),
        }
    }

    /// The same as a value of a record.
    pub fn value(self) -> Value {
        match self {
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::Text(text.into()),
            Self::Date(date) => Value::Date(date),
            Self::Flag(flag) => Value::Flag(flag),
        }
    }

    fn number(self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    fn flag(self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    /// How two values of one kind compare. Texts are equal as they are in templates: case, blanks, dashes and the place of
    /// tone marks do not count; they have no order here.
    fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => Some(one.cmp(&other)),
            (Self::Date(one), Self::Date(other)) => Some(one.cmp(&other)),
            (Self::Flag(one), Self::Flag(other)) => Some(one.cmp(&other)),
            (Self::Text(one), Self::Text(other)) => Some(match vietnamese::same(one, other) {
                true => Ordering::Equal,
                false => Ordering::Less,
            }),
            _ => None,
        }
    }
}

/// A formula as it is written: its names are not resolved yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    root: Node,
}

/// A part of a formula, and where it stands in the text. Two parts that say the same are equal wherever they stand.
#[derive(Clone, Debug)]
struct Node {
    at: usize,
    part: Part,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.part == other.part
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Number(Decimal),
    Text(Box<str>),
    Date(Date),
    Flag(bool),
    /// One to three ids: field; sheet and field; sheet, key and field.
    Name(Vec<Box<str>>),
    Not(Box<Node>),
    Negative(Box<Node>),
    Operation(Operation, Box<Node>, Box<Node>),
    In {
        value: Box<Node>,
        list: Vec<Node>,
        negated: bool,
    },
    Call(Function, Vec<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Or,
    And,
    Compare(Comparison),
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Different,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Different => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }

    /// Whether it asks which of the two comes first.
    fn is_ordered(self) -> bool {
        !matches!(self, Self::Equal | Self::Different)
    }
}

/// How tightly an operation binds; `not`, a sign and `in` stand between.
const BIND_NOT: u8 = 3;
const BIND_COMPARE: u8 = 4;
const BIND_SIGN: u8 = 7;

impl Operation {
    fn binding(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Compare(_) => BIND_COMPARE,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide => 6,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    If,
    Sum,
    Count,
    Average,
    Least,
    Greatest,
    Round,
    Absolute,
    Year,
    Month,
    Length,
    Empty,
    Filled,
}

/// All functions, by the name in a formula.
const FUNCTIONS: [(&str, Function); 13] = [
    ("if", Function::If),
    ("sum", Function::Sum),
    ("count", Function::Count),
    ("avg", Function::Average),
    ("min", Function::Least),
    ("max", Function::Greatest),
    ("round", Function::Round),
    ("abs", Function::Absolute),
    ("year", Function::Year),
    ("month", Function::Month),
    ("len", Function::Length),
    ("empty", Function::Empty),
    ("filled", Function::Filled),
];

/// A date is written like a call: `date("2025-07-01")`.
const DATE: &str = "date";

impl Function {
    fn name(self) -> &'static str {
        let found = FUNCTIONS.iter().find(|(_, function)| *function == self);
        found.map_or(DATE, |(name, _)| name)
    }

    /// How a call is written, for hints.
    fn usage(self) -> &'static str {
        match self {
            Self::If => "if(so_luong > 0, a, b)",
            Self::Sum => "sum(chi_tieu.thuc_hien), sum(chi_tieu.thuc_hien, muc == 1)",
            Self::Count => "count(danh_sach), count(danh_sach, cap == \"Xã\")",
            Self::Average => "avg(danh_sach.diem)",
            Self::Least => "min(a, b), min(danh_sach.diem)",
            Self::Greatest => "max(a, b), max(danh_sach.diem)",
            Self::Round => "round(a / b, 1)",
            Self::Absolute => "abs(a - b)",
            Self::Year => "year(ngay)",
            Self::Month => "month(ngay)",
            Self::Length => "len(ho_ten)",
            Self::Empty => "empty(ghi_chu)",
            Self::Filled => "filled(ghi_chu)",
        }
    }
}

/// Words that are no names.
const WORDS: [&str; 6] = ["and", "or", "not", "in", "true", "false"];

#[cfg(test)]
mod tests;
