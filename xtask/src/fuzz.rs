//! Fuzzing, from the fixtures on.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

/// Runs the fuzz target for so many seconds. What it learns stays in `target/fuzz-corpus`, what broke it in
/// `fuzz/artifacts`.
pub(crate) fn run(shell: &Shell, root: &Path, seconds: u32) -> Result<()> {
    let corpus = root.join("target/fuzz-corpus");
    seed(&root.join("crates/auditlake-normalizer/fixtures"), &corpus)?;
    let time = format!("-max_total_time={seconds}");
    shell.change_dir(root.join("fuzz"));
    // libFuzzer's flags of the compiler are not stable; the pinned toolchain is.
    let _bootstrap = shell.push_env("RUSTC_BOOTSTRAP", "1");
    cmd!(
        shell,
        "cargo fuzz run records --sanitizer none {corpus} -- {time} -max_len=8192"
    )
    .run()
    .context("`cargo install cargo-fuzz` brings the command")?;
    Ok(())
}

/// Puts each fixture's record into the corpus.
fn seed(fixtures: &Path, corpus: &Path) -> Result<()> {
    fs::create_dir_all(corpus)?;
    for workload in fs::read_dir(fixtures)? {
        let workload = workload?;
        for file in fs::read_dir(workload.path())? {
            let file = file?.path();
            let name = file.file_stem().unwrap_or_default();
            if file
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                let seed = [&*workload.file_name(), name].join("-".as_ref());
                fs::copy(&file, corpus.join(seed))?;
            }
        }
    }
    Ok(())
}
