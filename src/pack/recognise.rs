//! Which pack a workbook belongs to: by its stamp, else by its sheets and headers.

use std::borrow::Borrow;
use std::collections::HashSet;

use super::Pack;
use crate::blank::PACK_PROPERTY;
use crate::dataset::{Labels, TabName, Written, label_text};
use crate::schema::Sheet;
use crate::vietnamese::fold;
use crate::workbook::{self, Workbook};

/// What was found out about a workbook's pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It carries the stamp of the pack with this index.
    Stamped(usize),
    /// It carries the stamp of a pack that isn't among them: its id.
    Unknown(String),
    /// It looks like the pack with this index, and like no other.
    Looks(usize),
    /// It looks like several, best first.
    Several(Vec<usize>),
    /// It looks like none.
    None,
}

/// Least share of a pack's sheets and headers that makes a workbook look like the pack's.
const ENOUGH: f64 = 0.5;
/// The lead over the second best that makes a clear winner.
const CLEAR: f64 = 0.1;
/// Rows of a sheet that are searched for headers and labels, and cells of them.
const SEARCHED_ROWS: usize = 200;
const SEARCHED_CELLS: usize = 5_000;

/// The id of the pack that a workbook was made by, as it says itself.
pub fn stamp(workbook: &Workbook) -> Option<&str> {
    let id = workbook.properties.get(PACK_PROPERTY)?;
    (!id.is_empty()).then_some(id.as_str())
}

/// Finds the pack a workbook belongs to.
pub fn fit<P: Borrow<Pack>>(packs: &[P], workbook: &Workbook) -> Fit {
    if let Some(id) = stamp(workbook) {
        return match packs.iter().position(|pack| pack.borrow().id == id) {
            Some(index) => Fit::Stamped(index),
            None => Fit::Unknown(id.to_owned()),
        };
    }
    let sheets: Vec<Seen> = workbook.sheets.iter().map(Seen::new).collect();
    let mut scores: Vec<(usize, f64)> = packs
        .iter()
        .enumerate()
        .map(|(index, pack)| (index, score(pack.borrow(), &sheets, &|sheet| weight(packs, sheet))))
        .filter(|(_, score)| *score >= ENOUGH)
        .collect();
    scores.sort_by(|left, right| right.1.total_cmp(&left.1));
    match scores[..] {
        [] => Fit::None,
        [(best, _)] => Fit::Looks(best),
        [(best, first), (_, second), ..] if first - second >= CLEAR => Fit::Looks(best),
        _ => Fit::Several(scores.into_iter().map(|(index, _)| index).collect()),
    }
}

/// A sheet's name and texts, ready to be compared.
struct Seen {
    name: TabName,
    texts: Vec<Written>,
}

impl Seen {
    fn new(sheet: &workbook::Sheet) -> Self {
        let cells = sheet.rows.iter().take(SEARCHED_ROWS).flat_map(|row| &row.cells);
        let mut texts = Vec::new();
        for text in cells.take(SEARCHED_CELLS).filter_map(label_text) {
            texts.extend(Written::new(text));
            // A label with its value in the same cell.
            texts.extend(text.split_once(':').and_then(|(label, _)| Written::new(label)));
        }
        Self {
            name: TabName::of_tab(&sheet.name),
            texts,
        }
    }

    /// The share of a sheet's labels that stand here, from 0 to 1.
    fn labels(&self, sheet: &Sheet, labels: &Labels) -> f64 {
        let found: HashSet<usize> = self.texts.iter().filter_map(|text| labels.find_written(text)).collect();
        let asked = sheet.fields.iter().filter(|field| field.derive.is_none()).count();
        found.len() as f64 / asked.max(1) as f64
    }
}

/// How much a sheet tells of the pack that expects it: one that many packs have tells little.
fn weight<P: Borrow<Pack>>(packs: &[P], sheet: &Sheet) -> f64 {
    let name = fold(&sheet.name);
    let has = |pack: &&P| {
        let sheets = &(*pack).borrow().schema.sheets;
        sheets.iter().any(|other| fold(&other.name) == name)
    };
    1.0 / packs.iter().filter(has).count().max(1) as f64
}

/// How much of what a pack expects is there, from 0 to 1: for each required sheet, half for its name and half for its
/// labels, each as much as it weighs.
fn score(pack: &Pack, seen: &[Seen], weight: &dyn Fn(&Sheet) -> f64) -> f64 {
    let expected = |sheet: &&Sheet| sheet.required || pack.schema.sheets.iter().all(|sheet| !sheet.required);
    let (mut sum, mut count) = (0.0, 0.0);
    for sheet in pack.schema.sheets.iter().filter(expected) {
        let names: Vec<TabName> = std::iter::once(&sheet.name)
            .chain(&sheet.aliases)
            .map(|name| TabName::wanted(name))
            .collect();
        let labels = Labels::new(sheet);
        let best = seen
            .iter()
            .map(|seen| {
                let is_named = names.iter().any(|name| seen.name.closeness(name).is_some());
                let name = if is_named { 1.0 } else { 0.0 };
                (name + seen.labels(sheet, &labels)) / 2.0
            })
            .fold(0.0, f64::max);
        let weight = weight(sheet);
        sum += best * weight;
        count += weight;
    }
    if count == 0.0 { 0.0 } else { sum / count }
}

#[cfg(test)]
mod tests {
    use super::super::tests::SMALL;
    use super::super::{Files, MANIFEST, Origin};
    use super::*;
    use crate::value::Raw;
    use crate::workbook::{Cell, Formula, Row};
    use std::borrow::Cow;

    fn pack(manifest: &str) -> Pack {
        let files = Files::from([
            (MANIFEST.to_owned(), Cow::Owned(manifest.as_bytes().to_vec())),
            ("bao-cao.docx".to_owned(), Cow::Borrowed(&b""[..])),
            ("bao-cao.md".to_owned(), Cow::Borrowed(&b""[..])),
        ]);
        Pack::parse(files, Origin::BuiltIn).expect("a right pack")
    }

    fn other() -> Pack {
        pack(
            &SMALL
                .replace("\"nho\"", "\"khac\"")
                .replace("Thông tin chung", "Dân số")
                .replace("Tên xã", "Số hộ"),
        )
    }

    fn workbook(sheet: &str, labels: &[&str]) -> Workbook {
        let rows = labels.iter().enumerate().map(|(index, label)| Row {
            index: index as u32,
            hidden: false,
            cells: vec![Cell {
                column: 0,
                raw: Raw::Text((*label).into()),
                formula: Formula::None,
                charset: Default::default(),
            }],
        });
        Workbook {
            sheets: vec![workbook::Sheet {
                name: sheet.into(),
                rows: rows.collect(),
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    #[test]
    fn a_stamp_decides_and_an_unknown_one_is_told() {
        let packs = [pack(SMALL), other()];
        let mut workbook = workbook("Thông tin chung", &["Tên xã", "Năm báo cáo"]);
        workbook.properties.insert(PACK_PROPERTY.into(), "khac".into());
        assert_eq!(fit(&packs, &workbook), Fit::Stamped(1));
        workbook.properties.insert(PACK_PROPERTY.into(), "la".into());
        assert_eq!(fit(&packs, &workbook), Fit::Unknown("la".into()));
    }

    #[test]
    fn a_workbook_without_a_stamp_is_known_by_its_sheets_and_labels() {
        let packs = [pack(SMALL), other()];
        assert_eq!(
            fit(&packs, &workbook("THONG TIN CHUNG", &["Tên xã *", "Năm báo cáo:"])),
            Fit::Looks(0)
        );
        assert_eq!(
            fit(&packs, &workbook("Dân số", &["Số hộ", "Năm báo cáo"])),
            Fit::Looks(1)
        );
        assert_eq!(fit(&packs, &workbook("Sheet1", &["Họ tên", "Lương"])), Fit::None);
    }

    #[test]
    fn a_messy_workbook_without_a_stamp_is_known_all_the_same() {
        let packs = [pack(SMALL), other()];
        let messy = ["TEN XA: Tân Hoà", "Năm BC", "Người lập"];
        assert_eq!(fit(&packs, &workbook("Sheet1", &messy)), Fit::Looks(0));
        assert_eq!(
            fit(&packs, &workbook("Bieu 01 - DS 2023", &["Số hộ", "Năm BC"])),
            Fit::Looks(1)
        );
    }

    #[test]
    fn twins_are_not_told_apart_by_guessing() {
        let packs = [pack(SMALL), pack(&SMALL.replace("\"nho\"", "\"doi\""))];
        assert_eq!(
            fit(&packs, &workbook("Thông tin chung", &["Tên xã", "Năm báo cáo"])),
            Fit::Several(vec![0, 1])
        );
    }
}
