//! Fills in the fields that have a formula where the cell is blank, and compares with it what people filled in.
//!
//! A filled figure agrees when it can be the formula's value as far as the rounding of all figures allows; a text or date
//! when it is the same. What was filled in is remembered: [`ComputedColumn`]. A cell that could not be read stays as it is.

use std::collections::HashSet;

use rust_decimal::{Decimal, RoundingStrategy};

use super::check::exhausted;
use super::column::subject;
use super::findings::Findings;
use super::{Dataset, Record, SheetData, wording};
use crate::diagnostic::{CellRef, Diagnostic, Place, Severity, Text};
use crate::formula::{Budget, Computed, Computing, Operand};
use crate::schema::{ComputedField, Field, Schema, Sheet};
use crate::text;
use crate::value::{Type, Value};
use crate::vietnamese::{number, same};

/// Decimals of a computed figure where its field does not say.
const DECIMALS: u32 = 2;

/// A field whose blank cells were filled in by its formula.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComputedColumn {
    /// The field.
    pub field: usize,
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// What it was computed by, for people: `«Thực hiện» / «Kế hoạch» × 100`.
    pub formula: Text,
    /// The fields of the same record that the formula names.
    pub sources: Vec<usize>,
    /// The rows of the records whose value was computed, as [`Record::row`] counts them.
    pub rows: HashSet<u32>,
}

impl SheetData {
    /// What a record's value was computed by; none when it was read from a cell.
    pub fn computed_by(&self, record: &Record, field: usize) -> Option<&ComputedColumn> {
        self.computed
            .iter()
            .find(|column| column.field == field && column.rows.contains(&record.row))
    }
}

impl ComputedColumn {
    /// Where the values stand that were computed, on the sheet that it is a column of: none where there is no such column.
    pub fn cells<'d>(&self, data: &'d SheetData) -> impl Iterator<Item = CellRef> + use<'d, '_> {
        let records = data.records.iter().filter(|record| self.rows.contains(&record.row));
        records.filter_map(|record| data.cell(record, self.field))
    }
}

/// Computes the fields of a schema that have a formula.
pub(super) fn fill(schema: &Schema, dataset: &mut Dataset, budget: &Budget, findings: &mut Findings) {
    for computed in schema.computed() {
        let Some(declared) = schema.sheets.get(computed.sheet) else {
            continue;
        };
        let Some(field) = declared.fields.get(computed.field) else {
            continue;
        };
        let values = Filling {
            schema,
            dataset,
            computed: &computed,
            declared,
            field,
            budget,
        }
        .values(findings);
        if values.is_empty() {
            continue;
        }
        let own = computed
            .formula
            .references()
            .iter()
            .filter(|reference| reference.is_own);
        let mut column = ComputedColumn {
            field: computed.field,
            id: field.id.clone(),
            label: field.label.clone(),
            formula: computed
                .formula
                .text(&|reference| wording::label(schema, dataset, reference)),
            sources: own.filter_map(|reference| reference.field).collect(),
            rows: HashSet::with_capacity(values.len()),
        };
        let Some(data) = dataset.sheets.get_mut(computed.sheet) else {
            continue;
        };
        for (index, value) in values {
            let Some(record) = data.records.get_mut(index) else {
                continue;
            };
            column.rows.insert(record.row);
            if let Some(slot) = record.values.get_mut(computed.field) {
                *slot = Some(value);
            }
        }
        data.computed.push(column);
    }
}

struct Filling<'a> {
    schema: &'a Schema,
    dataset: &'a Dataset,
    computed: &'a ComputedField,
    declared: &'a Sheet,
    field: &'a Field,
    budget: &'a Budget,
}

impl Filling<'_> {
    /// The values of the blank cells, by record.
    fn values(&self, findings: &mut Findings) -> Vec<(usize, Value)> {
        let mut values = Vec::new();
        let Some(data) = self.dataset.sheets.get(self.computed.sheet) else {
            return values;
        };
        // What can't be read is told; what is made of it need not be.
        let has_gaps = findings.have_gaps(&wording::columns(self.schema, &self.computed.formula));
        let computing = self.computed.formula.within(self.dataset, self.budget);
        for (index, record) in data.records.iter().enumerate() {
            let here = (self.computed.sheet, index, self.computed.field);
            if findings.is_faulty(here) {
                continue;
            }
            let written = record.values.get(self.computed.field).and_then(Option::as_ref);
            if has_gaps {
                if written.is_none() {
                    findings.mark_faulty(here);
                }
                continue;
            }
            match (written, computing.value(index)) {
                (None, Some(value)) => match self.fit(value) {
                    Ok(value) => values.push((index, value)),
                    Err(message) => {
                        findings.mark_faulty(here);
                        findings.push_cell(
                            self.finding("quy-tac/ngoai-khoang", data, record, message)
                                .hint(check_figures()),
                        );
                    }
                },
                (None, None) if self.field.required => {
                    findings.mark_faulty(here);
                    if let Some(message) = self.lacking(&computing, index, findings) {
                        let hint = Text::new(
                            "điền các số liệu còn thiếu, hoặc ghi thẳng vào ô này",
                            "fill in what is missing, or write the value into this cell",
                        );
                        findings.push_cell(self.finding("quy-tac/chua-tinh-duoc", data, record, message).hint(hint));
                    }
                }
                // What is made of a value that is told is not certain either.
                (None, None) if self.is_unsure(&computing, index, findings) => findings.mark_faulty(here),
                (Some(written), Some(value)) => {
                    if let Some(mut finding) = self.disagreement(&computing, written, value, index, data, record) {
                        finding.severity = self.field.value_severity.map_or(Severity::Error, Severity::from);
                        findings.push(finding);
                    }
                }
                _ => {}
            }
            if computing.is_exhausted() {
                findings.extend(exhausted(self.dataset, self.budget, self.computed.formula.references()));
                break;
            }
        }
        values
    }

    /// Whether a value can't be computed for one that it is made of is wrong, or must be there and is not.
    fn is_unsure<'v>(&'v self, computing: &Computing<'v>, index: usize, findings: &Findings) -> bool {
        let operands = self.computed.formula.operands().iter();
        let mut missing = operands.filter(|&operand| computing.operand(operand, index).is_none());
        missing.any(|operand| {
            let of = if operand.is_own { index } else { 0 };
            operand.field.is_some_and(|(sheet, field)| {
                let declared = self.schema.sheets.get(sheet).and_then(|sheet| sheet.fields.get(field));
                findings.is_faulty((sheet, of, field)) || declared.is_some_and(|field| field.required)
            })
        })
    }

    /// A computed value as its field holds it: rounded to its decimals. `Err`: it is none that the field permits.
    fn fit(&self, value: Computed<'_>) -> Result<Value, Text> {
        let Computed::Number(figure) = value else {
            return Ok(value.value());
        };
        let decimals = match self.field.ty {
            Type::Integer | Type::Count | Type::Year => 0,
            _ => self.field.decimals.unwrap_or(DECIMALS),
        };
        let rounded = figure.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
        let rounded = rounded.normalize();
        let least = match self.field.ty {
            Type::Count => Some(self.field.min.unwrap_or_default().max(Decimal::ZERO)),
            _ => self.field.min,
        };
        let print = |figure: Decimal| wording::shown(Computed::Number(figure), Some(self.field)).vi;
        let Text { vi, en } = subject(self.declared.layout, self.field);
        let found = print(rounded);
        match (least, self.field.max) {
            (Some(least), _) if rounded < least => {
                let least = print(least);
                Err(text!(
                    "{vi} tính ra {found}, cần từ {least} trở lên",
                    "{en} is computed as {found}, it needs {least} or more"
                ))
            }
            (_, Some(most)) if rounded > most => {
                let most = print(most);
                Err(text!(
                    "{vi} tính ra {found}, cần nhiều nhất {most}",
                    "{en} is computed as {found}, it needs {most} or less"
                ))
            }
            _ => Ok(Value::Number(rounded)),
        }
    }

    /// Why a required value could not be computed; none when that was told of the values it is made of.
    fn lacking<'v>(&'v self, computing: &Computing<'v>, index: usize, findings: &Findings) -> Option<Text> {
        let formula = &self.computed.formula;
        let Text { vi, en } = subject(self.declared.layout, self.field);
        let missing: Vec<&Operand> = formula
            .operands()
            .iter()
            .filter(|&operand| computing.operand(operand, index).is_none())
            .collect();
        let is_told = |operand: &Operand| {
            let of = if operand.is_own { index } else { 0 };
            operand
                .field
                .is_some_and(|(sheet, field)| findings.is_faulty((sheet, of, field)))
        };
        if !missing.is_empty() && missing.iter().all(|operand| is_told(operand)) {
            return None;
        }
        if missing.is_empty() {
            let values = wording::operands(self.schema, self.dataset, formula, computing, index);
            return Some(Text::new(
                format!("{vi} bắt buộc phải có, nhưng không tính được: {}", values.vi),
                format!("{en} must be there, but can't be computed: {}", values.en),
            ));
        }
        let name = |operand: &&Operand| {
            formula
                .operand_text(operand, &|reference| {
                    wording::label(self.schema, self.dataset, reference)
                })
                .vi
        };
        let names = missing.iter().map(name).collect::<Vec<_>>().join(", ");
        Some(text!(
            "{vi} bắt buộc phải có, ô để trống và chưa tính được vì thiếu {names}",
            "{en} must be there; the cell is blank and can't be computed without {names}"
        ))
    }

    /// A filled cell that the formula can't give.
    fn disagreement<'v>(
        &'v self,
        computing: &Computing<'v>,
        written: &Value,
        value: Computed<'_>,
        index: usize,
        data: &SheetData,
        record: &Record,
    ) -> Option<Diagnostic> {
        let agrees = match (written, value) {
            (Value::Number(written), Computed::Number(_)) => computing.span(index).allows(*written),
            (Value::Text(written), Computed::Text(value)) => same(written, value),
            (written, value) => *written == value.value(),
        };
        if agrees {
            return None;
        }
        let (shown, expected) = match (written, value) {
            (Value::Number(written), Computed::Number(value)) => {
                let sign = if self.field.ty == Type::Percent { "%" } else { "" };
                let decimals = match self.field.ty {
                    Type::Integer | Type::Count | Type::Year => 0,
                    _ => written.normalize().scale().max(self.field.decimals.unwrap_or(1)).min(6),
                };
                let both = |text: String| Text::new(text.clone(), text);
                (
                    both(format!("{}{sign}", number(*written, 6))),
                    both(format!("{}{sign}", number(value, decimals))),
                )
            }
            (Value::Text(written), value) => (
                wording::shown(Computed::Text(written), None),
                wording::shown(value, None),
            ),
            (Value::Date(written), value) => (
                wording::shown(Computed::Date(*written), None),
                wording::shown(value, None),
            ),
            (Value::Flag(written), value) => (
                wording::shown(Computed::Flag(*written), None),
                wording::shown(value, None),
            ),
            (Value::Number(_), _) => return None,
        };
        let formula = &self.computed.formula;
        let worded = formula.text(&|reference| wording::label(self.schema, self.dataset, reference));
        let values = wording::operands(self.schema, self.dataset, formula, computing, index);
        let Text { vi, en } = subject(self.declared.layout, self.field);
        let message = Text::new(
            format!(
                "{vi} ghi {}, nhưng {} là {} ({})",
                shown.vi, worded.vi, expected.vi, values.vi
            ),
            format!(
                "{en} says {}, but {} is {} ({})",
                shown.en, worded.en, expected.en, values.en
            ),
        );
        let hint = match self.fit(value) {
            Ok(_) => Text::new(
                format!("ghi {} hoặc để trống ô này, nếu các số liệu kia đúng", expected.vi),
                format!(
                    "write {} or leave this cell blank, if the other figures are right",
                    expected.en
                ),
            ),
            Err(_) => check_figures(),
        };
        Some(self.finding("quy-tac/khac-cong-thuc", data, record, message).hint(hint))
    }

    fn finding(&self, code: &'static str, data: &SheetData, record: &Record, message: Text) -> Diagnostic {
        let place = match data.cell(record, self.computed.field) {
            Some(cell) => Place::Cell(data.name.clone(), cell),
            None => Place::Sheet(data.name.clone()),
        };
        Diagnostic::error(code, place, message).field(&self.field.id)
    }
}

fn check_figures() -> Text {
    Text::new(
        "kiểm tra lại các số liệu được dùng để tính",
        "check the figures that it is computed from",
    )
}

#[cfg(test)]
mod tests {
    use crate::dataset::tests::run_with;
    use crate::diagnostic::Lang;

    const SCHEMA: &str = r#"
        [[sheet]]
        id = "bieu"
        name = "Biểu"
        layout = "table"
        field = [
          { id = "ten", label = "Tên", type = "text" },
          { id = "ke_hoach", label = "Kế hoạch", type = "decimal" },
          { id = "thuc_hien", label = "Thực hiện", type = "decimal" },
          { id = "ty_le", label = "Tỷ lệ", type = "percent", decimals = 1, required = true, max = 500, value = "thuc_hien / ke_hoach * 100" },
          { id = "han", label = "Hạn", type = "date", value = "if(ty_le > 100, date(\"2026-01-01\"), date(\"2026-07-01\"))", value_severity = "warning" },
          { id = "con", label = "Còn", type = "count", value = "ke_hoach - thuc_hien" },
        ]
    "#;

    fn told(row: &str, lang: Lang) -> String {
        let (_, findings) = run_with(
            SCHEMA,
            &format!("## Biểu\n| Tên | Kế hoạch | Thực hiện | Tỷ lệ | Hạn | Còn |\n{row}"),
        );
        findings.print(lang)
    }

    #[test]
    fn each_finding_says_what_was_computed_of_what() {
        for (row, vi, en) in [
            (
                "| a | 30 | 20 | 66% | 2026-02-02 | |",
                "lỗi[quy-tac/khac-cong-thuc]: cột «Tỷ lệ» ghi 66%, nhưng «Thực hiện» / «Kế hoạch» × 100 là 66,7% («Thực hiện» là 20, «Kế hoạch» là 30)\n  --> Biểu › D2\n  gợi ý: ghi 66,7% hoặc để trống ô này, nếu các số liệu kia đúng\n",
                "warning[quy-tac/khac-cong-thuc]: column «Hạn» says 02/02/2026, but if(«Tỷ lệ» > 100, 01/01/2026, 01/7/2026) is 01/7/2026 («Tỷ lệ» is 66%)\n  --> Biểu › E2\n  hint: write 01/7/2026 or leave this cell blank, if the other figures are right\n",
            ),
            (
                "| a | | 20 | | | |",
                "lỗi[quy-tac/chua-tinh-duoc]: cột «Tỷ lệ» bắt buộc phải có, ô để trống và chưa tính được vì thiếu «Kế hoạch»\n  --> Biểu › D2\n  gợi ý: điền các số liệu còn thiếu, hoặc ghi thẳng vào ô này\n",
                "error[quy-tac/chua-tinh-duoc]: column «Tỷ lệ» must be there; the cell is blank and can't be computed without «Kế hoạch»\n  --> Biểu › D2\n  hint: fill in what is missing, or write the value into this cell\n",
            ),
            (
                "| a | 0 | 0 | | | |",
                "lỗi[quy-tac/chua-tinh-duoc]: cột «Tỷ lệ» bắt buộc phải có, nhưng không tính được: «Thực hiện» là 0, «Kế hoạch» là 0\n",
                "error[quy-tac/chua-tinh-duoc]: column «Tỷ lệ» must be there, but can't be computed: «Thực hiện» is 0, «Kế hoạch» is 0\n",
            ),
            (
                "| a | 1 | 6 | | | 0 |",
                "lỗi[quy-tac/ngoai-khoang]: cột «Tỷ lệ» tính ra 600%, cần nhiều nhất 500%\n  --> Biểu › D2\n  gợi ý: kiểm tra lại các số liệu được dùng để tính\n",
                "error[quy-tac/khac-cong-thuc]: column «Còn» says 0, but «Kế hoạch» - «Thực hiện» is -5 («Kế hoạch» is 1, «Thực hiện» is 6)\n  --> Biểu › F2\n  hint: check the figures that it is computed from\n",
            ),
            (
                "| a | 3 | 6 | | | |",
                "lỗi[quy-tac/ngoai-khoang]: cột «Còn» tính ra -3, cần từ 0 trở lên\n",
                "error[quy-tac/ngoai-khoang]: column «Còn» is computed as -3, it needs 0 or more\n",
            ),
        ] {
            let (told_vi, told_en) = (told(row, Lang::Vi), told(row, Lang::En));
            assert!(told_vi.contains(vi), "{told_vi}");
            assert!(told_en.contains(en), "{told_en}");
        }
    }
}
