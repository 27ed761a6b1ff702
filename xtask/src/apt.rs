//! Packages of Debian and its like, for what a fresh machine lacks.

use anyhow::{Result, bail};
use xshell::{Shell, cmd};

/// Installs packages of the system, through sudo unless we are root.
///
/// # Errors
///
/// When there is no apt, or it fails.
pub(crate) fn install(shell: &Shell, packages: &[&str]) -> Result<()> {
    let there = cmd!(shell, "apt-get --version").quiet().ignore_stdout();
    if there.run().is_err() {
        bail!("there is no apt-get to install {}", packages.join(", "));
    }
    let root = cmd!(shell, "id -u").quiet().read()? == "0";
    let apt: &[&str] = if root {
        &["apt-get"]
    } else {
        &["sudo", "apt-get"]
    };
    cmd!(shell, "env {apt...} update --quiet").run()?;
    cmd!(shell, "env {apt...} install --yes --quiet {packages...}").run()?;
    Ok(())
}
