//! `pack check`: everything that is wrong with a pack: manifest, schema, templates, file names.

use std::path::PathBuf;

use clap::ArgMatches;
use serde_json::json;

use crate::cli::report::{Report, Stop};
use crate::cli::usage::nothing_asked;
use crate::cli::{Session, packs};
use crate::diagnostic::Text;
use crate::pipeline;

/// Runs the command.
pub(in crate::cli) fn run(session: &Session, matches: &ArgMatches) -> Result<Report, Stop> {
    let name: &PathBuf = matches
        .get_one("pack-name")
        .ok_or_else(|| Stop::fault(nothing_asked()))?;
    let mut report = Report::new("pack check");
    report.findings_are_result = true;
    let pack = packs::named(session, name)?;
    report
        .json
        .insert("pack".into(), json!({ "id": pack.id, "version": pack.version }));
    let mut findings = pipeline::check_pack(&pack);
    packs::name_pack(&mut findings, &pack.id);
    report.add(findings);
    if report.findings.is_empty() {
        report.summary = Some(Text::new("Gói không có lỗi nào", "Nothing is wrong with the pack"));
    }
    Ok(report)
}
