//! The sample workbooks, built from their text sources: `.toml` data, or the `.md` workbook full of mistakes.

use std::path::{Path, PathBuf};

use baocao::blank::Prefill;
use baocao::diagnostic::Lang;
use baocao::pack::{Origin, Pack};
use baocao::pipeline;
use rust_xlsxwriter::{DocProperties, ExcelDateTime};

use crate::markdown_workbook;

/// Which pack the samples belong to: the stems of their `.toml` sources.
#[rustfmt::skip]
const SAMPLES: &[(&str, &[&str])] = &[
    ("bc-thi-dua-khen-thuong", &["tan-hoa-2023", "an-binh-thuong-2025"]),
    ("qd-khen-thuong", &["an-binh-thuong-khen-thuong-2025", "minh-tay-khen-dot-xuat-2026"]),
    ("bc-kinh-te-xa-hoi", &["an-binh-thuong-6-thang-2026", "minh-tay-quy-1-2026"]),
    ("to-trinh-khen-thuong", &["an-binh-to-trinh-2025"]),
    ("ke-hoach-thi-dua", &["an-binh-ke-hoach-2026", "minh-tay-chuyen-de-2026"]),
];

/// The pack of the first samples, as it stands in the repository.
#[allow(
    dead_code,
    reason = "the program that builds the samples asks for packs by their names"
)]
pub fn pack() -> Pack {
    named_pack(SAMPLES[0].0)
}

/// A pack as it stands in the repository.
pub fn named_pack(id: &str) -> Pack {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(id);
    let files = std::fs::read_dir(&folder).expect("the pack").map(|entry| {
        let entry = entry.expect("an entry");
        (
            entry.file_name().to_string_lossy().into_owned(),
            std::fs::read(entry.path()).expect("a file").into(),
        )
    });
    match Pack::parse(files.collect(), Origin::Folder(folder)) {
        Ok(pack) => pack,
        Err(findings) => panic!("{}", findings.print(Lang::En)),
    }
}

/// A file of the samples' folder.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

/// Names and contents of all sample workbooks, built anew.
pub fn build() -> Vec<(String, Vec<u8>)> {
    let mut built = Vec::new();
    for entry in std::fs::read_dir(path("")).expect("the samples") {
        let source = entry.expect("an entry").path();
        let stem = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let ending = source.extension().unwrap_or_default();
        let text = || std::fs::read_to_string(&source).expect("UTF-8");
        let bytes = if ending == "toml" {
            let owner = SAMPLES.iter().find(|(_, stems)| stems.contains(&stem.as_str()));
            let (id, _) = owner.unwrap_or_else(|| panic!("{stem} is in no pack's list of samples"));
            data(&named_pack(id), &text())
        } else if ending == "md" && stem != "README" {
            broken(&text())
        } else {
            continue;
        };
        built.push((format!("{stem}.xlsx"), bytes));
    }
    built.sort();
    built
}

/// The workbook of a Markdown file, without the clock in it.
fn broken(markdown: &str) -> Vec<u8> {
    markdown_workbook::workbook_with(markdown, |workbook| {
        let date = ExcelDateTime::from_ymd(2026, 1, 1).expect("a date");
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&date));
    })
}

/// The workbook of a data file.
pub fn data(pack: &Pack, source: &str) -> Vec<u8> {
    let prefill =
        Prefill::from_toml(&pack.schema, source).unwrap_or_else(|faults| panic!("{}", faults.print(Lang::En)));
    pipeline::blank(pack, &prefill).expect("a workbook")
}
