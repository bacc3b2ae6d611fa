//! At least one of some columns of a row has a value.

use super::{Check, Context, Target, breach};
use crate::dataset::findings::Findings;
use crate::schema::Rule;
use crate::text;

pub(super) const CHECK: Check = Check { run };

fn run(context: &Context, findings: &mut Findings) {
    for check in context.checks() {
        let Some(Rule::OneOf { sheet, columns }) = &check.rule else {
            continue;
        };
        let targets: Vec<Target> = columns
            .iter()
            .filter_map(|column| context.target(sheet, column))
            .collect();
        let Some(first) = targets.first() else { continue };
        let labels: Vec<&str> = targets.iter().map(|target| target.field.label.as_str()).collect();
        let labels = labels.join("», «");
        for (index, record) in first.data.records.iter().enumerate() {
            let has = |target: &Target| target.value(record).is_some() || findings.is_faulty(target.at(index));
            if targets.iter().any(has) {
                continue;
            }
            findings.push_cell(breach(
                check,
                "gia-tri/thieu-mot-trong",
                first,
                first.place(record),
                text!(
                    "dòng này phải ghi ít nhất một trong các cột «{labels}», tất cả đang để trống",
                    "this row needs at least one of the columns «{labels}», all are blank"
                ),
                text!(
                    "điền một trong các cột ấy, hoặc xóa dòng",
                    "fill in one of them, or delete the row"
                ),
            ));
        }
    }
}
