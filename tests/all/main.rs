//! All integration tests, in one program so that it links once.

mod invariants;
mod office;
