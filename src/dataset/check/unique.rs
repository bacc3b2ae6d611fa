//! No two rows have the same value in a unique column.

use std::collections::HashMap;

use super::{Check, Context};
use crate::dataset::findings::Findings;
use crate::diagnostic::{Diagnostic, Text, column_letters, shorten};
use crate::text;
use crate::value::Value;
use crate::vietnamese;

pub(super) const CHECK: Check = Check { run };

fn run(context: &Context, findings: &mut Findings) {
    for sheet in context.schema.sheets.iter().filter(|sheet| sheet.has_rows()) {
        // Doubled keys are told where rows are found by key.
        let fields = sheet
            .fields
            .iter()
            .filter(|field| field.unique && sheet.key.as_ref() != Some(&field.id));
        for target in fields.filter_map(|field| context.target(&sheet.id, &field.id)) {
            let mut seen: HashMap<String, u32> = HashMap::new();
            for record in &target.data.records {
                let Some(value) = target.value(record) else { continue };
                let key = match value {
                    Value::Text(text) => vietnamese::key(text),
                    value => target.print(value),
                };
                let Some(first) = seen.get(&key) else {
                    seen.insert(key, record.row);
                    continue;
                };
                let (Text { vi, en }, shown) = (target.subject(), shorten(&target.print(value)));
                let row = match target.data.is_transposed {
                    false => text!("dòng {}", "row {}", first + 1),
                    true => text!("cột {}", "column {}", column_letters(*first)),
                };
                let (row_vi, row_en) = (row.vi, row.en);
                findings.push(
                    Diagnostic::error(
                        "gia-tri/trung",
                        target.place(record),
                        text!(
                            "{vi} cần mỗi dòng một giá trị, “{shown}” đã có ở {row_vi}",
                            "{en} needs a value of its own in each row, “{shown}” is in {row_en} already"
                        ),
                    )
                    .field(&target.field.id)
                    .hint(text!(
                        "xóa dòng ghi hai lần, hoặc sửa giá trị",
                        "delete the doubled row, or change the value"
                    )),
                );
            }
        }
    }
}
