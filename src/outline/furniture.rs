//! The furniture of an official document: what a fenced block such as ```` ```letterhead ```` holds.
//!
//! Lines are `key: value`; a line that holds only block tags (or `raw: …`) belongs to the keyed line it opens before or
//! closes after. Which keys there are, which must be there, which may be repeated and which take certain words only
//! stands in [`FURNITURE`].

use crate::diagnostic::{Diagnostic, Place};
use crate::{text, vietnamese};

use super::page;
use super::tag::{self, Nesting};

/// The pieces of furniture, named by the info string of the fence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Furniture {
    /// Agency, Quốc hiệu and Tiêu ngữ, number, place and date (Decree 30, cells 1-4).
    Letterhead,
    /// Kind and subject (cell 5a).
    Title,
    /// `Kính gửi:` (cell 9a).
    Addressees,
    /// Recipients and signature (cells 9b, 7a-7c).
    Signature,
    /// The headings of an annex, which begins a section.
    Annex,
    /// Who decides, on which grounds, and the words `QUYẾT ĐỊNH:` (form 1.2 of Appendix III).
    Decision,
    /// A whole certificate: who awards what to whom for what, and its signature.
    Certificate,
    /// How the pages look from here on; after the first block, it begins a section.
    Page,
}

/// What may be written after a key.
#[derive(Clone, Copy)]
enum Values {
    Text,
    /// One of these words; tags can't stand here, for the page is laid out before they are filled.
    Words(&'static [&'static str]),
    /// Four whole numbers: millimetres of margin above, right, below and left.
    Margins,
}

struct Key {
    name: &'static str,
    required: bool,
    repeatable: bool,
    values: Values,
}

const fn key(name: &'static str, required: bool, repeatable: bool) -> Key {
    Key {
        name,
        required,
        repeatable,
        values: Values::Text,
    }
}

/// An optional key that says how the page looks.
const fn look(name: &'static str, values: Values) -> Key {
    Key {
        name,
        required: false,
        repeatable: false,
        values,
    }
}

const ORIENTATIONS: Values = Values::Words(&["portrait", "landscape"]);

const FURNITURE: &[(&str, Furniture, &[Key])] = &[
    (
        "letterhead",
        Furniture::Letterhead,
        &[
            key("superior", false, true),
            key("agency", true, true),
            key("number", true, false),
            key("date", true, false),
        ],
    ),
    (
        "title",
        Furniture::Title,
        &[key("kind", true, false), key("subject", true, false)],
    ),
    ("addressees", Furniture::Addressees, &[key("to", true, true)]),
    (
        "signature",
        Furniture::Signature,
        &[
            key("recipients", false, true),
            key("authority", false, true),
            key("title", true, true),
            key("name", true, false),
        ],
    ),
    (
        "annex",
        Furniture::Annex,
        &[
            key("name", true, false),
            key("title", true, true),
            key("note", false, false),
            look("page", ORIENTATIONS),
        ],
    ),
    (
        "decision",
        Furniture::Decision,
        &[
            key("authority", true, true),
            key("basis", true, true),
            key("verb", true, false),
        ],
    ),
    (
        "certificate",
        Furniture::Certificate,
        &[
            key("authority", true, true),
            key("verb", true, false),
            key("kind", true, true),
            key("to", true, true),
            key("about", false, true),
            key("merit", false, true),
            key("record", false, true),
            key("date", true, false),
            key("title", true, true),
            key("name", true, false),
        ],
    ),
    (
        "page",
        Furniture::Page,
        &[
            look("orientation", ORIENTATIONS),
            look("margins", Values::Margins),
            look(
                "frame",
                Values::Words(&["single", "double", "single red", "double red"]),
            ),
            look("number", Values::Words(&["top", "none"])),
            look("align", Values::Words(&["top", "middle"])),
        ],
    ),
];

/// A line of a fenced block, as it stands in the source.
pub(super) struct RawLine<'a> {
    pub text: &'a str,
    /// Where the text begins.
    pub line: usize,
    pub column: usize,
}

/// A line of furniture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Line {
    /// The key of the line; of a marker: the key of the line it belongs to.
    pub key: &'static str,
    pub value: String,
    /// Whether the value is block tags only, so that its paragraph vanishes.
    pub marker: bool,
}

/// Reads a fenced block. `fence` is where it begins; findings go to `findings`.
pub(super) fn read(
    name: &str,
    fence: Place,
    lines: &[RawLine<'_>],
    findings: &mut Vec<Diagnostic>,
) -> Option<(Furniture, Vec<Line>)> {
    let Some((_, furniture, keys)) = FURNITURE.iter().find(|(known, ..)| *known == name) else {
        let names: Vec<&str> = FURNITURE.iter().map(|(known, ..)| *known).collect();
        let all = names.join(", ");
        let finding = Diagnostic::error(
            "nguon/khung-la",
            fence,
            text!(
                "khung phải là một trong {all}; ở đây ghi “{name}”",
                "a block is one of {all}; this one says “{name}”"
            ),
        );
        findings.push(with_nearest(finding, name, &names));
        return None;
    };
    let mut read: Vec<(Option<&'static str>, String)> = Vec::new();
    let mut misspelt: Vec<&str> = Vec::new();
    for line in lines {
        let place = Place::Line {
            line: line.line,
            column: line.column,
        };
        let text = line.text.trim();
        if text.is_empty() {
            continue;
        }
        if tag::only_blocks(text) {
            // The page is laid out before any tag is filled.
            if *furniture == Furniture::Page {
                findings.push(Diagnostic::error(
                    "nguon/the-trong-khung",
                    place,
                    text!(
                        "khung {name} không nhận thẻ; dòng này ghi “{text}”",
                        "{name} takes no tags; this line says “{text}”"
                    ),
                ));
                continue;
            }
            read.push((None, text.to_owned()));
            continue;
        }
        let masked = tag::mask(text);
        let Some(colon) = masked.text.find(':') else {
            findings.push(
                Diagnostic::error(
                    "nguon/dong-khung",
                    place,
                    text!(
                        "mỗi dòng trong khung {name} có dạng `khóa: giá trị`; dòng này ghi “{text}”",
                        "a line of {name} is `key: value`; this one says “{text}”"
                    ),
                )
                .hint(text!(
                    "viết cả giá trị trên một dòng, xuống dòng trong văn bản bằng dấu ` \\ `",
                    "keep the value on one line; ` \\ ` breaks the line in the document"
                )),
            );
            continue;
        };
        let (found, value) = (text[..colon].trim(), text[colon + 1..].trim().to_owned());
        if found == "raw" {
            read.push((None, value));
            continue;
        }
        let Some(key) = keys.iter().find(|key| key.name == found) else {
            let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
            let all = names.join(", ");
            let finding = Diagnostic::error(
                "nguon/khoa-la",
                place,
                text!(
                    "khung {name} có các khóa {all}; ở đây ghi “{found}”",
                    "{name} has the keys {all}; this line says “{found}”"
                ),
            );
            misspelt.extend(vietnamese::nearest(found, names.iter().copied()));
            findings.push(with_nearest(finding, found, &names));
            continue;
        };
        if !key.repeatable && read.iter().any(|(known, _)| *known == Some(key.name)) {
            findings.push(Diagnostic::error(
                "nguon/khoa-lap",
                place,
                text!(
                    "khung {name} chỉ nhận một dòng `{found}:`, đây là dòng thứ hai",
                    "{name} takes one line `{found}:`, this is the second"
                ),
            ));
            continue;
        }
        if value.is_empty() && key.required {
            findings.push(Diagnostic::error(
                "nguon/khoa-trong",
                place.clone(),
                text!("dòng `{found}:` cần một giá trị", "the line `{found}:` needs a value"),
            ));
        }
        if let Some(finding) = unfit(key, &value, place) {
            findings.push(finding);
        }
        read.push((Some(key.name), value));
    }
    for key in keys.iter().filter(|key| key.required) {
        // A misspelt key has been told already: one mistake, one finding.
        if !misspelt.contains(&key.name) && !read.iter().any(|(known, _)| *known == Some(key.name)) {
            let missing = key.name;
            findings.push(Diagnostic::error(
                "nguon/thieu-khoa",
                fence.clone(),
                text!(
                    "khung {name} cần một dòng `{missing}: …`",
                    "{name} needs a line `{missing}: …`"
                ),
            ));
        }
    }
    Some((*furniture, settle(read, keys.first().map_or("", |key| key.name))))
}

/// The finding that a key doesn't take what is written after it.
fn unfit(key: &Key, value: &str, place: Place) -> Option<Diagnostic> {
    let name = key.name;
    match key.values {
        Values::Text => None,
        Values::Words(words) if words.contains(&value) => None,
        Values::Words(words) => {
            let all = words.join(", ");
            let finding = Diagnostic::error(
                "nguon/gia-tri-khoa",
                place,
                text!(
                    "dòng `{name}:` nhận một trong {all}; ở đây ghi “{value}”",
                    "the line `{name}:` takes one of {all}; this one says “{value}”"
                ),
            );
            Some(with_nearest(finding, value, words))
        }
        Values::Margins if page::margins(value).is_some() => None,
        Values::Margins => Some(
            Diagnostic::error(
                "nguon/gia-tri-khoa",
                place,
                text!(
                    "dòng `{name}:` nhận bốn số nguyên từ 5 đến 50 là lề trên, phải, dưới, trái tính bằng mm; \
                     ở đây ghi “{value}”",
                    "the line `{name}:` takes four whole numbers from 5 to 50, the margins above, right, below and left \
                     in mm; this one says “{value}”"
                ),
            )
            .hint(text!("ví dụ: `{name}: 20 20 20 30`", "for instance: `{name}: 20 20 20 30`")),
        ),
    }
}

fn with_nearest(finding: Diagnostic, name: &str, candidates: &[&str]) -> Diagnostic {
    match vietnamese::nearest(name, candidates.iter().copied()) {
        Some(nearest) => finding.hint(text!("có phải là `{nearest}`?", "did you mean `{nearest}`?")),
        None => finding,
    }
}

/// Gives every marker the key of the line it belongs to: one that opens, of the next; any other, of the one before.
fn settle(read: Vec<(Option<&'static str>, String)>, default: &'static str) -> Vec<Line> {
    let keys: Vec<Option<&'static str>> = read.iter().map(|(key, _)| *key).collect();
    read.into_iter()
        .enumerate()
        .map(|(index, (key, value))| {
            let before = || keys.iter().take(index).rev().find_map(|key| *key);
            let after = || keys.iter().skip(index).find_map(|key| *key);
            let opens = tag::nestings(&value).last() == Some(&Nesting::Opens);
            let neighbour = if opens {
                after().or_else(before)
            } else {
                before().or_else(after)
            };
            Line {
                key: key.or(neighbour).unwrap_or(default),
                marker: tag::only_blocks(&value),
                value,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::FURNITURE;

    /// The guide to text sources, for authors.
    const GUIDE: &str = include_str!("../../templates/nguon-van-ban.md");

    #[test]
    fn the_guide_names_every_block_and_key() {
        for (name, _, keys) in FURNITURE {
            let row = GUIDE.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
            let row = row.unwrap_or_else(|| panic!("the guide has no row for {name}"));
            for key in *keys {
                let sign = format!("`{}`{}", key.name, if key.required { "\\*" } else { "" });
                let sign = sign + if key.repeatable { "+" } else { "" };
                let listed = row.split([',', '|']).any(|word| word.trim() == sign);
                assert!(listed, "{name} has the key {sign}, not in {row}");
            }
        }
    }

    #[test]
    fn the_examples_of_the_guide_can_be_built() {
        let mut count = 0;
        for example in GUIDE.split("````nguon\n").skip(1) {
            let source = example.split("````").next().unwrap_or_default();
            if let Err(findings) = crate::outline::build(source) {
                panic!("{source}\n{}", findings.print(crate::diagnostic::Lang::En));
            }
            count += 1;
        }
        assert_eq!(count, 3);
    }
}
