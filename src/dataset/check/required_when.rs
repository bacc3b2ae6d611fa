//! A value is there when another one asks for it.

use std::collections::BTreeSet;

use super::{Check, Context, breach};
use crate::dataset::findings::Findings;
use crate::diagnostic::Text;
use crate::schema::Rule;
use crate::text;
use crate::vietnamese::fold;

pub(super) const CHECK: Check = Check { run };

fn run(context: &Context, findings: &mut Findings) {
    for check in context.checks() {
        let Some(Rule::RequiredWhen { field, when, values }) = &check.rule else {
            continue;
        };
        let (Some(field), Some(when)) = (context.path(field), context.path(when)) else {
            continue;
        };
        let values: Vec<String> = values.iter().map(|value| fold(value)).collect();
        // A cell of a form that many rows ask for is told once, with the first of them.
        let mut told = BTreeSet::new();
        for (index, record, beside) in field.beside(&when) {
            let Some(reason) = when.value(beside).map(|value| when.print(value)) else {
                continue;
            };
            let asked = values.is_empty() || values.contains(&fold(&reason));
            if !asked || field.value(record).is_some() || findings.is_faulty(field.at(index)) {
                continue;
            }
            if !told.insert(index) {
                continue;
            }
            let (Text { vi, en }, label) = (field.subject(), &when.field.label);
            findings.push_cell(breach(
                check,
                "gia-tri/thieu-khi",
                &field,
                field.place(record),
                text!(
                    "{vi} phải ghi khi «{label}» là «{reason}», ô này để trống",
                    "{en} must be filled in when «{label}» is «{reason}», this cell is blank"
                ),
                text!(
                    "điền ô này, hoặc sửa «{label}»",
                    "fill in this cell, or change «{label}»"
                ),
            ));
        }
    }
}
