//! .xls: BIFF8 of Excel 97 to 2003 ([MS-XLS]), BIFF5 of Excel 5 and 95, and the single sheets of Excel 2 to 4.
//!
//! The container is opened in `compound`, a stream is cut into `records`, the globals tell of fonts and number formats
//! (`styles`), of the texts that cells share (`strings`) and where each sheet lies, and `cells` reads one sheet after the
//! other. A reader of its own, since fonts (which tell TCVN3 and VNI), percentages, hidden places and rich texts are lost in
//! calamine's, which also allocates the bounding box of a sheet.
//!
//! Whether a formula was ever computed is known where the program that wrote it asks for it to be computed on opening; xlwt
//! does not, and leaves an empty text. Left out on purpose: formulas themselves, pictures, charts, macros, the workspaces of
//! Excel 4, workbooks within a workbook, and decryption, also by the password that Excel uses when nobody gave one.

mod cells;
mod compound;
mod properties;
mod records;
mod strings;
mod styles;

use std::borrow::Cow;

use encoding_rs::Encoding;

use self::compound::{Compound, SIGNATURE};
use self::records::{Content, Record, Records, Version};
use self::strings::{Shared, Text, code_page};
use self::styles::Styles;
use super::rows::Budget;
use super::{Container, Error, Foreign, Limit, Limits, Workbook};
use crate::vietnamese::Charset;

/// What the globals tell the look at each sheet.
struct Book<'a> {
    stream: &'a [u8],
    version: Version,
    /// How bytes stand for letters, up to Excel 95.
    page: &'static Encoding,
    is_1904: bool,
    styles: Styles,
    shared: Shared,
    tabs: Vec<Tab>,
}

/// A sheet's name, and where it begins in the stream.
struct Tab {
    name: String,
    start: usize,
    hidden: bool,
    /// Not a chart, not macros.
    worksheet: bool,
}

/// The sheets of a compound file, or of a bare stream as Excel 2 to 4 wrote it.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, Error> {
    let mut workbook = Workbook {
        container: Container::Xls,
        ..Workbook::default()
    };
    let stream = if bytes.starts_with(SIGNATURE) {
        let file = Compound::open(bytes)?;
        // A slip in the properties is no reason to refuse the figures.
        if let Ok(Some(stream)) = file.stream("\u{5}DocumentSummaryInformation") {
            workbook.properties = properties::custom(&stream).unwrap_or_default();
        }
        Cow::Owned(stream_of(&file)?)
    } else {
        Cow::Borrowed(bytes)
    };
    let mut book = Book::read(&stream, limits)?;
    let mut budget = Budget::new(limits);
    // Sheets lie one after the other: nothing is read twice, whatever their places.
    let mut length = 0;
    for tab in std::mem::take(&mut book.tabs) {
        if workbook.sheets.iter().any(|sheet| sheet.name == tab.name) {
            return Err(Error::Damaged(tab.name));
        }
        if !tab.worksheet {
            continue;
        }
        if length > stream.len() {
            return Err(Error::Damaged(tab.name));
        }
        let (sheet, end) = cells::read(&book, tab.name, tab.start, limits, &mut budget)?;
        length += end - tab.start;
        if let Some(mut sheet) = sheet {
            sheet.hidden = tab.hidden;
            workbook.sheets.push(sheet);
        }
    }
    Ok(workbook)
}

/// The stream with the sheets. A file for old and new Excel has both, and is read as the new one.
fn stream_of(file: &Compound<'_>) -> Result<Vec<u8>, Error> {
    if file.stream("EncryptedPackage")?.is_some() {
        return Err(Error::Password);
    }
    for name in ["Workbook", "Book"] {
        if let Some(stream) = file.stream(name)? {
            return Ok(stream);
        }
    }
    Err(Error::Foreign(Foreign::OldOffice))
}

impl<'a> Book<'a> {
    fn read(stream: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        let damaged = || Error::Damaged("BIFF".to_owned());
        let mut records = Records::new(stream, 0);
        let (version, kind) = begin(&records.next()?).ok_or_else(damaged)?;
        let mut book = Self {
            stream,
            version,
            page: encoding_rs::WINDOWS_1252,
            is_1904: false,
            styles: Styles::default(),
            shared: Shared::default(),
            tabs: Vec::new(),
        };
        const SHEET: u16 = 0x0010;
        const WORKSPACE: u16 = 0x0100;
        match kind {
            SHEET => book.tabs.push(Tab {
                name: "Sheet1".to_owned(),
                start: 0,
                hidden: false,
                worksheet: true,
            }),
            WORKSPACE => return Err(Error::OldExcel),
            _ => {}
        }
        // A sheet that stands alone may have charts in it.
        let mut depth = 1usize;
        while depth > 0 {
            let record = records.next()?;
            if record.is_begin() {
                depth += 1;
            } else if record.is_end() {
                depth -= 1;
            } else if depth == 1 {
                book.take(&record, limits)?;
            }
        }
        Ok(book)
    }

    fn take(&mut self, record: &Record<'_>, limits: &Limits) -> Result<(), Error> {
        let mut content = record.content();
        let (version, page) = (self.version, self.page);
        let taken = match record.kind {
            0x001E | 0x041E => self.styles.format(&mut content, version, page),
            0x0022 => content.u16().map(|mode| self.is_1904 = mode == 1),
            0x002F => return Err(Error::Password),
            0x0031 | 0x0231 => self.styles.font(&mut content, version, page),
            0x0042 => content.u16().map(|number| self.page = code_page(number)),
            0x0043 | 0x0243 | 0x0443 | 0x00E0 => self.styles.style(&mut content, version),
            0x0085 => self.tab(&mut content),
            0x00FC => {
                self.shared = Shared::read(record, limits)?;
                Some(())
            }
            _ => Some(()),
        };
        taken.ok_or_else(|| Error::Damaged(format!("BIFF: {:#06X}", record.kind)))?;
        if self.tabs.len() > limits.sheets {
            return Err(Error::TooLarge(Limit::Sheets(limits.sheets)));
        }
        Ok(())
    }

    fn tab(&mut self, content: &mut Content<'_>) -> Option<()> {
        let start = content.u32()? as usize;
        let (state, kind) = (content.u8()?, content.u8()?);
        let name = Text::short(content, self.version)?;
        self.tabs.push(Tab {
            name: name.decode(Charset::Unknown, self.page).replace('\0', ""),
            start,
            hidden: state & 3 != 0,
            worksheet: kind == 0,
        });
        Some(())
    }
}

/// The version of a stream and what begins, from its first record ([MS-XLS] 2.4.21).
fn begin(record: &Record<'_>) -> Option<(Version, u16)> {
    let mut content = record.content();
    let (number, kind) = (content.u16()?, content.u16()?);
    let version = match (record.kind, number) {
        (0x0009, _) => Version::Biff2,
        (0x0209, _) => Version::Biff3,
        (0x0409, _) => Version::Biff4,
        (0x0809, 0x0500) => Version::Biff5,
        (0x0809, 0x0600) => Version::Biff8,
        // Programs that leave the number out mean one of the two.
        (0x0809, 0) if kind == 0x1000 => Version::Biff5,
        (0x0809, 0) => Version::Biff8,
        // Some put a number of old into the record of new.
        (0x0809, 0x0200) => Version::Biff2,
        (0x0809, 0x0300) => Version::Biff3,
        (0x0809, 0x0400) => Version::Biff4,
        _ => return None,
    };
    Some((version, kind))
}

#[cfg(test)]
mod tests;
