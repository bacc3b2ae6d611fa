//! How cells look: their font and number format ([MS-XLS] 2.4.122, 2.4.126, 2.4.353).

use std::collections::HashMap;

use encoding_rs::Encoding;

use super::records::{Content, Version};
use super::strings::Text;
use crate::vietnamese::Charset;
use crate::workbook::format::Kind;
use crate::workbook::runs::Look;

/// What a cell's style says.
#[derive(Clone, Copy, Default)]
pub(super) struct Style {
    /// How its letters look.
    pub look: Look,
    /// What it makes of a number.
    pub kind: Kind,
}

/// The fonts, number formats and cell styles of a workbook.
#[derive(Default)]
pub(super) struct Styles {
    fonts: Vec<Look>,
    formats: HashMap<u16, Kind>,
    /// Font and number format of each.
    styles: Vec<(u16, u16)>,
}

impl Styles {
    /// Takes in a font.
    pub fn font(&mut self, content: &mut Content<'_>, version: Version, page: &'static Encoding) -> Option<()> {
        content.skip(2)?;
        let flags = content.u16()?;
        let mut bold = flags & 1 != 0;
        if version >= Version::Biff5 {
            content.skip(2)?;
            // 400 is plain, 700 bold.
            bold = content.u16()? >= 600;
            content.skip(6)?;
        } else if version >= Version::Biff3 {
            content.skip(2)?;
        }
        let name = Text::short(content, version)?;
        self.fonts.push(Look {
            bold,
            italic: flags & 2 != 0,
            charset: Charset::of_font(&name.decode(Charset::Unknown, page)),
        });
        Some(())
    }

    /// Takes in a number format.
    pub fn format(&mut self, content: &mut Content<'_>, version: Version, page: &'static Encoding) -> Option<()> {
        // Before Excel 5 formats are numbered by their order.
        let mut number = self.formats.len() as u16;
        if version >= Version::Biff4 {
            let given = content.u16()?;
            if version >= Version::Biff5 {
                number = given;
            }
        }
        let code = match version {
            Version::Biff8 => Text::read(content, version, false)?,
            _ => Text::short(content, version)?,
        };
        // The first is General, whatever a localised Excel calls it.
        let kind = match number {
            0 => Kind::Number,
            _ => Kind::of(&code.decode(Charset::Unknown, page)),
        };
        self.formats.insert(number, kind);
        Some(())
    }

    /// Takes in a cell style.
    pub fn style(&mut self, content: &mut Content<'_>, version: Version) -> Option<()> {
        let style = if version >= Version::Biff5 {
            (content.u16()?, content.u16()?)
        } else {
            (u16::from(content.u8()?), u16::from(content.u8()?))
        };
        self.styles.push(style);
        Some(())
    }

    /// The style that a cell names after its place.
    pub fn of_cell(&self, content: &mut Content<'_>, version: Version) -> Option<Style> {
        let (font, format) = if version == Version::Biff2 {
            // The cell itself holds what others leave to a style.
            content.skip(1)?;
            let attributes = content.u8()?;
            content.skip(1)?;
            (u16::from(attributes >> 6), u16::from(attributes & 0x3F))
        } else {
            let number = usize::from(content.u16()?);
            self.styles.get(number).copied().unwrap_or_default()
        };
        let kind = self.formats.get(&format).copied();
        Some(Style {
            look: self.font_look(font),
            // Before Excel 5 the built-in formats had other numbers, and each file spells them out.
            kind: kind.unwrap_or_else(|| match version {
                Version::Biff5 | Version::Biff8 => Kind::of_builtin(format),
                _ => Kind::Number,
            }),
        })
    }

    /// How letters in a font look. There is no font 4: those above it stand one place lower in the list.
    pub fn font_look(&self, number: u16) -> Look {
        let index = match number {
            0..4 => usize::from(number),
            4 => return Look::default(),
            _ => usize::from(number) - 1,
        };
        self.fonts.get(index).copied().unwrap_or_default()
    }
}
