//! Who signs (annex I, II.7; Decree 30/2020, article 13).

use super::component::{At, Document, kind_of};
use super::form::{self, Form};
use super::read::Container;
use super::style::Align;
use super::{Fault, Rule, millimetres};
use crate::diagnostic::Severity;
use crate::text;
use crate::vietnamese::fold;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "the-thuc/thieu-nguoi-ky",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.7",
        demand: (
            "Cuối văn bản có chức vụ và họ tên người ký",
            "Title and name of who signs stand at the end",
        ),
        check: missing,
    },
    Rule {
        code: "the-thuc/chuc-vu",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.7.đ; mục V",
        demand: (
            "Quyền hạn, chức vụ người ký: chữ in hoa, cỡ 13–14, kiểu chữ đứng, đậm, canh giữa",
            "Authority and title of who signs are in capitals, 13–14 pt, upright, bold, centred",
        ),
        check: title_form,
    },
    Rule {
        code: "the-thuc/quyen-han-viet-tat",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.7.b",
        demand: (
            "Viết tắt quyền hạn có dấu chấm: TM., Q., KT., TL., TUQ.",
            "Authorities are abbreviated with a stop: TM., Q., KT., TL., TUQ.",
        ),
        check: abbreviation,
    },
    Rule {
        code: "the-thuc/ky-thay-mat",
        severity: Severity::Warning,
        source: "Phụ lục I, mục II.7.b; Điều 13 khoản 2",
        demand: (
            "Văn bản của Ủy ban nhân dân ký thay mặt tập thể: “TM. ỦY BAN NHÂN DÂN” trên chức vụ",
            "Documents of a People's Committee are signed for it: “TM. ỦY BAN NHÂN DÂN” above the title",
        ),
        check: on_behalf,
    },
    Rule {
        code: "the-thuc/ky-thay",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.7.b; Điều 13 khoản 1",
        demand: (
            "Cấp phó ký thay: “KT.” và chức vụ người đứng đầu ở dòng trên, chức vụ của mình ở dòng dưới",
            "A deputy signs below “KT.” and the head's title, with the own title below",
        ),
        check: deputy,
    },
    Rule {
        code: "the-thuc/ho-ten",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.7.đ; mục V",
        demand: (
            "Họ tên người ký: chữ thường, cỡ 13–14, kiểu chữ đứng, đậm, canh giữa dưới chức vụ",
            "The name of who signs is in small letters, 13–14 pt, upright, bold, centred below the title",
        ),
        check: name_form,
    },
    Rule {
        code: "the-thuc/ho-ten-hoc-vi",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.7.c",
        demand: (
            "Trước họ tên không ghi học hàm, học vị, danh hiệu",
            "No degrees, ranks or honours stand before the name",
        ),
        check: degree,
    },
    Rule {
        code: "the-thuc/cho-ky",
        severity: Severity::Warning,
        source: "thực tế trình bày",
        demand: (
            "Giữa chức vụ và họ tên chừa ít nhất 20 mm để ký, đóng dấu",
            "At least 20 mm lie between title and name, for signature and seal",
        ),
        check: room,
    },
];

const TITLE: Form = Form {
    name: ("quyền hạn, chức vụ người ký", "authority and title of who signs"),
    sizes: (26, 28),
    bold: Some(true),
    italic: Some(false),
    capitals: Some(true),
    align: Some(Align::Centre),
    ruled: false,
};

const NAME: Form = Form {
    name: ("họ tên người ký", "the name of who signs"),
    capitals: Some(false),
    ..TITLE
};

/// The form where the lines stand: one set with indents in the body can't be judged by its alignment.
fn here(document: &Document, at: Option<&At>, form: Form) -> Form {
    let in_body = at
        .and_then(|at| document.paragraph(*at))
        .is_some_and(|paragraph| paragraph.container == Container::Body);
    Form {
        align: form.align.filter(|_| !in_body),
        ..form
    }
}

fn missing(document: &Document) -> Vec<Fault> {
    let (Some(last), true) = (
        document
            .recipients
            .map(|at| at.paragraph)
            .or(document.body.last().copied()),
        document.title.is_empty() || document.name.is_none(),
    ) else {
        return Vec::new();
    };
    let (vi, en) = match (document.title.is_empty(), document.name.is_none()) {
        (true, true) => ("chức vụ và họ tên người ký", "title and name of who signs"),
        (true, false) => ("chức vụ người ký", "the title of who signs"),
        _ => ("họ tên người ký", "the name of who signs"),
    };
    vec![Fault {
        place: document.place(last),
        message: text!(
            "cuối văn bản cần {vi} (không thấy)",
            "the document needs {en} at its end (not found)"
        ),
        hint: text!(
            "ghi vào ô bên phải của bảng hai cột, ngang với Nơi nhận",
            "write it into the right cell of a table of two columns, level with Nơi nhận"
        ),
    }]
}

fn title_form(document: &Document) -> Vec<Fault> {
    form::faults(
        document,
        &document.title,
        &here(document, document.title.first(), TITLE),
    )
}

fn name_form(document: &Document) -> Vec<Fault> {
    form::faults(
        document,
        document.name.as_slice(),
        &here(document, document.name.as_ref(), NAME),
    )
}

const SHORT: [&str; 5] = ["TM", "KT", "TL", "TUQ", "Q"];

fn abbreviation(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    for at in &document.title {
        let text = document.text(*at);
        let first = text.split_whitespace().next().unwrap_or_default();
        let plain: String = first.chars().filter(|c| c.is_alphabetic()).collect();
        let short = SHORT
            .iter()
            .find(|short| **short == plain || first.starts_with(&format!("{short}.")));
        let Some(short) = short else { continue };
        let right = format!("{short}. ");
        if !text.starts_with(&right) {
            faults.push(Fault {
                place: document.place_of(*at),
                message: text!(
                    "quyền hạn cần viết tắt là “{short}.” rồi một dấu cách, dòng này ghi “{text}”",
                    "the authority should be “{short}.” and a blank, this line says “{text}”"
                ),
                hint: text!("ghi “{right}…”", "write “{right}…”"),
            });
        }
    }
    faults
}

/// Titles by which somebody signs for a committee.
const HEADS: [&str; 2] = ["chu tich", "pho chu tich"];

fn on_behalf(document: &Document) -> Vec<Fault> {
    let agency: Vec<String> = document.agency.iter().map(|at| fold(&document.text(*at))).collect();
    let is_committee = agency.iter().any(|line| line.starts_with("uy ban nhan dan"));
    // A decision by the chair as a person names the chair above the legal bases, and is signed as one.
    let by_chair = document.body.iter().take(3).any(|index| {
        document
            .paragraphs
            .get(*index)
            .is_some_and(|line| fold(&line.text()).starts_with("chu tich uy ban"))
    });
    let decides = document
        .kind
        .and_then(|at| kind_of(&document.text(at)))
        .is_some_and(|(_, short)| short == "QĐ");
    let first = document.title.first();
    let (Some(first), true) = (first, is_committee && !(by_chair && decides)) else {
        return Vec::new();
    };
    let text = fold(&document.text(*first));
    let own = text.strip_prefix("kt. ").unwrap_or(&text);
    // Others sign by order, and then not for the committee.
    if !HEADS.contains(&own) {
        return Vec::new();
    }
    vec![Fault {
        place: document.place_of(*first),
        message: text!(
            "văn bản của Ủy ban nhân dân cần dòng “TM. ỦY BAN NHÂN DÂN” trên chức vụ (không thấy)",
            "a document of the People's Committee needs “TM. ỦY BAN NHÂN DÂN” above the title (there is none)"
        ),
        hint: text!(
            "thêm dòng TM. ỦY BAN NHÂN DÂN lên trên",
            "add the line TM. ỦY BAN NHÂN DÂN above"
        ),
    }]
}

fn deputy(document: &Document) -> Vec<Fault> {
    let lines: Vec<String> = document.title.iter().map(|at| fold(&document.text(*at))).collect();
    let mut faults = Vec::new();
    for (index, (line, at)) in lines.iter().zip(&document.title).enumerate() {
        let Some(head) = line.strip_prefix("pho ") else {
            continue;
        };
        let above = index.checked_sub(1).and_then(|above| lines.get(above));
        let replaces = above.is_some_and(|above| above.starts_with("kt."));
        let ordered = lines
            .iter()
            .take(index)
            .any(|line| line.starts_with("tl.") || line.starts_with("tuq."));
        if !replaces && !ordered {
            let head = if head.is_empty() {
                "…".to_owned()
            } else {
                document
                    .text(*at)
                    .split_once(' ')
                    .map_or_else(String::new, |(_, head)| head.to_owned())
            };
            faults.push(Fault {
                place: document.place_of(*at),
                message: text!(
                    "cấp phó ký thay cần dòng “KT. {head}” ở trên (không thấy)",
                    "a deputy signs below “KT. {head}” (there is no such line)"
                ),
                hint: text!("thêm dòng KT. {head} lên trên", "add the line KT. {head} above"),
            });
        }
    }
    faults
}

/// Academic and honorary titles, as they are abbreviated before names.
const DEGREES: [&str; 13] = [
    "GS", "PGS", "TS", "TSKH", "THS", "CN", "KS", "BS", "BSCKI", "BSCKII", "NGƯT", "NGND", "LS",
];

fn degree(document: &Document) -> Vec<Fault> {
    let Some(at) = document.name else { return Vec::new() };
    let text = document.text(at);
    let first: &str = text
        .split(|c: char| c == '.' || c.is_whitespace())
        .next()
        .unwrap_or_default();
    let short = text.starts_with(&format!("{first}.")) || first.chars().filter(|c| c.is_uppercase()).count() >= 2;
    if !short || !DEGREES.contains(&first.to_uppercase().as_str()) {
        return Vec::new();
    }
    vec![Fault {
        place: document.place_of(at),
        message: text!(
            "trước họ tên người ký không ghi học hàm, học vị (đang ghi “{first}”)",
            "no degree should stand before the name (it says “{first}”)"
        ),
        hint: text!("xoá “{first}”, chỉ giữ họ tên", "delete “{first}” and keep the name"),
    }]
}

fn room(document: &Document) -> Vec<Fault> {
    const LEAST: i32 = 1134;
    let (Some(name), Some(title)) = (document.name, document.title.last().copied()) else {
        return Vec::new();
    };
    let signed = document
        .paragraphs
        .get(title.paragraph..=name.paragraph)
        .unwrap_or_default()
        .iter()
        .any(|paragraph| paragraph.has_picture);
    let place = |at: At| document.paragraph(at).map(|paragraph| paragraph.container);
    let room = document.room_above(&[title, name]);
    // Rows of their own may be as high as they like.
    if signed || room >= LEAST || place(title) != place(name) {
        return Vec::new();
    }
    let (vi, en) = millimetres(room);
    vec![Fault {
        place: document.place_of(name),
        message: text!(
            "giữa chức vụ và họ tên cần ít nhất 20 mm để ký, đóng dấu (đang {vi} mm)",
            "at least 20 mm should lie between title and name for signature and seal (there are {en} mm)"
        ),
        hint: text!(
            "chọn dòng họ tên, ở Bố trí > Giãn cách (Layout > Spacing) đặt Trước là 80 pt",
            "select the name and set Before to 80 pt at Layout > Spacing"
        ),
    }]
}
