//! Layout of documents, as users meet it: `baocao lint`, the page of rules, and packs tried out with their samples.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use baocao::diagnostic::{Diagnostics, Lang};
use baocao::lint::ND30;
use baocao::pack::{BUILT_IN, Files, Fit, Origin, Pack, fit};
use baocao::pipeline::{self, Options, Sample};
use baocao::{lint, outline};
use serde_json::Value;

use crate::samples;

/// Runs the program in a folder: exit status, standard output and error.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_baocao"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("BAOCAO_LANG")
        .env_remove("BAOCAO_TEMPLATES")
        .output()
        .expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (run.status.code().unwrap_or(-1), text(run.stdout), text(run.stderr))
}

fn codes(findings: &Diagnostics) -> Vec<&str> {
    findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn the_page_of_rules_says_what_the_rules_are() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/the-thuc.md"));
    assert!(
        page.unwrap_or_default() == ND30.markdown(Lang::Vi),
        "templates/the-thuc.md is old: baocao lint --rules > templates/the-thuc.md"
    );
    let mut seen = std::collections::BTreeSet::new();
    for rule in ND30.rules() {
        assert!(seen.insert(rule.code), "{} stands there twice", rule.code);
        assert!(!rule.source.is_empty() && !rule.demand.0.contains('|') && !rule.demand.1.contains('|'));
    }
    let english = ND30.markdown(Lang::En);
    assert!(
        english.contains("| `the-thuc/le-trang` | error | Margins: top and bottom 20–25 mm"),
        "{english}"
    );
}

#[test]
fn every_shipped_pack_passes_with_the_samples_of_the_repository() {
    let packs: Vec<_> = BUILT_IN
        .iter()
        .map(|pack| pack.parse().expect("a sound pack"))
        .map(std::sync::Arc::new)
        .collect();
    let mut of_packs: BTreeMap<usize, Vec<Sample<'_>>> = BTreeMap::new();
    for (name, bytes) in samples::build() {
        let sample = Sample {
            name: format!("samples/{name}"),
            bytes: bytes.into(),
        };
        let workbook = pipeline::read(&sample.bytes, &Options::default()).expect("a workbook");
        match fit(&packs, &workbook) {
            Fit::Stamped(index) | Fit::Looks(index) => of_packs.entry(index).or_default().push(sample),
            _ => panic!("{} is of no pack", sample.name),
        }
    }
    for (index, pack) in packs.iter().enumerate() {
        let own = of_packs.get(&index).map(Vec::as_slice).unwrap_or_default();
        assert!(
            own.iter().any(|sample| !sample.is_of_mistakes()),
            "{} has no samples",
            pack.id
        );
        let trial = pipeline::try_pack(pack, own);
        assert!(trial.diagnostics.is_empty(), "{}", trial.diagnostics.print(Lang::Vi));
        for (name, documents) in &trial.samples {
            let mistakes = name.contains("/loi-");
            assert_eq!(*documents == 0, mistakes, "{name}");
        }
        // Without samples, its examples do.
        let made = pipeline::try_pack(pack, &[]);
        assert!(
            made.diagnostics.is_empty() && made.documents() > 0,
            "{}",
            made.diagnostics.print(Lang::Vi)
        );
        let declared = pipeline::check_pack(pack);
        assert!(declared.is_empty(), "{}", declared.print(Lang::Vi));
    }
}

const REPORT: &str = include_str!("../../src/lint/sample.md");

#[test]
fn a_person_learns_what_is_wrong_where_and_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let sound = outline::build(REPORT).expect("a document");
    std::fs::write(folder.path().join("dung.docx"), &sound).expect("a file");
    let wrong = REPORT
        .replace("tháng 02 năm 2026\n```", "tháng 2 năm 2026\n```")
        .replace("KT. GIÁM ĐỐC", "K/T GIÁM ĐỐC");
    let wrong = outline::build(&wrong).expect("a document");
    std::fs::write(folder.path().join("sai.docx"), &wrong).expect("a file");
    std::fs::write(folder.path().join("khac.docx"), "chữ").expect("a file");

    let (status, out, err) = run(folder.path(), &["lint", "dung.docx"]);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    assert_eq!(err, "Văn bản đúng thể thức theo các quy tắc máy xét được.\n");

    let (status, out, err) = run(folder.path(), &["lint", "dung.docx", "sai.docx"]);
    assert_eq!(status, 1);
    for line in [
        "lỗi[the-thuc/dia-danh-loi-van]: ngày tháng cần ghi “ngày 05 tháng 02 năm 2026”, dòng này ghi “ngày 05 tháng 2 năm 2026”",
        "  --> sai.docx › thân văn bản › “Thái Nguyên, ngày 05 tháng 2 năm 2026”",
        "  gợi ý: chỉ thêm số 0 trước ngày dưới 10 và tháng 1, tháng 2",
        "lỗi[the-thuc/quyen-han-viet-tat]: quyền hạn cần viết tắt là “KT.” rồi một dấu cách, dòng này ghi “K/T GIÁM ĐỐC”",
    ] {
        assert!(out.contains(line), "{line} is not in\n{out}");
    }
    assert!(err.starts_with("1 trong 2 văn bản không có lỗi thể thức; "), "{err}");

    let (status, out, _) = run(folder.path(), &["--lang", "en", "lint", "sai.docx", "--json"]);
    assert_eq!(status, 1);
    let document: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(document["command"], "lint");
    assert_eq!(document["ruleset"], "nd30-2020");
    assert_eq!(document["documents"][0]["document"], "sai.docx");
    assert_eq!(document["findings"][0]["code"], "the-thuc/dia-danh-loi-van");
    assert_eq!(document["findings"][0]["file"], "sai.docx");

    // What can't be read is a fault, and the others are told all the same.
    let (status, out, err) = run(folder.path(), &["lint", "khac.docx", "sai.docx", "khong-co.docx"]);
    assert_eq!(status, 2, "{err}");
    assert!(
        out.contains("khac.docx") && out.contains("the-thuc/dia-danh-loi-van"),
        "{out}"
    );
    assert!(out.contains("tep/khong-thay"), "{out}");

    let (status, _, err) = run(folder.path(), &["lint"]);
    assert_eq!(status, 2, "{err}");
    let (status, out, _) = run(folder.path(), &["lint", "--rules"]);
    assert_eq!((status, out), (0, ND30.markdown(Lang::Vi)));
    let (_, out, _) = run(folder.path(), &["lint", "--rules", "--json"]);
    let document: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(document["rules"].as_array().map(Vec::len), Some(ND30.rules().count()));
}

#[test]
fn a_document_that_the_decree_does_not_rule_is_told_once() {
    for (source, hint) in [
        ("# Sổ tay\n\nMột đoạn văn bản.\n", "thêm Quốc hiệu"),
        ("**ĐẢNG CỘNG SẢN VIỆT NAM**\n\nMột đoạn văn bản.\n", "văn bản của Đảng"),
    ] {
        let findings = lint::layout(&outline::build(source).expect("a document")).expect("a document");
        assert_eq!(codes(&findings), ["the-thuc/khong-co-quoc-hieu"]);
        assert!(findings.print(Lang::Vi).contains(hint), "{}", findings.print(Lang::Vi));
    }
}

const PACK: &str = r#"id = "thu"
version = "1.0.0"
name = "Gói thử"

[[output]]
id = "giay"
label = "Giấy"
template = "mau.docx"
file_name = "Giay {{chung.nam}}"

[[sheet]]
id = "chung"
name = "Chung"
layout = "form"
  [[sheet.field]]
  id = "nam"
  label = "Năm"
  type = "year"
  required = true
  help = "Năm của giấy."
  example = "2026"
"#;

fn pack(manifest: &str, samples: &[(&str, &str)]) -> Pack {
    let template = outline::build("Năm {{chung.nam}}\n").expect("a template");
    let mut files: Files = [
        ("pack.toml".to_owned(), manifest.as_bytes().to_vec().into()),
        ("mau.docx".to_owned(), template.into()),
    ]
    .into();
    for (name, content) in samples {
        files.insert(format!("samples/{name}"), content.as_bytes().to_vec().into());
    }
    match Pack::parse(files, Origin::BuiltIn) {
        Ok(pack) => pack,
        Err(findings) => panic!("{}", findings.print(Lang::En)),
    }
}

#[test]
fn a_pack_is_tried_with_its_samples() {
    let trial = |manifest: &str, samples: &[(&str, &str)]| {
        let pack = pack(manifest, samples);
        let trial = pipeline::try_pack(&pack, &pipeline::samples(&pack));
        let told = trial.diagnostics.iter().map(|finding| {
            let file = finding.file.clone().unwrap_or_default();
            format!("{} {file}", finding.code)
        });
        (told.collect::<Vec<_>>(), trial)
    };
    let free = PACK.replace("file_name", "layout = \"free\"\nfile_name");

    let (told, made) = trial(&free, &[]);
    assert_eq!(told, Vec::<String>::new());
    assert!(made.is_made && made.documents() == 1);

    // A document without Quốc hiệu: for its author to say whether the decree rules it.
    let (told, _) = trial(
        PACK,
        &[
            ("mot.toml", "[chung]\nnam = 2026\n"),
            ("hai.toml", "[chung]\nnam = 2025\n"),
        ],
    );
    assert_eq!(told, ["the-thuc/khong-co-quoc-hieu samples/hai.toml › Giay 2025.docx"]);

    let (told, _) = trial(
        &free,
        &[
            ("mot.toml", "[chung]\n"),
            ("hai.toml", "[chung]\nnan = 1\n"),
            ("ba.xlsx", "chữ"),
        ],
    );
    assert_eq!(
        told,
        [
            "tep/van-ban-thuan samples/ba.xlsx",
            "du-lieu/khong-co-cot samples/hai.toml",
            "gia-tri/thieu samples/mot.toml"
        ]
    );

    let (told, _) = trial(
        &free,
        &[("loi-1.toml", "[chung]\n"), ("2.loi.toml", "[chung]\nnam = 2026\n")],
    );
    assert_eq!(told, ["goi/mau-loi-khong-loi samples/2.loi.toml"]);

    let (told, _) = trial(&free.replace("example = \"2026\"", ""), &[]);
    assert_eq!(told, ["goi/vi-du-khong-in-duoc pack.toml"]);
}

#[test]
fn fields_without_help_or_example_are_told_sheet_by_sheet() {
    let bare = PACK
        .replace("  help = \"Năm của giấy.\"\n", "")
        .replace("  example = \"2026\"\n", "");
    let findings = pipeline::check_pack(&pack(&bare, &[]));
    assert_eq!(codes(&findings), ["goi/thieu-huong-dan", "goi/thieu-vi-du"]);
    assert!(pipeline::check_pack(&pack(PACK, &[])).is_empty());
}
