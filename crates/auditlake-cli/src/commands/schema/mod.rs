//! `auditlake schema`: what the columns mean.

mod coverage;
mod ddl;
mod show;

use auditlake_pipeline::schema::{json_schema, service_health_json_schema};

use crate::args::schema::{DescribedTable, SchemaCommand};
use crate::exit::Exit;
use crate::print::json;
use crate::run::Session;

pub(crate) async fn run(command: SchemaCommand, session: &Session) -> anyhow::Result<Exit> {
    match command {
        SchemaCommand::Show(args) => show::run(&args),
        SchemaCommand::Ddl(args) => ddl::run(&args).await,
        SchemaCommand::JsonSchema(args) => {
            json(&match args.table {
                DescribedTable::Events => json_schema(),
                DescribedTable::ServiceHealth => service_health_json_schema(),
            })?;
            Ok(Exit::Complete)
        }
        SchemaCommand::Coverage(args) => coverage::run(args, session).await,
    }
}
