//! What stands in a tag, compiled: the heads of blocks, and values that are printed.
//!
//! In: the syntax tree of a tag, a merge field or a content control, and the blocks around it. Out: a [`Head`] or a
//! [`Print`] whose names are resolved, or what is wrong with it.

use handlebars::template::{BlockParam, HelperTemplate, Parameter};

use super::control::Shows;
use super::expression::{Expr, Family, Fault, Kind, Literal, Scope, Scopes, Spelling};
use super::node::{Extra, PictureCall, Print, PrintPlace};
use super::print::Printer;
use super::section::Orientation;
use super::tag::{self, Says};
use crate::text;
use crate::value::Type;
use crate::vietnamese;

/// A block's head, compiled.
pub struct Head {
    /// Which of the block helpers it is.
    pub kind: HeadKind,
    /// What it asks or goes through.
    pub expr: Expr,
    /// The kind of that.
    pub value: Kind,
    /// `includeZero=`
    pub zero_counts: Option<bool>,
    /// What names mean inside, if the block changes it.
    pub scope: Option<Scope>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum HeadKind {
    /// `#each`
    Each,
    /// `#if`
    If,
    /// `#unless`
    Unless,
    /// `#with`
    With,
}

/// The block helpers.
const BLOCKS: [&str; 4] = ["each", "if", "unless", "with"];

/// The head of a block, its names resolved.
pub fn compile_block(scopes: &Scopes<'_>, name: &str, head: &HelperTemplate) -> Result<Head, Fault> {
    let kind = match name {
        "each" => HeadKind::Each,
        "if" => HeadKind::If,
        "unless" => HeadKind::Unless,
        "with" => HeadKind::With,
        _ => {
            let is_path = head.params.is_empty() && scopes.parameter(&head.name).is_ok();
            let near = vietnamese::nearest(name, BLOCKS);
            return Err(Fault::new(
                "mau/khoi-la",
                text!("không có khối “#{name}”", "there is no block “#{name}”"),
            )
            .hint(Some(match near {
                _ if is_path => text!(
                    "viết {{{{#each {name}}}}} để lặp, {{{{#if {name}}}}} để hỏi có hay không",
                    "write {{{{#each {name}}}}} to repeat, {{{{#if {name}}}}} to ask"
                ),
                Some(near) => text!("có phải “#{near}”?", "did you mean “#{near}”?"),
                None => text!(
                    "các khối: #each, #if, #unless, #with",
                    "the blocks are #each, #if, #unless, #with"
                ),
            })));
        }
    };
    let [parameter] = head.params.as_slice() else {
        let words: Vec<String> = head.params.iter().map(written_name).collect();
        if let Some(fault) = scopes.label(&words.join(" ")) {
            return Err(fault);
        }
        return Err(Fault::new(
            "mau/sai-doi-so",
            text!(
                "khối #{name} cần đúng một đối số",
                "the block #{name} takes exactly one argument"
            ),
        )
        .hint(Some(text!(
            "điều kiện gồm nhiều phần thì để trong ngoặc: {{{{#if (eq cap \"Tỉnh\")}}}}",
            "put a condition of several parts in brackets: {{{{#if (eq cap \"Tỉnh\")}}}}"
        ))));
    };
    let mut zero_counts = None;
    let mut keys: Vec<&String> = head.hash.keys().collect();
    keys.sort();
    for key in keys {
        match (key.as_str(), &head.hash[key]) {
            ("over", _) => {}
            ("numbering", Parameter::Literal(handlebars::JsonValue::String(wish)))
                if kind == HeadKind::Each && matches!(wish.as_str(), "restart" | "continue") => {}
            ("includeZero", Parameter::Literal(handlebars::JsonValue::Bool(flag))) if kind != HeadKind::Each => {
                zero_counts = Some(*flag);
            }
            _ => return Err(wrong_option(name, kind, key)),
        }
    }
    let (expr, value) = scopes.parameter(parameter)?;
    let (this_name, index_name) = match &head.block_param {
        None => (None, None),
        Some(BlockParam::Single(this)) => (Some(written_name(this)), None),
        Some(BlockParam::Pair((this, index))) => (Some(written_name(this)), Some(written_name(index))),
        Some(_) => (None, None),
    };
    let scope = match kind {
        HeadKind::Each => {
            let Some(item) = value.item() else {
                let found = value.describe(scopes.schema);
                return Err(Fault::new(
                    "mau/khong-phai-danh-sach",
                    crate::diagnostic::Text::new(
                        format!("#each cần một danh sách, “{}” là {}", written_name(parameter), found.vi),
                        format!("#each needs a list, “{}” is {}", written_name(parameter), found.en),
                    ),
                )
                .hint(Some(text!(
                    "danh sách là một trang bảng hoặc trang liệt kê của sổ tính, ví dụ {{{{#each khen_thuong}}}}",
                    "a list is a table or list sheet of the workbook"
                ))));
            };
            Some(Scope {
                kind: item,
                this_name,
                index_name,
                is_loop: true,
            })
        }
        HeadKind::With => Some(Scope {
            kind: value,
            this_name,
            index_name: None,
            is_loop: false,
        }),
        HeadKind::If | HeadKind::Unless => None,
    };
    Ok(Head {
        kind,
        expr,
        value,
        zero_counts,
        scope,
    })
}

/// The fault of a named argument that a block does not have, or not with that value.
fn wrong_option(name: &str, kind: HeadKind, key: &str) -> Fault {
    let values = match (kind, key) {
        (HeadKind::Each, "numbering") => Some("\"restart\", \"continue\""),
        (HeadKind::If | HeadKind::Unless | HeadKind::With, "includeZero") => Some("true, false"),
        _ => None,
    };
    if let Some(values) = values {
        return Fault::new(
            "mau/doi-so-la",
            text!(
                "đối số “{key}=” của khối #{name} có giá trị không đúng",
                "the argument “{key}=” of the block #{name} has a wrong value"
            ),
        )
        .hint(Some(text!("các giá trị: {values}", "the values are {values}")));
    }
    let known: &[&str] = match kind {
        HeadKind::Each => &["over", "numbering"],
        _ => &["over", "includeZero"],
    };
    let all = known.join("=, ");
    Fault::new(
        "mau/doi-so-la",
        text!(
            "khối #{name} không có đối số “{key}=”",
            "the block #{name} has no argument “{key}=”"
        ),
    )
    .hint(Some(match vietnamese::nearest(key, known.iter().copied()) {
        Some(near) => text!("có phải {near}=?", "did you mean {near}=?"),
        None => text!("các đối số: {all}=", "the arguments are {all}="),
    }))
}

fn written_name(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Name(name) => name.clone(),
        Parameter::Path(handlebars::Path::Relative((_, raw)) | handlebars::Path::Local((_, _, raw))) => raw.clone(),
        Parameter::Literal(literal) => literal.to_string(),
        Parameter::Subexpression(sub) => format!("({} …)", sub.name()),
        _ => String::new(),
    }
}

/// The value that a tag, merge field or control prints.
pub fn compile_printed(scopes: &Scopes<'_>, says: &Says, written: &str) -> Result<Print, Fault> {
    match says {
        Says::Print(head) => compile_print(scopes, head, written),
        Says::Merge(merge) => {
            merge.check(scopes)?;
            let Says::Print(head) = tag::parse(&merge.tag(scopes)?)? else {
                return Err(wrong_name(&merge.name));
            };
            let mut print = compile_print(scopes, &head, written)?;
            // Switches change how a value prints, not what stands for one that is missing.
            if print.field.is_none() {
                print.empty = compile_path(scopes, &merge.path(scopes)?, written)?.empty;
            }
            let (before, after) = &merge.around;
            let extra = Extra {
                before: merge.before.clone() + before.as_str(),
                after: after.clone() + merge.after.as_str(),
                ..Extra::default()
            };
            if !merge.before.is_empty() || !merge.after.is_empty() {
                // Text that goes with a value says that there need not be one.
                print.empty = Some(String::new());
            }
            if !extra.before.is_empty() || !extra.after.is_empty() {
                print.extra = Some(Box::new(extra));
            }
            Ok(print)
        }
        Says::Control(control) => {
            let mut print = compile_path(scopes, &control.path, written)?;
            match &control.shows {
                Shows::Date(Some(pattern)) if print.is_date => {
                    let pattern = pattern.replace('"', "");
                    let call = format!("{{{{date {} \"{pattern}\"}}}}", control.path);
                    // A pattern with more than a date in it (hours, names of days) is not taken over.
                    if let Ok(Says::Print(head)) = tag::parse(&call)
                        && let Ok(dated) = compile_print(scopes, &head, written)
                    {
                        print = Print {
                            field: print.field,
                            empty: print.empty,
                            ..dated
                        };
                    }
                }
                // A number 0 or the word "không" is a value, and would tick the box.
                Shows::CheckBox(..) if !print.is_flag => return Err(not_a_flag()),
                Shows::Choice(items) => {
                    print.extra = Some(Box::new(Extra {
                        shown: items.clone(),
                        ..Extra::default()
                    }));
                }
                _ => {}
            }
            Ok(print)
        }
        _ => Err(wrong_name(written)),
    }
}

/// The value that the expression of a tag prints.
pub fn compile_print(scopes: &Scopes<'_>, tag: &Parameter, written: &str) -> Result<Print, Fault> {
    let (expr, kind) = scopes.parameter(tag).map_err(|fault| match tag {
        Parameter::Subexpression(call) if scopes.has_helper(call.name()) => fault,
        _ => fault.spelled(Spelling::Tag),
    })?;
    if kind.family(scopes.schema) == Family::Compound {
        let found = kind.describe(scopes.schema);
        let fault = Fault::new(
            "mau/khong-in-duoc",
            crate::diagnostic::Text::new(
                format!("thẻ này là {}, không in thành chữ được", found.vi),
                format!("this is {}, which can't be printed", found.en),
            ),
        );
        return Err(fault.hint(Some(match kind {
            Kind::Rows(_) | Kind::Texts(_) | Kind::Groups(..) | Kind::LegalBases => text!(
                "lặp qua từng dòng bằng {{{{#each …}}}}, hoặc nối lại bằng {{{{join …}}}}",
                "go through it with {{{{#each …}}}}, or put it together with {{{{join …}}}}"
            ),
            _ => text!("thêm dấu chấm và tên trường", "add a dot and the name of a field"),
        })));
    }
    let field = match kind {
        Kind::Field(sheet, field) => Some((sheet, field)),
        _ => None,
    };
    let declared = field.and_then(|(sheet, field)| scopes.schema.sheets.get(sheet)?.fields.get(field));
    Ok(Print {
        printer: Printer::of(scopes.schema, kind),
        field,
        empty: declared.and_then(|field| field.empty.clone()),
        is_long: declared.is_some_and(|field| field.ty == Type::LongText),
        is_date: kind.family(scopes.schema) == Family::Date,
        is_flag: kind.family(scopes.schema) == Family::Flag,
        is_link: kind == Kind::Link,
        picture: picture_call(kind, &expr),
        written: written.to_owned(),
        place: PrintPlace::Plain,
        extra: None,
        expr,
    })
}

/// The picture that a call of the helper `image` asks for.
fn picture_call(kind: Kind, expr: &Expr) -> Option<Box<PictureCall>> {
    let (Kind::Picture, Expr::Call(call)) = (kind, expr) else {
        return None;
    };
    let millimetres = |name: &str| {
        let named = call.named.iter().find(|(named, _)| named == name);
        match named {
            Some((_, Expr::Literal(Literal::Number(number)))) => number.to_string().parse().ok(),
            _ => None,
        }
    };
    Some(Box::new(PictureCall {
        source: call.arguments.first()?.clone(),
        field: match call.kinds.first() {
            Some(Kind::Field(sheet, field)) => Some((*sheet, *field)),
            _ => None,
        },
        width: millimetres("width"),
        height: millimetres("height"),
        is_optional: call.named.iter().any(|(name, _)| name == "optional"),
    }))
}

/// The value of a path, as a tag `{{path}}` prints it.
pub fn compile_path(scopes: &Scopes<'_>, path: &str, written: &str) -> Result<Print, Fault> {
    match tag::parse(&format!("{{{{{path}}}}}"))? {
        Says::Print(head) => compile_print(scopes, &head, written),
        _ => Err(wrong_name(path)),
    }
}

fn not_a_flag() -> Fault {
    Fault::new(
        "mau/o-danh-dau-khong-phai-co",
        text!(
            "ô đánh dấu cần một trường có/không (flag)",
            "a check box needs a field of yes or no (flag)"
        ),
    )
    .hint(Some(text!(
        "dùng điều khiển văn bản cho trường này, hoặc đổi kiểu của trường thành flag trong pack.toml",
        "use a text control for this field, or make the field's type flag in pack.toml"
    )))
}

fn wrong_name(name: &str) -> Fault {
    Fault::new(
        "mau/cu-phap",
        text!("“{name}” không phải tên trường", "“{name}” is no name of a field"),
    )
}

/// What a section break asks for.
pub fn section_break(says: &Says) -> Result<Option<Orientation>, Fault> {
    let wrong = || {
        Fault::new(
            "mau/sai-doi-so",
            text!(
                "hàm “section_break” chỉ nhận \"landscape\" hoặc \"portrait\"",
                "helper “section_break” takes \"landscape\" or \"portrait\" only"
            ),
        )
        .hint(Some(text!(
            "viết {{{{section_break \"landscape\"}}}}",
            "write {{{{section_break \"landscape\"}}}}"
        )))
    };
    let Says::Print(Parameter::Subexpression(call)) = says else {
        return Ok(None);
    };
    let handlebars::template::TemplateElement::Expression(call) = call.as_element() else {
        return Err(wrong());
    };
    match (call.params.as_slice(), call.hash.is_empty()) {
        ([], true) => Ok(None),
        ([Parameter::Literal(literal)], true) => {
            let orientation = literal.as_str().and_then(Orientation::parse);
            orientation.map(Some).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}
