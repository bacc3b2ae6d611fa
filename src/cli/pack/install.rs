//! `pack install`: a packed pack that nothing is wrong with is copied into the user's own folder of packs.
//!
//! Another version that was installed before is replaced only when told to; so is a later one, with other words.

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::json;

use crate::cli::packs::Opened;
use crate::cli::report::{Report, Stop};
use crate::cli::usage::nothing_asked;
use crate::cli::{Session, output, packs};
use crate::diagnostic::{Diagnostic, Place, Text};
use crate::pack::archive::{self, Packed};
use crate::pack::{BUILT_IN, Origin, Pack, Version};
use crate::{pipeline, text};

/// Runs the command.
pub(in crate::cli) fn run(session: &Session, matches: &ArgMatches) -> Result<Report, Stop> {
    let path: &PathBuf = matches.get_one("file").ok_or_else(|| Stop::fault(nothing_asked()))?;
    let force = matches.get_flag("force");
    if path.is_dir() {
        return Err(is_folder(path));
    }
    let Opened { pack, packed, bytes } = packs::open_archive(path)?;
    let mut report = Report::new("pack install");
    let mut findings = pipeline::check_pack(&pack);
    packs::name_pack(&mut findings, &pack.id);
    if findings.has_errors() {
        return Err(Stop::input(findings));
    }
    report.add(findings);
    let folder = packs::user_folder().ok_or_else(|| Stop::fault(no_place()))?;
    let target = folder.join(format!("{}.{}", pack.id, archive::ENDING));
    let before = Before::find(&target, &pack, &packed);
    if !force {
        before.refusal(&target, &pack)?;
    }
    fs::create_dir_all(&folder).map_err(|error| {
        output::fault(
            &folder,
            "ghi/khong-duoc",
            text!(
                "không tạo được thư mục chứa gói ({error})",
                "the folder of packs can't be made ({error})"
            ),
            None,
        )
    })?;
    // What was looked at is replaced, and nothing else that may have come there since.
    let is_replaced = !matches!(before, Before::None);
    let written = output::stage(&target, &bytes, is_replaced)?.put()?;
    let shown = written.display().to_string();
    report.text = format!("{shown}\n");
    let digest = &packed.digest;
    report.note(Some(text!("Mã kiểm: {digest}", "Digest: {digest}")));
    report.summary = Some(before.summary(&pack));
    report.add(hidden(session, &pack, &written)?.into_iter().collect());
    report.json.insert("path".into(), json!(shown));
    report.json.insert(
        "pack".into(),
        json!({
            "id": pack.id,
            "version": pack.version,
            "digest": digest,
            "made_with": packed.made_with,
            "before": before.version(),
        }),
    );
    Ok(report)
}

/// What stands where the pack goes.
enum Before {
    None,
    /// The very same.
    Same,
    /// The same version with another content.
    Other,
    /// Another version.
    Version(Version),
    /// A file that can't be read as a pack.
    Broken,
}

impl Before {
    fn find(target: &Path, pack: &Pack, packed: &Packed) -> Self {
        if !target.exists() {
            return Self::None;
        }
        match packs::open_archive(target) {
            Ok(old) if old.packed.digest == packed.digest => Self::Same,
            Ok(old) if old.pack.version == pack.version => Self::Other,
            Ok(old) => Version::parse(&old.pack.version).map_or(Self::Broken, Self::Version),
            Err(_) => Self::Broken,
        }
    }

    /// The version that was there, as far as it is known.
    fn version(&self) -> Option<String> {
        match self {
            Self::Version(version) => Some(version.to_string()),
            _ => None,
        }
    }

    /// Why it is not replaced without being told to.
    fn refusal(&self, target: &Path, pack: &Pack) -> Result<(), Stop> {
        let (id, new) = (&pack.id, &pack.version);
        let (code, message) = match self {
            Self::None | Self::Same => return Ok(()),
            Self::Other => (
                "goi/da-cai",
                text!(
                    "đã cài gói {id} {new} có nội dung khác, không thay",
                    "pack {id} {new} with another content is installed and was not replaced"
                ),
            ),
            Self::Broken => (
                "goi/da-cai",
                text!(
                    "đã có tệp của gói {id} nhưng không đọc được, không thay",
                    "there is a file of pack {id} that can't be read; it was not replaced"
                ),
            ),
            Self::Version(old) => match Version::parse(new).map_or(Ordering::Less, |new| new.cmp(old)) {
                Ordering::Less => (
                    "goi/ha-phien-ban",
                    text!(
                        "đã cài gói {id} {old}, mới hơn {new}; không hạ xuống bản cũ",
                        "pack {id} {old} is installed, which is later than {new}; it was not taken back"
                    ),
                ),
                _ => (
                    "goi/da-cai",
                    text!(
                        "đã cài gói {id} {old}; chưa thay bằng {new}",
                        "pack {id} {old} is installed; it was not replaced by {new}"
                    ),
                ),
            },
        };
        let hint = text!("thêm --force để thay bằng {new}", "add --force to replace it by {new}");
        Err(output::fault(target, code, message, Some(hint)))
    }

    fn summary(&self, pack: &Pack) -> Text {
        let (id, new) = (&pack.id, &pack.version);
        match self {
            Self::None => match BUILT_IN.iter().any(|built_in| built_in.id == *id) {
                true => text!(
                    "Đã cài gói {id} {new}, dùng thay gói cùng mã có sẵn trong chương trình",
                    "Installed pack {id} {new}, which is used instead of the built-in pack of that id"
                ),
                false => text!("Đã cài gói {id} {new}", "Installed pack {id} {new}"),
            },
            Self::Same => text!(
                "Gói {id} {new} đã cài từ trước, không có gì thay đổi",
                "Pack {id} {new} was installed before; nothing has changed"
            ),
            Self::Other | Self::Broken => text!("Đã cài lại gói {id} {new}", "Installed pack {id} {new} again"),
            Self::Version(old) => text!("Đã thay gói {id} {old} bằng {new}", "Replaced pack {id} {old} by {new}"),
        }
    }
}

/// Warns that another pack of the id comes before the one that was installed.
fn hidden(session: &Session, pack: &Pack, written: &Path) -> Result<Option<Diagnostic>, Stop> {
    let found = packs::search(session)?;
    let first = found.into_iter().find(|found| found.id == pack.id);
    let Some(first) = first.filter(|first| match &first.origin {
        Origin::Archive(path) => !output::same_file(path, written),
        _ => true,
    }) else {
        return Ok(None);
    };
    let (id, origin) = (&pack.id, first.origin.text());
    let (vi, en) = (&origin.vi, &origin.en);
    let finding = Diagnostic::warning(
        "goi/bi-che",
        Place::File,
        text!(
            "gói vừa cài chưa được dùng: gói {id} ở {vi} được chọn trước",
            "the pack is installed but not in use: pack {id} at {en} is taken first"
        ),
    )
    .hint(Text::new(
        "xem thứ tự tìm gói bằng baocao pack list, bỏ gói kia đi nếu không dùng",
        "see the order with baocao pack list, and take the other away if it is not needed",
    ));
    Ok(Some(finding))
}

fn is_folder(path: &Path) -> Stop {
    let folder = path.display();
    output::fault(
        path,
        "tep/la-thu-muc",
        Text::new(
            "cần một tệp .bcpack, đây là thư mục",
            "a .bcpack file is needed, this is a folder",
        ),
        Some(text!(
            "đóng gói trước bằng baocao pack pack {folder}",
            "pack it first with baocao pack pack {folder}"
        )),
    )
}

fn no_place() -> Diagnostic {
    Diagnostic::error(
        "goi/khong-co-noi-cai",
        Place::File,
        Text::new(
            "máy này không cho biết thư mục dữ liệu của người dùng",
            "this machine does not tell the user's data folder",
        ),
    )
    .hint(Text::new(
        "để tệp .bcpack vào thư mục templates cạnh chương trình",
        "put the .bcpack file into the folder templates beside the program",
    ))
}
