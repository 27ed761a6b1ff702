//! Scenarios of the tests that last as long as they are told: each a test that is ignored until somebody asks for it.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{python, root};

/// A scenario and what it is told.
pub(crate) struct Scenario<'a> {
    /// Which tests, as the test program takes it.
    pub(crate) filter: &'a [&'a str],
    /// Variables that it reads.
    pub(crate) variables: &'a [(&'a str, String)],
    /// Whether figures of what users run are wanted, which takes longer to build.
    pub(crate) is_measured: bool,
}

impl Scenario<'_> {
    /// Builds the binary and the tests, and runs it to its end.
    pub(crate) fn run(&self, shell: &Shell) -> Result<()> {
        let python = python::environment(shell, &root()?)?;
        let _python = shell.push_env("AUDITLAKE_TEST_PYTHON", python);
        let variables = self.variables.iter();
        let _set: Vec<_> = variables
            .map(|(name, value)| shell.push_env(name, value))
            .collect();
        let (profile, filter) = (self.profile(), self.filter);
        cmd!(shell, "cargo build {profile...} --package auditlake-cli").run()?;
        cmd!(
            shell,
            "cargo test {profile...} --package auditlake-tests --test it -- {filter...} --ignored --nocapture"
        )
        .run()?;
        Ok(())
    }

    fn profile(&self) -> &'static [&'static str] {
        if self.is_measured {
            &["--release"]
        } else {
            &[]
        }
    }
}
