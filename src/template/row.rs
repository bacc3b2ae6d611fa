//! Blocks over rows of a table: the row that both tags stand in, or the rows between those that they stand in.

use std::ops::Range;

use super::expression::Fault;
use super::part::Name;
use super::place::{Block, Edge, Planner};
use crate::text;

impl Planner<'_> {
    pub(super) fn row_block(&mut self, block: &Block, row: usize) {
        if let Some(&tag) = block.elses.first() {
            self.faults.push((
                tag,
                Fault::new(
                    "mau/else-trong-hang",
                    text!(
                        "khối lặp cả hàng không dùng được {{{{else}}}} trong hàng ấy",
                        "a block over a whole row can't have {{{{else}}}} in that row"
                    ),
                )
                .hint(Some(text!(
                    "để thẻ mở, {{{{else}}}} và thẻ đóng mỗi thẻ một hàng riêng của bảng",
                    "give the opening tag, {{{{else}}}} and the closing tag a table row each"
                ))),
            ));
            return;
        }
        let Range { start, end } = self.tree.elements[row].start..self.tree.elements[row].end;
        self.place(block.open, start);
        self.place(block.close, end);
        self.regions.push((block.open, start..end));
        self.note_table(row);
    }

    pub(super) fn note_table(&mut self, row: usize) {
        if let Some(table) = self.tree.ancestor(row, |name| name == Name::Table) {
            self.tables.push(table);
        }
    }

    pub(super) fn rows_block(&mut self, block: &Block, table: usize, markers: &[bool]) {
        let row_of = |tag: usize| {
            let element = self.paragraph_element(self.paragraph(tag));
            let chain = self.tree.chain(element);
            let at = chain.iter().position(|&element| element == table)?;
            chain[..at]
                .iter()
                .rev()
                .copied()
                .find(|&element| self.tree.elements[element].name == Name::Row)
        };
        let (Some(first), Some(last)) = (row_of(block.open), row_of(block.close)) else {
            return self.crosses(block);
        };
        let mut positions = Vec::new();
        for (tag, row, edge) in std::iter::once((block.open, Some(first), Edge::Open))
            .chain(block.elses.iter().map(|&tag| (tag, row_of(tag), Edge::Else)))
            .chain([(block.close, Some(last), Edge::Close)])
        {
            let Some(row) = row else {
                return self.crosses(block);
            };
            let element = &self.tree.elements[row];
            let position = if self.marker_row(row, markers) {
                match edge {
                    Edge::Open => Some(element.end),
                    _ => Some(element.start),
                }
            } else {
                match edge {
                    Edge::Open => self.first_in_row(tag, row).then_some(element.start),
                    Edge::Close => self.last_in_row(tag, row).then_some(element.end),
                    Edge::Else if self.first_in_row(tag, row) => Some(element.start),
                    Edge::Else => self.last_in_row(tag, row).then_some(element.end),
                }
            };
            match position {
                Some(position) => positions.push((tag, position, row)),
                None => return self.middle_of_row(block, tag),
            }
        }
        // A row inside a content control of its own is no neighbour of the others.
        let parent = self.tree.elements[first].parent;
        if positions
            .iter()
            .any(|(_, _, row)| self.tree.elements[*row].parent != parent)
        {
            return self.crosses(block);
        }
        if let ([(_, from, _), ..], [.., (_, to, _)]) = (positions.as_slice(), positions.as_slice()) {
            self.regions.push((block.open, *from..*to));
        }
        for (tag, position, row) in positions {
            self.place(tag, position);
            if self.marker_row(row, markers) {
                let cut = self.tree.elements[row].start..self.tree.elements[row].end;
                self.cuts.push(cut);
            }
        }
        self.note_table(first);
    }

    /// Whether all a row holds is marker paragraphs and empty ones.
    fn marker_row(&self, row: usize, markers: &[bool]) -> bool {
        let mut numbers = self.tree.paragraphs_in(row);
        numbers.clone().any(|number| markers[number])
            && numbers.all(|number| {
                markers[number]
                    || self.tree.text(self.source, number).text.trim().is_empty() && !self.shows_something(number, None)
            })
    }

    fn first_in_row(&self, tag: usize, row: usize) -> bool {
        let start = self.tree.elements[row].start;
        self.blank_between(row, start..self.tags[tag].start)
    }

    fn last_in_row(&self, tag: usize, row: usize) -> bool {
        let end = self.tree.elements[row].end;
        let last = self.tags[tag].source.last().map_or(end, |range| range.end);
        self.blank_between(row, last..end)
    }

    /// Whether a row shows no text between two source positions, block tags and comments aside.
    fn blank_between(&self, row: usize, range: Range<usize>) -> bool {
        self.tree.paragraphs_in(row).all(|number| {
            let text = self.tree.text(self.source, number);
            let skipped: Vec<Range<usize>> = self
                .tags_in(number)
                .filter(|tag| !tag.tag.says.prints())
                .map(|tag| tag.tag.range.clone())
                .collect();
            text.text.char_indices().all(|(at, character)| {
                character.is_whitespace()
                    || skipped.iter().any(|range| range.contains(&at))
                    || !text
                        .source(at..at + character.len_utf8())
                        .iter()
                        .any(|piece| range.contains(&piece.start))
            })
        })
    }

    fn middle_of_row(&mut self, block: &Block, tag: usize) {
        let written = &self.tags[tag].tag.written;
        let other = self.quote(tag);
        self.faults.push((
            block.open,
            Fault::new(
                "mau/khoi-giua-hang",
                text!(
                    "khối qua nhiều hàng của bảng, thẻ “{written}” của nó đứng giữa một hàng: “{other}”",
                    "the block goes over several table rows, its tag “{written}” stands in the middle of one: “{other}”"
                ),
            )
            .hint(Some(text!(
                "đặt thẻ mở ở đầu hàng đầu, thẻ đóng ở cuối hàng cuối, hoặc mỗi thẻ một hàng riêng",
                "put the opening tag at the beginning of the first row and the closing tag at the end of the last, or each in a row of its own"
            ))),
        ));
    }
}
