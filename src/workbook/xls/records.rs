//! The records of a BIFF stream, and the content of one with those that continue it ([MS-XLS] 2.1.4).

use crate::workbook::Error;

/// A record that continues the one before it.
const CONTINUE: u16 = 0x003C;

/// The generations of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Version {
    /// Excel 2.
    Biff2,
    /// Excel 3.
    Biff3,
    /// Excel 4.
    Biff4,
    /// Excel 5 and 95.
    Biff5,
    /// Excel 97 to 2003.
    Biff8,
}

/// A record of a stream.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    /// What it is.
    pub kind: u16,
    /// Its own content.
    pub data: &'a [u8],
    stream: &'a [u8],
    end: usize,
}

impl<'a> Record<'a> {
    /// Its content with that of the records that continue it.
    pub fn content(&self) -> Content<'a> {
        Content {
            stream: self.stream,
            at: self.end - self.data.len(),
            end: self.end,
        }
    }

    /// Whether a stretch of a workbook begins here: the globals, a sheet, a chart within one.
    pub fn is_begin(&self) -> bool {
        matches!(self.kind, 0x0009 | 0x0209 | 0x0409 | 0x0809)
    }

    /// Whether such a stretch ends here.
    pub fn is_end(&self) -> bool {
        self.kind == 0x000A
    }
}

/// The records of a stream from a place on.
pub(super) struct Records<'a> {
    stream: &'a [u8],
    /// Where the next record starts.
    pub at: usize,
}

impl<'a> Records<'a> {
    /// Those that start at a place.
    pub fn new(stream: &'a [u8], at: usize) -> Self {
        Self { stream, at }
    }

    /// The next record. A stream must not end before the last record that it needs.
    pub fn next(&mut self) -> Result<Record<'a>, Error> {
        let record = record_at(self.stream, self.at).ok_or_else(|| Error::Damaged("BIFF".to_owned()))?;
        self.at = record.end;
        Ok(record)
    }
}

fn record_at(stream: &[u8], at: usize) -> Option<Record<'_>> {
    let start = at.checked_add(4)?;
    let end = start.checked_add(usize::from(u16_at(stream, at.checked_add(2)?)?))?;
    Some(Record {
        kind: u16_at(stream, at)?,
        data: stream.get(start..end)?,
        stream,
        end,
    })
}

/// What is left of a record and of those that continue it. `None` from its methods: there is not enough left.
#[derive(Clone, Copy)]
pub(super) struct Content<'a> {
    stream: &'a [u8],
    at: usize,
    /// Where the piece ends that is being read.
    end: usize,
}

impl<'a> Content<'a> {
    /// The content of a stream from a place within a record on, as [`Self::place`] gave it.
    pub fn at(stream: &'a [u8], (at, end): (usize, usize)) -> Self {
        Self { stream, at, end }
    }

    /// Where it stands, and where the record ends.
    pub fn place(&self) -> (usize, usize) {
        (self.at, self.end)
    }

    /// The rest of the piece that is being read.
    pub fn piece(&self) -> &'a [u8] {
        self.stream.get(self.at..self.end).unwrap_or_default()
    }

    /// Goes on to the piece that follows.
    pub fn turn(&mut self) -> Option<()> {
        let next = record_at(self.stream, self.end).filter(|record| record.kind == CONTINUE)?;
        (self.at, self.end) = (next.end - next.data.len(), next.end);
        Some(())
    }

    /// Whether nothing follows.
    pub fn is_empty(&self) -> bool {
        let mut rest = *self;
        while rest.piece().is_empty() {
            if rest.turn().is_none() {
                return true;
            }
        }
        false
    }

    /// At most so many bytes, as many as there are in the piece.
    pub fn take(&mut self, most: usize) -> &'a [u8] {
        let piece = self.piece();
        let taken = piece.get(..most).unwrap_or(piece);
        self.at += taken.len();
        taken
    }

    /// Leaves out so many bytes, wherever pieces end.
    pub fn skip(&mut self, mut count: usize) -> Option<()> {
        loop {
            count -= self.take(count).len();
            if count == 0 {
                return Some(());
            }
            self.turn()?;
        }
    }

    /// So many bytes, wherever pieces end.
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            while self.piece().is_empty() {
                self.turn()?;
            }
            *byte = *self.take(1).first()?;
        }
        Some(bytes)
    }

    /// A byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    /// A number of two bytes.
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    /// A number of four bytes.
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// A float.
    pub fn f64(&mut self) -> Option<f64> {
        self.array().map(f64::from_le_bytes)
    }

    /// The eight bytes of a formula's result.
    pub fn eight(&mut self) -> Option<[u8; 8]> {
        self.array()
    }
}

/// A number of two bytes.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

/// A number of four bytes.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}
