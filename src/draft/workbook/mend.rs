//! Mends a draft by what a check of its workbook tells, so that the workbook is read without errors.
//!
//! In: the drafts and the findings of one reading. Out: whether something was changed; each change is noted with its reason.
//! What is wrong in the workbook itself, a failed formula or a total that does not agree, is left to be told.

use super::{Draft, Source};
use crate::dataset::Dataset;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, Text};
use crate::value::Type;

/// Among so many values a few wrong ones are slips of the clerk, not of the guess.
const MANY: usize = 40;
/// How many in a hundred are a few.
const FEW: usize = 5;

/// Mends what errors show to be guessed wrong.
pub(super) fn mend(drafts: &mut [Draft], dataset: &Dataset, findings: &Diagnostics) -> bool {
    let mut is_mended = false;
    for finding in findings.iter().filter(|finding| finding.severity == Severity::Error) {
        if finding.code == "trang-tinh/thieu" || finding.code == "trang-tinh/khong-co-tieu-de" {
            is_mended |= loosen_missing(drafts, dataset, finding);
            continue;
        }
        let (Place::Cell(tab, _) | Place::Sheet(tab)) = &finding.place else {
            continue;
        };
        let Some(id) = &finding.field else { continue };
        for (draft, data) in drafts.iter_mut().zip(&dataset.sheets) {
            if data.name != *tab {
                continue;
            }
            if let Some(index) = draft.sheet.fields.iter().position(|field| field.id == *id) {
                is_mended |= mend_field(draft, index, finding);
            }
        }
    }
    is_mended
}

/// A sheet that is not found is not asked for.
fn loosen_missing(drafts: &mut [Draft], dataset: &Dataset, finding: &Diagnostic) -> bool {
    let mut is_mended = false;
    for (draft, data) in drafts.iter_mut().zip(&dataset.sheets) {
        let name = &draft.sheet.name;
        let is_meant = match &finding.place {
            Place::Sheet(tab) => data.name == *tab,
            _ => finding.message.vi.contains(&format!("«{name}»")),
        };
        if is_meant && draft.sheet.required {
            draft.sheet.required = false;
            is_mended = true;
        }
    }
    is_mended
}

fn mend_field(draft: &mut Draft, index: usize, finding: &Diagnostic) -> bool {
    let wrong = finding.more.len() + 1;
    let (Some(field), Some(source)) = (draft.sheet.fields.get_mut(index), draft.fields.get_mut(index)) else {
        return false;
    };
    match finding.code {
        "gia-tri/thieu" | "cot/thieu" | "muc/thieu" if field.required => {
            field.required = false;
            true
        }
        "gia-tri/trung" if field.unique => {
            field.unique = false;
            true
        }
        "gia-tri/dai-qua" if field.max_length.is_some() => {
            field.max_length = None;
            true
        }
        "gia-tri/cong-thuc-loi" | "gia-tri/cong-thuc-chua-tinh" => false,
        "gia-tri/so-khong-nguyen" | "gia-tri/so-am" | "gia-tri/nho-qua" if field.ty == Type::Count => {
            retype(field, source, Type::Integer, finding)
        }
        "gia-tri/so-khong-nguyen" => retype(field, source, Type::Decimal, finding),
        "gia-tri/ty-le-hay-phan-tram" | "gia-tri/phan-tram-trong-cot-so" if field.ty == Type::Percent => {
            field.unit = field.unit.take().filter(|unit| unit != "%");
            retype(field, source, Type::Decimal, finding)
        }
        "gia-tri/phan-tram-trong-cot-so" => retype(field, source, Type::Percent, finding),
        code if code.starts_with("gia-tri/") && !matches!(field.ty, Type::Text | Type::LongText) => {
            let are_few = source.guess.values >= MANY && wrong * 100 <= source.guess.values * FEW;
            if are_few && field.ty != Type::Choice {
                return false;
            }
            field.choices.clear();
            field.unit = None;
            field.decimals = None;
            retype(field, source, Type::Text, finding)
        }
        _ => false,
    }
}

fn retype(field: &mut super::Field, source: &mut Source, ty: Type, finding: &Diagnostic) -> bool {
    if field.ty == ty || source.mended.len() >= 3 {
        return false;
    }
    let (from, to) = (field.ty.info().label(), ty.info().label());
    let place = match &finding.place {
        Place::Cell(_, at) => at.to_string(),
        _ => String::new(),
    };
    source.mended.push(Text::new(
        format!(
            "coi là {} thay vì {} vì ô {place} không đọc được như thế",
            to.vi, from.vi
        ),
        format!("taken as {} instead of {} for cell {place}", to.en, from.en),
    ));
    field.ty = ty;
    if ty != Type::Decimal {
        field.decimals = None;
    }
    source.guess.ty = ty;
    true
}
