//! `auditlake subscription notifications`.

use anyhow::Context;
use auditlake_pipeline::{Attempts, Notification, list_notifications};
use jiff::Timestamp;
use serde::Serialize;

use super::{connection, exit};
use crate::args::output::Output;
use crate::args::subscription::SubscriptionNotificationsArgs;
use crate::commands::resolve;
use crate::exit::Exit;
use crate::print::table::listing;
use crate::print::{data, json, note};
use crate::run::Session;

/// What was asked of a connection, for programs.
#[derive(Debug, Serialize)]
struct Document {
    connection: String,
    tenant_id: String,
    content_types: Vec<Attempts>,
}

pub(super) async fn notifications(
    args: &SubscriptionNotificationsArgs,
    session: &Session,
) -> anyhow::Result<Exit> {
    let connection = connection(&args.connection, session)?;
    let now = Timestamp::now();
    let since = resolve(Some(args.since), now)?.unwrap_or(now);
    let (name, tenant_id) = (connection.name.clone(), connection.client.tenant_id.clone());
    let wanted = args.content_types.each();
    let document = Document {
        connection: name,
        tenant_id,
        content_types: list_notifications(connection, wanted, since, now).await?,
    };
    match args.output.output {
        Output::Json => json(&document)?,
        Output::Text => {
            data(&text(&document.content_types)).context("cannot write to standard output")?;
            tell_failures(&document.content_types);
        }
    }
    let failed = document.content_types.iter();
    let failed: Vec<_> = failed.filter_map(|it| it.failed.as_ref()).collect();
    Ok(exit(document.content_types.len() - failed.len(), &failed))
}

fn text(all: &[Attempts]) -> String {
    let mut table = listing(&[
        "content type",
        "sent",
        "status",
        "available since",
        "content",
    ]);
    for attempts in all {
        for attempt in &attempts.notifications {
            table.add_row(row(&attempts.content_type, attempt));
        }
    }
    table.trim_fmt()
}

fn row(content_type: &str, attempt: &Notification) -> [String; 5] {
    let time = |time: Option<Timestamp>| time.map(|it| format!("{it:.0}")).unwrap_or_default();
    [
        content_type.to_owned(),
        time(attempt.notification_sent),
        attempt.notification_status.clone().unwrap_or_default(),
        time(attempt.content_created),
        attempt.content_id.clone().unwrap_or_default(),
    ]
}

fn tell_failures(all: &[Attempts]) {
    for attempts in all {
        if let Some(step) = &attempts.failed {
            let words = step.detail.as_deref().unwrap_or_default();
            note(&format!("{}: {words}", attempts.content_type));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_a_row_whatever_it_lacks() {
        let attempt = Notification {
            content_id: Some("a$1".to_owned()),
            notification_sent: Some("2026-05-04T10:31:00.25Z".parse().unwrap()),
            notification_status: Some("success".to_owned()),
            ..Notification::default()
        };
        let row = row("DLP.All", &attempt);
        let expected = ["DLP.All", "2026-05-04T10:31:00Z", "success", "", "a$1"];
        assert_eq!(row, expected);
    }
}
