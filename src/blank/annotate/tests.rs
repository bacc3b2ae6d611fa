//! Workbooks made in memory, marked, and looked at part by part.

use rust_xlsxwriter::{
    Chart, ChartType, ConditionalFormatCell, ConditionalFormatCellRule, DataValidation, Format, Note,
};

use super::*;
use crate::diagnostic::Text;
use crate::markdown_workbook::{workbook as written, workbook_with};
use crate::value::Raw;
use crate::workbook::{self, Formula, Limits as Sizes};

fn finding(sheet: &str, at: &str) -> Diagnostic {
    let cell = workbook::cell_ref(at).unwrap();
    let message = Text::new(format!("sai & “{at}”"), format!("wrong & “{at}”"));
    Diagnostic::error("a/b", Place::Cell(sheet.into(), cell), message).hint(Text::new("sửa", "mend"))
}

fn marked(bytes: &[u8], findings: Vec<Diagnostic>) -> Annotated {
    let workbook = workbook::read(bytes, &Sizes::default()).unwrap();
    let findings: Diagnostics = findings.into_iter().collect();
    annotate(bytes, &workbook, &findings, &|_| Some("Cột".into()), Lang::Vi).unwrap()
}

fn package(bytes: &[u8]) -> Package {
    Package::read(bytes.to_vec(), &Limits::default()).unwrap()
}

fn text(bytes: &[u8], part: &str) -> String {
    package(bytes).text(part).unwrap()
}

/// The tag of a cell in the first sheet.
fn cell(bytes: &[u8], at: &str) -> String {
    let sheet = text(bytes, "xl/worksheets/sheet1.xml");
    let from = sheet
        .find(&format!("<c r=\"{at}\""))
        .unwrap_or_else(|| panic!("no {at} in {sheet}"));
    sheet[from..=from + sheet[from..].find('>').unwrap()].to_owned()
}

/// The fill that a cell of the first sheet has.
fn fill(bytes: &[u8], at: &str) -> String {
    let tag = cell(bytes, at);
    let format: usize = xml::attribute(&tag, "s").map_or(0, |format| format.trim_end_matches('/').parse().unwrap());
    let styles = text(bytes, "xl/styles.xml");
    let children = |list: &str| -> Vec<String> {
        let outline = xml::outline(&styles, 2).unwrap();
        let at = outline.iter().position(|element| element.name == list).unwrap();
        let inside = outline[at + 1..].iter().take_while(|element| element.depth == 2);
        inside.map(|element| styles[element.whole.clone()].to_owned()).collect()
    };
    let format = &children("cellXfs")[format];
    children("fills")[xml::attribute(format, "fillId").unwrap().parse::<usize>().unwrap()].clone()
}

/// A workbook with much that must be kept.
fn rich() -> Vec<u8> {
    workbook_with(
        "## Một\n| Tên | Số |\n| A | 1 |\n| B | =B2+1 -> 2 |\n\n## Hai\n| x |",
        |workbook| {
            let sheet = workbook.worksheet_from_index(0).unwrap();
            let yellow = Format::new().set_background_color(0x00FF00).set_num_format("0.000");
            sheet.write_number_with_format(1, 1, 1.0, &yellow).unwrap();
            sheet
                .insert_note(1, 1, &Note::new("của người dùng").set_author("An"))
                .unwrap();
            sheet
                .insert_note(7, 3, &Note::new("chú thích khác").set_author("An"))
                .unwrap();
            let rule = ConditionalFormatCell::new()
                .set_rule(ConditionalFormatCellRule::GreaterThan(5))
                .set_format(Format::new().set_bold());
            sheet.add_conditional_format(1, 1, 5, 1, &rule).unwrap();
            let list = DataValidation::new().allow_list_strings(&["A", "B"]).unwrap();
            sheet.add_data_validation(1, 0, 9, 0, &list).unwrap();
            let mut chart = Chart::new(ChartType::Column);
            chart.add_series().set_values(("Một", 1, 1, 2, 1));
            sheet.insert_chart(1, 5, &chart).unwrap();
            workbook.define_name("TÊN", "=Một!$A$1").unwrap();
        },
    )
}

#[test]
fn only_parts_that_marks_need_are_edited_and_cells_keep_all_but_their_fill() {
    let source = rich();
    let copy = marked(
        &source,
        vec![
            finding("Một", "B2"),
            finding("Một", "B3"),
            finding("Một", "E9"),
            finding("Một", "A2"),
        ],
    );
    assert_eq!((copy.ending, copy.converted), ("xlsx", false));
    let (before, after) = (package(&source), package(&copy.bytes));
    let edited: Vec<&str> = before
        .names()
        .filter(|name| before.part(name).unwrap() != after.part(name).unwrap())
        .collect();
    let expected = [
        "[Content_Types].xml",
        "xl/_rels/workbook.xml.rels",
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
    ];
    let mut sorted = edited.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    // Without formats, what is selected and what is new, the sheet is the same text.
    let plain = |bytes: &[u8]| {
        let mut sheet = text(bytes, "xl/worksheets/sheet1.xml");
        let formats = regex_lite::Regex::new(" (s|tabSelected|spans)=\"[^\"]*\"|<dimension [^>]*>").unwrap();
        sheet = formats.replace_all(&sheet, "").into_owned();
        sheet.replace("<row r=\"9\"><c r=\"E9\"/></row>", "")
    };
    assert_eq!(plain(&copy.bytes), plain(&source));
    for at in ["B2", "B3", "E9", "A2"] {
        assert!(
            fill(&copy.bytes, at).contains("FFFFC8CD"),
            "{at}: {}",
            fill(&copy.bytes, at)
        );
    }
    assert!(
        fill(&copy.bytes, "B2").contains("FF00FF00"),
        "the colour that the mark covers is kept"
    );
    let comments = text(&copy.bytes, "xl/comments1.xml");
    assert_eq!(comments.matches("<comment ").count(), 2 + 3);
    for words in [
        "của người dùng",
        "chú thích khác",
        "sai &amp; “B2”",
        "sai &amp; “E9”",
        "Cách sửa: sửa",
    ] {
        assert!(comments.contains(words), "{words} in {comments}");
    }
    let drawing = text(&copy.bytes, "xl/drawings/vmlDrawing1.vml");
    let ids: std::collections::BTreeSet<&str> = drawing.split("id=\"_x0000_s").skip(1).map(|rest| &rest[..5]).collect();
    assert_eq!((drawing.matches("<v:shape ").count(), ids.len()), (5, 5), "{drawing}");
}

#[test]
fn the_list_is_the_last_sheet_with_a_link_to_each_cell() {
    let source = written("## Lỗi cần sửa\n| của tôi |\n\n## Bảng 'A' b\n| x |");
    let sheet_level = Diagnostic::warning("a/c", Place::Sheet("Bảng 'A' b".into()), Text::new("lạ", "odd"));
    let file_level = Diagnostic::error("a/d", Place::File, Text::new("thiếu trang", "missing"));
    let copy = marked(&source, vec![file_level, sheet_level, finding("Bảng 'A' b", "A1")]);
    let read = workbook::read(&copy.bytes, &Sizes::default()).unwrap();
    let names: Vec<&str> = read.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["Lỗi cần sửa", "Bảng 'A' b", "Lỗi cần sửa (2)"]);
    assert!(!is_findings_sheet(&read.sheets[0]) && is_findings_sheet(&read.sheets[2]));
    let list = text(&copy.bytes, "xl/worksheets/sheet3.xml");
    for part in [
        "ref=\"C6\" location=\"'Bảng ''A'' b'!A1\"",
        "ref=\"D7\" location=\"'Bảng ''A'' b'!A1\"",
        "Thiếu trang",
        "ySplit=\"4\"",
        "orientation=\"landscape\"",
    ] {
        assert!(list.contains(part), "{part} in {list}");
    }
    let book = text(&copy.bytes, "xl/workbook.xml");
    assert!(
        book.contains("activeTab=\"2\"") && book.contains("'Lỗi cần sửa (2)'!$4:$4"),
        "{book}"
    );
    assert!(!text(&copy.bytes, "xl/worksheets/sheet1.xml").contains("tabSelected=\"1\""));
}

#[test]
fn marking_again_replaces_the_marks_and_takes_off_those_of_what_was_mended() {
    let source = rich();
    let both = || vec![finding("Một", "B2"), finding("Một", "A2"), finding("Hai", "A1")];
    let first = marked(&source, both()).bytes;
    let again = marked(&first, both()).bytes;
    for part in [
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/sheet2.xml",
        "xl/worksheets/sheet3.xml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/comments1.xml",
        "xl/comments2.xml",
    ] {
        assert_eq!(text(&again, part), text(&first, part), "{part}");
    }
    assert_eq!(again, marked(&first, both()).bytes, "the same bytes each time");
    let mended = marked(&first, vec![finding("Hai", "A1")]).bytes;
    let comments = text(&mended, "xl/comments1.xml");
    assert!(
        comments.contains("của người dùng") && !comments.contains("sai"),
        "{comments}"
    );
    assert_eq!(comments.matches("<comment ").count(), 2);
    assert_eq!(
        text(&mended, "xl/drawings/vmlDrawing1.vml")
            .matches("<v:shape ")
            .count(),
        2
    );
    let (own, none) = (fill(&mended, "B2"), fill(&mended, "A2"));
    assert!(
        own.contains("fgColor rgb=\"FF00FF00\"") && none.contains("\"none\""),
        "{own} {none}"
    );
    assert_eq!(workbook::read(&mended, &Sizes::default()).unwrap().sheets.len(), 3);
}

#[test]
fn prefixes_missing_references_and_missing_styles_are_no_hindrance() {
    let mut package = package(&written("## Một\n| a | b |\n| c | d |"));
    let space = main_namespace(false);
    package.set(
        "xl/worksheets/sheet1.xml",
        format!("<x:worksheet xmlns:x=\"{space}\"><x:sheetData><x:row><x:c t=\"inlineStr\"><x:is><x:t>a</x:t></x:is></x:c><x:c/></x:row><x:row/><x:row r=\"5\"><x:c r=\"B5\"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>").into_bytes(),
    );
    let relationships = package.text("xl/_rels/workbook.xml.rels").unwrap();
    let styles = package.relationships("xl/workbook.xml").unwrap();
    let id = &styles
        .iter()
        .find(|relationship| relationship.kind == "styles")
        .unwrap()
        .id;
    package.set(
        "xl/_rels/workbook.xml.rels",
        opc::without_relationships(&relationships, &[id]).unwrap().into_bytes(),
    );
    package.remove("xl/styles.xml");
    let wish = Wish {
        findings: &["A1", "B2", "A4", "A5", "C9"]
            .map(|at| finding("Một", at))
            .into_iter()
            .collect(),
        label: &|_| None,
        lang: Lang::En,
        old_list: None,
    };
    let (bytes, _) = mark(package.write().unwrap(), &wish).unwrap();
    let sheet = text(&bytes, "xl/worksheets/sheet1.xml");
    let rows = "<x:row><x:c t=\"inlineStr\" s=\"1\"><x:is><x:t>a</x:t></x:is></x:c><x:c/></x:row><x:row><x:c r=\"B2\" s=\"1\"/></x:row><x:row r=\"4\"><x:c r=\"A4\" s=\"1\"/></x:row><x:row r=\"5\"><x:c r=\"A5\" s=\"1\"/><x:c r=\"B5\"><x:v>1</x:v></x:c></x:row><x:row r=\"9\"><x:c r=\"C9\" s=\"1\"/></x:row></x:sheetData><x:legacyDrawing ";
    assert!(sheet.contains(rows), "{sheet}");
    let styles = package_part(&bytes, "styles");
    assert!(
        styles.contains("<fills count=") && styles.contains("FFFFC8CD"),
        "{styles}"
    );
}

fn package_part(bytes: &[u8], kind: &str) -> String {
    let relationships = package(bytes).relationships("xl/workbook.xml").unwrap();
    text(
        bytes,
        &relationships
            .iter()
            .find(|relationship| relationship.kind == kind)
            .unwrap()
            .target,
    )
}

#[test]
fn threaded_comments_stay_as_they_are() {
    let thread = "<comment ref=\"A1\" authorId=\"0\" shapeId=\"0\"><text><t>[Threaded comment] x</t></text></comment>";
    let source = comments::EMPTY
        .replace("<authors/>", "<authors><author>tc={1-2}</author></authors>")
        .replace("<commentList/>", &format!("<commentList>{thread}</commentList>"));
    let notes = BTreeMap::from([
        (CellRef::new(0, 0), "n".to_owned()),
        (CellRef::new(1, 0), "m".to_owned()),
    ]);
    let outcome = comments::edit(&source, &notes).unwrap();
    assert!(outcome.xml.contains(thread), "{}", outcome.xml);
    assert_eq!(outcome.new, [CellRef::new(1, 0)]);
}

#[test]
fn merged_cells_are_marked_where_it_is_seen() {
    let source = written("## Một\n| a | < |\n| ^ | ^ |\n| b | c |");
    let copy = marked(
        &source,
        vec![finding("Một", "B2"), finding("Một", "A1"), finding("Một", "B3")],
    );
    let comments = text(&copy.bytes, "xl/comments1.xml");
    let places: Vec<&str> = comments.split("ref=\"").skip(1).map(|rest| &rest[..2]).collect();
    assert_eq!(places, ["A1", "B3"]);
    assert!(comments.contains("“A1”") && comments.contains("“B2”"), "{comments}");
}

#[test]
fn what_cannot_be_edited_is_converted_with_its_values_and_marked() {
    let source = written("## Một\n| a | 2023-12-15 | 130.7% |\n| TRUE | =1/0 -> #DIV/0! | 1.5 |");
    let mut workbook = workbook::read(&source, &Sizes::default()).unwrap();
    workbook.container = Container::Xls;
    let findings: Diagnostics = [finding("Một", "B1")].into_iter().collect();
    let copy = annotate(b"no package", &workbook, &findings, &|_| None, Lang::Vi).unwrap();
    assert!(copy.converted);
    let read = workbook::read(&copy.bytes, &Sizes::default()).unwrap();
    assert_eq!(read.sheets.len(), 2);
    let raws = |sheet: &workbook::Sheet| -> Vec<_> {
        sheet
            .rows
            .iter()
            .flat_map(|row| row.cells.iter().map(|cell| cell.raw.clone()))
            .collect()
    };
    assert_eq!(raws(&read.sheets[0]), raws(&workbook.sheets[0]));
    assert!(fill(&copy.bytes, "B1").contains("FFFFC8CD"));
}

#[test]
fn a_formula_that_was_never_computed_is_none_in_a_converted_copy_either() {
    let source = written("## Một\n| a | =A1+1 | =A1+2 -> 3 |");
    let mut workbook = workbook::read(&source, &Sizes::default()).unwrap();
    workbook.container = Container::Xls;
    let copy = annotate(b"no package", &workbook, &Diagnostics::new(), &|_| None, Lang::Vi).unwrap();
    let read = workbook::read(&copy.bytes, &Sizes::default()).unwrap();
    let formulas: Vec<Formula> = read.sheets[0].rows[0].cells.iter().map(|cell| cell.formula).collect();
    assert_eq!(formulas, [Formula::None, Formula::NotComputed, Formula::None]);
}

#[test]
fn an_error_value_of_new_excel_is_one_in_a_converted_copy_too() {
    let mut workbook = workbook::read(&written("## Một\n| a |"), &Sizes::default()).unwrap();
    workbook.container = Container::Xls;
    for (error, copied) in [("#N/A", "#N/A"), ("#SPILL!", "#VALUE!"), ("#N/\u{11}A", "#VALUE!")] {
        workbook.sheets[0].rows[0].cells[0].raw = Raw::Error(error.into());
        let copy = annotate(b"no package", &workbook, &Diagnostics::new(), &|_| None, Lang::Vi).unwrap();
        let read = workbook::read(&copy.bytes, &Sizes::default()).unwrap();
        assert_eq!(
            read.sheets[0].rows[0].cells[0].raw,
            Raw::Error(copied.into()),
            "{error}"
        );
    }
}
