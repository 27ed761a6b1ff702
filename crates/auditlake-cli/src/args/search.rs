//! The flags of the audit search.

use auditlake_pipeline::search::DEFAULT_SEARCHES;
use auditlake_pipeline::{BackfillOptions, SearchFilter, SearchOptions};
use clap::Args;
use jiff::SignedDuration;

use super::value::duration;

/// What is searched for, and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct SearchArgs {
    /// Search for this service alone, by the name that records have in `Workload`, repeated for more
    #[arg(
        long = "service",
        env = "AUDITLAKE_SERVICE",
        value_name = "NAME",
        value_delimiter = ',',
        conflicts_with = "record_types",
        help_heading = "Audit search"
    )]
    pub(crate) services: Vec<String>,
    /// Search for this record type alone, by Microsoft Graph's name such as `exchangeAdmin`, repeated for more
    #[arg(
        long = "record-type",
        env = "AUDITLAKE_RECORD_TYPE",
        value_name = "NAME",
        value_delimiter = ',',
        help_heading = "Audit search"
    )]
    pub(crate) record_types: Vec<String>,
    /// Time of records that one search is for: whole minutes that divide a day, at most 24h
    #[arg(long, env = "AUDITLAKE_SLICE", value_name = "DURATION", default_value = "24h", value_parser = duration, help_heading = "Audit search")]
    pub(crate) slice: SignedDuration,
    /// Searches under way at once
    #[arg(long, env = "AUDITLAKE_SEARCHES", value_name = "N", default_value_t = searches(), value_parser = clap::value_parser!(u16).range(1..), help_heading = "Audit search")]
    pub(crate) searches: u16,
    /// How long a search is waited for before it is named as a gap; the next run goes on with it
    #[arg(long, env = "AUDITLAKE_SEARCH_TIMEOUT", value_name = "DURATION", default_value = "24h", value_parser = duration, help_heading = "Audit search")]
    pub(crate) search_timeout: SignedDuration,
}

impl SearchArgs {
    /// Whether less than everything is searched for.
    pub(super) fn is_filtered(&self) -> bool {
        !self.services.is_empty() || !self.record_types.is_empty()
    }

    /// The options of a run of the audit search.
    pub(crate) fn search(&self, backfill: BackfillOptions) -> SearchOptions {
        SearchOptions {
            filter: self.filter(),
            slice: self.slice,
            searches: usize::from(self.searches),
            patience: self.search_timeout.unsigned_abs(),
            ..SearchOptions::new(backfill)
        }
    }

    fn filter(&self) -> SearchFilter {
        if !self.services.is_empty() {
            SearchFilter::Services(each(&self.services))
        } else if !self.record_types.is_empty() {
            SearchFilter::RecordTypes(each(&self.record_types))
        } else {
            SearchFilter::All
        }
    }
}

/// Each once, in the order in which they were named.
fn each(names: &[String]) -> Vec<String> {
    let mut each: Vec<String> = Vec::new();
    for name in names {
        if !each.contains(name) {
            each.push(name.clone());
        }
    }
    each
}

fn searches() -> u16 {
    u16::try_from(DEFAULT_SEARCHES).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use auditlake_pipeline::search::{DEFAULT_PATIENCE, DEFAULT_SLICE};
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Only {
        #[command(flatten)]
        args: SearchArgs,
    }

    fn read(flags: &[&str]) -> Result<SearchArgs, clap::Error> {
        let only = Only::try_parse_from([&["backfill"], flags].concat());
        only.map(|only| only.args)
    }

    #[test]
    fn the_defaults_are_the_pipelines() {
        let args = read(&[]).unwrap();
        assert_eq!(args.slice, DEFAULT_SLICE);
        assert_eq!(usize::from(args.searches), DEFAULT_SEARCHES);
        assert_eq!(args.search_timeout.unsigned_abs(), DEFAULT_PATIENCE);
        assert_eq!(args.filter(), SearchFilter::All);
    }

    #[test]
    fn a_filter_is_of_services_or_of_record_types_each_once() {
        let args = read(&["--service", "Exchange,OneDrive,Exchange"]).unwrap();
        let services = ["Exchange", "OneDrive"].map(str::to_owned).to_vec();
        assert_eq!(args.filter(), SearchFilter::Services(services));
        let both = ["--service", "Exchange", "--record-type", "exchangeAdmin"];
        assert!(read(&both).is_err());
    }
}
