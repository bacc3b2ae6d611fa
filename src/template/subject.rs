//! What a document is about: the whole workbook, one record of a list, or all of its records one after the other.
//!
//! In: the choice, made once when a template is compiled ([`Subject`]) and for each document when it is filled ([`About`]).
//! Out: the names that tags may use, and for records in one document the body as if it stood in an `{{#each}}`, the
//! section at its end included: each record then ends with a section of its own, which `record` puts in place.

use std::ops::Range;

use super::expression::{Fault, Kind, Meant, Scope, Scopes};
use super::part::{Name, Tree};
use super::section::{self, section_properties};
use crate::dataset::Record;
use crate::opc::{self, Package};
use crate::schema::{Layout, Schema};
use crate::text;

/// What a template's documents are about; a sheet is given by its number in the schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subject {
    /// The whole workbook.
    #[default]
    Workbook,
    /// One record of a table or list: its fields are names as they are inside `{{#each}}`.
    Record(usize),
    /// All records, each with the whole body of the template, on pages of its own.
    Records(usize),
}

/// What one document is about.
#[derive(Clone, Copy, Debug, Default)]
pub enum About<'a> {
    /// The whole workbook.
    #[default]
    Workbook,
    /// One of the records that documents are made of.
    Record {
        /// All of them, in this order.
        records: &'a [&'a Record],
        /// Which one, from 0.
        index: usize,
        /// Whether they are items of a list, so that `this` is the text.
        is_text: bool,
    },
    /// Those records, in this order.
    Records(&'a [&'a Record]),
}

impl Subject {
    /// What the names of a text mean.
    pub fn scopes(self, schema: &Schema) -> Scopes<'_> {
        let mut scopes = Scopes::new(schema);
        if let Self::Record(sheet) = self {
            scopes.frames.push(Scope {
                kind: item(schema, sheet),
                this_name: None,
                index_name: None,
                is_loop: true,
            });
        }
        scopes
    }

    /// A fault of a header, footer or note, with what helps there: all records of a document share it.
    pub fn in_shared_part(self, schema: &Schema, fault: Fault) -> Fault {
        let Self::Records(sheet) = self else {
            return fault;
        };
        let id = schema.sheets.get(sheet).map(|sheet| sheet.id.as_str());
        match fault.meant.as_deref() {
            Some(Meant::InLoop(list, column)) if Some(list.as_str()) == id => {
                let hint = text!(
                    "“{column}” khác nhau ở mỗi bản ghi, còn tên tệp, đầu trang, chân trang và chú thích của one_file dùng chung: dùng thẻ ấy trong thân văn bản",
                    "“{column}” differs from record to record, while file name, headers, footers and notes are shared with one_file: use the tag in the body"
                );
                fault.hint(Some(hint))
            }
            _ => fault,
        }
    }
}

/// The kind of a record of a sheet: of a list, its text.
pub fn item(schema: &Schema, sheet: usize) -> Kind {
    match is_list(schema, sheet) {
        true => Kind::Field(sheet, 0),
        false => Kind::Record(sheet),
    }
}

/// Whether a sheet is a list of texts.
pub fn is_list(schema: &Schema, sheet: usize) -> bool {
    let declared = schema.sheets.get(sheet);
    declared.is_some_and(|sheet| sheet.layout == Layout::List)
}

/// The body of a template as it is compiled for records in one document.
pub struct Wrapped {
    /// The part.
    pub source: String,
    /// What was put in place of which ranges of the part before.
    edits: Vec<(Range<usize>, String)>,
}

impl Wrapped {
    /// Where a position of the wrapped part stood before.
    pub fn before(&self, position: usize) -> usize {
        let mut grown = 0;
        for (range, text) in &self.edits {
            let start = range.start + grown;
            if position < start {
                break;
            }
            if position < start + text.len() {
                return range.start;
            }
            grown = grown + text.len() - range.len();
        }
        position.saturating_sub(grown)
    }
}

/// Wraps the body of a main part into a loop over a sheet. `counts_pages` says whether the number of a page is printed: it
/// then starts anew with each record. `None` for a part without a body.
pub fn wrap(source: &str, tree: &Tree, list: &str, counts_pages: bool) -> Option<Wrapped> {
    let body = tree.elements.iter().find(|element| element.name == Name::Body)?;
    if body.open_end == body.end {
        return None;
    }
    let prefix = &tree.prefix;
    let tag = |tag: &str| format!("<{prefix}p><{prefix}r><{prefix}t>{tag}</{prefix}t></{prefix}r></{prefix}p>");
    let opening = tag(&format!("{{{{#each {list} numbering=\"restart\"}}}}"));
    let mut edits = vec![(body.open_end..body.open_end, opening)];
    let sections = section_properties(tree);
    let first = sections.first().map(|(range, _)| range.clone());
    for (range, is_last) in &sections {
        let old = &source[range.clone()];
        let mut new = match is_last {
            // A tracked change of the set-up holds a second one.
            true => section::without_element(old, "sectPrChange"),
            false => old.to_owned(),
        };
        if Some(range) == first.as_ref() {
            new = section::beginning(&new, prefix, counts_pages);
        }
        if new != old {
            edits.push((range.clone(), new));
        }
    }
    let mut closing = tag("{{/each}}");
    if !sections.iter().any(|(_, is_last)| *is_last) {
        let plain = format!("<{prefix}sectPr/>");
        let plain = match first {
            None => section::beginning(&plain, prefix, counts_pages),
            Some(_) => plain,
        };
        closing.insert_str(0, &plain);
    }
    edits.push((body.close_start..body.close_start, closing));
    let mut out = String::with_capacity(source.len() + 512);
    let mut from = 0;
    for (range, text) in &edits {
        out.push_str(&source[from..range.start]);
        out.push_str(text);
        from = range.end;
    }
    out.push_str(&source[from..]);
    Some(Wrapped { source: out, edits })
}

/// Whether the document prints the number of a page: a field PAGE in one of the parts.
pub fn prints_page_numbers(package: &Package, parts: &[String]) -> Result<bool, opc::Error> {
    for part in parts {
        if words(&package.text(part)?, "PAGE").next().is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The count of all pages, where it is a field of a header or footer, becomes that of the section's: the pages of other
/// records are none of this one. Only where each record is one section.
pub fn count_pages_by_section(package: &mut Package, parts: &[String]) -> Result<(), opc::Error> {
    for part in parts {
        let source = package.text(part)?;
        let places: Vec<usize> = words(&source, "NUMPAGES").collect();
        if places.is_empty() {
            continue;
        }
        let mut out = source.clone();
        for &at in places.iter().rev() {
            out.replace_range(at..at + "NUMPAGES".len(), "SECTIONPAGES");
        }
        package.set(part, out.into_bytes());
    }
    Ok(())
}

/// Where a word stands by itself that is the name of a field in a code.
fn words<'s>(source: &'s str, word: &'s str) -> impl Iterator<Item = usize> + 's {
    let code = |at: usize| {
        let before = source[..at].trim_end();
        before.ends_with("instrText>") || before.ends_with("preserve\">") || before.ends_with("instr=\"")
    };
    source.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let after = source[at + word.len()..].chars().next();
        after.is_none_or(|next| !next.is_alphanumeric()) && code(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Dataset;
    use crate::diagnostic::{Diagnostics, Lang};
    use crate::opc::Limits;
    use crate::template::tests::{body, dataset, docx, schema, shown};
    use crate::template::{Found, Options, Template, TextTemplate, Wish};

    /// The sheets of awards and of recipients.
    const AWARDS: usize = 1;
    const RECIPIENTS: usize = 3;

    fn compiled(body: &str, subject: Subject) -> Result<(Template, Diagnostics), Diagnostics> {
        let options = Options {
            subject,
            ..Options::default()
        };
        Template::compile(docx(body), &schema(), &options)
    }

    fn complaints(source: &str, subject: Subject) -> String {
        compiled(&body(source), subject).map_or_else(|faults| faults.print(Lang::Vi), |_| String::new())
    }

    fn filled(body: &str, subject: Subject, dataset: &Dataset, about: About<'_>) -> String {
        let (template, _) = compiled(body, subject).unwrap_or_else(|faults| panic!("{}", faults.print(Lang::Vi)));
        let bytes = template.fill_about(dataset, about, &Wish::default(), &mut Found::default());
        let package = Package::read(bytes.unwrap(), &Limits::default()).unwrap();
        package.text("word/document.xml").unwrap()
    }

    /// The documents of some records, one below the other.
    fn each(source: &str, sheet: usize) -> String {
        let dataset = dataset();
        let records: Vec<&Record> = dataset.sheets[sheet].records.iter().collect();
        let is_text = is_list(&schema(), sheet);
        let one = |index| {
            let about = About::Record {
                records: &records,
                index,
                is_text,
            };
            shown(&filled(&body(source), Subject::Record(sheet), &dataset, about))
                .trim()
                .to_owned()
        };
        (0..records.len()).map(one).collect::<Vec<_>>().join("\n")
    }

    fn all(body: &str, sheet: usize) -> String {
        let dataset = dataset();
        let records: Vec<&Record> = dataset.sheets[sheet].records.iter().collect();
        filled(body, Subject::Records(sheet), &dataset, About::Records(&records))
    }

    #[test]
    fn the_fields_of_a_record_are_names_and_all_sheets_stay() {
        assert_eq!(
            each(
                "{{@number}}/{{@length}}{{#if @first}} đầu{{/if}}{{#if @last}} cuối{{/if}}: {{cap}} {{so_luong}}, {{thong_tin.ten_xa}}, {{count khen}}",
                AWARDS
            ),
            "1/3 đầu: Tỉnh 03, Tân Hoà, 03\n2/3: Xã 12, Tân Hoà, 03\n3/3 cuối: Tỉnh 05, Tân Hoà, 03"
        );
        assert_eq!(
            each("{{this}} ({{../thong_tin.nam}})", RECIPIENTS),
            "UBND tỉnh (2026)\nLưu: VT (2026)"
        );
    }

    #[test]
    fn names_are_checked_in_the_scope_of_the_record() {
        for (source, expected) in [
            (
                "{{cap}} {{capp}}",
                "không có “capp” trong một bản ghi của trang «Khen thưởng»",
            ),
            ("{{cap}} {{so_luog}}", "có phải {{so_luong}}?"),
            ("{{cap}} {{thong_tinn.nam}}", "có phải {{thong_tin.nam}}?"),
            ("{{#each khen}}{{cap}}", "khối #each chưa đóng"),
            ("{{cap}}{{/each}}", "thẻ đóng {{/each}} không có thẻ mở"),
        ] {
            for subject in [Subject::Record(AWARDS), Subject::Records(AWARDS)] {
                let found = complaints(source, subject);
                assert!(found.contains(expected), "{source}: {found}");
                assert!(!found.contains("numbering"), "what nobody wrote is not told: {found}");
            }
        }
        assert!(complaints("{{cap}}", Subject::Workbook).contains("chỉ có giá trị trong vòng lặp"));
    }

    #[test]
    fn controls_and_merge_fields_name_the_fields_of_a_record_too() {
        let control = |tag: &str, id: u32| {
            format!(
                "<w:p><w:sdt><w:sdtPr><w:tag w:val=\"{tag}\"/><w:id w:val=\"{id}\"/></w:sdtPr><w:sdtContent><w:r><w:t>x</w:t></w:r></w:sdtContent></w:sdt></w:p>"
            )
        };
        let field = "<w:p><w:fldSimple w:instr=\" MERGEFIELD Số_lượng \"><w:r><w:t>y</w:t></w:r></w:fldSimple></w:p>";
        let source = format!("{}{field}{}", control("cap", 70), control("thong_tin.nam", 71));
        let dataset = dataset();
        let records: Vec<&Record> = dataset.sheets[AWARDS].records.iter().collect();
        let about = About::Record {
            records: &records,
            index: 1,
            is_text: false,
        };
        let xml = filled(&source, Subject::Record(AWARDS), &dataset, about);
        assert_eq!(shown(&xml).trim(), "Xã\n12\n2026");
        let xml = all(&source, AWARDS);
        assert_eq!(shown(&xml).trim(), "Tỉnh\n03\n2026\nXã\n12\n2026\nTỉnh\n05\n2026");
        let ids: std::collections::BTreeSet<&str> = xml
            .split("<w:id w:val=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(ids.len(), 6, "{xml}");
    }

    #[test]
    fn a_file_name_has_the_fields_of_its_record() {
        let (dataset, schema) = (dataset(), schema());
        let records: Vec<&Record> = dataset.sheets[AWARDS].records.iter().collect();
        let name = TextTemplate::compile_about("{{pad @number width=3}} {{cap}}", &schema, Subject::Record(AWARDS));
        let about = About::Record {
            records: &records,
            index: 1,
            is_text: false,
        };
        assert_eq!(name.unwrap().fill(&dataset, about), "002 Xã");
        let of_all = TextTemplate::compile_about("{{cap}}", &schema, Subject::Records(AWARDS));
        assert!(of_all.unwrap_err().print(Lang::Vi).contains("dùng chung"));
    }

    #[test]
    fn records_in_one_document_each_end_a_section() {
        let xml = all("<w:p><w:r><w:t>{{@number}} {{cap}}</w:t></w:r></w:p>", AWARDS);
        let section = "<w:p><w:pPr><w:sectPr/></w:pPr>";
        assert_eq!(xml.matches(section).count(), 2, "{xml}");
        assert!(
            xml.ends_with("3 Tỉnh</w:t></w:r></w:p><w:sectPr/></w:body></w:document>"),
            "{xml}"
        );
        assert_eq!(shown(&xml).trim(), "1 Tỉnh\n2 Xã\n3 Tỉnh");
        // What nothing follows but a table gets a low paragraph, as the template has one there.
        let xml = all(&body("[{{cap}}] [{{so_luong}}]"), AWARDS);
        assert_eq!(xml.matches("w:lineRule=\"exact\"/><w:sectPr/>").count(), 2, "{xml}");
    }

    #[test]
    fn what_goes_at_the_end_of_a_record_takes_no_section_with_it() {
        let xml = all(&body("{{cap}}\n{{#if ty_le}}\nđạt {{ty_le}}\n{{/if}}"), AWARDS);
        assert_eq!(shown(&xml).trim(), "Tỉnh\nđạt 130,7%\nXã\nđạt 100%\nTỉnh");
        assert_eq!(xml.matches("<w:sectPr/>").count(), 3, "{xml}");
    }

    #[test]
    fn sections_of_the_template_are_there_for_each_record_and_an_annex_may_go() {
        let section = |x: &str| format!("<w:p><w:pPr><w:sectPr><w:pgSz w:w=\"{x}\"/></w:sectPr></w:pPr></w:p>");
        let template = format!(
            "{}{}{}",
            body("{{cap}}"),
            section("1"),
            body("{{#if ty_le}}\nphụ lục\n{{/if}}")
        );
        let xml = all(&template, AWARDS);
        assert_eq!(
            shown(&xml).replace('\n', " ").trim(),
            "Tỉnh  phụ lục Xã  phụ lục Tỉnh",
            "{xml}"
        );
        // Two records with two sections, and one with the first alone at the end of the body.
        assert_eq!(xml.matches("<w:pgSz w:w=\"1\"/>").count(), 3, "{xml}");
        assert!(
            xml.ends_with("<w:sectPr><w:pgSz w:w=\"1\"/></w:sectPr></w:body></w:document>"),
            "{xml}"
        );
    }

    #[test]
    fn ids_differ_and_lists_start_anew() {
        let xml = all(
            "<w:p><w:bookmarkStart w:id=\"1\" w:name=\"a\"/><w:r><w:t>{{cap}}</w:t></w:r><w:bookmarkEnd w:id=\"1\"/></w:p>",
            AWARDS,
        );
        let ids: std::collections::BTreeSet<&str> = xml
            .split("bookmarkStart w:id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(ids.len(), 3, "{xml}");
    }

    #[test]
    fn pages_count_anew_where_they_are_counted() {
        let page = "<w:p><w:r><w:t>{{cap}}</w:t></w:r><w:fldSimple w:instr=\" PAGE \"><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>";
        let xml = all(page, AWARDS);
        assert_eq!(
            xml.matches("<w:sectPr><w:pgNumType w:start=\"1\"/></w:sectPr>").count(),
            3,
            "{xml}"
        );
    }

    #[test]
    fn pages_of_other_records_are_not_counted() {
        let footer = "<w:ftr><w:p><w:fldSimple w:instr=\" NUMPAGES \"/><w:r><w:t>NUMPAGES</w:t></w:r></w:p></w:ftr>";
        let mut package = Package::new();
        package.set("word/footer1.xml", footer.as_bytes().to_vec());
        count_pages_by_section(&mut package, &["word/footer1.xml".to_owned()]).unwrap();
        assert_eq!(
            package.text("word/footer1.xml").unwrap(),
            footer.replace(" NUMPAGES ", " SECTIONPAGES ")
        );
    }

    #[test]
    fn a_place_in_a_wrapped_part_is_that_in_the_template() {
        let source = docx(&body("{{cap}}\n{{capp}}"));
        let options = Options {
            subject: Subject::Records(AWARDS),
            ..Options::default()
        };
        let (copy, findings) = Template::annotate(source, &schema(), &options, Lang::Vi).unwrap();
        assert_eq!(findings.len(), 1);
        let copy = Package::read(copy, &Limits::default())
            .unwrap()
            .text("word/document.xml")
            .unwrap();
        let start = crate::template::comment::range_start("w:", 0);
        let at = copy.find(&start).unwrap_or_else(|| panic!("{copy}")) + start.len();
        assert!(
            copy[at..].contains("{{capp}}") && !copy[at..].contains("{{cap}}"),
            "{copy}"
        );
        assert!(!copy.contains("numbering"), "the copy is one of the template: {copy}");
    }

    #[test]
    fn a_template_without_tags_is_told_whatever_it_is_about() {
        for subject in [Subject::Record(AWARDS), Subject::Records(AWARDS)] {
            let (_, warnings) = compiled(&body("như nhau"), subject).unwrap();
            assert!(warnings.print(Lang::Vi).contains("mau/khong-co-the"), "{subject:?}");
        }
    }
}
