//! `auditlake backfill`.

use std::sync::Arc;

use auditlake_pipeline::{
    BackfillOptions, ContentType, ErrorKind, Progress, Report, Stopped, backfill,
};
use jiff::Timestamp;

use super::check_lake;
use crate::args::backfill::BackfillArgs;
use crate::args::value::Moment;
use crate::connect;
use crate::exit::{Exit, Usage};
use crate::print::note;
use crate::print::report::summary;
use crate::progress;
use crate::run::Session;

pub(crate) async fn run(args: BackfillArgs, session: &Session) -> anyhow::Result<Exit> {
    let mut connection = connect::connection(&args.connection, session.config.as_deref())?;
    connection.client.retry.total = args.retry_for.unsigned_abs();
    connection.client.max_body_bytes = usize::try_from(args.max_body).unwrap_or(usize::MAX);
    let options = options(&args, Timestamp::now())?;
    options.layout.check()?;
    check_lake(&args.lake)?;
    args.report.check()?;
    let progress = Arc::new(Progress::default());
    let display = progress::show(args.progress, &session.bars, &progress);
    let ended = backfill(connection, options, progress, session.cancel.clone()).await;
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
    let resolve = |moment: Option<Moment>| {
        let resolved = moment.map(|moment| moment.resolve(now)).transpose();
        resolved.map_err(|error| Usage::new(error.to_string()))
    };
    let mut options = BackfillOptions::new(&args.lake);
    options.layout = args.layout.choice();
    options.since = resolve(args.since)?;
    options.until = resolve(args.until)?;
    options.content_types = content_types(&args.content_types);
    options.window = args.window;
    options.start_subscriptions = !args.no_start;
    options.dry_run = args.dry_run;
    options.raw_data = !args.no_raw_data;
    options.memory_limit = args.memory_limit;
    options.fetches = usize::from(args.fetches);
    Ok(options)
}

/// Each once, however often it was named; all when none was.
fn content_types(asked: &[ContentType]) -> Vec<ContentType> {
    let wanted = |content_type: &ContentType| asked.is_empty() || asked.contains(content_type);
    ContentType::ALL.into_iter().filter(wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_is_read_once() {
        assert_eq!(content_types(&[]), ContentType::ALL);
        assert_eq!(
            content_types(&[ContentType::Dlp, ContentType::Dlp]),
            [ContentType::Dlp]
        );
    }
}
