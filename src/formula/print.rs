//! A formula as text: as its author would write it, or with labels and words for those who read a finding.

use std::fmt;

use rust_decimal::Decimal;

use super::{BIND_COMPARE, BIND_NOT, BIND_SIGN, Comparison, DATE, Formula, Function, Node, Operation, Part};
use crate::diagnostic::Lang;
use crate::vietnamese;

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&write(&self.root, &Author))
    }
}

/// How the parts of a formula are worded.
pub(super) trait Wording {
    fn operation(&self, operation: Operation) -> &'static str;
    fn not(&self) -> &'static str;
    fn membership(&self, negated: bool) -> &'static str;
    fn function(&self, function: Function) -> &'static str;
    /// A name or a value.
    fn leaf(&self, node: &Node) -> String;
}

/// As it is written in a pack.
struct Author;

impl Wording for Author {
    fn operation(&self, operation: Operation) -> &'static str {
        match operation {
            Operation::Or => "or",
            Operation::And => "and",
            Operation::Compare(comparison) => match comparison {
                Comparison::Equal => "==",
                Comparison::Different => "!=",
                Comparison::Less => "<",
                Comparison::AtMost => "<=",
                Comparison::Greater => ">",
                Comparison::AtLeast => ">=",
            },
            Operation::Add => "+",
            Operation::Subtract => "-",
            Operation::Multiply => "*",
            Operation::Divide => "/",
        }
    }

    fn not(&self) -> &'static str {
        "not "
    }

    fn membership(&self, negated: bool) -> &'static str {
        match negated {
            true => "not in",
            false => "in",
        }
    }

    fn function(&self, function: Function) -> &'static str {
        function.name()
    }

    fn leaf(&self, node: &Node) -> String {
        match &node.part {
            Part::Number(number) => plain_number(*number),
            Part::Text(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            Part::Date(date) => format!("{DATE}(\"{date}\")"),
            Part::Flag(flag) => flag.to_string(),
            Part::Name(parts) => parts.join("."),
            _ => String::new(),
        }
    }
}

/// A number that has one reading only: three decimals after up to three digits would look like thousands.
fn plain_number(number: Decimal) -> String {
    let number = number.normalize();
    let mut text = number.to_string();
    if number.scale() == 3 && number >= Decimal::ONE && number < Decimal::ONE_THOUSAND {
        text.push('0');
    }
    text
}

/// With labels instead of ids and words that people read: `tổng(«Khen thưởng › Số cá nhân») = số dòng(«Danh sách»)`.
pub(super) struct Reader<'n> {
    pub lang: Lang,
    /// What a name at a position stands for.
    pub label: &'n dyn Fn(usize) -> Option<String>,
}

impl Wording for Reader<'_> {
    fn operation(&self, operation: Operation) -> &'static str {
        let vietnamese = self.lang == Lang::Vi;
        match operation {
            Operation::Or if vietnamese => "hoặc",
            Operation::And if vietnamese => "và",
            Operation::Compare(comparison) => match comparison {
                Comparison::Equal => "=",
                Comparison::Different => "≠",
                Comparison::Less => "<",
                Comparison::AtMost => "≤",
                Comparison::Greater => ">",
                Comparison::AtLeast => "≥",
            },
            Operation::Multiply => "×",
            other => Author.operation(other),
        }
    }

    fn not(&self) -> &'static str {
        match self.lang {
            Lang::Vi => "không phải ",
            Lang::En => "not ",
        }
    }

    fn membership(&self, negated: bool) -> &'static str {
        match (self.lang, negated) {
            (Lang::Vi, false) => "thuộc",
            (Lang::Vi, true) => "không thuộc",
            (Lang::En, false) => "in",
            (Lang::En, true) => "not in",
        }
    }

    fn function(&self, function: Function) -> &'static str {
        match (self.lang, function) {
            (Lang::En, other) => other.name(),
            (Lang::Vi, Function::If) => "nếu",
            (Lang::Vi, Function::Sum) => "tổng",
            (Lang::Vi, Function::Count) => "số dòng",
            (Lang::Vi, Function::Average) => "trung bình",
            (Lang::Vi, Function::Least) => "nhỏ nhất",
            (Lang::Vi, Function::Greatest) => "lớn nhất",
            (Lang::Vi, Function::Round) => "làm tròn",
            (Lang::Vi, Function::Absolute) => "trị tuyệt đối",
            (Lang::Vi, Function::Year) => "năm",
            (Lang::Vi, Function::Month) => "tháng",
            (Lang::Vi, Function::Length) => "số chữ",
            (Lang::Vi, Function::Empty) => "để trống",
            (Lang::Vi, Function::Filled) => "có ghi",
        }
    }

    fn leaf(&self, node: &Node) -> String {
        match (&node.part, self.lang) {
            (Part::Number(number), Lang::Vi) => vietnamese::plain(*number),
            (Part::Number(number), Lang::En) => number.normalize().to_string(),
            (Part::Text(text), _) => format!("“{text}”"),
            (Part::Date(date), _) => vietnamese::date_short(*date),
            (Part::Flag(true), Lang::Vi) => "đúng".to_owned(),
            (Part::Flag(false), Lang::Vi) => "sai".to_owned(),
            (Part::Name(_), _) => (self.label)(node.at).unwrap_or_else(|| Author.leaf(node)),
            _ => Author.leaf(node),
        }
    }
}

/// How tightly the outermost part of a node binds; what needs no brackets ever binds tightest.
fn binding(node: &Node) -> u8 {
    match &node.part {
        Part::Operation(operation, ..) => operation.binding(),
        Part::In { .. } => BIND_COMPARE,
        Part::Not(_) => BIND_NOT,
        Part::Negative(_) => BIND_SIGN,
        _ => u8::MAX,
    }
}

/// The text of a formula, with brackets only where they are needed.
pub(super) fn write(node: &Node, wording: &dyn Wording) -> String {
    let within = |inner: &Node, floor: u8| {
        let text = write(inner, wording);
        match binding(inner) < floor {
            true => format!("({text})"),
            false => text,
        }
    };
    let list = |nodes: &[Node]| {
        let texts: Vec<String> = nodes.iter().map(|node| write(node, wording)).collect();
        texts.join(", ")
    };
    match &node.part {
        Part::Not(inner) => format!("{}{}", wording.not(), within(inner, BIND_NOT)),
        Part::Negative(inner) => format!("-{}", within(inner, BIND_SIGN)),
        Part::Operation(operation, left, right) => {
            let own = operation.binding();
            // Operations of one rank are done from left to right; comparisons do not follow one another at all.
            let left_floor = match operation {
                Operation::Compare(_) => own + 1,
                _ => own,
            };
            let (left, right) = (within(left, left_floor), within(right, own + 1));
            format!("{left} {} {right}", wording.operation(*operation))
        }
        Part::In {
            value,
            list: values,
            negated,
        } => {
            let value = within(value, BIND_COMPARE + 1);
            format!("{value} {} ({})", wording.membership(*negated), list(values))
        }
        Part::Call(function, arguments) => format!("{}({})", wording.function(*function), list(arguments)),
        _ => wording.leaf(node),
    }
}
