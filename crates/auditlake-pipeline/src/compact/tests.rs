use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use auditlake_parquet::{Patience, read_text_column_at};
use futures::StreamExt;
use futures::stream::BoxStream;
use jiff::Timestamp;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, PutResult,
};

use super::*;
use crate::clock::Clock;
use crate::files::{Input, LakeOptions, normalize_to_lake};
use crate::identities::Identities;
use crate::inventory::list_files;
use crate::layout::{LayoutChoice, LayoutName};
use crate::ledger::{Commit, CommittedFile};
use crate::report::Outcome;
use crate::tables::{EVENT_IDENTITY, EVENTS};

/// A lake on disk with the same records brought in by two connections and in several runs.
struct World {
    directory: tempfile::TempDir,
}

fn record(id: u32) -> String {
    format!(
        r#"{{"CreationTime":"2025-05-0{}T10:{:02}:{:02}","Id":"00000000-0000-0000-0000-{id:012}","Operation":"Send","RecordType":2,"Workload":"Exchange","UserId":"alex@contoso.example"}}"#,
        4 + id % 2,
        id * 7 % 60,
        id * 13 % 60,
    )
}

impl World {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().expect("a directory"),
        }
    }

    fn lake(&self) -> String {
        self.directory
            .path()
            .join("lake")
            .to_string_lossy()
            .into_owned()
    }

    async fn bring(&self, connection: &str, ids: impl IntoIterator<Item = u32>) -> u64 {
        self.bring_as(LayoutChoice::default(), connection, ids)
            .await
    }

    async fn bring_as(
        &self,
        layout: LayoutChoice,
        connection: &str,
        ids: impl IntoIterator<Item = u32>,
    ) -> u64 {
        let input = self.directory.path().join("input.jsonl");
        let lines: Vec<String> = ids.into_iter().map(record).collect();
        std::fs::write(&input, lines.join("\n")).expect("an input");
        let options = LakeOptions {
            connection: connection.to_owned(),
            layout,
            ..LakeOptions::new(self.lake())
        };
        let inputs = vec![Input::File(input)];
        let report =
            normalize_to_lake(inputs, options, Arc::default(), CancellationToken::new()).await;
        report.expect("a report").events
    }

    /// Forty records over two days, in five files a day, some of them by both connections.
    async fn with_small_files() -> Self {
        Self::with_small_files_as(&LayoutChoice::default()).await
    }

    async fn with_small_files_as(layout: &LayoutChoice) -> Self {
        let world = Self::new();
        for (connection, ids) in [
            ("one", 0..10),
            ("one", 10..20),
            ("one", 20..30),
            ("two", 5..35),
            ("two", 35..40),
        ] {
            world.bring_as(layout.clone(), connection, ids).await;
        }
        world
    }

    fn options(&self) -> CompactOptions {
        CompactOptions::new(self.lake())
    }

    async fn compact(&self) -> CompactReport {
        let report = compact(self.options(), CancellationToken::new()).await;
        report.expect("a report")
    }

    fn open(&self) -> Lake {
        Lake::open(&self.lake()).expect("a lake")
    }
}

/// How often each record is in the lake's files, whatever the ledger says.
async fn rows(lake: &Lake) -> BTreeMap<String, usize> {
    values(lake, "metadata.original_event_uid").await
}

/// How often each value of a column is in the lake's files.
async fn values(lake: &Lake, column: &str) -> BTreeMap<String, usize> {
    let mut values = BTreeMap::new();
    let tables = Tables::of_lake(lake).await.expect("tables").directories();
    for path in list_all(lake, &tables).await.expect("files").into_keys() {
        let found = read_text_column_at(lake, &path, column).await;
        for value in found.expect("a column").into_iter().flatten() {
            *values.entry(value).or_default() += 1;
        }
    }
    values
}

fn each_once(ids: impl IntoIterator<Item = u32>) -> BTreeMap<String, usize> {
    ids.into_iter()
        .map(|id| (format!("00000000-0000-0000-0000-{id:012}"), 1))
        .collect()
}

#[tokio::test]
async fn small_files_of_all_connections_become_one_a_day_without_repeats() {
    let world = World::with_small_files().await;
    let lake = world.open();
    assert_eq!(list_files(&lake, EVENTS).await.unwrap().len(), 10);
    let report = world.compact().await;
    assert_eq!(report.outcome(), Outcome::Complete, "{report:?}");
    let totals = report.totals;
    assert_eq!((totals.files_before, totals.files_after), (10, 2));
    assert_eq!((totals.rows, totals.duplicates), (40, 25));
    assert_eq!(rows(&lake).await, each_once(0..40));
    let again = world.compact().await;
    assert_eq!(again.totals, Totals::default());
    let found = crate::lake::check(&world.lake(), true, CancellationToken::new())
        .await
        .unwrap();
    assert_eq!((found.findings.len(), found.rows), (0, 40));
}

#[tokio::test]
async fn what_was_compacted_is_known_and_what_comes_late_is_merged_with_it() {
    let world = World::with_small_files().await;
    world.compact().await;
    assert_eq!(world.bring("one", 0..30).await, 0);
    assert_eq!(world.bring("two", 0..42).await, 2);
    let report = world.compact().await;
    assert_eq!(
        (report.totals.files_before, report.totals.files_after),
        (4, 2)
    );
    // Files that replaced files were replaced themselves.
    assert_eq!(world.bring("one", 0..42).await, 0);
    assert_eq!(rows(&world.open()).await, each_once(0..42));
}

/// Compacts a lake of that layout, whose files lie in as many partitions.
async fn check_layout(layout: LayoutChoice, partitions: usize) {
    let world = World::with_small_files_as(&layout).await;
    let lake = world.open();
    let mut options = world.options();
    // Where no directory tells the day, it is the day on which the records came: today.
    options.until = Some("9999-12-31".parse().unwrap());
    let report = compact(options.clone(), CancellationToken::new()).await;
    let report = report.unwrap();
    assert_eq!(report.outcome(), Outcome::Complete, "{report:?}");
    assert_eq!(report.partitions.len(), partitions, "{report:?}");
    assert_eq!(report.totals.files_after, partitions as u64, "{report:?}");
    // OCSF 1.3.0 has no column for the record's own id.
    let identities = values(&lake, EVENT_IDENTITY).await;
    assert_eq!(identities.len(), 40);
    assert!(identities.values().all(|times| *times == 1));
    let found = crate::lake::check(&world.lake(), true, CancellationToken::new()).await;
    let found = found.unwrap();
    assert_eq!((found.findings.len(), found.rows), (0, 40), "{found:?}");
    // What was replaced is found where it is now, and nothing is left to merge.
    assert_eq!(world.bring("one", 0..40).await, 0);
    let again = compact(options, CancellationToken::new()).await.unwrap();
    assert_eq!(again.totals, Totals::default());
}

#[tokio::test]
async fn every_layout_is_compacted() {
    let named = |name| LayoutChoice {
        layout: Some(name),
        ..LayoutChoice::default()
    };
    let template = |text: &str| LayoutChoice {
        path_template: Some(text.to_owned()),
        table: Some("security/audit".to_owned()),
        ..LayoutChoice::default()
    };
    check_layout(named(LayoutName::Flat), 1).await;
    check_layout(
        template("{table}/{event_year}/{event_month}/{event_day_of_month}"),
        2,
    )
    .await;
    check_layout(template("{table}/{event_year}/{log_name}"), 1).await;
    let mut security_lake = named(LayoutName::SecurityLake);
    security_lake.security_lake.region = Some("eu-central-1".to_owned());
    check_layout(security_lake, 2).await;
}

#[track_caller]
fn check_worth(files: &[(u64, Option<u32>)], expected: bool) {
    let live = |(number, (bytes, compaction)): (usize, &(u64, Option<u32>))| LiveFile {
        file: CommittedFile {
            path: number.to_string(),
            rows: 1,
            bytes: *bytes,
            sha256: String::new(),
        },
        connections: BTreeSet::new(),
        compaction: *compaction,
    };
    let files: Vec<LiveFile> = files.iter().enumerate().map(live).collect();
    assert_eq!(is_worth_it(&files, 100), expected);
}

#[test]
fn small_files_are_merged_until_they_are_of_one_compaction() {
    check_worth(&[(10, None), (49, None)], true);
    check_worth(&[(10, None), (50, None), (90, None)], false);
    check_worth(&[(10, Some(0)), (90, Some(0)), (10, None)], true);
    // Written together, they came out as large as could be.
    check_worth(&[(10, Some(3)), (40, Some(3)), (40, Some(3))], false);
    check_worth(&[(10, Some(3)), (40, Some(4))], true);
    check_worth(&[], false);
}

#[test]
fn the_target_has_room_in_the_memory() {
    let mut options = CompactOptions::new("lake");
    assert_eq!(options.target(), DEFAULT_TARGET_SIZE);
    options.memory_limit = 128 << 20;
    assert_eq!(options.target(), 48 << 20);
    options.memory_limit = 0;
    assert_eq!(options.target(), MIN_MEMORY_LIMIT / 8 * 3);
}

#[tokio::test]
async fn days_that_are_not_closed_and_other_connections_are_left_alone() {
    let world = World::with_small_files().await;
    let mut options = world.options();
    options.until = Some("2025-05-05".parse().unwrap());
    options.connections = vec!["two".to_owned()];
    let report = compact(options, CancellationToken::new()).await.unwrap();
    assert_eq!(
        (report.totals.files_before, report.partitions.len()),
        (2, 1)
    );
    assert_eq!(report.partitions[0].day.to_string(), "2025-05-04");
    let mut options = world.options();
    options.clock = Clock::fixed("2025-05-06T00:00:00Z".parse().unwrap());
    let report = compact(options, CancellationToken::new()).await.unwrap();
    assert_eq!(report.until.to_string(), "2025-05-05");
    assert_eq!(report.totals.files_before, 4);
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let world = World::with_small_files().await;
    let files = list_files(&world.open(), EVENTS).await.unwrap();
    let mut options = world.options();
    options.dry_run = true;
    let report = compact(options, CancellationToken::new()).await.unwrap();
    assert_eq!(
        (report.totals.files_before, report.totals.files_after),
        (10, 2)
    );
    assert_eq!(list_files(&world.open(), EVENTS).await.unwrap(), files);
    assert!(
        !std::path::Path::new(&world.lake())
            .join("_auditlake/runs/.compaction")
            .exists()
    );
}

#[tokio::test]
async fn files_that_the_ledger_does_not_know_or_that_were_changed_are_not_touched() {
    let world = World::with_small_files().await;
    let lake = world.open();
    let files: Vec<String> = list_files(&lake, EVENTS)
        .await
        .unwrap()
        .into_keys()
        .collect();
    let root = std::path::PathBuf::from(world.lake());
    let (one, other) = (&files[0], files.last().unwrap());
    let foreign = one.replace(".parquet", "-copy.parquet");
    std::fs::copy(root.join(one), root.join(&foreign)).unwrap();
    let mut bytes = std::fs::read(root.join(other)).unwrap();
    bytes.push(0);
    std::fs::write(root.join(other), bytes).unwrap();
    let report = world.compact().await;
    assert_eq!(report.unknown_files, 1);
    assert_eq!(report.outcome(), Outcome::Gaps);
    assert!(
        report.left_alone[0].reason.contains(other.as_str()),
        "{report:?}"
    );
    assert_eq!(report.partitions.len(), 1);
    assert!(root.join(foreign).exists());
}

#[tokio::test]
async fn a_file_that_is_replaced_while_it_is_looked_for_is_found_in_its_successor() {
    let world = World::with_small_files().await;
    let lake = world.open();
    let inventory = Inventory::read(&lake, None).await.unwrap();
    let files: Vec<CommittedFile> = inventory.live.into_values().map(|live| live.file).collect();
    world.compact().await;
    let commit = Commit {
        files,
        ..Commit::rollback("run", Timestamp::UNIX_EPOCH, Vec::new())
    };
    let identities = Identities::default();
    let files = commit.files.into_iter().map(|file| file.path).collect();
    identities.load(&lake, Vec::new(), files).await.unwrap();
    assert_eq!(identities.with(|known| known.len()), 40);
}

/// A store that fails from a write on, before or after it took effect.
#[derive(Debug)]
struct Failing {
    store: InMemory,
    writes: AtomicU64,
    fails_at: AtomicU64,
    after: bool,
}

impl std::fmt::Display for Failing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failing")
    }
}

impl Failing {
    /// Whether this write fails, as all after it do: the process is as good as dead.
    fn fails(&self) -> bool {
        self.writes.fetch_add(1, Ordering::SeqCst) + 1 >= self.fails_at.load(Ordering::SeqCst)
    }

    fn is_first_failure(&self) -> bool {
        self.writes.load(Ordering::SeqCst) == self.fails_at.load(Ordering::SeqCst)
    }
}

fn lost() -> object_store::Error {
    object_store::Error::Generic {
        store: "failing",
        source: "the line is cut".into(),
    }
}

#[async_trait::async_trait]
impl ObjectStore for Failing {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        opts: PutOptions,
    ) -> object_store::Result<PutResult> {
        if !self.fails() {
            return self.store.put_opts(location, payload, opts).await;
        }
        if self.after && self.is_first_failure() {
            self.store.put_opts(location, payload, opts).await?;
        }
        Err(lost())
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        self.store.put_multipart_opts(location, opts).await
    }

    async fn get_opts(
        &self,
        location: &Path,
        options: GetOptions,
    ) -> object_store::Result<GetResult> {
        self.store.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, object_store::Result<Path>>,
    ) -> BoxStream<'static, object_store::Result<Path>> {
        if self.fails() {
            return Box::pin(futures::stream::iter([Err(lost())]));
        }
        self.store.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        self.store.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> object_store::Result<ListResult> {
        self.store.list_with_delimiter(prefix).await
    }

    async fn copy_opts(
        &self,
        from: &Path,
        to: &Path,
        options: CopyOptions,
    ) -> object_store::Result<()> {
        self.store.copy_opts(from, to, options).await
    }
}

/// The lake of a world in memory, which fails at a write.
async fn failing(world: &World, fails_at: u64, after: bool) -> (Arc<Failing>, Lake) {
    let disk = world.open();
    let store = InMemory::new();
    let mut objects = disk.store().list(None);
    while let Some(object) = objects.next().await {
        let location = object.expect("an object").location;
        let bytes = disk
            .store()
            .get(&location)
            .await
            .expect("an object")
            .bytes()
            .await;
        store
            .put(&location, bytes.expect("bytes").into())
            .await
            .expect("a copy");
    }
    let store = Arc::new(Failing {
        store,
        writes: AtomicU64::new(0),
        fails_at: AtomicU64::new(fails_at),
        after,
    });
    let url = url::Url::parse("memory:///").expect("a URL");
    let lake = Lake::with_store(store.clone(), Path::default(), url);
    let lake = lake.over(|store| store, Patience::NONE);
    (store, lake)
}

#[tokio::test]
async fn whatever_write_fails_nothing_is_lost_and_the_next_run_settles_it() {
    // Three records of one day in two files, one of them in both.
    let world = World::new();
    world.bring("one", [0, 2]).await;
    world.bring("two", [2, 4]).await;
    let mut failures: HashMap<bool, u64> = HashMap::new();
    for after in [false, true] {
        for fails_at in 1.. {
            let (store, lake) = failing(&world, fails_at, after).await;
            let ended = compact_lake(lake.clone(), world.options(), CancellationToken::new()).await;
            if ended.is_ok() {
                break;
            }
            *failures.entry(after).or_default() += 1;
            let left = rows(&lake).await;
            assert_eq!(left.len(), 3, "write {fails_at}: records are lost");
            store.fails_at.store(u64::MAX, Ordering::SeqCst);
            if fails_at % 2 == 0 {
                // A backfill settles it as well, though it does not compact.
                settle(&lake, "another", false).await.unwrap();
                let inventory = Inventory::read(&lake, None).await.unwrap();
                let files = list_files(&lake, EVENTS).await.unwrap();
                assert!(files.keys().eq(inventory.live.keys()), "write {fails_at}");
            }
            compact_lake(lake.clone(), world.options(), CancellationToken::new())
                .await
                .unwrap();
            assert_eq!(rows(&lake).await, each_once([0, 2, 4]), "write {fails_at}");
        }
    }
    // The mark of the start, intent, file, commit, removal, and the mark of the end, which is found where only the
    // answer was lost.
    assert_eq!(failures, HashMap::from([(false, 6), (true, 5)]));
}

#[tokio::test]
async fn two_compactions_at_once_do_the_work_once() {
    let world = World::with_small_files().await;
    let (_, lake) = failing(&world, u64::MAX, false).await;
    let run = || {
        let (lake, options) = (lake.clone(), world.options());
        tokio::spawn(compact_lake(lake, options, CancellationToken::new()))
    };
    let (one, two) = (run(), run());
    let (one, two) = (one.await.unwrap().unwrap(), two.await.unwrap().unwrap());
    assert_eq!(
        one.partitions.len() + two.partitions.len(),
        2,
        "{one:?} {two:?}"
    );
    assert_eq!(rows(&lake).await, each_once(0..40));
}

#[tokio::test]
async fn a_compaction_that_was_taken_for_dead_takes_its_files_back() {
    let world = World::with_small_files().await;
    let lake = world.open();
    let ledger = Ledger::of_compactions(&lake);
    let inventory = Inventory::read(&lake, None).await.unwrap();
    let path = inventory.live.keys().next().unwrap();
    let partition = Partition::of_file(path).unwrap();
    let place = Place {
        unit: partition.unit(),
        generation: 0,
    };
    // Another run has settled the number that this one is about to commit.
    let settled = Commit::rollback("other", Timestamp::UNIX_EPOCH, Vec::new());
    let compaction = Compaction {
        ledger: ledger.clone(),
        tables: Tables::of_lake(&lake).await.unwrap(),
        delta: None,
        registered: BTreeSet::new(),
        lake: lake.clone(),
        options: world.options(),
        run: LiveRun::new("compact-slow"),
        cancel: CancellationToken::new(),
        report: CompactReport::new(
            &world.options(),
            world.options().until(),
            Timestamp::UNIX_EPOCH,
        ),
    };
    let live: Vec<LiveFile> = inventory
        .live
        .values()
        .filter(|file| Partition::of_file(&file.file.path).as_ref() == Some(&partition))
        .cloned()
        .collect();
    let inputs = live.iter().map(|file| input(&file.file)).collect();
    let merge = Merge::open(
        &lake,
        inputs,
        compaction
            .merge_options(&partition, &live)
            .unwrap()
            .unwrap(),
    )
    .await
    .unwrap();
    ledger.create_commit(&place, &settled).await.unwrap();
    let before = list_files(&lake, EVENTS).await.unwrap();
    let done = compaction
        .replace(&partition, place, &live, merge)
        .await
        .unwrap();
    assert!(matches!(done, Done::LeftAlone(reason) if reason == BUSY));
    assert_eq!(list_files(&lake, EVENTS).await.unwrap(), before);
}
