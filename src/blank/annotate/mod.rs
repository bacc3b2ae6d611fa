//! A copy of a workbook with its findings marked: a coloured cell and a note for each, and a sheet that lists them all.
//!
//! In: a workbook's bytes, and its findings. Out: the same package with only those parts edited that marks need (ECMA-376
//! part 1, 18): styles, sheets, comments with their drawings, the workbook part, relationships, content types. All other
//! parts are copied byte for byte. `xml` edits text in place, one further file edits one kind of part. A file that can't be
//! edited so, .xls for instance, is converted first, and that is told. Marks of an earlier run are replaced.

mod book;
mod comments;
mod convert;
mod drawing;
mod list;
mod sheet;
mod signature;
mod styles;
#[cfg(test)]
mod tests;
mod xml;

use std::collections::BTreeMap;
use std::fmt::Write;

use self::book::{Book, Tab};
use self::sheet::{Marks, Sheet};
use self::styles::Styles;
use self::xml::Edits;
use super::Error;
use crate::dataset::is_findings_sheet;
use crate::diagnostic::{CellRef, Diagnostic, Diagnostics, Lang, Place, Severity, Text};
use crate::opc::{self, Limits, Package, Points};
use crate::text;
use crate::workbook::{Container, Workbook};

/// Most notes of one sheet; Excel slows down long before. Further cells are coloured only.
const MOST_NOTES: usize = 5_000;
/// Most letters of a note.
const LONGEST_NOTE: usize = 2_000;

/// The code of the finding that tells which cells were in an old encoding: a converted copy has them in Unicode.
const DECODED: &str = "chu/ma-cu";

/// A marked copy.
#[derive(Clone, Debug)]
pub struct Annotated {
    /// The file's content.
    pub bytes: Vec<u8>,
    /// What the name of the file has to end in, for Excel to open it: `xlsx`, `xlsm`.
    pub ending: &'static str,
    /// Whether it is a converted copy, without the formats and formulas of the original.
    pub converted: bool,
    /// What people should know of the copy; its list of findings says the same.
    pub remarks: Vec<Text>,
}

/// A copy of a workbook with findings marked. `bytes` are the file and `workbook` what was read from it; `label` names the
/// field or column of a finding as people know it.
pub fn annotate(
    bytes: &[u8],
    workbook: &Workbook,
    findings: &Diagnostics,
    label: &dyn Fn(&Diagnostic) -> Option<String>,
    lang: Lang,
) -> Result<Annotated, Error> {
    let list = workbook.sheets.iter().find(|sheet| is_findings_sheet(sheet));
    let mut wish = Wish {
        findings,
        label,
        lang,
        sheets: workbook.sheets.iter().map(|sheet| sheet.name.as_str()).collect(),
        old_list: list.map(|sheet| sheet.name.as_str()),
        conversion: None,
    };
    let reason = match workbook.container {
        Container::Xlsx => match mark(bytes.to_vec(), &wish) {
            Ok(copy) => return Ok(copy),
            Err(refusal) => refusal.text(),
        },
        Container::Xls => unmarkable(".xls"),
        Container::Xlsb => unmarkable(".xlsb"),
        Container::Ods => unmarkable(".ods"),
    };
    let (vi, en) = (reason.vi, reason.en);
    wish.conversion = Some(text!(
        "{vi} nên bản này được chuyển sang .xlsx: chỉ có nội dung ô, không có định dạng và công thức của tệp gốc",
        "{en}, so this copy was converted to .xlsx: it has the cells' content only, without the original's formats and formulas"
    ));
    Ok(mark(convert::workbook(workbook)?, &wish)?)
}

fn unmarkable(ending: &str) -> Text {
    text!(
        "Tệp {ending} không đánh dấu trực tiếp được",
        "A {ending} file can't be marked itself"
    )
}

/// Why a package is not edited.
#[derive(Debug)]
enum Refusal {
    /// Elements of this part have a prefix; what is added to it would have none.
    Prefix(String),
    /// It can't be read or written.
    Package(opc::Error),
}

impl Refusal {
    fn text(&self) -> Text {
        let reason = match self {
            Self::Prefix(part) => text!(
                "phần {part} bên trong được ghi theo lối lạ",
                "its inner part {part} is written in an unusual way"
            ),
            Self::Package(error) => error.text(),
        };
        let (vi, en) = (reason.vi, reason.en);
        text!(
            "Không sửa trực tiếp được tệp này ({vi})",
            "This file can't be edited itself ({en})"
        )
    }
}

impl From<opc::Error> for Refusal {
    fn from(error: opc::Error) -> Self {
        Self::Package(error)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Package(match refusal {
            Refusal::Prefix(part) => opc::Error::Damaged(part),
            Refusal::Package(error) => error,
        })
    }
}

/// What a copy is to show.
struct Wish<'w> {
    findings: &'w Diagnostics,
    label: &'w dyn Fn(&Diagnostic) -> Option<String>,
    lang: Lang,
    /// The names of the worksheets in order, as the findings have them.
    sheets: Vec<&'w str>,
    /// The name of the list that an earlier run wrote.
    old_list: Option<&'w str>,
    /// That the package is a converted copy, and why.
    conversion: Option<Text>,
}

impl<'w> Wish<'w> {
    /// The names of worksheets as the findings have them, and their tabs. They differ where a name was decoded, and where it
    /// had to be changed in a converted copy.
    fn worksheets<'b>(&self, book: &'b Book) -> Vec<(&'w str, &'b Tab)>
    where
        'b: 'w,
    {
        let tabs: Vec<&Tab> = book.tabs.iter().filter(|tab| tab.part.is_some()).collect();
        let is_same = tabs.len() == self.sheets.len();
        let name = |(index, tab): (usize, &'b Tab)| match self.sheets.get(index) {
            Some(name) if is_same => (*name, tab),
            _ => (tab.name.as_str(), tab),
        };
        tabs.into_iter().enumerate().map(name).collect()
    }

    /// Whether the cells of a finding are marked.
    fn is_marked(&self, finding: &Diagnostic) -> bool {
        self.conversion.is_none() || finding.code != DECODED
    }
}

/// A cell's mark.
#[derive(Clone, Debug)]
struct Mark {
    severity: Severity,
    note: String,
}

impl Mark {
    fn join(&mut self, other: Self) {
        self.severity = self.severity.min(other.severity);
        if !self.note.contains(&other.note) && self.note.len() < LONGEST_NOTE {
            self.note.push_str("\n\n");
            self.note.push_str(&other.note);
        }
    }
}

/// The marks of each sheet, by its name.
fn marks<'f>(wish: &Wish<'f>) -> BTreeMap<&'f str, BTreeMap<CellRef, Mark>> {
    let mut sheets: BTreeMap<&str, BTreeMap<CellRef, Mark>> = BTreeMap::new();
    for finding in wish.findings.iter() {
        let Place::Cell(name, cell) = &finding.place else {
            continue;
        };
        if !wish.is_marked(finding) {
            continue;
        }
        let marks = sheets.entry(name).or_default();
        for cell in std::iter::once(cell).chain(&finding.more) {
            let mark = Mark {
                severity: finding.severity,
                note: note(finding, *cell, wish.lang),
            };
            match marks.get_mut(cell) {
                Some(known) => known.join(mark),
                None => {
                    marks.insert(*cell, mark);
                }
            }
        }
    }
    sheets
}

/// The note of a finding. The message of a group is about its first cell.
fn note(finding: &Diagnostic, cell: CellRef, lang: Lang) -> String {
    let (severity, like, hint) = match (finding.severity, lang) {
        (Severity::Error, Lang::Vi) => ("Lỗi", "như ở ô", "Cách sửa"),
        (Severity::Warning, Lang::Vi) => ("Cảnh báo", "như ở ô", "Cách sửa"),
        (Severity::Error, Lang::En) => ("Error", "as in cell", "What to do"),
        (Severity::Warning, Lang::En) => ("Warning", "as in cell", "What to do"),
    };
    let mut note = severity.to_owned();
    if let Place::Cell(_, first) = &finding.place
        && *first != cell
    {
        let _ = write!(note, " ({like} {first})");
    }
    let _ = write!(note, ": {}", finding.message.get(lang));
    if let Some(text) = &finding.hint {
        let _ = write!(note, "\n{hint}: {}", text.get(lang));
    }
    note.chars().take(LONGEST_NOTE).collect()
}

/// The package with its marks.
fn mark(bytes: Vec<u8>, wish: &Wish<'_>) -> Result<Annotated, Refusal> {
    let mut package = Package::read(bytes, &Limits::default())?;
    let book = Book::read(&package)?;
    expect_plain(&package, "[Content_Types].xml")?;
    expect_plain(&package, &opc::relationships_part(&book.part))?;
    let ending = ending(package.content_type(&book.part)?.as_deref());
    let worksheets = wish.worksheets(&book);
    let mut remarks: Vec<Text> = wish.conversion.iter().cloned().collect();
    if wish.conversion.is_some() {
        remarks.extend(worksheets.iter().filter_map(|(name, tab)| renamed(name, tab)));
    }
    remarks.extend(signature::remove(&mut package)?);

    let target_of = |kind: &str| book.relationships.iter().find(|relationship| relationship.kind == kind);
    let styles_part = match target_of("styles") {
        Some(relationship) => relationship.target.clone(),
        None => {
            let name = free_part(&package, book.folder(), "styles");
            add_part(&mut package, &book.part, &name, "styles", "styles+xml")?;
            package.set(
                &name,
                styles::EMPTY
                    .replace(main_namespace(false), main_namespace(book.is_strict))
                    .into_bytes(),
            );
            name
        }
    };
    let mut styles = Styles::read(package.text(&styles_part)?)?;

    let mut of_sheets = marks(wish);
    let mut last_block = 0;
    let drawings: Vec<String> = package
        .names()
        .filter(|name| name.ends_with(".vml"))
        .map(str::to_owned)
        .collect();
    for name in drawings {
        last_block = last_block.max(drawing::last_block(&String::from_utf8_lossy(&package.part(&name)?)));
    }
    let is_again = wish.old_list.is_some() || styles.has_marks();
    for (name, tab) in &worksheets {
        let marks = of_sheets.remove(name).unwrap_or_default();
        if let Some(part) = tab.part.as_ref().filter(|_| Some(*name) != wish.old_list) {
            let mut work = Work {
                package: &mut package,
                styles: &mut styles,
                last_block: &mut last_block,
                is_strict: book.is_strict,
            };
            let count = work.sheet(part, marks, is_again)?;
            remarks.extend(without_notes(name, count));
        }
    }
    list(&mut package, &book, &mut styles, wish, &remarks)?;
    let written = styles.write()?;
    package.set(&styles_part, written.into_bytes());
    Ok(Annotated {
        bytes: package.write()?,
        ending,
        converted: wish.conversion.is_some(),
        remarks,
    })
}

/// Tells that a sheet has another name in a converted copy.
fn renamed(name: &str, tab: &Tab) -> Option<Text> {
    let own = &tab.name;
    (name != own).then(|| {
        text!(
            "Trang “{name}” ở bản này có tên “{own}”, vì Excel không nhận tên cũ",
            "The sheet “{name}” is called “{own}” in this copy, for Excel does not take its name"
        )
    })
}

/// Tells that a sheet has more marks than notes.
fn without_notes(name: &str, marks: usize) -> Option<Text> {
    let rest = marks.checked_sub(MOST_NOTES).filter(|rest| *rest > 0)?;
    Some(text!(
        "Trang “{name}”: {MOST_NOTES} ô đầu có ghi chú, {rest} ô sau chỉ được tô màu",
        "Sheet “{name}”: the first {MOST_NOTES} cells have notes, {rest} further ones are coloured only"
    ))
}

/// What is edited sheet by sheet.
struct Work<'w> {
    package: &'w mut Package,
    styles: &'w mut Styles,
    last_block: &'w mut u32,
    is_strict: bool,
}

impl Work<'_> {
    /// Marks a sheet; `is_again` tells that an earlier run may have done so. Returns how many cells are marked.
    fn sheet(&mut self, part: &str, marks: BTreeMap<CellRef, Mark>, is_again: bool) -> Result<usize, Refusal> {
        let source = self.package.text(part)?;
        let is_touched = is_again || !marks.is_empty();
        if !is_touched && !source.contains("tabSelected") {
            return Ok(0);
        }
        let marks = sheet::seen(&source, marks, Mark::join);
        let severities: Marks = marks.iter().map(|(cell, mark)| (*cell, Some(mark.severity))).collect();
        let sheet = Sheet::read(&source, &severities, self.styles)?;
        let mut edits = Edits::new(&source);
        sheet.deselect(&mut edits)?;
        if is_touched {
            let all = sheet.unmarked(severities, self.styles);
            sheet.mark(&all, self.styles, &mut edits)?;
            self.notes(part, &sheet, &marks, &mut edits)?;
        }
        let edited = edits.apply();
        if edited != source {
            self.package.set(part, edited.into_bytes());
        }
        Ok(marks.len())
    }

    /// Writes the notes of a sheet and their boxes.
    fn notes(
        &mut self,
        part: &str,
        sheet: &Sheet<'_>,
        marks: &BTreeMap<CellRef, Mark>,
        edits: &mut Edits<'_>,
    ) -> Result<(), Refusal> {
        expect_plain(self.package, &opc::relationships_part(part))?;
        let relationships = self.package.relationships(part)?;
        let known = relationships
            .iter()
            .find(|relationship| relationship.kind == "comments");
        if known.is_none() && marks.is_empty() {
            return Ok(());
        }
        let notes: BTreeMap<CellRef, String> = marks
            .iter()
            .take(MOST_NOTES)
            .map(|(cell, mark)| (*cell, mark.note.clone()))
            .collect();
        let folder = part.split_at(part.rfind('/').map_or(0, |at| at + 1)).0;
        let folder = folder.strip_suffix("worksheets/").unwrap_or(folder);
        let (comments_part, source) = match known {
            Some(relationship) => (relationship.target.clone(), self.package.text(&relationship.target)?),
            None => {
                let name = free_part(self.package, folder, "comments");
                let empty = comments::EMPTY.replace(main_namespace(false), main_namespace(self.is_strict));
                (name, empty)
            }
        };
        let outcome = comments::edit(&source, &notes)?;
        if known.is_none() {
            add_part(self.package, part, &comments_part, "comments", "comments+xml")?;
        }
        if outcome.xml != source {
            self.package.set(&comments_part, outcome.xml.into_bytes());
        }
        if outcome.new.is_empty() && outcome.gone.is_empty() {
            return Ok(());
        }
        let new: Vec<(CellRef, usize)> = outcome
            .new
            .iter()
            .map(|cell| (*cell, notes.get(cell).map_or(0, |note| drawing::lines(note))))
            .collect();
        let id = sheet.drawing();
        let known = relationships.iter().find(|relationship| id == Some(&relationship.id));
        let (name, source) = match known {
            Some(relationship) => (relationship.target.clone(), self.package.text(&relationship.target)?),
            None if new.is_empty() => return Ok(()),
            None => {
                let folder = format!("{folder}drawings/");
                let name = (1..)
                    .map(|number| format!("{folder}vmlDrawing{number}.vml"))
                    .find(|name| !self.package.has(name))
                    .unwrap_or_default();
                self.package
                    .declare_extension("vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")?;
                let id = self.package.relate(part, "vmlDrawing", Points::ToPart(&name))?;
                sheet.add_drawing(&id, edits);
                (name, drawing::EMPTY.to_owned())
            }
        };
        let drawing = drawing::edit(&source, &new, &outcome.gone, sheet, self.last_block)?;
        self.package.set(&name, drawing.into_bytes());
        Ok(())
    }
}

/// Writes the list of findings: in the place of an older one, else as the last sheet.
fn list(
    package: &mut Package,
    book: &Book,
    styles: &mut Styles,
    wish: &Wish<'_>,
    remarks: &[Text],
) -> Result<(), opc::Error> {
    let worksheets = wish.worksheets(book);
    let list = list::sheet(wish, &worksheets, remarks, styles.list_formats(), book.is_strict);
    let old = worksheets.iter().find(|(name, _)| Some(*name) == wish.old_list);
    let old = old.and_then(|(_, own)| {
        let index = book.tabs.iter().position(|tab| tab.name == own.name)?;
        Some((index, own.part.clone()?))
    });
    let workbook = match old {
        Some((index, part)) => {
            package.remove(&opc::relationships_part(&part));
            package.set(&part, list.content.into_bytes());
            book.write(index, list.header_row, None)?
        }
        None => {
            let names: Vec<String> = book.tabs.iter().map(|Tab { name, .. }| name.clone()).collect();
            let part = free_part(package, &format!("{}worksheets/", book.folder()), "sheet");
            let id = add_part(package, &book.part, &part, "worksheet", "worksheet+xml")?;
            package.set(&part, list.content.into_bytes());
            let new = Some((&*list::free_name(&names), &*id));
            book.write(book.tabs.len(), list.header_row, new)?
        }
    };
    package.set(&book.part, workbook.into_bytes());
    Ok(())
}

/// Relates a new part to another and declares its type; returns the relationship's id.
fn add_part(
    package: &mut Package,
    from: &str,
    part: &str,
    kind: &str,
    content_type: &str,
) -> Result<String, opc::Error> {
    let content_type = format!("application/vnd.openxmlformats-officedocument.spreadsheetml.{content_type}");
    package.declare_part(part, &content_type)?;
    package.relate(from, kind, Points::ToPart(part))
}

/// The first name `folder/stem1.xml`, `folder/stem2.xml`, … that no part has.
fn free_part(package: &Package, folder: &str, stem: &str) -> String {
    let names = (1..).map(|number| format!("{folder}{stem}{number}.xml"));
    names.into_iter().find(|name| !package.has(name)).unwrap_or_default()
}

/// Errors where the elements of a part of the package itself have a prefix: what is added to it would have none.
fn expect_plain(package: &Package, part: &str) -> Result<(), Refusal> {
    if !package.has(part) {
        return Ok(());
    }
    let source = package.text(part)?;
    match xml::prefix(&source, xml::root(&xml::outline(&source, 0)?)?) {
        "" => Ok(()),
        _ => Err(Refusal::Prefix(part.to_owned())),
    }
}

/// The ending that Excel wants for the content type of a workbook part.
fn ending(content_type: Option<&str>) -> &'static str {
    let content_type = content_type.unwrap_or_default();
    match (content_type.contains("macroEnabled"), content_type.contains("template")) {
        (true, true) => "xltm",
        (true, false) => "xlsm",
        (false, true) => "xltx",
        (false, false) => "xlsx",
    }
}

/// The namespace of SpreadsheetML, of strict documents or of the others.
fn main_namespace(is_strict: bool) -> &'static str {
    match is_strict {
        true => "http://purl.oclc.org/ooxml/spreadsheetml/main",
        false => "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    }
}

/// The attribute `r:id` for a part whose root tag is given; the prefix is declared where the root does not.
fn relationship_attribute(root: &str, id: &str) -> String {
    let is_known = |space: &str| xml::attribute(root, "xmlns:r") == Some(space);
    let space = match root.contains(main_namespace(true)) {
        true => "http://purl.oclc.org/ooxml/officeDocument/relationships",
        false => "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    };
    if is_known(space) {
        return format!(" r:id=\"{id}\"");
    }
    format!(" xmlns:r=\"{space}\" r:id=\"{id}\"")
}
