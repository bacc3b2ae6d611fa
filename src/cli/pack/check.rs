//! `pack check`: everything that is wrong with a pack: manifest, schema, templates, file names; what comes of its samples, and
//! the layout of that; if wanted as comments in copies of the templates.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::{Value, json};

use crate::cli::output::{self, Target};
use crate::cli::report::{Report, Stop};
use crate::cli::usage::nothing_asked;
use crate::cli::{Session, packs};
use crate::diagnostic::{Diagnostics, Text};
use crate::pack::{ANNOTATED, Origin, Pack};
use crate::pipeline::Trial;
use crate::{pipeline, text};

/// Runs the command.
pub(in crate::cli) fn run(session: &Session, matches: &ArgMatches) -> Result<Report, Stop> {
    let name: &PathBuf = matches
        .get_one("pack-name")
        .ok_or_else(|| Stop::fault(nothing_asked()))?;
    let mut report = Report::new("pack check");
    report.findings_are_result = true;
    let pack = packs::named(session, name)?;
    packs::tell(&mut report, session.lang, name, &pack);
    if let Some(digest) = packs::digest(&pack) {
        report.note(Some(text!("Mã kiểm: {digest}", "Digest: {digest}")));
        report.json.insert("digest".into(), json!(digest));
    }
    let (mut findings, trial) = everything(&pack);
    packs::name_pack(&mut findings, &pack.id);
    let is_clean = findings.is_empty();
    report.add(findings);
    report.json.insert("samples".into(), samples_json(trial.as_ref()));
    if let Some(path) = matches.get_one::<PathBuf>("annotate") {
        let written = match annotate(session, &pack, path, matches.get_flag("force")) {
            Ok(written) => written,
            // What was asked for in the first place is told all the same.
            Err(stop) => {
                report.absorb(stop);
                return Ok(report);
            }
        };
        for (_, path) in &written {
            report.text.push_str(&format!("{}\n", path.display()));
        }
        report.summary = Some(match written.len() {
            0 if is_clean => Text::new(
                "Gói không có lỗi nào nên không ghi bản chú thích",
                "Nothing is wrong with the pack, so no annotated copy was written",
            ),
            0 => Text::new(
                "Không có gì để chú thích trong mẫu Word nên không ghi bản chú thích",
                "There is nothing to annotate in the Word templates, so no copy was written",
            ),
            1 => Text::new("Đã ghi 1 bản mẫu Word có chú thích", "Wrote 1 annotated Word template"),
            count => text!(
                "Đã ghi {count} bản mẫu Word có chú thích",
                "Wrote {count} annotated Word templates"
            ),
        });
        let annotated = written
            .iter()
            .map(|(template, path)| json!({ "template": template, "path": path.display().to_string() }));
        report.json.insert("annotated".into(), annotated.collect());
        return Ok(report);
    }
    report.summary = Some(verdict(&report, trial.as_ref()));
    report.is_counted = true;
    Ok(report)
}

/// Whether the pack passes, how many findings there are, and what was tried.
fn verdict(report: &Report, trial: Option<&Trial>) -> Text {
    let (errors, warnings) = report.findings.counts();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let (vi, en) = match errors {
        0 => ("Gói đạt", "The pack passes"),
        _ => ("Gói chưa đạt", "The pack does not pass"),
    };
    let tried = match trial {
        None => text!(
            "chưa thử in vì mẫu còn lỗi",
            "nothing was rendered, for the templates have mistakes"
        ),
        Some(trial) => {
            let (samples, documents) = (trial.samples.len(), trial.documents());
            let (of_samples, of_documents) = (plural(samples), plural(documents));
            match trial.is_made {
                true => text!(
                    "đã thử 1 sổ tính làm từ các ví dụ, {documents} văn bản",
                    "tried 1 workbook made of the examples, {documents} document{of_documents}"
                ),
                false => text!(
                    "đã thử {samples} sổ tính mẫu, {documents} văn bản",
                    "tried {samples} sample{of_samples}, {documents} document{of_documents}"
                ),
            }
        }
    };
    let (of_errors, of_warnings, tried_vi, tried_en) = (plural(errors), plural(warnings), tried.vi, tried.en);
    text!(
        "{vi}: {errors} lỗi, {warnings} cảnh báo; {tried_vi}",
        "{en}: {errors} error{of_errors}, {warnings} warning{of_warnings}; {tried_en}"
    )
}

/// The samples that were tried, and how many documents each gave.
fn samples_json(trial: Option<&Trial>) -> Value {
    let samples = trial.into_iter().flat_map(|trial| &trial.samples);
    samples
        .map(|(name, documents)| json!({ "name": name, "documents": documents }))
        .collect()
}

/// Everything that is wrong with a pack, what comes of its samples included.
pub(super) fn findings(pack: &Pack) -> Diagnostics {
    everything(pack).0
}

/// The same, and what was tried: nothing when the templates have mistakes, which samples would only tell again.
fn everything(pack: &Pack) -> (Diagnostics, Option<Trial>) {
    let mut findings = pipeline::check_pack(pack);
    let trial = (!findings.has_errors()).then(|| pipeline::try_pack(pack, &pipeline::samples(pack)));
    if let Some(trial) = &trial {
        findings.extend(trial.diagnostics.clone());
    }
    findings.sort(&pack.sheet_names());
    (findings, trial)
}

/// Writes an annotated copy of each template in which something was found; returns the templates and the copies' paths.
fn annotate(session: &Session, pack: &Pack, path: &Path, force: bool) -> Result<Vec<(String, PathBuf)>, Stop> {
    let target = Target::parse(path, "docx")?;
    let copies = pipeline::annotate_pack(pack, session.lang);
    if copies.len() > 1 && matches!(target, Target::File(_)) {
        let count = copies.len();
        return Err(output::fault(
            path,
            "ghi/nhieu-vao-mot",
            text!(
                "có {count} mẫu Word cần chú thích, không ghi vào một tệp được",
                "{count} annotated templates can't go into one file"
            ),
            Some(Text::new("cho --annotate một thư mục", "give --annotate a folder")),
        ));
    }
    let mut staged = Vec::new();
    for (template, bytes) in copies {
        let copy = match &target {
            Target::File(file) => file.clone(),
            Target::Folder(folder) => folder.join(copy_name(&template)),
        };
        if let Origin::Folder(folder) = &pack.origin
            && is_own_file(pack, folder, &copy)
        {
            return Err(output::fault(
                &copy,
                "ghi/trung-ten",
                Text::new(
                    "nơi ghi trùng với một tệp của gói, tệp ấy được giữ nguyên",
                    "the output is a file of the pack, which was left alone",
                ),
                Some(Text::new("ghi sang tên khác", "write to another name")),
            ));
        }
        staged.push((template, output::stage(&copy, &bytes, force)?));
    }
    staged
        .into_iter()
        .map(|(template, staged)| Ok((template, staged.put()?)))
        .collect()
}

/// The name of a template's annotated copy: the template's own, and what it is.
fn copy_name(template: &str) -> String {
    let stem = template.strip_suffix(".docx").unwrap_or(template);
    format!("{}{ANNOTATED}", stem.replace('/', "-"))
}

/// Whether a path is a file of the pack; copies that were written into its folder before are none.
fn is_own_file(pack: &Pack, folder: &Path, path: &Path) -> bool {
    let mut own = pack.files.keys().filter(|file| !file.ends_with(ANNOTATED));
    own.any(|file| output::same_file(path, &folder.join(file)))
}
