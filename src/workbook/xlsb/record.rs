//! Records of a part ([MS-XLSB] 2.1.4): a type, a size, and that many bytes.

use std::io::{BufRead, Read};

use crate::workbook::Error;

/// The records of a part, one after the other.
pub(super) struct Records<'r> {
    part: &'r str,
    source: &'r mut dyn BufRead,
    body: Vec<u8>,
}

impl<'r> Records<'r> {
    pub fn new(part: &'r str, source: &'r mut dyn BufRead) -> Self {
        Self {
            part,
            source,
            body: Vec::new(),
        }
    }

    /// The next record, up to the one of type `end`. Errors: the part ends before.
    pub fn until(&mut self, end: u16) -> Result<Option<(u16, Fields<'_>)>, Error> {
        let kind = self.number(2)?;
        let size = self.number(4)?;
        self.body.clear();
        // What a record claims to hold is not reserved: it grows with what there is.
        let read = self.source.take(size.into()).read_to_end(&mut self.body);
        if read.is_err() || self.body.len() < size as usize {
            return Err(damaged(self.part));
        }
        let fields = Fields {
            part: self.part,
            rest: &self.body,
        };
        Ok(Some((kind as u16, fields)).filter(|(kind, _)| *kind != end))
    }

    /// A number of seven bits a byte, the highest of each saying whether another follows.
    fn number(&mut self, most: u32) -> Result<u32, Error> {
        let mut number = 0;
        for place in 0..most {
            let mut byte = [0];
            self.source.read_exact(&mut byte).map_err(|_| damaged(self.part))?;
            let [byte] = byte;
            number |= u32::from(byte & 0x7F) << (7 * place);
            if byte & 0x80 == 0 {
                break;
            }
        }
        Ok(number)
    }
}

/// The fields of a record, taken off its front. Errors of all: the record is too short.
#[derive(Clone, Copy)]
pub(super) struct Fields<'r> {
    part: &'r str,
    rest: &'r [u8],
}

impl<'r> Fields<'r> {
    pub fn bytes(&mut self, length: usize) -> Result<&'r [u8], Error> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or_else(|| damaged(self.part))?;
        self.rest = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or_else(|| damaged(self.part))?;
        self.rest = rest;
        Ok(*bytes)
    }

    pub fn u8(&mut self) -> Result<u8, Error> {
        self.array().map(u8::from_le_bytes)
    }

    pub fn u16(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_le_bytes)
    }

    pub fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_le_bytes)
    }

    pub fn f64(&mut self) -> Result<f64, Error> {
        self.array().map(f64::from_le_bytes)
    }

    /// A number of 30 bits, whole or the upper part of a float, perhaps in hundredths (2.5.122, RkNumber).
    pub fn rk(&mut self) -> Result<f64, Error> {
        let bits = self.u32()?;
        let number = if bits & 2 == 0 {
            f64::from_bits(u64::from(bits & !3) << 32)
        } else {
            f64::from(bits.cast_signed() >> 2)
        };
        Ok(if bits & 1 == 0 { number } else { number / 100.0 })
    }

    /// A text after its length (2.5.168, XLWideString); no text where the length says so.
    pub fn text(&mut self) -> Result<Option<String>, Error> {
        let length = self.u32()?;
        if length == u32::MAX {
            return Ok(None);
        }
        let bytes = self.bytes((length as usize).saturating_mul(2))?;
        let units = bytes
            .chunks_exact(2)
            .map(|unit| unit.iter().rfold(0, |sum, byte| sum << 8 | u16::from(*byte)));
        let text = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
        Ok(Some(text.collect()))
    }

    /// A text that must be there.
    pub fn wanted_text(&mut self) -> Result<String, Error> {
        self.text()?.ok_or_else(|| damaged(self.part))
    }
}

fn damaged(part: &str) -> Error {
    Error::Damaged(part.to_owned())
}
