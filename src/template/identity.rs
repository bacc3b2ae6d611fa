//! What a copy must not repeat: ids of bookmarks, drawings, content controls and shapes, comments, list numbers.
//!
//! In: the regions that blocks take. Out: replacements in the plan, made anew with each item of a loop (ECMA-376 part 1:
//! 17.13.6 bookmarks, 20.4.2.5 drawing ids, 17.5.2.18 control ids, 17.9.18 numbering instances).

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use handlebars::template::Parameter;

use super::expression::Fault;
use super::node::Fresh;
use super::part::{SpotKind, TextKind};
use super::place::{Action, Instead, Planner, covers, merged};
use super::tag::Says;
use crate::text;

impl Planner<'_> {
    /// Bookmarks and ranges of comments that begin inside a block and end outside of it, or the other way round, move to
    /// the block's edge: their other half must not stay alone.
    pub(super) fn markers_across(&mut self) {
        let mut starts: HashMap<(&str, &str), usize> = HashMap::new();
        let mut pairs = Vec::new();
        for spot in &self.tree.spots {
            let family = match spot.kind {
                SpotKind::BookmarkStart | SpotKind::BookmarkEnd => "bookmark",
                SpotKind::RangeStart | SpotKind::RangeEnd => "range",
                _ => continue,
            };
            let key = (family, &self.source[spot.range.clone()]);
            match spot.kind {
                SpotKind::BookmarkStart | SpotKind::RangeStart => {
                    starts.insert(key, spot.element);
                }
                _ => pairs.extend(starts.remove(&key).map(|start| (start, spot.element))),
            }
        }
        let mut regions = self.regions.clone();
        regions.sort_by_key(|(_, region)| (region.start, std::cmp::Reverse(region.end)));
        let start_of = |element: usize| self.tree.elements[element].start;
        let mut positions: Vec<usize> = pairs
            .iter()
            .flat_map(|&(start, end)| [start_of(start), start_of(end)])
            .collect();
        positions.sort_unstable();
        let around = around(&regions, &positions);
        for (start, end) in pairs {
            let range = |element: usize| self.tree.elements[element].start..self.tree.elements[element].end;
            let (start, end) = (range(start), range(end));
            let blocks = |position: usize| positions.binary_search(&position).map_or(&[][..], |at| &around[at]);
            let (of_start, of_end) = (blocks(start.start), blocks(end.start));
            // The outermost block that one of the two is in and the other is not.
            let common = of_start
                .iter()
                .zip(of_end)
                .take_while(|(one, other)| one == other)
                .count();
            let Some(&crossed) = of_start.get(common).or(of_end.get(common)) else {
                continue;
            };
            let (open, region) = regions[crossed].clone();
            let (inside, position, order) = if region.contains(&start.start) {
                (start, region.start, 4 * open)
            } else {
                (end, region.end, 4 * self.close_of(open).unwrap_or(open) + 2)
            };
            let markup = self.source[inside.clone()].to_owned();
            self.cuts.push(inside);
            self.act(position, order, Action::Insert(markup));
        }
    }

    /// A block may take a field as a whole or leave it: half a field is none.
    pub(super) fn fields_across(&mut self) {
        let start_of = |element: usize| self.tree.elements[element].start;
        let mut regions = self.regions.clone();
        regions.sort_by_key(|(_, region)| (region.start, std::cmp::Reverse(region.end)));
        let ends = |field: &super::part::Field| [start_of(field.begin), start_of(field.end)];
        let mut positions: Vec<usize> = self.tree.fields.iter().flat_map(ends).collect();
        positions.sort_unstable();
        let around = around(&regions, &positions);
        for field in &self.tree.fields {
            let [begin, end] = ends(field);
            let blocks = |position: usize| positions.binary_search(&position).map_or(&[][..], |at| &around[at]);
            let (of_begin, of_end) = (blocks(begin), blocks(end));
            let common = of_begin
                .iter()
                .zip(of_end)
                .take_while(|(one, other)| one == other)
                .count();
            if let Some(&crossed) = of_begin.get(common).or(of_end.get(common)) {
                let code = field.code(self.source);
                let code = code.trim();
                self.faults.push((
                    regions[crossed].0,
                    Fault::new(
                        "mau/khoi-cat-truong",
                        text!(
                            "khối cắt đôi một trường của Word: “{code}”",
                            "the block cuts a field of Word in two: “{code}”"
                        ),
                    )
                    .hint(Some(text!(
                        "đặt cả trường vào trong khối hoặc ra ngoài khối",
                        "put the whole field inside the block or outside of it"
                    ))),
                ));
            }
        }
    }

    /// The regions of loops, with their opening tags.
    fn loops(&self) -> Vec<(usize, Range<usize>)> {
        let is_loop = |tag: usize| matches!(&self.tags[tag].tag.says, Says::Open(name, _) if name == "each");
        self.regions.iter().filter(|(tag, _)| is_loop(*tag)).cloned().collect()
    }

    /// Ids inside of loops are made anew; comments stay with the first item.
    pub(super) fn copies(&mut self) {
        let loops = self.loops();
        if loops.is_empty() {
            return;
        }
        let repeated = merged(loops.into_iter().map(|(_, region)| region).collect());
        let mut replacements = Vec::new();
        for spot in &self.tree.spots {
            let element = &self.tree.elements[spot.element];
            if !covers(&repeated, element.start..element.start + 1) {
                continue;
            }
            let instead = match spot.kind {
                SpotKind::BookmarkStart
                | SpotKind::BookmarkName
                | SpotKind::BookmarkEnd
                | SpotKind::Drawing
                | SpotKind::Control
                | SpotKind::Revision
                | SpotKind::Shape => (spot.range.clone(), Fresh::Identity(spot.kind, spot.range.clone())),
                SpotKind::RangeStart | SpotKind::RangeEnd | SpotKind::CommentReference | SpotKind::ShapeType => {
                    let range = element.start..element.end;
                    (range.clone(), Fresh::Once(range))
                }
                _ => continue,
            };
            replacements.push(instead);
        }
        let cuts = merged(self.cuts.clone());
        for (range, instead) in replacements {
            if !covers(&cuts, range.clone()) {
                self.replace(range, Instead::Fresh(instead));
            }
        }
    }

    /// Lists start anew with each item of a loop that holds all of the list and begins with something else. `numbering=`
    /// decides otherwise.
    pub(super) fn lists(&mut self, markers: &[bool]) {
        let loops = self.loops();
        let lists: Vec<(usize, Range<usize>)> = self
            .tree
            .spots
            .iter()
            .filter(|spot| spot.kind == SpotKind::Numbering && &self.source[spot.range.clone()] != "0")
            .map(|spot| (spot.element, spot.range.clone()))
            .collect();
        if lists.is_empty() {
            return;
        }
        let mut restarted: HashSet<&str> = HashSet::new();
        let regions: Vec<Range<usize>> = loops.iter().map(|(_, region)| region.clone()).collect();
        let loops_inside = |position: usize, outer: &Range<usize>| {
            regions
                .iter()
                .any(|region| region != outer && outer.contains(&region.start) && region.contains(&position))
        };
        for (open, region) in loops {
            let wish = match &self.tags[open].tag.says {
                Says::Open(_, head) => match head.hash.get("numbering") {
                    Some(Parameter::Literal(literal)) => literal.as_str().map(str::to_owned),
                    _ => None,
                },
                _ => None,
            };
            let first = self.tree.paragraphs.iter().enumerate().find(|(number, paragraph)| {
                let start = self.tree.elements[paragraph.element].start;
                paragraph.kind == TextKind::Runs && region.contains(&start) && !markers[*number]
            });
            let first = first.map(|(_, paragraph)| &self.tree.elements[paragraph.element]);
            let mut ids: Vec<&str> = Vec::new();
            let mut seen: HashSet<&str> = HashSet::new();
            for (_, range) in &lists {
                let id = &self.source[range.clone()];
                if !region.contains(&range.start) || !seen.insert(id) {
                    continue;
                }
                let same = || lists.iter().filter(|(_, other)| &self.source[other.clone()] == id);
                let whole = same().all(|(_, other)| region.contains(&other.start));
                // One item for each round is no list of its own: it counts the rounds.
                let several = same().nth(1).is_some() || loops_inside(range.start, &region);
                let begins = first.is_some_and(|first| same().any(|(_, other)| first.contains(other.start)));
                let restarts = match wish.as_deref() {
                    Some("restart") => true,
                    Some("continue") => false,
                    _ => whole && several && !begins,
                };
                if restarts {
                    ids.push(id);
                }
            }
            restarted.extend(&ids);
            if !ids.is_empty() {
                self.restarts.insert(open, ids.into_iter().map(str::to_owned).collect());
            }
        }
        for (_, range) in &lists {
            if restarted.contains(&self.source[range.clone()]) {
                self.replace(range.clone(), Instead::Fresh(Fresh::Numbering(range.clone())));
            }
        }
    }
}

/// For each position, in order, the regions that contain it, outermost first; the regions are in order and nest.
fn around(regions: &[(usize, Range<usize>)], positions: &[usize]) -> Vec<Vec<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut next = 0;
    let mut found = Vec::with_capacity(positions.len());
    for &position in positions {
        while let Some((_, region)) = regions.get(next)
            && region.start <= position
        {
            open.retain(|&outer| regions[outer].1.end > region.start);
            open.push(next);
            next += 1;
        }
        open.retain(|&outer| regions[outer].1.end > position);
        found.push(open.clone());
    }
    found
}
