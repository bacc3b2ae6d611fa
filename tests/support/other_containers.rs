//! Workbooks as .ods and .xlsb, for tests: what a reader made of one container, written as another.
//!
//! `ods(&workbook)` and `xlsb(&workbook)` take what `baocao::workbook::read` gave, for instance of a workbook written as
//! Markdown. `ods_package` takes XML for what no other container can say. All panic on what they can't write: tests only.

use std::io::{Cursor, Write};

use baocao::diagnostic::CellRef;
use baocao::value::{Format, Raw};
use baocao::workbook::{Formula, Sheet, Workbook};
use zip::write::SimpleFileOptions;

/// A package of some parts, in their order.
#[allow(dead_code)]
pub fn package(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        let deflated = stored.compression_method(zip::CompressionMethod::Deflated);
        // OpenDocument 1.3 part 2, 3.3: the first part says what the file is, and is not deflated.
        let options = if *name == "mimetype" { stored } else { deflated };
        writer.start_file(*name, options).expect("a part");
        writer.write_all(bytes).expect("a part");
    }
    writer.finish().expect("a package").into_inner()
}

/// Namespaces of OpenDocument by their usual prefixes.
const NAMESPACES: &str = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
    xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" \
    xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
    xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
    xmlns:number=\"urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0\" \
    xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" \
    xmlns:meta=\"urn:oasis:names:tc:opendocument:xmlns:meta:1.0\" \
    xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\" \
    xmlns:svg=\"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\" \
    xmlns:calcext=\"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0\" office:version=\"1.3\"";

/// An .ods file of some XML: fonts and automatic styles as they stand in `content.xml`, and its tables.
#[allow(dead_code)]
pub fn ods_package(fonts: &str, styles: &str, tables: &str) -> Vec<u8> {
    ods_with_properties(fonts, styles, tables, "")
}

fn ods_with_properties(fonts: &str, styles: &str, tables: &str, properties: &str) -> Vec<u8> {
    const MIMETYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";
    let xml = |root: &str, content: &str| {
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:{root} {NAMESPACES}>{content}</office:{root}>")
    };
    let entries: String = [("/", MIMETYPE), ("content.xml", "text/xml"), ("meta.xml", "text/xml")]
        .iter()
        .map(|(path, kind)| {
            format!("<manifest:file-entry manifest:full-path=\"{path}\" manifest:media-type=\"{kind}\"/>")
        })
        .collect();
    let manifest = format!(
        "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" \
         manifest:version=\"1.3\">{entries}</manifest:manifest>"
    );
    let content = xml(
        "document-content",
        &format!(
            "<office:font-face-decls>{fonts}</office:font-face-decls>\
             <office:automatic-styles>{styles}</office:automatic-styles>\
             <office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        ),
    );
    let meta = xml("document-meta", &format!("<office:meta>{properties}</office:meta>"));
    package(&[
        ("mimetype", MIMETYPE.into()),
        ("content.xml", content.into()),
        ("meta.xml", meta.into()),
        ("META-INF/manifest.xml", manifest.into()),
    ])
}

/// A workbook as .ods.
#[allow(dead_code)]
pub fn ods(workbook: &Workbook) -> Vec<u8> {
    const STYLES: &str = "<style:style style:name=\"hidden\" style:family=\"table\"><style:table-properties table:display=\"false\"/></style:style>\
        <style:style style:name=\"bold\" style:family=\"text\"><style:text-properties fo:font-weight=\"bold\"/></style:style>\
        <style:style style:name=\"italic\" style:family=\"text\"><style:text-properties fo:font-style=\"italic\"/></style:style>\
        <style:style style:name=\"both\" style:family=\"text\"><style:text-properties fo:font-weight=\"bold\" fo:font-style=\"italic\"/></style:style>";
    let tables: String = workbook.sheets.iter().map(ods_table).collect();
    let properties: String = workbook
        .properties
        .iter()
        .map(|(name, value)| {
            format!(
                "<meta:user-defined meta:name=\"{}\">{}</meta:user-defined>",
                escape(name),
                escape(value)
            )
        })
        .collect();
    ods_with_properties("", STYLES, &tables, &properties)
}

fn ods_table(sheet: &Sheet) -> String {
    let mut xml = format!("<table:table table:name=\"{}\"", escape(&sheet.name));
    xml += if sheet.hidden {
        " table:style-name=\"hidden\">"
    } else {
        ">"
    };
    let mut next = 0;
    for &(first, last) in &sheet.hidden_columns {
        if first > next {
            xml += &format!(
                "<table:table-column table:number-columns-repeated=\"{}\"/>",
                first - next
            );
        }
        xml += &format!(
            "<table:table-column table:visibility=\"collapse\" table:number-columns-repeated=\"{}\"/>",
            last - first + 1
        );
        next = last + 1;
    }
    xml += "<table:table-column/>";
    // Merged cells may hold nothing.
    let rows = sheet.rows.iter().map(|row| row.index).max().unwrap_or(0);
    let rows = sheet.merged.iter().fold(rows, |rows, (first, _)| rows.max(first.row));
    for index in 0..=rows {
        let row = sheet.rows.iter().find(|row| row.index == index);
        xml += if row.is_some_and(|row| row.hidden) {
            "<table:table-row table:visibility=\"collapse\">"
        } else {
            "<table:table-row>"
        };
        let merged = sheet
            .merged
            .iter()
            .filter(|(first, _)| first.row == index)
            .map(|(first, _)| first.column);
        let filled = row.iter().flat_map(|row| &row.cells).map(|cell| cell.column);
        for column in 0..=filled.chain(merged).max().unwrap_or(0) {
            xml += &ods_cell(sheet, CellRef::new(index, column));
        }
        xml += "</table:table-row>";
    }
    xml + "</table:table>"
}

fn ods_cell(sheet: &Sheet, at: CellRef) -> String {
    let cell = sheet
        .rows
        .iter()
        .find(|row| row.index == at.row)
        .and_then(|row| row.cell(at.column));
    let mut attributes = String::new();
    if let Some((_, last)) = sheet.merged.iter().find(|(first, _)| *first == at) {
        attributes += &format!(
            " table:number-columns-spanned=\"{}\" table:number-rows-spanned=\"{}\"",
            last.column - at.column + 1,
            last.row - at.row + 1
        );
    }
    let covers = |(first, last): &(CellRef, CellRef)| {
        *first != at && (first.row..=last.row).contains(&at.row) && (first.column..=last.column).contains(&at.column)
    };
    let element = if sheet.merged.iter().any(covers) {
        "covered-table-cell"
    } else {
        "table-cell"
    };
    let Some(cell) = cell else {
        return format!("<table:{element}{attributes}/>");
    };
    if cell.formula != Formula::None {
        attributes += " table:formula=\"of:=1\"";
    }
    let (value, shown) = match &cell.raw {
        _ if cell.formula == Formula::NotComputed => (String::new(), String::new()),
        Raw::Text(text) => ("office:value-type=\"string\"".into(), text.to_string()),
        Raw::Number(number) => (
            format!("office:value-type=\"float\" office:value=\"{number}\""),
            number.to_string(),
        ),
        Raw::Percent(number) => (
            format!("office:value-type=\"percentage\" office:value=\"{number}\""),
            format!("{}%", number * 100.0),
        ),
        Raw::Date(date) => (
            format!("office:value-type=\"date\" office:date-value=\"{date}\""),
            date.to_string(),
        ),
        Raw::Flag(flag) => (
            format!("office:value-type=\"boolean\" office:boolean-value=\"{flag}\""),
            flag.to_string(),
        ),
        Raw::Error(error) => (
            "office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\"".into(),
            error.to_string(),
        ),
    };
    let formats = sheet.formats.iter().find(|(place, _)| *place == at);
    let text = ods_text(&shown, formats.map(|(_, formats)| &**formats).unwrap_or_default());
    format!("<table:{element}{attributes} {value}>{text}</table:{element}>")
}

fn ods_text(text: &str, formats: &[Format]) -> String {
    let mut xml = String::from("<text:p>");
    let mut styles = Vec::new();
    for (place, character) in text.char_indices() {
        let format = formats.iter().find(|format| format.range.contains(&place));
        let style = match format.map(|format| (format.bold, format.italic)) {
            Some((true, true)) => "both",
            Some((true, false)) => "bold",
            Some(_) => "italic",
            None => "",
        };
        // One span a letter: a reader must join what looks alike.
        let letter = match character {
            '\n' => "</text:p><text:p>".to_owned(),
            ' ' => "<text:s/>".to_owned(),
            other => escape(&other.to_string()),
        };
        if style.is_empty() || character == '\n' {
            xml += &letter;
        } else {
            xml += &format!("<text:span text:style-name=\"{style}\">{letter}</text:span>");
        }
        styles.push(style);
    }
    xml + "</text:p>"
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// A part of an .xlsb file: records one after the other.
#[derive(Clone, Debug, Default)]
pub struct Records(pub Vec<u8>);

impl Records {
    /// Adds a record ([MS-XLSB] 2.1.4).
    pub fn add(&mut self, kind: u16, fields: &[&[u8]]) -> &mut Self {
        let body = fields.concat();
        if kind < 0x80 {
            self.0.push(kind as u8);
        } else {
            self.0.extend([kind as u8 | 0x80, (kind >> 7) as u8]);
        }
        let mut size = body.len();
        while size >= 0x80 {
            self.0.push(size as u8 | 0x80);
            size >>= 7;
        }
        self.0.push(size as u8);
        self.0.extend(body);
        self
    }
}

/// A text after its length ([MS-XLSB] 2.5.168).
pub fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let length = (units.len() as u32).to_le_bytes();
    length
        .into_iter()
        .chain(units.iter().flat_map(|unit| unit.to_le_bytes()))
        .collect()
}

/// The parts of a workbook as .xlsb; [`package`] makes a file of them. Fonts 0 to 3 are plain, bold, italic and both; cell
/// formats 0 to 2 show numbers, percentages and dates.
pub fn xlsb_parts(workbook: &Workbook) -> Vec<(String, Vec<u8>)> {
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relationships = |list: &[(String, &str, String)]| {
        let list: String = list
            .iter()
            .map(|(id, kind, target)| {
                format!("<Relationship Id=\"{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>")
            })
            .collect();
        format!("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{list}</Relationships>")
            .into_bytes()
    };
    let mut texts: Vec<(String, Vec<Format>)> = Vec::new();
    let mut tabs = Records::default();
    tabs.add(131, &[])
        .add(153, &[&0u32.to_le_bytes(), &0u32.to_le_bytes(), &wide("")])
        .add(143, &[]);
    let mut related = vec![
        ("rIdA".to_owned(), "styles", "styles.bin".to_owned()),
        ("rIdB".to_owned(), "sharedStrings", "sharedStrings.bin".to_owned()),
    ];
    let mut types = String::new();
    let mut sheets = Vec::new();
    for (index, sheet) in workbook.sheets.iter().enumerate() {
        let number = index as u32 + 1;
        let id = format!("rId{number}");
        tabs.add(
            156,
            &[
                &u32::from(sheet.hidden).to_le_bytes(),
                &number.to_le_bytes(),
                &wide(&id),
                &wide(&sheet.name),
            ],
        );
        related.push((id, "worksheet", format!("worksheets/sheet{number}.bin")));
        types += &format!(
            "<Override PartName=\"/xl/worksheets/sheet{number}.bin\" ContentType=\"application/vnd.ms-excel.worksheet\"/>"
        );
        sheets.push((
            format!("xl/worksheets/sheet{number}.bin"),
            xlsb_sheet(sheet, &mut texts).0,
        ));
    }
    tabs.add(144, &[]);
    let mut formulas = workbook
        .sheets
        .iter()
        .flat_map(|sheet| &sheet.rows)
        .flat_map(|row| &row.cells);
    if formulas.any(|cell| cell.formula == Formula::NotComputed) {
        // Calculate all when it is opened.
        tabs.add(157, &[&[0; 24], &[1, 0]]);
    }
    tabs.add(132, &[]);
    let mut strings = Records::default();
    let count = (texts.len() as u32).to_le_bytes();
    strings.add(159, &[&count, &count]);
    for (text, formats) in &texts {
        strings.add(19, &[&xlsb_text(text, formats)]);
    }
    strings.add(160, &[]);
    let types = format!(
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/xl/workbook.bin\" ContentType=\"application/vnd.ms-excel.sheet.binary.macroEnabled.main\"/>\
         <Override PartName=\"/xl/styles.bin\" ContentType=\"application/vnd.ms-excel.styles\"/>\
         <Override PartName=\"/xl/sharedStrings.bin\" ContentType=\"application/vnd.ms-excel.sharedStrings\"/>\
         <Override PartName=\"/docProps/custom.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.custom-properties+xml\"/>\
         {types}</Types>"
    );
    let properties: String = workbook
        .properties
        .iter()
        .zip(2..)
        .map(|((name, value), id)| {
            let (name, value) = (escape(name), escape(value));
            format!(
                "<property fmtid=\"{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}\" pid=\"{id}\" name=\"{name}\"><vt:lpwstr>{value}</vt:lpwstr></property>"
            )
        })
        .collect();
    let properties = format!(
        "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\" \
         xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\">{properties}</Properties>"
    );
    let root = [
        ("rId1".to_owned(), "officeDocument", "xl/workbook.bin".to_owned()),
        ("rId2".to_owned(), "custom-properties", "docProps/custom.xml".to_owned()),
    ];
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), types.into_bytes()),
        ("_rels/.rels".to_owned(), relationships(&root)),
        ("docProps/custom.xml".to_owned(), properties.into_bytes()),
        ("xl/workbook.bin".to_owned(), tabs.0),
        ("xl/_rels/workbook.bin.rels".to_owned(), relationships(&related)),
        ("xl/styles.bin".to_owned(), xlsb_styles().0),
        ("xl/sharedStrings.bin".to_owned(), strings.0),
    ];
    parts.extend(sheets);
    parts
}

/// A workbook as .xlsb.
#[allow(dead_code)]
pub fn xlsb(workbook: &Workbook) -> Vec<u8> {
    xlsb_of(&xlsb_parts(workbook))
}

/// A file of the parts of an .xlsb.
#[allow(dead_code)]
pub fn xlsb_of(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let parts: Vec<(&str, Vec<u8>)> = parts
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.clone()))
        .collect();
    package(&parts)
}

fn xlsb_styles() -> Records {
    let mut styles = Records::default();
    let count = |count: u32| count.to_le_bytes();
    styles.add(278, &[]).add(615, &[&count(2)]);
    styles.add(44, &[&164u16.to_le_bytes(), &wide("0.0%")]);
    styles.add(44, &[&165u16.to_le_bytes(), &wide("dd/mm/yyyy")]);
    styles.add(616, &[]).add(611, &[&count(4)]);
    for (weight, flags) in [(400u16, 0u16), (700, 0), (400, 2), (700, 2)] {
        let color = [7, 1, 0, 0, 0, 0, 0, 0xFF];
        // Height, flags, weight, position, underline, family, charset, nothing, colour, scheme, name.
        styles.add(
            43,
            &[
                &220u16.to_le_bytes(),
                &flags.to_le_bytes(),
                &weight.to_le_bytes(),
                &[0, 0, 0, 2, 0, 0],
                &color,
                &[0],
                &wide("Calibri"),
            ],
        );
    }
    styles.add(612, &[]);
    styles.add(603, &[&count(1)]).add(45, &[&[0; 68]]).add(604, &[]);
    styles.add(613, &[&count(1)]).add(46, &[&[0; 51]]).add(614, &[]);
    let format = |parent: u16, number: u16| {
        let mut body = [0; 16];
        body[..2].copy_from_slice(&parent.to_le_bytes());
        body[2..4].copy_from_slice(&number.to_le_bytes());
        body[12..14].copy_from_slice(&[0x10, 0x10]);
        body
    };
    styles
        .add(626, &[&count(1)])
        .add(47, &[&format(0xFFFF, 0)])
        .add(627, &[]);
    styles.add(617, &[&count(3)]);
    for number in [0, 164, 165] {
        styles.add(47, &[&format(0, number)]);
    }
    styles.add(618, &[]).add(279, &[]);
    styles
}

/// The rows and columns that a sheet says it has.
const LAST_ROW: u32 = 99;
const LAST_COLUMN: u32 = 25;

fn xlsb_sheet(sheet: &Sheet, texts: &mut Vec<(String, Vec<Format>)>) -> Records {
    let mut out = Records::default();
    let size = [LAST_ROW, LAST_COLUMN].map(u32::to_le_bytes);
    out.add(129, &[]).add(148, &[&[0; 4], &size[0], &[0; 4], &size[1]]);
    if !sheet.hidden_columns.is_empty() {
        out.add(390, &[]);
        for (first, last) in &sheet.hidden_columns {
            let width = 2304u32.to_le_bytes();
            out.add(
                60,
                &[&first.to_le_bytes(), &last.to_le_bytes(), &width, &[0; 4], &[1, 0]],
            );
        }
        out.add(391, &[]);
    }
    out.add(145, &[]);
    for row in &sheet.rows {
        let hidden = [0, u8::from(row.hidden) << 4, 0];
        out.add(
            0,
            &[
                &row.index.to_le_bytes(),
                &[0; 4],
                &300u16.to_le_bytes(),
                &hidden,
                &[0; 4],
            ],
        );
        for cell in &row.cells {
            let at = CellRef::new(row.index, cell.column);
            let (format, number) = match &cell.raw {
                Raw::Number(number) => (0u32, *number),
                Raw::Percent(number) => (1, *number),
                Raw::Date(date) => (2, serial(&date.to_string())),
                _ => (0, 0.0),
            };
            let head = [cell.column.to_le_bytes(), format.to_le_bytes()].concat();
            // Flags of a formula, the size of its tokens, the whole number 1 as the only one, nothing beside them.
            let formula = [0, 0, 3, 0, 0, 0, 0x1E, 1, 0, 0, 0, 0, 0];
            let computed = cell.formula != Formula::None;
            match &cell.raw {
                Raw::Text(text) if computed => out.add(8, &[&head, &wide(text), &formula]),
                Raw::Text(text) => {
                    let formats = sheet.formats.iter().find(|(place, _)| *place == at);
                    let formats = formats.map(|(_, formats)| formats.to_vec()).unwrap_or_default();
                    texts.push((text.to_string(), formats));
                    out.add(7, &[&head, &(texts.len() as u32 - 1).to_le_bytes()])
                }
                Raw::Flag(flag) if computed => out.add(10, &[&head, &[u8::from(*flag)], &formula]),
                Raw::Flag(flag) => out.add(4, &[&head, &[u8::from(*flag)]]),
                Raw::Error(error) => {
                    const ERRORS: [(&str, u8); 3] = [("#DIV/0!", 0x07), ("#REF!", 0x17), ("#N/A", 0x2A)];
                    let (_, code) = ERRORS
                        .iter()
                        .find(|(name, _)| **name == **error)
                        .expect("an error value");
                    if computed {
                        out.add(11, &[&head, &[*code], &formula])
                    } else {
                        out.add(3, &[&head, &[*code]])
                    }
                }
                _ if computed => out.add(9, &[&head, &number.to_le_bytes(), &formula]),
                // As Excel does: what fits into 30 bits is written so, in hundredths if need be.
                _ => match [(number, 2u32), (number * 100.0, 3)]
                    .into_iter()
                    .find(|(n, _)| n.fract() == 0.0 && n.abs() < 5e8)
                {
                    Some((whole, flags)) => out.add(2, &[&head, &((whole as i32 as u32) << 2 | flags).to_le_bytes()]),
                    None => out.add(5, &[&head, &number.to_le_bytes()]),
                },
            };
        }
    }
    out.add(146, &[]);
    if !sheet.merged.is_empty() {
        out.add(177, &[&(sheet.merged.len() as u32).to_le_bytes()]);
        for (first, last) in &sheet.merged {
            let places = [first.row, last.row, first.column, last.column].map(u32::to_le_bytes);
            out.add(176, &[&places.concat()]);
        }
        out.add(178, &[]);
    }
    out.add(130, &[]);
    out
}

/// A text with the fonts of its letters (2.5.114, RichStr).
pub fn xlsb_text(text: &str, formats: &[Format]) -> Vec<u8> {
    let mut runs: Vec<(u16, u16)> = Vec::new();
    let mut unit = 0;
    for (place, character) in text.char_indices() {
        let format = formats.iter().find(|format| format.range.contains(&place));
        let font = format.map_or(0, |format| u16::from(format.bold) + 2 * u16::from(format.italic));
        if runs.last().is_none_or(|(_, last)| *last != font) {
            runs.push((unit, font));
        }
        unit += character.len_utf16() as u16;
    }
    let rich = !formats.is_empty();
    let mut body = vec![u8::from(rich)];
    body.extend(wide(text));
    if rich {
        body.extend((runs.len() as u32).to_le_bytes());
        body.extend(
            runs.iter()
                .flat_map(|(unit, font)| [unit.to_le_bytes(), font.to_le_bytes()].concat()),
        );
    }
    body
}

/// Excel's number of a day after February 1900.
fn serial(date: &str) -> f64 {
    let number = |range: std::ops::Range<usize>| date[range].parse::<i64>().expect("a date");
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    // Days before a month of a year that begins in March.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    (365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 693_900) as f64
}
