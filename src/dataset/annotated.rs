//! The sheet of findings that a marked copy of a workbook has: known by its words, so that it is nobody's data.
//!
//! It is told by its name and by the line under its title together: a sheet of the user's own that is merely called so is
//! read, or reported, like any other.

use crate::diagnostic::{CellRef, Text};
use crate::value::Raw;
use crate::vietnamese::fold;
use crate::workbook::Sheet;

/// The name of the sheet; a number follows where the workbook has a sheet of that name.
pub const FINDINGS_SHEET: &str = "Lỗi cần sửa";

/// The line under the sheet's title, in both languages.
pub fn findings_mark() -> Text {
    Text::new(
        "Trang này do chương trình baocao ghi khi kiểm tra, không phải số liệu; sửa xong thì xóa trang đi.",
        "Written by baocao when it checked the workbook; this is no data. Delete the sheet when all is mended.",
    )
}

/// Where that line stands.
const MARK_AT: CellRef = CellRef { row: 1, column: 0 };

/// Whether a sheet is the list of findings that an earlier check wrote.
pub fn is_findings_sheet(sheet: &Sheet) -> bool {
    let line = sheet.rows.iter().find(|row| row.index == MARK_AT.row);
    let Some(Raw::Text(text)) = line.and_then(|row| row.cell(MARK_AT.column)).map(|cell| &cell.raw) else {
        return false;
    };
    let (text, mark) = (fold(text), findings_mark());
    fold(&sheet.name).starts_with(&fold(FINDINGS_SHEET)) && [mark.vi, mark.en].iter().any(|mark| fold(mark) == text)
}
