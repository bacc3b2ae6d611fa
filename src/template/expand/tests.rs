//! Partials and tables in small packages made in memory.

use std::borrow::Cow;

use super::*;
use crate::diagnostic::{Diagnostics, Lang};
use crate::opc::Limits;
use crate::template::tests::{body, dataset, docx, schema, shown};
use crate::template::{Files, Template};

const W: &str = names::WORD;
const IMAGE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image";

/// A .docx of one body and further parts; what they are is told by their names.
fn package(body: &str, parts: &[(&str, &str)]) -> Package {
    let mut package = Package::read(docx(body), &Limits::default()).unwrap();
    for (name, xml) in parts {
        let kind = name.trim_end_matches(".xml");
        if let Some((kind, _)) = name.split_once("/rels") {
            package.set(&format!("word/_rels/{kind}.xml.rels"), xml.as_bytes());
            continue;
        }
        let root = match kind {
            "header1" => "hdr",
            kind => kind,
        };
        let part = format!("word/{name}");
        package.set(
            &part,
            format!(
                r#"<w:{root} xmlns:w="{W}" xmlns:r="{}">{xml}</w:{root}>"#,
                names::RELATIONSHIPS
            )
            .into_bytes(),
        );
        let kind = kind.trim_end_matches('1');
        package
            .declare_part(
                &part,
                &format!("application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"),
            )
            .unwrap();
        package
            .relate("word/document.xml", kind, opc::Points::ToPart(&part))
            .unwrap();
    }
    package
}

fn files(list: &[(&str, Package)]) -> Files {
    let bytes = |package: &Package| Cow::Owned(package.write().unwrap());
    list.iter()
        .map(|(name, package)| ((*name).to_owned(), bytes(package)))
        .collect()
}

fn compile(main: &Package, files: &Files) -> Result<Template, Diagnostics> {
    let options = Options {
        files,
        ..Options::default()
    };
    Template::compile(main.write().unwrap(), &schema(), &options).map(|(template, _)| template)
}

fn fill(main: &Package, files: &Files) -> Package {
    let template = compile(main, files).unwrap_or_else(|faults| panic!("{}", faults.print(Lang::Vi)));
    Package::read(template.fill(&dataset()).unwrap().0, &Limits::default()).unwrap()
}

fn document(package: &Package) -> String {
    package.text("word/document.xml").unwrap()
}

fn faults(main: &Package, files: &Files) -> Vec<String> {
    match compile(main, files) {
        Ok(_) => Vec::new(),
        Err(faults) => faults
            .iter()
            .map(|fault| {
                let hint = fault.hint.as_ref().map_or("", |hint| hint.vi.as_str());
                format!("{}: {} ({hint})", fault.code, fault.message.vi)
            })
            .collect(),
    }
}

fn simple(source: &str) -> Package {
    package(&body(source), &[])
}

#[track_caller]
fn assert_fill(main: &str, partials: &[(&str, &str)], expected: &str) {
    let list: Vec<(&str, Package)> = partials.iter().map(|(name, source)| (*name, simple(source))).collect();
    let xml = document(&fill(&simple(main), &files(&list)));
    let lines: Vec<&str> = expected.lines().map(str::trim).collect();
    assert_eq!(shown(&xml), lines.join("\n"), "{xml}");
    wml::parse(xml.as_bytes()).unwrap();
}

#[test]
fn a_partial_takes_the_place_of_its_paragraph() {
    assert_fill(
        "trước
         {{>¦ \u{a0}khoi¦_ky }}
         [a] [{{> chung/khoi_ky.docx}}]
         sau {{thong_tin.nam}}",
        &[
            (
                "khoi_ky.docx",
                "Xã {{thong_tin.ten_xa}}\n{{#if thong_tin.huyen}}huyện{{/if}}\nký",
            ),
            ("chung/khoi_ky.docx", "một\n[b]"),
        ],
        "trước
         Xã Tân Hoà
         ký
         [a] [một[b]

         ]
         sau 2026",
    );
}

#[test]
fn names_in_a_partial_resolve_in_the_scope_around_or_in_the_one_it_is_given() {
    assert_fill(
        "{{#each khen}}
         {{> dong}}
         {{/each}}
         {{> xa thong_tin}}
         {{#each khen}}
         {{> “dong” this}}
         {{/each}}
         {{> dong khen.1}}",
        &[
            ("dong.docx", "{{cap}}: {{so_luong}}"),
            ("xa.docx", "{{ten_xa}} {{nam}}"),
        ],
        "Tỉnh: 03
         Xã: 12
         Tỉnh: 05
         Tân Hoà 2026
         Tỉnh: 03
         Xã: 12
         Tỉnh: 05
         Xã: 12",
    );
}

#[test]
fn partials_hold_partials() {
    assert_fill(
        "{{#each khen}}\n{{> a}}\n{{/each}}",
        &[("a.docx", "(\n{{> b}}\n)"), ("b.docx", "{{so_luong}}")],
        "(\n03\n)\n(\n12\n)\n(\n05\n)",
    );
}

#[test]
fn what_is_wrong_is_told_at_the_tag_and_names_the_file() {
    let partials = files(&[
        ("khoi_ky.docx", simple("{{thong_tin.ten_xaa}}")),
        ("a.docx", simple("{{> b}}")),
        ("b.docx", simple("x\n{{> a}}")),
        ("sau.docx", simple("{{> khoi_ky}}")),
    ]);
    for (main, expected) in [
        (
            "{{> khoi_kí}}",
            "mau/mau-con-la: không có mẫu con “khoi_kí” trong gói (có phải {{> khoi_ky}}?)",
        ),
        (
            "{{> khoi_ky ten=1}}",
            "mau/doi-so-la: mẫu con không nhận đối số có tên: “khoi_ky ten=1” (chỉ ghi tên mẫu con và, nếu cần, bản ghi: \
             {{> khoi_ky thong_tin}})",
        ),
        (
            "chữ {{> khoi_ky}}",
            "mau/khong-dung-rieng: mẫu con “> khoi_ky” phải đứng một mình trong đoạn văn, không kèm chữ, hình hay ngắt \
             trang (đưa thẻ {{> khoi_ky}} xuống một đoạn riêng)",
        ),
        (
            "{{> khoi_ky}}",
            "mau/truong-la: trong mẫu con khoi_ky.docx, thẻ “{{thong_tin.ten_xaa}}”: không có “ten_xaa” trong một bản ghi \
             của trang «Thông tin chung» (có phải {{thong_tin.ten_xa}}?)",
        ),
        (
            "{{> sau}}",
            "mau/truong-la: trong mẫu con khoi_ky.docx, thẻ “{{thong_tin.ten_xaa}}”: không có “ten_xaa” trong một bản ghi \
             của trang «Thông tin chung» (có phải {{thong_tin.ten_xa}}?)",
        ),
        (
            "{{> a}}",
            "mau/mau-con-vong: trong mẫu con b.docx, thẻ “{{> a}}”: mẫu con gọi vòng: a.docx → b.docx → a.docx (bỏ thẻ \
             {{> …}} trong tệp cuối cùng)",
        ),
        ("{{>}}", "mau/cu-phap: thẻ mẫu con thiếu tên (viết như {{> khoi_ky}})"),
    ] {
        assert_eq!(faults(&simple(main), &partials), [expected], "{main}");
    }
    let mut broken = partials.clone();
    broken.insert("hong.docx".to_owned(), Cow::Borrowed(b"no zip"));
    let found = faults(&simple("{{> hong}}"), &broken);
    assert!(
        found.len() == 1 && found[0].starts_with("mau/mau-con-hong: không dùng được mẫu con hong.docx"),
        "{found:?}"
    );
}

#[test]
fn hostile_partials_are_refused_by_name() {
    let deep = |levels: usize| {
        format!(
            "{}<w:p/>{}",
            "<w:sdt><w:sdtContent>".repeat(levels),
            "</w:sdtContent></w:sdt>".repeat(levels)
        )
    };
    for (body, is_sound) in [
        (deep(200), true),
        (deep(10_000), false),
        ("<w:p><w:r><w:t>&la;</w:t></w:r></w:p>".to_owned(), false),
        (r#"<w:p><w:hyperlink r:id="rId1" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/></w:p>"#.to_owned(), false),
        (r#"<w:p><w:r><w:footnoteReference w:id="1"/></w:r></w:p>"#.to_owned(), false),
    ] {
        let found = faults(&simple("{{> x}}"), &files(&[("x.docx", package(&body, &[]))]));
        assert_eq!(found.is_empty(), is_sound, "{body:.200}: {found:?}");
        assert!(found.iter().all(|fault| fault.starts_with("mau/mau-con-hong: không dùng được mẫu con x.docx")), "{found:?}");
    }
}

#[test]
fn a_fault_is_placed_at_the_paragraph_of_the_template() {
    let partials = files(&[("khoi_ky.docx", simple("a\nb\n{{sai}}"))]);
    let main = simple("một\n{{> khoi_ky}}\nhai {{sai}}");
    let found = compile(&main, &partials).unwrap_err();
    let places: Vec<String> = found.iter().map(|fault| format!("{:?}", fault.place)).collect();
    assert_eq!(places.len(), 2);
    assert!(places[0].contains(r#"text: "{{> khoi_ky}}""#), "{}", places[0]);
    assert!(places[1].contains(r#"text: "hai {{sai}}""#), "{}", places[1]);
}

#[test]
fn partials_that_multiply_are_stopped() {
    let twice = |name: &str| simple(&format!("{{{{> {name}}}}}\n").repeat(8));
    let list: Vec<(String, Package)> = (0..12)
        .map(|level| (format!("m{level}.docx"), twice(&format!("m{}", level + 1))))
        .chain([("m12.docx".to_owned(), simple("x"))])
        .collect();
    let list: Vec<(&str, Package)> = list
        .iter()
        .map(|(name, package)| (name.as_str(), package.clone()))
        .collect();
    let found = faults(&simple("{{> m0}}"), &files(&list));
    assert!(
        found.iter().any(|fault| fault.starts_with("mau/mau-con-qua-lon")),
        "{found:?}"
    );
}

/// Styles of a template and of a partial: one in both by name, one with another meaning, one that only the partial has.
const HOST_STYLES: &str = r#"<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="u1"><w:name w:val="heading 1"/></w:style><w:style w:type="paragraph" w:styleId="Ky"><w:name w:val="Kỳ"/></w:style>"#;
const OWN_STYLES: &str = r#"<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:rPr><w:sz w:val="99"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style><w:style w:type="paragraph" w:styleId="Ky"><w:name w:val="Chữ ký"/><w:basedOn w:val="Nen"/><w:next w:val="Heading1"/><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style><w:style w:type="paragraph" w:styleId="Nen"><w:name w:val="Nền"/><w:basedOn w:val="Normal"/></w:style><w:style w:type="character" w:styleId="Thua"><w:name w:val="Thừa"/></w:style>"#;
const NUMBERING: &str = r#"<w:abstractNum w:abstractNumId="7"><w:nsid w:val="1A2B3C4D"/><w:lvl w:ilvl="0"><w:pStyle w:val="Ky"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:pStyle w:val="Heading1"/></w:lvl></w:abstractNum><w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>"#;

#[test]
fn styles_and_numbering_come_along_once_and_those_of_the_template_win() {
    let styled = |style: &str, text: &str| {
        format!(r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"#)
    };
    let own = package(
        &(styled("Heading1", "đầu")
            + &*styled("Ky", "ký")
            + r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr></w:pPr></w:p>"#),
        &[("styles.xml", OWN_STYLES), ("numbering.xml", NUMBERING)],
    );
    let partials = files(&[("ky.docx", own)]);
    let main = package(
        &body("{{> ky}}\n{{> ky}}"),
        &[
            ("styles.xml", HOST_STYLES),
            (
                "numbering.xml",
                r#"<w:abstractNum w:abstractNumId="0"/><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>"#,
            ),
            ("header1.xml", &body("{{> ky}}")),
        ],
    );
    let filled = fill(&main, &partials);
    let xml = document(&filled);
    assert_eq!(xml.matches(r#"<w:pStyle w:val="u1"/>"#).count(), 2, "{xml}");
    assert_eq!(xml.matches(r#"<w:pStyle w:val="Ky1"/>"#).count(), 2, "{xml}");
    assert!(
        xml.contains(r#"<w:numId w:val="2"/>"#) && xml.contains(r#"<w:numId w:val="3"/>"#),
        "the list begins anew: {xml}"
    );
    let header = filled.text("word/header1.xml").unwrap();
    assert!(header.contains(r#"<w:pStyle w:val="Ky1"/>"#), "{header}");
    let styles = filled.text("word/styles.xml").unwrap();
    let added = styles
        .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n")
        .unwrap();
    let added = &added[added.find(HOST_STYLES).unwrap() + HOST_STYLES.len()..];
    assert_eq!(
        added,
        r#"<w:style w:type="paragraph" w:styleId="Ky1"><w:name w:val="Chữ ký"/><w:basedOn w:val="Nen"/><w:next w:val="u1"/><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style><w:style w:type="paragraph" w:styleId="Nen"><w:name w:val="Nền"/><w:basedOn w:val="Normal"/></w:style></w:styles>"#
    );
    let numbering = filled.text("word/numbering.xml").unwrap();
    assert!(
        numbering.contains(
            r#"<w:abstractNum w:abstractNumId="0"/><w:abstractNum w:abstractNumId="1"><w:nsid w:val="1A2B3C4D"/><w:lvl w:ilvl="0"><w:pStyle w:val="Ky1"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"/></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride><w:lvlOverride w:ilvl="1"><w:startOverride w:val="1"/></w:lvlOverride></w:num><w:num w:numId="4">"#
        ),
        "{numbering}"
    );
    // A template without these parts gets them.
    let filled = fill(&simple("{{> ky}}"), &partials);
    assert!(document(&filled).contains(r#"<w:pStyle w:val="Heading1"/>"#));
    for (part, kind) in [("styles", "styles"), ("numbering", "numbering")] {
        let name = format!("word/{part}.xml");
        assert!(
            filled
                .content_type(&name)
                .unwrap()
                .unwrap()
                .ends_with(&format!("{kind}+xml"))
        );
        let related = filled.relationships("word/document.xml").unwrap();
        assert!(related.iter().any(|found| found.kind == kind && found.target == name));
    }
}

#[test]
fn pictures_and_links_come_along_once_for_each_part() {
    let drawing = r#"<w:p><w:r><w:drawing><wp:inline xmlns:wp="wp"><wp:docPr id="1" name="Hình"/><a:blip xmlns:a="a" r:embed="rId7"/></wp:inline></w:drawing></w:r><w:hyperlink r:id="rId8"><w:r><w:t>trang</w:t></w:r></w:hyperlink></w:p>"#;
    let mut own = package(drawing, &[]);
    let xml = document(&own).replacen(
        "<w:document",
        &format!("<w:document xmlns:r=\"{}\"", names::RELATIONSHIPS),
        1,
    );
    own.set("word/document.xml", xml.into_bytes());
    own.set("word/media/image1.png", *b"con dau");
    own.declare_extension("png", "image/png").unwrap();
    own.set(
        "word/_rels/document.xml.rels",
        format!(r#"<Relationships><Relationship Id="rId7" Type="{IMAGE}" Target="media/image1.png"/><Relationship Id="rId8" Type="x/hyperlink" Target="http://a/?b&amp;c" TargetMode="External"/></Relationships>"#).into_bytes(),
    );
    let partials = files(&[("hinh.docx", own)]);
    let mut main = package(&body("{{> hinh}}\n{{> hinh}}"), &[("header1.xml", &body("{{> hinh}}"))]);
    main.set("word/media/image1.png", *b"quoc huy");
    let filled = fill(&main, &partials);
    assert_eq!(filled.part("word/media/image2.png").unwrap(), b"con dau");
    assert_eq!(filled.part("word/media/image1.png").unwrap(), b"quoc huy");
    assert!(!filled.has("word/media/image3.png"), "copied once");
    assert_eq!(
        filled.content_type("word/media/image2.png").unwrap().as_deref(),
        Some("image/png")
    );
    for part in ["word/document.xml", "word/header1.xml"] {
        let related = filled.relationships(part).unwrap();
        let picture: Vec<_> = related.iter().filter(|found| found.kind == "image").collect();
        assert_eq!(picture.len(), 1, "{part}");
        assert_eq!(picture[0].target, "word/media/image2.png");
        let link = related.iter().find(|found| found.external).unwrap();
        assert_eq!(
            (link.target.as_str(), link.uri.as_str()),
            ("http://a/?b&c", "x/hyperlink")
        );
        let xml = filled.text(part).unwrap();
        assert!(xml.contains(&format!(r#"r:embed="{}""#, picture[0].id)), "{xml}");
        assert!(xml.contains(&format!(r#"<w:hyperlink r:id="{}">"#, link.id)), "{xml}");
        assert!(xml.contains(&format!(r#"xmlns:r="{}""#, names::RELATIONSHIPS)), "{xml}");
    }
    let xml = document(&filled);
    let mut ids: Vec<&str> = xml
        .split("docPr id=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 2, "each drawing has an id of its own: {xml}");
}

#[test]
fn parts_that_lead_to_others_come_with_them() {
    let mut own = package(
        r#"<w:p><w:r><c:chart xmlns:c="c" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/></w:r></w:p>"#,
        &[],
    );
    own.set("word/_rels/document.xml.rels", *br#"<Relationships><Relationship Id="rId1" Type="http://schemas.microsoft.com/x/chartEx" Target="charts/chart1.xml"/></Relationships>"#);
    own.set("word/charts/chart1.xml", *b"<c/>");
    own.declare_part("word/charts/chart1.xml", "chart").unwrap();
    own.set("word/charts/_rels/chart1.xml.rels", *br#"<Relationships><Relationship Id="r1" Type="x/package" Target="../embeddings/book.xlsx"/><Relationship Id="r2" Type="x/back" Target="chart1.xml"/></Relationships>"#);
    own.set("word/embeddings/book.xlsx", *b"book");
    own.declare_extension("xlsx", "book").unwrap();
    let mut main = simple("{{> bieu_do}}");
    main.set("word/charts/chart1.xml", *b"<other/>");
    let filled = fill(&main, &files(&[("bieu_do.docx", own)]));
    let related = filled.relationships("word/document.xml").unwrap();
    let chart = related.iter().find(|found| found.kind == "chartEx").unwrap();
    assert_eq!(chart.uri, "http://schemas.microsoft.com/x/chartEx");
    assert_eq!(chart.target, "word/charts/chart2.xml");
    assert_eq!(
        filled.content_type("word/charts/chart2.xml").unwrap().as_deref(),
        Some("chart")
    );
    let inner = filled.relationships("word/charts/chart2.xml").unwrap();
    assert_eq!(inner[0].target, "word/embeddings/book.xlsx");
    assert_eq!(inner[1].target, "word/charts/chart2.xml");
    assert_eq!(filled.part("word/embeddings/book.xlsx").unwrap(), b"book");
}

#[test]
fn ids_bookmarks_comments_and_headers_of_a_partial_do_not_clash() {
    let own = simple("");
    let inner = r#"<w:p w14:paraId="11111111"><w:commentRangeStart w:id="0"/><w:bookmarkStart w:id="0" w:name="Muc"/><w:r><w:t>mục</w:t></w:r><w:bookmarkEnd w:id="0"/><w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r><w:bookmarkStart w:id="1" w:name="_GoBack"/><w:bookmarkEnd w:id="1"/></w:p><w:p><w:pPr><w:sectPr><w:headerReference w:type="default" r:id="rId9"/><w:pgSz w:w="1"/></w:sectPr></w:pPr><w:hyperlink w:anchor="Muc"><w:r><w:t>xem</w:t></w:r></w:hyperlink><w:r><w:instrText> REF Muc \h </w:instrText></w:r></w:p>"#;
    let mut own = own;
    let xml = document(&own).replace("<w:sectPr/>", &format!("{inner}<w:sectPr/>"));
    own.set("word/document.xml", xml.into_bytes());
    let partials = files(&[("muc.docx", own)]);
    let main = package(
        &format!(
            r#"<w:p><w:bookmarkStart w:id="0" w:name="Muc"/><w:r><w:t>a</w:t></w:r><w:bookmarkEnd w:id="0"/></w:p>{}"#,
            body("{{> muc}}\n{{> muc}}")
        ),
        &[("header1.xml", &body("{{> muc}}"))],
    );
    let filled = fill(&main, &partials);
    let xml = document(&filled);
    for id in ["1", "2"] {
        assert!(
            xml.contains(&format!(
                r#"<w:bookmarkStart w:id="{id}" w:name="Muc_{}"/>"#,
                id.parse::<i32>().unwrap() + 1
            )),
            "{xml}"
        );
        assert!(xml.contains(&format!(r#"<w:bookmarkEnd w:id="{id}"/>"#)), "{xml}");
    }
    assert!(
        xml.contains(r#"w:anchor="Muc_2""#) && xml.contains("REF Muc_3 \\h"),
        "{xml}"
    );
    assert!(
        !xml.contains("comment") && !xml.contains("_GoBack") && !xml.contains("paraId"),
        "{xml}"
    );
    assert!(
        !xml.contains("headerReference") && xml.contains(r#"<w:sectPr><w:pgSz w:w="1"/></w:sectPr>"#),
        "{xml}"
    );
    assert!(
        !filled.text("word/header1.xml").unwrap().contains("sectPr"),
        "headers have no sections"
    );
    let in_cell = document(&fill(&simple("[{{> muc}}]\nx"), &partials));
    assert_eq!(in_cell.matches("sectPr").count(), 1, "nor have cells: {in_cell}");
}

#[test]
fn bookmarks_and_sections_of_the_tag_s_paragraph_stay() {
    let main = package(
        r#"<w:p><w:pPr><w:sectPr><w:pgSz w:w="9"/></w:sectPr></w:pPr><w:bookmarkStart w:id="5" w:name="Ky"/><w:r><w:t>{{&gt; ky}}</w:t></w:r><w:bookmarkEnd w:id="5"/></w:p>"#,
        &[],
    );
    let xml = document(&fill(&main, &files(&[("ky.docx", simple("ký"))])));
    assert!(
        xml.contains(r#"<w:body><w:bookmarkStart w:id="5" w:name="Ky"/><w:p>"#)
            && xml.contains(r#"ký</w:t></w:r></w:p><w:bookmarkEnd w:id="5"/><w:p><w:pPr><w:sectPr><w:pgSz w:w="9"/></w:sectPr></w:pPr></w:p><w:sectPr/>"#),
        "{xml}"
    );
}

#[test]
fn footnotes_come_along_each_time_with_ids_of_their_own() {
    let note = r#"<w:p><w:r><w:t>có</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>"#;
    let own = package(
        note,
        &[(
            "footnotes.xml",
            &format!(
                r#"<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote><w:footnote w:id="2">{}</w:footnote><w:footnote w:id="3"><w:p/></w:footnote>"#,
                body("Theo {{thong_tin.ten_xa}}")
            ),
        )],
    );
    let partials = files(&[("chu.docx", own)]);
    let filled = fill(&simple("{{> chu}}\n{{> chu}}"), &partials);
    let xml = document(&filled);
    assert!(
        xml.contains(r#"<w:footnoteReference w:id="1"/>"#) && xml.contains(r#"<w:footnoteReference w:id="2"/>"#),
        "{xml}"
    );
    let notes = filled.text("word/footnotes.xml").unwrap();
    assert_eq!(
        notes.matches("Theo Tân Hoà").count(),
        2,
        "tags in notes are filled: {notes}"
    );
    assert_eq!(notes.matches("<w:footnote ").count(), 4, "{notes}");
    let in_header = package(&body("x"), &[("header1.xml", &body("{{> chu}}"))]);
    assert!(faults(&in_header, &partials)[0].starts_with("mau/mau-con-chu-thich: "));
}

#[test]
fn a_cell_still_ends_with_a_paragraph_and_tables_stay_apart() {
    let table = r#"<w:tbl><w:tblPr/><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"#;
    let partials = files(&[("bang.docx", package(table, &[]))]);
    let xml = document(&fill(&simple("[{{> bang}}]\n{{> bang}}\n[x]"), &partials));
    let root = wml::parse(xml.as_bytes()).unwrap();
    let mut touching = 0;
    root.visit(&mut |element| {
        let names: Vec<&str> = element.elements().map(|child| child.name.as_str()).collect();
        if element.name == "w:tc" {
            assert_eq!(names.last(), Some(&"w:p"), "{xml}");
        }
        touching += names.windows(2).filter(|pair| *pair == ["w:tbl", "w:tbl"]).count();
    });
    assert_eq!((touching, xml.matches("<w:tbl>").count()), (0, 4), "{xml}");
}

#[test]
fn tables_of_tags_that_follow_each_other_stay_apart() {
    let xml = document(&fill(
        &simple("{{table khen}}\n{{table noi_nhan}}\n{{#each (group khen \"cap\")}}\n{{table items}}\n{{/each}}\nx"),
        &Files::new(),
    ));
    assert_eq!(xml.matches("<w:tbl>").count(), 4, "{xml}");
    assert!(!xml.contains("</w:tbl><w:tbl>"), "{xml}");
}

#[test]
fn a_template_with_another_prefix_takes_partials_too() {
    let mut main = simple("{{> ky}}\n{{table khen}}");
    let xml = document(&main).replace("w:", "x:").replace("xmlns:w=", "xmlns:x=");
    main.set("word/document.xml", xml.into_bytes());
    let xml = document(&fill(&main, &files(&[("ky.docx", simple("Xã {{thong_tin.ten_xa}}"))])));
    assert!(!xml.contains("<w:"), "{xml}");
    let back = xml.replace("x:", "w:");
    assert!(shown(&back).starts_with("Xã Tân Hoà\n[TT] [Cấp]"), "{back}");
}

#[test]
fn a_table_has_the_declared_columns() {
    assert_fill(
        "trước\n{{table khen}}\n{{table trong}}\n{{#if thong_tin.huyen}}\n{{table khen}}\n{{/if}}\nsau",
        &[],
        "trước
         [TT] [Cấp] [Số lượng] [Tỷ lệ]
         [1] [Tỉnh] [03] [130,7%]
         [2] [Xã] [12] [100%]
         [3] [Tỉnh] [05] []
         sau",
    );
    assert_fill(
        "{{table khen columns=“so_luong cap” total=true}}",
        &[],
        "[TT] [Số lượng] [Cấp]
         [1] [03] [Tỉnh]
         [2] [12] [Xã]
         [3] [05] [Tỉnh]
         [Tổng cộng] [20] []",
    );
}

#[test]
fn a_table_takes_any_list_and_its_options() {
    assert_fill(
        r#"{{table (where khen "cap" "Tỉnh") number=false total=true}}
           x
           {{#each (group khen "cap")}}
           {{key}}
           {{table items columns="so_luong" header=false number=false}}
           {{/each}}
           {{table noi_nhan}}
           x
           {{#with thong_tin}}
           {{table chi_tieu number=false}}
           {{/with}}"#,
        &[],
        "[Cấp] [Số lượng] [Tỷ lệ]
         [Tỉnh] [03] [130,7%]
         [Tỉnh] [05] []
         [Tổng cộng] [08] []
         x
         Tỉnh
         [03]
         [05]
         Xã
         [12]
         ∅
         [TT] [Nơi nhận]
         [1] [UBND tỉnh]
         [2] [Lưu: VT]
         x
         [Thực hiện]
         [14.728,5]
         []
         ∅",
    );
}

#[test]
fn blank_cells_of_a_table_stay_blank_and_keep_their_look() {
    let main = simple("{{table khen}}\nx");
    let template = compile(&main, &Files::new()).unwrap();
    let (bytes, findings) = template.fill(&dataset()).unwrap();
    assert_eq!(findings.iter().count(), 0, "{}", findings.print(Lang::En));
    let xml = document(&Package::read(bytes, &Limits::default()).unwrap());
    let last = &xml[xml.rfind("<w:tc>").unwrap()..xml.rfind("</w:tc>").unwrap() + "</w:tc>".len()];
    assert!(
        last.contains(r#"<w:jc w:val="right"/></w:pPr>"#) && !last.contains('…'),
        "{last}"
    );
}

#[test]
fn what_is_wrong_with_a_table_is_told() {
    for (main, expected) in [
        (
            "{{table khenn}}",
            "mau/truong-la: không có trường hay trang “khenn” (có phải “khen”?)",
        ),
        (
            "{{table thong_tin}}",
            "mau/khong-phai-danh-sach: bảng cần một danh sách, ở đây là một bản ghi của trang «Thông tin chung»",
        ),
        (
            "{{table khen columns=\"cap soluong x\"}}",
            "mau/cot-la: trang «Khen thưởng» không có cột “soluong, x” (có phải “so_luong”?)",
        ),
        (
            "{{table khen columns=3}}",
            "mau/sai-doi-so: thẻ “table” nhận đối số không đúng",
        ),
        (
            "{{table trong total=true}}",
            "mau/khong-cong-duoc: bảng của trang «Trống» không có cột số nào để cộng",
        ),
        (
            "chữ {{table khen}}",
            "mau/khong-dung-rieng: thẻ “table” phải đứng một mình trong đoạn văn",
        ),
        ("{{table}}", "mau/khong-dung-rieng: thẻ “table” phải đứng một mình"),
    ] {
        let found = faults(&simple(main), &Files::new());
        assert!(found.len() == 1 && found[0].starts_with(expected), "{main}: {found:?}");
    }
}

#[test]
fn a_table_is_laid_out_for_the_page() {
    let main = package(
        r#"<w:p><w:pPr><w:pStyle w:val="Than"/></w:pPr><w:r><w:rPr><w:b/><w:sz w:val="26"/></w:rPr><w:t>{{table khen total=true}}</w:t></w:r></w:p>"#,
        &[],
    );
    let xml = document(&main).replace(
        "<w:sectPr/>",
        r#"<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:left="1701" w:right="1134"/></w:sectPr>"#,
    );
    let mut main = main;
    main.set("word/document.xml", xml.into_bytes());
    let xml = document(&fill(&main, &Files::new()));
    let root = wml::parse(xml.as_bytes()).unwrap();
    let table = root.child("w:body").unwrap().child("w:tbl").unwrap();
    let grid = table.child("w:tblGrid").unwrap();
    let widths = grid
        .elements()
        .map(|column| column.attribute("w:w").unwrap().parse::<usize>().unwrap());
    assert_eq!(widths.sum::<usize>(), 9071, "as wide as the text");
    let rows: Vec<&Element> = table.elements().filter(|child| child.name == "w:tr").collect();
    assert_eq!(rows.len(), 5);
    for (number, row) in rows.iter().enumerate() {
        let properties = row.child("w:trPr").unwrap();
        assert!(properties.child("w:cantSplit").is_some());
        assert_eq!(properties.child("w:tblHeader").is_some(), number == 0);
        row.visit(&mut |element| match element.name.as_str() {
            "w:pPr" => {
                assert_eq!(element.child("w:pStyle").unwrap().attribute("w:val"), Some("Than"));
                assert_eq!(element.child("w:ind").unwrap().attribute("w:firstLine"), Some("0"));
                assert_eq!(element.child("w:spacing").unwrap().attribute("w:after"), Some("0"));
            }
            "w:rPr" => {
                assert_eq!(element.child("w:sz").unwrap().attribute("w:val"), Some("26"));
                assert_eq!(element.child("w:b").is_some(), number == 0 || number == 4);
            }
            _ => {}
        });
    }
    let spanned = rows[4]
        .child("w:tc")
        .unwrap()
        .child("w:tcPr")
        .unwrap()
        .child("w:gridSpan")
        .unwrap();
    assert_eq!(spanned.attribute("w:val"), Some("2"));
}

#[test]
fn a_template_that_asks_for_nothing_is_left_alone() {
    let schema = schema();
    let options = Options::default();
    let mut expander = Expander::new(&schema, &options);
    let mut package = simple("{{thong_tin.nam}} > table {{bang}}\ntable {{khen.length}}");
    let source = document(&package);
    let tree = Tree::scan(&source).unwrap();
    assert!(
        expander
            .part(&mut package, "word/document.xml", &source, &tree)
            .unwrap()
            .is_none()
    );
}

const CALIBRI: &str = r#"<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:asciiTheme="minorHAnsi" w:hAnsiTheme="minorHAnsi"/><w:sz w:val="22"/><w:lang w:val="en-US"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="160" w:line="259" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Dam"><w:name w:val="Đậm"/><w:rPr><w:sz w:val="40"/></w:rPr></w:style>"#;
const TIMES: &str = r#"<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman"/><w:sz w:val="28"/><w:lang w:val="vi-VN"/></w:rPr></w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Dam"><w:name w:val="Đậm"/></w:style>"#;

#[test]
fn a_partial_keeps_the_font_that_its_document_gives_to_all_text() {
    let own = package(
        r#"<w:p><w:r><w:t>ký</w:t></w:r></w:p><w:p><w:pPr><w:pStyle w:val="Dam"/><w:spacing w:after="60"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>tên</w:t></w:r></w:p>"#,
        &[("styles.xml", TIMES)],
    );
    let partials = files(&[("ky.docx", own)]);
    let theme = r#"<a:minorFont xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:latin typeface="Calibri"/></a:minorFont>"#;
    let main = package(&body("{{> ky}}"), &[("styles.xml", CALIBRI), ("theme.xml", theme)]);
    let xml = document(&fill(&main, &partials));
    let fonts = r#"<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman"/>"#;
    for part in [
        r#"<w:spacing w:after="0" w:line="240"/>"#.to_owned(),
        format!(r#"<w:r><w:rPr>{fonts}<w:sz w:val="28"/><w:szCs w:val="28"/></w:rPr><w:t>ký"#),
        // What the paragraph and the style of the template say holds.
        r#"<w:spacing w:after="60" w:line="240"/>"#.to_owned(),
        format!("<w:r><w:rPr>{fonts}<w:b/></w:rPr><w:t>tên"),
    ] {
        assert!(xml.contains(&part), "{part} is not in {xml}");
    }
    assert!(!xml.contains("w:lang"), "{xml}");
}

#[test]
fn a_partial_with_the_defaults_of_the_template_says_nothing_of_its_own() {
    let text = "<w:p><w:r><w:t>ký</w:t></w:r></w:p>";
    let partials = files(&[("ky.docx", package(text, &[("styles.xml", TIMES)]))]);
    let xml = document(&fill(&package(&body("{{> ky}}"), &[("styles.xml", TIMES)]), &partials));
    assert!(xml.contains(text), "{xml}");
}
