//! Which cells a printed value comes from: one comment of Word for each, so that a reader can check it in the workbook.
//!
//! In: a value that is printed. Out: its cells by sheet, `Chỉ tiêu!F7`, ranges where they are next to each other. Values in
//! headers, notes and text boxes, where Word takes no comments, are gathered for one comment at the document's beginning.

use std::collections::BTreeMap;

use super::comment::Comment;
use super::expression::{Call, Environment, Expr, Kind, Literal, Step, Val};
use super::node::Print;
use crate::dataset::{Record, SheetData};
use crate::diagnostic::{CellRef, column_letters};

/// Comments of a document that is being made.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// In the order of the document.
    pub notes: Vec<Comment>,
    /// Values that stand where no comment can, in order, each once.
    pub elsewhere: Vec<String>,
    next: u32,
}

impl Trace {
    /// No comments yet; the first gets the number `next`.
    pub fn new(next: u32) -> Self {
        Self {
            next,
            ..Self::default()
        }
    }

    /// Adds a comment; its id when it can stand at the value. Nothing for a value that comes from no cell.
    pub fn add(&mut self, cells: &Cells, written: &str, part: Option<&str>) -> Option<u32> {
        if cells.by_sheet.is_empty() && cells.formulas.is_empty() {
            return None;
        }
        let formulas = cells
            .formulas
            .iter()
            .map(|formula| format!("tự tính vì ô để trống: {formula}"));
        let mut lines: Vec<String> = Some(cells.text()).filter(|text| !text.is_empty()).into_iter().collect();
        lines.extend(formulas);
        if part.is_none() {
            let line = format!("{}: {}", bare(written), lines.join("; "));
            if !self.elsewhere.contains(&line) {
                self.elsewhere.push(line);
            }
            return None;
        }
        let id = self.next;
        self.next += 1;
        if cells.is_computed {
            lines.push(format!("tính bằng: {}", bare(written)));
        }
        self.notes.push(Comment { id, lines });
        Some(id)
    }
}

impl Trace {
    /// Puts values that stand where no comment can into the first comment. The lines that no comment takes.
    pub fn finish(&mut self) -> Vec<String> {
        let mut lines = std::mem::take(&mut self.elsewhere);
        if lines.is_empty() {
            return lines;
        }
        lines.insert(0, "Ở đầu trang, chân trang, chú thích và hộp văn bản:".to_owned());
        match self.notes.first_mut() {
            Some(first) => {
                first.lines.append(&mut lines);
                Vec::new()
            }
            None => lines,
        }
    }
}

/// A tag without its braces: a document must not look like a template.
fn bare(written: &str) -> &str {
    written.trim_matches(['{', '}', '~', ' '])
}

/// Cells by the name of their sheet.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    by_sheet: BTreeMap<(usize, String), Vec<CellRef>>,
    /// Whether the value is made of them by a helper.
    is_computed: bool,
    /// What values that the workbook does not have were computed by, each once.
    formulas: Vec<String>,
}

/// Most ranges of cells that are named one by one.
const MOST: usize = 12;

impl Cells {
    fn add(&mut self, sheet: usize, name: &str, cell: Option<CellRef>) {
        if let Some(cell) = cell {
            self.by_sheet.entry((sheet, name.to_owned())).or_default().push(cell);
        }
    }

    /// Adds the cell of a record's value; of a computed one the cells that it is made of.
    fn add_value(&mut self, sheet: usize, data: &SheetData, record: &Record, field: usize) {
        let Some(computed) = data.computed_by(record, field) else {
            return self.add(sheet, &data.name, data.cell(record, field));
        };
        if !self.formulas.contains(&computed.formula.vi) {
            self.formulas.push(computed.formula.vi.clone());
        }
        for source in &computed.sources {
            self.add_value(sheet, data, record, *source);
        }
    }

    /// `Chỉ tiêu!F7`, `Khen thưởng!E5:E20`; several with semicolons.
    fn text(&self) -> String {
        let mut parts = Vec::new();
        for ((_, name), cells) in &self.by_sheet {
            let mut cells = cells.clone();
            cells.sort_unstable_by_key(|cell| (cell.column, cell.row));
            cells.dedup();
            let mut ranges: Vec<(CellRef, CellRef)> = Vec::new();
            for cell in cells {
                match ranges.last_mut() {
                    Some((_, last)) if last.column == cell.column && last.row + 1 == cell.row => *last = cell,
                    _ => ranges.push((cell, cell)),
                }
            }
            let more = ranges.len().saturating_sub(MOST);
            let shown: Vec<String> = ranges
                .iter()
                .take(MOST)
                .map(|(first, last)| match first == last {
                    true => first.to_string(),
                    false => format!("{first}:{}{}", column_letters(last.column), last.row + 1),
                })
                .collect();
            let rest = if more > 0 { format!(" (+{more})") } else { String::new() };
            parts.push(format!("{name}!{}{rest}", shown.join(", ")));
        }
        parts.join("; ")
    }
}

/// The cells that a printed value comes from.
pub fn sources(environment: &Environment<'_>, print: &Print) -> Cells {
    let mut cells = Cells::default();
    of(environment, &print.expr, print.field, &mut cells);
    cells.is_computed = match &print.expr {
        Expr::Call(call) => !is_total(call),
        Expr::Foreign(_) => true,
        _ => false,
    };
    cells
}

/// Whether a call is what the total row of `{{table …}}` has in its cells, which no author wrote.
fn is_total(call: &Call) -> bool {
    let is_sum = matches!(call.arguments.first(), Some(Expr::Call(inner)) if inner.helper.name == "sum");
    let is_blank = matches!(call.arguments.get(1), Some(Expr::Literal(Literal::Text(text))) if text.is_empty());
    call.helper.name == "default" && is_sum && is_blank
}

fn of(environment: &Environment<'_>, expr: &Expr, field: Option<(usize, usize)>, cells: &mut Cells) {
    match expr {
        Expr::Literal(_) | Expr::Loop(..) => {}
        Expr::Path(..) => {
            if let Some((sheet, field)) = field
                && let Some(data) = environment.dataset.sheets.get(sheet)
                && let Some(record) = record(environment, expr, (sheet, field))
            {
                cells.add_value(sheet, data, record, field);
            }
        }
        Expr::Call(call) => {
            for (index, (argument, kind)) in call.arguments.iter().zip(&call.kinds).enumerate() {
                match kind {
                    Kind::Field(sheet, field) => of(environment, argument, Some((*sheet, *field)), cells),
                    Kind::Rows(sheet) | Kind::Texts(sheet) => {
                        let value = environment.value(argument);
                        let (Some(rows), Some(data)) = (value.rows(), environment.dataset.sheets.get(*sheet)) else {
                            continue;
                        };
                        let columns = if call.columns.is_empty() && matches!(kind, Kind::Texts(_)) {
                            &[0][..]
                        } else {
                            &call.columns
                        };
                        for record in rows.iter() {
                            // A count names the rows by their first column.
                            let named = if columns.is_empty() { &[0][..] } else { columns };
                            for &column in named {
                                cells.add_value(*sheet, data, record, column);
                            }
                        }
                    }
                    _ if matches!(argument, Expr::Call(_) | Expr::Foreign(_)) => {
                        of(environment, &call.arguments[index], None, cells);
                    }
                    _ => {}
                }
            }
        }
        Expr::Foreign(call) => {
            for (argument, kind) in call.arguments.iter().zip(&call.kinds) {
                let field = match kind {
                    Kind::Field(sheet, field) => Some((*sheet, *field)),
                    _ => None,
                };
                of(environment, argument, field, cells);
            }
        }
    }
}

/// A field that has no value, by sheet and field, and the cell that is blank.
pub type Blank = ((usize, usize), Option<CellRef>);

/// Gathers the fields without a value that an expression is made of, given the field that it is if it is one.
pub fn blanks(environment: &Environment<'_>, expr: &Expr, field: Option<(usize, usize)>, found: &mut Vec<Blank>) {
    match expr {
        Expr::Literal(_) | Expr::Loop(..) => {}
        Expr::Path(frame, steps) => {
            if let (Some((sheet, field)), (Val::Missing, record)) = (field, environment.path(*frame, steps)) {
                let cell = record.and_then(|record| environment.dataset.sheets.get(sheet)?.cell(record, field));
                found.push(((sheet, field), cell));
            }
        }
        Expr::Call(call) => {
            for (argument, kind) in call.arguments.iter().zip(&call.kinds) {
                match (argument, *kind) {
                    (_, Kind::Field(sheet, field)) => blanks(environment, argument, Some((sheet, field)), found),
                    (Expr::Call(_) | Expr::Foreign(_), _) => blanks(environment, argument, None, found),
                    _ => {}
                }
            }
        }
        Expr::Foreign(call) => {
            for (argument, kind) in call.arguments.iter().zip(&call.kinds) {
                let field = match kind {
                    Kind::Field(sheet, field) => Some((*sheet, *field)),
                    _ => None,
                };
                blanks(environment, argument, field, found);
            }
        }
    }
}

/// The cell that the value of a path stands in, given the sheet and field that it leads to.
pub fn cell(environment: &Environment<'_>, expr: &Expr, (sheet, field): (usize, usize)) -> Option<CellRef> {
    let data = environment.dataset.sheets.get(sheet)?;
    data.cell(record(environment, expr, (sheet, field))?, field)
}

/// The record that the value of a path is of, given the sheet and field that it leads to.
fn record<'a>(environment: &Environment<'a>, expr: &Expr, (sheet, field): (usize, usize)) -> Option<&'a Record> {
    let Expr::Path(frame, steps) = expr else {
        return None;
    };
    match environment.path(*frame, steps) {
        (_, Some(record)) if !matches!(steps.last(), Some(Step::GroupKey)) => Some(record),
        // An item of a list: the record that holds the very value.
        (Val::Value(value), _) => {
            let data = environment.dataset.sheets.get(sheet)?;
            data.records.iter().find(|record| holds(record, field, value))
        }
        _ => None,
    }
}

fn holds(record: &Record, field: usize, value: &crate::value::Value) -> bool {
    record
        .values
        .get(field)
        .and_then(Option::as_ref)
        .is_some_and(|own| std::ptr::eq(own, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_cells_are_named_as_ranges() {
        let mut cells = Cells::default();
        for row in [4, 5, 6, 9] {
            cells.add(1, "Khen thưởng", Some(CellRef::new(row, 4)));
        }
        cells.add(0, "Chỉ tiêu", Some(CellRef::new(6, 5)));
        assert_eq!(cells.text(), "Chỉ tiêu!F7; Khen thưởng!E5:E7, E10");
        for row in 0..50 {
            cells.add(2, "Nhiều", Some(CellRef::new(2 * row, 0)));
        }
        assert!(cells.text().ends_with("A21, A23 (+38)"), "{}", cells.text());
    }
}
