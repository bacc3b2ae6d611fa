//! The workbook that the fuzz target `workbook` starts from, in each container: each is read to the same. With
//! `BAOCAO_KEEP=folder` they are kept there as its seeds, as files and as the parts that `tests/fuzz/README.md` tells of.

use std::path::{Path, PathBuf};

use baocao::pack::{Origin, Pack};
use baocao::pipeline::{self, Options};
use baocao::workbook::{self, Limits};

use super::other_containers;
use super::xls_workbook::Xls;

const MANIFEST: &[u8] = include_bytes!("../fuzz/packs/workbook.toml");
const MARKDOWN: &str = include_str!("../fuzz/packs/workbook.md");

#[test]
fn the_seed_of_the_fuzz_target_says_the_same_in_each_container() {
    let template = super::word_notation::docx("Xã {{thong_tin.ten}}");
    let files = [
        ("pack.toml".to_owned(), MANIFEST.to_vec().into()),
        ("mau.docx".to_owned(), template.into()),
    ];
    let pack = Pack::parse(files.into(), Origin::Folder(PathBuf::from("workbook"))).expect("a sound pack");
    let xlsx = super::markdown_workbook::workbook(MARKDOWN);
    let workbook = workbook::read(&xlsx, &Limits::default()).expect("a workbook");
    let xls = Xls::new(MARKDOWN);
    let files = [
        ("seed.ods", other_containers::ods(&workbook)),
        ("seed.xlsb", other_containers::xlsb(&workbook)),
        ("seed.xls", xls.build()),
        ("seed.biff8", xls.stream()),
        ("seed.xlsx", xlsx),
    ];
    let told = |bytes: &[u8]| -> Vec<String> {
        let checked = pipeline::check(&pack, bytes, &Options::default()).expect("a workbook");
        let accounts = checked.dataset.accounts();
        accounts.iter().map(|account| account.text().vi).collect()
    };
    for (name, bytes) in &files {
        assert_eq!(told(bytes), told(&files[4].1), "{name}");
    }
    if let Some(folder) = std::env::var_os("BAOCAO_KEEP").map(PathBuf::from) {
        keep(&folder, &files);
        // Code pages have no letters for such names of sheets, so it is not the same.
        keep(&folder, &[("seed.biff5", xls.excel_95(1258).stream())]);
    }
}

fn keep(folder: &Path, files: &[(&str, Vec<u8>)]) {
    std::fs::create_dir_all(folder).expect("a folder");
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).expect("a file");
        let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(bytes)) else {
            continue;
        };
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).expect("an entry");
            let part = entry.name().expect("UTF-8").into_owned();
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut content).expect("a part");
            let seed = if part.starts_with("xl/worksheets/") {
                content
            } else if part == "content.xml" {
                let xml = String::from_utf8(content.clone()).expect("UTF-8");
                let tables = xml.find("<table:table").zip(xml.find("</office:spreadsheet>"));
                let (start, end) = tables.expect("tables");
                std::fs::write(folder.join(format!("{name}-tables")), &xml[start..end]).expect("a file");
                [format!("@{part}\n").into_bytes(), content].concat()
            } else {
                [format!("@{part}\n").into_bytes(), content].concat()
            };
            std::fs::write(folder.join(format!("{name}-{}", part.replace('/', "-"))), seed).expect("a file");
        }
    }
}
