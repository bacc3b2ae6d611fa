//! Lists: instances that count anew, and lines of long texts that become items of the template's lists.
//!
//! In: `word/numbering.xml` and `word/styles.xml` of the template (ECMA-376 part 1, 17.9 and 17.7). Out: what a new
//! instance of a list needs, and paragraph properties for items. A template's list styles are Word's own: List Bullet,
//! List Bullet 2, List Number, by their names, which Word keeps in English in every language.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::addition::{Additions, ListInstance};
use crate::opc;

/// Styles of the template for items of lists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListStyles {
    /// For lines that begin with `-`.
    pub dash: Option<String>,
    /// For lines that begin with `+`.
    pub plus: Option<String>,
    /// For lines that begin with a number, and the list that the style counts in.
    pub number: Option<(String, Option<String>)>,
}

/// A line that is an item of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item<'t> {
    /// The line without its mark.
    pub text: &'t str,
    /// The style.
    style: &'t str,
    /// The list that it is counted in, and the number it begins with.
    list: Option<(&'t str, u32)>,
}

/// The list styles of a styles part.
pub fn styles(xml: &str) -> ListStyles {
    let mut styles = ListStyles::default();
    let mut reader = Reader::from_str(xml);
    let (mut id, mut name, mut list) = (String::new(), String::new(), None);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) => match element.local_name().as_ref() {
                "style" => {
                    id = opc::attribute(&element, "styleId").unwrap_or_default();
                    name.clear();
                    list = None;
                }
                "name" => name = opc::attribute(&element, "val").unwrap_or_default().to_lowercase(),
                "numId" => list = opc::attribute(&element, "val"),
                _ => {}
            },
            Ok(Event::End(element)) if element.local_name().as_ref() == "style" => match name.as_str() {
                "list bullet" => styles.dash = Some(id.clone()),
                "list bullet 2" => styles.plus = Some(id.clone()),
                "list number" => styles.number = Some((id.clone(), list.clone())),
                _ => {}
            },
            Ok(Event::Eof) | Err(_) => return styles,
            Ok(_) => {}
        }
    }
}

/// The instances of lists of a numbering part, with the levels' first numbers.
pub fn instances(xml: &str) -> BTreeMap<String, ListInstance> {
    let mut lists: BTreeMap<String, Vec<(u32, u32)>> = BTreeMap::new();
    let mut instances = BTreeMap::new();
    let mut reader = Reader::from_str(xml);
    let (mut list, mut instance, mut level) = (None, None, 0);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) => {
                let value = |name: &str| opc::attribute(&element, name);
                let number = |name: &str| value(name).and_then(|value| value.parse::<u32>().ok());
                match element.local_name().as_ref() {
                    "abstractNum" => {
                        list = value("abstractNumId");
                        instance = None;
                    }
                    "num" => {
                        instance = value("numId");
                        list = None;
                    }
                    "abstractNumId" => {
                        if let (Some(instance), Some(list)) = (&instance, value("val")) {
                            let starts = lists.get(&list).cloned().unwrap_or_default();
                            let is_own = false;
                            instances.insert(instance.clone(), ListInstance { list, starts, is_own });
                        }
                    }
                    "lvl" => level = number("ilvl").unwrap_or_default(),
                    "start" => {
                        if let (Some(list), Some(start)) = (&list, number("val")) {
                            lists.entry(list.clone()).or_default().push((level, start));
                        }
                    }
                    _ => {}
                }
            }
            Ok(Event::Eof) | Err(_) => return instances,
            Ok(_) => {}
        }
    }
}

/// A numbering part with new instances, which count anew (17.9.15 and 17.9.26). They follow the others; the only element
/// that may stand after them is the mark of a clean-up.
pub fn with_instances(xml: &str, prefix: &str, new: &[(u32, ListInstance)]) -> Result<String, opc::Error> {
    if new.is_empty() {
        return Ok(xml.to_owned());
    }
    // Lists that count by themselves: copies of the definitions, one for each list.
    let mut copies: BTreeMap<&str, u32> = BTreeMap::new();
    let mut definitions = String::new();
    let mut free = definition_ids(xml).max().map_or(0, |highest| highest + 1);
    for (_, instance) in new.iter().filter(|(_, instance)| instance.is_own) {
        if let (false, Some(copy)) = (
            copies.contains_key(instance.list.as_str()),
            definition(xml, prefix, &instance.list, free),
        ) {
            definitions.push_str(&copy);
            copies.insert(&instance.list, free);
            free += 1;
        }
    }
    let with_definitions;
    // Definitions stand before all instances.
    let xml = match xml.find(&format!("<{prefix}num ")) {
        Some(at) if !definitions.is_empty() => {
            with_definitions = format!("{}{definitions}{}", &xml[..at], &xml[at..]);
            with_definitions.as_str()
        }
        _ => xml,
    };
    let mut added = String::new();
    for (number, ListInstance { list, starts, is_own }) in new {
        let copy = copies.get(list.as_str()).filter(|_| *is_own).map(u32::to_string);
        let list = copy.as_deref().unwrap_or(list);
        added.push_str(&format!(
            "<{prefix}num {prefix}numId=\"{number}\"><{prefix}abstractNumId {prefix}val=\"{list}\"/>"
        ));
        for (level, start) in starts {
            added.push_str(&format!(
                "<{prefix}lvlOverride {prefix}ilvl=\"{level}\"><{prefix}startOverride {prefix}val=\"{start}\"/></{prefix}lvlOverride>"
            ));
        }
        added.push_str(&format!("</{prefix}num>"));
    }
    match xml.find(&format!("<{prefix}numIdMacAtCleanup")) {
        Some(at) => Ok(format!("{}{added}{}", &xml[..at], &xml[at..])),
        None => opc::with_children(xml, &added),
    }
}

/// Ids of the definitions of lists.
fn definition_ids(xml: &str) -> impl Iterator<Item = u32> {
    let ids = xml.split("abstractNumId=").skip(1);
    ids.filter_map(|rest| rest.get(1..)?.split(['"', '\'']).next()?.parse().ok())
}

/// A copy of a list's definition under an id of its own, without what ties the original to styles and to its other copies.
fn definition(xml: &str, prefix: &str, list: &str, id: u32) -> Option<String> {
    let name = format!("{prefix}abstractNum");
    let start = [format!("abstractNumId=\"{list}\""), format!("abstractNumId='{list}'")]
        .iter()
        .find_map(|attribute| xml.find(attribute.as_str()))
        .and_then(|at| xml[..at].rfind('<'))?;
    let found = find(&xml[start..], &name).filter(|range| range.start == 0)?;
    let mut copy = xml[start..][found].to_owned();
    for tie in ["nsid", "tmpl", "styleLink", "numStyleLink"] {
        copy = without(&copy, &format!("{prefix}{tie}"));
    }
    while find(&copy, &format!("{prefix}pStyle")).is_some() {
        copy = without(&copy, &format!("{prefix}pStyle"));
    }
    let open = copy.find('>')?;
    let rest = copy[open..].to_owned();
    Some(format!("<{name} {prefix}abstractNumId=\"{id}\"{rest}"))
}

/// What a line begins with when it is an item, if the template has a style for it.
pub fn item<'t>(line: &'t str, styles: &'t ListStyles) -> Option<Item<'t>> {
    // "-5% so với năm trước" begins with a figure: its sign is no mark.
    let rest = |mark: char| {
        line.strip_prefix(mark)
            .filter(|rest| !rest.starts_with(|first: char| first.is_ascii_digit()))
            .map(str::trim_start)
            .filter(|rest| !rest.is_empty())
    };
    if let (Some(text), Some(style)) = (rest('-').or_else(|| rest('–')), &styles.dash) {
        return Some(Item {
            text,
            style,
            list: None,
        });
    }
    if let (Some(text), Some(style)) = (rest('+'), &styles.plus) {
        return Some(Item {
            text,
            style,
            list: None,
        });
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (style, list) = styles.number.as_ref()?;
    let text = line.get(digits..)?.strip_prefix(['.', ')'])?;
    // "1.5 triệu" and "15/7" are figures: a list's number is followed by a blank.
    let text = text.strip_prefix(char::is_whitespace)?.trim_start();
    let number = line[..digits]
        .parse()
        .ok()
        .filter(|_| digits <= 3 && !text.is_empty())?;
    Some(Item {
        text,
        style,
        list: list.as_deref().map(|list| (list, number)),
    })
}

/// The lists of one long text.
#[derive(Debug, Default)]
pub struct Lists {
    /// The instance that numbered lines are counted in, and the number of the last one.
    current: Option<(String, u32)>,
}

impl Lists {
    /// A line that is no item ends a numbered list.
    pub fn interrupt(&mut self) {
        self.current = None;
    }

    /// The properties of a paragraph that is an item, given those of the paragraph around the text.
    pub fn properties(&mut self, item: &Item<'_>, around: &str, prefix: &str, additions: &mut Additions) -> String {
        let mut numbering = String::new();
        if let Some((list, number)) = item.list {
            let goes_on = self.current.as_ref().is_some_and(|(_, last)| last + 1 == number);
            let instance = match self.current.take() {
                Some((instance, _)) if goes_on => Some(instance),
                _ => additions.list(list).cloned().map(|mut instance| {
                    instance.starts.retain(|(level, _)| *level != 0);
                    instance.starts.insert(0, (0, number));
                    instance.is_own = true;
                    additions.instance(instance)
                }),
            };
            if let Some(instance) = instance {
                numbering = format!(
                    "<{prefix}numPr><{prefix}ilvl {prefix}val=\"0\"/><{prefix}numId {prefix}val=\"{instance}\"/></{prefix}numPr>"
                );
                self.current = Some((instance, number));
            }
        }
        let style = format!(
            "<{prefix}pStyle {prefix}val=\"{}\"/>",
            opc::escape_attribute(item.style)
        );
        // What the list style says counts: indents and numbers of the paragraph around do not.
        let kept = ["pStyle", "numPr", "ind", "tabs"]
            .iter()
            .fold(inner(around).to_owned(), |properties, name| {
                without(&properties, &format!("{prefix}{name}"))
            });
        // The order of a paragraph's properties is fixed (17.3.1.26): numbers come after these.
        let before = ["keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl"];
        let at = before
            .iter()
            .filter_map(|name| end_of(&kept, &format!("{prefix}{name}")))
            .max()
            .unwrap_or_default();
        let (head, tail) = kept.split_at(at);
        format!("<{prefix}pPr>{style}{head}{numbering}{tail}</{prefix}pPr>")
    }
}

/// What stands inside an element given as a whole; nothing in an empty one.
fn inner(element: &str) -> &str {
    let open = element.find('>').map_or(element.len(), |at| at + 1);
    let close = element.rfind("</").unwrap_or(element.len());
    element.get(open..close).unwrap_or_default()
}

/// Where the first element of a name stands among others.
fn find(elements: &str, name: &str) -> Option<std::ops::Range<usize>> {
    let open = format!("<{name}");
    let start = elements
        .match_indices(&open)
        .map(|(at, _)| at)
        .find(|at| elements[at + open.len()..].starts_with([' ', '\t', '\r', '\n', '/', '>']))?;
    let tag_end = start + elements[start..].find('>')? + 1;
    if elements[..tag_end].ends_with("/>") {
        return Some(start..tag_end);
    }
    let close = format!("</{name}>");
    let end = tag_end + elements[tag_end..].find(&close)? + close.len();
    Some(start..end)
}

fn end_of(elements: &str, name: &str) -> Option<usize> {
    find(elements, name).map(|range| range.end)
}

/// Elements, or one that holds them, without the first of a name.
pub fn without(elements: &str, name: &str) -> String {
    match find(elements, name) {
        Some(range) => format!("{}{}", &elements[..range.start], &elements[range.end..]),
        None => elements.to_owned(),
    }
}

/// A run's properties with some set, each at its place in the fixed order (17.3.2.28).
fn with_properties(properties: &str, prefix: &str, set: &[(&str, String)]) -> String {
    const ORDER: [&str; 39] = [
        "rStyle",
        "rFonts",
        "b",
        "bCs",
        "i",
        "iCs",
        "caps",
        "smallCaps",
        "strike",
        "dstrike",
        "outline",
        "shadow",
        "emboss",
        "imprint",
        "noProof",
        "snapToGrid",
        "vanish",
        "webHidden",
        "color",
        "spacing",
        "w",
        "kern",
        "position",
        "sz",
        "szCs",
        "highlight",
        "u",
        "effect",
        "bdr",
        "shd",
        "fitText",
        "vertAlign",
        "rtl",
        "cs",
        "em",
        "lang",
        "eastAsianLayout",
        "specVanish",
        "oMath",
    ];
    let mut content = inner(properties).to_owned();
    for (name, element) in set {
        content = without(&content, &format!("{prefix}{name}"));
        let place = ORDER.iter().position(|known| known == name).unwrap_or_default();
        let at = ORDER[..place]
            .iter()
            .filter_map(|name| end_of(&content, &format!("{prefix}{name}")))
            .max()
            .unwrap_or_default();
        content.insert_str(at, element);
    }
    format!("<{prefix}rPr>{content}</{prefix}rPr>")
}

/// A run's properties made bold, italic or both.
pub fn emphasised(properties: &str, prefix: &str, bold: bool, italic: bool) -> String {
    let mut set = Vec::new();
    for (name, wanted) in [("b", bold), ("bCs", bold), ("i", italic), ("iCs", italic)] {
        if wanted {
            set.push((name, format!("<{prefix}{name}/>")));
        }
    }
    with_properties(properties, prefix, &set)
}

/// A run's properties as Word shows hyperlinks: blue and underlined.
pub fn linked(properties: &str, prefix: &str) -> String {
    let set = [
        ("color", format!("<{prefix}color {prefix}val=\"0563C1\"/>")),
        ("u", format!("<{prefix}u {prefix}val=\"single\"/>")),
    ];
    with_properties(properties, prefix, &set)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::addition::Taken;

    const NUMBERING: &str = r#"<w:numbering xmlns:w="x"><w:abstractNum w:abstractNumId="3"><w:lvl w:ilvl="0"><w:start w:val="1"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="2"/></w:lvl></w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="3"/></w:num></w:numbering>"#;

    fn list_styles() -> ListStyles {
        styles(
            r#"<w:styles><w:style w:styleId="LB"><w:name w:val="List Bullet"/></w:style><w:style w:styleId="LB2"><w:name w:val="List Bullet 2"/></w:style><w:style w:styleId="LN"><w:name w:val="List Number"/><w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr></w:style></w:styles>"#,
        )
    }

    #[test]
    fn lines_are_items_by_their_marks() {
        let styles = list_styles();
        for (line, text) in [
            ("- a", Some("a")),
            ("+b", Some("b")),
            ("1. c", Some("c")),
            ("12) d", Some("d")),
            ("1.5 triệu đồng", None),
            ("15/7 là", None),
            ("-5% so với năm trước", None),
            ("–5,2", None),
            ("+3,5% so với năm trước", None),
            ("- 5 hộ nghèo", Some("5 hộ nghèo")),
            ("-", None),
            ("e", None),
        ] {
            assert_eq!(item(line, &styles).map(|item| item.text), text, "{line}");
        }
        assert_eq!(item("- a", &ListStyles::default()), None);
    }

    #[test]
    fn numbered_lines_count_from_their_first_number() {
        let styles = list_styles();
        let mut taken = Taken::default();
        taken.lists = instances(NUMBERING);
        let mut additions = Additions::new(taken);
        let mut lists = Lists::default();
        let around =
            r#"<w:pPr><w:pStyle w:val="Body"/><w:keepNext/><w:ind w:firstLine="567"/><w:jc w:val="both"/></w:pPr>"#;
        let mut properties = |line: &str| {
            let item = item(line, &styles).unwrap();
            lists.properties(&item, around, "w:", &mut additions)
        };
        assert_eq!(
            properties("2. a"),
            r#"<w:pPr><w:pStyle w:val="LN"/><w:keepNext/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="6"/></w:numPr><w:jc w:val="both"/></w:pPr>"#
        );
        assert!(properties("3. b").contains(r#"<w:numId w:val="6"/>"#));
        assert!(properties("1. c").contains(r#"<w:numId w:val="7"/>"#));
        let xml = with_instances(NUMBERING, "w:", &additions.instances).unwrap();
        assert!(xml.contains(
            r#"<w:num w:numId="6"><w:abstractNumId w:val="4"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="2"/></w:lvlOverride><w:lvlOverride w:ilvl="1"><w:startOverride w:val="2"/></w:lvlOverride></w:num>"#
        ));
    }

    #[test]
    fn properties_of_a_run_are_set_in_their_order() {
        assert_eq!(emphasised("", "w:", true, false), "<w:rPr><w:b/><w:bCs/></w:rPr>");
        assert_eq!(
            emphasised(
                r#"<w:rPr><w:rFonts w:ascii="A"/><w:i w:val="0"/><w:sz w:val="26"/></w:rPr>"#,
                "w:",
                true,
                true
            ),
            r#"<w:rPr><w:rFonts w:ascii="A"/><w:b/><w:bCs/><w:i/><w:iCs/><w:sz w:val="26"/></w:rPr>"#
        );
    }
}
