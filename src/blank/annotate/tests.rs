//! Workbooks made in memory, marked, and looked at part by part.

use rust_xlsxwriter::{
    Chart, ChartType, ConditionalFormatCell, ConditionalFormatCellRule, DataValidation, Format, Note,
};

use super::*;
use crate::diagnostic::Text;
use crate::markdown_workbook::{workbook as written, workbook_with};
use crate::other_containers;
use crate::value::Raw;
use crate::workbook::{self, Limits as Sizes};
use crate::xls_workbook::Xls;

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
        sheets: vec!["Một"],
        old_list: None,
        conversion: None,
    };
    let bytes = mark(package.write().unwrap(), &wish).unwrap().bytes;
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

/// What marks must not change: cell contents, what is merged and what is hidden, by sheet; properties.
fn content(workbook: &workbook::Workbook) -> String {
    let sheets = workbook.sheets.iter().filter(|sheet| !is_findings_sheet(sheet));
    let mut shown: String = sheets
        .map(|sheet| {
            let mut merged = sheet.merged.clone();
            merged.sort_unstable();
            let rows: Vec<String> = sheet
                .rows
                .iter()
                .flat_map(|row| row.cells.iter().map(move |cell| (row, cell)))
                .filter(|(_, cell)| !cell.is_blank())
                .map(|(row, cell)| {
                    let at = CellRef::new(row.index, cell.column);
                    format!(
                        "{at} {:?} {} {}",
                        cell.raw,
                        row.hidden,
                        cell.formula == workbook::Formula::NotComputed
                    )
                })
                .collect();
            format!(
                "{} {} {merged:?} {:?}\n{}\n",
                sheet.name,
                sheet.hidden,
                sheet.hidden_columns,
                rows.join("\n")
            )
        })
        .collect();
    shown += &format!("{:?}", workbook.properties);
    shown
}

/// A workbook of another container, read and marked; what was read from it and the copy.
fn converted(source: &[u8], findings: Vec<Diagnostic>) -> (workbook::Workbook, Annotated) {
    let workbook = workbook::read(source, &Sizes::default()).unwrap();
    let copy = marked(source, findings);
    assert!(copy.converted && copy.ending == "xlsx");
    (workbook, copy)
}

#[test]
fn converted_copies_have_all_that_the_sheets_show_and_what_is_hidden() {
    const BOOK: &str = "## Một\n| BIỂU SỐ LIỆU TỔNG HỢP CỦA XÃ NĂM 2023 |\n| Tên | < | Số |\n| ^ | ^ | 1.5 |\n| Hoà An | 2023-12-15 | 130.7% | {hidden}\n| TRUE | =1/0 -> #DIV/0! | -258000000 |\n\n## Ẩn {hidden}\n| x |";
    let xlsx = workbook_with(BOOK, |workbook| {
        crate::markdown_workbook::set_property(workbook, "baocao_pack", "nho");
        workbook.worksheet_from_index(0).unwrap().set_column_hidden(5).unwrap();
    });
    let read = workbook::read(&xlsx, &Sizes::default()).unwrap();
    let xls = Xls::new(BOOK).property("baocao_pack", "nho").build();
    for source in [xls, other_containers::xlsb(&read), other_containers::ods(&read)] {
        let (workbook, copy) = converted(&source, vec![finding("Một", "C3"), finding("Ẩn", "A1")]);
        let ending = format!("{:?}", workbook.container).to_lowercase();
        let again = workbook::read(&copy.bytes, &Sizes::default()).unwrap();
        assert_eq!(content(&again), content(&workbook), "{ending}");
        assert!(content(&again).contains("baocao_pack") && content(&again).contains("Percent"));
        assert_eq!(again.sheets.len(), 3, "{ending}");
        assert!(fill(&copy.bytes, "C3").contains("FFFFC8CD"), "{ending}");
        let list = text(&copy.bytes, "xl/worksheets/sheet3.xml");
        let why = format!("Tệp .{ending} không đánh dấu trực tiếp được nên bản này được chuyển sang .xlsx");
        assert!(list.contains(&why) && copy.remarks[0].vi.starts_with(&why), "{list}");
        // The title runs on over its neighbours; column A is as wide as what stands under it.
        let sheet = text(&copy.bytes, "xl/worksheets/sheet1.xml");
        let width = xml::attribute(&sheet[sheet.find("<col ").unwrap()..], "width").unwrap();
        assert!(width.parse::<f64>().unwrap() < 15.0, "{width}");
    }
}

#[test]
fn shares_are_shown_with_as_many_decimals_as_they_have() {
    let xls = crate::xls_workbook::workbook("## Một\n| 50% | 130.7% | 12.345% | 33.3333% |");
    let (_, copy) = converted(&xls, vec![finding("Một", "F9")]);
    let styles = text(&copy.bytes, "xl/styles.xml");
    let outline = xml::outline(&styles, 2).unwrap();
    let formats = outline.iter().skip_while(|element| element.name != "cellXfs").skip(1);
    let formats: Vec<&str> = formats.map(|format| &styles[format.tag.clone()]).collect();
    let shown = ["A1", "B1", "C1", "D1"].map(|at| {
        let index: usize = xml::attribute(&cell(&copy.bytes, at), "s").unwrap().parse().unwrap();
        let id = format!("numFmtId=\"{}\"", xml::attribute(formats[index], "numFmtId").unwrap());
        let format = outline
            .iter()
            .find(|element| element.name == "numFmt" && styles[element.tag.clone()].contains(&id));
        format.unwrap().attribute(&styles, "formatCode").unwrap()
    });
    assert_eq!(shown, ["0%", "0.0%", "0.00%", "0.00%"]);
}

#[test]
fn formulas_never_computed_stay_so_in_a_converted_copy() {
    let xls = Xls::new("## Một\n| a | =1+1 -> 0 |").never_computed().build();
    let (workbook, copy) = converted(&xls, vec![finding("Một", "B1")]);
    assert!(content(&workbook).contains("true"), "{}", content(&workbook));
    let again = workbook::read(&copy.bytes, &Sizes::default()).unwrap();
    assert_eq!(content(&again), content(&workbook));
}

#[test]
fn decoded_texts_are_unicode_in_a_converted_copy_and_only_listed() {
    let xls = crate::xls_workbook::workbook(
        "## Một\n| {font .VnTime}Céng hoµ x· héi | {font .VnTime}Tæng sè |\n| {font VNI-Times}Uûy ban nhaân daân | 1 |",
    );
    let at = |code, at: &str| Diagnostic {
        code,
        ..finding("Một", at)
    };
    let (_, copy) = converted(&xls, vec![at(DECODED, "A1"), at("a/b", "B2")]);
    let again = workbook::read(&copy.bytes, &Sizes::default()).unwrap();
    let shown = content(&again);
    for words in ["Cộng hoà xã hội", "Tổng số", "Ủy ban nhân dân"] {
        assert!(shown.contains(words), "{shown}");
    }
    assert!(again.sheets.iter().all(|sheet| sheet.decoded.is_empty()));
    let comments = text(&copy.bytes, "xl/comments1.xml");
    assert!(
        comments.contains("ref=\"B2\"") && !comments.contains("ref=\"A1\""),
        "{comments}"
    );
    assert!(text(&copy.bytes, "xl/worksheets/sheet2.xml").contains("Sai &amp; “A1”"));
}

#[test]
fn a_tab_whose_name_was_decoded_gets_its_marks_and_links() {
    let source = workbook_with("## BiÓu tæng hîp §¬n vÞ\n| a | 1 |", |workbook| {
        let font = Format::new().set_font_name(".VnTime");
        let sheet = workbook.worksheet_from_index(0).unwrap();
        sheet
            .write_with_format(1, 0, "Céng hoµ x· héi chñ nghÜa", &font)
            .unwrap();
    });
    let workbook = workbook::read(&source, &Sizes::default()).unwrap();
    assert_eq!(workbook.sheets[0].name, "Biểu tổng hợp Đơn vị");
    let copy = marked(&source, vec![finding("Biểu tổng hợp Đơn vị", "B1")]);
    assert!(!copy.converted && copy.remarks.is_empty(), "{:?}", copy.remarks);
    assert!(fill(&copy.bytes, "B1").contains("FFFFC8CD"));
    let list = text(&copy.bytes, "xl/worksheets/sheet2.xml");
    assert!(
        list.contains("location=\"'BiÓu tæng hîp §¬n vÞ'!B1\"") && list.contains(">Biểu tổng hợp Đơn vị<"),
        "{list}"
    );
}

#[test]
fn names_that_excel_does_not_take_are_changed_and_told() {
    let long = "Biểu tổng hợp kết quả thực hiện nhiệm vụ";
    let sheets = [long, "Quý 1/2023", "'ghi chú'", "", "quý 1-2023", &format!("{long} 2")].map(|name| {
        let mut sheet = workbook::read(&written("## x\n| a | b |"), &Sizes::default())
            .unwrap()
            .sheets
            .remove(0);
        sheet.name = name.to_owned();
        sheet
    });
    let findings = sheets.iter().map(|sheet| finding(&sheet.name, "B1"));
    let workbook = workbook::Workbook {
        container: Container::Ods,
        sheets: sheets.to_vec(),
        ..Default::default()
    };
    let findings: Diagnostics = findings.collect();
    let copy = annotate(b"", &workbook, &findings, &|_| None, Lang::Vi).unwrap();
    let again = workbook::read(&copy.bytes, &Sizes::default()).unwrap();
    let names: Vec<&str> = again.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Biểu tổng hợp kết quả thực hiện",
            "Quý 1-2023 (2)",
            "ghi chú",
            "Trang",
            "quý 1-2023",
            "Biểu tổng hợp kết quả thực  (2)",
            "Lỗi cần sửa"
        ]
    );
    let list = text(&copy.bytes, "xl/worksheets/sheet7.xml");
    assert!(
        list.contains("Trang “Quý 1/2023” ở bản này có tên “Quý 1-2023 (2)”"),
        "{list}"
    );
    assert!(list.contains("location=\"'Quý 1-2023 (2)'!B1\""), "{list}");
    assert_eq!(copy.remarks.len(), 1 + 5, "{:?}", copy.remarks);
    for number in 1..=6 {
        assert!(text(&copy.bytes, &format!("xl/comments{number}.xml")).contains("ref=\"B1\""));
    }
}

#[test]
fn huge_merged_ranges_cost_little() {
    let mut workbook = workbook::read(&written("## Một\n| a |\n| b |"), &Sizes::default()).unwrap();
    workbook.container = Container::Ods;
    let all = (CellRef::new(0, 0), CellRef::new(1_048_575, 16_383));
    workbook.sheets[0].merged = vec![all; 100];
    let copy = annotate(b"", &workbook, &Diagnostics::new(), &|_| None, Lang::Vi).unwrap();
    let merged = &workbook::read(&copy.bytes, &Sizes::default()).unwrap().sheets[0].merged;
    assert_eq!(merged[..], [(CellRef::new(0, 0), CellRef::new(1, 16_383))]);
}

#[test]
fn a_package_that_cannot_be_edited_is_converted_and_the_reason_is_told() {
    let source = written("## Một\n| a | 1 |");
    let mut package = package(&source);
    let types = package.text("[Content_Types].xml").unwrap();
    let prefixed = types.replace('<', "<t:").replace("<t:/", "</t:").replace("<t:?", "<?");
    package.set(
        "[Content_Types].xml",
        prefixed.replace("xmlns=", "xmlns:t=").into_bytes(),
    );
    let copy = marked(&package.write().unwrap(), vec![finding("Một", "B1")]);
    assert!(copy.converted);
    let remark = "Không sửa trực tiếp được tệp này (phần [Content_Types].xml bên trong được ghi theo lối lạ) nên bản này được chuyển sang .xlsx";
    assert!(copy.remarks[0].vi.starts_with(remark), "{}", copy.remarks[0].vi);
    assert!(text(&copy.bytes, "xl/worksheets/sheet2.xml").contains(remark));
}

#[test]
fn macros_stay_with_their_content_type() {
    let mut package = package(&written("## Một\n| a | 1 |"));
    let types = package.text("[Content_Types].xml").unwrap();
    let main = "application/vnd.ms-excel.sheet.macroEnabled.main+xml";
    let plain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
    package.set("[Content_Types].xml", types.replace(plain, main).into_bytes());
    package
        .declare_extension("bin", "application/vnd.ms-office.vbaProject")
        .unwrap();
    let uri = "http://schemas.microsoft.com/office/2006/relationships/vbaProject";
    package
        .relate_as("xl/workbook.xml", uri, Points::ToPart("xl/vbaProject.bin"))
        .unwrap();
    package.set("xl/vbaProject.bin", *b"\xD0\xCF\x11\xE0 macros");
    let source = package.write().unwrap();
    let copy = marked(&source, vec![finding("Một", "B1")]);
    assert_eq!((copy.ending, copy.converted), ("xlsm", false));
    let after = self::package(&copy.bytes);
    assert_eq!(after.content_type("xl/workbook.xml").unwrap().as_deref(), Some(main));
    assert_eq!(
        after.content_type("xl/vbaProject.bin").unwrap().as_deref(),
        Some("application/vnd.ms-office.vbaProject")
    );
    assert_eq!(after.part("xl/vbaProject.bin").unwrap(), b"\xD0\xCF\x11\xE0 macros");
    let relationships = after.relationships("xl/workbook.xml").unwrap();
    assert!(
        relationships
            .iter()
            .any(|own| own.uri == uri && own.target == "xl/vbaProject.bin")
    );
}

#[test]
fn a_digital_signature_is_left_out_and_told() {
    let mut package = package(&written("## Một\n| a | 1 |"));
    let before: Vec<String> = package.names().map(str::to_owned).collect();
    let kind =
        |end: &str| format!("http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/{end}");
    let folder = |name: &str| format!("_xmlsignatures/{name}");
    for (from, end, to) in [
        ("", "origin", "origin.sigs"),
        ("_xmlsignatures/origin.sigs", "signature", "sig1.xml"),
        ("_xmlsignatures/sig1.xml", "certificate", "cert.cer"),
    ] {
        package
            .relate_as(from, &kind(end), Points::ToPart(&folder(to)))
            .unwrap();
        package.declare_part(&folder(to), "application/x-signature").unwrap();
        package.set(&folder(to), *b"<x/>");
    }
    let copy = marked(&package.write().unwrap(), vec![finding("Một", "B1")]);
    let after = self::package(&copy.bytes);
    assert!(!after.names().any(|name| name.starts_with("_xmlsignatures")));
    assert!(before.iter().all(|name| after.has(name)));
    assert!(!text(&copy.bytes, "_rels/.rels").contains("signature"));
    assert!(!text(&copy.bytes, "[Content_Types].xml").contains("signature"));
    assert!(
        copy.remarks[0]
            .vi
            .starts_with("Chữ ký số của tệp gốc không có trong bản này")
    );
    assert!(text(&copy.bytes, "xl/worksheets/sheet2.xml").contains("Chữ ký số của tệp gốc"));
}

#[test]
fn cells_without_a_note_are_counted_in_the_list_whose_header_repeats_where_it_stands() {
    let source = written("## Một\n| a |");
    let mut many = finding("Một", "A1");
    many.more = (1..MOST_NOTES as u32 + 12).map(|row| CellRef::new(row, 0)).collect();
    let copy = marked(&source, vec![many]);
    let remark = "Trang “Một”: 5000 ô đầu có ghi chú, 12 ô sau chỉ được tô màu";
    assert_eq!(
        copy.remarks.iter().map(|remark| &*remark.vi).collect::<Vec<_>>(),
        [remark]
    );
    let list = text(&copy.bytes, "xl/worksheets/sheet2.xml");
    assert!(list.contains(remark) && list.contains("topLeftCell=\"A6\""), "{list}");
    assert_eq!(
        text(&copy.bytes, "xl/comments1.xml").matches("<comment ").count(),
        MOST_NOTES
    );
    assert!(text(&copy.bytes, "xl/workbook.xml").contains("'Lỗi cần sửa'!$5:$5"));
    // Marked again with less to tell, the header moves up.
    let again = marked(&copy.bytes, vec![finding("Một", "A1")]);
    let book = text(&again.bytes, "xl/workbook.xml");
    assert!(
        book.contains("'Lỗi cần sửa'!$4:$4") && !book.contains("$5:$5"),
        "{book}"
    );
}

#[test]
fn the_box_of_a_note_has_room_for_all_its_lines() {
    let source = written("## Một\n| a |");
    let height = |count: usize| {
        let say = |number| {
            let message = Text::new(format!("sai {number}"), "wrong");
            Diagnostic {
                message,
                ..finding("Một", "A1")
            }
        };
        let copy = marked(&source, (0..count).map(say).collect());
        let drawing = text(&copy.bytes, "xl/drawings/vmlDrawing1.vml");
        let (_, rest) = drawing.split_once("pt;height:").unwrap();
        rest.split_once("pt").unwrap().0.parse::<usize>().unwrap()
    };
    // Each adds a blank line, what is wrong and what to do, at 13 points each.
    assert!(height(4) >= height(1) + 9 * 13, "{} {}", height(1), height(4));
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
