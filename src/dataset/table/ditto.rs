//! Ditto marks: cells that say `"`, `-nt-` or `như trên` for what stands above them.

use super::{by_column, place};
use crate::dataset::column::Column;
use crate::dataset::findings::Findings;
use crate::diagnostic::{CellRef, Diagnostic};
use crate::text;
use crate::value::{Raw, Type};
use crate::vietnamese::{is_blank_char, trim};

/// Whether a cell only points to the one above. A permitted choice means itself.
pub(super) fn is_ditto(column: &Column<'_>, raw: &Raw) -> bool {
    let Raw::Text(text) = raw else { return false };
    // Texts of most cells are longer, or begin otherwise.
    let trimmed = trim(text);
    if trimmed.len() > 16 || !trimmed.starts_with(['"', '\'', '”', '“', '″', '〃', '-', '–', '/', 'n', 'N', '‘', '’'])
    {
        return false;
    }
    let takes = matches!(column.field.ty, Type::Text | Type::LongText | Type::Choice | Type::Date);
    takes && is_mark(trimmed) && !column.field.choices.iter().any(|choice| choice.value == trimmed)
}

fn is_mark(text: &str) -> bool {
    let letters: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let signs = || text.chars().filter(|c| !c.is_alphanumeric() && !is_blank_char(*c));
    let is_dash = |c: char| matches!(c, '-' | '–' | '—' | '.');
    match letters.as_str() {
        "" => {
            let quotes = signs().filter(|c| !is_dash(*c) && *c != '/').count();
            let slashes = signs().filter(|c| *c == '/').count();
            (1..=2).contains(&quotes) && slashes == 0 || slashes == 2 && quotes == 0
        }
        "nt" => signs().all(|c| is_dash(c) || matches!(c, '"' | '/')),
        "nhưtrên" => true,
        _ => false,
    }
}

/// The ditto marks of a table's columns.
#[derive(Default)]
pub(super) struct Dittos {
    cells: Vec<(usize, CellRef)>,
}

impl Dittos {
    /// Notes a cell that took the value above it.
    pub fn push(&mut self, field: usize, at: CellRef) {
        self.cells.push((field, at));
    }

    /// Tells which cells took the value above them.
    pub fn report(self, sheet: &str, columns: &[Column<'_>], findings: &mut Findings) {
        by_column(&self.cells, columns, findings, |column, first| {
            let label = &column.field.label;
            let message = text!(
                "cột «{label}» có ô ghi dấu “như trên”; giá trị của ô ngay trên được lấy cho ô này",
                "column «{label}» has ditto marks; the value of the cell above counts for them"
            );
            Diagnostic::warning("o/nhu-tren", place(sheet, first), message).hint(text!(
                "kiểm tra ô ngay trên, hoặc ghi rõ giá trị",
                "check the cell above, or write the value out"
            ))
        });
    }
}

/// A ditto mark with nothing above it.
pub(super) fn nothing_above(column: &Column<'_>, sheet: &str, at: CellRef) -> Diagnostic {
    let label = &column.field.label;
    Diagnostic::error(
        "o/nhu-tren",
        place(sheet, at),
        text!(
            "cột «{label}» cần một giá trị, ô này ghi dấu “như trên” mà ô trên không có giá trị",
            "column «{label}» needs a value, this cell has a ditto mark and there is no value above it"
        ),
    )
    .field(&column.field.id)
    .hint(text!("ghi rõ giá trị vào ô này", "write the value out in this cell"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_told_from_texts() {
        for mark in [
            "\"",
            "''",
            "”",
            "〃",
            "-nt-",
            "nt",
            "NT",
            "- nt -",
            "như trên",
            "Như trên",
            "- // -",
            "//",
            "-\"-",
        ] {
            assert!(is_mark(mark), "{mark}");
        }
        for text in ["-", "--", "n", "ntn", "/", "nông", "\"x\"", "Nguyễn"] {
            assert!(!is_mark(text), "{text}");
        }
    }
}
