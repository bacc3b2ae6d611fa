//! Typeface, colour and coding of letters (annex I, I.4).

use std::collections::BTreeMap;

use super::component::Document;
use super::{Fault, Rule};
use crate::diagnostic::{Severity, Text};
use crate::{text, vietnamese};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "the-thuc/phong-chu",
        severity: Severity::Error,
        source: "Phụ lục I, mục I.4",
        demand: ("Phông chữ Times New Roman", "The typeface is Times New Roman"),
        check: font,
    },
    Rule {
        code: "the-thuc/mau-chu",
        severity: Severity::Error,
        source: "Phụ lục I, mục I.4",
        demand: ("Chữ màu đen", "Letters are black"),
        check: colour,
    },
    Rule {
        code: "the-thuc/chu-to-hop",
        severity: Severity::Warning,
        source: "Phụ lục I, mục I.4 (TCVN 6909:2001)",
        demand: (
            "Chữ Việt Unicode dựng sẵn, không ghép dấu rời",
            "Vietnamese letters of Unicode in one piece, not composed of marks",
        ),
        check: composed,
    },
];

fn is_font(name: &str) -> bool {
    // LibreOffice names what it falls back to.
    name.split(';')
        .next()
        .unwrap_or(name)
        .trim()
        .eq_ignore_ascii_case("Times New Roman")
}

/// Ticks and bullets come from fonts of signs.
fn is_sign(text: &str) -> bool {
    !text.chars().any(char::is_alphanumeric)
}

fn font(document: &Document) -> Vec<Fault> {
    // One fault for each font, at the first paragraph that has it.
    let mut fonts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (index, paragraph) in document.paragraphs.iter().enumerate() {
        let mut seen: Vec<&str> = Vec::new();
        for run in paragraph.visible() {
            if is_font(&run.font) || is_sign(&run.text) || seen.contains(&run.font.as_str()) {
                continue;
            }
            seen.push(&run.font);
            fonts.entry(run.font.clone()).or_insert((index, 0)).1 += 1;
        }
    }
    let fault = |(font, (first, count)): (String, (usize, usize))| Fault {
        place: document.place(first),
        message: text!(
            "phông chữ cần là Times New Roman ({count} đoạn đang dùng {font})",
            "the typeface should be Times New Roman (it is {font}, paragraphs: {count})"
        ),
        hint: text!(
            "chọn cả văn bản (Ctrl+A), chọn Times New Roman ở Trang đầu > Phông (Home > Font)",
            "select all (Ctrl+A) and choose Times New Roman at Home > Font"
        ),
    };
    fonts.into_iter().map(fault).collect()
}

fn colour(document: &Document) -> Vec<Fault> {
    let is_black = |colour: &str| {
        colour.eq_ignore_ascii_case("auto") || colour.eq_ignore_ascii_case("windowText") || colour == "000000"
    };
    let paragraphs = document.paragraphs.iter().enumerate();
    paragraphs
        .filter(|(_, paragraph)| paragraph.visible().any(|run| !is_black(&run.colour)))
        .map(|(index, _)| Fault {
            place: document.place(index),
            message: text!(
                "chữ cần màu đen (đang có chữ màu khác)",
                "letters should be black (some are not)"
            ),
            hint: text!(
                "chọn đoạn này, vào Trang đầu > Màu Phông > Tự động (Home > Font Color > Automatic)",
                "select the paragraph, then Home > Font Color > Automatic"
            ),
        })
        .collect()
}

fn composed(document: &Document) -> Vec<Fault> {
    let paragraphs = document.paragraphs.iter().enumerate();
    paragraphs
        .filter(|(_, paragraph)| {
            let text = paragraph.text();
            vietnamese::nfc(&text) != text
        })
        .map(|(index, _)| Fault {
            place: document.place(index),
            message: Text::new(
                "chữ Việt cần là Unicode dựng sẵn (đoạn này có dấu rời)",
                "Vietnamese letters should be in one piece (here, marks stand by themselves)",
            ),
            hint: Text::new(
                "gõ lại với bảng mã Unicode dựng sẵn trong bộ gõ, hoặc chuyển mã bằng công cụ của bộ gõ",
                "type it with precomposed Unicode, or convert it with the tool of the keyboard program",
            ),
        })
        .collect()
}
