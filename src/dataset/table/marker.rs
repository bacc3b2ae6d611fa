//! The markers by which rows of a table are ordered under one another: `A.`, `I`, `1.1`, `a)`, `-`, blanks.
//!
//! In: the text of a cell. Out: its [`Marker`], and how deep it stands below the rows before it ([`Levels`]). A marker alone
//! says little: what it means depends on those above it.

use crate::vietnamese::is_blank_char;

/// Blanks before a text that are more than a slip.
const INDENT: usize = 2;

/// What kind of marker a row has. Rows of one kind below one heading stand equally deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dataset) enum Kind {
    /// `A.`, `B.`
    Upper,
    /// `I.`, `II.`
    Roman,
    /// None.
    Plain,
    /// `1.`, `1.1`: how many numbers there are.
    Number(u8),
    /// `a)`, `đ)`
    Lower,
    /// `-`, `+`, `*`, `_`, `•`
    Sign(char),
    /// Only blanks before the text, as many.
    Indent(usize),
}

impl Kind {
    /// Kinds that stand above others, where both are used, come first. Signs have no order among themselves.
    pub fn rank(self) -> u8 {
        match self {
            Self::Upper | Self::Roman => 0,
            Self::Plain => 1,
            Self::Number(depth) => 1 + depth.clamp(1, 16),
            Self::Lower => 20,
            Self::Sign(_) => 21,
            Self::Indent(_) => 22,
        }
    }
}

/// The marker at the start of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dataset) struct Marker<'a> {
    pub kind: Kind,
    /// As it is written, without the sign that ends it.
    pub text: &'a str,
    /// What follows.
    pub rest: &'a str,
}

impl<'a> Marker<'a> {
    /// The marker that a text begins with: `I. NÔNG NGHIỆP`, `- Lúa`, `1.1 Trồng trọt`.
    pub fn of(text: &'a str) -> Self {
        let body = text.trim_start_matches(is_blank_char);
        let found = sign(body).or_else(|| counted(body, false));
        found.unwrap_or_else(|| {
            let blanks = text.chars().take_while(|c| is_blank_char(*c)).count();
            Self {
                kind: if blanks >= INDENT {
                    Kind::Indent(blanks)
                } else {
                    Kind::Plain
                },
                text: "",
                rest: body,
            }
        })
    }

    /// The marker that a cell of running numbers is: `I`, `1.1`, `a)`, `-`. `None` when it says something else.
    pub fn alone(text: &'a str) -> Option<Self> {
        let body = text.trim_matches(is_blank_char);
        let found = sign(body).or_else(|| counted(body, true))?;
        found.rest.is_empty().then_some(found)
    }
}

fn sign(body: &str) -> Option<Marker<'_>> {
    let first = body.chars().next()?;
    let kind = match first {
        '-' | '–' | '—' | '−' => '-',
        '+' | '*' | '_' | '•' => first,
        _ => return None,
    };
    let (text, rest) = body.split_at(first.len_utf8());
    Some(Marker {
        kind: Kind::Sign(kind),
        text,
        rest: rest.trim_start_matches(is_blank_char),
    })
}

/// A number or letter and what ends it; `alone` in its cell it needs nothing that ends it.
fn counted(body: &str, alone: bool) -> Option<Marker<'_>> {
    // What stands in front of every name is looked at byte by byte.
    let bytes = body.as_bytes();
    let first = *bytes.first()?;
    let (kind, length) = if first.is_ascii_digit() {
        numbers(bytes)?
    } else if first.is_ascii_uppercase() {
        let roman = bytes.iter().take_while(|byte| b"IVX".contains(byte)).count();
        match roman {
            0 => (Kind::Upper, 1),
            _ => (Kind::Roman, roman),
        }
    } else if first.is_ascii_lowercase() {
        (Kind::Lower, 1)
    } else if body.starts_with('đ') {
        (Kind::Lower, 'đ'.len_utf8())
    } else if body.starts_with('Đ') {
        (Kind::Upper, 'Đ'.len_utf8())
    } else {
        return None;
    };
    if length > 5 && kind == Kind::Roman {
        return None;
    }
    let (text, after) = body.split_at_checked(length)?;
    let rest = match after.chars().next() {
        None if alone => after,
        // «1.1 Trồng trọt» needs nothing more, «5 thôn» is no marker.
        Some(c) if is_blank_char(c) && matches!(kind, Kind::Number(2..)) => after,
        Some('.' | ')' | ':') => {
            let rest = after.get(1..)?;
            // «1.500 đồng», «T.Hà» begin with no marker; «1.GDP», «I.Thu» do.
            let next = rest.chars().next();
            let needs_blank = matches!(kind, Kind::Upper | Kind::Lower);
            let is_other = next.is_some_and(|c| c.is_ascii_digit() || needs_blank && !is_blank_char(c));
            if is_other && !after.starts_with(')') {
                return None;
            }
            rest
        }
        Some('/' | '-') if after.get(1..)?.starts_with(is_blank_char) || alone && after.len() == 1 => after.get(1..)?,
        _ => return None,
    };
    Some(Marker {
        kind,
        text,
        rest: rest.trim_start_matches(is_blank_char),
    })
}

/// `1`, `1.1`, `2.10.3`: how many numbers there are, and how many bytes.
fn numbers(bytes: &[u8]) -> Option<(Kind, usize)> {
    let (mut depth, mut length) = (0_u8, 0);
    loop {
        let rest = bytes.get(length..)?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        // A date or an amount of money is no marker.
        if digits > if depth == 0 { 4 } else { 2 } {
            return None;
        }
        depth = depth.saturating_add(1);
        length += digits;
        match bytes.get(length..) {
            Some([b'.', next, ..]) if next.is_ascii_digit() => length += 1,
            _ => return Some((Kind::Number(depth), length)),
        }
    }
}

/// The headings above a row, the outermost first.
#[derive(Debug, Default)]
pub(super) struct Levels {
    above: Vec<(Kind, Option<Box<str>>)>,
}

impl Levels {
    /// The level of a row with a marker, from 1, now that it comes next. `is_first` says that its number is 1; `text` is
    /// what rows below it call their section.
    pub fn enter(&mut self, kind: Kind, is_first: bool, text: impl FnOnce() -> Option<Box<str>>) -> usize {
        if kind == Kind::Plain {
            // Between rows with signs, one without is one of them.
            if matches!(
                self.above.last(),
                Some((Kind::Sign(_) | Kind::Indent(_) | Kind::Lower, _))
            ) {
                return self.above.len();
            }
        } else if matches!(self.above.last(), Some((Kind::Plain, _))) && matches!(kind, Kind::Number(_)) && !is_first {
            // Numbers that go on are not below the row whose number was left out.
            self.above.pop();
        }
        let same = self.above.iter().position(|(above, _)| *above == kind);
        match same {
            Some(same) => self.above.truncate(same),
            None => {
                let is_below = |above: &(Kind, _)| match (above.0, kind) {
                    (Kind::Indent(above), Kind::Indent(own)) => above > own,
                    (above, _) => above.rank() > kind.rank(),
                };
                while self.above.last().is_some_and(is_below) {
                    self.above.pop();
                }
            }
        }
        self.above.push((kind, text()));
        self.above.len()
    }

    /// Whether a marker that comes next would stand below the row that came last.
    pub fn is_deeper(&self, kind: Kind) -> bool {
        let Some((last, _)) = self.above.last() else {
            return false;
        };
        let is_known = self.above.iter().any(|(above, _)| *above == kind);
        let is_below = match (last, kind) {
            (_, Kind::Plain) => false,
            (Kind::Indent(last), Kind::Indent(next)) => next > *last,
            _ => kind.rank() > last.rank() || matches!((last, kind), (Kind::Sign(_), Kind::Sign(_))),
        };
        is_below && !is_known
    }

    /// The text of the nearest row that stands less deep than the one that came last, which has this level.
    pub fn section(&self, level: usize) -> Option<&str> {
        let above = level.checked_sub(2)?;
        self.above.get(above)?.1.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_begins_with_its_marker() {
        for (text, kind, marker, rest) in [
            ("I. NÔNG NGHIỆP", Kind::Roman, "I", "NÔNG NGHIỆP"),
            ("IV/ Thu", Kind::Roman, "IV", "Thu"),
            ("A. Chỉ tiêu", Kind::Upper, "A", "Chỉ tiêu"),
            ("Đ) Khác", Kind::Upper, "Đ", "Khác"),
            ("1.GDP theo giá 1994", Kind::Number(1), "1", "GDP theo giá 1994"),
            ("1.1 Trồng trọt", Kind::Number(2), "1.1", "Trồng trọt"),
            ("2.10.3. Ngô", Kind::Number(3), "2.10.3", "Ngô"),
            ("a) Lúa", Kind::Lower, "a", "Lúa"),
            ("  - Lúa", Kind::Sign('-'), "-", "Lúa"),
            ("-\u{a0}Thành thị", Kind::Sign('-'), "-", "Thành thị"),
            ("–Lúa", Kind::Sign('-'), "–", "Lúa"),
            ("        + Ngô", Kind::Sign('+'), "+", "Ngô"),
            ("    Trong đó:", Kind::Indent(4), "", "Trong đó:"),
            (" Bia", Kind::Plain, "", "Bia"),
            ("5 thôn", Kind::Plain, "", "5 thôn"),
            ("1.500 đồng", Kind::Plain, "", "1.500 đồng"),
            ("15/12/2023", Kind::Plain, "", "15/12/2023"),
            ("T.Hà", Kind::Plain, "", "T.Hà"),
            ("Ý kiến", Kind::Plain, "", "Ý kiến"),
            ("Vịt", Kind::Plain, "", "Vịt"),
        ] {
            assert_eq!(
                Marker::of(text),
                Marker {
                    kind,
                    text: marker,
                    rest
                },
                "{text}"
            );
        }
    }

    #[test]
    fn a_running_number_is_a_marker_alone() {
        for (text, kind) in [
            ("I", Some(Kind::Roman)),
            ("A.", Some(Kind::Upper)),
            (" 12 ", Some(Kind::Number(1))),
            ("1.1", Some(Kind::Number(2))),
            ("a)", Some(Kind::Lower)),
            ("-", Some(Kind::Sign('-'))),
            ("Ghi chú", None),
            ("I. Thu", None),
        ] {
            assert_eq!(Marker::alone(text).map(|marker| marker.kind), kind, "{text}");
        }
    }

    #[test]
    fn levels_follow_the_markers_above() {
        let mut levels = Levels::default();
        let mut read = |text: &str| {
            let marker = Marker::of(text);
            let rest = marker.rest;
            levels.enter(marker.kind, marker.text == "1", || Some(rest.into()))
        };
        let rows = [
            ("A. Kinh tế", 1),
            ("1. Nông nghiệp", 2),
            ("- Lúa", 3),
            ("+ Lúa mùa", 4),
            ("- Ngô", 3),
            ("Khoai", 3),
            ("2. Công nghiệp", 2),
            ("B. Xã hội", 1),
            ("1. Dân số", 2),
            ("1.1 Nam", 3),
            ("2. Lao động", 2),
        ];
        for (text, level) in rows {
            assert_eq!(read(text), level, "{text}");
        }
        let mut levels = Levels::default();
        let mut read = |text: &str| levels.enter(Marker::of(text).kind, text.starts_with('1'), || None);
        // A row without a number heads those that begin anew, and not those that go on.
        assert_eq!(
            ["Chuyển tiếp", "1. Cầu", "2. Đường", "Mới", "1. Trường"].map(&mut read),
            [1, 2, 2, 1, 2]
        );
        let mut levels = Levels::default();
        let mut read = |text: &str| levels.enter(Marker::of(text).kind, text.starts_with('1'), || None);
        assert_eq!(["1. An", "Bình", "3. Chi"].map(&mut read), [1, 1, 1]);
    }
}
