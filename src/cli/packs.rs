//! Finds packs: where they are looked for, in which order, and which one a workbook belongs to.

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::report::{Report, Stop};
use super::{Session, input, output};
use crate::diagnostic::{Diagnostic, Diagnostics, Lang, Place, Text};
use crate::pack::archive::{self, Packed};
use crate::pack::{BUILT_IN, Fit, MANIFEST, Origin, Pack, Version, fit, stamp};
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
    search_among(session, &|_| true)
}

/// The same without those whose ids, known before they are opened, are not wanted.
fn search_among(session: &Session, is_wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Found>, Stop> {
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
        let places = places(&folder, is_wished)?;
        for folder in places.folders {
            let id = input::name(&folder);
            if !is_wanted(&id) {
                continue;
            }
            let pack = open_folder(&folder, Pack::parse);
            add(id, Origin::Folder(folder), pack.map_err(|stop| stop.findings));
        }
        for (path, pack) in archives(places.archives) {
            let id = match &pack {
                Ok(pack) => pack.id.clone(),
                Err(_) => stem(&path),
            };
            add(id, Origin::Archive(path), pack.map_err(|stop| stop.findings));
        }
    }
    for pack in BUILT_IN.iter().filter(|pack| is_wanted(pack.id)) {
        add(pack.id.to_owned(), Origin::BuiltIn, pack.parse());
    }
    Ok(found)
}

/// The same for using one of them. Errors: a file that the user named as the place of packs is no sound pack, so that another
/// would be used in silence.
fn search_for_use(session: &Session, is_wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Found>, Stop> {
    let mut found = search_among(session, is_wanted)?;
    let wished: Vec<PathBuf> = folders(session)
        .into_iter()
        .filter(|(_, is_wished)| *is_wished)
        .map(|(path, _)| path)
        .collect();
    let broken = found.iter().position(|found| match &found.origin {
        Origin::Archive(path) => found.pack.is_err() && wished.contains(path),
        Origin::BuiltIn | Origin::Folder(_) => false,
    });
    match broken.map(|index| found.swap_remove(index).pack) {
        Some(Err(findings)) => Err(Stop::input(findings)),
        _ => Ok(found),
    }
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

/// The user's own packs, where `pack install` puts them: `%APPDATA%` on Windows, the XDG base directory elsewhere.
pub(super) fn user_folder() -> Option<PathBuf> {
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

/// The packs that lie in a folder.
#[derive(Default)]
struct Places {
    folders: Vec<PathBuf>,
    archives: Vec<PathBuf>,
}

/// The packs of a folder, by name. A folder that is itself a pack stands for it, and so does a file.
fn places(folder: &Path, is_wished: bool) -> Result<Places, Stop> {
    let is_pack = |folder: &Path| folder.join(MANIFEST).is_file();
    let mut places = Places::default();
    if is_pack(folder) {
        places.folders.push(folder.to_owned());
        return Ok(places);
    }
    if folder.is_file() {
        places.archives.push(folder.to_owned());
        return Ok(places);
    }
    match std::fs::read_dir(folder) {
        Ok(entries) => {
            let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            paths.sort();
            for path in paths {
                if is_pack(&path) {
                    places.folders.push(path);
                } else if is_archive_name(&path) && path.is_file() {
                    places.archives.push(path);
                }
            }
            Ok(places)
        }
        Err(_) if !is_wished => Ok(places),
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

/// Whether a file has the name of a packed pack. What mail programs and browsers hide or leave half done has none.
fn is_archive_name(path: &Path) -> bool {
    let is_hidden = path
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with(['.', '~']));
    !is_hidden
        && path
            .extension()
            .is_some_and(|own| own.eq_ignore_ascii_case(archive::ENDING))
}

/// What a packed pack is called whose id can't be read: its file's name without ending and version, which `pack pack` gave it.
/// A pack of that id is not taken from elsewhere in its stead.
fn stem(path: &Path) -> String {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    match name.rsplit_once('-') {
        Some((id, version)) if Version::parse(version).is_some() => id.to_owned(),
        _ => name,
    }
}

/// Packed packs in the order in which they are taken: by id, of one id the latest version first.
fn archives(paths: Vec<PathBuf>) -> Vec<(PathBuf, Result<Pack, Stop>)> {
    let mut packs: Vec<_> = paths
        .into_iter()
        .map(|path| {
            let pack = open_archive(&path).map(|opened| opened.pack);
            (path, pack)
        })
        .collect();
    packs.sort_by_cached_key(|(path, pack)| match pack {
        Ok(pack) => (pack.id.clone(), Reverse(Version::parse(&pack.version)), path.clone()),
        Err(_) => (stem(path), Reverse(None), path.clone()),
    });
    packs
}

/// The packed packs of an id that were installed, the latest version first: the user's own folder is searched, nothing else.
pub(super) fn installed(id: &str) -> Vec<(PathBuf, Result<Pack, Stop>)> {
    let places = user_folder().and_then(|folder| places(&folder, false).ok());
    let found = archives(places.unwrap_or_default().archives).into_iter();
    found
        .filter(|(path, pack)| match pack {
            Ok(pack) => pack.id == id,
            Err(_) => stem(path) == id,
        })
        .collect()
}

/// A packed pack that was opened.
pub(super) struct Opened {
    pub pack: Pack,
    pub packed: Packed,
    /// The file's content.
    pub bytes: Vec<u8>,
}

/// Reads a packed pack and parses it; findings name the file, and the entry in it.
pub(super) fn open_archive(path: &Path) -> Result<Opened, Stop> {
    let bytes = input::read(path, archive::FILE_BYTES, &[".bcpack"])?;
    let named = |mut findings: Diagnostics| {
        name_files(&mut findings, |file| match file {
            Some(entry) => format!("{} › {entry}", path.display()),
            None => path.display().to_string(),
        });
        Stop::input(findings)
    };
    let (files, packed) = archive::read(&bytes).map_err(named)?;
    let origin = Origin::Archive(std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()));
    let pack = Pack::parse(files, origin).map_err(named)?;
    match archive::mismatch(&packed, &pack) {
        Some(finding) => Err(named(Diagnostics::from_iter([finding]))),
        None => Ok(Opened { pack, packed, bytes }),
    }
}

/// Opens a pack by its path: a folder, or a file that it was packed into.
fn open(path: &Path) -> Result<Pack, Stop> {
    match path.is_file() {
        true => open_archive(path).map(|opened| opened.pack),
        false => open_folder(path, Pack::parse),
    }
}

/// The pack that a person names by its id, its folder or its file. See [`tell`].
pub(super) fn named(session: &Session, name: &Path) -> Result<Pack, Stop> {
    let text = name.to_string_lossy();
    if is_archive_name(name) {
        return open_archive(name).map(|opened| opened.pack);
    }
    if looks_like_path(&text) {
        return open(name);
    }
    let mut found = search_for_use(session, &|_| true)?;
    if let Some(index) = found.iter().position(|found| found.id == text) {
        let found = found.swap_remove(index);
        return found.pack.map_err(|mut findings| {
            name_findings(&mut findings, &text, &found.origin);
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

/// The digest of a packed pack, for comparing it with what its sender says; none of other packs.
pub(super) fn digest(pack: &Pack) -> Option<String> {
    match &pack.origin {
        Origin::Archive(path) => open_archive(path).ok().map(|opened| opened.packed.digest),
        Origin::BuiltIn | Origin::Folder(_) => None,
    }
}

/// Warns that a folder with a pack lies in the current directory under the name that was given, and another pack was used.
pub(super) fn passed_over(name: &Path, used: &Origin) -> Option<Diagnostic> {
    let is_used = matches!(used, Origin::Folder(folder) if output::same_file(folder, name));
    let is_bare = name.components().count() == 1 && !is_archive_name(name) && !looks_like_path(&name.to_string_lossy());
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

/// Whether a pack is named by its path, not by its id.
fn looks_like_path(name: &str) -> bool {
    name.contains(['/', '\\']) || name.starts_with('.')
}

/// Puts the pack's id before its files' names: which `pack.toml` would be unclear beside a workbook's findings.
pub(super) fn name_pack(findings: &mut Diagnostics, id: &str) {
    name_files(findings, |file| match file {
        Some(file) => format!("{id}/{file}"),
        None => id.to_owned(),
    });
}

/// The same for what was found when a pack was opened: findings of a packed pack name its file already.
fn name_findings(findings: &mut Diagnostics, id: &str, origin: &Origin) {
    if !matches!(origin, Origin::Archive(_)) {
        name_pack(findings, id);
    }
}

fn name_files(findings: &mut Diagnostics, name: impl Fn(Option<String>) -> String) {
    *findings = std::mem::take(findings)
        .into_iter()
        .map(|mut finding| {
            finding.file = Some(name(finding.file.take()));
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
    /// The pack that the first workbook is stamped with, found without opening the others.
    stamped: OnceCell<Option<Arc<Pack>>>,
    found: OnceCell<Result<Choice, Stop>>,
}

/// What a shelf holds.
enum Choice {
    Wished(Arc<Pack>),
    /// Those of the search that are not shadowed: sound ones, and what is wrong with the others by their ids.
    Any(Vec<Arc<Pack>>, Vec<(String, Diagnostics)>),
}

impl<'s> Shelf<'s> {
    pub fn new(session: &'s Session, wished: Option<&'s PathBuf>) -> Self {
        Self {
            session,
            wished,
            stamped: OnceCell::new(),
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
        if let (None, Some(id)) = (self.wished, stamp(workbook)) {
            let first = self.stamped.get_or_init(|| self.named_by_stamp(id));
            if let Some(pack) = first.as_ref().filter(|pack| pack.id == id) {
                return Ok(pack);
            }
        }
        match self.found.get_or_init(|| self.look()) {
            Ok(Choice::Wished(pack)) => Ok(pack),
            Ok(Choice::Any(sound, broken)) => recognised(sound, broken, workbook),
            Err(stop) => Err(stop.clone()),
        }
    }

    /// The pack with an id; whatever is wrong on the way is told by [`Shelf::look`].
    fn named_by_stamp(&self, id: &str) -> Option<Arc<Pack>> {
        let found = search_for_use(self.session, &|other| other == id).ok()?;
        let first = found.into_iter().find(|found| found.id == id)?;
        first.pack.ok().map(Arc::new)
    }

    fn look(&self) -> Result<Choice, Stop> {
        if let Some(name) = self.wished {
            return named(self.session, name).map(|pack| Choice::Wished(Arc::new(pack)));
        }
        let (mut sound, mut broken) = (Vec::new(), Vec::new());
        for found in search_for_use(self.session, &|_| true)?
            .into_iter()
            .filter(|found| !found.is_shadowed)
        {
            match found.pack {
                Ok(pack) => sound.push(Arc::new(pack)),
                Err(mut findings) => {
                    name_findings(&mut findings, &found.id, &found.origin);
                    broken.push((found.id, findings));
                }
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
                return Err(Stop::input(findings.clone()));
            }
            (
                text!(
                    "sổ tính này thuộc gói “{id}”, không tìm thấy gói đó",
                    "this workbook belongs to the pack “{id}”, which can't be found"
                ),
                text!(
                    "xin tệp gói “{id}” rồi cài bằng baocao pack install, hoặc chỉ nơi chứa bằng --templates",
                    "ask for the file of the pack “{id}” and install it with baocao pack install, or name its place with --templates"
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
