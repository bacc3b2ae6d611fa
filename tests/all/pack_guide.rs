//! What `templates/lam-goi.md`, the guide for makers of packs, says is so: its files, put where it puts them, and its
//! commands, run one after the other in one folder, give what it shows.
//!
//! A fence with a file's name after its language is the whole file; `+ name` is written at the file's end. A fence `console` has
//! commands after `$ `, each followed by lines that are all among what is printed. A command that shows an error fails.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use baocao::pack::{Files, Origin, Pack};

use crate::office::tools;

const GUIDE: &str = "templates/lam-goi.md";

/// Information line and content of a fenced block, whatever its number of backticks.
fn fences(guide: &str) -> Vec<(&str, Vec<&str>)> {
    let mut fences = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        let information = line.trim_start_matches('`');
        let fence = &line[..line.len() - information.len()];
        if fence.len() >= 3 {
            fences.push((information, lines.by_ref().take_while(|line| *line != fence).collect()));
        }
    }
    fences
}

/// The words of a command line; quoted ones may hold blanks.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, piece) in line.split('"').enumerate() {
        match index % 2 {
            0 => words.extend(piece.split_whitespace().map(str::to_owned)),
            _ => words.push(piece.to_owned()),
        }
    }
    words
}

/// Runs a command and says what it printed that the guide doesn't show, or the other way round.
fn fault(desk: &Path, command: &str, shown: &[&str]) -> Option<String> {
    let words = words(command);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = tools::baocao(desk, &words[1..]);
    let printed = tools::printed(&output);
    let wanted = i32::from(shown.iter().any(|line| line.contains("lỗi[")));
    if output.status.code() != Some(wanted) {
        return Some(format!("$ {command}\nends with {:?}\n{printed}", output.status.code()));
    }
    let missing = shown.iter().find(|line| !printed.contains(line.trim()));
    missing.map(|line| format!("$ {command}\ndoes not print: {line}\nbut:\n{printed}"))
}

#[test]
fn a_pack_made_by_the_guide_is_what_the_guide_shows() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join(GUIDE);
    let guide = fs::read_to_string(guide).expect("the guide");
    let folder = tempfile::tempdir().expect("a folder");
    let mut faults = Vec::new();
    let (mut files, mut commands) = (0, 0);
    for (information, lines) in fences(&guide) {
        let (language, name) = information.split_once(' ').unwrap_or((information, ""));
        if language == "console" {
            for (index, command) in lines.iter().enumerate() {
                let Some(command) = command.strip_prefix("$ ") else {
                    continue;
                };
                let shown = lines[index + 1..].split(|line| line.starts_with("$ ")).next();
                faults.extend(fault(folder.path(), command, shown.unwrap_or_default()));
                commands += 1;
            }
        } else if !name.is_empty() {
            let path = folder.path().join(name.trim_start_matches("+ "));
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            let mut file = OpenOptions::new()
                .create(true)
                .write(true)
                .append(name.starts_with("+ "))
                .truncate(!name.starts_with("+ "))
                .open(&path)
                .expect("a file");
            writeln!(file, "{}", lines.join("\n")).expect("written");
            files += 1;
        }
    }
    assert!(
        files >= 4 && commands >= 7,
        "only {files} files and {commands} commands"
    );
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// The pack that was made by following the guide passes all that is checked, and its templates are what its sources give.
#[test]
fn the_pack_that_was_made_by_the_guide_is_sound() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let output = tools::baocao(&samples, &["pack", "check", "./bc-ho-ngheo"]);
    let printed = tools::printed(&output);
    assert!(
        printed.contains("Gói đạt: 0 lỗi, 0 cảnh báo; đã thử 2 sổ tính mẫu"),
        "{printed}"
    );
    let files: Files = [
        "pack.toml",
        "bao-cao.md",
        "bao-cao.docx",
        "thong-bao.md",
        "thong-bao.docx",
    ]
    .map(|name| {
        let content = fs::read(samples.join("bc-ho-ngheo").join(name)).expect("a file");
        (name.to_owned(), content.into())
    })
    .into();
    let pack = Pack::parse(files, Origin::BuiltIn).expect("a sound pack");
    for output in &pack.outputs {
        let built = pack.build_template(output).expect("a source").expect("a sound source");
        assert!(
            pack.file(&output.template) == Some(&built[..]),
            "{} is old: baocao pack build samples/bc-ho-ngheo",
            output.template
        );
    }
}
