//! Which files may be templates, what of them stays as it is, and how a traced report names its cells: what the notation of
//! the text cases can't tell.

use baocao::Lang;
use baocao::opc::{Limits, Package};
use baocao::pipeline::{self, Options, Outcome};

use crate::invariants::assert_sound;
use crate::{cases, word_notation};

const TYPES: &str = "[Content_Types].xml";
const DOCUMENT: &str = "wordprocessingml.document.main+xml";
const BODY: &str = "word/document.xml";

/// A template of the cases' notation, changed.
fn template(source: &str, change: impl FnOnce(&mut Package)) -> Vec<u8> {
    let mut package = read(&word_notation::docx(source));
    change(&mut package);
    package.write().expect("a package")
}

fn read(bytes: &[u8]) -> Package {
    Package::read(bytes.to_vec(), &Limits::default()).expect("a package")
}

fn replace(package: &mut Package, part: &str, old: &str, new: &str) {
    let text = package.text(part).expect("a part");
    assert!(text.contains(old), "{part} has no {old}");
    package.set(part, text.replace(old, new).into_bytes());
}

fn fill(template: Vec<u8>, options: &Options) -> Outcome {
    let pack = cases::pack(template).unwrap_or_else(|faults| panic!("{}", faults.print(Lang::En)));
    pipeline::render(&pack, &cases::workbook(), options).expect("a workbook")
}

fn document(outcome: &Outcome) -> &[u8] {
    let told = outcome.diagnostics.print(Lang::En);
    &outcome.documents.first().unwrap_or_else(|| panic!("{told}")).bytes
}

#[test]
fn a_word_template_becomes_a_document() {
    let dotx = template("Xã {{thong_tin.ten_xa}}", |package| {
        replace(package, TYPES, DOCUMENT, "wordprocessingml.template.main+xml");
    });
    let outcome = fill(dotx, &Options::default());
    let bytes = document(&outcome);
    assert_sound("the document", bytes);
    assert_eq!(word_notation::shown(bytes).trim(), "Xã Tân Hoà");
    let types = read(bytes).text(TYPES).expect("a part");
    assert!(types.contains(DOCUMENT) && !types.contains("template.main"), "{types}");
}

#[test]
fn a_template_with_macros_is_refused_with_the_reason() {
    let docm = template("Xã {{thong_tin.ten_xa}}", |package| {
        let macros = "application/vnd.ms-word.document.macroEnabled.main+xml";
        let plain = format!("application/vnd.openxmlformats-officedocument.{DOCUMENT}");
        replace(package, TYPES, &plain, macros);
    });
    let outcome = fill(docm, &Options::default());
    assert!(outcome.documents.is_empty());
    let told = outcome.diagnostics.print(Lang::Vi);
    for words in ["mau/co-macro", ".docm", "Word Document (*.docx)"] {
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn parts_and_elements_of_other_programs_stay() {
    const CUSTOM: &str = "<?xml version=\"1.0\"?><a:data xmlns:a=\"urn:a\">{{không phải thẻ}}</a:data>";
    const STRANGE: &str = "<x:note xmlns:x=\"urn:x\" x:kind=\"1\"><x:inner/></x:note>";
    let template = template("Xã {{thong_tin.ten_xa}}\nhết", |package| {
        package.set("customXml/item1.xml", CUSTOM.as_bytes().to_vec());
        replace(package, BODY, "<w:sectPr", &format!("{STRANGE}<w:sectPr"));
    });
    let outcome = fill(template.clone(), &Options::default());
    let (before, after) = (read(&template), read(document(&outcome)));
    assert_eq!(after.text("customXml/item1.xml").expect("a part"), CUSTOM);
    let body = after.text(BODY).expect("a part");
    assert!(body.contains(STRANGE) && body.contains("Tân Hoà"), "{body}");
    let changed: Vec<&str> = before
        .names()
        .filter(|name| before.part(name).ok() != after.part(name).ok())
        .collect();
    assert_eq!(changed, [BODY]);
}

#[test]
fn values_of_a_traced_report_carry_comments_that_name_their_cells() {
    let source =
        "Xã {{thong_tin.ten_xa}}\n[{{#each khen}}{{cap}}] [{{so_luong}}{{/each}}]\nCộng {{sum khen \"so_luong\"}}";
    let traced = Options {
        trace: true,
        ..Options::default()
    };
    let outcome = fill(word_notation::docx(source), &traced);
    let bytes = document(&outcome);
    assert_sound("the traced report", bytes);
    let shown = word_notation::shown(bytes);
    for comment in [
        "<comment Thông tin chung!B1>Tân Hoà</comment>",
        "<comment Khen thưởng!A2>Tỉnh</comment>",
        "<comment Khen thưởng!B3>12</comment>",
        "<comment Khen thưởng!B2:B4",
    ] {
        assert!(shown.contains(comment), "no {comment} in\n{shown}");
    }
    // The total of a table names its cells alone: no author wrote how it is computed.
    let total = fill(word_notation::docx("{{table khen total=true}}"), &traced);
    let shown = word_notation::shown(document(&total));
    assert!(shown.contains("<comment Khen thưởng!B2:B4>"), "{shown}");
    assert!(!shown.contains("sum khen"), "{shown}");
    // Without the wish nothing of it is there.
    let plain = fill(word_notation::docx(source), &Options::default());
    assert!(!word_notation::shown(document(&plain)).contains("<comment"));
}
