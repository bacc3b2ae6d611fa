//! Texts in TCVN3 and VNI, the encodings before Unicode, for tests: readable Unicode in, what old files hold out.

use unicode_normalization::UnicodeNormalization;

#[path = "../../src/vietnamese/legacy/tcvn3.rs"]
mod tcvn3;
#[path = "../../src/vietnamese/legacy/vni.rs"]
mod vni;

use crate::markdown_workbook::{Sheet, date, number, percentage, unquoted};

/// A text in TCVN3: a capital with a tone is the capital and the lower-case letter.
pub fn tcvn3(text: &str) -> String {
    let code = |letter: char| {
        let found = tcvn3::LETTERS.iter().find(|(_, own)| *own == letter);
        found.map(|(code, _)| *code)
    };
    let encode = |letter: char| match (code(letter), lower(letter)) {
        (Some(code), _) => code.to_string(),
        (None, small) if small != letter && code(small).is_some() => {
            let plain = toneless(letter);
            let capital = code(plain).unwrap_or(plain);
            [Some(capital), code(small)].into_iter().flatten().collect()
        }
        _ => letter.to_string(),
    };
    text.chars().map(encode).collect()
}

/// A text in VNI.
pub fn vni(text: &str) -> String {
    let encode = |letter: char| {
        let small = lower(letter);
        let single = vni::SINGLES.iter().find(|(_, own)| *own == small);
        let pair = vni::PAIRS.iter().find(|(_, own)| *own == small);
        let pair = pair.map(|((base, mark), _)| String::from_iter([*base, *mark]));
        match single.map(|(code, _)| code.to_string()).or(pair) {
            Some(code) if small != letter => code.to_uppercase(),
            Some(code) => code,
            None => letter.to_string(),
        }
    };
    text.chars().map(encode).collect()
}

fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

/// A letter without its tone: Ấ is Â.
fn toneless(letter: char) -> char {
    let tones = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];
    let parts = letter.nfd().filter(|part| !tones.contains(part));
    parts.nfc().next().unwrap_or(letter)
}

/// Encodes what a workbook says is to be encoded: `{tcvn3 .VnTimeH}tổng cộng` in a cell becomes `{font .VnTimeH}tæng céng`,
/// up to the next brace; `{unicode}` goes on in Unicode. Behind a sheet's name it stands for all texts of the sheet.
pub fn encode(sheets: &mut [Sheet]) {
    for sheet in sheets {
        let name = sheet.name.clone();
        let (name, common) = match name.split_once(" {") {
            Some((name, directive)) => (name.to_owned(), Some(format!("{{{directive}"))),
            None => (name, None),
        };
        sheet.name = name;
        for cell in sheet.rows.iter_mut().flat_map(|(cells, _)| cells) {
            let is_text = !matches!(cell.as_str(), "" | "<" | "^" | "TRUE" | "FALSE")
                && !cell.starts_with('=')
                && number(cell).is_none()
                && percentage(cell).is_none()
                && date(cell).is_none();
            if is_text {
                let text = unquoted(cell);
                let start = match &common {
                    Some(directive) if !text.starts_with('{') => directive,
                    _ => "",
                };
                *cell = format!("\"{}\"", encoded(&format!("{start}{text}")));
            }
        }
    }
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for piece in text.split('{') {
        let directive = piece.split_once('}');
        let parts = directive.map(|(directive, rest)| (directive.split_once(' ').unwrap_or((directive, "")), rest));
        match parts {
            Some((("tcvn3", font), rest)) => out += &in_font(font, ".VnTime", &tcvn3(rest)),
            Some((("vni", font), rest)) => out += &in_font(font, "VNI-Times", &vni(rest)),
            Some((("unicode", font), rest)) => out += &in_font(font, "Arial", rest),
            _ if out.is_empty() && directive.is_none() => out += piece,
            _ => out += &format!("{{{piece}"),
        }
    }
    out
}

fn in_font(font: &str, usual: &str, text: &str) -> String {
    let font = if font.is_empty() { usual } else { font };
    format!("{{font {font}}}{text}")
}
