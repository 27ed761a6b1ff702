//! The Python environment of the tests: engines, an OCSF validator, parsers of SQL, as independent readers of what we write;
//! delta-rs, as a reader of Delta tables; moto, as an S3 to write to. Spark needs Java as well.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::apt;

const PACKAGES: [&str; 12] = [
    "duckdb==2.0.0",
    "ocsf-json-schema==1.2.0",
    "jsonschema==4.25.1",
    "pytz==2025.2",
    "sqlglot==30.30.0",
    "sqlfluff==4.5.0",
    "moto[server,s3]==5.2.5",
    "pyarrow==26.0.1",
    "polars==2.1.0",
    "chdb==4.4.0",
    "pyspark==4.3.0",
    "deltalake==1.6.6",
];

/// The interpreter of `target/test-python`, made on first use, with the Java that Spark runs on.
pub(crate) fn environment(shell: &Shell, root: &Path) -> Result<PathBuf> {
    java(shell)?;
    let directory = root.join("target/test-python");
    let python = directory.join("bin/python");
    let stamp = directory.join("packages");
    let wanted = PACKAGES.join("\n");
    if shell.read_file(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(python);
    }
    make(shell, &directory)?;
    cmd!(
        shell,
        "{python} -m pip install --quiet --disable-pip-version-check {PACKAGES...}"
    )
    .run()
    .context("the tests need these Python packages; pip says above what stopped it")?;
    shell.write_file(&stamp, wanted)?;
    Ok(python)
}

/// Spark 4 needs Java 17 or 21.
fn java(shell: &Shell) -> Result<()> {
    let there = cmd!(shell, "java -version").quiet().ignore_stderr();
    if there.run().is_ok() {
        return Ok(());
    }
    apt::install(shell, &["openjdk-17-jre-headless"])
        .context("the tests need Java 17 or 21, for Spark")
}

fn make(shell: &Shell, directory: &Path) -> Result<()> {
    let venv = || {
        cmd!(shell, "python3 -m venv --clear {directory}")
            .quiet()
            .run()
    };
    if venv().is_ok() {
        return Ok(());
    }
    // Debian's python3 lacks the venv module until its package is there.
    apt::install(shell, &["python3", "python3-venv"])
        .context("`python3 -m venv` does not work; install Python 3.10 or newer")?;
    Ok(venv()?)
}
