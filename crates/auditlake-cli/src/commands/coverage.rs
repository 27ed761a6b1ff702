//! `auditlake coverage`.

use anyhow::Context;
use auditlake_pipeline::coverage::{CoverageOptions, CoverageReport, coverage};

use super::{check_lake, resolve};
use crate::args::coverage::{CoverageArgs, TableOutput};
use crate::atomic;
use crate::clock::clock;
use crate::exit::Exit;
use crate::page;
use crate::print::{self, data, json};

pub(crate) async fn run(args: CoverageArgs) -> anyhow::Result<Exit> {
    check_lake(&args.lake.url)?;
    let report = coverage(&options(&args)?).await?;
    if let Some(path) = &args.html {
        let failed = || format!("cannot write the page `{}`", path.display());
        let page = page::coverage(&report).with_context(failed)?;
        atomic::write(path, page.as_bytes()).with_context(failed)?;
    }
    tell(args.output, &report)?;
    Ok(report.outcome().into())
}

fn tell(output: TableOutput, report: &CoverageReport) -> anyhow::Result<()> {
    match output {
        TableOutput::Json => json(report),
        TableOutput::Table => {
            data(&print::coverage::table(report)).context("cannot write to standard output")
        }
    }
}

fn options(args: &CoverageArgs) -> anyhow::Result<CoverageOptions> {
    let clock = clock()?;
    let now = clock.now();
    Ok(CoverageOptions {
        since: resolve(args.since, now)?,
        until: resolve(args.until, now)?,
        content_types: args.content_types.each(),
        clock,
        ..CoverageOptions::new(&args.lake.url, &args.connection)
    })
}
