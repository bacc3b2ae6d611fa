//! Plain text as the text source of a template takes it, and the parts of the source that print a sheet.

use super::plan::{Field, Sheet};
use crate::schema::{Derive, Layout};

/// A text in which nothing is Markdown or a tag.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(sign) = rest.next() {
        match sign {
            // Before a blank it would break the line; a blank of no width stands between.
            '\\' if rest.peek().is_none_or(|next| next.is_whitespace()) => out.push_str("\\\\\u{2060}"),
            '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '|' | '~' => {
                out.push('\\');
                out.push(sign);
            }
            '&' if rest
                .peek()
                .is_some_and(|next| next.is_ascii_alphanumeric() || *next == '#') =>
            {
                out.push_str("\\&")
            }
            // A tag begins with two braces; a blank of no width parts those that are none.
            '{' if rest.peek() == Some(&'{') => out.push_str("{\u{2060}"),
            '\n' | '\r' | '\t' => out.push(' '),
            sign if sign.is_control() => {}
            sign => out.push(sign),
        }
    }
    out
}

/// A text as a line of furniture takes it: there is no Markdown, but tags and line breaks.
pub(super) fn line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|sign: char| sign.is_whitespace() || sign.is_control() || sign == '\\')
        .collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.join(" ").replace("{{", "{\u{2060}{")
}

/// The same as a paragraph of its own: what would begin a heading, a list or a block does not.
pub(super) fn paragraph(text: &str) -> String {
    let text = escaped(text);
    let text = text.trim();
    match text.chars().next() {
        Some('#' | '=') => format!("\\{text}"),
        _ => text.to_owned(),
    }
}

/// What the source says to print all of a sheet.
pub(super) fn print_sheet(sheet: &Sheet) -> String {
    match sheet.layout {
        Layout::Form => print_form(sheet),
        Layout::Table => print_table(sheet),
        Layout::List => format!(
            "{{{{#each {}}}}}\n\n- {{{{this}}}}{{{{#if @last}}}}.{{{{else}}}};{{{{/if}}}}\n\n{{{{/each}}}}\n\n",
            sheet.id
        ),
    }
}

fn print_form(sheet: &Sheet) -> String {
    let mut out = String::new();
    for field in &sheet.fields {
        let (label, path) = (escaped(&field.label), sheet.path(field));
        let unit = field.unit.as_ref().filter(|unit| *unit != "%" || !is_percent(field));
        let unit = unit.map_or(String::new(), |unit| format!(" {}", escaped(unit)));
        out.push_str(&format!("- {label}: {{{{{path}}}}}{unit}.\n\n"));
    }
    out
}

fn is_percent(field: &Field) -> bool {
    field.ty == crate::value::Type::Percent
}

/// A table with a column for each field, and running numbers in front.
fn print_table(sheet: &Sheet) -> String {
    let marker = sheet.fields.iter().find(|field| field.derive == Some(Derive::Marker));
    let fields: Vec<&Field> = sheet
        .fields
        .iter()
        .filter(|field| field.derive.is_none() && sheet.key.as_ref() != Some(&field.id))
        .collect();
    let number = marker.map_or("{{@number}}".to_owned(), |field| {
        format!("{{{{default {} \"\"}}}}", field.id)
    });
    let heads = fields.iter().map(|field| {
        let unit = field.unit.as_ref().map(|unit| format!(" ({})", escaped(unit)));
        format!("{}{}", escaped(&field.label), unit.unwrap_or_default())
    });
    let heads: Vec<String> = std::iter::once("STT".to_owned()).chain(heads).collect();
    let rules = fields.iter().map(|field| match field.ty {
        ty if ty.is_numeric() => format!("{}:", "-".repeat(8)),
        crate::value::Type::Date | crate::value::Type::Flag => format!(":{}:", "-".repeat(8)),
        _ => "-".repeat(16),
    });
    let rules: Vec<String> = std::iter::once(":---:".to_owned()).chain(rules).collect();
    // A blank cell of a table is blank in print, no line to write on.
    let cells = fields
        .iter()
        .map(|field| match field.required && !sheet.keeps_sections {
            true => format!("{{{{{}}}}}", field.id),
            false => format!("{{{{default {} \"\"}}}}", field.id),
        });
    let cells: Vec<String> = std::iter::once(number).chain(cells).collect();
    format!(
        "| {} |\n|{}|\n| {{{{#each {}}}}}{}{{{{/each}}}} |\n\n",
        heads.join(" | "),
        rules.join("|"),
        sheet.id,
        cells.join(" | ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_markdown_or_a_tag_is_text() {
        assert_eq!(escaped("a*b_c [x] <y> R&D |"), "a\\*b\\_c \\[x\\] \\<y\\> R\\&D \\|");
        assert_eq!(escaped("Thu & chi\n50%"), "Thu & chi 50%");
        assert!(!escaped("{{thong_tin.nam}}").contains("{{"));
        assert_eq!(paragraph("# 1"), "\\# 1");
        assert_eq!(paragraph(" - gạch"), "- gạch");
    }
}
