//! A pack tried out: its sample workbooks are checked and rendered, and the layout of what comes of them is looked at.
//!
//! In: a pack, and samples: workbooks, or data files that blank workbooks are filled with. Out: a [`Trial`]. A pack without
//! samples is tried with the examples of its fields. Warnings about a sample's own data are left out: they are its author's to
//! see with `check`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Options, Prepared, read};
use crate::blank::Prefill;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, Text};
use crate::pack::{Layout, MANIFEST, Pack};
use crate::schema::{self, Field, Sheet};
use crate::value::{Raw, Type, Value};
use crate::{lint, text};

/// The folder of a pack that holds its samples.
pub const SAMPLES: &str = "samples/";

/// A sample of a pack.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    /// Its file: `samples/tan-hoa.xlsx`.
    pub name: String,
    /// Its content.
    pub bytes: Cow<'a, [u8]>,
}

impl Sample<'_> {
    /// Whether it is a sample of mistakes, which must give errors and no documents: `loi-….xlsx`, `….loi.xlsx`.
    pub fn is_of_mistakes(&self) -> bool {
        let name = self.name.rsplit('/').next().unwrap_or(&self.name);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        stem.starts_with("loi-") || stem.ends_with(".loi")
    }

    fn is_data(&self) -> bool {
        self.name.ends_with(".toml")
    }
}

/// The samples that lie in a pack: workbooks and data files in its folder `samples`.
pub fn samples(pack: &Pack) -> Vec<Sample<'_>> {
    const ENDINGS: [&str; 6] = [".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".toml"];
    let files = pack.files.iter();
    files
        .filter(|(name, _)| {
            let inner = name.strip_prefix(SAMPLES);
            inner.is_some_and(|inner| !inner.contains('/') && ENDINGS.iter().any(|ending| inner.ends_with(ending)))
        })
        .map(|(name, bytes)| Sample {
            name: name.clone(),
            bytes: Cow::Borrowed(bytes),
        })
        .collect()
}

/// What trying a pack out gave.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// What is wrong, each finding with the sample's file.
    pub diagnostics: Diagnostics,
    /// The samples, in their order, and how many documents each gave.
    pub samples: Vec<(String, usize)>,
    /// Whether the pack has no samples, so that one was made of its examples.
    pub is_made: bool,
}

impl Trial {
    /// How many documents there were.
    pub fn documents(&self) -> usize {
        self.samples.iter().map(|(_, documents)| documents).sum()
    }
}

/// Tries a pack out with samples, or with its own examples when there are none. A pack whose templates have mistakes gives the
/// same ones with each sample: see [`check_pack`](super::check_pack) first.
pub fn try_pack(pack: &Pack, samples: &[Sample<'_>]) -> Trial {
    let mut trial = Trial::default();
    let mut seen = BTreeSet::new();
    if samples.is_empty() {
        trial.is_made = true;
        // Examples are made each for its field: they need not agree with one another.
        let mut lenient = pack.clone();
        lenient.schema.checks.clear();
        let prepared = Prepared::new(lenient);
        try_examples(&prepared, &mut seen, &mut trial);
        return trial;
    }
    let prepared = Prepared::new(pack.clone());
    for sample in samples {
        let mut findings = Diagnostics::new();
        let documents = try_sample(&prepared, sample, &mut seen, &mut findings);
        findings.set_file(&sample.name);
        trial.diagnostics.extend(findings);
        trial.samples.push((sample.name.clone(), documents));
    }
    trial
}

/// Findings of layout that were told: output, code and message. Samples of one pack mostly share them.
type Seen = BTreeSet<(String, &'static str, String)>;

/// Tries one sample; returns how many documents it gave.
fn try_sample(prepared: &Prepared, sample: &Sample<'_>, seen: &mut Seen, findings: &mut Diagnostics) -> usize {
    if !sample.is_data() {
        return try_workbook(prepared, sample, seen, findings);
    }
    match filled(prepared.pack(), &sample.bytes) {
        Ok(bytes) => {
            let workbook = Sample {
                name: sample.name.clone(),
                bytes: Cow::Owned(bytes),
            };
            try_workbook(prepared, &workbook, seen, findings)
        }
        Err(faults) => {
            findings.extend(faults);
            0
        }
    }
}

fn try_workbook(prepared: &Prepared, sample: &Sample<'_>, seen: &mut Seen, findings: &mut Diagnostics) -> usize {
    let pack = prepared.pack();
    let options = Options::default();
    let workbook = match read(&sample.bytes, &options) {
        Ok(workbook) => workbook,
        Err(error) => {
            findings.push(Diagnostic::error(error.code(), Place::File, error.text()).hint(error.hint()));
            return 0;
        }
    };
    let outcome = prepared.render(workbook, &options);
    let documents = outcome.documents.len();
    if sample.is_of_mistakes() {
        if !outcome.diagnostics.has_errors() {
            findings.push(
                Diagnostic::error(
                    "goi/mau-loi-khong-loi",
                    Place::File,
                    text!(
                        "tên tệp nói đây là sổ tính mẫu có lỗi, nhưng kiểm tra không thấy lỗi nào",
                        "by its name this is a sample of mistakes, but checking it finds none"
                    ),
                )
                .hint(text!(
                    "sửa sổ tính cho có lỗi, hoặc đổi tên tệp",
                    "put a mistake into it, or rename the file"
                )),
            );
        }
        return documents;
    }
    let errors = outcome.diagnostics.into_iter();
    findings.extend(errors.filter(|finding| finding.severity == Severity::Error).collect());
    for document in &outcome.documents {
        let mut found = layout(pack, &document.output, &document.bytes);
        found.set_file(&format!("{} › {}", sample.name, document.file_name));
        let mut new =
            |finding: &Diagnostic| seen.insert((document.output.clone(), finding.code, finding.message.vi.clone()));
        findings.extend(found.into_iter().filter(|finding| new(finding)).collect());
    }
    documents
}

/// The blank workbook of a pack with the values of a data file.
fn filled(pack: &Pack, bytes: &[u8]) -> Result<Vec<u8>, Diagnostics> {
    let fault =
        |message: Text| Diagnostics::from_iter([Diagnostic::error("goi/mau-khong-doc-duoc", Place::File, message)]);
    let source = std::str::from_utf8(bytes)
        .map_err(|_| fault(text!("tệp này không phải chữ UTF-8", "this file isn't UTF-8 text")))?;
    let prefill = Prefill::from_toml(&pack.schema, source)?;
    super::blank(pack, &prefill).map_err(|error| fault(error.text()))
}

/// What is wrong with the layout of a document, if its output is to follow the decree.
fn layout(pack: &Pack, output: &str, docx: &[u8]) -> Diagnostics {
    let declared = pack.outputs.iter().find(|declared| declared.id == output);
    if declared.is_some_and(|declared| declared.layout == Layout::Free) {
        return Diagnostics::new();
    }
    match lint::layout(docx) {
        Ok(findings) => {
            let exempt = |mut finding: Diagnostic| {
                if finding.code == lint::NO_NATION {
                    // Whether the decree rules it is its author's to say.
                    finding.severity = Severity::Warning;
                    finding.hint = Some(text!(
                        "nếu văn bản này không theo Nghị định 30/2020/NĐ-CP thì ghi layout = \"free\" vào [[output]] “{output}”",
                        "if the decree does not rule this document, write layout = \"free\" into [[output]] “{output}”"
                    ));
                }
                finding
            };
            findings.into_iter().map(exempt).collect()
        }
        Err(error) => Diagnostics::from_iter([Diagnostic::error("mau/khong-doc-duoc", Place::File, error.text())]),
    }
}

/// Tries a pack with the examples of its fields, as far as they go.
fn try_examples(prepared: &Prepared, seen: &mut Seen, trial: &mut Trial) {
    let pack = prepared.pack();
    let name = MANIFEST.to_owned();
    let sample = super::blank(pack, &examples(&pack.schema)).map(|bytes| Sample {
        name: name.clone(),
        bytes: Cow::Owned(bytes),
    });
    let mut findings = Diagnostics::new();
    let documents = match sample {
        Ok(sample) => try_workbook(prepared, &sample, seen, &mut findings),
        Err(error) => {
            findings.push(Diagnostic::error("goi/mau-khong-doc-duoc", Place::File, error.text()));
            0
        }
    };
    // Examples that don't go together are no mistake of the pack: only a sample can tell.
    if let Some(first) = findings
        .iter()
        .find(|finding| finding.severity == Severity::Error && documents == 0)
    {
        let (vi, en) = (&first.message.vi, &first.message.en);
        let mut finding = Diagnostic::warning(
            "goi/vi-du-khong-in-duoc",
            Place::File,
            text!(
                "gói chưa có sổ tính mẫu, và các ví dụ (example) chưa đủ để in thử: {vi}",
                "the pack has no samples, and its examples don't suffice to render one: {en}"
            ),
        )
        .hint(text!(
            "đặt một sổ tính đã điền vào thư mục samples của gói",
            "put a workbook that was filled in into the pack's folder samples"
        ));
        finding.file = Some(name);
        findings = Diagnostics::from_iter([finding]);
    }
    findings.set_file(MANIFEST);
    trial.diagnostics.extend(findings);
    trial.samples.push((MANIFEST.to_owned(), documents));
}

/// The examples of a schema as data: a record for each form, list and table; a value for each declared row.
fn examples(schema: &schema::Schema) -> Prefill {
    let mut prefill = Prefill::new();
    for sheet in &schema.sheets {
        let values = |given: &dyn Fn(&Field) -> bool| {
            let fields = sheet
                .fields
                .iter()
                .filter(|field| field.derive.is_none() && !given(field));
            fields
                .filter_map(|field| Some((field.id.clone(), example(field)?)))
                .collect::<std::collections::BTreeMap<_, _>>()
        };
        if sheet.rows.is_empty() {
            let entry = values(&|_| false);
            if !entry.is_empty() {
                prefill.push(&sheet.id, entry);
            }
        }
        for row in &sheet.rows {
            let mut entry = values(&|field| row.values.contains_key(&field.id));
            // What the row declares stands; its key says which row it is.
            if let Some(key) = sheet.key.as_deref().and_then(|key| Some((key, row.values.get(key)?))) {
                entry.insert(key.0.to_owned(), Value::Text(key.1.as_str().into()));
                prefill.push(&sheet.id, entry);
            }
        }
    }
    prefill
}

/// The value of a field's example; of its first choice, or its default, when it has none.
fn example(field: &Field) -> Option<Value> {
    let choice = field.choices.first().map(|choice| choice.value.as_str());
    let written = field.example.as_deref().or(field.default.as_deref()).or(choice)?;
    field.read(&Raw::Text(written.into())).value
}

/// Warnings about fields that people are left alone with: without help, or without an example. One of each for a sheet.
pub(super) fn unexplained(schema: &schema::Schema) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for sheet in &schema.sheets {
        let lacking = |has: &dyn Fn(&Field) -> bool| {
            let fields = sheet
                .fields
                .iter()
                .filter(|field| is_asked(sheet, field) && !has(field));
            fields
                .map(|field| format!("«{}»", field.label))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let is_set = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
        let mut tell = |code, labels: &str, message: Text, hint: Text| {
            if !labels.is_empty() {
                let mut finding = Diagnostic::warning(code, Place::Sheet(sheet.name.clone()), message).hint(hint);
                finding.file = Some(MANIFEST.to_owned());
                diagnostics.push(finding);
            }
        };
        // A list explains itself by its sheet.
        let helped = lacking(&|field| is_set(&field.help) || (sheet.fields.len() == 1 && is_set(&sheet.help)));
        tell(
            "goi/thieu-huong-dan",
            &helped,
            text!(
                "{helped} chưa có hướng dẫn điền",
                "{helped}: nothing says how to fill it in"
            ),
            text!("thêm help = \"…\" trong pack.toml", "add help = \"…\" in pack.toml"),
        );
        let shown = lacking(&|field| is_set(&field.example) || matches!(field.ty, Type::Choice | Type::Flag));
        tell(
            "goi/thieu-vi-du",
            &shown,
            text!("{shown} chưa có ví dụ", "{shown}: there is no example"),
            text!(
                "thêm example = \"…\" trong pack.toml",
                "add example = \"…\" in pack.toml"
            ),
        );
    }
    diagnostics
}

/// Whether people fill a field in: it is not derived, nor given by each declared row.
fn is_asked(sheet: &Sheet, field: &Field) -> bool {
    let given = !sheet.extra_rows && !sheet.rows.is_empty();
    field.derive.is_none() && !(given && sheet.rows.iter().all(|row| row.values.contains_key(&field.id)))
}
