//! All integration tests, in one program so that it links once.

mod cases;
mod commands;
mod disguises;
mod economy_and_awards;
mod emulation_packs;
mod formulas;
mod guide;
mod house;
mod invariants;
mod laws;
mod lint;
mod migrations;
mod office;
mod outputs;
mod pack_guide;
mod pack_new;
mod packed;
mod release_guide;
mod report;
mod scripts;
mod seeds;
mod template_files;
mod trace;
mod workbooks;

#[path = "../support/legacy_texts.rs"]
mod legacy_texts;
#[path = "../support/markdown_workbook.rs"]
mod markdown_workbook;
#[path = "../support/other_containers.rs"]
mod other_containers;
#[path = "../support/samples.rs"]
mod samples;
#[path = "../support/word_notation/mod.rs"]
mod word_notation;
#[path = "../support/xls_workbook.rs"]
mod xls_workbook;
