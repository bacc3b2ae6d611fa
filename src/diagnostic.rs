//! What is wrong, where, and what to do; printed for people, or as JSON.
//!
//! A [`Diagnostic`] is something the user can mend in a workbook, a template or a pack. Diagnostics are gathered, never
//! returned as `Err`, so that all of them reach the user at once. All wording is kept in Vietnamese and English side by
//! side ([`Text`]); codes are stable and never translated.

use std::fmt;

use serde::Serialize;

/// The language of messages and help. Documents are always Vietnamese.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Vietnamese, the default.
    #[default]
    Vi,
    /// English, with `--lang en` or `BAOCAO_LANG=en`.
    En,
}

/// One wording in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Text {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The wording in both languages.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            vi: vi.into(),
            en: en.into(),
        }
    }

    /// The wording in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

/// Writes a [`Text`]: two format strings, Vietnamese first, with captured identifiers.
#[macro_export]
macro_rules! text {
    ($vi:literal, $en:literal $(, $($args:tt)*)?) => {
        $crate::diagnostic::Text { vi: format!($vi $(, $($args)*)?), en: format!($en $(, $($args)*)?) }
    };
}

/// A cell of a sheet; row and column count from 0, printing adds 1 (`F7`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellRef {
    /// Row, from 0.
    pub row: u32,
    /// Column, from 0.
    pub column: u32,
}

impl CellRef {
    /// The cell at a row and a column, both from 0.
    pub fn new(row: u32, column: u32) -> Self {
        Self { row, column }
    }
}

/// The letters of a column counted from 0: `A`, `Z`, `AA`.
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().map(|&byte| byte as char).collect()
}

impl fmt::Display for CellRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", column_letters(self.column), self.row + 1)
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is written while one stands.
    Error,
    /// Written all the same, but look at it.
    Warning,
}

/// Where a finding is: a place that a person can go to.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Place {
    /// The workbook or file as a whole.
    #[default]
    File,
    /// A sheet as a whole.
    Sheet(String),
    /// A cell of a sheet.
    Cell(String, CellRef),
    /// A paragraph of a Word template.
    Paragraph {
        /// The .docx part in Word's terms: "thân văn bản", "đầu trang" and the like, in both languages.
        part: Text,
        /// The nearest heading above, if any.
        heading: Option<String>,
        /// The text of the paragraph, its tags included.
        text: String,
        /// The tag the finding is about, as it stands in the text.
        tag: Option<String>,
        /// Where the tag stands in the part's XML, in bytes; orders findings.
        position: usize,
    },
    /// A position in a text file; line and column count from 1.
    Line {
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
    },
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable, kebab-case, `area/what`; never translated.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The file it is in, as the user knows it; filled in by the caller that knows the name.
    pub file: Option<String>,
    /// Where in the file.
    pub place: Place,
    /// The id of the schema's field or column, where the finding is about one.
    pub field: Option<String>,
    /// Further cells with the same fault (the same sheet); printed as a count and the first of them.
    pub more: Vec<CellRef>,
    /// One clause: what is needed, then what was found.
    pub message: Text,
    /// One thing to do.
    pub hint: Option<Text>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, place: Place, message: Text) -> Self {
        Self {
            code,
            severity: Severity::Error,
            file: None,
            place,
            field: None,
            more: Vec::new(),
            message,
            hint: None,
        }
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, place: Place, message: Text) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, place, message)
        }
    }

    /// The same with a hint: one thing to do.
    pub fn hint(mut self, hint: Text) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The same, about a field or column of the schema.
    pub fn field(mut self, id: impl Into<String>) -> Self {
        self.field = Some(id.into());
        self
    }
}

/// Findings, gathered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// No findings yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds all findings of another list.
    pub fn extend(&mut self, other: Diagnostics) {
        self.list.extend(other.list);
    }

    /// Whether there is no finding at all.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many findings there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether an error is among them.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// How many errors and how many warnings there are.
    pub fn counts(&self) -> (usize, usize) {
        let errors = self
            .list
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .count();
        (errors, self.list.len() - errors)
    }

    /// The findings in the order in which they are kept.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// The same, to be changed.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Diagnostic> {
        self.list.iter_mut()
    }

    /// Names the file of every finding that has none yet.
    pub fn set_file(&mut self, file: &str) {
        for finding in &mut self.list {
            finding.file.get_or_insert_with(|| file.to_owned());
        }
    }

    /// Puts the findings in reading order: file, then sheet in the order given, then row, then column.
    pub fn sort(&mut self, sheets: &[String]) {
        self.list.sort_by_cached_key(|finding| {
            let sheet = |name: &str| sheets.iter().position(|sheet| sheet == name).unwrap_or(usize::MAX);
            let key = match &finding.place {
                Place::File => (0, 0, 0, 0),
                Place::Sheet(name) => (1, sheet(name), 0, 0),
                Place::Cell(name, cell) => (1, sheet(name), cell.row as usize + 1, cell.column as usize),
                Place::Paragraph { part, position, .. } => (2, usize::from(part.en != "body"), *position, 0),
                Place::Line { line, column } => (2, 0, *line, *column),
            };
            (finding.file.clone(), key, finding.severity, finding.code)
        });
    }

    /// The findings as text for people, one block each, in one language.
    pub fn print(&self, lang: Lang) -> String {
        self.list.iter().map(|finding| finding.print(lang) + "\n").collect()
    }

    /// The findings as JSON values, in their order. Shape of each: see [`Diagnostic::json`].
    pub fn json(&self, lang: Lang) -> serde_json::Value {
        self.list.iter().map(|finding| finding.json(lang)).collect()
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(iter: I) -> Self {
        Self {
            list: iter.into_iter().collect(),
        }
    }
}

/// How many cells of a grouped finding are named.
const NAMED_CELLS: usize = 3;

impl Diagnostic {
    /// Where the finding is, in words: `tan-hoa-2023.xlsx › Chỉ tiêu › F7`.
    pub fn where_text(&self, lang: Lang) -> String {
        let mut steps: Vec<String> = self.file.iter().cloned().collect();
        match &self.place {
            Place::File => {}
            Place::Sheet(sheet) => steps.push(sheet.clone()),
            Place::Cell(sheet, cell) => {
                steps.push(sheet.clone());
                let mut cells = cell.to_string();
                for more in self.more.iter().take(NAMED_CELLS - 1) {
                    cells.push_str(", ");
                    cells.push_str(&more.to_string());
                }
                if self.more.len() >= NAMED_CELLS {
                    let rest = self.more.len() + 1 - NAMED_CELLS;
                    cells.push_str(match lang {
                        Lang::Vi => " và ",
                        Lang::En => " and ",
                    });
                    cells.push_str(&rest.to_string());
                    cells.push_str(match lang {
                        Lang::Vi => " ô khác",
                        Lang::En => " more cells",
                    });
                }
                steps.push(cells);
            }
            Place::Paragraph {
                part,
                heading,
                text,
                tag,
                ..
            } => {
                steps.push(part.get(lang).to_owned());
                steps.extend(heading.iter().map(|heading| shorten(heading)));
                steps.push(format!("“{}”", around(text, tag.as_deref().unwrap_or_default())));
            }
            Place::Line { line, column } => steps.push(match lang {
                Lang::Vi => format!("dòng {line}, cột {column}"),
                Lang::En => format!("line {line}, column {column}"),
            }),
        }
        steps.join(" › ")
    }

    /// The finding as text for people: message, place and hint on lines of their own.
    pub fn print(&self, lang: Lang) -> String {
        let label = match (self.severity, lang) {
            (Severity::Error, Lang::Vi) => "lỗi",
            (Severity::Error, Lang::En) => "error",
            (Severity::Warning, Lang::Vi) => "cảnh báo",
            (Severity::Warning, Lang::En) => "warning",
        };
        let mut out = format!("{label}[{}]: {}\n", self.code, self.message.get(lang));
        let place = self.where_text(lang);
        if !place.is_empty() {
            out.push_str(&format!("  --> {place}\n"));
        }
        if let Some(hint) = &self.hint {
            let word = match lang {
                Lang::Vi => "gợi ý",
                Lang::En => "hint",
            };
            out.push_str(&format!("  {word}: {}\n", hint.get(lang)));
        }
        out
    }

    /// The finding as a JSON object: code, severity, file, sheet, cell, row, field, cells, place, message, hint.
    /// `row` counts from 1 as in Excel; absent parts are null.
    pub fn json(&self, lang: Lang) -> serde_json::Value {
        let (sheet, cell) = match &self.place {
            Place::Sheet(sheet) => (Some(sheet), None),
            Place::Cell(sheet, cell) => (Some(sheet), Some(cell)),
            _ => (None, None),
        };
        serde_json::json!({
            "code": self.code,
            "severity": self.severity,
            "file": self.file,
            "sheet": sheet,
            "cell": cell.map(CellRef::to_string),
            "row": cell.map(|cell| cell.row + 1),
            "field": self.field,
            "cells": cell.iter().copied().chain(&self.more).map(CellRef::to_string).collect::<Vec<_>>(),
            "place": self.where_text(lang),
            "message": self.message.get(lang),
            "hint": self.hint.as_ref().map(|hint| hint.get(lang)),
        })
    }
}

/// Characters of a quoted text that fit a line.
const LONGEST: usize = 90;

/// A text cut to what fits a line; the beginning stays, since that is what people know it by.
pub fn shorten(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(LONGEST - 1).collect();
    short.push('…');
    short
}

/// A text on one line, cut to what fits with a part of it in view. The part is marked with arrows when it stands in the
/// text once: where the text has it several times, which one is meant is not known here.
fn around(text: &str, part: &str) -> String {
    const BEFORE: usize = 40;
    let at = text.find(part).filter(|_| !part.is_empty());
    let from = match at {
        Some(at) if text.chars().count() > LONGEST => text[..at]
            .char_indices()
            .rev()
            .nth(BEFORE - 1)
            .map_or(0, |(index, _)| index),
        _ => 0,
    };
    let cut = if from > 0 { "…" } else { "" };
    let shown = match at {
        Some(at) if text.trim() != part && !text[at + part.len()..].contains(part) => {
            let end = at + part.len();
            format!("{}→{part}←{}", &text[from..at], &text[end..])
        }
        _ => text[from..].to_owned(),
    };
    format!("{cut}{}", shorten(&shown)).replace(['\n', '\t'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters_as_in_excel() {
        for (column, letters) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (701, "ZZ"),
            (702, "AAA"),
            (16_383, "XFD"),
        ] {
            assert_eq!(column_letters(column), letters);
        }
        assert_eq!(CellRef::new(6, 5).to_string(), "F7");
    }

    #[test]
    fn a_long_paragraph_is_cut_so_that_its_tag_is_in_view() {
        let text = format!("{}{{{{ten_xxa}}}} sau\nđó", "chữ ".repeat(60));
        let shown = around(&text, "{{ten_xxa}}");
        assert!(
            shown.starts_with('…') && shown.contains("→{{ten_xxa}}← sau đó"),
            "{shown}"
        );
    }

    #[test]
    fn a_tag_is_marked_in_its_paragraph_unless_it_is_all_of_it_or_stands_there_twice() {
        for (text, tag, shown) in [
            ("Xã {{ten_xxa}} năm nay", "{{ten_xxa}}", "Xã →{{ten_xxa}}← năm nay"),
            ("Xã {{ten_xxa}}", "{{ten_xxa}}", "Xã →{{ten_xxa}}←"),
            ("{{ten_xxa}}", "{{ten_xxa}}", "{{ten_xxa}}"),
            (" {{ten_xxa}}\t", "{{ten_xxa}}", " {{ten_xxa}} "),
            ("a{{/if}}b{{/if}}", "{{/if}}", "a{{/if}}b{{/if}}"),
            ("Xã", "{{ten_xxa}}", "Xã"),
            ("Xã", "", "Xã"),
        ] {
            assert_eq!(around(text, tag), shown);
        }
    }

    #[test]
    fn a_grouped_finding_names_three_cells_and_counts_the_rest() {
        let mut finding = Diagnostic::error(
            "gia-tri/thu",
            Place::Cell("Chỉ tiêu".into(), CellRef::new(6, 5)),
            Text::new("sai", "wrong"),
        );
        finding.more = (7..11).map(|row| CellRef::new(row, 5)).collect();
        assert_eq!(finding.where_text(Lang::Vi), "Chỉ tiêu › F7, F8, F9 và 2 ô khác");
        finding.more.truncate(2);
        assert_eq!(finding.where_text(Lang::Vi), "Chỉ tiêu › F7, F8, F9");
    }
}
