//! What is wrong in the layout of a finished document, by Decree 30/2020/NĐ-CP, annex I.
//!
//! In: the bytes of a .docx, from any program. Out: findings by paragraph, heading and part; their codes begin with
//! `the-thuc/`. `read` and `style` say how each line looks in the end, `component` which component of an official document it is;
//! the rules are data in one file for each group of components. Left out on purpose: what the decree does not rule (tables in
//! the text, bullets, footnotes), and what no file shows (ink, stamps). What a renderer alone knows is measured with the
//! widths of Times New Roman.

mod addressees;
mod annex;
mod body;
mod component;
mod form;
mod letter;
mod letterhead;
mod listing;
mod number;
mod number_date;
mod numbering;
mod page;
mod page_number;
mod read;
mod recipients;
mod ruled;
mod signature;
mod style;
mod title;

use jiff::civil::Date;

use self::component::{At, Document};
pub use self::letterhead::NO_NATION;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, Text};
use crate::opc::Error;
use crate::text;

/// A rule of a decree.
#[derive(Debug)]
pub struct Rule {
    /// The code of its findings: `the-thuc/le-trang`.
    pub code: &'static str,
    /// How bad a breach is: a warning where the decree is silent and practice rules, or where a program can only guess.
    pub severity: Severity,
    /// Where it stands: `Phụ lục I, mục I.3`, or what else it rests on.
    pub source: &'static str,
    /// What it asks for, in Vietnamese and in English.
    pub demand: (&'static str, &'static str),
    check: fn(&Document) -> Vec<Fault>,
}

/// Rules that hold together from a day on.
#[derive(Debug)]
pub struct Ruleset {
    /// `nd30-2020`
    pub id: &'static str,
    /// What people call the text they come from.
    pub name: &'static str,
    /// The first day on which they hold.
    pub effective_from: Date,
    /// The last day; none while they hold.
    pub effective_to: Option<Date>,
    /// Groups of rules: the components they are about, in Vietnamese and English, and the rules.
    pub groups: &'static [(&'static str, &'static str, &'static [Rule])],
}

impl Ruleset {
    /// All rules, group by group.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        self.groups.iter().flat_map(|(_, _, rules)| rules.iter())
    }
}

/// The layout of administrative documents (Decree 30/2020/NĐ-CP, in force since 5 March 2020).
pub const ND30: Ruleset = Ruleset {
    id: "nd30-2020",
    name: "Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư",
    effective_from: jiff::civil::date(2020, 3, 5),
    effective_to: None,
    groups: &[
        ("Khổ giấy, lề trang", "Paper and margins", page::RULES),
        ("Số trang", "Page numbers", page_number::RULES),
        ("Phông chữ", "Typeface", letter::RULES),
        (
            "Quốc hiệu, tiêu ngữ, tên cơ quan",
            "Quốc hiệu, Tiêu ngữ, agency",
            letterhead::RULES,
        ),
        (
            "Số, ký hiệu; địa danh, thời gian",
            "Number, place and date",
            number_date::RULES,
        ),
        ("Tên loại, trích yếu", "Kind and subject", title::RULES),
        ("Kính gửi", "Addressees", addressees::RULES),
        ("Nội dung", "Running text", body::RULES),
        ("Số thứ tự trong nội dung", "Numbers in the text", numbering::RULES),
        ("Người ký", "Signature", signature::RULES),
        ("Nơi nhận", "Recipients", recipients::RULES),
        ("Phụ lục", "Annexes", annex::RULES),
    ],
};

/// A breach of a rule.
struct Fault {
    place: Place,
    message: Text,
    hint: Text,
}

/// What is wrong in the layout of a document, in reading order. A document without Quốc hiệu is told as one that the decree does
/// not rule, and nothing else. Errors: the file is no .docx, damaged, or too large.
pub fn layout(docx: &[u8]) -> Result<Diagnostics, Error> {
    let document = Document::new(read::read(docx)?);
    let mut diagnostics = Diagnostics::new();
    for rule in ND30.rules() {
        let found = findings(rule, &document);
        if rule.code == letterhead::NO_NATION && !found.is_empty() {
            return Ok(found);
        }
        diagnostics.extend(found);
    }
    diagnostics.sort(&[]);
    Ok(diagnostics)
}

/// The findings of one rule; the same fault at many places is one finding, at the first of them, with their count.
fn findings(rule: &Rule, document: &Document) -> Diagnostics {
    let mut grouped: Vec<(Fault, usize)> = Vec::new();
    for fault in (rule.check)(document) {
        match grouped.iter_mut().find(|(known, _)| known.message == fault.message) {
            Some((_, count)) => *count += 1,
            None => grouped.push((fault, 0)),
        }
    }
    let finding = |(fault, more): (Fault, usize)| {
        let mut message = fault.message;
        if more > 0 {
            message.vi += &format!("; {more} chỗ khác cũng vậy");
            message.en += &match more {
                1 => "; so is 1 other place".to_owned(),
                _ => format!("; so are {more} other places"),
            };
        }
        let finding = match rule.severity {
            Severity::Error => Diagnostic::error(rule.code, fault.place, message),
            Severity::Warning => Diagnostic::warning(rule.code, fault.place, message),
        };
        finding.hint(fault.hint)
    };
    grouped.into_iter().map(finding).collect()
}

impl Document {
    /// The place of a paragraph of the body.
    fn place(&self, paragraph: usize) -> Place {
        let found = self.paragraphs.get(paragraph);
        Place::Paragraph {
            part: text!("thân văn bản", "body"),
            heading: found.and_then(|found| found.heading.clone()),
            text: found.map(component_text).unwrap_or_default(),
            tag: None,
            position: paragraph,
        }
    }

    /// The place of a line.
    fn place_of(&self, at: At) -> Place {
        match self.place(at.paragraph) {
            Place::Paragraph {
                part,
                heading,
                position,
                ..
            } => Place::Paragraph {
                part,
                heading,
                text: self.text(at),
                tag: None,
                position,
            },
            other => other,
        }
    }

    /// The place of the set-up of a section: its number, and the text it begins with.
    fn place_of_section(&self, section: usize) -> Place {
        let first = self
            .paragraphs
            .iter()
            .enumerate()
            .find(|(_, paragraph)| paragraph.section == section && !paragraph.is_blank());
        let (position, text) = first.map_or((0, String::new()), |(index, paragraph)| (index, paragraph.text()));
        let number = section + 1;
        Place::Paragraph {
            part: match self.sections.len() {
                1 => text!("thiết lập trang", "page setup"),
                _ => text!("thiết lập trang của phần {number}", "page setup of section {number}"),
            },
            heading: None,
            text,
            tag: None,
            position,
        }
    }
}

fn component_text(paragraph: &read::Paragraph) -> String {
    match paragraph.text() {
        text if text.is_empty() => "(đoạn trống)".to_owned(),
        text => text,
    }
}

/// A length in millimetres, to the tenth, as people write it.
fn millimetres(twips: i32) -> (String, String) {
    let tenths = (f64::from(twips) * 254.0 / 1440.0).round() as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    let (whole, tenth) = (tenths.abs() / 10, tenths.abs() % 10);
    if tenth == 0 {
        (format!("{sign}{whole}"), format!("{sign}{whole}"))
    } else {
        (format!("{sign}{whole},{tenth}"), format!("{sign}{whole}.{tenth}"))
    }
}

/// Points of a size in half-points, as people write it.
fn points(half_points: u32) -> (String, String) {
    match half_points % 2 {
        0 => ((half_points / 2).to_string(), (half_points / 2).to_string()),
        _ => (format!("{},5", half_points / 2), format!("{}.5", half_points / 2)),
    }
}

#[cfg(test)]
mod tests;
