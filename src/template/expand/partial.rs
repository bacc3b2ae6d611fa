//! `{{> part}}`: the content of another .docx, made to fit into the template's package.
//!
//! In: the partial's package and the part of the template it goes into. Out: its paragraphs and tables; what they need
//! has been added to the template: styles, numbering, notes, pictures and other related parts. As when pasting into Word
//! with the styles of the destination, a style of one name is that of the template. Page size, headers, footers and
//! comments of the partial are left behind.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::defaults::{self, Defaults};
use super::names::{self, Names};
use crate::diagnostic::Text;
use crate::opc::{self, Limits, Package, Points};
use crate::template::Files;
use crate::template::expression::Fault;
use crate::text;
use crate::vietnamese;
use crate::wml::{self, Element, Node};

/// Most bytes of pictures and other parts that partials bring along.
const MOST_BYTES: usize = 64 << 20;
/// Most parts that they bring along.
const MOST_PARTS: usize = 1_000;
/// What a partial may cost to read.
const LIMITS: Limits = Limits {
    parts: 2_000,
    part_bytes: 64 << 20,
    total_bytes: 256 << 20,
};
/// Longest name of a bookmark that Word takes.
const LONGEST_BOOKMARK: usize = 40;
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// Why a partial is not put in.
#[derive(Debug)]
pub enum Failure {
    /// The template is damaged.
    Template(opc::Error),
    /// Something the author of the pack can mend.
    Partial(Fault),
}

impl From<opc::Error> for Failure {
    fn from(error: opc::Error) -> Self {
        Self::Template(error)
    }
}

/// The partials of a template, and what of them its package already has.
#[derive(Debug, Default)]
pub struct Partials {
    loaded: HashMap<String, Result<Rc<Loaded>, Fault>>,
    /// Content whose styles and numbering are those of the template.
    merged: HashMap<String, Rc<Merged>>,
    /// Content whose relationships are those of a part, by part and partial.
    related: HashMap<(String, String), Rc<Vec<Node>>>,
    /// Ids of relationships in a part of the template, by that part, the partial, its part and the id there.
    relations: HashMap<[String; 4], String>,
    /// Names of copied parts, by partial and name in it.
    copied: HashMap<(String, String), String>,
    bytes: usize,
    ids: Option<Ids>,
}

/// A partial as its file has it, Word's names with the prefix `w:`.
#[derive(Debug)]
struct Loaded {
    path: String,
    package: Package,
    main: String,
    names: Names,
    content: Vec<Node>,
    notes: Vec<Note>,
}

/// A footnote or endnote of a partial.
#[derive(Clone, Debug)]
struct Note {
    kind: &'static NoteKind,
    /// The partial's part it stands in, and what that declares.
    part: String,
    names: Rc<Names>,
    element: Element,
}

/// Where notes of a kind stand.
#[derive(Debug)]
struct NoteKind {
    /// The kind of relationship; the name of the part.
    part: &'static str,
    root: &'static str,
    note: &'static str,
    reference: &'static str,
}

const NOTES: [NoteKind; 2] = [
    NoteKind {
        part: "footnotes",
        root: "w:footnotes",
        note: "w:footnote",
        reference: "w:footnoteReference",
    },
    NoteKind {
        part: "endnotes",
        root: "w:endnotes",
        note: "w:endnote",
        reference: "w:endnoteReference",
    },
];

/// A partial's content and notes with the styles and numbering of the template.
#[derive(Debug)]
struct Merged {
    content: Vec<Node>,
    notes: Vec<Note>,
    lists: Vec<List>,
    /// How often it has been put in.
    times: Cell<usize>,
}

/// What styles and numberings of a partial are called in the template.
#[derive(Debug, Default)]
struct Adoption {
    styles: BTreeMap<String, String>,
    numberings: BTreeMap<String, String>,
    lists: Vec<List>,
}

/// A numbered list that a partial brought along: its ids in the template, and the first number of each level.
#[derive(Clone, Debug)]
struct List {
    numbering: String,
    kind: String,
    starts: Vec<(String, String)>,
}

/// Ids and bookmark names of the template, old and new.
#[derive(Debug, Default)]
struct Ids {
    used: HashSet<i64>,
    bookmarks: HashSet<String>,
    last: i64,
}

impl Ids {
    /// Those of all parts that may hold text.
    fn of(package: &Package) -> Self {
        let mut ids = Self::default();
        for name in package.names().filter(|name| name.ends_with(".xml")) {
            let Ok(bytes) = package.part(name) else { continue };
            // A part that can't be read is told where it is needed.
            let _ = opc::for_each_element(&bytes, |element| {
                let attribute = match element.local_name().as_ref() {
                    "docPr" | "bookmarkStart" => "id",
                    "id" => "val",
                    _ => return,
                };
                let id = opc::attribute(element, attribute).and_then(|id| id.parse::<i64>().ok());
                ids.used.extend(id);
                ids.bookmarks.extend(opc::attribute(element, "name"));
            });
        }
        ids
    }

    fn fresh(&mut self) -> String {
        loop {
            self.last += 1;
            if self.used.insert(self.last) {
                return self.last.to_string();
            }
        }
    }

    fn bookmark(&mut self, name: &str) -> String {
        let mut fresh = name.to_owned();
        let mut number = 1;
        while !self.bookmarks.insert(fresh.clone()) {
            number += 1;
            let suffix = format!("_{number}");
            let kept = name.chars().take(LONGEST_BOOKMARK - suffix.len());
            fresh = kept.collect::<String>() + suffix.as_str();
        }
        fresh
    }
}

/// The file of a partial by what a tag says. Errors: no such file, with the nearest one.
pub fn path(name: &str, files: &Files) -> Result<String, Fault> {
    let is_document = |path: &str| path.to_lowercase().ends_with(".docx");
    // Windows does not tell capital letters apart, and some systems take accents apart.
    let folded = |path: &str| vietnamese::nfc(path).to_lowercase();
    for wanted in [name.to_owned(), format!("{name}.docx")] {
        let exact = files.keys().find(|path| **path == wanted);
        let wanted = folded(&wanted);
        let found = exact.or_else(|| files.keys().find(|path| folded(path) == wanted));
        if let Some(path) = found.filter(|path| is_document(path)) {
            return Ok(path.clone());
        }
    }
    let documents = files.keys().filter_map(|path| path.strip_suffix(".docx"));
    let near = vietnamese::nearest(name.trim_end_matches(".docx"), documents);
    Err(Fault::new(
        "mau/mau-con-la",
        text!(
            "không có mẫu con “{name}” trong gói",
            "the pack has no partial “{name}”"
        ),
    )
    .hint(Some(match near {
        Some(near) => text!("có phải {{{{> {near}}}}}?", "did you mean {{{{> {near}}}}}?"),
        None => text!(
            "mẫu con là tệp .docx trong thư mục của gói, cạnh pack.toml",
            "a partial is a .docx file in the pack's folder, beside pack.toml"
        ),
    })))
}

/// The fault of a partial that is no sound document.
pub fn unreadable(path: &str, reason: &Text) -> Fault {
    Fault::new(
        "mau/mau-con-hong",
        Text::new(
            format!("không dùng được mẫu con {path}: {}", reason.vi),
            format!("the partial {path} can't be used: {}", reason.en),
        ),
    )
    .hint(Some(text!(
        "mở tệp ấy bằng Word rồi lưu lại dạng Word Document (*.docx)",
        "open that file in Word and save it as Word Document (*.docx)"
    )))
}

fn elements(nodes: &[Node]) -> impl Iterator<Item = &Element> {
    nodes.iter().filter_map(|node| match node {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    })
}

fn elements_mut(nodes: &mut [Node]) -> impl Iterator<Item = &mut Element> {
    nodes.iter_mut().filter_map(|node| match node {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    })
}

/// Names of related parts of a kind.
pub(super) fn related_part(package: &Package, part: &str, kind: &str) -> Result<Option<String>, opc::Error> {
    let list = package.relationships(part)?;
    let found = list.into_iter().find(|found| found.kind == kind && !found.external);
    Ok(found.map(|found| found.target).filter(|name| package.has(name)))
}

fn main_of(package: &Package) -> Result<String, opc::Error> {
    related_part(package, "", "officeDocument")?.ok_or_else(|| opc::Error::Missing("officeDocument".to_owned()))
}

impl Loaded {
    fn read(path: &str, bytes: &[u8]) -> Result<Self, Fault> {
        Self::parse(path, bytes).map_err(|error| unreadable(path, &error.text()))
    }

    fn parse(path: &str, bytes: &[u8]) -> Result<Self, opc::Error> {
        let package = Package::read(Arc::<[u8]>::from(bytes), &LIMITS)?;
        let main = main_of(&package)?;
        let root = names::with_usual_prefix(wml::parse(&package.part(&main)?)?)?;
        let names = Names::of(&root);
        let Some(body) = root.child("w:body") else {
            return Err(opc::Error::Damaged("no body".to_owned()));
        };
        let mut content: Vec<Node> = elements(&body.children).cloned().map(Node::Element).collect();
        if matches!(content.last(), Some(Node::Element(last)) if last.name == "w:sectPr") {
            content.pop();
        }
        clean(&mut content);
        let mut notes = Vec::new();
        for kind in &NOTES {
            let mut wanted = HashSet::new();
            for element in elements(&content) {
                element.visit(&mut |element| {
                    if element.name == kind.reference {
                        wanted.extend(element.attribute("w:id").map(str::to_owned));
                    }
                });
            }
            if wanted.is_empty() {
                continue;
            }
            let part =
                related_part(&package, &main, kind.part)?.ok_or_else(|| opc::Error::Missing(kind.part.to_owned()))?;
            let root = names::with_usual_prefix(wml::parse(&package.part(&part)?)?)?;
            let names = Rc::new(Names::of(&root));
            for note in root.elements() {
                if note.attribute("w:id").is_some_and(|id| wanted.contains(id)) {
                    let mut note = [Node::Element(note.clone())];
                    clean(&mut note);
                    let [Node::Element(element)] = note else { continue };
                    notes.push(Note {
                        kind,
                        part: part.clone(),
                        names: names.clone(),
                        element,
                    });
                }
            }
        }
        Ok(Self {
            path: path.to_owned(),
            package,
            main,
            names,
            content,
            notes,
        })
    }
}

/// Takes out what belongs to the partial as a document: comments, headers, marks of editing sessions.
fn clean(nodes: &mut [Node]) {
    const GONE: [&str; 7] = [
        // To data that stays behind.
        "w:dataBinding",
        "w:commentRangeStart",
        "w:commentRangeEnd",
        "w:commentReference",
        "w:proofErr",
        "w:headerReference",
        "w:footerReference",
    ];
    for element in elements_mut(nodes) {
        let mut last_edit = HashSet::new();
        element.visit(&mut |element| {
            if element.name == "w:bookmarkStart" && element.attribute("w:name") == Some("_GoBack") {
                last_edit.extend(element.attribute("w:id").map(str::to_owned));
            }
        });
        element.retain(&|element| {
            let is_bookmark = element.name == "w:bookmarkStart" || element.name == "w:bookmarkEnd";
            let id = element.attribute("w:id").unwrap_or_default();
            !(GONE.contains(&element.name.as_str()) || is_bookmark && last_edit.contains(id))
        });
        element.change(&mut |element| {
            element.attributes.retain(|(key, _)| {
                let local = key.rsplit(':').next().unwrap_or_default();
                !(local.starts_with("rsid") || local == "paraId" || local == "textId")
            });
        });
    }
}

/// Elements whose value is the id of a style.
const STYLE_REFERENCES: [&str; 8] = [
    "w:pStyle",
    "w:rStyle",
    "w:tblStyle",
    "w:basedOn",
    "w:link",
    "w:next",
    "w:styleLink",
    "w:numStyleLink",
];

fn value(element: &Element) -> &str {
    element.attribute("w:val").unwrap_or_default()
}

impl Adoption {
    fn apply(&self, element: &mut Element) {
        element.change(&mut |element| {
            let map = match element.name.as_str() {
                "w:numId" => &self.numberings,
                name if STYLE_REFERENCES.contains(&name) => &self.styles,
                _ => return,
            };
            if let Some(new) = map.get(value(element)) {
                element.set("w:val", new);
            }
        });
    }
}

/// Styles and numberings that are still to be looked at; each comes once.
#[derive(Default)]
struct Wanted {
    styles: Vec<String>,
    numberings: Vec<String>,
    seen: HashSet<(bool, String)>,
}

impl Wanted {
    fn note(&mut self, element: &Element) {
        element.visit(&mut |element| {
            let is_style = STYLE_REFERENCES.contains(&element.name.as_str());
            if !is_style && element.name != "w:numId" {
                return;
            }
            let id = value(element).to_owned();
            if self.seen.insert((is_style, id.clone())) {
                let list = if is_style {
                    &mut self.styles
                } else {
                    &mut self.numberings
                };
                list.push(id);
            }
        });
    }
}

/// A part of the template that is changed as a tree.
struct Host {
    part: String,
    root: Element,
    names: Names,
    is_new: bool,
}

impl Host {
    /// The part of a kind that belongs to the main part; an empty one if there is none.
    fn open(package: &Package, main: &str, kind: &str) -> Result<Self, opc::Error> {
        let (part, root, is_new) = match related_part(package, main, kind)? {
            Some(part) => {
                let root = names::with_usual_prefix(wml::parse(&package.part(&part)?)?)?;
                (part, root, false)
            }
            None => {
                let root = Element::new(&format!("w:{kind}"), &[("xmlns:w", names::WORD)]);
                (free_name(package, main, kind), root, true)
            }
        };
        Ok(Self {
            names: Names::of(&root),
            part,
            root,
            is_new,
        })
    }

    fn save(mut self, package: &mut Package, main: &str, kind: &str) -> Result<(), opc::Error> {
        self.names.declare_on(&mut self.root);
        package.set(&self.part, self.root.part());
        if self.is_new {
            add(package, main, kind, &self.part)?;
        }
        Ok(())
    }
}

/// Relates a new part to the main part.
fn add(package: &mut Package, main: &str, kind: &str, part: &str) -> Result<(), opc::Error> {
    package.declare_part(part, &format!("{WORD}.{kind}+xml"))?;
    package.relate(main, kind, Points::ToPart(part))?;
    Ok(())
}

/// A name for a new part beside the main part.
fn free_name(package: &Package, main: &str, kind: &str) -> String {
    let folder = main
        .rsplit_once('/')
        .map_or(String::new(), |(folder, _)| format!("{folder}/"));
    free_part(package, &format!("{folder}{kind}.xml"))
}

/// The name itself if no part has it, else with a number.
fn free_part(package: &Package, name: &str) -> String {
    if !package.has(name) {
        return name.to_owned();
    }
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "bin"));
    let stem = stem.trim_end_matches(|character: char| character.is_ascii_digit());
    (1..)
        .map(|number| format!("{stem}{number}.{ending}"))
        .find(|name| !package.has(name))
        .unwrap_or_default()
}

/// The least number that no child of a name has as an id, nor any after it.
fn next_id(root: &Element, name: &str, key: &str) -> i64 {
    let ids = root.elements().filter(|element| element.name == name);
    let ids = ids.filter_map(|element| element.attribute(key)?.parse::<i64>().ok());
    // Word takes ids of 32 bits.
    ids.filter(|id| *id < i64::from(i32::MAX)).max().unwrap_or(0).max(0) + 1
}

/// The levels of a list that count, and their first numbers.
fn starts(list: &Element) -> Vec<(String, String)> {
    let levels = list.elements().filter(|child| child.name == "w:lvl");
    let counted = levels.filter(|level| !matches!(level.child("w:numFmt").map(value), Some("bullet" | "none")));
    counted
        .filter_map(|level| {
            let start = level.child("w:start").map_or("1", value);
            Some((level.attribute("w:ilvl")?.to_owned(), start.to_owned()))
        })
        .collect()
}

/// Adds the styles and numberings to the template that some elements of a partial use, and returns what they are called.
fn adopt(package: &mut Package, loaded: &Loaded, used: &[&Element]) -> Result<Adoption, Failure> {
    let mut wanted = Wanted::default();
    for element in used {
        wanted.note(element);
    }
    let mut adoption = Adoption::default();
    if wanted.styles.is_empty() && wanted.numberings.is_empty() {
        return Ok(adoption);
    }
    let own = |kind: &str| -> Result<Element, Failure> {
        let read = || -> Result<Option<Element>, opc::Error> {
            let Some(part) = related_part(&loaded.package, &loaded.main, kind)? else {
                return Ok(None);
            };
            Ok(Some(names::with_usual_prefix(wml::parse(
                &loaded.package.part(&part)?,
            )?)?))
        };
        let root = read().map_err(|error| Failure::Partial(unreadable(&loaded.path, &error.text())))?;
        Ok(root.unwrap_or_default())
    };
    let (own_styles, own_numbering) = (own("styles")?, own("numbering")?);
    let main = main_of(package)?;
    let mut styles = Host::open(package, &main, "styles")?;
    let mut numbering = Host::open(package, &main, "numbering")?;
    let name_of = |style: &Element| style.child("w:name").map_or("", value).to_lowercase();
    let mut new_styles: Vec<Element> = Vec::new();
    let mut new_abstracts: Vec<Element> = Vec::new();
    let mut new_numberings: Vec<Element> = Vec::new();
    let mut abstracts: BTreeMap<String, String> = BTreeMap::new();
    let mut next_abstract = next_id(&numbering.root, "w:abstractNum", "w:abstractNumId");
    let mut next_numbering = next_id(&numbering.root, "w:num", "w:numId");
    let mut taken: HashSet<String> = HashSet::new();
    let mut known_names: HashMap<String, (String, String)> = HashMap::new();
    for style in styles.root.elements().filter(|element| element.name == "w:style") {
        let id = style.attribute("w:styleId").unwrap_or_default();
        let kind = style.attribute("w:type").unwrap_or("paragraph");
        taken.insert(id.to_lowercase());
        known_names.insert(name_of(style), (id.to_owned(), kind.to_owned()));
    }
    loop {
        if let Some(id) = wanted.styles.pop() {
            let is_it = |style: &&Element| style.name == "w:style" && style.attribute("w:styleId") == Some(&id);
            let Some(style) = own_styles.elements().find(is_it) else {
                continue;
            };
            let mut style = style.clone();
            let kind = style.attribute("w:type").unwrap_or("paragraph").to_owned();
            let name = name_of(&style);
            match known_names.get(&name) {
                Some((known, known_kind)) if *known_kind == kind => {
                    adoption.styles.insert(id, known.clone());
                    continue;
                }
                // One name for styles of two types can't be: the new one gets a number.
                Some(_) => {
                    let written = style.child("w:name").map_or("", value).to_owned();
                    let fresh = (2..)
                        .map(|number| format!("{written} {number}"))
                        .find(|fresh| !known_names.contains_key(&fresh.to_lowercase()))
                        .unwrap_or_default();
                    style.child_or_new("w:name").set("w:val", &fresh);
                }
                None => {}
            }
            let fresh = std::iter::once(id.clone())
                .chain((1..).map(|number| format!("{id}{number}")))
                .find(|fresh| taken.insert(fresh.to_lowercase()))
                .unwrap_or_default();
            style.set("w:styleId", &fresh);
            style.attributes.retain(|(key, _)| key != "w:default");
            style
                .children
                .retain(|node| !matches!(node, Node::Element(child) if child.name == "w:rsid"));
            known_names.insert(name_of(&style), (fresh.clone(), kind));
            wanted.note(&style);
            adoption.styles.insert(id, fresh);
            new_styles.push(style);
        } else if let Some(id) = wanted.numberings.pop() {
            let is_it = |number: &&Element| number.name == "w:num" && number.attribute("w:numId") == Some(&id);
            let Some(number) = own_numbering.elements().find(is_it) else {
                continue;
            };
            let mut number = number.clone();
            let abstract_id = number.child("w:abstractNumId").map_or("", value).to_owned();
            if !abstracts.contains_key(&abstract_id) {
                let is_it = |list: &&Element| {
                    list.name == "w:abstractNum" && list.attribute("w:abstractNumId") == Some(&abstract_id)
                };
                let Some(list) = own_numbering.elements().find(is_it) else {
                    continue;
                };
                let mut list = list.clone();
                list.set("w:abstractNumId", &next_abstract.to_string());
                // Pictures as bullets stay behind; the bullet's character takes their place.
                list.retain(&|element| element.name != "w:lvlPicBulletId");
                let mut levels = list.clone();
                levels.retain(&|element| element.name != "w:pStyle");
                wanted.note(&levels);
                abstracts.insert(abstract_id.clone(), next_abstract.to_string());
                next_abstract += 1;
                new_abstracts.push(list);
            }
            number.set("w:numId", &next_numbering.to_string());
            number
                .child_or_new("w:abstractNumId")
                .set("w:val", &abstracts[&abstract_id]);
            let kind = abstracts[&abstract_id].clone();
            let list = new_abstracts
                .iter()
                .find(|list| list.attribute("w:abstractNumId") == Some(&kind));
            let starts = list.map_or(Vec::new(), starts);
            if !starts.is_empty() {
                adoption.lists.push(List {
                    numbering: next_numbering.to_string(),
                    kind,
                    starts,
                });
            }
            adoption.numberings.insert(id, next_numbering.to_string());
            next_numbering += 1;
            new_numberings.push(number);
        } else {
            break;
        }
    }
    let copied: HashSet<String> = new_styles
        .iter()
        .filter_map(|style| style.attribute("w:styleId").map(str::to_owned))
        .collect();
    let save = |elements: Vec<Element>, from: &Element, host: &mut Host| {
        let mut nodes: Vec<Node> = elements.into_iter().map(Node::Element).collect();
        for element in elements_mut(&mut nodes) {
            adoption.apply(element);
        }
        host.names.adopt(&mut nodes, &Names::of(from));
        nodes
    };
    if !new_styles.is_empty() {
        let nodes = save(new_styles, &own_styles, &mut styles);
        styles.root.children.extend(nodes);
        styles.save(package, &main, "styles")?;
    }
    if !new_numberings.is_empty() {
        let mut lists = save(new_abstracts, &own_numbering, &mut numbering);
        for list in elements_mut(&mut lists) {
            // A level points back at a style only if that style came along.
            list.retain(&|element| element.name != "w:pStyle" || copied.contains(value(element)));
        }
        let numbers = save(new_numberings, &own_numbering, &mut numbering);
        let children = &mut numbering.root.children;
        let at = position(children, &["w:numIdMacAtCleanup"]);
        children.splice(at..at, numbers);
        let at = position(children, &["w:num", "w:numIdMacAtCleanup"]);
        children.splice(at..at, lists);
        numbering.save(package, &main, "numbering")?;
    }
    Ok(adoption)
}

impl Partials {
    /// The content of a partial for a part of the template, with ids of its own. `names` are those of the part's root,
    /// and learn what the content needs.
    pub fn content(
        &mut self,
        package: &mut Package,
        part: &str,
        names: &mut Names,
        path: &str,
        files: &Files,
    ) -> Result<Vec<Node>, Failure> {
        let loaded = match self.loaded.get(path) {
            Some(loaded) => loaded.clone(),
            None => {
                let bytes = files.get(path).map_or(&[][..], |bytes| bytes);
                let loaded = Loaded::read(path, bytes).map(Rc::new);
                self.loaded.insert(path.to_owned(), loaded.clone());
                loaded
            }
        }
        .map_err(Failure::Partial)?;
        let merged = self.merged(package, &loaded)?;
        let key = (part.to_owned(), path.to_owned());
        let content = match self.related.get(&key) {
            Some(content) => content.clone(),
            None => {
                let mut content = merged.content.clone();
                self.relate(package, part, &loaded, &loaded.main, &loaded.names, &mut content)?;
                let content = Rc::new(content);
                self.related.insert(key, content.clone());
                content
            }
        };
        let mut content = Vec::clone(&content);
        let times = merged.times.replace(merged.times.get() + 1);
        if times > 0 && !merged.lists.is_empty() {
            count_anew(package, &merged.lists, &mut content)?;
        }
        self.renumber(package, &mut content);
        if !merged.notes.is_empty() {
            self.notes(package, part, &loaded, &merged.notes, &mut content)?;
        }
        names.adopt(&mut content, &loaded.names);
        Ok(content)
    }

    fn merged(&mut self, package: &mut Package, loaded: &Loaded) -> Result<Rc<Merged>, Failure> {
        if let Some(merged) = self.merged.get(&loaded.path) {
            return Ok(merged.clone());
        }
        let used: Vec<&Element> = elements(&loaded.content)
            .chain(loaded.notes.iter().map(|note| &note.element))
            .collect();
        let adoption = adopt(package, loaded, &used)?;
        let mut merged = Merged {
            content: loaded.content.clone(),
            notes: loaded.notes.clone(),
            lists: adoption.lists.clone(),
            times: Cell::new(0),
        };
        let notes = merged.notes.iter_mut().map(|note| &mut note.element);
        for element in elements_mut(&mut merged.content).chain(notes) {
            adoption.apply(element);
        }
        let broken = |error: opc::Error| Failure::Partial(unreadable(&loaded.path, &error.text()));
        if let Some(own) = Defaults::of(&loaded.package, &loaded.main).map_err(broken)? {
            let main = main_of(package)?;
            let notes = merged.notes.iter_mut().map(|note| &mut note.element);
            let mut all = elements_mut(&mut merged.content).chain(notes);
            defaults::keep(&own, package, &main, &mut all)?;
        }
        let merged = Rc::new(merged);
        self.merged.insert(loaded.path.clone(), merged.clone());
        Ok(merged)
    }

    /// Gives a part of the template the relationships that some elements of a partial's part use.
    fn relate(
        &mut self,
        package: &mut Package,
        part: &str,
        loaded: &Loaded,
        own_part: &str,
        own_names: &Names,
        nodes: &mut [Node],
    ) -> Result<(), Failure> {
        let mut prefixes: HashSet<String> = own_names.prefixes(names::RELATIONSHIPS).map(str::to_owned).collect();
        for element in elements(nodes) {
            element.visit(&mut |element| {
                let here = element.attributes.iter().filter(|(_, uri)| uri == names::RELATIONSHIPS);
                prefixes.extend(
                    here.filter_map(|(key, _)| key.strip_prefix("xmlns:"))
                        .map(str::to_owned),
                );
            });
        }
        let is_relation = |key: &str| key.split_once(':').is_some_and(|(prefix, _)| prefixes.contains(prefix));
        let mut used: Vec<String> = Vec::new();
        for element in elements(nodes) {
            element.visit(&mut |element| {
                let ids = element
                    .attributes
                    .iter()
                    .filter(|(key, id)| is_relation(key) && !id.is_empty());
                used.extend(ids.map(|(_, id)| id.clone()));
            });
        }
        if used.is_empty() {
            return Ok(());
        }
        let broken = |error: opc::Error| Failure::Partial(unreadable(&loaded.path, &error.text()));
        let known = loaded.package.relationships(own_part).map_err(broken)?;
        let mut map: HashMap<String, String> = HashMap::new();
        for id in used {
            if map.contains_key(&id) {
                continue;
            }
            let key = [part, &loaded.path, own_part, &id].map(str::to_owned);
            let new = match self.relations.get(&key) {
                Some(new) => new.clone(),
                None => {
                    let Some(found) = known.iter().find(|found| found.id == id) else {
                        return Err(broken(opc::Error::Missing(id)));
                    };
                    let new = if found.external {
                        package.relate_as(part, &found.uri, Points::Outside(&found.target))?
                    } else {
                        let copy = self.copy(package, loaded, &found.target)?;
                        package.relate_as(part, &found.uri, Points::ToPart(&copy))?
                    };
                    self.relations.insert(key, new.clone());
                    new
                }
            };
            map.insert(id, new);
        }
        for element in elements_mut(nodes) {
            element.change(&mut |element| {
                for (key, id) in &mut element.attributes {
                    if let Some(new) = map.get(id.as_str()).filter(|_| is_relation(key)) {
                        new.clone_into(id);
                    }
                }
            });
        }
        Ok(())
    }

    /// Copies a part of a partial and all parts it leads to; returns its name in the template.
    fn copy(&mut self, package: &mut Package, loaded: &Loaded, name: &str) -> Result<String, Failure> {
        let broken = |error: opc::Error| Failure::Partial(unreadable(&loaded.path, &error.text()));
        let key = |name: &str| (loaded.path.clone(), name.to_owned());
        // Parts may lead to each other in circles: all get their names first.
        let mut waiting = vec![name.to_owned()];
        while let Some(name) = waiting.pop() {
            if self.copied.contains_key(&key(&name)) {
                continue;
            }
            let bytes = loaded.package.part(&name).map_err(broken)?;
            self.bytes += bytes.len();
            if self.bytes > MOST_BYTES || self.copied.len() >= MOST_PARTS {
                return Err(Failure::Partial(Fault::new(
                    "mau/mau-con-qua-lon",
                    text!(
                        "hình và đối tượng trong các mẫu con nhiều quá (giới hạn {} MB)",
                        "pictures and objects of the partials are too large (at most {} MB)",
                        MOST_BYTES >> 20
                    ),
                )));
            }
            let content_type = loaded.package.content_type(&name).map_err(broken)?.unwrap_or_default();
            let copy = free_part(package, &name);
            package.set(&copy, bytes);
            let extension = name.rsplit('.').next().unwrap_or_default();
            if !extension.eq_ignore_ascii_case("xml") {
                package.declare_extension(extension, &content_type)?;
            }
            package.declare_part(&copy, &content_type)?;
            self.copied.insert(key(&name), copy);
            for found in loaded.package.relationships(&name).map_err(broken)? {
                if !found.external {
                    waiting.push(found.target);
                }
            }
        }
        let mut done = HashSet::new();
        let mut waiting = vec![name.to_owned()];
        while let Some(name) = waiting.pop() {
            let rels = opc::relationships_part(&name);
            let copy = self.copied[&key(&name)].clone();
            if !done.insert(name.clone()) || !loaded.package.has(&rels) || package.has(&opc::relationships_part(&copy))
            {
                continue;
            }
            let mut root = wml::parse(&loaded.package.part(&rels).map_err(broken)?).map_err(broken)?;
            let found = loaded.package.relationships(&name).map_err(broken)?;
            for (element, found) in root
                .elements_mut()
                .filter(|element| element.name.ends_with("Relationship"))
                .zip(found)
            {
                if !found.external {
                    let target = opc::escape_attribute(&self.copied[&key(&found.target)]);
                    element.set("Target", &format!("/{target}"));
                    waiting.push(found.target);
                }
            }
            package.set(&opc::relationships_part(&copy), root.part());
        }
        Ok(self.copied[&key(name)].clone())
    }

    /// Gives bookmarks, drawings and content controls ids that the template does not have.
    fn renumber(&mut self, package: &Package, nodes: &mut [Node]) {
        let ids = self.ids.get_or_insert_with(|| Ids::of(package));
        let mut bookmarks: HashMap<String, String> = HashMap::new();
        let mut renamed: HashMap<String, String> = HashMap::new();
        for element in elements_mut(nodes) {
            element.change(&mut |element| match element.name.as_str() {
                "w:bookmarkStart" | "w:bookmarkEnd" => {
                    let old = element.attribute("w:id").unwrap_or_default().to_owned();
                    let new = bookmarks.entry(old).or_insert_with(|| ids.fresh()).clone();
                    element.set("w:id", &new);
                    if let Some(name) = element.attribute("w:name").map(str::to_owned) {
                        let new = ids.bookmark(&name);
                        element.set("w:name", &new);
                        if new != name {
                            renamed.insert(name, new);
                        }
                    }
                }
                "w:sdtPr" if element.child("w:id").is_some() => {
                    element.child_or_new("w:id").set("w:val", &ids.fresh());
                }
                name if name.ends_with(":docPr") => element.set("id", &ids.fresh()),
                _ => {}
            });
        }
        if renamed.is_empty() {
            return;
        }
        // Links and fields go to the bookmark by its name.
        let in_code = |code: &str| {
            let words: Vec<&str> = code.split(' ').collect();
            let words: Vec<&str> = words
                .into_iter()
                .map(|word| renamed.get(word).map_or(word, String::as_str))
                .collect();
            words.join(" ")
        };
        for element in elements_mut(nodes) {
            element.change(&mut |element| match element.name.as_str() {
                "w:hyperlink" => {
                    if let Some(new) = element.attribute("w:anchor").and_then(|anchor| renamed.get(anchor)) {
                        element.set("w:anchor", new);
                    }
                }
                "w:fldSimple" => {
                    if let Some(code) = element.attribute("w:instr").map(in_code) {
                        element.set("w:instr", &code);
                    }
                }
                "w:instrText" => {
                    for node in &mut element.children {
                        if let Node::Text(code) = node {
                            *code = in_code(code);
                        }
                    }
                }
                _ => {}
            });
        }
    }

    /// Adds the notes that the content refers to, each with an id of its own.
    fn notes(
        &mut self,
        package: &mut Package,
        part: &str,
        loaded: &Loaded,
        notes: &[Note],
        content: &mut [Node],
    ) -> Result<(), Failure> {
        let main = main_of(package)?;
        if part != main {
            return Err(Failure::Partial(
                Fault::new(
                    "mau/mau-con-chu-thich",
                    text!(
                        "mẫu con {} có chú thích (footnote), chỉ đặt được trong thân văn bản",
                        "the partial {} has footnotes, which can stand in the body only",
                        loaded.path
                    ),
                )
                .hint(Some(text!(
                    "bỏ chú thích trong mẫu con, hoặc đưa thẻ vào thân văn bản",
                    "take the footnotes out of the partial, or move the tag into the body"
                ))),
            ));
        }
        for kind in &NOTES {
            let own: Vec<&Note> = notes.iter().filter(|note| std::ptr::eq(note.kind, kind)).collect();
            if own.is_empty() {
                continue;
            }
            let host = match related_part(package, &main, kind.part)? {
                Some(host) => host,
                None => {
                    let host = free_name(package, &main, kind.part);
                    package.set(&host, empty_notes(kind).into_bytes());
                    add(package, &main, kind.part, &host)?;
                    host
                }
            };
            let mut next = 1;
            opc::for_each_element(&package.part(&host)?, |element| {
                let id = opc::attribute(element, "id").and_then(|id| id.parse::<i64>().ok());
                if let ("footnote" | "endnote", Some(id)) = (element.local_name().as_ref(), id) {
                    next = next.max(id + 1);
                }
            })?;
            let mut map: HashMap<String, String> = HashMap::new();
            let mut added: Vec<Node> = Vec::new();
            for note in own {
                let mut element = note.element.clone();
                let old = element.attribute("w:id").unwrap_or_default().to_owned();
                element.set("w:id", &next.to_string());
                map.insert(old, next.to_string());
                next += 1;
                let mut nodes = [Node::Element(element)];
                self.relate(package, &host, loaded, &note.part, &note.names, &mut nodes)?;
                self.renumber(package, &mut nodes);
                added.extend(nodes);
            }
            let source = package.text(&host)?;
            let mut names = Names::of_part(&source)?;
            if let Some(note) = notes.iter().find(|note| std::ptr::eq(note.kind, kind)) {
                names.adopt(&mut added, &note.names);
            }
            let mut xml = String::new();
            for element in elements(&added) {
                element.write(&mut xml);
            }
            let source = opc::with_children(&names.declare_in(&source)?, &xml)?;
            package.set(&host, source.into_bytes());
            for element in elements_mut(content) {
                element.change(&mut |element| {
                    if element.name == kind.reference
                        && let Some(new) = element.attribute("w:id").and_then(|id| map.get(id))
                    {
                        element.set("w:id", new);
                    }
                });
            }
        }
        Ok(())
    }
}

/// Lets the lists of a partial that is put in once more begin with their first numbers again.
fn count_anew(package: &mut Package, lists: &[List], content: &mut [Node]) -> Result<(), opc::Error> {
    let mut used = HashSet::new();
    for element in elements(content) {
        element.visit(&mut |element| {
            if element.name == "w:numId" {
                used.insert(value(element).to_owned());
            }
        });
    }
    let main = main_of(package)?;
    let mut numbering = Host::open(package, &main, "numbering")?;
    let next = next_id(&numbering.root, "w:num", "w:numId");
    let mut fresh: BTreeMap<String, String> = BTreeMap::new();
    let mut added = Vec::new();
    let used = lists.iter().filter(|list| used.contains(&list.numbering));
    for (next, list) in (next..).zip(used) {
        let mut number = Element::new("w:num", &[("w:numId", &next.to_string())]);
        number.child_or_new("w:abstractNumId").set("w:val", &list.kind);
        for (level, start) in &list.starts {
            let mut level = Element::new("w:lvlOverride", &[("w:ilvl", level)]);
            level.child_or_new("w:startOverride").set("w:val", start);
            number.children.push(Node::Element(level));
        }
        added.push(Node::Element(number));
        fresh.insert(list.numbering.clone(), next.to_string());
    }
    if added.is_empty() {
        return Ok(());
    }
    let at = position(&numbering.root.children, &["w:numIdMacAtCleanup"]);
    numbering.root.children.splice(at..at, added);
    numbering.save(package, &main, "numbering")?;
    let adoption = Adoption {
        numberings: fresh,
        ..Adoption::default()
    };
    for element in elements_mut(content) {
        adoption.apply(element);
    }
    Ok(())
}

/// Where the first element of some names stands among others; after all when there is none.
fn position(children: &[Node], names: &[&str]) -> usize {
    let is_one = |node: &Node| matches!(node, Node::Element(child) if names.contains(&child.name.as_str()));
    children.iter().position(is_one).unwrap_or(children.len())
}

/// A part for notes with the two lines that part them from the text.
fn empty_notes(kind: &NoteKind) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<{} xmlns:w=\"{}\">",
        kind.root,
        names::WORD
    );
    for (id, line) in [(-1, "separator"), (0, "continuationSeparator")] {
        xml.push_str(&format!(
            "<{note} w:type=\"{line}\" w:id=\"{id}\"><w:p><w:r><w:{line}/></w:r></w:p></{note}>",
            note = kind.note
        ));
    }
    xml + format!("</{}>", kind.root).as_str()
}
