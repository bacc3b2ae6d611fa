//! The steps in order, one function for each wish: check, render, blank. [`Prepared`] renders many workbooks of one pack.
//!
//! In: a pack, and a workbook's bytes. Out: documents as bytes, and findings in reading order. A finding of the input is
//! gathered; an [`Error`](crate::workbook::Error) means the file can't be read at all.

mod decoded;
mod file_name;
mod prepared;
mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use self::decoded::{DecodedCell, decoded_cells};
pub use self::file_name::{safe_file_name, safe_folder_name};
pub use self::prepared::Prepared;
pub use self::trial::{SAMPLES, Sample, Trial, samples, try_pack};
use crate::blank::annotate::{self, Annotated};
use crate::blank::{self, PACK_PROPERTY, Prefill, Stamp, VERSION_PROPERTY};
use crate::dataset::{self, Dataset, Mapping};
use crate::diagnostic::{Diagnostic, Diagnostics, Lang, Place, Text};
use crate::outline::{self, State};
use crate::pack::{Output, Pack, Selection};
use crate::schema::Schema;
use crate::script::Script;
use crate::template::{Subject, Template, Used};
use crate::workbook::{self, Limits, Workbook};
use crate::{template, text};

/// How a workbook is read and documents are made.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How large a workbook may be.
    pub limits: Limits,
    /// Pictures by the name that templates ask for, before those of the pack: `con_dau`, for `{{image "con_dau"}}`.
    pub images: BTreeMap<String, Arc<[u8]>>,
    /// Whether documents are made for comparing with the workbook: each value with a comment that names its cell. Their
    /// file names say so.
    pub trace: bool,
    /// What the user says that headers, labels and tabs of the workbook mean.
    pub mapping: Mapping,
    /// Ids of the pack's outputs that are wanted; all of them when there is none.
    pub outputs: BTreeSet<String>,
}

/// A workbook that was read and checked.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Its typed values.
    pub dataset: Dataset,
    /// What is wrong with it, in reading order.
    pub diagnostics: Diagnostics,
}

/// What rendering gave.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The documents; none when an error is among the findings.
    pub documents: Vec<Document>,
    /// Outputs that no document was made for, by their own rules.
    pub skipped: Vec<Skipped>,
    /// What is wrong with the workbook or the pack, in reading order.
    pub diagnostics: Diagnostics,
}

/// What rendering gave besides the documents.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// What is wrong with the workbook or the pack, in reading order.
    pub diagnostics: Diagnostics,
    /// Outputs that no document was made for, by their own rules.
    pub skipped: Vec<Skipped>,
}

/// An output that no document was made for, because its own rules say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its id.
    pub output: String,
    /// What people call it.
    pub label: String,
    /// Why.
    pub reason: Text,
}

/// A finished document.
#[derive(Clone, Debug)]
pub struct Document {
    /// The id of the pack's output it is.
    pub output: String,
    /// A file name that every system takes, `.docx` included.
    pub file_name: String,
    /// The file's content.
    pub bytes: Vec<u8>,
}

/// Reads a workbook, for instance to find its pack.
pub fn read(bytes: &[u8], options: &Options) -> Result<Workbook, workbook::Error> {
    workbook::read(bytes, &options.limits)
}

/// Reads and checks a workbook against a pack.
pub fn check(pack: &Pack, bytes: &[u8], options: &Options) -> Result<Checked, workbook::Error> {
    Ok(check_workbook(pack, read(bytes, options)?, options))
}

/// Reads and checks a workbook and makes the pack's documents of it.
pub fn render(pack: &Pack, bytes: &[u8], options: &Options) -> Result<Outcome, workbook::Error> {
    Ok(render_workbook(pack, read(bytes, options)?, options))
}

/// The same as [`check`] for a workbook that was read already.
pub fn check_workbook(pack: &Pack, workbook: Workbook, options: &Options) -> Checked {
    // The version of another pack says nothing of this one.
    let is_own = workbook.properties.get(PACK_PROPERTY).is_none_or(|id| *id == pack.id);
    let stamp = workbook.properties.get(VERSION_PROPERTY).filter(|_| is_own).cloned();
    let decoded = decoded::warnings(&workbook);
    let standing = match pack.standing(stamp.as_deref()) {
        Ok(standing) => standing,
        // What else is wrong with a workbook that is not read would lead astray.
        Err(refusal) => {
            let (dataset, _) = dataset::build(&pack.schema, workbook, &options.mapping);
            return Checked {
                dataset,
                diagnostics: Diagnostics::from_iter([*refusal]),
            };
        }
    };
    let mapping = options.mapping.renamed(&standing.renamed);
    let (mut dataset, mut diagnostics) = dataset::build(&standing.schema, workbook, &mapping);
    if let Some(script) = &pack.script {
        let shared = Arc::new(dataset);
        diagnostics.extend(script.check(&standing.schema, &shared));
        dataset = Arc::unwrap_or_clone(shared);
    }
    diagnostics.extend(decoded.into_iter().collect());
    diagnostics.extend(standing.finding.into_iter().collect());
    let names = dataset
        .sheets
        .iter()
        .map(|sheet| sheet.name.clone())
        .collect::<Vec<_>>();
    diagnostics.sort(&names);
    Checked { dataset, diagnostics }
}

/// The same as [`render`] for a workbook that was read already. For more than one, see [`Prepared`].
pub fn render_workbook(pack: &Pack, workbook: Workbook, options: &Options) -> Outcome {
    Prepared::new(pack.clone()).render(workbook, options)
}

/// A copy of a workbook with the findings of its check marked: a coloured cell and a note for each, and a sheet that lists
/// them. `bytes` are the file that `workbook` was read from.
pub fn annotate(
    pack: &Pack,
    bytes: &[u8],
    workbook: &Workbook,
    checked: &Checked,
    lang: Lang,
) -> Result<Annotated, blank::Error> {
    let label = |finding: &Diagnostic| {
        let (Place::Sheet(name) | Place::Cell(name, _)) = &finding.place else {
            return None;
        };
        let index = checked.dataset.sheets.iter().position(|sheet| sheet.name == *name)?;
        let (_, field) = pack.schema.sheets.get(index)?.field(finding.field.as_deref()?)?;
        Some(field.label.clone())
    };
    annotate::annotate(bytes, workbook, &checked.diagnostics, &label, lang)
}

/// The blank workbook of a pack, with some cells filled in.
pub fn blank(pack: &Pack, prefill: &Prefill) -> Result<Vec<u8>, blank::Error> {
    let stamp = Stamp {
        pack_id: pack.id.clone(),
        pack_version: pack.version.clone(),
        pack_name: pack.name.clone(),
        recipient: None,
    };
    blank::workbook(&pack.schema, &stamp, prefill)
}

/// What is wrong with the text source of a template that is still as it was built; and whether it was built of another text.
fn stale_template(pack: &Pack, output: &Output) -> Diagnostics {
    let template = pack.file(&output.template).unwrap_or_default();
    let state = outline::state(template);
    if !matches!(state, State::Built { .. }) {
        return Diagnostics::new();
    }
    match pack.build_template(output) {
        Some(Err(findings)) => findings,
        Some(Ok(built)) if outline::state(&built) != state => {
            let from = output.source.as_deref().unwrap_or_default();
            let mut finding = Diagnostic::error(
                "mau/cu-hon-nguon",
                Place::File,
                text!(
                    "mẫu Word này được tạo từ “{from}” trước khi tệp ấy đổi",
                    "this Word template was built of “{from}” before that file changed"
                ),
            )
            .hint(Text::new(
                "chạy `baocao pack build THƯ_MỤC_GÓI`",
                "run `baocao pack build PACK_DIR`",
            ));
            finding.file = Some(output.template.clone());
            Diagnostics::from_iter([finding])
        }
        _ => Diagnostics::new(),
    }
}

/// What is wrong with a pack's templates and file names, warnings for their author included. [`try_pack`] says what comes of its
/// samples.
pub fn check_pack(pack: &Pack) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let mut used = Used::default();
    let mut called = BTreeSet::new();
    let mut is_sound = true;
    let mut seen = BTreeSet::new();
    for output in &pack.outputs {
        // Outputs that share a template share its source.
        if seen.insert(&output.template) {
            diagnostics.extend(stale_template(pack, output));
        }
        match prepared::compile(pack, output) {
            Ok(compiled) => {
                used.extend(compiled.template.used());
                called.extend(compiled.template.foreign_helpers().map(str::to_owned));
                used.extend(compiled.file_name.used());
                for (sheet, field) in compiled.selection.fields() {
                    used.add(sheet, field);
                }
                diagnostics.extend(compiled.warnings);
                let mut pictures = compiled.template.check_pictures();
                pictures.set_file(&output.template);
                diagnostics.extend(pictures);
            }
            Err(faults) => {
                diagnostics.extend(faults);
                is_sound = false;
            }
        }
    }
    // What a template that does not compile would use is not known.
    if is_sound {
        if let Some(script) = &pack.script {
            note_words(script, &pack.schema, &mut used);
            diagnostics.extend(script.unused(&called));
        }
        diagnostics.extend(unused_fields(&pack.schema, used));
    }
    diagnostics.extend(trial::unexplained(&pack.schema));
    diagnostics
}

/// A copy of each Word template of a pack in which something was found, with a comment at each place: the template's name
/// and the copy. Templates that can't be read have none; [`check_pack`] tells why.
pub fn annotate_pack(pack: &Pack, lang: Lang) -> Vec<(String, Vec<u8>)> {
    let mut copies: Vec<(String, Vec<u8>)> = Vec::new();
    for output in &pack.outputs {
        if copies.iter().any(|(template, _)| *template == output.template) {
            continue;
        }
        let docx = pack.file(&output.template).unwrap_or_default();
        let subject = Selection::of(output, &pack.schema).map_or(Subject::Workbook, |selection| selection.subject);
        if let Ok((copy, findings)) = Template::annotate(docx, &pack.schema, &template_options(pack, subject), lang)
            && !findings.is_empty()
        {
            copies.push((output.template.clone(), copy));
        }
    }
    copies
}

/// Counts the fields as used that a script names: a field whose id is a word of the script, on a sheet that is one too.
fn note_words(script: &Script, schema: &Schema, used: &mut Used) {
    for (number, sheet) in schema.sheets.iter().enumerate() {
        let fields = sheet.fields.iter().enumerate();
        if script.has_word(&sheet.id) {
            fields.for_each(|(field, declared)| {
                if script.has_word(&declared.id) {
                    used.add(number, field);
                }
            });
        }
    }
}

/// Warnings about fields that people are asked to fill in and nothing uses: one for each sheet.
fn unused_fields(schema: &Schema, mut used: Used) -> Diagnostics {
    for (sheet, field) in schema.checked_fields() {
        used.add(sheet, field);
    }
    let mut diagnostics = Diagnostics::new();
    for (number, sheet) in schema.sheets.iter().enumerate() {
        let unused: Vec<String> = sheet
            .fields
            .iter()
            .enumerate()
            .filter(|(field, _)| !used.has(number, *field) && sheet.key_index() != Some(*field))
            .map(|(_, field)| format!("«{}»", field.label))
            .collect();
        if unused.is_empty() {
            continue;
        }
        let labels = unused.join(", ");
        let mut finding = Diagnostic::warning(
            "mau/truong-khong-dung",
            Place::Sheet(sheet.name.clone()),
            text!(
                "sổ tính hỏi {labels} mà không mẫu Word nào dùng đến",
                "the workbook asks for {labels}, which no Word template uses"
            ),
        )
        .hint(text!(
            "thêm thẻ vào mẫu Word, hoặc bỏ khỏi pack.toml",
            "add a tag to the Word template, or take it out of pack.toml"
        ));
        finding.file = Some(crate::pack::MANIFEST.to_owned());
        diagnostics.push(finding);
    }
    diagnostics
}

fn template_options(pack: &Pack, subject: Subject) -> template::Options<'_> {
    template::Options {
        empty: &pack.empty,
        files: &pack.files,
        controls: pack.controls,
        helpers: pack.script.as_ref().map_or(&[], Script::helpers),
        subject,
    }
}

#[cfg(test)]
mod tests;
