//! Each rule broken by itself: a sound document, one change in its XML, and the one finding that must come of it.

use super::*;
use crate::diagnostic::Lang;
use crate::opc::{Limits, Package};
use crate::outline;

/// A report with every component, as `outline` sets it.
const REPORT: &str = include_str!("sample.md");

fn built(source: &str) -> Package {
    let docx = outline::build(source).unwrap_or_else(|findings| panic!("{}", findings.print(Lang::En)));
    Package::read(docx, &Limits::default()).expect("a package")
}

fn part(package: &Package, name: &str) -> String {
    package.text(name).expect("the part")
}

fn linted(package: &Package) -> Diagnostics {
    layout(&package.write().expect("bytes")).expect("a document")
}

#[test]
fn a_sound_document_has_no_findings() {
    let package = built(REPORT);
    if let Ok(path) = std::env::var("LINT_DUMP") {
        std::fs::write(path, part(&package, "word/document.xml")).unwrap();
    }
    let findings = linted(&package);
    assert!(findings.is_empty(), "{}", findings.print(Lang::Vi));
}
