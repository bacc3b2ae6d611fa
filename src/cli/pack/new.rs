//! `pack new`: a pack to start from, by answers, from a workbook or from a document.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::json;

use crate::cli::ask::Person;
use crate::cli::folder;
use crate::cli::report::{Report, Status, Stop};
use crate::cli::usage::nothing_asked;
use crate::cli::{Session, input, render};
use crate::diagnostic::{Diagnostic, Place, Text};
use crate::draft::{self, Answers, KINDS, Kind, Plan, STARTERS, Starter, document, workbook};
use crate::text;

/// Largest document, as the engine itself takes templates.
const DOCUMENT_BYTES: u64 = 64 << 20;

/// Runs the command.
pub(in crate::cli) fn run(session: &Session, matches: &ArgMatches) -> Result<Report, Stop> {
    let id: &String = matches.get_one("id").ok_or_else(|| Stop::fault(nothing_asked()))?;
    draft::check_id(id).map_err(|finding| Stop::fault(*finding))?;
    let force = matches.get_flag("force");
    let target = match matches.get_one::<PathBuf>("in") {
        Some(folder) => folder.join(id),
        None => PathBuf::from(id),
    };
    // Nobody should answer questions for nothing.
    folder::check(&target, force)?;
    let mut report = Report::new("pack new");
    let plan = match matches.get_one::<PathBuf>("from-workbook") {
        Some(path) => from_workbook(id, path, matches, &mut report)?,
        None if matches.contains_id("from-document") => from_document(id, matches, &mut report)?,
        None => from_answers(id, session, matches)?,
    };
    let files = draft::files(&plan).map_err(Stop::input)?;
    folder::write(&target, &files, force)?;
    let shown = target.display().to_string();
    report.text = format!("{shown}\n");
    report.json.insert("path".into(), json!(shown));
    report.json.insert("id".into(), json!(id));
    report
        .json
        .insert("files".into(), json!(files.keys().collect::<Vec<_>>()));
    let name = &plan.name;
    report.summary = Some(text!("Đã tạo gói “{name}”", "Made the pack “{name}”"));
    report.tip = Some(text!(
        "Tiếp theo: đọc {shown}/README.md, sửa lời văn, rồi chạy baocao pack check {shown}",
        "Next: read {shown}/README.md, edit the text, then run baocao pack check {shown}"
    ));
    Ok(report)
}

/// The kind that is asked for, else the one that the id begins with: `kh-trong-rung` is a plan.
fn kind(id: &str, matches: &ArgMatches) -> Kind {
    let named = matches.get_one::<String>("kind");
    let by_name = |name: &str| KINDS.iter().find(|(own, _)| *own == name).map(|(_, kind)| *kind);
    const SHORT: [(&str, Kind); 5] = [
        ("bc-", Kind::Report),
        ("ttr-", Kind::Submission),
        ("kh-", Kind::Plan),
        ("qd-", Kind::Decision),
        ("cv-", Kind::Letter),
    ];
    let by_id = || {
        let short = SHORT.iter().map(|(head, kind)| (*head, *kind));
        let all = short.chain(KINDS);
        all.into_iter()
            .find(|(head, _)| id.starts_with(head))
            .map(|(_, kind)| kind)
    };
    named.and_then(|name| by_name(name)).or_else(by_id).unwrap_or_default()
}

fn from_answers(id: &str, session: &Session, matches: &ArgMatches) -> Result<Plan, Stop> {
    let given = |name: &str| matches.get_one::<String>(name).cloned();
    let person = Person::present(session.lang).filter(|_| !session.json);
    let mut kind = kind(id, matches);
    if let (Some(person), None) = (&person, given("kind")) {
        let names: Vec<String> = KINDS.iter().map(|(_, kind)| kind.name().to_owned()).collect();
        let proposed = KINDS.iter().position(|(_, own)| *own == kind).unwrap_or(0);
        let question = Text::new("Loại văn bản (ghi số)", "Kind of document (a number)");
        let chosen = person.choose(&question, &names, &[proposed]);
        kind = chosen
            .first()
            .and_then(|place| KINDS.get(*place))
            .map_or(kind, |(_, kind)| *kind);
    }
    let proposed = format!("{} {}", kind.name(), id.replace(['-', '_'], " "));
    let name = given("name").unwrap_or_else(|| match &person {
        Some(person) => person.ask(
            &Text::new("Tên gói, để người dùng đọc", "Name that people read"),
            &proposed,
        ),
        None => proposed,
    });
    let agency = given("agency").or_else(|| {
        let person = person.as_ref()?;
        let question = Text::new(
            "Đơn vị ban hành (ghi cả loại và tên)",
            "Who issues it (kind and name of the commune)",
        );
        Some(person.ask(&question, "xã Tân Hoà"))
    });
    let sheets = match (given("sheets"), &person) {
        (Some(list), _) => starters(&list)?,
        (None, Some(person)) => {
            let names: Vec<String> = STARTERS.iter().map(|(_, _, about)| (*about).to_owned()).collect();
            let usual = STARTERS.iter().enumerate();
            let usual = usual.filter(|(_, (_, starter, _))| kind.starters().contains(starter));
            let proposed: Vec<usize> = usual.map(|(place, _)| place).collect();
            let question = Text::new("Các trang của sổ tính (ghi các số)", "Sheets of the workbook (numbers)");
            let chosen = person.choose(&question, &names, &proposed);
            let chosen = chosen.iter().filter_map(|place| STARTERS.get(*place));
            chosen.map(|(_, starter, _)| *starter).collect()
        }
        (None, None) => kind.starters().to_vec(),
    };
    named(&name)?;
    Ok(draft::start(&Answers {
        id: id.to_owned(),
        name,
        kind,
        agency,
        sheets,
    }))
}

/// Refuses a name that nobody could read.
fn named(name: &str) -> Result<(), Stop> {
    if !name.trim().is_empty() {
        return Ok(());
    }
    Err(Stop::fault(
        Diagnostic::error(
            "goi/thieu-ten",
            Place::File,
            Text::new(
                "gói cần một tên để người dùng đọc",
                "a pack needs a name that people read",
            ),
        )
        .hint(Text::new("thêm --name \"Báo cáo …\"", "add --name \"Báo cáo …\"")),
    ))
}

/// The sheets of a list: `chi-tieu,danh-sach`.
fn starters(list: &str) -> Result<Vec<Starter>, Stop> {
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
    let starter = |name: &str| {
        let found = STARTERS
            .iter()
            .find(|(own, ..)| *own == name)
            .map(|(_, starter, _)| *starter);
        found.ok_or_else(|| {
            let all: Vec<&str> = STARTERS.iter().map(|(own, ..)| *own).collect();
            let all = all.join(", ");
            Stop::fault(
                Diagnostic::error(
                    "goi-moi/trang-la",
                    Place::File,
                    text!("không có trang mẫu “{name}”", "there is no ready sheet “{name}”"),
                )
                .hint(text!("chọn trong: {all}", "choose from: {all}")),
            )
        })
    };
    names.map(starter).collect()
}

fn from_workbook(id: &str, path: &Path, matches: &ArgMatches, report: &mut Report) -> Result<Plan, Stop> {
    let (_, workbook) = render::read_workbook(path)?;
    let given = |name: &str| matches.get_one::<String>(name).cloned();
    if let Some(name) = given("name") {
        named(&name)?;
    }
    let options = workbook::Options {
        id: id.to_owned(),
        name: given("name"),
        kind: kind(id, matches),
        agency: given("agency"),
        without_values: matches.get_flag("no-values"),
    };
    let drafted = workbook::draft(&workbook, &options).map_err(|mut findings| {
        findings.set_file(&input::name(path));
        Stop::input(findings)
    })?;
    report.notes = drafted.notes;
    Ok(drafted.plan)
}

fn from_document(id: &str, matches: &ArgMatches, report: &mut Report) -> Result<Plan, Stop> {
    let path: &PathBuf = matches
        .get_one("from-document")
        .ok_or_else(|| Stop::fault(nothing_asked()))?;
    let bytes = input::read(path, DOCUMENT_BYTES, &[".docx"])?;
    let name = matches.get_one::<String>("name").cloned();
    if let Some(name) = &name {
        named(name)?;
    }
    let options = document::Options {
        id: id.to_owned(),
        name,
    };
    let drafted = document::draft(&bytes, &options).map_err(|mut findings| {
        findings.set_file(&input::name(path));
        let is_unreadable = findings.iter().any(|finding| finding.code == "mau/khong-doc-duoc");
        Stop {
            status: if is_unreadable { Status::Fault } else { Status::Input },
            findings,
        }
    })?;
    report.notes = drafted.notes;
    Ok(drafted.plan)
}
