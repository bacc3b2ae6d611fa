//! More than one document from one workbook: the decision, its list and the certificates of one list of awards.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use baocao::opc::{Limits, Package};
use serde_json::Value;
use tempfile::TempDir;

use crate::office::tools;

const PACK: &str = r#"id = "khen"
version = "1.0.0"
name = "Quyết định khen thưởng"
empty = "……"

[[output]]
id = "quyet_dinh"
label = "Quyết định"
template = "quyet-dinh.docx"
source = "quyet-dinh.md"
file_name = "QD {{thong_tin.so}}"

[[output]]
id = "danh_sach"
label = "Danh sách tập thể"
template = "danh-sach.docx"
source = "danh-sach.md"
file_name = "DS {{thong_tin.so}}"
where = "count(danh_sach, loai == \"Tập thể\") > 0"

[[output]]
id = "giay_khen"
label = "Giấy khen"
template = "giay-khen.docx"
source = "giay-khen.md"
file_name = "{{ten}}"
for_each = "danh_sach"
where = "hinh_thuc == \"Giấy khen\""
sort = ["don_vi", "-so_tien", "ten by name"]

[[output]]
id = "giay_khen_in"
label = "Giấy khen để in"
template = "giay-khen.docx"
source = "giay-khen.md"
file_name = "Giay khen {{thong_tin.so}}"
for_each = "danh_sach"
where = "hinh_thuc == \"Giấy khen\""
sort = ["ten by name"]
one_file = true

[[sheet]]
id = "thong_tin"
name = "Thông tin chung"
layout = "form"
field = [
  { id = "ten_xa", label = "Tên xã", type = "text", required = true },
  { id = "so", label = "Số", type = "integer", required = true },
]

[[sheet]]
id = "danh_sach"
name = "Danh sách"
layout = "table"
required = false
field = [
  { id = "ten", label = "Họ tên", type = "text", required = true },
  { id = "loai", label = "Loại", type = "choice", choices = ["Cá nhân", "Tập thể"] },
  { id = "don_vi", label = "Đơn vị", type = "text" },
  { id = "hinh_thuc", label = "Hình thức", type = "text" },
  { id = "so_tien", label = "Số tiền", type = "integer", unit = "đồng" },
]
"#;

const DECISION: &str = "## QUYẾT ĐỊNH {{thong_tin.so}}

Khen thưởng {{count danh_sach}} cá nhân, tập thể.

{{#each danh_sach}}

- {{ten}}: {{hinh_thuc}}.

{{/each}}
";

const UNITS: &str = "## DANH SÁCH TẬP THỂ

{{#each (where danh_sach \"loai\" \"Tập thể\")}}

- {{ten}}.

{{/each}}
";

const CERTIFICATE: &str = "## GIẤY KHEN

Uỷ ban nhân dân xã {{thong_tin.ten_xa}} tặng {{ten}}, {{don_vi}}.

Số {{pad @number width=3}} trong {{@length}}.
";

const PEOPLE: &[(&str, &str, &str, &str, u32)] = &[
    ("Trần Văn Bình", "Cá nhân", "Thôn 2", "Giấy khen", 300_000),
    ("Nguyễn Thị Ánh", "Cá nhân", "Thôn 1", "Giấy khen", 300_000),
    ("Thôn 3", "Tập thể", "Xã", "Bằng khen", 900_000),
    ("Lê An", "Cá nhân", "Thôn 1", "Giấy khen", 500_000),
    ("Đỗ Minh", "Cá nhân", "Thôn 1", "Giấy khen", 300_000),
];

/// A folder with the pack, its templates built.
struct Desk {
    folder: TempDir,
}

/// What a run left behind.
#[derive(Debug)]
struct Run {
    status: i32,
    out: String,
    err: String,
}

impl Desk {
    fn new(pack: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Self { folder };
        fs::create_dir_all(desk.path("packs/khen")).expect("made");
        desk.write("packs/khen/pack.toml", pack);
        desk.write("packs/khen/quyet-dinh.md", DECISION);
        desk.write("packs/khen/danh-sach.md", UNITS);
        desk.write("packs/khen/giay-khen.md", CERTIFICATE);
        desk.run(&["pack", "build", "packs/khen"]).is(0);
        desk
    }

    /// The same with a workbook `so-lieu.xlsx` of these people.
    fn with(people: &[(&str, &str, &str, &str, u32)]) -> Self {
        let desk = Self::new(PACK);
        desk.fill("so-lieu.xlsx", people);
        desk
    }

    fn fill(&self, name: &str, people: &[(&str, &str, &str, &str, u32)]) {
        let mut data = String::from("[thong_tin]\nten_xa = \"Tân Hoà\"\nso = 12\n");
        for (ten, loai, don_vi, hinh_thuc, so_tien) in people {
            data.push_str(&format!(
                "[[danh_sach]]\nten = \"{ten}\"\nloai = \"{loai}\"\ndon_vi = \"{don_vi}\"\nhinh_thuc = \"{hinh_thuc}\"\nso_tien = {so_tien}\n"
            ));
        }
        self.write("data.toml", data);
        self.run(&["blank", "khen", "--data", "data.toml", "-o", name]).is(0);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("written");
    }

    /// Names of the documents in a folder; of temporary files, too.
    fn documents(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path(folder)) else {
            return vec!["no folder".to_owned()];
        };
        let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        let names: BTreeSet<String> = names
            .filter(|name| name.ends_with(".docx") || name.contains("tmp"))
            .collect();
        names.into_iter().collect()
    }

    fn run(&self, words: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_baocao"))
            .args(words)
            .current_dir(self.folder.path())
            .env_remove("BAOCAO_LANG")
            .env("BAOCAO_TEMPLATES", self.path("packs"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("APPDATA", self.path("data"))
            .output()
            .expect("the program runs");
        Run {
            status: output.status.code().expect("an exit status"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    fn json(&self, words: &[&str]) -> Value {
        let run = self.run(&[words, &["--json"]].concat());
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"))
    }

    /// The text of a document, paragraph by paragraph.
    fn words(&self, document: &str) -> String {
        words(&self.path(document))
    }
}

impl Run {
    #[track_caller]
    fn is(&self, status: i32) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    #[track_caller]
    fn says(&self, parts: &[&str]) -> &Self {
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

fn xml(document: &Path) -> String {
    let bytes = fs::read(document).unwrap_or_else(|error| panic!("{}: {error}", document.display()));
    let package = Package::read(bytes, &Limits::default()).expect("a package");
    String::from_utf8(package.part("word/document.xml").expect("a body")).expect("UTF-8")
}

fn words(document: &Path) -> String {
    let xml = xml(document).replace("</w:p>", "\n<");
    let texts = xml
        .split('<')
        .map(|piece| piece.split_once('>').map_or("\n", |(_, text)| text));
    let text: String = texts.collect();
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

const CERTIFICATES: &str = "so-lieu - Giấy khen";

#[test]
fn one_list_gives_the_decision_its_list_and_a_certificate_for_each() {
    let desk = Desk::with(PEOPLE);
    desk.run(&["pack", "check", "khen"])
        .is(0)
        .says(&["Gói không có lỗi nào"]);
    let run = desk.run(&["render", "so-lieu.xlsx"]);
    run.is(0).says(&["Đã ghi 7 văn bản."]);
    assert_eq!(
        run.out,
        format!("QD 12.docx\nDS 12.docx\n{CERTIFICATES}: 4 văn bản\nGiay khen 12.docx\n")
    );
    assert_eq!(
        desk.documents(CERTIFICATES),
        [
            "Lê An.docx",
            "Nguyễn Thị Ánh.docx",
            "Trần Văn Bình.docx",
            "Đỗ Minh.docx"
        ]
    );
    // Thôn 1 first, the higher sum first, then by given name: An, Ánh, Minh.
    for (name, words) in [
        ("Lê An", "tặng Lê An, Thôn 1.\nSố 001 trong 4."),
        ("Nguyễn Thị Ánh", "tặng Nguyễn Thị Ánh, Thôn 1.\nSố 002 trong 4."),
        ("Đỗ Minh", "tặng Đỗ Minh, Thôn 1.\nSố 003 trong 4."),
        ("Trần Văn Bình", "tặng Trần Văn Bình, Thôn 2.\nSố 004 trong 4."),
    ] {
        let found = desk.words(&format!("{CERTIFICATES}/{name}.docx"));
        assert!(found.ends_with(words) && found.contains("xã Tân Hoà"), "{found}");
    }
    assert!(desk.words("QD 12.docx").contains("Khen thưởng 05 cá nhân"));
    assert!(desk.words("DS 12.docx").contains("Thôn 3."));
}

#[test]
fn all_certificates_go_into_one_file_each_on_its_own_page() {
    let desk = Desk::with(PEOPLE);
    desk.run(&["render", "so-lieu.xlsx", "--only", "giay_khen_in", "-o", "in.docx"])
        .is(0)
        .says(&["in.docx", "Đã ghi 1 văn bản."]);
    let xml = xml(&desk.path("in.docx"));
    assert_eq!(xml.matches("<w:sectPr").count(), 4, "{xml}");
    assert_eq!(
        xml.matches("<w:pgNumType w:start=\"1\"/>").count(),
        4,
        "pages count anew"
    );
    assert_eq!(xml.matches("<w:headerReference w:type=\"default\"").count(), 4);
    let found = desk.words("in.docx");
    let names: Vec<&str> = found
        .lines()
        .filter_map(|line| line.split_once("tặng "))
        .map(|(_, rest)| rest)
        .collect();
    assert_eq!(
        names,
        [
            "Lê An, Thôn 1.",
            "Nguyễn Thị Ánh, Thôn 1.",
            "Trần Văn Bình, Thôn 2.",
            "Đỗ Minh, Thôn 1."
        ]
    );
    assert!(found.ends_with("Số 004 trong 4."), "{found}");
}

#[test]
fn records_of_one_name_do_not_overwrite_each_other() {
    let people = [
        ("Lê An", "Cá nhân", "Thôn 2", "Giấy khen", 1),
        ("LÊ AN", "Cá nhân", "Thôn 1", "Giấy khen", 1),
        ("Lê An", "Cá nhân", "Thôn 3", "Giấy khen", 1),
        ("A/B: C?", "Tập thể", "Thôn 4", "Giấy khen", 1),
    ];
    let desk = Desk::with(&people);
    let run = desk.run(&["render", "so-lieu.xlsx", "--only", "giay_khen"]);
    run.is(0)
        .says(&["ghi/ten-trung", "nhiều dòng cùng cho tên tệp “Lê An.docx”"]);
    assert_eq!(
        desk.documents(CERTIFICATES),
        ["A-B- C.docx", "LÊ AN.docx", "Lê An (2).docx", "Lê An (3).docx"]
    );
    assert!(desk.words(&format!("{CERTIFICATES}/Lê An (2).docx")).contains("Thôn 2"));
}

#[test]
fn nothing_is_written_when_one_of_the_files_is_there() {
    let desk = Desk::with(PEOPLE);
    fs::create_dir(desk.path(CERTIFICATES)).expect("made");
    desk.write(&format!("{CERTIFICATES}/Lê An.docx"), "edited by hand");
    desk.run(&["render", "so-lieu.xlsx"])
        .is(2)
        .says(&["ghi/da-co", "Lê An.docx"]);
    assert_eq!(desk.documents("."), [""; 0]);
    assert_eq!(desk.documents(CERTIFICATES), ["Lê An.docx"]);
    // Many are counted, and three are named.
    desk.run(&["render", "so-lieu.xlsx", "--force"]).is(0);
    let run = desk.run(&["render", "so-lieu.xlsx"]);
    run.is(2)
        .says(&["đã có 7 tệp", "“QD 12.docx”, “DS 12.docx”, “Lê An.docx”, …"]);
    assert_eq!(run.err.matches(".docx").count(), 3, "{}", run.err);
}

#[test]
fn a_fault_in_the_middle_leaves_nothing_behind() {
    let desk = Desk::with(PEOPLE);
    // A folder where the third certificate should go.
    fs::create_dir_all(desk.path(&format!("{CERTIFICATES}/Đỗ Minh.docx"))).expect("made");
    desk.run(&["render", "so-lieu.xlsx", "--force"])
        .is(2)
        .says(&["ghi/la-thu-muc"]);
    assert_eq!(desk.documents("."), [""; 0]);
    assert_eq!(desk.documents(CERTIFICATES), ["Đỗ Minh.docx"]);
    // A file where the folder should be; then the folder that was made goes again with what was not written.
    let desk = Desk::with(PEOPLE);
    desk.write(CERTIFICATES, "");
    desk.run(&["render", "so-lieu.xlsx"]).is(2).says(&["ghi/la-tep"]);
    assert_eq!(desk.documents("."), [""; 0]);
    let desk = Desk::with(PEOPLE);
    desk.write("Giay khen 12.docx", "");
    desk.run(&["render", "so-lieu.xlsx"]).is(2).says(&["ghi/da-co"]);
    assert_eq!(desk.documents(CERTIFICATES), ["no folder"]);
}

#[test]
fn an_empty_list_makes_nothing_and_says_so() {
    let desk = Desk::with(&[]);
    let run = desk.run(&["render", "so-lieu.xlsx"]);
    run.is(0).says(&[
        "Không làm «Giấy khen»: trang «Danh sách» không có dòng nào.",
        "Không làm «Danh sách tập thể»: sổ tính không thoả điều kiện",
        "Đã ghi 1 văn bản.",
    ]);
    assert_eq!(run.out, "QD 12.docx\n");
    let document = desk.json(&["render", "so-lieu.xlsx", "--force"]);
    assert_eq!(document["documents"].as_array().map(Vec::len), Some(1));
    let skipped: Vec<&str> = document["skipped"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|skipped| skipped["output"].as_str())
        .collect();
    assert_eq!(skipped, ["danh_sach", "giay_khen", "giay_khen_in"]);
    // None that the filter leaves.
    let desk = Desk::with(&PEOPLE[2..3]);
    desk.run(&["render", "so-lieu.xlsx"]).is(0).says(&[
        "không dòng nào của trang «Danh sách» thoả điều kiện «Hình thức»",
        "Đã ghi 2 văn bản.",
    ]);
}

#[test]
fn some_outputs_alone_go_where_they_are_sent() {
    let desk = Desk::with(PEOPLE);
    fs::create_dir(desk.path("out")).expect("made");
    let run = desk.run(&["render", "so-lieu.xlsx", "--only", "giay_khen", "-o", "out"]);
    run.is(0);
    assert_eq!(run.out, "out: 4 văn bản\n");
    assert_eq!(desk.documents("out").len(), 4);
    desk.run(&[
        "render",
        "so-lieu.xlsx",
        "--only",
        "giay_khen",
        "--only",
        "quyet_dinh",
        "-o",
        "out",
    ])
    .is(0);
    assert_eq!(desk.documents("out/Giấy khen").len(), 4);
    assert!(desk.documents("out").contains(&"QD 12.docx".to_owned()));
    // Every path is in the result for programs.
    let document = desk.json(&["render", "so-lieu.xlsx", "--only", "giay_khen"]);
    let paths = document["documents"].as_array().expect("a list");
    assert_eq!(paths.len(), 4);
    assert!(
        paths[0]["path"]
            .as_str()
            .is_some_and(|path| path.ends_with("Lê An.docx")),
        "{document}"
    );
    desk.run(&["render", "so-lieu.xlsx", "--only", "giay_khn"])
        .is(2)
        .says(&["lenh/van-ban-la", "có phải --only giay_khen?"]);
    desk.run(&["render", "so-lieu.xlsx", "-o", "x.docx"])
        .is(2)
        .says(&["ghi/nhieu-vao-mot"]);
    desk.run(&["render", "so-lieu.xlsx", "--only", "giay_khen", "-o", "x.docx"])
        .is(2)
        .says(&["ghi/nhieu-vao-mot"]);
}

#[test]
fn workbooks_have_folders_of_their_own() {
    let desk = Desk::with(PEOPLE);
    desk.fill("b.xlsx", &PEOPLE[..2]);
    fs::create_dir(desk.path("out")).expect("made");
    let run = desk.run(&["render", "so-lieu.xlsx", "b.xlsx", "--only", "giay_khen", "-o", "out"]);
    run.is(0).says(&["Đã ghi 6 văn bản."]);
    assert_eq!(desk.documents("out/so-lieu - Giấy khen").len(), 4);
    assert_eq!(desk.documents("out/b - Giấy khen").len(), 2);
}

#[test]
fn traced_certificates_name_their_cells() {
    let desk = Desk::with(PEOPLE);
    desk.run(&["render", "so-lieu.xlsx", "--trace"]).is(0);
    let folder = desk.path(CERTIFICATES);
    for (file, cells) in [
        (folder.join("Lê An (đối chiếu).docx"), vec!["Danh sách!B6"]),
        (
            desk.path("Giay khen 12 (đối chiếu).docx"),
            vec!["Danh sách!B6", "Danh sách!B3", "Danh sách!B4"],
        ),
    ] {
        let bytes = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let package = Package::read(bytes, &Limits::default()).expect("a package");
        let comments = package.text("word/comments.xml").expect("comments");
        for cell in cells {
            assert!(comments.contains(cell), "{cell}: {comments}");
        }
    }
}

#[test]
fn a_pack_is_checked_in_the_scope_of_its_records() {
    let wrong = PACK
        .replace("file_name = \"{{ten}}\"", "file_name = \"{{tenn}}\"")
        .replace("\"-so_tien\"", "\"-so_tie\"");
    let desk = Desk::new(PACK);
    desk.write("packs/khen/pack.toml", &wrong);
    desk.run(&["pack", "check", "khen"])
        .is(1)
        .says(&["goi/sap-xep-sai", "có phải “so_tien”?", "pack.toml › dòng"]);
    desk.write("packs/khen/pack.toml", wrong.replace("\"-so_tie\"", "\"-so_tien\""));
    desk.run(&["pack", "check", "khen"]).is(1).says(&[
        "không có “tenn” trong một bản ghi của trang «Danh sách»",
        "có phải {{ten}}?",
    ]);
    // Fields that only the choice and the order of records use are used.
    let desk = Desk::new(PACK);
    let run = desk.run(&["pack", "check", "khen"]);
    assert!(!run.out.contains("mau/truong-khong-dung"), "{}", run.out);
    let desk = Desk::new(&PACK.replace("\"-so_tien\", ", ""));
    desk.run(&["pack", "check", "khen"])
        .says(&["mau/truong-khong-dung", "«Số tiền»"]);
}

#[test]
fn documents_of_a_pack_are_told_with_what_they_are_made_of() {
    let desk = Desk::new(PACK);
    desk.run(&["pack", "show", "khen"]).is(0).says(&[
        "mỗi dòng của «Danh sách» một tệp, khi «Hình thức»",
        "mọi dòng của «Danh sách» trong một tệp",
        "các cột của danh_sach gọi thẳng như trong {{#each danh_sach}}",
    ]);
    desk.run(&["pack", "list"])
        .is(0)
        .says(&["Giấy khen (mỗi dòng của «Danh sách» một tệp"]);
    let document = desk.json(&["pack", "show", "khen"]);
    assert_eq!(document["pack"]["outputs"][2]["for_each"], "danh_sach");
    assert_eq!(document["pack"]["outputs"][3]["one_file"], true);
}

/// Makes the certificates lie on their side, with a border, and print the number of the page and of pages.
fn lay_on_its_side(template: &Path) {
    let bytes = fs::read(template).expect("a template");
    let mut package = Package::read(bytes, &Limits::default()).expect("a package");
    let body = package.text("word/document.xml").expect("a body");
    let page = "<w:pgSz w:w=\"11906\" w:h=\"16838\"/>";
    let turned = body.replace(page, "<w:pgSz w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"/>");
    let borders = "<w:pgBorders><w:top w:val=\"double\" w:sz=\"12\" w:space=\"1\" w:color=\"auto\"/></w:pgBorders>";
    let margins = turned.find("<w:pgMar").expect("margins");
    let end = margins + turned[margins..].find('>').expect("an end") + 1;
    let turned = format!("{}{borders}{}", &turned[..end], &turned[end..]);
    assert_ne!(body, turned, "the template has the page of its source");
    package.set("word/document.xml", turned.into_bytes());
    fs::write(template, package.write().expect("a package")).expect("written");
}

#[test]
fn office_shows_as_many_pages_as_there_are_certificates() {
    if !tools::wanted() {
        return;
    }
    let desk = Desk::with(PEOPLE);
    let template = desk.path("packs/khen/giay-khen.docx");
    lay_on_its_side(&template);
    desk.run(&["render", "so-lieu.xlsx"]).is(0);
    let one = desk.path("Giay khen 12.docx");
    tools::validate(&one);
    let pages = tools::pages_text(&tools::to_pdf(&one));
    assert_eq!(pages.len(), 4, "{pages:?}");
    for (page, name) in pages
        .iter()
        .zip(["Lê An", "Nguyễn Thị Ánh", "Trần Văn Bình", "Đỗ Minh"])
    {
        assert!(page.contains(name), "{name}: {page}");
    }
    let single = desk.path(&format!("{CERTIFICATES}/Lê An.docx"));
    tools::validate(&single);
    assert_eq!(tools::pages_text(&tools::to_pdf(&single)).len(), 1);
}
