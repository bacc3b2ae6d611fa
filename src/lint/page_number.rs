//! Page numbers (annex I, I.7 and III.1.đ).

use super::component::Document;
use super::read::{Paragraph, Running};
use super::style::Align;
use super::{Fault, Rule, points};
use crate::diagnostic::{Place, Severity, Text};
use crate::text;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "the-thuc/thieu-so-trang",
        severity: Severity::Error,
        source: "Phụ lục I, mục I.7",
        demand: (
            "Văn bản từ hai trang trở lên đánh số trang ở lề trên",
            "Documents of two pages or more have page numbers in the header",
        ),
        check: missing,
    },
    Rule {
        code: "the-thuc/so-trang-o-chan-trang",
        severity: Severity::Error,
        source: "Phụ lục I, mục I.7",
        demand: (
            "Số trang ở lề trên, không ở chân trang",
            "Page numbers stand in the header, not in the footer",
        ),
        check: in_footer,
    },
    Rule {
        code: "the-thuc/so-trang",
        severity: Severity::Error,
        source: "Phụ lục I, mục I.7; mục V",
        demand: (
            "Số trang là chữ số Ả Rập, cỡ 13–14, kiểu chữ đứng, canh giữa",
            "Page numbers are Arabic, 13–14 pt, upright, centred",
        ),
        check: form,
    },
    Rule {
        code: "the-thuc/so-trang-trang-dau",
        severity: Severity::Error,
        source: "Phụ lục I, mục I.7",
        demand: (
            "Không hiển thị số trang ở trang thứ nhất",
            "The first page shows no page number",
        ),
        check: first_page,
    },
    Rule {
        code: "the-thuc/so-trang-bat-dau",
        severity: Severity::Error,
        source: "Phụ lục I, mục I.7",
        demand: ("Số trang đếm từ 1", "Pages count from 1"),
        check: start,
    },
    Rule {
        code: "the-thuc/so-trang-phu-luc",
        severity: Severity::Error,
        source: "Phụ lục I, mục III.1.đ",
        demand: (
            "Số trang của mỗi phụ lục đếm riêng, từ 1",
            "Pages of each annex count by themselves, from 1",
        ),
        check: annexes,
    },
];

/// More signs than a page of 14 pt takes under a letterhead: such a text is longer than one page.
const ONE_PAGE: usize = 2_600;

fn number(paragraphs: Option<&Vec<Paragraph>>) -> Option<&Paragraph> {
    paragraphs?.iter().find(|paragraph| paragraph.has_page_number)
}

fn has_number(running: &Running) -> bool {
    number(running.usual.as_ref()).is_some() || number(running.first.as_ref()).is_some()
}

fn place(document: &Document, section: usize, part: Text) -> Place {
    match document.place_of_section(section) {
        Place::Paragraph { position, text, .. } => Place::Paragraph {
            part,
            heading: None,
            text,
            tag: None,
            position,
        },
        other => other,
    }
}

fn header(document: &Document, section: usize) -> Place {
    place(document, section, text!("đầu trang", "header"))
}

fn missing(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, section) in document.sections.iter().enumerate() {
        let length: usize = document
            .paragraphs
            .iter()
            .filter(|paragraph| paragraph.section == index)
            .map(|paragraph| paragraph.text().chars().count())
            .sum();
        if length > ONE_PAGE && !has_number(&section.headers) && !has_number(&section.footers) {
            faults.push(Fault {
                place: header(document, index),
                message: text!(
                    "văn bản dài hơn một trang cần số trang ở lề trên (chưa có)",
                    "a document of more than one page needs page numbers in the header (there are none)"
                ),
                hint: text!(
                    "vào Chèn > Số Trang > Đầu Trang > Số Thuần 2 (Insert > Page Number > Top of Page > Plain Number 2)",
                    "choose Insert > Page Number > Top of Page > Plain Number 2"
                ),
            });
        }
    }
    faults
}

fn in_footer(document: &Document) -> Vec<Fault> {
    let sections = document.sections.iter().enumerate();
    sections
        .filter(|(_, section)| has_number(&section.footers))
        .map(|(index, _)| Fault {
            place: place(document, index, text!("chân trang", "footer")),
            message: text!(
                "số trang cần ở giữa lề trên (đang ở chân trang)",
                "the page number should stand in the middle of the header (it is in the footer)"
            ),
            hint: text!(
                "vào Chèn > Số Trang > Loại bỏ Số Trang, rồi chọn Đầu Trang (Insert > Page Number > Remove, then Top of Page)",
                "choose Insert > Page Number > Remove Page Numbers, then Top of Page"
            ),
        })
        .collect()
}

fn form(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, section) in document.sections.iter().enumerate() {
        let Some(number) = number(section.headers.usual.as_ref()) else {
            continue;
        };
        let mut lacks: Vec<Text> = Vec::new();
        // Centred by alignment, or by a tab to the middle as Word's own header style has it.
        let tabbed = number
            .lines
            .iter()
            .any(|line| line.runs.iter().any(|run| run.text.contains('\t')));
        let framed = matches!(number.container, super::read::Container::Box(_));
        if number.align != Align::Centre && !tabbed && !framed {
            lacks.push(text!("căn giữa", "centred"));
        }
        if let Some(run) = number.visible().find(|run| !(26..=28).contains(&run.size)) {
            let (vi, en) = points(run.size);
            lacks.push(text!("cỡ 13–14 pt (đang {vi} pt)", "13–14 pt in size (it is {en} pt)"));
        }
        if number.visible().any(|run| run.italic) {
            lacks.push(text!("kiểu chữ đứng (đang nghiêng)", "upright (it is italic)"));
        }
        if section
            .number_format
            .as_deref()
            .is_some_and(|format| format != "decimal")
        {
            lacks.push(text!("bằng chữ số Ả Rập", "in Arabic numerals"));
        }
        if lacks.is_empty() {
            continue;
        }
        let vi = lacks.iter().map(|lack| lack.vi.as_str()).collect::<Vec<_>>().join(", ");
        let en = lacks.iter().map(|lack| lack.en.as_str()).collect::<Vec<_>>().join(", ");
        faults.push(Fault {
            place: header(document, index),
            message: text!("số trang cần {vi}", "the page number should be {en}"),
            hint: text!(
                "bấm đúp vào lề trên, chọn số trang rồi đặt lại ở Trang đầu (Home)",
                "double-click the header, select the number and set it at Home"
            ),
        });
    }
    faults
}

/// The section of the letterhead.
fn first_page(document: &Document) -> Vec<Fault> {
    let index = document
        .nation
        .and_then(|at| document.paragraph(at))
        .map_or(0, |paragraph| paragraph.section);
    let Some(section) = document.sections.get(index) else {
        return Vec::new();
    };
    let shown = if section.title_page {
        number(section.headers.first.as_ref())
    } else {
        number(section.headers.usual.as_ref())
    };
    if shown.is_none() {
        return Vec::new();
    }
    vec![Fault {
        place: header(document, index),
        message: text!(
            "trang thứ nhất không hiển thị số trang (đang hiển thị)",
            "the first page should show no number (it does)"
        ),
        hint: text!(
            "bấm đúp vào lề trên, đánh dấu Trang đầu Khác biệt (Different First Page) và xoá số ở trang ấy",
            "double-click the header, tick Different First Page and clear the number there"
        ),
    }]
}

fn start(document: &Document) -> Vec<Fault> {
    let Some(start) = document.sections.first().and_then(|section| section.start) else {
        return Vec::new();
    };
    if start == 1 {
        return Vec::new();
    }
    vec![Fault {
        place: document.place_of_section(0),
        message: text!(
            "số trang cần đếm từ 1 (đang đếm từ {start})",
            "pages should count from 1 (they count from {start})"
        ),
        hint: text!(
            "vào Chèn > Số Trang > Định dạng Số Trang, ghi Bắt đầu tại 1 (Insert > Page Number > Format Page Numbers)",
            "choose Insert > Page Number > Format Page Numbers and start at 1"
        ),
    }]
}

fn annexes(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    for annex in &document.annexes {
        let Some(own) = document.paragraph(annex.name) else {
            continue;
        };
        // A section holds nothing before the annex it is for.
        let begins = !document
            .paragraphs
            .iter()
            .take(annex.name.paragraph)
            .any(|paragraph| paragraph.section == own.section && !paragraph.is_blank());
        let start = document.sections.get(own.section).and_then(|section| section.start);
        let counts = has_any_number(document);
        if counts && (!begins || start != Some(1)) {
            faults.push(Fault {
                place: document.place_of(annex.name),
                message: text!(
                    "số trang của phụ lục cần đếm riêng từ 1 (đang đếm tiếp)",
                    "pages of an annex should count from 1 by themselves (they go on counting)"
                ),
                hint: if begins {
                    text!(
                        "vào Chèn > Số Trang > Định dạng Số Trang, ghi Bắt đầu tại 1 (Insert > Page Number > Format Page Numbers)",
                        "choose Insert > Page Number > Format Page Numbers and start at 1"
                    )
                } else {
                    text!(
                        "đặt con trỏ trước phụ lục, vào Bố trí > Dấu ngắt > Trang Tiếp theo (Layout > Breaks > Next Page), rồi cho số trang bắt đầu tại 1",
                        "put the cursor before the annex, choose Layout > Breaks > Next Page, and start its pages at 1"
                    )
                },
            });
        }
    }
    faults
}

fn has_any_number(document: &Document) -> bool {
    document
        .sections
        .iter()
        .any(|section| has_number(&section.headers) || has_number(&section.footers))
}
