//! Names of tabs compared: `BC TH` and `Báo cáo tổng hợp`, `Bieu 01`, `Biểu số 1 - Chỉ tiêu`, `Chỉ tiêu 2023`, `Chỉ tiêu (2)`.

use crate::vietnamese::{fold, plain_spellings, spellings};

/// Words that open a tab's name and say nothing of its content, before a number.
const OPENERS: [&str; 8] = [
    "bieu so",
    "bieu",
    "bang so",
    "bang",
    "phu luc so",
    "phu luc",
    "mau so",
    "mau",
];

/// A tab's name, or a name that a schema looks for, ready to be compared.
pub(crate) struct TabName {
    folded: String,
    /// Abbreviations spelt out.
    spelt: Vec<String>,
    /// Without a number before and a year after the name proper.
    bare: Vec<String>,
}

impl TabName {
    /// The name on a tab; its abbreviations may mean several things.
    pub fn of_tab(name: &str) -> Self {
        Self::new(name, spellings)
    }

    /// A name that a schema looks for.
    pub fn wanted(name: &str) -> Self {
        Self::new(name, plain_spellings)
    }

    fn new(name: &str, spell: fn(&str) -> Vec<String>) -> Self {
        let name = without_copy_number(name);
        let spelt = spell(name);
        let mut bare: Vec<String> = Vec::new();
        for spelling in &spelt {
            let core = without_year(without_number(spelling));
            if !core.is_empty() && !bare.iter().any(|known| known == core) {
                bare.push(core.to_owned());
            }
        }
        Self {
            folded: fold(name),
            spelt,
            bare,
        }
    }

    /// How closely a tab's name is a wanted one: 0 as written, 1 with abbreviations spelt out, 2 without number and year.
    pub fn closeness(&self, wanted: &Self) -> Option<u8> {
        let shared = |one: &[String], other: &[String]| one.iter().any(|name| other.contains(name));
        if self.folded == wanted.folded {
            Some(0)
        } else if shared(&self.spelt, &wanted.spelt) {
            Some(1)
        } else {
            shared(&self.bare, &wanted.bare).then_some(2)
        }
    }
}

/// Without the `(2)` that Excel gives to the copy of a tab.
fn without_copy_number(name: &str) -> &str {
    let trimmed = name.trim();
    let Some((before, number)) = trimmed.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) else {
        return trimmed;
    };
    let is_copy = !before.trim().is_empty() && number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    if is_copy { before.trim_end() } else { trimmed }
}

/// Without `bieu so 1` or `1` before a name; `bieu 1` on its own stays, as that is all there is.
fn without_number(name: &str) -> &str {
    if let Some((number, rest)) = name.split_once(' ')
        && number.len() <= 2
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return rest;
    }
    let rest = OPENERS
        .iter()
        .find_map(|opener| name.strip_prefix(opener)?.strip_prefix(' '))
        .and_then(|rest| rest.split_once(' '));
    match rest {
        Some((number, rest)) if is_number(number) => rest,
        _ => name,
    }
}

/// Whether a word numbers a table: 1, 2a, iv.
fn is_number(word: &str) -> bool {
    let is_roman = word.bytes().all(|byte| matches!(byte, b'i' | b'v' | b'x'));
    word.len() <= 4 && (is_roman || word.starts_with(|letter: char| letter.is_ascii_digit()))
}

fn without_year(name: &str) -> &str {
    let Some((before, year)) = name.rsplit_once(' ') else {
        return name;
    };
    let is_year = year.len() == 4 && (year.starts_with("19") || year.starts_with("20")) && year.parse::<u16>().is_ok();
    if !is_year {
        return name;
    }
    before.strip_suffix(" nam").unwrap_or(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_are_known_by_abbreviation_number_and_year() {
        for (tab, wanted, closeness) in [
            ("CHI TIEU", "Chỉ tiêu", Some(0)),
            ("Chỉ tiêu (2)", "Chỉ tiêu", Some(0)),
            ("BC TH", "Báo cáo tổng hợp", Some(1)),
            ("DS khen thưởng", "Danh sách khen thưởng", Some(1)),
            ("Bieu 01", "Biểu 1", Some(1)),
            ("Biểu số 1 - Chỉ tiêu", "Chỉ tiêu", Some(2)),
            ("Phụ lục IV. Chỉ tiêu", "Chỉ tiêu", Some(2)),
            ("1. Chỉ tiêu", "Chỉ tiêu", Some(2)),
            ("05_CHI TIEU nam 2023", "Chỉ tiêu", Some(2)),
            ("Chỉ tiêu 2023", "Chỉ tiêu", Some(2)),
            ("Chỉ tiêu năm 2023", "Chỉ tiêu", Some(2)),
            ("Chỉ tiêu huyện", "Chỉ tiêu", None),
            ("Biểu 2", "Biểu 1", None),
            ("2023", "Chỉ tiêu", None),
            ("63 tỉnh", "64 tỉnh thành", None),
            ("Sheet1", "Chỉ tiêu", None),
            ("", "Chỉ tiêu", None),
        ] {
            assert_eq!(
                TabName::of_tab(tab).closeness(&TabName::wanted(wanted)),
                closeness,
                "{tab}"
            );
        }
    }
}
