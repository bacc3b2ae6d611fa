//! The text cases of `tests/cases`: a template as readable text, what becomes of it, and what is told about it.
//!
//! A file holds cases of one feature. A case is `## its-name`, a line or two about it, and fenced blocks:
//!
//! | block | |
//! |---|---|
//! | `template` | the document, in the notation of `tests/support/word_notation` |
//! | `result` | what is made of it, in the same notation |
//! | `findings` | what is told, one a line: `code: words; words`, words of the place, message or hint; a `*` ends a code of which only the beginning counts, and then no code says that there is no such tag. With a `result` these are warnings, without they are why nothing is made; a case without this block has none |
//! | `xml` | one a line: a fragment that the body's part must hold; `! ` before it: must not hold; `2x ` before it: holds so many times; `word/header1.xml: ` before all: another part |
//! | `data` | sheets in the notation of `tests/support/markdown_workbook.rs`, in place of those of `data.md` with their names |
//! | `format` | one a line: `Nơi nhận!A2: <b>đậm</b> thường`, a cell whose text is partly bold or italic |
//! | `pack` | lines for the top of the pack's manifest |
//! | `file khoi_ky.docx` | a further document of the pack; `file dau.png 40x20` a picture so many points wide and high, in a cell when named like `file Nơi nhận!A2 40x20`; `file script.rhai` the pack's script |
//! | `text` | what LibreOffice shows, where that differs from the words of the result |
//!
//! `BAOCAO_CASE=words` runs only cases whose file and name (`columns/all-columns-gone`) hold the words, and `BAOCAO_KEEP=folder`
//! keeps template and document of each case there: to be looked at, or as seeds of `tests/fuzz`.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use baocao::diagnostic::{Diagnostic, Diagnostics, Lang};
use baocao::pack::{Files, Origin, Pack};
use baocao::pipeline::{self, Options};
use rust_xlsxwriter::{Format, Image, Workbook};

use crate::{invariants, markdown_workbook, word_notation};

/// A case as its file tells it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Stem of its file, slash, its own name.
    pub name: String,
    /// Information line and content of each block.
    blocks: Vec<(String, String)>,
}

/// What came of a case.
#[derive(Debug)]
pub struct Outcome {
    /// The template.
    pub template: Vec<u8>,
    /// The document; none when something is wrong with the template.
    pub document: Option<Vec<u8>>,
    findings: Diagnostics,
}

impl Outcome {
    /// What is told.
    pub fn findings(&self) -> &Diagnostics {
        &self.findings
    }
}

impl Case {
    /// The content of a block.
    pub fn block(&self, name: &str) -> Option<&str> {
        let found = self.blocks.iter().find(|(own, _)| own == name);
        found.map(|(_, content)| content.as_str())
    }

    /// Fills the template, by the way that every report goes.
    pub fn run(&self) -> Outcome {
        let template = word_notation::docx(self.block("template").expect("a template"));
        let manifest = manifest();
        let manifest = match self.block("pack") {
            Some(lines) => manifest.replacen("empty =", &format!("{lines}\nempty ="), 1),
            None => manifest,
        };
        let mut files = Files::new();
        files.insert("pack.toml".to_owned(), manifest.into_bytes().into());
        files.insert("mau.docx".to_owned(), template.clone().into());
        for (information, content) in &self.blocks {
            if let Some(name) = information.strip_prefix("file ") {
                let (name, bytes) = match name.rsplit_once(' ') {
                    Some((name, size)) if name.ends_with(".png") => (name, picture(size)),
                    None if name.ends_with(".rhai") => (name, content.clone().into_bytes()),
                    _ => (name, word_notation::docx(content)),
                };
                if !name.contains('!') {
                    files.insert(name.to_owned(), bytes.into());
                }
            }
        }
        let pack = Pack::parse(files, Origin::Folder(PathBuf::from("cases")))
            .unwrap_or_else(|findings| panic!("the pack of {}:\n{}", self.name, findings.print(Lang::En)));
        let outcome = pipeline::render(&pack, &self.workbook(), &Options::default()).expect("a workbook");
        Outcome {
            template,
            document: outcome.documents.into_iter().next().map(|document| document.bytes),
            findings: outcome.diagnostics,
        }
    }

    fn workbook(&self) -> Vec<u8> {
        let common = std::fs::read_to_string(folder().join("data.md")).expect("the data");
        let mut sheets = sheets(&common);
        for (name, content) in self.block("data").map(self::sheets).unwrap_or_default() {
            let own = sheets.iter_mut().find(|(other, _)| *other == name);
            own.unwrap_or_else(|| panic!("no sheet is called {name}")).1 = content;
        }
        let markdown: String = sheets
            .iter()
            .map(|(name, content)| format!("## {name}\n{content}\n"))
            .collect();
        markdown_workbook::workbook_with(&markdown, |workbook| self.finish(workbook))
    }

    fn finish(&self, workbook: &mut Workbook) {
        for line in self.block("format").into_iter().flat_map(str::lines) {
            let (cell, text) = line.split_once(": ").expect("a cell and its text");
            let (sheet, row, column) = cell_of(cell);
            let worksheet = workbook.worksheet_from_name(sheet).expect("a sheet");
            let pieces = formatted(text);
            let pieces: Vec<(&Format, &str)> = pieces.iter().map(|(format, text)| (format, text.as_str())).collect();
            worksheet.write_rich_string(row, column, &pieces).expect("a cell");
        }
        for (information, _) in &self.blocks {
            if let Some((cell, size)) = information.strip_prefix("file ").and_then(|file| file.rsplit_once(' '))
                && cell.contains('!')
            {
                let (sheet, row, column) = cell_of(cell);
                let image = Image::new_from_buffer(&picture(size)).expect("a picture");
                let worksheet = workbook.worksheet_from_name(sheet).expect("a sheet");
                worksheet.insert_image(row, column, &image).expect("a picture");
            }
        }
    }

    /// Everything in which the outcome is not what the case says.
    pub fn faults(&self, outcome: &Outcome) -> Vec<String> {
        let mut faults = Vec::new();
        let wanted = self.block("findings").unwrap_or_default();
        faults.extend(finding_faults(wanted, &outcome.findings));
        let (Some(result), Some(document)) = (self.block("result"), &outcome.document) else {
            if self.block("result").is_some() {
                faults.push("no document was made".to_owned());
            } else if outcome.document.is_some() {
                faults.push("a document was made, and there should be none".to_owned());
            } else if wanted.is_empty() {
                faults.push("the case has neither a result nor findings".to_owned());
            }
            return faults;
        };
        faults.extend(invariants::faults(document));
        if !result.contains("{{") {
            faults.extend(invariants::tags_left(document));
        }
        faults.extend(touched(&outcome.template, document));
        if self.blocks.iter().all(|(name, _)| !name.starts_with("file ")) {
            faults.extend(resized(&outcome.template, document));
        }
        if !faults.is_empty() {
            return faults;
        }
        let shown = word_notation::shown(document);
        let lines = |text: &str| -> Vec<String> {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            lines.map(str::to_owned).collect()
        };
        if lines(&shown) != lines(result) {
            faults.push(format!("wanted:\n{}\nfound:\n{shown}", lines(result).join("\n")));
        }
        for line in self.block("xml").into_iter().flat_map(str::lines) {
            faults.extend(fragment_fault(document, line.trim()));
        }
        faults
    }
}

fn manifest() -> String {
    std::fs::read_to_string(folder().join("pack.toml")).expect("the pack")
}

/// The pack of the cases, with a template.
pub fn pack(template: Vec<u8>) -> Result<Pack, Diagnostics> {
    let files = [
        ("pack.toml".to_owned(), manifest().into_bytes().into()),
        ("mau.docx".to_owned(), template.into()),
    ];
    Pack::parse(files.into(), Origin::Folder(PathBuf::from("cases")))
}

/// The common workbook of the cases.
pub fn workbook() -> Vec<u8> {
    markdown_workbook::workbook(&std::fs::read_to_string(folder().join("data.md")).expect("the data"))
}

/// The folder of the cases.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// The stems of all files with cases.
fn files() -> Vec<String> {
    let mut stems: Vec<String> = std::fs::read_dir(folder())
        .expect("the cases")
        .filter_map(|entry| {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            name.strip_suffix(".md").map(str::to_owned)
        })
        .filter(|stem| !["data", "README"].contains(&stem.as_str()))
        .collect();
    stems.sort();
    stems
}

/// All cases that are wanted.
pub fn all() -> Vec<Case> {
    files().iter().flat_map(|stem| wanted(stem)).collect()
}

/// All cases there are, whether wanted or not.
pub fn every() -> Vec<Case> {
    files().iter().flat_map(|stem| of_file(stem)).collect()
}

fn wanted(stem: &str) -> Vec<Case> {
    let only = std::env::var("BAOCAO_CASE").unwrap_or_default();
    let mut cases = of_file(stem);
    cases.retain(|case| case.name.contains(&only));
    cases
}

/// The cases of a file that stands in the folder.
fn of_file(stem: &str) -> Vec<Case> {
    let text = std::fs::read_to_string(folder().join(format!("{stem}.md"))).expect("a file of cases");
    cases(stem, &text)
}

/// The cases of a file.
pub fn cases(stem: &str, text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut fence: Option<(String, String)> = None;
    for line in text.lines() {
        match (&mut fence, line.strip_prefix("```")) {
            (Some(_), Some("")) => {
                let block = fence.take().expect("an open block");
                cases.last_mut().expect("a case").blocks.push(block);
            }
            (Some((_, content)), _) => {
                content.push_str(line);
                content.push('\n');
            }
            (None, Some(information)) => {
                let word = information.split(' ').next().unwrap_or_default();
                let known = [
                    "template", "result", "findings", "xml", "data", "format", "pack", "file", "text",
                ];
                assert!(known.contains(&word), "{stem}: no block is called {information}");
                fence = Some((information.trim().to_owned(), String::new()));
            }
            (None, None) => {
                if let Some(name) = line.strip_prefix("## ") {
                    cases.push(Case {
                        name: format!("{stem}/{}", name.trim()),
                        blocks: Vec::new(),
                    });
                }
            }
        }
    }
    assert!(fence.is_none(), "{stem}: a block is not closed");
    for (index, case) in cases.iter().enumerate() {
        let twice = cases[..index].iter().any(|other| other.name == case.name);
        assert!(!twice, "{} stands twice", case.name);
        assert!(case.block("template").is_some(), "{} has no template", case.name);
    }
    cases
}

/// Names and contents of the sheets of a Markdown workbook.
fn sheets(markdown: &str) -> Vec<(String, String)> {
    let text = format!("\n{markdown}");
    text.split("\n## ")
        .skip(1)
        .map(|section| {
            let (name, content) = section.split_once('\n').unwrap_or((section, ""));
            (name.trim().to_owned(), content.to_owned())
        })
        .collect()
}

fn picture(size: &str) -> Vec<u8> {
    let (width, height) = size.split_once('x').expect("a size: 40x20");
    let side = |side: &str| side.parse().expect("a number");
    word_notation::png(side(width), side(height), [0, 60, 160])
}

/// `Nơi nhận!A2`
fn cell_of(text: &str) -> (&str, u32, u16) {
    let (sheet, cell) = text.split_once('!').expect("a sheet and a cell");
    let column = cell.bytes().next().expect("a letter") - b'A';
    (sheet, cell[1..].parse::<u32>().expect("a row") - 1, column.into())
}

/// Pieces of a text with `<b>` and `<i>`.
fn formatted(text: &str) -> Vec<(Format, String)> {
    let mut pieces = Vec::new();
    let (mut bold, mut italic) = (false, false);
    for piece in text.split('<') {
        let (mark, rest) = piece.split_once('>').unwrap_or(("", piece));
        match mark {
            "b" | "/b" => bold = mark == "b",
            "i" | "/i" => italic = mark == "i",
            _ => {}
        }
        if !rest.is_empty() {
            let format = if bold { Format::new().set_bold() } else { Format::new() };
            let format = if italic { format.set_italic() } else { format };
            pieces.push((format, rest.replace("\\n", "\n")));
        }
    }
    pieces
}

/// Codes which say that there is no such tag.
const MISSING: [&str; 2] = ["mau/chua-ho-tro", "mau/ham-la"];

/// What is wrong with the findings, given the lines that describe them.
fn finding_faults(wanted: &str, findings: &Diagnostics) -> Vec<String> {
    let mut left: Vec<&Diagnostic> = findings.iter().collect();
    let mut faults = Vec::new();
    for line in wanted.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (code, words) = line.split_once(": ").unwrap_or((line, ""));
        let fits = |finding: &&Diagnostic| {
            let is_code = match code.strip_suffix('*') {
                // That a feature is missing is no answer to how it is used.
                Some(beginning) => finding.code.starts_with(beginning) && !MISSING.contains(&finding.code),
                None => finding.code == code,
            };
            let all = finding.print(Lang::Vi);
            is_code && words.split("; ").all(|words| all.contains(words))
        };
        match left.iter().position(fits) {
            Some(at) => drop(left.remove(at)),
            None => faults.push(format!("not told: {line}")),
        }
    }
    faults.extend(left.iter().map(|finding| format!("told: {}", finding.print(Lang::Vi))));
    faults
}

/// `word/header1.xml: 2x <w:p>`
fn fragment_fault(document: &[u8], line: &str) -> Option<String> {
    let (part, rest) = match line.split_once(": ") {
        Some((part, rest)) if part.contains('/') && !part.contains('<') => (part, rest),
        _ => ("word/document.xml", line),
    };
    let content = String::from_utf8(content(document, part).unwrap_or_default()).expect("UTF-8");
    let holds = |fragment: &str| content.matches(fragment).count();
    let (times, fragment) = match rest.split_once("x ") {
        Some((number, fragment)) if number.parse::<usize>().is_ok() => (number.parse::<usize>().ok(), fragment),
        _ => (None, rest),
    };
    let wrong = match (rest.strip_prefix("! "), times) {
        (Some(fragment), _) => holds(fragment) > 0,
        (None, Some(times)) => holds(fragment) != times,
        (None, None) => holds(fragment) == 0,
    };
    wrong.then(|| format!("not so: {line}\n{content}"))
}

fn archive(bytes: &[u8]) -> zip::ZipArchive<Cursor<&[u8]>> {
    zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive")
}

fn content(bytes: &[u8], part: &str) -> Option<Vec<u8>> {
    let mut archive = archive(bytes);
    let mut content = Vec::new();
    archive.by_name(part).ok()?.read_to_end(&mut content).expect("a part");
    Some(content)
}

/// Each part's compressed bytes.
fn raw(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = archive(bytes);
    let mut parts = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index_raw(index).expect("an entry");
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("a part");
        parts.insert(entry.name().expect("UTF-8").into_owned(), content);
    }
    parts
}

/// What may make a part change: tags, content controls, merge fields.
const TOUCHING: &[&str] = &["{{", "%7B%7B", "instrText", "fldSimple", "<w:tag "];
/// Parts that serve others, and change with them.
const SERVING: &[&str] = &[
    "[Content_Types].xml",
    ".rels",
    "numbering.xml",
    "styles.xml",
    "comments.xml",
];

/// Parts that changed, or were packed anew, although nothing in them asked for it.
fn touched(template: &[u8], document: &[u8]) -> Vec<String> {
    let mut faults = Vec::new();
    let after = raw(document);
    for (name, packed) in raw(template) {
        let before = content(template, &name).unwrap_or_default();
        let text = String::from_utf8_lossy(&before);
        // A tag may be split over runs: the braces alone count.
        let may_change = name.starts_with("word/") && text.contains('{') && text.contains("}")
            || TOUCHING.iter().any(|mark| text.contains(mark))
            || SERVING.iter().any(|ending| name.ends_with(ending));
        // A picture goes when others stand in all its places; relationships that lead nowhere are told elsewhere.
        if name.starts_with("word/media/") && !after.contains_key(&name) {
            continue;
        }
        let same = content(document, &name).as_ref() == Some(&before);
        if !same && !may_change {
            faults.push(format!("{name} changed"));
        } else if same && after.get(&name) != Some(&packed) {
            faults.push(format!("{name} is the same and was packed anew"));
        }
    }
    faults
}

/// Tables that are not as wide as any of the template, as long as these have one width.
fn resized(template: &[u8], document: &[u8]) -> Vec<String> {
    let widths = |bytes: &[u8]| -> Vec<u32> {
        let (package, _) = invariants::Package::read(bytes);
        let grids = package.trees.values().flat_map(|root| root.all("w:tblGrid"));
        let widths = grids.map(|grid| {
            grid.children
                .iter()
                .filter_map(|column| column.attribute("w:w")?.parse::<u32>().ok())
                .sum()
        });
        widths.collect()
    };
    let known = widths(template);
    let strange = widths(document).into_iter().filter(|width| {
        // Columns are whole numbers: a few twentieths of a point may be lost.
        !known.is_empty() && known.iter().all(|known| known.abs_diff(*width) > 20)
    });
    strange
        .map(|width| format!("a table is {width} wide, those of the template {known:?}"))
        .collect()
}

/// Runs the cases of a file; panics with everything that is wrong.
fn run(stem: &str) {
    let mut faults = Vec::new();
    let cases = wanted(stem);
    for case in &cases {
        let found = catch_unwind(AssertUnwindSafe(|| {
            let outcome = case.run();
            keep(case, &outcome);
            let mut faults = case.faults(&outcome);
            if case.run().document != outcome.document {
                faults.push("a second run gives other bytes".to_owned());
            }
            faults
        }));
        let found = found.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            vec![format!(
                "panic: {}",
                text.or(panic.downcast_ref::<&str>().copied()).unwrap_or_default()
            )]
        });
        if !found.is_empty() {
            faults.push(format!("── {}\n{}", case.name, found.join("\n")));
        }
    }
    let (wrong, all) = (faults.len(), cases.len());
    assert!(
        faults.is_empty(),
        "{wrong} of {all} cases fail\n{}",
        faults.join("\n\n")
    );
}

/// Keeps the template, its main part and the document where `BAOCAO_KEEP` says.
fn keep(case: &Case, outcome: &Outcome) {
    if let Some(folder) = std::env::var_os("BAOCAO_KEEP").map(PathBuf::from) {
        std::fs::create_dir_all(&folder).expect("a folder");
        let name = case.name.replace('/', "-");
        std::fs::write(folder.join(format!("{name}.template.docx")), &outcome.template).expect("a file");
        let main = content(&outcome.template, "word/document.xml").expect("the main part");
        std::fs::write(folder.join(format!("{name}.template.xml")), main).expect("a file");
        if let Some(document) = &outcome.document {
            std::fs::write(folder.join(format!("{name}.docx")), document).expect("a file");
        }
    }
}

/// One test for each file, so that each is named when it fails.
macro_rules! files {
    ($($test:ident $stem:literal)*) => {
        $(#[test]
        fn $test() {
            run($stem);
        })*

        #[test]
        fn every_file_is_run() {
            assert_eq!(files(), [$($stem),*], "name each file of tests/cases in tests/all/cases.rs, in this order");
        }
    };
}

files! {
    columns "columns"
    content_controls "content-controls"
    errors "errors"
    everywhere "everywhere"
    ids "ids"
    images "images"
    links "links"
    long_text "long-text"
    merge_down "merge-down"
    merge_fields "merge-fields"
    numbering "numbering"
    paragraphs "paragraphs"
    partials "partials"
    raw_blocks "raw-blocks"
    revisions "revisions"
    rich_text "rich-text"
    rows "rows"
    rows_else "rows-else"
    scopes "scopes"
    scripts "scripts"
    sections "sections"
    table_helper "table-helper"
    text_blocks "text-blocks"
    touching_tables "touching-tables"
}

mod runner {
    use super::*;

    fn case(blocks: &[(&str, &str)]) -> Case {
        let text: String = blocks
            .iter()
            .map(|(name, content)| format!("```{name}\n{content}\n```\n"))
            .collect();
        cases("x", &format!("## một\n\n{text}")).remove(0)
    }

    #[track_caller]
    fn expect(blocks: &[(&str, &str)], wanted: &str) {
        let case = case(blocks);
        let faults = case.faults(&case.run());
        assert_eq!(faults.len(), 1, "{faults:#?}");
        assert!(faults[0].contains(wanted), "{faults:#?}");
    }

    #[test]
    fn a_case_can_fail_in_each_way() {
        let template = ("template", "Xã {{thong_tin.ten_xa}}");
        let right = case(&[template, ("result", "Xã Tân Hoà"), ("xml", "1x <w:t \n! {{\n<w:body>")]);
        assert_eq!(right.faults(&right.run()), [""; 0]);
        expect(&[template, ("result", "Xã Tân Hòa")], "found:\nXã Tân Hoà");
        expect(
            &[template, ("result", "Xã Tân Hoà"), ("xml", "<w:b/>")],
            "not so: <w:b/>",
        );
        expect(
            &[template, ("result", "Xã Tân Hoà"), ("xml", "! <w:p>")],
            "not so: ! <w:p>",
        );
        expect(
            &[template, ("result", "Xã Tân Hoà"), ("xml", "3x <w:p>")],
            "not so: 3x <w:p>",
        );
        expect(
            &[template, ("result", "Xã Tân Hoà"), ("findings", "mau/x")],
            "not told: mau/x",
        );
        expect(&[template, ("findings", "")], "a document was made");
        expect(
            &[("template", "{{thong_tin.huyen}}"), ("result", "……")],
            "told: cảnh báo[gia-tri/de-trong]",
        );
        let faulty = ("template", "{{thong_tin.ten_xax}}");
        expect(
            &[faulty, ("findings", "mau/truong-la: ten_xax\nmau/x")],
            "not told: mau/x",
        );
        let other = case(&[faulty, ("findings", "mau/truong-la: ten_xa; Tân")]);
        let faults = other.faults(&other.run());
        assert!(
            faults.len() == 2 && faults[0].starts_with("not told: mau/truong-la: ten_xa; Tân"),
            "{faults:?}"
        );
        let right = case(&[faulty, ("findings", "mau/truong-la: ten_xax; có phải\n")]);
        assert_eq!(right.faults(&right.run()), [""; 0]);
    }

    #[test]
    fn a_part_that_changed_or_was_packed_anew_is_seen() {
        let case = case(&[("template", "không có thẻ")]);
        let template = case.run().template;
        assert_eq!(touched(&template, &template), [""; 0]);
        let other = word_notation::docx("có gì khác");
        assert_eq!(touched(&template, &other), ["word/document.xml changed"]);
        let mut stored = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in raw(&template).keys() {
            let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            stored.start_file(name.as_str(), options).expect("an entry");
            let content = content(&template, name).expect("a part");
            std::io::Write::write_all(&mut stored, &content).expect("memory");
        }
        let stored = stored.finish().expect("memory").into_inner();
        assert_eq!(touched(&template, &stored).len(), raw(&template).len());
    }

    #[test]
    fn a_table_that_grew_is_seen() {
        let table = |widths: &str| word_notation::docx(&format!("<table {widths}>\n[a] [b]\n</table>"));
        assert_eq!(resized(&table("3000 6000"), &table("4495 4495")), [""; 0]);
        assert_eq!(resized(&table("3000 6000"), &table("3000 7000")).len(), 1);
    }

    #[test]
    fn data_replaces_whole_sheets() {
        let text = case(&[
            ("template", "{{#each noi_nhan}}{{this}}, {{/each}}{{thong_tin.ten_xa}}"),
            ("data", "## Nơi nhận\n| Nơi nhận |\n| Sở Nội vụ |"),
            ("result", "Sở Nội vụ, Tân Hoà"),
        ]);
        assert_eq!(text.faults(&text.run()), [""; 0]);
    }
}
