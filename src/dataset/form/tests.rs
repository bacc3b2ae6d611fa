//! Forms as offices lay them out.

use super::super::tests::{found, values};

const NOTHING: [&str; 0] = [];

/// The values of the form; blank ones as `-`.
fn form(rows: &str) -> String {
    values(&format!("## Thông tin\n{rows}"), "thong_tin")
}

fn told(rows: &str) -> Vec<String> {
    found(&format!("## Thông tin\n{rows}"))
}

#[test]
fn pairs_stand_in_one_cell_by_line_or_by_semicolon() {
    let rows = "UBND HUYỆN PHÚ BÌNH\n| Tên xã: Tân Hoà\\nNăm báo cáo: 2023; Số văn bản: 127 |";
    assert_eq!(form(rows), "127|-|Tân Hoà|-|-|-|2023|BC-UBND");
    assert_eq!(told(rows), NOTHING);
}

#[test]
fn a_label_with_a_comma_keeps_the_value_in_its_cell() {
    let rows = "| Tên xã, phường: Tân Hoà |\n| Năm báo cáo | 2023 |";
    assert_eq!(form(rows), "-|-|Tân Hoà|-|-|-|2023|BC-UBND");
    assert_eq!(told(rows), NOTHING);
}

#[test]
fn a_sentence_after_a_semicolon_stays_with_its_label() {
    assert_eq!(
        form("| Tên xã: Tân Hoà; cũ: Tân Đức |"),
        "-|-|Tân Hoà; cũ: Tân Đức|-|-|-|-|BC-UBND"
    );
}

#[test]
fn a_label_stands_above_its_value() {
    let rows = "| Tên xã |\n| Tân Hoà |\n\n| Năm báo cáo |\n| 2023 |";
    assert_eq!(form(rows), "-|-|Tân Hoà|-|-|-|2023|BC-UBND");
}

#[test]
fn a_row_of_labels_has_a_row_of_values() {
    let rows = "THÔNG TIN CHUNG\n| Số văn bản | Tên đơn vị | Năm báo cáo |\n| 127 | Tân Hoà | 2023 |";
    assert_eq!(form(rows), "127|-|Tân Hoà|-|-|-|2023|BC-UBND");
    assert_eq!(told(rows), NOTHING);
}

#[test]
fn a_row_of_labels_may_have_blank_values_and_running_numbers() {
    let rows = "| STT | Số văn bản | Tên đơn vị | Năm báo cáo |\n| 1 | | Tân Hoà | 2023 |";
    assert_eq!(form(rows), "-|-|Tân Hoà|-|-|-|2023|BC-UBND");
}

#[test]
fn merged_labels_and_values_are_read() {
    let rows = "| Tên đơn vị | < | Tân Hoà | < |\n| Năm báo cáo | < | 2023 | < |";
    assert_eq!(form(rows), "-|-|Tân Hoà|-|-|-|2023|BC-UBND");
    let rows = "| Tên đơn vị | Năm báo cáo |\n| ^ | ^ |\n| Tân Hoà | 2023 |";
    assert_eq!(form(rows), "-|-|Tân Hoà|-|-|-|2023|BC-UBND");
}

#[test]
fn a_value_may_stand_several_columns_to_the_right() {
    let rows = "| Tên đơn vị: | | | Tân Hoà |\n| Năm báo cáo: | | | 2023 |";
    assert_eq!(form(rows), "-|-|Tân Hoà|-|-|-|2023|BC-UBND");
}

#[test]
fn dotted_lines_are_no_values() {
    let rows = "| Tên đơn vị: ........ Tân Hoà ........ |\n| Số văn bản: ……/BC-UBND |\n| Huyện: ………… |\n| Năm báo cáo | ………… |";
    assert_eq!(form(rows), "-|-|Tân Hoà|-|-|-|-|BC-UBND");
    assert_eq!(told(rows), NOTHING);
}

#[test]
fn a_label_runs_into_a_dotted_line_without_a_colon() {
    assert_eq!(form("| Tên xã ........ Tân Hoà |"), "-|-|Tân Hoà|-|-|-|-|BC-UBND");
}

#[test]
fn a_few_dots_at_the_end_are_the_users_own() {
    assert_eq!(form("| Tên đơn vị | Tân Hoà... |"), "-|-|Tân Hoà...|-|-|-|-|BC-UBND");
}

#[test]
fn two_pairs_of_columns_stand_side_by_side() {
    let rows = "| Số văn bản | 127 | Năm báo cáo | 2023 |\n| Tên đơn vị | Tân Hoà | Huyện | Phú Bình |";
    assert_eq!(form(rows), "127|-|Tân Hoà|Phú Bình|-|-|2023|BC-UBND");
}

#[test]
fn side_by_side_pairs_may_be_blank() {
    let rows =
        "| Số văn bản | 127 | Năm báo cáo | 2023 |\n| Huyện | | Ngày ban hành | 15/12/2023 |\n| Tên xã | Tân Hoà | | |";
    assert_eq!(form(rows), "127|-|Tân Hoà|-|15/12/2023|-|2023|BC-UBND");
}

#[test]
fn a_column_of_units_is_no_value() {
    let rows = "| TT | Nội dung | ĐVT | |\n| 1 | Số văn bản | số | 127 |\n| 2 | Tên đơn vị | | Tân Hoà |\n| 3 | Huyện | tên | |";
    assert_eq!(form(rows), "127|-|Tân Hoà|-|-|-|-|BC-UBND");
}

#[test]
fn running_numbers_stand_before_labels() {
    let rows = "| 1 | Tên đơn vị | Tân Hoà |\n| 2 | Năm báo cáo | 2023 |";
    assert_eq!(form(rows), "-|-|Tân Hoà|-|-|-|2023|BC-UBND");
}

#[test]
fn a_value_that_says_a_label_is_a_value_where_values_stand() {
    let rows = "| Tên đơn vị | Huyện |\n| Năm báo cáo | 2023 |\n| Số văn bản | 127 |";
    assert_eq!(form(rows), "127|-|Huyện|-|-|-|2023|BC-UBND");
    let rows = "| Tên đơn vị | Huyện: Phú Bình |\n| Năm báo cáo | 2023 |\n| Số văn bản | 127 |";
    assert_eq!(form(rows), "127|-|Huyện: Phú Bình|-|-|-|2023|BC-UBND");
}

#[test]
fn what_may_be_label_or_value_is_told() {
    let rows = "| Tên đơn vị | Huyện |";
    assert_eq!(told(rows), ["muc/khong-ro Thông tin › B1"]);
    // A number has no label as its value.
    let rows = "| Số văn bản | Tên xã | Tân Hoà |";
    assert_eq!(form(rows), "-|-|Tân Hoà|-|-|-|-|BC-UBND");
}

#[test]
fn abbreviated_labels_are_read() {
    let rows = "| Tên ĐV | Tân Hoà |\n| Số VB | 127 |\n| Năm BC: | 2023 |";
    assert_eq!(form(rows), "127|-|Tân Hoà|-|-|-|2023|BC-UBND");
}

#[test]
fn a_near_label_is_asked_about_with_the_remedy() {
    let (_, findings) =
        super::super::tests::run("## Thông tin\n| Tên đơn vị báo cáo | Tân Hoà |\n| Số văn bản | 127 |");
    let text = findings.print(crate::diagnostic::Lang::Vi);
    assert!(text.contains("muc/sai-ten"), "{text}");
    assert!(text.contains("--map \"Tên đơn vị báo cáo=ten_xa\""), "{text}");
}
