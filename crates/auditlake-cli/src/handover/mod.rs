//! Records for another pipeline: to standard output or a Unix socket, a unit at a time.
//!
//! A unit is acknowledged when all its lines are written and flushed, and, where standard output is a pipe and the system
//! is Linux, when its reader has taken them out of it. What the reader then does with them is its own business.

mod pipe;

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use auditlake_pipeline::handover::{Deliveries, Outlet, Part, deliveries};
use futures::StreamExt;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::args::to::ToArgs;
use pipe::Pipe;

/// The reader, for as long as this is held.
#[derive(Debug)]
pub(crate) struct Reader {
    outlet: Outlet,
    /// Cancelled when the reader takes no more.
    gone: CancellationToken,
    _writer: AbortOnDropHandle<()>,
}

/// A reader that took no more, for a process that stays.
#[derive(Debug, thiserror::Error)]
#[error("the reader of what is handed on takes no more")]
pub(crate) struct ReaderGone;

impl Reader {
    /// The reader that the arguments ask for, if they do.
    pub(crate) fn open(args: &ToArgs) -> anyhow::Result<Option<Self>> {
        let Some(form) = args.form() else {
            return Ok(None);
        };
        let out = match &args.to_socket {
            Some(path) => socket(path)?,
            None => Out::stdout(),
        };
        let (outlet, deliveries) = deliveries(form);
        let gone = CancellationToken::new();
        let writing = tokio::spawn(write_all(deliveries, out, gone.clone()));
        Ok(Some(Self {
            outlet,
            gone,
            _writer: AbortOnDropHandle::new(writing),
        }))
    }

    /// Where a run hands on.
    pub(crate) fn outlet(&self) -> Outlet {
        self.outlet.clone()
    }

    /// Cancelled when the reader takes no more.
    pub(crate) fn gone(&self) -> &CancellationToken {
        &self.gone
    }
}

#[cfg(unix)]
fn socket(path: &Path) -> anyhow::Result<Out> {
    let connected = std::os::unix::net::UnixStream::connect(path);
    let socket = connected.with_context(|| {
        let path = path.display();
        format!("nobody listens on the socket `{path}`: the reader has to be started first")
    })?;
    Ok(Out {
        to: Box::new(socket),
        pipe: None,
    })
}

#[cfg(not(unix))]
fn socket(_: &Path) -> anyhow::Result<Out> {
    anyhow::bail!("there are no Unix sockets on this system")
}

/// Writes until the runs are over. Once the reader has failed, it is not written to again: it would take the rest of a
/// line for a line.
async fn write_all(mut deliveries: Deliveries, out: Out, gone: CancellationToken) {
    let mut out: Result<Out, io::ErrorKind> = Ok(out);
    while let Some(delivery) = deliveries.next().await {
        let written = match out {
            Ok(out) => out.write_on_a_thread(delivery.parts.clone()).await,
            Err(kind) => Err(kind.into()),
        };
        out = match written {
            Ok(out) => {
                delivery.acknowledge();
                Ok(out)
            }
            Err(why) => {
                let kind = why.kind();
                gone.cancel();
                delivery.refuse(why);
                Err(kind)
            }
        };
    }
}

/// What is written to.
struct Out {
    to: Box<dyn Write + Send>,
    /// The same, if it can tell what its reader has not read yet.
    pipe: Option<Pipe>,
}

impl Out {
    fn stdout() -> Self {
        Self {
            to: Box::new(io::stdout()),
            pipe: Pipe::of_stdout(),
        }
    }

    /// A reader may take its time, for which no other task has to wait.
    async fn write_on_a_thread(mut self, parts: Vec<Part>) -> io::Result<Self> {
        let writing = tokio::task::spawn_blocking(move || self.write(&parts).map(|()| self));
        writing
            .await
            .unwrap_or_else(|panicked| Err(io::Error::other(panicked)))
    }

    fn write(&mut self, parts: &[Part]) -> io::Result<()> {
        for part in parts {
            self.to.write_all(&part.to_lines()?)?;
        }
        self.to.flush()?;
        match &self.pipe {
            Some(pipe) => pipe.wait_until_read(),
            None => Ok(()),
        }
    }
}
