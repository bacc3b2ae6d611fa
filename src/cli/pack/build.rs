//! `pack build`: each output's text source becomes its Word template; a template that somebody edited is kept.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::ArgMatches;
use serde_json::json;

use crate::cli::report::{Report, Stop};
use crate::cli::usage::nothing_asked;
use crate::cli::{Session, output, packs};
use crate::diagnostic::{Diagnostic, Diagnostics, Lang, Place, Text};
use crate::outline::{self, State};
use crate::pack::Pack;
use crate::text;

/// Runs the command.
pub(in crate::cli) fn run(session: &Session, matches: &ArgMatches) -> Result<Report, Stop> {
    let folder: &PathBuf = matches.get_one("folder").ok_or_else(|| Stop::fault(nothing_asked()))?;
    let force = matches.get_flag("force");
    let pack = packs::open_folder(folder, Pack::parse_unbuilt)?;
    let mut report = Report::new("pack build");
    let mut templates = Vec::new();
    let mut staged = Vec::new();
    for (template, bytes) in built(&pack)? {
        let path = folder.join(&template);
        let old = pack.file(&template);
        let is_same = old == Some(&bytes[..]);
        let word = match (is_same, session.lang) {
            (true, Lang::Vi) => "không đổi",
            (true, Lang::En) => "unchanged",
            (false, Lang::Vi) => "đã tạo",
            (false, Lang::En) => "built",
        };
        report.text.push_str(&format!("{}: {word}\n", path.display()));
        templates.push(json!({ "template": template, "path": path.display().to_string(), "changed": !is_same }));
        if is_same {
            continue;
        }
        // What was built and left alone is ours to replace.
        if let Some(old) = old
            && !force
            && let Some(reason) = reason_to_keep(outline::state(old))
        {
            return Err(kept(&path, reason));
        }
        staged.push(output::stage(&path, &bytes, force || old.is_some())?);
    }
    if templates.is_empty() {
        let finding = Diagnostic::error(
            "goi/thieu-nguon",
            Place::File,
            Text::new(
                "gói này không có tệp nguồn nào để tạo mẫu Word",
                "this pack has no text source to build a template from",
            ),
        );
        return Err(Stop::fault(finding.hint(Text::new(
            "thêm khoá source vào [[output]]",
            "add the key source to an [[output]]",
        ))));
    }
    let count = staged.len();
    for file in staged {
        file.put()?;
    }
    report.json.insert("templates".into(), json!(templates));
    report.summary = Some(match count {
        0 => Text::new("Không có gì thay đổi", "Nothing has changed"),
        _ => text!("Đã tạo {count} mẫu Word", "Built {count} Word template(s)"),
    });
    Ok(report)
}

/// Each template's name and content; all sources' mistakes at once.
fn built(pack: &Pack) -> Result<Vec<(String, Vec<u8>)>, Stop> {
    let mut mistakes = Diagnostics::new();
    let mut templates = Vec::new();
    let mut seen = BTreeSet::new();
    for output in &pack.outputs {
        // Outputs that share a template share its source.
        if !seen.insert(&output.template) {
            continue;
        }
        let Some(result) = pack.build_template(output) else {
            continue;
        };
        match result {
            Ok(bytes) => templates.push((output.template.clone(), bytes)),
            Err(findings) => mistakes.extend(findings),
        }
    }
    if mistakes.is_empty() {
        Ok(templates)
    } else {
        Err(Stop::input(mistakes))
    }
}

fn reason_to_keep(state: State) -> Option<Text> {
    match state {
        State::Built { .. } => None,
        State::Edited => Some(Text::new(
            "mẫu Word này đã được sửa sau khi tạo, nên được giữ lại",
            "this Word template was edited since it was built, so it was kept",
        )),
        State::Foreign => Some(Text::new(
            "mẫu Word này không phải do chương trình tạo, nên được giữ lại",
            "this Word template wasn't built by the program, so it was kept",
        )),
    }
}

fn kept(path: &std::path::Path, reason: Text) -> Stop {
    let mut finding = Diagnostic::error("ghi/mau-da-sua", Place::File, reason).hint(Text::new(
        "chép phần đã sửa vào tệp nguồn rồi thêm --force; hoặc bỏ khoá source để chỉ dùng mẫu Word này",
        "copy the edits into the text source and add --force; or leave out the key source to use this template only",
    ));
    finding.file = Some(path.display().to_string());
    Stop::fault(finding)
}
