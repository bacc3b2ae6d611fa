//! Helpers that a pack brings along. Templates know their names and how many arguments they take; what they do is
//! somebody else's.

use std::fmt;
use std::sync::Arc;

use crate::diagnostic::Text;
use crate::text;
use crate::value::Value;

/// A helper of a pack. It takes values and gives one, and other than a built-in one it can fail.
#[derive(Clone)]
pub struct Foreign {
    /// Its name in tags.
    pub name: String,
    /// Names of its arguments, all of them needed.
    pub parameters: Vec<String>,
    /// What it gives, in the words of the pack's author; may be empty.
    pub doc: String,
    /// What it does; missing values are `None`.
    pub call: Arc<Body>,
}

/// What a helper of a pack does.
pub type Body = dyn Fn(&[Option<Value>]) -> Result<Option<Value>, Failure> + Send + Sync;

/// Why a helper of a pack gave no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Stable code.
    pub code: &'static str,
    /// What happened.
    pub message: Text,
    /// One thing to do.
    pub hint: Option<Text>,
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.usage())
    }
}

impl Foreign {
    /// How it is written: its name and its arguments.
    pub fn usage(&self) -> String {
        let names = std::iter::once(&self.name).chain(&self.parameters);
        names.map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// The hint how it is written.
    pub(crate) fn written_like(&self) -> Text {
        let usage = self.usage();
        text!("cách viết: {{{{{usage}}}}}", "usage: {{{{{usage}}}}}")
    }
}

/// Words that mean something else in a tag.
const WORDS: [&str; 12] = [
    "each", "if", "unless", "with", "else", "raw", "lookup", "log", "this", "true", "false", "null",
];

/// Whether a helper of a pack can't have a name, because tags have another use for it.
pub fn is_taken(name: &str) -> bool {
    super::find(name).is_some() || WORDS.contains(&name)
}
