//! Questions to a person at a terminal; never to a program.

use std::io::{BufRead, IsTerminal, Write};

use crate::diagnostic::{Lang, Text};

/// Somebody who can be asked: there is only one when input and messages both go to a terminal.
pub(super) struct Person {
    lang: Lang,
}

impl Person {
    /// The person at the terminal, if there is one.
    pub fn present(lang: Lang) -> Option<Self> {
        (std::io::stdin().is_terminal() && std::io::stderr().is_terminal()).then_some(Self { lang })
    }

    /// The answer to a question; what is proposed where the answer is blank or nothing comes any more.
    pub fn ask(&self, question: &Text, proposed: &str) -> String {
        ask(
            &mut std::io::stdin().lock(),
            &mut std::io::stderr().lock(),
            question.get(self.lang),
            proposed,
        )
    }

    /// The choice among numbered ones, as its place; several may be asked for at once.
    pub fn choose(&self, question: &Text, choices: &[String], proposed: &[usize]) -> Vec<usize> {
        let mut err = std::io::stderr().lock();
        for (index, choice) in choices.iter().enumerate() {
            let _ = writeln!(err, "  {}. {choice}", index + 1);
        }
        let numbers: Vec<String> = proposed.iter().map(|place| (place + 1).to_string()).collect();
        let answer = ask(
            &mut std::io::stdin().lock(),
            &mut err,
            question.get(self.lang),
            &numbers.join(" "),
        );
        places(&answer, choices.len()).unwrap_or_else(|| proposed.to_vec())
    }
}

fn ask(input: &mut impl BufRead, out: &mut impl Write, question: &str, proposed: &str) -> String {
    let _ = write!(out, "{question} [{proposed}]: ");
    let _ = out.flush();
    let mut line = String::new();
    match input.read_line(&mut line) {
        Ok(read) if read > 0 && !line.trim().is_empty() => line.trim().to_owned(),
        _ => proposed.to_owned(),
    }
}

/// The places that numbers name; none when one of them is no choice.
fn places(answer: &str, count: usize) -> Option<Vec<usize>> {
    let numbers = answer.split([' ', ',', ';']).filter(|word| !word.is_empty());
    numbers
        .map(|word| {
            word.parse::<usize>()
                .ok()?
                .checked_sub(1)
                .filter(|place| *place < count)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_answer_or_none_is_what_is_proposed() {
        let answer = |mut input: &[u8]| ask(&mut input, &mut Vec::new(), "Tên", "Báo cáo");
        assert_eq!(answer("Kế hoạch\n".as_bytes()), "Kế hoạch");
        assert_eq!(answer(b"  \r\n"), "Báo cáo");
        assert_eq!(answer(b""), "Báo cáo");
    }

    #[test]
    fn numbers_name_choices() {
        assert_eq!(places("1, 3", 3), Some(vec![0, 2]));
        assert_eq!(places("", 3), Some(Vec::new()));
        assert_eq!(places("4", 3), None);
        assert_eq!(places("0", 3), None);
        assert_eq!(places("một", 3), None);
    }
}
