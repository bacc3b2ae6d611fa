//! Laws that hold for any schema, any template and any values.

use std::fmt::Write as _;

use baocao::blank::{self, Prefill, Stamp};
use baocao::dataset::{self, Dataset, Record, SheetData};
use baocao::diagnostic::Lang;
use baocao::opc::{Limits, Package};
use baocao::outline;
use baocao::schema::{Schema, Sheet};
use baocao::template::{Options, Template};
use baocao::value::Value;
use baocao::workbook;
use proptest::prelude::*;

use crate::invariants;

const TYPES: &[&str] = &[
    "text",
    "long_text",
    "integer",
    "decimal",
    "percent",
    "count",
    "date",
    "year",
    "choice",
    "flag",
];

/// The schema of sheets written as TOML.
fn schema(sheets: &str) -> Schema {
    #[derive(serde::Deserialize)]
    struct Source {
        sheet: Vec<Sheet>,
    }
    let source: Source = toml::from_str(sheets).unwrap_or_else(|error| panic!("{error}\n{sheets}"));
    let schema = Schema {
        sheets: source.sheet,
        checks: Vec::new(),
    };
    assert!(schema.validate().is_empty(), "{:?}", schema.validate());
    schema
}

fn stamp() -> Stamp {
    Stamp {
        pack_id: "nho".into(),
        pack_version: "1.0.0".into(),
        pack_name: "Báo cáo".into(),
        recipient: None,
    }
}

/// The type of each field of a form and a table, and whether it must be filled in.
fn fields() -> impl Strategy<Value = Vec<(usize, bool)>> {
    prop::collection::vec((0..TYPES.len(), any::<bool>()), 1..8)
}

fn sheet(id: &str, layout: &str, fields: &[(usize, bool)]) -> String {
    let mut text = format!("[[sheet]]\nid = \"{id}\"\nname = \"Trang {layout}\"\nlayout = \"{layout}\"\n");
    for (index, (ty, required)) in fields.iter().enumerate() {
        let ty = TYPES[*ty];
        let _ = write!(
            text,
            "[[sheet.field]]\nid = \"o_{index}\"\nlabel = \"Ô {}\"\ntype = \"{ty}\"\nrequired = {required}\n",
            ["một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám"][index]
        );
        if ty == "choice" {
            text.push_str("choices = [\"có\", \"chưa\"]\n");
        }
    }
    text
}

/// Texts a clerk could type, and those nobody should.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zA-ZăâđêôơưạảấầẩậốồộớờợịứừựỳỹĐ0-9 .,;:%()/-]{1,12}",
        Just("{{thong_tin.ten}}".to_owned()),
        Just("{{#each a}}".to_owned()),
        Just("<w:p/>".to_owned()),
        Just("&amp;".to_owned()),
        Just("]]>".to_owned()),
        "\\PC{1,6}",
    ];
    // A blank at either end is a matter of its own, and so is what XML cannot hold.
    prop::collection::vec(piece, 1..6).prop_map(|pieces| format!("«{}»", pieces.concat()))
}

fn docx(source: &str) -> Vec<u8> {
    outline::build(source).unwrap_or_else(|faults| panic!("{}", faults.print(Lang::En)))
}

fn compiled(docx: Vec<u8>, schema: &Schema) -> Template {
    match Template::compile(
        docx,
        schema,
        &Options {
            empty: "……",
            ..Options::default()
        },
    ) {
        Ok((template, _)) => template,
        Err(faults) => panic!("{}", faults.print(Lang::En)),
    }
}

/// The texts of all paragraphs, read by other code than wrote them.
fn paragraphs(docx: &[u8]) -> Vec<String> {
    let (package, faults) = invariants::Package::read(docx);
    assert!(faults.is_empty(), "{faults:?}");
    package.trees["word/document.xml"]
        .all("w:p")
        .iter()
        .map(|paragraph| paragraph.text())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_blank_workbook_lacks_only_what_must_be_filled_in(form in fields(), table in fields()) {
        let schema = schema(&(sheet("thong_tin", "form", &form) + &sheet("danh_sach", "table", &table)));
        let bytes = blank::workbook(&schema, &stamp(), &Prefill::new()).expect("a workbook");
        invariants::assert_sound("the blank workbook", &bytes);
        let read = workbook::read(&bytes, &workbook::Limits::default()).expect("a workbook");
        let (_, findings) = dataset::build(&schema, read);
        for finding in findings.iter() {
            prop_assert_eq!(finding.code, "gia-tri/thieu", "{}", finding.print(Lang::En));
        }
        prop_assert_eq!(findings.len(), form.iter().filter(|(_, required)| *required).count());
    }

    #[test]
    fn a_template_without_tags_comes_out_as_it_is(words in "[a-zA-ZăâđêôơưĐ ]{1,60}", many in 1..5_usize) {
        let template = docx(&format!("## Báo cáo\n\n{}", format!("Xã {words}\n\n").repeat(many)));
        let schema = schema(&sheet("thong_tin", "form", &[(0, false)]));
        let filled = compiled(template.clone(), &schema).fill(&Dataset { sheets: vec![form(vec![None])] });
        let (filled, missing) = filled.expect("a document");
        prop_assert!(missing.is_empty());
        let (before, after) = (package(template), package(filled));
        let names: Vec<&str> = before.names().collect();
        prop_assert_eq!(&names, &after.names().collect::<Vec<_>>());
        for name in names {
            prop_assert!(before.part(name).ok() == after.part(name).ok(), "{} changed", name);
        }
    }

    #[test]
    fn any_value_comes_out_as_its_own_text(name in any_text(), rows in prop::collection::vec(any_text(), 0..5)) {
        let sheets = sheet("thong_tin", "form", &[(0, false)]) + &sheet("danh_sach", "table", &[(0, false)]);
        let schema = schema(&sheets);
        let source = "Xã {{thong_tin.o_0}} báo cáo\n\n{{#each danh_sach}}\n\n- {{@number}}: {{o_0}}.\n\n{{/each}}\n\nHết\n";
        let text = |value: &String| Some(Value::Text(value.as_str().into()));
        let record = |(row, value)| Record { row: row as u32, values: [text(value)].into() };
        let table = SheetData {
            name: "Trang table".into(),
            columns: vec![Some(0)],
            records: rows.iter().enumerate().map(record).collect(),
            ..SheetData::default()
        };
        let dataset = Dataset { sheets: vec![form(vec![text(&name)]), table] };
        let (filled, _) = compiled(docx(source), &schema).fill(&dataset).expect("a document");
        invariants::assert_sound("the document", &filled);
        let mut expected = vec![format!("Xã {name} báo cáo")];
        expected.extend(rows.iter().enumerate().map(|(index, row)| format!("- {}: {row}.", index + 1)));
        expected.push("Hết".to_owned());
        prop_assert_eq!(paragraphs(&filled), expected);
    }

    #[test]
    fn what_is_written_into_a_workbook_is_read_from_it(name in "[^\\pC\\s{}'\"=][^\\pC'\"\\\\]{0,30}[^\\pC\\s'\"]", number in -99_999_i64..99_999) {
        let schema = schema(&sheet("thong_tin", "form", &[(0, false), (2, false)]));
        let mut prefill = Prefill::new();
        let values = [("o_0", Value::Text(name.as_str().into())), ("o_1", Value::Number(number.into()))];
        prefill.push("thong_tin", values.into_iter().map(|(id, value)| (id.to_owned(), value)).collect());
        let bytes = blank::workbook(&schema, &stamp(), &prefill).expect("a workbook");
        let read = workbook::read(&bytes, &workbook::Limits::default()).expect("a workbook");
        let (dataset, findings) = dataset::build(&schema, read);
        prop_assert!(findings.is_empty(), "{}", findings.print(Lang::En));
        let Some(Value::Text(text)) = &dataset.sheets[0].records[0].values[0] else {
            return Err(TestCaseError::fail("no text"));
        };
        let words = |text: &str| baocao::vietnamese::nfc(text).split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(words(text), words(&name));
        prop_assert_eq!(&dataset.sheets[0].records[0].values[1], &Some(Value::Number(number.into())));
    }
}

fn form(values: Vec<Option<Value>>) -> SheetData {
    SheetData {
        name: "Trang form".into(),
        cells: vec![None; values.len()],
        records: vec![Record {
            row: 0,
            values: values.into(),
        }],
        ..SheetData::default()
    }
}

fn package(bytes: Vec<u8>) -> Package {
    Package::read(bytes, &Limits::default()).expect("a package")
}
