//! `render`: the Word report of each workbook.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use serde_json::json;

use super::output::{self, Batch, Target};
use super::packs::Shelf;
use super::report::{Report, Status, Stop};
use super::{Session, images, input, mapping};
use crate::diagnostic::{Diagnostic, Diagnostics, Lang, Place, Text};
use crate::pack::{self, Pack};
use crate::pipeline::{self, Options, Prepared, Skipped};
use crate::text;
use crate::vietnamese::nearest;
use crate::workbook::Workbook;

/// The options of the command.
#[derive(Clone)]
struct Wish {
    output: Option<Target>,
    force: bool,
    /// Whether there are several workbooks.
    several: bool,
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
        several: workbooks.len() > 1,
        options: Options {
            images: images::read(matches.get_many("image").into_iter().flatten())?,
            trace: matches.get_flag("trace"),
            mapping: mapping::given(matches)?,
            outputs: matches.get_many("only").into_iter().flatten().cloned().collect(),
            ..Options::default()
        },
    };
    let mut report = Report::new("render");
    let shelf = Shelf::new(session, matches.get_one("pack"));
    let mut run = Run::default();
    let mut documents = Vec::new();
    let mut skipped = Vec::new();
    let several = workbooks.len() > 1;
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
            Ok(made) => {
                report.add(warnings);
                report.text.push_str(&lines(&made, session.lang));
                documents.extend(made.documents.iter().map(|written| {
                    json!({ "workbook": workbook.display().to_string(), "output": written.output, "path": written.path.display().to_string() })
                }));
                for Skipped { output, label, reason } in made.skipped {
                    let why = reason.get(session.lang);
                    skipped
                        .push(json!({ "workbook": workbook.display().to_string(), "output": output, "reason": why }));
                    let of = match several {
                        true => format!("{}: ", input::name(workbook)),
                        false => String::new(),
                    };
                    report.note(Some(Text::new(
                        format!("{of}Không làm «{label}»: {}", reason.vi),
                        format!("{of}«{label}» was not made: {}", reason.en),
                    )));
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
    if !skipped.is_empty() {
        report.json.insert("skipped".into(), json!(skipped));
    }
    report.summary = match count {
        0 if report.status == Status::Fault => None,
        0 => Some(text!("Chưa ghi gì", "Nothing was written")),
        1 => Some(text!("Đã ghi 1 văn bản", "Wrote 1 document")),
        _ => Some(text!("Đã ghi {count} văn bản", "Wrote {count} documents")),
    };
    Ok(report)
}

/// The path of each document; of an output with one for each record, the folder and how many.
fn lines(made: &Made, lang: Lang) -> String {
    let mut text = String::new();
    let mut told: Option<&str> = None;
    for written in &made.documents {
        if written.is_per_record {
            if told != Some(&written.output) {
                let count = made
                    .documents
                    .iter()
                    .filter(|other| other.output == written.output)
                    .count();
                let folder = written.path.parent().unwrap_or(Path::new("")).display().to_string();
                let folder = if folder.is_empty() { "." } else { &folder };
                let line = match lang {
                    Lang::Vi => format!("{folder}: {count} văn bản\n"),
                    Lang::En if count == 1 => format!("{folder}: 1 document\n"),
                    Lang::En => format!("{folder}: {count} documents\n"),
                };
                text.push_str(&line);
                told = Some(&written.output);
            }
        } else {
            text.push_str(&format!("{}\n", written.path.display()));
        }
    }
    text
}

/// What was made of a workbook.
struct Made {
    documents: Vec<Written>,
    skipped: Vec<Skipped>,
}

/// A document in its place.
struct Written {
    output: String,
    is_per_record: bool,
    path: PathBuf,
}

/// What a run remembers from workbook to workbook.
#[derive(Default)]
struct Run {
    /// Packs by their ids.
    prepared: BTreeMap<String, Prepared>,
    /// The identities of the files it wrote.
    written: HashSet<PathBuf>,
}

/// Renders one workbook.
fn render(
    path: &Path,
    wish: &Wish,
    shelf: &Shelf<'_>,
    run: &mut Run,
    warnings: &mut Diagnostics,
) -> Result<Made, Stop> {
    let (workbook, pack) = open(path, shelf)?;
    known_outputs(pack, &wish.options.outputs)?;
    let prepared = run.prepared.entry(pack.id.clone());
    let prepared = prepared.or_insert_with(|| Prepared::new(Arc::clone(pack)));
    let places = Places::new(path, wish, pack);
    let own = output::identity(path);
    let mut batch = Batch::new(wish.force);
    let mut made: Vec<(String, bool)> = Vec::new();
    let mut targets: HashSet<PathBuf> = HashSet::new();
    let rendered = prepared.render_each(workbook, &wish.options, |document| {
        let is_per_record = places.is_per_record(&document.output);
        let target = match places.folder(&document.output) {
            Some(folder) => {
                if is_per_record && !made.iter().any(|(output, _)| *output == document.output) {
                    batch.make_folder(&folder)?;
                }
                folder.join(&document.file_name)
            }
            None if made.is_empty() => places.file(),
            None => return Err(Stop::fault(several_into_one())),
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
        made.push((document.output, is_per_record));
        batch.add(&target, &document.bytes)
    })?;
    let mut findings = rendered.diagnostics;
    attribute(&mut findings, pack, path);
    if findings.has_errors() {
        return Err(Stop::input(findings));
    }
    *warnings = findings;
    let paths = batch.put()?;
    run.written.extend(paths.iter().map(|path| output::identity(path)));
    let written = made.into_iter().zip(paths);
    Ok(Made {
        documents: written
            .map(|((output, is_per_record), path)| Written {
                output,
                is_per_record,
                path,
            })
            .collect(),
        skipped: rendered.skipped,
    })
}

/// Where the documents of a workbook go.
struct Places<'p> {
    workbook: &'p Path,
    target: Option<&'p Target>,
    /// The wanted outputs that make one document for each record, with what people call them.
    per_record: BTreeMap<&'p str, &'p str>,
    /// Whether documents of other outputs or workbooks go to the same place.
    is_shared: bool,
    several_workbooks: bool,
}

impl<'p> Places<'p> {
    fn new(workbook: &'p Path, wish: &'p Wish, pack: &'p Pack) -> Self {
        let wanted = |output: &&pack::Output| {
            let ids = &wish.options.outputs;
            ids.is_empty() || ids.contains(&output.id)
        };
        let outputs: Vec<&pack::Output> = pack.outputs.iter().filter(wanted).collect();
        let per_record = outputs.iter().filter(|output| output.is_per_record());
        Self {
            workbook,
            target: wish.output.as_ref(),
            per_record: per_record
                .map(|output| (output.id.as_str(), output.label.as_str()))
                .collect(),
            is_shared: outputs.len() > 1,
            several_workbooks: wish.several,
        }
    }

    fn is_per_record(&self, output: &str) -> bool {
        self.per_record.contains_key(output)
    }

    /// The folder of an output's documents; `None` when a file was asked for. One for each record makes many: they have a
    /// folder to themselves.
    fn folder(&self, output: &str) -> Option<PathBuf> {
        let around = match self.target {
            Some(Target::File(_)) => return None,
            Some(Target::Folder(folder)) => folder.clone(),
            None => self.workbook.parent().unwrap_or(Path::new("")).to_owned(),
        };
        let Some(label) = self.per_record.get(output) else {
            return Some(around);
        };
        let stem = self.workbook.file_stem().unwrap_or_default().to_string_lossy();
        let name = match self.target {
            Some(_) if !self.several_workbooks && !self.is_shared => return Some(around),
            Some(_) if !self.several_workbooks => (*label).to_owned(),
            _ => format!("{stem} - {label}"),
        };
        Some(around.join(pipeline::safe_folder_name(&name)))
    }

    /// The file that was asked for.
    fn file(&self) -> PathBuf {
        match self.target {
            Some(Target::File(file)) => file.clone(),
            _ => PathBuf::new(),
        }
    }
}

/// Refuses ids that are none of the pack's outputs.
fn known_outputs(pack: &Pack, wanted: &BTreeSet<String>) -> Result<(), Stop> {
    let ids = || pack.outputs.iter().map(|output| output.id.as_str());
    let Some(unknown) = wanted.iter().find(|id| !ids().any(|known| known == *id)) else {
        return Ok(());
    };
    let pack_id = &pack.id;
    let finding = Diagnostic::error(
        "lenh/van-ban-la",
        Place::File,
        text!(
            "gói {pack_id} không có văn bản nào mang mã “{unknown}”",
            "the pack {pack_id} has no output “{unknown}”"
        ),
    );
    let all = ids().collect::<Vec<_>>().join(", ");
    let hint = match nearest(unknown, ids()) {
        Some(near) => text!("có phải --only {near}?", "did you mean --only {near}?"),
        None => text!("các văn bản của gói: {all}", "the pack's outputs: {all}"),
    };
    Err(Stop::fault(finding.hint(hint)))
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
