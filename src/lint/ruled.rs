//! The line below a component: drawn, how wide, or made of signs.
//!
//! Offices draw it as a shape, a border of a paragraph or a border of a cell; all three are lines. Underscores and underlined text
//! are none.

use super::Fault;
use super::component::{At, Document, is_dashes};
use super::millimetres;
use super::read::Container;
use crate::text;

/// What stands below some lines.
pub(super) enum Ruled {
    /// A drawn line, or several of which one may be meant; their widths in twips.
    Drawn(Vec<i32>),
    Underlined,
    /// `_____`
    Typed,
    Missing,
}

/// Looks below the lines of a component.
pub(super) fn below(document: &Document, lines: &[At]) -> Ruled {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        return Ruled::Missing;
    };
    let Some(home) = document.paragraph(*last).map(|paragraph| paragraph.container) else {
        return Ruled::Missing;
    };
    let mut widths = Vec::new();
    let mut typed = false;
    for (index, paragraph) in document.paragraphs.iter().enumerate().skip(first.paragraph) {
        if paragraph.container != home && !matches!(paragraph.container, Container::Box(_)) {
            break;
        }
        widths.extend(&paragraph.drawn);
        let own = index <= last.paragraph;
        if !own && is_dashes(&paragraph.text()) {
            typed = true;
        } else if !own && !paragraph.is_blank() && !matches!(paragraph.container, Container::Box(_)) {
            // A line may hang on the paragraph below it, and belongs to that one only when set as its border.
            break;
        }
        if paragraph.border && (index == last.paragraph || paragraph.is_blank()) {
            widths.push(paragraph.width());
        }
    }
    // A shape may hang on any paragraph of its cell.
    if widths.is_empty() && home != Container::Body {
        let cell = document
            .paragraphs
            .iter()
            .filter(|paragraph| paragraph.container == home);
        widths.extend(cell.flat_map(|paragraph| paragraph.drawn.iter().copied()));
    }
    // Or on the cell beside it, together with that one's own.
    if widths.is_empty()
        && let Container::Cell { table, .. } = home
    {
        let near: Vec<i32> = document
            .paragraphs
            .iter()
            .filter(|paragraph| matches!(paragraph.container, Container::Cell { table: own, .. } if own == table))
            .flat_map(|paragraph| paragraph.drawn.iter().copied())
            .collect();
        if near.len() >= 2 {
            widths = near;
        }
    }
    let underlined = document
        .line(*last)
        .is_some_and(|line| line.visible().any(|run| run.underline));
    match (widths.is_empty(), typed, underlined) {
        (false, ..) => Ruled::Drawn(widths),
        (_, true, _) => Ruled::Typed,
        (_, _, true) => Ruled::Underlined,
        _ => Ruled::Missing,
    }
}

/// The fault of a component without a drawn line below it.
pub(super) fn missing(document: &Document, lines: &[At], name: (&str, &str)) -> Vec<Fault> {
    let Some(last) = lines.last() else { return Vec::new() };
    let found = match below(document, lines) {
        Ruled::Drawn(_) => return Vec::new(),
        Ruled::Underlined => ("đang gạch chân chữ", "the text is underlined"),
        Ruled::Typed => ("đang gõ bằng dấu gạch", "it is typed with dashes"),
        Ruled::Missing => ("không thấy", "there is none"),
    };
    let ((vi, en), (found_vi, found_en)) = (name, found);
    vec![Fault {
        place: document.place_of(*last),
        message: text!(
            "dưới {vi} cần một đường kẻ nét liền ({found_vi})",
            "{en} needs a solid line below it ({found_en})"
        ),
        hint: text!(
            "vẽ đường kẻ bằng Chèn > Hình dạng > Đường thẳng (Insert > Shapes > Line)",
            "draw it with Insert > Shapes > Line"
        ),
    }]
}

/// From a third to a half in thousandths, with three hundredths for what measures and drawing by hand differ.
pub(super) const THIRD_TO_HALF: (i64, i64) = (303, 530);

/// The fault of a drawn line whose width is out of proportion to the text above it: between `least` and `most` of the width of the
/// last line or of the longest, in thousandths.
pub(super) fn width(
    document: &Document,
    lines: &[At],
    name: (&str, &str),
    (least, most): (i64, i64),
    demand: (&str, &str),
) -> Vec<Fault> {
    let (Some(last), Ruled::Drawn(widths)) = (lines.last(), below(document, lines)) else {
        return Vec::new();
    };
    let wrapped = lines.iter().flat_map(|at| {
        let room = document.paragraph(*at).map_or(0, super::read::Paragraph::width);
        document.line(*at).map(|line| line.wrapped(room)).unwrap_or_default()
    });
    let texts: Vec<i64> = wrapped.map(i64::from).collect();
    let longest = texts.iter().copied().max().unwrap_or(0);
    let texts = [longest, texts.last().copied().unwrap_or(0)];
    let fits = |width: i32| {
        texts
            .iter()
            .any(|text| (least * text..=most * text).contains(&(i64::from(width) * 1000)))
    };
    if longest == 0 || widths.iter().any(|width| fits(*width)) {
        return Vec::new();
    }
    let ((vi, en), (demand_vi, demand_en)) = (name, demand);
    let width = widths.iter().copied().max().unwrap_or(0);
    let ((width_vi, width_en), (text_vi, text_en)) = (
        millimetres(width),
        millimetres(i32::try_from(longest).unwrap_or(i32::MAX)),
    );
    vec![Fault {
        place: document.place_of(*last),
        message: text!(
            "đường kẻ dưới {vi} cần dài {demand_vi} (dòng chữ dài khoảng {text_vi} mm, đường kẻ dài {width_vi} mm)",
            "the line below {en} should be {demand_en} (the text is about {text_en} mm long, the line {width_en} mm)"
        ),
        hint: text!(
            "bấm vào đường kẻ rồi đặt lại chiều rộng ở Định dạng hình > Kích cỡ (Shape Format > Size)",
            "click the line and set its width at Shape Format > Size"
        ),
    }]
}
