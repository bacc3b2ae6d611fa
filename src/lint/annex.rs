//! Annexes (annex I, III.1).

use super::component::{At, Document};
use super::form::{self, Form};
use super::style::Align;
use super::{Fault, Rule};
use crate::diagnostic::Severity;
use crate::text;
use crate::vietnamese::{fold, roman};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "the-thuc/phu-luc",
        severity: Severity::Error,
        source: "Phụ lục I, mục III.1.b",
        demand: (
            "“Phụ lục” trên dòng riêng: chữ thường, cỡ 14, kiểu chữ đứng, đậm, canh giữa",
            "“Phụ lục” has its own line, small letters, 14 pt, upright, bold, centred",
        ),
        check: name,
    },
    Rule {
        code: "the-thuc/phu-luc-ten",
        severity: Severity::Error,
        source: "Phụ lục I, mục III.1.b",
        demand: (
            "Tên phụ lục: chữ in hoa, cỡ 13–14, kiểu chữ đứng, đậm, canh giữa",
            "The title of an annex is in capitals, 13–14 pt, upright, bold, centred",
        ),
        check: title,
    },
    Rule {
        code: "the-thuc/phu-luc-kem-theo",
        severity: Severity::Error,
        source: "Phụ lục I, mục III.1.c",
        demand: (
            "Dưới tên phụ lục: “(Kèm theo Báo cáo số …/BC-UBND ngày … của …)”, cỡ 13–14, chữ nghiêng, canh giữa",
            "Below the title stands “(Kèm theo Báo cáo số …/BC-UBND ngày … của …)”, 13–14 pt, italic, centred",
        ),
        check: note,
    },
    Rule {
        code: "the-thuc/phu-luc-so",
        severity: Severity::Error,
        source: "Phụ lục I, mục III.1.a",
        demand: (
            "Từ hai phụ lục trở lên đánh số La Mã: Phụ lục I, Phụ lục II",
            "Two annexes or more have Roman numbers: Phụ lục I, Phụ lục II",
        ),
        check: numbers,
    },
    Rule {
        code: "the-thuc/phu-luc-vien-dan",
        severity: Severity::Warning,
        source: "Phụ lục I, mục III.1.a",
        demand: (
            "Văn bản có phụ lục thì trong nội dung phải chỉ dẫn về phụ lục đó",
            "The text points to its annexes",
        ),
        check: pointed_to,
    },
];

const NAME: Form = Form {
    name: ("dòng “Phụ lục”", "the line “Phụ lục”"),
    sizes: (28, 28),
    bold: Some(true),
    italic: Some(false),
    capitals: None,
    align: Some(Align::Centre),
    ruled: false,
};

const TITLE: Form = Form {
    name: ("tên phụ lục", "the title of the annex"),
    sizes: (26, 28),
    capitals: Some(true),
    ..NAME
};

const NOTE: Form = Form {
    name: ("dòng “(Kèm theo …)”", "the line “(Kèm theo …)”"),
    sizes: (26, 28),
    bold: None,
    italic: Some(true),
    ..NAME
};

fn name(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    for annex in &document.annexes {
        faults.extend(form::faults(document, &[annex.name], &NAME));
        let text = document.text(annex.name);
        if !text.starts_with("Phụ lục") {
            faults.push(Fault {
                place: document.place_of(annex.name),
                message: text!(
                    "cần ghi “Phụ lục” bằng chữ thường, dòng này ghi “{text}”",
                    "it should say “Phụ lục” in small letters, this line says “{text}”"
                ),
                hint: text!("gõ lại Phụ lục", "type Phụ lục again"),
            });
        }
    }
    faults
}

fn title(document: &Document) -> Vec<Fault> {
    let titles = document.annexes.iter();
    titles
        .flat_map(|annex| form::faults(document, &annex.title, &TITLE))
        .collect()
}

fn note(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    for annex in &document.annexes {
        if annex.note.is_empty() {
            let last = annex.title.last().copied().unwrap_or(annex.name);
            faults.push(Fault {
                place: document.place_of(last),
                message: text!(
                    "dưới tên phụ lục cần dòng “(Kèm theo … số … ngày … của …)” (không thấy)",
                    "a line “(Kèm theo … số … ngày … của …)” should stand below the title (there is none)"
                ),
                hint: text!(
                    "thêm dòng ấy, chữ nghiêng, căn giữa",
                    "add the line in italics, centred"
                ),
            });
        }
        faults.extend(form::faults(document, &annex.note, &NOTE));
    }
    faults
}

fn numbers(document: &Document) -> Vec<Fault> {
    if document.annexes.len() < 2 {
        return Vec::new();
    }
    let mut faults = Vec::new();
    for (annex, number) in document.annexes.iter().zip(1u32..) {
        let need = format!("Phụ lục {}", roman(number).unwrap_or_default());
        let found = document.text(annex.name);
        if fold(&found) != fold(&need) {
            faults.push(Fault {
                place: document.place_of(annex.name),
                message: text!(
                    "các phụ lục cần đánh số La Mã, đây là “{need}”, dòng này ghi “{found}”",
                    "annexes should have Roman numbers, this is “{need}”, the line says “{found}”"
                ),
                hint: text!("ghi “{need}”", "write “{need}”"),
            });
        }
    }
    faults
}

fn pointed_to(document: &Document) -> Vec<Fault> {
    let Some(first) = document.annexes.first() else {
        return Vec::new();
    };
    let points = |at: At| {
        let text = fold(&document.text(at));
        // Some call it by what it holds.
        let named = ["danh sach", "bieu", "bang"].iter().any(|name| text.contains(name));
        text.contains("phu luc") || (text.contains("kem theo") && named)
    };
    let end = first.name.paragraph;
    if document.lines_from(0).take_while(|at| at.paragraph < end).any(points) {
        return Vec::new();
    }
    vec![Fault {
        place: document.place_of(first.name),
        message: text!(
            "trong nội dung cần chỉ dẫn về phụ lục (không thấy chỗ nào nhắc đến)",
            "the text should point to the annex (it does not)"
        ),
        hint: text!(
            "thêm vào nội dung, ví dụ “(có Phụ lục kèm theo)”",
            "add to the text, for instance, “(có Phụ lục kèm theo)”"
        ),
    }]
}
