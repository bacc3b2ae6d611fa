//! Reads files and pack folders, within limits, and says plainly why one can't be read.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::report::Stop;
use crate::diagnostic::{Diagnostic, Place, Text};
use crate::pack::Files;
use crate::text;
use crate::vietnamese::nearest;

/// Largest file of a pack, most bytes and files of one, and how deep its folders go.
const PACK_FILE_BYTES: u64 = 32 << 20;
const PACK_BYTES: u64 = 256 << 20;
const PACK_FILES: usize = 300;
const PACK_DEPTH: usize = 4;

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
    let mut files = Files::new();
    gather(folder, "", 0, &mut files, &mut 0)?;
    Ok(files)
}

fn gather(folder: &Path, prefix: &str, depth: usize, files: &mut Files, total: &mut u64) -> Result<(), Stop> {
    let fault = |code, message| {
        let mut finding = Diagnostic::error(code, Place::File, message);
        finding.file = Some(folder.display().to_string());
        Stop::fault(finding)
    };
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
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        // Hidden files and the lock files of Word and Excel are nobody's content.
        if name.starts_with(['.', '~']) {
            continue;
        }
        let path = entry.path();
        let inner = format!("{prefix}{name}");
        if path.is_dir() {
            if depth < PACK_DEPTH {
                gather(&path, &format!("{inner}/"), depth + 1, files, total)?;
            }
        } else if files.len() >= PACK_FILES {
            return Err(fault(
                "goi/qua-lon",
                text!(
                    "thư mục gói có hơn {PACK_FILES} tệp",
                    "the pack folder has more than {PACK_FILES} files"
                ),
            ));
        } else {
            let bytes = read(&path, PACK_FILE_BYTES, &[])?;
            *total += bytes.len() as u64;
            if *total > PACK_BYTES {
                let megabytes = PACK_BYTES >> 20;
                return Err(fault(
                    "goi/qua-lon",
                    text!(
                        "các tệp của gói lớn hơn {megabytes} MB",
                        "the files of the pack are larger than {megabytes} MB"
                    ),
                ));
            }
            files.insert(inner, Cow::Owned(bytes));
        }
    }
    Ok(())
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
}
