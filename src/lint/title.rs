//! Kind and subject (annex I, II.5).

use super::component::{At, Document};
use super::form::{self, Form};
use super::style::Align;
use super::{Fault, Rule, ruled};
use crate::diagnostic::Severity;
use crate::text;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "the-thuc/thieu-ten-loai",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.5",
        demand: (
            "Văn bản có tên loại; công văn có trích yếu “V/v …” dưới số, ký hiệu",
            "The document names its kind; a letter has its subject “V/v …” below the number",
        ),
        check: no_kind,
    },
    Rule {
        code: "the-thuc/ten-loai",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.5.b; mục V",
        demand: (
            "Tên loại: chữ in hoa, cỡ 13–14, kiểu chữ đứng, đậm, canh giữa",
            "The kind is in capitals, 13–14 pt, upright, bold, centred",
        ),
        check: kind_form,
    },
    Rule {
        code: "the-thuc/trich-yeu",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.5.b; mục V",
        demand: (
            "Trích yếu: chữ thường, cỡ 13–14, kiểu chữ đứng, đậm, canh giữa dưới tên loại",
            "The subject is in small letters, 13–14 pt, upright, bold, centred below the kind",
        ),
        check: subject_form,
    },
    Rule {
        code: "the-thuc/trich-yeu-loi-van",
        severity: Severity::Warning,
        source: "Phụ lục I, mục II.5.a",
        demand: (
            "Trích yếu là một cụm từ ngắn, không có dấu chấm ở cuối",
            "The subject is a short phrase without a full stop",
        ),
        check: subject_words,
    },
    Rule {
        code: "the-thuc/trich-yeu-duong-ke",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.5.b",
        demand: (
            "Dưới trích yếu có đường kẻ ngang nét liền",
            "A solid line is drawn below the subject",
        ),
        check: subject_line,
    },
    Rule {
        code: "the-thuc/trich-yeu-duong-ke-dai",
        severity: Severity::Warning,
        source: "Phụ lục I, mục II.5.b",
        demand: (
            "Đường kẻ ấy dài từ 1/3 đến 1/2 dòng chữ",
            "That line is 1/3 to 1/2 as long as the text",
        ),
        check: subject_line_width,
    },
    Rule {
        code: "the-thuc/trich-yeu-cong-van",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.5.b; mục V",
        demand: (
            "Trích yếu công văn “V/v …”: cỡ 12–13, kiểu chữ đứng, không đậm, canh giữa dưới số, ký hiệu",
            "The subject “V/v …” of a letter is 12–13 pt, upright, not bold, centred below the number",
        ),
        check: dispatch_form,
    },
    Rule {
        code: "the-thuc/trich-yeu-cong-van-cach",
        severity: Severity::Warning,
        source: "Phụ lục I, mục II.5.b",
        demand: (
            "Trích yếu công văn cách dòng số, ký hiệu 6 pt",
            "The subject of a letter stands 6 pt below the number",
        ),
        check: dispatch_gap,
    },
];

const KIND: Form = Form {
    name: ("tên loại văn bản", "the kind of document"),
    sizes: (26, 28),
    bold: Some(true),
    italic: Some(false),
    capitals: Some(true),
    align: Some(Align::Centre),
    ruled: false,
};

const SUBJECT: Form = Form {
    name: ("trích yếu", "the subject"),
    capitals: Some(false),
    ruled: true,
    ..KIND
};

const DISPATCH: Form = Form {
    name: ("trích yếu công văn", "the subject of the letter"),
    sizes: (24, 26),
    bold: Some(false),
    ..SUBJECT
};

const SUBJECT_NAME: (&str, &str) = ("trích yếu", "the subject");

fn no_kind(document: &Document) -> Vec<Fault> {
    let Some(nation) = document.nation else {
        return Vec::new();
    };
    if document.kind.is_some() || !document.dispatch.is_empty() {
        return Vec::new();
    }
    let at = document.date.or(document.number).unwrap_or(nation);
    vec![Fault {
        place: document.place_of(at),
        message: text!(
            "dưới số và ngày cần tên loại văn bản (không thấy)",
            "the kind of document should stand below number and date (there is none)"
        ),
        hint: text!(
            "ghi tên loại bằng chữ in hoa trên một dòng riêng, ví dụ BÁO CÁO; công văn thì ghi “V/v …” dưới số, ký hiệu",
            "write the kind in capitals on a line of its own, for instance BÁO CÁO; in a letter write “V/v …” below the number"
        ),
    }]
}

fn kind_form(document: &Document) -> Vec<Fault> {
    form::faults(document, document.kind.as_slice(), &KIND)
}

fn subject_form(document: &Document) -> Vec<Fault> {
    form::faults(document, &document.subject, &SUBJECT)
}

fn subject_words(document: &Document) -> Vec<Fault> {
    let Some(last) = document.subject.last().or(document.dispatch.last()) else {
        return Vec::new();
    };
    let text = document.text(*last);
    if !text.ends_with(['.', ';', ':', ',']) || text.ends_with("...") {
        return Vec::new();
    }
    vec![Fault {
        place: document.place_of(*last),
        message: text!(
            "trích yếu không có dấu câu ở cuối (đang có)",
            "the subject should not end with a stop (it does)"
        ),
        hint: text!("xoá dấu ở cuối dòng", "delete the stop"),
    }]
}

fn subject_line(document: &Document) -> Vec<Fault> {
    ruled::missing(document, &document.subject, SUBJECT_NAME)
}

fn subject_line_width(document: &Document) -> Vec<Fault> {
    let demand = ("từ 1/3 đến 1/2 dòng chữ", "1/3 to 1/2 as long as the text");
    ruled::width(document, &document.subject, SUBJECT_NAME, ruled::THIRD_TO_HALF, demand)
}

fn dispatch_form(document: &Document) -> Vec<Fault> {
    form::faults(document, &document.dispatch, &DISPATCH)
}

fn dispatch_gap(document: &Document) -> Vec<Fault> {
    let (Some(number), Some(first)) = (document.number, document.dispatch.first()) else {
        return Vec::new();
    };
    let paragraph = |at: At| document.paragraph(at);
    let (Some(above), Some(below)) = (paragraph(number), paragraph(*first)) else {
        return Vec::new();
    };
    if above.container != below.container || number.paragraph + 1 != first.paragraph {
        return Vec::new();
    }
    let gap = above.after.max(below.before);
    if (110..=130).contains(&gap) {
        return Vec::new();
    }
    let found = f64::from(gap) / 20.0;
    let (vi, en) = (found.to_string().replace('.', ","), found.to_string());
    vec![Fault {
        place: document.place_of(*first),
        message: text!(
            "trích yếu công văn cần cách số, ký hiệu 6 pt (đang {vi} pt)",
            "the subject of a letter should stand 6 pt below the number (it is {en} pt)"
        ),
        hint: text!(
            "ở Bố trí > Giãn cách (Layout > Spacing) đặt Trước là 6 pt",
            "at Layout > Spacing set Before to 6 pt"
        ),
    }]
}
