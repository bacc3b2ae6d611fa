//! Drawings whose picture a tag gives: by their alternative text, or by the content control around them.

use std::ops::Range;

use super::node::Fresh;
use super::part::{Name, SpotKind, TextKind};
use super::place::{Action, Instead, Planner, is_call};

/// The helper that places pictures.
pub const IMAGE: &str = "image";

impl Planner<'_> {
    /// Drawings whose picture a tag gives: one in their alternative text, or the content control around them.
    pub(super) fn drawings(&mut self) {
        for tag in 0..self.tags.len() {
            let placed = &self.tags[tag];
            let is_attribute = self.tree.paragraphs[placed.paragraph].kind == TextKind::Attribute;
            if !is_call(&placed.tag.says, IMAGE) || !(is_attribute || placed.is_fixed) {
                continue;
            }
            if placed.is_fixed {
                self.take(tag);
            }
            let drawing = match placed.is_fixed {
                true => Some(placed.element),
                false => self.tree.ancestor(placed.element, |name| name == Name::Drawing),
            };
            let Some(drawing) = drawing else {
                continue;
            };
            // The twin for older programs shows the same picture.
            let whole = self
                .tree
                .ancestor(drawing, |name| name == Name::Alternatives)
                .unwrap_or(drawing);
            let Range { start, end } = self.tree.elements[whole].start..self.tree.elements[whole].end;
            self.act(start, 0, Action::OpenDrawing(tag));
            self.act(end, 0, Action::CloseDrawing);
            let from = self.tree.spots.partition_point(|spot| spot.range.start < start);
            for spot in self.tree.spots[from..].iter().take_while(|spot| spot.range.start < end) {
                let number = |kind: SpotKind| -> Option<u64> {
                    let spot = self.tree.spot_of(spot.element, kind)?;
                    self.source[spot.range.clone()].parse().ok()
                };
                let frame = number(SpotKind::Width).zip(number(SpotKind::Height));
                let instead = match (spot.kind, frame) {
                    (SpotKind::Picture, _) => Fresh::Picture,
                    (SpotKind::Width, Some((width, height))) => Fresh::Width(width, height),
                    (SpotKind::Height, Some((width, height))) => Fresh::Height(width, height),
                    _ => continue,
                };
                self.act(spot.range.start, 1, Action::Instead(Instead::Fresh(instead)));
                self.cuts.push(spot.range.clone());
            }
            // The part of the old picture that was shown says nothing of the new one.
            for (_, inner) in self.tree.inside(whole) {
                let xml = &self.source[inner.start..inner.end];
                if xml.starts_with("<a:srcRect") {
                    self.cuts.push(inner.start..inner.end);
                }
                // Newer programs would show the old picture's drawn form in place of the new one: it stands in an
                // extension of its own.
                if xml.starts_with("<asvg:svgBlip") {
                    let around = &self.tree.elements[inner.parent];
                    self.cuts.push(around.start..around.end);
                }
            }
        }
    }
}
