//! Whether what a block repeats or leaves out is whole elements: placing sees to it, and this makes sure.

use super::node::Node;

/// Whether nodes hold whole elements only: each start tag with its end tag. Blocks inside were looked at before.
pub fn is_balanced(source: &str, nodes: &[Node]) -> bool {
    let mut balance = Balance::default();
    balance.nodes(source, nodes) && balance.open.is_empty() && !balance.in_tag
}

/// Start tags that are open, fed with pieces of XML that may end anywhere.
#[derive(Default)]
struct Balance {
    open: Vec<String>,
    tag: String,
    in_tag: bool,
    quote: Option<char>,
}

impl Balance {
    fn nodes(&mut self, source: &str, nodes: &[Node]) -> bool {
        nodes.iter().all(|node| match node {
            Node::Raw(raw) => self.feed(&source[raw.range.clone()]),
            Node::Markup(markup) => self.feed(markup),
            Node::Paragraph(inner, _)
            | Node::Story(inner)
            | Node::Drawing(_, inner, _)
            | Node::Row(inner)
            | Node::Cell(inner, _)
            | Node::Table(inner, _) => self.nodes(source, inner),
            // Within a start tag there may be values of attributes: blocks inside of them were looked at before.
            Node::Print(_) | Node::Each { .. } | Node::Records { .. } | Node::If { .. } | Node::With { .. } => {
                !self.in_tag || self.quote.is_some() || self.tag.contains(' ')
            }
            Node::Fresh(_) | Node::MergeDown(..) | Node::SectionBreak(..) => true,
        })
    }

    fn feed(&mut self, xml: &str) -> bool {
        for character in xml.chars() {
            match (self.in_tag, self.quote) {
                (false, _) => self.in_tag = character == '<',
                (true, Some(quote)) => {
                    if character == quote {
                        self.quote = None;
                    }
                }
                (true, None) if character == '>' && (!self.tag.starts_with("!--") || self.tag.ends_with("--")) => {
                    self.in_tag = false;
                    let tag = std::mem::take(&mut self.tag);
                    let name = |tag: &str| tag.split_whitespace().next().unwrap_or_default().to_owned();
                    match tag.strip_prefix('/') {
                        Some(end) if self.open.pop() != Some(name(end)) => return false,
                        Some(_) => {}
                        None if tag.ends_with('/') || tag.starts_with(['?', '!']) => {}
                        None => self.open.push(name(&tag)),
                    }
                }
                (true, None) => {
                    if matches!(character, '"' | '\'') && !self.tag.starts_with('!') {
                        self.quote = Some(character);
                    }
                    self.tag.push(character);
                }
            }
        }
        true
    }
}
