//! The order of values in a list: numbers, dates, and texts as Vietnamese people look them up.
//!
//! In: values of one column. Out: keys that are made once for each value and compared many times.

use std::cmp::Ordering;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Value;
use crate::vietnamese;

/// What a value is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey {
    /// No before yes.
    Flag(bool),
    /// By size.
    Number(Decimal),
    /// By day.
    Date(Date),
    /// In Vietnamese order.
    Text(Vec<u32>),
}

impl Value {
    /// What it is sorted by; `by_name` is for names of persons: the given name first, then family and middle names.
    pub fn sort_key(&self, by_name: bool) -> SortKey {
        match self {
            Self::Text(text) if by_name => SortKey::Text(vietnamese::sort_key(text)),
            Self::Text(text) => SortKey::Text(vietnamese::text_sort_key(text)),
            Self::Number(number) => SortKey::Number(*number),
            Self::Date(date) => SortKey::Date(*date),
            Self::Flag(flag) => SortKey::Flag(*flag),
        }
    }
}

/// How two values are ordered by their keys; blank cells come last either way.
pub fn compare(left: Option<&SortKey>, right: Option<&SortKey>, descending: bool) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) if descending => right.cmp(left),
        (Some(left), Some(right)) => left.cmp(right),
        (left, right) => right.is_some().cmp(&left.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(texts: &[&str], by_name: bool, descending: bool) -> Vec<String> {
        let mut texts: Vec<Option<Value>> = texts
            .iter()
            .map(|text| (!text.is_empty()).then(|| Value::Text((*text).into())))
            .collect();
        let key = |value: &Option<Value>| value.as_ref().map(|value| value.sort_key(by_name));
        texts.sort_by(|left, right| compare(key(left).as_ref(), key(right).as_ref(), descending));
        let text = |value: &Option<Value>| match value {
            Some(Value::Text(text)) => text.to_string(),
            _ => String::new(),
        };
        texts.iter().map(text).collect()
    }

    #[test]
    fn names_go_by_the_given_name_and_blanks_come_last_either_way() {
        let names = ["Trần Văn Bình", "", "Nguyễn Thị Ánh", "Lê An"];
        assert_eq!(
            sorted(&names, true, false),
            ["Lê An", "Nguyễn Thị Ánh", "Trần Văn Bình", ""]
        );
        assert_eq!(
            sorted(&names, false, false),
            ["Lê An", "Nguyễn Thị Ánh", "Trần Văn Bình", ""]
        );
        assert_eq!(
            sorted(&names, true, true),
            ["Trần Văn Bình", "Nguyễn Thị Ánh", "Lê An", ""]
        );
        assert_eq!(sorted(&["Vũ An", "Đỗ Bình"], true, false), ["Vũ An", "Đỗ Bình"]);
        assert_eq!(sorted(&["Vũ An", "Đỗ Bình"], false, false), ["Đỗ Bình", "Vũ An"]);
    }

    #[test]
    fn numbers_go_by_size() {
        let key = |number: i64| Value::Number(number.into()).sort_key(false);
        assert_eq!(compare(Some(&key(9)), Some(&key(10)), false), Ordering::Less);
        assert_eq!(compare(Some(&key(9)), Some(&key(10)), true), Ordering::Greater);
    }
}
