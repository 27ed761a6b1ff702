//! `auditlake connection add` and `remove`.

use std::path::Path;

use crate::args::connection::ConnectionSettings;
use crate::args::connections::{ConnectionAddArgs, ConnectionRemoveArgs};
use crate::config::DEFAULT_FILE;
use crate::config::edit::ConfigFile;
use crate::connect;
use crate::credential::{SECRET_VARIABLE, variable};
use crate::exit::{Exit, Usage};
use crate::print::note;
use crate::run::Session;

pub(crate) fn add(args: ConnectionAddArgs, session: &Session) -> anyhow::Result<Exit> {
    let ConnectionAddArgs {
        name,
        settings,
        replace,
    } = args;
    connect::check(&name, settings.clone())?;
    let path = path(session);
    let mut file = ConfigFile::open(path)?;
    let exists = file.config().connections().contains_key(&name);
    if exists && !replace {
        let message = format!("`{}` has a connection `{name}` already", path.display());
        let hint = "give --replace to give it these settings and no others";
        return Err(Usage::new(message).with_hint(hint).into());
    }
    file.set(&name, &settings)?;
    file.save()?;
    let done = if exists { "replaced" } else { "added" };
    note(&format!(
        "connection `{name}` {done} in `{}`",
        path.display()
    ));
    for advice in advise(settings, variable().is_some()) {
        note(&advice);
    }
    note(&format!("try it: `auditlake connection test {name}`"));
    Ok(Exit::Complete)
}

pub(crate) fn remove(args: &ConnectionRemoveArgs, session: &Session) -> anyhow::Result<Exit> {
    let path = path(session);
    let mut file = ConfigFile::open(path)?;
    file.remove(&args.name)?;
    file.save()?;
    note(&format!(
        "connection `{}` removed from `{}`; its subscriptions go on, and what is in a lake stays",
        args.name,
        path.display()
    ));
    Ok(Exit::Complete)
}

fn path(session: &Session) -> &Path {
    session.config.as_deref().unwrap_or(Path::new(DEFAULT_FILE))
}

/// What the file does not say and a run will need.
fn advise(mut settings: ConnectionSettings, has_variable: bool) -> Vec<String> {
    let mut advice = Vec::new();
    if has_variable {
        advice.push(format!(
            "{SECRET_VARIABLE} is set; the secret is not stored, and wherever the variable is set it goes before the \
             connection's own credential"
        ));
    } else if !settings.has_credential() {
        advice.push(format!(
            "the connection has no credential: set {SECRET_VARIABLE} when it is used, or add it again with a \
             credential and --replace"
        ));
    }
    let missing = settings.paths_mut().filter(|path| !path.exists());
    advice.extend(missing.map(|path| format!("`{}` does not exist yet", path.display())));
    advice
}
