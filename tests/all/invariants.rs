//! What must hold in every package we write and what the Open XML validator does not look at.
//!
//! In: the bytes of a .docx or .xlsx. Out: one line for each thing that is wrong, naming the part. Reads the archive
//! by itself, so that a slip of `opc` is not repeated here.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, QName, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

const CONTENT_TYPES: &str = "[Content_Types].xml";
const EXTERNAL_ALLOWED: &[&str] = &["hyperlink", "attachedTemplate", "externalLinkPath"];

/// Namespaces that have a name here; a name of any other namespace is written with its whole address.
const PREFIXES: &[(&str, &str)] = &[
    ("w", "http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    ("w14", "http://schemas.microsoft.com/office/word/2010/wordml"),
    (
        "wp",
        "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    ),
    (
        "r",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    ("mc", "http://schemas.openxmlformats.org/markup-compatibility/2006"),
    ("w15", "http://schemas.microsoft.com/office/word/2012/wordml"),
    ("pic", "http://schemas.openxmlformats.org/drawingml/2006/picture"),
    ("v", "urn:schemas-microsoft-com:vml"),
    ("xml", "http://www.w3.org/XML/1998/namespace"),
    ("rel", "http://schemas.openxmlformats.org/package/2006/relationships"),
    ("ct", "http://schemas.openxmlformats.org/package/2006/content-types"),
];

/// Panics with everything that is wrong in the package.
#[track_caller]
pub fn assert_sound(what: &str, bytes: &[u8]) {
    let faults = faults(bytes);
    assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
}

/// Panics when a paragraph or any other place of the package still holds a tag.
#[track_caller]
pub fn assert_no_tags(what: &str, bytes: &[u8]) {
    let faults = tags_left(bytes);
    assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
}

/// Everything that is wrong in a package.
pub fn faults(bytes: &[u8]) -> Vec<String> {
    let (package, mut faults) = Package::read(bytes);
    package.content_types(&mut faults);
    package.relationships(&mut faults);
    package.structure(&mut faults);
    package.ids(&mut faults);
    package.comments(&mut faults);
    package.lists_and_styles(&mut faults);
    package.grids(&mut faults);
    faults
}

/// Paragraphs and other places where `{{` is left, however its text is split over runs.
pub fn tags_left(bytes: &[u8]) -> Vec<String> {
    let (package, mut faults) = Package::read(bytes);
    for (part, root) in &package.trees {
        root.visit(&mut |element| {
            let text = if element.name == "w:p" {
                element.text()
            } else {
                element.own_text.clone()
            };
            let attributes = element.attributes.iter().map(|(_, value)| value.as_str());
            for place in std::iter::once(text.as_str()).chain(attributes) {
                if place.contains("{{") {
                    faults.push(format!("{part}: a tag is left in “{place}”"));
                }
            }
        });
    }
    faults.dedup();
    faults
}

/// An element, its names written with the prefixes of [`PREFIXES`].
#[derive(Debug, Default)]
pub struct Element {
    /// `w:tc`
    pub name: String,
    /// Name and value; names without prefix stand as they are.
    pub attributes: Vec<(String, String)>,
    /// Elements inside, in order.
    pub children: Vec<Element>,
    /// The characters directly inside.
    pub own_text: String,
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(attribute, _)| attribute == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Calls `look` with this element and each one below, in document order.
    pub fn visit<'a>(&'a self, look: &mut impl FnMut(&'a Element)) {
        look(self);
        for child in &self.children {
            child.visit(look);
        }
    }

    /// Like [`Element::visit`] for what Word 2010 and later read: the fallback of older programs says the same again.
    fn visit_chosen<'a>(&'a self, look: &mut impl FnMut(&'a Element)) {
        if self.name != "mc:Fallback" {
            look(self);
            for child in &self.children {
                child.visit_chosen(look);
            }
        }
    }

    /// This element and those below that have the name, in document order.
    pub fn all<'a>(&'a self, name: &str) -> Vec<&'a Element> {
        let mut found = Vec::new();
        self.visit(&mut |element| {
            if element.name == name {
                found.push(element);
            }
        });
        found
    }

    /// The text that a reader sees, tabs and line breaks as blanks.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.visit(&mut |element| match element.name.as_str() {
            "w:t" => text.push_str(&element.own_text),
            "w:tab" | "w:br" => text.push(' '),
            _ => {}
        });
        text
    }

    /// Children as Word sees them: content controls and markup around them opened, properties left out.
    fn content<'a>(&'a self, found: &mut Vec<&'a Element>) {
        for child in &self.children {
            match child.name.as_str() {
                "w:sdt" | "w:sdtContent" | "w:customXml" | "w:ins" | "w:smartTag" => child.content(found),
                "w:sdtPr" | "w:sdtEndPr" | "w:customXmlPr" => {}
                _ => found.push(child),
            }
        }
    }

    fn has_content(&self, names: &[&str]) -> bool {
        let mut found = Vec::new();
        self.content(&mut found);
        found.iter().any(|child| names.contains(&child.name.as_str()))
    }
}

/// The parts of a package and the trees of those that hold XML.
#[derive(Debug, Default)]
pub struct Package {
    names: BTreeSet<String>,
    /// Part name without leading slash to its root element.
    pub trees: BTreeMap<String, Element>,
}

impl Package {
    /// Reads all parts. The second result tells what can't be read.
    pub fn read(bytes: &[u8]) -> (Self, Vec<String>) {
        let mut package = Self::default();
        let mut faults = Vec::new();
        let mut archive = match zip::ZipArchive::new(Cursor::new(bytes)) {
            Ok(archive) => archive,
            Err(error) => return (package, vec![format!("no zip archive: {error}")]),
        };
        for index in 0..archive.len() {
            let mut part = archive.by_index(index).expect("an entry of the archive");
            let name = part.name().expect("a name in UTF-8").into_owned();
            let mut content = Vec::new();
            if let Err(error) = part.read_to_end(&mut content) {
                faults.push(format!("{name}: {error}"));
            } else if is_xml(&name) {
                match tree(&content) {
                    Ok(root) => drop(package.trees.insert(name.clone(), root)),
                    Err(reason) => faults.push(format!("{name}: not well-formed: {reason}")),
                }
            }
            package.names.insert(name);
        }
        (package, faults)
    }

    fn content_types(&self, faults: &mut Vec<String>) {
        let Some(types) = self.trees.get(CONTENT_TYPES) else {
            return faults.push(format!("no readable {CONTENT_TYPES}"));
        };
        let mut defaults = BTreeSet::new();
        let mut overrides = BTreeSet::new();
        for entry in &types.children {
            if entry.attribute("ContentType").is_none_or(str::is_empty) {
                faults.push(format!("{CONTENT_TYPES}: an entry without content type"));
            }
            let (seen, key) = match entry.name.as_str() {
                "ct:Default" => (
                    &mut defaults,
                    entry.attribute("Extension").unwrap_or_default().to_lowercase(),
                ),
                _ => (
                    &mut overrides,
                    entry.attribute("PartName").unwrap_or_default().to_owned(),
                ),
            };
            if !seen.insert(key.clone()) {
                faults.push(format!("{CONTENT_TYPES}: {key} twice"));
            }
        }
        for name in &overrides {
            if !self.names.contains(name.trim_start_matches('/')) {
                faults.push(format!("{CONTENT_TYPES}: {name} is not in the package"));
            }
        }
        for name in self.names.iter().filter(|name| *name != CONTENT_TYPES) {
            let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
            let known = extension.is_some_and(|extension| defaults.contains(&extension));
            if !known && !overrides.contains(&format!("/{name}")) && !name.ends_with('/') {
                faults.push(format!("{name}: has no content type"));
            }
        }
    }

    fn relationships(&self, faults: &mut Vec<String>) {
        let mut known: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for (file, root) in self.trees.iter().filter(|(name, _)| name.ends_with(".rels")) {
            let (folder, source) = source_of(file);
            if !source.is_empty() && !self.names.contains(&source) {
                faults.push(format!("{file}: its part {source} is not in the package"));
            }
            let ids = known.entry(source).or_default();
            for relationship in &root.children {
                let id = relationship.attribute("Id").unwrap_or_default();
                let target = relationship.attribute("Target").unwrap_or_default();
                let kind = relationship.attribute("Type").unwrap_or_default();
                let kind = kind.rsplit('/').next().unwrap_or_default();
                if id.is_empty() || !ids.insert(id) {
                    faults.push(format!("{file}: relationship id “{id}” is empty or stands twice"));
                }
                if relationship.attribute("TargetMode") == Some("External") {
                    if !EXTERNAL_ALLOWED.contains(&kind) {
                        faults.push(format!("{file}: {id} fetches from outside: {kind}"));
                    }
                } else if !self.names.contains(&resolve(&folder, target)) {
                    faults.push(format!("{file}: the target {target} of {id} is not in the package"));
                }
            }
        }
        if !self.trees.get("_rels/.rels").is_some_and(|root| {
            let mut kinds = root.children.iter().filter_map(|entry| entry.attribute("Type"));
            kinds.any(|kind| kind.ends_with("/officeDocument"))
        }) {
            faults.push("_rels/.rels names no office document".to_owned());
        }
        let none = BTreeSet::new();
        for (part, root) in &self.trees {
            let ids = known.get(part).unwrap_or(&none);
            root.visit(&mut |element| {
                for (name, value) in &element.attributes {
                    if name.starts_with("r:") && !ids.contains(value.as_str()) {
                        faults.push(format!(
                            "{part}: {name}=\"{value}\" of {} has no relationship",
                            element.name
                        ));
                    }
                }
            });
        }
    }

    fn structure(&self, faults: &mut Vec<String>) {
        for (part, root) in &self.trees {
            root.visit(&mut |element| {
                let mut content = Vec::new();
                element.content(&mut content);
                let fault = match element.name.as_str() {
                    "w:tc" if content.last().is_none_or(|last| last.name != "w:p") => {
                        "a cell does not end with a paragraph"
                    }
                    "w:tr" if !element.has_content(&["w:tc"]) => "a table row has no cell",
                    "w:tbl" if !element.has_content(&["w:tr"]) => "a table has no row",
                    "w:body" if !element.has_content(&["w:p", "w:tbl"]) => "the body is empty",
                    "w:hdr" | "w:ftr" | "w:comment" if !element.has_content(&["w:p", "w:tbl"]) => {
                        "a header, footer or comment is empty"
                    }
                    _ => return,
                };
                faults.push(format!("{part}: {fault}; text there: “{}”", element.text()));
            });
        }
    }

    fn ids(&self, faults: &mut Vec<String>) {
        let mut drawings = BTreeSet::new();
        for (part, root) in &self.trees {
            let mut ids = Ids::default();
            root.visit_chosen(&mut |element| {
                ids.note("w14:paraId", element.attribute("w14:paraId"));
                let id = element.attribute("w:id");
                match element.name.as_str() {
                    "wp:docPr" => {
                        if let Some(id) = element.attribute("id")
                            && !drawings.insert(id)
                        {
                            faults.push(format!("{part}: drawing id {id} stands twice"));
                        }
                    }
                    "w:bookmarkStart" => {
                        ids.note("bookmark id", id);
                        ids.note("bookmark", element.attribute("w:name"));
                    }
                    "w:bookmarkEnd" => ids.note("bookmark end", id),
                    "w:sdtPr" => {
                        let own = element.children.iter().find(|child| child.name == "w:id");
                        ids.note("content control id", own.and_then(|own| own.attribute("w:val")));
                    }
                    "w:num" => ids.note("list", element.attribute("w:numId")),
                    "w:footnote" | "w:endnote" => ids.note("note", id),
                    "w:ins" | "w:del" | "w:moveFrom" | "w:moveTo" => ids.note("tracked change", id),
                    _ => {}
                }
            });
            // Shapes of older programs stand in the fallback, and are read from there.
            root.visit(&mut |element| {
                if element.name.starts_with("v:") && element.name != "v:shapetype" {
                    ids.note("shape", element.attribute("id"));
                }
            });
            let none = BTreeSet::new();
            let of = |kind| ids.seen.get(kind).unwrap_or(&none);
            for id in of("bookmark id").symmetric_difference(of("bookmark end")) {
                faults.push(format!("{part}: bookmark {id} lacks its start or its end"));
            }
            let twice = ids.twice.iter();
            faults.extend(twice.map(|(kind, id)| format!("{part}: {kind} {id} stands twice")));
        }
    }

    /// Lists and styles that paragraphs, runs and tables name are there, and so are the notes that they refer to.
    fn lists_and_styles(&self, faults: &mut Vec<String>) {
        let ids = |element: &str, attribute: &str| -> BTreeSet<&str> {
            let found = self.trees.values().flat_map(|root| root.all(element));
            found.filter_map(|element| element.attribute(attribute)).collect()
        };
        let has_styles = self.trees.values().any(|root| root.name == "w:styles");
        let styles = ids("w:style", "w:styleId");
        let lists = ids("w:num", "w:numId");
        let kinds = ids("w:abstractNum", "w:abstractNumId");
        let footnotes = ids("w:footnote", "w:id");
        let endnotes = ids("w:endnote", "w:id");
        for (part, root) in &self.trees {
            let mut told = BTreeSet::new();
            root.visit(&mut |element| {
                let (what, id, known) = match element.name.as_str() {
                    "w:pStyle" | "w:rStyle" | "w:tblStyle" if has_styles => ("style", "w:val", &styles),
                    "w:numId" if element.attribute("w:val") != Some("0") => ("list", "w:val", &lists),
                    "w:footnoteReference" => ("footnote", "w:id", &footnotes),
                    "w:endnoteReference" => ("endnote", "w:id", &endnotes),
                    _ => return,
                };
                let id = element.attribute(id).unwrap_or_default();
                if !known.contains(id) && told.insert((what, id)) {
                    faults.push(format!("{part}: {what} {id} is used and is not there"));
                }
            });
            for list in root.all("w:num") {
                let kind = list.children.iter().find(|child| child.name == "w:abstractNumId");
                let kind = kind.and_then(|kind| kind.attribute("w:val")).unwrap_or_default();
                if !kinds.contains(kind) {
                    faults.push(format!("{part}: list definition {kind} is used and is not there"));
                }
            }
        }
    }

    /// No row is wider than its table's grid.
    fn grids(&self, faults: &mut Vec<String>) {
        for (part, root) in &self.trees {
            for table in root.all("w:tbl") {
                let Some(grid) = table.children.iter().find(|child| child.name == "w:tblGrid") else {
                    continue;
                };
                let columns = grid.children.iter().filter(|child| child.name == "w:gridCol").count();
                let mut rows = Vec::new();
                table.content(&mut rows);
                for row in rows.iter().filter(|row| row.name == "w:tr") {
                    let mut cells = Vec::new();
                    row.content(&mut cells);
                    let number = |element: &Element, names: [&str; 2], or: usize| {
                        let properties = element.children.iter().find(|child| child.name == names[0]);
                        let found = properties.and_then(|own| own.children.iter().find(|child| child.name == names[1]));
                        found
                            .and_then(|found| found.attribute("w:val"))
                            .and_then(|value| value.parse().ok())
                            .unwrap_or(or)
                    };
                    let spans = cells.iter().filter(|cell| cell.name == "w:tc");
                    let width = spans
                        .map(|cell| number(cell, ["w:tcPr", "w:gridSpan"], 1))
                        .sum::<usize>()
                        + number(row, ["w:trPr", "w:gridBefore"], 0)
                        + number(row, ["w:trPr", "w:gridAfter"], 0);
                    if width > columns {
                        let text = row.text();
                        faults.push(format!(
                            "{part}: a row takes {width} columns of a grid of {columns}; text there: “{text}”"
                        ));
                    }
                }
            }
        }
    }

    fn comments(&self, faults: &mut Vec<String>) {
        let mut comments = BTreeSet::new();
        for (part, root) in &self.trees {
            for comment in root.all("w:comment") {
                let id = comment.attribute("w:id").unwrap_or_default();
                if !comments.insert(id) {
                    faults.push(format!("{part}: comment id {id} stands twice"));
                }
            }
        }
        for (part, root) in &self.trees {
            for name in ["w:commentRangeStart", "w:commentRangeEnd", "w:commentReference"] {
                let mut seen = BTreeSet::new();
                for place in root.all(name) {
                    let id = place.attribute("w:id").unwrap_or_default();
                    if !comments.contains(id) {
                        faults.push(format!("{part}: {name} names comment {id}, which is not there"));
                    }
                    if !seen.insert(id) {
                        faults.push(format!("{part}: {name} of comment {id} stands twice"));
                    }
                }
            }
        }
    }
}

/// Values that must stand once, by what they are.
#[derive(Default)]
struct Ids<'e> {
    seen: BTreeMap<&'static str, BTreeSet<&'e str>>,
    twice: Vec<(&'static str, &'e str)>,
}

impl<'e> Ids<'e> {
    fn note(&mut self, kind: &'static str, value: Option<&'e str>) {
        if let Some(value) = value
            && !self.seen.entry(kind).or_default().insert(value)
        {
            self.twice.push((kind, value));
        }
    }
}

fn is_xml(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
    extension.is_some_and(|extension| ["xml", "rels", "vml"].contains(&extension.as_str()))
}

/// Folder and part that a relationships file speaks of: `word/` and `word/document.xml`.
fn source_of(file: &str) -> (String, String) {
    let (folder, name) = file.rsplit_once("_rels/").unwrap_or_default();
    let name = name.strip_suffix(".rels").unwrap_or(name);
    (
        folder.to_owned(),
        if name.is_empty() {
            String::new()
        } else {
            format!("{folder}{name}")
        },
    )
}

/// The part that a relative target names.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.split('#').next().unwrap_or_default();
    let whole = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}{target}"),
    };
    let mut steps = Vec::new();
    for step in whole.split('/') {
        match step {
            "." | "" => {}
            ".." => drop(steps.pop()),
            _ => steps.push(step),
        }
    }
    steps.join("/")
}

/// The tree of an XML part; an error when it is not well-formed with its namespaces.
fn tree(content: &[u8]) -> Result<Element, String> {
    let text = std::str::from_utf8(content).map_err(|error| error.to_string())?;
    let text = text.trim_start_matches('\u{feff}');
    if let Some(bad) = text
        .chars()
        .find(|&c| (c < ' ' && !"\t\n\r".contains(c)) || "\u{fffe}\u{ffff}".contains(c))
    {
        return Err(format!("the character U+{:04X} is not allowed", bad as u32));
    }
    let mut reader = NsReader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let outside = open.is_empty();
        match event {
            Event::Start(start) => {
                if outside && root.is_some() {
                    return Err("a second root element".to_owned());
                }
                open.push(element(&start, reader.resolver())?);
            }
            Event::Empty(start) => {
                let element = element(&start, reader.resolver())?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None if root.is_some() => return Err("a second root element".to_owned()),
                    None => root = Some(element),
                }
            }
            Event::End(_) => {
                let element = open.pop().ok_or("an end without a start")?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => root = Some(element),
                }
            }
            Event::Text(text) => match open.last_mut() {
                Some(parent) => parent.own_text.push_str(&text.xml10_content()),
                None if text.trim().is_empty() => {}
                None => return Err("text outside the root element".to_owned()),
            },
            Event::CData(text) => match open.last_mut() {
                Some(parent) => parent.own_text.push_str(&text.xml10_content()),
                None => return Err("text outside the root element".to_owned()),
            },
            Event::GeneralRef(reference) => {
                let entity = format!("&{};", &*reference);
                let value = quick_xml::escape::unescape(&entity).map_err(|error| error.to_string())?;
                let parent = open.last_mut().ok_or("a reference outside the root element")?;
                parent.own_text.push_str(&value);
            }
            Event::DocType(_) => return Err("a document type is not allowed in a package".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof if !outside => return Err(format!("{} is not closed", open[open.len() - 1].name)),
            Event::Eof => return root.ok_or("no root element".to_owned()),
        }
    }
}

fn element(start: &BytesStart, names: &NamespaceResolver) -> Result<Element, String> {
    let (namespace, local) = names.resolve_element(start.name());
    let mut element = Element {
        name: qualified(namespace, local.as_ref(), start.name())?,
        ..Element::default()
    };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let (namespace, local) = names.resolve_attribute(attribute.key);
        let name = qualified(namespace, local.as_ref(), attribute.key)?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| format!("{name}: {error}"))?;
        if value.contains('<') && attribute.value.contains('<') {
            return Err(format!("{name}: a bare < in the value"));
        }
        if element.attribute(&name).is_some() {
            return Err(format!("{name} stands twice"));
        }
        element.attributes.push((name, value.into_owned()));
    }
    Ok(element)
}

fn qualified(namespace: ResolveResult, local: &str, written: QName) -> Result<String, String> {
    match namespace {
        ResolveResult::Unbound => Ok(local.to_owned()),
        ResolveResult::Unknown(_) => Err(format!("the prefix of {} is not declared", written.as_ref())),
        ResolveResult::Bound(namespace) => {
            let address: &str = namespace.as_ref();
            Ok(match PREFIXES.iter().find(|(_, known)| *known == address) {
                Some((prefix, _)) => format!("{prefix}:{local}"),
                None => format!("{{{address}}}{local}"),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;
    const ROOT: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;
    const PARAGRAPH: &str = "<w:p><w:r><w:t>Kính gửi</w:t></w:r></w:p>";

    fn document(body: &str) -> String {
        let declared: String = PREFIXES
            .iter()
            .filter(|(prefix, _)| *prefix != "xml")
            .map(|(prefix, address)| format!(" xmlns:{prefix}=\"{address}\""))
            .collect();
        format!("<?xml version=\"1.0\"?><w:document{declared}><w:body>{body}<w:sectPr/></w:body></w:document>")
    }

    fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            let options = zip::write::SimpleFileOptions::default();
            archive.start_file(*name, options).expect("a new entry");
            archive.write_all(content.as_bytes()).expect("memory");
        }
        archive.finish().expect("memory").into_inner()
    }

    /// A small sound package, with some parts replaced or added; an empty one is left out.
    fn package(changes: &[(&str, &str)]) -> Vec<u8> {
        let whole = document(PARAGRAPH);
        let mut parts = vec![
            (CONTENT_TYPES, TYPES),
            ("_rels/.rels", ROOT),
            ("word/document.xml", whole.as_str()),
        ];
        for change in changes {
            parts.retain(|(name, _)| name != &change.0);
            parts.push(*change);
        }
        parts.retain(|(_, content)| !content.is_empty());
        zipped(&parts)
    }

    fn faults_of_body(body: &str) -> Vec<String> {
        faults(&package(&[("word/document.xml", &document(body))]))
    }

    #[track_caller]
    fn expect(faults: &[String], wanted: &str) {
        assert_eq!(faults.len(), 1, "{faults:#?}");
        assert!(faults[0].contains(wanted), "{faults:#?}");
    }

    #[test]
    fn a_sound_package_has_no_fault() {
        assert_eq!(faults(&package(&[])), [""; 0]);
        assert_eq!(tags_left(&package(&[])), [""; 0]);
        let content = "<w:tbl><w:tblPr/><w:sdt><w:sdtContent><w:tr><w:tc><w:tcPr/><w:p/></w:tc></w:tr></w:sdtContent></w:sdt></w:tbl>";
        assert_eq!(faults_of_body(content), [""; 0]);
    }

    #[test]
    fn something_else_than_an_archive_is_a_fault() {
        assert!(faults(b"PK but no archive")[0].contains("no zip archive"));
    }

    #[test]
    fn parts_must_be_well_formed() {
        for (content, reason) in [
            ("<a><b></a>", "not well-formed"),
            ("<a>", "not closed"),
            ("<a/><b/>", "second root"),
            ("<a/>text", "outside the root"),
            ("<a b='1' b='2'/>", "not well-formed"),
            ("<a b='<'/>", "bare <"),
            ("<x:a/>", "prefix of x:a"),
            ("<a x:b='1'/>", "prefix of x:b"),
            ("<a>&nbsp;</a>", "not well-formed"),
            ("<a>&#0;</a>", "not well-formed"),
            ("<a>\u{1}</a>", "U+0001"),
            ("<!DOCTYPE a><a/>", "document type"),
            (" ", "no root element"),
        ] {
            let types = TYPES.replace("</Types>", r#"<Default Extension="xml" ContentType="a/b"/></Types>"#);
            let faults = faults(&package(&[("extra.xml", content), (CONTENT_TYPES, &types)]));
            expect(&faults, "extra.xml: not well-formed");
            expect(&faults, reason);
        }
    }

    #[test]
    fn every_part_has_one_content_type() {
        expect(
            &faults(&package(&[("word/a.bin", "x")])),
            "word/a.bin: has no content type",
        );
        expect(&faults(&package(&[(CONTENT_TYPES, "")])), "no readable");
        let missing = TYPES.replace(
            "</Types>",
            r#"<Override PartName="/word/b.xml" ContentType="a/b"/></Types>"#,
        );
        expect(
            &faults(&package(&[(CONTENT_TYPES, &missing)])),
            "/word/b.xml is not in the package",
        );
        let twice = TYPES.replace("</Types>", r#"<Default Extension="RELS" ContentType="a/b"/></Types>"#);
        expect(&faults(&package(&[(CONTENT_TYPES, &twice)])), "rels twice");
    }

    #[test]
    fn relationships_lead_somewhere() {
        let rels = |inner: &str| {
            format!(
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>"#
            )
        };
        let with = |inner: &str| faults(&package(&[("word/_rels/document.xml.rels", &rels(inner))]));
        assert_eq!(
            with(r#"<Relationship Id="a" Type="t/x" Target="../word/document.xml"/>"#),
            [""; 0]
        );
        assert_eq!(
            with(r#"<Relationship Id="a" Type="t/x" Target="/word/document.xml"/>"#),
            [""; 0]
        );
        expect(
            &with(r#"<Relationship Id="a" Type="t/x" Target="no.xml"/>"#),
            "no.xml of a is not in",
        );
        let external = r#"<Relationship Id="a" Type="t/KIND" Target="https://a.vn" TargetMode="External"/>"#;
        assert_eq!(with(&external.replace("KIND", "hyperlink")), [""; 0]);
        expect(&with(&external.replace("KIND", "image")), "fetches from outside: image");
        let twice = r#"<Relationship Id="a" Type="t/x" Target="document.xml"/>"#.repeat(2);
        expect(&with(&twice), "“a” is empty or stands twice");
        expect(
            &faults(&package(&[("word/_rels/none.xml.rels", &rels(""))])),
            "its part word/none.xml",
        );
        expect(
            &faults(&package(&[("_rels/.rels", &rels(""))])),
            "names no office document",
        );
    }

    #[test]
    fn references_have_a_relationship() {
        for attribute in ["r:id", "r:embed", "r:link"] {
            let body = format!("{PARAGRAPH}<w:p><w:hyperlink {attribute}=\"rId9\"/></w:p>");
            expect(&faults_of_body(&body), &format!("{attribute}=\"rId9\" of w:hyperlink"));
        }
    }

    #[test]
    fn cells_rows_tables_and_the_body_hold_what_word_needs() {
        expect(
            &faults_of_body(
                "<w:tbl><w:tr><w:tc><w:p/><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>",
            ),
            "does not end with a paragraph",
        );
        expect(
            &faults_of_body("<w:tbl><w:tr><w:tc/></w:tr></w:tbl>"),
            "does not end with a paragraph",
        );
        expect(
            &faults_of_body("<w:tbl><w:tr><w:trPr/></w:tr></w:tbl>"),
            "a table row has no cell",
        );
        expect(&faults_of_body("<w:tbl><w:tblPr/></w:tbl>"), "a table has no row");
        expect(&faults_of_body(""), "the body is empty");
    }

    #[test]
    fn ids_stand_once() {
        expect(
            &faults_of_body(r#"<w:p w14:paraId="00000001"/><w:p w14:paraId="00000001"/>"#),
            "w14:paraId 00000001 stands twice",
        );
        expect(
            &faults_of_body(r#"<w:p><wp:docPr id="7"/><wp:docPr id="7"/></w:p>"#),
            "drawing id 7 stands twice",
        );
        let twin = r#"<wp:docPr id="7"/>"#;
        let alternatives = format!(
            "<w:p><mc:AlternateContent><mc:Choice>{twin}</mc:Choice><mc:Fallback>{twin}</mc:Fallback></mc:AlternateContent></w:p>"
        );
        assert_eq!(faults_of_body(&alternatives), [""; 0]);
        for (content, wanted) in [
            (
                "<w:sdt><w:sdtPr><w:id w:val=\"5\"/></w:sdtPr></w:sdt>",
                "content control id 5",
            ),
            ("<w:ins w:id=\"5\"/>", "tracked change 5"),
            ("<w:pict><v:rect id=\"a\"/></w:pict>", "shape a"),
            (
                "<mc:AlternateContent><mc:Fallback><v:line id=\"a\"/></mc:Fallback></mc:AlternateContent>",
                "shape a",
            ),
            ("<w:footnote w:id=\"5\"/>", "note 5"),
        ] {
            assert_eq!(faults_of_body(&format!("<w:p>{content}</w:p>")), [""; 0]);
            expect(
                &faults_of_body(&format!("<w:p>{content}{content}</w:p>")),
                &format!("{wanted} stands twice"),
            );
        }
        let bookmark = |id: &str, name: &str| {
            format!(r#"<w:p><w:bookmarkStart w:id="{id}" w:name="{name}"/><w:bookmarkEnd w:id="{id}"/></w:p>"#)
        };
        assert_eq!(faults_of_body(&(bookmark("1", "a") + &*bookmark("2", "b"))), [""; 0]);
        let faults = faults_of_body(&(bookmark("1", "a") + &*bookmark("1", "b")));
        assert!(faults[0].contains("bookmark id 1 stands twice"), "{faults:?}");
        expect(
            &faults_of_body(&(bookmark("1", "a") + &*bookmark("2", "a"))),
            "bookmark a stands twice",
        );
        expect(
            &faults_of_body(r#"<w:p><w:bookmarkStart w:id="1" w:name="a"/></w:p>"#),
            "bookmark 1 lacks",
        );
    }

    #[test]
    fn comments_stand_once_and_are_there() {
        let comment = "<w:comment w:id=\"0\"><w:p/></w:comment>";
        expect(
            &faults_of_body(&format!("<w:p/>{}", comment.repeat(2))),
            "comment id 0 stands twice",
        );
        expect(
            &faults_of_body(r#"<w:p><w:commentReference w:id="4"/></w:p>"#),
            "names comment 4, which is not there",
        );
    }

    #[test]
    fn lists_styles_and_notes_that_are_used_are_there() {
        let list = "<w:p><w:pPr><w:numPr><w:numId w:val=\"3\"/></w:numPr></w:pPr></w:p>";
        let no_list = list.replace("\"3\"", "\"0\"");
        let kind = "<w:abstractNum w:abstractNumId=\"7\"/>";
        let number = "<w:num w:numId=\"3\"><w:abstractNumId w:val=\"7\"/></w:num>";
        assert_eq!(faults_of_body(&format!("{list}{kind}{number}")), [""; 0]);
        assert_eq!(faults_of_body(&no_list), [""; 0]);
        expect(&faults_of_body(list), "list 3 is used");
        expect(&faults_of_body(&format!("{list}{number}")), "list definition 7 is used");
        expect(
            &faults_of_body(&format!("{list}{kind}{number}{number}")),
            "list 3 stands twice",
        );
        for name in ["w:pStyle", "w:rStyle", "w:tblStyle"] {
            let used = format!("<w:p><{name} w:val=\"a\"/></w:p>");
            assert_eq!(faults_of_body(&used), [""; 0], "no styles, nothing to name");
            let styles = |id: &str| {
                let styles = document("").replace("w:document", "w:styles");
                let styles = styles.replace("<w:body>", &format!("<w:style w:styleId=\"{id}\"/><w:x>"));
                let styles = styles.replace("</w:body>", "</w:x>");
                let types = TYPES.replace("</Types>", r#"<Default Extension="xml" ContentType="a/b"/></Types>"#);
                faults(&package(&[
                    ("word/document.xml", &document(&used)),
                    ("word/styles.xml", &styles),
                    (CONTENT_TYPES, &types),
                ]))
            };
            assert_eq!(styles("a"), [""; 0]);
            expect(&styles("b"), "style a is used");
        }
        expect(
            &faults_of_body("<w:p><w:footnoteReference w:id=\"2\"/></w:p>"),
            "footnote 2 is used",
        );
        expect(
            &faults_of_body("<w:p><w:endnoteReference w:id=\"2\"/></w:p><w:footnote w:id=\"2\"/>"),
            "endnote 2 is used",
        );
    }

    #[test]
    fn no_row_is_wider_than_its_grid() {
        let table = |properties: &str, cells: &str| {
            faults_of_body(&format!(
                "<w:tbl><w:tblGrid><w:gridCol/><w:gridCol/></w:tblGrid><w:tr>{properties}{cells}</w:tr></w:tbl>"
            ))
        };
        let cell = "<w:tc><w:p/></w:tc>";
        let wide = "<w:tc><w:tcPr><w:gridSpan w:val=\"2\"/></w:tcPr><w:p/></w:tc>";
        let before = "<w:trPr><w:gridBefore w:val=\"1\"/></w:trPr>";
        assert_eq!(table("", &cell.repeat(2)), [""; 0]);
        assert_eq!(table("", wide), [""; 0]);
        assert_eq!(table(before, cell), [""; 0]);
        expect(&table("", &cell.repeat(3)), "takes 3 columns of a grid of 2");
        expect(&table("", &format!("{wide}{cell}")), "takes 3 columns");
        expect(&table(before, &cell.repeat(2)), "takes 3 columns");
    }

    #[test]
    fn a_tag_is_found_however_it_is_split() {
        let split = document("<w:p><w:r><w:t>{</w:t></w:r><w:r><w:t>{ten}}</w:t></w:r></w:p>");
        expect(
            &tags_left(&package(&[("word/document.xml", &split)])),
            "a tag is left in “{{ten}}”",
        );
        let attribute = document(r#"<w:p><wp:docPr descr="{{ten}}"/></w:p>"#);
        expect(&tags_left(&package(&[("word/document.xml", &attribute)])), "“{{ten}}”");
    }
}
