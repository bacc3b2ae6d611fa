//! Whether the formulas of a schema make sense: what checks assert, what fields are computed by, what messages show.

use super::{Check, Field, Layout, Message, Piece, Schema, SchemaFault, Sheet};
use crate::diagnostic::Text;
use crate::formula::{Checked, Fault, Formula, Kind};
use crate::text;
use crate::value::Type;
use crate::vietnamese::nearest;

impl Check {
    /// The index of the sheet each record of which an asserted formula is about. `Err`: there is no such sheet.
    fn about(&self, schema: &Schema) -> Result<Option<usize>, ()> {
        match &self.sheet {
            None => Ok(None),
            Some(id) => schema.sheet(id).map(|(index, _)| Some(index)).ok_or(()),
        }
    }
}

impl Schema {
    /// The formula that a check asserts, if it asserts one of a sheet that there is.
    pub fn assertion(&self, check: &Check) -> Option<Result<Checked, Fault>> {
        let source = check.assert.as_deref()?;
        let scope = self.scope(check.about(self).ok()?);
        Some(Formula::parse(source).and_then(|formula| formula.check_condition(&scope)))
    }

    /// The field at whose cell a breach of an assertion is told, where the check names one.
    pub fn assertion_place(&self, check: &Check) -> Option<Result<Checked, Fault>> {
        let source = check.at.as_deref()?;
        let scope = self.scope(check.about(self).ok()?);
        Some(Formula::parse(source).and_then(|formula| {
            let checked = formula.check(&scope)?;
            match checked.only_field() {
                Some(_) => Ok(checked),
                None => Err(Fault {
                    offset: 0,
                    message: Text::new("cần tên một trường", "the name of a field is needed"),
                    hint: None,
                }),
            }
        }))
    }
}

/// What is wrong with the formulas of a schema.
pub(super) fn faults(schema: &Schema) -> Vec<SchemaFault> {
    let mut faults = Vec::new();
    for (number, sheet) in schema.sheets.iter().enumerate() {
        for field in &sheet.fields {
            let path = format!("sheet {} › field {}", sheet.id, field.id);
            computed(
                schema,
                number,
                sheet,
                field,
                &mut Told {
                    path,
                    list: &mut faults,
                },
            );
        }
    }
    for circle in schema.circles() {
        let names: Vec<String> = circle
            .iter()
            .filter_map(|(sheet, field)| {
                let sheet = schema.sheets.get(*sheet)?;
                Some(format!("{}.{}", sheet.id, sheet.fields.get(*field)?.id))
            })
            .collect();
        let Some((sheet, field)) = names.first().and_then(|first| first.split_once('.')) else {
            continue;
        };
        let way = names
            .iter()
            .chain(names.first())
            .cloned()
            .collect::<Vec<_>>()
            .join(" → ");
        Told {
            path: format!("sheet {sheet} › field {field}"),
            list: &mut faults,
        }
        .add(
            Some(("value", 0)),
            text!(
                "các trường được tính vòng tròn: {way}",
                "the fields are computed in a circle: {way}"
            ),
        );
    }
    for (number, check) in schema.checks.iter().enumerate() {
        let path = format!("check {}", number + 1);
        assertion(
            schema,
            check,
            &mut Told {
                path,
                list: &mut faults,
            },
        );
    }
    faults
}

/// Faults of one thing.
struct Told<'f> {
    path: String,
    list: &'f mut Vec<SchemaFault>,
}

impl Told<'_> {
    fn add(&mut self, within: Option<(&'static str, usize)>, message: Text) {
        self.list.push(SchemaFault {
            path: self.path.clone(),
            message,
            within,
        });
    }

    /// A fault of the formula that a key has.
    fn formula(&mut self, key: &'static str, fault: Fault) {
        let Fault { offset, message, hint } = fault;
        let message = match hint {
            Some(hint) => Text::new(
                format!("{} ({})", message.vi, hint.vi),
                format!("{} ({})", message.en, hint.en),
            ),
            None => message,
        };
        let message = Text::new(format!("{key}: {}", message.vi), format!("{key}: {}", message.en));
        self.add(Some((key, offset)), message);
    }
}

fn computed(schema: &Schema, number: usize, sheet: &Sheet, field: &Field, told: &mut Told) {
    if field.value.is_none() {
        if field.value_severity.is_some() {
            told.add(
                None,
                text!(
                    "value_severity chỉ đi cùng value",
                    "value_severity goes with value only"
                ),
            );
        }
        return;
    }
    let others = [
        ("derive", field.derive.is_some()),
        ("default", field.default.is_some()),
        ("key", sheet.key.as_ref() == Some(&field.id)),
        ("layout = \"list\"", sheet.layout == Layout::List),
        ("type = \"choice\"", field.ty == Type::Choice),
        ("pattern", field.pattern.is_some()),
        ("max_length", field.max_length.is_some()),
    ];
    for (key, _) in others.into_iter().filter(|(_, is_there)| *is_there) {
        told.add(
            Some(("value", 0)),
            text!(
                "trường có value không đi cùng {key}",
                "a field with value can't have {key}"
            ),
        );
    }
    match schema.formula_of(number, field) {
        Some(Err(fault)) => told.formula("value", fault),
        Some(Ok(formula)) if formula.kind() != Kind::of(field.ty) => {
            let (found, wanted) = (formula.kind().text(), field.ty.info().label());
            told.formula(
                "value",
                Fault {
                    offset: 0,
                    message: Text::new(
                        format!("công thức cho ra {}, trường này là {}", found.vi, wanted.vi),
                        format!("the formula gives {}, the field is {}", found.en, wanted.en),
                    ),
                    hint: None,
                },
            );
        }
        _ => {}
    }
}

fn assertion(schema: &Schema, check: &Check, told: &mut Told) {
    match (&check.rule, &check.assert) {
        (Some(_), None) => {
            for (key, _) in [("sheet", &check.sheet), ("at", &check.at)]
                .iter()
                .filter(|(_, text)| text.is_some())
            {
                told.add(None, text!("{key} chỉ đi cùng assert", "{key} goes with assert only"));
            }
            return;
        }
        (None, Some(_)) => {}
        (Some(_), Some(_)) => {
            return told.add(
                None,
                text!(
                    "rule và assert không đi cùng nhau: tách thành hai [[check]]",
                    "rule and assert do not go together: make two [[check]] of them"
                ),
            );
        }
        (None, None) => {
            return told.add(
                None,
                text!(
                    "cần rule, hoặc assert là công thức phải đúng",
                    "it needs a rule, or assert with a formula that must hold"
                ),
            );
        }
    }
    let Ok(about) = check.about(schema) else {
        let id = check.sheet.as_deref().unwrap_or_default();
        let near = nearest(id, schema.sheets.iter().map(|sheet| sheet.id.as_str()));
        let near = near.map_or_else(String::new, |near| format!(" (→ {near}?)"));
        return told.add(
            Some(("sheet", 0)),
            text!("không có trang “{id}”{}", "there is no sheet “{id}”{}", near),
        );
    };
    match schema.assertion(check) {
        Some(Err(fault)) => told.formula("assert", fault),
        Some(Ok(formula)) => {
            let references = formula.references();
            if references.is_empty() {
                told.add(
                    Some(("assert", 0)),
                    text!("assert không nhắc tới trường nào", "assert names no field"),
                );
            } else if about.is_some() && !references.iter().any(|reference| reference.is_own) {
                let id = check.sheet.as_deref().unwrap_or_default();
                told.add(
                    Some(("assert", 0)),
                    text!(
                        "assert không nhắc tới trường nào của “{id}”: bỏ sheet để chỉ xét một lần",
                        "assert names no field of “{id}”: leave sheet out to look once"
                    ),
                );
            }
        }
        None => {}
    }
    if let Some(Err(fault)) = schema.assertion_place(check) {
        told.formula("at", fault);
    }
    for (key, source) in check.texts() {
        let pieces = match Message::parse(source) {
            Ok(message) => message.pieces,
            Err(fault) => {
                told.formula(key, fault);
                continue;
            }
        };
        for piece in pieces {
            if let Piece::Value(at, formula) = piece
                && let Err(fault) = formula.check(&schema.scope(about))
            {
                told.formula(key, fault.moved(at));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Check;
    use super::*;

    #[derive(serde::Deserialize)]
    struct Source {
        sheet: Vec<Sheet>,
        #[serde(default)]
        check: Vec<Check>,
    }

    fn schema(source: &str) -> Schema {
        let source: Source = toml::from_str(source).unwrap();
        Schema {
            sheets: source.sheet,
            checks: source.check,
            ..Schema::default()
        }
    }

    /// Path, key and character, and message of each fault.
    fn told(source: &str) -> Vec<String> {
        let told = |fault: SchemaFault| {
            assert!(!fault.message.en.is_empty());
            let within = fault.within.map(|(key, at)| format!(" {key}:{at}")).unwrap_or_default();
            format!("{}{within}: {}", fault.path, fault.message.vi)
        };
        schema(source).validate().into_iter().map(told).collect()
    }

    const SHEETS: &str = r#"
        [[sheet]]
        id = "thong_tin"
        name = "Thông tin"
        layout = "form"
        field = [{ id = "nam", label = "Năm", type = "year" }]
        [[sheet]]
        id = "bieu"
        name = "Biểu"
        layout = "table"
        field = [{ id = "ten", label = "Tên", type = "text" }, { id = "so", label = "Số", type = "decimal" }]
    "#;

    #[test]
    fn rules_are_checked_against_the_schema() {
        let sound = r#"
            check = [
              { sheet = "bieu", assert = "so >= 0", message = "{ten} có {so} năm {thong_tin.nam}", at = "ten" },
              { assert = "sum(bieu.so) > thong_tin.nam", at = "thong_tin.nam", hint_en = "{{x}}" },
              { rule.one_of = { sheet = "bieu", columns = ["ten", "so"] }, message = "thiếu {ten} hoặc {", message_en = "x" },
            ]
        "#;
        assert_eq!(told(&format!("{sound}\n{SHEETS}")), [""; 0]);
        let broken = r#"
            check = [
              { message = "không có gì" },
              { assert = "thong_tin.nam > 0", rule.one_of = { sheet = "bieu", columns = ["ten"] } },
              { rule.one_of = { sheet = "bieu", columns = ["ten"] }, sheet = "bieu", at = "ten" },
              { sheet = "bieuu", assert = "so > 0" },
              { sheet = "bieu", assert = "soo > 0 and 1 = 1" },
              { sheet = "bieu", assert = "soo > 0", message = "a {so" },
              { sheet = "bieu", assert = "so + 1" },
              { sheet = "bieu", assert = "thong_tin.nam > 0" },
              { assert = "1 > 0" },
              { sheet = "bieu", assert = "so > 0", at = "so + 1" },
              { sheet = "bieu", assert = "so > 0", at = "sum", message = "Số {so} của {tne}", hint_en = "{so + ten}" },
            ]
        "#;
        assert_eq!(
            told(&format!("{broken}\n{SHEETS}")),
            [
                "check 1: cần rule, hoặc assert là công thức phải đúng",
                "check 2: rule và assert không đi cùng nhau: tách thành hai [[check]]",
                "check 3: sheet chỉ đi cùng assert",
                "check 3: at chỉ đi cùng assert",
                "check 4 sheet:0: không có trang “bieuu” (→ bieu?)",
                "check 5 assert:14: assert: không dùng được dấu “=” ở đây (viết ==)",
                "check 6 assert:0: assert: trang “bieu” không có trường “soo” (có phải “so”?)",
                "check 6 message:2: message: dấu ngoặc nhọn này thiếu } đi cùng (viết {{ hoặc }} nếu muốn in dấu ngoặc nhọn)",
                "check 7 assert:3: assert: cần một điều kiện đúng hoặc sai, công thức này cho ra số (thêm một phép so sánh, ví dụ: so_luong > 0, hoặc filled(ghi_chu))",
                "check 8 assert:0: assert không nhắc tới trường nào của “bieu”: bỏ sheet để chỉ xét một lần",
                "check 9 assert:0: assert không nhắc tới trường nào",
                "check 10 at:0: at: cần tên một trường",
                "check 11 at:0: at: trang “bieu” không có trường “sum” (các trường: ten, so)",
                "check 11 message:13: message: trang “bieu” không có trường “tne” (có phải “ten”?)",
                "check 11 hint_en:6: hint_en: “+” cần số, ở đây là chữ",
            ]
        );
    }

    #[test]
    fn computed_fields_are_checked_and_put_in_order() {
        let sound = r#"
            [[sheet]]
            id = "bieu"
            name = "Biểu"
            layout = "table"
            field = [
              { id = "c", label = "C", type = "percent", value = "a / b * 100", required = true },
              { id = "b", label = "B", type = "decimal", value = "a + thong_tin.tong" },
              { id = "a", label = "A", type = "decimal" },
              { id = "d", label = "D", type = "text", value = "if(c > 1, \"x\", \"y\")", value_severity = "warning" },
            ]
            [[sheet]]
            id = "thong_tin"
            name = "Thông tin"
            layout = "form"
            field = [{ id = "tong", label = "Tổng", type = "integer", value = "sum(bieu.a)" }]
        "#;
        assert_eq!(told(sound), [""; 0]);
        let schema = schema(sound);
        let order = |schema: &Schema| -> Vec<(usize, usize)> {
            let computed = schema.computed();
            computed
                .iter()
                .map(|computed| (computed.sheet, computed.field))
                .collect()
        };
        assert_eq!(order(&schema), [(1, 0), (0, 1), (0, 0), (0, 3)]);
        assert!(!schema.as_read().sheets[0].fields[0].required && schema.sheets[0].fields[0].required);
        let mut named = schema.checked_fields();
        named.sort_unstable();
        named.dedup();
        assert_eq!(named, [(0, 0), (0, 1), (0, 2), (1, 0)]);
        let broken = r#"
            [[sheet]]
            id = "bieu"
            name = "Biểu"
            layout = "table"
            key = "k"
            field = [
              { id = "k", label = "K", type = "text", value = "\"x\"", default = "y" },
              { id = "a", label = "A", type = "decimal", value = "b + 1" },
              { id = "b", label = "B", type = "decimal", value = "sum(bieu.c, a > 0)" },
              { id = "c", label = "C", type = "decimal", value = "a" },
              { id = "d", label = "D", type = "decimal", value = "d + 1" },
              { id = "e", label = "E", type = "decimal", value = "a > 1" },
              { id = "f", label = "F", type = "choice", choices = ["x"], value = "\"x\"" },
              { id = "g", label = "G", type = "decimal", value_severity = "error" },
              { id = "h", label = "H", type = "decimal", value = "a + hh" },
            ]
        "#;
        assert_eq!(
            told(broken),
            [
                "sheet bieu › field k value:0: trường có value không đi cùng default",
                "sheet bieu › field k value:0: trường có value không đi cùng key",
                "sheet bieu › field e value:0: value: công thức cho ra điều đúng hoặc sai, trường này là số",
                "sheet bieu › field f value:0: trường có value không đi cùng type = \"choice\"",
                "sheet bieu › field g: value_severity chỉ đi cùng value",
                "sheet bieu › field h value:4: value: trang “bieu” không có trường “hh” (có phải “h”?)",
                "sheet bieu › field a value:0: các trường được tính vòng tròn: bieu.a → bieu.b → bieu.a",
                "sheet bieu › field c value:0: các trường được tính vòng tròn: bieu.c → bieu.a → bieu.b → bieu.c",
                "sheet bieu › field d value:0: các trường được tính vòng tròn: bieu.d → bieu.d",
            ]
        );
        // What is in no circle, and needs nothing of one, is computed all the same.
        assert_eq!(order(&super::tests::schema(broken)), [(0, 0), (0, 6)]);
    }
}
