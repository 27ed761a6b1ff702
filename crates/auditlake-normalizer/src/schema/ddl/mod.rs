//! Statements that make the `events` table known to an engine: one file an engine, all from the same columns.
//!
//! Nothing here knows a column by name but the partitions; names are always quoted, since OCSF has `time`, `user`,
//! `group`, `table`, `comment`, which are words of one SQL or another.

mod athena;
mod bigquery;
mod clickhouse;
mod dialect;
mod duckdb;
mod fabric;
mod place;
mod snowflake;
mod spark;
mod trino;

use place::Place;

/// An engine that reads the lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Amazon Athena: an external table with partition projection.
    Athena,
    /// Trino's Hive connector.
    Trino,
    /// Spark and Databricks.
    Spark,
    /// DuckDB.
    DuckDb,
    /// ClickHouse.
    ClickHouse,
    /// Snowflake: an external table on a stage.
    Snowflake,
    /// Google BigQuery: an external table.
    BigQuery,
    /// Microsoft Fabric's warehouse and SQL endpoint.
    Fabric,
}

impl Engine {
    /// All engines, in the order of the documents.
    pub const ALL: [Self; 8] = [
        Self::Athena,
        Self::Trino,
        Self::Spark,
        Self::DuckDb,
        Self::ClickHouse,
        Self::Snowflake,
        Self::BigQuery,
        Self::Fabric,
    ];

    /// Name on the command line and of the file in the reference.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Athena => "athena",
            Self::Trino => "trino",
            Self::Spark => "spark",
            Self::DuckDb => "duckdb",
            Self::ClickHouse => "clickhouse",
            Self::Snowflake => "snowflake",
            Self::BigQuery => "bigquery",
            Self::Fabric => "fabric",
        }
    }

    /// Name for people.
    pub const fn caption(self) -> &'static str {
        match self {
            Self::Athena => "Amazon Athena",
            Self::Trino => "Trino",
            Self::Spark => "Spark and Databricks",
            Self::DuckDb => "DuckDB",
            Self::ClickHouse => "ClickHouse",
            Self::Snowflake => "Snowflake",
            Self::BigQuery => "Google BigQuery",
            Self::Fabric => "Microsoft Fabric",
        }
    }

    /// A lake where this engine would look for one, with names in capitals to be replaced.
    pub const fn example_lake(self) -> &'static str {
        match self {
            Self::DuckDb => "LAKE",
            Self::BigQuery => "gs://BUCKET/LAKE",
            Self::Fabric => {
                "https://onelake.dfs.fabric.microsoft.com/WORKSPACE/LAKEHOUSE.Lakehouse/Files/LAKE"
            }
            _ => "s3://BUCKET/LAKE",
        }
    }
}

/// Name of the table where nobody chose another.
pub const DEFAULT_TABLE: &str = "events";

/// The statements for one engine: the lake is a URL or a path, the table's name may have a schema before it.
pub fn statements(engine: Engine, lake: &str, table: &str) -> String {
    let place = Place::new(lake, table);
    match engine {
        Engine::Athena => athena::statements(&place),
        Engine::Trino => trino::statements(&place),
        Engine::Spark => spark::statements(&place),
        Engine::DuckDb => duckdb::statements(&place),
        Engine::ClickHouse => clickhouse::statements(&place),
        Engine::Snowflake => snowflake::statements(&place),
        Engine::BigQuery => bigquery::statements(&place),
        Engine::Fabric => fabric::statements(&place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{DAY_PARTITION, EVENTS};

    /// A column's name as the statements of an engine begin its line.
    fn begins_a_line(engine: Engine, name: &str) -> String {
        match engine {
            Engine::Athena | Engine::Spark | Engine::ClickHouse | Engine::BigQuery => {
                format!("`{name}` ")
            }
            Engine::Trino => format!("\"{name}\" "),
            Engine::Snowflake => format!("\"{}\" ", name.to_uppercase()),
            Engine::DuckDb => format!("COMMENT ON COLUMN \"events\".\"{name}\" IS "),
            Engine::Fabric => format!("[{name}] "),
        }
    }

    #[test]
    fn every_engine_has_every_column_and_the_day() {
        for engine in Engine::ALL {
            let sql = statements(engine, engine.example_lake(), DEFAULT_TABLE);
            for column in EVENTS {
                let start = begins_a_line(engine, column.name);
                let found = sql.lines().any(|line| line.trim().starts_with(&start));
                assert!(found, "{engine:?} {}", column.name);
            }
            // BigQuery takes no partition beside one that is a column too.
            let has_day = sql.contains(DAY_PARTITION) || sql.contains("\"EVENT_DAY\"");
            assert!(has_day || engine == Engine::BigQuery, "{engine:?}");
        }
    }

    #[test]
    fn names_and_places_cannot_break_out_of_their_quotes() {
        for engine in Engine::ALL {
            let sql = statements(engine, "s3://it's/`lake`\"x\"", "a`b.c\"d.e]f");
            assert!(!sql.contains("it's"), "{engine:?}: {sql}");
        }
    }

    #[test]
    fn a_place_is_the_same_with_and_without_its_last_slash() {
        for engine in Engine::ALL {
            let plain = statements(engine, "s3://bucket/lake", "security.events");
            assert_eq!(
                plain,
                statements(engine, "s3://bucket/lake/", "security.events")
            );
            assert!(plain.contains("bucket/lake"), "{engine:?}");
            assert!(!plain.contains("security.events("), "{engine:?}");
        }
    }
}
