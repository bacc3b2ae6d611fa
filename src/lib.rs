//! `baocao` turns the Excel workbooks that Vietnamese communes keep into the official Word documents that they issue.
//!
//! ```text
//! pack (folder) ──► schema ────────────────┐
//!                                          ▼
//! workbook.xlsx ──► workbook (cells) ──► dataset (typed values, each knows its cell) ──► diagnostics
//!                                          │
//! pack/*.docx ────► template (compiled once, type-checked against the schema)
//!                                          ▼
//!                                    document.docx
//! ```
//!
//! The rooms, lowest first. A room names only rooms above it in this list; `tests/all/house.rs` holds that, and each room's
//! door to a library.
//!
//! | room | what it does | door to |
//! |---|---|---|
//! | [`diagnostic`] | what is wrong, where, and what to do; in two languages | |
//! | [`vietnamese`] | pure text: numbers, dates, words, folding, name order | unicode-normalization |
//! | [`value`] | column types: how a cell becomes a typed value, and how it prints | jiff, rust_decimal |
//! | [`formula`] | formulas of a pack: parsed, checked, computed exactly or as intervals | |
//! | [`legal`] | legal texts: which are in force on a day, how they are cited, where they are mentioned | toml |
//! | [`schema`] | the sheets a pack expects, and whether that makes sense | |
//! | [`opc`] | the .docx container: parts, content types, relationships, limits; plain archives of files | zip |
//! | [`wml`] | a small tree of Word elements: read, put in order, written | quick-xml |
//! | [`workbook`] | bytes to sheets of raw cells with their formats | calamine |
//! | [`dataset`] | finds the schema in a workbook, types the cells, runs the checks | toml |
//! | [`blank`] | a schema to an empty or prefilled workbook; a workbook to a copy with findings marked | rust_xlsxwriter, quick-xml |
//! | [`template`] | tags in Word: found, placed, type-checked, compiled, filled | handlebars, quick-xml, docx-rs |
//! | [`outline`] | a text file to a Word template in Decree 30/2020 layout | docx-rs, pulldown-cmark |
//! | [`lint`] | what is wrong in the layout of a finished document, by Decree 30/2020 | |
//! | [`script`] | a pack's own checks and helpers, sandboxed | rhai |
//! | [`pack`] | a plug-in, as a folder or as one file: manifest, schema, templates, script, versions | toml, sha2 |
//! | [`draft`] | the first draft of a pack: from answers, a workbook, or last year's document | |
//! | [`pipeline`] | the steps in order, one function for each wish | |
//! | [`cli`] | arguments, files, exit status; one file for each command | clap, anyhow, tempfile |
//!
//! The core takes bytes and values; files, environment and standard output are touched in [`cli`] only.
//!
//! ```
//! use baocao::{Prefill, pack, pipeline};
//!
//! let pack = pack::BUILT_IN[0].parse().expect("a built-in pack is sound");
//! let blank = pipeline::blank(&pack, &Prefill::default()).expect("a sound schema makes a workbook");
//! let outcome = pipeline::render(&pack, &blank, &pipeline::Options::default()).expect("it is a workbook");
//! // Nothing is filled in yet: the findings say what is missing, and no document is made.
//! assert!(outcome.documents.is_empty() && outcome.diagnostics.has_errors());
//! ```

pub mod blank;
pub mod cli;
pub mod dataset;
pub mod diagnostic;
pub mod draft;
pub mod formula;
pub mod legal;
pub mod lint;
pub mod opc;
pub mod outline;
pub mod pack;
pub mod pipeline;
pub mod schema;
pub mod script;
pub mod template;
pub mod value;
pub mod vietnamese;
pub mod wml;
pub mod workbook;

pub use self::blank::{Prefill, Stamp};
pub use self::dataset::{Dataset, Mapping};
pub use self::diagnostic::{CellRef, Diagnostic, Diagnostics, Lang, Place, Severity, Text};
pub use self::pack::Pack;
pub use self::pipeline::{Checked, Document, Outcome};
pub use self::schema::Schema;
pub use self::script::Script;
pub use self::template::Template;
pub use self::value::Value;
pub use self::workbook::Workbook;

// Support code of the tests names the library as integration tests do.
#[cfg(test)]
extern crate self as baocao;

#[cfg(test)]
#[path = "../tests/support/markdown_workbook.rs"]
mod markdown_workbook;
#[cfg(test)]
#[path = "../tests/support/other_containers.rs"]
mod other_containers;
#[cfg(test)]
#[path = "../tests/support/xls_workbook.rs"]
mod xls_workbook;
