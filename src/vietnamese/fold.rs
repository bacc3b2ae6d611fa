//! Keys by which texts are found and compared.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// Unicode NFC of a text.
pub fn nfc(text: &str) -> String {
    if is_plainly_nfc(text) || unicode_normalization::is_nfc(text) {
        return text.to_owned();
    }
    text.nfc().collect()
}

/// Whether a text holds only characters that NFC leaves alone wherever they stand: below U+0300, the precomposed letters
/// U+1E00 to U+1EFF, dashes and quotation marks U+2010 to U+203F. True of nearly all Vietnamese text, and found by
/// looking at bytes.
fn is_plainly_nfc(text: &str) -> bool {
    let mut bytes = text.as_bytes();
    while let [first, rest @ ..] = bytes {
        let plain = match (first, rest) {
            (0..0xCC, _) => true,
            (0xE1, [second, ..]) => (0xB8..=0xBB).contains(second),
            (0xE2, [second, third, ..]) => *second == 0x80 && *third >= 0x90,
            _ => false,
        };
        if !plain {
            return false;
        }
        bytes = rest;
    }
    true
}

/// Whether a character shows as a blank or not at all: white space, non-breaking and zero-width blanks.
pub fn is_blank_char(c: char) -> bool {
    c.is_whitespace() || is_zero_width(c)
}

/// A text without the blanks at its ends, non-breaking and zero-width ones included.
pub fn trim(text: &str) -> &str {
    // Most texts begin and end with a letter or digit, of which a look at two bytes tells.
    if let (Some(first), Some(last)) = (text.as_bytes().first(), text.as_bytes().last())
        && first.is_ascii_graphic()
        && last.is_ascii_graphic()
    {
        return text;
    }
    text.trim_matches(is_blank_char)
}

fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// A plain character for the typographic ones that Word and Excel put in by themselves.
pub(super) fn unify(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => '"',
        '\u{2018}'..='\u{201b}' => '\'',
        other => other,
    }
}

/// The key by which sheet names, headers and choices are found: NFC, lower case, no diacritics (đ is d), blanks
/// (non-breaking and zero-width included) collapsed, dashes unified, punctuation at the ends dropped.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    let mut put = |c: char, blank: &mut bool| {
        if *blank && !out.is_empty() {
            out.push(' ');
        }
        *blank = false;
        out.push(c);
    };
    for c in text.chars() {
        if c.is_ascii() {
            if c.is_ascii_whitespace() {
                blank = true;
            } else {
                put(c.to_ascii_lowercase(), &mut blank);
            }
        } else if is_zero_width(c) {
        } else if c.is_whitespace() {
            blank = true;
        } else {
            for lower in c.to_lowercase() {
                // Marks go one by one, so the text need not be in NFC first.
                decompose_canonical(unify(lower), |part| {
                    if part == 'đ' {
                        put('d', &mut blank);
                    } else if !is_combining_mark(part) {
                        put(part, &mut blank);
                    }
                });
            }
        }
    }
    let inner = out.trim_matches(|c: char| c == ' ' || is_end_punctuation(c));
    if inner.len() == out.len() {
        out
    } else {
        inner.to_owned()
    }
}

/// Punctuation that people put around a label without meaning anything by it. Brackets and `%` do mean something:
/// `Thực hiện (%)` is not `Thực hiện`.
fn is_end_punctuation(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | ':' | ';' | '*' | '-' | '_' | '…' | '"' | '\'' | '!' | '?'
    )
}

/// Whether two texts have the same [`key`]. Cheap where they differ in plain letters, as most do.
pub fn same(one: &str, other: &str) -> bool {
    let mut pairs = one.bytes().zip(other.bytes());
    match pairs.find(|(one, other)| !one.eq_ignore_ascii_case(other)) {
        // No two plain letters or digits share a key; what precedes them is the same, letter for letter.
        Some((one, other)) if one.is_ascii_alphanumeric() && other.is_ascii_alphanumeric() => false,
        None if one.len() == other.len() => true,
        _ => match (consonants(one), consonants(other)) {
            (Some(one), Some(other)) if one != other => false,
            _ => key(one) == key(other),
        },
    }
}

/// How many plain consonants a text has, which no key changes; `None` when combining marks may change them.
fn consonants(text: &str) -> Option<usize> {
    let mut count = 0;
    for byte in text.bytes() {
        match byte {
            // The first bytes of U+0300 to U+036F.
            0xcc | 0xcd => return None,
            b'b'..=b'd' | b'f'..=b'h' | b'j'..=b'n' | b'p'..=b't' | b'v'..=b'x' | b'z' => count += 1,
            b'B'..=b'D' | b'F'..=b'H' | b'J'..=b'N' | b'P'..=b'T' | b'V'..=b'X' | b'Z' => count += 1,
            _ => {}
        }
    }
    Some(count)
}

/// The key by which texts count as the same spelling: NFC, lower case, diacritics kept, the tone mark where the newer
/// convention puts it (hòa is hoà), blanks collapsed, dashes and quotation marks unified.
pub fn key(text: &str) -> String {
    match is_plainly_nfc(text) {
        true => key_of(text.chars(), text.len()),
        false => key_of(text.nfc(), text.len()),
    }
}

/// The key of characters in NFC.
fn key_of(text: impl Iterator<Item = char>, length: usize) -> String {
    let mut out = String::with_capacity(length);
    let mut blank = false;
    // Two letters back and one letter back, for the tone mark of oa, oe, uy and of u after q.
    let (mut before, mut previous) = (' ', ' ');
    for c in text {
        if is_zero_width(c) {
            continue;
        }
        if c.is_whitespace() {
            blank = true;
            continue;
        }
        if blank && !out.is_empty() {
            out.push(' ');
            (before, previous) = (previous, ' ');
        }
        blank = false;
        for lower in c.to_lowercase() {
            let mut lower = unify(lower);
            if let Some((vowel, moved)) = move_tone(before, previous, lower) {
                out.pop();
                out.push(vowel);
                previous = vowel;
                lower = moved;
            }
            out.push(lower);
            (before, previous) = (previous, lower);
        }
    }
    out
}

/// The tone mark of a lower-case vowel: the vowel without it, and its place in the order ngang, huyền, hỏi, ngã, sắc,
/// nặng (0 to 5). Other characters have none.
pub(super) fn split_tone(c: char) -> (char, u8) {
    for group in TONES {
        if let Some(tone) = group.iter().position(|&vowel| vowel == c) {
            return (group[0], tone as u8);
        }
    }
    (c, 0)
}

/// Vowels by tone: ngang, huyền, hỏi, ngã, sắc, nặng.
const TONES: [[char; 6]; 12] = [
    ['a', 'à', 'ả', 'ã', 'á', 'ạ'],
    ['ă', 'ằ', 'ẳ', 'ẵ', 'ắ', 'ặ'],
    ['â', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ'],
    ['e', 'è', 'ẻ', 'ẽ', 'é', 'ẹ'],
    ['ê', 'ề', 'ể', 'ễ', 'ế', 'ệ'],
    ['i', 'ì', 'ỉ', 'ĩ', 'í', 'ị'],
    ['o', 'ò', 'ỏ', 'õ', 'ó', 'ọ'],
    ['ô', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ'],
    ['ơ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ'],
    ['u', 'ù', 'ủ', 'ũ', 'ú', 'ụ'],
    ['ư', 'ừ', 'ử', 'ữ', 'ứ', 'ự'],
    ['y', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ'],
];

/// Moves a tone mark from the glide to the main vowel: òa to oà, ủy to uỷ, qúa to quá. None when there is nothing to do.
fn move_tone(before: char, first: char, second: char) -> Option<(char, char)> {
    if first.is_ascii() {
        return None;
    }
    let (vowel, tone) = split_tone(first);
    let glide = match vowel {
        'o' => matches!(second, 'a' | 'e'),
        'u' => second == 'y' || (before == 'q' && matches!(second, 'a' | 'e')),
        _ => false,
    };
    if tone == 0 || !glide {
        return None;
    }
    let group = TONES.iter().find(|group| group[0] == second)?;
    Some((vowel, group[usize::from(tone)]))
}

/// The candidate nearest to a name, after folding, unless none is near enough to be a slip.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = fold(name);
    if name.is_empty() {
        return None;
    }
    let sorted = sorted_words(&name);
    let length = name.chars().count();
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let folded = fold(candidate);
        let longer = length.max(folded.chars().count());
        let mut distance = strsim::damerau_levenshtein(&name, &folded);
        if distance > 1 && sorted == sorted_words(&folded) {
            distance = 1;
        }
        if distance <= (longer / 3).max(1) && distance < longer && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn sorted_words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = text.split([' ', '_']).collect();
    words.sort_unstable();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_the_same_when_their_keys_are() {
        let texts = [
            "",
            "Hòa",
            "Hoà",
            "HOÀ",
            "hoa",
            "Ho\u{61}\u{300}",
            "X1",
            "x1",
            "x2",
            "Công tác thu",
            "Công  tác thu",
            "Công tác lâm",
            "A - B",
            "A – B",
            "A",
            "Ba",
            "Bà",
        ];
        for one in texts {
            for other in texts {
                assert_eq!(same(one, other), key(one) == key(other), "{one} {other}");
            }
        }
    }

    #[test]
    fn the_short_cut_to_nfc_agrees_with_the_long_way() {
        let characters = (0..=0xffff).filter_map(char::from_u32);
        for character in characters.filter(|character| is_plainly_nfc(&character.to_string())) {
            let text = format!("a{character}e{character}");
            assert!(text.nfc().eq(text.chars()), "{character:?}");
        }
        assert_eq!(nfc("Ke\u{302}\u{301} hoa\u{323}ch – “Ư”"), "Kế hoạch – “Ư”");
        assert!(is_plainly_nfc("Kế hoạch – “Ư”") && !is_plainly_nfc("e\u{301}"));
    }

    #[test]
    fn folding_forgives_what_people_vary() {
        for (text, folded) in [
            ("Khen thưởng", "khen thuong"),
            ("  KHEN\u{a0}\u{a0}THƯỞNG: ", "khen thuong"),
            ("Đơn vị tính", "don vi tinh"),
            ("Mắt – Nội tiết", "mat - noi tiet"),
            ("Ke\u{302}\u{301} hoa\u{323}ch *", "ke hoach"),
            ("Thực\nhiện", "thuc hien"),
            ("Kế\u{200b} hoạch", "ke hoach"),
            ("“Lao động tiên tiến”", "lao dong tien tien"),
            ("- Thành thị", "thanh thi"),
            ("Tỷ lệ (%)", "ty le (%)"),
            ("ten_xa", "ten_xa"),
            ("14.728 m²", "14.728 m²"),
            ("…", ""),
            ("", ""),
        ] {
            assert_eq!(fold(text), folded, "{text:?}");
            assert_eq!(fold(&fold(text)), folded, "{text:?} twice");
        }
        assert_ne!(fold("Thực hiện"), fold("Thực hiện (%)"));
    }

    #[test]
    fn the_key_keeps_diacritics_and_forgives_the_place_of_the_tone() {
        for (old, new) in [
            ("Tân Hòa", "tân hoà"),
            ("HÓA", "hoá"),
            ("tỏa", "toả"),
            ("lõa", "loã"),
            ("họa", "hoạ"),
            ("khỏe", "khoẻ"),
            ("hòe", "hoè"),
            ("Đảng ủy", "đảng uỷ"),
            ("thủy lợi", "thuỷ lợi"),
            ("lũy", "luỹ"),
            ("qúy", "quý"),
            ("qủa", "quả"),
            ("hoàn", "hoàn"),
            ("ngoái", "ngoái"),
            ("mùa", "mùa"),
            ("của", "của"),
            ("kinh tế\u{a0}–  xã hội ", "kinh tế - xã hội"),
        ] {
            assert_eq!(key(old), new);
        }
        assert_ne!(key("Hoa"), key("Hoà"));
        assert_ne!(key("Dũng"), key("Đũng"));
    }

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_does_not() {
        let fields = ["ten_xa", "so_van_ban", "nam", "ngay", "ty_le", "thuc_hien", "ke_hoach"];
        for (slip, name) in [
            ("ten_xaa", Some("ten_xa")),
            ("tenxa", Some("ten_xa")),
            ("xa_ten", Some("ten_xa")),
            ("tyle", Some("ty_le")),
            ("thuc_hein", Some("thuc_hien")),
            ("ke_hoạch", Some("ke_hoach")),
            ("nguoi_ky", None),
            ("chuc_vu", None),
            ("abc", None),
            ("", None),
        ] {
            assert_eq!(nearest(slip, fields), name, "{slip}");
        }
        assert_eq!(
            nearest("Kết quả thực hien", ["Kế hoạch", "Kết quả thực hiện"]),
            Some("Kết quả thực hiện")
        );
        assert_eq!(
            nearest("Khen thuởng", ["Khen thưởng", "Danh sách"]),
            Some("Khen thưởng")
        );
        assert_eq!(nearest("x", ["a"]), None);
    }
}
