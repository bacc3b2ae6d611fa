//! Workbook bytes of any kind through the readers, the checks and the annotated copy. See `tests/fuzz/README.md`.

#![no_main]

#[path = "../../all/invariants.rs"]
#[allow(dead_code)]
mod invariants;
#[path = "../../support/markdown_workbook.rs"]
#[allow(dead_code)]
mod markdown_workbook;
#[path = "../../support/other_containers.rs"]
#[allow(dead_code)]
mod other_containers;
#[path = "../../support/word_notation/mod.rs"]
#[allow(dead_code, unused_imports)]
mod word_notation;

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::PathBuf;
use std::sync::LazyLock;

use baocao::dataset::is_findings_sheet;
use baocao::opc::{self, Package};
use baocao::pack::{Origin, Pack};
use baocao::pipeline::{self, Checked, Options};
use baocao::workbook::{self, Container, Limits, Workbook};
use baocao::{Lang, Place, Severity};
use libfuzzer_sys::fuzz_target;
use quick_xml::events::Event;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// The parts of a package by name.
type Parts = BTreeMap<String, Vec<u8>>;

struct World {
    pack: Pack,
    xlsx: Parts,
    ods: Parts,
    xlsb: Parts,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    // The fuzzer ends the program at every panic, also at those of calamine that the reader turns into a message. Without
    // that, one that nobody catches still ends it.
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    let manifest = include_bytes!("../packs/workbook.toml");
    let template = word_notation::docx("Xã {{thong_tin.ten}}");
    let files = [
        ("pack.toml".to_owned(), manifest.to_vec().into()),
        ("mau.docx".to_owned(), template.into()),
    ];
    let xlsx = markdown_workbook::workbook(include_str!("../packs/workbook.md"));
    let workbook = workbook::read(&xlsx, &Limits::default()).expect("a workbook");
    World {
        pack: Pack::parse(files.into(), Origin::Folder(PathBuf::from("workbook"))).expect("a sound pack"),
        ods: parts(&other_containers::ods(&workbook)),
        xlsb: other_containers::xlsb_parts(&workbook).into_iter().collect(),
        xlsx: parts(&xlsx),
    }
});

fn parts(package: &[u8]) -> Parts {
    let mut archive = zip::ZipArchive::new(Cursor::new(package)).expect("an archive");
    let mut parts = Parts::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("an entry");
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("a part");
        parts.insert(entry.name().expect("UTF-8").into_owned(), content);
    }
    parts
}

fuzz_target!(|data: &[u8]| {
    let bytes = match data {
        // An archive, a compound file, a bare BIFF stream: as it is.
        [b'P', b'K', ..] | [0xD0, 0xCF, ..] | [9, ..] => data.to_vec(),
        [b'@', ..] => with_parts(data),
        _ if data.starts_with(b"<table:") => with_tables(data),
        [b'<', ..] => with_sheet(&WORLD.xlsx, ".xml", data),
        _ => with_sheet(&WORLD.xlsb, ".bin", data),
    };
    hold(&bytes);
});

/// The tables of an .ods file.
fn with_tables(tables: &[u8]) -> Vec<u8> {
    const START: &str = "<office:spreadsheet>";
    const END: &str = "</office:spreadsheet>";
    let content = String::from_utf8_lossy(&WORLD.ods["content.xml"]);
    let (head, _) = content.split_once(START).expect("a body");
    let (_, tail) = content.rsplit_once(END).expect("a body");
    let content = [
        head.as_bytes(),
        START.as_bytes(),
        tables,
        END.as_bytes(),
        tail.as_bytes(),
    ]
    .concat();
    packed(&WORLD.ods, [("content.xml".to_owned(), content)])
}

/// The same for each sheet but the last: a form, a table, a keyed table and a list.
fn with_sheet(parts: &Parts, ending: &str, sheet: &[u8]) -> Vec<u8> {
    packed(
        parts,
        (1..=4).map(|number| (format!("xl/worksheets/sheet{number}{ending}"), sheet.to_vec())),
    )
}

/// Any parts in place of those of a package, or beside them: `@name`, a new line, the content, a new line, the next.
fn with_parts(data: &[u8]) -> Vec<u8> {
    let mut own = Vec::new();
    let mut rest = &data[1..];
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\n@");
        let part = &rest[..end.unwrap_or(rest.len())];
        let name = part.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let content = part.get(name.len() + 1..).unwrap_or_default();
        own.push((String::from_utf8_lossy(name).into_owned(), content.to_vec()));
        match end {
            Some(end) => rest = &rest[end + 2..],
            None => break,
        }
    }
    let is = |test: fn(&str) -> bool| own.iter().any(|(name, _)| test(name));
    let base = if is(|name| name.ends_with(".bin")) {
        &WORLD.xlsb
    } else if is(|name| name.starts_with("xl/") || name.starts_with('_') || name.starts_with('[')) {
        &WORLD.xlsx
    } else {
        &WORLD.ods
    };
    packed(base, own)
}

/// A package of parts, some of them changed. Nothing is deflated: what is mutated is what is read.
fn packed(parts: &Parts, changed: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<u8> {
    let mut parts = parts.clone();
    parts.extend(changed);
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in parts {
        if archive.start_file(name.as_str(), stored).is_err() {
            return Vec::new();
        }
        archive.write_all(&content).expect("memory");
    }
    archive.finish().map(Cursor::into_inner).unwrap_or_default()
}

/// Whatever can be read is accounted for row by row; its marked copy can be read, and a converted one gives the same findings.
fn hold(bytes: &[u8]) {
    let Ok(workbook) = workbook::read(bytes, &Limits::default()) else {
        return;
    };
    let checked = check(&workbook);
    // Marking takes longer than all else together. Of XML that is not well-formed two readers may see different things.
    if bytes.len() % 4 != 0 || workbook.container == Container::Xlsx && !is_well_formed(bytes) {
        return;
    }
    let Ok(copy) = pipeline::annotate(&WORLD.pack, bytes, &workbook, &checked, Lang::Vi) else {
        return;
    };
    let again = workbook::read(&copy.bytes, &Limits::default()).expect("the marked copy is a workbook");
    let again = check(&again);
    // In a copy that keeps the sheets as they are, what stands where it must not may come to be looked at.
    if copy.converted {
        assert_eq!(told(&checked), told(&again), "the converted copy");
    }
}

/// Whether the XML of a package is well-formed, as far as tags go.
fn is_well_formed(bytes: &[u8]) -> bool {
    let Ok(package) = Package::read(bytes, &opc::Limits::default()) else {
        return false;
    };
    let is_xml = |name: &&str| name.ends_with(".xml") || name.ends_with(".rels");
    package.names().filter(is_xml).all(|name| {
        let content = package.text(name).unwrap_or_default();
        let mut reader = quick_xml::Reader::from_str(&content);
        loop {
            match reader.read_event() {
                Ok(Event::Start(tag) | Event::Empty(tag)) if tag.attributes().any(|attribute| attribute.is_err()) => {
                    return false;
                }
                Ok(Event::Eof) => return true,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    })
}

fn check(workbook: &Workbook) -> Checked {
    let own = workbook.sheets.iter().filter(|sheet| !is_findings_sheet(sheet));
    let rows = own.flat_map(|sheet| &sheet.rows);
    let filled = rows.filter(|row| row.cells.iter().any(|cell| !cell.is_blank())).count();
    let checked = pipeline::check_workbook(&WORLD.pack, workbook.clone(), &Options::default());
    let accounts = checked.dataset.accounts();
    let accounted = accounts.iter().map(|account| {
        let skipped = account.skipped.iter().map(|(_, count)| count);
        account.read + skipped.sum::<usize>()
    });
    assert_eq!(accounted.sum::<usize>(), filled, "{accounts:?}");
    checked
}

/// The findings, without their words: a converted copy has none of the newer error values. It is written in Unicode, too.
fn told(checked: &Checked) -> Vec<(&str, Severity, &Place, usize)> {
    let findings = checked.diagnostics.iter();
    findings
        .filter(|finding| finding.code != "chu/ma-cu")
        .map(|finding| (finding.code, finding.severity, &finding.place, finding.more.len()))
        .collect()
}
