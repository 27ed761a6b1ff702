//! `auditlake normalize`.

use std::io::{self, BufWriter};
use std::sync::Arc;

use auditlake_pipeline::files::{
    FilesReport, LakeOptions, NdjsonOptions, normalize_to_lake, normalize_to_ndjson,
};
use auditlake_pipeline::{Error, Progress};

use super::check_lake;
use super::inputs::inputs;
use crate::args::layout::Layout;
use crate::args::normalize::{NormalizeArgs, OcsfVersion, Target};
use crate::exit::{Exit, Usage};
use crate::print::note;
use crate::print::report::{files_summary, summary};
use crate::progress;
use crate::run::Session;

/// Bytes of events that are written at once.
const WRITE_BYTES: usize = 64 << 10;

pub(crate) async fn run(args: NormalizeArgs, session: &Session) -> anyhow::Result<Exit> {
    args.report.check()?;
    match args.to {
        Target::Ndjson => to_stdout(&args, session).await,
        Target::Parquet => to_lake(&args, session).await,
    }
}

async fn to_stdout(args: &NormalizeArgs, session: &Session) -> anyhow::Result<Exit> {
    if args.report.takes_stdout() {
        return Err(
            Usage::new("the events and the report both want standard output")
                .with_hint("give the report a file: --report FILE --output text")
                .into(),
        );
    }
    let report = interruptible(args, session).await?;
    note(&files_summary(&report));
    args.report.write(&report)?;
    Ok(report.outcome().into())
}

/// Reading may block for ever on standard input, so that an interrupt leaves the thread behind.
async fn interruptible(args: &NormalizeArgs, session: &Session) -> anyhow::Result<FilesReport> {
    let inputs = inputs(&args.files)?;
    let options = NdjsonOptions {
        raw_data: !args.no_raw_data,
        ocsf_version: args.ocsf_version.into(),
    };
    let progress = Arc::new(Progress::default());
    let _display = progress::show_files(args.progress, &session.bars, &progress);
    let normalize = tokio::task::spawn_blocking(move || {
        let out = BufWriter::with_capacity(WRITE_BYTES, io::stdout().lock());
        normalize_to_ndjson(&inputs, options, &progress, out)
    });
    let ended = session.cancel.run_until_cancelled(normalize).await;
    Ok(ended.ok_or(Error::Cancelled)?.map_err(Error::from)??)
}

async fn to_lake(args: &NormalizeArgs, session: &Session) -> anyhow::Result<Exit> {
    let lake = args
        .lake
        .as_deref()
        .ok_or_else(|| Usage::new("`--to parquet` needs `--lake`"))?;
    check_version(args)?;
    check_lake(lake)?;
    let mut options = LakeOptions::new(lake);
    options.layout = args.layout.choice();
    options.layout.check()?;
    options.connection.clone_from(&args.connection);
    options.raw_data = !args.no_raw_data;
    options.memory_limit = args.memory.memory_limit;
    let progress = Arc::new(Progress::default());
    let display = progress::show_files(args.progress, &session.bars, &progress);
    let report = normalize_to_lake(
        inputs(&args.files)?,
        options,
        progress,
        session.cancel.clone(),
    )
    .await;
    drop(display);
    let report = report?;
    note(&summary(&report, false));
    args.report.write(&report)?;
    Ok(report.outcome().into())
}

/// The version of a lake's events follows from its layout.
fn check_version(args: &NormalizeArgs) -> Result<(), Usage> {
    let is_older = args.layout.layout == Some(Layout::SecurityLake);
    if args.ocsf_version == OcsfVersion::V1_3 && !is_older {
        return Err(Usage::new("this lake has events of OCSF 1.8.0 only").with_hint(
            "write the older form as JSON, --to ndjson --ocsf-version 1.3.0, or into another lake, --layout security-lake",
        ));
    }
    Ok(())
}
