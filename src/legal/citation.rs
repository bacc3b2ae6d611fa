//! How a legal text is cited.

use std::sync::Arc;

use jiff::civil::Date;

use super::Basis;
use crate::vietnamese::{date_long, date_short};

/// A legal text as a document cites it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// In full, without the word `Căn cứ` and an end mark.
    pub text: Arc<str>,
    basis: Arc<Basis>,
}

/// What a template can ask of a citation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// In full.
    Citation,
    /// Kind and number, or kind and name for a law: for the second time in a document.
    Short,
    /// `Nghị định`
    Kind,
    /// `152/2025/NĐ-CP`
    Number,
    /// `quy định về …`
    Name,
    /// `Chính phủ`
    Issuer,
    /// When it was issued.
    Date,
    /// The first day on which it is in force.
    From,
    /// Anything its users should know.
    Note,
}

impl Part {
    /// All of them by their names in templates.
    pub const ALL: [(&'static str, Part); 9] = [
        ("citation", Part::Citation),
        ("short", Part::Short),
        ("kind", Part::Kind),
        ("number", Part::Number),
        ("name", Part::Name),
        ("issuer", Part::Issuer),
        ("date", Part::Date),
        ("from", Part::From),
        ("note", Part::Note),
    ];

    /// Whether it is a date; all others are texts.
    pub fn is_date(self) -> bool {
        matches!(self, Self::Date | Self::From)
    }
}

/// Kinds that are cited by their name, without number and issuer (Decree 30/2020/NĐ-CP, annex I, II.6.a).
fn is_law(basis: &Basis) -> bool {
    matches!(basis.kind.as_str(), "Luật" | "Bộ luật" | "Pháp lệnh" | "Hiến pháp")
}

impl Basis {
    /// Kind and number with the date of issue, or kind and name for a law: for people to find it by.
    pub fn short(&self) -> String {
        let mut out = self.short_without_date();
        if let Some(date) = self.date {
            out.push_str(" ngày ");
            out.push_str(&date_short(date));
        }
        out
    }

    fn short_without_date(&self) -> String {
        match &self.number {
            Some(number) if !is_law(self) || self.name.starts_with(char::is_lowercase) => {
                format!("{} số {number}", self.kind)
            }
            _ => format!("{} {}", self.kind, self.name),
        }
    }
}

impl Citation {
    /// A text with those that have amended it.
    pub(super) fn of<'b>(basis: &Basis, amending: impl Iterator<Item = &'b Basis>) -> Self {
        let mut text = basis.kind.clone();
        let date = basis
            .date
            .map(|date| format!(" {}", date_long(date)))
            .unwrap_or_default();
        if is_law(basis) {
            text.push(' ');
            text.push_str(&basis.name);
            text.push_str(&date);
        } else {
            if let Some(number) = &basis.number {
                text.push_str(" số ");
                text.push_str(number);
            }
            text.push_str(&date);
            if let Some(issuer) = &basis.issuer {
                text.push_str(" của ");
                text.push_str(issuer);
            }
            text.push(' ');
            text.push_str(&basis.name);
        }
        let amending: Vec<String> = amending
            .map(|other| {
                let date = other
                    .date
                    .map(|date| format!(" {}", date_long(date)))
                    .unwrap_or_default();
                other.short_without_date() + &*date
            })
            .collect();
        if let Some((last, others)) = amending.split_last() {
            text.push_str(" đã được sửa đổi, bổ sung một số điều bởi ");
            if !others.is_empty() {
                text.push_str(&others.join(", "));
                text.push_str(" và ");
            }
            text.push_str(last);
        }
        Self {
            text: text.into(),
            basis: Arc::new(basis.clone()),
        }
    }

    /// A part that is a text; `None` when it isn't known.
    pub fn text_of(&self, part: Part) -> Option<Arc<str>> {
        let basis = &self.basis;
        match part {
            Part::Citation => Some(self.text.clone()),
            Part::Short => Some(basis.short_without_date().into()),
            Part::Kind => Some(basis.kind.as_str().into()),
            Part::Number => basis.number.as_deref().map(Arc::from),
            Part::Name => Some(basis.name.as_str().into()),
            Part::Issuer => basis.issuer.as_deref().map(Arc::from),
            Part::Note => basis.note.as_deref().map(Arc::from),
            Part::Date | Part::From => None,
        }
    }

    /// A part that is a date; `None` when it isn't known.
    pub fn date_of(&self, part: Part) -> Option<Date> {
        match part {
            Part::Date => self.basis.date,
            Part::From => self.basis.from,
            _ => None,
        }
    }
}
