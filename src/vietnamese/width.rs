//! How wide a line of text is in Times New Roman, the typeface of official documents.
//!
//! In: a text, upright or bold, and a size. Out: twips. The widths are those of the metric-compatible Tinos 1.23 (as
//! Liberation Serif's); a letter with marks is as wide as without them, but for the horn of ơ and ư. Kerning is left out, as Word
//! leaves it out unless asked.

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// Widths are in parts of this many to the size.
const EM: u64 = 2048;

/// Widths of U+0020 to U+007E.
const REGULAR: [u16; 95] = [
    512, 682, 836, 1024, 1024, 1706, 1593, 369, 682, 682, 1024, 1155, 512, 682, 512, 569, 1024, 1024, 1024, 1024, 1024,
    1024, 1024, 1024, 1024, 1024, 569, 569, 1155, 1155, 1155, 909, 1886, 1479, 1366, 1366, 1479, 1251, 1139, 1479,
    1479, 682, 797, 1479, 1251, 1821, 1479, 1479, 1139, 1479, 1366, 1139, 1251, 1479, 1479, 1933, 1479, 1479, 1251,
    682, 569, 682, 961, 1024, 682, 909, 1024, 909, 1024, 909, 682, 1024, 1024, 569, 569, 1024, 569, 1593, 1024, 1024,
    1024, 1024, 682, 797, 569, 1024, 1024, 1479, 1024, 1024, 909, 983, 410, 983, 1108,
];
const BOLD: [u16; 95] = [
    512, 682, 1137, 1024, 1024, 2048, 1706, 569, 682, 682, 1024, 1167, 512, 682, 512, 569, 1024, 1024, 1024, 1024,
    1024, 1024, 1024, 1024, 1024, 1024, 682, 682, 1167, 1167, 1167, 1024, 1905, 1479, 1366, 1479, 1479, 1366, 1251,
    1593, 1593, 797, 1024, 1593, 1366, 1933, 1479, 1593, 1251, 1593, 1479, 1139, 1366, 1479, 1479, 2048, 1479, 1479,
    1366, 682, 569, 682, 1190, 1024, 682, 1024, 1139, 909, 1139, 909, 682, 1024, 1139, 569, 682, 1139, 569, 1706, 1139,
    1024, 1139, 1139, 909, 797, 682, 1139, 1024, 1479, 1024, 1024, 909, 807, 451, 807, 1065,
];

/// The width in twips of a text on one line, at a size in half-points. Italics are nearly as wide as upright letters.
pub fn width(text: &str, bold: bool, half_points: u32) -> i32 {
    let mut units = 0u64;
    for c in text.chars() {
        let mut base = None;
        let mut horn = false;
        decompose_canonical(c, |part| {
            horn |= part == '\u{31b}';
            if !is_combining_mark(part) && base.is_none() {
                base = Some(part);
            }
        });
        // A mark by itself stands over the letter before it.
        let Some(base) = base else { continue };
        units += u64::from(letter(base, horn, bold));
    }
    // A point is 20 twips, half of one 10.
    i32::try_from(units * u64::from(half_points) * 10 / EM).unwrap_or(i32::MAX)
}

fn letter(base: char, horn: bool, bold: bool) -> u16 {
    match (base, horn, bold) {
        ('o', true, false) => 1083,
        ('o', true, true) => 1134,
        ('u', true, false) => 1110,
        ('u', true, true) => 1229,
        ('O', true, false) => 1479,
        ('O', true, true) => 1593,
        ('U', true, false) => 1589,
        ('U', true, true) => 1630,
        ('đ', ..) => letter('d', false, bold),
        ('Đ', ..) => letter('D', false, bold),
        ('‘' | '’', ..) => 682,
        ('“' | '”', _, false) => 909,
        ('\u{a0}', ..) => 512,
        ('—' | '…', ..) => 2048,
        _ => {
            let table = if bold { &BOLD } else { &REGULAR };
            let index = (base as usize).checked_sub(32);
            // Other signs are as wide as a digit, as most are.
            index.and_then(|index| table.get(index)).copied().unwrap_or(1024)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenths_of_millimetres(twips: i32) -> i32 {
        (f64::from(twips) * 254.0 / 1440.0).round() as i32
    }

    #[test]
    fn the_lines_of_a_letterhead_are_as_wide_as_measured_on_paper() {
        for (text, half_points, tenths) in [
            ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 24, 883),
            ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 26, 957),
            ("Độc lập - Tự do - Hạnh phúc", 26, 561),
            ("Độc lập - Tự do - Hạnh phúc", 28, 605),
            ("ỦY BAN NHÂN DÂN", 26, 432),
        ] {
            let found = tenths_of_millimetres(width(text, true, half_points));
            assert!((found - tenths).abs() <= 1, "{text}: {found}");
        }
    }

    #[test]
    fn marks_take_no_room_and_a_horn_does() {
        assert_eq!(width("ế", false, 28), width("e", false, 28));
        assert_eq!(width("e\u{302}\u{301}", false, 28), width("e", false, 28));
        assert!(width("ư", false, 28) > width("u", false, 28));
        assert_eq!(width("", true, 28), 0);
    }
}
