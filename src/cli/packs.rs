//! Finds packs: where they are looked for, in which order, and which one a workbook belongs to.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::report::{Report, Stop};
use super::{Session, input, output};
use crate::diagnostic::{Diagnostic, Diagnostics, Lang, Place, Text};
use crate::pack::{BUILT_IN, Fit, MANIFEST, Origin, Pack, fit};
use crate::text;
use crate::vietnamese::nearest;
use crate::workbook::Workbook;

/// A pack that was found.
pub(super) struct Found {
    pub id: String,
    pub origin: Origin,
    /// The pack, or what is wrong with it.
    pub pack: Result<Pack, Diagnostics>,
    /// Whether another of the same id was found before.
    pub is_shadowed: bool,
}

/// All packs, in the order of the search; the first with an id wins.
pub(super) fn search(session: &Session) -> Result<Vec<Found>, Stop> {
    let mut found: Vec<Found> = Vec::new();
    let mut add = |id: String, origin: Origin, pack: Result<Pack, Diagnostics>| {
        let is_shadowed = found.iter().any(|other| other.id == id);
        found.push(Found {
            id,
            origin,
            pack,
            is_shadowed,
        });
    };
    for (folder, is_wished) in folders(session) {
        for folder in pack_folders(&folder, is_wished)? {
            let id = input::name(&folder);
            let pack = open_folder(&folder, Pack::parse);
            add(id, Origin::Folder(folder), pack.map_err(|stop| stop.findings));
        }
    }
    for pack in BUILT_IN {
        add(pack.id.to_owned(), Origin::BuiltIn, pack.parse());
    }
    Ok(found)
}

/// Folders that hold packs, in order; those the user named must be there.
fn folders(session: &Session) -> Vec<(PathBuf, bool)> {
    let mut folders: Vec<(PathBuf, bool)> = session.templates.iter().map(|folder| (folder.clone(), true)).collect();
    if let Some(named) = std::env::var_os("BAOCAO_TEMPLATES").filter(|named| !named.is_empty()) {
        folders.extend(std::env::split_paths(&named).map(|folder| (folder, true)));
    }
    let beside = std::env::current_exe()
        .ok()
        .and_then(|program| Some(program.parent()?.join("templates")));
    folders.extend(beside.into_iter().chain(user_folder()).map(|folder| (folder, false)));
    folders
}

/// The user's own packs: `%APPDATA%` on Windows, the XDG base directory elsewhere.
fn user_folder() -> Option<PathBuf> {
    let folder = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let data = if cfg!(windows) {
        folder("APPDATA")
    } else {
        folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share")))
    };
    Some(data?.join("baocao").join("templates"))
}

/// The packs of a folder, by name. A folder that is itself a pack stands for it.
fn pack_folders(folder: &Path, is_wished: bool) -> Result<Vec<PathBuf>, Stop> {
    let is_pack = |folder: &Path| folder.join(MANIFEST).is_file();
    if is_pack(folder) {
        return Ok(vec![folder.to_owned()]);
    }
    match std::fs::read_dir(folder) {
        Ok(entries) => {
            let mut packs: Vec<PathBuf> = entries
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| is_pack(path))
                .collect();
            packs.sort();
            Ok(packs)
        }
        Err(_) if !is_wished => Ok(Vec::new()),
        Err(error) => {
            let mut finding = Diagnostic::error(
                "goi/khong-thay",
                Place::File,
                text!(
                    "không đọc được thư mục chứa gói ({error})",
                    "the folder of packs can't be read ({error})"
                ),
            )
            .hint(Text::new(
                "xem lại --templates hoặc BAOCAO_TEMPLATES",
                "look at --templates or BAOCAO_TEMPLATES",
            ));
            finding.file = Some(folder.display().to_string());
            Err(Stop::fault(finding))
        }
    }
}

/// Reads a pack's folder and parses it in the way given.
pub(super) fn open_folder(
    folder: &Path,
    parse: fn(crate::pack::Files, Origin) -> Result<Pack, Diagnostics>,
) -> Result<Pack, Stop> {
    let files = input::read_folder(folder)?;
    // "." has no name to compare the id with.
    let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    parse(files, Origin::Folder(folder)).map_err(Stop::input)
}

/// The pack that a person names by its id or its folder. See [`tell`].
pub(super) fn named(session: &Session, name: &Path) -> Result<Pack, Stop> {
    let text = name.to_string_lossy();
    if looks_like_folder(&text) {
        return open_folder(name, Pack::parse);
    }
    let mut found = search(session)?;
    if let Some(index) = found.iter().position(|found| found.id == text) {
        let found = found.swap_remove(index);
        return found.pack.map_err(|mut findings| {
            name_pack(&mut findings, &text);
            findings.extend(passed_over(name, &found.origin).into_iter().collect());
            Stop::input(findings)
        });
    }
    if name.join(MANIFEST).is_file() {
        return open_folder(name, Pack::parse);
    }
    let finding = Diagnostic::error(
        "goi/khong-thay",
        Place::File,
        text!("không có gói “{text}”", "there is no pack “{text}”"),
    );
    let hint = match nearest(&text, found.iter().map(|found| found.id.as_str())) {
        Some(near) => text!("có phải là “{near}”?", "did you mean “{near}”?"),
        None => list_hint(
            found
                .iter()
                .filter(|found| !found.is_shadowed)
                .map(|found| found.id.as_str()),
        ),
    };
    Err(Stop::fault(finding.hint(hint)))
}

/// Tells which pack was used where a person named one, and when that is not the folder of this name that lies there.
pub(super) fn tell(report: &mut Report, lang: Lang, name: &Path, pack: &Pack) {
    let origin = pack.origin.text();
    report.json.insert(
        "pack".into(),
        json!({ "id": pack.id, "version": pack.version, "origin": origin.get(lang) }),
    );
    let (id, vi, en) = (&pack.id, origin.vi, origin.en);
    report.note(Some(text!(
        "Gói được dùng: {id} ({vi})",
        "The pack in use: {id} ({en})"
    )));
    report.add(passed_over(name, &pack.origin).into_iter().collect());
}

/// Warns that a folder with a pack lies in the current directory under the name that was given, and another pack was used.
pub(super) fn passed_over(name: &Path, used: &Origin) -> Option<Diagnostic> {
    let is_used = matches!(used, Origin::Folder(folder) if output::same_file(folder, name));
    let is_bare = name.components().count() == 1 && !looks_like_folder(&name.to_string_lossy());
    if is_used || !is_bare || !name.join(MANIFEST).is_file() {
        return None;
    }
    let (id, origin) = (name.display(), used.text());
    let (vi, en) = (origin.vi, origin.en);
    let mut finding = Diagnostic::warning(
        "goi/thu-muc-cung-ten",
        Place::File,
        text!(
            "ở đây có thư mục gói “{id}” nhưng gói được dùng là gói cùng tên ({vi})",
            "there is a pack folder “{id}” here, but the pack in use is another of that name ({en})"
        ),
    )
    .hint(text!(
        "muốn dùng thư mục ấy thì ghi ./{id}",
        "to use that folder, write ./{id}"
    ));
    finding.file = Some(id.to_string());
    Some(finding)
}

/// Whether a pack is named by its folder, not by its id.
fn looks_like_folder(name: &str) -> bool {
    name.contains(['/', '\\']) || name.starts_with('.')
}

/// Puts the pack's id before its files' names: which `pack.toml` would be unclear beside a workbook's findings.
pub(super) fn name_pack(findings: &mut Diagnostics, id: &str) {
    *findings = std::mem::take(findings)
        .into_iter()
        .map(|mut finding| {
            finding.file = Some(match finding.file {
                Some(file) => format!("{id}/{file}"),
                None => id.to_owned(),
            });
            finding
        })
        .collect();
}

fn list_hint<'i>(ids: impl Iterator<Item = &'i str>) -> Text {
    let ids = ids.collect::<Vec<_>>().join(", ");
    if ids.is_empty() {
        return Text::new(
            "chưa có gói nào; xem baocao pack list",
            "there are no packs; see baocao pack list",
        );
    }
    text!("các gói hiện có: {ids}", "packs there are: {ids}")
}

/// The packs that the workbooks of a run may belong to: looked for when the first workbook asks, and only once.
pub(super) struct Shelf<'s> {
    session: &'s Session,
    /// The pack that the user chose for all workbooks.
    wished: Option<&'s PathBuf>,
    found: OnceCell<Result<Choice, Stop>>,
}

/// What a shelf holds.
enum Choice {
    Wished(Arc<Pack>),
    /// Those of the search that are not shadowed, sound and broken.
    Any(Vec<Arc<Pack>>, Vec<(String, Diagnostics)>),
}

impl<'s> Shelf<'s> {
    pub fn new(session: &'s Session, wished: Option<&'s PathBuf>) -> Self {
        Self {
            session,
            wished,
            found: OnceCell::new(),
        }
    }

    /// Tells which pack was used, where the user chose one and a workbook asked for it.
    pub fn tell(&self, report: &mut Report) {
        if let (Some(name), Some(Ok(Choice::Wished(pack)))) = (self.wished, self.found.get()) {
            tell(report, self.session.lang, name, pack);
        }
    }

    /// The pack a workbook belongs to.
    pub fn pack_of(&self, workbook: &Workbook) -> Result<&Arc<Pack>, Stop> {
        match self.found.get_or_init(|| self.look()) {
            Ok(Choice::Wished(pack)) => Ok(pack),
            Ok(Choice::Any(sound, broken)) => recognised(sound, broken, workbook),
            Err(stop) => Err(stop.clone()),
        }
    }

    fn look(&self) -> Result<Choice, Stop> {
        if let Some(name) = self.wished {
            return named(self.session, name).map(|pack| Choice::Wished(Arc::new(pack)));
        }
        let (mut sound, mut broken) = (Vec::new(), Vec::new());
        for found in search(self.session)?.into_iter().filter(|found| !found.is_shadowed) {
            match found.pack {
                Ok(pack) => sound.push(Arc::new(pack)),
                Err(findings) => broken.push((found.id, findings)),
            }
        }
        Ok(Choice::Any(sound, broken))
    }
}

/// The pack that a workbook is stamped with or looks like.
fn recognised<'p>(
    sound: &'p [Arc<Pack>],
    broken: &[(String, Diagnostics)],
    workbook: &Workbook,
) -> Result<&'p Arc<Pack>, Stop> {
    let chosen = fit(sound, workbook);
    let hint = |indexes: &[usize]| list_hint(indexes.iter().filter_map(|index| Some(sound.get(*index)?.id.as_str())));
    let all: Vec<usize> = (0..sound.len()).collect();
    let (message, hint) = match chosen {
        Fit::Stamped(index) | Fit::Looks(index) => return Ok(&sound[index]),
        Fit::Unknown(id) => {
            if let Some((_, findings)) = broken.iter().find(|(own, _)| *own == id) {
                let mut findings = findings.clone();
                name_pack(&mut findings, &id);
                return Err(Stop::input(findings));
            }
            (
                text!(
                    "sổ tính này thuộc gói “{id}”, không tìm thấy gói đó",
                    "this workbook belongs to the pack “{id}”, which can't be found"
                ),
                text!(
                    "đặt thư mục gói “{id}” vào templates, hoặc chỉ nơi chứa bằng --templates",
                    "put the folder of the pack “{id}” into templates, or name its place with --templates"
                ),
            )
        }
        Fit::Several(indexes) => {
            let ids = hint(&indexes);
            (
                Text::new(
                    "sổ tính này hợp với hơn một gói, cần chọn bằng --pack",
                    "this workbook fits more than one pack; choose with --pack",
                ),
                ids,
            )
        }
        Fit::None => (
            Text::new(
                "không nhận ra sổ tính này thuộc gói nào (theo tên trang tính và tiêu đề cột), có thể chọn bằng --pack",
                "no pack is recognised by this workbook's sheets and headers; you may choose with --pack",
            ),
            hint(&all),
        ),
    };
    let mut findings =
        Diagnostics::from_iter([Diagnostic::error("goi/khong-nhan-ra", Place::File, message).hint(hint)]);
    for (id, _) in broken {
        findings.push(Diagnostic::warning(
            "goi/bo-qua",
            Place::File,
            text!(
                "gói “{id}” có lỗi nên bị bỏ qua; xem baocao pack check {id}",
                "the pack “{id}” has errors and was passed over; see baocao pack check {id}"
            ),
        ));
    }
    Err(Stop::input(findings))
}
