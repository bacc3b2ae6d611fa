//! The least that `baocao render` could cost: the same work in kind, without a single check.
//!
//!     floor WORKBOOK TEMPLATE OUT
//!     floor WORKBOOK WORKBOOK... TEMPLATE FOLDER
//!
//! Reads every cell of every sheet with calamine's streaming reader, cuts the template's document.xml at its tags as plain
//! text, joins the pieces with the cells, deflates at level 6 and writes the .docx. It trusts everything: columns stand in
//! the order of [`SHEETS`], tags are what the pack's template has, cells print as they are, paragraphs that held only tags
//! stay. So the document is not meant to be read, but has about the text and the size of the report.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Cursor, Read, Seek, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use calamine::{DataRef, Reader, Xlsx};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Sheets of the pack that the benchmarks use: name in templates, name on the tab, fields. Forms have one field a row.
const SHEETS: &[(&str, &str, &[&str])] = &[
    (
        "thong_tin",
        "Thông tin chung",
        &[
            "so_van_ban",
            "ky_hieu",
            "loai_don_vi",
            "ten_xa",
            "huyen",
            "tinh",
            "dia_danh",
            "ngay",
            "nam",
            "ngay_so_lieu",
            "chuc_vu",
            "nguoi_ky",
            "khoi_thi_dua",
            "can_cu",
            "dai_hoi_dang",
            "dot_thi_dua",
        ],
    ),
    (
        "nhan_dinh",
        "Nhận định chung",
        &[
            "trong_tam",
            "tuyen_truyen",
            "nhiem_vu_chinh_tri",
            "nguon_luc",
            "chuyen_de_khac",
            "chu_truong",
            "khen_thuong_chung",
            "khen_thuong_khac",
        ],
    ),
    (
        "van_ban",
        "Văn bản chỉ đạo",
        &["nhom", "loai", "so_ky_hieu", "ngay", "co_quan", "trich_yeu"],
    ),
    ("linh_vuc", "Lĩnh vực", &["ma", "ten", "noi_dung"]),
    (
        "chi_tieu",
        "Chỉ tiêu",
        &[
            "ma",
            "linh_vuc",
            "ten",
            "don_vi_tinh",
            "dien_giai",
            "ke_hoach",
            "cach_ghi",
            "thuc_hien",
            "ty_le",
            "so_voi",
            "nam_truoc",
            "tang_truong",
            "muc_tang",
            "uoc_ca_nam",
            "ty_le_uoc",
            "so_voi_uoc",
        ],
    ),
    (
        "phong_trao",
        "Phong trào",
        &[
            "cap",
            "loai",
            "ten",
            "cung_voi",
            "phat_dong_trong_nam",
            "ket_qua",
            "so_lieu",
        ],
    ),
    (
        "van_dong",
        "Kết quả vận động",
        &[
            "ho_ngheo",
            "ho_can_ngheo",
            "ho_hien_dat",
            "dat_hien",
            "bo_rao",
            "tri_gia_dat",
            "doi_ung",
            "doi_ung_tu",
        ],
    ),
    (
        "khen_thuong",
        "Khen thưởng",
        &[
            "ma",
            "cap",
            "trang_thai",
            "so_tap_the",
            "so_ca_nhan",
            "goi_la",
            "ten_cu_the",
            "co_quan",
            "hinh_thuc",
            "thanh_tich",
        ],
    ),
    (
        "danh_sach_tap_the",
        "Danh sách tập thể",
        &["ma_khen_thuong", "ten", "thanh_tich"],
    ),
    (
        "danh_sach",
        "Danh sách cá nhân",
        &["ma_khen_thuong", "ho_ten", "chuc_vu", "don_vi", "thanh_tich"],
    ),
    ("danh_gia", "Đánh giá", &["loai", "noi_dung"]),
    ("phuong_huong", "Phương hướng", &["loai", "noi_dung"]),
    ("noi_nhan", "Nơi nhận", &["noi_dung"]),
];

/// The first two of [`SHEETS`] are forms.
const FORMS: usize = 2;

/// Bytes of document.xml gathered before they are deflated.
const CHUNK: usize = 1 << 16;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [workbooks @ .., template, out] = arguments.as_slice() else {
        return Err("floor WORKBOOK... TEMPLATE OUT".into());
    };
    let mut package = ZipArchive::new(Cursor::new(std::fs::read(template)?))?;
    let mut document = String::new();
    package.by_name("word/document.xml")?.read_to_string(&mut document)?;
    let document = document.replace("&quot;", "\"");
    let mut cutter = Cutter {
        rest: &document,
        scope: Vec::new(),
    };
    let (pieces, _) = cutter.pieces();
    for workbook in workbooks {
        let sheets = read(std::fs::read(workbook)?)?;
        let out = match workbooks {
            [_] => PathBuf::from(out),
            _ => Path::new(out)
                .join(Path::new(workbook).file_name().unwrap_or_default())
                .with_extension("docx"),
        };
        write(&sheets, &mut package, &pieces, &out)?;
    }
    Ok(())
}

fn write(sheets: &[Sheet], package: &mut ZipArchive<Cursor<Vec<u8>>>, pieces: &[Piece], out: &Path) -> Result<()> {
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
        .last_modified_time(DateTime::default());
    archive.start_file("word/document.xml", options)?;
    let mut filler = Filler {
        sheets,
        frames: Vec::new(),
        buffer: String::with_capacity(2 * CHUNK),
        out: archive,
    };
    filler.fill(pieces)?;
    filler.out.write_all(filler.buffer.as_bytes())?;
    filler.out.finish()?.flush()?;
    Ok(())
}

// --- Reading ----------------------------------------------------------------------------------------------------------

/// All cells of a sheet as escaped text, one behind the other.
#[derive(Default)]
struct Sheet {
    text: String,
    /// Column of each cell and where it stands in `text`.
    cells: Vec<(u32, Range<usize>)>,
    /// The cells of each row.
    rows: Vec<Range<usize>>,
}

impl Sheet {
    fn cell(&self, row: usize, column: u32) -> &str {
        let cells = self.rows.get(row).map_or(&[][..], |row| &self.cells[row.clone()]);
        let found = cells.iter().find(|cell| cell.0 == column);
        found.map_or("", |(_, place)| &self.text[place.clone()])
    }

    /// Drops what stands above the first row of data, the example, and rows that hold a number only.
    fn keep_data(&mut self, form: bool) {
        let header = if form { "Mục" } else { "STT" };
        let above = (0..self.rows.len()).find(|row| self.cell(*row, 0) == header);
        self.rows.drain(..above.map_or(0, |row| row + 1));
        if !form {
            let mut rows = std::mem::take(&mut self.rows);
            rows.retain(|row| row.len() > 1 && self.text[self.cells[row.start].1.clone()] != *"VD");
            self.rows = rows;
        }
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
            let start = sheet.text.len();
            match cell.get_value() {
                DataRef::Empty => continue,
                DataRef::String(text) => escape(text, &mut sheet.text),
                DataRef::SharedString(text) => escape(text, &mut sheet.text),
                DataRef::Float(number) => write!(sheet.text, "{number}")?,
                DataRef::Int(number) => write!(sheet.text, "{number}")?,
                DataRef::Bool(flag) => write!(sheet.text, "{flag}")?,
                DataRef::DateTime(date) => write!(sheet.text, "{}", date.as_f64())?,
                other => write!(sheet.text, "{other:?}")?,
            }
            if cell.get_position().0 != row {
                row = cell.get_position().0;
                sheet.rows.push(sheet.cells.len()..sheet.cells.len());
            }
            sheet.cells.push((cell.get_position().1, start..sheet.text.len()));
            if let Some(row) = sheet.rows.last_mut() {
                row.end += 1;
            }
        }
        if let Some(place) = SHEETS.iter().position(|(_, known, _)| *known == name) {
            sheet.keep_data(place < FORMS);
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

// --- Cutting ----------------------------------------------------------------------------------------------------------

enum Piece<'a> {
    Text(&'a str),
    Value(Expression<'a>),
    /// The rows, all of them or the first only, and what each prints.
    List(Rows<'a>, bool, Vec<Piece<'a>>),
    If(Expression<'a>, Vec<Piece<'a>>, Vec<Piece<'a>>),
}

/// A sheet, and the field and value that its rows must have.
struct Rows<'a>(usize, Option<(usize, Box<Expression<'a>>)>);

enum Expression<'a> {
    Text(&'a str),
    /// The sheet, the row's key, the field.
    Root(usize, Option<&'a str>, usize),
    /// Which of the lists around, counted from outside, and the field.
    Local(usize, usize),
    Rows(Rows<'a>),
    /// `@first` and its like.
    Place(&'a str),
    Call(&'a str, Vec<Expression<'a>>),
}

struct Cutter<'a> {
    rest: &'a str,
    /// Sheets of the lists around.
    scope: Vec<usize>,
}

impl<'a> Cutter<'a> {
    /// The pieces up to the tag that ends them, and that tag.
    fn pieces(&mut self) -> (Vec<Piece<'a>>, &'a str) {
        let mut pieces = Vec::new();
        while let Some(start) = self.rest.find("{{") {
            let Some(length) = self.rest[start..].find("}}") else {
                break;
            };
            pieces.push(Piece::Text(&self.rest[..start]));
            let tag = self.rest[start + 2..start + length].trim();
            self.rest = &self.rest[start + length + 2..];
            if tag.starts_with('/') || tag.starts_with("else") {
                return (pieces, tag);
            } else if let Some(block) = tag.strip_prefix('#') {
                let inside = self.rest;
                let block = self.block(block);
                let inside = &inside[..inside.len() - self.rest.len()];
                let block = match block {
                    Piece::List(rows, first, inner) if inside.contains("</w:tc>") => {
                        self.row(&mut pieces, rows, first, inner)
                    }
                    block => block,
                };
                pieces.push(block);
            } else if !tag.starts_with('!') {
                pieces.push(Piece::Value(self.expression(&mut tokens(tag))));
            }
        }
        pieces.push(Piece::Text(self.rest));
        self.rest = "";
        (pieces, "")
    }

    /// A list whose tags stand in the first and the last cell repeats the row around them.
    fn row(
        &mut self,
        before: &mut Vec<Piece<'a>>,
        rows: Rows<'a>,
        first: bool,
        mut inner: Vec<Piece<'a>>,
    ) -> Piece<'a> {
        if let Some(Piece::Text(text)) = before.pop() {
            let (above, start) = text.split_at(text.rfind("<w:tr>").unwrap_or(text.len()));
            before.push(Piece::Text(above));
            inner.insert(0, Piece::Text(start));
        }
        let end = self.rest.find("</w:tr>").map_or(0, |end| end + "</w:tr>".len());
        inner.push(Piece::Text(&self.rest[..end]));
        self.rest = &self.rest[end..];
        Piece::List(rows, first, inner)
    }

    fn block(&mut self, tag: &'a str) -> Piece<'a> {
        let (name, asked) = tag.split_once(' ').unwrap_or((tag, ""));
        let asked = self.expression(&mut tokens(asked));
        match (name, asked) {
            ("each" | "with", asked) => {
                let (rows, first) = match asked {
                    Expression::Rows(rows) => (rows, false),
                    Expression::Call(_, mut inner) => match inner.pop() {
                        Some(Expression::Rows(rows)) => (rows, true),
                        _ => (Rows(0, None), true),
                    },
                    _ => (Rows(0, None), true),
                };
                self.scope.push(rows.0);
                let (pieces, end) = self.pieces();
                self.scope.pop();
                if end.starts_with("else") {
                    self.pieces();
                }
                Piece::List(rows, first, pieces)
            }
            (name, asked) => {
                let (then, end) = self.pieces();
                let mut other = Vec::new();
                if let Some(again) = end.strip_prefix("else if ") {
                    other.push(self.block_if(again));
                } else if end == "else" {
                    other = self.pieces().0;
                }
                if name == "unless" {
                    Piece::If(asked, other, then)
                } else {
                    Piece::If(asked, then, other)
                }
            }
        }
    }

    fn block_if(&mut self, condition: &'a str) -> Piece<'a> {
        let asked = self.expression(&mut tokens(condition));
        let (then, end) = self.pieces();
        let other = match end.strip_prefix("else if ") {
            Some(again) => vec![self.block_if(again)],
            None if end == "else" => self.pieces().0,
            None => Vec::new(),
        };
        Piece::If(asked, then, other)
    }

    /// A helper with its parameters when there is more than one word, up to the closing parenthesis.
    fn expression(&self, words: &mut std::vec::IntoIter<&'a str>) -> Expression<'a> {
        let mut found = Vec::new();
        let mut name = "";
        while let Some(word) = words.next() {
            match word {
                "(" => found.push(self.expression(words)),
                ")" => break,
                _ if word.starts_with('"') => found.push(Expression::Text(word.trim_matches('"'))),
                _ if word.contains('=') => {}
                _ => match self.name(word) {
                    Some(value) => found.push(value),
                    None if name.is_empty() && found.is_empty() => name = word,
                    None => found.push(Expression::Text(word)),
                },
            }
        }
        match (name, found.len()) {
            ("", _) => found.pop().unwrap_or(Expression::Text("")),
            ("where", 3) => {
                let mut parts = found.into_iter();
                match (parts.next(), parts.next(), parts.next()) {
                    (Some(Expression::Rows(Rows(sheet, _))), Some(Expression::Text(field)), Some(value)) => {
                        let field = SHEETS[sheet].2.iter().position(|known| *known == field);
                        Expression::Rows(Rows(sheet, field.map(|field| (field, Box::new(value)))))
                    }
                    _ => Expression::Text(""),
                }
            }
            _ => Expression::Call(name, found),
        }
    }

    fn name(&self, word: &'a str) -> Option<Expression<'a>> {
        if word.starts_with('@') {
            return Some(Expression::Place(word));
        }
        for (depth, sheet) in self.scope.iter().enumerate().rev() {
            if let Some(field) = SHEETS[*sheet].2.iter().position(|known| *known == word) {
                return Some(Expression::Local(depth, field));
            }
        }
        let mut steps = word.split('.');
        let first = steps.next()?;
        let sheet = SHEETS.iter().position(|(id, _, _)| *id == first)?;
        let (key, field) = match (steps.next(), steps.next()) {
            (None, _) => return Some(Expression::Rows(Rows(sheet, None))),
            (Some(field), None) => (None, field),
            (key, Some(field)) => (key, field),
        };
        let field = SHEETS[sheet].2.iter().position(|known| *known == field)?;
        Some(Expression::Root(sheet, key, field))
    }
}

/// Words, parentheses, and texts with their quotation marks.
fn tokens(tag: &str) -> std::vec::IntoIter<&str> {
    let mut found = Vec::new();
    let mut rest = tag.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' => 1,
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            _ => rest.find([' ', '(', ')']).unwrap_or(rest.len()),
        };
        found.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    found.into_iter()
}

// --- Filling ----------------------------------------------------------------------------------------------------------

/// The row of a list that is being printed.
struct Frame {
    sheet: usize,
    row: usize,
    number: usize,
    last: bool,
}

struct Filler<'a, W: Write + Seek> {
    sheets: &'a [Sheet],
    frames: Vec<Frame>,
    buffer: String,
    out: ZipWriter<W>,
}

impl<'a, W: Write + Seek> Filler<'a, W> {
    fn fill(&mut self, pieces: &[Piece<'a>]) -> Result<()> {
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.buffer.push_str(text),
                Piece::Value(value) => self.print(value)?,
                Piece::If(asked, then, other) => {
                    let chosen = if self.holds(asked) { then } else { other };
                    self.fill(chosen)?;
                }
                Piece::List(rows, first, pieces) => {
                    let mut chosen = self.chosen(rows);
                    if *first {
                        chosen.truncate(1);
                    }
                    for (number, row) in chosen.iter().enumerate() {
                        self.frames.push(Frame {
                            sheet: rows.0,
                            row: *row,
                            number: number + 1,
                            last: number + 1 == chosen.len(),
                        });
                        self.fill(pieces)?;
                        self.frames.pop();
                    }
                }
            }
            if self.buffer.len() >= CHUNK {
                self.out.write_all(self.buffer.as_bytes())?;
                self.buffer.clear();
            }
        }
        Ok(())
    }

    fn chosen(&self, rows: &Rows) -> Vec<usize> {
        let sheet = &self.sheets[rows.0];
        let wanted = rows
            .1
            .as_ref()
            .map(|(field, value)| (*field as u32 + 1, self.text(value)));
        let right = |row: &usize| wanted.is_none_or(|(column, value)| sheet.cell(*row, column) == value);
        (0..sheet.rows.len()).filter(right).collect()
    }

    fn text(&self, value: &Expression<'a>) -> &'a str {
        match value {
            Expression::Text(text) => text,
            Expression::Root(sheet, None, field) if *sheet < FORMS => self.sheets[*sheet].cell(*field, 1),
            Expression::Root(sheet, key, field) => {
                let sheet = &self.sheets[*sheet];
                let row = (0..sheet.rows.len()).find(|row| Some(sheet.cell(*row, 1)) == *key);
                row.map_or("", |row| sheet.cell(row, *field as u32 + 1))
            }
            Expression::Local(depth, field) => match self.frames.get(*depth) {
                Some(frame) => self.sheets[frame.sheet].cell(frame.row, *field as u32 + 1),
                None => "",
            },
            Expression::Call(_, inner) => inner.first().map_or("", |inner| self.text(inner)),
            Expression::Rows(_) | Expression::Place(_) => "",
        }
    }

    fn holds(&self, asked: &Expression<'a>) -> bool {
        match asked {
            Expression::Rows(rows) => !self.chosen(rows).is_empty(),
            Expression::Place("@first") => self.frames.last().is_some_and(|frame| frame.number == 1),
            Expression::Place(_) => self.frames.last().is_some_and(|frame| frame.last),
            Expression::Call("or", inner) => inner.iter().any(|inner| self.holds(inner)),
            Expression::Call("and", inner) => inner.iter().all(|inner| self.holds(inner)),
            Expression::Call("not", inner) => !inner.iter().any(|inner| self.holds(inner)),
            Expression::Call("eq", inner) => inner.windows(2).all(|pair| self.text(&pair[0]) == self.text(&pair[1])),
            Expression::Call("lt", inner) => inner.first().is_some_and(|inner| self.text(inner).starts_with('-')),
            Expression::Call("gt", inner) => inner.first().is_some_and(|inner| !self.text(inner).starts_with('-')),
            Expression::Call(_, inner) => inner.first().is_some_and(|inner| self.holds(inner)),
            _ => !self.text(asked).is_empty(),
        }
    }

    fn print(&mut self, value: &Expression<'a>) -> Result<()> {
        match value {
            Expression::Place(_) => {
                let number = self.frames.last().map_or(0, |frame| frame.number);
                write!(self.buffer, "{number}")?;
            }
            Expression::Call("concat", inner) => {
                for inner in inner {
                    self.print(inner)?;
                }
            }
            _ => self.buffer.push_str(self.text(value)),
        }
        Ok(())
    }
}
