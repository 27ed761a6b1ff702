//! `auditlake backfill`.

use std::sync::Arc;

use auditlake_pipeline::search::search;
use auditlake_pipeline::{
    BackfillOptions, ErrorKind, Progress, Report, Stopped, backfill, backfill_service_health,
};
use jiff::Timestamp;

use super::{check_lake, resolve};
use crate::args::backfill::BackfillArgs;
use crate::args::source::SourceName;
use crate::connect;
use crate::exit::{Exit, Usage};
use crate::handover::Reader;
use crate::print::note;
use crate::print::report::summary;
use crate::progress;
use crate::run::Session;

pub(crate) async fn run(args: BackfillArgs, session: &Session) -> anyhow::Result<Exit> {
    args.source.check(&args.fetch)?;
    let mut connection = connect::connection(&args.connection, session.config.as_deref())?;
    args.fetch.apply_to(&mut connection.client);
    let mut options = options(&args, Timestamp::now())?;
    options.layout.check()?;
    check_lake(&args.lake.url)?;
    args.to.check(&args.report, &args.fetch)?;
    args.report.check()?;
    let reader = Reader::open(&args.to)?;
    options.outlet = reader.as_ref().map(Reader::outlet);
    let progress = Arc::new(Progress::default());
    let display = progress::show(args.progress, &session.bars, &progress);
    let cancel = session.cancel.clone();
    let ended = match args.source.source {
        SourceName::Feed => Box::pin(backfill(connection, options, progress, cancel)).await,
        SourceName::AuditSearch => {
            let options = args.source.search.search(options);
            Box::pin(search(connection, options, progress, cancel)).await
        }
        SourceName::ServiceHealth => {
            let api = args.source.health.health_api.into();
            let ended = backfill_service_health(connection, api, options, progress, cancel);
            Box::pin(ended).await
        }
    };
    drop(display);
    let report = ended.or_else(|stopped| tell_stopped(stopped, &args))?;
    note(&summary(&report, args.dry_run));
    args.report.write(&report)?;
    Ok(report.outcome().into())
}

/// What a run that stopped had done until then is told like that of a run that did not.
fn tell_stopped(stopped: Stopped, args: &BackfillArgs) -> anyhow::Result<Report> {
    let Stopped { error, report } = stopped;
    if error.kind() != ErrorKind::Usage {
        args.report.write(&report)?;
    }
    if report.records > 0 {
        note(&summary(&report, args.dry_run));
    }
    Err(error.into())
}

fn options(args: &BackfillArgs, now: Timestamp) -> Result<BackfillOptions, Usage> {
    let mut options = BackfillOptions::new(&args.lake.url);
    options.layout = args.layout.choice();
    options.since = resolve(args.span.since, now)?;
    options.until = resolve(args.span.until, now)?;
    options.dry_run = args.dry_run;
    args.fetch.apply(&mut options);
    Ok(options)
}
