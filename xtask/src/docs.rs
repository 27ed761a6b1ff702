//! `docs/reference/`: pages made of what the code knows.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use auditlake_normalizer::class::by_uid;
use auditlake_normalizer::record_types::RECORD_TYPES;
use auditlake_normalizer::schema::column::{Column, Kind};
use auditlake_normalizer::schema::{EVENTS, OCSF_VERSION, quarantine_schema};
use auditlake_normalizer::workloads::{Operation, WORKLOADS};
use clap::Command;

/// A page: its name under `docs/reference/`, and how it is made.
type Page = (&'static str, fn() -> Result<String>);

const PAGES: &[Page] = &[
    ("schema.md", schema),
    ("operations.md", operations),
    ("record-types.md", record_types),
    ("cli.md", cli),
];

/// Writes the pages, or says which differ.
pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    let directory = root.join("docs/reference");
    fs::create_dir_all(&directory)?;
    let mut stale = Vec::new();
    for (name, make) in PAGES {
        let page = format!(
            "<!-- Made by `cargo xtask docs`; change the code, not this page. -->\n\n{}",
            make()?
        );
        let path = directory.join(name);
        if check {
            if fs::read_to_string(&path).unwrap_or_default() != page {
                stale.push(*name);
            }
        } else {
            fs::write(&path, page).with_context(|| format!("writing {}", path.display()))?;
        }
    }
    if !stale.is_empty() {
        bail!(
            "docs/reference/{{{}}} differ from the code: run `cargo xtask docs`",
            stale.join(",")
        );
    }
    Ok(())
}

fn schema() -> Result<String> {
    let mut page = format!(
        "# Columns\n\nTable `events`: OCSF {OCSF_VERSION} attributes with their OCSF names and nesting, the same columns for \
         every class. A column that an event's class does not have is null.\n\n| column | type | meaning |\n|---|---|---|\n"
    );
    columns(&mut page, EVENTS, "")?;
    page.push_str("\nTable `quarantine`: what was fetched and is not an audit record.\n\n| column | type |\n|---|---|\n");
    for field in quarantine_schema().fields() {
        writeln!(page, "| `{}` | {} |", field.name(), field.data_type())?;
    }
    Ok(page)
}

fn columns(page: &mut String, columns: &[Column], prefix: &str) -> Result<()> {
    for column in columns {
        let path = format!("{prefix}{}", column.name);
        let meaning = column.doc.replace('|', "\\|");
        match column.kind {
            Kind::Object(object) => {
                writeln!(page, "| `{path}` | object | {meaning} |")?;
                self::columns(page, object.columns, &format!("{path}."))?;
            }
            Kind::List(object) => {
                writeln!(page, "| `{path}[]` | list of objects | {meaning} |")?;
                self::columns(page, object.columns, &format!("{path}[]."))?;
            }
            kind => writeln!(page, "| `{path}` | {} | {meaning} |", type_name(&kind))?,
        }
    }
    Ok(())
}

fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Json => "JSON text",
        Kind::Int => "int32",
        Kind::Long => "int64",
        Kind::Bool => "boolean",
        Kind::DateTime => "timestamp (µs, UTC)",
        Kind::TextList => "list of text",
        Kind::IntList => "list of int32",
        Kind::Object(_) => "object",
        Kind::List(_) => "list of objects",
    }
}

fn operations() -> Result<String> {
    let mut page = String::from(
        "# Operations\n\nWhich OCSF class and activity an operation becomes. Names are compared without regard to case, \
         trailing full stops and doubled blanks; a `*` stands for any rest. An operation that no table names takes its \
         activity from the verb in its name, in the class given under «otherwise»; record types without a table take the \
         class in [record-types.md](record-types.md). An event that cannot fill what its class demands becomes API \
         Activity, and one without an operation Base Event.\n",
    );
    for workload in WORKLOADS {
        let types: Vec<String> = workload
            .record_types
            .iter()
            .map(ToString::to_string)
            .collect();
        writeln!(
            page,
            "\n## {}\n\nRecord types: {}.\n",
            workload.name,
            types.join(", ")
        )?;
        page.push_str("| operation | class | activity | at least Medium |\n|---|---|---|---|\n");
        for operation in workload.operations {
            row(&mut page, operation)?;
        }
        let otherwise = &workload.otherwise;
        let activity = otherwise.activity.map_or_else(
            || "by the verb".to_owned(),
            |id| caption(otherwise.class.uid, id),
        );
        writeln!(
            page,
            "| otherwise | {} {} | {activity} | |",
            otherwise.class.uid, otherwise.class.caption
        )?;
    }
    Ok(page)
}

fn row(page: &mut String, operation: &Operation) -> Result<()> {
    let names: Vec<String> = operation
        .names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    let sensitive = if operation.sensitive { "yes" } else { "" };
    let class = operation.class;
    let activity = caption(class.uid, operation.activity);
    writeln!(
        page,
        "| {} | {} {} | {activity} | {sensitive} |",
        names.join(", "),
        class.uid,
        class.caption
    )?;
    Ok(())
}

fn caption(class: u16, activity: u8) -> String {
    let caption = by_uid(class)
        .and_then(|class| class.activity_caption(activity))
        .unwrap_or("Other");
    format!("{activity} {caption}")
}

fn record_types() -> Result<String> {
    let mut page = String::from(
        "# Record types\n\nThe name of each record type, and the class of its events when no operation table says \
         otherwise. A record type that is not here keeps its number and becomes API Activity.\n\n\
         | number | name | class |\n|---:|---|---|\n",
    );
    for known in RECORD_TYPES {
        let class = by_uid(known.class_uid).map_or("", |class| class.caption);
        writeln!(
            page,
            "| {} | {} | {} {class} |",
            known.value, known.name, known.class_uid
        )?;
    }
    Ok(page)
}

fn cli() -> Result<String> {
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
