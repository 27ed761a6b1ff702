//! `auditlake subscription …`.

mod notifications;
mod start;
mod stop;

use anyhow::Context;
use auditlake_pipeline::check::{Step, StepKind};
use auditlake_pipeline::{Connection, RetryPolicy, SubscriptionState, Subscriptions};
use serde::Serialize;

use crate::args::connection::ConnectionArgs;
use crate::args::output::Output;
use crate::args::subscription::{SubscriptionCommand, SubscriptionListArgs};
use crate::connect;
use crate::exit::Exit;
use crate::print::table::listing;
use crate::print::{data, json};
use crate::run::Session;

pub(crate) async fn run(command: SubscriptionCommand, session: &Session) -> anyhow::Result<Exit> {
    let cancel = &session.cancel;
    let done = match command {
        SubscriptionCommand::List(args) => cancel.run_until_cancelled(list(&args, session)).await,
        SubscriptionCommand::Start(args) => {
            cancel
                .run_until_cancelled(start::start(&args, session))
                .await
        }
        SubscriptionCommand::Notifications(args) => {
            let told = notifications::notifications(&args, session);
            cancel.run_until_cancelled(told).await
        }
        SubscriptionCommand::Stop(args) => {
            cancel.run_until_cancelled(stop::stop(&args, session)).await
        }
    };
    done.unwrap_or(Ok(Exit::Interrupted))
}

/// What was asked of a connection, for programs.
#[derive(Debug, Serialize)]
struct Document<T> {
    connection: String,
    tenant_id: String,
    subscriptions: Vec<T>,
}

impl<T> Document<T> {
    fn new(connection: &Connection) -> Self {
        Self {
            connection: connection.name.clone(),
            tenant_id: connection.client.tenant_id.clone(),
            subscriptions: Vec::new(),
        }
    }
}

async fn list(args: &SubscriptionListArgs, session: &Session) -> anyhow::Result<Exit> {
    let connection = connection(&args.connection, session)?;
    let mut document = Document::new(&connection);
    let names: Vec<&str> = args
        .content_types
        .named
        .iter()
        .map(|asked| asked.as_str())
        .collect();
    document.subscriptions = Subscriptions::list(connection).await?.states();
    document
        .subscriptions
        .retain(|state| names.is_empty() || names.contains(&state.content_type.as_str()));
    match args.output.output {
        Output::Json => json(&document)?,
        Output::Text => {
            data(&text(&document.subscriptions)).context("cannot write to standard output")?;
        }
    }
    Ok(Exit::Complete)
}

fn text(subscriptions: &[SubscriptionState]) -> String {
    let mut table = listing(&["content type", "subscription", "webhook", "host", "expires"]);
    for state in subscriptions {
        let webhook = state.webhook.as_ref();
        let (status, origin, expiration) = webhook.map_or(("none", "", ""), |webhook| {
            (
                webhook.status.as_deref().unwrap_or("unknown"),
                webhook.origin.as_deref().unwrap_or("unknown"),
                webhook.expiration.as_deref().unwrap_or("never"),
            )
        });
        table.add_row([
            &state.content_type,
            &state.status,
            status,
            origin,
            expiration,
        ]);
    }
    table.trim_fmt()
}

/// The connection for a person who waits for the answer.
fn connection(args: &ConnectionArgs, session: &Session) -> anyhow::Result<Connection> {
    let mut connection = connect::connection(args, session.config.as_deref())?;
    connection.client.retry = RetryPolicy::BRIEF;
    Ok(connection)
}

/// One failure does not spoil the others: only where nothing was done is it the whole command's.
fn exit(done: usize, failed: &[&Step]) -> Exit {
    let is_denied = |step: &&Step| {
        matches!(
            step.kind,
            Some(StepKind::Credentials | StepKind::Permission)
        )
    };
    match (done, failed) {
        (_, []) => Exit::Complete,
        (0, failed) if failed.iter().all(is_denied) => Exit::Credentials,
        (0, _) => Exit::Failed,
        _ => Exit::Gaps,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_tells_some_from_none() {
        let step = |kind| Step {
            ok: false,
            kind: Some(kind),
            detail: None,
            hint: None,
        };
        let (denied, other) = (step(StepKind::Permission), step(StepKind::Throttled));
        assert_eq!(exit(0, &[]), Exit::Complete);
        assert_eq!(exit(0, &[&denied]), Exit::Credentials);
        assert_eq!(exit(0, &[&denied, &other]), Exit::Failed);
        assert_eq!(exit(1, &[&denied]), Exit::Gaps);
    }
}
