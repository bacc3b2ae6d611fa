//! Dates as official Vietnamese text, and text as dates.

use jiff::civil::Date;

use super::fold::{fold, trim};

/// `ngày 05 tháng 02 năm 2026`: day and only months 1 and 2 padded (Decree 30/2020, annex I, II.4.b).
pub fn date_long(date: Date) -> String {
    let mut out = String::from("ngày ");
    push_padded(date.day(), 10, &mut out);
    out.push_str(" tháng ");
    push_padded(date.month(), 3, &mut out);
    out.push_str(" năm ");
    push_year(date, &mut out);
    out
}

/// `05/02/2026`, `19/5/2023`: the same padding in short.
pub fn date_short(date: Date) -> String {
    let mut out = String::with_capacity(10);
    write_date_short(date, &mut out);
    out
}

/// Appends what [`date_short`] returns.
pub fn write_date_short(date: Date, out: &mut String) {
    push_padded(date.day(), 10, out);
    out.push('/');
    push_padded(date.month(), 3, out);
    out.push('/');
    push_year(date, out);
}

/// A date by a pattern as Word's date controls and fields have them: `d`, `dd`, `dddd` (Thứ Hai), `M`, `MM`, `MMMM` (tháng Hai), `yy`, `yyyy`;
/// text between single quotation marks and signs stand as they are. `None` for a pattern with other letters.
pub fn date_by_pattern(date: Date, pattern: &str) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "Một",
        "Hai",
        "Ba",
        "Tư",
        "Năm",
        "Sáu",
        "Bảy",
        "Tám",
        "Chín",
        "Mười",
        "Mười Một",
        "Mười Hai",
    ];
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let (quoted, after) = rest[1..].split_once('\'')?;
            out.push_str(quoted);
            rest = after;
            continue;
        }
        let length = rest.len() - rest.trim_start_matches(first).len();
        let count = length / first.len_utf8();
        match (first, count) {
            ('d', 1) => out.push_str(&date.day().to_string()),
            ('d', 2) => push_padded(date.day(), 10, &mut out),
            ('d', 4) => out.push_str(match date.weekday().to_monday_one_offset() {
                1 => "Thứ Hai",
                2 => "Thứ Ba",
                3 => "Thứ Tư",
                4 => "Thứ Năm",
                5 => "Thứ Sáu",
                6 => "Thứ Bảy",
                _ => "Chủ Nhật",
            }),
            ('M', 1) => out.push_str(&date.month().to_string()),
            ('M', 2) => push_padded(date.month(), 10, &mut out),
            ('M', 4) => {
                out.push_str("tháng ");
                out.push_str(MONTHS.get(date.month() as usize - 1)?);
            }
            ('y', 4) => push_year(date, &mut out),
            ('y', 2) => push_padded((date.year().rem_euclid(100)) as i8, 10, &mut out),
            (letter, _) if letter.is_alphabetic() => return None,
            _ => out.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    Some(out)
}

/// A day or month with a leading zero when it is below a limit.
fn push_padded(number: i8, below: i8, out: &mut String) {
    if number < below {
        out.push('0');
    }
    if number >= 10 {
        out.push(char::from(b'0' + (number / 10) as u8));
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

fn push_year(date: Date, out: &mut String) {
    out.push_str(&format!("{:04}", date.year()));
}

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateText {
    /// It is written like a date, but the calendar has no such day: 31/02/2023.
    NotInCalendar {
        /// What stands for the day.
        day: u32,
        /// What stands for the month.
        month: u32,
        /// What stands for the year.
        year: u32,
    },
    /// The year has two digits: 15/12/23.
    ShortYear,
    /// A month and a year, no day: 12/2023.
    NoDay,
    /// A year only: 2023.
    OnlyYear,
    /// It isn't written like a date.
    None,
}

impl DateText {
    /// The date that is meant when day and month were written the American way round: 12/31/2023.
    pub fn month_first(self) -> Option<Date> {
        match self {
            Self::NotInCalendar { day, month, year } => calendar(month, day, year).ok(),
            _ => None,
        }
    }
}

/// Which of the first two numbers of a date is the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// 15/12/2023.
    DayFirst,
    /// 12/15/2023, the American way.
    MonthFirst,
}

/// A date as a text writes it, before it is known whether the day or the month comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenDate {
    day: u32,
    month: u32,
    year: u32,
    /// Words, or a year in front, say which number is the day.
    certain: bool,
    /// The year has two digits in the text: 00 to 29 are taken as 2000 to 2029, the others as 1930 to 1999, as Excel does.
    pub short_year: bool,
}

impl WrittenDate {
    /// The date when the day comes first, as it does in Vietnamese.
    pub fn day_first(self) -> Result<Date, DateText> {
        calendar(self.day, self.month, self.year)
    }

    /// The date when the month comes first, unless the text itself says that it does not.
    pub fn month_first(self) -> Option<Date> {
        match self.certain {
            true => None,
            false => calendar(self.month, self.day, self.year).ok(),
        }
    }

    /// The order in which alone the text is a date; none where both orders, or neither, give one.
    pub fn only_order(self) -> Option<DateOrder> {
        match (self.certain, self.day_first(), self.month_first()) {
            (false, Ok(_), None) => Some(DateOrder::DayFirst),
            (false, Err(_), Some(_)) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }
}

/// The date that a text stands for: `15/12/2023`, `15-12-2023`, `15.12.2023`, `2023-12-15`,
/// `ngày 15 tháng 12 năm 2023`, a time of day after it or not. The day comes before the month, always.
pub fn parse_date(text: &str) -> Result<Date, DateText> {
    let written = written_date(text)?;
    match written.short_year {
        true => Err(DateText::ShortYear),
        false => written.day_first(),
    }
}

/// The date that a text writes, with either order of day and month and also with a year of two digits.
pub fn written_date(text: &str) -> Result<WrittenDate, DateText> {
    let text = trim(text);
    if text.len() > 64 {
        return Err(DateText::None);
    }
    let folded = fold(text);
    let folded = without_time(&folded);
    let spoken = folded
        .replace("ngay ", "")
        .replace(" thang ", "/")
        .replace(" nam ", "/");
    let in_words = spoken.len() != folded.len();
    let spoken = spoken.trim_start_matches("thang ").trim_start_matches("nam ");
    let mut parts = Vec::with_capacity(3);
    let mut separators = Vec::with_capacity(2);
    let mut rest = spoken;
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        if digits.is_empty() || digits.len() > 4 || parts.len() == 3 {
            return Err(DateText::None);
        }
        parts.push(digits);
        let after = after.trim_start();
        let mut chars = after.chars();
        match chars.next() {
            None => break,
            Some(separator @ ('/' | '-' | '.')) => separators.push(separator),
            Some(_) => return Err(DateText::None),
        }
        rest = chars.as_str().trim_start();
    }
    let number = |digits: &str| digits.parse::<u32>().unwrap_or(0);
    let (first, second, third) = match (parts.as_slice(), separators.as_slice()) {
        (&[first, second, third], &[left, right]) if left == right && (first.len() < 4 || left != '.') => {
            (first, second, third)
        }
        (&[month, year], _) if month.len() <= 2 && year.len() == 4 && (1..=12).contains(&number(month)) => {
            return Err(DateText::NoDay);
        }
        (&[year], _) if year.len() == 4 => return Err(DateText::OnlyYear),
        _ => return Err(DateText::None),
    };
    let (day, year) = match (first.len(), second.len(), third.len()) {
        (1 | 2, 1 | 2, 2 | 4) => (first, third),
        (4, 1 | 2, 1 | 2) => (third, first),
        _ => return Err(DateText::None),
    };
    let short_year = year.len() == 2;
    let century = match (short_year, number(year)) {
        (true, 0..=29) => 2000,
        (true, _) => 1900,
        (false, _) => 0,
    };
    Ok(WrittenDate {
        day: number(day),
        month: number(second),
        year: century + number(year),
        certain: in_words || first.len() == 4,
        short_year,
    })
}

/// A folded text without the time of day at its end: `15/12/2023 08:00`, `2023-12-15t08:00:00`.
fn without_time(text: &str) -> &str {
    let Some((before, after)) = text.split_once(':') else {
        return text;
    };
    let date = before.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_time = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.' | ' ' | 'a' | 'p' | 'm' | 'z');
    match date.strip_suffix([' ', 't']) {
        Some(date) if matches!(before.len() - date.len(), 2 | 3) && after.chars().all(is_time) => date.trim_end(),
        _ => text,
    }
}

fn calendar(day: u32, month: u32, year: u32) -> Result<Date, DateText> {
    let wrong = DateText::NotInCalendar { day, month, year };
    let small = |number: u32| i8::try_from(number).map_err(|_| wrong);
    let year = i16::try_from(year).map_err(|_| wrong)?;
    if year == 0 {
        return Err(wrong);
    }
    Date::new(year, small(month)?, small(day)?).map_err(|_| wrong)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn day_and_only_the_first_two_months_are_padded() {
        for (value, short, long) in [
            (date(2026, 2, 5), "05/02/2026", "ngày 05 tháng 02 năm 2026"),
            (date(2023, 5, 19), "19/5/2023", "ngày 19 tháng 5 năm 2023"),
            (date(2023, 12, 15), "15/12/2023", "ngày 15 tháng 12 năm 2023"),
            (date(2020, 1, 1), "01/01/2020", "ngày 01 tháng 01 năm 2020"),
            (date(2020, 10, 30), "30/10/2020", "ngày 30 tháng 10 năm 2020"),
        ] {
            assert_eq!(date_short(value), short);
            assert_eq!(date_long(value), long);
        }
    }

    #[test]
    fn dates_print_by_the_patterns_of_word() {
        let value = date(2026, 2, 5);
        for (pattern, wanted) in [
            ("dd/MM/yyyy", Some("05/02/2026")),
            ("d/M/yy", Some("5/2/26")),
            ("'ngày' dd 'tháng' MM 'năm' yyyy", Some("ngày 05 tháng 02 năm 2026")),
            ("MMMM yyyy", Some("tháng Hai 2026")),
            ("dddd, d/M", Some("Thứ Năm, 5/2")),
            ("'ngày d", None),
            ("HH:mm", None),
        ] {
            assert_eq!(date_by_pattern(value, pattern).as_deref(), wanted, "{pattern}");
        }
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        for text in [
            "15/12/2023",
            " 15 / 12 / 2023\u{a0}",
            "15-12-2023",
            "15–12–2023",
            "15.12.2023",
            "2023-12-15",
            "2023/12/15",
            "ngày 15 tháng 12 năm 2023",
            "Ngày 15 tháng 12 năm 2023.",
            "15 tháng 12 năm 2023",
            "ngày 15/12/2023",
            "15/12/2023 08:00",
            "15/12/2023  8:00:59 PM",
            "2023-12-15T08:00:00.000Z",
        ] {
            assert_eq!(parse_date(text), Ok(date(2023, 12, 15)), "{text:?}");
        }
        assert_eq!(parse_date("1/2/2023"), Ok(date(2023, 2, 1)));
    }

    #[test]
    fn dates_that_are_none_say_why() {
        let wrong = |day, month, year| Err(DateText::NotInCalendar { day, month, year });
        assert_eq!(parse_date("31/02/2023"), wrong(31, 2, 2023));
        assert_eq!(parse_date("29/02/2023"), wrong(29, 2, 2023));
        assert_eq!(parse_date("00/01/2023"), wrong(0, 1, 2023));
        assert_eq!(parse_date("01/01/0000"), wrong(1, 1, 0));
        assert_eq!(parse_date("12/31/2023"), wrong(12, 31, 2023));
        assert_eq!(
            parse_date("12/31/2023").unwrap_err().month_first(),
            Some(date(2023, 12, 31))
        );
        assert_eq!(parse_date("31/02/2023").unwrap_err().month_first(), None);
        assert_eq!(parse_date("15/12/23"), Err(DateText::ShortYear));
        for text in ["12/2023", "tháng 12 năm 2023", "1-2023"] {
            assert_eq!(parse_date(text), Err(DateText::NoDay), "{text:?}");
        }
        for text in ["2023", "năm 2023"] {
            assert_eq!(parse_date(text), Err(DateText::OnlyYear), "{text:?}");
        }
        for text in [
            "",
            "hôm qua",
            "13/2023",
            "15/12/2023 123:00",
            "15/12/2023 8:00 sáng",
            "08:00 15/12/2023",
            "15/12-2023",
            "15/12/2023/1",
            "1512/2023",
            "123/KH",
            "1/2/3",
            "20231215",
        ] {
            assert_eq!(parse_date(text), Err(DateText::None), "{text:?}");
        }
    }

    #[test]
    fn a_date_tells_its_order_where_only_one_is_possible() {
        let order = |text: &str| written_date(text).unwrap().only_order();
        for text in ["21/09/1996", "21-9-96"] {
            assert_eq!(order(text), Some(DateOrder::DayFirst), "{text}");
        }
        for text in ["10/20/1959", "04/30/84"] {
            assert_eq!(order(text), Some(DateOrder::MonthFirst), "{text}");
        }
        for text in [
            "04/05/1990",
            "05/05/1990",
            "31/02/2023",
            "1959-10-20",
            "ngày 21/9/1996",
            "ngày 21 tháng 9 năm 1996",
        ] {
            assert_eq!(order(text), None, "{text}");
        }
        let written = written_date("04/05/1990").unwrap();
        assert_eq!(written.day_first(), Ok(date(1990, 5, 4)));
        assert_eq!(written.month_first(), Some(date(1990, 4, 5)));
        assert_eq!(written_date("ngày 4/5/1990").unwrap().month_first(), None);
    }

    #[test]
    fn years_of_two_digits_are_those_that_excel_takes() {
        for (text, year) in [("1/2/00", 2000), ("1/2/29", 2029), ("1-2-30", 1930), ("1.2.99", 1999)] {
            let written = written_date(text).unwrap();
            assert!(written.short_year);
            assert_eq!(written.day_first(), Ok(date(year, 2, 1)), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_printed_date_is_read_as_the_same(year in 1i16..=9999, month in 1i8..=12, day in 1i8..=28) {
            let value = date(year, month, day);
            prop_assert_eq!(parse_date(&date_short(value)), Ok(value));
            prop_assert_eq!(parse_date(&date_long(value)), Ok(value));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*", digits in "[0-9/. :t-]{0,20}") {
            for text in [text, digits] {
                if let Ok(written) = written_date(&text) {
                    let _ = (written.day_first(), written.month_first(), written.only_order());
                }
            }
        }
    }
}
