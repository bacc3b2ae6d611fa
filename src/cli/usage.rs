//! Wrong use of the command line, in plain words: clap's errors worded anew in both languages.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::diagnostic::{Diagnostic, Place, Text};
use crate::text;

/// What is wrong with the command line, and what was probably meant.
pub(super) fn explain(error: &clap::Error) -> Diagnostic {
    let one = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(other) => plain(&other.to_string()),
        None => String::new(),
    };
    let suggestion = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => texts.first().cloned(),
        _ => None,
    };
    let argument = one(ContextKind::InvalidArg);
    let value = one(ContextKind::InvalidValue);
    let (code, message, suggested) = match error.kind() {
        ErrorKind::UnknownArgument => (
            "lenh/tuy-chon-la",
            text!(
                "không có tuỳ chọn hay đối số “{argument}” ở đây",
                "there is no option or argument “{argument}” here"
            ),
            suggestion(ContextKind::SuggestedArg),
        ),
        ErrorKind::InvalidSubcommand => {
            let name = one(ContextKind::InvalidSubcommand);
            (
                "lenh/lenh-la",
                text!("không có lệnh “{name}”", "there is no command “{name}”"),
                suggestion(ContextKind::SuggestedSubcommand),
            )
        }
        ErrorKind::MissingRequiredArgument => (
            "lenh/thieu-doi-so",
            text!("còn thiếu {argument}", "{argument} is missing"),
            None,
        ),
        ErrorKind::InvalidValue if value.is_empty() => (
            "lenh/thieu-tri",
            text!(
                "{argument} cần một giá trị theo sau",
                "{argument} needs a value after it"
            ),
            None,
        ),
        ErrorKind::InvalidValue => {
            let known = one(ContextKind::ValidValue);
            (
                "lenh/tri-sai",
                text!(
                    "{argument} cần một trong các giá trị {known}; ở đây ghi “{value}”",
                    "{argument} needs one of {known}; this is “{value}”"
                ),
                suggestion(ContextKind::SuggestedValue),
            )
        }
        ErrorKind::ValueValidation => (
            "lenh/tri-sai",
            text!(
                "{argument} không nhận giá trị “{value}”",
                "{argument} doesn't take the value “{value}”"
            ),
            None,
        ),
        ErrorKind::ArgumentConflict => (
            "lenh/lap-lai",
            text!("{argument} chỉ được ghi một lần", "{argument} may be given once only"),
            None,
        ),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues | ErrorKind::NoEquals => (
            "lenh/tri-sai",
            text!(
                "{argument} có số giá trị không đúng",
                "{argument} has a wrong number of values"
            ),
            None,
        ),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return nothing_asked(),
        _ => (
            "lenh/khong-hieu",
            Text::new("dòng lệnh này không đọc được", "this command line can't be read"),
            None,
        ),
    };
    let hint = match suggested {
        Some(near) => text!("có phải là “{near}”?", "did you mean “{near}”?"),
        None => Text::new("xem cách dùng: baocao --help", "for help: baocao --help"),
    };
    Diagnostic::error(code, Place::File, message).hint(hint)
}

/// A command line that asks for nothing.
pub(super) fn nothing_asked() -> Diagnostic {
    Diagnostic::error(
        "lenh/thieu-lenh",
        Place::File,
        Text::new("còn thiếu một lệnh", "a command is missing"),
    )
    .hint(Text::new("xem cách dùng: baocao --help", "for help: baocao --help"))
}

/// A text without terminal escapes.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        if sign == '\x1b' {
            signs.by_ref().find(|sign| sign.is_ascii_alphabetic());
        } else {
            out.push(sign);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::arguments::{command, prepare};
    use super::*;
    use crate::diagnostic::Lang;

    fn fault(line: &str) -> String {
        let words = line.split_whitespace().map(Into::into).collect();
        match command(Lang::Vi).try_get_matches_from(prepare(words)) {
            Ok(_) => String::from("no fault"),
            Err(error) => explain(&error).print(Lang::Vi),
        }
    }

    #[test]
    fn each_wrong_use_is_told_in_vietnamese() {
        for (line, parts) in [
            ("rendr", &["không có lệnh “rendr”", "có phải là “render”?"][..]),
            ("render a.xlsx --forse", &["“--forse”", "có phải là “--force”?"]),
            ("render", &["còn thiếu <SỔ_TÍNH>"]),
            ("render a.xlsx -o", &["cần một giá trị theo sau", "--output"]),
            ("check a.xlsx --lang fr", &["vi, en", "“fr”"]),
            ("check a.xlsx b.xlsx", &["“b.xlsx”"]),
            ("render a.xlsx --pack x --pack y", &["chỉ được ghi một lần"]),
            ("pack", &["còn thiếu một lệnh"]),
            ("pack sho", &["có phải là “show”?"]),
            ("--json", &["còn thiếu một lệnh"]),
        ] {
            let found = fault(line);
            for part in parts {
                assert!(found.contains(part), "{line}: {part} is not in\n{found}");
            }
            for english in ["error", "tip", "required", "unexpected", "\x1b"] {
                assert!(!found.contains(english), "{line}: {found}");
            }
        }
    }
}
