//! Kính gửi (annex I, II.9).

use super::component::{Document, kind_of};
use super::form::{self, Form};
use super::{Fault, Rule};
use crate::diagnostic::Severity;
use crate::text;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "the-thuc/thieu-kinh-gui",
        severity: Severity::Warning,
        source: "Phụ lục I, mục II.9.b",
        demand: (
            "Tờ trình, công văn, báo cáo gửi cấp trên có “Kính gửi:”",
            "Submissions, letters, and reports to a higher office have “Kính gửi:”",
        ),
        check: missing,
    },
    Rule {
        code: "the-thuc/kinh-gui",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.9.d; mục V",
        demand: (
            "“Kính gửi” và nơi nhận ở đó: cỡ 13–14, kiểu chữ đứng, không đậm",
            "“Kính gửi” and its addressees are 13–14 pt, upright, not bold",
        ),
        check: form,
    },
    Rule {
        code: "the-thuc/kinh-gui-loi-van",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.9.d",
        demand: (
            "Sau “Kính gửi” có dấu hai chấm; nhiều nơi thì mỗi nơi một dòng “- …;”, dòng cuối “.”",
            "A colon follows “Kính gửi”; several addressees stand on lines “- …;”, the last ends “.”",
        ),
        check: words,
    },
];

const FORM: Form = Form {
    name: ("dòng Kính gửi", "the addressees"),
    sizes: (26, 28),
    bold: Some(false),
    italic: Some(false),
    capitals: None,
    align: None,
    ruled: false,
};

fn missing(document: &Document) -> Vec<Fault> {
    if document.addressees.is_some() {
        return Vec::new();
    }
    let kind = document.kind.and_then(|at| kind_of(&document.text(at)));
    let needed = match kind {
        Some((name, _)) => matches!(name, "TỜ TRÌNH" | "BÁO CÁO").then_some(name),
        None => (!document.dispatch.is_empty()).then_some("công văn"),
    };
    let at = document
        .subject
        .last()
        .or(document.dispatch.last())
        .copied()
        .or(document.kind);
    let (Some(name), Some(at)) = (needed, at) else {
        return Vec::new();
    };
    vec![Fault {
        place: document.place_of(at),
        message: text!(
            "{name} gửi cơ quan cấp trên cần dòng “Kính gửi:” (không thấy)",
            "{name} to a higher office needs a line “Kính gửi:” (there is none)"
        ),
        hint: text!(
            "thêm dòng Kính gửi: và tên cơ quan nhận, dưới trích yếu",
            "add a line Kính gửi: with the office addressed, below the subject"
        ),
    }]
}

fn form(document: &Document) -> Vec<Fault> {
    let mut lines: Vec<_> = document.addressees.into_iter().collect();
    lines.extend(&document.addressee_items);
    form::faults(document, &lines, &FORM)
}

fn words(document: &Document) -> Vec<Fault> {
    let Some(label) = document.addressees else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    let text = document.text(label);
    if !text.starts_with("Kính gửi:") {
        faults.push(Fault {
            place: document.place_of(label),
            message: text!(
                "cần ghi “Kính gửi:” có dấu hai chấm, dòng này ghi “{text}”",
                "it should say “Kính gửi:” with a colon, this line says “{text}”"
            ),
            hint: text!("ghi lại Kính gửi:", "write Kính gửi:"),
        });
    }
    let items = &document.addressee_items;
    for (index, at) in items.iter().enumerate() {
        let text = document.text(*at);
        let end = if index + 1 == items.len() { '.' } else { ';' };
        if !text.starts_with('-') || !text.ends_with(end) {
            faults.push(Fault {
                place: document.place_of(*at),
                message: text!(
                    "mỗi nơi nhận ở Kính gửi cần bắt đầu bằng “-”, kết thúc bằng “;”, dòng cuối bằng “.”",
                    "each addressee should begin with “-” and end with “;”, the last with “.”"
                ),
                hint: text!("ghi “- …{end}”", "write “- …{end}”"),
            });
        }
    }
    faults
}
