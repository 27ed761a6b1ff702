//! The command line, in the words of `--help`.

use std::fmt::Write as _;

use anyhow::Result;
use clap::Command;

pub(super) fn page() -> Result<String> {
    let mut page = String::from("# Command line\n");
    let mut root = auditlake_cli::command()
        .term_width(100)
        .disable_help_subcommand(true);
    root.build();
    command(&mut page, &mut root, "auditlake")?;
    Ok(page)
}

fn command(page: &mut String, command: &mut Command, path: &str) -> Result<()> {
    let help = command.render_long_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    writeln!(
        page,
        "\n## `{path}`\n\n```text\n{}\n```",
        lines.join("\n").trim()
    )?;
    for sub in command
        .get_subcommands_mut()
        .filter(|sub| sub.get_name() != "help")
    {
        let path = format!("{path} {}", sub.get_name());
        self::command(page, sub, &path)?;
    }
    Ok(())
}
