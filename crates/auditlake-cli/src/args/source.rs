//! Where what is brought comes from.

use auditlake_pipeline::HealthApi;
use auditlake_pipeline::ingest::IngestSource;
use clap::{Args, ValueEnum};

use super::fetch::FetchArgs;
use super::search::SearchArgs;
use crate::exit::Usage;

/// Where what `backfill` brings comes from.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options")]
pub(crate) struct SourceArgs {
    /// What is brought into the lake
    #[arg(
        long,
        env = "AUDITLAKE_SOURCE",
        value_name = "SOURCE",
        default_value = "feed"
    )]
    pub(crate) source: SourceName,
    #[command(flatten)]
    pub(crate) health: HealthArgs,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
}

/// A source, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SourceName {
    /// Audit records of the Management Activity API: the last seven days, by when they became available
    Feed,
    /// Audit records by Microsoft Graph's audit search: as far back as the tenant keeps them, by when they were made
    AuditSearch,
    /// What Microsoft announces of its services, into the table `service_health`
    ServiceHealth,
}

/// Where what rounds bring comes from.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Options")]
pub(crate) struct RoundsSourceArgs {
    /// What is brought into the lake
    #[arg(
        long,
        env = "AUDITLAKE_SOURCE",
        value_name = "SOURCE",
        default_value = "feed"
    )]
    pub(crate) source: RoundsSourceName,
    #[command(flatten)]
    pub(crate) health: HealthArgs,
}

/// A source that is asked again and again, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoundsSourceName {
    /// Audit records of the Management Activity API, into the table of events
    Feed,
    /// What Microsoft announces of its services, into the table `service_health`
    ServiceHealth,
}

/// How service health is asked for.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct HealthArgs {
    /// For --source service-health: which API tells of the services
    #[arg(
        long,
        env = "AUDITLAKE_HEALTH_API",
        value_name = "API",
        default_value = "graph"
    )]
    pub(crate) health_api: HealthApiName,
}

/// An API of service health, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HealthApiName {
    /// Service announcements of Microsoft Graph
    Graph,
    /// The Service Communications API, which Microsoft has retired
    ServiceCommunications,
}

impl SourceArgs {
    /// Refuses flags of another source than the one that is chosen.
    pub(crate) fn check(&self, fetch: &FetchArgs) -> Result<(), Usage> {
        if self.source != SourceName::AuditSearch && self.search.is_filtered() {
            return Err(Usage::new(
                "`--service` and `--record-type` are for `--source audit-search`",
            ));
        }
        if self.source != SourceName::Feed && !fetch.content_types.named.is_empty() {
            return Err(Usage::new("`--content-type` is for `--source feed`"));
        }
        Ok(())
    }
}

impl RoundsSourceArgs {
    /// The same for the pipeline.
    pub(crate) fn of_rounds(self) -> IngestSource {
        match self.source {
            RoundsSourceName::Feed => IngestSource::Feed,
            RoundsSourceName::ServiceHealth => {
                IngestSource::ServiceHealth(self.health.health_api.into())
            }
        }
    }
}

impl From<HealthApiName> for HealthApi {
    fn from(name: HealthApiName) -> Self {
        match name {
            HealthApiName::Graph => Self::Graph,
            HealthApiName::ServiceCommunications => Self::ServiceCommunications,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Only {
        #[command(flatten)]
        args: SourceArgs,
        #[command(flatten)]
        fetch: FetchArgs,
    }

    #[test]
    fn flags_of_another_source_are_refused() {
        let check = |flags: [&str; 4]| {
            let Only { args, fetch } = Only::parse_from([&["backfill"], &flags[..]].concat());
            args.check(&fetch).is_ok()
        };
        assert!(check(["--source", "audit-search", "--service", "Exchange"]));
        assert!(check(["--source", "feed", "--content-type", "DLP.All"]));
        assert!(!check(["--source", "feed", "--service", "Exchange"]));
        assert!(!check([
            "--source",
            "service-health",
            "--service",
            "Exchange"
        ]));
        assert!(!check([
            "--source",
            "audit-search",
            "--content-type",
            "DLP.All"
        ]));
        assert!(!check([
            "--source",
            "service-health",
            "--content-type",
            "DLP.All"
        ]));
    }
}
