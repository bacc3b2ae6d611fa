//! The order of Vietnamese names and texts.

use std::cmp::Ordering;

use super::fold::{key, split_tone};

/// The Vietnamese alphabet, with the letters of foreign names at their usual places.
const ALPHABET: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";

/// A key that sorts names of persons: by the given name (the last word), then by the rest from the left. Letters come
/// before tones, tones go ngang, huyền, hỏi, ngã, sắc, nặng, and Hòa is Hoà.
pub fn sort_key(name: &str) -> Vec<u32> {
    let name = key(name);
    let (rest, given) = name.rsplit_once(' ').unwrap_or(("", &name));
    let mut out = Vec::with_capacity(2 * name.len() + 4);
    push_weights(given, &mut out);
    push_weights(rest, &mut out);
    out
}

/// Compares two names of persons by [`sort_key`].
pub fn compare_names(one: &str, other: &str) -> Ordering {
    sort_key(one).cmp(&sort_key(other))
}

/// A key that sorts other texts, from the left.
pub fn text_sort_key(text: &str) -> Vec<u32> {
    let text = key(text);
    let mut out = Vec::with_capacity(2 * text.len() + 2);
    push_weights(&text, &mut out);
    out
}

/// Compares two texts by [`text_sort_key`].
pub fn compare_texts(one: &str, other: &str) -> Ordering {
    text_sort_key(one).cmp(&text_sort_key(other))
}

/// Letters, then tones; 0 ends both, so that a shorter text comes first. Numbers stand by their size: Thôn 2 before Thôn 10.
fn push_weights(text: &str, out: &mut Vec<u32>) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            out.push(letter_weight(split_tone(first).0));
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let number = rest[..digits].trim_start_matches('0');
        // Of two numbers the longer one is greater; all of them stand between the blank and the letters.
        out.push(2 + number.len().min(LONGEST_NUMBER) as u32);
        out.extend(number.bytes().map(u32::from));
        rest = &rest[digits..];
    }
    out.push(0);
    out.extend(text.chars().map(|c| u32::from(split_tone(c).1) + 1));
    out.push(0);
}

/// Longest number that is ordered by its size.
const LONGEST_NUMBER: usize = 17;

/// Blanks, then the alphabet, then everything else.
fn letter_weight(c: char) -> u32 {
    match c {
        ' ' => 1,
        _ => match ALPHABET.chars().position(|letter| letter == c) {
            Some(place) => 20 + place as u32,
            None => 100 + u32::from(c),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_texts_stand_by_their_size() {
        let sorted = [
            "12/QĐ",
            "Thôn",
            "Thôn 1",
            "Thôn 02",
            "Thôn 2A",
            "Thôn 10",
            "Thôn 100 B",
            "Thôn An",
        ];
        let mut texts = sorted;
        texts.reverse();
        texts.sort_by(|one, other| compare_texts(one, other));
        assert_eq!(texts, sorted);
    }

    #[test]
    fn names_stand_by_given_name_letter_and_tone() {
        let sorted = [
            "Hoàng Thị Ái",
            "Trần Thị An",
            "Lê Văn Ánh",
            "Nguyễn Văn Ân",
            "Đỗ Dũng",
            "Phạm Đức",
            "Lê Hoa",
            "Lê Hòa",
            "Ngô Hoả",
            "Bùi Hoã",
            "Vũ Hoá",
            "Lý Hoạ",
        ];
        let mut names = sorted;
        names.reverse();
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, sorted);
    }

    #[test]
    fn equal_given_names_stand_by_the_rest() {
        let mut names = ["Vũ Văn An", "Đào An", "An", "Lê Thị An", "Lê An", "Dương An"];
        names.sort_by(|one, other| compare_names(one, other));
        assert_eq!(names, ["An", "Dương An", "Đào An", "Lê An", "Lê Thị An", "Vũ Văn An"]);
        assert_eq!(compare_names("Nguyễn Hòa", "NGUYỄN  HOÀ "), Ordering::Equal);
    }

    #[test]
    fn tones_stand_in_the_order_of_the_dictionary() {
        let mut words = ["mạ", "má", "mã", "mả", "mà", "ma", "mă", "mâ"];
        words.sort_by(|one, other| compare_texts(one, other));
        assert_eq!(words, ["ma", "mà", "mả", "mã", "má", "mạ", "mă", "mâ"]);
        assert_eq!(compare_texts("Xóm 1", "Xóm Bờ"), Ordering::Less);
        assert_eq!(compare_texts("Tỉnh", "Xã"), Ordering::Less);
    }
}
