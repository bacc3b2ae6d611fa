//! What a file is by its content: extensions lie, and "not a zip archive" helps nobody.

use memchr::memmem;

use super::{Container, Error, Foreign};
use crate::opc::Package;

/// What a file's first bytes say it is.
pub(super) enum Kind {
    /// A zip archive.
    Package,
    /// A BIFF workbook, in an OLE2 compound file or as a bare stream.
    Biff,
}

/// OLE2 compound file, [MS-CFB] 2.2.
const OLE2: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// First records of a bare BIFF stream, Excel 2 to 5.
const BIFF: [&[u8]; 4] = [&[9, 0, 4, 0], &[9, 2, 6, 0], &[9, 4, 6, 0], &[9, 8]];

/// What files of other kinds hold at a place near their beginning.
const SIGNATURES: [(usize, &[u8], Foreign); 12] = [
    (0, b"%PDF", Foreign::Pdf),
    (0, b"\x89PNG", Foreign::Image),
    (0, b"\xFF\xD8\xFF", Foreign::Image),
    (0, b"GIF8", Foreign::Image),
    (0, b"II*\0", Foreign::Image),
    (0, b"MM\0*", Foreign::Image),
    // Photographs of telephones (HEIF).
    (4, b"ftyphei", Foreign::Image),
    (4, b"ftypmif", Foreign::Image),
    (0, b"Rar!\x1A\x07", Foreign::Archive),
    (0, b"7z\xBC\xAF\x27\x1C", Foreign::Archive),
    // [MS-SHLLINK] 2.1.
    (0, &[0x4C, 0, 0, 0, 1, 0x14, 2, 0], Foreign::Shortcut),
    (0, b"{\\rtf", Foreign::Rtf),
];

/// What texts of other kinds hold near their beginning, in small letters; the first that fits counts.
const MARKUP: [(&str, Foreign); 13] = [
    // Before web pages: its tables are called the same.
    ("urn:schemas-microsoft-com:office:spreadsheet", Foreign::XmlSpreadsheet),
    ("progid=\"excel.sheet\"", Foreign::XmlSpreadsheet),
    ("<office:document", Foreign::FlatOpenDocument),
    // Before web pages: it holds one.
    ("multipart/related", Foreign::WebArchive),
    ("<!doctype html", Foreign::Html),
    ("<html", Foreign::Html),
    ("<table", Foreign::Html),
    ("[internetshortcut]", Foreign::Shortcut),
    ("{\"url\":\"https://docs.google.com/", Foreign::GoogleSheet),
    ("{\"url\": \"https://docs.google.com/", Foreign::GoogleSheet),
    ("\"doc_id\":", Foreign::GoogleSheet),
    ("<svg", Foreign::Image),
    ("<?xml", Foreign::Unknown),
];

/// The kind of a file; an error for everything that is no workbook.
pub(super) fn of(bytes: &[u8]) -> Result<Kind, Error> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(Kind::Package);
    }
    if BIFF.iter().any(|start| bytes.starts_with(start)) {
        return Ok(Kind::Biff);
    }
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    if bytes.iter().all(|&byte| byte == 0) {
        return Err(Error::Zeros);
    }
    if bytes.starts_with(OLE2) {
        // Names of streams in the directory.
        return if has_name(bytes, "EncryptedPackage") {
            Err(Error::Password)
        } else if ["Workbook", "Book", "WORKBOOK", "BOOK"]
            .iter()
            .any(|name| has_name(bytes, name))
        {
            Ok(Kind::Biff)
        } else {
            Err(Error::Foreign(Foreign::OldOffice))
        };
    }
    let signed = SIGNATURES
        .iter()
        .find(|(place, sign, _)| bytes.get(*place..).is_some_and(|bytes| bytes.starts_with(sign)));
    Err(Error::Foreign(
        signed.map_or_else(|| plain(bytes), |(_, _, foreign)| *foreign),
    ))
}

/// Whether a compound file holds a stream of a name, UTF-16LE.
fn has_name(bytes: &[u8], name: &str) -> bool {
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    memmem::find(bytes, &name).is_some()
}

/// What a file is that nothing but its text tells.
fn plain(bytes: &[u8]) -> Foreign {
    // The file that Excel keeps beside an open workbook: the length of the user's name, the name, and blanks up to 165 bytes.
    if bytes.len() == 165 && bytes.first().is_some_and(|length| (1..=54).contains(length)) {
        return Foreign::Lock;
    }
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let head = match head {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => String::from_utf8_lossy(head).trim_start_matches('\u{feff}').to_owned(),
    };
    let text = head.to_ascii_lowercase();
    if let Some((_, foreign)) = MARKUP.iter().find(|(sign, _)| text.contains(sign)) {
        return *foreign;
    }
    let is_binary = |c: char| c < ' ' && !matches!(c, '\t' | '\n' | '\r' | '\u{c}');
    if text.contains(is_binary) {
        Foreign::Unknown
    } else {
        Foreign::PlainText
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16_lossy(&units)
}

/// How a zip archive holds a workbook; an error for one that is none.
pub(super) fn of_package(package: &Package) -> Result<Container, Error> {
    if package.has("mimetype") {
        let kind = package.part("mimetype").unwrap_or_default();
        let kind = String::from_utf8_lossy(&kind);
        // `…spreadsheet-template` too.
        return if kind.starts_with("application/vnd.oasis.opendocument.spreadsheet") {
            Ok(Container::Ods)
        } else if kind.starts_with("application/vnd.oasis.opendocument.") {
            Err(Error::Foreign(Foreign::OtherOffice))
        } else {
            Err(Error::Foreign(Foreign::Unknown))
        };
    }
    let names: Vec<String> = package.names().map(str::to_ascii_lowercase).collect();
    let starts = |prefixes: &[&str]| {
        names
            .iter()
            .any(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)))
    };
    if starts(&["word/", "ppt/", "visio/"]) {
        return Err(Error::Foreign(Foreign::OtherOffice));
    }
    if names.iter().any(|name| name.ends_with(".iwa") || name == "index.zip") {
        return Err(Error::Foreign(Foreign::Numbers));
    }
    if names.iter().any(|name| name == "_rels/.rels") {
        let relationships = package.relationships("").unwrap_or_default();
        let binary = |part: &str| part.to_ascii_lowercase().ends_with(".bin");
        let document = relationships.iter().find(|found| found.kind == "officeDocument");
        return match document {
            Some(found) if binary(&found.target) => Ok(Container::Xlsb),
            // A package of another kind, such as a page printed to XPS; one whose relationships can't be read is damaged.
            None if !relationships.is_empty() => Err(Error::Foreign(Foreign::Unknown)),
            _ => Ok(Container::Xlsx),
        };
    }
    if names.iter().any(|name| name == "content.xml") && names.iter().any(|name| name == "meta-inf/manifest.xml") {
        return Ok(Container::Ods);
    }
    const WORKBOOKS: [&str; 6] = [".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et"];
    let is_workbook = |name: &&str| {
        let name = name.to_ascii_lowercase();
        // What a Mac puts beside each file is none.
        !name.starts_with("__macosx/") && WORKBOOKS.iter().any(|ending| name.ends_with(ending))
    };
    let workbooks: Vec<String> = package.names().filter(is_workbook).map(str::to_owned).collect();
    Err(if workbooks.is_empty() {
        Error::Foreign(Foreign::Unknown)
    } else {
        Error::Workbooks(workbooks)
    })
}
