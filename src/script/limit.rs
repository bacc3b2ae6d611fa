//! How large a script and its values may be.

use rhai::EvalAltResult;

/// Bytes of a script file.
pub(super) const SCRIPT_BYTES: usize = 64 << 10;
/// Functions of a script.
pub(super) const FUNCTIONS: usize = 200;
/// Parameters of a function.
pub(super) const PARAMETERS: usize = 16;
/// Functions that call each other, at any moment.
pub(super) const CALLS: usize = 16;
/// How deep expressions and statements may lie in each other.
pub(super) const NESTING: usize = 40;
/// Variables of a function, at any moment.
pub(super) const VARIABLES: usize = 64;
/// Bytes of all texts of one value.
pub(super) const TEXT_BYTES: usize = 64 << 10;
/// Bytes of a text that stands in the script itself: it is copied without being counted.
pub(super) const LITERAL_BYTES: usize = 2 << 10;
/// Elements of an array, those of arrays within it included.
pub(super) const ELEMENTS: usize = 10_000;
/// Entries of a map, those of maps within it included.
pub(super) const ENTRIES: usize = 2_000;
/// Findings that one run of `check` may give.
pub(super) const FINDINGS: usize = 500;
/// Letters of a finding's message or hint.
pub(super) const MESSAGE_LETTERS: usize = 400;

/// The word by which rhai's errors tell that values are nested too deep.
pub(super) const TOO_DEEP: &str = "depth of value";

/// The error of a value that is too large, by what of it, in rhai's words.
pub(super) fn too_large(what: &str) -> Box<EvalAltResult> {
    super::fault::carried(super::fault::too_large(what))
}

/// The error of arrays or maps that are nested too deep.
pub(super) fn too_deep_value() -> Box<EvalAltResult> {
    too_large(TOO_DEEP)
}

/// Whether a text that is about to be made is short enough.
pub(super) fn text(bytes: usize) -> Result<(), Box<EvalAltResult>> {
    super::meter::charge_bytes(bytes.min(TEXT_BYTES))?;
    match bytes > TEXT_BYTES {
        true => Err(too_large("Length of string")),
        false => Ok(()),
    }
}

/// Whether an array that is about to be made is short enough.
pub(super) fn elements(count: usize) -> Result<(), Box<EvalAltResult>> {
    super::meter::charge(count.min(ELEMENTS))?;
    match count > ELEMENTS {
        true => Err(too_large("Size of array")),
        false => Ok(()),
    }
}
