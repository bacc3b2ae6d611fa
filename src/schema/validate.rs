//! Whether a schema makes sense: ids, names, keys, choices, defaults, and the names in checks.
//!
//! In: a schema as its manifest declares it. Out: every fault at once, each with the ids it is about.

use std::collections::HashSet;

use super::{Check, Field, Layout, Rule, Schema, Sections, Sheet};
use crate::diagnostic::Text;
use crate::text;
use crate::value::{Raw, Type};
use crate::vietnamese::{self, fold};

/// What is wrong with a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaFault {
    /// What it is about: `sheet khen_thuong › field cap`, or `check 2`, counted from 1.
    pub path: String,
    /// What is wrong.
    pub message: Text,
    /// The key of that thing whose text is wrong, and where in the text, in characters from 0.
    pub within: Option<(&'static str, usize)>,
}

/// Longest sheet name Excel takes.
const SHEET_NAME: usize = 31;
/// Characters Excel refuses in a sheet name.
const FORBIDDEN: &[char] = &['[', ']', ':', '*', '?', '/', '\\'];
/// Names that mean something else in a tag.
pub(crate) const KEYWORDS: &[&str] = &[
    "this", "else", "if", "each", "with", "unless", "lookup", "log", "true", "false", "null", "as", "key", "items",
    "length", "and", "or", "not", "in",
];

/// Whether an id is ASCII snake_case: a letter, then letters, digits and underscores.
pub fn is_id(id: &str) -> bool {
    id.starts_with(|first: char| first.is_ascii_lowercase())
        && id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

impl Schema {
    /// Every fault of the declaration; none when it makes sense.
    pub fn validate(&self) -> Vec<SchemaFault> {
        let mut faults = Faults::default();
        if self.sheets.is_empty() {
            faults.add(
                "sheet",
                text!("gói chưa khai báo trang tính nào", "the pack declares no sheet"),
            );
        }
        let mut ids = HashSet::new();
        let mut names = HashSet::new();
        for sheet in &self.sheets {
            let path = format!("sheet {}", sheet.id);
            if !ids.insert(&sheet.id) {
                faults.add(&path, text!("mã trang bị trùng", "the sheet id is used twice"));
            }
            for name in std::iter::once(&sheet.name).chain(&sheet.aliases) {
                if !names.insert(fold(name)) {
                    faults.add(
                        &path,
                        text!("tên trang “{name}” bị trùng", "the sheet name “{name}” is used twice"),
                    );
                }
            }
            faults.sheet(&path, sheet);
        }
        for (number, check) in self.checks.iter().enumerate() {
            faults.check(self, &format!("check {}", number + 1), check);
        }
        faults.list.extend(super::formulas::faults(self));
        faults.list
    }
}

#[derive(Default)]
struct Faults {
    list: Vec<SchemaFault>,
}

impl Faults {
    fn add(&mut self, path: &str, message: Text) {
        self.list.push(SchemaFault {
            path: path.to_owned(),
            message,
            within: None,
        });
    }

    fn id(&mut self, path: &str, id: &str) {
        if !is_id(id) {
            self.add(
                path,
                text!(
                    "mã “{id}” phải gồm chữ thường không dấu, chữ số và dấu _, bắt đầu bằng chữ",
                    "the id “{id}” must be lower-case ASCII letters, digits and _, a letter first"
                ),
            );
        } else if KEYWORDS.contains(&id) {
            self.add(
                path,
                text!("mã “{id}” là từ dành riêng", "the id “{id}” is a reserved word"),
            );
        }
    }

    fn sheet(&mut self, path: &str, sheet: &Sheet) {
        self.id(path, &sheet.id);
        let name = &sheet.name;
        let bad_name = name.trim().is_empty()
            || name.encode_utf16().count() > SHEET_NAME
            || name.contains(FORBIDDEN)
            || name.starts_with('\'')
            || name.ends_with('\'');
        if bad_name {
            self.add(
                path,
                text!(
                    "Excel không nhận tên trang “{name}”: nhiều nhất 31 ký tự, không có [ ] : * ? / \\",
                    "Excel does not take the sheet name “{name}”: at most 31 characters, none of [ ] : * ? / \\"
                ),
            );
        }
        if sheet.fields.is_empty() || (sheet.layout == Layout::List && sheet.fields.len() != 1) {
            self.add(
                path,
                text!(
                    "trang list cần đúng một cột, trang khác cần ít nhất một",
                    "a list has exactly one column, other sheets at least one"
                ),
            );
        }
        if sheet.max_rows.is_some_and(|most| most < sheet.min_rows) {
            self.add(
                path,
                text!("max_rows nhỏ hơn min_rows", "max_rows is less than min_rows"),
            );
        }
        let mut ids = HashSet::new();
        let mut labels = HashSet::new();
        for field in &sheet.fields {
            let path = format!("{path} › field {}", field.id);
            if !ids.insert(&field.id) {
                self.add(
                    &path,
                    text!("mã bị trùng trong trang", "the id is used twice in the sheet"),
                );
            }
            for label in std::iter::once(&field.label).chain(&field.aliases) {
                let folded = fold(label);
                if folded.is_empty() {
                    self.add(
                        &path,
                        text!("nhãn “{label}” không có chữ nào", "the label “{label}” has no letter"),
                    );
                } else if !labels.insert(folded) {
                    self.add(
                        &path,
                        text!(
                            "nhãn “{label}” bị trùng trong trang",
                            "the label “{label}” is used twice in the sheet"
                        ),
                    );
                }
            }
            self.field(&path, field);
            self.derived(&path, sheet, field);
        }
        if sheet.layout != Layout::Table && sheet.sections != Sections::default() {
            self.add(
                path,
                text!("chỉ trang table mới có sections", "only a table has sections"),
            );
        }
        self.keyed(path, sheet);
    }

    fn keyed(&mut self, path: &str, sheet: &Sheet) {
        let Some(key) = &sheet.key else {
            if !sheet.rows.is_empty() {
                self.add(
                    path,
                    text!("khai báo dòng (row) cần có key", "declared rows need a key"),
                );
            }
            return;
        };
        let key_column = sheet.field(key).map(|(_, field)| field);
        match key_column {
            _ if sheet.layout != Layout::Table => {
                self.add(path, text!("chỉ trang table mới có key", "only a table has a key"));
            }
            None => {
                let near = nearest(key, sheet.fields.iter().map(|field| field.id.as_str()));
                self.add(
                    path,
                    text!(
                        "key “{key}” không phải cột của trang{}",
                        "the key “{key}” is no column of the sheet{}",
                        near
                    ),
                );
            }
            Some(field) if field.ty != Type::Text => {
                self.add(
                    path,
                    text!(
                        "cột khoá “{key}” phải kiểu text",
                        "the key column “{key}” must be of type text"
                    ),
                );
            }
            Some(_) => {}
        }
        let mut keys = HashSet::new();
        for row in &sheet.rows {
            let Some(own) = row.values.get(key) else {
                self.add(
                    path,
                    text!("một dòng khai báo thiếu “{key}”", "a declared row lacks “{key}”"),
                );
                continue;
            };
            let path = format!("{path} › row {own}");
            self.id(&path, own);
            if !keys.insert(own) {
                self.add(&path, text!("khoá bị trùng", "the key is used twice"));
            }
            for (column, value) in &row.values {
                match sheet.field(column) {
                    None => {
                        let near = nearest(column, sheet.fields.iter().map(|field| field.id.as_str()));
                        self.add(
                            &path,
                            text!(
                                "trang không có cột “{column}”{}",
                                "the sheet has no column “{column}”{}",
                                near
                            ),
                        );
                    }
                    Some((_, field)) => self.readable(&path, field, value),
                }
            }
        }
    }

    /// A derived field has the type of what it derives, and nothing that is about cells.
    fn derived(&mut self, path: &str, sheet: &Sheet, field: &Field) {
        let Some(derive) = field.derive else { return };
        if sheet.layout != Layout::Table {
            self.add(path, text!("chỉ trang table mới có derive", "only a table has derive"));
        }
        if field.ty != derive.ty() {
            let (name, ty) = (derive.name(), derive.ty().info().name);
            self.add(
                path,
                text!(
                    "derive = \"{name}\" cần kiểu {ty}",
                    "derive = \"{name}\" needs the type {ty}"
                ),
            );
        }
        let about_cells = [
            ("required", field.required),
            ("unique", field.unique),
            ("default", field.default.is_some()),
            ("aliases", !field.aliases.is_empty()),
            ("min", field.min.is_some()),
            ("max", field.max.is_some()),
            ("max_length", field.max_length.is_some()),
            ("pattern", field.pattern.is_some()),
            ("key", sheet.key.as_ref() == Some(&field.id)),
            ("row", sheet.rows.iter().any(|row| row.values.contains_key(&field.id))),
        ];
        for (key, _) in about_cells.into_iter().filter(|(_, is_there)| *is_there) {
            self.add(
                path,
                text!(
                    "cột có derive được tính ra, không đi cùng {key}",
                    "a derived column is computed and can't have {key}"
                ),
            );
        }
        if sheet.fields.iter().all(|field| field.derive.is_some()) {
            self.add(
                path,
                text!(
                    "trang cần ít nhất một cột không có derive",
                    "the sheet needs a column that is not derived"
                ),
            );
        }
    }

    fn field(&mut self, path: &str, field: &Field) {
        self.id(path, &field.id);
        if (field.ty == Type::Choice) == field.choices.is_empty() {
            self.add(
                path,
                text!(
                    "kiểu choice cần choices, kiểu khác thì không",
                    "a choice has choices, other types have none"
                ),
            );
        }
        let mut choices = HashSet::new();
        for choice in &field.choices {
            for value in std::iter::once(&choice.value).chain(&choice.aliases) {
                let folded = fold(value);
                if folded.is_empty() {
                    self.add(
                        path,
                        text!(
                            "lựa chọn “{value}” không có chữ nào",
                            "the choice “{value}” has no letter"
                        ),
                    );
                } else if !choices.insert(folded) {
                    self.add(
                        path,
                        text!("lựa chọn “{value}” bị trùng", "the choice “{value}” is listed twice"),
                    );
                }
            }
        }
        let numeric = field.ty.is_numeric();
        if !numeric && (field.min.is_some() || field.max.is_some()) {
            self.add(
                path,
                text!("min, max chỉ dùng cho cột số", "min and max are for numbers"),
            );
        }
        if let (Some(min), Some(max)) = (field.min, field.max)
            && min > max
        {
            self.add(path, text!("min lớn hơn max", "min is greater than max"));
        }
        if !field.ty.is_text() && (field.pattern.is_some() || field.max_length.is_some()) {
            self.add(
                path,
                text!(
                    "pattern, max_length chỉ dùng cho cột chữ",
                    "pattern and max_length are for texts"
                ),
            );
        }
        if let Some(pattern) = &field.pattern
            && let Err(error) = regex_lite::Regex::new(pattern)
        {
            self.add(
                path,
                text!("pattern viết sai: {error}", "the pattern is wrong: {error}"),
            );
        }
        for value in field.default.iter().chain(&field.example) {
            self.readable(path, field, value);
        }
    }

    /// A value written in the manifest must be one that a clerk could type.
    fn readable(&mut self, path: &str, field: &Field, value: &str) {
        let reading = field.read(&Raw::Text(value.into()));
        if reading.value.is_none() && !value.trim().is_empty() {
            let label = field.ty.info().label();
            self.add(
                path,
                Text::new(
                    format!("“{value}” không đọc được thành {}", label.vi),
                    format!("“{value}” can't be read as {}", label.en),
                ),
            );
        }
    }

    fn check(&mut self, schema: &Schema, path: &str, check: &Check) {
        const NUMBER: &[Type] = &[Type::Integer, Type::Decimal, Type::Percent, Type::Count, Type::Year];
        const ANY: &[Type] = &[];
        let Some(rule) = &check.rule else { return };
        match rule {
            Rule::Ratio {
                sheet,
                percent,
                part,
                whole,
            } => {
                self.columns(schema, path, sheet, &[percent, part, whole], NUMBER);
            }
            Rule::Growth {
                sheet,
                percent,
                now,
                before,
            } => {
                self.columns(schema, path, sheet, &[percent, now, before], NUMBER);
            }
            Rule::CountMatches {
                sheet,
                count,
                by,
                list,
                list_by,
                ..
            } => {
                self.columns(schema, path, sheet, &[count], NUMBER);
                self.columns(schema, path, sheet, &by.iter().collect::<Vec<_>>(), ANY);
                self.columns(schema, path, list, &list_by.iter().collect::<Vec<_>>(), ANY);
                if by.len() != list_by.len() || by.is_empty() {
                    self.add(
                        path,
                        text!(
                            "by và list_by phải có số cột bằng nhau, ít nhất một",
                            "by and list_by must name as many columns, at least one"
                        ),
                    );
                }
            }
            Rule::Exists {
                sheet,
                column,
                list,
                list_column,
            } => {
                self.columns(schema, path, sheet, &[column], ANY);
                self.columns(schema, path, list, &[list_column], ANY);
            }
            Rule::OneOf { sheet, columns } | Rule::Distinct { sheet, columns } => {
                self.columns(schema, path, sheet, &columns.iter().collect::<Vec<_>>(), ANY);
            }
            Rule::DateOrder { earlier, later } => {
                self.paths(schema, path, &[earlier, later], &[Type::Date]);
                self.beside(schema, path, earlier, later);
            }
            Rule::RequiredWhen { field, when, values } => {
                self.paths(schema, path, &[field, when], ANY);
                self.beside(schema, path, field, when);
                self.known_values(schema, path, when, values);
            }
            Rule::BlankFrom { field, date, from: day }
            | Rule::RequiredBefore {
                field,
                date,
                before: day,
            } => {
                self.paths(schema, path, &[field], ANY);
                self.paths(schema, path, &[date], &[Type::Date]);
                self.beside(schema, path, field, date);
                self.day(path, day);
            }
            Rule::Permitted {
                field,
                when,
                date,
                pairs,
            } => {
                self.paths(schema, path, &[field, when], ANY);
                self.beside(schema, path, field, when);
                if let Some(date) = date {
                    self.paths(schema, path, &[date], &[Type::Date]);
                    self.beside(schema, path, field, date);
                }
                for pair in pairs {
                    self.known_values(schema, path, when, &pair.when);
                    for day in pair.from.iter().chain(&pair.to) {
                        self.day(path, day);
                    }
                    if date.is_none() && (pair.from.is_some() || pair.to.is_some()) {
                        self.add(
                            path,
                            text!(
                                "from và to cần khoá date của kiểm tra",
                                "from and to need the check's key date"
                            ),
                        );
                    }
                }
            }
            Rule::InForce { date, fields } => {
                self.paths(schema, path, &[date], &[Type::Date]);
                for field in fields {
                    self.paths(schema, path, &[field], &[Type::Text, Type::LongText]);
                    self.beside(schema, path, field, date);
                }
            }
            Rule::SameYear { year, date } => {
                self.paths(schema, path, &[year], &[Type::Year]);
                self.paths(schema, path, &[date], &[Type::Date]);
                self.beside(schema, path, year, date);
            }
        }
    }

    fn day(&mut self, path: &str, day: &str) {
        if vietnamese::parse_date(day).is_err() {
            self.add(
                path,
                text!(
                    "“{day}” không phải ngày dạng 2025-07-01",
                    "“{day}” is no date like 2025-07-01"
                ),
            );
        }
    }

    /// Two fields that a check compares must meet in a record: on one sheet, or one of them in a form.
    fn beside(&mut self, schema: &Schema, path: &str, one: &str, other: &str) {
        let sheet = |field: &str| field.split_once('.').and_then(|(sheet, _)| schema.sheet(sheet));
        let (Some((first, one_sheet)), Some((second, other_sheet))) = (sheet(one), sheet(other)) else {
            return;
        };
        if first != second && one_sheet.has_rows() && other_sheet.has_rows() {
            self.add(
                path,
                text!(
                    "“{one}” và “{other}” thuộc hai bảng khác nhau: chỉ so được trong cùng một bảng, hoặc với một trang form",
                    "“{one}” and “{other}” are of two tables: only one table, or a form, can be compared"
                ),
            );
        }
    }

    /// Values that a check waits for must be among the choices of the field.
    fn known_values(&mut self, schema: &Schema, path: &str, field: &str, values: &[String]) {
        let Some((sheet, id)) = field.split_once('.') else {
            return;
        };
        let declared = schema.sheet(sheet).and_then(|(_, sheet)| sheet.field(id));
        let Some((_, declared)) = declared.filter(|(_, field)| field.ty == Type::Choice) else {
            return;
        };
        // A check compares with the declared spelling, never with an alias.
        let names = || declared.choices.iter().map(|choice| choice.value.as_str());
        for value in values {
            let folded = fold(value);
            if !names().any(|name| fold(name) == folded) {
                let near = nearest(value, names());
                self.add(
                    path,
                    text!(
                        "“{value}” không có trong danh mục của “{field}”{}",
                        "“{value}” is not among the choices of “{field}”{}",
                        near
                    ),
                );
            }
        }
    }

    fn columns(&mut self, schema: &Schema, path: &str, sheet: &str, columns: &[&String], types: &[Type]) {
        let Some((_, declared)) = schema.sheet(sheet) else {
            let near = nearest(sheet, schema.sheets.iter().map(|sheet| sheet.id.as_str()));
            return self.add(
                path,
                text!("không có trang “{sheet}”{}", "there is no sheet “{sheet}”{}", near),
            );
        };
        for column in columns {
            match declared.field(column) {
                None => {
                    let near = nearest(column, declared.fields.iter().map(|field| field.id.as_str()));
                    self.add(
                        path,
                        text!(
                            "trang “{sheet}” không có cột “{column}”{}",
                            "sheet “{sheet}” has no column “{column}”{}",
                            near
                        ),
                    );
                }
                Some((_, field)) if !types.is_empty() && !types.contains(&field.ty) => {
                    let label = field.ty.info().label();
                    self.add(
                        path,
                        Text::new(
                            format!("cột “{column}” là {}, không dùng được cho kiểm tra này", label.vi),
                            format!("column “{column}” is {}, which this check can't use", label.en),
                        ),
                    );
                }
                Some(_) => {}
            }
        }
    }

    fn paths(&mut self, schema: &Schema, path: &str, fields: &[&String], types: &[Type]) {
        for field in fields {
            match field.split_once('.') {
                Some((sheet, column)) => self.columns(schema, path, sheet, &[&column.to_owned()], types),
                None => self.add(
                    path,
                    text!("“{field}” cần dạng trang.trường", "“{field}” must be sheet.field"),
                ),
            }
        }
    }
}

/// The nearest of some names, as it follows a message in either language: `; gần nhất / nearest: ten_xa`.
fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    vietnamese::nearest(name, candidates).map_or_else(String::new, |near| format!(" (→ {near}?)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Source {
        sheet: Vec<Sheet>,
        #[serde(default)]
        check: Vec<Check>,
    }

    fn faults(source: &str) -> Vec<String> {
        let source: Source = toml::from_str(source).unwrap();
        let schema = Schema {
            sheets: source.sheet,
            checks: source.check,
            ..Schema::default()
        };
        schema
            .validate()
            .into_iter()
            .map(|fault| format!("{}: {}", fault.path, fault.message.vi))
            .collect()
    }

    #[test]
    fn a_sound_schema_has_no_fault() {
        let sound = r#"
            sheet = [{ id = "chi_tieu", name = "Chỉ tiêu", layout = "table", key = "ma",
              field = [{ id = "ma", label = "Mã", type = "text" }, { id = "th", label = "Thực hiện", type = "decimal" },
                       { id = "kh", label = "Kế hoạch", type = "decimal" }, { id = "tl", label = "Tỷ lệ", type = "percent", example = "130,7%" }],
              row = [{ ma = "thu" }] }]
            check = [{ rule.ratio = { sheet = "chi_tieu", percent = "tl", part = "th", whole = "kh" } }]
        "#;
        assert_eq!(faults(sound), Vec::<String>::new());
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let broken = r#"
            sheet = [
              { id = "Chi tieu", name = "Biểu 01/BC", layout = "list", field = [] },
              { id = "a", name = "A", layout = "table", key = "maa", row = [{ ma = "x", la = "1" }],
                field = [{ id = "ma", label = "Mã", type = "text", min = 3 }, { id = "ma", label = "MÃ", type = "choice" },
                         { id = "so", label = "Số", type = "integer", min = 5, max = 1, example = "năm", pattern = "(" }] },
            ]
            check = [{ rule.ratio = { sheet = "a", percent = "tl", part = "ma", whole = "so" } },
                     { rule.same_year = { year = "so", date = "b.c" } }]
        "#;
        let told = faults(broken).join("\n");
        for expected in [
            "sheet Chi tieu: mã “Chi tieu”",
            "Excel không nhận tên trang “Biểu 01/BC”",
            "cần đúng một cột",
            "field ma: mã bị trùng",
            "nhãn “MÃ” bị trùng",
            "min, max chỉ dùng",
            "kiểu choice cần choices",
            "min lớn hơn max",
            "“năm” không đọc được",
            "pattern, max_length chỉ dùng",
            "pattern viết sai",
            "key “maa” không phải cột của trang (→ ma?)",
            "thiếu “maa”",
            "check 1: trang “a” không có cột “tl”",
            "check 1: cột “ma” là",
            "check 2: “so” cần dạng trang.trường",
            "check 2: không có trang “b”",
        ] {
            assert!(told.contains(expected), "{expected}\n{told}");
        }
    }

    #[test]
    fn a_derived_column_has_its_type_and_nothing_about_cells() {
        let sound = r#"
            sheet = [{ id = "bieu", name = "Biểu", layout = "table", sections = "keep",
              field = [{ id = "ten", label = "Tên", type = "text" }, { id = "cap", label = "Cấp", type = "integer", derive = "level" },
                       { id = "nhom", label = "Nhóm", type = "text", derive = "section" }, { id = "muc", label = "Mục", type = "text", derive = "marker" }] }]
        "#;
        assert_eq!(faults(sound), Vec::<String>::new());
        let broken = r#"
            sheet = [
              { id = "mau", name = "Mẫu", layout = "form", sections = "keep", field = [{ id = "cap", label = "Cấp", type = "text", derive = "level" }] },
              { id = "bieu", name = "Biểu", layout = "table",
                field = [{ id = "ten", label = "Tên", type = "text" }, { id = "nhom", label = "Nhóm", type = "text", derive = "section", required = true, default = "x" }] },
            ]
        "#;
        assert_eq!(
            faults(broken),
            [
                "sheet mau › field cap: chỉ trang table mới có derive",
                "sheet mau › field cap: derive = \"level\" cần kiểu integer",
                "sheet mau › field cap: trang cần ít nhất một cột không có derive",
                "sheet mau: chỉ trang table mới có sections",
                "sheet bieu › field nhom: cột có derive được tính ra, không đi cùng required",
                "sheet bieu › field nhom: cột có derive được tính ra, không đi cùng default",
            ]
        );
    }

    #[test]
    fn a_check_that_could_never_fire_is_told() {
        let idle = r#"
            sheet = [
              { id = "khen_thuong", name = "Khen thưởng", layout = "table",
                field = [{ id = "cap", label = "Cấp", type = "choice", choices = ["Tỉnh", { value = "Xã", aliases = ["…"] }] },
                         { id = "ngay", label = "Ngày", type = "date", aliases = [" - "] },
                         { id = "ten", label = "Tên", type = "text" }] },
              { id = "danh_sach", name = "Danh sách", layout = "table",
                field = [{ id = "ngay", label = "Ngày", type = "date" }] },
              { id = "thong_tin", name = "Thông tin", layout = "form",
                field = [{ id = "ngay", label = "Ngày", type = "date" }] },
            ]
            check = [
              { rule.required_when = { field = "khen_thuong.ten", when = "khen_thuong.cap", values = ["tinh", "Xax"] } },
              { rule.date_order = { earlier = "khen_thuong.ngay", later = "danh_sach.ngay" } },
              { rule.date_order = { earlier = "khen_thuong.ngay", later = "thong_tin.ngay" } },
              { rule.count_matches = { sheet = "khen_thuong", count = "ten", by = [], list = "danh_sach", list_by = [] } },
            ]
        "#;
        assert_eq!(
            faults(idle),
            [
                "sheet khen_thuong › field cap: lựa chọn “…” không có chữ nào",
                "sheet khen_thuong › field ngay: nhãn “ - ” không có chữ nào",
                "check 1: “Xax” không có trong danh mục của “khen_thuong.cap” (→ Xã?)",
                "check 2: “khen_thuong.ngay” và “danh_sach.ngay” thuộc hai bảng khác nhau: chỉ so được trong cùng một bảng, hoặc với một trang form",
                "check 4: cột “ten” là một dòng chữ, không dùng được cho kiểm tra này",
                "check 4: by và list_by phải có số cột bằng nhau, ít nhất một",
            ]
        );
    }
}
