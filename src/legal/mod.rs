//! The legal texts that documents cite, by the days on which they were in force.
//!
//! In: `templates/chung/can-cu.toml`, which is part of the program, and the `[[legal_basis]]` entries of a pack. Out: a
//! [`Register`] that tells which texts of a subject are in force on a day, how each is cited (Decree 30/2020/NĐ-CP,
//! annex I, II.6.a: a law without number and issuer), and which of them a text mentions (`mention`). What is not
//! known of a text stays empty and is never guessed: such a text isn't cited by itself.

mod citation;
mod mention;
mod wording;

use std::sync::{Arc, LazyLock};

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

pub use self::citation::{Citation, Part};
pub use self::mention::Mention;
use crate::diagnostic::Text;
use crate::text;
use crate::vietnamese::nearest;

/// A legal text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// ASCII, unique: `nghi-dinh-152-2025`. One of a pack replaces that of the program.
    pub id: String,
    /// `Luật`, `Nghị định`, `Thông tư`, `Quyết định` …
    pub kind: String,
    /// Number and symbol: `152/2025/NĐ-CP`.
    pub number: Option<String>,
    /// Its name or subject as it follows the kind or the issuer: `Thi đua, khen thưởng`, `quy định về …`.
    pub name: String,
    /// Who issued it: `Chính phủ`, `Bộ trưởng Bộ Nội vụ`.
    pub issuer: Option<String>,
    /// When it was issued.
    #[serde(default, deserialize_with = "day")]
    pub date: Option<Date>,
    /// The first day on which it is in force.
    #[serde(default, deserialize_with = "day")]
    pub from: Option<Date>,
    /// The last day on which it is in force.
    #[serde(default, deserialize_with = "day")]
    pub to: Option<Date>,
    /// Ids of the texts that replace it.
    #[serde(default)]
    pub replaced_by: Vec<String>,
    /// Ids of the texts it amends; it is cited with them.
    #[serde(default)]
    pub amends: Vec<String>,
    /// What it is cited for: `thi-dua-khen-thuong`.
    #[serde(default)]
    pub subjects: Vec<String>,
    /// Whether it is cited by itself.
    #[serde(default = "yes")]
    pub cite: bool,
    /// Anything its users should know.
    pub note: Option<String>,
}

fn yes() -> bool {
    true
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.parse() {
        Ok(date) => Ok(Some(date)),
        Err(_) => Err(serde::de::Error::custom(format!("“{text}”: yyyy-mm-dd, 2025-07-01"))),
    }
}

/// Whether a text is in force on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// It is, as far as is known.
    In,
    /// No longer: the first day on which it was not.
    Expired(Date),
    /// Not yet: the first day on which it will be.
    Not(Date),
}

impl Basis {
    /// Whether it is in force on a day.
    pub fn force(&self, day: Date) -> Force {
        match (self.from, self.to) {
            (Some(from), _) if day < from => Force::Not(from),
            (_, Some(to)) if day > to => Force::Expired(to.tomorrow().unwrap_or(to)),
            _ => Force::In,
        }
    }
}

/// What is wrong with the entry of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterFault {
    /// The entry's id.
    pub id: String,
    /// What is wrong.
    pub message: Text,
    /// One thing to do.
    pub hint: Option<Text>,
}

/// All legal texts that are known, in the order in which they are cited.
#[derive(Clone, Debug)]
pub struct Register {
    bases: Arc<[Basis]>,
    keys: Arc<[mention::Key]>,
}

#[derive(Deserialize)]
struct File {
    legal_basis: Vec<Basis>,
}

static BUILT_IN: LazyLock<Register> = LazyLock::new(|| {
    // A test holds that the file is sound.
    let file: Option<File> = toml::from_str(include_str!("../../templates/chung/can-cu.toml")).ok();
    Register::of(file.map(|file| file.legal_basis).unwrap_or_default())
});

impl Default for Register {
    /// The texts that are part of the program.
    fn default() -> Self {
        BUILT_IN.clone()
    }
}

impl Register {
    fn of(bases: Vec<Basis>) -> Self {
        Self {
            keys: bases.iter().map(mention::Key::of).collect(),
            bases: bases.into(),
        }
    }

    /// The program's texts with those of a pack, which come after them or in place of those with their ids; and what is
    /// wrong with the pack's.
    pub fn with(own: Vec<Basis>) -> (Self, Vec<RegisterFault>) {
        let built_in = Self::default();
        if own.is_empty() {
            return (built_in, Vec::new());
        }
        let mut bases = built_in.bases.to_vec();
        let mut faults = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for basis in &own {
            if seen.contains(&basis.id.as_str()) {
                faults.push(RegisterFault {
                    id: basis.id.clone(),
                    message: text!(
                        "đã có văn bản khác mang mã “{}”",
                        "another text has the id “{}”",
                        basis.id
                    ),
                    hint: None,
                });
                continue;
            }
            seen.push(&basis.id);
            match bases.iter_mut().find(|known| known.id == basis.id) {
                Some(known) => known.clone_from(basis),
                None => bases.push(basis.clone()),
            }
        }
        let register = Self::of(bases);
        faults.extend(own.iter().filter_map(|basis| register.fault(basis)));
        (register, faults)
    }

    /// What is wrong with an entry.
    fn fault(&self, basis: &Basis) -> Option<RegisterFault> {
        let fault = |message: Text, hint: Option<Text>| {
            Some(RegisterFault {
                id: basis.id.clone(),
                message,
                hint,
            })
        };
        let is_plain = |id: &str| {
            !id.is_empty()
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        for id in std::iter::once(&basis.id).chain(&basis.subjects) {
            if !is_plain(id) {
                return fault(
                    text!(
                        "mã cần chữ thường không dấu, chữ số và gạch nối; ở đây ghi “{id}”",
                        "an id needs lower-case ASCII letters, digits and hyphens; this is “{id}”"
                    ),
                    None,
                );
            }
        }
        if let (Some(from), Some(to)) = (basis.from, basis.to)
            && to < from
        {
            return fault(
                text!(
                    "ngày hết hiệu lực {to} đứng trước ngày có hiệu lực {from}",
                    "the last day {to} comes before the first day {from}"
                ),
                None,
            );
        }
        if basis.cite && (basis.from.is_none() || basis.date.is_none()) && !basis.subjects.is_empty() {
            return fault(
                text!(
                    "văn bản “{}” cần date và from để được viện dẫn",
                    "the text “{}” needs date and from to be cited",
                    basis.id
                ),
                Some(Text::new(
                    "ghi ngày dạng 2025-07-01, hoặc thêm cite = false",
                    "write dates like 2025-07-01, or add cite = false",
                )),
            );
        }
        for id in basis.replaced_by.iter().chain(&basis.amends) {
            if self.find(id).is_none() {
                let near = nearest(id, self.bases.iter().map(|known| known.id.as_str()));
                return fault(
                    text!("không có văn bản nào mang mã “{id}”", "no text has the id “{id}”"),
                    near.map(|near| text!("có phải là “{near}”?", "did you mean “{near}”?")),
                );
            }
        }
        None
    }

    /// The text with an id.
    pub fn find(&self, id: &str) -> Option<&Basis> {
        self.bases.iter().find(|basis| basis.id == id)
    }

    /// All subjects there are, in the order of the register.
    pub fn subjects(&self) -> Vec<&str> {
        let mut subjects: Vec<&str> = Vec::new();
        for subject in self.bases.iter().flat_map(|basis| &basis.subjects) {
            if !subjects.contains(&subject.as_str()) {
                subjects.push(subject);
            }
        }
        subjects
    }

    /// The texts of any of the subjects (ids with blanks between them) that are in force on a day and may be cited.
    pub fn in_force(&self, subjects: &str, day: Date) -> Vec<Citation> {
        let wanted: Vec<&str> = subjects.split_whitespace().collect();
        let is_wanted = |basis: &&Basis| {
            basis.cite
                && basis.force(day) == Force::In
                && basis.subjects.iter().any(|subject| wanted.contains(&subject.as_str()))
        };
        let bases = self.bases.iter().filter(is_wanted);
        bases.map(|basis| self.citation(basis, day)).collect()
    }

    /// A text as it is cited on a day, with what has amended it by then.
    pub fn citation(&self, basis: &Basis, day: Date) -> Citation {
        let amending = |other: &&Basis| {
            other.amends.contains(&basis.id) && other.cite && other.from.is_some() && other.force(day) == Force::In
        };
        Citation::of(basis, self.bases.iter().filter(amending))
    }

    /// The texts that took the place of one, as far as they are in force on a day.
    pub fn successors(&self, basis: &Basis, day: Date) -> Vec<&Basis> {
        let mut found: Vec<&Basis> = Vec::new();
        let mut seen: Vec<&str> = vec![&basis.id];
        let mut next: Vec<&str> = basis.replaced_by.iter().map(String::as_str).collect();
        while let Some(id) = next.pop() {
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            let Some(other) = self.find(id) else { continue };
            match other.force(day) {
                Force::In => found.push(other),
                Force::Expired(_) => next.extend(other.replaced_by.iter().map(String::as_str)),
                Force::Not(_) => {}
            }
        }
        found
    }

    /// The texts that one takes the place of, as far as they are in force on a day.
    pub fn predecessors(&self, basis: &Basis, day: Date) -> Vec<&Basis> {
        let is_before = |other: &&Basis| {
            let replaced = other.replaced_by.contains(&basis.id) || basis.amends.contains(&other.id);
            replaced && other.force(day) == Force::In
        };
        self.bases.iter().filter(is_before).collect()
    }

    /// The texts that a text mentions, by number or by a law's name with its year or date; each once.
    pub fn mentions(&self, text: &str) -> Vec<Mention<'_>> {
        mention::find(&self.bases, &self.keys, text)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_table_of_the_program_is_sound() {
        let file: File = toml::from_str(include_str!("../../templates/chung/can-cu.toml")).expect("sound");
        let register = Register::default();
        assert_eq!(register.bases.len(), file.legal_basis.len());
        for basis in &file.legal_basis {
            assert_eq!(register.fault(basis), None);
        }
        assert_eq!(
            register.subjects(),
            ["to-chuc-chinh-quyen", "thi-dua-khen-thuong", "van-thu"]
        );
    }

    fn cited(subjects: &str, day: Date) -> Vec<String> {
        let citations = Register::default().in_force(subjects, day);
        citations
            .into_iter()
            .map(|citation| citation.text.to_string())
            .collect()
    }

    #[test]
    fn the_texts_of_the_day_are_cited() {
        // Under the law of 2003, whose first day isn't known here, nothing is cited.
        assert!(cited("thi-dua-khen-thuong", date(2023, 12, 15)).is_empty());
        assert_eq!(
            cited("thi-dua-khen-thuong", date(2025, 6, 30)),
            [
                "Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022",
                "Nghị định số 98/2023/NĐ-CP ngày 31 tháng 12 năm 2023 của Chính phủ quy định chi tiết thi hành một số \
                 điều của Luật Thi đua, khen thưởng"
            ]
        );
        let after = cited("thi-dua-khen-thuong to-chuc-chinh-quyen", date(2025, 12, 1));
        assert_eq!(after.len(), 4);
        assert_eq!(after[0], "Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025");
        assert!(after[2].starts_with("Nghị định số 152/2025/NĐ-CP ngày 14 tháng 6 năm 2025 của Chính phủ quy định về"));
        assert!(after[3].starts_with("Thông tư số 15/2025/TT-BNV ngày 04 tháng 8 năm 2025 của Bộ trưởng Bộ Nội vụ"));
        assert_eq!(
            cited("thi-dua-khen-thuong", date(2026, 10, 1))[0],
            "Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022 đã được sửa đổi, bổ sung một số điều bởi Luật số \
             06/2026/QH16 ngày 23 tháng 4 năm 2026"
        );
        assert!(!cited("thi-dua-khen-thuong", date(2026, 9, 30))[0].contains("sửa đổi"));
        assert!(
            cited("to-chuc-chinh-quyen", date(2021, 1, 1))[0]
                .ends_with("bởi Luật số 47/2019/QH14 ngày 22 tháng 11 năm 2019")
        );
    }

    #[test]
    fn a_text_is_followed_to_what_is_in_force() {
        let register = Register::default();
        let find = |id: &str| register.find(id).expect("known");
        let ids = |bases: Vec<&Basis>| bases.into_iter().map(|basis| basis.id.clone()).collect::<Vec<_>>();
        let day = date(2025, 12, 1);
        assert_eq!(
            ids(register.successors(find("luat-to-chuc-chinh-quyen-2015"), day)),
            ["luat-to-chuc-chinh-quyen-2025"]
        );
        assert_eq!(find("nghi-dinh-98-2023").force(day), Force::Expired(date(2025, 7, 1)));
        assert_eq!(find("luat-sua-tdkt-2026").force(day), Force::Not(date(2026, 10, 1)));
        assert_eq!(
            ids(register.predecessors(find("nghi-dinh-152-2025"), date(2025, 1, 1))),
            ["nghi-dinh-98-2023"]
        );
    }

    fn own(toml: &str) -> (Register, Vec<String>) {
        let file: File = toml::from_str(toml).expect("entries");
        let (register, faults) = Register::with(file.legal_basis);
        (register, faults.into_iter().map(|fault| fault.message.vi).collect())
    }

    #[test]
    fn a_pack_adds_its_own_texts_and_corrects_those_of_the_program() {
        let (register, faults) = own(
            "[[legal_basis]]\nid = \"quy-che-tinh\"\nkind = \"Quyết định\"\nnumber = \"12/2025/QĐ-UBND\"\n\
             name = \"ban hành Quy chế thi đua, khen thưởng\"\nissuer = \"Ủy ban nhân dân tỉnh Thái Nguyên\"\n\
             date = \"2025-09-01\"\nfrom = \"2025-09-15\"\nsubjects = [\"thi-dua-khen-thuong\"]\n\
             [[legal_basis]]\nid = \"thong-tu-15-2025-bnv\"\nkind = \"Thông tư\"\nname = \"x\"\ncite = false\n",
        );
        assert!(faults.is_empty(), "{faults:?}");
        let cited = register.in_force("thi-dua-khen-thuong", date(2025, 12, 1));
        let last = cited.last().expect("citations");
        assert_eq!(
            &*last.text,
            "Quyết định số 12/2025/QĐ-UBND ngày 01 tháng 9 năm 2025 của Ủy ban nhân dân tỉnh Thái Nguyên ban hành Quy \
             chế thi đua, khen thưởng"
        );
        assert!(!cited.iter().any(|citation| citation.text.contains("15/2025/TT-BNV")));
    }

    #[test]
    fn entries_that_make_no_sense_are_told() {
        let entry = |more: &str| own(&format!("[[legal_basis]]\nkind = \"Quyết định\"\nname = \"x\"\n{more}")).1;
        for (more, expected) in [
            ("id = \"Quyết định\"\n", "chữ thường không dấu"),
            ("id = \"a\"\nfrom = \"2025-07-01\"\nto = \"2025-06-30\"\n", "đứng trước"),
            ("id = \"a\"\nsubjects = [\"van-thu\"]\n", "cần date và from"),
            (
                "id = \"a\"\nreplaced_by = [\"luat-tdkt-2020\"]\n",
                "không có văn bản nào mang mã",
            ),
            (
                "id = \"a\"\n[[legal_basis]]\nid = \"a\"\nkind = \"b\"\nname = \"c\"\n",
                "đã có văn bản khác",
            ),
        ] {
            let said = entry(more);
            assert!(said.len() == 1 && said[0].contains(expected), "{more}: {said:?}");
        }
        let bad: Result<File, _> =
            toml::from_str("[[legal_basis]]\nid = \"a\"\nkind = \"b\"\nname = \"c\"\nfrom = \"1/7/2025\"\n");
        assert!(bad.err().is_some_and(|error| error.message().contains("1/7/2025")));
    }
}
