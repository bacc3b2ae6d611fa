//! Cases as a user meets them: a workbook in Markdown, the findings it gives as `code place` lines.

use crate::markdown_workbook::{picture, png, workbook, workbook_with};
use serde::Deserialize;

use super::{Dataset, Mapping, build};
use crate::diagnostic::{Diagnostics, Lang};
use crate::schema::{Check, Schema, Sheet};
use crate::value::Value;
use crate::workbook::{Limits, read};

#[derive(Deserialize)]
struct Source {
    sheet: Vec<Sheet>,
    #[serde(default)]
    check: Vec<Check>,
}

pub(super) const SCHEMA: &str = r#"
    [[sheet]]
    id = "thong_tin"
    name = "Thông tin chung"
    aliases = ["Thông tin"]
    layout = "form"
    required = false
    field = [
      { id = "so", label = "Số văn bản", type = "integer", min = 1, max = 9999 },
      { id = "loai", label = "Loại đơn vị", type = "choice", choices = ["xã", "phường"] },
      { id = "ten_xa", label = "Tên đơn vị", aliases = ["Xã", "Tên xã"], type = "text", required = true, max_length = 20 },
      { id = "huyen", label = "Huyện", type = "text" },
      { id = "ngay", label = "Ngày ban hành", type = "date" },
      { id = "ngay_so_lieu", label = "Ngày chốt số liệu", type = "date" },
      { id = "nam", label = "Năm báo cáo", type = "year" },
      { id = "ky_hieu", label = "Ký hiệu", type = "text", pattern = "BC-[A-Z]+", pattern_help = "dạng BC-UBND", default = "BC-UBND" },
    ]

    [[sheet]]
    id = "chi_tieu"
    name = "Chỉ tiêu"
    layout = "table"
    key = "ma"
    required = false
    field = [
      { id = "ma", label = "Mã", type = "text", required = true },
      { id = "ten", label = "Tên chỉ tiêu", aliases = ["Chỉ tiêu"], type = "text", required = true },
      { id = "don_vi_tinh", label = "Đơn vị tính", aliases = ["ĐVT"], type = "text" },
      { id = "ke_hoach", label = "Kế hoạch", type = "decimal", unit = "triệu đồng" },
      { id = "thuc_hien", label = "Thực hiện", type = "decimal", required = true },
      { id = "ty_le", label = "So với kế hoạch (%)", type = "percent", min = 0, max = 1000 },
    ]
    row = [
      { ma = "thu", ten = "Thu ngân sách", don_vi_tinh = "triệu đồng" },
      { ma = "rung", ten = "Trồng rừng", don_vi_tinh = "ha" },
    ]

    [[sheet]]
    id = "khen_thuong"
    name = "Khen thưởng"
    layout = "table"
    required = false
    field = [
      { id = "cap", label = "Cấp khen", type = "choice", choices = ["Tỉnh", { value = "Xã", aliases = ["UBND xã"] }], required = true },
      { id = "doi_tuong", label = "Đối tượng", type = "choice", choices = ["tập thể", "cá nhân"] },
      { id = "so_luong", label = "Số lượng", type = "count", required = true, min = 1 },
      { id = "quyet_dinh", label = "Quyết định", type = "text", unique = true },
      { id = "thanh_tich", label = "Thành tích", type = "long_text" },
    ]

    [[sheet]]
    id = "danh_sach"
    name = "Danh sách"
    layout = "table"
    required = false
    field = [
      { id = "ten", label = "Họ và tên", type = "text", required = true },
      { id = "cap", label = "Cấp khen", type = "choice", choices = ["Tỉnh", "Xã"] },
    ]

    [[sheet]]
    id = "noi_nhan"
    name = "Nơi nhận"
    layout = "list"
    required = false
    field = [{ id = "noi_dung", label = "Nơi nhận", type = "text", required = true }]

    [[check]]
    rule.ratio = { sheet = "chi_tieu", percent = "ty_le", part = "thuc_hien", whole = "ke_hoach" }
    [[check]]
    rule.count_matches = { sheet = "khen_thuong", count = "so_luong", by = ["cap"], list = "danh_sach", list_by = ["cap"] }
    [[check]]
    rule.date_order = { earlier = "thong_tin.ngay_so_lieu", later = "thong_tin.ngay" }
    [[check]]
    rule.same_year = { year = "thong_tin.nam", date = "thong_tin.ngay" }
    severity = "warning"
    [[check]]
    rule.blank_from = { field = "thong_tin.huyen", date = "thong_tin.ngay", from = "2025-07-01" }
    [[check]]
    rule.required_before = { field = "thong_tin.huyen", date = "thong_tin.ngay", before = "2025-07-01" }
    [[check]]
    rule.required_when = { field = "khen_thuong.thanh_tich", when = "khen_thuong.cap", values = ["Tỉnh"] }
"#;

pub(super) fn schema(toml: &str) -> Schema {
    let source: Source = toml::from_str(toml).expect("a schema");
    Schema {
        sheets: source.sheet,
        checks: source.check,
        ..Schema::default()
    }
}

pub(super) fn run_with(schema_text: &str, markdown: &str) -> (Dataset, Diagnostics) {
    let workbook = read(&workbook(markdown), &Limits::default()).expect("a workbook");
    build(&schema(schema_text), workbook, &Mapping::default())
}

pub(super) fn run(markdown: &str) -> (Dataset, Diagnostics) {
    run_with(SCHEMA, markdown)
}

/// `code place` of each finding, warnings with a question mark.
pub(super) fn lines(diagnostics: &Diagnostics) -> Vec<String> {
    let line = |finding: &crate::diagnostic::Diagnostic| {
        let sign = if finding.severity == crate::diagnostic::Severity::Error {
            ""
        } else {
            "?"
        };
        format!("{sign}{} {}", finding.code, finding.where_text(Lang::Vi))
            .trim()
            .to_owned()
    };
    diagnostics.iter().map(line).collect()
}

pub(super) fn found(markdown: &str) -> Vec<String> {
    let (_, diagnostics) = run(markdown);
    if std::env::var_os("SHOW").is_some() {
        eprintln!("{}{}", diagnostics.print(Lang::Vi), diagnostics.print(Lang::En));
    }
    lines(&diagnostics)
}

/// The values of a sheet as they print, rows by `/`.
pub(super) fn values(markdown: &str, sheet: &str) -> String {
    printed(&run(markdown).0, sheet)
}

/// The same of a dataset.
fn printed(dataset: &Dataset, sheet: &str) -> String {
    let schema = schema(SCHEMA);
    let (index, declared) = schema.sheet(sheet).expect("a sheet");
    let print = |record: &super::Record| {
        let cells = declared.fields.iter().zip(&record.values);
        let cells = cells.map(|(field, value)| value.as_ref().map_or("-".to_owned(), |value| field.print(value)));
        cells.collect::<Vec<_>>().join("|")
    };
    let records = dataset.sheets[index].records.iter();
    records.map(print).collect::<Vec<_>>().join(" / ")
}

/// The values of a sheet and the findings of a workbook read with `--map` arguments.
pub(super) fn run_mapped(markdown: &str, map: &[&str], sheet: &str) -> (String, Vec<String>) {
    let mut mapping = Mapping::default();
    for argument in map {
        mapping.add_argument(argument).expect("an argument of --map");
    }
    let workbook = read(&workbook(markdown), &Limits::default()).expect("a workbook");
    let (dataset, diagnostics) = build(&schema(SCHEMA), workbook, &mapping);
    (printed(&dataset, sheet), lines(&diagnostics))
}

const NOTHING: [&str; 0] = [];

mod sheets {
    use super::*;

    #[test]
    fn a_sheet_is_found_whatever_its_case_marks_and_blanks() {
        assert_eq!(found("## NOI  nhan\n| Nơi nhận |\n| Như trên |"), NOTHING);
    }

    #[test]
    fn a_missing_sheet_is_told_once() {
        let toml = SCHEMA.replace("layout = \"list\"\n    required = false", "layout = \"list\"");
        let (_, diagnostics) = run_with(&toml, "## Hướng dẫn\n| Cách điền |");
        assert_eq!(lines(&diagnostics), ["trang-tinh/thieu"]);
    }

    #[test]
    fn a_misspelt_sheet_is_told_with_its_right_name_and_not_taken() {
        let toml = SCHEMA.replace("layout = \"list\"\n    required = false", "layout = \"list\"");
        let (dataset, diagnostics) = run_with(&toml, "## Nơi nhậng\n| Nơi nhận |\n| Như trên |");
        assert_eq!(lines(&diagnostics), ["trang-tinh/sai-ten Nơi nhậng"]);
        let text = diagnostics.print(Lang::Vi);
        assert!(
            text.contains("không có trang tính «Nơi nhận»; trang «Nơi nhậng» – có phải «Nơi nhận»?"),
            "{text}"
        );
        assert!(dataset.sheets[4].records.is_empty());
    }

    #[test]
    fn an_unknown_sheet_with_content_is_told_unless_it_is_the_instructions_or_a_hidden_list() {
        let text = "## Sheet2\n| x |\n## Hướng dẫn\n| x |\n## _DM {hidden}\n| x |\n## Sheet3\n";
        assert_eq!(
            found(&format!("## Nơi nhận\n| Như trên |\n{text}")),
            ["?trang-tinh/la Sheet2"]
        );
    }

    #[test]
    fn two_sheets_for_one_are_an_error() {
        let text = "## Thông tin\n| Tên xã | Tân Hoà |\n## Thong tin chung\n| Tên xã | Tân Hoà |";
        assert_eq!(found(text), ["trang-tinh/trung Thong tin chung"]);
    }

    #[test]
    fn a_hidden_sheet_that_is_used_is_told() {
        let text = "## Hướng dẫn\n| x |\n## Nơi nhận {hidden}\n| Như trên |";
        assert_eq!(found(text), ["?trang-tinh/an Nơi nhận"]);
    }
}

mod form {
    use super::*;

    #[test]
    fn pairs_are_found_beside_below_and_after_a_colon() {
        let text = "## Thông tin
            THÔNG TIN BÁO CÁO
            | Số văn bản: | | 127 | Tên xã (*) | Tân Hoà |
            | Loại đơn vị: xã |
            | Năm báo cáo * | | 2023 |";
        assert_eq!(values(text, "thong_tin"), "127|xã|Tân Hoà|-|-|-|2023|BC-UBND");
        assert_eq!(found(text), NOTHING);
    }

    #[test]
    fn explanations_right_of_blank_entries_are_no_values() {
        let text = "## Thông tin
            | Mục | Ghi vào cột này | Cách ghi |
            | Số văn bản | | Chỉ ghi số |
            | Tên đơn vị | Tân Hoà | Chỉ ghi tên riêng |
            | Huyện | | Để trống từ 2025 |";
        assert_eq!(values(text, "thong_tin"), "-|-|Tân Hoà|-|-|-|-|BC-UBND");
        let text = text.replace("| Mục | Ghi vào cột này | Cách ghi |", "");
        assert_eq!(values(&text, "thong_tin"), "-|-|Tân Hoà|-|-|-|-|BC-UBND");
    }

    #[test]
    fn a_value_that_is_another_fields_label_stays_a_value() {
        let text = "## Thông tin\n| Loại đơn vị | xã |\n| Tên xã | Tân Hoà |";
        assert_eq!(values(text, "thong_tin"), "-|xã|Tân Hoà|-|-|-|-|BC-UBND");
        assert_eq!(found(text), NOTHING);
    }

    #[test]
    fn a_blank_required_value_is_told_at_the_cell_to_fill() {
        let text = "## Thông tin\n| Số văn bản | 127 |\n| Tên đơn vị | |";
        assert_eq!(found(text), ["gia-tri/thieu Thông tin › B2"]);
    }

    #[test]
    fn a_missing_label_is_told_with_the_misspelt_one() {
        let text = "## Thông tin\n| Số văn bản | 127 |\n| Tên dơn bị | Tân Hoà |";
        assert_eq!(found(text), ["muc/sai-ten Thông tin › A2"]);
        assert_eq!(found("## Thông tin\n| Số văn bản | 127 |"), ["muc/thieu Thông tin"]);
    }

    #[test]
    fn two_different_values_of_one_field_are_an_error() {
        let text = "## Thông tin\n| Tên đơn vị | Tân Hoà |\n| Tên xã | Tân Hòa 2 |";
        assert_eq!(found(text), ["muc/trung Thông tin › B2"]);
        assert_eq!(found(&text.replace("Hòa 2", "Hoà")), NOTHING);
    }

    #[test]
    fn an_unknown_line_of_a_form_is_told() {
        let text = "## Thông tin\n| Mục | Giá trị |\n| Tên xã | Tân Hoà |\n| Số điện thoại | 0208 |";
        assert_eq!(found(text), ["?muc/la Thông tin › B3"]);
    }

    #[test]
    fn dates_and_years_must_agree() {
        let text = "## Thông tin
            | Tên xã | Tân Hoà |
            | Huyện | Phú Bình |
            | Ngày ban hành | 2023-12-15 |
            | Ngày chốt số liệu | 2023-12-20 |
            | Năm báo cáo | 2022 |";
        assert_eq!(
            found(text),
            ["so-lieu/thu-tu-ngay Thông tin › B4", "?so-lieu/khac-nam Thông tin › B5"]
        );
    }

    #[test]
    fn the_district_is_asked_before_july_2025_and_refused_after() {
        let text = "## Thông tin\n| Tên xã | Tân Hoà |\n| Huyện | |\n| Ngày ban hành | 2023-12-15 |";
        assert_eq!(found(text), ["gia-tri/thieu-truoc Thông tin › B2"]);
        let text = "## Thông tin\n| Tên xã | Tân Hoà |\n| Huyện | Phú Bình |\n| Ngày ban hành | 2025-12-15 |";
        assert_eq!(found(text), ["so-lieu/phai-trong Thông tin › B2"]);
    }

    #[test]
    fn limits_of_length_pattern_and_number_are_told() {
        let text = "## Thông tin
            | Số văn bản | 0 |
            | Tên xã | Một cái tên dài hơn hai mươi ký tự |
            | Ký hiệu | BC |";
        assert_eq!(
            found(text),
            [
                "gia-tri/nho-qua Thông tin › B1",
                "gia-tri/dai-qua Thông tin › B2",
                "gia-tri/sai-mau Thông tin › B3",
            ]
        );
    }
}

mod table {
    use super::*;

    const AWARDS: &str = "## Khen thưởng
        KẾT QUẢ KHEN THƯỞNG
        Đơn vị tính: người

        | STT | Cấp khen (*) | Đối tượng | Số lượng\\n(người) | Quyết định | Thành tích |
        | A | B | 1 | 2 | 3 | 4 |
        | VD | Tỉnh | cá nhân | 2 | 12/QĐ | Giỏi |";

    fn awards(rows: &str) -> String {
        format!("{AWARDS}\n{rows}")
    }

    #[test]
    fn the_header_stands_below_titles_and_numbering_and_example_rows_do_not_count() {
        let text = awards("| 1 | Xã | tập thể | 3 | 1/QĐ | Tốt |\n\n| 2 | UBND xã | | 1 | 2/QĐ | |\n| 3 | | | | | |");
        assert_eq!(values(&text, "khen_thuong"), "Xã|tập thể|03|1/QĐ|Tốt / Xã|-|01|2/QĐ|-");
        assert_eq!(found(&text), NOTHING);
    }

    #[test]
    fn labels_merged_down_from_the_row_above_are_headers_too() {
        let text = "## Khen thưởng
            | STT | Cấp khen | Kết quả | < | < |
            | ^ | ^ | Đối tượng | Số lượng | Quyết định |
            | 1 | Xã | tập thể | 3 | 1/QĐ |";
        assert_eq!(values(text, "khen_thuong"), "Xã|tập thể|03|1/QĐ|-");
        assert_eq!(found(text), NOTHING);
    }

    #[test]
    fn a_missing_column_is_told_at_the_header_row() {
        let text = "## Khen thưởng\n\n| STT | Cấp khen | Đối tượng |\n| 1 | Xã | tập thể |";
        assert_eq!(found(text), ["cot/thieu Khen thưởng › A1"]);
    }

    #[test]
    fn a_misspelt_header_is_told_at_its_cell_and_once() {
        let text = "## Khen thưởng\n| STT | Cấp khen | Đối tượng | Sô lượmg |\n| 1 | Xã | tập thể | 3 |";
        assert_eq!(found(text), ["cot/sai-ten Khen thưởng › D1"]);
        let text = "## Khen thưởng\n| STT | Cấp khen | Đối tưởngg | Số lượng |\n| 1 | Xã | tập thể | 3 |";
        assert_eq!(found(text), ["cot/sai-ten Khen thưởng › C1"]);
    }

    #[test]
    fn a_doubled_header_is_an_error() {
        let text = "## Khen thưởng\n| Cấp khen | Số lượng | Số lượng |\n| Xã | 3 | 4 |";
        assert_eq!(found(text), ["cot/trung Khen thưởng › C1"]);
    }

    #[test]
    fn an_unknown_column_is_told_only_when_it_has_data() {
        let text = "## Khen thưởng\n| Cấp khen | Số lượng | Ghi chú |\n| Xã | 3 | {} |";
        assert_eq!(found(&text.replace("{}", "")), NOTHING);
        assert_eq!(found(&text.replace("{}", "x")), ["?cot/la Khen thưởng › C1"]);
    }

    #[test]
    fn a_sheet_without_header_is_told_once() {
        assert_eq!(
            found("## Khen thưởng\n| Xã | 3 |"),
            ["trang-tinh/khong-co-tieu-de Khen thưởng"]
        );
    }

    #[test]
    fn content_outside_the_table_is_told() {
        let text =
            awards("| 1 | Xã | tập thể | 3 | | | |\n| | | | | | | Người lập biểu |\n| 2 | Xã | cá nhân | 3 | | | x |");
        assert_eq!(
            found(&text),
            [
                "?dong/ngoai-bang Khen thưởng › G8",
                "?cot/khong-tieu-de Khen thưởng › G9"
            ]
        );
    }

    #[test]
    fn total_rows_are_named_and_not_counted() {
        let text = awards("| 1 | Xã | tập thể | 3 | | |\n| | Tổng cộng | | 3 | | |");
        assert_eq!(found(&text), ["?dong/tong Khen thưởng › B8"]);
        assert_eq!(values(&text, "khen_thuong"), "Xã|tập thể|03|-|-");
    }

    #[test]
    fn hidden_rows_are_read_and_told_together() {
        let text = awards("| 1 | Xã | tập thể | 3 | | | {hidden}\n| 2 | Xã | cá nhân | 3 | | | {hidden}");
        assert_eq!(found(&text), ["?dong/an Khen thưởng › B7, B8"]);
    }

    #[test]
    fn merged_figures_are_told_once_at_the_first() {
        let text = awards("| 1 | Xã | tập thể | 3 | 1/QĐ | |\n| 2 | Xã | cá nhân | ^ | 2/QĐ | |");
        assert_eq!(found(&text), ["o/gop Khen thưởng › D7"]);
    }

    #[test]
    fn merged_cells_above_the_data_are_fine() {
        let text = "## Khen thưởng\n| KẾT QUẢ | < | < |\n| Cấp khen | Số lượng | Quyết định |\n| Xã | 3 | 1 |";
        assert_eq!(found(text), NOTHING);
    }

    #[test]
    fn each_wrong_value_is_told_at_its_cell() {
        let text = awards(
            "| 1 | Huyện | tập thể | 3 | 1/QĐ | |
             | 2 | Xã | tập thể | ba | 1/qđ | |
             | 3 | Xã | | 1.5 | 3/QĐ | |
             | 4 | | cá nhân | 0 | 4/QĐ | |
             | 5 | Xã | cá nhân | =1/0 -> #DIV/0! | 5/QĐ | |
             | 6 | Xã | cá nhân | =D5+1 | 6/QĐ | |
             | 7 | Xã | cá nhân | =D5+1 -> 3 | 7/QĐ | |",
        );
        assert_eq!(
            found(&text),
            [
                "gia-tri/ngoai-danh-muc Khen thưởng › B7",
                "gia-tri/khong-phai-so Khen thưởng › D8",
                "gia-tri/trung Khen thưởng › E8",
                "gia-tri/so-khong-nguyen Khen thưởng › D9",
                "gia-tri/thieu Khen thưởng › B10",
                "gia-tri/nho-qua Khen thưởng › D10",
                "gia-tri/cong-thuc-loi Khen thưởng › D11",
                "gia-tri/cong-thuc-chua-tinh Khen thưởng › D12",
            ]
        );
    }

    #[test]
    fn the_same_fault_down_a_column_is_one_finding_from_four_on() {
        let rows = |count: usize| awards(&"| 1 | Xã | tập thể | ba | | |\n".repeat(count));
        assert_eq!(found(&rows(3)).len(), 3);
        assert_eq!(
            found(&rows(5)),
            ["gia-tri/khong-phai-so Khen thưởng › D7, D8, D9 và 2 ô khác"]
        );
    }

    #[test]
    fn a_value_asked_for_by_another_is_required() {
        let text = awards("| 1 | Tỉnh | tập thể | 3 | | |");
        assert_eq!(found(&text), ["gia-tri/thieu-khi Khen thưởng › F7"]);
    }

    #[test]
    fn counts_must_agree_with_the_list_where_it_has_names() {
        let text = awards("| 1 | Xã | tập thể | 3 | | |\n| 2 | Tỉnh | tập thể | 3 | | x |");
        let list = "## Danh sách\n| Họ và tên | Cấp khen |\n| An | Xã |\n| Bình | Xã |";
        // A row whose list has no names at all is told too, but does not stop the report.
        assert_eq!(
            found(&format!("{text}\n{list}")),
            ["so-lieu/dem Khen thưởng › D7", "?so-lieu/dem Khen thưởng › D8"]
        );
    }

    #[test]
    fn fewer_or_more_rows_than_permitted_are_told() {
        let toml = SCHEMA.replace(
            "id = \"danh_sach\"",
            "id = \"danh_sach\"\n    min_rows = 2\n    max_rows = 2",
        );
        let rows = |count: usize| {
            format!(
                "## Danh sách\n| Họ và tên | Cấp khen |\n{}",
                "| An | Xã |\n".repeat(count)
            )
        };
        assert_eq!(lines(&run_with(&toml, &rows(1)).1), ["trang-tinh/it-dong Danh sách"]);
        assert_eq!(lines(&run_with(&toml, &rows(2)).1), NOTHING);
        assert_eq!(lines(&run_with(&toml, &rows(3)).1), ["trang-tinh/nhieu-dong Danh sách"]);
    }
}

mod keyed {
    use super::*;

    fn indicators(rows: &str) -> String {
        format!("## Chỉ tiêu\n| STT | Mã | Chỉ tiêu | ĐVT | Kế hoạch | Thực hiện | So với kế hoạch (%) |\n{rows}")
    }

    const FOREST: &str = "| 2 | rung | Trồng rừng | ha | 30 | 50 | 166.7% |";

    #[test]
    fn percentages_agree_as_far_as_rounding_allows() {
        let text = indicators(&format!(
            "| 1 | thu | Thu ngân sách | triệu đồng | 197.4 | 258 | 130.7% |\n{FOREST}"
        ));
        assert_eq!(found(&text), NOTHING);
        assert_eq!(
            values(&text, "chi_tieu"),
            "thu|Thu ngân sách|triệu đồng|197,4|258|130,7% / rung|Trồng rừng|ha|30|50|166,7%"
        );
        let text = text.replace("166.7%", "166%");
        assert_eq!(found(&text), ["so-lieu/ty-le Chỉ tiêu › G3"]);
        let (_, diagnostics) = run(&text);
        assert!(
            diagnostics
                .print(Lang::Vi)
                .contains("ghi 166%, nhưng «Thực hiện» 50 trên «Kế hoạch» 30 là 166,7%")
        );
    }

    #[test]
    fn a_declared_row_is_found_by_its_name_when_the_key_was_lost() {
        let text = indicators(&format!("| 1 | | THU NGÂN SÁCH | triệu đồng | 1 | 1 | |\n{FOREST}"));
        assert_eq!(found(&text), NOTHING);
        assert!(values(&text, "chi_tieu").starts_with("thu|THU NGÂN SÁCH"));
        let (dataset, _) = run(&text);
        assert_eq!(dataset.sheets[1].by_key.get("thu"), Some(&0));
        let text = indicators(&format!(
            "| 1 | thuu | Thu ngân sách | triệu đồng | 1 | 1 | |\n{FOREST}"
        ));
        assert_eq!(found(&text), ["?dong/sai-ma Chỉ tiêu › B2"]);
    }

    #[test]
    fn a_declared_row_keeps_its_fixed_texts_where_cells_are_blank() {
        let text = indicators(&format!("| 1 | thu | | | 1 | 1 | |\n{FOREST}"));
        assert!(values(&text, "chi_tieu").starts_with("thu|Thu ngân sách|triệu đồng|1|1|"));
        assert_eq!(found(&text), NOTHING);
    }

    #[test]
    fn another_unit_than_the_packs_is_told() {
        let text = indicators(&format!("| 1 | thu | Thu ngân sách | tỷ đồng | 1 | 1 | |\n{FOREST}"));
        assert_eq!(found(&text), ["?dong/khac-mau Chỉ tiêu › D2"]);
        let text = indicators(FOREST).replace("Kế hoạch |", "Kế hoạch (tỷ đồng) |");
        assert_eq!(
            found(&text),
            ["?dong/thieu-chi-tieu Chỉ tiêu", "cot/khac-don-vi Chỉ tiêu › E1"]
        );
    }

    #[test]
    fn a_missing_declared_row_is_told_by_name() {
        let (_, diagnostics) = run(&indicators(FOREST));
        assert_eq!(lines(&diagnostics), ["?dong/thieu-chi-tieu Chỉ tiêu"]);
        assert!(
            diagnostics
                .print(Lang::Vi)
                .contains("thiếu 1 dòng của mẫu: «Thu ngân sách»")
        );
    }

    #[test]
    fn a_doubled_key_is_told_at_the_second() {
        let text = indicators(&format!(
            "| 1 | thu | Thu ngân sách | triệu đồng | 1 | 1 | |\n{FOREST}\n{FOREST}"
        ));
        assert_eq!(found(&text), ["dong/trung-khoa Chỉ tiêu › B4"]);
        assert!(run(&text).1.print(Lang::Vi).contains("«rung» đã có ở ô B3"));
    }

    #[test]
    fn extra_rows_need_a_proper_key_or_are_refused() {
        let text = indicators(&format!(
            "| 1 | thu | Thu ngân sách | triệu đồng | 1 | 1 | |\n{FOREST}\n| 3 | Nước sạch | Nước sạch | % | 1 | 1 | |"
        ));
        assert_eq!(found(&text), ["dong/ma-sai-dang Chỉ tiêu › B4"]);
        assert!(run(&text).1.print(Lang::Vi).contains("ghi «nuoc_sach»"));
        let toml = SCHEMA.replace("key = \"ma\"", "key = \"ma\"\n    extra_rows = false");
        assert_eq!(lines(&run_with(&toml, &text).1), ["dong/la Chỉ tiêu › B4"]);
    }

    #[test]
    fn a_blank_required_figure_of_a_declared_row_is_told() {
        let text = indicators(&format!("| 1 | thu | Thu ngân sách | triệu đồng | 1 | | |\n{FOREST}"));
        assert_eq!(found(&text), ["gia-tri/thieu Chỉ tiêu › F2"]);
    }
}

mod list {
    use super::*;

    #[test]
    fn items_are_read_with_and_without_header() {
        for text in [
            "## Nơi nhận\n| NƠI NHẬN |\n\n| STT | Nơi nhận |\n| VD | Như trên |\n| 1 | Sở Nội vụ |\n| 2 | Lưu: VT |\n| 3 | |",
            "## Nơi nhận\nNơi nhận\n\n| Nơi nhận |\n| Sở Nội vụ |\n| Lưu: VT |",
            "## Nơi nhận\n| 1 | Sở Nội vụ |\n| 2 | Lưu: VT |",
            "## Nơi nhận\nSở Nội vụ\nLưu: VT",
        ] {
            assert_eq!(values(text, "noi_nhan"), "Sở Nội vụ / Lưu: VT", "{text}");
            assert_eq!(found(text), NOTHING, "{text}");
        }
    }

    #[test]
    fn signatures_below_numbered_items_are_none() {
        let text = "## Nơi nhận
            | STT | Nơi nhận | |
            | 1 | Sở Nội vụ | |
            | 2 | Lưu: VT | |
            | | NGƯỜI LẬP BIỂU | TM. UBND XÃ |
            | | (Ký, ghi rõ họ tên) | |";
        assert_eq!(values(text, "noi_nhan"), "Sở Nội vụ / Lưu: VT");
        assert_eq!(found(text), ["?dong/duoi-bang Nơi nhận › B4, C4, B5"]);
    }
}

mod formats {
    use super::*;

    /// The formatted letters of a sheet: `B2 bold:Tân | …`.
    fn formats(markdown: &str, sheet: usize) -> Vec<String> {
        let (dataset, _) = run(markdown);
        let data = &dataset.sheets[sheet];
        let mut lines = Vec::new();
        for record in &data.records {
            for (field, value) in record.values.iter().enumerate() {
                let Some(formats) = data.cell(record, field).and_then(|at| data.formats.get(&at)) else {
                    continue;
                };
                let Some(Value::Text(text)) = value else {
                    panic!("{value:?} has formats");
                };
                let marked = formats.iter().map(|format| {
                    let bold = if format.bold { "bold" } else { "" };
                    let italic = if format.italic { "italic" } else { "" };
                    format!(" {bold}{italic}:{}", &text[format.range.clone()])
                });
                lines.push(format!(
                    "{}{}",
                    data.cell(record, field).expect("a cell"),
                    marked.collect::<String>()
                ));
            }
        }
        assert_eq!(lines.len(), data.formats.len(), "each belongs to a value");
        lines
    }

    #[test]
    fn bold_and_italic_letters_come_with_texts_and_with_nothing_else() {
        let text = "## Khen thưởng
            | Cấp khen | Số lượng | Quyết định | Thành tích |
            | {rich} Tỉ**nh** | {rich} 0**3** | {rich} 12/**QĐ** *UBND* | {rich} **Giỏi**\\nvề *thi đua*  |
            | {rich} UBND **xã** | 1 | {rich} **13/QĐ** | Tốt |";
        assert_eq!(
            values(text, "khen_thuong"),
            "Tỉnh|-|03|12/QĐ UBND|Giỏi\nvề thi đua / Xã|-|01|13/QĐ|Tốt"
        );
        assert_eq!(
            formats(text, 2),
            [
                "C2 bold:12/ italic:UBND".replace("12/", "QĐ"),
                "D2 bold:Giỏi italic:thi đua".to_owned()
            ]
        );
    }

    #[test]
    fn a_value_of_a_form_has_its_own_letters_only() {
        let text = "## Thông tin
            | {rich} **Tên xã**: Tân *Hoà* |
            | {rich} **Huyện**: *Phú Bình* |
            | Ký hiệu | {rich} \\nBC-**UBND** |";
        assert_eq!(values(text, "thong_tin"), "-|-|Tân Hoà|Phú Bình|-|-|-|BC-UBND");
        assert_eq!(formats(text, 0), ["A1 italic:Hoà", "B3 bold:UBND"]);
    }

    #[test]
    fn lists_have_them_too_and_fixed_texts_of_the_pack_do_not() {
        assert_eq!(
            formats("## Nơi nhận\n| Nơi nhận |\n| {rich} Như *trên* |\n| Lưu |", 4),
            ["A2 italic:trên"]
        );
        let text = "## Chỉ tiêu
            | Mã | Tên chỉ tiêu | Thực hiện |
            | {rich} TH**U** | {rich} Thu **ngân sách** | 1 |
            | rung | Trồng rừng | 2 |";
        assert_eq!(formats(text, 1), ["B2 bold:ngân sách"]);
    }
}

mod pictures {
    use super::*;
    use crate::dataset::SheetData;
    use crate::diagnostic::CellRef;

    /// A form of three fields, with pictures put on it.
    fn form(pictures: &[(u32, u16, &str)], embedded: &[(u32, u16, &str)]) -> (SheetData, Vec<String>) {
        let text = "## Thông tin\n| Tên xã | Tân Hoà |\n| Huyện | | |\n| Ký hiệu | | < | |";
        let bytes = workbook_with(text, |workbook| {
            let sheet = workbook.worksheet_from_index(0).expect("a sheet");
            for (row, column, comment) in pictures {
                // 64 pixels wide from 60 on: hardly in its first cell.
                let picture = picture(comment);
                sheet
                    .insert_image_with_offset(*row, *column, &picture, 60, 0)
                    .expect("a picture");
            }
            for (row, column, comment) in embedded {
                sheet.embed_image(*row, *column, &picture(comment)).expect("a picture");
            }
        });
        let (mut dataset, diagnostics) = build(
            &schema(SCHEMA),
            read(&bytes, &Limits::default()).expect("a workbook"),
            &Mapping::default(),
        );
        (dataset.sheets.swap_remove(0), lines(&diagnostics))
    }

    /// Which picture a cell has.
    fn at(data: &SheetData, row: u32, column: u32) -> Option<&'static str> {
        let picture = data.picture_at(CellRef::new(row, column))?;
        ["một", "hai"].into_iter().find(|name| *picture.bytes == *png(name))
    }

    #[test]
    fn a_picture_is_found_where_it_stands_and_where_it_lies() {
        let (data, findings) = form(&[(1, 0, "một")], &[]);
        assert_eq!(at(&data, 1, 0), Some("một"));
        assert_eq!(at(&data, 1, 1), Some("một"), "it covers the cell");
        assert_eq!(at(&data, 1, 2), None);
        assert_eq!(at(&data, 0, 1), None);
        assert_eq!(findings, NOTHING);
        // What stands in a cell comes before what reaches into it.
        let (data, _) = form(&[(1, 0, "một"), (1, 1, "hai")], &[]);
        assert_eq!(at(&data, 1, 1), Some("hai"));
        // Of two in one cell, the one on top.
        let (data, _) = form(&[(1, 0, "một"), (1, 0, "hai")], &[]);
        assert_eq!(at(&data, 1, 0), Some("hai"));
    }

    #[test]
    fn a_picture_of_one_row_is_none_of_the_next() {
        let text = "## Danh sách\n| Họ và tên | Cấp khen |\n| An | |\n| Bình | |\n| Chi | |";
        let bytes = workbook_with(text, |workbook| {
            let sheet = workbook.worksheet_from_index(0).expect("a sheet");
            // 20 pixels high, as a row is: from the middle of An's to the middle of Bình's.
            sheet
                .insert_image_with_offset(1, 0, &picture("một"), 60, 10)
                .expect("a picture");
        });
        let (dataset, _) = build(
            &schema(SCHEMA),
            read(&bytes, &Limits::default()).expect("a workbook"),
            &Mapping::default(),
        );
        let pictures = (0..4).map(|row| at(&dataset.sheets[3], row, 1));
        assert_eq!(pictures.collect::<Vec<_>>(), [None, Some("một"), None, None]);
    }

    #[test]
    fn of_two_pictures_over_a_cell_the_one_in_its_middle_counts() {
        let over = |first: (u32, u32), last: (u32, u32), name: &str| {
            let picture = crate::workbook::Picture {
                name: name.to_owned(),
                bytes: png(name).into(),
                last: CellRef::new(last.0, last.1),
            };
            (CellRef::new(first.0, first.1), picture)
        };
        let data = SheetData {
            cells: vec![None],
            pictures: [over((0, 0), (3, 2), "một"), over((1, 0), (3, 4), "hai")].into(),
            ..SheetData::default()
        };
        assert_eq!(at(&data, 1, 1), Some("một"));
        assert_eq!(at(&data, 2, 2), Some("hai"));
        assert_eq!(at(&data, 2, 1), Some("một"), "the first where the middle of none is");
        assert_eq!(at(&data, 3, 4), Some("hai"));
        assert_eq!(at(&data, 4, 4), None);
    }

    #[test]
    fn merged_cells_are_one_cell() {
        let (data, _) = form(&[(2, 2, "một")], &[]);
        assert_eq!(
            data.cells[7],
            Some(CellRef::new(2, 1)),
            "the field's cell is the merged one"
        );
        assert_eq!(at(&data, 2, 1), Some("một"));
    }

    #[test]
    fn a_picture_is_no_text() {
        let (data, findings) = form(&[], &[(0, 1, "một"), (1, 1, "hai")]);
        assert_eq!(at(&data, 0, 1), Some("một"));
        assert_eq!(at(&data, 1, 1), Some("hai"));
        assert_eq!(data.records[0].values[2..4], [None, None]);
        assert_eq!(findings, ["gia-tri/thieu Thông tin › B1"]);
    }
}

/// Columns read with knowledge of all their cells.
mod columns {
    use super::*;

    const COLUMNS: &str = r#"
        [[sheet]]
        id = "bang"
        name = "Bảng"
        layout = "table"
        field = [
          { id = "ten", label = "Tên", type = "text" },
          { id = "tien", label = "Số tiền", type = "decimal", unit = "triệu đồng" },
          { id = "ty_le", label = "Tỷ lệ", type = "percent" },
          { id = "ngay", label = "Ngày sinh", type = "date" },
          { id = "nguoi", label = "Số người", type = "count", unit = "người" },
          { id = "diem", label = "Điểm", type = "decimal", max = 100 },
        ]
    "#;

    /// Fills the column of a label from top to bottom, and compares its values and the findings.
    fn says(label: &str, cells: &[&str], values: &str, findings: &[&str]) {
        says_with(COLUMNS, label, cells, values, findings);
    }

    fn says_with(toml: &str, label: &str, cells: &[&str], values: &str, findings: &[&str]) {
        let rows: String = cells.iter().map(|cell| format!("| An | {cell} |\n")).collect();
        let header = match label {
            "Tên" => "Cột khác | Tên",
            label => &format!("Tên | {label}"),
        };
        let (dataset, diagnostics) = run_with(toml, &format!("## Bảng\n| {header} |\n{rows}"));
        if std::env::var_os("SHOW").is_some() {
            eprintln!("{}{}", diagnostics.print(Lang::Vi), diagnostics.print(Lang::En));
        }
        let schema = schema(toml);
        let (field, declared) = (schema.sheets[0].fields.iter().enumerate())
            .find(|(_, field)| field.label == label)
            .expect("a column");
        let printed = dataset.sheets[0].records.iter().map(|record| {
            let value = record.values[field].as_ref();
            value.map_or("-".to_owned(), |value| declared.print(value))
        });
        let printed: Vec<String> = printed.collect();
        assert_eq!(
            (printed.join(" ").as_str(), lines(&diagnostics)),
            (values, findings.iter().map(|line| (*line).to_owned()).collect()),
            "{cells:?}"
        );
    }

    #[test]
    fn one_clear_neighbour_tells_how_a_number_is_meant() {
        let inferred = "?gia-tri/so-suy-ra Bảng › B2";
        let both = [inferred, "?gia-tri/so-dang-chu Bảng › B3"];
        says("Số tiền", &["\"14.728\""], "-", &["gia-tri/so-hai-cach-doc Bảng › B2"]);
        says("Số tiền", &["\"14.728\"", "1.234.567"], "14.728 1.234.567", &both);
        says("Số tiền", &["\"14.728\"", "3,5"], "14.728 3,5", &both);
        says("Số tiền", &["\"14.728\"", "\"12.75\""], "14,73 12,75", &both);
        says(
            "Số tiền",
            &["14,728", "3,5 tỷ"],
            "14,73 3.500",
            &[inferred, "?gia-tri/doi-don-vi Bảng › B3"],
        );
        says("Số tiền", &["14,728", "1,234,567"], "14.728 1.234.567", &both);
        // Real numbers show nothing of how their writer types texts.
        says(
            "Số tiền",
            &["14,728", "3.5", "15000"],
            "- 3,5 15.000",
            &["gia-tri/so-hai-cach-doc Bảng › B2"],
        );
        says(
            "Số tiền",
            &["14,728", "3,5", "\"12.75\""],
            "- 3,5 12,75",
            &[
                "gia-tri/so-hai-cach-doc Bảng › B2",
                "?gia-tri/so-dang-chu Bảng › B3",
                "?gia-tri/so-dang-chu Bảng › B4",
            ],
        );
        says("Điểm", &["\"14.728\""], "14,73", &[inferred]);
        says(
            "Số người",
            &["\"14.728\""],
            "14.728",
            &["?gia-tri/so-dang-chu Bảng › B2"],
        );
    }

    #[test]
    fn numbers_typed_as_text_are_taken_with_a_warning() {
        says(
            "Số tiền",
            &["(258)", "1'234", "258-", "１２"],
            "-258 1.234 -258 12",
            &["?gia-tri/so-dang-chu Bảng › B2, B3, B4 và 1 ô khác"],
        );
        says("Số tiền", &["\"01.0001\""], "-", &["gia-tri/khong-phai-so Bảng › B2"]);
        says("Tên", &["\"01.0001\""], "01.0001", &["?cot/la Bảng › A1"]);
    }

    #[test]
    fn units_in_cells_are_read_converted_or_refused() {
        says(
            "Số tiền",
            &["258 triệu đồng", "258tr", "3,5 tỷ đồng", "500 nghìn đồng", "11 hồ sơ"],
            "258 258 3.500 0,5 -",
            &[
                "?gia-tri/kem-don-vi Bảng › B2",
                "?gia-tri/kem-don-vi Bảng › B3",
                "?gia-tri/doi-don-vi Bảng › B4",
                "?gia-tri/doi-don-vi Bảng › B5",
                "gia-tri/khac-don-vi Bảng › B6",
            ],
        );
        says(
            "Số người",
            &["11 người", "12ng"],
            "11 12",
            &["?gia-tri/kem-don-vi Bảng › B2", "?gia-tri/kem-don-vi Bảng › B3"],
        );
        says("Điểm", &["11 điểm"], "-", &["gia-tri/so-kem-chu Bảng › B2"]);
    }

    #[test]
    fn percentages_are_read_cell_by_cell_and_ratios_asked_about() {
        says(
            "Tỷ lệ",
            &["130.7%", "130.7", "\"130,7%\"", "130,7 %"],
            "130,7% 130,7% 130,7% 130,7%",
            &[],
        );
        says(
            "Tỷ lệ",
            &["1.307", "0.95", "5.83", "1"],
            "1,31% 0,95% 5,83% 1%",
            &["gia-tri/ty-le-hay-phan-tram Bảng › B2, B3, B5"],
        );
        says("Tỷ lệ", &["1.307", "0.95"], "1,31% 0,95%", &[]);
        says("Tỷ lệ", &["1.307", "0.95", "2.5", "50"], "1,31% 0,95% 2,5% 50%", &[]);
        says("Tỷ lệ", &["1.307", "0.95", "2.5", "50%"], "1,31% 0,95% 2,5% 50%", &[]);
        says("Tỷ lệ", &["8.1", "7.2", "4.5", "6.3"], "8,1% 7,2% 4,5% 6,3%", &[]);
        says("Tỷ lệ", &["0", "0", "0", "0"], "0% 0% 0% 0%", &[]);
    }

    #[test]
    fn text_dates_are_read_in_the_order_of_their_column() {
        let text = "?gia-tri/ngay-dang-chu Bảng › B";
        says(
            "Ngày sinh",
            &["04/05/1990", "10/20/1959"],
            "05/4/1990 20/10/1959",
            &[&format!("{text}2"), &format!("{text}3")],
        );
        says(
            "Ngày sinh",
            &["04/05/1990", "21/9/96"],
            "04/5/1990 21/9/1996",
            &[&format!("{text}2"), &format!("{text}3")],
        );
        says(
            "Ngày sinh",
            &["10/20/1959", "04/30/1984", "21/09/1996", "04/05/1990"],
            "20/10/1959 30/4/1984 21/9/1996 -",
            &[
                &format!("{text}2"),
                &format!("{text}3"),
                &format!("{text}4"),
                "gia-tri/ngay-hai-cach-doc Bảng › B5",
            ],
        );
        says(
            "Ngày sinh",
            &["1990-05-21", "21/9/1996 08:00"],
            "21/5/1990 21/9/1996",
            &[&format!("{text}3")],
        );
        says("Ngày sinh", &["12/1990"], "-", &["gia-tri/ngay-khong-du Bảng › B2"]);
    }

    #[test]
    fn dates_that_an_american_excel_may_have_swapped_are_told_once() {
        says(
            "Ngày sinh",
            &["1990-05-05", "1990-05-12", "21/12/1990", "1991-04-03"],
            "05/5/1990 12/5/1990 21/12/1990 03/4/1991",
            &["?gia-tri/ngay-co-the-dao Bảng › B3", "?gia-tri/ngay-dang-chu Bảng › B4"],
        );
        says(
            "Ngày sinh",
            &["1990-05-12", "21/12/1990", "1991-04-13"],
            "12/5/1990 21/12/1990 13/4/1991",
            &["?gia-tri/ngay-dang-chu Bảng › B3"],
        );
        says(
            "Ngày sinh",
            &["1990-05-12", "11/12/1990"],
            "12/5/1990 11/12/1990",
            &["?gia-tri/ngay-dang-chu Bảng › B3"],
        );
    }

    #[test]
    fn dashes_are_blanks_in_optional_columns_only() {
        says(
            "Số tiền",
            &["-", "–", "…", "không có"],
            "- - - -",
            &["?gia-tri/coi-la-trong Bảng › B2, B3, B4 và 1 ô khác"],
        );
        says("Ngày sinh", &["-"], "-", &["?gia-tri/coi-la-trong Bảng › B2"]);
        let required = COLUMNS.replace("unit = \"người\"", "required = true");
        says_with(&required, "Số người", &["-"], "-", &["gia-tri/thieu Bảng › B2"]);
    }

    #[test]
    fn example_rows_show_nothing_of_how_the_clerk_writes() {
        let text = "## Bảng\n| Tên | Số tiền |\n| VD | 3,5 |\n| An | \"14.728\" |";
        assert!(lines(&run_with(COLUMNS, text).1).contains(&"gia-tri/so-hai-cach-doc Bảng › B3".to_owned()));
    }
}
