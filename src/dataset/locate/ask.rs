//! Questions instead of guesses: a label or a tab that isn't there, and what in the workbook may be meant by it.
//!
//! In: what is missing, and the texts that nothing has claimed. Out: one finding that names up to three candidates by their
//! likeness, and the exact remedy: the new name, and the `--map` that says so.

use super::label_text;
use crate::diagnostic::{CellRef, Diagnostic, Place, Text, shorten};
use crate::schema::{Field, Sheet};
use crate::text;
use crate::value::Type;
use crate::vietnamese::{likeness, nearest};
use crate::workbook;

/// How many candidates are named.
pub(super) const NAMED: usize = 3;
/// Least likeness of a candidate, in percent.
const NEAR: u8 = 60;
/// How many cells below a header show what its column holds.
const SAMPLE: usize = 5;
/// Longest text that may be a misspelt label, in bytes, and how many texts are compared.
const LONGEST: usize = 200;
const MOST_TEXTS: usize = 1_000;

/// A text of the workbook that may be what is missing.
pub(in crate::dataset) struct Candidate<T> {
    /// Where it is.
    pub at: T,
    text: String,
    /// In percent.
    likeness: u8,
}

/// The texts likest to one of some names, best first. Empty unless one is a slip of the pen, or `eager` and near.
pub(in crate::dataset) fn likest<'a, T: Copy>(
    names: &[&str],
    texts: impl Iterator<Item = (T, &'a str)>,
    eager: bool,
) -> Vec<Candidate<T>> {
    let texts: Vec<(T, &str)> = texts
        .filter(|(_, text)| text.len() <= LONGEST)
        .take(MOST_TEXTS)
        .collect();
    let slip = names
        .iter()
        .find_map(|name| nearest(name, texts.iter().map(|(_, text)| *text)));
    if slip.is_none() && !eager {
        return Vec::new();
    }
    let mut candidates: Vec<(bool, Candidate<T>)> = texts
        .iter()
        .map(|&(at, text)| {
            let likeness = names.iter().map(|name| likeness(name, text)).max().unwrap_or(0);
            let text = shorten(&text.trim().replace('\n', " "));
            (false, Candidate { at, text, likeness })
        })
        .collect();
    if let Some(index) = slip.and_then(|slip| texts.iter().position(|(_, text)| *text == slip))
        && let Some((is_slip, candidate)) = candidates.get_mut(index)
    {
        *is_slip = true;
        // What folds alike but was not taken is no certain match either.
        candidate.likeness = candidate.likeness.clamp(NEAR, 99);
    }
    candidates.retain(|(is_slip, candidate)| *is_slip || candidate.likeness >= NEAR);
    candidates.sort_by_key(|(is_slip, candidate)| (!is_slip, 100 - candidate.likeness.min(100)));
    candidates.truncate(NAMED);
    candidates.into_iter().map(|(_, candidate)| candidate).collect()
}

/// The names of a field.
pub(in crate::dataset) fn names_of(field: &Field) -> Vec<&str> {
    std::iter::once(&field.label)
        .chain(&field.aliases)
        .map(String::as_str)
        .collect()
}

/// Candidates in words: «Kết quả» (78%), «Kết quả TH» (67%).
fn listed<T>(candidates: &[Candidate<T>]) -> String {
    let quoted = candidates
        .iter()
        .map(|candidate| format!("«{}» ({}%)", candidate.text, candidate.likeness));
    quoted.collect::<Vec<_>>().join(", ")
}

/// The option that says once and for all what a text means, and its line in mapping.toml.
fn remedy(text: &str, id: &str, table: &str) -> String {
    let text = text.replace('"', "");
    format!("--map \"{text}={id}\" (mapping.toml, [{table}]: \"{text}\" = \"{id}\")")
}

/// Asks for a column or a field of a form: `thing` and `piece` are how the sheet's layout calls the two.
fn misspelt<T>(
    code: &'static str,
    place: Place,
    field: &Field,
    candidates: &[Candidate<T>],
    (thing, piece): (Text, Text),
) -> Option<Diagnostic> {
    let best = candidates.first()?;
    let (label, near) = (&field.label, &best.text);
    let (thing_vi, thing_en, piece_vi, piece_en) = (thing.vi, thing.en, piece.vi, piece.en);
    let message = match candidates {
        [_] => text!(
            "không có {thing_vi} «{label}»; {piece_vi}«{near}» – có phải «{label}»?",
            "there is no {thing_en} «{label}»; is {piece_en}«{near}» meant to be «{label}»?"
        ),
        _ => {
            let listed = listed(candidates);
            text!(
                "không có {thing_vi} «{label}»; giống nhất là {listed}",
                "there is no {thing_en} «{label}»; the likest are {listed}"
            )
        }
    };
    let remedy = remedy(near, &field.id, "columns");
    let hint = text!(
        "sửa thành «{label}», hoặc thêm {remedy}",
        "change it to «{label}», or add {remedy}"
    );
    Some(Diagnostic::error(code, place, message).field(&field.id).hint(hint))
}

/// Asks for a field of a form that has no label; `None` when nothing is near.
pub(in crate::dataset) fn entry(sheet: &str, field: &Field, candidates: &[Candidate<CellRef>]) -> Option<Diagnostic> {
    let at = candidates.first()?.at;
    let words = (Text::new("mục", "field"), Text::default());
    misspelt(
        "muc/sai-ten",
        Place::Cell(sheet.to_owned(), at),
        field,
        candidates,
        words,
    )
}

/// Asks for a column that the header of a table does not name. `free` are the headers that no field claims. Returns the
/// finding, and the header that is meant for a slip of this one.
pub(in crate::dataset) fn column(
    field: &Field,
    free: &[(usize, CellRef, &str)],
    header: CellRef,
    sheet: &workbook::Sheet,
) -> Option<(Diagnostic, Option<usize>)> {
    let texts = free.iter().map(|(index, at, text)| ((*index, *at), *text));
    let candidates = likest(&names_of(field), texts, field.required);
    if let Some(best) = candidates.first() {
        let (index, at) = best.at;
        let words = (Text::new("cột", "column"), Text::new("tiêu đề ", "header "));
        let place = Place::Cell(sheet.name.clone(), at);
        // An error even where the column is optional: figures would be left out of the document.
        let finding = misspelt("cot/sai-ten", place, field, &candidates, words)?;
        return Some((finding, Some(index)));
    }
    if !field.required {
        return None;
    }
    let label = &field.label;
    let fitting: Vec<(CellRef, String)> = free
        .iter()
        .filter(|(_, at, _)| field.ty != Type::Text && fits(field, *at, sheet))
        .map(|(_, at, text)| (*at, shorten(&text.trim().replace('\n', " "))))
        .take(NAMED)
        .collect();
    let finding = Diagnostic::error(
        "cot/thieu",
        Place::Cell(sheet.name.clone(), header),
        match fitting.first() {
            None => text!("thiếu cột «{label}»", "column «{label}» is missing"),
            Some(_) => {
                let listed: Vec<String> = fitting.iter().map(|(at, text)| format!("«{text}» ({at})")).collect();
                let listed = listed.join(", ");
                text!(
                    "thiếu cột «{label}»; cột chưa dùng có số liệu hợp kiểu: {listed}",
                    "column «{label}» is missing; unused columns whose data fit: {listed}"
                )
            }
        },
    );
    let hint = match fitting.first() {
        None => text!(
            "thêm một cột có tiêu đề «{label}» vào dòng tiêu đề này",
            "add a column with the header «{label}» to this header row"
        ),
        Some((_, near)) => {
            let remedy = remedy(near, &field.id, "columns");
            text!(
                "thêm cột «{label}», hoặc nếu cột «{near}» chính là nó thì thêm {remedy}",
                "add column «{label}», or if «{near}» is the one, add {remedy}"
            )
        }
    };
    Some((finding.field(&field.id).hint(hint), None))
}

/// Whether the first cells below a header read as values of a field.
fn fits(field: &Field, header: CellRef, sheet: &workbook::Sheet) -> bool {
    let below = sheet.rows.iter().filter(|row| row.index > header.row);
    let cells = below
        .filter_map(|row| row.cell(header.column))
        .filter(|cell| !cell.is_blank());
    let mut sample = cells.take(SAMPLE).peekable();
    sample.peek().is_some() && {
        sample.all(|cell| {
            let reading = field.read(&cell.raw);
            reading.value.is_some() && reading.fault.is_none()
        })
    }
}

/// Asks for a tab; `None` when none is near.
pub(super) fn tab(declared: &Sheet, candidates: &[Candidate<usize>]) -> Option<Diagnostic> {
    let best = candidates.first()?;
    let (wanted, near) = (&declared.name, &best.text);
    let message = match candidates {
        [_] => text!(
            "không có trang tính «{wanted}»; trang «{near}» – có phải «{wanted}»?",
            "there is no sheet «{wanted}»; is sheet «{near}» meant to be «{wanted}»?"
        ),
        _ => {
            let listed = listed(candidates);
            text!(
                "không có trang tính «{wanted}»; giống nhất là trang {listed}",
                "there is no sheet «{wanted}»; the likest are {listed}"
            )
        }
    };
    let remedy = remedy(near, &declared.id, "sheets");
    let hint = text!(
        "đổi tên trang thành «{wanted}», hoặc thêm {remedy}",
        "rename the sheet to «{wanted}», or add {remedy}"
    );
    // An error even where the sheet is optional: its rows would be left out of the document.
    Some(Diagnostic::error("trang-tinh/sai-ten", Place::Sheet(near.clone()), message).hint(hint))
}

/// A tab as a candidate, by the share of labels that it holds.
pub(super) fn by_labels(at: usize, name: &str, likeness: u8) -> Candidate<usize> {
    Candidate {
        at,
        text: name.to_owned(),
        likeness,
    }
}

/// Texts of a sheet as candidates for a missing label, by cell: what stands before a colon.
pub(in crate::dataset) fn texts(sheet: &workbook::Sheet) -> impl Iterator<Item = (CellRef, &str)> {
    let cells = sheet
        .rows
        .iter()
        .flat_map(|row| row.cells.iter().map(|cell| (row.index, cell)));
    cells.filter_map(|(row, cell)| {
        let text = label_text(cell)?;
        Some((CellRef::new(row, cell.column), text.split(':').next().unwrap_or(text)))
    })
}
