//! What the words of a text say about its encoding.
//!
//! A word is a stretch of letters: in a legacy text many of them look like signs (`µ`, `·`, `»`). Each is read as it stands and
//! decoded; which of both is a Vietnamese syllable tells what it is. Weights are chosen so that names, units and words of
//! other languages never add up to a legacy text.

use std::ops::Range;

use super::{Encoding, lower};
use crate::vietnamese::syllable::is_syllable;

/// What a word is to an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Says nothing: a syllable without diacritics, initials, a unit.
    Plain,
    /// Nothing to decode, and no Vietnamese.
    Foreign,
    /// Has letters that no legacy text holds.
    Unicode,
    /// A syllable as it stands, and none decoded.
    Standing,
    /// A syllable as it stands and decoded, or decoded and as good as a unit.
    Either,
    /// A syllable only when decoded; but the word may be another language's.
    Weak,
    /// A syllable only when decoded, with characters that stand in no other language's words: so many points.
    Strong(usize),
    /// Initials with a letter to decode: `§VT`, `UB§P`.
    Initials,
    /// Too short to be told.
    Neutral,
    /// No syllable either way.
    Odd,
}

/// Whether a text has letters of Vietnamese that only Unicode has: U+0102 to U+01B0 and U+1EA0 to U+1EF9, or combining marks.
pub(super) fn is_unicode(text: &str) -> bool {
    let mut bytes = text.as_bytes();
    while let [first, rest @ ..] = bytes {
        let found = match (first, rest) {
            (..0xc4, _) => false,
            (0xc4, [second, ..]) => matches!(second, 0x82 | 0x83 | 0x90 | 0x91 | 0xa8 | 0xa9),
            (0xc5, [second, ..]) => matches!(second, 0xa8 | 0xa9),
            (0xc6, [second, ..]) => matches!(second, 0xa0 | 0xa1 | 0xaf | 0xb0),
            (0xcc, _) => true,
            (0xcd, [second, ..]) => *second <= 0xaf,
            (0xe1, [0xba, third, ..]) => *third >= 0xa0,
            (0xe1, [0xbb, third, ..]) => *third <= 0xb9,
            _ => false,
        };
        if found {
            return true;
        }
        bytes = rest;
    }
    false
}

/// Whether a text that is Unicode can hold words in TCVN3 as well, by a look for the signs U+00A1 to U+00BE alone.
pub(super) fn may_be_both(text: &str) -> bool {
    text.as_bytes().contains(&0xc2) && text.contains(|c| matches!(c, '¡'..='¾'))
}

/// Whether a text can have a word that speaks for an encoding ([`points`]), by a look at its bytes: a sign U+00A1 to U+00BE, a
/// capital of U+00C6 to U+00DE after a small letter, a mark of VNI after a vowel.
pub(super) fn may_speak(text: &str) -> bool {
    let mut before = [b' '; 2];
    for (first, second) in text.bytes().zip(text.bytes().skip(1)) {
        let found = match (first, second) {
            (0xc2, 0xa1..=0xbe) | (0xc3, 0x97 | 0xb7) => true,
            (0xc3, 0x86..=0x9e) if before[1].is_ascii_lowercase() => true,
            // The marks of `points` in both cases, after a letter that can carry one; ô and ö end in B4 and B6, Ô and Ö in 94
            // and 96.
            (0xc3, 0x82 | 0x84 | 0x85 | 0x88 | 0x8a | 0x8f | 0x95 | 0x98 | 0x99 | 0x9b | 0x9c)
            | (0xc3, 0xa2 | 0xa4 | 0xa5 | 0xa8 | 0xaa | 0xaf | 0xb5 | 0xb8 | 0xb9 | 0xbb | 0xbc) => {
                matches!(before[1].to_ascii_lowercase(), b'a' | b'e' | b'o' | b'u' | b'y')
                    || matches!(before, [0xc3, 0x94 | 0x96 | 0xb4 | 0xb6])
            }
            _ => false,
        };
        if found {
            return true;
        }
        before = [before[1], first];
    }
    false
}

/// The words of a text, in order.
pub(super) fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text.get(rest..)?.find(is_letter)?;
        let length = text.get(start..)?.find(|c| !is_letter(c));
        rest = length.map_or(text.len(), |length| start + length);
        Some(start..rest)
    })
}

/// Whether a character belongs to words. Blanks, digits and the punctuation of ASCII and of U+2000 to U+206F do not.
fn is_letter(c: char) -> bool {
    match c.is_ascii() {
        true => c.is_ascii_alphabetic(),
        false => !c.is_whitespace() && !matches!(c, '\u{2000}'..='\u{206f}'),
    }
}

/// A word without the U+00AD that real files hold after a closed syllable, where it can be no ư: `Nam` and that.
pub(super) fn without_stray(word: &str) -> &str {
    match word.strip_suffix('\u{ad}') {
        Some(before)
            if before.ends_with(['c', 'g', 'h', 'm', 'n', 'p', 't', 'C', 'G', 'H', 'M', 'N', 'P', 'T'])
                && are_syllables(|| Encoding::Tcvn3.letters(before, true).map(|letter| letter.character)) =>
        {
            before
        }
        _ => word,
    }
}

/// Whether a word is a sign rather than a letter, whatever its font is: `Ø 16`, `2 × 3`, `1½`, `10 µm`.
pub(super) fn is_sign(text: &str, range: &Range<usize>) -> bool {
    let word = text.get(range.clone()).unwrap_or_default();
    let mut characters = word.chars();
    match (characters.next(), characters.next()) {
        (Some('µ'), Some(_)) => word != "µo",
        (Some(sign), None) => {
            matches!(sign, '©' | 'ª' | 'µ' | '·' | '¹' | '¼'..='¾' | '×' | 'Ø' | '÷')
        }
        _ => false,
    }
}

/// Whether one or two characters are surely a word in a text that is TCVN3: `« t«`, `ë`, `1000®`, `Nam` and a stray U+00AD.
pub(super) fn is_short_word(text: &str, range: &Range<usize>) -> bool {
    let word = text.get(range.clone()).unwrap_or_default();
    let before = text.get(..range.start).unwrap_or_default();
    match word {
        "«" => !text.contains('»'),
        "ë" | "æ" => true,
        "®" => before.ends_with(|c: char| c.is_ascii_digit()),
        _ => without_stray(word) != word,
    }
}

/// What a word is to an encoding; `upper` in a font of capitals.
pub(super) fn kind(word: &str, encoding: Encoding, upper: bool) -> Kind {
    let stands = || is_written_plainly(word) && is_syllable(word.chars().map(lower)) || are_joined(|| word.chars());
    if word.is_ascii() {
        let is_plain = word.len() == 1 || word.bytes().all(|byte| byte.is_ascii_uppercase()) || stands();
        return if is_plain { Kind::Plain } else { Kind::Foreign };
    }
    let letters = || encoding.letters(word, upper);
    let decodes = || are_syllables(|| letters().map(|letter| letter.character));
    if word.chars().any(|c| c > '\u{ff}') {
        // Some keyboards put Unicode capitals into legacy words: `ĐiÒu`.
        let is_both = is_unicode(word) && letters().any(|letter| letter.decoded) && !stands() && decodes();
        return if is_both { Kind::Weak } else { Kind::Unicode };
    }
    if !letters().any(|letter| letter.decoded) {
        // Such as `ý` in TCVN3 and `ì` in VNI, which stand for themselves.
        let is_own = |c: char| c.is_ascii() || encoding.single(c).is_some();
        return match stands() {
            true if word.chars().all(is_own) => Kind::Plain,
            true => Kind::Standing,
            false if word.chars().all(char::is_alphabetic) => Kind::Foreign,
            false => Kind::Plain,
        };
    }
    let is_short = word.chars().nth(1).is_none();
    if is_short || encoding == Encoding::Tcvn3 && without_stray(word) != word {
        return Kind::Neutral;
    }
    match (decodes(), stands()) {
        (true, true) => Kind::Either,
        (true, false) => match points(word, encoding) {
            // A product of units, a feminine abbreviation, a footnote's number, a quotation mark: `N·m`, `Mª`, `m¹`, `s«`.
            0 if word.contains(['·', 'ª', '¹', '«', '»', '×']) => Kind::Either,
            // All in capitals, which TCVN3 hardly has.
            0 if encoding == Encoding::Tcvn3 && !word.contains(char::is_lowercase) => Kind::Either,
            0 => Kind::Weak,
            points => Kind::Strong(points),
        },
        (false, true) => Kind::Standing,
        (false, false) if are_initials(word, encoding) => Kind::Initials,
        (false, false) => Kind::Odd,
    }
}

/// Whether letters are a syllable, in whatever case, or several.
fn are_syllables<I: Iterator<Item = char>>(letters: impl Fn() -> I) -> bool {
    is_syllable(letters().map(lower)) || are_joined(letters)
}

/// Whether letters are several syllables of which each but the first starts with a capital: `ChíMinh`.
fn are_joined<I: Iterator<Item = char>>(letters: impl Fn() -> I) -> bool {
    // Twice the longest syllable's length is more than any of them has.
    let mut syllable = [' '; 16];
    let (mut length, mut count) = (0, 0);
    let mut after_small = false;
    let is_one = |syllable: &[char], length| {
        length > 1 && is_syllable(syllable.get(..length).unwrap_or_default().iter().copied())
    };
    for letter in letters() {
        if letter.is_uppercase() && after_small {
            if !is_one(&syllable, length) {
                return false;
            }
            (length, count) = (0, count + 1);
        }
        after_small = letter.is_lowercase();
        let Some(place) = syllable.get_mut(length) else {
            return false;
        };
        *place = lower(letter);
        length += 1;
    }
    count > 0 && is_one(&syllable, length)
}

/// Whether a word is in small letters, in capitals, or in small letters after a capital: not `tÊn`, though it looks like tên.
fn is_written_plainly(word: &str) -> bool {
    let rest = || word.chars().skip(1);
    !rest().any(char::is_uppercase) || !word.chars().any(char::is_lowercase)
}

/// How much a word that is a syllable when decoded speaks for its encoding: 2 for beyond doubt, 0 for nothing.
fn points(word: &str, encoding: Encoding) -> usize {
    let length = word.chars().count();
    if length < 3 {
        return 0;
    }
    let mut pairs = word.chars().zip(word.chars().skip(1));
    match encoding {
        Encoding::Tcvn3 => {
            let first = word.chars().next().filter(|first| is_symbol(*first) && *first != 'µ');
            let within = pairs.filter(|&(before, c)| match c {
                // Signs that stand after a letter or between two: `N·m`, `Srª`, a footnote's `¹`.
                '·' | 'ª' | '¹' => length > 3,
                'Æ'..='Þ' if c != '×' => before.is_ascii_lowercase(),
                c => is_symbol(c),
            });
            (usize::from(first.is_some()) + within.count()).min(2)
        }
        Encoding::Vni => usize::from(pairs.any(|(letter, mark)| match lower(letter) {
            // Other marks follow a vowel in French, Portuguese and Spanish too: laïc, João, aún.
            'a' | 'e' | 'o' | 'u' | 'y' => {
                matches!(lower(mark), 'ø' | 'ù' | 'û' | 'õ' | 'â' | 'ê' | 'ä' | 'å' | 'è' | 'ü')
            }
            'ô' | 'ö' => matches!(lower(mark), 'ï' | 'õ' | 'ø' | 'ù' | 'û'),
            _ => false,
        })),
    }
}

/// Whether a character of a TCVN3 text is no letter in Unicode, or as good as none.
fn is_symbol(c: char) -> bool {
    matches!(c, '¡'..='¾' | '×' | '÷')
}

fn are_initials(word: &str, encoding: Encoding) -> bool {
    let is_special = |c: char| match encoding {
        Encoding::Tcvn3 => ('¡'..='§').contains(&c),
        Encoding::Vni => c == 'Ñ',
    };
    word.chars().any(|c| c.is_ascii_uppercase()) && word.chars().all(|c| c.is_ascii_uppercase() || is_special(c))
}

/// The words of a text, counted by what they are to an encoding.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    /// Words with something to decode.
    pub keys: usize,
    pub points: usize,
    pub unicode: usize,
    strong: usize,
    weak: usize,
    either: usize,
    standing: usize,
    odd: usize,
    foreign: usize,
}

impl Tally {
    /// The words of a text; `upper` in a font of capitals.
    pub fn of(text: &str, encoding: Encoding, upper: bool) -> Self {
        let mut tally = Self::default();
        for range in words(text) {
            let word = text.get(range.clone()).unwrap_or_default();
            if is_sign(text, &range) {
                continue;
            }
            let kind = kind(word, encoding, upper);
            match kind {
                Kind::Plain | Kind::Neutral | Kind::Initials => {}
                Kind::Foreign => tally.foreign += 1,
                Kind::Unicode => tally.unicode += 1,
                Kind::Standing => tally.standing += 1,
                Kind::Either => tally.either += 1,
                Kind::Weak => tally.weak += 1,
                Kind::Strong(points) => {
                    tally.strong += 1;
                    tally.points += points;
                }
                Kind::Odd => tally.odd += 1,
            }
            tally.keys += usize::from(!matches!(kind, Kind::Plain | Kind::Foreign | Kind::Unicode));
        }
        tally
    }

    /// How many words are syllables only when decoded.
    pub fn legacy(&self) -> usize {
        self.strong + self.weak
    }

    /// Whether a text in a legacy font is in Unicode, or some of its words are.
    pub fn belies_font(&self) -> bool {
        self.unicode > 0 || self.standing > self.legacy()
    }

    /// Whether a text that belies its font is in its encoding all the same, but for a word here and there.
    pub fn is_mostly_legacy(&self) -> bool {
        self.standing == 0 && self.legacy() > 2 * self.unicode
    }

    /// Whether a text is in the encoding, by itself: two strong words, or one with two characters that speak for it.
    pub fn is_certain(&self, encoding: Encoding) -> bool {
        let against = self.standing + self.odd + if encoding == Encoding::Vni { self.foreign } else { 0 };
        self.points >= 2 && self.points > against
    }

    /// Whether a text is in the encoding if others of its workbook are: one strong word, and nothing against it.
    pub fn is_likely(&self, encoding: Encoding) -> bool {
        let is_pure = encoding == Encoding::Tcvn3 || self.foreign == 0;
        self.points > 0 && self.standing == 0 && self.odd == 0 && is_pure
    }

    /// Whether a text is in the encoding if very many others of its workbook are, and nothing speaks against it. Words that
    /// would be Vietnamese either way count only where none of the others is Unicode (`alone`).
    pub fn is_possible(&self, alone: bool) -> bool {
        let against = self.unicode + self.standing + self.odd + self.foreign;
        against == 0 && (self.legacy() > 0 || self.either > 0 && alone)
    }
}
