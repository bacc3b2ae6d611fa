//! `render`: the Word report of each workbook.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use serde_json::json;

use super::output::{self, Target};
use super::packs::Shelf;
use super::report::{Report, Status, Stop};
use super::{Session, images, input, mapping};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Text};
use crate::pack::Pack;
use crate::pipeline::{self, Options, Prepared};
use crate::text;
use crate::workbook::Workbook;

/// The options of the command.
#[derive(Clone)]
struct Wish {
    output: Option<Target>,
    force: bool,
    options: Options,
}

impl Wish {
    /// The same with the mapping files beside a workbook, and the line that names them.
    fn of_workbook(&self, workbook: &Path) -> Result<(Self, Option<Text>), Stop> {
        let (mapping, note) = mapping::of_workbook(&self.options.mapping, workbook)?;
        let mut own = self.clone();
        own.options.mapping = mapping;
        Ok((own, note))
    }
}

/// Runs the command.
pub(super) fn run(session: &Session, matches: &ArgMatches) -> Result<Report, Stop> {
    let workbooks: Vec<&PathBuf> = matches.get_many("workbook").into_iter().flatten().collect();
    let output = matches
        .get_one::<PathBuf>("output")
        .map(|path| Target::parse(path, "docx"))
        .transpose()?;
    if matches!(output, Some(Target::File(_))) && workbooks.len() > 1 {
        return Err(Stop::fault(several_into_one()));
    }
    let wish = Wish {
        output,
        force: matches.get_flag("force"),
        options: Options {
            images: images::read(matches.get_many("image").into_iter().flatten())?,
            trace: matches.get_flag("trace"),
            mapping: mapping::given(matches)?,
            ..Options::default()
        },
    };
    let mut report = Report::new("render");
    let shelf = Shelf::new(session, matches.get_one("pack"));
    let mut run = Run::default();
    let mut documents = Vec::new();
    for workbook in &workbooks {
        let mut warnings = Diagnostics::new();
        let (own, note) = match wish.of_workbook(workbook) {
            Ok(own) => own,
            Err(stop) => {
                report.absorb(stop);
                continue;
            }
        };
        report.note(note);
        match render(workbook, &own, &shelf, &mut run, &mut warnings) {
            Ok(new) => {
                report.add(warnings);
                for (id, path) in new {
                    documents.push(json!({ "workbook": workbook.display().to_string(), "output": id, "path": path.display().to_string() }));
                    report.text.push_str(&format!("{}\n", path.display()));
                }
            }
            Err(stop) => {
                report.add(warnings);
                report.absorb(stop);
            }
        }
    }
    shelf.tell(&mut report);
    let count = documents.len();
    report.json.insert("documents".into(), json!(documents));
    report.summary = match count {
        0 if report.status == Status::Fault => None,
        0 => Some(text!("Chưa ghi gì", "Nothing was written")),
        1 => Some(text!("Đã ghi 1 văn bản", "Wrote 1 document")),
        _ => Some(text!("Đã ghi {count} văn bản", "Wrote {count} documents")),
    };
    Ok(report)
}

/// What a run remembers from workbook to workbook.
#[derive(Default)]
struct Run {
    /// Packs by their ids.
    prepared: BTreeMap<String, Prepared>,
    /// The identities of the files it wrote.
    written: HashSet<PathBuf>,
}

/// Renders one workbook and returns each output's id and path.
fn render(
    path: &Path,
    wish: &Wish,
    shelf: &Shelf<'_>,
    run: &mut Run,
    warnings: &mut Diagnostics,
) -> Result<Vec<(String, PathBuf)>, Stop> {
    let (workbook, pack) = open(path, shelf)?;
    let prepared = run.prepared.entry(pack.id.clone());
    let prepared = prepared.or_insert_with(|| Prepared::new(Arc::clone(pack)));
    let outcome = prepared.render(workbook, &wish.options);
    let mut findings = outcome.diagnostics;
    attribute(&mut findings, pack, path);
    if findings.has_errors() {
        return Err(Stop::input(findings));
    }
    *warnings = findings;
    if outcome.documents.len() > 1 && matches!(wish.output, Some(Target::File(_))) {
        return Err(Stop::fault(several_into_one()));
    }
    let own = output::identity(path);
    let mut staged = Vec::new();
    let mut targets: HashSet<PathBuf> = HashSet::new();
    for document in outcome.documents {
        let target = match &wish.output {
            Some(Target::File(file)) => file.clone(),
            Some(Target::Folder(folder)) => folder.join(&document.file_name),
            None => path.with_file_name(&document.file_name),
        };
        let identity = output::identity(&target);
        if identity == own {
            return Err(refusal(
                &target,
                Text::new("nơi ghi trùng với sổ tính đầu vào", "the output is the workbook itself"),
            ));
        }
        if run.written.contains(&identity) || !targets.insert(identity) {
            return Err(refusal(
                &target,
                Text::new(
                    "hai văn bản của lần chạy này trùng tên tệp",
                    "two documents of this run have the same file name",
                ),
            ));
        }
        staged.push((document.output, output::stage(&target, &document.bytes, wish.force)?));
    }
    let mut written = Vec::new();
    for (id, staged) in staged {
        let path = staged.put()?;
        run.written.insert(output::identity(&path));
        written.push((id, path));
    }
    Ok(written)
}

/// Reads a workbook and finds its pack.
pub(super) fn open<'p>(path: &Path, shelf: &'p Shelf<'_>) -> Result<(Workbook, &'p Arc<Pack>), Stop> {
    let (_, workbook, pack) = open_with_bytes(path, shelf)?;
    Ok((workbook, pack))
}

/// The same, with the file's bytes.
pub(super) fn open_with_bytes<'p>(
    path: &Path,
    shelf: &'p Shelf<'_>,
) -> Result<(Vec<u8>, Workbook, &'p Arc<Pack>), Stop> {
    let named = |mut stop: Stop| {
        stop.findings.set_file(&input::name(path));
        stop
    };
    let (bytes, workbook) = read_workbook(path)?;
    let pack = shelf.pack_of(&workbook).map_err(named)?;
    Ok((bytes, workbook, pack))
}

/// A workbook, with the file's bytes.
pub(super) fn read_workbook(path: &Path) -> Result<(Vec<u8>, Workbook), Stop> {
    let options = Options::default();
    let bytes = input::read(path, options.limits.file_bytes, &[".xlsx", ".xlsm"])?;
    let workbook = pipeline::read(&bytes, &options).map_err(|error| {
        let mut stop = Stop::fault(error.diagnostic());
        stop.findings.set_file(&input::name(path));
        stop
    })?;
    Ok((bytes, workbook))
}

/// Names the file of each finding: the pack's before its own files, the workbook for all others.
pub(super) fn attribute(findings: &mut Diagnostics, pack: &Pack, workbook: &Path) {
    let of_pack = |finding: &Diagnostic| {
        finding
            .file
            .as_deref()
            .is_some_and(|file| pack.files.contains_key(file))
    };
    *findings = std::mem::take(findings)
        .into_iter()
        .map(|mut finding| {
            if of_pack(&finding) {
                finding.file = finding.file.map(|file| format!("{}/{file}", pack.id));
            }
            finding
        })
        .collect();
    findings.set_file(&input::name(workbook));
}

fn several_into_one() -> Diagnostic {
    Diagnostic::error(
        "ghi/nhieu-vao-mot",
        Place::File,
        Text::new(
            "có nhiều văn bản, không ghi vào một tệp được",
            "several documents can't go into one file",
        ),
    )
    .hint(Text::new("cho -o một thư mục", "give -o a folder"))
}

fn refusal(target: &Path, message: Text) -> Stop {
    let mut finding = Diagnostic::error("ghi/trung-ten", Place::File, message)
        .hint(Text::new("chọn nơi ghi khác với -o", "choose another place with -o"));
    finding.file = Some(target.display().to_string());
    Stop::fault(finding)
}
