//! The data of a workbook as scripts see it: sheets, rows, records, and the cells that findings point at.
//!
//! Nothing is copied when a run begins: each of these is a place in the dataset, and a value is made when it is asked for.

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::date::Day;
use super::fault::{Raised, raised};
use super::{limit, meter};
use crate::dataset::{Dataset, Record, SheetData};
use crate::diagnostic::{Place, Text};
use crate::schema::{Field, Layout, Schema, Sheet};
use crate::text;
use crate::value::Value;
use crate::vietnamese::{self, nearest};

/// What a run looks at.
#[derive(Debug)]
pub(super) struct Source {
    pub schema: Schema,
    pub dataset: Arc<Dataset>,
}

/// All of it: `data`.
#[derive(Clone, Debug)]
pub(super) struct Data(pub Arc<Source>);

/// Rows of a table or list: all of them, or chosen ones.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    source: Arc<Source>,
    sheet: usize,
    chosen: Option<Arc<[u32]>>,
}

/// A form, or a row.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    source: Arc<Source>,
    sheet: usize,
    index: usize,
}

/// A field of a record: where a finding stands.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    entry: Entry,
    field: usize,
}

/// Where a finding stands, in words of the workbook, and the id of the field.
pub(super) type Standing = (Place, Option<String>);

/// A value of the dataset in a script. Whole numbers are integers where they fit.
pub(super) fn to_script(value: Option<&Value>) -> Raised<Dynamic> {
    Ok(match value {
        None => Dynamic::UNIT,
        Some(Value::Text(text)) => {
            limit::text(text.len())?;
            ImmutableString::from(text.as_ref()).into()
        }
        Some(Value::Number(number)) => number_to_script(*number),
        Some(Value::Date(date)) => Dynamic::from(Day(*date)),
        Some(Value::Flag(flag)) => (*flag).into(),
    })
}

/// A number in a script.
pub(super) fn number_to_script(number: Decimal) -> Dynamic {
    match number.to_i64() {
        Some(whole) if number.fract().is_zero() => whole.into(),
        _ => number.into(),
    }
}

/// The value that a script gave back; `Err` with what it is when documents have no such value.
pub(super) fn from_script(value: Dynamic) -> Result<Option<Value>, &'static str> {
    if value.is_unit() {
        return Ok(None);
    }
    if let Ok(whole) = value.as_int() {
        return Ok(Some(Value::Number(whole.into())));
    }
    if let Ok(number) = value.as_decimal() {
        return Ok(Some(Value::Number(number)));
    }
    if let Ok(flag) = value.as_bool() {
        return Ok(Some(Value::Flag(flag)));
    }
    if let Ok(letter) = value.as_char() {
        return Ok(Some(Value::Text(letter.to_string().into())));
    }
    if let Some(day) = value.read_lock::<Day>() {
        return Ok(Some(Value::Date(day.0)));
    }
    match value.as_immutable_string_ref() {
        Ok(text) => Ok(Some(Value::Text(text.as_str().into()))),
        Err(other) => Err(other),
    }
}

impl Source {
    fn sheet(&self, sheet: usize) -> Option<(&Sheet, &SheetData)> {
        Some((self.schema.sheets.get(sheet)?, self.dataset.sheets.get(sheet)?))
    }
}

impl Data {
    fn sheet(&self, id: &str) -> Raised<Dynamic> {
        let Some((sheet, declared)) = self.0.schema.sheet(id) else {
            let ids = self.0.schema.sheets.iter().map(|sheet| sheet.id.as_str());
            return Err(unknown(
                text!("gói không có trang nào mang mã “{id}”", "the pack has no sheet “{id}”"),
                id,
                ids.collect(),
            ));
        };
        let source = Arc::clone(&self.0);
        Ok(match declared.layout {
            Layout::Form => Dynamic::from(Entry {
                source,
                sheet,
                index: 0,
            }),
            Layout::Table | Layout::List => Dynamic::from(Rows {
                source,
                sheet,
                chosen: None,
            }),
        })
    }
}

impl Rows {
    fn records(&self) -> &[Record] {
        let data = self.source.dataset.sheets.get(self.sheet);
        data.map_or(&[], |data| &data.records)
    }

    fn len(&self) -> usize {
        match &self.chosen {
            Some(chosen) => chosen.len(),
            None => self.records().len(),
        }
    }

    /// The index of the n-th among all rows.
    fn index(&self, n: usize) -> usize {
        match &self.chosen {
            Some(chosen) => chosen.get(n).map_or(usize::MAX, |index| *index as usize),
            None => n,
        }
    }

    fn entry(&self, n: usize) -> Entry {
        Entry {
            source: Arc::clone(&self.source),
            sheet: self.sheet,
            index: self.index(n),
        }
    }

    /// The n-th row; of a list its text.
    fn item(&self, n: usize) -> Raised<Dynamic> {
        let entry = self.entry(n);
        match self.source.schema.sheets.get(self.sheet) {
            Some(sheet) if sheet.layout == Layout::List => entry.value(0),
            _ => Ok(Dynamic::from(entry)),
        }
    }

    fn at(&self, position: i64) -> Raised<Dynamic> {
        let length = self.len();
        let from_end = position.checked_add(length as i64).filter(|_| position < 0);
        match usize::try_from(from_end.unwrap_or(position)) {
            Ok(n) if n < length => self.item(n),
            _ => Err(EvalAltResult::ErrorArrayBounds(length, position, rhai::Position::NONE).into()),
        }
    }

    /// The row with a key; nothing when the workbook has none, which is told elsewhere.
    fn keyed(&self, key: &str) -> Raised<Dynamic> {
        let Some((sheet, data)) = self.source.sheet(self.sheet) else {
            return Ok(Dynamic::UNIT);
        };
        if let Some(index) = data.by_key.get(key) {
            return Ok(Dynamic::from(Entry {
                source: Arc::clone(&self.source),
                sheet: self.sheet,
                index: *index,
            }));
        }
        let field = sheet.key.as_deref().unwrap_or_default();
        let keys = sheet.rows.iter().filter_map(|row| row.values.get(field));
        let keys: Vec<&str> = keys.map(String::as_str).collect();
        match keys.contains(&key) {
            true => Ok(Dynamic::UNIT),
            false => Err(unknown(
                text!(
                    "trang «{}» không có dòng nào mang khoá “{key}”",
                    "sheet «{}» has no row with the key “{key}”",
                    sheet.name
                ),
                key,
                keys,
            )),
        }
    }

    fn field(&self, name: &str) -> Raised<usize> {
        field_of(&self.source, self.sheet, name)
    }

    /// The values of a field, as an array.
    fn column(&self, name: &str) -> Raised<rhai::Array> {
        let field = self.field(name)?;
        limit::elements(self.len())?;
        (0..self.len()).map(|n| self.entry(n).value(field)).collect()
    }

    /// The sum of the numbers of a field; missing ones count nothing.
    fn sum(&self, name: &str) -> Raised<Dynamic> {
        let field = self.field(name)?;
        meter::charge(self.len())?;
        let mut sum = Decimal::ZERO;
        for n in 0..self.len() {
            let value = self
                .records()
                .get(self.index(n))
                .and_then(|record| record.values.get(field)?.as_ref());
            if let Some(Value::Number(number)) = value {
                sum = sum.checked_add(*number).ok_or_else(super::library::overflow)?;
            }
        }
        Ok(number_to_script(sum))
    }

    /// The rows whose field has a value.
    fn filter(&self, name: &str, wanted: Dynamic) -> Raised<Rows> {
        let field = self.field(name)?;
        meter::charge(self.len())?;
        let wanted = from_script(wanted).map_err(|_| {
            raised(
                "kich-ban/loi-chay",
                text!(
                    "filter so với một giá trị, không so với danh sách",
                    "filter compares with a value, not with a list"
                ),
                None,
            )
        })?;
        let fits = |value: Option<&Value>| match (value, &wanted) {
            (Some(Value::Text(one)), Some(Value::Text(other))) => vietnamese::same(one, other),
            (value, wanted) => value == wanted.as_ref(),
        };
        let mut chosen = Vec::new();
        for n in 0..self.len() {
            let index = self.index(n);
            if self
                .records()
                .get(index)
                .is_some_and(|record| fits(record.values.get(field).and_then(Option::as_ref)))
            {
                chosen.push(index as u32);
            }
        }
        Ok(Rows {
            chosen: Some(chosen.into()),
            ..self.clone()
        })
    }

    /// Where a finding about the sheet as a whole stands.
    pub fn standing(&self) -> Standing {
        let name = self.source.dataset.sheets.get(self.sheet).map(|data| data.name.clone());
        (name.map_or(Place::File, Place::Sheet), None)
    }
}

impl Entry {
    fn record(&self) -> Option<&Record> {
        self.source.dataset.sheets.get(self.sheet)?.records.get(self.index)
    }

    fn value(&self, field: usize) -> Raised<Dynamic> {
        to_script(self.record().and_then(|record| record.values.get(field)?.as_ref()))
    }

    fn named(&self, name: &str) -> Raised<Dynamic> {
        self.value(field_of(&self.source, self.sheet, name)?)
    }

    fn spot(&self, name: &str) -> Raised<Spot> {
        let field = field_of(&self.source, self.sheet, name)?;
        Ok(Spot {
            entry: self.clone(),
            field,
        })
    }

    /// The row of the workbook, from 1; nothing for a form.
    fn row_number(&self) -> Dynamic {
        let has_rows = self.source.schema.sheets.get(self.sheet).is_some_and(Sheet::has_rows);
        match self.record() {
            Some(record) if has_rows => (i64::from(record.row) + 1).into(),
            _ => Dynamic::UNIT,
        }
    }

    /// Where a finding about the record as a whole stands: at the first of its cells that the workbook has.
    pub fn standing(&self) -> Standing {
        let Some((sheet, data)) = self.source.sheet(self.sheet) else {
            return (Place::File, None);
        };
        let cell = self.record().and_then(|record| {
            let mut fields = 0..sheet.fields.len();
            fields.find_map(|field| data.cell(record, field))
        });
        let place = match cell.filter(|_| sheet.has_rows()) {
            Some(cell) => Place::Cell(data.name.clone(), cell),
            None => Place::Sheet(data.name.clone()),
        };
        (place, None)
    }
}

impl Spot {
    fn declared(&self) -> Option<&Field> {
        self.entry
            .source
            .schema
            .sheets
            .get(self.entry.sheet)?
            .fields
            .get(self.field)
    }

    pub fn standing(&self) -> Standing {
        let field = self.declared().map(|field| field.id.clone());
        let Some(data) = self.entry.source.dataset.sheets.get(self.entry.sheet) else {
            return (Place::File, field);
        };
        let cell = self.entry.record().and_then(|record| data.cell(record, self.field));
        let place = match cell {
            Some(cell) => Place::Cell(data.name.clone(), cell),
            None => Place::Sheet(data.name.clone()),
        };
        (place, field)
    }
}

/// A walk over rows: what `for` goes through.
pub(super) struct Walk {
    rows: Rows,
    next: usize,
}

impl Iterator for Walk {
    type Item = Raised<Dynamic>;

    fn next(&mut self) -> Option<Self::Item> {
        let n = self.next;
        self.next += 1;
        (n < self.rows.len()).then(|| self.rows.item(n))
    }
}

impl IntoIterator for Rows {
    type Item = Raised<Dynamic>;
    type IntoIter = Walk;

    fn into_iter(self) -> Walk {
        Walk { rows: self, next: 0 }
    }
}

fn field_of(source: &Source, sheet: usize, name: &str) -> Raised<usize> {
    let Some(declared) = source.schema.sheets.get(sheet) else {
        return Err(super::library::overflow());
    };
    match declared.field(name) {
        Some((field, _)) => Ok(field),
        None => Err(unknown(
            text!(
                "trang «{}» không có trường nào mang mã “{name}”",
                "sheet «{}» has no field “{name}”",
                declared.name
            ),
            name,
            declared.fields.iter().map(|field| field.id.as_str()).collect(),
        )),
    }
}

fn unknown(message: Text, name: &str, known: Vec<&str>) -> Box<EvalAltResult> {
    /// Names that fit a hint.
    const MOST: usize = 12;
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => Some(text!("có phải “{near}”?", "did you mean “{near}”?")),
        None if known.is_empty() => None,
        None => {
            let more = if known.len() > MOST { ", …" } else { "" };
            let known = known.into_iter().take(MOST).collect::<Vec<_>>().join(", ");
            Some(text!("các mã dùng được: {known}{more}", "known names: {known}{more}"))
        }
    };
    raised("kich-ban/ten-la", message, hint)
}

/// Registers the types.
pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<Data>("data")
        .register_indexer_get(|data: &mut Data, id: &str| data.sheet(id))
        .register_type_with_name::<Rows>("rows")
        .register_iterator_result::<Rows, Dynamic>()
        .register_indexer_get(|rows: &mut Rows, key: &str| rows.keyed(key))
        .register_indexer_get(|rows: &mut Rows, position: i64| rows.at(position))
        .register_fn("len", |rows: &mut Rows| rows.len() as i64)
        .register_fn("is_empty", |rows: &mut Rows| rows.len() == 0)
        .register_fn("sum", |rows: &mut Rows, field: &str| rows.sum(field))
        .register_fn("column", |rows: &mut Rows, field: &str| rows.column(field))
        .register_fn("filter", |rows: &mut Rows, field: &str, value: Dynamic| {
            rows.filter(field, value)
        })
        .register_fn("contains", |rows: &mut Rows, key: &str| {
            let data = rows.source.dataset.sheets.get(rows.sheet);
            data.is_some_and(|data| data.by_key.contains_key(key))
        })
        .register_type_with_name::<Entry>("record")
        .register_indexer_get(|entry: &mut Entry, field: &str| entry.named(field))
        .register_fn("cell", |entry: &mut Entry, field: &str| entry.spot(field))
        .register_fn("at", |entry: &mut Entry, field: &str| entry.spot(field))
        .register_fn("row_number", |entry: &mut Entry| entry.row_number())
        .register_type_with_name::<Spot>("cell");
}
