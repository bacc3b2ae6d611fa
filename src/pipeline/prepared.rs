//! A pack whose templates are compiled, for any number of workbooks.
//!
//! In: a pack; later, workbooks. Out: for each workbook what [`render`](super::render) gives, whatever was rendered before.

use std::collections::{BTreeSet, HashSet};
use std::convert::Infallible;
use std::sync::Arc;

use super::file_name;
use super::{Checked, Document, Options, Outcome, Rendered, Skipped, check_workbook, template_options};
use crate::dataset::{Dataset, Record};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::pack::{MANIFEST, NotMade, Output, Pack, Selection, SelectionFault};
use crate::schema::Layout;
use crate::script::Allowance;
use crate::template::{self, About, Subject, Template, TextTemplate, picture};
use crate::text;
use crate::workbook::Workbook;

/// What the file name of a document ends with.
const ENDING: &str = ".docx";
/// The same of one for comparing with the workbook.
const TRACED_ENDING: &str = " (đối chiếu).docx";

/// A pack with its templates and file names compiled once. It can be used from several threads.
#[derive(Clone, Debug)]
pub struct Prepared {
    pack: Arc<Pack>,
    /// For each output of the pack: what it compiled to, or what is wrong with it.
    outputs: Vec<Result<Compiled, Diagnostics>>,
}

impl Prepared {
    /// A pack ready for its workbooks. What is wrong with its templates is told with each workbook.
    pub fn new(pack: impl Into<Arc<Pack>>) -> Self {
        let pack = pack.into();
        let outputs = pack.outputs.iter().map(|output| compile(&pack, output)).collect();
        Self { pack, outputs }
    }

    /// The pack.
    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    /// The typed values of a workbook, and what is wrong with it.
    pub fn check(&self, workbook: Workbook, options: &Options) -> Checked {
        check_workbook(&self.pack, workbook, options)
    }

    /// The documents of a workbook, all in memory; [`Self::render_each`] gives them one by one.
    ///
    /// Warnings about a template's own making are for its author and are left out here: see
    /// [`check_pack`](super::check_pack).
    pub fn render(&self, workbook: Workbook, options: &Options) -> Outcome {
        let mut documents = Vec::new();
        let take = |document| {
            documents.push(document);
            Ok::<(), Infallible>(())
        };
        let Ok(Rendered { diagnostics, skipped }) = self.render_each(workbook, options, take);
        if diagnostics.has_errors() {
            documents.clear();
        }
        Outcome {
            documents,
            skipped,
            diagnostics,
        }
    }

    /// The same with each document handed over as soon as it is made, so that many need not be in memory at once. None is
    /// made when the workbook or a template has an error. A fault that shows only while documents are made is among the
    /// findings, too: then those handed over are to be dropped. What `take` returns as an error ends it.
    pub fn render_each<E>(
        &self,
        workbook: Workbook,
        options: &Options,
        mut take: impl FnMut(Document) -> Result<(), E>,
    ) -> Result<Rendered, E> {
        let _budget = Allowance::new();
        let Checked {
            dataset,
            mut diagnostics,
        } = self.check(workbook, options);
        let mut skipped = Vec::new();
        let mut asked: BTreeSet<&str> = BTreeSet::new();
        let mut chosen = Vec::new();
        for (output, compiled) in self.pack.outputs.iter().zip(&self.outputs) {
            let is_chosen = options.outputs.is_empty() || options.outputs.contains(&output.id);
            match compiled {
                Ok(compiled) => {
                    asked.extend(compiled.template.pictures());
                    if is_chosen {
                        chosen.push((output, compiled));
                    }
                }
                Err(faults) if is_chosen => diagnostics.extend(faults.clone()),
                Err(_) => {}
            }
        }
        // What a template with mistakes asks for is not known.
        if self.outputs.iter().all(Result::is_ok) {
            diagnostics.extend(picture::unused(&options.images, asked.iter().copied()));
        }
        for (output, compiled) in chosen {
            if diagnostics.has_errors() {
                break;
            }
            let mut cited = compiled.template.out_of_force(&self.pack.schema, &dataset);
            cited.set_file(&output.template);
            diagnostics.extend(cited);
            let mut work = Work::new(output, compiled, options);
            match compiled.selection.choose(&dataset) {
                Ok(records) => {
                    // Outputs that print the same blank cell say so once.
                    let found = work.make(&dataset, &records, &mut take)?;
                    let is_new = |finding: &Diagnostic| !diagnostics.iter().any(|known| known == finding);
                    let new: Vec<Diagnostic> = found.into_iter().filter(is_new).collect();
                    diagnostics.extend(new.into_iter().collect());
                }
                Err(NotMade::ByRule(reason)) => skipped.push(Skipped {
                    output: output.id.clone(),
                    label: output.label.clone(),
                    reason,
                }),
                Err(NotMade::Fault(fault)) => diagnostics.push(in_manifest(fault)),
            }
        }
        Ok(Rendered { diagnostics, skipped })
    }
}

/// An output for which documents are made.
struct Work<'w> {
    output: &'w Output,
    compiled: &'w Compiled,
    wish: template::Wish,
    ending: &'static str,
    /// File names that were given, as a system compares them that takes no notice of case.
    names: HashSet<String>,
    /// Names that several records come to.
    doubled: BTreeSet<String>,
}

impl<'w> Work<'w> {
    fn new(output: &'w Output, compiled: &'w Compiled, options: &Options) -> Self {
        Self {
            output,
            compiled,
            wish: template::Wish {
                trace: options.trace,
                images: options.images.clone(),
            },
            ending: if options.trace { TRACED_ENDING } else { ENDING },
            names: HashSet::new(),
            doubled: BTreeSet::new(),
        }
    }

    /// Makes the documents, and tells what is to be told of all of them.
    fn make<E>(
        &mut self,
        dataset: &Dataset,
        records: &[&Record],
        take: &mut impl FnMut(Document) -> Result<(), E>,
    ) -> Result<Diagnostics, E> {
        let subject = self.compiled.selection.subject;
        let mut found = template::Found::default();
        let abouts: Box<dyn Iterator<Item = About<'_>>> = match subject {
            Subject::Workbook => Box::new(std::iter::once(About::Workbook)),
            Subject::Records(_) => Box::new(std::iter::once(About::Records(records))),
            Subject::Record(_) => Box::new((0..records.len()).map(|index| About::Record {
                records,
                index,
                is_text: self.compiled.is_text,
            })),
        };
        let mut diagnostics = Diagnostics::new();
        for about in abouts {
            // A helper of the pack failed: no document is kept.
            if found.has_errors() {
                break;
            }
            let compiled = self.compiled;
            match compiled.template.fill_about(dataset, about, &self.wish, &mut found) {
                Ok(bytes) => {
                    let title = compiled.file_name.fill(dataset, about);
                    take(Document {
                        output: self.output.id.clone(),
                        file_name: self.name(&title),
                        bytes,
                    })?;
                }
                Err(error) => {
                    let mut finding = template::unfilled(&error);
                    finding.file = Some(self.output.template.clone());
                    diagnostics.push(finding);
                    break;
                }
            }
        }
        diagnostics.extend(in_template(self.compiled.template.tell(dataset, found), self.output));
        diagnostics.extend(self.tell_doubled(dataset).into_iter().collect());
        Ok(diagnostics)
    }

    /// The file name of a title that no other document of this output has: ` (2)` and so on behind one that is taken.
    fn name(&mut self, title: &str) -> String {
        let plain = file_name::with_ending(title, self.ending);
        if self.names.insert(plain.to_lowercase()) {
            return plain;
        }
        self.doubled.insert(plain);
        let mut number = 2;
        loop {
            let name = file_name::with_ending(title, &format!(" ({number}){}", self.ending));
            if self.names.insert(name.to_lowercase()) {
                return name;
            }
            number += 1;
        }
    }

    /// That several records come to one file name.
    fn tell_doubled(&self, dataset: &Dataset) -> Option<Diagnostic> {
        let first = self.doubled.first()?;
        let count = self.doubled.len();
        let sheet = self
            .compiled
            .selection
            .sheet
            .and_then(|sheet| dataset.sheets.get(sheet));
        let place = sheet.map_or(Place::File, |sheet| Place::Sheet(sheet.name.clone()));
        let message = match count {
            1 => text!(
                "nhiều dòng cùng cho tên tệp “{first}”, các tệp sau được đánh số (2), (3)…",
                "several rows come to the file name “{first}”; later ones are numbered (2), (3)…"
            ),
            _ => text!(
                "có {count} tên tệp mà nhiều dòng cùng cho ra, trước hết là “{first}”, các tệp sau được đánh số (2), (3)…",
                "several rows come to the same file name, in {count} cases, “{first}” first; later ones are numbered (2), (3)…"
            ),
        };
        let hint = text!(
            "không cần sửa nếu đúng là hai người, hai tập thể trùng tên; nếu một dòng ghi hai lần thì xoá bớt",
            "leave it if they are different persons or units of one name; delete a row that was entered twice"
        );
        Some(Diagnostic::warning("ghi/ten-trung", place, message).hint(hint))
    }
}

/// Names the template of findings that stand in it.
fn in_template(found: Diagnostics, output: &Output) -> Diagnostics {
    let named = found.into_iter().map(|mut finding| {
        if matches!(finding.place, Place::Paragraph { .. }) {
            finding.file.get_or_insert_with(|| output.template.clone());
        }
        finding
    });
    named.collect()
}

/// An output ready to be filled.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub template: Template,
    pub file_name: TextTemplate,
    pub selection: Selection,
    /// Whether a record is the text of a list's item.
    is_text: bool,
    pub warnings: Diagnostics,
}

/// A fault of an output's keys as a finding.
fn in_manifest(fault: SelectionFault) -> Diagnostic {
    let mut finding = Diagnostic::error(fault.code, Place::File, fault.message);
    finding.hint = fault.hint;
    finding.file = Some(MANIFEST.to_owned());
    finding
}

/// Compiles an output's template and file name; the faults of both come back together.
pub(super) fn compile(pack: &Pack, output: &Output) -> Result<Compiled, Diagnostics> {
    let mut findings = Diagnostics::new();
    let selection = match Selection::of(output, &pack.schema) {
        Ok(selection) => selection,
        Err(faults) => {
            return Err(faults.into_iter().map(in_manifest).collect());
        }
    };
    let subject = selection.subject;
    let options = template_options(pack, subject);
    let template = match Template::compile(pack.file(&output.template).unwrap_or_default(), &pack.schema, &options) {
        Ok((template, warnings)) => {
            findings.extend(warnings);
            Some(template)
        }
        Err(faults) => {
            findings.extend(faults);
            None
        }
    };
    findings.set_file(&output.template);
    let file_name = match TextTemplate::compile_about(&output.file_name, &pack.schema, subject) {
        Ok(file_name) => Some(file_name),
        Err(mut faults) => {
            faults.set_file(MANIFEST);
            findings.extend(faults);
            None
        }
    };
    match (template, file_name) {
        (Some(template), Some(file_name)) => Ok(Compiled {
            template,
            file_name,
            is_text: selection.sheet.is_some_and(|sheet| {
                let declared = pack.schema.sheets.get(sheet);
                declared.is_some_and(|sheet| sheet.layout == Layout::List)
            }),
            selection,
            warnings: findings,
        }),
        _ => Err(findings),
    }
}
