//! The labels of a sheet's fields, found among the texts of cells.
//!
//! Labels are compared after folding (case, diacritics, blanks and dashes do not count), then without the unit in
//! parentheses, then with abbreviations spelt out. A label that is merely near is told by `ask`, never taken.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::schema::Sheet;
use crate::value::Raw;
use crate::vietnamese::{fold, plain_spellings, spellings, trim};
use crate::workbook;

/// Longest text that may be a label, in bytes: what is longer is a paragraph, not worth folding.
const LONGEST: usize = 400;

/// The labels of a sheet's fields.
#[derive(Default)]
pub(crate) struct Labels {
    exact: HashMap<String, usize>,
    /// Labels without their unit; `None` where two fields would share one.
    loose: HashMap<String, Option<usize>>,
    /// Labels as plain words, abbreviations of one meaning spelt out; `None` where two fields would share one.
    spelt: HashMap<String, Option<usize>>,
}

impl Labels {
    /// The labels and aliases of a sheet's fields; of a field that the user's mapping knows, the mapped labels only.
    pub fn new(sheet: &Sheet) -> Self {
        let mut labels = Self {
            exact: HashMap::new(),
            loose: HashMap::new(),
            spelt: HashMap::new(),
        };
        for (index, field) in sheet.fields.iter().enumerate() {
            for label in &field.mapped {
                labels.exact.insert(fold(without_mark(label)), index);
            }
        }
        for (index, field) in sheet
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.mapped.is_empty())
        {
            for label in std::iter::once(&field.label).chain(&field.aliases) {
                for (rank, variant) in variants(label).enumerate() {
                    for spelling in plain_spellings(variant) {
                        add(&mut labels.spelt, spelling, index);
                    }
                    let key = fold(variant);
                    if rank == 0 {
                        labels.exact.entry(key).or_insert(index);
                    } else {
                        add(&mut labels.loose, key, index);
                    }
                }
            }
        }
        labels
    }

    /// The field whose label a text is, unit and required mark aside.
    pub fn find(&self, text: &str) -> Option<usize> {
        self.find_written(&Written::new(text)?)
    }

    /// The same for a text that is looked up more than once.
    pub fn find_written(&self, text: &Written) -> Option<usize> {
        let exact = || text.keys.iter().find_map(|key| self.exact.get(key).copied());
        let loose = || text.keys.iter().find_map(|key| self.loose.get(key).copied().flatten());
        exact().or_else(loose).or_else(|| self.find_spelt(text))
    }

    /// The one field that a text with abbreviations may mean.
    fn find_spelt(&self, text: &Written) -> Option<usize> {
        // “TT” over running numbers is no “Tập thể”.
        let is_number = is_running_number(&text.text);
        let spellings = text.spellings().iter();
        let mut found = None;
        for spelling in spellings.filter(|spelling| !is_number || is_running_number(spelling)) {
            match self.spelt.get(spelling) {
                None => {}
                Some(Some(field)) if found.is_none_or(|found| found == *field) => found = Some(*field),
                Some(_) => return None,
            }
        }
        found
    }
}

/// Adds a key of a field, or notes that another field has it too.
fn add(keys: &mut HashMap<String, Option<usize>>, key: String, field: usize) {
    let entry = keys.entry(key).or_insert(Some(field));
    if *entry != Some(field) {
        *entry = None;
    }
}

/// A text in the forms in which it is looked up among labels.
pub(crate) struct Written {
    /// Folded, the whole first, then without unit.
    keys: Vec<String>,
    text: Box<str>,
    /// Its abbreviations spelt out; seldom needed.
    spellings: OnceCell<Vec<String>>,
}

impl Written {
    /// The forms of a text; `None` for a paragraph and for nothing but signs.
    pub fn new(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut keys = Vec::new();
        for variant in variants(text) {
            let key = fold(variant);
            if !key.is_empty() && !keys.contains(&key) {
                keys.push(key);
            }
        }
        (!keys.is_empty()).then(|| Self {
            keys,
            text: text.into(),
            spellings: OnceCell::new(),
        })
    }

    /// The whole text, folded.
    pub fn key(&self) -> &str {
        self.keys.first().map_or("", String::as_str)
    }

    fn spellings(&self) -> &[String] {
        self.spellings
            .get_or_init(|| variants(&self.text).flat_map(spellings).collect())
    }
}

/// Forms of a label, the whole first: without required mark, without unit in parentheses, the first line, what stands
/// before a comma.
fn variants(label: &str) -> impl Iterator<Item = &str> {
    let marked = without_mark(label);
    let shorter = [
        unit_of(marked).map(|(before, _)| before),
        marked.split_once('\n').map(|(first, _)| first),
        // What stands before a colon is a label as a whole: “Khối, cụm thi đua: khối số 2”.
        marked
            .split_once(',')
            .filter(|(_, after)| !after.contains(':'))
            .map(|(before, _)| before),
    ];
    std::iter::once(marked).chain(shorter.into_iter().flatten().map(without_mark))
}

fn without_mark(label: &str) -> &str {
    let label = label.trim();
    let label = label.strip_suffix(':').unwrap_or(label).trim_end();
    let label = label.strip_suffix("(*)").unwrap_or(label).trim_end();
    label.trim_end_matches('*').trim_end()
}

/// A label and the unit in parentheses at its end.
pub(crate) fn unit_of(label: &str) -> Option<(&str, &str)> {
    let label = without_mark(label);
    let inner = label.strip_suffix(')')?;
    let open = inner.rfind('(')?;
    let (before, unit) = (inner.get(..open)?, inner.get(open + 1..)?);
    (!before.trim().is_empty()).then_some((before, unit))
}

/// The text of a cell, when it is one that could be a label.
pub(crate) fn label_text(cell: &workbook::Cell) -> Option<&str> {
    match &cell.raw {
        Raw::Text(text) if !trim(text).is_empty() => Some(text),
        _ => None,
    }
}

/// Whether a header is that of the running numbers, which are nobody's data.
pub(crate) fn is_running_number(text: &str) -> bool {
    matches!(
        fold(without_mark(text)).as_str(),
        "stt" | "tt" | "so tt" | "so thu tu" | "thu tu" | "s.t.t" | "t.t" | "#" | "no"
    )
}
