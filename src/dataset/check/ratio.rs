//! A percentage is part by whole.

use rust_decimal::Decimal;

use super::{Check, Context, arithmetic, breach};
use crate::dataset::findings::Findings;
use crate::diagnostic::Text;
use crate::schema::Rule;
use crate::text;
use crate::value::Value;
use crate::vietnamese::number;

pub(super) const CHECK: Check = Check { run };

fn run(context: &Context, findings: &mut Findings) {
    for check in context.checks() {
        let Some(Rule::Ratio {
            sheet,
            percent,
            part,
            whole,
        }) = &check.rule
        else {
            continue;
        };
        let target = |field| context.target(sheet, field);
        let (Some(percent), Some(part), Some(whole)) = (target(percent), target(part), target(whole)) else {
            continue;
        };
        for record in &percent.data.records {
            let (Some(Value::Number(shown)), Some(Value::Number(a)), Some(Value::Number(b))) =
                (percent.value(record), part.value(record), whole.value(record))
            else {
                continue;
            };
            let Err(expected) = arithmetic::agrees(*shown, *a, *b, Decimal::ZERO) else {
                continue;
            };
            let expected = number(expected, shown.normalize().scale().clamp(1, 6));
            let (shown, a, b) = (number(*shown, 6), number(*a, 6), number(*b, 6));
            let (Text { vi, en }, part, whole) = (percent.subject(), &part.field.label, &whole.field.label);
            findings.push(breach(
                check,
                "so-lieu/ty-le",
                &percent,
                percent.place(record),
                text!(
                    "{vi} ghi {shown}%, nhưng «{part}» {a} trên «{whole}» {b} là {expected}%",
                    "{en} says {shown}%, but «{part}» {a} by «{whole}» {b} is {expected}%"
                ),
                text!(
                    "ghi {expected}%, hoặc kiểm tra lại hai số liệu kia",
                    "write {expected}%, or check the other two figures"
                ),
            ));
        }
    }
}
