//! Total rows: known by their name, never counted, and compared with what the records add up to.
//!
//! A total may stand above or below what it adds up, for the whole table or a part of it, and where rows stand below one
//! another it may add up any level. So it is right when any sum that makes sense agrees, to the last digit.

use rust_decimal::Decimal;

use super::marker::Kind;
use super::rows::has_content;
use super::{Frame, Use, place};
use crate::dataset::findings::Findings;
use crate::dataset::locate::label_text;
use crate::dataset::{Record, SheetData};
use crate::diagnostic::{CellRef, Diagnostic};
use crate::schema::Sheet;
use crate::text;
use crate::value::{Type, Value};
use crate::vietnamese::{fold, trim};
use crate::workbook::{Formula, Row};

/// Longest name of a total row, in bytes.
const LONGEST: usize = 60;
/// Most records that are added up for all totals together; past that a total is held against its own block only.
const MOST_ADDED: usize = 20_000_000;
/// Levels below one another that are added up by themselves.
const LEVELS: usize = 8;
/// How many ranks of markers there are.
const RANKS: usize = 23;

/// The name of a total row: `Tổng cộng`, `CỘNG (I+II)`, `Cộng mục I`.
pub(super) fn name<'r>(declared: &Sheet, row: &'r Row, frame: &Frame<'_>) -> Option<&'r str> {
    let cells = row.cells.iter().filter(has_content).take(3);
    let mut texts = cells.filter_map(|cell| Some((cell, label_text(cell)?)));
    texts.find_map(|(cell, text)| {
        // Folding every row's texts would cost more than reading them.
        let trimmed = trim(text).trim_start_matches(['-', '*', '+', ' ', '\u{a0}']);
        let mut characters = trimmed.chars();
        if trimmed.len() > LONGEST
            || !matches!(characters.next(), Some('T' | 't' | 'C' | 'c'))
            || !matches!(characters.next(), Some('o' | 'O' | 'ô' | 'Ô' | 'ổ' | 'Ổ' | 'ộ' | 'Ộ'))
        {
            return None;
        }
        let key = fold(trimmed);
        if !is_total(&key) {
            return None;
        }
        let field = match frame.use_of(cell.column) {
            Use::Field(field) => declared.fields.get(field),
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

/// Whether a folded text is the name of a total: what is added up may be named, but only by its marker.
fn is_total(key: &str) -> bool {
    const NAMES: [&str; 6] = ["tong cong", "tong so", "tong chung", "cong chung", "tong", "cong"];
    let Some(rest) = NAMES.iter().find_map(|name| key.strip_prefix(name)) else {
        return false;
    };
    let rest = rest.trim_start();
    let rest = ["muc", "phan", "nhom"]
        .iter()
        .find_map(|word| rest.strip_prefix(word))
        .unwrap_or(rest);
    // `(I+II)`, `= 1+2`, `A`: single letters, Roman and other numbers.
    let mut words = rest
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let signs = " ()+-=,.;:/";
    rest.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(c))
        && words.all(|word| {
            word.len() == 1
                || word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit())
                || word.len() <= 4 && word.bytes().all(|byte| b"ivx".contains(&byte))
        })
}

/// The figures of a row that add up: field, column and number. Shares and rates do not, whatever their type.
pub(super) fn figures_of<'r>(
    row: &'r Row,
    declared: &'r Sheet,
    columns: &'r [Option<u32>],
) -> impl Iterator<Item = (usize, u32, Decimal)> + 'r {
    let fields = declared.fields.iter().zip(columns).enumerate();
    fields.filter_map(|(index, (field, column))| {
        let is_share = field.label.contains('%') || field.unit.as_ref().is_some_and(|unit| unit.contains('%'));
        let adds_up = matches!(field.ty, Type::Integer | Type::Decimal | Type::Count) && !is_share;
        let cell = row.cell((*column).filter(|_| adds_up)?)?;
        let is_known = cell.formula != Formula::NotComputed;
        match field.read(&cell.raw).value.filter(|_| is_known)? {
            Value::Number(number) => Some((index, cell.column, number)),
            _ => None,
        }
    })
}

/// A total row and its figures.
struct Total {
    row: u32,
    /// How many records stand above it.
    place: usize,
    figures: Vec<(usize, u32, Decimal)>,
}

/// The total rows of a table, and how deep its records stand.
#[derive(Default)]
pub(super) struct Totals {
    list: Vec<Total>,
    /// The level of each record, from 1, and the rank of its marker; level 0 for a heading that is kept as one.
    levels: Vec<(u8, u8)>,
}

impl Totals {
    /// Notes the level of the record that comes next, and what marker it has.
    pub fn level(&mut self, level: usize, kind: Kind) {
        self.levels.push((u8::try_from(level).unwrap_or(u8::MAX), kind.rank()));
    }

    /// Takes up a total row and tells that it is not read.
    pub fn push(&mut self, declared: &Sheet, row: &Row, name: &str, data: &SheetData, findings: &mut Findings) {
        let figures = figures_of(row, declared, &data.columns).collect();
        self.list.push(Total {
            row: row.index,
            place: data.records.len(),
            figures,
        });
        let number = row.index + 1;
        let first = row.cells.iter().find(has_content).map_or(0, |cell| cell.column);
        findings.push(
            Diagnostic::warning(
                "dong/tong",
                place(&data.name, CellRef::new(row.index, first)),
                text!(
                    "dòng {number} «{name}» là dòng tổng nên không được đọc",
                    "row {number} «{name}» is a total and is not read"
                ),
            )
            .hint(text!(
                "báo cáo không dùng dòng tổng; có thể xóa dòng này",
                "the report uses no total rows; the row may be deleted"
            )),
        );
    }

    /// Tells which totals are not what any of the records above or below them add up to.
    pub fn check(&self, declared: &Sheet, sheet: usize, data: &SheetData, findings: &mut Findings) {
        let all = data.records.len();
        let mut added = 0;
        for (index, total) in self.list.iter().enumerate() {
            if total.figures.is_empty() {
                continue;
            }
            let before = index
                .checked_sub(1)
                .and_then(|before| self.list.get(before))
                .map_or(0, |total| total.place);
            let after = self.list.get(index + 1).map_or(all, |total| total.place);
            let mut blocks = vec![before..total.place, total.place..after];
            added += all;
            if added <= MOST_ADDED {
                blocks.extend([0..total.place, total.place..all, 0..all]);
            }
            let sums: Vec<Sums> = blocks
                .into_iter()
                .filter(|block| !block.is_empty())
                .map(|block| self.sums(block, total, declared, sheet, data, findings))
                .collect();
            for (figure, (field, column, found)) in total.figures.iter().enumerate() {
                let mut possible = sums.iter().filter_map(|sums| sums.of(figure)).flatten().peekable();
                let Some(wanted) = possible.peek().copied() else {
                    continue;
                };
                if possible.any(|sum| sum == *found) || sums.iter().any(|sums| sums.is_doubtful(figure)) {
                    continue;
                }
                let Some(field) = declared.fields.get(*field) else {
                    continue;
                };
                let label = &field.label;
                let [found, wanted] = [*found, wanted].map(|number| field.print(&Value::Number(number)));
                findings.push(
                    Diagnostic::warning(
                        "dong/tong-lech",
                        place(&data.name, CellRef::new(total.row, *column)),
                        text!(
                            "cột «{label}»: dòng tổng ghi {found}, các dòng cộng lại là {wanted}",
                            "column «{label}»: the total row says {found}, the rows add up to {wanted}"
                        ),
                    )
                    .field(&field.id)
                    .hint(text!(
                        "kiểm tra các dòng và dòng tổng của cột này",
                        "check the rows and the total of this column"
                    )),
                );
            }
        }
    }

    /// What the records of a block add up to, in each column in which a total has a figure.
    fn sums(
        &self,
        block: std::ops::Range<usize>,
        total: &Total,
        declared: &Sheet,
        sheet: usize,
        data: &SheetData,
        findings: &Findings,
    ) -> Sums {
        // What is blank there is computed later.
        let is_computed = |field: usize| declared.fields.get(field).is_some_and(|field| field.value.is_some());
        let mut sums = Sums {
            columns: vec![Sum::default(); total.figures.len()],
        };
        for record in block.rev() {
            let (level, rank) = self.levels.get(record).copied().unwrap_or((1, 0));
            let (level, rank) = (usize::from(level), usize::from(rank));
            let Some(Record { values, .. }) = data.records.get(record).filter(|_| level > 0) else {
                continue;
            };
            for (sum, (field, ..)) in sums.columns.iter_mut().zip(&total.figures) {
                match values.get(*field) {
                    Some(Some(Value::Number(number))) => sum.add(*number, level, rank),
                    _ => sum.is_doubtful |= is_computed(*field) || findings.is_faulty((sheet, record, *field)),
                }
            }
        }
        sums
    }
}

/// Sums of a block of records, for each column.
struct Sums {
    columns: Vec<Sum>,
}

#[derive(Clone, Default)]
struct Sum {
    all: Decimal,
    /// Of the records with nothing below them.
    lowest: Decimal,
    levels: [Option<Decimal>; LEVELS],
    /// Of the records with one kind of marker, by its rank: levels may be hard to tell.
    ranks: [Option<Decimal>; RANKS],
    /// The level of the last record with a figure; records are added from the last to the first.
    below: Option<usize>,
    is_doubtful: bool,
}

impl Sum {
    fn add(&mut self, number: Decimal, level: usize, rank: usize) {
        self.all = self.all.saturating_add(number);
        if self.below.is_none_or(|below| below <= level) {
            self.lowest = self.lowest.saturating_add(number);
        }
        self.below = Some(level);
        for sum in self
            .levels
            .get_mut(level - 1)
            .into_iter()
            .chain(self.ranks.get_mut(rank))
        {
            *sum = Some(sum.unwrap_or_default().saturating_add(number));
        }
    }
}

impl Sums {
    /// The sums of a column that make sense, the likeliest first: the highest level, the lowest rows, each level,
    /// each kind of marker, all. None
    /// where no record has a figure.
    fn of(&self, column: usize) -> Option<impl Iterator<Item = Decimal>> {
        let sum = self.columns.get(column).filter(|sum| sum.below.is_some())?;
        let levels = sum.levels.iter().copied().flatten();
        let highest = levels.clone().take(1);
        let ranks = sum.ranks.iter().copied().flatten();
        Some(
            highest
                .chain([sum.lowest])
                .chain(levels.skip(1))
                .chain(ranks)
                .chain([sum.all]),
        )
    }

    fn is_doubtful(&self, column: usize) -> bool {
        self.columns.get(column).is_some_and(|sum| sum.is_doubtful)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_told_from_data_by_name() {
        for name in [
            "Tổng cộng",
            "TỔNG CỘNG:",
            "Tổng số",
            "Cộng",
            "CỘNG (I+II)",
            "Cộng mục I",
            "Tổng cộng (A + B)",
            "Cộng (1+2+3)",
            "Cộng A",
            "Tổng cộng = I + II",
        ] {
            assert!(is_total(&fold(name)), "{name}");
        }
        for name in [
            "Tổng diện tích gieo trồng",
            "Tổng số hộ",
            "Cộng đồng",
            "Tổng thu (triệu đồng)",
            "Cộng tác viên",
            "Tổng đàn",
        ] {
            assert!(!is_total(&fold(name)), "{name}");
        }
    }
}
