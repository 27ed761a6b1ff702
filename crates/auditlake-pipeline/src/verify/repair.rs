//! Bringing what is missing.
//!
//! A missing blob is planned as in every run. Rows that were in the lake and are not any more are another matter: the
//! ledger names their blobs as committed. So the repair says in the ledger that they are lost, in a generation
//! of its own for each unit that it touches; from then on any run fetches them again, and the file with what is
//! left of them is no part of the lake. Killed in between, the next run does the rest.
//!
//! A changed file may still hold rows that nothing else has. So its blobs are fetched once before anything is given
//! up, and the file is kept under [`KEPT`].

use std::collections::{BTreeMap, BTreeSet};

use auditlake_api::{ContentType, Window};
use jiff::Timestamp;
use object_store::{Error as StoreError, ObjectStoreExt};

use super::listing::{self, Listed};
use super::report::{FindingKind, VerifyFinding};
use super::state::{ExpectedFile, State};
use super::{Found, Verifier};
use crate::error::{Error, Stopped};
use crate::ledger::{Commit, Created, LOSS_VERSION, Ledger, Place, UnitKey};
use crate::options::BackfillOptions;
use crate::plan::{REQUEST_MARGIN, RETENTION, Unit, parse_window};
use crate::progress::Progress;
use crate::run::backfill;

/// Where changed files are kept, below the lake's root.
const KEPT: &str = "_auditlake/lost";

/// What is lost of each unit.
type Losses = BTreeMap<UnitKey, Loss>;

#[derive(Debug, Default)]
struct Loss {
    content_ids: BTreeSet<String>,
    paths: BTreeSet<String>,
}

impl Verifier {
    /// Brings what can be had.
    pub(super) async fn repair(&self, found: &Found) -> Result<(), Error> {
        let run_id = uuid::Uuid::now_v7().to_string();
        let ledger = Ledger::new(self.lake.clone(), &self.connection.name);
        for (unit, loss) in self.losses(found).await? {
            for path in &loss.paths {
                self.keep(&run_id, path).await?;
            }
            self.declare_lost(&ledger, &run_id, unit, loss).await?;
        }
        let asked = found.report.findings.iter();
        let asked: Vec<_> = asked.filter(|it| it.command.is_some()).collect();
        let Some(since) = asked.iter().map(|it| it.since).min() else {
            return Ok(());
        };
        self.fetch(&asked, since).await
    }

    /// Fetches what the ledger does not know, or does not know any more.
    async fn fetch(&self, asked: &[&VerifyFinding], since: Timestamp) -> Result<(), Error> {
        let is_asked = |content_type: &ContentType| {
            let name = content_type.as_str();
            asked.iter().any(|finding| finding.concerns(name))
        };
        let options = BackfillOptions {
            since: Some(since.max(self.edge())),
            until: asked.iter().map(|it| it.until).max(),
            content_types: ContentType::ALL.into_iter().filter(is_asked).collect(),
            raw_data: self.options.raw_data,
            clock: self.options.clock.clone(),
            ..BackfillOptions::new(&self.options.lake)
        };
        let ended = backfill(
            self.connection.clone(),
            options,
            Progress::default().into(),
            self.cancel.clone(),
        );
        match ended.await {
            Ok(_) => Ok(()),
            Err(Stopped { error, .. }) => Err(error),
        }
    }

    /// Which blobs of which units have to be fetched again, and can be.
    async fn losses(&self, found: &Found) -> Result<Losses, Error> {
        let mut losses = Losses::new();
        for finding in &found.report.findings {
            match (finding.kind, &finding.path, &finding.content_id) {
                (FindingKind::MissingFile | FindingKind::ChangedFile, Some(path), _)
                    if finding.command.is_some() =>
                {
                    self.lose_file(&found.state, path, &mut losses).await?;
                }
                // It was fetched a moment ago.
                (FindingKind::MissingRecord, _, Some(id)) => {
                    lose_blob(&found.state, id, &mut losses);
                }
                _ => {}
            }
        }
        Ok(losses)
    }

    async fn lose_file(&self, state: &State, path: &str, losses: &mut Losses) -> Result<(), Error> {
        let Some(expected) = state.files.get(path) else {
            return Ok(());
        };
        let its = state.generations_of(expected);
        for (place, commit) in &its {
            if !self.can_be_had(place, commit).await? {
                tracing::warn!(
                    path,
                    "its blobs cannot be fetched again: it is left as it is"
                );
                return Ok(());
            }
        }
        for (place, commit) in its {
            let loss = losses.entry(place.unit.clone()).or_default();
            loss.add(state, place, &commit.content_ids);
            loss.paths.insert(path.to_owned());
        }
        Ok(())
    }

    /// Whether the service gives all blobs of a generation now.
    async fn can_be_had(&self, place: &Place, commit: &Commit) -> Result<bool, Error> {
        let (Ok(content_type), Some(window)) = (
            place.unit.content_type.parse::<ContentType>(),
            parse_window(&place.unit.window),
        ) else {
            return Ok(false);
        };
        let listed = self.list_again(content_type, window).await?;
        for id in &commit.content_ids {
            let Some(blob) = listed.blob(content_type, id) else {
                return Ok(false);
            };
            if self.client.fetch_blob(blob).await.is_err() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn list_again(&self, content_type: ContentType, window: Window) -> Result<Listed, Error> {
        let now = self.options.clock.now();
        let asked = Window {
            end: window.end.min(now),
            ..window
        };
        let unit = Unit {
            content_type,
            window,
            asked,
            listed_before: false,
        };
        listing::list(&self.client, &self.options.clock, vec![unit]).await
    }

    /// Why the rows of a file cannot be fetched again; none if they can.
    pub(super) fn why_beyond_repair(
        &self,
        state: &State,
        expected: &ExpectedFile,
    ) -> Option<&'static str> {
        if !expected.others.is_empty() {
            return Some("it has rows of other connections");
        }
        let edge = self.edge();
        let its = state.generations_of(expected);
        let mut oldest = its.iter().map(|(place, commit)| oldest_blob(place, commit));
        let is_kept = oldest.all(|oldest| oldest.is_some_and(|oldest| oldest > edge));
        (!is_kept).then_some("the service does not have all its records any more")
    }

    /// The oldest moment that may be listed.
    fn edge(&self) -> Timestamp {
        self.options.clock.now() - RETENTION + REQUEST_MARGIN
    }

    /// Keeps what is left of a file.
    async fn keep(&self, run_id: &str, path: &str) -> Result<(), Error> {
        let from = self.lake.path(path);
        let to = self.lake.path(&format!("{KEPT}/{run_id}/{path}"));
        match self.lake.store().copy(&from, &to).await {
            Ok(()) | Err(StoreError::NotFound { .. }) => Ok(()),
            Err(source) => Err(Error::Ledger {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// Says in the ledger that rows are lost, then removes what is left of their files.
    async fn declare_lost(
        &self,
        ledger: &Ledger,
        run_id: &str,
        unit: UnitKey,
        loss: Loss,
    ) -> Result<(), Error> {
        let paths: Vec<String> = loss.paths.into_iter().collect();
        let commit = Commit {
            version: LOSS_VERSION,
            lost: loss.content_ids.into_iter().collect(),
            ..Commit::rollback(run_id, Timestamp::now(), paths.clone())
        };
        loop {
            let types = [unit.content_type.clone()];
            let scan = ledger.scan(&types, Some(&unit.window)).await?;
            let place = Place {
                generation: scan.next_generation(&unit),
                unit: unit.clone(),
            };
            // Another run may take the number first.
            if ledger.create_commit(&place, &commit).await? == Created::Ours {
                tracing::warn!(
                    content_type = unit.content_type,
                    window = unit.window,
                    blobs = commit.lost.len(),
                    "rows were lost: their blobs are fetched again"
                );
                return ledger.remove(&paths).await;
            }
        }
    }
}

impl Loss {
    /// A blob that is lost already is not lost twice.
    fn add(&mut self, state: &State, place: &Place, content_ids: &[String]) {
        let is_there = |id: &&String| state.has(&place.unit.content_type, id);
        let ids = content_ids.iter().filter(is_there);
        self.content_ids.extend(ids.cloned());
    }
}

impl VerifyFinding {
    /// Whether a repair has to fetch this content type.
    fn concerns(&self, content_type: &str) -> bool {
        self.content_types.iter().any(|its| its == content_type)
    }
}

fn oldest_blob(place: &Place, commit: &Commit) -> Option<Timestamp> {
    let window = parse_window(&place.unit.window)?;
    let blobs = commit.detail.as_ref().map(|detail| detail.blobs.iter());
    let created = blobs.into_iter().flatten().map(|blob| blob.created);
    let oldest: Option<Vec<Timestamp>> = created.collect();
    let oldest = oldest.and_then(|created| created.into_iter().min());
    Some(oldest.unwrap_or(window.start))
}

fn lose_blob(state: &State, content_id: &String, losses: &mut Losses) {
    let has = |commit: &Commit| commit.content_ids.contains(content_id);
    let its = state.generations.iter().find(|(_, commit)| has(commit));
    if let Some((place, _)) = its {
        let loss = losses.entry(place.unit.clone()).or_default();
        loss.add(state, place, std::slice::from_ref(content_id));
    }
}
