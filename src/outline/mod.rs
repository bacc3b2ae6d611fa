//! A text file to a Word template in the layout of Decree 30/2020/NĐ-CP on administrative documents.
//!
//! In: Markdown with furniture in fenced blocks (letterhead, title, addressees, decision, signature, annex; page and
//! certificate) and tags, which pass through untouched. Out: a .docx, the same bytes for the same text, sealed so that
//! later edits show. `include` puts shared fragments in place, `source` and `furniture` read, `style`, `layout`,
//! `certificate` and `page` set the page with docx-rs, `mend` makes it valid, `seal` seals. Mistakes are gathered with line
//! and column. Left out on purpose: whatever such documents don't use, from images to nested lists.

mod certificate;
mod furniture;
mod include;
mod layout;
mod mend;
mod page;
mod seal;
mod source;
mod style;
mod tag;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::opc::Package;
use crate::{text, vietnamese};

pub use include::{FRAGMENTS, OwnFragments};
pub use seal::{State, state};

/// The text with precomposed letters and plain line ends, without a byte order mark.
fn normal(source: &str) -> String {
    vietnamese::nfc(source.trim_start_matches('\u{feff}')).replace("\r\n", "\n")
}

/// The hash of a text source with its shared fragments, in hexadecimal; line ends and a byte order mark don't count.
pub fn source_hash(source: &str) -> String {
    source_hash_with(source, &|_| None)
}

/// The same for a source that also includes text files of its pack.
pub fn source_hash_with(source: &str, own: &OwnFragments) -> String {
    seal::hash(&include::expand(&normal(source), own).text)
}

/// The Word template made from a text source, or every mistake in it: unknown blocks and keys, missing keys, table rows
/// with too many or too few cells, unclosed blocks and tags, Markdown that has no place in an official document.
pub fn build(source: &str) -> Result<Vec<u8>, Diagnostics> {
    build_with(source, &|_| None)
}

/// The same for a source that also includes text files of its pack.
pub fn build_with(source: &str, own: &OwnFragments) -> Result<Vec<u8>, Diagnostics> {
    let mut expanded = include::expand(&normal(source), own);
    let mut findings = std::mem::take(&mut expanded.findings);
    let mut blocks = Vec::new();
    // A text with fragments missing would be blamed for what stands in them.
    if findings.is_empty() {
        let (read, mistakes) = source::read(&expanded.text);
        blocks = read;
        findings.extend(mistakes.into_iter().map(|finding| expanded.locate(finding)));
    }
    if !findings.is_empty() {
        let mut findings: Diagnostics = findings.into_iter().collect();
        findings.sort(&[]);
        return Err(findings);
    }
    // What is left to go wrong is no mistake in the text: docx-rs wrote no XML, or a part grew beyond every limit.
    package(&blocks, &expanded.text).map_err(|reason| {
        let message = text!(
            "không tạo được tệp Word: {reason}",
            "the Word file can't be made: {reason}"
        );
        Diagnostics::from_iter([Diagnostic::error("nguon/khong-tao-duoc", Place::File, message)])
    })
}

const TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

fn package(blocks: &[source::Block], source: &str) -> Result<Vec<u8>, String> {
    let (docx, pages) = layout::document(blocks);
    let built = docx.build();
    let broken = |error: crate::opc::Error| error.to_string();
    let mut headers = Vec::new();
    for header in &built.headers {
        headers.push(mend::header(header).map_err(broken)?.part());
    }
    let mut package = Package::new();
    package.set("[Content_Types].xml", content_types(headers.len()).into_bytes());
    package.set(
        "_rels/.rels",
        relationships([
            ("rId1", "officeDocument", "word/document.xml".to_owned()),
            ("rId3", "extended-properties", "docProps/app.xml".to_owned()),
            ("rId4", "custom-properties", "docProps/custom.xml".to_owned()),
        ])
        // The one relationship whose type belongs to the package and not to Office.
        .replace(
            "</Relationships>",
            "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/\
             core-properties\" Target=\"docProps/core.xml\"/></Relationships>",
        )
        .into_bytes(),
    );
    package.set(
        "word/document.xml",
        mend::document(&built.document, &pages).map_err(broken)?.part(),
    );
    let mut related = vec![
        ("rIdStyles".to_owned(), "styles", "styles.xml".to_owned()),
        ("rIdSettings".to_owned(), "settings", "settings.xml".to_owned()),
    ];
    related
        .extend((1..=headers.len()).map(|index| (format!("rIdHeader{index}"), "header", format!("header{index}.xml"))));
    let related = related
        .iter()
        .map(|(id, kind, target)| (id.as_str(), *kind, target.clone()));
    package.set("word/_rels/document.xml.rels", relationships(related).into_bytes());
    package.set("word/styles.xml", mend::styles(&built.styles).map_err(broken)?.part());
    package.set("word/settings.xml", mend::SETTINGS.as_bytes());
    for (index, header) in headers.into_iter().enumerate() {
        package.set(&format!("word/header{}.xml", index + 1), header);
    }
    package.set("docProps/core.xml", mend::CORE.as_bytes());
    package.set("docProps/app.xml", mend::APP.as_bytes());
    seal::seal(&mut package, source).map_err(|error| error.to_string())?;
    package.write().map_err(|error| error.to_string())
}

fn content_types(headers: usize) -> String {
    let mut types = format!(
        "{XML}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    );
    let mut add = |part: &str, kind: &str| {
        types.push_str(&format!("<Override PartName=\"/{part}\" ContentType=\"{kind}\"/>"));
    };
    add("word/document.xml", &format!("{TYPE}.document.main+xml"));
    add("word/styles.xml", &format!("{TYPE}.styles+xml"));
    add("word/settings.xml", &format!("{TYPE}.settings+xml"));
    for index in 1..=headers {
        add(&format!("word/header{index}.xml"), &format!("{TYPE}.header+xml"));
    }
    add(
        "docProps/core.xml",
        "application/vnd.openxmlformats-package.core-properties+xml",
    );
    add(
        "docProps/app.xml",
        "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    );
    add(
        "docProps/custom.xml",
        "application/vnd.openxmlformats-officedocument.custom-properties+xml",
    );
    types + "</Types>"
}

fn relationships<'a>(list: impl IntoIterator<Item = (&'a str, &'a str, String)>) -> String {
    let mut out =
        format!("{XML}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
    for (id, kind, target) in list {
        out.push_str(&format!(
            "<Relationship Id=\"{id}\" Type=\"{RELATION}/{kind}\" Target=\"{target}\"/>"
        ));
    }
    out + "</Relationships>"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Lang;
    use crate::opc::Limits;
    use crate::wml::{self, Element, Node, ORDERS};

    /// Every construct of a text source.
    const SAMPLE: &str = include_str!("sample.md");

    fn part(docx: &[u8], name: &str) -> String {
        let package = Package::read(docx.to_vec(), &Limits::default()).expect("a package");
        String::from_utf8(package.part(name).expect("the part")).expect("UTF-8")
    }

    fn built(source: &str) -> Vec<u8> {
        build(source).unwrap_or_else(|findings| panic!("{}", findings.print(Lang::En)))
    }

    fn body(source: &str) -> Element {
        let document = part(&built(source), "word/document.xml");
        let root = wml::parse(document.as_bytes()).expect("well-formed");
        root.child("w:body").expect("a body").clone()
    }

    fn visit<'a>(element: &'a Element, found: &mut dyn FnMut(&'a Element)) {
        found(element);
        for child in element.elements() {
            visit(child, found);
        }
    }

    fn all<'a>(element: &'a Element, name: &str) -> Vec<&'a Element> {
        let mut list = Vec::new();
        visit(element, &mut |found| {
            if found.name == name {
                list.push(found);
            }
        });
        list
    }

    fn text(element: &Element) -> String {
        let mut text = String::new();
        visit(element, &mut |found| match found.name.as_str() {
            "w:t" => text.extend(found.children.iter().filter_map(|node| match node {
                Node::Text(text) => Some(text.replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<")),
                Node::Element(_) => None,
            })),
            "w:br" => text.push('↵'),
            _ => {}
        });
        text
    }

    fn style(paragraph: &Element) -> &str {
        let properties = paragraph.child("w:pPr").expect("properties");
        properties
            .child("w:pStyle")
            .and_then(|style| style.attribute("w:val"))
            .expect("a style")
    }

    fn has(paragraph: &Element, property: &str) -> bool {
        paragraph
            .child("w:pPr")
            .is_some_and(|properties| properties.child(property).is_some())
    }

    /// Style and text of every paragraph, those of tables included.
    fn paragraphs(source: &str) -> Vec<String> {
        let body = body(source);
        let list = all(&body, "w:p").into_iter();
        list.map(|paragraph| format!("{}: {}", style(paragraph), text(paragraph)))
            .collect()
    }

    fn codes(source: &str) -> Vec<String> {
        let findings = build(source).expect_err("findings");
        let list = findings.iter().map(|finding| match finding.place {
            Place::Line { line, column } => format!("{} {line}:{column}", finding.code),
            _ => finding.code.to_owned(),
        });
        list.collect()
    }

    #[test]
    fn the_same_text_gives_the_same_bytes() {
        let first = built(SAMPLE);
        assert_eq!(first, built(SAMPLE));
        assert_eq!(first, built(&SAMPLE.replace('\n', "\r\n")));
        let elsewhere = std::thread::spawn(|| built(SAMPLE)).join().expect("no panic");
        assert_eq!(first, elsewhere);
    }

    #[test]
    fn an_edited_template_is_told_from_a_built_one() {
        let docx = built(SAMPLE);
        let source = source_hash(SAMPLE);
        assert_eq!(state(&docx), State::Built { source: source.clone() });
        assert_ne!(source, source_hash("khác"));

        let mut package = Package::read(docx, &Limits::default()).expect("a package");
        let document = part(&package.write().expect("bytes"), "word/document.xml");
        package.set(
            "word/document.xml",
            document.replace("BÁO CÁO", "TỜ TRÌNH").into_bytes(),
        );
        assert_eq!(state(&package.write().expect("bytes")), State::Edited);

        package.remove("docProps/custom.xml");
        assert_eq!(state(&package.write().expect("bytes")), State::Foreign);
        assert_eq!(state("không phải tệp Word".as_bytes()), State::Foreign);
    }

    #[test]
    fn every_tag_stays_in_one_run() {
        let body = body(SAMPLE);
        let runs: Vec<String> = all(&body, "w:t").into_iter().map(text).collect();
        let outside_comments = SAMPLE.split_once("-->").expect("a comment").1;
        for tag in tag::mask(outside_comments).tags {
            let tag = &outside_comments[tag];
            assert!(runs.iter().any(|run| run.contains(tag)), "{tag}");
        }
    }

    #[test]
    fn children_stand_in_schema_order_and_cells_end_with_a_paragraph() {
        let docx = built(SAMPLE);
        for name in [
            "word/document.xml",
            "word/styles.xml",
            "word/header1.xml",
            "word/header2.xml",
        ] {
            let xml = part(&docx, name);
            let root = wml::parse(xml.as_bytes()).expect("well-formed");
            visit(&root, &mut |element| {
                let children: Vec<&str> = element.elements().map(|child| child.name.as_str()).collect();
                match element.name.as_str() {
                    "w:tc" => assert_eq!(children.last(), Some(&"w:p")),
                    "w:tr" => assert!(children.contains(&"w:tc")),
                    "w:body" => assert_eq!(children[children.len() - 2..], ["w:p", "w:sectPr"]),
                    _ => {}
                }
                if let Some((_, order)) = ORDERS.iter().find(|(name, _)| *name == element.name) {
                    let places: Vec<usize> = children
                        .iter()
                        .map(|child| {
                            let place = order.iter().position(|name| name == child);
                            place.unwrap_or_else(|| panic!("{child} in {} has no place", element.name))
                        })
                        .collect();
                    assert!(places.is_sorted(), "{} {children:?}", element.name);
                }
            });
            assert!(!xml.contains("paraId"), "random ids");
        }
    }

    #[test]
    fn every_relationship_leads_to_a_part_with_a_content_type() {
        let package = Package::read(built(SAMPLE), &Limits::default()).expect("a package");
        for name in package.names() {
            assert!(
                package.content_type(name).expect("types").is_some() || name.starts_with('['),
                "{name}"
            );
        }
        let related = package.relationships("word/document.xml").expect("relationships");
        assert_eq!(related.len(), 4);
        assert!(related.iter().all(|related| package.has(&related.target)));
    }

    #[test]
    fn the_page_is_that_of_decree_30() {
        let docx = built(SAMPLE);
        let document = part(&docx, "word/document.xml");
        for setting in [
            "<w:pgSz w:w=\"11906\" w:h=\"16838\"/>",
            "w:top=\"1134\" w:right=\"1134\" w:bottom=\"1134\" w:left=\"1701\"",
            "<w:pgNumType w:start=\"1\"/>",
            "<w:titlePg/>",
        ] {
            assert!(document.contains(setting), "{setting}");
        }
        let styles = part(&docx, "word/styles.xml");
        for setting in [
            "w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:cs=\"Times New Roman\" w:eastAsia=\"Times New Roman\"",
            "w:lang w:val=\"vi-VN\"",
            "w:firstLine=\"720\"",
            "w:after=\"120\" w:line=\"264\" w:lineRule=\"auto\"",
        ] {
            assert!(styles.contains(setting), "{setting}");
        }
        let (number, first) = (part(&docx, "word/header1.xml"), part(&docx, "word/header2.xml"));
        assert!(number.contains("<w:instrText>PAGE</w:instrText>"), "{number}");
        assert!(!first.contains("<w:r>"), "{first}");
    }

    #[test]
    fn number_and_date_stand_in_one_row_and_the_rules_have_their_widths() {
        let body = body(SAMPLE);
        let letterhead = body.child("w:tbl").expect("a letterhead");
        let rows: Vec<String> = letterhead
            .elements()
            .filter(|child| child.name == "w:tr")
            .map(text)
            .collect();
        assert_eq!(rows.len(), 2);
        assert!(
            rows[0].ends_with("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAMĐộc lập - Tự do - Hạnh phúc"),
            "{}",
            rows[0]
        );
        assert!(
            rows[1].starts_with("Số: {{pad") && rows[1].ends_with("\"long\"}}"),
            "{}",
            rows[1]
        );

        let side = |paragraph: &Element| -> i32 {
            let indent = paragraph
                .child("w:pPr")
                .and_then(|found| found.child("w:ind"))
                .expect("indents");
            assert_eq!(indent.attribute("w:left"), indent.attribute("w:right"));
            indent
                .attribute("w:left")
                .and_then(|left| left.parse().ok())
                .expect("a number")
        };
        let rules: Vec<i32> = all(&body, "w:p")
            .into_iter()
            .filter(|found| style(found) == "DuongKe")
            .map(side)
            .collect();
        // Columns of 63, 97 and 160 mm less lines of 18, 60.5 and 44.2 mm, halved: 5/12 of 43.2 and of 106 mm, and all of
        // Tiêu ngữ.
        let expected = [22.5, 18.25, 57.9].map(|mm: f64| (mm * 56.693) as i32);
        assert_eq!(rules.len(), 3);
        for (rule, expected) in rules.iter().zip(expected) {
            assert!((rule - expected).abs() <= 2, "{rule} {expected}");
        }
    }

    #[test]
    fn the_line_below_a_subject_is_a_part_of_its_longest_line_as_far_as_that_is_known() {
        let width = |subject: &str| {
            let body = body(&format!("```title\nkind: BÁO CÁO\nsubject: {subject}\n```\n"));
            let rule = all(&body, "w:p")
                .into_iter()
                .find(|found| style(found) == "DuongKe")
                .expect("a line");
            let indent = rule
                .child("w:pPr")
                .and_then(|found| found.child("w:ind"))
                .expect("indents");
            let side: f64 = indent
                .attribute("w:left")
                .and_then(|left| left.parse().ok())
                .expect("a number");
            160 - (side * 2.0 / 56.693).round() as i32
        };
        assert_eq!(
            width("Công tác thi đua năm {{nam}}"),
            width("Công tác thi đua năm 2026")
        );
        // 106 mm; a value of unknown length is thought to be 25 letters long; no line is longer than the page is wide.
        assert_eq!(width("Tổng kết công tác thi đua, khen thưởng năm 2026,"), 44);
        assert_eq!(width("Về việc đề nghị khen thưởng {{thanh_tich}}"), 54);
        assert_eq!(
            width("Về việc {{#if a}}đề nghị {{b}}{{/if}} khen thưởng {{c}} của {{d}} {{e}}"),
            62
        );
        assert_eq!(
            width("Ngắn \\ Dòng thứ hai dài hơn hẳn dòng đầu"),
            width("Dòng thứ hai dài hơn hẳn dòng đầu")
        );
    }

    #[test]
    fn paragraphs_carry_their_text_and_style() {
        let found = paragraphs(
            "# Phần I\n\n## KẾT QUẢ\n\n### I. MỘT\n\n#### 1. Hai\n\n##### * Ba:\n\nBốn *năm\nsáu*; a & b < c\\\nbảy.\n\n\
             {{#each x}}\n- {{this_one_x}};\n{{/each}}\n\n2. Mục hai\n3. Mục ba\n\n+ Cộng \\* sao\n",
        );
        assert_eq!(
            found,
            [
                "Heading1: Phần I",
                "Heading2: KẾT QUẢ",
                "Heading3: I. MỘT",
                "Heading4: 1. Hai",
                "Heading5: * Ba:",
                "NoiDung: Bốn năm sáu; a & b < c↵bảy.",
                "NoiDung: {{#each x}}",
                "NoiDung: - {{this_one_x}};",
                "NoiDung: {{/each}}",
                "NoiDung: 2. Mục hai",
                "NoiDung: 3. Mục ba",
                "NoiDung: + Cộng * sao",
            ]
        );
    }

    #[test]
    fn a_tag_takes_the_emphasis_around_it() {
        let body = body("Một **hai {{ten_xa_moi}}** *ba*{{*}}***bốn***");
        let runs: Vec<(String, bool, bool)> = all(&body, "w:r")
            .into_iter()
            .map(|run| {
                let set = |name: &str| {
                    run.child("w:rPr")
                        .is_some_and(|properties| properties.child(name).is_some())
                };
                (text(run), set("w:b"), set("w:i"))
            })
            .collect();
        let expected = [
            ("Một ", false, false),
            ("hai {{ten_xa_moi}}", true, false),
            (" ", false, false),
            ("ba", false, true),
            ("{{*}}", false, false),
            ("bốn", true, true),
        ];
        assert_eq!(
            runs,
            expected.map(|(text, bold, italic)| (text.to_owned(), bold, italic))
        );
    }

    #[test]
    fn one_addressee_stands_on_the_line_and_several_below() {
        let one = paragraphs("```addressees\nto: Ủy ban nhân dân tỉnh\n```\n");
        assert_eq!(one, ["KinhGui: Kính gửi: Ủy ban nhân dân tỉnh"]);
        let two = paragraphs("```addressees\nto: Một\nto: Hai\n```\n");
        assert_eq!(
            two,
            ["KinhGuiDong: Kính gửi:", "KinhGuiDong: - Một;", "KinhGuiDong: - Hai."]
        );
        let tags = paragraphs("```addressees\nraw: {{#each x}}\nto: - {{this}};\nraw: {{/each}}\n```\n");
        assert_eq!(
            tags[1..],
            [
                "KinhGuiDong: {{#each x}}",
                "KinhGuiDong: - {{this}};",
                "KinhGuiDong: {{/each}}"
            ]
        );
    }

    #[test]
    fn the_signature_is_not_torn_off() {
        let source = "Một.\n\n{{#if a}}\n\nHai.\n\n{{else}}\n\nBa.\n\n{{/if}}\n\n```signature\nrecipients: - A;\n\
                      {{#each b}}\nrecipients: - {{this}};\n{{/each}}\ntitle: CHỦ TỊCH\nname: An\n```\n";
        let body = body(source);
        for paragraph in body.elements().filter(|child| child.name == "w:p") {
            let text = text(paragraph);
            let kept = ["Một.", "Hai.", "Ba.", ""].contains(&text.as_str());
            assert_eq!(has(paragraph, "w:keepNext"), kept, "{text}");
        }
        let table = body.child("w:tbl").expect("a signature");
        let row = table.child("w:tr").expect("a row");
        assert!(
            row.child("w:trPr")
                .is_some_and(|properties| properties.child("w:cantSplit").is_some())
        );
        let cells: Vec<Vec<String>> = row
            .elements()
            .filter(|child| child.name == "w:tc")
            .map(|cell| {
                all(cell, "w:p")
                    .into_iter()
                    .map(|found| format!("{}: {}", style(found), text(found)))
                    .collect()
            })
            .collect();
        assert_eq!(
            cells,
            [
                vec![
                    "NhanNoiNhan: Nơi nhận:",
                    "NoiNhan: - A;",
                    "NoiNhan: {{#each b}}",
                    "NoiNhan: - {{this}};",
                    "NoiNhan: {{/each}}"
                ],
                vec!["ChucVu: CHỦ TỊCH", "HoTen: An"],
            ]
        );
    }

    #[test]
    fn an_annex_takes_its_section_break_along() {
        let body = body(SAMPLE);
        let breaks = all(&body, "w:sectPr");
        assert_eq!(breaks.len(), 2);
        assert_eq!(breaks[0], breaks[1]);
        let order = paragraphs(SAMPLE);
        let at = order
            .iter()
            .position(|found| found == "NoiDung: {{#if danh_sach}}")
            .expect("the condition");
        assert_eq!(order[at + 1..at + 3], ["Ngat: ", "PhuLuc: Phụ lục"]);
        assert_eq!(order.last().map(String::as_str), Some("NoiDung: {{/if}}"));
        assert_eq!(all(&super::tests::body("Một."), "w:sectPr").len(), 1);
    }

    #[test]
    fn a_landscape_annex_lies_and_what_comes_before_it_stands() {
        let source =
            "Một.\n\n```annex\nname: Phụ lục\ntitle: BIỂU\npage: landscape\n```\n\n| A | B |\n|---|---|\n| 1 | 2 |\n";
        let body = body(source);
        let lies: Vec<[Option<&str>; 3]> = all(&body, "w:pgSz")
            .into_iter()
            .map(|size| ["w:w", "w:h", "w:orient"].map(|name| size.attribute(name)))
            .collect();
        assert_eq!(
            lies,
            [
                [Some("11906"), Some("16838"), None],
                [Some("16838"), Some("11906"), Some("landscape")]
            ]
        );
        let width: usize = all(&body, "w:gridCol")
            .into_iter()
            .filter_map(|column| column.attribute("w:w")?.parse::<usize>().ok())
            .sum();
        assert_eq!(width, 16_838 - 1134 - 1701, "a table is as wide as its page");
    }

    #[test]
    fn a_page_block_sets_margins_frame_and_number() {
        let source = "```page\norientation: landscape\nmargins: 15 20 10 25\nframe: double red\nnumber: none\nalign: middle\n```\n\n\
                      Một.\n\n```page\n```\n\nHai.\n";
        let docx = built(source);
        let body = body(source);
        let sections = all(&body, "w:sectPr");
        assert_eq!(sections.len(), 2);
        let margins = sections[0].child("w:pgMar").expect("margins");
        let sides = ["w:top", "w:right", "w:bottom", "w:left"].map(|side| margins.attribute(side).unwrap_or_default());
        assert_eq!(sides, ["850", "1134", "567", "1417"]);
        let line = all(sections[0], "w:top")[0];
        assert_eq!(
            (line.attribute("w:val"), line.attribute("w:color")),
            (Some("double"), Some("C00000"))
        );
        assert_eq!(
            sections[0].child("w:vAlign").and_then(|align| align.attribute("w:val")),
            Some("center")
        );
        // Without a number, every page has the empty header of first pages.
        let headers = |section: &Element| -> Vec<String> {
            all(section, "w:headerReference")
                .into_iter()
                .filter_map(|header| Some(header.attribute("r:id")?.to_owned()))
                .collect()
        };
        let (without, with) = (headers(sections[0]), headers(sections[1]));
        assert!(without[0] == without[1] && with[0] != with[1], "{without:?} {with:?}");
        assert!(sections[1].child("w:pgBorders").is_none() && sections[1].child("w:vAlign").is_none());
        assert!(part(&docx, "word/document.xml").contains("<w:pgBorders w:offsetFrom=\"page\">"));
    }

    #[test]
    fn neighbours_of_one_label_share_it_in_a_second_row_of_the_header() {
        let body = body(
            "| A | So sánh / Kế hoạch | So sánh / {{default x \" / \"}} | B / C |\n|---|---|---|---|\n| 1 | 2 | 3 | &emsp;&emsp;4 |\n",
        );
        let table = body.child("w:tbl").expect("a table");
        let rows: Vec<Vec<String>> = all(table, "w:tr")
            .into_iter()
            .map(|row| all(row, "w:tc").into_iter().map(text).collect())
            .collect();
        assert_eq!(
            rows,
            [
                vec!["A", "So sánh", "B / C"],
                vec!["", "Kế hoạch", "{{default x \" / \"}}", ""],
                vec!["1", "2", "3", "4"]
            ]
        );
        assert_eq!(all(table, "w:tblHeader").len(), 2);
        assert_eq!(all(table, "w:gridSpan")[0].attribute("w:val"), Some("2"));
        let merges: Vec<&str> = all(table, "w:vMerge")
            .into_iter()
            .filter_map(|merge| merge.attribute("w:val"))
            .collect();
        assert_eq!(merges, ["restart", "restart", "continue", "continue"]);
        // Two steps of 4 mm.
        let indents: Vec<&str> = all(table, "w:ind")
            .into_iter()
            .filter_map(|indent| indent.attribute("w:left"))
            .collect();
        assert_eq!(indents, ["454"]);
    }

    #[test]
    fn a_decision_and_a_certificate_are_set_line_by_line() {
        let found = paragraphs(
            "```decision\nauthority: CHỦ TỊCH\n{{#each a}}\nbasis: Căn cứ {{this}};\n{{/each}}\nbasis: Theo B.\nverb: QUYẾT ĐỊNH:\n```\n\n\
             ```certificate\nauthority: CHỦ TỊCH\nverb: TẶNG\nkind: GIẤY KHEN\nto: Ông A\nabout: thôn B\nmerit: Đã C\n\
             record: Số: 1\ndate: D\ntitle: CHỦ TỊCH\nname: E\n```\n",
        );
        assert_eq!(
            found[..6],
            [
                "ThamQuyen: CHỦ TỊCH",
                "CanCu: {{#each a}}",
                "CanCu: Căn cứ {{this}};",
                "CanCu: {{/each}}",
                "CanCu: Theo B.",
                "LoiQuyetDinh: QUYẾT ĐỊNH:"
            ]
        );
        let certificate: Vec<&str> = found[6..]
            .iter()
            .map(String::as_str)
            .filter(|line| !line.ends_with(": "))
            .collect();
        assert_eq!(
            certificate,
            [
                "QuocHieu: CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                "TieuNgu: Độc lập - Tự do - Hạnh phúc",
                "GiayKhenThamQuyen: CHỦ TỊCH",
                "GiayKhenTang: TẶNG",
                "GiayKhenTen: GIẤY KHEN",
                "GiayKhenNguoiNhan: Ông A",
                "GiayKhenDong: thôn B",
                "GiayKhenDong: Đã C",
                "GiayKhenVaoSo: Số: 1",
                "GiayKhenNgay: D",
                "ChucVu: CHỦ TỊCH",
                "HoTen: E"
            ]
        );
    }

    #[test]
    fn a_table_has_borders_a_repeated_header_and_widths_from_its_dashes() {
        let body = body("| Một | Hai |\n|:-:|-----:|\n| {{#each a}}b | {{c \"|\"}}*d*{{/each}} |\n");
        let table = body.child("w:tbl").expect("a table");
        let widths: Vec<&str> = all(table, "w:gridCol")
            .into_iter()
            .filter_map(|column| column.attribute("w:w"))
            .collect();
        assert_eq!(widths, ["3023", "6048"]);
        let narrow = super::tests::body("|STT|B|C|\n|-|--------------------|-----------|\n|1|2|3|\n");
        let narrow: Vec<usize> = all(&narrow, "w:gridCol")
            .into_iter()
            .filter_map(|column| column.attribute("w:w")?.parse().ok())
            .collect();
        assert_eq!((narrow[0], narrow.iter().sum()), (709, 9071));
        assert_eq!(
            all(table, "w:insideV")
                .first()
                .and_then(|border| border.attribute("w:val")),
            Some("single")
        );
        let rows: Vec<&Element> = table.elements().filter(|child| child.name == "w:tr").collect();
        let headers: Vec<bool> = rows.iter().map(|row| !all(row, "w:tblHeader").is_empty()).collect();
        assert_eq!(headers, [true, false]);
        assert!(rows.iter().all(|row| !all(row, "w:cantSplit").is_empty()));
        assert_eq!(text(rows[1]), "{{#each a}}b{{c \"|\"}}d{{/each}}");
        let sides: Vec<&str> = all(rows[1], "w:jc")
            .into_iter()
            .filter_map(|side| side.attribute("w:val"))
            .collect();
        assert_eq!(sides, ["center", "right"]);
    }

    #[test]
    fn every_mistake_is_told_at_its_line_and_column() {
        let source = "```leterhead\n```\n\n```title\nkind: BÁO CÁO\nsubjet: Tổng kết\nchữ\nkind: hai\n```\n\n\
                      Đây là ![ảnh](a.png), <b>đậm</b> và *sai *.\n\n- a\n  - b\n\n| a | b |\n|---|---|\n| {{x}} |\n\n\
                      > trích\n\n---\n\nthẻ {{mở\n\n```annex\nname: Phụ lục\n";
        assert_eq!(
            codes(source),
            [
                "nguon/khung-la 1:1",
                "nguon/khoa-la 6:1",
                "nguon/dong-khung 7:1",
                "nguon/khoa-lap 8:1",
                "nguon/khong-ho-tro 11:8",
                "nguon/khong-ho-tro 11:23",
                "nguon/khong-ho-tro 11:29",
                "nguon/dau-sao 11:37",
                "nguon/dau-sao 11:42",
                "nguon/khong-ho-tro 14:3",
                "nguon/so-o 18:1",
                "nguon/khong-ho-tro 20:1",
                "nguon/khong-ho-tro 22:1",
                "nguon/the-chua-dong 24:5",
                "nguon/khung-chua-dong 26:1",
            ]
        );
        let printed = build(source).expect_err("findings").print(Lang::En);
        assert!(printed.contains("did you mean `letterhead`?"), "{printed}");
        assert!(printed.contains("did you mean `subject`?"), "{printed}");
        let missing = build("```title\nkind: BÁO CÁO\n```\n")
            .expect_err("a finding")
            .print(Lang::En);
        assert!(
            missing.contains("[nguon/thieu-khoa]: title needs a line `subject: …`"),
            "{missing}"
        );
        assert_eq!(codes("| a | b |\n|---|\n| 1 | 2 |\n"), ["nguon/so-o 2:1"]);
        assert_eq!(codes("Tiêu đề\n====\n"), ["nguon/khong-ho-tro 1:1"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_gives_a_well_formed_document_or_findings(parts in proptest::collection::vec(0..FRAGMENTS.len(), 0..24)) {
            let source: String = parts.into_iter().filter_map(|part| FRAGMENTS.get(part)).copied().collect();
            match build(&source) {
                Ok(docx) => {
                    let xml = part(&docx, "word/document.xml");
                    wml::parse(xml.as_bytes()).expect("well-formed");
                    assert!(!xml.contains(|sign: char| sign < ' ' && sign != '\n'), "{xml}");
                }
                Err(findings) => assert!(findings.has_errors()),
            }
        }
    }

    const FRAGMENTS: &[&str] = &[
        "\n",
        "\n\n",
        "{{",
        "}}",
        "{{tên_xã}}",
        "{{#if ắ\nb}}",
        "{{!-- ế",
        "--}}",
        "# ",
        "###### ",
        "- ",
        "1. ",
        "  - ",
        "    ",
        "|",
        "|--|:-:|\n",
        "| ắ | b |\n",
        "*",
        "**",
        "_",
        "\\",
        "\\ ",
        "`",
        "```title\n",
        "```annex\n",
        "```\n",
        "kind: ắ\n",
        "name: a\n",
        "title: b\n",
        "subject: c\n",
        ":",
        "<b>",
        "<!-- ",
        "-->",
        "&amp;",
        "&#0;",
        "&#2;",
        "\u{1}",
        "[a](b)",
        "> ",
        "---\n",
        "chữ ",
        "]]>",
        "\t",
        "\u{0}",
        "\u{feff}",
        "\r",
    ];
}
