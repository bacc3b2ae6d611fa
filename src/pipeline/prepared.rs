//! A pack whose templates are compiled, for any number of workbooks.
//!
//! In: a pack; later, workbooks. Out: for each workbook what [`render`](super::render) gives, whatever was rendered before.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::file_name;
use super::{Checked, Document, Options, Outcome, check_workbook, template_options};
use crate::diagnostic::{Diagnostics, Place};
use crate::pack::{MANIFEST, Output, Pack};
use crate::script::Allowance;
use crate::template::{self, Template, TextTemplate, picture};
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

    /// The documents of a workbook.
    ///
    /// Warnings about a template's own making are for its author and are left out here: see
    /// [`check_pack`](super::check_pack).
    pub fn render(&self, workbook: Workbook, options: &Options) -> Outcome {
        let _budget = Allowance::new();
        let Checked {
            dataset,
            mut diagnostics,
        } = self.check(workbook, options);
        let wish = template::Wish {
            trace: options.trace,
            images: options.images.clone(),
        };
        let mut asked: BTreeSet<&str> = BTreeSet::new();
        let mut documents = Vec::new();
        for (output, compiled) in self.pack.outputs.iter().zip(&self.outputs) {
            let compiled = match compiled {
                Ok(compiled) => compiled,
                Err(faults) => {
                    diagnostics.extend(faults.clone());
                    continue;
                }
            };
            asked.extend(compiled.template.pictures());
            if diagnostics.has_errors() {
                continue;
            }
            let bytes = match compiled.template.fill_with(&dataset, &wish) {
                Ok((bytes, found)) => {
                    diagnostics.extend(in_template(found, output));
                    bytes
                }
                Err(error) => {
                    let mut finding = template::unfilled(&error);
                    finding.file = Some(output.template.clone());
                    diagnostics.push(finding);
                    continue;
                }
            };
            let name = compiled.file_name.fill(&dataset);
            let ending = if options.trace { TRACED_ENDING } else { ENDING };
            documents.push(Document {
                output: output.id.clone(),
                file_name: file_name::with_ending(&name, ending),
                bytes,
            });
        }
        // What a template with mistakes asks for is not known.
        if self.outputs.iter().all(Result::is_ok) {
            diagnostics.extend(picture::unused(&options.images, asked.iter().copied()));
        }
        if diagnostics.has_errors() {
            documents.clear();
        }
        Outcome { documents, diagnostics }
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
    pub warnings: Diagnostics,
}

/// Compiles an output's template and file name; the faults of both come back together.
pub(super) fn compile(pack: &Pack, output: &Output) -> Result<Compiled, Diagnostics> {
    let options = template_options(pack);
    let mut findings = Diagnostics::new();
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
    let file_name = match TextTemplate::compile(&output.file_name, &pack.schema) {
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
            warnings: findings,
        }),
        _ => Err(findings),
    }
}
