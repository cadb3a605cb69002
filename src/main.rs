//! The command line program: everything it can do is in the library.
fn main() -> std::process::ExitCode {
    squall::cli::main()
}
