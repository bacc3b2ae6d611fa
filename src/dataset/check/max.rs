//! A number is not above the greatest.

use super::CellCheck;
use crate::diagnostic::Severity;
use crate::text;
use crate::value::{Fault, Value};

pub(super) const CHECK: CellCheck = CellCheck {
    applies: |field| field.max.is_some(),
    run: |column, value| {
        let (Some(Value::Number(found)), Some(greatest)) = (value, column.field.max) else {
            return None;
        };
        if *found <= greatest {
            return None;
        }
        let (found, greatest) = (
            column.field.print(&Value::Number(*found)),
            column.field.print(&Value::Number(greatest)),
        );
        Some(Fault {
            code: "gia-tri/lon-qua",
            severity: Severity::Error,
            message: text!(
                "cần nhiều nhất {greatest}, ô này ghi {found}",
                "needs {greatest} at most, this cell says {found}"
            ),
            hint: Some(text!(
                "kiểm tra lại số liệu và đơn vị tính",
                "check the figure and its unit"
            )),
        })
    },
};
