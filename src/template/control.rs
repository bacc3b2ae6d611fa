//! Content controls as fields: their `w:tag` names a field of the schema or, for a repeating section, a list.
//!
//! In: the controls of a part. Out: tags with the places that change. Follows ECMA-376 part 1, 17.5.2 (`w:sdt`), [MS-DOCX]
//! 2.6.1 for check boxes (`w14:checkbox`) and 2.7.3 for repeating sections (`w15:repeatingSection`). What a control shows
//! is Word's own affair: a date in the control's format, the display text of a drop-down's item, the glyph of a box.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::Controls;
use super::expression::Fault;
use super::field::without_markers;
use super::inline::run_properties;
use super::numbering;
use super::part::{ControlElements, Name, Tree};
use super::place::{PlacedTag, Shell};
use super::tag::{self, Says, Tag};
use crate::diagnostic::Text;
use crate::opc;
use crate::schema::Schema;
use crate::text;
use crate::vietnamese;

/// A content control that prints a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ControlField {
    /// The field's path.
    pub path: String,
    /// How it shows the value.
    pub shows: Shows,
}

/// How a control shows its value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Shows {
    /// As text.
    #[default]
    Text,
    /// As a date: Word's pattern, if it has one.
    Date(Option<String>),
    /// As the display text of the item with that value.
    Choice(Vec<(String, String)>),
    /// As a glyph: when it holds, and when not.
    CheckBox(String, String),
    /// As a picture.
    Picture,
}

/// What a control's properties say.
#[derive(Default)]
struct Properties {
    tag: Option<String>,
    shows: Shows,
    is_repeating: bool,
    is_item: bool,
    /// Character properties of what is typed into the control.
    text: Option<Range<usize>>,
    /// Elements that go when the control is filled: the mark of the placeholder, the binding to other data.
    gone: Vec<Range<usize>>,
    is_placeholder: bool,
    /// Where the date stands: an attribute, or the position where it is to stand.
    date: Option<Range<usize>>,
    /// Where the state of a check box stands.
    checked: Option<Range<usize>>,
    /// The element that says that the control holds one line of plain text.
    line: Option<Range<usize>>,
}

/// What a part's controls come to.
#[derive(Default)]
pub struct Found {
    /// Tags of controls.
    pub tags: Vec<PlacedTag>,
    /// For a date or check box its state: where its tag stands, and the place in the source that holds the state.
    pub states: Vec<(usize, Range<usize>)>,
    /// Ranges that go.
    pub cuts: Vec<Range<usize>>,
    /// Ranges that go with all that they hold: the further items of repeating sections.
    pub dropped: Vec<Range<usize>>,
    /// Paragraph, tag, fault.
    pub faults: Vec<(usize, String, Fault)>,
}

/// Finds the controls that are fields.
pub fn find(source: &str, tree: &Tree, schema: &Schema, wish: Controls) -> Found {
    let mut found = Found::default();
    for control in &tree.controls {
        let (Some(properties), Some(content)) = (control.properties, control.content) else {
            continue;
        };
        let element = &tree.elements[properties];
        let properties = properties_of(source, element.start..element.end);
        let path = properties.tag.as_deref().unwrap_or_default().trim().to_owned();
        let is_picture = properties.shows == Shows::Picture && is_path(&path);
        if path.is_empty() || !is_picture && !is_meant(&path, schema) {
            continue;
        }
        let parts = Parts {
            schema,
            source,
            tree,
            control: *control,
            content,
            paragraph: paragraph_in(tree, control.element),
        };
        if properties.is_repeating {
            parts.repeat(&path, wish, &mut found);
        } else if !properties.is_item {
            parts.print(&path, properties, wish, &mut found);
        }
    }
    found
}

/// Whether a text is names with dots between them.
fn is_path(text: &str) -> bool {
    let is_name = |step: &str| !step.is_empty() && step.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    text.split('.').all(is_name)
}

/// Whether a control's tag is meant as a field: a path whose first step is a sheet or field, or nearly one. Other programs
/// have controls of their own, which are left alone.
fn is_meant(path: &str, schema: &Schema) -> bool {
    if !is_path(path) {
        return false;
    }
    let first = path.split('.').next().unwrap_or_default();
    let names = || {
        schema.sheets.iter().flat_map(|sheet| {
            std::iter::once(sheet.id.as_str()).chain(sheet.fields.iter().map(|field| field.id.as_str()))
        })
    };
    path.contains('.')
        || first == "this"
        || names().any(|name| name == first)
        || vietnamese::nearest(first, names()).is_some()
}

/// The number of the first paragraph in an element, else of the one around it.
fn paragraph_in(tree: &Tree, element: usize) -> usize {
    let inside = tree.paragraphs_in(element);
    if !inside.is_empty() {
        return inside.start;
    }
    match tree.ancestor(element, |name| name == Name::Paragraph) {
        Some(paragraph) => tree.paragraph_of(paragraph),
        None => inside.start.saturating_sub(1),
    }
}

struct Parts<'p> {
    schema: &'p Schema,
    source: &'p str,
    tree: &'p Tree,
    control: ControlElements,
    content: usize,
    paragraph: usize,
}

impl Parts<'_> {
    fn range(&self, element: usize) -> Range<usize> {
        self.tree.elements[element].start..self.tree.elements[element].end
    }

    /// What is around the content, when the control itself is to go.
    fn shell(&self, control: ControlElements, wish: Controls) -> Vec<Range<usize>> {
        let (Controls::Dissolve, Some(content)) = (wish, control.content) else {
            return Vec::new();
        };
        let (whole, content) = (self.range(control.element), &self.tree.elements[content]);
        vec![whole.start..content.open_end, content.close_start..whole.end]
    }

    fn tag(&self, written: &str, says: Says, source: Vec<Range<usize>>, start: usize, element: usize) -> PlacedTag {
        let text = self.tree.text(self.source, self.paragraph);
        let end = source.last().map_or(start, |range| range.end);
        let range = text.within(start..end);
        PlacedTag {
            paragraph: self.paragraph,
            tag: Tag {
                start: range.start,
                range,
                written: written.to_owned(),
                says,
            },
            source,
            start,
            element,
            shell: None,
            is_fixed: true,
        }
    }

    /// The properties of the run before the control, else of the one after it; empty when there is neither.
    fn neighbour(&self) -> &str {
        let tree = self.tree;
        let own = self.control.element;
        let siblings = || {
            tree.children(tree.elements[own].parent)
                .filter(|(_, element)| element.name == Name::Run)
                .map(|(run, _)| run)
        };
        let before = siblings().take_while(|run| *run < own).last();
        let nearest = before.or_else(|| siblings().find(|run| *run > own));
        nearest.map_or("", |run| run_properties(self.source, tree, run))
    }

    fn fault(&self, path: &str, fault: Fault, found: &mut Found) {
        let fault = fault.within(&named(path));
        found.faults.push((self.paragraph, path.to_owned(), fault));
    }

    /// A repeating section: its first item is repeated, the others go.
    fn repeat(&self, path: &str, wish: Controls, found: &mut Found) {
        let items: Vec<ControlElements> = self
            .tree
            .controls
            .iter()
            .filter(|item| self.tree.elements[item.element].parent == self.content)
            .copied()
            .collect();
        let says = match tag::parse(&format!("{{{{#each {path}}}}}")) {
            Ok(says) => says,
            Err(fault) => return self.fault(path, fault, found),
        };
        let Some((item, others)) = items.split_first() else {
            return self.fault(path, no_items(), found);
        };
        let range = self.range(item.element);
        let mut open = self.tag(path, says, Vec::new(), range.start, item.element);
        open.tag.range = open.tag.start..open.tag.start;
        let mut close = self.tag(
            path,
            Says::Close("each".to_owned()),
            Vec::new(),
            range.end,
            item.element,
        );
        close.tag.range = close.tag.start..close.tag.start;
        found.tags.extend([open, close]);
        found
            .dropped
            .extend(others.iter().map(|other| self.range(other.element)));
        found.cuts.extend(self.shell(self.control, wish));
        found.cuts.extend(self.shell(*item, wish));
    }

    fn print(&self, path: &str, properties: Properties, wish: Controls, found: &mut Found) {
        let tree = self.tree;
        if properties.shows == Shows::Picture {
            let drawing = tree.inside(self.content).find(|(_, inner)| inner.name == Name::Drawing);
            // A name that is no field is that of a picture, if one is given; other programs have picture controls, too.
            let call = match is_meant(path, self.schema) {
                true => format!("{{{{image {path}}}}}"),
                false => format!("{{{{image \"{path}\" optional=true}}}}"),
            };
            if let (Some((drawing, around)), Ok(says)) = (drawing, tag::parse(&call)) {
                let mut tag = self.tag(path, says, Vec::new(), around.start, drawing);
                tag.tag.range = tag.tag.start..tag.tag.start;
                found.tags.push(tag);
                found.cuts.extend(properties.gone);
                found.cuts.extend(self.shell(self.control, wish));
            }
            return;
        }
        let content = &tree.elements[self.content];
        let first = tree
            .children(self.content)
            .find(|(_, inner)| inner.name != Name::Marker);
        // A control within a paragraph holds runs; others hold paragraphs, maybe in further controls.
        let around = tree.ancestor(self.control.element, |name| {
            matches!(name, Name::Paragraph | Name::Cell | Name::Story | Name::Body)
        });
        let is_block = around.is_none_or(|around| tree.elements[around].name != Name::Paragraph);
        if first.is_some_and(|(_, inner)| matches!(inner.name, Name::Row)) {
            return self.fault(path, around_rows(), found);
        }
        let says = Says::Control(Box::new(ControlField {
            path: path.to_owned(),
            shows: properties.shows,
        }));
        let first_run = tree.inside(self.content).find(|(_, inner)| inner.name == Name::Run);
        let run_properties = match (first_run, properties.is_placeholder, properties.text) {
            (Some((run, _)), false, _) => run_properties(self.source, tree, run).to_owned(),
            (_, _, Some(range)) => self.source[range].to_owned(),
            // The style of a placeholder says that nothing is filled in.
            (Some((run, _)), ..) => {
                let style = format!("{}rStyle", tree.prefix);
                numbering::without(run_properties(self.source, tree, run), &style)
            }
            _ => self.neighbour().to_owned(),
        };
        let shell = Shell::run(&tree.prefix, &run_properties);
        if content.open_end == content.end
            && tree.elements[tree.elements[self.control.element].parent].name != Name::Row
        {
            // <w:sdtContent/>: there is nothing to put the text into.
            let prefix = &tree.prefix;
            let (mut open, mut close) = (shell.open, shell.close);
            if is_block {
                (open, close) = (format!("<{prefix}p>{open}"), format!("{close}</{prefix}p>"));
            }
            let dissolved = self.shell(self.control, wish);
            if dissolved.is_empty() {
                open.insert_str(0, &format!("<{prefix}sdtContent>"));
                close.push_str(&format!("</{prefix}sdtContent>"));
            }
            let range = content.start..content.end;
            let mut tag = self.tag(
                path,
                says,
                without_markers(tree, range.clone()),
                range.start,
                self.content,
            );
            tag.shell = Some(Shell {
                open,
                close,
                properties: shell.properties,
            });
            found.tags.push(tag);
            found.cuts.extend(properties.gone);
            found.cuts.extend(dissolved);
            return;
        }
        let (ranges, start, element) = if is_block {
            let Some((paragraph, around)) = tree
                .inside(self.content)
                .find(|(_, inner)| inner.name == Name::Paragraph)
            else {
                return self.fault(path, around_rows(), found);
            };
            // One cell of a table would be filled, and the others keep what they hold.
            let is_in_table = tree
                .chain(paragraph)
                .into_iter()
                .take_while(|element| *element != self.content);
            if is_in_table
                .into_iter()
                .any(|element| tree.elements[element].name == Name::Table)
            {
                return self.fault(path, around_table(), found);
            }
            if around.open_end == around.end {
                // <w:p/>: there is nothing to put the text into.
                let prefix = &tree.prefix;
                let mut tag = self.tag(
                    path,
                    says,
                    without_markers(tree, around.start..around.end),
                    around.start,
                    paragraph,
                );
                tag.shell = Some(Shell {
                    open: format!("<{prefix}p>{}", shell.open),
                    close: format!("{}</{prefix}p>", shell.close),
                    properties: shell.properties,
                });
                found.tags.push(tag);
                found.cuts.extend(properties.gone);
                found.cuts.extend(self.shell(self.control, wish));
                return;
            }
            let begin = tree
                .children(paragraph)
                .find(|(_, inner)| inner.name == Name::ParagraphProperties)
                .map_or(around.open_end, |(_, properties)| properties.end);
            let inner = tree.children(paragraph).next().map_or(self.content, |(inner, _)| inner);
            let mut ranges = without_markers(tree, begin..around.close_start);
            // Other paragraphs of a placeholder or of last year's text.
            for level in tree.chain(paragraph) {
                if level == self.content {
                    break;
                }
                let siblings = tree.children(tree.elements[level].parent).filter(|(index, inner)| {
                    *index > level && matches!(inner.name, Name::Paragraph | Name::Table | Name::Control)
                });
                ranges.extend(siblings.map(|(_, inner)| inner.start..inner.end));
            }
            (ranges, begin, inner)
        } else {
            let ranges = without_markers(tree, content.open_end..content.close_start);
            (ranges, content.open_end, self.content)
        };
        let mut tag = self.tag(path, says, ranges, start, element);
        tag.shell = Some(shell);
        found.tags.push(tag);
        found.cuts.extend(properties.gone);
        let dissolved = self.shell(self.control, wish);
        if dissolved.is_empty() {
            let states = properties
                .date
                .into_iter()
                .chain(properties.checked)
                .chain(properties.line);
            found.states.extend(states.map(|range| (start, range)));
        }
        found.cuts.extend(dissolved);
    }
}

fn no_items() -> Fault {
    Fault::new(
        "mau/phan-lap-trong",
        text!(
            "điều khiển nội dung lặp không có mục nào để làm mẫu",
            "the repeating section has no item to repeat"
        ),
    )
    .hint(Some(text!(
        "xoá điều khiển rồi tạo lại quanh đoạn hoặc hàng cần lặp",
        "delete the control and make it again around the paragraph or row to repeat"
    )))
}

fn around_rows() -> Fault {
    Fault::new(
        "mau/dieu-khien-quanh-hang",
        text!(
            "điều khiển nội dung của một trường không được bao cả hàng của bảng",
            "the content control of a field can't hold a table row"
        ),
    )
    .hint(Some(text!(
        "đặt điều khiển trong ô, hoặc dùng điều khiển nội dung lặp cho danh sách",
        "put the control into the cell, or use a repeating section for a list"
    )))
}

fn around_table() -> Fault {
    Fault::new(
        "mau/dieu-khien-quanh-bang",
        text!(
            "điều khiển nội dung của một trường không được bao cả bảng",
            "the content control of a field can't begin with a table"
        ),
    )
    .hint(Some(text!(
        "đặt điều khiển trong từng ô, hoặc dùng điều khiển nội dung lặp cho các hàng",
        "put a control into each cell, or use a repeating section for the rows"
    )))
}

/// A control in Word's terms, by its tag.
pub fn named(tag: &str) -> Text {
    text!(
        "điều khiển nội dung có Tag “{tag}”",
        "the content control with the Tag “{tag}”"
    )
}

/// Reads a control's properties, which stand at a range of the source.
fn properties_of(source: &str, range: Range<usize>) -> Properties {
    let mut properties = Properties::default();
    let mut reader = Reader::from_str(&source[range.clone()]);
    let mut depth = 0usize;
    let mut glyphs = (String::from("☒"), String::from("☐"));
    // Elements that began at depth 1 and go as a whole.
    let mut pending: Option<(usize, bool)> = None;
    loop {
        let start = range.start + reader.buffer_position() as usize;
        let Ok(event) = reader.read_event() else {
            return properties;
        };
        let end = range.start + reader.buffer_position() as usize;
        let (element, is_empty) = match &event {
            Event::Start(element) => (element, false),
            Event::Empty(element) => (element, true),
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                if depth == 1
                    && let Some((start, is_text)) = pending.take()
                {
                    match is_text {
                        true => properties.text = Some(start..end),
                        false => properties.gone.push(start..end),
                    }
                }
                continue;
            }
            Event::Eof => return properties,
            _ => continue,
        };
        let name = element.local_name();
        let value = |name: &str| opc::attribute(element, name);
        match (depth, name.as_ref()) {
            (1, "tag") => properties.tag = value("val"),
            (1, "date") => {
                properties.shows = Shows::Date(None);
                properties.date = Some(date_attribute(source, element, start, end, is_empty));
            }
            (1, "dropDownList" | "comboBox") => properties.shows = Shows::Choice(Vec::new()),
            (1, "checkbox") => properties.shows = Shows::CheckBox(glyphs.0.clone(), glyphs.1.clone()),
            (1, "text") if is_empty && value("multiLine").is_none_or(|value| !is_on(&value)) => {
                properties.line = Some(start..end);
            }
            (1, "picture") => properties.shows = Shows::Picture,
            (1, "repeatingSection") => properties.is_repeating = true,
            (1, "repeatingSectionItem") => properties.is_item = true,
            (1, "rPr" | "showingPlcHdr" | "dataBinding") => {
                let is_text = name.as_ref() == "rPr";
                properties.is_placeholder |=
                    name.as_ref() == "showingPlcHdr" && value("val").is_none_or(|value| is_on(&value));
                match (is_empty, is_text) {
                    (false, _) => pending = Some((start, is_text)),
                    (true, true) => properties.text = Some(start..end),
                    (true, false) => properties.gone.push(start..end),
                }
            }
            (2, "dateFormat") => properties.shows = Shows::Date(value("val")),
            (2, "listItem") => {
                if let Shows::Choice(items) = &mut properties.shows {
                    let shown = value("displayText").or_else(|| value("value")).unwrap_or_default();
                    items.push((value("value").unwrap_or_else(|| shown.clone()), shown));
                }
            }
            (2, "checked") => {
                properties.checked = element
                    .attributes()
                    .with_checks(false)
                    .flatten()
                    .find(|attribute| attribute.key.local_name().as_ref() == "val")
                    .and_then(|attribute| super::part::position(source, attribute.value.as_ref()));
            }
            (2, "checkedState" | "uncheckedState") => {
                let glyph = value("val")
                    .and_then(|code| u32::from_str_radix(&code, 16).ok())
                    .and_then(char::from_u32);
                if let Some(glyph) = glyph {
                    match name.as_ref() {
                        "checkedState" => glyphs.0 = glyph.to_string(),
                        _ => glyphs.1 = glyph.to_string(),
                    }
                    properties.shows = Shows::CheckBox(glyphs.0.clone(), glyphs.1.clone());
                }
            }
            _ => {}
        }
        if !is_empty {
            depth += 1;
        }
    }
}

fn is_on(value: &str) -> bool {
    !matches!(value, "0" | "false" | "off")
}

/// Where `w:fullDate="…"` stands in a start tag, with the blank before it; an empty range at the tag's end when it is not
/// there.
fn date_attribute(source: &str, element: &BytesStart<'_>, start: usize, end: usize, is_empty: bool) -> Range<usize> {
    let attribute = element
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == "fullDate");
    let found = attribute.and_then(|attribute| {
        let key = super::part::position(source, attribute.key.as_ref())?;
        let value = super::part::position(source, attribute.value.as_ref())?;
        Some(source[..key.start].trim_end().len()..value.end + 1)
    });
    found.unwrap_or_else(|| {
        let at = end - if is_empty { 2 } else { 1 };
        debug_assert!(at > start);
        at..at
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_say_what_a_control_is() {
        let xml = r#"<w:sdtPr><w:rPr><w:b/></w:rPr><w:tag w:val="thong_tin.ngay"/><w:id w:val="7"/><w:showingPlcHdr/><w:dataBinding w:xpath="/a"/><w:date w:fullDate="2020-01-01T00:00:00Z"><w:dateFormat w:val="dd/MM/yyyy"/></w:date></w:sdtPr>"#;
        let properties = properties_of(xml, 0..xml.len());
        assert_eq!(properties.tag.as_deref(), Some("thong_tin.ngay"));
        assert_eq!(properties.shows, Shows::Date(Some("dd/MM/yyyy".into())));
        assert!(properties.is_placeholder);
        assert_eq!(&xml[properties.text.unwrap()], "<w:rPr><w:b/></w:rPr>");
        let gone: Vec<&str> = properties.gone.into_iter().map(|range| &xml[range]).collect();
        assert_eq!(gone, ["<w:showingPlcHdr/>", r#"<w:dataBinding w:xpath="/a"/>"#]);
        assert_eq!(&xml[properties.date.unwrap()], r#" w:fullDate="2020-01-01T00:00:00Z""#);
    }

    #[test]
    fn a_check_box_has_its_own_glyphs() {
        let xml = r#"<w:sdtPr><w14:checkbox><w14:checked w14:val="0"/><w14:checkedState w14:val="2611" w14:font="x"/><w14:uncheckedState w14:val="2610"/></w14:checkbox></w:sdtPr>"#;
        let properties = properties_of(xml, 0..xml.len());
        assert_eq!(properties.shows, Shows::CheckBox("☑".into(), "☐".into()));
        assert_eq!(&xml[properties.checked.unwrap()], "0");
    }
}
