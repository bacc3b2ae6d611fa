//! A field of the schema made ready to read many cells: its subject in messages, its checks, its default.

use regex_lite::Regex;

use super::check::{CELL_CHECKS, CellCheck};
use super::findings::{At, Findings};
use crate::diagnostic::{CellRef, Diagnostic, Place, Severity, Text};
use crate::schema::{Field, Layout, Sheet};
use crate::text;
use crate::value::{Context, Evidence, Fault, Format, Raw, Type, Value};
use crate::workbook::{Cell, Formula, Row};

/// A field ready to read.
pub(super) struct Column<'a> {
    pub field: &'a Field,
    /// The compiled pattern, anchored at both ends.
    pub pattern: Option<Regex>,
    /// What is known of each cell before it is read.
    context: Context<'a>,
    layout: Layout,
    checks: Vec<&'static CellCheck>,
    default: Option<Value>,
}

impl<'a> Column<'a> {
    pub fn new(sheet: &Sheet, field: &'a Field) -> Self {
        let pattern = field.pattern.as_ref();
        Self {
            field,
            // A pattern that is no regular expression is a fault of the pack, told when the pack loads.
            pattern: pattern.and_then(|pattern| Regex::new(&format!("^(?:{pattern})$")).ok()),
            context: field.context(),
            layout: sheet.layout,
            checks: CELL_CHECKS.iter().filter(|check| (check.applies)(field)).collect(),
            default: field.default.as_ref().and_then(|text| read_text(field, text)),
        }
    }

    /// The value taken for a blank cell.
    pub fn default(&self) -> Option<&Value> {
        self.default.as_ref()
    }

    /// Who the message is about: cột «Thực hiện», mục «Số văn bản».
    pub fn subject(&self) -> Text {
        subject(self.layout, self.field)
    }

    /// The value of a cell; findings go to its place, blank cells to the place where the value belongs.
    pub fn read(
        &self,
        cell: Option<&Cell>,
        place: impl Fn() -> Place,
        at: At,
        findings: &mut Findings,
    ) -> Option<Value> {
        let (value, fault) = match cell {
            Some(cell) if cell.formula == Formula::NotComputed => (None, Some(never_computed())),
            Some(cell) => {
                let reading = self.field.ty.read(&cell.raw, &self.context);
                (reading.value, reading.fault)
            }
            None => (None, None),
        };
        let unreadable = fault.as_ref().is_some_and(|fault| fault.severity == Severity::Error);
        if let Some(fault) = fault {
            findings.push_cell(self.finding(fault, place()));
        }
        if unreadable {
            findings.mark_faulty(at);
            return None;
        }
        self.checked(value.or_else(|| self.default.clone()), place, at, findings)
    }

    /// The same as [`Column::read`], which may leave the cell without its text: of most texts the value is the text itself.
    pub fn take(&self, cell: &mut Cell, place: impl Fn() -> Place, at: At, findings: &mut Findings) -> Option<Value> {
        match &mut cell.raw {
            Raw::Text(text) if cell.formula != Formula::NotComputed && self.field.ty.keeps(text) => {
                self.checked(Some(Value::Text(std::mem::take(text))), place, at, findings)
            }
            _ => self.read(Some(cell), place, at, findings),
        }
    }

    /// A value, checked.
    fn checked(
        &self,
        value: Option<Value>,
        place: impl Fn() -> Place,
        at: At,
        findings: &mut Findings,
    ) -> Option<Value> {
        for check in &self.checks {
            if let Some(fault) = (check.run)(self, value.as_ref()) {
                if value.is_none() {
                    findings.mark_faulty(at);
                }
                findings.push_cell(self.finding(fault, place()));
            }
        }
        value
    }

    /// What is bold or italic in a value, from the formats of the cell's text; none but in text, and in the cell's own.
    pub fn formats(&self, text: &str, formats: &[Format], value: Option<&Value>) -> Box<[Format]> {
        match (self.field.ty, value) {
            (Type::Text | Type::LongText, Some(Value::Text(value))) => Format::carry(text, formats, value),
            _ => Box::default(),
        }
    }

    /// A fault as a finding: the subject put before its message.
    pub fn finding(&self, fault: Fault, place: Place) -> Diagnostic {
        let subject = self.subject();
        let message = Text {
            vi: format!("{} {}", subject.vi, fault.message.vi.trim_start()),
            en: format!("{} {}", subject.en, fault.message.en.trim_start()),
        };
        let finding = match fault.severity {
            Severity::Error => Diagnostic::error(fault.code, place, message),
            Severity::Warning => Diagnostic::warning(fault.code, place, message),
        };
        let finding = finding.field(&self.field.id);
        match fault.hint {
            Some(hint) => finding.hint(hint),
            None => finding,
        }
    }
}

/// Lets columns look at all their cells before any is read: some texts can only be read by what the others show. `at` says
/// where each column stands.
pub(super) fn survey<'r>(
    columns: &mut [Column],
    at: &[Option<u32>],
    rows: impl Iterator<Item = &'r Row>,
    sheet: &str,
    findings: &mut Findings,
) {
    let surveyed = columns.iter_mut().zip(at).filter_map(|(column, at)| {
        let evidence = Evidence::new(column.field.ty, column.context.unit)?;
        Some(((*at)?, column, evidence))
    });
    let mut surveyed: Vec<(u32, &mut Column, Evidence)> = surveyed.collect();
    if surveyed.is_empty() {
        return;
    }
    for row in rows {
        for (at, _, evidence) in &mut surveyed {
            if let Some(cell) = row.cell(*at).filter(|cell| cell.formula != Formula::NotComputed) {
                evidence.observe(&cell.raw, CellRef::new(row.index, *at));
            }
        }
    }
    for (_, column, evidence) in surveyed {
        column.context.habits = evidence.habits();
        for concern in evidence.concerns() {
            let mut finding = column.finding(concern.fault, Place::Cell(sheet.to_owned(), concern.at));
            finding.more = concern.more;
            findings.push(finding);
        }
    }
}

/// Who a message is about: cột «Thực hiện», mục «Số văn bản».
pub(super) fn subject(layout: Layout, field: &Field) -> Text {
    let label = &field.label;
    match layout {
        Layout::Form => text!("mục «{label}»", "field «{label}»"),
        Layout::Table | Layout::List => text!("cột «{label}»", "column «{label}»"),
    }
}

/// The value of a text that the pack wrote: a default, a declared row's.
pub(super) fn read_text(field: &Field, text: &str) -> Option<Value> {
    field.read(&Raw::Text(text.into())).value
}

fn never_computed() -> Fault {
    Fault {
        code: "gia-tri/cong-thuc-chua-tinh",
        severity: Severity::Error,
        message: text!(
            "cần một giá trị, ô này là công thức chưa được tính",
            "needs a value, this cell holds a formula that was never computed"
        ),
        hint: Some(text!(
            "mở tệp bằng Excel, chờ tính xong rồi lưu lại",
            "open the file in Excel, let it compute, and save it"
        )),
    }
}
