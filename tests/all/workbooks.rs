//! The text cases of `tests/workbooks`: a workbook as people keep it, what is read of it, and what is told about it.
//!
//! A file holds cases of one feature. A case is `## its-name`, a line or two about it, and fenced blocks:
//!
//! | block | |
//! |---|---|
//! | `schema` | sheets and checks as in `pack.toml`; before the first case it is that of all cases of the file |
//! | `workbook` | the sheets, in the notation of `tests/support/markdown_workbook.rs` and, for old encodings, of `legacy_texts.rs`; `workbook xls xlsx` names the containers where not all four can hold it, `xls95` is Excel 95 |
//! | `map` | what is given to `--map`, one a line |
//! | `records` | what is read: `sheet row: value, value`, one record a line, nothing as `-` |
//! | `skipped` | what is not: `sheet row reason`, one row a line |
//! | `findings` | what is told: `code place`, one a line, warnings with a question mark before them |
//! | `decoded` | texts that were in an old encoding: `sheet cell: as the file has it → as it is read`; left out where nobody asks |
//!
//! Each case is written as .xlsx, .xls, .xlsb and .ods, and all must give the same. `BAOCAO_CASE=words` runs only cases whose
//! file and name hold the words; `BAOCAO_RECORD=1` writes what is found into the files, to be read before it is kept.

use std::path::{Path, PathBuf};

use baocao::dataset::{self, Dataset, Mapping};
use baocao::diagnostic::{Lang, Severity};
use baocao::pipeline::decoded_cells;
use baocao::schema::{Check, Schema, Sheet};
use baocao::workbook::{Limits, Workbook, read};
use baocao::{Diagnostics, Value};
use serde::Deserialize;

use crate::xls_workbook::Xls;
use crate::{legacy_texts, markdown_workbook, other_containers};

/// What a case wants, in the order in which it is told.
const RESULTS: [&str; 4] = ["records", "skipped", "findings", "decoded"];
/// The containers of a case that names none.
const CONTAINERS: &str = "xlsx xls xlsb ods";

#[derive(Deserialize)]
struct Source {
    sheet: Vec<Sheet>,
    #[serde(default)]
    check: Vec<Check>,
}

/// A file of cases: lines outside of blocks, and blocks.
struct File {
    path: PathBuf,
    parts: Vec<Part>,
}

enum Part {
    Line(String),
    Block { information: String, content: String },
}

struct Case<'a> {
    name: &'a str,
    blocks: Vec<(&'a str, &'a str)>,
}

impl File {
    fn read(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(&path).expect("a file of cases");
        Self::parse(path, &text)
    }

    fn parse(path: PathBuf, text: &str) -> Self {
        let mut parts = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            parts.push(match line.strip_prefix("```") {
                None => Part::Line(line.to_owned()),
                Some(information) => {
                    let content = lines.by_ref().take_while(|line| *line != "```");
                    Part::Block {
                        information: information.to_owned(),
                        content: content.map(|line| format!("{line}\n")).collect(),
                    }
                }
            });
        }
        Self { path, parts }
    }

    /// The blocks before the first case, then the cases.
    fn cases(&self) -> Vec<Case<'_>> {
        let mut cases = vec![Case {
            name: "",
            blocks: Vec::new(),
        }];
        for part in &self.parts {
            match part {
                Part::Line(line) => {
                    if let Some(name) = line.strip_prefix("## ") {
                        cases.push(Case {
                            name,
                            blocks: Vec::new(),
                        });
                    }
                }
                Part::Block { information, content } => {
                    let known = ["schema", "workbook", "map"].iter().chain(&RESULTS);
                    let word = information.split(' ').next().unwrap_or_default();
                    assert!(
                        known.clone().any(|known| *known == word),
                        "no block is called {information}"
                    );
                    cases.last_mut().expect("a case").blocks.push((information, content));
                }
            }
        }
        cases
    }

    /// Writes results of cases into their blocks.
    fn record(&self, results: &[(String, [String; 4])]) {
        let mut text = String::new();
        let mut own = None;
        for part in &self.parts {
            match part {
                Part::Line(line) => {
                    if let Some(name) = line.strip_prefix("## ") {
                        own = results
                            .iter()
                            .find(|(case, _)| case == name)
                            .map(|(_, results)| results);
                    }
                    text += &format!("{line}\n");
                }
                Part::Block { information, content } => {
                    let index = RESULTS.iter().position(|name| name == information);
                    let content = own.zip(index).map_or(content, |(results, index)| &results[index]);
                    text += &format!("```{information}\n{content}```\n");
                }
            }
        }
        std::fs::write(&self.path, text).expect("a file of cases");
    }
}

impl Case<'_> {
    fn block(&self, name: &str) -> Option<&str> {
        let found = self
            .blocks
            .iter()
            .find(|(information, _)| information.split(' ').next() == Some(name));
        found.map(|(_, content)| *content)
    }

    fn containers(&self) -> &str {
        let information = self
            .blocks
            .iter()
            .find_map(|(information, _)| information.strip_prefix("workbook "));
        information.unwrap_or(CONTAINERS)
    }

    /// Reads the workbook as it is in a container.
    fn read(&self, container: &str) -> Workbook {
        let mut sheets = markdown_workbook::sheets(self.block("workbook").expect("a workbook"));
        legacy_texts::encode(&mut sheets);
        let markdown = markdown_workbook::print(&sheets);
        let xlsx = || markdown_workbook::workbook(&markdown);
        let read = |bytes: &[u8]| read(bytes, &Limits::default()).expect("a workbook");
        match container {
            "xlsx" => read(&xlsx()),
            "xls" => read(&Xls::new(&markdown).build()),
            "xls95" => read(&Xls::new(&markdown).excel_95(1252).build()),
            "xlsb" => read(&other_containers::xlsb(&read(&xlsx()))),
            "ods" => read(&other_containers::ods(&read(&xlsx()))),
            other => panic!("no container is called {other}"),
        }
    }

    /// What is read of it, what is not, and what is told.
    fn run(&self, schema: &Schema, container: &str) -> [String; 4] {
        let mut mapping = Mapping::default();
        for argument in self.block("map").into_iter().flat_map(str::lines) {
            mapping.add_argument(argument).expect("an argument of --map");
        }
        let workbook = self.read(container);
        let decoded = self.block("decoded").map(|_| decoded(&workbook)).unwrap_or_default();
        let (dataset, findings) = dataset::build(schema, workbook, &mapping);
        [
            records(schema, &dataset),
            skipped(schema, &dataset),
            told(&findings),
            decoded,
        ]
    }
}

fn records(schema: &Schema, dataset: &Dataset) -> String {
    let mut lines = String::new();
    for (sheet, data) in schema.sheets.iter().zip(&dataset.sheets) {
        for record in &data.records {
            let print = |value: &Option<Value>, field: &baocao::schema::Field| match value {
                Some(value) => field.print(value).replace('\n', "\\n"),
                None => "-".to_owned(),
            };
            let values = record
                .values
                .iter()
                .zip(&sheet.fields)
                .map(|(value, field)| print(value, field));
            let values = values.collect::<Vec<_>>().join(" | ");
            lines += &format!("{} {}: {values}\n", sheet.id, record.row + 1);
        }
    }
    lines
}

fn skipped(schema: &Schema, dataset: &Dataset) -> String {
    let mut lines = String::new();
    for (sheet, data) in schema.sheets.iter().zip(&dataset.sheets) {
        for row in &data.skipped {
            lines += &format!("{} {} {}\n", sheet.id, row.row + 1, row.why.name());
        }
    }
    lines
}

fn told(findings: &Diagnostics) -> String {
    let mut lines = String::new();
    for finding in findings.iter() {
        let sign = if finding.severity == Severity::Error { "" } else { "?" };
        lines += &format!("{sign}{} {}\n", finding.code, finding.where_text(Lang::Vi));
    }
    lines
}

fn decoded(workbook: &Workbook) -> String {
    let cells = decoded_cells(workbook);
    let lines = cells
        .iter()
        .map(|cell| format!("{} {}: {} → {}\n", cell.sheet, cell.cell, cell.before, cell.after));
    lines.collect()
}

fn schema(toml: &str) -> Schema {
    let source: Source = toml::from_str(toml).unwrap_or_else(|error| panic!("the schema: {error}"));
    let schema = Schema {
        sheets: source.sheet,
        checks: source.check,
        ..Schema::default()
    };
    assert_eq!(schema.validate(), []);
    schema
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workbooks")
}

fn files() -> Vec<String> {
    let names = std::fs::read_dir(folder())
        .expect("the cases")
        .map(|entry| entry.expect("an entry").file_name());
    let stems = names.filter_map(|name| name.to_string_lossy().strip_suffix(".md").map(str::to_owned));
    let mut stems: Vec<String> = stems.filter(|stem| stem != "README").collect();
    stems.sort();
    stems
}

/// Runs the cases of a file; panics with everything that is wrong.
fn run(stem: &str) {
    let file = File::read(folder().join(format!("{stem}.md")));
    let only = std::env::var("BAOCAO_CASE").unwrap_or_default();
    let (faults, results) = faults(&file, |name| format!("{stem}/{name}").contains(&only));
    if std::env::var_os("BAOCAO_RECORD").is_some() {
        file.record(&results);
    }
    assert!(faults.is_empty(), "{stem}\n{}", faults.join("\n"));
}

/// Everything in which wanted cases are not what they say; and what is found, in the first container of each.
fn faults(file: &File, is_wanted: impl Fn(&str) -> bool) -> (Vec<String>, Vec<(String, [String; 4])>) {
    let cases = file.cases();
    let common = cases[0].block("schema");
    let (mut faults, mut results) = (Vec::new(), Vec::new());
    for case in cases.iter().skip(1).filter(|case| is_wanted(case.name)) {
        let schema = schema(case.block("schema").or(common).expect("a schema"));
        for (index, container) in case.containers().split(' ').enumerate() {
            let found = case.run(&schema, container);
            for (name, found) in RESULTS.iter().zip(&found) {
                let wanted = case.block(name).unwrap_or_default();
                if wanted != found {
                    faults.push(format!(
                        "── {}, .{container}, {name}\n{}",
                        case.name,
                        compared(wanted, found)
                    ));
                }
            }
            if index == 0 {
                results.push((case.name.to_owned(), found));
            }
        }
    }
    (faults, results)
}

/// The lines of two texts that only one of them has.
fn compared(wanted: &str, found: &str) -> String {
    let of = |sign: &str, one: &str, other: &str| -> String {
        let lines = one.lines().filter(|line| !other.lines().any(|own| own == *line));
        lines.map(|line| format!("{sign} {line}\n")).collect()
    };
    let lines = of("-", wanted, found) + &*of("+", found, wanted);
    if lines.is_empty() {
        format!("in another order:\n{found}")
    } else {
        lines
    }
}

/// One test for each file, so that each is named when it fails.
macro_rules! files {
    ($($test:ident $stem:literal)*) => {
        $(#[test]
        fn $test() {
            run($stem);
        })*

        #[test]
        fn every_file_is_run() {
            assert_eq!(files(), [$($stem),*], "name each file of tests/workbooks in tests/all/workbooks.rs, in this order");
        }
    };
}

files! {
    containers "containers"
    dates "dates"
    forms "forms"
    formulas "formulas"
    formulas_unsure "formulas-unsure"
    headers "headers"
    plan_of_a_province "like-01-plan"
    livestock_census "like-03-livestock"
    imports_of_a_month "like-05-imports"
    decree_form "like-06-decree-form"
    annexes_of_a_decision "like-07-annexes"
    budget_balance "like-09-budget"
    mapping "mapping"
    rows "rows"
    texts "texts"
    values "values"
}

mod runner {
    use super::*;

    const CASE: &str = "```schema
[[sheet]]
id = \"a\"
name = \"A\"
layout = \"table\"
field = [{ id = \"ten\", label = \"Tên\", type = \"text\" }, { id = \"so\", label = \"Số\", type = \"integer\" }]
```
## one
```workbook xls xlsx
## A
| Tên | Số |
| {tcvn3} Lúa | 5 |
| x | năm |
```
```records
a 2: Lúa | 5
a 3: x | -
```
```skipped
a 1 header
```
```findings
gia-tri/khong-phai-so A › B3
```
```decoded
A A2: Lóa → Lúa
```
";

    fn found(text: &str) -> Vec<String> {
        faults(&File::parse(PathBuf::new(), text), |_| true).0
    }

    #[test]
    fn a_case_can_fail_in_each_way_and_in_each_container() {
        assert_eq!(found(CASE), [""; 0]);
        for (right, wrong) in [
            ("a 2: Lúa | 5", "a 2: Lúa | 6"),
            ("a 1 header", "a 1 title"),
            ("gia-tri/khong-phai-so A › B3", "?gia-tri/khong-phai-so A › B3"),
            ("Lóa → Lúa", "Lóa → Lua"),
        ] {
            let faults = found(&CASE.replace(right, wrong));
            assert_eq!(faults.len(), 2, "{faults:?}");
            assert!(
                faults[0].contains(".xls, ") && faults[1].contains(".xlsx, "),
                "{faults:?}"
            );
            assert!(faults[0].contains("\n- ") && faults[0].contains("\n+ "), "{faults:?}");
        }
    }
}
