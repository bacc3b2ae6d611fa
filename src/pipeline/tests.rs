//! Checks of marked copies: they give what the check of the original gave.

use super::*;
use crate::markdown_workbook::{set_property, workbook_with};
use crate::other_containers;
use crate::pack::{Files, Origin};
use crate::workbook::Container;
use crate::xls_workbook::Xls;

const PACK: &str = r#"
id = "nho"
version = "1.0.0"
name = "Báo cáo nhỏ"

[[output]]
id = "bao_cao"
label = "Báo cáo"
template = "bao-cao.docx"
source = "bao-cao.md"
file_name = "BC"

[[sheet]]
id = "thong_tin"
name = "Thông tin chung"
layout = "form"
field = [
  { id = "ten_xa", label = "Tên xã", type = "text", required = true },
  { id = "nam", label = "Năm báo cáo", type = "year" },
]

[[sheet]]
id = "chi_tieu"
name = "Chỉ tiêu"
layout = "table"
field = [
  { id = "ma", label = "Mã", type = "text", required = true },
  { id = "ten", label = "Tên chỉ tiêu", type = "text" },
  { id = "ke_hoach", label = "Kế hoạch", type = "decimal" },
  { id = "thuc_hien", label = "Thực hiện", type = "decimal", required = true },
  { id = "ty_le", label = "So với kế hoạch (%)", type = "percent" },
]

[[sheet]]
id = "khen_thuong"
name = "Khen thưởng"
layout = "table"
field = [
  { id = "cap", label = "Cấp khen", type = "text", required = true },
  { id = "so_luong", label = "Số lượng", type = "count", required = true },
  { id = "quyet_dinh", label = "Quyết định", type = "text", unique = true },
  { id = "ngay", label = "Ngày khen", type = "date" },
]
"#;

/// A form and a table on one tab, a table on its side, a sheet that is nobody's, and mistakes in each.
const BOOK: &str = "## Báo cáo
    | Tên xã: | |
    | Năm báo cáo: | hai nghìn |

    | Mã | Tên chỉ tiêu | Kế hoạch | < | Thực hiện | So với kế hoạch (%) |
    | thu | Thu ngân sách | 197 | | hai trăm | 130.7% |
    | rung | Trồng rừng | 30 | | 50% | 20000% |
    | an | Công an | 30 | | =1/0 -> #DIV/0! | x | {hidden}

    ## Khen thưởng
    | Cấp khen | Tỉnh | Xã |
    | Số lượng | hai | |
    | Quyết định | 12/QĐ | 12/QĐ |
    | Ngày khen | 2023-12-15 | 31/02/2023 |

    ## Nháp {hidden}
    | ghi chú |";

/// The findings with their places, in a line each.
fn lines(findings: &Diagnostics) -> Vec<String> {
    let line = |finding: &Diagnostic| {
        let more: Vec<String> = finding.more.iter().map(ToString::to_string).collect();
        format!("{} {}", finding.print(Lang::Vi), more.join(" "))
    };
    findings.iter().map(line).collect()
}

#[test]
fn a_marked_copy_of_any_container_gives_the_findings_of_the_original() {
    let files = Files::from([
        ("pack.toml".to_owned(), PACK.as_bytes().into()),
        ("bao-cao.md".to_owned(), b"## X".as_slice().into()),
    ]);
    let pack =
        Pack::parse_unbuilt(files, Origin::BuiltIn).unwrap_or_else(|faults| panic!("{}", faults.print(Lang::Vi)));
    let xlsx = workbook_with(BOOK, |workbook| set_property(workbook, VERSION_PROPERTY, "0.9.0"));
    let read = workbook::read(&xlsx, &Limits::default()).unwrap();
    let xls = Xls::new(BOOK).property(VERSION_PROPERTY, "0.9.0").build();
    let options = Options::default();
    let of_xlsx = lines(&check(&pack, &xlsx, &options).unwrap().diagnostics);
    let all = of_xlsx.join("\n");
    for place in [
        "Báo cáo › B2",
        "Báo cáo › E5",
        "Báo cáo › E7",
        "Khen thưởng › B2",
        "Khen thưởng › C4",
        "Nháp",
        "0.9.0",
    ] {
        assert!(all.contains(place), "{place} is not in\n{all}");
    }
    let sources = [
        xlsx.clone(),
        xls,
        other_containers::xlsb(&read),
        other_containers::ods(&read),
    ];
    for source in sources {
        let workbook = workbook::read(&source, &Limits::default()).unwrap();
        let container = workbook.container;
        let checked = check(&pack, &source, &options).unwrap();
        let copy = annotate(&pack, &source, &workbook, &checked, Lang::Vi).unwrap();
        assert_eq!(copy.converted, container != Container::Xlsx);
        let again = check(&pack, &copy.bytes, &options).unwrap();
        assert_eq!(lines(&again.diagnostics), lines(&checked.diagnostics), "{container:?}");
        assert_eq!(again.dataset.accounts(), checked.dataset.accounts(), "{container:?}");
        // All containers were checked alike in the first place.
        assert_eq!(lines(&checked.diagnostics).len(), of_xlsx.len(), "{container:?}");
    }
}
