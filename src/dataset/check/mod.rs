//! The checks, one file each: the check, its findings, their wording.
//!
//! [`CELL_CHECKS`] look at one value as it is read; a column keeps only those that apply to it. [`CHECKS`] look at the
//! whole dataset afterwards: declared rules, and values that must be unique.

mod arithmetic;
mod assert;
mod blank_from;
mod count_matches;
mod date_order;
mod distinct;
mod exists;
mod growth;
mod in_force;
mod max;
mod max_length;
mod min;
mod one_of;
mod pattern;
mod permitted;
mod ratio;
mod required;
mod required_before;
mod required_when;
mod same_year;
mod unique;

pub(super) use self::assert::exhausted;
use super::column::{Column, subject};
use super::findings::{At, Findings};
use super::{Dataset, Record, SheetData};
use crate::diagnostic::{Diagnostic, Place, Severity, Text};
use crate::formula::Budget;
use crate::schema::{self, Field, Schema, Sheet};
use crate::value::{Fault, Value};

/// A check of one cell's value.
pub(super) struct CellCheck {
    /// Whether a field asks for it.
    pub applies: fn(&Field) -> bool,
    /// What is wrong with a value, or with its absence.
    pub run: fn(&Column, Option<&Value>) -> Option<Fault>,
}

/// A check of the whole dataset.
pub(super) struct Check {
    pub run: fn(&Context, &mut Findings),
}

/// All checks of single cells.
pub(super) const CELL_CHECKS: &[CellCheck] = &[
    required::CHECK,
    min::CHECK,
    max::CHECK,
    max_length::CHECK,
    pattern::CHECK,
];

/// All checks of more than one cell.
pub(super) const CHECKS: &[Check] = &[
    unique::CHECK,
    ratio::CHECK,
    growth::CHECK,
    count_matches::CHECK,
    exists::CHECK,
    one_of::CHECK,
    distinct::CHECK,
    date_order::CHECK,
    required_when::CHECK,
    blank_from::CHECK,
    required_before::CHECK,
    same_year::CHECK,
    in_force::CHECK,
    permitted::CHECK,
    assert::CHECK,
];

/// Runs the checks of more than one cell.
pub(super) fn rules(schema: &Schema, dataset: &Dataset, budget: &Budget, findings: &mut Findings) {
    let context = Context {
        schema,
        dataset,
        budget,
    };
    for check in CHECKS {
        (check.run)(&context, findings);
    }
}

/// What checks of more than one cell look at.
pub(super) struct Context<'a> {
    pub schema: &'a Schema,
    pub dataset: &'a Dataset,
    /// How much all formulas together may compute.
    pub budget: &'a Budget,
}

/// A field of the schema with the data of its sheet.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub sheet_index: usize,
    pub field_index: usize,
    pub sheet: &'a Sheet,
    pub field: &'a Field,
    pub data: &'a SheetData,
}

impl<'a> Context<'a> {
    /// The declared rules.
    pub fn checks(&self) -> impl Iterator<Item = &'a schema::Check> + use<'a> {
        self.schema.checks.iter()
    }

    /// The field with an id on the sheet with an id. Unknown ids are told when the pack loads.
    pub fn target(&self, sheet: &str, field: &str) -> Option<Target<'a>> {
        let (sheet_index, sheet) = self.schema.sheet(sheet)?;
        let (field_index, field) = sheet.field(field)?;
        Some(Target {
            sheet_index,
            field_index,
            sheet,
            field,
            data: self.dataset.sheets.get(sheet_index)?,
        })
    }

    /// The field named `sheet.field`.
    pub fn path(&self, path: &str) -> Option<Target<'a>> {
        let (sheet, field) = path.split_once('.')?;
        self.target(sheet, field)
    }
}

impl<'a> Target<'a> {
    /// The value of a record.
    pub fn value<'r>(&self, record: &'r Record) -> Option<&'r Value> {
        record.values.get(self.field_index)?.as_ref()
    }

    /// Index of a record's cell, to ask whether it could be read.
    pub fn at(&self, record: usize) -> At {
        (self.sheet_index, record, self.field_index)
    }

    /// Where a record's value stands, or should.
    pub fn place(&self, record: &Record) -> Place {
        match self.data.cell(record, self.field_index) {
            Some(cell) => Place::Cell(self.data.name.clone(), cell),
            None => Place::Sheet(self.data.name.clone()),
        }
    }

    /// Who a message is about.
    pub fn subject(&self) -> Text {
        subject(self.sheet.layout, self.field)
    }

    /// A value as the document prints it.
    pub fn print(&self, value: &Value) -> String {
        self.field.print(value)
    }

    /// Records of this field beside those of another: the same row of one table; otherwise each with the form's only
    /// record. The index is that of this field's record.
    pub fn beside(&self, other: &Target<'a>) -> Vec<(usize, &'a Record, &'a Record)> {
        if self.sheet_index == other.sheet_index {
            let records = self.data.records.iter().enumerate();
            return records.map(|(index, record)| (index, record, record)).collect();
        }
        let mut pairs = Vec::new();
        // At least one of the two is a form; two tables have no rows in common.
        if self.sheet.has_rows() && other.sheet.has_rows() {
            return pairs;
        }
        for (index, mine) in self.data.records.iter().enumerate() {
            pairs.extend(other.data.records.iter().map(|theirs| (index, mine, theirs)));
        }
        pairs
    }
}

/// A breach of a declared rule as a finding: the pack's own wording and severity where it has them.
fn breach(
    rule: &schema::Check,
    code: &'static str,
    target: &Target,
    place: Place,
    own: Text,
    hint: Text,
) -> Diagnostic {
    let worded = |pack: &Option<String>, own: String| pack.clone().unwrap_or(own);
    let message = Text::new(worded(&rule.message, own.vi), worded(&rule.message_en, own.en));
    let hint = Text::new(worded(&rule.hint, hint.vi), worded(&rule.hint_en, hint.en));
    breach_at(rule, code, place, message, hint).field(&target.field.id)
}

/// A breach that is worded already.
fn breach_at(rule: &schema::Check, code: &'static str, place: Place, message: Text, hint: Text) -> Diagnostic {
    let finding = match Severity::from(rule.severity) {
        Severity::Error => Diagnostic::error(code, place, message),
        Severity::Warning => Diagnostic::warning(code, place, message),
    };
    finding.hint(hint)
}
