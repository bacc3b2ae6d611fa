//! Word documents as readable text, both ways: [`docx`] makes a complete package of it, [`shown`] writes a package back,
//! [`lines`] are the words a reader sees. For tests that read like the document they are about.
//!
//! A line is a paragraph. `¦` splits runs, `∅` is an empty paragraph, `# ` to `### ` begin headings. Lines of `[a] [b]` are
//! the rows of a table, ` ; ` parts the paragraphs of a cell, a piece of a cell that begins with `[` is a table in it, its
//! rows parted by ` / `. `---` between two tables makes them touch. Blank lines mean nothing. A line that begins with `<w:`
//! is taken as it is. Before `<`, `[` and `]`, and before `>` within `<…>`, a backslash takes their meaning away.
//!
//! | at the start of a paragraph or cell | |
//! |---|---|
//! | `<style ListBullet>` | a style of the paragraph; `<list-styles>` on a line of its own gives the document List Bullet & Co. |
//! | `<list 1>` `<list 2 1>` | a list item: number of the list, level from 0; shown with the number that Word prints, `<list 1.>` |
//! | `<span 2>` `<down>` `<up>` `<head>` | a cell over 2 columns, the first of merged cells, one of those below, a row to repeat on each page |
//!
//! | within a paragraph | |
//! |---|---|
//! | `<b>…</b>` `<i>…</i>` `<u>…</u>` | format |
//! | `<tab>` `<br>` `<page>` | tab, line break, page break |
//! | `<link https://a.vn>…</link>` | a hyperlink; `<link #name>` to a bookmark |
//! | `<ins>…</ins>` `<del>…</del>` `<movefrom>…</movefrom>` `<moveto>…</moveto>` | tracked changes |
//! | `<bookmark a>` `</bookmark a>` | the ends of a bookmark; not shown |
//! | `<comment words>…</comment>` | a comment and what it is about |
//! | `<field PAGE>1</field>` `<simple PAGE>1</simple>` | a field of the complex or the simple form and its result; both shown as `field` |
//! | `<footnote>…</footnote>` `<endnote>…</endnote>` | a note at this place, paragraphs as in a cell |
//! | `<box>…</box>` | a text box, DrawingML and its VML twin, paragraphs as in a cell; shown as `<box>a</box≠b>` when the twins differ |
//! | `<line>` | a drawn line, as under the motto, with its VML twin |
//! | `<picture 40x20 words>` | a picture of 40 × 20 mm with alternative text |
//! | `<spell>` | what proof-reading leaves between runs; not shown |
//! | `<control tag>…</control>` | a content control; further words: `rich`, `date dd/MM/yyyy`, `list Tỉnh=T\|Xã=X`, `combo …`, `check`, `picture`, `placeholder`, `bound`. Shown with `checked`, the date, `placeholder` and `bound` |
//! | `<section landscape>` | this paragraph ends a section; as the last line, the set-up of the last section |
//!
//! | on lines of their own around others | |
//! |---|---|
//! | `<table 3000 2000>` … `</table>` | a table with column widths in twentieths of a point, and with controls between its rows |
//! | `<control khen repeating>` … `<item>` … `</item>` … `</control>` | a content control around paragraphs or rows; a repeating section and its items |
//! | `<header>` … `</header>`, `<footer>`; `<header first>`, `<header even>` | of the section they stand in |
//! | `<property title>words</property>` | on one line: a document property |

mod read;
mod write;

pub use self::read::shown;
pub use self::write::{docx, png};

const VOID: &[&str] = &[
    "tab",
    "br",
    "page",
    "bookmark",
    "line",
    "picture",
    "spell",
    "section",
    "list",
    "style",
    "span",
    "down",
    "up",
    "head",
    "list-styles",
];
const AROUND: &[&str] = &[
    "b", "i", "u", "link", "ins", "del", "movefrom", "moveto", "comment", "field", "simple", "control", "property",
];
const WITH_PARAGRAPHS: &[&str] = &["footnote", "endnote", "box"];
const AROUND_LINES: &[&str] = &["table", "control", "item", "header", "footer"];

/// A millimetre in English Metric Units.
const MILLIMETRE: usize = 36_000;

#[derive(Debug)]
enum Block {
    Paragraph(Vec<Inline>),
    Row(Vec<Vec<Block>>),
    Around {
        name: String,
        argument: String,
        content: Vec<Block>,
    },
    Touch,
    Raw(String),
}

#[derive(Debug)]
enum Inline {
    Text(String),
    Split,
    Raw(String),
    Element {
        name: String,
        argument: String,
        content: Vec<Inline>,
        blocks: Vec<Block>,
    },
}

impl Inline {
    fn void(&self, wanted: &str) -> Option<&str> {
        match self {
            Inline::Element { name, argument, .. } if name == wanted => Some(argument),
            _ => None,
        }
    }
}

fn parse(source: &str) -> Vec<Block> {
    let mut lines = source.lines().map(str::trim).filter(|line| !line.is_empty());
    let blocks = parse_lines(&mut lines, None);
    assert!(lines.next().is_none(), "an end without a start");
    blocks
}

fn parse_lines<'s>(lines: &mut impl Iterator<Item = &'s str>, end: Option<&str>) -> Vec<Block> {
    let mut blocks = Vec::new();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("</").and_then(|rest| rest.strip_suffix('>'))
            && AROUND_LINES.contains(&name)
        {
            assert_eq!(Some(name), end, "the end of another element: {line}");
            return blocks;
        }
        let whole = opening(line).filter(|(_, _, rest)| rest.is_empty());
        match whole {
            Some((name, argument, _)) if AROUND_LINES.contains(&name) => {
                let content = parse_lines(lines, Some(name));
                blocks.push(Block::Around {
                    name: name.to_owned(),
                    argument: argument.to_owned(),
                    content,
                });
            }
            _ if line == "---" => blocks.push(Block::Touch),
            _ if line.starts_with("<w:") => blocks.push(Block::Raw(line.to_owned())),
            _ if line.starts_with('[') => blocks.push(Block::Row(parse_row(line))),
            _ => blocks.push(Block::Paragraph(parse_paragraph(line))),
        }
    }
    assert!(end.is_none(), "{end:?} is not closed");
    blocks
}

/// The name, argument and rest of a text that begins with an element. In an argument `\\>` is a bracket.
fn opening(text: &str) -> Option<(&str, &str, &str)> {
    let inner = text.strip_prefix('<')?;
    let mut end = 0;
    loop {
        let next = end + inner[end..].find(['>', '{', '\\'])?;
        if inner[next..].starts_with("{{") {
            end = next + inner[next..].find("}}")? + 2;
        } else if inner[next..].starts_with("\\>") {
            end = next + 2;
        } else if inner[next..].starts_with('>') {
            let (name, argument) = inner[..next].split_once(' ').unwrap_or((&inner[..next], ""));
            return Some((name, argument, &inner[next + 1..]));
        } else {
            end = next + 1;
        }
    }
}

/// Pieces of a text between separators that stand outside of brackets.
fn split<'s>(text: &'s str, separator: &str) -> Vec<&'s str> {
    let mut pieces = Vec::new();
    let (mut depth, mut from, mut escaped) = (0usize, 0, false);
    for (at, sign) in text.char_indices() {
        match sign {
            _ if at < from => continue,
            '[' if !escaped => depth += 1,
            ']' if !escaped => depth = depth.checked_sub(1).expect("brackets that pair up"),
            _ if depth == 0 && text[at..].starts_with(separator) => {
                pieces.push(&text[from..at]);
                from = at + separator.len();
            }
            _ => {}
        }
        escaped = sign == '\\' && !escaped;
    }
    assert_eq!(depth, 0, "a bracket is not closed: {text}");
    pieces.push(&text[from..]);
    pieces
}

fn parse_row(line: &str) -> Vec<Vec<Block>> {
    let cells = split(line, " ").into_iter().filter(|cell| !cell.is_empty());
    let cells = cells.map(|cell| {
        let inner = cell.strip_prefix('[').and_then(|cell| cell.strip_suffix(']'));
        parse_cell(inner.unwrap_or_else(|| panic!("no cell: {cell}")))
    });
    cells.collect()
}

/// Paragraphs and tables of a cell, a text box or a note.
fn parse_cell(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for piece in split(text, " ; ") {
        let piece = piece.trim();
        if piece.starts_with('[') {
            blocks.extend(split(piece, " / ").into_iter().map(|row| Block::Row(parse_row(row))));
        } else {
            blocks.push(Block::Paragraph(parse_paragraph(piece)));
        }
    }
    blocks
}

fn parse_paragraph(text: &str) -> Vec<Inline> {
    for level in 1..=3 {
        if let Some(heading) = text.strip_prefix(&format!("{} ", "#".repeat(level))) {
            let mut inlines = vec![element("style", &format!("Heading{level}"))];
            inlines.extend(parse_inline(heading));
            return inlines;
        }
    }
    if text == "∅" { Vec::new() } else { parse_inline(text) }
}

fn element(name: &str, argument: &str) -> Inline {
    Inline::Element {
        name: name.to_owned(),
        argument: argument.replace("\\>", ">"),
        content: Vec::new(),
        blocks: Vec::new(),
    }
}

fn parse_inline(text: &str) -> Vec<Inline> {
    let mut inlines = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        if sign == '\\' && rest[1..].starts_with(['<', '[', ']']) {
            plain.push_str(&rest[1..2]);
            rest = &rest[2..];
            continue;
        }
        if sign != '<' && sign != '¦' {
            plain.push(sign);
            rest = &rest[sign.len_utf8()..];
            continue;
        }
        if !plain.is_empty() {
            inlines.push(Inline::Text(std::mem::take(&mut plain)));
        }
        if sign == '¦' {
            inlines.push(Inline::Split);
            rest = &rest[sign.len_utf8()..];
            continue;
        }
        let (name, argument, after) = opening(rest).unwrap_or_else(|| panic!("no element: {rest}"));
        let (raw, end) = (&rest[..rest.len() - after.len()], format!("</{name}>"));
        rest = after;
        if name.starts_with("w:") {
            inlines.push(Inline::Raw(raw.to_owned()));
        } else if VOID.contains(&name) || name == "/bookmark" {
            inlines.push(element(name, argument));
        } else {
            let at = rest.find(&end).unwrap_or_else(|| panic!("{end} is missing: {text}"));
            let inner = &rest[..at];
            let (mut content, mut blocks) = (Vec::new(), Vec::new());
            if WITH_PARAGRAPHS.contains(&name) {
                blocks = parse_cell(inner);
            } else if AROUND.contains(&name) {
                content = parse_inline(inner);
            } else {
                panic!("an unknown element: {raw}");
            }
            inlines.push(Inline::Element {
                name: name.to_owned(),
                argument: argument.replace("\\>", ">"),
                content,
                blocks,
            });
            rest = &rest[at + end.len()..];
        }
    }
    if !plain.is_empty() {
        inlines.push(Inline::Text(plain));
    }
    inlines
}

/// The words of a document as LibreOffice exports them: a paragraph's line, `<br>` a new one, marks of notes, deleted text
/// too; text boxes, notes, headers and properties left out.
pub fn lines(source: &str) -> Vec<String> {
    let mut words = Words::default();
    words.blocks(&parse(source));
    words.lines
}

#[derive(Default)]
struct Words {
    lines: Vec<String>,
    text: String,
    /// How many footnotes and endnotes there were.
    notes: [usize; 2],
}

impl Words {
    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Paragraph(inlines) if inlines.first().is_some_and(|first| first.void("property").is_some()) => {}
                Block::Paragraph(inlines) => {
                    self.inline(inlines);
                    let text = std::mem::take(&mut self.text);
                    self.lines.extend(text.split('\n').map(str::to_owned));
                }
                Block::Row(cells) => cells.iter().for_each(|cell| self.blocks(cell)),
                Block::Around { name, content, .. } if name != "header" && name != "footer" => self.blocks(content),
                _ => {}
            }
        }
    }

    fn inline(&mut self, inlines: &[Inline]) {
        for inline in inlines {
            match inline {
                Inline::Text(own) => self.text.push_str(own),
                Inline::Element {
                    name,
                    argument,
                    content,
                    ..
                } => match name.as_str() {
                    "tab" => self.text.push(' '),
                    "br" => self.text.push('\n'),
                    "list" => self.text += &format!("{argument} "),
                    "footnote" => {
                        self.notes[0] += 1;
                        self.text += &self.notes[0].to_string();
                    }
                    "endnote" => {
                        self.notes[1] += 1;
                        self.text += ["i", "ii", "iii", "iv"][self.notes[1] - 1];
                    }
                    _ => self.inline(content),
                },
                _ => {}
            }
        }
    }
}

/// The text of a paragraph's content.
fn text_of(inlines: &[Inline]) -> String {
    let mut words = Words::default();
    words.inline(inlines);
    words.text
}

#[derive(Clone, Copy, Default, PartialEq)]
struct Format {
    bold: bool,
    italic: bool,
    underline: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invariants;

    #[track_caller]
    fn assert_back(source: &str) {
        let bytes = docx(source);
        invariants::assert_sound(source, &bytes);
        let lines: Vec<&str> = source.lines().map(str::trim).collect();
        assert_eq!(shown(&bytes), lines.join("\n"));
    }

    #[test]
    fn what_is_written_is_shown_again() {
        for source in [
            "một\n∅\n# đề mục\nhai<tab>ba<br>bốn<page>",
            "[a] [b ; ∅ ; c]\n[] [<span 2>x]\nsau\n[<head>a]",
            "[a ; [x] [y] / [z] [t] ; b] [[n]]",
            "[<down>a] [1]\n[<up>] [2]\n---\n[b]",
            "\\[không phải ô\n[\\[1\\] a \\< b]",
            "<b>đậm <i>x</i></b> thường <u>g</u>"
                .replace("<b>đậm <i>x</i></b>", "<b>đậm </b><b><i>x</i></b>")
                .as_str(),
            "a <link https://a.vn/?b=1&c>đó</link> <link #x>kia</link>",
            "<ins>thêm</ins> <del>bớt</del> <movefrom>đi</movefrom> <moveto>đến</moveto>",
            "a<footnote>chú ; thích</footnote> b<endnote>cuối</endnote>",
            "<box>trong hộp ; [a] [b]</box>\n<line> x\n<picture 40x20 con <dấu/\\> \"x\">",
            "<control thong_tin.ten_xa placeholder bound>x</control>",
            "<control khen repeating>\n<item>\n- a\n</item>\n</control>",
            "<table>\n[a]\n<control khen repeating>\n<item>\n[b]\n</item>\n</control>\n</table>",
            "<field MERGEFIELD a \\* Upper>«a»</field>",
            "<comment ý kiến>chỗ này</comment>",
            "<header>\nđầu\n</header>\na<section portrait>\nb\n<footer first>\ncuối\n</footer>\n<section landscape>",
            "a\n<property title>Báo cáo & x</property>",
        ] {
            assert_back(source);
        }
    }

    #[test]
    fn what_does_not_show_is_in_the_package() {
        let bytes =
            docx("a<spell>b¦c <bookmark x>d</bookmark x>\n<simple PAGE>1</simple>\n<w:p><w:r><w:t>e</w:t></w:r></w:p>");
        invariants::assert_sound("the notation", &bytes);
        assert_eq!(shown(&bytes), "abc d\n<field PAGE>1</field>\ne");
        let (package, _) = invariants::Package::read(&bytes);
        let document = &package.trees["word/document.xml"];
        for name in ["w:proofErr", "w:bookmarkStart", "w:fldSimple"] {
            assert!(!document.all(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn list_items_show_the_number_that_word_prints() {
        let bytes = docx("<list 1>a\n<list 1 1>b\n<list 1>c\n<list 2>d\n<style ListBullet>e");
        invariants::assert_sound("the notation", &bytes);
        assert_eq!(
            shown(&bytes),
            "<list 1.>a\n<list 1.1.>b\n<list 2.>c\n<list 1.>d\n<list ->e"
        );
    }

    #[test]
    fn words_are_those_a_reader_sees() {
        let source = "# một\n[a] [b ; <b>c</b>]\n<list 1.>d<tab>e<br>f<footnote>g</footnote>\n<del>h</del>\n<header>\ni\n</header>";
        assert_eq!(lines(source), ["một", "a", "b", "c", "1. d e", "f1", "h"]);
    }

    #[test]
    #[should_panic(expected = "an unknown element")]
    fn a_slip_in_the_notation_is_told() {
        docx("<bold>x</bold>");
    }
}
