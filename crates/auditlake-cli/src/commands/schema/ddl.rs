//! `auditlake schema ddl`.

use std::time::Duration;

use anyhow::Context;
use auditlake_pipeline::layout::tables_of;
use auditlake_pipeline::schema::ddl::{DEFAULT_TABLE, Table, statements};
use auditlake_pipeline::tables::SERVICE_HEALTH;
use auditlake_pipeline::{Layout, LayoutChoice};
use tokio::time::timeout;

use crate::args::schema::DdlArgs;
use crate::exit::{Exit, Usage};
use crate::print::{data, note};

/// How long a lake may take to say how it lies: statements can be had without it.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) async fn run(args: &DdlArgs) -> anyhow::Result<Exit> {
    let engine = args.engine.0;
    let lake = args.lake.as_deref().unwrap_or(engine.example_lake());
    let (tables, default) = if is_health(args) {
        (vec![health(args).await?], SERVICE_HEALTH)
    } else {
        (tables(args).await?, DEFAULT_TABLE)
    };
    let name = args.name.as_deref().unwrap_or(default);
    let mut all = Vec::new();
    for table in tables {
        let sql = statements(engine, &table, lake, name);
        all.push(sql.map_err(|refusal| Usage::new(refusal.to_string()))?);
    }
    data(all.join("\n").trim_end()).context("cannot write to standard output")?;
    Ok(Exit::Complete)
}

/// No table of events has the name of that of service health.
fn is_health(args: &DdlArgs) -> bool {
    let table = args.layout.table.as_deref().unwrap_or_default();
    table.replace('-', "_") == SERVICE_HEALTH
}

/// The table of service health, in a lake of the layout that was said, or else as its events have no directories or some.
async fn health(args: &DdlArgs) -> anyhow::Result<Table> {
    let mut args = args.clone();
    args.layout.table = None;
    let tables = tables(&args).await;
    // A lake with service health alone has no events to tell of.
    let is_flat = tables.is_ok_and(|all| all.iter().all(Table::is_flat));
    Ok(Table::of_service_health(is_flat))
}

/// The tables of the layout that was said, or else as the lake says.
async fn tables(args: &DdlArgs) -> anyhow::Result<Vec<Table>> {
    let choice = args.layout.choice();
    match &args.lake {
        Some(lake) if choice == LayoutChoice::default() => of_lake(lake).await,
        _ => Ok(choice.of_new_lake()?.tables()?),
    }
}

/// Engines may know the lake by an address that means nothing here.
async fn of_lake(lake: &str) -> anyhow::Result<Vec<Table>> {
    let why = match timeout(PATIENCE, tables_of(lake)).await {
        Ok(Ok(tables)) if tables.is_empty() => {
            return Err(Usage::new("the lake has no events, and no table to tell of").into());
        }
        Ok(Ok(tables)) => return Ok(tables),
        Ok(Err(error)) => format!("{:#}", anyhow::Error::from(error)),
        Err(_) => format!("it did not answer within {PATIENCE:?}"),
    };
    note(&format!(
        "the lake was not read ({why}): the statements are for the layout `hive`; say --layout if it has another"
    ));
    Ok(Layout::default().tables()?)
}
