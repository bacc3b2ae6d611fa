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

/// The date that a text stands for: `15/12/2023`, `15-12-2023`, `15.12.2023`, `2023-12-15`,
/// `ngày 15 tháng 12 năm 2023`. The day comes before the month, always.
pub fn parse_date(text: &str) -> Result<Date, DateText> {
    let text = trim(text);
    if text.len() > 64 {
        return Err(DateText::None);
    }
    let folded = fold(text);
    let spoken = folded
        .replace("ngay ", "")
        .replace(" thang ", "/")
        .replace(" nam ", "/");
    let mut parts = Vec::with_capacity(3);
    let mut separators = Vec::with_capacity(2);
    let mut rest = spoken.as_str();
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
    let (&[first, second, third], &[left, right]) = (parts.as_slice(), separators.as_slice()) else {
        return Err(DateText::None);
    };
    if left != right {
        return Err(DateText::None);
    }
    let number = |digits: &str| digits.parse::<u32>().unwrap_or(0);
    match (first.len(), second.len(), third.len()) {
        (1 | 2, 1 | 2, 4) => calendar(number(first), number(second), number(third)),
        (4, 1 | 2, 1 | 2) if left != '.' => calendar(number(third), number(second), number(first)),
        (1 | 2, 1 | 2, 2) => Err(DateText::ShortYear),
        _ => Err(DateText::None),
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
        for text in [
            "",
            "hôm qua",
            "12/2023",
            "tháng 12 năm 2023",
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

    proptest! {
        #[test]
        fn a_printed_date_is_read_as_the_same(year in 1i16..=9999, month in 1i8..=12, day in 1i8..=28) {
            let value = date(year, month, day);
            prop_assert_eq!(parse_date(&date_short(value)), Ok(value));
            prop_assert_eq!(parse_date(&date_long(value)), Ok(value));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*", digits in "[0-9/. -]{0,14}") {
            let _ = parse_date(&text);
            let _ = parse_date(&digits);
        }
    }
}
