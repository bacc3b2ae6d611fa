//! `year`: a year, 2023.

use std::ops::RangeInclusive;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::fault::Need;
use super::figure::{self, Figure};
use super::{Context, Raw, Reading, Type, TypeInfo, Value, write_plainly};
use crate::text;
use crate::vietnamese::{plain, write_plain};

pub(super) const TYPE: TypeInfo = TypeInfo {
    ty: Type::Year,
    name: "year",
    label_vi: "năm",
    label_en: "year",
    number_format: "0",
    example: "2023",
    width: 8.0,
    numeric: true,
    read,
    write: |value, _, out| match value {
        Value::Number(number) => write_plain(*number, out),
        other => write_plainly(other, None, out),
    },
};

const FIGURE: Figure = Figure {
    need: Need {
        vi: "một năm",
        en: "a year",
    },
    whole: true,
    percent: false,
    example: TYPE.example,
};

/// Years that an official text of today can mean.
pub(super) const YEARS: RangeInclusive<i16> = 1900..=2100;

fn read(raw: &Raw, context: &Context) -> Reading {
    let reading = figure::read(raw, &FIGURE, context);
    if let Raw::Date(date) = raw {
        let year = date.year();
        return Reading {
            value: None,
            fault: reading.fault.map(|fault| super::Fault {
                hint: Some(text!(
                    "đặt định dạng ô là Number rồi chỉ ghi năm: {year}",
                    "format the cell as Number and write the year only: {year}"
                )),
                ..fault
            }),
        };
    }
    match reading.value {
        Some(Value::Number(number)) if !is_year(number) => {
            let found = plain(number);
            let (first, last) = (YEARS.start(), YEARS.end());
            Reading::error(
                "gia-tri/nam-ngoai-khoang",
                text!(
                    "cần một năm từ {first} đến {last}, ô này ghi {found}",
                    "needs a year from {first} to {last}, this cell says {number}"
                ),
                text!(
                    "ghi đủ bốn chữ số của năm, ví dụ 2023",
                    "write all four digits of the year, such as 2023"
                ),
            )
        }
        _ => reading,
    }
}

fn is_year(number: Decimal) -> bool {
    number.to_i16().is_some_and(|year| YEARS.contains(&year))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, number, raw_text, warning};
    use super::super::{Raw, Type, Value};
    use crate::vietnamese::parse_date;

    #[test]
    fn years_print_without_a_separator() {
        assert_eq!(number(Type::Year, &Raw::Number(2023.0)), "2023");
        assert_eq!(Type::Year.print(&Value::Number(2023.into()), None), "2023");
        assert_eq!(warning(Type::Year, &raw_text("2023")).0, "2023");
    }

    #[test]
    fn what_is_no_year_says_why() {
        let (code, message, hint) = error(Type::Year, &Raw::Number(23.0));
        assert_eq!(code, "gia-tri/nam-ngoai-khoang");
        assert_eq!(message, "cần một năm từ 1900 đến 2100, ô này ghi 23");
        assert_eq!(hint, "ghi đủ bốn chữ số của năm, ví dụ 2023");
        assert_eq!(error(Type::Year, &Raw::Number(1e20)).0, "gia-tri/nam-ngoai-khoang");
        assert_eq!(error(Type::Year, &Raw::Number(2023.5)).0, "gia-tri/so-khong-nguyen");
        assert_eq!(error(Type::Year, &raw_text("năm 2023")).2, "chỉ ghi 2023");
        let date = Raw::Date(parse_date("15/12/2023").unwrap());
        assert_eq!(
            error(Type::Year, &date).2,
            "đặt định dạng ô là Number rồi chỉ ghi năm: 2023"
        );
    }
}
