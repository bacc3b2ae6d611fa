//! `date`: a date, 17/02/2023.

use jiff::civil::Date;

use super::fault::{self, Need, quoted, quoted_text};
use super::year::YEARS;
use super::{Raw, Reading, Type, TypeInfo, Value, serial_date, write_plainly};
use crate::text;
use crate::vietnamese::{self, DateText, date_short, parse_date};

pub(super) const TYPE: TypeInfo = TypeInfo {
    ty: Type::Date,
    name: "date",
    label_vi: "ngày tháng năm",
    label_en: "date",
    number_format: "dd/mm/yyyy",
    example: "15/12/2023",
    width: 12.0,
    numeric: false,
    read: |raw, _| read(raw),
    write: write_plainly,
};

const NEED: Need = Need {
    vi: "một ngày",
    en: "a date",
};

fn read(raw: &Raw) -> Reading {
    match raw {
        Raw::Date(date) => in_range(*date).unwrap_or_else(|| Reading::value(Value::Date(*date))),
        Raw::Text(text) => read_text(text),
        Raw::Number(number) => read_number(*number, raw),
        Raw::Percent(_) | Raw::Flag(_) => no_date(&quoted(raw)),
        Raw::Error(error) => fault::formula(error, NEED),
    }
}

fn read_text(text: &str) -> Reading {
    let text = vietnamese::trim(text);
    if text.is_empty() {
        return Reading::none();
    }
    let found = quoted_text(text);
    match parse_date(text) {
        Ok(date) => in_range(date).unwrap_or_else(|| {
            let taken = vietnamese::date_long(date);
            let typed = date_short(date);
            Reading::warning(
                Value::Date(date),
                "gia-tri/ngay-dang-chu",
                text!(
                    "cần một ngày, ô này ghi “{found}” dạng chữ, được hiểu là {taken}",
                    "needs a date, this cell says “{found}” as text, taken as {date}"
                ),
                text!(
                    "đặt định dạng ô là Date rồi gõ lại ngày {typed}",
                    "format the cell as Date and type the date again"
                ),
            )
        }),
        Err(wrong @ DateText::NotInCalendar { .. }) => Reading::error(
            "gia-tri/ngay-khong-co",
            text!(
                "cần một ngày, ô này ghi “{found}” là ngày không có trong lịch",
                "needs a date, this cell says “{found}”, which is not in the calendar"
            ),
            match wrong.month_first().map(date_short) {
                Some(meant) => text!(
                    "ghi ngày trước, tháng sau: {meant}",
                    "write the day before the month: {meant}"
                ),
                None => text!("kiểm tra lại ngày và tháng", "look at the day and the month again"),
            },
        ),
        Err(DateText::ShortYear) => Reading::error(
            "gia-tri/nam-hai-chu-so",
            text!(
                "cần một ngày có năm đủ bốn chữ số, ô này ghi “{found}”",
                "needs a date whose year has four digits, this cell says “{found}”"
            ),
            text!(
                "ghi đủ năm, ví dụ 15/12/2023",
                "write the whole year, such as 15/12/2023"
            ),
        ),
        Err(DateText::None) => no_date(&found),
    }
}

/// A number in a date column is usually a date that lost its format; a number such as 2023 is a year.
fn read_number(number: f64, raw: &Raw) -> Reading {
    let is_year = (f64::from(*YEARS.start())..=f64::from(*YEARS.end())).contains(&number);
    let Some(date) = serial_date(number).filter(|date| !is_year && YEARS.contains(&date.year())) else {
        return no_date(&quoted(raw));
    };
    let (found, meant) = (quoted(raw), date_short(date));
    Reading::error(
        "gia-tri/ngay-dang-so",
        text!(
            "cần một ngày, ô này là số {found}",
            "needs a date, this cell is the number {found}"
        ),
        text!(
            "nếu đó là ngày {meant} thì đặt định dạng ô là Date",
            "if it is the date {meant}, format the cell as Date"
        ),
    )
}

fn no_date(found: &str) -> Reading {
    Reading::error(
        "gia-tri/khong-phai-ngay",
        text!(
            "cần một ngày, ô này ghi “{found}”",
            "needs a date, this cell says “{found}”"
        ),
        text!(
            "ghi ngày/tháng/năm, ví dụ 15/12/2023",
            "write day/month/year, such as 15/12/2023"
        ),
    )
}

/// What is wrong with a date far from today.
fn in_range(date: Date) -> Option<Reading> {
    if YEARS.contains(&date.year()) {
        return None;
    }
    let (first, last) = (YEARS.start(), YEARS.end());
    let found = date_short(date);
    Some(Reading::error(
        "gia-tri/ngay-ngoai-khoang",
        text!(
            "cần một ngày từ năm {first} đến năm {last}, ô này ghi {found}",
            "needs a date from the year {first} to {last}, this cell says {found}"
        ),
        text!("kiểm tra lại năm", "look at the year again"),
    ))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::tests::{error, raw_text};
    use super::super::{Raw, Reading, Type, Value};
    use crate::diagnostic::Severity;

    #[test]
    fn dates_are_read_and_printed() {
        let value = Value::Date(date(2023, 2, 17));
        assert_eq!(
            Type::Date.read(&Raw::Date(date(2023, 2, 17)), &[]),
            Reading::value(value.clone())
        );
        assert_eq!(Type::Date.print(&value, None), "17/02/2023");
        assert_eq!(Type::Date.print(&Value::Date(date(2023, 5, 19)), None), "19/5/2023");
    }

    #[test]
    fn a_date_typed_as_text_is_taken_with_a_warning() {
        for text in ["17/02/2023", "17.2.2023", "ngày 17 tháng 02 năm 2023"] {
            let reading = Type::Date.read(&raw_text(text), &[]);
            assert_eq!(reading.value, Some(Value::Date(date(2023, 2, 17))));
            let fault = reading.fault.unwrap();
            assert_eq!(
                (fault.code, fault.severity),
                ("gia-tri/ngay-dang-chu", Severity::Warning)
            );
            assert!(
                fault.message.vi.ends_with("được hiểu là ngày 17 tháng 02 năm 2023"),
                "{}",
                fault.message.vi
            );
        }
    }

    #[test]
    fn what_is_no_date_says_why() {
        for (raw, code, message, hint) in [
            (
                raw_text("31/02/2023"),
                "gia-tri/ngay-khong-co",
                "cần một ngày, ô này ghi “31/02/2023” là ngày không có trong lịch",
                "kiểm tra lại ngày và tháng",
            ),
            (
                raw_text("10/20/1959"),
                "gia-tri/ngay-khong-co",
                "cần một ngày, ô này ghi “10/20/1959” là ngày không có trong lịch",
                "ghi ngày trước, tháng sau: 20/10/1959",
            ),
            (
                raw_text("15/12/23"),
                "gia-tri/nam-hai-chu-so",
                "cần một ngày có năm đủ bốn chữ số, ô này ghi “15/12/23”",
                "ghi đủ năm, ví dụ 15/12/2023",
            ),
            (
                raw_text("hôm qua"),
                "gia-tri/khong-phai-ngay",
                "cần một ngày, ô này ghi “hôm qua”",
                "ghi ngày/tháng/năm, ví dụ 15/12/2023",
            ),
            (
                Raw::Number(45275.0),
                "gia-tri/ngay-dang-so",
                "cần một ngày, ô này là số 45275",
                "nếu đó là ngày 15/12/2023 thì đặt định dạng ô là Date",
            ),
            (
                Raw::Number(2023.0),
                "gia-tri/khong-phai-ngay",
                "cần một ngày, ô này ghi “2023”",
                "ghi ngày/tháng/năm, ví dụ 15/12/2023",
            ),
            (
                Raw::Date(date(203, 12, 15)),
                "gia-tri/ngay-ngoai-khoang",
                "cần một ngày từ năm 1900 đến năm 2100, ô này ghi 15/12/0203",
                "kiểm tra lại năm",
            ),
        ] {
            let found = error(Type::Date, &raw);
            assert_eq!((found.0, found.1.as_str(), found.2.as_str()), (code, message, hint));
        }
        assert_eq!(error(Type::Date, &Raw::Number(f64::NAN)).0, "gia-tri/khong-phai-ngay");
        assert_eq!(error(Type::Date, &Raw::Error("#N/A".into())).0, "gia-tri/cong-thuc-loi");
        assert_eq!(error(Type::Date, &Raw::Flag(true)).0, "gia-tri/khong-phai-ngay");
    }
}
