//! What `auditlake simulate` tells webhooks, and what goes wrong with it.

use std::time::Duration;

use auditlake_simulator::{Blob, ContentType, NotificationConfig};
use clap::Args;
use clap::builder::FalseyValueParser;
use jiff::{SignedDuration, Timestamp};

use super::value::duration;

/// Least size in bytes of a blob that becomes available meanwhile: a few records.
const BLOB_BYTES: usize = 3_000;

/// Something new to tell of, and how it is told.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Webhooks")]
pub(crate) struct WebhookArgs {
    /// So many small blobs of `Audit.Exchange` become available after the start, one by one, for webhooks to be told of
    #[arg(
        long,
        env = "AUDITLAKE_SIMULATE_NEW_BLOBS",
        value_name = "N",
        default_value_t = 0
    )]
    pub(crate) new_blobs: u32,
    /// Time from one of them to the next
    #[arg(long, env = "AUDITLAKE_SIMULATE_NEW_BLOBS_EVERY", value_name = "DURATION", default_value = "10s", value_parser = duration)]
    pub(crate) new_blobs_every: SignedDuration,
    /// Blobs that one request names at most
    #[arg(long, env = "AUDITLAKE_SIMULATE_WEBHOOK_BATCH", value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) webhook_batch: u16,
    /// How often each request is sent, though the first one was heard
    #[arg(long, env = "AUDITLAKE_SIMULATE_WEBHOOK_REPEATS", value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) webhook_repeats: u32,
    /// Tell of the newest blobs first
    #[arg(long, env = "AUDITLAKE_SIMULATE_WEBHOOK_BACKWARDS", value_parser = FalseyValueParser::new())]
    pub(crate) webhook_backwards: bool,
    /// Never tell of every Nth blob of a content type; 0 tells of all
    #[arg(
        long,
        env = "AUDITLAKE_SIMULATE_WEBHOOK_SKIP_EVERY",
        value_name = "N",
        default_value_t = 0
    )]
    pub(crate) webhook_skip_every: u16,
    /// Time before the first repetition of a request that was not heard; doubles from one to the next
    #[arg(long, env = "AUDITLAKE_SIMULATE_WEBHOOK_FIRST_RETRY", value_name = "DURATION", default_value = "1s", value_parser = duration)]
    pub(crate) webhook_first_retry: SignedDuration,
    /// Requests in a row that are not heard before a webhook is disabled
    #[arg(long, env = "AUDITLAKE_SIMULATE_WEBHOOK_ATTEMPTS", value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) webhook_attempts: u32,
}

impl WebhookArgs {
    /// How webhooks are told.
    pub(crate) fn notifications(&self) -> NotificationConfig {
        NotificationConfig {
            batch: self.webhook_batch.into(),
            repeats: self.webhook_repeats,
            backwards: self.webhook_backwards,
            skip_every: self.webhook_skip_every.into(),
            first_retry: Duration::try_from(self.webhook_first_retry).unwrap_or_default(),
            attempts: self.webhook_attempts,
        }
    }

    /// What becomes available after `now`. What would do so after the end of time never does.
    pub(crate) fn blobs(&self, now: Timestamp) -> impl Iterator<Item = Blob> {
        let every = self.new_blobs_every;
        let steps = 1..=i32::try_from(self.new_blobs).unwrap_or(i32::MAX);
        let times = steps.map_while(move |step| now.checked_add(every.checked_mul(step)?).ok());
        times.map(|created| Blob::of_size(ContentType::Exchange, created, BLOB_BYTES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Parser)]
    struct Of {
        #[command(flatten)]
        webhooks: WebhookArgs,
    }

    fn of(args: &[&str]) -> WebhookArgs {
        let args = std::iter::once("simulate").chain(args.iter().copied());
        <Of as clap::Parser>::parse_from(args).webhooks
    }

    #[test]
    fn without_flags_it_is_told_as_by_default_and_of_nothing_new() {
        assert_eq!(of(&[]).notifications(), NotificationConfig::default());
        assert_eq!(of(&[]).blobs(Timestamp::UNIX_EPOCH).count(), 0);
    }

    #[test]
    fn new_blobs_come_one_after_the_other() {
        let webhooks = of(&["--new-blobs", "2", "--new-blobs-every", "3s"]);
        let blobs: Vec<Blob> = webhooks.blobs(Timestamp::UNIX_EPOCH).collect();
        let seconds: Vec<i64> = blobs.iter().map(|it| it.created.as_second()).collect();
        assert_eq!(seconds, [3, 6]);
        assert_ne!(blobs[0].body, blobs[1].body);
    }
}
