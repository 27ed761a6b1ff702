//! `auditlake connection list` and `show`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use auditlake_pipeline::{ClientConfig, Cloud as Preset};
use serde::Serialize;

use crate::args::connection::ConnectionSettings;
use crate::args::connections::{ConnectionListArgs, ConnectionShowArgs};
use crate::args::output::Output;
use crate::config::{Config, DEFAULT_FILE};
use crate::connect;
use crate::credential::{SECRET_VARIABLE, variable};
use crate::exit::Exit;
use crate::print::table::listing;
use crate::print::{data, json, note};
use crate::run::Session;

/// The connections of a file, for programs.
#[derive(Debug, Serialize)]
struct Document {
    config: PathBuf,
    connections: Vec<Shown>,
}

/// A connection with what its settings lead to.
#[derive(Debug, Serialize)]
struct Shown {
    name: String,
    /// `None` for addresses of one's own.
    cloud: Option<&'static str>,
    api_address: String,
    authority: String,
    tenant_id: Option<String>,
    client_id: Option<String>,
    credential: Option<ShownCredential>,
    publisher_identifier: Option<String>,
    requests_per_minute: u32,
}

/// What a connection proves itself with, and where that is; never the thing itself.
#[derive(Debug, Serialize)]
struct ShownCredential {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variable: Option<&'static str>,
}

pub(crate) fn list(args: &ConnectionListArgs, session: &Session) -> anyhow::Result<Exit> {
    let config = Config::load(session.config.as_deref())?;
    let has_variable = variable().is_some();
    let shown = config.connections().iter();
    let document = Document {
        config: path(session).to_owned(),
        connections: shown
            .map(|(name, settings)| Shown::new(name, settings, has_variable))
            .collect(),
    };
    match args.output.output {
        Output::Json => json(&document)?,
        Output::Text if document.connections.is_empty() => note(&format!(
            "`{}` has no connection; `auditlake connection add` adds one",
            document.config.display()
        )),
        Output::Text => {
            data(&text(&document.connections)).context("cannot write to standard output")?;
        }
    }
    Ok(Exit::Complete)
}

pub(crate) fn show(args: &ConnectionShowArgs, session: &Session) -> anyhow::Result<Exit> {
    let config = Config::load(session.config.as_deref())?;
    let shown = Shown::new(
        &args.name,
        config.connection(&args.name)?,
        variable().is_some(),
    );
    match args.output.output {
        Output::Json => json(&shown)?,
        Output::Text => data(&shown.text()).context("cannot write to standard output")?,
    }
    Ok(Exit::Complete)
}

fn path(session: &Session) -> &Path {
    session.config.as_deref().unwrap_or(Path::new(DEFAULT_FILE))
}

fn text(connections: &[Shown]) -> String {
    let mut table = listing(&[
        "connection",
        "cloud",
        "tenant id",
        "client id",
        "credential",
    ]);
    for shown in connections {
        let id = |id: &Option<String>| id.clone().unwrap_or_default();
        table.add_row([
            shown.name.clone(),
            shown
                .cloud
                .map_or_else(|| shown.api_address.clone(), str::to_owned),
            id(&shown.tenant_id),
            id(&shown.client_id),
            shown.credential(),
        ]);
    }
    table.trim_fmt()
}

impl Shown {
    fn new(name: &str, settings: &ConnectionSettings, has_variable: bool) -> Self {
        let (api_address, authority) = connect::addresses(settings);
        let limit = settings.requests_per_minute;
        Self {
            name: name.to_owned(),
            cloud: Preset::of(&api_address).map(Preset::as_str),
            api_address: connect::told(&api_address),
            authority: connect::told(&authority),
            tenant_id: settings.tenant_id.clone(),
            client_id: settings.client_id.clone(),
            credential: ShownCredential::new(settings, has_variable),
            publisher_identifier: settings.publisher_identifier.clone(),
            requests_per_minute: limit.unwrap_or(ClientConfig::DEFAULT_REQUESTS_PER_MINUTE),
        }
    }

    fn text(&self) -> String {
        let mut table = listing(&["setting", "value"]);
        let mut row = |name: &str, value: &str| {
            table.add_row([name, value]);
        };
        row("connection", &self.name);
        row("cloud", self.cloud.unwrap_or("none of the known"));
        row("api address", &self.api_address);
        row("authority", &self.authority);
        row("tenant id", self.tenant_id.as_deref().unwrap_or("not set"));
        row("client id", self.client_id.as_deref().unwrap_or("not set"));
        row("credential", &self.credential());
        row(
            "publisher identifier",
            self.publisher_identifier
                .as_deref()
                .unwrap_or("the tenant id"),
        );
        row("requests per minute", &self.requests_per_minute.to_string());
        table.trim_fmt()
    }

    fn credential(&self) -> String {
        let Some(ShownCredential {
            kind,
            file,
            variable,
        }) = &self.credential
        else {
            return format!("none; set {SECRET_VARIABLE}");
        };
        let kind = kind.replace('_', " ");
        match (file, variable) {
            (Some(file), _) => format!("{kind} `{}`", file.display()),
            (None, Some(variable)) => format!("{kind} of {variable}"),
            (None, None) => kind,
        }
    }
}

impl ShownCredential {
    /// The variable goes before the file, as it does when the connection is used.
    fn new(settings: &ConnectionSettings, has_variable: bool) -> Option<Self> {
        let of = |kind, file: &Option<PathBuf>| Self {
            kind,
            file: file.clone(),
            variable: None,
        };
        if has_variable {
            return Some(Self {
                variable: Some(SECRET_VARIABLE),
                ..of("client_secret", &None)
            });
        }
        Some(match settings.credentials().first().copied()? {
            "certificate_file" => of("certificate", &settings.certificate_file),
            "federated_token_file" => of("workload_identity", &settings.federated_token_file),
            "github_actions" => of("github_actions", &None),
            "managed_identity" => of("managed_identity", &None),
            _ => of("client_secret_file", &settings.client_secret_file),
        })
    }
}
