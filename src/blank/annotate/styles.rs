//! The style sheet of a marked copy: each marked cell's own format with another fill, and the formats of the list.
//!
//! In: the styles part (ECMA-376 part 1, 18.8), if there is one. Out: the same with fills and cell formats added at the end
//! of their lists; differential formats, named styles and number formats are not touched. The fill of a mark keeps the
//! colour that it covers as its background, which a solid fill does not show: so a mark can be taken off again.

use std::collections::HashMap;

use super::xml::{self, Edits, Element};
use crate::diagnostic::Severity;
use crate::opc;

/// Fills of marks. No office palette has these colours: a cell with one of them was marked by this program.
const ERROR: &str = "FFFFC8CD";
const WARNING: &str = "FFFFF0A8";

/// Children of the style sheet, in the order of CT_Stylesheet.
const ORDER: [&str; 11] = [
    "numFmts",
    "fonts",
    "fills",
    "borders",
    "cellStyleXfs",
    "cellXfs",
    "cellStyles",
    "dxfs",
    "tableStyles",
    "colors",
    "extLst",
];

/// A style sheet for a workbook that has none.
pub(super) const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><fonts count=\"1\"><font><sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font></fonts><cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs><cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>";

/// One list of the style sheet, and what is added to it.
#[derive(Debug)]
struct Collection {
    name: &'static str,
    at: Option<Element>,
    /// The XML of each child.
    children: Vec<String>,
    /// How many of them the file has.
    old: usize,
}

impl Collection {
    /// `first` are the children that such a list begins with when the file has none.
    fn read(name: &'static str, first: &[&str], source: &str, elements: &[Element], prefix: &str) -> Self {
        let index = elements
            .iter()
            .position(|element| element.depth == 1 && element.name == name);
        let at = index.and_then(|index| elements.get(index)).cloned();
        let inside = elements.iter().skip(index.map_or(usize::MAX, |index| index + 1));
        let inside = inside.take_while(|element| element.depth == 2);
        let mut children: Vec<String> = inside
            .map(|child| source.get(child.whole.clone()).unwrap_or_default().to_owned())
            .collect();
        let old = children.len();
        for missing in first.iter().skip(old) {
            children.push(xml::prefixed(missing, prefix));
        }
        Self {
            name,
            at,
            children,
            old,
        }
    }

    /// The index of a child, added unless the list has it.
    fn index_of(&mut self, child: String) -> usize {
        let known = self.children.iter().position(|known| *known == child);
        known.unwrap_or_else(|| {
            self.children.push(child);
            self.children.len() - 1
        })
    }
}

/// Formats of the list of findings: indexes of cell formats.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ListFormats {
    pub title: usize,
    pub note: usize,
    pub header: usize,
    pub text: usize,
    pub centre: usize,
    pub link: usize,
    pub error: usize,
    pub warning: usize,
}

/// The style sheet while formats are added to it.
#[derive(Debug)]
pub(super) struct Styles {
    source: String,
    elements: Vec<Element>,
    prefix: String,
    fonts: Collection,
    fills: Collection,
    borders: Collection,
    formats: Collection,
    /// Cell formats that a mark was laid over, or taken off.
    marked: HashMap<(usize, Option<Severity>), usize>,
    /// Whether each cell format is one of a mark.
    is_mark: Vec<bool>,
}

impl Styles {
    pub fn read(source: String) -> Result<Self, opc::Error> {
        let elements = xml::outline(&source, 2)?;
        let prefix = xml::prefix(&source, xml::root(&elements)?).to_owned();
        let collection = |name, first: &[&str]| Collection::read(name, first, &source, &elements, &prefix);
        let mut styles = Self {
            fonts: collection("fonts", &["<font/>"]),
            // The first two are what they are, whatever the file says of them.
            fills: collection(
                "fills",
                &[
                    "<fill><patternFill patternType=\"none\"/></fill>",
                    "<fill><patternFill patternType=\"gray125\"/></fill>",
                ],
            ),
            borders: collection(
                "borders",
                &["<border><left/><right/><top/><bottom/><diagonal/></border>"],
            ),
            formats: collection(
                "cellXfs",
                &["<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/>"],
            ),
            marked: HashMap::new(),
            is_mark: Vec::new(),
            source: String::new(),
            elements: Vec::new(),
            prefix: prefix.clone(),
        };
        let fills: Vec<bool> = styles
            .fills
            .children
            .iter()
            .map(|fill| Fill::read(fill).is_mark())
            .collect();
        let fill_of = |format: &String| fill_index(format).and_then(|index| fills.get(index));
        styles.is_mark = styles
            .formats
            .children
            .iter()
            .map(|format| fill_of(format).copied().unwrap_or(false))
            .collect();
        styles.source = source;
        styles.elements = elements;
        Ok(styles)
    }

    /// Whether a cell format is one of a mark that was set by an earlier run.
    pub fn is_mark(&self, format: usize) -> bool {
        self.is_mark.get(format).copied().unwrap_or(false)
    }

    /// Whether an earlier run marked cells.
    pub fn has_marks(&self) -> bool {
        self.is_mark.contains(&true)
    }

    /// The index of a cell format with the fill of a mark; with the fill it had before when there is no mark any more.
    pub fn marked(&mut self, format: usize, severity: Option<Severity>) -> usize {
        if let Some(known) = self.marked.get(&(format, severity)) {
            return *known;
        }
        // A file may name a format that it does not have; programs show the first then.
        let own = self.formats.children.get(format).or(self.formats.children.first());
        let own = own.cloned().unwrap_or_default();
        let fill = fill_index(&own).and_then(|index| self.fills.children.get(index));
        let covered = fill.and_then(|fill| Fill::read(fill).own_colour());
        let fill = match severity {
            Some(severity) => {
                let colour = match severity {
                    Severity::Error => ERROR,
                    Severity::Warning => WARNING,
                };
                let covered = covered.unwrap_or_else(|| NO_COLOUR.to_owned());
                self.solid(&format!("rgb=\"{colour}\""), &covered)
            }
            None => covered.map_or(0, |covered| self.solid(&covered, NO_COLOUR)),
        };
        let end = own.find('>').map_or(own.len(), |at| at + 1);
        let (tag, rest) = own.split_at(end);
        let tag = xml::with_attribute(tag, "fillId", &fill.to_string());
        let tag = xml::with_attribute(&tag, "applyFill", "1");
        let index = self.formats.index_of(format!("{tag}{rest}"));
        self.marked.insert((format, severity), index);
        index
    }

    fn solid(&mut self, foreground: &str, background: &str) -> usize {
        self.fill(&format!(
            "<fill><patternFill patternType=\"solid\"><fgColor {foreground}/><bgColor {background}/></patternFill></fill>"
        ))
    }

    fn fill(&mut self, fill: &str) -> usize {
        self.fills.index_of(xml::prefixed(fill, &self.prefix))
    }

    /// The formats of the list, added.
    pub fn list_formats(&mut self) -> ListFormats {
        let mut font = |size: u32, inner: &str| {
            self.fonts.index_of(xml::prefixed(
                &format!("<font>{inner}<name val=\"Times New Roman\"/><family val=\"1\"/></font>")
                    .replace("SIZE", &format!("<sz val=\"{size}\"/>")),
                &self.prefix,
            ))
        };
        let plain = font(12, "SIZE");
        let bold = font(12, "<b/>SIZE");
        let title = font(15, "<b/>SIZE<color rgb=\"FF1F3864\"/>");
        let note = font(11, "<i/>SIZE<color rgb=\"FF7F7F7F\"/>");
        let link = font(12, "<u/>SIZE<color rgb=\"FF0563C1\"/>");
        let side = |name: &str| format!("<{name} style=\"thin\"><color rgb=\"FF8C8C8C\"/></{name}>");
        let sides: String = ["left", "right", "top", "bottom"].map(side).concat();
        let boxed = format!("<border>{sides}<diagonal/></border>");
        let boxed = self.borders.index_of(xml::prefixed(&boxed, &self.prefix));
        let header = self.solid("rgb=\"FFD9E2F3\"", NO_COLOUR);
        let [error, warning] = ["FFF8CBCB", "FFFFEB9C"].map(|rgb| self.solid(&format!("rgb=\"{rgb}\""), NO_COLOUR));
        let mut format = |font: usize, fill: usize, border: usize, across: &str, down: &str| {
            let alignment = format!("<alignment horizontal=\"{across}\" vertical=\"{down}\" wrapText=\"1\"/>");
            let xf = format!(
                "<xf numFmtId=\"0\" fontId=\"{font}\" fillId=\"{fill}\" borderId=\"{border}\" applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\">{alignment}</xf>"
            );
            self.formats.index_of(xml::prefixed(&xf, &self.prefix))
        };
        ListFormats {
            title: format(title, 0, 0, "left", "center"),
            note: format(note, 0, 0, "left", "center"),
            header: format(bold, header, boxed, "center", "center"),
            text: format(plain, 0, boxed, "left", "top"),
            centre: format(plain, 0, boxed, "center", "top"),
            link: format(link, 0, boxed, "left", "top"),
            error: format(bold, error, boxed, "center", "top"),
            warning: format(bold, warning, boxed, "center", "top"),
        }
    }

    /// The part with all that was added.
    pub fn write(&self) -> Result<String, opc::Error> {
        let root = xml::root(&self.elements)?;
        let mut edits = Edits::new(&self.source);
        for list in [&self.fonts, &self.fills, &self.borders, &self.formats] {
            let added = list.children.get(list.old..).unwrap_or_default().concat();
            let count = list.children.len().to_string();
            match &list.at {
                _ if added.is_empty() => {}
                Some(at) => edits.extend(at, &[("count", &count)], &added),
                None => {
                    let (name, prefix) = (list.name, &self.prefix);
                    let at = place(&self.elements, root.inner(&self.source).end, name);
                    edits.insert(
                        at,
                        format!("<{prefix}{name} count=\"{count}\">{added}</{prefix}{name}>"),
                    );
                }
            }
        }
        Ok(edits.apply())
    }
}

/// Where a missing list belongs: before the first one that the schema puts after it.
fn place(elements: &[Element], end: usize, name: &str) -> usize {
    let rank = |name: &str| ORDER.iter().position(|other| *other == name).unwrap_or(ORDER.len());
    let mut later = elements
        .iter()
        .filter(|element| element.depth == 1 && rank(&element.name) > rank(name));
    later.next().map_or(end, |element| element.whole.start)
}

/// The colour of what is not coloured: that of the window (ECMA-376 part 1, 18.8.27).
const NO_COLOUR: &str = "indexed=\"64\"";

fn fill_index(format: &str) -> Option<usize> {
    xml::attribute(format, "fillId")?.parse().ok()
}

/// A fill as far as marks go: the attributes of its colours.
#[derive(Debug, Default)]
struct Fill {
    is_solid: bool,
    foreground: Option<String>,
    background: Option<String>,
}

impl Fill {
    fn read(fill: &str) -> Self {
        let mut read = Self::default();
        for element in xml::outline(fill, 2).unwrap_or_default() {
            let tag = fill.get(element.tag.clone()).unwrap_or_default();
            let attributes = || {
                let inner = tag.trim_end_matches('>').trim_end_matches('/').trim();
                inner
                    .split_once(char::is_whitespace)
                    .map(|(_, attributes)| attributes.to_owned())
            };
            match element.name.as_str() {
                "patternFill" => read.is_solid = xml::attribute(tag, "patternType") == Some("solid"),
                "fgColor" => read.foreground = attributes(),
                "bgColor" => read.background = attributes(),
                _ => {}
            }
        }
        read
    }

    fn is_mark(&self) -> bool {
        let is = |colour| {
            self.foreground
                .as_deref()
                .is_some_and(|foreground| foreground.contains(colour))
        };
        self.is_solid && (is(ERROR) || is(WARNING))
    }

    /// The colour without the mark; none for patterns and gradients.
    fn own_colour(self) -> Option<String> {
        match (self.is_mark(), self.is_solid) {
            (true, _) => self.background.filter(|colour| !colour.contains(NO_COLOUR)),
            (false, true) => self.foreground,
            (false, false) => None,
        }
    }
}
