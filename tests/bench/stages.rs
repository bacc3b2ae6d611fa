//! What each stage of a render costs, on the sample report: `cargo bench`.
//!
//! The pack is parsed from its folder; files are read before the clock starts.

use std::path::{Path, PathBuf};

use baocao::dataset::{self, Dataset};
use baocao::opc::{self, Package};
use baocao::pack::{Files, Origin, Pack};
use baocao::pipeline::{self, Options};
use baocao::template::{self, Template};
use baocao::workbook::{self, Workbook};
use divan::Bencher;

const PACK: &str = "templates/bc-thi-dua-khen-thuong";
const SAMPLE: &str = "samples/tan-hoa-2023.xlsx";
const DOCUMENT: &str = "word/document.xml";

fn main() {
    divan::main();
}

/// The pack's manifest and template to a pack.
#[divan::bench]
fn pack(bencher: Bencher) {
    let files = files();
    bencher.bench(|| Pack::parse(files.clone(), Origin::BuiltIn));
}

/// Bytes to cells.
#[divan::bench]
fn read(bencher: Bencher) {
    let bytes = sample();
    bencher.bench(|| workbook::read(&bytes, &workbook::Limits::default()));
}

/// Cells to typed values, every check included.
#[divan::bench]
fn check(bencher: Bencher) {
    let (pack, workbook) = (parsed(), cells());
    bencher
        .with_inputs(|| workbook.clone())
        .bench_values(|workbook| dataset::build(&pack.schema, workbook, &dataset::Mapping::default()));
}

/// The Word template to a tree that is checked against the schema.
#[divan::bench]
fn compile(bencher: Bencher) {
    let pack = parsed();
    bencher.bench(|| compiled(&pack));
}

/// Values into the tree, and the package written.
#[divan::bench]
fn fill(bencher: Bencher) {
    let pack = parsed();
    let (template, dataset) = (compiled(&pack), values(&pack));
    bencher.bench(|| template.fill(&dataset));
}

/// The package alone: the filled part deflated, the others copied.
#[divan::bench]
fn write(bencher: Bencher) {
    let pack = parsed();
    let (report, _) = compiled(&pack).fill(&values(&pack)).expect("a report");
    let mut package = Package::read(report, &opc::Limits::default()).expect("a package");
    let document = package.part(DOCUMENT).expect("a main part");
    package.set(DOCUMENT, document);
    bencher.bench(|| package.write());
}

/// All of it, as `baocao render` does.
#[divan::bench]
fn render(bencher: Bencher) {
    let (pack, bytes) = (parsed(), sample());
    bencher.bench(|| pipeline::render(&pack, &bytes, &Options::default()));
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn sample() -> Vec<u8> {
    std::fs::read(path(SAMPLE)).expect("the sample workbook")
}

fn files() -> Files {
    let entries = std::fs::read_dir(path(PACK)).expect("the pack's folder");
    let file = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.expect("a file").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, std::fs::read(path).expect("a file of the pack").into())
    };
    entries.map(file).collect()
}

fn parsed() -> Pack {
    Pack::parse(files(), Origin::BuiltIn).expect("a sound pack")
}

fn cells() -> Workbook {
    workbook::read(&sample(), &workbook::Limits::default()).expect("a sound workbook")
}

fn values(pack: &Pack) -> Dataset {
    dataset::build(&pack.schema, cells(), &dataset::Mapping::default()).0
}

fn compiled(pack: &Pack) -> Template {
    let output = &pack.outputs[0];
    let options = template::Options {
        empty: &pack.empty,
        files: &pack.files,
        ..template::Options::default()
    };
    let docx = pack.file(&output.template).expect("the template");
    Template::compile(docx, &pack.schema, &options)
        .expect("a sound template")
        .0
}
