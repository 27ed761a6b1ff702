//! `auditlake compact`.

use auditlake_pipeline::compact::{CompactOptions, compact};

use super::check_lake;
use crate::args::compact::CompactArgs;
use crate::exit::Exit;
use crate::print::lake::compaction;
use crate::print::note;
use crate::run::Session;

pub(crate) async fn run(args: CompactArgs, session: &Session) -> anyhow::Result<Exit> {
    check_lake(&args.lake.url)?;
    args.report.check()?;
    let options = CompactOptions {
        connections: args.connections,
        until: args.until,
        target_size: args.target_size,
        memory_limit: args.memory.memory_limit,
        keep_replaced: args.keep_replaced,
        zstd_level: args.zstd_level,
        dry_run: args.dry_run,
        ..CompactOptions::new(&args.lake.url)
    };
    let report = compact(options, session.cancel.clone()).await?;
    note(&compaction(&report));
    args.report.write(&report)?;
    Ok(report.outcome().into())
}
