//! Migrations: what is wrong with them, and how workbooks of other versions stand.

use std::borrow::Cow;

use super::super::{Files, MANIFEST, Origin};
use super::*;
use crate::diagnostic::{Lang, Severity};

/// A pack of version 3.0.0 whose table was renamed, whose columns changed labels, and whose list of choices changed.
const MANIFEST_TEXT: &str = r#"id = "nho"
version = "3.0.0"
name = "Báo cáo nhỏ"
READS
[[output]]
id = "bao_cao"
label = "Báo cáo"
template = "mau.docx"
file_name = "BC"

[[sheet]]
id = "thong_tin"
name = "Thông tin chung"
layout = "form"
field = [{ id = "ten_xa", label = "Tên xã", type = "text" }]

[[sheet]]
id = "khen_thuong"
name = "Khen thưởng"
layout = "table"
field = [
  { id = "cap", label = "Cấp", type = "choice", choices = ["Cấp trên", "Xã"] },
  { id = "so_ca_nhan", label = "Số cá nhân", type = "count" },
]
"#;

const GOOD: &str = r#"
[[migration]]
from = "1.0.0"
rename = { "khen" = "khen_thuong", "khen.so_nguoi" = "khen_thuong.so_luong" }
labels = { "khen" = "Bảng 1", "khen.so_nguoi" = "Số người", "khen.ghi_chu" = "Ghi chú" }
removed = ["khen.ghi_chu"]

[[migration]]
from = "2.0.0"
rename = { "khen_thuong.so_luong" = "khen_thuong.so_ca_nhan" }
labels = { "khen_thuong.so_luong" = "Số lượng" }
values = { "khen_thuong.cap" = { "Huyện" = "Cấp trên" } }
"#;

fn parse(reads: &str, migrations: &str) -> Result<Pack, String> {
    let manifest = MANIFEST_TEXT.replace("READS", reads) + migrations;
    let files = Files::from([
        (MANIFEST.to_owned(), Cow::Owned(manifest.into_bytes())),
        ("mau.docx".to_owned(), Cow::Borrowed(&b"x"[..])),
    ]);
    Pack::parse(files, Origin::Folder("/x/nho".into())).map_err(|findings| findings.print(Lang::Vi))
}

fn pack(reads: &str, migrations: &str) -> Pack {
    parse(reads, migrations).unwrap_or_else(|findings| panic!("{findings}"))
}

#[test]
fn the_names_of_each_older_version_are_further_names_of_its_sheets_and_fields() {
    let pack = pack("", GOOD);
    let standing = pack.standing(Some("1.0.0")).expect("read");
    let sheet = &standing.schema.sheets[1];
    assert_eq!(sheet.aliases, ["Bảng 1"]);
    assert_eq!(sheet.fields[1].aliases, ["Số người", "Số lượng"]);
    assert_eq!(sheet.fields[0].choices[0].aliases, ["Huyện"]);
    assert_eq!(standing.renamed["khen.so_nguoi"], "khen_thuong.so_ca_nhan");
    assert_eq!(
        standing.finding.expect("told").print(Lang::Vi),
        "cảnh báo[goi/da-doi-phien-ban]: sổ tính làm từ phiên bản 1.0.0; đã đọc theo phiên bản 3.0.0: trang “Bảng 1” nay là \
         “Khen thưởng”; “Ghi chú” không còn dùng; cột “Số người” nay là “Số cá nhân”; cột “Số lượng” nay là “Số cá nhân”; ở \
         cột “Cấp”, “Huyện” được đọc là “Cấp trên”\n  gợi ý: xem lại kết quả ở các chỗ ấy; lần sau dùng sổ tính trống mới\n"
    );
    // Between two versions: what changed before it is none of its names.
    let standing = pack.standing(Some("1.5.0")).expect("read");
    assert_eq!(standing.schema.sheets[1].aliases, [""; 0]);
    assert_eq!(standing.schema.sheets[1].fields[1].aliases, ["Số lượng"]);
    // The pack's own schema stays as it is.
    assert!(pack.schema.sheets[1].fields[1].aliases.is_empty());
}

#[test]
fn workbooks_of_the_same_version_and_without_a_stamp_are_read_as_they_are() {
    let pack = pack("reads = \"1.0.0\"", GOOD);
    for stamp in [None, Some("3.0.0")] {
        let standing = pack.standing(stamp).expect("read");
        assert!(matches!(standing.schema, Cow::Borrowed(_)));
        assert_eq!((standing.finding, standing.renamed.len()), (None, 0));
    }
    // Of a version after the last change nothing need be told.
    assert_eq!(pack.standing(Some("2.0.1")).expect("read").finding, None);
}

#[test]
fn an_older_version_is_refused_or_told_as_the_pack_states() {
    let stated = pack("reads = \"2.0.0\"", "");
    let refusal = stated.standing(Some("1.9.9")).expect_err("too old");
    assert_eq!(
        (refusal.code, refusal.severity),
        ("goi/so-tinh-qua-cu", Severity::Error)
    );
    assert!(
        refusal
            .hint
            .as_ref()
            .is_some_and(|hint| hint.vi.contains("baocao blank nho")),
        "{refusal:?}"
    );
    assert_eq!(stated.standing(Some("2.0.0")).expect("read").finding, None);
    let silent = pack("", "");
    let finding = silent.standing(Some("2.9.0")).expect("read").finding.expect("told");
    assert_eq!(finding.code, "goi/khac-phien-ban");
    let finding = silent.standing(Some("x")).expect("read").finding.expect("told");
    assert_eq!(finding.code, "goi/khac-phien-ban");
}

#[test]
fn a_newer_version_is_a_warning_and_one_of_another_first_number_is_refused() {
    let pack = pack("reads = \"1.0.0\"", "");
    let finding = pack.standing(Some("3.1.0")).expect("read").finding.expect("told");
    assert_eq!(
        (finding.code, finding.severity),
        ("goi/so-tinh-moi-hon", Severity::Warning)
    );
    let refusal = pack.standing(Some("4.0.0")).expect_err("too new");
    assert_eq!(
        (refusal.code, refusal.severity),
        ("goi/so-tinh-moi-hon", Severity::Error)
    );
}

#[test]
fn a_note_of_the_pack_is_the_hint_and_many_changes_are_counted() {
    let labels: Vec<String> = (0..12)
        .map(|number| format!("\"khen_thuong.cot_{number}\" = \"Cột {number}\""))
        .collect();
    let removed: Vec<String> = (0..12).map(|number| format!("\"khen_thuong.cot_{number}\"")).collect();
    let pack = pack(
        "",
        &format!(
            "[[migration]]\nfrom = \"2.0.0\"\nnote = \"Hỏi phòng Nội vụ.\"\nlabels = {{ {} }}\nremoved = [{}]\n",
            labels.join(", "),
            removed.join(", ")
        ),
    );
    let finding = pack.standing(Some("1.0.0")).expect("read").finding.expect("told");
    assert!(finding.message.vi.ends_with("; và 4 thay đổi khác"), "{finding:?}");
    assert_eq!(finding.hint.expect("a hint").vi, "Hỏi phòng Nội vụ.");
}

#[test]
fn mistakes_of_migrations_are_told_with_their_lines() {
    for (reads, migration, part) in [
        ("reads = \"1.0\"", "", "reads cần ba số"),
        ("reads = \"4.0.0\"", "", "mới hơn phiên bản 3.0.0"),
        ("", "from = \"2\"", "from cần ba số"),
        ("", "from = \"3.0.0\"", "phải cũ hơn phiên bản của gói"),
        ("reads = \"2.0.0\"", "from = \"1.0.0\"", "không bao giờ được dùng"),
        (
            "",
            "from = \"1.0.0\"\nrename = { \"khen_thuong.cap\" = \"khen_thuong.so_ca_nhan\" }",
            "gói vẫn còn “khen_thuong.cap”",
        ),
        (
            "",
            "from = \"1.0.0\"\nrename = { \"khen_thuong.so_nguoi\" = \"khen_thuong.so_ca_nhn\" }",
            "(→ khen_thuong.so_ca_nhan?)",
        ),
        (
            "",
            "from = \"1.0.0\"\nrename = { \"thong_tin.so_nguoi\" = \"khen_thuong.so_ca_nhan\" }",
            "chỉ đổi tên trong trang của nó",
        ),
        (
            "",
            "from = \"1.0.0\"\nrename = { \"khen\" = \"khen_thuong.so_ca_nhan\" }",
            "trang đổi thành trang",
        ),
        (
            "",
            "from = \"1.0.0\"\nremoved = [\"khen_thuong.cap\"]",
            "nhưng gói vẫn còn",
        ),
        (
            "",
            "from = \"1.0.0\"\nrename = { \"khen\" = \"khen_thuong\" }\nremoved = [\"khen\"]",
            "vừa được ghi là đổi tên",
        ),
        (
            "",
            "from = \"1.0.0\"\nlabels = { \"khen_thuong.so_nguoi\" = \"Số người\" }",
            "cũng không có trong rename hay removed",
        ),
        (
            "",
            "from = \"1.0.0\"\nlabels = { \"khen_thuong.cap\" = \" \" }",
            "không có chữ nào",
        ),
        (
            "",
            "from = \"1.0.0\"\nlabels = { \"khen_thuong.cap\" = \"Số cá nhân\" }",
            "sổ tính cũ sẽ bị đọc nhầm",
        ),
        (
            "",
            "from = \"1.0.0\"\nvalues = { \"khen_thuong.so_ca_nhan\" = { a = \"b\" } }",
            "không phải cột chọn",
        ),
        (
            "",
            "from = \"1.0.0\"\nvalues = { \"khen_thuong.cap\" = { \"Huyện\" = \"Cấp tren\" } }",
            "(→ Cấp trên?)",
        ),
        (
            "",
            "from = \"1.0.0\"\nvalues = { \"khen_thuong.cap\" = { \"xã\" = \"Cấp trên\" } }",
            "vẫn có trong danh mục",
        ),
        (
            "",
            "from = \"1.0.0\"\n[[migration]]\nfrom = \"1.0.0\"",
            "đã có [[migration]] khác",
        ),
    ] {
        let migrations = match migration {
            "" => String::new(),
            migration => format!("[[migration]]\n{migration}\n"),
        };
        let found = parse(reads, &migrations).expect_err(part);
        assert!(
            found.contains("goi/chuyen-phien-ban") && found.contains(part) && found.contains("pack.toml › dòng"),
            "{part} is not in\n{found}"
        );
    }
    let found = parse("", "[[migration]]\nfrom = \"1.0.0\"\nrenames = {}\n").expect_err("unknown key");
    assert!(found.contains("goi/khoa-la") && found.contains("“rename”"), "{found}");
}

#[test]
fn a_pack_for_a_newer_program_says_so_before_anything_else() {
    let found = parse("engine = \"9.0\"\nnew_key = 1", "[[migration]]\nx = 1\n").expect_err("too new");
    assert!(
        found.contains("goi/can-ban-moi") && !found.contains("goi/khoa-la"),
        "{found}"
    );
    assert!(found.contains("dòng 4, cột 10"), "{found}");
    assert_eq!(pack("engine = \"0.1\"", "").engine.as_deref(), Some("0.1"));
}

#[test]
fn more_migrations_and_mistakes_than_anybody_writes_end_at_once() {
    let many = |number: usize| format!("[[migration]]\nfrom = \"1.0.{number}\"\n");
    let found = parse("", &(0..15_000).map(many).collect::<String>()).expect_err("too many");
    assert!(found.contains("hơn 100 mục [[migration]]"), "{found}");
    assert!(parse("", &(0..100).map(many).collect::<String>()).is_ok());
    let labels: Vec<String> = (0..10_000)
        .map(|number| format!("\"khen_thuong.x{number}\" = \"X\""))
        .collect();
    let one = format!(
        "[[migration]]\nfrom = \"1.0.0\"\nlabels = {{ {} }}\n",
        labels.join(", ")
    );
    let found = parse("", &one).expect_err("unknown ids");
    assert_eq!(found.matches("goi/chuyen-phien-ban").count(), MOST_FAULTS, "{found}");
}
