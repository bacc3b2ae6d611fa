//! Laws that hold for any schema, any template and any values.

use std::fmt::Write as _;

use baocao::blank::{self, Prefill, Stamp};
use baocao::dataset::{self, Dataset, Record, SheetData};
use baocao::diagnostic::Lang;
use baocao::opc::{Limits, Package};
use baocao::outline;
use baocao::pipeline;
use baocao::schema::{Schema, Sheet};
use baocao::template::{Options, Template};
use baocao::value::Value;
use baocao::workbook;
use proptest::prelude::*;

use crate::{cases, invariants, word_notation};

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
        ..Schema::default()
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
        Just("{{{{raw}}}}".to_owned()),
        Just("\\{{".to_owned()),
        // Decomposed: base letters with their marks after them.
        "[ao]\u{302}[\u{301}\u{300}\u{323}]",
        "\\PC{1,6}",
    ];
    // A blank at either end is a matter of its own, and so is what XML cannot hold.
    prop::collection::vec(piece, 1..6).prop_map(|pieces| format!("«{}»", pieces.concat()))
}

/// Texts with what XML can't hold, in the middle of other text.
fn any_characters() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>(), 0..8)
        .prop_map(|characters| format!("«{}»", characters.iter().collect::<String>()))
}

/// What of a text can stand in XML 1.0, line ends and tabs as the blanks they show as.
fn shown(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'))
        .map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c })
        .collect()
}

/// A template as lines of the notation, its blocks properly nested.
fn lines() -> impl Strategy<Value = Vec<String>> {
    let text = prop_oneof![
        Just("Kính gửi"),
        Just("a & b"),
        Just("{{thong_tin.ten_xa}}"),
        Just("{{date thong_tin.ngay \"long\"}}"),
        Just("{{thong_tin.huyen}}"),
        Just("{{! ghi chú }}"),
        Just("{{join noi_nhan}}"),
        Just("{{#if thong_tin.huyen}}x{{else}}{{thong_tin.nam}}{{/if}}"),
        Just("{{#each khen}}{{cap}}; {{/each}}"),
        Just("<tab>"),
        Just("<b>đậm</b>"),
        Just("<br>"),
    ];
    let paragraph = prop::collection::vec(text, 1..4).prop_map(|pieces| pieces.join(" "));
    let cell = paragraph.clone();
    let table = (prop::collection::vec((cell.clone(), cell), 1..3), 0..4_usize).prop_map(|(rows, kind)| {
        let mut lines: Vec<String> = rows.iter().map(|(one, two)| format!("[{one}] [{two}]")).collect();
        match kind {
            0 => lines.push("[{{#each khen}}{{cap}}] [{{so_luong}}{{/each}}]".to_owned()),
            1 => {
                lines.extend(["[{{#each noi_nhan}}] []", "[{{this}}] [<span 1>x]", "[{{/each}}] []"].map(str::to_owned))
            }
            2 => lines.insert(0, "[{{#if thong_tin.huyen}}a] [b{{/if}}]".to_owned()),
            _ => {}
        }
        // Tables that touch are a matter of their own.
        lines.push("giữa".to_owned());
        lines
    });
    let leaf = prop_oneof![3 => paragraph.prop_map(|line| vec![line]), 1 => table, 1 => Just(vec!["∅".to_owned()])];
    let block = prop_oneof![
        Just(("{{#each khen}}", "{{/each}}")),
        Just(("{{#each trong}}", "{{/each}}")),
        Just(("{{#if thong_tin.huyen}}", "{{/if}}")),
        Just(("{{#if thong_tin.ten_xa}}", "{{/if}}")),
        Just(("{{#unless thong_tin.ten_xa}}", "{{/unless}}")),
        Just(("{{#with thong_tin}}", "{{/with}}")),
    ];
    let nested = leaf.prop_recursive(4, 24, 4, move |inner| {
        (block.clone(), prop::collection::vec(inner, 1..4), any::<bool>()).prop_map(
            |((open, close), content, divided)| {
                let mut lines = vec![open.to_owned()];
                let half = content.len() / 2;
                for (index, inner) in content.into_iter().enumerate() {
                    if divided && index == half && open != "{{#with thong_tin}}" {
                        lines.push("{{else}}".to_owned());
                    }
                    lines.extend(inner);
                }
                lines.push(close.to_owned());
                lines
            },
        )
    });
    prop::collection::vec(nested, 1..5).prop_map(|nodes| [nodes.concat(), vec!["hết".to_owned()]].concat())
}

/// The same text with runs split within its tags, by the bits of a seed.
fn split_in_tags(text: &str, mut seed: u64) -> String {
    let mut out = String::new();
    let mut depth = 0;
    for sign in text.chars() {
        depth += match sign {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        out.push(sign);
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        if depth > 0 && seed.is_multiple_of(4) {
            out.push('¦');
        }
    }
    out
}

/// What a template of the cases' pack becomes, or what is wrong with it.
fn filled(source: &str) -> Result<Vec<u8>, String> {
    let pack = cases::pack(word_notation::docx(source)).unwrap_or_else(|faults| panic!("{}", faults.print(Lang::En)));
    let outcome = pipeline::render(&pack, &cases::workbook(), &pipeline::Options::default()).expect("a workbook");
    match outcome.documents.into_iter().next() {
        Some(document) => Ok(document.bytes),
        None => Err(outcome.diagnostics.print(Lang::En)),
    }
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
        let schema = schema(&(sheet("thong_tin", "form", &form) + &*sheet("danh_sach", "table", &table)));
        let bytes = blank::workbook(&schema, &stamp(), &Prefill::new()).expect("a workbook");
        invariants::assert_sound("the blank workbook", &bytes);
        let read = workbook::read(&bytes, &workbook::Limits::default()).expect("a workbook");
        let (_, findings) = dataset::build(&schema, read, &dataset::Mapping::default());
        for finding in findings.iter() {
            prop_assert_eq!(finding.code, "gia-tri/thieu", "{}", finding.print(Lang::En));
        }
        prop_assert_eq!(findings.len(), form.iter().filter(|(_, required)| *required).count());
    }

    #[test]
    fn a_template_without_tags_comes_out_as_it_is(words in "[a-zA-ZăâđêôơưĐ ]{1,60}", many in 1..5_usize) {
        let template = docx(&format!("## Báo cáo\n\n{}", format!("Xã {words}\n\n").repeat(many)));
        let schema = schema(&sheet("thong_tin", "form", &[(0, false)]));
        let filled = compiled(template.clone(), &schema).fill(&Dataset { sheets: vec![form(vec![None])], ..Dataset::default() });
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
        let sheets = sheet("thong_tin", "form", &[(0, false)]) + &*sheet("danh_sach", "table", &[(0, false)]);
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
        let dataset = Dataset { sheets: vec![form(vec![text(&name)]), table], ..Dataset::default() };
        let (filled, _) = compiled(docx(source), &schema).fill(&dataset).expect("a document");
        invariants::assert_sound("the document", &filled);
        let mut expected = vec![format!("Xã {name} báo cáo")];
        expected.extend(rows.iter().enumerate().map(|(index, row)| format!("- {}: {row}.", index + 1)));
        expected.push("Hết".to_owned());
        prop_assert_eq!(paragraphs(&filled), expected);
    }

    #[test]
    fn what_xml_can_not_hold_is_left_out_and_the_rest_is_text(name in any_characters()) {
        let schema = schema(&sheet("thong_tin", "form", &[(0, false)]));
        let text = Some(Value::Text(name.as_str().into()));
        let dataset = Dataset { sheets: vec![form(vec![text])], ..Dataset::default() };
        let (filled, _) = compiled(docx("Xã {{thong_tin.o_0}} báo cáo\n"), &schema).fill(&dataset).expect("a document");
        invariants::assert_sound("the document", &filled);
        prop_assert_eq!(paragraphs(&filled), [format!("Xã {} báo cáo", shown(&name))]);
    }

    #[test]
    fn any_proper_template_gives_a_sound_document(lines in lines(), seed in any::<u64>()) {
        let source = split_in_tags(&lines.join("\n"), seed);
        let document = filled(&source).map_err(|faults| TestCaseError::fail(format!("{source}\n{faults}")))?;
        invariants::assert_sound(&source, &document);
        invariants::assert_no_tags(&source, &document);
        let whole = filled(&lines.join("\n")).expect("the same without splits");
        prop_assert_eq!(word_notation::shown(&document), word_notation::shown(&whole), "{}", source);
    }

    #[test]
    fn an_improper_template_gives_findings_and_never_a_broken_document(
        lines in lines(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4_usize), 1..3),
    ) {
        let mut lines = lines;
        for (one, two, change) in changes {
            // The last line stays: a document of which nothing is left is a case of its own.
            let (one, two) = (one.index(lines.len() - 1), two.index(lines.len() - 1));
            match change {
                0 => lines.swap(one, two),
                1 => drop(lines.remove(one)),
                2 => lines.insert(two, lines[one].clone()),
                _ => lines.insert(one, ["{{/if}}", "[{{#if thong_tin.ten_xa}}] [x]", "a {{#each khen}}", "{{else}}"][two % 4].to_owned()),
            }
            if lines.len() == 1 {
                lines.insert(0, "∅".to_owned());
            }
        }
        let source = lines.join("\n");
        match filled(&source) {
            Ok(document) => {
                let faults = invariants::faults(&document);
                prop_assert!(faults.is_empty(), "{}\n{:?}", source, faults);
                let left = invariants::tags_left(&document);
                prop_assert!(left.is_empty(), "{}\n{:?}", source, left);
            }
            Err(faults) => prop_assert!(!faults.is_empty(), "{}", source),
        }
    }

    #[test]
    fn a_block_that_is_not_closed_is_always_told(lines in lines(), at in any::<prop::sample::Index>()) {
        let mut lines = lines;
        let at = at.index(lines.len() + 1);
        lines.insert(at, "{{#if thong_tin.ten_xa}}".to_owned());
        prop_assert!(filled(&lines.join("\n")).is_err(), "{}", lines.join("\n"));
    }

    #[test]
    fn a_document_without_tags_comes_out_byte_for_byte(lines in lines()) {
        let source: String = lines.join("\n").replace(['{', '}'], "");
        let template = word_notation::docx(&source);
        prop_assert!(filled(&source) == Ok(template), "{}", source);
    }

    #[test]
    fn what_is_written_into_a_workbook_is_read_from_it(name in "[^\\pC\\s{}'\"=][^\\pC'\"\\\\]{0,30}[^\\pC\\s'\"]", number in -99_999_i64..99_999) {
        let schema = schema(&sheet("thong_tin", "form", &[(0, false), (2, false)]));
        let mut prefill = Prefill::new();
        let values = [("o_0", Value::Text(name.as_str().into())), ("o_1", Value::Number(number.into()))];
        prefill.push("thong_tin", values.into_iter().map(|(id, value)| (id.to_owned(), value)).collect());
        let bytes = blank::workbook(&schema, &stamp(), &prefill).expect("a workbook");
        let read = workbook::read(&bytes, &workbook::Limits::default()).expect("a workbook");
        let (dataset, findings) = dataset::build(&schema, read, &dataset::Mapping::default());
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
