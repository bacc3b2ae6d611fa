//! All tags of a part by position: typed ones, merge fields and content controls.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use super::compile::{Context, PartFault};
use super::expression::Spelling;
use super::part::{ParagraphText, Tree};
use super::place::{self, PlacedTag};
use super::tag::{self, Says};
use super::{control, field};

/// The tags of a part, typed and other, by position.
pub struct Gathered {
    pub tags: Vec<PlacedTag>,
    /// Places in the source that hold the state of a control, with the number of its tag.
    pub states: Vec<(usize, Range<usize>)>,
    /// What goes with the controls.
    pub cuts: Vec<Range<usize>>,
    pub texts: HashMap<usize, ParagraphText>,
    pub faults: Vec<PartFault>,
}

/// Where raw blocks are closed, looked up when the first of them is met.
pub struct RawEnds<'e> {
    source: &'e str,
    tree: &'e Tree,
    /// The last paragraph that closes blocks of a name, by the name.
    last: OnceCell<HashMap<String, usize>>,
}

impl<'e> RawEnds<'e> {
    /// Those of a part.
    pub fn new(source: &'e str, tree: &'e Tree) -> Self {
        Self {
            source,
            tree,
            last: OnceCell::new(),
        }
    }

    /// Whether a paragraph after one closes raw blocks of a name.
    pub fn follow(&self, name: &str, paragraph: usize) -> bool {
        let last = self.last.get_or_init(|| {
            let paragraphs = 0..self.tree.paragraphs.len();
            let may = paragraphs.filter(|&paragraph| self.tree.may_hold_tags(self.source, paragraph));
            let mut ends = HashMap::new();
            for paragraph in may {
                let text = self.tree.text(self.source, paragraph).text;
                ends.extend(tag::raw_ends(&text).map(|(name, _)| (name, paragraph)));
            }
            ends
        });
        last.get(name).is_some_and(|&last| last > paragraph)
    }
}

pub fn gather(source: &str, tree: &Tree, context: &Context<'_>) -> Gathered {
    let mut faults = Vec::new();
    let mut texts: HashMap<usize, ParagraphText> = HashMap::new();
    let controls = control::find(source, tree, context.schema, context.controls);
    let (fields, bad_fields) = field::tags(source, tree);
    for (paragraph, written, fault) in bad_fields.into_iter().chain(controls.faults) {
        faults.push(PartFault {
            paragraph,
            written,
            fault,
            range: tree.paragraphs.get(paragraph).map(|paragraph| {
                let element = &tree.elements[paragraph.element];
                element.start..element.start
            }),
        });
    }
    let mut others: Vec<PlacedTag> = controls.tags.into_iter().chain(fields).collect();
    others.sort_by_key(|tag| tag.start);
    let dropped = place::merged(controls.dropped.clone());
    let mut accepted: Vec<Range<usize>> = Vec::new();
    let mut tags: Vec<PlacedTag> = Vec::new();
    for tag in others {
        // What a field or control held is replaced: it is not looked at for tags, nor for other fields.
        // The end of a repeating section is where its first item ends, and the next begins.
        let at = tag.start - usize::from(matches!(tag.tag.says, Says::Close(_)) && tag.is_fixed);
        let here = at..at + 1;
        if place::covers(&dropped, here.clone()) || place::covers(&accepted, here) {
            continue;
        }
        accepted.extend(tag.source.iter().cloned());
        tags.push(tag);
    }
    let replaced = place::merged(accepted.into_iter().chain(dropped).collect());
    let scopes = context.subject.scopes(context.schema).with_helpers(context.helpers);
    let mut known = tag::Known::new();
    let mut raw: Option<String> = None;
    let raw_ends = RawEnds::new(source, tree);
    for paragraph in 0..tree.paragraphs.len() {
        if raw.is_none() && !tree.may_hold_tags(source, paragraph) {
            continue;
        }
        let text = tree.text(source, paragraph);
        let goes_on = |name: &str| raw_ends.follow(name, paragraph);
        let (found, bad) = tag::find(&text.text, &mut known, &mut raw, &goes_on);
        faults.extend(bad.into_iter().map(|(written, fault)| {
            let fault = match scopes.label(&tag::inner(&written)) {
                Some(label) if written.ends_with("}}") => label.spelled(Spelling::Tag),
                _ => fault,
            };
            let at = text.text.find(&written).unwrap_or_default();
            let ranges = text.source(at..at + written.len());
            PartFault {
                paragraph,
                fault,
                range: ranges
                    .first()
                    .zip(ranges.last())
                    .map(|(first, last)| first.start..last.end),
                written,
            }
        }));
        for tag in found {
            let source = text.source(tag.range.clone());
            let first = text.source(tag.start..tag.range.end).first().map(|range| range.start);
            if let (Some(element), Some(start)) = (text.element(tag.start), first)
                && !place::covers(&replaced, start..start + 1)
            {
                tags.push(PlacedTag {
                    paragraph,
                    tag,
                    source,
                    start,
                    element,
                    shell: None,
                    is_fixed: false,
                });
            }
        }
        texts.insert(paragraph, text);
    }
    for tag in &tags {
        texts
            .entry(tag.paragraph)
            .or_insert_with(|| tree.text(source, tag.paragraph));
    }
    // A paragraph inside a text box starts within the paragraph that holds the box; tags go by position.
    tags.sort_by_key(|tag| tag.start);
    let states = controls
        .states
        .into_iter()
        .filter_map(|(start, range)| Some((tags.binary_search_by_key(&start, |tag| tag.start).ok()?, range)))
        .collect();
    let mut cuts = controls.cuts;
    cuts.extend(controls.dropped);
    Gathered {
        tags,
        states,
        cuts,
        texts,
        faults,
    }
}
