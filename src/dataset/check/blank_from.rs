//! A value is not given any more from a day on.

use jiff::civil::Date;

use super::{Check, Context, breach};
use crate::dataset::findings::Findings;
use crate::diagnostic::{Text, shorten};
use crate::schema::Rule;
use crate::text;
use crate::value::Value;
use crate::vietnamese::date_short;

pub(super) const CHECK: Check = Check { run };

fn run(context: &Context, findings: &mut Findings) {
    for check in context.checks() {
        let Some(Rule::BlankFrom { field, date, from }) = &check.rule else {
            continue;
        };
        let (Some(field), Some(date), Ok(from)) = (context.path(field), context.path(date), from.parse::<Date>())
        else {
            continue;
        };
        for (_, record, beside) in field.beside(&date) {
            let (Some(value), Some(Value::Date(day))) = (field.value(record), date.value(beside)) else {
                continue;
            };
            if *day < from {
                continue;
            }
            let (Text { vi, en }, shown, from, day) = (
                field.subject(),
                shorten(&field.print(value)),
                date_short(from),
                date_short(*day),
            );
            let label = &date.field.label;
            findings.push_cell(breach(
                check,
                "so-lieu/phai-trong",
                &field,
                field.place(record),
                text!(
                    "{vi} phải để trống từ ngày {from}, «{label}» là {day} mà ô này ghi “{shown}”",
                    "{en} must be blank from {from} on, «{label}» is {day} and this cell says “{shown}”"
                ),
                text!(
                    "xóa nội dung ô này, hoặc sửa «{label}»",
                    "clear this cell, or correct «{label}»"
                ),
            ));
        }
    }
}
