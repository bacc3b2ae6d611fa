//! What `templates/quy-tac.md` says of rules and computed fields is so: its pack is sound, its formulas have the values that
//! stand beside them, its findings are told, and what is written wrong is answered as it shows.

use std::fs;
use std::path::Path;

use baocao::formula::{Computed, Formula, MOST_CHARACTERS, MOST_DEPTH, MOST_PARTS, MOST_STEPS};
use baocao::pack::{Files, Origin, Pack};
use baocao::pipeline::{self, Checked, Options};
use baocao::vietnamese::{date_short, number, plain};
use baocao::{CellRef, Lang};

use crate::{markdown_workbook, word_notation};

fn guide() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/quy-tac.md")).expect("the guide")
}

/// The content of the fence with an information line.
fn fence<'g>(guide: &'g str, information: &str) -> &'g str {
    let (_, after) = guide
        .split_once(&format!("```{information}\n"))
        .unwrap_or_else(|| panic!("no fence {information}"));
    after.split("\n```").next().expect("an end")
}

fn pack(manifest: &str) -> Result<Pack, baocao::Diagnostics> {
    let files: Files = [
        ("pack.toml".to_owned(), manifest.to_owned().into_bytes().into()),
        (
            "mau.docx".to_owned(),
            word_notation::docx("{{#each chi_tieu}}{{ten}} {{ty_le}}; {{/each}}{{thong_tin.tong_so}}").into(),
        ),
    ]
    .into();
    Pack::parse(files, Origin::Folder("quy-tac-nho".into()))
}

fn checked(pack: &Pack, workbook: &str) -> Checked {
    pipeline::check(pack, &markdown_workbook::workbook(workbook), &Options::default()).expect("a workbook")
}

/// Cells of the rows of the tables whose first cell is code.
fn rows(guide: &str) -> Vec<Vec<&str>> {
    let rows = guide.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect()
}

#[test]
fn formulas_have_the_values_that_the_guide_shows() {
    let guide = guide();
    let pack = pack(fence(&guide, "toml")).unwrap_or_else(|faults| panic!("{}", faults.print(Lang::En)));
    let dataset = checked(&pack, fence(&guide, "so-lieu")).dataset;
    let mut seen = 0;
    for row in rows(&guide) {
        let [formula, place, expected] = row[..] else { continue };
        let (own, record) = match place.split_once(", dòng ") {
            Some((name, row)) => {
                let sheet = pack.schema.sheets.iter().position(|sheet| sheet.name == name);
                (
                    Some(sheet.expect("a sheet")),
                    row.parse::<usize>().expect("a number") - 1,
                )
            }
            None => (None, 0),
        };
        let formula = formula.trim_matches('`');
        let checked = Formula::parse(formula).and_then(|parsed| parsed.check(&pack.schema.scope(own)));
        let checked = checked.unwrap_or_else(|fault| panic!("{formula}: {fault:?}"));
        let found = match checked.on(&dataset).value(record) {
            None => "không có giá trị".to_owned(),
            Some(Computed::Number(number)) => plain(number),
            Some(Computed::Text(text)) => text.to_owned(),
            Some(Computed::Date(date)) => date_short(date),
            Some(Computed::Flag(true)) => "đúng".to_owned(),
            Some(Computed::Flag(false)) => "sai".to_owned(),
        };
        assert_eq!(found, expected, "{formula}");
        seen += 1;
    }
    assert!(seen >= 28, "only {seen} examples");
}

#[test]
fn what_is_written_wrong_is_answered_as_the_guide_shows() {
    let guide = guide();
    let manifest = fence(&guide, "toml");
    let mut seen = 0;
    let (_, wrong) = guide.split_once("**Viết sai thì được nhắc**").expect("the section");
    for row in rows(wrong) {
        let [formula, expected] = row[..] else {
            panic!("{row:?}")
        };
        let formula = formula.trim_matches('`');
        let wrong = format!("{manifest}\n[[check]]\nsheet = \"chi_tieu\"\nassert = '{formula}'\n");
        let faults = pack(&wrong).expect_err(formula).print(Lang::Vi);
        assert!(faults.contains(expected), "{formula}: {faults}");
        let line = wrong.lines().count();
        assert!(faults.contains(&format!("dòng {line}, cột ")), "{formula}: {faults}");
        seen += 1;
    }
    assert_eq!(seen, 7);
    for limit in [MOST_CHARACTERS as u64, MOST_PARTS as u64, MOST_DEPTH as u64, MOST_STEPS] {
        let limit = number(limit.into(), 0);
        assert!(guide.contains(&limit), "{limit}");
    }
}

#[test]
fn findings_are_told_as_the_guide_shows() {
    let guide = guide();
    let pack = pack(fence(&guide, "toml")).expect("a sound pack");
    let checked = checked(&pack, fence(&guide, "so-lieu"));
    assert_eq!(
        checked.diagnostics.print(Lang::Vi).replace("\n\n", "\n").trim(),
        fence(&guide, "loi").trim()
    );
    assert!(
        checked
            .diagnostics
            .print(Lang::En)
            .contains("«Trồng rừng» says -50, it can't be negative")
    );
    // What was computed is known, with the cell in which it would stand.
    let data = &checked.dataset.sheets[1];
    let [column] = &data.computed[..] else {
        panic!("{:?}", data.computed)
    };
    let cells: Vec<CellRef> = column.cells(data).collect();
    assert_eq!(cells, [CellRef::new(1, 4), CellRef::new(2, 4)]);
    assert_eq!(column.formula.vi, "«Thực hiện» / «Kế hoạch» × 100");
    let account = checked.dataset.accounts();
    assert_eq!(
        account[0].text().vi,
        "Thông tin: đọc 4 dòng, tự tính «Tổng số người» 1 ô"
    );
    assert_eq!(
        account[1].text().vi,
        "Chỉ tiêu: đọc 4 dòng, bỏ qua 1 (1 dòng tiêu đề), tự tính «Tỷ lệ» 2 ô"
    );
}

/// The workbook of the guide without what is wrong with it.
fn sound(guide: &str) -> String {
    let workbook = fence(guide, "so-lieu");
    workbook
        .replace("2025", "2026")
        .replace("-50", "50")
        .replace("136%", "139.3%")
        .replace("| Tỉnh | Giấy", "| Xã | Giấy")
}

#[test]
fn computed_values_are_printed_and_traced_to_what_they_are_made_of() {
    let guide = guide();
    let pack = pack(fence(&guide, "toml")).expect("a sound pack");
    let workbook = markdown_workbook::workbook(&sound(&guide));
    let printed = pipeline::render(&pack, &workbook, &Options::default()).expect("a workbook");
    assert_eq!(
        word_notation::shown(&printed.documents[0].bytes).trim(),
        "Thu ngân sách 130,7%; Trồng rừng 166,7%; Giảm nghèo ; Làm đường 139,3%; 05"
    );
    let options = Options {
        trace: true,
        ..Options::default()
    };
    let traced = pipeline::render(&pack, &workbook, &options).expect("a workbook");
    let (package, _) = crate::invariants::Package::read(&traced.documents[0].bytes);
    let comments: Vec<String> = package.trees["word/comments.xml"]
        .all("w:comment")
        .iter()
        .map(|comment| {
            let lines = comment.all("w:p");
            lines.iter().map(|line| line.text()).collect::<Vec<_>>().join(" | ")
        })
        .collect();
    let all = comments.join("\n");
    assert!(
        all.contains("Chỉ tiêu!C2, D2 | tự tính vì ô để trống: «Thực hiện» / «Kế hoạch» × 100"),
        "{all}"
    );
    assert!(all.contains("Chỉ tiêu!E5"), "{all}");
    assert!(
        all.contains("tự tính vì ô để trống: tổng(«Khen thưởng › Số lượng»)"),
        "{all}"
    );
}

#[test]
fn a_blank_workbook_says_that_the_cell_may_be_left_blank() {
    let guide = guide();
    let pack = pack(fence(&guide, "toml")).expect("a sound pack");
    let blank = pipeline::blank(&pack, &baocao::Prefill::default()).expect("a workbook");
    let package = baocao::opc::Package::read(blank.clone(), &baocao::opc::Limits::default()).expect("a package");
    let sheets: String = (1..=5)
        .filter_map(|number| package.text(&format!("xl/worksheets/sheet{number}.xml")).ok())
        .collect();
    assert!(
        sheets.contains("Để trống thì chương trình tự tính."),
        "the input help says it"
    );
    // Nothing is asked of what is computed.
    let checked = pipeline::check(&pack, &blank, &Options::default()).expect("a workbook");
    let told = checked.diagnostics.print(Lang::Vi);
    assert!(!told.contains("Tỷ lệ") && !told.contains("Tổng số người"), "{told}");
}

#[test]
fn fields_that_only_formulas_use_are_used() {
    let guide = guide();
    let pack = pack(fence(&guide, "toml")).expect("a sound pack");
    let unused = |finding: &baocao::Diagnostic| finding.code == "mau/truong-khong-dung";
    let told: baocao::Diagnostics = pipeline::check_pack(&pack).into_iter().filter(unused).collect();
    let told = told.print(Lang::Vi);
    for label in [
        "«Thực hiện»",
        "«Kế hoạch»",
        "«Số lượng»",
        "«Cấp khen»",
        "«Ngày ký»",
        "«Năm báo cáo»",
    ] {
        assert!(!told.contains(label), "{told}");
    }
    assert!(told.contains("«Tên xã»"), "{told}");
}
