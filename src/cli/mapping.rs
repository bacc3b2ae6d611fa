//! What headers and tabs mean, for one workbook: `--map` on the command line, and the mapping files beside the workbook.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::report::{Status, Stop};
use super::{input, output};
use crate::dataset::{MAPPING_FILE, Mapping};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Text};
use crate::pack::Pack;
use crate::text;

/// Largest mapping file.
const FILE_BYTES: u64 = 1 << 20;

/// The mapping that `--map` gives; what is wrong with any of them is told at once.
pub(super) fn given(matches: &ArgMatches) -> Result<Mapping, Stop> {
    let mut mapping = Mapping::default();
    let mut faults = Diagnostics::new();
    for argument in matches.get_many::<OsString>("map").into_iter().flatten() {
        if let Err(fault) = mapping.add_argument(&argument.to_string_lossy()) {
            faults.push(*fault);
        }
    }
    match faults.is_empty() {
        true => Ok(mapping),
        false => Err(Stop {
            status: Status::Fault,
            findings: faults,
        }),
    }
}

/// The mapping files of a workbook that are there, its own before that of its folder.
fn files(workbook: &Path) -> Vec<PathBuf> {
    let own = workbook
        .file_stem()
        .map(|stem| format!("{}.{MAPPING_FILE}", stem.to_string_lossy()));
    let names = own.into_iter().chain([MAPPING_FILE.to_owned()]);
    names
        .map(|name| workbook.with_file_name(name))
        .filter(|path| path.is_file())
        .collect()
}

/// What is given, then what the files beside the workbook say of other texts; and a line that names these files.
pub(super) fn of_workbook(given: &Mapping, workbook: &Path) -> Result<(Mapping, Option<Text>), Stop> {
    let mut mapping = given.clone();
    let mut names = Vec::new();
    for path in files(workbook) {
        let name = input::name(&path);
        mapping.extend(Mapping::from_toml(&read(&path)?, &name).map_err(|fault| Stop::fault(*fault))?);
        names.push(format!("«{name}»"));
    }
    let names = names.join(", ");
    let note = text!(
        "Tiêu đề và trang tính được ghép theo {names} cạnh sổ tính",
        "Headers and sheets are mapped by {names} beside the workbook"
    );
    Ok((mapping, (!names.is_empty()).then_some(note)))
}

fn read(path: &Path) -> Result<String, Stop> {
    let bytes = input::read(path, FILE_BYTES, &[".toml"])?;
    let text = String::from_utf8(bytes).map_err(|_| {
        let mut finding = Diagnostic::error(
            "tep/khong-utf8",
            Place::File,
            Text::new("tệp này không phải chữ UTF-8", "this file isn't UTF-8 text"),
        )
        .hint(Text::new("lưu lại tệp với bảng mã UTF-8", "save the file as UTF-8"));
        finding.file = Some(input::name(path));
        Stop::fault(finding)
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Writes what is given into the mapping file beside a workbook, and keeps what it holds. Returns its path.
pub(super) fn save(given: &Mapping, pack: &Pack, workbook: &Path) -> Result<PathBuf, Stop> {
    let path = workbook.with_file_name(MAPPING_FILE);
    let old = match fs::symlink_metadata(&path) {
        Ok(_) => read(&path)?,
        Err(_) => String::new(),
    };
    let new = given
        .saved_into(&pack.schema, &old, MAPPING_FILE)
        .map_err(|fault| Stop::fault(*fault))?;
    if new == old {
        return Ok(path);
    }
    output::stage(&path, new.as_bytes(), true)?.put()
}
