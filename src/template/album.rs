//! The pictures that a document asks for: found once, read once, and each a part of the package once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::Files;
use super::addition::Additions;
use super::picture::{self, Picture, Size};
use crate::diagnostic::{CellRef, Diagnostic, Diagnostics, Place};
use crate::text;

/// A picture that is a part of the document.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The part.
    pub part: String,
    /// Its name for people.
    pub name: String,
    /// Its size by its own resolution.
    pub natural: Size,
}

/// A PNG of one pixel that lets everything through.
const CLEAR_PIXEL: [u8; 68] = [
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0b, 0x49,
    0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x60, 0x00, 0x02, 0x00, 0x00, 0x05, 0x00, 0x01, 0xe9, 0xfa, 0xdc, 0xd8, 0x00,
    0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// Pictures by where they come from.
#[derive(Debug, Default)]
pub struct Album {
    given: BTreeMap<String, Arc<[u8]>>,
    files: Arc<Files>,
    known: HashMap<String, Option<Entry>>,
    blank: Option<String>,
    /// Names that were asked for.
    pub asked: BTreeSet<String>,
    /// What is wrong with pictures, each once.
    pub findings: Diagnostics,
}

impl Album {
    /// An album of the pictures that were given by name, and of a pack's files.
    pub fn new(given: BTreeMap<String, Arc<[u8]>>, files: Arc<Files>) -> Self {
        Self {
            given,
            files,
            ..Self::default()
        }
    }

    /// Whether a picture of a name is there.
    pub fn has(&self, name: &str) -> bool {
        picture::lookup(name, &self.given, &self.files).is_some()
    }

    /// The part with a picture of one clear pixel.
    pub fn blank(&mut self, additions: &mut Additions) -> String {
        let part = self
            .blank
            .get_or_insert_with(|| additions.media("png", Arc::from(CLEAR_PIXEL)));
        part.clone()
    }

    /// The picture of a name; `None` when there is none that can be shown, which is told.
    pub fn named(&mut self, name: &str, additions: &mut Additions) -> Option<Entry> {
        self.asked.insert(name.to_owned());
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let (given, files) = (&self.given, &self.files);
        let found = picture::lookup(name, given, files).map(|found| (found.name.to_owned(), found.bytes));
        let entry = match found {
            Some((shown, bytes)) => self.read(&shown, bytes, additions),
            None => {
                self.findings.push(picture::missing(name, given, files));
                None
            }
        };
        self.known.insert(name.to_owned(), entry.clone());
        entry
    }

    /// The picture that lies on a cell.
    pub fn on_cell(
        &mut self,
        sheet: &str,
        cell: CellRef,
        found: Option<&crate::workbook::Picture>,
        additions: &mut Additions,
    ) -> Option<Entry> {
        let key = format!("{sheet}!{cell}");
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let entry = match found {
            // A cell's address is no name of a picture for those who read the document.
            Some(found) => self.read(&key, Arc::clone(&found.bytes), additions).map(|entry| Entry {
                name: String::new(),
                ..entry
            }),
            None => {
                self.findings.push(
                    Diagnostic::warning(
                        "anh/thieu",
                        Place::Cell(sheet.to_owned(), cell),
                        text!(
                            "văn bản cần một ảnh đặt ở ô này, chưa có ảnh nào; chỗ ấy để trống",
                            "the document wants a picture on this cell and there is none; its place stays empty"
                        ),
                    )
                    .hint(text!(
                        "trong Excel: Chèn (Insert) > Ảnh (Pictures), rồi đặt ảnh lên ô",
                        "in Excel: Insert > Pictures, then put it on the cell"
                    )),
                );
                None
            }
        };
        self.known.insert(key, entry.clone());
        entry
    }

    fn read(&mut self, name: &str, bytes: Arc<[u8]>, additions: &mut Additions) -> Option<Entry> {
        match Picture::read(bytes) {
            Ok(picture) => {
                if picture.is_turned {
                    self.findings.push(picture::turned(name));
                }
                Some(Entry {
                    part: additions.media(picture.format.extension, picture.bytes),
                    name: name.to_owned(),
                    natural: picture.natural,
                })
            }
            Err(reason) => {
                self.findings.push(picture::unreadable(name, &reason));
                None
            }
        }
    }
}
