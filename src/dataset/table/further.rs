//! Headers below the one of the table: the same once more, as printed on each page, or that of another table.
//!
//! In: the rows of a sheet and where its header stands. Out: the rows that repeat the header, and where another table begins,
//! its title included. Another table has two headers at least in common with this one, and one of its own.

use super::Frame;
use super::header::{self, Header};
use super::place;
use super::rows::{Shape, has_content};
use crate::dataset::findings::Findings;
use crate::diagnostic::{CellRef, Diagnostic, shorten};
use crate::text;
use crate::vietnamese::trim;
use crate::workbook::Row;

/// Most lines of a title.
const TITLE_LINES: usize = 4;

/// The headers below a table's own.
#[derive(Default)]
pub(super) struct Further {
    /// The rows that say the header once more, in order.
    repeated: Vec<u32>,
    other: Option<Other>,
}

struct Other {
    /// The first row of its title, or its header.
    first: u32,
    /// A header that this table has not, and what it says.
    at: CellRef,
    label: String,
}

impl Further {
    pub fn find(rows: &[Row], header: &Header, frame: &Frame<'_>) -> Self {
        let own = rows
            .iter()
            .filter(|row| (header.first..header.data).contains(&row.index));
        let own = own.flat_map(|row| row.cells.iter().filter(has_content));
        let own: Vec<(u32, String)> = own
            .filter_map(|cell| Some((cell.column, trim(&header::header_text(cell)?).to_owned())))
            .collect();
        let is_own = |column: u32, text: &str| own.iter().any(|(at, label)| *at == column && label == trim(text));
        let mut found = Self::default();
        for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.index >= header.data) {
            let cells = || {
                let cells = row.cells.iter().filter(has_content);
                cells.filter(|cell| frame.is_in_table(cell.column))
            };
            let says =
                |cell: &crate::workbook::Cell| header::header_text(cell).is_some_and(|text| is_own(cell.column, &text));
            // Most rows are told by their first cell.
            if !cells().next().is_some_and(says) || cells().filter(|cell| says(cell)).count() < 2 {
                continue;
            }
            let mut strange = cells().filter(|cell| !says(cell));
            let Some(own) = strange.next() else {
                found.repeated.push(row.index);
                continue;
            };
            let Some(label) =
                header::header_text(own).filter(|_| strange.all(|cell| header::header_text(cell).is_some()))
            else {
                continue;
            };
            found.other = Some(Other {
                first: title_of(rows.get(..index).unwrap_or_default(), row.index, header.data, frame),
                at: CellRef::new(row.index, own.column),
                label: label.into_owned(),
            });
            break;
        }
        found
    }

    /// Whether a row says the header once more.
    pub fn is_repeated(&self, row: u32) -> bool {
        self.repeated.binary_search(&row).is_ok()
    }

    /// Whether another table has begun.
    pub fn is_other(&self, row: u32) -> bool {
        self.other.as_ref().is_some_and(|other| other.first <= row)
    }

    /// Tells of another table.
    pub fn report(self, sheet: &str, findings: &mut Findings) {
        let Some(Other { first, at, label }) = self.other else {
            return;
        };
        let (number, label) = (first + 1, shorten(&label.replace('\n', " ")));
        findings.push(
            Diagnostic::warning(
                "dong/bang-khac",
                place(sheet, at),
                text!(
                    "từ dòng {number} là một bảng khác, có cột «{label}»; bảng ấy không được đọc",
                    "from row {number} on there is another table, with a column «{label}»; it is not read"
                ),
            )
            .hint(text!(
                "nếu các dòng ấy là số liệu của bảng trên thì bỏ dòng tiêu đề này",
                "if its rows are data of the table above, delete this header row"
            )),
        );
    }
}

/// The first row of the title above a header, which a blank row parts from what stands above.
fn title_of(above: &[Row], header: u32, data: u32, frame: &Frame<'_>) -> u32 {
    let mut first = header;
    for row in above
        .iter()
        .rev()
        .filter(|row| row.cells.iter().any(|cell| !cell.is_blank()))
    {
        let shape = Shape::of(row, frame);
        let is_title = row.cells.iter().filter(has_content).count() == 1 && !shape.figure && !shape.numbered;
        if row.index + 1 < first {
            return first;
        }
        if !is_title || row.index < data || header - row.index > TITLE_LINES as u32 {
            break;
        }
        first = row.index;
    }
    header
}
