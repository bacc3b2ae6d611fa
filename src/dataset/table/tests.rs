//! Tables as communes keep them: a workbook in Markdown, the records it gives and the findings as `code place` lines.

use proptest::prelude::*;

use crate::dataset::Mapping;
use crate::dataset::{Dataset, Reason, build};
use crate::diagnostic::{Diagnostics, Lang, Severity};
use crate::markdown_workbook::workbook;
use crate::schema::{Schema, Sheet};
use crate::value::Type;
use crate::workbook::{Limits, read};

#[derive(serde::Deserialize)]
struct Source {
    sheet: Vec<Sheet>,
}

/// Indicators: a name, a unit, three figures; level, section and marker are found out.
const INDICATORS: &str = r#"
    [[sheet]]
    id = "chi_tieu"
    name = "Chỉ tiêu"
    layout = "table"
    field = [
      { id = "ten", label = "Tên chỉ tiêu", aliases = ["Chỉ tiêu"], type = "text", required = true },
      { id = "dvt", label = "Đơn vị tính", aliases = ["ĐVT"], type = "text" },
      { id = "truoc", label = "Thực hiện", type = "decimal" },
      { id = "uoc", label = "Ước TH", type = "decimal" },
      { id = "sau", label = "Kế hoạch", type = "decimal" },
      { id = "cap", label = "Cấp", type = "integer", derive = "level" },
      { id = "nhom", label = "Nhóm", type = "text", derive = "section" },
      { id = "muc", label = "Mục", type = "text", derive = "marker" },
    ]
"#;

/// Persons: names, dates, choices and one figure.
const PERSONS: &str = r#"
    [[sheet]]
    id = "danh_sach"
    name = "Danh sách"
    layout = "table"
    field = [
      { id = "ten", label = "Họ và tên", type = "text", required = true },
      { id = "don_vi", label = "Đơn vị", type = "text", required = true },
      { id = "hinh_thuc", label = "Hình thức", type = "choice", choices = ["Giấy khen", "Bằng khen"] },
      { id = "ngay", label = "Ngày quyết định", type = "date" },
      { id = "tien", label = "Tiền thưởng", type = "integer" },
    ]
"#;

/// Plans of the commune and the district, each with figures of two years.
const PLANS: &str = r#"
    [[sheet]]
    id = "bieu"
    name = "Biểu"
    layout = "table"
    field = [
      { id = "ten", label = "Chỉ tiêu", type = "text", required = true },
      { id = "xa_kh", label = "Xã / Kế hoạch", type = "decimal" },
      { id = "xa_th", label = "Xã / Thực hiện", type = "decimal" },
      { id = "huyen_th", label = "Huyện / Thực hiện", type = "decimal" },
    ]
"#;

fn schema(toml: &str) -> Schema {
    let source: Source = toml::from_str(toml).expect("a schema");
    let schema = Schema {
        sheets: source.sheet,
        checks: Vec::new(),
        ..Schema::default()
    };
    assert_eq!(schema.validate(), []);
    schema
}

fn run(toml: &str, markdown: &str) -> (Schema, Dataset, Diagnostics) {
    let schema = schema(toml);
    let workbook = read(&workbook(markdown), &Limits::default()).expect("a workbook");
    let (dataset, diagnostics) = build(&schema, workbook, &Mapping::default());
    (schema, dataset, diagnostics)
}

/// `code place` of each finding, warnings with a question mark; without the sheet's name.
fn found(toml: &str, markdown: &str) -> Vec<String> {
    let (schema, _, diagnostics) = run(toml, markdown);
    if std::env::var_os("SHOW").is_some() {
        eprintln!("{}{}", diagnostics.print(Lang::Vi), diagnostics.print(Lang::En));
    }
    let name = format!("{} › ", schema.sheets[0].name);
    let line = |finding: &crate::diagnostic::Diagnostic| {
        let sign = if finding.severity == Severity::Error { "" } else { "?" };
        format!(
            "{sign}{} {}",
            finding.code,
            finding.where_text(Lang::Vi).replace(&name, "")
        )
    };
    diagnostics.iter().map(line).collect()
}

/// The values of the first sheet as they print, records by ` / `.
fn values(toml: &str, markdown: &str) -> String {
    let (schema, dataset, _) = run(toml, markdown);
    let print = |record: &crate::dataset::Record| {
        let cells = schema.sheets[0].fields.iter().zip(&record.values);
        let cells = cells.map(|(field, value)| value.as_ref().map_or("-".to_owned(), |value| field.print(value)));
        cells.collect::<Vec<_>>().join("|")
    };
    let records: Vec<String> = dataset.sheets[0].records.iter().map(print).collect();
    records.join(" / ")
}

/// Why rows of the first sheet were skipped: `1 Title, 2 Header`.
fn skipped(toml: &str, markdown: &str) -> String {
    let (_, dataset, _) = run(toml, markdown);
    let rows = dataset.sheets[0].skipped.iter();
    rows.map(|row| format!("{} {:?}", row.row + 1, row.why))
        .collect::<Vec<_>>()
        .join(", ")
}

const NOTHING: [&str; 0] = [];

mod header {
    use super::*;

    #[test]
    fn a_classic_header_merged_over_two_rows_is_read() {
        let text = "## Chỉ tiêu
            1. Một số chỉ tiêu tổng hợp

            | Số TT | Tên chỉ tiêu | Đơn vị \\ntính | Thực hiện \\nnăm 2001 | Ước TH \\nnăm 2002 | Kế hoạch \\nnăm 2003 |
            | ^ | ^ | ^ | ^ | ^ | ^ |
            | 1 | Tốc độ tăng | % | 6.8 | 7 | 7.5 |";
        assert_eq!(values(INDICATORS, text), "Tốc độ tăng|%|6,8|7|7,5|1|-|1");
        assert_eq!(found(INDICATORS, text), NOTHING);
        assert_eq!(skipped(INDICATORS, text), "1 Title, 3 Header");
    }

    #[test]
    fn a_group_over_unmatched_columns_belongs_to_the_header() {
        let text = "## Chỉ tiêu
            | Tên chỉ tiêu | ĐVT | Thực hiện năm 2001 | Kế hoạch năm 2003 | So sánh (%) | < |
            | ^ | ^ | ^ | ^ | Ước 2002/\\nTH 2001 | KH 2003/\\nƯớc 2002 |
            | Thép | tấn | 1900 | 2450 | 115 | 111 |";
        assert_eq!(values(INDICATORS, text), "Thép|tấn|1.900|-|2.450|1|-|-");
        assert_eq!(found(INDICATORS, text), ["?cot/la E2", "?cot/la F2"]);
    }

    #[test]
    fn groups_are_told_apart_by_their_upper_label() {
        let text = "## Biểu
            | STT | Chỉ tiêu | Xã | < | Huyện | < |
            | ^ | ^ | Kế hoạch | Thực hiện | Kế hoạch | Thực hiện |
            | 1 | Thu | 1 | 2 | 3 | 4 |";
        assert_eq!(values(PLANS, text), "Thu|1|2|4");
        assert_eq!(found(PLANS, text), ["?cot/la E2"]);
    }

    #[test]
    fn what_a_cell_under_a_merged_one_still_holds_is_no_label() {
        let text = "## Chỉ tiêu
            | Chỉ tiêu | ĐVT | Thực hiện |
            | ^ | ^ | ^ |
            | Thu | đồng | 1 |
            | Ước TH | đồng | 2 |";
        let mut workbook = read(&workbook(text), &Limits::default()).expect("a workbook");
        let rows = &mut workbook.sheets[0].rows;
        let mut forgotten = rows.last().expect("a row").clone();
        forgotten.index = 1;
        forgotten.cells.truncate(1);
        forgotten.cells[0].column = 1;
        rows.retain(|row| row.index != 1);
        rows.insert(1, forgotten);
        let (dataset, _) = build(&schema(INDICATORS), workbook, &Mapping::default());
        assert_eq!(dataset.sheets[0].columns[..4], [Some(0), Some(1), Some(2), None]);
        assert_eq!(dataset.sheets[0].records.len(), 2);
    }

    #[test]
    fn groups_need_no_merging() {
        let text = "## Biểu
            | STT | Chỉ tiêu | Xã | | Huyện | |
            | | | Kế hoạch | Thực hiện | Kế hoạch | Thực hiện |
            | 1 | Thu | 1 | 2 | 3 | 4 |";
        assert_eq!(values(PLANS, text), "Thu|1|2|4");
        assert_eq!(skipped(PLANS, text), "1 Header, 2 Header");
    }

    #[test]
    fn three_rows_of_labels_join() {
        let toml = PLANS.replace("\"Xã / Kế hoạch\"", "\"Năm / Xã / Kế hoạch\"");
        let text = "## Biểu
            | STT | Chỉ tiêu | Năm | < | < |
            | ^ | ^ | Xã | < | Huyện |
            | ^ | ^ | Kế hoạch | Thực hiện | Thực hiện |
            | 1 | Thu | 1 | 2 | 4 |";
        assert_eq!(values(&toml, text), "Thu|1|2|4");
    }

    #[test]
    fn a_group_with_one_column_lends_it_its_name() {
        let text = "## Chỉ tiêu
            | STT | Tên chỉ tiêu | Thực hiện | Kế hoạch |
            | ^ | ^ | (hoặc b/q) | Toàn xã |
            | 1 | Thu | 1 | 2 |";
        let text = text.replace("| ^ | ^ | (hoặc b/q) | Toàn xã |", "| ^ | ^ | (hoặc b/q) | (toàn xã) |");
        assert_eq!(values(INDICATORS, &text), "Thu|-|1|-|2|1|-|1");
    }

    #[test]
    fn years_in_headers_may_be_left_out_where_that_is_clear() {
        let text = "## Chỉ tiêu\n| Chỉ tiêu | ĐVT | Thực hiện 2001 | Ước TH 2002 | Kế hoạch năm 2003 |\n| Thu | đồng | 1 | 2 | 3 |";
        assert_eq!(values(INDICATORS, text), "Thu|đồng|1|2|3|1|-|-");
        let text = "## Chỉ tiêu\n| Chỉ tiêu | ĐVT | Thực hiện 2019 | Thực hiện 2020 |\n| Thu | đồng | 1 | 2 |";
        assert_eq!(found(INDICATORS, text), ["cot/trung D1"]);
        let text = text.replace("Thực hiện 2019", "Thực hiện");
        assert_eq!(values(INDICATORS, &text), "Thu|đồng|1|-|-|1|-|-");
        assert_eq!(found(INDICATORS, &text), ["?cot/la D1"]);
    }

    #[test]
    fn comparisons_of_years_are_found_without_them() {
        let toml = PLANS.replace("Huyện / Thực hiện", "So sánh (%) / Ước/TH");
        let text = "## Biểu
            | Chỉ tiêu | Xã | < | So sánh (%) | < |
            | ^ | Kế hoạch | Thực hiện | Ước 2002/\\nTH 2001 | KH 2003/\\nƯớc 2002 |
            | Thu | 1 | 2 | 3 | 4 |";
        assert_eq!(values(&toml, text), "Thu|1|2|3");
        assert_eq!(found(&toml, text), ["?cot/la E2"]);
    }

    #[test]
    fn a_year_over_the_columns_may_be_a_number() {
        let toml = PLANS.replace("Xã /", "2020 /").replace("Huyện /", "2021 /");
        let text = "## Biểu
            | Chỉ tiêu | 2020 | < | 2021 |
            | ^ | Kế hoạch | Thực hiện | Thực hiện |
            | Thu | 1 | 2 | 3 |";
        assert_eq!(values(&toml, text), "Thu|1|2|3");
    }

    #[test]
    fn headers_that_are_formulas_count_by_their_result() {
        let text = "## Chỉ tiêu
            | Chỉ tiêu | ĐVT | =\"Thực hiện \"&A1 -> Thực hiện 2020 | =\"Kế hoạch \"&A1 -> Kế hoạch 2021 |
            | Thu | đồng | 1 | 2 |";
        assert_eq!(values(INDICATORS, text), "Thu|đồng|1|-|2|1|-|-");
    }

    #[test]
    fn a_label_written_over_two_cells_is_one() {
        let text = "## Chỉ tiêu
            | Số | Tên | Đơn vị | Thực | Kế hoạch |
            | TT | chỉ tiêu | tính | hiện | |
            | 1 | Thu | đồng | 1 | 2 |";
        assert_eq!(values(INDICATORS, text), "Thu|đồng|1|-|2|1|-|1");
        assert_eq!(found(INDICATORS, text), NOTHING);
    }

    #[test]
    fn the_header_may_stand_far_below() {
        let text = format!(
            "## Chỉ tiêu\n{}| Chỉ tiêu | ĐVT | Thực hiện |\n| Thu | đồng | 1 |",
            "Ghi chú của đơn vị\n".repeat(60)
        );
        assert_eq!(values(INDICATORS, &text), "Thu|đồng|1|-|-|1|-|-");
    }

    #[test]
    fn a_row_of_data_is_no_header_however_cells_are_merged() {
        let text = "## Danh sách
            | Họ và tên | Đơn vị | Tiền thưởng |
            | Xã | Họ và tên | 5 |
            | An | Tân Hoà | 6 |";
        assert_eq!(values(PERSONS, text), "Xã|Họ và tên|-|-|5 / An|Tân Hoà|-|-|6");
        let text = "## Danh sách\n| Họ và tên | Đơn vị | Tiền thưởng |\n| ^ | Tân Hoà | 5 |\n| An | Tân Hoà | 6 |";
        assert_eq!(values(PERSONS, text), "-|Tân Hoà|-|-|5 / An|Tân Hoà|-|-|6");
        assert_eq!(found(PERSONS, text), ["o/gop A1"]);
    }

    #[test]
    fn a_person_beside_a_header_merged_too_far_is_read() {
        let text = "## Danh sách\n| STT | Họ và tên | Đơn vị | Chức vụ |\n| ^ | An | Tân Hoà | Trưởng xóm |\n| 2 | Bình | Tân Hoà | |";
        assert_eq!(values(PERSONS, text), "An|Tân Hoà|-|-|- / Bình|Tân Hoà|-|-|-");
        assert_eq!(skipped(PERSONS, text), "1 Header");
    }

    #[test]
    fn a_misspelt_label_under_a_group_is_told_at_its_cell() {
        let text = "## Danh sách
            | STT | Họ và tên | Nơi công tác | < |
            | ^ | ^ | Đơn vịi | Chức vụ |
            | 1 | An | Tân Hoà | |";
        assert_eq!(found(PERSONS, text), ["cot/sai-ten C2"]);
    }

    #[test]
    fn numbering_rows_of_all_kinds_are_skipped() {
        for numbering in [
            "| 1 | 2 | 3 | 4 | 5 | 6 |",
            "| A | B | C | D | E | F |",
            "| A | B | C | 1 | 2 | 3 |",
            "| (1) | (2) | (3) | (4) | (5) | (6)=(5)/(4) |",
            "| A | B | C | 1=(2+3) | 2 | 3 |",
            "| 1 | 2 | 3 | 4 | 5 | 6=5:4 |",
            "| A | B | | 1 | 3 | 7=6:3 |",
            "| [1] | [2] | [3] | [4] | [5] | [6] |",
        ] {
            let text = format!(
                "## Chỉ tiêu\n| STT | Chỉ tiêu | ĐVT | Thực hiện | Ước TH | Kế hoạch |\n{numbering}\n| 1 | Thu | đồng | 1 | 2 | 3 |"
            );
            assert_eq!(skipped(INDICATORS, &text), "1 Header, 2 Numbering", "{numbering}");
            assert_eq!(values(INDICATORS, &text), "Thu|đồng|1|2|3|1|-|1", "{numbering}");
        }
    }
}

mod sections {
    use super::*;

    const HEADER: &str = "| TT | Chỉ tiêu | ĐVT | Thực hiện | Ước TH | Kế hoạch |";

    fn indicators(rows: &str) -> String {
        format!("## Chỉ tiêu\n{HEADER}\n{rows}")
    }

    #[test]
    fn headings_are_no_records_and_give_level_section_and_marker() {
        let text = indicators(
            "| I | NÔNG NGHIỆP | | | | |
             | 1 | Trồng trọt | | | | |
             | | - Lúa | ha | 1 | 2 | 3 |
             | | - Ngô | ha | 4 | 5 | 6 |
             | 2 | Chăn nuôi | con | 7 | 8 | 9 |
             | II | XÃ HỘI | | | | |
             | 1 | Dân số | người | 1 | 1 | 1 |",
        );
        assert_eq!(
            values(INDICATORS, &text),
            "- Lúa|ha|1|2|3|3|Trồng trọt|- / - Ngô|ha|4|5|6|3|Trồng trọt|- / Chăn nuôi|con|7|8|9|2|NÔNG NGHIỆP|2 / Dân số|người|1|1|1|2|XÃ HỘI|1"
        );
        assert_eq!(found(INDICATORS, &text), ["?dong/muc B2, B3, B7"]);
        assert_eq!(skipped(INDICATORS, &text), "1 Header, 2 Section, 3 Section, 7 Section");
    }

    #[test]
    fn headings_are_kept_where_the_schema_says_so() {
        let toml = INDICATORS
            .replace("layout = \"table\"", "layout = \"table\"\n    sections = \"keep\"")
            .replace(
                "id = \"sau\", label = \"Kế hoạch\", type = \"decimal\"",
                "id = \"sau\", label = \"Kế hoạch\", type = \"decimal\", required = true",
            );
        let text = indicators("| A | KINH TẾ | | | | |\n| 1 | Thu | đồng | 1 | 2 | 3 |\n| 2 | Chi | đồng | 1 | 2 | |");
        assert_eq!(
            values(&toml, &text),
            "KINH TẾ|-|-|-|-|1|-|A / Thu|đồng|1|2|3|2|KINH TẾ|1 / Chi|đồng|1|2|-|2|KINH TẾ|2"
        );
        assert_eq!(found(&toml, &text), ["gia-tri/thieu F4"]);
    }

    #[test]
    fn a_heading_may_reach_over_all_columns() {
        let text = indicators("| I. THU NGÂN SÁCH | < | < | < | < | < |\n| 1 | Thuế | đồng | 1 | 2 | 3 |");
        assert_eq!(values(INDICATORS, &text), "Thuế|đồng|1|2|3|2|THU NGÂN SÁCH|1");
        assert_eq!(found(INDICATORS, &text), ["?dong/muc A2"]);
        let toml = INDICATORS.replace("layout = \"table\"", "layout = \"table\"\n    sections = \"keep\"");
        assert_eq!(
            values(&toml, &text),
            "I. THU NGÂN SÁCH|-|-|-|-|1|-|I / Thuế|đồng|1|2|3|2|THU NGÂN SÁCH|1"
        );
    }

    #[test]
    fn the_marker_may_stand_in_the_name_and_blanks_may_stand_for_it() {
        let text = "## Chỉ tiêu
            | Chỉ tiêu | ĐVT | Thực hiện |
            | 1.GDP theo giá 1994 | tỷ đồng | 292.4 |
            | \"  - Tốc độ tăng trưởng GDP\" | % | 6.8 |
            | \"    Trong đó:\" | | |
            | \"        + Nông nghiệp\" | % | 2.8 |
            | \"        + Dịch vụ\" | % | 6.1 |
            | 2.  GDP hiện hành | tỷ đồng | 484 |
            | \"       Tỉ lệ so với năm trước\" | % | 14.5 |";
        let (_, dataset, _) = run(INDICATORS, text);
        let levels: Vec<String> = dataset.sheets[0]
            .records
            .iter()
            .map(|record| Type::Integer.print(record.values[5].as_ref().expect("a level"), None))
            .collect();
        assert_eq!(levels.join(" "), "1 2 3 3 1 2");
        assert_eq!(found(INDICATORS, text), ["?dong/muc A4"]);
    }

    #[test]
    fn a_person_whose_other_cells_were_forgotten_is_told() {
        let text = "## Danh sách
            | STT | Họ và tên | Đơn vị | Hình thức |
            | 1 | Nguyễn Văn A | | |
            | 2 | Trần Thị B | Tân Hoà | Giấy khen |
            | a) | Lê Văn C | | |";
        assert_eq!(
            values(PERSONS, text),
            "Nguyễn Văn A|-|-|-|- / Trần Thị B|Tân Hoà|Giấy khen|-|- / Lê Văn C|-|-|-|-"
        );
        assert_eq!(found(PERSONS, text), ["gia-tri/thieu C2", "gia-tri/thieu C4"]);
    }

    #[test]
    fn a_bullet_without_figures_is_a_record_unless_something_stands_below_it() {
        let text = indicators(
            "| | - Cơ cấu | | | | |\n| | + Lúa | % | 1 | 2 | 3 |\n| | - Trồng rừng | | | | |\n| | - Nuôi cá | ha | 1 | 2 | 3 |",
        );
        assert_eq!(
            values(INDICATORS, &text),
            "+ Lúa|%|1|2|3|2|Cơ cấu|+ / - Trồng rừng|-|-|-|-|1|-|- / - Nuôi cá|ha|1|2|3|1|-|-"
        );
        assert_eq!(found(INDICATORS, &text), ["?dong/muc B2"]);
    }

    #[test]
    fn a_row_with_a_figure_of_its_own_is_a_record_whatever_its_marker() {
        let text = indicators("| I | NÔNG NGHIỆP | | 9 | | |\n| 1 | Lúa | ha | 5 | | |");
        assert_eq!(
            values(INDICATORS, &text),
            "NÔNG NGHIỆP|-|9|-|-|1|-|I / Lúa|ha|5|-|-|2|NÔNG NGHIỆP|1"
        );
        // Whoever gives it a unit means a figure of its own, and so does a figure that no row below has.
        for rows in [
            "| I | NÔNG NGHIỆP | ha | 5 | | |\n| 1 | Lúa | ha | 5 | | |",
            "| I | NÔNG NGHIỆP | | 5 | 7 | |\n| 1 | Lúa | ha | 5 | | |",
            "| | Diện tích | | 5 | | |\n| 2 | Lúa | ha | 5 | | |",
            "| 1 | Diện tích | | 5 | | |\n| | - Lúa | ha | 5 | | |",
        ] {
            assert_eq!(skipped(INDICATORS, &indicators(rows)), "1 Header", "{rows}");
        }
        let toml = INDICATORS.replace("layout = \"table\"", "layout = \"table\"\n    sections = \"keep\"");
        let text = indicators("| I | NÔNG NGHIỆP | | 5 | | |\n| 1 | Lúa | ha | 5 | | |");
        assert_eq!(skipped(&toml, &text), "1 Header");
    }

    #[test]
    fn a_name_alone_above_numbers_that_begin_anew_is_a_heading() {
        let text = indicators(
            "| | Tổng giá trị | đồng | 9 | | |\n| | Mặt hàng chủ yếu | | | | |\n| 1 | Gạo | tấn | 1 | | |\n| | Khoai | | | | |\n| 2 | Ngô | tấn | 2 | | |",
        );
        assert_eq!(skipped(INDICATORS, &text), "1 Header, 3 Section");
        assert_eq!(found(INDICATORS, &text), ["?dong/muc B3"]);
    }

    #[test]
    fn a_heading_that_carries_the_sum_of_its_rows_is_not_counted_once_more() {
        let text = indicators(
            "| | Tổng cộng | | 18 | | |
             | CHUYỂN TIẾP | < | | 15 | 6 | |
             | | Giao thông | | 5 | 3 | |
             | 1 | Cầu | cái | 2 | 1 | |
             | 2 | Đường | km | 3 | 2 | |
             | | Giáo dục | 2 | 10 | 3 | |
             | 1 | Trường A | cái | 4 | 3 | |
             | | - Xây lắp | | 4 | | |
             | 2 | Trường B | cái | 6 | | |
             | KHỞI CÔNG MỚI | < | | 3 | | |
             | | Y tế | | 3 | | |
             | 1 | Trạm | cái | 3 | | |",
        );
        assert_eq!(
            skipped(INDICATORS, &text),
            "1 Header, 2 Total, 3 Section, 4 Section, 7 Section, 11 Section, 12 Section"
        );
        assert_eq!(
            found(INDICATORS, &text),
            ["?dong/tong B2", "?dong/muc A3, B4, B7 và 2 ô khác"]
        );
    }

    #[test]
    fn a_heading_whose_figures_are_sums_but_for_one_is_told_with_both() {
        let text = indicators("| A | Thu | | 5 | 8 | |\n| 1 | Thuế | đồng | 2 | 3 | |\n| 2 | Phí | đồng | 3 | 4 | |");
        assert_eq!(skipped(INDICATORS, &text), "1 Header, 2 Section");
        assert_eq!(found(INDICATORS, &text), ["?dong/tong-lech E2"]);
        let (_, _, diagnostics) = run(INDICATORS, &text);
        let told = diagnostics.print(Lang::Vi).to_string();
        assert!(
            told.contains("dòng đề mục ghi 8, các dòng bên dưới cộng lại là 7"),
            "{told}"
        );
    }

    #[test]
    fn declared_rows_are_found_with_a_marker_before_their_name() {
        let toml = r#"
            [[sheet]]
            id = "chi_tieu"
            name = "Chỉ tiêu"
            layout = "table"
            key = "ma"
            field = [
              { id = "ma", label = "Mã", type = "text", required = true },
              { id = "ten", label = "Chỉ tiêu", type = "text" },
              { id = "so", label = "Thực hiện", type = "decimal" },
            ]
            row = [{ ma = "thu", ten = "Thu ngân sách" }, { ma = "chi", ten = "II. Chi ngân sách" }]
        "#;
        let text = "## Chỉ tiêu\n| Mã | Chỉ tiêu | Thực hiện |\n| | 1. Thu ngân sách | 5 |\n| | - Chi ngân sách | 6 |";
        assert_eq!(values(toml, text), "thu|1. Thu ngân sách|5 / chi|- Chi ngân sách|6");
        assert_eq!(found(toml, text), NOTHING);
        // One that is declared is no heading, even where nothing else is filled in.
        let text = text.replace("| 6 |", "| |").replace("- Chi", "II. Chi");
        assert_eq!(values(toml, &text), "thu|1. Thu ngân sách|5 / chi|II. Chi ngân sách|-");
    }
}

mod totals {
    use super::*;

    fn persons(rows: &str) -> String {
        format!("## Danh sách\n| STT | Họ và tên | Đơn vị | Tiền thưởng |\n{rows}")
    }

    #[test]
    fn a_right_total_is_named_and_a_wrong_one_told_with_both_figures() {
        let text = persons("| 1 | An | Xóm 1 | 300000 |\n| 2 | Bình | Xóm 2 | 200000 |\n| | TỔNG CỘNG: | | 500000 |");
        assert_eq!(found(PERSONS, &text), ["?dong/tong B4"]);
        let text = text.replace("| 500000", "| 600000");
        assert_eq!(found(PERSONS, &text), ["?dong/tong B4", "?dong/tong-lech D4"]);
        let message = run(PERSONS, &text).2.print(Lang::Vi);
        assert!(
            message.contains("dòng tổng ghi 600.000, các dòng cộng lại là 500.000"),
            "{message}"
        );
    }

    #[test]
    fn totals_stand_above_too_and_in_merged_cells() {
        let text =
            persons("| Tổng cộng | < | < | 500000 |\n| 1 | An | Xóm 1 | 300000 |\n| 2 | Bình | Xóm 2 | 200000 |");
        assert_eq!(found(PERSONS, &text), ["?dong/tong A2"]);
        assert_eq!(values(PERSONS, &text), "An|Xóm 1|-|-|300.000 / Bình|Xóm 2|-|-|200.000");
        assert_eq!(
            found(PERSONS, &text.replace("500000", "1")),
            ["?dong/tong A2", "?dong/tong-lech D2"]
        );
    }

    #[test]
    fn totals_of_parts_are_held_against_their_part() {
        let text = persons(
            "| 1 | An | Xóm 1 | 3 |
             | | Cộng mục I | | 3 |
             | 1 | Bình | Xóm 2 | 4 |
             | 2 | Chi | Xóm 2 | 5 |
             | | Cộng mục II | | 9 |
             | | CỘNG (I+II) | | 12 |",
        );
        assert_eq!(
            found(PERSONS, &text),
            ["?dong/tong B3", "?dong/tong B6", "?dong/tong B7"]
        );
        assert_eq!(
            found(PERSONS, &text.replace("| 9 |", "| 8 |")),
            ["?dong/tong B3", "?dong/tong B6", "?dong/tong-lech D6", "?dong/tong B7"]
        );
    }

    #[test]
    fn rows_below_others_do_not_count_twice() {
        let text = "## Chỉ tiêu
            | TT | Chỉ tiêu | ĐVT | Thực hiện |
            | | Tổng số | đồng | 30.3 |
            | I | Thuế | đồng | 10.1 |
            | 1 | Thuế đất | đồng | 4.1 |
            | 2 | Thuế khác | đồng | 6 |
            | II | Phí | đồng | 20.2 |";
        assert_eq!(found(INDICATORS, text), ["?dong/tong B2"]);
        assert_eq!(
            found(INDICATORS, &text.replace("30.3", "30.4")),
            ["?dong/tong B2", "?dong/tong-lech D2"]
        );
    }

    #[test]
    fn shares_between_the_rows_are_not_added_up() {
        let text = "## Chỉ tiêu
            | Chỉ tiêu | ĐVT | Thực hiện |
            | Tổng số | tỷ đồng | 163.5 |
            | So với GDP | % | 33.7 |
            | 1. Ngân sách | tỷ đồng | 40.5 |
            | So với tổng số | % | 24.7 |
            | 2. Tín dụng | tỷ đồng | 123 |
            | So với tổng số | % | 75.2 |";
        assert_eq!(found(INDICATORS, text), ["?dong/tong A2"]);
    }

    #[test]
    fn signs_in_total_rows_are_no_figures() {
        let text = persons("| 1 | An | Xóm 1 | 3 |\n| | Tổng số | x | - |");
        assert_eq!(found(PERSONS, &text), ["?dong/tong B3"]);
    }

    #[test]
    fn what_only_begins_like_a_total_is_data() {
        let text = "## Chỉ tiêu\n| Chỉ tiêu | ĐVT | Thực hiện |\n| Tổng diện tích gieo trồng | ha | 5 |\n| Cộng đồng | người | 6 |";
        assert_eq!(found(INDICATORS, text), NOTHING);
        assert_eq!(values(INDICATORS, text).matches(" / ").count(), 1);
    }

    #[test]
    fn an_unreadable_figure_leaves_a_total_in_doubt() {
        let text = persons("| 1 | An | Xóm 1 | ba |\n| 2 | Bình | Xóm 2 | 2 |\n| | Tổng số | | 5 |");
        assert_eq!(found(PERSONS, &text), ["gia-tri/khong-phai-so D2", "?dong/tong B4"]);
    }
}

mod downwards {
    use super::*;

    fn persons(rows: &str) -> String {
        format!("## Danh sách\n| STT | Họ và tên | Đơn vị | Hình thức | Ngày quyết định | Tiền thưởng |\n{rows}")
    }

    #[test]
    fn texts_choices_and_dates_in_merged_cells_go_down() {
        let text = persons(
            "| 1 | An | Xóm 1 | Giấy khen | 2025-03-08 | 1 |
             | 2 | Bình | ^ | ^ | ^ | 2 |
             | 3 | Chi | ^ | Bằng khen | ^ | 3 |",
        );
        assert_eq!(
            values(PERSONS, &text),
            "An|Xóm 1|Giấy khen|08/3/2025|1 / Bình|Xóm 1|Giấy khen|08/3/2025|2 / Chi|Xóm 1|Bằng khen|08/3/2025|3"
        );
        assert_eq!(
            found(PERSONS, &text),
            ["?o/gop-dien-xuong C2", "?o/gop-dien-xuong D2", "?o/gop-dien-xuong E2"]
        );
    }

    #[test]
    fn a_text_over_columns_that_may_be_blank_is_that_of_the_first() {
        let text = persons("| 1 | An | Xóm 1 | Giấy khen | < | 5 |\n| 2 | Bình | Xóm 2 | Bằng khen | < | 6 |");
        assert_eq!(
            values(PERSONS, &text),
            "An|Xóm 1|Giấy khen|-|5 / Bình|Xóm 2|Bằng khen|-|6"
        );
        assert_eq!(found(PERSONS, &text), ["?o/gop-ngang D2, D3"]);
        // Over a column that must be filled, or that holds figures, it stays a question.
        let text = persons("| 1 | An | < | | | 5 |");
        assert!(found(PERSONS, &text).contains(&"o/gop B2".to_owned()));
        let text = persons("| 1 | An | Xóm 1 | | Giấy khen | < |");
        assert!(found(PERSONS, &text).iter().any(|found| found.starts_with("o/gop ")));
    }

    #[test]
    fn merged_figures_stay_an_error() {
        let text = persons("| 1 | An | Xóm 1 | | | 5 |\n| 2 | Bình | Xóm 2 | | | ^ |");
        assert_eq!(found(PERSONS, &text), ["o/gop F2"]);
    }

    #[test]
    fn a_merged_cell_without_value_is_told_once() {
        let text = persons("| 1 | An | | | | 5 |\n| 2 | Bình | ^ | | | 6 |");
        assert_eq!(found(PERSONS, &text), ["gia-tri/thieu C2"]);
    }

    #[test]
    fn what_is_merged_with_a_heading_does_not_go_down() {
        let text = persons("| I | Tập thể | | | | |\n| 1 | Xóm 1 | ^ | | | 6 |");
        let (_, _, diagnostics) = run(PERSONS, &text);
        assert!(diagnostics.has_errors());
    }

    #[test]
    fn ditto_marks_take_the_value_above() {
        for mark in ["\"\"\"", "-nt-", "như trên", "''", "- // -", "”"] {
            let text = persons(&format!(
                "| 1 | An | Xóm 1 | Giấy khen | 2025-03-08 | 1 |\n| 2 | Bình | {mark} | {mark} | {mark} | 2 |\n| 3 | Chi | {mark} | | | 3 |"
            ));
            assert_eq!(
                values(PERSONS, &text),
                "An|Xóm 1|Giấy khen|08/3/2025|1 / Bình|Xóm 1|Giấy khen|08/3/2025|2 / Chi|Xóm 1|-|-|3",
                "{mark}"
            );
            assert_eq!(
                found(PERSONS, &text),
                ["?o/nhu-tren C3, C4", "?o/nhu-tren D3", "?o/nhu-tren E3"],
                "{mark}"
            );
        }
    }

    #[test]
    fn a_ditto_mark_looks_over_headings_and_marks() {
        let rows = "| TT | Chỉ tiêu | ĐVT | Thực hiện |
            | 1 | Tăng trưởng | % | 6 |
            | | Trong đó: | | |
            | | - Lúa | \"\"\" | 5 |
            | | - Ngô | - nt - | 7 |";
        for (sections, count) in [("skip", 3), ("keep", 4)] {
            let toml = INDICATORS.replace(
                "layout = \"table\"",
                &format!("layout = \"table\"\n    sections = \"{sections}\""),
            );
            let (_, dataset, _) = run(&toml, &format!("## Chỉ tiêu\n{rows}"));
            let records = &dataset.sheets[0].records;
            assert_eq!(records.len(), count);
            for record in &records[count - 2..] {
                assert_eq!(record.values[1], records[0].values[1], "{sections}");
            }
        }
    }

    #[test]
    fn a_ditto_mark_with_nothing_above_or_for_a_figure_is_an_error() {
        let text = persons("| 1 | An | -nt- | | | 1 |\n| 2 | Bình | Xóm 2 | | | -nt- |");
        assert_eq!(found(PERSONS, &text), ["o/nhu-tren C2", "gia-tri/khong-phai-so F3"]);
    }
}

mod below {
    use super::*;

    const ROWS: &str = "## Danh sách
        | STT | Họ và tên | Đơn vị | Hình thức | Tiền thưởng |
        | 1 | An | Xóm 1 | Giấy khen | 1 |
        | 2 | Bình | Xóm 2 | Giấy khen | 2 |";

    fn with(rows: &str) -> String {
        format!("{ROWS}\n{rows}")
    }

    #[test]
    fn a_number_by_itself_apart_below_the_data_is_told_and_no_record() {
        let text = with("\n| | | | | 0.5 |\n\n| | 97.2 | | | |");
        assert_eq!(skipped(PERSONS, &text), "1 Header, 5 Below, 7 Below");
        assert_eq!(found(PERSONS, &text), ["?dong/so-roi E5, B7"]);
        // Next to the data, or with names below, it is a row whose name was forgotten.
        for rows in ["| | | | | 5 |", "\n| | | | | 5 |\n| 3 | Chi | Xóm 1 | Giấy khen | 1 |"] {
            assert_eq!(skipped(PERSONS, &with(rows)), "1 Header", "{rows}");
        }
    }

    #[test]
    fn dots_to_write_on_are_no_data() {
        let text = with("| 3 | ………… | ... | _____ | |\n| | ... | | | |\n| 4 | Chi | Xóm 1 | Giấy khen | 1 |");
        assert_eq!(skipped(PERSONS, &text), "1 Header, 4 Unused, 5 Unused");
        assert!(found(PERSONS, &text).is_empty());
    }

    #[test]
    fn another_table_below_is_told_and_not_read() {
        let text =
            with("\n| | DANH SÁCH HỘ | | | |\n| STT | Họ và tên | Đơn vị | Số khẩu | |\n| 1 | Chi | Xóm 1 | 4 | |");
        assert_eq!(skipped(PERSONS, &text), "1 Header, 5 Below, 6 Below, 7 Below");
        assert_eq!(found(PERSONS, &text), ["?dong/bang-khac D6"]);
    }

    #[test]
    fn a_header_that_each_page_repeats_is_no_data() {
        let text = with("| STT | Họ và tên | Đơn vị | Hình thức | Tiền thưởng |\n| 3 | Chi | Xóm 1 | Giấy khen | 1 |");
        assert_eq!(skipped(PERSONS, &text), "1 Header, 4 Header");
        assert!(found(PERSONS, &text).is_empty());
    }

    #[test]
    fn signatures_and_notes_are_listed_and_left_alone() {
        for (below, cells) in [
            (
                "\n| | Người lập biểu | | CHỦ TỊCH | |\n\n| | Nguyễn Văn A | | Trần Văn B | |",
                "B5, D5, B7 và 1 ô khác",
            ),
            ("| | | TM. ỦY BAN NHÂN DÂN | | |\n| | | KT. CHỦ TỊCH | | |", "C4, C5"),
            ("| | Ghi chú: số liệu ước tính | | | |", "B4"),
            ("| | | Tân Hoà, ngày 15 tháng 12 năm 2025 | | |", "C4"),
            ("| | (1) Kể cả cấp trên | | | |\n| | * Số sơ bộ | | | |", "B4, B5"),
            (
                "| Người lập biểu | | | Thủ trưởng đơn vị | |\n| (Ký, ghi rõ họ tên) | | | (Ký, đóng dấu) | |",
                "A4, D4, A5 và 1 ô khác",
            ),
            ("| | Nguồn: Phòng Nội vụ | | | |", "B4"),
            ("| | Kế toán | | Chủ tịch | |", "B4, D4"),
            ("Nơi nhận:\n- UBND tỉnh;", "A4, A5"),
            ("| | Xác nhận của UBND xã | | | |", "B4"),
        ] {
            let text = with(below);
            assert_eq!(
                values(PERSONS, &text),
                "An|Xóm 1|Giấy khen|-|1 / Bình|Xóm 2|Giấy khen|-|2",
                "{below}"
            );
            assert_eq!(found(PERSONS, &text), [format!("?dong/duoi-bang {cells}")], "{below}");
        }
    }

    #[test]
    fn data_below_the_signatures_is_never_dropped_in_silence() {
        let text = with("| | Người lập biểu | | | |\n| 3 | Chi | Xóm 3 | Giấy khen | 3 |");
        assert_eq!(
            found(PERSONS, &text),
            ["?dong/duoi-bang B4", "dong/so-lieu-duoi-bang A5"]
        );
        assert!(run(PERSONS, &text).2.print(Lang::Vi).contains("bắt đầu ở ô B4"));
    }

    #[test]
    fn words_that_may_be_data_end_nothing_while_records_follow() {
        let text = with("| | Kế toán | | | |\n| 3 | Chi | Xóm 3 | Giấy khen | 3 |");
        assert_eq!(found(PERSONS, &text), ["gia-tri/thieu C4"]);
        let text = with("| 3 | Chủ tịch Hội Nông dân | Xóm 3 | | |");
        assert_eq!(found(PERSONS, &text), NOTHING);
    }

    #[test]
    fn working_figures_beside_the_table_are_told_once_for_each_column() {
        let text = with("| 3 | Chi | Xóm 3 | Giấy khen | 3 | | 484.5 | ghi chú |\n| 4 | Dũng | Xóm 3 | | 3 | | 1 | |");
        assert_eq!(found(PERSONS, &text), ["?cot/khong-tieu-de G4, H4"]);
    }

    #[test]
    fn a_text_in_the_column_of_running_numbers_is_told() {
        let text = with("| Danh sách bổ sung | | | | |\n| 3 | Chi | Xóm 3 | Giấy khen | 3 |");
        assert_eq!(found(PERSONS, &text), ["?dong/ngoai-bang A4"]);
        assert_eq!(skipped(PERSONS, &text), "1 Header, 4 Outside");
    }
}

mod account {
    use super::*;

    #[test]
    fn each_sheet_says_what_became_of_its_rows() {
        let text = "## Danh sách
            DANH SÁCH KHEN THƯỞNG
            | STT | Họ và tên | Đơn vị | Tiền thưởng |
            | 1 | 2 | 3 | 4 |
            | VD | An | Xóm 1 | 5 |
            | I | Tập thể | | |
            | 1 | Xóm 1 | Xóm 1 | 5 |
            | 2 | | | |
            | | Tổng cộng | | 5 |
            | | Người lập | | |
            ## Sheet2
            | x |
            | y |";
        let (_, dataset, _) = run(PERSONS, text);
        let told: Vec<String> = dataset.accounts().iter().map(|account| account.text().vi).collect();
        assert_eq!(
            told,
            [
                "Danh sách: đọc 1 dòng, bỏ qua 8 (1 dòng trên tiêu đề, 1 dòng tiêu đề, 1 dòng đánh số cột, 1 dòng ví dụ, \
                 1 dòng đề mục, 1 dòng tổng, 1 dòng chỉ có số thứ tự, 1 dòng dưới bảng)",
                "Sheet2: đọc 0 dòng, bỏ qua 2 (2 dòng không đọc)",
            ]
        );
    }

    /// A form, a table, a keyed table and a list.
    const ALL: &str = r#"
        [[sheet]]
        id = "thong_tin"
        name = "Thông tin"
        layout = "form"
        field = [{ id = "ten", label = "Tên xã", type = "text" }, { id = "nam", label = "Năm", type = "year" }]
        [[sheet]]
        id = "bang"
        name = "Bảng"
        layout = "table"
        field = [
          { id = "ten", label = "Tên chỉ tiêu", type = "text", required = true },
          { id = "dvt", label = "ĐVT", type = "text" },
          { id = "so", label = "Thực hiện", type = "decimal" },
          { id = "cap", label = "Cấp", type = "integer", derive = "level" },
          { id = "nhom", label = "Nhóm", type = "text", derive = "section" },
        ]
        [[sheet]]
        id = "giu"
        name = "Giữ"
        layout = "table"
        key = "ma"
        sections = "keep"
        field = [{ id = "ma", label = "Mã", type = "text" }, { id = "ten", label = "Tên chỉ tiêu", type = "text" }, { id = "so", label = "Thực hiện", type = "count" }]
        row = [{ ma = "thu", ten = "Thu" }]
        [[sheet]]
        id = "noi_nhan"
        name = "Nơi nhận"
        layout = "list"
        field = [{ id = "ten", label = "Nơi nhận", type = "text" }]
    "#;

    fn cell() -> impl Strategy<Value = String> {
        let words = [
            "",
            "",
            "",
            "STT",
            "TT",
            "Tên chỉ tiêu",
            "ĐVT",
            "Thực hiện",
            "Thực hiện 2020",
            "Mã",
            "Nơi nhận",
            "Tên xã",
            "Năm:",
            "1",
            "2",
            "7=6:3",
            "(1)",
            "A",
            "I",
            "I. Thu",
            "- Lúa",
            "\"    + Ngô\"",
            "a) Chè",
            "1.1",
            "thu",
            "Thu",
            "Tổng cộng",
            "CỘNG (I+II)",
            "258",
            "3.5",
            "x",
            "\"\"\"",
            "-nt-",
            "như trên",
            "<",
            "^",
            "VD",
            "Người lập biểu",
            "KT. CHỦ TỊCH",
            "(Ký)",
            "* Ghi chú",
            "\"  \"",
            "=A1 -> 5",
            "=A1",
            "Trong đó:",
            "2023-12-15",
            "50%",
            "TRUE",
            "BÁO CÁO",
        ];
        prop::sample::select(words.to_vec()).prop_map(str::to_owned)
    }

    fn grid() -> impl Strategy<Value = Vec<Vec<String>>> {
        let header = prop_oneof![
            Just(vec![]),
            Just(vec!["TT", "Tên chỉ tiêu", "ĐVT", "Thực hiện"]),
            Just(vec!["Mã", "Tên chỉ tiêu", "Thực hiện", "Khác"]),
        ];
        let rows = |count| prop::collection::vec(prop::collection::vec(cell(), 1..6), count);
        (rows(0..4), header, rows(0..14)).prop_map(|(mut grid, header, below)| {
            grid.push(header.into_iter().map(str::to_owned).collect());
            grid.extend(below);
            grid
        })
    }

    /// Merging marks only where the notation can take them: to the right or down, never both.
    fn markdown(name: &str, grid: &[Vec<String>]) -> String {
        let mut out = format!("## {name}\n");
        for (row, cells) in grid.iter().enumerate() {
            let cell = |(column, cell): (usize, &String)| {
                let above = row
                    .checked_sub(1)
                    .and_then(|above| grid.get(above))
                    .and_then(|above| above.get(column));
                let below = grid.get(row + 1).and_then(|below| below.get(column));
                let left = column.checked_sub(1).and_then(|left| cells.get(left));
                let is_mark = |cell: Option<&String>| cell.is_some_and(|cell| cell == "<" || cell == "^");
                let plain = match cell.as_str() {
                    "<" => {
                        column == 0
                            || is_mark(left)
                            || is_mark(below)
                            || left.is_some_and(|_| {
                                let under = grid.get(row + 1).and_then(|below| below.get(column - 1));
                                is_mark(under)
                            })
                    }
                    "^" => {
                        row == 0 || is_mark(above) || is_mark(left) || is_mark(cells.get(column + 1)) || {
                            let beside = grid.get(row - 1).and_then(|above| above.get(column + 1));
                            is_mark(beside)
                        }
                    }
                    _ => false,
                };
                if plain { String::new() } else { cell.clone() }
            };
            let cells: Vec<String> = cells.iter().enumerate().map(cell).collect();
            out += &format!("| {} |\n", cells.join(" | "));
        }
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn every_row_with_content_is_a_record_or_skipped_with_a_reason(
            form in grid(), table in grid(), kept in grid(), list in grid(), other in grid(),
        ) {
            let sheets = [("Thông tin", form), ("Bảng", table), ("Giữ", kept), ("Nơi nhận", list), ("Khác", other)];
            let text: Vec<String> = sheets.iter().map(|(name, grid)| markdown(name, grid)).collect();
            let text = text.concat();
            let workbook = read(&workbook(&text), &Limits::default()).expect("a workbook");
            let rows: Vec<(String, Vec<u32>)> = workbook.sheets.iter().map(|sheet| {
                let rows = sheet.rows.iter().filter(|row| row.cells.iter().any(|cell| !cell.is_blank()));
                (sheet.name.clone(), rows.map(|row| row.index).collect())
            }).collect();
            let (dataset, _) = build(&schema(ALL), workbook, &Mapping::default());
            for (name, rows) in rows {
                let account = dataset.accounts().into_iter().find(|account| account.name == name).unwrap_or_default();
                let skipped: usize = account.skipped.iter().map(|(_, count)| count).sum();
                prop_assert_eq!(account.read + skipped, rows.len(), "{}\n{}", name, &text);
                let Some(data) = dataset.sheets.iter().find(|data| data.name == name) else { continue };
                let mut all: Vec<u32> = data.skipped.iter().map(|row| row.row).collect();
                if data.cells.is_empty() && !data.is_transposed {
                    prop_assert_eq!(data.read, data.records.len());
                    all.extend(data.records.iter().map(|record| record.row));
                    all.sort_unstable();
                    prop_assert_eq!(&all, &rows, "{}\n{}", name, &text);
                } else {
                    prop_assert!(data.skipped.iter().all(|row| row.why == Reason::Text));
                }
            }
        }
    }
}
