//! The text of a script, as far as rhai does not tell it: where functions stand, what is said above them, which words
//! are used, and what stands outside of functions.

/// A function as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub name: String,
    /// Its lines, from 1.
    pub lines: std::ops::RangeInclusive<usize>,
    /// The `///` lines above it.
    pub doc: String,
}

/// What was found in a script's text.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    pub functions: Vec<Written>,
    /// Line and column of the first thing outside of functions.
    pub stray: Option<(usize, usize)>,
    /// Each word of code, with its line, and each name in quotation marks, with 0.
    words: Vec<(String, usize)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Code, and how many braces are open in it.
    Code(usize),
    /// Between backticks.
    Template,
}

impl Source {
    /// Reads a script. Never fails: what is no script is told by rhai.
    pub fn read(text: &str) -> Self {
        let mut source = Self::default();
        let mut rest = text;
        let mut line = 1;
        let mut modes = vec![Mode::Code(0)];
        // The `///` lines that stand above what comes next.
        let mut doc = String::new();
        let mut is_name_next = false;
        // Line and byte of what stands outside of functions.
        let mut stray = None;
        // Within the head or the body of a function: its number, once its name is known.
        let mut open: Option<Option<usize>> = None;
        while let Some(first) = rest.chars().next() {
            let here = (line, text.len() - rest.len());
            let is_outermost = modes == [Mode::Code(0)];
            let mut taken = first.len_utf8();
            match modes.last_mut() {
                Some(Mode::Template) => match first {
                    '`' if rest.starts_with("``") => taken = 2,
                    '`' => drop(modes.pop()),
                    '$' if rest.starts_with("${") => {
                        modes.push(Mode::Code(1));
                        taken = 2;
                    }
                    _ => {}
                },
                Some(Mode::Code(braces)) => {
                    if rest.starts_with("//") {
                        taken = rest.find('\n').unwrap_or(rest.len());
                        let comment = rest[..taken].trim_end();
                        if let Some(said) = comment.strip_prefix("///").filter(|said| !said.starts_with('/')) {
                            if !doc.is_empty() {
                                doc.push(' ');
                            }
                            doc.push_str(said.trim());
                        }
                    } else if rest.starts_with("/*") {
                        taken = comment_length(rest);
                    } else if first == '"' {
                        taken = text_length(rest);
                        let name = rest.get(1..taken.saturating_sub(1)).unwrap_or_default();
                        if name.len() <= 64 {
                            source.words.push((name.to_owned(), 0));
                        }
                    } else if first == '\'' {
                        taken = letter_length(rest);
                    } else if first == '`' {
                        modes.push(Mode::Template);
                    } else if first == '{' {
                        *braces += 1;
                    } else if first == '}' {
                        *braces = braces.saturating_sub(1);
                        let is_inner = modes.len() > 1;
                        if modes.last() == Some(&Mode::Code(0)) && is_inner {
                            modes.pop();
                        } else if modes == [Mode::Code(0)]
                            && let Some(number) = open.take()
                            && let Some(written) = number.and_then(|number| source.functions.get_mut(number))
                        {
                            written.lines = *written.lines.start()..=line;
                        }
                    } else if first.is_ascii_alphabetic() || first == '_' {
                        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
                        taken = end.unwrap_or(rest.len());
                        let word = &rest[..taken];
                        if is_name_next {
                            is_name_next = false;
                            open = Some(Some(source.functions.len()));
                            source.functions.push(Written {
                                name: word.to_owned(),
                                lines: line..=usize::MAX,
                                doc: std::mem::take(&mut doc),
                            });
                        } else {
                            source.words.push((word.to_owned(), line));
                            match (is_outermost && open.is_none(), word) {
                                (true, "fn") => {
                                    is_name_next = true;
                                    open = Some(None);
                                }
                                (true, "private") => {}
                                (true, _) => stray = stray.or(Some(here)),
                                _ => {}
                            }
                        }
                    } else if !first.is_whitespace() && is_outermost && open.is_none() && first != ';' {
                        stray = stray.or(Some(here));
                    }
                }
                None => break,
            }
            line += rest[..taken].matches('\n').count();
            rest = &rest[taken..];
        }
        source.stray = stray.map(|(line, at)| {
            let before = text[..at].rsplit('\n').next().unwrap_or_default();
            (line, before.chars().count() + 1)
        });
        source
    }

    /// The line of a function, from 1.
    pub fn line_of(&self, name: &str) -> Option<usize> {
        let written = self.functions.iter().find(|written| written.name == name)?;
        Some(*written.lines.start())
    }

    /// The function that a line is in.
    pub fn function_at(&self, line: usize) -> Option<&str> {
        let written = self
            .functions
            .iter()
            .rev()
            .find(|written| written.lines.contains(&line))?;
        Some(&written.name)
    }

    /// Names of its functions.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.functions.iter().map(|written| written.name.as_str())
    }

    /// Whether a word stands in the script, as code or alone between quotation marks.
    pub fn has_word(&self, word: &str) -> bool {
        self.words.iter().any(|(own, _)| own == word)
    }

    /// Whether a word stands in code outside of the function of that name.
    pub fn is_called(&self, function: &Written) -> bool {
        let mut words = self.words.iter();
        words.any(|(word, line)| *line > 0 && *word == function.name && !function.lines.contains(line))
    }
}

/// Bytes of a block comment; such comments nest.
fn comment_length(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// Bytes of a letter between apostrophes, these included: `'a'`, `'\n'`.
fn letter_length(text: &str) -> usize {
    let mut letters = text.char_indices().skip(2);
    let end = letters.by_ref().take(10).find(|(_, letter)| *letter == '\'');
    end.map_or(1, |(at, _)| at + 1)
}

/// Bytes of a text in quotation marks, these included.
fn text_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
