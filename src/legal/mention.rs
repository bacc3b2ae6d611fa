//! Which legal texts a text mentions.
//!
//! A text is found by its number however it is spaced or accented (`98/2023/ND - CP`), a law also by its name where a
//! year or date follows that tells it from another of the name (`Luật Thi đua, khen thưởng năm 2003`). A name alone
//! means the law in force, so it says nothing.

use jiff::civil::Date;

use super::Basis;
use crate::vietnamese::{fold, parse_date};

/// A mention.
#[derive(Clone, Copy, Debug)]
pub struct Mention<'r> {
    /// What is mentioned.
    pub basis: &'r Basis,
}

/// What a legal text is found by.
#[derive(Clone, Debug)]
pub(super) struct Key {
    number: Option<String>,
    /// A law's kind and name.
    name: Option<String>,
}

impl Key {
    pub(super) fn of(basis: &Basis) -> Self {
        let is_named = basis.date.is_some() && basis.name.starts_with(char::is_uppercase);
        Self {
            number: basis.number.as_deref().map(folded),
            name: is_named.then(|| folded(&format!("{} {}", basis.kind, basis.name))),
        }
    }
}

/// The texts of a register that a text mentions, each once, in the register's order.
pub(super) fn find<'r>(bases: &'r [Basis], keys: &[Key], text: &str) -> Vec<Mention<'r>> {
    // Nearly all texts have neither a number with a stroke nor a law in them.
    let begins_law = |pair: &[u8]| pair.eq_ignore_ascii_case(b"lu");
    if !text.contains('/') && !text.as_bytes().windows(2).any(begins_law) {
        return Vec::new();
    }
    let folded = folded(text);
    let is_found = |(basis, key): &(&'r Basis, &Key)| {
        key.number.as_deref().is_some_and(|number| has_number(&folded, number))
            || key
                .name
                .as_deref()
                .is_some_and(|name| has_dated_name(&folded, name, basis.date))
    };
    let pairs = bases.iter().zip(keys).filter(is_found);
    pairs.map(|(basis, _)| Mention { basis }).collect()
}

/// Folded, without blanks around strokes and hyphens and without commas, which people leave out of names.
fn folded(text: &str) -> String {
    let mut folded = fold(text).replace(',', "");
    for sign in ["/", "-"] {
        for spaced in [format!(" {sign}"), format!("{sign} ")] {
            if folded.contains(&spaced) {
                folded = folded.replace(&spaced, sign);
            }
        }
    }
    folded
}

fn has_number(text: &str, number: &str) -> bool {
    text.match_indices(number).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let after = text[start + number.len()..].chars().next();
        let goes_on =
            |sign: Option<char>| sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '/' || sign == '-');
        !goes_on(before) && !goes_on(after)
    })
}

fn has_dated_name(text: &str, name: &str, date: Option<Date>) -> bool {
    let Some(date) = date else { return false };
    text.match_indices(name).any(|(start, _)| {
        let rest = text[start + name.len()..].trim_start();
        let mut rest = rest.trim_start_matches('(');
        if let Some(after) = rest.strip_prefix("so ") {
            // The number says which one it is; the date comes after it.
            rest = after.split_once(' ').map_or("", |(_, after)| after);
        }
        if let Some(year) = rest.strip_prefix("nam ") {
            let digits: String = year.chars().take_while(char::is_ascii_digit).collect();
            return digits.parse() == Ok(date.year());
        }
        rest.strip_prefix("ngay ").and_then(leading_date) == Some(date)
    })
}

/// The date at the beginning of a folded text: `26/11/2003`, `26 thang 11 nam 2003`.
fn leading_date(text: &str) -> Option<Date> {
    let words: Vec<&str> = text.split(' ').take(5).collect();
    let clean = |word: &str| word.trim_end_matches(|sign: char| !sign.is_ascii_digit()).to_owned();
    match words.as_slice() {
        [day, "thang", month, "nam", year] => parse_date(&format!("{day}/{month}/{}", clean(year))).ok(),
        [first, ..] => parse_date(&clean(first)).ok(),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Register;

    fn found(text: &str) -> String {
        let register = Register::default();
        let ids: Vec<&str> = register
            .mentions(text)
            .iter()
            .map(|mention| mention.basis.id.as_str())
            .collect();
        ids.join(" ")
    }

    #[test]
    fn texts_are_found_by_number_and_laws_by_dated_name() {
        for (text, expected) in [
            ("Nghị định số 98/2023/NĐ-CP của Chính phủ", "nghi-dinh-98-2023"),
            (
                "NĐ 98/2023/ND - CP, 152/2025/nđ–cp",
                "nghi-dinh-98-2023 nghi-dinh-152-2025",
            ),
            ("Kế hoạch 198/2023/NĐ-CP", ""),
            ("98/2023/NĐ-CPX; 98/2023/NĐ-CP-1", ""),
            ("Luật Thi đua, khen thưởng", ""),
            ("Luật Thi đua, Khen thưởng năm 2003", "luat-tdkt-2003"),
            ("luật thi đua khen thưởng năm 2022 quy định", "luat-tdkt-2022"),
            ("Luật Thi đua, khen thưởng ngày 26 tháng 11 năm 2003;", "luat-tdkt-2003"),
            ("Luật Thi đua, khen thưởng (ngày 26/11/2003)", "luat-tdkt-2003"),
            (
                "Luật Thi đua, khen thưởng số 06/2022/QH15 ngày 15/6/2022.",
                "luat-tdkt-2022",
            ),
            (
                "Luật Tổ chức chính quyền địa phương ngày 19 tháng 02 năm 2025",
                "luat-to-chuc-chinh-quyen-2025-02",
            ),
            ("LUẬT THI ĐUA, KHEN THƯỞNG NĂM 2003", "luat-tdkt-2003"),
            ("Luật Thi đua, khen thưởng năm 2099, ngày 31/02/2003", ""),
            ("a/b", ""),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
        let decomposed = "Lua\u{302}\u{323}t Thi đua, khen thưởng na\u{306}m 2003";
        assert_eq!(found(decomposed), "luat-tdkt-2003");
    }
}
