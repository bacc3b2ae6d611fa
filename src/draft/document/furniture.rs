//! The furniture of an official document, told from its text: letterhead, title, addressees, signature (Decree 30/2020/NĐ-CP).
//!
//! In: the blocks of a document. Out: [`Part`]s, of which furniture is what the text source has a block for. Only what the block
//! prints again word for word is taken as furniture; all else stays a paragraph or a table.

use super::read::{Block, Paragraph, Table, plain};
use crate::vietnamese::{fold, key};

/// Kinds of documents that stand on a line of their own.
const KINDS: [&str; 16] = [
    "bao cao",
    "to trinh",
    "ke hoach",
    "quyet dinh",
    "thong bao",
    "huong dan",
    "chuong trinh",
    "phuong an",
    "de an",
    "du an",
    "bien ban",
    "cong dien",
    "nghi quyet",
    "chi thi",
    "quy che",
    "thong cao",
];
/// How many blocks at the beginning may be a letterhead.
const HEAD: usize = 12;

/// A part of a document.
#[derive(Debug)]
pub(super) enum Part {
    Letterhead {
        agency: Vec<String>,
        number: String,
        date: String,
    },
    Title {
        kind: String,
        subject: Vec<String>,
    },
    Addressees(Vec<String>),
    Signature {
        recipients: Vec<String>,
        signer: Vec<String>,
    },
    Paragraph(Paragraph),
    Table(Table),
}

/// The parts of a document, in order.
pub(super) fn parts(blocks: Vec<Block>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut blocks = blocks.into_iter().peekable();
    let mut seen = 0;
    let mut has_title = false;
    while let Some(block) = blocks.next() {
        seen += 1;
        match block {
            Block::Table(table) => {
                let is_early = seen <= HEAD && parts.iter().all(|part| matches!(part, Part::Paragraph(_)));
                let letterhead = if is_early { letterhead(&table) } else { None };
                match letterhead.or_else(|| signature(&table)) {
                    Some(part) => parts.push(part),
                    None => parts.push(Part::Table(table)),
                }
            }
            Block::Paragraph(paragraph) => {
                let text = plain(&paragraph.text());
                let follows = |block: &Block| match block {
                    Block::Paragraph(next) => {
                        next.is_bold()
                            && (next.is_centred || paragraph.is_centred)
                            && next.level.is_none_or(|level| level > 1)
                            && !plain(&next.text()).starts_with("Kính gửi")
                    }
                    Block::Table(_) => false,
                };
                if !has_title
                    && is_kind(&text)
                    && let Some(next) = blocks.next_if(follows)
                {
                    has_title = true;
                    let mut subject = lines_of(next);
                    while subject.len() < 4
                        && let Some(next) = blocks.next_if(|block| follows(block) && !is_heading(block))
                    {
                        subject.extend(lines_of(next));
                    }
                    parts.push(Part::Title { kind: text, subject });
                    continue;
                }
                if let Some(to) = text.strip_prefix("Kính gửi:") {
                    let to = to.trim();
                    if !to.is_empty() {
                        // A single addressee is printed without a dash.
                        match to.starts_with('-') {
                            true => parts.push(Part::Paragraph(paragraph)),
                            false => parts.push(Part::Addressees(vec![to.to_owned()])),
                        }
                        continue;
                    }
                    let mut all = Vec::new();
                    while let Some(next) = blocks.next_if(is_addressee) {
                        all.extend(lines_of(next));
                    }
                    // One alone would go up beside the colon.
                    if all.len() >= 2 {
                        parts.push(Part::Addressees(all));
                    } else {
                        parts.push(Part::Paragraph(paragraph));
                        parts.extend(all.into_iter().map(|text| Part::Paragraph(plain_paragraph(text))));
                    }
                    continue;
                }
                parts.push(Part::Paragraph(paragraph));
            }
        }
    }
    parts
}

fn plain_paragraph(text: String) -> Paragraph {
    let piece = super::read::Piece {
        text,
        bold: false,
        italic: false,
    };
    Paragraph {
        pieces: vec![piece],
        ..Paragraph::default()
    }
}

fn lines_of(block: Block) -> Vec<String> {
    match block {
        Block::Paragraph(paragraph) => paragraph
            .text()
            .lines()
            .map(plain)
            .filter(|line| !line.is_empty())
            .collect(),
        Block::Table(_) => Vec::new(),
    }
}

fn is_kind(text: &str) -> bool {
    let is_upper = !text.chars().any(char::is_lowercase);
    is_upper && KINDS.contains(&fold(text).as_str())
}

/// `PHẦN I`, `I. …`: a heading of the text and no line of the title.
fn is_heading(block: &Block) -> bool {
    let Block::Paragraph(paragraph) = block else {
        return true;
    };
    let text = plain(&paragraph.text());
    super::outline::level(&text).is_some()
}

/// `- Ủy ban nhân dân huyện;`: with a dash and a sign at its end, as the block writes them.
fn is_addressee(block: &Block) -> bool {
    let Block::Paragraph(paragraph) = block else {
        return false;
    };
    let text = plain(&paragraph.text());
    text.starts_with("- ") && text.ends_with([';', '.']) && text.chars().count() <= 150
}

/// The lines of a cell.
fn lines(cell: &[Paragraph]) -> Vec<String> {
    let lines = cell
        .iter()
        .flat_map(|paragraph| paragraph.text().lines().map(plain).collect::<Vec<_>>());
    lines
        .filter(|line| !line.is_empty() && line.chars().any(char::is_alphanumeric))
        .collect()
}

/// A table of two columns that says what a letterhead says, and nothing else.
fn letterhead(table: &Table) -> Option<Part> {
    let mut agency = Vec::new();
    let mut number = None;
    let mut date = None;
    let (mut has_nation, mut has_motto) = (false, false);
    let mut order = Vec::new();
    for row in &table.rows {
        if row.len() != 2 {
            return None;
        }
        for line in row.iter().flat_map(|cell| lines(cell)) {
            let folded = fold(&line);
            let place = if key(&line) == key("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM") {
                has_nation = true;
                1
            } else if key(&line) == key("Độc lập - Tự do - Hạnh phúc") {
                has_motto = true;
                2
            } else if folded.starts_with("so:") || folded.starts_with("so :") {
                if number.replace(line).is_some() {
                    return None;
                }
                3
            } else if folded.contains("ngay") && folded.contains("thang") && folded.contains("nam") {
                if date.replace(line).is_some() {
                    return None;
                }
                4
            } else if line.chars().any(char::is_lowercase) || order.iter().any(|place| *place > 0) {
                return None;
            } else {
                agency.push(line);
                0
            };
            order.push(place);
        }
    }
    // The order in which the block prints them.
    let is_ordered = order.is_sorted();
    (has_nation && has_motto && !agency.is_empty() && is_ordered).then_some(())?;
    Some(Part::Letterhead {
        agency,
        number: number?,
        date: date?,
    })
}

/// A table with `Nơi nhận:` at its left and the signer at its right.
fn signature(table: &Table) -> Option<Part> {
    let [row] = table.rows.as_slice() else { return None };
    let [left, right] = row.as_slice() else { return None };
    let (mut recipients, signer) = (lines(left), lines(right));
    if recipients.is_empty() || signer.len() < 2 || recipients.remove(0) != "Nơi nhận:" {
        return None;
    }
    (!recipients.is_empty()).then_some(Part::Signature { recipients, signer })
}
