//! Names to sheets and fields, and the kind of each part: a formula that can be computed, or what is wrong with it.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::parse::parse_date;
use super::print::{self, Reader};
use super::{
    Budget, Comparison, Computed, Computing, Fault, Formula, Function, Kind, NamedField, Node, Operation, Part, Scope,
    Values,
};
use crate::diagnostic::{Lang, Text};
use crate::text;
use crate::value::Type;
use crate::vietnamese::{nearest, same};

/// Most decimals that `round` keeps.
const MOST_DECIMALS: u32 = 9;

/// Parts of a formula that are computed in about the time in which one row is looked at.
const PARTS_OF_A_STEP: u64 = 8;

/// A formula whose names are resolved: it can be computed.
#[derive(Clone, Debug)]
pub struct Checked {
    formula: Formula,
    kind: Kind,
    pub(super) code: Code,
    /// How long it takes to look at a row, in steps.
    pub(super) weight: u64,
    /// How many sums and counts it has.
    pub(super) slots: usize,
    references: Vec<Reference>,
    operands: Vec<Operand>,
}

/// A name in a formula: what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where it stands, in characters from 0.
    pub at: usize,
    /// The sheet.
    pub sheet: usize,
    /// The key of the row, where one is named.
    pub key: Option<Box<str>>,
    /// The field; none where a sheet's rows are counted.
    pub field: Option<usize>,
    /// Whether it is a field of the record that the formula speaks of.
    pub is_own: bool,
    /// Whether it is a field of the rows that the filter around it looks at.
    pub is_filtered: bool,
}

/// A value that a formula computes with, to be told to people: a field by itself, or a whole sum or count.
#[derive(Clone, Debug)]
pub struct Operand {
    node: Node,
    pub(super) code: Code,
    /// Sheet and field, of a field by itself.
    pub field: Option<(usize, usize)>,
    /// Whether that is a field of the record that the formula speaks of.
    pub is_own: bool,
}

impl Checked {
    /// What kind of value it has.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The formula as it is written.
    pub fn formula(&self) -> &Formula {
        &self.formula
    }

    /// Every name in it, in their order.
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// The values it computes with, each once, in their order.
    pub fn operands(&self) -> &[Operand] {
        &self.operands
    }

    /// The field that it is, when it is nothing else.
    pub fn only_field(&self) -> Option<(usize, usize)> {
        match (&self.formula.root.part, self.references.first()) {
            (
                Part::Name(_),
                Some(Reference {
                    sheet,
                    field: Some(field),
                    ..
                }),
            ) => Some((*sheet, *field)),
            _ => None,
        }
    }

    /// Whether its value is the year of a date, which prints without a dot.
    pub fn is_year(&self) -> bool {
        matches!(self.code, Code::Year(_))
    }

    /// Makes ready to compute it, for one record or many.
    pub fn on<'v>(&'v self, values: &'v dyn Values) -> Computing<'v> {
        self.within(values, &Budget::default())
    }

    /// The same, with a budget that other formulas share.
    pub fn within<'v>(&'v self, values: &'v dyn Values, budget: &Budget) -> Computing<'v> {
        Computing::new(self, values, budget.clone())
    }

    /// Whether it is true of a record; none when a value is missing. For many records [`Checked::on`] is faster.
    pub fn holds(&self, values: &dyn Values, record: usize) -> Option<bool> {
        self.on(values).value(record).and_then(Computed::flag)
    }

    /// The formula for people: labels in place of names, words in place of signs.
    pub fn text(&self, label: &dyn Fn(&Reference) -> Text) -> Text {
        self.node_text(&self.formula.root, label)
    }

    /// One of its operands for people.
    pub fn operand_text(&self, operand: &Operand, label: &dyn Fn(&Reference) -> Text) -> Text {
        self.node_text(&operand.node, label)
    }

    fn node_text(&self, node: &Node, label: &dyn Fn(&Reference) -> Text) -> Text {
        let in_lang = |lang: Lang| {
            let named = |at: usize| {
                let reference = self.references.iter().find(|reference| reference.at == at)?;
                Some(label(reference).get(lang).to_owned())
            };
            print::write(node, &Reader { lang, label: &named })
        };
        Text::new(in_lang(Lang::Vi), in_lang(Lang::En))
    }
}

/// A formula ready to be computed.
#[derive(Clone, Debug)]
pub(super) enum Code {
    Number(Decimal),
    Text(Box<str>),
    Date(Date),
    Flag(bool),
    Field {
        record: RecordOf,
        sheet: usize,
        field: usize,
        ty: Type,
    },
    Not(Box<Code>),
    Negative(Box<Code>),
    And(Box<Code>, Box<Code>),
    Or(Box<Code>, Box<Code>),
    Compare(Comparison, Box<Code>, Box<Code>),
    Arithmetic(Arithmetic, Box<Code>, Box<Code>),
    /// Days from the second date to the first.
    Days(Box<Code>, Box<Code>),
    In {
        value: Box<Code>,
        list: Vec<Code>,
        negated: bool,
    },
    If(Box<[Code; 3]>),
    Extreme {
        greatest: bool,
        values: Vec<Code>,
    },
    Round(Box<Code>, u32),
    Absolute(Box<Code>),
    Year(Box<Code>),
    Month(Box<Code>),
    Length(Box<Code>),
    Empty(Box<Code>),
    Filled(Box<Code>),
    Aggregate(Box<Aggregate>),
}

/// Whose field it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RecordOf {
    /// The record that the formula speaks of.
    Own,
    /// The row that a filter looks at.
    Filtered,
    /// The only record of a form.
    Form,
    /// The row with a key.
    Key(Box<str>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// What becomes of the rows of a sheet.
#[derive(Clone, Debug)]
pub(super) struct Aggregate {
    pub slot: usize,
    pub function: AggregateOf,
    pub sheet: usize,
    pub field: Option<(usize, Type)>,
    pub filter: Option<Code>,
    /// Whether the filter looks at the formula's own record too, so that the rows must be gone through for each.
    pub per_record: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AggregateOf {
    Count,
    Sum,
    Average,
    Least,
    Greatest,
}

impl Formula {
    /// Resolves the names of a formula and sees that each part has the kind it needs.
    pub fn check(&self, scope: &dyn Scope) -> Result<Checked, Fault> {
        let mut resolver = Resolver {
            scope,
            parts: 0,
            filtered: None,
            slots: 0,
            sees_own: false,
            references: Vec::new(),
            operands: Vec::new(),
        };
        let (code, kind) = resolver.node(&self.root)?;
        Ok(Checked {
            formula: self.clone(),
            kind,
            code,
            weight: 1 + resolver.parts / PARTS_OF_A_STEP,
            slots: resolver.slots,
            references: resolver.references,
            operands: resolver.operands,
        })
    }

    /// The same for a formula that must be true or false.
    pub fn check_condition(&self, scope: &dyn Scope) -> Result<Checked, Fault> {
        let checked = self.check(scope)?;
        match checked.kind {
            Kind::Flag => Ok(checked),
            other => {
                let found = other.text();
                Err(Fault::new(
                    self.root.at,
                    Text::new(
                        format!("cần một điều kiện đúng hoặc sai, công thức này cho ra {}", found.vi),
                        format!(
                            "a condition that is true or false is needed, this formula gives {}",
                            found.en
                        ),
                    ),
                )
                .hint(Text::new(
                    "thêm một phép so sánh, ví dụ: so_luong > 0, hoặc filled(ghi_chu)",
                    "add a comparison, for instance: so_luong > 0, or filled(ghi_chu)",
                )))
            }
        }
    }
}

type Typed = (Code, Kind);

struct Resolver<'s> {
    scope: &'s dyn Scope,
    /// The sheet whose rows the filter around looks at.
    filtered: Option<usize>,
    parts: u64,
    slots: usize,
    /// Whether a field of the formula's own record was met.
    sees_own: bool,
    references: Vec<Reference>,
    operands: Vec<Operand>,
}

impl Resolver<'_> {
    fn node(&mut self, node: &Node) -> Result<Typed, Fault> {
        self.parts += 1;
        Ok(match &node.part {
            Part::Number(number) => (Code::Number(*number), Kind::Number),
            Part::Text(text) => (Code::Text(text.clone()), Kind::Text),
            Part::Date(date) => (Code::Date(*date), Kind::Date),
            Part::Flag(flag) => (Code::Flag(*flag), Kind::Flag),
            Part::Name(parts) => self.name(node, parts)?,
            Part::Not(inner) => {
                let inner = self.of_kind(inner, Kind::Flag, "not")?;
                (Code::Not(Box::new(inner)), Kind::Flag)
            }
            Part::Negative(inner) => {
                let inner = self.of_kind(inner, Kind::Number, "-")?;
                (Code::Negative(Box::new(inner)), Kind::Number)
            }
            Part::Operation(operation, left, right) => self.operation(*operation, node, left, right)?,
            Part::In { value, list, negated } => self.membership(value, list, *negated)?,
            Part::Call(function, arguments) => self.call(*function, node, arguments)?,
        })
    }

    /// A part that must have a kind, for a function or sign.
    fn of_kind(&mut self, node: &Node, wanted: Kind, whose: &str) -> Result<Code, Fault> {
        let (code, kind) = self.node(node)?;
        match kind == wanted {
            true => Ok(code),
            false => Err(wrong_kind(node.at, whose, wanted, kind)),
        }
    }

    fn operation(&mut self, operation: Operation, node: &Node, left: &Node, right: &Node) -> Result<Typed, Fault> {
        let arithmetic = match operation {
            Operation::Or | Operation::And => {
                let name = if operation == Operation::Or { "or" } else { "and" };
                let left = Box::new(self.of_kind(left, Kind::Flag, name)?);
                let right = Box::new(self.of_kind(right, Kind::Flag, name)?);
                let code = match operation {
                    Operation::Or => Code::Or(left, right),
                    _ => Code::And(left, right),
                };
                return Ok((code, Kind::Flag));
            }
            Operation::Compare(comparison) => return self.comparison(comparison, node, left, right),
            Operation::Add => Arithmetic::Add,
            Operation::Subtract => Arithmetic::Subtract,
            Operation::Multiply => Arithmetic::Multiply,
            Operation::Divide => Arithmetic::Divide,
        };
        let sign = match arithmetic {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
        };
        let (left_code, left_kind) = self.node(left)?;
        let (right_code, right_kind) = self.node(right)?;
        let (left_box, right_box) = (Box::new(left_code), Box::new(right_code));
        if arithmetic == Arithmetic::Subtract && left_kind == Kind::Date && right_kind == Kind::Date {
            return Ok((Code::Days(left_box, right_box), Kind::Number));
        }
        for (operand, kind) in [(left, left_kind), (right, right_kind)] {
            if kind != Kind::Number {
                return Err(wrong_kind(operand.at, sign, Kind::Number, kind));
            }
        }
        Ok((Code::Arithmetic(arithmetic, left_box, right_box), Kind::Number))
    }

    fn comparison(&mut self, comparison: Comparison, node: &Node, left: &Node, right: &Node) -> Result<Typed, Fault> {
        let (mut left_code, left_kind) = self.node(left)?;
        let (mut right_code, right_kind) = self.node(right)?;
        let kind = if left_kind == right_kind {
            left_kind
        } else {
            match (left_kind, right_kind) {
                (Kind::Date, Kind::Text) => self.as_date(right, &mut right_code)?,
                (Kind::Text, Kind::Date) => self.as_date(left, &mut left_code)?,
                _ => return Err(not_comparable(right.at, left_kind, right_kind)),
            }
        };
        if comparison.is_ordered() && matches!(kind, Kind::Text | Kind::Flag) {
            let found = kind.text();
            return Err(Fault::new(
                node.at,
                Text::new(
                    format!("so sánh lớn, nhỏ cần số hoặc ngày, ở đây là {}", found.vi),
                    format!("greater and less need numbers or dates, this is {}", found.en),
                ),
            )
            .hint(Text::new("dùng == hoặc !=", "use == or !=")));
        }
        self.known_choice(&left_code, right)?;
        self.known_choice(&right_code, left)?;
        let code = Code::Compare(comparison, Box::new(left_code), Box::new(right_code));
        Ok((code, Kind::Flag))
    }

    /// A text that is compared with a date is one, when the formula itself says it.
    fn as_date(&self, node: &Node, code: &mut Code) -> Result<Kind, Fault> {
        match &node.part {
            Part::Text(written) => {
                *code = Code::Date(parse_date(written, node.at)?);
                Ok(Kind::Date)
            }
            _ => Err(not_comparable(node.at, Kind::Date, Kind::Text)),
        }
    }

    /// A text that is compared with a choice is one of its values.
    fn known_choice(&self, code: &Code, other: &Node) -> Result<(), Fault> {
        let (
            Code::Field {
                sheet,
                field,
                ty: Type::Choice,
                ..
            },
            Part::Text(written),
        ) = (code, &other.part)
        else {
            return Ok(());
        };
        let fields = self.scope.fields(*sheet);
        let Some(NamedField { id, choices, .. }) = fields.get(*field) else {
            return Ok(());
        };
        let names = || choices.iter().map(|choice| choice.value.as_str());
        if names().any(|name| same(name, written)) {
            return Ok(());
        }
        let fault = Fault::new(
            other.at,
            text!(
                "“{written}” không có trong danh mục của “{id}”",
                "“{written}” is not among the choices of “{id}”"
            ),
        );
        Err(match nearest(written, names()) {
            Some(near) => fault.hint(text!("có phải “{near}”?", "did you mean “{near}”?")),
            None => {
                let all = names().collect::<Vec<_>>().join("; ");
                fault.hint(text!("danh mục: {all}", "choices: {all}"))
            }
        })
    }

    fn membership(&mut self, value: &Node, list: &[Node], negated: bool) -> Result<Typed, Fault> {
        let (code, kind) = self.node(value)?;
        let mut codes = Vec::new();
        for node in list {
            let (mut member, own) = self.node(node)?;
            if own != kind {
                match (kind, own) {
                    (Kind::Date, Kind::Text) => {
                        self.as_date(node, &mut member)?;
                    }
                    _ => return Err(not_comparable(node.at, kind, own)),
                }
            }
            self.known_choice(&code, node)?;
            codes.push(member);
        }
        let code = Code::In {
            value: Box::new(code),
            list: codes,
            negated,
        };
        Ok((code, Kind::Flag))
    }

    fn call(&mut self, function: Function, node: &Node, arguments: &[Node]) -> Result<Typed, Fault> {
        let name = function.name();
        let wrong_number = || {
            let usage = function.usage();
            Fault::new(
                node.at,
                text!(
                    "hàm “{name}” không nhận số đối số như ở đây",
                    "the function “{name}” does not take as many arguments"
                ),
            )
            .hint(text!("viết như {usage}", "write it like {usage}"))
        };
        let aggregate = match function {
            Function::Sum => Some(AggregateOf::Sum),
            Function::Count => Some(AggregateOf::Count),
            Function::Average => Some(AggregateOf::Average),
            Function::Least if self.is_column(arguments) => Some(AggregateOf::Least),
            Function::Greatest if self.is_column(arguments) => Some(AggregateOf::Greatest),
            _ => None,
        };
        if let Some(aggregate) = aggregate {
            return match arguments {
                [rows] => self.aggregate(aggregate, function, node, rows, None),
                [rows, filter] => self.aggregate(aggregate, function, node, rows, Some(filter)),
                _ => Err(wrong_number()),
            };
        }
        match (function, arguments) {
            (Function::If, [condition, first, second]) => {
                let condition = self.of_kind(condition, Kind::Flag, name)?;
                let (first_code, kind) = self.node(first)?;
                let second_code = self.of_kind(second, kind, name)?;
                Ok((Code::If(Box::new([condition, first_code, second_code])), kind))
            }
            (Function::Least | Function::Greatest, [first, _, ..]) => {
                let (code, kind) = self.node(first)?;
                if !matches!(kind, Kind::Number | Kind::Date) {
                    return Err(wrong_kind(first.at, name, Kind::Number, kind));
                }
                let mut values = vec![code];
                for other in arguments.iter().skip(1) {
                    values.push(self.of_kind(other, kind, name)?);
                }
                let greatest = function == Function::Greatest;
                Ok((Code::Extreme { greatest, values }, kind))
            }
            (Function::Round, [value]) => Ok((
                Code::Round(Box::new(self.of_kind(value, Kind::Number, name)?), 0),
                Kind::Number,
            )),
            (Function::Round, [value, decimals]) => {
                let value = Box::new(self.of_kind(value, Kind::Number, name)?);
                let digits = match &decimals.part {
                    Part::Number(number) if number.fract().is_zero() => number.to_u32(),
                    _ => None,
                };
                match digits.filter(|digits| *digits <= MOST_DECIMALS) {
                    Some(digits) => Ok((Code::Round(value, digits), Kind::Number)),
                    None => Err(Fault::new(
                        decimals.at,
                        text!(
                            "hàm “round” cần số chữ số thập phân từ 0 đến {MOST_DECIMALS}, ghi thẳng bằng số",
                            "the function “round” needs a number of decimals from 0 to {MOST_DECIMALS}, written as a number"
                        ),
                    )),
                }
            }
            (Function::Absolute, [value]) => {
                let value = self.of_kind(value, Kind::Number, name)?;
                Ok((Code::Absolute(Box::new(value)), Kind::Number))
            }
            (Function::Year | Function::Month, [value]) => {
                let value = Box::new(self.of_kind(value, Kind::Date, name)?);
                let code = match function {
                    Function::Year => Code::Year(value),
                    _ => Code::Month(value),
                };
                Ok((code, Kind::Number))
            }
            (Function::Length, [value]) => {
                let value = self.of_kind(value, Kind::Text, name)?;
                Ok((Code::Length(Box::new(value)), Kind::Number))
            }
            (Function::Empty | Function::Filled, [value]) => {
                let value = Box::new(self.node(value)?.0);
                let code = match function {
                    Function::Empty => Code::Empty(value),
                    _ => Code::Filled(value),
                };
                Ok((code, Kind::Flag))
            }
            _ => Err(wrong_number()),
        }
    }

    /// Whether the first argument is a column of a table or list, so that `min` and `max` mean all its rows.
    fn is_column(&self, arguments: &[Node]) -> bool {
        match arguments.first().map(|node| &node.part) {
            Some(Part::Name(parts)) => match &parts[..] {
                [sheet, _] => self.sheet(sheet).is_some_and(|sheet| self.scope.has_rows(sheet)),
                _ => false,
            },
            _ => false,
        }
    }

    fn sheet(&self, id: &str) -> Option<usize> {
        self.scope.sheets().iter().position(|sheet| *sheet == id)
    }

    fn aggregate(
        &mut self,
        aggregate: AggregateOf,
        function: Function,
        node: &Node,
        rows: &Node,
        filter: Option<&Node>,
    ) -> Result<Typed, Fault> {
        let (name, usage) = (function.name(), function.usage());
        let Part::Name(parts) = &rows.part else {
            return Err(Fault::new(
                rows.at,
                text!(
                    "hàm “{name}” cần trước hết tên một bảng hoặc một cột dạng bảng.cột",
                    "the function “{name}” first needs a table, or a column written table.column"
                ),
            )
            .hint(text!("viết như {usage}", "write it like {usage}")));
        };
        let (sheet, field) = match &parts[..] {
            [sheet] if aggregate == AggregateOf::Count => (self.known_sheet(sheet, rows.at)?, None),
            [sheet, field] => {
                let sheet = self.known_sheet(sheet, rows.at)?;
                (sheet, Some(self.known_field(sheet, field, rows.at)?))
            }
            _ => {
                return Err(Fault::new(
                    rows.at,
                    text!(
                        "hàm “{name}” cần một cột dạng bảng.cột",
                        "the function “{name}” needs a column written table.column"
                    ),
                )
                .hint(text!("viết như {usage}", "write it like {usage}")));
            }
        };
        if !self.scope.has_rows(sheet) {
            let id = parts.first().map_or("", |id| &**id);
            return Err(Fault::new(
                rows.at,
                text!(
                    "hàm “{name}” cần một bảng, “{id}” là trang form chỉ có một bản ghi",
                    "the function “{name}” needs a table; “{id}” is a form with one record"
                ),
            ));
        }
        let typed = field.and_then(|field| self.scope.fields(sheet).get(field).map(|named| (field, named.ty)));
        let kind = match (aggregate, typed) {
            (AggregateOf::Count, _) => Kind::Number,
            (AggregateOf::Least | AggregateOf::Greatest, Some((_, Type::Date))) => Kind::Date,
            (_, Some((_, ty))) if Kind::of(ty) != Kind::Number => {
                return Err(wrong_kind(rows.at, name, Kind::Number, Kind::of(ty)));
            }
            _ => Kind::Number,
        };
        self.references.push(Reference {
            at: rows.at,
            sheet,
            key: None,
            field,
            is_own: false,
            is_filtered: false,
        });
        let around = (self.filtered.replace(sheet), self.sees_own);
        self.sees_own = false;
        let filter = filter
            .map(|filter| self.of_kind(filter, Kind::Flag, name))
            .transpose()?;
        let per_record = self.sees_own;
        self.filtered = around.0;
        self.sees_own |= around.1;
        let code = Code::Aggregate(Box::new(Aggregate {
            slot: self.slots,
            function: aggregate,
            sheet,
            field: typed,
            filter,
            per_record,
        }));
        self.slots += 1;
        self.operand(node, &code, None);
        Ok((code, kind))
    }

    /// Remembers a value that people are told, unless it stands within another one or was met before.
    fn operand(&mut self, node: &Node, code: &Code, field: Option<(usize, usize)>) {
        if self.filtered.is_none() && self.operands.iter().all(|known| known.node != *node) {
            let is_own = matches!(
                code,
                Code::Field {
                    record: RecordOf::Own,
                    ..
                }
            );
            self.operands.push(Operand {
                node: node.clone(),
                code: code.clone(),
                field,
                is_own,
            });
        }
    }

    fn known_sheet(&self, id: &str, at: usize) -> Result<usize, Fault> {
        self.sheet(id).ok_or_else(|| {
            let fault = Fault::new(at, text!("không có trang “{id}”", "there is no sheet “{id}”"));
            let sheets = self.scope.sheets();
            match nearest(id, sheets.iter().copied()) {
                Some(near) => fault.hint(text!("có phải “{near}”?", "did you mean “{near}”?")),
                None => {
                    let all = sheets.join(", ");
                    fault.hint(text!("các trang: {all}", "the sheets are: {all}"))
                }
            }
        })
    }

    fn known_field(&self, sheet: usize, id: &str, at: usize) -> Result<usize, Fault> {
        let fields = self.scope.fields(sheet);
        if let Some(found) = fields.iter().position(|field| field.id == id) {
            return Ok(found);
        }
        let sheets = self.scope.sheets();
        let of = sheets.get(sheet).copied().unwrap_or_default();
        let fault = Fault::new(
            at,
            text!(
                "trang “{of}” không có trường “{id}”",
                "sheet “{of}” has no field “{id}”"
            ),
        );
        if self.sheet(id).is_some() {
            return Err(fault.hint(text!(
                "“{id}” là một trang: viết {id}.tên_trường, hoặc count({id}) nếu là bảng",
                "“{id}” is a sheet: write {id}.field, or count({id}) if it is a table"
            )));
        }
        // Within a filter, the record around is named with its sheet.
        if self.filtered == Some(sheet)
            && let Some(own) = self.scope.own().filter(|own| *own != sheet)
            && self.scope.fields(own).iter().any(|field| field.id == id)
        {
            let own = sheets.get(own).copied().unwrap_or_default();
            return Err(fault.hint(text!("viết {own}.{id}", "write {own}.{id}")));
        }
        Err(match nearest(id, fields.iter().map(|field| field.id)) {
            Some(near) => fault.hint(text!("có phải “{near}”?", "did you mean “{near}”?")),
            None => {
                let all = fields.iter().map(|field| field.id).collect::<Vec<_>>().join(", ");
                fault.hint(text!("các trường: {all}", "the fields are: {all}"))
            }
        })
    }

    fn name(&mut self, node: &Node, parts: &[Box<str>]) -> Result<Typed, Fault> {
        let at = node.at;
        let (record, sheet, field) = match parts {
            [field] => {
                let (record, sheet) = match (self.filtered, self.scope.own()) {
                    (Some(sheet), _) => (RecordOf::Filtered, sheet),
                    (None, Some(sheet)) => (RecordOf::Own, sheet),
                    (None, None) => return Err(self.bare_name(field, at)),
                };
                let field = self.known_field(sheet, field, at)?;
                (record, sheet, field)
            }
            [sheet_id, field_id] => {
                let sheet = self.known_sheet(sheet_id, at)?;
                let field = self.known_field(sheet, field_id, at)?;
                let record = if self.scope.own() == Some(sheet) {
                    RecordOf::Own
                } else if !self.scope.has_rows(sheet) {
                    RecordOf::Form
                } else {
                    return Err(self.whole_column(sheet_id, field_id, sheet, at));
                };
                (record, sheet, field)
            }
            [sheet_id, key, field_id] => {
                let sheet = self.known_sheet(sheet_id, at)?;
                let keys = self.scope.keys(sheet);
                if !keys.contains(&&**key) {
                    let fault = Fault::new(
                        at,
                        text!(
                            "trang “{sheet_id}” không khai báo dòng nào có khoá “{key}”",
                            "sheet “{sheet_id}” declares no row with the key “{key}”"
                        ),
                    );
                    return Err(match nearest(key, keys.iter().copied()) {
                        Some(near) => fault.hint(text!("có phải “{near}”?", "did you mean “{near}”?")),
                        None => fault,
                    });
                }
                let field = self.known_field(sheet, field_id, at)?;
                (RecordOf::Key(key.clone()), sheet, field)
            }
            _ => return Err(self.bare_name("", at)),
        };
        let Some(ty) = self.scope.fields(sheet).get(field).map(|named| named.ty) else {
            return Err(self.bare_name("", at));
        };
        let (is_own, is_filtered) = (record == RecordOf::Own, record == RecordOf::Filtered);
        self.sees_own |= is_own;
        let key = match &record {
            RecordOf::Key(key) => Some(key.clone()),
            _ => None,
        };
        self.references.push(Reference {
            at,
            sheet,
            key,
            field: Some(field),
            is_own,
            is_filtered,
        });
        let code = Code::Field {
            record,
            sheet,
            field,
            ty,
        };
        self.operand(node, &code, Some((sheet, field)));
        Ok((code, Kind::of(ty)))
    }

    /// A bare name where the formula speaks of no record.
    fn bare_name(&self, id: &str, at: usize) -> Fault {
        let fault = Fault::new(
            at,
            text!(
                "ở đây cần tên dạng trang.trường, không chỉ “{id}”",
                "a name written sheet.field is needed here, not “{id}” alone"
            ),
        );
        let sheets = self.scope.sheets();
        let having = |rows: bool| {
            sheets.iter().enumerate().find_map(|(index, sheet)| {
                let has =
                    self.scope.has_rows(index) == rows && self.scope.fields(index).iter().any(|field| field.id == id);
                has.then_some(*sheet)
            })
        };
        if let Some(form) = having(false) {
            return fault.hint(text!("viết {form}.{id}", "write {form}.{id}"));
        }
        if let Some(table) = having(true) {
            return fault.hint(text!(
                "thêm sheet = \"{table}\" để xét từng dòng, hoặc viết sum({table}.{id})",
                "add sheet = \"{table}\" to look at each row, or write sum({table}.{id})"
            ));
        }
        match nearest(id, sheets.iter().copied()) {
            Some(near) => fault.hint(text!("có phải “{near}”?", "did you mean “{near}”?")),
            None => fault,
        }
    }

    /// A column of a table where one value is needed.
    fn whole_column(&self, sheet_id: &str, field_id: &str, sheet: usize, at: usize) -> Fault {
        let fault = Fault::new(
            at,
            text!(
                "“{sheet_id}.{field_id}” là cả một cột, ở đây cần một giá trị",
                "“{sheet_id}.{field_id}” is a whole column, one value is needed here"
            ),
        );
        if self.filtered == Some(sheet) {
            return fault.hint(text!(
                "trong điều kiện lọc chỉ viết {field_id}",
                "write only {field_id} within the filter"
            ));
        }
        fault.hint(text!(
            "viết sum({sheet_id}.{field_id}), hoặc đặt trong sum, count, avg, min, max",
            "write sum({sheet_id}.{field_id}), or put it into sum, count, avg, min, max"
        ))
    }
}

fn wrong_kind(at: usize, whose: &str, wanted: Kind, found: Kind) -> Fault {
    let (wanted, found) = (wanted.text(), found.text());
    Fault::new(
        at,
        Text::new(
            format!("“{whose}” cần {}, ở đây là {}", wanted.vi, found.vi),
            format!("“{whose}” needs {}, this is {}", wanted.en, found.en),
        ),
    )
}

fn not_comparable(at: usize, left: Kind, right: Kind) -> Fault {
    let (left_text, right_text) = (left.text(), right.text());
    let fault = Fault::new(
        at,
        Text::new(
            format!("không so sánh được {} với {}", left_text.vi, right_text.vi),
            format!("{} can't be compared with {}", left_text.en, right_text.en),
        ),
    );
    match (left, right) {
        (Kind::Number, Kind::Text) | (Kind::Text, Kind::Number) => {
            fault.hint(Text::new("số viết không có dấu nháy", "write numbers without quotes"))
        }
        (Kind::Date, Kind::Number) | (Kind::Number, Kind::Date) => fault.hint(Text::new(
            "ngày viết như date(\"2025-07-01\"); năm của một ngày là year(ngay)",
            "write a date like date(\"2025-07-01\"); the year of a date is year(ngay)",
        )),
        _ => fault,
    }
}
