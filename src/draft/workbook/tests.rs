//! Workbooks as offices keep them, and the sheets that are made out of them.

use super::*;
use crate::markdown_workbook::workbook as written;
use crate::workbook::{Limits, read as read_bytes};

/// What was made out: a line for each sheet, then one for each of its fields.
fn drafted(markdown: &str) -> Drafted {
    let workbook = read_bytes(&written(markdown), &Limits::default()).expect("a workbook");
    let options = Options {
        id: "thu".to_owned(),
        ..Options::default()
    };
    draft(&workbook, &options).unwrap_or_else(|findings| panic!("{}", findings.print(crate::diagnostic::Lang::Vi)))
}

fn sheets(markdown: &str) -> String {
    let drafted = drafted(markdown);
    let mut out = String::new();
    for sheet in drafted.plan.sheets.iter().skip(1) {
        out.push_str(&format!("{} “{}” {:?}\n", sheet.id, sheet.name, sheet.layout));
        for field in &sheet.fields {
            let unit = field
                .unit
                .as_deref()
                .map(|unit| format!(" [{unit}]"))
                .unwrap_or_default();
            let star = if field.required { " *" } else { "" };
            out.push_str(&format!(
                "  {} «{}» {}{unit}{star}\n",
                field.id,
                field.label,
                field.ty.info().name
            ));
        }
    }
    out
}

#[test]
fn headers_over_two_rows_are_joined_and_units_taken_out() {
    let found = sheets(
        "## Biểu\n| STT | Nội dung | Dự toán (triệu đồng) | Thực hiện | < |\n| ^ | ^ | ^ | 6 tháng | Cả năm |\n\
         | 1 | Thu | 10 | 4.5 | 9 |\n| 2 | Chi | 11 | 5 | 10 |\n| 3 | Dự phòng | 12 | 5.5 | 11 |\n",
    );
    assert_eq!(
        found,
        "bieu “Biểu” Table\n  noi_dung «Nội dung» text *\n  du_toan «Dự toán» integer [triệu đồng] *\n  \
         thuc_hien_6_thang «Thực hiện / 6 tháng» decimal *\n  thuc_hien_ca_nam «Thực hiện / Cả năm» integer *\n"
    );
}

#[test]
fn a_letterhead_and_a_title_are_no_header() {
    let found = sheets(
        "## Sheet1\n| UBND HUYỆN PHÚ BÌNH | | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM |\n| UBND XÃ TÂN HOÀ | | Độc lập - Tự do - Hạnh phúc |\n\n\
         | | DANH SÁCH HỘ NGHÈO |\n\n| TT | Chủ hộ | Thôn |\n| 1 | Nguyễn Văn Hùng | Xóm Đồng |\n| 2 | Trần Thị Lý | Xóm Trại |\n",
    );
    assert_eq!(
        found,
        "danh_sach_ho_ngheo “DANH SÁCH HỘ NGHÈO” Table\n  chu_ho «Chủ hộ» text\n  thon «Thôn» text\n"
    );
}

#[test]
fn several_tables_of_a_tab_are_sheets_of_their_own() {
    let found = drafted(
        "## Biểu đồ\nGIÁ TRỊ SẢN XUẤT\n| STT | Danh mục | Giá trị (triệu đồng) |\n| 1 | Gia súc | 5 |\n| 2 | Gia cầm | 6 |\n| 3 | Khác | 7 |\n\n\
         SỐ LƯỢNG ĐÀN\n| STT | Danh mục | Số lượng |\n| 1 | Đàn trâu | 15 |\n| 2 | Đàn bò | 16 |\n| 3 | Đàn gà | 17 |\n",
    );
    let names: Vec<&str> = found.plan.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["Thông tin chung", "Biểu đồ", "SỐ LƯỢNG ĐÀN"]);
    assert!(!found.findings.has_errors());
    let samples: Vec<usize> = found.plan.sheets.iter().map(|sheet| sheet.samples.len()).collect();
    assert_eq!(samples, [1, 3, 3], "each table is read by itself");
}

#[test]
fn a_guess_that_the_workbook_belies_is_mended_and_told() {
    let found = drafted(
        "## Biểu\n| Tên | Mục tiêu | Tỷ lệ (%) |\n| a | 10 | 0.5 |\n| b | 20 | 0.95 |\n| c | 30 | 1.1 |\n| d | 40 | 0.7 |\n\
         | e | 600-700 | 0.8 |\n",
    );
    assert!(
        !found.findings.has_errors(),
        "{}",
        found.findings.print(crate::diagnostic::Lang::Vi)
    );
    let told: Vec<&str> = found.notes.iter().map(|note| note.vi.as_str()).collect();
    assert!(
        told.iter()
            .any(|line| line.contains("«Mục tiêu»") && line.contains("B6")),
        "{told:#?}"
    );
    assert!(
        told.iter()
            .any(|line| line.contains("«Tỷ lệ (%)»") && line.contains("thay vì")),
        "{told:#?}"
    );
}

#[test]
fn a_column_without_a_header_is_told() {
    let found = drafted(
        "## NK\n| Stt | | Đơn vị | K.H | TH |\n| 1 | Ôtô | Chiếc | 240 | 91 |\n| 2 | Linh kiện | Tr. USD | 65 | 23 |\n| 3 | Xe máy | Chiếc | 5 | 46 |\n",
    );
    let told: Vec<&str> = found.notes.iter().map(|note| note.vi.as_str()).collect();
    assert!(
        told.iter().any(|line| line.contains("--map \"cột B=noi_dung_cot_b\"")),
        "{told:#?}"
    );
}

#[test]
fn texts_below_one_another_are_a_list() {
    let found = sheets("## Nơi nhận\n| STT | Nơi nhận |\n| 1 | UBND tỉnh |\n| 2 | Sở Nội vụ |\n| 3 | Lưu: VT |\n");
    assert!(found.starts_with("noi_nhan “Nơi nhận”"), "{found}");
    let found = sheets("## Khẩu hiệu\nGiỏi việc nước\nĐảm việc nhà\nLá lành đùm lá rách\n");
    assert_eq!(found, "khau_hieu “Khẩu hiệu” List\n  khau_hieu «Khẩu hiệu» text\n");
}

#[test]
fn codes_by_which_rows_are_reached_are_a_key() {
    let found = drafted(
        "## Chỉ tiêu\n| Mã | Tên chỉ tiêu | Thực hiện |\n| thu | Thu ngân sách | 1 |\n| chi | Chi ngân sách | 2 |\n| rung | Trồng rừng | 3 |\n",
    );
    assert_eq!(found.plan.sheets[1].key.as_deref(), Some("ma"));
}

#[test]
fn a_workbook_with_nothing_to_ask_for_is_refused() {
    let workbook = read_bytes(&written("## Trang 1\nMột dòng chữ\n"), &Limits::default()).expect("a workbook");
    let findings = draft(&workbook, &Options::default()).expect_err("nothing");
    assert_eq!(
        findings.iter().map(|finding| finding.code).collect::<Vec<_>>(),
        ["goi-moi/khong-co-bang"]
    );
}
