//! What `check` gives back: `error(cell, "message")`, `warning(…)`, with `.hint("…")` and an English wording.

use std::collections::BTreeMap;

use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, Position};

use super::data::{Data, Entry, Rows, Spot, Standing};
use super::fault::{self, Raised, raised};
use super::{SCRIPT, limit, meter};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, Text};
use crate::text;

/// A finding while a script makes it.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    severity: Severity,
    at: Standing,
    message: ImmutableString,
    message_en: Option<ImmutableString>,
    hint: Option<ImmutableString>,
    hint_en: Option<ImmutableString>,
}

/// Steps that making a finding counts: it names a sheet and a field.
const STEPS: usize = 8;

fn make(severity: Severity, at: Standing, message: ImmutableString) -> Raised<Finding> {
    meter::charge(STEPS)?;
    Ok(Finding {
        severity,
        at,
        message,
        message_en: None,
        hint: None,
        hint_en: None,
    })
}

fn placed(severity: Severity, at: Dynamic, message: ImmutableString) -> Raised<Finding> {
    let standing = if let Some(spot) = at.read_lock::<Spot>() {
        spot.standing()
    } else if let Some(entry) = at.read_lock::<Entry>() {
        entry.standing()
    } else if let Some(rows) = at.read_lock::<Rows>() {
        rows.standing()
    } else if at.read_lock::<Data>().is_some() {
        (Place::File, None)
    } else {
        return Err(nowhere(&at));
    };
    make(severity, standing, message)
}

fn nowhere(at: &Dynamic) -> Box<EvalAltResult> {
    let found = fault::type_words(at.type_name());
    raised(
        "kich-ban/loi-chay",
        Text::new(
            format!(
                "lời báo lỗi cần một ô, một dòng hay một trang để chỉ vào, ở đây là {}",
                found.vi
            ),
            format!(
                "a finding needs a cell, a record or a sheet to point at, this is {}",
                found.en
            ),
        ),
        Some(text!(
            "viết error(r.cell(\"mã_cột\"), \"…\")",
            "write error(r.cell(\"field\"), \"…\")"
        )),
    )
}

/// Registers findings.
pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<Finding>("finding")
        .register_fn("error", |at: Dynamic, message: ImmutableString| {
            placed(Severity::Error, at, message)
        })
        .register_fn("warning", |at: Dynamic, message: ImmutableString| {
            placed(Severity::Warning, at, message)
        })
        .register_fn("push", push)
        .register_fn("english", |finding: Finding, message: ImmutableString| Finding {
            message_en: Some(message),
            ..finding
        })
        .register_fn("hint", |finding: Finding, hint: ImmutableString| Finding {
            hint: Some(hint),
            ..finding
        })
        .register_fn(
            "hint",
            |finding: Finding, hint: ImmutableString, english: ImmutableString| Finding {
                hint: Some(hint),
                hint_en: Some(english),
                ..finding
            },
        );
}

/// Adds a finding to those of `check`. More than anybody reads end the run: what comes with the error is told.
fn push(findings: &mut Array, finding: Finding) -> Raised<()> {
    if findings.len() >= limit::FINDINGS {
        let found = std::mem::take(findings);
        return Err(EvalAltResult::ErrorTerminated(found.into(), Position::NONE).into());
    }
    findings.push(Dynamic::from(finding));
    Ok(())
}

/// The findings that `check` gave back. The same words down a column are one finding.
pub(super) fn collect(value: Dynamic, is_cut: bool, line: usize) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    // `check` without anything to say may end without a value.
    if value.is_unit() {
        return diagnostics;
    }
    let items = match value.is_variant() {
        true => vec![value],
        false => match value.into_array() {
            Ok(items) => items,
            Err(other) => return [wrong(other, line)].into_iter().collect(),
        },
    };
    let is_cut = is_cut || items.len() > limit::FINDINGS;
    let mut groups: BTreeMap<(String, String, String, bool), usize> = BTreeMap::new();
    let mut list: Vec<Diagnostic> = Vec::new();
    for item in items.into_iter().take(limit::FINDINGS) {
        let found = item.type_name();
        let Some(finding) = item.try_cast::<Finding>() else {
            return [wrong(found, line)].into_iter().collect();
        };
        let finding = finding.diagnostic();
        if let (Place::Cell(sheet, cell), Some(field)) = (&finding.place, &finding.field) {
            let is_error = finding.severity == Severity::Error;
            let key = (sheet.clone(), field.clone(), finding.message.vi.clone(), is_error);
            let cell = *cell;
            match groups.get(&key).and_then(|first| list.get_mut(*first)) {
                Some(first) => {
                    first.more.push(cell);
                    continue;
                }
                None => groups.insert(key, list.len()),
            };
        }
        list.push(finding);
    }
    list.into_iter().for_each(|finding| diagnostics.push(finding));
    if is_cut {
        let most = limit::FINDINGS;
        diagnostics.push(in_script(
            Severity::Warning,
            "kich-ban/qua-nhieu-loi",
            line,
            text!(
                "hàm check báo quá {most} lỗi, các lỗi sau không được kể",
                "the function check gave more than {most} findings; the others are not told"
            ),
            Some(text!(
                "sửa các ô đã kể rồi kiểm tra lại",
                "mend the cells that are told, then check again"
            )),
        ));
    }
    diagnostics
}

/// A finding about a line of the script.
pub(super) fn in_script(
    severity: Severity,
    code: &'static str,
    line: usize,
    message: Text,
    hint: Option<Text>,
) -> Diagnostic {
    let place = Place::Line { line, column: 1 };
    let mut finding = match severity {
        Severity::Error => Diagnostic::error(code, place, message),
        Severity::Warning => Diagnostic::warning(code, place, message),
    };
    finding.hint = hint;
    finding.file = Some(SCRIPT.to_owned());
    finding
}

fn wrong(found: &str, line: usize) -> Diagnostic {
    let found = fault::type_words(found);
    in_script(
        Severity::Error,
        "kich-ban/tra-ve-sai",
        line,
        Text::new(
            format!("hàm check cần trả về một danh sách lời báo lỗi, ở đây là {}", found.vi),
            format!(
                "the function check must give back an array of findings, this is {}",
                found.en
            ),
        ),
        Some(text!(
            "trả về [ error(…), warning(…) ], hoặc [] khi không có gì để báo",
            "give back [ error(…), warning(…) ], or [] when there is nothing to tell"
        )),
    )
}

impl Finding {
    fn diagnostic(self) -> Diagnostic {
        let (place, field) = self.at;
        let words = |own: &ImmutableString, english: Option<&ImmutableString>| {
            Text::new(clean(own), clean(english.unwrap_or(own)))
        };
        let message = words(&self.message, self.message_en.as_ref());
        let mut finding = match self.severity {
            Severity::Error => Diagnostic::error("kich-ban/loi", place, message),
            Severity::Warning => Diagnostic::warning("kich-ban/canh-bao", place, message),
        };
        finding.hint = self.hint.map(|hint| words(&hint, self.hint_en.as_ref()));
        finding.field = field;
        finding
    }
}

/// Words of a script on one line and of a length that people read, without what would move a terminal's cursor.
fn clean(text: &str) -> String {
    let is_blank = |letter: char| letter.is_control() || letter.is_whitespace();
    let mut words = text.split(is_blank).filter(|word| !word.is_empty());
    let mut line = words.next().unwrap_or_default().to_owned();
    for word in words {
        line.push(' ');
        line.push_str(word);
    }
    if line.chars().count() > limit::MESSAGE_LETTERS {
        line = line.chars().take(limit::MESSAGE_LETTERS - 1).collect();
        line.push('…');
    }
    line
}
