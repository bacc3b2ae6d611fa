//! Pure text: numbers, dates, words, folding, tone marks, name order.

use jiff::civil::Date;
use rust_decimal::Decimal;

/// Unicode NFC of a text.
pub fn nfc(_text: &str) -> String {
    todo!()
}

/// The key by which sheet names, headers and choices are found: NFC, lower case, no diacritics (đ is d), blanks
/// (non-breaking and zero-width included) collapsed, dashes unified, punctuation at the ends dropped.
pub fn fold(_text: &str) -> String {
    todo!()
}

/// The candidate nearest to a name, after folding, unless none is near enough to be a slip.
pub fn nearest<'a>(_name: &str, _candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    todo!()
}

/// A number as official Vietnamese text: dot between thousands, comma before at most `decimals` decimals, no trailing zeros.
pub fn number(_number: Decimal, _decimals: u32) -> String {
    todo!()
}

/// A whole number padded to two digits below ten: 03.
pub fn padded(_number: Decimal) -> String {
    todo!()
}

/// A number in words: hai mươi mốt.
pub fn words(_number: Decimal) -> String {
    todo!()
}

/// Roman numeral of 1 to 3999.
pub fn roman(_number: u32) -> Option<String> {
    todo!()
}

/// The letter of the n-th point (from 1) of an official text: a b c d đ e g h i k l m n o p q r s t u v x y.
pub fn point_letter(_number: u32) -> Option<char> {
    todo!()
}

/// `ngày 05 tháng 02 năm 2026`: day and only months 1 and 2 padded (Decree 30/2020, annex I, II.4.b).
pub fn date_long(_date: Date) -> String {
    todo!()
}

/// `05/02/2026`, `19/5/2023`: the same padding in short.
pub fn date_short(_date: Date) -> String {
    todo!()
}
