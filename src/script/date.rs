//! Dates in scripts.

use jiff::civil::Date;
use rhai::Engine;

use super::fault::{Raised, raised};
use crate::text;
use crate::vietnamese;

/// A date as scripts see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(pub Date);

/// What rhai calls the type.
pub(super) const TYPE: &str = "date";

/// Registers dates: `d.year`, `d.month`, `d.day`, comparison, `a - b` in days, `date(2025, 7, 1)`, `date("01/7/2025")`.
pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<Day>(TYPE)
        .register_get("year", |day: &mut Day| i64::from(day.0.year()))
        .register_get("month", |day: &mut Day| i64::from(day.0.month()))
        .register_get("day", |day: &mut Day| i64::from(day.0.day()))
        .register_fn("==", |one: Day, other: Day| one == other)
        .register_fn("!=", |one: Day, other: Day| one != other)
        .register_fn("<", |one: Day, other: Day| one < other)
        .register_fn("<=", |one: Day, other: Day| one <= other)
        .register_fn(">", |one: Day, other: Day| one > other)
        .register_fn(">=", |one: Day, other: Day| one >= other)
        .register_fn("-", |one: Day, other: Day| i64::from((one.0 - other.0).get_days()))
        .register_fn("to_string", |day: &mut Day| vietnamese::date_short(day.0))
        .register_fn("text", |day: Day| vietnamese::date_short(day.0))
        .register_fn("long_date", |day: Day| vietnamese::date_long(day.0))
        .register_fn("date", from_numbers)
        .register_fn("date", |written: &str| match vietnamese::parse_date(written) {
            Ok(date) => Ok(Day(date)),
            Err(_) => Err(no_date(written)),
        });
}

fn from_numbers(year: i64, month: i64, day: i64) -> Raised<Day> {
    let wrong = || no_date(&format!("{day}/{month}/{year}"));
    let (Ok(y), Ok(m), Ok(d)) = (i16::try_from(year), i8::try_from(month), i8::try_from(day)) else {
        return Err(wrong());
    };
    Date::new(y, m, d).map(Day).map_err(|_| wrong())
}

fn no_date(written: &str) -> Box<rhai::EvalAltResult> {
    raised(
        "kich-ban/loi-chay",
        text!("“{written}” không phải một ngày", "“{written}” is no date"),
        Some(text!(
            "viết date(2025, 7, 1) hoặc date(\"01/7/2025\")",
            "write date(2025, 7, 1) or date(\"01/7/2025\")"
        )),
    )
}
