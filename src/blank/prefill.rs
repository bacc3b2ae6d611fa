//! The data that a workbook is filled with, and the TOML file they can be read from.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Error;
use crate::dataset::Dataset;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, Text};
use crate::schema::{Derive, Field, Layout, Schema, Sections, Sheet};
use crate::text;
use crate::value::{Raw, Type, Value};
use crate::vietnamese;

/// One record: values by field id. A field that is absent stays blank.
pub type Entry = BTreeMap<String, Value>;

/// Most characters of a cell (Excel's limit).
const CELL_LENGTH: usize = 32_767;

/// Data for a workbook: for each sheet id its records, in order. A form takes the first only. A record of a keyed table
/// whose key is that of a declared row fills that row; what the schema declares for the row stands, whatever it says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prefill {
    sheets: BTreeMap<String, Vec<Entry>>,
}

impl Prefill {
    /// No data: the workbook will be empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one record to a sheet.
    pub fn push(&mut self, sheet: impl Into<String>, entry: Entry) {
        self.sheets.entry(sheet.into()).or_default().push(entry);
    }

    /// The records of a sheet.
    pub fn entries(&self, sheet: &str) -> &[Entry] {
        self.sheets.get(sheet).map(Vec::as_slice).unwrap_or_default()
    }

    /// The values of a dataset: what was read from a workbook, to be written into another.
    pub fn from_dataset(schema: &Schema, dataset: &Dataset) -> Self {
        let mut prefill = Self::new();
        for (sheet, data) in schema.sheets.iter().zip(&dataset.sheets) {
            for record in &data.records {
                let values = sheet.fields.iter().zip(&record.values);
                let keeps = sheet.sections == Sections::Keep;
                let is_written = |field: &Field| match field.derive {
                    None => true,
                    Some(derive) => keeps && derive == Derive::Marker,
                };
                let values = values.filter(|(field, _)| is_written(field));
                let entry: Entry = values
                    .filter_map(|(field, value)| Some((field.id.clone(), value.clone()?)))
                    .collect();
                if !entry.is_empty() {
                    prefill.push(&sheet.id, entry);
                }
            }
        }
        prefill
    }

    /// Refuses names that the schema doesn't have, so that nothing is dropped in silence.
    pub(super) fn known(&self, schema: &Schema) -> Result<(), Error> {
        for (id, entries) in &self.sheets {
            let (_, sheet) = schema.sheet(id).ok_or_else(|| Error::Unknown(id.clone()))?;
            if sheet.layout == Layout::Form && entries.len() > 1 {
                return Err(Error::Unknown(format!("{id} 2")));
            }
            for name in entries.iter().flat_map(BTreeMap::keys) {
                sheet
                    .field(name)
                    .ok_or_else(|| Error::Unknown(format!("{id}.{name}")))?;
            }
        }
        Ok(())
    }

    /// Reads a data file. Ids are the schema's:
    ///
    /// ```toml
    /// [thong_tin]                  # a form
    /// ten_xa = "Tân Hoà"
    /// ngay = 2023-12-15
    ///
    /// [[khen_thuong]]              # a table: one block for each row
    /// cap = "Tỉnh"
    /// so_luong = 3
    ///
    /// [chi_tieu.thu_ngan_sach]     # a keyed table: rows by key, the declared ones and any others
    /// ty_le = 130.7                # a percentage as people read it
    ///
    /// noi_nhan = ["UBND tỉnh"]     # a list (lists stand above the first [block])
    /// ```
    ///
    /// A keyed table may also be written as `[[chi_tieu]]` blocks that name their key; the two can't be mixed. Texts are
    /// read as the clerk would type them, so `ngay = "15/12/2023"` does as well. All mistakes come back at once, each
    /// with line and column.
    pub fn from_toml(schema: &Schema, source: &str) -> Result<Self, Diagnostics> {
        let (table, errors) = DeTable::parse_recoverable(source);
        let mut reader = Reader {
            source,
            schema,
            findings: Diagnostics::new(),
            prefill: Self::new(),
        };
        if errors.is_empty() {
            reader.file(table.get_ref());
        }
        for error in errors {
            let message = error.message();
            reader.error(
                "du-lieu/cu-phap",
                error.span().unwrap_or(0..0),
                text!("tệp dữ liệu sai cú pháp TOML: {message}", "not valid TOML: {message}"),
                None,
            );
        }
        match reader.findings.is_empty() {
            true => Ok(reader.prefill),
            false => Err(reader.findings),
        }
    }
}

struct Reader<'a> {
    source: &'a str,
    schema: &'a Schema,
    findings: Diagnostics,
    prefill: Prefill,
}

type Span = std::ops::Range<usize>;
type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;

impl Reader<'_> {
    fn error(&mut self, code: &'static str, span: Span, message: Text, hint: Option<Text>) {
        let before = self.source.get(..span.start).unwrap_or(self.source);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |index| index + 1);
        let column = before.get(start..).map_or(0, |rest| rest.chars().count()) + 1;
        let mut finding = Diagnostic::error(code, Place::Line { line, column }, message);
        finding.hint = hint;
        self.findings.push(finding);
    }

    fn unknown<'b>(&mut self, code: &'static str, key: &Key<'_>, message: Text, known: impl Iterator<Item = &'b str>) {
        let hint = vietnamese::nearest(key.get_ref(), known)
            .map(|near| text!("có phải ý định ghi là «{near}»?", "did you mean «{near}»?"));
        self.error(code, key.span(), message, hint);
    }

    fn file(&mut self, table: &DeTable<'_>) {
        for (key, value) in in_order(table) {
            let id: &str = key.get_ref();
            match self.schema.sheet(id) {
                Some((_, sheet)) => self.sheet(sheet, value),
                None => self.unknown(
                    "du-lieu/khong-co-trang",
                    key,
                    text!("mẫu này không có trang «{id}»", "the schema has no sheet «{id}»"),
                    self.schema.sheets.iter().map(|sheet| sheet.id.as_str()),
                ),
            }
        }
    }

    fn sheet(&mut self, sheet: &Sheet, value: &Spanned<DeValue<'_>>) {
        match (sheet.layout, value.get_ref()) {
            (Layout::Form, DeValue::Table(table)) => self.record(sheet, table, None),
            (Layout::Table, DeValue::Array(rows)) => {
                for row in rows.iter() {
                    match row.get_ref() {
                        DeValue::Table(table) => self.record(sheet, table, None),
                        _ => self.shape(sheet, row.span()),
                    }
                }
            }
            (Layout::Table, DeValue::Table(rows)) if sheet.key.is_some() => {
                for (key, row) in in_order(rows) {
                    match row.get_ref() {
                        DeValue::Table(table) => self.record(sheet, table, Some(key)),
                        _ => self.shape(sheet, key.span()),
                    }
                }
            }
            (Layout::List, DeValue::Array(items)) => {
                let Some(field) = sheet.fields.first() else { return };
                for item in items.iter() {
                    if let Some(value) = self.value(field, item) {
                        self.prefill.push(&sheet.id, Entry::from([(field.id.clone(), value)]));
                    }
                }
            }
            _ => self.shape(sheet, value.span()),
        }
    }

    /// The sheet's data are not in the shape that its layout asks for.
    fn shape(&mut self, sheet: &Sheet, span: Span) {
        let id = &sheet.id;
        let form = match sheet.layout {
            Layout::Form => format!("[{id}]"),
            Layout::Table if sheet.key.is_some() => format!("[{id}.…]"),
            Layout::Table => format!("[[{id}]]"),
            Layout::List => format!("{id} = [\"…\", \"…\"]"),
        };
        self.error(
            "du-lieu/sai-dang",
            span,
            text!(
                "dữ liệu của trang «{id}» cần viết dạng {form}",
                "data of sheet «{id}» have to be written as {form}"
            ),
            None,
        );
    }

    fn record(&mut self, sheet: &Sheet, table: &DeTable<'_>, key: Option<&Key<'_>>) {
        let mut entry = Entry::new();
        if let (Some(key), Some(column)) = (key, &sheet.key) {
            entry.insert(column.clone(), Value::Text(key.get_ref().as_ref().into()));
        }
        for (name, value) in in_order(table) {
            let id: &str = name.get_ref();
            let Some((_, field)) = sheet.field(id) else {
                let sheet_id = &sheet.id;
                self.unknown(
                    "du-lieu/khong-co-cot",
                    name,
                    text!(
                        "trang «{sheet_id}» không có mục «{id}»",
                        "sheet «{sheet_id}» has no field «{id}»"
                    ),
                    sheet.fields.iter().map(|field| field.id.as_str()),
                );
                continue;
            };
            let is_marker = field.derive == Some(Derive::Marker) && sheet.sections == Sections::Keep;
            if field.derive.is_some() && !is_marker {
                self.error(
                    "du-lieu/tu-tinh",
                    name.span(),
                    text!(
                        "mục «{id}» được chương trình tự tính, không ghi vào dữ liệu",
                        "«{id}» is computed by the program and is no part of the data"
                    ),
                    Some(text!("bỏ mục này khỏi dữ liệu", "leave it out of the data")),
                );
                continue;
            }
            let Some(value) = self.value(field, value) else {
                continue;
            };
            match entry.get(id) {
                Some(before) if *before != value => self.error(
                    "du-lieu/trung-khoa",
                    name.span(),
                    text!(
                        "khóa «{id}» đã có ở tên dòng và khác với giá trị này",
                        "the key «{id}» already stands in the row's name and differs from this value"
                    ),
                    None,
                ),
                _ => {
                    entry.insert(id.to_owned(), value);
                }
            }
        }
        let declared = sheet.key.as_deref().and_then(|column| match entry.get(column) {
            Some(Value::Text(wanted)) => sheet
                .rows
                .iter()
                .find(|row| row.values.get(column).is_some_and(|text| **text == **wanted)),
            _ => None,
        });
        for (id, text) in declared.iter().flat_map(|row| &row.values) {
            let given = sheet
                .field(id)
                .and_then(|(_, field)| field.read(&Raw::Text(text.as_str().into())).value);
            let differs = entry.get(id).is_some_and(|value| given.as_ref() != Some(value));
            if let (true, Some((name, _))) = (differs, table.iter().find(|(name, _)| name.get_ref() == id)) {
                self.error(
                    "du-lieu/da-khai-bao",
                    name.span(),
                    text!(
                        "mục «{id}» của dòng này đã có sẵn trong mẫu là “{text}”, không ghi khác được",
                        "«{id}» of this row is given by the schema as “{text}” and can't be changed"
                    ),
                    Some(text!("bỏ mục này khỏi dữ liệu", "leave it out of the data")),
                );
            }
        }
        self.prefill.push(&sheet.id, entry);
    }

    /// A value of a field; `None` when it is blank, or wrong and told.
    fn value(&mut self, field: &Field, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        let label = &field.label;
        let wrong = match (value.get_ref(), field.ty) {
            (DeValue::String(text), ty) => return self.typed(field, ty, text, value.span()),
            (DeValue::Integer(number), ty) if is_number(ty) => {
                let number = Decimal::from_str_radix(number.as_str(), number.radix());
                match number {
                    Ok(number) => return Some(Value::Number(number)),
                    Err(_) => text!("«{label}»: số quá lớn", "«{label}»: the number is too large"),
                }
            }
            (DeValue::Float(number), Type::Decimal | Type::Percent) => match exact(number.as_str()) {
                Some(number) => return Some(Value::Number(number)),
                None => text!(
                    "«{label}»: không phải một số ghi được",
                    "«{label}»: not a number that can be kept"
                ),
            },
            (DeValue::Float(number), ty) if is_number(ty) => match exact(number.as_str()) {
                Some(number) if number.is_integer() => return Some(Value::Number(number.normalize())),
                _ => text!("«{label}» cần một số nguyên", "«{label}» needs a whole number"),
            },
            (DeValue::Datetime(moment), Type::Date) => match moment.date {
                Some(date) => {
                    let numbers = (
                        i16::try_from(date.year),
                        i8::try_from(date.month),
                        i8::try_from(date.day),
                    );
                    if let (Ok(year), Ok(month), Ok(day)) = numbers
                        && let Ok(date) = Date::new(year, month, day)
                    {
                        return Some(Value::Date(date));
                    }
                    text!("«{label}» cần một ngày", "«{label}» needs a date")
                }
                None => text!("«{label}» cần một ngày", "«{label}» needs a date"),
            },
            (DeValue::Boolean(flag), Type::Flag) => return Some(Value::Flag(*flag)),
            (_, Type::Text | Type::LongText | Type::Choice) => text!(
                "«{label}» cần chữ, đặt trong dấu ngoặc kép",
                "«{label}» needs text, in quotation marks"
            ),
            (_, Type::Date) => text!(
                "«{label}» cần một ngày, dạng 2026-02-05",
                "«{label}» needs a date: 2026-02-05"
            ),
            (_, Type::Flag) => text!("«{label}» cần true hoặc false", "«{label}» needs true or false"),
            _ => text!("«{label}» cần một số", "«{label}» needs a number"),
        };
        self.error("du-lieu/sai-kieu", value.span(), wrong, None);
        None
    }

    fn typed(&mut self, field: &Field, ty: Type, text: &str, span: Span) -> Option<Value> {
        let label = &field.label;
        let text = vietnamese::nfc(text).replace("\r\n", "\n");
        if text.encode_utf16().count() > CELL_LENGTH {
            self.error(
                "du-lieu/qua-dai",
                span,
                text!(
                    "«{label}» dài hơn {CELL_LENGTH} ký tự, quá sức một ô Excel",
                    "«{label}» is longer than the {CELL_LENGTH} characters of an Excel cell"
                ),
                None,
            );
            return None;
        }
        let reading = ty.read(&Raw::Text(text.as_str().into()), &field.context());
        if let Some(fault) = reading.fault.filter(|fault| fault.severity == Severity::Error) {
            let (vi, en) = (fault.message.vi, fault.message.en);
            self.error(fault.code, span, text!("«{label}» {vi}", "«{label}» {en}"), fault.hint);
        }
        reading.value
    }
}

fn is_number(ty: Type) -> bool {
    matches!(
        ty,
        Type::Integer | Type::Decimal | Type::Percent | Type::Count | Type::Year
    )
}

/// A float as it is written, digit for digit; none for `inf` and `nan`.
fn exact(text: &str) -> Option<Decimal> {
    let text = text.replace('_', "");
    Decimal::from_str_exact(text.trim_start_matches('+'))
        .or_else(|_| Decimal::from_scientific(&text))
        .ok()
}

/// The entries of a table in the order of the file.
fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Key<'i>, &'t Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

#[cfg(test)]
mod tests {
    use super::super::tests::schema;
    use super::*;
    use crate::diagnostic::Lang;

    fn findings(source: &str) -> Vec<String> {
        let findings = Prefill::from_toml(&schema(), source).expect_err("the data have mistakes");
        let line = |finding: &Diagnostic| match &finding.place {
            Place::Line { line, column } => format!("{line}:{column}"),
            place => panic!("{place:?}"),
        };
        findings
            .iter()
            .map(|finding| {
                let hint = finding.hint.as_ref().map(|hint| format!(" ({})", hint.get(Lang::Vi)));
                format!(
                    "{} {} {}{}",
                    line(finding),
                    finding.code,
                    finding.message.get(Lang::Vi),
                    hint.unwrap_or_default()
                )
            })
            .collect()
    }

    #[test]
    fn all_mistakes_come_at_once_with_their_lines() {
        let found = findings(
            "noi_nhan = \"Lưu: VT\"\n\
             [thong_tin]\n\
             ten_xa = 5\n\
             ngayy = 2023-12-15\n\
             nam = 2023.5\n\
             chuc_vu = \"Giám đốc\"\n\
             [khenthuong]\n\
             [chi_tieu.thu_ngan_sach]\n\
             ten = \"Tên khác\"\n\
             thuc_hien = true\n",
        );
        let starts = [
            "1:12 du-lieu/sai-dang dữ liệu của trang «noi_nhan» cần viết dạng noi_nhan = [",
            "3:10 du-lieu/sai-kieu «Tên đơn vị» cần chữ, đặt trong dấu ngoặc kép",
            "4:1 du-lieu/khong-co-cot trang «thong_tin» không có mục «ngayy» (có phải ý định ghi là «ngay»?)",
            "5:7 du-lieu/sai-kieu «Năm báo cáo» cần một số nguyên",
            "6:11 gia-tri/",
            "7:2 du-lieu/khong-co-trang mẫu này không có trang «khenthuong» (có phải ý định ghi là «khen_thuong»?)",
            "10:13 du-lieu/sai-kieu «Thực hiện» cần một số",
            "9:1 du-lieu/da-khai-bao",
        ];
        assert_eq!(found.len(), starts.len(), "{found:#?}");
        for (found, start) in found.iter().zip(starts) {
            assert!(found.starts_with(start), "{found}\n{start}");
        }
    }

    #[test]
    fn broken_syntax_is_told_with_its_line() {
        let found = findings("[thong_tin]\nten_xa = \n");
        assert!(found[0].starts_with("2:"), "{found:?}");
        assert!(found[0].contains("du-lieu/cu-phap"), "{found:?}");
    }

    #[test]
    fn rows_of_a_keyed_table_may_name_their_key_or_be_named_by_it() {
        let by_name =
            Prefill::from_toml(&schema(), "[chi_tieu.b]\nthuc_hien = 1\n[chi_tieu.a]\nthuc_hien = 2").unwrap();
        let by_column = Prefill::from_toml(
            &schema(),
            "[[chi_tieu]]\nma = \"b\"\nthuc_hien = 1\n[[chi_tieu]]\nma = \"a\"\nthuc_hien = 2",
        );
        assert_eq!(by_name, by_column.unwrap());
        assert_eq!(
            by_name.entries("chi_tieu")[0]["ma"],
            Value::Text("b".into()),
            "in the order of the file"
        );
        assert!(findings("[chi_tieu.b]\nma = \"c\"")[0].contains("du-lieu/trung-khoa"));
    }

    #[test]
    fn texts_are_read_as_a_clerk_types_them() {
        let prefill = Prefill::from_toml(
            &schema(),
            "[thong_tin]\nngay = \"15/12/2023\"\n[chi_tieu.x]\nthuc_hien = \"14.728,5\"\nty_le = \"130,7%\"\n\
             [[khen_thuong]]\nhinh_thuc = \"bằng khen\"\nso_luong = 3.0",
        )
        .unwrap();
        assert_eq!(
            prefill.entries("thong_tin")[0]["ngay"],
            Value::Date(jiff::civil::date(2023, 12, 15))
        );
        let row = &prefill.entries("chi_tieu")[0];
        assert_eq!(row["thuc_hien"], Value::Number(Decimal::new(147_285, 1)));
        assert_eq!(row["ty_le"], Value::Number(Decimal::new(1307, 1)));
        let row = &prefill.entries("khen_thuong")[0];
        assert_eq!(
            row["hinh_thuc"],
            Value::Text("Bằng khen".into()),
            "the declared spelling"
        );
        assert_eq!(row["so_luong"], Value::Number(Decimal::from(3)));
    }

    #[test]
    fn a_text_too_long_for_a_cell_is_told() {
        let source = format!("[thong_tin]\nnhan_dinh = \"{}\"", "a".repeat(40_000));
        assert!(findings(&source)[0].contains("du-lieu/qua-dai"));
    }
}
