//! What all numeric types share: from a cell to one exact number, or why not.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use super::fault::{self, Need, quoted, quoted_text};
use super::{Context, Habit, Raw, Reading, Value, unit};
use crate::diagnostic::Text;
use crate::text;
use crate::vietnamese::{self, DecimalSign, NumberText, plain};

/// Which numbers a type takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figure {
    pub need: Need,
    /// No decimals.
    pub whole: bool,
    /// Cells formatted as percentages, and texts with a % sign.
    pub percent: bool,
    pub example: &'static str,
}

/// The exact number that Excel shows for a cell: 15 significant digits, so that 0.1 + 0.2 is 0.3. None when it is too
/// large for an exact number (about 7.9 × 10²⁸), or no number at all.
pub fn decimal_of(number: f64) -> Option<Decimal> {
    /// Below it, every whole number has at most 15 digits.
    const DIGITS_15: f64 = 1e15;
    /// The usual cells have few decimals: the number nearest to one with at most four is that one.
    const POWERS: [f64; 5] = [1.0, 10.0, 100.0, 1000.0, 10_000.0];
    for (scale, power) in POWERS.into_iter().enumerate() {
        let scaled = (number * power).round();
        if scaled.abs() < DIGITS_15 && scaled / power == number {
            return Some(Decimal::new(scaled as i64, scale as u32));
        }
    }
    if !number.is_finite() {
        return None;
    }
    if number.abs() < 1e-28 {
        return Some(Decimal::ZERO);
    }
    let text = format!("{number:.14e}");
    let number = Decimal::from_scientific(&text)
        .ok()
        .or_else(|| Decimal::from_f64(number));
    number.map(|number| number.normalize())
}

/// The exact percentage of a cell formatted as one: 1.307 is 130.7.
pub(super) fn percent_of(number: f64) -> Option<Decimal> {
    decimal_of(number)?
        .checked_mul(Decimal::ONE_HUNDRED)
        .map(|percent| percent.normalize())
}

/// The date that a number stands for in a cell formatted as a date (1900 system, from 1 March 1900 on).
pub fn serial_date(serial: f64) -> Option<Date> {
    if !(61.0..2_958_466.0).contains(&serial) {
        return None;
    }
    date(1899, 12, 30).checked_add((serial.floor() as i64).days()).ok()
}

/// Reads a cell as a number of a kind.
pub(super) fn read(raw: &Raw, figure: &Figure, context: &Context) -> Reading {
    let number = match raw {
        Raw::Text(text) => return read_text(text, figure, context),
        Raw::Number(number) => decimal_of(*number),
        Raw::Percent(number) if figure.percent || context.is_percent() => percent_of(*number),
        Raw::Percent(_) => {
            let found = quoted(raw);
            return percentage(&found, found.trim_end_matches('%'), figure);
        }
        Raw::Date(found) => return read_date(*found, figure),
        Raw::Flag(_) => return not_a_number(&quoted(raw), figure),
        Raw::Error(error) => return fault::formula(error, figure.need),
    };
    let Some(number) = number else {
        return too_large(&quoted(raw), figure);
    };
    read_exact(number, figure)
}

fn read_text(text: &str, figure: &Figure, context: &Context) -> Reading {
    let Need { vi, en } = figure.need;
    let text = vietnamese::trim(text);
    if text.is_empty() {
        return Reading::none();
    }
    let found = quoted_text(text);
    let percent = figure.percent || context.is_percent();
    let (digits, has_sign) = match text.strip_suffix(['%', '％']) {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    let mut number = vietnamese::parse_number(digits);
    let mut factors = (Decimal::ONE, Decimal::ONE);
    let mut unit = None;
    if number == Err(NumberText::None) {
        if fault::is_blank_mark(text) {
            let zero = text!(
                "nếu bằng không thì ghi 0, nếu không có số liệu thì để trống ô",
                "if the figure is zero, write 0; if there is none, leave the cell blank"
            );
            return fault::blank_mark(text, figure.need, context, zero);
        }
        if let (Some((digits, written)), Some(wanted), false) = (with_unit(text), context.unit, has_sign) {
            number = vietnamese::parse_number(digits);
            if !matches!(number, Err(NumberText::None | NumberText::TooLong)) {
                match unit::factors(written, wanted) {
                    Some(found) => factors = found,
                    None => return other_unit(&found, written, wanted, figure),
                }
                unit = Some(wanted);
            }
        }
    }
    let same_unit = factors.0 == factors.1;
    let convert = |number| unit::convert(number, factors);
    let (converted, because) = match number {
        Ok(_) | Err(NumberText::TwoReadings { .. }) if has_sign && !percent => {
            return percentage(&found, vietnamese::trim(digits), figure);
        }
        Ok(number) => match convert(number) {
            Some(number) => (number, None),
            None => return too_large(&found, figure),
        },
        Err(NumberText::TwoReadings {
            sign,
            grouped,
            fraction,
        }) => {
            let (Some(grouped), Some(fraction)) = (convert(grouped), convert(fraction)) else {
                return too_large(&found, figure);
            };
            match choose((sign, grouped, fraction), same_unit, figure, context) {
                Some(chosen) => chosen,
                None => return two_readings(&found, grouped, fraction, figure, context),
            }
        }
        Err(NumberText::TooLong) => return too_large(&found, figure),
        Err(NumberText::None) => return with_words(text, &found, figure),
    };
    let reading = read_exact(converted, figure);
    if reading.fault.is_some() || has_sign && because.is_none() {
        return reading;
    }
    // Codes differ by how sure the value is: findings of one code down a column are told by the first of them.
    let code = match (&because, unit) {
        (Some(_), _) => "gia-tri/so-suy-ra",
        (None, None) => "gia-tri/so-dang-chu",
        (None, Some(_)) if same_unit => "gia-tri/kem-don-vi",
        (None, Some(_)) => "gia-tri/doi-don-vi",
    };
    let because = because.unwrap_or_default();
    let (typed, vi_because, en_because) = (plain(converted), because.vi, because.en);
    let message = match unit {
        None => text!(
            "cần {vi}, ô này ghi số “{found}” dạng chữ, được hiểu là {typed}{vi_because}",
            "needs {en}, this cell holds the number “{found}” as text, taken as {converted}{en_because}"
        ),
        Some(_) if same_unit => text!(
            "cần {vi} không kèm đơn vị, ô này ghi “{found}”, được hiểu là {typed}{vi_because}",
            "needs {en} without a unit, this cell says “{found}”, taken as {converted}{en_because}"
        ),
        Some(wanted) => text!(
            "cần {vi} tính bằng «{wanted}», ô này ghi “{found}”, được đổi thành {typed} {wanted}{vi_because}",
            "needs {en} in «{wanted}», this cell says “{found}”, converted to {converted} {wanted}{en_because}"
        ),
    };
    let hint = match unit {
        None => text!(
            "đặt định dạng ô là Number rồi gõ lại: {typed}",
            "format the cell as Number and type it again: {converted}"
        ),
        Some(_) => text!("chỉ ghi {typed}", "write {converted} only"),
    };
    Reading::warning(Value::Number(converted), code, message, hint)
}

/// Which of two readings is meant, and why where the type alone does not tell: by the other texts of the column, or because
/// the other number is not permitted. None where these are silent or contradict each other.
fn choose(
    (sign, grouped, fraction): (DecimalSign, Decimal, Decimal),
    same_unit: bool,
    figure: &Figure,
    context: &Context,
) -> Option<(Decimal, Option<Text>)> {
    // A whole number can't have the decimals of the other reading, but 3.125 tỷ đồng is a whole number of đồng.
    if figure.whole && same_unit {
        return Some((grouped, None));
    }
    // Nobody means a percentage of thousands by a comma.
    if (figure.percent || context.is_percent()) && sign == DecimalSign::Comma {
        return Some((fraction, None));
    }
    let permitted = (context.permits(grouped), context.permits(fraction));
    match (context.habits.decimal_sign, permitted.0, permitted.1) {
        (Habit::Known(known, at), grouped_too, fraction_too) => {
            let (number, fits, other_fits) = match known == sign {
                true => (fraction, fraction_too, grouped_too),
                false => (grouped, grouped_too, fraction_too),
            };
            let because = text!(
                ", theo cách viết số của cột (như ở ô {at})",
                ", as numbers are written in the column (such as in cell {at})"
            );
            (fits || !other_fits).then_some((number, Some(because)))
        }
        (_, true, false) => Some((grouped, Some(not_permitted(fraction)))),
        (_, false, true) => Some((fraction, Some(not_permitted(grouped)))),
        _ => None,
    }
}

fn not_permitted(number: Decimal) -> Text {
    let shown = plain(number);
    text!(
        ", vì {shown} nằm ngoài khoảng cho phép của cột",
        ", since {number} is outside of what the column permits"
    )
}

fn two_readings(found: &str, grouped: Decimal, fraction: Decimal, figure: &Figure, context: &Context) -> Reading {
    let Need { vi, en } = figure.need;
    let (whole, decimal) = (plain(grouped), plain(fraction));
    let both = match context.habits.decimal_sign {
        Habit::Mixed(one, other) => text!(
            "; cột có cả hai lối viết (như ở ô {one} và ô {other})",
            "; the column has both ways of writing (such as in cells {one} and {other})"
        ),
        _ => Text::default(),
    };
    let (vi_both, en_both) = (both.vi, both.en);
    Reading::error(
        "gia-tri/so-hai-cach-doc",
        text!(
            "cần {vi}, ô này ghi “{found}” dạng chữ, có thể là {whole} mà cũng có thể là {decimal}{vi_both}",
            "needs {en}, this cell says “{found}” as text, which may be {grouped} or {fraction}{en_both}"
        ),
        text!(
            "đặt định dạng ô là Number rồi gõ lại: {whole} hoặc {decimal}",
            "format the cell as Number and type it again: {grouped} or {fraction}"
        ),
    )
}

/// A figure and the unit typed behind it: 258 and `triệu đồng`. Whether either is one is not yet known.
pub(super) fn with_unit(text: &str) -> Option<(&str, &str)> {
    let is_unit = |c: char| {
        vietnamese::is_blank_char(c)
            || c.is_alphabetic()
            || matches!(c, '/' | '.' | '(' | ')' | '²' | '³' | '2' | '3' | '₫')
    };
    let start = text.find(|c: char| c.is_alphabetic() || c == '₫')?;
    let (number, unit) = text.split_at_checked(start)?;
    (!number.is_empty() && unit.len() <= 60 && unit.chars().all(is_unit)).then_some((number, vietnamese::trim(unit)))
}

fn other_unit(found: &str, written: &str, wanted: &str, figure: &Figure) -> Reading {
    let Need { vi, en } = figure.need;
    Reading::error(
        "gia-tri/khac-don-vi",
        text!(
            "cần {vi} tính bằng «{wanted}», ô này ghi “{found}” kèm «{written}»",
            "needs {en} in «{wanted}», this cell says “{found}” with «{written}»"
        ),
        text!(
            "đổi số sang «{wanted}» rồi chỉ ghi số",
            "convert the figure to «{wanted}» and write the number only"
        ),
    )
}

fn read_exact(number: Decimal, figure: &Figure) -> Reading {
    let Need { vi, en } = figure.need;
    if figure.whole && !number.fract().is_zero() {
        let found = plain(number);
        return Reading::error(
            "gia-tri/so-khong-nguyen",
            text!("cần {vi}, ô này ghi {found}", "needs {en}, this cell says {number}"),
            text!(
                "ghi lại số không có phần thập phân",
                "write the number without decimals"
            ),
        );
    }
    Reading::value(Value::Number(number))
}

fn read_date(found: Date, figure: &Figure) -> Reading {
    let Need { vi, en } = figure.need;
    let found = fault::shown(&Raw::Date(found));
    Reading::error(
        "gia-tri/ngay-trong-cot-so",
        text!(
            "cần {vi}, ô này là ngày {found}",
            "needs {en}, this cell is the date {found}"
        ),
        text!(
            "Excel đã đổi nội dung gõ vào thành ngày: đặt định dạng ô là Number rồi gõ lại số",
            "Excel turned what was typed into a date: format the cell as Number and type the number again"
        ),
    )
}

fn percentage(found: &str, digits: &str, figure: &Figure) -> Reading {
    let Need { vi, en } = figure.need;
    Reading::error(
        "gia-tri/phan-tram-trong-cot-so",
        text!(
            "cần {vi}, ô này là tỷ lệ “{found}”",
            "needs {en}, this cell is the percentage “{found}”"
        ),
        text!(
            "đặt định dạng ô là Number rồi gõ số không có dấu %, ví dụ {digits}",
            "format the cell as Number and type the number without %, such as {digits}"
        ),
    )
}

fn too_large(found: &str, figure: &Figure) -> Reading {
    let Need { vi, en } = figure.need;
    Reading::error(
        "gia-tri/so-qua-lon",
        text!(
            "cần {vi}, ô này ghi “{found}”, quá nhiều chữ số",
            "needs {en}, this cell says “{found}”, which has too many digits"
        ),
        text!("kiểm tra lại số trong ô", "look at the number in the cell again"),
    )
}

fn not_a_number(found: &str, figure: &Figure) -> Reading {
    let Need { vi, en } = figure.need;
    let example = figure.example;
    Reading::error(
        "gia-tri/khong-phai-so",
        text!("cần {vi}, ô này ghi “{found}”", "needs {en}, this cell says “{found}”"),
        text!(
            "ghi bằng chữ số, ví dụ {example}",
            "write it in digits, such as {example}"
        ),
    )
}

/// A text that isn't a number only: perhaps one number with words around it.
fn with_words(text: &str, found: &str, figure: &Figure) -> Reading {
    let Need { vi, en } = figure.need;
    if matches!(vietnamese::fold(text).as_str(), "" | "x" | "khong" | "nt") {
        return Reading {
            fault: not_a_number(found, figure).fault.map(|fault| super::Fault {
                hint: Some(text!(
                    "để trống ô nếu không có số liệu",
                    "leave the cell blank when there is no figure"
                )),
                ..fault
            }),
            value: None,
        };
    }
    let Some(number) = only_number(text) else {
        return not_a_number(found, figure);
    };
    Reading::error(
        "gia-tri/so-kem-chu",
        text!(
            "cần {vi} không kèm chữ, ô này ghi “{found}”",
            "needs {en} without words, this cell says “{found}”"
        ),
        text!("chỉ ghi {number}", "write {number} only"),
    )
}

/// The one number within a text of words: 258 of “258 triệu đồng”.
fn only_number(text: &str) -> Option<&str> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let rest = text.get(start..)?;
    let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
    let (number, after) = rest.split_at_checked(end)?;
    let number = number.trim_end_matches(['.', ',']);
    let before = text.get(..start)?;
    let is_word = |c: char| vietnamese::is_blank_char(c) || c.is_alphabetic() || "%‰²³°$₫€~≈<>≥≤.,;:()\"“”".contains(c);
    let is_number = !matches!(
        vietnamese::parse_number(number),
        Err(NumberText::None | NumberText::TooLong)
    );
    (is_number && before.chars().all(is_word) && after.chars().all(|c| is_word(c) || c == '/')).then_some(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cell_holds_what_excel_shows() {
        for (number, exact) in [
            (0.1 + 0.2, "0.3"),
            (1.0029, "1.0029"),
            (197.7 / 3.0, "65.9"),
            (1.0 / 3.0, "0.333333333333333"),
            (2.0 / 3.0, "0.666666666666667"),
            (1e20, "100000000000000000000"),
            (123_456_789_012_345_680.0, "123456789012346000"),
            (-0.0, "0"),
            (-2.5, "-2.5"),
            (1e-300, "0"),
            (319_317_000.0, "319317000"),
            (1.005, "1.005"),
            (1.005 * 1000.0, "1005"),
            (4.35 * 100.0, "435"),
            (1e15, "1000000000000000"),
            (1e21, "1000000000000000000000"),
            (f64::MIN_POSITIVE, "0"),
            (f64::from_bits(1), "0"),
            (-f64::from_bits(1), "0"),
        ] {
            assert_eq!(decimal_of(number), Some(exact.parse().unwrap()), "{number}");
        }
        for number in [f64::NAN, f64::INFINITY, f64::MAX, -1e29] {
            assert_eq!(decimal_of(number), None);
        }
        assert_eq!(percent_of(1.0029), Some("100.29".parse().unwrap()));
        assert_eq!(percent_of(1.307), Some("130.7".parse().unwrap()));
        assert_eq!(percent_of(0.07), Some("7".parse().unwrap()));
        assert_eq!(percent_of(7e28), None);
    }

    #[test]
    fn a_serial_number_is_a_date_of_the_1900_system() {
        assert_eq!(serial_date(45275.0), Some(date(2023, 12, 15)));
        assert_eq!(serial_date(45275.75), Some(date(2023, 12, 15)));
        assert_eq!(serial_date(61.0), Some(date(1900, 3, 1)));
        assert_eq!(serial_date(2_958_465.0), Some(date(9999, 12, 31)));
        for number in [f64::NAN, -1.0, 0.0, 2_958_466.0, 1e300] {
            assert_eq!(serial_date(number), None);
        }
    }

    #[test]
    fn one_number_among_words_is_found() {
        for (text, number) in [
            ("258 triệu đồng", Some("258")),
            ("14.728m²", Some("14.728")),
            ("khoảng 50 người", Some("50")),
            ("năm 2023", Some("2023")),
            ("3,5 tấn/ha.", Some("3,5")),
            ("2-3 người", None),
            ("3/2", None),
            ("50 người, 3 hộ", None),
            ("hai trăm", None),
            ("1.2.3 m", None),
        ] {
            assert_eq!(only_number(text), number, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_number_makes_it_panic(bits in any::<u64>()) {
            let number = f64::from_bits(bits);
            if let Some(exact) = decimal_of(number) {
                let back: f64 = exact.to_string().parse().unwrap();
                prop_assert!((back - number).abs() <= number.abs() * 1e-14 + 1e-28);
            }
            let _ = percent_of(number);
            let _ = serial_date(number);
        }

        #[test]
        fn a_typed_decimal_is_kept(mantissa in -10i64.pow(14)..10i64.pow(14), scale in 0u32..9) {
            let exact = Decimal::new(mantissa, scale);
            prop_assert_eq!(decimal_of(exact.to_string().parse().unwrap()), Some(exact));
        }
    }
}
