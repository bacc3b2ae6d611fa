//! The end of a record in a document that holds several: its section's properties move into its last paragraph.
//!
//! The last section's properties stand at the end of the body, those of all others in their last paragraph (ECMA-376 part
//! 1, 17.6.17 and 17.6.18). A paragraph of its own is made for them only where there is none that can hold them: it might
//! fall onto a page of its own.

use std::ops::Range;

/// Moves the section properties at the end of `out[start..]` into the last paragraph before them.
pub fn end_section(out: &mut Vec<u8>, start: usize, prefix: &str) {
    let name = format!("<{prefix}sectPr");
    let Some(at) = memchr::memmem::rfind(&out[start..], name.as_bytes()) else {
        return;
    };
    let mut section = out.split_off(start + at);
    let close = format!("</{prefix}sectPr>");
    let end = match memchr::memmem::find(&section, close.as_bytes()) {
        Some(end) => end + close.len(),
        None => section
            .iter()
            .position(|&byte| byte == b'>')
            .map_or(section.len(), |end| end + 1),
    };
    let rest = section.split_off(end);
    match last_paragraph(&out[start..], prefix) {
        Some(paragraph) => {
            let paragraph = paragraph.start + start..paragraph.end + start;
            let with = with_section(&out[paragraph.clone()], &section, prefix);
            out.splice(paragraph, with);
        }
        None => {
            let properties = low(prefix);
            out.extend_from_slice(format!("<{prefix}p><{prefix}pPr>{properties}").as_bytes());
            out.extend_from_slice(&section);
            out.extend_from_slice(format!("</{prefix}pPr></{prefix}p>").as_bytes());
        }
    }
    out.extend_from_slice(&rest);
}

/// Properties of a paragraph as low as can be, so that it does not fall onto a page of its own.
pub fn low(prefix: &str) -> String {
    format!(
        "<{prefix}spacing {prefix}before=\"0\" {prefix}after=\"0\" {prefix}line=\"20\" {prefix}lineRule=\"exact\"/>"
    )
}

/// The paragraph at the end of some content of the body, bookmarks and the like behind it aside. `None` when it ends with
/// something else, or the paragraph ends a section already.
fn last_paragraph(content: &[u8], prefix: &str) -> Option<Range<usize>> {
    let opens = format!("<{prefix}p");
    let closes = format!("</{prefix}p>");
    let is_open = |tag: &[u8]| {
        let next = tag.get(opens.len());
        tag.starts_with(opens.as_bytes())
            && next.is_some_and(|next| matches!(next, b'>' | b'/') || next.is_ascii_whitespace())
    };
    let is_empty = |tag: &[u8]| {
        let end = tag.iter().position(|&byte| byte == b'>');
        end.is_some_and(|end| end > 0 && tag[end - 1] == b'/')
    };
    let mut end = content.trim_ascii_end().len();
    let mut depth = 0;
    let mut until = content.len();
    while let Some(at) = content[..until].iter().rposition(|&byte| byte == b'<') {
        until = at;
        let tag = &content[at..];
        if depth == 0 {
            match () {
                () if tag.starts_with(closes.as_bytes()) => depth = 1,
                () if is_open(tag) && is_empty(tag) => return Some(at..end),
                // A mark without content, behind the paragraph.
                () if !tag.starts_with(b"</") && is_empty(tag) => end = content[..at].trim_ascii_end().len(),
                () => return None,
            }
            continue;
        }
        if tag.starts_with(closes.as_bytes()) {
            depth += 1;
        } else if is_open(tag) && !is_empty(tag) {
            depth -= 1;
            if depth == 0 {
                let has_section = memchr::memmem::find(&content[at..end], format!("<{prefix}sectPr").as_bytes());
                return has_section.is_none().then_some(at..end);
            }
        }
    }
    None
}

/// A paragraph with section properties among its own: behind all but a tracked change of them (17.3.1.26).
fn with_section(paragraph: &[u8], section: &[u8], prefix: &str) -> Vec<u8> {
    let open_end = paragraph.iter().position(|&byte| byte == b'>').map_or(0, |end| end + 1);
    let (open, content) = paragraph.split_at(open_end);
    let properties = format!("<{prefix}pPr>");
    let empty_properties = format!("<{prefix}pPr/>");
    let close_properties = format!("</{prefix}pPr>");
    let mut out = Vec::with_capacity(paragraph.len() + section.len() + 32);
    if let Some(open) = open.strip_suffix(b"/>") {
        out.extend_from_slice(open);
        out.push(b'>');
        for piece in [properties.as_bytes(), section, close_properties.as_bytes()] {
            out.extend_from_slice(piece);
        }
        out.extend_from_slice(format!("</{prefix}p>").as_bytes());
        return out;
    }
    out.extend_from_slice(open);
    if content.starts_with(properties.as_bytes()) {
        let close = memchr::memmem::find(content, close_properties.as_bytes()).unwrap_or(content.len());
        let change = memchr::memmem::find(content, format!("<{prefix}pPrChange").as_bytes());
        let at = change.map_or(close, |change| change.min(close));
        out.extend_from_slice(&content[..at]);
        out.extend_from_slice(section);
        out.extend_from_slice(&content[at..]);
        return out;
    }
    let content = content.strip_prefix(empty_properties.as_bytes()).unwrap_or(content);
    for piece in [properties.as_bytes(), section, close_properties.as_bytes(), content] {
        out.extend_from_slice(piece);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of the content of a record.
    fn ended(content: &str) -> String {
        let mut out = format!("before{content}").into_bytes();
        end_section(&mut out, "before".len(), "w:");
        String::from_utf8(out).unwrap()["before".len()..].to_owned()
    }

    const SECTION: &str = "<w:sectPr><w:pgSz w:w=\"1\"/></w:sectPr>";

    #[test]
    fn the_section_goes_into_the_last_paragraph_whatever_that_holds() {
        for (content, expected) in [
            ("<w:p><w:r/></w:p>S", "<w:p><w:pPr>S</w:pPr><w:r/></w:p>"),
            ("<w:p/>S", "<w:p><w:pPr>S</w:pPr></w:p>"),
            ("<w:p w:x=\"1\"/> S", "<w:p w:x=\"1\"><w:pPr>S</w:pPr></w:p> "),
            (
                "<w:p/><w:p><w:pPr/><w:r/></w:p>S",
                "<w:p/><w:p><w:pPr>S</w:pPr><w:r/></w:p>",
            ),
            (
                "<w:p><w:pPr><w:jc/><w:rPr/><w:pPrChange><w:pPr/></w:pPrChange></w:pPr></w:p>S",
                "<w:p><w:pPr><w:jc/><w:rPr/>S<w:pPrChange><w:pPr/></w:pPrChange></w:pPr></w:p>",
            ),
            (
                "<w:p><w:pPr><w:jc/></w:pPr><w:r><box><w:p><w:pPr/></w:p><w:p/></box></w:r></w:p>S",
                "<w:p><w:pPr><w:jc/>S</w:pPr><w:r><box><w:p><w:pPr/></w:p><w:p/></box></w:r></w:p>",
            ),
            (
                "<w:p></w:p><w:bookmarkEnd w:id=\"1\"/>S<w:bookmarkEnd w:id=\"2\"/>",
                "<w:p><w:pPr>S</w:pPr></w:p><w:bookmarkEnd w:id=\"1\"/><w:bookmarkEnd w:id=\"2\"/>",
            ),
        ] {
            let content = content.replace('S', SECTION);
            assert_eq!(ended(&content), expected.replace('S', SECTION), "{content}");
        }
    }

    #[test]
    fn where_no_paragraph_can_hold_it_a_low_one_is_made() {
        let low = format!("<w:p><w:pPr>{}{SECTION}</w:pPr></w:p>", low("w:"));
        for content in [
            "<w:tbl></w:tbl>",
            "<w:sdt><w:p></w:p></w:sdt>",
            "<w:p><w:pPr><w:sectPr/></w:pPr></w:p>",
            "",
        ] {
            assert_eq!(ended(&format!("{content}{SECTION}")), format!("{content}{low}"));
        }
        // A body that lost its section is left alone.
        assert_eq!(ended("<w:p/>"), "<w:p/>");
    }
}
