//! How a value becomes text, by its type.

use rust_decimal::Decimal;

use super::expression::{Kind, Val};
use crate::schema::Schema;
use crate::value::{Type, Value};
use crate::vietnamese;

/// Decimals of a number that no column type governs.
pub const PLAIN_DECIMALS: u32 = 6;

/// How a value prints: by a column type, with so many decimals. The default prints numbers plainly.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Printer {
    ty: Option<Type>,
    decimals: Option<u32>,
}

impl Printer {
    /// The way values of a kind print.
    pub fn of(schema: &Schema, kind: Kind) -> Self {
        match kind {
            Kind::Field(sheet, field) => match schema.sheets.get(sheet).and_then(|sheet| sheet.fields.get(field)) {
                Some(field) => Self {
                    ty: Some(field.ty),
                    decimals: field.decimals,
                },
                None => Self::default(),
            },
            Kind::Number(ty, decimals) => Self { ty: Some(ty), decimals },
            _ => Self::default(),
        }
    }
}

/// Appends the printed form of a value; false when there is nothing to print.
pub fn print_value(value: &Val<'_>, printer: Printer, out: &mut String) -> bool {
    match value {
        Val::Value(value) => match printer.ty {
            Some(ty) => ty.write(value, printer.decimals, out),
            None => write_plain(value, out),
        },
        Val::Number(number) => match printer.ty {
            Some(ty) => ty.write(&Value::Number(*number), printer.decimals, out),
            None => write_number(*number, out),
        },
        Val::Text(text) => out.push_str(text),
        Val::Date(date) => vietnamese::write_date_short(*date, out),
        Val::Flag(flag) => out.push_str(if *flag { "có" } else { "không" }),
        _ => return false,
    }
    true
}

fn write_number(number: Decimal, out: &mut String) {
    vietnamese::write_number(number, PLAIN_DECIMALS, out);
}

fn write_plain(value: &Value, out: &mut String) {
    match value {
        Value::Text(text) => out.push_str(text),
        Value::Number(number) => write_number(*number, out),
        Value::Date(date) => vietnamese::write_date_short(*date, out),
        Value::Flag(flag) => out.push_str(if *flag { "có" } else { "không" }),
    }
}
