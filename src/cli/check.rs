//! `check`: every finding of a workbook; if wanted marked in a copy of it.

use std::path::PathBuf;

use clap::ArgMatches;
use serde_json::{Map, Value, json};

use super::packs::Shelf;
use super::render::{attribute, open_with_bytes};
use super::report::{Report, Stop};
use super::usage::nothing_asked;
use super::{Session, annotate, decoded, mapping, output};
use crate::dataset::{Account, Reason, SheetData};
use crate::diagnostic::{Diagnostic, Lang, Place, Text};
use crate::pipeline::{self, Options};
use crate::text;

/// More findings than this are easier to look at in the workbook.
const MANY: usize = 10;

/// Runs the command.
pub(super) fn run(session: &Session, matches: &ArgMatches) -> Result<Report, Stop> {
    let path: &PathBuf = matches
        .get_one("workbook")
        .ok_or_else(|| Stop::fault(nothing_asked()))?;
    let mut report = Report::new("check");
    report.findings_are_result = true;
    report.is_by_sheet = true;
    report.is_whole = matches.get_flag("all");
    report.json.insert("workbook".into(), json!(path.display().to_string()));
    let shelf = Shelf::new(session, matches.get_one("pack"));
    let (bytes, workbook, pack) = open_with_bytes(path, &shelf)?;
    report.json.insert(
        "pack".into(),
        json!({ "id": pack.id, "version": pack.version, "origin": pack.origin.text().get(session.lang) }),
    );
    shelf.tell(&mut report);
    if matches.get_flag("show-decoded") {
        decoded::show(&pipeline::decoded_cells(&workbook), session.lang, &mut report);
    }
    let given = mapping::given(matches)?;
    if matches.get_flag("save-map") && given.is_empty() {
        return Err(Stop::fault(nothing_to_save()));
    }
    let (mapping, note) = mapping::of_workbook(&given, path)?;
    report.note(note);
    let options = Options {
        mapping,
        ..Options::default()
    };
    let target = matches.get_one::<PathBuf>("annotate");
    // Checking uses the workbook up.
    let kept = target.map(|_| workbook.clone());
    let checked = pipeline::check_workbook(pack, workbook, &options);
    account(&checked.dataset.accounts(), session, &mut report);
    let computed = checked
        .dataset
        .sheets
        .iter()
        .flat_map(|data| computed_json(data, session.lang));
    report.json.insert("computed".into(), computed.collect());
    if matches.get_flag("save-map") {
        let saved = mapping::save(&given, pack, path)?.display().to_string();
        report.note(Some(text!(
            "Đã ghi các mục --map vào {saved}",
            "Wrote the --map entries to {saved}"
        )));
        report.json.insert("mapping".into(), json!(saved));
    }
    let mut findings = checked.diagnostics.clone();
    attribute(&mut findings, pack, path);
    let is_clean = findings.is_empty();
    report.add(findings);
    if is_clean {
        report.summary = Some(match target {
            None => Text::new("Không có lỗi nào", "Nothing is wrong"),
            Some(_) => Text::new(
                "Không có lỗi nào nên không ghi bản đánh dấu",
                "Nothing is wrong, so no marked copy was written",
            ),
        });
    } else if target.is_none() && report.findings.len() > MANY {
        report.tip = Some(Text::new(
            "Để xem lỗi ngay trong một bản sao của sổ tính, có tô màu và ghi chú: thêm --annotate loi.xlsx",
            "To see them in a copy of the workbook, coloured and with notes: add --annotate findings.xlsx",
        ));
    } else if let (Some(target), Some(workbook)) = (target, kept) {
        let written = pipeline::annotate(pack, &bytes, &workbook, &checked, session.lang)
            .map_err(|error| output::fault(target, "ghi/khong-duoc", error.text(), None))
            .and_then(|copy| Ok((annotate::write(path, target, &copy, matches.get_flag("force"))?, copy)));
        match written {
            Ok((written, copy)) => annotate::tell(&mut report, &written, &copy),
            // What was asked for in the first place is told all the same.
            Err(stop) => report.absorb(stop),
        }
    }
    // The process ends soon: to give back each value one by one is time lost.
    std::mem::forget(checked);
    Ok(report)
}

/// Tells what became of the rows of each sheet.
fn account(accounts: &[Account], session: &Session, report: &mut Report) {
    // Sheets that are not read at all are findings, or the program's own.
    let is_read = |account: &&Account| account.skipped.iter().all(|(why, _)| *why != Reason::Unread);
    let lines = accounts
        .iter()
        .filter(is_read)
        .map(|account| account.text().get(session.lang).to_owned() + "\n");
    report.account = lines.collect();
    report
        .json
        .insert("sheets".into(), accounts.iter().map(sheet_json).collect());
}

fn nothing_to_save() -> Diagnostic {
    Diagnostic::error(
        "lenh/thieu-map",
        Place::File,
        Text::new(
            "--save-map cần ít nhất một --map để ghi lại",
            "--save-map needs at least one --map to write down",
        ),
    )
    .hint(Text::new(
        "ví dụ: --map \"Kết quả=thuc_hien\" --save-map",
        "for instance: --map \"Kết quả=thuc_hien\" --save-map",
    ))
}

/// The values of a sheet that were computed instead of read, by field.
fn computed_json(data: &SheetData, lang: Lang) -> Vec<Value> {
    let columns = data.computed.iter().map(|column| {
        let cells: Vec<String> = column.cells(data).map(|cell| cell.to_string()).collect();
        json!({
            "sheet": data.name,
            "field": column.id,
            "formula": column.formula.get(lang),
            "count": column.rows.len(),
            "cells": cells,
        })
    });
    columns.collect()
}

/// What became of the rows of a sheet.
fn sheet_json(account: &Account) -> Value {
    let skipped: Map<String, Value> = account
        .skipped
        .iter()
        .map(|(why, count)| (why.name().to_owned(), json!(count)))
        .collect();
    json!({ "name": account.name, "read": account.read, "skipped": skipped })
}
