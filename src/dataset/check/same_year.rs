//! A year is that of a date.

use rust_decimal::Decimal;

use super::{Check, Context, breach};
use crate::dataset::findings::Findings;
use crate::diagnostic::Text;
use crate::schema::Rule;
use crate::text;
use crate::value::Value;

pub(super) const CHECK: Check = Check { run };

fn run(context: &Context, findings: &mut Findings) {
    for check in context.checks() {
        let Some(Rule::SameYear { year, date }) = &check.rule else {
            continue;
        };
        let (Some(year), Some(date)) = (context.path(year), context.path(date)) else {
            continue;
        };
        for (_, record, beside) in year.beside(&date) {
            let (Some(Value::Number(shown)), Some(day @ Value::Date(on))) = (year.value(record), date.value(beside))
            else {
                continue;
            };
            if *shown == Decimal::from(on.year()) {
                continue;
            }
            let (Text { vi, en }, shown, day) = (year.subject(), shown.normalize(), date.print(day));
            let label = &date.field.label;
            findings.push(breach(
                check,
                "so-lieu/khac-nam",
                &year,
                year.place(record),
                text!(
                    "{vi} ghi {shown}, nhưng «{label}» là {day}",
                    "{en} says {shown}, but «{label}» is {day}"
                ),
                text!("sửa năm, hoặc sửa «{label}»", "correct the year, or «{label}»"),
            ));
        }
    }
}
