//! What Microsoft's validator and LibreOffice make of workbooks whose findings are marked.

use super::tools;
use crate::samples;

#[test]
fn marked_workbooks_are_valid_and_show_their_notes_and_the_list() {
    if !tools::wanted() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sample = samples::path("loi-thuong-gap.xlsx");
    // Marked once, and once more.
    for (source, copy) in [
        (sample.to_string_lossy().as_ref(), "một.xlsx"),
        ("một.xlsx", "hai.xlsx"),
    ] {
        let output = tools::baocao(folder.path(), &["check", source, "--annotate", copy]);
        assert_eq!(output.status.code(), Some(1), "{}", tools::printed(&output));
    }
    let blank = ["blank", super::PACK, "-o", "trống.xlsx"];
    assert!(tools::baocao(folder.path(), &blank).status.success());
    let protected = ["check", "trống.xlsx", "--annotate", "ba.xlsx"];
    assert_eq!(tools::baocao(folder.path(), &protected).status.code(), Some(1));
    for copy in ["một.xlsx", "hai.xlsx", "ba.xlsx"] {
        let copy = folder.path().join(copy);
        // The validator writes into what it reads.
        let checked = copy.with_extension("checked.xlsx");
        std::fs::copy(&copy, &checked).expect("a copy");
        tools::validate(&checked);
    }
    let copy = folder.path().join("hai.xlsx");
    let shown = std::fs::read_to_string(tools::convert(&copy, "fods")).expect("text");
    let notes: Vec<&str> = shown.split("<office:annotation ").skip(1).collect();
    assert!(notes.len() > 40, "{} notes", notes.len());
    let words = "hai mươi tám";
    assert!(
        notes.iter().any(|note| note.contains(words)),
        "no note quotes “{words}”"
    );
    assert_eq!(shown.matches("table:name=\"Lỗi cần sửa\"").count(), 1);
    let pages = tools::pages_text(&tools::to_pdf(&copy));
    let listed = pages
        .iter()
        .filter(|page| page.contains("Cách sửa") && page.contains("Mức độ"))
        .count();
    assert!(listed > 1, "the header of the list stands on each of its pages");
}

#[test]
fn copies_of_old_and_open_workbooks_are_valid_and_show_all_sheets() {
    if !tools::wanted() {
        return;
    }
    let sample = samples::path("loi-thuong-gap.xlsx");
    for ending in ["xls", "ods"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let source = folder.path().join("sample.xlsx");
        std::fs::copy(&sample, &source).expect("a copy of the sample");
        let source = tools::convert(&source, ending);
        let source = source.to_string_lossy();
        let check = ["check", source.as_ref(), "--pack", super::PACK];
        let marked = [&check[..], &["--annotate", "copy.xlsx"]].concat();
        let output = tools::baocao(folder.path(), &marked);
        assert_eq!(output.status.code(), Some(1), "{}", tools::printed(&output));
        assert!(tools::printed(&output).contains("được chuyển sang .xlsx"));

        // The same is found in the copy, at the same places.
        let findings = |file: &str| {
            let output = tools::baocao(folder.path(), &["check", file, "--pack", super::PACK, "--json"]);
            let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
            let findings = document["findings"].as_array().expect("findings").clone();
            let told = findings.into_iter().map(|finding| {
                ["code", "sheet", "cells", "message"]
                    .map(|member| finding[member].to_string())
                    .join(" ")
            });
            told.collect::<Vec<_>>()
        };
        let found = findings(&source);
        assert!(found.len() > 40, "{found:?}");
        assert_eq!(findings("copy.xlsx"), found, "{ending}");

        let copy = folder.path().join("copy.xlsx");
        let shown = std::fs::read_to_string(tools::convert(&copy, "fods")).expect("text");
        for sheet in ["Thông tin chung", "Chỉ tiêu", "Nơi nhận", "Lỗi cần sửa"] {
            assert_eq!(shown.matches(&format!("table:name=\"{sheet}\"")).count(), 1, "{sheet}");
        }
        assert!(shown.matches("<office:annotation ").count() > 40);
        // The validator writes into what it reads.
        tools::validate(&copy);
    }
}
