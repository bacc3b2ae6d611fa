//! `blank`: the empty workbook of a pack, or one with some cells filled in.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::json;

use super::output::{self, Target};
use super::report::{Report, Stop};
use super::usage::nothing_asked;
use super::{Session, input, packs};
use crate::blank::Prefill;
use crate::diagnostic::{Diagnostic, Place, Text};
use crate::pack::Pack;
use crate::pipeline;

/// Largest data file.
const DATA_BYTES: u64 = 32 << 20;

/// Runs the command.
pub(super) fn run(session: &Session, matches: &ArgMatches) -> Result<Report, Stop> {
    let name: &PathBuf = matches
        .get_one("pack-name")
        .ok_or_else(|| Stop::fault(nothing_asked()))?;
    let target = matches
        .get_one::<PathBuf>("output")
        .map(|path| Target::parse(path, "xlsx"))
        .transpose()?;
    let pack = packs::named(session, name)?;
    let prefill = match matches.get_one::<PathBuf>("data") {
        Some(path) => read_data(&pack, path)?,
        None => Prefill::new(),
    };
    let bytes = pipeline::blank(&pack, &prefill)
        .map_err(|error| Stop::fault(Diagnostic::error("goi/bieu-trong", Place::File, error.text())))?;
    let file_name = format!("{}.xlsx", pack.id);
    let target = match target {
        Some(Target::File(file)) => file,
        Some(Target::Folder(folder)) => folder.join(file_name),
        None => PathBuf::from(file_name),
    };
    let path = output::stage(&target, &bytes, matches.get_flag("force"))?.put()?;
    let mut report = Report::new("blank").with_text(format!("{}\n", path.display()));
    packs::tell(&mut report, session.lang, name, &pack);
    report.json.insert("path".into(), json!(path.display().to_string()));
    report.summary = Some(match matches.contains_id("data") {
        true => Text::new(
            "Đã tạo sổ tính có điền sẵn số liệu",
            "Made the workbook, with the data filled in",
        ),
        false => Text::new("Đã tạo sổ tính trống", "Made the blank workbook"),
    });
    Ok(report)
}

fn read_data(pack: &Pack, path: &Path) -> Result<Prefill, Stop> {
    let bytes = input::read(path, DATA_BYTES, &[".toml"])?;
    let name = input::name(path);
    let Ok(text) = String::from_utf8(bytes) else {
        let mut finding = Diagnostic::error(
            "tep/khong-utf8",
            Place::File,
            Text::new("tệp này không phải chữ UTF-8", "this file isn't UTF-8 text"),
        )
        .hint(Text::new("lưu lại tệp với bảng mã UTF-8", "save the file as UTF-8"));
        finding.file = Some(name);
        return Err(Stop::fault(finding));
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Prefill::from_toml(&pack.schema, text).map_err(|mut findings| {
        findings.set_file(&name);
        Stop::input(findings)
    })
}
