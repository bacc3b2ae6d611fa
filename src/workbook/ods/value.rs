//! What a cell holds, from its attributes and its text (OpenDocument 1.3 part 3, 19.369 to 19.391).

use jiff::civil::Date;

use crate::value::Raw;
use crate::workbook::rows::Budget;
use crate::workbook::{Error, Formula};

/// The attributes of a cell that say what it holds.
#[derive(Debug, Default)]
pub(super) struct Value {
    kind: Option<Kind>,
    /// `office:value` and its like, whichever goes with the kind.
    value: Option<String>,
    string: Option<String>,
    formula: bool,
    error: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Percent,
    Date,
    Time,
    Flag,
    Text,
}

impl Value {
    /// Takes in an attribute.
    pub fn set(&mut self, key: &str, text: &str) {
        match key {
            "office:value-type" => {
                self.kind = match text {
                    "float" | "currency" => Some(Kind::Number),
                    "percentage" => Some(Kind::Percent),
                    "date" => Some(Kind::Date),
                    "time" => Some(Kind::Time),
                    "boolean" => Some(Kind::Flag),
                    "string" => Some(Kind::Text),
                    _ => None,
                }
            }
            "calcext:value-type" => self.error = text == "error",
            "office:value" | "office:date-value" | "office:time-value" | "office:boolean-value" => {
                self.value = Some(text.to_owned());
            }
            "office:string-value" => self.string = Some(text.to_owned()),
            "table:formula" => self.formula = true,
            _ => {}
        }
    }

    /// What the cell holds, given the text that it shows; `None` for nothing.
    pub fn finish(self, shown: &str, percent: bool, budget: &Budget<'_>) -> Result<Option<(Raw, Formula)>, Error> {
        let computed = if self.formula { Formula::Computed } else { Formula::None };
        // Programs that have no error values write an empty text or a zero, and show the error.
        if self.error || (self.formula && is_error(shown)) {
            let string = self.string.as_deref().filter(|_| shown.is_empty());
            let error = budget.clean(string.unwrap_or(shown))?;
            return Ok(Some((Raw::Error(error), computed)));
        }
        let value = self.value.as_deref().map(str::trim);
        let number = || value?.parse::<f64>().ok().filter(|number| number.is_finite());
        let raw = match self.kind {
            Some(Kind::Percent) => number().map(Raw::Percent),
            Some(Kind::Number) if percent => number().map(Raw::Percent),
            Some(Kind::Number) => number().map(Raw::Number),
            Some(Kind::Date) => value.and_then(date),
            Some(Kind::Time) => value.and_then(days).map(Raw::Number),
            Some(Kind::Flag) => value.and_then(flag).map(Raw::Flag),
            Some(Kind::Text) | None => None,
        };
        if let Some(raw) = raw {
            return Ok(Some((raw, computed)));
        }
        if self.formula && self.kind != Some(Kind::Text) {
            return Ok(Some((Raw::Text("".into()), Formula::NotComputed)));
        }
        let text = match self.string.as_deref() {
            Some(string) if !string.is_empty() => budget.clean(string)?,
            _ => shown.into(),
        };
        Ok(Some((Raw::Text(text), computed)).filter(|(raw, _)| *raw != Raw::Text("".into())))
    }
}

fn is_error(shown: &str) -> bool {
    const ERRORS: [&str; 7] = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];
    // `Err:502`, LibreOffice's own.
    let own = shown.strip_prefix("Err:");
    ERRORS.contains(&shown)
        || own.is_some_and(|code| !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `2023-12-15` or `2023-12-15T10:30:00`. The day before the calendar of spreadsheets begins stands for no day: what is left
/// is a time of day.
fn date(text: &str) -> Option<Raw> {
    let (day, time) = text.split_once('T').unwrap_or((text, ""));
    let day: Date = day.parse().ok()?;
    if day != Date::constant(1899, 12, 30) {
        return Some(Raw::Date(day));
    }
    let mut parts = time.splitn(3, ':').map(|part| part.parse::<f64>().unwrap_or(0.0));
    let mut part = || parts.next().unwrap_or(0.0);
    Some(Raw::Number(part() / 24.0 + part() / 1_440.0 + part() / 86_400.0))
}

/// A duration such as `PT12H30M00.5S` in days, as Excel holds it.
fn days(text: &str) -> Option<f64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1.0, text),
        None => (1.0, text),
    };
    let (days, time) = text.strip_prefix('P')?.split_once('T')?;
    let days = match days {
        "" => 0.0,
        days => days.strip_suffix('D')?.parse::<f64>().ok()?,
    };
    let mut seconds = 0.0;
    let mut rest = time;
    for (unit, length) in [('H', 3_600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((number, after)) = rest.split_once(unit) {
            seconds += number.parse::<f64>().ok()? * length;
            rest = after;
        }
    }
    let days = sign * (days + seconds / 86_400.0);
    (rest.is_empty() && days.is_finite()).then_some(days)
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "true" | "TRUE" => Some(true),
        "false" | "FALSE" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_durations_are_days() {
        assert_eq!(days("PT12H30M00S"), Some(12.5 / 24.0));
        assert_eq!(days("-P1DT00H00M00.0S"), Some(-1.0));
        for text in ["", "PT", "12:30", "PT1X", "PTinfH", "P1D"] {
            assert!(days(text).is_none_or(|days| days == 0.0), "{text}");
        }
        assert_eq!(date("1899-12-30T06:00:00"), Some(Raw::Number(0.25)));
        assert_eq!(
            date("2023-12-15T10:30:00"),
            Some(Raw::Date(Date::constant(2023, 12, 15)))
        );
        assert_eq!(date("2023-13-15"), None);
    }
}
