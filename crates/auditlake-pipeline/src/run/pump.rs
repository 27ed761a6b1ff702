//! The stages at work: what is fetched is normalized on all cores, and committed one generation at a time.

use std::sync::{Arc, Mutex};
use std::thread::available_parallelism;

use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use jiff::Timestamp;
use tokio::sync::mpsc::{self, Receiver};
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, instrument};

use super::claims::{Claims, Told};
use super::conclude::run_record;
use super::prepare::Prepared;
use super::round::{self, RoundPlan};
use super::{Run, Worked, lock};
use crate::budget::Budget;
use crate::commit::Committer;
use crate::cores;
use crate::error::Error;
use crate::fetch::{Fetcher, State};
use crate::handover::{Form, Outlet};
use crate::inbox::Pending;
use crate::ledger::{Failed, Ledger, UnitKey};
use crate::normalize::{Generation, RawGeneration};
use crate::recorder::Recorder;

/// Rows take about so many times the bytes of their bodies, while they are encoded.
const EXPANSION: u64 = 8;

impl Run {
    /// Runs the stages until everything is committed; what is not when the run is cancelled is dropped. What was
    /// listed and committed is noted, and notices of what is committed are removed, however it ends.
    pub(super) async fn pump(
        &self,
        prepared: Prepared,
        lists: bool,
        ledger: Ledger,
        inbox: &mut Pending,
        now: Timestamp,
    ) -> Result<Worked, Error> {
        let Prepared {
            plan,
            marks,
            mut committer,
            fetcher,
            notes,
        } = prepared;
        let claims = Claims::new(ledger, marks, plan.settling(), now);
        let mut claims = if lists { claims } else { claims.silent() };
        let mut work = Work {
            committer: &mut committer,
            claims: &mut claims,
            inbox,
        };
        let ended = self.commit_all(&fetcher, plan, &mut work).await;
        let (report, refused) = (self.report(&notes), self.check_refused());
        let error = ended.as_ref().err().or(refused.as_ref().err());
        let run = run_record(committer.run_id(), &report, error);
        let _at_the_store = self.recorder.meters.store.enter();
        let listed = claims.leave(run, self.answers(&report)).await;
        let notices = inbox.settle(committer.content_ids()).await;
        ended?;
        Ok((committer.close().await, listed, notices))
    }

    async fn commit_all(
        &self,
        fetcher: &Arc<Fetcher>,
        plan: RoundPlan,
        work: &mut Work<'_>,
    ) -> Result<(), Error> {
        work.commit_losses(plan.lost).await?;
        let (out, bodies) = mpsc::channel(1);
        let fetching = AbortOnDropHandle::new(tokio::spawn(
            Arc::clone(fetcher).run(plan.units, out).in_current_span(),
        ));
        let mut generations = self.normalized(bodies);
        while let Some(generation) = self
            .stops
            .cancel
            .run_until_cancelled(generations.next())
            .await
            .ok_or(Error::Cancelled)?
        {
            work.commit(generation?, &self.state).await?;
        }
        fetching.await?;
        Ok(())
    }

    fn normalized(
        &self,
        bodies: Receiver<RawGeneration>,
    ) -> BoxStream<'static, Result<Generation, Error>> {
        let budget = Budget::new(self.memory() / 8 * 3);
        let cores = available_parallelism().map_or(1, usize::from);
        let hands_on_records = self.options.outlet.as_ref().map(Outlet::form) == Some(Form::Raw);
        let raw_data = self.options.raw_data || hands_on_records;
        let (connection, recorder) = (self.connection.clone(), Arc::clone(&self.recorder));
        let receive =
            async |mut bodies: Receiver<RawGeneration>| Some((bodies.recv().await?, bodies));
        stream::unfold(bodies, receive)
            .map(move |raw| {
                let (budget, recorder) = (Arc::clone(&budget), Arc::clone(&recorder));
                normalize(raw, budget, recorder, connection.clone(), raw_data)
            })
            .buffered(cores)
            .boxed()
    }
}

/// The last stage, and what learns from it.
struct Work<'a> {
    committer: &'a mut Committer,
    claims: &'a mut Claims,
    inbox: &'a mut Pending,
}

impl Work<'_> {
    /// Names in the ledger what the service no longer keeps and nobody has listed.
    async fn commit_losses(&mut self, lost: Vec<(UnitKey, Failed)>) -> Result<(), Error> {
        for (unit, failed) in lost {
            let lost = round::generation_of_lost(unit, failed);
            self.committer.commit(lost).await?;
        }
        self.claims.settle();
        Ok(())
    }

    async fn commit(
        &mut self,
        mut generation: Generation,
        state: &Mutex<State>,
    ) -> Result<(), Error> {
        self.claims.note_late(&mut generation);
        let told = Told::of(&generation);
        let hopeless = Pending::hopeless(&generation);
        let is_in_the_lake = self.committer.commit(generation).await?;
        if is_in_the_lake {
            self.inbox.give_up(hopeless);
        }
        self.claims
            .learn(&told, is_in_the_lake, &lock(state).windows);
        Ok(())
    }
}

#[instrument(skip_all, fields(content_type = raw.unit.content_type, window = raw.unit.window))]
async fn normalize(
    raw: RawGeneration,
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
