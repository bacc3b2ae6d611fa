//! `percent`: a percentage, 130,7%. The value is the number before the sign.

use super::fault::Need;
use super::figure::{self, Figure};
use super::{Type, TypeInfo, Value, write_plainly};

pub(super) const TYPE: TypeInfo = TypeInfo {
    ty: Type::Percent,
    name: "percent",
    label_vi: "tỷ lệ phần trăm",
    label_en: "percentage",
    // In a cell formatted so, 130,7 typed becomes 130,7%; `0.##%` would show 166% as "166,%".
    number_format: "0.0#%",
    example: "130,7%",
    width: 12.0,
    numeric: true,
    read: |raw, context| figure::read(raw, &FIGURE, context),
    write: |value, decimals, out| {
        write_plainly(value, decimals, out);
        if matches!(value, Value::Number(_)) {
            out.push('%');
        }
    },
};

const FIGURE: Figure = Figure {
    need: Need {
        vi: "một tỷ lệ phần trăm",
        en: "a percentage",
    },
    whole: false,
    percent: true,
    example: TYPE.example,
};

#[cfg(test)]
mod tests {
    use super::super::tests::{error, number, raw_text, warning};
    use super::super::{Raw, Type, Value};

    #[test]
    fn a_percentage_is_the_number_before_the_sign() {
        for (raw, value) in [
            (Raw::Percent(1.307), "130.7"),
            (Raw::Percent(1.0029), "100.29"),
            (Raw::Percent(-0.015), "-1.5"),
            (Raw::Number(130.7), "130.7"),
            (raw_text("130,7%"), "130.7"),
            (raw_text("130,7 %"), "130.7"),
            (raw_text("14,728%"), "14.728"),
        ] {
            assert_eq!(number(Type::Percent, &raw), value, "{raw:?}");
        }
        assert_eq!(
            warning(Type::Percent, &raw_text("130,7")),
            ("130.7".to_owned(), "gia-tri/so-dang-chu")
        );
    }

    #[test]
    fn what_is_no_percentage_says_why() {
        assert_eq!(error(Type::Percent, &raw_text("14.728%")).0, "gia-tri/so-hai-cach-doc");
        let (code, message, _) = error(Type::Percent, &raw_text("đạt"));
        assert_eq!(code, "gia-tri/khong-phai-so");
        assert_eq!(message, "cần một tỷ lệ phần trăm, ô này ghi “đạt”");
    }

    #[test]
    fn it_prints_with_the_sign() {
        for (value, decimals, printed) in [
            ("130.7", None, "130,7%"),
            ("100.294", None, "100,29%"),
            ("166", None, "166%"),
            ("130.75", Some(1), "130,8%"),
        ] {
            assert_eq!(
                Type::Percent.print(&Value::Number(value.parse().unwrap()), decimals),
                printed
            );
        }
    }
}
