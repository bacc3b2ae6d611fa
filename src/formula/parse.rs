//! Text to tree: a Pratt parser over tokens that know where they stand.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{
    BIND_COMPARE, BIND_NOT, BIND_SIGN, Comparison, DATE, FUNCTIONS, Fault, Formula, MOST_CHARACTERS, MOST_DEPTH,
    MOST_PARTS, Node, Operation, Part, WORDS,
};
use crate::diagnostic::{Text, shorten};
use crate::text;
use crate::vietnamese::{self, is_blank_char, nearest, nfc};

impl Formula {
    /// Parses a formula.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let length = text.chars().count();
        if length > MOST_CHARACTERS {
            return Err(Fault::new(
                MOST_CHARACTERS,
                text!(
                    "công thức dài {length} ký tự, nhiều nhất là {MOST_CHARACTERS}",
                    "the formula has {length} characters, {MOST_CHARACTERS} are allowed"
                ),
            )
            .hint(split_up()));
        }
        let mut parser = Parser {
            tokens: tokens(text)?,
            next: 0,
            end: length,
            depth: 0,
            parts: 0,
        };
        let root = parser.expression(0)?;
        match parser.peek() {
            None => Ok(Self { root }),
            Some(_) => Err(parser.unexpected(Text::new(
                "hết công thức, hoặc một phép tính",
                "the end, or an operation",
            ))),
        }
    }
}

fn split_up() -> Text {
    Text::new("tách thành nhiều quy tắc ngắn hơn", "split it into shorter rules")
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(Decimal),
    Text(Box<str>),
    Word(Box<str>),
    Sign(&'static str),
}

/// Signs of the language, the longer ones first.
const SIGNS: [&str; 14] = ["==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "(", ")", ",", "."];

/// Signs of other languages: what to write instead.
const FOREIGN: [(&str, &str); 12] = [
    ("=<", "<="),
    ("=>", ">="),
    ("<>", "!="),
    ("=", "=="),
    ("&&", "and"),
    ("||", "or"),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "!="),
    ("×", "*"),
    ("!", "not"),
    ("−", "-"),
];

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Fault> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&first) = chars.get(at) {
        let rest = chars.get(at..).unwrap_or_default();
        let starts = |sign: &str| sign.chars().enumerate().all(|(index, c)| rest.get(index) == Some(&c));
        let (token, length) = if is_blank_char(first) {
            at += 1;
            continue;
        } else if first.is_ascii_digit() {
            number(rest, at)?
        } else if first.is_alphabetic() || first == '_' {
            let word: String = rest.iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
            let length = word.chars().count();
            (Token::Word(nfc(&word).into()), length)
        } else if let Some(closing) = closing_quote(first) {
            quoted(rest, closing, at)?
        } else if let Some((sign, own)) = FOREIGN
            .iter()
            .find(|(sign, _)| starts(sign) && !(["=", "!"].contains(sign) && rest.get(1) == Some(&'=')))
        {
            return Err(Fault::new(
                at,
                text!(
                    "không dùng được dấu “{sign}” ở đây",
                    "the sign “{sign}” is unknown here"
                ),
            )
            .hint(text!("viết {own}", "write {own}")));
        } else if let Some(sign) = SIGNS.iter().find(|sign| starts(sign)) {
            (Token::Sign(sign), sign.len())
        } else {
            let fault = Fault::new(
                at,
                text!(
                    "không dùng được dấu “{first}” ở đây",
                    "the sign “{first}” is unknown here"
                ),
            );
            return Err(match first {
                '%' => fault.hint(Text::new(
                    "cột phần trăm so với số phần trăm: ty_le > 100; tính phần trăm thì nhân với 100",
                    "compare a percent column with the figure: ty_le > 100; to make a percentage multiply by 100",
                )),
                _ => fault,
            });
        };
        tokens.push((at, token));
        at += length;
    }
    Ok(tokens)
}

fn closing_quote(opening: char) -> Option<char> {
    match opening {
        '"' | '\'' => Some(opening),
        '“' => Some('”'),
        '‘' => Some('’'),
        _ => None,
    }
}

/// A text in quotes; `\` keeps the sign after it from ending the text.
fn quoted(rest: &[char], closing: char, at: usize) -> Result<(Token, usize), Fault> {
    let mut text = String::new();
    let mut index = 1;
    while let Some(&c) = rest.get(index) {
        index += 1;
        match c {
            _ if c == closing => return Ok((Token::Text(nfc(&text).into()), index)),
            '\\' => {
                text.extend(rest.get(index));
                index += 1;
            }
            _ => text.push(c),
        }
    }
    let shown = shorten(&text);
    Err(Fault::new(
        at,
        text!(
            "đoạn chữ “{shown}” chưa có dấu nháy đóng",
            "the text “{shown}” has no closing quote"
        ),
    )
    .hint(text!(
        "thêm {closing} vào cuối đoạn chữ",
        "add {closing} at the end of the text"
    )))
}

/// A number with a decimal point. What could be a number with dots between its thousands is refused.
fn number(rest: &[char], at: usize) -> Result<(Token, usize), Fault> {
    let mut written = String::new();
    for (index, &c) in rest.iter().enumerate() {
        let is_point = c == '.' && rest.get(index + 1).is_some_and(char::is_ascii_digit);
        if !c.is_ascii_digit() && !is_point {
            break;
        }
        written.push(c);
    }
    let length = written.len();
    let groups: Vec<&str> = written.split('.').collect();
    let is_grouped = groups.len() > 1
        && groups.iter().skip(1).all(|group| group.len() == 3)
        && groups
            .first()
            .is_some_and(|first| first.len() <= 3 && !first.starts_with('0'));
    if is_grouped || groups.len() > 2 {
        let (whole, decimal) = (groups.concat(), format!("{written}0"));
        return Err(Fault::new(
            at,
            text!(
                "số “{written}” có hai cách hiểu: dấu chấm ngăn hàng nghìn hay ngăn phần lẻ",
                "the number “{written}” has two readings: with thousands, or with decimals"
            ),
        )
        .hint(match groups.len() {
            2 => text!(
                "viết {whole}, hoặc {decimal} nếu là số lẻ",
                "write {whole}, or {decimal} if it has decimals"
            ),
            _ => text!("viết {whole}", "write {whole}"),
        }));
    }
    if let Some(next) = rest.get(length).filter(|c| c.is_alphabetic() || **c == '_') {
        return Err(Fault::new(
            at + length,
            text!(
                "sau số {written} cần một phép tính, ở đây là “{next}”",
                "after {written} an operation is needed, this is “{next}”"
            ),
        ));
    }
    match written.parse() {
        Ok(number) => Ok((Token::Number(number), length)),
        Err(_) => Err(Fault::new(
            at,
            text!("số “{written}” quá dài", "the number “{written}” is too long"),
        )),
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    end: usize,
    depth: usize,
    parts: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    /// Where the next token stands.
    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn is_sign(&self, wanted: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(sign)) if *sign == wanted)
    }

    fn is_word(&self, wanted: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(word)) if **word == *wanted)
    }

    fn take_sign(&mut self, wanted: &str) -> bool {
        let found = self.is_sign(wanted);
        self.next += usize::from(found);
        found
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        let found = self.is_word(wanted);
        self.next += usize::from(found);
        found
    }

    fn close(&mut self) -> Result<(), Fault> {
        match self.take_sign(")") {
            true => Ok(()),
            false => Err(self.unexpected(Text::new("dấu )", "a )"))),
        }
    }

    /// Something else was needed where the next token stands.
    fn unexpected(&self, wanted: Text) -> Fault {
        let found = match self.peek() {
            None => Text::new("công thức đã hết", "the formula ends"),
            Some(Token::Number(number)) => text!("đây là số {number}", "this is the number {number}"),
            Some(Token::Text(shown)) => text!("đây là đoạn chữ “{shown}”", "this is the text “{shown}”"),
            Some(Token::Word(word)) => text!("đây là “{word}”", "this is “{word}”"),
            Some(Token::Sign(sign)) => text!("đây là dấu {sign}", "this is {sign}"),
        };
        let fault = Fault::new(
            self.at(),
            Text::new(
                format!("cần {}, {}", wanted.vi, found.vi),
                format!("{} is needed, {}", wanted.en, found.en),
            ),
        );
        match self.peek() {
            Some(Token::Word(word)) => match nearest(word, WORDS.into_iter().take(4)) {
                Some(near) if near != &**word => fault.hint(text!("có phải “{near}”?", "did you mean “{near}”?")),
                _ => fault,
            },
            _ => fault,
        }
    }

    fn node(&mut self, at: usize, part: Part) -> Result<Node, Fault> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(Fault::new(
                at,
                text!(
                    "công thức có quá {MOST_PARTS} tên, giá trị và phép tính",
                    "the formula has more than {MOST_PARTS} names, values and operations"
                ),
            )
            .hint(split_up()));
        }
        Ok(Node { at, part })
    }

    /// An expression whose operations bind tighter than `floor`.
    fn expression(&mut self, floor: u8) -> Result<Node, Fault> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err(Fault::new(
                self.at(),
                text!(
                    "công thức lồng nhau quá {MOST_DEPTH} lớp ngoặc",
                    "the formula has more than {MOST_DEPTH} brackets within each other"
                ),
            )
            .hint(split_up()));
        }
        let mut left = self.operand()?;
        loop {
            let at = self.at();
            if let Some(operation) = self.operation().filter(|operation| operation.binding() > floor) {
                self.next += 1;
                let right = self.expression(operation.binding())?;
                left = self.node(at, Part::Operation(operation, Box::new(left), Box::new(right)))?;
                self.no_chain(operation)?;
            } else if floor < BIND_COMPARE && self.is_membership() {
                let negated = self.take_word("not");
                self.next += 1;
                let list = self.list()?;
                left = self.node(
                    at,
                    Part::In {
                        value: Box::new(left),
                        list,
                        negated,
                    },
                )?;
            } else {
                break;
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    /// `in`, or `not in`.
    fn is_membership(&self) -> bool {
        let word = |index: usize, wanted: &str| matches!(self.tokens.get(index), Some((_, Token::Word(word))) if **word == *wanted);
        word(self.next, "in") || (word(self.next, "not") && word(self.next + 1, "in"))
    }

    fn operation(&self) -> Option<Operation> {
        Some(match self.peek()? {
            Token::Word(word) => match &**word {
                "or" => Operation::Or,
                "and" => Operation::And,
                _ => return None,
            },
            Token::Sign(sign) => match *sign {
                "==" => Operation::Compare(Comparison::Equal),
                "!=" => Operation::Compare(Comparison::Different),
                "<" => Operation::Compare(Comparison::Less),
                "<=" => Operation::Compare(Comparison::AtMost),
                ">" => Operation::Compare(Comparison::Greater),
                ">=" => Operation::Compare(Comparison::AtLeast),
                "+" => Operation::Add,
                "-" => Operation::Subtract,
                "*" => Operation::Multiply,
                "/" => Operation::Divide,
                _ => return None,
            },
            _ => return None,
        })
    }

    /// `0 <= a <= 100` is not what it seems.
    fn no_chain(&self, last: Operation) -> Result<(), Fault> {
        match (last, self.operation()) {
            (Operation::Compare(_), Some(Operation::Compare(_))) => Err(Fault::new(
                self.at(),
                Text::new("không so sánh nối tiếp được", "comparisons can't follow one another"),
            )
            .hint(Text::new(
                "tách ra, ví dụ: a >= 0 and a <= 100",
                "split them, for instance: a >= 0 and a <= 100",
            ))),
            _ => Ok(()),
        }
    }

    fn operand(&mut self) -> Result<Node, Fault> {
        let at = self.at();
        let value = || Text::new("một giá trị", "a value");
        let Some(token) = self.peek().cloned() else {
            return Err(self.unexpected(value()));
        };
        match token {
            Token::Number(number) => {
                self.next += 1;
                self.node(at, Part::Number(number))
            }
            Token::Text(text) => {
                self.next += 1;
                self.node(at, Part::Text(text))
            }
            Token::Sign("(") => {
                self.next += 1;
                let inner = self.expression(0)?;
                self.close()?;
                Ok(inner)
            }
            Token::Sign("-") => {
                self.next += 1;
                let inner = self.expression(BIND_SIGN)?;
                self.node(at, Part::Negative(Box::new(inner)))
            }
            Token::Sign(_) => Err(self.unexpected(value())),
            Token::Word(word) => match &*word {
                "not" => {
                    self.next += 1;
                    let inner = self.expression(BIND_NOT)?;
                    self.node(at, Part::Not(Box::new(inner)))
                }
                "true" | "false" => {
                    self.next += 1;
                    self.node(at, Part::Flag(&*word == "true"))
                }
                _ if WORDS.contains(&&*word) => Err(self.unexpected(value())),
                _ => {
                    self.next += 1;
                    match self.is_sign("(") {
                        true => self.call(&word, at),
                        false => self.name(word, at),
                    }
                }
            },
        }
    }

    fn name(&mut self, first: Box<str>, at: usize) -> Result<Node, Fault> {
        let mut parts = vec![first];
        while self.take_sign(".") {
            match self.peek().cloned() {
                Some(Token::Word(word)) if parts.len() < 3 => {
                    self.next += 1;
                    parts.push(word);
                }
                _ => return Err(self.unexpected(Text::new("tên một trường sau dấu chấm", "a field after the dot"))),
            }
        }
        self.node(at, Part::Name(parts))
    }

    fn call(&mut self, name: &str, at: usize) -> Result<Node, Fault> {
        if name == DATE {
            return self.date(at);
        }
        let Some((_, function)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
            let known = || FUNCTIONS.iter().map(|(name, _)| *name).chain([DATE]);
            let fault = Fault::new(at, text!("không có hàm “{name}”", "there is no function “{name}”"));
            return Err(match nearest(name, known()) {
                Some(near) => fault.hint(text!("có phải “{near}”?", "did you mean “{near}”?")),
                None => {
                    let all = known().collect::<Vec<_>>().join(", ");
                    fault.hint(text!("các hàm dùng được: {all}", "the functions are: {all}"))
                }
            });
        };
        let arguments = self.list()?;
        self.node(at, Part::Call(*function, arguments))
    }

    /// Expressions in brackets, at least one.
    fn list(&mut self) -> Result<Vec<Node>, Fault> {
        if !self.take_sign("(") {
            return Err(self.unexpected(Text::new("dấu ( mở danh sách", "a ( that opens the list")));
        }
        let mut list = vec![self.expression(0)?];
        while self.take_sign(",") {
            list.push(self.expression(0)?);
        }
        match self.take_sign(")") {
            true => Ok(list),
            false => Err(self.unexpected(Text::new("dấu , hoặc )", "a , or )"))),
        }
    }

    /// `date("2025-07-01")`, whose bracket is next.
    fn date(&mut self, at: usize) -> Result<Node, Fault> {
        self.next += 1;
        let Some(Token::Text(written)) = self.peek().cloned() else {
            return Err(self
                .unexpected(Text::new("một ngày trong dấu nháy", "a date in quotes"))
                .hint(Text::new(
                    "viết như date(\"2025-07-01\")",
                    "write it like date(\"2025-07-01\")",
                )));
        };
        let date = parse_date(&written, self.at())?;
        self.next += 1;
        self.close()?;
        self.node(at, Part::Date(date))
    }
}

/// The date that a text in a formula stands for.
pub(super) fn parse_date(written: &str, at: usize) -> Result<Date, Fault> {
    vietnamese::parse_date(written).map_err(|_| {
        Fault::new(at, text!("“{written}” không phải một ngày", "“{written}” is no date")).hint(Text::new(
            "viết như \"2025-07-01\" hoặc \"01/7/2025\"",
            "write it like \"2025-07-01\" or \"01/7/2025\"",
        ))
    })
}
