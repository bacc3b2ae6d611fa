//! Fragments: pieces of text source that several outlines have in common, each written once.
//!
//! In: a text source with blocks ```` ```include chung/ky-ten ````. Out: the source with the fragment's text in their
//! place, and for each line the line of the source it came from, so that findings lead there. Names that begin with
//! `chung/` are part of the program ([`FRAGMENTS`]), others are text files of the pack. The lines of a block are the
//! fragment's parameters, `key: value`; `[[key]]` in the fragment takes the value, and a line with `[[key?]]` is left
//! out when the key isn't given. A fragment may include others; one that includes itself is a finding.

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, Place, Text};
use crate::{text, vietnamese};

/// The fragments that are part of the program.
pub const FRAGMENTS: &[(&str, &str)] = &[
    ("chung/can-cu", include_str!("../../templates/chung/can-cu.md")),
    (
        "chung/dau-van-ban",
        include_str!("../../templates/chung/dau-van-ban.md"),
    ),
    ("chung/ky-ten", include_str!("../../templates/chung/ky-ten.md")),
    (
        "chung/ky-ten-chu-tich",
        include_str!("../../templates/chung/ky-ten-chu-tich.md"),
    ),
    ("chung/phu-luc", include_str!("../../templates/chung/phu-luc.md")),
];

/// Text files of a pack, by their names.
pub type OwnFragments<'o> = dyn Fn(&str) -> Option<String> + 'o;

/// Fragments within each other; more than anybody has use for.
const MOST_DEPTH: usize = 16;

/// Most characters of a text source with its fragments: those of a book. Fragments that include others twice grow fast.
const MOST_LENGTH: usize = 4_000_000;

/// A source with its fragments in place.
pub(super) struct Expanded {
    pub text: String,
    /// For each line of `text`, the line of the source it came from, and the fragment it was taken from, if any.
    lines: Vec<(usize, Option<String>)>,
    pub findings: Vec<Diagnostic>,
}

impl Expanded {
    /// Moves a finding's place from the expanded text to the source.
    pub fn locate(&self, mut finding: Diagnostic) -> Diagnostic {
        if let Place::Line { line, column } = &mut finding.place
            && let Some((own, fragment)) = self.lines.get(line.saturating_sub(1))
        {
            *line = *own;
            if let Some(name) = fragment {
                *column = 1;
                let Text { vi, en } = &finding.message;
                finding.message = text!("trong đoạn “{name}”: {vi}", "in the fragment “{name}”: {en}");
            }
        }
        finding
    }
}

/// Puts the fragments in place.
pub(super) fn expand(source: &str, own: &OwnFragments) -> Expanded {
    let mut expanding = Expanding {
        own,
        out: Expanded {
            text: String::with_capacity(source.len()),
            lines: Vec::new(),
            findings: Vec::new(),
        },
        stack: Vec::new(),
        line: 0,
    };
    expanding.take(source);
    // A last line without an end stays one.
    if !source.ends_with('\n') {
        expanding.out.text.pop();
    }
    expanding.out
}

struct Expanding<'o> {
    own: &'o OwnFragments<'o>,
    out: Expanded,
    /// The fragments being read, outermost first.
    stack: Vec<String>,
    /// The line of the source proper, from 1.
    line: usize,
}

impl Expanding<'_> {
    fn error(&mut self, code: &'static str, line: usize, message: Text, hint: Option<Text>) {
        let finding = Diagnostic::error(code, Place::Line { line, column: 1 }, message);
        self.out.findings.push(Diagnostic { hint, ..finding });
    }

    fn take(&mut self, text: &str) {
        let mut lines = text.lines();
        // The sign and length of the fence that is open.
        let mut fence: Option<(char, usize)> = None;
        while let Some(line) = lines.next() {
            self.step();
            let found = fence_of(line);
            match (fence, found) {
                (None, Some((_, _, info))) if info == "include" || info.starts_with("include ") => {
                    self.include(line, &mut lines);
                    continue;
                }
                (None, Some((sign, length, _))) => fence = Some((sign, length)),
                (Some((sign, length)), Some((closing, closing_length, "")))
                    if sign == closing && closing_length >= length =>
                {
                    fence = None;
                }
                _ => {}
            }
            self.push(line);
        }
    }

    /// Goes on by a line of the source; lines of fragments stand where their block begins.
    fn step(&mut self) {
        if self.stack.is_empty() {
            self.line += 1;
        }
    }

    fn push(&mut self, line: &str) {
        if self.out.text.len() + line.len() > MOST_LENGTH {
            return;
        }
        self.out.text.push_str(line);
        self.out.text.push('\n');
        self.out.lines.push((self.line, self.stack.last().cloned()));
    }

    fn include<'t>(&mut self, opening: &str, lines: &mut impl Iterator<Item = &'t str>) {
        let at = self.line;
        let (sign, length, info) = fence_of(opening).unwrap_or(('`', 3, ""));
        let name = info.strip_prefix("include").unwrap_or_default().trim().to_owned();
        let mut given: Vec<(usize, &str, &str)> = Vec::new();
        let mut closed = false;
        for line in lines.by_ref() {
            self.step();
            if matches!(fence_of(line), Some((closing, long, "")) if closing == sign && long >= length) {
                closed = true;
                break;
            }
            match line.split_once(':') {
                Some((key, value)) => given.push((self.line, key.trim(), value.trim())),
                None if line.trim().is_empty() => {}
                None => {
                    let found = line.trim();
                    let message = text!(
                        "mỗi dòng trong khung include có dạng `khóa: giá trị`; dòng này ghi “{found}”",
                        "a line of include is `key: value`; this one says “{found}”"
                    );
                    self.error("nguon/dong-khung", self.line, message, None);
                }
            }
        }
        if !closed {
            let message = text!(
                "khung include mở ở đây nhưng không có dòng ``` đóng lại",
                "include opens here but no line ``` closes it"
            );
            self.error("nguon/khung-chua-dong", at, message, None);
            return;
        }
        let Some(fragment) = self.fragment(&name, at) else {
            return;
        };
        let text = self.filled(&fragment, &name, at, &given);
        // The line where the block ended is where the source goes on.
        let end = std::mem::replace(&mut self.line, at);
        self.stack.push(name);
        // A fragment is a paragraph of its own whatever stands beside the block.
        self.push("");
        self.take(&text);
        self.push("");
        self.stack.pop();
        self.line = end;
    }

    /// The text of a fragment, unless there is none or it would include itself.
    fn fragment(&mut self, name: &str, at: usize) -> Option<String> {
        if self.stack.iter().any(|outer| outer == name) {
            let chain = self.stack.join(" → ");
            let message = text!(
                "đoạn “{name}” gọi lại chính nó ({chain} → {name})",
                "the fragment “{name}” includes itself ({chain} → {name})"
            );
            self.error(
                "nguon/doan-vong",
                at,
                message,
                Some(text!(
                    "bỏ một trong các khung include ấy",
                    "take one of these include blocks out"
                )),
            );
            return None;
        }
        if self.stack.len() >= MOST_DEPTH || self.out.text.len() >= MOST_LENGTH {
            let message = text!(
                "các đoạn gọi nhau quá sâu hoặc quá dài",
                "fragments include each other too deeply or grow too long"
            );
            self.error("nguon/doan-qua-lon", at, message, None);
            return None;
        }
        if let Some((_, text)) = FRAGMENTS.iter().find(|(known, _)| *known == name) {
            return Some((*text).to_owned());
        }
        if let Some(text) = (self.own)(name) {
            return Some(super::normal(&text));
        }
        let hint = match vietnamese::nearest(name, FRAGMENTS.iter().map(|(known, _)| *known)) {
            Some(near) => text!("có phải là `{near}`?", "did you mean `{near}`?"),
            None => {
                let names: Vec<&str> = FRAGMENTS.iter().map(|(known, _)| *known).collect();
                let all = names.join(", ");
                text!(
                    "các đoạn dùng chung: {all}; đoạn riêng là tên một tệp .md của gói",
                    "shared fragments: {all}; one of the pack's own is the name of a .md file of it"
                )
            }
        };
        let message = text!("không có đoạn “{name}”", "there is no fragment “{name}”");
        self.error("nguon/doan-la", at, message, Some(hint));
        None
    }

    /// A fragment's text with its parameters in place.
    fn filled(&mut self, fragment: &str, name: &str, at: usize, given: &[(usize, &str, &str)]) -> String {
        let mut text = String::with_capacity(fragment.len());
        let mut known: Vec<&str> = Vec::new();
        let mut missing: Vec<&str> = Vec::new();
        for line in fragment.lines() {
            let mut out = Cow::Borrowed(line);
            let mut is_left_out = false;
            for (whole, key, is_optional) in parameters(line) {
                known.push(key);
                match given.iter().find(|(_, given, _)| *given == key) {
                    Some((_, _, value)) if !(is_optional && value.is_empty()) => {
                        out = Cow::Owned(out.replace(whole, value));
                    }
                    _ if is_optional => is_left_out = true,
                    _ if missing.contains(&key) => {}
                    _ => {
                        missing.push(key);
                        let message = text!(
                            "đoạn “{name}” cần một dòng `{key}: …`",
                            "the fragment “{name}” needs a line `{key}: …`"
                        );
                        self.error("nguon/thieu-khoa", at, message, None);
                    }
                }
            }
            if !is_left_out {
                text.push_str(&out);
                text.push('\n');
            }
        }
        for (line, key, _) in given.iter().filter(|(_, key, _)| !known.contains(key)) {
            let hint = vietnamese::nearest(key, known.iter().copied())
                .map(|near| text!("có phải là `{near}`?", "did you mean `{near}`?"));
            let message = text!(
                "đoạn “{name}” không có tham số “{key}”",
                "the fragment “{name}” has no parameter “{key}”"
            );
            self.error("nguon/khoa-la", *line, message, hint);
        }
        text
    }
}

/// The sign, the length and the info string of a line that opens or closes a fenced block.
fn fence_of(line: &str) -> Option<(char, usize, &str)> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let text = line.trim_start_matches(' ');
    let sign = text.chars().next().filter(|sign| ['`', '~'].contains(sign))?;
    let rest = text.trim_start_matches(sign);
    let length = text.len() - rest.len();
    // Four blanks make an indented block (CommonMark 0.31, section 4.5).
    (length >= 3 && line.len() - text.len() < 4).then_some((sign, length, rest.trim()))
}

/// The places `[[key]]` and `[[key?]]` of a line: as written, the key, whether it may be missing.
fn parameters(line: &str) -> Vec<(&str, &str, bool)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = line[at..].find("[[").map(|start| at + start) {
        let Some(end) = line[start..].find("]]").map(|end| start + end) else {
            break;
        };
        let inner = &line[start + 2..end];
        let key = inner.strip_suffix('?').unwrap_or(inner);
        at = end + 2;
        if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            found.push((&line[start..at], key, key.len() < inner.len()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Lang;

    fn own(name: &str) -> Option<String> {
        let text = match name {
            "ky.md" => "Ký: [[name]].\n[[note?]]\n",
            "hai.md" => "Hai\n\n```include ky.md\nname: b\n```\n",
            "vong.md" => "```include vong-2.md\n```\n",
            "vong-2.md" => "```include vong.md\n```\n",
            "no.md" => "```include no-2.md\n```\n```include no-2.md\n```\n",
            "sai.md" => "Được.\n\n> trích\n",
            _ => return None,
        };
        Some(text.to_owned())
    }

    fn said(source: &str) -> String {
        let findings = crate::outline::build_with(source, &own).expect_err("findings");
        findings.print(Lang::Vi)
    }

    #[test]
    fn a_fragment_stands_in_place_of_its_block_with_its_parameters() {
        let out = expand("Một\n```include ky.md\nname: An: {{x}}\n```\nBa\n", &own);
        assert_eq!(out.text, "Một\n\nKý: An: {{x}}.\n\nBa\n");
        let out = expand("~~~include ky.md\nname: A\nnote: N\n~~~", &own);
        assert_eq!(out.text, "\nKý: A.\nN\n");
        let out = expand("```include hai.md\n```\n", &own);
        assert_eq!(out.text, "\nHai\n\n\nKý: b.\n\n\n");
        // What stands within another block is no include.
        let plain = "```title\n```include ky.md\nkind: A\n```\nx";
        assert_eq!(expand(plain, &own).text, plain);
    }

    #[test]
    fn faults_of_includes_lead_to_their_lines() {
        for (source, expected) in [
            (
                "Một.\n\n```include chung/ky-tem\n```\n",
                ["nguon/doan-la", "dòng 3", "chung/ky-ten"],
            ),
            (
                "```include zzzzzzzzzz\n```\n",
                ["nguon/doan-la", "dòng 1", "các đoạn dùng chung"],
            ),
            ("\n```include ky.md\n```\n", ["nguon/thieu-khoa", "dòng 2", "`name: …`"]),
            (
                "```include ky.md\nname: a\nnaem: b\n```\n",
                ["nguon/khoa-la", "dòng 3", "`name`"],
            ),
            (
                "```include ky.md\nname\n```\n",
                ["nguon/dong-khung", "dòng 2", "“name”"],
            ),
            (
                "Một.\n```include ky.md\nname: a\n",
                ["nguon/khung-chua-dong", "dòng 2", "include"],
            ),
            (
                "```include vong.md\n```\n",
                ["nguon/doan-vong", "dòng 1", "vong.md → vong-2.md → vong.md"],
            ),
            (
                "Một.\n\n```include sai.md\n```\n\n> b\n",
                ["trong đoạn “sai.md”", "dòng 3, cột 1", "dòng 6, cột 1"],
            ),
        ] {
            let said = said(source);
            for part in expected {
                assert!(said.contains(part), "“{part}” is not in\n{said}");
            }
        }
    }

    #[test]
    fn fragments_that_grow_without_end_are_stopped() {
        let bomb = |name: &str| {
            let number: usize = name.parse().ok()?;
            Some(format!(
                "```include {0}\n```\n```include {0}\n```\n{1}\n",
                number + 1,
                "x".repeat(9_000)
            ))
        };
        let findings = crate::outline::build_with("```include 1\n```\n", &bomb).expect_err("too much");
        assert!(findings.iter().all(|finding| finding.code == "nguon/doan-qua-lon"));
    }

    #[test]
    fn the_hash_of_a_source_covers_its_fragments() {
        let source = "```include a.md\n```\n";
        let hash = |text: &'static str| crate::outline::source_hash_with(source, &move |_| Some(text.to_owned()));
        assert_ne!(hash("Một"), hash("Hai"));
        assert_eq!(
            crate::outline::source_hash("Một\n"),
            crate::outline::source_hash("Một\r\n")
        );
    }
}
