//! A value of a column occurs in a column of another sheet.

use std::collections::HashSet;

use super::{Check, Context, breach};
use crate::dataset::findings::Findings;
use crate::diagnostic::{Text, shorten};
use crate::schema::Rule;
use crate::text;
use crate::value::Value;
use crate::vietnamese::{self, nearest};

pub(super) const CHECK: Check = Check { run };

fn run(context: &Context, findings: &mut Findings) {
    for check in context.checks() {
        let Some(Rule::Exists {
            sheet,
            column,
            list,
            list_column,
        }) = &check.rule
        else {
            continue;
        };
        let (Some(target), Some(listed)) = (context.target(sheet, column), context.target(list, list_column)) else {
            continue;
        };
        let texts = |value: &Value| match value {
            Value::Text(text) => text.to_string(),
            value => listed.print(value),
        };
        let known: Vec<String> = listed
            .data
            .records
            .iter()
            .filter_map(|record| listed.value(record))
            .map(texts)
            .collect();
        let keys: HashSet<String> = known.iter().map(|text| vietnamese::key(text)).collect();
        // Rows of one group stand together.
        let mut found: Option<&Value> = None;
        for record in &target.data.records {
            let Some(value) = target.value(record).filter(|value| found != Some(*value)) else {
                continue;
            };
            let shown = texts(value);
            if keys.contains(&vietnamese::key(&shown)) {
                found = Some(value);
                continue;
            }
            let (Text { vi, en }, list_name) = (target.subject(), &listed.data.name);
            let label = &listed.field.label;
            let hint = match nearest(&shown, known.iter().map(String::as_str)) {
                Some(near) => text!("có phải “{near}”?", "did you mean “{near}”?"),
                None => text!(
                    "chọn một giá trị đã có ở trang «{list_name}», hoặc thêm một dòng vào trang ấy",
                    "choose a value of sheet «{list_name}», or add a row there"
                ),
            };
            let shown = shorten(&shown);
            findings.push(breach(
                check,
                "so-lieu/khong-co-o-trang-kia",
                &target,
                target.place(record),
                text!(
                    "{vi} ghi “{shown}”, nhưng cột «{label}» của trang «{list_name}» không có dòng nào như vậy",
                    "{en} says “{shown}”, but column «{label}» of sheet «{list_name}» has no such row"
                ),
                hint,
            ));
        }
    }
}
