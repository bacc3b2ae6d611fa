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
    read: |raw, context| figure::read(raw, &FIGURE, context),
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
    use super::super::{Context, Habit, Habits, Raw, Reading, Type, Value};
    use crate::diagnostic::{CellRef, Severity};
    use crate::vietnamese::{DecimalSign, parse_date};

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

    /// The number, the code and the message that reading a cell of a column gives.
    fn warned(text: &str, context: &Context) -> (String, &'static str, String) {
        match Type::Decimal.read(&raw_text(text), context) {
            Reading {
                value: Some(Value::Number(number)),
                fault: Some(fault),
            } if fault.severity == Severity::Warning => (number.to_string(), fault.code, fault.message.vi),
            other => panic!("{text}: {other:?}"),
        }
    }

    fn fault(text: &str, context: &Context) -> (&'static str, String) {
        let reading = Type::Decimal.read(&raw_text(text), context);
        assert_eq!(reading.value, None, "{text}");
        reading.fault.map(|fault| (fault.code, fault.message.vi)).unwrap()
    }

    #[test]
    fn a_unit_behind_the_number_is_held_against_that_of_the_column() {
        let money = Context {
            unit: Some("triệu đồng"),
            ..Context::default()
        };
        for (text, value, code) in [
            ("258 triệu đồng", "258", "gia-tri/kem-don-vi"),
            ("258tr", "258", "gia-tri/kem-don-vi"),
            ("258 tr.đ", "258", "gia-tri/kem-don-vi"),
            ("-1.234,5 triệu", "-1234.5", "gia-tri/kem-don-vi"),
            ("3,5 tỷ", "3500", "gia-tri/doi-don-vi"),
            ("500 nghìn đồng", "0.5", "gia-tri/doi-don-vi"),
            ("319.317.000 đồng", "319.317", "gia-tri/doi-don-vi"),
        ] {
            let (number, found, _) = warned(text, &money);
            assert_eq!((number.as_str(), found), (value, code), "{text}");
        }
        assert_eq!(
            warned("258tr", &money).2,
            "cần một số không kèm đơn vị, ô này ghi “258tr”, được hiểu là 258"
        );
        assert_eq!(
            warned("3,5 tỷ đồng", &money).2,
            "cần một số tính bằng «triệu đồng», ô này ghi “3,5 tỷ đồng”, được đổi thành 3500 triệu đồng"
        );
        assert_eq!(
            fault("11 hộ", &money),
            (
                "gia-tri/khac-don-vi",
                "cần một số tính bằng «triệu đồng», ô này ghi “11 hộ” kèm «hộ»".to_owned()
            )
        );
        let ambiguous = fault("14.728 tỷ đồng", &money).1;
        assert!(
            ambiguous.ends_with("có thể là 14728000 mà cũng có thể là 14728"),
            "{ambiguous}"
        );
        for (text, code) in [
            ("14.728 triệu đồng", "gia-tri/so-hai-cach-doc"),
            ("khoảng 50 triệu đồng", "gia-tri/so-kem-chu"),
            ("5 triệu, 3 nghìn đồng", "gia-tri/khong-phai-so"),
            ("50 %", "gia-tri/phan-tram-trong-cot-so"),
            ("triệu đồng", "gia-tri/khong-phai-so"),
        ] {
            assert_eq!(fault(text, &money).0, code, "{text}");
        }
        let percent = Context {
            unit: Some("%"),
            ..Context::default()
        };
        for raw in [raw_text("166 %"), raw_text("166%"), Raw::Percent(1.66)] {
            assert_eq!(
                Type::Decimal.read(&raw, &percent),
                Reading::value(Value::Number(166.into())),
                "{raw:?}"
            );
        }
    }

    #[test]
    fn two_readings_are_told_apart_by_the_column_or_by_what_is_permitted() {
        let at = CellRef::new(6, 3);
        let column = |sign| Context {
            habits: Habits {
                decimal_sign: Habit::Known(sign, at),
                ..Habits::default()
            },
            ..Context::default()
        };
        let (dot, comma) = (column(DecimalSign::Dot), column(DecimalSign::Comma));
        for (text, context, value) in [
            ("14.728", dot, "14.728"),
            ("14,728", dot, "14728"),
            ("14.728", comma, "14728"),
            ("14,728", comma, "14.728"),
        ] {
            let (number, code, message) = warned(text, &context);
            assert_eq!((number.as_str(), code), (value, "gia-tri/so-suy-ra"));
            assert!(message.ends_with("theo cách viết số của cột (như ở ô D7)"), "{message}");
        }
        let most = Context {
            max: Some(100.into()),
            ..Context::default()
        };
        assert_eq!(
            warned("14.728", &most).2,
            "cần một số, ô này ghi số “14.728” dạng chữ, được hiểu là 14,728, vì 14728 nằm ngoài khoảng cho phép của cột"
        );
        // Where the column and what is permitted contradict each other, nobody knows.
        let torn = Context {
            max: Some(100.into()),
            ..comma
        };
        let mixed = Context {
            habits: Habits {
                decimal_sign: Habit::Mixed(at, CellRef::new(7, 3)),
                ..Habits::default()
            },
            ..Context::default()
        };
        assert_eq!(fault("14.728", &torn).0, "gia-tri/so-hai-cach-doc");
        let (code, message) = fault("14.728", &mixed);
        assert_eq!(code, "gia-tri/so-hai-cach-doc");
        assert!(
            message.ends_with("cột có cả hai lối viết (như ở ô D7 và ô D8)"),
            "{message}"
        );
    }

    #[test]
    fn a_dash_is_a_blank_where_a_blank_is_permitted() {
        for text in ["-", " – ", "…", "....", "Không có", "chưa có"] {
            let (code, message) = fault(text, &Context::default());
            assert_eq!(code, "gia-tri/coi-la-trong", "{text}: {message}");
            let required = Context {
                required: true,
                ..Context::default()
            };
            assert_eq!(fault(text, &required).0, "gia-tri/thieu", "{text}");
        }
        assert_eq!(
            fault(" - ", &Context::default()).1,
            "cần một số, ô này ghi “-” nên được coi là để trống"
        );
        for text in ["?", "x", "không", "*"] {
            assert_eq!(fault(text, &Context::default()).0, "gia-tri/khong-phai-so", "{text}");
        }
    }

    #[test]
    fn blanks_only_are_no_value() {
        for text in ["", "  ", "\u{a0}\u{200b}\n"] {
            assert_eq!(
                Type::Decimal.read(&raw_text(text), &Context::default()),
                Default::default()
            );
        }
    }
}
