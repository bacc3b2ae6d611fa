//! .xlsb ([MS-XLSB]).

use super::{Error, Limits, Workbook};
use crate::opc::Package;

/// The sheets of the workbook.
pub(super) fn read(_package: &Package, _limits: &Limits) -> Result<Workbook, Error> {
    Err(Error::BinaryWorkbook)
}
