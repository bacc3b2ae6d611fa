//! The value of a checked formula.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rust_decimal::{Decimal, RoundingStrategy};

use super::resolve::{Aggregate, AggregateOf, Arithmetic, Code, RecordOf};
use super::{Checked, Computed, MOST_STEPS, Operand, Span, Values};

/// A formula over some values, ready for one record after the other: a sum or count that is the same for all of them is
/// computed once.
pub struct Computing<'v> {
    checked: &'v Checked,
    pub(super) values: &'v dyn Values,
    /// Sums and counts that are the same for all records, by their number.
    known: RefCell<Vec<Option<Option<Computed<'v>>>>>,
    /// The same as intervals.
    pub(super) known_spans: RefCell<Vec<Option<Span<'v>>>>,
    budget: Budget,
}

/// How many rows formulas may look at before their values are missing. Formulas that are computed one after the other share
/// one, so that a pack of many does not take forever.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    spent: Rc<Cell<u64>>,
    told: Rc<Cell<bool>>,
}

impl Budget {
    /// Whether it is used up.
    pub fn is_exhausted(&self) -> bool {
        self.spent.get() > MOST_STEPS
    }

    /// Whether it is used up, and this is the first time that somebody asks.
    pub fn is_news(&self) -> bool {
        self.is_exhausted() && !self.told.replace(true)
    }

    fn spend(&self, steps: u64) -> bool {
        self.spent.set(self.spent.get().saturating_add(steps));
        !self.is_exhausted()
    }
}

/// Which records a part of a formula speaks of.
#[derive(Clone, Copy)]
pub(super) struct Around {
    /// The formula's own.
    pub own: usize,
    /// The row that a filter looks at.
    pub filtered: usize,
}

impl<'v> Computing<'v> {
    pub(super) fn new(checked: &'v Checked, values: &'v dyn Values, budget: Budget) -> Self {
        Self {
            checked,
            values,
            known: RefCell::new(vec![None; checked.slots]),
            known_spans: RefCell::new(vec![None; checked.slots]),
            budget,
        }
    }

    /// The value for a record of the formula's own sheet; any number will do for a formula that speaks of the workbook.
    pub fn value(&self, record: usize) -> Option<Computed<'v>> {
        match self.spend(1) {
            true => self.code(&self.checked.code, Around::record(record)),
            false => None,
        }
    }

    /// The value that one of the formula's operands has for a record.
    pub fn operand(&self, operand: &'v Operand, record: usize) -> Option<Computed<'v>> {
        self.code(&operand.code, Around::record(record))
    }

    /// What the value can be when the figures are rounded as they are written; see [`Span`].
    pub fn span(&self, record: usize) -> Span<'v> {
        self.code_span(&self.checked.code, Around::record(record))
    }

    /// Whether so many rows were looked at that the values since are missing.
    pub fn is_exhausted(&self) -> bool {
        self.budget.is_exhausted()
    }

    /// Counts rows that will be looked at; false when there were too many.
    pub(super) fn spend(&self, rows: usize) -> bool {
        self.budget.spend((rows as u64).saturating_mul(self.checked.weight))
    }

    pub(super) fn code(&self, code: &'v Code, around: Around) -> Option<Computed<'v>> {
        let flag = |code: &'v Code| self.code(code, around).and_then(Computed::flag);
        let number = |code: &'v Code| self.code(code, around).and_then(Computed::number);
        Some(match code {
            Code::Number(number) => Computed::Number(*number),
            Code::Text(text) => Computed::Text(text),
            Code::Date(date) => Computed::Date(*date),
            Code::Flag(flag) => Computed::Flag(*flag),
            Code::Field {
                record, sheet, field, ..
            } => self.field(record, *sheet, *field, around)?,
            Code::Not(inner) => Computed::Flag(!flag(inner)?),
            Code::Negative(inner) => Computed::Number(-number(inner)?),
            // One false part makes `and` false, whatever is missing beside it; likewise one true part of `or`.
            Code::And(left, right) => Computed::Flag(match flag(left) {
                Some(false) => false,
                left => match flag(right) {
                    Some(false) => false,
                    right => left? && right?,
                },
            }),
            Code::Or(left, right) => Computed::Flag(match flag(left) {
                Some(true) => true,
                left => match flag(right) {
                    Some(true) => true,
                    right => left? || right?,
                },
            }),
            Code::Compare(comparison, left, right) => {
                let (left, right) = (self.code(left, around)?, self.code(right, around)?);
                Computed::Flag(comparison.holds(left.compare(right)?))
            }
            Code::Arithmetic(arithmetic, left, right) => {
                Computed::Number(arithmetic.apply(number(left)?, number(right)?)?)
            }
            Code::Days(left, right) => match (self.code(left, around)?, self.code(right, around)?) {
                (Computed::Date(left), Computed::Date(right)) => {
                    Computed::Number(left.since(right).ok()?.get_days().into())
                }
                _ => return None,
            },
            Code::In { value, list, negated } => {
                let value = self.code(value, around)?;
                let mut found = Some(false);
                for member in list {
                    match self.code(member, around).and_then(|member| value.compare(member)) {
                        Some(order) if order.is_eq() => {
                            found = Some(true);
                            break;
                        }
                        Some(_) => {}
                        None => found = None,
                    }
                }
                Computed::Flag(found? != *negated)
            }
            Code::If(parts) => {
                let [condition, first, second] = &**parts;
                let chosen = if flag(condition)? { first } else { second };
                self.code(chosen, around)?
            }
            Code::Extreme { greatest, values } => {
                let values = values.iter().map(|value| self.code(value, around));
                let values: Option<Vec<Computed>> = values.collect();
                extreme(values?.into_iter(), *greatest)?
            }
            Code::Round(inner, decimals) => Computed::Number(round(number(inner)?, *decimals)),
            Code::Absolute(inner) => Computed::Number(number(inner)?.abs()),
            Code::Year(inner) => match self.code(inner, around)? {
                Computed::Date(date) => Computed::Number(date.year().into()),
                _ => return None,
            },
            Code::Month(inner) => match self.code(inner, around)? {
                Computed::Date(date) => Computed::Number(date.month().into()),
                _ => return None,
            },
            Code::Length(inner) => match self.code(inner, around)? {
                Computed::Text(text) => Computed::Number(text.chars().count().into()),
                _ => return None,
            },
            Code::Empty(inner) => Computed::Flag(self.code(inner, around).is_none()),
            Code::Filled(inner) => Computed::Flag(self.code(inner, around).is_some()),
            Code::Aggregate(aggregate) => return self.aggregate(aggregate, around),
        })
    }

    pub(super) fn field(&self, record: &RecordOf, sheet: usize, field: usize, around: Around) -> Option<Computed<'v>> {
        let record = match record {
            RecordOf::Own => around.own,
            RecordOf::Filtered => around.filtered,
            RecordOf::Form => 0,
            RecordOf::Key(key) => self.values.keyed(sheet, key)?,
        };
        self.values.value(sheet, record, field).map(Computed::of)
    }

    fn aggregate(&self, aggregate: &'v Aggregate, around: Around) -> Option<Computed<'v>> {
        if !aggregate.per_record
            && let Some(Some(known)) = self.known.borrow().get(aggregate.slot)
        {
            return *known;
        }
        let found = self.over_rows(aggregate, around);
        if !aggregate.per_record
            && let Some(slot) = self.known.borrow_mut().get_mut(aggregate.slot)
        {
            *slot = Some(found);
        }
        found
    }

    /// The rows of an aggregate's sheet that its filter lets through; none when too many were looked at.
    pub(super) fn rows(&self, aggregate: &'v Aggregate, around: Around) -> Option<impl Iterator<Item = usize>> {
        let records = self.values.records(aggregate.sheet);
        if !self.spend(records) {
            return None;
        }
        let filter = aggregate.filter.as_ref();
        Some((0..records).filter(move |record| {
            let around = Around {
                filtered: *record,
                ..around
            };
            filter.is_none_or(|filter| self.code(filter, around).and_then(Computed::flag) == Some(true))
        }))
    }

    fn over_rows(&self, aggregate: &'v Aggregate, around: Around) -> Option<Computed<'v>> {
        let rows = self.rows(aggregate, around)?;
        let Some((field, _)) = aggregate.field else {
            return Some(Computed::Number(rows.count().into()));
        };
        let mut values = rows.filter_map(|row| self.values.value(aggregate.sheet, row, field).map(Computed::of));
        match aggregate.function {
            AggregateOf::Count => Some(Computed::Number(values.count().into())),
            AggregateOf::Least => extreme(values, false),
            AggregateOf::Greatest => extreme(values, true),
            AggregateOf::Sum | AggregateOf::Average => {
                let (sum, count) = values.try_fold((Decimal::ZERO, 0usize), |(sum, count), value| {
                    Some((sum.checked_add(value.number()?)?, count + 1))
                })?;
                Some(Computed::Number(match aggregate.function {
                    AggregateOf::Average => sum.checked_div(count.into())?,
                    _ => sum,
                }))
            }
        }
    }
}

impl Around {
    fn record(record: usize) -> Self {
        Self {
            own: record,
            filtered: record,
        }
    }
}

impl Arithmetic {
    /// None where there is no such number, or it is out of range.
    pub(super) fn apply(self, left: Decimal, right: Decimal) -> Option<Decimal> {
        match self {
            Self::Add => left.checked_add(right),
            Self::Subtract => left.checked_sub(right),
            Self::Multiply => left.checked_mul(right),
            Self::Divide => left.checked_div(right),
        }
    }
}

/// Half away from zero, as people round.
pub(super) fn round(number: Decimal, decimals: u32) -> Decimal {
    number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

fn extreme<'v>(values: impl Iterator<Item = Computed<'v>>, greatest: bool) -> Option<Computed<'v>> {
    values.reduce(|best, value| match best.compare(value) {
        Some(order) if order.is_lt() == greatest && order.is_ne() => value,
        _ => best,
    })
}
