//! Helpers that combine conditions.

use super::{Arguments, Helper, arity};
use crate::schema::Schema;
use crate::template::expression::{Call, Fault, Kind, Val};

fn several(_: &Schema, call: &mut Call) -> Result<Kind, Fault> {
    arity(call, 1, 64)?;
    Ok(Kind::Flag)
}

fn truths(arguments: &Arguments<'_, '_>) -> impl Iterator<Item = bool> {
    arguments.values.iter().map(|value| value.truth(None))
}

/// `and a b …`
pub const AND: Helper = Helper {
    name: "and",
    usage: "and A B …",
    vi: "mọi điều kiện đều đúng (hoặc đều có giá trị)",
    en: "all conditions hold",
    example: ("#if (and thong_tin.huyen thong_tin.khoi_thi_dua)", ""),
    named: &[],
    check: several,
    call: |arguments| Val::Flag(truths(arguments).all(|truth| truth)),
};

/// `or a b …`
pub const OR: Helper = Helper {
    name: "or",
    usage: "or A B …",
    vi: "có ít nhất một điều kiện đúng (hoặc có giá trị)",
    en: "at least one condition holds",
    example: ("#if (or (eq cap \"Tỉnh\") (eq cap \"Xã\"))", ""),
    named: &[],
    check: several,
    call: |arguments| Val::Flag(truths(arguments).any(|truth| truth)),
};

/// `not a`
pub const NOT: Helper = Helper {
    name: "not",
    usage: "not A",
    vi: "điều kiện không đúng (hoặc không có giá trị)",
    en: "the condition does not hold",
    example: ("#if (not thong_tin.huyen)", ""),
    named: &[],
    check: |_, call| {
        arity(call, 1, 1)?;
        Ok(Kind::Flag)
    },
    call: |arguments| Val::Flag(!arguments.value(0).truth(None)),
};
