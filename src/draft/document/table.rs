//! Tables of a document: those whose rows are alike become sheets, all others stay as they are.

use super::outline::cell;
use super::read::{Table, plain};
use crate::dataset::is_running_number;
use crate::draft::name::Ids;
use crate::draft::plan::{Field, Sheet};
use crate::draft::text::{escaped, paragraph};
use crate::schema::Layout;
use crate::value::Type;
use crate::vietnamese::fold;

/// The table as it stands, in Markdown.
pub(super) fn literal(table: &Table) -> String {
    let width = table.rows.iter().map(Vec::len).max().unwrap_or(0);
    let row = |cells: &[Vec<super::read::Paragraph>]| {
        let cells = (0..width).map(|column| cells.get(column).map_or(String::new(), |paragraphs| cell(paragraphs)));
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let mut rows = table.rows.iter();
    let mut out = rows.next().map_or(String::new(), |first| row(first));
    out.push_str(&format!("|{}\n", "----------|".repeat(width)));
    for cells in rows {
        out.push_str(&row(cells));
    }
    out.push('\n');
    out
}

/// The sheet of a table whose rows are alike, and what prints it; `None` where a row is no record, or a workbook would not give
/// it back as it is.
pub(super) fn sheet(table: &Table, number: usize) -> Option<(Sheet, String)> {
    let texts: Vec<Vec<String>> = table
        .rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|cell| cell.iter().map(|own| plain(&own.text())).collect::<Vec<_>>().join("\n"))
                .collect()
        })
        .collect();
    let (head, rows) = texts.split_first()?;
    let is_uniform = !table.is_merged
        && head.len() >= 2
        && rows.len() >= 2
        && rows.iter().all(|row| row.len() == head.len())
        && texts
            .iter()
            .flatten()
            .all(|text| !text.contains('\n') && !text.contains('\u{2060}'));
    if !is_uniform
        || head
            .iter()
            .any(|label| fold(label).is_empty() || label.chars().count() > 120)
    {
        return None;
    }
    let is_numbered = head.first().is_some_and(|label| is_running_number(label));
    let in_order = || {
        rows.iter()
            .enumerate()
            .all(|(index, row)| row.first().is_some_and(|text| *text == (index + 1).to_string()))
    };
    if is_numbered && !in_order() || head.iter().skip(1).any(|label| is_running_number(label)) {
        return None;
    }
    let first = usize::from(is_numbered);
    let keys: std::collections::HashSet<String> = head.iter().map(|label| fold(label)).collect();
    // What says what a row is about; totals and headings are none.
    let names = rows
        .iter()
        .map(|row| row.get(first).map(String::as_str).unwrap_or_default());
    let is_name = |name: &str| {
        let key = fold(name);
        let is_total = matches!(key.as_str(), "tong" | "cong" | "vd" | "vi du")
            || [
                "tong cong",
                "tong so",
                "cong chung",
                "ghi chu",
                "nguoi lap",
                "tm.",
                "kt.",
            ]
            .iter()
            .any(|word| key.starts_with(word));
        !key.is_empty() && !is_total
    };
    let is_filled = |row: &Vec<String>| row.iter().skip(first).filter(|text| !text.is_empty()).count() >= 2;
    if keys.len() != head.len() || !names.clone().all(is_name) || !rows.iter().all(is_filled) {
        return None;
    }
    let mut ids = Ids::default();
    let mut own = Sheet::new(&format!("bang_{number}"), &format!("Bảng {number}"), Layout::Table);
    for label in head.iter().skip(first) {
        let mut field = Field::new(&ids.of(label, "cot"), label, Type::Text);
        let shown = label.split_whitespace().collect::<Vec<_>>().join(" ");
        field.help = Some(format!("Cột “{shown}” của bảng in từ trang “{}”.", own.name));
        field.required = own.fields.is_empty();
        own.fields.push(field);
    }
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    own.samples = rows
        .iter()
        .map(|row| row.iter().skip(first).map(some).collect())
        .collect();
    for (index, field) in own.fields.iter_mut().enumerate() {
        field.example = own
            .samples
            .iter()
            .find_map(|record| record.get(index).cloned().flatten())
            // Last year nobody wrote anything there.
            .or_else(|| Some(format!("{} 1", field.label)));
    }
    let heads: Vec<String> = head.iter().map(|label| paragraph(label)).collect();
    let number = is_numbered.then(|| "{{@number}}".to_owned());
    let cells = own.fields.iter().map(|field| match field.required {
        true => format!("{{{{{}}}}}", field.id),
        false => format!("{{{{default {} \"\"}}}}", field.id),
    });
    let cells: Vec<String> = number.into_iter().chain(cells).collect();
    let rules: Vec<&str> = head
        .iter()
        .enumerate()
        .map(|(index, _)| {
            if is_numbered && index == 0 {
                ":---:"
            } else {
                "------------"
            }
        })
        .collect();
    let print = format!(
        "| {} |\n|{}|\n| {{{{#each {}}}}}{}{{{{/each}}}} |\n\n",
        heads
            .iter()
            .map(|head| if head.is_empty() { escaped(" ") } else { head.clone() })
            .collect::<Vec<_>>()
            .join(" | "),
        rules.join("|"),
        own.id,
        cells.join(" | ")
    );
    Some((own, print))
}
