//! The built program, run in folders of its own: what it prints, what it writes, and its exit status.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use crate::xls_workbook::Xls;
use baocao::opc::{Limits, Package};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const PACK: &str = r#"id = "nho"
version = "1.0.0"
name = "Báo cáo nhỏ"
empty = "……"

[[output]]
id = "bao_cao"
label = "Báo cáo"
template = "bao-cao.docx"
source = "bao-cao.md"
layout = "free"
file_name = "BC {{thong_tin.nam}}/{{thong_tin.ten_xa}}"

[[sheet]]
id = "thong_tin"
name = "Thông tin chung"
layout = "form"
  [[sheet.field]]
  id = "ten_xa"
  label = "Tên xã"
  type = "text"
  help = "Chỉ ghi tên riêng."
  required = true
  example = "Tân Hoà"
  [[sheet.field]]
  id = "nam"
  label = "Năm báo cáo"
  type = "year"
  help = "Năm của số liệu."
  required = true
  example = "2023"
  [[sheet.field]]
  id = "ghi_chu"
  label = "Ghi chú"
  type = "text"
  help = "Nếu có."
  example = "Hết"

[[sheet]]
id = "khen_thuong"
name = "Khen thưởng"
layout = "table"
required = false
  [[sheet.field]]
  id = "hinh_thuc"
  label = "Hình thức"
  type = "text"
  help = "Ghi đủ tên."
  example = "Giấy khen"
  [[sheet.field]]
  id = "so_luong"
  label = "Số lượng"
  type = "count"
  help = "Số người."
  example = "3"
"#;

pub(crate) const SOURCE: &str = "## BÁO CÁO NĂM {{thong_tin.nam}}

Xã {{thong_tin.ten_xa}} báo cáo. {{thong_tin.ghi_chu}}

{{#each khen_thuong}}

- {{hinh_thuc}}: {{so_luong}}.

{{/each}}
";

pub(crate) const DATA: &str = "[thong_tin]
ten_xa = \"Tân Hoà\"
nam = 2023
ghi_chu = \"Hết\"

[[khen_thuong]]
hinh_thuc = \"Giấy khen\"
so_luong = 3
";

/// A folder with the small pack in `packs/nho`, its template built.
pub(crate) struct Desk {
    folder: TempDir,
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Self { folder };
        fs::create_dir_all(desk.path("packs/nho")).expect("made");
        desk.write("packs/nho/pack.toml", PACK);
        desk.write("packs/nho/bao-cao.md", SOURCE);
        desk.write("data.toml", DATA);
        desk.run("pack build packs/nho").is(0);
        desk
    }

    /// The same with a filled workbook `a.xlsx`.
    pub(crate) fn with_workbook() -> Self {
        let desk = Self::new();
        desk.run("blank nho --data data.toml -o a.xlsx").is(0);
        desk
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("written");
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Names of the files in a folder.
    pub(crate) fn files(&self, folder: &str) -> BTreeSet<String> {
        let entries = fs::read_dir(self.path(folder)).expect("a folder");
        entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect()
    }

    pub(crate) fn run(&self, line: &str) -> Run {
        self.run_with(line, &[])
    }

    /// Runs a command line of words without blanks, in the folder, away from the user's own packs and settings.
    pub(crate) fn run_with(&self, line: &str, environment: &[(&str, &str)]) -> Run {
        self.run_words(&line.split_whitespace().collect::<Vec<_>>(), environment)
    }

    /// The same with words that may hold blanks.
    pub(crate) fn run_words(&self, words: &[&str], environment: &[(&str, &str)]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_baocao"))
            .args(words)
            .current_dir(self.folder.path())
            .env_remove("BAOCAO_LANG")
            .env("BAOCAO_TEMPLATES", self.path("packs"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("APPDATA", self.path("data"))
            .envs(environment.iter().copied())
            .output()
            .expect("the program runs");
        Run {
            status: output.status.code().expect("an exit status"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// Runs with `--json` and reads the one document; nothing else may be printed.
    pub(crate) fn json(&self, line: &str) -> Value {
        let run = self.run(&format!("{line} --json"));
        assert_eq!(run.err, "", "{line}");
        let document: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{line}: {error}\n{run:?}"));
        assert_eq!(document["status"], run.status, "{line}");
        for member in ["command", "errors", "warnings", "findings"] {
            assert!(!document[member].is_null(), "{line}: {member} is not in {document}");
        }
        document
    }
}

impl Run {
    #[track_caller]
    pub(crate) fn is(&self, status: i32) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        for leak in ["panicked", "RUST_BACKTRACE", "src/"] {
            assert!(!self.err.contains(leak) && !self.out.contains(leak), "{self:?}");
        }
        self
    }

    /// Both streams hold, together, each of these.
    #[track_caller]
    pub(crate) fn says(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(
                self.out.contains(part) || self.err.contains(part),
                "“{part}” is not in\n{}{}",
                self.out,
                self.err
            );
        }
        self
    }
}

/// The text of a document, tags of markup taken out.
pub(crate) fn words(docx: &[u8]) -> String {
    let package = Package::read(docx.to_vec(), &Limits::default()).expect("a package");
    let xml = String::from_utf8(package.part("word/document.xml").expect("a body")).expect("UTF-8");
    xml.split('<')
        .filter_map(|piece| piece.split_once('>'))
        .map(|(_, text)| text)
        .collect()
}

const REPORT: &str = "BC 2023-Tân Hoà.docx";

#[test]
fn a_pack_goes_from_its_text_to_a_finished_report() {
    let desk = Desk::new();
    desk.run("pack check nho")
        .is(0)
        .says(&["Gói đạt: 0 lỗi, 0 cảnh báo; đã thử 1 sổ tính làm từ các ví dụ, 1 văn bản."]);
    let run = desk.run("blank nho --data data.toml");
    run.is(0);
    assert_eq!(run.out, "nho.xlsx\n");
    desk.run("check nho.xlsx").is(0).says(&["Không có lỗi nào."]);
    let run = desk.run("render nho.xlsx");
    run.is(0).says(&["Đã ghi 1 văn bản."]);
    assert_eq!(run.out, format!("{REPORT}\n"), "the path alone is the result");
    let words = words(&desk.read(REPORT));
    for part in ["BÁO CÁO NĂM 2023", "Xã Tân Hoà báo cáo. Hết", "- Giấy khen: 03."] {
        assert!(words.contains(part), "{words}");
    }
}

#[test]
fn a_report_is_never_replaced_unless_told() {
    let desk = Desk::with_workbook();
    desk.run("a.xlsx").is(0);
    let first = desk.read(REPORT);
    desk.write(REPORT, "edited by hand");
    desk.write("BC 2023-Tân Hoà (2).docx", "");
    desk.run("a.xlsx")
        .is(2)
        .says(&["ghi/da-co", "BC 2023-Tân Hoà (3).docx", "--force"]);
    assert_eq!(desk.read(REPORT), b"edited by hand");
    desk.run("a.xlsx --force").is(0);
    assert_eq!(desk.read(REPORT), first, "the same workbook gives the same bytes");
    desk.run("blank nho -o a.xlsx").is(2).says(&["ghi/da-co", "a (2).xlsx"]);
    assert!(
        !desk.files(".").iter().any(|name| name.contains("tmp")),
        "no temporary file stays"
    );
}

#[test]
fn outputs_go_where_they_are_sent() {
    let desk = Desk::with_workbook();
    fs::create_dir(desk.path("out")).expect("made");
    desk.run("render a.xlsx -o out").is(0);
    desk.run("render a.xlsx -o out/x.docx").is(0);
    assert_eq!(
        desk.files("out"),
        BTreeSet::from([REPORT.to_owned(), "x.docx".to_owned()])
    );
    desk.run("blank nho -o out").is(0);
    assert!(desk.files("out").contains("nho.xlsx"));
    desk.run("render a.xlsx -o a.xlsx").is(2).says(&["cần là tệp .docx"]);
    desk.run("render a.xlsx -o none/x.docx")
        .is(2)
        .says(&["không có thư mục “none”"]);
    desk.run("render a.xlsx -o a.xlsx/x.docx")
        .is(2)
        .says(&["“a.xlsx” không phải thư mục"]);
    desk.run("render a.xlsx -o x.pdf").is(2).says(&["ghi/noi-ghi-sai"]);
}

#[test]
fn several_workbooks_are_rendered_and_never_into_one_file() {
    let desk = Desk::with_workbook();
    desk.write("b.toml", DATA.replace("2023", "2024"));
    desk.run("blank nho --data b.toml -o b.xlsx").is(0);
    desk.run("blank nho -o c.xlsx").is(0);
    let run = desk.run("a.xlsx b.xlsx c.xlsx");
    run.is(1)
        .says(&["Đã ghi 2 văn bản; 2 lỗi.", "c.xlsx › Thông tin chung"]);
    assert_eq!(run.out.lines().count(), 2);
    desk.run("a.xlsx b.xlsx -o x.docx").is(2).says(&["ghi/nhieu-vao-mot"]);
    fs::copy(desk.path("a.xlsx"), desk.path("d.xlsx")).expect("copied");
    desk.run("a.xlsx d.xlsx --force").is(2).says(&["trùng tên tệp"]);
}

#[test]
fn a_workbook_gives_the_same_bytes_alone_and_among_others_of_several_packs() {
    let desk = Desk::with_workbook();
    let other = [("pack.toml", PACK), ("bao-cao.md", SOURCE)];
    fs::create_dir_all(desk.path("packs/khac")).expect("made");
    for (name, content) in other {
        let content = content.replace("\"nho\"", "\"khac\"").replace("BÁO CÁO", "TỔNG KẾT");
        desk.write(&format!("packs/khac/{name}"), content);
    }
    desk.run("pack build packs/khac").is(0);
    // The second holds less than the first and the third is of another pack: nothing of one may reach the next.
    desk.write(
        "b.toml",
        "[thong_tin]\nten_xa = \"Xuân Lộc\"\nnam = 2024\n[[khen_thuong]]\nhinh_thuc = \"Bằng khen\"\n",
    );
    desk.write("c.toml", DATA.replace("Tân Hoà", "Hoà An"));
    desk.run("blank nho --data b.toml -o b.xlsx").is(0);
    desk.run("blank khac --data c.toml -o c.xlsx").is(0);
    desk.write("e.xlsx", "no workbook");
    for folder in ["alone", "all"] {
        fs::create_dir(desk.path(folder)).expect("made");
    }
    let mut findings = 0;
    for workbook in ["a.xlsx", "b.xlsx", "c.xlsx"] {
        let run = desk.run(&format!("render {workbook} -o alone"));
        run.is(0);
        findings += run.err.matches("cảnh báo[").count();
    }
    let run = desk.run("render a.xlsx e.xlsx b.xlsx c.xlsx a.xlsx -o all");
    run.is(2).says(&[
        "e.xlsx",
        "hai văn bản của lần chạy này trùng tên tệp",
        "Đã ghi 3 văn bản",
    ]);
    // Those of `a.xlsx` are not told again: it is refused the second time.
    assert_eq!(run.err.matches("cảnh báo[").count(), findings, "{}", run.err);
    assert_eq!(desk.files("all"), desk.files("alone"));
    assert_eq!(desk.files("all").len(), 3);
    for name in desk.files("alone") {
        let (all, alone) = (desk.read(&format!("all/{name}")), desk.read(&format!("alone/{name}")));
        assert!(all == alone, "{name}");
    }
}

#[test]
fn of_many_workbooks_each_that_names_a_file_again_is_refused_however_the_path_is_written() {
    let desk = Desk::with_workbook();
    fs::create_dir_all(desk.path("x/y")).expect("made");
    let copies: Vec<String> = (0..20).map(|number| format!("{number}.xlsx")).collect();
    for copy in &copies {
        fs::copy(desk.path("a.xlsx"), desk.path(copy)).expect("copied");
    }
    let line = format!("{} x/../a.xlsx --force", copies.join(" "));
    let run = desk.run(&line);
    run.is(2).says(&["Đã ghi 1 văn bản; 20 lỗi."]);
    assert_eq!(
        run.err.matches("hai văn bản của lần chạy này trùng tên tệp").count(),
        20
    );
}

#[test]
fn errors_of_a_workbook_stop_the_report_and_are_listed_by_cell() {
    let desk = Desk::new();
    desk.run("blank nho").is(0);
    let before = desk.files(".");
    let run = desk.run("check nho.xlsx");
    run.is(1)
        .says(&["«Tên xã»", "«Năm báo cáo»", "Thông tin chung › B", "2 lỗi"]);
    assert!(
        run.out.contains("lỗi[") && !run.err.contains("lỗi["),
        "findings are the result of a check"
    );
    let run = desk.run("render nho.xlsx");
    run.is(1).says(&["Chưa ghi gì; 2 lỗi."]);
    assert_eq!(run.out, "");
    assert_eq!(desk.files("."), before);
    let document = desk.json("check nho.xlsx");
    assert_eq!(
        (&document["command"], &document["errors"]),
        (&"check".into(), &2.into())
    );
    assert_eq!(document["pack"]["id"], "nho");
    let finding = &document["findings"][0];
    assert_eq!(
        (&finding["sheet"], &finding["severity"]),
        (&"Thông tin chung".into(), &"error".into())
    );
    assert_eq!(
        (&finding["field"], &finding["file"]),
        (&"ten_xa".into(), &"nho.xlsx".into())
    );
    assert!(
        finding["cell"].as_str().is_some_and(|cell| cell.starts_with('B')),
        "{finding}"
    );
    assert!(
        finding["row"].is_u64() && finding["message"].is_string() && finding["hint"].is_string(),
        "{finding}"
    );
}

#[test]
fn the_pack_in_use_is_named_and_a_folder_that_was_passed_over_is_warned_about() {
    let desk = Desk::with_workbook();
    let document = desk.json("pack check nho");
    let origin = document["pack"]["origin"].as_str().expect("an origin");
    assert!(origin.ends_with("nho") && document["warnings"] == 0, "{document}");
    desk.run("pack check nho")
        .is(0)
        .says(&["Gói được dùng: nho (", "packs"]);

    // A copy that somebody edits, and whose manifest is broken by it.
    fs::create_dir(desk.path("nho")).expect("made");
    desk.write("nho/pack.toml", "id = ");
    for line in [
        "pack check nho",
        "pack show nho",
        "blank nho -o b.xlsx",
        "check a.xlsx --pack nho",
        "render a.xlsx --pack nho",
    ] {
        desk.run(line).is(0).says(&[
            "cảnh báo[goi/thu-muc-cung-ten]: ở đây có thư mục gói “nho” nhưng gói được dùng là gói cùng tên (",
            "gợi ý: muốn dùng thư mục ấy thì ghi ./nho",
            "1 cảnh báo",
        ]);
        let force = ["blank", "render"].iter().any(|command| line.starts_with(command));
        let document = desk.json(&format!("{line}{}", if force { " --force" } else { "" }));
        assert_eq!(document["findings"][0]["code"], "goi/thu-muc-cung-ten", "{line}");
        assert_eq!(document["pack"]["origin"], origin, "{line}");
    }
    desk.run("--lang en pack check nho").is(0).says(&[
        "there is a pack folder “nho” here, but the pack in use is another of that name",
        "to use that folder, write ./nho",
        "The pack in use: nho (",
    ]);
    let run = desk.run("check a.xlsx --pack nho --annotate x.xlsx");
    run.is(0).says(&["Không có lỗi nào nên không ghi bản đánh dấu"]);
    // The folder itself, where it is meant.
    desk.run("pack check ./nho").is(1);
    desk.run_with("pack check nho", &[("BAOCAO_TEMPLATES", ".")]).is(1);
    // Not named, not told.
    let run = desk.run("check a.xlsx");
    assert!(
        !run.err.contains("Gói được dùng") && !run.out.contains("goi/"),
        "{run:?}"
    );

    // The pack of the search is the broken one: the warning comes with its errors.
    fs::copy(desk.path("packs/nho/pack.toml"), desk.path("nho/pack.toml")).expect("copied");
    desk.write("packs/nho/pack.toml", "id = ");
    desk.run("pack check nho")
        .is(1)
        .says(&["nho/pack.toml", "goi/thu-muc-cung-ten"]);
}

#[test]
fn templates_that_word_could_not_open_either_are_to_be_copied_again() {
    let desk = Desk::new();
    let sound = desk.read("packs/nho/bao-cao.docx");
    let again = "chép lại tệp này từ nơi đã nhận gói";
    let word = "mở tệp bằng Word rồi lưu lại";
    for (content, words) in [
        (Vec::new(), ["tệp rỗng", again]),
        (sound[..sound.len() / 2].to_vec(), ["tệp bị cụt", again]),
        (
            bomb(),
            ["quá lớn sau khi giải nén", "văn bản Word không lớn như vậy: chép lại"],
        ),
        (b"{\\rtf1}".to_vec(), ["RTF", word]),
    ] {
        desk.write("packs/nho/bao-cao.docx", content);
        let run = desk.run("pack check nho");
        run.is(1).says(&["mau/khong-doc-duoc"]).says(&words);
        assert_eq!(run.out.contains(word), words[1] == word, "{run:?}");
    }
}

/// A package whose main part is 300 MB large once it is inflated.
fn bomb() -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";
    let relationships = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"d.xml\"/></Relationships>";
    for (name, content) in [("[Content_Types].xml", types), ("_rels/.rels", relationships)] {
        writer.start_file(name, options).expect("a part");
        writer.write_all(content.as_bytes()).expect("written");
    }
    writer.start_file("d.xml", options).expect("a part");
    for _ in 0..300 {
        writer.write_all(&[b' '; 1 << 20]).expect("written");
    }
    writer.finish().expect("an archive").into_inner()
}

#[test]
fn an_old_workbook_is_converted_to_be_marked_and_its_copy_checks_the_same() {
    let desk = Desk::new();
    let xls = Xls::new(
        "## Thông tin chung\n| Tên xã | Tân Hoà |\n| Năm báo cáo | hai nghìn |\n\n## Khen thưởng\n| Kiểu khen | SL |\n| {font .VnTime}GiÊy khen | ba |",
    );
    desk.write("cu.xls", xls.property("baocao.pack", "nho").build());
    desk.write(
        "cu.mapping.toml",
        "[columns]\n\"Kiểu khen\" = \"hinh_thuc\"\n\"SL\" = \"so_luong\"\n",
    );
    fs::copy(desk.path("cu.mapping.toml"), desk.path("mapping.toml")).expect("copied");
    let run = desk.run("check cu.xls --annotate sai.xlsx");
    run.is(1).says(&[
        "Đã ghi bản đánh dấu lỗi; ",
        "Tệp .xls không đánh dấu trực tiếp được nên bản này được chuyển sang .xlsx",
    ]);
    let [before, after] = ["cu.xls", "sai.xlsx"].map(|name| {
        let document = desk.json(&format!("check {name}"));
        assert_eq!(document["pack"]["id"], "nho");
        let text = document["findings"].to_string().replace(name, "");
        let findings: Vec<Value> = serde_json::from_str(&text).expect("findings");
        (findings, document["sheets"].clone())
    });
    // What was in an old encoding is plain in the copy.
    let is_decoded = |finding: &Value| finding["code"] == "chu/ma-cu";
    assert!(before.0.iter().any(is_decoded) && !after.0.iter().any(is_decoded));
    let others: Vec<&Value> = before.0.iter().filter(|finding| !is_decoded(finding)).collect();
    assert_eq!(others, after.0.iter().collect::<Vec<_>>());
    assert_eq!(before.1, after.1);
    let cells: Vec<&Value> = others.iter().map(|finding| &finding["cell"]).collect();
    assert!(cells.contains(&&"B2".into()), "{others:?}");
    assert_eq!(desk.json("check cu.xls --annotate sai.xlsx --force")["converted"], true);
}

#[test]
fn errors_of_a_workbook_are_marked_in_a_copy_that_checks_the_same() {
    let desk = Desk::new();
    desk.run("blank nho").is(0);
    let source = desk.read("nho.xlsx");
    let run = desk.run("check nho.xlsx --annotate sai.xlsx");
    run.is(1)
        .says(&["Đã ghi bản đánh dấu lỗi; 2 lỗi ở 1 trang tính.", "«Tên xã»"]);
    assert!(run.out.ends_with("sai.xlsx\n"), "{run:?}");
    let copy = desk.read("sai.xlsx");
    assert_eq!(desk.read("nho.xlsx"), source);
    let told = |line: &str| desk.json(line)["findings"].to_string().replace("sai.xlsx", "nho.xlsx");
    assert_eq!(told("check sai.xlsx"), told("check nho.xlsx"));

    desk.run("check nho.xlsx --annotate sai.xlsx")
        .is(2)
        .says(&["ghi/da-co", "«Tên xã»"]);
    let document = desk.json("check nho.xlsx --annotate sai.xlsx --force");
    assert_eq!(
        (&document["annotated"], &document["converted"]),
        (&"sai.xlsx".into(), &false.into())
    );
    assert_eq!(desk.read("sai.xlsx"), copy, "the same bytes each time");
    for line in [
        "check nho.xlsx --annotate nho.xlsx --force",
        "check nho.xlsx --annotate ./nho.xlsx --force",
    ] {
        desk.run(line).is(2).says(&["ghi/trung-ten", "sổ tính được giữ nguyên"]);
    }
    assert_eq!(desk.read("nho.xlsx"), source);
    desk.run("check nho.xlsx --annotate sai.xls")
        .is(2)
        .says(&["cần là tệp .xlsx"]);
    fs::create_dir(desk.path("out")).expect("made");
    desk.run("check nho.xlsx --annotate out").is(1);
    assert!(desk.files("out").contains("nho (đánh dấu lỗi).xlsx"));
    let desk = Desk::with_workbook();
    desk.run("check a.xlsx --annotate x.xlsx")
        .is(0)
        .says(&["Không có lỗi nào nên không ghi bản đánh dấu."]);
    assert!(!desk.path("x.xlsx").exists());
}

#[test]
fn warnings_are_told_and_the_report_is_written() {
    let desk = Desk::new();
    desk.write("b.toml", DATA.replace("ghi_chu = \"Hết\"", ""));
    desk.run("blank nho --data b.toml").is(0);
    let run = desk.run("nho.xlsx");
    run.is(0)
        .says(&["cảnh báo[", "«Ghi chú»", "Đã ghi 1 văn bản; 1 cảnh báo."]);
    assert_eq!(run.out, format!("{REPORT}\n"));
    let document = desk.json("render nho.xlsx --force");
    assert_eq!(document["warnings"], 1);
    assert_eq!(document["documents"][0]["path"], REPORT);
    assert_eq!(document["documents"][0]["output"], "bao_cao");
}

#[test]
fn files_that_are_no_workbooks_are_told_plainly() {
    let desk = Desk::with_workbook();
    desk.write("b.xlsx", "Tên xã,Tân Hoà\n");
    desk.write("c.xlsx", "");
    fs::copy(desk.path("packs/nho/bao-cao.docx"), desk.path("d.xlsx")).expect("copied");
    desk.write("e.xlsx", "<html><table><tr><td>Tân Hoà</td></tr></table></html>");
    // A workspace of Excel 4, older than what can be read; a workbook of Excel 97 under a password.
    desk.write("f.xlsx", b"\x09\x04\x06\0\0\x04\0\x01\0\0");
    desk.write("h.xlsx", Xls::new("## A\n| x |").password().build());
    let whole = desk.read("a.xlsx");
    desk.write("g.xlsx", &whole[..whole.len() / 2]);
    for (line, parts) in [
        ("check aa.xlsx", &["không thấy tệp này", "“a.xlsx”"][..]),
        ("render none/a.xlsx", &["không thấy tệp này", "none” cũng không có"]),
        ("check packs", &["đây là thư mục"]),
        ("check b.xlsx", &["tep/van-ban-thuan", "b.xlsx"]),
        ("check c.xlsx", &["tep/rong"]),
        ("check d.xlsx", &["tep/khong-phai-excel"]),
        ("check e.xlsx", &["tep/trang-web"]),
        ("check f.xlsx", &["tep/xls-cu"]),
        ("check g.xlsx", &["tep/hong"]),
        ("check h.xlsx", &["tep/mat-khau"]),
        ("check data.toml", &["tep/van-ban-thuan"]),
        ("blank nho --data none.toml", &["không thấy tệp này", "“data.toml”"]),
    ] {
        desk.run(line).is(2).says(parts);
        assert_eq!(desk.json(line)["findings"][0]["severity"], "error");
    }
}

#[test]
fn a_workbook_that_fits_no_pack_is_refused_with_the_packs_there_are() {
    let desk = Desk::new();
    let mut workbook = rust_xlsxwriter::Workbook::new();
    workbook
        .add_worksheet()
        .set_name("Lương")
        .expect("a name")
        .write(0, 0, "Họ tên")
        .expect("written");
    workbook.save(desk.path("x.xlsx")).expect("saved");
    desk.run("check x.xlsx")
        .is(1)
        .says(&["goi/khong-nhan-ra", "nho", "bc-thi-dua-khen-thuong"]);
    desk.run("check x.xlsx --pack nho").is(1).says(&["Thông tin chung"]);
    // One without a stamp is known by its sheets and headers.
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("thong tin chung").expect("a name");
    for (row, (label, value)) in [("Tên xã", "Tân Hoà"), ("Năm báo cáo", "2023"), ("Ghi chú", "x")]
        .into_iter()
        .enumerate()
    {
        sheet
            .write(row as u32, 0, label)
            .and_then(|sheet| sheet.write(row as u32, 1, value))
            .expect("written");
    }
    workbook.save(desk.path("y.xlsx")).expect("saved");
    assert_eq!(desk.json("check y.xlsx")["pack"]["id"], "nho");
}

#[test]
#[cfg(unix)]
fn a_folder_that_takes_no_files_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::with_workbook();
    let folder = desk.path("shut");
    fs::create_dir(&folder).expect("made");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).expect("set");
    // Nothing is shut to root.
    if fs::write(folder.join("probe"), "").is_err() {
        desk.run("render a.xlsx -o shut").is(2).says(&["không có quyền ghi"]);
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("set");
}

#[test]
fn packs_are_listed_with_their_places_and_the_first_of_an_id_wins() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("other/nho")).expect("made");
    for name in ["pack.toml", "bao-cao.md", "bao-cao.docx"] {
        fs::copy(desk.path("packs/nho").join(name), desk.path("other/nho").join(name)).expect("copied");
    }
    desk.write("other/nho/pack.toml", PACK.replace("1.0.0", "2.0.0"));
    let run = desk.run("pack list --templates other");
    run.is(0)
        .says(&["nho 2.0.0", "nho 1.0.0", "không dùng", "có sẵn trong chương trình"]);
    assert!(run.out.find("nho 2.0.0") < run.out.find("nho 1.0.0"), "{}", run.out);
    let document = desk.json("--templates other pack list");
    let shadowed: Vec<_> = document["packs"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|pack| pack["shadowed"].as_bool())
        .collect();
    assert_eq!(shadowed[..2], [Some(false), Some(true)]);
    assert_eq!(shadowed.len(), 2 + baocao::pack::BUILT_IN.len());
    assert!(shadowed[2..].iter().all(|shadowed| *shadowed == Some(false)));
    desk.run("blank nho --data data.toml").is(0);
    desk.run("check nho.xlsx --templates other")
        .is(0)
        .says(&["goi/khac-phien-ban", "1.0.0", "2.0.0"]);
    desk.run("pack list --templates nowhere")
        .is(2)
        .says(&["goi/khong-thay", "nowhere"]);
    desk.run("blank nhoo")
        .is(2)
        .says(&["không có gói “nhoo”", "có phải là “nho”?"]);
    // A folder does as well as an id.
    desk.run("blank ./other/nho --force").is(0);
}

#[test]
fn the_built_in_pack_is_sound_and_makes_its_blank_workbook() {
    let desk = Desk::new();
    desk.run("pack check bc-thi-dua-khen-thuong").is(0);
    desk.run("blank bc-thi-dua-khen-thuong").is(0);
    let document = desk.json("check bc-thi-dua-khen-thuong.xlsx");
    assert_eq!(document["pack"]["id"], "bc-thi-dua-khen-thuong");
    assert_eq!(document["status"], 1, "what is required is still missing");
}

#[test]
fn an_unreadable_picture_of_a_pack_is_told_when_the_pack_is_checked() {
    let desk = Desk::new();
    let source = SOURCE.to_owned() + "\n{{image \"con_dau\"}}\n\n{{image \"chu_ky\"}}\n";
    desk.write("packs/nho/bao-cao.md", source);
    desk.write("packs/nho/con_dau.png", "không phải ảnh");
    desk.run("pack build packs/nho").is(0);
    // One that is not there may still be given when the report is made.
    let run = desk.run("pack check nho");
    run.is(1).says(&["anh/khong-doc-duoc", "con_dau.png", "không phải ảnh"]);
    assert!(!run.out.contains("chu_ky") && !run.err.contains("chu_ky"), "{run:?}");
}

#[test]
fn an_author_sees_every_tag_and_every_fault_of_a_pack() {
    let desk = Desk::new();
    desk.run("pack show nho").is(0).says(&[
        "{{thong_tin.ten_xa}}",
        "Tân Hoà",
        "{{#each khen_thuong}}",
        "{{so_luong}}",
        "Năm báo cáo",
        "upper",
        "date NGÀY \"long\"",
        "MERGEFIELD",
        "numbering=",
        "templates/README.md",
    ]);
    // No example is about fields that the pack does not have.
    desk.run("pack show nho --lang en")
        .is(0)
        .says(&["date DATE \"long\"", "→ 05", "content control"]);
    let shown = desk.run("pack show nho").out;
    assert!(!shown.contains("chi_tieu.thu_ngan_sach"), "{shown}");
    let document = desk.json("pack show nho");
    assert_eq!(document["sheets"][1]["fields"][1]["tag"], "{{so_luong}}");
    assert!(document["helpers"].as_array().is_some_and(|helpers| helpers.len() > 20));

    desk.write(
        "packs/nho/bao-cao.md",
        SOURCE
            .replace("{{so_luong}}", "{{so_luongg}}")
            .replace("thong_tin.ten_xa", "thong_tin.ten_xaa"),
    );
    desk.run("pack build packs/nho").is(0);
    desk.run("pack check nho")
        .is(1)
        .says(&["so_luongg", "ten_xaa", "nho/bao-cao.docx"]);
    desk.write(
        "packs/nho/pack.toml",
        PACK.replace("layout = \"form\"", "layuot = \"form\"")
            .replace("type = \"year\"", "type = \"yaer\""),
    );
    let run = desk.run("pack check packs/nho");
    run.is(1).says(&[
        "pack.toml",
        "“layuot”",
        "“layout”",
        "dòng 17, cột 1",
        "“yaer”",
        "“year”",
    ]);
    // A pack that is broken is told when it is asked for, and does not stop another.
    desk.run("blank nho").is(1).says(&["nho/pack.toml", "“yaer”"]);
    desk.run("blank bc-thi-dua-khen-thuong").is(0);
    desk.run("pack list").is(0).says(&["baocao pack check nho"]);
}

/// The text of each comment of a document.
fn comments(docx: &[u8]) -> Vec<String> {
    let package = Package::read(docx.to_vec(), &Limits::default()).expect("a package");
    let xml = package.text("word/comments.xml").expect("comments");
    let inner = xml.split("<w:comment ").skip(1);
    inner
        .map(|comment| {
            let pieces = comment.split('<').skip(1).filter_map(|piece| piece.split_once('>'));
            pieces.map(|(_, text)| text).collect()
        })
        .collect()
}

#[test]
fn mistakes_of_a_template_are_comments_in_a_copy_of_it() {
    let desk = Desk::new();
    let run = desk.run("pack check nho --annotate sai.docx");
    run.is(0).says(&["không ghi bản chú thích"]);
    assert!(!desk.path("sai.docx").exists());
    desk.write(
        "packs/nho/bao-cao.md",
        SOURCE
            .replace("{{so_luong}}", "{{so_luongg}}")
            .replace("{{thong_tin.ten_xa}}", "{{thong_tin.ten_xaa}}"),
    );
    desk.run("pack build packs/nho").is(0);
    let template = desk.read("packs/nho/bao-cao.docx");
    let run = desk.run("pack check packs/nho --annotate sai.docx");
    run.is(1).says(&[
        "Đã ghi 1 bản mẫu Word có chú thích; 2 lỗi.",
        "Xã →{{thong_tin.ten_xaa}}← báo cáo",
    ]);
    assert!(run.out.ends_with("sai.docx\n"), "{run:?}");
    let copy = desk.read("sai.docx");
    assert_eq!(words(&copy), words(&template), "the text is the template's");
    let said = comments(&copy);
    assert_eq!(said.len(), 2);
    for (comment, part) in said
        .iter()
        .zip(["có phải {{thong_tin.ten_xa}}?", "có phải {{so_luong}}?"])
    {
        assert!(
            comment.contains("lỗi[mau/truong-la]") && comment.contains(part),
            "{comment}"
        );
    }
    desk.run("pack check nho --annotate sai.docx")
        .is(2)
        .says(&["ghi/da-co", "ten_xaa"]);
    desk.run("pack check nho --annotate sai.docx --force").is(1);
    assert_eq!(desk.read("sai.docx"), copy, "the same bytes each time");
    desk.run("--lang en pack check nho --annotate sai.docx --force").is(1);
    assert!(comments(&desk.read("sai.docx"))[0].contains("did you mean {{thong_tin.ten_xa}}?"));

    desk.run("pack check packs/nho --annotate packs/nho/bao-cao.docx --force")
        .is(2)
        .says(&["ghi/trung-ten"]);
    for force in ["", " --force"] {
        desk.run(&format!("pack check packs/nho --annotate packs/nho{force}"))
            .is(1);
    }
    assert!(desk.files("packs/nho").contains("bao-cao (chú thích).docx"));
    assert_eq!(desk.read("packs/nho/bao-cao.docx"), template);
    desk.run("pack check nho --annotate sai.pdf")
        .is(2)
        .says(&["ghi/noi-ghi-sai"]);
    let document = desk.json("pack check nho --annotate x.docx");
    assert_eq!(document["annotated"][0]["template"], "bao-cao.docx");
    assert_eq!(document["annotated"][0]["path"], "x.docx");
}

#[test]
fn several_templates_are_annotated_in_a_folder() {
    let desk = Desk::new();
    let second = "[[output]]\nid = \"to_trinh\"\nlabel = \"Tờ trình\"\ntemplate = \"to-trinh.docx\"\nsource = \"to-trinh.md\"\nfile_name = \"TT\"\n\n[[sheet]]";
    desk.write("packs/nho/pack.toml", PACK.replacen("[[sheet]]", second, 1));
    for (name, tag) in [("bao-cao.md", "{{thong_tin.a}}"), ("to-trinh.md", "{{thong_tin.b}}")] {
        desk.write(&format!("packs/nho/{name}"), format!("{SOURCE}\n\nThêm {tag}\n"));
    }
    desk.run("pack build packs/nho").is(0);
    desk.run("pack check nho --annotate x.docx")
        .is(2)
        .says(&["ghi/nhieu-vao-mot", "thư mục"]);
    assert!(!desk.path("x.docx").exists());
    fs::create_dir(desk.path("out")).expect("made");
    desk.run("pack check nho --annotate out")
        .is(1)
        .says(&["Đã ghi 2 bản mẫu Word có chú thích"]);
    assert_eq!(
        desk.files("out"),
        BTreeSet::from([
            "bao-cao (chú thích).docx".to_owned(),
            "to-trinh (chú thích).docx".to_owned()
        ])
    );
}

#[test]
fn an_author_is_warned_of_fields_that_nothing_uses_and_of_tracked_changes() {
    let desk = Desk::new();
    desk.write(
        "packs/nho/bao-cao.md",
        SOURCE
            .replace("{{hinh_thuc}}: ", "")
            .replace("{{thong_tin.ghi_chu}}", ""),
    );
    desk.run("pack build packs/nho").is(0);
    let document = desk.json("pack check nho");
    assert_eq!(document["status"], 0);
    let told: Vec<_> = document["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| {
            assert_eq!(finding["code"], "mau/truong-khong-dung");
            (finding["sheet"].clone(), finding["message"].clone())
        })
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    for ((sheet, message), (name, label)) in told
        .iter()
        .zip([("Thông tin chung", "«Ghi chú»"), ("Khen thưởng", "«Hình thức»")])
    {
        assert_eq!(sheet, name);
        assert!(
            message.as_str().is_some_and(|message| message.contains(label)),
            "{message}"
        );
    }
    desk.run("pack check nho").says(&["nho/pack.toml › Khen thưởng"]);
    // A field that a rule or a file name looks at has its use.
    let rule = "[[check]]\nrule.one_of = { sheet = \"khen_thuong\", columns = [\"hinh_thuc\"] }\n";
    let manifest = PACK.replace("BC {{thong_tin.nam}}", "BC {{thong_tin.ghi_chu}}");
    desk.write("packs/nho/pack.toml", format!("{manifest}\n{rule}"));
    desk.run("pack check nho")
        .is(0)
        .says(&["Gói đạt: 0 lỗi, 0 cảnh báo; đã thử 1 sổ tính làm từ các ví dụ, 1 văn bản."]);

    let template = "packs/nho/bao-cao.docx";
    let mut package = Package::read(desk.read(template), &Limits::default()).expect("a package");
    let body = package.text("word/document.xml").expect("a body");
    let body = body.replacen(
        "</w:p>",
        "<w:ins w:id=\"1\" w:author=\"An\"><w:r><w:t>x</w:t></w:r></w:ins></w:p>",
        1,
    );
    package.set("word/document.xml", body.into_bytes());
    desk.write(template, package.write().expect("a package"));
    desk.run("pack check nho --annotate x.docx").is(0).says(&[
        "cảnh báo[mau/con-theo-doi-thay-doi]",
        "thân văn bản",
        "Chấp nhận tất cả thay đổi",
    ]);
    assert!(comments(&desk.read("x.docx"))[0].contains("mau/con-theo-doi-thay-doi"));
    desk.run("blank nho --data data.toml").is(0);
    let run = desk.run("render nho.xlsx");
    assert!(
        !run.is(0).err.contains("mau/"),
        "warnings for authors are not for clerks: {run:?}"
    );
}

#[test]
fn a_report_for_comparing_has_a_name_of_its_own() {
    let desk = Desk::with_workbook();
    desk.run("a.xlsx").is(0);
    let run = desk.run("a.xlsx --trace");
    run.is(0);
    assert_eq!(run.out, "BC 2023-Tân Hoà (đối chiếu).docx\n");
    assert_eq!(words(&desk.read(run.out.trim_end())), words(&desk.read(REPORT)));
    desk.run("render a.xlsx --trace -o x.docx").is(0);
    assert!(desk.path("x.docx").exists());
    desk.run("render --help").is(0).says(&["--trace", "chú thích ô nguồn"]);
}

#[test]
fn a_template_older_than_its_source_is_told() {
    let desk = Desk::new();
    desk.write("packs/nho/bao-cao.md", SOURCE.replace("báo cáo", "thông báo"));
    desk.run("pack check nho")
        .is(1)
        .says(&["mau/cu-hon-nguon", "bao-cao.docx", "pack build"]);
    desk.run("pack build packs/nho").is(0);
    desk.run("pack check nho").is(0);
    desk.write("packs/nho/bao-cao.md", "```letterhead\nagenci: X\n```\n");
    desk.run("pack check nho").is(1).says(&["bao-cao.md", "agenci"]);
}

#[test]
fn a_template_edited_by_hand_is_not_built_over() {
    let desk = Desk::new();
    desk.run("pack build packs/nho")
        .is(0)
        .says(&["không đổi", "Không có gì thay đổi."]);
    let template = "packs/nho/bao-cao.docx";
    let mut package = Package::read(desk.read(template), &Limits::default()).expect("a package");
    let body = String::from_utf8(package.part("word/document.xml").expect("a body")).expect("UTF-8");
    package.set(
        "word/document.xml",
        body.replace("báo cáo. ", "xin báo cáo. ").into_bytes(),
    );
    let edited = package.write().expect("a package");
    desk.write(template, &edited);
    desk.run("pack build packs/nho")
        .is(2)
        .says(&["ghi/mau-da-sua", "đã được sửa", "--force"]);
    assert_eq!(desk.read(template), edited);
    desk.run("pack build packs/nho --force").is(0).says(&["đã tạo"]);
    assert_ne!(desk.read(template), edited);
    // A template of its own text that only follows its source is replaced.
    desk.write("packs/nho/bao-cao.md", SOURCE.replace("báo cáo.", "kính báo."));
    desk.run("pack build packs/nho").is(0).says(&["đã tạo"]);
    desk.run("pack build nowhere").is(2).says(&["không thấy thư mục gói"]);
}

#[test]
fn wrong_use_is_explained_in_the_language_asked_for() {
    let desk = Desk::new();
    for (line, vi, en) in [
        ("rendr", "không có lệnh “rendr”", "there is no command “rendr”"),
        ("check", "còn thiếu <SỔ_TÍNH>", "<WORKBOOK> is missing"),
        ("check a.xlsx --forse", "không có tuỳ chọn", "there is no option"),
        ("pack", "còn thiếu một lệnh", "a command is missing"),
        ("check a.xlsx", "không thấy tệp này", "there is no such file"),
    ] {
        desk.run(line).is(2).says(&["lỗi[", vi]);
        desk.run_with(line, &[("BAOCAO_LANG", "en")])
            .is(2)
            .says(&["error[", en]);
        desk.run(&format!("--lang en {line}")).is(2).says(&[en]);
        assert_eq!(desk.json(line)["status"], 2);
    }
}

#[test]
fn help_is_there_for_everybody() {
    let desk = Desk::new();
    desk.run("").is(0).says(&["kéo thả tệp Excel", "baocao pack list"]);
    desk.run("--help")
        .is(0)
        .says(&["Cách dùng:", "Lệnh:", "Tuỳ chọn:", "Mã thoát"]);
    desk.run("help render")
        .is(0)
        .says(&["Cách dùng:", "Đối số:", "--force"]);
    desk.run("render --help --lang en")
        .is(0)
        .says(&["Usage:", "Arguments:", "Options:"]);
    desk.run("--version")
        .is(0)
        .says(&[concat!("baocao ", env!("CARGO_PKG_VERSION"))]);
}

#[test]
fn output_to_a_file_has_no_colours() {
    let desk = Desk::new();
    desk.run("blank nho").is(0);
    let run = desk.run_with("check nho.xlsx", &[("TERM", "xterm-256color")]);
    assert!(!run.out.contains('\x1b') && !run.err.contains('\x1b'), "{run:?}");
}

/// A picture of one pixel, as far as its measures are looked at.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\
\0\0\0\x0aIDAT\x78\xda\x63\xf8\x0f\0\x01\x01\x01\0\x1b\xb6\xee\x56\0\0\0\0IEND\xae\x42\x60\x82";

#[test]
fn pictures_are_given_by_name_and_each_that_cannot_be_used_is_told() {
    let desk = Desk::with_workbook();
    fs::create_dir(desk.path("anh")).expect("made");
    desk.write("anh/dau đỏ.png", PNG);
    desk.write("ky.png", PNG);
    desk.write("web.png", b"RIFF\0\0\0\0WEBPVP8 ");
    desk.write("half.png", &PNG[..50]);
    desk.write("empty.png", "");
    fs::write(desk.path("large.png"), vec![0; (32 << 20) + 1]).expect("written");

    let words = ["a.xlsx", "--image", "con_dau=anh/dau đỏ.png", "--image=chu_ky=ky.png"];
    desk.run_words(&words, &[]).is(0).says(&[
        "Đã ghi 1 văn bản; 2 cảnh báo.",
        "cảnh báo[anh/khong-dung]",
        "bỏ --image con_dau",
        "bỏ --image chu_ky",
    ]);
    // Before the workbook as well.
    desk.run("--image con_dau=ky.png a.xlsx -o x.docx").is(0);

    let before = desk.files(".");
    for (image, vi, en) in [
        (
            "con_dau",
            "--image cần TÊN=TỆP, ở đây ghi “con_dau”",
            "--image needs NAME=FILE",
        ),
        ("=ky.png", "lenh/anh-sai", "lenh/anh-sai"),
        ("con_dau=", "lenh/anh-sai", "lenh/anh-sai"),
        (
            "Con-Dấu=ky.png",
            "viết --image con_dau=ky.png",
            "write --image con_dau=ky.png",
        ),
        ("3=ky.png", "lenh/ten-anh-sai", "a letter first; this is “3”"),
        ("con_dau=kyy.png", "có phải là tệp “ky.png”?", "there is no such file"),
        ("con_dau=anh", "cần một tệp, đây là thư mục", "this is a folder"),
        (
            "con_dau=web.png",
            "tệp này dạng WebP",
            "a PNG, JPEG, GIF, BMP or TIFF picture is needed",
        ),
        ("con_dau=half.png", "hỏng hoặc chép chưa hết", "copied in part"),
        ("con_dau=empty.png", "tệp này trống", "this file is empty"),
        ("con_dau=a.xlsx", "anh/khong-doc-duoc", "save it as PNG"),
        ("con_dau=large.png", "tệp lớn hơn 32 MB", "larger than 32 MB"),
    ] {
        let words = ["render", "a.xlsx", "--force", "--image", image];
        desk.run_words(&words, &[]).is(2).says(&["lỗi[", vi]);
        let run = desk.run_words(&words, &[("BAOCAO_LANG", "en")]);
        run.is(2).says(&["error[", en]);
        assert_eq!(run.out, "", "{image}");
    }
    // All of them at once.
    let line = "render a.xlsx --force --image con_dau=ky.png --image con_dau=ky.png --image a=none.png --image b=web.png --image C";
    let run = desk.run(line);
    run.is(2).says(&[
        "ảnh “con_dau” được cho hai lần",
        "none.png",
        "web.png",
        "lenh/anh-sai",
        "4 lỗi",
    ]);
    assert_eq!(desk.json(line)["errors"], 4);
    assert_eq!(desk.files("."), before, "nothing was written");
    desk.run("render a.xlsx --image")
        .is(2)
        .says(&["cần một giá trị theo sau"]);
    desk.run("check a.xlsx --image a=ky.png")
        .is(2)
        .says(&["không có tuỳ chọn"]);
}

#[test]
fn names_of_files_may_hold_blanks_and_vietnamese_letters_of_either_kind() {
    let desk = Desk::with_workbook();
    // Some systems hand over “Báo cáo” with its marks as letters of their own.
    for (name, out) in [
        ("Báo cáo năm.xlsx", "Kết quả 1.docx"),
        (
            "Ba\u{301}o ca\u{301}o ra\u{302}\u{301}t da\u{300}i.xlsx",
            "Ke\u{302}\u{301}t qua\u{309}.docx",
        ),
    ] {
        fs::copy(desk.path("a.xlsx"), desk.path(name)).expect("copied");
        desk.run_words(&["check", name], &[]).is(0);
        let run = desk.run_words(&[name, "-o", out], &[]);
        run.is(0);
        assert_eq!(run.out, format!("{out}\n"));
        desk.run_words(&[name, "-o", out], &[]).is(2).says(&["ghi/da-co", out]);
    }
    let run = desk.run_words(&["check", "Báo cáo nắm.xlsx"], &[]);
    run.is(2).says(&["không thấy tệp này", "“Báo cáo năm.xlsx”"]);
    fs::create_dir(desk.path("kết quả.docx")).expect("made");
    desk.run_words(&["a.xlsx", "-o", "kết quả.docx"], &[]).is(0);
    assert!(
        desk.files("kết quả.docx").contains(REPORT),
        "a folder is a folder, whatever its name"
    );
}

#[test]
fn every_command_prints_one_json_document_and_the_same_bytes_twice() {
    let desk = Desk::with_workbook();
    for (line, command, member) in [
        ("render a.xlsx -o x.docx", "render", "documents"),
        ("check a.xlsx", "check", "pack"),
        ("blank nho -o x.xlsx", "blank", "path"),
        ("pack list", "pack list", "packs"),
        ("pack show nho", "pack show", "sheets"),
        ("pack check nho", "pack check", "pack"),
        ("pack build packs/nho", "pack build", "templates"),
    ] {
        let document = desk.json(line);
        assert_eq!(
            (&document["command"], &document["status"]),
            (&command.into(), &0.into()),
            "{line}"
        );
        assert!(!document[member].is_null(), "{line}: {member} is not in {document}");
    }
    for (line, file) in [
        ("render a.xlsx --force -o x.docx", "x.docx"),
        ("blank nho --force -o x.xlsx", "x.xlsx"),
        ("pack build packs/nho --force", "packs/nho/bao-cao.docx"),
    ] {
        let first = desk.read(file);
        desk.run(line).is(0);
        assert!(desk.read(file) == first, "{line}");
    }
    let run = desk.run_with("check a.xlsx", &[("NO_COLOR", "1"), ("TERM", "xterm")]);
    assert!(!run.is(0).err.contains('\x1b'), "{run:?}");
}

#[test]
fn texts_in_an_old_encoding_are_told_and_shown() {
    let desk = Desk::new();
    let data = DATA.replace("Hết", "§¬n vÞ tÝnh: triÖu ®ång");
    desk.write("data.toml", data);
    desk.run("blank nho --data data.toml -o cu.xlsx").is(0);
    desk.run("check cu.xlsx")
        .is(0)
        .says(&["chu/ma-cu", "Thông tin chung", "1 ô", "--show-decoded"]);
    desk.run("check cu.xlsx --show-decoded")
        .is(0)
        .says(&["§¬n vÞ tÝnh: triÖu ®ång → Đơn vị tính: triệu đồng"]);
    let document = desk.json("check cu.xlsx --show-decoded");
    assert_eq!(document["decoded"][0]["sheet"], "Thông tin chung");
    assert_eq!(document["decoded"][0]["before"], "§¬n vÞ tÝnh: triÖu ®ång");
    assert_eq!(document["decoded"][0]["after"], "Đơn vị tính: triệu đồng");
    assert!(document["decoded"][0]["cell"].is_string());

    let desk = Desk::with_workbook();
    let run = desk.run("check a.xlsx --show-decoded");
    run.is(0).says(&["Không ô nào"]);
    assert!(!run.out.contains("chu/ma-cu"), "{}", run.out);
    assert!(desk.json("check a.xlsx")["decoded"].is_null());
}

/// A workbook whose form has a label that the pack doesn't know, and whose table has a header that it doesn't know.
const MESSY: &str = "## Thông tin chung
    | Tên xã | Tân Hoà |
    | Năm báo cáo | 2023 |
    ## Sheet1
    | Hình thức | Đã khen |
    | Giấy khen | 3 |
    | Bằng khen | 2 |";

#[test]
fn a_header_is_mapped_on_the_command_line_and_then_for_good() {
    let desk = Desk::new();
    desk.write("a.xlsx", crate::markdown_workbook::workbook(MESSY));
    desk.run("check a.xlsx --pack nho")
        .is(0)
        .says(&["trang-tinh/la", "«Sheet1»"]);
    let map = [
        "check",
        "a.xlsx",
        "--pack",
        "nho",
        "--map",
        "Đã khen=so_luong",
        "--map",
        "Sheet1=khen_thuong",
    ];
    let run = desk.run_words(&map, &[]);
    run.is(0).says(&["Không có lỗi nào"]);
    assert!(!desk.files("").contains("mapping.toml"), "nothing was to be saved");

    desk.write("mapping.toml", "# của xã Tân Hoà\n");
    let saving = [&map[..], &["--save-map"]].concat();
    desk.run_words(&saving, &[]).is(0).says(&["Đã ghi", "mapping.toml"]);
    let saved = String::from_utf8(desk.read("mapping.toml")).expect("UTF-8");
    assert_eq!(
        saved,
        "# của xã Tân Hoà\n\n[columns]\n\"Đã khen\" = \"so_luong\"\n\n[sheets]\n\"Sheet1\" = \"khen_thuong\"\n"
    );
    // From now on without a word, but not unsaid.
    let run = desk.run("check a.xlsx --pack nho");
    run.is(0).says(&["Không có lỗi nào", "ghép theo «mapping.toml»"]);
    desk.run("render a.xlsx --pack nho -o b.docx")
        .is(0)
        .says(&["mapping.toml"]);
    let text = words(&desk.read("b.docx"));
    assert!(text.contains("Bằng khen: 02"), "{text}");
    let document = desk.json("check a.xlsx --pack nho");
    assert!(document["notes"].to_string().contains("mapping.toml"), "{document}");
}

#[test]
fn a_mapping_file_of_the_workbooks_own_comes_first_and_other_workbooks_do_not_see_it() {
    let desk = Desk::new();
    desk.write("a.xlsx", crate::markdown_workbook::workbook(MESSY));
    desk.write("b.xlsx", crate::markdown_workbook::workbook(MESSY));
    desk.write("mapping.toml", "[columns]\n\"Đã khen\" = \"hinh_thuc\"\n");
    desk.write(
        "a.mapping.toml",
        "[columns]\n\"Đã khen\" = \"so_luong\"\n[sheets]\nSheet1 = \"khen_thuong\"\n",
    );
    desk.run("check a.xlsx --pack nho")
        .is(0)
        .says(&["«a.mapping.toml», «mapping.toml»", "Không có lỗi nào"]);
    let run = desk.run("check b.xlsx --pack nho");
    run.is(0).says(&["«Sheet1»"]);
    assert!(!run.err.contains("a.mapping.toml"), "{run:?}");
}

#[test]
fn a_mapping_that_is_no_good_is_told_at_its_line() {
    let desk = Desk::new();
    desk.write("a.xlsx", crate::markdown_workbook::workbook(MESSY));
    for words in [
        &["check", "a.xlsx", "--pack", "nho", "--map", "Kết quả"][..],
        &["check", "a.xlsx", "--pack", "nho", "--save-map"],
    ] {
        desk.run_words(words, &[]).is(2).says(&["--map"]);
    }
    desk.write(
        "mapping.toml",
        "[columns]\n\"Đã khen\" = \"so_luongg\"\n\"Không có\" = \"so_luong\"\n",
    );
    desk.run("check a.xlsx --pack nho").is(1).says(&[
        "ghep/ma-la",
        "mapping.toml › dòng 2, cột 1",
        "«so_luong»",
        "ghep/khong-khop",
        "dòng 3, cột 1",
    ]);
    desk.run("render a.xlsx --pack nho").is(1);
    desk.write("mapping.toml", "[cot]\n");
    desk.run("check a.xlsx --pack nho")
        .is(2)
        .says(&["ghep/sai-toml", "mapping.toml › dòng 1, cột 2"]);
    // Not over a file that can't be read.
    let saving = [
        "check",
        "a.xlsx",
        "--pack",
        "nho",
        "--map",
        "Đã khen=so_luong",
        "--save-map",
    ];
    desk.run_words(&saving, &[]).is(2);
    assert_eq!(desk.read("mapping.toml"), b"[cot]\n");
    // An id that the pack does not know is not written down.
    desk.write("mapping.toml", "");
    let saving = ["check", "a.xlsx", "--pack", "nho", "--map", "Đã khen=so", "--save-map"];
    desk.run_words(&saving, &[]).is(2).says(&["ghep/ma-la"]);
    assert_eq!(desk.read("mapping.toml"), b"");
}

#[cfg(unix)]
#[test]
fn a_mapping_that_cannot_be_saved_is_told() {
    let desk = Desk::new();
    fs::create_dir(desk.path("x")).expect("made");
    desk.write("x/a.xlsx", crate::markdown_workbook::workbook(MESSY));
    // A folder in the file's place refuses everybody, whoever runs the tests.
    fs::create_dir(desk.path("x/mapping.toml")).expect("made");
    let saving = [
        "check",
        "x/a.xlsx",
        "--pack",
        "nho",
        "--map",
        "Đã khen=so_luong",
        "--save-map",
    ];
    desk.run_words(&saving, &[]).is(2).says(&["mapping.toml"]);
}
