//! Commits to a lake on disk: one run, one that was killed, and two at once.

use std::collections::BTreeMap;
use std::time::Duration;

use auditlake_parquet::Patience;
use futures::{StreamExt, TryStreamExt};
use object_store::throttle::{ThrottleConfig, ThrottledStore};
use object_store::{ObjectStore, ObjectStoreExt};

use super::attempt::Draft;
use super::*;
use crate::batches::{Batchers, Order};
use crate::budget::Budget;
use crate::dedup::Addition;
use crate::ledger::{Process, UnitKey};
use crate::normalize::{Body, RawGeneration};
use crate::progress::Progress;
use crate::report::Report;
use crate::source::Raw;

pub(crate) const WINDOW: &str = "20260504T100000Z_20260504T110000Z";
pub(crate) const NEXT_WINDOW: &str = "20260504T110000Z_20260504T120000Z";

fn record(id: u32) -> String {
    format!(
        r#"{{"CreationTime":"2026-05-04T10:12:33","Id":"00000000-0000-0000-0000-{id:012}","Operation":"FileAccessed",
        "OrganizationId":"11111111-2222-3333-4444-555555555555","RecordType":6,"UserKey":"k","UserType":0,"Version":1,
        "Workload":"SharePoint","UserId":"alex@contoso.example","ClientIP":"192.0.2.7","ObjectId":"https://contoso.example/{id}"}}"#
    )
}

pub(crate) fn body_of(ids: impl IntoIterator<Item = u32>) -> String {
    format!(
        "[{}]",
        ids.into_iter().map(record).collect::<Vec<_>>().join(",")
    )
}

/// A generation of Exchange blobs, by content id and body.
pub(crate) async fn generation(window: &str, blobs: &[(&str, String)]) -> Generation {
    let budget = Budget::new(u64::MAX);
    let mut bodies = Vec::new();
    for (id, body) in blobs {
        bodies.push(Body {
            content_id: (*id).to_owned(),
            created: None,
            bytes: body.clone().into(),
            reservation: budget.reserve(0).await,
        });
    }
    let unit = UnitKey {
        content_type: "Audit.Exchange".to_owned(),
        window: window.to_owned(),
    };
    RawGeneration {
        unit,
        bodies,
        failed: Vec::new(),
        last: true,
    }
    .normalize("contoso", &Batchers::new(true, Order::ByClass))
}

pub(crate) fn recorder() -> Arc<Recorder> {
    let report = Report::new(
        "contoso",
        "11111111-2222-3333-4444-555555555555",
        Timestamp::UNIX_EPOCH,
    );
    Arc::new(Recorder::new(report, Arc::new(Progress::default())))
}

pub(crate) async fn committer(lake: &Lake, recorder: &Arc<Recorder>) -> Committer {
    committer_with(lake, Memory::default(), recorder).await
}

async fn committer_with(lake: &Lake, memory: Memory, recorder: &Arc<Recorder>) -> Committer {
    let cancel = CancellationToken::new();
    Committer::open_with(site(lake), memory, Arc::clone(recorder), cancel)
        .await
        .expect("a committer")
}

/// Where these tests commit.
pub(crate) fn site(lake: &Lake) -> Site {
    Site {
        lake: lake.clone(),
        layout: Layout::default(),
        connection: "contoso".to_owned(),
        content_types: vec!["Audit.Exchange".to_owned()],
        from: None,
        beside: None,
        identity_bytes: None,
        zstd_level: 1,
        outlet: None,
        read_only: false,
    }
}

pub(crate) fn on_disk() -> (tempfile::TempDir, Lake) {
    let directory = tempfile::tempdir().expect("a directory");
    let lake = Lake::open(&directory.path().to_string_lossy()).expect("a lake");
    (directory, lake)
}

/// How often each record is in the lake's event files, committed or not.
pub(crate) async fn rows(lake: &Lake) -> BTreeMap<String, usize> {
    let mut rows = BTreeMap::new();
    let mut files = lake.store().list(Some(&lake.path("events")));
    while let Some(file) = files.next().await {
        let file = file.expect("a file");
        let bytes = lake
            .store()
            .get(&file.location)
            .await
            .expect("a file")
            .bytes()
            .await
            .expect("bytes");
        let column = auditlake_parquet::read_text_column(bytes, "metadata.original_event_uid")
            .expect("a column");
        column
            .into_iter()
            .flatten()
            .for_each(|id| *rows.entry(id).or_default() += 1);
    }
    rows
}

fn assert_counts(report: &Report) {
    assert_eq!(
        report.records,
        report.events + report.duplicates + report.quarantined
    );
}

#[tokio::test]
async fn what_a_committer_remembers_the_next_one_need_not_read() {
    let (directory, lake) = on_disk();
    let first = recorder();
    let mut committer = committer(&lake, &first).await;
    let generation_of = async |id| generation(WINDOW, &[(id, body_of(0..3))]).await;
    committer
        .commit_alone(generation_of("a").await)
        .await
        .unwrap();
    let memory = committer.close().await;
    assert!(!memory.is_empty());
    assert_eq!(memory.bytes(), 3 * 20 + 300 + 40);
    // What is not there cannot be read.
    std::fs::remove_dir_all(directory.path().join("events")).unwrap();
    let second = recorder();
    let mut next = committer_with(&lake, memory, &second).await;
    next.commit_alone(generation_of("b").await).await.unwrap();
    let report = second.report();
    assert_eq!((report.events, report.duplicates), (0, 3));
}

#[tokio::test]
async fn what_is_committed_is_not_committed_again() {
    let (_directory, lake) = on_disk();
    for expected_events in [3, 0] {
        let recorder = recorder();
        let mut committer = committer(&lake, &recorder).await;
        committer
            .commit_alone(generation(WINDOW, &[("a", body_of(0..3))]).await)
            .await
            .unwrap();
        let report = recorder.report();
        assert_eq!(report.events, expected_events);
        assert_eq!(recorder.progress.windows_done.get(), 1);
        assert_counts(&report);
    }
    assert_eq!(rows(&lake).await.len(), 3);
    assert!(rows(&lake).await.values().all(|count| *count == 1));
}

#[tokio::test]
async fn a_record_that_comes_again_is_dropped_within_and_between_runs() {
    let (_directory, lake) = on_disk();
    let first = recorder();
    let mut one = committer(&lake, &first).await;
    one.commit_alone(
        generation(WINDOW, &[("a", body_of([1, 2, 1])), ("b", body_of([2, 3]))]).await,
    )
    .await
    .unwrap();
    one.commit_alone(generation(NEXT_WINDOW, &[("c", body_of([3, 4]))]).await)
        .await
        .unwrap();
    let second = recorder();
    let mut two = committer(&lake, &second).await;
    two.commit_alone(generation(NEXT_WINDOW, &[("d", body_of([4, 5, 1]))]).await)
        .await
        .unwrap();
    let (first, second) = (first.report(), second.report());
    assert_eq!((first.records, first.events, first.duplicates), (7, 4, 3));
    assert_eq!(
        (second.records, second.events, second.duplicates),
        (3, 1, 2)
    );
    assert_eq!(first.by_record_type, BTreeMap::from([("6".to_owned(), 4)]));
    assert_eq!(
        rows(&lake).await.values().copied().collect::<Vec<_>>(),
        [1; 5]
    );
}

#[tokio::test]
async fn what_is_no_record_is_quarantined_once_and_a_damaged_blob_is_named() {
    let (_directory, lake) = on_disk();
    for (quarantined, listed) in [(1, 1), (0, 1)] {
        let recorder = recorder();
        let mut committer = committer(&lake, &recorder).await;
        let blobs = [("a", "[42]".to_owned()), ("b", "[{\"Id\":".to_owned())];
        committer
            .commit_alone(generation(WINDOW, &blobs).await)
            .await
            .unwrap();
        let report = recorder.report();
        assert_eq!(
            (report.quarantined, report.gaps.len()),
            (quarantined, listed)
        );
        assert_eq!(report.gaps[0].reason, GapReason::Malformed);
        assert_eq!(report.blobs.failed, 1);
        assert_counts(&report);
        assert!(
            !committer
                .history
                .content_ids
                .contains("Audit.Exchange", "b")
        );
        // The failure is in the ledger once, however often it comes again.
        assert_eq!(
            committer
                .scan
                .next_generation(&generation(WINDOW, &[]).await.unit),
            1
        );
    }
}

#[tokio::test]
async fn two_runs_at_once_write_each_record_once() {
    let (_directory, lake) = on_disk();
    let (one, two) = (recorder(), recorder());
    let (mut first, mut second) = (committer(&lake, &one).await, committer(&lake, &two).await);
    let work = async |committer: &mut Committer, windows: [&str; 2]| {
        for (number, window) in (0..).zip(windows) {
            let shared = ("shared", body_of(number * 10..number * 10 + 5));
            // The same records under another content id in another window, too.
            let own = (committer.run.id().to_owned(), body_of(0..15));
            let blobs = [shared, (own.0.as_str(), own.1)];
            committer
                .commit_alone(generation(window, &blobs).await)
                .await
                .expect("a commit");
        }
    };
    tokio::join!(
        work(&mut first, [WINDOW, NEXT_WINDOW]),
        work(&mut second, [NEXT_WINDOW, WINDOW])
    );
    let rows = rows(&lake).await;
    assert_eq!(rows.len(), 15);
    assert!(rows.values().all(|count| *count == 1), "{rows:?}");
    assert_eq!(one.report().events + two.report().events, 15);
    for recorder in [one, two] {
        assert_counts(&recorder.report());
    }
}

#[tokio::test]
async fn a_run_that_was_killed_before_its_commit_is_rolled_back_and_done_again() {
    let (_directory, lake) = on_disk();
    let mut killed = committer(&lake, &recorder()).await;
    let generation_of_all = generation(WINDOW, &[("a", body_of(0..3))]).await;
    let draft = killed
        .draft(&generation_of_all, &mut Ahead::nothing())
        .await
        .unwrap();
    killed.intend(&draft).await.unwrap();
    killed.bring(&draft).await.unwrap();
    assert_eq!(rows(&lake).await.len(), 3);
    drop(killed);

    let recorder = recorder();
    let mut next = committer(&lake, &recorder).await;
    assert_eq!(rows(&lake).await.len(), 0);
    next.commit_alone(generation(WINDOW, &[("a", body_of(0..3))]).await)
        .await
        .unwrap();
    assert_eq!(recorder.report().events, 3);
    assert_eq!(
        rows(&lake).await.values().copied().collect::<Vec<_>>(),
        [1; 3]
    );
}

/// Makes a run of another host hold [`WINDOW`].
pub(crate) async fn hold(directory: &std::path::Path, committer: &Committer) {
    let elsewhere = Process {
        host: "elsewhere".to_owned(),
        ..Process::current()
    };
    let draft = Draft {
        place: Place {
            unit: generation(WINDOW, &[]).await.unit,
            generation: 0,
        },
        content_ids: Vec::new(),
        addition: Addition::default(),
    };
    let mut intent = committer.intent(&draft);
    (intent.run_id, intent.process) = ("0-earlier".to_owned(), elsewhere);
    committer
        .ledger
        .create_intent(&draft.place, &intent)
        .await
        .unwrap();
    // It was made a while ago, but its lease is not over.
    let path = directory.join(format!(
        "_auditlake/ledger/contoso/Audit.Exchange/{WINDOW}/000000.intent.json"
    ));
    let made = std::time::SystemTime::now() - Duration::from_mins(1);
    std::fs::File::options()
        .append(true)
        .open(path)
        .unwrap()
        .set_modified(made)
        .unwrap();
}

#[tokio::test]
async fn a_window_that_another_host_holds_is_left_to_it_and_named() {
    let (directory, lake) = on_disk();
    let recorder = recorder();
    let mut committer = committer(&lake, &recorder).await;
    hold(directory.path(), &committer).await;
    committer
        .commit_alone(generation(WINDOW, &[("a", body_of(0..3))]).await)
        .await
        .unwrap();
    committer
        .commit_alone(generation(NEXT_WINDOW, &[("b", body_of(3..5))]).await)
        .await
        .unwrap();
    let report = recorder.report();
    assert_eq!(
        (report.windows.skipped, report.gaps.len(), report.events),
        (1, 1, 2)
    );
    assert_eq!(report.gaps[0].window.as_deref(), Some(WINDOW));
    assert_eq!(rows(&lake).await.len(), 2);
}

#[tokio::test]
async fn a_cancelled_run_commits_no_more() {
    let (_directory, lake) = on_disk();
    let mut committer = committer(&lake, &recorder()).await;
    committer.cancel.cancel();
    let result = committer
        .commit_alone(generation(WINDOW, &[("a", body_of(0..3))]).await)
        .await;
    assert!(matches!(result, Err(Error::Cancelled)));
    assert!(rows(&lake).await.is_empty());
}

#[tokio::test]
async fn what_a_run_committed_that_came_and_went_meanwhile_is_known() {
    let (_directory, lake) = on_disk();
    let recorder = recorder();
    let mut long = committer(&lake, &recorder).await;
    long.commit_alone(generation(WINDOW, &[("a", body_of(0..3))]).await)
        .await
        .unwrap();
    let mut short = committer(&lake, &self::recorder()).await;
    short
        .commit_alone(generation(NEXT_WINDOW, &[("b", body_of(3..6))]).await)
        .await
        .unwrap();
    short.close().await;
    long.commit_alone(generation(NEXT_WINDOW, &[("c", body_of(5..8))]).await)
        .await
        .unwrap();
    assert_eq!(recorder.report().duplicates, 1);
    assert_eq!(
        rows(&lake).await.values().copied().collect::<Vec<_>>(),
        [1; 8]
    );
}

#[tokio::test]
async fn a_file_that_somebody_removed_does_not_keep_new_records_out() {
    let (_directory, lake) = on_disk();
    let first = generation(WINDOW, &[("a", body_of(0..3))]).await;
    committer(&lake, &recorder())
        .await
        .commit_alone(first)
        .await
        .unwrap();
    let files: Vec<_> = lake
        .store()
        .list(Some(&lake.path("events")))
        .try_collect()
        .await
        .unwrap();
    for file in files {
        lake.store().delete(&file.location).await.unwrap();
    }
    let recorder = recorder();
    let second = generation(NEXT_WINDOW, &[("b", body_of(3..5))]).await;
    committer(&lake, &recorder)
        .await
        .commit_alone(second)
        .await
        .unwrap();
    assert_eq!(recorder.report().events, 2);
}

/// The same lake, whose writes take so long.
fn slow(lake: &Lake, wait: Duration) -> Lake {
    let config = ThrottleConfig {
        wait_put_per_call: wait,
        ..ThrottleConfig::default()
    };
    let throttle = |store| -> Arc<dyn ObjectStore> { Arc::new(ThrottledStore::new(store, config)) };
    lake.clone().over(throttle, Patience::default())
}

#[tokio::test]
async fn a_run_that_takes_too_long_is_overtaken_and_does_not_write_twice() {
    let lake = Lake::open("memory:///").unwrap();
    let (one, two) = (recorder(), recorder());
    let wait = Duration::from_millis(400);
    let mut late = committer(&slow(&lake, wait), &one).await;
    let mut quick = committer(&lake, &two).await;
    quick.patience = SignedDuration::from_millis(1);
    let intent = lake.path(&format!(
        "_auditlake/ledger/contoso/Audit.Exchange/{WINDOW}/000000.intent.json"
    ));
    tokio::join!(
        async {
            let generation = generation(WINDOW, &[("a", body_of(0..5))]).await;
            late.commit_alone(generation).await.expect("a commit");
        },
        async {
            let generation = generation(NEXT_WINDOW, &[("b", body_of(3..8))]).await;
            while lake.store().head(&intent).await.is_err() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            quick.commit_alone(generation).await.expect("a commit");
        }
    );
    let rows = rows(&lake).await;
    assert_eq!(rows.values().copied().collect::<Vec<_>>(), [1; 8]);
    assert_eq!((one.report().events, two.report().events), (3, 5));
    for recorder in [one, two] {
        assert_counts(&recorder.report());
    }
}
