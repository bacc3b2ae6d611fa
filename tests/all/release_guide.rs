//! What `templates/phat-hanh.md`, the guide to packing and releasing packs, says is so: its fences are worked through from the
//! top, in one folder.
//!
//! `toml PATH` is a file, which is written there; `mau` is the text of the Word template. `phien` is a session: after `> ` comes a command, then all that it prints,
//! results before messages; `…` stands for any text.

use std::collections::BTreeSet;
use std::fs;

use baocao::opc::archive::{self, Limits};

use crate::commands::Desk;
use crate::guide::fences;
use crate::word_notation;

const LIMITS: Limits = Limits {
    files: 9,
    file_bytes: 1 << 20,
    total_bytes: 1 << 20,
    depth: 0,
};

/// Whether a text is as a pattern with `…` has it.
fn fits(text: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split('…');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut last = "";
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
        last = piece;
    }
    // What stands for any text at the end takes the rest.
    rest.is_empty() || (pattern.contains('…') && (last.is_empty() || rest.ends_with(last)))
}

/// Commands of a session, each with what it prints.
fn steps(session: &str) -> Vec<(&str, String)> {
    let commands = session.split("> baocao ").skip(1);
    commands
        .map(|step| {
            let (command, printed) = step.split_once('\n').unwrap_or((step, ""));
            (command, printed.trim_end().to_owned())
        })
        .collect()
}

/// What a command printed: findings, results, then messages, blank lines between findings left out.
fn printed(desk: &Desk, line: &str) -> String {
    let run = desk.run_with(line, &[("BAOCAO_TEMPLATES", "")]);
    let (findings, messages): (Vec<&str>, Vec<&str>) = run
        .err
        .lines()
        .filter(|line| !line.is_empty())
        .partition(|line| ["lỗi[", "cảnh báo[", "  "].iter().any(|start| line.starts_with(start)));
    let mut lines = findings;
    lines.extend(run.out.lines().filter(|line| !line.is_empty()));
    lines.extend(messages);
    lines.join("\n")
}

#[test]
fn the_release_guide_comes_out_as_it_shows() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/phat-hanh.md");
    let guide = fs::read_to_string(path).expect("the guide");
    let desk = Desk::new();
    fs::create_dir_all(desk.path("soan/bao-cao-nho")).expect("made");
    let mut used = BTreeSet::new();
    let mut faults = Vec::new();
    for (information, content) in fences(&guide) {
        if let Some(path) = information.strip_prefix("toml ") {
            desk.write(path, content);
            continue;
        }
        if information == "mau" {
            desk.write("soan/bao-cao-nho/mau.docx", word_notation::docx(&content));
            continue;
        }
        assert_eq!(information, "phien", "a fence of another kind");
        for (line, wanted) in steps(&content) {
            spoil(&desk);
            used.insert(line.split(' ').take(2).collect::<Vec<_>>().join(" "));
            let found = printed(&desk, line);
            if !fits(&found, &wanted) {
                faults.push(format!("── baocao {line}\nwanted:\n{wanted}\nfound:\n{found}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    for command in [
        "pack pack",
        "pack install",
        "pack remove",
        "pack list",
        "pack check",
        "pack show",
    ] {
        assert!(used.contains(command), "{command} is not shown");
    }
}

/// Puts files there that were cut short and changed on their way, once there is one to begin with.
fn spoil(desk: &Desk) {
    let Ok(good) = fs::read(desk.path("bao-cao-nho-1.0.0.bcpack")) else {
        return;
    };
    desk.write("nhan-thieu.bcpack", &good[..good.len() / 2]);
    let mut files = archive::read(&good, &LIMITS).expect("a good archive");
    files.get_mut("pack.toml").expect("there").push(b'\n');
    let changed = archive::write(files.iter().map(|(name, content)| (name.as_str(), &content[..])));
    desk.write("bi-sua.bcpack", changed.expect("an archive"));
}

#[test]
fn a_pattern_fits_what_it_should() {
    for (text, pattern, wanted) in [
        ("abc", "abc", true),
        ("abcd", "abc", false),
        ("abc", "a…", true),
        ("abc", "…c", true),
        ("abcc", "…c", true),
        ("abc", "a…b", false),
        ("a\nb\nc", "a\n…c", true),
        ("abc", "b…", false),
    ] {
        assert_eq!(fits(text, pattern), wanted, "{text} {pattern}");
    }
    assert_eq!(steps("> baocao a b\nx\ny\n> baocao c\n").len(), 2);
}
