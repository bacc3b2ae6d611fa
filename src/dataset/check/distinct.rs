//! No two rows of a table agree in all of some columns: a person who stands in a list twice.

use std::collections::HashMap;

use super::{Check, Context, Target, breach};
use crate::dataset::findings::Findings;
use crate::diagnostic::{column_letters, shorten};
use crate::schema::Rule;
use crate::text;
use crate::value::Value;
use crate::vietnamese;

pub(super) const CHECK: Check = Check { run };

fn run(context: &Context, findings: &mut Findings) {
    for check in context.checks() {
        let Some(Rule::Distinct { sheet, columns }) = &check.rule else {
            continue;
        };
        let targets: Vec<Target> = columns
            .iter()
            .filter_map(|column| context.target(sheet, column))
            .collect();
        let Some(first) = targets.first().filter(|_| targets.len() == columns.len()) else {
            continue;
        };
        let labels: Vec<&str> = targets.iter().map(|target| target.field.label.as_str()).collect();
        let labels = labels.join("», «");
        let mut seen: HashMap<Vec<String>, u32> = HashMap::new();
        for record in &first.data.records {
            let Some(shown) = first.value(record) else { continue };
            let key = targets.iter().map(|target| match target.value(record) {
                Some(Value::Text(text)) => vietnamese::key(text),
                Some(value) => target.print(value),
                None => String::new(),
            });
            let key: Vec<String> = key.collect();
            let Some(before) = seen.get(&key) else {
                seen.insert(key, record.row);
                continue;
            };
            let shown = shorten(&first.print(shown));
            let row = match first.data.is_transposed {
                false => text!("dòng {}", "row {}", before + 1),
                true => text!("cột {}", "column {}", column_letters(*before)),
            };
            let (row_vi, row_en) = (row.vi, row.en);
            findings.push(breach(
                check,
                "so-lieu/trung-dong",
                first,
                first.place(record),
                text!(
                    "“{shown}” đã có ở {row_vi}, các cột «{labels}» ghi giống hệt nhau",
                    "“{shown}” is in {row_en} already, the columns «{labels}» are the same"
                ),
                text!(
                    "xóa dòng ghi hai lần, hoặc ghi rõ hơn để phân biệt hai dòng",
                    "delete the doubled row, or tell the two rows apart"
                ),
            ));
        }
    }
}
