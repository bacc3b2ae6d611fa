//! All integration tests, in one program so that it links once.

mod house;
mod invariants;
mod office;
