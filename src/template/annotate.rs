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
    // Tags that are written alike in one paragraph are told one after the other.
    let mut times: BTreeMap<(&str, usize, &str), usize> = BTreeMap::new();
    let mut marks = Vec::with_capacity(findings.len());
    for finding in findings.iter() {
        let mut mark = Mark {
            part: main.to_owned(),
            range: 0..0,
            lines: lines(finding, lang),
        };
        if let Place::Paragraph { part, index, tag, .. } = &finding.place
            && let Some((name, _)) = stories.iter().find(|(_, story)| story == part)
        {
            if !parts.contains_key(name.as_str()) {
                let source = package.text(name)?;
                let tree = Tree::scan(&source)?;
                parts.insert(name, (source, tree));
            }
            let (source, tree) = &parts[name.as_str()];
            let tag = tag.as_deref().unwrap_or_default();
            let time = times.entry((name, *index, tag)).or_default();
            mark.part.clone_from(name);
            mark.range = position(source, tree, *index, tag, *time);
            *time += 1;
        }
        marks.push(mark);
    }
    comment::annotate_package(package, main, &marks, lang)
}

/// Where a tag stands in a part: the paragraph by its number, and how many times the same tag was met in it before. The
/// paragraph itself when its text has no such tag.
fn position(source: &str, tree: &Tree, paragraph: usize, tag: &str, before: usize) -> Range<usize> {
    let Some(element) = tree.paragraphs.get(paragraph).map(|paragraph| paragraph.element) else {
        return 0..0;
    };
    let text = tree.text(source, paragraph);
    let all = || text.text.match_indices(tag).filter(|_| !tag.is_empty());
    let pieces = all()
        .nth(before)
        .or_else(|| all().next())
        .map(|(at, _)| text.source(at..at + tag.len()))
        .unwrap_or_default();
    match (pieces.first(), pieces.last()) {
        (Some(first), Some(last)) => first.start..last.end,
        _ => tree.elements[element].start..tree.elements[element].open_end,
    }
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
    fn what_is_no_template_comes_back_as_findings_alone() {
        let findings = Template::annotate(*b"no zip", &schema(), &Options::default(), Lang::Vi).unwrap_err();
        assert!(findings.has_errors());
    }
}
