//! OLE2 compound files ([MS-CFB]): the container of .xls since Excel 5.
//!
//! In: the file. Out: its streams by name, those of the root only, since an embedded workbook has a stream of the same name
//! in a storage of its own. Lenient where old files are: the last sector may be cut, the siblings of the directory may stand
//! in any order, and what the header counts is not believed. A crate would read and write a tree of thousands of lines, and
//! refuses files whose directory is out of order; two streams need less.

use super::records::{u16_at, u32_at};
use crate::workbook::Error;

/// The first bytes of every compound file (2.2).
pub(super) const SIGNATURE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// From here on a sector number is a mark: the end of a chain, a free sector.
const MARKS: u32 = 0xFFFF_FFFA;
/// No sibling, no child.
const NO_ENTRY: u32 = 0xFFFF_FFFF;
/// Bytes of a directory entry.
const ENTRY: usize = 128;
/// Bytes of a sector of the mini stream.
const MINI_SECTOR: usize = 64;
/// Streams shorter than this lie in the mini stream.
const MINI_STREAM: usize = 4096;

/// An open compound file.
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    /// For each sector the next of its chain.
    next: Vec<u32>,
    mini_start: u32,
    directory: Vec<u8>,
}

impl<'a> Compound<'a> {
    /// Reads the table of sectors and the directory.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        let header = |at| u32_at(bytes, at).ok_or_else(|| damaged("header"));
        let sector = match u16_at(bytes, 30) {
            Some(9) => 512,
            Some(12) => 4096,
            _ => return Err(damaged("header")),
        };
        let mut file = Self {
            bytes,
            sector,
            next: Vec::new(),
            mini_start: header(60)?,
            directory: Vec::new(),
        };
        file.read_table(header(68)?)?;
        file.directory = file.chain(header(48)?, usize::MAX)?;
        Ok(file)
    }

    /// A stream of the root; `None` when there is none of the name.
    pub fn stream(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(entry) = self.find(name) else {
            return Ok(None);
        };
        let (start, size) = place(entry);
        if size >= MINI_STREAM {
            return self.chain(start, size).map(Some);
        }
        let root = self.directory.get(..ENTRY).unwrap_or_default();
        let (mini_stream, mini_size) = place(root);
        let mini_stream = self.chain(mini_stream, mini_size)?;
        let table = self.chain(self.mini_start, usize::MAX)?;
        let next: Vec<u32> = numbers(&table).collect();
        follow(&next, start, size, |number| {
            sector_of(&mini_stream, number, 0, MINI_SECTOR)
        })
        .map(Some)
    }

    /// The sectors of the table are listed in the header, and where that is too short in a chain of sectors of their own.
    fn read_table(&mut self, mut more: u32) -> Result<(), Error> {
        let sectors = self.bytes.len() / self.sector + 1;
        let mut list = self.bytes.get(76..512).unwrap_or_default();
        for _ in 0..sectors {
            for number in numbers(list).filter(|number| *number < MARKS) {
                if self.next.len() < sectors {
                    let end = self.next.len() + self.sector / 4;
                    self.next.extend(numbers(self.sector(number)));
                    // What the file lacks must not move what follows.
                    self.next.resize(end, NO_ENTRY);
                }
            }
            if more >= MARKS {
                return Ok(());
            }
            let (rest, link) = self
                .sector(more)
                .split_at_checked(self.sector - 4)
                .ok_or_else(|| damaged("DIFAT"))?;
            list = rest;
            more = u32_at(link, 0).unwrap_or(NO_ENTRY);
        }
        Err(damaged("DIFAT"))
    }

    fn sector(&self, number: u32) -> &'a [u8] {
        sector_of(self.bytes, number, 1, self.sector)
    }

    fn chain(&self, start: u32, size: usize) -> Result<Vec<u8>, Error> {
        follow(&self.next, start, size, |number| self.sector(number))
    }

    /// The entry of a stream among the children of the root, a tree whose order is not believed.
    fn find(&self, name: &str) -> Option<&[u8]> {
        let entry = |number: u32| {
            let start = (number as usize).checked_mul(ENTRY)?;
            self.directory.get(start..start.checked_add(ENTRY)?)
        };
        let mut seen = vec![false; self.directory.len() / ENTRY];
        let mut open = vec![u32_at(entry(0)?, 76)?];
        while let Some(number) = open.pop() {
            if number == NO_ENTRY || std::mem::replace(seen.get_mut(number as usize)?, true) {
                continue;
            }
            let entry = entry(number)?;
            const STREAM: u8 = 2;
            if entry.get(66) == Some(&STREAM) && is_named(entry, name) {
                return Some(entry);
            }
            open.extend([u32_at(entry, 68)?, u32_at(entry, 72)?]);
        }
        None
    }
}

/// Names are UTF-16 with a NUL behind; capitals don't count.
fn is_named(entry: &[u8], name: &str) -> bool {
    let (units, _) = entry.get(..64).unwrap_or_default().as_chunks::<2>();
    let units = units.iter().map(|bytes| u16::from_le_bytes(*bytes));
    let letters = char::decode_utf16(units.take_while(|unit| *unit != 0));
    let letters = letters.map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER).to_ascii_lowercase());
    letters.eq(name.chars().map(|letter| letter.to_ascii_lowercase()))
}

/// Where the content of an entry starts, and how long it is. The upper half of the size means nothing in the files of old.
fn place(entry: &[u8]) -> (u32, usize) {
    let number = |at| u32_at(entry, at);
    (
        number(116).unwrap_or(NO_ENTRY),
        number(120).unwrap_or_default() as usize,
    )
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    let (numbers, _) = bytes.as_chunks::<4>();
    numbers.iter().map(|bytes| u32::from_le_bytes(*bytes))
}

/// A sector; what the file lacks of it is left out.
fn sector_of(bytes: &[u8], number: u32, skipped: usize, size: usize) -> &[u8] {
    let start = (number as usize).saturating_add(skipped).saturating_mul(size);
    let end = start.saturating_add(size).min(bytes.len());
    bytes.get(start..end).unwrap_or_default()
}

/// The content of a chain; shorter than its size where the file is cut.
fn follow<'a>(next: &[u32], start: u32, size: usize, sector: impl Fn(u32) -> &'a [u8]) -> Result<Vec<u8>, Error> {
    let mut content = Vec::new();
    let mut number = start;
    for _ in 0..=next.len() {
        let sector = if number < MARKS { sector(number) } else { &[] };
        let missing = size - content.len();
        content.extend_from_slice(sector.get(..missing).unwrap_or(sector));
        if sector.is_empty() || content.len() == size {
            return Ok(content);
        }
        number = *next.get(number as usize).ok_or_else(|| damaged("FAT"))?;
    }
    Err(damaged("FAT"))
}

fn damaged(part: &str) -> Error {
    Error::Damaged(format!("OLE2: {part}"))
}
