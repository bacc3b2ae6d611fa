//! The least that `baocao render` could cost: the same work in kind, without a single check.
//!
//!     floor WORKBOOK TEMPLATE OUT
//!
//! Reads every cell of every sheet with calamine's streaming reader, cuts the template's document.xml at its tags as plain
//! text, joins the pieces with the cells, deflates at level 6 and writes the .docx. No schema, no types, no values of
//! tags: a tag prints the next cell of its sheet, a list repeats its piece for each row that holds the texts quoted in its
//! tag, a condition is always true. What comes out has about the size of the report and is not meant to be read.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Cursor, Read, Write};

use calamine::{DataRef, Reader, Xlsx};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Sheets of the pack that the benchmarks use, as templates and as people call them.
const SHEETS: &[(&str, &str)] = &[
    ("thong_tin", "Thông tin chung"),
    ("nhan_dinh", "Nhận định chung"),
    ("van_ban", "Văn bản chỉ đạo"),
    ("linh_vuc", "Lĩnh vực"),
    ("chi_tieu", "Chỉ tiêu"),
    ("phong_trao", "Phong trào"),
    ("khen_thuong", "Khen thưởng"),
    ("danh_sach_tap_the", "Danh sách tập thể"),
    ("danh_sach", "Danh sách cá nhân"),
    ("danh_gia", "Đánh giá"),
    ("phuong_huong", "Phương hướng"),
    ("noi_nhan", "Nơi nhận"),
];

/// Bytes of document.xml gathered before they are deflated.
const CHUNK: usize = 1 << 16;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [workbook, template, out] = arguments.as_slice() else {
        return Err("floor WORKBOOK TEMPLATE OUT".into());
    };
    let sheets = read(std::fs::read(workbook)?)?;
    let mut package = ZipArchive::new(Cursor::new(std::fs::read(template)?))?;
    let mut document = String::new();
    package.by_name("word/document.xml")?.read_to_string(&mut document)?;
    let (pieces, _) = cut(&document, 0);

    let mut archive = ZipWriter::new(BufWriter::new(File::create(out)?));
    for index in 0..package.len() {
        let part = package.by_index_raw(index)?;
        if part.name()? != "word/document.xml" {
            archive.raw_copy_file(part)?;
        }
    }
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::default())
        .large_file(true);
    archive.start_file("word/document.xml", options)?;
    let mut text = Text {
        buffer: String::with_capacity(2 * CHUNK),
        out: archive,
    };
    let mut next = vec![0; sheets.len()];
    fill(&pieces, &sheets, None, &mut next, &mut text)?;
    text.out.write_all(text.buffer.as_bytes())?;
    text.out.finish()?.flush()?;
    Ok(())
}

// --- Reading ----------------------------------------------------------------------------------------------------------

/// All cells of a sheet as escaped text, one behind the other.
#[derive(Default)]
struct Sheet {
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<usize>,
    /// The first cell of each row.
    rows: Vec<usize>,
}

impl Sheet {
    fn cell(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }

    fn row(&self, row: usize) -> std::ops::Range<usize> {
        let end = self.rows.get(row + 1).copied().unwrap_or(self.ends.len());
        self.rows[row]..end
    }
}

/// Every sheet of the workbook, in the order of [`SHEETS`]; the others are read and dropped.
fn read(bytes: Vec<u8>) -> Result<Vec<Sheet>> {
    let mut workbook = Xlsx::new(Cursor::new(bytes))?;
    let mut sheets: Vec<Sheet> = SHEETS.iter().map(|_| Sheet::default()).collect();
    for name in workbook.sheet_names() {
        let mut sheet = Sheet::default();
        let mut cells = workbook.worksheet_cells_reader(&name)?;
        let mut row = u32::MAX;
        while let Some(cell) = cells.next_cell()? {
            if matches!(cell.get_value(), DataRef::Empty) {
                continue;
            }
            if cell.get_position().0 != row {
                row = cell.get_position().0;
                sheet.rows.push(sheet.ends.len());
            }
            match cell.get_value() {
                DataRef::String(text) => escape(text, &mut sheet.text),
                DataRef::SharedString(text) => escape(text, &mut sheet.text),
                DataRef::Float(number) => write!(sheet.text, "{number}")?,
                DataRef::Int(number) => write!(sheet.text, "{number}")?,
                DataRef::Bool(flag) => write!(sheet.text, "{flag}")?,
                other => write!(sheet.text, "{other:?}")?,
            }
            sheet.ends.push(sheet.text.len());
        }
        if let Some(place) = SHEETS.iter().position(|(_, known)| *known == name) {
            sheets[place] = sheet;
        }
    }
    Ok(sheets)
}

fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(place) = rest.find(['&', '<', '>']) {
        out.push_str(&rest[..place]);
        out.push_str(match rest.as_bytes()[place] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            _ => "&gt;",
        });
        rest = &rest[place + 1..];
    }
    out.push_str(rest);
}

// --- Filling ----------------------------------------------------------------------------------------------------------

enum Piece<'a> {
    Text(&'a str),
    /// A cell of this sheet, or of the list around it.
    Value(Option<usize>),
    /// A piece for each row of the sheet that holds all the texts.
    List {
        sheet: usize,
        texts: Vec<&'a str>,
        pieces: Vec<Piece<'a>>,
    },
    Always(Vec<Piece<'a>>),
}

/// The pieces from a place to the end of the block that it stands in, and the place behind that block.
fn cut(document: &str, mut at: usize) -> (Vec<Piece<'_>>, usize) {
    let mut pieces = Vec::new();
    // What stands behind `{{else}}` is dropped: the other half is printed.
    let mut dropping = false;
    while let Some(start) = document[at..].find("{{").map(|found| at + found) {
        let Some(length) = document[start..].find("}}") else {
            break;
        };
        let tag = document[start + 2..start + length].trim_matches(['{', '~']).trim();
        let end = start + length + 2;
        let mut piece = None;
        let text = &document[at..start];
        at = end;
        if tag.starts_with("/") {
            if !dropping {
                pieces.push(Piece::Text(text));
            }
            return (pieces, at);
        } else if tag.starts_with('#') {
            let (inner, behind) = cut(document, end);
            at = behind;
            piece = Some(match sheet_of(tag).filter(|_| tag.starts_with("#each")) {
                Some(sheet) => Piece::List {
                    sheet,
                    texts: quoted(tag),
                    pieces: inner,
                },
                None => Piece::Always(inner),
            });
        } else if !tag.starts_with("else") && !tag.starts_with('!') {
            piece = Some(Piece::Value(sheet_of(tag)));
        }
        if !dropping {
            pieces.push(Piece::Text(text));
            pieces.extend(piece);
        }
        dropping |= tag.starts_with("else");
    }
    pieces.push(Piece::Text(&document[at..]));
    (pieces, document.len())
}

fn sheet_of(tag: &str) -> Option<usize> {
    let mut words = tag.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.find_map(|word| SHEETS.iter().position(|(id, _)| *id == word))
}

fn quoted(tag: &str) -> Vec<&str> {
    let mut between = tag.split('"').collect::<Vec<_>>();
    if between.len() == 1 {
        between = tag.split("&quot;").collect();
    }
    // The first quoted word names the field.
    between.into_iter().skip(3).step_by(4).collect()
}

struct Text<W: Write + std::io::Seek> {
    buffer: String,
    out: ZipWriter<W>,
}

impl<W: Write + std::io::Seek> Text<W> {
    fn push(&mut self, text: &str) -> Result<()> {
        self.buffer.push_str(text);
        if self.buffer.len() >= CHUNK {
            self.out.write_all(self.buffer.as_bytes())?;
            self.buffer.clear();
        }
        Ok(())
    }
}

/// Writes the pieces. `row`: the list's sheet and the cells of the row that is printed; `next`: the next cell of each sheet.
fn fill<W: Write + std::io::Seek>(
    pieces: &[Piece],
    sheets: &[Sheet],
    row: Option<(usize, std::ops::Range<usize>)>,
    next: &mut [usize],
    out: &mut Text<W>,
) -> Result<()> {
    let mut in_row = row.clone().map(|(sheet, cells)| (sheet, cells.cycle()));
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push(text)?,
            Piece::Value(Some(sheet)) => {
                let cells = sheets[*sheet].ends.len();
                if cells > 0 {
                    out.push(sheets[*sheet].cell(next[*sheet] % cells))?;
                    next[*sheet] += 1;
                }
            }
            Piece::Value(None) => {
                if let Some((sheet, cells)) = &mut in_row
                    && let Some(cell) = cells.next()
                {
                    out.push(sheets[*sheet].cell(cell))?;
                }
            }
            Piece::Always(pieces) => fill(pieces, sheets, row.clone(), next, out)?,
            Piece::List { sheet, texts, pieces } => {
                let list = &sheets[*sheet];
                for index in 0..list.rows.len() {
                    let cells = list.row(index);
                    if texts
                        .iter()
                        .all(|text| cells.clone().any(|cell| list.cell(cell) == *text))
                    {
                        fill(pieces, sheets, Some((*sheet, cells)), next, out)?;
                    }
                }
            }
        }
    }
    Ok(())
}
