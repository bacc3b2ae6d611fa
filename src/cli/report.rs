//! What a command has to say when it is over.

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Diagnostics, Text};

/// The exit status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    /// All went well, warnings or not.
    #[default]
    Done = 0,
    /// The input has errors.
    Input = 1,
    /// Wrong use, unreadable file, or a fault.
    Fault = 2,
}

/// Why a command, or its work on one file, came to an end.
#[derive(Clone, Debug)]
pub(super) struct Stop {
    pub status: Status,
    pub findings: Diagnostics,
}

impl Stop {
    /// Wrong use, unreadable file, or a fault.
    pub fn fault(finding: Diagnostic) -> Self {
        Self {
            status: Status::Fault,
            findings: Diagnostics::from_iter([finding]),
        }
    }

    /// The input has errors.
    pub fn input(findings: Diagnostics) -> Self {
        Self {
            status: Status::Input,
            findings,
        }
    }
}

/// What a command has to say.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// The command's name, as in `--json`.
    pub command: &'static str,
    /// The exit status.
    pub status: Status,
    /// The result for people, in the session's language; ends with a line break unless empty.
    pub text: String,
    /// The result for programs: members of the JSON document.
    pub json: Map<String, Value>,
    /// What was found.
    pub findings: Diagnostics,
    /// Whether the findings are what was asked for, so that they go to standard output.
    pub findings_are_result: bool,
    /// What became of the rows of each sheet, a line for each; ends with a line break unless empty.
    pub account: String,
    /// Whether the findings are those of a workbook, which people at a terminal see sheet by sheet.
    pub is_by_sheet: bool,
    /// Whether each of them is printed in full even so.
    pub is_whole: bool,
    /// What was done, in a few words; the counts of findings follow it.
    pub summary: Option<Text>,
    /// Whether the summary tells the counts itself.
    pub is_counted: bool,
    /// What people should know beside the findings, a line each.
    pub notes: Vec<Text>,
    /// What would help people at a terminal next.
    pub tip: Option<Text>,
    /// Whether people have been told already.
    pub is_silent: bool,
    /// Whether the text is printed even for `--json`: help and version.
    pub is_verbatim: bool,
}

impl Report {
    /// An empty report of a command.
    pub fn new(command: &'static str) -> Self {
        Self {
            command,
            ..Self::default()
        }
    }

    /// The report of a command that could not do its work.
    pub fn stopped(stop: Stop) -> Self {
        let mut report = Self::new("");
        report.absorb(stop);
        report
    }

    /// Takes up why one part of the work came to an end.
    pub fn absorb(&mut self, stop: Stop) {
        self.status = self.status.max(stop.status);
        self.findings.extend(stop.findings);
    }

    /// Takes up findings of the input; errors among them set the exit status.
    pub fn add(&mut self, findings: Diagnostics) {
        if findings.has_errors() {
            self.status = self.status.max(Status::Input);
        }
        self.findings.extend(findings);
    }

    /// Adds a line that people should read, once.
    pub fn note(&mut self, note: Option<Text>) {
        self.notes.extend(note.filter(|note| !self.notes.contains(note)));
    }

    /// The same with a result for people.
    pub fn with_text(mut self, text: String) -> Self {
        self.text = text;
        self
    }

    /// The same, with a text that is printed even for `--json`.
    pub fn verbatim(mut self) -> Self {
        self.is_verbatim = true;
        self
    }

    /// The same, for programs only.
    pub fn silent(mut self) -> Self {
        self.is_silent = true;
        self
    }
}
