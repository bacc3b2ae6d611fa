//! The .docx container (Open Packaging Conventions, ECMA-376 part 2): parts, content types, relationships, limits.
//!
//! In: bytes of a package. Out: its parts, each inflated on demand and counted against [`Limits`]; a package written
//! again with some parts replaced. Parts that are not replaced are copied without recompressing, bytes and all. Time
//! stamps of new parts are fixed, so the same input gives the same bytes. Knows no Word. [`archive`] is for plain files.

pub mod archive;

use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::diagnostic::Text;
use crate::text;

/// What a package may cost to read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most parts.
    pub parts: usize,
    /// Most bytes of one part, inflated.
    pub part_bytes: u64,
    /// Most bytes of all parts together, inflated, as the package declares them.
    pub total_bytes: u64,
}

impl Default for Limits {
    /// 5,000 parts, 256 MiB a part, 1 GiB together: far above any office document, far below what hurts a PC.
    fn default() -> Self {
        Self {
            parts: 5_000,
            part_bytes: 256 << 20,
            total_bytes: 1 << 30,
        }
    }
}

/// Why a package can't be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not a zip archive, or a damaged one.
    #[error("the package is damaged: {0}")]
    Damaged(String),
    /// A part that must be there is not.
    #[error("the package has no part {0}")]
    Missing(String),
    /// A limit was reached; says which.
    #[error("the package is too large: {0}")]
    TooLarge(String),
    /// Parts are encrypted.
    #[error("the package is encrypted")]
    Encrypted,
    /// A file of another kind.
    #[error("the file is no package: {0:?}")]
    Foreign(Foreign),
    /// Whoever writes its parts anew gave up, and why.
    #[error("{}", .0.en)]
    Refused(Text),
}

/// What a file is that is no package, whatever its name ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Nothing in it.
    Empty,
    /// A file of Office 97 to 2003.
    OldOffice,
    /// Rich Text Format.
    Rtf,
    /// A web page.
    Html,
    /// A PDF.
    Pdf,
    /// The beginning of a package.
    Cut,
    /// Anything else.
    Unknown,
}

impl Foreign {
    fn text(self) -> Text {
        match self {
            Self::Empty => text!("tệp rỗng", "the file is empty"),
            Self::OldOffice => text!(
                "tệp theo dạng cũ của Word 97–2003 (.doc), đổi tên thành .docx không đủ",
                "the file is of the old kind of Word 97 to 2003 (.doc); another name makes it no .docx"
            ),
            Self::Rtf => text!(
                "tệp là văn bản RTF, không phải .docx",
                "the file is Rich Text (RTF), no .docx"
            ),
            Self::Html => text!(
                "tệp là trang web (HTML), không phải .docx",
                "the file is a web page (HTML), no .docx"
            ),
            Self::Pdf => text!("tệp là PDF, không phải .docx", "the file is a PDF, no .docx"),
            Self::Cut => text!(
                "tệp bị cụt hoặc hỏng, có thể chưa chép hay tải xong",
                "the file is cut short or damaged; perhaps copying or downloading did not end"
            ),
            Self::Unknown => text!("tệp không phải tệp Office", "the file is no Office file"),
        }
    }
}

/// Why a file can't be opened as an archive, by what it begins with.
fn refusal(bytes: &[u8]) -> Error {
    // OLE2 compound file, [MS-CFB] 2.2; an encrypted package is in one, too.
    const OLE2: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    Error::Foreign(if bytes.is_empty() {
        Foreign::Empty
    } else if bytes.starts_with(OLE2) {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        if memchr::memmem::find(bytes, &name).is_some() {
            return Error::Encrypted;
        }
        Foreign::OldOffice
    } else if bytes.starts_with(b"PK") {
        Foreign::Cut
    } else if text.starts_with("{\\rtf") {
        Foreign::Rtf
    } else if text.starts_with("%pdf") {
        Foreign::Pdf
    } else if text.starts_with("<!doctype html") || text.contains("<html") {
        Foreign::Html
    } else {
        Foreign::Unknown
    })
}

impl Error {
    /// The reason in plain words.
    pub fn text(&self) -> Text {
        match self {
            Self::Damaged(reason) => text!(
                "tệp hỏng hoặc không phải tệp Office ({reason})",
                "the file is damaged or no Office file ({reason})"
            ),
            Self::Missing(part) => text!(
                "tệp thiếu phần {part} bên trong",
                "the file lacks its inner part {part}"
            ),
            Self::TooLarge(what) => text!(
                "tệp quá lớn sau khi giải nén ({what})",
                "the file is too large once inflated ({what})"
            ),
            Self::Encrypted => text!("tệp có đặt mật khẩu", "the file is protected by a password"),
            Self::Foreign(foreign) => foreign.text(),
            Self::Refused(reason) => reason.clone(),
        }
    }
}

impl From<zip::result::ZipError> for Error {
    fn from(error: zip::result::ZipError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<quick_xml::Error> for Error {
    fn from(error: quick_xml::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

type Archive = ZipArchive<Cursor<Arc<[u8]>>>;

/// A package: named parts in the order of the archive. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Package {
    archive: Option<Archive>,
    parts: Vec<Part>,
    limits: Limits,
}

#[derive(Clone, Debug)]
struct Part {
    name: String,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    /// Index of the entry in the archive.
    Archived(usize),
    Set(Arc<[u8]>),
}

/// A relationship of a part to another part or to a place outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relationship {
    /// `rId3`
    pub id: String,
    /// The last step of the type's URI: `header`, `officeDocument`.
    pub kind: String,
    /// The whole URI of the type.
    pub uri: String,
    /// The part's name within the package, or the address outside.
    pub target: String,
    /// Whether the target is outside the package.
    pub external: bool,
}

/// Inflates an entry, but no more of it than its declared size and a byte; tells whether it has that size.
fn inflate(archive: &mut Archive, index: usize, bytes: &mut Vec<u8>) -> Result<bool, Error> {
    bytes.clear();
    let entry = archive.by_index(index)?;
    let size = entry.size();
    entry.take(size + 1).read_to_end(bytes)?;
    Ok(bytes.len() as u64 == size)
}

/// What becomes of a part when a package is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Its bytes are copied.
    Copied,
    /// It is written anew, in its place.
    Written,
    /// It is written anew, after all others: what it holds is known only then.
    Late,
    /// It is left out.
    Dropped,
}

/// Writes some parts of a package anew.
pub trait Rewrite {
    /// What becomes of a part.
    fn fate(&self, name: &str) -> Fate;

    /// Writes a part that is not copied.
    fn write(&mut self, name: &str, sink: &mut dyn Write) -> Result<(), Error>;

    /// Parts that were not there before; asked for last.
    fn added(&mut self) -> Vec<(String, Arc<[u8]>)> {
        Vec::new()
    }
}

impl Default for Package {
    fn default() -> Self {
        Self::new()
    }
}

impl Package {
    /// A package without parts.
    pub fn new() -> Self {
        Self {
            archive: None,
            parts: Vec::new(),
            limits: Limits::default(),
        }
    }

    /// Reads the list of parts. Errors: no zip archive, encrypted parts, two parts of one name, limits.
    pub fn read(bytes: impl Into<Arc<[u8]>>, limits: &Limits) -> Result<Self, Error> {
        let bytes = bytes.into();
        let mut archive = ZipArchive::new(Cursor::new(Arc::clone(&bytes))).map_err(|_| refusal(&bytes))?;
        if archive.len() > limits.parts {
            return Err(Error::TooLarge(format!("{} > {}", archive.len(), limits.parts)));
        }
        let mut parts: Vec<Part> = Vec::with_capacity(archive.len());
        let mut total = 0u64;
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index)?;
            if entry.encrypted() {
                return Err(Error::Encrypted);
            }
            if entry.is_dir() {
                continue;
            }
            total = total.saturating_add(entry.size());
            if entry.size() > limits.part_bytes || total > limits.total_bytes {
                return Err(Error::TooLarge(format!("{} MiB", total >> 20)));
            }
            let name = entry.name()?.replace('\\', "/").trim_start_matches('/').to_owned();
            if parts.iter().any(|part| part.name.eq_ignore_ascii_case(&name)) {
                return Err(Error::Damaged(format!("two parts {name}")));
            }
            parts.push(Part {
                name,
                content: Content::Archived(index),
            });
        }
        Ok(Self {
            archive: Some(archive),
            parts,
            limits: *limits,
        })
    }

    /// Names of all parts, in the order of the archive, without a leading slash: `word/document.xml`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.name.as_str())
    }

    /// Whether a part of that name is there; case does not count (ECMA-376 part 2, 6.2.2.3).
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name.eq_ignore_ascii_case(name))
    }

    /// The bytes of a part. Errors: no such part, damaged, larger than the limit whatever its header says.
    pub fn part(&self, name: &str) -> Result<Vec<u8>, Error> {
        let part = self.find(name).ok_or_else(|| Error::Missing(name.to_owned()))?;
        let index = match &part.content {
            Content::Set(bytes) => return Ok(bytes.to_vec()),
            Content::Archived(index) => *index,
        };
        let Some(archive) = &self.archive else {
            return Err(Error::Missing(name.to_owned()));
        };
        let mut archive = archive.clone();
        let entry = archive.by_index(index)?;
        // The declared size is a hint only: a bomb lies about it.
        let mut bytes = Vec::with_capacity(entry.size().min(16 << 20) as usize);
        entry.take(self.limits.part_bytes + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > self.limits.part_bytes {
            return Err(Error::TooLarge(name.to_owned()));
        }
        Ok(bytes)
    }

    /// Hands over the bytes of a part as they are inflated, so that a large one is never held whole; no more of them than the
    /// limit, whatever its header says. Errors: no such part, damaged.
    pub fn stream<T>(&self, name: &str, read: impl FnOnce(&mut dyn BufRead) -> T) -> Result<T, Error> {
        let missing = || Error::Missing(name.to_owned());
        match (&self.find(name).ok_or_else(missing)?.content, &self.archive) {
            (Content::Set(bytes), _) => Ok(read(&mut &bytes[..])),
            (Content::Archived(index), Some(archive)) => {
                let mut archive = archive.clone();
                let entry = archive.by_index(*index)?;
                Ok(read(&mut BufReader::with_capacity(
                    64 << 10,
                    entry.take(self.limits.part_bytes),
                )))
            }
            (Content::Archived(_), None) => Err(missing()),
        }
    }

    /// Replaces a part, or adds one at the end.
    pub fn set(&mut self, name: &str, bytes: impl Into<Arc<[u8]>>) {
        let content = Content::Set(bytes.into());
        match self.parts.iter_mut().find(|part| part.name.eq_ignore_ascii_case(name)) {
            Some(part) => part.content = content,
            None => self.parts.push(Part {
                name: name.to_owned(),
                content,
            }),
        }
    }

    /// Takes a part out.
    pub fn remove(&mut self, name: &str) {
        self.parts.retain(|part| !part.name.eq_ignore_ascii_case(name));
    }

    /// The package as bytes.
    pub fn write(&self) -> Result<Vec<u8>, Error> {
        struct Nothing;
        impl Rewrite for Nothing {
            fn fate(&self, _: &str) -> Fate {
                Fate::Copied
            }
            fn write(&mut self, _: &str, _: &mut dyn Write) -> Result<(), Error> {
                Ok(())
            }
        }
        self.write_with(&mut Nothing)
    }

    /// The package as bytes, with some parts written anew. Streams: a large part is deflated as it is made and never held
    /// whole. Parts that are copied keep their bytes, compression and order.
    pub fn write_with(&self, rewrite: &mut dyn Rewrite) -> Result<Vec<u8>, Error> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let mut archive = self.archive.clone();
        let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(64 << 10)));
        let mut late = Vec::new();
        for part in &self.parts {
            match rewrite.fate(&part.name) {
                Fate::Dropped => {}
                Fate::Late => late.push(part.name.as_str()),
                Fate::Written => {
                    writer.start_file(part.name.as_str(), options)?;
                    rewrite.write(&part.name, &mut writer)?;
                }
                Fate::Copied => match &part.content {
                    Content::Set(bytes) => {
                        writer.start_file(part.name.as_str(), options)?;
                        writer.write_all(bytes)?;
                    }
                    Content::Archived(index) => {
                        if let Some(archive) = &mut archive {
                            writer.raw_copy_file(archive.by_index_raw(*index)?)?;
                        }
                    }
                },
            }
        }
        for name in late {
            writer.start_file(name, options)?;
            rewrite.write(name, &mut writer)?;
        }
        for (name, bytes) in rewrite.added() {
            writer.start_file(name, options)?;
            writer.write_all(&bytes)?;
        }
        Ok(writer.finish()?.into_inner())
    }

    /// How many bytes its parts are together, inflated, as the archive declares them.
    pub fn inflated_bytes(&self) -> u64 {
        let size = |part: &Part| match &part.content {
            Content::Set(bytes) => bytes.len() as u64,
            Content::Archived(index) => match &self.archive {
                Some(archive) => archive.clone().by_index_raw(*index).map_or(0, |entry| entry.size()),
                None => 0,
            },
        };
        self.parts.iter().map(size).fold(0, u64::saturating_add)
    }

    /// The package as bytes with its parts stored and not deflated: cheap to read many times over. A part that is not what
    /// the archive says of it is copied as it is, so it costs no more than is declared.
    pub fn write_stored(&self) -> Result<Vec<u8>, Error> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let mut archive = self.archive.clone();
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let mut bytes = Vec::new();
        for part in &self.parts {
            match (&part.content, &mut archive) {
                (Content::Set(bytes), _) => {
                    writer.start_file(part.name.as_str(), options)?;
                    writer.write_all(bytes)?;
                }
                (Content::Archived(index), Some(archive)) => {
                    if inflate(archive, *index, &mut bytes).is_ok_and(|is_whole| is_whole) {
                        writer.start_file(part.name.as_str(), options)?;
                        writer.write_all(&bytes)?;
                    } else {
                        writer.raw_copy_file(archive.by_index_raw(*index)?)?;
                    }
                }
                (Content::Archived(_), None) => {}
            }
        }
        Ok(writer.finish()?.into_inner())
    }

    /// The content type of a part, from `[Content_Types].xml`: its own override, else that of its extension.
    pub fn content_type(&self, name: &str) -> Result<Option<String>, Error> {
        let xml = self.part("[Content_Types].xml")?;
        let mut found = None;
        for_each_element(&xml, |element| {
            let attribute = |key| attribute(element, key).unwrap_or_default();
            match element.local_name().as_ref() {
                "Override" if attribute("PartName").trim_start_matches('/').eq_ignore_ascii_case(name) => {
                    found = Some((true, attribute("ContentType")));
                }
                "Default" if found.is_none() => {
                    let extension = name.rsplit('.').next().unwrap_or_default();
                    if attribute("Extension").eq_ignore_ascii_case(extension) {
                        found = Some((false, attribute("ContentType")));
                    }
                }
                _ => {}
            }
        })?;
        Ok(found.map(|(_, content_type)| content_type))
    }

    /// Gives every part with an extension a content type, unless one is declared.
    pub fn declare_extension(&mut self, extension: &str, content_type: &str) -> Result<(), Error> {
        if self.content_type(&format!("any.{extension}"))?.is_some() {
            return Ok(());
        }
        self.declare(&format!(
            "<Default Extension=\"{extension}\" ContentType=\"{content_type}\"/>"
        ))
    }

    /// Gives a part a content type of its own, unless it has one.
    pub fn declare_part(&mut self, name: &str, content_type: &str) -> Result<(), Error> {
        if self.content_type(name)?.as_deref() == Some(content_type) {
            return Ok(());
        }
        self.declare(&format!(
            "<Override PartName=\"/{}\" ContentType=\"{}\"/>",
            escape_attribute(name),
            escape_attribute(content_type)
        ))
    }

    fn declare(&mut self, element: &str) -> Result<(), Error> {
        const TYPES: &str = "[Content_Types].xml";
        let xml = self.text(TYPES)?;
        self.set(TYPES, with_children(&xml, element)?.into_bytes());
        Ok(())
    }

    /// Adds a relationship to a part and returns its id. `kind` as for [`relationship_xml`].
    pub fn relate(&mut self, name: &str, kind: &str, points: Points<'_>) -> Result<String, Error> {
        self.relate_as(name, &format!("{RELATIONSHIPS}/{kind}"), points)
    }

    /// Adds a relationship of a type given by its whole URI to a part and returns its id.
    pub fn relate_as(&mut self, name: &str, uri: &str, points: Points<'_>) -> Result<String, Error> {
        let known = self.relationships(name)?;
        let id = (1..)
            .map(|number| format!("rIdB{number}"))
            .find(|id| known.iter().all(|relationship| relationship.id != *id))
            .unwrap_or_default();
        let rels = relationships_part(name);
        let xml = if self.has(&rels) { Some(self.text(&rels)?) } else { None };
        let mut relationship = relationship_of(&id, uri, points);
        if xml.as_deref().is_some_and(|xml| xml.contains(STRICT_KINDS)) {
            relationship = relationship.replacen(RELATIONSHIPS, STRICT_KINDS.trim_end_matches('/'), 1);
        }
        let xml = with_relationships(xml.as_deref(), &relationship)?;
        self.set(&rels, xml.into_bytes());
        Ok(id)
    }

    /// A part as text, without a byte order mark.
    pub fn text(&self, name: &str) -> Result<String, Error> {
        let mut text = String::from_utf8(self.part(name)?).map_err(|error| Error::Damaged(error.to_string()))?;
        if text.starts_with('\u{feff}') {
            text.remove(0);
        }
        Ok(text)
    }

    /// The relationships of a part; of the package itself when the name is empty. None when it has no such part.
    pub fn relationships(&self, name: &str) -> Result<Vec<Relationship>, Error> {
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let rels = relationships_part(name);
        let mut list = Vec::new();
        if !self.has(&rels) {
            return Ok(list);
        }
        for_each_element(&self.part(&rels)?, |element| {
            if element.local_name().as_ref() != "Relationship" {
                return;
            }
            let attribute = |key| attribute(element, key).unwrap_or_default();
            let external = attribute("TargetMode") == "External";
            let target = attribute("Target");
            let uri = attribute("Type");
            list.push(Relationship {
                id: attribute("Id"),
                kind: uri.rsplit('/').next().unwrap_or_default().to_owned(),
                uri,
                target: if external { target } else { resolve(folder, &target) },
                external,
            });
        })?;
        Ok(list)
    }
}

/// The name of the part that holds the relationships of a part; those of the package itself when the name is empty.
pub fn relationships_part(name: &str) -> String {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    if folder.is_empty() {
        format!("_rels/{file}.rels")
    } else {
        format!("{folder}/_rels/{file}.rels")
    }
}

/// What the types of office relationships begin with.
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
/// The same in strict documents (ECMA-376 part 1, annex A).
const STRICT_KINDS: &str = "http://purl.oclc.org/ooxml/officeDocument/relationships/";

/// What a relationship points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Points<'t> {
    /// A part, by its name in the package.
    ToPart(&'t str),
    /// An address outside of the package.
    Outside(&'t str),
}

/// The XML of one relationship. `kind` is the last step of an office relationship type: `image`, `hyperlink`.
pub fn relationship_xml(id: &str, kind: &str, points: Points<'_>) -> String {
    relationship_of(id, &format!("{RELATIONSHIPS}/{kind}"), points)
}

fn relationship_of(id: &str, uri: &str, points: Points<'_>) -> String {
    let (target, mode) = match points {
        // Absolute, so that it holds from any folder (ECMA-376 part 2, 9.3.2.2).
        Points::ToPart(part) => (format!("/{part}"), ""),
        Points::Outside(address) => (address.to_owned(), " TargetMode=\"External\""),
    };
    format!(
        "<Relationship Id=\"{id}\" Type=\"{}\" Target=\"{}\"{mode}/>",
        escape_attribute(uri),
        escape_attribute(&target)
    )
}

/// A relationships part with relationships added at the end; a new part when there was none.
pub fn with_relationships(xml: Option<&str>, added: &str) -> Result<String, Error> {
    const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"/>";
    with_children(xml.unwrap_or(EMPTY), added)
}

/// A relationships part without the relationships of some ids.
pub fn without_relationships(xml: &str, ids: &[&str]) -> Result<String, Error> {
    let mut out = String::with_capacity(xml.len());
    let mut reader = Reader::from_str(xml);
    let mut from = 0;
    // Whether a relationship that goes has an end tag yet to come.
    let mut open = false;
    loop {
        let start = reader.buffer_position() as usize;
        let event = reader.read_event()?;
        let end = reader.buffer_position() as usize;
        let is_gone = |element: &BytesStart<'_>| {
            element.local_name().as_ref() == "Relationship"
                && attribute(element, "Id").is_some_and(|id| ids.contains(&id.as_str()))
        };
        match event {
            Event::Empty(element) if is_gone(&element) => {
                out.push_str(&xml[from..start]);
                from = end;
            }
            Event::Start(element) if is_gone(&element) => {
                out.push_str(&xml[from..start]);
                from = end;
                open = true;
            }
            Event::End(_) if open => {
                from = end;
                open = false;
            }
            Event::Eof => {
                out.push_str(&xml[from..]);
                return Ok(out);
            }
            _ => {}
        }
    }
}

/// A part with children added at the end of its root element. The root must have the default namespace of the children.
pub fn with_children(xml: &str, children: &str) -> Result<String, Error> {
    let damaged = || Error::Damaged("an unclosed part".to_owned());
    let text = xml.trim_end();
    let last = text.rfind('<').ok_or_else(damaged)?;
    if let Some(close) = text[last..].strip_prefix("</") {
        if close.ends_with('>') {
            return Ok(format!("{}{children}{}", &text[..last], &text[last..]));
        }
    } else if let Some(open) = text[last..].strip_suffix("/>") {
        let name = open[1..].split([' ', '\t', '\r', '\n']).next().unwrap_or_default();
        return Ok(format!("{}{open}>{children}</{name}>", &text[..last]));
    }
    Err(damaged())
}

/// A text as the value of an XML attribute in double quotation marks; characters that XML 1.0 has no place for go.
pub fn escape_attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => out.push(other),
        }
    }
    out
}

/// A relationship target as a part name: relative to the folder of its source, or absolute with a leading slash.
fn resolve(folder: &str, target: &str) -> String {
    let mut steps: Vec<&str> = if target.starts_with('/') {
        Vec::new()
    } else {
        folder.split('/').filter(|step| !step.is_empty()).collect()
    };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// The value of an attribute, entities resolved; prefixes do not count.
pub fn attribute(element: &BytesStart<'_>, local_name: &str) -> Option<String> {
    element
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == local_name)
        .and_then(|attribute| {
            quick_xml::escape::unescape(&attribute.value)
                .ok()
                .map(|value| value.into_owned())
        })
}

/// Calls `visit` with each element of an XML part, empty ones included.
pub fn for_each_element(xml: &[u8], mut visit: impl FnMut(&BytesStart<'_>)) -> Result<(), Error> {
    let text = std::str::from_utf8(xml).map_err(|error| Error::Damaged(error.to_string()))?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    loop {
        match reader.read_event()? {
            Event::Start(element) | Event::Empty(element) => visit(&element),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package() -> Package {
        let mut package = Package::new();
        package.set(
            "[Content_Types].xml",
            *br#"<Types><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="main"/></Types>"#,
        );
        package.set("_rels/.rels", *br#"<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="word/document.xml"/></Relationships>"#);
        package.set("word/document.xml", *b"<a/>");
        package.set(
            "word/_rels/document.xml.rels",
            *br#"<Relationships><Relationship Id="r1" Type="x/header" Target="header1.xml"/><Relationship Id="r2" Type="x/image" Target="../media/a.png"/><Relationship Id="r3" Type="x/hyperlink" TargetMode="External" Target="http://a/?b&amp;c"/></Relationships>"#,
        );
        package
    }

    #[test]
    fn what_is_written_can_be_read_and_is_the_same_each_time() {
        let bytes = package().write().unwrap();
        assert_eq!(bytes, package().write().unwrap());
        let read = Package::read(bytes.clone(), &Limits::default()).unwrap();
        assert_eq!(read.part("Word/Document.xml").unwrap(), b"<a/>");
        assert_eq!(read.write().unwrap(), bytes, "untouched parts are copied as they are");
    }

    #[test]
    fn a_stored_copy_has_the_same_parts_and_one_that_lies_about_its_size_stays_as_it_is() {
        let mut package = package();
        let long = vec![b'x'; 100_000];
        package.set("word/long.xml", long.clone());
        let mut bytes = package.write().unwrap();
        let read = Package::read(bytes.clone(), &Limits::default()).unwrap();
        let stored = read.write_stored().unwrap();
        assert!(bytes.len() < 5_000 && stored.len() > long.len(), "{}", stored.len());
        let stored = Package::read(stored, &Limits::default()).unwrap();
        assert!(stored.names().eq(read.names()));
        for name in read.names() {
            assert_eq!(stored.part(name).unwrap(), read.part(name).unwrap(), "{name}");
        }
        assert_eq!(stored.inflated_bytes(), read.inflated_bytes());
        // Both headers of the long part now say ten bytes (APPNOTE.TXT, 4.3.7 and 4.3.12).
        let size = (long.len() as u32).to_le_bytes();
        let places: Vec<usize> = (0..bytes.len() - 4).filter(|&at| bytes[at..at + 4] == size).collect();
        assert_eq!(places.len(), 2);
        for at in places {
            bytes[at..at + 4].copy_from_slice(&10u32.to_le_bytes());
        }
        let read = Package::read(bytes, &Limits::default()).unwrap();
        let stored = read.write_stored().unwrap();
        assert!(stored.len() < 5_000, "{}", stored.len());
        let stored = Package::read(stored, &Limits::default()).unwrap();
        assert_eq!(stored.part("word/long.xml").ok(), read.part("word/long.xml").ok());
        assert_eq!(stored.part("word/document.xml").unwrap(), b"<a/>");
    }

    #[test]
    fn a_part_can_be_replaced_while_writing() {
        let read = Package::read(package().write().unwrap(), &Limits::default()).unwrap();
        struct Late;
        impl Rewrite for Late {
            fn fate(&self, name: &str) -> Fate {
                match name {
                    "word/document.xml" => Fate::Written,
                    "[Content_Types].xml" => Fate::Late,
                    _ => Fate::Copied,
                }
            }
            fn write(&mut self, name: &str, sink: &mut dyn Write) -> Result<(), Error> {
                Ok(sink.write_all(if name.starts_with("word") { b"<b/>" } else { b"<Types/>" })?)
            }
            fn added(&mut self) -> Vec<(String, Arc<[u8]>)> {
                vec![("word/new.xml".to_owned(), Arc::from(*b"<c/>"))]
            }
        }
        let bytes = read.write_with(&mut Late).unwrap();
        let again = Package::read(bytes, &Limits::default()).unwrap();
        assert_eq!(again.part("word/document.xml").unwrap(), b"<b/>");
        assert_eq!(
            again.names().collect::<Vec<_>>(),
            [
                "_rels/.rels",
                "word/document.xml",
                "word/_rels/document.xml.rels",
                "[Content_Types].xml",
                "word/new.xml"
            ],
            "what is known last is written last"
        );
    }

    #[test]
    fn types_and_relationships_are_added_where_they_are_missing() {
        let mut package = package();
        package.declare_extension("png", "image/png").unwrap();
        package.declare_extension("PNG", "image/png").unwrap();
        package.declare_part("word/comments.xml", "a&b").unwrap();
        let id = package
            .relate("word/document.xml", "image", Points::ToPart("word/media/a.png"))
            .unwrap();
        let other = package
            .relate("word/footnotes.xml", "hyperlink", Points::Outside("http://a/?b&c"))
            .unwrap();
        assert_eq!(package.content_type("x/a.png").unwrap().as_deref(), Some("image/png"));
        assert_eq!(
            package
                .text("[Content_Types].xml")
                .unwrap()
                .matches("image/png")
                .count(),
            1
        );
        let list = package.relationships("word/document.xml").unwrap();
        assert_eq!(
            list.last().map(|last| (last.id.as_str(), last.target.as_str())),
            Some((&*id, "word/media/a.png"))
        );
        assert_eq!(package.relationships("word/footnotes.xml").unwrap()[0].id, other);
        assert_eq!(
            package.relationships("word/footnotes.xml").unwrap()[0].target,
            "http://a/?b&c"
        );
    }

    #[test]
    fn a_strict_document_gets_strict_relationships() {
        let mut package = package();
        let strict = format!(
            r#"<Relationships><Relationship Id="r1" Type="{STRICT_KINDS}styles" Target="a.xml"/></Relationships>"#
        );
        package.set("word/_rels/document.xml.rels", strict.into_bytes());
        let points = Points::ToPart("word/comments.xml");
        package.relate("word/document.xml", "comments", points).unwrap();
        let written = package.text("word/_rels/document.xml.rels").unwrap();
        assert!(
            written.contains(&format!("{STRICT_KINDS}comments\"")) && !written.contains(RELATIONSHIPS),
            "{written}"
        );
    }

    #[test]
    fn content_types_and_relationships_are_resolved() {
        let package = package();
        assert_eq!(
            package.content_type("word/document.xml").unwrap().as_deref(),
            Some("main")
        );
        assert_eq!(
            package.content_type("word/x.xml").unwrap().as_deref(),
            Some("application/xml")
        );
        assert_eq!(package.relationships("").unwrap()[0].target, "word/document.xml");
        let targets: Vec<_> = package
            .relationships("word/document.xml")
            .unwrap()
            .into_iter()
            .map(|rel| rel.target)
            .collect();
        assert_eq!(targets, ["word/header1.xml", "media/a.png", "http://a/?b&c"]);
    }

    #[test]
    fn limits_hold() {
        let bytes = package().write().unwrap();
        let few = Limits {
            parts: 2,
            ..Limits::default()
        };
        assert!(matches!(Package::read(bytes.clone(), &few), Err(Error::TooLarge(_))));
        let small = Limits {
            part_bytes: 3,
            ..Limits::default()
        };
        assert!(matches!(Package::read(bytes, &small), Err(Error::TooLarge(_))));
    }

    #[test]
    fn a_part_that_is_streamed_has_the_same_bytes_and_no_more_than_the_limit() {
        let mut package = package();
        package.set("word/long.xml", vec![b'x'; 100_000]);
        let all = |package: &Package, limit: u64| {
            let mut package = package.clone();
            package.limits.part_bytes = limit;
            let mut bytes = Vec::new();
            let read = package.stream("Word/Long.xml", |source| source.read_to_end(&mut bytes));
            read.expect("a part").expect("bytes");
            bytes
        };
        let archived = Package::read(package.write().unwrap(), &Limits::default()).unwrap();
        for package in [&package, &archived] {
            assert_eq!(all(package, 1 << 20), package.part("word/long.xml").unwrap());
            assert!(matches!(
                package.stream("word/none.xml", |_| ()),
                Err(Error::Missing(_))
            ));
        }
        assert_eq!(all(&archived, 5), b"xxxxx");
    }

    #[test]
    fn files_that_are_no_archive_are_told_by_their_content() {
        let mut encrypted = b"\xD0\xCF\x11\xE0".to_vec();
        encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        let cut = package().write().unwrap();
        for (bytes, wanted) in [
            (&b"no zip"[..], "không phải tệp Office"),
            (b"", "rỗng"),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 WordDocument", "Word 97–2003 (.doc)"),
            (&encrypted, "mật khẩu"),
            (b"{\\rtf1\\ansi x}", "RTF"),
            (b"\xEF\xBB\xBF\n<!DOCTYPE html><p>x", "HTML"),
            (b"%PDF-1.7", "PDF"),
            (&cut[..cut.len() / 2], "bị cụt"),
        ] {
            let error = Package::read(bytes.to_vec(), &Limits::default()).expect_err(wanted);
            assert!(error.text().vi.contains(wanted), "{wanted}: {}", error.text().vi);
        }
    }
}
