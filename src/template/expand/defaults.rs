//! What a document gives to text that says nothing of itself: the look that a partial would lose in a template of another.
//!
//! In: the defaults (`w:docDefaults`) of a partial and of the template. Out: where they differ, the partial's written onto
//! its paragraphs and runs, unless these or their styles say something of their own (ECMA-376 part 1, 17.7.2 and 17.7.5).

use std::collections::BTreeMap;

use super::names;
use super::partial::related_part;
use crate::opc::{self, Package};
use crate::wml::{self, Element, Node};

/// A property: the element's name, and the attribute's where attributes count one by one.
type Key = (String, String);

/// Elements of which each attribute is inherited by itself.
const BY_ATTRIBUTE: [&str; 3] = ["w:rFonts", "w:spacing", "w:ind"];

/// What holds where nothing is said (ECMA-376 part 1, 17.3.1.33 and 17.3.2.38; the font is Word's).
const IMPLICIT: [(&str, &str, &str); 8] = [
    ("w:rFonts", "w:ascii", "Times New Roman"),
    ("w:rFonts", "w:hAnsi", "Times New Roman"),
    ("w:rFonts", "w:cs", "Times New Roman"),
    ("w:sz", "", "20"),
    ("w:spacing", "w:before", "0"),
    ("w:spacing", "w:after", "0"),
    ("w:spacing", "w:line", "240"),
    ("w:spacing", "w:lineRule", "auto"),
];

/// The defaults of a document: of runs, of paragraphs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Defaults {
    run: BTreeMap<Key, Element>,
    paragraph: BTreeMap<Key, Element>,
}

/// A style: what it is based on, and what it says.
#[derive(Debug, Default)]
struct Style {
    base: Option<String>,
    run: Vec<Key>,
    paragraph: Vec<Key>,
}

/// Styles by their ids, and those of paragraphs and tables that name none.
#[derive(Debug, Default)]
struct Styles {
    known: BTreeMap<String, Style>,
    paragraph: Option<String>,
    table: Option<String>,
}

/// Styles around a run.
#[derive(Clone, Debug, Default)]
struct Around {
    table: Option<String>,
    paragraph: Option<String>,
}

fn part(package: &Package, main: &str, kind: &str) -> Result<Option<Element>, opc::Error> {
    let Some(part) = related_part(package, main, kind)? else {
        return Ok(None);
    };
    Ok(Some(wml::parse(&package.part(&part)?)?))
}

fn styles(package: &Package, main: &str) -> Result<Option<Element>, opc::Error> {
    part(package, main, "styles")?.map(names::with_usual_prefix).transpose()
}

/// The properties that an element says something of, each with an element that says that alone.
fn properties(element: Option<&Element>) -> BTreeMap<Key, Element> {
    let mut found = BTreeMap::new();
    for property in element.into_iter().flat_map(Element::elements) {
        let name = property.name.as_str();
        match name {
            // What proof-reading takes the text for, and what is told of it twice.
            "w:lang" | "w:szCs" => {}
            _ if !name.starts_with("w:") => {}
            _ if BY_ATTRIBUTE.contains(&name) => {
                for (key, value) in &property.attributes {
                    // A font of the theme takes the place of one by name.
                    let own = match key.as_str() {
                        "w:asciiTheme" => "w:ascii",
                        "w:hAnsiTheme" => "w:hAnsi",
                        "w:cstheme" => "w:cs",
                        "w:eastAsia" | "w:eastAsiaTheme" | "w:hint" => continue,
                        key => key,
                    };
                    let place = (name.to_owned(), own.to_owned());
                    if own != key || !found.contains_key(&place) {
                        found.insert(place, Element::new(name, &[(key, value)]));
                    }
                }
            }
            _ => {
                found.insert((name.to_owned(), String::new()), property.clone());
            }
        }
    }
    found
}

impl Defaults {
    /// Those of a document; `None` when it declares none.
    pub fn of(package: &Package, main: &str) -> Result<Option<Self>, opc::Error> {
        let styles = styles(package, main)?;
        let Some(declared) = styles.as_ref().and_then(|styles| styles.child("w:docDefaults")) else {
            return Ok(None);
        };
        let of = |default: &str, name: &str| properties(declared.child(default).and_then(|found| found.child(name)));
        let mut defaults = Self {
            run: of("w:rPrDefault", "w:rPr"),
            paragraph: of("w:pPrDefault", "w:pPr"),
        };
        let theme = part(package, main, "theme")?;
        for font in defaults.run.values_mut().filter(|font| font.name == "w:rFonts") {
            name_font(font, theme.as_ref());
        }
        defaults
            .run
            .retain(|_, font| font.name != "w:rFonts" || !font.attributes.is_empty());
        for (name, attribute, value) in IMPLICIT {
            let known = if name == "w:spacing" {
                &mut defaults.paragraph
            } else {
                &mut defaults.run
            };
            let key = if attribute.is_empty() { "w:val" } else { attribute };
            let place = (name.to_owned(), attribute.to_owned());
            known
                .entry(place)
                .or_insert_with(|| Element::new(name, &[(key, value)]));
        }
        Ok(Some(defaults))
    }

    /// What of these is otherwise in a document with other defaults.
    fn beside(&self, other: &Self) -> Self {
        let differing = |own: &BTreeMap<Key, Element>, other: &BTreeMap<Key, Element>| {
            let differing = own.iter().filter(|(key, value)| other.get(*key) != Some(value));
            differing.map(|(key, value)| (key.clone(), value.clone())).collect()
        };
        Self {
            run: differing(&self.run, &other.run),
            paragraph: differing(&self.paragraph, &other.paragraph),
        }
    }
}

/// Says a font of the theme by its name; takes it out when the theme has none.
fn name_font(font: &mut Element, theme: Option<&Element>) {
    let Some((key, value)) = font.attributes.first().cloned() else {
        return;
    };
    let own = match key.as_str() {
        "w:asciiTheme" => "w:ascii",
        "w:hAnsiTheme" => "w:hAnsi",
        "w:cstheme" => "w:cs",
        _ => return,
    };
    let kind = if value.starts_with("major") {
        "a:majorFont"
    } else {
        "a:minorFont"
    };
    let script = if value.ends_with("Bidi") { "a:cs" } else { "a:latin" };
    let mut name = None;
    if let Some(theme) = theme {
        theme.visit(&mut |element| {
            if element.name == kind {
                let found = element.child(script).and_then(|font| font.attribute("typeface"));
                name = found.filter(|name| !name.is_empty()).map(str::to_owned);
            }
        });
    }
    font.attributes = name.into_iter().map(|name| (own.to_owned(), name)).collect();
}

impl Styles {
    fn of(root: &Element) -> Self {
        let mut styles = Self::default();
        for style in root.elements().filter(|element| element.name == "w:style") {
            let id = style.attribute("w:styleId").unwrap_or_default().to_owned();
            if matches!(style.attribute("w:default"), Some("1" | "true" | "on")) {
                match style.attribute("w:type") {
                    Some("paragraph") => styles.paragraph = Some(id.clone()),
                    Some("table") => styles.table = Some(id.clone()),
                    _ => {}
                }
            }
            let keys = |name: &str| properties(style.child(name)).into_keys().collect();
            let known = Style {
                base: style
                    .child("w:basedOn")
                    .and_then(|base| base.attribute("w:val").map(str::to_owned)),
                run: keys("w:rPr"),
                paragraph: keys("w:pPr"),
            };
            styles.known.insert(id, known);
        }
        styles
    }

    /// Whether a style, or one that it is based on, says something of a property.
    fn say(&self, id: Option<&String>, is_said: &dyn Fn(&Style) -> bool) -> bool {
        let mut style = id.and_then(|id| self.known.get(id));
        // Styles may be based on each other in a circle.
        for _ in 0..self.known.len() {
            let Some(known) = style else { break };
            if is_said(known) {
                return true;
            }
            style = known.base.as_ref().and_then(|base| self.known.get(base));
        }
        false
    }
}

/// Gives paragraphs and runs of a partial, whose styles are those of the template by now, what they would lose there.
pub fn keep(
    own: &Defaults,
    package: &Package,
    main: &str,
    elements: &mut dyn Iterator<Item = &mut Element>,
) -> Result<(), opc::Error> {
    let lost = own.beside(&Defaults::of(package, main)?.unwrap_or_default());
    if lost == Defaults::default() {
        return Ok(());
    }
    let styles = styles(package, main)?.map(|root| Styles::of(&root)).unwrap_or_default();
    for element in elements {
        dress(element, &Around::default(), &lost, &styles);
    }
    Ok(())
}

fn value_of(properties: Option<&Element>, name: &str) -> Option<String> {
    properties?.child(name)?.attribute("w:val").map(str::to_owned)
}

fn dress(element: &mut Element, around: &Around, lost: &Defaults, styles: &Styles) {
    let mut around = around.clone();
    match element.name.as_str() {
        "w:tbl" => {
            let own = value_of(element.child("w:tblPr"), "w:tblStyle");
            around.table = own.or_else(|| styles.table.clone());
        }
        // Text of its own, whatever the box stands in.
        "w:txbxContent" => around = Around::default(),
        "w:p" => {
            let own = value_of(element.child("w:pPr"), "w:pStyle");
            around.paragraph = own.or_else(|| styles.paragraph.clone());
            let is_said = |key: &Key| {
                let says = |style: &Style| style.paragraph.contains(key);
                styles.say(around.paragraph.as_ref(), &says) || styles.say(around.table.as_ref(), &says)
            };
            give(element, "w:pPr", &lost.paragraph, &is_said);
            // The mark at the end, which is all that an empty paragraph has, is as high as a letter.
            let is_said = |key: &Key| is_said_of_run(key, None, &around, styles);
            let mut properties = element
                .child("w:pPr")
                .cloned()
                .unwrap_or_else(|| Element::new("w:pPr", &[]));
            give(&mut properties, "w:rPr", &lost.run, &is_said);
            wml::tidy(&mut properties);
            element
                .children
                .retain(|node| !matches!(node, Node::Element(child) if child.name == "w:pPr"));
            if !properties.children.is_empty() {
                element.children.insert(0, Node::Element(properties));
            }
        }
        "w:r" => {
            let own = value_of(element.child("w:rPr"), "w:rStyle");
            let is_said = |key: &Key| is_said_of_run(key, own.as_ref(), &around, styles);
            give(element, "w:rPr", &lost.run, &is_said);
        }
        _ => {}
    }
    for child in element.elements_mut() {
        dress(child, &around, lost, styles);
    }
}

fn is_said_of_run(key: &Key, own: Option<&String>, around: &Around, styles: &Styles) -> bool {
    let says = |style: &Style| style.run.contains(key);
    [own, around.paragraph.as_ref(), around.table.as_ref()]
        .into_iter()
        .any(|style| styles.say(style, &says))
}

/// Adds what an element's properties do not say, nor its styles.
fn give(element: &mut Element, name: &str, lost: &BTreeMap<Key, Element>, is_said: &dyn Fn(&Key) -> bool) {
    let own = properties(element.child(name));
    let given: Vec<&Element> = lost
        .iter()
        .filter(|(key, _)| !own.contains_key(*key) && !is_said(key))
        .map(|(_, value)| value)
        .collect();
    if given.is_empty() {
        return;
    }
    if element.child(name).is_none() {
        element.children.insert(0, Node::Element(Element::new(name, &[])));
    }
    let properties = element.child_or_new(name);
    for property in given {
        let place = properties.child_or_new(&property.name);
        for (key, value) in &property.attributes {
            place.set(key, value);
        }
        if property.name == "w:sz" && properties.child("w:szCs").is_none() {
            let value = property.attribute("w:val").unwrap_or_default();
            properties.child_or_new("w:szCs").set("w:val", value);
        }
    }
    wml::tidy(properties);
}
