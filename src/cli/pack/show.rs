//! `pack show`: every tag that a pack's Word template may use, with its type and an example of how it prints; or the
//! pack's data dictionary.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::{Value, json};

use crate::cli::output::{self, Target};
use crate::cli::report::{Report, Stop};
use crate::cli::usage::nothing_asked;
use crate::cli::{Session, packs};
use crate::diagnostic::{Lang, Text};
use crate::pack::dictionary::{self, example, rows, tag};
use crate::pack::{Pack, Selection};
use crate::schema::{Derive, Field, Layout, Sheet};
use crate::script::{SCRIPT, Script};
use crate::template::TextTemplate;
use crate::template::helper::{Foreign, HELPERS, Helper};

/// Runs the command.
pub(in crate::cli) fn run(session: &Session, matches: &ArgMatches) -> Result<Report, Stop> {
    let name: &PathBuf = matches
        .get_one("pack-name")
        .ok_or_else(|| Stop::fault(nothing_asked()))?;
    if matches.get_flag("markdown") {
        return dictionary(session, name, matches);
    }
    let pack = packs::named(session, name)?;
    let mut report = Report::new("pack show").with_text(page(&pack, session.lang));
    report.add(packs::passed_over(name, &pack.origin).into_iter().collect());
    let outputs = pack.outputs.iter().map(|output| {
        json!({
            "id": output.id,
            "label": output.label,
            "template": output.template,
            "file_name": output.file_name,
            "for_each": output.for_each,
            "where": output.filter,
            "sort": output.sort,
            "one_file": output.one_file,
        })
    });
    report.json.insert(
        "pack".into(),
        json!({
            "id": pack.id,
            "version": pack.version,
            "name": pack.name,
            "description": pack.description,
            "origin": pack.origin.text().get(session.lang),
            "outputs": outputs.collect::<Vec<_>>(),
        }),
    );
    let sheets: Vec<Value> = pack
        .schema
        .sheets
        .iter()
        .map(|sheet| sheet_json(sheet, session.lang))
        .collect();
    report.json.insert("sheets".into(), json!(sheets));
    let helpers = HELPERS.iter().map(|helper| {
        let doc = match session.lang {
            Lang::Vi => helper.vi,
            Lang::En => helper.en,
        };
        let usage = helper.usage();
        json!({ "name": helper.name, "usage": usage.get(session.lang), "doc": doc, "example": example_in(&pack, helper), "prints": helper.example.1 })
    });
    report.json.insert("helpers".into(), json!(helpers.collect::<Vec<_>>()));
    let own = own_helpers(&pack).iter().map(
        |helper| json!({ "name": helper.name, "parameters": helper.parameters, "usage": helper.usage(), "doc": helper.doc }),
    );
    report
        .json
        .insert("script_helpers".into(), json!(own.collect::<Vec<_>>()));
    Ok(report)
}

/// The helpers of the pack's script.
fn own_helpers(pack: &Pack) -> &[Foreign] {
    pack.script.as_ref().map_or(&[], Script::helpers)
}

/// The data dictionary, to standard output or into a file.
fn dictionary(session: &Session, name: &Path, matches: &ArgMatches) -> Result<Report, Stop> {
    let target = matches
        .get_one::<PathBuf>("output")
        .map(|path| Target::parse(path, "md"))
        .transpose()?;
    let pack = packs::named(session, name)?;
    let page = dictionary::markdown(&pack, session.lang);
    let mut report = Report::new("pack show");
    report.add(packs::passed_over(name, &pack.origin).into_iter().collect());
    report.json.insert(
        "pack".into(),
        json!({ "id": pack.id, "version": pack.version, "origin": pack.origin.text().get(session.lang) }),
    );
    let target = match target {
        None => {
            report.json.insert("markdown".into(), json!(page));
            return Ok(report.with_text(page));
        }
        Some(Target::File(file)) => file,
        Some(Target::Folder(folder)) => folder.join(format!("{}.md", pack.id)),
    };
    let path = output::stage(&target, page.as_bytes(), matches.get_flag("force"))?.put()?;
    report.json.insert("path".into(), json!(path.display().to_string()));
    report.summary = Some(Text::new(
        "Đã ghi từ điển dữ liệu của gói",
        "Wrote the pack's data dictionary",
    ));
    Ok(report.with_text(format!("{}\n", path.display())))
}

fn type_words(field: &Field, lang: Lang) -> String {
    field.ty.info().label().get(lang).to_owned()
}

fn sheet_json(sheet: &Sheet, lang: Lang) -> Value {
    let fields = sheet.fields.iter().map(|field| {
        json!({
            "id": field.id,
            "label": field.label,
            "unit": field.unit,
            "type": field.ty.info().name,
            "required": field.required,
            "derive": field.derive.map(Derive::name),
            "value": field.value,
            "tag": tag(sheet, field, lang),
            "prints": example(field),
        })
    });
    let layout = match sheet.layout {
        Layout::Form => "form",
        Layout::Table => "table",
        Layout::List => "list",
    };
    json!({
        "id": sheet.id,
        "name": sheet.name,
        "layout": layout,
        "key": sheet.key,
        "fields": fields.collect::<Vec<_>>(),
        "rows": rows(sheet).into_iter().map(|(key, name)| json!({ "key": key, "name": name })).collect::<Vec<_>>(),
    })
}

fn page(pack: &Pack, lang: Lang) -> String {
    let t = |vi, en| match lang {
        Lang::Vi => vi,
        Lang::En => en,
    };
    let mut out = format!(
        "{}\n{} {}, {}\n",
        pack.name,
        pack.id,
        pack.version,
        pack.origin.text().get(lang)
    );
    if !pack.description.is_empty() {
        let _ = writeln!(out, "{}", pack.description);
    }
    let _ = writeln!(out, "\n{}", t("Văn bản", "Documents"));
    let outputs = pack.outputs.iter().map(|output| {
        let made = Selection::of(output, &pack.schema).ok();
        let made = made.and_then(|selection| selection.text(&pack.schema));
        vec![
            output.id.clone(),
            output.label.clone(),
            output.template.clone(),
            format!("{}.docx", output.file_name),
            made.map_or_else(String::new, |made| made.get(lang).to_owned()),
        ]
    });
    table(&mut out, outputs.collect());
    for output in pack.outputs.iter().filter(|output| output.for_each.is_some()) {
        let (label, list) = (&output.label, output.for_each.as_deref().unwrap_or_default());
        let _ = writeln!(
            out,
            "  {}",
            match lang {
                Lang::Vi => format!(
                    "Trong mẫu «{label}», các cột của {list} gọi thẳng như trong {{{{#each {list}}}}}; có {{{{@number}}}}, {{{{@length}}}}."
                ),
                Lang::En => format!(
                    "In the template of «{label}» the columns of {list} are names as in {{{{#each {list}}}}}; there are {{{{@number}}}}, {{{{@length}}}}."
                ),
            }
        );
    }
    for sheet in &pack.schema.sheets {
        let _ = writeln!(out, "\n{} «{}»", t("Trang tính", "Sheet"), sheet.name);
        let id = &sheet.id;
        if sheet.has_rows() {
            let _ = writeln!(
                out,
                "  {{{{#each {id}}}}} … {{{{/each}}}}  {}",
                t(
                    "lặp lại phần ở giữa cho từng dòng; bên trong:",
                    "repeats what is between for each row; inside:"
                )
            );
        }
        let inner = |field: &Field| match sheet.layout {
            Layout::Table => format!("{{{{{}}}}}", field.id),
            _ => tag(sheet, field, lang),
        };
        let lines = sheet.fields.iter().map(|field| {
            let unit = field.unit.as_ref().map(|unit| format!(" ({unit})")).unwrap_or_default();
            vec![
                inner(field),
                type_words(field, lang),
                cut(&example(field)),
                match (field.derive, &field.value) {
                    (Some(_), _) => format!("{} {}", field.label, t("(chương trình tự tính)", "(computed)")),
                    (None, Some(formula)) => {
                        let computed = t("để trống thì tự tính:", "computed where blank:");
                        format!("{}{unit} ({computed} {formula})", field.label)
                    }
                    (None, None) => format!("{}{unit}", field.label),
                },
            ]
        });
        table(&mut out, lines.collect());
        let rows = rows(sheet);
        if let Some((key, _)) = rows.first() {
            let field = sheet.fields.iter().find(|field| Some(&field.id) != sheet.key.as_ref());
            let field = field.map(|field| field.id.as_str()).unwrap_or_default();
            let _ = writeln!(
                out,
                "  {} {{{{{id}.{key}.{field}}}}}; {}",
                t("Gọi thẳng một dòng:", "One row by its key:"),
                t("các khoá:", "the keys:")
            );
            table(&mut out, rows.into_iter().map(|(key, name)| vec![key, name]).collect());
        }
    }
    let _ = writeln!(out, "\n{}", t("Hàm dùng được trong thẻ", "Helpers for tags"));
    let helpers = HELPERS.iter().map(|helper| {
        vec![
            helper.usage().get(lang).to_owned(),
            t(helper.vi, helper.en).to_owned(),
            match (example_in(pack, helper), helper.example.1) {
                (example, "") => example.unwrap_or_default().to_owned(),
                (Some(example), prints) => format!("{example} → {prints}"),
                (None, prints) => format!("→ {prints}"),
            },
        ]
    });
    table(&mut out, helpers.collect());
    let own = own_helpers(pack);
    if !own.is_empty() {
        let _ = writeln!(out, "\n{} {SCRIPT}", t("Hàm của gói, trong", "Helpers of the pack, in"));
        let lines = own.iter().map(|helper| vec![helper.usage(), helper.doc.clone()]);
        table(&mut out, lines.collect());
    }
    let _ = writeln!(out, "\n{}", t("Ngoài thẻ còn có", "Besides tags there are"));
    let others = OTHERS.map(|(written, vi, en)| vec![written.to_owned(), t(vi, en).to_owned()]);
    table(&mut out, others.into());
    let _ = writeln!(
        out,
        "  {}",
        t(
            "Cách dùng: xem hướng dẫn viết mẫu templates/README.md",
            "How to use them: see the guide to templates, templates/README.md"
        )
    );
    out
}

/// What a template may hold besides the tags of fields and helpers: how it is written, Vietnamese, English.
const OTHERS: [(&str, &str, &str); 7] = [
    (
        "Tag",
        "điều khiển nội dung, ở Nhà phát triển (Developer) > Điều khiển (Controls), có Tag là tên trường",
        "a content control (Developer > Controls) whose Tag is the name of a field",
    ),
    (
        "MERGEFIELD",
        "trường trộn thư của Word có tên trường",
        "a merge field of Word with the name of a field",
    ),
    (
        "{{#each … over=\"row\"}}",
        "khối lấy gì: \"text\", \"paragraph\", \"row\", \"rows\", \"column\"",
        "what a block takes: \"text\", \"paragraph\", \"row\", \"rows\", \"column\"",
    ),
    (
        "{{#each … numbering=\"restart\"}}",
        "danh sách đánh số lại từ đầu; \"continue\": đánh số tiếp",
        "a numbered list starts anew; \"continue\": it goes on",
    ),
    (
        "{{else}}",
        "phần thay thế khi khối không có gì",
        "what stands there when a block has nothing",
    ),
    (
        "{{> khoi_ky}}",
        "mẫu con: tệp khoi_ky.docx trong gói, đứng một mình trong đoạn",
        "a partial: the file khoi_ky.docx of the pack, alone in its paragraph",
    ),
    (
        "{{{{raw}}}} … {{{{/raw}}}}",
        "phần giữ nguyên, không đọc thẻ",
        "text in which tags are not read",
    ),
];

/// The example of a helper, when it is one of this pack's fields.
fn example_in<'h>(pack: &Pack, helper: &'h Helper) -> Option<&'h str> {
    let (example, _) = helper.example;
    let block = example.strip_prefix('#').and_then(|head| head.split(' ').next());
    let close = block.map(|name| format!("{{{{/{name}}}}}")).unwrap_or_default();
    let tag = format!("{{{{{example}}}}}{close}");
    let is_right = |text: &str| TextTemplate::compile(text, &pack.schema).is_ok();
    let mut lists = pack.schema.sheets.iter().filter(|sheet| sheet.has_rows());
    let in_list = |sheet: &Sheet| is_right(&format!("{{{{#each {}}}}}{tag}{{{{/each}}}}", sheet.id));
    (is_right(&tag) || lists.any(in_list)).then_some(example)
}

/// An example short enough for its column.
fn cut(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let short: String = text.chars().take(LONGEST - 1).collect();
    format!("{}…", short.trim_end())
}

/// Lines in columns: as wide as the widest cell, but a wide cell pushes only its own line.
fn table(out: &mut String, lines: Vec<Vec<String>>) {
    const WIDEST: usize = 44;
    let width = |text: &str| text.chars().count();
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            lines
                .iter()
                .filter_map(|line| line.get(column))
                .map(|cell| width(cell))
                .filter(|width| *width <= WIDEST)
                .max()
                .unwrap_or(0)
        })
        .collect();
    for line in lines {
        let mut text = String::from("  ");
        for (cell, wanted) in line.iter().zip(&widths) {
            text.push_str(&cell.replace('\n', " "));
            text.push_str(&" ".repeat(wanted.saturating_sub(width(cell)) + 2));
        }
        let _ = writeln!(out, "{}", text.trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_even_and_a_wide_cell_moves_its_own_line_only() {
        let mut out = String::new();
        let wide = "x".repeat(60);
        table(
            &mut out,
            vec![
                vec!["ạ".into(), "b".into()],
                vec!["cc".into(), "d".into()],
                vec![wide.clone(), "e".into()],
            ],
        );
        assert_eq!(out, format!("  ạ   b\n  cc  d\n  {wide}  e\n"));
    }
}
