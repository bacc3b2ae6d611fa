//! Headings that carry the sum of the rows below them: read as data, they would count those rows once more.
//!
//! In: the rows of a table before they are read. Out: which of them are such headings, and which of their figures are no sum.
//! A heading has a marker `A`, `I`, a text over the column of running numbers, or no number above rows that begin at 1; it
//! says nothing but its name and figures. One whose figures are all other than the sums is a row of its own: what stands
//! below it may be a part of it. Rows are added up from the last to the first, each once.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::marker::{Kind, Marker};
use super::rows::{End, ends_table, has_content, is_example, marker_of};
use super::total::{self, figures_of};
use super::{Frame, Use, place};
use crate::dataset::findings::Findings;
use crate::diagnostic::{CellRef, Diagnostic};
use crate::schema::Sections;
use crate::text;
use crate::value::{Raw, Value};
use crate::vietnamese::trim;
use crate::workbook::Row;

/// What kind of heading a row is, where it is one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heading {
    Upper,
    Roman,
    /// Its text begins in the column of running numbers.
    Over,
    /// It has no number, while rows below it have.
    Unnumbered,
}

/// A figure of a heading that is not the sum of the rows below it.
pub(super) struct Gap {
    field: usize,
    at: CellRef,
    found: Decimal,
    wanted: Decimal,
}

/// The headings of a table that carry sums, by row, with what is wrong about them.
#[derive(Default)]
pub(super) struct Subtotals {
    rows: HashMap<u32, Vec<Gap>>,
}

impl Subtotals {
    /// Looks through the rows of a table. `columns` are those of its fields.
    pub fn find(rows: &[Row], data: u32, columns: &[Option<u32>], frame: &Frame<'_>) -> Self {
        let mut found = Self::default();
        let start = rows.partition_point(|row| row.index < data);
        let rows = rows.get(start..).unwrap_or_default();
        // Kinds of headings stand above one another as they come first in a table.
        let mut order: Vec<Heading> = Vec::new();
        let skips = frame.declared.sections == Sections::Skip;
        for row in rows.iter().filter(|_| skips) {
            let heading = heading_of(row, frame).filter(|heading| !order.contains(heading));
            order.extend(heading.filter(|_| total::name(frame.declared, row, frame).is_none()));
        }
        if order.is_empty() {
            return found;
        }
        let end = rows.iter().position(|row| is_end(row, frame)).unwrap_or(rows.len());
        let mut blocks: Vec<Block> = Vec::new();
        for row in rows.get(..end).unwrap_or_default().iter().rev() {
            let in_table = |cell: &crate::workbook::Cell| !cell.is_blank() && frame.is_in_table(cell.column);
            if !row.cells.iter().any(in_table) || is_example(row) || total::name(frame.declared, row, frame).is_some() {
                continue;
            }
            let marked = marker_of(row, frame, frame.name);
            let begins = blocks.last().is_some_and(|below| below.begins);
            let heading = heading_of(row, frame).filter(|heading| *heading != Heading::Unnumbered || begins);
            let rank = match heading.and_then(|heading| order.iter().position(|known| *known == heading)) {
                Some(place) => place,
                // A row without a number goes with the numbered one above it.
                None if marked.kind == Kind::Plain && frame.running.is_some() => Block::LOWEST,
                None => order.len() + usize::from(marked.kind.rank()),
            };
            // A computed column may be blank in some of its rows.
            let is_read = |field: usize| {
                frame
                    .declared
                    .fields
                    .get(field)
                    .is_some_and(|field| field.value.is_none())
            };
            let figures = figures_of(row, frame.declared, columns).filter(|(field, ..)| is_read(*field));
            let figures: Vec<(usize, u32, Decimal)> = figures.collect();
            let mut own = vec![None; columns.len()];
            for (field, _, figure) in &figures {
                if let Some(slot) = own.get_mut(*field) {
                    *slot = Some(*figure);
                }
            }
            let mut below = None::<Block>;
            while let Some(block) = blocks.pop_if(|block| block.rank > rank) {
                match &mut below {
                    None => below = Some(block),
                    Some(below) => below.add(&block),
                }
            }
            if let Some(below) = below.as_ref().filter(|_| heading.is_some() && !figures.is_empty())
                && let Some(gaps) = below.gaps(row.index, &figures)
            {
                found.rows.insert(row.index, gaps);
            }
            let block = Block::new(rank, marked.is_first, own, below);
            match blocks.last_mut().filter(|last| last.rank == rank) {
                Some(last) => {
                    last.add(&block);
                    last.begins = block.begins;
                }
                None => blocks.push(block),
            }
        }
        found
    }

    /// What is wrong with a heading that carries sums; `None` for other rows.
    pub fn take(&mut self, row: u32) -> Option<Vec<Gap>> {
        self.rows.remove(&row)
    }
}

/// Rows of one rank that follow one another, with what stands below them.
struct Block {
    rank: usize,
    /// Whether the first of its rows has the number 1.
    begins: bool,
    /// What its rows add up to, by field.
    own: Vec<Option<Decimal>>,
    /// The same for the rows with nothing below them.
    lowest: Vec<Option<Decimal>>,
}

impl Block {
    const LOWEST: usize = usize::MAX;

    /// A row and what stands below it. A heading without figures stands for the rows below.
    fn new(rank: usize, begins: bool, own: Vec<Option<Decimal>>, below: Option<Self>) -> Self {
        let is_bare = own.iter().all(Option::is_none);
        match below {
            None => Self {
                rank,
                begins,
                lowest: own.clone(),
                own,
            },
            Some(below) => Self {
                rank,
                begins,
                lowest: below
                    .lowest
                    .iter()
                    .zip(&own)
                    .map(|(below, own)| below.or(*own))
                    .collect(),
                own: if is_bare { below.own } else { own },
            },
        }
    }

    fn add(&mut self, other: &Self) {
        let pairs = self.own.iter_mut().zip(&other.own);
        for (sum, own) in pairs.chain(self.lowest.iter_mut().zip(&other.lowest)) {
            *sum = match (*sum, *own) {
                (Some(sum), Some(own)) => Some(sum.saturating_add(own)),
                (sum, own) => sum.or(own),
            };
        }
    }

    /// Which figures of a heading are not the sums of these rows; `None` when it says something of its own: no figure is a
    /// sum, or one stands where no row below has any.
    fn gaps(&self, row: u32, figures: &[(usize, u32, Decimal)]) -> Option<Vec<Gap>> {
        let mut gaps = Vec::new();
        for &(field, column, found) in figures {
            let sum = |sums: &[Option<Decimal>]| sums.get(field).copied().flatten();
            let (direct, lowest) = (sum(&self.own), sum(&self.lowest));
            match direct.or(lowest) {
                None if found.is_zero() => {}
                None => return None,
                Some(_) if [direct, lowest].contains(&Some(found)) => {}
                Some(wanted) => gaps.push(Gap {
                    field,
                    at: CellRef::new(row, column),
                    found,
                    wanted,
                }),
            }
        }
        (gaps.len() < figures.len()).then_some(gaps)
    }
}

/// Whether a row begins what stands below the table, beyond doubt.
fn is_end(row: &Row, frame: &Frame<'_>) -> bool {
    let is_text = |cell: &crate::workbook::Cell| matches!(cell.raw, Raw::Text(_)) || cell.is_blank();
    row.cells.iter().all(is_text) && ends_table(row, frame) == Some(End::Certain)
}

/// What kind of heading a row may be: it says nothing but a name and figures. In a column of texts a heading may count its
/// rows.
fn heading_of(row: &Row, frame: &Frame<'_>) -> Option<Heading> {
    let running = frame.running.and_then(|column| row.cell(column)).filter(has_content);
    let over = frame.running_text(row).is_some();
    // Most rows have a number.
    let marker = match running.map(|cell| &cell.raw) {
        Some(Raw::Text(text)) if !over => Some(Marker::alone(text)?.kind),
        Some(Raw::Text(_)) | None => None,
        Some(_) => return None,
    };
    let name = frame.name.and_then(|column| row.cell(column)).filter(has_content);
    let kind = match marker {
        Some(kind) => kind,
        None if over && name.is_none() => Kind::Plain,
        None => marker_of(row, frame, Some(name?.column)).kind,
    };
    let heading = match kind {
        Kind::Upper => Heading::Upper,
        Kind::Roman => Heading::Roman,
        Kind::Plain if over => Heading::Over,
        Kind::Plain | Kind::Number(_) if marker.is_none() && frame.running.is_some() => Heading::Unnumbered,
        _ => return None,
    };
    let is_bare = row
        .cells
        .iter()
        .filter(has_content)
        .all(|cell| match frame.use_of(cell.column) {
            Use::Field(_) if name.is_some_and(|name| name.column == cell.column) => true,
            Use::Field(field) => {
                let is_figure = frame.traits.get(field).is_some_and(|(is_figure, _)| *is_figure);
                match &cell.raw {
                    Raw::Number(_) | Raw::Percent(_) => true,
                    Raw::Text(text) => !is_figure && trim(text).bytes().all(|byte| byte.is_ascii_digit()),
                    _ => false,
                }
            }
            _ => true,
        });
    is_bare.then_some(heading)
}

impl Gap {
    /// Tells the figure and the sum.
    pub fn report(&self, sheet: &str, frame: &Frame<'_>, findings: &mut Findings) {
        let Some(field) = frame.declared.fields.get(self.field) else {
            return;
        };
        let label = &field.label;
        let [found, wanted] = [self.found, self.wanted].map(|number| field.print(&Value::Number(number)));
        findings.push(
            Diagnostic::warning(
                "dong/tong-lech",
                place(sheet, self.at),
                text!(
                    "cột «{label}»: dòng đề mục ghi {found}, các dòng bên dưới cộng lại là {wanted}; dòng đề mục không được tính là số liệu",
                    "column «{label}»: the heading says {found}, the rows below it add up to {wanted}; the heading does not count as data"
                ),
            )
            .field(&field.id)
            .hint(text!(
                "kiểm tra các dòng bên dưới và số của dòng đề mục",
                "check the rows below and the figure of the heading"
            )),
        );
    }
}
