//! Fonts and cell formats (`styles.bin`, [MS-XLSB] 2.1.7.50).

use std::collections::HashMap;

use super::record::Records;
use crate::vietnamese::Charset;
use crate::workbook::format::Kind;
use crate::workbook::runs::Look;
use crate::workbook::{Error, Limit};

/// Most cell formats and most fonts; Excel's own limit is 65,490.
const FORMATS: usize = 70_000;

/// What the styles say of cells.
#[derive(Default)]
pub(super) struct Styles {
    fonts: Vec<Look>,
    /// The font of each cell format, and what it makes of a number.
    formats: Vec<(u16, Kind)>,
}

impl Styles {
    /// Reads all.
    pub fn read(mut records: Records<'_>) -> Result<Self, Error> {
        const FORMAT_CODE: u16 = 44;
        const FONT: u16 = 43;
        const FORMAT: u16 = 47;
        const BEGIN_FONTS: u16 = 611;
        const END_FONTS: u16 = 612;
        const BEGIN_CELL_FORMATS: u16 = 617;
        const END_CELL_FORMATS: u16 = 618;
        const END: u16 = 279;
        let mut styles = Self::default();
        let mut codes = HashMap::new();
        let (mut in_fonts, mut in_formats) = (false, false);
        while let Some((kind, mut fields)) = records.until(END)? {
            match kind {
                BEGIN_FONTS => in_fonts = true,
                END_FONTS => in_fonts = false,
                BEGIN_CELL_FORMATS => in_formats = true,
                END_CELL_FORMATS => in_formats = false,
                FORMAT_CODE => {
                    codes.insert(fields.u16()?, Kind::of(&fields.wanted_text()?));
                }
                FONT if in_fonts => {
                    fields.bytes(2)?;
                    let flags = fields.u16()?;
                    let weight = fields.u16()?;
                    // Position, underline, family, charset, colour, scheme.
                    fields.bytes(15)?;
                    styles.fonts.push(Look {
                        bold: weight >= 600,
                        italic: flags & 2 != 0,
                        charset: Charset::of_font(&fields.wanted_text()?),
                    });
                }
                FORMAT if in_formats => {
                    fields.bytes(2)?;
                    let number = fields.u16()?;
                    let kind = codes.get(&number).copied().unwrap_or(Kind::of_builtin(number));
                    styles.formats.push((fields.u16()?, kind));
                }
                _ => {}
            }
            if styles.formats.len().max(styles.fonts.len()) > FORMATS {
                return Err(Error::TooLarge(Limit::Formats(FORMATS)));
            }
        }
        Ok(styles)
    }

    /// How the letters of a font look.
    pub fn font(&self, index: u16) -> Look {
        self.fonts.get(usize::from(index)).copied().unwrap_or_default()
    }

    /// How the letters of a cell format look, and what it makes of a number.
    pub fn format(&self, index: u32) -> (Look, Kind) {
        let (font, kind) = self.formats.get(index as usize).copied().unwrap_or_default();
        (self.font(font), kind)
    }
}
