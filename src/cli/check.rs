//! `check`: every finding of a workbook, nothing written.

use std::path::PathBuf;

use clap::ArgMatches;
use serde_json::{Map, Value, json};

use super::Session;
use super::packs::Shelf;
use super::render::{attribute, open};
use super::report::{Report, Stop};
use super::usage::nothing_asked;
use crate::dataset::{Account, Reason};
use crate::diagnostic::Text;
use crate::pipeline;

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
    let checked = pipeline::check_workbook(pack, workbook);
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
    attribute(&mut findings, pack, path);
    report.add(findings);
    if report.findings.is_empty() {
        report.summary = Some(Text::new("Không có lỗi nào", "Nothing is wrong"));
    }
    Ok(report)
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
