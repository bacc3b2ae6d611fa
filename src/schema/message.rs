//! A pack's own wording of a finding, in which formulas in braces stand for values: `Đã giao {ke_hoach}, mới làm {thuc_hien}`.

use crate::diagnostic::Text;
use crate::formula::{Fault, Formula};

/// A wording with places for values. `{{` and `}}` are braces that are printed.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// What it is made of, in order.
    pub pieces: Vec<Piece>,
}

/// A piece of a wording.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Text as it is.
    Text(String),
    /// A formula whose value is printed, and where it begins, in characters from 0.
    Value(usize, Formula),
}

impl Message {
    /// Parses a wording.
    pub fn parse(source: &str) -> Result<Self, Fault> {
        let chars: Vec<char> = source.chars().collect();
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut at = 0;
        while let Some(&c) = chars.get(at) {
            at += 1;
            match c {
                '{' | '}' if chars.get(at) == Some(&c) => {
                    text.push(c);
                    at += 1;
                }
                '{' => {
                    let rest = chars.get(at..).unwrap_or_default();
                    let Some(length) = rest.iter().position(|c| *c == '}') else {
                        return Err(unpaired(at - 1, '}'));
                    };
                    let inner: String = rest.iter().take(length).collect();
                    let formula = Formula::parse(&inner).map_err(|fault| fault.moved(at))?;
                    if !text.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut text)));
                    }
                    pieces.push(Piece::Value(at, formula));
                    at += length + 1;
                }
                '}' => return Err(unpaired(at - 1, '{')),
                _ => text.push(c),
            }
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        Ok(Self { pieces })
    }
}

fn unpaired(offset: usize, missing: char) -> Fault {
    Fault {
        offset,
        message: crate::text!(
            "dấu ngoặc nhọn này thiếu {missing} đi cùng",
            "this brace has no {missing} that goes with it"
        ),
        hint: Some(Text::new(
            "viết {{ hoặc }} nếu muốn in dấu ngoặc nhọn",
            "write {{ or }} to print a brace",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_braces() {
        let message = Message::parse("Kế {{x}} {a + 1}: {b}").unwrap();
        let text = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(at, formula) => format!("<{at} {formula}>"),
        };
        let shown: Vec<String> = message.pieces.iter().map(text).collect();
        assert_eq!(shown, ["Kế {x} ", "<10 a + 1>", ": ", "<19 b>"]);
        for (source, offset) in [("a {b", 2), ("a } b", 2), ("{a +}", 4), ("{}", 1)] {
            assert_eq!(Message::parse(source).unwrap_err().offset, offset, "{source}");
        }
    }
}
