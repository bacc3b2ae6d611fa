//! Tags in WordprocessingML: found across runs, type-checked against the schema, compiled once, filled many times.
//!
//! In: a .docx template and a schema; later, datasets. Out: a .docx for each dataset, with every part that holds no tag
//! copied byte for byte. The stages, each testable alone: `part` (positions of elements and text), `tag` (tags in a
//! text, by handlebars' grammar), `place` (what a block repeats or removes), `expression` and `helper` (names and types),
//! `compile` (the tree), `fill` (values in). Text that comes from a workbook is never parsed.

mod annotate;
pub mod comment;
mod compile;
mod expression;
mod fill;
pub mod helper;
mod part;
mod place;
mod print;
mod story;
mod tag;
#[cfg(test)]
mod tests;
mod used;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use self::compile::{Compiled, PartFault};
use self::fill::{Filler, Missing, Target};
use self::part::Tree;
pub use self::used::Used;
use crate::dataset::Dataset;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Text};
use crate::opc::{self, Fate, Limits, Package, Rewrite};
use crate::schema::Schema;
use crate::text;

/// Files that stand beside a template: path in the pack's folder to content.
pub type Files = BTreeMap<String, Cow<'static, [u8]>>;

/// What a template needs to know besides its schema.
#[derive(Clone, Copy, Debug)]
pub struct Options<'p> {
    /// Printed for a missing optional value: a dotted line to fill by hand.
    pub empty: &'p str,
    /// Partials and pictures.
    pub files: &'p Files,
    /// What becomes of content controls that are filled.
    pub controls: Controls,
}

/// What becomes of content controls that are filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Controls {
    /// They stay, and Word shows them.
    #[default]
    Keep,
    /// Their content stays alone.
    Dissolve,
}

impl Default for Options<'_> {
    fn default() -> Self {
        static NONE: Files = Files::new();
        Self {
            empty: "………",
            files: &NONE,
            controls: Controls::default(),
        }
    }
}

/// A compiled template. Stays usable after each fill, and from several threads.
#[derive(Clone, Debug)]
pub struct Template {
    package: Package,
    parts: Vec<CompiledPart>,
    labels: Vec<Vec<String>>,
    empty: String,
}

#[derive(Clone, Debug)]
struct CompiledPart {
    name: String,
    source: Arc<str>,
    prefix: String,
    compiled: Compiled,
}

/// Most faults of a part that are told one by one.
const MOST_FAULTS: usize = 100;

impl Template {
    /// Compiles a template. All its faults come back at once, each with the paragraph's text: unknown fields with the
    /// nearest one, unclosed or crossing blocks, unknown helpers, wrong types. Warnings come with the template.
    pub fn compile(
        docx: impl Into<Arc<[u8]>>,
        schema: &Schema,
        options: &Options<'_>,
    ) -> Result<(Self, Diagnostics), Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let unreadable = |error: opc::Error| -> Diagnostics {
            [
                Diagnostic::error("mau/khong-doc-duoc", Place::File, error.text()).hint(text!(
                    "mở tệp bằng Word rồi lưu lại dạng Word Document (*.docx)",
                    "open the file in Word and save it as Word Document (*.docx)"
                )),
            ]
            .into_iter()
            .collect()
        };
        let mut package = Package::read(docx, &Limits::default()).map_err(unreadable)?;
        let main = main_part(&mut package)?;
        let mut parts = Vec::new();
        let mut tracked = Vec::new();
        for (name, story) in story::stories(&package, &main).map_err(unreadable)? {
            let bytes = package.part(&name).map_err(unreadable)?;
            let mut source =
                String::from_utf8(bytes).map_err(|error| unreadable(opc::Error::Damaged(error.to_string())))?;
            if story::has_tracked_changes(&source) {
                tracked.push(story.clone());
            }
            if !source.contains('{') && !source.contains("&#") {
                continue;
            }
            // A byte order mark is no part of the text; the parser counts positions without it.
            if source.starts_with('\u{feff}') {
                source.remove(0);
            }
            let tree = Tree::scan(&source).map_err(unreadable)?;
            match compile::part(&source, &tree, schema) {
                Ok(None) => {}
                Ok(Some(compiled)) => parts.push(CompiledPart {
                    name,
                    source: source.into(),
                    prefix: tree.prefix,
                    compiled,
                }),
                Err(faults) => {
                    let count = faults.len();
                    for fault in faults.into_iter().take(MOST_FAULTS) {
                        diagnostics.push(located(&source, &tree, &story, fault));
                    }
                    if count > MOST_FAULTS {
                        let rest = count - MOST_FAULTS;
                        diagnostics.push(Diagnostic::error(
                            "mau/nhieu-loi",
                            Place::File,
                            text!(
                                "mẫu còn {rest} lỗi nữa, sửa các lỗi trên trước",
                                "the template has more faults ({rest}); mend those above first"
                            ),
                        ));
                    }
                }
            }
        }
        if !tracked.is_empty() {
            diagnostics.push(tracked_changes(&tracked));
        }
        diagnostics.sort(&[]);
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        let labels = schema
            .sheets
            .iter()
            .map(|sheet| sheet.fields.iter().map(|field| field.label.clone()).collect());
        let template = Self {
            package,
            parts,
            labels: labels.collect(),
            empty: options.empty.to_owned(),
        };
        Ok((template, diagnostics))
    }

    /// The fields of the schema it was compiled with that it uses.
    pub fn used(&self, schema: &Schema) -> Used {
        let mut used = Used::default();
        for part in &self.parts {
            // A part that was compiled can be scanned.
            if let Ok(tree) = Tree::scan(&part.source) {
                used.extend(used::in_part(&part.source, &tree, schema));
            }
        }
        used
    }

    /// Fills the template: a .docx, and a warning for each value that was printed and is missing.
    pub fn fill(&self, dataset: &Dataset) -> Result<(Vec<u8>, Diagnostics), opc::Error> {
        let mut filling = Filling {
            template: self,
            dataset,
            missing: Vec::new(),
        };
        let bytes = self.package.write_with(&mut filling)?;
        let mut diagnostics = Diagnostics::new();
        for missing in filling.missing {
            self.tell_missing(dataset, missing, &mut diagnostics);
        }
        Ok((bytes, diagnostics))
    }

    fn tell_missing(&self, dataset: &Dataset, missing: Missing, diagnostics: &mut Diagnostics) {
        let empty = &self.empty;
        for (field, cells) in missing.fields {
            let label = self.labels.get(field.sheet).and_then(|labels| labels.get(field.field));
            let label = label.map_or("", String::as_str);
            let sheet = dataset
                .sheets
                .get(field.sheet)
                .map_or("", |sheet| sheet.name.as_str())
                .to_owned();
            let mut cells = cells.into_iter().flatten();
            let place = match cells.next() {
                Some(cell) => Place::Cell(sheet, cell),
                None => Place::Sheet(sheet),
            };
            let mut finding = Diagnostic::warning(
                "gia-tri/de-trong",
                place,
                text!(
                    "«{label}» để trống, văn bản in “{empty}” vào chỗ ấy",
                    "«{label}» is blank, the document prints “{empty}” in its place"
                ),
            )
            .hint(text!(
                "điền vào sổ tính, hoặc viết tay vào văn bản",
                "fill it in, or write it by hand"
            ));
            finding.more = cells.collect();
            diagnostics.push(finding);
        }
        for (tag, count) in missing.tags {
            diagnostics.push(Diagnostic::warning(
                "mau/khong-co-gia-tri",
                Place::File,
                text!(
                    "thẻ “{tag}” không có giá trị ({count} chỗ), văn bản in “{empty}”",
                    "the tag “{tag}” has no value ({count} times), the document prints “{empty}”"
                ),
            ));
        }
    }
}

/// A template that is being filled.
struct Filling<'f> {
    template: &'f Template,
    dataset: &'f Dataset,
    missing: Vec<Missing>,
}

impl Filling<'_> {
    fn part(&self, name: &str) -> Option<&CompiledPart> {
        self.template.parts.iter().find(|part| part.name == name)
    }
}

impl Rewrite for Filling<'_> {
    fn fate(&self, name: &str) -> Fate {
        match self.part(name) {
            Some(_) => Fate::Written,
            None => Fate::Copied,
        }
    }

    fn write(&mut self, name: &str, sink: &mut dyn Write) -> Result<(), opc::Error> {
        let Some(part) = self.template.parts.iter().find(|part| part.name == name) else {
            return Ok(());
        };
        let target = Target::Word(&part.prefix);
        let mut filler = Filler::new(&part.source, self.dataset, target, &self.template.empty, sink);
        filler.fill(&part.compiled.nodes)?;
        self.missing.push(filler.missing);
        Ok(())
    }
}

/// The name of the main document part. A template (.dotx) becomes a document; macros are refused.
fn main_part(package: &mut Package) -> Result<String, Diagnostics> {
    let fault = |code, message: Text, hint: Text| -> Diagnostics {
        [Diagnostic::error(code, Place::File, message).hint(hint)]
            .into_iter()
            .collect()
    };
    let save_as = || {
        text!(
            "trong Word: Tệp > Lưu như > Word Document (*.docx)",
            "in Word: File > Save As > Word Document (*.docx)"
        )
    };
    let main = package
        .relationships("")
        .ok()
        .and_then(|list| {
            list.into_iter()
                .find(|relationship| relationship.kind == "officeDocument")
        })
        .map(|relationship| relationship.target)
        .filter(|name| package.has(name));
    let content_type = main
        .as_deref()
        .and_then(|main| package.content_type(main).ok().flatten());
    let (Some(main), Some(content_type)) = (main, content_type) else {
        return Err(fault(
            "mau/khong-phai-word",
            text!("tệp không phải văn bản Word", "the file is no Word document"),
            save_as(),
        ));
    };
    if content_type.contains("macroEnabled") {
        return Err(fault(
            "mau/co-macro",
            text!(
                "mẫu có macro (.docm) không được dùng",
                "templates with macros (.docm) are not used"
            ),
            save_as(),
        ));
    }
    if !content_type.contains("wordprocessingml") {
        return Err(fault(
            "mau/khong-phai-word",
            text!("tệp không phải văn bản Word", "the file is no Word document"),
            save_as(),
        ));
    }
    const TEMPLATE: &str = "wordprocessingml.template.main+xml";
    if content_type.contains(TEMPLATE)
        && let Ok(types) = package.part("[Content_Types].xml")
    {
        let types = String::from_utf8_lossy(&types).replace(TEMPLATE, "wordprocessingml.document.main+xml");
        package.set("[Content_Types].xml", types.into_bytes());
    }
    Ok(main)
}

/// Tells that some stories hold tracked changes: what is printed then is text of which nobody has decided that it stays.
fn tracked_changes(stories: &[Text]) -> Diagnostic {
    let list = |of: fn(&Text) -> &str| stories.iter().map(of).collect::<Vec<_>>().join(", ");
    let (vi, en) = (list(|story| &story.vi), list(|story| &story.en));
    Diagnostic::warning(
        "mau/con-theo-doi-thay-doi",
        Place::File,
        Text::new(
            format!("mẫu cần chữ đã chốt, ở {vi} còn những chỗ sửa đang được theo dõi (Track Changes)"),
            format!("a template needs its final text; there are tracked changes in: {en}"),
        ),
    )
    .hint(text!(
        "trong Word: Xem lại > Chấp nhận > Chấp nhận tất cả thay đổi (Review > Accept > Accept All Changes)",
        "in Word: Review > Accept > Accept All Changes"
    ))
}

/// A fault with its place: part, nearest heading above, text of the paragraph.
fn located(source: &str, tree: &Tree, story: &Text, found: PartFault) -> Diagnostic {
    let text = |number: usize| tree.text(source, number).text.trim().to_owned();
    let heading = (0..found.paragraph)
        .rev()
        .find(|&number| tree.paragraphs[number].is_heading)
        .map(text)
        .filter(|heading| !heading.is_empty());
    let place = Place::Paragraph {
        part: story.clone(),
        heading,
        text: text(found.paragraph),
        tag: Some(found.written),
        index: found.paragraph,
    };
    let mut finding = Diagnostic::error(found.fault.code, place, found.fault.message);
    finding.hint = found.fault.hint;
    finding
}

/// A line of text with tags, such as the pattern of a file name.
#[derive(Clone, Debug)]
pub struct TextTemplate {
    source: String,
    compiled: Compiled,
}

impl TextTemplate {
    /// Compiles a line; all its faults at once.
    pub fn compile(source: &str, schema: &Schema) -> Result<Self, Diagnostics> {
        match compile::line(source, schema) {
            Ok(compiled) => Ok(Self {
                source: source.to_owned(),
                compiled,
            }),
            Err(faults) => Err(faults
                .into_iter()
                .map(|found| {
                    let place = Place::Paragraph {
                        part: text!("tên tệp", "file name"),
                        heading: None,
                        text: source.to_owned(),
                        tag: Some(found.written),
                        index: 0,
                    };
                    let mut finding = Diagnostic::error(found.fault.code, place, found.fault.message);
                    finding.hint = found.fault.hint;
                    finding
                })
                .collect()),
        }
    }

    /// The fields of the schema it was compiled with that it uses.
    pub fn used(&self, schema: &Schema) -> Used {
        used::in_line(&self.source, schema)
    }

    /// The line filled with values; what is missing leaves nothing.
    pub fn fill(&self, dataset: &Dataset) -> String {
        let mut out = Vec::new();
        let mut filler = Filler::new(&self.source, dataset, Target::Plain, "", &mut out);
        // Writing to a vector can't fail.
        let _ = filler.fill(&self.compiled.nodes);
        String::from_utf8(out).unwrap_or_default()
    }
}
