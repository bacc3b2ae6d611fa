//! Legal texts that the words of a template cite, and whether they are in force on the day of a document.
//!
//! What the tags cite is in force by itself; what an author wrote between them gets old. Looked for only where the
//! schema asks for it by `rule.in_force`. A condition around the words is not looked at, so what is found is a warning.

use super::part::Tree;
use super::{Template, place_of};
use crate::dataset::Dataset;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Text};
use crate::schema::{Rule, Schema};
use crate::value::Value;

/// A mention between tags.
#[derive(Clone, Debug)]
pub(super) struct Cited {
    /// The id of the legal text.
    basis: String,
    place: Place,
}

fn dates(schema: &Schema) -> impl Iterator<Item = &str> {
    schema.checks.iter().filter_map(|check| match &check.rule {
        Some(Rule::InForce { date, .. }) => Some(date.as_str()),
        _ => None,
    })
}

/// The mentions in a part.
pub(super) fn find(source: &str, tree: &Tree, story: &Text, schema: &Schema) -> Vec<Cited> {
    if dates(schema).next().is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for paragraph in 0..tree.paragraphs.len() {
        let text = tree.text(source, paragraph).text;
        for mention in schema.legal.mentions(&text) {
            found.push(Cited {
                basis: mention.basis.id.clone(),
                place: place_of(source, tree, story, paragraph, None, tree.start_of(paragraph)),
            });
        }
    }
    found
}

impl Template {
    /// Warnings about legal texts that its words cite and that are not in force on a date of the data which the schema
    /// compares with.
    pub fn out_of_force(&self, schema: &Schema, dataset: &Dataset) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let cited: Vec<_> = self
            .cited
            .iter()
            .filter_map(|cited| Some((schema.legal.find(&cited.basis)?, cited)))
            .collect();
        if cited.is_empty() {
            return diagnostics;
        }
        for date in dates(schema) {
            let Some((sheet, field)) = date.split_once('.') else {
                continue;
            };
            let Some((index, sheet)) = schema.sheet(sheet) else {
                continue;
            };
            let (Some((field, _)), Some(data)) = (sheet.field(field), dataset.sheets.get(index)) else {
                continue;
            };
            let day = data
                .records
                .first()
                .and_then(|record| record.values.get(field)?.as_ref());
            let Some(Value::Date(day)) = day else { continue };
            for (basis, cited) in &cited {
                if let Some((code, message, hint)) = schema.legal.out_of_force(basis, *day) {
                    diagnostics.push(Diagnostic::warning(code, cited.place.clone(), message).hint(hint));
                }
            }
        }
        diagnostics
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::{Lang, Severity};
    use crate::schema::{Check, Schema};
    use crate::template::tests::{body, dataset, docx, schema};
    use crate::template::{Options, Template};

    #[test]
    fn a_text_out_of_force_in_the_words_of_a_template_is_warned_of() {
        let source =
            "Căn cứ Nghị định số 98/2023/NĐ-CP, xã {{thong_tin.ten_xa}}.\n\nTheo Nghị định số 152/2025/NĐ-CP.\n";
        let mut asking = schema();
        let compile = |schema: &Schema| {
            Template::compile(docx(&body(source)), schema, &Options::default())
                .expect("a template")
                .0
        };
        // Nothing is looked for where the pack doesn't ask.
        assert!(compile(&asking).out_of_force(&asking, &dataset()).is_empty());
        let check: Check = toml::from_str("rule.in_force = { date = \"thong_tin.ngay\" }").expect("a check");
        asking.checks.push(check);
        let found = compile(&asking).out_of_force(&asking, &dataset());
        let said = found.print(Lang::Vi);
        assert_eq!(found.len(), 1, "{said}");
        assert!(found.iter().all(|finding| finding.severity == Severity::Warning));
        assert!(
            said.contains("can-cu/het-hieu-luc") && said.contains("“Căn cứ Nghị định số 98/2023/NĐ-CP"),
            "{said}"
        );
    }
}
