//! Old Excel workbooks (.xls) written as Markdown: BIFF8 of Excel 97 to 2003, or BIFF5 of Excel 95, in a compound file.
//!
//! The notation is that of `markdown_workbook`. Letters up to U+00FF stand for bytes: a text in TCVN3 is written as Latin-1.
//! Formulas keep their result only, as a constant that gives it.
//! [`Xls`] sets what a workbook is beside its cells; [`compound`] packs streams of any content.

use rust_xlsxwriter::ExcelDateTime;

use crate::markdown_workbook::{self, Font, date, number, percentage, pieces, unquoted};

/// The workbook of Excel 97 to 2003. Panics on a mistake in the notation: tests only.
#[allow(dead_code)]
pub fn workbook(markdown: &str) -> Vec<u8> {
    Xls::new(markdown).build()
}

/// A workbook before it is written.
#[derive(Clone)]
pub struct Xls {
    markdown: String,
    /// The code page of Excel 95; `None` for Excel 97 to 2003.
    excel_95: Option<u16>,
    properties: Vec<(String, String)>,
    is_1904: bool,
    password: bool,
    never_computed: bool,
    hidden_columns: Vec<u16>,
    /// Most bytes of a record of texts; the first one may be cut shorter.
    pieces: (usize, usize),
}

/// Most bytes of a record ([MS-XLS] 2.1.4).
const RECORD: usize = 8224;

#[allow(dead_code)]
impl Xls {
    /// The sheets, as Excel 97 to 2003 writes them.
    pub fn new(markdown: &str) -> Self {
        Self {
            markdown: markdown.to_owned(),
            excel_95: None,
            properties: Vec::new(),
            is_1904: false,
            password: false,
            never_computed: false,
            hidden_columns: Vec::new(),
            pieces: (RECORD, RECORD),
        }
    }

    /// As Excel 95 writes it, texts in a code page: 1252, 1258.
    pub fn excel_95(mut self, code_page: u16) -> Self {
        self.excel_95 = Some(code_page);
        self
    }

    /// With a custom document property.
    pub fn property(mut self, name: &str, value: &str) -> Self {
        self.properties.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With dates that count from 1904.
    pub fn date_1904(mut self) -> Self {
        self.is_1904 = true;
        self
    }

    /// As if it had a password; the content is not encrypted.
    pub fn password(mut self) -> Self {
        self.password = true;
        self
    }

    /// With formulas that were not computed before the workbook was saved.
    pub fn never_computed(mut self) -> Self {
        self.never_computed = true;
        self
    }

    /// With a column hidden on every sheet, from 0.
    pub fn hidden_column(mut self, column: u16) -> Self {
        self.hidden_columns.push(column);
        self
    }

    /// With the shared texts cut after so many bytes, and then each time after so many.
    pub fn cut_texts(mut self, first: usize, others: usize) -> Self {
        self.pieces = (first, others);
        self
    }

    /// The file.
    pub fn build(&self) -> Vec<u8> {
        let name = if self.excel_95.is_some() { "Book" } else { "Workbook" };
        let mut streams = vec![(name, self.stream())];
        if !self.properties.is_empty() {
            streams.push(("\u{5}DocumentSummaryInformation", self.property_stream()));
        }
        compound(&streams)
    }

    /// The stream with the sheets, without its container.
    pub fn stream(&self) -> Vec<u8> {
        let mut tables = Tables::default();
        let sheets = markdown_workbook::sheets(&self.markdown);
        let bodies: Vec<Vec<u8>> = sheets.iter().map(|sheet| self.sheet(sheet, &mut tables)).collect();
        let mut globals = self.begin(0x0005);
        if self.password {
            globals.extend(record(0x002F, &[&[0, 0], &[1, 2, 3, 4]]));
        }
        globals.extend(record(0x0042, &[&self.excel_95.unwrap_or(1200).to_le_bytes()]));
        globals.extend(record(0x0022, &[&u16::from(self.is_1904).to_le_bytes()]));
        for font in tables.fonts() {
            globals.extend(self.font(&font));
        }
        for (index, code) in FORMATS.iter().enumerate() {
            let code = if self.excel_95.is_some() {
                self.short_text(code)
            } else {
                text(code)
            };
            globals.extend(record(0x041E, &[&(FIRST_FORMAT + index as u16).to_le_bytes(), &code]));
        }
        for _ in 0..CELL_STYLES {
            globals.extend(self.style(0, 0, 0xFFF5));
        }
        for (font, format) in &tables.styles {
            globals.extend(self.style(*font, *format, 1));
        }
        let tabs: usize = sheets.iter().map(|sheet| 10 + self.short_text(&sheet.name).len()).sum();
        let shared = if self.excel_95.is_some() {
            Vec::new()
        } else {
            tables.shared(self.pieces)
        };
        let mut start = globals.len() + tabs + shared.len() + 4;
        for (sheet, body) in sheets.iter().zip(&bodies) {
            let place = (start as u32).to_le_bytes();
            let name = self.short_text(&sheet.name);
            globals.extend(record(0x0085, &[&place, &[u8::from(sheet.hidden), 0], &name]));
            start += body.len();
        }
        globals.extend(shared);
        globals.extend(record(0x000A, &[]));
        [globals, bodies.concat()].concat()
    }

    fn begin(&self, kind: u16) -> Vec<u8> {
        let version: u16 = if self.excel_95.is_some() { 0x0500 } else { 0x0600 };
        let history: &[u8] = if self.excel_95.is_some() {
            &[]
        } else {
            &[0, 0, 0, 0, 6, 0, 0, 0]
        };
        let build = [0xBB, 0x0D, 0xCC, 0x07];
        record(0x0809, &[&version.to_le_bytes(), &kind.to_le_bytes(), &build, history])
    }

    fn font(&self, font: &Font) -> Vec<u8> {
        let weight: u16 = if font.bold { 700 } else { 400 };
        record(
            0x0031,
            &[
                &[220, 0, u8::from(font.italic) * 2, 0, 0xFF, 0x7F],
                &weight.to_le_bytes(),
                &[0; 6],
                &self.short_text(if font.name.is_empty() { "Arial" } else { &font.name }),
            ],
        )
    }

    fn style(&self, font: u16, format: u16, flags: u16) -> Vec<u8> {
        let rest: &[u8] = if self.excel_95.is_some() {
            &[0x20, 0, 0xC0, 0x20, 0, 0, 0, 0, 0, 0]
        } else {
            &[0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0x20]
        };
        record(
            0x00E0,
            &[&font.to_le_bytes(), &format.to_le_bytes(), &flags.to_le_bytes(), rest],
        )
    }

    fn short_text(&self, text: &str) -> Vec<u8> {
        match self.excel_95 {
            Some(page) => {
                let bytes = bytes(text, page);
                [&[bytes.len() as u8][..], &bytes].concat()
            }
            None => {
                let (units, wide) = units(text);
                [&[units.len() as u8, u8::from(wide)][..], &packed(&units, wide)].concat()
            }
        }
    }

    fn sheet(&self, sheet: &markdown_workbook::Sheet, tables: &mut Tables) -> Vec<u8> {
        let mut out = self.begin(0x0010);
        for column in self.hidden_columns.iter().chain(&sheet.hidden_columns) {
            let [low, high] = column.to_le_bytes();
            out.extend(record(0x007D, &[&[low, high, low, high, 0, 9, 15, 0, 1, 0, 0, 0]]));
        }
        if self.never_computed {
            out.extend(record(0x005E, &[&[0, 0]]));
        }
        let rows = sheet.rows.len() as u16;
        let columns = sheet
            .rows
            .iter()
            .map(|(cells, _)| cells.len())
            .max()
            .unwrap_or_default() as u16;
        let [rows, columns] = [rows, columns].map(u16::to_le_bytes);
        let size = if self.excel_95.is_some() {
            [[0, 0], rows, [0, 0], columns, [0, 0]].concat()
        } else {
            [[0, 0], [0, 0], rows, [0, 0], [0, 0], columns, [0, 0]].concat()
        };
        out.extend(record(0x0200, &[&size]));
        for (row, (cells, hidden)) in sheet.rows.iter().enumerate() {
            let last = (cells.len() as u16).to_le_bytes();
            let flags = [if *hidden { 0x20 } else { 0 }, 1, 15, 0];
            let height = [0xFF, 0, 0, 0, 0, 0];
            out.extend(record(
                0x0208,
                &[&(row as u16).to_le_bytes(), &[0, 0], &last, &height, &flags],
            ));
        }
        for (row, (cells, _)) in sheet.rows.iter().enumerate() {
            let mut column = 0;
            while let Some(cell) = cells.get(column) {
                let numbers = cells[column..]
                    .iter()
                    .take_while(|cell| compact(cell).is_some())
                    .count();
                if numbers > 1 {
                    out.extend(self.compact_numbers(row, column, &cells[column..column + numbers], tables));
                    column += numbers;
                } else {
                    out.extend(self.cell(row, column, cell, tables));
                    column += 1;
                }
            }
        }
        let merged = sheet.merged();
        if !merged.is_empty() {
            let ranges = merged.iter().flat_map(|[row, column, last_row, last_column]| {
                [row, last_row, column, last_column].map(|number| (*number as u16).to_le_bytes())
            });
            let count = (merged.len() as u16).to_le_bytes();
            out.extend(record(0x00E5, &[&count, &ranges.collect::<Vec<_>>().concat()]));
        }
        out.extend(record(0x023E, &[&[0xB6, 0, 0, 0, 0, 0, 0, 0, 0, 0]]));
        out.extend(record(0x000A, &[]));
        out
    }

    fn compact_numbers(&self, row: usize, column: usize, cells: &[String], tables: &mut Tables) -> Vec<u8> {
        let style = tables.style(Font::default(), 0).to_le_bytes();
        let numbers = cells.iter().map(|cell| {
            let number = compact(cell).expect("a number");
            [&style[..], &number.to_le_bytes()].concat()
        });
        let numbers: Vec<u8> = numbers.collect::<Vec<_>>().concat();
        let last = (column + cells.len() - 1) as u16;
        let place = [row as u16, column as u16].map(u16::to_le_bytes).concat();
        record(0x00BD, &[&place, &numbers, &last.to_le_bytes()])
    }

    fn cell(&self, row: usize, column: usize, cell: &str, tables: &mut Tables) -> Vec<u8> {
        let place = [row as u16, column as u16].map(u16::to_le_bytes).concat();
        let mut write = |kind: u16, font: Font, format: u16, content: &[u8]| {
            record(kind, &[&place, &tables.style(font, format).to_le_bytes(), content])
        };
        let plain = Font::default;
        let serial = |date: &ExcelDateTime| date.to_excel() - if self.is_1904 { 1462.0 } else { 0.0 };
        match cell {
            "" | "<" | "^" => Vec::new(),
            "TRUE" | "FALSE" => write(0x0205, plain(), 0, &[u8::from(cell == "TRUE"), 0]),
            _ if cell.starts_with('=') => {
                let (_, result) = cell.split_once("->").unwrap_or((cell, ""));
                let (head, tail) = self.formula(result.trim());
                let format = if percentage(result.trim()).is_some() {
                    PERCENT
                } else {
                    0
                };
                [write(0x0006, plain(), format, &head), tail].concat()
            }
            _ => {
                if let Some(number) = compact(cell) {
                    write(0x027E, plain(), 0, &number.to_le_bytes())
                } else if let Some(number) = number(cell) {
                    write(0x0203, plain(), 0, &number.to_le_bytes())
                } else if let Some(number) = percentage(cell) {
                    write(0x0203, plain(), PERCENT, &number.to_le_bytes())
                } else if let Some(date) = date(cell) {
                    write(0x0203, plain(), DAY, &serial(&date).to_le_bytes())
                } else if let Some(code) = ERRORS.iter().find_map(|(text, code)| (*text == cell).then_some(*code)) {
                    write(0x0205, plain(), 0, &[code, 1])
                } else {
                    self.label(&place, cell, tables)
                }
            }
        }
    }

    fn label(&self, place: &[u8], cell: &str, tables: &mut Tables) -> Vec<u8> {
        let cell = cell.strip_prefix("^ ").unwrap_or(cell);
        let pieces = pieces(unquoted(cell));
        let font = pieces.first().map(|(font, _)| font.clone()).unwrap_or_default();
        let style = tables.style(font, 0).to_le_bytes();
        let Some(page) = self.excel_95 else {
            let number = tables.text(&pieces).to_le_bytes();
            return record(0x00FD, &[place, &style, &number]);
        };
        let (mut all, mut runs) = (Vec::new(), Vec::new());
        for (index, (font, piece)) in pieces.iter().enumerate() {
            if index > 0 {
                runs.extend([all.len() as u8, tables.font(font.clone()) as u8]);
            }
            all.extend(bytes(piece, page));
        }
        let length = (all.len() as u16).to_le_bytes();
        if runs.is_empty() {
            return record(0x0204, &[place, &style, &length, &all]);
        }
        let count = [(runs.len() / 2) as u8];
        record(0x00D6, &[place, &style, &length, &all, &count, &runs])
    }

    /// The content of a formula after its place and style, and the record that follows it.
    fn formula(&self, result: &str) -> (Vec<u8>, Vec<u8>) {
        let special = |kind: u8, value: u8| vec![kind, 0, value, 0, 0, 0, 0xFF, 0xFF];
        let error = ERRORS
            .iter()
            .find_map(|(text, code)| (*text == result).then_some(*code));
        let number = number(result).or(percentage(result));
        let mut text_record = Vec::new();
        // The tokens of a constant ([MS-XLS] 2.5.198).
        let (value, tokens) = if result.is_empty() {
            (0f64.to_le_bytes().to_vec(), vec![0x1E, 1, 0])
        } else if let Some(number) = number {
            let bytes = number.to_le_bytes().to_vec();
            (bytes.clone(), [vec![0x1F], bytes].concat())
        } else if let Some(code) = error {
            (special(2, code), vec![0x1C, code])
        } else if matches!(result, "TRUE" | "FALSE") {
            let flag = u8::from(result == "TRUE");
            (special(1, flag), vec![0x1D, flag])
        } else if result == "\"\"" {
            let kind = if self.excel_95.is_some() { 0 } else { 3 };
            if self.excel_95.is_some() {
                text_record = record(0x0207, &[&[0, 0]]);
            }
            (special(kind, 0), [vec![0x17], self.short_text("")].concat())
        } else {
            text_record = match self.excel_95 {
                Some(page) => {
                    let bytes = bytes(result, page);
                    record(0x0207, &[&(bytes.len() as u16).to_le_bytes(), &bytes])
                }
                None => record(0x0207, &[&text(result)]),
            };
            (special(0, 0), [vec![0x17], self.short_text(result)].concat())
        };
        // Computed on opening where there is no result.
        let flags = [if result.is_empty() { 2 } else { 0 }, 0, 0, 0, 0, 0];
        let length = (tokens.len() as u16).to_le_bytes();
        ([&value[..], &flags, &length, &tokens].concat(), text_record)
    }

    /// [MS-OLEPS] 2.21, the second set only; texts in UTF-16.
    fn property_stream(&self) -> Vec<u8> {
        const SETS: [[u8; 16]; 2] = [
            [
                2, 0xD5, 0xCD, 0xD5, 0x9C, 0x2E, 0x1B, 0x10, 0x93, 0x97, 8, 0, 0x2B, 0x2C, 0xF9, 0xAE,
            ],
            [
                5, 0xD5, 0xCD, 0xD5, 0x9C, 0x2E, 0x1B, 0x10, 0x93, 0x97, 8, 0, 0x2B, 0x2C, 0xF9, 0xAE,
            ],
        ];
        let number = |number: usize| (number as u32).to_le_bytes().to_vec();
        let wide = |text: &str| {
            let units: Vec<u8> = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
            let length = units.len() / 2;
            let mut out = [number(length), units].concat();
            out.resize(out.len().next_multiple_of(4), 0);
            out
        };
        let page = [number(2), 1200u32.to_le_bytes().to_vec()].concat();
        let names = self.properties.iter().enumerate();
        let names = names.map(|(index, (name, _))| [number(index + 2), wide(name)].concat());
        let names = [number(self.properties.len()), names.collect::<Vec<_>>().concat()].concat();
        let values = self
            .properties
            .iter()
            .map(|(_, value)| [number(0x1F), wide(value)].concat());
        let set = |entries: Vec<(usize, Vec<u8>)>| {
            let (mut heads, mut bodies) = (Vec::new(), Vec::new());
            for (id, body) in &entries {
                heads.extend([number(*id), number(8 + 8 * entries.len() + bodies.len())].concat());
                bodies.extend_from_slice(body);
            }
            let length = 8 + heads.len() + bodies.len();
            [number(length), number(entries.len()), heads, bodies].concat()
        };
        let first = set(vec![(1, page.clone())]);
        let values = values.enumerate().map(|(index, value)| (index + 2, value));
        let second = set([(0, names), (1, page)].into_iter().chain(values).collect());
        let start = 28 + 2 * 20;
        [
            vec![0xFE, 0xFF, 0, 0, 6, 2, 2, 0],
            vec![0; 16],
            number(2),
            SETS[0].to_vec(),
            number(start),
            SETS[1].to_vec(),
            number(start + first.len()),
            first,
            second,
        ]
        .concat()
    }
}

const FIRST_FORMAT: u16 = 164;
const FORMATS: [&str; 2] = ["0.0%", "dd/mm/yyyy"];
const PERCENT: u16 = FIRST_FORMAT;
const DAY: u16 = FIRST_FORMAT + 1;
/// Styles that are no cell's; those of cells come after them.
const CELL_STYLES: u16 = 16;

const ERRORS: [(&str, u8); 7] = [
    ("#NULL!", 0x00),
    ("#DIV/0!", 0x07),
    ("#VALUE!", 0x0F),
    ("#REF!", 0x17),
    ("#NAME?", 0x1D),
    ("#NUM!", 0x24),
    ("#N/A", 0x2A),
];

/// What the cells of all sheets share.
#[derive(Default)]
struct Tables {
    own_fonts: Vec<Font>,
    styles: Vec<(u16, u16)>,
    texts: Vec<Vec<(u16, String)>>,
}

impl Tables {
    /// Four fonts that no cell has, as Excel writes them, then those of the cells.
    fn fonts(&self) -> Vec<Font> {
        [vec![Font::default(); 4], self.own_fonts.clone()].concat()
    }

    /// The number of a font; there is no font 4.
    fn font(&mut self, font: Font) -> u16 {
        5 + place(&mut self.own_fonts, font)
    }

    fn style(&mut self, font: Font, format: u16) -> u16 {
        let font = self.font(font);
        CELL_STYLES + place(&mut self.styles, (font, format))
    }

    fn text(&mut self, pieces: &[(Font, String)]) -> u32 {
        let text = pieces
            .iter()
            .map(|(font, text)| (self.font(font.clone()), text.clone()));
        let text = text.collect();
        u32::from(place(&mut self.texts, text))
    }

    /// The table of texts, cut into records.
    fn shared(&self, (first, others): (usize, usize)) -> Vec<u8> {
        let count = (self.texts.len() as u32).to_le_bytes();
        let mut pieces = vec![[count, count].concat()];
        let mut most = RECORD.min(8 + first);
        let mut open = |pieces: &mut Vec<Vec<u8>>, length: usize, start: &[u8]| {
            if pieces.last().expect("a piece").len() + length > most {
                pieces.push(start.to_vec());
                most = others;
            }
        };
        for runs in &self.texts {
            let text: String = runs.iter().map(|(_, text)| text.as_str()).collect();
            let (units, wide) = units(&text);
            let rich = runs.len() > 1;
            let flags = u8::from(wide) | if rich { 8 } else { 0 };
            let mut head = [&(units.len() as u16).to_le_bytes()[..], &[flags]].concat();
            if rich {
                head.extend((runs.len() as u16 - 1).to_le_bytes());
            }
            open(&mut pieces, head.len(), &[]);
            pieces.last_mut().expect("a piece").extend(head);
            let mut wide = wide;
            for (index, unit) in units.iter().enumerate() {
                let before = pieces.len();
                // What follows is as narrow as it can be.
                let narrow = units[index..].iter().all(|unit| *unit < 256);
                open(&mut pieces, 1 + usize::from(wide), &[u8::from(!narrow)]);
                if pieces.len() > before {
                    wide = !narrow;
                }
                pieces.last_mut().expect("a piece").extend(packed(&[*unit], wide));
            }
            let mut start = 0;
            for (index, (font, text)) in runs.iter().enumerate() {
                if index > 0 {
                    open(&mut pieces, 4, &[]);
                    let run = [start as u16, *font].map(u16::to_le_bytes).concat();
                    pieces.last_mut().expect("a piece").extend(run);
                }
                start += text.encode_utf16().count();
            }
        }
        let records = pieces.iter().enumerate();
        let records = records.map(|(index, piece)| record(if index == 0 { 0x00FC } else { 0x003C }, &[piece]));
        records.collect::<Vec<_>>().concat()
    }
}

fn place<T: PartialEq>(list: &mut Vec<T>, item: T) -> u16 {
    let found = list.iter().position(|other| *other == item);
    found.unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    }) as u16
}

/// A number in four bytes, where that loses nothing: an integer, or one with two decimals ([MS-XLS] 2.5.217).
fn compact(cell: &str) -> Option<u32> {
    let number = number(cell)?;
    let fits = |number: f64| number.fract() == 0.0 && number.abs() < f64::from(1 << 29);
    let packed = |number: f64| ((number as i32) << 2).cast_unsigned() | 2;
    if fits(number) {
        return Some(packed(number));
    }
    let hundred = (number * 100.0).round();
    (fits(hundred) && hundred / 100.0 == number).then(|| packed(hundred) | 1)
}

/// A text with its length before it, in UTF-16.
fn text(text: &str) -> Vec<u8> {
    let (units, wide) = units(text);
    let length = (units.len() as u16).to_le_bytes();
    [&length[..], &[u8::from(wide)], &packed(&units, wide)].concat()
}

fn units(text: &str) -> (Vec<u16>, bool) {
    let units: Vec<u16> = text.encode_utf16().collect();
    let wide = units.iter().any(|unit| *unit > 255);
    (units, wide)
}

fn packed(units: &[u16], wide: bool) -> Vec<u8> {
    let bytes = units.iter().map(|unit| unit.to_le_bytes());
    bytes
        .flat_map(|bytes| bytes[..if wide { 2 } else { 1 }].to_vec())
        .collect()
}

/// Letters up to U+00FF are bytes already; others are sought in the code page.
fn bytes(text: &str, page: u16) -> Vec<u8> {
    let label = format!("windows-{page}");
    let page = encoding_rs::Encoding::for_label(label.as_bytes()).expect("a code page");
    let mut bytes = Vec::new();
    for letter in text.chars() {
        let mut buffer = [0; 4];
        let (encoded, _, lost) = page.encode(letter.encode_utf8(&mut buffer));
        match u8::try_from(letter) {
            Ok(byte) if lost => bytes.push(byte),
            _ => bytes.extend_from_slice(&encoded),
        }
    }
    bytes
}

fn record(kind: u16, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    assert!(content.len() <= RECORD, "a record of {} bytes", content.len());
    let head = [kind, content.len() as u16].map(u16::to_le_bytes).concat();
    [head, content].concat()
}

/// A compound file of these streams ([MS-CFB], version 3).
pub fn compound(streams: &[(&str, Vec<u8>)]) -> Vec<u8> {
    const SECTOR: usize = 512;
    const END: u32 = 0xFFFF_FFFE;
    const NONE: u32 = 0xFFFF_FFFF;
    let units = |name: &str| name.encode_utf16().collect::<Vec<u16>>();
    let mut streams = streams.to_vec();
    streams.sort_by_key(|(name, _)| (units(name).len(), name.to_uppercase()));

    let mut sectors: Vec<u8> = Vec::new();
    let mut table: Vec<u32> = Vec::new();
    let mut add = |content: &[u8], sectors: &mut Vec<u8>| {
        let count = content.len().div_ceil(SECTOR);
        let start = table.len() as u32;
        table.extend((1..=count as u32).map(|next| if next < count as u32 { start + next } else { END }));
        sectors.extend_from_slice(content);
        sectors.resize(table.len() * SECTOR, 0);
        if count == 0 { END } else { start }
    };
    let (mut mini, mut mini_table) = (Vec::new(), Vec::new());
    let mut places = Vec::new();
    for (_, content) in &streams {
        if content.len() >= 4096 {
            places.push(add(content, &mut sectors));
            continue;
        }
        let start = (mini.len() / 64) as u32;
        let count = content.len().div_ceil(64) as u32;
        mini_table.extend((1..=count).map(|next| if next < count { start + next } else { END }));
        mini.extend_from_slice(content);
        mini.resize((start + count) as usize * 64, 0);
        places.push(if count == 0 { END } else { start });
    }
    let mini_start = add(&mini, &mut sectors);
    let mini_size = mini_table.len() * 4;
    let mini_table: Vec<u8> = mini_table.into_iter().flat_map(u32::to_le_bytes).collect();
    let mini_table_start = add(&mini_table, &mut sectors);

    let entry = |name: &str, kind: u8, right: u32, child: u32, start: u32, size: usize| {
        let mut entry: Vec<u8> = units(name).into_iter().flat_map(u16::to_le_bytes).collect();
        let length = (entry.len() as u16 + 2).to_le_bytes();
        entry.resize(64, 0);
        entry.extend([length[0], length[1], kind, 1]);
        entry.extend([NONE, right, child].map(u32::to_le_bytes).concat());
        entry.extend([0; 36]);
        entry.extend([start, size as u32, 0].map(u32::to_le_bytes).concat());
        entry
    };
    let child = if streams.is_empty() { NONE } else { 1 };
    let mut directory = entry("Root Entry", 5, NONE, child, mini_start, mini.len());
    for (index, ((name, content), start)) in streams.iter().zip(&places).enumerate() {
        let right = if index + 1 < streams.len() {
            index as u32 + 2
        } else {
            NONE
        };
        directory.extend(entry(name, 2, right, NONE, *start, content.len()));
    }
    while directory.len() % SECTOR != 0 {
        directory.extend(entry("", 0, NONE, NONE, 0, 0));
    }
    let directory_start = add(&directory, &mut sectors);

    let first = table.len();
    let count = (1..)
        .find(|count| (first + count) * 4 <= count * SECTOR)
        .expect("a number");
    assert!(count <= 109, "a file of more than 7 MB");
    table.extend(vec![0xFFFF_FFFD; count]);
    table.resize(count * SECTOR / 4, NONE);
    sectors.extend(table.into_iter().flat_map(u32::to_le_bytes));

    let mut header = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    header.extend([0; 16]);
    header.extend([0x3E, 0x0003, 0xFFFE, 9, 6, 0, 0, 0].map(u16::to_le_bytes).concat());
    let mini_sectors = mini_size.div_ceil(SECTOR) as u32;
    let numbers = [
        0,
        count as u32,
        directory_start,
        0,
        4096,
        mini_table_start,
        mini_sectors,
        END,
        0,
    ];
    header.extend(numbers.map(u32::to_le_bytes).concat());
    header.extend((0..109).flat_map(|index| {
        let number = if index < count { (first + index) as u32 } else { NONE };
        number.to_le_bytes()
    }));
    [header, sectors].concat()
}
