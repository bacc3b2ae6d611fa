//! Merged cells among the data: texts go down to each row, figures do not.

use super::rows::is_figure;
use super::{by_column, place};
use crate::dataset::column::Column;
use crate::dataset::findings::Findings;
use crate::diagnostic::{CellRef, Diagnostic};
use crate::text;
use crate::value::Value;
use crate::workbook;

/// Most merged ranges over one row that are looked at; there are no more than columns, unless the file is hostile.
const MOST_ACTIVE: usize = 1_024;

/// The merged ranges that touch the data, while its rows are read in order.
pub(super) struct Merges {
    /// Those that are still to come, the next one last.
    coming: Vec<(CellRef, CellRef)>,
    active: Vec<Range>,
    /// What is no data: the ranges to be told.
    wrong: Vec<(CellRef, CellRef)>,
    /// The ranges that were filled down, by field.
    filled: Vec<(usize, CellRef)>,
    /// Texts of one row over several columns, by the field of the first.
    across: Vec<(usize, CellRef)>,
    first: u32,
}

struct Range {
    first: CellRef,
    last: CellRef,
    /// The field whose column it stands in alone, if its values go down.
    field: Option<usize>,
    /// Whether it was met among data.
    touched: bool,
    /// The value of its first cell, once that was read.
    value: Option<Option<Value>>,
}

/// What a blank cell is.
pub(super) enum Covered {
    /// Not merged with any other.
    No,
    /// Merged with one above that has this value.
    By(Option<Value>),
    /// Merged, and nothing goes down.
    Wrong,
}

impl Merges {
    /// The ranges of a sheet that reach into the data, which begins at the row `first`.
    pub fn new(first: u32, columns: &[Option<u32>], sheet: &workbook::Sheet) -> Self {
        let touches = |range: &&(CellRef, CellRef)| {
            let column = |column: &u32| (range.0.column..=range.1.column).contains(column);
            range.1.row >= first && columns.iter().flatten().any(column)
        };
        let mut coming: Vec<_> = sheet.merged.iter().filter(touches).copied().collect();
        coming.sort_by(|one, other| other.cmp(one));
        Self {
            coming,
            active: Vec::new(),
            wrong: Vec::new(),
            filled: Vec::new(),
            across: Vec::new(),
            first,
        }
    }

    /// Goes on to a row of data.
    pub fn enter(&mut self, row: u32, columns: &[Column<'_>], at: &[Option<u32>]) {
        if self.active.is_empty() && self.coming.last().is_none_or(|(first, _)| first.row > row) {
            return;
        }
        self.leave(row);
        while let Some((first, last)) = self.coming.pop_if(|(first, _)| first.row <= row) {
            let mut fields = at.iter().zip(columns).enumerate();
            let field = fields.find(|(_, (at, _))| **at == Some(first.column));
            if let Some((own, (_, column))) = field
                && first.row == last.row
                && first.row >= self.first
                && !is_figure(column.field.ty)
                && Self::takes_no_place(first.column + 1..=last.column, columns, at)
            {
                self.across.push((own, first));
                continue;
            }
            // A range that begins in the header says nothing about data.
            let goes_down = first.column == last.column && first.row >= self.first;
            let field = field.filter(|(_, (_, column))| goes_down && !is_figure(column.field.ty));
            if last.row >= row && self.active.len() < MOST_ACTIVE {
                self.active.push(Range {
                    first,
                    last,
                    field: field.map(|(field, _)| field),
                    touched: false,
                    value: None,
                });
            }
        }
        for range in &mut self.active {
            range.touched = true;
        }
    }

    /// Whether nothing is asked of some columns but texts that may be blank: a heading may be written over them.
    fn takes_no_place(covered: std::ops::RangeInclusive<u32>, columns: &[Column<'_>], at: &[Option<u32>]) -> bool {
        let mut fields = at.iter().zip(columns);
        fields.all(|(at, column)| {
            let is_covered = at.is_some_and(|at| covered.contains(&at));
            !is_covered || !(is_figure(column.field.ty) || column.field.required)
        })
    }

    fn leave(&mut self, row: u32) {
        let ended = self.active.extract_if(.., |range| range.last.row < row);
        for range in ended.filter(|range| range.touched && range.field.is_none()) {
            self.wrong.push((range.first, range.last));
        }
    }

    /// What a blank cell of the present row is.
    pub fn covered(&mut self, at: CellRef) -> Covered {
        let covers = |range: &&mut Range| {
            at != range.first
                && (range.first.row..=range.last.row).contains(&at.row)
                && (range.first.column..=range.last.column).contains(&at.column)
        };
        match self.active.iter_mut().find(covers) {
            None => Covered::No,
            Some(Range {
                field: Some(field),
                value: Some(value),
                first,
                ..
            }) => {
                if !self.filled.contains(&(*field, *first)) && value.is_some() {
                    self.filled.push((*field, *first));
                }
                Covered::By(value.clone())
            }
            Some(range) => {
                // Its first row was no data, so there is nothing that could go down.
                range.field = None;
                Covered::Wrong
            }
        }
    }

    /// Remembers the value of a range's first cell.
    pub fn remember(&mut self, at: CellRef, value: Option<&Value>) {
        if let Some(range) = self.active.iter_mut().find(|range| range.first == at) {
            range.value = Some(value.cloned());
        }
    }

    /// Whether any range reaches over the present row.
    pub fn is_active(&self) -> bool {
        !self.active.is_empty()
    }

    /// Tells what was merged.
    pub fn report(mut self, sheet: &str, columns: &[Column<'_>], findings: &mut Findings) {
        self.leave(u32::MAX);
        for (first, last) in self.wrong {
            findings.push(
                Diagnostic::error(
                    "o/gop",
                    place(sheet, first),
                    text!(
                        "mỗi ô số liệu phải đứng riêng, vùng {first}:{last} bị gộp ô",
                        "each data cell must stand alone, {first}:{last} is merged"
                    ),
                )
                .hint(text!(
                    "chọn vùng này, bấm Trang đầu (Home) > Phối & Căn giữa (Merge & Center) > Hủy Phối Ô (Unmerge Cells), rồi ghi giá trị vào từng dòng",
                    "select it, click Home > Merge & Center > Unmerge Cells, then fill in each row"
                )),
            );
        }
        by_column(&self.across, columns, findings, |column, first| {
            let label = &column.field.label;
            let message = text!(
                "cột «{label}» có ô gộp ngang; chữ của ô chỉ được lấy cho cột này, các cột bên phải coi như để trống",
                "column «{label}» has cells merged to the right; their text counts for this column, those beside it are blank"
            );
            Diagnostic::warning("o/gop-ngang", place(sheet, first), message).hint(text!(
                "nếu không đúng thì bỏ gộp ô và ghi giá trị vào từng cột",
                "if that is not what is meant, unmerge the cells and fill in each column"
            ))
        });
        by_column(&self.filled, columns, findings, |column, first| {
            let label = &column.field.label;
            let message = text!(
                "cột «{label}» có ô gộp dọc; giá trị của ô được lấy cho mọi dòng mà ô trải qua",
                "column «{label}» has cells merged downwards; their value counts for each row that they cover"
            );
            Diagnostic::warning("o/gop-dien-xuong", place(sheet, first), message).hint(text!(
                "nếu không đúng thì bỏ gộp ô và ghi giá trị vào từng dòng",
                "if that is not what is meant, unmerge the cells and fill in each row"
            ))
        });
    }
}
