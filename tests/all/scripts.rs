//! Scripts of packs by way of the program, and what `templates/kich-ban.md`, the guide for their authors, says of them.
//!
//! An example of the guide is a fence `kich-ban`, the script; after it `mau`, what is typed in Word; and after that
//! `ket-qua`, what is printed, or `loi`, what is told.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use baocao::Lang;
use tempfile::TempDir;

use crate::cases;

const MANIFEST: &str = r#"id = "nho"
version = "1.0.0"
name = "Báo cáo nhỏ"
empty = "……"

[[output]]
id = "bao_cao"
label = "Báo cáo"
template = "bao-cao.docx"
source = "bao-cao.md"
file_name = "BC {{thong_tin.nam}}"

[[sheet]]
id = "thong_tin"
name = "Thông tin chung"
layout = "form"
field = [
  { id = "ten_xa", label = "Tên xã", type = "text", required = true },
  { id = "nam", label = "Năm báo cáo", type = "year", required = true },
]

[[sheet]]
id = "chi_tieu"
name = "Chỉ tiêu"
layout = "table"
field = [
  { id = "ten", label = "Tên chỉ tiêu", type = "text", required = true },
  { id = "ke_hoach", label = "Kế hoạch", type = "decimal" },
  { id = "thuc_hien", label = "Thực hiện", type = "decimal" },
]
"#;

const SOURCE: &str = "## BÁO CÁO NĂM {{thong_tin.nam}}

Xã {{thong_tin.ten_xa}}.

{{#each chi_tieu}}

- {{ten}}: {{xep_loai thuc_hien ke_hoach}}.

{{/each}}
";

const SCRIPT: &str = "/// Xếp loại một chỉ tiêu
fn xep_loai(thuc_hien, ke_hoach) {
    if thuc_hien == () || ke_hoach == () { return (); }
    if thuc_hien >= ke_hoach { \"đạt\" } else { \"chưa đạt\" }
}

fn check(data) {
    let found = [];
    for row in data.chi_tieu {
        if row.ke_hoach != () && row.ke_hoach < 0 {
            found.push(error(row.cell(\"ke_hoach\"), `kế hoạch ${row.ke_hoach} nhỏ hơn 0`).english(\"the plan is below 0\"));
        }
    }
    found
}
";

/// A folder of its own with the pack `packs/nho`.
struct Desk {
    folder: TempDir,
}

struct Run {
    status: i32,
    text: String,
}

impl Desk {
    fn new(script: &str) -> Self {
        let desk = Self {
            folder: TempDir::new().expect("a folder"),
        };
        fs::create_dir_all(desk.path("packs/nho")).expect("made");
        desk.write("packs/nho/pack.toml", MANIFEST);
        desk.write("packs/nho/bao-cao.md", SOURCE);
        desk.write("packs/nho/script.rhai", script);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).expect("written");
    }

    fn run(&self, line: &str) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_baocao"))
            .args(line.split_whitespace())
            .current_dir(self.folder.path())
            .env_remove("BAOCAO_LANG")
            .env("BAOCAO_TEMPLATES", self.path("packs"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("APPDATA", self.path("data"))
            .output()
            .expect("the program runs");
        Run {
            status: output.status.code().expect("an exit status"),
            text: String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8"),
        }
    }
}

impl Run {
    #[track_caller]
    fn is(self, status: i32, parts: &[&str]) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        for part in parts {
            assert!(self.text.contains(part), "“{part}” is not in\n{}", self.text);
        }
        self
    }
}

#[test]
fn a_pack_with_a_script_is_built_shown_checked_and_rendered() {
    let desk = Desk::new(SCRIPT);
    desk.run("pack build packs/nho").is(0, &[]);
    desk.run("pack check nho").is(0, &["Gói đạt: 0 lỗi"]);
    desk.run("pack show nho").is(
        0,
        &[
            "Hàm của gói, trong script.rhai",
            "xep_loai thuc_hien ke_hoach  Xếp loại một chỉ tiêu",
        ],
    );
    desk.run("pack show nho --json")
        .is(0, &["\"script_helpers\"", "\"parameters\""]);
    let row = |name: &str, plan: i32, done: i32| {
        format!("[[chi_tieu]]\nten = \"{name}\"\nke_hoach = {plan}\nthuc_hien = {done}\n")
    };
    let form = "[thong_tin]\nten_xa = \"Tân Hoà\"\nnam = 2023\n";
    desk.write(
        "data.toml",
        &format!("{form}{}{}", row("Thu", 10, 12), row("Chi", -1, 3)),
    );
    desk.run("blank nho --data data.toml -o a.xlsx").is(0, &[]);
    desk.run("check a.xlsx")
        .is(1, &["lỗi[kich-ban/loi]: kế hoạch -1 nhỏ hơn 0", "a.xlsx › Chỉ tiêu › "]);
    desk.run("check a.xlsx --lang en")
        .is(1, &["error[kich-ban/loi]: the plan is below 0"]);
    desk.run("check a.xlsx --annotate b.xlsx").is(1, &[]);
    desk.run("render a.xlsx").is(1, &["kich-ban/loi"]);
    assert!(!desk.path("BC 2023.docx").exists());
    desk.write(
        "data.toml",
        &format!("{form}{}{}", row("Thu", 10, 12), row("Chi", 5, 3)),
    );
    desk.run("blank nho --data data.toml -o c.xlsx").is(0, &[]);
    desk.run("render c.xlsx -o one.docx").is(0, &[]);
    desk.run("render c.xlsx -o two.docx").is(0, &[]);
    let bytes = |name: &str| fs::read(desk.path(name)).expect("a document");
    assert_eq!(
        bytes("one.docx"),
        bytes("two.docx"),
        "the same input gives the same bytes"
    );
    let text = crate::word_notation::shown(&bytes("one.docx"));
    assert!(text.contains("Thu: đạt.") && text.contains("Chi: chưa đạt."), "{text}");
}

#[test]
fn faults_of_a_script_come_with_all_others_of_its_pack() {
    let desk = Desk::new("fn check(data) {\n    [error(data,]\n}\n");
    let manifest = MANIFEST.replace("version = \"1.0.0\"", "version = \"một\"");
    desk.write("packs/nho/pack.toml", &manifest);
    desk.run("pack check nho").is(
        1,
        &[
            "kich-ban/cu-phap",
            "script.rhai › dòng 2, cột",
            "goi/phien-ban-sai",
            "pack.toml",
        ],
    );
    let desk = Desk::new(&format!("{SCRIPT}\nfn thua(x) {{ x }}\n"));
    desk.run("pack build packs/nho").is(0, &[]);
    desk.run("pack check nho")
        .is(0, &["cảnh báo[kich-ban/ham-thua]", "script.rhai › dòng 17"]);
    let desk = Desk::new(&SCRIPT.replace("xep_loai", "xep_loaii"));
    desk.run("pack build packs/nho");
    desk.run("pack check nho")
        .is(1, &["mau/ham-la", "xep_loai", "“xep_loaii”"]);
}

#[test]
fn a_hundred_thousand_rows_are_looked_through() {
    let script = "fn check(data) {\n let found = [];\n let sum = 0;\n for row in data.chi_tieu {\n \
                  if row.thuc_hien > row.ke_hoach { sum += row.thuc_hien; }\n }\n \
                  [warning(data, `tổng ${sum} trên ${data.chi_tieu.len()} dòng`)]\n}\nfn xep_loai(a, b) { a }\n";
    let desk = Desk::new(script);
    desk.run("pack build packs/nho").is(0, &[]);
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("Thông tin chung").expect("a name");
    for (row, (label, value)) in [("Tên xã", "Tân Hoà"), ("Năm báo cáo", "2023")].iter().enumerate() {
        sheet.write(row as u32, 0, *label).expect("a cell");
        sheet.write(row as u32, 1, *value).expect("a cell");
    }
    let sheet = book.add_worksheet().set_name("Chỉ tiêu").expect("a name");
    for (column, label) in ["Tên chỉ tiêu", "Kế hoạch", "Thực hiện"].iter().enumerate() {
        sheet.write(0, column as u16, *label).expect("a cell");
    }
    for row in 1..=100_000 {
        sheet.write(row, 0, "Thu").expect("a cell");
        sheet.write(row, 1, 1).expect("a cell");
        sheet.write(row, 2, 2).expect("a cell");
    }
    book.save(desk.path("a.xlsx")).expect("written");
    desk.run("check a.xlsx --pack nho")
        .is(0, &["kich-ban/canh-bao", "tổng 200000 trên 100000 dòng"]);
}

#[test]
fn examples_of_the_guide_to_scripts_come_out_as_it_shows() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/kich-ban.md");
    let guide = fs::read_to_string(guide).expect("the guide");
    let mut fences: Vec<(String, String)> = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if let Some(information) = line.strip_prefix("```") {
            let content: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            fences.push((information.to_owned(), content.join("\n")));
        }
    }
    let scripts = fences
        .iter()
        .enumerate()
        .filter(|(_, (information, _))| information == "kich-ban");
    let mut examples = 0;
    for (index, (_, script)) in scripts {
        examples += 1;
        let next = |offset: usize| fences.get(index + offset).expect("what follows a script");
        let (template, shown) = match next(1) {
            (information, template) if information == "mau" => (template.clone(), next(2)),
            shown => ("{{thong_tin.ten_xa}}".to_owned(), shown),
        };
        let (information, wanted) = shown;
        let result = match information.as_str() {
            "ket-qua" => format!("```result\n{wanted}\n```\n"),
            _ => String::new(),
        };
        let source = format!("## x\n\n```file script.rhai\n{script}\n```\n```template\n{template}\n```\n{result}");
        let case = cases::cases("kich-ban", &source).remove(0);
        let outcome = case.run();
        if information == "ket-qua" {
            assert_eq!(case.faults(&outcome), [""; 0], "{script}");
            continue;
        }
        let told = outcome.findings().print(Lang::Vi);
        for line in wanted.lines().filter(|line| !line.trim().is_empty()) {
            assert!(told.contains(line), "{script}\n{line}\nis not in\n{told}");
        }
        let count = wanted.lines().filter(|line| line.contains("[kich-ban/")).count();
        assert_eq!(told.matches("[kich-ban/").count(), count, "{told}");
    }
    assert!(examples >= 5, "only {examples} examples");
}
