//! `pack new` through the program: from answers and from workbooks, what it writes and what it refuses.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use baocao::opc::{Limits, Package};
use tempfile::TempDir;

use crate::markdown_workbook::workbook;
use crate::xls_workbook::Xls;

/// A folder to work in.
struct Desk {
    folder: TempDir,
}

#[derive(Debug)]
struct Run {
    status: i32,
    out: String,
    err: String,
}

impl Desk {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("written");
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn files(&self, folder: &str) -> BTreeSet<String> {
        let entries = fs::read_dir(self.path(folder)).expect("a folder").flatten();
        entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }

    fn run(&self, words: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_baocao"))
            .args(words)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .env_remove("BAOCAO_LANG")
            .env("BAOCAO_TEMPLATES", self.folder.path())
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

    /// The text of a document, tags of markup taken out.
    fn words(&self, docx: &str) -> String {
        let bytes = fs::read(self.path(docx)).expect("readable");
        let package = Package::read(bytes, &Limits::default()).expect("a package");
        let xml = String::from_utf8(package.part("word/document.xml").expect("a body")).expect("UTF-8");
        let pieces = xml.split('<').filter_map(|piece| piece.split_once('>'));
        pieces.map(|(_, text)| text).collect()
    }

    /// A new pack is sound, its sample makes a document without a warning, and its blank workbook is made.
    fn goes_through(&self, id: &str) -> String {
        let checked = self.run(&["pack", "check", id]);
        checked
            .is(0)
            .says(&["Gói đạt: 0 lỗi, 0 cảnh báo; đã thử 1 sổ tính mẫu, 1 văn bản."]);
        self.run(&["blank", id, "-o", "trong.xlsx", "--force"]).is(0);
        let samples = self.files(&format!("{id}/samples"));
        let sample = format!("{id}/samples/{}", samples.first().expect("a sample"));
        let rendered = self.run(&["render", &sample, "-o", "ket-qua.docx", "--force"]);
        rendered.is(0);
        assert!(!rendered.err.contains("cảnh báo"), "{rendered:?}");
        self.words("ket-qua.docx")
    }
}

impl Run {
    #[track_caller]
    fn is(&self, status: i32) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        assert!(!self.err.contains("panicked"), "{self:?}");
        self
    }

    #[track_caller]
    fn says(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(
                self.out.contains(part) || self.err.contains(part),
                "“{part}” is not in\n{self:?}"
            );
        }
        self
    }
}

#[test]
fn a_pack_of_each_kind_with_each_sheet_goes_through_at_once() {
    let desk = Desk::new();
    for (kind, title) in [
        ("bao-cao", "BÁO CÁO"),
        ("to-trinh", "TỜ TRÌNH"),
        ("ke-hoach", "KẾ HOẠCH"),
        ("quyet-dinh", "QUYẾT ĐỊNH"),
        ("cong-van", "V/v"),
    ] {
        let id = format!("thu-{kind}");
        let sheets = "nhan-dinh,chi-tieu,nhiem-vu,danh-sach";
        desk.run(&[
            "pack",
            "new",
            &id,
            "--kind",
            kind,
            "--name",
            "Trồng rừng & “thu *chi*”",
            "--sheets",
            sheets,
            "--agency",
            "phường Bến Thành",
        ])
        .is(0);
        let words = desk.goes_through(&id);
        for part in [
            title,
            "Trồng rừng &amp; “thu *chi*” năm 2025",
            "phường Bến Thành",
            "PHƯỜNG BẾN THÀNH",
            "258,5",
            "30/6/2025",
        ] {
            assert!(words.contains(part), "{kind}: {part} is not in {words}");
        }
        // With the sheets that the kind has by itself, and a subject of several lines.
        let id = format!("dai-{kind}");
        let long = "Kết quả rà soát, bổ sung quy hoạch phát triển nông nghiệp, lâm nghiệp và thủy sản gắn với xây dựng nông thôn mới \
                    trên địa bàn";
        desk.run(&["pack", "new", &id, "--kind", kind, "--name", long]).is(0);
        desk.goes_through(&id);
    }
}

#[test]
fn nobody_is_asked_where_nobody_sits() {
    let desk = Desk::new();
    let run = desk.run(&["pack", "new", "kh-trong-rung", "--in", "."]);
    run.is(0);
    assert_eq!(
        run.out.trim(),
        PathBuf::from(".").join("kh-trong-rung").display().to_string()
    );
    let manifest = desk.text("kh-trong-rung/pack.toml");
    assert!(manifest.contains("name = \"Kế hoạch kh trong rung\""), "{manifest}");
    assert_eq!(
        desk.files("kh-trong-rung"),
        ["README.md", "pack.toml", "samples", "van-ban.docx", "van-ban.md"]
            .map(str::to_owned)
            .into()
    );
    desk.goes_through("kh-trong-rung");
}

#[test]
fn what_can_not_be_a_pack_is_refused_before_anything_is_written() {
    let desk = Desk::new();
    desk.write("tep", "");
    desk.write("khong-phai.xlsx", "không phải sổ tính");
    desk.write("trong.xlsx", workbook("## Trang 1\n| |\n"));
    desk.write("khoa.xls", Xls::new("## A\n| Tên |\n").password().build());
    for (words, status, parts) in [
        (&["Báo cáo"][..], 2, &["goi/ma-sai", "dùng “bao-cao”"][..]),
        (&["bc_-x"], 2, &["goi/ma-sai"]),
        (&["../x"], 2, &["goi/ma-sai"]),
        (&["tep"], 2, &["ghi/khong-la-thu-muc"]),
        (&["bc-a", "--in", "khong/co"], 2, &["ghi/thieu-thu-muc", "khong/co"]),
        (&["bc-a", "--name", " "], 2, &["goi/thieu-ten"]),
        (
            &["bc-a", "--sheets", "chi-tieu,la"],
            2,
            &["goi-moi/trang-la", "“la”", "nhan-dinh"],
        ),
        (&["bc-a", "--kind", "thu"], 2, &["bao-cao"]),
        (&["bc-a", "--no-values"], 2, &["lenh/"]),
        (&["bc-a", "--from-workbook", "khong-co.xlsx"], 2, &["tep/khong-thay"]),
        (&["bc-a", "--from-workbook", "khong-phai.xlsx"], 2, &["khong-phai.xlsx"]),
        (
            &["bc-a", "--from-workbook", "khoa.xls"],
            2,
            &["tep/mat-khau", "khoa.xls"],
        ),
        (
            &["bc-a", "--from-workbook", "trong.xlsx"],
            1,
            &["goi-moi/khong-co-bang", "trong.xlsx"],
        ),
    ] {
        let words: Vec<&str> = ["pack", "new"].iter().chain(words).copied().collect();
        desk.run(&words).is(status).says(parts);
    }
    assert_eq!(
        desk.files("."),
        ["khoa.xls", "khong-phai.xlsx", "tep", "trong.xlsx"]
            .map(str::to_owned)
            .into()
    );
}

#[test]
fn a_folder_with_something_in_it_is_kept_unless_told() {
    let desk = Desk::new();
    desk.run(&["pack", "new", "bc-a"]).is(0);
    let first = fs::read(desk.path("bc-a/samples/bc-a-mau.xlsx")).expect("readable");
    desk.write("bc-a/van-ban.md", "đã sửa");
    desk.write("bc-a/ghi-chu.txt", "của tôi");
    desk.run(&["pack", "new", "bc-a"])
        .is(2)
        .says(&["ghi/thu-muc-da-co", "--force"]);
    assert_eq!(desk.text("bc-a/van-ban.md"), "đã sửa");
    desk.run(&["pack", "new", "bc-a", "--force"]).is(0);
    assert_eq!(desk.text("bc-a/ghi-chu.txt"), "của tôi");
    desk.goes_through("bc-a");
    let again = fs::read(desk.path("bc-a/samples/bc-a-mau.xlsx")).expect("readable");
    assert_eq!(first, again, "the same answers give the same bytes");
}

const OFFICE: &str = "\
## Biểu 01
ỦY BAN NHÂN DÂN XÃ TÂN HOÀ
BIỂU CHỈ TIÊU KINH TẾ NĂM 2023
| | | | | Đơn vị tính: triệu đồng |
| Số TT | Tên chỉ tiêu | ĐVT | Thực hiện năm 2022 | Kế hoạch năm 2023 | So sánh (%) | < |
| ^ | ^ | ^ | ^ | ^ | 2023/2022 | KH/TH |
| 1 | 2 | 3 | 4 | 5 | 6 | 7 |
| I | NÔNG NGHIỆP | | | | | |
| 1 | Diện tích lúa | ha | 120.5 | 130 | 107.9 | 100.5 |
| 2 | Sản lượng | tấn | 600 | 650.5 | 108.4 | 99 |
| II | THU CHI | | | | | |
| 1 | Thu ngân sách | triệu đồng | 240 | 258.5 | 107.7 | 130.7 |

## Cán bộ
| STT | Họ và tên | Ngày sinh | Chức vụ | Đảng viên |
| 1 | Đào Văn Trung | 1975-02-17 | Chủ tịch | x |
| 2 | Bà Lê Thị Mỹ Hạnh | 1980-05-04 | Công chức | |

## Thông tin
| Tên xã: | Tân Hoà |
| Số dân (người) | 5200 |
| Ngày báo cáo | 2023-12-15 |

## Ẩn {hidden}
| STT | Tên |
| 1 | a |
";

#[test]
fn a_workbook_becomes_a_pack_that_reads_it() {
    let desk = Desk::new();
    desk.write("so-lieu.xlsx", workbook(OFFICE));
    let run = desk.run(&["pack", "new", "bc-kinh-te", "--from-workbook", "so-lieu.xlsx"]);
    run.is(0).says(&[
        "Trang “Biểu 01”: bảng, tiêu đề dòng 4–5, 6 cột, đọc 5 dòng số liệu",
        "Trang “Cán bộ”: bảng, tiêu đề dòng 1, 4 cột, đọc 2 dòng số liệu",
        "Trang “Thông tin”: biểu mẫu 3 mục",
        "Trang “Ẩn”: đang ẩn nên bỏ qua",
        "không có lỗi",
    ]);
    let manifest = desk.text("bc-kinh-te/pack.toml");
    for part in [
        "label = \"Thực hiện\"",
        "aliases = [\"Thực hiện năm 2022\"]",
        "sections = \"keep\"",
        "derive = \"marker\"",
        "unit_line = \"Đơn vị tính: triệu đồng\"",
        "type = \"percent\"",
        "type = \"flag\"",
        "type = \"date\"",
        "unit = \"người\"",
        "Nguyễn Văn A",
        "help = \"Cột “Thực hiện” của trang “Biểu 01”, số, đơn vị triệu đồng.\"",
        "help = \"Mục “Số dân” của trang “Thông tin”, số nguyên, đơn vị người.\"",
        "help = \"Cột “Đảng viên” của trang “Cán bộ”, ghi x nếu có.\"",
    ] {
        assert!(manifest.contains(part), "{part} is not in\n{manifest}");
    }
    for file in ["pack.toml", "van-ban.md", "README.md"] {
        let text = desk.text(&format!("bc-kinh-te/{file}"));
        assert!(
            !text.contains("Trung") && !text.contains("1975"),
            "{file} names a person:\n{text}"
        );
    }
    let words = desk.goes_through("bc-kinh-te");
    assert!(
        words.contains("NĂM 2025") && words.contains("Thu ngân sách") && words.contains("Nguyễn Văn A"),
        "{words}"
    );
    // The workbook that it was drafted from is read by it, and so is next year's.
    desk.run(&["check", "so-lieu.xlsx", "--pack", "bc-kinh-te"]).is(0);
    desk.write(
        "nam-sau.xlsx",
        workbook(&OFFICE.replace("2023", "2024").replace("2022", "2023")),
    );
    desk.run(&["check", "nam-sau.xlsx", "--pack", "bc-kinh-te"])
        .is(0)
        .says(&["Biểu 01: đọc 5 dòng"]);
    desk.run(&["render", "so-lieu.xlsx", "--pack", "bc-kinh-te", "-o", "a.docx"])
        .is(0);
    let words = desk.words("a.docx");
    for part in ["NÔNG NGHIỆP", "120,5", "130,7%", "5.200", "17/02/1975"] {
        assert!(words.contains(part), "{part} is not in {words}");
    }
}

#[test]
fn values_stay_out_where_they_are_not_wanted() {
    let desk = Desk::new();
    desk.write("so-lieu.xlsx", workbook(OFFICE));
    desk.run(&["pack", "new", "bc-a", "--from-workbook", "so-lieu.xlsx", "--no-values"])
        .is(0);
    for file in ["pack.toml", "van-ban.md", "README.md"] {
        let text = desk.text(&format!("bc-a/{file}"));
        for value in [
            "Diện tích lúa",
            "120,5",
            "258",
            "Tân Hoà\"\n\n  [[sheet.field]]\n  id = \"so_dan",
        ] {
            assert!(!text.contains(value), "{file}: {value}");
        }
    }
    let words = desk.goes_through("bc-a");
    assert!(!words.contains("Diện tích lúa"), "{words}");
}

/// Last year's report, as offices write them: below a superior that a commune's letterhead does not name, a heading in small letters.
const REPORT: &str = "\
```letterhead
superior: UBND HUYỆN PHÚ BÌNH
agency: ỦY BAN NHÂN DÂN
agency: XÃ TÂN HOÀ
number: Số: 127/BC-UBND
date: Tân Hoà, ngày 15 tháng 12 năm 2023
```

```title
kind: BÁO CÁO
subject: Tổng kết công tác thi đua năm 2023, \\ phương hướng năm 2024
```

```addressees
to: Ủy ban nhân dân huyện Phú Bình
```

# Phần I

## KẾT QUẢ NĂM 2023

### I. Kết quả

UBND xã Tân Hoà báo cáo: *Công tác thu ngân sách*: thu ngân sách nhà nước ước đạt 258 triệu đồng, bằng 130,7% dự toán, tăng \
14,2% so với năm 2022.

- Có **03** cá nhân được khen theo Quyết định số 16/QĐ-UBND ngày 17/02/2023;

#### 1. Danh sách

| STT | Họ và tên | Chức vụ |
|:---:|-----------|---------|
| 1 | Đào Văn Trung | Chủ tịch |
| 2 | Lê Thị Hoa | Công chức |

Trên đây là báo cáo năm 2023 của UBND xã Tân Hoà./.

```signature
recipients: - Như trên;
recipients: - Lưu: VT.
authority: TM. ỦY BAN NHÂN DÂN
title: CHỦ TỊCH
name: Đào Văn Trung
```
";

/// A report as Word holds it: the template of a small pack without tags.
fn last_years_report(desk: &Desk, source: &str) -> &'static str {
    fs::create_dir(desk.path("goc")).expect("made");
    desk.write("goc/van-ban.md", source);
    desk.write(
        "goc/pack.toml",
        "id = \"goc\"\nversion = \"1.0.0\"\nname = \"Gốc\"\n[[output]]\nid = \"a\"\nlabel = \"A\"\ntemplate = \"nam-2023.docx\"\n\
         source = \"van-ban.md\"\nfile_name = \"a\"\n[[sheet]]\nid = \"b\"\nname = \"B\"\nlayout = \"form\"\n\
         field = [{ id = \"c\", label = \"C\", type = \"text\" }]\n",
    );
    desk.run(&["pack", "build", "goc"]).is(0);
    "goc/nam-2023.docx"
}

#[test]
fn last_years_report_becomes_a_pack_that_prints_it_again() {
    let desk = Desk::new();
    let report = last_years_report(&desk, REPORT);
    let run = desk.run(&["pack", "new", "bc-tong-ket", "--from-document", report]);
    run.is(0).says(&[
        "nơi kính gửi, nơi nhận và người ký, quốc hiệu, cơ quan, số và ngày, tên loại và trích yếu",
        "so_lieu.thu_ngan_sach_nha_nuoc: «Thu ngân sách nhà nước», ví dụ “258”",
        "in lại đúng từng đoạn",
        "Đã tạo gói “Báo cáo Tổng kết công tác thi đua năm 2023, phương hướng năm 2024”",
        // It is printed as it was, and its author told what the decree asks for.
        "1 điểm trái thể thức Nghị định 30/2020/NĐ-CP nên pack.toml ghi layout = \"free\"",
        "tên mục cần chữ in hoa",
    ]);
    let manifest = desk.text("bc-tong-ket/pack.toml");
    for part in [
        "layout = \"free\"",
        "help = \"In ở chỗ “sách: thu ngân sách nhà nước ước đạt [ô này] triệu đồng, bằng 130,7% dự toán, tăng”.\"",
        "help = \"Cột “Họ và tên” của bảng in từ trang “Bảng 1”.\"",
    ] {
        assert!(manifest.contains(part), "{part} is not in\n{manifest}");
    }
    assert!(desk.text("bc-tong-ket/README.md").contains("tên mục cần chữ in hoa"));
    let source = desk.text("bc-tong-ket/van-ban.md");
    for part in [
        "agency: XÃ {{upper thong_tin.ten_xa}}",
        "number: Số: {{thong_tin.so_ky_hieu}}",
        "date: {{thong_tin.dia_danh}}, {{date thong_tin.ngay \"long\"}}",
        "subject: Tổng kết công tác thi đua năm {{thong_tin.nam}}, \\ phương hướng năm {{add thong_tin.nam 1}}",
        "to: Ủy ban nhân dân huyện {{thong_tin.huyen}}",
        "# Phần I",
        "## KẾT QUẢ NĂM {{thong_tin.nam}}",
        "### I. Kết quả",
        "*Công tác thu ngân sách*",
        "{{#each bang_1}}{{@number}} | {{ho_va_ten}}",
        "name: {{thong_tin.nguoi_ky}}",
    ] {
        assert!(source.contains(part), "{part} is not in\n{source}");
    }
    let words = desk.goes_through("bc-tong-ket");
    assert_eq!(
        words.replace(char::is_whitespace, ""),
        desk.words(report).replace(char::is_whitespace, "")
    );
    // Next year's figures print in their places.
    desk.write(
        "nam-sau.toml",
        "[thong_tin]\nnam = 2024\nten_xa = \"Xuân Lộc\"\n[so_lieu]\nthu_ngan_sach_nha_nuoc = 300\n",
    );
    desk.run(&["blank", "bc-tong-ket", "--data", "nam-sau.toml", "-o", "nam-sau.xlsx"])
        .is(0);
    desk.run(&["check", "nam-sau.xlsx", "--pack", "bc-tong-ket"])
        .is(1)
        .says(&["Người ký"]);
}

#[test]
fn a_report_in_the_layout_of_the_decree_is_held_to_it() {
    let desk = Desk::new();
    let right = REPORT
        .replace("superior: UBND HUYỆN PHÚ BÌNH\n", "")
        .replace("### I. Kết quả", "### I. KẾT QUẢ");
    let report = last_years_report(&desk, &right);
    desk.run(&["pack", "new", "bc-dung", "--from-document", report]).is(0);
    assert!(!desk.text("bc-dung/pack.toml").contains("layout = \"free\""));
    desk.goes_through("bc-dung");
}

#[test]
fn a_document_that_the_decree_does_not_rule_is_told_as_such() {
    let desk = Desk::new();
    let list = "Danh sách trực\n\n| STT | Họ và tên | Ghi chú |\n|:---:|-----|-----|\n| 1 | Lê Thị Hoa | Tổ 1 |\n\
                | 2 | Đào Văn Trung | Tổ 2 |\n\nHết\n";
    let report = last_years_report(&desk, list);
    desk.run(&["pack", "new", "ds-truc", "--from-document", report])
        .is(0)
        .says(&["không có Quốc hiệu nên pack.toml ghi layout = \"free\""]);
    desk.goes_through("ds-truc");
    // Without a figure or a table something is asked for all the same.
    let desk = Desk::new();
    let report = last_years_report(&desk, "Lời cảm ơn\n\nXin trân trọng cảm ơn.\n");
    desk.run(&["pack", "new", "loi-cam-on", "--from-document", report])
        .is(0);
    desk.goes_through("loi-cam-on");
}

#[test]
fn a_workbook_becomes_a_document_of_each_kind() {
    let desk = Desk::new();
    desk.write("so-lieu.xlsx", workbook(OFFICE));
    for kind in ["bao-cao", "to-trinh", "ke-hoach", "quyet-dinh", "cong-van"] {
        let id = format!("bieu-{kind}");
        desk.run(&["pack", "new", &id, "--kind", kind, "--from-workbook", "so-lieu.xlsx"])
            .is(0);
        let words = desk.goes_through(&id);
        assert!(
            words.contains("Diện tích lúa") && words.contains("./."),
            "{kind}: {words}"
        );
    }
}

#[test]
fn documents_that_give_no_pack_are_refused() {
    let desk = Desk::new();
    desk.write("anh.docx", "không phải Word");
    desk.write("cu.docx", Xls::new("## A\n| a |\n").build());
    for (words, status, parts) in [
        (&["--from-document", "khong-co.docx"][..], 2, &["tep/khong-thay"][..]),
        (&["--from-document", "anh.docx"], 2, &["mau/khong-doc-duoc", "anh.docx"]),
        (&["--from-document", "cu.docx"], 2, &["mau/khong-doc-duoc", "cu.docx"]),
        (
            &["--from-document", "anh.docx", "--from-workbook", "a.xlsx"],
            2,
            &["lenh/"],
        ),
    ] {
        let words: Vec<&str> = ["pack", "new", "bc-a"].iter().chain(words).copied().collect();
        desk.run(&words).is(status).says(parts);
    }
    assert!(!desk.path("bc-a").exists());
}
