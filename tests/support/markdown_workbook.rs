//! Workbooks written as Markdown, for tests that read like the sheet they are about.
//!
//! `## Name` starts a sheet (`## Name {hidden}` a hidden one, `## Name {hidden C, E}` one with hidden columns), a plain line is text in column A, a pipe row is a row, a
//! blank line a blank row (but not next to a heading), a delimiter row (`|---|`) is nothing. Cells: `258` `1.5` numbers,
//! `130.7%` a number with a percent format, `2023-12-15` a date, `TRUE` a flag, `"258"` text, `=A1+B1 -> 3` a formula and
//! its result, `=A1+B1` a formula never computed, `{rich} **a** b *c* ***d***` text with bold and italic letters,
//! `{font .VnTime}` in a text the font of what follows, `<` merged with the cell at its left, `^` with the cell above (`^ text` and still holding a text), `\n` a
//! line break, `\|` a bar, anything else text. A row that ends with `| {hidden}` is hidden.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Formula, Image, Workbook, Worksheet, XlsxError};

/// The workbook as .xlsx bytes. Panics on a mistake in the notation: tests only.
#[allow(dead_code)]
pub fn workbook(markdown: &str) -> Vec<u8> {
    workbook_with(markdown, |_| ())
}

/// The same, finished by hand: properties, for instance.
#[allow(dead_code)]
pub fn workbook_with(markdown: &str, finish: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for sheet in sheets(markdown) {
        write_sheet(workbook.add_worksheet(), &sheet);
    }
    finish(&mut workbook);
    workbook.save_to_buffer().expect("a workbook")
}

/// Gives a workbook one custom document property.
#[allow(dead_code)]
pub fn set_property(workbook: &mut Workbook, name: &str, value: &str) {
    workbook.set_properties(&DocProperties::new().set_custom_property(name, value));
}

/// The bytes of a PNG file of 64 by 20 pixels, told from others by the comment in it. Shows nothing.
#[allow(dead_code)]
pub fn png(comment: &str) -> Vec<u8> {
    let chunk = |kind: &[u8], data: &[u8]| [&(data.len() as u32).to_be_bytes()[..], kind, data, &[0; 4]].concat();
    let header = [0, 0, 0, 64, 0, 0, 0, 20, 8, 6, 0, 0, 0];
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"tEXt", comment.as_bytes()),
    ]
    .concat()
}

/// The same, to be put into a sheet.
#[allow(dead_code)]
pub fn picture(comment: &str) -> Image {
    Image::new_from_buffer(&png(comment)).expect("a picture")
}

/// A sheet as it is written.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The name on the tab.
    pub name: String,
    /// Whether the tab is hidden.
    pub hidden: bool,
    /// Hidden columns, from 0.
    pub hidden_columns: Vec<u16>,
    /// The cells of each row as they are written, and whether the row is hidden.
    pub rows: Vec<(Vec<String>, bool)>,
}

/// The sheets of a workbook written as Markdown.
pub fn sheets(markdown: &str) -> Vec<Sheet> {
    let text: String = markdown.lines().map(|line| format!("\n{}", line.trim())).collect();
    text.split("\n## ").skip(1).map(parse_sheet).collect()
}

fn parse_sheet(section: &str) -> Sheet {
    let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
    let lines: Vec<&str> = body
        .trim_matches(|c| c == '\n' || c == ' ')
        .lines()
        .map(str::trim)
        .collect();
    let mut rows: Vec<(Vec<String>, bool)> = Vec::new();
    for line in lines {
        let Some(inner) = line.strip_prefix('|') else {
            rows.push((vec![line.to_owned()], false));
            continue;
        };
        let (inner, hidden) = match inner.strip_suffix("{hidden}") {
            Some(inner) => (inner.trim_end(), true),
            None => (inner, false),
        };
        let inner = inner.strip_suffix('|').unwrap_or(inner).replace("\\|", "\u{0}");
        let cells: Vec<String> = inner
            .split('|')
            .map(|cell| cell.trim().replace('\u{0}', "|").replace("\\n", "\n"))
            .collect();
        let delimiter = |cell: &String| cell.len() >= 3 && cell.chars().all(|c| c == '-' || c == ':');
        if !cells.iter().all(delimiter) {
            rows.push((cells, hidden));
        }
    }
    let heading = heading.trim();
    let (name, letters) = match heading.split_once("{hidden") {
        Some((name, rest)) => (name, rest.trim_end_matches('}')),
        None => (heading, ""),
    };
    let letters = letters.bytes().filter(u8::is_ascii_uppercase);
    let hidden_columns: Vec<u16> = letters.map(|letter| u16::from(letter - b'A')).collect();
    Sheet {
        name: name.trim().to_owned(),
        hidden: heading.contains("{hidden}"),
        hidden_columns,
        rows,
    }
}

/// The sheets written as Markdown: what [`sheets`] reads.
#[allow(dead_code)]
pub fn print(sheets: &[Sheet]) -> String {
    let mut markdown = String::new();
    for sheet in sheets {
        let letters: String = sheet
            .hidden_columns
            .iter()
            .map(|column| format!(" {}", (b'A' + *column as u8) as char))
            .collect();
        let hidden = if sheet.hidden || !letters.is_empty() {
            format!(" {{hidden{letters}}}")
        } else {
            String::new()
        };
        markdown += &format!("## {}{hidden}\n", sheet.name);
        for (cells, hidden) in &sheet.rows {
            let cells = cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', "\\n"));
            let cells: String = cells.map(|cell| format!(" {cell} |")).collect();
            let hidden = if *hidden { " {hidden}" } else { "" };
            markdown += &format!("|{cells}{hidden}\n");
        }
    }
    markdown
}

impl Sheet {
    /// Its merged ranges: first row, first column, last row, last column.
    pub fn merged(&self) -> Vec<[usize; 4]> {
        let at = |row: usize, column: usize| {
            let (cells, _) = self.rows.get(row)?;
            cells.get(column).map(String::as_str)
        };
        let mut merged = Vec::new();
        for (row, (cells, _)) in self.rows.iter().enumerate() {
            for column in 0..cells.len() {
                if at(row, column).is_some_and(|cell| cell == "<" || is_below(cell)) {
                    continue;
                }
                let last_column = (column + 1..)
                    .take_while(|&next| at(row, next) == Some("<"))
                    .last()
                    .unwrap_or(column);
                let last_row = (row + 1..)
                    .take_while(|&next| at(next, column).is_some_and(is_below))
                    .last()
                    .unwrap_or(row);
                if (last_row, last_column) != (row, column) {
                    merged.push([row, column, last_row, last_column]);
                }
            }
        }
        merged
    }
}

/// Whether a cell is merged with the one above it, holding a text or not.
fn is_below(cell: &str) -> bool {
    cell == "^" || cell.starts_with("^ ")
}

fn write_sheet(worksheet: &mut Worksheet, sheet: &Sheet) {
    worksheet.set_name(&sheet.name).expect("a sheet name");
    if sheet.hidden {
        worksheet.set_hidden(true);
    }
    for column in &sheet.hidden_columns {
        worksheet.set_column_hidden(*column).expect("a column");
    }
    for [row, column, last_row, last_column] in sheet.merged() {
        worksheet
            .merge_range(
                row as u32,
                column as u16,
                last_row as u32,
                last_column as u16,
                "",
                &Format::new(),
            )
            .expect("a merged range");
    }
    for (row, (cells, hidden)) in sheet.rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            write(worksheet, row as u32, column as u16, cell);
        }
        if *hidden {
            worksheet.set_row_hidden(row as u32).expect("a row");
        }
    }
}

/// A number as the notation has it.
pub fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
        && !digits.ends_with('.');
    plain.then(|| text.parse().ok()).flatten()
}

/// A number with a percent sign, divided as decimal text, as Excel stores what a person types.
pub fn percentage(text: &str) -> Option<f64> {
    let number = number(text.strip_suffix('%')?)?;
    format!("{number}e-2").parse().ok()
}

fn write(worksheet: &mut Worksheet, row: u32, column: u16, cell: &str) {
    let percent = || Format::new().set_num_format("0.0%");
    let day = || Format::new().set_num_format("dd/mm/yyyy");
    let result = match cell {
        "" | "<" | "^" => return,
        "TRUE" | "FALSE" => worksheet.write_boolean(row, column, cell == "TRUE"),
        _ if is_below(cell) => worksheet.write_string(row, column, &cell[2..]),
        _ if cell.starts_with(['{', '"']) => write_text(worksheet, row, column, unquoted(cell)),
        _ if cell.starts_with('=') => match cell.split_once("->") {
            Some((formula, result)) => {
                let result = result.trim();
                let formula = Formula::new(formula.trim());
                match percentage(result) {
                    Some(number) => {
                        let formula = formula.set_result(number.to_string());
                        worksheet.write_formula_with_format(row, column, formula, &percent())
                    }
                    None => worksheet.write_formula(row, column, formula.set_result(result)),
                }
            }
            None => worksheet.write_formula(row, column, cell),
        },
        _ if number(cell).is_some() => worksheet.write_number(row, column, number(cell).unwrap_or_default()),
        _ if percentage(cell).is_some() => {
            worksheet.write_number_with_format(row, column, percentage(cell).unwrap_or_default(), &percent())
        }
        _ => match date(cell) {
            Some(date) => worksheet.write_datetime_with_format(row, column, &date, &day()),
            None => worksheet.write_string(row, column, cell),
        },
    };
    result.expect("a cell");
}

fn write_text<'a>(
    worksheet: &'a mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
) -> Result<&'a mut Worksheet, XlsxError> {
    let pieces = pieces(text);
    let formats: Vec<Format> = pieces.iter().map(|(font, _)| font.format()).collect();
    match &pieces[..] {
        [] => worksheet.write_string(row, column, ""),
        [(font, piece)] if !font.bold && !font.italic => {
            worksheet.write_string_with_format(row, column, piece, &font.format())
        }
        _ => {
            let runs = formats.iter().zip(pieces.iter().map(|(_, piece)| piece.as_str()));
            let runs: Vec<(&Format, &str)> = runs.collect();
            // The cell has the font that its text begins with.
            let own = Font {
                bold: false,
                italic: false,
                ..pieces.first().map(|(font, _)| font.clone()).unwrap_or_default()
            };
            worksheet.write_rich_string_with_format(row, column, &runs, &own.format())
        }
    }
}

/// A text without the quotes around it.
pub fn unquoted(cell: &str) -> &str {
    let inner = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
    inner.unwrap_or(cell)
}

/// How letters look.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Font {
    /// Its name; empty for the usual one.
    pub name: String,
    /// Whether they are bold.
    pub bold: bool,
    /// Whether they are italic.
    pub italic: bool,
}

impl Font {
    fn format(&self) -> Format {
        let mut format = Format::new();
        if !self.name.is_empty() {
            format = format.set_font_name(&self.name);
        }
        if self.bold {
            format = format.set_bold();
        }
        if self.italic {
            format = format.set_italic();
        }
        format
    }
}

/// A text in letters of one font each.
pub fn pieces(text: &str) -> Vec<(Font, String)> {
    let (mut rest, marks) = match text.strip_prefix("{rich}") {
        Some(rest) => (rest.trim_start(), true),
        None => (text, false),
    };
    let mut font = Font::default();
    let mut pieces: Vec<(Font, String)> = Vec::new();
    while let Some(letter) = rest.chars().next() {
        if let Some((name, after)) = rest.strip_prefix("{font ").and_then(|rest| rest.split_once('}')) {
            font.name = name.to_owned();
            let is_first = pieces.is_empty();
            rest = after.strip_prefix(' ').filter(|_| is_first).unwrap_or(after);
        } else if let Some(after) = rest.strip_prefix("**").filter(|_| marks) {
            (font.bold, rest) = (!font.bold, after);
        } else if let Some(after) = rest.strip_prefix('*').filter(|_| marks) {
            (font.italic, rest) = (!font.italic, after);
        } else {
            match pieces.last_mut() {
                Some((last, piece)) if *last == font => piece.push(letter),
                _ => pieces.push((font.clone(), letter.to_string())),
            }
            rest = &rest[letter.len_utf8()..];
        }
    }
    pieces
}

/// A date as the notation has it.
pub fn date(cell: &str) -> Option<ExcelDateTime> {
    let [year, month, day] = cell.split('-').collect::<Vec<_>>().try_into().ok()?;
    if year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    ExcelDateTime::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}
