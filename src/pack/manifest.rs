//! `pack.toml`: TOML to typed tables, with every mistake at its line and column.
//!
//! In: the text of a manifest. Out: a [`Manifest`], and what is wrong with the text. Serde stops at the first mistake, so
//! a mistake is cut out of the tree and the rest read again, until nothing is left to say.

use std::ops::Range;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::migration;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Text};
use crate::legal::Basis;
use crate::schema::{Check, Schema, SchemaFault, Sheet};
use crate::text;
use crate::vietnamese::nearest;

/// Everything a `pack.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub id: String,
    pub version: String,
    pub engine: Option<String>,
    pub reads: Option<String>,
    #[serde(default, rename = "migration")]
    pub migrations: Vec<super::Migration>,
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub empty: String,
    #[serde(default)]
    pub controls: crate::template::Controls,
    #[serde(default, rename = "output")]
    pub outputs: Vec<super::Output>,
    #[serde(default, rename = "sheet")]
    pub sheets: Vec<Sheet>,
    #[serde(default, rename = "check")]
    pub checks: Vec<Check>,
    #[serde(default, rename = "legal_basis")]
    pub legal: Vec<Basis>,
}

impl Manifest {
    /// What is wrong with what it says of other versions.
    pub fn migration_faults(&self, schema: &Schema) -> Vec<SchemaFault> {
        migration::validate(schema, &self.version, self.reads.as_deref(), &self.migrations)
    }
}

/// Mistakes reported in one manifest; more than anybody reads.
const MOST_MISTAKES: usize = 50;

/// A parsed text file that still knows where everything stood.
pub(super) struct Source<'t> {
    text: &'t str,
    tree: Spanned<DeTable<'t>>,
    /// What is wrong with the use of shared sheets.
    shared: Vec<Diagnostic>,
}

impl<'t> Source<'t> {
    /// Parses TOML; all syntax mistakes at once.
    pub fn parse(text: &'t str) -> Result<Self, Diagnostics> {
        let (mut tree, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            let shared = super::shared::take(tree.get_mut(), &|span| place(text, Some(span)));
            return Ok(Self { text, tree, shared });
        }
        let mut lines = std::collections::BTreeSet::new();
        let findings = errors.iter().take(MOST_MISTAKES).map(|error| {
            Diagnostic::error(
                "goi/cu-phap",
                place(text, error.span()),
                syntax_message(error.message()),
            )
        });
        // The parser stumbles several times over one slip; a line is named once.
        Err(findings
            .filter(|finding| match finding.place {
                Place::Line { line, .. } => lines.insert(line),
                _ => true,
            })
            .collect())
    }

    /// The typed form. `None` when something needed is missing or of the wrong kind; unknown keys are reported and
    /// otherwise passed over, so that what follows can still be judged.
    pub fn read<T: DeserializeOwned>(&self) -> (Option<T>, Diagnostics) {
        let mut findings: Diagnostics = self.shared.iter().cloned().collect();
        let mut tree = self.tree.clone();
        let mut cut: Vec<String> = Vec::new();
        let mut sound = findings.is_empty();
        loop {
            let error = match T::deserialize(toml::de::Deserializer::from(tree.clone())) {
                Ok(typed) => return (sound.then_some(typed), findings),
                Err(error) => error,
            };
            let message = error.message();
            let quoted = backticked(message);
            let is_missing = message.starts_with("missing field");
            sound &= message.starts_with("unknown field");
            // A key that was cut for another mistake isn't missing.
            if !(is_missing && quoted.first().is_some_and(|key| cut.iter().any(|name| name == key))) {
                findings.push(self.mistake(&error, &quoted));
            }
            let removed = error.span().and_then(|span| remove(tree.get_mut(), &span));
            match removed {
                Some(key) if findings.len() < MOST_MISTAKES => cut.push(key),
                _ => return (None, findings),
            }
        }
    }

    fn mistake(&self, error: &toml::de::Error, quoted: &[&str]) -> Diagnostic {
        let message = error.message();
        let place = place(self.text, error.span());
        match quoted {
            [key, known @ ..] if message.starts_with("unknown field") => {
                let finding = Diagnostic::error(
                    "goi/khoa-la",
                    place,
                    text!("không có khoá “{key}” ở đây", "there is no key “{key}” here"),
                );
                finding.hint(match nearest(key, known.iter().copied()) {
                    Some(near) => text!("có phải là “{near}”?", "did you mean “{near}”?"),
                    None => {
                        let known = known.join(", ");
                        text!("các khoá dùng được: {known}", "known keys: {known}")
                    }
                })
            }
            [key, ..] if message.starts_with("missing field") => Diagnostic::error(
                "goi/thieu-khoa",
                place,
                text!("thiếu khoá “{key}”", "the key “{key}” is missing"),
            ),
            [name, known @ ..] if message.starts_with("unknown variant") => {
                let finding = Diagnostic::error(
                    "goi/tri-la",
                    place,
                    text!(
                        "không dùng được giá trị “{name}” ở đây",
                        "the value “{name}” is unknown here"
                    ),
                );
                let all = known.join(", ");
                finding.hint(match nearest(name, known.iter().copied()) {
                    Some(near) => text!("có phải là “{near}”?", "did you mean “{near}”?"),
                    None => text!("các giá trị dùng được: {all}", "known values: {all}"),
                })
            }
            _ => Diagnostic::error("goi/sai-kieu", place, kind_message(message)),
        }
    }

    /// Where the thing stands that an id path names: `sheet khen_thuong › field cap`, `output bao_cao`, `check 2`
    /// (counted from 1).
    pub fn locate(&self, path: &str) -> Place {
        match self.find(path) {
            Some((_, span)) => place(self.text, Some(span)),
            None => Place::File,
        }
    }

    /// Where a character of a key's text stands, the key being one of the thing that an id path names; the key when its
    /// value is no text, the thing when there is no such key. Characters count from 0.
    pub fn locate_within(&self, path: &str, key: &str, character: usize) -> Place {
        let value = self.find(path).and_then(|(table, _)| table.get(key));
        let Some(value) = value else {
            return self.locate(path);
        };
        let span = value.span();
        let written = self.text.get(span.clone()).unwrap_or_default();
        let start = span.start + byte_of(written, character);
        place(self.text, Some(start..span.end))
    }

    /// The table that an id path names, and where it begins.
    fn find(&self, path: &str) -> Option<(&DeTable<'t>, Range<usize>)> {
        let mut table = self.tree.get_ref();
        let mut span = None;
        for step in path.split('›') {
            let Some((kind, id)) = step.trim().split_once(' ') else {
                break;
            };
            let Some(DeValue::Array(list)) = table.get(kind).map(Spanned::get_ref) else {
                break;
            };
            let has_id = |table: &DeTable| matches!(table.get("id").map(Spanned::get_ref), Some(DeValue::String(own)) if own == id);
            let found = list
                .iter()
                .enumerate()
                .find_map(|(index, entry)| match entry.get_ref() {
                    DeValue::Table(inner) if has_id(inner) || id.parse() == Ok(index + 1) => Some((entry, inner)),
                    _ => None,
                });
            let Some((entry, inner)) = found else { break };
            span = Some(inner.get("id").map_or_else(|| entry.span(), |id| id.span()));
            table = inner;
        }
        Some((table, span?))
    }

    /// The text of a key of the manifest itself.
    pub fn text_of(&self, key: &str) -> Option<&str> {
        match self.tree.get_ref().get(key)?.get_ref() {
            DeValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// Where the value of a key of the manifest itself stands.
    pub fn locate_key(&self, key: &str) -> Place {
        match self.tree.get_ref().get(key) {
            Some(value) => place(self.text, Some(value.span())),
            None => Place::File,
        }
    }
}

/// Where a character of a TOML string's text stands in it as it is written, in bytes; 0 for what is no string.
fn byte_of(written: &str, character: usize) -> usize {
    let quotes = ["\"\"\"", "'''", "\"", "'"];
    let Some(quote) = quotes.into_iter().find(|quote| written.starts_with(quote)) else {
        return 0;
    };
    let inner = written.get(quote.len()..).unwrap_or_default();
    // The line break after three quotes is none of the text.
    let inner = match quote.len() {
        3 => inner.strip_prefix("\r\n").or(inner.strip_prefix('\n')).unwrap_or(inner),
        _ => inner,
    };
    let mut rest = inner.chars();
    for _ in 0..character {
        if rest.next() != Some('\\') || quote.starts_with('\'') {
            continue;
        }
        let digits = match rest.next() {
            Some('u') => 4,
            Some('U') => 8,
            Some('x') => 2,
            _ => 0,
        };
        rest.by_ref().take(digits).for_each(drop);
    }
    written.len() - inner.len() + (inner.len() - rest.as_str().len())
}

/// Line and column of a byte range's beginning.
fn place(text: &str, span: Option<Range<usize>>) -> Place {
    let Some(before) = span.and_then(|span| text.get(..span.start.min(text.len()))) else {
        return Place::File;
    };
    let line_start = before.rfind('\n').map_or(0, |index| index + 1);
    Place::Line {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

/// Takes the entry out whose key or value has the span, and returns its key (that of the list for a list's entry).
fn remove(table: &mut DeTable<'_>, span: &Range<usize>) -> Option<String> {
    let hit = table
        .iter()
        .find(|(key, value)| key.span() == *span || value.span() == *span)
        .map(|(key, _)| key.get_ref().to_string());
    if let Some(key) = hit {
        table.remove(key.as_str());
        return Some(key);
    }
    for (key, value) in table.iter_mut() {
        let removed = match value.get_mut() {
            DeValue::Table(inner) => remove(inner, span),
            DeValue::Array(list) => match list.iter().position(|entry| entry.span() == *span) {
                Some(index) => {
                    let entries = std::mem::replace(list, DeArray::new()).into_iter().enumerate();
                    for (_, entry) in entries.filter(|(number, _)| *number != index) {
                        list.push(entry);
                    }
                    Some(key.get_ref().to_string())
                }
                None => list.iter_mut().find_map(|entry| match entry.get_mut() {
                    DeValue::Table(inner) => remove(inner, span),
                    _ => None,
                }),
            },
            _ => None,
        };
        if removed.is_some() {
            return removed;
        }
    }
    None
}

fn backticked(message: &str) -> Vec<&str> {
    message.split('`').skip(1).step_by(2).collect()
}

fn syntax_message(message: &str) -> Text {
    if message.contains("duplicate key") {
        return Text::new("khoá này đã có ở trên", "this key was given above");
    }
    text!(
        "không đúng cú pháp TOML ({message})",
        "this is not proper TOML ({message})"
    )
}

/// Serde's "invalid type: string "x", expected a boolean" in words people know.
fn kind_message(message: &str) -> Text {
    let Some((found, expected)) = message.split_once(", expected ") else {
        return text!(
            "giá trị này không dùng được ({message})",
            "this value can't be used ({message})"
        );
    };
    let found = found.rsplit(": ").next().unwrap_or(found);
    let expected_vi = match expected {
        "a string" => "một chuỗi trong dấu nháy",
        "a boolean" => "true hoặc false",
        "a sequence" => "một danh sách [ … ]",
        "usize" | "u32" | "u64" => "một số nguyên không âm",
        "f64" => "một số",
        "a Decimal type representing a fixed-point number" => "một số",
        other => other,
    };
    let expected_en = match expected {
        "usize" | "u32" | "u64" => "a whole number of at least 0",
        "f64" | "a Decimal type representing a fixed-point number" => "a number",
        other => other,
    };
    let found_vi = [
        ("string", "chuỗi"),
        ("integer", "số nguyên"),
        ("floating point", "số lẻ"),
        ("boolean", "giá trị"),
        ("sequence", "danh sách"),
        ("map", "bảng"),
    ]
    .iter()
    .find_map(|(en, vi)| found.strip_prefix(en).map(|rest| format!("{vi}{rest}")))
    .unwrap_or_else(|| found.to_owned());
    Text::new(
        format!("cần {expected_vi}, ở đây là {}", found_vi.replace('`', "")),
        format!("{expected_en} is needed, this is {}", found.replace('`', "")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Lang;

    fn findings(text: &str) -> Vec<String> {
        let diagnostics = match Source::parse(text) {
            Ok(source) => source.read::<Manifest>().1,
            Err(diagnostics) => diagnostics,
        };
        diagnostics.iter().map(|finding| finding.print(Lang::Vi)).collect()
    }

    #[test]
    fn every_unknown_key_is_named_with_its_place_and_the_nearest_key() {
        let found = findings(
            "id = \"a\"\nversion = \"1.0.0\"\nname = \"A\"\ndescriptoin = \"x\"\n\n[[sheet]]\nid = \"s\"\nname = \"S\"\nlayuot = \"form\"\nlayout = \"form\"\n",
        );
        let all = found.join("");
        assert!(
            all.contains("“descriptoin”") && all.contains("dòng 4, cột 1") && all.contains("“description”"),
            "{all}"
        );
        assert!(
            all.contains("“layuot”") && all.contains("dòng 9, cột 1") && all.contains("“layout”"),
            "{all}"
        );
        assert!(all.contains("thiếu khoá “field”"), "{all}");
        assert_eq!(found.len(), 3, "{all}");
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_said_once_and_not_as_missing() {
        let found = findings("id = 5\nversion = \"1.0.0\"\nname = true\n");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].contains("cần một chuỗi trong dấu nháy, ở đây là số nguyên 5"),
            "{found:?}"
        );
        assert!(found[0].contains("dòng 1, cột 6"), "{found:?}");
        assert!(found[1].contains("dòng 3, cột 8"), "{found:?}");
    }

    #[test]
    fn syntax_mistakes_have_line_and_column() {
        let found = findings("id = \"a\nversion = 1.0.0\n");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].contains("goi/cu-phap") && found[0].contains("dòng 1"),
            "{found:?}"
        );
        assert!(found[1].contains("dòng 2"), "{found:?}");
    }

    #[test]
    fn an_unknown_type_lists_what_there_is() {
        let found = findings(
            "id = \"a\"\nversion = \"1.0.0\"\nname = \"A\"\n[[sheet]]\nid = \"s\"\nname = \"S\"\nlayout = \"form\"\n[[sheet.field]]\nid = \"x\"\nlabel = \"X\"\ntype = \"interger\"\n",
        );
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains("“interger”") && found[0].contains("có phải là “integer”?"),
            "{found:?}"
        );
        assert!(found[0].contains("dòng 11"), "{found:?}");
    }

    #[test]
    fn an_id_path_leads_to_its_line() {
        let text = "id = \"a\"\n[[sheet]]\nid = \"mot\"\n[[sheet]]\nid = \"hai\"\n[[sheet.field]]\nid = \"cap\"\n[[check]]\nrule = 1\n";
        let source = Source::parse(text).expect("proper TOML");
        assert_eq!(
            source.locate("sheet hai › field cap"),
            Place::Line { line: 7, column: 6 }
        );
        assert_eq!(
            source.locate("sheet hai › field none"),
            Place::Line { line: 5, column: 6 }
        );
        assert_eq!(source.locate("check 1"), Place::Line { line: 8, column: 1 });
        assert_eq!(source.locate("nowhere"), Place::File);
    }

    #[test]
    fn a_character_of_a_text_has_its_line_and_column() {
        let text = "[[check]]\nassert = \"a == \\\"Xã\\\" and bb\"\nmessage = 'Số {a}'\nhint = \"\"\"\nmột\nhai {a}\"\"\"\nsheet = 5\n";
        let source = Source::parse(text).expect("proper TOML");
        let at = |key, character| source.locate_within("check 1", key, character);
        let line = |line, column| Place::Line { line, column };
        assert_eq!(at("assert", 0), line(2, 11));
        assert_eq!(at("assert", 14), line(2, 27), "two quotes were escaped");
        assert_eq!(at("message", 4), line(3, 16));
        assert_eq!(at("hint", 9), line(6, 6));
        assert_eq!(at("sheet", 3), line(7, 9));
        assert_eq!(at("at", 3), line(1, 1));
        assert_eq!(at("assert", 500), line(2, 30), "not beyond the text");
    }
}
