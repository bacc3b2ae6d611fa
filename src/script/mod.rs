//! A pack's own checks and helpers: `script.rhai`, in a sandbox.
//!
//! In: the text of a script when a pack loads; later a dataset, or the values that a tag gives to a helper. Out: findings at
//! cells, values to print, or what is wrong with the script by its line. The engine (`engine`) starts empty: no files, no
//! clock, no chance, no `import`, no printing. What a run may use up is counted in steps (`meter`) and bounded in size
//! (`limit`), so that any script ends soon, and ends the same way on every machine. Figures are whole or decimal, never
//! binary. `data` and `date` are what scripts see, `library` what they can call, `finding` what `check` gives back,
//! `fault` puts rhai's errors in words, `source` reads the script's text.

mod data;
mod date;
mod engine;
mod fault;
mod finding;
mod library;
mod limit;
mod meter;
mod source;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use rhai::{AST, CallFnOptions, Dynamic, Engine, EvalAltResult, FnAccess, Scope};

use self::fault::Fault;
use self::finding::in_script;
pub use self::meter::Allowance;
use self::source::Source;
use crate::dataset::Dataset;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, Text};
use crate::schema::Schema;
use crate::template::helper::{self, Failure, Foreign};
use crate::text;
use crate::value::Value;

/// The script's file name.
pub const SCRIPT: &str = "script.rhai";

/// The function that checks a workbook.
const CHECK: &str = "check";

/// A compiled script.
#[derive(Clone)]
pub struct Script {
    inner: Arc<Inner>,
    helpers: Arc<[Foreign]>,
}

struct Inner {
    engine: Engine,
    ast: AST,
    source: Source,
    has_check: bool,
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.helpers.iter().map(|helper| &helper.name);
        f.debug_set().entries(names).finish()
    }
}

impl Script {
    /// Compiles a script; or what is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Diagnostics> {
        if bytes.len() > limit::SCRIPT_BYTES {
            let (found, most) = (bytes.len().div_ceil(1024), limit::SCRIPT_BYTES >> 10);
            return Err(whole(
                "kich-ban/qua-dai",
                text!(
                    "kịch bản cần ngắn hơn {most} KB, tệp này dài {found} KB",
                    "a script must be shorter than {most} KB, this one has {found} KB"
                ),
                text!("bỏ bớt hàm không dùng", "leave out functions that are not used"),
            ));
        }
        let Ok(written) = std::str::from_utf8(bytes) else {
            return Err(whole(
                "goi/khong-utf8",
                text!("tệp này không phải chữ UTF-8", "this file isn't UTF-8 text"),
                text!("lưu lại tệp với bảng mã UTF-8", "save the file as UTF-8"),
            ));
        };
        let written = written.strip_prefix('\u{feff}').unwrap_or(written);
        let mut engine = engine::engine();
        let ast = match engine.compile(written) {
            Ok(ast) => ast,
            Err(error) => return Err([told(fault::of_parser(&error))].into_iter().collect()),
        };
        engine::for_running(&mut engine);
        let source = Source::read(written);
        let (functions, faults) = functions(&ast, &source);
        if !faults.is_empty() {
            return Err(faults);
        }
        let has_check = ast.iter_functions().any(|function| function.name == CHECK);
        let inner = Arc::new(Inner {
            engine,
            ast,
            source,
            has_check,
        });
        let helpers = functions.into_iter().map(|(name, parameters, doc)| {
            let inner = Arc::clone(&inner);
            let called = name.clone();
            Foreign {
                name,
                parameters,
                doc,
                call: Arc::new(move |values: &[Option<Value>]| inner.help(&called, values)),
            }
        });
        Ok(Self {
            helpers: helpers.collect(),
            inner,
        })
    }

    /// The functions that templates can call, in the order of the script.
    pub fn helpers(&self) -> &[Foreign] {
        &self.helpers
    }

    /// Runs the script's `check`, if it has one: what it finds, or how it failed.
    pub fn check(&self, schema: &Schema, dataset: &Arc<Dataset>) -> Diagnostics {
        if !self.inner.has_check {
            return Diagnostics::new();
        }
        let line = self.inner.source.line_of(CHECK).unwrap_or(1);
        let source = data::Source {
            schema: schema.clone(),
            dataset: Arc::clone(dataset),
        };
        let data = Dynamic::from(data::Data(Arc::new(source)));
        match self
            .inner
            .run(CHECK, vec![data], |value| finding::collect(value, false, line))
        {
            Ok(findings) => findings,
            Err(Stopped::Enough(findings)) => finding::collect(findings, true, line),
            Err(Stopped::Failed(fault)) => [told(*fault)].into_iter().collect(),
        }
    }

    /// Whether the script has a word that may be the id of a sheet or field.
    pub fn has_word(&self, word: &str) -> bool {
        self.inner.source.has_word(word)
    }

    /// Warnings about functions that neither templates call, by the names given, nor the script itself.
    pub fn unused(&self, called: &BTreeSet<String>) -> Diagnostics {
        let source = &self.inner.source;
        let idle = source.functions.iter().filter(|function| {
            function.name != CHECK && !called.contains(&function.name) && !source.is_called(function)
        });
        let warning = |function: &source::Written| {
            let name = &function.name;
            in_script(
                Severity::Warning,
                "kich-ban/ham-thua",
                *function.lines.start(),
                text!(
                    "không mẫu nào gọi hàm “{name}”",
                    "no template calls the function “{name}”"
                ),
                Some(text!(
                    "gọi hàm trong mẫu: {{{{{name} …}}}}, hoặc bỏ hàm đi",
                    "call it in a template, {{{{{name} …}}}}, or leave it out"
                )),
            )
        };
        idle.map(warning).collect()
    }
}

/// Why a run gave no value.
enum Stopped {
    /// `check` found more than anybody reads; what it has found.
    Enough(Dynamic),
    /// It failed.
    Failed(Box<Fault>),
}

impl Inner {
    fn run<T>(&self, name: &str, arguments: Vec<Dynamic>, read: impl FnOnce(Dynamic) -> T) -> Result<T, Stopped> {
        let options = CallFnOptions::new().eval_ast(false);
        meter::run(|| {
            let result =
                self.engine
                    .call_fn_with_options::<Dynamic>(options, &mut Scope::new(), &self.ast, name, arguments);
            result.map(read).map_err(|error| *error)
        })
        .map_err(|error| match error {
            EvalAltResult::ErrorTerminated(found, _) if found.is_array() => Stopped::Enough(found),
            error => Stopped::Failed(Box::new(fault::of_run(error, name, &self.source))),
        })
    }

    /// The value of a helper.
    fn help(&self, name: &str, values: &[Option<Value>]) -> Result<Option<Value>, Failure> {
        let arguments = values.iter().map(|value| match value {
            // A text of a cell that is too long for scripts is told where the script is run.
            Some(Value::Text(text)) => Ok(text.to_string().into()),
            value => data::to_script(value.as_ref()),
        });
        let failed = |fault: Fault| Failure {
            code: fault.code,
            message: match fault.line {
                Some((line, _)) => Text::new(
                    format!("{} ({SCRIPT}, dòng {line})", fault.message.vi),
                    format!("{} ({SCRIPT}, line {line})", fault.message.en),
                ),
                None => fault.message,
            },
            hint: fault.hint,
        };
        let arguments: Result<Vec<Dynamic>, Box<EvalAltResult>> = arguments.collect();
        let arguments = arguments.map_err(|error| failed(fault::of_run(*error, name, &self.source)))?;
        match self.run(name, arguments, data::from_script) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(found)) => {
                let found = fault::type_words(found);
                Err(failed(Fault {
                    code: "kich-ban/tra-ve-sai",
                    message: Text::new(
                        format!("hàm {name} cần trả về một giá trị để in, ở đây là {}", found.vi),
                        format!("function {name} must give back a value to print, this is {}", found.en),
                    ),
                    hint: Some(text!(
                        "trả về số, chữ, ngày hoặc đúng/sai; danh sách thì ghép lại bằng join",
                        "give back a number, a text, a date or true or false; put an array together with join"
                    )),
                    line: self.source.line_of(name).map(|line| (line, 1)),
                }))
            }
            Err(Stopped::Failed(fault)) => Err(failed(*fault)),
            Err(Stopped::Enough(_)) => Ok(None),
        }
    }
}

/// A helper: its name, its parameters, what is said above it.
type Helper = (String, Vec<String>, String);

/// The functions that templates can call, and what is wrong with the functions of a script.
fn functions(ast: &AST, source: &Source) -> (Vec<Helper>, Diagnostics) {
    let mut faults = Diagnostics::new();
    let mut helpers = Vec::new();
    // What stands outside of functions never runs; an author is not to wonder why.
    if source.stray.is_some() {
        faults.push(told(Fault {
            code: "kich-ban/lenh-ngoai-ham",
            message: text!(
                "kịch bản chỉ gồm các hàm, ở đây có lệnh đứng ngoài hàm",
                "a script is made of functions only; this stands outside of them"
            ),
            hint: Some(text!(
                "đưa lệnh vào trong một hàm fn; giá trị dùng chung thì viết thành hàm: fn nguong() {{ 80 }}",
                "put it into a function; a value that several use is a function too: fn limit() {{ 80 }}"
            )),
            line: source.stray,
        }));
    }
    for function in ast.iter_functions() {
        let (name, count) = (function.name, function.params.len());
        let line = source.line_of(name).unwrap_or(1);
        let mut fault = |code, message, hint| faults.push(in_script(Severity::Error, code, line, message, Some(hint)));
        if name == CHECK && (count != 1 || function.access == FnAccess::Private) {
            fault(
                "kich-ban/check-sai",
                text!(
                    "hàm check cần đúng một tham số, ở đây có {count}",
                    "the function check takes one parameter, here are {count}"
                ),
                text!("viết fn check(data) {{ … }}", "write fn check(data) {{ … }}"),
            );
        } else if count > limit::PARAMETERS {
            fault(
                "kich-ban/qua-nhieu-bien",
                text!(
                    "hàm “{name}” có quá {} tham số",
                    "the function “{name}” has more than {} parameters",
                    limit::PARAMETERS
                ),
                text!("gom các giá trị vào một danh sách", "put the values into an array"),
            );
        } else if helper::is_taken(name) {
            fault(
                "kich-ban/trung-ham",
                text!(
                    "“{name}” là hàm có sẵn của thẻ, kịch bản không đặt hàm trùng tên được",
                    "“{name}” is a helper of tags; a script can't have a function of that name"
                ),
                text!("đổi tên hàm, ví dụ {name}_rieng", "rename it, for instance own_{name}"),
            );
        }
        if function.access == FnAccess::Public && name != CHECK {
            let parameters = function.params.iter().map(|name| (*name).to_owned()).collect();
            let doc = source.functions.iter().find(|written| written.name == name);
            helpers.push((
                name.to_owned(),
                parameters,
                doc.map(|written| written.doc.clone()).unwrap_or_default(),
            ));
        }
    }
    // Rhai keeps functions by their hash; people by their place.
    helpers.sort_by_key(|(name, parameters, _): &Helper| (source.line_of(name), name.clone(), parameters.len()));
    faults.sort(&[]);
    (helpers, faults)
}

fn whole(code: &'static str, message: Text, hint: Text) -> Diagnostics {
    let mut finding = Diagnostic::error(code, Place::File, message).hint(hint);
    finding.file = Some(SCRIPT.to_owned());
    [finding].into_iter().collect()
}

fn told(fault: Fault) -> Diagnostic {
    let mut finding = in_script(Severity::Error, fault.code, 1, fault.message, fault.hint);
    finding.place = match fault.line {
        Some((line, column)) => Place::Line { line, column },
        None => Place::File,
    };
    finding
}
