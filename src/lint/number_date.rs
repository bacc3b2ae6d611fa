//! Number and symbol, place and date (annex I, II.3 and II.4).

use super::component::{At, Document, kind_of};
use super::form::{self, Form};
use super::read::Container;
use super::style::Align;
use super::{Fault, Rule, points};
use crate::diagnostic::Severity;
use crate::text;
use crate::vietnamese::{date_long, fold, parse_date};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "the-thuc/thieu-so",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.3",
        demand: ("Văn bản có số, ký hiệu", "The document has a number and symbol"),
        check: no_number,
    },
    Rule {
        code: "the-thuc/so-ky-hieu-loi-van",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.3.c",
        demand: (
            "“Số: 05/BC-UBND”: số nhỏ hơn 10 thêm số 0, gạch chéo và gạch nối không có cách chữ; số có thể để trống chờ ghi",
            "“Số: 05/BC-UBND”: numbers below 10 with a zero, no blanks at slash and hyphen; the number may be left blank",
        ),
        check: number_words,
    },
    Rule {
        code: "the-thuc/ky-hieu-khac-ten-loai",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.3.b; Phụ lục III, mục I",
        demand: (
            "Ký hiệu bắt đầu bằng chữ viết tắt của tên loại (BÁO CÁO là BC, TỜ TRÌNH là TTr)",
            "The symbol begins with the abbreviation of the kind (BC for BÁO CÁO, TTr for TỜ TRÌNH)",
        ),
        check: symbol,
    },
    Rule {
        code: "the-thuc/so-ky-hieu",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.3.c; mục V",
        demand: (
            "Số, ký hiệu cỡ 13, kiểu chữ đứng, không đậm, canh giữa dưới tên cơ quan",
            "Number and symbol are 13 pt, upright, not bold, centred below the agency",
        ),
        check: number_form,
    },
    Rule {
        code: "the-thuc/thieu-dia-danh",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.4",
        demand: ("Văn bản có địa danh, thời gian", "The document has place and date"),
        check: no_date,
    },
    Rule {
        code: "the-thuc/dia-danh-loi-van",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.4.b, II.4.c",
        demand: (
            "“Tân Hoà, ngày 05 tháng 02 năm 2026”: dấu phẩy sau địa danh; chỉ ngày dưới 10 và tháng 1, 2 thêm số 0",
            "“Tân Hoà, ngày 05 tháng 02 năm 2026”: a comma after the place; a zero before days below 10 and months 1 and 2 only",
        ),
        check: date_words,
    },
    Rule {
        code: "the-thuc/dia-danh",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.4.c; mục V",
        demand: (
            "Địa danh, thời gian cỡ 13–14, chữ nghiêng, không đậm, canh giữa dưới Quốc hiệu",
            "Place and date are 13–14 pt, italic, not bold, centred below Quốc hiệu",
        ),
        check: date_form,
    },
    Rule {
        code: "the-thuc/so-va-dia-danh-cung-dong",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.4.c; mục IV",
        demand: (
            "Địa danh, thời gian trên cùng một dòng với số, ký hiệu",
            "Place and date stand on the line of the number",
        ),
        check: one_row,
    },
    Rule {
        code: "the-thuc/co-chu-dong-bo",
        severity: Severity::Warning,
        source: "Phụ lục I, mục V, ghi chú 1",
        demand: (
            "Cỡ chữ Quốc hiệu, Tiêu ngữ, địa danh đi cùng nhau: 12, 13, 13 hoặc 13, 14, 14",
            "Sizes of Quốc hiệu, Tiêu ngữ and date go together: 12, 13, 13 or 13, 14, 14",
        ),
        check: sizes,
    },
];

const NUMBER: Form = Form {
    name: ("số, ký hiệu", "number and symbol"),
    sizes: (26, 26),
    bold: Some(false),
    italic: Some(false),
    capitals: None,
    align: Some(Align::Centre),
    ruled: false,
};

const DATE: Form = Form {
    name: ("địa danh, thời gian", "place and date"),
    sizes: (26, 28),
    italic: Some(true),
    ..NUMBER
};

fn absent(document: &Document, what: (&str, &str), example: &str) -> Vec<Fault> {
    let Some(nation) = document.nation else {
        return Vec::new();
    };
    let (vi, en) = what;
    vec![Fault {
        place: document.place_of(nation),
        message: text!(
            "đầu văn bản cần {vi} (không thấy)",
            "the document needs {en} at its top (there is none)"
        ),
        hint: text!("ghi dạng “{example}”", "write it as “{example}”"),
    }]
}

fn no_number(document: &Document) -> Vec<Fault> {
    match document.number {
        Some(_) => Vec::new(),
        None => absent(document, ("số, ký hiệu", "a number and symbol"), "Số: 05/BC-UBND"),
    }
}

fn no_date(document: &Document) -> Vec<Fault> {
    match document.date {
        Some(_) => Vec::new(),
        None => absent(
            document,
            ("địa danh, thời gian", "a place and date"),
            "Tân Hoà, ngày 05 tháng 02 năm 2026",
        ),
    }
}

/// Number and symbol of `Số: 127/BC-UBND`; none when it is not of that form.
fn parts(text: &str) -> Option<(&str, &str)> {
    let (number, symbol) = text.strip_prefix("Số:")?.split_once('/')?;
    let number = number.trim_start_matches([' ', '\u{a0}']);
    let blank = number.trim().is_empty() || number.chars().all(|c| matches!(c, '.' | '…' | '_' | ' ' | '\u{a0}'));
    let digits =
        number.len() >= 2 && number.chars().all(|c| c.is_ascii_digit()) && !number.trim_start_matches('0').is_empty();
    // Three digits have no zero before them.
    let padded = number.len() > 2 && number.starts_with('0');
    (blank || (digits && !padded)).then_some((number, symbol))
}

fn is_symbol(symbol: &str) -> bool {
    let pieces: Vec<&str> = symbol.split('-').collect();
    let is_piece = |piece: &&str| {
        piece.starts_with(char::is_uppercase) && piece.chars().all(|c| c.is_alphanumeric() || c == '&' || c == '.')
    };
    pieces.len() >= 2 && pieces.iter().all(is_piece)
}

fn number_words(document: &Document) -> Vec<Fault> {
    let Some(at) = document.number else { return Vec::new() };
    let found = document.text(at);
    if parts(&found).is_some_and(|(_, symbol)| is_symbol(symbol)) {
        return Vec::new();
    }
    vec![Fault {
        place: document.place_of(at),
        message: text!(
            "số, ký hiệu cần có dạng “Số: 05/BC-UBND”, dòng này ghi “{found}”",
            "number and symbol should be like “Số: 05/BC-UBND”, this line says “{found}”"
        ),
        hint: text!(
            "ghi chữ Số, dấu hai chấm, số (nhỏ hơn 10 thêm số 0), gạch chéo, ký hiệu in hoa nối bằng gạch nối, không cách chữ",
            "write Số, a colon, the number (with a zero below 10), a slash, the symbol in capitals joined by a hyphen, no blanks"
        ),
    }]
}

fn symbol(document: &Document) -> Vec<Fault> {
    let (Some(at), Some(kind)) = (document.number, document.kind) else {
        return Vec::new();
    };
    let found = document.text(at);
    let (Some((_, symbol)), Some((kind, short))) = (parts(&found), kind_of(&document.text(kind))) else {
        return Vec::new();
    };
    let own = symbol.split('-').next().unwrap_or_default();
    if !is_symbol(symbol) || own == short {
        return Vec::new();
    }
    vec![Fault {
        place: document.place_of(at),
        message: text!(
            "ký hiệu của {kind} cần bắt đầu bằng {short}, ở đây ghi “{own}”",
            "the symbol of {kind} should begin with {short}, here it is “{own}”"
        ),
        hint: text!("đổi “{own}” thành “{short}”", "change “{own}” to “{short}”"),
    }]
}

fn number_form(document: &Document) -> Vec<Fault> {
    form::faults(document, document.number.as_slice(), &NUMBER)
}

fn date_form(document: &Document) -> Vec<Fault> {
    form::faults(document, document.date.as_slice(), &DATE)
}

fn date_words(document: &Document) -> Vec<Fault> {
    let Some(at) = document.date else { return Vec::new() };
    let found = document.text(at);
    let text = found.split_whitespace().collect::<Vec<_>>().join(" ");
    let fault = |message, hint| {
        vec![Fault {
            place: document.place_of(at),
            message,
            hint,
        }]
    };
    let Some((place, written)) = text.split_once(", ngày ").filter(|(place, _)| !place.is_empty()) else {
        return fault(
            text!(
                "địa danh, thời gian cần có dạng “Tân Hoà, ngày 05 tháng 02 năm 2026”, dòng này ghi “{found}”",
                "place and date should be like “Tân Hoà, ngày 05 tháng 02 năm 2026”, this line says “{found}”"
            ),
            text!(
                "ghi địa danh, dấu phẩy, rồi ngày … tháng … năm …",
                "write the place, a comma, then ngày … tháng … năm …"
            ),
        );
    };
    if !place.starts_with(char::is_uppercase) && !place.starts_with(['…', '.']) {
        return fault(
            text!(
                "địa danh cần viết hoa chữ đầu, dòng này ghi “{place}”",
                "the place should begin with a capital, this line says “{place}”"
            ),
            text!("viết hoa các chữ đầu của tên riêng", "write the name with capitals"),
        );
    }
    // What is still to be filled in by hand is left blank.
    let blank =
        written.contains(['…', '_']) || written.contains("...") || !written.contains(|c: char| c.is_ascii_digit());
    if blank || has_gap(written) {
        return Vec::new();
    }
    match parse_date(&format!("ngày {written}")) {
        Ok(date) => {
            let need = date_long(date);
            if format!("ngày {written}") == need {
                return Vec::new();
            }
            fault(
                text!(
                    "ngày tháng cần ghi “{need}”, dòng này ghi “ngày {written}”",
                    "the date should be “{need}”, this line says “ngày {written}”"
                ),
                text!(
                    "chỉ thêm số 0 trước ngày dưới 10 và tháng 1, tháng 2",
                    "put a zero before days below 10 and months 1 and 2 only"
                ),
            )
        }
        Err(_) => fault(
            text!(
                "ngày tháng cần là một ngày có trong lịch, dòng này ghi “ngày {written}”",
                "the date should be one of the calendar, this line says “ngày {written}”"
            ),
            text!("ghi lại ngày, tháng, năm", "write day, month and year again"),
        ),
    }
}

/// Whether a number is missing after `tháng` or `năm`, to be filled in by hand.
fn has_gap(written: &str) -> bool {
    let words: Vec<String> = written.split_whitespace().map(fold).collect();
    let is_number = |word: Option<&String>| word.is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    !is_number(words.first())
        || words
            .iter()
            .enumerate()
            .any(|(index, word)| (word == "thang" || word == "nam") && !is_number(words.get(index + 1)))
}

fn one_row(document: &Document) -> Vec<Fault> {
    let (Some(number), Some(date)) = (document.number, document.date) else {
        return Vec::new();
    };
    let place = |at: At| document.paragraph(at).map(|paragraph| paragraph.container);
    let together = match (place(number), place(date)) {
        (
            Some(Container::Cell { table, row, .. }),
            Some(Container::Cell {
                table: own,
                row: own_row,
                ..
            }),
        ) => table == own && row == own_row,
        (Some(Container::Body), Some(Container::Body)) => number.paragraph == date.paragraph,
        // Where boxes stand, the file does not say.
        _ => true,
    };
    if together {
        return Vec::new();
    }
    vec![Fault {
        place: document.place_of(date),
        message: text!(
            "địa danh, thời gian cần nằm cùng dòng với số, ký hiệu (đang ở dòng khác)",
            "place and date should stand on the line of the number (they are on another)"
        ),
        hint: text!(
            "đặt số, ký hiệu và địa danh, thời gian vào hai ô cùng một hàng của bảng đầu trang",
            "put number and date into two cells of one row of the table at the top"
        ),
    }]
}

fn sizes(document: &Document) -> Vec<Fault> {
    const SETS: [[u32; 3]; 2] = [[24, 26, 26], [26, 28, 28]];
    let (Some(nation), Some(motto), Some(date)) = (document.nation, document.motto, document.date) else {
        return Vec::new();
    };
    let size = |at: At| document.line(at)?.visible().map(|run| run.size).max();
    let (Some(first), Some(second), Some(third)) = (size(nation), size(motto), size(date)) else {
        return Vec::new();
    };
    // A size out of its own range is told there.
    let each = (24..=26).contains(&first) && (26..=28).contains(&second) && (26..=28).contains(&third);
    if !each || SETS.contains(&[first, second, third]) {
        return Vec::new();
    }
    let ((a_vi, a_en), (b_vi, b_en), (c_vi, c_en)) = (points(first), points(second), points(third));
    vec![Fault {
        place: document.place_of(nation),
        message: text!(
            "cỡ chữ Quốc hiệu, Tiêu ngữ, địa danh cần là 12, 13, 13 hoặc 13, 14, 14 (đang {a_vi}, {b_vi}, {c_vi})",
            "sizes of Quốc hiệu, Tiêu ngữ and date should be 12, 13, 13 or 13, 14, 14 (they are {a_en}, {b_en}, {c_en})"
        ),
        hint: text!(
            "đặt lại cỡ chữ của ba dòng ở Trang đầu > Phông (Home > Font)",
            "set the sizes of the three lines at Home > Font"
        ),
    }]
}
