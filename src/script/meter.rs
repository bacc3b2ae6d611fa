//! What a script may use up: steps, and with them time and memory.
//!
//! Rhai counts operations, but one operation may copy a value of any size. Here a step is an operation of rhai, or
//! [`BYTES_A_STEP`] bytes that an operation copies, whichever is more; whoever copies says so with [`charge`]. The budget
//! of the run, and of all runs over one workbook, is kept for each thread, because rhai's own counter tells its callback
//! nothing about which run it belongs to.

use std::cell::Cell;

use rhai::{Dynamic, EvalAltResult};

/// Steps of one call of a function by the program: of `check`, or of a helper in one tag.
pub(super) const STEPS_OF_A_RUN: u64 = 5_000_000 / SCALE;
/// Steps of all calls over one workbook.
pub(super) const STEPS_OF_A_WORKBOOK: u64 = 10_000_000 / SCALE;
/// The unit tests, which are not optimised, meet smaller limits.
const SCALE: u64 = if cfg!(test) { 5 } else { 1 };
/// Operations that a run may still do once its steps are used up. An error that rhai itself raises forgets where it was
/// raised; one of ours does not, and is raised by the first operation of these that reads a variable or calls a function.
pub(super) const GRACE: u64 = 10_000;
/// Stack that a run may take. Calls and expressions that are nested to their limits would take more than the megabyte that
/// the main thread has on Windows; whoever writes scripts by hand is far from it.
const STACK_BYTES: usize = 448 << 10;
/// How many copied bytes count as a step. With [`STEPS_OF_A_RUN`] it bounds what a run can ever have copied: 160 MB.
const BYTES_A_STEP: usize = 32;
/// Bytes of a text that it takes as long to look through as a step.
const LETTERS_A_STEP: usize = 64;
/// How deep arrays and maps may lie in each other.
pub(super) const DEEPEST_VALUE: usize = 24;

/// What rhai needs for an element of an array, an entry of a map, and a value of a type of ours.
const ELEMENT: usize = 16;
const CONTAINER: usize = 64;
const ENTRY: usize = 112;
const BOXED: usize = 64;

thread_local! {
    static RUN: Cell<u64> = const { Cell::new(0) };
    static OVER: Cell<u64> = const { Cell::new(0) };
    static STACK: Cell<usize> = const { Cell::new(0) };
    static WORKBOOK: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The budget of all runs over one workbook, on this thread, until it is dropped.
#[derive(Debug)]
#[must_use]
pub struct Allowance {
    around: Option<u64>,
}

impl Allowance {
    /// A full budget.
    pub fn new() -> Self {
        Self {
            around: WORKBOOK.replace(Some(STEPS_OF_A_WORKBOOK)),
        }
    }
}

impl Default for Allowance {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Allowance {
    fn drop(&mut self) {
        WORKBOOK.set(self.around);
    }
}

/// Runs something with the budget of a run, which is taken from that of the workbook where there is one.
pub(super) fn run<T>(call: impl FnOnce() -> T) -> T {
    let whole = WORKBOOK.get().unwrap_or(STEPS_OF_A_RUN).min(STEPS_OF_A_RUN);
    let around = RUN.replace(whole);
    OVER.set(0);
    STACK.set(stack());
    let result = call();
    let used = whole - RUN.replace(around);
    WORKBOOK.set(WORKBOOK.get().map(|left| left.saturating_sub(used)));
    result
}

/// Whether all runs over the workbook together have used up its budget.
pub(super) fn is_workbook_spent() -> bool {
    WORKBOOK.get() == Some(0)
}

/// Steps that the run has left.
#[cfg(test)]
pub(super) fn left() -> u64 {
    RUN.get()
}

/// About where the stack ends.
#[inline(never)]
fn stack() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}

/// Counts one operation; what comes back ends the run: a text when the stack is deep, nothing when the steps are used up.
pub(super) fn step() -> Option<Dynamic> {
    if STACK.get().abs_diff(stack()) > STACK_BYTES {
        return Some(super::limit::TOO_DEEP.into());
    }
    match RUN.get() {
        0 => {
            let over = OVER.get() + 1;
            OVER.set(over);
            (over > GRACE).then_some(Dynamic::UNIT)
        }
        left => {
            RUN.set(left - 1);
            None
        }
    }
}

/// Counts steps beyond the operation itself.
pub(super) fn charge(steps: usize) -> Result<(), Box<EvalAltResult>> {
    let left = RUN.get();
    let steps = steps as u64;
    RUN.set(left.saturating_sub(steps));
    match steps > left || left == 0 {
        true => Err(super::fault::spent()),
        false => Ok(()),
    }
}

/// Counts the copying of so many bytes.
pub(super) fn charge_bytes(bytes: usize) -> Result<(), Box<EvalAltResult>> {
    charge(bytes / BYTES_A_STEP)
}

/// Counts the reading of a variable, which may copy its value.
pub(super) fn charge_value(value: &Dynamic) -> Result<(), Box<EvalAltResult>> {
    if value.is_string() {
        let length = value.as_immutable_string_ref().map_or(0, |text| text.len());
        return charge_bytes(length);
    }
    if !value.is_array() && !value.is_map() {
        return charge(0);
    }
    match bytes(value, 0) {
        Some(bytes) => charge_bytes(bytes),
        None => Err(super::limit::too_deep_value()),
    }
}

/// What a copy of a value takes; `None` when it is nested too deep to be copied safely.
fn bytes(value: &Dynamic, depth: usize) -> Option<usize> {
    if depth > DEEPEST_VALUE {
        return None;
    }
    if let Ok(array) = value.as_array_ref() {
        let inner = array.iter().map(|item| bytes(item, depth + 1));
        return inner.sum::<Option<usize>>().map(|inner| inner + CONTAINER);
    }
    if let Ok(map) = value.as_map_ref() {
        let inner = map.values().map(|item| bytes(item, depth + 1));
        let inner = inner.sum::<Option<usize>>()?;
        // A node of a map is made for eleven entries, however few it has.
        return Some(inner + CONTAINER + map.len().max(6) * ENTRY);
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        // The letters are shared, but whoever is given the value may go through them.
        return Some(ELEMENT + text.len() * BYTES_A_STEP / LETTERS_A_STEP);
    }
    Some(match value.is_variant() {
        true => ELEMENT + BOXED,
        false => ELEMENT,
    })
}
