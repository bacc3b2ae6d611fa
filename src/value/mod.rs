//! Column types: how a cell becomes a typed value, and how it prints. One file each.
//!
//! In: a [`Raw`] cell content as the workbook holds it. Out: a [`Value`], or a [`Fault`] in plain words without a place;
//! the caller, who knows sheet, cell and column, adds it. A type's printed form is what stands in the document.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::diagnostic::{Severity, Text};

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

impl Type {
    /// Reads a cell; `choices` are those of a `choice` column.
    pub fn read(self, _raw: &Raw, _choices: &[Choice]) -> Reading {
        todo!()
    }

    /// How a value prints in a document.
    pub fn print(self, _value: &Value, _decimals: Option<u32>) -> String {
        todo!()
    }
}
