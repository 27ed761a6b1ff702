//! `auditlake config check`.

use crate::config::check::{Check, OfConnection};
use crate::config::environment::Environment;
use crate::config::{Config, path, text};
use crate::credential::variable;
use crate::exit::{Exit, Usage};
use crate::print::note;
use crate::run::{Session, fail};

/// The place of what no file gives.
const ENVIRONMENT: &str = "the environment";

pub(super) fn run(session: &Session) -> anyhow::Result<Exit> {
    let named = session.config.as_deref();
    let text = text(named)?;
    let (environment, mut problems) = match Environment::read() {
        Ok(environment) => (environment, Vec::new()),
        Err(problem) => (Environment::default(), vec![problem]),
    };
    let check = Check {
        path: path(named),
        environment: &environment,
        has_secret: variable().is_some(),
    };
    problems.extend(check.problems(text.as_deref().unwrap_or_default()));
    if text.is_none() {
        problems.extend(of_environment(&environment));
    }
    if problems.is_empty() {
        // What this did not find, the reader itself might.
        note(&all_right(&Config::load(named)?, session, text.is_some()));
        return Ok(Exit::Complete);
    }
    for problem in problems {
        fail(&problem.into());
    }
    Ok(Exit::Usage)
}

/// The connection that variables give whole.
fn of_environment(environment: &Environment) -> Vec<Usage> {
    let settings = &environment.connection;
    let Some(tenant_id) = &settings.tenant_id else {
        return Vec::new();
    };
    OfConnection {
        name: tenant_id,
        settings,
        has_secret: variable().is_some(),
        place: &|_| ENVIRONMENT.to_owned(),
    }
    .problems()
}

fn all_right(config: &Config, session: &Session, is_there: bool) -> String {
    let path = path(session.config.as_deref()).display();
    if !is_there {
        return format!("all right: there is no `{path}`, and none is needed");
    }
    let count = match config.connections().len() {
        0 => "no connection".to_owned(),
        1 => "1 connection".to_owned(),
        count => format!("{count} connections"),
    };
    format!("all right: `{path}`, {count}")
}
