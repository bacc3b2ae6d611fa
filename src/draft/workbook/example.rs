//! Examples of fields and sample records of sheets: the first of the workbook, what is about persons invented.

use super::Draft;
use super::person::Personal;
use crate::dataset::Dataset;
use crate::diagnostic::Severity;
use crate::schema::Schema;
use crate::value::{Raw, Type, Value};
use crate::vietnamese;

/// Most sample records of a sheet.
const SAMPLES: usize = 5;
/// Longest example, in characters.
const LONGEST_EXAMPLE: usize = 120;

/// Gives the fields examples, and the sheets sample records: the first of the workbook, persons invented.
pub(super) fn give(drafts: &mut [Draft], schema: &Schema, dataset: &Dataset, without_values: bool) {
    for (index, draft) in drafts.iter_mut().enumerate() {
        let (Some(data), Some(declared)) = (dataset.sheets.get(index), schema.sheets.get(index)) else {
            continue;
        };
        let personal: Vec<Option<Personal>> = draft.fields.iter().map(|source| source.guess.personal).collect();
        let text_of = |record: usize, field: usize| -> Option<String> {
            let own = declared.fields.get(field)?;
            if own.derive.is_some() {
                return None;
            }
            let value = data.records.get(record)?.values.get(field)?.as_ref()?;
            let text = match personal.get(field).copied().flatten() {
                Some(personal) => personal.invented(record, own.ty).to_owned(),
                _ => typed(own.ty, value)?,
            };
            own.read(&Raw::Text(text.as_str().into()))
                .fault
                .is_none_or(|fault| fault.severity != Severity::Error)
                .then_some(text)
        };
        let general = |field: usize| -> Option<String> {
            let own = declared.fields.get(field)?;
            match (personal.get(field).copied().flatten(), own.ty) {
                _ if own.derive.is_some() => None,
                (_, Type::Choice) => own.choices.first().map(|choice| choice.value.clone()),
                (Some(personal), Type::Text) => Some(personal.invented(0, Type::Text).to_owned()),
                (_, Type::Text | Type::LongText) => Some(format!("{} 1", own.label.replace('\n', " "))),
                (_, ty) => Some(ty.info().example.to_owned()),
            }
        };
        let general = |field: usize| {
            let own = declared.fields.get(field)?;
            general(field).filter(|text| {
                let reading = own.read(&Raw::Text(text.as_str().into()));
                reading.value.is_some() && own.max_length.is_none_or(|most| text.chars().count() <= most)
            })
        };
        let required = |record: usize| {
            let mut fields = declared.fields.iter().enumerate().filter(|(_, own)| own.required);
            fields.all(|(field, _)| text_of(record, field).is_some())
        };
        // Headings that are records have nothing in the other columns.
        let records = (0..data.records.len()).filter(|record| !without_values && required(*record));
        let count = draft.sheet.fields.len();
        draft.sheet.samples = records
            .take(SAMPLES)
            .map(|record| (0..count).map(|field| text_of(record, field)).collect())
            .filter(|record: &Vec<Option<String>>| record.iter().any(Option::is_some))
            .collect();
        for (field, own) in draft.sheet.fields.iter_mut().enumerate() {
            let found = draft
                .sheet
                .samples
                .iter()
                .find_map(|record| record.get(field).cloned().flatten());
            own.example = found.or_else(|| general(field));
        }
        if draft.sheet.samples.is_empty() {
            draft.sheet.samples = vec![draft.sheet.fields.iter().map(|field| field.example.clone()).collect()];
        }
    }
}

/// A value as a clerk would type it.
fn typed(ty: Type, value: &Value) -> Option<String> {
    Some(match value {
        Value::Number(number) => {
            let number = match number.scale() {
                0..=2 => *number,
                // Three decimals have two readings.
                _ => number.round_dp(2),
            };
            let sign = if ty == Type::Percent { "%" } else { "" };
            vietnamese::plain(number) + sign
        }
        Value::Date(date) => vietnamese::date_short(*date),
        Value::Flag(flag) => (if *flag { "có" } else { "không" }).to_owned(),
        Value::Text(text) => {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            match (ty, text.chars().count() > LONGEST_EXAMPLE) {
                (Type::Choice, _) | (_, false) => text,
                _ => {
                    text.chars()
                        .take(LONGEST_EXAMPLE - 1)
                        .collect::<String>()
                        .trim_end()
                        .to_owned()
                        + "…"
                }
            }
        }
    })
}
