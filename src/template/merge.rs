//! Cells that go on with the one above while a value stays the same (ECMA-376 part 1, 17.4.85 `w:vMerge`).

use super::expression::Fault;
use super::part::{Name, name_in};
use super::place::{Action, Instead, Planner, is_call};
use crate::text;

/// The helper that merges cells downwards.
pub const MERGE_DOWN: &str = "merge_down";

fn merge_outside() -> Fault {
    Fault::new(
        "mau/gop-o-sai-cho",
        text!(
            "{{{{merge_down …}}}} chỉ dùng được trong ô của bảng",
            "{{{{merge_down …}}}} works only in a table cell"
        ),
    )
}

impl Planner<'_> {
    /// Cells that go on with the one above while a value stays the same.
    pub(super) fn merged_cells(&mut self) {
        for tag in 0..self.tags.len() {
            if !is_call(&self.tags[tag].tag.says, MERGE_DOWN) {
                continue;
            }
            let element = self.paragraph_element(self.paragraph(tag));
            let Some(cell) = self
                .tree
                .ancestor(element, |name| matches!(name, Name::Cell | Name::Story))
            else {
                self.faults.push((tag, merge_outside()));
                continue;
            };
            // Each table begins anew, and so does what follows a row without such a cell.
            self.note_table(cell);
            let properties = self
                .tree
                .children(cell)
                .find(|(_, inner)| inner.name == Name::CellProperties);
            let Some((properties, around)) = properties else {
                let position = self.tree.elements[cell].open_end;
                self.act(position, 0, Action::Instead(Instead::MergeDown(tag, true)));
                continue;
            };
            if around.open_end == around.end {
                let range = around.start..around.end;
                self.replace(range, Instead::MergeDown(tag, true));
                continue;
            }
            // The order of a cell's properties is fixed (ECMA-376 part 1, 17.4.69).
            let mut position = around.open_end;
            let mut old = None;
            for (_, inner) in self.tree.children(properties) {
                let xml = &self.source[inner.start..inner.open_end];
                match name_in(xml).strip_prefix(self.tree.prefix.as_str()).unwrap_or_default() {
                    "cnfStyle" | "tcW" | "gridSpan" | "hMerge" => position = inner.end,
                    "vMerge" => old = Some(inner.start..inner.end),
                    _ => {}
                }
            }
            self.cuts.extend(old);
            self.act(position, 0, Action::Instead(Instead::MergeDown(tag, false)));
        }
    }
}
