//! What calamine does not tell about a sheet: formulas, hidden rows and columns, merged ranges, errors newer than it, rich
//! text, pictures.
//!
//! In: the package. Out: [`Marks`], with every part that calamine is going to read measured against the limits first. A
//! sheet's part is parsed here only when a cheap search says there is something to find, so plain lists cost no second
//! parse.

use std::collections::HashMap;
use std::rc::Rc;

use memchr::memmem;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::picture::{Picture, Pictures};
use super::plain;
use super::rich::{self, Gathering, Rich};
use super::sparse;
use crate::diagnostic::CellRef;
use crate::opc::{self, Package};
use crate::workbook::{Error, Formula, LAST_COLUMN, LAST_ROW, Limit, Limits};

/// Most cell formats; Excel's own limit is 65,490.
const FORMATS: usize = 70_000;
/// Most bytes of large plain sheets that are kept inflated, all together.
const KEPT: usize = 64 << 20;
/// Longest tag of the style sheet: each format keeps copies of its font name and format code.
const STYLE_TAG: usize = 4_096;

/// What the raw parts tell about a workbook.
pub(super) struct Marks<'a> {
    /// What holds for all sheets.
    pub book: Book<'a>,
    /// One for each sheet of the workbook part, in its order.
    pub sheets: Vec<SheetMarks>,
    /// The name of the part with the shared strings.
    pub strings: String,
}

/// What the raw part tells about a sheet.
#[derive(Debug, Default)]
pub(super) struct SheetMarks {
    /// The name on the tab.
    pub name: String,
    /// Whether it is a worksheet: not a chart or a dialog.
    pub worksheet: bool,
    /// Cells with a formula, in order.
    pub formulas: Vec<(CellRef, Formula)>,
    /// Error values by cell, as they are written, in order.
    pub errors: Vec<(CellRef, Box<str>)>,
    /// Hidden rows, in order.
    pub hidden_rows: Vec<u32>,
    /// Hidden columns: first and last.
    pub hidden_columns: Vec<(u32, u32)>,
    /// Merged ranges: first and last cell.
    pub merged: Vec<(CellRef, CellRef)>,
    /// Texts whose letters do not look alike, in order of their cells.
    pub rich: Vec<(CellRef, Rc<Rich>)>,
    /// Cells with a rich value, and its number.
    pub rich_values: Vec<(CellRef, u32)>,
    /// Pictures and the cells that they stand in.
    pub pictures: Vec<(CellRef, Picture)>,
    /// The part, of a large sheet in which nothing was found that `plain` can't read.
    pub plain: Option<String>,
    /// Cells whose content is a picture, in order. The file says `#VALUE!` there, for programs that can't show it.
    pub picture_cells: Vec<CellRef>,
}

/// What the whole workbook tells the look at each sheet.
pub(super) struct Book<'a> {
    limits: &'a Limits,
    /// Whether the results of formulas are stale.
    never_computed: bool,
    /// Shared strings whose letters do not look alike, by index.
    rich: HashMap<u32, Rc<Rich>>,
}

/// Reads the marks, and measures the parts.
pub(super) fn read<'a>(package: &Package, limits: &'a Limits) -> Result<Marks<'a>, Error> {
    let mut parts = Parts {
        package,
        limits,
        total: 0,
    };
    let workbook_part = parts
        .relationships("")?
        .into_iter()
        .find(|relationship| relationship.kind == "officeDocument")
        .map(|relationship| relationship.target)
        .ok_or_else(|| Error::Damaged("_rels/.rels".to_owned()))?;
    let folder = workbook_part
        .rsplit_once('/')
        .map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let strings = format!("{folder}sharedStrings.xml");
    let rich = measure_strings(&mut parts, &strings)?;
    measure_styles(&mut parts, &format!("{folder}styles.xml"))?;
    for part in [
        format!("{folder}theme/theme1.xml"),
        "docProps/core.xml".to_owned(),
        "docProps/app.xml".to_owned(),
        "docProps/custom.xml".to_owned(),
    ] {
        parts.optional(&part)?;
    }

    let relationships = parts.relationships(&workbook_part)?;
    let xml = parts.required(&workbook_part)?;
    let mut book = Book {
        limits,
        never_computed: false,
        rich,
    };
    let mut sheets = Vec::new();
    opc::for_each_element(xml.as_bytes(), |element| match element.local_name().as_ref() {
        "sheet" => sheets.push((
            opc::attribute(element, "name").unwrap_or_default(),
            opc::attribute(element, "id").unwrap_or_default(),
        )),
        "calcPr" => book.never_computed |= flag(element, "fullCalcOnLoad"),
        _ => {}
    })
    .map_err(|error| Error::from_package(error, limits))?;
    if sheets.len() > limits.sheets {
        return Err(Error::TooLarge(Limit::Sheets(limits.sheets)));
    }
    drop(xml);

    let mut marks = Vec::new();
    let mut kept = KEPT;
    let mut pictures = Pictures::new(&relationships);
    for (name, id) in sheets {
        let mut sheet = SheetMarks {
            name,
            ..SheetMarks::default()
        };
        let relationship = relationships.iter().find(|relationship| relationship.id == id);
        if let Some(relationship) = relationship.filter(|relationship| relationship.kind == "worksheet") {
            sheet.worksheet = true;
            let xml = parts.sheet(&relationship.target)?;
            mark_sheet(&relationship.target, xml, &book, &mut sheet, kept)?;
            kept -= sheet.plain.as_ref().map_or(0, String::len);
            pictures.read(&mut parts, &relationship.target, &mut sheet)?;
        }
        marks.push(sheet);
    }
    Ok(Marks {
        book,
        sheets: marks,
        strings,
    })
}

/// Parts read one after the other, counted together.
pub(super) struct Parts<'a> {
    package: &'a Package,
    pub limits: &'a Limits,
    total: u64,
}

impl Parts<'_> {
    fn optional(&mut self, name: &str) -> Result<Option<String>, Error> {
        if !self.package.has(name) {
            return Ok(None);
        }
        self.required(name).map(Some)
    }

    fn required(&mut self, name: &str) -> Result<String, Error> {
        let bytes = self.bytes(name)?;
        String::from_utf8(bytes).map_err(|_| Error::Damaged(name.to_owned()))
    }

    /// A part that the figures can do without: `None` when it is missing or damaged.
    pub fn dispensable(&mut self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        match self.bytes(name) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error @ Error::TooLarge(_)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    fn bytes(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        let bytes = self
            .package
            .part(name)
            .map_err(|error| Error::from_package(error, self.limits))?;
        self.count(bytes.len() as u64)?;
        Ok(bytes)
    }

    /// The part of a sheet, perhaps without elements that say nothing.
    fn sheet(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        let sheet = self
            .package
            .stream(name, sparse::read)
            .and_then(|sheet| Ok(sheet?))
            .map_err(|error| Error::from_package(error, self.limits))?;
        match sheet {
            // The stream ends at the limit without a word.
            Some(sheet) if sheet.inflated < self.limits.part_bytes => {
                self.count(sheet.inflated)?;
                Ok(sheet.xml)
            }
            _ => self.bytes(name),
        }
    }

    fn count(&mut self, bytes: u64) -> Result<(), Error> {
        self.total += bytes;
        if self.total > self.limits.total_bytes {
            return Err(Error::TooLarge(Limit::InflatedBytes(self.limits.total_bytes)));
        }
        Ok(())
    }

    pub fn relationships(&self, name: &str) -> Result<Vec<opc::Relationship>, Error> {
        self.package
            .relationships(name)
            .map_err(|error| Error::from_package(error, self.limits))
    }
}

/// The rich ones among the shared strings. calamine reserves what `uniqueCount` claims, so a false claim must not reach it.
fn measure_strings(parts: &mut Parts<'_>, name: &str) -> Result<HashMap<u32, Rc<Rich>>, Error> {
    let Some(xml) = parts.optional(name)? else {
        return Ok(HashMap::new());
    };
    let limit = parts.limits.shared_strings;
    let too_many = || Error::TooLarge(Limit::SharedStrings(limit));
    // The shortest string is `<si/>`.
    const SHORTEST: usize = 5;
    if xml.len() / SHORTEST > limit && count(&xml, "si") > limit {
        return Err(too_many());
    }
    let mut reader = Reader::from_str(&xml);
    loop {
        match reader.read_event().map_err(|error| damaged(name, error))? {
            Event::Start(element) | Event::Empty(element) => {
                let claim = opc::attribute(&element, "uniqueCount").and_then(|count| count.parse::<u64>().ok());
                match claim {
                    Some(claim) if claim > limit as u64 => return Err(too_many()),
                    Some(claim) if claim > (xml.len() / SHORTEST) as u64 => {
                        return Err(Error::Damaged(format!("{name}: uniqueCount={claim}")));
                    }
                    _ => break,
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    rich::shared(&xml, parts.limits)
}

/// How many elements of a name a part has at most, with or without a prefix.
fn count(xml: &str, name: &str) -> usize {
    let count = |before: char| memmem::find_iter(xml.as_bytes(), format!("{before}{name}").as_bytes()).count();
    count('<') + count(':')
}

/// calamine gives each cell format copies of its font and number format, so many formats times long names must not
/// reach it.
fn measure_styles(parts: &mut Parts<'_>, name: &str) -> Result<(), Error> {
    let Some(xml) = parts.optional(name)? else {
        return Ok(());
    };
    if count(&xml, "xf") > FORMATS {
        return Err(Error::TooLarge(Limit::Formats(FORMATS)));
    }
    if xml.len() > STYLE_TAG && xml.split('<').any(|tag| tag.len() > STYLE_TAG) {
        return Err(Error::Damaged(name.to_owned()));
    }
    Ok(())
}

/// Looks at a sheet's part. Of one with nothing to find only the end is parsed, and it isn't even checked to be UTF-8:
/// calamine does that again.
fn mark_sheet(part: &str, xml: Vec<u8>, book: &Book<'_>, sheet: &mut SheetMarks, kept: usize) -> Result<(), Error> {
    let has = |needle: &[u8]| memmem::find(&xml, needle).is_some();
    // Generators that write a prefix (`x:row`) are rare; their parts are always parsed.
    let is_plain = has(b"<sheetData")
        && ![&b"rPr>"[..], b" hidden", b" t=\"e\"", b" t='"].into_iter().any(has)
        && !memmem::find_iter(&xml, b"<f").any(|place| matches!(xml.get(place + 2), Some(b'>' | b' ')));
    // `plain` looks at the numbers of texts itself.
    let is_large = is_plain && (plain::LARGE..=kept).contains(&xml.len());
    let is_plain = is_plain && (is_large || names_texts_by_number(&xml));
    match rich::cells(&xml, &book.rich, book.limits).filter(|_| is_plain) {
        Some(cells) => sheet.rich = cells,
        None => {
            let xml = String::from_utf8(xml).map_err(|_| Error::Damaged(part.to_owned()))?;
            return mark_rows(&xml, book, sheet);
        }
    }
    sheet.rich.sort_by_key(|(at, _)| *at);
    // Merged ranges stand after the rows, so that is all there is to parse.
    let tail = memmem::rfind(&xml, b"</sheetData>").and_then(|end| xml.get(end..));
    let tail = str::from_utf8(tail.unwrap_or_default()).map_err(|_| Error::Damaged(part.to_owned()))?;
    if tail.contains("<mergeCell ") {
        let mut reader = Reader::from_str(tail);
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        loop {
            match reader.read_event().map_err(|error| damaged(&sheet.name, error))? {
                Event::Start(element) | Event::Empty(element) => mark_merged(&element, sheet, book.limits)?,
                // The rules of the cells that follow are as many as the cells.
                Event::End(element) if element.local_name().as_ref() == "mergeCells" => break,
                Event::Eof => break,
                _ => {}
            }
        }
    }
    if is_large {
        sheet.plain = Some(String::from_utf8(xml).map_err(|_| Error::Damaged(part.to_owned()))?);
    }
    Ok(())
}

/// Looks at a large sheet again that `plain` could not read.
pub(super) fn look_closely(xml: &str, book: &Book<'_>, sheet: &mut SheetMarks) -> Result<(), Error> {
    if names_texts_by_number(xml.as_bytes()) {
        return Ok(());
    }
    sheet.rich.clear();
    sheet.merged.clear();
    mark_rows(xml, book, sheet)
}

/// Whether each cell with a shared text is written as usual, and names it by a number: calamine takes the first text for
/// whatever is none.
fn names_texts_by_number(xml: &[u8]) -> bool {
    const LONGEST: usize = 9;
    memmem::find_iter(xml, b" t=\"s\"").all(|at| {
        let value = xml.get(at..).and_then(|cell| cell.strip_prefix(b" t=\"s\"><v>"));
        let length = |value: &[u8]| value.iter().take_while(|byte| byte.is_ascii_digit()).count();
        value.is_some_and(|value| (1..=LONGEST).contains(&length(value)) && value.get(length(value)) == Some(&b'<'))
    })
}

/// A cell while its element is open.
#[derive(Default)]
struct Open {
    at: Option<CellRef>,
    text_result: bool,
    error: bool,
    formula: bool,
    value: String,
    in_value: bool,
    /// Whether the value is the index of a shared string.
    shared: bool,
    /// The inline string being read.
    inline: Option<Gathering>,
    rich: Option<Rc<Rich>>,
    rich_value: Option<u32>,
}

fn mark_rows(xml: &str, book: &Book<'_>, sheet: &mut SheetMarks) -> Result<(), Error> {
    let limits = book.limits;
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    reader.config_mut().expand_empty_elements = true;
    let (mut row, mut column) = (0u32, 0u32);
    let mut open = Open::default();
    let mut runs = 0;
    loop {
        let event = reader.read_event().map_err(|error| damaged(&sheet.name, error))?;
        if let Some(inline) = &mut open.inline {
            match &event {
                Event::End(element) if element.local_name().as_ref() == "is" => {
                    open.rich = open.inline.take().and_then(Gathering::finish).map(Rc::new);
                    runs += open.rich.as_ref().map_or(0, |rich| rich.len());
                    if runs > limits.runs {
                        return Err(Error::TooLarge(Limit::Runs(limits.runs)));
                    }
                }
                Event::Eof => break,
                event => inline.take(event),
            }
            continue;
        }
        match event {
            Event::Start(element) => match element.local_name().as_ref() {
                "row" => {
                    if let Some(number) = opc::attribute(&element, "r").and_then(|r| r.parse::<u32>().ok()) {
                        row = number.saturating_sub(1);
                    }
                    if flag(&element, "hidden") {
                        sheet.hidden_rows.push(row);
                    }
                }
                "c" => {
                    let at = opc::attribute(&element, "r").and_then(|r| cell_ref(&r));
                    let at = at.unwrap_or(CellRef::new(row, column));
                    column = at.column;
                    let kind = opc::attribute(&element, "t");
                    open = Open {
                        at: Some(at),
                        text_result: matches!(kind.as_deref(), Some("str")),
                        error: matches!(kind.as_deref(), Some("e")),
                        shared: matches!(kind.as_deref(), Some("s")),
                        rich_value: opc::attribute(&element, "vm").and_then(|number| number.parse().ok()),
                        ..Open::default()
                    };
                }
                "f" => open.formula = true,
                "v" => open.in_value = true,
                "is" if open.at.is_some() => open.inline = Some(Gathering::default()),
                "col" if flag(&element, "hidden") => {
                    let number = |name| opc::attribute(&element, name).and_then(|text| text.parse::<u32>().ok());
                    if let (Some(first), Some(last)) = (number("min"), number("max")) {
                        sheet
                            .hidden_columns
                            .push((first.saturating_sub(1), last.saturating_sub(1)));
                    }
                }
                // Merged ranges stand behind the cells; in one they are none, as in a part of which only the end is parsed.
                _ if open.at.is_none() => mark_merged(&element, sheet, limits)?,
                _ => {}
            },
            Event::Text(text) if open.in_value && (open.error || open.value.len() < 8) => {
                open.value.push_str(text.as_ref());
            }
            Event::End(element) => match element.local_name().as_ref() {
                "row" => {
                    row = row.saturating_add(1);
                    column = 0;
                }
                "v" => open.in_value = false,
                "c" => {
                    column = column.saturating_add(1);
                    let mut open = std::mem::take(&mut open);
                    let Some(at) = open.at else { continue };
                    if open.formula {
                        let missing = open.value.trim().is_empty() && !open.text_result;
                        let zero = book.never_computed && !open.text_result && open.value.trim() == "0";
                        let formula = if missing || zero {
                            Formula::NotComputed
                        } else {
                            Formula::Computed
                        };
                        sheet.formulas.push((at, formula));
                    }
                    if open.error {
                        sheet.errors.push((at, open.value.trim().into()));
                    }
                    if open.shared && !open.value.is_empty() {
                        let index = open.value.parse::<u32>();
                        let index = index.map_err(|_| Error::Damaged(format!("{}: {at}", sheet.name)))?;
                        open.rich = book.rich.get(&index).cloned();
                    }
                    sheet.rich.extend(open.rich.map(|rich| (at, rich)));
                    sheet.rich_values.extend(open.rich_value.map(|number| (at, number)));
                    let marked = sheet.formulas.len() + sheet.errors.len() + sheet.rich.len() + sheet.rich_values.len();
                    if marked > limits.cells {
                        return Err(Error::TooLarge(Limit::Cells(limits.cells)));
                    }
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    sheet.formulas.sort_by_key(|(at, _)| *at);
    sheet.errors.sort_by_key(|(at, _)| *at);
    sheet.rich.sort_by_key(|(at, _)| *at);
    sheet.hidden_rows.sort_unstable();
    Ok(())
}

fn mark_merged(element: &BytesStart<'_>, sheet: &mut SheetMarks, limits: &Limits) -> Result<(), Error> {
    if element.local_name().as_ref() != "mergeCell" {
        return Ok(());
    }
    let range = opc::attribute(element, "ref").unwrap_or_default();
    let (first, last) = range.split_once(':').unwrap_or((&range, &range));
    if let (Some(first), Some(last)) = (cell_ref(first), cell_ref(last)) {
        sheet.merged.push((first, last));
    }
    if sheet.merged.len() > limits.merged {
        return Err(Error::TooLarge(Limit::Merged(limits.merged)));
    }
    Ok(())
}

pub(super) fn flag(element: &BytesStart<'_>, name: &str) -> bool {
    opc::attribute(element, name).is_some_and(|value| value == "1" || value == "true")
}

/// A reference such as `F7` or `$F$7`; `None` beyond Excel's last row or column.
pub fn cell_ref(text: &str) -> Option<CellRef> {
    let (mut column, mut row) = (0u32, 0u32);
    for byte in text.bytes().filter(|&byte| byte != b'$') {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' if row == 0 => {
                column = column
                    .checked_mul(26)?
                    .checked_add(u32::from(byte.to_ascii_uppercase() - b'A') + 1)?;
            }
            b'0'..=b'9' => row = row.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?,
            _ => return None,
        }
    }
    let at = CellRef::new(row.checked_sub(1)?, column.checked_sub(1)?);
    (at.row <= LAST_ROW && at.column <= LAST_COLUMN).then_some(at)
}

fn damaged(part: &str, error: quick_xml::Error) -> Error {
    Error::Damaged(format!("{part}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cell_references_stop_at_the_last_cell_of_excel() {
        assert_eq!(cell_ref("F7"), Some(CellRef::new(6, 5)));
        assert_eq!(cell_ref("$XFD$1048576"), Some(CellRef::new(LAST_ROW, LAST_COLUMN)));
        for text in [
            "XFE1",
            "A1048577",
            "A0",
            "7",
            "F",
            "",
            "A99999999999",
            "ZZZZZZZZZZ1",
            "A1B",
        ] {
            assert_eq!(cell_ref(text), None, "{text}");
        }
    }
}
