//! What a number format of Excel makes of a number (ECMA-376 part 1, 18.8.30 and 18.8.31; the binary formats use the same).
//!
//! In: a format's code or the number of a built-in one. Out: whether it shows a number, a percentage or a date. How a number
//! is rounded or grouped is left out: cells hold what was computed, not what is shown.

use calamine::{ExcelDateTime, ExcelDateTimeType};
use jiff::civil::Date;

use super::rows::is_percent;
use crate::value::Raw;

/// What a number format shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number; a duration too.
    #[default]
    Number,
    /// A percentage.
    Percent,
    /// A date, a time of day or both.
    Date,
}

impl Kind {
    /// The kind of a format code. Its first section decides, the one for positive numbers.
    pub fn of(code: &str) -> Self {
        if is_percent(code) {
            Self::Percent
        } else if is_date(code) {
            Self::Date
        } else {
            Self::Number
        }
    }

    /// The kind of a format that no file spells out. Those of East Asian calendars are dates, wherever they are used.
    pub fn of_builtin(number: u16) -> Self {
        match number {
            9 | 10 => Self::Percent,
            14..=22 | 27..=36 | 45 | 47 | 50..=58 => Self::Date,
            _ => Self::Number,
        }
    }

    /// What a cell with that format holds. A time of day stays a number.
    pub fn raw(self, number: f64, is_1904: bool) -> Raw {
        match self {
            Self::Percent => Raw::Percent(number),
            Self::Date => date_of(number, is_1904).map_or(Raw::Number(number), Raw::Date),
            Self::Number => Raw::Number(number),
        }
    }
}

/// Whether a code has a letter of a date outside quotes, escapes and brackets; `[h]`, `[mm]` and `[s]` count a duration.
fn is_date(code: &str) -> bool {
    let mut quoted = false;
    let mut bracket: Option<String> = None;
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\\' | '_' | '*' => {
                characters.next();
            }
            ';' => return false,
            '[' => bracket = Some(String::new()),
            ']' => {
                let inner = bracket.take().unwrap_or_default();
                let counts = |unit: char| !inner.is_empty() && inner.chars().all(|c| c.eq_ignore_ascii_case(&unit));
                if ['h', 'm', 's'].into_iter().any(counts) {
                    return false;
                }
            }
            other => match &mut bracket {
                Some(inner) => inner.push(other),
                None if "dmyhsDMYHS".contains(other) => return true,
                None => {}
            },
        }
    }
    false
}

/// The date that a serial number stands for; `None` outside the calendar, as for a time of day.
pub(super) fn date_of(serial: f64, is_1904: bool) -> Option<Date> {
    // 31/12/9999 counted from 1904; calamine takes all that follows for that day.
    if is_1904 && serial >= 2_957_004.0 {
        return None;
    }
    date_in(&ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, is_1904))
}

/// The date part of a moment; `None` for a duration, a time of day and a number outside the calendar.
pub(super) fn date_in(moment: &ExcelDateTime) -> Option<Date> {
    // 2,958,465 is 31/12/9999.
    if !moment.is_datetime() || !(1.0..2_958_466.0).contains(&moment.as_f64()) {
        return None;
    }
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    Date::new(i16::try_from(year).ok()?, month as i8, day as i8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_format_is_a_date_by_its_letters_outside_quotes_and_brackets() {
        for code in [
            "dd/mm/yyyy",
            "[$-42A]d mmmm yyyy;@",
            "H:MM:SS;@",
            "\"ngày \"d",
            "[Red]yyyy",
            "h AM/PM",
            "*-yyyy",
        ] {
            assert_eq!(Kind::of(code), Kind::Date, "{code}");
        }
        for code in [
            "General",
            "#,##0\" đ\"",
            "0\\d",
            "[h]:mm",
            "[>=100][Magenta][ss].00",
            "#,##0*y",
            "0_m",
            "0;d",
            "[$-404]0",
            "",
        ] {
            assert_eq!(Kind::of(code), Kind::Number, "{code}");
        }
        assert_eq!(Kind::of("0.0%;dd"), Kind::Percent);
        assert_eq!(
            [9, 14, 46, 164].map(Kind::of_builtin),
            [Kind::Percent, Kind::Date, Kind::Number, Kind::Number]
        );
    }

    #[test]
    fn serial_numbers_count_from_1900_or_1904() {
        assert_eq!(date_of(45_275.75, false), Some(date(2023, 12, 15)));
        assert_eq!(date_of(43_813.0, true), Some(date(2023, 12, 15)));
        assert_eq!(date_of(2_958_465.0, false), Some(date(9999, 12, 31)));
        for number in [0.0, 0.5, -1.0, 2_958_466.0, f64::NAN, f64::INFINITY] {
            assert_eq!(date_of(number, false), None, "{number}");
        }
        assert_eq!(date_of(2_958_000.0, true), None);
    }
}
