//! A browser without a window, for the pages that the command writes.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::apt;

/// What Chromium is called, by system.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// The name of a browser that can be run; installs Chromium where there is none.
///
/// # Errors
///
/// When there is none and it cannot be installed.
pub(crate) fn browser(shell: &Shell) -> Result<&'static str> {
    if let Some(found) = find(shell) {
        return Ok(found);
    }
    apt::install(shell, &["--no-install-recommends", NAMES[0]])?;
    Ok(find(shell).unwrap_or(NAMES[0]))
}

fn find(shell: &Shell) -> Option<&'static str> {
    let runs = |name: &&str| {
        let version = cmd!(shell, "{name} --version").quiet();
        version.ignore_stdout().ignore_stderr().run().is_ok()
    };
    NAMES.into_iter().find(runs)
}
