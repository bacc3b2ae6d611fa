//! How wide a text is in Times New Roman, and how many lines it takes in a column.
//!
//! Widths are in digits, Excel's unit of column width: in this face a digit is half an em. A bold text is taken
//! to be 6 per cent wider.

/// Height of one line of 12 point text, in points.
pub const LINE: f64 = 15.75;
/// Greatest height of a row, in points (Excel's limit).
const TALLEST: f64 = 409.0;
/// What a cell's inner margins take from its width, in digits.
const MARGIN: f64 = 0.8;

/// The width of one line of text in digits.
pub fn width(text: &str, bold: bool) -> f64 {
    let regular: f64 = text.chars().map(letter).sum();
    if bold { regular * 1.06 } else { regular }
}

/// Advance widths of the face's regular cut, in digits.
fn letter(letter: char) -> f64 {
    match letter {
        'i' | 'í' | 'ì' | 'ỉ' | 'ĩ' | 'ị' | 'l' | 'j' | 't' | '/' | ';' | ':' | '\\' => 0.56,
        ' ' | '.' | ',' | '\u{a0}' => 0.5,
        'f' | 'r' | 'I' | 'Í' | 'Ì' | 'Ỉ' | 'Ĩ' | 'Ị' | '(' | ')' | '-' | '!' | '\'' | '[' | ']' => 0.67,
        's' | 'J' => 0.78,
        'c' | 'z' | '“' | '”' | '?' => 0.89,
        letter if "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệ".contains(letter) => {
            0.89
        }
        'ơ' | 'ờ' | 'ớ' | 'ở' | 'ỡ' | 'ợ' | 'ư' | 'ừ' | 'ứ' | 'ử' | 'ữ' | 'ự' => 1.12,
        'm' => 1.56,
        'w' | 'Ơ' | 'Ư' => 1.46,
        '%' => 1.67,
        'M' | 'W' | '@' | '—' | '…' => 1.95,
        'P' | 'S' | 'F' => 1.12,
        'E' | 'L' | 'T' | 'Z' => 1.23,
        letter if letter.is_uppercase() => 1.44,
        _ => 1.0,
    }
}

/// How many lines a text takes in a column of a width in digits; words are kept whole where they fit.
pub fn lines(text: &str, column: f64, bold: bool) -> usize {
    let room = (column - MARGIN).max(1.0);
    text.split('\n')
        .map(|paragraph| {
            let mut lines = 1;
            let mut used = 0.0;
            for word in paragraph.split(' ') {
                let word = width(word, bold);
                if used > 0.0 && used + 0.5 + word > room {
                    lines += 1;
                    used = 0.0;
                }
                used += if used > 0.0 { 0.5 + word } else { word };
                while used > room {
                    lines += 1;
                    used -= room;
                }
            }
            lines
        })
        .sum()
}

/// The height in points of a row whose fullest cell has so many lines, with a little air.
pub fn height(lines: usize) -> f64 {
    (lines.max(1) as f64 * LINE + 4.5).min(TALLEST)
}

/// The estimated height of a row whose fullest cell has so many lines, where that is more than one.
pub fn fitted(lines: usize) -> Option<f64> {
    (lines > 1).then(|| (lines as f64 * LINE).min(TALLEST))
}

/// The narrowest column that holds a label in at most `most` lines without breaking a word.
pub fn label_width(label: &str, most: usize, bold: bool) -> f64 {
    let longest = label
        .split([' ', '\n'])
        .map(|word| width(word, bold))
        .fold(0.0_f64, f64::max);
    let mut column = longest + MARGIN;
    while lines(label, column, bold) > most && column < 80.0 {
        column += 1.0;
    }
    column
}

/// Cuts a text at a word to at most `most` UTF-16 units, the ellipsis included.
pub fn cut(text: &str, most: usize) -> String {
    let units = |text: &str| text.encode_utf16().count();
    if units(text) <= most {
        return text.to_owned();
    }
    let mut end = 0;
    let mut used = 0;
    let mut word_end = 0;
    for (index, letter) in text.char_indices() {
        used += letter.len_utf16();
        if used + 1 > most {
            break;
        }
        if letter.is_whitespace() {
            word_end = index;
        }
        end = index + letter.len_utf8();
    }
    let end = if word_end > 0 { word_end } else { end };
    let kept = text.get(..end).unwrap_or_default();
    format!("{}…", kept.trim_end_matches([' ', '\n', ',', ';', '.', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_whole_and_line_breaks_count() {
        assert_eq!(lines("", 10.0, false), 1);
        assert_eq!(lines("Thực hiện\n(triệu đồng)", 14.0, true), 2);
        assert_eq!(lines("một hai ba bốn năm", 9.0, false), 3);
        assert_eq!(
            lines(&"9".repeat(40), 11.0, false),
            4,
            "a word longer than the column is broken"
        );
    }

    #[test]
    fn a_label_never_breaks_inside_a_word() {
        let column = label_width("Danh hiệu, hình thức khen thưởng", 2, true);
        assert!(lines("Danh hiệu, hình thức khen thưởng", column, true) <= 2);
        assert!(column < 25.0);
    }

    #[test]
    fn texts_are_cut_at_a_word() {
        assert_eq!(cut("Ghi số lượng cá nhân", 32), "Ghi số lượng cá nhân");
        assert_eq!(cut("Ghi số lượng, cá nhân", 15), "Ghi số lượng…");
        assert_eq!(cut("aaaaaaaaaa", 5), "aaaa…");
        assert!(cut(&"😀 ".repeat(100), 32).encode_utf16().count() <= 32);
    }
}
