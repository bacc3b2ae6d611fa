//! Faults that several types raise, and how a cell's content is quoted.

use super::{Raw, Reading};
use crate::diagnostic::shorten;
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
