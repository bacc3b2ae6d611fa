//! Nơi nhận (annex I, II.9).

use super::component::Document;
use super::form::{self, Form};
use super::read::Container;
use super::style::Align;
use super::{Fault, Rule};
use crate::diagnostic::Severity;
use crate::text;
use crate::vietnamese::fold;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "the-thuc/thieu-noi-nhan",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.9",
        demand: ("Cuối văn bản có “Nơi nhận:”", "“Nơi nhận:” stands at the end"),
        check: missing,
    },
    Rule {
        code: "the-thuc/noi-nhan",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.9.d; mục V",
        demand: (
            "“Nơi nhận:” trên dòng riêng, cỡ 12, chữ nghiêng, đậm, sát lề trái, có dấu hai chấm",
            "“Nơi nhận:” has its own line, 12 pt, bold italic, flush left, with a colon",
        ),
        check: label,
    },
    Rule {
        code: "the-thuc/noi-nhan-danh-sach",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.9.d; mục V",
        demand: (
            "Từng nơi nhận: cỡ 11, kiểu chữ đứng, bắt đầu bằng “-”, kết thúc bằng “;”, dòng cuối “.”",
            "Recipients are 11 pt, upright, begin with “-” and end with “;”, the last with “.”",
        ),
        check: items,
    },
    Rule {
        code: "the-thuc/noi-nhan-nhu-tren",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.9.b",
        demand: (
            "Văn bản có “Kính gửi” thì nơi nhận đầu tiên là “Như trên”",
            "With “Kính gửi”, the first recipient is “Như trên”",
        ),
        check: as_above,
    },
    Rule {
        code: "the-thuc/noi-nhan-luu",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.9.d",
        demand: (
            "Dòng cuối của nơi nhận là “- Lưu: VT, ….”",
            "The last recipient is “- Lưu: VT, ….”",
        ),
        check: filed,
    },
];

const LABEL: Form = Form {
    name: ("“Nơi nhận:”", "“Nơi nhận:”"),
    sizes: (24, 24),
    bold: Some(true),
    italic: Some(true),
    capitals: None,
    align: None,
    ruled: false,
};

const ITEM: Form = Form {
    name: ("danh sách nơi nhận", "the list of recipients"),
    sizes: (22, 22),
    bold: Some(false),
    italic: Some(false),
    ..LABEL
};

fn missing(document: &Document) -> Vec<Fault> {
    let (None, Some(last)) = (document.recipients, document.body.last()) else {
        return Vec::new();
    };
    vec![Fault {
        place: document.place(*last),
        message: text!(
            "cuối văn bản cần “Nơi nhận:” (không thấy)",
            "the document needs “Nơi nhận:” at its end (there is none)"
        ),
        hint: text!(
            "thêm Nơi nhận: vào ô bên trái, ngang với chức vụ người ký",
            "add Nơi nhận: in the left cell, level with the title of who signs"
        ),
    }]
}

fn label(document: &Document) -> Vec<Fault> {
    let Some(at) = document.recipients else {
        return Vec::new();
    };
    let mut faults = form::faults(document, &[at], &LABEL);
    let text = document.text(at);
    if text != "Nơi nhận:" {
        faults.push(Fault {
            place: document.place_of(at),
            message: text!(
                "cần ghi “Nơi nhận:” trên một dòng riêng, dòng này ghi “{text}”",
                "it should say “Nơi nhận:” on a line of its own, this line says “{text}”"
            ),
            hint: text!("ghi lại Nơi nhận:", "write Nơi nhận:"),
        });
    }
    let paragraph = document.paragraph(at);
    let indented = paragraph.is_some_and(|paragraph| {
        let moved = matches!(paragraph.align, Align::Centre | Align::Right);
        moved || (paragraph.container != Container::Body && paragraph.left + paragraph.first_line > 60)
    });
    if indented {
        faults.push(Fault {
            place: document.place_of(at),
            message: text!("“Nơi nhận:” cần sát lề trái", "“Nơi nhận:” should be flush left"),
            hint: text!(
                "bấm nút Căn trái (Ctrl+L) và bỏ thụt dòng ở Trang đầu > Đoạn văn (Home > Paragraph)",
                "press Align Left (Ctrl+L) and take out the indent at Home > Paragraph"
            ),
        });
    }
    faults
}

fn items(document: &Document) -> Vec<Fault> {
    let items = &document.recipient_items;
    let mut faults = form::faults(document, items, &ITEM);
    for (index, at) in items.iter().enumerate() {
        let text = document.text(*at);
        let in_list = document.paragraph(*at).is_some_and(|paragraph| paragraph.in_list);
        // A long recipient may go on in a line of its own.
        let goes_on = items.get(index + 1).is_some_and(|next| {
            let next_in_list = document.paragraph(*next).is_some_and(|paragraph| paragraph.in_list);
            !document.text(*next).starts_with(['-', '–', '+']) && !next_in_list
        });
        let continued = index > 0 && !text.starts_with(['-', '–', '+']) && !in_list;
        let end = if index + 1 == items.len() { '.' } else { ';' };
        let ends = goes_on || text.ends_with(end);
        let begins = continued || in_list || text.starts_with('-');
        if !begins || !ends {
            faults.push(Fault {
                place: document.place_of(*at),
                message: text!(
                    "mỗi nơi nhận cần bắt đầu bằng “-”, kết thúc bằng “;”, dòng cuối bằng “.”",
                    "each recipient should begin with “-” and end with “;”, the last with “.”"
                ),
                hint: text!("ghi “- …{end}”", "write “- …{end}”"),
            });
        }
    }
    faults
}

fn as_above(document: &Document) -> Vec<Fault> {
    let (Some(_), Some(first)) = (document.addressees, document.recipient_items.first()) else {
        return Vec::new();
    };
    if fold(&document.text(*first)).contains("nhu tren") || fold(&document.text(*first)).contains("nhu kinh gui") {
        return Vec::new();
    }
    vec![Fault {
        place: document.place_of(*first),
        message: text!(
            "nơi nhận đầu tiên cần là “- Như trên;” vì văn bản có Kính gửi",
            "the first recipient should be “- Như trên;”, for the document has Kính gửi"
        ),
        hint: text!("thêm dòng - Như trên; lên đầu", "add the line - Như trên; first"),
    }]
}

fn filed(document: &Document) -> Vec<Fault> {
    let Some(last) = document.recipient_items.last() else {
        return Vec::new();
    };
    let items = &document.recipient_items;
    let is_filed = |text: &str| {
        let text = text.trim_start_matches(['-', ' ', '\u{a0}']);
        text.strip_prefix("Lưu:")
            .is_some_and(|rest| rest.trim_start().starts_with("VT"))
    };
    // It may run over several lines.
    let place = items.iter().rposition(|at| is_filed(&document.text(*at)));
    let ends = place.is_some_and(|place| {
        items
            .iter()
            .skip(place + 1)
            .all(|at| !document.text(*at).starts_with(['-', '–', '+']))
    });
    if ends {
        return Vec::new();
    }
    let text = document.text(*last);
    vec![Fault {
        place: document.place_of(*last),
        message: text!(
            "dòng cuối của nơi nhận cần là “- Lưu: VT, ….”, dòng này ghi “{text}”",
            "the last recipient should be “- Lưu: VT, ….”, this line says “{text}”"
        ),
        hint: text!(
            "ghi Lưu: VT, rồi chữ viết tắt của bộ phận soạn thảo (nếu có), dấu chấm",
            "write Lưu: VT, then the abbreviation of the unit that drafted it (if any), and a stop"
        ),
    }]
}
