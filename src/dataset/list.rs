//! Reads a list: one column of text, with or without a header.

use super::SheetData;
use super::findings::Findings;
use super::locate::{is_running_number, label_text};
use super::table::{Header, of_list, read_rows};
use crate::schema::Sheet;
use crate::value::Raw;
use crate::vietnamese::fold;
use crate::workbook;

/// Reads a sheet laid out as a list.
pub(super) fn read(declared: &Sheet, index: usize, sheet: workbook::Sheet, findings: &mut Findings) -> SheetData {
    let header = of_list(declared, &sheet).unwrap_or_else(|| {
        // The column with the most texts; rows that only say the sheet's title come before the data.
        let mut texts: Vec<usize> = Vec::new();
        for cell in sheet.rows.iter().flat_map(|row| &row.cells) {
            // A list stands far to the left; a stray cell in the last column must not cost anything.
            if label_text(cell).is_some_and(|text| !is_running_number(text)) && cell.column < 256 {
                let column = cell.column as usize;
                if column >= texts.len() {
                    texts.resize(column + 1, 0);
                }
                if let Some(count) = texts.get_mut(column) {
                    *count += 1;
                }
            }
        }
        let most = texts.iter().copied().max().unwrap_or(0);
        let column = texts.iter().position(|count| *count == most).unwrap_or(0);
        let titles: Vec<String> = std::iter::once(&declared.name)
            .chain(&declared.title)
            .chain(&declared.unit_line)
            .chain(&declared.help)
            .map(|title| fold(title))
            .collect();
        let is_title = |row: &&workbook::Row| {
            row.cells
                .iter()
                .filter_map(label_text)
                .all(|text| is_running_number(text) || titles.contains(&fold(text)))
        };
        let data = sheet
            .rows
            .iter()
            .take_while(is_title)
            .last()
            .map_or(0, |row| row.index + 1);
        let column = u32::try_from(column).unwrap_or(0);
        let numbers = |cell: &&workbook::Cell| cell.column < column && matches!(cell.raw, Raw::Number(_));
        let running = sheet
            .rows
            .iter()
            .flat_map(|row| &row.cells)
            .find(numbers)
            .map(|cell| cell.column);
        Header::plain(column, data, running)
    });
    read_rows(declared, index, header, Vec::new(), sheet, findings)
}
