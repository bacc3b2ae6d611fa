//! The order of the rooms and the doors to the libraries, held by reading `src` as text.
//!
//! The picture is in `src/lib.rs`. A room is a folder or file of `src`; it names only rooms before it, and a library is
//! named by its rooms only. Comments and tests are left out.

use std::fs;
use std::path::Path;

use regex_lite::Regex;

/// Lowest first: a room names only rooms before it.
const ROOMS: [&str; 19] = [
    "diagnostic",
    "vietnamese",
    "value",
    "formula",
    "legal",
    "schema",
    "opc",
    "wml",
    "workbook",
    "dataset",
    "blank",
    "template",
    "outline",
    "lint",
    "script",
    "pack",
    "draft",
    "pipeline",
    "cli",
];

/// Libraries, and the rooms that may name them.
const DOORS: [(&str, &[&str]); 22] = [
    ("calamine", &["workbook"]),
    ("encoding_rs", &["workbook"]),
    ("rust_xlsxwriter", &["blank"]),
    ("handlebars", &["template"]),
    ("docx_rs", &["template", "outline"]),
    ("pulldown_cmark", &["outline"]),
    ("rhai", &["script"]),
    ("zip", &["opc"]),
    ("sha2", &["pack"]),
    ("quick_xml", &["opc", "wml", "workbook", "blank", "template"]),
    ("toml", &["legal", "dataset", "blank", "pack"]),
    ("unicode_normalization", &["vietnamese"]),
    ("strsim", &["vietnamese"]),
    ("regex_lite", &["schema", "dataset"]),
    ("serde_json", &["diagnostic", "cli"]),
    ("clap", &["cli"]),
    ("tempfile", &["cli"]),
    ("anyhow", &["cli"]),
    // The world outside: the core takes bytes and values.
    ("std::fs", &["cli"]),
    ("std::env", &["cli"]),
    ("std::time", &["cli"]),
    ("std::process", &["cli"]),
];

/// Rooms that may use all of the calendar; the others may name a civil date only.
const CALENDAR: [&str; 2] = ["vietnamese", "value"];

/// What a file does that it should not; `depth` is how many modules deep it lies.
fn faults(room: &str, depth: usize, source: &str) -> Vec<String> {
    let code = without_comments_and_tests(source);
    let mut faults = Vec::new();
    let place = |name: &str| ROOMS.iter().position(|room| *room == name);
    let Some(own) = place(room) else {
        return vec![format!("`{room}` is not among the rooms")];
    };
    // As many steps up as the file is deep lead to the crate's root.
    let climb = Regex::new(&format!(r"\b(?:super::){{{depth},}}")).expect("a pattern");
    let code = climb.replace_all(&code, "crate::").into_owned();
    for found in Regex::new(r"\bcrate::(\w+|\{[^;]*?\};)")
        .expect("a pattern")
        .captures_iter(&code)
    {
        for name in first_names(&found[1]) {
            if place(&name).is_some_and(|other| other > own) {
                faults.push(format!("`{room}` names `{name}`, which comes after it"));
            }
        }
    }
    for (library, rooms) in DOORS {
        let mut pattern = format!(r"(?:^|[^\w.:$])(?:::)?{library}::|\buse {library}\b");
        if let Some(module) = library.strip_prefix("std::") {
            pattern += &format!(r"|\bstd::\{{[^;]*\b{module}\b");
        }
        if !rooms.contains(&room) && Regex::new(&pattern).expect("a pattern").is_match(&code) {
            faults.push(format!("`{room}` names {library}, whose rooms are {rooms:?}"));
        }
    }
    let calendar = Regex::new(r"\bjiff::(\{|[\w:]+)").expect("a pattern");
    for found in calendar.captures_iter(&code) {
        if !CALENDAR.contains(&room) && !["civil::Date", "civil::date"].contains(&&found[1]) {
            faults.push(format!("`{room}` names jiff::{}, not just a date", &found[1]));
        }
    }
    let print = Regex::new(r"\b(e?print(ln)?|dbg|todo|unimplemented)!").expect("a pattern");
    for found in print.find_iter(&code) {
        faults.push(format!("`{room}` has a {}", found.as_str()));
    }
    faults
}

/// The first name of each path: `a::b` gives a, `{a::b, c::{d, e}};` gives a and c.
fn first_names(paths: &str) -> Vec<String> {
    let inner = paths.strip_suffix("};").and_then(|paths| paths.strip_prefix('{'));
    let mut depth = 0;
    let parts = inner.unwrap_or(paths).split(|sign| {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        sign == ',' && depth == 0
    });
    let name = |part: &str| {
        part.trim()
            .split(|sign: char| !sign.is_alphanumeric() && sign != '_')
            .next()
            .map(str::to_owned)
    };
    parts.filter_map(name).collect()
}

fn without_comments_and_tests(source: &str) -> String {
    let mut code = String::new();
    let mut lines = source.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]" {
            // A module in a file of its own is one line, one written here is the rest of the file.
            match lines.next() {
                Some(next) if next.trim_end().ends_with('{') && next.contains("mod ") => break,
                _ => continue,
            }
        }
        code.push_str(line.split("//").next().unwrap_or_default());
        code.push('\n');
    }
    code
}

fn walk(folder: &Path, depth: usize, room: Option<&str>, visit: &mut dyn FnMut(&str, usize, &Path)) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path.file_stem().expect("a name").to_str().expect("ASCII").to_owned();
        let room = room.unwrap_or(&name);
        if path.is_dir() {
            walk(&path, depth + 1, Some(room), visit);
        } else if path.extension().is_some_and(|ending| ending == "rs") && name != "tests" {
            visit(room, if name == "mod" { depth - 1 } else { depth }, &path);
        }
    }
}

#[test]
fn rooms_name_only_rooms_before_them_and_libraries_have_their_doors() {
    let mut all = Vec::new();
    let mut seen = 0;
    walk(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        1,
        None,
        &mut |room, depth, path| {
            if depth == 1 && ["lib", "main"].contains(&room) {
                return;
            }
            seen += 1;
            let source = fs::read_to_string(path).expect("readable");
            all.extend(
                faults(room, depth, &source)
                    .iter()
                    .map(|fault| format!("{}: {fault}", path.display())),
            );
        },
    );
    assert!(seen > ROOMS.len(), "{seen} files were read");
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn the_check_itself_sees_each_kind_of_breach() {
    for (room, depth, source) in [
        ("value", 1, "use crate::schema::Field;"),
        ("value", 2, "fn f() -> super::super::pack::Pack {}"),
        (
            "opc",
            1,
            "use crate::{\n    text,\n    diagnostic::{Lang, Text}, cli,\n};",
        ),
        ("dataset", 2, "use calamine::Reader;"),
        ("blank", 1, "fn f() { ::zip::read() }"),
        ("pack", 1, "let x = std::fs::read(path);"),
        ("pack", 1, "use std::{borrow::Cow, fs};"),
        ("schema", 1, "use jiff::Zoned;"),
        ("pipeline", 1, "println!(\"x\");"),
        ("misc", 1, ""),
    ] {
        assert_eq!(faults(room, depth, source).len(), 1, "{room}: {source}");
    }
    for (room, depth, source) in [
        (
            "schema",
            1,
            "use crate::value::Value;\nuse crate::{diagnostic::Text, text};",
        ),
        (
            "pack",
            2,
            "use super::Pack; // like crate::cli does\nlet y = a.iter().zip(b);",
        ),
        ("dataset", 1, "#[cfg(test)]\nmod tests;\nuse jiff::civil::Date;"),
        (
            "opc",
            1,
            "use zip::ZipArchive;\n#[cfg(test)]\nmod tests {\n    use crate::cli;\n}",
        ),
    ] {
        assert_eq!(faults(room, depth, source), Vec::<String>::new(), "{room}: {source}");
    }
    let hidden = faults("opc", 1, "#[cfg(test)]\nmod tests;\nuse crate::cli;");
    assert_eq!(
        hidden.len(),
        1,
        "what follows a test module in a file of its own is read"
    );
}
