//! What `templates/README.md`, the guide for authors of templates, says is so: its examples come out as it shows, its
//! commands run, its helpers exist, and each row of its comparison names a test.
//!
//! An example is a fence `mau`, what is typed in Word, and after it `ket-qua`, what is printed, or `loi`, what is told.
//! `| a | b |` is a row, `↵` parts the paragraphs of a cell, `1. ` is an automatic number, `•` and `◦` are marks of a list,
//! `(gộp lên)` is a cell merged with the one above, `── ngắt trang ──` a page break.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use baocao::Lang;
use baocao::pack::{Files, Origin, Pack};
use baocao::pipeline::{self, Options};
use baocao::template::helper::HELPERS;

use crate::office::tools;
use crate::{cases, word_notation};

const PACK: &str = "bao-cao-nho";
const WORKBOOK: &str = "so-lieu.xlsx";
const DATA: &str = "[thong_tin]\nten_xa = \"Tân Hoà\"\nnam = 2026\n";
const MERGED: &str = "(gộp lên)";
const PAGE_BREAK: &str = "── ngắt trang ──";
/// The section of the comparison whose rows are about what is told, where no document is made.
const CHECKS: &str = "9.5.";

fn guide() -> String {
    fs::read_to_string(root().join("templates/README.md")).expect("the guide")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Information line and content of each fenced block.
pub(crate) fn fences(guide: &str) -> Vec<(&str, String)> {
    let mut fences = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if let Some(information) = line.strip_prefix("```") {
            let content: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            fences.push((information, content.join("\n")));
        }
    }
    fences
}

/// Lines of the guide that are commands.
fn commands(guide: &str) -> Vec<String> {
    let code = guide.lines().filter_map(|line| line.strip_prefix("    "));
    code.filter_map(|line| line.strip_prefix("baocao "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn outputs_of_the_guide_are_right() {
    let guide = guide();
    let listings: Vec<String> = fences(&guide)
        .into_iter()
        .filter(|(information, _)| *information == "toml")
        .map(|(_, content)| content)
        .collect();
    let [pack, outputs] = listings.as_slice() else {
        panic!("the pack, and outputs that may be added to it: {listings:#?}");
    };
    let mut files = Files::new();
    files.insert("pack.toml".to_owned(), format!("{pack}\n{outputs}").into_bytes().into());
    for template in ["mau.docx", "chung-nhan.docx", "phu-luc.docx"] {
        let text = match template {
            "chung-nhan.docx" => "Số {{@number}}/{{@length}}: {{cap}}, {{so_luong}} người, xã {{thong_tin.ten_xa}}",
            _ => "Xã {{thong_tin.ten_xa}}",
        };
        files.insert(template.to_owned(), word_notation::docx(text).into());
    }
    let pack = Pack::parse(files, Origin::BuiltIn).unwrap_or_else(|faults| panic!("{}", faults.print(Lang::Vi)));
    let findings = pipeline::check_pack(&pack);
    assert!(!findings.has_errors(), "{}", findings.print(Lang::Vi));
    assert_eq!(pack.outputs.len(), 4);
}

/// An example in the notation of the cases.
fn notation(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(notation_line).collect();
    lines.join("\n")
}

fn notation_line(line: &str) -> String {
    if let Some(row) = line.trim().strip_prefix('|').and_then(|row| row.strip_suffix('|')) {
        let cells = row
            .split('|')
            .map(|cell| format!("[{}]", cell.trim().replace('↵', ";").replace(MERGED, "<up>")));
        return cells.collect::<Vec<_>>().join(" ");
    }
    if line == PAGE_BREAK {
        return "<page>".to_owned();
    }
    for (mark, item) in [("• ", "<list ->"), ("◦ ", "<list +>")] {
        if let Some(text) = line.strip_prefix(mark) {
            return format!("{item}{text}");
        }
    }
    match line.split_once(". ") {
        Some((number, text)) if !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit()) => {
            format!("<list {number}.>{text}")
        }
        _ => line.to_owned(),
    }
}

/// What a reader sees of a document in the notation: without formats, and without what only the template's author sees.
fn plain(notation: &str) -> String {
    const UNSEEN: [&str; 9] = [
        "<b>", "</b>", "<i>", "</i>", "<u>", "</u>", "<head>", "<down>", "<span 2>",
    ];
    let mut text = notation.to_owned();
    for mark in UNSEEN {
        text = text.replace(mark, "");
    }
    let lines = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

/// What is wrong with an example.
fn fault(template: &str, information: &str, wanted: &str) -> Option<String> {
    let marks = if wanted.contains('•') { "<list-styles>\n" } else { "" };
    // A template's list has no number yet: any item begins with `1. `.
    let source = format!("{marks}{}", notation(template).replace("<list 1.>", "<list 1>"));
    let pack = cases::pack(word_notation::docx(&source)).unwrap_or_else(|faults| panic!("{}", faults.print(Lang::En)));
    let outcome = pipeline::render(&pack, &cases::workbook(), &Options::default()).expect("a workbook");
    let told = outcome.diagnostics.print(Lang::Vi);
    match (information, outcome.documents.first()) {
        ("ket-qua", Some(document)) => {
            let (found, wanted) = (plain(&word_notation::shown(&document.bytes)), plain(&notation(wanted)));
            (found != wanted).then(|| format!("wanted:\n{wanted}\nfound:\n{found}"))
        }
        ("loi", None) => {
            let missing = wanted.lines().find(|line| !told.contains(line.trim()));
            missing.map(|line| format!("not told: {line}\ntold:\n{told}"))
        }
        (_, None) => Some(format!("no document:\n{told}")),
        (other, Some(_)) => Some(format!("a document was made; after it comes “{other}”")),
    }
}

#[test]
fn examples_come_out_as_the_guide_shows() {
    let guide = guide();
    let fences = fences(&guide);
    let mut faults = Vec::new();
    let mut examples = 0;
    for (index, (information, template)) in fences.iter().enumerate() {
        if *information != "mau" {
            continue;
        }
        examples += 1;
        let found = match fences.get(index + 1) {
            Some((information, wanted)) => fault(template, information, wanted),
            None => Some("nothing comes after it".to_owned()),
        };
        faults.extend(found.map(|fault| format!("── {template}\n{fault}")));
    }
    assert!(examples >= 30, "only {examples} examples");
    assert!(
        faults.is_empty(),
        "{} of {examples} examples\n{}",
        faults.len(),
        faults.join("\n\n")
    );
}

#[test]
fn commands_of_the_guide_run() {
    let guide = guide();
    let fences = fences(&guide);
    let content = |wanted: &str| {
        let found = fences.iter().find(|(information, _)| *information == wanted);
        &found.unwrap_or_else(|| panic!("no fence {wanted}")).1
    };
    let commands = commands(&guide);
    let kinds: BTreeSet<&str> = commands
        .iter()
        .filter_map(|line| line.split([' ', '-']).next())
        .collect();
    assert_eq!(kinds, BTreeSet::from(["blank", "pack", "render"]));
    for command in &commands {
        let folder = tempfile::tempdir().expect("a folder");
        let packed = folder.path().join("templates").join(PACK);
        fs::create_dir_all(&packed).expect("a folder");
        fs::write(packed.join("pack.toml"), content("toml")).expect("a file");
        fs::write(packed.join("mau.docx"), word_notation::docx(content("mau"))).expect("a file");
        for picture in ["dau.png", "ky.png"] {
            fs::write(folder.path().join(picture), word_notation::png(40, 20, [200, 0, 0])).expect("a file");
        }
        fs::write(folder.path().join("data.toml"), DATA).expect("a file");
        let run = |line: &str| {
            let mut arguments = vec!["--templates", "templates"];
            arguments.extend(line.split_whitespace());
            let output = tools::baocao(folder.path(), &arguments);
            assert_eq!(
                output.status.code(),
                Some(0),
                "baocao {line}: {}",
                tools::printed(&output)
            );
        };
        if !command.starts_with("blank") {
            run(&format!("blank {PACK} --data data.toml -o {WORKBOOK}"));
        }
        run(command);
    }
}

#[test]
fn the_pack_of_the_guide_is_sound() {
    let guide = guide();
    let fences = fences(&guide);
    let manifest = fences
        .iter()
        .find(|(information, _)| *information == "toml")
        .expect("a pack");
    let files: Files = [
        ("pack.toml".to_owned(), manifest.1.clone().into_bytes().into()),
        ("mau.docx".to_owned(), word_notation::docx("x").into()),
    ]
    .into();
    let pack = Pack::parse(files, Origin::Folder(PACK.into()));
    assert!(pack.is_ok(), "{}", pack.unwrap_err().print(Lang::En));
}

/// Names in the place of a helper's in the tags of a text: `upper` of `{{upper (concat a b)}}`, and `concat`.
fn helpers_in(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for piece in text.split("{{").skip(1) {
        let Some((tag, _)) = piece.split_once("}}") else {
            continue;
        };
        let word = |text: &str| -> String {
            let letters = text
                .chars()
                .take_while(|letter| letter.is_alphanumeric() || *letter == '_');
            letters.collect()
        };
        let first = word(tag);
        if !first.is_empty() && first != "else" && tag[first.len()..].starts_with(' ') {
            names.insert(first);
        }
        names.extend(
            tag.split('(')
                .skip(1)
                .map(word)
                .filter(|name| !name.is_empty() && name != "trống"),
        );
    }
    names
}

#[test]
fn helpers_of_the_guide_exist() {
    let mut text = guide();
    // What is told about misspelt ones shows them.
    let fences: Vec<(String, String)> = fences(&text)
        .into_iter()
        .map(|(kind, content)| (kind.to_owned(), content))
        .collect();
    for pair in fences.windows(2) {
        if pair[1].0 == "loi" {
            text = text.replace(&pair[0].1, "").replace(&pair[1].1, "");
        }
    }
    let found = helpers_in(&text);
    let known: BTreeSet<String> = HELPERS.iter().map(|helper| helper.name.to_owned()).collect();
    let unknown: Vec<&String> = found.difference(&known).collect();
    assert!(unknown.is_empty(), "no such helpers: {unknown:?}");
    assert!(found.len() >= 15, "only {found:?}");
    assert_eq!(
        helpers_in("{{upper (concat \"xã\" (x_y a))}} {{cap}} {{else if (eq a b)}} {{#each k}}"),
        BTreeSet::from(["upper", "concat", "x_y", "eq"].map(str::to_owned))
    );
}

/// What is wrong with a row of the comparison, in the section with a heading.
fn row_faults(heading: &str, row: &str, cases: &[cases::Case]) -> Vec<String> {
    let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
    let [feature, ours, peers @ .., proofs] = &cells[..] else {
        return vec![format!("no row: {row}")];
    };
    let mut faults = Vec::new();
    if *ours != "Y" {
        faults.push(format!("«{feature}»: baocao has it, and says {ours}"));
    }
    if peers.len() != 7 || peers.iter().any(|mark| !["Y", "P", "$", "N", "–", "?"].contains(mark)) {
        faults.push(format!("«{feature}»: seven marks are needed, these are {peers:?}"));
    }
    let mut links = 0;
    for link in proofs.split(", ").filter(|link| !link.is_empty()) {
        links += 1;
        let Some((name, path)) = link
            .strip_prefix("[`")
            .and_then(|link| link.strip_suffix(')')?.split_once("`]("))
        else {
            faults.push(format!("«{feature}»: no link to a test: {link}"));
            continue;
        };
        faults.extend(proof_fault(heading, name, path, cases).map(|fault| format!("«{feature}»: {name}: {fault}")));
    }
    if links == 0 {
        faults.push(format!("«{feature}»: no test"));
    }
    faults
}

fn proof_fault(heading: &str, name: &str, path: &str, cases: &[cases::Case]) -> Option<String> {
    if let Some((file, test)) = name.split_once("::") {
        if path != format!("../tests/all/{file}.rs") {
            return Some(format!("the link leads to {path}"));
        }
        let source = fs::read_to_string(root().join("tests/all").join(format!("{file}.rs"))).unwrap_or_default();
        let is_test = source.split("#[test]").skip(1).any(|after| {
            let test = format!("fn {test}(");
            after.trim_start().starts_with(&test)
        });
        return (!is_test).then(|| "there is no such test".to_owned());
    }
    let Some(case) = cases.iter().find(|case| case.name == name) else {
        return Some("there is no such case".to_owned());
    };
    let file = name.split('/').next().unwrap_or_default();
    if path != format!("../tests/cases/{file}.md") {
        return Some(format!("the link leads to {path}"));
    }
    let is_check = heading.starts_with(CHECKS) && case.block("findings").is_some();
    (case.block("result").is_none() && !is_check).then(|| "the case makes no document".to_owned())
}

#[test]
fn each_row_of_the_comparison_names_a_test() {
    let guide = guide();
    let (_, comparison) = guide.split_once("\n## 9. ").expect("the comparison");
    let cases = cases::every();
    let mut faults = Vec::new();
    let mut features = BTreeSet::new();
    let mut heading = "";
    for line in comparison.lines() {
        if let Some(found) = line.strip_prefix("### ") {
            heading = found;
        }
        if !line.starts_with('|') || line.starts_with("|--") || line.starts_with("| tính năng ") {
            continue;
        }
        faults.extend(row_faults(heading, line, &cases));
        let feature = line.split(" | ").next().unwrap_or_default();
        if !features.insert(feature) {
            faults.push(format!("{feature} stands twice"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(features.len() >= 75, "only {} features", features.len());
}

#[test]
fn a_row_can_be_wrong_in_each_way() {
    let cases = cases::every();
    let faults = |heading: &str, end: &str| {
        row_faults(
            heading,
            &format!("| x | Y | ? | ? | ? | ? | ? | ? | ? | {end} |"),
            &cases,
        )
    };
    let good = "[`columns/conditional-column`](../tests/cases/columns.md)";
    assert!(faults("9.1. x", good).is_empty());
    assert!(
        faults(
            "9.1. x",
            &format!("{good}, [`guide::a_row_can_be_wrong_in_each_way`](../tests/all/guide.rs)")
        )
        .is_empty()
    );
    let check = "[`errors/loop-over-what-is-no-list`](../tests/cases/errors.md)";
    assert!(faults("9.5. x", check).is_empty());
    for wrong in [
        "",
        "columns",
        check,
        "[`columns/conditional-column`](../tests/cases/rows.md)",
        "[`columns/none`](../tests/cases/columns.md)",
        "[`guide::guide`](../tests/all/guide.rs)",
        "[`guide::fences`](../tests/all/cases.rs)",
    ] {
        assert_eq!(faults("9.1. x", wrong).len(), 1, "{wrong}");
    }
    assert!(!row_faults("9.1. x", &format!("| x | Y | ? | {good} |"), &cases).is_empty());
    assert!(
        !row_faults(
            "9.1. x",
            &format!("| x | N | ? | ? | ? | ? | ? | ? | ? | {good} |"),
            &cases
        )
        .is_empty()
    );
}
