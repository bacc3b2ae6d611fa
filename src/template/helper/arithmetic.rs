//! Helpers that compute with decimal numbers, exactly. A missing operand, an overflow or a division by zero gives a
//! missing value: a wrong figure is never printed.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Arguments, Helper, arity, family};
use crate::schema::Schema;
use crate::template::expression::{Call, Expr, Family, Fault, Kind, Literal, PLAIN_NUMBER, Val};
use crate::template::print::PLAIN_DECIMALS;
use crate::value::Type;

fn two_numbers(schema: &Schema, call: &mut Call) -> Result<Kind, Fault> {
    arity(call, 2, 2)?;
    family(schema, call, 0, Family::Number)?;
    family(schema, call, 1, Family::Number)?;
    Ok(PLAIN_NUMBER)
}

fn compute<'a>(arguments: &Arguments<'_, 'a>, operation: fn(Decimal, Decimal) -> Option<Decimal>) -> Val<'a> {
    match (arguments.value(0).number(), arguments.value(1).number()) {
        (Some(left), Some(right)) => operation(left, right).map_or(Val::Missing, Val::Number),
        _ => Val::Missing,
    }
}

/// `add a b`
pub const ADD: Helper = Helper {
    name: "add",
    usage: "add A B",
    vi: "A cộng B",
    en: "A plus B",
    example: ("add thong_tin.nam 1", "2024"),
    named: &[],
    check: |schema, call| {
        two_numbers(schema, call)?;
        Ok(same_type(schema, call))
    },
    call: |arguments| compute(arguments, Decimal::checked_add),
};

/// `sub a b`
pub const SUB: Helper = Helper {
    name: "sub",
    usage: "sub A B",
    vi: "A trừ B",
    en: "A minus B",
    example: ("sub thong_tin.nam 1", "2022"),
    named: &[],
    check: |schema, call| {
        two_numbers(schema, call)?;
        Ok(same_type(schema, call))
    },
    call: |arguments| compute(arguments, Decimal::checked_sub),
};

/// How a sum or difference prints: whole numbers stay whole (a year plus 1 is a year, a count minus 1 a count), a
/// percentage stays one; everything else prints with the decimals it has, so that no figure is rounded on the way.
fn same_type(schema: &Schema, call: &Call) -> Kind {
    let types: Vec<Option<Type>> = call
        .kinds
        .iter()
        .zip(&call.arguments)
        .map(|(kind, argument)| match argument {
            Expr::Literal(Literal::Number(number)) if number.fract().is_zero() => Some(Type::Integer),
            Expr::Literal(_) => None,
            _ => kind.column_type(schema),
        })
        .collect();
    let has = |ty: Type| types.contains(&Some(ty));
    let whole = |ty: &Option<Type>| matches!(ty, Some(Type::Integer | Type::Count | Type::Year));
    let literal = |index: usize| matches!(call.arguments.get(index), Some(Expr::Literal(_)));
    let percent = |index: usize| types.get(index) == Some(&Some(Type::Percent)) || literal(index);
    if types.iter().all(whole) {
        let ty = [Type::Year, Type::Count].into_iter().find(|ty| has(*ty));
        Kind::Number(ty.unwrap_or(Type::Integer), None)
    } else if has(Type::Percent) && (0..types.len()).all(percent) {
        Kind::Number(Type::Percent, Some(PLAIN_DECIMALS))
    } else {
        PLAIN_NUMBER
    }
}

/// `mul a b`
pub const MUL: Helper = Helper {
    name: "mul",
    usage: "mul A B",
    vi: "A nhân B",
    en: "A times B",
    example: ("mul so_luong 2", "24"),
    named: &[],
    check: two_numbers,
    call: |arguments| compute(arguments, Decimal::checked_mul),
};

/// `div a b`
pub const DIV: Helper = Helper {
    name: "div",
    usage: "div A B",
    vi: "A chia B",
    en: "A divided by B",
    example: ("round (div 10 3) 1", "3,3"),
    named: &[],
    check: two_numbers,
    call: |arguments| compute(arguments, Decimal::checked_div),
};

/// `round x decimals`
pub const ROUND: Helper = Helper {
    name: "round",
    usage: "round SỐ 1",
    vi: "số làm tròn đến số chữ số thập phân cho trước",
    en: "a number rounded to so many decimals",
    example: ("round (div 10 3) 1", "3,3"),
    named: &[],
    check: |schema, call| {
        arity(call, 1, 2)?;
        family(schema, call, 0, Family::Number)?;
        if call.arguments.len() == 2 {
            family(schema, call, 1, Family::Number)?;
        }
        Ok(PLAIN_NUMBER)
    },
    call: |arguments| {
        let decimals = arguments
            .value(1)
            .number()
            .and_then(|number| number.to_u32())
            .unwrap_or(0);
        arguments.value(0).number().map_or(Val::Missing, |number| {
            Val::Number(number.round_dp_with_strategy(decimals.min(28), RoundingStrategy::MidpointAwayFromZero))
        })
    },
};

/// `abs x`
pub const ABS: Helper = Helper {
    name: "abs",
    usage: "abs SỐ",
    vi: "giá trị tuyệt đối",
    en: "the absolute value",
    example: ("abs chi_tieu.thu_ngan_sach.tang_truong", "1,5"),
    named: &[],
    check: |schema, call| {
        arity(call, 1, 1)?;
        family(schema, call, 0, Family::Number)?;
        Ok(same_type(schema, call))
    },
    call: |arguments| {
        arguments
            .value(0)
            .number()
            .map_or(Val::Missing, |number| Val::Number(number.abs()))
    },
};
