//! Paper and margins (annex I, I.1 to I.3).

use super::component::Document;
use super::read::Section;
use super::{Fault, Rule, millimetres};
use crate::diagnostic::{Severity, Text};
use crate::text;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "the-thuc/kho-giay",
        severity: Severity::Error,
        source: "Phụ lục I, mục I.1",
        demand: ("Khổ giấy A4 (210 × 297 mm)", "A4 paper (210 × 297 mm)"),
        check: paper,
    },
    Rule {
        code: "the-thuc/huong-giay",
        severity: Severity::Warning,
        source: "Phụ lục I, mục I.2",
        demand: (
            "Giấy đặt dọc; đặt ngang chỉ khi phần ấy có bảng biểu",
            "Portrait; landscape only where the section has a table",
        ),
        check: orientation,
    },
    Rule {
        code: "the-thuc/le-trang",
        severity: Severity::Error,
        source: "Phụ lục I, mục I.3",
        demand: (
            "Lề trên và dưới 20–25 mm, lề trái 30–35 mm, lề phải 15–20 mm",
            "Margins: top and bottom 20–25 mm, left 30–35 mm, right 15–20 mm",
        ),
        check: margins,
    },
];

/// A4 in twips.
const A4: (i32, i32) = (11_906, 16_838);
/// Programs round lengths differently: a third of a millimetre.
const PAPER_TOLERANCE: i32 = 20;
/// Half a millimetre.
const MARGIN_TOLERANCE: i32 = 28;

fn paper(document: &Document) -> Vec<Fault> {
    let wrong = |section: &Section| {
        let (short, long) = (
            section.paper.0.min(section.paper.1),
            section.paper.0.max(section.paper.1),
        );
        (short - A4.0).abs() > PAPER_TOLERANCE || (long - A4.1).abs() > PAPER_TOLERANCE
    };
    let faulty = document
        .sections
        .iter()
        .enumerate()
        .filter(|(_, section)| wrong(section));
    faulty
        .map(|(index, section)| {
            let ((width_vi, width_en), (height_vi, height_en)) =
                (millimetres(section.paper.0), millimetres(section.paper.1));
            Fault {
                place: document.place_of_section(index),
                message: text!(
                    "khổ giấy cần là A4, 210 × 297 mm (đang {width_vi} × {height_vi} mm)",
                    "the paper should be A4, 210 × 297 mm (it is {width_en} × {height_en} mm)"
                ),
                hint: text!(
                    "chọn A4 ở Bố trí > Kích cỡ (Layout > Size)",
                    "choose A4 at Layout > Size"
                ),
            }
        })
        .collect()
}

fn orientation(document: &Document) -> Vec<Fault> {
    let sections = document.sections.iter().enumerate();
    sections
        .filter(|(_, section)| section.is_landscape() && !section.has_table)
        .map(|(index, _)| Fault {
            place: document.place_of_section(index),
            message: text!(
                "giấy đặt ngang chỉ khi có bảng biểu (phần này không có bảng)",
                "paper lies on its side only for tables (this section has none)"
            ),
            hint: text!(
                "chọn Dọc ở Bố trí > Hướng (Layout > Orientation)",
                "choose Portrait at Layout > Orientation"
            ),
        })
        .collect()
}

/// A side of the page: its name, the smallest and largest margin in millimetres.
type Side = ((&'static str, &'static str), i32, i32);

const TOP: Side = (("trên", "top"), 20, 25);
const BOTTOM: Side = (("dưới", "bottom"), 20, 25);
const LEFT: Side = (("trái", "left"), 30, 35);
const RIGHT: Side = (("phải", "right"), 15, 20);
/// On its side, the page is bound where its top is.
const BOUND_ABOVE: [Side; 4] = [
    (TOP.0, LEFT.1, LEFT.2),
    (BOTTOM.0, RIGHT.1, RIGHT.2),
    (LEFT.0, TOP.1, TOP.2),
    (RIGHT.0, TOP.1, TOP.2),
];

/// What is wrong with the margins of a section: a clause for each side, in both languages.
fn wrong_sides(section: &Section, sides: &[Side; 4]) -> Vec<Text> {
    let margins = section.margins;
    let found = [margins.top, margins.bottom, margins.left, margins.right];
    let twips = |millimetres: i32| millimetres * 1440 * 10 / 254;
    let pairs = sides.iter().zip(found);
    pairs
        .filter(|((_, least, most), margin)| {
            *margin < twips(*least) - MARGIN_TOLERANCE || *margin > twips(*most) + MARGIN_TOLERANCE
        })
        .map(|(((vi, en), least, most), margin)| {
            let (margin_vi, margin_en) = millimetres(margin);
            text!(
                "{vi} {least}–{most} mm (đang {margin_vi} mm)",
                "{en} {least}–{most} mm (it is {margin_en} mm)"
            )
        })
        .collect()
}

fn margins(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, section) in document.sections.iter().enumerate() {
        let wrong = wrong_sides(section, &[TOP, BOTTOM, LEFT, RIGHT]);
        if wrong.is_empty() || (section.is_landscape() && wrong_sides(section, &BOUND_ABOVE).is_empty()) {
            continue;
        }
        let vi = wrong.iter().map(|side| side.vi.as_str()).collect::<Vec<_>>().join(", ");
        let en = wrong.iter().map(|side| side.en.as_str()).collect::<Vec<_>>().join(", ");
        faults.push(Fault {
            place: document.place_of_section(index),
            message: text!("lề trang cần: {vi}", "margins should be: {en}"),
            hint: text!(
                "đặt lại ở Bố trí > Lề > Lề Tuỳ chỉnh (Layout > Margins > Custom Margins)",
                "set them at Layout > Margins > Custom Margins"
            ),
        });
    }
    faults
}
