//! The command line: arguments, environment, wall clock, disk.
pub mod diagnostics;
pub mod show;
pub mod validate;

/// Runs the program and returns its exit code.
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
