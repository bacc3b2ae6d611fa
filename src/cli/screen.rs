//! What people and programs see: results on standard output, messages on standard error.

use std::io::{ErrorKind, IsTerminal, Write};

use anyhow::Context;
use serde_json::{Value, json};

use super::Session;
use super::listing;
use super::report::{Report, Status};
use crate::diagnostic::{Diagnostic, Diagnostics, Lang, Severity};

/// Prints a report. Errors: the result can't be written, on a full disk for instance; a reader that went away (`| head`)
/// is no fault. Messages that standard error does not take are given up.
pub(super) fn show(session: &Session, report: &Report) -> anyhow::Result<()> {
    let written = match session.lang {
        Lang::Vi => "không ghi được kết quả ra đầu ra chuẩn",
        Lang::En => "the result can't be written to standard output",
    };
    match print(session, report) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context(written),
        _ => Ok(()),
    }
}

fn print(session: &Session, report: &Report) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if session.json && !report.is_verbatim {
        writeln!(out, "{:#}", document(session.lang, report))?;
        return out.flush();
    }
    if report.is_silent {
        return Ok(());
    }
    let mut err = std::io::stderr().lock();
    if report.findings_are_result {
        let findings = if report.is_by_sheet && out.is_terminal() {
            listing::print(&report.findings, session.lang, report.is_whole, has_colours(&out))
        } else {
            paint(&report.findings, session.lang, has_colours(&out))
        };
        write!(out, "{findings}")?;
    } else {
        let _ = write!(err, "{}", paint(&report.findings, session.lang, has_colours(&err)));
    }
    write!(out, "{}", report.text)?;
    // What people see in a terminal comes in this order.
    out.flush()?;
    for note in &report.notes {
        let _ = writeln!(err, "{}.", note.get(session.lang));
    }
    let _ = write!(err, "{}", report.account);
    let summary = summary(session.lang, report);
    if !summary.is_empty() {
        let _ = writeln!(err, "{summary}");
    }
    if let Some(tip) = report.tip.as_ref().filter(|_| err.is_terminal()) {
        let _ = writeln!(err, "{}.", tip.get(session.lang));
    }
    Ok(())
}

/// The one JSON document of a run.
fn document(lang: Lang, report: &Report) -> Value {
    let (errors, warnings) = report.findings.counts();
    let mut document = report.json.clone();
    document.insert("command".into(), json!(report.command));
    document.insert("status".into(), json!(report.status as u8));
    document.insert("errors".into(), json!(errors));
    document.insert("warnings".into(), json!(warnings));
    if !report.notes.is_empty() {
        let notes: Vec<&str> = report.notes.iter().map(|note| note.get(lang)).collect();
        document.insert("notes".into(), json!(notes));
    }
    document.insert("findings".into(), report.findings.json(lang));
    Value::Object(document)
}

/// The last line: what was done, and how many findings there are.
fn summary(lang: Lang, report: &Report) -> String {
    let (errors, warnings) = report.findings.counts();
    let mut counts = listing::counts(errors, warnings, lang);
    let sheets = listing::sheets(&report.findings);
    if report.is_by_sheet && sheets > 0 {
        counts.push_str(&match (sheets, lang) {
            (_, Lang::Vi) => format!(" ở {sheets} trang tính"),
            (1, Lang::En) => " on 1 sheet".to_owned(),
            (_, Lang::En) => format!(" on {sheets} sheets"),
        });
    }
    if report.is_counted {
        counts.clear();
    }
    match (&report.summary, counts.as_str()) {
        (None, "") => String::new(),
        // A single refusal speaks for itself.
        (None, _) if report.status == Status::Fault && errors == 1 => String::new(),
        (None, counts) => counts.to_owned(),
        (Some(done), "") => format!("{}.", done.get(lang)),
        (Some(done), counts) => format!("{}; {counts}.", done.get(lang)),
    }
}

/// Whether a stream takes colours: a terminal, unless `NO_COLOR` is set (no-color.org).
fn has_colours(stream: &impl IsTerminal) -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    stream.is_terminal()
        && !is_set("NO_COLOR")
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        && !cfg!(windows)
}

fn paint(findings: &Diagnostics, lang: Lang, colours: bool) -> String {
    findings
        .iter()
        .map(|finding| {
            let plain = finding.print(lang);
            if colours {
                colour(finding, &plain) + "\n"
            } else {
                plain + "\n"
            }
        })
        .collect()
}

/// Label red or yellow, place dim.
pub(super) fn colour(finding: &Diagnostic, plain: &str) -> String {
    let tone = match finding.severity {
        Severity::Error => "\x1b[1;31m",
        Severity::Warning => "\x1b[1;33m",
    };
    let Some((label, rest)) = plain.split_once("]: ") else {
        return plain.to_owned();
    };
    let Some((message, below)) = rest.split_once('\n') else {
        return plain.to_owned();
    };
    let below: String = below.lines().map(|line| format!("\x1b[2m{line}\x1b[0m\n")).collect();
    format!("{tone}{label}]\x1b[0m: {message}\n{below}")
}

/// Instead of a panic message: an apology in plain words, with the place for whoever mends it.
pub(super) fn apologise_on_panic(lang: Lang) {
    std::panic::set_hook(Box::new(move |info| {
        let place = info
            .location()
            .map(|location| format!("{}:{}", location.file(), location.line()))
            .unwrap_or_default();
        // What the library for .xlsx does not stand is caught, and told as a damaged workbook.
        if place.contains("calamine-") {
            return;
        }
        let version = env!("CARGO_PKG_VERSION");
        let apology = match lang {
            Lang::Vi => format!(
                "Xin lỗi, chương trình gặp lỗi của chính nó và phải dừng lại. Chưa có tệp nào bị thay đổi dở dang.\n\
                 Nhờ báo cho người phụ trách dòng này: baocao {version}, {place}"
            ),
            Lang::En => format!(
                "Sorry, the program has a fault of its own and had to stop. No file was left half written.\n\
                 Please report this line: baocao {version}, {place}"
            ),
        };
        let _ = writeln!(std::io::stderr(), "{apology}");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Place, Text};

    fn finding(severity: Severity) -> Diagnostic {
        Diagnostic {
            severity,
            ..Diagnostic::error("a/b", Place::Sheet("S".into()), Text::new("sai", "wrong"))
        }
    }

    #[test]
    fn the_last_line_counts_in_both_languages() {
        let mut report = Report::new("check");
        assert_eq!(summary(Lang::Vi, &report), "");
        report.add(
            [
                finding(Severity::Error),
                finding(Severity::Error),
                finding(Severity::Warning),
            ]
            .into_iter()
            .collect(),
        );
        assert_eq!(summary(Lang::Vi, &report), "2 lỗi, 1 cảnh báo");
        assert_eq!(summary(Lang::En, &report), "2 errors, 1 warning");
        report.summary = Some(Text::new("Chưa ghi gì", "Nothing was written"));
        assert_eq!(summary(Lang::Vi, &report), "Chưa ghi gì; 2 lỗi, 1 cảnh báo.");
        assert_eq!(report.status, Status::Input);
    }

    #[test]
    fn the_json_document_has_status_counts_and_findings() {
        let mut report = Report::new("check");
        report.add([finding(Severity::Error)].into_iter().collect());
        let document = document(Lang::En, &report);
        assert_eq!(document["command"], "check");
        assert_eq!(document["status"], 1);
        assert_eq!((&document["errors"], &document["warnings"]), (&json!(1), &json!(0)));
        assert_eq!(document["findings"][0]["code"], "a/b");
        assert_eq!(document["findings"][0]["message"], "wrong");
    }

    #[test]
    fn colours_leave_the_words_as_they_are() {
        let finding = finding(Severity::Error);
        let painted = colour(&finding, &finding.print(Lang::Vi));
        assert!(painted.starts_with("\x1b[1;31mlỗi[a/b]\x1b[0m: sai\n"), "{painted:?}");
        assert!(painted.contains("\x1b[2m  --> S\x1b[0m"), "{painted:?}");
    }
}
