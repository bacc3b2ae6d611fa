//! What a column holds: its type by the cells, and by its label where there are none.

use std::collections::BTreeMap;

use super::person::{self, Personal};
use crate::diagnostic::Text;
use crate::text;
use crate::value::{Context, Raw, Type, decimal_of};
use crate::vietnamese::{fold, is_blank_char, parse_number, trim};

/// Of a column of figures at least so many in a hundred are.
const MOSTLY: usize = 80;
/// Most values of a choice, and most characters of one.
const MOST_CHOICES: usize = 12;
const LONGEST_CHOICE: usize = 60;
/// Characters past which a text needs several lines.
const LONG: usize = 300;
/// Lengths that a text may be held to.
const LENGTHS: [usize; 7] = [100, 250, 500, 1_000, 2_000, 4_000, 8_000];
/// Decimals that people type; more are computed.
const TYPED_DECIMALS: u32 = 4;

/// What was made out of a column.
#[derive(Debug)]
pub(super) struct Guess {
    pub ty: Type,
    pub choices: Vec<String>,
    pub decimals: Option<u32>,
    pub max_length: Option<usize>,
    pub personal: Option<Personal>,
    /// How many cells it was made out from.
    pub values: usize,
    /// Why it is to be looked at.
    pub doubt: Option<Text>,
}

/// The type of a column by its label, its unit and its cells.
pub(super) fn guess(label: &str, unit: Option<&str>, cells: &[&Raw]) -> Guess {
    let cells: Vec<&Raw> = cells.iter().copied().filter(|raw| says_something(raw)).collect();
    let mut guess = Guess {
        ty: Type::Text,
        choices: Vec::new(),
        decimals: None,
        max_length: None,
        personal: None,
        values: cells.len(),
        doubt: None,
    };
    if cells.is_empty() {
        guess.ty = by_label(label, unit);
        guess.personal = person::of(label, [].into_iter());
        guess.settle_personal();
        return guess;
    }
    let count = |holds: &dyn Fn(&Raw) -> bool| cells.iter().filter(|raw| holds(raw)).count();
    let mostly = |found: usize| found * 100 >= cells.len() * MOSTLY;
    let dates = count(&|raw| match raw {
        Raw::Date(_) => true,
        Raw::Text(text) => Type::Date.read(raw, &Context::default()).value.is_some() && text.contains(['/', '-', '.']),
        _ => false,
    });
    let numbers = count(&|raw| number_of(raw).is_some());
    let flags = count(&|raw| match raw {
        Raw::Flag(_) => true,
        Raw::Text(text) => matches!(fold(text).as_str(), "x" | "v" | "co" | "khong" | "✓" | "×"),
        _ => false,
    });
    if flags == cells.len() {
        guess.ty = Type::Flag;
    } else if mostly(dates) {
        guess.ty = Type::Date;
    } else if mostly(numbers) && !is_code(label, &cells) {
        guess.figure(label, unit, &cells);
    } else {
        guess.text(label, &cells);
    }
    if guess.personal.is_none() && guess.ty != Type::Flag {
        // A name is told by its letters as well, which no figure has.
        guess.personal = person::of(label, [].into_iter()).filter(|personal| *personal != Personal::Name);
        guess.settle_personal();
    }
    let odd = cells.len()
        - match guess.ty {
            Type::Date => dates,
            ty if ty.is_numeric() => numbers,
            _ => cells.len(),
        };
    if odd > 0 && guess.doubt.is_none() {
        guess.doubt = Some(text!(
            "có {odd} ô không đúng kiểu này",
            "{odd} cell(s) are not of this type"
        ));
    }
    guess
}

impl Guess {
    fn figure(&mut self, label: &str, unit: Option<&str>, cells: &[&Raw]) {
        let key = fold(label);
        let numbers: Vec<_> = cells.iter().filter_map(|raw| number_of(raw)).collect();
        let percents = cells
            .iter()
            .filter(|raw| match raw {
                Raw::Percent(_) => true,
                Raw::Text(text) => trim(text).ends_with('%'),
                _ => false,
            })
            .count();
        let is_whole = numbers.iter().all(|number| number.fract().is_zero());
        let is_year = |number: &rust_decimal::Decimal| {
            number.fract().is_zero() && (1900..=2100).any(|year| rust_decimal::Decimal::from(year) == *number)
        };
        self.ty = if percents * 2 > cells.len() || unit == Some("%") || label.contains('%') {
            Type::Percent
        } else if key.contains("nam") && numbers.iter().all(is_year) {
            Type::Year
        } else if is_whole && counts(&key) && numbers.iter().all(|number| !number.is_sign_negative()) {
            Type::Count
        } else if is_whole {
            Type::Integer
        } else {
            Type::Decimal
        };
        if !is_whole && self.ty == Type::Decimal {
            let scales = numbers.iter().map(|number| number.normalize().scale());
            let typed = scales.filter(|scale| *scale <= TYPED_DECIMALS).max();
            self.decimals = typed.filter(|scale| *scale > 2);
        }
    }

    fn text(&mut self, label: &str, cells: &[&Raw]) {
        let texts: Vec<&str> = cells
            .iter()
            .filter_map(|raw| match raw {
                Raw::Text(text) => Some(trim(text)),
                _ => None,
            })
            .collect();
        self.personal = person::of(label, texts.iter().copied());
        let longest = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
        if longest > LONG {
            self.ty = Type::LongText;
        }
        self.max_length = LENGTHS.into_iter().find(|length| longest * 2 <= *length);
        let mut distinct: BTreeMap<String, (usize, &str)> = BTreeMap::new();
        for text in &texts {
            let next = distinct.len();
            distinct.entry(fold(text)).or_insert((next, text));
            if distinct.len() > MOST_CHOICES {
                break;
            }
        }
        let repeats = texts.len() >= 8 && distinct.len() >= 2 && distinct.len() * 4 <= texts.len();
        let with_digits = distinct
            .keys()
            .filter(|key| key.contains(|sign: char| sign.is_ascii_digit()))
            .count();
        let is_short = longest <= LONGEST_CHOICE && texts.len() == cells.len() && with_digits * 2 <= distinct.len();
        if distinct.len() <= MOST_CHOICES && repeats && is_short && self.personal.is_none() && !names_unit(label) {
            let mut choices: Vec<(usize, &str)> = distinct.into_values().collect();
            choices.sort_unstable();
            self.ty = Type::Choice;
            self.max_length = None;
            self.choices = choices
                .into_iter()
                .map(|(_, text)| text.split_whitespace().collect::<Vec<_>>().join(" "))
                .collect();
            let count = self.choices.len();
            self.doubt = Some(text!(
                "coi là danh mục gồm {count} giá trị có trong tệp; thêm giá trị khác vào choices nếu cần",
                "taken as a choice of the {count} values in the file; add others to choices"
            ));
        }
        self.settle_personal();
    }

    /// What identifies a person is text, whatever it looks like.
    fn settle_personal(&mut self) {
        if self.personal == Some(Personal::Number) {
            self.ty = Type::Text;
        }
    }
}

/// Whether a cell shows what its column is for: not blank, no dash or dots, no ditto mark, no failed formula.
fn says_something(raw: &Raw) -> bool {
    match raw {
        Raw::Text(text) => !text
            .chars()
            .all(|sign| is_blank_char(sign) || matches!(sign, '-' | '–' | '.' | '…' | '_' | '"' | '”' | '“' | '\'')),
        Raw::Error(_) => false,
        _ => true,
    }
}

fn number_of(raw: &Raw) -> Option<rust_decimal::Decimal> {
    match raw {
        Raw::Number(number) | Raw::Percent(number) => decimal_of(*number),
        Raw::Text(text) => parse_number(trim(text).trim_end_matches('%')).ok(),
        _ => None,
    }
}

/// Whether figures are names: `01.0001`, `0123`.
fn is_code(label: &str, cells: &[&Raw]) -> bool {
    let key = fold(label);
    let leads_with_zero = cells.iter().any(|raw| {
        matches!(raw, Raw::Text(text) if text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()))
    });
    leads_with_zero || key == "ma" || key.starts_with("ma ") || key.contains("so hieu") || key.contains("ky hieu")
}

/// Whether a label is that of persons or things that are counted.
fn counts(key: &str) -> bool {
    const COUNTED: [&str; 9] = [
        "so luong",
        "so nguoi",
        "so ho",
        "so ca nhan",
        "so tap the",
        "so hoc sinh",
        "so can bo",
        "so diem",
        "so vu",
    ];
    COUNTED.iter().any(|word| key.starts_with(word))
}

/// Whether a column names the units of its rows.
fn names_unit(label: &str) -> bool {
    let key = fold(label);
    key.starts_with("don vi tinh") || key.starts_with("dvt") || key == "don vi" || key.ends_with("don vi tinh")
}

fn by_label(label: &str, unit: Option<&str>) -> Type {
    let key = fold(label);
    let begins = |words: &[&str]| words.iter().any(|word| key.starts_with(word));
    if unit == Some("%") || label.contains('%') || begins(&["ty le", "ti le", "ty trong"]) {
        Type::Percent
    } else if begins(&["ngay", "thoi han", "han "]) {
        Type::Date
    } else if key == "nam" || begins(&["nam sinh"]) {
        Type::Year
    } else if begins(&["ghi chu", "nhan xet", "danh gia"]) {
        Type::LongText
    } else if counts(&key) {
        Type::Count
    } else if unit.is_some()
        || begins(&[
            "tong",
            "gia tri",
            "dien tich",
            "san luong",
            "nang suat",
            "ke hoach",
            "thuc hien",
            "uoc",
            "von",
            "so tien",
        ])
    {
        Type::Decimal
    } else {
        Type::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(label: &str, cells: &[Raw]) -> Type {
        guess(label, None, &cells.iter().collect::<Vec<_>>()).ty
    }

    fn text(text: &str) -> Raw {
        Raw::Text(text.into())
    }

    #[test]
    fn a_type_follows_the_cells() {
        for (label, cells, ty) in [
            ("Kế hoạch", vec![Raw::Number(1.5), Raw::Number(2.0)], Type::Decimal),
            (
                "Kế hoạch",
                vec![Raw::Number(15.0), text("1.234.567"), text("-")],
                Type::Integer,
            ),
            ("Số hộ", vec![Raw::Number(15.0)], Type::Count),
            ("Số hộ", vec![Raw::Number(-15.0)], Type::Integer),
            ("So sánh (%)", vec![Raw::Number(105.3)], Type::Percent),
            ("Kết quả", vec![Raw::Percent(1.05), text("98,5%")], Type::Percent),
            ("Năm thành lập", vec![Raw::Number(2005.0)], Type::Year),
            ("Ngày ký", vec![text("15/12/2023"), text("ngày 16/12/2023")], Type::Date),
            ("Đạt chuẩn", vec![text("x"), text("X")], Type::Flag),
            ("Mã số", vec![Raw::Number(12.0)], Type::Text),
            ("Biểu", vec![text("001")], Type::Text),
            ("Số điện thoại", vec![Raw::Number(912_345_678.0)], Type::Text),
            ("Ghi chú", vec![], Type::LongText),
            ("Diện tích", vec![], Type::Decimal),
            (
                "Mục tiêu",
                vec![Raw::Number(48.0), text("600-700"), text("22-23")],
                Type::Text,
            ),
        ] {
            assert_eq!(typed(label, &cells), ty, "{label} {cells:?}");
        }
    }

    #[test]
    fn few_values_that_come_again_are_a_choice() {
        let cells: Vec<Raw> = ["Tỉnh", "Xã", "Xã", "tỉnh", "Xã", "Xã", "Xã", "Tỉnh"]
            .map(text)
            .to_vec();
        let found = guess("Cấp khen", None, &cells.iter().collect::<Vec<_>>());
        assert_eq!(
            (found.ty, found.choices),
            (Type::Choice, vec!["Tỉnh".to_owned(), "Xã".to_owned()])
        );
        assert_eq!(typed("Đơn vị tính", &cells), Type::Text);
    }
}
