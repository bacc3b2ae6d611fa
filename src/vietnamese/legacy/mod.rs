//! TCVN3 and VNI, the encodings before Unicode: which texts are in them, and what those say.
//!
//! In: a text as a file holds it, what its fonts say ([`Charset`]), what the other texts of the workbook show
//! ([`Surroundings`]). Out: the text in Unicode NFC, or nothing when it stays as it is. Fonts lie, and most bytes of a legacy
//! text are letters of other languages; so each word is asked what it is as it stands and what it would be decoded, and a
//! text without a legacy font is touched only when its words leave no doubt.

mod judge;
mod tcvn3;
mod vni;

use std::ops::Range;

use self::judge::{Kind, Tally};
use super::fold::split_tone;

/// What a font says about the encoding of its texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// Nothing: the text itself must tell.
    #[default]
    Unknown,
    /// TCVN3 (ABC): fonts `.VnTime`, `.VnArial` and their like.
    Tcvn3,
    /// TCVN3 in a font of capitals: `.VnTimeH`.
    Tcvn3Upper,
    /// VNI-Windows: fonts `VNI-Times` and their like.
    Vni,
}

impl Charset {
    /// The encoding that goes with a font's name.
    pub fn of_font(name: &str) -> Self {
        let name = name.trim();
        // A font that was embedded in part: `ABCDEF+.VnTime`.
        let name = match name.split_once('+') {
            Some((tag, rest)) if tag.len() == 6 && tag.bytes().all(|byte| byte.is_ascii_alphabetic()) => rest,
            _ => name,
        };
        let rest_after = |start: &str| {
            let (head, rest) = name.split_at_checked(start.len())?;
            head.eq_ignore_ascii_case(start).then_some(rest)
        };
        if let Some(rest) = rest_after("vni") {
            let rest = rest.strip_prefix(['-', '_', ' ']).unwrap_or(rest);
            return match rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
                true => Self::Vni,
                false => Self::Unknown,
            };
        }
        if rest_after(".vn").is_none() && !WITHOUT_DOT.iter().any(|font| rest_after(font).is_some()) {
            return Self::Unknown;
        }
        match name.ends_with(['H', 'h']) {
            true => Self::Tcvn3Upper,
            false => Self::Tcvn3,
        }
    }

    fn encoding(self) -> Option<Encoding> {
        match self {
            Self::Unknown => None,
            Self::Tcvn3 | Self::Tcvn3Upper => Some(Encoding::Tcvn3),
            Self::Vni => Some(Encoding::Vni),
        }
    }
}

/// Names of TCVN3 fonts as they are written without their dot.
const WITHOUT_DOT: [&str; 11] = [
    "vntime",
    "vnarial",
    "vnavant",
    "vnhelv",
    "vnbook",
    "vnshelley",
    "vnmonotype",
    "vnrevue",
    "vnsouthern",
    "vncourier",
    "vnaristote",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Tcvn3,
    Vni,
}

/// A character of a text, read in an encoding.
#[derive(Clone, Copy, Debug)]
struct Letter {
    /// How many bytes of the text it takes.
    length: usize,
    character: char,
    /// Whether it is another than the text holds.
    decoded: bool,
}

impl Encoding {
    /// The first letter of a text. In a font of capitals (`upper`), a capital before a letter is a letter of its own.
    fn letter(self, text: &str, upper: bool) -> Option<Letter> {
        let mut characters = text.chars();
        let first = characters.next()?;
        let second = characters.next();
        let pair = second.and_then(|second| match self {
            Self::Tcvn3 if !upper => capital(first, second),
            Self::Tcvn3 => None,
            Self::Vni => pair(first, second),
        });
        if let (Some(character), Some(second)) = (pair, second) {
            return Some(Letter {
                length: first.len_utf8() + second.len_utf8(),
                character,
                decoded: true,
            });
        }
        let character = self.single(first).unwrap_or(first);
        Some(Letter {
            length: first.len_utf8(),
            character,
            decoded: character != first,
        })
    }

    /// The letter that a character stands for by itself.
    fn single(self, character: char) -> Option<char> {
        match self {
            Self::Tcvn3 => find(&tcvn3::LETTERS, &character),
            Self::Vni => in_case_of(character, find(&vni::SINGLES, &lower(character))?),
        }
    }

    /// The letters of a word.
    fn letters(self, mut word: &str, upper: bool) -> impl Iterator<Item = Letter> {
        std::iter::from_fn(move || {
            let letter = self.letter(word, upper)?;
            word = word.get(letter.length..)?;
            Some(letter)
        })
    }
}

/// A capital and the same letter with a tone, which TCVN3 has in lower case only: `Aµ` is À.
fn capital(first: char, second: char) -> Option<char> {
    if !(first.is_ascii_uppercase() || ('¡'..='¦').contains(&first)) {
        return None;
    }
    let capital = Encoding::Tcvn3.single(first).unwrap_or(first);
    let second = Encoding::Tcvn3.single(second)?;
    let (vowel, tone) = split_tone(second);
    (tone != 0 && vowel == lower(capital)).then(|| upper(second))
}

/// A letter and the mark that VNI writes after it, in the case of the letter.
fn pair(first: char, second: char) -> Option<char> {
    let mark = if first.is_uppercase() { lower(second) } else { second };
    in_case_of(first, find(&vni::PAIRS, &(lower(first), mark))?)
}

fn find<K: Ord>(table: &[(K, char)], key: &K) -> Option<char> {
    let index = table.binary_search_by(|(known, _)| known.cmp(key)).ok()?;
    table.get(index).map(|(_, letter)| *letter)
}

fn in_case_of(model: char, letter: char) -> Option<char> {
    Some(if model.is_uppercase() { upper(letter) } else { letter })
}

/// The lower case of a character; itself where that is more than one.
fn lower(character: char) -> char {
    one(character.to_lowercase(), character)
}

/// The upper case of a character; itself where that is more than one.
fn upper(character: char) -> char {
    one(character.to_uppercase(), character)
}

fn one(mut cases: impl ExactSizeIterator<Item = char>, otherwise: char) -> char {
    match cases.len() {
        1 => cases.next().unwrap_or(otherwise),
        _ => otherwise,
    }
}

/// A text that was decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The text in Unicode.
    pub text: String,
    /// What was replaced: where it stood, and where its replacement ends.
    changes: Vec<(Range<usize>, usize)>,
}

impl Decoded {
    /// Where a place of the old text is in the new one, in bytes. Within what became one letter, that is the letter's end.
    pub fn place(&self, old: usize) -> usize {
        let next = self.changes.partition_point(|(range, _)| range.end <= old);
        match self.changes.get(next) {
            Some((range, end)) if range.start < old => *end,
            _ => {
                let last = next.checked_sub(1).and_then(|last| self.changes.get(last));
                let (before, after) = last.map_or((0, 0), |(range, end)| (range.end, *end));
                after + (old - before)
            }
        }
    }

    fn replace(&mut self, range: Range<usize>, character: Option<char>) {
        self.text.extend(character);
        self.changes.push((range, self.text.len()));
    }
}

/// What the texts of a workbook show about their encoding, as far as they leave no doubt.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Texts without a legacy font that are Vietnamese in Unicode.
    unicode: usize,
    /// Texts that are in an encoding whatever their font is.
    certain: ByEncoding,
    /// Texts in a legacy font that are in its encoding.
    true_fonts: ByEncoding,
    /// Texts in a legacy font that are Vietnamese in Unicode all the same.
    false_fonts: ByEncoding,
}

#[derive(Clone, Debug, Default)]
struct ByEncoding {
    tcvn3: usize,
    vni: usize,
}

impl ByEncoding {
    fn of(&self, encoding: Encoding) -> usize {
        match encoding {
            Encoding::Tcvn3 => self.tcvn3,
            Encoding::Vni => self.vni,
        }
    }

    fn add(&mut self, encoding: Encoding, count: bool) {
        match encoding {
            Encoding::Tcvn3 => self.tcvn3 += usize::from(count),
            Encoding::Vni => self.vni += usize::from(count),
        }
    }
}

impl Surroundings {
    /// Takes in a text and says whether it may have to be decoded: [`decode`] changes no other, unless the texts of the
    /// workbook turn out to be [mostly](Self::is_mostly_legacy) in a legacy encoding.
    pub fn add(&mut self, text: &str, charset: Charset) -> bool {
        if text.is_ascii() {
            return false;
        }
        match charset.encoding() {
            None if judge::is_unicode(text) => {
                self.unicode += 1;
                judge::may_be_both(text)
            }
            // Most texts without a letter that only Unicode has: `xóm`, `Hà Nam`.
            None if !judge::may_speak(text) => false,
            None => {
                let mut suspicious = false;
                for encoding in [Encoding::Tcvn3, Encoding::Vni] {
                    let tally = Tally::of(text, encoding, false);
                    self.certain.add(encoding, tally.is_certain(encoding));
                    suspicious |= tally.keys > 0;
                }
                suspicious
            }
            Some(encoding) => {
                let tally = Tally::of(text, encoding, charset == Charset::Tcvn3Upper);
                self.certain
                    .add(encoding, tally.unicode == 0 && tally.is_certain(encoding));
                self.false_fonts.add(encoding, tally.belies_font());
                self.true_fonts
                    .add(encoding, !tally.belies_font() && tally.legacy() > 0);
                tally.keys > 0
            }
        }
    }

    /// Whether so many texts are certain that words which speak for nothing by themselves are decoded too: then each text
    /// that is not ASCII may have to be.
    pub fn is_mostly_legacy(&self) -> bool {
        self.certain.tcvn3 >= MANY.max(self.unicode + 1)
    }

    /// Whether a text in a font's encoding, which could be either, is rather Unicode.
    fn belie_font(&self, encoding: Encoding) -> bool {
        self.false_fonts.of(encoding) > self.true_fonts.of(encoding)
    }
}

/// From how many certain texts on in a workbook one strong word is enough.
const SEVERAL: usize = 3;
/// From how many certain texts on in a workbook, if they outnumber those in Unicode, words that could be another language's
/// are enough.
const MANY: usize = 10;

/// A text in Unicode; `None` when it stays as it is. `charset` is that of its font, `runs` those of the letters that are in
/// another font, by bytes and in order.
pub fn decode(
    text: &str,
    charset: Charset,
    runs: &[(Range<usize>, Charset)],
    around: &Surroundings,
) -> Option<Decoded> {
    if text.is_ascii() {
        return None;
    }
    let mut decoded = Decoded::default();
    let mut rest = 0;
    let mut runs = runs.iter().peekable();
    while rest < text.len() {
        // As far as the encoding is one.
        let start = rest;
        let mut uppers = Vec::new();
        let mut encoding = None;
        while rest < text.len() {
            while runs
                .next_if(|(range, _)| range.end <= rest || range.is_empty())
                .is_some()
            {}
            let (end, own) = match runs.peek() {
                Some((range, own)) if range.start <= rest => (range.end, *own),
                Some((range, _)) => (range.start, charset),
                None => (text.len(), charset),
            };
            if rest > start && own.encoding() != encoding {
                break;
            }
            encoding = own.encoding();
            let end = end.min(text.len());
            if own == Charset::Tcvn3Upper {
                uppers.push(rest..end);
            }
            rest = end;
        }
        let part = Part {
            text: text.get(start..rest)?,
            start,
            uppers,
        };
        part.decode(encoding, around, &mut decoded);
    }
    (!decoded.changes.is_empty()).then_some(decoded)
}

/// A stretch of a text in one encoding.
struct Part<'t> {
    text: &'t str,
    /// Where it starts in the text.
    start: usize,
    /// What is in a font of capitals, by bytes of the text.
    uppers: Vec<Range<usize>>,
}

impl Part<'_> {
    fn decode(&self, font: Option<Encoding>, around: &Surroundings, out: &mut Decoded) {
        match font {
            _ if self.text.is_ascii() => out.text.push_str(self.text),
            Some(encoding) => self.decode_by_font(encoding, around, out),
            None => self.decode_by_words(around, out),
        }
    }

    fn decode_by_font(&self, encoding: Encoding, around: &Surroundings, out: &mut Decoded) {
        let tally = Tally::of(self.text, encoding, !self.uppers.is_empty());
        if tally.keys == 0 || tally.legacy() == 0 && !tally.belies_font() && around.belie_font(encoding) {
            return out.text.push_str(self.text);
        }
        if tally.belies_font() {
            // Both within one text: words that only make sense decoded, and in doubt what most of the text is.
            let is_mostly = tally.is_mostly_legacy();
            return self.write(encoding, out, |_, kind| match kind {
                Kind::Strong(_) | Kind::Weak | Kind::Initials => true,
                Kind::Either => is_mostly,
                _ => false,
            });
        }
        // Plain letters in a font of capitals are capitals.
        let has_capitals = !self.uppers.is_empty();
        self.write(encoding, out, |word, kind| match kind {
            Kind::Unicode => false,
            Kind::Plain | Kind::Foreign => has_capitals,
            _ => !judge::is_sign(self.text, word),
        });
    }

    fn decode_by_words(&self, around: &Surroundings, out: &mut Decoded) {
        let plain = |out: &mut Decoded| out.text.push_str(self.text);
        if judge::is_unicode(self.text) {
            return match judge::may_be_both(self.text) && Tally::of(self.text, Encoding::Tcvn3, false).points >= 2 {
                true => self.write(Encoding::Tcvn3, out, |_, kind| {
                    matches!(kind, Kind::Strong(_) | Kind::Weak)
                }),
                false => plain(out),
            };
        }
        let [tcvn3, vni] = [Encoding::Tcvn3, Encoding::Vni].map(|encoding| {
            let tally = Tally::of(self.text, encoding, false);
            let is_safe = tally.is_certain(encoding)
                || around.certain.of(encoding) >= SEVERAL && tally.is_likely(encoding)
                || encoding == Encoding::Tcvn3 && around.is_mostly_legacy() && tally.is_possible(around.unicode == 0);
            (is_safe, tally.points)
        });
        let encoding = match (tcvn3, vni) {
            ((true, points), (true, others)) if points == others => return plain(out),
            ((true, points), (true, others)) if points < others => Encoding::Vni,
            ((true, _), _) => Encoding::Tcvn3,
            (_, (true, _)) => Encoding::Vni,
            _ => return plain(out),
        };
        self.write(encoding, out, |word, kind| match kind {
            Kind::Strong(_) | Kind::Weak | Kind::Either | Kind::Initials => !judge::is_sign(self.text, word),
            Kind::Neutral => encoding == Encoding::Tcvn3 && judge::is_short_word(self.text, word),
            _ => false,
        });
    }

    /// Writes the text with the words decoded that are chosen.
    fn write(&self, encoding: Encoding, out: &mut Decoded, choose: impl Fn(&Range<usize>, Kind) -> bool) {
        let is_upper = |at: usize| self.uppers.iter().any(|range| range.contains(&(self.start + at)));
        let mut done = 0;
        for range in judge::words(self.text) {
            let word = self.text.get(range.clone()).unwrap_or_default();
            let kind = judge::kind(word, encoding, is_upper(range.start));
            if !choose(&range, kind) {
                continue;
            }
            out.text.push_str(self.text.get(done..range.start).unwrap_or_default());
            done = range.end;
            let body = match encoding {
                Encoding::Tcvn3 => judge::without_stray(word),
                Encoding::Vni => word,
            };
            let mut at = range.start;
            for letter in encoding.letters(body, is_upper(range.start)) {
                let end = at + letter.length;
                let shown = if is_upper(at) {
                    upper(letter.character)
                } else {
                    letter.character
                };
                match letter.decoded || shown != letter.character {
                    true => out.replace(self.start + at..self.start + end, Some(shown)),
                    false => out.text.push(shown),
                }
                at = end;
            }
            if at < range.end {
                out.replace(self.start + at..self.start + range.end, None);
            }
        }
        out.text.push_str(self.text.get(done..).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests;
