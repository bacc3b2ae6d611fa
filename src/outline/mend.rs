//! What docx-rs writes, made valid and complete (ISO/IEC 29500-1, transitional).
//!
//! Children of property elements are put into schema order, empty property elements and random ids are dropped, and what
//! docx-rs has no call for is added: repeated header rows, the language, the default style, the pages of the sections.
//! Parts an empty template has no use for (comments, footnotes, numbering) are left out.

use super::page::Page;
use super::style::TABLE_HEAD;
use crate::opc::Error;
use crate::wml::{Element, Node, parse, tidy};

/// `word/document.xml`, with the page of each section in their order.
pub(super) fn document(xml: &[u8], pages: &[Page]) -> Result<Element, Error> {
    let mut root = parse(xml)?;
    header_rows(&mut root);
    tidy(&mut root);
    let last = root.child("w:body").and_then(|body| body.child("w:sectPr")).cloned();
    if let Some(last) = last {
        sections(&mut root, &last, &mut pages.iter());
    }
    Ok(root)
}

/// Rows set in the header style of tables repeat on every page.
fn header_rows(element: &mut Element) {
    for child in element.elements_mut() {
        header_rows(child);
    }
    let is_head = |paragraph: &Element| {
        let style = paragraph
            .child("w:pPr")
            .and_then(|properties| properties.child("w:pStyle"));
        style.and_then(|style| style.attribute("w:val")) == Some(TABLE_HEAD)
    };
    let head = element.name == "w:tr"
        && element
            .elements()
            .filter(|child| child.name == "w:tc")
            .all(|cell| cell.elements().filter(|child| child.name == "w:p").all(is_head));
    if head {
        element.child_or_new("w:trPr").child_or_new("w:tblHeader");
    }
}

/// Every section becomes a twin of the last one, which alone has the headers, on a page of its own.
fn sections(element: &mut Element, last: &Element, pages: &mut std::slice::Iter<'_, Page>) {
    for child in element.elements_mut() {
        if child.name == "w:sectPr" {
            child.clone_from(last);
            if let Some(page) = pages.next() {
                page.apply(child);
            }
        } else {
            sections(child, last, pages);
        }
    }
}

/// `word/styles.xml`: the language of the text, the default style, and which styles are our own.
pub(super) fn styles(xml: &[u8]) -> Result<Element, Error> {
    let mut root = parse(xml)?;
    let defaults = root
        .child_or_new("w:docDefaults")
        .child_or_new("w:rPrDefault")
        .child_or_new("w:rPr");
    defaults.children.push(Node::Element(Element::new(
        "w:lang",
        &[("w:val", "vi-VN"), ("w:eastAsia", "vi-VN"), ("w:bidi", "ar-SA")],
    )));
    for style in root.elements_mut().filter(|child| child.name == "w:style") {
        let id = style.attribute("w:styleId").unwrap_or_default().to_owned();
        if id == "Normal" {
            style.attributes.push(("w:default".to_owned(), "1".to_owned()));
        } else if id != "Header" && !id.starts_with("Heading") {
            style.attributes.push(("w:customStyle".to_owned(), "1".to_owned()));
        }
    }
    tidy(&mut root);
    Ok(root)
}

/// A header part.
pub(super) fn header(xml: &[u8]) -> Result<Element, Error> {
    let mut root = parse(xml)?;
    tidy(&mut root);
    Ok(root)
}

/// `word/settings.xml`. `doNotExpandShiftReturn`: a line that ends in a line break is not stretched to the margin.
pub(super) const SETTINGS: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<w:settings xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">",
    "<w:zoom w:percent=\"100\"/>",
    "<w:defaultTabStop w:val=\"720\"/>",
    "<w:characterSpacingControl w:val=\"doNotCompress\"/>",
    "<w:compat>",
    "<w:doNotExpandShiftReturn/>",
    "<w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/>",
    "<w:compatSetting w:name=\"overrideTableStyleFontSizeAndJustification\" ",
    "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"1\"/>",
    "<w:compatSetting w:name=\"enableOpenTypeFeatures\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"1\"/>",
    "<w:compatSetting w:name=\"doNotFlipMirrorIndents\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"1\"/>",
    "<w:compatSetting w:name=\"differentiateMultirowTableHeaders\" ",
    "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"1\"/>",
    "</w:compat>",
    "<w:themeFontLang w:val=\"vi-VN\"/>",
    "<w:decimalSymbol w:val=\",\"/>",
    "<w:listSeparator w:val=\";\"/>",
    "</w:settings>"
);

/// `docProps/core.xml`, without dates: the same source gives the same bytes.
pub(super) const CORE: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" ",
    "xmlns:dc=\"http://purl.org/dc/elements/1.1/\">",
    "<dc:creator>baocao</dc:creator><dc:language>vi-VN</dc:language></cp:coreProperties>"
);

/// `docProps/app.xml`.
pub(super) const APP: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">",
    "<Application>baocao</Application></Properties>"
);
