//! The properties that a person or a program gave a document: the second set of a property stream ([MS-OLEPS] 2.21,
//! 2.18). Only texts: the marks of a blank are texts.

use std::collections::{BTreeMap, HashMap};

use encoding_rs::Encoding;

use super::records::{u16_at, u32_at};
use super::strings::code_page;

/// The format of the set: D5CDD505-2E9C-101B-9397-08002B2CF9AE.
const CUSTOM: [u8; 16] = [
    0x05, 0xD5, 0xCD, 0xD5, 0x9C, 0x2E, 0x1B, 0x10, 0x93, 0x97, 0x08, 0x00, 0x2B, 0x2C, 0xF9, 0xAE,
];
/// The number of the property that names the others.
const NAMES: u32 = 0;
/// The number of the property that tells the code page.
const CODE_PAGE: u32 = 1;
/// The code page of UTF-16.
const UNICODE: u16 = 1200;
/// A text in the code page.
const TEXT: u16 = 0x001E;
/// A text in UTF-16.
const WIDE_TEXT: u16 = 0x001F;

/// The texts by their names; `None` where the stream does not hold together.
pub(super) fn custom(stream: &[u8]) -> Option<BTreeMap<String, String>> {
    let start = (0..u32_at(stream, 24)?.min(2) as usize).find_map(|set| {
        let at = 28 + set * 20;
        let start = u32_at(stream, at + 16)? as usize;
        (stream.get(at..at + 16)? == CUSTOM).then_some(start)
    })?;
    let set = stream.get(start..)?;
    let entries = (0..u32_at(set, 4)? as usize).map_while(|index| {
        let entry = set.get(8..)?.get(index.checked_mul(8)?..)?;
        Some((u32_at(entry, 0)?, set.get(u32_at(entry, 4)? as usize..)?))
    });
    let entries: HashMap<u32, &[u8]> = entries.collect();
    let page = entries.get(&CODE_PAGE).and_then(|value| u16_at(value, 4));
    let page = page.unwrap_or(UNICODE);
    let mut properties = BTreeMap::new();
    for (number, name) in names(entries.get(&NAMES)?, page) {
        if let Some(text) = entries.get(&number).and_then(|value| text(value, page)) {
            properties.insert(name, text);
        }
    }
    Some(properties)
}

/// The names of the properties, as far as they can be read.
fn names(value: &[u8], page: u16) -> Vec<(u32, String)> {
    let mut names = Vec::new();
    let mut rest = value.get(4..).unwrap_or_default();
    for _ in 0..u32_at(value, 0).unwrap_or_default() {
        let Some((number, length)) = u32_at(rest, 0).zip(u32_at(rest, 4)) else {
            break;
        };
        // Names in UTF-16 count letters and fill up to four bytes.
        let length = length as usize;
        let (length, filled) = match page {
            UNICODE => (
                length.saturating_mul(2),
                length.saturating_mul(2).saturating_add(3) & !3,
            ),
            _ => (length, length),
        };
        let Some(bytes) = rest.get(8..).and_then(|bytes| bytes.get(..length)) else {
            break;
        };
        names.push((number, decode(bytes, page)));
        rest = rest.get(8..).and_then(|rest| rest.get(filled..)).unwrap_or_default();
    }
    names
}

/// The text of a property that is one.
fn text(value: &[u8], page: u16) -> Option<String> {
    let length = u32_at(value, 4)? as usize;
    let bytes = value.get(8..)?;
    match u16_at(value, 0)? {
        TEXT => Some(decode(bytes.get(..length)?, page)),
        WIDE_TEXT => Some(decode(bytes.get(..length.checked_mul(2)?)?, UNICODE)),
        _ => None,
    }
}

fn decode(bytes: &[u8], page: u16) -> String {
    let encoding: &Encoding = match page {
        UNICODE => encoding_rs::UTF_16LE,
        page => code_page(page),
    };
    let text = encoding.decode_without_bom_handling(bytes).0;
    text.trim_end_matches('\0').to_owned()
}
