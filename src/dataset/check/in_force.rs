//! No text cites a legal text that is not in force on the document's date.
//!
//! A breach in a field that the rule names is as bad as the rule says; in any other text it is a warning, for a text may
//! tell of what was before.

use super::{Check, Context, Target, breach};
use crate::dataset::findings::Findings;
use crate::schema::{self, Rule, SeverityName};
use crate::value::{Type, Value};

pub(super) const CHECK: Check = Check { run };

fn run(context: &Context, findings: &mut Findings) {
    for check in context.checks() {
        let Some(Rule::InForce { date, fields }) = &check.rule else {
            continue;
        };
        let Some(date) = context.path(date) else { continue };
        let mild = schema::Check {
            severity: SeverityName::Warning,
            ..check.clone()
        };
        for sheet in &context.schema.sheets {
            let texts = sheet
                .fields
                .iter()
                .filter(|field| matches!(field.ty, Type::Text | Type::LongText));
            for field in texts {
                let is_named = fields.iter().any(|name| *name == format!("{}.{}", sheet.id, field.id));
                let rule = if is_named { check } else { &mild };
                if let Some(field) = context.target(&sheet.id, &field.id) {
                    look(context, rule, &field, &date, findings);
                }
            }
        }
    }
}

fn look(context: &Context, check: &schema::Check, field: &Target, date: &Target, findings: &mut Findings) {
    let legal = &context.schema.legal;
    for (_, record, beside) in field.beside(date) {
        let (Some(Value::Text(text)), Some(Value::Date(day))) = (field.value(record), date.value(beside)) else {
            continue;
        };
        for mention in legal.mentions(text) {
            let Some((code, message, hint)) = legal.out_of_force(mention.basis, *day) else {
                continue;
            };
            let place = field.place(record);
            let finding = breach(check, code, field, place, message, hint);
            findings.push_cell_about(finding, &mention.basis.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::dataset::tests::{lines, run_with};
    use crate::diagnostic::Lang;

    const SCHEMA: &str = r#"
        [[sheet]]
        id = "thong_tin"
        name = "Thông tin"
        layout = "form"
        field = [
          { id = "ngay", label = "Ngày", type = "date" },
          { id = "can_cu", label = "Căn cứ", type = "text" },
          { id = "nhan_dinh", label = "Nhận định", type = "long_text" },
        ]
        [[sheet]]
        id = "van_ban"
        name = "Văn bản"
        layout = "table"
        required = false
        field = [{ id = "so", label = "Số", type = "text" }, { id = "ten", label = "Tên", type = "text" }]
        [[check]]
        rule.in_force = { date = "thong_tin.ngay", fields = ["thong_tin.can_cu"] }
    "#;

    fn text(day: &str, basis: &str, remark: &str) -> String {
        format!("## Thông tin\n| Ngày | {day} |\n| Căn cứ | {basis} |\n| Nhận định | {remark} |\n")
    }

    #[test]
    fn a_text_out_of_force_is_told_with_what_replaces_it() {
        let text = text(
            "2025-12-15",
            "Nghị định số 98/2023/NĐ-CP",
            "Theo Luật Thi đua, khen thưởng năm 2003 trước đây",
        );
        let (_, found) = run_with(SCHEMA, &text);
        assert_eq!(
            lines(&found),
            [
                "can-cu/het-hieu-luc Thông tin › B2",
                "?can-cu/het-hieu-luc Thông tin › B3"
            ]
        );
        let said = found.print(Lang::Vi);
        for part in [
            "Nghị định số 98/2023/NĐ-CP ngày 31/12/2023 hết hiệu lực từ ngày 01/7/2025, văn bản này ghi ngày 15/12/2025",
            "thay bằng Nghị định số 152/2025/NĐ-CP ngày 14/6/2025",
            "Luật Thi đua, khen thưởng ngày 26/11/2003 hết hiệu lực từ ngày 01/01/2024",
        ] {
            assert!(said.contains(part), "“{part}” is not in\n{said}");
        }
    }

    #[test]
    fn a_text_not_yet_in_force_is_told_with_what_was() {
        let (_, found) = run_with(SCHEMA, &text("2025-06-20", "Nghị định số 152/2025/NĐ-CP", ""));
        assert_eq!(lines(&found), ["can-cu/chua-hieu-luc Thông tin › B2"]);
        let said = found.print(Lang::Vi);
        assert!(said.contains("có hiệu lực từ ngày 01/7/2025"), "{said}");
        assert!(
            said.contains("vào ngày ấy viện dẫn Nghị định số 98/2023/NĐ-CP"),
            "{said}"
        );
    }

    #[test]
    fn texts_in_force_and_documents_without_a_date_are_let_be() {
        for text in [
            text(
                "2025-12-15",
                "Nghị định số 152/2025/NĐ-CP, Luật Thi đua, khen thưởng",
                "x",
            ),
            text("2025-06-30", "Nghị định số 98/2023/NĐ-CP", "x"),
            text("", "Nghị định số 98/2023/NĐ-CP", "x"),
        ] {
            assert!(run_with(SCHEMA, &text).1.is_empty(), "{text}");
        }
    }

    #[test]
    fn one_text_down_a_column_is_one_finding_and_two_are_two() {
        let rows = "| 98/2023/NĐ-CP | a |\n".repeat(4) + "| 01/2024/TT-BNV | b |\n";
        let text = format!("{}## Văn bản\n| Số | Tên |\n{rows}", text("2025-12-15", "x", "x"));
        let (_, found) = run_with(SCHEMA, &text);
        assert_eq!(
            lines(&found),
            [
                "?can-cu/het-hieu-luc Văn bản › A2, A3, A4 và 1 ô khác",
                "?can-cu/het-hieu-luc Văn bản › A6"
            ]
        );
    }
}
