//! One attempt at a generation: its files under an intent, and the commit, or a way back from each step before it.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use auditlake_parquet::EncodedFile;
use futures::future::{Either, select};
use futures::{FutureExt, StreamExt, stream};
use jiff::Timestamp;
use tokio::task::JoinHandle;

use super::Committer;
use super::ahead::Ahead;
use crate::cores;
use crate::dedup::{self, Addition, Handing, Known};
use crate::error::Error;
use crate::ledger::{
    Commit, CommittedFile, Created, HANDOVER_VERSION, HandedOn, Intent, LEDGER_VERSION, Place,
    Process, run_tail,
};
use crate::normalize::{Generation, Rows};

/// Concurrent uploads of a generation's files.
const UPLOADS: usize = 8;

/// What came of an attempt.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    Committed,
    /// Another run committed something or goes first: judge again.
    Again,
    /// Another run holds the window and does not come to an end.
    Skip,
}

/// What an attempt is about to commit.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) place: Place,
    /// Blobs that were not in the lake when it was made.
    pub(super) content_ids: Vec<String>,
    pub(super) addition: Addition,
}

impl Draft {
    /// Whether there is nothing to say in the ledger.
    fn is_empty(&self, generation: &Generation) -> bool {
        self.addition.files.is_empty()
            && self.content_ids.is_empty()
            && generation.failed.is_empty()
    }
}

impl Committer {
    /// Tries to bring a generation into the lake, and begins the next one meanwhile.
    pub(super) async fn attempt(
        &mut self,
        generation: &Generation,
        ahead: &mut Ahead,
    ) -> Result<Attempt, Error> {
        let draft = self.draft(generation, ahead).await?;
        if draft.is_empty(generation) {
            let content_type = &draft.place.unit.content_type;
            self.recorder.committed(content_type, draft.addition);
            return Ok(Attempt::Committed);
        }
        let attempt = self.go_through(generation, draft, ahead).await;
        if !matches!(attempt, Ok(Attempt::Committed)) {
            ahead.forget();
        }
        attempt
    }

    async fn go_through(
        &mut self,
        generation: &Generation,
        draft: Draft,
        ahead: &mut Ahead,
    ) -> Result<Attempt, Error> {
        // If it is there already it need not wait for the intent.
        self.begin_next(ahead, &draft).now_or_never();
        if self.intend(&draft).await? == Created::Lost {
            return Ok(Attempt::Again);
        }
        if let ControlFlow::Break(attempt) = self.turn(&draft).await? {
            let (run, now) = (self.run.id(), Timestamp::now());
            self.ledger
                .roll_back(&draft.place, run, now, Vec::new())
                .await?;
            return Ok(attempt);
        }
        if let Err(error) = self.bring_and_begin(&draft, ahead).await {
            self.give_up(&draft).await;
            return Err(error);
        }
        self.settle(generation, draft).await
    }

    /// What of a generation is new, encoded: as it was begun, if that still holds.
    pub(super) async fn draft(
        &self,
        generation: &Generation,
        ahead: &mut Ahead,
    ) -> Result<Draft, Error> {
        let place = Place {
            generation: self.scan.next_generation(&generation.unit),
            unit: generation.unit.clone(),
        };
        let mut draft = Draft {
            content_ids: self.new_content_ids(generation),
            addition: match ahead.take(&generation.rows, &place) {
                Some(begun) => begun.await??,
                None => self.anew(generation, &place).await?,
            },
            place,
        };
        // Another run was quicker, or the days of what was begun were not known yet.
        if self.is_stale(&draft) {
            draft.addition = self.anew(generation, &draft.place).await?;
        }
        Ok(draft)
    }

    async fn anew(&self, generation: &Generation, place: &Place) -> Result<Addition, Error> {
        let rows = Arc::clone(&generation.rows);
        self.begin(rows, place, Arc::default()).await?
    }

    /// Drops the rows that the lake has, or will have with what is committed before, and encodes the others.
    pub(super) fn begin(
        &self,
        rows: Arc<Rows>,
        place: &Place,
        before: Arc<HashSet<u128>>,
    ) -> JoinHandle<Result<Addition, Error>> {
        let known = Known {
            identities: self.identities.clone(),
            before,
        };
        let number = self.attempts.fetch_add(1, Ordering::Relaxed);
        let (tables, name) = (self.tables.clone(), file_name(place, self.run.id(), number));
        let content_type = &place.unit.content_type;
        let handing = self.site.outlet.as_ref().map(|outlet| Handing {
            form: outlet.form(),
            identities_path: self.ledger.identities_path(content_type, &name),
        });
        let recorder = Arc::clone(&self.recorder);
        let work = move || {
            let _at_work = recorder.meters.encode.enter();
            dedup::add(&rows, known, &tables, &name, handing.as_ref())
        };
        cores::work(work)
    }

    /// Shows other runs what is about to be written.
    pub(super) async fn intend(&mut self, draft: &Draft) -> Result<Created, Error> {
        let _at_the_store = self.recorder.meters.store.enter();
        let Draft { place, .. } = draft;
        let intent = self.intent(draft);
        self.scan.intents.insert(place.clone(), intent.started);
        self.own_intent = Some(place.clone());
        self.ledger.create_intent(place, &intent).await
    }

    /// Brings everything to where it belongs, and begins the next generation if it comes meanwhile.
    async fn bring_and_begin(&self, draft: &Draft, ahead: &mut Ahead) -> Result<(), Error> {
        let (bring, begin) = (pin!(self.bring(draft)), pin!(self.begin_next(ahead, draft)));
        match select(bring, begin).await {
            Either::Left((brought, _)) => brought,
            Either::Right(((), bring)) => bring.await,
        }
    }

    /// Brings everything to where it belongs.
    pub(super) async fn bring(&self, draft: &Draft) -> Result<(), Error> {
        let addition = &draft.addition;
        let at_the_store = self.recorder.meters.store.enter();
        self.put(&addition.files).await?;
        if let Some(new) = &addition.identities {
            self.ledger.create_identities(new).await?;
        }
        drop(at_the_store);
        let Some(outlet) = &self.site.outlet else {
            return Ok(());
        };
        // Last, as it cannot be taken back.
        let (connection, parts) = (&self.site.connection, addition.parts.clone());
        outlet
            .hand_on(connection, &draft.place.unit, parts, &self.cancel)
            .await
    }

    /// Writes the files, and comes back only when no write is under way any more, even if one failed.
    async fn put(&self, files: &[EncodedFile]) -> Result<(), Error> {
        // Owned files, as a reference would keep the run from being spawned.
        let outcomes: Vec<_> = stream::iter(files.to_vec())
            .map(|file| async move { auditlake_parquet::write(&self.site.lake, &file).await })
            .buffer_unordered(UPLOADS)
            .collect()
            .await;
        outcomes.into_iter().collect::<Result<(), _>>()?;
        Ok(())
    }

    /// Takes back files of which one could not be written. What cannot be taken back now is by the next run.
    async fn give_up(&self, draft: &Draft) {
        let paths = draft.addition.paths();
        // Nobody else may commit them, so they go first: on a full disk they are what makes room for the record.
        let undone = async {
            self.ledger.remove(&paths).await?;
            let (run, now) = (self.run.id(), Timestamp::now());
            self.ledger
                .roll_back(&draft.place, run, now, paths.clone())
                .await
        };
        if let Err(error) = undone.await {
            tracing::warn!(%error, "a generation is left for the next run to roll back");
        }
    }

    /// Commits what is written. From then on it is in the lake.
    async fn settle(&mut self, generation: &Generation, draft: Draft) -> Result<Attempt, Error> {
        let recorder = Arc::clone(&self.recorder);
        let _at_the_store = recorder.meters.store.enter();
        let commit = self.record(generation, &draft);
        let Draft {
            place, addition, ..
        } = draft;
        if self.ledger.create_commit(&place, &commit).await? == Created::Lost {
            // Another run took this one for dead. Its rollback stands.
            self.ledger.remove(&addition.paths()).await?;
            return Ok(Attempt::Again);
        }
        self.history.absorb(&place, &commit);
        self.identities
            .with(|known| known.extend(addition.fresh.iter().copied()));
        let lists = addition.identities.iter().map(|new| &new.list);
        let paths = addition.files.iter().map(|file| &file.path);
        self.loaded.note(lists, paths);
        let files = addition.files.clone();
        self.recorder.committed(&place.unit.content_type, addition);
        if let Some(delta) = &self.delta {
            // Boxed, as most runs have none and should not carry room for it.
            Box::pin(delta.register(&self.ledger, &place, &commit, &files)).await?;
        }
        Ok(Attempt::Committed)
    }

    /// The draft as other runs are to see it.
    pub(super) fn intent(&self, draft: &Draft) -> Intent {
        Intent {
            version: LEDGER_VERSION,
            run_id: self.run.id().to_owned(),
            process: Process::current(),
            started: Timestamp::now(),
            content_ids: draft.content_ids.clone(),
            paths: draft.addition.paths(),
            replaces: Vec::new(),
        }
    }

    /// The draft as the ledger is to have it.
    fn record(&self, generation: &Generation, draft: &Draft) -> Commit {
        let Draft {
            content_ids,
            addition,
            ..
        } = draft;
        let handed_on = self.site.outlet.as_ref().map(|outlet| HandedOn {
            form: outlet.form(),
            identities: addition.identities.as_ref().map(|new| new.list.clone()),
        });
        Commit {
            version: match handed_on {
                Some(_) => HANDOVER_VERSION,
                None => LEDGER_VERSION,
            },
            handed_on,
            run_id: self.run.id().to_owned(),
            committed: Timestamp::now(),
            files: addition.files.iter().map(committed_file).collect(),
            content_ids: content_ids.clone(),
            counts: addition.counts,
            failed: generation.failed.clone(),
            rolled_back: Vec::new(),
            replaces: Vec::new(),
            connections: Vec::new(),
            lost: Vec::new(),
            detail: Some(addition.detail(generation, |id| content_ids.contains(id))),
        }
    }
}

fn committed_file(file: &EncodedFile) -> CommittedFile {
    CommittedFile {
        path: file.path.clone(),
        rows: file.rows,
        bytes: file.bytes.len() as u64,
        sha256: file.sha256.clone(),
    }
}

/// Unique by the run and its attempt, and sorts by the window's start:
/// `20260504T100000Z-Audit.Exchange-000000-9c2d4ac81f0b-17`.
fn file_name(place: &Place, run_id: &str, attempt: u32) -> String {
    let Place { unit, generation } = place;
    let start = unit.window.split('_').next().unwrap_or_default();
    let run = run_tail(run_id);
    format!(
        "{start}-{}-{generation:06}-{run}-{attempt}",
        unit.content_type
    )
}
