//! Finds the schema's sheets among a workbook's tabs, and the schema's labels among the texts of cells.
//!
//! Names are compared after folding: case, diacritics, blanks and dashes do not count. A name that is merely near is
//! told, never taken.

use std::collections::HashMap;

use super::findings::Findings;
use crate::diagnostic::{Diagnostic, Place};
use crate::schema::{Schema, Sheet};
use crate::text;
use crate::value::Raw;
use crate::vietnamese::{fold, nearest, trim};
use crate::workbook::{self, Workbook};

/// The instruction sheet that `blank` writes.
const INSTRUCTIONS: &str = "huong dan";

/// The index of each schema sheet's tab.
pub(super) fn sheets(schema: &Schema, workbook: &Workbook, findings: &mut Findings) -> Vec<Option<usize>> {
    let names: Vec<String> = workbook.sheets.iter().map(|sheet| fold(&sheet.name)).collect();
    let mut taken = vec![false; names.len()];
    let mut found = Vec::new();
    for declared in &schema.sheets {
        let wanted: Vec<String> = wanted_names(declared).map(fold).collect();
        let matches: Vec<usize> = names
            .iter()
            .enumerate()
            .filter(|(index, name)| wanted.contains(name) && !taken.get(*index).copied().unwrap_or(true))
            .map(|(index, _)| index)
            .collect();
        for &index in &matches {
            if let Some(taken) = taken.get_mut(index) {
                *taken = true;
            }
        }
        found.push(matches.first().copied());
        report_found(declared, &matches, workbook, findings);
    }
    let mut misspelt = Vec::new();
    for (declared, found) in schema.sheets.iter().zip(&found) {
        if found.is_none() {
            let free = workbook.sheets.iter().zip(&taken).filter(|(_, taken)| !**taken);
            let free: Vec<&str> = free.map(|(sheet, _)| sheet.name.as_str()).collect();
            misspelt.extend(report_missing(declared, &free, findings));
        }
    }
    for (sheet, taken) in workbook.sheets.iter().zip(&taken) {
        let has_content = sheet
            .rows
            .iter()
            .any(|row| row.cells.iter().any(|cell| !cell.is_blank()));
        let known = *taken || misspelt.contains(&sheet.name) || fold(&sheet.name) == INSTRUCTIONS;
        if known || !has_content || sheet.hidden && sheet.name.starts_with('_') {
            continue;
        }
        let name = &sheet.name;
        findings.push(
            Diagnostic::warning(
                "trang-tinh/la",
                Place::Sheet(name.clone()),
                text!(
                    "mẫu không có trang tính «{name}»; nội dung của nó không được dùng",
                    "the pack knows no sheet «{name}»; its content is not used"
                ),
            )
            .hint(text!(
                "xóa trang này, hoặc chép số liệu sang trang đúng của mẫu",
                "delete the sheet, or copy its data to the pack's sheet"
            )),
        );
    }
    found
}

fn wanted_names(declared: &Sheet) -> impl Iterator<Item = &str> {
    std::iter::once(declared.name.as_str()).chain(declared.aliases.iter().map(String::as_str))
}

fn report_found(declared: &Sheet, matches: &[usize], workbook: &Workbook, findings: &mut Findings) {
    let name_of = |index: &usize| workbook.sheets.get(*index).map_or("", |sheet| sheet.name.as_str());
    let Some(first) = matches.first() else { return };
    let first_name = name_of(first);
    for name in matches.iter().skip(1).map(name_of) {
        let wanted = &declared.name;
        findings.push(
            Diagnostic::error(
                "trang-tinh/trung",
                Place::Sheet(name.to_owned()),
                text!(
                    "cần một trang tính «{wanted}», có hai: «{first_name}» và «{name}»",
                    "one sheet «{wanted}» is needed, there are two: «{first_name}» and «{name}»"
                ),
            )
            .hint(text!(
                "xóa hoặc đổi tên trang không dùng",
                "delete or rename the one not in use"
            )),
        );
    }
    if workbook.sheets.get(*first).is_some_and(|sheet| sheet.hidden) {
        findings.push(
            Diagnostic::warning(
                "trang-tinh/an",
                Place::Sheet(first_name.to_owned()),
                text!(
                    "trang tính «{first_name}» đang ẩn nhưng số liệu của nó được dùng",
                    "sheet «{first_name}» is hidden, yet its data is used"
                ),
            )
            .hint(text!(
                "bấm chuột phải vào tên trang bất kỳ, chọn Bỏ ẩn, rồi kiểm tra số liệu",
                "right-click any tab, choose Unhide, and check the data"
            )),
        );
    }
}

/// Tells that a sheet is missing; returns the misspelt sheet it may be.
fn report_missing(declared: &Sheet, free: &[&str], findings: &mut Findings) -> Option<String> {
    let wanted = &declared.name;
    let near = wanted_names(declared).find_map(|name| nearest(name, free.iter().copied()));
    if let Some(near) = near {
        let message = text!(
            "không có trang tính «{wanted}»; trang «{near}» – có phải «{wanted}»?",
            "there is no sheet «{wanted}»; is sheet «{near}» meant to be «{wanted}»?"
        );
        let place = Place::Sheet(near.to_owned());
        // An error even where the sheet is optional: its rows would be left out of the document.
        findings.push(Diagnostic::error("trang-tinh/sai-ten", place, message).hint(text!(
            "đổi tên trang thành «{wanted}»",
            "rename the sheet to «{wanted}»"
        )));
        return Some(near.to_owned());
    }
    if declared.required {
        findings.push(
            Diagnostic::error(
                "trang-tinh/thieu",
                Place::File,
                text!("thiếu trang tính «{wanted}»", "sheet «{wanted}» is missing"),
            )
            .hint(text!(
                "chép trang «{wanted}» từ sổ tính trống của mẫu rồi điền",
                "copy sheet «{wanted}» from the pack's blank workbook and fill it in"
            )),
        );
    }
    None
}

/// The labels of a sheet's fields, to find them in cells.
pub(super) struct Labels {
    exact: HashMap<String, usize>,
    /// Labels without their unit; `None` where two fields would share one.
    loose: HashMap<String, Option<usize>>,
}

impl Labels {
    pub fn new(sheet: &Sheet) -> Self {
        let mut exact = HashMap::new();
        let mut loose: HashMap<String, Option<usize>> = HashMap::new();
        for (index, field) in sheet.fields.iter().enumerate() {
            for label in std::iter::once(&field.label).chain(&field.aliases) {
                for (rank, variant) in variants(label).enumerate() {
                    if rank == 0 {
                        exact.entry(variant).or_insert(index);
                    } else {
                        let entry = loose.entry(variant).or_insert(Some(index));
                        if *entry != Some(index) {
                            *entry = None;
                        }
                    }
                }
            }
        }
        Self { exact, loose }
    }

    /// The field whose label a text is, unit and required mark aside.
    pub fn find(&self, text: &str) -> Option<usize> {
        // Longer than any label: a paragraph, not worth folding.
        if text.len() > 400 {
            return None;
        }
        let variants: Vec<String> = variants(text).collect();
        let exact = variants.iter().find_map(|variant| self.exact.get(variant).copied());
        exact.or_else(|| {
            variants
                .iter()
                .find_map(|variant| self.loose.get(variant).copied().flatten())
        })
    }
}

/// Folded forms of a label, the whole first: without required mark, without unit in parentheses, the first line, what
/// stands before a comma.
fn variants(label: &str) -> impl Iterator<Item = String> {
    let marked = without_mark(label);
    let mut list = vec![fold(marked)];
    let mut add = |text: &str| {
        let key = fold(without_mark(text));
        if !key.is_empty() && !list.contains(&key) {
            list.push(key);
        }
    };
    if let Some((before, _)) = unit_of(marked) {
        add(before);
    }
    if let Some((first, _)) = marked.trim().split_once('\n') {
        add(first);
    }
    if let Some((before, _)) = marked.split_once(',') {
        add(before);
    }
    list.retain(|key| !key.is_empty());
    list.into_iter()
}

fn without_mark(label: &str) -> &str {
    let label = label.trim();
    let label = label.strip_suffix(':').unwrap_or(label).trim_end();
    let label = label.strip_suffix("(*)").unwrap_or(label).trim_end();
    label.trim_end_matches('*').trim_end()
}

/// A label and the unit in parentheses at its end.
pub(super) fn unit_of(label: &str) -> Option<(&str, &str)> {
    let label = without_mark(label);
    let inner = label.strip_suffix(')')?;
    let open = inner.rfind('(')?;
    let (before, unit) = (inner.get(..open)?, inner.get(open + 1..)?);
    (!before.trim().is_empty()).then_some((before, unit))
}

/// The text of a cell, when it is one that could be a label.
pub(super) fn label_text(cell: &workbook::Cell) -> Option<&str> {
    match &cell.raw {
        Raw::Text(text) if !trim(text).is_empty() => Some(text),
        _ => None,
    }
}

/// Whether a header is that of the running numbers, which are nobody's data.
pub(super) fn is_running_number(text: &str) -> bool {
    matches!(
        fold(without_mark(text)).as_str(),
        "stt" | "tt" | "so tt" | "so thu tu" | "#" | "no"
    )
}
