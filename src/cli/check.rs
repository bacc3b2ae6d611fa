//! `check`: every finding of a workbook, nothing written.

use std::path::PathBuf;

use clap::ArgMatches;
use serde_json::json;

use super::packs::Shelf;
use super::render::{attribute, open};
use super::report::{Report, Stop};
use super::usage::nothing_asked;
use super::{Session, mapping};
use crate::diagnostic::{Diagnostic, Place, Text};
use crate::pipeline::{self, Options};
use crate::text;

/// Runs the command.
pub(super) fn run(session: &Session, matches: &ArgMatches) -> Result<Report, Stop> {
    let path: &PathBuf = matches
        .get_one("workbook")
        .ok_or_else(|| Stop::fault(nothing_asked()))?;
    let mut report = Report::new("check");
    report.findings_are_result = true;
    report.json.insert("workbook".into(), json!(path.display().to_string()));
    let shelf = Shelf::new(session, matches.get_one("pack"));
    let (workbook, pack) = open(path, &shelf)?;
    report
        .json
        .insert("pack".into(), json!({ "id": pack.id, "version": pack.version }));
    let given = mapping::given(matches)?;
    if matches.get_flag("save-map") && given.is_empty() {
        return Err(Stop::fault(nothing_to_save()));
    }
    let (mapping, note) = mapping::of_workbook(&given, path)?;
    report.note(note);
    let options = Options {
        mapping,
        ..Options::default()
    };
    let mut findings = pipeline::check_workbook(pack, workbook, &options).diagnostics;
    if matches.get_flag("save-map") {
        let saved = mapping::save(&given, pack, path)?.display().to_string();
        report.note(Some(text!(
            "Đã ghi các mục --map vào {saved}",
            "Wrote the --map entries to {saved}"
        )));
        report.json.insert("mapping".into(), json!(saved));
    }
    attribute(&mut findings, pack, path);
    report.add(findings);
    if report.findings.is_empty() {
        report.summary = Some(Text::new("Không có lỗi nào", "Nothing is wrong"));
    }
    Ok(report)
}

fn nothing_to_save() -> Diagnostic {
    Diagnostic::error(
        "lenh/thieu-map",
        Place::File,
        Text::new(
            "--save-map cần ít nhất một --map để ghi lại",
            "--save-map needs at least one --map to write down",
        ),
    )
    .hint(Text::new(
        "ví dụ: --map \"Kết quả=thuc_hien\" --save-map",
        "for instance: --map \"Kết quả=thuc_hien\" --save-map",
    ))
}
