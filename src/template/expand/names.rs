//! Namespaces of markup that moves from one part to another (Namespaces in XML 1.0; ISO/IEC 29500-3 for `mc:Ignorable`).
//!
//! In: elements and the declarations they stood under. Out: what their new root must declare. A prefix that means
//! something else there is declared on the elements themselves, so that no name has to be rewritten.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::opc;
use crate::wml::{Element, Node};

/// WordprocessingML, transitional.
pub const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
/// Attributes that hold the id of a relationship.
pub const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const COMPATIBILITY: &str = "http://schemas.openxmlformats.org/markup-compatibility/2006";

/// What the root of a part declares.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Prefixes and what they stand for.
    declared: Vec<(String, String)>,
    /// Prefixes that a program may ignore.
    ignorable: Vec<String>,
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or_default()
}

impl Names {
    /// Those of a root element.
    pub fn of(root: &Element) -> Self {
        let mut names = Self::default();
        for (key, value) in &root.attributes {
            if let Some(prefix) = key.strip_prefix("xmlns:") {
                names.declared.push((prefix.to_owned(), value.clone()));
            } else if local(key) == "Ignorable" {
                names.ignorable = value.split_whitespace().map(str::to_owned).collect();
            }
        }
        names
    }

    /// Those of the root of a part.
    pub fn of_part(source: &str) -> Result<Self, opc::Error> {
        Ok(Self::of(&root(source)?.0))
    }

    /// What a prefix stands for.
    fn meaning(&self, prefix: &str) -> Option<&str> {
        let found = self.declared.iter().find(|(known, _)| known == prefix);
        found.map(|(_, uri)| uri.as_str())
    }

    /// The prefixes of a namespace.
    pub fn prefixes<'n>(&'n self, uri: &'n str) -> impl Iterator<Item = &'n str> {
        let found = self.declared.iter().filter(move |(_, known)| known == uri);
        found.map(|(prefix, _)| prefix.as_str())
    }

    /// Makes a prefix known, unless it is.
    pub fn require(&mut self, prefix: &str, uri: &str) {
        if self.meaning(prefix).is_none() {
            self.declared.push((prefix.to_owned(), uri.to_owned()));
        }
    }

    fn ignore(&mut self, prefix: &str) {
        if self.ignorable.iter().any(|known| known == prefix) {
            return;
        }
        if self.prefixes(COMPATIBILITY).next().is_none() {
            if self.meaning("mc").is_some() {
                return;
            }
            self.declared.push(("mc".to_owned(), COMPATIBILITY.to_owned()));
        }
        self.ignorable.push(prefix.to_owned());
    }

    /// Takes in what elements that stood under `from` need.
    pub fn adopt(&mut self, nodes: &mut [Node], from: &Self) {
        for (prefix, uri) in &from.declared {
            let is_needed = |node: &Node| match node {
                Node::Element(element) => uses(element, prefix),
                Node::Text(_) => false,
            };
            if !nodes.iter().any(is_needed) {
                continue;
            }
            let ignorable = from.ignorable.contains(prefix);
            match self.meaning(prefix) {
                Some(known) if known == uri => {}
                None => self.declared.push((prefix.clone(), uri.clone())),
                Some(_) => {
                    for node in nodes.iter_mut() {
                        if let Node::Element(element) = node {
                            element.set(&format!("xmlns:{prefix}"), uri);
                            if ignorable {
                                ignore_here(element, prefix, from);
                            }
                        }
                    }
                    continue;
                }
            }
            if ignorable {
                self.ignore(prefix);
            }
        }
    }

    /// Declares all names on a root element.
    pub fn declare_on(&self, root: &mut Element) {
        for (prefix, uri) in &self.declared {
            root.set(&format!("xmlns:{prefix}"), uri);
        }
        let compatibility = self.prefixes(COMPATIBILITY).next();
        if let (Some(prefix), false) = (compatibility, self.ignorable.is_empty()) {
            root.set(&format!("{prefix}:Ignorable"), &self.ignorable.join(" "));
        }
    }

    /// A part whose root declares all names; the bytes after its start tag stay as they are.
    pub fn declare_in(&self, source: &str) -> Result<String, opc::Error> {
        let (mut root, range) = root(source)?;
        let before = root.clone();
        self.declare_on(&mut root);
        if root == before {
            return Ok(source.to_owned());
        }
        let mut tag = String::new();
        root.write(&mut tag);
        let is_empty = source[range.clone()].ends_with("/>");
        if !is_empty {
            tag.truncate(tag.len() - "/>".len());
            tag.push('>');
        }
        Ok(format!("{}{tag}{}", &source[..range.start], &source[range.end..]))
    }
}

fn ignore_here(element: &mut Element, prefix: &str, from: &Names) {
    let Some(compatibility) = from.prefixes(COMPATIBILITY).next() else {
        return;
    };
    let key = format!("{compatibility}:Ignorable");
    let value = match element.attribute(&key) {
        Some(known) if known.split_whitespace().any(|known| known == prefix) => return,
        Some(known) => format!("{known} {prefix}"),
        None => prefix.to_owned(),
    };
    element.set(&format!("xmlns:{compatibility}"), COMPATIBILITY);
    element.set(&key, &value);
}

/// Whether an element or anything below it uses a prefix.
fn uses(element: &Element, prefix: &str) -> bool {
    let has = |name: &str| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(':'));
    // Attributes whose values are prefixes.
    const LISTS: [&str; 4] = ["Requires", "Ignorable", "ProcessContent", "MustUnderstand"];
    let in_attribute = |(key, value): &(String, String)| {
        has(key)
            || LISTS.contains(&local(key)) && value.split_whitespace().any(|listed| listed == prefix || has(listed))
    };
    has(&element.name)
        || element.attributes.iter().any(in_attribute)
        || element.elements().any(|child| uses(child, prefix))
}

/// The root element of a part without its content, and where its start tag stands.
fn root(source: &str) -> Result<(Element, std::ops::Range<usize>), opc::Error> {
    let mut reader = Reader::from_str(source);
    loop {
        let start = reader.buffer_position() as usize;
        let event = reader.read_event()?;
        let end = reader.buffer_position() as usize;
        match event {
            Event::Start(_) => {
                let tag = &source[start..end];
                let empty = format!("{}/>", tag.trim_end_matches('>'));
                return Ok((crate::wml::parse(empty.as_bytes())?, start..end));
            }
            Event::Empty(_) => return Ok((crate::wml::parse(&source.as_bytes()[start..end])?, start..end)),
            Event::Eof => return Err(opc::Error::Damaged("an empty part".to_owned())),
            _ => {}
        }
    }
}

/// Gives WordprocessingML names the prefix `w`, whatever prefix a part has for them. Errors: the part is of another
/// kind, such as Strict Open XML.
pub fn with_usual_prefix(mut root: Element) -> Result<Element, opc::Error> {
    let declared = root.attributes.iter().find(|(_, value)| value == WORD);
    let Some((key, _)) = declared else {
        return Err(opc::Error::Damaged(format!("{}: Strict Open XML", root.name)));
    };
    let key = key.clone();
    match key.strip_prefix("xmlns:") {
        Some("w") => {}
        Some(prefix) => {
            rename(&mut root, prefix, "w");
            root.set("xmlns:w", WORD);
        }
        None => {
            rename(&mut root, "", "w");
            root.attributes.retain(|(key, _)| key != "xmlns");
            root.set("xmlns:w", WORD);
        }
    }
    Ok(root)
}

/// Gives elements of one prefix another one; attributes too, unless one of the prefixes is empty: they never have a
/// default namespace.
pub fn rename(element: &mut Element, from: &str, to: &str) {
    let renamed = |name: &str| -> Option<String> {
        let local = match from {
            "" if name.contains(':') => return None,
            "" => name,
            from => name.strip_prefix(from)?.strip_prefix(':')?,
        };
        Some(match to {
            "" => local.to_owned(),
            to => format!("{to}:{local}"),
        })
    };
    if let Some(name) = renamed(&element.name) {
        element.name = name;
    }
    if !from.is_empty() && !to.is_empty() {
        for (key, _) in &mut element.attributes {
            if let Some(name) = renamed(key) {
                *key = name;
            }
        }
    }
    for child in element.elements_mut() {
        // Below a default namespace of its own, names without prefix mean something else.
        if !from.is_empty() || child.attribute("xmlns").is_none() {
            rename(child, from, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wml::parse;

    fn xml(element: &Element) -> String {
        let mut out = String::new();
        element.write(&mut out);
        out
    }

    #[test]
    fn a_root_declares_what_is_needed_and_a_clash_is_declared_in_place() {
        let from = parse(
            br#"<w:d xmlns:w="W" xmlns:a="A" xmlns:b="B" xmlns:c="C" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="b c"/>"#,
        )
        .unwrap();
        let mut nodes = [Node::Element(
            parse(br#"<w:p b:x="1"><w:r Requires="c"/></w:p>"#).unwrap(),
        )];
        let source = r#"<?xml version="1.0"?><w:d xmlns:w="W" xmlns:b="another"><w:x/></w:d>"#;
        let mut names = Names::of_part(source).unwrap();
        names.adopt(&mut nodes, &Names::of(&from));
        assert_eq!(
            names.declare_in(source).unwrap(),
            r#"<?xml version="1.0"?><w:d xmlns:w="W" xmlns:b="another" xmlns:c="C" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="c"><w:x/></w:d>"#
        );
        let Node::Element(paragraph) = &nodes[0] else {
            unreachable!()
        };
        assert!(xml(paragraph).contains(r#"xmlns:b="B""#), "{}", xml(paragraph));
        assert!(xml(paragraph).contains(r#"mc:Ignorable="b""#), "{}", xml(paragraph));
    }

    #[test]
    fn word_names_get_their_usual_prefix() {
        for source in [
            r#"<x:p xmlns:x="{}"><x:r x:a="1"><o:q xmlns:o="O"/></x:r></x:p>"#,
            r#"<p xmlns="{}" xmlns:w="{}"><r w:a="1"><q xmlns="O"/></r></p>"#,
        ] {
            let root = with_usual_prefix(parse(source.replace("{}", WORD).as_bytes()).unwrap()).unwrap();
            let run = root.child("w:r").unwrap();
            assert_eq!(run.attribute("w:a"), Some("1"), "{}", xml(&root));
            assert!(["o:q", "q"].contains(&run.elements().next().unwrap().name.as_str()));
        }
        assert!(with_usual_prefix(parse(b"<w:p xmlns:w=\"strict\"/>").unwrap()).is_err());
    }
}
