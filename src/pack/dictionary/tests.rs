//! The dictionary of packs, and what signs of Markdown become in it.

use super::super::tests::SMALL;
use super::super::{BUILT_IN, Files, MANIFEST, Origin};
use super::*;
use std::borrow::Cow;

fn pack(manifest: &str) -> Pack {
    let mut files = Files::from([(MANIFEST.to_owned(), Cow::Owned(manifest.as_bytes().to_vec()))]);
    files.extend(["bao-cao.docx", "bao-cao.md"].map(|name| (name.to_owned(), Cow::Borrowed(&b"x"[..]))));
    match Pack::parse(files, Origin::BuiltIn) {
        Ok(pack) => pack,
        Err(findings) => panic!("{}", findings.print(Lang::En)),
    }
}

#[test]
fn the_dictionary_of_a_small_pack_is_this() {
    let manifest = SMALL.replace(
        "version = \"1.0.0\"",
        "version = \"2.0.0\"\nengine = \"0.1\"\nreads = \"1.0.0\"",
    ) + "  unit = \"người\"\n  min = 0\n  max = 1000\n\n\
           [[check]]\nrule.one_of = { sheet = \"khen_thuong\", columns = [\"hinh_thuc\", \"so_luong\"] }\n\
           severity = \"warning\"\nmessage = \"Dòng trống\"\n\n\
           [[check]]\nassert = \"so_luong > 0 or so_luong == 0\"\nsheet = \"khen_thuong\"\nmessage_en = \"No *x*\"\n\n\
           [[migration]]\nfrom = \"1.0.0\"\nlabels = { \"khen_thuong.so_luong\" = \"SL\" }\n";
    let vi = markdown(&pack(&manifest), Lang::Vi);
    assert_eq!(
        vi,
        "# Báo cáo nhỏ\n\n\
         Mã gói `nho`, phiên bản 2.0.0. Cần baocao 0.1 trở lên.\n\n\
         Chỗ không bắt buộc mà để trống thì in “……”.\n\n\
         ## Văn bản\n\n\
         | Mã | Tên | Mẫu Word | Tên tệp | Làm khi nào |\n|---|---|---|---|---|\n\
         | `bao_cao` | Báo cáo | `bao-cao.docx` | `BC {{thong_tin.nam}}.docx` | mỗi sổ tính một văn bản |\n\n\
         ## Trang “Thông tin chung” (`thong_tin`)\n\n\
         Mỗi mục một thông tin.\n\n\
         | Mã | Nhãn | Kiểu | Đơn vị | Bắt buộc | Giá trị được nhận | Cách ghi | Ví dụ | Thẻ |\n\
         |---|---|---|---|---|---|---|---|---|\n\
         | `ten_xa` | Tên xã | một dòng chữ (`text`) |  | có |  |  | Tân Hoà | `{{thong_tin.ten_xa}}` |\n\
         | `nam` | Năm báo cáo | năm (`year`) |  | có |  |  | 2023 | `{{thong_tin.nam}}` |\n\n\
         ## Trang “Khen thưởng” (`khen_thuong`)\n\n\
         Bảng, mỗi dòng một bản ghi. Có thể không có trang này.\n\n\
         | Mã | Nhãn | Kiểu | Đơn vị | Bắt buộc | Giá trị được nhận | Cách ghi | Ví dụ | Thẻ |\n\
         |---|---|---|---|---|---|---|---|---|\n\
         | `hinh_thuc` | Hình thức | một dòng chữ (`text`) |  |  |  |  |  | `{{hinh_thuc}}` |\n\
         | `so_luong` | Số lượng | số lượng (số nguyên) (`count`) | người |  | từ 0 đến 1.000 |  |  | `{{so_luong}}` |\n\n\
         ## Kiểm tra\n\n\
         1. Trang “Khen thưởng”: mỗi dòng có ít nhất một trong các cột «Hình thức», «Số lượng» (cảnh báo) — Dòng trống\n\
         2. Trang “Khen thưởng”: mỗi dòng có `so_luong > 0 or so_luong == 0` (lỗi)\n\n\
         ## Sổ tính của phiên bản trước\n\n\
         Đọc sổ tính làm từ phiên bản 1.0.0 trở đi.\n\n\
         Sổ tính từ phiên bản 1.0.0 trở về trước:\n\n\
         - `khen_thuong.so_luong` ghi là “SL”\n"
    );
    let en = markdown(&pack(&manifest), Lang::En);
    assert!(
        en.contains("from 0 to 1000")
            && en.contains("(error) — No \\*x\\*")
            && en.contains("Needs baocao 0.1 or later."),
        "{en}"
    );
}

/// The texts of the cells of each table, as a Markdown reader sees them.
fn tables(markdown: &str) -> Vec<Vec<Vec<String>>> {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
    let mut tables: Vec<Vec<Vec<String>>> = Vec::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Table(_)) => tables.push(Vec::new()),
            Event::Start(Tag::TableHead | Tag::TableRow) => tables.last_mut().expect("a table").push(Vec::new()),
            Event::Start(Tag::TableCell) => {
                let row = tables.last_mut().and_then(|table| table.last_mut());
                row.expect("a row").push(String::new());
            }
            Event::Text(text) | Event::Code(text) | Event::InlineHtml(text) => {
                let row = tables.last_mut().and_then(|table| table.last_mut());
                if let Some(cell) = row.and_then(|row| row.last_mut()) {
                    cell.push_str(&text);
                }
            }
            Event::End(TagEnd::Table) => {}
            _ => {}
        }
    }
    tables
}

#[test]
fn signs_of_markdown_in_labels_are_only_signs() {
    for label in [
        "a | b",
        "*đậm* _nghiêng_ `mã`",
        "<b>x</b> & y",
        "[x](y) ~z~",
        "\\| cuối \\",
        "# đề mục",
        "1. mục",
        "- mục",
        "1) mục",
        "> trích",
    ] {
        let quoted = format!("{label:?}").replace("\\'", "'");
        let manifest = SMALL.replace("label = \"Hình thức\"", &format!("label = {quoted}"));
        let tables = tables(&markdown(&pack(&manifest), Lang::Vi));
        assert_eq!(tables.len(), 3, "{label}");
        for table in &tables {
            assert!(
                table.iter().all(|row| row.len() == table[0].len()),
                "{label}: {table:?}"
            );
        }
        assert_eq!(tables[2][1][1], label);
    }
    assert_eq!(cell("một\r\n\n hai | ba "), "một<br>hai \\| ba");
    assert_eq!((code("a`b|c"), code("")), ("`` a`b\\|c ``".into(), String::new()));
    assert_eq!(plain("1. một\n2"), "1\\. một 2");
}

#[test]
fn the_dictionary_of_the_built_in_packs_has_every_field_and_check() {
    for built_in in BUILT_IN {
        let pack = built_in.parse().expect("a right pack");
        for lang in [Lang::Vi, Lang::En] {
            let text = markdown(&pack, lang);
            assert_eq!(text, markdown(&pack, lang));
            let tables = tables(&text);
            for table in &tables {
                assert!(table.iter().all(|row| row.len() == table[0].len()), "{table:?}");
            }
            let ids: Vec<&String> = tables.iter().flatten().map(|row| &row[0]).collect();
            for field in pack.schema.sheets.iter().flat_map(|sheet| &sheet.fields) {
                assert!(ids.contains(&&field.id), "{}", field.id);
            }
            let checks = text.lines().filter(|line| {
                line.split_once(". ")
                    .is_some_and(|(number, _)| number.parse::<usize>().is_ok())
            });
            assert_eq!(checks.count(), pack.schema.checks.len());
        }
    }
}

#[test]
fn helpers_of_a_script_are_listed_with_what_is_written_above_them() {
    let script = "/// Tên rút gọn | của đơn vị.\nfn rut_gon(ten, so) { ten }\nfn check(data) { }\n";
    let mut files = Files::from([(MANIFEST.to_owned(), Cow::Owned(SMALL.as_bytes().to_vec()))]);
    files.extend(["bao-cao.docx", "bao-cao.md"].map(|name| (name.to_owned(), Cow::Borrowed(&b"x"[..]))));
    files.insert("script.rhai".into(), Cow::Owned(script.as_bytes().to_vec()));
    let pack = Pack::parse(files, Origin::BuiltIn).unwrap_or_else(|findings| panic!("{}", findings.print(Lang::En)));
    let page = markdown(&pack, Lang::Vi);
    let row = "| `rut_gon ten so` | Tên rút gọn \\| của đơn vị. |\n";
    assert!(page.contains("## Hàm riêng của gói\n") && page.contains(row), "{page}");
    assert!(!page.contains("`check"), "{page}");
}
