//! A workbook made by one version of a pack, read by another: through `check` and `render`, as people do it.

use std::fs;

use crate::commands::{Desk, PACK, SOURCE};

/// The desk with `a.xlsx` of version 1.0.0, and the pack as the edits made it since.
fn desk(edits: &[(&str, &str)], more: &str) -> Desk {
    let desk = Desk::with_workbook();
    let mut manifest = PACK.to_owned();
    for (from, to) in edits {
        assert!(manifest.contains(from), "{from}");
        manifest = manifest.replace(from, to);
    }
    desk.write("packs/nho/pack.toml", manifest + more);
    desk
}

/// What becomes of the small pack in version 2.0.0: a sheet and a column have other ids and labels, one column is gone.
const EDITS: &[(&str, &str)] = &[
    ("version = \"1.0.0\"", "version = \"2.0.0\""),
    ("id = \"khen_thuong\"", "id = \"danh_sach\""),
    ("name = \"Khen thưởng\"", "name = \"Danh sách khen\""),
    ("id = \"so_luong\"", "id = \"so_ca_nhan\""),
    ("label = \"Số lượng\"", "label = \"Cá nhân được khen\""),
    (
        "id = \"hinh_thuc\"\n  label = \"Hình thức\"\n  type = \"text\"",
        "id = \"hinh_thuc\"\n  label = \"Hình thức\"\n  type = \"choice\"\n  choices = [\"Giấy khen của xã\", \"Bằng khen\"]",
    ),
    (
        "  [[sheet.field]]\n  id = \"ghi_chu\"\n  label = \"Ghi chú\"\n  type = \"text\"\n",
        "",
    ),
];

const MIGRATION: &str = r#"
[[migration]]
from = "1.0.0"
rename = { "khen_thuong" = "danh_sach", "khen_thuong.so_luong" = "danh_sach.so_ca_nhan" }
labels = { "khen_thuong" = "Khen thưởng", "khen_thuong.so_luong" = "Số lượng", "thong_tin.ghi_chu" = "Ghi chú" }
removed = ["thong_tin.ghi_chu"]
values = { "danh_sach.hinh_thuc" = { "Giấy khen" = "Giấy khen của xã" } }
"#;

/// The desk whose pack states what changed, its template built anew.
fn migrated() -> Desk {
    let desk = desk(EDITS, MIGRATION);
    let source = SOURCE
        .replace("{{#each khen_thuong}}", "{{#each danh_sach}}")
        .replace("{{so_luong}}", "{{so_ca_nhan}}")
        .replace(" {{thong_tin.ghi_chu}}", "");
    desk.write("packs/nho/bao-cao.md", source);
    desk.run("pack build packs/nho").is(0);
    desk
}

#[test]
fn a_workbook_of_an_older_version_is_read_with_the_stated_changes_and_told_so() {
    let desk = migrated();
    desk.run("check a.xlsx").is(0).says(&[
        "goi/da-doi-phien-ban",
        "sổ tính làm từ phiên bản 1.0.0; đã đọc theo phiên bản 2.0.0",
        "trang “Khen thưởng” nay là “Danh sách khen”",
        "cột “Số lượng” nay là “Cá nhân được khen”",
        "“Ghi chú” không còn dùng",
        "“Giấy khen” được đọc là “Giấy khen của xã”",
    ]);
    desk.run("render a.xlsx -o a.docx")
        .is(0)
        .says(&["goi/da-doi-phien-ban"]);
    let words = crate::commands::words(&desk.read("a.docx"));
    assert!(words.contains("Giấy khen của xã: 03."), "{words}");
    let document = desk.json("check a.xlsx");
    assert_eq!((&document["errors"], &document["status"]), (&0.into(), &0.into()));
    // What a user wrote down with the old ids still holds.
    desk.write("mapping.toml", "[columns]\n\"Số lượng\" = \"khen_thuong.so_luong\"\n");
    let run = desk.run("check a.xlsx");
    assert!(!run.is(0).out.contains("ghep/"), "{run:?}");
}

#[test]
fn without_the_stated_changes_the_same_workbook_is_not_understood() {
    let desk = migrated();
    let manifest = String::from_utf8(desk.read("packs/nho/pack.toml")).expect("text");
    desk.write("packs/nho/pack.toml", manifest.replace(MIGRATION, ""));
    desk.run("check a.xlsx").is(0).says(&[
        "goi/khac-phien-ban",
        "trang-tinh/la",
        "mẫu không có trang tính «Khen thưởng»",
    ]);
}

#[test]
fn a_workbook_older_than_the_pack_reads_is_refused_and_nothing_is_written() {
    let desk = desk(&[("version = \"1.0.0\"", "version = \"2.0.0\"\nreads = \"1.5.0\"")], "");
    for line in ["check a.xlsx", "render a.xlsx -o a.docx"] {
        let run = desk.run(line);
        run.is(1).says(&[
            "goi/so-tinh-qua-cu",
            "chỉ đọc sổ tính từ phiên bản 1.5.0",
            "baocao blank nho",
        ]);
        assert_eq!(desk.json(line)["errors"], 1, "{run:?}");
    }
    assert!(!desk.path("a.docx").exists());
}

#[test]
fn a_workbook_of_a_newer_version_is_warned_about_or_refused() {
    let desk = Desk::new();
    for (version, status) in [("1.4.0", 0), ("2.0.0", 1)] {
        desk.write("packs/nho/pack.toml", PACK.replace("1.0.0", version));
        desk.run("blank nho --data data.toml -o a.xlsx --force").is(0);
        desk.write("packs/nho/pack.toml", PACK);
        desk.run("check a.xlsx")
            .is(status)
            .says(&["goi/so-tinh-moi-hon", version]);
        desk.run("render a.xlsx -o a.docx").is(status);
        assert_eq!(fs::remove_file(desk.path("a.docx")).is_ok(), status == 0);
    }
}

#[test]
fn a_workbook_of_the_same_version_is_read_as_ever() {
    let desk = migrated();
    desk.write("data.toml", "[thong_tin]\nten_xa = \"Tân Hoà\"\nnam = 2023\n");
    desk.run("blank nho --data data.toml -o moi.xlsx").is(0);
    let run = desk.run("check moi.xlsx");
    assert!(!run.is(0).out.contains("goi/"), "{run:?}");
}

#[test]
fn the_version_of_another_pack_says_nothing_of_this_one() {
    let desk = Desk::with_workbook();
    fs::create_dir(desk.path("packs/khac")).expect("made");
    for name in ["bao-cao.md", "bao-cao.docx"] {
        fs::copy(desk.path("packs/nho").join(name), desk.path("packs/khac").join(name)).expect("copied");
    }
    let other = PACK.replace("id = \"nho\"", "id = \"khac\"");
    desk.write(
        "packs/khac/pack.toml",
        other.replace("1.0.0", "3.0.0\"\nreads = \"2.0.0"),
    );
    let run = desk.run("check a.xlsx --pack khac");
    assert!(!run.is(0).out.contains("goi/"), "{run:?}");
}
