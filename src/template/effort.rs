//! How much work a template may ask for: blocks in blocks over long lists multiply.
//!
//! In: what filling does, step by step. Out: whether it may go on. Steps are counted and not timed, so that the same template
//! and workbook end the same way on every machine.

use std::cell::Cell;
use std::fmt;

use crate::diagnostic::Text;
use crate::text;

/// Most steps for one document: pieces of the template that are filled, and rows that helpers look at. A list of 100,000
/// awards with eight columns takes two million.
const MOST_STEPS: u64 = 20_000_000 / SCALE;
/// Most bytes of all parts: what a reader with the limits of [`crate::opc`] takes, and Word opens.
const MOST_BYTES: u64 = (256 << 20) / SCALE;
/// Most bytes of a paragraph, a table row or a cell, which is written when it is whole.
const MOST_HELD: usize = (32 << 20) / SCALE as usize;
/// The unit tests, which are not optimised, meet smaller limits.
const SCALE: u64 = if cfg!(test) { 64 } else { 1 };

/// The work done so far for one document.
#[derive(Debug, Default)]
pub struct Effort {
    steps: u64,
    bytes: u64,
}

/// What a template asks too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooMuch {
    /// It repeats too often.
    Steps,
    /// The document grows too large.
    Bytes,
    /// A paragraph, a row or a cell grows too large.
    Held,
}

impl Effort {
    /// Counts a piece that is to be filled and the rows that helpers looked at before it; `held` bytes are not yet written.
    pub fn step(&mut self, rows: &Cell<u64>, held: usize) -> Result<(), TooMuch> {
        self.steps += 1 + rows.take();
        if self.steps > MOST_STEPS {
            return Err(TooMuch::Steps);
        }
        if held > MOST_HELD {
            return Err(TooMuch::Held);
        }
        Ok(())
    }

    /// Counts bytes that were written.
    pub fn wrote(&mut self, bytes: usize) -> Result<(), TooMuch> {
        self.bytes += bytes as u64;
        match self.bytes > MOST_BYTES {
            true => Err(TooMuch::Bytes),
            false => Ok(()),
        }
    }
}

impl TooMuch {
    /// What was asked, in words.
    pub fn text(self) -> Text {
        match self {
            Self::Steps => text!(
                "mẫu bắt lặp quá nhiều (hơn {} triệu lượt), có lẽ do các khối lặp lồng nhau",
                "the template repeats too often (more than {} million steps), perhaps in loops within loops",
                MOST_STEPS / 1_000_000
            ),
            Self::Bytes => text!(
                "văn bản lớn quá {} MB, Word không mở được",
                "the document grows beyond {} MB, which Word can't open",
                MOST_BYTES >> 20
            ),
            Self::Held => text!(
                "một đoạn, một hàng hoặc một ô của văn bản lớn quá {} MB",
                "a paragraph, a row or a cell of the document grows beyond {} MB",
                MOST_HELD >> 20
            ),
        }
    }

    /// What to do about it.
    pub fn hint() -> Text {
        Text::new(
            "xem lại các khối {{#each}} lồng nhau trong mẫu: khối trong có cần lặp cả danh sách không?",
            "look at the {{#each}} blocks within each other: must the inner one repeat the whole list?",
        )
    }
}

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en)
    }
}

impl std::error::Error for TooMuch {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opc;
    use crate::template::tests::{body, dataset, docx, schema};
    use crate::template::{Options, Template, unfilled};

    /// Why a template is not filled when the list of awards has so many rows.
    fn refusal(source: &str, rows: usize) -> Option<Text> {
        let (template, _) =
            Template::compile(docx(&body(source)), &schema(), &Options::default()).expect("it compiles");
        let mut dataset = dataset();
        let records = &mut dataset.sheets[1].records;
        *records = records.iter().cycle().take(rows).cloned().collect();
        match template.fill(&dataset) {
            Ok(_) => None,
            Err(error) => {
                let finding = unfilled(&error);
                assert_eq!(finding.code, "mau/qua-nhieu-viec");
                assert!(finding.hint.is_some() && matches!(error, opc::Error::Refused(_)));
                Some(finding.message)
            }
        }
    }

    #[test]
    fn loops_within_loops_end_with_a_finding() {
        let nested = "{{#each khen}}\n{{#each khen}}\n{{#each khen}}\n{{cap}}\n{{/each}}\n{{/each}}\n{{/each}}";
        assert_eq!(refusal(nested, 20), None);
        assert_eq!(refusal(nested, 1_000), Some(TooMuch::Steps.text()));
        for counted in ["sum khen \"so_luong\"", "count (sort khen \"cap\")"] {
            let source = format!("{{{{#each khen}}}}\n{{{{{counted}}}}}\n{{{{/each}}}}");
            assert_eq!(refusal(&source, 50), None);
            assert_eq!(refusal(&source, 1_000), Some(TooMuch::Steps.text()));
        }
    }

    #[test]
    fn a_paragraph_that_never_ends_and_a_document_beyond_word_end_with_a_finding() {
        let text = "Khen thưởng ".repeat(1_000);
        let paragraph = format!("{{{{#each khen}}}}{text}{{{{/each}}}}");
        assert_eq!(refusal(&paragraph, 10), None);
        assert_eq!(refusal(&paragraph, 100), Some(TooMuch::Held.text()));
        let document = format!("{{{{#each khen}}}}\n{text}\n{{{{/each}}}}");
        assert_eq!(refusal(&document, 10), None);
        assert_eq!(refusal(&document, 1_000), Some(TooMuch::Bytes.text()));
    }
}
