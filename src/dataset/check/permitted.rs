//! A value goes with that of another field, for instance the authority with the award.

use jiff::civil::Date;

use super::{Check, Context, breach};
use crate::dataset::findings::Findings;
use crate::diagnostic::{Text, shorten};
use crate::schema::{Pair, Rule};
use crate::text;
use crate::value::Value;
use crate::vietnamese::{date_short, same};

pub(super) const CHECK: Check = Check { run };

fn run(context: &Context, findings: &mut Findings) {
    for check in context.checks() {
        let Some(Rule::Permitted {
            field,
            when,
            date,
            pairs,
        }) = &check.rule
        else {
            continue;
        };
        let (Some(field), Some(when)) = (context.path(field), context.path(when)) else {
            continue;
        };
        // The date of the document: a form has one record.
        let date = date.as_deref().and_then(|date| context.path(date));
        let days = date.map(|date| {
            field
                .beside(&date)
                .into_iter()
                .map(|(_, _, beside)| date.value(beside))
                .collect::<Vec<_>>()
        });
        for (position, (_, record, beside)) in field.beside(&when).into_iter().enumerate() {
            let (Some(value), Some(deciding)) = (field.value(record), when.value(beside)) else {
                continue;
            };
            let day = match days.as_ref().map(|days| days.get(position)) {
                None => None,
                Some(Some(Some(Value::Date(day)))) => Some(*day),
                // What goes together on a day that isn't known is not known.
                Some(_) => continue,
            };
            let (shown, deciding) = (field.print(value), when.print(deciding));
            let fitting: Vec<&Pair> = pairs
                .iter()
                .filter(|pair| pair.when.iter().any(|value| same(value, &deciding)) && holds(pair, day))
                .collect();
            let allowed: Vec<&str> = fitting
                .iter()
                .flat_map(|pair| &pair.values)
                .map(String::as_str)
                .collect();
            if fitting.is_empty() || allowed.iter().any(|value| same(value, &shown)) {
                continue;
            }
            let Text { vi, en } = field.subject();
            let (allowed, shown, deciding) = (allowed.join("” / “"), shorten(&shown), shorten(&deciding));
            let on = day
                .map(date_short)
                .map(|day| text!(" vào ngày {day}", " on {day}"))
                .unwrap_or_default();
            findings.push_cell_about(
                breach(
                    check,
                    "so-lieu/khong-di-cung",
                    &field,
                    field.place(record),
                    Text::new(
                        format!("{vi} của “{deciding}”{} là “{allowed}”, ô này ghi “{shown}”", on.vi),
                        format!("{en} of “{deciding}”{} is “{allowed}”, this cell says “{shown}”", on.en),
                    ),
                    text!(
                        "sửa ô này, hoặc sửa «{}»",
                        "correct this cell, or «{}»",
                        when.field.label
                    ),
                ),
                &deciding,
            );
        }
    }
}

/// Whether a pair counts on a day.
fn holds(pair: &Pair, day: Option<Date>) -> bool {
    let Some(day) = day else { return true };
    let limit = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Date>().ok());
    limit(&pair.from).is_none_or(|from| day >= from) && limit(&pair.to).is_none_or(|to| day <= to)
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
        field = [{ id = "ngay", label = "Ngày", type = "date" }]
        [[sheet]]
        id = "khen"
        name = "Khen"
        layout = "table"
        field = [
          { id = "danh_hieu", label = "Danh hiệu", type = "choice", choices = ["CSTĐCS", "LĐTT", "Khác"] },
          { id = "nguoi_tang", label = "Người tặng", type = "text" },
        ]
        [[check]]
        rule.permitted = { field = "khen.nguoi_tang", when = "khen.danh_hieu", date = "thong_tin.ngay", pairs = [
          { when = ["LĐTT"], values = ["xã"] },
          { when = ["CSTĐCS"], values = ["huyện"], to = "2025-06-30" },
          { when = ["CSTĐCS"], values = ["xã", "tỉnh"], from = "2025-07-01" },
        ] }
    "#;

    fn found(day: &str, rows: &str) -> (Vec<String>, String) {
        let text = format!("## Thông tin\n| Ngày | {day} |\n\n## Khen\n| Danh hiệu | Người tặng |\n{rows}");
        let (_, found) = run_with(SCHEMA, &text);
        (lines(&found), found.print(Lang::Vi))
    }

    #[test]
    fn the_value_goes_with_the_other_on_that_day() {
        let rows = "| LĐTT | Xã |\n| CSTĐCS | huyện |\n| CSTĐCS | xã |\n| Khác | ai đó |\n| CSTĐCS | |\n";
        let (before, _) = found("2025-06-30", rows);
        assert_eq!(before, ["so-lieu/khong-di-cung Khen › B4"]);
        let (after, said) = found("2025-07-01", rows);
        assert_eq!(after, ["so-lieu/khong-di-cung Khen › B3"]);
        assert!(
            said.contains("cột «Người tặng» của “CSTĐCS” vào ngày 01/7/2025 là “xã” / “tỉnh”, ô này ghi “huyện”"),
            "{said}"
        );
        assert!(found("", rows).0.is_empty());
    }
}
