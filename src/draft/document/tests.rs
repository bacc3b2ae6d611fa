//! Documents as Word leaves them, and what becomes of them.

use super::*;
use crate::diagnostic::Lang;

const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

/// A document with a body.
fn document(body: &str) -> Vec<u8> {
    let mut package = Package::new();
    package.set(
        "[Content_Types].xml",
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>\
         </Types>"
            .as_bytes(),
    );
    package.set(
        "_rels/.rels",
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" \
         Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/>\
         </Relationships>"
            .as_bytes(),
    );
    let xml = format!("<w:document xmlns:w=\"{W}\"><w:body>{body}</w:body></w:document>");
    package.set("word/document.xml", xml.into_bytes());
    package.write().expect("a package")
}

/// A document of paragraphs.
fn paragraphs(texts: &[&str]) -> Vec<u8> {
    let body: Vec<String> = texts
        .iter()
        .map(|text| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"))
        .collect();
    document(&body.concat())
}

fn drafted(docx: &[u8]) -> Drafted {
    let options = Options {
        id: "thu".to_owned(),
        name: None,
    };
    draft(docx, &options).unwrap_or_else(|findings| panic!("{}", findings.print(Lang::Vi)))
}

#[track_caller]
fn comes_again(drafted: &Drafted) {
    let notes: Vec<&str> = drafted.notes.iter().map(|note| note.vi.as_str()).collect();
    assert!(
        notes.iter().any(|note| note.contains("in lại đúng từng đoạn")),
        "{notes:#?}\n{}",
        drafted.plan.outline
    );
}

#[test]
fn figures_become_fields_and_the_text_comes_again() {
    let found = drafted(&paragraphs(&[
        "Năm 2023, thu ngân sách nhà nước ước đạt 258 triệu đồng, bằng 130,7% dự toán, tăng 3,125 tỷ đồng.",
        "- Có 03 cá nhân, 14.728 m² đất; phấn đấu năm 2024 hơn năm 2022 (giá so sánh năm 2010).",
        "Xã Tân Hoà: xã Tân Hoà và xã Xuân Lộc; xã Tân Hoà ký ngày 15 tháng 12 năm 2023 văn bản số 16/KH-UBND.",
    ]));
    comes_again(&found);
    let outline = &found.plan.outline;
    for part in [
        "Năm {{thong_tin.nam}}, thu ngân sách nhà nước ước đạt {{so_lieu.thu_ngan_sach_nha_nuoc}} triệu đồng, bằng {{so_lieu.",
        "năm {{add thong_tin.nam 1}} hơn năm {{sub thong_tin.nam 1}} (giá so sánh năm 2010)",
        "xã {{thong_tin.ten_xa}} và xã Xuân Lộc",
        "\"long\"}} văn bản số {{so_lieu.so_ky_hieu",
    ] {
        assert!(outline.contains(part), "{part} is not in\n{outline}");
    }
    let figures = &found.plan.sheets[1];
    let types: Vec<&str> = figures.fields.iter().map(|field| field.ty.info().name).collect();
    // Of 3,125 nobody can say which of two numbers it is: its field is a text.
    assert_eq!(
        types,
        ["integer", "percent", "text", "count", "integer", "date", "text"]
    );
    assert_eq!(figures.fields[0].label, "Thu ngân sách nhà nước");
    assert_eq!(figures.fields[0].unit.as_deref(), Some("triệu đồng"));
}

#[test]
fn what_looks_like_a_tag_or_markdown_stays_text() {
    let found = drafted(&paragraphs(&[
        "Thẻ {{thong_tin.nam}} và {{#if x}} không đóng, *sao* _gạch_ [ngoặc] &lt;b&gt; R&amp;D `mã` | cột \\ chéo",
        "# Không phải tiêu đề",
        "1) mục",
        "* mục khác",
        "> trích",
        "===",
        "--- gạch",
        "    thụt vào",
    ]));
    comes_again(&found);
}

#[test]
fn runs_that_word_split_changes_and_fields_are_read_as_people_see_them() {
    let found = drafted(&document(
        "<w:p><w:r><w:t>Thu ngân </w:t></w:r><w:proofErr w:type=\"spellStart\"/><w:r><w:t xml:space=\"preserve\">sách đạt 2</w:t></w:r>\
         <w:del><w:r><w:delText>40</w:delText></w:r></w:del><w:ins><w:r><w:t>58</w:t></w:r></w:ins><w:r><w:t xml:space=\"preserve\"> triệu đồng. </w:t></w:r>\
         <w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> DATE \\@ \"d/M\" </w:instrText></w:r>\
         <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>Trang 1</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>\
         <w:p><w:r><w:rPr><w:rFonts w:ascii=\".VnTime\" w:hAnsi=\".VnTime\"/></w:rPr><w:t>Céng hßa x· héi chñ nghÜa ViÖt Nam</w:t></w:r></w:p>\
         <w:sdt><w:sdtContent><w:p><w:r><w:t>Trong khung</w:t><w:br/><w:t>hai dòng</w:t></w:r></w:p></w:sdtContent></w:sdt>\
         <w:p><w:r><w:t>Chú</w:t><w:footnoteReference w:id=\"1\"/></w:r></w:p>",
    ));
    comes_again(&found);
    let outline = &found.plan.outline;
    for part in [
        "Thu ngân sách đạt {{so_lieu.thu_ngan_sach}} triệu đồng. Trang 1",
        "Cộng hòa xã hội chủ nghĩa Việt Nam",
        "Trong khung \\ hai dòng",
    ] {
        assert!(outline.contains(part), "{part} is not in\n{outline}");
    }
    assert_eq!(found.plan.sheets[0].fields[0].example.as_deref(), Some("258"));
    let notes: String = found.notes.iter().map(|note| format!("{}\n", note.vi)).collect();
    for part in ["2 chỗ sửa có theo dõi", "1 chú thích", "1 đoạn chữ TCVN3"] {
        assert!(notes.contains(part), "{part} is not in\n{notes}");
    }
}

/// A table of texts.
fn table(rows: &[&[&str]]) -> String {
    let cell = |text: &&str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let row = |row: &&[&str]| format!("<w:tr>{}</w:tr>", row.iter().map(cell).collect::<String>());
    format!("<w:tbl>{}</w:tbl>", rows.iter().map(row).collect::<String>())
}

#[test]
fn rows_that_are_alike_are_repeated_and_others_stay() {
    let alike = table(&[
        &["STT", "Tên", "Số tiền"],
        &["1", "Xóm Trại", "1.500"],
        &["2", "Xóm Đồng", "900"],
        &["3", "Xóm Chùa", "2.000"],
    ]);
    let total = table(&[&["Nội dung", "Số tiền"], &["Thu", "5"], &["Tổng cộng", "5"]]);
    let found = drafted(&document(&format!(
        "<w:p><w:r><w:t>Đầu</w:t></w:r></w:p>{alike}{total}"
    )));
    comes_again(&found);
    let outline = &found.plan.outline;
    assert!(
        outline.contains("{{#each bang_1}}{{@number}} | {{ten}} | {{default so_tien \"\"}}{{/each}}"),
        "{outline}"
    );
    assert!(outline.contains("| Tổng cộng | 5 |"), "{outline}");
    assert_eq!(found.plan.sheets.len(), 1);
}

#[test]
fn a_document_without_text_and_one_that_is_none_are_refused() {
    let options = Options::default();
    let code = |docx: &[u8]| {
        draft(docx, &options)
            .expect_err("refused")
            .iter()
            .map(|finding| finding.code)
            .collect::<Vec<_>>()
    };
    assert_eq!(code(&document("<w:p/>")), ["goi-moi/van-ban-trong"]);
    assert_eq!(code(b"%PDF-1.4"), ["mau/khong-doc-duoc"]);
    assert_eq!(code(b""), ["mau/khong-doc-duoc"]);
}
