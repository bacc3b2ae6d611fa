//! Tables on their side.

use super::super::tests::{found, run, values};
use super::*;
use crate::diagnostic::Lang;

const NOTHING: [&str; 0] = [];
const AWARDS: &str = "## Khen thưởng
    BẢNG TỔNG HỢP KHEN THƯỞNG
    | Cấp khen | Tỉnh | Xã |
    | Đối tượng | tập thể | cá nhân |
    | Số lượng | 2 | 5 |
    | Quyết định | 12/QĐ | 13/QĐ |
    | Thành tích | xuất sắc | |";

#[test]
fn records_stand_side_by_side() {
    assert_eq!(
        values(AWARDS, "khen_thuong"),
        "Tỉnh|tập thể|02|12/QĐ|xuất sắc / Xã|cá nhân|05|13/QĐ|-"
    );
    assert_eq!(found(AWARDS), NOTHING);
}

#[test]
fn cells_of_values_and_findings_are_those_of_the_sheet() {
    let text = AWARDS.replace("| Số lượng | 2 | 5 |", "| Số lượng | hai | |");
    assert_eq!(
        found(&text),
        [
            "gia-tri/khong-phai-so Khen thưởng › B4",
            "gia-tri/thieu Khen thưởng › C4"
        ]
    );
    let (dataset, _) = run(AWARDS);
    let sheet = &dataset.sheets[2];
    assert_eq!(sheet.cell(&sheet.records[1], 2), Some(CellRef::new(3, 2)));
}

#[test]
fn a_doubled_value_names_the_column() {
    let (_, findings) = run(&AWARDS.replace("13/QĐ", "12/QĐ"));
    let text = findings.print(Lang::Vi);
    assert!(
        text.contains("đã có ở cột B") && text.contains("Khen thưởng › C5"),
        "{text}"
    );
}

#[test]
fn a_total_column_and_a_unit_column_are_no_records() {
    let text = "## Khen thưởng
        | Chỉ tiêu | ĐVT | Đợt 1 | Đợt 2 |
        | Cấp khen | | Tỉnh | Xã |
        | Đối tượng | | tập thể | cá nhân |
        | Số lượng | người | 2 | 5 |
        | Thành tích | | xuất sắc | |";
    assert_eq!(
        values(text, "khen_thuong"),
        "Tỉnh|tập thể|02|-|xuất sắc / Xã|cá nhân|05|-|-"
    );
}

#[test]
fn messages_speak_of_the_table_as_it_lies() {
    let turned = |vi: &str, en: &str| turn_text(&Text::new(vi, en));
    let text = turned(
        "dòng 5 «dòng B3» là dòng tổng, xem ô B3 và cột “E7”",
        "row 5 «row B3» is a total, see B3 and column “E7”",
    );
    assert_eq!(text.vi, "cột E «dòng B3» là cột tổng, xem ô C2 và dòng “E7”");
    assert_eq!(text.en, "column E «row B3» is a total, see C2 and row “E7”");
    assert_eq!(turned("vùng B2:C10", "").vi, "vùng B2:J3");
}

#[test]
fn a_table_that_stands_upright_is_not_turned() {
    let text = "## Khen thưởng\n| Cấp khen | Số lượng |\n| Xã | 3 |";
    assert_eq!(values(text, "khen_thuong"), "Xã|-|03|-|-");
}
