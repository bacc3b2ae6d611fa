//! What docx-rs writes, made valid and complete (ISO/IEC 29500-1, transitional).
//!
//! Children of property elements are put into schema order, empty property elements and random ids are dropped, and what
//! docx-rs has no call for is added: repeated header rows, the language, the default style, section breaks that are
//! twins of the last section. Parts an empty template has no use for (comments, footnotes, numbering) are left out.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::style::TABLE_HEAD;

/// An element with its attributes and children, or text, all as escaped in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

impl Element {
    fn new(name: &str, attributes: &[(&str, &str)]) -> Self {
        Self {
            name: name.to_owned(),
            attributes: attributes
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            children: Vec::new(),
        }
    }

    /// The child elements.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    fn elements_mut(&mut self) -> impl Iterator<Item = &mut Element> {
        self.children.iter_mut().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.name == name)
    }

    /// The child of a name, made when missing.
    fn child_or_new(&mut self, name: &str) -> &mut Element {
        let at = self
            .children
            .iter()
            .position(|node| matches!(node, Node::Element(element) if element.name == name))
            .unwrap_or_else(|| {
                self.children.push(Node::Element(Element::new(name, &[])));
                self.children.len() - 1
            });
        match &mut self.children[at] {
            Node::Element(element) => element,
            Node::Text(_) => unreachable!("the position of an element"),
        }
    }

    /// The value of an attribute, as escaped in the file.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value.as_str())
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (key, value) in &self.attributes {
            out.push_str(&format!(" {key}=\"{value}\""));
        }
        if self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for child in &self.children {
            match child {
                Node::Element(element) => element.write(out),
                Node::Text(text) => out.push_str(text),
            }
        }
        out.push_str(&format!("</{}>", self.name));
    }

    /// The element as a part, with its XML declaration.
    pub fn part(&self) -> Vec<u8> {
        let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n".to_owned();
        self.write(&mut out);
        out.into_bytes()
    }
}

/// The root element of a part.
pub(super) fn parse(xml: &[u8]) -> Result<Element, quick_xml::Error> {
    let mut reader = Reader::from_reader(xml);
    let mut stack = vec![Element::default()];
    let open = |start: &BytesStart<'_>| -> Result<Element, quick_xml::Error> {
        let mut element = Element::new(start.name().as_ref(), &[]);
        for attribute in start.attributes() {
            let attribute = attribute?;
            element
                .attributes
                .push((attribute.key.as_ref().to_owned(), attribute.value.to_string()));
        }
        Ok(element)
    };
    loop {
        let event = reader.read_event()?;
        let node = match &event {
            Event::Start(start) => {
                stack.push(open(start)?);
                continue;
            }
            Event::Empty(start) => Node::Element(open(start)?),
            Event::End(_) => match stack.pop() {
                Some(element) => Node::Element(element),
                None => break,
            },
            Event::Text(text) => Node::Text((**text).to_owned()),
            Event::GeneralRef(name) => Node::Text(format!("&{};", &**name)),
            Event::Eof => break,
            _ => continue,
        };
        if let Some(parent) = stack.last_mut() {
            parent.children.push(node);
        }
    }
    Ok(stack
        .first()
        .and_then(|top| top.elements().next().cloned())
        .unwrap_or_default())
}

/// The order of children (ISO/IEC 29500-1 Annex A, wml.xsd); only names that docx-rs or this pass writes.
pub(super) const ORDERS: &[(&str, &[&str])] = &[
    (
        "w:pPr",
        &[
            "w:pStyle",
            "w:keepNext",
            "w:keepLines",
            "w:pageBreakBefore",
            "w:framePr",
            "w:widowControl",
            "w:numPr",
            "w:suppressLineNumbers",
            "w:pBdr",
            "w:shd",
            "w:tabs",
            "w:suppressAutoHyphens",
            "w:kinsoku",
            "w:wordWrap",
            "w:overflowPunct",
            "w:topLinePunct",
            "w:autoSpaceDE",
            "w:autoSpaceDN",
            "w:bidi",
            "w:adjustRightInd",
            "w:snapToGrid",
            "w:spacing",
            "w:ind",
            "w:contextualSpacing",
            "w:mirrorIndents",
            "w:suppressOverlap",
            "w:jc",
            "w:textDirection",
            "w:textAlignment",
            "w:textboxTightWrap",
            "w:outlineLvl",
            "w:divId",
            "w:cnfStyle",
            "w:rPr",
            "w:sectPr",
            "w:pPrChange",
        ],
    ),
    (
        "w:rPr",
        &[
            "w:rStyle",
            "w:rFonts",
            "w:b",
            "w:bCs",
            "w:i",
            "w:iCs",
            "w:caps",
            "w:smallCaps",
            "w:strike",
            "w:dstrike",
            "w:vanish",
            "w:color",
            "w:spacing",
            "w:w",
            "w:kern",
            "w:position",
            "w:sz",
            "w:szCs",
            "w:highlight",
            "w:u",
            "w:shd",
            "w:vertAlign",
            "w:lang",
        ],
    ),
    (
        "w:pBdr",
        &["w:top", "w:left", "w:bottom", "w:right", "w:between", "w:bar"],
    ),
    (
        "w:tblPr",
        &[
            "w:tblStyle",
            "w:tblpPr",
            "w:tblOverlap",
            "w:bidiVisual",
            "w:tblStyleRowBandSize",
            "w:tblStyleColBandSize",
            "w:tblW",
            "w:jc",
            "w:tblCellSpacing",
            "w:tblInd",
            "w:tblBorders",
            "w:shd",
            "w:tblLayout",
            "w:tblCellMar",
            "w:tblLook",
        ],
    ),
    (
        "w:tblBorders",
        &["w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV"],
    ),
    ("w:tblCellMar", &["w:top", "w:left", "w:bottom", "w:right"]),
    (
        "w:tcPr",
        &[
            "w:cnfStyle",
            "w:tcW",
            "w:gridSpan",
            "w:hMerge",
            "w:vMerge",
            "w:tcBorders",
            "w:shd",
            "w:noWrap",
            "w:tcMar",
            "w:textDirection",
            "w:tcFitText",
            "w:vAlign",
            "w:hideMark",
        ],
    ),
    // A choice in the schema, any order: this is the one Word writes.
    (
        "w:trPr",
        &[
            "w:gridBefore",
            "w:gridAfter",
            "w:wBefore",
            "w:wAfter",
            "w:cantSplit",
            "w:trHeight",
            "w:tblHeader",
        ],
    ),
    (
        "w:sectPr",
        &[
            "w:headerReference",
            "w:footerReference",
            "w:footnotePr",
            "w:endnotePr",
            "w:type",
            "w:pgSz",
            "w:pgMar",
            "w:paperSrc",
            "w:pgBorders",
            "w:lnNumType",
            "w:pgNumType",
            "w:cols",
            "w:formProt",
            "w:vAlign",
            "w:noEndnote",
            "w:titlePg",
            "w:textDirection",
            "w:bidi",
            "w:rtlGutter",
            "w:docGrid",
        ],
    ),
    (
        "w:style",
        &[
            "w:name",
            "w:aliases",
            "w:basedOn",
            "w:next",
            "w:link",
            "w:uiPriority",
            "w:semiHidden",
            "w:unhideWhenUsed",
            "w:qFormat",
            "w:pPr",
            "w:rPr",
            "w:tblPr",
            "w:tcPr",
        ],
    ),
];

/// Property elements that say nothing when empty.
const OPTIONAL: &[&str] = &[
    "w:rPr",
    "w:pPr",
    "w:trPr",
    "w:tcPr",
    "w:tcBorders",
    "w:tblBorders",
    "w:pBdr",
    "w:tabs",
];

/// Makes an element and all below it valid.
fn tidy(element: &mut Element) {
    // Counted up by docx-rs per thread: the same source would not give the same bytes.
    element
        .attributes
        .retain(|(key, _)| key != "w14:paraId" && key != "w14:textId");
    // A grid column is a plain width; docx-rs says `dxa` with it.
    if element.name == "w:gridCol" {
        element.attributes.retain(|(key, _)| key != "w:type");
    }
    for child in element.elements_mut() {
        tidy(child);
    }
    element.children.retain(|node| match node {
        Node::Element(child) => {
            !(OPTIONAL.contains(&child.name.as_str()) && child.children.is_empty() && child.attributes.is_empty())
        }
        Node::Text(_) => true,
    });
    if let Some((_, order)) = ORDERS.iter().find(|(name, _)| *name == element.name) {
        // A stable sort: headerReference twice keeps its order.
        element.children.sort_by_key(|node| match node {
            Node::Element(child) => order.iter().position(|name| *name == child.name).unwrap_or(order.len()),
            Node::Text(_) => order.len(),
        });
    }
}

/// `word/document.xml`.
pub(super) fn document(xml: &[u8]) -> Result<Element, quick_xml::Error> {
    let mut root = parse(xml)?;
    header_rows(&mut root);
    tidy(&mut root);
    let last = root.child("w:body").and_then(|body| body.child("w:sectPr")).cloned();
    if let Some(last) = last {
        section_breaks(&mut root, &last);
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

/// Every section break in the text becomes a twin of the last section: with or without an annex, the section that is
/// left at the end of the body is the right one.
fn section_breaks(element: &mut Element, last: &Element) {
    for child in element.elements_mut() {
        if child.name == "w:pPr" {
            for section in child.elements_mut().filter(|found| found.name == "w:sectPr") {
                section.clone_from(last);
            }
        } else if child.name != "w:sectPr" {
            section_breaks(child, last);
        }
    }
}

/// `word/styles.xml`: the language of the text, the default style, and which styles are our own.
pub(super) fn styles(xml: &[u8]) -> Result<Element, quick_xml::Error> {
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
pub(super) fn header(xml: &[u8]) -> Result<Element, quick_xml::Error> {
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
