//! Packs as one file: packed, sent, installed, used in every place that takes a pack; and files that are not what they say.

use std::fs;
use std::io::{Cursor, Write as _};

use baocao::opc::archive::{self, Limits};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::commands::{Desk, PACK};

const LIMITS: Limits = Limits {
    files: 1_000,
    file_bytes: 1 << 30,
    total_bytes: 1 << 30,
    depth: 9,
};

/// Where the desk's user has packs that were installed.
const INSTALLED: &str = "data/baocao/templates/nho.bcpack";

/// A desk with `nho.bcpack`, made of the small pack of a version.
fn packed(version: &str) -> Desk {
    let desk = Desk::new();
    pack(&desk, version, "nho.bcpack");
    desk
}

/// Packs the small pack of a version.
fn pack(desk: &Desk, version: &str, file: &str) {
    desk.write("packs/nho/pack.toml", PACK.replace("1.0.0", version));
    desk.run(&format!("pack pack packs/nho -o {file} --force")).is(0);
}

/// A desk whose small pack is nowhere but in `nho.bcpack`.
fn only_packed(version: &str) -> Desk {
    let desk = packed(version);
    fs::remove_dir_all(desk.path("packs/nho")).expect("removed");
    desk
}

#[test]
fn a_pack_becomes_one_file_with_the_same_bytes_each_time_and_says_what_was_left_out() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("packs/nho/samples")).expect("made");
    for name in ["README.md", "so-lieu.xlsx", "~$bao-cao.docx", ".DS_Store", "chay.exe"] {
        desk.write(&format!("packs/nho/{name}"), "x");
    }
    desk.run("blank nho --data data.toml -o packs/nho/samples/a.xlsx").is(0);
    let run = desk.run("pack pack packs/nho");
    run.is(0).says(&[
        "nho-1.0.0.bcpack",
        "Đã đóng gói nho 1.0.0: 5 tệp",
        "Mã kiểm: ",
        "Không đóng gói so-lieu.xlsx: sổ tính nằm ngoài thư mục samples",
        "Không đóng gói chay.exe",
    ]);
    let first = desk.read("nho-1.0.0.bcpack");
    let names = archive::read(&first, &LIMITS).expect("an archive");
    assert_eq!(
        names.keys().collect::<Vec<_>>(),
        [
            "README.md",
            "bao-cao.docx",
            "bao-cao.md",
            "bcpack.toml",
            "pack.toml",
            "samples/a.xlsx"
        ]
    );
    desk.run("pack pack packs/nho").is(2).says(&["ghi/da-co", "--force"]);
    desk.run("pack pack packs/nho --force").is(0);
    assert_eq!(desk.read("nho-1.0.0.bcpack"), first);
    let document = desk.json("pack pack packs/nho --force");
    assert_eq!(document["pack"]["digest"].as_str().map(str::len), Some(64));
    assert_eq!(document["pack"]["left_out"].as_array().map(Vec::len), Some(2));
    desk.run("pack pack packs/nho -o nho.zip")
        .is(2)
        .says(&["ghi/noi-ghi-sai", ".bcpack"]);
    desk.run("pack pack none").is(2).says(&["goi/khong-thay"]);
}

#[test]
fn a_pack_with_errors_is_not_packed() {
    let desk = Desk::new();
    desk.write(
        "packs/nho/pack.toml",
        PACK.replace("BC {{thong_tin.nam}}", "BC {{thong_tin.namm}}"),
    );
    desk.run("pack pack packs/nho").is(1).says(&["namm", "nho/pack.toml"]);
    assert!(!desk.path("nho-1.0.0.bcpack").exists());
}

#[test]
fn a_packed_pack_is_taken_wherever_a_folder_is() {
    let desk = only_packed("1.0.0");
    fs::create_dir(desk.path("kho")).expect("made");
    fs::copy(desk.path("nho.bcpack"), desk.path("kho/Nho - bản gửi.bcpack")).expect("copied");
    desk.run("blank nho").is(2).says(&["không có gói “nho”"]);
    for line in [
        "blank nho.bcpack --data data.toml -o a.xlsx",
        "blank ./nho.bcpack --data data.toml -o a.xlsx",
        "blank nho --templates nho.bcpack --data data.toml -o a.xlsx",
        "blank nho --templates kho --data data.toml -o a.xlsx",
    ] {
        desk.run(&format!("{line} --force")).is(0).says(&["nho", ".bcpack"]);
    }
    desk.run("render a.xlsx --pack nho.bcpack -o a.docx").is(0);
    desk.run("render a.xlsx --templates kho -o b.docx").is(0);
    assert_eq!(desk.read("a.docx"), desk.read("b.docx"));
    desk.run("check a.xlsx --pack nho.bcpack").is(0);
    desk.run("pack show nho.bcpack").is(0).says(&["{{thong_tin.ten_xa}}"]);
    let run = desk.run("pack check nho.bcpack");
    run.is(0).says(&["Gói được dùng: nho (", "nho.bcpack)", "Mã kiểm: "]);
    let digest = desk.json("pack check nho.bcpack")["digest"].clone();
    assert!(run.err.contains(digest.as_str().expect("a digest")), "{run:?}");
    assert!(desk.json("pack check bc-thi-dua-khen-thuong")["digest"].is_null());
    desk.run("pack list --templates kho")
        .is(0)
        .says(&["nho 1.0.0", "Nho - bản gửi.bcpack"]);
    let document = desk.json("pack list --templates nho.bcpack");
    assert_eq!(
        (&document["packs"][0]["id"], &document["packs"][0]["kind"]),
        (&"nho".into(), &"file".into())
    );
    // A file by another name is looked at, too: mail programs rename what they carry.
    fs::copy(desk.path("nho.bcpack"), desk.path("nho.zip")).expect("copied");
    desk.run("pack check ./nho.zip").is(0);
    desk.run("pack check none.bcpack").is(2).says(&["tep/khong-thay"]);
}

#[test]
fn of_several_versions_in_a_folder_the_latest_is_taken_and_a_folder_comes_first() {
    let desk = Desk::new();
    fs::create_dir(desk.path("kho")).expect("made");
    for version in ["1.9.0", "1.10.0", "1.2.0"] {
        pack(&desk, version, &format!("kho/{version}.bcpack"));
    }
    fs::remove_dir_all(desk.path("packs/nho")).expect("removed");
    let listed = desk.json("pack list --templates kho");
    let versions: Vec<_> = listed["packs"].as_array().expect("a list")[..3]
        .iter()
        .map(|pack| (pack["version"].as_str(), pack["shadowed"].as_bool()))
        .collect();
    assert_eq!(
        versions,
        [
            (Some("1.10.0"), Some(false)),
            (Some("1.9.0"), Some(true)),
            (Some("1.2.0"), Some(true))
        ]
    );
}

#[test]
fn a_pack_is_installed_used_replaced_when_told_and_removed() {
    let desk = only_packed("1.2.0");
    let digest = desk.json("pack install nho.bcpack")["pack"]["digest"].clone();
    assert_eq!(desk.read(INSTALLED), desk.read("nho.bcpack"));
    desk.run("blank nho -o a.xlsx").is(0).says(&[INSTALLED]);
    desk.run("pack install nho.bcpack")
        .is(0)
        .says(&["không có gì thay đổi", digest.as_str().expect("a digest")]);

    fs::create_dir_all(desk.path("packs/nho")).expect("made");
    for (name, content) in archive::read(&desk.read("nho.bcpack"), &LIMITS).expect("an archive") {
        desk.write(&format!("packs/nho/{name}"), content);
    }
    pack(&desk, "1.3.0", "moi.bcpack");
    pack(&desk, "1.1.0", "cu.bcpack");
    fs::remove_dir_all(desk.path("packs/nho")).expect("removed");
    desk.run("pack install moi.bcpack")
        .is(2)
        .says(&["goi/da-cai", "1.2.0", "1.3.0", "--force"]);
    desk.run("pack install cu.bcpack")
        .is(2)
        .says(&["goi/ha-phien-ban", "1.2.0", "1.1.0"]);
    assert_eq!(desk.read(INSTALLED), desk.read("nho.bcpack"));
    desk.run("pack install moi.bcpack --force")
        .is(0)
        .says(&["Đã thay gói nho 1.2.0 bằng 1.3.0", INSTALLED]);
    let document = desk.json("pack install cu.bcpack --force");
    assert_eq!(
        (&document["pack"]["before"], &document["pack"]["version"]),
        (&"1.3.0".into(), &"1.1.0".into())
    );
    desk.run("pack list").is(0).says(&["nho 1.1.0"]);
    // No temporary file stays.
    assert_eq!(desk.files("data/baocao/templates").len(), 1);

    desk.run("pack remove nhoo").is(2).says(&["goi/khong-thay", "“nho”"]);
    desk.run("pack remove bc-thi-dua-khen-thuong")
        .is(2)
        .says(&["có sẵn trong chương trình"]);
    desk.run("pack remove nho").is(0).says(&[INSTALLED, "Đã gỡ gói nho"]);
    desk.run("blank nho -o b.xlsx").is(2);
}

#[test]
fn an_installed_pack_that_another_hides_is_warned_about() {
    let desk = packed("1.0.0");
    desk.run("pack install nho.bcpack")
        .is(0)
        .says(&["goi/bi-che", "packs/nho"]);
    desk.run("pack remove nho")
        .is(0)
        .says(&["Từ nay gói nho được lấy từ", "packs/nho"]);
    desk.run("pack install packs/nho")
        .is(2)
        .says(&["tep/la-thu-muc", "baocao pack pack packs/nho"]);
}

#[cfg(unix)]
#[test]
fn a_machine_without_a_place_for_packs_is_told() {
    let desk = packed("1.0.0");
    let nowhere = [("XDG_DATA_HOME", ""), ("HOME", ""), ("APPDATA", "")];
    desk.run_with("pack install nho.bcpack", &nowhere)
        .is(2)
        .says(&["goi/khong-co-noi-cai"]);
    desk.write("file", "");
    let file = desk.path("file").display().to_string();
    desk.run_with("pack install nho.bcpack", &[("XDG_DATA_HOME", &file)])
        .is(2)
        .says(&["ghi/khong-duoc"]);
}

#[test]
fn a_pack_for_a_newer_program_is_neither_used_nor_installed() {
    let desk = Desk::new();
    pack(&desk, "1.0.0", "nho.bcpack");
    // What a newer program packs, this one can't: the manifest is changed in the archive, with a list that fits.
    let manifest = format!("engine = \"99.0\"\nunheard_of = 1\n{PACK}");
    desk.write("packs/nho/pack.toml", &manifest);
    desk.run("pack check nho").is(1).says(&["goi/can-ban-moi", "99.0"]);
    let run = desk.run("pack pack packs/nho");
    assert!(!run.is(1).err.contains("goi/khoa-la"), "{run:?}");
    desk.write("packs/nho/pack.toml", format!("engine = \"0.1\"\n{PACK}"));
    desk.run("pack list").is(0).says(&["cần baocao 0.1 trở lên"]);
    assert_eq!(desk.json("pack list")["packs"][0]["engine"], "0.1");
}

/// Replaces bytes that stand in an archive.
fn patched(mut bytes: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> = (0..bytes.len() - from.len())
        .filter(|at| bytes[*at..].starts_with(from.as_bytes()))
        .collect();
    assert!(!places.is_empty(), "{from} is not there");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

/// An archive of files, each of a name and a length.
fn sized(files: &[(&str, usize)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, length) in files {
        writer.start_file(*name, options).expect("started");
        writer.write_all(&vec![0; *length]).expect("written");
    }
    writer.finish().expect("an archive").into_inner()
}

/// Commands that take a packed pack.
const TAKERS: [&str; 4] = [
    "pack check x.bcpack",
    "pack install x.bcpack",
    "blank x.bcpack -o x.xlsx",
    "pack show ./x.bcpack",
];

#[test]
fn hostile_files_are_refused_with_the_entry_and_nothing_is_written() {
    let desk = packed("1.0.0");
    let good = desk.read("nho.bcpack");
    let outside = desk.folder().parent().expect("a folder").join("evil.md");
    let mut cases = vec![
        (
            "goi/ten-nguy-hiem",
            "x.bcpack › ../evil.md",
            patched(good.clone(), "bao-cao.md", "../evil.md"),
        ),
        (
            "goi/ten-nguy-hiem",
            "x.bcpack › /ao-cao.md",
            patched(good.clone(), "bao-cao.md", "/ao-cao.md"),
        ),
        (
            "goi/ten-nguy-hiem",
            "x.bcpack › C:o-cao.md",
            patched(good.clone(), "bao-cao.md", "C:o-cao.md"),
        ),
        (
            "goi/ten-nguy-hiem",
            "x.bcpack › bao\\cao.md",
            patched(good.clone(), "bao-cao.md", "bao\\cao.md"),
        ),
        (
            "goi/ten-nguy-hiem",
            "bao\\u{0}cao.md",
            patched(good.clone(), "bao-cao.md", "bao\0cao.md"),
        ),
        (
            "goi/ten-nguy-hiem",
            "tên dành riêng",
            patched(good.clone(), "bao-cao.md", "aux.dat.md"),
        ),
        (
            "goi/trung-ten-tep",
            "x.bcpack › PACK.toml",
            sized(&[("pack.toml", 1), ("PACK.toml", 1)]),
        ),
        ("goi/qua-lon", "hơn 300 tệp", {
            let names: Vec<String> = (0..301).map(|number| format!("{number}.md")).collect();
            sized(&names.iter().map(|name| (name.as_str(), 0)).collect::<Vec<_>>())
        }),
        ("goi/qua-lon", "lớn hơn 32 MB", sized(&[("a.md", (32 << 20) + 1)])),
        (
            "goi/qua-lon",
            "lớn hơn 64 MB cộng lại",
            sized(&[("a", 30 << 20), ("b", 30 << 20), ("c", 30 << 20)]),
        ),
        ("goi/thieu-ma-kiem", "không phải gói do lệnh", sized(&[("a.md", 1)])),
        ("goi/tep-hong", "không phải gói .bcpack", b"MZ not a pack".to_vec()),
        ("goi/tep-hong", "không phải gói .bcpack", Vec::new()),
        ("goi/tep-hong", "bị cụt", good[..good.len() / 2].to_vec()),
    ];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .add_symlink("bao-cao.md", "/etc/passwd", SimpleFileOptions::default())
        .expect("a link");
    let link = writer.finish().expect("an archive").into_inner();
    cases.push(("goi/lien-ket", "x.bcpack › bao-cao.md", link));
    let mut changed = archive::read(&good, &LIMITS).expect("an archive");
    changed.get_mut("bao-cao.docx").expect("there").push(0);
    let changed = archive::write(changed.iter().map(|(name, content)| (name.as_str(), &content[..])));
    cases.push((
        "goi/sai-ma-kiem",
        "x.bcpack › bao-cao.docx",
        changed.expect("an archive"),
    ));
    let mut newer = archive::read(&good, &LIMITS).expect("an archive");
    newer.insert("bcpack.toml".into(), b"format = 7\n".to_vec());
    let newer = archive::write(newer.iter().map(|(name, content)| (name.as_str(), &content[..])));
    cases.push((
        "goi/dang-tep-moi",
        "làm bằng baocao mới hơn",
        newer.expect("an archive"),
    ));
    let header = good.windows(4).position(|at| at == b"PK\x01\x02").expect("a header");
    let mut locked = good.clone();
    locked[header + 8] |= 1;
    cases.push(("goi/co-mat-khau", "x.bcpack › bcpack.toml", locked));
    for (code, part, bytes) in cases {
        desk.write("x.bcpack", bytes);
        for line in TAKERS {
            desk.run(line).is(1).says(&[code, part]);
        }
        desk.run("pack list --templates x.bcpack")
            .is(0)
            .says(&["x", "lỗi, xem: baocao pack check x"]);
        assert!(!desk.path("x.xlsx").exists() && !desk.path("data").exists(), "{code}");
        assert!(!outside.exists(), "{code}");
    }
    desk.write("x.bcpack", vec![0; (65 << 20) + 1]);
    desk.run("pack check x.bcpack").is(2).says(&["tep/qua-lon", "65 MB"]);
}

#[test]
fn a_broken_file_in_a_folder_of_packs_stops_no_other() {
    let desk = packed("1.0.0");
    desk.write("packs/hong.bcpack", "PK broken");
    desk.run("blank nho -o a.xlsx").is(0);
    desk.run("pack list").is(0).says(&["hong", "nho 1.0.0"]);
    desk.run("pack check hong").is(1).says(&["goi/tep-hong", "hong.bcpack"]);
}

#[test]
fn no_other_pack_is_used_in_the_stead_of_a_broken_one() {
    let desk = Desk::with_workbook();
    // One that the user named.
    desk.write("moi.bcpack", "PK broken");
    for line in ["check a.xlsx", "render a.xlsx -o a.docx", "blank nho -o b.xlsx"] {
        desk.run(&format!("{line} --templates moi.bcpack"))
            .is(1)
            .says(&["goi/tep-hong", "moi.bcpack"]);
    }
    // One that has the name that it was packed with, in a folder that is searched first.
    fs::create_dir(desk.path("kho")).expect("made");
    desk.write("kho/nho-2.0.0.bcpack", "PK broken");
    desk.run("check a.xlsx --templates kho")
        .is(1)
        .says(&["goi/tep-hong", "nho-2.0.0.bcpack"]);
    assert!(!desk.path("a.docx").exists() && !desk.path("b.xlsx").exists());
}

#[test]
fn the_dictionary_of_a_pack_is_printed_or_written() {
    let desk = Desk::new();
    let run = desk.run("pack show nho --markdown");
    run.is(0);
    assert!(
        run.out.starts_with("# Báo cáo nhỏ\n\nMã gói `nho`, phiên bản 1.0.0."),
        "{run:?}"
    );
    assert!(run.out.contains("| `so_luong` | Số lượng | "), "{run:?}");
    desk.run("pack show nho --markdown -o nho.md").is(0).says(&["nho.md"]);
    assert_eq!(desk.read("nho.md"), run.out.as_bytes());
    desk.run("pack show nho --markdown -o nho.md")
        .is(2)
        .says(&["ghi/da-co"]);
    desk.run("pack show nho --markdown -o nho.md --force --lang en").is(0);
    assert!(String::from_utf8_lossy(&desk.read("nho.md")).contains("Pack `nho`, version 1.0.0."));
    desk.run("pack show nho -o x.md").is(2).says(&["--markdown"]);
    assert_eq!(desk.json("pack show nho --markdown")["markdown"], run.out);
    desk.run("pack show bc-thi-dua-khen-thuong --markdown -o .").is(0);
    let page = String::from_utf8(desk.read("bc-thi-dua-khen-thuong.md")).expect("UTF-8");
    for part in [
        "# Báo cáo tổng kết công tác thi đua, khen thưởng năm\n",
        "| `so_van_ban` | Số văn bản<br>cũng nhận: Số; Số báo cáo | số nguyên (`integer`) |  |  | từ 1 đến 99.999 |",
        "| `thu_ngan_sach` |",
        "## Kiểm tra\n\n1. ",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
}
