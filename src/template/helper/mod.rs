//! Template helpers: what a tag can call. One file for each family, all listed in [`HELPERS`].
//!
//! A built-in helper checks its arguments once, when the template is compiled, against the schema; a call can then no
//! longer fail. What has no answer (the first of no rows, a division by zero) is a missing value, which prints as one.
//! Helpers of a pack are [`Foreign`], and can fail.

mod arithmetic;
mod compare;
mod foreign;
mod legal;
mod list;
mod logic;
mod print;

pub use self::foreign::{Body, Failure, Foreign, is_taken};
pub use self::print::is_date_style;
use super::expression::{Call, Expr, Family, Fault, Kind, Literal, Val};
use crate::dataset::Dataset;
use crate::diagnostic::Text;
use crate::schema::{Layout, Schema};
use crate::text;
use crate::vietnamese;

/// A helper.
#[derive(Debug)]
pub struct Helper {
    /// Its name in tags, English as in Handlebars.
    pub name: &'static str,
    /// How it is written.
    pub usage: &'static str,
    /// What it gives, Vietnamese.
    pub vi: &'static str,
    /// What it gives, English.
    pub en: &'static str,
    /// An example of use and what it prints.
    pub example: (&'static str, &'static str),
    /// Names of its named arguments.
    pub named: &'static [&'static str],
    /// Checks the arguments of a call and returns the kind of its value. May rewrite literals.
    pub check: fn(&Schema, &mut Call) -> Result<Kind, Fault>,
    /// The value of a call.
    pub call: for<'a> fn(&Arguments<'_, 'a>) -> Val<'a>,
}

/// The evaluated arguments of a call.
#[derive(Debug)]
pub struct Arguments<'c, 'a> {
    /// The data.
    pub dataset: &'a Dataset,
    /// The call, as checked.
    pub call: &'c Call,
    /// Positional arguments.
    pub values: &'c [Val<'a>],
    /// Named arguments.
    pub named: &'c [(&'c str, Val<'a>)],
}

impl Helper {
    /// How much work a row is, in steps of filling.
    pub fn weight(&self) -> u64 {
        match self.name {
            // Texts are compared many times in Vietnamese order, or written out to be told apart.
            "sort" | "group" => 32,
            _ => 1,
        }
    }

    /// How it is written, in both languages.
    pub fn usage(&self) -> Text {
        const WORDS: [(&str, &str); 15] = [
            ("DANH_SÁCH", "LIST"),
            ("GIÁ_TRỊ", "VALUE"),
            ("giá_trị", "value"),
            ("ĐƠN_VỊ", "UNIT"),
            ("ĐỊA_CHỈ", "ADDRESS"),
            ("chữ thay thế", "other text"),
            ("chữ khi là", "text for"),
            ("NGÀY", "DATE"),
            ("LĨNH_VỰC", "SUBJECT"),
            ("BẢNG", "TABLE"),
            ("CHỮ", "TEXT"),
            ("TÊN", "NAME"),
            ("SỐ", "NUMBER"),
            ("khoá", "key"),
            ("cột", "column"),
        ];
        let english = WORDS
            .iter()
            .fold(self.usage.to_owned(), |usage, (vi, en)| usage.replace(vi, en));
        Text::new(self.usage, english)
    }
}

impl<'a> Arguments<'_, 'a> {
    /// A positional argument.
    pub fn value(&self, index: usize) -> Val<'a> {
        self.values.get(index).cloned().unwrap_or(Val::Missing)
    }

    /// A named argument.
    pub fn named(&self, name: &str) -> Val<'a> {
        let found = self.named.iter().find(|(named, _)| *named == name);
        found.map_or(Val::Missing, |(_, value)| value.clone())
    }
}

/// All helpers, in the order in which they are listed for authors.
pub const HELPERS: &[&Helper] = &[
    &print::NUMBER,
    &print::PERCENT,
    &print::DATE,
    &print::WORDS,
    &print::PAD,
    &print::AMOUNT,
    &print::CHANGE,
    &print::UPPER,
    &print::LOWER,
    &print::CAPITALIZE,
    &print::UNCAPITALIZE,
    &print::TITLE,
    &print::CONCAT,
    &print::DEFAULT,
    &print::ROMAN,
    &print::LETTER,
    &print::PAGE_BREAK,
    &print::SECTION_BREAK,
    &print::LINK,
    &print::IMAGE,
    &print::MERGE_DOWN,
    &list::WHERE,
    &list::SORT,
    &list::GROUP,
    &list::FIRST,
    &list::LAST,
    &list::COUNT,
    &list::LEN,
    &list::SUM,
    &list::AVG,
    &list::MIN,
    &list::MAX,
    &list::JOIN,
    &list::LOOKUP,
    &list::TABLE,
    &legal::LEGAL_BASES,
    &compare::EQ,
    &compare::NE,
    &compare::CASE,
    &compare::GT,
    &compare::GTE,
    &compare::LT,
    &compare::LTE,
    &logic::AND,
    &logic::OR,
    &logic::NOT,
    &arithmetic::ADD,
    &arithmetic::SUB,
    &arithmetic::MUL,
    &arithmetic::DIV,
    &arithmetic::ROUND,
    &arithmetic::ABS,
];

/// The helper of a name.
pub fn find(name: &str) -> Option<&'static Helper> {
    HELPERS.iter().find(|helper| helper.name == name).copied()
}

/// The fault of a call that does not fit the helper.
pub fn wrong_arguments(helper: &Helper) -> Fault {
    Fault::new(
        "mau/sai-doi-so",
        text!(
            "hàm “{}” nhận đối số không đúng",
            "helper “{}” got arguments that do not fit",
            helper.name
        ),
    )
    .hint(Some(written_like(helper)))
}

/// The hint how a helper is written.
pub fn written_like(helper: &Helper) -> Text {
    let Text { vi, en } = helper.usage();
    Text::new(format!("cách viết: {{{{{vi}}}}}"), format!("usage: {{{{{en}}}}}"))
}

/// The fault of one argument, by its position from 0.
fn wrong_argument(helper: &Helper, index: usize, wanted: &Text) -> Fault {
    let position = index + 1;
    Fault::new(
        "mau/sai-doi-so",
        Text::new(
            format!("hàm “{}” cần {} ở đối số {position}", helper.name, wanted.vi),
            format!("helper “{}” needs {} as argument {position}", helper.name, wanted.en),
        ),
    )
    .hint(Some(written_like(helper)))
}

/// Requires between `least` and `most` positional arguments.
fn arity(call: &Call, least: usize, most: usize) -> Result<(), Fault> {
    let found = call.arguments.len();
    if (least..=most).contains(&found) {
        return Ok(());
    }
    let wanted = match (least, most) {
        (least, most) if least == most => least.to_string(),
        _ => format!("{least}–{most}"),
    };
    let name = call.helper.name;
    Err(Fault::new(
        "mau/sai-doi-so",
        text!(
            "hàm “{name}” cần {wanted} đối số, ở đây có {found}",
            "helper “{name}” takes {wanted} arguments, here are {found}"
        ),
    )
    .hint(Some(written_like(call.helper))))
}

/// Requires a positional argument of a family; `null` fits all.
fn family(schema: &Schema, call: &Call, index: usize, wanted: Family) -> Result<(), Fault> {
    let Some(kind) = call.kinds.get(index) else {
        return Err(wrong_arguments(call.helper));
    };
    let found = kind.family(schema);
    if found == wanted || found == Family::Null {
        return Ok(());
    }
    let words = match wanted {
        Family::Number => text!("một số", "a number"),
        Family::Date => text!("một ngày", "a date"),
        Family::Flag => text!("có/không", "yes or no"),
        _ => text!("chữ", "text"),
    };
    let fault = mismatch(call.helper, index, &words, &kind.describe(schema));
    Err(match example(schema, call.helper, wanted) {
        Some(example) => fault.hint(Some(text!(
            "ví dụ: {{{{{example}}}}}",
            "for instance: {{{{{example}}}}}"
        ))),
        None => fault,
    })
}

/// How a helper is written that takes nothing but a value of a family, with a field of a form that is one.
fn example(schema: &Schema, helper: &Helper, wanted: Family) -> Option<String> {
    let placeholder = match wanted {
        Family::Number => "SỐ",
        Family::Date => "NGÀY",
        Family::Text => "CHỮ",
        _ => return None,
    };
    let (before, after) = helper.usage.split_once(placeholder)?;
    let forms = schema.sheets.iter().enumerate();
    let mut forms = forms.filter(|(_, sheet)| sheet.layout == Layout::Form);
    let field = forms.find_map(|(index, sheet)| {
        let is_wanted = |field: &usize| Kind::Field(index, *field).family(schema) == wanted;
        let field = (0..sheet.fields.len()).find(is_wanted)?;
        Some(format!("{}.{}", sheet.id, sheet.fields[field].id))
    })?;
    (before.is_ascii() && after.is_ascii()).then(|| format!("{before}{field}{after}"))
}

fn mismatch(helper: &Helper, index: usize, wanted: &Text, found: &Text) -> Fault {
    let position = index + 1;
    Fault::new(
        "mau/sai-doi-so",
        Text::new(
            format!(
                "hàm “{}” cần {} ở đối số {position}, ở đây là {}",
                helper.name, wanted.vi, found.vi
            ),
            format!(
                "helper “{}” needs {} as argument {position}, this is {}",
                helper.name, wanted.en, found.en
            ),
        ),
    )
    .hint(Some(written_like(helper)))
}

/// Requires something printable: no record, no list.
fn printable(schema: &Schema, call: &Call, index: usize) -> Result<(), Fault> {
    match call.kinds.get(index) {
        Some(kind) if kind.family(schema) != Family::Compound => Ok(()),
        Some(kind) => Err(mismatch(
            call.helper,
            index,
            &text!("một giá trị", "a value"),
            &kind.describe(schema),
        )),
        None => Err(wrong_arguments(call.helper)),
    }
}

/// Requires rows of a sheet (or a list sheet); returns the sheet.
fn rows(schema: &Schema, call: &Call, index: usize) -> Result<usize, Fault> {
    match call.kinds.get(index) {
        Some(Kind::Rows(sheet) | Kind::Texts(sheet)) => Ok(*sheet),
        Some(kind) => Err(mismatch(
            call.helper,
            index,
            &text!("một danh sách", "a list"),
            &kind.describe(schema),
        )),
        None => Err(wrong_arguments(call.helper)),
    }
}

/// Resolves a column named by a literal text; remembers it among the call's columns.
fn column(schema: &Schema, call: &mut Call, index: usize, sheet: usize) -> Result<usize, Fault> {
    let Some(Expr::Literal(Literal::Text(name))) = call.arguments.get(index) else {
        let wanted = text!("tên cột trong dấu ngoặc kép", "the name of a column in quotation marks");
        return Err(wrong_argument(call.helper, index, &wanted));
    };
    let Some(declared) = schema.sheets.get(sheet) else {
        return Err(wrong_arguments(call.helper));
    };
    let Some((field, _)) = declared.field(name) else {
        let near = vietnamese::nearest(name, declared.fields.iter().map(|field| field.id.as_str()));
        return Err(Fault::new(
            "mau/truong-la",
            text!(
                "trang «{}» không có cột “{name}”",
                "sheet «{}» has no column “{name}”",
                declared.name
            ),
        )
        .hint(near.map(|near| text!("có phải \"{near}\"?", "did you mean \"{near}\"?"))));
    };
    call.columns.push(field);
    Ok(field)
}

/// Makes two sides comparable: the same family, a date written as text read as a date, a choice's text one of its
/// choices. Returns the fault of a comparison that could never hold.
fn comparable(schema: &Schema, helper: &Helper, left: Kind, right: Kind, literal: &mut Expr) -> Result<(), Fault> {
    let (family_left, family_right) = (left.family(schema), right.family(schema));
    if family_left == Family::Null || family_right == Family::Null {
        return Ok(());
    }
    if family_left == Family::Compound || family_right == Family::Compound {
        let found = if family_left == Family::Compound { left } else { right };
        let found = found.describe(schema);
        let fault = Fault::new(
            "mau/sai-doi-so",
            Text::new(
                format!("hàm “{}” so sánh hai giá trị, ở đây có {}", helper.name, found.vi),
                format!("helper “{}” compares two values, here is {}", helper.name, found.en),
            ),
        );
        return Err(fault.hint(Some(written_like(helper))));
    }
    if let Expr::Literal(value @ Literal::Text(_)) = literal {
        let Literal::Text(written) = value.clone() else {
            return Ok(());
        };
        if family_left == Family::Date {
            return match vietnamese::parse_date(&written) {
                Ok(date) => {
                    *value = Literal::Date(date);
                    Ok(())
                }
                Err(_) => Err(Fault::new(
                    "mau/sai-doi-so",
                    text!("“{written}” không phải một ngày", "“{written}” is no date"),
                )
                .hint(Some(text!("viết như \"01/7/2025\"", "write it like \"01/7/2025\"")))),
            };
        }
        if let Kind::Field(sheet, field) = left
            && let Some(field) = schema.sheets.get(sheet).and_then(|sheet| sheet.fields.get(field))
            && field.ty == crate::value::Type::Choice
            && !field.choices.iter().any(|choice| *choice.value == *written)
        {
            let near = vietnamese::nearest(&written, field.choices.iter().map(|choice| choice.value.as_str()));
            let all = field
                .choices
                .iter()
                .map(|choice| choice.value.as_str())
                .collect::<Vec<_>>()
                .join("; ");
            return Err(Fault::new(
                "mau/ngoai-danh-muc",
                text!(
                    "“{written}” không có trong danh mục của «{}»",
                    "“{written}” is not among the choices of «{}»",
                    field.label
                ),
            )
            .hint(Some(match near {
                Some(near) => text!("có phải \"{near}\"?", "did you mean \"{near}\"?"),
                None => text!("danh mục: {all}", "choices: {all}"),
            })));
        }
    }
    if family_left != family_right {
        let (left, right) = (left.describe(schema), right.describe(schema));
        return Err(Fault::new(
            "mau/khac-kieu",
            Text::new(
                format!("không so sánh được {} với {}", left.vi, right.vi),
                format!("{} can't be compared with {}", left.en, right.en),
            ),
        )
        .hint(Some(match (family_left, family_right) {
            (Family::Number, _) => text!(
                "viết số không có dấu ngoặc kép: ({} … 10)",
                "write a number without quotation marks: ({} … 10)",
                helper.name
            ),
            (Family::Text, _) => text!(
                "viết chữ trong dấu ngoặc kép: ({} … \"10\")",
                "write text in quotation marks: ({} … \"10\")",
                helper.name
            ),
            (Family::Flag, _) => text!(
                "với có/không thì so với true hoặc false, hoặc hỏi thẳng: {{{{#if …}}}}",
                "compare yes or no with true or false, or ask for it: {{{{#if …}}}}"
            ),
            _ => text!(
                "hai vế phải cùng là số, cùng là chữ hoặc cùng là ngày",
                "both sides must be numbers, texts or dates"
            ),
        })));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_helper_is_listed_once_with_words_in_both_languages() {
        for helper in HELPERS {
            assert_eq!(
                HELPERS.iter().filter(|other| other.name == helper.name).count(),
                1,
                "{}",
                helper.name
            );
            let english = helper.usage().en.replace(" và ", "").replace('…', "");
            assert!(english.is_ascii(), "{english}");
            assert!(!helper.vi.is_empty() && !helper.en.is_empty() && helper.usage.starts_with(helper.name));
        }
    }
}
