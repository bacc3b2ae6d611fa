//! Writes files whole or not at all, and never over another without being told to.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{PathPersistError, TempPath};

use super::report::Stop;
use crate::diagnostic::{Diagnostic, Place, Text};
use crate::text;

/// Where a command's files go.
#[derive(Clone)]
pub(super) enum Target {
    /// A file of its own.
    File(PathBuf),
    /// A folder that takes files under their own names.
    Folder(PathBuf),
}

impl Target {
    /// What `-o` means for files with an ending such as `docx`: a folder that is there, or a file.
    pub fn parse(path: &Path, ending: &str) -> Result<Self, Stop> {
        if path.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        let shown = path.display().to_string();
        if path.extension().is_some_and(|own| own.eq_ignore_ascii_case(ending)) && !shown.ends_with(['/', '\\']) {
            return Ok(Self::File(path.to_owned()));
        }
        Err(fault(
            path,
            "ghi/noi-ghi-sai",
            text!(
                "nơi ghi cần là tệp .{ending} hoặc một thư mục đã có",
                "the output needs to be a .{ending} file or a folder that is there"
            ),
            Some(text!(
                "ghi tên có đuôi .{ending}, hoặc tạo thư mục trước",
                "give a name that ends in .{ending}, or make the folder first"
            )),
        ))
    }
}

/// A file's content on the way to its place; nothing is seen there before it is put.
pub(super) struct Staged {
    /// Closed, so that hundreds of files take no handles.
    file: TempPath,
    target: PathBuf,
    force: bool,
}

/// Writes the content beside the target, under a temporary name. All of a command's files are staged before one is put.
pub(super) fn stage(target: &Path, bytes: &[u8], force: bool) -> Result<Staged, Stop> {
    // A link is followed, so that the file it stands for is replaced and not the link.
    let target = match fs::symlink_metadata(target) {
        Ok(metadata) if metadata.is_symlink() => fs::canonicalize(target).unwrap_or_else(|_| target.to_owned()),
        _ => target.to_owned(),
    };
    if target.is_dir() {
        return Err(fault(
            &target,
            "ghi/la-thu-muc",
            Text::new(
                "nơi ghi cần là tệp, đây là thư mục",
                "the output needs to be a file, this is a folder",
            ),
            None,
        ));
    }
    if !force && target.exists() {
        return Err(exists(&target));
    }
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".baocao-").suffix(".tmp");
    #[cfg(unix)]
    {
        // As any program's files: the user's mask takes its share.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder
        .tempfile_in(folder)
        .map_err(|error| unwritable(folder, &target, &error))?;
    let written = file.write_all(bytes).and_then(|()| file.as_file().sync_all());
    written.map_err(|error| unwritable(folder, &target, &error))?;
    let file = file.into_temp_path();
    Ok(Staged { file, target, force })
}

impl Staged {
    /// Gives the file its name, in one step.
    pub fn put(self) -> Result<PathBuf, Stop> {
        let target = self.put_unsynced()?;
        sync_folder(target.parent().unwrap_or(Path::new("")));
        Ok(target)
    }

    fn put_unsynced(self) -> Result<PathBuf, Stop> {
        let Self { file, target, force } = self;
        let folder = target.parent().unwrap_or(Path::new("")).to_owned();
        let put = if force {
            file.persist(&target)
        } else {
            put_new(file, &target)
        };
        match put {
            Ok(()) => Ok(target),
            Err(error) if !force && error.error.kind() == ErrorKind::AlreadyExists => Err(exists(&target)),
            Err(error) => Err(unwritable(&folder, &target, &error.error)),
        }
    }
}

/// Persists without replacing, also where the file system knows no such step (FAT on a USB stick): there the name is
/// reserved by an empty file first.
fn put_new(file: TempPath, target: &Path) -> Result<(), PathPersistError> {
    let error = match file.persist_noclobber(target) {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    if error.error.kind() == ErrorKind::AlreadyExists || target.exists() {
        return Err(error);
    }
    match fs::File::create_new(target) {
        Ok(_) => error
            .path
            .persist(target)
            .inspect_err(|_| drop(fs::remove_file(target))),
        Err(io_error) => Err(PathPersistError {
            error: io_error,
            path: error.path,
        }),
    }
}

/// All files of one piece of work: they are put into their places together, or none is.
pub(super) struct Batch {
    force: bool,
    staged: Vec<Staged>,
    /// Targets that are there and are not to be replaced.
    existing: Vec<PathBuf>,
    /// Folders that it made.
    folders: Vec<PathBuf>,
}

impl Batch {
    /// Nothing staged yet.
    pub fn new(force: bool) -> Self {
        Self {
            force,
            staged: Vec::new(),
            existing: Vec::new(),
            folders: Vec::new(),
        }
    }

    /// Makes a folder for files that come, unless it is there; it goes again if nothing is put into it.
    pub fn make_folder(&mut self, folder: &Path) -> Result<(), Stop> {
        if folder.is_dir() {
            return Ok(());
        }
        match fs::create_dir(folder) {
            Ok(()) => {
                self.folders.push(folder.to_owned());
                Ok(())
            }
            Err(_) if folder.exists() => Err(fault(
                folder,
                "ghi/la-tep",
                Text::new(
                    "nơi ghi cần là thư mục, đây là tệp",
                    "the output needs to be a folder, this is a file",
                ),
                Some(Text::new(
                    "đổi tên tệp ấy, hoặc ghi vào nơi khác với -o",
                    "rename that file, or write somewhere else with -o",
                )),
            )),
            Err(error) => Err(unwritable(folder.parent().unwrap_or(Path::new("")), folder, &error)),
        }
    }

    /// Stages a file. One that is there already is told with all others of its kind, when all have been asked about.
    pub fn add(&mut self, target: &Path, bytes: &[u8]) -> Result<(), Stop> {
        if !self.force && target.exists() {
            self.existing.push(target.to_owned());
        }
        // Nothing will be written any more.
        if self.existing.is_empty() {
            self.staged.push(stage(target, bytes, self.force)?);
        }
        Ok(())
    }

    /// Puts all files into their places; their paths, in order.
    pub fn put(mut self) -> Result<Vec<PathBuf>, Stop> {
        match self.existing.as_slice() {
            [] => {}
            [target] => return Err(exists(target)),
            targets => return Err(many_exist(targets)),
        }
        let staged = std::mem::take(&mut self.staged);
        if cfg!(windows) {
            // A file that is open elsewhere can't be replaced: better known before the first is.
            for Staged { target, .. } in staged.iter().filter(|staged| staged.target.exists()) {
                let opened = fs::OpenOptions::new().write(true).open(target);
                let folder = target.parent().unwrap_or(Path::new(""));
                opened.map_err(|error| unwritable(folder, target, &error))?;
            }
        }
        let mut paths: Vec<PathBuf> = Vec::with_capacity(staged.len());
        let mut new: Vec<PathBuf> = Vec::new();
        for staged in staged {
            let is_new = !staged.target.exists();
            match staged.put_unsynced() {
                Ok(path) => {
                    if is_new {
                        new.push(path.clone());
                    }
                    paths.push(path);
                }
                Err(stop) => {
                    new.iter().for_each(|path| drop(fs::remove_file(path)));
                    return Err(stop);
                }
            }
        }
        let folders: BTreeSet<&Path> = paths.iter().filter_map(|path| path.parent()).collect();
        folders.into_iter().for_each(sync_folder);
        self.folders.clear();
        Ok(paths)
    }
}

impl Drop for Batch {
    /// Leaves nothing behind: temporary files go, and so do folders that stayed empty.
    fn drop(&mut self) {
        self.staged.clear();
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Makes the new name itself last; systems that can't are left alone.
fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    }
}

/// What tells a path's file from others: its real path as the system spells it, or the path itself as long as no file is
/// there.
pub(super) fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Whether two paths are the same file.
pub(super) fn same_file(left: &Path, right: &Path) -> bool {
    identity(left) == identity(right)
}

/// Why a file is not written.
pub(super) fn fault(path: &Path, code: &'static str, message: Text, hint: Option<Text>) -> Stop {
    let mut finding = Diagnostic::error(code, Place::File, message);
    finding.file = Some(path.display().to_string());
    finding.hint = hint;
    Stop::fault(finding)
}

/// Files that are named one by one; the rest is a number.
const NAMED: usize = 3;

fn many_exist(targets: &[PathBuf]) -> Stop {
    let count = targets.len();
    let folder = targets
        .first()
        .and_then(|target| target.parent())
        .unwrap_or(Path::new(""));
    let names = targets.iter().take(NAMED).filter_map(|target| target.file_name());
    let names: Vec<String> = names.map(|name| format!("“{}”", name.to_string_lossy())).collect();
    let mut names = names.join(", ");
    if count > NAMED {
        names.push_str(", …");
    }
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    fault(
        folder,
        "ghi/da-co",
        text!(
            "đã có {count} tệp trong số các tệp sẽ ghi, không ghi đè: {names}",
            "{count} of the files are there already and were not replaced: {names}"
        ),
        Some(Text::new(
            "thêm --force để ghi đè, hoặc ghi vào thư mục khác với -o",
            "add --force to replace them, or write to another folder with -o",
        )),
    )
}

fn exists(target: &Path) -> Stop {
    let free = free_name(target);
    fault(
        target,
        "ghi/da-co",
        Text::new(
            "đã có tệp này, không ghi đè",
            "this file is there already and was not replaced",
        ),
        Some(text!(
            "thêm --force để ghi đè, hoặc ghi sang tên khác: \"{free}\"",
            "add --force to replace it, or use another name: \"{free}\""
        )),
    )
}

/// The first of `x (2).docx`, `x (3).docx`, … that is free.
fn free_name(target: &Path) -> String {
    let stem = target.file_stem().unwrap_or_default().to_string_lossy();
    let ending = target
        .extension()
        .map(|ending| format!(".{}", ending.to_string_lossy()))
        .unwrap_or_default();
    let names = (2..1000).map(|number| target.with_file_name(format!("{stem} ({number}){ending}")));
    let free = names.into_iter().find(|path| !path.exists());
    free.unwrap_or_else(|| target.to_owned()).display().to_string()
}

fn unwritable(folder: &Path, target: &Path, error: &io::Error) -> Stop {
    let shown = if folder.as_os_str().is_empty() {
        String::from(".")
    } else {
        folder.display().to_string()
    };
    let (code, message, hint) = match error.kind() {
        ErrorKind::NotFound => (
            "ghi/thieu-thu-muc",
            text!(
                "không có thư mục “{shown}” để ghi vào",
                "there is no folder “{shown}” to write to"
            ),
            Some(Text::new(
                "tạo thư mục trước, hoặc ghi vào nơi khác",
                "make the folder first, or write somewhere else",
            )),
        ),
        ErrorKind::NotADirectory => (
            "ghi/thieu-thu-muc",
            text!("“{shown}” không phải thư mục", "“{shown}” is no folder"),
            Some(Text::new("ghi vào nơi khác với -o", "write somewhere else with -o")),
        ),
        // On Windows a file that Word holds open refuses to be replaced with this very error.
        ErrorKind::PermissionDenied if target.exists() => (
            "ghi/khong-duoc",
            Text::new(
                "không ghi đè được tệp này: có thể tệp đang mở trong Word hoặc Excel",
                "this file can't be replaced: it may be open in Word or Excel",
            ),
            Some(Text::new("đóng tệp rồi thử lại", "close it and try again")),
        ),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => (
            "ghi/khong-duoc",
            text!(
                "không có quyền ghi vào thư mục “{shown}”",
                "there is no permission to write to the folder “{shown}”"
            ),
            Some(Text::new("ghi vào nơi khác với -o", "write somewhere else with -o")),
        ),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ("ghi/het-cho", text!("ổ đĩa hết chỗ", "the disk is full"), None)
        }
        _ if cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33)) => (
            "ghi/khong-duoc",
            Text::new(
                "tệp này đang mở trong Word hoặc Excel",
                "this file is open in Word or Excel",
            ),
            Some(Text::new("đóng tệp rồi thử lại", "close it and try again")),
        ),
        _ => (
            "ghi/khong-duoc",
            text!(
                "không ghi được tệp này ({error})",
                "this file can't be written ({error})"
            ),
            None,
        ),
    };
    fault(target, code, message, hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Lang;

    fn put(target: &Path, bytes: &[u8], force: bool) -> Result<PathBuf, String> {
        let staged = stage(target, bytes, force).map_err(|stop| stop.findings.print(Lang::Vi))?;
        staged.put().map_err(|stop| stop.findings.print(Lang::Vi))
    }

    #[test]
    fn a_file_is_replaced_only_when_told_and_a_free_name_is_offered() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("a.docx");
        assert_eq!(put(&target, b"1", false), Ok(target.clone()));
        fs::write(folder.path().join("a (2).docx"), "").expect("written");
        let found = put(&target, b"2", false).expect_err("it is there");
        assert!(
            found.contains("ghi/da-co") && found.contains("a (3).docx") && found.contains("--force"),
            "{found}"
        );
        assert_eq!(fs::read(&target).expect("readable"), b"1");
        assert_eq!(put(&target, b"2", true), Ok(target.clone()));
        assert_eq!(fs::read(&target).expect("readable"), b"2");
        assert_eq!(
            fs::read_dir(folder.path()).expect("readable").count(),
            2,
            "no temporary file stays"
        );
    }

    #[test]
    fn a_file_that_appeared_meanwhile_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("a.docx");
        let staged = stage(&target, b"1", false).expect("staged");
        fs::write(&target, "other").expect("written");
        assert!(staged.put().is_err());
        assert_eq!(fs::read(&target).expect("readable"), b"other");
        assert_eq!(
            fs::read_dir(folder.path()).expect("readable").count(),
            1,
            "no temporary file stays"
        );
    }

    #[test]
    fn places_that_take_no_file_are_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.docx");
        fs::write(&file, "").expect("written");
        for (target, part) in [
            (folder.path().join("none/a.docx"), "không có thư mục"),
            (file.join("b.docx"), "không phải thư mục"),
            (folder.path().to_owned(), "đây là thư mục"),
        ] {
            let found = put(&target, b"1", true).expect_err("no place for a file");
            assert!(found.contains(part), "{found}");
        }
    }

    #[test]
    fn an_output_is_a_folder_or_a_file_of_the_right_ending() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(Target::parse(folder.path(), "docx"), Ok(Target::Folder(_))));
        assert!(matches!(
            Target::parse(Path::new("x/BC 1.2.DOCX"), "docx"),
            Ok(Target::File(_))
        ));
        assert!(Target::parse(Path::new("x.pdf"), "docx").is_err());
        assert!(Target::parse(Path::new("none/"), "docx").is_err());
    }
}
