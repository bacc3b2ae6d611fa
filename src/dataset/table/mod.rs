//! Reads a table: the header wherever it stands, then every row below it, each accounted for.
//!
//! `header` finds the columns. Each row below is a record, or something else that `rows` and `total` know: the numbering of
//! the columns, an example, a heading, a total, what stands below the table. `marker` says how deep a row stands, `merge` and
//! `ditto` what goes down from the row above. Lists are read the same way, without headings and without an end.

mod ditto;
mod further;
mod header;
mod marker;
mod merge;
mod rows;
mod subtotal;
mod total;

use rust_decimal::Decimal;

use self::ditto::{Dittos, is_ditto, nothing_above};
use self::further::Further;
pub(crate) use self::header::{Columns, header_text, is_label_row, undated};
pub(super) use self::header::{Header, of_list};
use self::marker::Levels;
pub(super) use self::marker::Marker;
use self::merge::{Covered, Merges};
pub(crate) use self::rows::is_numbering;
use self::rows::{
    End, Marked, Shape, ends_table, has_content, is_dotted, is_example, is_figure, is_heading, marker_of,
};
use self::subtotal::Subtotals;
use self::total::Totals;
use super::account::{Reason, Skipped};
use super::column::{self, Column};
use super::findings::Findings;
use super::keyed::Keyed;
use super::locate::{Labels, label_text};
use super::{Record, SheetData, formats_at};
use crate::diagnostic::{CellRef, Diagnostic, Place, shorten};
use crate::schema::{Derive, Layout, Sections, Sheet};
use crate::text;
use crate::value::{Format, Raw, Type, Value};
use crate::vietnamese::trim;
use crate::workbook::{self, Cell, Row};

/// How many rows are looked at to see what comes after a heading.
const NEXT_ROWS: usize = 50;

/// Numbering and example rows stand among the first rows below the header.
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
    /// Nobody's, and told.
    Told,
}

/// What the columns of a table are.
struct Frame<'a> {
    declared: &'a Sheet,
    uses: Vec<Use>,
    /// Of each field, whether its values are figures, and whether it is required.
    traits: Vec<(bool, bool)>,
    running: Option<u32>,
    /// The column that says what a row is about.
    name: Option<u32>,
    /// How many required fields have a column.
    required: usize,
    /// How many fields have a column.
    found: usize,
}

impl<'a> Frame<'a> {
    fn new(declared: &'a Sheet, header: &Header) -> Self {
        let found = || {
            declared
                .fields
                .iter()
                .zip(&header.columns)
                .filter(|(_, column)| column.is_some())
        };
        let says = |ty: Type| matches!(ty, Type::Text | Type::LongText | Type::Choice);
        let named = found().filter(|(field, _)| says(field.ty) && declared.key.as_ref() != Some(&field.id));
        Self {
            declared,
            uses: column_uses(header),
            traits: declared
                .fields
                .iter()
                .map(|field| (is_figure(field.ty), field.required))
                .collect(),
            running: header.running,
            name: named.filter_map(|(_, column)| *column).min(),
            required: found().filter(|(field, _)| field.required).count(),
            found: found().count(),
        }
    }

    fn use_of(&self, column: u32) -> Use {
        self.uses.get(column as usize).copied().unwrap_or(Use::None)
    }

    fn is_in_table(&self, column: u32) -> bool {
        matches!(self.use_of(column), Use::Field(_) | Use::Running)
    }

    /// What stands in the column of running numbers and is none: a text that reaches over the table.
    fn running_text<'r>(&self, row: &'r Row) -> Option<&'r str> {
        let text = label_text(row.cell(self.running?)?)?;
        Marker::alone(text).is_none().then_some(text)
    }
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
    for (index, unknown) in header.unknown.iter().enumerate() {
        set(unknown.at.column, Use::Unknown(index));
    }
    // A second column of one field was told; its cells are not strange.
    for (_, at) in &header.duplicates {
        set(at.column, Use::Told);
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

fn place(sheet: &str, at: CellRef) -> Place {
    Place::Cell(sheet.to_owned(), at)
}

/// Reads a sheet laid out as a table.
pub(super) fn read(declared: &Sheet, index: usize, sheet: workbook::Sheet, findings: &mut Findings) -> SheetData {
    let labels = Labels::new(declared);
    let Some(mut header) = header::find(declared, &labels, &sheet) else {
        let name = &sheet.name;
        let asked = declared.fields.iter().filter(|field| field.derive.is_none());
        let wanted: Vec<&str> = asked.map(|field| field.label.as_str()).collect();
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
        let rows = sheet
            .rows
            .iter()
            .filter(|row| row.cells.iter().any(|cell| !cell.is_blank()));
        let unread = |row: &Row| Skipped {
            row: row.index,
            why: Reason::Unread,
        };
        return SheetData {
            skipped: rows.map(unread).collect(),
            name: sheet.name,
            columns: vec![None; declared.fields.len()],
            ..SheetData::default()
        };
    };
    header.pin(declared);
    let misspelt = header::report(declared, &header, &sheet, findings);
    read_rows(declared, index, header, misspelt, sheet, findings)
}

/// Reads the rows of a sheet whose header is known; those above it are accounted for.
pub(super) fn read_rows(
    declared: &Sheet,
    index: usize,
    mut header: Header,
    misspelt: Vec<usize>,
    mut sheet: workbook::Sheet,
    findings: &mut Findings,
) -> SheetData {
    let mut columns: Vec<Column> = declared
        .fields
        .iter()
        .map(|field| Column::new(declared, field))
        .collect();
    survey(&mut columns, &header, &sheet, findings);
    let mut told = vec![false; header.unknown.len()];
    for index in misspelt {
        // Told already, as a misspelt header.
        if let Some(told) = told.get_mut(index) {
            *told = true;
        }
    }
    let frame = Frame::new(declared, &header);
    let subtotals = match declared.layout {
        Layout::Table => Subtotals::find(&sheet.rows, header.data, &header.columns, &frame),
        _ => Subtotals::default(),
    };
    let further = match declared.layout {
        Layout::Table => Further::find(&sheet.rows, &header, &frame),
        _ => Further::default(),
    };
    let mut table = Table {
        index,
        frame,
        further,
        columns: &columns,
        keyed: Keyed::new(declared),
        merges: Merges::new(header.data, &header.columns, &sheet),
        dittos: Dittos::default(),
        totals: Totals::default(),
        subtotals,
        levels: Levels::default(),
        formats: std::mem::take(&mut sheet.formats),
        data: SheetData {
            name: std::mem::take(&mut sheet.name),
            columns: std::mem::take(&mut header.columns),
            ..SheetData::default()
        },
        header,
        told,
        has_begun: false,
        above: None,
        last_record: None,
        last_name: None,
        is_below: false,
        stray: Vec::new(),
        hidden: Vec::new(),
        loose: Vec::new(),
        headings: Vec::new(),
        sums: Vec::new(),
        below: Vec::new(),
    };
    let mut rows = sheet.rows.into_iter();
    while let Some(mut row) = rows.next() {
        if let Some(why) = table.take(&mut row, rows.as_slice(), findings) {
            table.data.skipped.push(Skipped { row: row.index, why });
        }
    }
    table.finish(findings)
}

/// Lets the columns see the cells below a header before they read them. Numbering and example rows, which stand first, show
/// nothing of how the clerk writes.
fn survey(columns: &mut [Column<'_>], header: &Header, sheet: &workbook::Sheet, findings: &mut Findings) {
    let width = header.columns.iter().flatten().count() + usize::from(header.running.is_some());
    let below = sheet.rows.iter().filter(|row| row.index >= header.data).enumerate();
    let data =
        below.filter(|(index, row)| *index >= FURNITURE_ROWS || !is_example(row) && !is_numbering(row, width, None));
    column::survey(
        columns,
        &header.columns,
        data.map(|(_, row)| row),
        &sheet.name,
        findings,
    );
}

/// A table while its rows are read.
struct Table<'a> {
    index: usize,
    frame: Frame<'a>,
    further: Further,
    columns: &'a [Column<'a>],
    keyed: Keyed<'a>,
    merges: Merges,
    dittos: Dittos,
    totals: Totals,
    subtotals: Subtotals,
    levels: Levels,
    formats: Vec<(CellRef, Box<[Format]>)>,
    data: SheetData,
    header: Header,
    /// Whether each unknown column was told.
    told: Vec<bool>,
    /// Whether a row came that neither numbers the columns nor is an example.
    has_begun: bool,
    /// The last record that is no heading: what a ditto mark points to.
    above: Option<usize>,
    /// The last row that can be nothing but a record, once that was asked.
    last_record: Option<Option<u32>>,
    /// The last row with a name, once that was asked.
    last_name: Option<Option<u32>>,
    /// Whether the table is over.
    is_below: bool,
    stray: Vec<CellRef>,
    hidden: Vec<CellRef>,
    /// Figures by themselves below the data.
    loose: Vec<CellRef>,
    headings: Vec<CellRef>,
    /// Headings whose figures are the sums of the rows below them.
    sums: Vec<CellRef>,
    below: Vec<CellRef>,
}

impl Table<'_> {
    /// Takes up a row; why it is no record, if it is none and not empty. `rest` are the rows below it.
    fn take(&mut self, used_up: &mut Row, rest: &[Row], findings: &mut Findings) -> Option<Reason> {
        let row = &*used_up;
        let first = row.cells.iter().find(has_content)?.column;
        if row.index < self.header.data {
            return Some(if row.index < self.header.first {
                Reason::Title
            } else {
                Reason::Header
            });
        }
        if self.further.is_other(row.index) {
            return Some(Reason::Below);
        }
        if self.further.is_repeated(row.index) {
            return Some(Reason::Header);
        }
        if is_example(row) {
            report_example(self.frame.declared, &self.data, row, findings);
            return Some(Reason::Example);
        }
        let width = self.frame.found + usize::from(self.header.running.is_some());
        if !self.has_begun && is_numbering(row, width, self.frame.name) {
            return Some(Reason::Numbering);
        }
        self.has_begun = true;
        if is_dotted(row, &self.frame) {
            return Some(Reason::Unused);
        }
        let shape = Shape::of(row, &self.frame);
        let is_list = self.frame.declared.layout == Layout::List;
        if self.is_below {
            self.below(row, shape, findings);
            return Some(Reason::Below);
        }
        let running_text = match shape.field {
            Some(_) => None,
            None => self.frame.running_text(row),
        };
        if shape.field.is_none() && running_text.is_none() {
            let Some(outside) = shape.outside else {
                return Some(if shape.told { Reason::Outside } else { Reason::Unused });
            };
            report_outside(&self.data.name, CellRef::new(row.index, outside), row, findings);
            return Some(Reason::Outside);
        }
        if let Some(name) = total::name(self.frame.declared, row, &self.frame) {
            self.totals.push(self.frame.declared, row, name, &self.data, findings);
            return Some(Reason::Total);
        }
        let found = self.keyed.find(row, &self.data);
        let is_alone = !is_list && !shape.figure && shape.filled <= 1 && found.is_none();
        let text = if is_alone && shape.filled == 1 {
            shape.field
        } else {
            self.frame.name
        };
        let marked = marker_of(row, &self.frame, text);
        let has_required = self.frame.required >= 2 && shape.required == self.frame.required;
        // A list ends where signatures have no number and its items have one.
        let may_end = !is_list || self.header.running.is_some() && !self.data.records.is_empty();
        if may_end && !shape.figure && !shape.numbered && !has_required && found.is_none() && self.is_end(row, rest) {
            self.is_below = true;
            self.below(row, shape, findings);
            return Some(Reason::Below);
        }
        if !is_list && found.is_none() && self.is_loose(row, shape, rest) {
            self.loose
                .extend(shape.field.map(|column| CellRef::new(row.index, column)));
            return Some(Reason::Below);
        }
        let level = self.enter(&marked);
        if let Some(gaps) = self.subtotals.take(row.index).filter(|_| found.is_none()) {
            self.sums.extend(
                gaps.is_empty()
                    .then(|| CellRef::new(row.index, marked.at.unwrap_or(first))),
            );
            for gap in gaps {
                gap.report(&self.data.name, &self.frame, findings);
            }
            if shape.outside.is_some() {
                self.report_stray(row, findings);
            }
            return Some(Reason::Section);
        }
        if let Some(column) = marked.at.filter(|_| is_alone && !marked.text.is_empty())
            && is_heading(&marked, &self.levels, self.next(rest), &self.frame)
        {
            if self.frame.declared.sections == Sections::Skip {
                self.headings.push(CellRef::new(row.index, column));
                return Some(Reason::Section);
            }
            self.keep_heading(row, column, level, &marked, findings);
            return None;
        }
        if shape.field.is_none() {
            // A text in the column of running numbers that is no heading.
            report_outside(&self.data.name, CellRef::new(row.index, first), row, findings);
            return Some(Reason::Outside);
        }
        if shape.outside.is_some() {
            self.report_stray(row, findings);
        }
        if row.hidden {
            self.hidden
                .extend(shape.field.map(|column| CellRef::new(row.index, column)));
        }
        self.totals.level(level, marked.kind);
        let record = self.data.records.len();
        let derived = self.derived(level, &marked);
        let mut values = self.read(used_up, found, findings);
        fill_in(derived, &mut values);
        let row = &*used_up;
        if !self.formats.is_empty() {
            let formats = self.formats(row, &values);
            self.data.formats.extend(formats);
        }
        let key = self.keyed.settle(found, row, &values, &self.data, findings);
        self.data.records.push(Record { row: row.index, values });
        self.above = Some(record);
        if let Some(key) = key {
            self.data.by_key.entry(key).or_insert(record);
        }
        None
    }

    /// The level of a row that comes next.
    fn enter(&mut self, marked: &Marked<'_>) -> usize {
        let is_asked = self
            .frame
            .declared
            .fields
            .iter()
            .any(|field| field.derive == Some(Derive::Section));
        let text = || is_asked.then(|| trim(marked.text).trim_end_matches(':').into());
        self.levels.enter(marked.kind, marked.is_first, text)
    }

    /// The marker of the next row that has content in the table.
    fn next<'r>(&self, rest: &'r [Row]) -> Option<Marked<'r>> {
        let next = rest.iter().take(NEXT_ROWS).find(|row| {
            let shape = Shape::of(row, &self.frame);
            shape.field.is_some() || self.frame.running_text(row).is_some()
        })?;
        Some(marker_of(next, &self.frame, self.frame.name))
    }

    /// Whether a row begins what stands below the table. Words that may be data count only where no record follows.
    fn is_end(&mut self, row: &Row, rest: &[Row]) -> bool {
        match ends_table(row, &self.frame) {
            None => false,
            Some(End::Certain) => true,
            Some(End::Perhaps) if self.frame.found < 2 => false,
            Some(End::Perhaps) => {
                let frame = &self.frame;
                let last = || {
                    rest.iter()
                        .rfind(|row| Shape::of(row, frame).is_record(frame))
                        .map(|row| row.index)
                };
                let last = *self.last_record.get_or_insert_with(last);
                last.is_none_or(|last| last < row.index)
            }
        }
    }

    /// Whether a row is one number by itself, below the last row with a name and apart from the rows above: what somebody
    /// worked out beside the table.
    fn is_loose(&mut self, row: &Row, shape: Shape, rest: &[Row]) -> bool {
        let is_one = shape.filled == 1 && self.frame.found > 2 && row.cells.iter().filter(has_content).count() == 1;
        let cell = shape.field.filter(|_| is_one).and_then(|column| row.cell(column));
        let is_number = cell.is_some_and(|cell| matches!(cell.raw, Raw::Number(_) | Raw::Percent(_)));
        let last = self.data.records.last();
        let (Some(name), true) = (
            self.frame.name,
            is_number && last.is_some_and(|last| last.row + 1 < row.index),
        ) else {
            return false;
        };
        let named = || {
            let is_named = |row: &&Row| row.cell(name).and_then(label_text).is_some();
            rest.iter().rfind(is_named).map(|row| row.index)
        };
        let last = *self.last_name.get_or_insert_with(named);
        last.is_none_or(|last| last < row.index)
    }

    /// Takes up a row below the table: it is listed, and what looks like a record is an error.
    fn below(&mut self, row: &Row, shape: Shape, findings: &mut Findings) {
        let cells = row.cells.iter().filter(has_content);
        let mut cells = cells.map(|cell| CellRef::new(row.index, cell.column));
        if !shape.is_record(&self.frame) || ends_table(row, &self.frame) == Some(End::Certain) {
            self.below.extend(cells);
            return;
        }
        let number = row.index + 1;
        let start = self.below.first().map_or(String::new(), |start| start.to_string());
        findings.push(
            Diagnostic::error(
                "dong/so-lieu-duoi-bang",
                place(&self.data.name, cells.next().unwrap_or(CellRef::new(row.index, 0))),
                text!(
                    "dòng {number} giống một dòng số liệu nhưng nằm dưới phần ghi chú hoặc chữ ký bắt đầu ở ô {start}",
                    "row {number} looks like data but stands below the notes or signatures that begin at {start}"
                ),
            )
            .hint(text!(
                "chuyển dòng này lên trên phần ghi chú, chữ ký, liền với bảng",
                "move the row above the notes and signatures, next to the table"
            )),
        );
    }

    /// Makes a record of a heading; nothing but its text is asked of it.
    fn keep_heading(&mut self, row: &Row, column: u32, level: usize, marked: &Marked<'_>, findings: &mut Findings) {
        // Whatever column it stands in, it is what the row is about.
        let name = match self.frame.use_of(column) {
            Use::Field(field) => Some(field),
            _ => self
                .data
                .columns
                .iter()
                .position(|own| own.is_some() && *own == self.frame.name),
        };
        let record = self.data.records.len();
        let fields = self.columns.iter().enumerate();
        let values = fields.map(|(field, own)| {
            let here = (self.index, record, field);
            if Some(field) == name {
                let at = || place(&self.data.name, CellRef::new(row.index, column));
                return own.read(row.cell(column), at, here, findings);
            }
            findings.mark_heading(here);
            None
        });
        let mut values: Box<[Option<Value>]> = values.collect();
        fill_in(self.derived(level, marked), &mut values);
        self.totals.level(0, marked.kind);
        self.data.records.push(Record { row: row.index, values });
    }

    /// What follows from where a row stands, by field.
    fn derived(&self, level: usize, marked: &Marked<'_>) -> Vec<(usize, Option<Value>)> {
        let derived = self.frame.declared.fields.iter().enumerate();
        let derived = derived.filter_map(|(field, declared)| Some((field, declared.derive?)));
        let value = |derive| match derive {
            Derive::Level => Some(Value::Number(Decimal::from(level))),
            Derive::Section => self.levels.section(level).map(|text| Value::Text(text.into())),
            Derive::Marker => marked.marker().map(Value::Text),
            Derive::Name => (!marked.text.is_empty()).then(|| Value::Text(marked.text.into())),
        };
        derived.map(|(field, derive)| (field, value(derive))).collect()
    }

    /// The values of a row. Its texts are moved into them where nobody asks for the row's own again.
    fn read(&mut self, row: &mut Row, declared: Option<usize>, findings: &mut Findings) -> Box<[Option<Value>]> {
        self.merges.enter(row.index, self.columns, &self.data.columns);
        let is_list = self.frame.declared.layout == Layout::List;
        let is_last = self.formats.is_empty() && !self.keyed.has_key();
        let mut next = 0;
        let above = self.above.and_then(|above| self.data.records.get(above));
        let record = self.data.records.len();
        let fields = self.columns.iter().zip(&self.data.columns).enumerate();
        fields
            .map(|(field, (column, at))| {
                let Some(at) = *at else {
                    return self.keyed.fixed(declared, field, true).or(column.default()).cloned();
                };
                let here = (self.index, record, field);
                let cell = index_of(&row.cells, &mut next, at).and_then(|index| row.cells.get_mut(index));
                let cell = cell.filter(|cell| !cell.is_blank());
                let at = CellRef::new(row.index, at);
                if let Some(fixed) = self.keyed.fixed(declared, field, cell.is_none()) {
                    return Some(fixed.clone());
                }
                let place = || place(&self.data.name, at);
                let value = match cell {
                    None if self.merges.is_active() => match self.merges.covered(at) {
                        Covered::No => column.read(None, place, here, findings),
                        Covered::By(Some(value)) => Some(value),
                        Covered::By(None) | Covered::Wrong => {
                            findings.mark_faulty(here);
                            None
                        }
                    },
                    Some(cell) if !is_list && is_ditto(column, &cell.raw) => {
                        let value = above.and_then(|above| above.values.get(field)).cloned().flatten();
                        match value {
                            Some(_) => self.dittos.push(field, at),
                            None => {
                                findings.mark_faulty(here);
                                findings.push_cell(nothing_above(column, &self.data.name, at));
                            }
                        }
                        value
                    }
                    Some(cell) if is_last => column.take(cell, place, here, findings),
                    cell => column.read(cell.as_deref(), place, here, findings),
                };
                if self.merges.is_active() {
                    self.merges.remember(at, value.as_ref());
                }
                value
            })
            .collect()
    }

    /// What is bold or italic in the values of a row, by cell.
    fn formats(&self, row: &Row, values: &[Option<Value>]) -> Vec<(CellRef, Box<[Format]>)> {
        let fields = self.columns.iter().zip(&self.data.columns).zip(values);
        let found = fields.filter_map(|((column, at), value)| {
            let at = CellRef::new(row.index, (*at)?);
            let formats = formats_at(&self.formats, at);
            let cell = row.cell(at.column).filter(|_| !formats.is_empty())?;
            let carried = column.formats(label_text(cell)?, formats, value.as_ref());
            (!carried.is_empty()).then_some((at, carried))
        });
        found.collect()
    }

    /// Tells of content outside the fields' columns, once for each column.
    fn report_stray(&mut self, row: &Row, findings: &mut Findings) {
        for cell in row.cells.iter().filter(has_content) {
            match self.frame.use_of(cell.column) {
                Use::Unknown(index) => {
                    let told = self.told.get_mut(index).map(|told| std::mem::replace(told, true));
                    if let (Some(false), Some(unknown)) = (told, self.header.unknown.get(index)) {
                        report_unknown(&self.data.name, unknown.at, &unknown.text, findings);
                    }
                }
                Use::None => {
                    let column = cell.column as usize;
                    if column >= self.frame.uses.len() {
                        self.frame.uses.resize(column + 1, Use::None);
                    }
                    // Once told, the column is nobody's business any more.
                    if let Some(known) = self.frame.uses.get_mut(column) {
                        *known = Use::Told;
                    }
                    self.stray.push(CellRef::new(row.index, cell.column));
                }
                Use::Field(_) | Use::Running | Use::Told => {}
            }
        }
    }

    fn finish(mut self, findings: &mut Findings) -> SheetData {
        let mut data = std::mem::take(&mut self.data);
        self.totals.check(self.frame.declared, self.index, &data, findings);
        self.merges.report(&data.name, self.columns, findings);
        self.dittos.report(&data.name, self.columns, findings);
        report_headings(&data.name, self.headings, findings);
        report_sums(&data.name, self.sums, findings);
        report_below(&data.name, self.below, findings);
        report_loose(&data.name, self.loose, findings);
        self.further.report(&data.name, findings);
        report_hidden(&data.name, self.hidden, findings);
        report_stray(&data.name, self.stray, findings);
        self.keyed.finish(&data, findings);
        report_count(self.frame.declared, &data, findings);
        data.read = data.records.len();
        data.records.shrink_to_fit();
        data
    }
}

/// Tells of cells that were gathered by the index of their column: one finding for each column, at its first cell.
fn by_column(
    cells: &[(usize, CellRef)],
    columns: &[Column<'_>],
    findings: &mut Findings,
    finding: impl Fn(&Column<'_>, CellRef) -> Diagnostic,
) {
    for (index, column) in columns.iter().enumerate() {
        let mut cells = cells.iter().filter(|(own, _)| *own == index).map(|(_, at)| *at);
        let Some(first) = cells.next() else { continue };
        let mut finding = finding(column, first).field(&column.field.id);
        finding.more = cells.collect();
        findings.push(finding);
    }
}

/// Puts what follows from where a row stands among its values.
fn fill_in(derived: Vec<(usize, Option<Value>)>, values: &mut [Option<Value>]) {
    for (field, value) in derived {
        if let Some(slot) = values.get_mut(field) {
            *slot = value;
        }
    }
}

/// The index of the cell in a column; columns mostly come in order, so the search goes on where the last one ended.
fn index_of(cells: &[Cell], next: &mut usize, column: u32) -> Option<usize> {
    while let Some(cell) = cells.get(*next).filter(|cell| cell.column <= column) {
        *next += 1;
        if cell.column == column {
            return Some(*next - 1);
        }
    }
    cells.binary_search_by_key(&column, |cell| cell.column).ok()
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

fn report_outside(sheet: &str, at: CellRef, row: &Row, findings: &mut Findings) {
    let text = row.cells.iter().find(|cell| !cell.is_blank()).and_then(label_text);
    let quoted = text
        .map(|text| format!(" “{}”", shorten(text.trim())))
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

/// One finding for several cells.
fn push_with_more(mut finding: Diagnostic, more: &[CellRef], findings: &mut Findings) {
    finding.more = more.to_vec();
    findings.push(finding);
}

fn report_headings(sheet: &str, headings: Vec<CellRef>, findings: &mut Findings) {
    let Some((first, more)) = headings.split_first() else {
        return;
    };
    let count = headings.len();
    let finding = Diagnostic::warning(
        "dong/muc",
        place(sheet, *first),
        text!(
            "{count} dòng chỉ là đề mục nên không được tính là số liệu",
            "rows that are only headings ({count}) do not count as data"
        ),
    )
    .hint(text!(
        "nếu dòng nào là số liệu thì ghi đủ các cột của dòng ấy",
        "if any of them is data, fill in its other columns"
    ));
    push_with_more(finding, more, findings);
}

fn report_sums(sheet: &str, sums: Vec<CellRef>, findings: &mut Findings) {
    let Some((first, more)) = sums.split_first() else {
        return;
    };
    let count = sums.len();
    let finding = Diagnostic::warning(
        "dong/muc",
        place(sheet, *first),
        text!(
            "{count} dòng đề mục ghi đúng tổng của các dòng bên dưới nên không được tính thêm một lần nữa",
            "headings that carry the sums of the rows below them ({count}) are not counted once more"
        ),
    )
    .hint(text!(
        "nếu dòng nào là số liệu riêng thì ghi đủ các cột của dòng ấy",
        "if any of them is data of its own, fill in its other columns"
    ));
    push_with_more(finding, more, findings);
}

fn report_below(sheet: &str, below: Vec<CellRef>, findings: &mut Findings) {
    let Some((first, more)) = below.split_first() else {
        return;
    };
    let finding = Diagnostic::warning(
        "dong/duoi-bang",
        place(sheet, *first),
        text!(
            "ghi chú và chữ ký dưới bảng bắt đầu ở ô này; nội dung ấy không được dùng",
            "notes and signatures below the table begin at this cell; they are not used"
        ),
    )
    .hint(text!(
        "nếu dòng nào là số liệu thì chuyển lên trên, liền với bảng",
        "if any of it is data, move it up next to the table"
    ));
    push_with_more(finding, more, findings);
}

fn report_loose(sheet: &str, loose: Vec<CellRef>, findings: &mut Findings) {
    let Some((first, more)) = loose.split_first() else {
        return;
    };
    let finding = Diagnostic::warning(
        "dong/so-roi",
        place(sheet, *first),
        text!(
            "ô này chỉ có một số đứng riêng dưới bảng, không có tên; số này không được dùng",
            "this is a number by itself below the table, without a name; it is not used"
        ),
    )
    .hint(text!(
        "xóa số này, hoặc nếu là số liệu thì ghi tên và chuyển lên liền với bảng",
        "delete it, or if it is data, give it a name and move it up to the table"
    ));
    push_with_more(finding, more, findings);
}

fn report_unknown(sheet: &str, at: CellRef, header: &str, findings: &mut Findings) {
    let header = shorten(&header.replace('\n', " "));
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

#[cfg(test)]
mod tests;
