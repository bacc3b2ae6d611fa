//! Sheets and labels in workbooks as communes keep them.

use proptest::prelude::*;

use super::super::tests::{SCHEMA, found, lines, run, run_mapped, run_with, schema, values};
use super::*;
use crate::diagnostic::Lang;

const NOTHING: [&str; 0] = [];
const INDICATORS: &str = "| STT | Mã | Tên chỉ tiêu | ĐVT | KH | TH |
    | 1 | thu | Thu ngân sách | triệu đồng | 197 | 258 |
    | 2 | rung | Trồng rừng | ha | 30 | 50 |";
const READ: &str = "thu|Thu ngân sách|triệu đồng|197|258|- / rung|Trồng rừng|ha|30|50|-";

mod labels {
    use super::*;

    fn field(sheet: usize, text: &str) -> Option<String> {
        let schema = schema(SCHEMA);
        let sheet = &schema.sheets[sheet];
        Labels::new(sheet)
            .find(text)
            .map(|index| sheet.fields[index].id.clone())
    }

    #[test]
    fn abbreviations_stand_for_one_label_only() {
        for (text, id) in [
            ("TH", Some("thuc_hien")),
            ("T.H", Some("thuc_hien")),
            ("KH (triệu đồng)", Some("ke_hoach")),
            ("Đ.vị tính", Some("don_vi_tinh")),
            ("Đơn vị tính:", Some("don_vi_tinh")),
            ("DVT", Some("don_vi_tinh")),
            ("Tên CT", Some("ten")),
            ("So với KH (%)", Some("ty_le")),
            ("So với kế hoạch  ( % )", Some("ty_le")),
            ("KH 2024", None),
            ("ƯTH", None),
            ("SL", None),
            ("TT", None),
            ("Kết quả TH", None),
        ] {
            assert_eq!(field(1, text).as_deref(), id, "{text}");
        }
        assert_eq!(field(2, "SL").as_deref(), Some("so_luong"));
    }

    #[test]
    fn an_abbreviation_of_two_labels_is_not_taken() {
        let toml = SCHEMA.replace("label = \"Kế hoạch\"", "label = \"Tổng hợp\"");
        let schema = super::schema(&toml);
        assert_eq!(Labels::new(&schema.sheets[1]).find("TH"), None);
    }

    #[test]
    fn tt_over_running_numbers_is_nothing_else() {
        let toml = SCHEMA.replace("label = \"Kế hoạch\"", "label = \"Tập thể\"");
        let schema = super::schema(&toml);
        let labels = Labels::new(&schema.sheets[1]);
        assert_eq!((labels.find("TT"), labels.find("STT")), (None, None));
        assert_eq!(labels.find("Tập thể"), labels.find("TẬP THỂ (triệu đồng)"));
        assert!(labels.find("Tập thể").is_some());
    }

    proptest! {
        #[test]
        fn a_label_is_found_however_it_is_typed(sheet in 0_usize..4, field in 0_usize..8, way in 0_u8..6, mark in 0_usize..5) {
            let schema = schema(SCHEMA);
            let sheet = &schema.sheets[sheet];
            let field = field % sheet.fields.len();
            let label = &sheet.fields[field].label;
            let typed = match way {
                0 => label.to_uppercase(),
                1 => crate::vietnamese::fold(label),
                2 => label.replace(' ', "\u{a0}"),
                3 => format!("  {}\u{200b} ", label.replace(' ', "  ")),
                4 => label.replace("oà", "òa").replace("uý", "úy").replace(' ', "\n"),
                _ => label.chars().flat_map(|c| {
                    let mut parts = Vec::new();
                    unicode_normalization::char::decompose_canonical(c, |part| parts.push(part));
                    parts
                }).collect(),
            };
            let typed = format!("{typed}{}", ["", ":", " *", " (*)", "…"][mark]);
            prop_assert_eq!(Labels::new(sheet).find(&typed), Some(field), "{}", typed);
        }

        #[test]
        fn another_text_is_no_label(words in proptest::collection::vec(
            prop::sample::select(vec!["xây", "dựng", "nông", "thôn", "mới", "hộ", "nghèo", "127", "Tân", "và", "TH", "của", "đạt"]), 2..7)
        ) {
            let schema = schema(SCHEMA);
            for sheet in &schema.sheets {
                let text = words.join(" ");
                prop_assert_eq!(Labels::new(sheet).find(&text), None, "{}", text);
            }
        }
    }
}

mod columns {
    use super::*;

    #[test]
    fn headers_with_abbreviations_are_read() {
        let text = format!("## Chỉ tiêu\nBIỂU 01: CHỈ TIÊU KT-XH\n{INDICATORS}");
        assert_eq!(values(&text, "chi_tieu"), READ);
        assert_eq!(found(&text), NOTHING);
    }

    #[test]
    fn a_near_header_is_asked_about_with_likeness_and_remedy() {
        let text = format!(
            "## Chỉ tiêu\n{}",
            INDICATORS.replace("| TH |", "| Kết quả TH | Thực hiện 6T |")
        );
        let (_, findings) = run(&text);
        assert!(findings.has_errors());
        let text = findings.print(Lang::Vi);
        assert!(
            text.contains("không có cột «Thực hiện»; giống nhất là «Thực hiện 6T» ("),
            "{text}"
        );
        assert!(text.contains("«Kết quả TH» (67%)"), "{text}");
        assert!(text.contains("--map \"Thực hiện 6T=thuc_hien\""), "{text}");
    }

    #[test]
    fn a_missing_column_names_unused_ones_of_its_kind() {
        let text = format!("## Chỉ tiêu\n{}", INDICATORS.replace("| TH |", "| Đã làm |"));
        let (_, findings) = run(&text);
        let text = findings.print(Lang::Vi);
        assert!(
            text.contains("thiếu cột «Thực hiện»; cột chưa dùng có số liệu hợp kiểu: «Đã làm» (F1)"),
            "{text}"
        );
        assert!(text.contains("--map \"Đã làm=thuc_hien\""), "{text}");
    }
}

mod mapped {
    use super::*;

    #[test]
    fn a_mapped_header_is_taken() {
        let text = format!("## Chỉ tiêu\n{}", INDICATORS.replace("| TH |", "| Đã làm |"));
        for map in ["Đã làm=thuc_hien", "DA LAM=chi_tieu.thuc_hien"] {
            assert_eq!(
                run_mapped(&text, &[map], "chi_tieu"),
                (READ.to_owned(), vec![]),
                "{map}"
            );
        }
    }

    #[test]
    fn a_mapped_header_wins_over_the_label_itself() {
        let text = format!("## Chỉ tiêu\n{}", INDICATORS.replace("| KH |", "| Thực hiện quý IV |"));
        let (values, found) = run_mapped(&text, &["Thực hiện quý IV=thuc_hien"], "chi_tieu");
        assert_eq!(
            values,
            READ.replace("|197|258|", "|-|197|").replace("|30|50|", "|-|30|")
        );
        assert_eq!(found, ["?cot/la Chỉ tiêu › F1"]);
    }

    #[test]
    fn a_column_without_a_header_is_mapped_by_its_letter() {
        let text = format!("## Chỉ tiêu\n{}", INDICATORS.replace("| TH |", "| |"));
        for map in ["cột F=thuc_hien", "Column f=chi_tieu.thuc_hien"] {
            assert_eq!(
                run_mapped(&text, &[map], "chi_tieu"),
                (READ.to_owned(), vec![]),
                "{map}"
            );
        }
    }

    #[test]
    fn a_mapped_tab_is_taken() {
        let text = format!("## Sheet1\n{}\n## Sheet2\n{INDICATORS}", INDICATORS.replace("258", "9"));
        let (values, found) = run_mapped(&text, &["sheet2=chi_tieu"], "chi_tieu");
        assert_eq!(values, READ);
        assert_eq!(found, ["?trang-tinh/la Sheet1"]);
    }

    #[test]
    fn a_label_of_a_form_is_mapped() {
        let text = "## Thông tin\n| Đơn vị | Tân Hoà |\n| Năm báo cáo | 2023 |";
        let (values, found) = run_mapped(text, &["Đơn vị=ten_xa"], "thong_tin");
        assert_eq!(values, "-|-|Tân Hoà|-|-|-|2023|BC-UBND");
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn unknown_ids_and_idle_entries_are_told() {
        let text = format!("## Chỉ tiêu\n{INDICATORS}");
        let (_, found) = run_mapped(
            &text,
            &["Đã làm=thuc_hen", "Không có=thuc_hien", "Tab lạ=chi_tieu"],
            "chi_tieu",
        );
        assert_eq!(found, ["ghep/ma-la", "?ghep/khong-khop", "?ghep/khong-khop"]);
    }
}

mod tabs {
    use super::*;

    #[test]
    fn tabs_with_numbers_years_and_abbreviations_are_found() {
        for name in [
            "Bieu 01 - Chi tieu",
            "Chỉ tiêu 2023",
            "BIỂU SỐ 2. CHỈ TIÊU",
            "CT",
            "Chỉ tiêu (2)",
        ] {
            let text = format!("## {name}\n{INDICATORS}");
            assert_eq!(values(&text, "chi_tieu"), READ, "{name}");
            assert_eq!(found(&text), NOTHING, "{name}");
        }
    }

    #[test]
    fn a_copy_beside_its_original_is_an_error_and_another_year_is_not() {
        let text = format!("## Chỉ tiêu\n{INDICATORS}\n## Chỉ tiêu (2)\n{INDICATORS}");
        assert_eq!(found(&text), ["trang-tinh/trung Chỉ tiêu (2)"]);
        let text = format!("## Chỉ tiêu\n{INDICATORS}\n## Chỉ tiêu 2022\n{INDICATORS}");
        assert_eq!(found(&text), ["?trang-tinh/la Chỉ tiêu 2022"]);
        let text = format!("## Chỉ tiêu 2022\n{INDICATORS}\n## Chỉ tiêu 2023\n{INDICATORS}");
        assert_eq!(found(&text), ["trang-tinh/trung Chỉ tiêu 2023"]);
    }

    #[test]
    fn a_sheet_is_found_by_its_headers_and_told() {
        let text = format!("## Sheet1\nBIỂU CHỈ TIÊU\n\n{INDICATORS}");
        assert_eq!(values(&text, "chi_tieu"), READ);
        assert_eq!(found(&text), ["?trang-tinh/nhan-theo-tieu-de Sheet1 › B3"]);
        let (_, findings) = run(&text);
        let text = findings.print(Lang::Vi);
        assert!(text.contains("số liệu được lấy ở trang «Sheet1» từ dòng 3"), "{text}");
        assert!(text.contains("--map \"Sheet1=chi_tieu\""), "{text}");
    }

    #[test]
    fn two_tabs_alike_are_asked_about() {
        let text = format!("## Sheet1\n{INDICATORS}\n## Sheet2\n{INDICATORS}");
        assert_eq!(values(&text, "chi_tieu"), "");
        let told = found(&text);
        assert_eq!(told, ["trang-tinh/sai-ten Sheet1"]);
    }

    #[test]
    fn few_labels_or_a_hidden_tab_convince_nobody() {
        let text = "## Sheet1\n| Mã | Tên chỉ tiêu | Đã làm |\n| thu | Thu | 3 |";
        assert_eq!(found(text), ["?trang-tinh/la Sheet1"]);
        let text = format!("## Nơi nhận\n| Như trên |\n## DANHMUC {{hidden}}\n{INDICATORS}");
        assert_eq!(found(&text), ["?trang-tinh/la DANHMUC"]);
    }

    #[test]
    fn a_required_sheet_with_some_of_its_labels_is_asked_about() {
        let toml = SCHEMA.replace("key = \"ma\"\n    required = false", "key = \"ma\"");
        let text = "## Sheet1\n| Mã | Tên chỉ tiêu | Đã làm | ĐVT |\n| thu | Thu | 3 | ha |";
        let (_, findings) = run_with(&toml, text);
        assert_eq!(lines(&findings), ["trang-tinh/sai-ten Sheet1"]);
    }
}

mod shared {
    use super::*;

    const AWARDS: &str = "| Cấp khen | Đối tượng | SL | Thành tích |
        | Xã | tập thể | 2 | tốt |
        | Tỉnh | cá nhân | 1 | xuất sắc |";
    const AWARDS_READ: &str = "Xã|tập thể|02|-|tốt / Tỉnh|cá nhân|01|-|xuất sắc";

    #[test]
    fn two_tables_stand_one_below_the_other() {
        let text = format!("## Sheet1\n{INDICATORS}\n\nKHEN THƯỞNG NĂM 2023\n{AWARDS}");
        assert_eq!(values(&text, "chi_tieu"), READ);
        assert_eq!(values(&text, "khen_thuong"), AWARDS_READ);
        let told = found(&text);
        assert_eq!(
            told,
            [
                "?trang-tinh/nhan-theo-tieu-de Sheet1 › B1",
                "?trang-tinh/nhan-theo-tieu-de Sheet1 › A6"
            ]
        );
    }

    #[test]
    fn a_second_table_stands_under_that_of_the_tabs_name() {
        let text = format!("## Chỉ tiêu\n{INDICATORS}\n\n{AWARDS}");
        assert_eq!(values(&text, "chi_tieu"), READ);
        assert_eq!(values(&text, "khen_thuong"), AWARDS_READ);
        assert_eq!(found(&text), ["?trang-tinh/nhan-theo-tieu-de Chỉ tiêu › A5"]);
    }

    #[test]
    fn two_tables_stand_side_by_side() {
        let text = "## Sheet1
            | Mã | Tên chỉ tiêu | ĐVT | KH | TH | | STT | Cấp khen | Đối tượng | SL | Thành tích |
            | thu | Thu ngân sách | triệu đồng | 197 | 258 | | 1 | Xã | tập thể | 2 | tốt |
            | rung | Trồng rừng | ha | 30 | 50 | | 2 | Tỉnh | cá nhân | 1 | xuất sắc |";
        assert_eq!(values(text, "chi_tieu"), READ);
        assert_eq!(values(text, "khen_thuong"), AWARDS_READ);
        assert_eq!(found(text).len(), 2);
    }

    #[test]
    fn a_form_stands_above_a_table() {
        let text = format!(
            "## Báo cáo\n| Tên xã: | Tân Hoà |\n| Năm báo cáo: | 2023 |\n| Số văn bản: | 127 |\n| Huyện: | Phú Bình |\n| Loại đơn vị: | xã |\n\n{INDICATORS}"
        );
        assert_eq!(values(&text, "thong_tin"), "127|xã|Tân Hoà|Phú Bình|-|-|2023|BC-UBND");
        assert_eq!(values(&text, "chi_tieu"), READ);
    }

    #[test]
    fn names_of_a_tables_rows_are_no_form() {
        let toml = SCHEMA.replace("required = true, max_length = 20", "max_length = 20");
        let text = format!(
            "## Chỉ tiêu\n{INDICATORS}\n| 3 | a | Huyện | ha | 1 | 2 |\n| 4 | b | Ký hiệu | ha | 1 | 2 |\n| 5 | c | Số văn bản | ha | 1 | 2 |\n| 6 | d | Tên xã | ha | 1 | 2 |\n| 7 | e | Năm báo cáo | ha | 1 | 2 |\n| 8 | f | Ngày ban hành | ha | 1 | 2 |"
        );
        let (dataset, findings) = run_with(&toml, &text);
        assert_eq!(lines(&findings), NOTHING);
        assert_eq!(dataset.sheets[1].records.len(), 8);
    }

    #[test]
    fn a_row_between_two_tables_is_not_lost() {
        let text = format!("## Chỉ tiêu\n{INDICATORS}\n| 3 | xa | Chỉ tiêu khác | ha | 1 | 2 |\n{AWARDS}");
        assert_eq!(values(&text, "chi_tieu"), format!("{READ} / xa|Chỉ tiêu khác|ha|1|2|-"));
        assert_eq!(values(&text, "khen_thuong"), AWARDS_READ);
    }
}
