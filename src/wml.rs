//! A small tree of WordprocessingML elements: read, changed, put into schema order, written (ISO/IEC 29500-1).
//!
//! In: the XML of a part or of a piece of one. Out: an [`Element`] with everything as escaped in the file, and XML again.
//! For parts that are made or merged; a template's own text is never rewritten this way. Comments and processing
//! instructions are left out; a document type is an error, as is nesting deeper than any document's.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use crate::opc;

/// Deepest nesting of elements that is read: writing and changing a tree go down with it.
const DEEPEST: usize = 512;

/// An element with its attributes and children, or text, all as escaped in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A child element.
    Element(Element),
    /// Text between elements.
    Text(String),
}

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name with prefix: `w:p`.
    pub name: String,
    /// Names with prefix, and values.
    pub attributes: Vec<(String, String)>,
    /// What it holds, in order.
    pub children: Vec<Node>,
}

impl Element {
    /// An element without children.
    pub fn new(name: &str, attributes: &[(&str, &str)]) -> Self {
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

    /// The child elements, to change.
    pub fn elements_mut(&mut self) -> impl Iterator<Item = &mut Element> {
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
    pub fn child_or_new(&mut self, name: &str) -> &mut Element {
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

    /// Sets an attribute, or adds it at the end.
    pub fn set(&mut self, key: &str, value: &str) {
        match self.attributes.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => value.clone_into(known),
            None => self.attributes.push((key.to_owned(), value.to_owned())),
        }
    }

    /// Calls `visit` with the element and all below it, outermost first.
    pub fn visit(&self, visit: &mut dyn FnMut(&Self)) {
        visit(self);
        for child in self.elements() {
            child.visit(visit);
        }
    }

    /// Calls `change` with the element and all below it, outermost first.
    pub fn change(&mut self, change: &mut dyn FnMut(&mut Self)) {
        change(self);
        for child in self.elements_mut() {
            child.change(change);
        }
    }

    /// Takes out children, at any depth, for which `keep` does not hold.
    pub fn retain(&mut self, keep: &dyn Fn(&Self) -> bool) {
        self.children.retain(|node| match node {
            Node::Element(element) => keep(element),
            Node::Text(_) => true,
        });
        for child in self.elements_mut() {
            child.retain(keep);
        }
    }

    /// The text directly in the element, as people read it: entities resolved, those of no known name as they stand.
    pub fn text(&self) -> String {
        let escaped: String = self
            .children
            .iter()
            .map(|node| match node {
                Node::Text(text) => text.as_str(),
                Node::Element(_) => "",
            })
            .collect();
        match unescape(&escaped) {
            Ok(text) => text.into_owned(),
            Err(_) => escaped,
        }
    }

    /// Appends the element's XML.
    pub fn write(&self, out: &mut String) {
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

/// The root element of a part. Errors: not well-formed, a document type, nested too deep.
pub fn parse(xml: &[u8]) -> Result<Element, opc::Error> {
    let damaged = |reason: &str| opc::Error::Damaged(reason.to_owned());
    let text = std::str::from_utf8(xml).map_err(|error| opc::Error::Damaged(error.to_string()))?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut stack = vec![Element::default()];
    loop {
        let event = reader.read_event()?;
        let node = match &event {
            Event::Start(start) => {
                if stack.len() >= DEEPEST {
                    return Err(damaged("nested too deep"));
                }
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
            Event::CData(text) => Node::Text(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")),
            Event::DocType(_) => return Err(damaged("DOCTYPE")),
            Event::Eof => break,
            _ => continue,
        };
        if let Some(parent) = stack.last_mut() {
            parent.children.push(node);
        }
    }
    let top = stack.pop().filter(|_| stack.is_empty());
    let root = top.and_then(|top| {
        top.children.into_iter().find_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    });
    root.ok_or_else(|| damaged("unbalanced XML"))
}

fn open(start: &BytesStart<'_>) -> Result<Element, opc::Error> {
    let mut element = Element::new(start.name().as_ref(), &[]);
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| opc::Error::Damaged(error.to_string()))?;
        // Written between double quotation marks, whatever marks it stood in.
        let value = attribute.value.replace('"', "&quot;");
        element.attributes.push((attribute.key.as_ref().to_owned(), value));
    }
    Ok(element)
}

/// The order of children (ISO/IEC 29500-1 Annex A, wml.xsd); only names that docx-rs or this pass writes.
pub const ORDERS: &[(&str, &[&str])] = &[
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
            "w:ins",
            "w:del",
            "w:moveFrom",
            "w:moveTo",
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
            "w:outline",
            "w:shadow",
            "w:emboss",
            "w:imprint",
            "w:noProof",
            "w:snapToGrid",
            "w:vanish",
            "w:webHidden",
            "w:color",
            "w:spacing",
            "w:w",
            "w:kern",
            "w:position",
            "w:sz",
            "w:szCs",
            "w:highlight",
            "w:u",
            "w:effect",
            "w:bdr",
            "w:shd",
            "w:fitText",
            "w:vertAlign",
            "w:rtl",
            "w:cs",
            "w:em",
            "w:lang",
            "w:eastAsianLayout",
            "w:specVanish",
            "w:oMath",
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

/// Makes an element that docx-rs wrote, and all below it, valid.
pub fn tidy(element: &mut Element) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        let xml = r#"<w:p a="1"><w:t xml:space="preserve"> a &amp; b&#160;</w:t><w:br/></w:p>"#;
        let source = format!("\u{feff}<?xml version=\"1.0\"?><!-- no -->{xml}");
        let mut out = String::new();
        parse(source.as_bytes()).unwrap().write(&mut out);
        assert_eq!(out, xml);
    }

    #[test]
    fn quotation_marks_and_unparsed_text_stay_what_they_are() {
        let mut out = String::new();
        parse(br#"<a b='"'><![CDATA[<&>]]></a>"#).unwrap().write(&mut out);
        assert_eq!(out, r#"<a b="&quot;">&lt;&amp;&gt;</a>"#);
    }

    #[test]
    fn what_is_no_sound_part_is_refused() {
        let deep = "<a>".repeat(100_000);
        for broken in ["", "<a>", "<a></b>", "</a>", "<!DOCTYPE a><a/>", "text", deep.as_str()] {
            assert!(parse(broken.as_bytes()).is_err(), "{broken:.20}");
        }
        assert!(parse(b"<a>\xff</a>").is_err());
    }
}
