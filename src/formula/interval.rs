//! What a formula's value can be when the figures it is made of were rounded as they are written.
//!
//! A figure with decimals stands for every figure that rounds to it: 197,4 for 197,35 to 197,45. A whole number stands for
//! itself, but a percentage is always rounded: 166% stands for 165,5% to 166,5%. The rules of interval arithmetic then give
//! the least and the greatest value; where a figure occurs twice in a formula they may be a little further apart than need be.

use rust_decimal::Decimal;

use super::compute::{Around, Computing, round};
use super::resolve::{Aggregate, AggregateOf, Arithmetic, Code};
use super::{Comparison, Computed};
use crate::value::Type;

/// What a formula's value can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Span<'v> {
    /// A value is missing.
    Missing,
    /// A number from the first to the second.
    Number(Decimal, Decimal),
    /// Which of true, false and missing it can be.
    Flag(Outcomes),
    /// A text or a date.
    Exact(Computed<'v>),
    /// It can't be judged: a divisor around zero, a number out of range, figures that decide between two branches.
    Unknown,
}

/// Which outcomes a condition can have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// It can be true.
    pub yes: bool,
    /// It can be false.
    pub no: bool,
    /// It can be missing.
    pub missing: bool,
}

/// Half a unit of the last shown digit.
fn half_unit(scale: u32) -> Decimal {
    Decimal::new(5, (scale + 1).min(Decimal::MAX_SCALE))
}

/// Least and greatest figure that a shown one of a column type stands for.
pub fn interval(shown: Decimal, ty: Type) -> (Decimal, Decimal) {
    let shown = shown.normalize();
    let half = match (shown.scale(), ty) {
        (_, Type::Integer | Type::Count | Type::Year) => Decimal::ZERO,
        (0, ty) if ty != Type::Percent => Decimal::ZERO,
        (scale, _) => half_unit(scale),
    };
    // At the very end of the range of numbers a figure stands for itself.
    let low = shown.checked_sub(half).unwrap_or(shown);
    (low, shown.checked_add(half).unwrap_or(shown))
}

/// How far a figure may be from the one that it was rounded from.
pub fn shown_margin(shown: Decimal) -> Decimal {
    let shown = shown.normalize();
    // A figure that a formula of Excel computed has all digits of a binary number; the last ones are noise.
    let noise = shown.abs().checked_mul(Decimal::new(1, 9)).unwrap_or_default();
    half_unit(shown.scale()).max(noise)
}

impl Span<'_> {
    /// Whether the number can be one of those that `shown` was rounded from; what can't be judged can.
    pub fn allows(self, shown: Decimal) -> bool {
        let Self::Number(low, high) = self else {
            return true;
        };
        let margin = shown_margin(shown);
        let (least, most) = (shown.checked_sub(margin), shown.checked_add(margin));
        least.is_none_or(|least| least <= high) && most.is_none_or(|most| most >= low)
    }
}

impl<'v> Span<'v> {
    fn of(value: Option<Computed<'v>>, ty: Type) -> Self {
        match value {
            Some(Computed::Number(shown)) => {
                let (low, high) = interval(shown, ty);
                Self::Number(low, high)
            }
            value => Self::exact(value),
        }
    }

    /// Of a value that nothing is rounded in.
    fn exact(value: Option<Computed<'v>>) -> Self {
        match value {
            None => Self::Missing,
            Some(Computed::Number(number)) => Self::Number(number, number),
            Some(Computed::Flag(flag)) => Self::Flag(Outcomes {
                yes: flag,
                no: !flag,
                missing: false,
            }),
            Some(other) => Self::Exact(other),
        }
    }

    fn outcomes(self) -> Outcomes {
        match self {
            Self::Flag(outcomes) => outcomes,
            Self::Missing => Outcomes {
                missing: true,
                ..Outcomes::default()
            },
            _ => Outcomes {
                yes: true,
                no: true,
                missing: true,
            },
        }
    }

    /// What is in either.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Number(low, high), Self::Number(other_low, other_high)) => {
                Self::Number(low.min(other_low), high.max(other_high))
            }
            (one @ (Self::Flag(_) | Self::Missing), other @ (Self::Flag(_) | Self::Missing)) => {
                let (one, other) = (one.outcomes(), other.outcomes());
                Self::Flag(Outcomes {
                    yes: one.yes || other.yes,
                    no: one.no || other.no,
                    missing: one.missing || other.missing,
                })
            }
            _ => Self::Unknown,
        }
    }

    /// A number made of a number, whose order it keeps.
    fn map(self, change: impl Fn(Decimal) -> Decimal) -> Self {
        match self {
            Self::Number(low, high) => Self::Number(change(low), change(high)),
            other => other,
        }
    }
}

impl Outcomes {
    /// All outcomes of something that has its own outcome for each of two.
    fn combine(self, other: Self, outcome: fn(Option<bool>, Option<bool>) -> Option<bool>) -> Self {
        let possible = |outcomes: Self| {
            [
                (outcomes.yes, Some(true)),
                (outcomes.no, Some(false)),
                (outcomes.missing, None),
            ]
            .into_iter()
            .filter_map(|(is_possible, value)| is_possible.then_some(value))
        };
        let mut all = Self::default();
        for one in possible(self) {
            for other in possible(other) {
                match outcome(one, other) {
                    Some(true) => all.yes = true,
                    Some(false) => all.no = true,
                    None => all.missing = true,
                }
            }
        }
        all
    }
}

impl<'v> Computing<'v> {
    pub(super) fn code_span(&self, code: &'v Code, around: Around) -> Span<'v> {
        let span = |code: &'v Code| self.code_span(code, around);
        match code {
            Code::Field {
                record,
                sheet,
                field,
                ty,
            } => Span::of(self.field(record, *sheet, *field, around), *ty),
            Code::Not(inner) => {
                let Outcomes { yes, no, missing } = span(inner).outcomes();
                Span::Flag(Outcomes {
                    yes: no,
                    no: yes,
                    missing,
                })
            }
            Code::Negative(inner) => match span(inner) {
                Span::Number(low, high) => Span::Number(-high, -low),
                other => other,
            },
            Code::And(left, right) => Span::Flag(span(left).outcomes().combine(
                span(right).outcomes(),
                |one, other| match (one, other) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (one, other) => Some(one? && other?),
                },
            )),
            Code::Or(left, right) => {
                Span::Flag(
                    span(left)
                        .outcomes()
                        .combine(span(right).outcomes(), |one, other| match (one, other) {
                            (Some(true), _) | (_, Some(true)) => Some(true),
                            (one, other) => Some(one? || other?),
                        }),
                )
            }
            Code::Compare(comparison, left, right) => compare(*comparison, span(left), span(right)),
            Code::Arithmetic(arithmetic, left, right) => compute(*arithmetic, span(left), span(right)),
            Code::In { value, list, negated } => {
                let value = span(value);
                let members = list
                    .iter()
                    .map(|member| compare(Comparison::Equal, value, span(member)).outcomes());
                let none = Outcomes {
                    no: true,
                    ..Outcomes::default()
                };
                let found = members.fold(none, |all, member| {
                    all.combine(member, |one, other| match (one, other) {
                        (Some(true), _) | (_, Some(true)) => Some(true),
                        (one, other) => Some(one? || other?),
                    })
                });
                Span::Flag(match negated {
                    true => Outcomes {
                        yes: found.no,
                        no: found.yes,
                        ..found
                    },
                    false => found,
                })
            }
            Code::If(parts) => {
                let [condition, first, second] = &**parts;
                let Outcomes { yes, no, missing } = span(condition).outcomes();
                let branches = [
                    yes.then(|| span(first)),
                    no.then(|| span(second)),
                    missing.then_some(Span::Missing),
                ];
                branches.into_iter().flatten().reduce(Span::or).unwrap_or(Span::Unknown)
            }
            Code::Extreme { greatest, values } => {
                let pick = |one: Decimal, other: Decimal| if *greatest { one.max(other) } else { one.min(other) };
                let spans = values.iter().map(span);
                let both = |one: Span<'v>, other: Span<'v>| match (one, other) {
                    (Span::Missing, _) | (_, Span::Missing) => Span::Missing,
                    (Span::Number(low, high), Span::Number(other_low, other_high)) => {
                        Span::Number(pick(low, other_low), pick(high, other_high))
                    }
                    // Of dates nothing is rounded.
                    (Span::Exact(_), Span::Exact(_)) => Span::exact(self.code(code, around)),
                    _ => Span::Unknown,
                };
                spans.reduce(both).unwrap_or(Span::Unknown)
            }
            Code::Round(inner, decimals) => span(inner).map(|number| round(number, *decimals)),
            Code::Absolute(inner) => match span(inner) {
                Span::Number(low, high) if low < Decimal::ZERO && high > Decimal::ZERO => {
                    Span::Number(Decimal::ZERO, high.max(-low))
                }
                Span::Number(low, high) => Span::Number(low.abs().min(high.abs()), low.abs().max(high.abs())),
                other => other,
            },
            Code::Aggregate(aggregate) => self.aggregate_span(aggregate, code, around),
            // Nothing is rounded in these.
            _ => Span::exact(self.code(code, around)),
        }
    }

    fn aggregate_span(&self, aggregate: &'v Aggregate, code: &'v Code, around: Around) -> Span<'v> {
        let Some((field, ty)) = aggregate.field.filter(|_| aggregate.function != AggregateOf::Count) else {
            return Span::exact(self.code(code, around));
        };
        if !aggregate.per_record
            && let Some(Some(known)) = self.known_spans.borrow().get(aggregate.slot)
        {
            return *known;
        }
        let found = self.over_spans(aggregate, field, ty, around);
        if !aggregate.per_record
            && let Some(slot) = self.known_spans.borrow_mut().get_mut(aggregate.slot)
        {
            *slot = Some(found);
        }
        found
    }

    fn over_spans(&self, aggregate: &'v Aggregate, field: usize, ty: Type, around: Around) -> Span<'v> {
        let Some(rows) = self.rows(aggregate, around) else {
            return Span::Unknown;
        };
        let values = rows.filter_map(|row| self.values.value(aggregate.sheet, row, field));
        let mut spans = values.map(|value| Span::of(Some(Computed::of(value)), ty));
        match aggregate.function {
            AggregateOf::Least => spans
                .reduce(|one, other| extreme(one, other, false))
                .unwrap_or(Span::Missing),
            AggregateOf::Greatest => spans
                .reduce(|one, other| extreme(one, other, true))
                .unwrap_or(Span::Missing),
            AggregateOf::Count | AggregateOf::Sum | AggregateOf::Average => {
                let nothing = (Decimal::ZERO, Decimal::ZERO, 0usize);
                let sums = spans.try_fold(nothing, |(low, high, count), span| match span {
                    Span::Number(least, most) => Some((low.checked_add(least)?, high.checked_add(most)?, count + 1)),
                    _ => None,
                });
                match (sums, aggregate.function) {
                    (None, _) => Span::Unknown,
                    (Some((.., 0)), AggregateOf::Average) => Span::Missing,
                    (Some((low, high, count)), AggregateOf::Average) => {
                        let count = Decimal::from(count);
                        Span::Number(low / count, high / count)
                    }
                    (Some((low, high, _)), _) => Span::Number(low, high),
                }
            }
        }
    }
}

fn extreme<'v>(one: Span<'v>, other: Span<'v>, greatest: bool) -> Span<'v> {
    let pick = |one: Decimal, other: Decimal| if greatest { one.max(other) } else { one.min(other) };
    match (one, other) {
        (Span::Number(low, high), Span::Number(other_low, other_high)) => {
            Span::Number(pick(low, other_low), pick(high, other_high))
        }
        (Span::Exact(date), Span::Exact(other)) => {
            let is_other = date
                .compare(other)
                .is_some_and(|order| order.is_ne() && order.is_lt() == greatest);
            Span::Exact(if is_other { other } else { date })
        }
        _ => Span::Unknown,
    }
}

fn compare<'v>(comparison: Comparison, left: Span<'v>, right: Span<'v>) -> Span<'v> {
    match (left, right) {
        (Span::Missing, _) | (_, Span::Missing) => Span::Missing,
        (Span::Number(low, high), Span::Number(other_low, other_high)) => {
            // Whether it holds for some pair of figures, and whether it fails for some.
            let (yes, no) = match comparison {
                Comparison::Equal => (
                    low <= other_high && other_low <= high,
                    low != high || other_low != other_high || low != other_low,
                ),
                Comparison::Different => (
                    low != high || other_low != other_high || low != other_low,
                    low <= other_high && other_low <= high,
                ),
                Comparison::Less => (low < other_high, high >= other_low),
                Comparison::AtMost => (low <= other_high, high > other_low),
                Comparison::Greater => (high > other_low, low <= other_high),
                Comparison::AtLeast => (high >= other_low, low < other_high),
            };
            Span::Flag(Outcomes {
                yes,
                no,
                missing: false,
            })
        }
        (Span::Exact(left), Span::Exact(right)) => {
            Span::exact(left.compare(right).map(|order| Computed::Flag(comparison.holds(order))))
        }
        (left @ Span::Flag(_), right @ Span::Flag(_)) => {
            let combine: fn(Option<bool>, Option<bool>) -> Option<bool> = match comparison {
                Comparison::Different => |one, other| Some(one? != other?),
                _ => |one, other| Some(one? == other?),
            };
            Span::Flag(left.outcomes().combine(right.outcomes(), combine))
        }
        _ => Span::Unknown,
    }
}

fn compute<'v>(arithmetic: Arithmetic, left: Span<'v>, right: Span<'v>) -> Span<'v> {
    let (left, right) = match (left, right) {
        (Span::Missing, _) | (_, Span::Missing) => return Span::Missing,
        (Span::Number(low, high), Span::Number(other_low, other_high)) => ((low, high), (other_low, other_high)),
        _ => return Span::Unknown,
    };
    if arithmetic == Arithmetic::Divide && right.0 <= Decimal::ZERO && right.1 >= Decimal::ZERO {
        return match right.0 == right.1 {
            true => Span::Missing,
            false => Span::Unknown,
        };
    }
    let corners = [
        (left.0, right.0),
        (left.0, right.1),
        (left.1, right.0),
        (left.1, right.1),
    ];
    let figures = corners.map(|(left, right)| arithmetic.apply(left, right));
    let mut span = Span::Unknown;
    for figure in figures {
        let Some(figure) = figure else {
            return Span::Unknown;
        };
        span = match span {
            Span::Number(low, high) => Span::Number(low.min(figure), high.max(figure)),
            _ => Span::Number(figure, figure),
        };
    }
    span
}
