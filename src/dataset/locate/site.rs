//! Where on a tab the labels of a sheet stand, and the part of the tab that is the sheet's own.
//!
//! In: the texts of a tab and the labels of a sheet. Out: a [`Site`] with the fields found there. A tab with several sites is
//! divided into [`Window`]s that together cover it, so that nothing on it is in nobody's part.

use super::labels::{Labels, Written, label_text};
use crate::diagnostic::CellRef;
use crate::schema::{Layout, Sheet};
use crate::value::Raw;
use crate::workbook;

/// Rows and texts of a tab that are searched.
const MOST_ROWS: usize = 500;
const MOST_TEXTS: usize = 3_000;
/// A header stands in at most so many rows.
const HEADER_HEIGHT: u32 = 3;
/// Labels of one form stand at most so many rows apart.
const FORM_GAP: u32 = 4;
/// Most lines of a title above a table.
const TITLE_LINES: usize = 4;

/// The texts of a tab.
pub(super) struct Texts {
    /// In reading order.
    list: Vec<(CellRef, Written)>,
}

impl Texts {
    pub fn new(sheet: &workbook::Sheet) -> Self {
        let rows = sheet.rows.iter().take(MOST_ROWS);
        let cells = rows.flat_map(|row| row.cells.iter().map(|cell| (row.index, cell)));
        let texts = cells.filter_map(|(row, cell)| Some((CellRef::new(row, cell.column), label_text(cell)?)));
        let mut list = Vec::new();
        for (at, text) in texts.take(MOST_TEXTS) {
            list.extend(Written::new(text).map(|written| (at, written)));
            // "Tên xã: Tân Hoà" is a label with its value.
            if let Some((before, after)) = text.split_once(':')
                && !after.trim().is_empty()
            {
                list.extend(Written::new(before).map(|written| (at, written)));
            }
        }
        Self { list }
    }

    /// Whether a text stands somewhere, folded.
    pub fn has(&self, key: &str) -> bool {
        self.list.iter().any(|(_, written)| written.key() == key)
    }

    /// The cells that hold labels of a sheet, with the fields.
    fn labels(&self, labels: &Labels) -> Vec<(CellRef, usize)> {
        let found = self.list.iter();
        found
            .filter_map(|(at, written)| Some((*at, labels.find_written(written)?)))
            .collect()
    }
}

/// Where the labels of a sheet stand.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// First and last row of the labels.
    pub rows: (u32, u32),
    /// First and last column of the labels.
    pub columns: (u32, u32),
    /// How many fields have their label here.
    pub fields: usize,
    /// Whether every required field has one.
    pub is_complete: bool,
    /// Whether a required field is among them.
    has_required: bool,
    /// Whether the labels stand one below the other, as names of rows do in many a table.
    pub is_upright: bool,
    /// Fields with a label here in percent of all.
    pub share: u8,
}

impl Site {
    /// The place where most of a sheet's labels stand together.
    pub fn find(declared: &Sheet, labels: &Labels, texts: &Texts) -> Option<Self> {
        let found = texts.labels(labels);
        let groups = match declared.layout {
            Layout::Form => clusters(&found),
            Layout::Table | Layout::List => {
                let mut groups = headers(&found);
                groups.extend(columns(&found));
                groups
            }
        };
        let sites = groups.into_iter().filter_map(|group| Self::of(declared, &group));
        // Of equals the first.
        sites.reduce(|best, site| if site.rank() > best.rank() { site } else { best })
    }

    fn rank(&self) -> (bool, usize) {
        (self.is_complete, self.fields)
    }

    fn of(declared: &Sheet, group: &[(CellRef, usize)]) -> Option<Self> {
        let mut fields: Vec<usize> = group.iter().map(|(_, field)| *field).collect();
        fields.sort_unstable();
        fields.dedup();
        let needed = |(_, field): &(usize, &crate::schema::Field)| field.is_asked();
        let required: Vec<usize> = declared
            .fields
            .iter()
            .enumerate()
            .filter(needed)
            .map(|(index, _)| index)
            .collect();
        let rows = || group.iter().map(|(at, _)| at.row);
        let columns = || group.iter().map(|(at, _)| at.column);
        Some(Self {
            rows: (rows().min()?, rows().max()?),
            columns: (columns().min()?, columns().max()?),
            is_complete: required.iter().all(|index| fields.contains(index)),
            has_required: !required.is_empty(),
            is_upright: rows().max()?.saturating_sub(rows().min()?) >= HEADER_HEIGHT
                || columns().min() == columns().max(),
            share: u8::try_from(fields.len() * 100 / declared.fields.len().max(1)).unwrap_or(100),
            fields: fields.len(),
        })
    }

    /// Whether the labels alone show that this is the sheet. Where none is required, some words in common are chance.
    pub fn is_convincing(&self) -> bool {
        let least = if self.has_required { (2, 50) } else { (3, 75) };
        self.is_complete && self.fields >= least.0 && self.share >= least.1
    }

    /// Whether a site begins right under the data of a table above it: its labels may be the names of that table's rows.
    pub fn hangs_on(&self, above: &Self, sheet: &workbook::Sheet) -> bool {
        let before = |row: &workbook::Row| row.index + 1 == self.rows.0;
        let touches = || {
            sheet
                .rows
                .iter()
                .any(|row| before(row) && row.cells.iter().any(|cell| !cell.is_blank()))
        };
        self.is_upright && above.rows.1 < self.rows.0 && touches()
    }

    /// Whether two sites are in each other's way.
    pub fn overlaps(&self, other: &Self) -> bool {
        let meet = |one: (u32, u32), other: (u32, u32)| one.0 <= other.1 && other.0 <= one.1;
        meet(self.rows, other.rows) && meet(self.columns, other.columns)
    }
}

/// Labels in the few rows of a header, from each row on.
fn headers(found: &[(CellRef, usize)]) -> Vec<Vec<(CellRef, usize)>> {
    let mut groups = Vec::new();
    let mut previous = None;
    for (index, (first, _)) in found.iter().enumerate() {
        if previous == Some(first.row) {
            continue;
        }
        previous = Some(first.row);
        let near = found.iter().skip(index);
        let mut group: Vec<(CellRef, usize)> = Vec::new();
        for (at, field) in near.take_while(|(at, _)| at.row < first.row + HEADER_HEIGHT) {
            // A second row with labels of the same fields is another table, or one beside it.
            if !group.iter().any(|(_, known)| known == field) {
                group.push((*at, *field));
            }
        }
        groups.push(group);
    }
    groups
}

/// Labels one below the other.
fn columns(found: &[(CellRef, usize)]) -> Vec<Vec<(CellRef, usize)>> {
    let mut columns: Vec<u32> = found.iter().map(|(at, _)| at.column).collect();
    columns.sort_unstable();
    columns.dedup();
    let columns = columns.into_iter().map(|column| {
        let of_column: Vec<(CellRef, usize)> = found.iter().filter(|(at, _)| at.column == column).copied().collect();
        clusters(&of_column)
    });
    columns.flatten().collect()
}

/// Labels not far below each other.
fn clusters(found: &[(CellRef, usize)]) -> Vec<Vec<(CellRef, usize)>> {
    let clusters = found.chunk_by(|(one, _), (next, _)| next.row <= one.row + FORM_GAP);
    clusters.map(<[_]>::to_vec).collect()
}

/// The part of a tab that is a sheet's own: first and last row and column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dataset) struct Window {
    rows: (u32, u32),
    columns: (u32, u32),
}

impl Window {
    /// The whole tab.
    pub const WHOLE: Self = Self {
        rows: (0, u32::MAX),
        columns: (0, u32::MAX),
    };

    fn holds(&self, at: CellRef) -> bool {
        (self.rows.0..=self.rows.1).contains(&at.row) && (self.columns.0..=self.columns.1).contains(&at.column)
    }

    /// What of a tab lies in the window, each cell where it was.
    pub fn cut(&self, sheet: &workbook::Sheet) -> workbook::Sheet {
        let mut rows = Vec::new();
        for row in sheet
            .rows
            .iter()
            .filter(|row| (self.rows.0..=self.rows.1).contains(&row.index))
        {
            let cells = row.cells.iter();
            let cells: Vec<workbook::Cell> = cells
                .filter(|cell| self.holds(CellRef::new(row.index, cell.column)))
                .cloned()
                .collect();
            if !cells.is_empty() {
                rows.push(workbook::Row {
                    index: row.index,
                    hidden: row.hidden,
                    cells,
                });
            }
        }
        workbook::Sheet {
            name: sheet.name.clone(),
            hidden: sheet.hidden,
            rows,
            merged: kept(&sheet.merged, self),
            hidden_columns: sheet.hidden_columns.clone(),
            formats: kept(&sheet.formats, self),
            charsets: Vec::new(),
            decoded: kept(&sheet.decoded, self),
            pictures: kept(&sheet.pictures, self),
        }
    }
}

/// What of a list by cells lies in a window.
fn kept<T: Clone>(list: &[(CellRef, T)], window: &Window) -> Vec<(CellRef, T)> {
    list.iter().filter(|(at, _)| window.holds(*at)).cloned().collect()
}

/// Divides a tab among sites: bands of rows first, then columns of a band. Every cell of the tab is in one window.
pub(super) fn divide(sites: &[Site], sheet: &workbook::Sheet) -> Vec<Window> {
    let mut order: Vec<(usize, &Site)> = sites.iter().enumerate().collect();
    order.sort_by_key(|(_, site)| (site.rows, site.columns));
    let mut bands: Vec<(Vec<(usize, &Site)>, u32)> = Vec::new();
    for (index, site) in order {
        match bands.last_mut() {
            Some((band, last)) if site.rows.0 <= *last => {
                band.push((index, site));
                *last = site.rows.1.max(*last);
            }
            _ => bands.push((vec![(index, site)], site.rows.1)),
        }
    }
    let mut windows = vec![Window::WHOLE; sites.len()];
    let starts: Vec<u32> = bands
        .iter()
        .enumerate()
        .map(|(number, (band, _))| {
            let before = number
                .checked_sub(1)
                .and_then(|before| bands.get(before))
                .map(|(_, last)| *last);
            let first = band.first().map_or(0, |(_, site)| site.rows.0);
            before.map_or(0, |last| title_start(sheet, first, last))
        })
        .collect();
    for (number, (band, _)) in bands.iter_mut().enumerate() {
        let start = starts.get(number).copied().unwrap_or(0);
        let end = starts.get(number + 1).map_or(u32::MAX, |next| next.saturating_sub(1));
        band.sort_by_key(|(_, site)| site.columns);
        let lefts: Vec<u32> = band
            .iter()
            .enumerate()
            .map(|(place, (_, site))| {
                let before = place.checked_sub(1).and_then(|before| band.get(before));
                before.map_or(0, |(_, before)| left_edge(sheet, site, before.columns.1))
            })
            .collect();
        for (place, (index, _)) in band.iter().enumerate() {
            let left = lefts.get(place).copied().unwrap_or(0);
            let right = lefts.get(place + 1).map_or(u32::MAX, |next| next.saturating_sub(1));
            if let Some(window) = windows.get_mut(*index) {
                *window = Window {
                    rows: (start, end),
                    columns: (left, right),
                };
            }
        }
    }
    windows
}

/// The first row of a table's title: lines of one text each between a blank row and the header. Without the blank row they
/// might be the data of the table above.
fn title_start(sheet: &workbook::Sheet, header: u32, above: u32) -> u32 {
    let mut start = header;
    let before = sheet
        .rows
        .iter()
        .rev()
        .filter(|row| row.index < header && row.index > above);
    for row in before.take(TITLE_LINES + 1) {
        let mut cells = row.cells.iter().filter(|cell| !cell.is_blank());
        let is_line = matches!(
            (cells.next().map(|cell| &cell.raw), cells.next()),
            (Some(Raw::Text(_)), None)
        );
        if row.index + 1 != start {
            // A blank row: what is below it belongs to the header.
            return start;
        }
        if !is_line || row.index == above + 1 {
            return header;
        }
        start = row.index;
    }
    if start == above + 1 { header } else { start }
}

/// The first column of a table beside another: its header may begin with columns that the schema doesn't know.
fn left_edge(sheet: &workbook::Sheet, site: &Site, other: u32) -> u32 {
    let mut left = site.columns.0;
    let index = sheet.rows.binary_search_by_key(&site.rows.0, |row| row.index);
    let Some(row) = index.ok().and_then(|index| sheet.rows.get(index)) else {
        return left;
    };
    while left > other + 1 && row.cell(left - 1).is_some_and(|cell| !cell.is_blank()) {
        left -= 1;
    }
    left
}
