//! A pack before it is written down: what it asks for and what its text source says.

use crate::schema::{Derive, Layout};
use crate::value::Type;

/// A pack to be made.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Lower-case ASCII letters, digits and hyphens: `bc-trong-lua`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// A sentence about it.
    pub description: String,
    /// What the document is called: `Báo cáo`.
    pub document: String,
    /// The document's file name, with tags.
    pub file_name: String,
    /// The sheets of its workbook.
    pub sheets: Vec<Sheet>,
    /// The text source of its Word template.
    pub outline: String,
    /// Whether its document is not held to the layout of Decree 30/2020/NĐ-CP.
    pub has_free_layout: bool,
    /// What the next person should look at, in Vietnamese, a line each.
    pub advice: Vec<String>,
}

/// A sheet to be asked for.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// ASCII snake_case.
    pub id: String,
    /// The name on its tab.
    pub name: String,
    /// Other names of its tab.
    pub aliases: Vec<String>,
    /// How it is laid out.
    pub layout: Layout,
    /// The title above its data.
    pub title: Option<String>,
    /// `Đơn vị tính: triệu đồng`.
    pub unit_line: Option<String>,
    /// What to fill in.
    pub help: Option<String>,
    /// Whether the workbook must have it.
    pub required: bool,
    /// The column by whose value a row is reached.
    pub key: Option<String>,
    /// Whether rows that are only a heading are records.
    pub keeps_sections: bool,
    /// Its fields or columns.
    pub fields: Vec<Field>,
    /// Records of the sample workbook, a text for each field, as a clerk would type it.
    pub samples: Vec<Vec<Option<String>>>,
}

/// A field or column to be asked for.
#[derive(Clone, Debug)]
pub struct Field {
    /// ASCII snake_case.
    pub id: String,
    /// What people read.
    pub label: String,
    /// Other labels.
    pub aliases: Vec<String>,
    /// Its column type.
    pub ty: Type,
    /// Its unit.
    pub unit: Option<String>,
    /// What to fill in.
    pub help: Option<String>,
    /// Whether each record must have it.
    pub required: bool,
    /// Whether it differs from row to row.
    pub unique: bool,
    /// The values of a choice.
    pub choices: Vec<String>,
    /// Most characters of a text.
    pub max_length: Option<usize>,
    /// Most decimals.
    pub decimals: Option<u32>,
    /// Taken when the cell is blank.
    pub default: Option<String>,
    /// A value as a clerk would type it.
    pub example: Option<String>,
    /// Printed where the value is missing.
    pub empty: Option<String>,
    /// What it is found out from, if it is no column.
    pub derive: Option<Derive>,
}

impl Sheet {
    /// A sheet without fields.
    pub fn new(id: &str, name: &str, layout: Layout) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            aliases: Vec::new(),
            layout,
            title: None,
            unit_line: None,
            help: None,
            required: true,
            key: None,
            keeps_sections: false,
            fields: Vec::new(),
            samples: Vec::new(),
        }
    }

    /// A tag of one of its fields, from outside of a loop: `thong_tin.ten_xa`.
    pub fn path(&self, field: &Field) -> String {
        format!("{}.{}", self.id, field.id)
    }

    /// Makes the examples of its fields its only sample record.
    pub fn sampled(mut self) -> Self {
        self.samples = vec![self.fields.iter().map(|field| field.example.clone()).collect()];
        self
    }
}

impl Field {
    /// An optional field.
    pub fn new(id: &str, label: &str, ty: Type) -> Self {
        Self {
            id: id.to_owned(),
            label: label.to_owned(),
            aliases: Vec::new(),
            ty,
            unit: None,
            help: None,
            required: false,
            unique: false,
            choices: Vec::new(),
            max_length: None,
            decimals: None,
            default: None,
            example: None,
            empty: None,
            derive: None,
        }
    }

    /// The same, and it must be filled in.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same with an example.
    pub fn example(mut self, example: &str) -> Self {
        self.example = Some(example.to_owned());
        self
    }

    /// The same with a word of help.
    pub fn help(mut self, help: &str) -> Self {
        self.help = Some(help.to_owned());
        self
    }

    /// The same with a unit.
    pub fn unit(mut self, unit: &str) -> Self {
        self.unit = Some(unit.to_owned());
        self
    }
}
