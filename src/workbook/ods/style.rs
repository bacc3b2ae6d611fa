//! Styles: which cells show percentages and in which font, which letters are bold or italic, which sheets are hidden.

use std::collections::{HashMap, HashSet};

use quick_xml::events::{BytesStart, Event};

use crate::opc::attribute;
use crate::vietnamese::Charset;
use crate::workbook::Error;
use crate::workbook::runs::Look;

/// Most steps from a style to its parent that are followed: a chain may be a ring.
const GENERATIONS: usize = 32;

/// What is known of a cell's style.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CellStyle {
    pub look: Look,
    pub percent: bool,
}

/// A style as it is written: what it leaves out comes from its parent.
#[derive(Clone, Debug, Default)]
struct Style {
    parent: Option<String>,
    data: Option<String>,
    own: Partial,
}

/// What a style says of the letters.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Partial {
    bold: Option<bool>,
    italic: Option<bool>,
    charset: Option<Charset>,
}

impl Partial {
    fn or(self, other: Self) -> Self {
        Self {
            bold: self.bold.or(other.bold),
            italic: self.italic.or(other.italic),
            charset: self.charset.or(other.charset),
        }
    }

    /// The look of letters that otherwise look like those around them.
    pub fn over(self, around: Look) -> Look {
        Look {
            bold: self.bold.unwrap_or(around.bold),
            italic: self.italic.unwrap_or(around.italic),
            charset: self.charset.unwrap_or(around.charset),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Cell,
    Text,
    Table,
    Other,
}

/// Styles while the parts that hold them are read; what comes later replaces what has the same name.
#[derive(Default)]
pub(super) struct Gathering {
    charsets: HashMap<String, Charset>,
    cells: HashMap<String, Style>,
    texts: HashMap<String, Style>,
    percents: HashSet<String>,
    hidden: HashSet<String>,
    default: Partial,
    open: Option<(Family, Option<String>, Style)>,
    /// Within styles of another part or another purpose.
    foreign: bool,
}

impl Gathering {
    /// Takes in an event of `styles.xml`: its automatic styles are for headers and footers, under names of their own.
    pub fn take_shared(&mut self, event: &Event<'_>) -> Result<(), Error> {
        match event {
            Event::Start(element) if is_foreign(element.local_name().as_ref()) => self.foreign = true,
            Event::End(element) if is_foreign(element.local_name().as_ref()) => self.foreign = false,
            event if !self.foreign => self.take(event),
            _ => {}
        }
        Ok(())
    }

    /// Takes in an event of either part.
    pub fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(element) => self.start(element),
            Event::End(element) if matches!(element.local_name().as_ref(), "style" | "default-style") => self.close(),
            _ => {}
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) {
        let get = |name| attribute(element, name);
        match element.local_name().as_ref() {
            "font-face" => {
                if let (Some(name), Some(family)) = (get("name"), get("font-family")) {
                    self.charsets.insert(name, charset(&family));
                }
            }
            // `style:style`, not `number:currency-style` and the like.
            "style" | "default-style" => {
                let family = match get("family").as_deref() {
                    Some("table-cell") => Family::Cell,
                    Some("text") => Family::Text,
                    Some("table") => Family::Table,
                    _ => Family::Other,
                };
                let style = Style {
                    parent: get("parent-style-name"),
                    data: get("data-style-name"),
                    own: Partial::default(),
                };
                self.open = Some((family, get("name"), style));
            }
            "text-properties" => {
                if let Some((_, _, style)) = &mut self.open {
                    let font = get("font-name").map(|name| self.charsets.get(&name).copied().unwrap_or(charset(&name)));
                    style.own = Partial {
                        bold: get("font-weight").map(|weight| is_bold(&weight)),
                        italic: get("font-style").map(|style| style != "normal"),
                        charset: font.or_else(|| get("font-family").map(|family| charset(&family))),
                    };
                }
            }
            "table-properties" => {
                if let Some((Family::Table, Some(name), _)) = &self.open
                    && get("display").as_deref() == Some("false")
                {
                    self.hidden.insert(name.clone());
                }
            }
            "percentage-style" => self.percents.extend(get("name")),
            "number-style" | "currency-style" | "date-style" | "time-style" | "boolean-style" | "text-style" => {
                if let Some(name) = get("name") {
                    self.percents.remove(&name);
                }
            }
            _ => {}
        }
    }

    fn close(&mut self) {
        match self.open.take() {
            Some((Family::Cell, Some(name), style)) => drop(self.cells.insert(name, style)),
            Some((Family::Cell, None, style)) => self.default = style.own,
            Some((Family::Text, Some(name), style)) => drop(self.texts.insert(name, style)),
            _ => {}
        }
    }

    /// The styles, once all are known.
    pub fn finish(self) -> Styles {
        let cell = |name: &String| {
            let (own, data) = inherited(&self.cells, name);
            CellStyle {
                look: own.or(self.default).over(Look::default()),
                percent: data.is_some_and(|data| self.percents.contains(data)),
            }
        };
        Styles {
            cells: self.cells.keys().map(|name| (name.clone(), cell(name))).collect(),
            texts: self
                .texts
                .keys()
                .map(|name| (name.clone(), inherited(&self.texts, name).0))
                .collect(),
            hidden: self.hidden,
            default: CellStyle {
                look: self.default.over(Look::default()),
                percent: false,
            },
        }
    }
}

/// What a style and those before it say together: of the letters, and the name of the data style.
fn inherited<'s>(styles: &'s HashMap<String, Style>, name: &str) -> (Partial, Option<&'s String>) {
    let (mut own, mut data) = (Partial::default(), None);
    let mut next = styles.get(name);
    for _ in 0..GENERATIONS {
        let Some(style) = next else { break };
        own = own.or(style.own);
        data = data.or(style.data.as_ref());
        next = style.parent.as_ref().and_then(|parent| styles.get(parent));
    }
    (own, data)
}

fn is_foreign(element: &str) -> bool {
    matches!(element, "automatic-styles" | "master-styles")
}

/// `bold`, or a weight from 100 to 900.
fn is_bold(weight: &str) -> bool {
    weight == "bold" || weight.parse::<u16>().is_ok_and(|weight| weight >= 600)
}

/// The encoding that goes with the first of some font families: `'.VnTime', serif`.
fn charset(families: &str) -> Charset {
    let first = families.split(',').next().unwrap_or_default();
    Charset::of_font(first.trim().trim_matches(['\'', '"']))
}

/// All styles of a workbook.
#[derive(Default)]
pub(super) struct Styles {
    cells: HashMap<String, CellStyle>,
    texts: HashMap<String, Partial>,
    hidden: HashSet<String>,
    /// Of cells that name no style.
    pub default: CellStyle,
}

impl Styles {
    /// The style of cells of a name.
    pub fn cell(&self, name: &str) -> CellStyle {
        self.cells.get(name).copied().unwrap_or(self.default)
    }

    /// The style of letters of a name.
    pub fn text(&self, name: &str) -> Partial {
        self.texts.get(name).copied().unwrap_or_default()
    }

    /// Whether sheets of a style are hidden.
    pub fn hides(&self, name: &str) -> bool {
        self.hidden.contains(name)
    }
}
