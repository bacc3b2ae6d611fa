//! Units as clerks write them behind a figure: `tr.đ`, `tỷ đồng`, `m2`, `nghìn con`, `tạ/ha`.
//!
//! In: the unit that stands in a cell and that of its column. Out: by what the figure is to be multiplied and divided. Units
//! whose size differs from place to place (sào, công) are none that can be converted.

use rust_decimal::Decimal;

use crate::vietnamese::fold;

/// Words that multiply a unit, with the number of zeros; without a unit they mean money.
const MULTIPLES: [(&str, u32); 9] = [
    ("1", 0),
    ("nghin", 3),
    ("ngan", 3),
    ("1000", 3),
    ("trieu", 6),
    ("tr", 6),
    ("ty", 9),
    ("ti", 9),
    ("000", 3),
];

/// Folded spellings, what they measure in, and how much of it.
const UNITS: [(&[&str], &str, u32); 14] = [
    (&["dong", "d", "vnd", "vn d"], "dong", 1),
    (&["nghd", "ngd"], "dong", 1_000),
    (&["trd", "trdong"], "dong", 1_000_000),
    (&["tyd", "tid"], "dong", 1_000_000_000),
    (&["m2", "met vuong", "m vuong"], "m2", 1),
    (&["ha", "hec ta", "hecta"], "m2", 10_000),
    (&["km2", "ki lo met vuong", "km vuong"], "m2", 1_000_000),
    (&["kg", "kilogam", "ki lo gam"], "kg", 1),
    (&["ta"], "kg", 100),
    (&["tan"], "kg", 1_000),
    (&["m", "met"], "m", 1),
    (&["km", "kilomet", "ki lo met"], "m", 1_000),
    (&["nguoi", "ng"], "nguoi", 1),
    (&["ho", "ho gia dinh"], "ho", 1),
];

/// A unit: what it measures in, how much of it, and in relation to what (`tạ/ha`).
struct Unit {
    measure: String,
    size: Decimal,
    per: Option<(String, u32)>,
}

/// By what a figure in the unit of its cell is multiplied, then divided, to be one in the unit of its column. Both are the
/// same number when the units are. None for units that measure different things.
pub(super) fn factors(written: &str, wanted: &str) -> Option<(Decimal, Decimal)> {
    let (written, wanted) = (Unit::parse(written)?, Unit::parse(wanted)?);
    (written.measure == wanted.measure && written.per == wanted.per).then_some((written.size, wanted.size))
}

/// A figure in another unit, exactly; none when an exact number can't hold it.
pub(super) fn convert(number: Decimal, (multiply, divide): (Decimal, Decimal)) -> Option<Decimal> {
    let product = number.checked_mul(multiply)?;
    let converted = product.checked_div(divide)?;
    (converted.checked_mul(divide) == Some(product)).then(|| converted.normalize())
}

impl Unit {
    fn parse(text: &str) -> Option<Self> {
        let plain: String = fold(text)
            .chars()
            .map(|c| match c {
                '²' => '2',
                '³' => '3',
                '.' | '(' | ')' => ' ',
                '₫' => 'd',
                other => other,
            })
            .collect();
        let (over, per) = match plain.split_once('/') {
            Some((over, per)) => (over, Some(measure(per.trim()))),
            None => (plain.as_str(), None),
        };
        let words: Vec<&str> = over.split_whitespace().collect();
        let multiple = |word: &&&str| MULTIPLES.iter().any(|(multiple, _)| multiple == *word);
        let (multiples, name) = words.split_at(words.iter().take_while(multiple).count());
        let mut size = Decimal::ONE;
        for word in multiples {
            let (_, zeros) = MULTIPLES.iter().find(|(multiple, _)| multiple == word)?;
            size = size.checked_mul(Decimal::from(10u64.checked_pow(*zeros)?))?;
        }
        let (measure, units) = match (name, multiples) {
            ([], []) => return None,
            ([], _) => ("dong".to_owned(), 1),
            (name, _) => measure(&name.join(" ")),
        };
        Some(Self {
            measure,
            size: size.checked_mul(units.into())?,
            per,
        })
    }
}

/// What a unit without multiples measures in, and how much of it; one that isn't known is a measure of its own.
fn measure(name: &str) -> (String, u32) {
    match UNITS.iter().find(|(spellings, ..)| spellings.contains(&name)) {
        Some((_, measure, size)) => ((*measure).to_owned(), *size),
        None => (name.to_owned(), 1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn units_are_known_in_the_spellings_of_clerks() {
        for (written, wanted) in [
            ("triệu đồng", "triệu đồng"),
            ("triệu", "triệu đồng"),
            ("tr", "triệu đồng"),
            ("tr.đ", "Triệu đồng"),
            ("trđ", "triệu đồng"),
            ("tr đồng", "triệu đồng"),
            ("Tỉ đồng", "tỷ đồng"),
            ("tỷ đ", "tỷ đồng"),
            ("ngàn đồng", "nghìn đồng"),
            ("nghìn đồng", "1000 đồng"),
            ("nghìn đồng", "1.000 đồng"),
            ("₫", "đồng"),
            ("VNĐ", "đồng"),
            ("m2", "m²"),
            ("mét vuông", "m²"),
            ("ng", "người"),
            ("Hộ.", "hộ"),
            ("hồ sơ", "hồ sơ"),
            ("tạ/ha", "tạ / ha"),
            ("triệu đồng/ng", "triệu đồng/người"),
        ] {
            let (multiply, divide) = factors(written, wanted).expect(written);
            assert_eq!(multiply, divide, "{written}, {wanted}");
        }
        for (written, wanted) in [
            ("hộ", "người"),
            ("tấn", "ha"),
            ("tạ", "tạ/ha"),
            ("triệu đồng/hộ", "triệu đồng/người"),
            ("tạ/m²", "tạ/ha"),
            ("lượt người", "người"),
            ("triệu", "người"),
            ("sào", "ha"),
            ("", "người"),
            ("tỷ tỷ tỷ tỷ đồng", "đồng"),
        ] {
            assert_eq!(factors(written, wanted), None, "{written}, {wanted}");
        }
    }

    #[test]
    fn figures_are_converted_exactly() {
        for (number, written, wanted, converted) in [
            ("3.5", "tỷ đồng", "triệu đồng", "3500"),
            ("500", "nghìn đồng", "triệu đồng", "0.5"),
            ("258", "tr.đ", "đồng", "258000000"),
            ("14728", "m²", "ha", "1.4728"),
            ("1.2", "km2", "ha", "120"),
            ("35", "tạ", "tấn", "3.5"),
            ("12", "nghìn con", "con", "12000"),
            ("5.2", "tấn/ha", "tạ/ha", "52"),
        ] {
            let factors = factors(written, wanted).expect(written);
            assert_eq!(
                convert(number.parse().unwrap(), factors),
                Some(converted.parse().unwrap()),
                "{written}"
            );
        }
        let tiny = (Decimal::ONE, Decimal::from(1_000_000_000));
        assert_eq!(convert(Decimal::from_i128_with_scale(1, 28), tiny), None);
        assert_eq!(convert(Decimal::MAX, (Decimal::TEN, Decimal::ONE)), None);
    }

    proptest! {
        #[test]
        fn no_unit_makes_it_panic(written in "(tr|ty|nghin|dong|ha|/| |\\PC){0,12}", wanted in "\\PC*", mantissa: i64, scale in 0u32..28) {
            let factors = [factors(&written, &wanted), factors(&written, "đồng"), factors(&written, &written)];
            for factors in factors.into_iter().flatten() {
                let _ = convert(Decimal::new(mantissa, scale), factors);
            }
        }
    }
}
