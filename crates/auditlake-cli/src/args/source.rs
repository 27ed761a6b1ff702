//! Where what is brought comes from.

use auditlake_pipeline::HealthApi;
use clap::{Args, ValueEnum};

/// Where what is brought comes from.
#[derive(Debug, Clone, Copy, Args)]
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
    /// For --source service-health: which API tells of the services
    #[arg(
        long,
        env = "AUDITLAKE_HEALTH_API",
        value_name = "API",
        default_value = "graph"
    )]
    pub(crate) health_api: HealthApiName,
}

/// A source, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SourceName {
    /// Audit records of the Management Activity API, into the table of events
    Feed,
    /// What Microsoft announces of its services, into the table `service_health`
    ServiceHealth,
}

/// An API of service health, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HealthApiName {
    /// Service announcements of Microsoft Graph
    Graph,
    /// The Service Communications API, which Microsoft has retired
    ServiceCommunications,
}

impl From<HealthApiName> for HealthApi {
    fn from(name: HealthApiName) -> Self {
        match name {
            HealthApiName::Graph => Self::Graph,
            HealthApiName::ServiceCommunications => Self::ServiceCommunications,
        }
    }
}
