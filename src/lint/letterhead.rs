//! Quốc hiệu, Tiêu ngữ and the agency's name (annex I, II.1 and II.2).

use super::component::{At, Document};
use super::form::{self, Form};
use super::style::{Align, LineRule};
use super::{Fault, Rule, millimetres, ruled};
use crate::diagnostic::{Place, Severity, Text};
use crate::text;
use crate::vietnamese::{fold, nfc};

/// The rule of a document that the decree does not rule.
pub const NO_NATION: &str = "the-thuc/khong-co-quoc-hieu";

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: NO_NATION,
        severity: Severity::Error,
        source: "Phụ lục I, mục II.1",
        demand: (
            "Văn bản hành chính có Quốc hiệu; không có thì các quy tắc khác không xét",
            "Administrative documents have Quốc hiệu; without it no other rule is looked at",
        ),
        check: no_nation,
    },
    Rule {
        code: "the-thuc/quoc-hieu-loi-van",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.1.a",
        demand: (
            "Quốc hiệu ghi đúng “CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM”",
            "Quốc hiệu reads “CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM”",
        ),
        check: nation_words,
    },
    Rule {
        code: "the-thuc/quoc-hieu",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.1.a; mục V",
        demand: (
            "Quốc hiệu cỡ 12–13, kiểu chữ đứng, đậm, canh giữa",
            "Quốc hiệu is 12–13 pt, upright, bold, centred",
        ),
        check: nation_form,
    },
    Rule {
        code: "the-thuc/quoc-hieu-mot-dong",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.1.a; mục IV",
        demand: ("Quốc hiệu nằm trên một dòng", "Quốc hiệu stands on one line"),
        check: nation_on_one_line,
    },
    Rule {
        code: "the-thuc/tieu-ngu-loi-van",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.1.b",
        demand: (
            "Dưới Quốc hiệu ghi đúng “Độc lập - Tự do - Hạnh phúc”, gạch nối có cách chữ hai bên",
            "Below Quốc hiệu stands “Độc lập - Tự do - Hạnh phúc”, with hyphens between blanks",
        ),
        check: motto_words,
    },
    Rule {
        code: "the-thuc/tieu-ngu",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.1.b; mục V",
        demand: (
            "Tiêu ngữ cỡ 13–14, kiểu chữ đứng, đậm, canh giữa",
            "Tiêu ngữ is 13–14 pt, upright, bold, centred",
        ),
        check: motto_form,
    },
    Rule {
        code: "the-thuc/tieu-ngu-duong-ke",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.1.b",
        demand: (
            "Dưới Tiêu ngữ có đường kẻ ngang nét liền",
            "A solid line is drawn below Tiêu ngữ",
        ),
        check: motto_line,
    },
    Rule {
        code: "the-thuc/tieu-ngu-duong-ke-dai",
        severity: Severity::Warning,
        source: "Phụ lục I, mục II.1.b",
        demand: (
            "Đường kẻ ấy dài bằng dòng chữ Tiêu ngữ",
            "That line is as long as Tiêu ngữ",
        ),
        check: motto_line_width,
    },
    Rule {
        code: "the-thuc/quoc-hieu-gian-dong",
        severity: Severity::Warning,
        source: "Phụ lục I, mục II.1.c",
        demand: (
            "Quốc hiệu và Tiêu ngữ cách nhau dòng đơn",
            "Quốc hiệu and Tiêu ngữ are single-spaced",
        ),
        check: nation_spacing,
    },
    Rule {
        code: "the-thuc/thieu-co-quan",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.2",
        demand: (
            "Bên trái Quốc hiệu có tên cơ quan ban hành",
            "The name of the agency stands left of Quốc hiệu",
        ),
        check: no_agency,
    },
    Rule {
        code: "the-thuc/co-quan-chu-quan",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.2.b; mục V",
        demand: (
            "Tên cơ quan chủ quản: chữ in hoa, cỡ 12–13, kiểu chữ đứng, không đậm, canh giữa",
            "The superior agency is in capitals, 12–13 pt, upright, not bold, centred",
        ),
        check: superior_form,
    },
    Rule {
        code: "the-thuc/co-quan",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.2.b; mục V",
        demand: (
            "Tên cơ quan ban hành: chữ in hoa, cỡ 12–13, kiểu chữ đứng, đậm, canh giữa",
            "The agency is in capitals, 12–13 pt, upright, bold, centred",
        ),
        check: agency_form,
    },
    Rule {
        code: "the-thuc/co-quan-duong-ke",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.2.b",
        demand: (
            "Dưới tên cơ quan ban hành có đường kẻ ngang nét liền",
            "A solid line is drawn below the agency",
        ),
        check: agency_line,
    },
    Rule {
        code: "the-thuc/co-quan-duong-ke-dai",
        severity: Severity::Warning,
        source: "Phụ lục I, mục II.2.b",
        demand: (
            "Đường kẻ ấy dài từ 1/3 đến 1/2 dòng chữ",
            "That line is 1/3 to 1/2 as long as the text",
        ),
        check: agency_line_width,
    },
    Rule {
        code: "the-thuc/co-quan-cap-xa",
        severity: Severity::Warning,
        source: "Phụ lục I, mục II.2.a; thực tế trình bày",
        demand: (
            "Ủy ban nhân dân cấp xã không ghi cơ quan chủ quản; “ỦY BAN NHÂN DÂN” và tên xã đều in đậm",
            "The committee of a commune names no superior; “ỦY BAN NHÂN DÂN” and the commune's name are bold",
        ),
        check: commune,
    },
];

const NATION: Form = Form {
    name: ("Quốc hiệu", "Quốc hiệu"),
    sizes: (24, 26),
    bold: Some(true),
    italic: Some(false),
    capitals: Some(true),
    align: Some(Align::Centre),
    ruled: false,
};

const MOTTO: Form = Form {
    name: ("Tiêu ngữ", "Tiêu ngữ"),
    sizes: (26, 28),
    capitals: Some(false),
    ruled: true,
    ..NATION
};

const AGENCY: Form = Form {
    name: ("tên cơ quan ban hành", "the agency's name"),
    ruled: true,
    ..NATION
};

const SUPERIOR: Form = Form {
    name: ("tên cơ quan chủ quản", "the superior agency's name"),
    bold: Some(false),
    ..NATION
};

const NATION_TEXT: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
/// The decree itself prints both.
const NATION_TEXTS: [&str; 2] = [NATION_TEXT, "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"];
const MOTTO_TEXT: &str = "Độc lập - Tự do - Hạnh phúc";

/// The text with single blanks.
fn plain(text: &str) -> String {
    nfc(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn no_nation(document: &Document) -> Vec<Fault> {
    if document.nation.is_some() {
        return Vec::new();
    }
    let is_party = document
        .lines_from(0)
        .take(30)
        .any(|at| fold(&document.text(at)) == "dang cong san viet nam");
    vec![Fault {
        place: Place::File,
        message: text!(
            "văn bản không có Quốc hiệu nên thể thức không được xét theo Nghị định 30/2020/NĐ-CP",
            "the document has no Quốc hiệu; its layout was not held against Decree 30/2020/NĐ-CP"
        ),
        hint: if is_party {
            text!(
                "văn bản của Đảng trình bày theo hướng dẫn riêng của Đảng, không theo nghị định này",
                "documents of the Party follow the Party's own instructions, not this decree"
            )
        } else {
            text!(
                "nếu đây là văn bản hành chính thì thêm Quốc hiệu, Tiêu ngữ ở đầu trang thứ nhất",
                "if it is an administrative document, add Quốc hiệu and Tiêu ngữ at its top"
            )
        },
    }]
}

fn nation_words(document: &Document) -> Vec<Fault> {
    let Some(at) = document.nation else { return Vec::new() };
    let found = document.text(at);
    // Small letters are told by the form.
    if NATION_TEXTS.contains(&plain(&found).to_uppercase().as_str()) {
        return Vec::new();
    }
    vec![Fault {
        place: document.place_of(at),
        message: text!(
            "Quốc hiệu cần ghi đúng “{NATION_TEXT}”, dòng này ghi “{found}”",
            "Quốc hiệu should read “{NATION_TEXT}”, this line says “{found}”"
        ),
        hint: text!("gõ lại dòng này", "type the line again"),
    }]
}

fn nation_form(document: &Document) -> Vec<Fault> {
    form::faults(document, document.nation.as_slice(), &NATION)
}

fn nation_on_one_line(document: &Document) -> Vec<Fault> {
    let Some(at) = document.nation else { return Vec::new() };
    let (Some(line), Some(paragraph)) = (document.line(at), document.paragraph(at)) else {
        return Vec::new();
    };
    let (width, room) = (line.width(), paragraph.width());
    // Half a millimetre may lie in the measure itself.
    if room <= 0 || width <= room + 28 {
        return Vec::new();
    }
    let ((width_vi, width_en), (room_vi, room_en)) = (millimetres(width), millimetres(room));
    vec![Fault {
        place: document.place_of(at),
        message: text!(
            "Quốc hiệu cần nằm trên một dòng (dòng chữ dài {width_vi} mm, ô chỉ rộng {room_vi} mm)",
            "Quốc hiệu should stand on one line (it is {width_en} mm long, its cell {room_en} mm wide)"
        ),
        hint: text!(
            "kéo rộng cột bên phải của bảng đầu trang, hoặc bỏ lề trong của ô ở Bố trí > Lề Ô (Layout > Cell Margins)",
            "widen the right column, or take out the cell's margins at Layout > Cell Margins"
        ),
    }]
}

fn motto_words(document: &Document) -> Vec<Fault> {
    let Some(nation) = document.nation else {
        return Vec::new();
    };
    let hint = || {
        text!(
            "gõ {MOTTO_TEXT} với dấu gạch nối thường; nếu Word đổi thành gạch dài thì bấm Ctrl+Z",
            "type {MOTTO_TEXT} with plain hyphens; if Word makes dashes of them, press Ctrl+Z"
        )
    };
    let Some(at) = document.motto else {
        return vec![Fault {
            place: document.place_of(nation),
            message: text!(
                "dưới Quốc hiệu cần Tiêu ngữ “{MOTTO_TEXT}” (không thấy)",
                "Tiêu ngữ “{MOTTO_TEXT}” should stand below Quốc hiệu (there is none)"
            ),
            hint: hint(),
        }];
    };
    let found = document.text(at);
    if plain(&found) == MOTTO_TEXT {
        return Vec::new();
    }
    vec![Fault {
        place: document.place_of(at),
        message: text!(
            "Tiêu ngữ cần ghi đúng “{MOTTO_TEXT}”, dòng này ghi “{found}”",
            "Tiêu ngữ should read “{MOTTO_TEXT}”, this line says “{found}”"
        ),
        hint: hint(),
    }]
}

fn motto_form(document: &Document) -> Vec<Fault> {
    // Whether it is underlined is asked where its line is.
    form::faults(document, document.motto.as_slice(), &MOTTO)
}

const MOTTO_NAME: (&str, &str) = ("Tiêu ngữ", "Tiêu ngữ");
const AGENCY_NAME: (&str, &str) = ("tên cơ quan ban hành", "the agency's name");

fn motto_line(document: &Document) -> Vec<Fault> {
    ruled::missing(document, document.motto.as_slice(), MOTTO_NAME)
}

fn motto_line_width(document: &Document) -> Vec<Fault> {
    // Five hundredths for what measures and drawing by hand differ.
    let demand = ("bằng dòng chữ", "as long as the text");
    ruled::width(document, document.motto.as_slice(), MOTTO_NAME, (950, 1050), demand)
}

fn nation_spacing(document: &Document) -> Vec<Fault> {
    let (Some(nation), Some(motto)) = (document.nation, document.motto) else {
        return Vec::new();
    };
    let (Some(above), Some(below)) = (document.paragraph(nation), document.paragraph(motto)) else {
        return Vec::new();
    };
    let single = |line: i32, rule: LineRule| rule != LineRule::Auto || line <= 245;
    let gap = if nation.paragraph == motto.paragraph {
        0
    } else {
        above.after.max(below.before)
    };
    if gap <= 40 && single(above.line, above.line_rule) && single(below.line, below.line_rule) {
        return Vec::new();
    }
    vec![Fault {
        place: document.place_of(motto),
        message: text!(
            "Quốc hiệu và Tiêu ngữ cần cách nhau dòng đơn, không thêm khoảng cách đoạn",
            "Quốc hiệu and Tiêu ngữ should be single-spaced, without a gap between them"
        ),
        hint: text!(
            "chọn hai dòng, ở Trang đầu > Đoạn văn (Home > Paragraph) đặt Trước, Sau là 0 và Giãn cách dòng là Đơn",
            "select both lines; at Home > Paragraph set Before and After to 0 and Line spacing to Single"
        ),
    }]
}

fn no_agency(document: &Document) -> Vec<Fault> {
    let Some(nation) = document.nation else {
        return Vec::new();
    };
    if !document.agency.is_empty() {
        return Vec::new();
    }
    vec![Fault {
        place: document.place_of(nation),
        message: text!(
            "bên trái Quốc hiệu cần tên cơ quan ban hành (không thấy)",
            "the agency's name should stand left of Quốc hiệu (there is none)"
        ),
        hint: text!(
            "ghi tên cơ quan vào ô bên trái của bảng hai cột ở đầu trang",
            "write the agency into the left cell of a table of two columns at the top"
        ),
    }]
}

fn superior_form(document: &Document) -> Vec<Fault> {
    form::faults(document, &document.superior, &SUPERIOR)
}

fn agency_form(document: &Document) -> Vec<Fault> {
    form::faults(document, &document.agency, &AGENCY)
}

fn agency_line(document: &Document) -> Vec<Fault> {
    ruled::missing(document, &document.agency, AGENCY_NAME)
}

fn agency_line_width(document: &Document) -> Vec<Fault> {
    let demand = ("từ 1/3 đến 1/2 dòng chữ", "1/3 to 1/2 as long as the text");
    ruled::width(document, &document.agency, AGENCY_NAME, ruled::THIRD_TO_HALF, demand)
}

fn commune(document: &Document) -> Vec<Fault> {
    let text = |at: &At| fold(&document.text(*at));
    let own: Vec<String> = document.agency.iter().map(text).collect();
    let whole = own.join(" ");
    let names_commune = ["xa ", "phuong ", "dac khu ", "thi tran "]
        .iter()
        .any(|unit| own.iter().any(|line| line.starts_with(unit)) || whole.contains(&format!("nhan dan {unit}")));
    let superior: Vec<String> = document.superior.iter().map(text).collect();
    let (Some(first), true) = (document.superior.first(), names_commune) else {
        return Vec::new();
    };
    let is_committee = |text: &str| text.starts_with("uy ban nhan dan") || text.starts_with("ubnd");
    let split = superior.last().is_some_and(|line| line == "uy ban nhan dan");
    let own_committee = own.iter().any(|line| is_committee(line));
    if !(split || (own_committee && superior.iter().any(|line| is_committee(line)))) {
        return Vec::new();
    }
    let message: Text = if split {
        text!(
            "tên UBND cấp xã cần in đậm cả “ỦY BAN NHÂN DÂN” lẫn tên xã",
            "both “ỦY BAN NHÂN DÂN” and the commune's name should be bold"
        )
    } else {
        text!(
            "UBND cấp xã không ghi cơ quan chủ quản (đang ghi “{}”)",
            "the committee of a commune names no superior (it names “{}”)",
            document.text(*first)
        )
    };
    vec![Fault {
        place: document.place_of(*first),
        message,
        hint: if split {
            text!(
                "chọn dòng này, bấm nút đậm (B) ở Trang đầu (Home)",
                "select the line and press bold (B) at Home"
            )
        } else {
            text!("xoá dòng này", "delete the line")
        },
    }]
}
