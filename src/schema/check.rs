//! Rules that look at more than one cell, as a manifest declares them.

use serde::Deserialize;

use crate::diagnostic::Severity;

/// One `[[check]]` of a manifest: a rule of the program, or a formula of the pack's own that must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What is checked: `rule.ratio = { … }`.
    pub rule: Option<Rule>,
    /// The formula that must hold: `thuc_hien >= 0`. A value that is missing makes it no breach.
    pub assert: Option<String>,
    /// The sheet each record of which the formula is about; the workbook as a whole when absent.
    pub sheet: Option<String>,
    /// The field at whose cell a breach of the formula is told; the first that the formula names when absent.
    pub at: Option<String>,
    /// How bad a breach is.
    #[serde(default = "error")]
    pub severity: SeverityName,
    /// Wording of the pack's own, Vietnamese; the check's own wording when absent. With a formula it may hold formulas in
    /// braces, whose values are put there; see [`Message`](super::Message).
    pub message: Option<String>,
    /// The same in English.
    pub message_en: Option<String>,
    /// One thing to do, Vietnamese.
    pub hint: Option<String>,
    /// The same in English.
    pub hint_en: Option<String>,
}

impl Check {
    /// The texts of the pack's own, by their key.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let texts = [
            ("message", &self.message),
            ("message_en", &self.message_en),
            ("hint", &self.hint),
            ("hint_en", &self.hint_en),
        ];
        texts
            .into_iter()
            .filter_map(|(key, text)| Some((key, text.as_deref()?)))
    }
}

/// A severity as a manifest writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeverityName {
    /// Nothing is written.
    Error,
    /// Listed only.
    Warning,
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Error => Severity::Error,
            SeverityName::Warning => Severity::Warning,
        }
    }
}

fn error() -> SeverityName {
    SeverityName::Error
}

/// The kinds of checks. Fields are named `sheet.field`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// In each row of a table: `percent` = `part` / `whole` in percent, as far as rounding allows.
    Ratio {
        /// Sheet id.
        sheet: String,
        /// Column with the percentage.
        percent: String,
        /// Column that is divided.
        part: String,
        /// Column that divides.
        whole: String,
    },
    /// In each row of a table: `percent` = (`now` - `before`) / `before` in percent, as far as rounding allows.
    Growth {
        /// Sheet id.
        sheet: String,
        /// Column with the growth in percent.
        percent: String,
        /// Column with the present value.
        now: String,
        /// Column with the former value.
        before: String,
    },
    /// The `count` of each row of `sheet` equals the number of rows of `list` whose `list_by` columns equal the row's
    /// `by` columns; checked only when the list has rows for it, unless the list is `required`.
    CountMatches {
        /// Sheet with the counts.
        sheet: String,
        /// Column with the count.
        count: String,
        /// Columns that tell rows apart.
        by: Vec<String>,
        /// Sheet whose rows are counted.
        list: String,
        /// The same columns in that sheet, in the same order.
        list_by: Vec<String>,
        /// Whether every count must have its rows.
        #[serde(default)]
        required: bool,
    },
    /// Each value of `column` occurs in `list_column` of the sheet `list`.
    Exists {
        /// Sheet whose column is checked.
        sheet: String,
        /// The column.
        column: String,
        /// Sheet that has the permitted values.
        list: String,
        /// Its column.
        list_column: String,
    },
    /// Each row of a table has a value in at least one of `columns`.
    OneOf {
        /// Sheet id.
        sheet: String,
        /// The columns.
        columns: Vec<String>,
    },
    /// No two rows of a table agree in all of `columns`; a row without a value in the first of them is left aside.
    Distinct {
        /// Sheet id.
        sheet: String,
        /// The columns.
        columns: Vec<String>,
    },
    /// `earlier` is not after `later`; both are `sheet.field` of dates, in forms, or of the same table row by row.
    DateOrder {
        /// The date that comes first.
        earlier: String,
        /// The date that comes later.
        later: String,
    },
    /// `field` must have a value when `when` has one of `values` (any value when `values` is empty).
    RequiredWhen {
        /// `sheet.field` that must be filled.
        field: String,
        /// `sheet.field` that decides; the same row for a table.
        when: String,
        /// Values of it that ask for the field.
        #[serde(default)]
        values: Vec<String>,
    },
    /// `field` must be blank when the date `date` is on or after `from` (yyyy-mm-dd).
    BlankFrom {
        /// `sheet.field` that must be blank.
        field: String,
        /// `sheet.field` of the date that decides.
        date: String,
        /// First day on which the field must be blank.
        from: String,
    },
    /// `field` must have a value when the date `date` is before `before` (yyyy-mm-dd).
    RequiredBefore {
        /// `sheet.field` that must be filled.
        field: String,
        /// `sheet.field` of the date that decides.
        date: String,
        /// First day on which it is no longer asked.
        before: String,
    },
    /// `field` is one of the values that go with the value of `when`, for instance the authority that may give an award;
    /// with `date`, those of that day. Values of `when` that no pair names are let be.
    Permitted {
        /// `sheet.field` that is checked.
        field: String,
        /// `sheet.field` that decides; the same row for a table.
        when: String,
        /// `sheet.field` of the date by which pairs are chosen.
        date: Option<String>,
        /// Which values go together.
        pairs: Vec<Pair>,
    },
    /// No text of the workbook cites a legal text that is not in force on the date `date`. A breach in one of `fields` is as
    /// bad as the check says, one in any other text is a warning.
    InForce {
        /// `sheet.field` of the document's date.
        date: String,
        /// `sheet.field` of texts that cite.
        #[serde(default)]
        fields: Vec<String>,
    },
    /// The number `field` lies in the year of the date `date` (a report year against a report date).
    SameYear {
        /// `sheet.field` of a year.
        year: String,
        /// `sheet.field` of a date.
        date: String,
    },
}

/// Values that go together.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// Values of the field that decides.
    pub when: Vec<String>,
    /// Values that go with them.
    pub values: Vec<String>,
    /// The first day on which they do (yyyy-mm-dd).
    pub from: Option<String>,
    /// The last day on which they do (yyyy-mm-dd).
    pub to: Option<String>,
}

impl Rule {
    /// The fields it looks at: sheet id and field id of each.
    pub fn fields(&self) -> Vec<(&str, &str)> {
        fn of<'r>(sheet: &'r str, columns: &[&'r String]) -> Vec<(&'r str, &'r str)> {
            columns.iter().map(|column| (sheet, column.as_str())).collect()
        }
        fn named(names: [&String; 2]) -> Vec<(&str, &str)> {
            let parts = names.map(|name| name.split_once('.').unwrap_or_default());
            parts.to_vec()
        }
        match self {
            Self::Ratio {
                sheet,
                percent,
                part,
                whole,
            } => of(sheet, &[percent, part, whole]),
            Self::Growth {
                sheet,
                percent,
                now,
                before,
            } => of(sheet, &[percent, now, before]),
            Self::CountMatches {
                sheet,
                count,
                by,
                list,
                list_by,
                ..
            } => {
                let mut fields = of(sheet, &[count]);
                fields.extend(by.iter().map(|column| (sheet.as_str(), column.as_str())));
                fields.extend(list_by.iter().map(|column| (list.as_str(), column.as_str())));
                fields
            }
            Self::Exists {
                sheet,
                column,
                list,
                list_column,
            } => vec![(sheet, column), (list, list_column)],
            Self::OneOf { sheet, columns } | Self::Distinct { sheet, columns } => {
                of(sheet, &columns.iter().collect::<Vec<_>>())
            }
            Self::DateOrder { earlier, later } => named([earlier, later]),
            Self::RequiredWhen { field, when, .. } => named([field, when]),
            Self::BlankFrom { field, date, .. } | Self::RequiredBefore { field, date, .. } => named([field, date]),
            Self::SameYear { year, date } => named([year, date]),
            Self::Permitted { field, when, date, .. } => {
                let names = [field, when].into_iter().chain(date);
                names.map(|name| name.split_once('.').unwrap_or_default()).collect()
            }
            Self::InForce { date, fields } => {
                let names = std::iter::once(date).chain(fields);
                names.map(|name| name.split_once('.').unwrap_or_default()).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_names_its_fields() {
        for (rule, fields) in [
            (
                "ratio = { sheet = \"a\", percent = \"b\", part = \"c\", whole = \"d\" }",
                "a.b a.c a.d",
            ),
            (
                "growth = { sheet = \"a\", percent = \"b\", now = \"c\", before = \"d\" }",
                "a.b a.c a.d",
            ),
            (
                "count_matches = { sheet = \"a\", count = \"b\", by = [\"c\"], list = \"d\", list_by = [\"e\"] }",
                "a.b a.c d.e",
            ),
            (
                "exists = { sheet = \"a\", column = \"b\", list = \"c\", list_column = \"d\" }",
                "a.b c.d",
            ),
            ("one_of = { sheet = \"a\", columns = [\"b\", \"c\"] }", "a.b a.c"),
            ("distinct = { sheet = \"a\", columns = [\"b\", \"c\"] }", "a.b a.c"),
            ("date_order = { earlier = \"a.b\", later = \"c.d\" }", "a.b c.d"),
            ("required_when = { field = \"a.b\", when = \"c.d\" }", "a.b c.d"),
            (
                "blank_from = { field = \"a.b\", date = \"c.d\", from = \"2025-07-01\" }",
                "a.b c.d",
            ),
            (
                "required_before = { field = \"a.b\", date = \"c.d\", before = \"2025-07-01\" }",
                "a.b c.d",
            ),
            ("same_year = { year = \"a.b\", date = \"c.d\" }", "a.b c.d"),
            (
                "permitted = { field = \"a.b\", when = \"a.c\", date = \"d.e\", pairs = [{ when = [\"x\"], values = [\"y\"] }] }",
                "a.b a.c d.e",
            ),
            ("in_force = { date = \"a.b\", fields = [\"c.d\"] }", "a.b c.d"),
        ] {
            let rule: Rule = toml::from_str(rule).unwrap();
            let named: Vec<String> = rule
                .fields()
                .iter()
                .map(|(sheet, field)| format!("{sheet}.{field}"))
                .collect();
            assert_eq!(named.join(" "), fields);
        }
    }
}
