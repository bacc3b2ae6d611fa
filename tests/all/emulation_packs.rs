//! The packs around emulation movements: the submission of awards and the plan of a movement. What becomes of their
//! samples, word for word, and what is told of workbooks with mistakes.

use std::path::Path;

use baocao::blank::Prefill;
use baocao::diagnostic::{Lang, Severity};
use baocao::pack::{BUILT_IN, Fit, Pack, fit};
use baocao::pipeline::{self, Options};

use crate::invariants::{assert_no_tags, assert_sound};
use crate::report::{Report, assert_no_slips, document, sample_bytes};
use crate::samples;

/// A pack and its samples.
const SAMPLES: [(&str, &str); 3] = [
    ("to-trinh-khen-thuong", "an-binh-to-trinh-2025"),
    ("ke-hoach-thi-dua", "an-binh-ke-hoach-2026"),
    ("ke-hoach-thi-dua", "minh-tay-chuyen-de-2026"),
];

/// The text of a document, a line for each paragraph that has text.
fn text(docx: &[u8]) -> String {
    let paragraphs = Report::of(docx).paragraphs().into_iter();
    let lines = paragraphs
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty());
    lines.map(|line| line + "\n").collect()
}

#[test]
fn each_sample_gives_the_text_that_was_read_through() {
    for (pack, sample) in SAMPLES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/documents")
            .join(format!("{sample}.txt"));
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        let found = text(&document(&samples::named_pack(pack), &sample_bytes(sample)));
        assert!(found == expected, "tests/documents/{sample}.txt should be\n{found}");
    }
}

#[test]
fn nothing_of_the_templates_stays_behind() {
    for (pack, sample) in SAMPLES {
        let bytes = document(&samples::named_pack(pack), &sample_bytes(sample));
        assert_sound(sample, &bytes);
        assert_no_tags(sample, &bytes);
        assert_no_slips(sample, &Report::of(&bytes));
    }
}

#[test]
fn the_packs_pass_their_own_check_and_read_what_they_write() {
    for (id, sample) in SAMPLES {
        let pack = samples::named_pack(id);
        let found = pipeline::check_pack(&pack);
        assert!(found.is_empty(), "{id}: {}", found.print(Lang::En));
        let bytes = sample_bytes(sample);
        let checked = pipeline::check(&pack, &bytes, &Options::default()).expect("a workbook");
        let again = pipeline::blank(&pack, &Prefill::from_dataset(&pack.schema, &checked.dataset)).expect("a workbook");
        assert!(document(&pack, &again) == document(&pack, &bytes), "{sample}");
    }
}

#[test]
fn a_sample_is_known_without_its_stamp_among_all_packs() {
    let packs: Vec<Pack> = BUILT_IN.iter().map(|pack| samples::named_pack(pack.id)).collect();
    let others = [
        ("bc-thi-dua-khen-thuong", "tan-hoa-2023"),
        ("bc-thi-dua-khen-thuong", "loi-thuong-gap"),
    ];
    for (id, sample) in SAMPLES.into_iter().chain(others) {
        let mut workbook = pipeline::read(&sample_bytes(sample), &Options::default()).expect("a workbook");
        workbook.properties.clear();
        match fit(&packs, &workbook) {
            Fit::Looks(index) => assert_eq!(packs[index].id, id, "{sample}"),
            other => panic!("{sample}: {other:?}"),
        }
    }
}

/// The workbook of a sample with changes to its source.
fn changed(pack: &str, sample: &str, changes: &[(&str, &str)]) -> Vec<u8> {
    let mut source = std::fs::read_to_string(samples::path(&format!("{sample}.toml"))).expect("UTF-8");
    for (old, new) in changes {
        assert!(source.contains(old), "“{old}” is not in {sample}");
        source = source.replacen(old, new, 1);
    }
    samples::data(&samples::named_pack(pack), &source)
}

/// What is told of it: code, place, and a part of the message.
fn told(pack: &str, workbook: &[u8]) -> Vec<String> {
    let checked = pipeline::check(&samples::named_pack(pack), workbook, &Options::default()).expect("a workbook");
    let line = |finding: &baocao::Diagnostic| {
        let sign = match finding.severity {
            Severity::Error => "",
            Severity::Warning => "?",
        };
        format!(
            "{sign}{} {}: {}",
            finding.code,
            finding.where_text(Lang::Vi),
            finding.message.vi
        )
    };
    checked.diagnostics.iter().map(line).collect()
}

#[test]
fn awards_of_the_wrong_authority_and_wrong_counts_are_told() {
    let workbook = changed(
        "to-trinh-khen-thuong",
        "an-binh-to-trinh-2025",
        &[
            (
                "hinh_thuc = \"Tập thể lao động xuất sắc\"\ntham_quyen",
                "hinh_thuc = \"Tập thể lao động tiên tiến\"\ntham_quyen",
            ),
            (
                "tham_quyen = \"Thủ tướng Chính phủ\"",
                "tham_quyen = \"Chủ tịch UBND cấp tỉnh\"",
            ),
            ("so_ca_nhan = 3", "so_ca_nhan = 4"),
            ("ngay_hop = 2025-12-02", "ngay_hop = 2025-12-12"),
            ("nhom = \"Hình thức\"", "nhom = \"Danh hiệu\""),
        ],
    );
    let told = told("to-trinh-khen-thuong", &workbook);
    for (place, part) in [
        (
            "Xét khen thưởng › B4",
            "«Ngày họp Hội đồng» phải trước hoặc bằng «Ngày ban hành»",
        ),
        (
            "Tổng hợp › D6",
            "của “Tập thể lao động tiên tiến” vào ngày 08/12/2025 là “Chủ tịch UBND cấp xã”",
        ),
        (
            "Tổng hợp › D9",
            "của “Bằng khen của Thủ tướng Chính phủ” vào ngày 08/12/2025 là “Thủ tướng Chính phủ”",
        ),
        ("Tổng hợp › F8", "ghi 4, nhưng trang «Cá nhân» có 3 dòng"),
        ("so-lieu/dem Tổng hợp › E6", "ghi 2, nhưng trang «Tập thể» có 0 dòng"),
        ("Tổng hợp › B8", "là “Hình thức”, ô này ghi “Danh hiệu”"),
        (
            "Tập thể › C6",
            "«Danh hiệu, hình thức đề nghị» ghi “Tập thể lao động xuất sắc”, nhưng",
        ),
    ] {
        assert!(
            told.iter().any(|line| line.contains(place) && line.contains(part)),
            "{place}: {part}\n{told:#?}"
        );
    }
}

#[test]
fn authority_goes_by_the_date_of_the_document() {
    // Under three tiers the district's chairman gave it, and the submission went to the district.
    let award = |day: &str, authority: &str, district: &str| {
        let workbook = changed(
            "to-trinh-khen-thuong",
            "an-binh-to-trinh-2025",
            &[
                ("ngay = 2025-12-08", &format!("ngay = {day}\n{district}")),
                ("ngay_hop = 2025-12-02", "ngay_hop = 2025-01-02"),
                (
                    "hinh_thuc = \"Tập thể lao động xuất sắc\"\ntham_quyen = \"Chủ tịch UBND cấp tỉnh\"",
                    &format!("hinh_thuc = \"Tập thể lao động tiên tiến\"\ntham_quyen = \"{authority}\""),
                ),
                (
                    "hinh_thuc = \"Tập thể lao động xuất sắc\"\nthanh_tich",
                    "hinh_thuc = \"Tập thể lao động tiên tiến\"\nthanh_tich",
                ),
                (
                    "hinh_thuc = \"Tập thể lao động xuất sắc\"\nthanh_tich",
                    "hinh_thuc = \"Tập thể lao động tiên tiến\"\nthanh_tich",
                ),
            ],
        );
        told("to-trinh-khen-thuong", &workbook)
    };
    assert_eq!(
        award("2025-06-20", "Chủ tịch UBND cấp huyện", "huyen = \"huyện Tam Nông\""),
        Vec::<String>::new()
    );
    let after = award("2025-07-02", "Chủ tịch UBND cấp huyện", "");
    assert!(
        after.len() == 1 && after[0].contains("“Chủ tịch UBND cấp xã”"),
        "{after:#?}"
    );
}

#[test]
fn a_submission_under_three_tiers_goes_to_the_district() {
    let pack = samples::named_pack("to-trinh-khen-thuong");
    let workbook = changed(
        "to-trinh-khen-thuong",
        "an-binh-to-trinh-2025",
        &[
            ("ngay = 2025-12-08", "ngay = 2025-06-20\nhuyen = \"huyện Tam Nông\""),
            ("ngay_hop = 2025-12-02", "ngay_hop = 2025-06-02"),
        ],
    );
    let text = text(&document(&pack, &workbook));
    for part in [
        "- Chủ tịch Ủy ban nhân dân huyện Tam Nông;\n- Phòng Nội vụ huyện Tam Nông.\n",
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
        "Căn cứ Nghị định số 98/2023/NĐ-CP ngày 31 tháng 12 năm 2023",
        "cho 01 tập thể và 03 cá nhân (đề nghị trình Chủ tịch UBND cấp tỉnh);",
    ] {
        assert!(text.contains(part), "“{part}” is not in\n{text}");
    }
    assert!(!text.contains("152/2025"), "{text}");
}

#[test]
fn one_list_alone_has_the_only_annex() {
    let pack = samples::named_pack("to-trinh-khen-thuong");
    let source = std::fs::read_to_string(samples::path("an-binh-to-trinh-2025.toml")).expect("UTF-8");
    let (head, _) = source.split_once("[[tong_hop]]").expect("the summary");
    let head = head.replace("so_van_ban = 45\n", "");
    let only = format!(
        "{head}[[tong_hop]]\nnhom = \"Hình thức\"\nhinh_thuc = \"Bằng khen của Chủ tịch UBND tỉnh\"\ntham_quyen = \"Chủ tịch \
         UBND cấp tỉnh\"\nso_ca_nhan = 1\n[[ca_nhan]]\nho_ten = \"Lê Văn Thành\"\ndon_vi = \"tổ dân phố số 2\"\nhinh_thuc = \
         \"Bằng khen của Chủ tịch UBND tỉnh\"\nthanh_tich = \"Cứu người gặp nạn.\"\n"
    );
    let bytes = document(&pack, &samples::data(&pack, &only));
    let text = text(&bytes);
    for part in [
        "Số: ……/TTr-UBND",
        "UBND phường đề nghị khen thưởng 01 cá nhân, gồm:\n- Bằng khen của Chủ tịch UBND tỉnh Phú Thọ cho 01 cá nhân.\n\
         (Danh sách và tóm tắt thành tích tại Phụ lục kèm theo.)",
        "Phụ lục\nDANH SÁCH CÁ NHÂN ĐỀ NGHỊ KHEN THƯỞNG\n",
        "Tổ dân phố số 2",
        "xem xét, quyết định./.",
    ] {
        assert!(text.contains(part), "“{part}” is not in\n{text}");
    }
    assert!(!text.contains("DANH SÁCH TẬP THỂ"), "{text}");
    assert_no_slips("one list", &Report::of(&bytes));
}

#[test]
fn a_submission_without_its_lists_is_no_submission() {
    let source = std::fs::read_to_string(samples::path("an-binh-to-trinh-2025.toml")).expect("UTF-8");
    let (head, _) = source.split_once("[[tap_the]]").expect("the first list");
    let workbook = samples::data(&samples::named_pack("to-trinh-khen-thuong"), head);
    let told = told("to-trinh-khen-thuong", &workbook);
    assert!(
        told.len() == 6 && told.iter().all(|line| line.starts_with("so-lieu/dem Tổng hợp")),
        "{told:#?}"
    );
}

#[test]
fn mistakes_of_a_plan_are_told() {
    let workbook = changed(
        "ke-hoach-thi-dua",
        "an-binh-ke-hoach-2026",
        &[
            (
                "\"Căn cứ Kế hoạch số 08",
                "\"Căn cứ Nghị định số 98/2023/NĐ-CP; Kế hoạch số 08",
            ),
            ("Căn cứ Nghị quyết số 31", "Nghị quyết số 31"),
            ("tu_ngay = 2026-07-01", "tu_ngay = 2026-12-01"),
            ("han = 2026-01-23", "han = 2026-01-02"),
            ("thoi_gian = \"Thường xuyên\"", ""),
            ("so_ca_nhan = 96", ""),
            (
                "Việc bình xét, khen thưởng",
                "Theo Luật Thi đua, khen thưởng năm 2003 trước đây, việc bình xét, khen thưởng",
            ),
        ],
    );
    let told = told("ke-hoach-thi-dua", &workbook);
    let codes: Vec<&str> = told.iter().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(
        codes,
        [
            "can-cu/het-hieu-luc Căn cứ khác › B5",
            "gia-tri/sai-mau Căn cứ khác › B6",
            "?can-cu/het-hieu-luc Mục đích, biện pháp › C8",
            "so-lieu/thu-tu-ngay Thời gian › B6",
            "gia-tri/thieu-mot-trong Cơ cấu khen thưởng › C5",
            "so-lieu/thu-tu-ngay Tổ chức thực hiện › E5",
            "gia-tri/thieu-mot-trong Tổ chức thực hiện › E7",
        ],
        "{told:#?}"
    );
}
