//! The sandbox: rhai with what scripts need and no more.
//!
//! It starts from an empty engine, so that nothing of the world outside is there to be taken away: no files, no clock, no
//! `import`, no printing. Every operation and every copy of a value is counted by `meter`.

use std::ops::{Range, RangeInclusive};

use rhai::{Array, Engine, EvalContext, OptimizationLevel};

use super::{data, date, finding, library, limit, meter};

/// Words of rhai that scripts must do without: they run text as code, keep values that nobody counts, print, or catch
/// the error that ends a script.
pub(super) const FORBIDDEN: [&str; 14] = [
    "eval",
    "Fn",
    "call",
    "curry",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "this",
    "try",
    "catch",
    "import",
    "export",
    "print",
    "debug",
];

/// An engine that compiles and runs scripts of packs.
pub(super) fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    engine
        .set_max_expr_depths(limit::NESTING, limit::NESTING)
        .set_max_call_levels(limit::CALLS)
        .set_max_functions(limit::FUNCTIONS)
        .set_max_variables(limit::VARIABLES)
        .set_max_operations(meter::STEPS_OF_A_RUN + meter::GRACE)
        .set_max_array_size(limit::ELEMENTS)
        .set_max_map_size(limit::ENTRIES)
        // Whatever is folded while compiling would be copied without being counted.
        .set_optimization_level(OptimizationLevel::None)
        // Operators of ours come before those of rhai: 3 / 2 is not 1.
        .set_fast_operators(false)
        .set_allow_anonymous_fn(false)
        .set_strict_variables(true)
        .set_fail_on_invalid_map_property(true);
    for word in FORBIDDEN {
        engine.disable_symbol(word);
    }
    engine.on_progress(|_| meter::step());
    #[expect(
        deprecated,
        reason = "rhai marks what may change so; a change is seen by the tests of limits"
    )]
    engine.on_var(|name, index, context: EvalContext<'_, '_, '_, '_, '_, '_>| {
        let scope = context.scope();
        // The index counts from the end, from 1, as the iterator goes; 0 is none.
        let indexed = index.checked_sub(1).and_then(|before| scope.iter_raw().nth(before));
        let value = match indexed {
            Some((own, _, value)) if own == name => Some(value),
            _ => scope.get(name),
        };
        value.map_or(Ok(()), meter::charge_value)?;
        Ok(None)
    });
    engine.register_iterator::<Array>();
    engine.register_iterator::<Range<i64>>();
    engine.register_iterator::<RangeInclusive<i64>>();
    library::register(&mut engine);
    date::register(&mut engine);
    data::register(&mut engine);
    finding::register(&mut engine);
    engine.set_max_string_size(limit::LITERAL_BYTES);
    engine
}

/// Lets an engine that has compiled its script make longer texts than a script may hold.
pub(super) fn for_running(engine: &mut Engine) {
    engine.set_max_string_size(limit::TEXT_BYTES);
}
