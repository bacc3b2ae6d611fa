//! The functions that scripts can call besides those of dates and of the data: numbers, texts, arrays, maps.
//!
//! Names are those of the helpers of templates where both have one. None of rhai's own packages is used: each function here
//! counts what it copies, and refuses to make what is too large before making it.

use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, Map};
use rust_decimal::{Decimal, RoundingStrategy};

use super::data::number_to_script;
use super::date::Day;
use super::fault::{Raised, raised, type_words};
use super::{limit, meter};
use crate::diagnostic::Text;
use crate::text;
use crate::vietnamese;

/// Names of all functions that scripts can call, for hints.
pub(super) const NAMES: &[&str] = &[
    "abs",
    "at",
    "ceil",
    "cell",
    "column",
    "contains",
    "date",
    "div",
    "ends_with",
    "english",
    "error",
    "filter",
    "floor",
    "hint",
    "is_empty",
    "join",
    "keys",
    "len",
    "long_date",
    "lower",
    "max",
    "min",
    "number",
    "pop",
    "push",
    "replace",
    "reverse",
    "round",
    "row_number",
    "same",
    "sort",
    "split",
    "starts_with",
    "sub_string",
    "sum",
    "text",
    "trim",
    "type_of",
    "upper",
    "values",
    "warning",
    "words",
];

/// Decimals of a figure in a text.
const DECIMALS: u32 = 6;

/// The error of a figure that is too large.
pub(super) fn overflow() -> Box<EvalAltResult> {
    EvalAltResult::ErrorArithmetic("overflow".to_owned(), rhai::Position::NONE).into()
}

/// The number of a value; `Err` tells what it is.
fn decimal(value: &Dynamic) -> Raised<Decimal> {
    if let Ok(whole) = value.as_int() {
        return Ok(whole.into());
    }
    value.as_decimal().map_err(|found| {
        let found = type_words(found);
        raised(
            "kich-ban/loi-chay",
            Text::new(
                format!("cần một số, ở đây là {}", found.vi),
                format!("a number is needed, this is {}", found.en),
            ),
            Some(text!(
                "giá trị có thể trống: kiểm tra trước bằng if x != () {{ … }}",
                "the value may be missing: look before, if x != () {{ … }}"
            )),
        )
    })
}

/// The printed form of a value in a text.
fn print(value: &Dynamic) -> String {
    if let Ok(number) = value.as_decimal() {
        return vietnamese::plain(
            number
                .round_dp_with_strategy(DECIMALS, RoundingStrategy::MidpointAwayFromZero)
                .normalize(),
        );
    }
    if let Ok(flag) = value.as_bool() {
        return String::from(if flag { "có" } else { "không" });
    }
    if let Some(day) = value.read_lock::<Day>() {
        return vietnamese::date_short(day.0);
    }
    if value.is_unit() {
        return String::new();
    }
    value.to_string()
}

/// Registers the functions.
pub(super) fn register(engine: &mut Engine) {
    numbers(engine);
    texts(engine);
    arrays(engine);
}

fn numbers(engine: &mut Engine) {
    // Whole numbers divide exactly: rhai would cut 3 / 2 to 1, and print it.
    engine
        .register_fn("/", |one: i64, other: i64| divide(one.into(), other.into()))
        .register_fn("div", |one: i64, other: i64| {
            one.checked_div(other).ok_or_else(division_by_zero)
        })
        .register_fn("abs", |number: Dynamic| {
            Ok::<_, Box<EvalAltResult>>(number_to_script(decimal(&number)?.abs()))
        })
        .register_fn("floor", |number: Dynamic| {
            Ok::<_, Box<EvalAltResult>>(number_to_script(decimal(&number)?.floor()))
        })
        .register_fn("ceil", |number: Dynamic| {
            Ok::<_, Box<EvalAltResult>>(number_to_script(decimal(&number)?.ceil()))
        })
        .register_fn("round", |number: Dynamic| round(&number, 0))
        .register_fn("round", |number: Dynamic, decimals: i64| round(&number, decimals))
        .register_fn("min", |one: Dynamic, other: Dynamic| {
            Ok::<_, Box<EvalAltResult>>(if decimal(&other)? < decimal(&one)? { other } else { one })
        })
        .register_fn("max", |one: Dynamic, other: Dynamic| {
            Ok::<_, Box<EvalAltResult>>(if decimal(&other)? > decimal(&one)? { other } else { one })
        })
        .register_fn("number", |number: Dynamic| {
            Ok::<_, Box<EvalAltResult>>(vietnamese::number(decimal(&number)?, DECIMALS))
        })
        .register_fn("number", |number: Dynamic, decimals: i64| {
            Ok::<_, Box<EvalAltResult>>(vietnamese::number(decimal(&number)?, decimals.clamp(0, 28) as u32))
        })
        .register_fn("words", |number: Dynamic| -> Raised<String> {
            // It puts some dozen words together.
            meter::charge(4)?;
            Ok(vietnamese::words(decimal(&number)?))
        });
}

fn division_by_zero() -> Box<EvalAltResult> {
    EvalAltResult::ErrorArithmetic("division by zero".to_owned(), rhai::Position::NONE).into()
}

fn divide(one: Decimal, other: Decimal) -> Raised<Dynamic> {
    if other.is_zero() {
        return Err(division_by_zero());
    }
    one.checked_div(other).map(number_to_script).ok_or_else(overflow)
}

fn round(number: &Dynamic, decimals: i64) -> Raised<Dynamic> {
    let rounded =
        decimal(number)?.round_dp_with_strategy(decimals.clamp(0, 28) as u32, RoundingStrategy::MidpointAwayFromZero);
    Ok(number_to_script(rounded))
}

fn texts(engine: &mut Engine) {
    engine
        .register_fn("to_string", |value: Dynamic| print(&value))
        .register_fn("text", |value: Dynamic| print(&value))
        .register_fn("len", |text: &str| -> Raised<i64> {
            looked_through(text)?;
            Ok(text.chars().count() as i64)
        })
        .register_fn("is_empty", |text: &str| vietnamese::trim(text).is_empty())
        .register_fn("contains", |text: &str, part: &str| -> Raised<bool> {
            looked_through(text)?;
            Ok(text.contains(part))
        })
        .register_fn("contains", |text: &str, letter: char| text.contains(letter))
        .register_fn("starts_with", |text: &str, part: &str| text.starts_with(part))
        .register_fn("ends_with", |text: &str, part: &str| text.ends_with(part))
        .register_fn("same", |one: &str, other: &str| -> Raised<bool> {
            // Keys of both texts may have to be made.
            meter::charge_bytes((one.len() + other.len()).saturating_mul(16))?;
            Ok(vietnamese::same(one, other))
        })
        .register_fn("trim", |text: &str| {
            changed(text, |text| vietnamese::trim(text).to_owned())
        })
        .register_fn("upper", |text: &str| changed(text, str::to_uppercase))
        .register_fn("lower", |text: &str| changed(text, str::to_lowercase))
        .register_fn("sub_string", |text: &str, start: i64, length: i64| -> Raised<String> {
            looked_through(text)?;
            let start = usize::try_from(start).unwrap_or(0);
            let length = usize::try_from(length).unwrap_or(0);
            Ok(text.chars().skip(start).take(length).collect())
        })
        .register_fn("replace", |text: &str, old: &str, new: &str| -> Raised<String> {
            looked_through(text)?;
            if old.is_empty() {
                return Ok(text.to_owned());
            }
            let times = text.matches(old).count();
            limit::text(text.len() - times * old.len() + times.saturating_mul(new.len()))?;
            Ok(text.replace(old, new))
        })
        .register_fn("split", |text: &str, separator: &str| -> Raised<Array> {
            looked_through(text)?;
            if separator.is_empty() {
                return Ok(vec![text.to_owned().into()]);
            }
            limit::elements(text.matches(separator).count() + 1)?;
            limit::text(text.len())?;
            Ok(text.split(separator).map(|part| part.to_owned().into()).collect())
        });
}

/// Counts a walk through a text.
fn looked_through(text: &str) -> Raised<()> {
    meter::charge_bytes(text.len())
}

fn changed(text: &str, change: impl Fn(&str) -> String) -> Raised<String> {
    limit::text(text.len())?;
    Ok(change(text))
}

fn arrays(engine: &mut Engine) {
    engine
        .register_fn("len", |array: &mut Array| array.len() as i64)
        .register_fn("is_empty", |array: &mut Array| array.is_empty())
        .register_fn("push", |array: &mut Array, item: Dynamic| -> Raised<()> {
            if array.len() >= limit::ELEMENTS {
                return Err(limit::too_large("Size of array"));
            }
            array.push(item);
            Ok(())
        })
        .register_fn("pop", |array: &mut Array| array.pop().unwrap_or(Dynamic::UNIT))
        .register_fn("reverse", |array: Array| -> Raised<Array> {
            meter::charge(array.len())?;
            Ok(array.into_iter().rev().collect())
        })
        .register_fn("contains", contains)
        .register_fn("join", join)
        .register_fn("sort", sort)
        .register_fn("sum", |array: &mut Array| -> Raised<Dynamic> {
            meter::charge(array.len())?;
            let mut sum = Decimal::ZERO;
            for item in array.iter().filter(|item| !item.is_unit()) {
                sum = sum.checked_add(decimal(item)?).ok_or_else(overflow)?;
            }
            Ok(number_to_script(sum))
        })
        .register_fn("len", |map: &mut Map| map.len() as i64)
        .register_fn("contains", |map: &mut Map, key: &str| map.contains_key(key))
        .register_fn("keys", |map: &mut Map| -> Raised<Array> {
            limit::elements(map.len())?;
            limit::text(map.keys().map(|key| key.len()).sum())?;
            Ok(map
                .keys()
                .map(|key| ImmutableString::from(key.as_str()).into())
                .collect())
        })
        .register_fn("values", |map: &mut Map| -> Raised<Array> {
            limit::elements(map.len())?;
            Ok(map.values().cloned().collect())
        });
}

/// A value that others can be compared with and ordered by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Flag(bool),
    Number(Decimal),
    Day(Day),
    Text(Vec<u32>, String),
}

fn key(value: &Dynamic) -> Raised<Key> {
    if let Ok(flag) = value.as_bool() {
        return Ok(Key::Flag(flag));
    }
    if let Some(day) = value.read_lock::<Day>() {
        return Ok(Key::Day(*day));
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        meter::charge_bytes(text.len().saturating_mul(16))?;
        return Ok(Key::Text(vietnamese::text_sort_key(&text), text.to_string()));
    }
    decimal(value).map(Key::Number)
}

fn contains(array: &mut Array, wanted: Dynamic) -> Raised<bool> {
    meter::charge(array.len())?;
    if let Ok(wanted) = wanted.as_immutable_string_ref() {
        let is_wanted = |item: &Dynamic| item.as_immutable_string_ref().is_ok_and(|item| *item == *wanted);
        return Ok(array.iter().any(is_wanted));
    }
    if wanted.is_unit() {
        return Ok(array.iter().any(Dynamic::is_unit));
    }
    let wanted = key(&wanted)?;
    for item in array.iter() {
        let is_comparable = !item.is_unit() && !item.is_array() && !item.is_map();
        if is_comparable && key(item).is_ok_and(|item| item == wanted) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn join(array: &mut Array, separator: &str) -> Raised<String> {
    let mut all = String::new();
    for (index, item) in array.iter().enumerate() {
        if item.is_array() || item.is_map() {
            let found = type_words(item.type_name());
            return Err(raised(
                "kich-ban/loi-chay",
                Text::new(
                    format!("join chỉ ghép các giá trị, trong danh sách có {}", found.vi),
                    format!("join puts values together; the array holds {}", found.en),
                ),
                None,
            ));
        }
        if index > 0 {
            all.push_str(separator);
        }
        all.push_str(&print(item));
        if all.len() > limit::TEXT_BYTES {
            return limit::text(all.len()).map(|()| String::new());
        }
    }
    limit::text(all.len())?;
    Ok(all)
}

/// An array in order: numbers, dates, or texts in the order of the Vietnamese alphabet.
fn sort(array: Array) -> Raised<Array> {
    meter::charge(array.len().saturating_mul(8))?;
    let mut keyed = Vec::with_capacity(array.len());
    for item in array {
        keyed.push((key(&item)?, item));
    }
    let is_mixed = keyed.windows(2).any(|pair| {
        let kinds = [&pair[0].0, &pair[1].0].map(std::mem::discriminant);
        kinds[0] != kinds[1]
    });
    if is_mixed {
        return Err(raised(
            "kich-ban/loi-chay",
            text!(
                "sort chỉ xếp được danh sách toàn số, toàn chữ hoặc toàn ngày",
                "sort puts numbers, texts or dates in order, not all of them in one array"
            ),
            None,
        ));
    }
    keyed.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}
