//! Numbers in words, as on vouchers and certificates.

use rust_decimal::Decimal;

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

/// One thousand million: the highest unit that has a name of its own; beyond it the names repeat (nghìn tỷ, tỷ tỷ).
const BILLION: u128 = 1_000_000_000;

/// A number in words: hai mươi mốt. The northern, official forms: nghìn, linh, tỷ; mốt, tư and lăm where speech has them.
/// Two decimals are read as a number, others digit by digit: phẩy bảy mươi lăm, phẩy không năm.
pub fn words(number: Decimal) -> String {
    let number = number.normalize();
    let mantissa = number.mantissa().unsigned_abs();
    let unit = 10u128.pow(number.scale());
    let mut out = Vec::new();
    if number.is_sign_negative() && mantissa != 0 {
        out.push("âm");
    }
    push_whole(mantissa / unit, &mut out);
    if number.scale() > 0 {
        out.push("phẩy");
        let decimals = mantissa % unit;
        if number.scale() == 2 && decimals >= 10 {
            push_group(decimals as u32, false, &mut out);
        } else {
            for place in (0..number.scale()).rev() {
                out.push(digit((decimals / 10u128.pow(place) % 10) as u32));
            }
        }
    }
    out.join(" ")
}

fn digit(digit: u32) -> &'static str {
    DIGITS.get(digit as usize).copied().unwrap_or_default()
}

fn push_whole(number: u128, out: &mut Vec<&'static str>) {
    if number == 0 {
        out.push(digit(0));
        return;
    }
    let (high, low) = (number / BILLION, (number % BILLION) as u32);
    if high > 0 {
        push_whole(high, out);
        out.push("tỷ");
    }
    let mut after_higher = high > 0;
    for (value, name) in [
        (low / 1_000_000, "triệu"),
        (low / 1000 % 1000, "nghìn"),
        (low % 1000, ""),
    ] {
        if value > 0 {
            push_group(value, after_higher, out);
            if !name.is_empty() {
                out.push(name);
            }
            after_higher = true;
        }
    }
}

/// Three digits; after a higher group all three are read: không trăm linh một.
fn push_group(group: u32, full: bool, out: &mut Vec<&'static str>) {
    let (hundreds, tens, ones) = (group / 100, group / 10 % 10, group % 10);
    let has_hundreds = hundreds > 0 || full;
    if has_hundreds {
        out.extend([digit(hundreds), "trăm"]);
    }
    match tens {
        0 if ones > 0 && has_hundreds => out.push("linh"),
        0 => {}
        1 => out.push("mười"),
        _ => out.extend([digit(tens), "mươi"]),
    }
    match (tens, ones) {
        (_, 0) => {}
        (2.., 1) => out.push("mốt"),
        (2.., 4) => out.push("tư"),
        (1.., 5) => out.push("lăm"),
        _ => out.push(digit(ones)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spoken_as_in_official_texts() {
        for (number, spoken) in [
            ("0", "không"),
            ("1", "một"),
            ("4", "bốn"),
            ("5", "năm"),
            ("10", "mười"),
            ("11", "mười một"),
            ("14", "mười bốn"),
            ("15", "mười lăm"),
            ("20", "hai mươi"),
            ("21", "hai mươi mốt"),
            ("24", "hai mươi tư"),
            ("25", "hai mươi lăm"),
            ("44", "bốn mươi tư"),
            ("55", "năm mươi lăm"),
            ("100", "một trăm"),
            ("101", "một trăm linh một"),
            ("104", "một trăm linh bốn"),
            ("105", "một trăm linh năm"),
            ("110", "một trăm mười"),
            ("111", "một trăm mười một"),
            ("115", "một trăm mười lăm"),
            ("121", "một trăm hai mươi mốt"),
            ("124", "một trăm hai mươi tư"),
            ("1000", "một nghìn"),
            ("1001", "một nghìn không trăm linh một"),
            ("1005", "một nghìn không trăm linh năm"),
            ("1010", "một nghìn không trăm mười"),
            ("1015", "một nghìn không trăm mười lăm"),
            ("1100", "một nghìn một trăm"),
            ("1105", "một nghìn một trăm linh năm"),
            ("2024", "hai nghìn không trăm hai mươi tư"),
            ("2025", "hai nghìn không trăm hai mươi lăm"),
            ("21000", "hai mươi mốt nghìn"),
            ("105005", "một trăm linh năm nghìn không trăm linh năm"),
            ("1000000", "một triệu"),
            ("1000001", "một triệu không trăm linh một"),
            ("120000000", "một trăm hai mươi triệu"),
            ("1000000001", "một tỷ không trăm linh một"),
            ("1000005000", "một tỷ không trăm linh năm nghìn"),
            ("1000000000000", "một nghìn tỷ"),
            ("1000000000000000000", "một tỷ tỷ"),
            ("12.5", "mười hai phẩy năm"),
            ("12.05", "mười hai phẩy không năm"),
            ("0.75", "không phẩy bảy mươi lăm"),
            ("130.70", "một trăm ba mươi phẩy bảy"),
            ("3.125", "ba phẩy một hai năm"),
            ("-5", "âm năm"),
            ("-0.5", "âm không phẩy năm"),
            ("-0", "không"),
        ] {
            assert_eq!(words(number.parse().unwrap()), spoken, "{number}");
        }
    }

    #[test]
    fn the_greatest_and_the_finest_number_have_words() {
        assert!(words(Decimal::MAX).ends_with("ba trăm ba mươi lăm"));
        assert!(words(Decimal::new(1, 28)).ends_with("không một"));
    }
}
