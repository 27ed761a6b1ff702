//! `auditlake connection …`.

mod change;
mod show;
mod test;
mod told;

use crate::args::connections::ConnectionCommand;
use crate::exit::Exit;
use crate::run::Session;

pub(crate) async fn run(command: ConnectionCommand, session: &Session) -> anyhow::Result<Exit> {
    match command {
        ConnectionCommand::Add(args) => change::add(args, session),
        ConnectionCommand::List(args) => show::list(&args, session),
        ConnectionCommand::Show(args) => show::show(&args, session),
        ConnectionCommand::Test(args) => test::test(&args, session).await,
        ConnectionCommand::Remove(args) => change::remove(&args, session),
    }
}
