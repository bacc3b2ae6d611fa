//! What a Vietnamese syllable looks like in writing: an onset, a rhyme, a tone mark in its place.
//!
//! Old and new tone places count alike (hòa, hoà; quá, qúa), and so do the final k of highland names (Đắk Lắk). Whether a
//! syllable is a word is not asked.

use super::fold::split_tone;

/// The longest syllable: nghiêng.
const LONGEST: usize = 7;

/// Consonants that a syllable may start with.
#[rustfmt::skip]
const ONSETS: [&str; 28] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "qu", "r",
    "s", "t", "th", "tr", "v", "x",
];

/// What may follow, without tone marks, in order.
#[rustfmt::skip]
const RHYMES: [&str; 163] = [
    "a", "ac", "ach", "ai", "ak", "am", "an", "ang", "anh", "ao", "ap", "at",
    "au", "ay", "e", "ec", "em", "en", "eng", "eo", "ep", "et", "i", "ia",
    "ich", "im", "in", "inh", "ip", "it", "iu", "iêc", "iêm", "iên", "iêng", "iêp",
    "iêt", "iêu", "o", "oa", "oac", "oach", "oai", "oam", "oan", "oang", "oanh", "oao",
    "oap", "oat", "oay", "oc", "oe", "oen", "oeo", "oet", "oi", "om", "on", "ong",
    "ooc", "oong", "op", "ot", "oăc", "oăm", "oăn", "oăng", "oăt", "u", "ua", "uc",
    "ui", "uk", "um", "un", "ung", "up", "ut", "uy", "uya", "uych", "uynh", "uyp",
    "uyt", "uyu", "uyên", "uyêt", "uân", "uâng", "uât", "uây", "uê", "uêch", "uênh", "uôc",
    "uôi", "uôm", "uôn", "uông", "uôt", "uơ", "y", "yêm", "yên", "yêng", "yêt", "yêu",
    "âc", "âk", "âm", "ân", "âng", "âp", "ât", "âu", "ây", "ê", "êch", "êm",
    "ên", "ênh", "êp", "êt", "êu", "ô", "ôc", "ôi", "ôk", "ôm", "ôn", "ông",
    "ôp", "ôt", "ăc", "ăk", "ăm", "ăn", "ăng", "ăp", "ăt", "ơ", "ơi", "ơm",
    "ơn", "ơp", "ơt", "ư", "ưa", "ưc", "ưi", "ưk", "ưng", "ưt", "ưu", "ươc",
    "ươi", "ươm", "ươn", "ương", "ươp", "ươt", "ươu",
];

/// Whether lower-case letters are one syllable.
pub(super) fn is_syllable(letters: impl IntoIterator<Item = char>) -> bool {
    let mut plain = [' '; LONGEST];
    let mut length = 0;
    let mut tone = None;
    for (at, letter) in letters.into_iter().enumerate() {
        let Some(place) = plain.get_mut(at) else {
            return false;
        };
        let (vowel, mark) = if letter.is_ascii() {
            (letter, 0)
        } else {
            split_tone(letter)
        };
        if mark != 0 && tone.replace((at, mark)).is_some() {
            return false;
        }
        *place = vowel;
        length = at + 1;
    }
    let plain = plain.get(..length).unwrap_or_default();
    ONSETS.iter().any(|onset| {
        let mut rest = plain.iter();
        onset.chars().all(|letter| rest.next() == Some(&letter)) && goes_with(onset, rest.as_slice(), tone)
    })
}

/// Whether a rhyme may follow an onset, and bears the tone mark, which stands so many letters into the syllable.
fn goes_with(onset: &str, rhyme: &[char], tone: Option<(usize, u8)>) -> bool {
    let Some(&first) = rhyme.first() else {
        return false;
    };
    let is_front = matches!(first, 'e' | 'ê' | 'i' | 'y');
    let spelling = match onset {
        "" => !rhyme.starts_with(&['i', 'ê']),
        "k" => is_front,
        "gh" | "ngh" => is_front && first != 'y',
        "c" | "ng" => !is_front,
        "g" => !is_front || first == 'i',
        "gi" => !matches!(first, 'i' | 'y'),
        "qu" => rhyme == ['ô', 'c'] || !matches!(first, 'o' | 'ô' | 'u' | 'ư'),
        _ => first != 'y' || rhyme.len() == 1,
    };
    spelling
        && RHYMES
            .binary_search_by(|known| known.chars().cmp(rhyme.iter().copied()))
            .is_ok()
        && {
            // Ngang does not go with a stop, but for the k of highland names; of the others, sắc (4) and nặng (5) do.
            let is_stopped = matches!(rhyme, [.., 'c' | 'k' | 'p' | 't'] | [.., 'c', 'h']);
            match tone {
                None => !is_stopped || rhyme.ends_with(&['k']),
                Some((at, mark)) => {
                    let at_glide = onset == "qu" && rhyme.len() == 1 && at == 1;
                    let within = at.checked_sub(onset.chars().count());
                    (!is_stopped || mark >= 4) && (at_glide || within.is_some_and(|at| bears(rhyme, at)))
                }
            }
        }
}

/// Whether the tone mark of a rhyme may stand on a letter.
fn bears(rhyme: &[char], at: usize) -> bool {
    let marked = rhyme.iter().rposition(|letter| !letter.is_ascii());
    let vowels = rhyme
        .iter()
        .take_while(|letter| !letter.is_ascii() || "aeiouy".contains(**letter));
    match (marked, vowels.count()) {
        (Some(marked), _) => at == marked,
        (None, 1) => at == 0,
        (None, vowels) if vowels < rhyme.len() => at + 1 == vowels,
        (None, 2) => at == 0 || at == 1 && matches!(rhyme, ['o', 'a' | 'e'] | ['u', 'y']),
        (None, _) => at == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(text: &str) -> bool {
        is_syllable(text.chars())
    }

    #[test]
    fn syllables_of_every_build_are_known() {
        for text in
            "nghiêng quốc quyển giếng giết gì giữa gìn ghế kỷ ngành nguyễn khuỷu thuở khoẻ khỏe hòa hoà thủy thuỷ \
             quá qúa ốc yêu ở ủy uỷ đắk lắk xoong ngoạm rượu hươu người những của cuốn cưỡng xã là bò tá có ý lý sỹ ơn \
             ưu ích oanh uyên tuýp"
                .split_whitespace()
        {
            assert!(is(text), "{text}");
        }
    }

    #[test]
    fn what_breaks_a_rule_of_spelling_is_no_syllable() {
        for text in "céng ceo ka kong ngé nghà gè ghà quuá quòng cằt cãp mãc tich iên hòà hoàà cuả muò daò namư hạs \
             müller ÿ w fà zạ jõ strạt nghiêngg b th qu"
            .split_whitespace()
        {
            assert!(!is(text), "{text}");
        }
        assert!(!is(""));
    }
}
