//! Blocks to a Word document in the layout of Decree 30/2020/NĐ-CP, Appendix I (rules PAGE, QH … NN of `nd30`).
//!
//! The lines under agency, Tiêu ngữ and subject are bottom borders of paragraphs one point high, as wide as their
//! indents leave: they move with the text, print as lines in every program, and need no drawing.

use docx_rs::{
    AlignmentType, BreakType, Docx, FieldCharType, Header, InstrPAGE, InstrText, LineSpacing, PageMargin, PageNumType,
    Paragraph, Run, SectionProperty, SectionType, SpecialIndentType, TableBorder, TableBorderPosition, TableBorders,
    TableCell, TableCellMargins, TableLayoutType, TableRow, VAlignType, VMergeType, WidthType,
};
use pulldown_cmark::Alignment;

use super::certificate;
use super::furniture::{Furniture, Line};
use super::page::{HEADER, PAPER, Page, mm};
use super::source::{self, Block, Piece, Table};
use super::style::{self, ADDRESSEES_LEFT, BODY, BREAK, PAGE_NUMBER, RULE, TABLE_CELL, TABLE_HEAD};
use super::tag::{self, Nesting};
use crate::vietnamese;

/// The column of Quốc hiệu: 95.7 mm wide at 13 pt bold, on one line without cell padding.
const NATION: usize = mm(970);
/// The line under Tiêu ngữ: as long as its text (PL1 II.1.b), 60.5 mm at 14 pt bold.
pub(super) const MOTTO_RULE: usize = mm(605);
/// Letters of the first value on a line, whose length nobody knows yet: what somebody is honoured for, for instance.
const OPEN_VALUE: &str = "nnnnnnnnnnnnnnnnnnnnnnnnn";
/// Letters of each further one: mostly a name.
const FURTHER_VALUE: &str = "nnnnnnnnnn";
/// The padding of the cells of a bordered table: 1.5 mm left and right.
const CELL_PADDING: usize = mm(15);

/// The narrowest column of a bordered table: `STT` in bold 12 pt, 8 mm, with its padding and some air.
const NARROWEST: usize = mm(125);

/// `&emsp;` in a text source.
const EM_BLANK: char = '\u{2003}';
/// How far an em blank sets the text of a cell in.
const STEP: usize = mm(40);

pub(super) const NATION_TEXT: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
pub(super) const MOTTO_TEXT: &str = "Độc lập - Tự do - Hạnh phúc";

/// The document, and the page of each of its sections. `mend` makes it valid, gives the sections their pages and adds what
/// docx-rs has no call for.
pub(super) fn document(blocks: &[Block]) -> (Docx, Vec<Page>) {
    let [width, height] = [PAPER.0, PAPER.1].map(|side| side as u32);
    let header = HEADER as i32;
    let mut docx = Docx::new()
        .default_fonts(style::fonts())
        .default_size(style::BODY_SIZE)
        .page_size(width, height)
        .page_margin(PageMargin::new().header(header).footer(header).gutter(0))
        .header(Header::new().add_paragraph(page_number()))
        .first_header(Header::new().add_paragraph(Paragraph::new().style(PAGE_NUMBER)))
        .page_num_type(PageNumType::new().start(1));
    docx.document.section_property.section_type = Some(SectionType::NextPage);
    for style in style::styles() {
        docx = docx.add_style(style);
    }
    let keep = kept_with_next(blocks);
    let mut page = Page::default();
    let mut before = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let width = page.text_width();
        docx = match block {
            Block::Paragraph(paragraph) => {
                let name = match paragraph.level {
                    0 => BODY.to_owned(),
                    level => format!("Heading{level}"),
                };
                let mut out = filled(&name, &paragraph.pieces);
                if keep.contains(&index) {
                    out = out.keep_next(true);
                }
                docx.add_paragraph(out)
            }
            Block::Table(table) => docx
                .add_table(bordered(table, width))
                .add_paragraph(apart().line_spacing(LineSpacing::new().after(120))),
            Block::Furniture(furniture, lines) => match furniture {
                Furniture::Letterhead => docx.add_table(letterhead(lines, width)),
                Furniture::Title => title(lines, width).into_iter().fold(docx, Docx::add_paragraph),
                Furniture::Addressees => addressees(lines).into_iter().fold(docx, Docx::add_paragraph),
                Furniture::Decision => decision(lines).into_iter().fold(docx, Docx::add_paragraph),
                // The signature stays with the small paragraph after it, and that with a section break that may follow:
                // on a full page they would make a page of their own, empty but for its number.
                Furniture::Signature => docx
                    .add_table(signature(lines, width))
                    .add_paragraph(apart().keep_next(true)),
                Furniture::Certificate => certificate::head(lines, width)
                    .into_iter()
                    .fold(docx, Docx::add_paragraph)
                    .add_table(certificate::foot(lines, width))
                    .add_paragraph(apart()),
                // The break lies within the annex's own region, so that an annex under a condition takes it along.
                Furniture::Annex => {
                    before.push(std::mem::replace(&mut page, Page::of_annex(lines)));
                    let headings = annex(lines).into_iter();
                    headings.fold(docx.add_paragraph(section_break()), Docx::add_paragraph)
                }
                Furniture::Page => {
                    let old = std::mem::replace(&mut page, Page::of(lines));
                    if index == 0 {
                        docx
                    } else {
                        before.push(old);
                        docx.add_paragraph(section_break())
                    }
                }
            },
        };
    }
    before.push(page);
    (docx, before)
}

/// The paragraphs that must stay on the page of what follows: those before a signature, back to the nearest one that is
/// printed whatever the conditions, and sentences that announce what follows with a colon.
fn kept_with_next(blocks: &[Block]) -> Vec<usize> {
    let mut keep = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        if let Block::Paragraph(paragraph) = block
            && !paragraph.marker
            && source::plain(&paragraph.pieces).ends_with(':')
        {
            keep.push(index);
        }
        if !matches!(block, Block::Furniture(Furniture::Signature, _)) {
            continue;
        }
        let mut depth = 0i32;
        for before in (0..index).rev() {
            let Some(Block::Paragraph(paragraph)) = blocks.get(before) else {
                break;
            };
            let text = source::plain(&paragraph.pieces);
            if paragraph.marker {
                for nesting in tag::nestings(&text) {
                    depth += match nesting {
                        Nesting::Opens => -1,
                        Nesting::Closes => 1,
                        _ => 0,
                    };
                }
                continue;
            }
            keep.push(before);
            if depth <= 0 {
                break;
            }
        }
    }
    keep
}

fn run(text: &str, bold: bool, italic: bool) -> Run {
    let mut run = Run::new().add_text(text);
    if bold {
        run = run.bold();
    }
    if italic {
        run = run.italic();
    }
    run
}

/// A paragraph of a style with its text. Neighbours of one formatting share a run, so that a tag is never split.
fn filled(style: &str, pieces: &[Piece]) -> Paragraph {
    let mut paragraph = Paragraph::new().style(style);
    for piece in pieces {
        paragraph = paragraph.add_run(match piece {
            Piece::Text { text, bold, italic } => run(text, *bold, *italic),
            Piece::LineBreak => Run::new().add_break(BreakType::TextWrapping),
        });
    }
    paragraph
}

pub(super) fn text(style: &str, value: &str) -> Paragraph {
    filled(style, &source::pieces(value))
}

/// A drawn line, centred in a column of a given width.
pub(super) fn rule(width: usize, column: usize) -> Paragraph {
    let side = (column.saturating_sub(width) / 2) as i32;
    Paragraph::new().style(RULE).indent(Some(side), None, Some(side), None)
}

/// The values of a key.
fn values<'l>(lines: &'l [Line], key: &str) -> Vec<&'l str> {
    let own = lines.iter().filter(|line| line.key == key && !line.marker);
    own.map(|line| line.value.as_str()).collect()
}

/// The length of a line under a text that is set in bold: 5/12 of its longest line, between the 1/3 and 1/2 of PL1 II.2.b and
/// II.5.b, so that it is right for values somewhat longer or shorter than was
/// thought. A line that is thought to fill the column may fall short of it.
fn part_of(values: &[&str], half_points: usize, column: usize) -> usize {
    let pieces: Vec<Vec<Piece>> = values.iter().map(|value| source::pieces(value)).collect();
    let lines = || {
        let apart = pieces
            .iter()
            .flat_map(|pieces| pieces.split(|piece| *piece == Piece::LineBreak));
        apart.map(source::plain)
    };
    // Where a line without tags stands beside one of them, its length is known.
    let longest = |known: bool| {
        let lines = lines().filter(|line| !known || tag::mask(line).tags.is_empty());
        lines.map(|line| guessed_width(&line, half_points)).max()
    };
    longest(true)
        .filter(|_| values.len() > 1)
        .or_else(|| longest(false))
        .unwrap_or(column)
        .min(column * 15 / 16)
        * 5
        / 12
}

/// How wide a line will be once its tags are filled: a year or a number after a word for it, [`OPEN_VALUE`], [`FURTHER_VALUE`].
fn guessed_width(line: &str, half_points: usize) -> usize {
    let mut filled = String::new();
    let mut at = 0;
    let mut values = [OPEN_VALUE].into_iter();
    for found in tag::mask(line).tags {
        filled.push_str(&line[at..found.start]);
        if tag::nestings(&line[found.clone()]) == [Nesting::Prints] {
            filled.push_str(match filled.split_whitespace().next_back() {
                Some("năm") => "2026",
                Some("đợt" | "quý" | "tháng" | "lần" | "kỳ" | "số") => "10",
                _ => values.next().unwrap_or(FURTHER_VALUE),
            });
        }
        at = found.end;
    }
    filled.push_str(&line[at..]);
    let size = u32::try_from(half_points).unwrap_or(u32::MAX);
    usize::try_from(vietnamese::width(&filled, true, size)).unwrap_or(0)
}

/// A paragraph of next to no height after a table: Word joins tables that touch, and wants a paragraph at the end of a body.
fn apart() -> Paragraph {
    Paragraph::new().style(BREAK)
}

/// The end of a section.
fn section_break() -> Paragraph {
    apart().section_property(SectionProperty::new())
}

fn page_number() -> Paragraph {
    Paragraph::new()
        .style(PAGE_NUMBER)
        .add_run(Run::new().add_field_char(FieldCharType::Begin, false))
        .add_run(Run::new().add_instr_text(InstrText::PAGE(InstrPAGE {})))
        .add_run(Run::new().add_field_char(FieldCharType::Separate, false))
        .add_run(Run::new().add_text("2"))
        .add_run(Run::new().add_field_char(FieldCharType::End, false))
}

pub(super) fn cell(width: usize, paragraphs: Vec<Paragraph>) -> TableCell {
    paragraphs
        .into_iter()
        .fold(TableCell::new(), TableCell::add_paragraph)
        .width(width, WidthType::Dxa)
}

/// A table without borders and cell padding over the whole width; its rows don't break over pages.
fn frame(widths: [usize; 2], rows: Vec<[Vec<Paragraph>; 2]>) -> docx_rs::Table {
    let rows = rows
        .into_iter()
        .map(|[left, right]| [cell(widths[0], left), cell(widths[1], right)]);
    frame_of(widths, rows.collect())
}

/// The same of cells.
pub(super) fn frame_of(widths: [usize; 2], rows: Vec<[TableCell; 2]>) -> docx_rs::Table {
    let rows = rows.into_iter().map(|cells| TableRow::new(cells.into()).cant_split());
    docx_rs::Table::without_borders(rows.collect())
        .set_grid(widths.to_vec())
        .width(widths.iter().sum(), WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
        .indent(0)
        .margins(TableCellMargins::new().margin(0, 0, 0, 0))
}

/// The lines of some keys, in their order, each in the style of its key.
pub(super) fn lines_of(lines: &[Line], styles: &[(&str, &str)]) -> Vec<Paragraph> {
    lines
        .iter()
        .filter_map(|line| {
            let (_, style) = styles.iter().find(|(key, _)| *key == line.key)?;
            Some(text(style, &line.value))
        })
        .collect()
}

fn letterhead(lines: &[Line], width: usize) -> docx_rs::Table {
    let agency_width = width.saturating_sub(NATION);
    let mut agency = lines_of(lines, &[("superior", "CoQuanCapTren"), ("agency", "TenCoQuan")]);
    agency.push(rule(
        part_of(&values(lines, "agency"), style::AGENCY_SIZE, agency_width),
        agency_width,
    ));
    let nation = vec![
        text("QuocHieu", NATION_TEXT),
        text("TieuNgu", MOTTO_TEXT),
        rule(MOTTO_RULE, NATION),
    ];
    let number = lines_of(lines, &[("number", "SoKyHieu")]);
    let date = lines_of(lines, &[("date", "DiaDanh")]);
    frame([agency_width, NATION], vec![[agency, nation], [number, date]])
}

fn title(lines: &[Line], width: usize) -> Vec<Paragraph> {
    let mut all = lines_of(lines, &[("kind", "TenLoai"), ("subject", "TrichYeu")]);
    let length = part_of(&values(lines, "subject"), style::BODY_SIZE, width);
    all.push(rule(length, width).line_spacing(LineSpacing::new().before(60).after(240)));
    all
}

/// One addressee on the line of `Kính gửi:`; several below it, one a line, with dashes under the colon (PL1 II.9.d).
fn addressees(lines: &[Line]) -> Vec<Paragraph> {
    if let [only] = lines {
        return vec![text(
            "KinhGui",
            &format!("Kính gửi: {}", only.value.trim_start_matches("- ")),
        )];
    }
    let label = text("KinhGuiDong", "Kính gửi:").indent(
        Some(ADDRESSEES_LEFT),
        Some(SpecialIndentType::FirstLine(0)),
        None,
        None,
    );
    let mut all = vec![label.keep_next(true)];
    // Only a list without conditions has a last line known here.
    let fixed = !lines.iter().any(|line| line.marker);
    for (index, line) in lines.iter().enumerate() {
        let mut value = line.value.clone();
        if !line.marker {
            if !value.starts_with("- ") {
                value.insert_str(0, "- ");
            }
            if fixed && !value.ends_with([';', '.']) {
                value.push(if index + 1 == lines.len() { '.' } else { ';' });
            }
        }
        let paragraph = text("KinhGuiDong", &value);
        // What follows stands apart from the last addressee as from any paragraph; under conditions any may be the last.
        all.push(match !fixed || index + 1 == lines.len() {
            true => paragraph.line_spacing(LineSpacing::new().after(120)),
            false => paragraph,
        });
    }
    all
}

/// Who decides, the grounds, one a line (PL1 II.6.a), and the words that begin the articles.
fn decision(lines: &[Line]) -> Vec<Paragraph> {
    lines_of(
        lines,
        &[("authority", "ThamQuyen"), ("basis", "CanCu"), ("verb", "LoiQuyetDinh")],
    )
}

fn signature(lines: &[Line], width: usize) -> docx_rs::Table {
    let mut recipients = lines_of(lines, &[("recipients", "NoiNhan")]);
    if !recipients.is_empty() {
        recipients.insert(0, text("NhanNoiNhan", "Nơi nhận:"));
    }
    let signer = lines_of(
        lines,
        &[("authority", "ChucVu"), ("title", "ChucVu"), ("name", "HoTen")],
    );
    let keep = |side: Vec<Paragraph>| side.into_iter().map(|paragraph| paragraph.keep_next(true)).collect();
    let left = mm(750);
    frame(
        [left, width.saturating_sub(left)],
        vec![[keep(recipients), keep(signer)]],
    )
}

/// The headings of an annex.
fn annex(lines: &[Line]) -> Vec<Paragraph> {
    lines_of(
        lines,
        &[("name", "PhuLuc"), ("title", "TenPhuLuc"), ("note", "GhiChuPhuLuc")],
    )
}

fn bordered(table: &Table, width: usize) -> docx_rs::Table {
    let widths = column_widths(table, width);
    let mut rows = Vec::new();
    if let Some(labels) = table.rows.first() {
        rows.extend(heads(labels, &widths));
    }
    for cells in table.rows.iter().skip(1) {
        let cells = widths.iter().enumerate().map(|(column, width)| {
            let pieces = cells.get(column).map_or(&[][..], Vec::as_slice);
            let paragraph = indented(pieces);
            let paragraph = match table.columns.get(column).map(|(_, alignment)| alignment) {
                Some(Alignment::Center) => paragraph.align(AlignmentType::Center),
                Some(Alignment::Right) => paragraph.align(AlignmentType::Right),
                _ => paragraph,
            };
            cell(*width, vec![paragraph]).vertical_align(VAlignType::Center)
        });
        rows.push(TableRow::new(cells.collect()).cant_split());
    }
    docx_rs::Table::new(rows)
        .set_grid(widths.clone())
        .width(width, WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
        .indent(0)
        .margins(TableCellMargins::new().margin(0, CELL_PADDING, 0, CELL_PADDING))
        .set_borders(borders())
}

/// The header of a table: one row, or two when neighbours have a label in common, as in `So sánh (%) / Kế hoạch` and
/// `So sánh (%) / Cùng kỳ`. The common part then stands once, above.
fn heads(labels: &[Vec<Piece>], widths: &[usize]) -> Vec<TableRow> {
    let label = |column: usize| labels.get(column).map_or(&[][..], Vec::as_slice);
    let group = |column: usize| divided(label(column)).map(|(group, _)| group);
    let head = |pieces: &[Piece], width: usize| {
        cell(width, vec![filled(TABLE_HEAD, pieces)]).vertical_align(VAlignType::Center)
    };
    let (mut upper, mut lower) = (Vec::new(), Vec::new());
    let mut column = 0;
    while column < widths.len() {
        let own = group(column);
        let more = widths.iter().enumerate().skip(column + 1);
        let alike = more
            .take_while(|(next, _)| own.is_some() && group(*next) == own)
            .count();
        let members = column..column + 1 + alike;
        match own.filter(|_| alike > 0) {
            Some(own) => {
                let width = members.clone().filter_map(|member| widths.get(member)).sum();
                upper.push(head(&own, width).grid_span(members.len()));
                for (member, width) in members.clone().zip(widths.iter().skip(column)) {
                    let (_, rest) = divided(label(member)).unwrap_or_default();
                    lower.push(head(&rest, *width));
                }
            }
            None => {
                let width = widths.get(column).copied().unwrap_or_default();
                upper.push(head(label(column), width).vertical_merge(VMergeType::Restart));
                lower.push(head(&[], width).vertical_merge(VMergeType::Continue));
            }
        }
        column = members.end;
    }
    if upper.len() == lower.len() {
        let cells = widths.iter().enumerate();
        let cells = cells.map(|(column, width)| head(label(column), *width));
        return vec![TableRow::new(cells.collect()).cant_split()];
    }
    [upper, lower]
        .into_iter()
        .map(|cells| TableRow::new(cells).cant_split())
        .collect()
}

/// A header's label cut at its first ` / ` outside of tags.
fn divided(pieces: &[Piece]) -> Option<(Vec<Piece>, Vec<Piece>)> {
    let Some((Piece::Text { text, bold, italic }, more)) = pieces.split_first() else {
        return None;
    };
    let at = tag::mask(text).text.find(" / ")?;
    let piece = |text: &str| Piece::Text {
        text: text.trim().to_owned(),
        bold: *bold,
        italic: *italic,
    };
    let mut rest = vec![piece(&text[at + 3..])];
    rest.extend_from_slice(more);
    Some((vec![piece(&text[..at])], rest))
}

/// The paragraph of a cell. Each em blank (`&emsp;`) before its text sets it in by one step, second lines as well.
fn indented(pieces: &[Piece]) -> Paragraph {
    let mut pieces = pieces.to_vec();
    let mut steps = 0;
    if let Some(Piece::Text { text, .. }) = pieces.first_mut() {
        let rest = text.trim_start_matches(EM_BLANK);
        steps = text[..text.len() - rest.len()].chars().count();
        *text = rest.trim_start().to_owned();
    }
    let paragraph = filled(TABLE_CELL, &pieces);
    match i32::try_from(steps * STEP) {
        Ok(left) if left > 0 => paragraph.indent(Some(left), None, None, None),
        _ => paragraph,
    }
}

/// Single lines of 0.5 pt around every cell, in the colour of the text.
fn borders() -> TableBorders {
    use TableBorderPosition::{Bottom, InsideH, InsideV, Left, Right, Top};
    [Top, Left, Bottom, Right, InsideH, InsideV]
        .into_iter()
        .fold(TableBorders::with_empty(), |borders, position| {
            borders.set(TableBorder::new(position).size(4).color("auto"))
        })
}

/// The width of each column: its share of the dashes, but never too narrow for the header `STT`, the whole together as
/// wide as the text.
fn column_widths(table: &Table, width: usize) -> Vec<usize> {
    let floor = NARROWEST.min(width / table.columns.len().max(1));
    let mut narrow = vec![false; table.columns.len()];
    loop {
        let wide = || table.columns.iter().zip(&narrow).filter(|(_, narrow)| !**narrow);
        let dashes: usize = wide().map(|((dashes, _), _)| dashes).sum();
        let room = width - floor * (table.columns.len() - wide().count());
        let mut before = 0;
        let share = |(dashes_here, narrow): (usize, bool)| {
            if narrow {
                return floor;
            }
            let start = room * before / dashes.max(1);
            before += dashes_here;
            room * before / dashes.max(1) - start
        };
        let columns = table.columns.iter().map(|(dashes, _)| *dashes);
        let widths: Vec<usize> = columns.zip(narrow.iter().copied()).map(share).collect();
        // Widening one narrow column may make another one narrow; each round settles at least one.
        match widths.iter().position(|width| *width < floor) {
            Some(column) => narrow[column] = true,
            None => return widths,
        }
    }
}
