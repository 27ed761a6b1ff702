//! `auditlake subscription stop`.

use std::io::{self, BufRead, IsTerminal, Write};

use auditlake_pipeline::check::Step;
use auditlake_pipeline::{ContentType, Subscriptions};
use serde::Serialize;

use super::{Document, connection, exit};
use crate::args::content_types::each;
use crate::args::output::Output;
use crate::args::subscription::SubscriptionStopArgs;
use crate::exit::{Exit, Usage};
use crate::print::table::table;
use crate::print::{json, note};
use crate::run::Session;

const LOST: &str = "what becomes available while a content type is stopped is lost for good";

/// A content type, and what became of it.
#[derive(Debug, Serialize)]
struct Row {
    content_type: String,
    #[serde(flatten)]
    outcome: Outcome,
}

/// What became of a stop.
#[derive(Debug, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
enum Outcome {
    Stopped,
    /// There was nothing to stop.
    NotEnabled,
    Failed {
        step: Step,
    },
}

pub(super) async fn stop(args: &SubscriptionStopArgs, session: &Session) -> anyhow::Result<Exit> {
    let connection = connection(&args.connection, session)?;
    let mut document = Document::new(&connection);
    if !args.yes && !confirmed(&connection.name, &args.content_types).await? {
        note("nothing was stopped");
        return Ok(Exit::Failed);
    }
    let subscriptions = Subscriptions::list(connection).await?;
    for content_type in each(&args.content_types) {
        document.subscriptions.push(Row {
            content_type: content_type.to_string(),
            outcome: stop_one(&subscriptions, content_type).await,
        });
    }
    match args.output.output {
        Output::Json => json(&document)?,
        Output::Text => note(&text(&document.subscriptions)),
    }
    Ok(outcome(&document.subscriptions))
}

async fn stop_one(subscriptions: &Subscriptions, content_type: ContentType) -> Outcome {
    let states = subscriptions.states();
    let is_enabled = states.iter().any(|state| {
        state.content_type == content_type.as_str() && state.status.eq_ignore_ascii_case("enabled")
    });
    if !is_enabled {
        return Outcome::NotEnabled;
    }
    let failed = subscriptions.stop(content_type).await;
    failed.map_or(Outcome::Stopped, |step| Outcome::Failed { step })
}

/// Asks a person; nobody else is taken at less than --yes.
async fn confirmed(connection: &str, content_types: &[ContentType]) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Usage::new(format!("stopping needs --yes: {LOST}")).into());
    }
    let names = content_types
        .iter()
        .map(|content_type| content_type.as_str());
    let names: Vec<&str> = names.collect();
    let question = format!("stop {} of `{connection}`? {LOST} [y/N] ", names.join(", "));
    // An interrupt must not wait for the answer.
    Ok(tokio::task::spawn_blocking(move || ask(&question)).await??)
}

fn ask(question: &str) -> io::Result<bool> {
    let mut out = io::stderr().lock();
    write!(out, "{question}")?;
    out.flush()?;
    drop(out);
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str()))
}

fn text(rows: &[Row]) -> String {
    let mut table = table(&["content type", "result", "details"]);
    for row in rows {
        let (result, details) = match &row.outcome {
            Outcome::Stopped => ("stopped", LOST),
            Outcome::NotEnabled => ("not enabled before", ""),
            Outcome::Failed { step } => ("failed", step.detail.as_deref().unwrap_or_default()),
        };
        table.add_row([row.content_type.as_str(), result, details]);
    }
    table.to_string()
}

fn outcome(rows: &[Row]) -> Exit {
    let failed = rows.iter().filter_map(|row| match &row.outcome {
        Outcome::Failed { step } => Some(step),
        _ => None,
    });
    let failed: Vec<&Step> = failed.collect();
    exit(rows.len() - failed.len(), &failed)
}
