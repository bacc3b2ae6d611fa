//! Bold and italic letters within a text value.

use std::ops::Range;

use crate::vietnamese::is_blank_char;

/// A stretch of a text that is bold, italic or both, as a person marked it within the cell.
///
/// Formats of one text are in order, do not overlap, and each is bold or italic. How a cell looks as a whole is no format
/// of its text: what all of its letters share says nothing about any of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// The stretch in bytes of the text; both ends are boundaries of characters.
    pub range: Range<usize>,
    /// Whether it is bold.
    pub bold: bool,
    /// Whether it is italic.
    pub italic: bool,
}

impl Format {
    /// The formats of a text value, from those of the cell's text that it was read from. None when the value is not that
    /// text but for its blanks and line breaks (a default, a choice's declared spelling), or when its letters look alike.
    pub fn carry(raw: &str, formats: &[Format], value: &str) -> Box<[Format]> {
        let Some(mut stretches) = stretches(raw, formats, value) else {
            return Box::default();
        };
        let text = |format: &Format| value.get(format.range.clone()).unwrap_or_default();
        let is_blank = |format: &Format| text(format).chars().all(is_blank_char);
        let all = |has: fn(&Format) -> bool| stretches.iter().all(|format| has(format) || is_blank(format));
        let (bold, italic) = (all(|format| format.bold), all(|format| format.italic));
        stretches.retain_mut(|format| {
            format.bold &= !bold;
            format.italic &= !italic;
            (format.bold || format.italic) && !is_blank(format)
        });
        let mut carried: Vec<Format> = Vec::with_capacity(stretches.len());
        for format in stretches {
            append(&mut carried, format.range, (format.bold, format.italic));
        }
        carried.into()
    }
}

/// All of a value as stretches of one look each, plain ones included; `None` when it is not the raw text.
///
/// Reading a text leaves out blanks and control characters, and makes line breaks and tabs one blank or line break; every
/// other character stays. So each character of the value is the next such character of the raw text.
fn stretches(raw: &str, formats: &[Format], value: &str) -> Option<Vec<Format>> {
    let may_go = |c: char| is_blank_char(c) || c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    let is_break = |c: char| matches!(c, '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let mut rest = raw.char_indices();
    let mut formats = formats.iter().peekable();
    let mut stretches: Vec<Format> = Vec::new();
    for (start, wanted) in value.char_indices() {
        let place = loop {
            let (place, found) = rest.next()?;
            if found == wanted || is_break(found) && matches!(wanted, ' ' | '\n') {
                break place;
            }
            if !may_go(found) {
                return None;
            }
        };
        while formats.next_if(|format| format.range.end <= place).is_some() {}
        let format = formats.peek().filter(|format| format.range.contains(&place));
        let look = format.map_or((false, false), |format| (format.bold, format.italic));
        append(&mut stretches, start..start + wanted.len_utf8(), look);
    }
    rest.all(|(_, c)| may_go(c)).then_some(stretches)
}

/// Adds a stretch; one that continues the last in the same look becomes part of it.
fn append(list: &mut Vec<Format>, range: Range<usize>, (bold, italic): (bool, bool)) {
    match list.last_mut() {
        Some(last) if last.range.end == range.start && (last.bold, last.italic) == (bold, italic) => {
            last.range.end = range.end;
        }
        _ => list.push(Format { range, bold, italic }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Context, Raw, Type, Value};
    use super::*;

    /// A text with `*` around what is bold and `_` around what is italic, without the marks.
    fn marked(source: &str) -> (String, Vec<Format>) {
        let (mut text, mut formats) = (String::new(), Vec::new());
        let (mut bold, mut italic) = (false, false);
        for c in source.chars() {
            match c {
                '*' => bold = !bold,
                '_' => italic = !italic,
                c => {
                    let range = text.len()..text.len() + c.len_utf8();
                    text.push(c);
                    if bold || italic {
                        append(&mut formats, range, (bold, italic));
                    }
                }
            }
        }
        (text, formats)
    }

    /// The text read from a cell, marked in the same way.
    fn read(ty: Type, source: &str) -> String {
        let (raw, formats) = marked(source);
        let Some(Value::Text(value)) = ty.read(&Raw::Text(raw.as_str().into()), &Context::default()).value else {
            panic!("{source:?} is no text");
        };
        let mut out = value.to_string();
        for Format { range, bold, italic } in Format::carry(&raw, &formats, &value).iter().rev() {
            let marks = format!("{}{}", if *bold { "*" } else { "" }, if *italic { "_" } else { "" });
            out.insert_str(range.end, &marks);
            out.insert_str(range.start, &marks);
        }
        out
    }

    #[test]
    fn formats_follow_their_letters_into_the_value() {
        for (cell, value) in [
            ("*Tập thể* xã", "*Tập thể* xã"),
            (" \u{a0} Hội *nông* dân _xã_ ", "Hội *nông* dân _xã_"),
            ("Xã  *\n\u{1} Tân* Hoà\tmới", "Xã *Tân* Hoà mới"),
            ("a *b _c_* d", "a *b **_c*_ d"),
        ] {
            assert_eq!(read(Type::Text, cell), value, "{cell:?}");
        }
        assert_eq!(
            read(Type::LongText, "\n*Một*\n\n\u{b}Hai *ba\n bốn* "),
            "*Một*\n\nHai *ba\n bốn*"
        );
    }

    #[test]
    fn what_all_letters_share_is_the_look_of_the_cell() {
        for (cell, value) in [
            ("*Tân Hoà*", "Tân Hoà"),
            ("*Tân* *Hoà*", "Tân Hoà"),
            ("*Tân _Hoà_*", "Tân _Hoà_"),
            ("_*Tân*_ * * _*Hoà*_", "Tân   Hoà"),
            ("Tân* *Hoà", "Tân Hoà"),
        ] {
            assert_eq!(read(Type::Text, cell), value, "{cell:?}");
        }
    }

    #[test]
    fn a_value_that_is_another_text_has_no_formats() {
        let (raw, formats) = marked("*Tỉnh* uỷ");
        for value in ["Tỉnh", "tỉnh uỷ", "Tỉnh uỷ Thái Nguyên", "Tỉnh  uỷ", ""] {
            assert_eq!(*Format::carry(&raw, &formats, value), [], "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn formats_are_in_order_and_on_the_letters_they_were_on(cell in "[a-zê\u{1}\u{a0}\u{200b} \n\t*_]{0,40}") {
            let (raw, formats) = marked(&cell);
            for ty in [Type::Text, Type::LongText] {
                let Some(Value::Text(value)) = ty.read(&Raw::Text(raw.as_str().into()), &Context::default()).value else {
                    continue;
                };
                let letters = |text: &str, formats: &[Format], has: fn(&Format) -> bool| -> String {
                    let ranges = formats.iter().filter(|format| has(format)).map(|format| &text[format.range.clone()]);
                    ranges.flat_map(str::chars).filter(char::is_ascii_lowercase).collect()
                };
                let carried = Format::carry(&raw, &formats, &value);
                prop_assert!(carried.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start));
                prop_assert!(carried.iter().all(|format| format.bold || format.italic));
                for has in [|format: &Format| format.bold, |format: &Format| format.italic] {
                    let kept = letters(&value, &carried, has);
                    prop_assert!(kept.is_empty() || kept == letters(&raw, &formats, has));
                }
            }
        }
    }
}
