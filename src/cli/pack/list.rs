//! `pack list`: the packs that are found, where each came from, and which are hidden behind another.

use serde_json::json;

use crate::cli::report::{Report, Stop};
use crate::cli::{Session, packs};
use crate::diagnostic::{Lang, Text};
use crate::pack::{Origin, Output, Pack, Selection};
use crate::text;

/// Runs the command.
pub(in crate::cli) fn run(session: &Session) -> Result<Report, Stop> {
    let lang = session.lang;
    let mut report = Report::new("pack list");
    let mut list = Vec::new();
    for found in packs::search(session)? {
        let origin = found.origin.text();
        let (version, name) = match &found.pack {
            Ok(pack) => (Some(pack.version.as_str()), Some(pack.name.as_str())),
            Err(_) => (None, None),
        };
        let engine = found.pack.as_ref().ok().and_then(|pack| pack.engine.as_deref());
        let needs = engine.map(|engine| text!("cần baocao {engine} trở lên", "needs baocao {engine} or later"));
        let kind = match found.origin {
            Origin::BuiltIn => "built-in",
            Origin::Folder(_) => "folder",
            Origin::Archive(_) => "file",
        };
        report
            .text
            .push_str(&format!("{} {}\n", found.id, version.unwrap_or_default()));
        let state = match (&found.pack, found.is_shadowed) {
            (_, true) => Some(Text::new(
                "không dùng: gói cùng mã ở trên được chọn",
                "not used: the pack of the same id above is taken",
            )),
            (Err(findings), false) => {
                let (errors, _) = findings.counts();
                let id = &found.id;
                Some(text!(
                    "có {errors} lỗi, xem: baocao pack check {id}",
                    "has {errors} error(s), see: baocao pack check {id}"
                ))
            }
            (Ok(_), false) => None,
        };
        let outputs = found.pack.as_ref().ok().map(|pack| outputs(pack, lang));
        let lines = [
            name,
            outputs.as_deref(),
            Some(origin.get(lang)),
            needs.as_ref().map(|needs| needs.get(lang)),
            state.as_ref().map(|state| state.get(lang)),
        ];
        for line in lines.into_iter().flatten() {
            report.text.push_str(&format!("  {line}\n"));
        }
        list.push(json!({
            "id": found.id,
            "version": version,
            "name": name,
            "engine": engine,
            "origin": origin.get(lang),
            "kind": kind,
            "shadowed": found.is_shadowed,
            "valid": found.pack.is_ok(),
            "outputs": found.pack.as_ref().ok().map(|pack| pack.outputs.iter().map(|output| output.id.as_str()).collect::<Vec<_>>()),
        }));
    }
    report.json.insert("packs".into(), json!(list));
    Ok(report)
}

/// The documents of a pack in a line: `Quyết định; Giấy khen (mỗi dòng của «Danh sách» một tệp)`.
fn outputs(pack: &Pack, lang: Lang) -> String {
    let one = |output: &Output| {
        let made = Selection::of(output, &pack.schema).ok();
        match made.and_then(|selection| selection.text(&pack.schema)) {
            Some(made) => format!("{} ({})", output.label, made.get(lang)),
            None => output.label.clone(),
        }
    };
    pack.outputs.iter().map(one).collect::<Vec<_>>().join("; ")
}
