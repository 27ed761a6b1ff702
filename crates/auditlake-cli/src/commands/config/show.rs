//! `auditlake config show`.

use std::path::Path;

use anyhow::Context;
use comfy_table::Table;
use serde_json::Value;

use crate::args::config::{ConfigOutput, ConfigShowArgs};
use crate::config::effective::{Effective, Setting, Settings, Source, Sources};
use crate::config::environment::Environment;
use crate::config::{Config, path, places, text};
use crate::credential::{SECRET_VARIABLE, variable};
use crate::exit::Exit;
use crate::print::table::listing;
use crate::print::{data, json, note};
use crate::run::Session;

pub(super) fn run(args: &ConfigShowArgs, session: &Session) -> anyhow::Result<Exit> {
    let effective = effective(session)?;
    match args.output {
        ConfigOutput::Json => json(&effective)?,
        ConfigOutput::Table => {
            data(&table(&effective)).context("cannot write to standard output")?;
        }
    }
    for connection in effective
        .connections
        .iter()
        .filter(|it| it.hides_credential)
    {
        note(&format!(
            "{SECRET_VARIABLE} goes before the credential that the file has for `{}`; when ingest works for several \
             connections, each keeps its own",
            connection.name.as_deref().unwrap_or_default()
        ));
    }
    Ok(Exit::Complete)
}

fn effective(session: &Session) -> anyhow::Result<Effective> {
    let named = session.config.as_deref();
    let text = text(named)?;
    let sources = Sources {
        environment: &Environment::read()?,
        has_secret: variable().is_some(),
        config: &Config::load(named)?,
        places: &places(text.as_deref().unwrap_or_default()),
    };
    Ok(sources.effective(text.map(|_| path(named).to_owned()))?)
}

fn table(effective: &Effective) -> String {
    let mut table = listing(&["section", "key", "value", "from"]);
    let file = effective.config.as_deref().unwrap_or(Path::new(""));
    for connection in &effective.connections {
        let section = match &connection.name {
            Some(name) => format!("connections.{name}"),
            None => "environment".to_owned(),
        };
        rows(&mut table, &section, &connection.settings, file);
    }
    rows(&mut table, "ingest", &effective.ingest, file);
    rows(&mut table, "receive", &effective.receive, file);
    table.trim_fmt()
}

fn rows(table: &mut Table, section: &str, settings: &Settings, file: &Path) {
    for setting in &settings.0 {
        let from = from(&setting.source, file);
        table.add_row([section, &setting.key, &value(setting), &from]);
    }
}

fn value(setting: &Setting) -> String {
    match (&setting.value, &setting.source) {
        (Some(Value::String(text)), _) => text.clone(),
        (Some(value), _) => value.to_string(),
        (None, Source::Unset) => String::new(),
        (None, _) => "(hidden)".to_owned(),
    }
}

fn from(source: &Source, file: &Path) -> String {
    let file = file.display();
    match source {
        Source::Unset => "not set".to_owned(),
        Source::Default => "default".to_owned(),
        Source::File { line: Some(line) } => format!("{file}:{line}"),
        Source::File { line: None } => file.to_string(),
        Source::Variable { variable } => variable.clone(),
    }
}
