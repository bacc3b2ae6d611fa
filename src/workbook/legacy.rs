//! Texts in TCVN3 and VNI to Unicode: the texts of cells, with what is bold and italic in them, and the names of sheets.
//!
//! In: the workbook as a reader found it, with what the fonts say. Out: its texts in Unicode, and for each that was decoded
//! what the file holds. All texts are looked at first, for they tell about each other; only those that may be in a legacy
//! encoding are looked at again.

use std::ops::Range;

use super::rows::cell_at;
use super::{Sheet, Workbook};
use crate::diagnostic::CellRef;
use crate::value::Raw;
use crate::vietnamese::{Charset, Surroundings, decode as decode_text};

/// Decodes what is in a legacy encoding, by the font of the cell and by the text itself.
pub(super) fn decode(workbook: &mut Workbook) {
    let mut around = Surroundings::default();
    let look = |sheet: &Sheet| look_at(sheet, |text, charset| around.add(text, charset));
    let mut suspicious: Vec<Vec<CellRef>> = workbook.sheets.iter().map(look).collect();
    if around.is_mostly_legacy() {
        let all = |sheet: &Sheet| look_at(sheet, |_, _| true);
        suspicious = workbook.sheets.iter().map(all).collect();
    }
    for (sheet, suspicious) in workbook.sheets.iter_mut().zip(suspicious) {
        for at in suspicious {
            decode_cell(sheet, at, &around);
        }
        sheet.charsets = Vec::new();
    }
    // Names are typed alike, whatever fonts the cells have: where one has letters of Unicode alone, the cells don't count.
    let is_unicode = |sheet: &Sheet| sheet.name.chars().any(|letter| letter > 'ÿ' && letter.is_alphabetic());
    if workbook.sheets.iter().any(is_unicode) {
        around = Surroundings::default();
        for sheet in &workbook.sheets {
            around.add(&sheet.name, Charset::Unknown);
        }
    }
    for index in 0..workbook.sheets.len() {
        decode_name(&mut workbook.sheets, index, &around);
    }
}

/// The cells of a sheet whose texts may have to be decoded, in order. `add` takes in a text and says whether it may.
fn look_at(sheet: &Sheet, mut add: impl FnMut(&str, Charset) -> bool) -> Vec<CellRef> {
    let mut suspicious = Vec::new();
    for row in &sheet.rows {
        for cell in &row.cells {
            let Raw::Text(text) = &cell.raw else {
                continue;
            };
            if text.is_ascii() {
                continue;
            }
            let at = CellRef::new(row.index, cell.column);
            let runs = runs_at(sheet, at);
            let may_be = match runs.is_empty() {
                true => add(text, cell.charset),
                false => {
                    for (range, charset) in runs {
                        add(text.get(range.clone()).unwrap_or_default(), *charset);
                    }
                    true
                }
            };
            if may_be {
                suspicious.push(at);
            }
        }
    }
    suspicious
}

/// What the fonts of single letters of a cell say.
fn runs_at(sheet: &Sheet, at: CellRef) -> &[(Range<usize>, Charset)] {
    let found = sheet.charsets.binary_search_by_key(&at, |(at, _)| *at).ok();
    found
        .and_then(|index| sheet.charsets.get(index))
        .map_or(&[], |(_, runs)| runs)
}

fn decode_cell(sheet: &mut Sheet, at: CellRef, around: &Surroundings) {
    let runs = runs_at(sheet, at).to_vec();
    let Some(cell) = cell_at(&mut sheet.rows, at) else {
        return;
    };
    let Raw::Text(text) = &mut cell.raw else {
        return;
    };
    let Some(decoded) = decode_text(text, cell.charset, &runs, around) else {
        return;
    };
    if let Ok(index) = sheet.formats.binary_search_by_key(&at, |(at, _)| *at)
        && let Some((_, formats)) = sheet.formats.get_mut(index)
    {
        for format in formats {
            format.range = decoded.place(format.range.start)..decoded.place(format.range.end);
        }
    }
    let before = std::mem::replace(text, decoded.text.into());
    sheet.decoded.push((at, before));
}

/// Decodes the name of a sheet, unless another has the name that it would get.
fn decode_name(sheets: &mut [Sheet], index: usize, around: &Surroundings) {
    let Some(name) = sheets.get(index).map(|sheet| sheet.name.as_str()) else {
        return;
    };
    let Some(decoded) = decode_text(name, Charset::Unknown, &[], around) else {
        return;
    };
    if sheets.iter().all(|sheet| sheet.name != decoded.text)
        && let Some(sheet) = sheets.get_mut(index)
    {
        sheet.name = decoded.text;
    }
}
