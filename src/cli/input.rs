//! Reads files and pack folders, within limits, and says plainly why one can't be read.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::report::Stop;
use crate::diagnostic::{Diagnostic, Place, Text};
use crate::pack::Files;
use crate::pack::archive::LIMITS;
use crate::text;
use crate::vietnamese::nearest;

/// Most entries of a pack's folder that are looked at, those that are not the pack's included.
const MOST_ENTRIES: usize = 5_000;

/// How a file is called in findings: its name alone, for people know where they work.
pub(super) fn name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// The content of a file of at most `limit` bytes; `endings` are those the caller wants, for naming a near file.
pub(super) fn read(path: &Path, limit: u64, endings: &[&str]) -> Result<Vec<u8>, Stop> {
    let fault = |code, message: Text, hint: Option<Text>| {
        let mut finding = Diagnostic::error(code, Place::File, message);
        finding.file = Some(path.display().to_string());
        finding.hint = hint;
        Stop::fault(finding)
    };
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => fault(
            "tep/khong-thay",
            Text::new("không thấy tệp này", "there is no such file"),
            near_file(path, endings),
        ),
        ErrorKind::PermissionDenied => fault(
            "tep/khong-mo-duoc",
            Text::new(
                "không mở được tệp này: không có quyền đọc",
                "this file can't be opened: no permission to read it",
            ),
            Some(Text::new(
                "nếu tệp đang mở trong Excel hay Word thì đóng lại rồi thử lại",
                "if it is open in Excel or Word, close it and try again",
            )),
        ),
        // Windows: another program holds the file and shares nothing (ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION).
        _ if cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33)) => fault(
            "tep/khong-mo-duoc",
            Text::new(
                "tệp này đang được chương trình khác dùng",
                "another program is using this file",
            ),
            Some(Text::new(
                "đóng tệp trong Excel hay Word rồi thử lại",
                "close it in Excel or Word and try again",
            )),
        ),
        _ => fault(
            "tep/khong-mo-duoc",
            text!("không đọc được tệp này ({error})", "this file can't be read ({error})"),
            None,
        ),
    };
    let metadata = fs::metadata(path).map_err(&unreadable)?;
    if metadata.is_dir() {
        return Err(fault(
            "tep/la-thu-muc",
            Text::new("cần một tệp, đây là thư mục", "a file is needed, this is a folder"),
            near_file(&path.join("?"), endings),
        ));
    }
    let too_large = || {
        let megabytes = limit >> 20;
        fault(
            "tep/qua-lon",
            text!("tệp lớn hơn {megabytes} MB", "the file is larger than {megabytes} MB"),
            None,
        )
    };
    if metadata.len() > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(&unreadable)?;
    // The size is asked for again while reading: a file may grow, and a pipe has none.
    file.take(limit + 1).read_to_end(&mut bytes).map_err(&unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(too_large());
    }
    Ok(bytes)
}

/// A hint that names the file of the same folder whose name is nearest, or the only one of the wanted kind.
fn near_file(path: &Path, endings: &[&str]) -> Option<Text> {
    let folder = match path.parent()? {
        folder if folder.as_os_str().is_empty() => Path::new("."),
        folder => folder,
    };
    let Ok(entries) = fs::read_dir(folder) else {
        let folder = folder.display();
        return Some(text!(
            "thư mục “{folder}” cũng không có",
            "there is no folder “{folder}” either"
        ));
    };
    let mut names: Vec<String> = entries
        .flatten()
        .take(10_000)
        .filter_map(|entry| entry.file_name().into_string().ok())
        // Lock files that Excel and Word leave while a file is open.
        .filter(|name| !name.starts_with("~$") && endings.iter().any(|ending| name.to_lowercase().ends_with(ending)))
        .collect();
    names.sort();
    let wanted = path.file_name()?.to_str()?;
    let found = match (nearest(wanted, names.iter().map(String::as_str)), &names[..]) {
        (Some(name), _) => name,
        (None, [only]) => only,
        _ => return None,
    };
    Some(text!("có phải là tệp “{found}”?", "did you mean the file “{found}”?"))
}

/// All files of a pack's folder.
pub(super) fn read_folder(folder: &Path) -> Result<Files, Stop> {
    let mut survey = Survey {
        root: fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()),
        files: Vec::new(),
        entries: 0,
    };
    survey.visit(folder, "", 0)?;
    // Nothing is read of a folder that is too large; which of its files are too many does not depend on the system's order.
    survey.files.sort();
    let total: u64 = survey.files.iter().map(|(_, _, size)| size).sum();
    if total > LIMITS.total_bytes {
        return Err(too_large(folder, total));
    }
    let mut files = Files::new();
    let mut total = 0;
    for (name, path, _) in survey.files {
        let bytes = read(&path, LIMITS.file_bytes, &[])?;
        total += bytes.len() as u64;
        if total > LIMITS.total_bytes {
            return Err(too_large(folder, total));
        }
        files.insert(name, Cow::Owned(bytes));
    }
    Ok(files)
}

fn too_large(folder: &Path, total: u64) -> Stop {
    let (most, found) = (LIMITS.total_bytes >> 20, total.div_ceil(1 << 20));
    pack_fault(
        folder,
        "goi/qua-lon",
        text!(
            "các tệp của gói lớn hơn {most} MB cộng lại ({found} MB)",
            "the files of the pack are larger than {most} MB together ({found} MB)"
        ),
        Some(Text::new(
            "thư mục gói chỉ để các tệp của gói",
            "keep only the pack's own files in its folder",
        )),
    )
}

fn pack_fault(path: &Path, code: &'static str, message: Text, hint: Option<Text>) -> Stop {
    let mut finding = Diagnostic::error(code, Place::File, message);
    finding.file = Some(path.display().to_string());
    finding.hint = hint;
    Stop::fault(finding)
}

/// The files of a pack's folder before they are read.
struct Survey {
    /// The folder's real path.
    root: PathBuf,
    /// Name in the pack, path, and size of each.
    files: Vec<(String, PathBuf, u64)>,
    /// Entries seen, of all kinds.
    entries: usize,
}

impl Survey {
    fn visit(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<(), Stop> {
        let fault = |code, message| pack_fault(folder, code, message, None);
        let entries = fs::read_dir(folder).map_err(|error| match error.kind() {
            ErrorKind::NotFound => fault(
                "goi/khong-thay",
                Text::new("không thấy thư mục gói này", "there is no such pack folder"),
            ),
            ErrorKind::NotADirectory => fault(
                "goi/khong-thay",
                Text::new(
                    "cần một thư mục gói, đây là tệp",
                    "a pack folder is needed, this is a file",
                ),
            ),
            _ => fault(
                "tep/khong-mo-duoc",
                text!(
                    "không đọc được thư mục này ({error})",
                    "this folder can't be read ({error})"
                ),
            ),
        })?;
        for entry in entries.flatten() {
            self.entries += 1;
            if self.entries > MOST_ENTRIES {
                return Err(pack_fault(
                    &self.root,
                    "goi/qua-lon",
                    text!(
                        "thư mục gói có hơn {MOST_ENTRIES} tệp và thư mục",
                        "the pack folder has more than {MOST_ENTRIES} files and folders"
                    ),
                    None,
                ));
            }
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            // Hidden files and the lock files of Word and Excel are nobody's content.
            if name.starts_with(['.', '~']) {
                continue;
            }
            self.take(&entry, &format!("{prefix}{name}"), depth)?;
        }
        Ok(())
    }

    /// Notes a file down, or visits a folder.
    fn take(&mut self, entry: &fs::DirEntry, name: &str, depth: usize) -> Result<(), Stop> {
        let path = entry.path();
        let kind = entry.file_type();
        let is_link = kind.as_ref().is_ok_and(fs::FileType::is_symlink);
        let metadata = match is_link {
            true => fs::metadata(&path),
            false => entry.metadata(),
        };
        let Ok(metadata) = metadata else {
            return Err(link_fault(&path));
        };
        if is_link {
            let real = fs::canonicalize(&path).map_err(|_| link_fault(&path))?;
            if metadata.is_dir() || !real.starts_with(&self.root) {
                return Err(link_fault(&path));
            }
        }
        if metadata.is_dir() {
            if depth >= LIMITS.depth {
                let most = LIMITS.depth;
                return Err(pack_fault(
                    &path,
                    "goi/qua-lon",
                    text!(
                        "thư mục gói có hơn {most} lớp thư mục",
                        "the pack's folders lie deeper than {most}"
                    ),
                    None,
                ));
            }
            return self.visit(&path, &format!("{name}/"), depth + 1);
        }
        // To read a pipe or a device may never end.
        if !metadata.is_file() {
            return Err(pack_fault(
                &path,
                "goi/lien-ket",
                Text::new(
                    "đây là thiết bị hoặc đường ống, không phải tệp",
                    "this is a device or a pipe, not a file",
                ),
                Some(Text::new("bỏ nó khỏi thư mục gói", "take it out of the pack's folder")),
            ));
        }
        if self.files.len() >= LIMITS.files {
            let most = LIMITS.files;
            return Err(pack_fault(
                &self.root,
                "goi/qua-lon",
                text!(
                    "thư mục gói có hơn {most} tệp",
                    "the pack folder has more than {most} files"
                ),
                None,
            ));
        }
        self.files.push((name.to_owned(), path, metadata.len()));
        Ok(())
    }
}

fn link_fault(path: &Path) -> Stop {
    pack_fault(
        path,
        "goi/lien-ket",
        Text::new(
            "liên kết này không trỏ vào một tệp trong thư mục gói",
            "this link does not lead to a file within the pack's folder",
        ),
        Some(Text::new(
            "chép chính tệp ấy vào thư mục gói",
            "copy the file itself into the pack's folder",
        )),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Lang;

    fn fault(path: &Path, limit: u64) -> String {
        read(path, limit, &[".xlsx"])
            .expect_err("unreadable")
            .findings
            .print(Lang::Vi)
    }

    #[test]
    fn a_file_that_is_not_there_names_the_nearest() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [
            "tan-hoa-2023.xlsx",
            "ghi-chu.txt",
            "~$tan-hoa-2024.xlsx",
            "xuan-loc.xlsx",
        ] {
            fs::write(folder.path().join(name), "12345").expect("written");
        }
        let found = fault(&folder.path().join("tan-hoa-2024.xlsx"), 10);
        assert!(
            found.contains("không thấy tệp") && found.contains("“tan-hoa-2023.xlsx”"),
            "{found}"
        );
        let found = fault(&folder.path().join("none/a.xlsx"), 10);
        assert!(found.contains("none” cũng không có"), "{found}");
    }

    #[test]
    fn folders_and_large_files_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.xlsx");
        fs::write(&file, "12345").expect("written");
        let found = fault(folder.path(), 10);
        assert!(
            found.contains("đây là thư mục") && found.contains("“a.xlsx”"),
            "{found}"
        );
        assert!(fault(&file, 4).contains("tep/qua-lon"));
        assert_eq!(read(&file, 5, &[]).expect("small enough"), b"12345");
    }

    #[test]
    fn a_pack_folder_is_read_with_its_inner_folders_and_without_lock_files() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("anh")).expect("made");
        for name in ["pack.toml", "anh/huy-hieu.png", "~$bao-cao.docx", ".DS_Store"] {
            fs::write(folder.path().join(name), "x").expect("written");
        }
        let files = read_folder(folder.path()).expect("readable");
        assert_eq!(files.keys().collect::<Vec<_>>(), ["anh/huy-hieu.png", "pack.toml"]);
    }

    fn folder_fault(folder: &Path) -> String {
        read_folder(folder).expect_err("refused").findings.print(Lang::Vi)
    }

    #[test]
    fn a_folder_beyond_the_limits_is_refused_before_its_files_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        // Files without content on disk: nothing of them is written, nor read.
        for number in 0..3 {
            let file = File::create(folder.path().join(format!("{number}.docx"))).expect("made");
            file.set_len(30 << 20).expect("as long as this");
        }
        let found = folder_fault(folder.path());
        assert!(found.contains("goi/qua-lon") && found.contains("(90 MB)"), "{found}");

        let folder = tempfile::tempdir().expect("a folder");
        let file = File::create(folder.path().join("a.docx")).expect("made");
        file.set_len(33 << 20).expect("as long as this");
        let found = folder_fault(folder.path());
        assert!(found.contains("tep/qua-lon") && found.contains("a.docx"), "{found}");

        let folder = tempfile::tempdir().expect("a folder");
        for number in 0..=LIMITS.files {
            fs::write(folder.path().join(number.to_string()), "").expect("written");
        }
        assert!(folder_fault(folder.path()).contains("hơn 300 tệp"));

        let folder = tempfile::tempdir().expect("a folder");
        for number in 0..=MOST_ENTRIES {
            fs::write(folder.path().join(format!(".{number}")), "").expect("written");
        }
        assert!(folder_fault(folder.path()).contains("hơn 5000 tệp và thư mục"));

        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("1/2/3/4/5")).expect("made");
        assert!(folder_fault(folder.path()).contains("hơn 4 lớp thư mục"));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_to_files_of_the_folder_only() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().expect("a folder");
        fs::write(outside.path().join("secret.txt"), "x").expect("written");
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("a.md"), "x").expect("written");
        symlink("a.md", folder.path().join("b.md")).expect("linked");
        assert_eq!(read_folder(folder.path()).expect("readable").len(), 2);
        let link = folder.path().join("c.md");
        for target in [
            &outside.path().join("secret.txt"),
            outside.path(),
            Path::new("."),
            Path::new("none"),
        ] {
            symlink(target, &link).expect("linked");
            let found = folder_fault(folder.path());
            assert!(found.contains("goi/lien-ket") && found.contains("c.md"), "{found}");
            fs::remove_file(&link).expect("removed");
        }
        // To open a pipe would wait for somebody to write into it.
        let made = std::process::Command::new("mkfifo")
            .arg(&link)
            .status()
            .expect("mkfifo");
        assert!(made.success());
        let found = folder_fault(folder.path());
        assert!(found.contains("goi/lien-ket") && found.contains("đường ống"), "{found}");
        fs::remove_file(&link).expect("removed");
        // The folder itself may be reached by a link.
        let door = outside.path().join("goi");
        symlink(folder.path(), &door).expect("linked");
        assert_eq!(read_folder(&door).expect("readable").len(), 2);
    }
}
