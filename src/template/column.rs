//! Blocks over the columns of a table: cells of every row come and go, and the grid keeps its width.
//!
//! In: blocks with `over="column"`, both tags in cells of one row. Out: their tags placed around the same columns of every
//! row, and replacements for the grid, the widths of cells and the columns that a cell spans (ECMA-376 part 1, 17.4.16,
//! 17.4.17, 17.4.48, 17.4.71).

use std::collections::HashMap;
use std::ops::Range;

use super::expression::Fault;
use super::merge::MERGE_DOWN;
use super::node::Fresh;
use super::part::{Name, SpotKind, name_in};
use super::place::{Action, Columns, Instead, Over, Planner, covers, is_call, merged};
use crate::diagnostic::{Diagnostic, Place, Text};
use crate::text;

/// A cell of a row and the columns of the grid that it takes.
struct Cell {
    element: usize,
    columns: Range<usize>,
}

/// A block of which one part or another is there.
struct Alternatives {
    region: Range<usize>,
    /// Its parts but for the last.
    parts: Vec<Range<usize>>,
}

impl Alternatives {
    /// Whether what stands at a position is there instead of what stands at an earlier one.
    fn divides(&self, earlier: usize, position: usize) -> bool {
        let is_instead = |part: &Range<usize>| part.contains(&earlier) && part.end <= position;
        self.region.contains(&position) && self.parts.iter().any(is_instead)
    }
}

impl Planner<'_> {
    /// Places the blocks over columns.
    pub(super) fn column_blocks(&mut self) {
        for block in self.blocks {
            if block.over == Some(Over::Column) {
                self.column_block(block.open, block.close, &block.elses);
            }
        }
        for number in 0..self.columns.len() {
            self.table_columns(number);
        }
    }

    fn column_block(&mut self, open: usize, close: usize, elses: &[usize]) {
        if let Some(&tag) = elses.first() {
            self.faults.push((
                tag,
                Fault::new(
                    "mau/else-trong-cot",
                    text!(
                        "khối lặp hoặc bỏ cả cột không dùng được {{{{else}}}}",
                        "a block over columns can't have {{{{else}}}}"
                    ),
                )
                .hint(Some(text!(
                    "dùng hai khối: {{{{#if …}}}} cho cột này, {{{{#unless …}}}} cho cột kia",
                    "use two blocks: {{{{#if …}}}} for one column, {{{{#unless …}}}} for the other"
                ))),
            ));
            return;
        }
        let cell_of = |tag: usize| {
            let element = self.paragraph_element(self.paragraph(tag));
            self.tree.ancestor(element, |name| name == Name::Cell)
        };
        let row_of = |cell: usize| self.tree.ancestor(cell, |name| name == Name::Row);
        let (Some(first), Some(last)) = (cell_of(open), cell_of(close)) else {
            return;
        };
        let (Some(row), Some(other)) = (row_of(first), row_of(last)) else {
            return;
        };
        let table = self.tree.ancestor(row, |name| name == Name::Table);
        let block = self.blocks.iter().find(|block| block.open == open);
        let (Some(table), true, Some(block)) = (table, row == other, block) else {
            if let Some(block) = block {
                self.crosses(block);
            }
            return;
        };
        let cells = self.cells(row);
        let columns_of = |cell: usize| cells.iter().find(|found| found.element == cell);
        let (Some(from), Some(to)) = (columns_of(first), columns_of(last)) else {
            return self.crosses(block);
        };
        let columns = from.columns.start..to.columns.end;
        let known = match self.columns.iter().position(|(element, _)| *element == table) {
            Some(known) => known,
            None => {
                let widths = self.grid(table);
                self.columns.push((
                    table,
                    Columns {
                        widths,
                        blocks: Vec::new(),
                    },
                ));
                self.columns.len() - 1
            }
        };
        let blocks = &mut self.columns[known].1.blocks;
        if blocks
            .iter()
            .any(|(_, other)| other.start < columns.end && columns.start < other.end)
        {
            return self.crosses(block);
        }
        blocks.push((open, columns));
    }

    /// Cells merged with those above, in tables whose rows come and go: when the first of them goes, the next is the first.
    pub(super) fn vertical_merges(&mut self) {
        let mut tables = self.tables.clone();
        tables.sort_unstable();
        tables.dedup();
        let by_tags: Vec<usize> = (0..self.tags.len())
            .filter(|&tag| is_call(&self.tags[tag].tag.says, MERGE_DOWN))
            .map(|tag| self.paragraph_element(self.paragraph(tag)))
            .filter_map(|element| self.tree.ancestor(element, |name| name == Name::Table))
            .collect();
        // A cell that a tag merges has no mark of its own any more.
        let cuts = merged(self.cuts.clone());
        let alternatives = self.alternatives();
        for table in tables {
            let mut rows = self.rows(table);
            // Rows that hold tags only are not there.
            rows.retain(|&row| !covers(&cuts, self.range(row)));
            let mut merges = Vec::new();
            let mut groups: HashMap<usize, usize> = HashMap::new();
            for &row in &rows {
                for cell in self.cells(row) {
                    let column = cell.columns.start;
                    let Some((range, is_first)) = self.merge_mark(cell.element) else {
                        continue;
                    };
                    if covers(&cuts, range.clone()) {
                        continue;
                    }
                    let group = groups.entry(column).or_insert(range.start);
                    let is_other = alternatives.iter().any(|block| block.divides(*group, range.start));
                    if is_first && !is_other {
                        *group = range.start;
                    }
                    merges.push((range, column, *group, is_first));
                }
            }
            if merges.is_empty() && !by_tags.contains(&table) {
                continue;
            }
            for row in rows {
                let start = self.tree.elements[row].start;
                self.act(start, 0, Action::Instead(Instead::Fresh(Fresh::Row)));
            }
            for (range, column, group, is_first) in merges {
                self.replace(range, Instead::Fresh(Fresh::VerticalMerge(column, group, is_first)));
            }
        }
    }

    /// The blocks of which one part or another is there.
    fn alternatives(&self) -> Vec<Alternatives> {
        let position = |tag: usize| {
            let is_tag = |action: &Action| *action == Action::Tag(tag);
            let mut placed = self.actions.iter().filter(|(_, _, action)| is_tag(action));
            placed.next().map(|(position, ..)| *position)
        };
        let divided = self.blocks.iter().filter(|block| !block.elses.is_empty());
        let regions = divided.filter_map(|block| {
            let (_, region) = self.regions.iter().find(|(open, _)| *open == block.open)?;
            let mut from = region.start;
            let parts = block.elses.iter().filter_map(|&tag| position(tag)).map(|to| {
                let part = from..to;
                from = to;
                part
            });
            Some(Alternatives {
                parts: parts.collect(),
                region: region.clone(),
            })
        });
        regions.collect()
    }

    /// The mark of a cell that is merged with others in its column, and whether it is the first of them.
    fn merge_mark(&self, cell: usize) -> Option<(Range<usize>, bool)> {
        let (properties, _) = self
            .tree
            .children(cell)
            .find(|(_, element)| element.name == Name::CellProperties)?;
        self.tree.children(properties).find_map(|(_, element)| {
            let xml = &self.source[element.start..element.end];
            (name_in(xml).strip_prefix(self.tree.prefix.as_str()) == Some("vMerge"))
                .then(|| (element.start..element.end, xml.contains("restart")))
        })
    }

    /// The rows of a table, those of tables inside it aside.
    fn rows(&self, table: usize) -> Vec<usize> {
        self.tree
            .inside(table)
            .filter(|(_, element)| element.name == Name::Row)
            .map(|(row, _)| row)
            .filter(|&row| self.tree.ancestor(row, |name| name == Name::Table) == Some(table))
            .collect()
    }

    /// The widths of a table's grid.
    fn grid(&self, table: usize) -> Vec<u32> {
        let grid = self
            .tree
            .children(table)
            .find(|(_, element)| element.name == Name::Grid);
        let columns = grid.map(|(grid, _)| self.tree.children(grid)).into_iter().flatten();
        columns
            .filter(|(_, element)| element.name == Name::GridColumn)
            .map(|(column, _)| self.number(column, SpotKind::GridColumn).unwrap_or_default())
            .collect()
    }

    fn number(&self, element: usize, kind: SpotKind) -> Option<u32> {
        let spot = self.tree.spot_of(element, kind)?;
        self.source[spot.range.clone()].trim().parse().ok()
    }

    /// The cells of a row, those of tables inside it aside.
    fn cells(&self, row: usize) -> Vec<Cell> {
        let mut at = self.skipped(row);
        let mut cells = Vec::new();
        for (element, inner) in self.tree.inside(row) {
            if inner.name != Name::Cell || self.tree.ancestor(element, |name| name == Name::Row) != Some(row) {
                continue;
            }
            let span = self
                .property(element, SpotKind::GridSpan)
                .and_then(|property| self.number(property, SpotKind::GridSpan))
                // A table has no more than 63 columns in Word.
                .map_or(1, |span| span.clamp(1, 1_000) as usize);
            cells.push(Cell {
                element,
                columns: at..at + span,
            });
            at += span;
        }
        cells
    }

    /// How many columns are left free before the first cell of a row: `w:gridBefore`.
    fn skipped(&self, row: usize) -> usize {
        let before = self
            .tree
            .children(row)
            .take_while(|(_, element)| element.name == Name::Other);
        let mut skipped = before.filter_map(|(_, element)| {
            let xml = &self.source[element.start..element.end];
            // What a tracked change keeps is no more.
            let rest = xml.split("trPrChange").next()?.split("gridBefore").nth(1)?;
            let value = &rest[rest.find(['"', '\''])? + 1..];
            value[..value.find(['"', '\''])?].trim().parse::<usize>().ok()
        });
        skipped.next().map_or(0, |skipped| skipped.min(1_000))
    }

    /// The element of a cell's properties that has a spot of a kind.
    fn property(&self, cell: usize, kind: SpotKind) -> Option<usize> {
        let (properties, _) = self
            .tree
            .children(cell)
            .find(|(_, element)| element.name == Name::CellProperties)?;
        self.tree
            .children(properties)
            .map(|(element, _)| element)
            .find(|&element| self.tree.spot_of(element, kind).is_some())
    }

    fn table_columns(&mut self, number: usize) {
        let (table, columns) = self.columns[number].clone();
        let rows = self.rows(table);
        if let Some(&row) = rows.first() {
            self.note_table(row);
        }
        for row in rows {
            let Range { start, end } = self.range(row);
            self.act(start, 0, Action::OpenRow);
            self.act(end, 0, Action::CloseRow);
            let cells = self.cells(row);
            for (open, block) in &columns.blocks {
                let within = |cell: &&Cell| block.start <= cell.columns.start && cell.columns.end <= block.end;
                let first = cells.iter().find(within).map(|cell| self.range(cell.element).start);
                let last = cells.iter().rfind(within).map(|cell| self.range(cell.element).end);
                if let (Some(first), Some(last), Some(close)) = (first, last, self.close_of(*open)) {
                    self.place(*open, first);
                    self.place(close, last);
                    self.regions.push((*open, first..last));
                }
            }
            for cell in &cells {
                self.cell(&columns, cell);
            }
        }
        let grid = self
            .tree
            .children(table)
            .find(|(_, element)| element.name == Name::Grid);
        let Some((grid, _)) = grid else {
            return;
        };
        let grid_columns: Vec<Range<usize>> = self
            .tree
            .children(grid)
            .filter(|(_, element)| element.name == Name::GridColumn)
            .map(|(_, element)| element.start..element.end)
            .collect();
        for (column, range) in grid_columns.into_iter().enumerate() {
            self.replace(range, Instead::Fresh(Fresh::GridColumn(column)));
        }
    }

    fn range(&self, element: usize) -> Range<usize> {
        self.tree.elements[element].start..self.tree.elements[element].end
    }

    fn cell(&mut self, columns: &Columns, cell: &Cell) {
        if cell.columns.end <= columns.widths.len()
            && let Some(property) = self.property(cell.element, SpotKind::CellWidth)
            && let Some(width) = self.number(property, SpotKind::CellWidth)
            && width > 0
            && let Some(spot) = self.tree.spot_of(property, SpotKind::CellWidth)
        {
            let instead = Instead::Fresh(Fresh::CellWidth(cell.columns.clone(), width));
            self.replace(spot.range.clone(), instead);
        }
        let is_within = |block: &Range<usize>| block.start <= cell.columns.start && cell.columns.end <= block.end;
        let touches = |block: &Range<usize>| block.start < cell.columns.end && cell.columns.start < block.end;
        let crosses = columns
            .blocks
            .iter()
            .any(|(_, block)| touches(block) && !is_within(block));
        if crosses
            && let Some(property) = self.property(cell.element, SpotKind::GridSpan)
            && let Some(spot) = self.tree.spot_of(property, SpotKind::GridSpan)
        {
            let instead = Instead::Fresh(Fresh::GridSpan(cell.columns.clone()));
            self.replace(spot.range.clone(), instead);
            // It may lose all of its columns to different blocks.
            let all = |column: usize| columns.blocks.iter().any(|(_, block)| block.contains(&column));
            if cell.columns.clone().all(all) {
                let Range { start, end } = self.range(cell.element);
                self.act(start, 0, Action::OpenCell(cell.columns.clone()));
                self.act(end, 0, Action::CloseCell);
            }
        }
    }
}

/// The least that a repeated column gets while the others keep their width, in twips: 1 cm.
const FAIR: u32 = 567;

/// Below this a column hardly holds a figure of three digits, in twips: 8 mm.
pub const NARROW: u32 = 454;

/// Widths of the columns that are there, given how often each column of the grid is, and which are repeated for the items
/// of a list: together as wide as the grid was. The others keep their width while each repeated one gets at least 1 cm;
/// beyond that all give way alike.
pub fn widths(widths: &[u32], counts: &[usize], repeated: &[bool]) -> Vec<u32> {
    let total: u64 = widths.iter().map(|&width| u64::from(width)).sum();
    let is_repeated = |column: usize| repeated.get(column).copied().unwrap_or_default();
    let count = |column: usize| counts.get(column).map_or(1, |&count| count as u64);
    let whole = |width: &dyn Fn(usize) -> u32, which: &dyn Fn(usize) -> bool| -> u64 {
        let columns = (0..widths.len()).filter(|&column| which(column));
        columns.map(|column| u64::from(width(column)) * count(column)).sum()
    };
    let own = |column: usize| widths[column];
    let least = |column: usize| {
        if is_repeated(column) {
            own(column).min(FAIR)
        } else {
            own(column)
        }
    };
    let fixed = whole(&own, &|column| !is_repeated(column));
    let wanted = whole(&own, &is_repeated);
    let all = |_: usize| true;
    let mut shared: Vec<u32> = match () {
        () if fixed + wanted == 0 => return widths.to_vec(),
        () if wanted > 0 && whole(&least, &all) <= total => {
            let rest = total - fixed;
            let share = |width: u32| (u64::from(width) * rest / wanted) as u32;
            (0..widths.len())
                .map(|column| {
                    if is_repeated(column) {
                        share(own(column))
                    } else {
                        own(column)
                    }
                })
                .collect()
        }
        () => {
            let wanted = whole(&least, &all);
            let share = |width: u32| (u64::from(width) * total / wanted) as u32;
            (0..widths.len()).map(|column| share(least(column))).collect()
        }
    };
    // What rounding lost goes to the widest column that is there once.
    let lost = total.saturating_sub(whole(&|column| shared[column], &all));
    let widest = (0..widths.len())
        .filter(|&column| count(column) == 1)
        .max_by_key(|&column| shared[column]);
    if let Some(widest) = widest {
        shared[widest] += u32::try_from(lost).unwrap_or_default();
    }
    shared
}

/// The warning about repeated columns that are too narrow to be read: how many columns the table has, how wide they are.
pub fn too_narrow(written: &str, columns: usize, width: u32) -> Diagnostic {
    let millimetres = f64::from(width) / 1440.0 * 25.4;
    let (vi, en) = (
        format!("{millimetres:.1}").replace('.', ","),
        format!("{millimetres:.1}"),
    );
    Diagnostic::warning(
        "mau/cot-qua-hep",
        Place::File,
        Text::new(
            format!("bảng có thẻ “{written}” thành {columns} cột, mỗi cột lặp chỉ rộng {vi} mm"),
            format!(
                "the table with the tag “{written}” comes to {columns} columns, each repeated one only {en} mm wide"
            ),
        ),
    )
    .hint(text!(
        "đặt bảng trên trang giấy ngang ({{{{section_break \"landscape\"}}}}), hoặc bớt cột",
        "put the table on a landscape page ({{{{section_break \"landscape\"}}}}), or have fewer columns"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_come_or_go_leave_the_table_as_wide_as_it_was() {
        let all = |own: &[u32], counts: &[usize], repeated: &[bool]| {
            let new = widths(own, counts, repeated);
            let whole: u32 = new.iter().zip(counts).map(|(width, &count)| width * count as u32).sum();
            assert_eq!(whole, own.iter().sum::<u32>(), "{new:?}");
            new
        };
        assert_eq!(all(&[1000, 2000, 3000], &[1, 1, 1], &[false; 3]), [1000, 2000, 3000]);
        assert_eq!(all(&[2000, 1000], &[0, 1], &[false; 2]), [6000, 3000]);
        assert_eq!(all(&[2000, 1000], &[1, 0], &[false, true])[0], 3000);
        assert_eq!(widths(&[2000], &[0], &[true]), [2000]);
    }

    #[test]
    fn a_label_keeps_its_width_while_the_repeated_columns_have_a_centimetre() {
        let repeated = [false, true, false];
        assert_eq!(widths(&[3000, 4000, 2000], &[1, 7, 1], &repeated), [3003, 571, 2000]);
        // Beyond that all give way, none more than the others.
        assert_eq!(widths(&[3000, 4000, 2000], &[1, 16, 1], &repeated), [1929, 362, 1279]);
        // One that is narrow by itself is not asked to become wider.
        assert_eq!(widths(&[3000, 400], &[1, 2], &[false, true]), [2686, 357]);
    }
}
