//! `auditlake normalize`.

use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::Arc;

use auditlake_pipeline::files::{
    FilesReport, Input, LakeOptions, normalize_to_lake, normalize_to_ndjson,
};
use auditlake_pipeline::{Error, Progress};

use super::check_lake;
use crate::args::normalize::{NormalizeArgs, Target};
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
    let (inputs, raw_data) = (inputs(args)?, !args.no_raw_data);
    let progress = Arc::new(Progress::default());
    let _display = progress::show_files(args.progress, &session.bars, &progress);
    let normalize = tokio::task::spawn_blocking(move || {
        let out = BufWriter::with_capacity(WRITE_BYTES, io::stdout().lock());
        normalize_to_ndjson(&inputs, raw_data, &progress, out)
    });
    let ended = session.cancel.run_until_cancelled(normalize).await;
    Ok(ended.ok_or(Error::Cancelled)?.map_err(Error::from)??)
}

async fn to_lake(args: &NormalizeArgs, session: &Session) -> anyhow::Result<Exit> {
    let lake = args
        .lake
        .as_deref()
        .ok_or_else(|| Usage::new("`--to parquet` needs `--lake`"))?;
    check_lake(lake)?;
    let mut options = LakeOptions::new(lake);
    options.connection.clone_from(&args.connection);
    options.raw_data = !args.no_raw_data;
    let progress = Arc::new(Progress::default());
    let display = progress::show_files(args.progress, &session.bars, &progress);
    let report = normalize_to_lake(inputs(args)?, options, progress, session.cancel.clone()).await;
    drop(display);
    let report = report?;
    note(&summary(&report, false));
    args.report.write(&report)?;
    Ok(report.outcome().into())
}

fn inputs(args: &NormalizeArgs) -> Result<Vec<Input>, Usage> {
    let expanded = args.files.iter().map(|file| expanded(file));
    Ok(expanded.collect::<Result<Vec<_>, _>>()?.concat())
}

/// What an argument names: itself, or the files that a pattern matches where no file has its name.
fn expanded(argument: &Path) -> Result<Vec<Input>, Usage> {
    let pattern = argument
        .to_str()
        .filter(|text| text.contains(['*', '?', '[']));
    let Some(pattern) = pattern.filter(|_| !argument.exists()) else {
        return Ok(vec![Input::from_arg(argument)]);
    };
    let unusable = |error: &dyn std::fmt::Display| Usage::new(format!("`{pattern}`: {error}"));
    let mut inputs = Vec::new();
    for path in glob::glob(pattern).map_err(|error| unusable(&error))? {
        let path = path.map_err(|error| unusable(&error))?;
        if path.is_file() {
            inputs.push(Input::File(path));
        }
    }
    if inputs.is_empty() {
        return Err(Usage::new(format!("no file matches `{pattern}`")));
    }
    Ok(inputs)
}
