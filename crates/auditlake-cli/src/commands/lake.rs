//! `auditlake lake …`.

use anyhow::Context;
use auditlake_pipeline::lake::{check, info};

use super::check_lake;
use crate::args::lake::{LakeCheckArgs, LakeCommand, LakeInfoArgs};
use crate::args::output::Output;
use crate::exit::Exit;
use crate::print::{self, data, json};
use crate::run::Session;

pub(crate) async fn run(command: LakeCommand, session: &Session) -> anyhow::Result<Exit> {
    match command {
        LakeCommand::Info(args) => tell_info(args).await,
        LakeCommand::Check(args) => tell_check(args, session).await,
    }
}

async fn tell_info(args: LakeInfoArgs) -> anyhow::Result<Exit> {
    check_lake(&args.lake.url)?;
    let info = info(&args.lake.url).await?;
    match args.output.output {
        Output::Json => json(&info)?,
        Output::Text => tell(&print::lake::info(&info))?,
    }
    Ok(Exit::Complete)
}

async fn tell_check(args: LakeCheckArgs, session: &Session) -> anyhow::Result<Exit> {
    check_lake(&args.lake.url)?;
    let report = check(&args.lake.url, args.deep, session.cancel.clone()).await?;
    match args.output.output {
        Output::Json => json(&report)?,
        Output::Text => tell(&print::lake::checked(&report))?,
    }
    Ok(report.outcome().into())
}

fn tell(text: &str) -> anyhow::Result<()> {
    data(text).context("cannot write to standard output")
}
