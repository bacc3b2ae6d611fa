//! Faults that several types raise, and how a cell's content is quoted.

use super::{Context, Fault, Raw, Reading};
use crate::diagnostic::{Severity, Text, shorten};
use crate::text;
use crate::vietnamese;

/// What a type needs, as the object of "cần …" and "needs …".
#[derive(Clone, Copy, Debug)]
pub(super) struct Need {
    pub vi: &'static str,
    pub en: &'static str,
}

/// The content of a cell as the user sees it.
pub(super) fn shown(raw: &Raw) -> String {
    match raw {
        Raw::Text(text) => text.to_string(),
        Raw::Number(number) => match super::decimal_of(*number) {
            Some(number) => vietnamese::plain(number),
            None => number.to_string(),
        },
        Raw::Percent(number) => match super::figure::percent_of(*number) {
            Some(number) => vietnamese::plain(number) + "%",
            None => format!("{}%", number * 100.0),
        },
        Raw::Date(date) => format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year()),
        Raw::Flag(flag) => (if *flag { "TRUE" } else { "FALSE" }).to_owned(),
        Raw::Error(error) => error.to_string(),
    }
}

/// The content of a cell on one line, shortened, to be put between quotation marks.
pub(super) fn quoted(raw: &Raw) -> String {
    quoted_text(&shown(raw))
}

/// A text on one line, shortened, to be put between quotation marks.
pub(super) fn quoted_text(text: &str) -> String {
    let line: Vec<&str> = text
        .split(vietnamese::is_blank_char)
        .filter(|word| !word.is_empty())
        .collect();
    shorten(&line.join(" "))
}

/// Whether a text stands for a cell left blank: dashes, dots, “không có”.
pub(super) fn is_blank_mark(text: &str) -> bool {
    let is_mark = |c: char| {
        vietnamese::is_blank_char(c) || matches!(c, '-' | '_' | '.' | '…' | '\u{2010}'..='\u{2015}' | '\u{2212}')
    };
    text.chars().all(is_mark)
        || matches!(
            vietnamese::fold(text).as_str(),
            "khong co" | "chua co" | "khong co so lieu" | "chua co so lieu"
        )
}

/// A cell that holds nothing but a mark for a blank: taken as one where the column permits that. `advice` is what else to
/// do.
pub(super) fn blank_mark(text: &str, need: Need, context: &Context, advice: Text) -> Reading {
    let Need { vi, en } = need;
    let found = quoted_text(text);
    if context.required {
        return Reading::error(
            "gia-tri/thieu",
            text!(
                "cần {vi}, ô này chỉ ghi “{found}”",
                "needs {en}, this cell says “{found}” only"
            ),
            advice,
        );
    }
    Reading {
        value: None,
        fault: Some(Fault {
            code: "gia-tri/coi-la-trong",
            severity: Severity::Warning,
            message: text!(
                "cần {vi}, ô này ghi “{found}” nên được coi là để trống",
                "needs {en}, this cell says “{found}” and is taken as blank"
            ),
            hint: Some(advice),
        }),
    }
}

/// A formula that gives an error instead of a value.
pub(super) fn formula(error: &str, need: Need) -> Reading {
    let Need { vi, en } = need;
    let error = shorten(error);
    let hint = match error.as_str() {
        "#DIV/0!" => text!(
            "#DIV/0! là phép chia cho 0 hoặc cho ô trống: điền ô làm số chia",
            "#DIV/0! is a division by 0 or by a blank cell: fill in the cell it divides by"
        ),
        "#REF!" => text!(
            "#REF! là công thức trỏ tới ô đã bị xoá: viết lại công thức, hoặc gõ thẳng giá trị",
            "#REF! is a formula that points to a deleted cell: write it again, or type the value itself"
        ),
        "#N/A" => text!(
            "#N/A là công thức tra cứu không tìm thấy giá trị: sửa giá trị cần tra, hoặc gõ thẳng kết quả",
            "#N/A is a lookup that found nothing: mend what it looks for, or type the result itself"
        ),
        "#NAME?" => text!(
            "#NAME? là tên hàm hoặc tên vùng viết sai: sửa tên trong công thức",
            "#NAME? is a misspelt function or range name: mend the name in the formula"
        ),
        "#VALUE!" => text!(
            "#VALUE! là công thức tính với ô chứa chữ: đổi ô đó thành số",
            "#VALUE! is a formula that calculates with a cell of text: turn that cell into a number"
        ),
        "#NUM!" => text!(
            "#NUM! là kết quả quá lớn hoặc không tính được: sửa các số trong công thức",
            "#NUM! is a result too large or impossible: mend the numbers in the formula"
        ),
        _ => text!(
            "sửa công thức trong ô, hoặc gõ thẳng giá trị",
            "mend the formula in the cell, or type the value itself"
        ),
    };
    Reading::error(
        "gia-tri/cong-thuc-loi",
        text!(
            "cần {vi}, công thức trong ô này báo lỗi {error}",
            "needs {en}, the formula in this cell gives the error {error}"
        ),
        hint,
    )
}
