//! A formula of the pack's own holds: for each record of a sheet, or once for the workbook.

use super::{Check, Context, breach_at};
use crate::dataset::findings::Findings;
use crate::dataset::{Dataset, wording};
use crate::diagnostic::{Diagnostic, Place, Text};
use crate::formula::{Budget, Checked, Computed, Computing, MOST_STEPS, Reference, Values};
use crate::schema::{self, Message, Piece, Schema};
use crate::text;
use crate::value::{Type, Value};
use crate::vietnamese::number;

pub(super) const CHECK: Check = Check { run };

fn run(context: &Context, findings: &mut Findings) {
    for (index, check) in context.checks().enumerate() {
        // A formula that makes no sense is told when the pack loads.
        if let Some(Ok(formula)) = context.schema.assertion(check) {
            Assertion::new(context, check, &formula).judge(index, findings);
        }
    }
}

struct Assertion<'a> {
    context: &'a Context<'a>,
    check: &'a schema::Check,
    formula: &'a Checked,
    /// The sheet each record of which is judged.
    sheet: Option<usize>,
    /// The texts of the pack's own, by key, and what they are made of.
    texts: Vec<(&'static str, Vec<OwnPiece>)>,
    place: Option<Reference>,
}

enum OwnPiece {
    Text(String),
    Value(Checked),
}

impl<'a> Assertion<'a> {
    fn new(context: &'a Context<'a>, check: &'a schema::Check, formula: &'a Checked) -> Self {
        let schema = context.schema;
        let sheet = check
            .sheet
            .as_deref()
            .and_then(|id| schema.sheet(id))
            .map(|(index, _)| index);
        let piece = |piece: Piece| match piece {
            Piece::Text(text) => Some(OwnPiece::Text(text)),
            Piece::Value(_, formula) => formula.check(&schema.scope(sheet)).ok().map(OwnPiece::Value),
        };
        let texts = check.texts().filter_map(|(key, source)| {
            let pieces = Message::parse(source).ok()?.pieces.into_iter().map(piece);
            Some((key, pieces.collect::<Option<Vec<_>>>()?))
        });
        let named = match schema.assertion_place(check) {
            Some(Ok(place)) => place.references().first().cloned(),
            _ => None,
        };
        let mut references = formula.references().iter();
        let first = references.clone().next();
        let place = named.or_else(|| references.find(|reference| reference.is_own).or(first).cloned());
        Self {
            context,
            check,
            formula,
            sheet,
            texts: texts.collect(),
            place,
        }
    }

    fn judge(&self, number_of_check: usize, findings: &mut Findings) {
        let dataset = self.context.dataset;
        // What can't be read is told; what is made of it need not be.
        if findings.have_gaps(&wording::columns(self.context.schema, self.formula)) {
            return;
        }
        let computing = self.formula.within(dataset, self.context.budget);
        let texts: Vec<(&str, Vec<Written>)> = self
            .texts
            .iter()
            .map(|(key, pieces)| {
                let written = pieces.iter().map(|piece| match piece {
                    OwnPiece::Text(text) => Written::Text(text),
                    OwnPiece::Value(formula) => Written::Value(formula, formula.within(dataset, self.context.budget)),
                });
                (*key, written.collect())
            })
            .collect();
        let records = match self.sheet {
            Some(sheet) => dataset.sheets.get(sheet).map_or(0, |data| data.records.len()),
            None => 1,
        };
        for record in 0..records {
            if computing.value(record) == Some(Computed::Flag(false)) && !self.is_unreadable(record, findings) {
                let own = |wanted: &str| {
                    let (_, pieces) = texts.iter().find(|(key, _)| *key == wanted)?;
                    Some(
                        pieces
                            .iter()
                            .map(|piece| piece.text(self.context.schema, record))
                            .collect(),
                    )
                };
                if let Some(finding) = self.breach(&computing, record, &own) {
                    findings.push_of(finding, number_of_check);
                }
            }
            if computing.is_exhausted() {
                findings.extend(exhausted(dataset, self.context.budget, self.formula.references()));
                return;
            }
        }
    }

    /// Whether a value is missing because its cell could not be read, or belongs to a heading.
    fn is_unreadable(&self, record: usize, findings: &Findings) -> bool {
        self.formula.operands().iter().any(|operand| {
            let Some((sheet, field)) = operand.field else {
                return false;
            };
            let of = if operand.is_own { record } else { 0 };
            findings.is_faulty((sheet, of, field)) && self.context.dataset.value(sheet, of, field).is_none()
        })
    }

    fn breach(
        &self,
        computing: &Computing<'a>,
        record: usize,
        own: &dyn Fn(&str) -> Option<String>,
    ) -> Option<Diagnostic> {
        let (schema, dataset) = (self.context.schema, self.context.dataset);
        let reference = self.place.as_ref()?;
        let data = dataset.sheets.get(reference.sheet)?;
        let index = match &reference.key {
            Some(key) => data.by_key.get(key).copied(),
            None if reference.is_own => Some(record),
            // A form has one record; a whole column stands nowhere in particular.
            None => schema
                .sheets
                .get(reference.sheet)
                .filter(|sheet| !sheet.has_rows())
                .map(|_| 0),
        };
        let cell = index.and_then(|index| data.cell(data.records.get(index)?, reference.field?));
        let place = match cell {
            Some(cell) => Place::Cell(data.name.clone(), cell),
            None => Place::Sheet(data.name.clone()),
        };
        let formula = self
            .formula
            .text(&|reference| wording::label(schema, dataset, reference));
        let values = wording::operands(schema, dataset, self.formula, computing, record);
        let message = Text::new(
            format!("cần {}, hiện {}", formula.vi, values.vi),
            format!("{} must hold, now {}", formula.en, values.en),
        );
        let hint = match self.formula.operands() {
            [_] => Text::new("kiểm tra lại số liệu này", "check this figure"),
            _ => Text::new("kiểm tra lại các số liệu này", "check these figures"),
        };
        let message = Text::new(
            own("message").unwrap_or(message.vi),
            own("message_en").unwrap_or(message.en),
        );
        let hint = Text::new(own("hint").unwrap_or(hint.vi), own("hint_en").unwrap_or(hint.en));
        let mut finding = breach_at(self.check, "quy-tac/khong-dung", place, message, hint);
        finding.field = reference.field.and_then(|field| {
            let field = schema.sheets.get(reference.sheet)?.fields.get(field)?;
            Some(field.id.clone())
        });
        Some(finding)
    }
}

/// A piece of a text of the pack's own, ready for one record after the other.
enum Written<'v> {
    Text(&'v str),
    Value(&'v Checked, Computing<'v>),
}

impl Written<'_> {
    fn text(&self, schema: &Schema, record: usize) -> String {
        let (formula, computing) = match self {
            Self::Text(text) => return (*text).to_owned(),
            Self::Value(formula, computing) => (formula, computing),
        };
        let field = formula
            .only_field()
            .and_then(|(sheet, field)| schema.sheets.get(sheet)?.fields.get(field));
        match (computing.value(record).map(Computed::value), field) {
            (None, _) => "…".to_owned(),
            (Some(value), Some(field)) => field.print(&value),
            (Some(value), None) if formula.is_year() => Type::Year.print(&value, None),
            (Some(Value::Number(figure)), None) => number(figure, 2),
            (Some(value), None) => Type::Text.print(&value, None),
        }
    }
}

/// Tells, once, that formulas looked at so many rows that they were not computed to the end.
pub(in crate::dataset) fn exhausted(
    dataset: &Dataset,
    budget: &Budget,
    references: &[Reference],
) -> Option<Diagnostic> {
    if !budget.is_news() {
        return None;
    }
    let sheet = references
        .first()
        .and_then(|reference| dataset.sheets.get(reference.sheet))?;
    let most = number(MOST_STEPS.into(), 0);
    Some(
        Diagnostic::error(
            "quy-tac/qua-nhieu-dong",
            Place::Sheet(sheet.name.clone()),
            text!(
                "các công thức của mẫu phải xét quá {most} dòng nên chưa tính hết",
                "the formulas of the pack had to look at more than {most} rows and were not computed to the end"
            ),
        )
        .hint(Text::new(
            "báo người làm mẫu: điều kiện lọc trong sum, count đang xét lại cả bảng cho từng dòng",
            "tell the pack's author: a filter in sum or count looks at the whole table for each row",
        )),
    )
}

#[cfg(test)]
mod tests {
    use crate::dataset::tests::{lines, run_with};
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
          { id = "ngay", label = "Ngày", type = "date" },
        ]
    "#;

    /// What is told of a row about a check: code and place, message and hint in both languages.
    fn told(check: &str, row: &str) -> String {
        let schema = format!("{SCHEMA}\n[[check]]\n{check}");
        let (_, findings) = run_with(
            &schema,
            &format!("## Biểu\n| Tên | Kế hoạch | Thực hiện | Ngày |\n{row}"),
        );
        let line = |(place, finding): (String, &crate::diagnostic::Diagnostic)| {
            let hint = |lang| finding.hint.as_ref().map_or("", |hint| hint.get(lang));
            let (vi, en) = (finding.message.get(Lang::Vi), finding.message.get(Lang::En));
            format!("{place}: {vi} | {} | {en} | {}", hint(Lang::Vi), hint(Lang::En))
        };
        lines(&findings)
            .into_iter()
            .zip(findings.iter())
            .map(line)
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn a_rule_without_words_of_its_own_is_told_by_labels_and_values() {
        for (check, row, expected) in [
            (
                "sheet = \"bieu\"\nassert = \"thuc_hien >= 0\"",
                "| a | 5 | -5 | |",
                "quy-tac/khong-dung Biểu › C2: cần «Thực hiện» ≥ 0, hiện «Thực hiện» là -5 | kiểm tra lại số liệu này | «Thực hiện» ≥ 0 must hold, now «Thực hiện» is -5 | check this figure",
            ),
            (
                "assert = 'sum(bieu.thuc_hien) == sum(bieu.ke_hoach, ten == \"a\")'",
                "| a | 5 | -5 | |",
                "quy-tac/khong-dung Biểu: cần tổng(«Biểu › Thực hiện») = tổng(«Biểu › Kế hoạch», «Tên» = “a”), hiện tổng(«Biểu › Thực hiện») là -5, tổng(«Biểu › Kế hoạch», «Tên» = “a”) là 5 | kiểm tra lại các số liệu này | sum(«Biểu › Thực hiện») = sum(«Biểu › Kế hoạch», «Tên» = “a”) must hold, now sum(«Biểu › Thực hiện») is -5, sum(«Biểu › Kế hoạch», «Tên» = “a”) is 5 | check these figures",
            ),
            (
                "sheet = \"bieu\"\nassert = 'ngay < \"01/7/2025\" and filled(ke_hoach)'\nat = \"ke_hoach\"",
                "| a | | -5 | 2026-01-02 |",
                "quy-tac/khong-dung Biểu › B2: cần «Ngày» < “01/7/2025” và có ghi(«Kế hoạch»), hiện «Ngày» là 02/01/2026, «Kế hoạch» để trống | kiểm tra lại các số liệu này | «Ngày» < “01/7/2025” and filled(«Kế hoạch») must hold, now «Ngày» is 02/01/2026, «Kế hoạch» is blank | check these figures",
            ),
        ] {
            assert_eq!(told(check, row), expected);
        }
    }

    #[test]
    fn a_packs_own_words_hold_values() {
        let check = r#"
            sheet = "bieu"
            assert = "thuc_hien <= ke_hoach"
            message = "{ten} ngày {ngay}: làm {thuc_hien} vượt {{{ke_hoach}}}, hơn {(thuc_hien - ke_hoach) / ke_hoach * 100}%"
            message_en = "{ten} is {round(thuc_hien - ke_hoach)} over"
            hint = "sửa {ten}"
            hint_en = "mend {ten}"
            severity = "warning"
        "#;
        assert_eq!(
            told(check, "| Thu | 30 | 1234.5 | |"),
            "?quy-tac/khong-dung Biểu › C2: Thu ngày …: làm 1.234,5 vượt {30}, hơn 4.015% | sửa Thu | Thu is 1.205 over | mend Thu"
        );
    }

    #[test]
    fn the_programs_own_rules_have_words_in_both_languages_too() {
        let check = r#"
            rule.one_of = { sheet = "bieu", columns = ["ke_hoach", "thuc_hien"] }
            message = "thiếu số {ke_hoach}"
            message_en = "no figure"
            hint_en = "give one"
        "#;
        let told = told(check, "| Thu | | | |");
        assert!(
            told.contains("thiếu số {ke_hoach}") && told.ends_with("no figure | give one"),
            "{told}"
        );
    }

    #[test]
    fn a_filter_that_looks_at_the_whole_table_for_each_row_ends() {
        let schema = format!(
            "{SCHEMA}\n[[check]]\nsheet = \"bieu\"\nassert = \"count(bieu, ke_hoach == bieu.ke_hoach) == 1\"\n[[check]]\nsheet = \"bieu\"\nassert = \"thuc_hien < 0\"\nseverity = \"warning\""
        );
        let rows: String = (0..5000).map(|row| format!("| a | {row} | 5 | |\n")).collect();
        let (_, findings) = run_with(
            &schema,
            &format!("## Biểu\n| Tên | Kế hoạch | Thực hiện | Ngày |\n{rows}"),
        );
        assert_eq!(lines(&findings), ["quy-tac/qua-nhieu-dong Biểu"]);
    }
}
