//! A plan as the text of a `pack.toml`, in the layout in which people write one.

use super::plan::{Field, Plan, Sheet};
use crate::schema::Layout;

/// The manifest of a plan.
pub(super) fn write(plan: &Plan) -> String {
    let mut out = Writer::default();
    out.comment(&plan.name);
    out.blank();
    out.text("id", &plan.id);
    out.text("version", "1.0.0");
    out.text("name", &plan.name);
    if !plan.description.is_empty() {
        out.text("description", &plan.description);
    }
    out.text("empty", "………");
    out.blank();
    out.line("[[output]]");
    out.text("id", "van_ban");
    out.text("label", &plan.document);
    out.text("template", super::TEMPLATE);
    out.text("source", super::SOURCE);
    out.text("file_name", &plan.file_name);
    if plan.has_free_layout {
        out.comment(
            "Bản gốc không theo thể thức Nghị định 30/2020/NĐ-CP, xem README.md. Sửa cho đúng thì bỏ dòng dưới.",
        );
        out.text("layout", "free");
    }
    for sheet in &plan.sheets {
        out.sheet(sheet);
    }
    out.out
}

#[derive(Default)]
struct Writer {
    out: String,
    indent: &'static str,
}

impl Writer {
    fn line(&mut self, line: &str) {
        self.out.push_str(self.indent);
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    fn comment(&mut self, text: &str) {
        // A comment ends with its line.
        let text: Vec<&str> = text.split_whitespace().collect();
        self.line(&format!("# {}", text.join(" ")));
    }

    fn text(&mut self, key: &str, value: &str) {
        self.line(&format!("{key} = {}", quoted(value)));
    }

    fn optional(&mut self, key: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    fn texts(&mut self, key: &str, values: &[String]) {
        if !values.is_empty() {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            self.line(&format!("{key} = [{}]", values.join(", ")));
        }
    }

    fn sheet(&mut self, sheet: &Sheet) {
        self.blank();
        self.line("[[sheet]]");
        self.text("id", &sheet.id);
        self.text("name", &sheet.name);
        self.texts("aliases", &sheet.aliases);
        self.text(
            "layout",
            match sheet.layout {
                Layout::Form => "form",
                Layout::Table => "table",
                Layout::List => "list",
            },
        );
        self.optional("title", sheet.title.as_ref());
        self.optional("unit_line", sheet.unit_line.as_ref());
        self.optional("help", sheet.help.as_ref());
        if !sheet.required {
            self.line("required = false");
        }
        self.optional("key", sheet.key.as_ref());
        if sheet.keeps_sections {
            self.line("sections = \"keep\"");
        }
        self.indent = "  ";
        for field in &sheet.fields {
            self.field(field);
        }
        self.indent = "";
    }

    fn field(&mut self, field: &Field) {
        self.blank();
        self.line("[[sheet.field]]");
        self.text("id", &field.id);
        self.text("label", &field.label);
        self.texts("aliases", &field.aliases);
        self.text("type", field.ty.info().name);
        self.optional("unit", field.unit.as_ref());
        self.optional("help", field.help.as_ref());
        if field.required {
            self.line("required = true");
        }
        if field.unique {
            self.line("unique = true");
        }
        self.texts("choices", &field.choices);
        if let Some(most) = field.max_length {
            self.line(&format!("max_length = {most}"));
        }
        if let Some(decimals) = field.decimals {
            self.line(&format!("decimals = {decimals}"));
        }
        self.optional("default", field.default.as_ref());
        self.optional("example", field.example.as_ref());
        self.optional("empty", field.empty.as_ref());
        if let Some(derive) = field.derive {
            self.text("derive", derive.name());
        }
    }
}

/// A TOML basic string (TOML 1.0, “String”).
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            sign if sign.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(sign))),
            sign => out.push(sign),
        }
    }
    out.push('"');
    out
}
