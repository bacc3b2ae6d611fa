//! The first draft of a pack, to be gone on with: a manifest, a text source, its Word template, a sample, a word to the next.
//!
//! In: answers of its author ([`start`]), a workbook that an office keeps ([`workbook`]) or last year's document
//! ([`document`]). Out: a [`Plan`], which [`files`] makes the files of a pack that passes its check at once. What was guessed
//! is told. Where they go is the caller's.

pub mod document;
mod letter;
mod manifest;
mod name;
mod plan;
mod readme;
mod sample;
mod start;
mod text;
pub mod workbook;

use std::borrow::Cow;

pub use self::letter::{KINDS, Kind};
pub use self::plan::{Field, Plan, Sheet};
pub use self::start::{Answers, STARTERS, Starter, start};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Text};
use crate::outline;
use crate::pack::{Files, MANIFEST, Origin, Pack};
use crate::schema::Schema;
use crate::text as both;

/// The file names of a pack that this room makes.
const SOURCE: &str = "van-ban.md";
const TEMPLATE: &str = "van-ban.docx";
const README: &str = "README.md";

/// Longest id of a pack.
const LONGEST_ID: usize = 64;

/// All files of a pack by a plan. An error is a fault of the plan, for instance its id.
pub fn files(plan: &Plan) -> Result<Files, Diagnostics> {
    let mut files = Files::new();
    files.insert(MANIFEST.to_owned(), Cow::Owned(manifest::write(plan).into_bytes()));
    files.insert(SOURCE.to_owned(), Cow::Owned(plan.outline.clone().into_bytes()));
    let template = outline::build(&plan.outline).map_err(|mut findings| {
        findings.set_file(SOURCE);
        findings
    })?;
    files.insert(TEMPLATE.to_owned(), Cow::Owned(template));
    let pack = Pack::parse(files.clone(), Origin::Folder(plan.id.clone().into()))?;
    let workbook = sample::workbook(plan, &pack)
        .map_err(|error| Diagnostics::from_iter([Diagnostic::error("goi/bieu-trong", Place::File, error.text())]))?;
    files.insert(sample_name(plan), Cow::Owned(workbook));
    files.insert(README.to_owned(), Cow::Owned(readme::write(plan).into_bytes()));
    Ok(files)
}

/// The schema of a plan whose text source is still to be written.
fn schema_of(plan: &Plan) -> Result<Schema, Diagnostics> {
    let mut files = Files::new();
    files.insert(MANIFEST.to_owned(), Cow::Owned(manifest::write(plan).into_bytes()));
    files.insert(SOURCE.to_owned(), Cow::Borrowed(b""));
    Pack::parse_unbuilt(files, Origin::Folder(plan.id.clone().into())).map(|pack| pack.schema)
}

/// The sample workbook's path in the pack.
pub fn sample_name(plan: &Plan) -> String {
    let id = &plan.id;
    match id.starts_with("loi-") {
        // A sample whose name begins with that is one of mistakes («lỗi»), and this has none.
        true => format!("samples/mau-{id}.xlsx"),
        false => format!("samples/{id}-mau.xlsx"),
    }
}

/// What is wrong with a pack's id: it must be one that a folder may have on any system.
pub fn check_id(id: &str) -> Result<(), Box<Diagnostic>> {
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    if id.len() <= LONGEST_ID
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.split(['-', '_']).all(is_part)
    {
        return Ok(());
    }
    let finding = Diagnostic::error(
        "goi/ma-sai",
        Place::File,
        both!(
            "mã gói cần chữ thường không dấu, chữ số và gạch nối, bắt đầu bằng chữ; ở đây ghi “{id}”",
            "a pack id needs lower-case ASCII letters, digits and hyphens, a letter first; this is “{id}”"
        ),
    );
    // What they meant, in letters that will do.
    let meant = name::Ids::default().of(id, "goi").replace('_', "-");
    Err(Box::new(
        finding.hint(Text::new(format!("dùng “{meant}”"), format!("use “{meant}”"))),
    ))
}
