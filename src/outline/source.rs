//! The text source of a template, read: Markdown blocks and furniture, with every mistake at its line and column.
//!
//! CommonMark with pipe tables, through pulldown-cmark; what an official document has no use for (images, links, HTML,
//! quotations, nested lists, code, rules) is refused by name rather than dropped.

use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::diagnostic::{Diagnostic, Place, Text};
use crate::text;

use super::furniture::{self, Furniture, Line, RawLine};
use super::tag;

/// A block of the document.
#[derive(Debug)]
pub(super) enum Block {
    /// A paragraph of running text or a heading.
    Paragraph(Paragraph),
    /// A table with borders; the first row is the header.
    Table(Table),
    /// Letterhead, title, signature and the like.
    Furniture(Furniture, Vec<Line>),
}

/// A paragraph.
#[derive(Debug)]
pub(super) struct Paragraph {
    /// 0 for running text, 1 to 5 for headings.
    pub level: usize,
    pub pieces: Vec<Piece>,
    /// Whether it holds block tags only, so that it vanishes when filled.
    pub marker: bool,
}

/// A piece of a paragraph: it becomes one run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    Text { text: String, bold: bool, italic: bool },
    LineBreak,
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    /// The relative width and the alignment of each column.
    pub columns: Vec<(usize, Alignment)>,
    /// Rows of cells; every row has as many as there are columns.
    pub rows: Vec<Vec<Vec<Piece>>>,
}

/// The text of pieces, line breaks as blanks.
pub(super) fn plain(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text { text, .. } => text.as_str(),
            Piece::LineBreak => " ",
        })
        .collect()
}

/// The text as pieces without emphasis; ` \ ` is a line break.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    push_text(&mut pieces, text, false, false);
    tidy(pieces)
}

/// Reads the source. The blocks are whole only when there are no findings.
pub(super) fn read(source: &str) -> (Vec<Block>, Vec<Diagnostic>) {
    let masked = tag::mask(source);
    let mut reader = Reader {
        source,
        masked: &masked.text,
        blocks: Vec::new(),
        findings: Vec::new(),
        lines: vec![Vec::new()],
        prefix: String::new(),
        bold: 0,
        italic: 0,
        lists: 0,
        table: None,
        fence: None,
    };
    for at in &masked.unclosed {
        reader.error(
            "nguon/the-chua-dong",
            *at,
            text!(
                "thẻ `{{{{` này thiếu `}}}}` đóng lại",
                "this tag has `{{{{` but no `}}}}`"
            ),
        );
    }
    for (event, range) in Parser::new_ext(&masked.text, Options::ENABLE_TABLES).into_offset_iter() {
        reader.event(event, range);
    }
    (reader.blocks, reader.findings)
}

struct Reader<'a> {
    source: &'a str,
    masked: &'a str,
    blocks: Vec<Block>,
    findings: Vec<Diagnostic>,
    /// The source lines of the paragraph being read.
    lines: Vec<Vec<Piece>>,
    /// The dash or number of the list item being read, until its first paragraph is done.
    prefix: String,
    bold: usize,
    italic: usize,
    lists: usize,
    table: Option<Table>,
    /// Where a furniture block began, and its name.
    fence: Option<(Range<usize>, String)>,
}

impl Reader<'_> {
    fn place(&self, at: usize) -> Place {
        // Offsets come from the masked text; one inside a tag may fall into a letter of the source.
        let boundary = (0..=at).rev().find(|at| self.source.is_char_boundary(*at));
        let before = &self.source[..boundary.unwrap_or(0)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place::Line {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    fn error(&mut self, code: &'static str, at: usize, message: Text) {
        let finding = Diagnostic::error(code, self.place(at), message);
        self.findings.push(finding);
    }

    /// `what` names the construct in both languages.
    fn unsupported(&mut self, at: usize, what: Text, hint: Option<Text>) {
        let Text { vi, en } = what;
        let mut finding = Diagnostic::error(
            "nguon/khong-ho-tro",
            self.place(at),
            text!("văn bản nguồn không dùng {vi}", "{en} can't be used in a text source"),
        );
        finding.hint = hint;
        self.findings.push(finding);
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        let at = range.start;
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(end) => self.end(end, range),
            Event::Text(_) if self.fence.is_some() => {}
            Event::Text(text) => self.text(&text, range),
            Event::SoftBreak => self.lines.push(Vec::new()),
            Event::HardBreak => {
                // Two blanks at the end of a line are invisible: only the backslash breaks the line.
                if self.masked[range].starts_with('\\') {
                    self.line().push(Piece::LineBreak);
                } else {
                    self.lines.push(Vec::new());
                }
            }
            Event::Code(_) => self.unsupported(at, text!("chữ mã (dấu `)", "inline code (`)"), None),
            Event::InlineHtml(html) if html.starts_with("<!--") => {}
            Event::InlineHtml(_) => self.unsupported(
                at,
                text!("thẻ HTML", "HTML"),
                Some(text!("muốn in dấu < thì viết \\<", "write \\< to print <")),
            ),
            Event::Rule => self.unsupported(at, text!("đường kẻ ngang", "a horizontal rule"), None),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        let at = range.start;
        match tag {
            Tag::Emphasis => self.italic += 1,
            Tag::Strong => self.bold += 1,
            Tag::List(_) => {
                self.lists += 1;
                if self.lists > 1 {
                    self.unsupported(
                        at,
                        text!("danh sách lồng nhau", "a nested list"),
                        Some(text!(
                            "viết thành mục cùng cấp, bắt đầu bằng `+ `",
                            "make it an item of the same level that begins with `+ `"
                        )),
                    );
                }
            }
            Tag::Item => {
                self.flush(0);
                let item = &self.masked[range];
                let marker: String = item.chars().take_while(|sign| !sign.is_whitespace()).collect();
                self.prefix = format!("{marker} ");
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
                self.fence = Some((range, info.trim().to_owned()));
            }
            Tag::CodeBlock(CodeBlockKind::Indented) => {
                self.fence = Some((range, String::new()));
                self.unsupported(
                    at,
                    text!("đoạn thụt vào từ bốn dấu cách", "a block indented by four blanks"),
                    Some(text!(
                        "bỏ các dấu cách ở đầu dòng",
                        "remove the blanks at the beginning of the line"
                    )),
                );
            }
            Tag::HtmlBlock => {
                let html = self.masked[range].trim();
                if !(html.starts_with("<!--") && html.ends_with("-->")) {
                    self.unsupported(at, text!("khối HTML", "an HTML block"), None);
                }
            }
            Tag::BlockQuote(_) => self.unsupported(at, text!("đoạn trích dẫn (dấu >)", "a quotation (>)"), None),
            Tag::Image { .. } => self.unsupported(at, text!("hình ảnh", "an image"), None),
            Tag::Link { .. } => self.unsupported(at, text!("liên kết", "a link"), None),
            Tag::Table(alignments) => self.start_table(alignments, range),
            Tag::TableRow => self.check_row(range),
            Tag::TableHead => {
                if let Some(table) = &mut self.table {
                    table.rows.push(Vec::new());
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, end: TagEnd, range: Range<usize>) {
        match end {
            TagEnd::Emphasis => self.italic -= 1,
            TagEnd::Strong => self.bold -= 1,
            TagEnd::List(_) => self.lists -= 1,
            TagEnd::Item => {
                self.flush(0);
                self.prefix.clear();
            }
            TagEnd::Paragraph => {
                self.check_delimiter(range);
                self.flush(0);
            }
            TagEnd::Heading(level) => {
                if !self.masked[range.clone()].trim_start().starts_with('#') {
                    self.unsupported(
                        range.start,
                        text!(
                            "tiêu đề gạch chân bằng === hoặc ---",
                            "a heading underlined with === or ---"
                        ),
                        Some(text!("viết # trước tiêu đề", "write # before the heading")),
                    );
                } else if level == HeadingLevel::H6 {
                    self.unsupported(range.start, text!("tiêu đề cấp 6", "a heading of level 6"), None);
                }
                self.flush(level as usize);
            }
            TagEnd::CodeBlock => self.end_fence(),
            TagEnd::TableCell => {
                let cell = self.take_lines();
                if let Some(row) = self.table.as_mut().and_then(|table| table.rows.last_mut()) {
                    row.push(cell);
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.blocks.push(Block::Table(table));
                }
            }
            _ => {}
        }
    }

    fn line(&mut self) -> &mut Vec<Piece> {
        if self.lines.is_empty() {
            self.lines.push(Vec::new());
        }
        let last = self.lines.len() - 1;
        &mut self.lines[last]
    }

    fn text(&mut self, text: &str, range: Range<usize>) {
        // An entity such as &nbsp; is the one case where the event differs from the source.
        let verbatim = self.masked.get(range.clone()) == Some(text);
        if verbatim && !self.masked[..range.start].ends_with('\\') {
            let bytes = text.as_bytes();
            let loose = bytes.iter().enumerate().find(|(index, byte)| {
                let neighbour = |at: Option<usize>| {
                    at.and_then(|at| self.masked.as_bytes().get(at))
                        .is_some_and(|byte| !byte.is_ascii_whitespace())
                };
                let place = range.start + index;
                **byte == b'*' && (neighbour(place.checked_sub(1)) || neighbour(Some(place + 1)))
            });
            if let Some((index, _)) = loose {
                let finding = Diagnostic::error(
                    "nguon/dau-sao",
                    self.place(range.start + index),
                    text!(
                        "dấu * này không mở cũng không đóng chữ nghiêng hay đậm nào",
                        "this * neither opens nor closes italic or bold text"
                    ),
                )
                .hint(text!(
                    "bỏ dấu cách giữa dấu * và chữ, hoặc viết \\* để in dấu *",
                    "remove the blank between * and the word, or write \\* to print it"
                ));
                self.findings.push(finding);
            }
        }
        let text = if verbatim {
            self.source.get(range).unwrap_or(text)
        } else {
            text
        };
        let (bold, italic) = (self.bold > 0, self.italic > 0);
        push_text(self.line(), text, bold, italic);
    }

    /// Ends the paragraph being read. A source line that holds only block tags is a paragraph of its own.
    fn flush(&mut self, level: usize) {
        let mut text: Vec<Piece> = Vec::new();
        for line in std::mem::replace(&mut self.lines, vec![Vec::new()]) {
            if tag::only_blocks(&plain(&line)) {
                self.paragraph(level, std::mem::take(&mut text));
                self.blocks.push(Block::Paragraph(Paragraph {
                    level,
                    pieces: tidy(line),
                    marker: true,
                }));
            } else {
                append_line(&mut text, line);
            }
        }
        self.paragraph(level, text);
    }

    fn paragraph(&mut self, level: usize, pieces: Vec<Piece>) {
        if pieces.is_empty() {
            return;
        }
        let mut all = Vec::new();
        if level == 0 && !self.prefix.is_empty() {
            push_text(&mut all, &std::mem::take(&mut self.prefix), false, false);
        }
        all.extend(pieces);
        self.blocks.push(Block::Paragraph(Paragraph {
            level,
            pieces: tidy(all),
            marker: false,
        }));
    }

    fn take_lines(&mut self) -> Vec<Piece> {
        let mut all = Vec::new();
        for line in std::mem::replace(&mut self.lines, vec![Vec::new()]) {
            append_line(&mut all, line);
        }
        tidy(all)
    }

    fn start_table(&mut self, alignments: Vec<Alignment>, range: Range<usize>) {
        let delimiter = self.masked[range].lines().nth(1).unwrap_or("");
        let widths = cells(delimiter).into_iter().map(|cell| cell.trim().len().max(1));
        self.table = Some(Table {
            columns: widths.zip(alignments).collect(),
            rows: Vec::new(),
        });
    }

    fn check_row(&mut self, range: Range<usize>) {
        let Some(columns) = self.table.as_ref().map(|table| table.columns.len()) else {
            return;
        };
        let found = cells(&self.masked[range.clone()]).len();
        let row = self.source[range.clone()].trim();
        // A row of block tags vanishes: how many cells it has is nobody's concern.
        if found != columns && !tag::only_blocks(&row.replace('|', " ")) {
            self.error(
                "nguon/so-o",
                range.start,
                text!(
                    "hàng này cần {columns} ô như đầu bảng, đang có {found} ô",
                    "this row needs {columns} cells like the header, it has {found}"
                ),
            );
        }
        if let Some(table) = &mut self.table {
            table.rows.push(Vec::new());
        }
    }

    /// A table whose delimiter row has another number of cells than its header is no table to CommonMark.
    fn check_delimiter(&mut self, range: Range<usize>) {
        let mut offset = range.start;
        let mut previous = "";
        for line in self.masked[range].split_inclusive('\n') {
            let delimiter =
                line.contains("--") && line.contains('|') && !line.contains(|c: char| !"|-: \n".contains(c));
            if delimiter && !previous.is_empty() {
                let (columns, found) = (cells(previous).len(), cells(line).len());
                self.error(
                    "nguon/so-o",
                    offset,
                    text!(
                        "dòng gạch dưới đầu bảng cần {columns} ô như đầu bảng, đang có {found} ô",
                        "the row of dashes needs {columns} cells like the header above, it has {found}"
                    ),
                );
            }
            offset += line.len();
            previous = line;
        }
    }

    fn end_fence(&mut self) {
        let Some((range, name)) = self.fence.take() else {
            return;
        };
        let block = &self.masked[range.clone()];
        let sign = if block.starts_with('~') { '~' } else { '`' };
        if !block.starts_with(sign) {
            return;
        }
        let lines: Vec<&str> = block.split_inclusive('\n').collect();
        let closed = |line: &&str| line.trim().len() >= 3 && line.trim().chars().all(|found| found == sign);
        if lines.len() < 2 || !lines.last().is_some_and(closed) {
            self.error(
                "nguon/khung-chua-dong",
                range.start,
                text!(
                    "khung {name} mở ở đây nhưng không có dòng ``` đóng lại",
                    "{name} opens here but no line ``` closes it"
                ),
            );
            return;
        }
        let mut offset = range.start;
        let mut raw = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            if index > 0 && index + 1 < lines.len() {
                let text = &self.source[offset..offset + line.len()];
                let indent = text.len() - text.trim_start().len();
                if let Place::Line { line, column } = self.place(offset + indent) {
                    raw.push(RawLine {
                        text: text.trim(),
                        line,
                        column,
                    });
                }
            }
            offset += line.len();
        }
        let place = self.place(range.start);
        if let Some((furniture, lines)) = furniture::read(&name, place, &raw, &mut self.findings) {
            self.blocks.push(Block::Furniture(furniture, lines));
        }
    }
}

/// The cells of a masked table row: what stands between the pipes.
fn cells(row: &str) -> Vec<&str> {
    let mut row = row.trim();
    row = row.strip_prefix('|').unwrap_or(row);
    if row.ends_with('|') && !row.ends_with("\\|") {
        row = &row[..row.len() - 1];
    }
    let mut cells = Vec::new();
    let mut start = 0;
    for (at, _) in row.match_indices('|') {
        if !row[..at].ends_with('\\') {
            cells.push(&row[start..at]);
            start = at + 1;
        }
    }
    cells.push(&row[start..]);
    cells
}

/// Joins a source line to the paragraph: a line end in Markdown is a blank.
fn append_line(pieces: &mut Vec<Piece>, line: Vec<Piece>) {
    if line.is_empty() {
        return;
    }
    if !pieces.is_empty() && pieces.last() != Some(&Piece::LineBreak) {
        let (bold, italic) = match (pieces.last(), line.first()) {
            // The blank within an emphasis that runs over the line end belongs to it.
            (
                Some(Piece::Text { bold, italic, .. }),
                Some(Piece::Text {
                    bold: next_bold,
                    italic: next_italic,
                    ..
                }),
            ) => (*bold && *next_bold, *italic && *next_italic),
            _ => (false, false),
        };
        push_text(pieces, " ", bold, italic);
    }
    pieces.extend(line);
}

/// Adds a text; a backslash before a blank breaks the line, outside tags.
fn push_text(pieces: &mut Vec<Piece>, text: &str, bold: bool, italic: bool) {
    let masked = tag::mask(text).text;
    let mut at = 0;
    let breaks = masked.match_indices('\\').map(|(found, _)| found);
    let breaks = breaks.filter(|found| matches!(masked.as_bytes().get(found + 1), None | Some(b' ')));
    let mut ends: Vec<usize> = breaks.collect();
    ends.push(text.len());
    for (index, end) in ends.into_iter().enumerate() {
        if index > 0 {
            pieces.push(Piece::LineBreak);
        }
        if at < end {
            pieces.push(Piece::Text {
                text: text[at..end].chars().filter_map(printable).collect(),
                bold,
                italic,
            });
        }
        at = end + 1;
    }
}

/// The character as a Word text can hold it: tabs are blanks, what XML 1.0 forbids (section 2.2) is left out.
fn printable(sign: char) -> Option<char> {
    match sign {
        '\t' | '\n' | '\r' => Some(' '),
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => None,
        _ => Some(sign),
    }
}

/// Joins neighbours of one formatting, and drops blanks at the ends and around line breaks.
fn tidy(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut tidy: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (tidy.last_mut(), piece) {
            (
                Some(Piece::Text { text, bold, italic }),
                Piece::Text {
                    text: more,
                    bold: more_bold,
                    italic: more_italic,
                },
            ) if *bold == more_bold && *italic == more_italic => text.push_str(&more),
            (_, piece) => tidy.push(piece),
        }
    }
    for index in 0..tidy.len() {
        let first = index == 0 || tidy.get(index - 1) == Some(&Piece::LineBreak);
        let last = index + 1 == tidy.len() || tidy.get(index + 1) == Some(&Piece::LineBreak);
        if let Some(Piece::Text { text, .. }) = tidy.get_mut(index) {
            if first {
                *text = text.trim_start_matches([' ', '\t', '\n']).to_owned();
            }
            if last {
                *text = text.trim_end_matches([' ', '\t', '\n']).to_owned();
            }
        }
    }
    tidy.retain(|piece| !matches!(piece, Piece::Text { text, .. } if text.is_empty()));
    while tidy.last() == Some(&Piece::LineBreak) {
        tidy.pop();
    }
    tidy
}
