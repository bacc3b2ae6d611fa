//! Helpers that compare two values. A missing value equals only another missing one and is neither less nor greater.

use std::cmp::Ordering;

use super::print::printed;
use super::{Arguments, Helper, arity, comparable, printable, wrong_arguments};
use crate::schema::Schema;
use crate::template::expression::{Call, Fault, Kind, Val};
use crate::vietnamese;

fn check(schema: &Schema, call: &mut Call) -> Result<Kind, Fault> {
    arity(call, 2, 2)?;
    let (&[left, right], [first, second]) = (call.kinds.as_slice(), call.arguments.as_mut_slice()) else {
        return Err(wrong_arguments(call.helper));
    };
    comparable(schema, call.helper, left, right, second)?;
    // A literal may stand first as well: (eq "Tỉnh" cap).
    if matches!(
        second,
        crate::template::expression::Expr::Literal(crate::template::expression::Literal::Date(_))
    ) {
        return Ok(Kind::Flag);
    }
    comparable(schema, call.helper, right, left, first)?;
    Ok(Kind::Flag)
}

/// How two values compare; `None` when one is missing or they are of different families.
pub fn compare(left: &Val<'_>, right: &Val<'_>) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (left.number(), right.number()) {
        return Some(left.cmp(&right));
    }
    if let (Some(left), Some(right)) = (left.date(), right.date()) {
        return Some(left.cmp(&right));
    }
    if let (Some(left), Some(right)) = (left.flag(), right.flag()) {
        return Some(left.cmp(&right));
    }
    Some(left.text()?.cmp(right.text()?))
}

/// Whether two values are equal; two missing ones are. Texts are equal as people read them: case, the placement of tone
/// marks, blanks and dashes do not count, as in the checks that link one sheet to another.
pub fn equal(left: &Val<'_>, right: &Val<'_>) -> bool {
    match (left, right) {
        (Val::Missing, Val::Missing) => true,
        _ => match (left.text(), right.text()) {
            (Some(left), Some(right)) => vietnamese::same(left, right),
            _ => compare(left, right) == Some(Ordering::Equal),
        },
    }
}

fn ordered(arguments: &Arguments<'_, '_>, holds: fn(Ordering) -> bool) -> Val<'static> {
    Val::Flag(compare(&arguments.value(0), &arguments.value(1)).is_some_and(holds))
}

/// `eq a b`
pub const EQ: Helper = Helper {
    name: "eq",
    usage: "eq A B",
    vi: "A bằng B",
    en: "A equals B",
    example: ("#if (eq cap \"Tỉnh\")", ""),
    named: &[],
    check,
    call: |arguments| Val::Flag(equal(&arguments.value(0), &arguments.value(1))),
};

/// `ne a b`
pub const NE: Helper = Helper {
    name: "ne",
    usage: "ne A B",
    vi: "A khác B",
    en: "A differs from B",
    example: ("#if (ne cap \"Tỉnh\")", ""),
    named: &[],
    check,
    call: |arguments| Val::Flag(!equal(&arguments.value(0), &arguments.value(1))),
};

/// `case x a "text" b "text" … "other text"`: the text of the first value that `x` equals.
pub const CASE: Helper = Helper {
    name: "case",
    usage: "case GIÁ_TRỊ \"A\" \"chữ khi là A\" \"B\" \"chữ khi là B\" \"chữ thay thế\"",
    vi: "chữ ứng với giá trị; chữ cuối cùng (nếu có) là của mọi giá trị khác",
    en: "the text that goes with a value; the last one, if there is one, goes with every other value",
    example: ("case cap \"Tỉnh\" \"cấp tỉnh\" \"cấp xã\"", "cấp tỉnh"),
    named: &[],
    check: |schema, call| {
        arity(call, 3, 64)?;
        (0..call.arguments.len()).try_for_each(|index| printable(schema, call, index))?;
        for index in (1..call.arguments.len() - 1).step_by(2) {
            let (Some(&value), Some(&tried), Some(literal)) =
                (call.kinds.first(), call.kinds.get(index), call.arguments.get_mut(index))
            else {
                return Err(wrong_arguments(call.helper));
            };
            comparable(schema, call.helper, value, tried, literal)?;
        }
        Ok(Kind::Text)
    },
    call: |arguments| {
        let value = arguments.value(0);
        let mut index = 1;
        while index + 1 < arguments.values.len() && !equal(&value, &arguments.value(index)) {
            index += 2;
        }
        // Past the pairs stands the text for every other value; of a pair, the text stands behind what was tried.
        let is_pair = index + 1 < arguments.values.len();
        match printed(arguments, index + usize::from(is_pair)) {
            Some(text) => Val::Text(text.into()),
            None => Val::Missing,
        }
    },
};

/// `gt a b`
pub const GT: Helper = Helper {
    name: "gt",
    usage: "gt A B",
    vi: "A lớn hơn B",
    en: "A is greater than B",
    example: ("#if (gt so_luong 1)", ""),
    named: &[],
    check,
    call: |arguments| ordered(arguments, Ordering::is_gt),
};

/// `gte a b`
pub const GTE: Helper = Helper {
    name: "gte",
    usage: "gte A B",
    vi: "A lớn hơn hoặc bằng B",
    en: "A is greater than or equal to B",
    example: ("#if (gte thong_tin.ngay \"01/7/2025\")", ""),
    named: &[],
    check,
    call: |arguments| ordered(arguments, Ordering::is_ge),
};

/// `lt a b`
pub const LT: Helper = Helper {
    name: "lt",
    usage: "lt A B",
    vi: "A nhỏ hơn B",
    en: "A is less than B",
    example: ("#if (lt so_luong 10)", ""),
    named: &[],
    check,
    call: |arguments| ordered(arguments, Ordering::is_lt),
};

/// `lte a b`
pub const LTE: Helper = Helper {
    name: "lte",
    usage: "lte A B",
    vi: "A nhỏ hơn hoặc bằng B",
    en: "A is less than or equal to B",
    example: ("#if (lte so_luong 10)", ""),
    named: &[],
    check,
    call: |arguments| ordered(arguments, Ordering::is_le),
};
