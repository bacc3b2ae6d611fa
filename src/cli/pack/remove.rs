//! `pack remove`: takes a pack away that was installed. Folders, and what others put elsewhere, are left alone.

use clap::ArgMatches;
use serde_json::json;

use crate::cli::report::{Report, Stop};
use crate::cli::usage::nothing_asked;
use crate::cli::{Session, output, packs};
use crate::diagnostic::{Diagnostic, Place, Text};
use crate::text;
use crate::vietnamese::nearest;

/// Runs the command.
pub(in crate::cli) fn run(session: &Session, matches: &ArgMatches) -> Result<Report, Stop> {
    let id: &String = matches.get_one("id").ok_or_else(|| Stop::fault(nothing_asked()))?;
    let installed = packs::installed(id);
    if installed.is_empty() {
        return Err(Stop::fault(not_installed(session, id)?));
    }
    let mut report = Report::new("pack remove");
    let mut removed = Vec::new();
    for (path, _) in installed {
        std::fs::remove_file(&path).map_err(|error| {
            output::fault(
                &path,
                "ghi/khong-duoc",
                text!(
                    "không xoá được tệp này ({error})",
                    "this file can't be removed ({error})"
                ),
                None,
            )
        })?;
        let shown = path.display().to_string();
        report.text.push_str(&format!("{shown}\n"));
        removed.push(shown);
    }
    report.summary = Some(text!("Đã gỡ gói {id}", "Removed pack {id}"));
    report.json.insert("removed".into(), json!(removed));
    // What is used from now on under this id, so that nobody is surprised.
    if let Some(next) = packs::search(session)?.into_iter().find(|found| found.id == *id) {
        let origin = next.origin.text();
        let (vi, en) = (origin.vi, origin.en);
        report.note(Some(text!(
            "Từ nay gói {id} được lấy từ: {vi}",
            "Pack {id} is now taken from: {en}"
        )));
    }
    Ok(report)
}

fn not_installed(session: &Session, id: &str) -> Result<Diagnostic, Stop> {
    let found = packs::search(session)?;
    let finding = Diagnostic::error(
        "goi/khong-thay",
        Place::File,
        text!(
            "gói “{id}” không phải gói đã cài bằng baocao pack install",
            "“{id}” is no pack that was installed with baocao pack install"
        ),
    );
    let own = found.iter().find(|found| found.id == id);
    Ok(finding.hint(match own {
        Some(own) => {
            let origin = own.origin.text();
            let (vi, en) = (origin.vi, origin.en);
            text!("gói này ở: {vi}", "the pack is at: {en}")
        }
        None => match nearest(id, found.iter().map(|found| found.id.as_str())) {
            Some(near) => text!("có phải là “{near}”?", "did you mean “{near}”?"),
            None => Text::new(
                "xem các gói bằng baocao pack list",
                "see the packs with baocao pack list",
            ),
        },
    }))
}
