//! What the cells of a column have in common, gathered before any of them is read.
//!
//! In: every cell of a column of numbers, percentages or dates. Out: how its texts write decimals and dates ([`Habits`]), by
//! which a text with two readings is read, and what only the column as a whole shows ([`Concern`]). A number costs a
//! comparison or two.

use super::figure::with_unit;
use super::{Fault, Raw, Type};
use crate::diagnostic::{CellRef, Severity};
use crate::text;
use crate::vietnamese::{self, DateOrder, DecimalSign, date_long, date_short};

/// What the cells of a column show of a choice that their writer made once and for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Habit<T> {
    /// No cell shows it.
    #[default]
    Unknown,
    /// All that show it agree, the first is at the cell.
    Known(T, CellRef),
    /// Two cells that contradict each other.
    Mixed(CellRef, CellRef),
}

/// How the texts of a column are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// The sign before decimals.
    pub decimal_sign: Habit<DecimalSign>,
    /// Whether day or month comes first.
    pub date_order: Habit<DateOrder>,
}

/// What the cells of a column show while they are looked at one after the other.
#[derive(Debug)]
pub struct Evidence {
    kind: Kind,
    habits: Habits,
    ratios: Ratios,
    dates: RealDates,
}

/// A fault of the column as a whole, at the first of its cells.
#[derive(Debug)]
pub struct Concern {
    /// The first cell that shows it.
    pub at: CellRef,
    /// The other ones.
    pub more: Vec<CellRef>,
    /// What is wrong.
    pub fault: Fault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Percent,
    Date,
}

/// The numbers of a column of percentages that are not formatted as such.
#[derive(Debug, Default)]
struct Ratios {
    /// Those that may be ratios: 1.307 for 130,7%.
    cells: Vec<CellRef>,
    first: f64,
    /// How many of them are about 1.
    near_one: usize,
    /// How many numbers there are but zeros.
    numbers: usize,
    /// Something shows that they are none.
    refuted: bool,
}

/// The cells of a column of dates that hold a date, not a text.
#[derive(Debug, Default)]
struct RealDates {
    /// The first that would be another date with day and month the other way round.
    first: Option<(CellRef, jiff::civil::Date)>,
    /// Whether one falls after the 12th of its month.
    late: bool,
    /// The first text that falls after the 12th, its day in front.
    late_text: Option<CellRef>,
}

impl<T: Copy + PartialEq> Habit<T> {
    fn learn(&mut self, seen: T, at: CellRef) {
        match *self {
            Self::Unknown => *self = Self::Known(seen, at),
            Self::Known(known, first) if known != seen => *self = Self::Mixed(first, at),
            _ => {}
        }
    }
}

impl Evidence {
    /// Nothing seen yet; none for a type whose cells are read each by itself. `unit` is that of the column.
    pub fn new(ty: Type, unit: Option<&str>) -> Option<Self> {
        let kind = match ty {
            Type::Percent => Kind::Percent,
            Type::Decimal if unit == Some("%") => Kind::Percent,
            Type::Decimal => Kind::Number,
            Type::Date => Kind::Date,
            _ => return None,
        };
        Some(Self {
            kind,
            habits: Habits::default(),
            ratios: Ratios::default(),
            dates: RealDates::default(),
        })
    }

    /// Looks at a cell.
    pub fn observe(&mut self, raw: &Raw, at: CellRef) {
        match (self.kind, raw) {
            (Kind::Number | Kind::Percent, Raw::Text(text)) => {
                let number = with_unit(text).map_or(&**text, |(number, _)| number);
                let number = vietnamese::trim(number).trim_end_matches(['%', '％']);
                if let Some(sign) = vietnamese::decimal_sign(number) {
                    self.habits.decimal_sign.learn(sign, at);
                }
            }
            (Kind::Percent, Raw::Number(number)) => self.ratios.observe(*number, at),
            (Kind::Percent, Raw::Percent(_)) => self.ratios.refuted = true,
            (Kind::Date, Raw::Text(text)) => {
                let order = vietnamese::written_date(text).ok().and_then(|date| date.only_order());
                if let Some(order) = order {
                    self.habits.date_order.learn(order, at);
                    if order == DateOrder::DayFirst {
                        self.dates.late_text.get_or_insert(at);
                    }
                }
            }
            (Kind::Date, Raw::Date(date)) => {
                self.dates.late |= date.day() > 12;
                if date.day() != date.month() {
                    self.dates.first.get_or_insert((at, *date));
                }
            }
            _ => {}
        }
    }

    /// How the texts are written.
    pub fn habits(&self) -> Habits {
        self.habits
    }

    /// What the column as a whole shows to be wrong.
    pub fn concerns(self) -> Vec<Concern> {
        [self.ratios.concern(), self.dates.concern()]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl Ratios {
    fn observe(&mut self, number: f64, at: CellRef) {
        let size = number.abs();
        // No plan is fulfilled twenty times over: these are percentages.
        self.refuted |= size >= 20.0;
        if self.refuted || size == 0.0 {
            return;
        }
        self.numbers += 1;
        if size == 1.0 || size < 5.0 && size.fract() != 0.0 {
            if self.cells.is_empty() {
                self.first = number;
            }
            self.cells.push(at);
            self.near_one += usize::from((0.3..3.0).contains(&size));
        }
    }

    /// A figure wrong by a factor of a hundred is worse than a question too many.
    fn concern(self) -> Option<Concern> {
        /// Fewer small numbers may be small by chance.
        const FEWEST: usize = 3;
        let mostly = self.cells.len() == self.numbers || self.near_one * 3 >= self.numbers * 2;
        if self.refuted || self.cells.len() < FEWEST || !mostly {
            return None;
        }
        let mut cells = self.cells.into_iter();
        let at = cells.next()?;
        let number = super::decimal_of(self.first)?;
        let hundredfold = super::figure::percent_of(self.first)?;
        let (plain, percent) = (vietnamese::plain(number), vietnamese::plain(hundredfold));
        Some(Concern {
            at,
            more: cells.collect(),
            fault: Fault {
                code: "gia-tri/ty-le-hay-phan-tram",
                severity: Severity::Error,
                message: text!(
                    "cần tỷ lệ phần trăm, các ô này là số nhỏ không có định dạng %: {plain} có thể là {plain}% mà cũng có thể là {percent}%",
                    "needs percentages, these cells are small numbers without % format: {number} may be {number}% or {hundredfold}%"
                ),
                hint: Some(text!(
                    "nếu là {percent}% thì đặt định dạng các ô là Percentage; nếu là {plain}% thì gõ kèm dấu %",
                    "if it is {hundredfold}%, format the cells as Percentage; if it is {number}%, type it with the % sign"
                )),
            },
        })
    }
}

impl RealDates {
    /// Excel that takes the month first makes 05/12 a date of May and leaves 21/12 a text.
    fn concern(self) -> Option<Concern> {
        let (at, date) = self.first?;
        let late = self.late_text.filter(|_| !self.late)?;
        let swapped = jiff::civil::Date::new(date.year(), date.day(), date.month()).ok()?;
        let (taken, other) = (date_long(date), date_long(swapped));
        let short = date_short(swapped);
        Some(Concern {
            at,
            more: Vec::new(),
            fault: Fault {
                code: "gia-tri/ngay-co-the-dao",
                severity: Severity::Warning,
                message: text!(
                    "có thể đã bị Excel đảo ngày và tháng: mọi ngày thật đều từ 12 trở xuống, ngày sau 12 lại là chữ (như ở ô {late}); ô này được hiểu là {taken}, có thể phải là {other}",
                    "may have day and month swapped by Excel: no real date is after the 12th, and dates after the 12th are texts (as in cell {late}); this cell is taken as {date}, it may be {swapped}"
                ),
                hint: Some(text!(
                    "so các ngày này với hồ sơ gốc; ngày nào bị đảo thì gõ lại, ví dụ {short}",
                    "compare these dates with the original papers; type those again that are swapped, such as {short}"
                )),
            },
        })
    }
}
