//! A copy of a template with its findings as Word comments, so that an author sees each mistake where it was made.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::comment::{self, Mark};
use super::part::Tree;
use super::{Options, Template, main_part, story};
use crate::diagnostic::{Diagnostic, Diagnostics, Lang, Place};
use crate::opc::{self, Limits, Package};
use crate::schema::Schema;

impl Template {
    /// A copy of a template with a comment for each finding at its place, and the findings: errors and warnings of
    /// [`Template::compile`]. A template that can't be read at all comes back as findings alone.
    pub fn annotate(
        docx: impl Into<Arc<[u8]>>,
        schema: &Schema,
        options: &Options<'_>,
        lang: Lang,
    ) -> Result<(Vec<u8>, Diagnostics), Diagnostics> {
        let docx = docx.into();
        let findings = match Self::compile(docx.clone(), schema, options) {
            Ok((_, warnings)) => warnings,
            Err(faults) => faults,
        };
        let Ok(mut package) = Package::read(docx, &Limits::default()) else {
            return Err(findings);
        };
        let main = main_part(&mut package)?;
        match copy(package, &main, &findings, lang) {
            Ok(copy) => Ok((copy, findings)),
            Err(_) if findings.has_errors() => Err(findings),
            Err(error) => Err(Diagnostics::from_iter([Diagnostic::error(
                "mau/khong-doc-duoc",
                Place::File,
                error.text(),
            )])),
        }
    }
}

fn copy(package: Package, main: &str, findings: &Diagnostics, lang: Lang) -> Result<Vec<u8>, opc::Error> {
    let stories = story::stories(&package, main)?;
    let mut parts: BTreeMap<&str, (String, Tree)> = BTreeMap::new();
    let mut marks = Vec::with_capacity(findings.len());
    for finding in findings.iter() {
        let mut mark = Mark {
            part: main.to_owned(),
            range: 0..0,
            lines: lines(finding, lang),
        };
        if let Place::Paragraph {
            part,
            position: start,
            tag,
            ..
        } = &finding.place
            && let Some((name, _)) = stories.iter().find(|(_, story)| story == part)
        {
            if !parts.contains_key(name.as_str()) {
                let source = package.text(name)?;
                let tree = Tree::scan(&source)?;
                parts.insert(name, (source, tree));
            }
            let (source, tree) = &parts[name.as_str()];
            let tag = tag.as_deref().unwrap_or_default();
            mark.part.clone_from(name);
            mark.range = range(source, tree, *start, tag);
        }
        marks.push(mark);
    }
    comment::annotate_package(package, main, &marks, lang)
}

/// The range of a tag that begins at a position of a part; an empty one where no such tag is typed: a field, a control.
fn range(source: &str, tree: &Tree, start: usize, tag: &str) -> Range<usize> {
    let begins = |field: &&super::part::Field| {
        let begin = &tree.elements[field.begin];
        begin.start == start || tree.elements[begin.parent].start == start
    };
    // A field is one thing: its code must not be parted.
    if let Some(field) = tree.fields.iter().find(begins) {
        return start..tree.elements[field.end].start.max(start);
    }
    let element = tree.elements.partition_point(|element| element.start <= start);
    let text = tree.text(source, tree.paragraph_around(element.saturating_sub(1)));
    let mut places = text.text.match_indices(tag).filter(|_| !tag.is_empty());
    let end = places.find_map(|(at, _)| {
        let pieces = text.source(at..at + tag.len());
        let begins = pieces.first().is_some_and(|first| first.start == start);
        pieces.last().filter(|_| begins).map(|last| last.end)
    });
    start..end.unwrap_or(start)
}

/// What a comment says of a finding: what the terminal says, without the place.
fn lines(finding: &Diagnostic, lang: Lang) -> Vec<String> {
    let printed = finding.print(lang);
    let lines = printed.lines().filter(|line| !line.starts_with("  --> "));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::tests::{body, docx, schema};

    fn annotated(source: &str) -> (String, String, Diagnostics) {
        let (bytes, findings) =
            Template::annotate(docx(&body(source)), &schema(), &Options::default(), Lang::Vi).unwrap();
        let copy = Package::read(bytes, &Limits::default()).unwrap();
        let body = copy.text("word/document.xml").unwrap();
        (body, copy.text("word/comments.xml").unwrap(), findings)
    }

    #[test]
    fn each_mistake_is_a_comment_around_its_tag() {
        let (body, comments, findings) = annotated("Xã {{thong_tin.ten_xa}}¦{{thong¦_tin.namm}}\n[a] [b {{#if khen}}]");
        assert_eq!(findings.len(), 2);
        let first = comment::range_start("w:", 0);
        let at = body.find(&first).unwrap() + first.len();
        assert!(
            body[at..].starts_with("<w:r><w:rPr><w:b/></w:rPr><w:t>{{thong</w:t>"),
            "{body}"
        );
        assert!(
            body.contains(&format!("_tin.namm}}}}</w:t></w:r>{}", comment::range_end("w:", 0))),
            "{body}"
        );
        assert!(
            body.contains(&format!("<w:tc><w:p>{}", comment::range_start("w:", 1))),
            "{body}"
        );
        for line in [
            "lỗi[mau/truong-la]: không có “namm” trong một bản ghi của trang «Thông tin chung»",
            "gợi ý: có phải {{thong_tin.nam}}?",
            "lỗi[mau/khoi-chua-dong]: khối #if chưa đóng",
        ] {
            assert!(comments.contains(&format!(">{line}</w:t>")), "{line}: {comments}");
        }
    }

    #[test]
    fn the_same_mistake_twice_in_a_paragraph_has_two_places() {
        let (body, _, _) = annotated("{{namm}}¦ và ¦{{namm}}");
        let at = |id| body.find(&comment::range_start("w:", id)).unwrap();
        assert!(at(0) < at(1) && body[at(0)..at(1)].contains("và"), "{body}");
    }

    #[test]
    fn a_mistake_after_a_table_that_was_put_in_has_its_place() {
        let (body, _, _) = annotated("một\n{{table khen}}\nhai\nXã {{thong_tin.ten_xax}}¦ba");
        let at = |what: &str| body.find(what).unwrap_or_else(|| panic!("{what}: {body}"));
        assert!(at("hai") < at(&comment::range_start("w:", 0)) && at(&comment::range_end("w:", 0)) < at("ba<"));
        assert_eq!(
            body.matches("{{table khen}}").count(),
            1,
            "the copy is one of the template: {body}"
        );
    }

    #[test]
    fn what_is_no_template_comes_back_as_findings_alone() {
        let findings = Template::annotate(*b"no zip", &schema(), &Options::default(), Lang::Vi).unwrap_err();
        assert!(findings.has_errors());
    }
}
