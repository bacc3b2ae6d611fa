//! Pure text: numbers, dates, words, folding, tone marks, name order.
//!
//! In and out: texts, [`rust_decimal::Decimal`], [`jiff::civil::Date`]. Written forms follow official Vietnamese usage
//! (dot between thousands, comma before decimals) and Decree 30/2020/NĐ-CP, annex I, for dates. Three keys compare
//! texts: [`fold()`] forgives most (no diacritics at all), [`key`] keeps diacritics but not the place of the tone mark,
//! [`sort_key`] orders names.

mod abbreviation;
mod date;
mod fold;
mod legacy;
mod number;
mod order;
mod syllable;
mod width;
mod words;

pub use self::abbreviation::{likeness, plain_spellings, spellings};
pub use self::date::{
    DateOrder, DateText, WrittenDate, date_by_pattern, date_long, date_short, parse_date, write_date_short,
    written_date,
};
pub use self::fold::{fold, is_blank_char, key, nearest, nfc, same, trim};
pub use self::legacy::{Charset, Decoded, Surroundings, decode};
pub use self::number::{
    DecimalSign, NumberText, decimal_sign, number, padded, parse_number, plain, point_letter, roman, write_number,
    write_padded, write_plain,
};
pub use self::order::{compare_names, compare_texts, sort_key, text_sort_key};
pub use self::width::width;
pub use self::words::words;
