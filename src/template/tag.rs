//! Tags in a text: where they stand, and what they say by handlebars' own grammar.
//!
//! In: the text of a paragraph, whatever runs it was split over. Out: tags with their ranges and syntax trees, and the
//! faults of those that can't be read, all at once. Only the text of a tag is normalised (NFC, smart quotes and dashes to
//! plain ones, non-breaking and zero-width blanks), since Word puts these in; what lies between tags is left alone.

use std::collections::HashMap;
use std::ops::Range;

use handlebars::template::{BlockParam, HelperTemplate, Parameter, TemplateElement};
use handlebars::{Path, PathSeg};

use super::control::ControlField;
use super::expression::Fault;
use super::field::MergeField;
use crate::text;
use crate::vietnamese;

/// Longest tag, in bytes: far above what a person writes.
const LONGEST: usize = 4_096;
/// Deepest parentheses in a tag; handlebars' parser recurses with each.
const DEEPEST: usize = 32;

/// A tag in a text.
#[derive(Clone, Debug)]
pub struct Tag {
    /// Where it stands, braces included; blanks that `~` takes away as well.
    pub range: Range<usize>,
    /// Where its first brace stands.
    pub start: usize,
    /// As it stands there.
    pub written: String,
    /// What it says.
    pub says: Says,
}

/// What a tag says.
#[derive(Clone, Debug)]
pub enum Says {
    /// `{{ten_xa}}`, `{{date ngay "long"}}`
    Print(Parameter),
    /// `{{#each x}}`: the block's name and head.
    Open(String, Box<HelperTemplate>),
    /// `{{else}}`, or `{{else if x}}` with name and head.
    Else(Option<(String, Box<HelperTemplate>)>),
    /// `{{/each}}`
    Close(String),
    /// `{{! … }}`, and the backslash of `\{{`.
    Nothing,
    /// The opening tag of a block, of which only the name can be read.
    Broken(String),
    /// A merge field of Word.
    Merge(Box<MergeField>),
    /// A content control that is a field.
    Control(Box<ControlField>),
}

impl Says {
    /// Whether a value is printed in its place.
    pub fn prints(&self) -> bool {
        matches!(self, Self::Print(_) | Self::Merge(_) | Self::Control(_))
    }
}

/// What tags say, by how they are written: most tags of a template stand in it many times.
pub type Known = HashMap<String, Result<Says, Fault>>;

/// The tags of a text in order, and the faults of those that can't be read: the text of the tag with each. `raw` is the name
/// of the raw block that an earlier text opened and did not close, and becomes that of the one which this text leaves open
/// and a later one closes, as `goes_on` says of its name.
pub fn find(
    text: &str,
    known: &mut Known,
    raw: &mut Option<String>,
    goes_on: &dyn Fn(&str) -> bool,
) -> (Vec<Tag>, Vec<(String, Fault)>) {
    let mut tags = Vec::new();
    let mut faults = Vec::new();
    let mut from = 0;
    if let Some(name) = raw {
        let Some(close) = raw_end(text, 0, name) else {
            return (tags, faults);
        };
        from = close.end;
        tags.push(nothing(text, close));
        *raw = None;
    }
    // What closes comments and raw blocks is looked for only where there is one further on.
    let last_comment_end = text.rfind("--}}").or(text.rfind("--~}}"));
    let mut last_raw_ends: Option<HashMap<String, usize>> = None;
    while let Some(start) = text[from..].find("{{").map(|at| from + at) {
        let slashes = text[..start].bytes().rev().take_while(|&byte| byte == b'\\').count();
        if slashes % 2 == 1 {
            // \{{ is an escape: the braces stay, the backslash goes.
            tags.push(Tag {
                range: start - 1..start,
                start: start - 1,
                written: "\\".to_owned(),
                says: Says::Nothing,
            });
            from = start + 2;
            continue;
        }
        if text[start..].starts_with("{{{{") {
            let Some((open, name)) = raw_start(text, start) else {
                faults.push((snippet(text, start, text.len()), unclosed()));
                from = start + 4;
                continue;
            };
            let ends = last_raw_ends.get_or_insert_with(|| raw_ends(text).collect());
            let closes = ends.get(&name).is_some_and(|&end| end > start);
            let written = text[open.clone()].to_owned();
            from = open.end;
            tags.push(nothing(text, open));
            match if closes { raw_end(text, from, &name) } else { None } {
                Some(close) => {
                    from = close.end;
                    tags.push(nothing(text, close));
                }
                None if goes_on(&name) => {
                    *raw = Some(name);
                    return (tags, faults);
                }
                None => faults.push((written, unclosed_raw(&name))),
            }
            continue;
        }
        match end_of_tag(text, start, last_comment_end.is_some_and(|end| end > start)) {
            Ok(end) => {
                let written = &text[start..end];
                let says = match known.get(written) {
                    Some(says) => says.clone(),
                    None => known
                        .entry(written.to_owned())
                        .or_insert_with(|| parse(written))
                        .clone(),
                };
                match says {
                    Ok(says) => tags.push(Tag {
                        range: with_trimmed_blanks(text, start..end),
                        start,
                        written: written.to_owned(),
                        says,
                    }),
                    Err(fault) => {
                        // Its closing tag is not one too many.
                        if let Some(name) = block_name(written) {
                            tags.push(Tag {
                                says: Says::Broken(name),
                                ..nothing(text, start..end)
                            });
                        }
                        faults.push((written.to_owned(), fault));
                    }
                }
                from = end;
            }
            Err(next) => {
                let end = text[start + 2..].find("{{").map_or(text.len(), |at| start + 2 + at);
                faults.push((snippet(text, start, end), unclosed()));
                from = next;
            }
        }
    }
    (tags, faults)
}

fn unclosed() -> Fault {
    Fault::new(
        "mau/thieu-ngoac",
        text!(
            "thẻ mở bằng {{{{ mà không có }}}} đóng trong cùng đoạn",
            "a tag opens with {{{{ and has no closing }}}} in the same paragraph"
        ),
    )
    .hint(Some(text!(
        "thêm }}}} vào cuối thẻ; một thẻ không được nằm trên hai đoạn văn",
        "add }}}} at the end of the tag; a tag can't stand on two paragraphs"
    )))
}

fn snippet(text: &str, start: usize, end: usize) -> String {
    text[start..end].chars().take(60).collect()
}

/// The name of the block that a tag opens.
fn block_name(written: &str) -> Option<String> {
    let inner = normalise(written.trim_matches(['{', '}', '~']));
    let name: String = inner
        .strip_prefix('#')?
        .trim_start()
        .chars()
        .take_while(|letter| letter.is_alphanumeric())
        .collect();
    (!name.is_empty()).then_some(name)
}

/// A tag that prints nothing.
fn nothing(text: &str, range: Range<usize>) -> Tag {
    Tag {
        written: text[range.clone()].to_owned(),
        start: range.start,
        range,
        says: Says::Nothing,
    }
}

/// The range of `{{{{raw}}}}` and the name in it.
fn raw_start(text: &str, start: usize) -> Option<(Range<usize>, String)> {
    let end = start + text[start..].find("}}}}")? + 4;
    let name = normalise(&text[start + 4..end - 4]);
    (!name.is_empty() && !name.contains(['{', '/'])).then_some((start..end, name))
}

/// The names of raw blocks that a text closes, and where, in order.
pub fn raw_ends(text: &str) -> impl Iterator<Item = (String, usize)> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let close = from + text[from..].find("{{{{/")?;
        let end = close + text[close..].find("}}}}")? + 4;
        from = end;
        Some((normalise(&text[close + 5..end - 4]), close))
    })
}

/// The range of the `{{{{/raw}}}}` that closes a raw block.
fn raw_end(text: &str, mut from: usize, name: &str) -> Option<Range<usize>> {
    loop {
        let close = from + text[from..].find("{{{{/")?;
        let end = close + text[close..].find("}}}}")? + 4;
        if normalise(&text[close + 5..end - 4]) == name {
            return Some(close..end);
        }
        from = end;
    }
}

/// The fault of a raw block that no text closes.
fn unclosed_raw(name: &str) -> Fault {
    Fault::new(
        "mau/khoi-chua-dong",
        text!(
            "khối {{{{{{{{{name}}}}}}}}} chưa đóng",
            "the block {{{{{{{{{name}}}}}}}}} is not closed"
        ),
    )
    .hint(Some(text!(
        "thêm {{{{{{{{/{name}}}}}}}}} ở chỗ khối kết thúc",
        "add {{{{{{{{/{name}}}}}}}}} where the block ends"
    )))
}

/// The end of the tag that starts at `start`, or where to go on looking when it has none.
fn end_of_tag(text: &str, start: usize, has_comment_end: bool) -> Result<usize, usize> {
    let rest = &text[start..];
    let inner = rest[2..].trim_start_matches('~');
    let dashed = inner.starts_with("!--") || normalise(&inner.chars().take(3).collect::<String>()) == "!--";
    if dashed
        && has_comment_end
        && let Some(end) = rest.find("--}}").or_else(|| rest.find("--~}}").map(|end| end + 1))
    {
        return Ok(start + end + 4);
    }
    let close = if rest.starts_with("{{{") { "}}}" } else { "}}" };
    let comment = inner.starts_with('!');
    let mut at = close.len();
    while at < rest.len().min(LONGEST + 8) {
        let here = &rest[at..];
        if here.starts_with(close) {
            return Ok(start + at + close.len());
        }
        if here.starts_with("{{") {
            return Err(start + at);
        }
        let character = here.chars().next().unwrap_or_default();
        at += match literal_end(here).filter(|_| !comment) {
            // An odd quotation mark must not hide the end of the tag.
            Some(end) if !here[..end].contains("{{") => end,
            _ => character.len_utf8(),
        };
    }
    Err(start + 2)
}

/// The length of the text literal that a text begins with, quotation marks included. Word's autocorrection makes “ and ”
/// of straight marks, sometimes of one only; inside straight marks every other mark is text.
fn literal_end(text: &str) -> Option<usize> {
    let open = text.chars().next()?;
    let closes: &[char] = match open {
        '"' => &['"'],
        '\'' => &['\''],
        '“' | '”' | '„' | '‟' => &['“', '”', '"'],
        '‘' | '’' | '‚' | '‛' => &['‘', '’', '\''],
        '«' | '»' => &['«', '»'],
        '″' => &['″'],
        '′' => &['′'],
        _ => return None,
    };
    let body = &text[open.len_utf8()..];
    let mut escaped = false;
    let mut end = |closes: &[char]| {
        body.char_indices().find(|(_, character)| {
            let is_end = !escaped && closes.contains(character);
            escaped = !escaped && *character == '\\';
            is_end
        })
    };
    let (at, close) = match end(closes) {
        Some(found) => found,
        // "long” has lost its straight end.
        None if open == '"' => body
            .char_indices()
            .find(|(_, character)| matches!(character, '“' | '”'))?,
        None => return None,
    };
    Some(open.len_utf8() + at + close.len_utf8())
}

/// `{{~` and `~}}` take the blanks before and after away.
fn with_trimmed_blanks(text: &str, range: Range<usize>) -> Range<usize> {
    let tag = &text[range.clone()];
    let mut range = range;
    if tag.trim_start_matches('{').starts_with('~') {
        range.start = text[..range.start].trim_end().len();
    }
    if tag.trim_end_matches('}').ends_with('~') {
        range.end += text[range.end..].len() - text[range.end..].trim_start().len();
    }
    range
}

/// The plain form of a character that Word's autocorrection or a paste puts in; `None` when it is to go.
fn plain_character(character: char) -> Option<char> {
    match character {
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' => Some('"'),
        '‘' | '’' | '‚' | '‛' | '′' => Some('\''),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '\u{00a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\t' | '\n' | '\r' => Some(' '),
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{00ad}' => None,
        other => Some(other),
    }
}

/// The text of a tag as the parser sees it: plain characters outside of text literals, literals in straight quotation
/// marks with their content kept, all in NFC.
pub fn normalise(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.trim();
    while let Some(character) = rest.chars().next() {
        let length = match literal_end(rest) {
            Some(end) => {
                let literal = &rest[..end];
                let (open, close) = (
                    character.len_utf8(),
                    literal.chars().next_back().map_or(0, char::len_utf8),
                );
                let content = &literal[open..end - close];
                plain.push('"');
                match character {
                    // What the author escaped stays escaped.
                    '"' if literal.ends_with('"') => plain.push_str(content),
                    _ => plain.push_str(&content.replace('\\', "\\\\").replace('"', "\\\"")),
                }
                plain.push('"');
                end
            }
            None => {
                plain.extend(plain_character(character));
                character.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    vietnamese::nfc(plain.trim())
}

/// What a tag says, given its text with braces.
pub fn parse(written: &str) -> Result<Says, Fault> {
    if written.len() > LONGEST {
        return Err(Fault::new(
            "mau/the-qua-dai",
            text!(
                "thẻ dài quá {LONGEST} ký tự",
                "the tag is longer than {LONGEST} characters"
            ),
        ));
    }
    // Three braces mean "unescaped" in Handlebars; values are data here, so they mean the same as two.
    let inner = inner(written);
    let inner = inner.trim_start_matches('&').trim();
    let first = inner.chars().next().unwrap_or_default();
    match first {
        '\0' => Err(Fault::new("mau/cu-phap", text!("thẻ trống", "an empty tag"))),
        '!' => Ok(Says::Nothing),
        '/' => Ok(Says::Close(inner[1..].trim().to_owned())),
        '>' => Err(not_alone(inner)),
        '*' => Err(unsupported(inner)),
        '#' => {
            let head = inner[1..].trim();
            if head.starts_with(['*', '>']) {
                return Err(unsupported(inner));
            }
            open(head).map(|(name, head)| Says::Open(name, head))
        }
        _ => {
            let chained = inner.strip_prefix('^').or_else(|| {
                inner
                    .strip_prefix("else")
                    .filter(|rest| rest.is_empty() || rest.starts_with(' '))
            });
            match chained.map(str::trim) {
                Some("") => Ok(Says::Else(None)),
                Some(head) => open(head).map(|head| Says::Else(Some(head))),
                None if inner.contains([' ', '(']) => {
                    let wrapped = if inner.starts_with('(') {
                        inner.to_owned()
                    } else {
                        format!("({inner})")
                    };
                    parameter(&wrapped, inner).map(Says::Print)
                }
                None if is_plain_path(inner) => {
                    let steps = inner.split('.').map(|step| PathSeg::Named(step.to_owned()));
                    Ok(Says::Print(Parameter::Path(Path::Relative((
                        steps.collect(),
                        inner.to_owned(),
                    )))))
                }
                None => match parameter(inner, inner)? {
                    path @ Parameter::Path(_) => Ok(Says::Print(path)),
                    _ => Err(syntax(inner)),
                },
            }
        }
    }
}

/// Whether a text is names with dots between them, which the grammar reads as what it looks like: most tags are, and the
/// parser takes its time.
fn is_plain_path(inner: &str) -> bool {
    let is_name = |step: &str| {
        step.starts_with(|letter: char| letter.is_ascii_lowercase())
            && step
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            && !matches!(step, "this" | "true" | "false" | "null" | "else")
    };
    inner.split('.').all(is_name)
}

fn unsupported(inner: &str) -> Fault {
    Fault::new(
        "mau/chua-ho-tro",
        text!(
            "“{inner}”: mẫu con dạng khối (#>) và chỉ thị (*) không dùng được",
            "“{inner}”: partial blocks (#>) and decorators (*) are not supported"
        ),
    )
}

/// A partial where `expand` could not put it.
fn not_alone(inner: &str) -> Fault {
    Fault::new(
        "mau/khong-dung-rieng",
        text!(
            "mẫu con “{inner}” phải đứng một mình trong đoạn văn, không kèm chữ, hình hay ngắt trang",
            "the partial “{inner}” must stand alone in its paragraph, without text, pictures or page breaks"
        ),
    )
    .hint(Some(text!(
        "đưa thẻ {{{{{inner}}}}} xuống một đoạn riêng",
        "put the tag {{{{{inner}}}}} in a paragraph of its own"
    )))
}

/// What stands between the braces of a tag, as the parser sees it.
pub fn inner(written: &str) -> String {
    let inner = written.trim_start_matches('{').trim_end_matches('}').trim_matches('~');
    normalise(inner)
}

/// The name and head of a block: what follows `#`, block parameters included.
fn open(head: &str) -> Result<(String, Box<HelperTemplate>), Fault> {
    let (call, names) = match head.strip_suffix('|').and_then(|rest| rest.rsplit_once(" as |")) {
        Some((call, names)) => (call.trim(), Some(names)),
        None => (head, None),
    };
    let name = call.split([' ', '(']).next().unwrap_or_default().to_owned();
    let Parameter::Subexpression(call) = parameter(&format!("({call})"), head)? else {
        return Err(syntax(head));
    };
    let TemplateElement::Expression(mut tag) = *call.element else {
        return Err(syntax(head));
    };
    if let Some(names) = names {
        let mut names = names.split_whitespace().map(|name| Parameter::Name(name.to_owned()));
        tag.block_param = match (names.next(), names.next(), names.next()) {
            (Some(this), None, _) => Some(BlockParam::Single(this)),
            (Some(this), Some(index), None) => Some(BlockParam::Pair((this, index))),
            _ => return Err(syntax(head)),
        };
    }
    Ok((name, tag))
}

/// The syntax tree of one expression, by handlebars' own grammar. Starting at its rule for parameters costs a tenth of
/// compiling a template of one tag.
fn parameter(source: &str, inner: &str) -> Result<Parameter, Fault> {
    if inner.replace("\\\\", "").replace("\\\"", "").matches('"').count() % 2 == 1 {
        return Err(Fault::new(
            "mau/cu-phap",
            text!(
                "thẻ có dấu nháy \" mở mà không đóng",
                "the tag has a quotation mark \" that is not closed"
            ),
        ));
    }
    let (mut depth, mut deepest) = (0usize, 0usize);
    let mut quoted = false;
    let mut escaped = false;
    for character in inner.chars() {
        quoted ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        match character {
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                let Some(less) = depth.checked_sub(1) else {
                    return Err(parentheses());
                };
                depth = less;
            }
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    if deepest > DEEPEST {
        return Err(syntax(inner));
    }
    if depth > 0 {
        return Err(parentheses());
    }
    if source.is_empty() {
        return Err(syntax(inner));
    }
    Parameter::parse(source).map_err(|_| syntax(inner))
}

fn parentheses() -> Fault {
    Fault::new(
        "mau/cu-phap",
        text!(
            "ngoặc trong thẻ không đóng mở đủ cặp",
            "brackets in the tag do not pair up"
        ),
    )
}

fn syntax(inner: &str) -> Fault {
    Fault::new(
        "mau/cu-phap",
        text!(
            "thẻ viết không đúng cú pháp: “{inner}”",
            "the tag is not well written: “{inner}”"
        ),
    )
    .hint(Some(if inner.contains([' ', '=']) && inner.contains(['=', '<', '>']) {
        text!(
            "so sánh bằng hàm, trong ngoặc: {{{{#if (eq thong_tin.nam 2026)}}}}, {{{{#if (gt a b)}}}}",
            "compare with helpers, in brackets: {{{{#if (eq thong_tin.nam 2026)}}}}, {{{{#if (gt a b)}}}}"
        )
    } else if inner.contains(' ') {
        text!(
            "tên trường không có dấu cách; hàm viết như {{{{date thong_tin.ngay \"long\"}}}}",
            "field names have no blanks; helpers are written like {{{{date thong_tin.ngay \"long\"}}}}"
        )
    } else {
        text!(
            "tên trường chỉ gồm chữ, số, dấu _ và dấu chấm, như {{{{thong_tin.ten_xa}}}}",
            "field names have letters, digits, _ and dots, like {{{{thong_tin.ten_xa}}}}"
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> (Vec<Tag>, Vec<(String, Fault)>) {
        super::find(text, &mut Known::new(), &mut None, &|_| false)
    }

    fn written(text: &str) -> Vec<String> {
        find(text).0.into_iter().map(|tag| tag.written).collect()
    }

    #[test]
    fn tags_are_found_with_smart_quotes_and_odd_blanks() {
        let (tags, faults) = find("a {{date\u{a0}thong_tin.ngay “long”}} b {{#if\u{200b} x}}c{{/if}}");
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(tags.len(), 3);
        assert!(matches!(&tags[0].says, Says::Print(Parameter::Subexpression(call)) if call.name() == "date"));
        assert!(matches!(&tags[1].says, Says::Open(name, _) if name == "if"));
        assert!(matches!(&tags[2].says, Says::Close(name) if name == "if"));
    }

    #[test]
    fn an_unclosed_tag_does_not_swallow_the_next() {
        let (tags, faults) = find("{{ten_xa và {{nam}} và {{");
        assert_eq!(tags.len(), 1);
        assert_eq!(tags[0].written, "{{nam}}");
        assert_eq!(
            faults.iter().map(|(_, fault)| fault.code).collect::<Vec<_>>(),
            ["mau/thieu-ngoac"; 2]
        );
    }

    #[test]
    fn braces_in_quotes_comments_escapes_and_raw_blocks_are_no_ends() {
        assert_eq!(written(r#"{{concat "}}" x}}"#), [r#"{{concat "}}" x}}"#]);
        assert_eq!(written("{{!-- {{ten}} --}}x"), ["{{!-- {{ten}} --}}"]);
        assert_eq!(written(r"\{{ten}} {{nam}}"), ["\\", "{{nam}}"]);
        assert_eq!(
            written("{{{{raw}}}}{{ten}}{{{{/raw}}}}"),
            ["{{{{raw}}}}", "{{{{/raw}}}}"]
        );
    }

    #[test]
    fn text_literals_keep_their_content() {
        assert_eq!(normalise("concat \"«\" ten \"»\""), "concat \"«\" ten \"»\"");
        assert_eq!(normalise("eq a “Tân Hoà”"), "eq a \"Tân Hoà\"");
        assert_eq!(normalise("eq a \"“Tân Hoà”\""), "eq a \"“Tân Hoà”\"");
        assert_eq!(normalise("join ds separator=\" – \""), "join ds separator=\" – \"");
        assert_eq!(normalise("date ngay \"long”"), "date ngay \"long\"");
        assert_eq!(normalise("a\u{a0}‘b\"c’ – 1"), "a \"b\\\"c\" - 1");
        let (tags, faults) = find("{{concat \"«\" ten \"»\"}} {{#each (where ds “ten” ”Một”)}}");
        assert!(faults.is_empty() && tags.len() == 2, "{faults:?}");
    }

    #[test]
    fn hostile_texts_take_no_time() {
        for hostile in ["{{!-- ", "{{{{a ", "{{a \"", "{{“"] {
            let text = hostile.repeat(50_000);
            assert!(!find(&text).1.is_empty());
        }
    }

    #[test]
    fn plain_paths_are_what_the_grammar_reads() {
        for path in ["ten_xa", "thong_tin.ten_xa", "a1.b_2.c"] {
            assert!(is_plain_path(path));
            assert_eq!(
                format!("{:?}", parse(&format!("{{{{{path}}}}}")).unwrap()),
                format!("{:?}", Says::Print(parameter(path, path).unwrap()))
            );
        }
        for other in [
            "this.a", "../a", "a b", "a..b", "@index", "true", "5", "khen.0", "A.b", "",
        ] {
            assert!(!is_plain_path(other), "{other}");
        }
    }

    #[test]
    fn tildes_take_blanks_away() {
        let (tags, _) = find("a  {{~ten~}}  b");
        assert_eq!(tags[0].range, 1..14);
        assert!(matches!(&tags[0].says, Says::Print(_)));
    }

    #[test]
    fn what_can_not_be_parsed_is_told() {
        for bad in [
            "{{}}",
            "{{ten xa thu}}x{{#}}",
            "{{eq (a}}",
            "{{a \"b}}",
            "{{> khoi}}",
            "{{ten..xa}}",
        ] {
            let (_, faults) = find(bad);
            assert!(bad == "{{ten xa thu}}x{{#}}" || !faults.is_empty(), "{bad}");
        }
        let deep = format!("{{{{{}a{}}}}}", "(eq ".repeat(500), " 1)".repeat(500));
        assert!(!find(&deep).1.is_empty());
    }
}
