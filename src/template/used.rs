//! Which fields of a schema the templates of a pack use, so that a field nobody prints can be told to the pack's author.

use std::collections::BTreeSet;

use super::expression::{Kind, Scope, Scopes};
use super::part::Tree;
use super::tag::{self, Says, Tag};
use crate::schema::Schema;

/// Fields of a schema that are used, by the numbers of sheet and field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used {
    fields: BTreeSet<(usize, usize)>,
}

impl Used {
    /// Adds a field.
    pub fn add(&mut self, sheet: usize, field: usize) {
        self.fields.insert((sheet, field));
    }

    /// Adds all that another has.
    pub fn extend(&mut self, other: Self) {
        self.fields.extend(other.fields);
    }

    /// Whether a field is used.
    pub fn has(&self, sheet: usize, field: usize) -> bool {
        self.fields.contains(&(sheet, field))
    }
}

/// What the tags of a part use that compiles.
pub fn in_part(source: &str, tree: &Tree, schema: &Schema) -> Used {
    let mut known = tag::Known::new();
    let mut tags: Vec<(usize, Tag)> = Vec::new();
    for paragraph in 0..tree.paragraphs.len() {
        if !tree.may_hold_tags(source, paragraph) {
            continue;
        }
        let text = tree.text(source, paragraph);
        for tag in tag::find(&text.text, &mut known).0 {
            let start = text.source(tag.start..tag.range.end).first().map(|range| range.start);
            tags.extend(start.map(|start| (start, tag)));
        }
    }
    // A paragraph inside a text box starts within the paragraph that holds the box; tags go by position.
    tags.sort_by_key(|(start, _)| *start);
    in_tags(tags.iter().map(|(_, tag)| tag), schema)
}

/// What the tags of a line use that compiles.
pub fn in_line(source: &str, schema: &Schema) -> Used {
    in_tags(tag::find(source, &mut tag::Known::new()).0.iter(), schema)
}

fn in_tags<'t>(tags: impl Iterator<Item = &'t Tag>, schema: &Schema) -> Used {
    let mut scopes = Scopes::new(schema);
    // For each open block how many scopes stood before it.
    let mut open = Vec::new();
    for tag in tags {
        match &tag.says {
            Says::Print(head) => {
                // All faults were told when the template was compiled.
                let _ = scopes.parameter(head);
            }
            Says::Open(name, head) => {
                open.push(scopes.frames.len());
                enter(&mut scopes, name, head);
            }
            Says::Else(head) => {
                scopes.frames.truncate(open.last().copied().unwrap_or(1));
                if let Some((name, head)) = head {
                    enter(&mut scopes, name, head);
                }
            }
            Says::Close(_) => scopes.frames.truncate(open.pop().unwrap_or(1)),
            Says::Nothing => {}
        }
    }
    scopes.used()
}

fn enter(scopes: &mut Scopes<'_>, name: &str, head: &handlebars::template::HelperTemplate) {
    use handlebars::template::BlockParam;
    let mut value = Kind::Null;
    for parameter in &head.params {
        value = scopes.parameter(parameter).map_or(Kind::Null, |(_, kind)| kind);
    }
    let kind = match name {
        "each" => value.item().unwrap_or(Kind::Null),
        "with" => value,
        _ => return,
    };
    let (this_name, index_name) = match &head.block_param {
        Some(BlockParam::Single(this)) => (this.as_name(), None),
        Some(BlockParam::Pair((this, index))) => (this.as_name(), index.as_name()),
        _ => (None, None),
    };
    scopes.frames.push(Scope {
        kind,
        this_name: this_name.map(str::to_owned),
        index_name: index_name.map(str::to_owned),
        is_loop: name == "each",
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::tests::schema;

    /// Names of the fields that a line uses.
    fn used(line: &str) -> String {
        let schema = schema();
        let used = in_line(line, &schema);
        let mut names = Vec::new();
        for (number, sheet) in schema.sheets.iter().enumerate() {
            let fields = sheet.fields.iter().enumerate();
            let own = fields.filter(|(field, _)| used.has(number, *field));
            names.extend(own.map(|(_, field)| format!("{}.{}", sheet.id, field.id)));
        }
        names.join(" ")
    }

    #[test]
    fn fields_are_used_by_paths_columns_conditions_and_names_of_blocks() {
        for (line, expected) in [
            ("{{thong_tin.ten_xa}}", "thong_tin.ten_xa"),
            ("{{#with thong_tin}}{{nam}}{{/with}}", "thong_tin.nam"),
            (
                "{{#if thong_tin.huyen}}a{{else if thong_tin.nam}}b{{/if}}",
                "thong_tin.nam thong_tin.huyen",
            ),
            ("{{#each khen}}{{@number}}{{/each}}", ""),
            ("{{#each khen as |k|}}{{k.cap}}{{/each}}", "khen.cap"),
            (
                "{{#each khen}}{{#if ty_le}}x{{/if}}{{else}}{{thong_tin.nam}}{{/each}}",
                "thong_tin.nam khen.ty_le",
            ),
            ("{{sum khen \"so_luong\"}}", "khen.so_luong"),
            (
                "{{join (where khen \"cap\" \"Tỉnh\") \"so_luong\"}}",
                "khen.cap khen.so_luong",
            ),
            (
                "{{#each (group khen \"cap\")}}{{sum items \"so_luong\"}}{{/each}}",
                "khen.cap khen.so_luong",
            ),
            ("{{chi_tieu.trong_rung.thuc_hien}}", "chi_tieu.ma chi_tieu.thuc_hien"),
            ("{{#each noi_nhan}}{{this}}{{/each}}", "noi_nhan.ten"),
            ("{{noi_nhan.0}}", "noi_nhan.ten"),
            ("{{join noi_nhan separator=\", \"}}", "noi_nhan.ten"),
            ("{{khen.length}} {{! thong_tin.nam }}", ""),
        ] {
            assert_eq!(used(line), expected, "{line}");
        }
    }

    #[test]
    fn a_sheet_that_is_printed_whole_uses_all_its_columns() {
        let schema = schema();
        let scopes = Scopes::new(&schema);
        scopes.use_sheet(1);
        let used = scopes.used();
        assert!((0..3).all(|field| used.has(1, field)) && !used.has(0, 0) && !used.has(1, 3));
    }
}
