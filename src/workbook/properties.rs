//! Custom document properties, which say which pack a workbook was made for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;

use crate::opc::{self, Package};

/// The properties of a part: elements of a local name, each with a `name` and all its text as the value. A slip in them is no
/// reason to refuse the figures, so a part that can't be read gives what stands before the damage.
pub(super) fn read(package: &Package, part: &str, element_name: &str) -> BTreeMap<String, String> {
    let mut properties = BTreeMap::new();
    let xml = package.text(part).unwrap_or_default();
    let mut reader = Reader::from_str(&xml);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Option<(String, String)> = None;
    while let Ok(event) = reader.read_event() {
        match &event {
            Event::Start(element) if element.local_name().as_ref() == element_name => {
                open = opc::attribute(element, "name").map(|name| (name, String::new()));
            }
            Event::End(element) if element.local_name().as_ref() == element_name => properties.extend(open.take()),
            Event::Eof => break,
            event => {
                if let (Some((_, value)), Some(text)) = (&mut open, text_of(event)) {
                    value.push_str(&text);
                }
            }
        }
    }
    properties
}

/// The text of an event; `None` for other events, and for entities that XML does not define.
pub(super) fn text_of<'e>(event: &'e Event<'_>) -> Option<Cow<'e, str>> {
    match event {
        Event::Text(text) => Some(text.xml10_content()),
        Event::CData(text) => Some(text.xml10_content()),
        Event::GeneralRef(entity) => match resolve_xml_entity(entity.as_ref()) {
            Some(text) => Some(text.into()),
            None => Some(entity.resolve_char_ref().ok()??.to_string().into()),
        },
        _ => None,
    }
}
