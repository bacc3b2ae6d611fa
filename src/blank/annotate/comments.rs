//! The notes of a sheet: comments parts of ECMA-376 part 1, 18.7, Excel's "notes" of today.
//!
//! In: the part, if there is one, and a text for some cells. Out: the same with the notes of earlier runs replaced by those
//! of this run. A note that somebody else wrote keeps its text and gets ours after it. What stands for a threaded comment
//! ([MS-XLSX] 2.1.16: its author is `tc=` and an id) is left alone, for Excel would drop what is added to it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::xml::{self, Edits, Element};
use crate::diagnostic::CellRef;
use crate::opc;
use crate::workbook::cell_ref;

/// The author of our notes.
pub(super) const AUTHOR: &str = "baocao";
/// What our text begins with in a note of somebody else.
const ADDED: &str = "\n--- baocao ---\n";

/// The part for a sheet without notes.
pub(super) const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<comments xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><authors/><commentList/></comments>";

/// What became of the notes.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The part.
    pub xml: String,
    /// Cells whose notes are new and need a shape.
    pub new: Vec<CellRef>,
    /// Cells whose old notes of ours went, with their shapes.
    pub gone: Vec<CellRef>,
}

/// Puts a note at each cell and takes those of earlier runs away.
pub(super) fn edit(source: &str, notes: &BTreeMap<CellRef, String>) -> Result<Outcome, opc::Error> {
    let elements = xml::outline(source, 16)?;
    let root = xml::root(&elements)?;
    let prefix = xml::prefix(source, root);
    let missing = || opc::Error::Damaged("comments".to_owned());
    let child = |name: &str| {
        let mut children = elements.iter().filter(|element| element.depth == 1);
        children.find(|element| element.name == name).ok_or_else(missing)
    };
    let (author_list, list) = (child("authors")?, child("commentList")?);
    let authors: Vec<&str> = elements
        .iter()
        .filter(|element| element.depth == 2 && element.name == "author")
        .map(|author| source.get(author.inner(source)).unwrap_or_default())
        .collect();
    let own = authors.iter().position(|author| author.trim() == AUTHOR);
    let mut edits = Edits::new(source);
    let mut outcome = Outcome::default();
    let mut left = notes.clone();
    for (index, comment) in elements.iter().enumerate() {
        if comment.depth != 2 || comment.name != "comment" {
            continue;
        }
        let Some(cell) = comment.attribute(source, "ref").and_then(cell_ref) else {
            continue;
        };
        let author = comment
            .attribute(source, "authorId")
            .and_then(|id| id.trim().parse::<usize>().ok());
        let name = author
            .and_then(|author| authors.get(author))
            .copied()
            .unwrap_or_default();
        if author.is_some() && author == own {
            edits.replace(comment.whole.clone(), "");
            outcome.gone.push(cell);
            continue;
        }
        let note = left.remove(&cell);
        if !name.trim_start().starts_with("tc=") {
            let inside = elements.iter().skip(index + 1);
            let inside: Vec<&Element> = inside.take_while(|element| element.depth > comment.depth).collect();
            replace_added(source, &inside, note.as_deref(), prefix, &mut edits);
        }
    }
    let own = match own {
        _ if left.is_empty() => 0,
        Some(own) => own,
        None => {
            edits.extend(author_list, &[], &format!("<{prefix}author>{AUTHOR}</{prefix}author>"));
            authors.len()
        }
    };
    let mut added = String::new();
    for (cell, note) in left {
        let run = xml::prefixed(&run(&note), prefix);
        added.push_str(&format!(
            "<{prefix}comment ref=\"{cell}\" authorId=\"{own}\"><{prefix}text>{run}</{prefix}text></{prefix}comment>"
        ));
        outcome.new.push(cell);
    }
    if !added.is_empty() {
        edits.extend(list, &[], &added);
    }
    outcome.xml = edits.apply();
    Ok(outcome)
}

/// Replaces what earlier runs added to a note of somebody else; `inside` are the elements of the comment.
fn replace_added(source: &str, inside: &[&Element], note: Option<&str>, prefix: &str, edits: &mut Edits<'_>) {
    let Some(text) = inside.iter().find(|element| element.name == "text") else {
        return;
    };
    let pieces = || {
        inside
            .iter()
            .filter(|element| element.depth == text.depth + 1 && ["t", "r"].contains(&element.name.as_str()))
    };
    // From the run on in which our words begin.
    let begins = |piece: &&&Element| {
        source
            .get(piece.whole.clone())
            .is_some_and(|run| run.contains(ADDED.trim()))
    };
    let old = pieces().position(|piece| begins(&piece));
    for piece in pieces().skip(old.unwrap_or(usize::MAX)) {
        let whole = source.get(piece.whole.clone()).unwrap_or_default();
        edits.replace(without_added(whole, &piece.whole, inside, source), "");
    }
    let Some(note) = note else { return };
    let added = xml::prefixed(&run(&format!("{ADDED}{note}")), prefix);
    match pieces().next_back() {
        Some(last) => edits.insert(last.whole.end, added),
        None => edits.extend(text, &[], &added),
    }
}

/// What goes of a run: all of it, or, where Excel has joined it with the words before, what comes after them.
fn without_added(whole: &str, range: &Range<usize>, inside: &[&Element], source: &str) -> Range<usize> {
    let own = whole.find(ADDED.trim()).map(|at| range.start + at);
    let text = own.and_then(|own| {
        let holds = |element: &&&Element| element.name == "t" && element.inner(source).contains(&own);
        let text = inside.iter().find(holds)?.inner(source);
        let before = source.get(text.start..own)?;
        (!before.trim().is_empty()).then(|| text.start + before.trim_end().len()..text.end)
    });
    text.unwrap_or_else(|| range.clone())
}

fn run(text: &str) -> String {
    let text = xml::escape(text);
    format!(
        "<r><rPr><sz val=\"10\"/><color indexed=\"81\"/><rFont val=\"Tahoma\"/><family val=\"2\"/></rPr><t xml:space=\"preserve\">{text}</t></r>"
    )
}
