//! The report on the economy and society, and the decision on awards with its certificates: what their samples become, what
//! becomes of other periods and other lists, which workbooks of other layouts are read, and which mistakes are told.

use baocao::diagnostic::{Lang, Place};
use baocao::outline;
use baocao::pack::Pack;
use baocao::pipeline::{self, Options};
use baocao::value::Value;

use crate::invariants::{Element, Package, assert_no_tags, assert_sound};
use crate::{markdown_workbook, samples};

const ECONOMY: &str = "bc-kinh-te-xa-hoi";
const AWARDS: &str = "qd-khen-thuong";

/// A sample's source with some of its text changed.
fn source(sample: &str, changes: &[(&str, &str)]) -> String {
    let mut source = std::fs::read_to_string(samples::path(&format!("{sample}.toml"))).expect("a sample");
    for (old, new) in changes {
        assert!(source.contains(old), "{sample} says nothing of {old}");
        source = source.replace(old, new);
    }
    source
}

/// The documents of a data file, by output.
fn documents(pack: &Pack, source: &str) -> Vec<(String, Vec<u8>)> {
    let outcome = pipeline::render(pack, &samples::data(pack, source), &Options::default()).expect("a workbook");
    assert!(
        !outcome.diagnostics.has_errors(),
        "{}",
        outcome.diagnostics.print(Lang::En)
    );
    let documents = outcome.documents.into_iter();
    documents.map(|document| (document.output, document.bytes)).collect()
}

fn body(docx: &[u8]) -> Element {
    let (mut package, faults) = Package::read(docx);
    assert!(faults.is_empty(), "{faults:?}");
    package.trees.remove("word/document.xml").expect("a body")
}

fn paragraphs(docx: &[u8]) -> Vec<String> {
    let body = body(docx);
    let paragraphs = body.all("w:p").into_iter();
    paragraphs.map(|paragraph| paragraph.text()).collect()
}

fn text(docx: &[u8]) -> String {
    paragraphs(docx).join("\n")
}

/// The text of the first document of a sample with some changes.
fn printed(pack: &Pack, sample: &str, changes: &[(&str, &str)]) -> String {
    let documents = documents(pack, &source(sample, changes));
    text(&documents.first().expect("a document").1)
}

fn assert_in_order(text: &str, said: &[&str]) {
    let mut rest = text;
    for said in said {
        let at = rest
            .find(said)
            .unwrap_or_else(|| panic!("“{said}” is missing or stands too early in:\n{text}"));
        rest = &rest[at + said.len()..];
    }
}

/// Codes and cells of what is wrong with a data file.
fn findings(pack: &Pack, source: &str) -> Vec<String> {
    let checked = pipeline::check(pack, &samples::data(pack, source), &Options::default()).expect("a workbook");
    let list = checked.diagnostics.iter();
    list.map(|finding| match &finding.place {
        Place::Cell(sheet, cell) => format!("{} {sheet} {cell}", finding.code),
        _ => finding.code.to_owned(),
    })
    .collect()
}

#[test]
fn documents_of_the_samples_are_sound_and_nothing_of_the_templates_stays() {
    for (id, names) in [
        (ECONOMY, ["an-binh-thuong-6-thang-2026", "minh-tay-quy-1-2026"]),
        (
            AWARDS,
            ["an-binh-thuong-khen-thuong-2025", "minh-tay-khen-dot-xuat-2026"],
        ),
    ] {
        let pack = samples::named_pack(id);
        for name in names {
            for (output, bytes) in documents(&pack, &source(name, &[])) {
                let what = format!("{output} of {name}");
                assert_sound(&what, &bytes);
                assert_no_tags(&what, &bytes);
                for paragraph in paragraphs(&bytes) {
                    for slip in [
                        "  ", " ,", " ;", " .", " :", "( ", " )", "()", ",,", ";;", ";.", "{", "[object",
                    ] {
                        assert!(!paragraph.contains(slip), "“{slip}” in {what}: {paragraph}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_half_year_report_tells_indicators_in_words_and_in_its_table() {
    let pack = samples::named_pack(ECONOMY);
    let text = printed(&pack, "an-binh-thuong-6-thang-2026", &[]);
    assert_in_order(
        &text,
        &[
            "Số: 186/BC-UBND",
            "An Bình Thượng, ngày 22 tháng 6 năm 2026",
            "an ninh 6 tháng đầu năm 2026",
            "phương hướng, nhiệm vụ 6 tháng cuối năm 2026",
            "Kính gửi:",
            "- Ủy ban nhân dân tỉnh Phú Thọ;",
            "- Hội đồng nhân dân xã An Bình Thượng.",
            "KINH TẾ - XÃ HỘI, BẢO ĐẢM QUỐC PHÒNG, AN NINH",
            "1. Lĩnh vực kinh tế",
            "Giá trị sản xuất nông, lâm nghiệp, thủy sản ước đạt 175,5 tỷ đồng, bằng 50,1% kế hoạch năm, tăng 4,5% so với cùng kỳ năm 2025.",
            "Diện tích rừng trồng mới đạt 48 ha, bằng 80% kế hoạch năm, tăng 03 ha so với cùng kỳ năm 2025.",
            "Tỷ lệ giải ngân vốn đầu tư công đạt 46,2% (kế hoạch năm là 100%), tăng 7,7 điểm phần trăm so với cùng kỳ năm 2025.",
            "2. Lĩnh vực văn hóa - xã hội",
            "Tỷ lệ hộ nghèo đa chiều còn 2,64% (kế hoạch năm là 2,2%), giảm 0,51 điểm phần trăm",
            "3. Lĩnh vực quốc phòng, an ninh",
            "là 06 vụ, giảm 03 vụ so với cùng kỳ năm 2025.",
            "4. Công tác nội chính, cải cách hành chính",
            "a) Nguyên nhân khách quan",
            "b) Nguyên nhân chủ quan",
            "PHƯƠNG HƯỚNG, NHIỆM VỤ 6 THÁNG CUỐI NĂM 2026",
            "4. Nâng cao chất lượng phục vụ",
            "KT. CHỦ TỊCH",
            "Phụ lục",
            "6 THÁNG ĐẦU NĂM 2026",
            "(Kèm theo Báo cáo số 186/BC-UBND ngày 22 tháng 6 năm 2026",
            "Ước thực hiện 6 tháng đầu năm 2026",
            "So sánh (%)",
        ],
    );
}

#[test]
fn the_indicators_are_a_landscape_annex_with_their_sections_and_levels() {
    let pack = samples::named_pack(ECONOMY);
    let documents = documents(&pack, &source("an-binh-thuong-6-thang-2026", &[]));
    let body = body(&documents[0].1);
    let lies: Vec<Option<String>> = body
        .all("w:pgSz")
        .iter()
        .map(|size| size.attribute("w:orient").map(str::to_owned))
        .collect();
    assert_eq!(lies, [None, Some("landscape".to_owned())]);

    let tables = body.all("w:tbl");
    let table = tables.last().expect("the annex");
    let rows = table.all("w:tr");
    let heads = rows.iter().filter(|row| !row.all("w:tblHeader").is_empty()).count();
    assert_eq!(heads, 2, "both rows of the header are repeated on each page");
    let cells = |row: &Element| -> Vec<String> { row.all("w:tc").iter().map(|cell| cell.text()).collect() };
    let row = |name: &str| {
        let found = rows
            .iter()
            .find(|row| cells(row).get(1).is_some_and(|cell| cell == name));
        *found.unwrap_or_else(|| panic!("no row {name}"))
    };
    assert_eq!(
        cells(row("Tổng giá trị sản xuất (giá so sánh 2010)")),
        [
            "1",
            "Tổng giá trị sản xuất (giá so sánh 2010)",
            "tỷ đồng",
            "412",
            "905",
            "446,5",
            "49,3",
            "108,4",
            ""
        ]
    );
    assert_eq!(
        cells(row("CHỈ TIÊU KINH TẾ")),
        ["I", "CHỈ TIÊU KINH TẾ", "", "", "", "", "", "", ""]
    );
    assert!(!row("CHỈ TIÊU KINH TẾ").all("w:b").is_empty(), "a section is bold");
    let below = row("- Thương mại, dịch vụ");
    assert!(
        below.all("w:b").is_empty() && below.all("w:ind").len() == 1,
        "a row below is set in"
    );
    let sides: Vec<&str> = below
        .all("w:jc")
        .iter()
        .filter_map(|side| side.attribute("w:val"))
        .collect();
    assert_eq!(
        sides.iter().filter(|side| **side == "right").count(),
        5,
        "figures stand right"
    );
    // What is no percentage of a plan has none.
    assert_eq!(cells(row("Tỷ lệ hộ nghèo đa chiều"))[6..8], ["", ""]);
}

#[test]
fn every_period_has_its_words_and_its_next_period() {
    let pack = samples::named_pack(ECONOMY);
    for (period, now, next, before) in [
        ("Quý I", "quý I năm 2026", "quý II năm 2026", "cùng kỳ năm 2025"),
        ("Quý II", "quý II năm 2026", "quý III năm 2026", "cùng kỳ năm 2025"),
        ("Quý III", "quý III năm 2026", "quý IV năm 2026", "cùng kỳ năm 2025"),
        ("Quý IV", "quý IV năm 2026", "quý I năm 2027", "cùng kỳ năm 2025"),
        (
            "6 tháng đầu năm",
            "6 tháng đầu năm 2026",
            "6 tháng cuối năm 2026",
            "cùng kỳ năm 2025",
        ),
        (
            "9 tháng đầu năm",
            "9 tháng đầu năm 2026",
            "3 tháng cuối năm 2026",
            "cùng kỳ năm 2025",
        ),
        ("Năm", "năm 2026", "năm 2027", "năm 2025"),
    ] {
        let period = format!("ky = \"{period}\"");
        let text = printed(&pack, "minh-tay-quy-1-2026", &[("ky = \"Quý I\"", &period)]);
        assert_in_order(
            &text,
            &[
                &format!("bảo đảm quốc phòng, an ninh {now}"),
                &format!("và phương hướng, nhiệm vụ {next}"),
                &now.to_uppercase(),
                &format!("tăng 30% so với {before}."),
                &format!("NHIỆM VỤ {}", next.to_uppercase()),
                &format!("an ninh {now} và phương hướng, nhiệm vụ {next} của UBND phường Minh Tây./."),
                &now.to_uppercase(),
                &format!("Thực hiện {before}\n"),
                &format!("Thực hiện {now}\n"),
            ],
        );
    }
}

/// Records of the indicators as `level marker name unit before plan now`.
fn indicators(sheet: &str) -> Vec<String> {
    let pack = samples::named_pack(ECONOMY);
    let (index, declared) = pack.schema.sheet("chi_tieu").expect("the indicators");
    let checked = pipeline::check(&pack, &markdown_workbook::workbook(sheet), &Options::default()).expect("a workbook");
    let told: Vec<String> = checked
        .diagnostics
        .iter()
        .map(|finding| finding.message.vi.clone())
        .collect();
    let records = &checked.dataset.sheets[index].records;
    assert!(!records.is_empty(), "{told:#?}");
    let rows = records.iter();
    rows.map(|record| {
        let fields = [
            "cap",
            "ky_hieu",
            "ten_rieng",
            "don_vi_tinh",
            "cung_ky",
            "ke_hoach",
            "thuc_hien",
        ];
        let values = fields.map(|id| {
            let (field, column) = declared.field(id).expect("a column");
            match &record.values[field] {
                Some(value @ Value::Number(_)) => column.print(value),
                Some(value) => column.print(value),
                None => "·".to_owned(),
            }
        });
        values.join(" ")
    })
    .collect()
}

#[test]
fn indicator_tables_as_offices_keep_them_are_read() {
    let modern = indicators(
        "## Biểu chỉ tiêu\n\nỦY BAN NHÂN DÂN XÃ AN BÌNH THƯỢNG\nBIỂU CHỈ TIÊU 6 THÁNG ĐẦU NĂM 2026\n\
         | STT | Chỉ tiêu | ĐVT | TH cùng kỳ | KH năm | ƯTH | So sánh (%) | < |\n\
         | ^ | ^ | ^ | ^ | ^ | ^ | KH | Cùng kỳ |\n\
         | A | B | C | 1 | 2 | 3 | 4=3/2 | 5=3/1 |\n\
         | I | NÔNG NGHIỆP |  |  |  |  |  |  |\n\
         | 1 | Diện tích lúa | ha | 820 | 1480 | 826 | 55.8% | 100.7% |\n\
         |  | - Lúa lai | ha | 300 | 500 | 310 | 62% | 103.3% |\n\
         | II | NGÂN SÁCH |  |  |  |  |  |  |\n\
         | 1 | Thu ngân sách | triệu đồng | 6240 | 13500 | 7155 | 53% | 114.7% |\n",
    );
    assert_eq!(
        modern,
        [
            "1 I NÔNG NGHIỆP · · · ·",
            "2 1 Diện tích lúa ha 820 1.480 826",
            "3 - Lúa lai ha 300 500 310",
            "1 II NGÂN SÁCH · · · ·",
            "2 1 Thu ngân sách triệu đồng 6.240 13.500 7.155",
        ]
    );
    let classic = indicators(
        "## Chỉ tiêu KT-XH\n\nBIỂU TỔNG HỢP\n\
         | Số TT | Tên chỉ tiêu | Đơn vị tính | Thực hiện năm trước | Kế hoạch | Ước thực hiện |\n\
         | 1 | Dân số trung bình | người | 8120 | 8200 | 8195 |\n\
         | 2 | Sản lượng thóc | tấn | 4756 | 8510 | 4873 |\n",
    );
    assert_eq!(
        classic,
        [
            "1 1 Dân số trung bình người 8.120 8.200 8.195",
            "1 2 Sản lượng thóc tấn 4.756 8.510 4.873",
        ]
    );
}

#[test]
fn mistakes_in_figures_and_dates_of_the_economic_report_are_told() {
    let pack = samples::named_pack(ECONOMY);
    let sample = "an-binh-thuong-6-thang-2026";
    let clean = findings(&pack, &source(sample, &[]));
    assert!(clean.is_empty(), "{clean:?}");
    let found = findings(
        &pack,
        &source(
            sample,
            &[
                ("ty_le_ke_hoach = 49.3", "ty_le_ke_hoach = 59.3"),
                ("ngay_so_lieu = 2026-06-15", "ngay_so_lieu = 2026-06-25"),
                ("thuc_hien = 7155", ""),
            ],
        ),
    );
    let codes: Vec<&str> = found.iter().filter_map(|finding| finding.split(' ').next()).collect();
    for code in ["so-lieu/thu-tu-ngay", "gia-tri/thieu-khi", "quy-tac/khac-cong-thuc"] {
        assert!(codes.contains(&code), "{code} is not in {found:?}");
    }
}

#[test]
fn a_long_list_is_annexed_and_counted_by_kind() {
    let pack = samples::named_pack(AWARDS);
    let text = printed(&pack, "an-binh-thuong-khen-thuong-2025", &[]);
    assert_in_order(
        &text,
        &[
            "Số: 38/QĐ-UBND",
            "QUYẾT ĐỊNH",
            "Về việc tặng danh hiệu thi đua và Giấy khen",
            "cho các tập thể, cá nhân, hộ gia đình",
            "có thành tích xuất sắc",
            "CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ AN BÌNH THƯỢNG",
            "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
            "Nghị định số 152/2025/NĐ-CP",
            "Căn cứ Biên bản họp Hội đồng Thi đua - Khen thưởng xã ngày 06 tháng 01 năm 2026;",
            "Theo đề nghị của Trưởng phòng Văn hóa - Xã hội tại Tờ trình số 07/TTr-VHXH ngày 08 tháng 01 năm 2026.",
            "QUYẾT ĐỊNH:",
            "Điều 1. Khen thưởng 12 tập thể, cá nhân, hộ gia đình đã có thành tích xuất sắc",
            "(có danh sách kèm theo), gồm:",
            "1. Tặng Giấy khen cho 03 tập thể, 05 cá nhân và 01 hộ gia đình;",
            "4. Tặng danh hiệu “Chiến sĩ thi đua cơ sở” cho 01 cá nhân.",
            "Điều 2.",
            "13.338.000 đồng (Bằng chữ: Mười ba triệu ba trăm ba mươi tám nghìn đồng), chi từ Quỹ thi đua",
            "Điều 3. Quyết định này có hiệu lực kể từ ngày ký.",
            "chịu trách nhiệm thi hành Quyết định này./.",
            "- Như Điều 3;",
            "CHỦ TỊCH",
            "Phụ lục",
            "DANH SÁCH",
            "(Kèm theo Quyết định số 38/QĐ-UBND ngày 12 tháng 01 năm 2026",
            "Ông Đinh Công Sơn",
            "Hộ gia đình ông Sa Văn Thịnh",
            "13.338.000",
        ],
    );
    assert!(!text.contains("TM. "), "the chairman signs for himself");
}

#[test]
fn few_are_named_in_the_decision_itself() {
    let pack = samples::named_pack(AWARDS);
    let sample = "minh-tay-khen-dot-xuat-2026";
    let one = printed(&pack, sample, &[]);
    assert_in_order(
        &one,
        &[
            "Số: ……/QĐ-UBND",
            "Về việc tặng Giấy khen",
            "cho cá nhân có hành động dũng cảm",
            "Điều 1. Tặng Giấy khen cho ông Ngô Gia Bảo, tổ dân phố số 5, đã có hành động dũng cảm cứu người bị đuối nước ngày 29 tháng 3 năm 2026.",
            "Điều 2. Quyết định này có hiệu lực",
            "Trưởng Công an phường và cá nhân có tên tại Điều 1",
            "- Như Điều 2;",
            "KT. CHỦ TỊCH",
            "PHÓ CHỦ TỊCH",
        ],
    );
    for absent in ["Phụ lục", "Tiền thưởng", "Điều 3", "danh sách"] {
        assert!(!one.contains(absent), "{absent}: {one}");
    }
    let more = "don_vi = \"tổ dân phố số 5\"\nhinh_thuc = \"Giấy khen\"";
    let two = format!(
        "{more}\n\n[[danh_sach]]\nloai = \"Tập thể\"\nten = \"Đội xung kích tổ dân phố số 5\"\nhinh_thuc = \"Giấy khen\"\nthanh_tich = \"kịp thời ứng cứu, đưa nạn nhân đi cấp cứu\""
    );
    assert_in_order(
        &printed(&pack, sample, &[(more, &two)]),
        &[
            "cho các tập thể, cá nhân có hành động",
            "Điều 1. Khen thưởng tập thể, cá nhân có tên sau đây, đã có hành động dũng cảm",
            "1. Tặng Giấy khen cho ông Ngô Gia Bảo, tổ dân phố số 5;",
            "2. Tặng Giấy khen cho Đội xung kích tổ dân phố số 5, đã kịp thời ứng cứu, đưa nạn nhân đi cấp cứu.",
            "các tập thể, cá nhân có tên tại Điều 1",
        ],
    );
}

#[test]
fn everyone_on_the_list_has_a_certificate_on_a_page() {
    let pack = samples::named_pack(AWARDS);
    let documents = documents(&pack, &source("an-binh-thuong-khen-thuong-2025", &[]));
    let (_, bytes) = documents
        .iter()
        .find(|(output, _)| output == "giay_khen")
        .expect("certificates");
    let body = body(bytes);
    let sections = body.all("w:sectPr");
    assert_eq!(sections.len(), 12);
    for section in sections {
        assert_eq!(section.all("w:pgSz")[0].attribute("w:orient"), Some("landscape"));
        assert_eq!(section.all("w:pgBorders").len(), 1);
    }
    let text = text(bytes);
    assert_in_order(
        &text,
        &[
            "CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ AN BÌNH THƯỢNG",
            "TẶNG\nGIẤY KHEN\nNhân dân và cán bộ thôn Đồng Mây\nĐã có thành tích xuất sắc trong phong trào thi đua yêu nước năm 2025\n",
            "Số sổ vàng: 01\n",
            "TẶNG DANH HIỆU\nTẬP THỂ LAO ĐỘNG TIÊN TIẾN\nTrường Tiểu học An Bình Thượng\n",
            "Bà NGUYỄN THỊ BÍCH HẰNG\nChi hội trưởng Chi hội Phụ nữ, thôn Suối Trong\nĐã có sáng kiến",
            "Quyết định số 38/QĐ-UBND\nngày 12 tháng 01 năm 2026\nSố sổ vàng: 06\nAn Bình Thượng, ngày 12 tháng 01 năm 2026\nCHỦ TỊCH\nLương Xuân Thắng",
            "Hộ gia đình ông Sa Văn Thịnh\nThôn Khe Dài\nĐã hiến 320 m² đất ở",
        ],
    );
    assert_eq!(text.matches("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM").count(), 12);
}

#[test]
fn awards_beyond_the_chairmans_power_and_people_listed_twice_are_told() {
    let pack = samples::named_pack(AWARDS);
    let sample = "an-binh-thuong-khen-thuong-2025";
    assert_eq!(findings(&pack, &source(sample, &[])), Vec::<String>::new());
    let twice = source(sample, &[("ten = \"Hà Văn Quyết\"", "ten = \"Nguyễn Thị Bích Hằng\"")])
        .replace("don_vi = \"thôn Vàng Anh\"", "don_vi = \"Thôn Suối Trong\"");
    let found = findings(&pack, &twice);
    assert!(
        found.len() == 1 && found[0].starts_with("so-lieu/trung-dong"),
        "{found:?}"
    );
    let unpaid = source(
        sample,
        &[("nguon_kinh_phi = \"Quỹ thi đua, khen thưởng của xã\"\n", "")],
    );
    let found = findings(&pack, &unpaid);
    assert!(
        found.len() == 1 && found[0].starts_with("gia-tri/thieu-khi"),
        "one blank cell is told once, whatever the number of rows: {found:?}"
    );
    let wrong = source(
        sample,
        &[(
            "hinh_thuc = \"Tập thể lao động tiên tiến\"",
            "hinh_thuc = \"Chiến sĩ thi đua cơ sở\"",
        )],
    );
    assert_eq!(findings(&pack, &wrong).len(), 1, "a collective is no emulation fighter");
    // Before the district level ended, three of the titles were the district's to give.
    let early = source(sample, &[("ngay = 2026-01-12", "ngay = 2025-06-20")]);
    assert!(findings(&pack, &early).len() >= 2, "{:?}", findings(&pack, &early));
    let unpaid = source(sample, &[("nguon_kinh_phi = \"Quỹ thi đua, khen thưởng của xã\"", "")]);
    assert_eq!(findings(&pack, &unpaid).len(), 1, "money needs a source");
}

#[test]
fn mistakes_of_page_and_certificate_blocks_are_told_by_line() {
    let found = outline::build(
        "```page\norientation: ngang\nmargins: 20 20 20\nframe: tripel\nfont: 12\n{{#if a}}\n```\n\n\
         ```certificate\nauthority: A\nverb: TẶNG\n```\n\n```annex\nname: Phụ lục\ntitle: B\npage: landscap\n```\n",
    )
    .expect_err("findings")
    .print(Lang::En);
    for said in [
        "[nguon/gia-tri-khoa]: the line `orientation:` takes one of portrait, landscape",
        "[nguon/gia-tri-khoa]: the line `margins:` takes four whole numbers",
        "[nguon/gia-tri-khoa]: the line `frame:` takes one of",
        "[nguon/khoa-la]",
        "[nguon/the-trong-khung]: page takes no tags",
        "[nguon/thieu-khoa]: certificate needs a line `kind: …`",
        "did you mean `landscape`?",
    ] {
        assert!(found.contains(said), "{said} is not in\n{found}");
    }
}
