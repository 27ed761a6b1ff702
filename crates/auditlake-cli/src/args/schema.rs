//! `auditlake schema`.

use std::path::PathBuf;

use auditlake_pipeline::schema::ddl::Engine;
use clap::builder::PossibleValue;
use clap::{Args, Subcommand, ValueEnum};

use super::layout::LayoutArgs;
use super::output::OutputArgs;
use crate::progress::ProgressStyle;

const EXAMPLES: &str = "\
Examples:
  auditlake schema show
  auditlake schema ddl athena --lake s3://security/audit
  auditlake schema json-schema > event.schema.json
  auditlake schema coverage export.csv";

/// What the columns of the lake mean, for people, engines and validators; and what the mapping makes of your records
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum SchemaCommand {
    Show(ShowArgs),
    Ddl(DdlArgs),
    JsonSchema(JsonSchemaArgs),
    Coverage(CoverageArgs),
}

const SHOW_EXAMPLES: &str = "\
Examples:
  auditlake schema show
  auditlake schema show --table quarantine
  auditlake schema show --output markdown > schema.md
  auditlake schema show --output json | jq -r '.columns[].path'";

/// Every column with its path, type, description, and the members of records that fill it
#[derive(Debug, Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub(crate) struct ShowArgs {
    /// The table; the Markdown page has all of them
    #[arg(long, env = "AUDITLAKE_TABLE", default_value = "events")]
    pub(crate) table: Table,
    /// What goes to standard output
    #[arg(
        long,
        env = "AUDITLAKE_OUTPUT",
        default_value = "table",
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    pub(crate) output: ShowOutput,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Table {
    /// OCSF events, one a record
    Events,
    /// What was fetched and is no audit record
    Quarantine,
    /// What Microsoft announces of its services
    ServiceHealth,
}

/// The tables that JSON Schemas are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DescribedTable {
    /// OCSF events, one a record
    Events,
    /// What Microsoft announces of its services
    ServiceHealth,
}

/// How the columns are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowOutput {
    /// A table for people
    #[value(alias = "text")]
    Table,
    /// The page of the reference
    Markdown,
    /// One JSON document
    Json,
}

const DDL_EXAMPLES: &str = "\
Examples:
  auditlake schema ddl duckdb --lake ./lake | duckdb audit.duckdb
  auditlake schema ddl athena --lake s3://security/audit --name security.audit_events
  auditlake schema ddl clickhouse --lake abfss://security@account.dfs.core.windows.net/audit
  auditlake schema ddl duckdb --lake ./lake --table service_health | duckdb audit.duckdb
  auditlake schema ddl spark --lake s3a://security/audit --path-template '{table}/dt={event_day}'
      the lake has another address for the engine, so that its layout has to be said";

/// The SQL statements that make a lake's events known to an engine
///
/// They create tables or views over the files where they are; nothing is copied. The layout is read from the lake, unless
/// it is said here; `--table service_health` is for the table of service health. After an update of Auditlake drop the table and run them again: columns are only ever added.
#[derive(Debug, Clone, Args)]
#[command(after_help = DDL_EXAMPLES)]
pub(crate) struct DdlArgs {
    /// The engine
    pub(crate) engine: EngineArg,
    /// The lake: a URL or a path, as the engine calls it; unless told otherwise a placeholder in capitals
    #[arg(long, env = "AUDITLAKE_LAKE", value_name = "URL")]
    pub(crate) lake: Option<String>,
    /// Name of the table to make, with or without a schema before it; a lake of `security-lake` has one for each class, whose name is added
    /// [default: `events` or `service_health`]
    #[arg(long, env = "AUDITLAKE_DDL_NAME", value_name = "NAME", value_parser = table_name)]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
}

fn table_name(name: &str) -> Result<String, String> {
    if name.split('.').any(|part| part.trim().is_empty()) {
        return Err("expected a name such as `events` or `security.events`".to_owned());
    }
    Ok(name.to_owned())
}

/// An engine, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EngineArg(pub(crate) Engine);

impl ValueEnum for EngineArg {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [EngineArg; Engine::ALL.len()] = {
            let mut all = [EngineArg(Engine::Athena); Engine::ALL.len()];
            let mut n = 0;
            while n < all.len() {
                all[n] = EngineArg(Engine::ALL[n]);
                n += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let value = PossibleValue::new(self.0.name()).help(self.0.caption());
        Some(match self.0 {
            Engine::Spark => value.alias("databricks"),
            _ => value,
        })
    }
}

const JSON_SCHEMA_EXAMPLES: &str = "\
Examples:
  auditlake schema json-schema > event.schema.json
  auditlake schema json-schema | jq '.properties.actor'";

/// The JSON Schema of an event as `normalize --to ndjson` prints it, or of a row of service health
#[derive(Debug, Args)]
#[command(after_help = JSON_SCHEMA_EXAMPLES)]
pub(crate) struct JsonSchemaArgs {
    /// The table
    #[arg(long, env = "AUDITLAKE_TABLE", default_value = "events")]
    pub(crate) table: DescribedTable,
}

const COVERAGE_EXAMPLES: &str = "\
Examples:
  auditlake schema coverage purview-export.csv
  zcat records.gz | auditlake schema coverage - --output json | jq '.kinds[] | select(.status != \"mapped\")'
      what to tell the project: kinds and names of members, no value of a record";

/// What the mapping makes of your own records: which kinds it knows by name, which take a default, and which members
/// no column takes
///
/// It reads what `normalize` reads. Kinds of records and names of members are counted; no value of a record is shown.
#[derive(Debug, Args)]
#[command(after_help = COVERAGE_EXAMPLES)]
pub(crate) struct CoverageArgs {
    /// Files to read, or patterns such as 'exports/**/*.gz'; `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// How to show progress
    #[arg(
        long,
        env = "AUDITLAKE_PROGRESS",
        default_value = "auto",
        value_name = "STYLE"
    )]
    pub(crate) progress: ProgressStyle,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_engine_is_known_by_its_name() {
        for engine in Engine::ALL {
            assert_eq!(
                EngineArg::from_str(engine.name(), false),
                Ok(EngineArg(engine))
            );
        }
        assert_eq!(
            EngineArg::from_str("databricks", false),
            Ok(EngineArg(Engine::Spark))
        );
    }

    #[test]
    fn a_table_has_a_name() {
        assert!(table_name("a.b").is_ok());
        for bad in ["", ".", "a.", " .b"] {
            assert!(table_name(bad).is_err(), "{bad}");
        }
    }
}
