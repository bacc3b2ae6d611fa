//! Templates as small sources: paragraphs and tables in, text out.

use jiff::civil::date;
use rust_decimal::Decimal;

use super::*;
use crate::dataset::{Record, SheetData};
use crate::value::Value;

const SCHEMA: &str = r#"
[[sheet]]
id = "thong_tin"
name = "Thông tin chung"
layout = "form"
field = [
  { id = "ten_xa", label = "Tên xã", type = "text" },
  { id = "ngay", label = "Ngày", type = "date" },
  { id = "nam", label = "Năm", type = "year" },
  { id = "huyen", label = "Huyện", type = "text" },
  { id = "khong", label = "Số không", type = "integer" },
]
[[sheet]]
id = "khen"
name = "Khen thưởng"
layout = "table"
field = [
  { id = "cap", label = "Cấp", type = "choice", choices = ["Tỉnh", "Xã"] },
  { id = "so_luong", label = "Số lượng", type = "count" },
  { id = "ty_le", label = "Tỷ lệ", type = "percent" },
]
[[sheet]]
id = "chi_tieu"
name = "Chỉ tiêu"
layout = "table"
key = "ma"
field = [
  { id = "ma", label = "Mã", type = "text" },
  { id = "thuc_hien", label = "Thực hiện", type = "decimal" },
]
row = [{ ma = "thu_ngan_sach" }, { ma = "trong_rung" }]
[[sheet]]
id = "noi_nhan"
name = "Nơi nhận"
layout = "list"
field = [{ id = "ten", label = "Nơi nhận", type = "text" }]
[[sheet]]
id = "trong"
name = "Trống"
layout = "table"
field = [{ id = "ten", label = "Tên", type = "text" }]
"#;

#[derive(serde::Deserialize)]
struct Sheets {
    sheet: Vec<crate::schema::Sheet>,
}

pub(super) fn schema() -> Schema {
    let sheets: Sheets = toml::from_str(SCHEMA).unwrap();
    Schema {
        sheets: sheets.sheet,
        checks: Vec::new(),
        ..Schema::default()
    }
}

fn text_value(text: &str) -> Option<Value> {
    Some(Value::Text(text.into()))
}

fn number(text: &str) -> Option<Value> {
    Some(Value::Number(text.parse::<Decimal>().unwrap()))
}

fn sheet(name: &str, rows: Vec<Vec<Option<Value>>>) -> SheetData {
    let records: Vec<Record> = rows
        .into_iter()
        .enumerate()
        .map(|(row, values)| Record {
            row: row as u32 + 1,
            values: values.into(),
        })
        .collect();
    SheetData {
        name: name.into(),
        columns: (0..10).map(Some).collect(),
        records,
        ..SheetData::default()
    }
}

pub(super) fn dataset() -> Dataset {
    let mut targets = sheet(
        "Chỉ tiêu",
        vec![
            vec![text_value("thu_ngan_sach"), number("14728.5")],
            vec![text_value("trong_rung"), None],
        ],
    );
    targets.by_key = [("thu_ngan_sach".into(), 0), ("trong_rung".into(), 1)].into();
    Dataset {
        sheets: vec![
            sheet(
                "Thông tin chung",
                vec![vec![
                    text_value("Tân Hoà"),
                    Some(Value::Date(date(2026, 2, 5))),
                    number("2026"),
                    None,
                    number("0"),
                ]],
            ),
            sheet(
                "Khen thưởng",
                vec![
                    vec![text_value("Tỉnh"), number("3"), number("130.7")],
                    vec![text_value("Xã"), number("12"), number("100")],
                    vec![text_value("Tỉnh"), number("5.0"), None],
                ],
            ),
            targets,
            sheet(
                "Nơi nhận",
                vec![vec![text_value("UBND tỉnh")], vec![text_value("Lưu: VT")]],
            ),
            sheet("Trống", vec![]),
        ],
        ..Dataset::default()
    }
}

/// A .docx with a body.
pub(super) fn docx(body: &str) -> Vec<u8> {
    let mut package = Package::new();
    package.set(
        "[Content_Types].xml",
        *br#"<Types><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#,
    );
    package.set(
        "_rels/.rels",
        *br#"<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="word/document.xml"/></Relationships>"#,
    );
    let document = format!(
        r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}<w:sectPr/></w:body></w:document>"#
    );
    package.set("word/document.xml", document.into_bytes());
    package.write().unwrap()
}

/// Paragraphs, one a line; `¦` splits runs; a line of `[a] [b]` is a table row with these cells, `;` splits paragraphs in it.
pub(super) fn body(source: &str) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let paragraph = |text: &str| {
        let runs: String = text
            .split('¦')
            .map(|run| format!("<w:r><w:rPr><w:b/></w:rPr><w:t>{}</w:t></w:r>", escape(run)))
            .collect();
        format!("<w:p>{runs}</w:p>")
    };
    let mut out = String::new();
    let mut in_table = false;
    for line in source.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let row = line.starts_with('[');
        if row != in_table {
            out.push_str(if row { "<w:tbl><w:tblPr/>" } else { "</w:tbl>" });
            in_table = row;
        }
        if row {
            let cells: String = line
                .trim_start_matches('[')
                .trim_end_matches(']')
                .split("] [")
                .map(|cell| format!("<w:tc>{}</w:tc>", cell.split(" ; ").map(paragraph).collect::<String>()))
                .collect();
            out.push_str(&format!("<w:tr>{cells}</w:tr>"));
        } else {
            out.push_str(&paragraph(line));
        }
    }
    if in_table {
        out.push_str("</w:tbl>");
    }
    out
}

/// The XML back in the notation of [`body`], runs joined.
pub(super) fn shown(xml: &str) -> String {
    let mut out = String::new();
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut paragraphs_in_cell = 0;
    loop {
        use quick_xml::events::Event;
        match reader.read_event().unwrap() {
            Event::Start(element) => match element.name().as_ref() {
                "w:tr" => out.push('['),
                "w:tc" => {
                    if !out.ends_with('[') {
                        out.push_str("] [");
                    }
                    paragraphs_in_cell = 0;
                }
                "w:p" if out.rsplit('\n').next().unwrap().starts_with('[') => {
                    if paragraphs_in_cell > 0 {
                        out.push_str(" ; ");
                    }
                    paragraphs_in_cell += 1;
                }
                _ => {}
            },
            Event::End(element) => match element.name().as_ref() {
                "w:tr" => out.push_str("]\n"),
                "w:p" if !out.rsplit('\n').next().unwrap().starts_with('[') => out.push('\n'),
                _ => {}
            },
            Event::Empty(element) => match element.name().as_ref() {
                "w:br" => out.push('⏎'),
                "w:p" => {
                    out.push('∅');
                    if !out.rsplit('\n').next().unwrap().starts_with('[') {
                        out.push('\n');
                    }
                }
                _ => {}
            },
            Event::Text(text) => out.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => out.push_str(match reference.xml10_content().as_ref() {
                "amp" => "&",
                "lt" => "<",
                _ => ">",
            }),
            Event::Eof => return out.trim_end().to_owned(),
            _ => {}
        }
    }
}

fn fill_xml(source: &str) -> (String, Diagnostics) {
    let (template, _) = Template::compile(docx(&body(source)), &schema(), &Options::default())
        .unwrap_or_else(|faults| panic!("{}", faults.print(crate::diagnostic::Lang::Vi)));
    let (bytes, diagnostics) = template.fill(&dataset()).unwrap();
    let package = Package::read(bytes, &Limits::default()).unwrap();
    (
        String::from_utf8(package.part("word/document.xml").unwrap()).unwrap(),
        diagnostics,
    )
}

#[track_caller]
fn assert_fill(source: &str, expected: &str) {
    let (xml, _) = fill_xml(source);
    let expected: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(shown(&xml), expected.join("\n"), "\n{xml}");
}

fn faults(source: &str) -> Vec<String> {
    match Template::compile(docx(&body(source)), &schema(), &Options::default()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults
            .iter()
            .map(|fault| {
                let hint = fault.hint.as_ref().map_or("", |hint| hint.vi.as_str());
                format!("{}: {} ({hint})", fault.code, fault.message.vi)
            })
            .collect(),
    }
}

#[test]
fn values_print_by_their_type() {
    assert_fill(
        r#"
        Xã {{thong_tin.ten_xa}}, {{date thong_tin.ngay "long"}}, {{thong_tin.ngay}}, năm {{thong_tin.nam}}
        {{chi_tieu.thu_ngan_sach.thuc_hien}} {{#each khen}}{{so_luong}} {{/each}}{{khen.0.ty_le}}
        "#,
        "Xã Tân Hoà, ngày 05 tháng 02 năm 2026, 05/02/2026, năm 2026
         14.728,5 03 12 05 130,7%",
    );
}

#[test]
fn a_tag_split_over_runs_takes_the_format_of_its_first_character() {
    let (xml, _) = fill_xml("a {¦{thong_¦tin.ten¦_xa}¦} b");
    assert_eq!(shown(&xml), "a Tân Hoà b");
    assert!(
        xml.contains(r#"<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">a Tân Hoà</w:t></w:r>"#),
        "{xml}"
    );
    assert_eq!(
        xml.matches("<w:r>").count(),
        2,
        "runs that held nothing but the tag are gone: {xml}"
    );
}

#[test]
fn blocks_in_one_paragraph_take_the_text_between() {
    assert_fill(
        "A{{#if thong_tin.ten_xa}} có{{else}} không{{/if}}B
         A{{#if thong_tin.huyen}} có{{else}} không{{/if}}B
         A{{#if thong_tin.huyen}}¦, huyện ¦{{thong_tin.huyen}}¦{{else}}¦ và ¦tỉnh{{/if}}¦B",
        "A cóB
         A khôngB
         A và tỉnhB",
    );
}

#[test]
fn blocks_alone_in_their_paragraphs_take_whole_paragraphs() {
    assert_fill(
        "trước
         {{#each khen}}
         - {{so_luong}} {{cap}}{{#unless @last}};{{else}}.{{/unless}}
         {{/each}}
         {{#if thong_tin.huyen}}
         huyện
         {{else if thong_tin.ten_xa}}
         xã
         {{else}}
         khác
         {{/if}}
         {{! một ghi chú }}
         sau",
        "trước
         - 03 Tỉnh;
         - 12 Xã;
         - 05 Tỉnh.
         xã
         sau",
    );
}

#[test]
fn a_paragraph_whose_text_is_all_inside_blocks_vanishes_with_it() {
    assert_fill(
        "trước
         {{#if thong_tin.huyen}}Huyện {{thong_tin.huyen}}.{{/if}}
         {{#if thong_tin.huyen}}a{{/if}} {{#if thong_tin.huyen}}b{{/if}}
         {{#if thong_tin.ten_xa}}Xã {{thong_tin.ten_xa}}.{{/if}}
         sau",
        "trước
         Xã Tân Hoà.
         sau",
    );
}

#[test]
fn a_block_over_whole_paragraphs_may_start_and_end_within_them() {
    assert_fill(
        "{{#each noi_nhan}}- {{this}}
         ghi chú{{/each}}
         sau",
        "- UBND tỉnh
         ghi chú
         - Lưu: VT
         ghi chú
         sau",
    );
}

#[test]
fn a_block_in_cells_of_one_row_repeats_the_row() {
    assert_fill(
        "[STT] [Cấp] [Số]
         [{{@number}}] [{{#each khen}}{{cap}}] [{{so_luong}}{{/each}}]
         [Cộng] [x] [{{sum khen \"so_luong\"}}]",
        "[STT] [Cấp] [Số]
         [1] [Tỉnh] [03]
         [2] [Xã] [12]
         [3] [Tỉnh] [05]
         [Cộng] [x] [20]",
    );
}

#[test]
fn blocks_alone_in_rows_take_the_rows_between() {
    assert_fill(
        "[Cấp] [Số]
         [{{#each khen}}] []
         [{{cap}}] [{{so_luong}}]
         [  tỷ lệ] [{{#if ty_le}}{{ty_le}}{{else}}-{{/if}}]
         [{{/each}}] []
         [{{#if thong_tin.huyen}}] []
         [huyện] [x]
         [{{else}}] []
         [không] [x]
         [{{/if}}] []",
        "[Cấp] [Số]
         [Tỉnh] [03]
         [  tỷ lệ] [130,7%]
         [Xã] [12]
         [  tỷ lệ] [100%]
         [Tỉnh] [05]
         [  tỷ lệ] [-]
         [không] [x]",
    );
}

#[test]
fn a_table_without_rows_and_a_cell_without_paragraphs_are_not_left_behind() {
    assert_fill(
        "trước
         [{{#each trong}}{{ten}}] [x{{/each}}]
         sau
         [{{#if thong_tin.huyen}}a{{/if}}] [b]
         [{{#each trong}} ; {{ten}} ; {{/each}}] [c]",
        "trước
         sau
         [∅] [b]
         [∅] [c]",
    );
}

#[test]
fn over_chooses_what_a_block_takes() {
    assert_fill(
        "[{{#each khen over=\"row\"}}{{cap}}{{/each}}] [x]
         sau
         {{#each noi_nhan over=\"paragraph\"}}- {{this}}{{/each}}",
        "[Tỉnh] [x]
         [Xã] [x]
         [Tỉnh] [x]
         sau
         - UBND tỉnh
         - Lưu: VT",
    );
}

#[test]
fn loops_nest_and_names_are_found_outward() {
    assert_fill(
        "{{#each (group khen \"cap\")}}
         {{key}} của {{thong_tin.ten_xa}}: {{count items}} dòng
         {{#each items as |dong stt|}}
         {{@../number}}.{{@number}} ({{stt}}) {{dong.so_luong}} {{../key}} {{@root.thong_tin.nam}}
         {{/each}}
         {{/each}}",
        "Tỉnh của Tân Hoà: 02 dòng
         1.1 (0) 03 Tỉnh 2026
         1.2 (1) 05 Tỉnh 2026
         Xã của Tân Hoà: 01 dòng
         2.1 (0) 12 Xã 2026",
    );
}

#[test]
fn document_numbers_and_years_have_no_separators() {
    assert_fill(
        "{{pad 5}} {{pad 127}} {{pad 1127}} {{add thong_tin.nam 1}} {{sub thong_tin.nam 1}}",
        "05 127 1127 2027 2025",
    );
}

#[test]
fn amounts_and_changes_carry_their_units() {
    assert_fill(
        "{{amount 258 \"triệu đồng\"}}; {{amount 74.3 \"%\"}}; {{amount 1 \"tân binh\" pad=true}}; {{amount 14728 \"m²\"}}
         {{change khen.0.ty_le}}; {{change -3 \"triệu đồng/ha\"}}; {{change 0}}; {{change 2.5 \"tấn\"}}; {{change -1.5 \"%\"}}",
        "258 triệu đồng; 74,3%; 01 tân binh; 14.728 m²
         tăng 130,7%; giảm 03 triệu đồng/ha; không thay đổi; tăng 2,5 tấn; giảm 1,5 điểm phần trăm",
    );
}

#[test]
fn groups_can_go_through_every_choice() {
    assert_fill(
        "{{#each (group (where khen \"cap\" \"Xã\") \"cap\" all=true)}}{{key}}: {{#each items}}{{so_luong}}{{else}}không có{{/each}}; {{/each}}",
        "Tỉnh: không có; Xã: 12;",
    );
}

#[test]
fn lists_can_be_chosen_sorted_joined_and_summed() {
    assert_fill(
        "{{join (where khen \"cap\" \"Tỉnh\") \"so_luong\" separator=\", \" last=\" và \"}}; {{join noi_nhan}}
         {{#each (sort khen \"so_luong\" desc=true)}}{{so_luong}} {{/each}}{{max khen \"so_luong\"}} {{avg khen \"so_luong\"}}
         {{#with (lookup chi_tieu \"thu_ngan_sach\")}}{{thuc_hien}}{{/with}} {{upper thong_tin.ten_xa}} {{add thong_tin.nam 1}}",
        "03 và 05; UBND tỉnh; Lưu: VT
         12 05 03 12 6,666667
         14.728,5 TÂN HOÀ 2027",
    );
}

#[test]
fn zero_is_a_value_and_whole_numbers_compare_as_whole_numbers() {
    assert_fill(
        "{{#if thong_tin.khong}}có{{else}}không{{/if}} {{#if thong_tin.khong includeZero=false}}có{{else}}không{{/if}}
         {{#each khen}}{{#if (eq so_luong 5)}}năm{{/if}}{{/each}} {{#if (count trong)}}có{{else}}không{{/if}}
         {{#if (gte thong_tin.ngay \"01/7/2025\")}}hai cấp{{/if}}",
        "có không
         năm không
         hai cấp",
    );
}

#[test]
fn a_missing_optional_value_prints_a_dotted_line_and_is_listed() {
    let (xml, diagnostics) = fill_xml("huyện {{thong_tin.huyen}}, {{chi_tieu.trong_rung.thuc_hien}}");
    assert_eq!(shown(&xml), "huyện ………, ………");
    let told: Vec<String> = diagnostics
        .iter()
        .map(|finding| finding.where_text(crate::diagnostic::Lang::Vi))
        .collect();
    assert_eq!(told, ["Thông tin chung › D2", "Chỉ tiêu › B3"]);
    assert!(!diagnostics.has_errors());
}

#[test]
fn every_mistake_is_told_at_once_with_the_nearest_name() {
    let told = faults(
        "Xã {{thong_tin.ten_xxa}}
         {{#if thong_tin.huyen}}
         {{uper thong_tin.ten_xa}}",
    );
    assert_eq!(
        told,
        [
            "mau/truong-la: không có “ten_xxa” trong một bản ghi của trang «Thông tin chung» (có phải {{thong_tin.ten_xa}}?)",
            "mau/khoi-chua-dong: khối #if chưa đóng (thêm {{/if}} ở chỗ khối kết thúc)",
            "mau/ham-la: không có hàm “uper” (có phải “upper”?)",
        ]
    );
}

#[test]
fn blocks_that_cross_cells_or_tables_are_refused_with_both_places() {
    for (source, code) in [
        ("{{#each khen}}\n[a] [{{/each}}]", "mau/khoi-cat-ngang"),
        ("a {{#each khen}} b\nc {{/each}} d", "mau/khoi-giua-doan"),
        ("[{{#each khen}}a] [{{else}}] [b{{/each}}]", "mau/else-trong-hang"),
        ("{{#each thong_tin}}\n{{/each}}", "mau/khong-phai-danh-sach"),
        ("{{khen}}", "mau/khong-in-duoc"),
        (
            "{{#each khen}}{{#if (eq cap \"Tinh\")}}{{/if}}{{/each}}",
            "mau/ngoai-danh-muc",
        ),
        ("{{#if (eq thong_tin.nam \"hai\")}}{{/if}}", "mau/khac-kieu"),
        ("{{/if}}", "mau/dong-thua"),
        ("{{else}}", "mau/else-lac"),
        ("{{@index}}", "mau/ngoai-vong-lap"),
        ("{{#foo}}{{/foo}}", "mau/khoi-la"),
        ("{{chi_tieu.thu_ngan_sac.thuc_hien}}", "mau/truong-la"),
        ("{{../../x}}", "mau/ra-ngoai"),
        ("{{ten_xa", "mau/thieu-ngoac"),
        ("{{where khen \"capp\" \"Xã\"}}", "mau/truong-la"),
        ("{{pad thong_tin.ten_xa}}", "mau/sai-doi-so"),
        ("{{number thong_tin.nam decimal=1}}", "mau/doi-so-la"),
    ] {
        let told = faults(source);
        assert_eq!(told.len(), 1, "{source}: {told:?}");
        assert!(told[0].starts_with(code), "{source}: {told:?}");
    }
}

#[test]
fn what_is_not_a_tag_keeps_every_byte() {
    let source = docx(&body("không có thẻ ¦ { } nào\n[a] [b]"));
    let (template, _) = Template::compile(source.clone(), &schema(), &Options::default()).unwrap();
    assert_eq!(template.fill(&dataset()).unwrap().0, source);
}

#[test]
fn a_value_that_looks_like_a_tag_or_markup_is_text() {
    let hostile = "{{ten_xa}} <w:p/> & =1+1";
    let mut dataset = dataset();
    dataset.sheets[0].records[0].values[0] = text_value(hostile);
    let (template, _) = Template::compile(docx(&body("{{thong_tin.ten_xa}}")), &schema(), &Options::default()).unwrap();
    let (bytes, _) = template.fill(&dataset).unwrap();
    let package = Package::read(bytes, &Limits::default()).unwrap();
    assert_eq!(
        shown(&String::from_utf8(package.part("word/document.xml").unwrap()).unwrap()),
        hostile
    );
}

#[test]
fn one_template_fills_in_several_threads() {
    let (template, _) = Template::compile(docx(&body("{{thong_tin.ten_xa}}")), &schema(), &Options::default()).unwrap();
    let expected = template.fill(&dataset()).unwrap().0;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(template.fill(&dataset()).unwrap().0, expected));
        }
    });
}

#[test]
fn sections_of_one_page_setup_may_come_and_go() {
    let section = "<w:p><w:pPr><w:sectPr/></w:pPr></w:p>";
    let source = |section: &str| {
        format!(
            "{}{section}{}",
            body("đầu\n{{#if thong_tin.huyen}}"),
            body("phụ lục\n{{/if}}")
        )
    };
    let (template, _) = Template::compile(docx(&source(section)), &schema(), &Options::default()).unwrap();
    let (bytes, _) = template.fill(&dataset()).unwrap();
    let xml = Package::read(bytes, &Limits::default())
        .unwrap()
        .part("word/document.xml")
        .unwrap();
    let xml = String::from_utf8(xml).unwrap();
    assert_eq!(shown(&xml), "đầu");
    assert_eq!(xml.matches("sectPr").count(), 1, "{xml}");
    let other = section.replace("<w:sectPr/>", "<w:sectPr><w:pgSz w:orient=\"landscape\"/></w:sectPr>");
    let more = source(&other) + &*body("sau");
    let faults = Template::compile(docx(&more), &schema(), &Options::default()).unwrap_err();
    assert_eq!(faults.iter().next().unwrap().code, "mau/khoi-qua-phan");
}

#[test]
fn a_file_name_pattern_is_a_template_too() {
    let name = TextTemplate::compile(
        "BC {{thong_tin.nam}} - {{thong_tin.ten_xa}}{{#if thong_tin.huyen}} x{{/if}}",
        &schema(),
    );
    assert_eq!(name.unwrap().fill(&dataset(), About::Workbook), "BC 2026 - Tân Hoà");
    assert!(TextTemplate::compile("{{thong_tin.namm}}", &schema()).is_err());
}

/// The document.xml that a body gives when it is filled.
fn filled(body: &str) -> String {
    let (template, _) = Template::compile(docx(body), &schema(), &Options::default())
        .unwrap_or_else(|faults| panic!("{}", faults.print(crate::diagnostic::Lang::Vi)));
    let package = Package::read(template.fill(&dataset()).unwrap().0, &Limits::default()).unwrap();
    String::from_utf8(package.part("word/document.xml").unwrap()).unwrap()
}

/// The codes of what is wrong with a body.
fn codes(body: &str) -> Vec<&'static str> {
    match Template::compile(docx(body), &schema(), &Options::default()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(|fault| fault.code).collect(),
    }
}

#[test]
fn sums_are_not_rounded_to_the_type_of_their_first_part() {
    assert_fill(
        "{{sub khen.0.so_luong 0.5}} {{add 1 thong_tin.nam}} {{add khen.0.so_luong 2}} {{add chi_tieu.thu_ngan_sach.thuc_hien 0.125}} {{sub khen.0.ty_le 100}}",
        "2,5 2027 05 14.728,625 30,7%",
    );
}

#[test]
fn a_tilde_after_a_tab_or_over_runs_leaves_sound_markup() {
    for body in [
        "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>{{~thong_tin.ten_xa}}</w:t></w:r></w:p>",
        "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>{{~#if thong_tin.ten_xa}}x</w:t></w:r><w:r><w:t>y{{/if}}z</w:t></w:r></w:p>",
        "<w:p><w:r><w:t>{{#if thong_tin.ten_xa}}x</w:t></w:r><w:r><w:t>y </w:t><w:br/><w:t>{{~/if}}z</w:t></w:r></w:p>",
    ] {
        let xml = filled(body);
        assert!(part::Tree::scan(&xml).is_ok(), "{xml}");
    }
    let xml =
        filled("<w:p><w:r><w:t>Foo </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>{{~thong_tin.ten_xa}}</w:t></w:r></w:p>");
    assert!(
        xml.contains("<w:b/></w:rPr><w:t xml:space=\"preserve\">Tân Hoà"),
        "the value takes its own run's format: {xml}"
    );
}

#[test]
fn rows_and_paragraphs_in_content_controls_are_no_neighbours_of_those_outside() {
    let row = |text: &str| format!("<w:tr><w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc></w:tr>");
    let control = |inner: &str| format!("<w:sdt><w:sdtContent>{inner}</w:sdtContent></w:sdt>");
    let table = format!(
        "<w:tbl>{}{}{}</w:tbl>",
        control(&row("{{#each khen}}")),
        row("{{cap}}"),
        row("{{/each}}")
    );
    assert_eq!(codes(&table), ["mau/khoi-cat-ngang"]);
    let paragraph = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let body = paragraph("{{#each khen over=\"paragraph\"}}x") + &*control(&paragraph("y{{/each}}"));
    assert_eq!(codes(&body), ["mau/khoi-cat-ngang"]);
}

#[test]
fn a_paragraph_vanishes_in_a_loop_whatever_ids_word_gave_it() {
    let paragraph = |text: &str| {
        format!("<w:p w14:paraId=\"1\" w14:textId=\"2\" w:rsidR=\"3\"><w:r w:rsidR=\"3\"><w:t>{text}</w:t></w:r></w:p>")
    };
    let texts = ["{{#each khen}}", "{{#if (eq so_luong 12)}}mười hai{{/if}}", "{{/each}}"];
    let xml = filled(&texts.map(paragraph).concat());
    assert_eq!(shown(&xml), "mười hai");
    assert!(!xml.contains("paraId"), "ids would repeat: {xml}");
}

#[test]
fn page_breaks_and_bookmarks_survive_the_paragraphs_around_them() {
    let xml = filled(
        "<w:p><w:r><w:t>{{#if thong_tin.huyen}}</w:t></w:r></w:p><w:p><w:r><w:t>x</w:t></w:r></w:p>\
         <w:p><w:r><w:t>{{/if}}</w:t></w:r><w:r><w:br w:type=\"page\"/></w:r></w:p>\
         <w:p><w:bookmarkStart w:id=\"1\" w:name=\"a\"/><w:r><w:t>{{#if thong_tin.huyen}}y{{/if}}</w:t></w:r></w:p><w:bookmarkEnd w:id=\"1\"/>",
    );
    assert!(xml.contains("type=\"page\"") && !xml.contains(">x<"), "{xml}");
    assert_eq!(xml.matches("bookmark").count(), 2, "{xml}");
}

#[test]
fn marks_in_text_literals_are_text() {
    assert_fill(
        "{{concat \"«\" thong_tin.ten_xa \"»\"}} {{join noi_nhan separator=\" – \"}}",
        "«Tân Hoà» UBND tỉnh – Lưu: VT",
    );
}

#[test]
fn a_date_style_that_is_none_is_told() {
    assert_eq!(faults("{{date thong_tin.ngay \"lnog\"}}").len(), 1);
    assert_fill("{{date thong_tin.ngay \"d/M/yyyy\"}}", "5/2/2026");
}

#[test]
fn a_block_has_a_limit_of_branches() {
    let block = |branches: usize| {
        let more = "{{else if thong_tin.huyen}}b".repeat(branches);
        format!("{{{{#if thong_tin.huyen}}}}a{more}{{{{/if}}}}")
    };
    assert_eq!(codes(&body(&block(128))), Vec::<&str>::new());
    assert!(codes(&body(&block(500))).contains(&"mau/qua-nhieu-nhanh"));
}

#[test]
fn a_template_without_any_field_is_told() {
    let codes = |source: &str| -> Vec<&'static str> {
        let (_, warnings) = Template::compile(docx(&body(source)), &schema(), &Options::default()).unwrap();
        warnings.iter().map(|finding| finding.code).collect()
    };
    assert_eq!(codes("Xã Tân Hoà"), ["mau/khong-co-the"]);
    assert!(codes("Xã {{thong_tin.ten_xa}}").is_empty());
}
