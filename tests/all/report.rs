//! What becomes of the sample workbooks: every figure and name in its place, nothing of the template left over, and
//! every mistake of the broken one told.

use std::path::Path;

use baocao::blank::Prefill;
use baocao::diagnostic::Lang;
use baocao::pack::{BUILT_IN, Pack};
use baocao::pipeline::{self, Options};

use crate::invariants::{Element, Package, assert_no_tags, assert_sound};
use crate::samples;

const THREE_TIERS: &str = "tan-hoa-2023";
const TWO_TIERS: &str = "an-binh-thuong-2025";
const BROKEN: &str = "loi-thuong-gap.xlsx";

#[test]
fn committed_samples_and_templates_are_what_their_sources_give() {
    let built = samples::build();
    assert!(built.len() >= 3, "reports, and workbooks full of mistakes");
    for (name, bytes) in built {
        let committed = std::fs::read(samples::path(&name)).unwrap_or_default();
        assert!(
            committed == bytes,
            "samples/{name} is old: cargo run --example build-samples"
        );
    }
    let packs: Vec<Pack> = BUILT_IN.iter().map(|pack| samples::named_pack(pack.id)).collect();
    let outputs = packs
        .iter()
        .flat_map(|pack| pack.outputs.iter().map(move |output| (pack, output)));
    for (pack, output) in outputs {
        let built = pack.build_template(output).expect("a text source");
        let built = built.unwrap_or_else(|faults| panic!("{}", faults.print(Lang::En)));
        assert!(
            pack.file(&output.template) == Some(&built[..]),
            "{} is old: baocao pack build templates/{}",
            output.template,
            pack.id
        );
    }
}

/// What the model report says, in the order in which it says it.
const MODEL: &[&str] = &[
    "ỦY BAN NHÂN DÂN",
    "XÃ TÂN HOÀ",
    "Số: 127/BC-UBND",
    "Tân Hoà, ngày 15 tháng 12 năm 2023",
    "BÁO CÁO",
    "thi đua, khen thưởng năm 2023, phương hướng, nhiệm vụ năm 2024",
    "Kính gửi:",
    "- Ủy ban nhân dân huyện Phú Bình;",
    "- Phòng Nội vụ huyện Phú Bình.",
    "Phần I",
    "Kế hoạch số 16/KH-UBND ngày 17/02/2023 về tổ chức phong trào thi đua yêu nước",
    "Kế hoạch số 18/KH-UBND ngày 03/02/2023 của Ủy ban nhân dân huyện Phú Bình",
    "Kế hoạch số 03/KH-KTĐ ngày 19/5/2023 của Khối thi đua số 2",
    "Quyết định số 04/QĐ-KTĐ ngày 19/5/2023 của Khối thi đua số 2",
    "(11/6/1948-11/6/2023)",
    "“Phú Bình chung sức xây dựng nông thôn mới”",
    "“Phong trào toàn dân đoàn kết xây dựng đời sống văn hóa ở khu dân cư”",
    "tính đến ngày 30/11/2023 là 258 triệu đồng, bằng 130,7% dự toán giao",
    "ước thực hiện hết năm 2023 đạt 276 triệu đồng, bằng 139,3% so với Nghị quyết BCH Đảng bộ xã giao",
    "(theo giá so sánh năm 2010) ước đạt 28 tỷ đồng, bằng 112% so với Nghị quyết BCH Đảng bộ xã, tăng 14,2% so với năm 2022",
    "ước đạt 235 tỷ đồng, bằng 100,29% kế hoạch, tăng 1,51% so với năm 2022",
    "ước đạt 98 triệu đồng/ha, bằng 100% kế hoạch giao, tăng 03 triệu đồng/ha so với năm 2022",
    "ước đạt 50 ha, bằng 166% kế hoạch",
    "đạt trên 30%",
    "đạt 74,3%, bằng 101,78% so với Nghị quyết BCH Đảng bộ xã",
    "đạt 31%, bằng 100% so với Nghị quyết BCH Đảng bộ xã",
    "giảm 2,1%/năm, bằng 300% kế hoạch",
    "đạt 100%",
    "83,79%",
    "98,99%",
    "495 hồ sơ",
    "18 tân binh, vượt chỉ tiêu cấp trên giao 01 tân binh",
    "Đại hội đại biểu toàn quốc lần thứ XIII của Đảng",
    "Thái Nguyên chung sức xây dựng nông thôn mới",
    "Doanh nghiệp Thái Nguyên hội nhập và phát triển",
    "Toàn dân phòng cháy, chữa cháy",
    "đặc biệt là phong trào Thái Nguyên đẩy mạnh Chương trình chuyển đổi số được phát động trong năm 2023",
    "“Hội cựu chiến binh gương mẫu”",
    "58 hộ nghèo, 51 hộ cận nghèo",
    "192 hộ gia đình hiến đất",
    "14.728 m²",
    "1.584 m",
    "3,5 tỷ đồng",
    "341 triệu đồng",
    "Khen thưởng cấp tỉnh",
    "03 cá nhân được BCH Đảng bộ tỉnh Thái Nguyên",
    "01 tập thể (HTX nuôi hươu Hội CCB Trọng Hùng) được Chủ tịch UBND tỉnh tặng Bằng khen",
    "Đề nghị Chủ tịch UBND tỉnh Thái Nguyên khen thưởng cho 01 tập thể và 01 cá nhân",
    "Đề nghị Ủy ban MTTQ tỉnh, Hội CCB tỉnh Thái Nguyên",
    "Khen thưởng cấp huyện",
    "01 cá nhân được Chủ tịch UBND huyện",
    "01 cá nhân được Liên đoàn Lao động huyện",
    "Khen thưởng cấp xã",
    "05 tập thể và 48 đảng viên được Ban Chấp hành Đảng bộ xã Tân Hoà",
    "12 tập thể và 17 cá nhân được Chủ tịch UBND xã Tân Hoà",
    "14 cá nhân được Chủ tịch UBND xã tặng danh hiệu Lao động tiên tiến năm 2023",
    "khen thưởng năm 2023.",
    "Ưu điểm",
    "Tồn tại, hạn chế",
    "Nguồn kinh phí cho hoạt động thi đua, khen thưởng còn hạn chế.",
    "KIẾN NGHỊ, ĐỀ XUẤT",
    "Đề nghị cấp trên tăng thêm nguồn kinh phí",
    "Phần II",
    "NĂM 2024",
    "1. Tiếp tục quán triệt",
    "2. Phối hợp chặt chẽ",
    "Nơi nhận:",
    "- Như trên;",
    "- TT Đảng ủy xã;",
    "- Lưu: VT, VP.",
    "TM. ỦY BAN NHÂN DÂN",
    "CHỦ TỊCH",
    "Đào Văn Trung",
];

#[test]
fn the_report_says_everything_the_model_report_says_in_its_order() {
    let text = filled(THREE_TIERS).text();
    let mut rest = &*text;
    for said in MODEL {
        let place = rest.find(said).unwrap_or_else(|| {
            let verdict = if text.contains(said) {
                "stands too early"
            } else {
                "is missing"
            };
            panic!("“{said}” {verdict}; behind the one before it:\n{rest}")
        });
        rest = &rest[place + said.len()..];
    }
    for foreign in ["Phụ lục", "KT. CHỦ TỊCH"] {
        assert!(!text.contains(foreign), "“{foreign}” does not belong to this report");
    }
}

#[test]
fn since_july_2025_no_district_is_left_anywhere() {
    let text = filled(TWO_TIERS).text();
    for district in ["huyện", "HUYỆN", "Huyện"] {
        assert!(!text.contains(district), "{}", around(&text, district));
    }
    for said in [
        "Kính gửi:",
        "- Ủy ban nhân dân tỉnh Phú Thọ;",
        "- Sở Nội vụ tỉnh Phú Thọ.",
        "Tổng sản lượng lương thực có hạt đạt 6.952,5 tấn",
        "Công tác chuyển đổi số",
        "1.240 hộ gia đình",
        "KT. CHỦ TỊCH",
        "PHÓ CHỦ TỊCH",
        "Hà Thị Minh Nguyệt",
        "Phụ lục",
        "Phùng Văn Lượng",
        "Lưu Thị Bích",
    ] {
        assert!(text.contains(said), "“{said}” is missing");
    }
}

#[test]
fn nothing_of_the_template_stays_behind() {
    let pack = samples::pack();
    let template = Report::of(pack.file("bao-cao.docx").expect("the template"));
    for sample in [THREE_TIERS, TWO_TIERS] {
        let bytes = document(&pack, &sample_bytes(sample));
        assert_sound(sample, &bytes);
        assert_no_tags(sample, &bytes);
        let report = Report::of(&bytes);
        let (left, before) = (report.empty_paragraphs(), template.empty_paragraphs());
        assert!(
            left <= before,
            "{left} empty paragraphs in {sample}, {before} in the template"
        );
        assert_no_slips(sample, &report);
    }
}

#[test]
fn a_blank_workbook_filled_with_what_was_read_is_the_sample_again() {
    let pack = samples::pack();
    for sample in [THREE_TIERS, TWO_TIERS] {
        let bytes = sample_bytes(sample);
        let checked = pipeline::check(&pack, &bytes, &Options::default()).expect("a workbook");
        assert!(
            checked.diagnostics.is_empty(),
            "{}",
            checked.diagnostics.print(Lang::En)
        );
        let again = pipeline::blank(&pack, &Prefill::from_dataset(&pack.schema, &checked.dataset)).expect("a workbook");
        assert!(
            document(&pack, &again) == document(&pack, &bytes),
            "{sample}: the reports of the two workbooks differ"
        );
    }
}

#[test]
fn values_are_data_and_never_code() {
    let hostile = "{{ten_xa}} <w:p/> & =1+1 {{#each danh_sach}} ]]> \"'";
    let pack = samples::pack();
    let source = std::fs::read_to_string(samples::path("tan-hoa-2023.toml")).expect("UTF-8");
    let quoted = format!("'''{hostile}'''");
    let source = source
        .replace("\"Đào Văn Trung\"", &quoted)
        .replace("\"TT HĐND xã\"", &quoted);
    let bytes = document(&pack, &samples::data(&pack, &source));
    assert_sound("the report", &bytes);
    assert_eq!(Report::of(&bytes).text().matches(hostile).count(), 2);
}

#[test]
fn every_mistake_of_the_broken_workbook_is_told_where_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::copy(samples::path(BROKEN), folder.path().join(BROKEN)).expect("copied");
    let output = crate::office::tools::baocao(folder.path(), &["check", BROKEN, "--json"]);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let part = |finding: &serde_json::Value, member: &str| finding[member].as_str().unwrap_or_default().to_owned();
    let found: Vec<String> = found["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| {
            let sheet = finding["sheet"].as_str().unwrap_or("(cả tệp)");
            let (cell, code, message) = (part(finding, "cell"), part(finding, "code"), part(finding, "message"));
            format!("| {sheet} | {cell} | {message} | `{code}` |")
        })
        .collect();
    // The list people read is the list that is tested.
    let readme = std::fs::read_to_string(samples::path("README.md")).expect("UTF-8");
    let (_, listed) = readme.split_once("| Trang tính | Ô |").expect("the list");
    let rows = listed.lines().filter(|line| line.starts_with('|')).skip(1);
    let listed: Vec<&str> = rows.collect();
    for (found, listed) in found.iter().zip(&listed) {
        assert_eq!(found, listed, "samples/README.md lists the mistakes");
    }
    assert_eq!(found.len(), listed.len(), "samples/README.md lists the mistakes");

    assert_eq!(output.status.code(), Some(1));
    let output = crate::office::tools::baocao(folder.path(), &["render", BROKEN]);
    assert_eq!(output.status.code(), Some(1));
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
    assert_eq!(left.len(), 1, "nothing is written: {left:?}");
}

#[test]
fn mistakes_of_a_template_are_told_all_at_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pack = folder.path().join("bc-thi-dua-khen-thuong");
    std::fs::create_dir(&pack).expect("made");
    for (name, content) in samples::pack().files {
        std::fs::write(pack.join(name), content).expect("written");
    }
    // What somebody's slip in Word leaves: the source would not be built with an unclosed block.
    let template = pack.join("bao-cao.docx");
    let bytes = std::fs::read(&template).expect("the template");
    let mut package = baocao::opc::Package::read(bytes, &baocao::opc::Limits::default()).expect("a package");
    let body = String::from_utf8(package.part("word/document.xml").expect("a body")).expect("UTF-8");
    let paragraph = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let slips = [
        "Xã {{thong_tin.ten_xaa}}",
        "{{uper thong_tin.ten_xa}}",
        "{{#if thong_tin.huyen}}Huyện",
    ];
    let slips: String = slips.map(paragraph).concat();
    let place = body.rfind("<w:sectPr").expect("a section");
    package.set(
        "word/document.xml",
        format!("{}{slips}{}", &body[..place], &body[place..]).into_bytes(),
    );
    std::fs::write(&template, package.write().expect("a package")).expect("written");

    let output = crate::office::tools::baocao(folder.path(), &["pack", "check", "./bc-thi-dua-khen-thuong", "--json"]);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(output.status.code(), Some(1), "{found:#}");
    let errors: Vec<String> = found["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .map(|finding| format!("{} {} {}", finding["place"], finding["message"], finding["hint"]))
        .collect();
    assert_eq!(errors.len(), 3, "{errors:#?}");
    for (words, error) in [
        (["ten_xaa", "ten_xa", "Xã →{{thong_tin.ten_xaa}}←"], &errors[0]),
        (["uper", "upper", "{{uper thong_tin.ten_xa}}"], &errors[1]),
        (["{{#if thong_tin.huyen}}", "{{/if}}", "Huyện"], &errors[2]),
    ] {
        for word in words {
            assert!(error.contains(word), "no “{word}” in {errors:#?}");
        }
    }
}

/// A finished report, read by other code than wrote it.
pub(crate) struct Report {
    body: Element,
}

impl Report {
    pub(crate) fn of(docx: &[u8]) -> Self {
        let (mut package, faults) = Package::read(docx);
        assert!(faults.is_empty(), "{faults:?}");
        Self {
            body: package.trees.remove("word/document.xml").expect("a body"),
        }
    }

    pub(crate) fn paragraphs(&self) -> Vec<String> {
        let paragraphs = self.body.all("w:p").into_iter();
        paragraphs
            .map(|paragraph| paragraph.text().replace('\u{a0}', " "))
            .collect()
    }

    fn text(&self) -> String {
        self.paragraphs().join("\n")
    }

    /// Paragraphs of the body itself that hold nothing: those in cells may stand there because a cell needs one.
    pub(crate) fn empty_paragraphs(&self) -> usize {
        let body = self.body.all("w:body");
        let paragraphs = body
            .iter()
            .flat_map(|body| &body.children)
            .filter(|child| child.name == "w:p");
        paragraphs
            .filter(|paragraph| paragraph.text().trim().is_empty())
            .count()
    }
}

pub(crate) fn sample_bytes(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(&samples::path(&format!("{name}.xlsx")))).expect("a sample")
}

pub(crate) fn document(pack: &Pack, workbook: &[u8]) -> Vec<u8> {
    let mut outcome = pipeline::render(pack, workbook, &Options::default()).expect("a workbook");
    assert!(
        outcome.diagnostics.is_empty(),
        "{}",
        outcome.diagnostics.print(Lang::En)
    );
    outcome.documents.pop().expect("a report").bytes
}

fn filled(sample: &str) -> Report {
    Report::of(&document(&samples::pack(), &sample_bytes(sample)))
}

/// What a template leaves behind when a value is missing where it did not expect that.
pub(crate) fn assert_no_slips(sample: &str, report: &Report) {
    const SLIPS: [&str; 14] = [
        "  ",
        " ,",
        " ;",
        " .",
        " :",
        "( ",
        " )",
        "()",
        ",,",
        ";;",
        ";.",
        "………",
        "{",
        "[object",
    ];
    for paragraph in report.paragraphs() {
        for slip in SLIPS {
            assert!(!paragraph.contains(slip), "{sample}: {}", around(&paragraph, slip));
        }
    }
}

/// What stands around a find, for a message.
fn around(text: &str, find: &str) -> String {
    let place = text.find(find).unwrap_or_default();
    let before: String = text[..place]
        .chars()
        .rev()
        .take(60)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let after: String = text[place + find.len()..].chars().take(60).collect();
    format!("“{find}” in …{before}[{find}]{after}…")
}
