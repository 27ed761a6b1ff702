//! The stages at work: what is fetched is normalized on all cores, and committed one generation at a time, while the next
//! one is encoded.

use std::pin::pin;
use std::sync::Arc;
use std::thread::available_parallelism;

use futures::stream::BoxStream;
use futures::{Stream, StreamExt, stream};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, instrument};

use super::conclude::{answers, run_record};
use super::prepare::Prepared;
use super::{Run, Worked};
use crate::batches::{Batchers, SHARE_BYTES};
use crate::budget::Budget;
use crate::commit::{Ahead, Committer};
use crate::cores;
use crate::error::Error;
use crate::handover::{Form, Outlet};
use crate::ledger::{Failed, UnitKey};
use crate::normalize::Generation;
use crate::recorder::Recorder;
use crate::source::{Desk, Raw, Room, Source, Told};

/// Rows and what is encoded of them take up to so many times the bytes of their bodies: three times where records are long,
/// and the rest is what the allocator keeps.
const EXPANSION: u64 = 4;

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
            order,
        } = prepared;
        let batchers = Batchers::new(self.keeps_raw_data(), order);
        let ended = match commit_losses(&mut committer, lost).await {
            Ok(()) => {
                self.commit_all(source, desk, room, batchers, &mut committer)
                    .await
            }
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
        batchers: Batchers,
        committer: &mut Committer,
    ) -> Result<(), Error> {
        let (out, raws) = mpsc::channel(1);
        let generation_bytes = room.generation_bytes;
        let fetch = source.fetch(desk, room, committer.content_ids(), out);
        let fetching = AbortOnDropHandle::new(tokio::spawn(fetch.in_current_span()));
        let mut ahead = Ahead::of(self.normalized(raws, generation_bytes, batchers));
        while let Some(generation) = self
            .stops
            .cancel
            .run_until_cancelled(ahead.next())
            .await
            .ok_or(Error::Cancelled)?
        {
            commit(source, committer, generation?, &mut ahead).await?;
        }
        fetching.await?;
        Ok(())
    }

    /// In the rows; records that are handed on are taken from there.
    fn keeps_raw_data(&self) -> bool {
        let form = self.options.outlet.as_ref().map(Outlet::form);
        self.options.raw_data || form == Some(Form::Raw)
    }

    fn normalized<R: Raw>(
        &self,
        raws: Receiver<R>,
        generation_bytes: u64,
        batchers: Batchers,
    ) -> BoxStream<'static, Result<Generation, Error>> {
        let budget = Budget::new(self.memory() / 8 * 3);
        let at_once = generations_at_once(generation_bytes);
        let batchers = Arc::new(batchers);
        let (connection, recorder) = (self.connection.clone(), Arc::clone(&self.recorder));
        let generations = received(raws)
            .map(move |raw| {
                let (budget, recorder) = (Arc::clone(&budget), Arc::clone(&recorder));
                let batchers = Arc::clone(&batchers);
                normalize(raw, budget, recorder, connection.clone(), batchers)
            })
            .buffered(at_once);
        driven(generations)
    }
}

/// How many generations are normalized at once so that all cores have work, if they are large: one is for several of them.
/// Small ones need no more, as they are committed one at a time.
fn generations_at_once(generation_bytes: u64) -> usize {
    let shares = usize::try_from(generation_bytes).unwrap_or(usize::MAX) / SHARE_BYTES;
    let cores = available_parallelism().map_or(1, usize::from);
    cores.div_ceil(shares.max(1))
}

/// What comes in, as a stream.
fn received<T: Send + 'static>(from: Receiver<T>) -> impl Stream<Item = T> + Send + 'static {
    stream::unfold(from, async |mut from| Some((from.recv().await?, from)))
}

/// The stream, which goes on while nobody asks for its next item, until that is there. If it breaks off, that is its last
/// item: it must not look as if all were done.
fn driven<T: Send + 'static>(
    items: impl Stream<Item = Result<T, Error>> + Send + 'static,
) -> BoxStream<'static, Result<T, Error>> {
    let (out, from) = mpsc::channel(1);
    let driving = AbortOnDropHandle::new(tokio::spawn(drive(items, out).in_current_span()));
    let receive = async |state: Option<(Receiver<_>, AbortOnDropHandle<()>)>| {
        let (mut from, driving) = state?;
        match from.recv().await {
            Some(item) => Some((item, Some((from, driving)))),
            None => Some((Err(driving.await.err()?.into()), None)),
        }
    };
    stream::unfold(Some((from, driving)), receive).boxed()
}

async fn drive<T>(items: impl Stream<Item = T>, out: Sender<T>) {
    let mut items = pin!(items);
    while let Ok(room) = out.reserve().await
        && let Some(item) = items.next().await
    {
        room.send(item);
    }
}

/// Names in the ledger what can no longer be had.
async fn commit_losses(
    committer: &mut Committer,
    lost: Vec<(UnitKey, Failed)>,
) -> Result<(), Error> {
    for (unit, failed) in lost {
        let generation = Generation::of_failure(unit, failed);
        committer.commit(generation, &mut Ahead::nothing()).await?;
    }
    Ok(())
}

async fn commit<S: Source>(
    source: &mut S,
    committer: &mut Committer,
    mut generation: Generation,
    ahead: &mut Ahead,
) -> Result<(), Error> {
    source.before_commit(&mut generation);
    let told = Told::of(&generation);
    let is_in_the_lake = committer.commit(generation, ahead).await?;
    source.after_commit(&told, is_in_the_lake);
    Ok(())
}

#[instrument(skip_all, fields(content_type = raw.unit().content_type, window = raw.unit().window))]
async fn normalize<R: Raw>(
    raw: R,
    budget: Arc<Budget>,
    recorder: Arc<Recorder>,
    connection: String,
    batchers: Arc<Batchers>,
) -> Result<Generation, Error> {
    let reservation = budget.reserve(raw.bytes() * EXPANSION).await;
    let work = move || {
        let _at_work = recorder.meters.normalize.enter();
        raw.normalize(&connection, &batchers)
    };
    let mut generation = cores::work(work).await?;
    generation.reservation = Some(reservation);
    Ok(generation)
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt;

    use super::*;

    #[tokio::test]
    async fn a_driven_stream_goes_on_by_itself_and_has_all_items() {
        let (polled, mut polls) = mpsc::unbounded_channel();
        let items = stream::iter(0..5).map(move |item| {
            polled.send(item).expect("somebody counts");
            Ok(item)
        });
        let driven = driven(items);
        // One waits to be taken, and nobody has asked.
        assert_eq!(polls.recv().await, Some(0));
        assert_eq!(
            driven.try_collect::<Vec<_>>().await.unwrap(),
            [0, 1, 2, 3, 4]
        );
    }

    #[tokio::test]
    async fn a_driven_stream_that_breaks_off_does_not_look_done() {
        let items = stream::iter(0..5).map(|item| {
            assert!(item < 2, "this breaks off");
            Ok(item)
        });
        let mut driven = driven(items);
        let mut taken = 0;
        let ended = loop {
            match driven.next().await {
                Some(Ok(_)) => taken += 1,
                ended => break ended,
            }
        };
        assert_eq!(taken, 2);
        assert!(matches!(ended, Some(Err(_))));
        assert!(driven.next().await.is_none());
    }
}
