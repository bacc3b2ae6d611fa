//! `date`: a date, 17/02/2023.

use jiff::civil::Date;

use super::fault::{self, Need, quoted, quoted_text};
use super::year::YEARS;
use super::{Context, Habit, Raw, Reading, Type, TypeInfo, Value, serial_date, write_plainly};
use crate::diagnostic::{CellRef, Text};
use crate::text;
use crate::vietnamese::{self, DateOrder, DateText, date_short};

pub(super) const TYPE: TypeInfo = TypeInfo {
    ty: Type::Date,
    name: "date",
    label_vi: "ngày tháng năm",
    label_en: "date",
    number_format: "dd/mm/yyyy",
    example: "15/12/2023",
    width: 12.0,
    numeric: false,
    read,
    write: write_plainly,
};

const NEED: Need = Need {
    vi: "một ngày",
    en: "a date",
};

fn read(raw: &Raw, context: &Context) -> Reading {
    match raw {
        Raw::Date(date) => in_range(*date).unwrap_or_else(|| Reading::value(Value::Date(*date))),
        Raw::Text(text) => read_text(text, context),
        Raw::Number(number) => read_number(*number, raw),
        Raw::Percent(_) | Raw::Flag(_) => no_date(&quoted(raw)),
        Raw::Error(error) => fault::formula(error, NEED),
    }
}

fn read_text(text: &str, context: &Context) -> Reading {
    let text = vietnamese::trim(text);
    if text.is_empty() {
        return Reading::none();
    }
    let found = quoted_text(text);
    let written = match vietnamese::written_date(text) {
        Ok(written) => written,
        Err(DateText::NoDay) => {
            return incomplete(
                &found,
                &text!("chỉ có tháng và năm", "which is a month and a year only"),
            );
        }
        Err(DateText::OnlyYear) => return incomplete(&found, &text!("chỉ có năm", "which is a year only")),
        Err(_) if fault::is_blank_mark(text) => {
            let leave = text!(
                "ghi ngày/tháng/năm, hoặc để trống ô nếu chưa có",
                "write day/month/year, or leave the cell blank if there is none"
            );
            return fault::blank_mark(text, NEED, context, leave);
        }
        Err(_) => return no_date(&found),
    };
    let order = context.habits.date_order;
    let (date, because) = match (written.day_first(), written.month_first(), order) {
        (Ok(one), Some(other), Habit::Mixed(first, second)) if one != other => {
            return two_readings(&found, (one, other), (first, second));
        }
        (_, Some(date), Habit::Known(DateOrder::MonthFirst, at)) => {
            let because = text!(
                " vì cột ghi tháng trước ngày (như ở ô {at})",
                ", since the column has the month before the day (such as in cell {at})"
            );
            (date, because)
        }
        (Ok(date), ..) => (date, Text::default()),
        (Err(_), Some(date), Habit::Mixed(..)) => {
            let because = text!(
                " vì tháng được ghi trước ngày",
                ", since the month stands before the day"
            );
            (date, because)
        }
        (Err(wrong), ..) => return not_in_calendar(&found, wrong),
    };
    in_range(date).unwrap_or_else(|| {
        let taken = vietnamese::date_long(date);
        let typed = date_short(date);
        let (vi_because, en_because) = (because.vi, because.en);
        Reading::warning(
            Value::Date(date),
            "gia-tri/ngay-dang-chu",
            text!(
                "cần một ngày, ô này ghi “{found}” dạng chữ, được hiểu là {taken}{vi_because}",
                "needs a date, this cell says “{found}” as text, taken as {date}{en_because}"
            ),
            text!(
                "đặt định dạng ô là Date rồi gõ lại ngày {typed}",
                "format the cell as Date and type the date again"
            ),
        )
    })
}

fn not_in_calendar(found: &str, wrong: DateText) -> Reading {
    Reading::error(
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
    )
}

fn two_readings(found: &str, (one, other): (Date, Date), (first, second): (CellRef, CellRef)) -> Reading {
    let (day_first, month_first) = (vietnamese::date_long(one), vietnamese::date_long(other));
    let (typed, typed_other) = (date_short(one), date_short(other));
    Reading::error(
        "gia-tri/ngay-hai-cach-doc",
        text!(
            "cần một ngày, ô này ghi “{found}” dạng chữ, có thể là {day_first} mà cũng có thể là {month_first}; cột có cả hai lối ghi (như ở ô {first} và ô {second})",
            "needs a date, this cell says “{found}” as text, which may be {one} or {other}; the column has both ways of writing (such as in cells {first} and {second})"
        ),
        text!(
            "đặt định dạng ô là Date rồi gõ lại: {typed} hoặc {typed_other}",
            "format the cell as Date and type it again, the day first: {typed} or {typed_other}"
        ),
    )
}

fn incomplete(found: &str, what: &Text) -> Reading {
    let Text { vi, en } = what;
    Reading::error(
        "gia-tri/ngay-khong-du",
        text!(
            "cần một ngày đủ ngày, tháng, năm, ô này ghi “{found}” {vi}",
            "needs a date with day, month and year, this cell says “{found}”, {en}"
        ),
        text!(
            "ghi đủ ngày/tháng/năm, ví dụ 15/12/2023",
            "write day/month/year, such as 15/12/2023"
        ),
    )
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
    use super::super::{Context, Habit, Habits, Raw, Reading, Type, Value};
    use crate::diagnostic::{CellRef, Severity};
    use crate::vietnamese::DateOrder;

    #[test]
    fn dates_are_read_and_printed() {
        let value = Value::Date(date(2023, 2, 17));
        assert_eq!(
            Type::Date.read(&Raw::Date(date(2023, 2, 17)), &Context::default()),
            Reading::value(value.clone())
        );
        assert_eq!(Type::Date.print(&value, None), "17/02/2023");
        assert_eq!(Type::Date.print(&Value::Date(date(2023, 5, 19)), None), "19/5/2023");
    }

    #[test]
    fn a_date_typed_as_text_is_taken_with_a_warning() {
        for text in ["17/02/2023", "17.2.2023", "ngày 17 tháng 02 năm 2023"] {
            let reading = Type::Date.read(&raw_text(text), &Context::default());
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
    fn a_text_date_is_read_in_the_order_of_its_column() {
        let at = |row| CellRef::new(row, 1);
        let column = |date_order| Context {
            habits: Habits {
                date_order,
                ..Habits::default()
            },
            ..Context::default()
        };
        let month_first = column(Habit::Known(DateOrder::MonthFirst, at(1)));
        let mixed = column(Habit::Mixed(at(1), at(3)));
        let ninety = |month, day| Ok(date(1990, month, day));
        for (text, context, expected) in [
            ("04/05/1990", Context::default(), ninety(5, 4)),
            ("04/05/1990", month_first, ninety(4, 5)),
            ("4-30-90", month_first, ninety(4, 30)),
            ("ngày 4 tháng 5 năm 1990", month_first, ninety(5, 4)),
            ("1990-04-05", month_first, ninety(4, 5)),
            ("04/05/1990", mixed, Err("gia-tri/ngay-hai-cach-doc")),
            ("05/05/1990", mixed, ninety(5, 5)),
            ("21/09/1990", mixed, ninety(9, 21)),
            ("04/30/1990", mixed, ninety(4, 30)),
            ("04/30/1990", Context::default(), Err("gia-tri/ngay-khong-co")),
            ("31/02/1990", month_first, Err("gia-tri/ngay-khong-co")),
            ("4/5/90", Context::default(), ninety(5, 4)),
            ("04/05/1990 08:00", Context::default(), ninety(5, 4)),
        ] {
            let reading = Type::Date.read(&raw_text(text), &context);
            let fault = reading.fault.expect(text);
            let read = match reading.value {
                Some(Value::Date(date)) => Ok(date),
                _ => Err(fault.code),
            };
            assert_eq!(read, expected, "{text}");
        }
        let message = |text, context| Type::Date.read(&raw_text(text), &context).fault.unwrap().message.vi;
        assert_eq!(
            message("04/05/1990", month_first),
            "cần một ngày, ô này ghi “04/05/1990” dạng chữ, được hiểu là ngày 05 tháng 4 năm 1990 vì cột ghi tháng trước ngày (như ở ô B2)"
        );
        assert_eq!(
            message("04/05/1990", mixed),
            "cần một ngày, ô này ghi “04/05/1990” dạng chữ, có thể là ngày 04 tháng 5 năm 1990 mà cũng có thể là ngày 05 tháng 4 năm 1990; cột có cả hai lối ghi (như ở ô B2 và ô B4)"
        );
    }

    #[test]
    fn a_dash_is_a_blank_where_a_blank_is_permitted() {
        for (required, code) in [(false, "gia-tri/coi-la-trong"), (true, "gia-tri/thieu")] {
            let context = Context {
                required,
                ..Context::default()
            };
            let reading = Type::Date.read(&raw_text(" … "), &context);
            assert_eq!((reading.value, reading.fault.unwrap().code), (None, code));
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
                raw_text("12/2023"),
                "gia-tri/ngay-khong-du",
                "cần một ngày đủ ngày, tháng, năm, ô này ghi “12/2023” chỉ có tháng và năm",
                "ghi đủ ngày/tháng/năm, ví dụ 15/12/2023",
            ),
            (
                raw_text("năm 2023"),
                "gia-tri/ngay-khong-du",
                "cần một ngày đủ ngày, tháng, năm, ô này ghi “năm 2023” chỉ có năm",
                "ghi đủ ngày/tháng/năm, ví dụ 15/12/2023",
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
