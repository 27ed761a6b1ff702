//! `auditlake ingest`.

use std::net::SocketAddr;

use auditlake_pipeline::IngestOptions;
use auditlake_pipeline::ingest::{
    DEFAULT_CONCURRENCY, DEFAULT_EVERY, DEFAULT_GRACE, DEFAULT_RELIST, IngestSource,
};
use clap::Args;
use clap::builder::FalseyValueParser;
use jiff::SignedDuration;
use serde::{Deserialize, Deserializer};

use super::connection::ConnectionSettings;
use super::fetch::FetchArgs;
use super::lake_url::LakeArgs;
use super::layout::LayoutArgs;
use super::output::ReportArgs;
use super::source::RoundsSourceArgs;
use super::to::ToArgs;
use super::value::{Moment, duration, moment};

const EXAMPLES: &str = "\
Examples:
  auditlake ingest --lake s3://security/audit
      all connections of auditlake.toml, every five minutes, until it is stopped
  auditlake ingest contoso fabrikam --lake ./lake --every 15m
  auditlake ingest --lake s3://security/audit --once --report - | jq -c '{connection, events, gaps}'
      one round, for cron and Kubernetes jobs
  auditlake ingest --lake s3://security/audit --source service-health
      what Microsoft announces of its services, beside the process that brings audit records
  auditlake ingest --lake s3://security/ledger --to ndjson --to-socket /run/vector/auditlake.sock
      to another pipeline: the lake holds no files of that, and says what the reader took
  AUDITLAKE_CLIENT_SECRET=… auditlake ingest --tenant-id … --client-id … --lake ./lake --once

Exit codes of --once: the worst of its connections, in this order: 130 interrupted, 2 usage or configuration,
3 credentials or permission, 1 failed, 4 something named in the report could not be had, 0 all is in the lake.
Without --once: 0 when it was told to end (SIGTERM), 130 by Ctrl-C. SIGHUP reads the configuration again.";

/// Bring what is new into the lake, of all connections, again and again
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct IngestArgs {
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    #[command(flatten)]
    pub(crate) source: RoundsSourceArgs,
    /// One round, then end
    #[arg(long, env = "AUDITLAKE_ONCE", value_parser = FalseyValueParser::new(), help_heading = "Options")]
    pub(crate) once: bool,
}

/// What rounds work with, whoever asks for them.
#[derive(Debug, Args)]
pub(crate) struct WorkArgs {
    /// Connections of the configuration file [default: all of them]
    #[arg(
        value_name = "CONNECTION",
        env = "AUDITLAKE_CONNECTION",
        value_delimiter = ','
    )]
    pub(crate) names: Vec<String>,
    #[command(flatten)]
    pub(crate) settings: ConnectionSettings,
    #[command(flatten)]
    pub(crate) lake: LakeArgs,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
    #[command(flatten)]
    pub(crate) to: ToArgs,
    /// Where a connection begins that was never ingested before: `2d`, or a time [default: all that there is]
    #[arg(long, env = "AUDITLAKE_SINCE", value_name = "TIME", value_parser = moment, help_heading = "Options")]
    pub(crate) since: Option<Moment>,
    /// What the rounds bring; only `ingest` can choose.
    #[arg(skip)]
    pub(crate) source: IngestSource,
    #[command(flatten)]
    pub(crate) schedule: IngestSettings,
    #[command(flatten)]
    pub(crate) fetch: FetchArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

/// When and how much at once: flags here, keys of `[ingest]` in the configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Deserialize)]
#[command(next_help_heading = "Options")]
#[serde(deny_unknown_fields, default)]
pub(crate) struct IngestSettings {
    /// Time from round to round [default: 5m]
    #[arg(long, env = "AUDITLAKE_EVERY", value_name = "DURATION", value_parser = duration)]
    #[serde(deserialize_with = "read_duration")]
    pub(crate) every: Option<SignedDuration>,
    /// How far back each round lists again, as content comes late; all seven days are listed once a day in any case
    /// [default: 24h]
    #[arg(long, env = "AUDITLAKE_RELIST", value_name = "DURATION", value_parser = duration)]
    #[serde(deserialize_with = "read_duration")]
    pub(crate) relist: Option<SignedDuration>,
    /// How long to wait, when told to end, for what is begun; what is not in the lake by then is rolled back
    /// [default: 20s]
    #[arg(long, env = "AUDITLAKE_GRACE", value_name = "DURATION", value_parser = duration)]
    #[serde(deserialize_with = "read_duration")]
    pub(crate) grace: Option<SignedDuration>,
    /// Connections at work at once; they share the memory [default: 4]
    #[arg(long, env = "AUDITLAKE_CONCURRENCY", value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    #[serde(deserialize_with = "read_count")]
    pub(crate) concurrency: Option<u16>,
    /// Where to show metrics (/metrics) and health (/healthz, /readyz), such as `127.0.0.1:9464`, for as long as the
    /// process stays; a single round has neither [default: nowhere]
    #[arg(long, env = "AUDITLAKE_METRICS_LISTEN", value_name = "ADDR")]
    pub(crate) metrics_listen: Option<SocketAddr>,
}

/// What is chosen, with nothing left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Schedule {
    pub(crate) every: SignedDuration,
    pub(crate) relist: SignedDuration,
    pub(crate) grace: SignedDuration,
    pub(crate) concurrency: usize,
    pub(crate) metrics_listen: Option<SocketAddr>,
}

impl Schedule {
    /// Puts it into the options of a run.
    pub(crate) fn apply(self, options: &mut IngestOptions) {
        options.every = self.every.unsigned_abs();
        options.relist = self.relist;
        options.grace = self.grace.unsigned_abs();
        options.concurrency = self.concurrency;
    }
}

impl IngestSettings {
    /// These settings, those of `file` where there are none, and the defaults where there are none either.
    pub(crate) fn or(&self, file: &Self) -> Schedule {
        let default =
            |time: std::time::Duration| SignedDuration::try_from(time).unwrap_or_default();
        let concurrency = self.concurrency.or(file.concurrency);
        Schedule {
            every: (self.every.or(file.every)).unwrap_or_else(|| default(DEFAULT_EVERY)),
            relist: self.relist.or(file.relist).unwrap_or(DEFAULT_RELIST),
            grace: (self.grace.or(file.grace)).unwrap_or_else(|| default(DEFAULT_GRACE)),
            concurrency: concurrency.map_or(DEFAULT_CONCURRENCY, usize::from),
            metrics_listen: self.metrics_listen.or(file.metrics_listen),
        }
    }
}

/// Reads a duration of the configuration file.
pub(super) fn read_duration<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<SignedDuration>, D::Error> {
    let text = String::deserialize(from)?;
    duration(&text).map(Some).map_err(serde::de::Error::custom)
}

fn read_count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    let count = std::num::NonZeroU16::deserialize(from)?;
    Ok(Some(count.get()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_that_over_the_defaults() {
        let minutes = |count| Some(SignedDuration::from_mins(count));
        let flags = IngestSettings {
            every: minutes(1),
            ..IngestSettings::default()
        };
        let file = IngestSettings {
            every: minutes(2),
            relist: minutes(3),
            ..IngestSettings::default()
        };
        let schedule = flags.or(&file);
        assert_eq!(Some(schedule.every), minutes(1));
        assert_eq!(Some(schedule.relist), minutes(3));
        assert_eq!(schedule.grace, SignedDuration::from_secs(20));
        assert_eq!(schedule.concurrency, 4);
        assert_eq!(schedule.metrics_listen, None);
    }
}
