//! What a user or an attacker may hand in, and what is read from it.

use crate::markdown_workbook::{set_property, workbook, workbook_with};
use jiff::civil::date;

use super::*;

fn read(bytes: &[u8]) -> Result<Workbook, Error> {
    super::read(bytes, &Limits::default())
}

/// The same workbook with a part changed.
fn with_part(bytes: &[u8], part: &str, change: impl FnOnce(String) -> String) -> Vec<u8> {
    let mut package = Package::read(bytes, &opc::Limits::default()).expect("a package");
    let old = package
        .part(part)
        .map(|bytes| String::from_utf8(bytes).expect("text"))
        .unwrap_or_default();
    package.set(part, change(old).into_bytes());
    package.write().expect("a package")
}

fn with_sheet_data(rows: &str) -> Vec<u8> {
    with_part(&workbook("## A\n| x |"), "xl/worksheets/sheet1.xml", |_| {
        format!(
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}\
             </sheetData></worksheet>"
        )
    })
}

fn cell(workbook: &Workbook, row: u32, column: u32) -> Option<&Cell> {
    workbook.sheets[0]
        .rows
        .iter()
        .find(|found| found.index == row)?
        .cell(column)
}

fn raw(workbook: &Workbook, row: u32, column: u32) -> Raw {
    cell(workbook, row, column).expect("a cell").raw.clone()
}

#[test]
fn cells_keep_the_meaning_of_their_format() {
    let bytes = workbook("## A\n| 258 | 130.7% | 2023-12-15 | TRUE | \"258\" | a\\nb | =1/0 -> #DIV/0! |\n\n| x |");
    let workbook = read(&bytes).expect("a workbook");
    assert_eq!(raw(&workbook, 0, 0), Raw::Number(258.0));
    assert_eq!(raw(&workbook, 0, 1), Raw::Percent(1.307));
    assert_eq!(raw(&workbook, 0, 2), Raw::Date(date(2023, 12, 15)));
    assert_eq!(raw(&workbook, 0, 3), Raw::Flag(true));
    assert_eq!(raw(&workbook, 0, 4), Raw::Text("258".into()));
    assert_eq!(raw(&workbook, 0, 5), Raw::Text("a\nb".into()));
    assert_eq!(raw(&workbook, 0, 6), Raw::Error("#DIV/0!".into()));
    assert_eq!(workbook.sheets[0].rows.len(), 2);
}

#[test]
fn text_is_nfc_with_plain_line_breaks_and_without_its_runs() {
    let bytes = with_sheet_data(
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><r><t>Ke\u{302}\u{301} </t></r><r><t xml:space=\"preserve\"> hoạch</t></r></is></c>\
         <c r=\"B1\" t=\"inlineStr\"><is><t>a_x000D_\nb\r\nc&amp;d</t></is></c>\
         <c r=\"C1\" t=\"inlineStr\"><is><t></t></is></c></row>",
    );
    let workbook = read(&bytes).expect("a workbook");
    assert_eq!(raw(&workbook, 0, 0), Raw::Text("Kế hoạch".into()));
    assert_eq!(raw(&workbook, 0, 1), Raw::Text("a\nb\nc&d".into()));
    assert_eq!(cell(&workbook, 0, 2).map(|cell| &cell.raw), None);
}

#[test]
fn a_workbook_of_the_1904_date_system_gives_the_same_dates() {
    let bytes = with_part(&workbook("## A\n| 2023-12-15 |"), "xl/workbook.xml", |xml| {
        xml.replace("<workbookPr", "<workbookPr date1904=\"1\"")
    });
    let bytes = with_part(&bytes, "xl/worksheets/sheet1.xml", |xml| {
        xml.replace("<v>45275</v>", "<v>43813</v>")
    });
    assert_eq!(
        raw(&read(&bytes).expect("a workbook"), 0, 0),
        Raw::Date(date(2023, 12, 15))
    );
}

#[test]
fn formulas_are_told_from_values_and_from_results_never_computed() {
    let workbook = read(&workbook("## A\n| 1 | =A1+1 -> 2 | =A1+1 |")).expect("a workbook");
    let formulas: Vec<Formula> = workbook.sheets[0].rows[0]
        .cells
        .iter()
        .map(|cell| cell.formula)
        .collect();
    assert_eq!(formulas, [Formula::None, Formula::Computed, Formula::NotComputed]);

    let bytes = with_sheet_data(
        "<row r=\"2\"><c r=\"A2\"><f>1+1</f></c><c r=\"B2\"><f>1+1</f><v></v></c>\
         <c r=\"C2\" t=\"str\"><f>IF(A1=\"\",\"\",1)</f><v></v></c><c r=\"D2\" t=\"e\"><f>X()</f><v>#SPILL!</v></c></row>",
    );
    let workbook = read(&bytes).expect("a workbook");
    assert_eq!(cell(&workbook, 1, 0).expect("A2").formula, Formula::NotComputed);
    assert_eq!(cell(&workbook, 1, 1).expect("B2").formula, Formula::NotComputed);
    assert!(cell(&workbook, 1, 2).is_none());
    assert_eq!(raw(&workbook, 1, 3), Raw::Error("#SPILL!".into()));
}

#[test]
fn hidden_and_merged_places_are_known() {
    let bytes = workbook("## A\n| x | < |\n| y | | {hidden}\n## B {hidden}\n| z |");
    let workbook = read(&bytes).expect("a workbook");
    let hidden: Vec<bool> = workbook.sheets[0].rows.iter().map(|row| row.hidden).collect();
    assert_eq!(hidden, [false, true]);
    assert_eq!(workbook.sheets[0].merged, [(CellRef::new(0, 0), CellRef::new(0, 1))]);
    assert!(workbook.sheets[1].hidden);
}

#[test]
fn hidden_columns_and_custom_properties_are_known() {
    let bytes = workbook_with("## A\n| x |", |workbook| {
        workbook
            .worksheet_from_index(0)
            .expect("a sheet")
            .set_column_hidden(2)
            .expect("a column");
        set_property(workbook, "baocao.pack", "bc-thử");
    });
    let workbook = read(&bytes).expect("a workbook");
    assert_eq!(workbook.sheets[0].hidden_columns, [(2, 2)]);
    assert_eq!(
        workbook.properties.get("baocao.pack").map(String::as_str),
        Some("bc-thử")
    );
}

#[test]
fn other_files_are_named_with_the_way_out() {
    let ole = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &[0; 600], &name].concat()
    };
    let zip = |part: &str| {
        let mut package = Package::new();
        package.set(part, b"x".to_vec());
        package.write().expect("a package")
    };
    for (bytes, code) in [
        (Vec::new(), "tep/rong"),
        (ole("Workbook"), "tep/xls-cu"),
        (ole("EncryptedPackage"), "tep/mat-khau"),
        (ole("WordDocument"), "tep/khong-phai-excel"),
        (b"\xEF\xBB\xBF <html><table>".to_vec(), "tep/trang-web"),
        ("STT,Tên\n1,An".into(), "tep/van-ban-thuan"),
        (b"%PDF-1.7".to_vec(), "tep/pdf"),
        (b"\x00\x01\x02".to_vec(), "tep/khong-ro"),
        (zip("mimetype"), "tep/opendocument"),
        (zip("word/document.xml"), "tep/khong-phai-excel"),
        (zip("xl/workbook.bin"), "tep/xlsb"),
        (zip("a.txt"), "tep/khong-ro"),
        (b"PK\x03\x04 cut off".to_vec(), "tep/hong"),
    ] {
        let error = read(&bytes).expect_err(code);
        assert_eq!(error.code(), code);
        assert!(!error.hint().vi.is_empty());
    }
    assert!(
        Error::OldExcel
            .hint()
            .vi
            .contains("Tệp > Lưu như > Excel Workbook (*.xlsx)")
    );
}

#[test]
fn a_damaged_workbook_never_panics() {
    let bytes = workbook("## A\n| 258 | =A1 -> 3 | a\\nb | < |\n| x | y | z | {hidden}");
    for cut in (0..bytes.len()).step_by(37) {
        let _ = read(&bytes[..cut]);
        let mut flipped = bytes.clone();
        flipped[cut] ^= 0x55;
        let _ = read(&flipped);
    }
    for part in [
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "xl/sharedStrings.xml",
        "_rels/.rels",
    ] {
        for text in [
            "",
            "<",
            "<a/>",
            "<sst",
            "<worksheet/>",
            "<worksheet><sheetData><row><c><v>",
        ] {
            let _ = read(&with_part(&bytes, part, |_| text.to_owned()));
        }
    }
}

#[test]
fn the_last_cell_of_excel_is_harmless_and_what_lies_beyond_is_damage() {
    let bytes = with_sheet_data("<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>");
    let workbook = read(&bytes).expect("a workbook");
    assert_eq!(raw(&workbook, 1_048_575, 16_383), Raw::Number(1.0));
    for place in [
        "XFE1",
        "A1048577",
        "A4294967295",
        "A99999999999",
        "ZZZZZZZZZZ1",
        "A0",
        "1",
        "",
        "Ạ1",
    ] {
        let rows = format!("<row><c r=\"{place}\"><v>1</v></c></row>");
        assert!(
            matches!(read(&with_sheet_data(&rows)), Err(Error::Damaged(_))),
            "{place}"
        );
    }
}

#[test]
fn rows_out_of_order_are_put_in_order() {
    let bytes = with_sheet_data(
        "<row r=\"3\"><c r=\"B3\"><v>3</v></c><c r=\"A3\"><v>2</v></c></row><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>\
         <row r=\"3\"><c r=\"C3\"><v>4</v></c></row>",
    );
    let workbook = read(&bytes).expect("a workbook");
    let rows: Vec<u32> = workbook.sheets[0].rows.iter().map(|row| row.index).collect();
    assert_eq!(rows, [0, 2]);
    let columns: Vec<u32> = workbook.sheets[0].rows[1]
        .cells
        .iter()
        .map(|cell| cell.column)
        .collect();
    assert_eq!(columns, [0, 1, 2]);
}

#[test]
fn every_limit_is_told_by_name() {
    let bytes = workbook("## A\n| x | y | < |\n| z |\n## B\n| 1 |");
    let unlimited = Limits::default();
    let limit = |limits: Limits| match super::read(&bytes, &limits) {
        Err(Error::TooLarge(limit)) => limit,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        limit(Limits {
            file_bytes: 9,
            ..unlimited
        }),
        Limit::FileBytes(9)
    );
    assert_eq!(
        limit(Limits {
            part_bytes: 9,
            ..unlimited
        }),
        Limit::InflatedBytes(unlimited.total_bytes)
    );
    assert_eq!(
        limit(Limits {
            total_bytes: 99,
            ..unlimited
        }),
        Limit::InflatedBytes(99)
    );
    assert_eq!(limit(Limits { sheets: 1, ..unlimited }), Limit::Sheets(1));
    assert_eq!(
        limit(Limits {
            shared_strings: 2,
            ..unlimited
        }),
        Limit::SharedStrings(2)
    );
    assert_eq!(limit(Limits { cells: 3, ..unlimited }), Limit::Cells(3));
    assert_eq!(limit(Limits { rows: 1, ..unlimited }), Limit::Rows(1));
    assert_eq!(
        limit(Limits {
            text_length: 0,
            ..unlimited
        }),
        Limit::TextLength(0)
    );
    assert_eq!(limit(Limits { merged: 0, ..unlimited }), Limit::Merged(0));
}

#[test]
fn bombs_cost_nothing() {
    let bytes = workbook("## A\n| x |");
    let claim = with_part(&bytes, "xl/sharedStrings.xml", |xml| {
        xml.replace("uniqueCount=\"1\"", "uniqueCount=\"9223372036854775807\"")
    });
    assert!(matches!(read(&claim), Err(Error::TooLarge(Limit::SharedStrings(_)))));
    let entities = with_part(&bytes, "xl/sharedStrings.xml", |_| {
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><sst count=\"1\"><si><t>&b;</t></si></sst>"
            .to_owned()
    });
    assert!(matches!(read(&entities), Err(Error::Damaged(_))));
    let name = "x".repeat(1 << 20);
    let styles = with_part(&bytes, "xl/styles.xml", |xml| xml.replace("Calibri", &name));
    assert!(matches!(read(&styles), Err(Error::Damaged(_))));
    let limits = Limits {
        part_bytes: 1 << 20,
        ..Limits::default()
    };
    let zip_bomb = with_sheet_data(&" ".repeat(2 << 20));
    assert!(matches!(super::read(&zip_bomb, &limits), Err(Error::TooLarge(_))));
    let brackets = with_part(&bytes, "xl/styles.xml", |xml| {
        let format = "[".repeat(300);
        xml.replace(
            "<fonts",
            &format!("<numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"{format}\"/></numFmts><fonts"),
        )
        .replace("numFmtId=\"0\"", "numFmtId=\"164\"")
    });
    let _ = read(&brackets);
}
