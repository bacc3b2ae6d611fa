//! A text file to a Word template in the layout of Decree 30/2020/NĐ-CP on administrative documents.
//!
//! In: Markdown with furniture in fenced blocks (letterhead, title, addressees, signature, annex) and tags, which pass
//! through untouched. Out: a .docx, the same bytes for the same text, sealed so that later edits show. `source` and
//! `furniture` read, `style` and `layout` set the page with docx-rs, `mend` makes it valid, `seal` seals. Mistakes are
//! gathered with line and column. Left out on purpose: whatever such documents don't use, from images to nested lists.

mod furniture;
mod layout;
mod mend;
mod seal;
mod source;
mod style;
mod tag;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::opc::Package;
use crate::{text, vietnamese};

pub use seal::{State, source_hash, state};

/// The text with precomposed letters and plain line ends, without a byte order mark.
fn normal(source: &str) -> String {
    vietnamese::nfc(source.trim_start_matches('\u{feff}')).replace("\r\n", "\n")
}

/// The Word template made from a text source, or every mistake in it: unknown blocks and keys, missing keys, table rows
/// with too many or too few cells, unclosed blocks and tags, Markdown that has no place in an official document.
pub fn build(source: &str) -> Result<Vec<u8>, Diagnostics> {
    let source = normal(source);
    let (blocks, findings) = source::read(&source);
    if !findings.is_empty() {
        let mut findings: Diagnostics = findings.into_iter().collect();
        findings.sort(&[]);
        return Err(findings);
    }
    // What is left to go wrong is no mistake in the text: docx-rs wrote no XML, or a part grew beyond every limit.
    package(&blocks, &source).map_err(|reason| {
        let message = text!(
            "không tạo được tệp Word: {reason}",
            "the Word file can't be made: {reason}"
        );
        Diagnostics::from_iter([Diagnostic::error("nguon/khong-tao-duoc", Place::File, message)])
    })
}

const TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

fn package(blocks: &[source::Block], source: &str) -> Result<Vec<u8>, String> {
    let built = layout::document(blocks).build();
    let broken = |error: quick_xml::Error| error.to_string();
    let mut headers = Vec::new();
    for header in &built.headers {
        headers.push(mend::header(header).map_err(broken)?.part());
    }
    let mut package = Package::new();
    package.set("[Content_Types].xml", content_types(headers.len()).into_bytes());
    package.set(
        "_rels/.rels",
        relationships([
            ("rId1", "officeDocument", "word/document.xml".to_owned()),
            ("rId3", "extended-properties", "docProps/app.xml".to_owned()),
            ("rId4", "custom-properties", "docProps/custom.xml".to_owned()),
        ])
        // The one relationship whose type belongs to the package and not to Office.
        .replace(
            "</Relationships>",
            "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/\
             core-properties\" Target=\"docProps/core.xml\"/></Relationships>",
        )
        .into_bytes(),
    );
    package.set(
        "word/document.xml",
        mend::document(&built.document).map_err(broken)?.part(),
    );
    let mut related = vec![
        ("rIdStyles".to_owned(), "styles", "styles.xml".to_owned()),
        ("rIdSettings".to_owned(), "settings", "settings.xml".to_owned()),
    ];
    related
        .extend((1..=headers.len()).map(|index| (format!("rIdHeader{index}"), "header", format!("header{index}.xml"))));
    let related = related
        .iter()
        .map(|(id, kind, target)| (id.as_str(), *kind, target.clone()));
    package.set("word/_rels/document.xml.rels", relationships(related).into_bytes());
    package.set("word/styles.xml", mend::styles(&built.styles).map_err(broken)?.part());
    package.set("word/settings.xml", mend::SETTINGS.as_bytes());
    for (index, header) in headers.into_iter().enumerate() {
        package.set(&format!("word/header{}.xml", index + 1), header);
    }
    package.set("docProps/core.xml", mend::CORE.as_bytes());
    package.set("docProps/app.xml", mend::APP.as_bytes());
    seal::seal(&mut package, source).map_err(|error| error.to_string())?;
    package.write().map_err(|error| error.to_string())
}

fn content_types(headers: usize) -> String {
    let mut types = format!(
        "{XML}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    );
    let mut add = |part: &str, kind: &str| {
        types.push_str(&format!("<Override PartName=\"/{part}\" ContentType=\"{kind}\"/>"));
    };
    add("word/document.xml", &format!("{TYPE}.document.main+xml"));
    add("word/styles.xml", &format!("{TYPE}.styles+xml"));
    add("word/settings.xml", &format!("{TYPE}.settings+xml"));
    for index in 1..=headers {
        add(&format!("word/header{index}.xml"), &format!("{TYPE}.header+xml"));
    }
    add(
        "docProps/core.xml",
        "application/vnd.openxmlformats-package.core-properties+xml",
    );
    add(
        "docProps/app.xml",
        "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    );
    add(
        "docProps/custom.xml",
        "application/vnd.openxmlformats-officedocument.custom-properties+xml",
    );
    types + "</Types>"
}

fn relationships<'a>(list: impl IntoIterator<Item = (&'a str, &'a str, String)>) -> String {
    let mut out =
        format!("{XML}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
    for (id, kind, target) in list {
        out.push_str(&format!(
            "<Relationship Id=\"{id}\" Type=\"{RELATION}/{kind}\" Target=\"{target}\"/>"
        ));
    }
    out + "</Relationships>"
}
