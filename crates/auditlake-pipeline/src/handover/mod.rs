//! Records for another pipeline instead of files: a stream of units, each with an acknowledgement.
//!
//! A run whose options have an [`Outlet`] writes no files of events. It plans, fetches, normalizes and drops repeats as
//! always, and hands each unit (or part of a large one) to the stream of [`Deliveries`]. The ledger says that a unit was
//! handed on once its [`Delivery`] is acknowledged; one that is dropped, or refused, is not committed and ends the run,
//! and the next run brings it again. So a reader sees every record at least once, and repeats only what it did not
//! acknowledge.
//!
//! What is no audit record lies in the lake's quarantine as in every lake, with its reason; as [`Form::Raw`] it is
//! handed on, too.
//!
//! ```no_run
//! # async fn example(
//! #     connection: auditlake_pipeline::Connection,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! use auditlake_pipeline::handover::{Form, deliveries};
//! use auditlake_pipeline::{BackfillOptions, Progress, backfill};
//! use futures::StreamExt;
//!
//! let (outlet, mut deliveries) = deliveries(Form::Ndjson);
//! let mut options = BackfillOptions::new("./ledger");
//! options.outlet = Some(outlet);
//! let run = tokio::spawn(backfill(connection, options, Progress::default().into(), Default::default()));
//! while let Some(delivery) = deliveries.next().await {
//!     println!("{} records of {}", delivery.rows(), delivery.content_type);
//!     delivery.acknowledge();
//! }
//! let report = run.await??;
//! # Ok(()) }
//! ```

mod part;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::ledger::UnitKey;
pub use arrow::array::RecordBatch;
pub use part::{Part, Records};

/// In what form records are handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// As OCSF events: [`Part::Events`].
    Ndjson,
    /// As they came: [`Part::Records`].
    Raw,
}

impl std::fmt::Display for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ndjson => "ndjson",
            Self::Raw => "raw",
        })
    }
}

/// Where runs hand on what they bring. The runs of several connections may share one.
#[derive(Debug, Clone)]
pub struct Outlet {
    form: Form,
    out: mpsc::Sender<Delivery>,
}

/// The units that runs hand on, as they come. It ends when the runs are over and no copy of the [`Outlet`] is left.
#[derive(Debug)]
pub struct Deliveries(mpsc::Receiver<Delivery>);

/// The records of a unit, or of a part of one, that the reader has not seen: at least one. The run waits until it is
/// acknowledged.
#[derive(Debug)]
pub struct Delivery {
    /// Name of the connection.
    pub connection: String,
    /// Content type, `Audit.Exchange`.
    pub content_type: String,
    /// The window, `20260504T100000Z_20260504T110000Z`.
    pub window: String,
    /// The records, in pieces of some megabytes.
    pub parts: Vec<Part>,
    taken: oneshot::Sender<io::Result<()>>,
}

/// An outlet for a run, and what comes out of it. One unit is under way at a time.
pub fn deliveries(form: Form) -> (Outlet, Deliveries) {
    let (out, deliveries) = mpsc::channel(1);
    (Outlet { form, out }, Deliveries(deliveries))
}

impl Delivery {
    /// How many records there are.
    pub fn rows(&self) -> usize {
        self.parts.iter().map(Part::rows).sum()
    }

    /// The reader has it: the unit may be committed. It is brought again if the commit then fails.
    pub fn acknowledge(self) {
        // A run that was cancelled does not wait any more, and brings it again.
        self.taken.send(Ok(())).ok();
    }

    /// The reader does not take it, and why: the run ends with [`Error::NotTaken`], and the unit is rolled back.
    pub fn refuse(self, why: io::Error) {
        self.taken.send(Err(why)).ok();
    }
}

impl Stream for Deliveries {
    type Item = Delivery;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Delivery>> {
        self.0.poll_recv(context)
    }
}

impl Outlet {
    /// In what form records are wanted.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Hands on, and waits for the reader for as long as it takes.
    pub(crate) async fn hand_on(
        &self,
        connection: &str,
        unit: &UnitKey,
        parts: Vec<Part>,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        if parts.is_empty() {
            return Ok(());
        }
        let (taken, answer) = oneshot::channel();
        let delivery = Delivery {
            connection: connection.to_owned(),
            content_type: unit.content_type.clone(),
            window: unit.window.clone(),
            parts,
            taken,
        };
        let handing = async {
            // Without a reader there is no answer either.
            self.out.send(delivery).await.ok();
            answer.await
        };
        let refused = match cancel.run_until_cancelled(handing).await {
            None => return Err(Error::Cancelled),
            Some(Ok(Ok(()))) => return Ok(()),
            Some(Ok(Err(why))) => Some(why),
            Some(Err(_)) => None,
        };
        Err(Error::NotTaken {
            content_type: unit.content_type.clone(),
            window: unit.window.clone(),
            source: refused,
        })
    }
}

#[cfg(test)]
mod tests;
