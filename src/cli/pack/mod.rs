//! `pack`: list, show, start, build and check packs.

pub(super) mod build;
pub(super) mod check;
pub(super) mod list;
pub(super) mod new;
pub(super) mod show;
