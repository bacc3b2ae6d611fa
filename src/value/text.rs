//! `text`: a line of text.

use super::fault::{self, Need, shown};
use super::{Raw, Reading, Type, TypeInfo, Value, write_plainly};
use crate::text;
use crate::vietnamese;

pub(super) const TYPE: TypeInfo = TypeInfo {
    ty: Type::Text,
    name: "text",
    label_vi: "một dòng chữ",
    label_en: "line of text",
    number_format: "@",
    example: "Tân Hoà",
    width: 24.0,
    numeric: false,
    read: |raw, _| read(raw, NEED, one_line),
    write: write_plainly_text,
};

const NEED: Need = Need {
    vi: "một dòng chữ",
    en: "a line of text",
};

/// Numbers can't occur here but print with all their decimals if they do.
pub(super) fn write_plainly_text(value: &Value, _: Option<u32>, out: &mut String) {
    match value {
        Value::Number(number) => vietnamese::write_plain(*number, out),
        other => write_plainly(other, None, out),
    }
}

/// Reads a cell as text, cleaned by a function; numbers become the text that the cell shows.
pub(super) fn read(raw: &Raw, need: Need, clean: fn(&str) -> String) -> Reading {
    let text = match raw {
        Raw::Text(text) => clean(text),
        Raw::Date(_) => {
            let Need { vi, en } = need;
            let text = shown(raw);
            return Reading::warning(
                Value::Text(text.clone().into()),
                "gia-tri/ngay-trong-cot-chu",
                text!(
                    "cần {vi}, ô này là ngày, được ghi thành “{text}”",
                    "needs {en}, this cell is a date, taken as “{text}”"
                ),
                text!(
                    "nếu muốn ghi khác thì đặt định dạng ô là Text rồi gõ lại",
                    "to have it otherwise, format the cell as Text and type it again"
                ),
            );
        }
        Raw::Error(error) => return fault::formula(error, need),
        // Excel keeps 15 digits of a number; what a 16th was is lost.
        Raw::Number(number) if number.abs() >= 1e15 => return lost_digits(shown(raw), need),
        _ => shown(raw),
    };
    if text.is_empty() {
        return Reading::none();
    }
    Reading::value(Value::Text(text.into()))
}

/// A long number of a document, a card or an account that Excel took for a figure.
fn lost_digits(text: String, need: Need) -> Reading {
    let Need { vi, en } = need;
    Reading::warning(
        Value::Text(text.clone().into()),
        "gia-tri/mat-chu-so",
        text!(
            "cần {vi}, ô này là số dài quá 15 chữ số nên Excel đã bỏ các chữ số cuối, còn “{text}”",
            "needs {en}, this cell is a number of more than 15 digits, whose last digits Excel dropped: “{text}”"
        ),
        text!(
            "đặt định dạng ô là Text rồi gõ lại đủ chữ số",
            "format the cell as Text and type all digits again"
        ),
    )
}

/// The characters that XML 1.0 allows (section 2.2), others can't stand in a document; without U+200B, U+2060 and U+FEFF, which
/// come along when text is copied from a web page and show as nothing.
fn is_allowed(c: char) -> bool {
    !matches!(
        c,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// Whether a text surely has no line break or other sign that can't stay as it is, by a look at its bytes: most texts.
fn is_plain(text: &str) -> bool {
    // Signs below a blank and U+007F, and what U+0080 to U+009F, U+2028, U+2029, U+FFFE and U+FFFF begin with.
    !text
        .bytes()
        .any(|byte| byte < b' ' || matches!(byte, 0x7f | 0xc2 | 0xe2 | 0xef))
}

/// Whether cleaning changes nothing of a text, and leaves something.
pub(super) fn is_clean(text: &str) -> bool {
    !text.is_empty() && is_plain(text) && vietnamese::trim(text).len() == text.len()
}

/// A text on one line: a line break with the blanks around it is one blank.
fn one_line(text: &str) -> String {
    if is_plain(text) {
        return vietnamese::trim(text).to_owned();
    }
    if !text.contains(|c: char| c.is_control() || !is_allowed(c) || plain_break(c) != c) {
        return vietnamese::trim(text).to_owned();
    }
    let lines: Vec<String> = text
        .split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
        .map(|line| {
            line.chars()
                .filter(|&c| is_allowed(c))
                .map(|c| if c == '\t' { ' ' } else { c })
                .collect::<String>()
        })
        .map(|line| vietnamese::trim(&line).to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    lines.join(" ")
}

/// A text with its inner line breaks, each a single `\n`.
pub(super) fn many_lines(text: &str) -> String {
    if is_plain(text) || text.chars().all(|c| is_allowed(c) && plain_break(c) == c) {
        return vietnamese::trim(text).to_owned();
    }
    let text: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|&c| is_allowed(c))
        .map(plain_break)
        .collect();
    vietnamese::trim(&text).to_owned()
}

fn plain_break(c: char) -> char {
    if matches!(c, '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') {
        '\n'
    } else {
        c
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, raw_text, text};
    use super::super::{Context, Raw, Type, Value};
    use crate::diagnostic::Severity;
    use crate::vietnamese::parse_date;

    #[test]
    fn a_text_is_one_clean_line() {
        for (cell, value) in [
            ("Tân Hoà", "Tân Hoà"),
            ("  Tân Hoà \u{a0}\u{200b}", "Tân Hoà"),
            ("Tân\u{200b} Hoà\u{feff} 1", "Tân Hoà 1"),
            ("Tân \n Hoà", "Tân Hoà"),
            ("Tân\r\n\r\nHoà", "Tân Hoà"),
            ("Tân\tHoà\u{1}\u{ffff}", "Tân Hoà"),
            ("{{ten_xa}} <w:p/> & =1+1", "{{ten_xa}} <w:p/> & =1+1"),
            ("a  b", "a  b"),
        ] {
            assert_eq!(text(Type::Text, &raw_text(cell)), value, "{cell:?}");
        }
        assert_eq!(
            Type::Text.read(&raw_text(" \n\u{3} "), &Context::default()),
            Default::default()
        );
    }

    #[test]
    fn numbers_become_the_text_that_the_cell_shows() {
        for (raw, value) in [
            (Raw::Number(127.0), "127"),
            (Raw::Number(912_345_678.0), "912345678"),
            (Raw::Number(3.5), "3,5"),
            (Raw::Percent(0.5), "50%"),
            (Raw::Flag(true), "TRUE"),
        ] {
            assert_eq!(text(Type::Text, &raw), value);
        }
    }

    #[test]
    fn codes_that_look_like_numbers_stay_as_they_are() {
        for code in ["01.0001", "V.07.02.04", "01.003", "1.20", "019123456789", "1E5"] {
            assert_eq!(text(Type::Text, &raw_text(code)), code);
        }
        assert_eq!(text(Type::Text, &Raw::Number(0.1 + 0.2)), "0,3");
        assert_eq!(text(Type::Text, &Raw::Number(19_123_456_789.0)), "19123456789");
        assert_eq!(text(Type::Text, &Raw::Number(999_999_999_999_999.0)), "999999999999999");
    }

    #[test]
    fn a_number_of_more_than_15_digits_has_lost_some() {
        let reading = Type::Text.read(&Raw::Number(1_234_567_890_123_456.0), &Context::default());
        assert_eq!(reading.value, Some(Value::Text("1234567890123460".into())));
        let fault = reading.fault.unwrap();
        assert_eq!((fault.code, fault.severity), ("gia-tri/mat-chu-so", Severity::Warning));
    }

    #[test]
    fn a_date_becomes_text_with_a_warning_and_an_error_none() {
        let reading = Type::Text.read(&Raw::Date(parse_date("3/2/2023").unwrap()), &Context::default());
        assert_eq!(reading.value, Some(Value::Text("03/02/2023".into())));
        let fault = reading.fault.unwrap();
        assert_eq!(
            (fault.code, fault.severity),
            ("gia-tri/ngay-trong-cot-chu", Severity::Warning)
        );
        assert_eq!(
            error(Type::Text, &Raw::Error("#REF!".into())).0,
            "gia-tri/cong-thuc-loi"
        );
    }
}
