//! `count`: how many persons or things, printed with a leading zero below ten, 03.

use super::fault::Need;
use super::figure::{self, Figure};
use super::{Reading, Type, TypeInfo, Value, write_plainly};
use crate::text;
use crate::vietnamese::{plain, write_padded};

pub(super) const TYPE: TypeInfo = TypeInfo {
    ty: Type::Count,
    name: "count",
    label_vi: "số lượng (số nguyên)",
    label_en: "count (whole number)",
    number_format: "00",
    example: "3",
    width: 10.0,
    numeric: true,
    read: |raw, context| not_negative(figure::read(raw, &FIGURE, context)),
    write: |value, _, out| match value {
        Value::Number(number) => write_padded(*number, out),
        other => write_plainly(other, None, out),
    },
};

const FIGURE: Figure = Figure {
    need: Need {
        vi: "một số lượng",
        en: "a count",
    },
    whole: true,
    percent: false,
    example: TYPE.example,
};

fn not_negative(reading: Reading) -> Reading {
    match reading.value {
        Some(Value::Number(number)) if number.is_sign_negative() && !number.is_zero() => {
            let found = plain(number);
            Reading::error(
                "gia-tri/so-am",
                text!(
                    "cần một số lượng từ 0 trở lên, ô này ghi {found}",
                    "needs a count of 0 or more, this cell says {number}"
                ),
                text!("ghi số không có dấu trừ", "write the number without the minus sign"),
            )
        }
        _ => reading,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, number, raw_text, warning};
    use super::super::{Raw, Type, Value};

    #[test]
    fn counts_below_ten_print_with_a_zero() {
        for (value, printed) in [(0, "00"), (3, "03"), (12, "12"), (1584, "1.584")] {
            assert_eq!(Type::Count.print(&Value::Number(value.into()), None), printed);
        }
        assert_eq!(number(Type::Count, &Raw::Number(3.0)), "3");
        assert_eq!(warning(Type::Count, &raw_text("03")).0, "3");
    }

    #[test]
    fn a_count_is_whole_and_not_negative() {
        let (code, message, hint) = error(Type::Count, &Raw::Number(-3.0));
        assert_eq!(code, "gia-tri/so-am");
        assert_eq!(message, "cần một số lượng từ 0 trở lên, ô này ghi -3");
        assert_eq!(hint, "ghi số không có dấu trừ");
        assert_eq!(error(Type::Count, &raw_text("-3")).0, "gia-tri/so-am");
        assert_eq!(error(Type::Count, &Raw::Number(2.5)).0, "gia-tri/so-khong-nguyen");
        assert_eq!(error(Type::Count, &raw_text("3 cá nhân")).2, "chỉ ghi 3");
    }
}
