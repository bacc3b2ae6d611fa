//! How a component is set: size, weight, slant, capitals, alignment; what a line has of it, and what it lacks.

use super::Fault;
use super::component::{At, Document, is_capitals};
use super::points;
use super::style::Align;
use crate::diagnostic::Text;
use crate::text;

/// How the lines of a component are set. What is unset may be either way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// What people call the component.
    pub name: (&'static str, &'static str),
    /// Smallest and largest size, in half-points.
    pub sizes: (u32, u32),
    pub bold: Option<bool>,
    pub italic: Option<bool>,
    pub capitals: Option<bool>,
    pub align: Option<Align>,
    /// Whether a line belongs below it: underlining is told there.
    pub ruled: bool,
}

/// What one line lacks, and what to do about it.
struct Lack {
    message: Text,
    hint: Text,
}

/// The faults of the lines of a component, one for each line that is not set as it should be.
pub(super) fn faults(document: &Document, lines: &[At], form: &Form) -> Vec<Fault> {
    lines
        .iter()
        .filter_map(|at| {
            let lacks = lacks(document, *at, form);
            let hint = lacks.first()?.hint.clone();
            let join = |lang: fn(&Text) -> &str| {
                lacks
                    .iter()
                    .map(|lack| lang(&lack.message))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let (vi, en) = form.name;
            let (lacks_vi, lacks_en) = (join(|text| &text.vi), join(|text| &text.en));
            Some(Fault {
                place: document.place_of(*at),
                message: text!("{vi} cần {lacks_vi}", "{en} should be {lacks_en}"),
                hint,
            })
        })
        .collect()
}

fn lacks(document: &Document, at: At, form: &Form) -> Vec<Lack> {
    let (Some(line), Some(paragraph)) = (document.line(at), document.paragraph(at)) else {
        return Vec::new();
    };
    let mut lacks = Vec::new();
    let (least, most) = form.sizes;
    let wrong = line
        .visible()
        .map(|run| run.size)
        .find(|size| !(least..=most).contains(size));
    if let Some(size) = wrong {
        let ((least_vi, least_en), (most_vi, most_en), (size_vi, size_en)) =
            (points(least), points(most), points(size));
        let (need_vi, need_en) = if least == most {
            (least_vi.clone(), least_en)
        } else {
            (format!("{least_vi}–{most_vi}"), format!("{least_en}–{most_en}"))
        };
        lacks.push(Lack {
            message: text!(
                "cỡ chữ {need_vi} pt (đang {size_vi} pt)",
                "{need_en} pt in size (it is {size_en} pt)"
            ),
            hint: text!(
                "chọn dòng này, đặt lại cỡ chữ ở Trang đầu > Phông (Home > Font)",
                "select the line and set the size at Home > Font"
            ),
        });
    }
    let font = || {
        text!(
            "chọn dòng này, bấm nút đậm (B), nghiêng (I) hay gạch chân (U) ở Trang đầu > Phông (Home > Font)",
            "select the line and press bold (B), italic (I) or underline (U) at Home > Font"
        )
    };
    let bold = || line.visible().map(|run| run.bold);
    match form.bold {
        Some(true) if bold().any(|bold| !bold) => lacks.push(Lack {
            message: if bold().any(|bold| bold) {
                text!("in đậm cả dòng (đang đậm một phần)", "bold as a whole (part of it is)")
            } else {
                text!("in đậm (đang không đậm)", "bold (it is not)")
            },
            hint: font(),
        }),
        Some(false) if bold().any(|bold| bold) => lacks.push(Lack {
            message: text!("không đậm (đang in đậm)", "not bold (it is)"),
            hint: font(),
        }),
        _ => {}
    }
    let italic = || line.visible().map(|run| run.italic);
    match form.italic {
        Some(true) if italic().any(|italic| !italic) => lacks.push(Lack {
            message: text!("in nghiêng (đang đứng)", "italic (it is upright)"),
            hint: font(),
        }),
        Some(false) if italic().any(|italic| italic) => lacks.push(Lack {
            message: text!("kiểu chữ đứng (đang nghiêng)", "upright (it is italic)"),
            hint: font(),
        }),
        _ => {}
    }
    if !form.ruled && line.visible().any(|run| run.underline) {
        lacks.push(Lack {
            message: text!("không gạch chân (đang gạch chân)", "not underlined (it is)"),
            hint: font(),
        });
    }
    let text = line.text();
    match form.capitals {
        Some(true) if !is_capitals(&text) => lacks.push(Lack {
            message: text!("chữ in hoa (đang có chữ thường)", "in capitals (it has small letters)"),
            hint: text!(
                "chọn dòng này, vào Trang đầu > Đổi kiểu chữ Aa > CHỮ HOA (Home > Change Case > UPPERCASE)",
                "select the line, then Home > Change Case > UPPERCASE"
            ),
        }),
        // One word of capitals may be an abbreviation.
        Some(false) if is_capitals(&text) && text.contains(' ') => lacks.push(Lack {
            message: text!(
                "chữ in thường (đang in hoa cả dòng)",
                "in small letters (it is all capitals)"
            ),
            hint: text!(
                "gõ lại bằng chữ thường, chỉ viết hoa chữ đầu và tên riêng",
                "type it again in small letters, with capitals at the beginning and in names"
            ),
        }),
        _ => {}
    }
    if let Some(align) = form.align.filter(|align| *align != paragraph.align) {
        let (need, found) = (align_name(align), align_name(paragraph.align));
        lacks.push(Lack {
            message: Text::new(
                format!("{} (đang {})", need.0, found.0),
                format!("{} (it is {})", need.1, found.1),
            ),
            hint: Text::new(
                format!(
                    "đặt con trỏ vào dòng này, bấm nút {} ở Trang đầu > Đoạn văn (Home > Paragraph)",
                    need.0
                ),
                format!("put the cursor in the line and press {} at Home > Paragraph", need.1),
            ),
        });
    }
    lacks
}

/// What an alignment is called.
pub(super) fn align_name(align: Align) -> (&'static str, &'static str) {
    match align {
        Align::Left => ("căn trái", "left-aligned"),
        Align::Centre => ("căn giữa", "centred"),
        Align::Right => ("căn phải", "right-aligned"),
        Align::Justified => ("căn đều hai bên", "justified"),
    }
}
