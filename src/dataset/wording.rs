//! How findings about formulas name fields, and print the values that formulas compute with.

use super::Dataset;
use crate::diagnostic::Text;
use crate::formula::{Checked, Computed, Computing, Operand, Reference};
use crate::schema::{Field, Schema, Sheet};
use crate::text;
use crate::value::Type;
use crate::vietnamese::{date_short, number};

/// More operands than these are not told one by one.
const MOST_OPERANDS: usize = 5;
/// Decimals of a figure in a finding: enough to see where two differ.
const DECIMALS: u32 = 6;

/// What people call the thing that a name in a formula stands for: «Thực hiện», «Khen thưởng › Số lượng», «Danh sách».
pub(super) fn label(schema: &Schema, dataset: &Dataset, reference: &Reference) -> Text {
    let sheet = schema.sheets.get(reference.sheet);
    let tab = dataset.sheets.get(reference.sheet).map(|data| data.name.as_str());
    let tab = tab.or(sheet.map(|sheet| sheet.name.as_str())).unwrap_or_default();
    let field = sheet
        .zip(reference.field)
        .and_then(|(sheet, field)| sheet.fields.get(field));
    let is_column = sheet.is_some_and(|sheet| sheet.has_rows()) && !reference.is_own && !reference.is_filtered;
    let label = match (field, &reference.key) {
        (None, _) => format!("«{tab}»"),
        (Some(field), Some(key)) => format!("«{tab} › {key} › {}»", field.label),
        (Some(field), None) if is_column => format!("«{tab} › {}»", field.label),
        (Some(field), None) => format!("«{}»", field.label),
    };
    Text::new(label.clone(), label)
}

/// The columns of tables that a formula sums or counts.
pub(super) fn columns(schema: &Schema, checked: &Checked) -> Vec<(usize, usize)> {
    let is_table = |sheet: usize| schema.sheets.get(sheet).is_some_and(Sheet::has_rows);
    let references = checked.references().iter();
    references
        .filter(|reference| !reference.is_own && reference.key.is_none() && is_table(reference.sheet))
        .filter_map(|reference| Some((reference.sheet, reference.field?)))
        .collect()
}

/// A value as a finding shows it.
pub(super) fn shown(value: Computed<'_>, field: Option<&Field>) -> Text {
    let both = |text: String| Text::new(text.clone(), text);
    match (value, field.map(|field| field.ty)) {
        (Computed::Number(figure), Some(Type::Percent)) => both(format!("{}%", number(figure, DECIMALS))),
        (Computed::Number(figure), Some(Type::Year)) => both(figure.normalize().to_string()),
        (Computed::Number(figure), _) => both(number(figure, DECIMALS)),
        (Computed::Text(text), _) => both(format!("“{}”", crate::diagnostic::shorten(text))),
        (Computed::Date(date), _) => both(date_short(date)),
        (Computed::Flag(true), _) => Text::new("có", "yes"),
        (Computed::Flag(false), _) => Text::new("không", "no"),
    }
}

/// The field that an operand is, if it is one by itself.
pub(super) fn field_of<'s>(schema: &'s Schema, operand: &Operand) -> Option<&'s Field> {
    let (sheet, field) = operand.field?;
    schema.sheets.get(sheet)?.fields.get(field)
}

/// What each operand of a formula is for a record: `«Thực hiện» là 5, «Kế hoạch» để trống`.
pub(super) fn operands<'v>(
    schema: &Schema,
    dataset: &Dataset,
    checked: &'v Checked,
    computing: &Computing<'v>,
    record: usize,
) -> Text {
    let mut all = Text::default();
    for (index, operand) in checked.operands().iter().enumerate() {
        if index == MOST_OPERANDS {
            all.vi.push_str(", …");
            all.en.push_str(", …");
            break;
        }
        let Text { vi, en } = checked.operand_text(operand, &|reference| label(schema, dataset, reference));
        let part = match computing.operand(operand, record) {
            Some(value) => {
                let value = shown(value, field_of(schema, operand));
                Text::new(format!("{vi} là {}", value.vi), format!("{en} is {}", value.en))
            }
            None if operand.field.is_some() => text!("{vi} để trống", "{en} is blank"),
            None => text!("{vi} không tính được", "{en} can't be computed"),
        };
        let separator = if index == 0 { "" } else { ", " };
        all.vi.push_str(&format!("{separator}{}", part.vi));
        all.en.push_str(&format!("{separator}{}", part.en));
    }
    all
}
