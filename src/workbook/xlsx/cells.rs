//! Cells from calamine's streaming reader, joined with what `marks` found.

use std::io::Cursor;

use calamine::{
    DataRef, FontStyle, FontWeight, Reader, SheetType, SheetVisible, Style, Xlsx, XlsxCellReader, XlsxError,
};
use jiff::civil::Date;

use super::marks::{self, Book, Marks, SheetMarks};
use super::plain::{self, Content, Next};
use super::rich::Look;
use crate::diagnostic::CellRef;
use crate::opc::Package;
use crate::value::{Format, Raw};
use crate::vietnamese::Charset;
use crate::workbook::format::{Kind, date_in};
use crate::workbook::rows::{Budget, Rows, cell_at, insert, is_percent};
use crate::workbook::{Cell, Charsets, Error, Formula, LAST_COLUMN, LAST_ROW, Limits, Row, Sheet, Workbook};

impl From<XlsxError> for Error {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::Password => Self::Password,
            error => Self::Damaged(error.to_string()),
        }
    }
}

type Source<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Reads all sheets of a file and of the package in it.
pub(super) fn read(bytes: &[u8], package: &Package, marks: Marks<'_>, limits: &Limits) -> Result<Workbook, Error> {
    let mut source: Source = Xlsx::new(Cursor::new(bytes))?;
    let metadata = source.sheets_metadata().to_vec();
    let Marks { sheets, book, strings } = marks;
    if metadata.len() != sheets.len() {
        return Err(Error::Damaged("workbook.xml".to_owned()));
    }
    let mut workbook = Workbook::default();
    let mut budget = Budget::new(limits);
    let mut strings = Strings::Unread(package, strings);
    for (metadata, marks) in metadata.into_iter().zip(sheets) {
        if metadata.name != marks.name || workbook.sheets.iter().any(|sheet| sheet.name == marks.name) {
            return Err(Error::Damaged(marks.name));
        }
        if metadata.typ != SheetType::WorkSheet || !marks.worksheet {
            continue;
        }
        let mut sheet = read_sheet(&mut source, &mut strings, marks, &book, &mut budget)?;
        sheet.hidden = metadata.visible != SheetVisible::Visible;
        workbook.sheets.push(sheet);
    }
    // A slip in the properties is no reason to refuse the figures.
    if let Ok(properties) = source.workbook_properties() {
        workbook.properties = properties.custom_properties.into_iter().collect();
    }
    Ok(workbook)
}

/// The shared strings as `plain` reads them, once a sheet asks for them.
enum Strings<'a> {
    Unread(&'a Package, String),
    Read(Option<Vec<Box<str>>>),
}

impl Strings<'_> {
    /// The strings, cleaned; `None` when they are left to calamine.
    fn get(&mut self, budget: &Budget<'_>) -> Result<Option<&[Box<str>]>, Error> {
        if let Self::Unread(package, part) = self {
            let xml = package.part(part).ok().and_then(|xml| String::from_utf8(xml).ok());
            let strings = xml.and_then(|xml| plain::strings(&xml));
            let cleaned = strings.map(|strings| strings.into_iter().map(|text| budget.clean(&text)).collect());
            *self = Self::Read(cleaned.transpose()?);
        }
        Ok(match self {
            Self::Read(strings) => strings.as_deref(),
            Self::Unread(..) => None,
        })
    }
}

/// What the styles of cells say, by their numbers.
struct Styles {
    kinds: Vec<Kind>,
    percent: Vec<bool>,
    /// How letters look; only where texts have letters that do not all look alike.
    looks: Vec<Look>,
    charsets: Vec<Charset>,
}

impl Styles {
    fn new(styles: &[Style], has_rich: bool) -> Self {
        let code = |style: &Style| {
            style
                .number_format
                .as_ref()
                .map_or("", |format| &format.format_code)
                .to_owned()
        };
        Self {
            kinds: styles.iter().map(|style| Kind::of(&code(style))).collect(),
            percent: styles.iter().map(|style| is_percent(&code(style))).collect(),
            looks: styles.iter().filter(|_| has_rich).map(look).collect(),
            charsets: styles.iter().map(charset).collect(),
        }
    }

    fn charset(&self, style: usize) -> Charset {
        self.charsets.get(style).copied().unwrap_or_default()
    }
}

/// Rows, what is bold or italic in them, and what fonts of single letters say.
type Gathered = (Vec<Row>, Vec<(CellRef, Box<[Format]>)>, Vec<(CellRef, Charsets)>);

/// A sheet while its cells are gathered.
struct Gathering<'a, 'b> {
    marks: &'a SheetMarks,
    styles: &'a Styles,
    budget: &'a mut Budget<'b>,
    rows: Rows,
    formats: Vec<(CellRef, Box<[Format]>)>,
    charsets: Vec<(CellRef, Charsets)>,
}

impl<'a, 'b> Gathering<'a, 'b> {
    fn new(marks: &'a SheetMarks, styles: &'a Styles, budget: &'a mut Budget<'b>) -> Self {
        Self {
            marks,
            styles,
            budget,
            rows: Rows::default(),
            formats: Vec::new(),
            charsets: Vec::new(),
        }
    }

    fn finish(self) -> Gathered {
        (self.rows.finish(), self.formats, self.charsets)
    }

    fn push(&mut self, at: CellRef, raw: Raw, style: usize) -> Result<(), Error> {
        self.budget.take(&raw)?;
        if !self.marks.rich.is_empty()
            && let Raw::Text(text) = &raw
            && let Ok(index) = self.marks.rich.binary_search_by_key(&at, |(at, _)| *at)
            && let Some((_, rich)) = self.marks.rich.get(index)
        {
            let look = self.styles.looks.get(style).copied().unwrap_or_default();
            let found = rich.formats(text, look).unwrap_or_default();
            let fonts = rich.charsets(text, self.styles.charset(style));
            self.budget.take_runs(found.len() + fonts.len())?;
            if !found.is_empty() {
                self.formats.push((at, found));
            }
            if !fonts.is_empty() {
                self.charsets.push((at, fonts));
            }
        }
        let cell = Cell {
            column: at.column,
            raw,
            formula: Formula::None,
            charset: self.styles.charset(style),
        };
        self.rows.push(at.row, cell, self.budget.limits())
    }

    /// Gathers the cells of a large plain sheet; whether nothing unusual is among them.
    fn read_plain(&mut self, xml: &str, strings: &[Box<str>], is_1904: bool) -> Result<bool, Error> {
        let Some(mut cells) = plain::Cells::new(xml) else {
            return Ok(false);
        };
        loop {
            let (at, style, content) = match cells.next() {
                Next::Cell(cell) => cell,
                Next::End => return Ok(true),
                Next::Unusual => return Ok(false),
            };
            let raw = match content {
                Content::Shared(index) => match strings.get(index) {
                    Some(text) if text.is_empty() => continue,
                    Some(text) => Raw::Text(text.clone()),
                    None => return Ok(false),
                },
                Content::Number(number) => {
                    let kind = self.styles.kinds.get(style).copied().unwrap_or_default();
                    kind.raw(number, is_1904)
                }
                Content::Flag(flag) => Raw::Flag(flag),
            };
            self.push(at, raw, style)?;
        }
    }

    /// Gathers the cells of any sheet.
    fn read_any(&mut self, reader: &mut XlsxCellReader<'_, Cursor<&[u8]>>) -> Result<(), Error> {
        loop {
            let (cell, style) = match reader.next_cell_with_style_id() {
                Ok(Some(cell)) => cell,
                Ok(None) => return Ok(()),
                // An error value that calamine doesn't know (#SPILL!): `marks` has it.
                Err(XlsxError::CellError(_)) => continue,
                Err(error) => return Err(error.into()),
            };
            let (row, column) = cell.get_position();
            let clean = |text: &str| self.budget.clean(text).map(Raw::Text);
            let raw = match cell.get_value() {
                DataRef::Empty => continue,
                DataRef::Float(number) if self.styles.percent.get(style).copied().unwrap_or(false) => {
                    Raw::Percent(*number)
                }
                DataRef::Float(number) => Raw::Number(*number),
                DataRef::Int(number) => Raw::Number(*number as f64),
                DataRef::Bool(flag) => Raw::Flag(*flag),
                DataRef::DateTime(moment) => date_in(moment).map_or(Raw::Number(moment.as_f64()), Raw::Date),
                DataRef::Error(error) => Raw::Error(error.to_string().into()),
                DataRef::SharedString("") => continue,
                DataRef::SharedString(text) => clean(text)?,
                DataRef::String(text) | DataRef::DurationIso(text) if text.is_empty() => continue,
                DataRef::String(text) | DataRef::DurationIso(text) => clean(text)?,
                DataRef::DateTimeIso(text) => iso_date(text).map_or_else(|| clean(text), Ok)?,
            };
            let at = CellRef::new(row, column);
            if row > LAST_ROW || column > LAST_COLUMN {
                return Err(Error::Damaged(format!("{}: {at}", self.marks.name)));
            }
            self.push(at, raw, style)?;
        }
    }
}

fn read_sheet(
    source: &mut Source<'_>,
    strings: &mut Strings<'_>,
    mut marks: SheetMarks,
    book: &Book<'_>,
    budget: &mut Budget<'_>,
) -> Result<Sheet, Error> {
    let is_1904 = source.has_1904_epoch();
    let mut reader = source.worksheet_cells_reader(&marks.name)?;
    let plain = marks.plain.take();
    let styles = Styles::new(reader.styles(), plain.is_some() || !marks.rich.is_empty());
    let mut gathered = None;
    if let Some(xml) = &plain {
        let mut own = budget.clone();
        if let Some(strings) = strings.get(&own)? {
            let mut gathering = Gathering::new(&marks, &styles, &mut own);
            if gathering.read_plain(xml, strings, is_1904)? {
                gathered = Some(gathering.finish());
                *budget = own;
            }
        }
        if gathered.is_none() {
            marks::look_closely(xml, book, &mut marks)?;
        }
    }
    drop(plain);
    let (rows, formats, charsets) = match gathered {
        Some(gathered) => gathered,
        None => {
            let mut gathering = Gathering::new(&marks, &styles, budget);
            gathering.read_any(&mut reader)?;
            gathering.finish()
        }
    };
    let mut sheet = Sheet {
        name: marks.name,
        hidden: false,
        rows,
        merged: marks.merged,
        hidden_columns: marks.hidden_columns,
        formats,
        charsets,
        pictures: marks.pictures,
        ..Sheet::default()
    };
    sheet.formats.sort_by_key(|(at, _)| *at);
    sheet.formats.dedup_by_key(|(at, _)| *at);
    sheet.charsets.sort_by_key(|(at, _)| *at);
    sheet.charsets.dedup_by_key(|(at, _)| *at);
    apply_errors(&mut sheet.rows, marks.errors);
    for at in marks.picture_cells {
        if let Some(cell) = cell_at(&mut sheet.rows, at).filter(|cell| matches!(cell.raw, Raw::Error(_))) {
            cell.raw = Raw::Text("".into());
        }
    }
    apply_formulas(&mut sheet.rows, &marks.formulas);
    for row in &mut sheet.rows {
        row.hidden = marks.hidden_rows.binary_search(&row.index).is_ok();
    }
    Ok(sheet)
}

/// What the font of a style says about the encoding of its texts.
fn charset(style: &Style) -> Charset {
    let name = style.font.as_ref().and_then(|font| font.name.as_deref());
    name.map(Charset::of_font).unwrap_or_default()
}

/// How the letters of a cell of a style look unless they say otherwise.
fn look(style: &Style) -> Look {
    let font = style.font.as_ref();
    Look {
        bold: font.is_some_and(|font| font.weight == FontWeight::Bold),
        italic: font.is_some_and(|font| font.style == FontStyle::Italic),
        charset: None,
    }
}

fn apply_errors(rows: &mut Vec<Row>, errors: Vec<(CellRef, Box<str>)>) {
    let mut missing = Vec::new();
    for (at, error) in errors {
        match cell_at(rows, at) {
            Some(cell) if matches!(cell.raw, Raw::Error(_)) => {}
            Some(cell) => cell.raw = Raw::Error(error),
            None => missing.push((at, Raw::Error(error), Formula::None)),
        }
    }
    insert(rows, missing);
}

fn apply_formulas(rows: &mut Vec<Row>, formulas: &[(CellRef, Formula)]) {
    let mut missing = Vec::new();
    for &(at, formula) in formulas {
        match cell_at(rows, at) {
            Some(cell) => cell.formula = formula,
            // A formula that gave an empty text leaves no cell; one that gave nothing at all does.
            None if formula == Formula::NotComputed => missing.push((at, Raw::Text("".into()), formula)),
            None => {}
        }
    }
    insert(rows, missing);
}

fn iso_date(text: &str) -> Option<Raw> {
    text.get(..10)?.parse::<Date>().ok().map(Raw::Date)
}
