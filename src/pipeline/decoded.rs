//! Texts of a workbook that were in TCVN3 or VNI: shown one by one, and told once for each sheet.

use crate::diagnostic::{CellRef, Diagnostic, Place};
use crate::text;
use crate::value::Raw;
use crate::workbook::{Sheet, Workbook};

/// A cell's text that was changed to Unicode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedCell {
    /// The name of its sheet.
    pub sheet: String,
    /// The cell.
    pub cell: CellRef,
    /// The text as the file holds it.
    pub before: String,
    /// The text in Unicode.
    pub after: String,
}

/// The texts of a workbook that were changed to Unicode, sheet by sheet and row by row.
pub fn decoded_cells(workbook: &Workbook) -> Vec<DecodedCell> {
    let of_sheet = |sheet: &Sheet| -> Vec<DecodedCell> {
        let cell = |(at, before): &(CellRef, Box<str>)| DecodedCell {
            sheet: sheet.name.clone(),
            cell: *at,
            before: before.to_string(),
            after: text_at(sheet, *at).to_owned(),
        };
        sheet.decoded.iter().map(cell).collect()
    };
    workbook.sheets.iter().flat_map(of_sheet).collect()
}

fn text_at(sheet: &Sheet, at: CellRef) -> &str {
    let row = sheet.rows.binary_search_by_key(&at.row, |row| row.index).ok();
    match row
        .and_then(|row| sheet.rows.get(row)?.cell(at.column))
        .map(|cell| &cell.raw)
    {
        Some(Raw::Text(text)) => text,
        _ => "",
    }
}

/// One warning for each sheet with such texts.
pub(super) fn warnings(workbook: &Workbook) -> Vec<Diagnostic> {
    let sheets = workbook.sheets.iter();
    sheets
        .filter_map(|sheet| warning(&sheet.name, &sheet.decoded))
        .collect()
}

fn warning(name: &str, decoded: &[(CellRef, Box<str>)]) -> Option<Diagnostic> {
    let (first, more) = decoded.split_first()?;
    let count = decoded.len();
    let cells = if count == 1 { "cell" } else { "cells" };
    let mut finding = Diagnostic::warning(
        "chu/ma-cu",
        Place::Cell(name.to_owned(), first.0),
        text!(
            "trang «{name}»: {count} ô ghi bằng mã chữ cũ TCVN3 hoặc VNI, đã đọc sang Unicode",
            "sheet «{name}»: {count} {cells} in the old encodings TCVN3 or VNI, read as Unicode"
        ),
    )
    .hint(text!(
        "chạy baocao check với --show-decoded để xem chữ của từng ô trước và sau khi đổi",
        "run baocao check with --show-decoded to see the text of each cell before and after"
    ));
    finding.more = more.iter().map(|(at, _)| *at).collect();
    Some(finding)
}
