//! The parts of a document as the text source of a template: headings, paragraphs with their emphasis, furniture, tables.
//!
//! In: parts, and the pieces of their texts that become tags. Out: Markdown that prints the same words. Emphasis that Markdown
//! can't say, within a word for instance, is left out rather than printed as asterisks.

use std::ops::Range;

use super::read::{Paragraph, plain};
use crate::draft::text::{self, line, paragraph as plainly};
use crate::vietnamese::is_blank_char;

/// A piece of a text that a tag takes the place of.
#[derive(Clone, Debug)]
pub(super) struct Tag {
    /// Its bytes in the text.
    pub at: Range<usize>,
    /// `{{thong_tin.nam}}`
    pub tag: String,
}

/// The level of a heading by its number: `PHẦN I`, `I.`, `1.`, `a)`.
pub(super) fn level(text: &str) -> Option<usize> {
    let (first, rest) = text.split_once([' ', '\u{a0}'])?;
    let body = first.trim_end_matches(['.', ')', ':', '/']);
    let is_roman = !body.is_empty() && body.bytes().all(|byte| b"IVX".contains(&byte));
    let ends = first.len() > body.len();
    if crate::vietnamese::fold(first) == "phan" && rest.chars().count() <= 60 {
        Some(1)
    } else if is_roman && ends || body.len() == 1 && ends && body.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Some(3)
    } else if ends
        && body
            .split('.')
            .all(|part| !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
    {
        Some(3 + body.split('.').count().min(2))
    } else {
        None
    }
}

/// A line of furniture: its words, tags in their places.
pub(super) fn furniture(text: &str, tags: &[Tag]) -> String {
    pieces(text, tags)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => {
                // Blanks at the ends belong to the words beside.
                let inner = line(&text);
                let head = if text.starts_with(is_blank_char) { " " } else { "" };
                let tail = if text.ends_with(is_blank_char) && !inner.is_empty() {
                    " "
                } else {
                    ""
                };
                format!("{head}{inner}{tail}")
            }
            Piece::Tag(tag) => tag,
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

enum Piece {
    Text(String),
    Tag(String),
}

fn pieces(text: &str, tags: &[Tag]) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut at = 0;
    for tag in tags {
        if let Some(before) = text.get(at..tag.at.start).filter(|before| !before.is_empty()) {
            out.push(Piece::Text(before.to_owned()));
        }
        out.push(Piece::Tag(tag.tag.clone()));
        at = tag.at.end;
    }
    if let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        out.push(Piece::Text(rest.to_owned()));
    }
    out
}

/// A paragraph of running text or a heading. `after_part` says that the heading above was `PHẦN …`.
pub(super) fn paragraph(own: &Paragraph, tags: &[Tag], after_part: bool, has_emphasis: bool) -> String {
    let text = own.text();
    let shown = plain(&text);
    let is_short = shown.chars().count() <= 300;
    let is_heading = own.level.is_some() || own.is_bold();
    let level = match (level(&shown), after_part && own.is_bold() && own.is_centred) {
        (_, true) => Some(2),
        (Some(level), _) if is_heading => Some(level),
        (None, _) => own
            .level
            .map(|level| level.clamp(1, 5))
            .or((own.is_bold() && own.is_centred).then_some(2)),
        _ => None,
    };
    if let Some(level) = level.filter(|_| is_short) {
        let words = runs(own, tags, false);
        return format!("{} {}\n\n", "#".repeat(level), words.trim());
    }
    let words = runs(own, tags, has_emphasis);
    // What would begin a list of another kind, a heading or a block begins a paragraph.
    let words = words.trim();
    let words = match words.chars().next() {
        Some('#' | '=' | '+' | '•') if !words.starts_with("+ ") => format!("\\{words}"),
        _ => words.to_owned(),
    };
    format!("{words}\n\n")
}

/// A cell of a table, its paragraphs one below the other.
pub(super) fn cell(paragraphs: &[Paragraph]) -> String {
    let lines = paragraphs
        .iter()
        .flat_map(|own| own.text().lines().map(plain).collect::<Vec<_>>());
    let lines: Vec<String> = lines
        .map(|line| plainly(&line))
        .filter(|line| !line.is_empty())
        .collect();
    lines.join(" \\ ")
}

/// A text in which nothing is Markdown but its line breaks.
fn escaped(text: &str) -> String {
    text.split('\n').map(text::escaped).collect::<Vec<_>>().join(" \\ ")
}

/// Text of one look: its Markdown, and what it says at its ends.
struct Run {
    text: String,
    bold: bool,
    italic: bool,
}

fn runs(own: &Paragraph, tags: &[Tag], has_emphasis: bool) -> String {
    let mut runs: Vec<Run> = Vec::new();
    let mut push = |text: String, bold: bool, italic: bool| {
        let (bold, italic) = (bold && has_emphasis, italic && has_emphasis);
        match runs.last_mut() {
            Some(last) if (last.bold, last.italic) == (bold, italic) => last.text.push_str(&text),
            _ => runs.push(Run { text, bold, italic }),
        }
    };
    let mut start = 0;
    let mut done = 0;
    let mut tags = tags.iter().peekable();
    for piece in &own.pieces {
        let end = start + piece.text.len();
        let mut at = start.max(done);
        while at < end {
            match tags.peek().filter(|tag| tag.at.start < end) {
                Some(tag) => {
                    if tag.at.start > at {
                        push(
                            escaped(piece.text.get(at - start..tag.at.start - start).unwrap_or_default()),
                            piece.bold,
                            piece.italic,
                        );
                    }
                    push(tag.tag.clone(), piece.bold, piece.italic);
                    at = tag.at.end;
                    done = tag.at.end;
                    tags.next();
                }
                None => {
                    push(
                        escaped(piece.text.get(at - start..).unwrap_or_default()),
                        piece.bold,
                        piece.italic,
                    );
                    at = end;
                }
            }
        }
        start = end;
    }
    let mut out = String::new();
    for (index, run) in runs.iter().enumerate() {
        let next = runs.get(index + 1).and_then(|next| next.text.chars().next());
        emphasise(run, next, &mut out);
    }
    out
}

/// Adds a run; its asterisks only where CommonMark takes them for what they are (0.31, 6.2).
fn emphasise(run: &Run, next: Option<char>, out: &mut String) {
    let inner = run.text.trim_matches(is_blank_char);
    let sign = match (run.bold, run.italic) {
        (true, true) => "***",
        (true, false) => "**",
        (false, true) => "*",
        (false, false) => "",
    };
    if sign.is_empty() || inner.is_empty() {
        out.push_str(&run.text);
        return;
    }
    let head = run.text.len() - run.text.trim_start_matches(is_blank_char).len();
    let (head, rest) = run.text.split_at(head);
    let tail = rest.get(inner.len()..).unwrap_or_default();
    let is_open = |sign: Option<char>| sign.is_none_or(|sign| sign.is_whitespace());
    let before = head.chars().next_back().or(out.chars().next_back());
    let after = tail.chars().next().or(next);
    let is_letter = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
    let flanks = |outer: Option<char>, own: Option<char>| {
        is_open(outer) || is_letter(own) && !is_letter(outer) && outer != Some('*')
    };
    let can = flanks(before, inner.chars().next()) && flanks(after, inner.chars().next_back());
    out.push_str(head);
    match can {
        true => {
            out.push_str(sign);
            out.push_str(inner);
            out.push_str(sign);
        }
        false => out.push_str(inner),
    }
    out.push_str(tail);
}
