//! `long_text`: text of several lines; line breaks are kept.

use super::fault::Need;
use super::text::{many_lines, read, write_plainly_text};
use super::{Type, TypeInfo};

pub(super) const TYPE: TypeInfo = TypeInfo {
    ty: Type::LongText,
    name: "long_text",
    label_vi: "đoạn chữ",
    label_en: "text of several lines",
    number_format: "@",
    example: "Đã tổ chức 03 hội nghị tuyên truyền",
    width: 60.0,
    numeric: false,
    read: |raw, _| read(raw, NEED, many_lines),
    write: write_plainly_text,
};

const NEED: Need = Need {
    vi: "một đoạn chữ",
    en: "a text",
};

#[cfg(test)]
mod tests {
    use super::super::Type;
    use super::super::tests::{raw_text, text};

    #[test]
    fn inner_line_breaks_are_kept() {
        for (cell, value) in [
            ("\n Một\r\nHai\n\nBa \n", "Một\nHai\n\nBa"),
            ("Một\rHai\u{b}", "Một\nHai"),
        ] {
            assert_eq!(text(Type::LongText, &raw_text(cell)), value);
        }
    }
}
