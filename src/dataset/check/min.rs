//! A number is not below the least.

use super::CellCheck;
use crate::diagnostic::Severity;
use crate::text;
use crate::value::{Fault, Value};

pub(super) const CHECK: CellCheck = CellCheck {
    applies: |field| field.min.is_some(),
    run: |column, value| {
        let (Some(Value::Number(found)), Some(least)) = (value, column.field.min) else {
            return None;
        };
        if *found >= least {
            return None;
        }
        let is_zero = found.is_zero();
        let (found, least) = (
            column.field.print(&Value::Number(*found)),
            column.field.print(&Value::Number(least)),
        );
        Some(Fault {
            code: "gia-tri/nho-qua",
            severity: Severity::Error,
            message: text!(
                "cần từ {least} trở lên, ô này ghi {found}",
                "needs {least} or more, this cell says {found}"
            ),
            hint: Some(if is_zero {
                text!(
                    "không có thì để trống ô này",
                    "leave the cell blank where there is none"
                )
            } else {
                text!("kiểm tra lại số liệu và đơn vị tính", "check the figure and its unit")
            }),
        })
    },
};
