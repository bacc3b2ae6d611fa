//! The page of a section: how it lies, its margins, its frame, whether it is numbered.
//!
//! In: the lines of a `page` block, or the `page` key of an annex; both checked by `furniture`. Out: a [`Page`], and what
//! it changes in the section properties that docx-rs wrote. Lengths are in twips; margins are written in millimetres.

use super::furniture::Line;
use crate::wml::{Element, Node};

/// Twips in a millimetre, times 1000.
const TWIPS: u64 = 56_693;

/// A length in tenths of a millimetre as twips.
pub(super) const fn mm(tenths: u64) -> usize {
    ((tenths * TWIPS + 5_000) / 10_000) as usize
}

/// A4 in twips (PL1 I.1).
pub(super) const PAPER: (usize, usize) = (11_906, 16_838);
/// From the paper's edge to the page number.
pub(super) const HEADER: usize = mm(100);

/// A line around the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Frame {
    double: bool,
    red: bool,
}

/// How the pages of a section look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Page {
    landscape: bool,
    /// Top, right, bottom, left.
    margins: [usize; 4],
    frame: Option<Frame>,
    /// Whether pages carry their number; the first one of a section never shows it.
    numbered: bool,
    /// Whether the text stands in the middle of the page's height.
    middle: bool,
}

impl Default for Page {
    /// 20 mm above, below and right, 30 mm left (PL1 I.3).
    fn default() -> Self {
        Self {
            landscape: false,
            margins: [mm(200), mm(200), mm(200), mm(300)],
            frame: None,
            numbered: true,
            middle: false,
        }
    }
}

impl Page {
    /// The page that an annex asks for: the decree's, upright or on its side.
    pub fn of_annex(lines: &[Line]) -> Self {
        let landscape = lines.iter().any(|line| line.key == "page" && line.value == "landscape");
        Self {
            landscape,
            ..Self::default()
        }
    }

    /// The page that a `page` block asks for; what it leaves out is the decree's.
    pub fn of(lines: &[Line]) -> Self {
        let mut page = Self::default();
        for line in lines {
            match line.key {
                "orientation" => page.landscape = line.value == "landscape",
                "margins" => page.margins = margins(&line.value).unwrap_or(page.margins),
                "frame" => {
                    page.frame = Some(Frame {
                        double: line.value.starts_with("double"),
                        red: line.value.ends_with("red"),
                    });
                }
                "number" => page.numbered = line.value != "none",
                "align" => page.middle = line.value == "middle",
                _ => {}
            }
        }
        page
    }

    /// The width between the margins.
    pub fn text_width(&self) -> usize {
        let [_, right, _, left] = self.margins;
        let (short, long) = PAPER;
        (if self.landscape { long } else { short }) - left - right
    }

    /// Changes the properties of a section, as docx-rs wrote them, to this page.
    pub fn apply(&self, section: &mut Element) {
        let (short, long) = PAPER;
        let (width, height) = if self.landscape { (long, short) } else { (short, long) };
        let size = section.child_or_new("w:pgSz");
        size.attributes = vec![
            ("w:w".to_owned(), width.to_string()),
            ("w:h".to_owned(), height.to_string()),
        ];
        if self.landscape {
            size.attributes.push(("w:orient".to_owned(), "landscape".to_owned()));
        }
        let [top, right, bottom, left] = self.margins.map(|margin| margin.to_string());
        for (name, value) in [
            ("w:top", top),
            ("w:right", right),
            ("w:bottom", bottom),
            ("w:left", left),
        ] {
            let margin = section.child_or_new("w:pgMar");
            match margin.attributes.iter_mut().find(|(known, _)| known == name) {
                Some((_, old)) => *old = value,
                None => margin.attributes.push((name.to_owned(), value)),
            }
        }
        if let Some(frame) = self.frame {
            section.children.push(Node::Element(frame.borders()));
        }
        if self.middle {
            let align = Element::new("w:vAlign", &[("w:val", "center")]);
            section.children.push(Node::Element(align));
        }
        if !self.numbered {
            // A section without headers of its own has those of the one before: the empty one of first pages serves all.
            let is_header = |child: &Element| child.name == "w:headerReference";
            let first = section
                .elements()
                .find(|child| is_header(child) && child.attribute("w:type") == Some("first"));
            let empty = first.and_then(|child| child.attribute("r:id")).map(str::to_owned);
            let pages = section
                .elements_mut()
                .filter(|child| child.name == "w:headerReference" && child.attribute("w:type") == Some("default"));
            for header in pages {
                for (name, value) in &mut header.attributes {
                    if let ("r:id", Some(empty)) = (name.as_str(), &empty) {
                        value.clone_from(empty);
                    }
                }
            }
        }
        crate::wml::tidy(section);
    }
}

impl Frame {
    /// The lines around a page, 8 mm from the paper's edge.
    fn borders(self) -> Element {
        let (line, width) = if self.double {
            ("double", "18")
        } else {
            ("single", "12")
        };
        let colour = if self.red { super::style::RED } else { "auto" };
        let mut borders = Element::new("w:pgBorders", &[("w:offsetFrom", "page")]);
        for side in ["w:top", "w:left", "w:bottom", "w:right"] {
            let attributes = [
                ("w:val", line),
                ("w:sz", width),
                // In points.
                ("w:space", "23"),
                ("w:color", colour),
            ];
            borders.children.push(Node::Element(Element::new(side, &attributes)));
        }
        borders
    }
}

/// Four lengths in millimetres, as twips: top, right, bottom, left. They leave at least half of the page to the text.
pub(super) fn margins(value: &str) -> Option<[usize; 4]> {
    let mut read = [0; 4];
    let mut words = value.split_whitespace();
    for margin in &mut read {
        let number: u64 = words.next()?.parse().ok()?;
        if !(5..=50).contains(&number) {
            return None;
        }
        *margin = mm(10 * number);
    }
    words.next().is_none().then_some(read)
}
