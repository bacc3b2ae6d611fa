//! `integer`: a whole number, 14.728.

use super::fault::Need;
use super::figure::{self, Figure};
use super::{Type, TypeInfo, write_plainly};

pub(super) const TYPE: TypeInfo = TypeInfo {
    ty: Type::Integer,
    name: "integer",
    label_vi: "số nguyên",
    label_en: "whole number",
    number_format: "#,##0",
    example: "14728",
    width: 14.0,
    numeric: true,
    read: |raw, context| figure::read(raw, &FIGURE, context),
    write: |value, _, out| write_plainly(value, Some(0), out),
};

const FIGURE: Figure = Figure {
    need: Need {
        vi: "một số nguyên",
        en: "a whole number",
    },
    whole: true,
    percent: false,
    example: TYPE.example,
};

#[cfg(test)]
mod tests {
    use super::super::tests::{error, number, raw_text, warning};
    use super::super::{Context, Raw, Type, Value};

    #[test]
    fn whole_numbers_are_read_and_printed() {
        assert_eq!(number(Type::Integer, &Raw::Number(14728.0)), "14728");
        assert_eq!(Type::Integer.print(&Value::Number(14728.into()), None), "14.728");
        for (text, value) in [
            ("14.728", "14728"),
            ("14,728", "14728"),
            ("1 234 567", "1234567"),
            ("-5", "-5"),
            ("5,0", "5"),
        ] {
            let (read, code) = warning(Type::Integer, &raw_text(text));
            assert_eq!((read.as_str(), code), (value, "gia-tri/so-dang-chu"), "{text}");
        }
    }

    #[test]
    fn billions_may_have_decimals_and_be_whole() {
        let money = Context {
            unit: Some("đồng"),
            ..Context::default()
        };
        let read = |text| Type::Integer.read(&raw_text(text), &money);
        assert_eq!(read("3,5 tỷ").value, Some(Value::Number(3_500_000_000_i64.into())));
        assert_eq!(read("14.728 đồng").value, Some(Value::Number(14_728.into())));
        assert_eq!(read("3.125 tỷ").fault.unwrap().code, "gia-tri/so-hai-cach-doc");
    }

    #[test]
    fn what_is_no_whole_number_says_why() {
        let (code, message, hint) = error(Type::Integer, &Raw::Number(3.5));
        assert_eq!(code, "gia-tri/so-khong-nguyen");
        assert_eq!(message, "cần một số nguyên, ô này ghi 3,5");
        assert_eq!(hint, "ghi lại số không có phần thập phân");
        assert_eq!(error(Type::Integer, &raw_text("3,5")).0, "gia-tri/so-khong-nguyen");
        assert_eq!(
            error(Type::Integer, &Raw::Percent(0.5)).0,
            "gia-tri/phan-tram-trong-cot-so"
        );
        assert_eq!(error(Type::Integer, &Raw::Number(1e300)).0, "gia-tri/so-qua-lon");
        assert_eq!(error(Type::Integer, &raw_text(&"9".repeat(50))).0, "gia-tri/so-qua-lon");
    }
}
