//! `auditlake verify`.

use anyhow::Context;
use auditlake_pipeline::verify::{VerifyOptions, VerifyReport, verify};
use jiff::Timestamp;

use super::{check_lake, resolve};
use crate::args::coverage::TableOutput;
use crate::args::verify::VerifyArgs;
use crate::connect;
use crate::exit::Exit;
use crate::print::{self, data, json};
use crate::run::Session;

pub(crate) async fn run(args: VerifyArgs, session: &Session) -> anyhow::Result<Exit> {
    let connection = connect::connection(&args.connection, session.config.as_deref())?;
    check_lake(&args.lake.url)?;
    let report = verify(connection, options(&args)?, session.cancel.clone()).await?;
    tell(args.output, &report)?;
    Ok(report.outcome().into())
}

fn tell(output: TableOutput, report: &VerifyReport) -> anyhow::Result<()> {
    match output {
        TableOutput::Json => json(report),
        TableOutput::Table => {
            data(&print::verify::table(report)).context("cannot write to standard output")
        }
    }
}

fn options(args: &VerifyArgs) -> anyhow::Result<VerifyOptions> {
    let now = Timestamp::now();
    Ok(VerifyOptions {
        since: resolve(args.span.since, now)?,
        until: resolve(args.span.until, now)?,
        content_types: args.content_types.each(),
        deep: args.deep,
        repair: args.repair,
        grace: args.grace,
        raw_data: !args.no_raw_data,
        ..VerifyOptions::new(&args.lake.url)
    })
}
