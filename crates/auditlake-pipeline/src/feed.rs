//! The feed of the Management Activity API as a source: windows of content types, listed, and fetched blob by blob.

mod claims;
mod fetch;
mod forget;
mod readiness;
pub(crate) mod round;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auditlake_api::{Client, ContentType, Window};
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::Sender;

use self::claims::Claims;
use self::fetch::{Fetcher, State};
use self::forget::{forget, is_first_of_its_day};
use self::readiness::{Readiness, Starter};
use self::round::{Round, RoundPlan};
use crate::commit::{Beside, ledger_from};
use crate::content_ids::Blobs;
use crate::error::Error;
use crate::gap::{Gap, GapReason};
use crate::inbox::Pending;
use crate::ledger::listed::{Marks, RunRecord};
use crate::ledger::{Ledger, holds_audit_records};
use crate::listed::{Listed, Unavailable};
use crate::normalize::{Generation, RawGeneration};
use crate::options::BackfillOptions;
use crate::plan::{Plan, Unit, window_name};
use crate::recorder::Recorder;
use crate::source::{Desk, Planned, Room, Source, Told, Traffic};
use crate::starts::Starts;

/// What a run of the feed is to list.
#[derive(Debug)]
pub(crate) enum Task {
    /// What somebody asks for.
    Span(Plan),
    /// What a schedule asks for.
    Round(Round),
    /// Nothing is listed: what was announced is fetched.
    Notices,
}

/// One run's view of the feed.
pub(crate) struct Feed {
    client: Client,
    /// Requests that the client had sent before, and how long they had taken.
    before: Traffic,
    content_types: Vec<ContentType>,
    /// Length of a window.
    window: SignedDuration,
    /// Subscriptions that are missing are started.
    starts: bool,
    task: Task,
    state: Arc<Mutex<State>>,
    units: Vec<Unit>,
    /// What was announced; none before the inbox is read.
    inbox: Option<Pending>,
    /// What was listed; none before there is a plan.
    claims: Option<Claims>,
    /// Records are handed on, and their identities kept in lists.
    hands_on: bool,
    /// Lists that are too old are to be removed: from which ledger, and when that was seen.
    forgets: Option<(Ledger, Timestamp)>,
    /// What is worth saying of a content type beside its gaps.
    notes: BTreeMap<String, &'static str>,
}

/// What a run of the feed leaves to the next one.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// What is listed by now.
    pub(crate) listed: Listed,
    /// Notices that are left in the inbox.
    pub(crate) notices: usize,
}

impl Feed {
    /// For a run that begins now. What a span has lost already is named at once.
    pub(crate) fn new(
        client: Client,
        task: Task,
        options: &BackfillOptions,
        recorder: &Recorder,
    ) -> Self {
        let quota = u64::from(client.config().requests_per_minute);
        recorder.progress.quota.set(quota);
        let content_types = options.content_types.clone();
        if let Task::Span(plan) = &task {
            announce_span(plan, &content_types, recorder);
        }
        Self {
            before: traffic(&client),
            client,
            content_types,
            window: options.window,
            starts: options.start_subscriptions,
            task,
            state: Arc::default(),
            units: Vec::new(),
            inbox: None,
            claims: None,
            hands_on: options.outlet.is_some(),
            forgets: None,
            notes: BTreeMap::new(),
        }
    }

    fn lists(&self) -> bool {
        !matches!(self.task, Task::Notices)
    }

    /// What was announced. A span that somebody asks for has nothing to do with it.
    async fn read_inbox(&self, desk: &Desk) -> Result<Pending, Error> {
        let ledger = desk.ledger.clone();
        if let Task::Span(_) = self.task {
            return Ok(Pending::none(ledger, desk.now));
        }
        let _at_the_store = desk.recorder.meters.store.enter();
        Pending::read(ledger, desk.now).await
    }

    /// The plan of a round needs to know what was listed before; that of a span is made already.
    async fn plan_of(&mut self, desk: &Desk, marks: &Marks) -> Result<RoundPlan, Error> {
        let announced = self.announced_units();
        let plan = match &mut self.task {
            Task::Span(plan) => return Ok(RoundPlan::of_units(std::mem::take(&mut plan.units))),
            Task::Notices => RoundPlan::of_units(announced),
            Task::Round(round) => {
                let last_seen = round::last_seen(&desk.ledger, &marks.listed).await?;
                let types = &self.content_types;
                let mut plan = round::plan(desk.now, round, types, &marks.listed, &last_seen)?;
                plan.take_in(announced);
                plan
            }
        };
        desk.recorder.announce_units(plan.units.len());
        Ok(plan)
    }

    fn announced_units(&self) -> Vec<Unit> {
        let units = |inbox: &Pending| inbox.units(&self.content_types, self.window);
        self.inbox.as_ref().map(units).unwrap_or_default()
    }

    fn fetcher(&self, desk: &Desk, room: Room, known: &Blobs) -> Arc<Fetcher> {
        self.lock().known.clone_from(known);
        Arc::new(Fetcher {
            client: self.client.clone(),
            clock: desk.clock.clone(),
            recorder: Arc::clone(&desk.recorder),
            access: Arc::clone(&desk.access),
            room,
            state: Arc::clone(&self.state),
            stop: desk.stop.clone(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Feed {
    type Left = Left;
    type Raw = RawGeneration;

    fn feeds(&self) -> Vec<String> {
        self.content_types.iter().map(ToString::to_string).collect()
    }

    async fn is_called_for(&mut self, desk: &Desk) -> Result<bool, Error> {
        let inbox = self.read_inbox(desk).await?;
        let is_called_for = self.lists() || !inbox.is_empty();
        self.inbox = Some(inbox);
        Ok(is_called_for)
    }

    async fn plan(&mut self, desk: &Desk) -> Result<Planned, Error> {
        let marks = desk.ledger.read_marks().await?;
        let plan = self.plan_of(desk, &marks).await?;
        let lists = self.lists();
        let forgets = self.hands_on && lists && is_first_of_its_day(&marks, desk.now);
        self.forgets = forgets.then(|| (desk.ledger.clone(), desk.now));
        let claims = Claims::new(desk.ledger.clone(), marks, plan.settling(), desk.now);
        self.claims = Some(if lists { claims } else { claims.silent() });
        let from = ledger_from(plan.from(desk.now));
        self.units = plan.units;
        Ok(Planned {
            directories: ContentType::ALL.map(|it| it.to_string()).to_vec(),
            from: Some(from),
            lost: plan.lost,
        })
    }

    fn beside() -> Option<Beside> {
        Some(holds_audit_records)
    }

    /// A week, window by window, and now and then a record of some day before.
    fn forgets_beyond() -> Option<u64> {
        Some(8)
    }

    /// Starts subscriptions that are missing.
    async fn prepare(&mut self, desk: &Desk) -> Result<(), Error> {
        let starter = Starter {
            client: &self.client,
            starts: Starts::new(desk.lake.clone(), &desk.connection),
            now: desk.now,
        };
        let start = self.starts && !desk.dry_run;
        for (content_type, readiness) in starter.prepare(&self.content_types, start).await? {
            match readiness {
                Readiness::Ready => {}
                Readiness::Started(note) => {
                    self.notes.insert(content_type.to_string(), note);
                }
                Readiness::Unavailable(reason, detail) => {
                    let feed = content_type.as_str();
                    desk.access.unavailable(feed, reason, detail);
                }
            }
        }
        Ok(())
    }

    fn look(&mut self, desk: &Desk, room: Room, known: &Blobs) -> BoxFuture<'static, ()> {
        let units = std::mem::take(&mut self.units);
        self.fetcher(desk, room, known).list_only(units).boxed()
    }

    fn fetch(
        &mut self,
        desk: &Desk,
        room: Room,
        known: &Blobs,
        out: Sender<RawGeneration>,
    ) -> BoxFuture<'static, ()> {
        if let Some(claims) = &mut self.claims {
            claims.settle();
        }
        if let Some(inbox) = &self.inbox {
            self.lock().announced = inbox.announced(self.window);
        }
        let units = std::mem::take(&mut self.units);
        self.fetcher(desk, room, known).run(units, out).boxed()
    }

    fn before_commit(&self, generation: &mut Generation) {
        if let Some(claims) = &self.claims {
            claims.note_late(generation);
        }
    }

    fn after_commit(&mut self, told: &Told, is_in_the_lake: bool) {
        if is_in_the_lake && let Some(inbox) = &mut self.inbox {
            inbox.give_up(&told.unit.content_type, &told.failed_blobs);
        }
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(claims) = &mut self.claims {
            claims.learn(told, is_in_the_lake, &state.windows);
        }
    }

    /// That content is on its way is worth saying only while there is none.
    fn note(&self, feed: &str) -> Option<&'static str> {
        let note = self.notes.get(feed).copied()?;
        let has_content = self.lock().known.has_any(feed);
        (!has_content).then_some(note)
    }

    /// Leaves what was listed, and removes notices of what is committed.
    async fn leave(
        &mut self,
        run: RunRecord,
        answers: Vec<(String, Option<Unavailable>)>,
        committed: &Blobs,
    ) -> Left {
        let mut left = Left::default();
        if let Some(claims) = self.claims.take() {
            left.listed = claims.leave(run, answers).await;
        }
        if let Some(inbox) = &self.inbox {
            left.notices = inbox.settle(committed).await;
        }
        if let Some((ledger, now)) = &self.forgets {
            forget(ledger, *now).await;
        }
        left
    }

    fn traffic(&self) -> Traffic {
        traffic(&self.client).since(self.before)
    }
}

/// All that a client has asked so far.
fn traffic(client: &Client) -> Traffic {
    Traffic {
        counts: client.requests(),
        times: client.request_times(),
    }
}

/// Says what a span plans, and what of it the service no longer keeps.
fn announce_span(plan: &Plan, content_types: &[ContentType], recorder: &Recorder) {
    recorder.announce_units(plan.units.len());
    for content_type in content_types {
        if let Some(lost) = plan.lost {
            recorder.gap(expired(*content_type, lost));
        }
    }
}

fn expired(content_type: ContentType, lost: Window) -> Gap {
    Gap {
        content_type: content_type.to_string(),
        window: Some(window_name(lost)),
        content_id: None,
        reason: GapReason::Expired,
        detail: "older than the seven days that the service keeps".to_owned(),
    }
}
