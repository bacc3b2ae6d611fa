//! A pack's data dictionary: its documents, each sheet with its fields, its checks and versions, as Markdown.
//!
//! In: a pack. Out: a text in either language; what the pack itself says stays in the pack's words. Tables are those of
//! GitHub Flavored Markdown; signs of a label that mean something there are escaped. The same pack gives the same text.

use std::fmt::Write;

use super::{Pack, Selection, rule};
use crate::diagnostic::{Lang, Text};
use crate::schema::{Check, Derive, Field, Layout, Merge, SeverityName, Sheet};
use crate::script::Script;
use crate::text;
use crate::value::{Raw, Type};
use crate::vietnamese;

/// The dictionary of a pack.
pub fn markdown(pack: &Pack, lang: Lang) -> String {
    let mut page = Page {
        out: String::new(),
        lang,
    };
    page.head(pack);
    page.documents(pack);
    for sheet in &pack.schema.sheets {
        page.sheet(sheet);
    }
    page.checks(pack);
    page.helpers(pack);
    page.versions(pack);
    page.out
}

/// How the tag of a field is written where its sheet is reached in the plainest way.
pub fn tag(sheet: &Sheet, field: &Field, lang: Lang) -> String {
    let key = match lang {
        Lang::Vi => "KHOÁ",
        Lang::En => "KEY",
    };
    match sheet.layout {
        Layout::Form => format!("{{{{{}.{}}}}}", sheet.id, field.id),
        Layout::Table if sheet.key.is_some() => format!("{{{{{}.{key}.{}}}}}", sheet.id, field.id),
        Layout::Table => format!("{{{{{}}}}}", field.id),
        Layout::List => String::from("{{this}}"),
    }
}

/// What a field prints as: its own example, else that of its type.
pub fn example(field: &Field) -> String {
    own_example(field).unwrap_or_else(|| field.ty.info().example.to_owned())
}

/// What a field prints as by its own example, default or first choice.
fn own_example(field: &Field) -> Option<String> {
    let own = field
        .example
        .as_ref()
        .or(field.default.as_ref())
        .map(|typed| Raw::Text(typed.as_str().into()));
    let own = own.and_then(|raw| field.read(&raw).value);
    match (own, field.choices.first()) {
        (Some(value), _) => Some(field.print(&value)),
        (None, choice) => choice.map(|choice| choice.value.clone()),
    }
}

/// Key and what people call the row, of each declared row.
pub fn rows(sheet: &Sheet) -> Vec<(String, String)> {
    let Some(key) = &sheet.key else { return Vec::new() };
    let declared = sheet.rows.iter().filter_map(|row| {
        let called = sheet
            .fields
            .iter()
            .filter(|field| field.id != *key)
            .find_map(|field| row.values.get(&field.id));
        Some((row.values.get(key)?.clone(), called.cloned().unwrap_or_default()))
    });
    declared.collect()
}

/// A page under way.
struct Page {
    out: String,
    lang: Lang,
}

impl Page {
    fn t<'t>(&self, vi: &'t str, en: &'t str) -> &'t str {
        match self.lang {
            Lang::Vi => vi,
            Lang::En => en,
        }
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    /// A paragraph of its own; none when it is empty.
    fn paragraph(&mut self, text: &str) {
        if !text.is_empty() {
            self.line("");
            self.line(text);
        }
    }

    fn heading(&mut self, level: usize, text: &str) {
        if !self.out.is_empty() {
            self.line("");
        }
        let marks = "#".repeat(level);
        self.line(&format!("{marks} {text}"));
    }

    /// A table; cells are escaped already.
    fn table(&mut self, head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
        self.line("");
        self.line(&format!("| {} |", head.join(" | ")));
        self.line(&format!("|{}", "---|".repeat(head.len())));
        for row in rows {
            self.line(&format!("| {} |", row.join(" | ")));
        }
    }

    fn head(&mut self, pack: &Pack) {
        let lang = self.lang;
        self.heading(1, &plain(&pack.name));
        let (id, version) = (code(&pack.id), &pack.version);
        let mut line = text!("Mã gói {id}, phiên bản {version}.", "Pack {id}, version {version}.");
        if let Some(engine) = &pack.engine {
            line = append(
                line,
                text!(" Cần baocao {engine} trở lên.", " Needs baocao {engine} or later."),
            );
        }
        self.paragraph(line.get(lang));
        self.paragraph(&plain(&pack.description));
        if !pack.empty.is_empty() {
            let empty = plain(&pack.empty);
            let line = text!(
                "Chỗ không bắt buộc mà để trống thì in “{empty}”.",
                "An optional value that is missing prints as “{empty}”."
            );
            self.paragraph(line.get(lang));
        }
    }

    fn documents(&mut self, pack: &Pack) {
        let lang = self.lang;
        self.heading(2, self.t("Văn bản", "Documents"));
        let head = match lang {
            Lang::Vi => ["Mã", "Tên", "Mẫu Word", "Tên tệp", "Làm khi nào"],
            Lang::En => ["Id", "Name", "Word template", "File name", "Made"],
        };
        let rows = pack.outputs.iter().map(|output| {
            let made = Selection::of(output, &pack.schema).ok();
            let made = made.and_then(|selection| selection.text(&pack.schema));
            let made = made.unwrap_or_else(|| text!("mỗi sổ tính một văn bản", "one for each workbook"));
            vec![
                code(&output.id),
                cell(&output.label),
                code(&output.template),
                code(&format!("{}.docx", output.file_name)),
                cell(made.get(lang)),
            ]
        });
        self.table(&head, rows);
    }

    fn sheet(&mut self, sheet: &Sheet) {
        let lang = self.lang;
        let (name, id) = (plain(&sheet.name), code(&sheet.id));
        let heading = text!("Trang “{name}” ({id})", "Sheet “{name}” ({id})");
        self.heading(2, heading.get(lang));
        let about = self.about(sheet);
        self.paragraph(&about);
        self.paragraph(&plain(sheet.help.as_deref().unwrap_or_default()));
        self.paragraph(&plain(sheet.unit_line.as_deref().unwrap_or_default()));
        let head = match lang {
            Lang::Vi => [
                "Mã",
                "Nhãn",
                "Kiểu",
                "Đơn vị",
                "Bắt buộc",
                "Giá trị được nhận",
                "Cách ghi",
                "Ví dụ",
                "Thẻ",
            ],
            Lang::En => [
                "Id",
                "Label",
                "Type",
                "Unit",
                "Required",
                "Permitted",
                "How to fill in",
                "Example",
                "Tag",
            ],
        };
        let rows: Vec<Vec<String>> = sheet
            .fields
            .iter()
            .map(|field| {
                vec![
                    code(&field.id),
                    labels(field, lang),
                    format!("{} ({})", field.ty.info().label().get(lang), code(field.ty.info().name)),
                    cell(field.unit.as_deref().unwrap_or_default()),
                    self.t(
                        if field.required { "có" } else { "" },
                        if field.required { "yes" } else { "" },
                    )
                    .to_owned(),
                    permitted(field, lang),
                    advice(field, lang),
                    cell(&own_example(field).unwrap_or_default()),
                    code(&tag(sheet, field, lang)),
                ]
            })
            .collect();
        self.table(&head, rows);
        let declared = rows_of(sheet);
        if !declared.is_empty() {
            let line = self
                .t("Các dòng có sẵn, gọi bằng khoá:", "Declared rows, by their keys:")
                .to_owned();
            self.paragraph(&line);
            let head = [self.t("Khoá", "Key"), self.t("Tên", "Name")];
            self.table(&head, declared);
        }
    }

    /// How a sheet is laid out, in a sentence or more.
    fn about(&self, sheet: &Sheet) -> String {
        let lang = self.lang;
        let mut about = match sheet.layout {
            Layout::Form => text!("Mỗi mục một thông tin.", "One value for each label."),
            Layout::Table => text!("Bảng, mỗi dòng một bản ghi.", "A table, one record in each row."),
            Layout::List => text!("Danh sách một cột.", "A list of one column."),
        };
        if !sheet.required {
            about = append(
                about,
                text!(" Có thể không có trang này.", " The sheet may be missing."),
            );
        }
        let (least, most) = (sheet.min_rows, sheet.max_rows);
        if least > 0 {
            about = append(about, text!(" Ít nhất {least} dòng.", " At least {least} row(s)."));
        }
        if let Some(most) = most {
            about = append(about, text!(" Nhiều nhất {most} dòng.", " At most {most} rows."));
        }
        if let Some(key) = &sheet.key {
            let key = code(key);
            about = append(about, text!(" Khoá: {key}.", " Key: {key}."));
            if !sheet.extra_rows {
                about = append(
                    about,
                    text!(
                        " Không thêm dòng ngoài các dòng có sẵn.",
                        " No rows beyond the declared."
                    ),
                );
            }
        }
        if !sheet.aliases.is_empty() {
            let names = sheet
                .aliases
                .iter()
                .map(|name| plain(name))
                .collect::<Vec<_>>()
                .join("; ");
            about = append(
                about,
                text!(" Cũng nhận tên trang: {names}.", " Also found as: {names}."),
            );
        }
        about.get(lang).to_owned()
    }

    fn checks(&mut self, pack: &Pack) {
        if pack.schema.checks.is_empty() {
            return;
        }
        let lang = self.lang;
        self.heading(2, self.t("Kiểm tra", "Checks"));
        self.line("");
        for (number, check) in pack.schema.checks.iter().enumerate() {
            let severity = match check.severity {
                SeverityName::Error => self.t("lỗi", "error"),
                SeverityName::Warning => self.t("cảnh báo", "warning"),
            };
            let mut line = format!("{}. {} ({severity})", number + 1, asked(check, pack, lang));
            let (message, hint) = match lang {
                Lang::Vi => (&check.message, &check.hint),
                Lang::En => (
                    check.message_en.as_ref().map_or(&check.message, |_| &check.message_en),
                    check.hint_en.as_ref().map_or(&check.hint, |_| &check.hint_en),
                ),
            };
            for own in message.iter().chain(hint) {
                let _ = write!(line, " — {}", plain(own));
            }
            self.line(&line);
        }
    }

    /// The helpers of the pack's script, each with what its author wrote above it.
    fn helpers(&mut self, pack: &Pack) {
        let helpers = pack.script.as_ref().map_or(&[][..], Script::helpers);
        if helpers.is_empty() {
            return;
        }
        self.heading(2, self.t("Hàm riêng của gói", "The pack's own helpers"));
        let head = [self.t("Cách gọi", "How it is called"), self.t("Nghĩa", "What it gives")];
        let rows = helpers
            .iter()
            .map(|helper| vec![code(&helper.usage()), cell(&helper.doc)]);
        self.table(&head, rows);
    }

    fn versions(&mut self, pack: &Pack) {
        if pack.reads.is_none() && pack.migrations.is_empty() {
            return;
        }
        let lang = self.lang;
        self.heading(
            2,
            self.t("Sổ tính của phiên bản trước", "Workbooks of earlier versions"),
        );
        if let Some(reads) = &pack.reads {
            let line = text!(
                "Đọc sổ tính làm từ phiên bản {reads} trở đi.",
                "Workbooks of version {reads} and later are read."
            );
            self.paragraph(line.get(lang));
        }
        for migration in &pack.migrations {
            let from = &migration.from;
            let line = text!(
                "Sổ tính từ phiên bản {from} trở về trước:",
                "Workbooks of version {from} and before:"
            );
            self.paragraph(line.get(lang));
            self.line("");
            let mut items = Vec::new();
            items.extend(migration.rename.iter().map(|(old, new)| {
                let (old, new) = (code(old), code(new));
                text!("{old} nay là {new}", "{old} is now {new}")
            }));
            items.extend(migration.labels.iter().map(|(id, label)| {
                let (id, label) = (code(id), plain(label));
                text!("{id} ghi là “{label}”", "{id} was labelled “{label}”")
            }));
            items.extend(migration.removed.iter().map(|id| {
                let id = code(id);
                text!("{id} không còn", "{id} is no more")
            }));
            for (id, values) in &migration.values {
                let id = code(id);
                items.extend(values.iter().map(|(old, new)| {
                    let (old, new) = (plain(old), plain(new));
                    text!("{id}: “{old}” đọc là “{new}”", "{id}: “{old}” is read as “{new}”")
                }));
            }
            items.extend(migration.note.iter().map(|note| Text::new(plain(note), plain(note))));
            for item in items {
                self.line(&format!("- {}", item.get(lang)));
            }
        }
    }
}

fn append(text: Text, more: Text) -> Text {
    Text::new(text.vi + &*more.vi, text.en + &*more.en)
}

fn rows_of(sheet: &Sheet) -> Vec<Vec<String>> {
    let rows = rows(sheet).into_iter();
    rows.map(|(key, name)| vec![code(&key), cell(&name)]).collect()
}

/// What a check asks for: a rule in words, or the pack's own formula.
fn asked(check: &Check, pack: &Pack, lang: Lang) -> String {
    if let Some(rule) = &check.rule {
        return plain(rule::words(rule, &pack.schema).get(lang));
    }
    let formula = code(check.assert.as_deref().unwrap_or_default());
    let sheet = check.sheet.as_deref().and_then(|id| pack.schema.sheet(id));
    match sheet {
        Some((_, sheet)) if sheet.has_rows() => {
            let name = plain(&sheet.name);
            text!(
                "Trang “{name}”: mỗi dòng có {formula}",
                "Sheet “{name}”: each row has {formula}"
            )
        }
        Some((_, sheet)) => {
            let name = plain(&sheet.name);
            text!("Trang “{name}”: {formula}", "Sheet “{name}”: {formula}")
        }
        None => Text::new(formula.clone(), formula),
    }
    .get(lang)
    .to_owned()
}

/// A field's label and the others by which it is found.
fn labels(field: &Field, lang: Lang) -> String {
    let label = cell(&field.label);
    if field.aliases.is_empty() {
        return label;
    }
    let others: Vec<String> = field.aliases.iter().map(|alias| cell(alias)).collect();
    let others = others.join("; ");
    text!("{label}<br>cũng nhận: {others}", "{label}<br>also: {others}")
        .get(lang)
        .to_owned()
}

/// What a cell of a field may hold, beside what its type says.
fn permitted(field: &Field, lang: Lang) -> String {
    let mut parts: Vec<Text> = Vec::new();
    if !field.choices.is_empty() {
        let choices = field.choices.iter().map(|choice| {
            let value = cell(&choice.value);
            if choice.aliases.is_empty() {
                return Text::new(value.clone(), value);
            }
            let aliases: Vec<String> = choice.aliases.iter().map(|alias| cell(alias)).collect();
            let aliases = aliases.join(", ");
            text!("{value} (cũng nhận: {aliases})", "{value} (also: {aliases})")
        });
        let (vi, en): (Vec<String>, Vec<String>) = choices.map(|choice| (choice.vi, choice.en)).unzip();
        parts.push(Text::new(vi.join("; "), en.join("; ")));
    }
    parts.extend(limits(field));
    if let Some(pattern) = &field.pattern {
        parts.push(match &field.pattern_help {
            Some(help) => Text::new(cell(help), cell(help)),
            None => {
                let pattern = code(pattern);
                text!("theo mẫu {pattern}", "matches {pattern}")
            }
        });
    }
    if field.unique {
        parts.push(text!("không dòng nào trùng", "no two rows alike"));
    }
    let parts: Vec<&str> = parts.iter().map(|part| part.get(lang)).collect();
    parts.join("; ")
}

/// The limits of a number, and of a text's length.
fn limits(field: &Field) -> Vec<Text> {
    let number = |number: rust_decimal::Decimal| {
        let plain = number.normalize().to_string();
        match field.ty {
            Type::Year => Text::new(plain.clone(), plain),
            Type::Percent => Text::new(format!("{}%", vietnamese::number(number, 10)), format!("{plain}%")),
            _ => Text::new(vietnamese::number(number, 10), plain),
        }
    };
    let mut limits = Vec::new();
    match (field.min.map(number), field.max.map(number)) {
        (Some(min), Some(max)) => limits.push(Text::new(
            format!("từ {} đến {}", min.vi, max.vi),
            format!("from {} to {}", min.en, max.en),
        )),
        (Some(min), None) => limits.push(Text::new(
            format!("từ {} trở lên", min.vi),
            format!("at least {}", min.en),
        )),
        (None, Some(max)) => limits.push(Text::new(
            format!("nhiều nhất {}", max.vi),
            format!("at most {}", max.en),
        )),
        (None, None) => {}
    }
    if let Some(length) = field.max_length {
        let vi = vietnamese::number(length.into(), 0);
        limits.push(text!("không quá {vi} ký tự", "at most {length} characters"));
    }
    limits
}

/// How a field is filled in.
fn advice(field: &Field, lang: Lang) -> String {
    let mut parts: Vec<Text> = Vec::new();
    let own = |words: &String| Text::new(cell(words), cell(words));
    parts.extend(field.help.as_ref().map(own));
    match field.derive {
        Some(Derive::Level) => parts.push(text!(
            "chương trình tính: cấp của dòng",
            "computed: how deep the row stands"
        )),
        Some(Derive::Section) => parts.push(text!("chương trình tính: đề mục ở trên", "computed: the heading above")),
        Some(Derive::Marker) => parts.push(text!(
            "chương trình tính: số thứ tự của dòng",
            "computed: the row's marker"
        )),
        Some(Derive::Name) => parts.push(text!(
            "chương trình tính: tên không kèm số thứ tự",
            "computed: the row's text without its marker"
        )),
        None => {}
    }
    if let Some(formula) = &field.value {
        let formula = code(formula);
        parts.push(text!("chương trình tính: {formula}", "computed: {formula}"));
    }
    if let Some(default) = &field.default {
        let default = cell(default);
        parts.push(text!("để trống thì lấy “{default}”", "“{default}” when blank"));
    }
    if let Some(empty) = &field.empty {
        let empty = cell(empty);
        parts.push(text!("để trống thì in “{empty}”", "prints “{empty}” when blank"));
    }
    match field.merge {
        Merge::First => {}
        Merge::Sum => parts.push(text!("nhiều xã: cộng lại", "several communes: added up")),
        Merge::Concat => parts.push(text!(
            "nhiều xã: ghép nối tiếp",
            "several communes: one after the other"
        )),
        Merge::Same => parts.push(text!("nhiều xã: phải giống nhau", "several communes: must agree")),
    }
    let parts: Vec<&str> = parts.iter().map(|part| part.get(lang)).collect();
    parts.join("<br>")
}

/// A text in which no sign means anything to Markdown, on one line.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    // What makes a heading or a list does so at the beginning of a line only.
    let mark = match text.find(|sign: char| !sign.is_ascii_digit()) {
        Some(0) if text.starts_with(['#', '+', '-', '=']) => Some(0),
        Some(after) if after > 0 && text[after..].starts_with(['.', ')']) => Some(after),
        _ => None,
    };
    let mut out = String::with_capacity(text.len());
    for (index, sign) in text.char_indices() {
        match sign {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '>' => {
                out.push('\\');
                out.push(sign);
            }
            sign if mark == Some(index) => {
                out.push('\\');
                out.push(sign);
            }
            sign => out.push(sign),
        }
    }
    out
}

/// The same for a cell of a table: its line breaks stay.
fn cell(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(plain).filter(|line| !line.is_empty()).collect();
    lines.join("<br>")
}

/// A text as code, also within a table.
fn code(text: &str) -> String {
    let text = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|");
    let longest = text.split(|sign| sign != '`').map(str::len).max().unwrap_or(0);
    if text.is_empty() {
        return text;
    }
    let fence = "`".repeat(longest + 1);
    match longest {
        0 => format!("{fence}{text}{fence}"),
        _ => format!("{fence} {text} {fence}"),
    }
}

#[cfg(test)]
mod tests;
