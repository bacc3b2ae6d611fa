//! What real office software makes of our files: it opens them, finds no error, and breaks the pages as it should.
//!
//! Run by `./tests/run`, which installs the programs; a plain `cargo test` only says that it leaves them out.

mod cases;
mod disguised;
mod marked;
pub mod tools;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

use crate::invariants::{self, Element, Package, assert_no_tags, assert_sound};

const PACK: &str = "bc-thi-dua-khen-thuong";
const STATE: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
const MOTTO: &str = "Độc lập - Tự do - Hạnh phúc";
const RECIPIENTS: &str = "Nơi nhận:";
const ONE_PAGE: &str = "the report has one page only";

#[test]
fn reports_of_the_samples_open_and_break_where_they_should() {
    if !tools::wanted() {
        return;
    }
    let mut reports = 0;
    let mut refused = Vec::new();
    for sample in samples() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let copy = folder.path().join(sample.file_name().expect("a file"));
        std::fs::copy(&sample, &copy).expect("a copy of the sample");
        let output = tools::baocao(folder.path(), &["render", &copy.to_string_lossy()]);
        let written = files(folder.path(), "docx");
        match output.status.code() {
            Some(0) => {
                assert!(!written.is_empty(), "{}", tools::printed(&output));
                for document in &written {
                    match document.to_string_lossy().contains("Giay khen") {
                        true => check_certificates(document),
                        false => check_report(document),
                    }
                }
                reports += 1;
            }
            Some(1) => {
                assert!(
                    written.is_empty(),
                    "errors in {}, and yet {written:?}",
                    sample.display()
                );
                refused.push(sample);
            }
            _ => panic!("{}: {}", sample.display(), tools::printed(&output)),
        }
    }
    assert!(
        reports >= 2,
        "only {reports} samples became a report; refused: {refused:?}"
    );
    assert_eq!(
        refused.len(),
        1,
        "one sample is broken on purpose; refused: {refused:?}"
    );
}

#[test]
fn sample_workbooks_open() {
    if !tools::wanted() {
        return;
    }
    for sample in samples() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let copy = folder.path().join(sample.file_name().expect("a file"));
        std::fs::copy(&sample, &copy).expect("a copy of the sample");
        check_workbook(&copy);
    }
}

#[test]
fn the_blank_workbook_opens() {
    if !tools::wanted() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = tools::baocao(folder.path(), &["blank", PACK]);
    assert!(output.status.success(), "{}", tools::printed(&output));
    let written = files(folder.path(), "xlsx");
    assert_eq!(written.len(), 1, "{}", tools::printed(&output));
    check_workbook(&written[0]);
}

#[test]
fn word_templates_are_valid() {
    if !tools::wanted() {
        return;
    }
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let templates: Vec<PathBuf> = folders(&packs).iter().flat_map(|pack| files(pack, "docx")).collect();
    assert!(!templates.is_empty(), "no Word template below {}", packs.display());
    for template in templates {
        tools::validate(&template);
        assert_sound(
            &template.display().to_string(),
            &std::fs::read(&template).expect("a template"),
        );
    }
}

#[test]
fn an_annotated_template_is_valid_and_opens() {
    if !tools::wanted() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(PACK);
    let pack = folder.path().join(PACK);
    std::fs::create_dir(&pack).expect("a folder");
    for file in std::fs::read_dir(&source).expect("the pack").flatten() {
        std::fs::copy(file.path(), pack.join(file.file_name())).expect("a copy");
    }
    // The body, its tables and both headers get a tag that names no field.
    let template = pack.join("bao-cao.docx");
    let bytes = std::fs::read(&template).expect("a template");
    let mut package = baocao::opc::Package::read(bytes, &baocao::opc::Limits::default()).expect("a package");
    for part in ["word/document.xml", "word/header1.xml", "word/header2.xml"] {
        let text = package.text(part).expect("a part");
        let wrong = text.replace("</w:p>", "<w:r><w:t>{{thong_tin.a}}</w:t></w:r></w:p>");
        package.set(part, wrong.into_bytes());
    }
    std::fs::write(&template, package.write().expect("a package")).expect("written");
    let line = ["pack", "check", &format!("./{PACK}"), "--annotate", "a.docx"];
    let output = tools::baocao(folder.path(), &line);
    assert_eq!(output.status.code(), Some(1), "{}", tools::printed(&output));
    let copy = folder.path().join("a.docx");
    assert_sound("a.docx", &std::fs::read(&copy).expect("the copy"));
    tools::validate(&copy);
    tools::to_pdf(&copy);
}

#[test]
fn a_traced_report_is_valid_and_opens() {
    if !tools::wanted() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sample = crate::samples::path("tan-hoa-2023.xlsx");
    let line = ["render", &sample.to_string_lossy(), "--trace", "-o", "t.docx"];
    let output = tools::baocao(folder.path(), &line);
    assert!(output.status.success(), "{}", tools::printed(&output));
    let traced = folder.path().join("t.docx");
    tools::validate(&traced);
    tools::to_pdf(&traced);
}

/// The other tests are worth as much as the validator is: it must say no, too.
#[test]
fn the_validator_refuses_a_misplaced_element() {
    if !tools::wanted() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#,
        ),
        (
            "_rels/.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#,
        ),
        (
            "word/document.xml",
            r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:pPr><w:jc w:val="center"/><w:keepNext/></w:pPr></w:p></w:body></w:document>"#,
        ),
    ] {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(name, options).expect("a new entry");
        std::io::Write::write_all(&mut archive, content.as_bytes()).expect("memory");
    }
    let file = folder.path().join("wrong.docx");
    std::fs::write(&file, archive.finish().expect("memory").into_inner()).expect("a temporary file");
    let findings = tools::validator_findings(&file).expect("a finding");
    assert!(findings.contains("keepNext"), "{findings}");
}

fn check_report(report: &Path) {
    let bytes = std::fs::read(report).expect("the report");
    let name = report.display().to_string();
    assert_sound(&name, &bytes);
    assert_no_tags(&name, &bytes);
    tools::validate(report);
    let pages = tools::pages_text(&tools::to_pdf(report));
    let (package, _) = invariants::Package::read(&bytes);
    let mut faults = page_faults(&pages, &Ending::of(&package));
    // A decision about one person fits on a page; a report or plan that does has lost something.
    let file_name = report.file_name().unwrap_or_default().to_string_lossy();
    faults.retain(|fault| fault != ONE_PAGE || !file_name.starts_with("QD "));
    assert!(faults.is_empty(), "{name}:\n  {}", faults.join("\n  "));
}

/// Certificates: each on a page of its own, with all that belongs to it.
fn check_certificates(document: &Path) {
    let bytes = std::fs::read(document).expect("the certificates");
    let name = document.display().to_string();
    assert_sound(&name, &bytes);
    assert_no_tags(&name, &bytes);
    tools::validate(document);
    for (number, page) in tools::pages_text(&tools::to_pdf(document)).iter().enumerate() {
        let page = plain(page);
        for words in [STATE, MOTTO, "TẶNG", "Quyết định số", "CHỦ TỊCH"] {
            assert!(
                page.contains(words),
                "{name}: “{words}” is not on page {}:\n{page}",
                number + 1
            );
        }
    }
}

fn check_workbook(workbook: &Path) {
    let bytes = std::fs::read(workbook).expect("the workbook");
    assert_sound(&workbook.display().to_string(), &bytes);
    tools::validate(workbook);
    let pages = tools::pages_text(&tools::to_pdf(workbook));
    assert!(pages.iter().any(|page| !page.trim().is_empty()), "nothing on paper");
}

/// The end of a report, which must stand together on one page.
#[derive(Debug, Default)]
struct Ending {
    /// The last words before the signature block.
    before: String,
    /// The lines of the signature: authority, title, name.
    signature: Vec<String>,
}

impl Ending {
    fn of(package: &Package) -> Self {
        let document = &package.trees["word/document.xml"];
        let blocks = &document.all("w:body")[0].children;
        let signed = |block: &Element| block.name == "w:tbl" && plain(&block.text()).contains(RECIPIENTS);
        let place = blocks.iter().position(signed).expect("a signature block");
        let texts = blocks[..place].iter().rev().map(|block| match block.name.as_str() {
            "w:tbl" => block
                .all("w:p")
                .iter()
                .rev()
                .map(|p| plain(&p.text()))
                .find(|text| !text.is_empty()),
            _ => Some(plain(&block.text())),
        });
        let last = texts
            .flatten()
            .find(|text| !text.is_empty())
            .expect("text before the signature");
        let words: Vec<&str> = last.split(' ').collect();
        let cell = *blocks[place].all("w:tc").last().expect("a cell");
        let signature: Vec<String> = cell.all("w:p").iter().map(|p| plain(&p.text())).collect();
        Self {
            before: words[words.len().saturating_sub(4)..].join(" "),
            signature: signature.into_iter().filter(|line| !line.is_empty()).collect(),
        }
    }
}

/// What is wrong with the pages of a report.
fn page_faults(pages: &[String], ending: &Ending) -> Vec<String> {
    let mut faults = Vec::new();
    let first = pages.first().map(String::as_str).unwrap_or_default();
    for line in [STATE, MOTTO] {
        if !first.lines().any(|printed| plain(printed).contains(line)) {
            faults.push(format!("“{line}” is not on one line of page 1"));
        }
    }
    if lines(first).next().is_some_and(is_number) || lines(first).last().is_some_and(is_number) {
        faults.push("page 1 has a page number".to_owned());
    }
    let ends: Vec<usize> = (0..pages.len())
        .filter(|&page| pages[page].contains(RECIPIENTS))
        .collect();
    let [end] = ends[..] else {
        faults.push(format!("“{RECIPIENTS}” stands on {} pages", ends.len()));
        return faults;
    };
    if end == 0 {
        faults.push(ONE_PAGE.to_owned());
    }
    for (page, text) in pages.iter().enumerate() {
        let number = lines(text).next().unwrap_or_default();
        if (1..=end).contains(&page) && number != (page + 1).to_string() {
            faults.push(format!("page {} begins with “{number}”, not with its number", page + 1));
        }
        if lines(text).all(is_number) {
            faults.push(format!("page {} is blank", page + 1));
        }
    }
    let last = plain(&pages[end]);
    for wanted in std::iter::once(&ending.before).chain(&ending.signature) {
        if !last.contains(wanted.as_str()) {
            faults.push(format!("“{wanted}” is not on the page of the signature, {}", end + 1));
        }
    }
    faults
}

fn lines(page: &str) -> impl DoubleEndedIterator<Item = &str> {
    page.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn is_number(line: &str) -> bool {
    line.chars().all(|c| c.is_ascii_digit())
}

/// Composed letters, one blank between words.
fn plain(text: &str) -> String {
    let composed: String = text.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn samples() -> Vec<PathBuf> {
    let samples = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples"), "xlsx");
    assert!(samples.len() >= 3, "samples are missing: {samples:?}");
    samples
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let right = |path: &PathBuf| path.extension().is_some_and(|found| found == extension);
    entries(folder).into_iter().filter(right).collect()
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_dir()).collect()
}

fn entries(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

mod pages {
    use super::*;

    fn ending() -> Ending {
        Ending {
            before: "xem xét, quyết định./.".to_owned(),
            signature: vec!["TM. ỦY BAN NHÂN DÂN".to_owned(), "Trần Văn A".to_owned()],
        }
    }

    fn good() -> Vec<String> {
        vec![
            format!("ỦY BAN NHÂN DÂN      {STATE}\n  XÃ TÂN HÒA       {MOTTO}\n\nNội dung\n"),
            "        2\n\nThêm\n".to_owned(),
            format!(
                "        3\n\nkính đề nghị xem xét,\nquyết định./.\n\n{RECIPIENTS}    TM. ỦY BAN NHÂN DÂN\n- Lưu: VT.   Trần Văn A\n"
            ),
            "Phụ lục\n".to_owned(),
        ]
    }

    #[track_caller]
    fn expect(pages: &[String], wanted: &str) {
        let faults = page_faults(pages, &ending());
        assert!(faults.iter().any(|fault| fault.contains(wanted)), "{faults:?}");
    }

    #[test]
    fn good_pages_have_no_fault() {
        assert_eq!(page_faults(&good(), &ending()), [""; 0]);
    }

    #[test]
    fn each_fault_of_a_page_is_seen() {
        let change = |page: usize, from: &str, to: &str| {
            let mut pages = good();
            pages[page] = pages[page].replace(from, to);
            pages
        };
        expect(&change(0, "CHỦ NGHĨA", "\nCHỦ NGHĨA"), "VIỆT NAM” is not on one line");
        expect(&change(0, "Tự do", "\nTự do"), "Hạnh phúc” is not on one line");
        expect(&change(0, "ỦY BAN", "1\nỦY BAN"), "page 1 has a page number");
        expect(&change(0, "Nội dung", "Nội dung\n1"), "page 1 has a page number");
        expect(&change(1, "2", "1"), "page 2 begins with “1”");
        expect(&change(1, "2\n", "\n"), "page 2 begins with “Thêm”");
        expect(&change(1, "Thêm", ""), "page 2 is blank");
        expect(
            &change(2, "quyết định./.", ""),
            "quyết định./.” is not on the page of the signature",
        );
        expect(&change(2, "Trần Văn A", ""), "“Trần Văn A” is not on the page");
        expect(&change(2, RECIPIENTS, ""), "stands on 0 pages");
        expect(&change(3, "Phụ lục", " "), "page 4 is blank");
    }
}
