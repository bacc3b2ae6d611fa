//! What is around a text in a run, so that paragraphs, comments and formats can be put beside it while filling.

use super::inline;
use super::node::{ParagraphShape, Shape};
use super::part::{Name, Tree};
use super::place::PlacedTag;

/// What is around a text that a tag prints.
pub fn shape(source: &str, tree: &Tree, tag: &PlacedTag, is_alone: bool, takes_comments: bool) -> Shape {
    let chain = tree.chain(tag.element);
    let paragraph = chain
        .iter()
        .position(|&element| tree.elements[element].name == Name::Paragraph);
    let until = paragraph.unwrap_or(chain.len());
    let name = |element: &usize| tree.elements[*element].name;
    let run = chain[..until].iter().position(|element| name(element) == Name::Run);
    let (close, open, properties, outer) = match (&tag.shell, run) {
        (Some(shell), _) => (shell.close.clone(), shell.open.clone(), shell.properties.clone(), 1),
        (None, Some(run)) => {
            let (close, open) = inline::seam(source, tree, &chain[..=run]);
            let properties = inline::run_properties(source, tree, chain[run]).to_owned();
            (close, open, properties, run + 1)
        }
        (None, None) => (String::new(), String::new(), String::new(), until),
    };
    let outer = chain.get(outer.min(until)..until).unwrap_or_default();
    // What stands inside a run of its own, or in a cell of its own, has no paragraph to divide.
    let can_divide = run.is_some() || tag.shell.is_some();
    let paragraph = paragraph
        .filter(|_| can_divide && outer.iter().all(|element| name(element).can_split()))
        .map(|paragraph| {
            let (close, open) = inline::seam(source, tree, outer);
            // They come first of all in a paragraph (ECMA-376 part 1, 17.3.1.22).
            let properties = tree
                .children(chain[paragraph])
                .next()
                .filter(|(_, inner)| inner.name == Name::ParagraphProperties)
                .map_or(String::new(), |(properties, _)| {
                    paragraph_properties(source, tree, properties)
                });
            ParagraphShape {
                close,
                open,
                properties,
                is_alone,
            }
        });
    let in_text_box = chain.iter().any(|element| name(element) == Name::Story);
    Shape {
        close,
        open,
        properties,
        paragraph,
        takes_comments: takes_comments && !in_text_box,
    }
}

/// A paragraph's properties for a paragraph after it: without the end of a section and what a tracked change keeps.
fn paragraph_properties(source: &str, tree: &Tree, properties: usize) -> String {
    let around = &tree.elements[properties];
    let mut out = String::new();
    let mut from = around.start;
    for (_, inner) in tree.children(properties) {
        let is_change = source[inner.start..inner.open_end].contains("pPrChange");
        if inner.name == Name::Section || is_change {
            out.push_str(&source[from..inner.start]);
            from = inner.end;
        }
    }
    out.push_str(&source[from..around.end]);
    out
}
