//! The sheets, fields and columns a pack expects, and whether that declaration makes sense.
//!
//! In: the `[[sheet]]` and `[[check]]` tables of a pack's manifest, read by serde with unknown keys refused. Out: a
//! [`Schema`] whose names resolve, or the list of what is wrong with it. Knows neither workbooks nor templates.

mod check;
mod computed;
mod formulas;
mod message;
mod scope;
mod validate;

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::Deserialize;

pub use self::check::{Check, Pair, Rule, SeverityName};
pub use self::computed::ComputedField;
pub use self::message::{Message, Piece};
pub use self::scope::Scope;
pub(crate) use self::validate::KEYWORDS;
pub use self::validate::{SchemaFault, is_id};
use crate::legal::Register;
use crate::value::{Choice, Context, Habits, Raw, Reading, Type, Value};

/// All sheets of a workbook and the rules between them.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Sheets in the order in which `blank` writes them.
    pub sheets: Vec<Sheet>,
    /// Rules that look at more than one cell.
    pub checks: Vec<Check>,
    /// The legal texts that documents may cite.
    pub legal: Register,
}

impl Schema {
    /// The sheet with an id, and its index.
    pub fn sheet(&self, id: &str) -> Option<(usize, &Sheet)> {
        self.sheets.iter().enumerate().find(|(_, sheet)| sheet.id == id)
    }

    /// The schema as people fill it in: without the fields that are derived.
    pub fn asked(&self) -> Cow<'_, Self> {
        let derived = |sheet: &Sheet| sheet.fields.iter().any(|field| field.derive.is_some());
        if !self.sheets.iter().any(derived) {
            return Cow::Borrowed(self);
        }
        let mut asked = self.clone();
        for sheet in &mut asked.sheets {
            sheet.markers = sheet.marker().map(|field| field.id.clone());
            sheet.fields.retain(|field| field.derive.is_none());
        }
        Cow::Owned(asked)
    }
}

/// How a sheet is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Label and value pairs: one record.
    Form,
    /// A header row, then rows.
    Table,
    /// One column of text.
    List,
}

/// A sheet the pack expects.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// ASCII snake_case: `khen_thuong`.
    pub id: String,
    /// The name on the sheet's tab: `Khen thưởng`.
    pub name: String,
    /// Other names the sheet is found by.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// How it is laid out.
    pub layout: Layout,
    /// The title printed above the data in a blank workbook; the name when absent.
    pub title: Option<String>,
    /// The line under the title that names the unit: `Đơn vị tính: triệu đồng`.
    pub unit_line: Option<String>,
    /// What to fill in here, for the instruction sheet.
    pub help: Option<String>,
    /// Whether the workbook must have it; a table or list may still be empty unless `min_rows` says more.
    #[serde(default = "yes")]
    pub required: bool,
    /// Fewest data rows of a table or list.
    #[serde(default)]
    pub min_rows: usize,
    /// Most data rows of a table or list.
    pub max_rows: Option<usize>,
    /// Entry rows that `blank` prepares.
    #[serde(default = "blank_rows")]
    pub blank_rows: usize,
    /// The column by whose value a row can be reached: `chi_tieu.thu_ngan_sach`. Its values are ids.
    pub key: Option<String>,
    /// The fields of a form, the columns of a table, the one column of a list.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
    /// Rows a keyed table must have.
    #[serde(default, rename = "row")]
    pub rows: Vec<DeclaredRow>,
    /// Whether a keyed table may have rows beyond the declared ones.
    #[serde(default = "yes")]
    pub extra_rows: bool,
    /// What becomes of a table's rows that are only a heading: `I. NÔNG NGHIỆP`.
    #[serde(default)]
    pub sections: Sections,
    /// In [`Schema::asked`]: the id of the derived field that the markers of the rows belong to.
    #[serde(skip)]
    pub markers: Option<String>,
}

/// What becomes of a table's rows that are only a heading: a section's marker and text, nothing in the other columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sections {
    /// They are no records, and told.
    #[default]
    Skip,
    /// They are records; nothing but their text is asked of them.
    Keep,
}

fn yes() -> bool {
    true
}

fn blank_rows() -> usize {
    20
}

impl Sheet {
    /// The field or column with an id, and its index.
    pub fn field(&self, id: &str) -> Option<(usize, &Field)> {
        self.fields.iter().enumerate().find(|(_, field)| field.id == id)
    }

    /// The index of the key column of a keyed table.
    pub fn key_index(&self) -> Option<usize> {
        self.field(self.key.as_deref()?).map(|(index, _)| index)
    }

    /// The field that takes the rows' markers, which stand in the column of running numbers.
    pub fn marker(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.derive == Some(Derive::Marker))
    }

    /// Whether rows are the sheet's content: a table or a list.
    pub fn has_rows(&self) -> bool {
        self.layout != Layout::Form
    }
}

/// A row that a keyed table must have: values by column id, the key among them. `blank` writes them locked; `check`
/// finds the row by its key, or by its other declared texts when the key was lost.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct DeclaredRow {
    /// Text of each declared column, by column id.
    pub values: std::collections::BTreeMap<String, String>,
}

/// A field of a form, or a column of a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// ASCII snake_case: `thuc_hien`.
    pub id: String,
    /// The label or header that people read: `Thực hiện`.
    pub label: String,
    /// Other labels it is found by.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What a user's mapping says is this field's label in the workbook at hand; then it is found by nothing else.
    #[serde(skip)]
    pub mapped: Vec<String>,
    /// The column of a table that a user's mapping says is this field's, whatever stands above it; from 0.
    #[serde(skip)]
    pub mapped_column: Option<u32>,
    /// Its column type.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Unit, shown with the label: `triệu đồng`.
    pub unit: Option<String>,
    /// What to fill in, shown as input message and on the instruction sheet.
    pub help: Option<String>,
    /// Whether each record must have a value.
    #[serde(default)]
    pub required: bool,
    /// Whether no two rows may have the same value.
    #[serde(default)]
    pub unique: bool,
    /// Least number.
    pub min: Option<Decimal>,
    /// Greatest number.
    pub max: Option<Decimal>,
    /// Most characters of a text.
    pub max_length: Option<usize>,
    /// A regular expression that the whole text must match.
    pub pattern: Option<String>,
    /// What the pattern asks for, in words.
    pub pattern_help: Option<String>,
    /// The permitted values of a `choice`.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// Most decimals printed of a `decimal` or `percent`; 2 when absent.
    pub decimals: Option<u32>,
    /// Taken when the cell is blank; as the clerk would type it.
    pub default: Option<String>,
    /// The formula that a blank cell is computed by, and with which a filled one must agree: `thuc_hien / ke_hoach * 100`.
    pub value: Option<String>,
    /// How bad it is when a filled cell does not agree with the formula; an error when absent.
    pub value_severity: Option<SeverityName>,
    /// Shown in the example row of a blank workbook; as the clerk would type it.
    pub example: Option<String>,
    /// Printed where the value is missing and nothing in the template asks; the pack's `empty` when absent.
    pub empty: Option<String>,
    /// Column width in characters in a blank workbook, and in tables that a template makes of the sheet; from the type
    /// and label when absent.
    pub width: Option<f64>,
    /// How rows of several communes combine.
    #[serde(default)]
    pub merge: Merge,
    /// Found out from where a row of a table stands, instead of read from a column.
    pub derive: Option<Derive>,
}

/// What is found out about a row of a table from its marker and the headings above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Derive {
    /// How deep the row stands, an integer from 1: below `I. NÔNG NGHIỆP`, `1. Trồng trọt` is 2.
    Level,
    /// The text of the nearest row above that stands less deep, without its marker: `NÔNG NGHIỆP`.
    Section,
    /// Its marker as it is written, without the sign that ends it: `I`, `1.1`, `-`. A blank workbook has it in the column
    /// of running numbers.
    Marker,
    /// Its text without the marker before it: `Trồng trọt` of `1. Trồng trọt`.
    Name,
}

impl Derive {
    /// The name in a manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Section => "section",
            Self::Marker => "marker",
            Self::Name => "name",
        }
    }

    /// The type of its values.
    pub fn ty(self) -> Type {
        match self {
            Self::Level => Type::Integer,
            Self::Section | Self::Marker | Self::Name => Type::Text,
        }
    }
}

/// How values of several communes become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Merge {
    /// Keep the first.
    #[default]
    First,
    /// Add numbers.
    Sum,
    /// Put texts one after the other.
    Concat,
    /// They must agree.
    Same,
}

impl Field {
    /// Whether a blank cell is a mistake: a value is required, and nothing else is taken for it.
    pub fn is_asked(&self) -> bool {
        self.required && self.default.is_none() && self.value.is_none()
    }

    /// How a value prints in a document: by its type and the field's decimals.
    pub fn print(&self, value: &Value) -> String {
        self.ty.print(value, self.decimals)
    }

    /// Appends what [`Field::print`] returns.
    pub fn write(&self, value: &Value, out: &mut String) {
        self.ty.write(value, self.decimals, out);
    }

    /// What is known of each of its cells before it is read.
    pub fn context(&self) -> Context<'_> {
        Context {
            choices: &self.choices,
            unit: self.unit.as_deref(),
            min: self.min,
            max: self.max,
            required: self.required || self.default.is_some(),
            habits: Habits::default(),
        }
    }

    /// Reads a cell as the field's type, the cell by itself.
    pub fn read(&self, raw: &Raw) -> Reading {
        self.ty.read(raw, &self.context())
    }
}
