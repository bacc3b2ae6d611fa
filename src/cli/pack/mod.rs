//! `pack`: list, show, build and check packs.

pub(super) mod build;
pub(super) mod check;
pub(super) mod list;
pub(super) mod show;
