//! A required value is there.

use super::CellCheck;
use crate::diagnostic::Severity;
use crate::text;
use crate::value::Fault;

pub(super) const CHECK: CellCheck = CellCheck {
    applies: |field| field.required,
    run: |column, value| {
        if value.is_some() {
            return None;
        }
        let hint = match &column.field.example {
            Some(example) => text!(
                "điền ô này, ví dụ: {example}",
                "fill in this cell, for example: {example}"
            ),
            None => text!("điền ô này", "fill in this cell"),
        };
        Some(Fault {
            code: "gia-tri/thieu",
            severity: Severity::Error,
            message: text!(
                "bắt buộc phải ghi, ô này để trống",
                "must be filled in, this cell is blank"
            ),
            hint: Some(hint),
        })
    },
};
