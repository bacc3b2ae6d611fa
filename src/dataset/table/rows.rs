//! What a row below the header is, before it is read: the numbering of the columns, the example, a heading, the end.
//!
//! In: a row and what its columns are used for. Out: its kind. Most rows are records, and few bytes tell so: texts are
//! folded only where a word could make a difference.

use super::marker::{Kind, Levels, Marker};
use super::{Frame, Use};
use crate::dataset::locate::label_text;
use crate::value::{Raw, Type};
use crate::vietnamese::{fold, is_blank_char, trim};
use crate::workbook::{Cell, Row};

/// What the cells of a row are, counted once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    /// The first cell in a field's column.
    pub field: Option<u32>,
    /// The first cell outside the table's columns.
    pub outside: Option<u32>,
    /// Whether there is content in a column that was told already.
    pub told: bool,
    /// How many cells with content stand in fields' columns.
    pub filled: usize,
    /// Whether a figure stands in a column of figures.
    pub figure: bool,
    /// Whether a plain number stands in the column of running numbers.
    pub numbered: bool,
    /// How many required columns have content.
    pub required: usize,
    /// How many columns of figures hold something else.
    misplaced: usize,
}

impl Shape {
    pub fn of(row: &Row, frame: &Frame<'_>) -> Self {
        let mut shape = Self::default();
        for cell in &row.cells {
            let use_ = frame.use_of(cell.column);
            if use_ == Use::Running {
                // A blank text there is no number either.
                shape.numbered |= match &cell.raw {
                    Raw::Number(_) => true,
                    Raw::Text(text) => matches!(
                        Marker::alone(text),
                        Some(Marker {
                            kind: Kind::Number(_),
                            ..
                        })
                    ),
                    _ => false,
                };
                continue;
            }
            if cell.is_blank() {
                continue;
            }
            match use_ {
                Use::Told => shape.told = true,
                Use::Field(field) => {
                    shape.field = shape.field.or(Some(cell.column));
                    shape.filled += 1;
                    let (is_figure, is_required) = frame.traits.get(field).copied().unwrap_or_default();
                    let fits = is_figure && is_a_figure(&cell.raw);
                    shape.figure |= fits;
                    shape.misplaced += usize::from(is_figure && !fits);
                    shape.required += usize::from(is_required);
                }
                _ => shape.outside = shape.outside.or(Some(cell.column)),
            }
        }
        shape
    }

    /// Whether a row can be nothing but data. Where one column or none is required, some more must be filled.
    pub fn is_record(&self, frame: &Frame<'_>) -> bool {
        let has_required = match frame.required {
            0 => false,
            1 => {
                let filled = self.filled - self.misplaced;
                self.required == 1 && filled >= 2 && filled * 2 >= frame.found
            }
            all => self.required == all,
        };
        self.field.is_some() && (self.figure || self.numbered || has_required)
    }
}

/// Whether a cell has digits: in a column of figures that is a figure, or one gone wrong.
fn is_a_figure(raw: &Raw) -> bool {
    match raw {
        Raw::Number(_) | Raw::Percent(_) => true,
        Raw::Text(text) => text
            .trim_start_matches(is_blank_char)
            .starts_with(|c: char| c.is_ascii_digit()),
        _ => false,
    }
}

/// Whether a row only numbers the columns: `1 2 3`, `A B 1 2`, `(1) (2) (3)=(1)+(2)`, `1=(2+3+4)`. Where the column of names
/// has no number, it may be data whose name was forgotten, unless the numbers leave out none.
pub(crate) fn is_numbering(row: &Row, columns: usize, name: Option<u32>) -> bool {
    let is_named = name.is_none_or(|name| row.cell(name).is_some_and(|cell| !cell.is_blank()));
    let most = if is_named { 9 } else { 1 };
    let (mut letter, mut number, mut tokens) = (None::<u8>, None::<u32>, 0);
    for cell in row.cells.iter().filter(|cell| !cell.is_blank()) {
        let written;
        let token = match &cell.raw {
            Raw::Number(number) => {
                written = number.to_string();
                written.as_str()
            }
            Raw::Text(text) if text.len() <= 40 => trim(text),
            _ => return false,
        };
        let (token, formula) = token.split_once('=').unwrap_or((token, ""));
        let is_formula = formula
            .chars()
            .all(|c| c.is_ascii_digit() || c.is_ascii_uppercase() || " ()[]+-*/x×:%.,;".contains(c));
        let token = token.trim_matches(['(', ')', '[', ']', ' ', '\u{a0}']);
        if !is_formula {
            return false;
        }
        match token.as_bytes() {
            // Letters and numbers run on, whatever is left out between them; both begin at the beginning.
            [own @ b'A'..=b'Z'] if letter.map_or(*own == b'A', |last| *own > last) => letter = Some(*own),
            _ => match token.parse::<u32>() {
                Ok(own) if number.map_or(own <= 2, |last| own > last && own <= last + most) => number = Some(own),
                _ => return false,
            },
        }
        tokens += 1;
    }
    tokens >= columns.saturating_sub(1).max(2)
}

/// Whether nobody filled in a row: it has dotted lines to write on, and nothing else but its number.
pub(super) fn is_dotted(row: &Row, frame: &Frame<'_>) -> bool {
    let own = |cell: &&Cell| frame.use_of(cell.column) != Use::Running && has_content(cell);
    let dots = |cell: &Cell| match &cell.raw {
        Raw::Text(text) => text
            .chars()
            .all(|sign| matches!(sign, '.' | '…' | '_') || is_blank_char(sign)),
        _ => false,
    };
    row.cells.iter().any(|cell| own(&cell)) && row.cells.iter().filter(own).all(dots)
}

/// Whether a row is the example row of a blank workbook: its first cell says so.
pub(super) fn is_example(row: &Row) -> bool {
    let first = row.cells.iter().find(has_content).and_then(label_text);
    first.is_some_and(|text| {
        text.len() <= 16 && text.contains(['v', 'V']) && matches!(fold(text).as_str(), "vd" | "vi du")
    })
}

/// The marker of a row whose text stands in a column: that of its running number, else that before the text.
pub(super) fn marker_of<'r>(row: &'r Row, frame: &Frame<'_>, text: Option<u32>) -> Marked<'r> {
    let cell = |column: Option<u32>| column.and_then(|column| row.cell(column));
    let name_cell = cell(text);
    let name = name_cell.and_then(label_text).map(Marker::of);
    let none = Marker {
        kind: Kind::Plain,
        text: "",
        rest: "",
    };
    let marked = |kind, number, marker: &'r str| Marked {
        kind,
        is_first: number == Some(1.0),
        number,
        marker,
        text: name.map_or("", |name| name.rest),
        at: name_cell.map(|cell| cell.column),
    };
    match cell(frame.running).map(|cell| (cell.column, &cell.raw)) {
        Some((_, Raw::Number(number))) => {
            let kind = Kind::Number(if number.fract() == 0.0 { 1 } else { 2 });
            marked(kind, Some(*number), "")
        }
        Some((column, Raw::Text(text))) => match Marker::alone(text) {
            Some(own) => marked(own.kind, own.text.parse().ok(), own.text),
            // A heading may begin in the column of running numbers and reach over all others.
            None if name.is_none() && !trim(text).is_empty() => {
                let own = Marker::of(text);
                Marked {
                    kind: own.kind,
                    is_first: own.text == "1",
                    number: None,
                    marker: own.text,
                    text: own.rest,
                    at: Some(column),
                }
            }
            None => marked(name.unwrap_or(none).kind, None, name.unwrap_or(none).text),
        },
        _ => {
            let name = name.unwrap_or(none);
            marked(name.kind, name.text.parse().ok(), name.text)
        }
    }
}

/// The marker and the text of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marked<'r> {
    pub kind: Kind,
    /// Whether its number is 1.
    pub is_first: bool,
    /// Its number, where it is one.
    number: Option<f64>,
    marker: &'r str,
    /// The text without the marker.
    pub text: &'r str,
    /// The column that the text stands in.
    pub at: Option<u32>,
}

impl Marked<'_> {
    /// The marker as it is written; `None` when there is none.
    pub fn marker(&self) -> Option<Box<str>> {
        match self.number {
            Some(number) if self.marker.is_empty() => Some(number.to_string().into()),
            _ => (!self.marker.is_empty()).then(|| self.marker.into()),
        }
    }
}

/// Whether a row whose only content is a marker and a text is a heading. Whoever forgot the other cells of a row must hear
/// of it: a plain number or a sign heads something only where the next row stands below it, and a text without any only
/// where the numbers begin anew.
pub(super) fn is_heading(marked: &Marked<'_>, levels: &Levels, next: Option<Marked<'_>>, frame: &Frame<'_>) -> bool {
    let below = next.is_some_and(|next| levels.is_deeper(next.kind));
    let begins = frame.running.is_some() && next.is_some_and(|next| next.is_first);
    match marked.kind {
        Kind::Upper | Kind::Roman => below || frame.found > 1,
        Kind::Plain => (marked.text.ends_with(':') || begins) && frame.found > 1,
        _ => below || marked.text.ends_with(':') && frame.found > 1,
    }
}

/// How surely a row begins what stands below a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Words that stand nowhere else.
    Certain,
    /// Words that may be data too.
    Perhaps,
}

/// Whether a row without figures begins a note or the signatures: `Người lập biểu`, `Ghi chú:`, `(1) Số liệu ước tính`.
pub(super) fn ends_table(row: &Row, frame: &Frame<'_>) -> Option<End> {
    let texts = row
        .cells
        .iter()
        .filter(|cell| frame.is_in_table(cell.column))
        .filter_map(label_text);
    texts.filter_map(end_word).max_by_key(|end| *end == End::Certain)
}

fn end_word(text: &str) -> Option<End> {
    const CERTAIN: [&str; 18] = [
        "nguoi lap",
        "nguoi tong hop",
        "nguoi bao cao",
        "nguoi ghi",
        "thu truong don vi",
        "tm. ",
        "tm ",
        "t/m ",
        "kt. chu tich",
        "kt.chu tich",
        "tl. chu tich",
        "tuq. chu tich",
        "xac nhan cua",
        "(ky,",
        "(ky ",
        "noi nhan:",
        "ghi chu:",
        "luu y:",
    ];
    const PERHAPS: [&str; 8] = [
        "chu tich",
        "pho chu tich",
        "ke toan",
        "thu truong",
        "nguon:",
        "nguon so lieu",
        "ky ten",
        "ghi chu",
    ];
    // Most texts are told by their first letters; names of people are not folded.
    const BEGINNINGS: [&str; 28] = [
        "ngườ", "nguoi", "nơi", "noi", "nguồ", "nguon", "thủ", "thu ", "tm", "t/m", "kt", "tl", "tuq", "xác", "xac",
        "(", "*", "ghi", "chủ", "chu ", "phó", "pho", "kế", "ke ", "ký", "ky ", "lưu ý", "luu y",
    ];
    let text = trim(text);
    let begins = |word: &&str| {
        let letters = text.chars().flat_map(char::to_lowercase);
        letters.take(word.chars().count()).eq(word.chars())
    };
    let has_month = ["tháng", "THÁNG", "thang"].iter().any(|month| text.contains(month));
    if !has_month && !BEGINNINGS.iter().any(begins) {
        return None;
    }
    let mut folded = fold(&text.chars().take(120).collect::<String>());
    if text.ends_with(':') {
        // Folding takes it off.
        folded.push(':');
    }
    let is = |word: &&str| folded.starts_with(*word);
    if CERTAIN.iter().any(is) {
        return Some(End::Certain);
    }
    let is_date = folded.contains("ngay ") && folded.contains(" thang ") && folded.contains(" nam");
    let is_footnote = text.starts_with('*')
        || text
            .strip_prefix('(')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '*'));
    (is_date || is_footnote || PERHAPS.iter().any(is)).then_some(End::Perhaps)
}

/// Whether a field's type counts or measures, so that a figure filled down or added up means something.
pub(super) fn is_figure(ty: Type) -> bool {
    matches!(ty, Type::Integer | Type::Decimal | Type::Count | Type::Percent)
}

/// Whether a cell stands for itself: it has content.
pub(super) fn has_content(cell: &&Cell) -> bool {
    !cell.is_blank()
}
