//! `check`: every finding of a workbook; if wanted marked in a copy of it.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::json;

use super::Session;
use super::output::{self, Target};
use super::packs::Shelf;
use super::render::{attribute, open_with_bytes};
use super::report::{Report, Stop};
use super::usage::nothing_asked;
use crate::blank::annotate::Annotated;
use crate::diagnostic::Text;
use crate::{pipeline, text};

/// Runs the command.
pub(super) fn run(session: &Session, matches: &ArgMatches) -> Result<Report, Stop> {
    let path: &PathBuf = matches
        .get_one("workbook")
        .ok_or_else(|| Stop::fault(nothing_asked()))?;
    let mut report = Report::new("check");
    report.findings_are_result = true;
    report.is_by_sheet = true;
    report.is_whole = matches.get_flag("all");
    report.json.insert("workbook".into(), json!(path.display().to_string()));
    let shelf = Shelf::new(session, matches.get_one("pack"));
    let (bytes, workbook, pack) = open_with_bytes(path, &shelf)?;
    report
        .json
        .insert("pack".into(), json!({ "id": pack.id, "version": pack.version }));
    let target = matches.get_one::<PathBuf>("annotate");
    // Checking uses the workbook up.
    let kept = target.map(|_| workbook.clone());
    let checked = pipeline::check_workbook(pack, workbook);
    let mut findings = checked.diagnostics.clone();
    attribute(&mut findings, pack, path);
    report.add(findings);
    if report.findings.is_empty() {
        report.summary = Some(match target {
            None => Text::new("Không có lỗi nào", "Nothing is wrong"),
            Some(_) => Text::new(
                "Không có lỗi nào nên không ghi bản đánh dấu",
                "Nothing is wrong, so no marked copy was written",
            ),
        });
    } else if let (Some(target), Some(workbook)) = (target, kept) {
        let written = pipeline::annotate(pack, &bytes, &workbook, &checked, session.lang)
            .map_err(|error| output::fault(target, "ghi/khong-duoc", error.text(), None))
            .and_then(|copy| Ok((write(path, target, &copy, matches.get_flag("force"))?, copy)));
        match written {
            Ok((written, copy)) => tell(&mut report, &written, &copy),
            // What was asked for in the first place is told all the same.
            Err(stop) => report.absorb(stop),
        }
    }
    Ok(report)
}

/// Writes a marked copy and returns its path.
fn write(workbook: &Path, target: &Path, copy: &Annotated, force: bool) -> Result<PathBuf, Stop> {
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
fn tell(report: &mut Report, path: &Path, copy: &Annotated) {
    report.text.push_str(&format!("{}\n", path.display()));
    report
        .json
        .insert("annotated".into(), json!(path.display().to_string()));
    report.json.insert("converted".into(), json!(copy.converted));
    report.summary = Some(match copy.converted {
        false => Text::new("Đã ghi bản đánh dấu lỗi", "Wrote the marked copy"),
        true => Text::new(
            "Đã ghi bản đánh dấu lỗi; đây là bản chuyển sang .xlsx, chỉ có nội dung ô, không có định dạng và công thức của tệp gốc",
            "Wrote the marked copy; it was converted to .xlsx and has the cells' content only, without the original's formats and formulas",
        ),
    });
}
