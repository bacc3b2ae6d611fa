//! Reads a table: the header row wherever it stands, then every row below it, each accounted for.

use super::column::{self, Column};
use super::findings::Findings;
use super::keyed::Keyed;
use super::locate::{Labels, ask, is_running_number, label_text, unit_of};
use super::{Record, SheetData, formats_at};
use crate::diagnostic::{CellRef, Diagnostic, Place};
use crate::schema::Sheet;
use crate::text;
use crate::value::{Format, Raw, Type, Value};
use crate::vietnamese::fold;
use crate::workbook::{self, Cell, Row};

/// The header stands among the first rows with content.
const HEADER_ROWS: usize = 30;

/// An example row stands among the first rows below the header.
const FURNITURE_ROWS: usize = 3;

/// What a column of the sheet is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// The field with this index.
    Field(usize),
    /// Running numbers.
    Running,
    /// A header the schema doesn't know, by its index in [`Header::unknown`].
    Unknown(usize),
    /// No header.
    None,
}

/// Where the header row stands, and which columns it names.
pub(super) struct Header {
    /// The row of the labels.
    pub row: u32,
    /// The first row that may hold data.
    pub data: u32,
    /// The column of each field.
    pub columns: Vec<Option<u32>>,
    running: Option<u32>,
    /// Headers that are no field's: where, and what they say.
    unknown: Vec<(CellRef, String)>,
    /// Columns that carry the same field once more.
    duplicates: Vec<(usize, CellRef)>,
}

/// Reads a sheet laid out as a table.
pub(super) fn read(declared: &Sheet, index: usize, sheet: workbook::Sheet, findings: &mut Findings) -> SheetData {
    let labels = Labels::new(declared);
    let Some(header) = find_header(declared, &labels, &sheet) else {
        let name = &sheet.name;
        let wanted: Vec<&str> = declared.fields.iter().map(|field| field.label.as_str()).collect();
        let wanted = wanted.join("», «");
        findings.push(
            Diagnostic::error(
                "trang-tinh/khong-co-tieu-de",
                Place::Sheet(name.clone()),
                text!(
                    "không tìm thấy dòng tiêu đề của bảng trong trang «{name}»",
                    "sheet «{name}» has no header row of the table"
                ),
            )
            .hint(text!(
                "thêm dòng tiêu đề có các cột «{wanted}»",
                "add a header row with the columns «{wanted}»"
            )),
        );
        return SheetData {
            name: sheet.name,
            columns: vec![None; declared.fields.len()],
            ..SheetData::default()
        };
    };
    let misspelt = report_columns(declared, &header, &sheet, findings);
    read_rows(declared, index, header, misspelt, sheet, findings)
}

fn place(sheet: &str, at: CellRef) -> Place {
    Place::Cell(sheet.to_owned(), at)
}

/// The row that names the most columns.
fn find_header(declared: &Sheet, labels: &Labels, sheet: &workbook::Sheet) -> Option<Header> {
    let mut best: Option<(usize, usize, Header)> = None;
    for row in sheet.rows.iter().take(HEADER_ROWS) {
        let header = header_of(declared, labels, sheet, row);
        let matches = header.columns.iter().flatten().count();
        let texts = row.cells.iter().filter(|cell| label_text(cell).is_some()).count();
        // A title may happen to be the label of one column.
        let convincing = matches >= 2 || matches == 1 && (texts >= 2 || declared.fields.len() == 1);
        if convincing
            && best
                .as_ref()
                .is_none_or(|(most, most_texts, _)| (matches, texts) > (*most, *most_texts))
        {
            best = Some((matches, texts, header));
        }
        // No other row can name more than all of them.
        if matches == declared.fields.len() && matches > 1 {
            break;
        }
    }
    best.map(|(_, _, header)| header)
}

fn header_of(declared: &Sheet, labels: &Labels, sheet: &workbook::Sheet, row: &Row) -> Header {
    let mut header = Header {
        row: row.index,
        data: row.index + 1,
        columns: vec![None; declared.fields.len()],
        running: None,
        unknown: Vec::new(),
        duplicates: Vec::new(),
    };
    // Labels merged down into this row from the rows above count as its own.
    let mut cells: Vec<(CellRef, u32, &str)> = Vec::new();
    for cell in &row.cells {
        if let Some(text) = label_text(cell) {
            cells.push((CellRef::new(row.index, cell.column), row.index, text));
        }
    }
    for (first, last) in &sheet.merged {
        if first.row > row.index || last.row < row.index || first.row == last.row {
            continue;
        }
        let origin = sheet
            .rows
            .binary_search_by_key(&first.row, |row| row.index)
            .ok()
            .and_then(|index| sheet.rows.get(index))
            .and_then(|row| row.cell(first.column));
        if first.row == row.index {
            header.data = header.data.max(last.row + 1);
        } else if let Some(text) = origin.and_then(label_text) {
            cells.push((*first, last.row, text));
        }
    }
    cells.sort_by_key(|(at, ..)| at.column);
    for (at, last_row, text) in cells {
        header.data = header.data.max(last_row + 1);
        if let Some(field) = labels.find(text) {
            match header.columns.get_mut(field) {
                Some(column @ None) => *column = Some(at.column),
                _ => header.duplicates.push((field, at)),
            }
        } else if is_running_number(text) && header.running.is_none() {
            header.running = Some(at.column);
        } else {
            header.unknown.push((at, text.to_owned()));
        }
    }
    header
}

/// Tells what is wrong with the header; returns the unknown headers that are misspelt ones.
fn report_columns(declared: &Sheet, header: &Header, sheet: &workbook::Sheet, findings: &mut Findings) -> Vec<usize> {
    let name = &sheet.name;
    let mut misspelt = Vec::new();
    for (field, column) in declared.fields.iter().zip(&header.columns) {
        if let Some(column) = column {
            report_header(field, CellRef::new(header.row, *column), sheet, findings);
            continue;
        }
        let free: Vec<(usize, CellRef, &str)> = header
            .unknown
            .iter()
            .enumerate()
            .filter(|(index, _)| !misspelt.contains(index))
            .map(|(index, (at, text))| (index, *at, text.as_str()))
            .collect();
        let row = sheet.rows.iter().find(|row| row.index == header.row);
        let first = row.and_then(|row| row.cells.first()).map_or(0, |cell| cell.column);
        if let Some((finding, meant)) = ask::column(field, &free, CellRef::new(header.row, first), sheet) {
            misspelt.extend(meant);
            findings.push(finding);
        }
    }
    for (field, at) in &header.duplicates {
        let Some(declared) = declared.fields.get(*field) else {
            continue;
        };
        let label = &declared.label;
        let first = header.columns.get(*field).copied().flatten().unwrap_or_default();
        let first = CellRef::new(header.row, first);
        findings.push(
            Diagnostic::error(
                "cot/trung",
                place(name, *at),
                text!(
                    "cần một cột «{label}», có hai: ở {first} và ở {at}",
                    "one column «{label}» is needed, there are two: at {first} and at {at}"
                ),
            )
            .field(&declared.id)
            .hint(text!(
                "xóa hoặc đổi tên cột không dùng",
                "delete or rename the one not in use"
            )),
        );
    }
    misspelt
}

/// Warns of a used column that is hidden, or whose header names another unit of money than the schema.
fn report_header(field: &crate::schema::Field, at: CellRef, sheet: &workbook::Sheet, findings: &mut Findings) {
    let label = &field.label;
    let hidden = |(first, last): &(u32, u32)| (*first..=*last).contains(&at.column);
    if sheet.hidden_columns.iter().any(hidden) {
        findings.push(
            Diagnostic::warning(
                "cot/an",
                place(&sheet.name, at),
                text!(
                    "cột «{label}» đang ẩn nhưng số liệu của nó được dùng",
                    "column «{label}» is hidden, yet its data is used"
                ),
            )
            .field(&field.id)
            .hint(text!(
                "chọn hai cột hai bên, bấm chuột phải, chọn Bỏ ẩn",
                "select the columns on both sides, right-click, choose Unhide"
            )),
        );
    }
    let row = sheet.rows.iter().find(|row| row.index == at.row);
    let header = row
        .and_then(|row| row.cell(at.column))
        .and_then(label_text)
        .and_then(unit_of);
    if let (Some((_, found)), Some(wanted)) = (header, &field.unit) {
        let (found_key, wanted_key) = (fold(found), fold(wanted));
        let money = |unit: &str| unit.split(' ').any(|word| word == "dong");
        if money(&found_key) && money(&wanted_key) && found_key != wanted_key {
            findings.push(
                Diagnostic::error(
                    "cot/khac-don-vi",
                    place(&sheet.name, at),
                    text!(
                        "cột «{label}» cần tính bằng «{wanted}», tiêu đề ghi «{found}»",
                        "column «{label}» needs «{wanted}», the header says «{found}»"
                    ),
                )
                .field(&field.id)
                .hint(text!(
                    "đổi số liệu sang «{wanted}» rồi sửa tiêu đề",
                    "convert the figures to «{wanted}», then change the header"
                )),
            );
        }
    }
}

/// Whether a row only numbers the columns: `1 2 3`, `A B 1 2`, `(1) (2) (3)=(1)+(2)`.
fn is_numbering(row: &Row, columns: usize) -> bool {
    let (mut letter, mut number, mut tokens) = (b'A', 1u32, 0);
    for cell in row.cells.iter().filter(|cell| !cell.is_blank()) {
        let token = match &cell.raw {
            Raw::Number(number) => number.to_string(),
            Raw::Text(text) => text.trim().to_owned(),
            _ => return false,
        };
        let token = token.split('=').next().unwrap_or_default();
        let token = token.trim().trim_start_matches('(').trim_end_matches(')').trim();
        if token.as_bytes() == [letter] {
            letter = letter.saturating_add(1);
        } else if token.parse() == Ok(number) {
            number += 1;
        } else {
            return false;
        }
        tokens += 1;
    }
    tokens >= columns.saturating_sub(1).max(2)
}

/// Whether a row is the example row of a blank workbook: its first cell says so.
fn is_example(row: &Row) -> bool {
    let first = row.cells.iter().find(|cell| !cell.is_blank()).and_then(label_text);
    first.is_some_and(|text| text.len() <= 16 && matches!(fold(text).as_str(), "vd" | "vi du"))
}

/// Warns of an example row that says something else than the pack's examples: somebody may have typed data into it.
fn report_example(declared: &Sheet, data: &SheetData, row: &Row, findings: &mut Findings) {
    let changed = declared.fields.iter().zip(&data.columns).find_map(|(field, column)| {
        let cell = row.cell((*column)?).filter(|cell| !cell.is_blank())?;
        let value = field.read(&cell.raw).value;
        let example = field.example.as_deref()?;
        let example = field.read(&Raw::Text(example.into())).value;
        (value != example).then_some(cell.column)
    });
    let Some(column) = changed else { return };
    findings.push(
        Diagnostic::warning(
            "dong/vi-du",
            place(&data.name, CellRef::new(row.index, column)),
            text!(
                "dòng ví dụ «VD» ghi khác mẫu; dòng này không được tính vào số liệu",
                "the example row «VD» differs from the pack's; it does not count as data"
            ),
        )
        .hint(text!(
            "nếu là số liệu thật thì chép xuống một dòng có số thứ tự, nếu không thì bỏ qua",
            "if it is real data, move it to a numbered row; else let it be"
        )),
    );
}

/// The name of a total row: `Tổng cộng`.
fn total_name<'a>(declared: &Sheet, row: &'a Row, uses: &[Use]) -> Option<&'a str> {
    let mut texts = row
        .cells
        .iter()
        .take(3)
        .filter_map(|cell| Some((cell, label_text(cell)?)));
    texts.find_map(|(cell, text)| {
        // Folding every row's texts would cost more than reading them.
        let trimmed = text.trim();
        let mut characters = trimmed.chars();
        if trimmed.len() > 24
            || !matches!(characters.next(), Some('T' | 't' | 'C' | 'c'))
            || !matches!(characters.next(), Some('o' | 'O' | 'ô' | 'Ô' | 'ổ' | 'Ổ' | 'ộ' | 'Ộ'))
        {
            return None;
        }
        let key = fold(trimmed);
        if !matches!(
            key.as_str(),
            "tong cong" | "cong" | "tong so" | "tong" | "cong chung" | "tong chung"
        ) {
            return None;
        }
        let field = match uses.get(cell.column as usize) {
            Some(Use::Field(field)) => declared.fields.get(*field),
            _ => None,
        };
        let permitted = field.is_some_and(|field| {
            field.ty == Type::Choice && field.choices.iter().any(|choice| fold(&choice.value) == key)
        });
        let declared_row = declared
            .rows
            .iter()
            .any(|row| row.values.values().any(|value| fold(value) == key));
        (!permitted && !declared_row).then_some(trimmed)
    })
}

/// The merged ranges that touch the data, for a sheet without hundreds of them.
struct Merges {
    ranges: Vec<(CellRef, CellRef, bool)>,
}

impl Merges {
    fn new(header: &Header, sheet: &workbook::Sheet) -> Self {
        // Excel itself gets slow long before this; a hostile file must not.
        const MOST: usize = 2_000;
        let column = |column: &u32, range: &(CellRef, CellRef)| (range.0.column..=range.1.column).contains(column);
        let touching = sheet.merged.iter().filter(|range| {
            range.0.row >= header.data && header.columns.iter().flatten().any(|used| column(used, range))
        });
        Self {
            ranges: touching
                .take(MOST)
                .map(|(first, last)| (*first, *last, false))
                .collect(),
        }
    }

    /// Marks the ranges of a data row as found among data.
    fn touch(&mut self, row: u32) {
        for (first, last, touched) in &mut self.ranges {
            *touched |= (first.row..=last.row).contains(&row);
        }
    }

    /// Whether a cell is hidden behind a merged range's first cell.
    fn covers(&self, at: CellRef) -> bool {
        self.ranges.iter().any(|(first, last, _)| {
            at != *first
                && (first.row..=last.row).contains(&at.row)
                && (first.column..=last.column).contains(&at.column)
        })
    }
}

/// Reads the rows below a header.
pub(super) fn read_rows(
    declared: &Sheet,
    index: usize,
    header: Header,
    misspelt: Vec<usize>,
    sheet: workbook::Sheet,
    findings: &mut Findings,
) -> SheetData {
    let mut uses = column_uses(&header);
    let mut merges = Merges::new(&header, &sheet);
    let mut columns: Vec<Column> = declared
        .fields
        .iter()
        .map(|field| Column::new(declared, field))
        .collect();
    let mut keyed = Keyed::new(declared);
    let mut data = SheetData {
        name: sheet.name,
        columns: header.columns,
        ..SheetData::default()
    };
    // Numbering and example rows, which stand first, show nothing of how the clerk writes.
    let data_rows = sheet.rows.iter().filter(|row| row.index >= header.data).enumerate();
    let data_rows = data_rows.filter(|(index, row)| *index >= FURNITURE_ROWS || !is_example(row));
    column::survey(
        &mut columns,
        &data.columns,
        data_rows.map(|(_, row)| row),
        &data.name,
        findings,
    );
    let mut unknown: Vec<bool> = header.unknown.iter().map(|_| false).collect();
    for index in misspelt {
        // Told already, as a misspelt header.
        if let Some(unknown) = unknown.get_mut(index) {
            *unknown = true;
        }
    }
    let mut stray: Vec<CellRef> = Vec::new();
    let mut hidden: Vec<CellRef> = Vec::new();
    let header_width = data.columns.iter().flatten().count() + usize::from(header.running.is_some());
    let mut first_row = true;

    for row in sheet.rows.into_iter().filter(|row| row.index >= header.data) {
        let first_data_row = std::mem::take(&mut first_row);
        if is_example(&row) {
            report_example(declared, &data, &row, findings);
            first_row = first_data_row;
            continue;
        }
        if first_data_row && is_numbering(&row, header_width) {
            first_row = first_data_row;
            continue;
        }
        let (mut in_field, mut outside) = (None, None);
        for cell in row.cells.iter().filter(|cell| !cell.is_blank()) {
            let at = CellRef::new(row.index, cell.column);
            match uses.get(cell.column as usize).copied().unwrap_or(Use::None) {
                Use::Field(_) => in_field = in_field.or(Some(at)),
                Use::Running => {}
                Use::Unknown(_) | Use::None => outside = outside.or(Some(at)),
            }
        }
        let Some(first) = in_field else {
            if let Some(at) = outside {
                report_outside(&data.name, at, &row, findings);
            }
            continue;
        };
        if let Some(total) = total_name(declared, &row, &uses) {
            report_total(&data.name, first, total, findings);
            continue;
        }
        if outside.is_some() {
            for cell in row.cells.iter().filter(|cell| !cell.is_blank()) {
                match uses.get(cell.column as usize).copied().unwrap_or(Use::None) {
                    Use::Unknown(index) => {
                        let told = unknown.get_mut(index).map(|told| std::mem::replace(told, true));
                        if let (Some(false), Some((at, text))) = (told, header.unknown.get(index)) {
                            report_unknown(&data.name, *at, text, findings);
                        }
                    }
                    Use::None => {
                        let column = cell.column as usize;
                        if column >= uses.len() {
                            uses.resize(column + 1, Use::None);
                        }
                        // Once told, the column is nobody's business any more.
                        if let Some(known) = uses.get_mut(column) {
                            *known = Use::Running;
                        }
                        stray.push(CellRef::new(row.index, cell.column));
                    }
                    Use::Field(_) | Use::Running => {}
                }
            }
        }
        if row.hidden {
            hidden.push(first);
        }
        merges.touch(row.index);
        let record = data.records.len();
        let found = keyed.find(&row, &data);
        let reader = RowReader {
            columns: &columns,
            data: &data,
            merges: &merges,
            keyed: &keyed,
        };
        let values = reader.read(&row, found, (index, record), findings);
        if !sheet.formats.is_empty() {
            let formats = reader.formats(&row, &sheet.formats, &values);
            data.formats.extend(formats);
        }
        let key = keyed.settle(found, &row, &values, &data, findings);
        data.records.push(Record { row: row.index, values });
        if let Some(key) = key {
            data.by_key.entry(key).or_insert(record);
        }
    }

    report_merged(&data.name, &merges, findings);
    report_hidden(&data.name, hidden, findings);
    report_stray(&data.name, stray, findings);
    keyed.finish(&data, findings);
    report_count(declared, &data, findings);
    data.records.shrink_to_fit();
    data
}

fn column_uses(header: &Header) -> Vec<Use> {
    let mut uses = Vec::new();
    let mut set = |column: u32, use_: Use| {
        let column = column as usize;
        if column >= uses.len() {
            uses.resize(column + 1, Use::None);
        }
        if let Some(slot) = uses.get_mut(column) {
            *slot = use_;
        }
    };
    for (index, (at, _)) in header.unknown.iter().enumerate() {
        set(at.column, Use::Unknown(index));
    }
    // A second column of one field was told; its cells are not strange.
    for (_, at) in &header.duplicates {
        set(at.column, Use::Running);
    }
    if let Some(column) = header.running {
        set(column, Use::Running);
    }
    for (field, column) in header.columns.iter().enumerate() {
        if let Some(column) = column {
            set(*column, Use::Field(field));
        }
    }
    uses
}

/// What is needed to read a row.
struct RowReader<'a> {
    columns: &'a [Column<'a>],
    data: &'a SheetData,
    merges: &'a Merges,
    keyed: &'a Keyed<'a>,
}

impl RowReader<'_> {
    fn read(
        &self,
        row: &Row,
        declared: Option<usize>,
        (sheet, record): (usize, usize),
        findings: &mut Findings,
    ) -> Box<[Option<Value>]> {
        let mut cells = row.cells.as_slice();
        let fields = self.columns.iter().zip(&self.data.columns).enumerate();
        fields
            .map(|(field, (column, at))| {
                let Some(at) = *at else {
                    return self.keyed.fixed(declared, field, true).or(column.default()).cloned();
                };
                let cell = cell_from(&mut cells, row, at).filter(|cell| !cell.is_blank());
                if let Some(fixed) = self.keyed.fixed(declared, field, cell.is_none()) {
                    return Some(fixed.clone());
                }
                let at = CellRef::new(row.index, at);
                if cell.is_none() && self.merges.covers(at) {
                    findings.mark_faulty((sheet, record, field));
                    return None;
                }
                column.read(cell, || place(&self.data.name, at), (sheet, record, field), findings)
            })
            .collect()
    }

    /// What is bold or italic in the values of a row, by cell.
    fn formats(
        &self,
        row: &Row,
        formats: &[(CellRef, Box<[Format]>)],
        values: &[Option<Value>],
    ) -> Vec<(CellRef, Box<[Format]>)> {
        let fields = self.columns.iter().zip(&self.data.columns).zip(values);
        let found = fields.filter_map(|((column, at), value)| {
            let at = CellRef::new(row.index, (*at)?);
            let formats = formats_at(formats, at);
            let cell = row.cell(at.column).filter(|_| !formats.is_empty())?;
            let carried = column.formats(label_text(cell)?, formats, value.as_ref());
            (!carried.is_empty()).then_some((at, carried))
        });
        found.collect()
    }
}

/// The cell in a column; columns mostly come in order, so the search goes on where the last one ended.
fn cell_from<'r>(rest: &mut &'r [Cell], row: &'r Row, column: u32) -> Option<&'r Cell> {
    while let [first, others @ ..] = *rest {
        if first.column > column {
            break;
        }
        *rest = others;
        if first.column == column {
            return Some(first);
        }
    }
    row.cell(column)
}

fn report_outside(sheet: &str, at: CellRef, row: &Row, findings: &mut Findings) {
    let text = row.cells.iter().find(|cell| !cell.is_blank()).and_then(label_text);
    let quoted = text
        .map(|text| format!(" “{}”", crate::diagnostic::shorten(text.trim())))
        .unwrap_or_default();
    let number = row.index + 1;
    findings.push(
        Diagnostic::warning(
            "dong/ngoai-bang",
            place(sheet, at),
            text!(
                "dòng {number} chỉ có nội dung{quoted} ngoài các cột của bảng; nội dung này không được dùng",
                "row {number} has content{quoted} only outside the table's columns; it is not used"
            ),
        )
        .hint(text!(
            "xóa nội dung này, hoặc ghi vào đúng cột",
            "delete it, or move it to its column"
        )),
    );
}

fn report_total(sheet: &str, at: CellRef, total: &str, findings: &mut Findings) {
    let number = at.row + 1;
    findings.push(
        Diagnostic::warning(
            "dong/tong",
            place(sheet, at),
            text!(
                "dòng {number} «{total}» là dòng tổng nên không được đọc",
                "row {number} «{total}» is a total and is not read"
            ),
        )
        .hint(text!(
            "báo cáo không dùng dòng tổng; có thể xóa dòng này",
            "the report uses no total rows; the row may be deleted"
        )),
    );
}

fn report_unknown(sheet: &str, at: CellRef, header: &str, findings: &mut Findings) {
    let header = crate::diagnostic::shorten(&header.replace('\n', " "));
    findings.push(
        Diagnostic::warning(
            "cot/la",
            place(sheet, at),
            text!(
                "mẫu không có cột «{header}»; số liệu của nó không được dùng",
                "the pack knows no column «{header}»; its data is not used"
            ),
        )
        .hint(text!(
            "xóa cột này, hoặc chép số liệu sang đúng cột của mẫu",
            "delete the column, or copy its data to the pack's column"
        )),
    );
}

fn report_stray(sheet: &str, mut stray: Vec<CellRef>, findings: &mut Findings) {
    stray.sort();
    let mut cells = stray.into_iter();
    let Some(first) = cells.next() else { return };
    let mut finding = Diagnostic::warning(
        "cot/khong-tieu-de",
        place(sheet, first),
        text!(
            "có nội dung ở cột không có tiêu đề; nội dung này không được dùng",
            "there is content in a column without a header; it is not used"
        ),
    )
    .hint(text!(
        "xóa nội dung này, hoặc ghi tiêu đề đúng của mẫu cho cột",
        "delete it, or give the column its header"
    ));
    finding.more = cells.collect();
    findings.push(finding);
}

fn report_merged(sheet: &str, merges: &Merges, findings: &mut Findings) {
    for (first, last, _) in merges.ranges.iter().filter(|(_, _, touched)| *touched) {
        findings.push(
            Diagnostic::error(
                "o/gop",
                place(sheet, *first),
                text!(
                    "mỗi ô số liệu phải đứng riêng, vùng {first}:{last} bị gộp ô",
                    "each data cell must stand alone, {first}:{last} is merged"
                ),
            )
            .hint(text!(
                "chọn vùng này, bấm Trang đầu (Home) > Phối & Căn giữa (Merge & Center) > Hủy Phối Ô (Unmerge Cells), rồi ghi giá trị vào từng dòng",
                "select it, click Home > Merge & Center > Unmerge Cells, then fill in each row"
            )),
        );
    }
}

fn report_hidden(sheet: &str, hidden: Vec<CellRef>, findings: &mut Findings) {
    let count = hidden.len();
    let mut cells = hidden.into_iter();
    let Some(first) = cells.next() else { return };
    let mut finding = Diagnostic::warning(
        "dong/an",
        place(sheet, first),
        text!(
            "{count} dòng đang ẩn hoặc bị lọc nhưng vẫn được đọc",
            "hidden or filtered-out rows ({count}) are read all the same"
        ),
    )
    .hint(text!(
        "bỏ lọc hoặc bỏ ẩn để kiểm tra, xóa hẳn dòng không dùng",
        "clear the filter or unhide them to check; delete rows not in use"
    ));
    finding.more = cells.collect();
    findings.push(finding);
}

fn report_count(declared: &Sheet, data: &SheetData, findings: &mut Findings) {
    let (name, count) = (&data.name, data.records.len());
    let (code, message) = if count < declared.min_rows {
        let least = declared.min_rows;
        let message = text!(
            "trang «{name}» cần ít nhất {least} dòng số liệu, hiện có {count}",
            "sheet «{name}» needs at least {least} data rows, it has {count}"
        );
        ("trang-tinh/it-dong", message)
    } else if let Some(most) = declared.max_rows.filter(|most| count > *most) {
        let message = text!(
            "trang «{name}» nhận nhiều nhất {most} dòng số liệu, hiện có {count}",
            "sheet «{name}» takes at most {most} data rows, it has {count}"
        );
        ("trang-tinh/nhieu-dong", message)
    } else {
        return;
    };
    findings.push(Diagnostic::error(code, Place::Sheet(name.clone()), message).hint(text!(
        "ghi mỗi mục một dòng ngay dưới dòng tiêu đề",
        "give each item a row of its own below the header row"
    )));
}

/// A header made up for a list that has none: its one column, data from a row on.
pub(super) fn plain_header(column: u32, data: u32, running: Option<u32>) -> Header {
    Header {
        row: data.saturating_sub(1),
        data,
        columns: vec![Some(column)],
        running,
        unknown: Vec::new(),
        duplicates: Vec::new(),
    }
}

/// The header of a list, if it has one: the last row that says the label, since the title above may say the same.
pub(super) fn list_header(declared: &Sheet, sheet: &workbook::Sheet) -> Option<Header> {
    let labels = Labels::new(declared);
    let rows = sheet.rows.iter().take(HEADER_ROWS);
    let headers = rows.map(|row| header_of(declared, &labels, sheet, row));
    // Among the first few rows: an item further down may say the same by chance.
    let mut found: Option<Header> = None;
    for header in headers {
        let near = found.as_ref().is_none_or(|found| header.row <= found.row + 3);
        if header.columns.iter().flatten().count() > 0 && near {
            found = Some(header);
        }
    }
    found
}
