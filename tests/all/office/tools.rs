//! Runs the programs that a clerk's office has, or their nearest kin: LibreOffice, a PDF reader, Microsoft's validator.
//!
//! In: files. Out: page texts and the validator's findings. A program that is missing or fails is a panic, never a skip.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use unicode_normalization::UnicodeNormalization;

/// LibreOffice hangs now and then on a document that it does not like.
const PATIENCE: Duration = Duration::from_secs(180);

/// Whether the office programs are to be run. `./tests/run` installs them and says so; a plain `cargo test` does not.
pub fn wanted() -> bool {
    let wanted = std::env::var_os("BAOCAO_OFFICE").is_some_and(|value| value == "1");
    if !wanted {
        // Written past the test runner, which would keep it to itself.
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("office");
        let _ = writeln!(std::io::stderr(), "{name}: left to ./tests/run, which has LibreOffice");
    }
    wanted
}

/// The PDF that LibreOffice makes of a .docx or .xlsx, beside the file. Its settings are fresh at each call.
pub fn to_pdf(file: &Path) -> PathBuf {
    convert(file, "pdf")
}

/// What LibreOffice makes of a file in another format, beside the file.
pub fn convert(file: &Path, ending: &str) -> PathBuf {
    let profile = tempfile::tempdir().expect("a temporary folder");
    let folder = file.parent().expect("a file in a folder");
    let converted = file.with_extension(ending);
    let output = run(Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", profile.path().display()))
        .args(["--headless", "--norestore", "--convert-to", ending, "--outdir"])
        .args([folder, file]));
    assert!(
        output.status.success() && converted.is_file(),
        "LibreOffice does not open {}:\n{}",
        file.display(),
        printed(&output)
    );
    converted
}

/// Text files that LibreOffice makes of all documents of a folder, in one run, in another folder.
pub fn to_text(folder: &Path, target: &Path) {
    let profile = tempfile::tempdir().expect("a temporary folder");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let output = run(Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", profile.path().display()))
        .args([
            "--headless",
            "--norestore",
            "--convert-to",
            "txt:Text (encoded):UTF8",
            "--outdir",
        ])
        .arg(target)
        .args(files));
    assert!(output.status.success(), "LibreOffice: {}", printed(&output));
}

/// The text of each page, laid out as on paper: composed letters, plain blanks.
pub fn pages_text(pdf: &Path) -> Vec<String> {
    let output = run(Command::new("pdftotext")
        .args(["-layout", "-enc", "UTF-8"])
        .arg(pdf)
        .arg("-"));
    assert!(output.status.success(), "pdftotext: {}", printed(&output));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let text: String = text.nfc().map(|c| if c == '\u{a0}' { ' ' } else { c }).collect();
    let mut pages: Vec<String> = text.split('\u{c}').map(str::to_owned).collect();
    // A form feed ends each page, the last one too.
    pages.pop();
    pages
}

/// What Microsoft's validator finds in a .docx or .xlsx; nothing when the file is valid.
pub fn validator_findings(file: &Path) -> Option<String> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/node_modules/.bin/ooxml-validator");
    let output = run(Command::new(program).arg(file));
    match output.status.code() {
        Some(0) => None,
        Some(1) => Some(printed(&output)),
        _ => panic!("the validator does not run: {}", printed(&output)),
    }
}

/// Panics with the findings when Microsoft's validator has any.
#[track_caller]
pub fn validate(file: &Path) {
    if let Some(findings) = validator_findings(file) {
        panic!("{} is not valid:\n{findings}", file.display());
    }
}

/// Runs `baocao` in a folder, with nothing of the environment that could change what it does.
pub fn baocao(folder: &Path, arguments: &[&str]) -> Output {
    run(Command::new(env!("CARGO_BIN_EXE_baocao"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_DATA_HOME", folder.join("data"))
        .env("APPDATA", folder.join("data"))
        .env_remove("BAOCAO_TEMPLATES")
        .env_remove("BAOCAO_LANG"))
}

/// What a program wrote, for a message.
pub fn printed(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).trim().to_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    format!("{}\n{out}\n{err}", output.status)
}

fn run(command: &mut Command) -> Output {
    let name = command.get_program().to_string_lossy().into_owned();
    // Through files: a full pipe would stop a program that nobody reads.
    let out = tempfile::tempfile().expect("a temporary file");
    let err = tempfile::tempfile().expect("a temporary file");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(out.try_clone().expect("a handle"))
        .stderr(err.try_clone().expect("a handle"))
        .spawn()
        .unwrap_or_else(|error| panic!("{name} is missing, run ./tests/run: {error}"));
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if started.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{name} did not end within {} s", PATIENCE.as_secs());
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    Output {
        status,
        stdout: contents(out),
        stderr: contents(err),
    }
}

fn contents(mut file: std::fs::File) -> Vec<u8> {
    use std::io::{Read, Seek};
    let mut bytes = Vec::new();
    file.rewind()
        .and_then(|()| file.read_to_end(&mut bytes))
        .expect("a temporary file");
    bytes
}
