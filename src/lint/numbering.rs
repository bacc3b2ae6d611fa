//! Parts of the text and their numbers (annex I, II.6.c to II.6.đ, V).

use super::component::{At, Document, is_capitals};
use super::form::{self, Form};
use super::number::{Marker, marker_or_letter};
use super::style::Align;
use super::{Fault, Rule};
use crate::diagnostic::Severity;
use crate::text;
use crate::vietnamese::{point_letter, roman};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "the-thuc/phan-chuong",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.6.d",
        demand: (
            "“Phần I”, “Chương I” trên dòng riêng: chữ thường, cỡ 13–14, đậm, canh giữa; tên ở dòng dưới: chữ in hoa, đậm, canh giữa",
            "“Phần I”, “Chương I” stand on a line of their own, 13–14 pt, bold, centred; the title below in capitals, bold, centred",
        ),
        check: parts,
    },
    Rule {
        code: "the-thuc/muc-la-ma",
        severity: Severity::Error,
        source: "Phụ lục I, mục V, ô số 6b",
        demand: (
            "Mục “I. …” có tên: chữ in hoa, cỡ 13–14, kiểu chữ đứng, đậm",
            "A section “I. …” with a title is in capitals, 13–14 pt, upright, bold",
        ),
        check: sections,
    },
    Rule {
        code: "the-thuc/dieu",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.6.d",
        demand: (
            "“Điều 1.” và tên điều: chữ thường, cỡ 13–14, kiểu chữ đứng, đậm",
            "“Điều 1.” and its title are 13–14 pt, upright, bold",
        ),
        check: articles,
    },
    Rule {
        code: "the-thuc/thu-tu-phan",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.6.c, II.6.d",
        demand: (
            "Phần, chương, mục, điều đánh số liên tục, không sót, không trùng",
            "Parts, chapters, sections and articles count on without gaps or repetition",
        ),
        check: order_of_parts,
    },
    Rule {
        code: "the-thuc/thu-tu-khoan",
        severity: Severity::Warning,
        source: "Phụ lục I, mục II.6.c, II.6.d",
        demand: (
            "Khoản trong mỗi mục đánh số 1, 2, 3… liên tục",
            "Clauses count 1, 2, 3… within their section",
        ),
        check: order_of_clauses,
    },
    Rule {
        code: "the-thuc/thu-tu-diem",
        severity: Severity::Warning,
        source: "Phụ lục I, mục II.6.d",
        demand: (
            "Điểm xếp theo bảng chữ cái tiếng Việt: a) b) c) d) đ) e) g)… (không có f, j, w, z)",
            "Points follow the Vietnamese alphabet: a) b) c) d) đ) e) g)… (no f, j, w, z)",
        ),
        check: order_of_points,
    },
];

const PART: Form = Form {
    name: ("dòng Phần, Chương", "the line of a part"),
    sizes: (26, 28),
    bold: Some(true),
    italic: Some(false),
    capitals: None,
    align: Some(Align::Centre),
    ruled: false,
};

const PART_TITLE: Form = Form {
    name: ("tên phần, chương", "the title of a part"),
    capitals: Some(true),
    ..PART
};

const SECTION: Form = Form {
    name: ("tên mục", "the title of a section"),
    capitals: Some(true),
    align: None,
    ..PART
};

/// The paragraphs of the body that Word does not number, with their numbers in the document and the marker each begins with.
fn marked(document: &Document) -> impl Iterator<Item = (usize, Option<Marker>)> {
    document.body.iter().filter_map(|index| {
        let paragraph = document.paragraphs.get(*index)?;
        (!paragraph.in_list).then(|| (*index, marker_or_letter(&paragraph.text())))
    })
}

/// Paragraphs of the body that are headings with a form of their own here.
pub(super) fn headings(document: &Document) -> Vec<usize> {
    let mut headings = Vec::new();
    for (index, found) in marked(document) {
        match found {
            Some(Marker::Part(_) | Marker::Chapter(_)) => {
                headings.push(index);
                headings.extend(title_of(document, index).map(|title| title.paragraph));
            }
            Some(Marker::Roman(_)) => headings.push(index),
            _ => {}
        }
    }
    headings
}

/// The title below the line of a part or chapter.
fn title_of(document: &Document, index: usize) -> Option<At> {
    let paragraph = document.paragraphs.get(index)?;
    // “Phần II …” on one line has its title there.
    if document.text(first_line(index)).split_whitespace().count() > 2 {
        return None;
    }
    if paragraph.lines.len() > 1 {
        return Some(At {
            paragraph: index,
            line: 1,
        });
    }
    document
        .body
        .iter()
        .find(|next| **next > index)
        .map(|next| first_line(*next))
}

fn first_line(paragraph: usize) -> At {
    At { paragraph, line: 0 }
}

fn parts(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, found) in marked(document) {
        let Some(Marker::Part(_) | Marker::Chapter(_)) = found else {
            continue;
        };
        let at = first_line(index);
        let text = document.text(at);
        // “Phần II …” within a sentence is none: its line ends with the number, or is set as a heading.
        let alone = text.split_whitespace().count() <= 2;
        if !alone {
            if document.line(at).is_some_and(super::read::Line::is_bold) {
                faults.push(Fault {
                    place: document.place(index),
                    message: text!(
                        "“Phần”, “Chương” cùng số cần trên một dòng riêng, tên ở dòng dưới (đang chung một dòng)",
                        "“Phần” or “Chương” and its number should have a line of their own, above the title (they share one)"
                    ),
                    hint: text!(
                        "đặt con trỏ sau số rồi bấm Enter, bỏ dấu chấm sau số",
                        "put the cursor behind the number, press Enter, and delete the stop"
                    ),
                });
            }
            continue;
        }
        faults.extend(form::faults(document, &[at], &PART));
        if is_capitals(&text) {
            faults.push(Fault {
                place: document.place(index),
                message: text!(
                    "“Phần”, “Chương” cần viết chữ thường (đang in hoa)",
                    "“Phần” and “Chương” should be in small letters (they are capitals)"
                ),
                hint: text!("gõ lại “Phần I”", "type “Phần I” again"),
            });
        }
        let title = title_of(document, index);
        faults.extend(title.map_or_else(Vec::new, |title| form::faults(document, &[title], &PART_TITLE)));
    }
    faults
}

fn sections(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, found) in marked(document) {
        if matches!(found, Some(Marker::Roman(_))) {
            faults.extend(form::faults(document, &[first_line(index)], &SECTION));
        }
    }
    faults
}

fn articles(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, found) in marked(document) {
        let Some(Marker::Article(number)) = found else {
            continue;
        };
        let Some(line) = document.line(first_line(index)) else {
            continue;
        };
        // The number must be bold; what follows may be the text itself.
        let word = format!("Điều {number}");
        let mut seen = 0;
        let mut wrong = false;
        for run in line.visible() {
            if seen < word.chars().count() {
                wrong |= !run.bold || run.italic;
            }
            seen += run.text.chars().count();
        }
        if wrong {
            faults.push(Fault {
                place: document.place(index),
                message: text!(
                    "“Điều” và số cần in đậm, kiểu chữ đứng (đang không phải)",
                    "“Điều” and its number should be bold and upright (they are not)"
                ),
                hint: text!(
                    "chọn “Điều” và số, bấm nút đậm (B) ở Trang đầu (Home)",
                    "select “Điều” and the number and press bold (B) at Home"
                ),
            });
        }
    }
    faults
}

fn out_of_order(document: &Document, index: usize, need: &str, found: &str) -> Fault {
    Fault {
        place: document.place(index),
        message: text!(
            "số thứ tự cần là “{need}”, ở đây ghi “{found}”",
            "the number should be “{need}”, here it is “{found}”"
        ),
        hint: text!("đánh số lại từ chỗ này", "number again from here"),
    }
}

fn order_of_parts(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    let (mut part, mut chapter, mut section, mut division, mut article) = (0, 0, 0, 0, 0);
    let count = |faults: &mut Vec<Fault>, index: usize, last: &mut u32, number: u32, print: &dyn Fn(u32) -> String| {
        if number != *last + 1 {
            faults.push(out_of_order(document, index, &print(*last + 1), &print(number)));
        }
        *last = number;
    };
    let in_roman = |number: u32| roman(number).unwrap_or_default();
    for (index, found) in marked(document) {
        match found {
            Some(Marker::Part(number)) => {
                (chapter, section, division) = (0, 0, 0);
                count(&mut faults, index, &mut part, number, &|n| {
                    format!("Phần {}", in_roman(n))
                });
            }
            Some(Marker::Chapter(number)) => {
                // Chapters count on over parts, or within them.
                if number == 1 {
                    chapter = 0;
                }
                (section, division) = (0, 0);
                count(&mut faults, index, &mut chapter, number, &|n| {
                    format!("Chương {}", in_roman(n))
                });
            }
            Some(Marker::Division(number)) => {
                count(&mut faults, index, &mut division, number, &|n| format!("Mục {n}"));
            }
            Some(Marker::Article(number)) => {
                count(&mut faults, index, &mut article, number, &|n| format!("Điều {n}."));
            }
            Some(Marker::Roman(number)) => {
                count(&mut faults, index, &mut section, number, &|n| {
                    format!("{}.", in_roman(n))
                });
            }
            _ => {}
        }
    }
    faults
}

fn order_of_clauses(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut last = 0;
    for (index, found) in marked(document) {
        match found {
            Some(Marker::Arabic(number)) => {
                if number != last + 1 {
                    faults.push(out_of_order(
                        document,
                        index,
                        &format!("{}.", last + 1),
                        &format!("{number}."),
                    ));
                }
                last = number;
            }
            Some(Marker::Letter(_)) => {}
            Some(_) => last = 0,
            // A heading without a number may have clauses of its own.
            None if document
                .paragraphs
                .get(index)
                .is_some_and(|own| document.is_heading(own) || is_bold(own)) =>
            {
                last = 0
            }
            None => {}
        }
    }
    faults
}

fn is_bold(paragraph: &super::read::Paragraph) -> bool {
    paragraph.lines.iter().all(super::read::Line::is_bold)
}

fn order_of_points(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut last = 0;
    for (index, found) in marked(document) {
        match found {
            Some(Marker::Letter(letter)) => {
                let need = point_letter(last + 1);
                // A list of points may begin anew below an unnumbered line.
                let anew = letter == 'a' && last > 0;
                if Some(letter) != need && !anew {
                    let need = need.map_or_else(|| "…)".to_owned(), |need| format!("{need})"));
                    faults.push(out_of_order(document, index, &need, &format!("{letter})")));
                }
                let place = (1..=23).find(|number| point_letter(*number) == Some(letter));
                last = place.unwrap_or(last + 1);
            }
            Some(_) => last = 0,
            None => {}
        }
    }
    faults
}
