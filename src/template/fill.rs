//! Fills compiled nodes with a dataset: straight from typed records to bytes, with a memory that does not grow with rows.
//!
//! In: nodes, their source, a dataset. Out: bytes, written in pieces as soon as nothing can take them back, and a list of
//! missing values. Values are data: what is markup to XML is escaped, characters that XML 1.0 has no place for are left
//! out, line breaks and tabs become Word's.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::compile::{Node, Print};
use super::expression::{Environment, Expr, Frame, Val};
use super::print::print_value;
use crate::dataset::Dataset;
use crate::diagnostic::CellRef;
use crate::value::Value;

/// What values are written into.
#[derive(Clone, Copy, Debug)]
pub enum Target<'t> {
    /// Text of a run; the prefix of WordprocessingML names, colon included.
    Word(&'t str),
    /// Plain text.
    Plain,
}

/// A value that a template printed and the workbook does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingField {
    /// Sheet of the schema.
    pub sheet: usize,
    /// Field of the sheet.
    pub field: usize,
}

/// Missing values by field: the cells where they would stand; expressions without a field by their tag.
#[derive(Clone, Debug, Default)]
pub struct Missing {
    /// By field.
    pub fields: BTreeMap<MissingField, BTreeSet<Option<CellRef>>>,
    /// Tags that compute something which has no value.
    pub tags: BTreeMap<String, usize>,
}

/// How many bytes are gathered before they are written.
const FLUSH: usize = 64 << 10;

/// Fills nodes.
pub struct Filler<'f, 'a> {
    source: &'f str,
    environment: Environment<'a>,
    target: Target<'f>,
    empty: &'f str,
    out: Vec<u8>,
    sink: &'f mut dyn Write,
    scratch: String,
    /// Whether something visible was written since the innermost paragraph that may vanish began.
    shown: bool,
    /// Whether a table row was written since the innermost table that may vanish began.
    row: bool,
    /// How many enclosing regions may still take back what they wrote.
    pending: usize,
    /// What was missing.
    pub missing: Missing,
}

impl<'f, 'a> Filler<'f, 'a> {
    /// A filler that writes to `sink`. `empty` is printed for missing values.
    pub fn new(
        source: &'f str,
        dataset: &'a Dataset,
        target: Target<'f>,
        empty: &'f str,
        sink: &'f mut dyn Write,
    ) -> Self {
        Self {
            source,
            environment: Environment::new(dataset),
            target,
            empty,
            out: Vec::with_capacity(FLUSH + (FLUSH >> 2)),
            sink,
            scratch: String::new(),
            shown: false,
            row: false,
            pending: 0,
            missing: Missing::default(),
        }
    }

    /// Fills all nodes and writes the rest.
    pub fn fill(&mut self, nodes: &[Node]) -> io::Result<()> {
        self.nodes(nodes)?;
        self.sink.write_all(&self.out)?;
        self.out.clear();
        Ok(())
    }

    fn nodes(&mut self, nodes: &[Node]) -> io::Result<()> {
        nodes.iter().try_for_each(|node| self.node(node))
    }

    fn node(&mut self, node: &Node) -> io::Result<()> {
        match node {
            Node::Raw(raw) => {
                self.out.extend_from_slice(&self.source.as_bytes()[raw.range.clone()]);
                self.shown |= raw.shows;
                if raw.row && !self.row {
                    self.row = true;
                }
            }
            Node::Markup(markup) => self.out.extend_from_slice(markup.as_bytes()),
            Node::Print(print) => self.print(print),
            Node::Each {
                list,
                texts,
                body,
                otherwise,
            } => return self.each(list, *texts, body, otherwise),
            Node::If {
                condition,
                zero_counts,
                negated,
                body,
                otherwise,
            } => {
                let holds = self.environment.value(condition).truth(*zero_counts) != *negated;
                return self.nodes(if holds { body } else { otherwise });
            }
            Node::With { value, body, otherwise } => {
                let value = self.environment.value(value);
                if !value.truth(None) {
                    return self.nodes(otherwise);
                }
                self.environment.frames.push(Frame {
                    this: value,
                    index: 0,
                    length: 1,
                });
                self.nodes(body)?;
                self.environment.frames.pop();
            }
            Node::Paragraph(nodes, markers) => {
                let start = self.out.len();
                let shown = std::mem::take(&mut self.shown);
                self.pending += 1;
                self.nodes(nodes)?;
                self.pending -= 1;
                if !self.shown {
                    self.out.truncate(start);
                    for marker in markers {
                        self.out.extend_from_slice(&self.source.as_bytes()[marker.clone()]);
                    }
                }
                self.shown |= shown;
            }
            Node::Story(nodes) => {
                self.pending += 1;
                let start = self.out.len();
                self.nodes(nodes)?;
                self.pending -= 1;
                if let Target::Word(prefix) = self.target
                    && !ends_with_paragraph(&self.out[start..], prefix)
                {
                    self.out.extend_from_slice(format!("<{prefix}p/>").as_bytes());
                }
            }
            Node::Table(nodes) => {
                let start = self.out.len();
                let row = std::mem::take(&mut self.row);
                // Once a row is out the table stays, and a long one may be written piece by piece.
                self.pending += 1;
                let mut nodes = nodes.iter();
                for node in nodes.by_ref() {
                    self.node(node)?;
                    if self.row {
                        break;
                    }
                }
                self.pending -= 1;
                if self.row {
                    for node in nodes {
                        self.node(node)?;
                    }
                } else {
                    self.out.truncate(start);
                }
                self.row |= row;
            }
        }
        Ok(())
    }

    fn each(&mut self, list: &Expr, texts: bool, body: &[Node], otherwise: &[Node]) -> io::Result<()> {
        let list = self.environment.value(list);
        let length = match &list {
            Val::Rows(rows) => rows.len(),
            Val::Groups(groups) => groups.len(),
            _ => 0,
        };
        if length == 0 {
            return self.nodes(otherwise);
        }
        for index in 0..length {
            let this = match &list {
                Val::Rows(rows) => match rows.get(index) {
                    Some(record) if texts => Val::of(record.values.first().and_then(Option::as_ref)),
                    Some(record) => Val::Record(record),
                    None => Val::Missing,
                },
                Val::Groups(groups) => Val::Group(groups.clone(), index),
                _ => Val::Missing,
            };
            self.environment.frames.push(Frame { this, index, length });
            self.nodes(body)?;
            self.environment.frames.pop();
            if self.pending == 0 && self.out.len() >= FLUSH {
                self.sink.write_all(&self.out)?;
                self.out.clear();
            }
        }
        Ok(())
    }

    fn print(&mut self, print: &Print) {
        let value = self.environment.value(&print.expr);
        match &value {
            // The commonest case goes without a copy.
            Val::Value(Value::Text(text)) => {
                self.shown |= !text.is_empty();
                write_text(&mut self.out, text, self.target);
            }
            Val::PageBreak => {
                if let Target::Word(prefix) = self.target {
                    let markup =
                        format!("</{prefix}t><{prefix}br {prefix}type=\"page\"/><{prefix}t xml:space=\"preserve\">");
                    self.out.extend_from_slice(markup.as_bytes());
                    self.shown = true;
                }
            }
            value => {
                let mut text = std::mem::take(&mut self.scratch);
                text.clear();
                if !print_value(value, print.printer, &mut text) {
                    self.note_missing(print);
                    text.push_str(print.empty.as_deref().unwrap_or(self.empty));
                }
                self.shown |= !text.is_empty();
                write_text(&mut self.out, &text, self.target);
                self.scratch = text;
            }
        }
    }

    fn note_missing(&mut self, print: &Print) {
        let (Some((sheet, field)), Expr::Path(frame, steps)) = (print.field, &print.expr) else {
            *self.missing.tags.entry(print.written.clone()).or_default() += 1;
            return;
        };
        let (_, record) = self.environment.path(*frame, steps);
        let cell = record.and_then(|record| self.environment.dataset.sheets.get(sheet)?.cell(record, field));
        self.missing
            .fields
            .entry(MissingField { sheet, field })
            .or_default()
            .insert(cell);
    }
}

/// Whether the content of a cell or header ends with a paragraph, as it must (ECMA-376 part 1, 17.4.65).
fn ends_with_paragraph(content: &[u8], prefix: &str) -> bool {
    let content = content.trim_ascii_end();
    if content.ends_with(format!("</{prefix}p>").as_bytes()) {
        return true;
    }
    // An empty paragraph: <w:p/> or <w:p w:rsid…/>.
    let Some(start) = content.iter().rposition(|&byte| byte == b'<') else {
        return false;
    };
    let tag = &content[start..];
    let name = format!("<{prefix}p");
    tag.ends_with(b"/>")
        && tag.starts_with(name.as_bytes())
        && tag
            .get(name.len())
            .is_some_and(|byte| matches!(byte, b'/' | b' ' | b'\n' | b'\t' | b'\r'))
}

/// Writes text as text: nothing in it becomes markup.
fn write_text(out: &mut Vec<u8>, text: &str, target: Target<'_>) {
    let Target::Word(prefix) = target else {
        out.extend_from_slice(text.as_bytes());
        return;
    };
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let replaced: &[u8] = match byte {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'\n' | b'\t' => b"",
            // Characters that XML 1.0 has no place for (2.2).
            0..=8 | 0x0b | 0x0c | 0x0d | 0x0e..=0x1f => b"",
            // U+FFFE and U+FFFF.
            0xef if bytes[at..].starts_with(b"\xef\xbf\xbe") || bytes[at..].starts_with(b"\xef\xbf\xbf") => b"",
            _ => continue,
        };
        if at < from {
            continue;
        }
        out.extend_from_slice(&bytes[from..at]);
        from = at + if byte == 0xef { 3 } else { 1 };
        match byte {
            b'\n' => {
                out.extend_from_slice(
                    format!("</{prefix}t><{prefix}br/><{prefix}t xml:space=\"preserve\">").as_bytes(),
                );
            }
            b'\t' => {
                out.extend_from_slice(
                    format!("</{prefix}t><{prefix}tab/><{prefix}t xml:space=\"preserve\">").as_bytes(),
                );
            }
            _ => out.extend_from_slice(replaced),
        }
    }
    out.extend_from_slice(&bytes[from.min(bytes.len())..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        write_text(&mut out, text, Target::Word("w:"));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_never_become_markup() {
        assert_eq!(
            written("{{ten_xa}} <w:p/> & =1+1"),
            "{{ten_xa}} &lt;w:p/&gt; &amp; =1+1"
        );
        assert_eq!(written("a\u{0}\u{b}b\u{ffff}c\u{fffd}"), "abc\u{fffd}");
        assert_eq!(written("một\nhai"), "một</w:t><w:br/><w:t xml:space=\"preserve\">hai");
    }

    #[test]
    fn an_empty_cell_is_told_from_one_that_ends_with_a_paragraph() {
        for (content, ends) in [
            ("", false),
            ("<w:tcPr/>", false),
            ("<w:p/>", true),
            ("<w:p w:a=\"b\"/>", true),
            ("<w:p><w:pPr/></w:p>\n", true),
            ("<w:p></w:p><w:tbl></w:tbl>", false),
            ("<w:pPr/>", false),
        ] {
            assert_eq!(ends_with_paragraph(content.as_bytes(), "w:"), ends, "{content}");
        }
    }
}
