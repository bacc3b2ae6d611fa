//! Tags in WordprocessingML: found across runs, type-checked against the schema, compiled once, filled many times.
//!
//! In: a .docx template and a schema; later, datasets. Out: a .docx for each dataset, with every part that holds no tag
//! copied byte for byte. The stages, each testable alone:
//!
//! 1. `expand`: partials and whole tables are put in.
//! 2. `part`: positions of elements, and the text of paragraphs.
//! 3. `tag`, `field`, `control`, gathered by `gather`: typed tags by handlebars' grammar, merge fields, content controls.
//! 4. `pair` and `place`: which blocks there are and what each repeats or removes, `inline`, by `row`, `column`, `section`;
//!    `balance` makes sure that it is whole elements, `identity` and `numbering` find what a copy must not repeat.
//! 5. `expression` and `helper`: names and types.
//! 6. `compile`, by `head`: the tree of `node`.
//! 7. `fill`, by `print`: values in; with `album` for pictures, `merge` for cells that go on, `trace` for source cells, and
//!    `addition` for what the package gains.
//!
//! A document may be about one record of a list, or about all of them one after the other: `subject`, `record`.
//! Text that comes from a workbook is never parsed.

mod addition;
mod album;
mod annotate;
mod balance;
mod cited;
mod column;
pub mod comment;
mod compile;
mod control;
mod drawing;
mod effort;
mod expand;
mod expression;
mod field;
mod fill;
mod gather;
mod head;
pub mod helper;
mod identity;
mod inline;
mod merge;
mod node;
mod numbering;
mod pair;
mod part;
pub mod picture;
mod place;
mod print;
mod record;
mod row;
mod section;
mod shape;
mod story;
mod subject;
mod tag;
#[cfg(test)]
mod tests;
mod trace;
mod used;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::sync::Arc;

use self::addition::{Additions, Taken};
use self::album::Album;
use self::comment::Comments;
use self::compile::PartFault;
use self::effort::{Effort, TooMuch};
use self::expand::{Expanded, Expander};
use self::fill::{Filler, Making, Missing, Target};
use self::helper::Foreign;
use self::node::Compiled;
use self::numbering::ListStyles;
use self::part::{Name, TextKind, Tree};
pub use self::subject::{About, Subject};
use self::subject::{count_pages_by_section, prints_page_numbers, wrap};
use self::trace::Trace;
pub use self::used::Used;
use crate::dataset::Dataset;
use crate::diagnostic::{Diagnostic, Diagnostics, Lang, Place, Text};
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
    /// Helpers that the pack brings along.
    pub helpers: &'p [Foreign],
    /// What the documents are about.
    pub subject: Subject,
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
            helpers: &[],
            subject: Subject::Workbook,
        }
    }
}

/// A compiled template. Stays usable after each fill, and from several threads.
#[derive(Clone, Debug)]
pub struct Template {
    package: Package,
    main: String,
    parts: Vec<CompiledPart>,
    labels: Vec<Vec<String>>,
    empty: String,
    styles: ListStyles,
    /// The part with the lists, when lists may be added to it.
    numbering: Option<String>,
    taken: Taken,
    /// Pictures of the pack, when any are asked for.
    files: Arc<Files>,
    /// Pictures of the template that nothing shows once others stand in their place.
    dropped: BTreeSet<String>,
    /// Legal texts that its words cite.
    cited: Vec<cited::Cited>,
}

#[derive(Clone, Debug)]
struct CompiledPart {
    name: String,
    source: Arc<str>,
    prefix: String,
    target: PartTarget,
    compiled: Compiled,
    /// Where the tags stand that call helpers of the pack, by their number.
    places: BTreeMap<usize, Place>,
}

/// What a part's values are written into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PartTarget {
    Word,
    Xml,
}

/// How a document is made of a template.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Whether a comment of Word at each printed value names the cells that it comes from.
    pub trace: bool,
    /// Pictures by the names that tags give them: a signature, a seal.
    pub images: BTreeMap<String, Arc<[u8]>>,
}

/// What is to be told of documents that were made of one template: [`Template::tell`] puts it in words.
#[derive(Clone, Debug, Default)]
pub struct Found {
    missing: Missing,
    findings: Diagnostics,
}

impl Found {
    /// Whether something failed, so that no document is to be kept.
    pub fn has_errors(&self) -> bool {
        self.findings.has_errors()
    }
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
        let mut package = Package::read(docx, &Limits::default()).map_err(unreadable)?;
        let main = main_part(&mut package)?;
        let mut parts = Vec::new();
        let mut tracked = Vec::new();
        let mut untouched = Vec::new();
        let mut expander = Expander::new(schema, options);
        let mut all = stories(&package, &main).map_err(unreadable)?;
        let mut done = 0;
        let mut has_tags = false;
        let wrapped_list = match options.subject {
            Subject::Records(sheet) => schema.sheets.get(sheet).map(|sheet| sheet.id.as_str()),
            _ => None,
        };
        let mut counts_pages = false;
        if wrapped_list.is_some() {
            let names: Vec<String> = all.iter().map(|story| story.name.clone()).collect();
            counts_pages = prints_page_numbers(&package, &names).map_err(unreadable)?;
            let body = package.text(&main).map_err(unreadable)?;
            let tree = Tree::scan(&body).map_err(unreadable)?;
            if section::section_properties(&tree).len() <= 1 {
                let others: Vec<String> = names.into_iter().filter(|name| *name != main).collect();
                count_pages_by_section(&mut package, &others).map_err(unreadable)?;
            }
        }
        let mut cited = Vec::new();
        while let Some(Story {
            name,
            words,
            target,
            takes_comments,
        }) = all.get(done).cloned()
        {
            done += 1;
            let mut source = package.text(&name).map_err(unreadable)?;
            if story::has_tracked_changes(&source) {
                tracked.push(words.clone());
            }
            let mut addresses = addresses(&package, &name).map_err(unreadable)?;
            let list = wrapped_list.filter(|_| name == main);
            let is_plain = !may_hold_fields(&source) && addresses.is_empty();
            if is_plain && list.is_none() {
                untouched.push((source, target));
                continue;
            }
            has_tags |= !is_plain;
            let mut tree = match target {
                PartTarget::Word => Tree::scan(&source),
                PartTarget::Xml => Tree::scan_plain(&source),
            }
            .map_err(unreadable)?;
            let told = diagnostics.len();
            let wrapped = list.and_then(|list| wrap(&source, &tree, list, counts_pages));
            if let Some(wrapped) = &wrapped {
                source.clone_from(&wrapped.source);
                tree = Tree::scan(&source).map_err(unreadable)?;
            }
            let mut asking = None;
            let expanded = match target {
                PartTarget::Word => expander.part(&mut package, &name, &source, &tree).map_err(unreadable)?,
                PartTarget::Xml => None,
            };
            if let Some(expanded) = expanded {
                has_tags = true;
                let found = expanded.faults.iter().cloned();
                for fault in found.take(MOST_FAULTS) {
                    diagnostics.push(located(&source, &tree, &words, fault));
                }
                let expanded_tree = Tree::scan(&expanded.source).map_err(unreadable)?;
                let original = std::mem::replace(&mut source, expanded.source.clone());
                package.set(&name, source.clone().into_bytes());
                asking = Some((original, std::mem::replace(&mut tree, expanded_tree), expanded));
                addresses = self::addresses(&package, &name).map_err(unreadable)?;
                // Partials may bring the first footnotes.
                for story in stories(&package, &main).map_err(unreadable)? {
                    if !all.iter().any(|known| known.name == story.name) {
                        all.push(story);
                    }
                }
            }
            let context = compile::Context {
                schema,
                controls: options.controls,
                addresses: &addresses,
                takes_comments,
                helpers: options.helpers,
                subject: options.subject,
                is_wrapped: wrapped.is_some(),
            };
            // A fault of the part as it was before pieces were put in, which is what its author knows.
            let finding_of = |source: &str, tree: &Tree, fault: PartFault| match &asking {
                Some((original, original_tree, expanded)) => match asked_for(expanded, tree, &fault) {
                    Some(fault) => located(original, original_tree, &words, fault),
                    None => {
                        let mut finding = located(source, tree, &words, fault);
                        if let Place::Paragraph { position, .. } = &mut finding.place {
                            *position = place_before(*position, source, original, expanded);
                        }
                        finding
                    }
                },
                None => located(source, tree, &words, fault),
            };
            if target == PartTarget::Word {
                cited.extend(cited::find(&source, &tree, &words, schema));
            }
            match compile::part(&source, &tree, &context) {
                Ok(None) => untouched.push((source, target)),
                Ok(Some(compiled)) => {
                    let calls = compiled.calls.iter();
                    let places = calls.map(|(tag, (_, fault))| (*tag, finding_of(&source, &tree, fault.clone()).place));
                    let places = places.collect();
                    parts.push((
                        CompiledPart {
                            name,
                            source: source.into(),
                            prefix: tree.prefix.clone(),
                            target,
                            compiled,
                            places,
                        },
                        tree,
                    ));
                }
                Err(faults) => {
                    let count = faults.len();
                    for mut fault in faults.into_iter().take(MOST_FAULTS) {
                        if wrapped.is_none() {
                            fault.fault = options.subject.in_shared_part(schema, fault.fault);
                        }
                        diagnostics.push(finding_of(&source, &tree, fault));
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
            if let Some(wrapped) = wrapped {
                for finding in diagnostics.iter_mut().skip(told) {
                    if let Place::Paragraph { position, .. } = &mut finding.place {
                        *position = wrapped.before(*position);
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
        if (parts.is_empty() || wrapped_list.is_some()) && !has_tags {
            diagnostics.push(without_tags());
        }
        let mut taken = Taken::default();
        // Ids of parts without tags count as well, but only where there is something to be told apart from them.
        if parts
            .iter()
            .any(|(part, _)| part.compiled.has_identities || part.compiled.pictures.is_some())
        {
            for (part, tree) in &parts {
                taken.note(&part.source, tree);
            }
            for (source, target) in untouched {
                if target == PartTarget::Word {
                    taken.note(&source, &Tree::scan(&source).map_err(unreadable)?);
                }
            }
        }
        for (part, _) in parts.iter().filter(|(part, _)| part.compiled.adds_relationships()) {
            let known = package.relationships(&part.name).map_err(unreadable)?;
            let ids = known.into_iter().map(|known| (part.name.clone(), known.id));
            taken.relationships.extend(ids);
        }
        let mut styles = ListStyles::default();
        let mut numbering_part = None;
        if parts.iter().any(|(part, _)| part.compiled.has_lists) {
            for relationship in package.relationships(&main).map_err(unreadable)? {
                match relationship.kind.as_str() {
                    "styles" if package.has(&relationship.target) => {
                        styles = numbering::styles(&package.text(&relationship.target).map_err(unreadable)?);
                    }
                    "numbering" if package.has(&relationship.target) => {
                        taken.lists = numbering::instances(&package.text(&relationship.target).map_err(unreadable)?);
                        numbering_part = Some(relationship.target);
                    }
                    _ => {}
                }
            }
        }
        let mut files = Files::new();
        if parts.iter().any(|(part, _)| part.compiled.pictures.is_some()) {
            for format in picture::FORMATS {
                let declared = package.declare_extension(format.extension, format.content_type);
                declared.map_err(unreadable)?;
            }
            let media = package.names().map(str::to_lowercase);
            taken.parts = media.filter(|name| name.starts_with("word/media/")).collect();
            let is_picture = |path: &str| {
                let ending = path.rsplit('.').next().unwrap_or_default().to_lowercase();
                picture::ENDINGS.contains(&ending.as_str())
            };
            let pictures = options.files.iter().filter(|(path, _)| is_picture(path));
            files = pictures.map(|(path, bytes)| (path.clone(), bytes.clone())).collect();
        }
        let mut dropped = BTreeSet::new();
        if parts.iter().any(|(part, _)| !part.compiled.replaced.is_empty()) {
            dropped = replaced_pictures(&package, parts.iter().map(|(part, _)| part)).map_err(unreadable)?;
        }
        let labels = schema
            .sheets
            .iter()
            .map(|sheet| sheet.fields.iter().map(|field| field.label.clone()).collect());
        let template = Self {
            package,
            main,
            parts: parts.into_iter().map(|(part, _)| part).collect(),
            labels: labels.collect(),
            empty: options.empty.to_owned(),
            styles,
            numbering: numbering_part,
            taken,
            files: Arc::new(files),
            dropped,
            cited,
        };
        Ok((template, diagnostics))
    }

    /// Names of pictures that its tags ask for, as far as they say them.
    pub fn pictures(&self) -> impl Iterator<Item = &str> + Clone {
        let parts = self.parts.iter();
        parts.flat_map(|part| part.compiled.pictures.iter().flatten().map(String::as_str))
    }

    /// What is wrong with the pack's pictures that its tags name. A name without a file may still be given one.
    pub fn check_pictures(&self) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let given = BTreeMap::new();
        for name in self.pictures().collect::<BTreeSet<_>>() {
            let Some(found) = picture::lookup(name, &given, &self.files) else {
                continue;
            };
            match picture::Picture::read(found.bytes) {
                Ok(picture) if picture.is_turned => diagnostics.push(picture::turned(found.name)),
                Ok(_) => {}
                Err(reason) => diagnostics.push(picture::unreadable(found.name, &reason)),
            }
        }
        diagnostics
    }

    /// The fields of the schema it was compiled with that it uses.
    pub fn used(&self) -> Used {
        let mut used = Used::default();
        for part in &self.parts {
            used.extend(part.compiled.used.clone());
        }
        used
    }

    /// Names of the pack's helpers that its tags call.
    pub fn foreign_helpers(&self) -> impl Iterator<Item = &str> {
        let calls = self.parts.iter().flat_map(|part| part.compiled.calls.values());
        calls.flat_map(|(names, _)| names.iter().map(String::as_str))
    }

    /// Fills the template: a .docx, and a warning for each value that was printed and is missing. A helper of the pack that
    /// failed is an error among them: the document must not be used.
    pub fn fill(&self, dataset: &Dataset) -> Result<(Vec<u8>, Diagnostics), opc::Error> {
        let mut found = Found::default();
        let bytes = self.fill_about(dataset, About::Workbook, &Wish::default(), &mut found)?;
        Ok((bytes, self.tell(dataset, found)))
    }

    /// Fills the template for what a document is about, which is the [`Subject`] that it was compiled for. What is to be
    /// told goes with what other documents gave, for [`Template::tell`].
    pub fn fill_about(
        &self,
        dataset: &Dataset,
        about: About<'_>,
        wish: &Wish,
        found: &mut Found,
    ) -> Result<Vec<u8>, opc::Error> {
        let mut package = self.package.clone();
        let comments = match wish.trace {
            true => Some(comment::prepare(&mut package, &self.main)?),
            false => None,
        };
        let mut filling = Filling {
            template: self,
            package: &package,
            about: (dataset, about),
            missing: Missing::default(),
            making: Making {
                additions: Additions::new(self.taken.clone()),
                album: Album::new(wish.images.clone(), Arc::clone(&self.files)),
                trace: comments.as_ref().map(|comments| Trace::new(comments.next)),
                findings: BTreeMap::new(),
                effort: Effort::default(),
            },
            comments,
            unplaced: Vec::new(),
        };
        let mut bytes = package.write_with(&mut filling)?;
        if !filling.unplaced.is_empty() {
            let mark = comment::Mark {
                part: self.main.clone(),
                range: 0..0,
                lines: std::mem::take(&mut filling.unplaced),
            };
            bytes = comment::annotate(bytes, &[mark], Lang::Vi)?;
        }
        let of_pictures = std::mem::take(&mut filling.making.album.findings);
        let of_tables = std::mem::take(&mut filling.making.findings);
        for finding in of_pictures.into_iter().chain(of_tables.into_values()) {
            if !found.findings.iter().any(|known| *known == finding) {
                found.findings.push(finding);
            }
        }
        found.missing.extend(filling.missing);
        Ok(bytes)
    }

    /// What is to be told of the documents that were made: a warning for each value that was printed and is missing, and
    /// what is wrong with pictures.
    pub fn tell(&self, dataset: &Dataset, found: Found) -> Diagnostics {
        let mut diagnostics = found.findings;
        // Of a document that is not made nobody asks what it would have printed.
        if !diagnostics.has_errors() {
            self.tell_missing(dataset, found.missing, &mut diagnostics);
        }
        diagnostics
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
            let times = match count {
                1 => text!("1 chỗ", "in one place"),
                _ => text!("{count} chỗ", "in {count} places"),
            };
            let finding = Diagnostic::warning(
                "mau/khong-co-gia-tri",
                Place::File,
                Text::new(
                    format!("thẻ “{tag}” không tính ra giá trị ({}), văn bản in “{empty}”", times.vi),
                    format!(
                        "the tag “{tag}” comes to no value ({}), the document prints “{empty}”",
                        times.en
                    ),
                ),
            );
            diagnostics.push(finding.hint(text!(
                "xem lại các ô mà thẻ tính từ đó: danh sách rỗng, hay phép chia cho 0",
                "look at the cells that it is made of: an empty list, or a division by zero"
            )));
        }
    }
}

/// Why a template could not be filled, as a finding.
pub fn unfilled(error: &opc::Error) -> Diagnostic {
    match error {
        opc::Error::Refused(reason) => {
            Diagnostic::error("mau/qua-nhieu-viec", Place::File, reason.clone()).hint(TooMuch::hint())
        }
        _ => Diagnostic::error("mau/khong-doc-duoc", Place::File, error.text()),
    }
}

fn unreadable(error: opc::Error) -> Diagnostics {
    let hint = unreadable_hint(&error);
    let finding = Diagnostic::error("mau/khong-doc-duoc", Place::File, error.text()).hint(hint);
    Diagnostics::from_iter([finding])
}

/// What to do about a document that can't be read. What Word could not open either has to come again from its source.
fn unreadable_hint(error: &opc::Error) -> crate::diagnostic::Text {
    use opc::{Error, Foreign};
    match error {
        Error::Foreign(Foreign::Empty | Foreign::Cut) => text!(
            "chép lại tệp này từ nơi đã nhận gói, hoặc làm lại bằng baocao pack build nếu gói có tệp nguồn .md",
            "copy the file again from where the pack came from, or make it again with baocao pack build if the pack has its .md source"
        ),
        Error::TooLarge(_) => text!(
            "văn bản Word không lớn như vậy: chép lại tệp này từ nơi đã nhận gói",
            "no Word document is that large: copy the file again from where the pack came from"
        ),
        _ => text!(
            "mở tệp bằng Word rồi lưu lại dạng Word Document (*.docx)",
            "open the file in Word and save it as Word Document (*.docx)"
        ),
    }
}

/// A part that may hold tags.
#[derive(Clone)]
struct Story {
    name: String,
    words: Text,
    target: PartTarget,
    takes_comments: bool,
}

/// What the part with title, subject and the like is called.
fn properties() -> Text {
    text!("thuộc tính của tệp", "document properties")
}

/// The parts that may hold tags: the body, headers, footers and notes, and the document's properties.
fn stories(package: &Package, main: &str) -> Result<Vec<Story>, opc::Error> {
    let mut stories: Vec<Story> = story::stories(package, main)?
        .into_iter()
        .map(|(name, words)| Story {
            takes_comments: name == main,
            name,
            words,
            target: PartTarget::Word,
        })
        .collect();
    for relationship in package.relationships("")? {
        if relationship.kind == "core-properties" && package.has(&relationship.target) {
            stories.push(Story {
                name: relationship.target,
                words: properties(),
                target: PartTarget::Xml,
                takes_comments: false,
            });
        }
    }
    Ok(stories)
}

/// The parts of pictures that only relationships lead to which go.
fn replaced_pictures<'p>(
    package: &Package,
    parts: impl Iterator<Item = &'p CompiledPart>,
) -> Result<BTreeSet<String>, opc::Error> {
    let gone: BTreeMap<String, &BTreeSet<String>> = parts
        .map(|part| (opc::relationships_part(&part.name), &part.compiled.replaced))
        .collect();
    let types = package.text("[Content_Types].xml")?;
    let mut dropped = BTreeSet::new();
    let mut kept = BTreeSet::new();
    for source in std::iter::once("").chain(package.names()) {
        let rels = opc::relationships_part(source);
        if !package.has(&rels) {
            continue;
        }
        for relationship in package.relationships(source)? {
            let goes = gone.get(&rels).is_some_and(|ids| ids.contains(&relationship.id));
            // A part that is declared by its own name would leave the declaration behind.
            let is_plain = relationship.kind == "image" && !types.contains(&format!("/{}\"", relationship.target));
            match goes && is_plain && !relationship.external {
                true => dropped.insert(relationship.target),
                false => kept.insert(relationship.target),
            };
        }
    }
    Ok(dropped.difference(&kept).cloned().collect())
}

/// Addresses outside the package that hold tags, by the id of their relationship, not percent-encoded.
fn addresses(package: &Package, part: &str) -> Result<HashMap<String, String>, opc::Error> {
    let mut addresses = HashMap::new();
    let rels = opc::relationships_part(part);
    if !package.has(&rels) {
        return Ok(addresses);
    }
    let xml = package.text(&rels)?;
    if !xml.contains("{{") && !xml.contains("%7B%7B") && !xml.contains("%7b%7b") && !xml.contains("&#") {
        return Ok(addresses);
    }
    for relationship in package.relationships(part)? {
        let address = decoded(&relationship.target);
        if relationship.external && relationship.kind == "hyperlink" && address.contains("{{") {
            addresses.insert(relationship.id, address);
        }
    }
    Ok(addresses)
}

/// An address with the tags in it as they were typed: Word encodes braces, blanks and quotation marks. What is encoded
/// outside of tags stays so: `%26` is no `&`.
fn decoded(address: &str) -> String {
    let mut address = address.to_owned();
    for (encoded, brace) in [("%7B", "{"), ("%7b", "{"), ("%7D", "}"), ("%7d", "}")] {
        address = address.replace(encoded, brace);
    }
    let mut out = String::with_capacity(address.len());
    let mut rest = address.as_str();
    while let Some(start) = rest.find("{{") {
        let end = rest[start..].find("}}").map_or(rest.len(), |end| start + end + 2);
        out.push_str(&rest[..start]);
        out.push_str(&percent_decoded(&rest[start..end]));
        rest = &rest[end..];
    }
    out + rest
}

fn percent_decoded(address: &str) -> String {
    let bytes = address.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| (*byte as char).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, _, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| address.to_owned())
}

/// Whether a part may hold tags, merge fields or content controls: a cheap search.
fn may_hold_fields(source: &str) -> bool {
    ["{", "&#", "instrText", "fldSimple", ":tag", "<tag"]
        .iter()
        .any(|mark| memchr::memmem::find(source.as_bytes(), mark.as_bytes()).is_some())
}

/// A template that is being filled.
struct Filling<'f> {
    template: &'f Template,
    package: &'f Package,
    about: (&'f Dataset, About<'f>),
    missing: Missing,
    making: Making,
    /// The comments part, when values are to be traced.
    comments: Option<Comments>,
    /// What is to be said of values where no comment can stand.
    unplaced: Vec<String>,
}

impl Filling<'_> {
    /// The compiled part whose relationships a part holds.
    fn related(&self, name: &str) -> Option<&CompiledPart> {
        let mut parts = self.template.parts.iter();
        parts.find(|part| opc::relationships_part(&part.name) == name)
    }
}

impl Rewrite for Filling<'_> {
    fn fate(&self, name: &str) -> Fate {
        if self.template.parts.iter().any(|part| part.name == name) {
            return Fate::Written;
        }
        if self.template.dropped.contains(name) {
            return Fate::Dropped;
        }
        let is_comments = self.comments.as_ref().is_some_and(|comments| comments.part == name);
        let is_numbering = self.template.numbering.as_deref() == Some(name);
        let may_change = |part: &CompiledPart| part.compiled.adds_relationships();
        if is_numbering || is_comments || self.related(name).is_some_and(may_change) {
            return Fate::Late;
        }
        Fate::Copied
    }

    fn write(&mut self, name: &str, sink: &mut dyn Write) -> Result<(), opc::Error> {
        if self.template.numbering.as_deref() == Some(name) {
            let xml = self.package.text(name)?;
            let prefix = Tree::scan(&xml)?.prefix;
            let xml = numbering::with_instances(&xml, &prefix, &self.making.additions.instances)?;
            return Ok(sink.write_all(xml.as_bytes())?);
        }
        if let (Some(comments), Some(trace)) = (&self.comments, &mut self.making.trace)
            && comments.part == name
        {
            self.unplaced = trace.finish();
            let xml = comment::write(comments, &trace.notes)?;
            return Ok(sink.write_all(xml.as_bytes())?);
        }
        let template = self.template;
        if let Some(part) = template
            .parts
            .iter()
            .find(|part| opc::relationships_part(&part.name) == name)
        {
            let xml = self.package.text(name)?;
            let gone: Vec<&str> = part
                .compiled
                .links
                .iter()
                .map(|link| link.relationship.as_str())
                .chain(part.compiled.replaced.iter().map(String::as_str))
                .collect();
            let xml = opc::without_relationships(&xml, &gone)?;
            let xml = opc::with_relationships(Some(&xml), &self.making.additions.relationships_of(&part.name))?;
            return Ok(sink.write_all(xml.as_bytes())?);
        }
        let Some((number, part)) = template.parts.iter().enumerate().find(|(_, part)| part.name == name) else {
            return Ok(());
        };
        let target = match part.target {
            PartTarget::Word => Target::Word(&part.prefix),
            PartTarget::Xml => Target::Xml,
        };
        let source = fill::Source {
            text: &part.source,
            compiled: &part.compiled,
            empty: &template.empty,
            part: (number, &part.name),
            styles: &template.styles,
        };
        let mut filler = Filler::new(source, self.about, target, &mut self.making, sink);
        filler
            .fill(&part.compiled.nodes)
            .map_err(|error| match error.downcast::<TooMuch>() {
                Ok(too_much) => opc::Error::Refused(too_much.text()),
                Err(error) => error.into(),
            })?;
        let missing = filler.missing;
        for (name, (tag, failure)) in filler.failures {
            let place = part.places.get(&tag).cloned().unwrap_or_default();
            let mut finding = Diagnostic::error(failure.code, place, failure.message);
            finding.hint = failure.hint;
            self.making.findings.entry(name).or_insert(finding);
        }
        self.missing.extend(missing);
        Ok(())
    }

    fn added(&mut self) -> Vec<(String, Arc<[u8]>)> {
        let mut parts = std::mem::take(&mut self.making.additions.parts);
        for part in self.making.additions.related() {
            let rels = opc::relationships_part(part);
            if !self.package.has(&rels)
                && let Ok(xml) = opc::with_relationships(None, &self.making.additions.relationships_of(part))
            {
                parts.push((rels, xml.into_bytes().into()));
            }
        }
        parts
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
            "trong Word: Tệp (File) > Lưu như (Save As) > Word Document (*.docx)",
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

/// The fault of a tag that a partial or table brought in, as one of the tag that asked for it.
fn asked_for(expanded: &Expanded, tree: &Tree, found: &PartFault) -> Option<PartFault> {
    let element = tree.paragraphs.get(found.paragraph)?.element;
    let expansion = expanded.at(tree.elements[element].start)?;
    let fault = found.fault.clone();
    Some(PartFault {
        paragraph: expansion.paragraph,
        written: expansion.written.clone(),
        fault: match &expansion.partial {
            Some(partial) => expand::within(partial, &found.written, fault),
            None => fault,
        },
        range: None,
    })
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
        "trong Word: Xem lại (Review) > Chấp nhận (Accept) > Chấp nhận tất cả thay đổi (Accept All Changes)",
        "in Word: Review > Accept > Accept All Changes"
    ))
}

/// The warning that a template is the same whatever the workbook holds.
fn without_tags() -> Diagnostic {
    Diagnostic::warning(
        "mau/khong-co-the",
        Place::File,
        text!(
            "mẫu không có thẻ, trường trộn hay điều khiển nội dung nào là trường của gói: văn bản nào cũng in ra như nhau",
            "the template has no tag, merge field or content control that is a field of the pack: every document comes out the same"
        ),
    )
    .hint(text!(
        "viết thẻ như {{{{TRANG.TRƯỜNG}}}} vào chỗ cần số liệu; xem các thẻ bằng lệnh: baocao pack show",
        "write tags such as {{{{SHEET.FIELD}}}} where data is to stand; list them with: baocao pack show"
    ))
}

/// Where a position of a part stood before partials and tables were put in.
fn place_before(position: usize, source: &str, original: &str, expanded: &Expanded) -> usize {
    let mut end = 0;
    let mut after = position;
    for piece in expanded.expansions.iter().filter(|piece| piece.range.end <= position) {
        // Pieces within pieces follow those that they are in.
        if piece.range.start >= end {
            end = piece.range.end;
            after -= piece.range.len();
        }
    }
    // What stood in place of the pieces was shorter than they are: the same text is found a little further on.
    let Some(text) = source
        .get(position..)
        .map(|rest| rest.chars().take(60).collect::<String>())
    else {
        return position;
    };
    let from = (0..=after.min(original.len()))
        .rev()
        .find(|&from| original.is_char_boundary(from));
    let from = from.unwrap_or_default();
    original[from..].find(&text).map_or(from, |at| from + at)
}

/// A fault with its place: part, nearest heading above, text of the paragraph.
fn located(source: &str, tree: &Tree, story: &Text, found: PartFault) -> Diagnostic {
    let position = found.range.map_or(tree.start_of(found.paragraph), |range| range.start);
    let place = place_of(source, tree, story, found.paragraph, Some(found.written), position);
    let fault = match spot(source, tree, found.paragraph, story) {
        Some(spot) => found.fault.within(&spot),
        None => found.fault,
    };
    let mut finding = Diagnostic::error(fault.code, place, fault.message);
    finding.hint = fault.hint;
    finding
}

/// The place of a paragraph: its text and the heading above it.
fn place_of(source: &str, tree: &Tree, story: &Text, paragraph: usize, tag: Option<String>, position: usize) -> Place {
    let text = |number: usize| tree.text(source, number).text.trim().to_owned();
    let heading = (0..paragraph)
        .rev()
        .find(|&number| tree.paragraphs[number].is_heading)
        .map(text)
        .filter(|heading| !heading.is_empty());
    Place::Paragraph {
        part: story.clone(),
        heading,
        text: text(paragraph),
        tag,
        position,
    }
}

/// Where in Word a text is to be looked for that no page shows.
fn spot(source: &str, tree: &Tree, paragraph: usize, story: &Text) -> Option<Text> {
    let paragraph = tree.paragraphs.get(paragraph)?;
    match paragraph.kind {
        TextKind::Attribute => Some(text!(
            "văn bản thay thế (Alt Text) của hình",
            "the alternative text (Alt Text) of a picture"
        )),
        TextKind::Plain if tree.elements[paragraph.element].name == Name::Instruction => Some(text!(
            "mã của trường (bấm Alt+F9 để thấy)",
            "the code of a field (press Alt+F9 to see it)"
        )),
        TextKind::Plain if *story == properties() => {
            let name = source[tree.elements[paragraph.element].start..].strip_prefix('<')?;
            let name = name.split(['>', ' ', '/']).next()?.rsplit(':').next()?;
            let name = match name {
                "title" => "Title",
                "subject" => "Subject",
                "creator" => "Author",
                "keywords" => "Tags",
                "description" => "Comments",
                "category" => "Category",
                other => other,
            };
            Some(text!(
                "thuộc tính {name} của tệp, ở Tệp (File) > Thông tin (Info)",
                "the property {name} of the file (File > Info)"
            ))
        }
        _ => None,
    }
}

/// A line of text with tags, such as the pattern of a file name.
#[derive(Clone, Debug)]
pub struct TextTemplate {
    source: String,
    compiled: Compiled,
}

impl TextTemplate {
    /// Compiles a line about the whole workbook; all its faults at once.
    pub fn compile(source: &str, schema: &Schema) -> Result<Self, Diagnostics> {
        Self::compile_about(source, schema, Subject::Workbook)
    }

    /// The same about something else.
    pub fn compile_about(source: &str, schema: &Schema, subject: Subject) -> Result<Self, Diagnostics> {
        match compile::line(source, subject.scopes(schema)) {
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
                        position: 0,
                    };
                    let fault = subject.in_shared_part(schema, found.fault);
                    let mut finding = Diagnostic::error(fault.code, place, fault.message);
                    finding.hint = fault.hint;
                    finding
                })
                .collect()),
        }
    }

    /// The fields of the schema it was compiled with that it uses.
    pub fn used(&self) -> Used {
        self.compiled.used.clone()
    }

    /// The line filled with values; what is missing leaves nothing.
    pub fn fill(&self, dataset: &Dataset, about: About<'_>) -> String {
        let mut out = Vec::new();
        let source = fill::Source {
            text: &self.source,
            compiled: &self.compiled,
            empty: "",
            part: (0, ""),
            styles: &ListStyles::default(),
        };
        let mut making = Making::default();
        let mut filler = Filler::new(source, (dataset, about), Target::Plain, &mut making, &mut out);
        // Writing to a vector can't fail.
        let _ = filler.fill(&self.compiled.nodes);
        String::from_utf8(out).unwrap_or_default()
    }
}
