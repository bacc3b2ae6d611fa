//! What Microsoft's validator and LibreOffice make of the documents of the text cases.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::tools;
use crate::{cases, word_notation};

#[test]
fn documents_of_the_cases_are_valid_and_show_their_words() {
    if !tools::wanted() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let texts = tempfile::tempdir().expect("a temporary folder");
    let mut faults = Vec::new();
    let mut made = Vec::new();
    for case in cases::all() {
        let outcome = catch_unwind(AssertUnwindSafe(|| case.run()));
        let document = outcome.ok().and_then(|outcome| outcome.document);
        match (case.block("result"), document) {
            (Some(_), Some(document)) => {
                let stem = case.name.replace('/', "-");
                std::fs::write(folder.path().join(format!("{stem}.docx")), document).expect("a file");
                made.push((case, stem));
            }
            (Some(_), None) => faults.push(format!("{}: no document", case.name)),
            (None, _) => {}
        }
    }
    assert!(!made.is_empty(), "no case made a document");
    faults.extend(invalid(folder.path(), &made));
    tools::to_text(folder.path(), texts.path());
    for (case, stem) in &made {
        let wanted = match case.block("text") {
            Some(text) => text.lines().map(str::to_owned).collect(),
            None => word_notation::lines(case.block("result").unwrap_or_default()),
        };
        match std::fs::read_to_string(texts.path().join(format!("{stem}.txt"))) {
            Ok(found) => faults.extend(difference(&wanted, &found).map(|fault| format!("{}: {fault}", case.name))),
            Err(_) => faults.push(format!("{}: LibreOffice does not open it", case.name)),
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// What the validator finds, several files at a time: it takes one at each call, and most of a second.
fn invalid(folder: &Path, made: &[(cases::Case, String)]) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut faults = Vec::new();
        while let Some((case, stem)) = made.get(next.fetch_add(1, Ordering::Relaxed)) {
            let findings = tools::validator_findings(&folder.join(format!("{stem}.docx")));
            faults.extend(findings.map(|findings| format!("{}: not valid: {findings}", case.name)));
        }
        faults
    };
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let results = workers.into_iter().map(|worker| worker.join().expect("a worker"));
        results.flatten().collect()
    })
}

/// The first line that differs; blank lines and the width of blanks do not count.
fn difference(wanted: &[String], found: &str) -> Option<String> {
    let plain = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = |lines: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        lines.map(plain).filter(|line| !line.is_empty()).collect()
    };
    let wanted = lines(&mut wanted.iter().map(String::as_str));
    let found = lines(&mut found.trim_start_matches('\u{feff}').lines());
    (wanted != found).then(|| format!("wanted {wanted:?}, LibreOffice shows {found:?}"))
}

#[test]
fn words_that_differ_are_told() {
    let wanted = ["1. một hai".to_owned(), String::new(), "ba".to_owned()];
    assert_eq!(difference(&wanted, "\u{feff}    1. một  hai\n\nba\n"), None);
    assert!(difference(&wanted, "1. một hai\n").is_some());
    assert!(difference(&wanted, "một hai\nba\n").is_some());
}
