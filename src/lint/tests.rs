//! Each rule broken by itself: a sound document, a change in its XML, and the one finding that must come of it.

use super::*;
use crate::diagnostic::Lang;
use crate::opc::{Limits, Package};
use crate::outline;

/// A report with every component, as `outline` sets it.
const REPORT: &str = include_str!("sample.md");

/// A decision, with legal bases and articles.
const DECISION: &str = r#"```letterhead
agency: ỦY BAN NHÂN DÂN
agency: XÃ TÂN HOÀ
number: Số: 27/QĐ-UBND
date: Tân Hoà, ngày 18 tháng 9 năm 2026
```

```title
kind: QUYẾT ĐỊNH
subject: Về việc khen thưởng thành tích trong phong trào thi đua năm 2026 \ và các đợt thi đua theo chuyên đề của xã trong năm 2026
```

*Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;*

*Căn cứ Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022;*

*Theo đề nghị của Trưởng phòng Văn hóa - Xã hội xã.*

**Điều 1.** Tặng Giấy khen cho các tập thể, cá nhân có thành tích.

**Điều 2.** Quyết định này có hiệu lực kể từ ngày ký./.

```signature
recipients: - Như Điều 2;
recipients: - Lưu: VT.
authority: TM. ỦY BAN NHÂN DÂN
title: CHỦ TỊCH
name: Trần Văn Bình
```
"#;

fn built(source: &str) -> Package {
    let docx = outline::build(source).unwrap_or_else(|findings| panic!("{}", findings.print(Lang::En)));
    Package::read(docx, &Limits::default()).expect("a package")
}

fn linted(package: &Package) -> Diagnostics {
    layout(&package.write().expect("bytes")).expect("a document")
}

/// A change of a part.
enum Edit {
    /// The first place in the document.
    First(String, String),
    /// The last place in the document.
    Last(String, String),
    /// Every place in the document.
    All(String, String),
    /// The first place in the header.
    Header(String, String),
    /// The indents of a line below a component, counted from 0 in reading order, set to other properties.
    Line(usize, String),
}

fn first(from: &str, to: &str) -> Edit {
    Edit::First(from.to_owned(), to.to_owned())
}

/// Sets the run that begins with a text.
fn run(text: &str, properties: &str) -> Edit {
    let open = format!("<w:t xml:space=\"preserve\">{text}");
    Edit::First(
        format!("<w:r>{open}"),
        format!("<w:r><w:rPr>{properties}</w:rPr>{open}"),
    )
}

/// Sets the paragraph whose only run, or first one, begins with a text. Its style must be its only property.
fn paragraph(style: &str, text: &str, properties: &str) -> Edit {
    let (head, tail) = (
        format!("<w:pStyle w:val=\"{style}\"/>"),
        format!("</w:pPr><w:r><w:t xml:space=\"preserve\">{text}"),
    );
    Edit::First(format!("{head}{tail}"), format!("{head}{properties}{tail}"))
}

fn changed(mut package: Package, edits: &[Edit]) -> Package {
    for edit in edits {
        let part = match edit {
            Edit::Header(..) => "word/header1.xml",
            _ => "word/document.xml",
        };
        let xml = package.text(part).expect("the part");
        let (from, to) = match edit {
            Edit::First(from, to) | Edit::Last(from, to) | Edit::All(from, to) | Edit::Header(from, to) => {
                (from.clone(), to.clone())
            }
            Edit::Line(number, to) => {
                let paragraph = xml
                    .split("<w:pStyle w:val=\"DuongKe\"/>")
                    .nth(number + 1)
                    .expect("a line");
                let indents = paragraph.find("<w:ind").expect("indents");
                let end = paragraph.find("</w:pPr>").expect("an end");
                (paragraph[indents..end].to_owned(), to.clone())
            }
        };
        assert!(xml.contains(from.as_str()), "{from} is not in the part");
        let xml = match edit {
            Edit::All(..) => xml.replace(from.as_str(), &to),
            Edit::Last(..) => {
                let at = xml.rfind(from.as_str()).expect("there");
                format!("{}{to}{}", &xml[..at], &xml[at + from.len()..])
            }
            _ => xml.replacen(from.as_str(), &to, 1),
        };
        package.set(part, xml.into_bytes());
    }
    package
}

/// A letter (công văn), made of the report: `outline` has no such title.
fn letter() -> Package {
    let line = "<w:p><w:pPr><w:pStyle w:val=\"DuongKe\"/><w:spacing w:before=\"60\" w:after=\"240\"/>";
    let subject = "<w:p><w:pPr><w:pStyle w:val=\"SoKyHieu\"/></w:pPr><w:r><w:rPr><w:sz w:val=\"24\"/></w:rPr>\
                   <w:t>V/v báo cáo công tác văn thư</w:t></w:r></w:p>";
    changed(
        built(REPORT),
        &[
            first(
                "Số: 05/BC-SNV</w:t></w:r></w:p>",
                &format!("Số: 05/SNV-VTLT</w:t></w:r></w:p>{subject}"),
            ),
            first(">BÁO CÁO<", "><"),
            first("Kết quả công tác văn thư, lưu trữ năm 2025 và phương hướng,", ""),
            first("nhiệm vụ công tác văn thư, lưu trữ năm 2026 của tỉnh", ""),
            first(line, "<w:p><w:pPr>"),
        ],
    )
}

const UPRIGHT: &str = "<w:i w:val=\"0\"/>";
const ITALIC: &str = "<w:i/>";
/// The lines below agency, Tiêu ngữ and subject.
const LINES: [usize; 3] = [0, 1, 2];
/// Too short below Tiêu ngữ and the agency, too long below the subject.
const OTHER_LINE: &str = "<w:ind w:left=\"1500\" w:right=\"1600\"/>";
const NO_LINE: &str = "<w:pBdr><w:bottom w:val=\"nil\"/></w:pBdr>";

/// The code of a rule, and a document that breaks it.
fn cases() -> Vec<(&'static str, Package)> {
    let report = |edits: &[Edit]| changed(built(REPORT), edits);
    let decision = |edits: &[Edit]| changed(built(DECISION), edits);
    let sections = |from: &str, to: &str| report(&[Edit::All(from.to_owned(), to.to_owned())]);
    let last = |from: &str, to: &str| report(&[Edit::Last(from.to_owned(), to.to_owned())]);
    let one = |edit: Edit| report(&[edit]);
    let body = "Trong năm, các cơ quan";
    let two_annexes = |first_name: &str, second_name: &str| {
        let (text, annex) = REPORT.split_once("```annex").expect("an annex");
        let annex = format!("```annex{annex}");
        let source = format!(
            "{text}{}\n{}",
            annex.replace("name: Phụ lục", &format!("name: {first_name}")),
            annex.replace("name: Phụ lục", &format!("name: {second_name}"))
        );
        built(&source)
    };
    vec![
        (
            "kho-giay",
            sections("w:w=\"11906\" w:h=\"16838\"", "w:w=\"12240\" w:h=\"15840\""),
        ),
        (
            "huong-giay",
            report(&[
                Edit::Last(
                    "w:w=\"11906\" w:h=\"16838\"".to_owned(),
                    "w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"".to_owned(),
                ),
                first("<w:insideH w:val=\"single\"", "<w:insideH w:val=\"nil\""),
                first("<w:insideV w:val=\"single\"", "<w:insideV w:val=\"nil\""),
            ]),
        ),
        ("le-trang", last("w:left=\"1701\"", "w:left=\"1300\"")),
        (
            "thieu-so-trang",
            sections("<w:headerReference w:type=\"default\" r:id=\"rIdHeader1\"/>", ""),
        ),
        (
            "so-trang-o-chan-trang",
            sections(
                "<w:type w:val=\"nextPage\"/>",
                "<w:footerReference w:type=\"default\" r:id=\"rIdHeader1\"/><w:type w:val=\"nextPage\"/>",
            ),
        ),
        (
            "so-trang",
            one(Edit::Header(
                "<w:pStyle w:val=\"Header\"/>".to_owned(),
                "<w:pStyle w:val=\"Header\"/><w:jc w:val=\"right\"/>".to_owned(),
            )),
        ),
        ("so-trang-trang-dau", one(first("<w:titlePg/>", ""))),
        (
            "so-trang-bat-dau",
            one(first("<w:pgNumType w:start=\"1\"/>", "<w:pgNumType w:start=\"3\"/>")),
        ),
        ("so-trang-phu-luc", last("<w:pgNumType w:start=\"1\"/>", "")),
        (
            "phong-chu",
            one(run(body, "<w:rFonts w:ascii=\"Arial\" w:hAnsi=\"Arial\"/>")),
        ),
        ("mau-chu", one(run(body, "<w:color w:val=\"FF0000\"/>"))),
        (
            "chu-to-hop",
            one(first("Trong năm, các cơ", "Trong na\u{306}m, các cơ")),
        ),
        (
            "khong-co-quoc-hieu",
            one(first("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SỔ TAY")),
        ),
        ("quoc-hieu-loi-van", one(first("CHỦ NGHĨA VIỆT", "CHŨ NGHĨA VIỆT"))),
        ("quoc-hieu", one(run("CỘNG HÒA", ITALIC))),
        (
            "quoc-hieu-mot-dong",
            one(paragraph("QuocHieu", "CỘNG", "<w:ind w:left=\"600\"/>")),
        ),
        ("tieu-ngu-loi-van", one(first("Độc lập - Tự do", "Độc lập – Tự do"))),
        ("tieu-ngu", one(run("Độc lập", ITALIC))),
        ("tieu-ngu-duong-ke", one(Edit::Line(LINES[1], NO_LINE.to_owned()))),
        (
            "tieu-ngu-duong-ke-dai",
            one(Edit::Line(LINES[1], OTHER_LINE.to_owned())),
        ),
        (
            "quoc-hieu-gian-dong",
            one(paragraph("TieuNgu", "Độc", "<w:spacing w:before=\"120\"/>")),
        ),
        (
            "thieu-co-quan",
            report(&[first("UBND TỈNH THÁI NGUYÊN", ""), first("SỞ NỘI VỤ THÁI NGUYÊN", "")]),
        ),
        ("co-quan-chu-quan", one(run("UBND TỈNH", ITALIC))),
        ("co-quan", one(run("SỞ NỘI VỤ", ITALIC))),
        ("co-quan-duong-ke", one(Edit::Line(LINES[0], NO_LINE.to_owned()))),
        ("co-quan-duong-ke-dai", one(Edit::Line(LINES[0], OTHER_LINE.to_owned()))),
        (
            "co-quan-cap-xa",
            report(&[
                first("UBND TỈNH THÁI NGUYÊN", "ỦY BAN NHÂN DÂN"),
                first("SỞ NỘI VỤ THÁI NGUYÊN", "XÃ TÂN HOÀ TRUNG SƠN"),
            ]),
        ),
        ("thieu-so", one(first("Số: 05/BC-SNV", ""))),
        ("so-ky-hieu-loi-van", one(first("Số: 05/", "Số: 5/"))),
        ("ky-hieu-khac-ten-loai", one(first("05/BC-", "05/TTr-"))),
        ("so-ky-hieu", one(run("Số:", "<w:b/>"))),
        (
            "thieu-dia-danh",
            one(first("Thái Nguyên, ngày 05 tháng 02 năm 2026", "")),
        ),
        (
            "dia-danh-loi-van",
            one(first("tháng 02 năm 2026<", "tháng 2 năm 2026<")),
        ),
        ("dia-danh", one(run("Thái Nguyên, ngày", UPRIGHT))),
        (
            "so-va-dia-danh-cung-dong",
            one(first(
                "Số: 05/BC-SNV</w:t></w:r></w:p></w:tc>",
                "Số: 05/BC-SNV</w:t></w:r></w:p></w:tc></w:tr><w:tr>",
            )),
        ),
        ("co-chu-dong-bo", one(run("CỘNG HÒA", "<w:sz w:val=\"24\"/>"))),
        ("thieu-ten-loai", one(first(">BÁO CÁO<", "><"))),
        ("ten-loai", one(run("BÁO CÁO", "<w:b w:val=\"0\"/>"))),
        ("trich-yeu", one(run("nhiệm vụ công tác", ITALIC))),
        ("trich-yeu-loi-van", one(first("2026 của tỉnh<", "2026 của tỉnh.<"))),
        ("trich-yeu-duong-ke", one(Edit::Line(LINES[2], NO_LINE.to_owned()))),
        (
            "trich-yeu-duong-ke-dai",
            one(Edit::Line(LINES[2], OTHER_LINE.to_owned())),
        ),
        (
            "trich-yeu-cong-van",
            changed(letter(), &[first("<w:sz w:val=\"24\"/>", "<w:sz w:val=\"22\"/>")]),
        ),
        (
            "trich-yeu-cong-van-cach",
            changed(
                letter(),
                &[Edit::Last(
                    "<w:pStyle w:val=\"SoKyHieu\"/>".to_owned(),
                    "<w:pStyle w:val=\"SoKyHieu\"/><w:spacing w:before=\"0\"/>".to_owned(),
                )],
            ),
        ),
        (
            "thieu-kinh-gui",
            report(&[
                first(">Kính gửi:<", "><"),
                first(">- Ủy ban nhân dân tỉnh Thái Nguyên;<", "><"),
                first(">- Bộ Nội vụ.<", "><"),
            ]),
        ),
        ("kinh-gui", one(run("Kính gửi:", "<w:b/>"))),
        ("kinh-gui-loi-van", one(first(">Kính gửi:<", ">Kính gửi<"))),
        (
            "noi-dung-can-le",
            one(paragraph("NoiDung", body, "<w:jc w:val=\"left\"/>")),
        ),
        ("noi-dung-co-chu", one(run(body, "<w:sz w:val=\"24\"/>"))),
        ("noi-dung-mot-co-chu", one(run(body, "<w:sz w:val=\"26\"/>"))),
        ("noi-dung-chu-nghieng", one(run(body, ITALIC))),
        (
            "thut-dong",
            one(paragraph("NoiDung", body, "<w:ind w:firstLine=\"0\"/>")),
        ),
        ("thut-dong-gia", one(first("Trong năm, các cơ", "   Trong năm, các cơ"))),
        (
            "cach-doan",
            one(paragraph("NoiDung", "a) Văn bản", "<w:spacing w:after=\"60\"/>")),
        ),
        (
            "doan-trong",
            one(first(
                "<w:p><w:pPr><w:pStyle w:val=\"NoiDung\"/></w:pPr><w:r><w:t xml:space=\"preserve\">b) Văn",
                "<w:p/><w:p><w:pPr><w:pStyle w:val=\"NoiDung\"/></w:pPr><w:r><w:t xml:space=\"preserve\">b) Văn",
            )),
        ),
        (
            "gian-dong",
            one(paragraph(
                "NoiDung",
                body,
                "<w:spacing w:line=\"480\" w:lineRule=\"auto\"/>",
            )),
        ),
        (
            "can-cu",
            decision(&[first("Văn hóa - Xã hội xã.", "Văn hóa - Xã hội xã,")]),
        ),
        ("het-noi-dung", one(first("./.", "."))),
        ("phan-chuong", one(first(">Phần II<", ">PHẦN II<"))),
        ("muc-la-ma", one(first("I. CÔNG TÁC VĂN THƯ", "I. Công tác văn thư"))),
        (
            "dieu",
            decision(&[first(
                "<w:rPr><w:b/><w:bCs/></w:rPr><w:t xml:space=\"preserve\">Điều 2",
                "<w:t xml:space=\"preserve\">Điều 2",
            )]),
        ),
        (
            "thu-tu-phan",
            one(first("II. CÔNG TÁC LƯU TRỮ", "III. CÔNG TÁC LƯU TRỮ")),
        ),
        ("thu-tu-khoan", one(first("2. Lập hồ sơ", "3. Lập hồ sơ"))),
        ("thu-tu-diem", one(first("b) Văn bản", "c) Văn bản"))),
        ("thieu-nguoi-ky", one(first("Nguyễn Văn An", ""))),
        ("chuc-vu", one(run("PHÓ GIÁM", ITALIC))),
        ("quyen-han-viet-tat", one(first("KT. GIÁM", "KT.GIÁM"))),
        ("ky-thay-mat", decision(&[first("TM. ỦY BAN NHÂN DÂN", "")])),
        ("ky-thay", one(first("KT. GIÁM ĐỐC", ""))),
        ("ho-ten", one(run("Nguyễn Văn An", ITALIC))),
        ("ho-ten-hoc-vi", one(first("Nguyễn Văn An", "ThS. Nguyễn Văn An"))),
        (
            "cho-ky",
            one(first(
                "<w:pStyle w:val=\"HoTen\"/><w:keepNext/>",
                "<w:pStyle w:val=\"HoTen\"/><w:keepNext/><w:spacing w:before=\"500\"/>",
            )),
        ),
        ("thieu-noi-nhan", one(first(">Nơi nhận:<", "><"))),
        ("noi-nhan", one(run("Nơi nhận:", "<w:sz w:val=\"28\"/>"))),
        (
            "noi-nhan-danh-sach",
            one(first("ban, ngành của tỉnh;", "ban, ngành của tỉnh")),
        ),
        ("noi-nhan-nhu-tren", one(first("- Như trên;", "- Tỉnh ủy;"))),
        ("noi-nhan-luu", one(first("- Lưu: VT, VTLT.", "- Lưu VTLT."))),
        ("phu-luc", one(run("Phụ lục", "<w:sz w:val=\"26\"/>"))),
        (
            "phu-luc-ten",
            one(first("SỐ LIỆU VĂN BẢN ĐI, ĐẾN", "Số liệu văn bản đi, đến")),
        ),
        ("phu-luc-kem-theo", one(run("(Kèm theo", UPRIGHT))),
        ("phu-luc-so", two_annexes("Phụ lục I", "Phụ lục 2")),
        (
            "phu-luc-vien-dan",
            one(first("có tại Phụ lục kèm theo", "đã nêu ở trên")),
        ),
    ]
}

#[test]
fn sound_documents_have_no_findings() {
    for package in [built(REPORT), built(DECISION), letter()] {
        let findings = linted(&package);
        assert!(findings.is_empty(), "{}", findings.print(Lang::Vi));
    }
}

#[test]
fn a_broken_rule_is_told_and_no_other() {
    let cases = cases();
    let mut wrong = String::new();
    for (code, package) in &cases {
        let findings = linted(package);
        let alone = findings.len() == 1
            && findings
                .iter()
                .all(|finding| finding.code == format!("the-thuc/{code}"));
        if !alone {
            wrong += &format!("{code}:\n{}\n", findings.print(Lang::Vi));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    for rule in ND30.rules() {
        let code = rule.code.strip_prefix("the-thuc/").expect("the area");
        assert!(cases.iter().any(|(known, _)| *known == code), "{code} is never broken");
    }
}

#[test]
fn documents_of_other_programs_are_read() {
    // Another prefix for the same elements; widths with a unit; an older form of a drawing beside a newer one.
    let package = built(REPORT);
    let xml = package.text("word/document.xml").expect("the part");
    let other = xml
        .replace("<w:", "<ns0:")
        .replace("</w:", "</ns0:")
        .replace(" w:", " ns0:")
        .replace("xmlns:w=", "xmlns:ns0=");
    let mut renamed = package.clone();
    renamed.set("word/document.xml", other.into_bytes());
    assert!(linted(&renamed).is_empty(), "{}", linted(&renamed).print(Lang::Vi));

    let strict = package_with(&package, |xml| xml.replace("w:left=\"1701\"", "w:left=\"30mm\""));
    assert!(linted(&strict).is_empty(), "{}", linted(&strict).print(Lang::Vi));

    let drawn = |inner: &str| {
        let line = format!(
            "<w:p><w:r><mc:AlternateContent><mc:Choice Requires=\"wps\">{inner}</mc:Choice><mc:Fallback><w:pict/></mc:Fallback>\
             </mc:AlternateContent></w:r></w:p>"
        );
        package_with(&package, |xml| {
            let start = xml.find("<w:p><w:pPr><w:pStyle w:val=\"DuongKe\"/>").expect("a line");
            let end = start + xml[start..].find("</w:p>").expect("its end") + "</w:p>".len();
            format!("{}{line}{}", &xml[..start], &xml[end..])
        })
    };
    // 24 mm below an agency of 57 mm.
    let shape = drawn(
        "<w:drawing><wp:anchor><wp:extent cx=\"864000\" cy=\"0\"/><a:graphic xmlns:a=\"a\"><wps:wsp><wps:cNvCnPr/></wps:wsp></a:graphic>\
         </wp:anchor></w:drawing>",
    );
    assert!(linted(&shape).is_empty(), "{}", linted(&shape).print(Lang::Vi));
    let vml = drawn("<w:pict><v:line from=\"10pt,5pt\" to=\"78pt,5pt\"/></w:pict>");
    assert!(linted(&vml).is_empty(), "{}", linted(&vml).print(Lang::Vi));
    let typed = drawn("").clone();
    assert_eq!(
        linted(&typed).iter().map(|finding| finding.code).collect::<Vec<_>>(),
        ["the-thuc/co-quan-duong-ke"]
    );
}

fn package_with(package: &Package, change: impl Fn(&str) -> String) -> Package {
    let mut package = package.clone();
    let xml = package.text("word/document.xml").expect("the part");
    package.set("word/document.xml", change(&xml).into_bytes());
    package
}

#[test]
fn what_is_damaged_or_hostile_ends_in_a_result() {
    assert!(layout(b"").is_err());
    assert!(layout("chữ".as_bytes()).is_err());
    let package = built(REPORT);
    for part in ["word/document.xml", "[Content_Types].xml"] {
        let mut without = package.clone();
        without.remove(part);
        let _ = layout(&without.write().expect("bytes"));
    }
    let edits: [(&str, &str); 9] = [
        ("<w:body>", "<w:body><w:tbl/><w:p/><w:sectPr/>"),
        ("w:w=\"11906\"", "w:w=\"99999999999999999999\""),
        ("w:left=\"1701\"", "w:left=\"-2147483648\""),
        ("<w:gridCol w:w=\"3572\"/>", "<w:gridCol w:w=\"x\"/>"),
        (
            "<w:tcW w:w=\"3572\" w:type=\"dxa\"/>",
            "<w:tcW w:w=\"-5\"/><w:gridSpan w:val=\"4294967295\"/>",
        ),
        ("r:id=\"rIdHeader1\"", "r:id=\"none\""),
        (
            "<w:pStyle w:val=\"NoiDung\"/>",
            "<w:pStyle w:val=\"none\"/><w:spacing w:line=\"0\" w:lineRule=\"exact\"/>",
        ),
        ("BÁO CÁO", "&unknown;"),
        (
            "<w:pgNumType w:start=\"1\"/>",
            "<w:pgNumType w:start=\"-99999999999\"/>",
        ),
    ];
    for (from, to) in edits {
        let broken = package_with(&package, |xml| xml.replace(from, to));
        let _ = layout(&broken.write().expect("bytes"));
    }
    // Styles based on one another, and none at all.
    let mut circle = package.clone();
    let styles = circle.text("word/styles.xml").expect("the part");
    circle.set(
        "word/styles.xml",
        styles
            .replace("<w:basedOn w:val=\"Normal\"/>", "<w:basedOn w:val=\"NoiDung\"/>")
            .into_bytes(),
    );
    let _ = linted(&circle);
    let mut bare = package.clone();
    bare.remove("word/styles.xml");
    assert!(linted(&bare).has_errors());
    let deep = package_with(&package, |xml| {
        let (open, close) = ("<w:tbl><w:tr><w:tc>", "<w:p/></w:tc></w:tr></w:tbl>");
        xml.replace(
            "<w:body>",
            &format!("<w:body>{}{}", open.repeat(100), close.repeat(100)),
        )
    });
    let _ = linted(&deep);
}
