//! A value is still asked for before a day.

use jiff::civil::Date;

use super::{Check, Context, breach};
use crate::dataset::findings::Findings;
use crate::diagnostic::Text;
use crate::schema::Rule;
use crate::text;
use crate::value::Value;
use crate::vietnamese::date_short;

pub(super) const CHECK: Check = Check { run };

fn run(context: &Context, findings: &mut Findings) {
    for check in context.checks() {
        let Some(Rule::RequiredBefore { field, date, before }) = &check.rule else {
            continue;
        };
        let (Some(field), Some(date), Ok(before)) = (context.path(field), context.path(date), before.parse::<Date>())
        else {
            continue;
        };
        for (index, record, beside) in field.beside(&date) {
            let Some(Value::Date(day)) = date.value(beside) else {
                continue;
            };
            if *day >= before || field.value(record).is_some() || findings.is_faulty(field.at(index)) {
                continue;
            }
            let (Text { vi, en }, before, day) = (field.subject(), date_short(before), date_short(*day));
            let label = &date.field.label;
            findings.push_cell(breach(
                check,
                "gia-tri/thieu-truoc",
                &field,
                field.place(record),
                text!(
                    "{vi} phải ghi khi «{label}» trước ngày {before} (hiện là {day}), ô này để trống",
                    "{en} must be filled in while «{label}» is before {before} (it is {day}), this cell is blank"
                ),
                text!(
                    "điền ô này, hoặc sửa «{label}»",
                    "fill in this cell, or correct «{label}»"
                ),
            ));
        }
    }
}
