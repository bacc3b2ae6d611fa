//! `decimal`: a number with decimals, 3,5.

use super::fault::Need;
use super::figure::{self, Figure};
use super::{Type, TypeInfo, write_plainly};

pub(super) const TYPE: TypeInfo = TypeInfo {
    ty: Type::Decimal,
    name: "decimal",
    label_vi: "số",
    label_en: "number",
    // With `#,##0.##` Excel shows whole numbers as "258,"; the general format never does.
    number_format: "General",
    example: "3,5",
    width: 14.0,
    numeric: true,
    read: |raw, _| figure::read(raw, &FIGURE),
    write: write_plainly,
};

const FIGURE: Figure = Figure {
    need: Need {
        vi: "một số",
        en: "a number",
    },
    whole: false,
    percent: false,
    example: "258",
};

#[cfg(test)]
mod tests {
    use super::super::tests::{error, number, raw_text, warning};
    use super::super::{Raw, Type, Value};
    use crate::vietnamese::parse_date;

    #[test]
    fn numbers_are_exact_and_print_with_a_comma() {
        assert_eq!(number(Type::Decimal, &Raw::Number(0.1 + 0.2)), "0.3");
        assert_eq!(number(Type::Decimal, &Raw::Number(258.0)), "258");
        for (value, decimals, printed) in [
            ("3.50", None, "3,5"),
            ("14728.125", None, "14.728,13"),
            ("14728.125", Some(3), "14.728,125"),
            ("258", Some(1), "258"),
        ] {
            assert_eq!(
                Type::Decimal.print(&Value::Number(value.parse().unwrap()), decimals),
                printed
            );
        }
    }

    #[test]
    fn a_number_typed_as_text_is_taken_with_a_warning() {
        for (text, value) in [
            ("3,5", "3.5"),
            ("14.4", "14.4"),
            ("1.234.567,89", "1234567.89"),
            (" 258\u{a0}", "258"),
        ] {
            assert_eq!(
                warning(Type::Decimal, &raw_text(text)),
                (value.to_owned(), "gia-tri/so-dang-chu")
            );
        }
    }

    #[test]
    fn a_text_with_two_readings_is_never_guessed() {
        let (code, message, hint) = error(Type::Decimal, &raw_text("14.728"));
        assert_eq!(code, "gia-tri/so-hai-cach-doc");
        assert_eq!(
            message,
            "cần một số, ô này ghi “14.728” dạng chữ, có thể là 14728 mà cũng có thể là 14,728"
        );
        assert_eq!(hint, "đặt định dạng ô là Number rồi gõ lại: 14728 hoặc 14,728");
        assert_eq!(error(Type::Decimal, &raw_text("14,728")).0, "gia-tri/so-hai-cach-doc");
    }

    #[test]
    fn what_is_no_number_says_why() {
        for (raw, code, message, hint) in [
            (
                raw_text("hai trăm"),
                "gia-tri/khong-phai-so",
                "cần một số, ô này ghi “hai trăm”",
                "ghi bằng chữ số, ví dụ 258",
            ),
            (
                raw_text("258 triệu đồng"),
                "gia-tri/so-kem-chu",
                "cần một số không kèm chữ, ô này ghi “258 triệu đồng”",
                "chỉ ghi 258",
            ),
            (
                raw_text(" - "),
                "gia-tri/khong-phai-so",
                "cần một số, ô này ghi “-”",
                "để trống ô nếu không có số liệu",
            ),
            (
                raw_text("50 %"),
                "gia-tri/phan-tram-trong-cot-so",
                "cần một số, ô này là tỷ lệ “50 %”",
                "đặt định dạng ô là Number rồi gõ số không có dấu %, ví dụ 50",
            ),
            (
                Raw::Percent(1.307),
                "gia-tri/phan-tram-trong-cot-so",
                "cần một số, ô này là tỷ lệ “130,7%”",
                "đặt định dạng ô là Number rồi gõ số không có dấu %, ví dụ 130,7",
            ),
            (
                Raw::Date(parse_date("03/02/2023").unwrap()),
                "gia-tri/ngay-trong-cot-so",
                "cần một số, ô này là ngày 03/02/2023",
                "Excel đã đổi nội dung gõ vào thành ngày: đặt định dạng ô là Number rồi gõ lại số",
            ),
            (
                Raw::Error("#DIV/0!".into()),
                "gia-tri/cong-thuc-loi",
                "cần một số, công thức trong ô này báo lỗi #DIV/0!",
                "#DIV/0! là phép chia cho 0 hoặc cho ô trống: điền ô làm số chia",
            ),
            (
                Raw::Flag(true),
                "gia-tri/khong-phai-so",
                "cần một số, ô này ghi “TRUE”",
                "ghi bằng chữ số, ví dụ 258",
            ),
        ] {
            let found = error(Type::Decimal, &raw);
            assert_eq!((found.0, found.1.as_str(), found.2.as_str()), (code, message, hint));
        }
        for (error_value, word) in [
            ("#REF!", "xoá"),
            ("#N/A", "tra cứu"),
            ("#NAME?", "tên"),
            ("#VALUE!", "chữ"),
            ("#NUM!", "quá lớn"),
            ("#NULL!", "sửa"),
        ] {
            let (code, _, hint) = error(Type::Decimal, &Raw::Error(error_value.into()));
            assert_eq!(code, "gia-tri/cong-thuc-loi");
            assert!(hint.contains(word), "{error_value}: {hint}");
        }
    }

    #[test]
    fn blanks_only_are_no_value() {
        for text in ["", "  ", "\u{a0}\u{200b}\n"] {
            assert_eq!(Type::Decimal.read(&raw_text(text), &[]), Default::default());
        }
    }
}
