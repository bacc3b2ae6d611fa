//! What broke other readers, built again from the reports of calamine, xlrd, SheetJS, excelize, libxls, NPOI and POI: each
//! ends in the figures or in a message that fits.

use super::*;
use crate::markdown_workbook::workbook;
use crate::other_containers::{Records, ods_package, package, wide, xlsb_of, xlsb_parts};
use crate::xls_workbook::{Xls, compound};

/// A sheet whose only row is `258 | x`, in any container.
const MARKDOWN: &str = "## A\n| 258 | x |";

/// The texts and numbers of the first sheet, or the code of the error.
fn outcome(bytes: &[u8]) -> String {
    match read(bytes, &Limits::default()) {
        Err(error) => error.code().to_owned(),
        Ok(workbook) => {
            let cells = workbook.sheets.first().into_iter().flat_map(|sheet| &sheet.rows);
            let cells = cells.flat_map(|row| row.cells.iter().map(|cell| (row.index, cell)));
            let told = cells.map(|(row, cell)| {
                let at = CellRef::new(row, cell.column);
                match &cell.raw {
                    Raw::Text(text) => format!("{at}={text}"),
                    Raw::Number(number) => format!("{at}={number}"),
                    other => format!("{at}={other:?}"),
                }
            });
            told.collect::<Vec<_>>().join(" ")
        }
    }
}

const WHOLE: &str = "A1=258 B1=x";
const DAMAGED: &str = "tep/hong";

/// The parts of the sheet as .xlsx, by name.
fn xlsx_parts() -> Vec<(String, String)> {
    let package = Package::read(workbook(MARKDOWN), &opc::Limits::default()).expect("a package");
    let part = |name: &str| (name.to_owned(), package.text(name).expect("text"));
    package.names().map(part).collect()
}

fn xlsx(change: impl Fn(&mut String, &mut String)) -> String {
    let mut parts = xlsx_parts();
    for (name, content) in &mut parts {
        change(name, content);
    }
    let parts: Vec<(&str, Vec<u8>)> = parts
        .iter()
        .map(|(name, content)| (name.as_str(), content.clone().into_bytes()))
        .collect();
    outcome(&package(&parts))
}

fn xlsx_text(from: &str, to: &str) -> String {
    let is_there = xlsx_parts().iter().any(|(_, content)| content.contains(from));
    assert!(is_there, "no {from}");
    xlsx(|_, content| *content = content.replace(from, to))
}

#[test]
fn packages_that_are_named_or_written_oddly_are_read() {
    assert_eq!(xlsx(|_, _| ()), WHOLE);
    // calamine 530, POI 49609: backslashes.
    assert_eq!(xlsx(|name, _| *name = name.replace('/', "\\")), WHOLE);
    // SheetJS 439, calamine 419: letters of another case.
    assert_eq!(
        xlsx(|name, _| *name = name.replace("sharedS", "SharedS").replace("sheet1", "Sheet1")),
        WHOLE
    );
    // calamine 221: another prefix for relationships.
    assert_eq!(
        xlsx(|_, content| *content = content
            .replace("xmlns:r=", "xmlns:relationships=")
            .replace(" r:id=", " relationships:id=")),
        WHOLE
    );
    // calamine 261: no places.
    assert_eq!(
        xlsx(|_, content| *content = content
            .replace(" r=\"A1\"", "")
            .replace(" r=\"B1\"", "")
            .replace(" r=\"1\"", "")),
        WHOLE
    );
    // An empty style, empty texts before the one that is meant.
    assert_eq!(xlsx_text("<c r=\"A1\"", "<c s=\"\" r=\"A1\""), WHOLE);
    assert_eq!(
        xlsx(|_, content| *content = content
            .replace("<si>", "<si/><si></si><si>")
            .replace("<v>0</v>", "<v>2</v>")),
        WHOLE
    );
    // oletools' samples: a sheet of Excel 4 macros beside the figures.
    let macros = |_: &mut String, content: &mut String| {
        *content = content
            .replace("<sheets>", "<sheets><sheet name=\"Macro1\" sheetId=\"9\" r:id=\"rId9\"/>")
            .replace("</Relationships>", "<Relationship Id=\"rId9\" Type=\"http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet\" Target=\"macrosheets/sheet1.xml\"/></Relationships>");
    };
    assert_eq!(xlsx(macros), WHOLE);
    // A prefix for everything.
    let prefixed = |name: &mut String, content: &mut String| {
        if name.starts_with("xl/") && name.ends_with(".xml") && !name.contains("theme") {
            *content = content
                .replace("</", "</x:")
                .replace('<', "<x:")
                .replace("<x:/x:", "</x:")
                .replace("<x:?", "<?");
            *content = content.replace("xmlns=", "xmlns:x=");
        }
    };
    assert_eq!(xlsx(prefixed), WHOLE);
}

#[test]
fn a_page_printed_to_a_package_is_no_damaged_workbook() {
    let relationships = "<Relationships><Relationship Id=\"r1\" Type=\"http://schemas.microsoft.com/xps/2005/06/fixedrepresentation\" \
                         Target=\"/FixedDocSeq.fdseq\"/></Relationships>";
    let page = package(&[("_rels/.rels", relationships.into()), ("FixedDocSeq.fdseq", vec![])]);
    assert_eq!(outcome(&page), "tep/khong-ro");
}

#[test]
fn places_and_texts_that_are_not_there_are_damage() {
    // excelize, GHSA-h69g-9hx6-f3v4: rows of any number.
    for row in ["2147483647", "-1", "0", "4294967296", "1048577"] {
        let told = xlsx(|_, content| {
            *content = content
                .replace("<row r=\"1\"", &format!("<row r=\"{row}\""))
                .replace(" r=\"A1\"", "")
                .replace(" r=\"B1\"", "")
        });
        assert_eq!(told, DAMAGED, "{row}");
    }
    // excelize, GHSA-fx5j-qcqg-grpf: texts of any number.
    for index in ["-1", "1", " 0", "0x", "4294967295", "18446744073709551616", "x", ""] {
        let told = xlsx_text("<v>0</v>", &format!("<v>{index}</v>"));
        assert_eq!(told, if index.is_empty() { "A1=258" } else { DAMAGED }, "{index}");
    }
    // POI: cells that share a text longer than a cell holds.
    assert_eq!(
        xlsx_text("<t>x</t>", &format!("<t>{}</t>", "x".repeat(1 << 20))),
        "tep/qua-lon"
    );
}

#[test]
fn a_size_of_a_sheet_that_begins_before_it_is_damage() {
    // calamine 285: Excel and LibreOffice don't mind, calamine does; saving it again in Excel mends it, as the hint says.
    let told = xlsx_text("<dimension ref=\"A1:B1\"/>", "<dimension ref=\"A0:AZ48943\"/>");
    assert_eq!(told, DAMAGED);
}

#[test]
fn rows_that_are_only_declared_cost_nothing() {
    // calamine 594: 17,000 million empty cells.
    let empty = "<table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell \
                 table:number-columns-repeated=\"16384\"/></table:table-row>";
    let tables = |rows: &str| {
        outcome(&ods_package(
            "",
            "",
            &format!("<table:table table:name=\"A\">{rows}</table:table>"),
        ))
    };
    let filled =
        "<table:table-row><table:table-cell office:value-type=\"float\" office:value=\"258\"/></table:table-row>";
    assert_eq!(tables(empty), "");
    assert_eq!(tables(&format!("{filled}{}", empty.repeat(1000))), "A1=258");
    // ToucanToco/fastexcel 487: a value in the last cell.
    let last = "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>";
    assert_eq!(xlsx_text("</sheetData>", last), format!("{WHOLE} XFD1048576=1"));
}

#[test]
fn compound_files_whose_header_lies_are_read_or_damaged() {
    let stream = Xls::new(MARKDOWN).stream();
    let whole = compound(&[("Workbook", stream.clone())]);
    assert_eq!(outcome(&whole), WHOLE);
    let with = |place: usize, number: u32| {
        let mut bytes = whole.clone();
        bytes[place..place + 4].copy_from_slice(&number.to_le_bytes());
        outcome(&bytes)
    };
    for number in [u32::MAX, u32::MAX - 8, 0x7FFF_FFFF, 1 << 20] {
        // calamine 684: how many sectors the tables have; where they begin.
        for place in [44, 64, 72] {
            assert_eq!(with(place, number), WHOLE, "{place}");
        }
        for place in [48, 60, 68, 76] {
            let told = with(place, number);
            assert!(
                [WHOLE, DAMAGED, "tep/khong-phai-excel"].contains(&told.as_str()),
                "{place} {told}"
            );
        }
    }
    // calamine 550: a table of zeros, in which no chain ends.
    let mut zeros = whole.clone();
    let table = u32::from_le_bytes(whole[76..80].try_into().expect("four bytes")) as usize * 512 + 512;
    zeros[table..].fill(0);
    assert_eq!(outcome(&zeros), DAMAGED);
    // NPOI 1844: a stream that says it is longer than its chain.
    let directory = u32::from_le_bytes(whole[48..52].try_into().expect("four bytes")) as usize * 512 + 512;
    assert_eq!(with(directory + 128 + 120, 0x7FFF_FFFF), WHOLE);
    // calamine 618: names in capitals.
    assert_eq!(outcome(&compound(&[("WORKBOOK", stream)])), WHOLE);
    let stream = Xls::new(MARKDOWN).excel_95(1252).stream();
    assert_eq!(outcome(&compound(&[("BOOK", stream)])), WHOLE);
}

/// A record of an .xls file.
fn record(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), body].concat()
}

/// The sheet as a bare stream, with records in front of the end of its cells.
fn xls_with(records: &[Vec<u8>]) -> String {
    let stream = Xls::new(MARKDOWN).stream();
    let end = stream.len() - 4;
    outcome(&[&stream[..end], &records.concat(), &stream[end..]].concat())
}

#[test]
fn records_of_an_old_workbook_that_lie_are_passed_over_or_damage() {
    // calamine 444: more merged ranges than the record holds; ranges behind the last cell.
    for body in [
        vec![0xFF, 0xFF],
        vec![],
        [&[1, 0][..], &[0xFF; 8]].concat(),
        [&[1, 0][..], &[9, 0, 1, 0, 9, 0, 1, 0]].concat(),
    ] {
        let told = xls_with(&[record(0x00E5, &body)]);
        assert!([WHOLE, DAMAGED].contains(&told.as_str()), "{body:?} {told}");
    }
    // calamine 150: a size that ends before it begins.
    assert_eq!(
        xls_with(&[record(0x0200, &[9, 0, 0, 0, 1, 0, 0, 0, 9, 0, 1, 0, 0, 0])]),
        WHOLE
    );
    // calamine 646, 721, libxls 147: formulas of functions that nobody knows, cut short, longer than they are.
    let formula = |tokens: &[u8], length: u16| {
        let body = [
            &[1, 0, 0, 0, 0, 0][..],
            &7f64.to_le_bytes(),
            &[0; 6],
            &length.to_le_bytes(),
            tokens,
        ]
        .concat();
        xls_with(&[record(0x0006, &body)])
    };
    for (tokens, length) in [
        (&[0x41, 0xFF, 0xFF][..], 3),
        (&[0x01, 0, 0], 0xFFFF),
        (&[0x17, 0xFF], 2),
        (&[], 0),
    ] {
        assert_eq!(formula(tokens, length), format!("{WHOLE} A2=7"));
    }
    // calamine 612: names of places on sheets that are not there, before the sheets.
    let stream = Xls::new(MARKDOWN).excel_95(1252).stream();
    assert_eq!(outcome(&stream), WHOLE);
    // libxls 161: a font that is not there.
    assert_eq!(
        xls_with(&[record(
            0x0203,
            &[&[1, 0, 0, 0, 0xFF, 0x0F][..], &7f64.to_le_bytes()].concat()
        )]),
        format!("{WHOLE} A2=7")
    );
}

#[test]
fn records_of_a_binary_workbook_are_passed_over_by_their_length() {
    // calamine 666: the length of a record that looks like the end of the sheets, or like a sheet.
    let book = read(&workbook(MARKDOWN), &Limits::default()).expect("a workbook");
    for length in [143, 144, 145, 156, 20_000] {
        let mut parts = xlsb_parts(&book);
        let (_, tabs) = parts
            .iter_mut()
            .find(|(name, _)| name == "xl/workbook.bin")
            .expect("a part");
        let mut records = Records::default();
        records.add(131, &[]).add(2071, &[&vec![0; length]]);
        *tabs = [&records.0, &tabs[3..]].concat();
        assert_eq!(outcome(&xlsb_of(&parts)), WHOLE, "{length}");
    }
    // A sheet without an end, and a name that claims to be long.
    for body in [wide("A"), vec![0xFF; 4], vec![]] {
        let mut parts = xlsb_parts(&book);
        let (_, tabs) = parts
            .iter_mut()
            .find(|(name, _)| name == "xl/workbook.bin")
            .expect("a part");
        let mut records = Records::default();
        records.add(131, &[]).add(143, &[]).add(156, &[&body]);
        *tabs = records.0;
        assert_eq!(outcome(&xlsb_of(&parts)), DAMAGED);
    }
}
