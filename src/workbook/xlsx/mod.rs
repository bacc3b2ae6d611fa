//! .xlsx and .xlsm (ECMA-376 part 1, SpreadsheetML): the macros of the latter are never looked at.
//!
//! Cells come from calamine's streaming reader; what it does not tell (formulas never computed, hidden rows and columns,
//! merged ranges, letters in bold and italic) comes from one look at the sheet's part in `marks`, pictures from `picture`.
//! Large plain lists, which that look has already inflated, are read by `plain`.

mod cells;
mod marks;
mod picture;
mod plain;
mod rich;
mod sparse;

use std::sync::Arc;

pub use self::marks::cell_ref;
pub use self::picture::Picture;
use super::{Error, Limits, Workbook};
use crate::opc::{self, Package};

/// Parts are read twice, by `marks` and by calamine. A workbook whose parts are not larger than this together, as nearly all
/// are, is inflated once for both; of larger ones no second copy is held in memory.
pub(super) const INFLATED_ONCE: u64 = 1 << 20;

/// The sheets of a package; `bytes` are the file it was opened from.
pub(super) fn read(mut bytes: Arc<[u8]>, mut package: Package, limits: &Limits) -> Result<Workbook, Error> {
    let damaged = |error| Error::from_package(error, limits);
    let has_macro_sheets = hide_macro_sheets(&mut package).map_err(damaged)?;
    if package.inflated_bytes() <= INFLATED_ONCE {
        bytes = package.write_stored().map_err(damaged)?.into();
        package = super::open(Arc::clone(&bytes), limits)?;
    } else if has_macro_sheets {
        bytes = package.write().map_err(damaged)?.into();
    }
    let marks = marks::read(&package, limits)?;
    // What a hostile file can still make calamine do is an arithmetic overflow in a debug build; it must not end the
    // program. The reader is thrown away afterwards, so no broken state is seen.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        cells::read(&bytes, &package, marks, limits)
    }))
    .unwrap_or_else(|_| Err(Error::Damaged("calamine".to_owned())))
}

/// Makes dialogs of the sheets of Excel 4 macros: calamine refuses a workbook for the ones, and leaves out the others. Tells
/// whether there were any.
fn hide_macro_sheets(package: &mut Package) -> Result<bool, opc::Error> {
    let root = package.relationships("")?;
    let Some(book) = root.iter().find(|found| found.kind == "officeDocument") else {
        return Ok(false);
    };
    let part = opc::relationships_part(&book.target);
    if !package.has(&part) {
        return Ok(false);
    }
    let source = package.text(&part)?;
    let hidden = source
        .replace("/xlMacrosheet\"", "/dialogsheet\"")
        .replace("/xlIntlMacrosheet\"", "/dialogsheet\"");
    let is_changed = hidden != source;
    if is_changed {
        package.set(&part, hidden.into_bytes());
    }
    Ok(is_changed)
}
