//! A schema as the names that a formula may use.

use super::{Schema, Sheet};
use crate::formula;

/// The names of a schema, for formulas of one sheet's records, or of the whole workbook.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'s> {
    schema: &'s Schema,
    own: Option<usize>,
}

impl Schema {
    /// The names for a formula about a record of a sheet, known by its index: bare names are its fields. None: about the
    /// whole workbook.
    pub fn scope(&self, own: Option<usize>) -> Scope<'_> {
        Scope { schema: self, own }
    }
}

impl Scope<'_> {
    fn sheet(&self, index: usize) -> Option<&Sheet> {
        self.schema.sheets.get(index)
    }
}

impl formula::Scope for Scope<'_> {
    fn sheets(&self) -> Vec<&str> {
        self.schema.sheets.iter().map(|sheet| sheet.id.as_str()).collect()
    }

    fn fields(&self, sheet: usize) -> Vec<formula::NamedField<'_>> {
        let fields = self.sheet(sheet).map_or(&[][..], |sheet| &sheet.fields);
        let named = fields.iter().map(|field| formula::NamedField {
            id: &field.id,
            ty: field.ty,
            choices: &field.choices,
        });
        named.collect()
    }

    fn has_rows(&self, sheet: usize) -> bool {
        self.sheet(sheet).is_some_and(Sheet::has_rows)
    }

    fn keys(&self, sheet: usize) -> Vec<&str> {
        let Some(sheet) = self.sheet(sheet) else {
            return Vec::new();
        };
        let Some(key) = &sheet.key else { return Vec::new() };
        let keys = sheet.rows.iter().filter_map(|row| row.values.get(key));
        keys.map(String::as_str).collect()
    }

    fn own(&self) -> Option<usize> {
        self.own
    }
}
