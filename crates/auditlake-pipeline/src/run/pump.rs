//! The stages at work: what is fetched is normalized on all cores, and committed one generation at a time.

use std::sync::Arc;
use std::thread::available_parallelism;

use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use tokio::sync::mpsc::{self, Receiver};
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, instrument};

use super::conclude::{answers, run_record};
use super::prepare::Prepared;
use super::{Run, Worked};
use crate::budget::Budget;
use crate::commit::Committer;
use crate::cores;
use crate::error::Error;
use crate::handover::{Form, Outlet};
use crate::ledger::{Failed, UnitKey};
use crate::normalize::Generation;
use crate::recorder::Recorder;
use crate::source::{Desk, Raw, Room, Source, Told};

/// Rows and what is encoded of them take up to so many times the bytes of their bodies: three times where records are long,
/// and as much again in what the allocator keeps.
const EXPANSION: u64 = 6;

impl Run {
    /// Runs the stages until everything is committed; what is not when the run is cancelled is dropped. However it ends,
    /// the source leaves what it knows by then.
    pub(super) async fn pump<S: Source>(
        &self,
        source: &mut S,
        desk: &Desk,
        prepared: Prepared,
    ) -> Result<Worked<S>, Error> {
        let Prepared {
            mut committer,
            lost,
            room,
        } = prepared;
        let ended = match commit_losses(&mut committer, lost).await {
            Ok(()) => self.commit_all(source, desk, room, &mut committer).await,
            Err(error) => Err(error),
        };
        let (report, refused) = (self.report(source), self.check_refused());
        let error = ended.as_ref().err().or(refused.as_ref().err());
        let run = run_record(committer.run_id(), &report, error);
        let _at_the_store = self.recorder.meters.store.enter();
        let answers = answers(&source.feeds(), &report);
        let left = source.leave(run, answers, committer.content_ids()).await;
        ended?;
        Ok((committer.close().await, left))
    }

    async fn commit_all<S: Source>(
        &self,
        source: &mut S,
        desk: &Desk,
        room: Room,
        committer: &mut Committer,
    ) -> Result<(), Error> {
        let (out, raws) = mpsc::channel(1);
        let fetch = source.fetch(desk, room, committer.content_ids(), out);
        let fetching = AbortOnDropHandle::new(tokio::spawn(fetch.in_current_span()));
        let mut generations = self.normalized(raws);
        while let Some(generation) = self
            .stops
            .cancel
            .run_until_cancelled(generations.next())
            .await
            .ok_or(Error::Cancelled)?
        {
            commit(source, committer, generation?).await?;
        }
        fetching.await?;
        Ok(())
    }

    fn normalized<R: Raw>(
        &self,
        raws: Receiver<R>,
    ) -> BoxStream<'static, Result<Generation, Error>> {
        let budget = Budget::new(self.memory() / 8 * 3);
        let cores = available_parallelism().map_or(1, usize::from);
        let hands_on_records = self.options.outlet.as_ref().map(Outlet::form) == Some(Form::Raw);
        let raw_data = self.options.raw_data || hands_on_records;
        let (connection, recorder) = (self.connection.clone(), Arc::clone(&self.recorder));
        let receive = async |mut raws: Receiver<R>| Some((raws.recv().await?, raws));
        stream::unfold(raws, receive)
            .map(move |raw| {
                let (budget, recorder) = (Arc::clone(&budget), Arc::clone(&recorder));
                normalize(raw, budget, recorder, connection.clone(), raw_data)
            })
            .buffered(cores)
            .boxed()
    }
}

/// Names in the ledger what can no longer be had.
async fn commit_losses(
    committer: &mut Committer,
    lost: Vec<(UnitKey, Failed)>,
) -> Result<(), Error> {
    for (unit, failed) in lost {
        committer
            .commit(Generation::of_failure(unit, failed))
            .await?;
    }
    Ok(())
}

async fn commit<S: Source>(
    source: &mut S,
    committer: &mut Committer,
    mut generation: Generation,
) -> Result<(), Error> {
    source.before_commit(&mut generation);
    let told = Told::of(&generation);
    let is_in_the_lake = committer.commit(generation).await?;
    source.after_commit(&told, is_in_the_lake);
    Ok(())
}

#[instrument(skip_all, fields(content_type = raw.unit().content_type, window = raw.unit().window))]
async fn normalize<R: Raw>(
    raw: R,
    budget: Arc<Budget>,
    recorder: Arc<Recorder>,
    connection: String,
    raw_data: bool,
) -> Result<Generation, Error> {
    let reservation = budget.reserve(raw.bytes() * EXPANSION).await;
    let work = move || {
        let _at_work = recorder.meters.normalize.enter();
        raw.normalize(&connection, raw_data)
    };
    let mut generation = cores::work(work).await?;
    generation.reservation = Some(reservation);
    Ok(generation)
}
