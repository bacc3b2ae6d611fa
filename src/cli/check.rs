//! `check`: every finding of a workbook, nothing written.

use std::path::PathBuf;

use clap::ArgMatches;
use serde_json::{Map, Value, json};

use super::packs::Shelf;
use super::render::{attribute, open};
use super::report::{Report, Stop};
use super::usage::nothing_asked;
use super::{Session, mapping};
use crate::dataset::{Account, Reason};
use crate::diagnostic::{Diagnostic, Lang, Place, Text};
use crate::pipeline::{self, DecodedCell, Options};
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
    if matches.get_flag("show-decoded") {
        show_decoded(&pipeline::decoded_cells(&workbook), session.lang, &mut report);
    }
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
    let checked = pipeline::check_workbook(pack, workbook, &options);
    let accounts = checked.dataset.accounts();
    // Sheets that are not read at all are findings, or the program's own.
    let is_read = |account: &&Account| account.skipped.iter().all(|(why, _)| *why != Reason::Unread);
    let lines = accounts
        .iter()
        .filter(is_read)
        .map(|account| account.text().get(session.lang).to_owned() + "\n");
    report.account = lines.collect();
    report
        .json
        .insert("sheets".into(), accounts.iter().map(sheet_json).collect());
    let mut findings = checked.diagnostics;
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

/// Adds the texts that were in an old encoding, as the file holds them and as they are read.
fn show_decoded(cells: &[DecodedCell], lang: Lang, report: &mut Report) {
    let mut members = Vec::with_capacity(cells.len());
    for decoded in cells {
        let DecodedCell {
            sheet,
            cell,
            before,
            after,
        } = decoded;
        report.text.push_str(&format!(
            "{sheet} › {cell}: {} → {}\n",
            on_one_line(before),
            on_one_line(after)
        ));
        members.push(json!({ "sheet": sheet, "cell": cell.to_string(), "before": before, "after": after }));
    }
    if cells.is_empty() {
        let none = Text::new(
            "Không ô nào ghi bằng mã chữ cũ (TCVN3, VNI)",
            "No cell is in an old encoding (TCVN3, VNI)",
        );
        report.text.push_str(&format!("{}\n", none.get(lang)));
    }
    report.json.insert("decoded".into(), json!(members));
}

/// A text without line breaks and what else a screen would obey.
fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
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

/// What became of the rows of a sheet.
fn sheet_json(account: &Account) -> Value {
    let skipped: Map<String, Value> = account
        .skipped
        .iter()
        .map(|(why, count)| (why.name().to_owned(), json!(count)))
        .collect();
    json!({ "name": account.name, "read": account.read, "skipped": skipped })
}
