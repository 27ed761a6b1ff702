//! `auditlake schema`: what the columns mean.

mod coverage;
mod show;

use anyhow::Context;
use auditlake_pipeline::schema::ddl::statements;
use auditlake_pipeline::schema::json_schema;

use crate::args::schema::{DdlArgs, SchemaCommand};
use crate::exit::Exit;
use crate::print::{data, json};
use crate::run::Session;

pub(crate) async fn run(command: SchemaCommand, session: &Session) -> anyhow::Result<Exit> {
    match command {
        SchemaCommand::Show(args) => show::run(&args),
        SchemaCommand::Ddl(args) => ddl(&args),
        SchemaCommand::JsonSchema(_) => {
            json(&json_schema())?;
            Ok(Exit::Complete)
        }
        SchemaCommand::Coverage(args) => coverage::run(args, session).await,
    }
}

fn ddl(args: &DdlArgs) -> anyhow::Result<Exit> {
    let engine = args.engine.0;
    let lake = args.lake.as_deref().unwrap_or(engine.example_lake());
    let sql = statements(engine, lake, &args.table);
    data(sql.trim_end()).context("cannot write to standard output")?;
    Ok(Exit::Complete)
}
