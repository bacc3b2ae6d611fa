//! Whether a percentage agrees with the figures it is made of, as far as their rounding allows.
//!
//! A figure with decimals stands for every figure that rounds to it: 197,4 for 197,35 to 197,45. A whole number stands
//! for itself. A percentage is always rounded: 166% stands for 165,5% to 166,5%.

use rust_decimal::Decimal;

use crate::formula::{interval, shown_margin};
use crate::value::Type;

/// Whether `percent` can be `part` / `whole` in percent, less `base` (100 for a growth); `Err` holds the percentage
/// that the shown figures give. Figures out of range, or a `whole` around zero, can't be judged and pass.
pub(super) fn agrees(percent: Decimal, part: Decimal, whole: Decimal, base: Decimal) -> Result<(), Decimal> {
    judge(percent, part, whole, base).unwrap_or(Ok(()))
}

fn judge(percent: Decimal, part: Decimal, whole: Decimal, base: Decimal) -> Option<Result<(), Decimal>> {
    let hundred = Decimal::ONE_HUNDRED;
    let (part_low, part_high) = interval(part, Type::Decimal);
    let (whole_low, whole_high) = interval(whole, Type::Decimal);
    if whole_low <= Decimal::ZERO && whole_high >= Decimal::ZERO {
        return None;
    }
    let quotient = |part: Decimal, whole: Decimal| part.checked_div(whole)?.checked_mul(hundred)?.checked_sub(base);
    let corners = [
        quotient(part_low, whole_low)?,
        quotient(part_low, whole_high)?,
        quotient(part_high, whole_low)?,
        quotient(part_high, whole_high)?,
    ];
    let low = corners.iter().min()?;
    let high = corners.iter().max()?;
    let margin = shown_margin(percent);
    let agrees = percent.checked_sub(margin)? <= *high && percent.checked_add(margin)? >= *low;
    Some(if agrees { Ok(()) } else { Err(quotient(part, whole)?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_agrees_when_rounding_can_explain_it() {
        let number = |text: &str| text.parse::<Decimal>().expect("a number");
        let agrees = |percent, part, whole| {
            agrees(number(percent), number(part), number(whole), Decimal::ZERO).map_err(|expected| expected.round_dp(1))
        };
        assert_eq!(agrees("130.7", "258", "197.4"), Ok(()));
        assert_eq!(agrees("167", "50", "30"), Ok(()));
        assert_eq!(agrees("166", "50", "30"), Err(number("166.7")));
        assert_eq!(agrees("166.6", "50", "30"), Err(number("166.7")));
        assert_eq!(agrees("166.66666666666669", "50", "30"), Ok(()));
        assert_eq!(agrees("100.29", "3.42", "3.41"), Ok(()));
        assert_eq!(agrees("90", "5", "0"), Ok(()));
        assert_eq!(agrees("-50", "-5", "10"), Ok(()));
    }
}
