//! Packed packs: what is packed, and what is refused.

use super::super::Origin;
use super::super::tests::SMALL;
use super::*;
use crate::diagnostic::Lang;

fn pack(others: &[&str]) -> Pack {
    let mut files = Files::from([(MANIFEST.to_owned(), Cow::Owned(SMALL.as_bytes().to_vec()))]);
    let names = ["bao-cao.docx", "bao-cao.md"].iter().chain(others);
    files.extend(names.map(|name| ((*name).to_owned(), Cow::Borrowed(&b"// x"[..]))));
    Pack::parse(files, Origin::BuiltIn).expect("a right pack")
}

fn refusal(bytes: &[u8]) -> String {
    read(bytes).expect_err("refused").print(Lang::Vi)
}

/// The entries of a good archive, changed and put together again.
fn forged(change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> Vec<u8> {
    let bytes = write(&pack(&[])).expect("packed").bytes;
    let mut entries = archive::read(&bytes, &LIMITS).expect("a good archive");
    change(&mut entries);
    archive::write(
        entries
            .iter()
            .map(|(name, content)| (name.as_str(), content.as_slice())),
    )
    .expect("an archive")
}

fn list_of(entries: &BTreeMap<String, Vec<u8>>) -> String {
    String::from_utf8(entries[LIST].clone()).expect("text")
}

#[test]
fn a_pack_comes_back_as_it_was_packed_and_the_same_pack_gives_the_same_bytes() {
    let pack = pack(&["README.md", "samples/a.xlsx", "khoi_ky.docx", "script.rhai", "dau.png"]);
    let made = write(&pack).expect("packed");
    assert_eq!(made.bytes, write(&pack).expect("packed").bytes);
    let (files, packed) = read(&made.bytes).expect("as it was packed");
    assert_eq!(files, pack.files);
    assert_eq!(
        (packed.id.as_str(), packed.version.as_str(), &packed.digest),
        ("nho", "1.0.0", &made.digest)
    );
    assert_eq!(packed.made_with, format!("baocao {}", env!("CARGO_PKG_VERSION")));
    assert_eq!(made.names.len(), pack.files.len());
    assert!(mismatch(&packed, &pack).is_none());
}

#[test]
fn what_does_not_belong_to_a_pack_is_left_out_with_the_reason() {
    for (name, reason) in [
        ("so-lieu.xlsx", "ngoài thư mục samples"),
        ("cu/so-lieu.xls", "ngoài thư mục samples"),
        ("samples/a.exe", "không dùng đến"),
        ("setup.exe", "không dùng đến"),
        ("nho-1.0.0.bcpack", "lần đóng gói trước"),
        ("bcpack.toml", "lần đóng gói trước"),
        (".git/config", "tệp ẩn"),
        ("~$bao-cao.docx", "tệp tạm"),
        ("bao-cao.bak", "tệp tạm"),
        ("bao-cao (chú thích).docx", "bản chú thích"),
        ("LICENSE", "không dùng đến"),
    ] {
        let found = reason_to_leave(name).unwrap_or_else(|| panic!("{name} is packed"));
        assert!(found.vi.contains(reason), "{name}: {}", found.vi);
    }
    let made = write(&pack(&["so-lieu.xlsx", "samples/a.xlsx"])).expect("packed");
    assert_eq!(
        made.names,
        ["bao-cao.docx", "bao-cao.md", "pack.toml", "samples/a.xlsx"]
    );
}

#[test]
fn names_that_not_every_system_takes_are_not_packed() {
    let found = write(&pack(&["con.md", "Anh.png", "anh.png", "ab:c.md"]))
        .expect_err("unfit")
        .print(Lang::Vi);
    for part in ["con.md", "tên dành riêng", "goi/trung-ten-tep", "“Anh.png”", "“:”"] {
        assert!(found.contains(part), "{part} is not in\n{found}");
    }
}

#[test]
fn a_pack_changed_after_packing_is_refused_with_the_file_that_changed() {
    let found = refusal(&forged(|entries| {
        entries.get_mut("bao-cao.docx").expect("there").push(b'!')
    }));
    assert!(
        found.contains("goi/sai-ma-kiem") && found.contains("--> bao-cao.docx") && found.contains("gửi lại"),
        "{found}"
    );
    let found = refusal(&forged(|entries| {
        entries.remove("bao-cao.md");
        entries.insert("them.md".into(), b"x".to_vec());
    }));
    assert!(
        found.contains("thiếu tệp “bao-cao.md”") && found.contains("--> them.md"),
        "{found}"
    );
    // A list that was mended to fit lacks the digest over all.
    let found = refusal(&forged(|entries| {
        let list = list_of(entries).replace("version = \"1.0.0\"", "version = \"9.0.0\"");
        entries.insert(LIST.into(), list.into_bytes());
    }));
    assert!(found.contains("danh sách tệp của gói đã bị thay đổi"), "{found}");
}

#[test]
fn an_archive_without_list_or_digest_and_one_of_a_newer_form_are_told() {
    let found = refusal(&forged(|entries| {
        entries.remove(LIST);
    }));
    assert!(
        found.contains("goi/thieu-ma-kiem") && found.contains("giải nén"),
        "{found}"
    );
    let found = refusal(&forged(|entries| {
        let list = list_of(entries);
        let lines = list.lines().filter(|line| !line.starts_with("digest"));
        let list = lines.collect::<Vec<_>>().join("\n");
        entries.insert(LIST.into(), list.into_bytes());
    }));
    assert!(
        found.contains("goi/thieu-ma-kiem") && found.contains("không có mã kiểm"),
        "{found}"
    );
    let found = refusal(&forged(|entries| {
        entries.insert(LIST.into(), b"format = 2\nentirely = \"new\"".to_vec());
    }));
    assert!(
        found.contains("goi/dang-tep-moi") && found.contains("làm bằng baocao mới hơn"),
        "{found}"
    );
    for broken in [&b"\xff"[..], b"format = ", b"format = 1\nx = 1"] {
        let found = refusal(&forged(|entries| {
            entries.insert(LIST.into(), broken.to_vec());
        }));
        assert!(found.contains("goi/sai-ma-kiem"), "{found}");
    }
}

#[test]
fn a_list_that_names_another_pack_is_told() {
    let (_, mut packed) = read(&write(&pack(&[])).expect("packed").bytes).expect("whole");
    packed.version = "2.0.0".into();
    let found = mismatch(&packed, &pack(&[])).expect("told").print(Lang::Vi);
    assert!(found.contains("2.0.0") && found.contains("1.0.0"), "{found}");
}

#[test]
fn each_fault_of_an_archive_is_a_finding_with_its_entry() {
    for (kind, code) in [
        (FaultKind::NoArchive, "goi/tep-hong"),
        (FaultKind::Damaged, "goi/tep-hong"),
        (FaultKind::TooMany, "goi/qua-lon"),
        (FaultKind::FileTooLarge, "goi/qua-lon"),
        (FaultKind::TotalTooLarge, "goi/qua-lon"),
        (FaultKind::Encrypted, "goi/co-mat-khau"),
        (FaultKind::Method, "goi/tep-hong"),
        (FaultKind::Name(Text::new("x", "x")), "goi/ten-nguy-hiem"),
        (FaultKind::Twice, "goi/trung-ten-tep"),
        (FaultKind::NoFile, "goi/lien-ket"),
        (FaultKind::WrongSize, "goi/tep-hong"),
    ] {
        let entry = Some("a/b".to_owned());
        let found = finding(Fault {
            entry: entry.clone(),
            kind,
        });
        assert_eq!((found.code, &found.file), (code, &entry));
    }
    assert!(refusal(b"%PDF").contains("không phải gói .bcpack"));
}
