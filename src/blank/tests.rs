use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::dataset::{self, Dataset};
use crate::diagnostic::{Diagnostics, Lang};
use crate::schema::Sheet;

#[derive(serde::Deserialize)]
struct Manifest {
    sheet: Vec<Sheet>,
}

pub(super) fn schema() -> Schema {
    parse(include_str!("sample.toml"))
}

fn parse(source: &str) -> Schema {
    let manifest: Manifest = toml::from_str(source).unwrap();
    Schema {
        sheets: manifest.sheet,
        checks: Vec::new(),
        ..Schema::default()
    }
}

fn stamp() -> Stamp {
    Stamp {
        pack_id: "bc-thu".to_owned(),
        pack_version: "1.2.0".to_owned(),
        pack_name: "Báo cáo thử".to_owned(),
        recipient: Some("UBND xã Tân Hoà".to_owned()),
    }
}

const DATA: &str = r#"
noi_nhan = ["Như trên", "Lưu: VT"]

[thong_tin]
so = 127
ten_xa = "Tân Hoà"
ngay = 2023-12-15
nam = 2023
chuc_vu = "Phó Chủ tịch"
nhan_dinh = "- Tăng cường tuyên truyền {{ten_xa}}.\n=1+1 <w:p/> & hết."

[chi_tieu.thu_ngan_sach]
thuc_hien = 258
ty_le = 130.7

[chi_tieu.rieng]
ten = "Chỉ tiêu riêng"
thuc_hien = 0.3

[chi_tieu.che_phu_rung]
thuc_hien = 46.25

[[khen_thuong]]
hinh_thuc = "Giấy khen"
so_luong = 3
dot_xuat = true
[[khen_thuong]]
hinh_thuc = "danh hiệu xã, phường, đặc khu tiêu biểu"
so_luong = 1
[[khen_thuong]]
hinh_thuc = "Bằng khen"
so_luong = 12
[[khen_thuong]]
hinh_thuc = "Bằng khen"
so_luong = 1
dot_xuat = false
[[khen_thuong]]
hinh_thuc = "Giấy khen"
so_luong = 7
"#;

fn data() -> Prefill {
    Prefill::from_toml(&schema(), DATA).unwrap_or_else(|findings| panic!("{}", findings.print(Lang::En)))
}

fn made(schema: &Schema, prefill: &Prefill) -> Vec<u8> {
    workbook(schema, &stamp(), prefill).unwrap()
}

fn read(schema: &Schema, bytes: &[u8]) -> (Dataset, Diagnostics) {
    let book = crate::workbook::read(bytes, &Default::default()).unwrap();
    dataset::build(schema, book, &dataset::Mapping::default())
}

fn part(bytes: &[u8], name: &str) -> String {
    let package = Package::read(bytes.to_vec(), &Limits::default()).unwrap();
    String::from_utf8(package.part(name).unwrap()).unwrap()
}

/// A sheet's part; the instruction sheet is 1.
fn sheet(bytes: &[u8], number: usize) -> String {
    part(bytes, &format!("xl/worksheets/sheet{number}.xml"))
}

#[track_caller]
fn holds(part: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(part.contains(wanted), "no {wanted} in {part}");
    }
}

#[test]
fn a_blank_workbook_read_back_lacks_only_what_is_required() {
    let schema = schema();
    let (dataset, findings) = read(&schema, &made(&schema, &Prefill::new()));
    let told: Vec<(&str, Option<&str>)> = findings
        .iter()
        .map(|finding| (finding.code, finding.field.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("gia-tri/thieu", Some("ten_xa")),
            ("gia-tri/thieu", Some("ngay")),
            ("gia-tri/thieu", Some("thuc_hien")),
            ("gia-tri/thieu", Some("thuc_hien")),
        ],
        "{}",
        findings.print(Lang::En)
    );
    assert_eq!(dataset.sheets[1].records.len(), 2, "the declared rows, not the example");
    assert!(dataset.sheets[2].records.is_empty());
    assert!(dataset.sheets[3].records.is_empty());
}

#[test]
fn data_read_back_are_the_same() {
    let schema = schema();
    let prefill = data();
    let (dataset, findings) = read(&schema, &made(&schema, &prefill));
    assert_eq!(findings.print(Lang::En), "");
    let back = Prefill::from_dataset(&schema, &dataset);
    assert_eq!(back.entries("thong_tin"), prefill.entries("thong_tin"));
    assert_eq!(back.entries("khen_thuong"), prefill.entries("khen_thuong"));
    assert_eq!(back.entries("noi_nhan"), prefill.entries("noi_nhan"));
    let keys: Vec<&Value> = back.entries("chi_tieu").iter().map(|entry| &entry["ma"]).collect();
    let text = |text: &str| Value::Text(text.into());
    assert_eq!(keys, [&text("thu_ngan_sach"), &text("che_phu_rung"), &text("rieng")]);
    assert_eq!(
        back.entries("chi_tieu")[0]["ty_le"],
        Value::Number(Decimal::new(1307, 1))
    );
    assert_eq!(
        back.entries("chi_tieu")[0]["ten"],
        text("Thu ngân sách nhà nước trên địa bàn")
    );
    assert_eq!(
        back.entries("chi_tieu")[2]["thuc_hien"],
        Value::Number(Decimal::new(3, 1))
    );

    let (again, findings) = read(&schema, &made(&schema, &back));
    assert_eq!(findings.print(Lang::En), "");
    assert_eq!(Prefill::from_dataset(&schema, &again), back);
}

#[test]
fn derived_fields_are_no_columns_and_no_data() {
    let schema = parse(
        r#"
        [[sheet]]
        id = "bieu"
        name = "Biểu"
        layout = "table"
        field = [
          { id = "cap", label = "Cấp", type = "integer", derive = "level" },
          { id = "ten", label = "Tên", type = "text", required = true },
          { id = "nhom", label = "Nhóm", type = "text", derive = "section" },
          { id = "so", label = "Số", type = "decimal" },
        ]
        "#,
    );
    let prefill = Prefill::from_toml(
        &schema,
        "[[bieu]]\nten = \"1. Thu\"\nso = 5\n[[bieu]]\nten = \"- Thuế\"\nso = 4",
    );
    let bytes = made(&schema, &prefill.unwrap());
    let text = part(&bytes, "xl/sharedStrings.xml");
    assert!(
        text.contains("Tên") && !text.contains("Cấp") && !text.contains("Nhóm"),
        "{text}"
    );
    let (dataset, findings) = read(&schema, &bytes);
    assert!(findings.is_empty(), "{}", findings.print(Lang::En));
    // The running numbers of the blank workbook are the markers.
    let values: Vec<_> = dataset.sheets[0]
        .records
        .iter()
        .map(|record| record.values[0].clone())
        .collect();
    assert_eq!(values, [1, 1].map(|level| Some(Value::Number(level.into()))));
    assert_eq!(
        made(&schema, &Prefill::from_dataset(&schema, &dataset)),
        bytes,
        "what is derived is not written back"
    );
    let refused = Prefill::from_toml(&schema, "[[bieu]]\ncap = 1\nten = \"Thu\"").unwrap_err();
    let codes: Vec<&str> = refused.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["du-lieu/tu-tinh"]);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(made(&schema(), &data()), made(&schema(), &data()));
}

#[test]
fn the_workbook_knows_whose_it_is() {
    let bytes = made(&schema(), &Prefill::new());
    let book = crate::workbook::read(&bytes, &Default::default()).unwrap();
    assert_eq!(book.properties[PACK_PROPERTY], "bc-thu");
    assert_eq!(book.properties[VERSION_PROPERTY], "1.2.0");
    assert_eq!(book.properties[RECIPIENT_PROPERTY], "UBND xã Tân Hoà");
    assert_eq!(book.sheets[0].name, "Hướng dẫn");

    let nobody = Stamp {
        recipient: None,
        ..stamp()
    };
    let bytes = workbook(&schema(), &nobody, &Prefill::new()).unwrap();
    assert!(!part(&bytes, "docProps/custom.xml").contains(RECIPIENT_PROPERTY));
}

#[test]
fn sheets_are_locked_and_entry_cells_are_open() {
    let bytes = made(&schema(), &Prefill::new());
    holds(
        &part(&bytes, "xl/workbook.xml"),
        &["<workbookProtection lockStructure=\"1\"/><bookViews>"],
    );
    for number in 1..=5 {
        holds(
            &sheet(&bytes, number),
            &[
                "<sheetProtection sheet=\"1\"",
                "formatColumns=\"0\"",
                "insertRows=\"0\"",
            ],
        );
    }
    // B4: the example row holds nothing to type over; D5: the first figure of the first declared row.
    let table = sheet(&bytes, 3);
    assert!(is_locked(&bytes, &table, "D4"), "the example");
    assert!(
        is_locked(&bytes, &table, "B5") && is_locked(&bytes, &table, "C5"),
        "given key and name"
    );
    assert!(!is_locked(&bytes, &table, "D5"));
    assert!(
        !is_locked(&bytes, &table, "B7"),
        "the key of a row beyond the declared ones"
    );
    let form = sheet(&bytes, 2);
    assert!(is_locked(&bytes, &form, "A4") && !is_locked(&bytes, &form, "B4") && is_locked(&bytes, &form, "C4"));
}

fn is_locked(bytes: &[u8], sheet: &str, cell: &str) -> bool {
    !format_of(bytes, sheet, cell).contains("<protection locked=\"0\"/>")
}

/// The cell format of a cell, as XML.
fn format_of(bytes: &[u8], sheet: &str, cell: &str) -> String {
    let at = sheet
        .find(&format!("<c r=\"{cell}\""))
        .unwrap_or_else(|| panic!("no cell {cell}"));
    let index: usize = sheet[at..]
        .split("s=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let styles = part(bytes, "xl/styles.xml");
    let formats = styles
        .split("<cellXfs")
        .nth(1)
        .unwrap()
        .split("</cellXfs>")
        .next()
        .unwrap();
    formats.split("<xf ").nth(index + 1).unwrap().to_owned()
}

#[test]
fn sheets_are_set_up_for_screen_and_paper() {
    let bytes = made(&schema(), &Prefill::new());
    // Title, unit line, header: row 4 is the first that scrolls.
    holds(
        &sheet(&bytes, 3),
        &[
            "ySplit=\"3\"",
            "state=\"frozen\"",
            "fitToPage=\"1\"",
            "paperSize=\"9\"",
            "fitToHeight=\"0\"",
            "Trang &amp;P/&amp;N",
        ],
    );
    holds(
        &part(&bytes, "xl/workbook.xml"),
        &["<definedName name=\"_xlnm.Print_Titles\" localSheetId=\"2\">'Chỉ tiêu'!$3:$3</definedName>"],
    );
    let strings = part(&bytes, "xl/sharedStrings.xml");
    holds(
        &strings,
        &[
            "Đơn vị tính: triệu đồng",
            "\u{a0}*",
            "(triệu đồng)",
            "<t>VD</t>",
            "BÁO CÁO THỬ",
            "Đơn vị: UBND xã Tân Hoà",
        ],
    );
}

#[test]
fn cells_check_what_is_typed() {
    let bytes = made(&schema(), &Prefill::new());
    holds(
        &sheet(&bytes, 2),
        &[
            "<formula1>AND(ISNUMBER(B4),B4=INT(B4),B4&gt;=1)</formula1>",
            "type=\"textLength\" operator=\"lessThanOrEqual\"",
            "prompt=\"Chỉ ghi tên riêng. Không quá 60 ký tự.&#xA;Ví dụ: Tân Hoà\"",
            "type=\"date\"",
            "<formula1>\"Chủ tịch,Phó Chủ tịch\"</formula1>",
            // Blank and asked for: yellow.
            "<formula>LEN(TRIM(B5))=0</formula>",
        ],
    );
    let table = sheet(&bytes, 3);
    holds(
        &table,
        &[
            // The declared rows, then three blank ones; a percentage is held as a hundredth.
            "sqref=\"E5:E9\"><formula1>0</formula1><formula2>10</formula2>",
            "<formula>AND(LEN(TRIM(D5))=0,COUNTA($B5:$E5)&gt;0)</formula>",
            // The key is given in the declared rows.
            "<conditionalFormatting sqref=\"B7:B9\">",
        ],
    );
    assert!(
        !sheet(&bytes, 2).contains("LEN(TRIM(B8))"),
        "a default stands for a blank cell"
    );
}

#[test]
fn choices_that_do_not_fit_a_rule_stand_on_a_hidden_sheet() {
    let bytes = made(&schema(), &Prefill::new());
    holds(
        &part(&bytes, "xl/workbook.xml"),
        &[
            "<sheet name=\"_DM\" sheetId=\"6\" state=\"veryHidden\"",
            "<definedName name=\"DM_khen_thuong_hinh_thuc\">_DM!$A$1:$A$3</definedName>",
        ],
    );
    holds(&sheet(&bytes, 4), &["<formula1>DM_khen_thuong_hinh_thuc</formula1>"]);
}

#[test]
fn figures_are_numbers_in_the_format_of_their_type() {
    let bytes = made(&schema(), &data());
    let table = sheet(&bytes, 3);
    holds(&table, &["<v>1.307</v>", "<v>0.3</v>", "<v>46.25</v>"]);
    let styles = part(&bytes, "xl/styles.xml");
    holds(
        &styles,
        &[
            "formatCode=\"0.0#%\"",
            "formatCode=\"#,##0.##\"",
            "formatCode=\"dd/mm/yyyy\"",
            "formatCode=\"00\"",
            "Times New Roman",
        ],
    );
    // Whole decimals lose the comma that the format leaves behind.
    holds(&table, &["<formula>AND(ISNUMBER(D5),D5=INT(D5))</formula>"]);
    assert!(
        format_of(&bytes, &sheet(&bytes, 2), "B9").contains("numFmtId=\"49\""),
        "texts are text",
    );
}

#[test]
fn more_data_than_blank_rows_extend_the_table_and_its_rules() {
    let bytes = made(&schema(), &data());
    // Five rows for the four that the schema prepares: rows 4 to 8, after title, header and example.
    holds(&sheet(&bytes, 4), &["sqref=\"B4:B8\"", "<c r=\"A8\""]);
}

#[test]
fn rows_below_the_header_grow_with_their_text() {
    let long = "Cán bộ, đảng viên và nhân dân thực hiện nghiêm các chủ trương của Đảng. ".repeat(6);
    let mut prefill = Prefill::new();
    prefill.push(
        "thong_tin",
        Entry::from([("nhan_dinh".to_owned(), Value::Text(long.into()))]),
    );
    let form = sheet(&made(&schema(), &prefill), 2);
    let row = |number: usize| {
        let rest = form.split(&format!("<row r=\"{number}\"")).nth(1).unwrap();
        rest.split('>').next().unwrap().to_owned()
    };
    assert!(row(3).contains("customHeight"), "the header keeps its height");
    assert!(
        row(9).contains("ht=\"") && !row(9).contains("customHeight"),
        "{}",
        row(9)
    );
}

#[test]
fn the_instruction_sheet_names_every_sheet_and_field() {
    let schema = schema();
    let bytes = made(&schema, &Prefill::new());
    let guide = sheet(&bytes, 1);
    holds(
        &guide,
        &["location=\"'Thông tin chung'!A1\"", "location=\"'Nơi nhận'!A1\""],
    );
    let strings = part(&bytes, "xl/sharedStrings.xml");
    for field in schema.sheets.iter().flat_map(|sheet| &sheet.fields) {
        assert!(strings.contains(&field.label), "{}", field.label);
    }
}

#[test]
fn names_that_the_schema_does_not_have_are_refused() {
    let mut prefill = Prefill::new();
    prefill.push("thong_tin", Entry::from([("ten_huyen".to_owned(), Value::Flag(true))]));
    let error = workbook(&schema(), &stamp(), &prefill).unwrap_err();
    assert_eq!(
        error.text().vi,
        "dữ liệu nhắc tới «thong_tin.ten_huyen», mẫu này không có"
    );
}

#[test]
fn every_limit_of_messages_and_lists_is_kept() {
    let long = "Một hai ba bốn năm sáu bảy tám chín mười. ".repeat(20);
    let choices: Vec<String> = (0..100).map(|index| format!("\"mục \\\"{index}\\\"\"")).collect();
    let schema = parse(&format!(
        "[[sheet]]\nid = \"a\"\nname = \"Trang 'a' lớn\"\nlayout = \"table\"\n[[sheet.field]]\nid = \"b\"\nlabel = \"{long}\"\n\
         type = \"choice\"\nhelp = \"{long}\"\nexample = \"{long}\"\nchoices = [{}]\n",
        choices.join(",")
    ));
    let bytes = workbook(&schema, &stamp(), &Prefill::new()).unwrap();
    holds(&sheet(&bytes, 1), &["location=\"'Trang ''a'' lớn'!A1\""]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_value_comes_back(
        text in "[a-zA-Zà-ỹ<&{}=_+.,\"'-][a-zA-Zà-ỹ0-9<&{}=_ \n]{0,40}[a-z]",
        amount in -999_999_999_999_i64..999_999_999_999,
        scale in 0_u32..4,
        percent in 0_i64..100_000,
        count in 0_u32..100_000,
        day in 0_i32..60_000,
    ) {
        let schema = schema();
        let date = jiff::civil::date(1930, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
        let text = crate::vietnamese::nfc(&text);
        let figure = |number: i64, scale| Value::Number(Decimal::new(number, scale).normalize());
        let mut prefill = Prefill::new();
        prefill.push("thong_tin", Entry::from([
            ("ten_xa".to_owned(), Value::Text("x".into())),
            ("ngay".to_owned(), Value::Date(date)),
            ("chuc_vu".to_owned(), Value::Text("Chủ tịch".into())),
            ("nhan_dinh".to_owned(), Value::Text(text.into())),
        ]));
        prefill.push("chi_tieu", Entry::from([
            ("ma".to_owned(), Value::Text("rieng".into())),
            ("ten".to_owned(), Value::Text("riêng".into())),
            ("thuc_hien".to_owned(), figure(amount, scale)),
            ("ty_le".to_owned(), figure(percent, 2)),
        ]));
        prefill.push("khen_thuong", Entry::from([
            ("hinh_thuc".to_owned(), Value::Text("Bằng khen".into())),
            ("so_luong".to_owned(), figure(count.into(), 0)),
        ]));
        let (dataset, _) = read(&schema, &made(&schema, &prefill));
        let back = Prefill::from_dataset(&schema, &dataset);
        prop_assert_eq!(back.entries("thong_tin"), prefill.entries("thong_tin"));
        prop_assert_eq!(back.entries("chi_tieu").last(), prefill.entries("chi_tieu").last());
        prop_assert_eq!(back.entries("khen_thuong"), prefill.entries("khen_thuong"));
    }
}

#[test]
fn markers_of_kept_sections_stand_in_the_column_of_running_numbers() {
    let schema = parse(
        r#"
        [[sheet]]
        id = "bieu"
        name = "Biểu"
        layout = "table"
        sections = "keep"
        field = [
          { id = "ten", label = "Tên", type = "text", required = true },
          { id = "so", label = "Số", type = "decimal", required = true },
          { id = "cap", label = "Cấp", type = "integer", derive = "level" },
          { id = "ky_hieu", label = "Ký hiệu", type = "text", derive = "marker" },
          { id = "ten_rieng", label = "Tên riêng", type = "text", derive = "name" },
        ]
        "#,
    );
    let source = "[[bieu]]\nky_hieu = \"I\"\nten = \"NÔNG NGHIỆP\"\n[[bieu]]\nky_hieu = \"1\"\nten = \"Trồng trọt\"\nso = 5\n\
                  [[bieu]]\nten = \"- Lúa\"\nso = 4";
    let prefill = Prefill::from_toml(&schema, source).unwrap_or_else(|found| panic!("{}", found.print(Lang::En)));
    let bytes = made(&schema, &prefill);
    let (dataset, findings) = read(&schema, &bytes);
    assert!(findings.is_empty(), "{}", findings.print(Lang::En));
    let rows: Vec<String> = dataset.sheets[0]
        .records
        .iter()
        .map(|record| {
            let shown = |field: usize| record.values[field].as_ref().map(|value| format!("{value:?}"));
            format!("{:?} {:?} {:?}", shown(2), shown(3), shown(4)).replace(['"', '\\'], "")
        })
        .collect();
    assert_eq!(
        rows,
        [
            "Some(Number(1)) Some(Text(I)) Some(Text(NÔNG NGHIỆP))",
            "Some(Number(2)) Some(Text(1)) Some(Text(Trồng trọt))",
            "Some(Number(3)) Some(Text(-)) Some(Text(Lúa))",
        ]
    );
}
