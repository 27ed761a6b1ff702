//! `auditlake receive`.

use super::ingest::{Hangups, asked, stay};
use crate::args::receive::ReceiveArgs;
use crate::exit::Exit;
use crate::run::Session;

pub(crate) async fn run(args: ReceiveArgs, session: &Session) -> anyhow::Result<Exit> {
    // Registered before anything is read, so that no signal ends the process meanwhile.
    let hangups = Hangups::new()?;
    let ReceiveArgs { work, receiver } = args;
    let mut asked = asked(&work, Some(&receiver), session.config.as_deref(), None)?;
    work.check()?;
    let reader = asked.hand_on(&work.to)?;
    stay(work, Some(receiver), asked, session, hangups, reader).await
}
