//! `pack pack`: a pack's folder becomes one file to send, once nothing is wrong with it.

use std::path::PathBuf;

use clap::ArgMatches;
use serde_json::json;

use crate::cli::output::{self, Target};
use crate::cli::pack::check;
use crate::cli::report::{Report, Stop};
use crate::cli::usage::nothing_asked;
use crate::cli::{Session, packs};
use crate::diagnostic::Lang;
use crate::pack::{Pack, archive};
use crate::text;

/// Runs the command.
pub(in crate::cli) fn run(session: &Session, matches: &ArgMatches) -> Result<Report, Stop> {
    let folder: &PathBuf = matches.get_one("folder").ok_or_else(|| Stop::fault(nothing_asked()))?;
    let target = matches
        .get_one::<PathBuf>("output")
        .map(|path| Target::parse(path, archive::ENDING))
        .transpose()?;
    let pack = packs::open_folder(folder, Pack::parse)?;
    let mut report = Report::new("pack pack");
    let mut findings = check::findings(&pack);
    packs::name_pack(&mut findings, &pack.id);
    if findings.has_errors() {
        return Err(Stop::input(findings));
    }
    report.add(findings);
    let made = archive::write(&pack).map_err(|mut findings| {
        packs::name_pack(&mut findings, &pack.id);
        Stop::input(findings)
    })?;
    let (id, version) = (&pack.id, &pack.version);
    let file_name = format!("{id}-{version}.{}", archive::ENDING);
    let target = match target {
        Some(Target::File(file)) => file,
        Some(Target::Folder(folder)) => folder.join(file_name),
        None => PathBuf::from(file_name),
    };
    let path = output::stage(&target, &made.bytes, matches.get_flag("force"))?.put()?;
    report.text = format!("{}\n", path.display());
    let mut left_out = Vec::new();
    for name in pack.files.keys() {
        if let Some(reason) = archive::reason_to_leave(name) {
            let (vi, en) = (&reason.vi, &reason.en);
            report.note(Some(text!("Không đóng gói {name}: {vi}", "Left out {name}: {en}")));
            left_out.push(json!({ "file": name, "reason": reason.get(session.lang) }));
        }
    }
    let (count, digest) = (made.names.len(), &made.digest);
    report.note(Some(text!("Mã kiểm: {digest}", "Digest: {digest}")));
    let size = size(made.bytes.len(), session.lang);
    report.summary = Some(text!(
        "Đã đóng gói {id} {version}: {count} tệp, {size}",
        "Packed {id} {version}: {count} file(s), {size}"
    ));
    report.json.insert("path".into(), json!(path.display().to_string()));
    report.json.insert(
        "pack".into(),
        json!({ "id": id, "version": version, "digest": digest, "files": made.names, "left_out": left_out }),
    );
    Ok(report)
}

/// A file's size for people: whole kilobytes.
fn size(bytes: usize, lang: Lang) -> String {
    let kilobytes = rust_decimal::Decimal::from(bytes.div_ceil(1024));
    match lang {
        Lang::Vi => format!("{} KB", crate::vietnamese::number(kilobytes, 0)),
        Lang::En => format!("{kilobytes} KB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_told_in_whole_kilobytes() {
        assert_eq!(size(1, Lang::En), "1 KB");
        assert_eq!(size(3 << 20, Lang::Vi), "3.072 KB");
    }
}
