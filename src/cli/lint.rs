//! `lint`: what is wrong in the layout of finished documents, by Decree 30/2020/NĐ-CP.

use std::path::PathBuf;

use clap::ArgMatches;
use serde_json::{Value, json};

use super::report::{Report, Status, Stop};
use super::usage::nothing_asked;
use super::{Session, input};
use crate::diagnostic::{Diagnostic, Diagnostics, Lang, Place};
use crate::{lint, text};

/// A rule for programs.
fn rule_json(rule: &lint::Rule, lang: Lang) -> Value {
    let demand = match lang {
        Lang::Vi => rule.demand.0,
        Lang::En => rule.demand.1,
    };
    json!({ "code": rule.code, "severity": rule.severity, "demand": demand, "source": rule.source })
}

/// Documents larger than this are not looked at.
const MOST_BYTES: u64 = 256 << 20;

/// Runs the command.
pub(super) fn run(session: &Session, matches: &ArgMatches) -> Result<Report, Stop> {
    if matches.get_flag("rules") {
        let mut report = Report::new("lint").with_text(lint::ND30.markdown(session.lang));
        report.json.insert("ruleset".into(), json!(lint::ND30.id));
        report.json.insert(
            "rules".into(),
            lint::ND30.rules().map(|rule| rule_json(rule, session.lang)).collect(),
        );
        return Ok(report);
    }
    let paths: Vec<&PathBuf> = matches.get_many("document").into_iter().flatten().collect();
    if paths.is_empty() {
        return Err(Stop::fault(nothing_asked()));
    }
    let mut report = Report::new("lint");
    report.findings_are_result = true;
    let mut sound = 0;
    let mut documents = Vec::new();
    for path in &paths {
        let found = input::read(path, MOST_BYTES, &[".docx", ".dotx"]).and_then(|bytes| {
            lint::layout(&bytes).map_err(|error| {
                let finding = Diagnostic::error("tep/khong-doc-duoc", Place::File, error.text()).hint(text!(
                    "mở tệp bằng Word rồi lưu lại thành .docx",
                    "open the file in Word and save it as .docx"
                ));
                Stop {
                    status: Status::Fault,
                    findings: Diagnostics::from_iter([finding]),
                }
            })
        });
        let document = path.display().to_string();
        match found {
            Ok(mut findings) => {
                let (errors, warnings) = findings.counts();
                sound += usize::from(errors == 0);
                documents.push(json!({ "document": document, "errors": errors, "warnings": warnings }));
                findings.set_file(&input::name(path));
                report.add(findings);
            }
            // The others are looked at all the same.
            Err(mut stop) => {
                documents.push(json!({ "document": document, "errors": stop.findings.len(), "warnings": 0 }));
                stop.findings.set_file(&input::name(path));
                report.absorb(stop);
            }
        }
    }
    report.json.insert("ruleset".into(), json!(lint::ND30.id));
    report.json.insert("documents".into(), json!(documents));
    let count = paths.len();
    report.summary = Some(match (count, sound) {
        (1, 1) => text!(
            "Văn bản đúng thể thức theo các quy tắc máy xét được",
            "The layout is right by the rules that a program can hold"
        ),
        (1, _) => text!("Thể thức văn bản có lỗi", "The layout has errors"),
        _ => text!(
            "{sound} trong {count} văn bản không có lỗi thể thức",
            "The layout of {sound} of {count} documents has no errors"
        ),
    });
    Ok(report)
}
