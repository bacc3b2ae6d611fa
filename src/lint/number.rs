//! The numbers at the beginning of parts of a text: `Phần I`, `Điều 3.`, `II.`, `1.`, `a)`.

use crate::vietnamese::roman;

/// The number of a part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    /// `Phần I`
    Part(u32),
    /// `Chương I`
    Chapter(u32),
    /// `Mục 1`
    Division(u32),
    /// `Điều 1.`
    Article(u32),
    /// `I.`
    Roman(u32),
    /// `1.`
    Arabic(u32),
    /// `a)`
    Letter(char),
}

/// Roman numbers that parts of a text may have.
const MOST: u32 = 60;

fn from_roman(text: &str) -> Option<u32> {
    (1..=MOST).find(|number| roman(*number).as_deref() == Some(text))
}

/// The number that a paragraph begins with.
pub(super) fn marker(text: &str) -> Option<Marker> {
    let text = text.trim_start();
    let (first, rest) = match text.split_once(|c: char| c.is_whitespace()) {
        Some((first, rest)) => (first, rest.trim_start()),
        None => (text, ""),
    };
    let named = rest
        .split(|c: char| c.is_whitespace() || matches!(c, '.' | ':' | ')'))
        .next()
        .unwrap_or_default();
    let arabic = |text: &str| {
        let digits = text.chars().count() <= 3 && text.chars().all(|c| c.is_ascii_digit());
        text.parse().ok().filter(|_| digits)
    };
    // A sentence may begin with “Phần lớn”, “Điều này”: the number decides.
    match first.to_lowercase().as_str() {
        "phần" => return from_roman(named).map(Marker::Part),
        "chương" => return from_roman(named).map(Marker::Chapter),
        "mục" => return arabic(named).map(Marker::Division),
        "điều" => {
            let after = rest.strip_prefix(named).unwrap_or_default();
            return arabic(named)
                .filter(|_| after.starts_with(['.', ':']) || after.is_empty())
                .map(Marker::Article);
        }
        _ => {}
    }
    let number = first.strip_suffix('.')?;
    if let Some(number) = from_roman(number) {
        return Some(Marker::Roman(number));
    }
    arabic(number).filter(|number| *number > 0).map(Marker::Arabic)
}

/// The same, with `a)` included.
pub(super) fn marker_or_letter(text: &str) -> Option<Marker> {
    let mut signs = text.trim_start().chars();
    match (signs.next(), signs.next()) {
        (Some(letter), Some(')')) if letter.is_lowercase() => Some(Marker::Letter(letter)),
        _ => marker(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_sentences() {
        for (text, found) in [
            ("Phần I", Some(Marker::Part(1))),
            ("Phần lớn các hộ", None),
            ("Chương IV. Tổ chức", Some(Marker::Chapter(4))),
            ("Điều 3. Hiệu lực", Some(Marker::Article(3))),
            ("Điều 3 Luật này", None),
            ("Điều này", None),
            ("II. KẾT QUẢ", Some(Marker::Roman(2))),
            ("12. Nội dung", Some(Marker::Arabic(12))),
            ("2023. Năm ấy", None),
            ("a) Một", Some(Marker::Letter('a'))),
            ("đ) Năm", Some(Marker::Letter('đ'))),
            ("- Gạch", None),
            ("", None),
        ] {
            assert_eq!(marker_or_letter(text), found, "{text}");
        }
    }
}
