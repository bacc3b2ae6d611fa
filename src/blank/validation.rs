//! Excel's data validation of a field: what a cell accepts, what it says when it is chosen and when it refuses.
//!
//! Only a first net: a paste goes through it, and the reader checks everything again. Whole numbers are checked by a
//! formula, because Excel's own rule for them stops at 32 bits, too small for an amount in đồng.

use std::collections::HashMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{DataValidation, DataValidationRule, ExcelDateTime, Formula, Workbook, XlsxError};

use super::{measure, wording};
use crate::schema::{Field, Schema};
use crate::value::Type;

/// Longest title of a message, in UTF-16 units (Excel's limit).
const TITLE: usize = 32;
/// Longest message, and longest list inside a rule, in UTF-16 units (Excel's limit).
const MESSAGE: usize = 255;
/// The sheet that holds the lists too long for a rule; hidden so that only a programmer finds it.
pub const LISTS_SHEET: &str = "_DM";

/// Names of the ranges that hold long lists, by the values of the list.
#[derive(Default)]
pub struct Lists {
    names: HashMap<Vec<String>, String>,
}

/// The choices of a schema that don't fit into a rule, in order, each once.
fn long_lists(schema: &Schema) -> (Lists, Vec<Vec<String>>) {
    let mut lists = Lists::default();
    let mut columns = Vec::new();
    for sheet in &schema.sheets {
        for field in &sheet.fields {
            let values = values(field);
            if field.ty == Type::Choice && !values.is_empty() && !fits(&values) && !lists.names.contains_key(&values) {
                lists
                    .names
                    .insert(values.clone(), format!("DM_{}_{}", sheet.id, field.id));
                columns.push(values);
            }
        }
    }
    (lists, columns)
}

impl Lists {
    /// The long lists of a schema, by name.
    pub fn new(schema: &Schema) -> Self {
        long_lists(schema).0
    }

    /// Writes the sheet of long lists, if there are any, as the last of the workbook.
    pub fn write(schema: &Schema, workbook: &mut Workbook) -> Result<(), XlsxError> {
        let (lists, columns) = long_lists(schema);
        if columns.is_empty() {
            return Ok(());
        }
        let sheet = workbook.add_worksheet();
        sheet.set_name(LISTS_SHEET)?.set_very_hidden(true).protect();
        let mut names = Vec::new();
        for (column, values) in (0_u16..).zip(&columns) {
            for (row, value) in (0_u32..).zip(values) {
                sheet.write_string(row, column, value)?;
            }
            let letters = crate::diagnostic::column_letters(column.into());
            let range = format!("={LISTS_SHEET}!${letters}$1:${letters}${}", values.len());
            names.extend(lists.names.get(values).map(|name| (name.clone(), range)));
        }
        for (name, range) in names {
            workbook.define_name(name, &range)?;
        }
        Ok(())
    }
}

fn values(field: &Field) -> Vec<String> {
    field.choices.iter().map(|choice| choice.value.clone()).collect()
}

/// Whether a list can stand in a rule: short enough, and no value that the rule's own grammar would split or trim.
fn fits(values: &[String]) -> bool {
    let units: usize = values.iter().map(|value| value.encode_utf16().count() + 1).sum();
    units <= MESSAGE + 1
        && values
            .iter()
            .all(|value| !value.contains([',', '"', '\n']) && value.trim() == value)
}

/// The rule and messages of a field whose first cell is `cell` (`B5`), relative; `None` when there is nothing to say.
pub fn of(field: &Field, cell: &str, lists: &Lists) -> Result<Option<DataValidation>, XlsxError> {
    let rule = rule(field, cell, lists)?;
    let message = message(field);
    if rule.is_none() && message.is_empty() {
        return Ok(None);
    }
    let mut validation = match rule {
        Some(rule) => {
            let (title, text) = wording::refusal(field);
            rule.set_error_title(measure::cut(title, TITLE))?
                .set_error_message(measure::cut(&text, MESSAGE))?
        }
        None => DataValidation::new().allow_any_value(),
    };
    if !message.is_empty() {
        validation = validation
            .set_input_title(measure::cut(&field.label, TITLE))?
            .set_input_message(message)?;
    }
    Ok(Some(validation))
}

/// What a cell says when it is chosen: how to fill it, and the example as far as both fit.
fn message(field: &Field) -> String {
    let mut message = wording::advice(field);
    let example = field.example.as_deref().filter(|example| !example.is_empty());
    if let Some(example) = example {
        let example = format!("Ví dụ: {}", measure::cut(example, MESSAGE - 10));
        if message.is_empty() {
            message = example;
        } else if message.encode_utf16().count() + 1 + example.encode_utf16().count() <= MESSAGE {
            message = format!("{message}\n{example}");
        }
    }
    measure::cut(&message, MESSAGE)
}

fn rule(field: &Field, cell: &str, lists: &Lists) -> Result<Option<DataValidation>, XlsxError> {
    let rule = DataValidation::new();
    Ok(Some(match field.ty {
        Type::Integer => rule.allow_custom(whole(field, cell, None)),
        Type::Count => rule.allow_custom(whole(field, cell, Some(Decimal::ZERO))),
        Type::Year => {
            let min = field.min.unwrap_or(Decimal::from(1900));
            let max = field.max.unwrap_or(Decimal::from(2100));
            rule.allow_custom(Formula::new(format!(
                "AND(ISNUMBER({cell}),{cell}=INT({cell}),{cell}>={min},{cell}<={max})"
            )))
        }
        Type::Decimal => rule.allow_decimal_number(between(field, Decimal::ONE)),
        Type::Percent => rule.allow_decimal_number(between(field, Decimal::ONE_HUNDRED)),
        Type::Date => rule.allow_date(DataValidationRule::Between(
            ExcelDateTime::from_ymd(1900, 1, 1)?,
            ExcelDateTime::from_ymd(2100, 12, 31)?,
        )),
        Type::Choice => {
            let values = values(field);
            match lists.names.get(&values) {
                Some(name) => rule.allow_list_formula(Formula::new(format!("={name}"))),
                None if values.is_empty() => return Ok(None),
                None => rule.allow_list_strings(&values)?,
            }
        }
        Type::Flag => rule.allow_list_strings(&["x", "Có", "Không"])?,
        Type::Text | Type::LongText => match field.max_length.map(u32::try_from) {
            Some(Ok(length)) => rule.allow_text_length(DataValidationRule::LessThanOrEqualTo(length)),
            _ => return Ok(None),
        },
    }))
}

fn whole(field: &Field, cell: &str, least: Option<Decimal>) -> Formula {
    let mut formula = format!("AND(ISNUMBER({cell}),{cell}=INT({cell})");
    if let Some(min) = field.min.or(least) {
        formula.push_str(&format!(",{cell}>={}", min.normalize()));
    }
    if let Some(max) = field.max {
        formula.push_str(&format!(",{cell}<={}", max.normalize()));
    }
    formula.push(')');
    Formula::new(formula)
}

/// The range of a number as the cell holds it: a percentage is a hundredth of what people read.
fn between(field: &Field, divisor: Decimal) -> DataValidationRule<f64> {
    let bound = |bound: Option<Decimal>, open: f64| {
        bound
            .and_then(|bound| bound.checked_div(divisor))
            .and_then(|bound| bound.to_f64())
            .unwrap_or(open)
    };
    DataValidationRule::Between(bound(field.min, -1e15), bound(field.max, 1e15))
}
