//! Writes the copy of a workbook in which the findings of its check are marked, and tells of it.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::output::{self, Target};
use super::report::{Report, Stop};
use crate::blank::annotate::Annotated;
use crate::diagnostic::Text;
use crate::text;

/// Writes a marked copy and returns its path.
pub(super) fn write(workbook: &Path, target: &Path, copy: &Annotated, force: bool) -> Result<PathBuf, Stop> {
    let ending = copy.ending;
    let has_other_ending = target.extension().is_some_and(|own| !own.eq_ignore_ascii_case(ending));
    if ending != "xlsx" && !target.is_dir() && has_other_ending {
        return Err(output::fault(
            target,
            "ghi/noi-ghi-sai",
            text!(
                "bản đánh dấu giữ macro hay mẫu của sổ tính nên tên tệp cần có đuôi .{ending}",
                "the marked copy keeps the workbook's macros or template, so its name needs to end in .{ending}"
            ),
            Some(text!("ghi tên có đuôi .{ending}", "give a name that ends in .{ending}")),
        ));
    }
    let target = match Target::parse(target, ending)? {
        Target::File(file) => file,
        Target::Folder(folder) => {
            let stem = workbook.file_stem().unwrap_or_default().to_string_lossy();
            folder.join(format!("{stem} (đánh dấu lỗi).{ending}"))
        }
    };
    if output::same_file(workbook, &target) {
        return Err(output::fault(
            &target,
            "ghi/trung-ten",
            Text::new(
                "nơi ghi trùng với sổ tính đầu vào, sổ tính được giữ nguyên",
                "the output is the workbook itself, which was left alone",
            ),
            Some(Text::new("ghi sang tên khác", "write to another name")),
        ));
    }
    output::stage(&target, &copy.bytes, force)?.put()
}

/// Tells that a copy was written.
pub(super) fn tell(report: &mut Report, path: &Path, copy: &Annotated) {
    report.text.push_str(&format!("{}\n", path.display()));
    report
        .json
        .insert("annotated".into(), json!(path.display().to_string()));
    report.json.insert("converted".into(), json!(copy.converted));
    for remark in &copy.remarks {
        report.note(Some(remark.clone()));
    }
    report.summary = Some(Text::new("Đã ghi bản đánh dấu lỗi", "Wrote the marked copy"));
}
