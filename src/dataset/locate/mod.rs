//! Finds the schema's sheets among a workbook's tabs, and the schema's labels among the texts of cells.
//!
//! `sheets` finds a sheet by its tab's name, else by its labels; `labels` finds a field by its label; `site` says where on a
//! tab a sheet's labels stand, for several may share one; `ask` words what is near enough to be meant and too far to be
//! taken.

pub(super) mod ask;
mod labels;
mod sheets;
mod site;
mod tab_name;

pub(crate) use self::labels::{Labels, Written, is_running_number, label_text, unit_of};
pub(super) use self::sheets::{Found, holds_text, sheets};
pub(crate) use self::tab_name::TabName;

#[cfg(test)]
mod tests;
