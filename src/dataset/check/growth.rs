//! A growth in percent is what came on top of the former value.

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
        let Some(Rule::Growth {
            sheet,
            percent,
            now,
            before,
        }) = &check.rule
        else {
            continue;
        };
        let target = |field| context.target(sheet, field);
        let (Some(percent), Some(now), Some(before)) = (target(percent), target(now), target(before)) else {
            continue;
        };
        for record in &percent.data.records {
            let (Some(Value::Number(shown)), Some(Value::Number(a)), Some(Value::Number(b))) =
                (percent.value(record), now.value(record), before.value(record))
            else {
                continue;
            };
            let Err(expected) = arithmetic::agrees(*shown, *a, *b, Decimal::ONE_HUNDRED) else {
                continue;
            };
            let expected = number(expected, shown.normalize().scale().clamp(1, 6));
            let (shown, a, b) = (number(*shown, 6), number(*a, 6), number(*b, 6));
            let (Text { vi, en }, now, before) = (percent.subject(), &now.field.label, &before.field.label);
            findings.push(breach(
                check,
                "so-lieu/tang-truong",
                &percent,
                percent.place(record),
                text!(
                    "{vi} ghi {shown}%, nhưng «{now}» {a} so với «{before}» {b} là {expected}%",
                    "{en} says {shown}%, but «{now}» {a} against «{before}» {b} is {expected}%"
                ),
                text!(
                    "ghi {expected}%, hoặc kiểm tra lại hai số liệu kia",
                    "write {expected}%, or check the other two figures"
                ),
            ));
        }
    }
}
