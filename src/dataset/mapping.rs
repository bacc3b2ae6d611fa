//! What a user says that headers, labels and tabs mean: `--map "Kết quả=thuc_hien"`, or `mapping.toml` beside the workbook.
//!
//! In: arguments, or TOML with the tables `[columns]` and `[sheets]`, unknown keys refused. Out: a [`Mapping`], which `build`
//! holds against the schema: an id that isn't there and an entry that matches nothing are told. A mapped header is found by
//! nothing else. A column without a header is named by its letter, `cột B`.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::findings::Findings;
use super::locate::holds_text;
use crate::diagnostic::{Diagnostic, Place, Text};
use crate::schema::{Schema, is_id};
use crate::text;
use crate::vietnamese::{fold, nearest};
use crate::workbook::{self, Workbook};

/// The name of the file beside a workbook.
pub const MAPPING_FILE: &str = "mapping.toml";

/// Meanings of headers, labels and tabs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// The header, label or tab as the workbook has it.
    text: String,
    /// `thuc_hien`, `chi_tieu.thuc_hien` or `chi_tieu`.
    target: String,
    kind: Kind,
    /// Where it was read: file, line, column.
    source: Option<(String, usize, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Column,
    Sheet,
    /// On the command line either is meant.
    Either,
}

/// A mapping file, as TOML has it.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    columns: BTreeMap<Spanned<String>, Spanned<String>>,
    sheets: BTreeMap<Spanned<String>, Spanned<String>>,
}

/// What an id of an entry is in a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    Sheet(usize),
    /// Sheets and fields with the id.
    Fields(Vec<(usize, usize)>),
}

impl Mapping {
    /// Whether nothing is mapped.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds what an argument of `--map` says. Errors: no `=`, nothing beside it, or no id at its right.
    pub fn add_argument(&mut self, argument: &str) -> Result<(), Box<Diagnostic>> {
        let fault = |message| {
            let hint = Text::new(
                "ví dụ: --map \"Kết quả=thuc_hien\"",
                "for instance: --map \"Kết quả=thuc_hien\"",
            );
            Err(Box::new(
                Diagnostic::error("lenh/map-sai", Place::File, message).hint(hint),
            ))
        };
        let parts = argument
            .rsplit_once('=')
            .map(|(text, target)| (text.trim(), target.trim()));
        let Some((text, target)) = parts.filter(|(text, target)| !fold(text).is_empty() && !target.is_empty()) else {
            return fault(text!(
                "--map cần \"TIÊU ĐỀ=mã\", ở đây ghi “{argument}”",
                "--map needs \"HEADER=id\", this is “{argument}”"
            ));
        };
        if !target.split('.').all(is_id) || target.split('.').count() > 2 {
            return fault(text!(
                "--map cần một mã của gói sau dấu =, ở đây ghi “{target}”",
                "--map needs an id of the pack after the =, this is “{target}”"
            ));
        }
        self.entries.push(Entry {
            text: text.to_owned(),
            target: target.to_owned(),
            kind: Kind::Either,
            source: None,
        });
        Ok(())
    }

    /// What a mapping file says. Errors: it is no TOML, or has keys that no mapping has; with line and column.
    pub fn from_toml(source: &str, name: &str) -> Result<Self, Box<Diagnostic>> {
        let file: File = toml::from_str(source).map_err(|error| Box::new(mistake(source, name, &error)))?;
        let tables = [(file.columns, Kind::Column), (file.sheets, Kind::Sheet)];
        let entries = tables.into_iter().flat_map(|(table, kind)| {
            table.into_iter().map(move |(text, target)| {
                let (line, column) = position(source, text.span().start);
                Entry {
                    text: text.into_inner(),
                    target: target.into_inner(),
                    kind,
                    source: Some((name.to_owned(), line, column)),
                }
            })
        });
        Ok(Self {
            entries: entries.collect(),
        })
    }

    /// Adds the entries of another mapping for texts that this one does not know.
    pub fn extend(&mut self, other: Self) {
        let own: Vec<(String, Kind)> = self
            .entries
            .iter()
            .map(|entry| (fold(&entry.text), entry.kind))
            .collect();
        let is_new = |entry: &Entry| {
            let key = fold(&entry.text);
            !own.iter()
                .any(|(text, kind)| *text == key && (*kind == entry.kind || *kind == Kind::Either))
        };
        self.entries.extend(other.entries.into_iter().filter(is_new));
    }

    /// The same with the ids of an earlier version of the pack replaced: new `sheet.field` or `sheet` by old one.
    pub fn renamed(&self, renamed: &BTreeMap<String, String>) -> Self {
        let mut mapping = self.clone();
        for entry in &mut mapping.entries {
            let is_it = |old: &str| match entry.target.contains('.') || !old.contains('.') {
                true => old == entry.target,
                // A field by itself.
                false => old.rsplit('.').next() == Some(&entry.target),
            };
            if let Some(new) = renamed.iter().find(|(old, _)| is_it(old)) {
                entry.target.clone_from(new.1);
            }
        }
        mapping
    }

    /// The text of a mapping file with these entries in it: what it holds already stays as it is. Errors: it is no mapping
    /// file, an id is not the schema's, or its layout is beyond a simple edit.
    pub fn saved_into(&self, schema: &Schema, source: &str, name: &str) -> Result<String, Box<Diagnostic>> {
        let mut text = source.to_owned();
        for entry in &self.entries {
            let target = entry.resolve(schema)?;
            let file: File = toml::from_str(&text).map_err(|error| Box::new(mistake(&text, name, &error)))?;
            let (table, header) = match target {
                Target::Sheet(_) => (file.sheets, "[sheets]"),
                Target::Fields(_) => (file.columns, "[columns]"),
            };
            let known = table.iter().find(|(text, _)| fold(text.get_ref()) == fold(&entry.text));
            let value = quoted(&entry.target);
            match known {
                Some((_, old)) if *old.get_ref() == entry.target => {}
                Some((_, old)) => replace(&mut text, old.span(), &value),
                None => insert(&mut text, header, &format!("{} = {value}\n", quoted(&entry.text))),
            }
        }
        // What was written is read again: a table in another notation than a header of its own can't take a line.
        Self::from_toml(&text, name).map_err(|_| {
            let mut finding = Diagnostic::error(
                "ghep/khong-ghi-duoc",
                Place::File,
                text!("không thêm được dòng vào {name}", "no line can be added to {name}"),
            )
            .hint(Text::new(
                "mở tệp và ghi các bảng [columns], [sheets] thành đoạn riêng",
                "open it and give the tables [columns] and [sheets] sections of their own",
            ));
            finding.file = Some(name.to_owned());
            Box::new(finding)
        })?;
        Ok(text)
    }

    /// Takes the mapping into a schema: its texts become names of the fields they mean. Tells unknown ids, and texts that stand nowhere.
    pub(super) fn apply(&self, schema: &mut Schema, workbook: &Workbook, findings: &mut Findings) -> Applied {
        let mut applied = Applied::default();
        let names: Vec<String> = workbook.sheets.iter().map(|sheet| fold(&sheet.name)).collect();
        for entry in &self.entries {
            let key = fold(&entry.text);
            let target = match entry.resolve(schema) {
                Ok(target) => target,
                Err(finding) => {
                    findings.push(*finding);
                    continue;
                }
            };
            match target {
                Target::Sheet(sheet) if names.contains(&key) => applied.tabs.push((key, sheet)),
                Target::Fields(found) if workbook.sheets.iter().any(|sheet| holds_text(sheet, &key)) => {
                    applied.labels.extend(
                        found
                            .into_iter()
                            .map(|(sheet, field)| (entry.text.clone(), sheet, field)),
                    );
                }
                Target::Fields(found) => {
                    let Some(column) = column_of(&key) else {
                        findings.push(entry.matched_nothing());
                        continue;
                    };
                    for (sheet, field) in found {
                        let sheet = schema.sheets.get_mut(sheet);
                        if let Some(field) = sheet.and_then(|sheet| sheet.fields.get_mut(field)) {
                            field.mapped_column = Some(column);
                        }
                    }
                }
                Target::Sheet(_) => findings.push(entry.matched_nothing()),
            }
        }
        for (text, sheet, field) in &applied.labels {
            if let Some(field) = schema
                .sheets
                .get_mut(*sheet)
                .and_then(|sheet| sheet.fields.get_mut(*field))
            {
                field.aliases.push(text.clone());
            }
        }
        applied
    }
}

/// The column that a folded text names by its letter, from 0: `cột B`, for one without a header.
fn column_of(key: &str) -> Option<u32> {
    let letters = key.strip_prefix("cot ").or_else(|| key.strip_prefix("column "))?;
    if !(1..=3).contains(&letters.len()) || !letters.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let number = letters
        .bytes()
        .fold(0, |number, byte| number * 26 + u32::from(byte - b'a') + 1);
    Some(number - 1)
}

/// What of a mapping a workbook has.
#[derive(Default)]
pub(super) struct Applied {
    /// Tabs, folded, and their sheets.
    pub tabs: Vec<(String, usize)>,
    /// Texts, and the sheets and fields that they are labels of.
    pub labels: Vec<(String, usize, usize)>,
}

/// Makes the mapped texts that stand on a sheet the only labels of their fields.
pub(super) fn settle(declared: &mut crate::schema::Sheet, texts: &[(&str, usize)], sheet: &workbook::Sheet) {
    for (text, field) in texts {
        if holds_text(sheet, &fold(text))
            && let Some(field) = declared.fields.get_mut(*field)
        {
            field.mapped.push((*text).to_owned());
        }
    }
}

impl Entry {
    fn place(&self, finding: Diagnostic) -> Diagnostic {
        match &self.source {
            None => finding,
            Some((file, line, column)) => Diagnostic {
                file: Some(file.clone()),
                place: Place::Line {
                    line: *line,
                    column: *column,
                },
                ..finding
            },
        }
    }

    fn resolve(&self, schema: &Schema) -> Result<Target, Box<Diagnostic>> {
        let target = self.target.as_str();
        let fields: Vec<(usize, usize)> = match target.split_once('.') {
            Some((sheet, field)) => {
                let found = schema.sheet(sheet);
                let found = found.and_then(|(index, sheet)| Some((index, sheet.field(field)?.0)));
                found.into_iter().collect()
            }
            None => {
                let sheets = schema.sheets.iter().enumerate();
                sheets
                    .filter_map(|(index, sheet)| Some((index, sheet.field(target)?.0)))
                    .collect()
            }
        };
        let sheet = schema.sheet(target).map(|(index, _)| index);
        match (self.kind, sheet) {
            (Kind::Sheet, Some(sheet)) => Ok(Target::Sheet(sheet)),
            (Kind::Either, Some(sheet)) if fields.is_empty() => Ok(Target::Sheet(sheet)),
            (Kind::Column | Kind::Either, _) if !fields.is_empty() => Ok(Target::Fields(fields)),
            _ => Err(Box::new(self.unknown(schema))),
        }
    }

    fn unknown(&self, schema: &Schema) -> Diagnostic {
        let (text, target) = (&self.text, &self.target);
        let mut ids: Vec<String> = Vec::new();
        for sheet in &schema.sheets {
            if self.kind != Kind::Column {
                ids.push(sheet.id.clone());
            }
            if self.kind != Kind::Sheet {
                ids.extend(sheet.fields.iter().map(|field| match target.contains('.') {
                    true => format!("{}.{}", sheet.id, field.id),
                    false => field.id.clone(),
                }));
            }
        }
        let finding = Diagnostic::error(
            "ghep/ma-la",
            Place::File,
            text!(
                "«{text}» được ghép với mã «{target}», gói không có mã này",
                "«{text}» is mapped to «{target}», which is no id of the pack"
            ),
        );
        self.place(finding.hint(match nearest(target, ids.iter().map(String::as_str)) {
            Some(near) => text!("có phải «{near}»?", "is it «{near}»?"),
            None => Text::new(
                "xem các mã bằng lệnh baocao pack show",
                "see the ids with baocao pack show",
            ),
        }))
    }

    fn matched_nothing(&self) -> Diagnostic {
        let (text, target) = (&self.text, &self.target);
        self.place(
            Diagnostic::warning(
                "ghep/khong-khop",
                Place::File,
                text!(
                    "«{text}» được ghép với «{target}», nhưng sổ tính không có «{text}»",
                    "«{text}» is mapped to «{target}», but the workbook has no «{text}»"
                ),
            )
            .hint(Text::new(
                "ghi đúng chữ của tiêu đề, hoặc bỏ dòng ghép này",
                "write it as the header has it, or leave it out",
            )),
        )
    }
}

/// What is wrong with a mapping file, at its place.
fn mistake(source: &str, name: &str, error: &toml::de::Error) -> Diagnostic {
    let (line, column) = position(source, error.span().map_or(0, |span| span.start));
    let reason = error.message();
    let mut finding = Diagnostic::error(
        "ghep/sai-toml",
        Place::Line { line, column },
        text!(
            "tệp này cần hai bảng [columns] và [sheets] với các dòng \"chữ trong sổ tính\" = \"mã\" ({reason})",
            "this file needs the tables [columns] and [sheets] with lines \"text of the workbook\" = \"id\" ({reason})"
        ),
    )
    .hint(Text::new(
        "sửa dòng này, ví dụ: \"Kết quả\" = \"thuc_hien\" dưới [columns]",
        "mend this line, for instance: \"Kết quả\" = \"thuc_hien\" under [columns]",
    ));
    finding.file = Some(name.to_owned());
    finding
}

/// Line and column of a byte, from 1.
fn position(source: &str, offset: usize) -> (usize, usize) {
    let before = source.get(..offset.min(source.len())).unwrap_or(source);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(start..).map_or(0, |line| line.chars().count());
    (before.matches('\n').count() + 1, column + 1)
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' | '\\' => out.extend(['\\', sign]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            sign if sign.is_control() => out.push_str(&format!("\\u{:04X}", sign as u32)),
            sign => out.push(sign),
        }
    }
    out + "\""
}

fn replace(text: &mut String, range: Range<usize>, new: &str) {
    if text.get(range.clone()).is_some() {
        text.replace_range(range, new);
    }
}

/// Adds a line under the header of a table, or the table at the end.
fn insert(text: &mut String, header: &str, line: &str) {
    let mut start = 0;
    for own in text.split_inclusive('\n') {
        start += own.len();
        if own.split('#').next().is_some_and(|own| own.trim() == header) {
            let gap = if own.ends_with('\n') { "" } else { "\n" };
            text.insert_str(start, &format!("{gap}{line}"));
            return;
        }
    }
    if !text.is_empty() {
        text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
    }
    text.push_str(&format!("{header}\n{line}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::tests::{SCHEMA, schema};
    use crate::diagnostic::Lang;

    fn given(arguments: &[&str]) -> Mapping {
        let mut mapping = Mapping::default();
        for argument in arguments {
            mapping.add_argument(argument).expect("an argument of --map");
        }
        mapping
    }

    #[test]
    fn arguments_that_say_nothing_are_refused() {
        for argument in [
            "Kết quả",
            "=thuc_hien",
            "Kết quả=",
            "Kết quả=Thực hiện",
            "a=b.c.d",
            "…=x",
        ] {
            assert!(Mapping::default().add_argument(argument).is_err(), "{argument}");
        }
    }

    #[test]
    fn a_file_is_refused_at_its_line_and_column() {
        for (source, place) in [
            ("[columns]\n\"Kết quả\" = 3\n", "dòng 2, cột 13"),
            ("[column]\n", "dòng 1, cột 2"),
            ("[columns]\n\"Kết quả = \"x\"\n", "dòng 2"),
        ] {
            let found = Mapping::from_toml(source, "mapping.toml").expect_err("a mistake");
            let text = found.print(Lang::Vi);
            assert!(text.contains("mapping.toml") && text.contains(place), "{text}");
        }
    }

    #[test]
    fn saving_keeps_what_a_file_holds() {
        let schema = schema(SCHEMA);
        let given = given(&["Kết quả=thuc_hien", "Sheet1=chi_tieu", "Tên \"cũ\"=ten_xa"]);
        let new = given.saved_into(&schema, "", "mapping.toml").expect("a file");
        assert_eq!(
            new,
            "[columns]\n\"Tên \\\"cũ\\\"\" = \"ten_xa\"\n\"Kết quả\" = \"thuc_hien\"\n\n[sheets]\n\"Sheet1\" = \"chi_tieu\"\n"
        );
        assert_eq!(given.saved_into(&schema, &new, "mapping.toml").expect("the same"), new);
        let old = "# của xã\n[columns] # cột\n\"KẾT QUẢ\" = \"ke_hoach\" # cũ\nA = \"ten\"";
        let new = given.saved_into(&schema, old, "mapping.toml").expect("a file");
        assert!(
            new.starts_with("# của xã\n[columns] # cột\n")
                && new.contains("\"KẾT QUẢ\" = \"thuc_hien\" # cũ\nA = \"ten\""),
            "{new}"
        );
        assert!(given.saved_into(&schema, "[columns", "mapping.toml").is_err());
        assert!(
            given
                .saved_into(&schema, "columns = { A = \"ten\" }\n", "mapping.toml")
                .is_err()
        );
    }

    #[test]
    fn what_is_given_first_counts() {
        let mut mapping = given(&["Kết quả=thuc_hien"]);
        let file = "[columns]\n\"kết quả\" = \"ke_hoach\"\nB = \"ten\"\n";
        mapping.extend(Mapping::from_toml(file, "mapping.toml").expect("a file"));
        let targets: Vec<&str> = mapping.entries.iter().map(|entry| entry.target.as_str()).collect();
        assert_eq!(targets, ["thuc_hien", "ten"]);
    }
}
