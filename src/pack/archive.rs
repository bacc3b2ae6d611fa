//! A pack as one file, `.bcpack`: a zip archive of the pack's files and their list.
//!
//! In: a pack to be sent, or the bytes of one that was received. Out: the bytes, or the pack's files, or every reason why
//! they are not taken. The list, `bcpack.toml`, names what the archive is, each file with size and SHA-256, and one digest
//! over all of it. The digest tells a file that was damaged or changed on its way; it tells nothing of who made it, since
//! whoever changes a file can make a new list.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Files, MANIFEST, Pack};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Text};
use crate::opc::archive::{self, Fault, FaultKind, Limits};
use crate::template::picture;
use crate::{opc, text};

/// What the name of a packed pack ends with.
pub const ENDING: &str = "bcpack";
/// The list of files in it.
pub const LIST: &str = "bcpack.toml";
/// The version of the list's own form that this program writes, and the newest that it reads.
const FORMAT: u32 = 1;
/// What a pack may cost to read, as a folder or as a file: far above what templates and pictures need.
pub const LIMITS: Limits = Limits {
    files: 300,
    file_bytes: 32 << 20,
    total_bytes: 64 << 20,
    depth: 4,
};
/// Most bytes of a packed pack: its files cost no more packed than they do unpacked, and something for their names.
pub const FILE_BYTES: u64 = LIMITS.total_bytes + (1 << 20);
/// Most bytes of the list.
const LIST_BYTES: usize = 256 << 10;
/// Most findings about single files.
const MOST_FINDINGS: usize = 20;

/// What a list says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    format: u32,
    id: String,
    version: String,
    made_with: String,
    digest: Option<String>,
    #[serde(default, rename = "file")]
    files: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    name: String,
    size: u64,
    sha256: String,
}

/// What is read of a list of any form.
#[derive(Deserialize)]
struct Form {
    format: u32,
}

/// What the list of a packed pack says, which is as it was made.
#[derive(Clone, Debug)]
pub struct Packed {
    /// The pack's id, as the list has it.
    pub id: String,
    /// The pack's version, as the list has it.
    pub version: String,
    /// The program that made it: `baocao 0.1.0`.
    pub made_with: String,
    /// SHA-256 over all of it, in hexadecimal.
    pub digest: String,
}

/// A pack made into one file.
#[derive(Clone, Debug)]
pub struct Made {
    /// The content of the file.
    pub bytes: Vec<u8>,
    /// SHA-256 over all of it, in hexadecimal.
    pub digest: String,
    /// Names of the files in it, without the list.
    pub names: Vec<String>,
}

/// Why a file of a pack's folder is not packed; none when it is.
pub fn reason_to_leave(name: &str) -> Option<Text> {
    /// Kinds of files that a pack is made of.
    const KINDS: [&str; 6] = ["toml", "md", "txt", "docx", "dotx", "rhai"];
    /// Kinds that belong to its samples only: a workbook beside the templates is somebody's data.
    const SAMPLES: [&str; 6] = ["xlsx", "xlsm", "xls", "xlsb", "ods", "csv"];
    let (folder, own) = name.rsplit_once('/').unwrap_or(("", name));
    let ending = own.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
    let ending = ending.as_str();
    if name == LIST || ending == ENDING {
        return Some(Text::new("kết quả của lần đóng gói trước", "what was packed before"));
    }
    if name.split('/').any(|step| step.starts_with(['.', '~'])) || matches!(ending, "tmp" | "bak" | "old") {
        return Some(Text::new("tệp ẩn hoặc tệp tạm", "hidden or temporary"));
    }
    if own.ends_with(super::ANNOTATED) {
        return Some(Text::new(
            "bản chú thích của mẫu Word",
            "an annotated copy of a template",
        ));
    }
    if KINDS.contains(&ending) || picture::ENDINGS.contains(&ending) {
        return None;
    }
    if SAMPLES.contains(&ending) {
        let is_sample = folder.split('/').next() == Some("samples");
        return (!is_sample).then(|| {
            Text::new(
                "sổ tính nằm ngoài thư mục samples",
                "a workbook outside of the folder samples",
            )
        });
    }
    Some(Text::new(
        "loại tệp gói không dùng đến",
        "a kind of file that packs don't use",
    ))
}

/// Makes a pack into one file of those of its files that belong to it. Errors: names that not every system takes, more than
/// the limits.
pub fn write(pack: &Pack) -> Result<Made, Diagnostics> {
    let files: BTreeMap<&str, &[u8]> = pack
        .files
        .iter()
        .filter(|(name, _)| reason_to_leave(name).is_none())
        .map(|(name, content)| (name.as_str(), content.as_ref()))
        .collect();
    let findings = unfit(&files);
    if !findings.is_empty() {
        return Err(findings);
    }
    let mut list = List {
        format: FORMAT,
        id: pack.id.clone(),
        version: pack.version.clone(),
        made_with: format!("baocao {}", env!("CARGO_PKG_VERSION")),
        digest: None,
        files: files.iter().map(|(name, content)| Listed::new(name, content)).collect(),
    };
    let digest = list.compute_digest();
    list.digest = Some(digest.clone());
    let text = list.print();
    // The list comes first, so that people who open the archive see it.
    let entries = std::iter::once((LIST, text.as_bytes())).chain(files.iter().map(|(name, content)| (*name, *content)));
    let bytes = archive::write(entries).map_err(|error| broken(&error))?;
    Ok(Made {
        bytes,
        digest,
        names: files.keys().map(|name| (*name).to_owned()).collect(),
    })
}

/// Memory can't be written to: nothing that a user does leads here.
fn broken(error: &opc::Error) -> Diagnostics {
    let reason = error.text();
    Diagnostics::from_iter([Diagnostic::error("goi/tep-hong", Place::File, reason)])
}

/// What keeps files from being packed.
fn unfit(files: &BTreeMap<&str, &[u8]>) -> Diagnostics {
    let mut findings = Diagnostics::new();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for name in files.keys() {
        let mut finding = match archive::name_fault(name, LIMITS.depth) {
            Some(reason) => unsafe_name(reason),
            None => match seen.insert(archive::collision_key(name), name) {
                Some(other) => Diagnostic::error(
                    "goi/trung-ten-tep",
                    Place::File,
                    text!(
                        "Windows và macOS coi tên tệp này là một với “{other}”",
                        "Windows and macOS take this name and “{other}” for one"
                    ),
                )
                .hint(Text::new("đổi tên một trong hai tệp", "rename one of the two")),
                None => continue,
            },
        };
        finding.file = Some((*name).to_owned());
        findings.push(finding);
    }
    let total: u64 = files.values().map(|content| content.len() as u64).sum();
    if files.len() + 1 > LIMITS.files {
        findings.push(too_many());
    }
    if total > LIMITS.total_bytes {
        findings.push(too_large());
    }
    findings
}

impl Listed {
    fn new(name: &str, content: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            size: content.len() as u64,
            sha256: hexadecimal(Sha256::digest(content).as_slice()),
        }
    }
}

impl List {
    /// The digest over what the list says: the files by their own digests, so that nothing of them is hashed twice.
    fn compute_digest(&self) -> String {
        let mut all = format!(
            "bcpack {}\n{}\n{}\n{}\n",
            self.format, self.id, self.version, self.made_with
        );
        for file in &self.files {
            let _ = writeln!(all, "{} {} {}", file.sha256, file.size, file.name);
        }
        hexadecimal(Sha256::digest(all.as_bytes()).as_slice())
    }

    /// The list as TOML. Names hold no quotation mark, backslash or control sign: see [`archive::name_fault`].
    fn print(&self) -> String {
        let mut text = String::from("# Danh sách tệp của gói, do baocao ghi; sửa ở đây thì gói không dùng được nữa.\n");
        let _ = writeln!(text, "format = {}", self.format);
        let _ = writeln!(text, "id = \"{}\"", self.id);
        let _ = writeln!(text, "version = \"{}\"", self.version);
        let _ = writeln!(text, "made_with = \"{}\"", self.made_with);
        if let Some(digest) = &self.digest {
            let _ = writeln!(text, "digest = \"{digest}\"");
        }
        for Listed { name, size, sha256 } in &self.files {
            let _ = writeln!(
                text,
                "\n[[file]]\nname = \"{name}\"\nsize = {size}\nsha256 = \"{sha256}\""
            );
        }
        text
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The files of a packed pack without their list, and what the list says. Errors: all that is wrong with the archive, or all that is not as its list says. A finding about an
/// entry has the entry's name as its file.
pub fn read(bytes: &[u8]) -> Result<(Files, Packed), Diagnostics> {
    let mut contents =
        archive::read(bytes, &LIMITS).map_err(|faults| faults.into_iter().map(finding).collect::<Diagnostics>())?;
    let one = |finding: Diagnostic| Diagnostics::from_iter([finding]);
    let Some(list) = contents.remove(LIST) else {
        return Err(one(unlisted(contents.contains_key(MANIFEST))));
    };
    let list = parse(&list).map_err(|mut finding| {
        finding.file = Some(LIST.to_owned());
        one(*finding)
    })?;
    let findings = compare(&list, &contents);
    if !findings.is_empty() {
        return Err(findings);
    }
    let files = contents
        .into_iter()
        .map(|(name, content)| (name, Cow::Owned(content)))
        .collect();
    let packed = Packed {
        digest: list.compute_digest(),
        id: list.id,
        version: list.version,
        made_with: list.made_with,
    };
    Ok((files, packed))
}

fn parse(list: &[u8]) -> Result<List, Box<Diagnostic>> {
    let text = std::str::from_utf8(list).ok().filter(|_| list.len() <= LIST_BYTES);
    let text = text.ok_or_else(|| Box::new(changed_list()))?;
    // A newer form may have a list that can't be read here: its version comes before all else.
    let form: Form = toml::from_str(text).map_err(|_| Box::new(changed_list()))?;
    let format = form.format;
    if format > FORMAT {
        return Err(Box::new(
            Diagnostic::error(
                "goi/dang-tep-moi",
                Place::File,
                text!(
                    "gói này làm bằng baocao mới hơn: dạng tệp {format}, chương trình này đọc được đến dạng {FORMAT}",
                    "this pack was made with a newer baocao: form {format}, this program reads up to form {FORMAT}"
                ),
            )
            .hint(Text::new(
                "cài bản baocao mới hơn rồi thử lại",
                "install a newer baocao and try again",
            )),
        ));
    }
    let list: List = toml::from_str(text).map_err(|_| Box::new(changed_list()))?;
    if list.digest.is_none() {
        return Err(Box::new(
            Diagnostic::error(
                "goi/thieu-ma-kiem",
                Place::File,
                Text::new(
                    "danh sách tệp không có mã kiểm (digest), không biết gói còn nguyên hay không",
                    "the list of files has no digest; whether the pack is whole can't be told",
                ),
            )
            .hint(ask_again()),
        ));
    }
    Ok(list)
}

/// What is not as the list says.
fn compare(list: &List, contents: &BTreeMap<String, Vec<u8>>) -> Diagnostics {
    let mut findings = Diagnostics::new();
    let mut add = |name: &str, message: Text| {
        let mut finding = Diagnostic::error("goi/sai-ma-kiem", Place::File, message).hint(ask_again());
        finding.file = Some(name.to_owned());
        if findings.len() < MOST_FINDINGS {
            findings.push(finding);
        }
    };
    for listed in &list.files {
        match contents.get(&listed.name) {
            None => {
                let name = crate::diagnostic::shorten(&listed.name);
                add(
                    LIST,
                    text!(
                        "gói thiếu tệp “{name}” có trong danh sách",
                        "the listed file “{name}” is missing"
                    ),
                );
            }
            Some(content) => {
                let own = Listed::new(&listed.name, content);
                if (own.size, &own.sha256) != (listed.size, &listed.sha256) {
                    add(
                        &listed.name,
                        Text::new(
                            "tệp này đã bị thay đổi sau khi đóng gói",
                            "this file was changed after it was packed",
                        ),
                    );
                }
            }
        }
    }
    let listed: BTreeSet<&str> = list.files.iter().map(|listed| listed.name.as_str()).collect();
    for name in contents.keys().filter(|name| !listed.contains(name.as_str())) {
        add(
            name,
            Text::new(
                "tệp này không có trong danh sách của gói, được thêm vào sau khi đóng gói",
                "this file is not in the pack's list; it was added after packing",
            ),
        );
    }
    if findings.is_empty() && list.digest.as_ref() != Some(&list.compute_digest()) {
        let mut finding = changed_list();
        finding.file = Some(LIST.to_owned());
        findings.push(finding);
    }
    findings
}

/// Whether the manifest is that of the pack the list names; the finding when it is not.
pub fn mismatch(packed: &Packed, pack: &Pack) -> Option<Diagnostic> {
    if packed.id == pack.id && packed.version == pack.version {
        return None;
    }
    let (id, version) = (&packed.id, &packed.version);
    let (own_id, own_version) = (&pack.id, &pack.version);
    let mut finding = Diagnostic::error(
        "goi/sai-ma-kiem",
        Place::File,
        text!(
            "danh sách ghi gói {id} {version}, {MANIFEST} lại ghi {own_id} {own_version}",
            "the list says pack {id} {version}, but {MANIFEST} says {own_id} {own_version}"
        ),
    )
    .hint(ask_again());
    finding.file = Some(LIST.to_owned());
    Some(finding)
}

fn ask_again() -> Text {
    Text::new(
        "xin người gửi gửi lại tệp .bcpack, đừng sửa tệp bên trong",
        "ask the sender for the .bcpack file again, and change nothing in it",
    )
}

fn changed_list() -> Diagnostic {
    Diagnostic::error(
        "goi/sai-ma-kiem",
        Place::File,
        Text::new(
            "danh sách tệp của gói đã bị thay đổi hoặc bị hỏng",
            "the pack's list of files was changed or is damaged",
        ),
    )
    .hint(ask_again())
}

fn unlisted(has_manifest: bool) -> Diagnostic {
    let finding = Diagnostic::error(
        "goi/thieu-ma-kiem",
        Place::File,
        text!(
            "tệp nén này không có {LIST}, không phải gói do lệnh baocao pack pack làm ra",
            "this archive has no {LIST}; it is no pack that baocao pack pack made"
        ),
    );
    finding.hint(match has_manifest {
        true => Text::new(
            "giải nén thành một thư mục rồi dùng thư mục ấy, hoặc xin tệp .bcpack",
            "unpack it and use the folder, or ask for the .bcpack file",
        ),
        false => Text::new("xin người gửi tệp .bcpack", "ask the sender for the .bcpack file"),
    })
}

fn unsafe_name(reason: Text) -> Diagnostic {
    Diagnostic::error("goi/ten-nguy-hiem", Place::File, reason)
}

fn too_many() -> Diagnostic {
    let most = LIMITS.files;
    Diagnostic::error(
        "goi/qua-lon",
        Place::File,
        text!("gói có hơn {most} tệp", "the pack has more than {most} files"),
    )
}

fn too_large() -> Diagnostic {
    let most = LIMITS.total_bytes >> 20;
    Diagnostic::error(
        "goi/qua-lon",
        Place::File,
        text!(
            "các tệp của gói lớn hơn {most} MB cộng lại",
            "the files of the pack are larger than {most} MB together"
        ),
    )
}

/// A fault of an archive as a finding.
fn finding(fault: Fault) -> Diagnostic {
    let error = |code, message: Text| Diagnostic::error(code, Place::File, message);
    let finding = match fault.kind {
        FaultKind::NoArchive => error(
            "goi/tep-hong",
            Text::new("tệp này không phải gói .bcpack", "this file is no .bcpack pack"),
        )
        .hint(Text::new(
            "xin người gửi tệp do lệnh baocao pack pack làm ra",
            "ask the sender for the file that baocao pack pack made",
        )),
        FaultKind::Damaged => error(
            "goi/tep-hong",
            match fault.entry {
                Some(_) => Text::new("tệp này trong gói bị hỏng", "this file in the pack is damaged"),
                None => Text::new(
                    "gói bị cụt hoặc bị hỏng, có thể chưa chép hay tải xong",
                    "the pack is cut short or damaged; perhaps copying or downloading did not end",
                ),
            },
        )
        .hint(ask_again()),
        FaultKind::TooMany => too_many(),
        FaultKind::FileTooLarge => {
            let most = LIMITS.file_bytes >> 20;
            error(
                "goi/qua-lon",
                text!(
                    "tệp này giải nén ra lớn hơn {most} MB",
                    "this file is larger than {most} MB once inflated"
                ),
            )
        }
        FaultKind::TotalTooLarge => too_large(),
        FaultKind::Encrypted => error(
            "goi/co-mat-khau",
            Text::new(
                "tệp này trong gói có đặt mật khẩu",
                "this file in the pack is protected by a password",
            ),
        )
        .hint(Text::new(
            "xin người gửi tệp .bcpack không đặt mật khẩu",
            "ask the sender for a .bcpack file without a password",
        )),
        FaultKind::Method => error(
            "goi/tep-hong",
            Text::new(
                "tệp này được nén theo cách gói .bcpack không dùng",
                "this file is packed in a way that .bcpack packs don't use",
            ),
        )
        .hint(ask_again()),
        FaultKind::Name(reason) => unsafe_name(reason).hint(Text::new(
            "đừng dùng gói này; hỏi lại người gửi",
            "don't use this pack; ask the sender about it",
        )),
        FaultKind::Twice => error(
            "goi/trung-ten-tep",
            Text::new(
                "gói có hai tệp trùng tên, hoặc chỉ khác nhau chữ hoa chữ thường",
                "the pack has two files of one name, or names that differ by case only",
            ),
        )
        .hint(ask_again()),
        FaultKind::NoFile => error(
            "goi/lien-ket",
            Text::new(
                "đây là liên kết hoặc thiết bị, không phải tệp",
                "this is a link or a device, not a file",
            ),
        )
        .hint(Text::new(
            "đừng dùng gói này; hỏi lại người gửi",
            "don't use this pack; ask the sender about it",
        )),
        FaultKind::WrongSize => error(
            "goi/tep-hong",
            Text::new(
                "tệp này không dài đúng như gói khai báo",
                "this file is not as long as the pack declares",
            ),
        )
        .hint(ask_again()),
    };
    Diagnostic {
        file: fault.entry,
        ..finding
    }
}

#[cfg(test)]
mod tests;
