//! Writes a folder of files whole or not at all, and never into one that holds something without being told to.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::output;
use super::report::Stop;
use crate::diagnostic::Text;
use crate::pack::Files;
use crate::text;

/// Refuses a place that is no folder, or one that holds something; with `force` only the first.
pub(super) fn check(target: &Path, force: bool) -> Result<(), Stop> {
    let Ok(metadata) = fs::metadata(target) else {
        return Ok(());
    };
    if !metadata.is_dir() {
        return Err(output::fault(
            target,
            "ghi/khong-la-thu-muc",
            Text::new(
                "nơi ghi cần là thư mục, đây là tệp",
                "the output needs to be a folder, this is a file",
            ),
            Some(Text::new(
                "chọn mã gói khác, hoặc ghi vào nơi khác với --in",
                "choose another id, or another place with --in",
            )),
        ));
    }
    let is_empty = fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_none());
    if is_empty || force {
        return Ok(());
    }
    Err(output::fault(
        target,
        "ghi/thu-muc-da-co",
        Text::new(
            "đã có thư mục này và không trống, không ghi vào",
            "this folder is there already and not empty; nothing was written",
        ),
        Some(Text::new(
            "chọn mã gói khác, hoặc thêm --force để ghi đè các tệp trùng tên",
            "choose another id, or add --force to replace files of the same names",
        )),
    ))
}

/// Writes all files. A new folder is made beside its place and then renamed, so that it is seen whole; into one that is there,
/// each file goes in one step, and what else it holds stays.
pub(super) fn write(target: &Path, files: &Files, force: bool) -> Result<(), Stop> {
    check(target, force)?;
    let is_filled = fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some());
    if is_filled {
        let mut staged = Vec::new();
        for (name, bytes) in files {
            let path = target.join(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
            }
            staged.push(output::stage(&path, bytes, true)?);
        }
        for file in staged {
            file.put()?;
        }
        return Ok(());
    }
    let parent = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let beside = tempfile::Builder::new()
        .prefix(".baocao-")
        .tempdir_in(parent)
        .map_err(|error| unwritable(parent, &error))?;
    // Within it, for the temporary folder itself is closed to others.
    let made = beside.path().join("goi");
    let fill = || -> std::io::Result<()> {
        fs::create_dir(&made)?;
        for (name, bytes) in files {
            let path = made.join(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = fs::File::create_new(&path)?;
            file.write_all(bytes)?;
            file.sync_all()?;
        }
        if target.is_dir() {
            // It is empty; not every system renames onto it.
            fs::remove_dir(target)?;
        }
        fs::rename(&made, target)
    };
    fill().map_err(|error| unwritable(target, &error))
}

fn unwritable(folder: &Path, error: &std::io::Error) -> Stop {
    use std::io::ErrorKind;
    let shown = folder.display();
    let (code, message) = match error.kind() {
        ErrorKind::NotFound => (
            "ghi/thieu-thu-muc",
            text!(
                "không có thư mục “{shown}” để ghi vào",
                "there is no folder “{shown}” to write to"
            ),
        ),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => (
            "ghi/khong-duoc",
            text!(
                "không có quyền ghi vào thư mục “{shown}”",
                "there is no permission to write to the folder “{shown}”"
            ),
        ),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ("ghi/het-cho", Text::new("ổ đĩa hết chỗ", "the disk is full"))
        }
        _ => (
            "ghi/khong-duoc",
            text!(
                "không ghi được thư mục này ({error})",
                "this folder can't be written ({error})"
            ),
        ),
    };
    output::fault(
        folder,
        code,
        message,
        Some(Text::new("ghi vào nơi khác với --in", "write somewhere else with --in")),
    )
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::diagnostic::Lang;

    fn files() -> Files {
        let files = [("pack.toml", "1"), ("samples/a.xlsx", "2")];
        files
            .map(|(name, text)| (name.to_owned(), Cow::Borrowed(text.as_bytes())))
            .into_iter()
            .collect()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("readable").flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_is_made_whole_and_a_filled_one_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("goi");
        fs::create_dir(&target).expect("made");
        write(&target, &files(), false)
            .map_err(|stop| stop.findings.print(Lang::Vi))
            .expect("an empty folder is free");
        assert_eq!(names(&target), ["pack.toml", "samples"]);
        assert_eq!(names(folder.path()), ["goi"], "no temporary folder stays");
        fs::write(target.join("ghi-chu.txt"), "x").expect("written");
        fs::write(target.join("pack.toml"), "x").expect("written");
        let found = write(&target, &files(), false)
            .expect_err("filled")
            .findings
            .print(Lang::Vi);
        assert!(found.contains("ghi/thu-muc-da-co"), "{found}");
        assert_eq!(fs::read(target.join("pack.toml")).expect("readable"), b"x");
        write(&target, &files(), true)
            .map_err(|stop| stop.findings.print(Lang::Vi))
            .expect("told to");
        assert_eq!(fs::read(target.join("pack.toml")).expect("readable"), b"1");
        assert_eq!(names(&target), ["ghi-chu.txt", "pack.toml", "samples"]);
    }

    #[test]
    fn places_that_take_no_folder_are_told() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("tep"), "").expect("written");
        for (target, code) in [("tep", "ghi/khong-la-thu-muc"), ("khong/co", "ghi/thieu-thu-muc")] {
            let found = write(&folder.path().join(target), &files(), true)
                .expect_err("no place")
                .findings
                .print(Lang::Vi);
            assert!(found.contains(code), "{found}");
        }
    }
}
