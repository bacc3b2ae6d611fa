//! Rows of a keyed table: the declared ones found by key or by name, doubled and unknown keys told.

use std::collections::HashMap;

use super::SheetData;
use super::column::{read_text, subject};
use super::findings::Findings;
use super::locate::label_text;
use super::table::Marker;
use crate::diagnostic::{CellRef, Diagnostic, Place, Text};
use crate::schema::{Field, Sheet};
use crate::text;
use crate::value::{Raw, Type, Value};
use crate::vietnamese::{fold, nearest};
use crate::workbook::{Cell, Row};

/// How many missing rows are named.
const NAMED_ROWS: usize = 5;

/// What is known of a table's keys while its rows are read.
pub(super) struct Keyed<'a> {
    sheet: &'a Sheet,
    key: Option<usize>,
    /// The declared column by which a row without key is found: its name.
    name: Option<usize>,
    rows: Vec<Declared<'a>>,
    by_key: HashMap<String, usize>,
    /// `None` where two declared rows share a name.
    by_name: HashMap<String, Option<usize>>,
    /// The first cell of each key.
    cells: HashMap<Box<str>, CellRef>,
}

struct Declared<'a> {
    key: &'a str,
    /// Fixed values, one for each field.
    values: Vec<Option<Value>>,
    seen: bool,
}

impl<'a> Keyed<'a> {
    pub fn new(sheet: &'a Sheet) -> Self {
        let key = sheet.key_index();
        let declared_text = |field: &Field| sheet.rows.iter().all(|row| row.values.contains_key(&field.id));
        let name = sheet.fields.iter().enumerate().position(|(index, field)| {
            Some(index) != key && matches!(field.ty, Type::Text | Type::LongText) && declared_text(field)
        });
        let mut keyed = Self {
            sheet,
            key,
            name,
            rows: Vec::new(),
            by_key: HashMap::new(),
            by_name: HashMap::new(),
            cells: HashMap::new(),
        };
        let Some(key_field) = key.and_then(|key| sheet.fields.get(key)) else {
            return keyed;
        };
        for (index, row) in sheet.rows.iter().enumerate() {
            let key = row.values.get(&key_field.id).map_or("", String::as_str);
            keyed.by_key.insert(fold_key(key), index);
            if let Some(name) = name
                .and_then(|name| sheet.fields.get(name))
                .and_then(|name| row.values.get(&name.id))
            {
                keyed
                    .by_name
                    .entry(fold_name(name))
                    .and_modify(|entry| *entry = None)
                    .or_insert(Some(index));
            }
            let value = |field: &Field| row.values.get(&field.id).and_then(|text| read_text(field, text));
            keyed.rows.push(Declared {
                key,
                values: sheet.fields.iter().map(value).collect(),
                seen: false,
            });
        }
        keyed
    }

    /// Whether rows are reached by a key.
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The declared row that a row of the workbook is: by its key, else by its name.
    pub fn find(&self, row: &Row, data: &SheetData) -> Option<usize> {
        if self.rows.is_empty() {
            return None;
        }
        let by_key = self
            .cell(self.key, row, data)
            .and_then(cell_text)
            .and_then(|text| self.by_key.get(&fold_key(&text)).copied());
        by_key.or_else(|| {
            let text = self.cell(self.name, row, data).and_then(label_text)?;
            self.by_name.get(&fold_name(text)).copied().flatten()
        })
    }

    fn cell<'r>(&self, field: Option<usize>, row: &'r Row, data: &SheetData) -> Option<&'r Cell> {
        let column = data.columns.get(field?).copied().flatten()?;
        row.cell(column).filter(|cell| !cell.is_blank())
    }

    /// The value a declared row has in a field whatever the cell says: its key always, its other texts when the cell is
    /// blank.
    pub fn fixed(&self, found: Option<usize>, field: usize, blank: bool) -> Option<&Value> {
        let declared = self.rows.get(found?)?;
        let value = declared.values.get(field)?.as_ref()?;
        (blank || Some(field) == self.key).then_some(value)
    }

    /// Checks key and fixed texts of a row; returns the key by which it is reached.
    pub fn settle(
        &mut self,
        found: Option<usize>,
        row: &Row,
        values: &[Option<Value>],
        data: &SheetData,
        findings: &mut Findings,
    ) -> Option<Box<str>> {
        let key_index = self.key?;
        let key_field = self.sheet.fields.get(key_index)?;
        let column = data.columns.get(key_index).copied().flatten();
        let first = row.cells.first().map_or(0, |cell| cell.column);
        let at = CellRef::new(row.index, column.unwrap_or(first));
        let written = self.cell(self.key, row, data).and_then(cell_text);
        match found {
            Some(index) => self.compare(index, written.as_deref(), at, row, values, data, findings),
            None => self.unknown(key_field, written.as_deref(), at, data, findings),
        }
        let key: Box<str> = match values.get(key_index)? {
            Some(Value::Text(text)) => text.clone(),
            Some(value) => key_field.print(value).into(),
            None => return None,
        };
        if let Some(first) = self.cells.get(&key) {
            let Text { vi, en } = subject(self.sheet.layout, key_field);
            findings.push(
                Diagnostic::error(
                    "dong/trung-khoa",
                    Place::Cell(data.name.clone(), at),
                    text!(
                        "{vi} cần mỗi dòng một mã, «{key}» đã có ở ô {first}",
                        "{en} needs one row for each key, «{key}» is at {first} already"
                    ),
                )
                .field(&key_field.id)
                .hint(text!(
                    "xóa dòng thừa, hoặc sửa mã",
                    "delete the extra row, or change the key"
                )),
            );
            return None;
        }
        self.cells.insert(key.clone(), at);
        Some(key)
    }

    #[allow(clippy::too_many_arguments)]
    fn compare(
        &mut self,
        index: usize,
        written: Option<&str>,
        at: CellRef,
        row: &Row,
        values: &[Option<Value>],
        data: &SheetData,
        findings: &mut Findings,
    ) {
        let Some(declared) = self.rows.get_mut(index) else {
            return;
        };
        declared.seen = true;
        let key = declared.key;
        if let Some(written) = written.filter(|written| fold_key(written) != fold_key(key)) {
            findings.push(
                Diagnostic::warning(
                    "dong/sai-ma",
                    Place::Cell(data.name.clone(), at),
                    text!(
                        "mẫu không có mã «{written}»; dòng này được nhận ra theo tên là «{key}»",
                        "the pack knows no key «{written}»; the row was recognised by its name as «{key}»"
                    ),
                )
                .hint(text!("sửa mã thành «{key}»", "change the key to «{key}»")),
            );
        }
        for (field, ((declared_value, value), schema)) in
            declared.values.iter().zip(values).zip(&self.sheet.fields).enumerate()
        {
            let (Some(wanted), Some(found)) = (declared_value, value) else {
                continue;
            };
            if Some(field) == self.key || same(wanted, found) {
                continue;
            }
            let Some(column) = data.columns.get(field).copied().flatten() else {
                continue;
            };
            let label = &schema.label;
            let (wanted, found) = (schema.print(wanted), schema.print(found));
            findings.push(
                Diagnostic::warning(
                    "dong/khac-mau",
                    Place::Cell(data.name.clone(), CellRef::new(row.index, column)),
                    text!(
                        "dòng «{key}»: «{label}» ghi «{found}», khác mẫu «{wanted}»",
                        "row «{key}»: «{label}» says «{found}», the pack says «{wanted}»"
                    ),
                )
                .field(&schema.id)
                .hint(text!(
                    "ghi số liệu theo đúng «{wanted}», và để nguyên ô này như mẫu",
                    "give the figures as the pack's «{wanted}», and leave this cell as the pack has it"
                )),
            );
        }
    }

    fn unknown(
        &self,
        key_field: &Field,
        written: Option<&str>,
        at: CellRef,
        data: &SheetData,
        findings: &mut Findings,
    ) {
        let place = Place::Cell(data.name.clone(), at);
        let Some(written) = written else {
            if !self.sheet.extra_rows {
                findings.push(
                    Diagnostic::error(
                        "dong/la",
                        place,
                        text!(
                            "bảng này chỉ nhận các dòng của mẫu, dòng này không có mã và tên không khớp dòng nào",
                            "this table takes the pack's rows only; this row has no key and no known name"
                        ),
                    )
                    .field(&key_field.id)
                    .hint(text!(
                        "xóa dòng này, hoặc ghi lại mã của mẫu",
                        "delete the row, or give it the pack's key"
                    )),
                );
            }
            return;
        };
        if self.sheet.extra_rows {
            if !is_id(written) {
                let suggestion = fold(written)
                    .split(|c: char| !c.is_ascii_alphanumeric())
                    .filter(|word| !word.is_empty())
                    .collect::<Vec<_>>()
                    .join("_");
                findings.push(
                    Diagnostic::error(
                        "dong/ma-sai-dang",
                        place,
                        text!(
                            "mã cần viết thường, không dấu, nối bằng dấu gạch dưới; ô này ghi «{written}»",
                            "a key is lower case, without diacritics, joined by underscores; this cell says «{written}»"
                        ),
                    )
                    .field(&key_field.id)
                    .hint(text!("ghi «{suggestion}»", "write «{suggestion}»")),
                );
            }
            return;
        }
        let near = nearest(written, self.rows.iter().map(|row| row.key));
        let hint = match near {
            Some(near) => text!("có phải «{near}»?", "is it «{near}»?"),
            None => text!(
                "xóa dòng này, hoặc ghi mã của mẫu",
                "delete the row, or give it the pack's key"
            ),
        };
        findings.push(
            Diagnostic::error(
                "dong/la",
                place,
                text!(
                    "bảng này chỉ nhận các dòng của mẫu, mẫu không có mã «{written}»",
                    "this table takes the pack's rows only, the pack knows no key «{written}»"
                ),
            )
            .field(&key_field.id)
            .hint(hint),
        );
    }

    /// Tells which declared rows are missing.
    pub fn finish(&self, data: &SheetData, findings: &mut Findings) {
        let missing: Vec<&Declared> = self.rows.iter().filter(|row| !row.seen).collect();
        if missing.is_empty() {
            return;
        }
        let name_of = |row: &&Declared| {
            let name = self.name.and_then(|name| row.values.get(name)).and_then(Option::as_ref);
            match name {
                Some(Value::Text(name)) => format!("«{name}»"),
                _ => format!("«{}»", row.key),
            }
        };
        let mut names = missing
            .iter()
            .take(NAMED_ROWS)
            .map(name_of)
            .collect::<Vec<_>>()
            .join(", ");
        if missing.len() > NAMED_ROWS {
            names.push('…');
        }
        let count = missing.len();
        findings.push(
            Diagnostic::warning(
                "dong/thieu-chi-tieu",
                Place::Sheet(data.name.clone()),
                text!(
                    "thiếu {count} dòng của mẫu: {names}",
                    "rows of the pack are missing ({count}): {names}"
                ),
            )
            .hint(text!(
                "chép lại dòng từ sổ tính trống của mẫu",
                "copy the row again from the pack's blank workbook"
            )),
        );
    }
}

/// Whether two values are the same for a reader: texts after folding, without the markers before them.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => a == b || fold_name(a) == fold_name(b),
        (a, b) => a == b,
    }
}

/// Names are found whatever marker stands before them: `1. Thu ngân sách` is `Thu ngân sách`.
fn fold_name(name: &str) -> String {
    fold(Marker::of(name).rest)
}

/// Keys are found whatever their case and blanks.
fn fold_key(key: &str) -> String {
    key.trim().to_lowercase()
}

fn cell_text(cell: &Cell) -> Option<String> {
    match &cell.raw {
        Raw::Text(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Raw::Number(number) | Raw::Percent(number) => Some(number.to_string()),
        _ => None,
    }
}

fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
