//! What a declared check asks for, in words, with the labels that people read.

use crate::diagnostic::Text;
use crate::schema::{Rule, Schema};
use crate::text;

/// The rule in one sentence.
pub(super) fn words(rule: &Rule, schema: &Schema) -> Text {
    let sheet = |id: &str| sheet(schema, id);
    let column = |sheet: &str, id: &str| label(schema, sheet, id);
    let columns = |sheet: &str, ids: &[String]| -> String {
        let labels: Vec<String> = ids.iter().map(|id| label(schema, sheet, id)).collect();
        labels.join(", ")
    };
    let field = |path: &str| field(schema, path);
    match rule {
        Rule::Ratio {
            sheet: on,
            percent,
            part,
            whole,
        } => {
            let (name, percent) = (sheet(on), column(on, percent));
            let (part, whole) = (column(on, part), column(on, whole));
            text!(
                "Trang {name}: {percent} bằng {part} chia {whole}, tính theo phần trăm",
                "Sheet {name}: {percent} is {part} divided by {whole}, in percent"
            )
        }
        Rule::Growth {
            sheet: on,
            percent,
            now,
            before,
        } => {
            let (name, percent) = (sheet(on), column(on, percent));
            let (now, before) = (column(on, now), column(on, before));
            text!(
                "Trang {name}: {percent} là mức tăng của {now} so với {before}, tính theo phần trăm",
                "Sheet {name}: {percent} is the growth of {now} over {before}, in percent"
            )
        }
        Rule::CountMatches {
            sheet: on,
            count,
            by,
            list,
            list_by,
            required,
        } => {
            let (name, count, by) = (sheet(on), column(on, count), columns(on, by));
            let (list_name, list_by) = (sheet(list), columns(list, list_by));
            let rule = text!(
                "Trang {name}: {count} bằng số dòng của trang {list_name} có {list_by} như {by}",
                "Sheet {name}: {count} is the number of rows of sheet {list_name} whose {list_by} are as {by}"
            );
            match required {
                true => rule,
                false => Text::new(
                    format!("{}, khi trang ấy có dòng như vậy", rule.vi),
                    format!("{}, where that sheet has such rows", rule.en),
                ),
            }
        }
        Rule::Exists {
            sheet: on,
            column: own,
            list,
            list_column,
        } => {
            let (name, own) = (sheet(on), column(on, own));
            let (list_name, list_column) = (sheet(list), column(list, list_column));
            text!(
                "Trang {name}: mỗi giá trị của {own} có ở {list_column} của trang {list_name}",
                "Sheet {name}: each value of {own} is in {list_column} of sheet {list_name}"
            )
        }
        Rule::OneOf {
            sheet: on,
            columns: own,
        } => {
            let (name, own) = (sheet(on), columns(on, own));
            text!(
                "Trang {name}: mỗi dòng có ít nhất một trong các cột {own}",
                "Sheet {name}: each row has at least one of {own}"
            )
        }
        Rule::Distinct {
            sheet: on,
            columns: own,
        } => {
            let (name, own) = (sheet(on), columns(on, own));
            text!(
                "Trang {name}: không có hai dòng ghi giống hệt nhau ở các cột {own}",
                "Sheet {name}: no two rows are the same in {own}"
            )
        }
        Rule::DateOrder { earlier, later } => {
            let (earlier, later) = (field(earlier), field(later));
            text!("{earlier} không sau {later}", "{earlier} is not after {later}")
        }
        Rule::RequiredWhen {
            field: own,
            when,
            values,
        } => {
            let (own, when) = (field(own), field(when));
            let values: Vec<String> = values.iter().map(|value| format!("“{value}”")).collect();
            match values.is_empty() {
                true => text!(
                    "Phải có {own} khi {when} có giá trị",
                    "{own} is needed when {when} has a value"
                ),
                false => {
                    let (vi, en) = (values.join(" hoặc "), values.join(" or "));
                    text!(
                        "Phải có {own} khi {when} là {vi}",
                        "{own} is needed when {when} is {en}"
                    )
                }
            }
        }
        Rule::BlankFrom { field: own, date, from } => {
            let (own, date) = (field(own), field(date));
            text!(
                "Để trống {own} khi {date} từ ngày {from} trở đi",
                "{own} is blank when {date} is {from} or later"
            )
        }
        Rule::RequiredBefore {
            field: own,
            date,
            before,
        } => {
            let (own, date) = (field(own), field(date));
            text!(
                "Phải có {own} khi {date} trước ngày {before}",
                "{own} is needed when {date} is before {before}"
            )
        }
        Rule::Permitted {
            field: own,
            when,
            date,
            pairs: _,
        } => {
            let (own, when) = (field(own), field(when));
            match date.as_deref().map(field) {
                Some(date) => text!(
                    "{own} là giá trị đi cùng {when} vào {date}",
                    "{own} goes with {when} on {date}"
                ),
                None => text!("{own} là giá trị đi cùng {when}", "{own} goes with {when}"),
            }
        }
        Rule::InForce { date, fields } => {
            let date = field(date);
            let fields: Vec<String> = fields.iter().map(|path| field(path)).collect();
            let fields = fields.join(", ");
            text!(
                "Văn bản pháp luật viện dẫn ở {fields} còn hiệu lực vào {date}",
                "The legal texts cited in {fields} are in force on {date}"
            )
        }
        Rule::SameYear { year, date } => {
            let (year, date) = (field(year), field(date));
            text!("{year} là năm của {date}", "{year} is the year of {date}")
        }
    }
}

fn sheet(schema: &Schema, id: &str) -> String {
    let name = schema.sheet(id).map_or(id, |(_, sheet)| sheet.name.as_str());
    format!("“{name}”")
}

fn label(schema: &Schema, sheet: &str, id: &str) -> String {
    let found = schema.sheet(sheet).and_then(|(_, sheet)| sheet.field(id));
    let label = found.map_or(id, |(_, field)| field.label.as_str());
    format!("«{label}»")
}

/// A field named `sheet.field`, with its sheet, since a rule may look at two of them.
fn field(schema: &Schema, path: &str) -> String {
    match path.split_once('.') {
        Some((on, id)) => {
            let (label, name) = (label(schema, on, id), sheet(schema, on));
            format!("{label} ({name})")
        }
        None => path.to_owned(),
    }
}
