//! Which lines of a document are which component of an official document: Quốc hiệu, agency, number, title, signature, annex.
//!
//! In: a [`Reading`]. Out: a [`Document`]: the reading, and the lines of each component. Components are told by their words and
//! by where they stand, not by their looks, which are what the rules judge. Where offices put two components on one line with
//! a tab between them, the line is taken apart first.

use super::number::{Marker, marker};
use super::read::{Container, Line, Paragraph, Reading, Section};
use super::style::Align;
use crate::vietnamese::fold;

/// A line of a paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub paragraph: usize,
    pub line: usize,
}

/// An annex.
#[derive(Clone, Debug)]
pub(super) struct Annex {
    pub name: At,
    pub title: Vec<At>,
    /// `(Kèm theo …)`.
    pub note: Vec<At>,
}

/// A document whose components were found.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub sections: Vec<Section>,
    pub paragraphs: Vec<Paragraph>,
    /// `CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM`.
    pub nation: Option<At>,
    /// `Độc lập - Tự do - Hạnh phúc`.
    pub motto: Option<At>,
    /// The agency above the one that issues the document.
    pub superior: Vec<At>,
    pub agency: Vec<At>,
    pub number: Option<At>,
    pub date: Option<At>,
    /// `BÁO CÁO`; a công văn has none.
    pub kind: Option<At>,
    pub subject: Vec<At>,
    /// `V/v …`: the subject of a công văn.
    pub dispatch: Vec<At>,
    /// `Kính gửi: …`.
    pub addressees: Option<At>,
    /// The lines of several addressees.
    pub addressee_items: Vec<At>,
    /// Paragraphs between title and signature, tables and lines left out.
    pub body: Vec<usize>,
    /// `Nơi nhận:`.
    pub recipients: Option<At>,
    pub recipient_items: Vec<At>,
    /// Quyền hạn and chức vụ of who signs.
    pub title: Vec<At>,
    /// The name of who signs.
    pub name: Option<At>,
    pub annexes: Vec<Annex>,
}

/// Kinds of documents and their abbreviations (Decree 30/2020, annex III, I).
pub(super) const KINDS: &[(&str, &str)] = &[
    ("NGHỊ QUYẾT", "NQ"),
    ("QUYẾT ĐỊNH", "QĐ"),
    ("CHỈ THỊ", "CT"),
    ("QUY CHẾ", "QC"),
    ("QUY ĐỊNH", "QyĐ"),
    ("THÔNG CÁO", "TC"),
    ("THÔNG BÁO", "TB"),
    ("HƯỚNG DẪN", "HD"),
    ("CHƯƠNG TRÌNH", "CTr"),
    ("KẾ HOẠCH", "KH"),
    ("PHƯƠNG ÁN", "PA"),
    ("ĐỀ ÁN", "ĐA"),
    ("DỰ ÁN", "DA"),
    ("BÁO CÁO", "BC"),
    ("BIÊN BẢN", "BB"),
    ("TỜ TRÌNH", "TTr"),
    ("HỢP ĐỒNG", "HĐ"),
    ("CÔNG ĐIỆN", "CĐ"),
    ("BẢN GHI NHỚ", "BGN"),
    ("BẢN THỎA THUẬN", "BTT"),
    ("GIẤY ỦY QUYỀN", "GUQ"),
    ("GIẤY MỜI", "GM"),
    ("GIẤY GIỚI THIỆU", "GGT"),
    ("GIẤY NGHỈ PHÉP", "GNP"),
    ("PHIẾU GỬI", "PG"),
    ("PHIẾU CHUYỂN", "PC"),
    ("PHIẾU BÁO", "PB"),
];

/// The kind of document that a title names.
pub(super) fn kind_of(title: &str) -> Option<(&'static str, &'static str)> {
    let title = fold(title);
    KINDS.iter().copied().find(|(name, _)| title == fold(name))
}

/// Lines of a letterhead at most: it is looked for in the first paragraphs only.
const LETTERHEAD: usize = 60;

impl Document {
    /// Finds the components.
    pub fn new(reading: Reading) -> Self {
        let Reading {
            sections,
            mut paragraphs,
        } = reading;
        take_apart(&mut paragraphs);
        let mut document = Self {
            sections,
            paragraphs,
            nation: None,
            motto: None,
            superior: Vec::new(),
            agency: Vec::new(),
            number: None,
            date: None,
            kind: None,
            subject: Vec::new(),
            dispatch: Vec::new(),
            addressees: None,
            addressee_items: Vec::new(),
            body: Vec::new(),
            recipients: None,
            recipient_items: Vec::new(),
            title: Vec::new(),
            name: None,
            annexes: Vec::new(),
        };
        document.find_letterhead();
        if document.nation.is_some() {
            document.find_title();
            document.find_addressees();
            document.find_recipients();
            document.find_signature();
            document.find_annexes();
            document.find_body();
        }
        document
    }

    /// A line.
    pub fn line(&self, at: At) -> Option<&Line> {
        self.paragraph(at)?.lines.get(at.line)
    }

    /// The text of a line.
    pub fn text(&self, at: At) -> String {
        self.line(at).map(Line::text).unwrap_or_default()
    }

    /// The paragraph of a line.
    pub fn paragraph(&self, at: At) -> Option<&Paragraph> {
        self.paragraphs.get(at.paragraph)
    }

    fn container(&self, at: At) -> Option<Container> {
        self.paragraph(at).map(|paragraph| paragraph.container)
    }

    /// Lines that show text, from a paragraph on.
    pub fn lines_from(&self, first: usize) -> impl Iterator<Item = At> + '_ {
        let paragraphs = self.paragraphs.iter().enumerate().skip(first);
        paragraphs.flat_map(|(paragraph, found)| {
            let lines = found.lines.iter().enumerate();
            lines
                .filter(|(_, line)| line.visible().next().is_some())
                .map(move |(line, _)| At { paragraph, line })
        })
    }

    fn find_letterhead(&mut self) {
        let head: Vec<(At, String)> = self
            .lines_from(0)
            .take(LETTERHEAD)
            .map(|at| (at, fold(&self.text(at))))
            .collect();
        let Some(place) = head
            .iter()
            .position(|(_, text)| text.contains("xa hoi chu nghia viet nam") && text.len() < 60)
        else {
            return;
        };
        let nation = head[place].0;
        let home = self.container(nation);
        self.nation = Some(nation);
        let motto = head
            .iter()
            .skip(place + 1)
            .take(6)
            .find(|(_, text)| text.contains("doc lap") && text.contains("hanh phuc"));
        self.motto = motto.map(|(at, _)| *at);
        let numbered = |text: &str| {
            text.strip_prefix("so").is_some_and(|rest| {
                rest.trim_start().starts_with([':', '.', '…', '/']) || rest.is_empty() || starts_with_digit(rest)
            })
        };
        let around = || head.iter().filter(|(at, _)| *at != nation);
        self.number = around().find(|(_, text)| numbered(text)).map(|(at, _)| *at);
        self.date = around()
            .find(|(at, text)| {
                let is_dated = text.contains("ngay") && text.contains("thang") && text.contains("nam");
                is_dated && text.len() < 90 && !self.text(*at).starts_with('(')
            })
            .map(|(at, _)| *at);
        // The agency stands in the cell beside Quốc hiệu, or before it on lines that were taken apart.
        let is_agency = |at: At| match (home, self.container(at)) {
            (
                Some(Container::Cell { table, row, column }),
                Some(Container::Cell {
                    table: own,
                    row: own_row,
                    column: own_column,
                }),
            ) => table == own && row == own_row && own_column < column,
            (Some(Container::Body), Some(Container::Body)) => {
                at.paragraph <= self.motto.map_or(nation.paragraph, |motto| motto.paragraph)
            }
            (Some(Container::Box(_)), own) => own != home && at.paragraph < LETTERHEAD,
            _ => false,
        };
        let end = self.number.or(self.date);
        let mut lines: Vec<At> = head
            .iter()
            .map(|(at, _)| *at)
            .filter(|at| Some(*at) != self.nation && Some(*at) != self.motto)
            .filter(|at| Some(*at) != self.number && Some(*at) != self.date)
            .filter(|at| is_agency(*at) && !is_dashes(&self.text(*at)))
            .collect();
        // In one cell with the agency, the number ends it.
        if let Some(end) = end {
            lines.retain(|at| self.container(*at) != self.container(end) || *at < end);
        }
        lines.retain(|at| !is_about(&self.text(*at)));
        let first_bold = lines
            .iter()
            .position(|at| self.line(*at).is_some_and(Line::is_bold))
            .unwrap_or(lines.len().saturating_sub(1));
        self.agency = lines.split_off(first_bold);
        self.superior = lines;
        let about: Vec<At> = head
            .iter()
            .map(|(at, _)| *at)
            .skip_while(|at| !is_about(&self.text(*at)))
            .collect();
        if let Some(first) = about.first() {
            let home = self.container(*first);
            self.dispatch = about
                .iter()
                .copied()
                .take_while(|at| home != Some(Container::Body) && self.container(*at) == home || at == first)
                .collect();
        }
    }

    /// The last paragraph of the letterhead.
    fn end_of_letterhead(&self) -> usize {
        [
            self.nation,
            self.motto,
            self.number,
            self.date,
            self.dispatch.last().copied(),
        ]
        .into_iter()
        .flatten()
        .map(|at| at.paragraph)
        .max()
        .unwrap_or(0)
    }

    fn find_title(&mut self) {
        if !self.dispatch.is_empty() {
            return;
        }
        let lines: Vec<At> = self.lines_from(self.end_of_letterhead() + 1).take(LETTERHEAD).collect();
        let named = lines.iter().take(12).position(|at| kind_of(&self.text(*at)).is_some());
        // Else a line in capitals that stands first, for kinds that the decree does not name.
        let first = lines.first().is_some_and(|at| {
            let text = self.text(*at);
            is_capitals(&text) && marker(&text).is_none() && text.chars().count() < 60
        });
        let Some(place) = named.or(first.then_some(0)) else {
            return;
        };
        let kind = lines[place];
        self.kind = Some(kind);
        let home = self.container(kind);
        let mut above: Option<At> = None;
        for at in lines.iter().skip(place + 1) {
            let text = self.text(*at);
            if self.container(*at) != home || is_addressed(&text) || is_dashes(&text) || marker(&text).is_some() {
                break;
            }
            let (Some(paragraph), Some(line)) = (self.paragraph(*at), self.line(*at)) else {
                break;
            };
            let centred = paragraph.align == Align::Centre;
            if let Some(above) = above {
                let same = self.line(above).is_some_and(|above| above.is_bold() == line.is_bold());
                // A line between them ends the subject.
                let ruled = self
                    .paragraphs
                    .get(above.paragraph..at.paragraph)
                    .unwrap_or_default()
                    .iter()
                    .any(|between| between.border || !between.drawn.is_empty());
                if !centred || !same || is_capitals(&text) || ruled {
                    break;
                }
            } else if (is_capitals(&text) && text.starts_with("CHỦ TỊCH")) || (!centred && !line.is_bold()) {
                break;
            }
            self.subject.push(*at);
            above = Some(*at);
        }
    }

    /// The last paragraph of letterhead and title.
    fn end_of_title(&self) -> usize {
        let last = self.subject.last().copied().or(self.kind);
        last.map_or(0, |at| at.paragraph).max(self.end_of_letterhead())
    }

    fn find_addressees(&mut self) {
        let lines: Vec<At> = self
            .lines_from(self.end_of_title().saturating_sub(2))
            .take(30)
            .collect();
        let Some(place) = lines.iter().position(|at| is_addressed(&self.text(*at))) else {
            return;
        };
        let label = lines[place];
        self.addressees = Some(label);
        let home = self.container(label);
        self.addressee_items = lines
            .iter()
            .copied()
            .skip(place + 1)
            .take_while(|at| self.container(*at) == home && self.text(*at).starts_with(['-', '–', '+']))
            .collect();
    }

    fn find_recipients(&mut self) {
        let start = self.end_of_title() + 1;
        let Some(label) = self
            .lines_from(start)
            .find(|at| fold(&self.text(*at)).starts_with("noi nhan") && self.text(*at).chars().count() < 40)
        else {
            return;
        };
        self.recipients = Some(label);
        let home = self.container(label);
        let in_cell = !matches!(home, Some(Container::Body));
        self.recipient_items = self
            .lines_from(label.paragraph)
            .filter(|at| *at > label)
            .take_while(|at| self.container(*at) == home && (in_cell || self.text(*at).starts_with(['-', '–'])))
            .filter(|at| !is_dashes(&self.text(*at)))
            .collect();
    }

    fn find_signature(&mut self) {
        let start = self.end_of_title() + 1;
        let lines: Vec<At> = match self.recipients.and_then(|at| Some((at, self.container(at)?))) {
            Some((label, Container::Cell { table, row, column })) => self
                .lines_from(label.paragraph.saturating_sub(200).max(start))
                .filter(|at| match self.container(*at) {
                    Some(Container::Cell {
                        table: own,
                        row: own_row,
                        column: own_column,
                    }) => own == table && own_row >= row && own_column > column,
                    _ => false,
                })
                .collect(),
            _ => {
                // Without a list of recipients beside it, the last words that only a signature has.
                let found: Vec<At> = self
                    .lines_from(start)
                    .filter(|at| is_authority(&self.text(*at)))
                    .collect();
                let Some(last) = found.last() else { return };
                let home = self.container(*last);
                let first = found
                    .iter()
                    .copied()
                    .find(|at| self.container(*at) == home && last.paragraph.saturating_sub(at.paragraph) < 4);
                let first = first.unwrap_or(*last);
                self.lines_from(first.paragraph)
                    .take(8)
                    .filter(|at| *at >= first && self.container(*at) == home)
                    .take_while(|at| self.paragraph(*at).map(|p| p.section) == self.paragraph(first).map(|p| p.section))
                    .collect()
            }
        };
        let mut lines: Vec<At> = lines
            .into_iter()
            .filter(|at| !self.text(*at).starts_with(['(', '[']) && !is_dashes(&self.text(*at)))
            .collect();
        // The name is not in capitals, or stands well below the title.
        if let Some(last) = lines.last().copied() {
            let far = lines.len() > 1 && self.room_above(&lines) >= 400;
            if !is_capitals(&self.text(last)) || far {
                self.name = Some(last);
                lines.pop();
            }
        }
        // Whatever else is no capitals is another title of who signs (ô 7b).
        lines.retain(|at| is_capitals(&self.text(*at)) || self.text(*at).contains('.'));
        self.title = lines;
    }

    /// The gap in twips between the last two of some lines: spacing, and paragraphs without text.
    pub fn room_above(&self, lines: &[At]) -> i32 {
        let [.., above, last] = lines else { return 0 };
        if above.paragraph >= last.paragraph {
            let blank = last.line.saturating_sub(above.line + 1) as i32;
            let size = self
                .line(*last)
                .and_then(|line| line.visible().map(|run| run.size).max());
            return self
                .paragraph(*last)
                .map_or(0, |paragraph| blank * paragraph.line_height(size.unwrap_or(28)));
        }
        let between = self
            .paragraphs
            .get(above.paragraph..=last.paragraph)
            .unwrap_or_default();
        let mut room = 0;
        for (index, paragraph) in between.iter().enumerate() {
            if index > 0 {
                room += paragraph.before;
            }
            if index + 1 < between.len() {
                room += paragraph.after;
            }
            if index > 0 && index + 1 < between.len() {
                room += paragraph.line_height(paragraph.mark) * paragraph.lines.len() as i32;
            }
        }
        let tail = |at: &At, after: bool| {
            let Some(paragraph) = self.paragraph(*at) else { return 0 };
            let blank = if after {
                paragraph.lines.len().saturating_sub(at.line + 1)
            } else {
                at.line
            };
            blank as i32 * paragraph.line_height(paragraph.mark)
        };
        room + tail(above, true) + tail(last, false)
    }

    fn find_annexes(&mut self) {
        let start = self.end_of_title() + 1;
        let lines: Vec<At> = self
            .lines_from(start)
            .filter(|at| self.container(*at) == Some(Container::Body))
            .collect();
        for (place, at) in lines.iter().enumerate() {
            let text = fold(&self.text(*at));
            let Some(rest) = text.strip_prefix("phu luc") else {
                continue;
            };
            let rest = rest.trim_start_matches(" so").trim();
            let numbered = rest.chars().count() < 6 && !rest.contains(' ');
            if at.line > 0 || !numbered {
                continue;
            }
            let mut annex = Annex {
                name: *at,
                title: Vec::new(),
                note: Vec::new(),
            };
            for next in lines.iter().skip(place + 1).take(8) {
                let text = self.text(*next);
                let centred = self
                    .paragraph(*next)
                    .is_some_and(|paragraph| paragraph.align == Align::Centre);
                if !annex.note.is_empty() {
                    // A note of several lines ends with its bracket.
                    let open = annex.note.last().is_some_and(|last| !self.text(*last).ends_with(')'));
                    if !open || !centred {
                        break;
                    }
                    annex.note.push(*next);
                } else if fold(&text).starts_with("(kem theo") {
                    annex.note.push(*next);
                } else if annex.title.is_empty() || (centred && is_capitals(&text)) {
                    annex.title.push(*next);
                } else {
                    break;
                }
            }
            self.annexes.push(annex);
        }
    }

    fn find_body(&mut self) {
        let after = [Some(self.end_of_title()), self.addressees.map(|at| at.paragraph)]
            .into_iter()
            .flatten()
            .chain(self.addressee_items.iter().map(|at| at.paragraph))
            .max()
            .unwrap_or(0);
        let end = [self.recipients, self.title.first().copied(), self.name]
            .into_iter()
            .flatten()
            .chain(self.annexes.iter().map(|annex| annex.name))
            .map(|at| at.paragraph)
            .filter(|paragraph| *paragraph > after)
            .min()
            .unwrap_or(self.paragraphs.len());
        let body = self.paragraphs.iter().enumerate().take(end).skip(after + 1);
        self.body = body
            .filter(|(_, paragraph)| paragraph.container == Container::Body && !paragraph.is_blank())
            .filter(|(_, paragraph)| !is_dashes(&paragraph.text()))
            .map(|(index, _)| index)
            .collect();
    }

    /// Whether a paragraph of the body is a heading or another line set apart.
    pub fn is_heading(&self, paragraph: &Paragraph) -> bool {
        let text = paragraph.text();
        let bold = paragraph.lines.iter().all(Line::is_bold);
        paragraph.outline.is_some()
            || (bold && (marker(&text).is_some() || paragraph.align == Align::Centre))
            || matches!(marker(&text), Some(Marker::Part(_) | Marker::Chapter(_)))
    }
}

/// Takes lines apart at tabs where a letterhead or signature is set with tabs instead of a table.
fn take_apart(paragraphs: &mut [Paragraph]) {
    for (index, paragraph) in paragraphs.iter_mut().enumerate() {
        let text = fold(&paragraph.text());
        let letterhead = index < LETTERHEAD
            && (text.contains("xa hoi chu nghia viet nam")
                || (text.contains("doc lap") && text.contains("hanh phuc"))
                || (text.starts_with("so") && text.contains("thang") && text.len() < 140));
        if paragraph.container != Container::Body || !(letterhead || text.starts_with("noi nhan")) {
            continue;
        }
        let mut lines = Vec::new();
        for line in &paragraph.lines {
            let mut apart = Line::default();
            for run in &line.runs {
                for (piece, text) in run.text.split('\t').enumerate() {
                    if piece > 0 && apart.visible().next().is_some() {
                        lines.push(std::mem::take(&mut apart));
                    }
                    apart.runs.push(super::read::Run {
                        text: text.to_owned(),
                        ..run.clone()
                    });
                }
            }
            lines.push(apart);
        }
        paragraph.lines = lines;
    }
}

fn starts_with_digit(text: &str) -> bool {
    text.trim_start().starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a text is a line made of signs: `-------`, `_____`, `***`.
pub(super) fn is_dashes(text: &str) -> bool {
    let is_dash = |c: char| matches!(c, '-' | '_' | '–' | '—' | '=' | '*' | '¯' | '─');
    let signs = || text.chars().filter(|c| !c.is_whitespace());
    signs().filter(|c| is_dash(*c)).count() >= 3 && signs().all(|c| is_dash(c) || matches!(c, 'o' | '0' | '.'))
}

/// Whether a text has letters and all are capitals.
pub(super) fn is_capitals(text: &str) -> bool {
    text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)
}

fn is_about(text: &str) -> bool {
    let text = fold(text);
    text.starts_with("v/v") || text.starts_with("vv ") || text.starts_with("v/ v")
}

fn is_addressed(text: &str) -> bool {
    fold(text).starts_with("kinh gui")
}

/// Whether a line is one that only a signature has: `TM. ỦY BAN NHÂN DÂN`, `KT. CHỦ TỊCH`, `PHÓ CHỦ TỊCH`.
fn is_authority(text: &str) -> bool {
    const PREFIXES: [&str; 10] = ["TM.", "KT.", "TL.", "TUQ.", "Q.", "T/M", "K/T", "T/L", "TM ", "KT "];
    const TITLES: [&str; 6] = [
        "CHU TICH",
        "PHO CHU TICH",
        "GIAM DOC",
        "PHO GIAM DOC",
        "TRUONG PHONG",
        "CHANH VAN PHONG",
    ];
    let folded = fold(text).to_uppercase();
    text.chars().count() < 60
        && is_capitals(text)
        && (PREFIXES.iter().any(|prefix| text.trim_start().starts_with(prefix)) || TITLES.contains(&folded.as_str()))
}
