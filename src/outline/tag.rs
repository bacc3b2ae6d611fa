//! Where the tags `{{…}}` stand in a text, and a copy of the text in which they are harmless letters.
//!
//! The outline does not read tags, it passes them on. Underscores, asterisks and pipes inside them must not be taken for
//! Markdown, so Markdown is parsed in a masked copy of the same byte length, where every offset is still valid.

use std::ops::Range;

/// A text with its tags blanked out.
pub(super) struct Masked {
    /// The text with every byte of every tag replaced by `x`: as long as the original.
    pub text: String,
    /// The bytes of each tag, braces included.
    pub tags: Vec<Range<usize>>,
    /// Offsets of `{{` that no `}}` follows.
    pub unclosed: Vec<usize>,
}

/// Blanks out the tags of a text.
pub(super) fn mask(source: &str) -> Masked {
    let mut masked = Masked {
        text: String::with_capacity(source.len()),
        tags: Vec::new(),
        unclosed: Vec::new(),
    };
    let mut at = 0;
    while let Some(found) = source[at..].find("{{") {
        let start = at + found;
        masked.text.push_str(&source[at..start]);
        let tag = &source[start..];
        let end = if tag.starts_with("{{!--") || tag.starts_with("{{~!--") {
            tag.find("--}}")
                .map(|end| end + 4)
                .or(tag.find("--~}}").map(|end| end + 5))
        } else if tag.starts_with("{{{") {
            tag.find("}}}").map(|end| end + 3)
        } else {
            tag.find("}}").map(|end| end + 2)
        };
        let Some(length) = end else {
            masked.unclosed.push(start);
            masked.text.push_str("{{");
            at = start + 2;
            continue;
        };
        masked.text.extend(std::iter::repeat_n('x', length));
        masked.tags.push(start..start + length);
        at = start + length;
    }
    masked.text.push_str(&source[at..]);
    masked
}

/// What a tag does to the nesting of blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Nesting {
    /// `{{#each …}}`
    Opens,
    /// `{{/each}}`
    Closes,
    /// `{{else}}`, a comment: it prints nothing.
    Silent,
    /// `{{x}}`: it prints something.
    Prints,
}

/// What a tag, braces included, does to the nesting of blocks.
fn nesting(tag: &str) -> Nesting {
    let inner = tag.trim_matches(['{', '}', '~']).trim();
    match inner.chars().next() {
        Some('#') => Nesting::Opens,
        Some('/') => Nesting::Closes,
        Some('!') => Nesting::Silent,
        // `{{^}}` is an old spelling of else, `{{^x}}` opens.
        Some('^') if inner.len() > 1 => Nesting::Opens,
        Some('^') => Nesting::Silent,
        _ if inner == "else" || inner.starts_with("else ") => Nesting::Silent,
        _ => Nesting::Prints,
    }
}

/// What the tags of a text do to the nesting, in their order.
pub(super) fn nestings(text: &str) -> Vec<Nesting> {
    mask(text).tags.into_iter().map(|tag| nesting(&text[tag])).collect()
}

/// Whether a text holds tags, and nothing that prints: neither text nor a value.
pub(super) fn only_blocks(text: &str) -> bool {
    let masked = mask(text);
    let mut at = 0;
    for tag in &masked.tags {
        if !text[at..tag.start].trim().is_empty() || nesting(&text[tag.clone()]) == Nesting::Prints {
            return false;
        }
        at = tag.end;
    }
    !masked.tags.is_empty() && text[at..].trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_letters_and_every_offset_stays() {
        let source = "a *{{#if tên_xã | b}}* {{!-- }} --}}_z_ {{{c}}} {{mở";
        let masked = mask(source);
        assert_eq!(masked.text.len(), source.len());
        assert!(masked.text.starts_with("a *xxxx"), "{}", masked.text);
        assert!(masked.text.ends_with(" {{mở"), "{}", masked.text);
        let tags: Vec<&str> = masked.tags.into_iter().map(|tag| &source[tag]).collect();
        assert_eq!(tags, ["{{#if tên_xã | b}}", "{{!-- }} --}}", "{{{c}}}"]);
        assert_eq!(masked.unclosed, [source.find("{{mở").unwrap()]);
    }

    #[test]
    fn a_marker_prints_nothing() {
        for marker in [
            "{{#each a}}",
            " {{/if}} {{#if b}} ",
            "{{else}}",
            "{{else if x}}",
            "{{! ghi chú }}",
            "{{~/each~}}",
        ] {
            assert!(only_blocks(marker), "{marker}");
        }
        for text in ["", "a", "{{a}}", "{{#if a}}b{{/if}}", "{{elsewhere}}"] {
            assert!(!only_blocks(text), "{text}");
        }
    }
}
