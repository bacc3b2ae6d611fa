//! .xls ([MS-XLS]).

use super::{Error, Limits, Workbook};

/// The sheets of the workbook.
pub(super) fn read(_bytes: &[u8], _limits: &Limits) -> Result<Workbook, Error> {
    Err(Error::OldExcel)
}
