//! Errors of rhai in words for those who write and use packs.
//!
//! In: an error of the parser or of a run. Out: code, wording and hint, and the line of the script. Rhai's own English
//! words follow in brackets where they say more.

use rhai::{Dynamic, EvalAltResult, LexError, ParseError, ParseErrorType, Position};

use super::source::Source;
use super::{engine, limit, meter};
use crate::diagnostic::Text;
use crate::text;
use crate::vietnamese::nearest;

/// What a function of ours gives to a script.
pub(super) type Raised<T> = Result<T, Box<EvalAltResult>>;

/// What is wrong, without a place.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub code: &'static str,
    pub message: Text,
    pub hint: Option<Text>,
    /// Line and column of the script, from 1.
    pub line: Option<(usize, usize)>,
}

impl Fault {
    fn new(code: &'static str, message: Text, hint: Option<Text>) -> Self {
        Self {
            code,
            message,
            hint,
            line: None,
        }
    }
}

/// An error of ours as rhai carries it.
pub(super) fn raised(code: &'static str, message: Text, hint: Option<Text>) -> Box<EvalAltResult> {
    carried(Fault::new(code, message, hint))
}

/// A fault as rhai carries it.
pub(super) fn carried(fault: Fault) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(Dynamic::from(fault), Position::NONE).into()
}

/// The error of a run that has used up its steps.
pub(super) fn spent() -> Box<EvalAltResult> {
    carried(Fault::new(SPENT, Text::default(), None))
}

/// The code of a run that took too many steps.
const SPENT: &str = "kich-ban/qua-nhieu-buoc";

/// What rhai calls a type, in words.
pub(super) fn type_words(name: &str) -> Text {
    match name {
        "()" => text!("ô trống, không có giá trị", "nothing, a missing value"),
        "i64" => text!("số nguyên", "a whole number"),
        "decimal" => text!("số lẻ", "a decimal number"),
        "string" => text!("chữ", "a text"),
        // Rhai's name for whatever holds a text.
        name if name.contains("ImmutableString") || name == "&str" => text!("chữ", "a text"),
        "char" => text!("một chữ cái", "a letter"),
        "bool" => text!("đúng/sai", "true or false"),
        "array" => text!("danh sách", "an array"),
        "map" => text!("bảng #{{…}}", "a map #{{…}}"),
        "range" | "range=" => text!("khoảng số", "a range"),
        "Fn" => text!("hàm", "a function"),
        name if name.ends_with("Day") || name == super::date::TYPE => text!("ngày", "a date"),
        name if name.ends_with("Entry") || name == "record" => text!("một dòng", "a record"),
        name if name.ends_with("Rows") || name == "rows" => text!("các dòng của một trang", "the rows of a sheet"),
        name if name.ends_with("Spot") || name == "cell" => text!("một ô", "a cell"),
        name if name.ends_with("Finding") || name == "finding" => text!("lời báo lỗi", "a finding"),
        name if name.ends_with("Data") || name == "data" => text!("toàn bộ dữ liệu", "all data"),
        other => text!("“{other}”", "“{other}”"),
    }
}

fn at(position: Position) -> Option<(usize, usize)> {
    Some((position.line()?, position.position().unwrap_or(1)))
}

/// The fault of a script that can't be parsed.
pub(super) fn of_parser(error: &ParseError) -> Fault {
    let kind = error.err_type();
    let said = kind.to_string();
    let plain = |vi: &str| Text::new(format!("{vi} ({said})"), said.clone());
    let syntax = |vi: &str| Fault::new("kich-ban/cu-phap", plain(vi), None);
    let mut fault = match kind {
        ParseErrorType::UnexpectedEOF => syntax("kịch bản dừng giữa chừng, còn thiếu phần cuối"),
        ParseErrorType::BadInput(LexError::ImproperSymbol(..)) | ParseErrorType::Reserved(_)
            if forbidden(&said).is_some() =>
        {
            let word = forbidden(&said).unwrap_or_default();
            Fault::new(
                "kich-ban/tu-choi",
                text!(
                    "kịch bản của gói không được dùng “{word}”",
                    "scripts of packs must not use “{word}”"
                ),
                Some(text!(
                    "kịch bản chỉ gồm các hàm fn, không đọc tệp, không in, không chạy chữ như mã lệnh",
                    "a script is made of functions only: it reads no files, prints nothing and runs no text as code"
                )),
            )
        }
        ParseErrorType::BadInput(LexError::UnterminatedString) => syntax("chuỗi mở dấu nháy mà chưa đóng"),
        ParseErrorType::BadInput(LexError::MalformedNumber(_)) => syntax("số viết không đúng"),
        ParseErrorType::BadInput(LexError::MalformedEscapeSequence(_)) => {
            syntax("dấu \\ trong chuỗi đứng trước ký hiệu không dùng được")
        }
        ParseErrorType::BadInput(LexError::MalformedIdentifier(_) | LexError::UnexpectedInput(_)) => Fault::new(
            "kich-ban/cu-phap",
            plain("gặp ký hiệu không dùng được ở đây"),
            Some(text!(
                "tên hàm và tên biến chỉ gồm chữ không dấu, chữ số và gạch dưới; lời văn đặt trong dấu nháy",
                "names are made of ASCII letters, digits and underscores; wording goes between quotation marks"
            )),
        ),
        ParseErrorType::LiteralTooLarge(..) => Fault::new(
            "kich-ban/qua-lon",
            text!(
                "chuỗi viết trong kịch bản dài quá {} byte",
                "a text in the script is longer than {} bytes",
                limit::LITERAL_BYTES
            ),
            Some(text!("cắt chuỗi thành nhiều đoạn ngắn", "divide it into shorter ones")),
        ),
        ParseErrorType::ExprTooDeep => Fault::new(
            "kich-ban/qua-sau",
            text!(
                "biểu thức hay khối lệnh lồng nhau quá {} lớp",
                "expressions or blocks are nested more than {} levels deep",
                limit::NESTING
            ),
            Some(text!("tách ra thành hàm nhỏ hơn", "divide it into smaller functions")),
        ),
        ParseErrorType::TooManyFunctions => Fault::new(
            "kich-ban/qua-nhieu-ham",
            text!(
                "kịch bản có quá {} hàm",
                "the script has more than {} functions",
                limit::FUNCTIONS
            ),
            Some(text!("bỏ bớt hàm không dùng", "leave out functions that are not used")),
        ),
        ParseErrorType::MissingToken(token, _) => Fault::new(
            "kich-ban/cu-phap",
            Text::new(format!("thiếu “{token}” ({said})"), said.clone()),
            None,
        ),
        ParseErrorType::VariableUndefined(name) => Fault::new(
            "kich-ban/bien-la",
            text!("không có biến “{name}”", "there is no variable “{name}”"),
            Some(text!(
                "khai báo bằng let trước khi dùng; hàm chỉ thấy các tham số của nó",
                "declare it with let; a function sees nothing but its parameters"
            )),
        ),
        ParseErrorType::FnDuplicatedDefinition(name, _) => Fault::new(
            "kich-ban/cu-phap",
            text!("hàm “{name}” được viết hai lần", "the function “{name}” is there twice"),
            Some(text!("bỏ bớt một hàm hoặc đổi tên", "leave one out, or rename it")),
        ),
        ParseErrorType::WrongFnDefinition => syntax("hàm fn phải đứng ngoài mọi khối lệnh và mọi hàm khác"),
        ParseErrorType::WrongDocComment => syntax("lời chú thích /// phải đứng ngay trên một hàm fn"),
        ParseErrorType::LoopBreak => syntax("break và continue chỉ dùng trong vòng lặp"),
        ParseErrorType::AssignmentToConstant(name) => Fault::new(
            "kich-ban/cu-phap",
            text!(
                "“{name}” là hằng, không gán lại được",
                "“{name}” is a constant and can't be assigned to"
            ),
            Some(text!(
                "khai báo bằng let thay cho const",
                "declare it with let, not with const"
            )),
        ),
        ParseErrorType::Reserved(word) => Fault::new(
            "kich-ban/cu-phap",
            text!(
                "“{word}” là từ riêng của ngôn ngữ, không dùng được ở đây",
                "“{word}” is a reserved word"
            ),
            Some(text!("đổi sang tên khác", "use another name")),
        ),
        _ => syntax("không đúng cú pháp"),
    };
    fault.line = at(error.position());
    fault
}

/// The forbidden word that an error of the parser is about.
fn forbidden(said: &str) -> Option<&'static str> {
    let quoted = |word: &&&str| said.contains(&format!("'{word}'"));
    engine::FORBIDDEN.iter().find(quoted).copied()
}

/// The fault of a run that failed.
pub(super) fn of_run(error: EvalAltResult, called: &str, source: &Source) -> Fault {
    let mut error = error;
    let mut function = called.to_owned();
    while let EvalAltResult::ErrorInFunctionCall(name, _, inner, position) = error {
        function = name;
        error = *inner;
        if error.position().is_none() {
            error.set_position(position);
        }
    }
    let line = at(error.position()).or_else(|| Some((source.line_of(&function)?, 1)));
    if let Some((line, _)) = line
        && let Some(around) = source.function_at(line)
    {
        function = around.to_owned();
    }
    let mut fault = of_error(error, source);
    fault.message = Text::new(
        format!("hàm {function}: {}", fault.message.vi),
        format!("function {function}: {}", fault.message.en),
    );
    fault.line = line;
    fault
}

fn of_error(error: EvalAltResult, source: &Source) -> Fault {
    let said = error.to_string();
    let said = said.split(" (line ").next().unwrap_or_default().to_owned();
    let run = |message: Text, hint: Option<Text>| Fault::new("kich-ban/loi-chay", message, hint);
    match error {
        EvalAltResult::ErrorTerminated(token, _) if token.is_string() => too_deep(text!(
            "các hàm và biểu thức lồng nhau quá sâu",
            "functions and expressions are nested too deep"
        )),
        EvalAltResult::ErrorTooManyOperations(_) | EvalAltResult::ErrorTerminated(..) => too_many_steps(),
        EvalAltResult::ErrorStackOverflow(_) => too_deep(text!(
            "các hàm gọi lồng nhau quá {} lần",
            "functions call each other more than {} levels deep",
            limit::CALLS
        )),
        EvalAltResult::ErrorTooManyVariables(_) => Fault::new(
            "kich-ban/qua-nhieu-bien",
            text!(
                "dùng quá {} biến cùng lúc",
                "has more than {} variables at once",
                limit::VARIABLES
            ),
            Some(text!(
                "gom các giá trị vào một danh sách",
                "put the values into an array"
            )),
        ),
        EvalAltResult::ErrorDataTooLarge(what, _) => too_large(&what),
        EvalAltResult::ErrorRuntime(value, _) => match value.try_cast_result::<Fault>() {
            // Which of the two budgets it was is known when the run has ended.
            Ok(fault) if fault.code == SPENT => too_many_steps(),
            Ok(fault) => fault,
            Err(value) => {
                let thrown: String = value.to_string().chars().take(limit::MESSAGE_LETTERS).collect();
                let thrown = thrown.replace(char::is_control, " ");
                run(
                    text!("kịch bản tự dừng: {thrown}", "the script stopped by itself: {thrown}"),
                    None,
                )
            }
        },
        EvalAltResult::ErrorFunctionNotFound(signature, _) => not_found(&signature, source),
        EvalAltResult::ErrorArithmetic(..) => {
            let message = match said.to_lowercase() {
                said if said.contains("division by zero") || said.contains("modulo") => {
                    text!("phép chia cho 0", "a division by zero")
                }
                _ => text!("phép tính ra số quá lớn ({said})", "the figure is too large ({said})"),
            };
            run(
                message,
                Some(text!(
                    "kiểm tra số chia, số bị chia trước khi tính: if x == 0 {{ … }}",
                    "look at the figures before: if x == 0 {{ … }}"
                )),
            )
        }
        EvalAltResult::ErrorArrayBounds(length, index, _) => run(
            text!(
                "danh sách có {length} phần tử, không có phần tử số {index} (đếm từ 0)",
                "the list has {length} items, none with the number {index} (from 0)"
            ),
            Some(text!("kiểm tra trước bằng .len()", "look at .len() before")),
        ),
        EvalAltResult::ErrorPropertyNotFound(name, _) => run(
            text!("bảng không có mục “{name}”", "the map has no entry “{name}”"),
            Some(text!(
                "kiểm tra trước: if \"{name}\" in m {{ … }}",
                "look before: if \"{name}\" in m {{ … }}"
            )),
        ),
        EvalAltResult::ErrorVariableNotFound(name, _) => {
            run(text!("không có biến “{name}”", "there is no variable “{name}”"), None)
        }
        EvalAltResult::ErrorFor(_) => run(
            text!(
                "vòng for cần một danh sách hay các dòng của một trang",
                "for needs an array or the rows of a sheet"
            ),
            None,
        ),
        EvalAltResult::ErrorMismatchDataType(wanted, found, _) => {
            let (wanted, found) = (type_words(&wanted), type_words(&found));
            run(
                Text::new(
                    format!("cần {}, ở đây là {}", wanted.vi, found.vi),
                    format!("{} is needed, this is {}", wanted.en, found.en),
                ),
                None,
            )
        }
        EvalAltResult::ErrorIndexingType(what, _) => {
            let found = type_words(what.split(" [").next().unwrap_or_default());
            run(
                Text::new(
                    format!("không lấy được phần nào từ {}", found.vi),
                    format!("nothing can be taken from {}", found.en),
                ),
                missing_hint(&what),
            )
        }
        // Unknown property 'abc' - a getter is not registered for type 'string'
        EvalAltResult::ErrorDotExpr(what, _) if what.matches('\'').count() == 4 => {
            let mut quoted = what.split('\'').skip(1).step_by(2);
            let (property, found) = (quoted.next().unwrap_or_default(), quoted.next().unwrap_or_default());
            let words = type_words(found);
            run(
                Text::new(
                    format!("{} không có “{property}”", words.vi),
                    format!("{} has no “{property}”", words.en),
                ),
                missing_hint(found),
            )
        }
        EvalAltResult::ErrorDotExpr(what, _) => run(
            text!(
                "không có trường hay hàm ấy ({what})",
                "there is no such field or function ({what})"
            ),
            missing_hint(&what),
        ),
        _ => run(
            text!("kịch bản gặp lỗi khi chạy ({said})", "the script failed ({said})"),
            None,
        ),
    }
}

fn too_deep(message: Text) -> Fault {
    let hint = text!(
        "viết bằng vòng lặp thay cho hàm tự gọi mình",
        "use a loop where a function calls itself"
    );
    Fault::new("kich-ban/qua-sau", message, Some(hint))
}

fn too_many_steps() -> Fault {
    let hint = text!(
        "xem lại các vòng lặp: có vòng nào không dừng, hay chép đi chép lại danh sách dài không",
        "look at the loops: does one never end, or copy a long array again and again?"
    );
    let message = match meter::is_workbook_spent() {
        true => text!(
            "các lần gọi kịch bản cho một sổ tính cộng lại chạy quá {} triệu bước",
            "all calls of the script for one workbook took more than {} million steps",
            meter::STEPS_OF_A_WORKBOOK / 1_000_000
        ),
        false => text!(
            "chạy quá {} triệu bước mà chưa xong",
            "took more than {} million steps and has not ended",
            meter::STEPS_OF_A_RUN / 1_000_000
        ),
    };
    Fault::new(SPENT, message, Some(hint))
}

pub(super) fn too_large(what: &str) -> Fault {
    if what == limit::TOO_DEEP {
        return Fault::new(
            "kich-ban/qua-sau",
            text!(
                "danh sách lồng trong danh sách quá {} lớp",
                "arrays lie in arrays more than {} levels deep",
                meter::DEEPEST_VALUE
            ),
            Some(text!("dùng một danh sách phẳng", "use a flat array")),
        );
    }
    let message = match what {
        what if what.contains("string") => text!(
            "tạo chữ dài quá {} KB",
            "made a text longer than {} KB",
            limit::TEXT_BYTES >> 10
        ),
        what if what.contains("map") => text!(
            "tạo bảng quá {} mục",
            "made a map of more than {} entries",
            limit::ENTRIES
        ),
        _ => text!(
            "tạo danh sách quá {} phần tử",
            "made an array of more than {} elements",
            limit::ELEMENTS
        ),
    };
    let hint = text!(
        "xem lại chỗ thêm vào trong vòng lặp; số liệu của sổ tính thì duyệt thẳng bằng for, không cần chép ra",
        "look at what is added in a loop; go through rows with for, without copying them"
    );
    Fault::new("kich-ban/qua-lon", message, Some(hint))
}

fn missing_hint(what: &str) -> Option<Text> {
    what.contains("()").then(|| {
        text!(
            "giá trị có thể trống: kiểm tra trước bằng if x != () {{ … }}",
            "the value may be missing: look before, if x != () {{ … }}"
        )
    })
}

/// A call that fits no function: rhai names it `round (string, i64)`.
fn not_found(signature: &str, source: &Source) -> Fault {
    let (name, types) = signature.split_once(" (").unwrap_or((signature, ""));
    let types: Vec<Text> = types
        .trim_end_matches(')')
        .split(", ")
        .filter(|name| !name.is_empty())
        .map(|name| type_words(if name == "(" { "()" } else { name }))
        .collect();
    let vi = types
        .iter()
        .map(|found| found.vi.as_str())
        .collect::<Vec<_>>()
        .join(" và ");
    let en = types
        .iter()
        .map(|found| found.en.as_str())
        .collect::<Vec<_>>()
        .join(" and ");
    let is_operator = !name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let known = super::library::NAMES.iter().copied().chain(source.names());
    let is_known = known.clone().any(|known| known == name);
    let property = name.strip_prefix("get$").or(name.strip_prefix("set$"));
    let message = match (property, is_operator, is_known) {
        (Some(property), ..) => Text::new(
            format!("{vi} không có “{property}”"),
            format!("{en} has no “{property}”"),
        ),
        (_, true, _) => Text::new(
            format!("phép “{name}” không dùng được với {vi}"),
            format!("“{name}” can't be used with {en}"),
        ),
        (_, _, true) if types.is_empty() => Text::new(
            format!("hàm “{name}” cần đối số"),
            format!("the function “{name}” needs arguments"),
        ),
        (_, _, true) => Text::new(
            format!("hàm “{name}” không nhận {vi}"),
            format!("the function “{name}” does not take {en}"),
        ),
        _ => text!("không có hàm “{name}”", "there is no function “{name}”"),
    };
    let near = || nearest(name, known.clone()).map(|near| text!("có phải “{near}”?", "did you mean “{near}”?"));
    let hint = match (signature.contains("()"), is_operator || is_known) {
        (true, _) if !types.is_empty() => missing_hint(signature),
        (_, true) if signature.to_lowercase().contains("string") && name == "+" => Some(text!(
            "ghép số vào chữ bằng `… ${{x}} …` trong dấu nháy ngược",
            "put a figure into a text with `… ${{x}} …` between backticks"
        )),
        (_, true) => None,
        _ => near(),
    };
    Fault::new("kich-ban/loi-chay", message, hint)
}
