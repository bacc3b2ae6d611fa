//! Numbers as official Vietnamese text, and text as numbers.

use rust_decimal::{Decimal, RoundingStrategy};

use super::fold::{is_blank_char, trim, unify};

/// A number as official Vietnamese text: dot between thousands, comma before at most `decimals` decimals, no trailing zeros.
pub fn number(number: Decimal, decimals: u32) -> String {
    let mut out = String::new();
    write_number(number, decimals, &mut out);
    out
}

/// Appends what [`number`] returns. Rounds half away from zero, as people do.
pub fn write_number(number: Decimal, decimals: u32, out: &mut String) {
    write(number, decimals, true, out);
}

/// A number with a decimal comma and nothing between thousands, all its decimals kept: 1234567,5.
pub fn plain(number: Decimal) -> String {
    let mut out = String::new();
    write_plain(number, &mut out);
    out
}

/// Appends what [`plain`] returns.
pub fn write_plain(number: Decimal, out: &mut String) {
    write(number, Decimal::MAX_SCALE, false, out);
}

fn write(number: Decimal, decimals: u32, grouped: bool, out: &mut String) {
    let number = if number.scale() > decimals {
        number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
    } else {
        number
    };
    let mut scale = number.scale();
    let mut mantissa = number.mantissa().unsigned_abs();
    if mantissa == 0 {
        out.push('0');
        return;
    }
    while scale > 0 && mantissa.is_multiple_of(10) {
        mantissa /= 10;
        scale -= 1;
    }
    if number.is_sign_negative() {
        out.push('-');
    }
    // Digits from the last to the first; a mantissa has at most 29, one more when the number is below 1.
    let mut digits = [b'0'; 32];
    let mut count = 0usize;
    for slot in &mut digits {
        if mantissa == 0 && count > scale as usize {
            break;
        }
        *slot = b'0' + (mantissa % 10) as u8;
        mantissa /= 10;
        count += 1;
    }
    for (place, &digit) in digits.iter().enumerate().take(count).rev() {
        out.push(char::from(digit));
        if let Some(thousands) = place.checked_sub(scale as usize) {
            if thousands == 0 && place > 0 {
                out.push(',');
            } else if grouped && thousands > 0 && thousands.is_multiple_of(3) {
                out.push('.');
            }
        }
    }
}

/// A whole number padded to two digits below ten: 03.
pub fn padded(number: Decimal) -> String {
    let mut out = String::new();
    write_padded(number, &mut out);
    out
}

/// Appends what [`padded`] returns. A number that isn't whole is not padded.
pub fn write_padded(number: Decimal, out: &mut String) {
    if !number.is_sign_negative() && number.fract().is_zero() && number < Decimal::TEN {
        out.push('0');
    }
    write_number(number, 2, out);
}

/// The sign that a writer puts before decimals; the other one then stands between thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalSign {
    /// English: 1,234.5.
    Dot,
    /// Vietnamese: 1.234,5.
    Comma,
}

/// Why a text is no number, or not one number only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberText {
    /// `14.728`: 14728 with the Vietnamese thousands dot, 14,728 with the English decimal point. `14,728` likewise.
    TwoReadings {
        /// The sign that stands in the text.
        sign: DecimalSign,
        /// It stands between thousands.
        grouped: Decimal,
        /// It stands before decimals.
        fraction: Decimal,
    },
    /// More digits than an exact number holds here (28).
    TooLong,
    /// No number at all.
    None,
}

/// The number that a text stands for: `1.234.567,89`, `1,234,567.89`, `1 234 567`, `1'234`, `-3,5`, `3,5-`, `(3,5)`. Characters
/// that can't be seen are overlooked, full-width ones are plain ones. A single separator before three last digits has two
/// readings, and the error carries both.
pub fn parse_number(text: &str) -> Result<Decimal, NumberText> {
    read_number(text).map(|(number, _)| number)
}

/// The sign that the writer of a number puts before decimals, where the text leaves no doubt: `1.234.567`, `3,5`.
pub fn decimal_sign(text: &str) -> Option<DecimalSign> {
    read_number(text).ok()?.1
}

fn read_number(text: &str) -> Result<(Decimal, Option<DecimalSign>), NumberText> {
    let plain: String = text.chars().filter_map(plain_char).collect();
    let (negative, text) = unsigned(trim(&plain));
    let signed = |digits: Digits| digits.decimal(negative);

    // Separators with the digits after each of them; blanks of any kind count as one.
    let mut first = String::new();
    let mut parts: Vec<(char, String)> = Vec::new();
    for c in text.chars() {
        let separator = match c {
            '0'..='9' => {
                parts.last_mut().map_or(&mut first, |(_, digits)| digits).push(c);
                continue;
            }
            '.' | ',' | '\'' => c,
            c if c.is_whitespace() && c != '\n' => ' ',
            _ => return Err(NumberText::None),
        };
        parts.push((separator, String::new()));
        if parts.len() > 16 {
            return Err(NumberText::None);
        }
    }
    if parts.iter().any(|(_, digits)| digits.is_empty()) || (first.is_empty() && parts.len() != 1) {
        return Err(NumberText::None);
    }
    let Some((last, last_digits)) = parts.last() else {
        return Ok((signed(Digits::new(&first, [].into_iter(), ""))?, None));
    };
    let separator = parts[0].0;
    let all_same = parts.iter().all(|(other, _)| *other == separator);
    let groups = &parts[..parts.len() - 1];
    let starts_group = matches!(first.len(), 1..=3) && !first.starts_with('0');
    let is_grouped = |parts: &[(char, String)]| {
        starts_group
            && parts
                .iter()
                .all(|(other, digits)| *other == separator && digits.len() == 3)
    };
    let grouped = || signed(Digits::new(&first, parts.iter().map(|(_, digits)| digits.as_str()), ""));
    let fraction = || {
        let groups = groups.iter().map(|(_, digits)| digits.as_str());
        signed(Digits::new(&first, groups, last_digits))
    };

    if all_same && is_grouped(&parts) {
        return match (sign_of(separator), parts.len()) {
            (Some(sign), 1) => Err(NumberText::TwoReadings {
                sign,
                grouped: grouped()?,
                fraction: fraction()?,
            }),
            (sign, _) => Ok((grouped()?, sign.map(DecimalSign::other))),
        };
    }
    let sign = sign_of(*last);
    let one_fraction = match (sign, groups) {
        (None, _) => false,
        // `01.003` is a code, not a number; a clerk's `03,5` is one.
        (Some(DecimalSign::Dot), []) => !(first.len() > 1 && first.starts_with('0')),
        (Some(_), []) => true,
        (Some(_), groups) => *last != separator && is_grouped(groups),
    };
    if one_fraction {
        Ok((fraction()?, sign))
    } else {
        Err(NumberText::None)
    }
}

impl DecimalSign {
    fn other(self) -> Self {
        match self {
            Self::Dot => Self::Comma,
            Self::Comma => Self::Dot,
        }
    }
}

fn sign_of(separator: char) -> Option<DecimalSign> {
    match separator {
        '.' => Some(DecimalSign::Dot),
        ',' => Some(DecimalSign::Comma),
        _ => None,
    }
}

/// The plain character for one of a number; none for one that can't be seen.
fn plain_char(c: char) -> Option<char> {
    match c {
        // The full-width forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        c if is_blank_char(c) && !c.is_whitespace() => None,
        c => Some(unify(c)),
    }
}

/// Whether a number is negative, and what it is without its sign: `-5`, `5-`, accountants' `(5)`. The apostrophe that
/// makes a cell text in Excel is no part of the number where somebody typed it twice.
fn unsigned(text: &str) -> (bool, &str) {
    let text = trim(text.strip_prefix('\'').unwrap_or(text));
    let bracketed = || text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    let trailing = || {
        text.strip_suffix('-')
            .filter(|text| text.ends_with(|c: char| c.is_ascii_digit()))
    };
    match text.strip_prefix('-').or_else(bracketed).or_else(trailing) {
        Some(text) => (true, trim(text)),
        None => (false, trim(text.strip_prefix('+').unwrap_or(text))),
    }
}

/// The digits of a number and how many of them are decimals.
struct Digits {
    digits: String,
    decimals: usize,
}

impl Digits {
    fn new<'a>(first: &str, groups: impl Iterator<Item = &'a str>, decimals: &str) -> Self {
        let mut digits = first.to_owned();
        digits.extend(groups);
        digits.push_str(decimals);
        Self {
            digits,
            decimals: decimals.len(),
        }
    }

    fn decimal(&self, negative: bool) -> Result<Decimal, NumberText> {
        let digits = self.digits.trim_start_matches('0');
        if self.digits.is_empty() {
            return Err(NumberText::None);
        }
        if digits.len() > 28 || self.decimals > 28 {
            return Err(NumberText::TooLong);
        }
        let mantissa: i128 = if digits.is_empty() {
            0
        } else {
            digits.parse().map_err(|_| NumberText::TooLong)?
        };
        let mantissa = if negative { -mantissa } else { mantissa };
        Decimal::try_from_i128_with_scale(mantissa, self.decimals as u32)
            .map(|number| number.normalize())
            .map_err(|_| NumberText::TooLong)
    }
}

/// Roman numeral of 1 to 3999.
pub fn roman(number: u32) -> Option<String> {
    const SIGNS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if !(1..=3999).contains(&number) {
        return None;
    }
    let mut rest = number;
    let mut out = String::new();
    for (value, sign) in SIGNS {
        while rest >= value {
            out.push_str(sign);
            rest -= value;
        }
    }
    Some(out)
}

/// The letter of the n-th point (from 1) of an official text: a b c d đ e g h i k l m n o p q r s t u v x y.
pub fn point_letter(number: u32) -> Option<char> {
    "abcdđeghiklmnopqrstuvxy".chars().nth(number.checked_sub(1)? as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_print_as_official_texts_write_them() {
        for (value, decimals, printed) in [
            ("14728", 0, "14.728"),
            ("130.7", 2, "130,7"),
            ("100.29", 2, "100,29"),
            ("319317000", 2, "319.317.000"),
            ("3.50", 2, "3,5"),
            ("1000.00", 2, "1.000"),
            ("0.05", 2, "0,05"),
            ("0.005", 2, "0,01"),
            ("-0.005", 2, "-0,01"),
            ("-0.001", 2, "0"),
            ("2.5", 0, "3"),
            ("-2.5", 0, "-3"),
            ("999.999", 2, "1.000"),
            ("-1234567.891", 3, "-1.234.567,891"),
            ("0", 2, "0"),
            ("100", 2, "100"),
            (
                "79228162514264337593543950335",
                2,
                "79.228.162.514.264.337.593.543.950.335",
            ),
            ("0.0000000000000000000000000001", 28, "0,0000000000000000000000000001"),
            ("1234.5", 40, "1.234,5"),
        ] {
            assert_eq!(number(decimal(value), decimals), printed, "{value}");
        }
        assert_eq!(plain(decimal("1234567.50")), "1234567,5");
    }

    #[test]
    fn counts_below_ten_have_a_leading_zero() {
        for (value, printed) in [
            ("0", "00"),
            ("3", "03"),
            ("9", "09"),
            ("10", "10"),
            ("1584", "1.584"),
            ("-3", "-3"),
            ("3.5", "3,5"),
        ] {
            assert_eq!(padded(decimal(value)), printed);
        }
    }

    #[test]
    fn numbers_are_read_in_both_conventions() {
        for (text, value) in [
            ("258", "258"),
            (" 258\u{a0}", "258"),
            ("03", "3"),
            ("03,5", "3.5"),
            ("130,7", "130.7"),
            ("14.4", "14.4"),
            ("1.234,5", "1234.5"),
            ("1.234.567", "1234567"),
            ("1.234.567,89", "1234567.89"),
            ("1,234,567.89", "1234567.89"),
            ("1,234,567", "1234567"),
            ("1 234 567,5", "1234567.5"),
            ("1\u{a0}234\u{202f}567", "1234567"),
            ("0,728", "0.728"),
            ("0.728", "0.728"),
            (",5", "0.5"),
            ("12345.678", "12345.678"),
            ("-3,5", "-3.5"),
            ("\u{2212} 3,5", "-3.5"),
            ("+7", "7"),
            ("0", "0"),
            ("1\u{2009}234\u{a0}567", "1234567"),
            ("1'234", "1234"),
            ("1’234’567.5", "1234567.5"),
            ("'258", "258"),
            ("‘3,5", "3.5"),
            ("2\u{200b}5\u{feff}8", "258"),
            ("258-", "-258"),
            ("3,5−", "-3.5"),
            ("(258)", "-258"),
            ("( 1.234.567,5 )", "-1234567.5"),
            ("–5", "-5"),
            ("１２３，５", "123.5"),
            ("（５）", "-5"),
        ] {
            assert_eq!(parse_number(text), Ok(decimal(value)), "{text:?}");
        }
    }

    #[test]
    fn one_separator_before_three_digits_has_two_readings() {
        let (grouped, fraction) = (decimal("14728"), decimal("14.728"));
        for (text, sign) in [("14.728", DecimalSign::Dot), ("14,728", DecimalSign::Comma)] {
            let both = NumberText::TwoReadings {
                sign,
                grouped,
                fraction,
            };
            assert_eq!(parse_number(text), Err(both));
            assert_eq!(decimal_sign(text), None);
        }
        assert_eq!(
            parse_number("-1.000"),
            Err(NumberText::TwoReadings {
                sign: DecimalSign::Dot,
                grouped: decimal("-1000"),
                fraction: decimal("-1")
            })
        );
    }

    #[test]
    fn a_number_tells_the_sign_before_its_decimals_where_it_has_one_reading() {
        for text in [
            "1.234.567",
            "3,5",
            "1.234,5",
            "0,728",
            "1 234,5",
            "(12,75)",
            "-1.234.567",
        ] {
            assert_eq!(decimal_sign(text), Some(DecimalSign::Comma), "{text}");
        }
        for text in ["1,234,567", "12.75", "1,234.5", "0.728", "12345.678", "1'234.5"] {
            assert_eq!(decimal_sign(text), Some(DecimalSign::Dot), "{text}");
        }
        for text in ["258", "1 234", "1'234", "14.728", "01.003", "hai", ""] {
            assert_eq!(decimal_sign(text), None, "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_numbers() {
        for text in [
            "",
            " ",
            "-",
            "hai trăm",
            "258 triệu",
            "1.2.3",
            "1,2,3",
            "1.234,567,8",
            "12.34.567",
            "01.0001",
            "01.003",
            "5.",
            "1e3",
            "12/3",
            "1 2",
            "..",
            "5%",
            "1.234 567",
            "0x1F",
            "٣",
            "1 234\n567",
            "1'23",
            "5'",
            "-5-",
            "(-5)",
            "(5",
            "5)",
            "()",
            "258 -",
            "+-5",
            "1'234.567'890",
        ] {
            assert_eq!(parse_number(text), Err(NumberText::None), "{text:?}");
        }
        assert_eq!(parse_number(&"9".repeat(40)), Err(NumberText::TooLong));
        assert_eq!(parse_number(&format!("0,{}", "1".repeat(40))), Err(NumberText::TooLong));
    }

    #[test]
    fn numerals_of_headings() {
        for (number, sign) in [
            (1, "I"),
            (4, "IV"),
            (9, "IX"),
            (14, "XIV"),
            (40, "XL"),
            (1994, "MCMXCIV"),
            (3999, "MMMCMXCIX"),
        ] {
            assert_eq!(roman(number).as_deref(), Some(sign));
        }
        assert_eq!(roman(0), None);
        assert_eq!(roman(4000), None);
        assert_eq!(point_letter(1), Some('a'));
        assert_eq!(point_letter(5), Some('đ'));
        assert_eq!(point_letter(7), Some('g'));
        assert_eq!(point_letter(23), Some('y'));
        assert_eq!(point_letter(24), None);
        assert_eq!(point_letter(0), None);
    }

    proptest! {
        #[test]
        fn a_printed_number_is_read_as_the_same(mantissa in -10i64.pow(15)..10i64.pow(15), scale in 0u32..6) {
            let value = Decimal::new(mantissa, scale);
            let read = match parse_number(&number(value, 6)) {
                Err(NumberText::TwoReadings { sign, grouped, fraction }) => match sign {
                    DecimalSign::Dot => grouped,
                    DecimalSign::Comma => fraction,
                },
                other => other.unwrap(),
            };
            prop_assert_eq!(read, value);
            prop_assert_ne!(decimal_sign(&number(value, 6)), Some(DecimalSign::Dot));
        }

        #[test]
        fn a_number_in_english_is_read_as_the_same(mantissa in -10i64.pow(15)..10i64.pow(15), scale in 0u32..6) {
            let value = Decimal::new(mantissa, scale);
            let swap = |c: char| match c {
                '.' => ',',
                ',' => '.',
                other => other,
            };
            let english: String = number(value, 6).chars().map(swap).collect();
            let read = match parse_number(&english) {
                Err(NumberText::TwoReadings { sign, grouped, fraction }) => match sign {
                    DecimalSign::Dot => fraction,
                    DecimalSign::Comma => grouped,
                },
                other => other.unwrap(),
            };
            prop_assert_eq!(read, value);
            prop_assert_ne!(decimal_sign(&english), Some(DecimalSign::Comma));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*", digits in "[-+0-9., '()\u{ff10}\u{2212}]{0,40}") {
            let _ = parse_number(&text);
            let _ = parse_number(&digits);
        }
    }
}
