//! `pack`: list, show, start, build, check, pack, install and remove packs.

pub(super) mod build;
pub(super) mod check;
pub(super) mod install;
pub(super) mod list;
pub(super) mod make;
pub(super) mod new;
pub(super) mod remove;
pub(super) mod show;
