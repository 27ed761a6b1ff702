//! Runs the binary away from the variables and files of whoever runs the tests.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use assert_cmd::Command;

/// No command of these tests takes nearly as long.
const TIMEOUT: Duration = Duration::from_mins(2);

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The binary, in a directory, with an environment that says nothing of Auditlake.
pub(crate) fn process(directory: &Path) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_auditlake"));
    command.current_dir(directory);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("AUDITLAKE_") || text == "RUST_LOG" {
            command.env_remove(&name);
        }
    }
    command
}

/// The same, to be run to its end.
pub(crate) fn auditlake(directory: &Path) -> Command {
    let mut command = Command::from_std(process(directory));
    command.timeout(TIMEOUT);
    command
}

/// Runs with these arguments in an empty directory.
pub(crate) fn run(args: &[&str]) -> std::io::Result<Ran> {
    let directory = tempfile::tempdir()?;
    ran(auditlake(directory.path()).args(args))
}

/// Runs to the end.
pub(crate) fn ran(command: &mut Command) -> std::io::Result<Ran> {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output()?;
    let text = |bytes| String::from_utf8(bytes).map_err(std::io::Error::other);
    Ok(Ran {
        code: status.code(),
        stdout: text(stdout)?,
        stderr: text(stderr)?,
    })
}
