//! Column types: how a cell becomes a typed value, and how it prints. One file each.
//!
//! In: a [`Raw`] cell content as the workbook holds it. Out: a [`Value`], or a [`Fault`] in plain words without a place;
//! the caller, who knows sheet, cell and column, adds it. A type's printed form is what stands in the document.

mod choice;
mod count;
mod date;
mod decimal;
mod fault;
mod figure;
mod flag;
mod format;
mod habits;
mod integer;
mod long_text;
pub mod order;
mod percent;
mod text;
mod unit;
mod year;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::diagnostic::{Severity, Text};
use crate::vietnamese;

pub use self::figure::{decimal_of, serial_date};
pub use self::format::Format;
pub use self::habits::{Concern, Evidence, Habit, Habits};

/// The content of a cell as the file holds it, before a schema gives it a type.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    /// Text, in NFC, line breaks as `\n`, blanks at both ends kept.
    Text(Box<str>),
    /// A number whose format is neither a percentage nor a date.
    Number(f64),
    /// A number formatted as a percentage: 1.307 shown as 130,7%.
    Percent(f64),
    /// A date, or the date part of a moment.
    Date(Date),
    /// TRUE or FALSE.
    Flag(bool),
    /// An error value: `#DIV/0!`.
    Error(Box<str>),
}

/// A typed value. An absent value is `Option::None`, never a variant.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `text`, `long_text`, `choice` (its declared spelling).
    Text(Box<str>),
    /// `integer`, `decimal`, `count`, `year`, and `percent` (130.7 stands for 130,7%).
    Number(Decimal),
    /// `date`.
    Date(Date),
    /// `flag`.
    Flag(bool),
}

/// One permitted value of a `choice`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "ChoiceSource")]
pub struct Choice {
    /// What is printed and compared.
    pub value: String,
    /// Other spellings that are accepted.
    pub aliases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ChoiceSource {
    Value(String),
    WithAliases(ChoiceTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChoiceTable {
    value: String,
    #[serde(default)]
    aliases: Vec<String>,
}

impl From<ChoiceSource> for Choice {
    fn from(source: ChoiceSource) -> Self {
        match source {
            ChoiceSource::Value(value) => Self {
                value,
                aliases: Vec::new(),
            },
            ChoiceSource::WithAliases(ChoiceTable { value, aliases }) => Self { value, aliases },
        }
    }
}

/// Why a cell can't be read as its column's type, or was read with a reservation. Wording continues a sentence whose
/// subject the caller supplies: "cột «Thực hiện»" + " cần một số, ô này ghi “hai trăm”".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable code, `gia-tri/…`.
    pub code: &'static str,
    /// An error leaves no value; a warning goes with one.
    pub severity: Severity,
    /// What is needed, then what was found.
    pub message: Text,
    /// One thing to do.
    pub hint: Option<Text>,
}

/// What reading a cell gave: a value, a fault, or a value with a warning.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The value, unless the fault is an error or the cell holds blanks only.
    pub value: Option<Value>,
    /// What is wrong or noteworthy.
    pub fault: Option<Fault>,
}

/// What is known of a cell before it is read: what its field declares, and what the other cells of its column show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The permitted values of a `choice`.
    pub choices: &'a [Choice],
    /// The unit of a figure: `triệu đồng`.
    pub unit: Option<&'a str>,
    /// Least number.
    pub min: Option<Decimal>,
    /// Greatest number.
    pub max: Option<Decimal>,
    /// Whether a dash in the cell can't be a blank: there must be a value, or a blank has a meaning of its own.
    pub required: bool,
    /// How the texts of the column are written.
    pub habits: Habits,
}

impl Context<'_> {
    fn permits(&self, number: Decimal) -> bool {
        self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)
    }

    /// Whether the column's unit is the percent sign.
    fn is_percent(&self) -> bool {
        self.unit == Some("%")
    }
}

/// A column type of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// A line of text.
    Text,
    /// Text of several lines.
    LongText,
    /// A whole number: 14.728.
    Integer,
    /// A number with decimals: 3,5.
    Decimal,
    /// A percentage: 130,7%.
    Percent,
    /// A whole number that counts persons or things, printed with a leading zero below ten: 03.
    Count,
    /// A date: 17/02/2023.
    Date,
    /// A year: 2023.
    Year,
    /// One of declared texts.
    Choice,
    /// Yes or no.
    Flag,
}

/// All column types, in the order of their reference page.
pub const TYPES: [&TypeInfo; 10] = [
    &text::TYPE,
    &long_text::TYPE,
    &integer::TYPE,
    &decimal::TYPE,
    &percent::TYPE,
    &count::TYPE,
    &date::TYPE,
    &year::TYPE,
    &choice::TYPE,
    &flag::TYPE,
];

/// What a column type is: one constant in each type's file.
#[derive(Debug)]
pub struct TypeInfo {
    /// The type.
    pub ty: Type,
    /// The name in a manifest: `long_text`.
    pub name: &'static str,
    /// What a cell of the type holds, Vietnamese: `số nguyên`.
    pub label_vi: &'static str,
    /// What a cell of the type holds, English: `whole number`.
    pub label_en: &'static str,
    /// The Excel number format of its cells.
    pub number_format: &'static str,
    /// A value as a clerk would type it.
    pub example: &'static str,
    /// Usual column width in characters.
    pub width: f64,
    /// Whether its values are [`Value::Number`].
    pub numeric: bool,
    read: fn(&Raw, &Context) -> Reading,
    write: fn(&Value, Option<u32>, &mut String),
}

impl TypeInfo {
    /// What a cell of the type holds: `số nguyên`, `whole number`.
    pub fn label(&self) -> Text {
        Text::new(self.label_vi, self.label_en)
    }

    /// The type with a name in a manifest.
    pub fn find(name: &str) -> Option<&'static TypeInfo> {
        TYPES.into_iter().find(|info| info.name == name)
    }
}

impl Type {
    /// What the type is.
    pub fn info(self) -> &'static TypeInfo {
        match self {
            Type::Text => &text::TYPE,
            Type::LongText => &long_text::TYPE,
            Type::Integer => &integer::TYPE,
            Type::Decimal => &decimal::TYPE,
            Type::Percent => &percent::TYPE,
            Type::Count => &count::TYPE,
            Type::Date => &date::TYPE,
            Type::Year => &year::TYPE,
            Type::Choice => &choice::TYPE,
            Type::Flag => &flag::TYPE,
        }
    }

    /// Whether its values are [`Value::Number`].
    pub fn is_numeric(self) -> bool {
        self.info().numeric
    }

    /// Whether its values are [`Value::Text`].
    pub fn is_text(self) -> bool {
        matches!(self, Type::Text | Type::LongText | Type::Choice)
    }

    /// Reads a cell.
    pub fn read(self, raw: &Raw, context: &Context) -> Reading {
        (self.info().read)(raw, context)
    }

    /// Whether the value of a text in a cell surely is that text, letter for letter.
    pub fn keeps(self, text: &str) -> bool {
        matches!(self, Type::Text | Type::LongText) && text::is_clean(text)
    }

    /// How a value prints in a document; `decimals` is the most a `decimal` or `percent` shows, 2 when absent.
    pub fn print(self, value: &Value, decimals: Option<u32>) -> String {
        let mut out = String::new();
        self.write(value, decimals, &mut out);
        out
    }

    /// Appends what [`Type::print`] returns.
    pub fn write(self, value: &Value, decimals: Option<u32>, out: &mut String) {
        (self.info().write)(value, decimals, out);
    }
}

/// Most decimals printed where a column doesn't say.
const DECIMALS: u32 = 2;

/// Writes a value in the way that is usual for its kind, for a type that has no way of its own for it.
fn write_plainly(value: &Value, decimals: Option<u32>, out: &mut String) {
    match value {
        Value::Text(text) => out.push_str(text),
        Value::Number(number) => vietnamese::write_number(*number, decimals.unwrap_or(DECIMALS), out),
        Value::Date(date) => vietnamese::write_date_short(*date, out),
        Value::Flag(flag) => out.push_str(if *flag { "có" } else { "không" }),
    }
}

impl Reading {
    /// The cell holds nothing but blanks.
    fn none() -> Self {
        Self::default()
    }

    fn value(value: Value) -> Self {
        Self {
            value: Some(value),
            fault: None,
        }
    }

    /// A value with a reservation.
    fn warning(value: Value, code: &'static str, message: Text, hint: Text) -> Self {
        Self {
            value: Some(value),
            fault: Some(Fault {
                code,
                severity: Severity::Warning,
                message,
                hint: Some(hint),
            }),
        }
    }

    /// No value.
    fn error(code: &'static str, message: Text, hint: Text) -> Self {
        Self {
            value: None,
            fault: Some(Fault {
                code,
                severity: Severity::Error,
                message,
                hint: Some(hint),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::CellRef;
    use crate::vietnamese::DecimalSign;

    pub(super) fn raw_text(text: &str) -> Raw {
        Raw::Text(text.into())
    }

    /// The number read from a cell without any fault.
    pub(super) fn number(ty: Type, raw: &Raw) -> String {
        match ty.read(raw, &Context::default()) {
            Reading {
                value: Some(Value::Number(number)),
                fault: None,
            } => number.to_string(),
            other => panic!("{raw:?}: {other:?}"),
        }
    }

    /// The text read from a cell without any fault.
    pub(super) fn text(ty: Type, raw: &Raw) -> String {
        match ty.read(raw, &Context::default()) {
            Reading {
                value: Some(Value::Text(text)),
                fault: None,
            } => text.to_string(),
            other => panic!("{raw:?}: {other:?}"),
        }
    }

    /// The number and the code of the warning that reading a cell gave.
    pub(super) fn warning(ty: Type, raw: &Raw) -> (String, &'static str) {
        match ty.read(raw, &Context::default()) {
            Reading {
                value: Some(Value::Number(number)),
                fault: Some(fault),
            } if fault.severity == Severity::Warning => (number.to_string(), fault.code),
            other => panic!("{raw:?}: {other:?}"),
        }
    }

    /// Code, message and hint in Vietnamese of the error that reading a cell gave.
    pub(super) fn error(ty: Type, raw: &Raw) -> (&'static str, String, String) {
        match ty.read(raw, &Context::default()) {
            Reading {
                value: None,
                fault: Some(fault),
            } if fault.severity == Severity::Error => (
                fault.code,
                fault.message.vi,
                fault.hint.map(|hint| hint.vi).unwrap_or_default(),
            ),
            other => panic!("{raw:?}: {other:?}"),
        }
    }

    #[test]
    fn the_list_of_types_and_the_enum_agree() {
        for info in TYPES {
            assert_eq!(info.ty.info().name, info.name);
            assert_eq!(TypeInfo::find(info.name).map(|found| found.ty), Some(info.ty));
            let from_manifest: Type = serde_json::from_value(info.name.into()).unwrap();
            assert_eq!(from_manifest, info.ty);
            let choices = [Choice {
                value: info.example.to_owned(),
                aliases: Vec::new(),
            }];
            let context = Context {
                choices: &choices,
                ..Context::default()
            };
            assert!(
                info.ty.read(&raw_text(info.example), &context).value.is_some(),
                "{}",
                info.name
            );
        }
    }

    /// What reading gives for the printed form; a text with two readings gives none rather than a wrong one.
    fn printed_and_read(ty: Type, value: &Value, decimals: Option<u32>) -> Option<Value> {
        let reading = ty.read(&raw_text(&ty.print(value, decimals)), &Context::default());
        match reading.fault {
            Some(fault) if fault.code == "gia-tri/so-hai-cach-doc" => None,
            _ => Some(reading.value.expect("a value")),
        }
    }

    proptest! {
        #[test]
        fn a_printed_number_is_read_as_the_same(mantissa in -10i64.pow(14)..10i64.pow(14), scale in 0u32..=6) {
            let value = Value::Number(Decimal::new(mantissa, scale).normalize());
            for ty in [Type::Decimal, Type::Percent] {
                if let Some(read) = printed_and_read(ty, &value, Some(6)) {
                    prop_assert_eq!(&read, &value);
                }
            }
            let whole = Value::Number(mantissa.into());
            prop_assert_eq!(printed_and_read(Type::Integer, &whole, None), Some(whole));
            let count = Value::Number(mantissa.unsigned_abs().into());
            prop_assert_eq!(printed_and_read(Type::Count, &count, None), Some(count));
        }

        #[test]
        fn a_number_is_read_as_its_column_writes_it(mantissa in -10i64.pow(14)..10i64.pow(14), scale in 0u32..=6) {
            let number = Decimal::new(mantissa, scale).normalize();
            let vietnamese = vietnamese::number(number, 6);
            let swapped = vietnamese.chars().map(|c| match c {
                '.' => ',',
                ',' => '.',
                other => other,
            });
            let english: String = swapped.collect();
            for (text, sign) in [(vietnamese, DecimalSign::Comma), (english, DecimalSign::Dot)] {
                let habits = Habits {
                    decimal_sign: Habit::Known(sign, CellRef::new(0, 0)),
                    ..Habits::default()
                };
                let context = Context { habits, unit: Some("tỷ đồng"), ..Context::default() };
                for cell in [text.clone(), format!("{text} tỷ")] {
                    let reading = Type::Decimal.read(&raw_text(&cell), &context);
                    prop_assert_eq!(reading.value, Some(Value::Number(number)));
                    prop_assert!(reading.fault.is_some());
                }
            }
        }

        #[test]
        fn a_printed_year_date_or_flag_is_read_as_the_same(year in 1900i16..=2100, day in 0i32..365, flag: bool) {
            let number = Value::Number(year.into());
            prop_assert_eq!(printed_and_read(Type::Year, &number, None), Some(number));
            let date = Value::Date(jiff::civil::date(year, 1, 1).saturating_add(jiff::Span::new().days(day)));
            prop_assert_eq!(printed_and_read(Type::Date, &date, None), Some(date));
            prop_assert_eq!(printed_and_read(Type::Flag, &Value::Flag(flag), None), Some(Value::Flag(flag)));
        }

        #[test]
        fn a_read_text_is_read_again_as_the_same(cell in "(\\PC|[\\n\\r\\t\\x00-\\x1f\u{a0}])*") {
            for ty in [Type::Text, Type::LongText] {
                if ty.keeps(&cell) {
                    let kept = Reading::value(Value::Text(cell.as_str().into()));
                    prop_assert_eq!(ty.read(&raw_text(&cell), &Context::default()), kept);
                }
                if let Some(value) = ty.read(&raw_text(&cell), &Context::default()).value {
                    prop_assert_eq!(printed_and_read(ty, &value, None), Some(value));
                }
            }
        }

        #[test]
        fn no_cell_makes_a_type_panic(cell in "\\PC*", bits in any::<u64>()) {
            let number = f64::from_bits(bits);
            for info in TYPES {
                for raw in [raw_text(&cell), Raw::Number(number), Raw::Percent(number), Raw::Error(cell.as_str().into())] {
                    let at = CellRef::new(0, 0);
                    let mut habits = Habits::default();
                    if let Some(mut evidence) = Evidence::new(info.ty, None) {
                        for _ in 0..3 {
                            evidence.observe(&raw, at);
                        }
                        habits = evidence.habits();
                        evidence.concerns();
                    }
                    let context = Context { habits, unit: Some("triệu đồng"), ..Context::default() };
                    let reading = info.ty.read(&raw, &context);
                    let is_error = reading.fault.as_ref().is_some_and(|fault| fault.severity == Severity::Error);
                    prop_assert!(!(is_error && reading.value.is_some()));
                }
            }
        }
    }
}
