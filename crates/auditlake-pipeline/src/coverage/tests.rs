//! States of hours, from ledgers written by hand.

use super::*;
use crate::gap::GapReason;
use crate::ledger::listed::RunRecord;
use crate::ledger::tests::intent;
use crate::ledger::{
    Commit, CommitDetail, CommittedBlob, Counts as Sums, Delays, Failed, Place, RunCounts, UnitKey,
};
use crate::listed::Unavailable;

const TYPE: ContentType = ContentType::Exchange;
const NOW: &str = "2026-05-11T10:30:00Z";

/// A lake in memory whose ledger is written by hand. Hours are of 2026-05-11 unless they have a day.
struct World {
    lake: Lake,
    ledger: Ledger,
}

fn time(text: &str) -> Timestamp {
    let full = if text.contains('T') {
        text.to_owned()
    } else {
        format!("2026-05-11T{text}:00Z")
    };
    full.parse().expect("a time")
}

fn span(start: &str, end: &str) -> Window {
    Window {
        start: time(start),
        end: time(end),
    }
}

impl World {
    fn new() -> Self {
        let lake = Lake::open("memory:///").expect("a lake in memory");
        let ledger = Ledger::new(lake.clone(), "contoso");
        Self { lake, ledger }
    }

    /// A run that listed these spans.
    async fn run(&self, run_id: &str, spans: &[Window]) {
        self.run_of(run_id, spans, None).await;
    }

    async fn run_of(&self, run_id: &str, spans: &[Window], unavailable: Option<Unavailable>) {
        let mut marks = self.ledger.read_marks().await.expect("marks");
        for span in spans {
            marks.listed.add(TYPE.as_str(), *span, time(NOW));
        }
        marks.listed.answer(TYPE.as_str(), run_id, unavailable);
        marks.note_run(RunRecord {
            run_id: run_id.to_owned(),
            started: time(NOW),
            finished: time(NOW),
            error: None,
            counts: RunCounts::default(),
        });
        let left = self.ledger.replace_marks(run_id, marks);
        left.await.expect("left");
    }

    async fn commit(&self, window: Window, generation: u32, commit: Commit) {
        let place = place(window, generation);
        let created = self.ledger.create_commit(&place, &commit);
        created.await.expect("committed");
    }

    async fn report(&self, since: &str, until: &str) -> CoverageReport {
        let options = CoverageOptions {
            opened: Some(self.lake.clone()),
            since: Some(time(since)),
            until: Some(time(until)),
            content_types: vec![TYPE],
            clock: Clock::fixed(time(NOW)),
            ..CoverageOptions::new("s3://lake", "contoso")
        };
        coverage(&options).await.expect("a report")
    }

    async fn states(&self, since: &str, until: &str) -> Vec<&'static str> {
        let report = self.report(since, until).await;
        let hours = report.content_types[0].by_hour.iter();
        hours.map(|hour| hour.state.as_str()).collect()
    }
}

fn place(window: Window, generation: u32) -> Place {
    let unit = UnitKey {
        content_type: TYPE.to_string(),
        window: crate::plan::window_name(window),
    };
    Place { unit, generation }
}

/// A commit of blobs, each of ten records of which eight are new, one is repeated and one is no record.
fn commit(run_id: &str, blobs: &[(&str, &str)]) -> Commit {
    let count = blobs.len() as u64;
    let mut delays = Delays::default();
    delays.add(SignedDuration::from_mins(10));
    let figures = |created: &str| CommittedBlob {
        created: Some(time(created)),
        bytes: 1000,
        records: 10,
        events: 8,
        quarantined: 1,
        late: false,
    };
    Commit {
        content_ids: blobs.iter().map(|(id, _)| (*id).to_owned()).collect(),
        counts: Sums {
            records: 10 * count,
            events: 8 * count,
            duplicates: count,
            quarantined: count,
        },
        detail: Some(CommitDetail {
            blobs: blobs.iter().map(|(_, created)| figures(created)).collect(),
            delays,
            by_class: [("Authentication".to_owned(), 8 * count)].into(),
            by_record_type: [("15".to_owned(), 8 * count)].into(),
        }),
        ..Commit::rollback(run_id, time(NOW), Vec::new())
    }
}

fn failing(run_id: &str, content_id: Option<&str>, reason: GapReason) -> Commit {
    let failed = Failed {
        content_id: content_id.map(str::to_owned),
        reason,
        detail: "the service says so".to_owned(),
        created: None,
    };
    Commit {
        failed: vec![failed],
        ..Commit::rollback(run_id, time(NOW), Vec::new())
    }
}

#[tokio::test]
async fn an_hour_is_committed_once_all_of_it_was_listed_and_what_there_was_is_there() {
    let world = World::new();
    assert_eq!(world.states("08:00", "10:00").await, ["unknown", "unknown"]);
    world.run("r1", &[span("08:00", "09:30")]).await;
    assert_eq!(
        world.states("08:00", "10:00").await,
        ["committed", "listed"]
    );
    world.run("r2", &[span("09:15", "10:00")]).await;
    let report = world.report("08:00", "10:00").await;
    assert_eq!((report.hours.committed, report.complete), (2, true));
    assert_eq!(report.runs[0].run_id, "r2");
}

#[tokio::test]
async fn counts_are_of_the_hour_in_which_the_blob_became_available() {
    let world = World::new();
    let day = span("00:00", "2026-05-12T00:00:00Z");
    world.run("r1", &[span("00:00", "10:30")]).await;
    let blobs = [("a", "08:10"), ("b", "08:50"), ("c", "09:00")];
    world.commit(day, 0, commit("r1", &blobs)).await;
    let report = world.report("08:00", "10:00").await;
    let hours = &report.content_types[0].by_hour;
    let blobs: Vec<u64> = hours.iter().map(|hour| hour.counts.blobs).collect();
    assert_eq!(blobs, [2, 1]);
    let expected = Counts {
        blobs: 3,
        records: 30,
        events: 24,
        duplicates: 3,
        quarantined: 3,
        bytes: 3000,
    };
    assert_eq!((report.counts, report.complete), (expected, true));
    assert_eq!(report.by_class["Authentication"], 24);
    let delays = report.delays.event_to_available.expect("delays");
    assert_eq!((delays.count, delays.p50), (1, 640));
    let to_lake = report.delays.available_to_committed.expect("delays");
    assert_eq!((to_lake.count, to_lake.max), (3, 9216));
}

#[tokio::test]
async fn a_blob_that_a_whole_listing_did_not_have_is_late() {
    let world = World::new();
    let hour = span("08:00", "09:00");
    world.commit(hour, 0, commit("r1", &[("a", "08:10")])).await;
    world.run("r1", &[hour]).await;
    assert_eq!(world.states("08:00", "09:00").await, ["committed"]);
    let mut late = commit("r2", &[("b", "08:20")]);
    late.detail.as_mut().expect("figures").blobs[0].late = true;
    world.commit(hour, 1, late).await;
    assert_eq!(world.states("08:00", "09:00").await, ["late"]);
    // Who could not have it at first has not missed it.
    let failed = failing("r1", Some("b"), GapReason::Throttled);
    world.commit(hour, 2, failed).await;
    assert_eq!(world.states("08:00", "09:00").await, ["committed"]);
    assert!(world.report("08:00", "09:00").await.complete);
}

#[tokio::test]
async fn a_blob_that_failed_makes_its_hour_fail_until_it_is_there() {
    let world = World::new();
    let hour = span("08:00", "09:00");
    world.run("r1", &[hour]).await;
    world
        .commit(hour, 0, failing("r1", Some("a"), GapReason::Throttled))
        .await;
    let report = world.report("08:00", "09:00").await;
    let gap = &report.gaps[0];
    assert_eq!(
        (gap.state, gap.reason),
        (HourState::Failed, Some(GapReason::Throttled))
    );
    assert_eq!(gap.content_ids, ["a"]);
    let command = gap.command.as_deref().unwrap_or_default();
    assert_eq!(
        command,
        "auditlake backfill contoso --lake s3://lake --since 2026-05-11T08:00:00Z --until 2026-05-11T09:00:00Z \
         --content-type Audit.Exchange"
    );
    world.commit(hour, 1, commit("r2", &[("a", "08:10")])).await;
    assert_eq!(world.states("08:00", "09:00").await, ["committed"]);
}

#[tokio::test]
async fn a_listing_that_failed_makes_its_hours_fail_until_they_are_listed() {
    let world = World::new();
    let hours = span("08:00", "10:00");
    world
        .commit(hours, 0, failing("r1", None, GapReason::Failed))
        .await;
    let report = world.report("08:00", "10:00").await;
    assert_eq!((report.hours.failed, report.gaps.len()), (2, 1));
    assert_eq!(report.gaps[0].hours, 2);
    world.run("r2", &[span("08:00", "09:00")]).await;
    assert_eq!(
        world.states("08:00", "10:00").await,
        ["committed", "failed"]
    );
}

#[tokio::test]
async fn what_the_service_does_not_keep_any_more_is_expired() {
    let world = World::new();
    let old = ("2026-05-04T08:00:00Z", "2026-05-04T12:00:00Z");
    let hour = span("2026-05-04T08:00:00Z", "2026-05-04T09:00:00Z");
    world
        .commit(hour, 0, failing("r1", Some("a"), GapReason::Failed))
        .await;
    let states = world.states(old.0, old.1).await;
    assert_eq!(states, ["expired", "expired", "unknown", "unknown"]);
    let gaps = world.report(old.0, old.1).await.gaps;
    assert_eq!(gaps[0].command, None);
    assert!(gaps[2].command.is_some());
}

#[tokio::test]
async fn a_content_type_that_may_not_be_read_is_failed_with_the_services_words() {
    let world = World::new();
    let denied = Unavailable {
        reason: GapReason::Permission,
        detail: "it lacks `ActivityFeed.ReadDlp`".to_owned(),
    };
    world.run_of("r1", &[], Some(denied)).await;
    let gap = world.report("08:00", "10:00").await.gaps.remove(0);
    assert_eq!(
        (gap.state, gap.reason),
        (HourState::Failed, Some(GapReason::Permission))
    );
    assert!(gap.detail.contains("ReadDlp"));
}

#[tokio::test]
async fn blobs_that_were_about_to_be_committed_are_listed() {
    let world = World::new();
    let hour = span("08:00", "09:00");
    world.run("r0", &[hour]).await;
    let open = intent("r1", &[]);
    world
        .ledger
        .create_intent(&place(hour, 0), &open)
        .await
        .expect("an intent");
    let gap = world.report("08:00", "09:00").await.gaps.remove(0);
    assert_eq!(
        (gap.state, gap.content_ids),
        (HourState::Listed, open.content_ids)
    );
}

#[tokio::test]
async fn a_lost_blob_is_missing_until_it_is_fetched_again_and_counts_once() {
    let world = World::new();
    let hour = span("08:00", "09:00");
    world.run("r1", &[hour]).await;
    world.commit(hour, 0, commit("r1", &[("a", "08:10")])).await;
    let before = world.report("08:00", "09:00").await;
    let lost = Commit {
        lost: vec!["a".to_owned()],
        ..Commit::rollback("r2", time(NOW), vec!["events/a.parquet".to_owned()])
    };
    world.commit(hour, 1, lost).await;
    let gap = world.report("08:00", "09:00").await.gaps.remove(0);
    assert_eq!(
        (gap.state, gap.content_ids),
        (HourState::Listed, vec!["a".to_owned()])
    );
    world.commit(hour, 2, commit("r3", &[("a", "08:10")])).await;
    assert_eq!(world.report("08:00", "09:00").await, before);
}

#[tokio::test]
async fn commits_of_earlier_builds_tell_no_more_than_they_know() {
    let world = World::new();
    let hour = span("08:00", "09:00");
    let old = Commit {
        detail: None,
        ..commit("r1", &[("a", "08:10"), ("b", "08:20")])
    };
    world.commit(hour, 0, old).await;
    let report = world.report("08:00", "09:00").await;
    assert_eq!(report.gaps[0].state, HourState::Listed);
    let counts = report.counts;
    assert_eq!((counts.blobs, counts.events, counts.records), (2, 16, 20));
}

#[test]
fn the_range_is_of_full_hours_that_the_service_keeps() {
    let options = CoverageOptions::new("s3://lake", "contoso");
    let range = options.range(time(NOW)).expect("a range");
    assert_eq!(range, span("2026-05-04T11:00:00Z", "10:00"));
    let none = CoverageOptions {
        since: Some(time("10:00")),
        ..options
    };
    assert!(none.range(time(NOW)).is_err());
}
