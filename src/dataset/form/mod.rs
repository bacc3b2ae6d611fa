//! Reads a form: label and value pairs, wherever each pair stands.
//!
//! In: a sheet's cells. Out: one record, and a finding for whatever is missing, doubled, unknown or unclear. `grid` says
//! which cells are labels and where the value of each belongs.

mod grid;

use self::grid::Grid;
use super::column::Column;
use super::findings::Findings;
use super::locate::{ask, label_text};
use super::{Record, SheetData, formats_at};
use crate::diagnostic::{CellRef, Diagnostic, Place};
use crate::schema::Sheet;
use crate::text;
use crate::value::{Format, Raw};
use crate::workbook::{self, Cell};

/// Reads a sheet laid out as a form.
pub(super) fn read(declared: &Sheet, index: usize, sheet: workbook::Sheet, findings: &mut Findings) -> SheetData {
    let grid = Grid::new(declared, &sheet);
    let places: Vec<(usize, CellRef, Option<Cell>)> = grid
        .labels
        .iter()
        .map(|label| {
            let (at, cell) = grid.value_of(label);
            (label.field, at, cell)
        })
        .collect();
    let used: Vec<CellRef> = places.iter().map(|(_, at, _)| *at).collect();
    let mut data = SheetData {
        name: sheet.name.clone(),
        cells: vec![None; declared.fields.len()],
        ..SheetData::default()
    };
    let mut values = Vec::with_capacity(declared.fields.len());
    let mut misspelt: Vec<CellRef> = Vec::new();
    for (field_index, field) in declared.fields.iter().enumerate() {
        let column = Column::new(declared, field);
        let mine: Vec<&(usize, CellRef, Option<Cell>)> =
            places.iter().filter(|(field, ..)| *field == field_index).collect();
        let chosen = mine.iter().find(|(_, _, cell)| cell.is_some()).or(mine.first());
        let Some((_, at, cell)) = chosen else {
            let meant = report_missing(&column, &grid, &used, &misspelt, findings);
            misspelt.extend(meant);
            // Told, so no rule needs to ask for it again; what is computed needs no label.
            if meant.is_some() || field.value.is_none() {
                findings.mark_faulty((index, 0, field_index));
            }
            values.push(column.default().cloned());
            continue;
        };
        if let Some(slot) = data.cells.get_mut(field_index) {
            *slot = Some(*at);
        }
        let place = |at: CellRef| Place::Cell(sheet.name.clone(), at);
        let value = column.read(cell.as_ref(), || place(*at), (index, 0, field_index), findings);
        for (_, other, other_cell) in mine.iter().filter(|(_, other, cell)| other != at && cell.is_some()) {
            let other_value = other_cell.as_ref().and_then(|cell| field.read(&cell.raw).value);
            if other_value != value {
                let label = &field.label;
                findings.push(
                    Diagnostic::error(
                        "muc/trung",
                        place(*other),
                        text!(
                            "mục «{label}» có hai giá trị khác nhau: ở {at} và ở {other}",
                            "field «{label}» has two different values: at {at} and at {other}"
                        ),
                    )
                    .field(&field.id)
                    .hint(text!("giữ một ô, xóa ô kia", "keep one of them, delete the other")),
                );
            }
        }
        if let Some(Raw::Text(text)) = cell.as_ref().map(|cell| &cell.raw) {
            let formats = column.formats(text, &grid.formats(*at, text), value.as_ref());
            if !formats.is_empty() {
                data.formats.insert(*at, formats);
            }
        }
        values.push(value);
    }
    grid.report_unclear(declared, findings);
    grid.report_unknown(&misspelt, findings);
    grid.report_beside(declared, findings);
    grid.report_hidden(&used, findings);
    data.records.push(Record {
        row: 0,
        values: values.into(),
    });
    data
}

impl Grid<'_> {
    /// What is bold or italic in a value's text. After a label's colon that is the end of the cell's text.
    fn formats(&self, at: CellRef, text: &str) -> Vec<Format> {
        let whole = self.cell(at).and_then(label_text).unwrap_or_default();
        let start = whole.rfind(text).unwrap_or(whole.len());
        let within = formats_at(&self.sheet.formats, at)
            .iter()
            .filter(|format| format.range.end > start);
        let shifted = within.map(|format| Format {
            range: format.range.start.saturating_sub(start)..format.range.end - start,
            ..format.clone()
        });
        shifted.collect()
    }

    /// Tells of cells that may be a label, or the value of the label before them.
    fn report_unclear(&self, declared: &Sheet, findings: &mut Findings) {
        for (at, before, own) in &self.unclear {
            let (Some(before), Some(own)) = (declared.fields.get(*before), declared.fields.get(*own)) else {
                continue;
            };
            let (value, label) = (&before.label, &own.label);
            findings.push(
                Diagnostic::error(
                    "muc/khong-ro",
                    Place::Cell(self.sheet.name.clone(), *at),
                    text!(
                        "ô này có thể là nhãn «{label}», cũng có thể là giá trị của mục «{value}»",
                        "this cell may be the label «{label}», or the value of field «{value}»"
                    ),
                )
                .field(&before.id)
                .hint(text!(
                    "nếu là nhãn thì ghi thêm dấu hai chấm: «{label}:»",
                    "if it is the label, give it a colon: «{label}:»"
                )),
            );
        }
    }

    /// Warns of filled lines whose label the schema doesn't know.
    fn report_unknown(&self, misspelt: &[CellRef], findings: &mut Findings) {
        let Some(value) = self.value else { return };
        for row in self.sheet.rows.iter().filter(|row| row.index > value.row) {
            let at = CellRef::new(row.index, value.column);
            let label = row
                .cells
                .iter()
                .rfind(|cell| cell.column < value.column && !cell.is_blank());
            let known = self.labels.iter().any(|label| label.at.row == row.index)
                || label.is_some_and(|label| misspelt.contains(&CellRef::new(row.index, label.column)));
            if known || self.cell(at).is_none() {
                continue;
            }
            let label = label
                .and_then(label_text)
                .map(|label| crate::diagnostic::shorten(label.trim()));
            let label = label.unwrap_or_default();
            findings.push(
                Diagnostic::warning(
                    "muc/la",
                    Place::Cell(self.sheet.name.clone(), at),
                    text!(
                        "mẫu không có mục «{label}»; ô này không được dùng",
                        "the pack knows no field «{label}»; this cell is not used"
                    ),
                )
                .hint(text!(
                    "xóa dòng này, hoặc chép giá trị sang đúng mục của mẫu",
                    "delete the row, or move the value to the pack's field"
                )),
            );
        }
    }

    /// Warns of content in a field's row beyond the column to fill in, unless its column has a header: there stand the
    /// explanations that `blank` writes and locks.
    fn report_beside(&self, declared: &Sheet, findings: &mut Findings) {
        let Some(value) = self.value else { return };
        for label in &self.labels {
            let (Some(row), Some(field)) = (self.row(label.at.row), declared.fields.get(label.field)) else {
                continue;
            };
            for cell in row
                .cells
                .iter()
                .filter(|cell| cell.column > value.column && !cell.is_blank())
            {
                if self.cell(CellRef::new(value.row, cell.column)).is_some() {
                    continue;
                }
                let name = &field.label;
                findings.push(
                    Diagnostic::warning(
                        "o/ngoai-cot",
                        Place::Cell(self.sheet.name.clone(), CellRef::new(label.at.row, cell.column)),
                        text!(
                            "ô này ở dòng của mục «{name}» nhưng ngoài cột cần ghi nên không được dùng",
                            "this cell is in the row of field «{name}» but outside the column to fill in, so it is not used"
                        ),
                    )
                    .field(&field.id)
                    .hint(text!(
                        "chuyển nội dung sang ô {}, hoặc xóa",
                        "move it to {}, or delete it",
                        CellRef::new(label.at.row, value.column)
                    )),
                );
            }
        }
    }

    fn report_hidden(&self, used: &[CellRef], findings: &mut Findings) {
        let hidden = |at: &&CellRef| self.row(at.row).is_some_and(|row| row.hidden) && self.cell(**at).is_some();
        let mut cells: Vec<CellRef> = used.iter().filter(hidden).copied().collect();
        cells.sort();
        let Some((first, more)) = cells.split_first() else {
            return;
        };
        let mut finding = Diagnostic::warning(
            "dong/an",
            Place::Cell(self.sheet.name.clone(), *first),
            text!(
                "{count} mục nằm ở dòng đang ẩn nhưng vẫn được đọc",
                "{count} fields stand in hidden rows, yet they are read",
                count = cells.len()
            ),
        )
        .hint(text!(
            "bỏ ẩn các dòng này để kiểm tra",
            "unhide these rows to check them"
        ));
        finding.more = more.to_vec();
        findings.push(finding);
    }
}

/// Tells that a field has no label; returns the cell of a misspelt one.
fn report_missing(
    column: &Column,
    grid: &Grid,
    used: &[CellRef],
    misspelt: &[CellRef],
    findings: &mut Findings,
) -> Option<CellRef> {
    let field = column.field;
    let label = &field.label;
    let sheet = &grid.sheet.name;
    let texts = ask::texts(grid.sheet)
        .filter(|(at, _)| {
            grid.value
                .is_none_or(|value| at.row > value.row && at.column < value.column)
        })
        .filter(|(at, _)| !used.contains(at) && !grid.is_label(*at) && !misspelt.contains(at));
    let is_needed = field.is_asked();
    let candidates = ask::likest(&ask::names_of(field), texts, is_needed);
    if let Some(finding) = ask::entry(sheet, field, &candidates) {
        findings.push(finding);
        return candidates.first().map(|candidate| candidate.at);
    }
    if is_needed {
        findings.push(
            Diagnostic::error(
                "muc/thieu",
                Place::Sheet(sheet.clone()),
                text!("thiếu mục «{label}»", "field «{label}» is missing"),
            )
            .field(&field.id)
            .hint(text!(
                "thêm một dòng: «{label}» ở cột nhãn, giá trị ở ô bên phải",
                "add a row: «{label}» as the label, its value in the cell to the right"
            )),
        );
    }
    None
}

#[cfg(test)]
mod tests;
