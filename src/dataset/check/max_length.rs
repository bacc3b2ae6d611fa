//! A text is not too long.

use super::CellCheck;
use crate::diagnostic::Severity;
use crate::text;
use crate::value::{Fault, Value};

pub(super) const CHECK: CellCheck = CellCheck {
    applies: |field| field.max_length.is_some(),
    run: |column, value| {
        let (Some(Value::Text(found)), Some(most)) = (value, column.field.max_length) else {
            return None;
        };
        // Bytes are at least as many as characters, and cheaper to count.
        if found.len() <= most {
            return None;
        }
        let count = found.chars().count();
        (count > most).then(|| Fault {
            code: "gia-tri/dai-qua",
            severity: Severity::Error,
            message: text!(
                "nhận nhiều nhất {most} ký tự, ô này có {count}",
                "takes {most} characters at most, this cell has {count}"
            ),
            hint: Some(text!(
                "viết gọn lại, bớt {rest} ký tự",
                "shorten it by {rest} characters",
                rest = count - most
            )),
        })
    },
};
