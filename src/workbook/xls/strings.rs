//! Texts: bytes in a code page up to Excel 95, UTF-16 with its upper bytes left out where they are zero since Excel 97
//! ([MS-XLS] 2.5.293 to 2.5.296), and the table of those that cells share (2.4.265).

use std::borrow::Cow;
use std::ops::Range;

use encoding_rs::Encoding;

use super::records::{Content, Record, Version};
use crate::vietnamese::Charset;
use crate::workbook::{Error, Limit, Limits};

/// A text as the file holds it.
pub(super) struct Text<'a> {
    letters: Letters<'a>,
    /// Where letters in another font start, and the number of that font, in order.
    fonts: Vec<(usize, u16)>,
}

enum Letters<'a> {
    Bytes(Cow<'a, [u8]>),
    Units(Vec<u16>),
}

impl Letters<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Units(units) => units.len(),
        }
    }

    /// Whether a run can't end here: between the halves of a letter.
    fn is_within(&self, at: usize) -> bool {
        match self {
            Self::Bytes(_) => false,
            Self::Units(units) => units.get(at).is_some_and(|unit| (0xDC00..0xE000).contains(unit)),
        }
    }
}

/// How the bytes of a workbook stand for letters, by the number of its code page.
pub(super) fn code_page(number: u16) -> &'static Encoding {
    match number {
        874 => encoding_rs::WINDOWS_874,
        932 => encoding_rs::SHIFT_JIS,
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        1250 => encoding_rs::WINDOWS_1250,
        1251 => encoding_rs::WINDOWS_1251,
        1253 => encoding_rs::WINDOWS_1253,
        1254 => encoding_rs::WINDOWS_1254,
        1255 => encoding_rs::WINDOWS_1255,
        1256 => encoding_rs::WINDOWS_1256,
        1257 => encoding_rs::WINDOWS_1257,
        1258 => encoding_rs::WINDOWS_1258,
        10000 | 0x8000 => encoding_rs::MACINTOSH,
        65001 => encoding_rs::UTF_8,
        _ => encoding_rs::WINDOWS_1252,
    }
}

impl<'a> Text<'a> {
    /// Bytes in a code page.
    pub fn bytes(content: &mut Content<'a>, length: usize) -> Option<Self> {
        let first = content.take(length);
        let mut bytes = Cow::Borrowed(first);
        while bytes.len() < length {
            content.turn()?;
            let more = content.take(length - bytes.len());
            bytes.to_mut().extend_from_slice(more);
        }
        Some(Self {
            letters: Letters::Bytes(bytes),
            fonts: Vec::new(),
        })
    }

    /// UTF-16, with the flags before it.
    pub fn units(content: &mut Content<'a>, length: usize) -> Option<Self> {
        let mut text = Self {
            letters: Letters::Units(Vec::new()),
            fonts: Vec::new(),
        };
        text.read_units(content, length)?;
        Some(text)
    }

    fn read_units(&mut self, content: &mut Content<'a>, length: usize) -> Option<()> {
        let Extended { wide, fonts, .. } = Extended::read(content)?;
        let mut units = Vec::new();
        for_each_piece(content, length, wide, |bytes, wide| {
            if wide {
                let (pairs, _) = bytes.as_chunks::<2>();
                units.extend(pairs.iter().map(|pair| u16::from_le_bytes(*pair)));
            } else {
                units.extend(bytes.iter().map(|byte| u16::from(*byte)));
            }
        })?;
        self.letters = Letters::Units(units);
        self.read_fonts(fonts, || Some((usize::from(content.u16()?), content.u16()?)))
    }

    /// Takes runs of letters as long as they lie within the text and go forward: what else there is says nothing.
    fn read_fonts(&mut self, count: usize, mut next: impl FnMut() -> Option<(usize, u16)>) -> Option<()> {
        for _ in 0..count {
            let (start, font) = next()?;
            if start >= self.letters.len() || self.fonts.last().is_some_and(|(last, _)| *last >= start) {
                break;
            }
            self.fonts.push((start, font));
        }
        Some(())
    }

    /// A text in a record of its own: its length, its letters, and in a rich one the fonts of its letters.
    pub fn read(content: &mut Content<'a>, version: Version, rich: bool) -> Option<Self> {
        let length = match version {
            Version::Biff2 => usize::from(content.u8()?),
            _ => usize::from(content.u16()?),
        };
        let mut text = Self::of_length(content, version, length)?;
        if rich && version == Version::Biff8 {
            let count = usize::from(content.u16()?);
            text.read_fonts(count, || Some((usize::from(content.u16()?), content.u16()?)))?;
        } else if rich {
            let count = usize::from(content.u8()?);
            text.read_fonts(count, || Some((usize::from(content.u8()?), u16::from(content.u8()?))))?;
        }
        Some(text)
    }

    /// A short text: the name of a font or a sheet.
    pub fn short(content: &mut Content<'a>, version: Version) -> Option<Self> {
        let length = usize::from(content.u8()?);
        Self::of_length(content, version, length)
    }

    fn of_length(content: &mut Content<'a>, version: Version, length: usize) -> Option<Self> {
        match version {
            Version::Biff8 => Self::units(content, length),
            _ => Self::bytes(content, length),
        }
    }

    /// Whether it has no letters.
    pub fn is_empty(&self) -> bool {
        self.letters.len() == 0
    }

    /// Whether letters are in other fonts than that of the cell.
    pub fn is_rich(&self) -> bool {
        !self.fonts.is_empty()
    }

    /// The text in letters. Bytes in a font of TCVN3 or VNI stand for themselves, whatever the code page.
    pub fn decode(&self, charset: Charset, page: &'static Encoding) -> Cow<'_, str> {
        self.decode_range(0..self.letters.len(), charset, page)
    }

    /// The letters of a stretch.
    pub fn decode_range(&self, range: Range<usize>, charset: Charset, page: &'static Encoding) -> Cow<'_, str> {
        match &self.letters {
            Letters::Bytes(bytes) => {
                let page = match charset {
                    Charset::Unknown => page,
                    _ => encoding_rs::WINDOWS_1252,
                };
                page.decode_without_bom_handling(bytes.get(range).unwrap_or_default()).0
            }
            Letters::Units(units) => Cow::Owned(String::from_utf16_lossy(units.get(range).unwrap_or_default())),
        }
    }

    /// Stretches of one font each: `None` for that of the cell.
    pub fn runs(&self) -> impl Iterator<Item = (Range<usize>, Option<u16>)> {
        let mut open = (0, None);
        let starts = self.fonts.iter().map(|(start, font)| (*start, Some(*font)));
        starts.chain([(self.letters.len(), None)]).map(move |(start, font)| {
            let start = start + usize::from(self.letters.is_within(start));
            let (before, font) = std::mem::replace(&mut open, (start, font));
            (before..start, font)
        })
    }
}

/// What stands before the letters of a text.
struct Extended {
    wide: bool,
    /// How many runs of other fonts follow the letters.
    fonts: usize,
    /// How many bytes of Asian phonetics follow those.
    phonetics: usize,
}

impl Extended {
    fn read(content: &mut Content<'_>) -> Option<Self> {
        let flags = content.u8()?;
        Some(Self {
            wide: flags & 1 != 0,
            fonts: if flags & 8 != 0 { usize::from(content.u16()?) } else { 0 },
            phonetics: if flags & 4 != 0 { content.u32()? as usize } else { 0 },
        })
    }
}

/// The letters of a text, piece by piece. Each piece that continues one says anew how wide its letters are.
fn for_each_piece<'a>(
    content: &mut Content<'a>,
    mut length: usize,
    mut wide: bool,
    mut piece: impl FnMut(&'a [u8], bool),
) -> Option<()> {
    loop {
        let width = 1 + usize::from(wide);
        let count = length.min(content.piece().len() / width);
        piece(content.take(count * width), wide);
        length -= count;
        if length == 0 {
            return Some(());
        }
        content.turn()?;
        wide = content.u8()? & 1 != 0;
    }
}

/// The texts that cells share: where each stands. They are read when a cell shows them.
#[derive(Default)]
pub(super) struct Shared {
    places: Vec<(u32, u32)>,
}

impl Shared {
    /// Finds the texts of the table.
    pub fn read(record: &Record<'_>, limits: &Limits) -> Result<Self, Error> {
        let mut shared = Self::default();
        let mut content = record.content();
        let counts = (content.u32(), content.u32());
        let (_, Some(claimed)) = counts else {
            return Err(damaged());
        };
        while !content.is_empty() {
            // Texts and what they refer to lie in a file of less than 4 GiB.
            let (at, end) = content.place();
            if skip(&mut content).is_none() {
                // What follows the last text is no text.
                if shared.places.len() >= claimed as usize {
                    break;
                }
                return Err(damaged());
            }
            if shared.places.len() >= limits.shared_strings {
                return Err(Error::TooLarge(Limit::SharedStrings(limits.shared_strings)));
            }
            shared.places.push((at as u32, end as u32));
        }
        Ok(shared)
    }

    /// The text of a number.
    pub fn get<'a>(&self, stream: &'a [u8], number: u32) -> Option<Text<'a>> {
        let (at, end) = *self.places.get(number as usize)?;
        let mut content = Content::at(stream, (at as usize, end as usize));
        let length = usize::from(content.u16()?);
        Text::units(&mut content, length)
    }
}

/// Goes to the text after the next.
fn skip(content: &mut Content<'_>) -> Option<()> {
    let length = usize::from(content.u16()?);
    let Extended { wide, fonts, phonetics } = Extended::read(content)?;
    for_each_piece(content, length, wide, |_, _| ())?;
    content.skip(fonts * 4)?;
    content.skip(phonetics)
}

fn damaged() -> Error {
    Error::Damaged("SST".to_owned())
}
