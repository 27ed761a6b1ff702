//! Statements that make a table of a lake known to an engine: one file an engine, all from the same columns.
//!
//! Nothing here knows a column by name but the partitions; names are always quoted, since OCSF has `time`, `user`,
//! `group`, `table`, `comment`, which are words of one SQL or another.

mod athena;
mod attribute;
mod bigquery;
mod clickhouse;
mod dialect;
mod duckdb;
mod fabric;
mod level;
mod openrowset;
mod place;
mod snowflake;
mod spark;
mod synapse;
mod table;
mod trino;

pub use level::{Level, Piece, Value};
pub use table::{Refusal, Table};

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
    /// Azure Synapse's serverless SQL pool.
    Synapse,
}

impl Engine {
    /// All engines, in the order of the documents.
    pub const ALL: [Self; 9] = [
        Self::Athena,
        Self::Trino,
        Self::Spark,
        Self::DuckDb,
        Self::ClickHouse,
        Self::Snowflake,
        Self::BigQuery,
        Self::Fabric,
        Self::Synapse,
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
            Self::Synapse => "synapse",
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
            Self::Synapse => "Azure Synapse serverless SQL",
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
            Self::Synapse => "https://ACCOUNT.dfs.core.windows.net/CONTAINER/LAKE",
            _ => "s3://BUCKET/LAKE",
        }
    }
}

/// Name of the table where nobody chose another.
pub const DEFAULT_TABLE: &str = "events";

/// The statements for one engine and table: the lake is a URL or a path, the table's name may have a schema before it.
///
/// # Errors
///
/// [`Refusal`]: the engine cannot read a table that lies like this.
pub fn statements(
    engine: Engine,
    table: &Table,
    lake: &str,
    name: &str,
) -> Result<String, Refusal> {
    table.check(engine)?;
    let place = Place::new(table, lake, name);
    Ok(match engine {
        Engine::Athena => athena::statements(&place),
        Engine::Trino => trino::statements(&place)?,
        Engine::Spark => spark::statements(&place),
        Engine::DuckDb => duckdb::statements(&place),
        Engine::ClickHouse => clickhouse::statements(&place),
        Engine::Snowflake => snowflake::statements(&place),
        Engine::BigQuery => bigquery::statements(&place),
        Engine::Fabric => fabric::statements(&place),
        Engine::Synapse => synapse::statements(&place),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{DAY_PARTITION, EVENTS};

    fn of_hive(engine: Engine, lake: &str, name: &str) -> String {
        statements(engine, &Table::default(), lake, name).expect("any engine reads it")
    }

    /// A column's name as the statements of an engine begin its line.
    fn begins_a_line(engine: Engine, name: &str) -> String {
        match engine {
            Engine::Athena | Engine::Spark | Engine::ClickHouse | Engine::BigQuery => {
                format!("`{name}` ")
            }
            Engine::Trino => format!("\"{name}\" "),
            Engine::Snowflake => format!("\"{}\" ", name.to_uppercase()),
            Engine::DuckDb => format!("COMMENT ON COLUMN \"events\".\"{name}\" IS "),
            Engine::Fabric | Engine::Synapse => format!("[{name}] "),
        }
    }

    #[test]
    fn every_engine_has_every_column_and_the_day() {
        for engine in Engine::ALL {
            let sql = of_hive(engine, engine.example_lake(), DEFAULT_TABLE);
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
    fn the_table_of_service_health_has_its_own_columns_and_place() {
        for engine in Engine::ALL {
            let lake = engine.example_lake();
            let of = |is_flat| {
                let table = Table::of_service_health(is_flat);
                statements(engine, &table, lake, "service_health").expect("any engine reads it")
            };
            let sql = of(false);
            assert!(sql.contains("/service_health/"), "{engine:?}: {sql}");
            let has = |name: &str| sql.contains(name) || sql.contains(&name.to_uppercase());
            assert!(has("impact_description") && !has("class_uid"), "{engine:?}");
            // BigQuery's statement is one for all layouts.
            let is_for_all = engine == Engine::BigQuery;
            assert_eq!(has("event_day"), !is_for_all, "{engine:?}: {sql}");
            assert_eq!(sql == of(true), is_for_all, "{engine:?}");
        }
    }

    #[test]
    fn names_and_places_cannot_break_out_of_their_quotes() {
        for engine in Engine::ALL {
            let sql = of_hive(engine, "s3://it's/`lake`\"x\"", "a`b.c\"d.e]f");
            assert!(!sql.contains("it's"), "{engine:?}: {sql}");
        }
    }

    #[test]
    fn a_place_is_the_same_with_and_without_its_last_slash() {
        for engine in Engine::ALL {
            let plain = of_hive(engine, "s3://bucket/lake", "security.events");
            assert_eq!(
                plain,
                of_hive(engine, "s3://bucket/lake/", "security.events")
            );
            assert!(plain.contains("bucket/lake"), "{engine:?}");
            assert!(!plain.contains("security.events("), "{engine:?}");
        }
    }

    fn piece(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    fn by_template(levels: Vec<Vec<Piece>>) -> Table {
        Table::of_events("m365", levels.into_iter().map(Level).collect())
    }

    #[track_caller]
    fn check_has(table: &Table, engine: Engine, words: &[&str]) {
        let sql = statements(engine, table, "s3://b/l", "t").expect("statements");
        for word in words {
            assert!(sql.contains(word), "{engine:?} {word}: {sql}");
        }
    }

    #[test]
    fn a_flat_table_has_no_partitions() {
        for engine in Engine::ALL {
            let sql = statements(engine, &by_template(Vec::new()), "s3://b/l", "t").unwrap();
            let words = [
                "PARTITION",
                "partitioned",
                "projection",
                "filepath",
                "MSCK",
                "CALL",
            ];
            assert!(!words.iter().any(|word| sql.contains(word)), "{sql}");
            assert!(sql.contains("b/l/m365/"), "{sql}");
        }
    }

    #[test]
    fn constant_directories_belong_to_the_place() {
        let day = vec![piece("dt="), Piece::Value(Value::Day)];
        let table = by_template(vec![vec![piece("v1")], day]);
        check_has(&table, Engine::Spark, &["'s3://b/l/m365/v1/'", "(`dt`)"]);
        check_has(
            &table,
            Engine::DuckDb,
            &["m365/v1/**/*.parquet", "{'dt': DATE}"],
        );
        check_has(
            &table,
            Engine::Fabric,
            &["v1/dt=*/*.parquet", "filepath(1) AS DATE) AS [dt]"],
        );
    }

    #[test]
    fn bare_directories_are_for_engines_that_can_name_them() {
        let class = vec![piece("c"), Piece::Value(Value::ClassUid)];
        let table = by_template(vec![class, vec![Piece::Value(Value::TenantUid)]]);
        let words = [
            "'s3://b/l/m365/c${class_uid}/${tenant_uid}/'",
            "'projection.class_uid.type' = 'enum'",
            "'projection.tenant_uid.type' = 'injected'",
        ];
        check_has(&table, Engine::Athena, &words);
        check_has(&table, Engine::Spark, &["'recursiveFileLookup' = 'true'"]);
        let words = [
            "m365/c*/*/*.parquet",
            "[class_uid_partition]",
            "filepath(2)",
        ];
        check_has(&table, Engine::Synapse, &words);
        let refused = statements(Engine::Trino, &table, "s3://b/l", "t").unwrap_err();
        assert!(refused.to_string().contains("`c{class_uid}`"), "{refused}");
    }

    #[test]
    fn a_key_that_is_another_column_is_refused() {
        let table = by_template(vec![vec![piece("Message="), Piece::Value(Value::Day)]]);
        for engine in Engine::ALL {
            let refused = statements(engine, &table, "s3://b/l", "t").unwrap_err();
            assert!(refused.to_string().contains("`Message=`"), "{refused}");
        }
        let same = by_template(vec![vec![
            piece("class_uid="),
            Piece::Value(Value::ClassUid),
        ]]);
        check_has(&same, Engine::Spark, &["PARTITIONED BY (`class_uid`)"]);
    }
}
