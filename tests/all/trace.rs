//! `render --trace`: each printed value has a comment that names its cell, and the cell holds what is printed.

use std::collections::BTreeMap;

use baocao::diagnostic::CellRef;
use baocao::pipeline::{self, Options};
use baocao::{Pack, dataset::Dataset};

use crate::invariants::{Element, Package, assert_no_tags, assert_sound};
use crate::samples;

fn traced(workbook: &[u8]) -> Vec<u8> {
    let options = Options {
        trace: true,
        ..Options::default()
    };
    let mut outcome = pipeline::render(&samples::pack(), workbook, &options).expect("a workbook");
    outcome.documents.pop().expect("a report").bytes
}

fn part<'p>(package: &'p Package, name: &str) -> &'p Element {
    package.trees.get(name).unwrap_or_else(|| panic!("no part {name}"))
}

/// The text between the anchors of each comment.
fn anchored(body: &Element) -> BTreeMap<String, String> {
    let mut open: Vec<String> = Vec::new();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    body.visit(&mut |element| {
        let id = || element.attribute("w:id").unwrap_or_default().to_owned();
        match element.name.as_str() {
            "w:commentRangeStart" => open.push(id()),
            "w:commentRangeEnd" => open.retain(|other| *other != id()),
            "w:t" => {
                for id in &open {
                    texts.entry(id.clone()).or_default().push_str(&element.own_text);
                }
            }
            _ => {}
        }
    });
    texts
}

/// What the cells of a dataset print, by `Chỉ tiêu!F7`.
fn printed(pack: &Pack, dataset: &Dataset) -> BTreeMap<String, String> {
    let mut cells = BTreeMap::new();
    for (sheet, data) in pack.schema.sheets.iter().zip(&dataset.sheets) {
        for record in &data.records {
            for (index, field) in sheet.fields.iter().enumerate() {
                let cell: Option<CellRef> = data.cell(record, index);
                if let (Some(cell), Some(value)) = (cell, &record.values[index]) {
                    cells.insert(format!("{}!{cell}", data.name), field.ty.print(value, field.decimals));
                }
            }
        }
    }
    cells
}

#[test]
fn each_value_of_the_report_has_a_comment_that_names_its_cell() {
    let pack = samples::pack();
    let workbook = std::fs::read(samples::path("tan-hoa-2023.xlsx")).expect("a sample");
    let bytes = traced(&workbook);
    assert_sound("the traced report", &bytes);
    assert_no_tags("the traced report", &bytes);
    let (package, _) = Package::read(&bytes);
    let texts = anchored(part(&package, "word/document.xml"));
    let checked = pipeline::check(&pack, &workbook, &Options::default()).expect("a workbook");
    let cells = printed(&pack, &checked.dataset);
    let mut compared = 0;
    for comment in part(&package, "word/comments.xml").all("w:comment") {
        let id = comment.attribute("w:id").expect("an id");
        let lines: Vec<String> = comment.all("w:p").iter().map(|line| line.text()).collect();
        let shown = &texts[id];
        assert!(!shown.is_empty(), "comment {id} stands at nothing: {lines:?}");
        // A value that is printed as it stands in one cell.
        if let ([cell], Some(value)) = (lines.as_slice(), cells.get(&lines[0])) {
            assert_eq!(shown, value, "{cell}");
            compared += 1;
        }
    }
    assert!(compared > 100, "only {compared} values were compared");
}

#[test]
fn a_traced_report_says_the_same_as_the_report() {
    let workbook = std::fs::read(samples::path("tan-hoa-2023.xlsx")).expect("a sample");
    let mut outcome = pipeline::render(&samples::pack(), &workbook, &Options::default()).expect("a workbook");
    let report = outcome.documents.pop().expect("a report").bytes;
    let text = |bytes: &[u8]| {
        let (package, _) = Package::read(bytes);
        let body = part(&package, "word/document.xml");
        body.all("w:p")
            .iter()
            .map(|paragraph| paragraph.text())
            .collect::<Vec<_>>()
    };
    assert_eq!(text(&traced(&workbook)), text(&report));
}
