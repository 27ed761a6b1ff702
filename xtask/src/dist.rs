//! What a package of the program holds: the binary, its manual pages, and completions for shells.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Command, ValueEnum};
use clap_complete::Shell as Completion;
use xshell::{Shell, cmd};

/// Beside the binary and what is generated.
const PAPERS: [&str; 3] = ["LICENSE", "README.md", "CHANGELOG.md"];

/// Builds what we ship (the profile `dist`) and packs it with its pages into
/// `target/package/auditlake-<version>-<system>.tar.gz`.
pub(crate) fn run(shell: &Shell, root: &Path) -> Result<()> {
    cmd!(shell, "cargo build --profile dist --package auditlake-cli").run()?;
    let package = package_name();
    let out = root.join("target/package");
    let directory = out.join(&package);
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    generate(&directory)?;
    copy(&root.join("target/dist/auditlake"), &directory)?;
    for paper in PAPERS {
        copy(&root.join(paper), &directory)?;
    }
    cmd!(
        shell,
        "tar --create --gzip --directory {out} --file {out}/{package}.tar.gz {package}"
    )
    .run()?;
    Ok(())
}

fn package_name() -> String {
    let (version, system) = (env!("CARGO_PKG_VERSION"), std::env::consts::OS);
    format!("auditlake-{version}-{}-{system}", std::env::consts::ARCH)
}

/// Writes `man/`, a page for each command, and `completions/`, a file for each shell, into the directory.
fn generate(directory: &Path) -> Result<()> {
    let command = auditlake_cli::command();
    let (pages, completions) = (directory.join("man"), directory.join("completions"));
    fs::create_dir_all(&pages)?;
    fs::create_dir_all(&completions)?;
    clap_mangen::generate_to(command.clone(), &pages)?;
    for &shell in Completion::value_variants() {
        complete(shell, command.clone(), &completions)?;
    }
    Ok(())
}

fn complete(shell: Completion, mut command: Command, into: &Path) -> Result<PathBuf> {
    clap_complete::generate_to(shell, &mut command, "auditlake", into)
        .with_context(|| format!("completions of {shell}"))
}

fn copy(file: &Path, into: &Path) -> Result<()> {
    let name = file.file_name().context("a file has a name")?;
    fs::copy(file, into.join(name)).with_context(|| file.display().to_string())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of a page and of each command below, as `man` finds them.
    fn expected(command: &Command, name: &str) -> Vec<String> {
        let below = command.get_subcommands().filter(|sub| !sub.is_hide_set());
        let below = below.flat_map(|sub| expected(sub, &format!("{name}-{}", sub.get_name())));
        std::iter::once(format!("{name}.1")).chain(below).collect()
    }

    fn names(directory: &Path) -> Result<Vec<String>> {
        let mut names: Vec<String> = fs::read_dir(directory)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<Result<_>>()?;
        names.sort();
        Ok(names)
    }

    #[test]
    fn each_command_has_a_page_and_each_shell_knows_them() -> Result<()> {
        let directory = Shell::new()?.create_temp_dir()?;
        generate(directory.path())?;

        let mut pages = expected(&auditlake_cli::command(), "auditlake");
        pages.sort();
        assert_eq!(names(&directory.path().join("man"))?, pages);
        let page = fs::read_to_string(directory.path().join("man/auditlake-backfill.1"))?;
        // A hyphen of an option is written `\-` in a page, that it can be searched for and copied.
        let page = page.replace('\\', "");
        assert!(
            page.contains("--lake") && page.contains("AUDITLAKE_LAKE"),
            "{page}"
        );

        let completions = directory.path().join("completions");
        for name in names(&completions)? {
            let text = fs::read_to_string(completions.join(&name))?;
            assert!(
                text.contains("backfill") && text.contains("normalize"),
                "{name}"
            );
        }
        assert_eq!(names(&completions)?.len(), 5);
        Ok(())
    }
}
