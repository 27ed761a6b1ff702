//! The command `auditlake`; everything is in the library.

fn main() -> std::process::ExitCode {
    auditlake_cli::main()
}
