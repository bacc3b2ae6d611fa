//! What a file is by its content: extensions lie, and "not a zip archive" helps nobody.

use super::{Container, Error};
use crate::opc::Package;

/// What a file's first bytes say it is.
pub(super) enum Kind {
    /// A zip archive.
    Package,
    /// A BIFF workbook, in an OLE2 compound file or as a bare stream.
    Biff,
}

/// First records of a bare BIFF stream, Excel 2 to 5.
const BIFF: [&[u8]; 4] = [&[9, 0, 4, 0], &[9, 2, 6, 0], &[9, 4, 6, 0], &[9, 8]];

/// The kind of a file; an error for everything that is no workbook.
pub(super) fn of(bytes: &[u8]) -> Result<Kind, Error> {
    // OLE2 compound file, [MS-CFB] 2.2.
    const OLE2: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(Kind::Package);
    }
    Err(if bytes.is_empty() {
        Error::Empty
    } else if bytes.starts_with(OLE2) {
        // Names of streams in the directory, UTF-16LE.
        if has_name(bytes, "EncryptedPackage") {
            Error::Password
        } else if has_name(bytes, "Workbook") || has_name(bytes, "Book") {
            return Ok(Kind::Biff);
        } else {
            Error::OldOffice
        }
    } else if bytes.starts_with(b"%PDF") {
        Error::Pdf
    } else if BIFF.iter().any(|start| bytes.starts_with(start)) {
        // A bare BIFF stream (Excel 2 to 5).
        return Ok(Kind::Biff);
    } else {
        plain(bytes)
    })
}

fn has_name(bytes: &[u8], name: &str) -> bool {
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|window| window == name)
}

fn plain(bytes: &[u8]) -> Error {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let start = text.trim_start();
    if start.starts_with("<!doctype html") || start.starts_with("<html") || text.contains("<table") {
        Error::Html
    } else if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        Error::PlainText
    } else if head
        .iter()
        .any(|&byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C))
    {
        Error::Unknown
    } else {
        Error::PlainText
    }
}

/// How a zip archive holds a workbook; an error for one that is none.
pub(super) fn of_package(package: &Package) -> Result<Container, Error> {
    let starts = |prefix: &str| {
        package
            .names()
            .any(|name| name.to_ascii_lowercase().starts_with(prefix))
    };
    if package.has("mimetype") {
        return Ok(Container::Ods);
    }
    if package.has("xl/workbook.bin") {
        return Ok(Container::Xlsb);
    }
    if starts("word/") || starts("ppt/") || starts("visio/") {
        return Err(Error::OtherOffice);
    }
    if !package.has("_rels/.rels") {
        return Err(Error::Unknown);
    }
    Ok(Container::Xlsx)
}
