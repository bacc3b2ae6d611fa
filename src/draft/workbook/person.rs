//! What in a column is about a person, and what may stand for it instead: names, dates of birth, numbers of cards.
//!
//! A new pack is handed on; whoever is named in the workbook that it was drafted from did not ask for that.

use crate::value::Type;
use crate::vietnamese::{fold, trim};

/// What a column says about persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Personal {
    Name,
    Birth,
    Number,
}

/// Family names that nine of ten Vietnamese bear, folded.
const FAMILY_NAMES: [&str; 26] = [
    "nguyen", "tran", "le", "pham", "hoang", "huynh", "phan", "vu", "vo", "dang", "bui", "do", "ho", "ngo", "duong",
    "ly", "dao", "doan", "vuong", "trinh", "truong", "dinh", "lam", "mai", "luong", "ha",
];

/// Names that nobody in particular bears.
const NAMES: [&str; 5] = ["Nguyễn Văn A", "Trần Thị B", "Lê Văn C", "Phạm Thị D", "Hoàng Văn E"];

/// What a column is about by its label, else by its texts.
pub(super) fn of<'t>(label: &str, texts: impl Iterator<Item = &'t str>) -> Option<Personal> {
    let key = fold(label);
    let has = |words: &[&str]| words.iter().any(|word| key.contains(word));
    if has(&[
        "cccd",
        "cmnd",
        "can cuoc",
        "dien thoai",
        "so dt",
        "tai khoan",
        "ma so thue",
        "email",
        "so the",
        "bhyt",
        "bhxh",
    ]) {
        return Some(Personal::Number);
    }
    if has(&["ngay sinh", "nam sinh", "sinh ngay"]) {
        return Some(Personal::Birth);
    }
    if has(&[
        "ho ten",
        "ho va ten",
        "ho, ten",
        "chu ho",
        "nguoi ky",
        "nguoi lap",
        "ong (ba)",
        "ong/ba",
        "ten nguoi",
    ]) {
        return Some(Personal::Name);
    }
    let (mut names, mut all) = (0, 0);
    for text in texts.take(200) {
        all += 1;
        names += usize::from(is_name(text));
    }
    (all >= 2 && names * 10 >= all * 6).then_some(Personal::Name)
}

/// Whether a text looks like the name of a person: two to five words, each with a capital, the first a family name. Names of
/// places begin with what they are.
fn is_name(text: &str) -> bool {
    let words: Vec<&str> = trim(text).split_whitespace().collect();
    let words = match words.as_slice() {
        [title, rest @ ..] if matches!(fold(title).as_str(), "ong" | "ba" | "anh" | "chi" | "dong chi" | "d/c") => rest,
        all => all,
    };
    (2..=5).contains(&words.len())
        && words.iter().all(|word| {
            word.chars().next().is_some_and(char::is_uppercase) && word.chars().skip(1).all(char::is_lowercase)
        })
        && words
            .first()
            .is_some_and(|first| FAMILY_NAMES.contains(&fold(first).as_str()))
}

impl Personal {
    /// An invented value for a record.
    pub fn invented(self, record: usize, ty: Type) -> &'static str {
        match self {
            Self::Birth if ty == Type::Year => "1980",
            Self::Name => NAMES.get(record % NAMES.len()).copied().unwrap_or("Nguyễn Văn A"),
            Self::Birth => "01/01/1980",
            Self::Number => "0123456789",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_persons_are_told_from_those_of_places() {
        let by_texts = |texts: &[&'static str]| of("Tên", texts.iter().copied());
        assert_eq!(by_texts(&["Đào Văn Trung", "Bà Nguyễn Thị Hoa"]), Some(Personal::Name));
        assert_eq!(by_texts(&["Xã Phước An", "Thị trấn Long Thành"]), None);
        assert_eq!(by_texts(&["H. Nhơn Trạch", "TP. Biên Hòa"]), None);
        assert_eq!(of("Ngày, tháng, năm sinh", [].into_iter()), Some(Personal::Birth));
        assert_eq!(of("Ngày sinh", [].into_iter()), Some(Personal::Birth));
        assert_eq!(of("Số CCCD", [].into_iter()), Some(Personal::Number));
    }
}
