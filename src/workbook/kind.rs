//! What a file is by its content: extensions lie, and "not a zip archive" helps nobody.

use super::{Container, Error, xls};
use crate::opc::Package;

/// What a file's first bytes say it is.
pub(super) enum Kind {
    /// A zip archive.
    Package,
    /// An OLE2 compound file, of which a BIFF workbook is one kind, or a bare BIFF stream.
    Biff,
}

/// The kind of a file; an error for everything that is no workbook.
pub(super) fn of(bytes: &[u8]) -> Result<Kind, Error> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(Kind::Package);
    }
    // A compound file, or a bare stream of Excel 2 to 5 by its first record.
    let biff: [&[u8]; 5] = [
        xls::SIGNATURE,
        &[0x09, 0x00, 0x04, 0x00],
        &[0x09, 0x02],
        &[0x09, 0x04],
        &[0x09, 0x08],
    ];
    if biff.iter().any(|start| bytes.starts_with(start)) {
        return Ok(Kind::Biff);
    }
    Err(if bytes.is_empty() {
        Error::Empty
    } else if bytes.starts_with(b"%PDF") {
        Error::Pdf
    } else {
        plain(bytes)
    })
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
