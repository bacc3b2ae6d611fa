//! What a file is by its content: extensions lie, and "not a zip archive" helps nobody.

use super::Error;
use crate::opc::Package;

/// An error for everything but a zip archive.
pub(super) fn refuse_others(bytes: &[u8]) -> Result<(), Error> {
    // OLE2 compound file, [MS-CFB] 2.2.
    const OLE2: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(());
    }
    Err(if bytes.is_empty() {
        Error::Empty
    } else if bytes.starts_with(OLE2) {
        // Names of streams in the directory, UTF-16LE.
        if has_name(bytes, "EncryptedPackage") {
            Error::Password
        } else if has_name(bytes, "Workbook") || has_name(bytes, "Book") {
            Error::OldExcel
        } else {
            Error::OldOffice
        }
    } else if bytes.starts_with(b"%PDF") {
        Error::Pdf
    } else if bytes.starts_with(&[0x09, 0x08]) || bytes.starts_with(&[0x09, 0x04]) {
        // A bare BIFF stream (Excel 2 to 5).
        Error::OldExcel
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

/// An error for zip archives that are no .xlsx.
pub(super) fn refuse_other_packages(package: &Package) -> Result<(), Error> {
    let starts = |prefix: &str| {
        package
            .names()
            .any(|name| name.to_ascii_lowercase().starts_with(prefix))
    };
    if package.has("mimetype") {
        return Err(Error::OpenDocument);
    }
    if package.has("xl/workbook.bin") {
        return Err(Error::BinaryWorkbook);
    }
    if starts("word/") || starts("ppt/") || starts("visio/") {
        return Err(Error::OtherOffice);
    }
    if !package.has("_rels/.rels") {
        return Err(Error::Unknown);
    }
    Ok(())
}
