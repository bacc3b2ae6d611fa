//! What the first bytes of a picture say: kind, pixels, resolution, orientation.
//!
//! In: bytes nobody has looked at. Out: a [`Header`], or `None` where the file breaks off or contradicts itself. Nothing is
//! decoded and nothing allocated. Standards: PNG (W3C, third edition) 5 and 11, JPEG (ITU T.81) annex B, JFIF 1.02, Exif
//! 2.32 section 4.6, GIF89a, BMP (Microsoft, BITMAPINFOHEADER), TIFF 6.0 section 2. Written here because the crate
//! `imagesize` gives pixels only, and a picture's size on paper needs its resolution.

use super::{BMP, Format, GIF, JPEG, PNG, TIFF};

/// What a picture says of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Header {
    pub width: u32,
    pub height: u32,
    /// Dots per inch, across and down.
    pub density: Option<(f64, f64)>,
    /// Whether a viewer is asked to turn or mirror it (Exif orientation).
    pub is_turned: bool,
}

/// How the header of a format is read.
type Reader = fn(&[u8]) -> Option<Header>;

/// The format that the first bytes announce, and how its header is read.
pub(super) fn format(bytes: &[u8]) -> Option<(&'static Format, Reader)> {
    const FIRST_BYTES: [(&[u8], &Format, Reader); 7] = [
        (b"\x89PNG", &PNG, png),
        (b"\xFF\xD8", &JPEG, jpeg),
        (b"GIF87a", &GIF, gif),
        (b"GIF89a", &GIF, gif),
        (b"BM", &BMP, bmp),
        (b"II*\0", &TIFF, tiff),
        (b"MM\0*", &TIFF, tiff),
    ];
    FIRST_BYTES
        .into_iter()
        .find(|(first, _, _)| bytes.starts_with(first))
        .map(|(_, format, reader)| (format, reader))
}

/// The name of a kind of file that people take for a usable picture, or that is one elsewhere.
pub(super) fn other_kind(bytes: &[u8]) -> Option<&'static str> {
    let at = |position: usize, sign: &[u8]| bytes.get(position..).is_some_and(|rest| rest.starts_with(sign));
    let start = &bytes[..bytes.len().min(1024)];
    let starts_with_svg = || String::from_utf8_lossy(start).contains("<svg");
    Some(match () {
        () if at(0, b"RIFF") && at(8, b"WEBP") => "WebP",
        () if at(4, b"ftyphe") || at(4, b"ftypmif") || at(4, b"ftypmsf") => "HEIC",
        () if at(4, b"ftypavi") => "AVIF",
        () if at(0, b"%PDF") => "PDF",
        () if at(0, b"8BPS") => "Photoshop",
        () if at(40, b" EMF") => "EMF",
        () if at(0, b"\xD7\xCD\xC6\x9A") => "WMF",
        () if at(0, b"\0\0\x01\0") => "ICO",
        () if at(0, b"PK\x03\x04") => "ZIP/Word/Excel",
        () if starts_with_svg() => "SVG",
        () => return None,
    })
}

fn slice(bytes: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    bytes.get(at..at.checked_add(length)?)
}

fn big16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u16::from_be_bytes(slice(bytes, at, 2)?.try_into().ok()?).into())
}

fn big32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(slice(bytes, at, 4)?.try_into().ok()?))
}

fn little16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u16::from_le_bytes(slice(bytes, at, 2)?.try_into().ok()?).into())
}

fn little32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(slice(bytes, at, 4)?.try_into().ok()?))
}

fn per_metre((x, y): (u32, u32)) -> Option<(f64, f64)> {
    (x > 0 && y > 0).then(|| (f64::from(x) * 0.0254, f64::from(y) * 0.0254))
}

fn png(bytes: &[u8]) -> Option<Header> {
    const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
    let mut header = None;
    let mut has_data = false;
    let mut at = SIGNATURE.len();
    if !bytes.starts_with(SIGNATURE) {
        return None;
    }
    // Down to the last chunk: a picture that was copied in half is shown in half, or not at all.
    loop {
        let length = big32(bytes, at)? as usize;
        let kind = slice(bytes, at + 4, 4)?;
        let data = slice(bytes, at + 8, length)?;
        slice(bytes, at + 8 + length, 4)?;
        match (kind, &mut header) {
            (b"IHDR", None) => {
                header = Some(Header {
                    width: big32(data, 0)?,
                    height: big32(data, 4)?,
                    density: None,
                    is_turned: false,
                });
            }
            (_, None) => return None,
            (b"pHYs", Some(header)) if data.get(8) == Some(&1) => {
                header.density = per_metre((big32(data, 0)?, big32(data, 4)?));
            }
            (b"IDAT", _) => has_data = true,
            (b"IEND", Some(header)) => return has_data.then_some(*header),
            _ => {}
        }
        at += 12 + length;
    }
}

fn jpeg(bytes: &[u8]) -> Option<Header> {
    let (mut jfif, mut exif) = (None, None);
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            // A fill byte, and markers without a segment.
            0xFF => {
                at += 1;
                continue;
            }
            0x01 | 0xD0..=0xD8 => {
                at += 2;
                continue;
            }
            // The end, or the pixels, before any frame.
            0x00 | 0xD9 | 0xDA => return None,
            _ => {}
        }
        let length = big16(bytes, at + 2)? as usize;
        let data = slice(bytes, at + 4, length.checked_sub(2)?)?;
        match marker {
            0xE0 if data.starts_with(b"JFIF\0") => {
                let (x, y) = (f64::from(big16(data, 8)?), f64::from(big16(data, 10)?));
                jfif = match data.get(7)? {
                    1 => Some((x, y)),
                    2 => Some((x * 2.54, y * 2.54)),
                    _ => None,
                };
            }
            // What can't be read here is no reason to refuse the picture: viewers leave it out as well.
            0xE1 if exif.is_none() => {
                exif = data
                    .strip_prefix(b"Exif\0\0")
                    .and_then(directory)
                    .map(|(header, _)| header);
            }
            // Frames of every coding; C4, C8 and CC are tables.
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                let rest = bytes.get(at..)?;
                rest.windows(2).rposition(|pair| pair == [0xFF, 0xD9])?;
                return Some(Header {
                    height: big16(data, 1)?,
                    width: big16(data, 3)?,
                    density: jfif.or(exif.and_then(|exif| exif.density)),
                    is_turned: exif.is_some_and(|exif| exif.is_turned),
                });
            }
            _ => {}
        }
        at += 2 + length;
    }
}

fn gif(bytes: &[u8]) -> Option<Header> {
    // A table of colours: 3 bytes each, a power of two of them, if there is one at all.
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut at = 13 + table(*bytes.get(10)?);
    // Down to the end of the first picture; what follows it may be anything, and often is.
    loop {
        let kind = *bytes.get(at)?;
        at += match kind {
            0x21 => 2,
            0x2C => 11 + table(*bytes.get(at + 9)?),
            _ => return None,
        };
        // Blocks of data, each told by its length, up to an empty one.
        loop {
            let length = usize::from(*bytes.get(at)?);
            at += 1 + length;
            if length == 0 {
                break;
            }
        }
        if kind == 0x2C {
            return Some(Header {
                width: little16(bytes, 6)?,
                height: little16(bytes, 8)?,
                density: None,
                is_turned: false,
            });
        }
    }
}

fn bmp(bytes: &[u8]) -> Option<Header> {
    let pixels = little32(bytes, 10)?;
    if little32(bytes, 14)? == 12 {
        // The header of OS/2 1.x.
        return Some(Header {
            width: little16(bytes, 18)?,
            height: little16(bytes, 20)?,
            density: None,
            is_turned: false,
        });
    }
    let width = little32(bytes, 18)?;
    // Negative when the rows go from top to bottom.
    let height = little32(bytes, 22)?.cast_signed().unsigned_abs();
    let bits = little16(bytes, 28)?;
    let is_plain = little32(bytes, 30)? == 0;
    let density = per_metre((little32(bytes, 38)?, little32(bytes, 42)?));
    let line = (u64::from(width) * u64::from(bits)).div_ceil(32) * 4;
    let needed = line.saturating_mul(height.into()).saturating_add(pixels.into());
    if is_plain && needed > bytes.len() as u64 {
        return None;
    }
    Some(Header {
        width,
        height,
        density,
        is_turned: false,
    })
}

fn tiff(bytes: &[u8]) -> Option<Header> {
    let (header, pieces) = directory(bytes)?;
    let (first, lengths) = pieces.strips.or(pieces.tiles)?;
    // The pixels lie before or behind the directory, in pieces; all must be there.
    for index in 0..first.count.max(lengths.count) {
        let (at, length) = (first.get(bytes, index)?, lengths.get(bytes, index)?);
        slice(bytes, at as usize, length as usize)?;
    }
    Some(header)
}

/// Reads a number at a position, in the byte order of a file.
type Number = fn(&[u8], usize) -> Option<u32>;

/// The values of an entry of a directory.
#[derive(Clone, Copy)]
struct Values {
    count: u32,
    at: usize,
    step: usize,
    number: Number,
}

impl Values {
    fn get(&self, bytes: &[u8], index: u32) -> Option<u32> {
        if index >= self.count {
            return None;
        }
        (self.number)(bytes, self.at.checked_add(index as usize * self.step)?)
    }
}

/// Where the pixels of a TIFF file lie: positions and lengths of its strips, or of its tiles.
#[derive(Clone, Copy, Default)]
struct Pieces {
    strips: Option<(Values, Values)>,
    tiles: Option<(Values, Values)>,
}

/// The first directory of a TIFF file, or of the one within a JPEG's Exif segment, which has no pixels of its own.
fn directory(bytes: &[u8]) -> Option<(Header, Pieces)> {
    let (read16, read32): (Number, Number) = match slice(bytes, 0, 4)? {
        b"II*\0" => (little16, little32),
        b"MM\0*" => (big16, big32),
        _ => return None,
    };
    let start = read32(bytes, 4)? as usize;
    let entries = read16(bytes, start)? as usize;
    let values = |wanted: u32| {
        let entry = (0..entries)
            .map(|index| start + 2 + 12 * index)
            .find(|at| read16(bytes, *at) == Some(wanted))?;
        let count = read32(bytes, entry + 4)?;
        let (step, number) = match read16(bytes, entry + 2)? {
            3 => (2, read16),
            4 => (4, read32),
            5 => (8, read32),
            _ => return None,
        };
        // What has room in the entry stands in it.
        let at = match (count as usize).checked_mul(step)? {
            ..=4 => entry + 8,
            _ => read32(bytes, entry + 8)? as usize,
        };
        Some(Values {
            count,
            at,
            step,
            number,
        })
    };
    let first = |tag: u32| values(tag)?.get(bytes, 0);
    let fraction = |tag: u32| {
        let over = values(tag).filter(|values| values.step == 8)?;
        let under = read32(bytes, over.at.checked_add(4)?).filter(|under| *under > 0)?;
        Some(f64::from(over.get(bytes, 0)?) / f64::from(under))
    };
    // ResolutionUnit: 1 none, 2 inch (the default), 3 centimetre.
    let dots_per_unit = match first(296) {
        None | Some(2) => 1.0,
        Some(3) => 2.54,
        Some(_) => 0.0,
    };
    let header = Header {
        width: first(256).unwrap_or(0),
        height: first(257).unwrap_or(0),
        density: fraction(282)
            .zip(fraction(283))
            .map(|(x, y)| (x * dots_per_unit, y * dots_per_unit)),
        is_turned: first(274).is_some_and(|orientation| (2..=8).contains(&orientation)),
    };
    let pieces = Pieces {
        strips: values(273).zip(values(279)),
        tiles: values(324).zip(values(325)),
    };
    Some((header, pieces))
}
