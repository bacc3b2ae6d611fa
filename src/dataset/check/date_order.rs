//! One date does not come before another that it follows.

use super::{Check, Context, breach};
use crate::dataset::findings::Findings;
use crate::schema::Rule;
use crate::text;
use crate::value::Value;

pub(super) const CHECK: Check = Check { run };

fn run(context: &Context, findings: &mut Findings) {
    for check in context.checks() {
        let Some(Rule::DateOrder { earlier, later }) = &check.rule else {
            continue;
        };
        let (Some(earlier), Some(later)) = (context.path(earlier), context.path(later)) else {
            continue;
        };
        // The earlier date is the subject of the message; where only the later one stands in a table, that row is meant.
        let at_earlier = earlier.sheet.has_rows() || !later.sheet.has_rows();
        let (mine, other) = if at_earlier { (earlier, later) } else { (later, earlier) };
        for (_, record, beside) in mine.beside(&other) {
            let (first, second) = if at_earlier { (record, beside) } else { (beside, record) };
            let (Some(a @ Value::Date(first)), Some(b @ Value::Date(second))) =
                (earlier.value(first), later.value(second))
            else {
                continue;
            };
            if first <= second {
                continue;
            }
            let (a, b) = (earlier.print(a), later.print(b));
            let (earlier, later) = (&earlier.field.label, &later.field.label);
            findings.push(breach(
                check,
                "so-lieu/thu-tu-ngay",
                &mine,
                mine.place(record),
                text!(
                    "«{earlier}» phải trước hoặc bằng «{later}», hiện ghi {a} và {b}",
                    "«{earlier}» must not come after «{later}», they say {a} and {b}"
                ),
                text!("sửa lại một trong hai ngày", "correct one of the two dates"),
            ));
        }
    }
}
