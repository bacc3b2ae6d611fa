//! The parts of a document that hold text, and what people call them.
//!
//! In: a package and its main part. Out: part names with their names in Word's terms. Which header is which is told by
//! the sections (ECMA-376 part 1, 17.10): they refer to it as the one of all, the first, or the even pages.

use std::collections::BTreeMap;

use crate::diagnostic::Text;
use crate::opc::{self, Package};
use crate::text;

/// Kinds of relationships of the main part whose targets hold text, and what they are called.
const STORIES: [(&str, &str, &str); 4] = [
    ("header", "đầu trang", "header"),
    ("footer", "chân trang", "footer"),
    ("footnotes", "chú thích cuối trang", "footnotes"),
    ("endnotes", "chú thích cuối văn bản", "endnotes"),
];

/// The name of the main part's text, which other stories are told apart from.
pub fn body() -> Text {
    text!("thân văn bản", "body")
}

/// Each part that holds text, the main part first, with what people call it.
pub fn stories(package: &Package, main: &str) -> Result<Vec<(String, Text)>, opc::Error> {
    let mut stories = vec![(main.to_owned(), body())];
    let mut references = None;
    for relationship in package.relationships(main)? {
        let story = STORIES.iter().find(|(kind, _, _)| *kind == relationship.kind);
        let Some((kind, vi, en)) = story.filter(|_| !relationship.external) else {
            continue;
        };
        let part = relationship.target;
        if !package.has(&part) || stories.iter().any(|(known, _)| *known == part) {
            continue;
        }
        let name = if matches!(*kind, "header" | "footer") {
            let references = match &mut references {
                Some(references) => references,
                none => none.insert(References::read(&package.text(main)?)?),
            };
            references.name(&relationship.id, vi, en)
        } else {
            Text::new(*vi, *en)
        };
        stories.push((part, name));
    }
    Ok(stories)
}

/// Whether a part holds tracked changes (ECMA-376 part 1, 17.13.5): text put in, taken out or moved, or changed formats.
pub fn has_tracked_changes(source: &str) -> bool {
    source.match_indices('<').any(|(at, _)| {
        let tag = &source[at + 1..];
        let end = tag
            .find(|sign: char| !sign.is_alphanumeric() && sign != ':')
            .unwrap_or(tag.len());
        let name = tag[..end].rsplit(':').next().unwrap_or_default();
        matches!(
            name,
            "ins" | "del" | "moveFrom" | "moveTo" | "cellIns" | "cellDel" | "cellMerge"
        ) || name.ends_with("PrChange")
            || matches!(name, "tblPrExChange" | "tblGridChange" | "numberingChange")
    })
}

/// Which pages a header or footer stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pages {
    All,
    First,
    Even,
}

/// What the sections refer to, by relationship.
#[derive(Debug, Default)]
struct References {
    by_id: BTreeMap<String, Reference>,
    sections: usize,
}

#[derive(Debug)]
struct Reference {
    /// The first section that names it, from 1; those that follow have it too unless they name another.
    section: usize,
    pages: Pages,
    is_header: bool,
}

impl References {
    fn read(source: &str) -> Result<Self, opc::Error> {
        let mut references = Self::default();
        let mut is_former = false;
        opc::for_each_element(source.as_bytes(), |element| match element.local_name().as_ref() {
            // A tracked change of the page layout holds the section's former properties.
            "sectPrChange" => is_former = true,
            "sectPr" if is_former => is_former = false,
            "sectPr" => references.sections += 1,
            name @ ("headerReference" | "footerReference") => {
                let pages = match opc::attribute(element, "type").as_deref() {
                    Some("first") => Pages::First,
                    Some("even") => Pages::Even,
                    _ => Pages::All,
                };
                let id = opc::attribute(element, "id").unwrap_or_default();
                references.by_id.entry(id).or_insert(Reference {
                    section: references.sections,
                    pages,
                    is_header: name == "headerReference",
                });
            }
            _ => {}
        })?;
        Ok(references)
    }

    /// What the header or footer behind a relationship is called; `vi` and `en` say which of the two it is. The section is
    /// named where another section has another one for the same pages.
    fn name(&self, id: &str, vi: &str, en: &str) -> Text {
        let Some(reference) = self.by_id.get(id) else {
            return Text::new(vi, en);
        };
        let Reference { section, pages, .. } = *reference;
        let (vi, en) = match pages {
            Pages::All => (vi.to_owned(), en.to_owned()),
            Pages::First => (format!("{vi} của trang đầu"), format!("first-page {en}")),
            Pages::Even => (format!("{vi} của trang chẵn"), format!("even-page {en}")),
        };
        let is_alike = |other: &&Reference| other.pages == pages && other.is_header == reference.is_header;
        if self.by_id.values().filter(is_alike).take(2).count() < 2 {
            return Text::new(vi, en);
        }
        match pages {
            Pages::All => text!("{vi} của phần {section}", "{en} of section {section}"),
            _ => text!("{vi}, phần {section}", "{en} of section {section}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opc::Points;

    const PARTS: [(&str, &str); 6] = [
        ("header", "h1"),
        ("header", "h2"),
        ("header", "h3"),
        ("footer", "f1"),
        ("footer", "f2"),
        ("footnotes", "notes"),
    ];

    /// Names of the stories of a document whose sections refer to the parts given by their numbers and pages.
    fn names(sections: &[&[(usize, &str)]]) -> Vec<String> {
        let mut package = Package::new();
        let main = "word/document.xml";
        package.set("[Content_Types].xml", *b"<Types/>");
        let mut ids = Vec::new();
        for (kind, name) in PARTS {
            let part = format!("word/{name}.xml");
            package.set(&part, *b"<a/>");
            ids.push(package.relate(main, kind, Points::ToPart(&part)).unwrap());
        }
        let mut body = String::new();
        for section in sections {
            body.push_str("<w:p><w:pPr><w:sectPr>");
            for &(number, pages) in *section {
                let kind = PARTS[number].0;
                body.push_str(&format!(
                    r#"<w:{kind}Reference w:type="{pages}" r:id="{}"/>"#,
                    ids[number]
                ));
            }
            body.push_str("<w:sectPrChange><w:sectPr/></w:sectPrChange></w:sectPr></w:pPr></w:p>");
        }
        package.set(main, format!("<w:document>{body}</w:document>").into_bytes());
        let stories = stories(&package, main).unwrap();
        stories
            .into_iter()
            .map(|(part, name)| {
                format!("{part} {} / {}", name.vi, name.en)
                    .replace("word/", "")
                    .replace(".xml", "")
            })
            .collect()
    }

    #[test]
    fn headers_are_called_by_the_pages_they_stand_on() {
        assert_eq!(
            names(&[&[(0, "default"), (1, "first"), (2, "even"), (3, "default"), (4, "first")]]),
            [
                "document thân văn bản / body",
                "h1 đầu trang / header",
                "h2 đầu trang của trang đầu / first-page header",
                "h3 đầu trang của trang chẵn / even-page header",
                "f1 chân trang / footer",
                "f2 chân trang của trang đầu / first-page footer",
                "notes chú thích cuối trang / footnotes",
            ]
        );
    }

    #[test]
    fn tracked_changes_are_seen_whatever_the_prefix() {
        for (source, expected) in [
            ("<w:p><w:ins w:id=\"1\"><w:r/></w:ins></w:p>", true),
            ("<p><del id=\"1\"/></p>", true),
            ("<w:rPr><w:b/><w:rPrChange w:id=\"1\"/></w:rPr>", true),
            (
                "<w:p><w:instrText>ins</w:instrText><w:delText/><w:t>&lt;ins></w:t></w:p>",
                false,
            ),
            ("<", false),
        ] {
            assert_eq!(has_tracked_changes(source), expected, "{source}");
        }
    }

    #[test]
    fn the_section_is_named_where_another_has_one_for_the_same_pages() {
        let told = names(&[
            &[(0, "default"), (4, "first")],
            &[(0, "default"), (1, "first"), (3, "first")],
            &[(2, "default")],
        ]);
        assert_eq!(
            told[1..],
            [
                "h1 đầu trang của phần 1 / header of section 1",
                "h2 đầu trang của trang đầu / first-page header",
                "h3 đầu trang của phần 3 / header of section 3",
                "f1 chân trang của trang đầu, phần 2 / first-page footer of section 2",
                "f2 chân trang của trang đầu, phần 1 / first-page footer of section 1",
                "notes chú thích cuối trang / footnotes",
            ]
        );
        assert_eq!(
            names(&[&[(0, "default")], &[]])[1],
            "h1 đầu trang / header",
            "a section without one has that before it"
        );
        assert_eq!(names(&[&[], &[]])[1], "h1 đầu trang / header", "no section has it");
    }
}
