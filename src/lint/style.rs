//! What a paragraph and a run look like in the end: document defaults, table style, paragraph style with those it is based
//! on, list level, character style, own settings (ECMA-376 part 1, 17.7.2).
//!
//! In: the parts for styles, lists and theme. Out: looks whose fields are unset where nothing sets them. Left out: conditional
//! formatting of table styles, which official documents do not use, and East Asian or right-to-left settings.

use std::collections::BTreeMap;

use crate::wml::Element;

/// How the lines of a paragraph are set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Align {
    #[default]
    Left,
    Centre,
    Right,
    Justified,
}

/// What the height of a line means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum LineRule {
    /// 240ths of a line.
    #[default]
    Auto,
    /// Twips, whatever stands in the line.
    Exact,
    /// Twips, or more.
    AtLeast,
}

/// Settings of a paragraph, lengths in twips.
#[derive(Clone, Debug, Default)]
pub(super) struct ParagraphLook {
    pub align: Option<Align>,
    /// Negative when the first line hangs.
    pub first_line: Option<i32>,
    pub left: Option<i32>,
    pub right: Option<i32>,
    pub before: Option<i32>,
    pub after: Option<i32>,
    pub line: Option<i32>,
    pub line_rule: Option<LineRule>,
    /// Whether the gap to a neighbour of the same style is left out.
    pub contextual: Option<bool>,
    /// Whether a line is drawn below or above.
    pub border: Option<bool>,
    /// Level in the navigation pane, from 0; 9 is running text.
    pub outline: Option<i32>,
    /// The list it belongs to, and the level in it.
    pub list: Option<String>,
    pub list_level: Option<i32>,
}

/// Settings of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct RunLook {
    /// Half-points.
    pub size: Option<u32>,
    pub bold: Option<bool>,
    pub italic: Option<bool>,
    pub underline: Option<bool>,
    pub capitals: Option<bool>,
    pub hidden: Option<bool>,
    pub font: Option<String>,
    /// `000000`, `auto`.
    pub colour: Option<String>,
}

fn lay<T: Clone>(under: &mut Option<T>, over: &Option<T>) {
    if over.is_some() {
        under.clone_from(over);
    }
}

impl ParagraphLook {
    /// Lays other settings over these.
    pub fn lay(&mut self, over: &Self) {
        lay(&mut self.align, &over.align);
        lay(&mut self.first_line, &over.first_line);
        lay(&mut self.left, &over.left);
        lay(&mut self.right, &over.right);
        lay(&mut self.before, &over.before);
        lay(&mut self.after, &over.after);
        lay(&mut self.line, &over.line);
        lay(&mut self.line_rule, &over.line_rule);
        lay(&mut self.contextual, &over.contextual);
        lay(&mut self.border, &over.border);
        lay(&mut self.outline, &over.outline);
        lay(&mut self.list, &over.list);
        lay(&mut self.list_level, &over.list_level);
    }

    /// The settings of a `w:pPr`.
    pub fn of(properties: &Element) -> Self {
        let mut look = Self::default();
        for element in properties.elements() {
            match element.name.as_str() {
                "w:jc" => {
                    look.align = Some(match element.attribute("w:val").unwrap_or_default() {
                        "center" => Align::Centre,
                        "right" | "end" => Align::Right,
                        "both" | "distribute" => Align::Justified,
                        _ => Align::Left,
                    });
                }
                "w:ind" => {
                    let length = |names: &[&str]| names.iter().find_map(|name| twips(element.attribute(name)?));
                    look.left = length(&["w:left", "w:start"]);
                    look.right = length(&["w:right", "w:end"]);
                    look.first_line = length(&["w:hanging"])
                        .map(|hanging| -hanging)
                        .or_else(|| length(&["w:firstLine"]));
                }
                "w:spacing" => {
                    let length = |name| element.attribute(name).and_then(twips);
                    look.before = length("w:before");
                    look.after = length("w:after");
                    look.line = length("w:line");
                    look.line_rule = element.attribute("w:lineRule").map(|rule| match rule {
                        "exact" => LineRule::Exact,
                        "atLeast" => LineRule::AtLeast,
                        _ => LineRule::Auto,
                    });
                    if look.line.is_some() && look.line_rule.is_none() {
                        look.line_rule = Some(LineRule::Auto);
                    }
                }
                "w:contextualSpacing" => look.contextual = Some(is_on(element)),
                "w:pBdr" => {
                    let lines = element
                        .elements()
                        .filter(|side| ["w:top", "w:bottom"].contains(&side.name.as_str()));
                    look.border = Some(lines.into_iter().any(is_line));
                }
                "w:outlineLvl" => look.outline = element.attribute("w:val").and_then(|level| level.parse().ok()),
                "w:numPr" => {
                    let value = |name| element.child(name).and_then(|child| child.attribute("w:val"));
                    look.list = value("w:numId").map(str::to_owned);
                    look.list_level = value("w:ilvl").and_then(|level| level.parse().ok());
                }
                _ => {}
            }
        }
        look
    }
}

impl RunLook {
    /// Lays other settings over these.
    pub fn lay(&mut self, over: &Self) {
        lay(&mut self.size, &over.size);
        lay(&mut self.bold, &over.bold);
        lay(&mut self.italic, &over.italic);
        lay(&mut self.underline, &over.underline);
        lay(&mut self.capitals, &over.capitals);
        lay(&mut self.hidden, &over.hidden);
        lay(&mut self.font, &over.font);
        lay(&mut self.colour, &over.colour);
    }

    /// Lays a character style over the look of a paragraph: what both switch on is off again (17.7.3).
    fn lay_style(&mut self, over: &Self) {
        let paragraph = self.clone();
        self.lay(over);
        let toggled = |under: Option<bool>, over: Option<bool>| match (under, over) {
            (Some(true), Some(true)) => Some(false),
            (under, None | Some(false)) => under.or(over),
            (_, over) => over,
        };
        self.bold = toggled(paragraph.bold, over.bold);
        self.italic = toggled(paragraph.italic, over.italic);
        self.capitals = toggled(paragraph.capitals, over.capitals);
    }

    fn of(properties: &Element, theme: &BTreeMap<String, String>) -> Self {
        let mut look = Self::default();
        for element in properties.elements() {
            let value = element.attribute("w:val");
            match element.name.as_str() {
                "w:sz" => look.size = value.and_then(half_points),
                "w:b" => look.bold = Some(is_on(element)),
                "w:i" => look.italic = Some(is_on(element)),
                "w:caps" => look.capitals = Some(is_on(element)),
                "w:vanish" => look.hidden = Some(is_on(element)),
                "w:u" => look.underline = Some(!matches!(value, None | Some("none"))),
                "w:color" => look.colour = value.map(str::to_owned),
                "w:rFonts" => {
                    // The font of the theme counts before one that is named beside it.
                    let of_theme = element
                        .attribute("w:asciiTheme")
                        .or_else(|| element.attribute("w:hAnsiTheme"));
                    let named = element.attribute("w:ascii").or_else(|| element.attribute("w:hAnsi"));
                    look.font = of_theme
                        .map(|name| {
                            let face = if name.starts_with("major") { "major" } else { "minor" };
                            theme.get(face).cloned().unwrap_or_default()
                        })
                        .filter(|font| !font.is_empty())
                        .or_else(|| named.map(str::to_owned));
                }
                _ => {}
            }
        }
        look
    }
}

#[derive(Clone, Debug, Default)]
struct Style {
    parent: Option<String>,
    paragraph: ParagraphLook,
    run: RunLook,
    /// Left and right padding of cells.
    padding: (Option<i32>, Option<i32>),
    /// Whether a table of this style has lines between its cells.
    grid: Option<bool>,
}

/// All styles of a document.
#[derive(Clone, Debug, Default)]
pub(super) struct Styles {
    defaults: Style,
    styles: BTreeMap<String, Style>,
    paragraph: Option<String>,
    table: Option<String>,
    /// Latin faces of the theme: `major`, `minor`.
    theme: BTreeMap<String, String>,
    /// Indents of list levels by list and level.
    levels: BTreeMap<(String, i32), ParagraphLook>,
}

/// Styles based on one another, at most: a circle ends here.
const DEEPEST: usize = 32;

impl Styles {
    /// Reads the parts, of which a document may lack any.
    pub fn read(styles: Option<&Element>, numbering: Option<&Element>, theme: Option<&Element>) -> Self {
        let mut all = Self::default();
        if let Some(theme) = theme {
            all.read_theme(theme);
        }
        if let Some(styles) = styles {
            all.read_styles(styles);
        }
        if let Some(numbering) = numbering {
            all.read_lists(numbering);
        }
        all
    }

    fn read_theme(&mut self, theme: &Element) {
        theme.visit(&mut |element| {
            let face = match element.name.as_str() {
                "a:majorFont" => "major",
                "a:minorFont" => "minor",
                _ => return,
            };
            let latin = element.child("a:latin").and_then(|latin| latin.attribute("typeface"));
            self.theme.insert(face.to_owned(), latin.unwrap_or_default().to_owned());
        });
    }

    fn read_styles(&mut self, root: &Element) {
        if let Some(defaults) = root.child("w:docDefaults") {
            let inner = |outer, inner| defaults.child(outer).and_then(|found| found.child(inner));
            if let Some(paragraph) = inner("w:pPrDefault", "w:pPr") {
                self.defaults.paragraph = ParagraphLook::of(paragraph);
            }
            if let Some(run) = inner("w:rPrDefault", "w:rPr") {
                self.defaults.run = RunLook::of(run, &self.theme);
            }
        }
        for element in root.elements().filter(|child| child.name == "w:style") {
            let Some(id) = element.attribute("w:styleId") else {
                continue;
            };
            let mut style = Style {
                parent: element
                    .child("w:basedOn")
                    .and_then(|parent| parent.attribute("w:val"))
                    .map(str::to_owned),
                ..Style::default()
            };
            if let Some(paragraph) = element.child("w:pPr") {
                style.paragraph = ParagraphLook::of(paragraph);
            }
            if let Some(run) = element.child("w:rPr") {
                style.run = RunLook::of(run, &self.theme);
            }
            if let Some(table) = element.child("w:tblPr") {
                style.padding = padding(table.child("w:tblCellMar"));
                style.grid = table.child("w:tblBorders").map(has_grid);
            }
            if matches!(element.attribute("w:default"), Some("1" | "true" | "on")) {
                match element.attribute("w:type") {
                    Some("paragraph") => self.paragraph = Some(id.to_owned()),
                    Some("table") => self.table = Some(id.to_owned()),
                    _ => {}
                }
            }
            self.styles.insert(id.to_owned(), style);
        }
    }

    fn read_lists(&mut self, root: &Element) {
        let id = |element: &Element, key: &str| element.attribute(key).unwrap_or_default().to_owned();
        let mut abstracts = BTreeMap::new();
        for list in root.elements().filter(|child| child.name == "w:abstractNum") {
            abstracts.insert(id(list, "w:abstractNumId"), list);
        }
        for list in root.elements().filter(|child| child.name == "w:num") {
            let Some(levels) = list
                .child("w:abstractNumId")
                .and_then(|link| abstracts.get(&id(link, "w:val")))
            else {
                continue;
            };
            for level in levels.elements().filter(|child| child.name == "w:lvl") {
                if let (Ok(number), Some(properties)) = (id(level, "w:ilvl").parse(), level.child("w:pPr")) {
                    self.levels
                        .insert((id(list, "w:numId"), number), ParagraphLook::of(properties));
                }
            }
        }
    }

    /// The styles from the outermost to the one named.
    fn chain(&self, id: Option<&str>) -> Vec<&Style> {
        let mut chain = Vec::new();
        let mut next = id;
        while let Some(style) = next.and_then(|id| self.styles.get(id)) {
            chain.push(style);
            if chain.len() >= DEEPEST {
                break;
            }
            next = style.parent.as_deref();
        }
        chain.reverse();
        chain
    }

    /// The look of a paragraph with its own settings, and that of its runs before their own.
    pub fn paragraph(&self, properties: Option<&Element>, table: Option<&str>) -> (ParagraphLook, RunLook) {
        let (mut paragraph, mut run) = (self.defaults.paragraph.clone(), self.defaults.run.clone());
        let named = properties
            .and_then(|properties| properties.child("w:pStyle"))
            .and_then(|style| style.attribute("w:val"));
        let style = named
            .filter(|id| self.styles.contains_key(*id))
            .or(self.paragraph.as_deref());
        for style in self.chain(table).into_iter().chain(self.chain(style)) {
            paragraph.lay(&style.paragraph);
            run.lay(&style.run);
        }
        let own = properties.map(ParagraphLook::of).unwrap_or_default();
        let list = own.list.clone().or_else(|| paragraph.list.clone());
        let level = own.list_level.or(paragraph.list_level).unwrap_or(0);
        if let Some(level) = list.and_then(|list| self.levels.get(&(list, level))) {
            // Indents that the style itself sets count before those of a list that the style names.
            if own.list.is_some() || paragraph.left.is_none() {
                paragraph.lay(level);
            }
        }
        paragraph.lay(&own);
        (paragraph, run)
    }

    /// The look of a run in a paragraph.
    pub fn run(&self, paragraph: &RunLook, properties: Option<&Element>) -> RunLook {
        let mut look = paragraph.clone();
        let Some(properties) = properties else {
            return look;
        };
        let style = properties.child("w:rStyle").and_then(|style| style.attribute("w:val"));
        let mut character = RunLook::default();
        for style in self.chain(style) {
            character.lay(&style.run);
        }
        look.lay_style(&character);
        look.lay(&RunLook::of(properties, &self.theme));
        look
    }

    /// The style of a table.
    pub fn table<'s>(&'s self, properties: Option<&'s Element>) -> Option<&'s str> {
        properties
            .and_then(|properties| properties.child("w:tblStyle"))
            .and_then(|style| style.attribute("w:val"))
            .or(self.table.as_deref())
    }

    /// Left and right padding of the cells of a table.
    pub fn padding(&self, properties: Option<&Element>) -> (i32, i32) {
        // Word's own for a table without any style.
        const USUAL: i32 = 108;
        let own = padding(properties.and_then(|properties| properties.child("w:tblCellMar")));
        let mut found = (None, None);
        for style in self.chain(self.table(properties)) {
            found = (style.padding.0.or(found.0), style.padding.1.or(found.1));
        }
        (own.0.or(found.0).unwrap_or(USUAL), own.1.or(found.1).unwrap_or(USUAL))
    }

    /// Whether a table has lines between its cells.
    pub fn has_grid(&self, properties: Option<&Element>) -> bool {
        let own = properties
            .and_then(|properties| properties.child("w:tblBorders"))
            .map(has_grid);
        let chain = self.chain(self.table(properties)).into_iter();
        own.or(chain.filter_map(|style| style.grid).next_back())
            .unwrap_or(false)
    }
}

fn has_grid(borders: &Element) -> bool {
    ["w:insideH", "w:insideV"]
        .iter()
        .any(|side| borders.child(side).is_some_and(is_line))
}

/// Left and right of `w:tblCellMar` or `w:tcMar`.
pub(super) fn padding(margins: Option<&Element>) -> (Option<i32>, Option<i32>) {
    let side = |names: [&str; 2]| {
        let margins = margins?;
        let side = names.iter().find_map(|name| margins.child(name))?;
        twips(side.attribute("w:w")?)
    };
    (side(["w:left", "w:start"]), side(["w:right", "w:end"]))
}

/// Whether a border is drawn.
pub(super) fn is_line(border: &Element) -> bool {
    !matches!(border.attribute("w:val"), None | Some("nil" | "none"))
}

/// The value of an on-off property.
pub(super) fn is_on(element: &Element) -> bool {
    !matches!(element.attribute("w:val"), Some("0" | "false" | "off"))
}

/// A length in twips: a plain number, or one with a unit as strict documents write it (ECMA-376 part 1, 22.9.2.15).
pub(super) fn twips(value: &str) -> Option<i32> {
    // No page is longer: 1.5 m.
    const LONGEST: f64 = 85_000.0;
    let value = value.trim();
    let (number, factor) = [
        ("pt", 20.0),
        ("mm", 1440.0 / 25.4),
        ("cm", 1440.0 / 2.54),
        ("in", 1440.0),
    ]
    .iter()
    .find_map(|(unit, factor)| Some((value.strip_suffix(unit)?, *factor)))
    .unwrap_or((value, 1.0));
    let number: f64 = number.parse().ok().filter(|number: &f64| number.is_finite())?;
    Some((number * factor).clamp(-LONGEST, LONGEST).round() as i32)
}

fn half_points(value: &str) -> Option<u32> {
    match value.strip_suffix("pt") {
        Some(points) => points.parse().ok().map(|points: f64| (points * 2.0).round() as u32),
        None => value.parse().ok().map(|size: f64| size.round() as u32),
    }
}
