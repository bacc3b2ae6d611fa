//! Findings of a workbook for people at a terminal: a heading for each sheet, and what is found many times summed up.
//!
//! In: findings in reading order. Out: the same words as in the plain list, in the same order; of one kind of finding in a
//! sheet the first few in full, of the others the cells and how to see them.

use std::collections::BTreeMap;

use super::screen::colour;
use crate::diagnostic::{Diagnostic, Diagnostics, Lang, Place, Severity};

/// How many findings of one code are printed in full in a sheet.
const IN_FULL: usize = 3;
/// How many cells of the others are named.
const NAMED: usize = 8;

/// The sheet a finding is in.
fn sheet(finding: &Diagnostic) -> Option<&str> {
    match &finding.place {
        Place::Sheet(name) | Place::Cell(name, _) => Some(name),
        _ => None,
    }
}

/// How many sheets findings are in.
pub(super) fn sheets(findings: &Diagnostics) -> usize {
    let names: std::collections::BTreeSet<&str> = findings.iter().filter_map(sheet).collect();
    names.len()
}

/// The findings under headings; all of them in full when `is_whole`.
pub(super) fn print(findings: &Diagnostics, lang: Lang, is_whole: bool, has_colours: bool) -> String {
    let list: Vec<&Diagnostic> = findings.iter().collect();
    let mut out = String::new();
    for group in list.chunk_by(|left, right| left.file == right.file && sheet(left) == sheet(right)) {
        heading(&mut out, group, lang, has_colours);
        let mut told: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in group {
            let of_code = || group.iter().filter(|other| other.code == finding.code);
            let count = told.entry(finding.code).or_default();
            *count += 1;
            // A summary of one would be as long as the finding.
            if is_whole || *count <= IN_FULL || of_code().count() == IN_FULL + 1 {
                let plain = finding.print(lang);
                out.push_str(&if has_colours { colour(finding, &plain) } else { plain });
                out.push('\n');
            } else if *count == IN_FULL + 1 {
                let rest: Vec<&Diagnostic> = of_code().skip(IN_FULL).copied().collect();
                summary(&mut out, &rest, lang);
            }
        }
    }
    out
}

/// `── Chỉ tiêu: 5 lỗi, 2 cảnh báo ──`
fn heading(out: &mut String, group: &[&Diagnostic], lang: Lang, has_colours: bool) {
    let Some(first) = group.first() else { return };
    let name = match (sheet(first), lang) {
        (Some(name), _) => name,
        (None, Lang::Vi) => "Cả sổ tính",
        (None, Lang::En) => "The whole workbook",
    };
    let errors = group
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    let line = format!("── {name}: {} ──", counts(errors, group.len() - errors, lang));
    out.push_str(&if has_colours {
        format!("\x1b[1m{line}\x1b[0m\n\n")
    } else {
        format!("{line}\n\n")
    });
}

/// What is left of one kind of finding.
fn summary(out: &mut String, rest: &[&Diagnostic], lang: Lang) {
    let Some(first) = rest.first() else { return };
    let cells = rest.iter().filter_map(|finding| match &finding.place {
        Place::Cell(_, cell) => Some(cell.to_string()),
        _ => None,
    });
    let mut cells = cells.take(NAMED).collect::<Vec<_>>().join(", ");
    if rest.len() > NAMED && !cells.is_empty() {
        cells.push_str(", …");
    }
    let place = if cells.is_empty() { cells } else { format!(": {cells}") };
    let (count, code) = (rest.len(), first.code);
    out.push_str(&match lang {
        Lang::Vi => format!("  … và {count} chỗ nữa cùng loại [{code}]{place}\n  xem hết: thêm --all\n\n"),
        Lang::En => format!("  … and {count} more of the same kind [{code}]{place}\n  to see all: add --all\n\n"),
    });
}

/// `12 lỗi, 30 cảnh báo`; empty where there is nothing.
pub(super) fn counts(errors: usize, warnings: usize, lang: Lang) -> String {
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let errors = match (errors, lang) {
        (0, _) => String::new(),
        (_, Lang::Vi) => format!("{errors} lỗi"),
        (_, Lang::En) => format!("{errors} error{}", plural(errors)),
    };
    let warnings = match (warnings, lang) {
        (0, _) => String::new(),
        (_, Lang::Vi) => format!("{warnings} cảnh báo"),
        (_, Lang::En) => format!("{warnings} warning{}", plural(warnings)),
    };
    let both = [errors, warnings];
    both.into_iter()
        .filter(|count| !count.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{CellRef, Text};

    fn finding(code: &'static str, sheet: &str, row: u32) -> Diagnostic {
        let place = Place::Cell(sheet.into(), CellRef::new(row, 1));
        Diagnostic::error(code, place, Text::new("sai", "wrong"))
    }

    #[test]
    fn each_sheet_has_a_heading_and_what_is_cut_is_counted_and_named() {
        let mut findings: Diagnostics = (0..9).map(|row| finding("a/b", "Một", row)).collect();
        findings.push(finding("a/c", "Một", 20));
        findings.extend((0..4).map(|row| finding("a/b", "Hai", row)).collect());
        let text = print(&findings, Lang::Vi, false, false);
        assert!(
            text.contains("── Một: 10 lỗi ──") && text.contains("── Hai: 4 lỗi ──"),
            "{text}"
        );
        assert!(
            text.contains("và 6 chỗ nữa cùng loại [a/b]: B4, B5, B6, B7, B8, B9\n"),
            "{text}"
        );
        assert!(text.contains("--all") && text.contains("› B21"), "{text}");
        // Three of nine, the other kind, and all four of the second sheet.
        assert_eq!(text.matches("lỗi[").count(), 3 + 1 + 4, "{text}");
        let whole = print(&findings, Lang::En, true, false);
        assert_eq!(whole.matches("error[").count(), findings.len(), "{whole}");
        assert_eq!(sheets(&findings), 2);
    }

    #[test]
    fn colours_are_only_where_they_are_wanted() {
        let findings = Diagnostics::from_iter([finding("a/b", "Một", 0)]);
        assert!(!print(&findings, Lang::Vi, false, false).contains('\x1b'));
        assert!(print(&findings, Lang::Vi, false, true).contains('\x1b'));
    }
}
