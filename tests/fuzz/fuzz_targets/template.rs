//! Template bytes and values of any kind through the whole engine. See `tests/fuzz/README.md`.

#![no_main]

#[path = "../../all/invariants.rs"]
#[allow(dead_code)]
mod invariants;
#[path = "../../support/markdown_workbook.rs"]
mod markdown_workbook;
#[path = "../../support/word_notation/mod.rs"]
#[allow(dead_code, unused_imports)]
mod word_notation;

use std::io::{Cursor, Read, Write};
use std::path::PathBuf;
use std::sync::LazyLock;

use baocao::diagnostic::Lang;
use baocao::pack::{Origin, Pack};
use baocao::pipeline::{self, Options, Prepared};
use baocao::value::Raw;
use baocao::workbook::{self, Formula, Workbook};
use libfuzzer_sys::fuzz_target;

const TEMPLATE: &str = "Xã {{thong_tin.ten_xa}}\n<b>{{#each noi_nhan}}</b>{{this}}|{{/each}}\n[{{#each noi_nhan}}{{this}}] [{{@number}}{{/each}}]\n<box>{{thong_tin.ten_xa}}</box>";

struct World {
    pack: Pack,
    workbook: Workbook,
    /// The parts of a small document, the main one last.
    parts: Vec<(String, Vec<u8>)>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let template = word_notation::docx(TEMPLATE);
    let files = [
        (
            "pack.toml".to_owned(),
            include_bytes!("../../cases/pack.toml").to_vec().into(),
        ),
        ("mau.docx".to_owned(), template.clone().into()),
    ];
    let bytes = markdown_workbook::workbook(include_str!("../../cases/data.md"));
    let mut archive = zip::ZipArchive::new(Cursor::new(&template)).expect("an archive");
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("an entry");
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("a part");
        parts.push((entry.name().expect("UTF-8").into_owned(), content));
    }
    parts.sort_by_key(|(name, _)| name == "word/document.xml");
    World {
        pack: Pack::parse(files.into(), Origin::Folder(PathBuf::from("cases"))).expect("a sound pack"),
        workbook: workbook::read(&bytes, &workbook::Limits::default()).expect("a workbook"),
        parts,
    }
});

fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"PK") {
        template(data.to_vec());
    } else if data.starts_with(b"<") {
        template(packed(data));
    } else {
        values(&String::from_utf8_lossy(data));
    }
});

/// A package with this main part.
fn packed(document: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in &WORLD.parts {
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file(name.as_str(), options).expect("an entry");
        let is_main = name == "word/document.xml";
        archive
            .write_all(if is_main { document } else { content })
            .expect("memory");
    }
    archive.finish().expect("memory").into_inner()
}

/// Fills a template, whatever it is; what comes out is as well-formed as what went in.
fn template(bytes: Vec<u8>) {
    let mut pack = WORLD.pack.clone();
    pack.files.insert("mau.docx".to_owned(), bytes.clone().into());
    let prepared = Prepared::new(pack);
    for trace in [false, true] {
        let options = Options {
            trace,
            ..Options::default()
        };
        let outcome = prepared.render(WORLD.workbook.clone(), &options);
        let Some(document) = outcome.documents.first() else {
            assert!(outcome.diagnostics.has_errors(), "no document, and nothing is said");
            // What is wrong with a template can be shown in it.
            pipeline::annotate_pack(prepared.pack(), Lang::Vi);
            return;
        };
        let (_, before) = invariants::Package::read(&bytes);
        if before.is_empty() {
            let (_, after) = invariants::Package::read(&document.bytes);
            assert!(after.is_empty(), "{after:?}");
        }
    }
}

/// Fills a fixed template with values; each comes out as text, and nothing else does.
fn values(text: &str) {
    let mut workbook = WORLD.workbook.clone();
    for sheet in &mut workbook.sheets {
        if sheet.name == "Thông tin chung" {
            sheet.rows[0].cells[1].raw = Raw::Text(text.into());
        } else if sheet.name == "Nơi nhận" {
            let header = sheet.rows.remove(0);
            let rows = text.lines().take(64).enumerate().map(|(index, line)| workbook::Row {
                index: header.index + 1 + index as u32,
                hidden: false,
                cells: vec![workbook::Cell {
                    column: 0,
                    raw: Raw::Text(line.into()),
                    formula: Formula::None,
                charset: Default::default(),
                }],
            });
            sheet.rows = std::iter::once(header.clone()).chain(rows).collect();
        }
    }
    let outcome = pipeline::render_workbook(&WORLD.pack, workbook, &Options::default());
    let Some(document) = outcome.documents.first() else {
        assert!(outcome.diagnostics.has_errors(), "no document, and nothing is said");
        return;
    };
    let faults = invariants::faults(&document.bytes);
    assert!(faults.is_empty(), "{faults:?}");
    let (package, _) = invariants::Package::read(&document.bytes);
    let main = &package.trees["word/document.xml"];
    // A value that became markup would bring an element that the template has not.
    let known = ["w:b", "w:bCs", "w:i", "w:br", "w:tab"];
    let template: std::collections::BTreeSet<&str> = elements(&TEMPLATE_TREE.trees["word/document.xml"]);
    for name in elements(main) {
        assert!(
            template.contains(name) || known.contains(&name),
            "{name} came out of a value"
        );
    }
}

static TEMPLATE_TREE: LazyLock<invariants::Package> =
    LazyLock::new(|| invariants::Package::read(&word_notation::docx(TEMPLATE)).0);

fn elements(root: &invariants::Element) -> std::collections::BTreeSet<&str> {
    let mut names = std::collections::BTreeSet::new();
    root.visit(&mut |element| {
        names.insert(element.name.as_str());
    });
    names
}
