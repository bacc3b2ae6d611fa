//! A zip archive of plain files: read whole with nothing in it trusted, or written so that the same files give the same
//! bytes everywhere.
//!
//! In: bytes of an archive. Out: its files by name, or every reason why it is refused, with the entry each is about. Names
//! must be such that every system takes them and none leads out of a folder. Sizes are held against [`Limits`] before
//! anything is inflated, and no entry is inflated further than the size that it declares. Knows no pack.

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, System, ZipArchive, ZipWriter};

use super::Error;
use crate::diagnostic::Text;
use crate::text;
use crate::vietnamese::nfc;

/// What an archive may cost to read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most files.
    pub files: usize,
    /// Most bytes of one file, inflated.
    pub file_bytes: u64,
    /// Most bytes of all files together, inflated.
    pub total_bytes: u64,
    /// How many folders a file may lie in.
    pub depth: usize,
}

/// Why an archive is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The name of the entry it is about, fit to be shown.
    pub entry: Option<String>,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What can be wrong with an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The file is no zip archive.
    NoArchive,
    /// The archive, or an entry, can't be read to its end.
    Damaged,
    /// More entries than the limit.
    TooMany,
    /// An entry is larger than the limit, inflated.
    FileTooLarge,
    /// All entries together are larger than the limit, inflated.
    TotalTooLarge,
    /// An entry is protected by a password.
    Encrypted,
    /// An entry is packed by a method that is not used here.
    Method,
    /// The name is not one that every system takes; the reason.
    Name(Text),
    /// Two entries have one name, or names that some systems take for one.
    Twice,
    /// A link or a device instead of a file.
    NoFile,
    /// An entry holds more or less than it declares.
    WrongSize,
}

/// Most faults told of one archive; more than anybody reads.
const MOST_FAULTS: usize = 20;
/// Most headers of entries in an archive's bytes, those of documents within it included. The list of entries is read into
/// memory before they can be counted, so they are counted here first.
const MOST_HEADERS: usize = 50_000;
/// What the header of an entry begins with in the central directory (APPNOTE 4.3.12).
const HEADER: &[u8] = b"PK\x01\x02";
/// Bits of a Unix mode that tell the kind of a file, and the kinds that are taken.
const KIND: u32 = 0o170_000;
const PLAIN_KINDS: [u32; 3] = [0, 0o100_000, 0o040_000];

/// The files of an archive by their names. Errors: all that is wrong with its list of entries, or with their contents.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<BTreeMap<String, Vec<u8>>, Vec<Fault>> {
    let whole = |kind| vec![Fault { entry: None, kind }];
    if !bytes.starts_with(b"PK") {
        return Err(whole(FaultKind::NoArchive));
    }
    if memchr::memmem::find_iter(bytes, HEADER).nth(MOST_HEADERS).is_some() {
        return Err(whole(FaultKind::TooMany));
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| whole(FaultKind::Damaged))?;
    if archive.len() > limits.files {
        return Err(whole(FaultKind::TooMany));
    }
    let mut faults = Vec::new();
    if archive.has_duplicate_names() {
        faults.extend(whole(FaultKind::Twice));
    }
    let files = list(&mut archive, limits, &mut faults);
    if !faults.is_empty() {
        faults.truncate(MOST_FAULTS);
        return Err(faults);
    }
    let mut contents = BTreeMap::new();
    for (index, name) in files {
        match inflate(&mut archive, index) {
            Ok(content) => {
                contents.insert(name, content);
            }
            Err(kind) => faults.push(Fault {
                entry: Some(shown(&name)),
                kind,
            }),
        }
    }
    match faults.is_empty() {
        true => Ok(contents),
        false => {
            faults.truncate(MOST_FAULTS);
            Err(faults)
        }
    }
}

/// Index and name of each file, as the list of entries declares them.
fn list(archive: &mut ZipArchive<Cursor<&[u8]>>, limits: &Limits, faults: &mut Vec<Fault>) -> Vec<(usize, String)> {
    let mut files = Vec::new();
    let mut seen = HashMap::new();
    let mut total = 0u64;
    for index in 0..archive.len() {
        let Ok(entry) = archive.by_index_raw(index) else {
            faults.push(Fault {
                entry: None,
                kind: FaultKind::Damaged,
            });
            continue;
        };
        let raw = entry.name_raw();
        // A folder's own entry ends in a slash, and says nothing that the names of its files don't.
        let is_folder = entry.is_dir();
        let name = match std::str::from_utf8(raw) {
            Ok(name) => name.strip_suffix('/').filter(|_| is_folder).unwrap_or(name).to_owned(),
            Err(_) => String::from_utf8_lossy(raw).into_owned(),
        };
        let mut fault = |kind| {
            faults.push(Fault {
                entry: Some(shown(&name)),
                kind,
            });
        };
        if std::str::from_utf8(raw).is_err() {
            fault(FaultKind::Name(Text::new(
                "tên tệp không phải chữ UTF-8",
                "the name is no UTF-8 text",
            )));
            continue;
        }
        if let Some(reason) = name_fault(&name, limits.depth) {
            fault(FaultKind::Name(reason));
            continue;
        }
        let is_plain = entry
            .unix_mode()
            .is_none_or(|mode| PLAIN_KINDS.contains(&(mode & KIND)));
        if entry.is_symlink() || !is_plain {
            fault(FaultKind::NoFile);
            continue;
        }
        if let Some(first) = seen.insert(collision_key(&name), is_folder)
            && !(first && is_folder)
        {
            fault(FaultKind::Twice);
        }
        if is_folder {
            continue;
        }
        if entry.encrypted() {
            fault(FaultKind::Encrypted);
            continue;
        }
        if !matches!(
            entry.compression(),
            CompressionMethod::Stored | CompressionMethod::Deflated
        ) {
            fault(FaultKind::Method);
        }
        let size = entry.size();
        let before = total;
        total = total.saturating_add(size);
        if size > limits.file_bytes {
            fault(FaultKind::FileTooLarge);
        } else if total > limits.total_bytes && before <= limits.total_bytes {
            faults.push(Fault {
                entry: None,
                kind: FaultKind::TotalTooLarge,
            });
        }
        files.push((index, name));
    }
    files
}

/// The content of an entry, which must be as long as it declares.
fn inflate(archive: &mut ZipArchive<Cursor<&[u8]>>, index: usize) -> Result<Vec<u8>, FaultKind> {
    let entry = archive.by_index(index).map_err(|_| FaultKind::Damaged)?;
    let size = entry.size();
    let mut content = Vec::new();
    // A byte more than declared tells that it lies; what comes after is never inflated.
    let read = entry.take(size + 1).read_to_end(&mut content);
    match read {
        _ if content.len() as u64 > size => Err(FaultKind::WrongSize),
        Err(_) => Err(FaultKind::Damaged),
        Ok(_) if (content.len() as u64) < size => Err(FaultKind::WrongSize),
        Ok(_) => Ok(content),
    }
}

/// An archive of files, in the order given. Time stamps, rights and the system that made it are fixed.
pub fn write<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Result<Vec<u8>, Error> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .unix_permissions(0o644)
        .system(System::Unix);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(name, options)?;
        writer.write_all(content)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// Names that some systems take for one have one key: case, and letters composed or not, make no difference.
pub fn collision_key(name: &str) -> String {
    nfc(&nfc(name).to_lowercase())
}

/// Most bytes of a step of a path on Linux and macOS, and most of the whole path: leaves room for the folder within the 260
/// of Windows.
const STEP_BYTES: usize = 255;
const PATH_LENGTH: usize = 200;

/// Why a file's path within a folder (`/` between its steps) is not one that every system takes, if it is not; one that lies
/// in more than `depth` folders is none either. Source of the rules: Microsoft, "Naming Files, Paths, and Namespaces".
pub fn name_fault(name: &str, depth: usize) -> Option<Text> {
    if name.is_empty() {
        return Some(Text::new("tên tệp trống", "the name is empty"));
    }
    let is_drive = matches!(name.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if name.contains(['\0', '\\']) || name.starts_with('/') || is_drive {
        return Some(Text::new(
            "đường dẫn này dẫn ra ngoài gói",
            "the path leads out of the pack",
        ));
    }
    if name.chars().count() > PATH_LENGTH || name.split('/').any(|step| step.len() > STEP_BYTES) {
        return Some(text!(
            "tên tệp dài hơn {PATH_LENGTH} ký tự",
            "the name is longer than {PATH_LENGTH} characters"
        ));
    }
    let steps: Vec<&str> = name.split('/').collect();
    if steps.len() > depth + 1 {
        return Some(text!(
            "tệp nằm sâu quá {depth} lớp thư mục",
            "the file lies deeper than {depth} folders"
        ));
    }
    steps.into_iter().find_map(|step| {
        if step == ".." {
            return Some(Text::new(
                "đường dẫn này dẫn ra ngoài gói",
                "the path leads out of the pack",
            ));
        }
        if step.is_empty() || step == "." {
            return Some(Text::new("đường dẫn có một bước trống", "the path has an empty step"));
        }
        let sign = step
            .chars()
            .find(|sign| "<>:\"|?*".contains(*sign) || sign.is_control() || is_invisible(*sign));
        if let Some(sign) = sign {
            let sign = shown(&sign.to_string());
            return Some(text!(
                "Windows không nhận ký tự “{sign}” trong tên tệp",
                "Windows takes no “{sign}” in a file name"
            ));
        }
        if step.ends_with(['.', ' ']) {
            return Some(Text::new(
                "Windows không nhận tên kết thúc bằng dấu chấm hay dấu cách",
                "Windows takes no name that ends in a dot or a blank",
            ));
        }
        is_device_name(step).then(|| {
            text!(
                "“{step}” là tên dành riêng của Windows",
                "“{step}” is a name that Windows keeps for itself"
            )
        })
    })
}

/// Formatting signs that can't be seen, and could disguise an ending.
fn is_invisible(sign: char) -> bool {
    matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether a file name is that of a device on Windows, whatever its extension: `con`, `NUL.txt`, `COM1`.
pub fn is_device_name(name: &str) -> bool {
    const DEVICES: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_uppercase();
    let numbered = |device| {
        stem.strip_prefix(device).is_some_and(|rest: &str| {
            rest.chars().count() == 1 && rest.contains(|digit: char| digit.is_ascii_digit() || "¹²³".contains(digit))
        })
    };
    DEVICES.contains(&stem.as_str()) || numbered("COM") || numbered("LPT")
}

/// A name from an archive as it may be shown: without signs that move a terminal's cursor or can't be seen.
fn shown(name: &str) -> String {
    let signs = name.chars().map(|sign| match sign {
        sign if sign.is_control() || is_invisible(sign) => sign.escape_unicode().to_string(),
        sign => sign.to_string(),
    });
    crate::diagnostic::shorten(&signs.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        files: 4,
        file_bytes: 1_000,
        total_bytes: 1_500,
        depth: 2,
    };

    fn kinds(bytes: &[u8]) -> Vec<(Option<String>, FaultKind)> {
        let faults = read(bytes, &LIMITS).expect_err("a fault");
        faults.into_iter().map(|fault| (fault.entry, fault.kind)).collect()
    }

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        write(files.iter().copied()).expect("an archive")
    }

    /// Replaces the only occurrences of some bytes, as an attacker would.
    fn patched(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
        assert_eq!(from.len(), to.len());
        let places: Vec<usize> = memchr::memmem::find_iter(&bytes, from).collect();
        assert!(!places.is_empty(), "nothing to patch");
        for at in places {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
        bytes
    }

    #[test]
    fn files_come_back_and_the_same_files_give_the_same_bytes() {
        let files = [("a/b.txt", &b"hai"[..]), ("c.txt", b"")];
        let bytes = archive(&files);
        assert_eq!(bytes, archive(&files));
        let read = read(&bytes, &LIMITS).expect("a good archive");
        assert_eq!(read.keys().collect::<Vec<_>>(), ["a/b.txt", "c.txt"]);
        assert_eq!(read["a/b.txt"], b"hai");
    }

    #[test]
    fn names_that_lead_elsewhere_or_fit_not_every_system_are_faults() {
        for name in [
            "../x",
            "a/../../x",
            "/x",
            "C:x",
            "c:/x",
            "a\\b",
            "a//b",
            "./a",
            "a\0b",
            "a\nb",
            "con",
            "a/NUL.txt",
            "lpt1.md",
            "x.",
            "x ",
            "a:b",
            "a?b",
            "gpj\u{202e}.exe",
            "a/b/c/d",
            "",
        ] {
            assert!(name_fault(name, 2).is_some(), "{name:?}");
        }
        for name in [
            "pack.toml",
            "mẫu in/ảnh con dấu.png",
            "a/b/c",
            "..x",
            "commune.md",
            ".x",
        ] {
            assert_eq!(name_fault(name, 2), None, "{name:?}");
        }
        assert!(name_fault(&"x".repeat(201), 2).is_some());
        let bytes = patched(archive(&[("aa/xxxx", b"1")]), b"aa/xxxx", b"../xxxx");
        let found = kinds(&bytes);
        assert!(
            matches!(&found[..], [(Some(name), FaultKind::Name(_))] if name == "../xxxx"),
            "{found:?}"
        );
        let found = kinds(&patched(archive(&[("aaaa", b"1")]), b"aaaa", b"a\x1b[2"));
        assert_eq!(found[0].0.as_deref(), Some("a\\u{1b}[2"));
    }

    #[test]
    fn names_that_are_one_on_some_systems_are_told() {
        for names in [["a.txt", "A.TXT"], ["Hoa\u{300}.md", "Ho\u{e0}.md"]] {
            let found = kinds(&archive(&names.map(|name| (name, &b"1"[..]))));
            assert!(
                matches!(&found[..], [(Some(name), FaultKind::Twice)] if name == names[1]),
                "{found:?}"
            );
        }
        let found = kinds(&patched(archive(&[("aa", b"1"), ("bb", b"2")]), b"bb", b"aa"));
        assert!(found.contains(&(None, FaultKind::Twice)), "{found:?}");
    }

    #[test]
    fn limits_are_held_before_anything_is_inflated() {
        let large = vec![b'x'; 1_001];
        assert_eq!(
            kinds(&archive(&[("a", &large)])),
            [(Some("a".into()), FaultKind::FileTooLarge)]
        );
        let middling = vec![b'x'; 800];
        assert_eq!(
            kinds(&archive(&[("a", &middling), ("b", &middling)])),
            [(None, FaultKind::TotalTooLarge)]
        );
        let many: Vec<String> = (0..5).map(|number| number.to_string()).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
        assert_eq!(kinds(&archive(&many)), [(None, FaultKind::TooMany)]);
        let headers = [b"PK", HEADER.repeat(MOST_HEADERS + 1).as_slice()].concat();
        assert_eq!(kinds(&headers), [(None, FaultKind::TooMany)]);
    }

    #[test]
    fn a_size_that_lies_is_found_out_at_its_first_byte_too_many() {
        let bytes = archive(&[("a", &[b'x'; 900])]);
        let size = 900u32.to_le_bytes();
        for lie in [5u32, 950] {
            let found = kinds(&patched(bytes.clone(), &size, &lie.to_le_bytes()));
            assert!(
                matches!(&found[..], [(Some(_), FaultKind::WrongSize | FaultKind::Damaged)]),
                "{lie}: {found:?}"
            );
        }
    }

    #[test]
    fn links_passwords_and_odd_methods_are_told() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer
            .add_symlink("x", "/etc/passwd", SimpleFileOptions::default())
            .expect("a link");
        let bytes = writer.finish().expect("an archive").into_inner();
        assert_eq!(kinds(&bytes), [(Some("x".into()), FaultKind::NoFile)]);

        let bytes = archive(&[("a", b"1")]);
        let at = memchr::memmem::find(&bytes, HEADER).expect("a header");
        let mut locked = bytes.clone();
        locked[at + 8] |= 1;
        assert_eq!(kinds(&locked), [(Some("a".into()), FaultKind::Encrypted)]);
        let mut odd = bytes;
        odd[at + 10] = 14;
        assert_eq!(kinds(&odd), [(Some("a".into()), FaultKind::Method)]);
    }

    #[test]
    fn what_is_no_archive_or_a_broken_one_is_told() {
        for bytes in [&b""[..], b"%PDF-1.7", b"Rar!"] {
            assert_eq!(kinds(bytes), [(None, FaultKind::NoArchive)]);
        }
        let bytes = archive(&[("a.txt", b"mot hai ba bon nam sau bay tam chin muoi")]);
        assert_eq!(kinds(&bytes[..bytes.len() / 2]), [(None, FaultKind::Damaged)]);
        let mut broken = bytes;
        broken[40] ^= 0x55;
        let found = kinds(&broken);
        assert!(
            matches!(&found[..], [(Some(_), FaultKind::Damaged | FaultKind::WrongSize)]),
            "{found:?}"
        );
    }
}
