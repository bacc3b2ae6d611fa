//! Holds the order of the rooms and the doors to the libraries: reads the code as text, without tests and comments.

use std::path::Path;

/// The rooms, lowest first: a room names only itself and rooms before it.
const ROOMS: &[&str] = &[
    "diagnostic",
    "vietnamese",
    "value",
    "schema",
    "opc",
    "workbook",
    "dataset",
    "blank",
    "template",
    "outline",
    "pack",
    "pipeline",
    "cli",
];

/// Libraries, and the only rooms that name them.
const DOORS: &[(&str, &[&str])] = &[
    ("calamine", &["workbook"]),
    ("rust_xlsxwriter", &["blank"]),
    ("handlebars", &["template"]),
    ("quick_xml", &["opc", "workbook", "template", "outline"]),
    ("docx_rs", &["outline"]),
    ("pulldown_cmark", &["outline"]),
    ("zip", &["opc"]),
    ("clap", &["cli"]),
    ("anyhow", &["cli"]),
    ("tempfile", &["cli"]),
    ("toml", &["pack", "blank"]),
    ("regex_lite", &["schema", "dataset"]),
    ("unicode_normalization", &["vietnamese"]),
];

/// What reaches out of the program; only `cli` may.
const WORLD: &[&str] = &["fs", "env", "time", "process", "net", "thread"];
const PRINTERS: &[&str] = &["print", "println", "eprint", "eprintln", "dbg"];

#[test]
fn rooms_name_only_rooms_below_and_their_own_libraries() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    let mut folders = vec![root.clone()];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
        {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|ending| ending == "rs") {
                let name = entry
                    .strip_prefix(&root)
                    .expect("below src")
                    .to_string_lossy()
                    .replace('\\', "/");
                if !["lib.rs", "main.rs"].contains(&&*name) && !name.ends_with("/tests.rs") {
                    faults.extend(check(&name, &std::fs::read_to_string(&entry).expect("UTF-8")));
                    count += 1;
                }
            }
        }
    }
    assert!(count > 80, "only {count} files looked at");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// What is wrong with one file, named by its path below `src`.
fn check(file: &str, source: &str) -> Vec<String> {
    let steps: Vec<&str> = file
        .trim_end_matches(".rs")
        .trim_end_matches("/mod")
        .split('/')
        .collect();
    let room = steps[0];
    let Some(rank) = ROOMS.iter().position(|known| *known == room) else {
        return vec![format!("{file}: “{room}” is no room")];
    };
    let tokens = without_tests(tokens(source));
    let at = |index: usize| tokens.get(index).map_or("", String::as_str);
    let mut faults = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let is_start = index == 0 || !["::", "."].contains(&at(index - 1));
        if is_start && token == "super" {
            // As many steps up as the file is deep lead to the crate's root.
            let ups = (0..).take_while(|up| at(index + 2 * up) == "super").count();
            if ups < steps.len() {
                continue;
            }
            let named = at(index + 2 * ups);
            faults.extend(room_fault(file, rank, named));
        } else if is_start && token == "crate" && at(index + 1) == "::" {
            let names = group(&tokens, index + 2);
            faults.extend(names.iter().filter_map(|(named, _)| room_fault(file, rank, named)));
        } else if is_start && at(index + 1) == "::" {
            let doors = DOORS
                .iter()
                .filter(|(library, rooms)| library == token && !rooms.contains(&room));
            faults.extend(doors.map(|(library, rooms)| format!("{file}: {library} belongs to {}", rooms.join(", "))));
            let names = group(&tokens, index + 2);
            if token == "jiff" && !["value", "vietnamese"].contains(&room) {
                let only_date = names
                    .iter()
                    .all(|(named, place)| named == "civil" && at(place + 2) == "Date");
                faults.extend((!only_date).then(|| format!("{file}: of jiff only civil::Date belongs here")));
            }
            if token == "std" && room != "cli" {
                let world = names.iter().filter(|(named, _)| WORLD.contains(&&**named));
                faults.extend(world.map(|(named, _)| format!("{file}: std::{named} belongs to cli")));
            }
        } else if room != "cli" && PRINTERS.contains(&&**token) && at(index + 1) == "!" {
            faults.push(format!("{file}: {token}! belongs to cli"));
        }
    }
    faults
}

fn room_fault(file: &str, rank: usize, named: &str) -> Option<String> {
    match ROOMS.iter().position(|room| *room == named) {
        Some(other) => (other > rank).then(|| format!("{file}: names the higher room {named}")),
        None => (named != "text").then(|| format!("{file}: crate::{named} is no room")),
    }
}

/// The name at a place, or the first names of the group `{a, b::c}` there, each with its place.
fn group(tokens: &[String], start: usize) -> Vec<(String, usize)> {
    if tokens.get(start).is_none_or(|token| token != "{") {
        return tokens
            .get(start)
            .map(|token| (token.clone(), start))
            .into_iter()
            .collect();
    }
    let (mut depth, mut names) = (0, Vec::new());
    for (index, token) in tokens.iter().enumerate().skip(start) {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            name if depth == 1 && ["{", ","].contains(&&*tokens[index - 1]) => names.push((name.to_owned(), index)),
            _ => (),
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// Leaves out what `#[cfg(test)]` stands before: up to its semicolon, or to the end of its braces.
fn without_tests(tokens: Vec<String>) -> Vec<String> {
    const TEST: &[&str] = &["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut kept, mut index) = (Vec::new(), 0);
    while index < tokens.len() {
        if !tokens[index..].iter().take(TEST.len()).eq(TEST) {
            kept.push(tokens[index].clone());
            index += 1;
            continue;
        }
        let mut depth = 0;
        index += TEST.len();
        while let Some(token) = tokens.get(index) {
            index += 1;
            depth += i32::from(token == "{") - i32::from(token == "}");
            if depth == 0 && (token == "}" || token == ";") {
                break;
            }
        }
    }
    kept
}

/// Names and signs; comments, literals and lifetimes are left out.
fn tokens(source: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = source;
    let after = |text: &'_ str, sign: &str| text.find(sign).map_or(text.len(), |place| place + sign.len());
    while let Some(first) = rest.chars().next() {
        let is_name = |sign: char| sign.is_alphanumeric() || sign == '_';
        let hashes = rest
            .trim_start_matches('b')
            .strip_prefix('r')
            .map(|text| text.len() - text.trim_start_matches('#').len());
        let opening = hashes.map(|count| format!("r{}\"", "#".repeat(count)));
        let taken = if rest.starts_with("//") {
            after(rest, "\n")
        } else if rest.starts_with("/*") {
            after(rest, "*/")
        } else if let Some(opening) =
            opening.filter(|opening| rest.trim_start_matches('b').starts_with(opening.as_str()))
        {
            let start = after(rest, &opening);
            start + after(&rest[start..], &format!("\"{}", &opening[1..opening.len() - 1]))
        } else if first == '"' {
            let mut is_escaped = false;
            let end = rest[1..].find(|sign| {
                let is_end = sign == '"' && !is_escaped;
                is_escaped = sign == '\\' && !is_escaped;
                is_end
            });
            end.map_or(rest.len(), |end| end + 2)
        } else if first == '\'' {
            let inner: Vec<char> = rest.chars().skip(1).take(2).collect();
            match inner[..] {
                ['\\', _] => 3 + after(&rest[3..], "'"),
                [sign, '\''] => 2 + sign.len_utf8(),
                _ => 1,
            }
        } else if is_name(first) {
            let end = rest.find(|sign| !is_name(sign)).unwrap_or(rest.len());
            tokens.push(rest[..end].to_owned());
            end
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    tokens
}

#[test]
fn each_violation_is_seen() {
    for (file, source, fault) in [
        (
            "value/mod.rs",
            "use crate::dataset::Dataset;",
            "names the higher room dataset",
        ),
        (
            "value/date.rs",
            "use crate::{text, vietnamese, blank::{self, Stamp}};",
            "names the higher room blank",
        ),
        (
            "value/date.rs",
            "fn f() { super::super::pack::x() }",
            "names the higher room pack",
        ),
        ("opc.rs", "use super::cli;", "names the higher room cli"),
        ("opc.rs", "type T = crate::Template;", "crate::Template is no room"),
        (
            "dataset/mod.rs",
            "use calamine::Reader;",
            "calamine belongs to workbook",
        ),
        (
            "template/mod.rs",
            "let a = zip::ZipArchive::new(b);",
            "zip belongs to opc",
        ),
        ("schema/mod.rs", "use jiff::Zoned;", "of jiff only civil::Date"),
        ("pack/mod.rs", "use std::{fmt, fs};", "std::fs belongs to cli"),
        (
            "pipeline/mod.rs",
            "let now = std::time::Instant::now();",
            "std::time belongs to cli",
        ),
        (
            "blank/mod.rs",
            "let a = \"\\\"//\"; println!(\"{a}\");",
            "println! belongs to cli",
        ),
        (
            "value/mod.rs",
            "#[cfg(test)] mod tests { x; } use crate::cli;",
            "names the higher room cli",
        ),
        ("attic.rs", "", "is no room"),
    ] {
        let found = check(file, source).join("\n");
        assert!(found.contains(fault), "{file}: {source}: {found:?}");
    }
    for (file, source) in [
        (
            "dataset/mod.rs",
            "use crate::{diagnostic::Text, schema, text}; use super::workbook; use jiff::civil::Date;",
        ),
        (
            "value/date.rs",
            "// calamine::Reader\n/* std::fs */ let a = (\"std::env::var\", r#\"zip::\"#, '\\'', '\"', a.zip(b));",
        ),
        (
            "value/date.rs",
            "fn f<'a>() {} #[cfg(test)] mod tests { use std::fs; fn g() { crate::cli::run(); } }",
        ),
        (
            "cli/mod.rs",
            "use std::env; println!(); use clap::Arg; use crate::pipeline;",
        ),
    ] {
        assert_eq!(check(file, source), Vec::<String>::new(), "{source}");
    }
}
