//! What is fetched, and at what cost: flags of all commands that ask the service for content.

use auditlake_pipeline::options::DEFAULT_FETCHES;
use auditlake_pipeline::{BackfillOptions, ClientConfig};
use clap::Args;
use clap::builder::FalseyValueParser;
use jiff::SignedDuration;

use super::content_types::ContentTypeArgs;
use super::memory::MemoryArgs;
use super::value::{duration, size};

/// What is fetched, and at what cost.
#[derive(Debug, Clone, Args)]
pub(crate) struct FetchArgs {
    #[command(flatten)]
    pub(crate) content_types: ContentTypeArgs,
    /// Length of a window: whole minutes that divide a day, at most 24h
    #[arg(long, env = "AUDITLAKE_WINDOW", value_name = "DURATION", default_value = "1h", value_parser = duration, help_heading = "Options")]
    pub(crate) window: SignedDuration,
    /// Leave missing subscriptions alone
    #[arg(long, env = "AUDITLAKE_NO_START", value_parser = FalseyValueParser::new(), help_heading = "Options")]
    pub(crate) no_start: bool,
    /// Do not keep the record as it came in the column `raw_data`
    #[arg(long, env = "AUDITLAKE_NO_RAW_DATA", value_parser = FalseyValueParser::new(), help_heading = "Options")]
    pub(crate) no_raw_data: bool,
    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
    /// Blobs to download at once
    #[arg(long, env = "AUDITLAKE_FETCHES", value_name = "N", default_value_t = fetches(), value_parser = clap::value_parser!(u16).range(1..), help_heading = "Options")]
    pub(crate) fetches: u16,
    /// How long a request that fails is tried again before its blob or window is named as a gap
    #[arg(long, env = "AUDITLAKE_RETRY_FOR", value_name = "DURATION", default_value = "5m", value_parser = duration, help_heading = "Options")]
    pub(crate) retry_for: SignedDuration,
    /// Largest blob to accept, unpacked; a larger one is named as a gap
    #[arg(long, env = "AUDITLAKE_MAX_BODY", value_name = "SIZE", default_value = "256MiB", value_parser = size, help_heading = "Options")]
    pub(crate) max_body: u64,
}

impl FetchArgs {
    /// Takes these choices over into the options of a run.
    pub(crate) fn apply(&self, options: &mut BackfillOptions) {
        options.content_types = self.content_types.each();
        options.window = self.window;
        options.start_subscriptions = !self.no_start;
        options.raw_data = !self.no_raw_data;
        options.memory_limit = self.memory.memory_limit;
        options.fetches = usize::from(self.fetches);
    }

    /// Takes these choices over into a client.
    pub(crate) fn apply_to(&self, client: &mut ClientConfig) {
        client.retry.total = self.retry_for.unsigned_abs();
        client.max_body_bytes = usize::try_from(self.max_body).unwrap_or(usize::MAX);
    }
}

fn fetches() -> u16 {
    u16::try_from(DEFAULT_FETCHES).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use auditlake_pipeline::RetryPolicy;
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Only {
        #[command(flatten)]
        args: FetchArgs,
    }

    #[test]
    fn the_defaults_are_the_pipelines() {
        let args = Only::parse_from(["fetch"]).args;
        let options = BackfillOptions::new("l");
        assert_eq!(args.window, options.window);
        assert_eq!(usize::from(args.fetches), options.fetches);
        assert_eq!(args.retry_for.unsigned_abs(), RetryPolicy::PATIENT.total);
        assert_eq!(args.max_body, ClientConfig::DEFAULT_MAX_BODY_BYTES as u64);
    }
}
