//! Arguments, files, exit status; one file per command.

/// Runs the program.
pub fn run() -> std::process::ExitCode {
    todo!()
}
