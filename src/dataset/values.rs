//! A dataset as the values that a formula computes with.

use super::Dataset;
use crate::formula;
use crate::value::Value;

impl formula::Values for Dataset {
    fn records(&self, sheet: usize) -> usize {
        self.sheets.get(sheet).map_or(0, |data| data.records.len())
    }

    fn value(&self, sheet: usize, record: usize, field: usize) -> Option<&Value> {
        let record = self.sheets.get(sheet)?.records.get(record)?;
        record.values.get(field)?.as_ref()
    }

    fn keyed(&self, sheet: usize, key: &str) -> Option<usize> {
        self.sheets.get(sheet)?.by_key.get(key).copied()
    }
}
