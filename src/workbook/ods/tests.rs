//! What LibreOffice, Excel or an attacker may write into an .ods, and what is read from it.

use jiff::civil::date;

use crate::diagnostic::CellRef;
use crate::markdown_workbook::{set_property, workbook, workbook_with};
use crate::opc::{self, Package};
use crate::other_containers::{ods, ods_package};
use crate::value::Raw;
use crate::workbook::{Container, Error, Formula, Limit, Limits, Sheet, Workbook, read};

fn open(bytes: &[u8]) -> Result<Workbook, Error> {
    read(bytes, &Limits::default())
}

/// The first sheet of a workbook of some tables.
fn sheet(tables: &str) -> Sheet {
    styled("", tables)
}

fn styled(styles: &str, tables: &str) -> Sheet {
    let workbook = open(&ods_package("", styles, tables)).expect("a workbook");
    workbook.sheets.into_iter().next().expect("a sheet")
}

fn table(rows: &str) -> String {
    format!("<table:table table:name=\"A\">{rows}</table:table>")
}

fn row(cells: &str) -> String {
    table(&format!("<table:table-row>{cells}</table:table-row>"))
}

fn text_cell(content: &str) -> String {
    format!("<table:table-cell office:value-type=\"string\">{content}</table:table-cell>")
}

/// All cells as `A1 Text("x")`.
fn cells(sheet: &Sheet) -> Vec<String> {
    let cells = sheet
        .rows
        .iter()
        .flat_map(|row| row.cells.iter().map(|cell| (row.index, cell)));
    cells
        .map(|(row, cell)| format!("{} {:?}", CellRef::new(row, cell.column), cell.raw))
        .collect()
}

fn error(tables: &str) -> Error {
    open(&ods_package("", "", tables)).expect_err("refused")
}

#[test]
fn a_workbook_says_the_same_as_ods_as_it_does_as_xlsx() {
    let bytes = workbook_with(
        "## Chỉ tiêu
        | Danh mục | < | a\\nb & <c> |
        | ^ | 258 | 130.7% | 2023-12-15 | TRUE | \"258\" |

        | =1+1 -> 2 | =A1/0 -> #DIV/0! | =A1+1 | {hidden}
        | {rich} **Tập thể** xã ***giỏi*** | {rich} a *b*\\nc |
        ## Ẩn {hidden}
        | -1.5 |",
        |workbook| {
            set_property(workbook, "baocao.pack", "bc-thử");
            let sheet = workbook.worksheet_from_index(0).expect("a sheet");
            sheet.set_column_hidden(7).expect("a column");
        },
    );
    let mut xlsx = open(&bytes).expect("a workbook");
    let found = open(&ods(&xlsx)).expect("a workbook");
    assert_eq!(found.container, Container::Ods);
    assert_eq!(found.sheets[0].formats.len(), 2);
    xlsx.container = Container::Ods;
    for cell in xlsx
        .sheets
        .iter_mut()
        .flat_map(|sheet| &mut sheet.rows)
        .flat_map(|row| &mut row.cells)
    {
        // A formula without a result has a zero there, and nothing here.
        if cell.formula == Formula::NotComputed {
            cell.raw = Raw::Text("".into());
        }
    }
    assert_eq!(format!("{found:#?}"), format!("{xlsx:#?}"));
}

#[test]
fn numbers_keep_the_meaning_of_their_type_and_style() {
    let styles = "<number:percentage-style style:name=\"N10\"/><number:number-style style:name=\"N2\"/>\
        <style:style style:name=\"ce1\" style:family=\"table-cell\" style:data-style-name=\"N10\"/>\
        <style:style style:name=\"ce2\" style:family=\"table-cell\" style:parent-style-name=\"ce1\"/>\
        <style:style style:name=\"ce3\" style:family=\"table-cell\" style:parent-style-name=\"ce1\" style:data-style-name=\"N2\"/>";
    let cell = |attributes: &str| format!("<table:table-cell {attributes}><text:p>thấy</text:p></table:table-cell>");
    let float = "office:value-type=\"float\" office:value=\"1.307\"";
    let all = [
        cell(float),
        cell("office:value-type=\"percentage\" office:value=\"1.307\""),
        cell(&format!("table:style-name=\"ce1\" {float}")),
        cell(&format!("table:style-name=\"ce2\" {float}")),
        cell(&format!("table:style-name=\"ce3\" {float}")),
        cell("office:value-type=\"currency\" office:currency=\"VND\" office:value=\"1e3\""),
        cell("office:value-type=\"date\" office:date-value=\"2023-12-15T07:00:00\""),
        cell("office:value-type=\"time\" office:time-value=\"PT06H00M00S\""),
        cell("office:value-type=\"boolean\" office:boolean-value=\"true\""),
        cell("office:value-type=\"string\" office:string-value=\"258\""),
        // What is no value shows what it is.
        cell("office:value-type=\"float\" office:value=\"nan\""),
        cell("office:value-type=\"date\" office:date-value=\"hôm qua\""),
        cell(""),
    ];
    let sheet = styled(styles, &row(&all.concat()));
    let raws: Vec<&Raw> = sheet.rows[0].cells.iter().map(|cell| &cell.raw).collect();
    let shown = Raw::Text("thấy".into());
    assert_eq!(
        raws,
        [
            &Raw::Number(1.307),
            &Raw::Percent(1.307),
            &Raw::Percent(1.307),
            &Raw::Percent(1.307),
            &Raw::Number(1.307),
            &Raw::Number(1000.0),
            &Raw::Date(date(2023, 12, 15)),
            &Raw::Number(0.25),
            &Raw::Flag(true),
            &Raw::Text("258".into()),
            &shown,
            &shown,
            &shown,
        ]
    );
}

#[test]
fn cells_without_a_style_take_that_of_their_row_or_column() {
    let styles = "<number:percentage-style style:name=\"N10\"/>\
        <style:style style:name=\"p\" style:family=\"table-cell\" style:data-style-name=\"N10\"/>\
        <style:style style:name=\"d\" style:family=\"table-cell\"/>";
    let one = "<table:table-cell office:value-type=\"float\" office:value=\"1\"/>";
    let rows = format!(
        "<table:table-columns><table:table-column table:number-columns-repeated=\"2\"/>\
         <table:table-column table:default-cell-style-name=\"p\"/></table:table-columns>\
         <table:table-row>{one}{one}{one}{one}</table:table-row>\
         <table:table-row table:default-cell-style-name=\"p\">{one}<table:table-cell table:style-name=\"d\" \
         office:value-type=\"float\" office:value=\"1\"/></table:table-row>"
    );
    assert_eq!(
        cells(&styled(styles, &table(&rows))),
        [
            "A1 Number(1.0)",
            "B1 Number(1.0)",
            "C1 Percent(1.0)",
            "D1 Number(1.0)",
            "A2 Percent(1.0)",
            "B2 Number(1.0)"
        ]
    );
}

#[test]
fn texts_are_joined_from_all_that_shows_and_nothing_else() {
    for (content, expected) in [
        ("<text:p>a</text:p><text:p/><text:p>b</text:p>", "a\n\nb"),
        (
            "<text:p>a<text:s text:c=\"3\"/>b<text:s/>c<text:tab/>d<text:line-break/>e</text:p>",
            "a   b c\td\ne",
        ),
        ("<text:p>  a  b </text:p>", "  a  b "),
        ("<text:p>\n  a\n\tb</text:p>", "  a b"),
        (
            "<text:p>x <text:a xlink:href=\"http://a\">đường <text:span>dẫn</text:span></text:a></text:p>",
            "x đường dẫn",
        ),
        (
            "<text:p>&lt;&#272;&amp;<![CDATA[<b>]]>Ke\u{302}\u{301}</text:p>",
            "<Đ&<b>Kế",
        ),
        (
            "<office:annotation><text:p>ghi chú</text:p></office:annotation><text:p>a</text:p>",
            "a",
        ),
        (
            "<text:p>a</text:p><draw:frame><draw:text-box><text:p>khung</text:p></draw:text-box></draw:frame>",
            "a",
        ),
        (
            "<text:p>a<draw:g><draw:rect><text:p>khung</text:p></draw:rect></draw:g>b</text:p>",
            "ab",
        ),
        (
            "<text:p>a</text:p><table:table table:name=\"B\"><table:table-row><table:table-cell><text:p>con</text:p>\
             </table:table-cell></table:table-row></table:table>",
            "a",
        ),
        (
            "<text:p>a<text:ruby><text:ruby-base>b</text:ruby-base><text:ruby-text>c</text:ruby-text></text:ruby></text:p>",
            "ab",
        ),
    ] {
        let sheet = sheet(&row(&text_cell(content)));
        assert_eq!(
            cells(&sheet),
            [format!("A1 {:?}", Raw::Text(expected.into()))],
            "{content}"
        );
    }
    assert!(sheet(&row(&text_cell("<text:p/>"))).rows.is_empty());
}

#[test]
fn formulas_without_a_result_and_errors_are_told() {
    let formula = |attributes: &str, shown: &str| {
        format!("<table:table-cell table:formula=\"of:=X()\" {attributes}><text:p>{shown}</text:p></table:table-cell>")
    };
    let all = [
        formula("office:value-type=\"float\" office:value=\"0\"", "0"),
        formula("", ""),
        formula("office:value-type=\"float\"", ""),
        formula("office:value-type=\"string\" office:string-value=\"\"", ""),
        formula(
            "office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\"",
            "#N/A",
        ),
        // Programs that know no errors.
        formula("office:value-type=\"float\" office:value=\"0\"", "#DIV/0!"),
        formula("office:value-type=\"float\" office:value=\"0\"", "Err:502"),
        text_cell("<text:p>#DIV/0!</text:p>"),
    ];
    let sheet = sheet(&row(&all.concat()));
    let found: Vec<(u32, &Raw, Formula)> = sheet.rows[0]
        .cells
        .iter()
        .map(|cell| (cell.column, &cell.raw, cell.formula))
        .collect();
    let error = |text: &str| Raw::Error(text.into());
    assert_eq!(
        found,
        [
            (0, &Raw::Number(0.0), Formula::Computed),
            (1, &Raw::Text("".into()), Formula::NotComputed),
            (2, &Raw::Text("".into()), Formula::NotComputed),
            (4, &error("#N/A"), Formula::Computed),
            (5, &error("#DIV/0!"), Formula::Computed),
            (6, &error("Err:502"), Formula::Computed),
            (7, &Raw::Text("#DIV/0!".into()), Formula::None),
        ]
    );
}

#[test]
fn repeated_cells_and_rows_are_written_out_and_empty_ones_cost_nothing() {
    let one = "<table:table-cell table:number-columns-repeated=\"2\" office:value-type=\"float\" office:value=\"1\"/>";
    let empty = "<table:table-cell table:number-columns-repeated=\"2147483647\" table:style-name=\"ce1\"/>";
    let rows = format!(
        "<table:table-row table:number-rows-repeated=\"3\">{empty}</table:table-row>\
         <table:table-row table:number-rows-repeated=\"2\" table:visibility=\"filter\">{one}<table:table-cell/>{one}{empty}</table:table-row>\
         <table:table-row><table:table-cell table:number-columns-spanned=\"3\" office:value-type=\"string\"><text:p>x</text:p></table:table-cell>\
         <table:covered-table-cell table:number-columns-repeated=\"2\"/>{one}</table:table-row>\
         <table:table-row table:number-rows-repeated=\"2147483647\">{empty}</table:table-row>"
    );
    let sheet = sheet(&table(&rows));
    let names: Vec<String> = cells(&sheet)
        .iter()
        .map(|cell| cell.split(' ').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        names,
        ["A4", "B4", "D4", "E4", "A5", "B5", "D5", "E5", "A6", "D6", "E6"]
    );
    assert_eq!(
        sheet.rows.iter().map(|row| row.hidden).collect::<Vec<_>>(),
        [true, true, false]
    );
    assert_eq!(sheet.merged, [(CellRef::new(5, 0), CellRef::new(5, 2))]);
}

#[test]
fn what_is_repeated_counts_against_the_limits_before_it_is_written_out() {
    let cell = |attributes: &str| {
        format!("<table:table-cell office:value-type=\"string\" {attributes}><text:p>x</text:p></table:table-cell>")
    };
    let many = |count: &str| {
        table(&format!(
            "<table:table-row table:number-rows-repeated=\"{count}\">{}</table:table-row>",
            cell("")
        ))
    };
    for count in ["1048576", "2147483648", "99999999999999999999"] {
        assert!(
            matches!(error(&many(count)), Error::TooLarge(Limit::Rows(_))),
            "{count}"
        );
    }
    for count in ["-1", "x", ""] {
        assert!(matches!(error(&many(count)), Error::Damaged(_)), "{count}");
    }
    let wide = |count: &str| row(&cell(&format!("table:number-columns-repeated=\"{count}\"")));
    assert!(matches!(error(&wide("2147483648")), Error::TooLarge(Limit::Cells(_))));
    assert!(matches!(error(&wide("16385")), Error::Damaged(_)));
    assert_eq!(sheet(&wide("16384")).rows[0].cells.len(), 16_384);
    let block = table(&format!(
        "<table:table-row table:number-rows-repeated=\"400000\">{}</table:table-row>",
        cell("table:number-columns-repeated=\"16384\"")
    ));
    assert!(matches!(error(&block), Error::TooLarge(Limit::Cells(_))));
    let merged = row(&cell("table:number-columns-spanned=\"2\"")).replace(
        "<table:table-row",
        "<table:table-row table:number-rows-repeated=\"100001\"",
    );
    assert!(matches!(error(&merged), Error::TooLarge(Limit::Merged(_))));
    let blanks = row(&text_cell("<text:p><text:s text:c=\"4000000000\"/></text:p>"));
    assert!(matches!(error(&blanks), Error::TooLarge(Limit::TextLength(_))));
    let last = table(&format!(
        "<table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell/></table:table-row><table:table-row>{}</table:table-row>",
        cell("")
    ));
    assert!(matches!(error(&last), Error::Damaged(_)));
    let sheets: String = (0..300)
        .map(|index| format!("<table:table table:name=\"{index}\"/>"))
        .collect();
    assert!(matches!(error(&sheets), Error::TooLarge(Limit::Sheets(256))));
}

#[test]
fn only_sheets_of_the_workbook_are_sheets() {
    let cell = text_cell("<text:p>x</text:p>");
    let tables = format!(
        "<table:tracked-changes><table:cell-content-change><table:previous>{cell}</table:previous></table:cell-content-change>\
         </table:tracked-changes>\
         <table:table table:name=\"A\"><office:forms/><table:shapes><draw:frame><draw:text-box><table:table table:name=\"C\"/>\
         </draw:text-box></draw:frame></table:shapes><table:table-header-rows><table:table-row>{cell}</table:table-row>\
         </table:table-header-rows><table:table-row-group><table:table-row>{cell}</table:table-row></table:table-row-group>\
         </table:table>\
         <table:table table:name=\"'file:///C:/a.ods'#B\"><table:table-source/><table:table-row>{cell}</table:table-row></table:table>"
    );
    let workbook = open(&ods_package("", "", &tables)).expect("a workbook");
    assert_eq!(workbook.sheets.len(), 1);
    assert_eq!(cells(&workbook.sheets[0]), ["A1 Text(\"x\")", "A2 Text(\"x\")"]);
    assert!(matches!(
        error("<table:table table:name=\"A\"/><table:table table:name=\"A\"/>"),
        Error::Damaged(_)
    ));
}

#[test]
fn letters_take_their_look_from_their_span_its_parents_and_the_cell() {
    let styles = "<style:style style:name=\"ring\" style:family=\"table-cell\" style:parent-style-name=\"ring\"/>\
        <style:style style:name=\"strong\" style:family=\"table-cell\"><style:text-properties fo:font-weight=\"700\"/></style:style>\
        <style:style style:name=\"cell\" style:family=\"table-cell\" style:parent-style-name=\"strong\"/>\
        <style:style style:name=\"slanted\" style:family=\"text\"><style:text-properties fo:font-style=\"italic\"/></style:style>\
        <style:style style:name=\"thin\" style:family=\"text\" style:parent-style-name=\"slanted\">\
        <style:text-properties fo:font-weight=\"normal\"/></style:style>";
    let cell = |style: &str, content: &str| {
        format!(
            "<table:table-cell table:style-name=\"{style}\" office:value-type=\"string\"><text:p>{content}</text:p></table:table-cell>"
        )
    };
    let content = "đậm <text:span text:style-name=\"slanted\">cả <text:span text:style-name=\"thin\">nghiêng</text:span></text:span>";
    let all = [
        cell("cell", content),
        cell("ring", content),
        cell("cell", "<text:span text:style-name=\"none\">đậm</text:span>"),
    ];
    let sheet = styled(styles, &row(&all.concat()));
    let formats: Vec<String> = sheet
        .formats
        .iter()
        .map(|(at, formats)| {
            let all = formats.iter().map(|f| {
                format!(
                    " {:?}{}{}",
                    f.range,
                    if f.bold { "b" } else { "" },
                    if f.italic { "i" } else { "" }
                )
            });
            format!("{at}{}", all.collect::<String>())
        })
        .collect();
    assert_eq!(formats, ["A1 0..7b 7..12bi 12..20i", "B1 7..20i"]);
}

#[test]
fn other_documents_and_those_with_a_password_are_told() {
    let with = |part: &str, text: &str| {
        let mut package = Package::read(ods_package("", "", &table("")), &opc::Limits::default()).expect("a package");
        package.set(part, text.as_bytes());
        open(&package.write().expect("a package"))
    };
    for (kind, code) in [
        ("application/vnd.oasis.opendocument.text", "tep/khong-phai-excel"),
        (
            "application/vnd.oasis.opendocument.presentation",
            "tep/khong-phai-excel",
        ),
        ("application/epub+zip", "tep/khong-ro"),
    ] {
        assert_eq!(with("mimetype", kind).expect_err(kind).code(), code);
    }
    assert!(with("mimetype", "application/vnd.oasis.opendocument.spreadsheet-template\n").is_ok());
    let encrypted = "<m:manifest><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>";
    assert!(matches!(with("META-INF/manifest.xml", encrypted), Err(Error::Password)));
    assert!(matches!(with("content.xml", "<a/>"), Err(Error::Damaged(_))));
    assert!(matches!(with("content.xml", ""), Err(Error::Damaged(_))));
}

#[test]
fn damage_is_told_or_harmless_and_never_fewer_rows() {
    let xlsx = open(&workbook(
        "## A\n| 258 | =A1 -> 3 | a\\nb | < |\n| x | 10% | {rich} z **z** | {hidden}\n## B\n| 2023-12-15 |",
    ));
    let bytes = ods(&xlsx.expect("a workbook"));
    let package = Package::read(bytes, &opc::Limits::default()).expect("a package");
    let content = package.part("content.xml").expect("a part");
    let with = |content: &[u8]| {
        let mut package = package.clone();
        package.set("content.xml", content);
        open(&package.write_stored().expect("a package"))
    };
    assert!(with(&content).is_ok());
    for cut in 0..content.len() {
        assert!(with(&content[..cut]).is_err(), "{cut}");
    }
    for at in (0..content.len()).step_by(3) {
        for flip in [0x01, 0x10, 0x55] {
            let mut flipped = content.clone();
            flipped[at] ^= flip;
            let _ = with(&flipped);
        }
    }
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>";
    let bomb = [bomb, &row(&text_cell("<text:p>&b;</text:p>"))].concat();
    assert!(matches!(error(&bomb), Error::Damaged(_)));
    let deep = format!(
        "<text:p>{}x{}</text:p>",
        "<text:span>".repeat(200_000),
        "</text:span>".repeat(200_000)
    );
    assert_eq!(cells(&sheet(&row(&text_cell(&deep)))), ["A1 Text(\"x\")"]);
    let deep = "<table:table-row-group>".repeat(200_000) + &*"</table:table-row-group>".repeat(200_000);
    assert!(sheet(&table(&deep)).rows.is_empty());
}
