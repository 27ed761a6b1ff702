//! The connections of a scheduled ingestion, as flags, environment and configuration file make them together.

use auditlake_pipeline::{Connection, Secret};

use crate::args::connection::ConnectionSettings;
use crate::args::ingest::WorkArgs;
use crate::config::{Config, DEFAULT_FILE};
use crate::connect;
use crate::credential;
use crate::exit::Usage;

/// The connections that were asked for: those that are named, one that is given whole, or all of the file.
///
/// `variable` is the secret of the environment. It is that of a single connection, whatever the file says; of several,
/// it is that of those that have no credential of their own.
pub(crate) fn connections(
    args: &WorkArgs,
    config: &Config,
    variable: Option<&str>,
) -> anyhow::Result<Vec<Connection>> {
    args.settings.check_credentials()?;
    let settings = settle(args, config)?;
    let is_only_one = settings.len() == 1;
    let make = |(name, settings): (Option<String>, ConnectionSettings)| {
        let own = if is_only_one {
            args.settings.has_credential()
        } else {
            settings.has_credential()
        };
        let variable = variable.filter(|_| !own).map(str::to_owned);
        let settings = match variable {
            Some(_) => settings.without_credential(),
            None => settings,
        };
        let mut client = connect::client(settings, variable)?;
        args.fetch.apply_to(&mut client);
        Ok(Connection::new(name, client)?)
    };
    settings.into_iter().map(make).collect()
}

/// The labels by which the service shows itself to the webhook of each of these connections, in the same order.
///
/// `variable` is that of the environment, for connections that name no file.
pub(crate) fn auth_ids(
    args: &WorkArgs,
    config: &Config,
    variable: Option<&str>,
) -> anyhow::Result<Vec<Secret>> {
    let own = |(name, settings): (Option<String>, ConnectionSettings)| {
        if let Some(label) = credential::auth_id(&settings, variable)? {
            return Ok(label);
        }
        let name = name.or(settings.tenant_id).unwrap_or_default();
        let usage = Usage::new(format!("the connection `{name}` has no webhook auth id"));
        Err(usage
            .with_hint(format!(
                "anybody could post without one: add a line `webhook_auth_id_file = \"FILE\"`, give \
                 --webhook-auth-id-file FILE, or set {}",
                credential::AUTH_ID_VARIABLE
            ))
            .into())
    };
    settle(args, config)?.into_iter().map(own).collect()
}

/// Names and settings; each name once.
fn settle(
    args: &WorkArgs,
    config: &Config,
) -> Result<Vec<(Option<String>, ConnectionSettings)>, Usage> {
    if args.settings.tenant_id.is_some() {
        return Ok(vec![one(args)?]);
    }
    let mut names: Vec<&String> = match args.names.as_slice() {
        [] => config.connections().keys().collect(),
        names => names.iter().collect(),
    };
    names.sort();
    names.dedup();
    if names.is_empty() {
        return Err(Usage::new("there is no connection").with_hint(format!(
            "add one to `{DEFAULT_FILE}` by `auditlake connection add`, or give --tenant-id, --client-id and a secret"
        )));
    }
    let settings = |name: &String| {
        let file = config.connection(name)?.clone();
        Ok((Some(name.clone()), args.settings.clone().or(file)))
    };
    names.into_iter().map(settings).collect()
}

/// A connection that is given whole has one name at most.
fn one(args: &WorkArgs) -> Result<(Option<String>, ConnectionSettings), Usage> {
    match args.names.as_slice() {
        [] => Ok((None, args.settings.clone())),
        [name] => Ok((Some(name.clone()), args.settings.clone())),
        _ => Err(
            Usage::new("several connections cannot have the same tenant")
                .with_hint("leave --tenant-id out, or name one connection"),
        ),
    }
}
