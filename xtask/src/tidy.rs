//! Who may import whom, and what dependencies may be.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use xshell::{Shell, cmd};

/// Each package of the workspace, and those of ours that it may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("auditlake-api", &[]),
    ("auditlake-delta", &[]),
    ("auditlake-normalizer", &[]),
    ("auditlake-parquet", &[]),
    ("auditlake-simulator", &[]),
    (
        "auditlake-pipeline",
        &[
            "auditlake-api",
            "auditlake-delta",
            "auditlake-normalizer",
            "auditlake-parquet",
        ],
    ),
    (
        "auditlake-cli",
        &["auditlake-pipeline", "auditlake-simulator"],
    ),
    (
        "auditlake-tests",
        &[
            "auditlake-parquet",
            "auditlake-pipeline",
            "auditlake-simulator",
        ],
    ),
    (
        "xtask",
        &[
            "auditlake-normalizer",
            "auditlake-pipeline",
            "auditlake-cli",
        ],
    ),
];

/// Words that a crate has no business with.
const ABSENT: &[(&str, &[&str])] = &[
    ("crates/auditlake-parquet/src", &["Office", "OCSF", "ocsf"]),
    ("crates/auditlake-delta/src", &["Office", "OCSF", "ocsf"]),
    ("crates/auditlake-api/src", &["OCSF", "ocsf", "parquet"]),
    (
        "crates/auditlake-normalizer/src",
        &[
            "tokio",
            "reqwest",
            "std::fs",
            "SystemTime",
            "Timestamp::now",
        ],
    ),
];

/// Checks all of it.
pub(crate) fn run(shell: &Shell) -> Result<()> {
    let metadata = cmd!(shell, "cargo metadata --format-version 1 --no-deps")
        .quiet()
        .read()?;
    let mut faults = imports(&serde_json::from_str(&metadata)?)?;
    for (directory, words) in ABSENT {
        for word in *words {
            let found = cmd!(shell, "grep -rnw {word} {directory}")
                .quiet()
                .ignore_status()
                .read()?;
            faults.extend(
                found
                    .lines()
                    .map(|line| format!("`{word}` does not belong there: {line}")),
            );
        }
    }
    faults.extend(missing_tests(shell)?);
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    licences(shell)
}

/// Tests that the guide of lost records names and that are not there.
fn missing_tests(shell: &Shell) -> Result<Vec<String>> {
    let guide = shell.read_file("docs/guides/what-others-lose.md")?;
    let is_name = |word: &&str| word.matches('_').count() > 3;
    let mut faults = Vec::new();
    for name in guide.split('`').filter(is_name) {
        let definition = format!("fn {name}(");
        let found = cmd!(shell, "grep -rlF {definition} tests crates")
            .quiet()
            .ignore_status()
            .read()?;
        if found.is_empty() {
            faults.push(format!(
                "the guide names the test `{name}`, which does not exist"
            ));
        }
    }
    Ok(faults)
}

fn imports(metadata: &Value) -> Result<Vec<String>> {
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata lists packages")?;
    let mut faults = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(known, _)| *known == name) else {
            faults.push(format!(
                "package `{name}` is not in the table of who may import whom"
            ));
            continue;
        };
        let ours = package["dependencies"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|d| d["name"].as_str());
        let ours = ours.filter(|d| MAY_IMPORT.iter().any(|(known, _)| known == d));
        faults.extend(
            ours.filter(|d| !allowed.contains(d))
                .map(|d| format!("`{name}` may not import `{d}`")),
        );
    }
    Ok(faults)
}

/// Licences, duplicate versions and sources; left out with a word where cargo-deny is not installed.
fn licences(shell: &Shell) -> Result<()> {
    if cmd!(shell, "cargo deny --version")
        .quiet()
        .ignore_stdout()
        .ignore_stderr()
        .run()
        .is_err()
    {
        eprintln_line("cargo-deny is not installed: licences and sources were not checked");
        return Ok(());
    }
    Ok(cmd!(shell, "cargo deny --offline check licenses bans sources").run()?)
}

#[expect(
    clippy::print_stderr,
    reason = "a task speaks to the person who runs it"
)]
fn eprintln_line(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_import_is_named() {
        let metadata = serde_json::json!({"packages": [
            {"name": "auditlake-api", "dependencies": [{"name": "auditlake-parquet"}, {"name": "serde"}]},
            {"name": "auditlake-new", "dependencies": []},
        ]});
        let faults = imports(&metadata).unwrap();
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert_eq!(
            faults[0],
            "`auditlake-api` may not import `auditlake-parquet`"
        );
    }
}
