//! `auditlake config …`.

mod check;
mod show;

use anyhow::Context;

use crate::args::config::ConfigCommand;
use crate::config::example::example;
use crate::exit::Exit;
use crate::print::data;
use crate::run::Session;

pub(crate) fn run(command: &ConfigCommand, session: &Session) -> anyhow::Result<Exit> {
    match command {
        ConfigCommand::Check(_) => check::run(session),
        ConfigCommand::Show(args) => show::run(args, session),
        ConfigCommand::Example(_) => {
            data(example().trim_end()).context("cannot write to standard output")?;
            Ok(Exit::Complete)
        }
    }
}
