//! A text matches the field's pattern.

use super::CellCheck;
use crate::diagnostic::{Severity, shorten};
use crate::text;
use crate::value::{Fault, Value};

pub(super) const CHECK: CellCheck = CellCheck {
    applies: |field| field.pattern.is_some(),
    run: |column, value| {
        let (Some(Value::Text(found)), Some(pattern)) = (value, &column.pattern) else {
            return None;
        };
        if pattern.is_match(found) {
            return None;
        }
        let found = shorten(found);
        let message = match &column.field.pattern_help {
            Some(wanted) => text!(
                "cần {wanted}, ô này ghi “{found}”",
                "needs {wanted}, this cell says “{found}”"
            ),
            None => text!("không nhận cách ghi “{found}”", "does not take “{found}”"),
        };
        let hint = match &column.field.example {
            Some(example) => text!("ghi theo mẫu: {example}", "write it like this: {example}"),
            None => text!("sửa lại cách ghi", "write it as asked"),
        };
        Some(Fault {
            code: "gia-tri/sai-mau",
            severity: Severity::Error,
            message,
            hint: Some(hint),
        })
    },
};
