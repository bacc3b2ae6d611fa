//! Arguments, files, exit status; one file for each command.
//!
//! In: the process's arguments and environment. Out: results on standard output, messages on standard error, and the
//! exit status: 0 done, 1 the input has errors and nothing was written, 2 wrong use, unreadable file, or a fault.

mod annotate;
mod arguments;
mod ask;
mod blank;
mod check;
mod decoded;
mod folder;
mod images;
mod input;
mod lint;
mod listing;
mod mapping;
mod output;
mod pack;
mod packs;
mod render;
mod report;
mod screen;
mod usage;

use std::ffi::OsString;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ArgMatches;
use clap::error::ErrorKind;

use self::report::{Report, Status, Stop};
use crate::diagnostic::{Diagnostic, Lang, Place, Text};

/// What holds for a whole run.
struct Session {
    lang: Lang,
    json: bool,
    /// The folder of packs that is searched first.
    templates: Option<PathBuf>,
}

/// Runs the program.
pub fn run() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut session = Session {
        lang: arguments::language(&arguments),
        json: arguments::has_flag(&arguments, "--json"),
        templates: None,
    };
    screen::apologise_on_panic(session.lang);
    let report = match catch_unwind(AssertUnwindSafe(|| obey(&mut session, arguments))) {
        Ok(report) => report,
        // The hook has apologised; the report is for programs that read it.
        Err(_) => Report::stopped(Stop::fault(Diagnostic::error(
            "chuong-trinh/hong",
            Place::File,
            Text::new(
                "chương trình gặp lỗi của chính nó",
                "the program has a fault of its own",
            ),
        )))
        .silent(),
    };
    match screen::show(&session, &report) {
        Ok(()) => ExitCode::from(report.status as u8),
        Err(error) => {
            // Nothing else is left to say it on.
            let _ = writeln!(std::io::stderr(), "{error:#}");
            ExitCode::from(Status::Fault as u8)
        }
    }
}

/// Parses the arguments and does what they ask.
fn obey(session: &mut Session, arguments: Vec<OsString>) -> Report {
    if arguments.is_empty() {
        return Report::new("help").with_text(arguments::greeting(session.lang));
    }
    let matches = match arguments::command(session.lang).try_get_matches_from(arguments::prepare(arguments)) {
        Ok(matches) => matches,
        Err(error) => {
            return match error.kind() {
                ErrorKind::DisplayHelp => Report::new("help").with_text(error.to_string()).verbatim(),
                ErrorKind::DisplayVersion => Report::new("version").with_text(error.to_string()).verbatim(),
                _ => Report::stopped(Stop::fault(usage::explain(&error))),
            };
        }
    };
    session.templates = matches.get_one::<PathBuf>("templates").cloned();
    match matches.subcommand() {
        Some((name, own)) => {
            // A global option given after the command is known to the command's matches only.
            session.templates = deepest(own)
                .get_one::<PathBuf>("templates")
                .cloned()
                .or(session.templates.take());
            let called = called(name, own);
            match command(session, called, own) {
                Ok(report) => report,
                Err(stop) => Report {
                    command: called,
                    ..Report::stopped(stop)
                },
            }
        }
        None => Report::stopped(Stop::fault(usage::nothing_asked())),
    }
}

fn deepest(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, inner)| deepest(inner))
}

/// The command's full name, as reports carry it.
fn called(name: &str, matches: &ArgMatches) -> &'static str {
    match (name, matches.subcommand_name()) {
        ("render", _) => "render",
        ("check", _) => "check",
        ("blank", _) => "blank",
        ("lint", _) => "lint",
        ("pack", Some("list")) => "pack list",
        ("pack", Some("show")) => "pack show",
        ("pack", Some("new")) => "pack new",
        ("pack", Some("build")) => "pack build",
        ("pack", Some("check")) => "pack check",
        ("pack", Some("pack")) => "pack pack",
        ("pack", Some("install")) => "pack install",
        ("pack", Some("remove")) => "pack remove",
        _ => "",
    }
}

fn command(session: &Session, called: &str, matches: &ArgMatches) -> Result<Report, Stop> {
    let own = deepest(matches);
    match called {
        "render" => render::run(session, own),
        "check" => check::run(session, own),
        "blank" => blank::run(session, own),
        "lint" => lint::run(session, own),
        "pack list" => pack::list::run(session),
        "pack show" => pack::show::run(session, own),
        "pack new" => pack::new::run(session, own),
        "pack build" => pack::build::run(session, own),
        "pack check" => pack::check::run(session, own),
        "pack pack" => pack::make::run(session, own),
        "pack install" => pack::install::run(session, own),
        "pack remove" => pack::remove::run(session, own),
        _ => Err(Stop::fault(usage::nothing_asked())),
    }
}
