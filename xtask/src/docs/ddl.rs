//! The statements for each engine, as `auditlake schema ddl` prints them without a lake.

use std::path::PathBuf;

use anyhow::Result;
use auditlake_normalizer::schema::ddl::{DEFAULT_TABLE, Engine, Table, statements};

use super::{MADE, Pages};

pub(super) fn pages() -> Result<Pages> {
    let page = |engine: Engine| {
        let sql = statements(
            engine,
            &Table::default(),
            engine.example_lake(),
            DEFAULT_TABLE,
        )?;
        let name = PathBuf::from(format!("ddl/{}.sql", engine.name()));
        let head = format!(
            "-- {}. {MADE}\n-- For your own lake: auditlake schema ddl {} --lake URL",
            engine.caption(),
            engine.name()
        );
        Ok((name, format!("{head}\n\n{sql}")))
    };
    Engine::ALL.into_iter().map(page).collect()
}
