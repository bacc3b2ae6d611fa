//! `baocao` turns the Excel workbooks that Vietnamese communes keep into the official Word documents that they issue.
//!
//! A kind of report is a [`Pack`]: the sheets its workbook has, and a Word template with tags. From a workbook and its
//! pack come documents, and findings that name each problem's cell, in Vietnamese and English.
//!
//! ```text
//!     pack.toml ────► pack ──► schema ─────────────────┐
//!                                                      ▼
//!     workbook.xlsx ──► workbook ──► raw cells ──► dataset ──► typed values, each knows its cell
//!                                                      │           └──► findings: diagnostic
//!     bao-cao.md ──► outline ──► bao-cao.docx          ▼
//!                                     └──────────► template ──► document.docx
//! ```
//!
//! The rooms, lowest first; a room names only rooms above it in this list (`tests/all/house.rs` holds it to that):
//!
//! | room | what it does | its libraries |
//! |---|---|---|
//! | [`diagnostic`] | what is wrong, where, and what to do; printed for people, or as JSON | serde_json |
//! | [`vietnamese`] | pure text: numbers, dates, words, folding, name order | unicode-normalization, strsim, jiff |
//! | [`value`] | column types: how a cell becomes a typed value, and how it prints | jiff |
//! | [`schema`] | the sheets and fields a pack expects, and whether that makes sense | |
//! | [`opc`] | the .docx container: parts, content types, limits; knows no Word | zip |
//! | [`workbook`] | bytes to sheets of raw cells; knows no schema | calamine |
//! | [`dataset`] | finds the schema's sheets and columns, types the cells, runs the checks | |
//! | [`blank`] | a schema to an empty workbook, or one filled in | rust_xlsxwriter |
//! | [`template`] | tags in Word: found across runs, type-checked, compiled once, filled many times | handlebars |
//! | [`outline`] | a text file to a Word template in the layout of Decree 30/2020 | docx-rs, pulldown-cmark |
//! | [`pack`] | a plug-in: manifest, schema, templates; which one a workbook belongs to | toml |
//! | [`pipeline`] | the steps in order, one function for each wish | |
//! | [`cli`] | arguments, files, exit status; one file for each command | clap, tempfile |
//!
//! All but [`cli`] take bytes and values: no files, no clock, no environment, no output.
//!
//! # Example
//!
//! The blank workbook of a pack that is built in, and what is missing while nobody has filled it in:
//!
//! ```
//! use baocao::{Lang, Options, Prefill, pack, pipeline};
//!
//! let pack = pack::BUILT_IN[0].parse().expect("a built-in pack is right");
//! let workbook = pipeline::blank(&pack, &Prefill::new())?;
//!
//! let outcome = pipeline::render(&pack, &workbook, &Options::default())?;
//! assert!(outcome.documents.is_empty());
//! let findings = outcome.diagnostics.print(Lang::Vi);
//! assert!(findings.contains("«Tên đơn vị» bắt buộc phải ghi"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod blank;
pub mod cli;
pub mod dataset;
pub mod diagnostic;
pub mod opc;
pub mod outline;
pub mod pack;
pub mod pipeline;
pub mod schema;
pub mod template;
pub mod value;
pub mod vietnamese;
pub mod workbook;

pub use blank::Prefill;
pub use dataset::Dataset;
pub use diagnostic::{Diagnostic, Diagnostics, Lang, Place, Severity, Text};
pub use pack::Pack;
pub use pipeline::{Checked, Document, Options, Outcome};
pub use schema::Schema;
pub use template::Template;
