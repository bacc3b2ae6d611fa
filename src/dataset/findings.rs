//! Findings while they are gathered: the same fault down a column becomes one finding with many cells.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::{CellRef, Diagnostic, Diagnostics, Place, Severity};

/// From this many cells on, the same fault in the same column is one finding.
const GROUP_FROM: usize = 4;

/// A sheet, a record and a field, by index.
pub(super) type At = (usize, usize, usize);

#[derive(Default)]
pub(super) struct Findings {
    list: Vec<Option<Diagnostic>>,
    groups: HashMap<(&'static str, usize, Severity, String, String), Group>,
    faulty: HashSet<At>,
    /// Cells of headings, of which nothing is asked.
    headings: HashSet<At>,
}

#[derive(Default)]
struct Group {
    members: Vec<usize>,
    collapsed: bool,
}

impl Findings {
    /// Adds a finding that stands for itself.
    pub fn push(&mut self, finding: Diagnostic) {
        self.list.push(Some(finding));
    }

    /// Adds a finding about a cell of a column; from the fourth of its code in that column on they are one.
    pub fn push_cell(&mut self, finding: Diagnostic) {
        self.push_grouped(finding, 0, "");
    }

    /// The same for a fault of which there are several in one column: those about one thing become one.
    pub fn push_cell_about(&mut self, finding: Diagnostic, what: &str) {
        self.push_grouped(finding, 0, what);
    }

    /// The same where several rules share a code: those of one rule, known by its number, are one.
    pub fn push_of(&mut self, finding: Diagnostic, rule: usize) {
        self.push_grouped(finding, rule, "");
    }

    fn push_grouped(&mut self, finding: Diagnostic, rule: usize, what: &str) {
        let (Place::Cell(sheet, cell), Some(field)) = (&finding.place, &finding.field) else {
            return self.push(finding);
        };
        let cell = *cell;
        let about = match what {
            "" => field.clone(),
            _ => format!("{field} {what}"),
        };
        let key = (finding.code, rule, finding.severity, sheet.clone(), about);
        let group = self.groups.entry(key).or_default();
        if group.collapsed {
            let first = group.members.first().and_then(|&first| self.list.get_mut(first));
            if let Some(Some(first)) = first {
                first.more.push(cell);
            }
            return;
        }
        group.members.push(self.list.len());
        self.list.push(Some(finding));
        if group.members.len() < GROUP_FROM {
            return;
        }
        group.collapsed = true;
        let mut cells: Vec<CellRef> = Vec::new();
        for &member in group.members.iter().skip(1) {
            if let Some(Diagnostic {
                place: Place::Cell(_, cell),
                ..
            }) = self.list.get_mut(member).and_then(Option::take)
            {
                cells.push(cell);
            }
        }
        let first = group.members.first().and_then(|&first| self.list.get_mut(first));
        if let Some(Some(first)) = first {
            first.more = cells;
        }
    }

    /// Adds findings that stand for themselves.
    pub fn extend(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        self.list.extend(findings.into_iter().map(Some));
    }

    /// Adds the findings gathered elsewhere, each changed on its way.
    pub fn absorb(&mut self, other: Self, change: impl Fn(Diagnostic) -> Diagnostic) {
        let findings = other.list.into_iter().flatten();
        self.list.extend(findings.map(|finding| Some(change(finding))));
        self.faulty.extend(other.faulty);
        self.headings.extend(other.headings);
    }

    /// Remembers that a cell could not be read, so that no rule complains about its missing value too.
    pub fn mark_faulty(&mut self, at: At) {
        self.faulty.insert(at);
    }

    /// Remembers that a cell is one of a heading, so that nothing is asked of it.
    pub fn mark_heading(&mut self, at: At) {
        self.headings.insert(at);
    }

    /// Whether a cell could not be read, or is one of a heading.
    pub fn is_faulty(&self, at: At) -> bool {
        self.faulty.contains(&at) || self.headings.contains(&at)
    }

    /// Whether a cell of some columns could not be read: sums and counts of them are not certain. A column is a sheet and a
    /// field.
    pub fn have_gaps(&self, columns: &[(usize, usize)]) -> bool {
        let mut cells = self.faulty.iter();
        !columns.is_empty() && cells.any(|(sheet, _, field)| columns.contains(&(*sheet, *field)))
    }

    /// All findings in reading order; sheets come in the order given.
    pub fn finish(self, sheets: &[String]) -> Diagnostics {
        let mut diagnostics: Diagnostics = self.list.into_iter().flatten().collect();
        diagnostics.sort(sheets);
        diagnostics
    }
}
