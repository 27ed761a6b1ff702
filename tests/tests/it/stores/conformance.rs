//! What a lake needs of its store, asked of every store in the same words.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use auditlake_parquet::{
    EncodedFile, Lake, Partition, TableBuffer, TableSpec, read_text_column_at, write,
};
use bytes::Bytes;
use futures::future::join_all;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{Error, ObjectMeta, ObjectStoreExt, PutMode};

use super::google::Google;
use super::place::Place;
use super::{azure, s3, signed_s3};

/// A test of each store, named `<check>::<store>`.
macro_rules! on_every_store {
    ($($check:ident),* $(,)?) => {$(
        mod $check {
            use super::{Google, Place, Result, azure, s3};

            #[tokio::test(flavor = "multi_thread")]
            async fn memory() -> Result<()> {
                super::$check(Place::new("memory:///").lake()?).await
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn disk() -> Result<()> {
                let directory = tempfile::tempdir()?;
                super::$check(Place::new(directory.path().to_string_lossy()).lake()?).await
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn s3() -> Result<()> {
                super::$check(s3::bucket().await?.lake()?).await
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn azure() -> Result<()> {
                super::$check(azure::container().await?.lake()?).await
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn google() -> Result<()> {
                let google = Google::start().await?;
                super::$check(google.place.lake()?).await
            }
        }
    )*};
}

/// The same of S3 that checks signatures.
macro_rules! on_signed_s3 {
    ($($check:ident),* $(,)?) => {
        mod on_signed_s3 {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $check() -> super::Result<()> {
                super::$check(super::signed_s3::bucket()?.lake()?).await
            }
        )*}
    };
}

on_every_store![
    of_many_creators_one_wins,
    lists_have_what_lies_below_a_path_and_after_a_name,
    what_is_not_there_is_not_found_and_may_be_removed,
    a_file_is_read_as_it_was_written,
    a_probe_leaves_nothing,
];

on_signed_s3![
    lists_have_what_lies_below_a_path_and_after_a_name,
    what_is_not_there_is_not_found_and_may_be_removed,
    a_file_is_read_as_it_was_written,
    a_probe_leaves_nothing,
];

async fn create(lake: &Lake, name: &str, content: &str) -> Result<(), Error> {
    let (path, content) = (lake.path(name), Bytes::from(content.to_owned()));
    let put = lake
        .store()
        .put_opts(&path, content.into(), PutMode::Create.into());
    put.await.map(drop)
}

async fn of_many_creators_one_wins(lake: Lake) -> Result<()> {
    for round in 0..8 {
        let name = format!("_auditlake/ledger/{round}.commit.json");
        let writers: Vec<String> = (0..16).map(|writer| format!("writer {writer}")).collect();
        let created = join_all(writers.iter().map(|words| create(&lake, &name, words))).await;
        let mut winners = Vec::new();
        for (words, result) in writers.iter().zip(created) {
            match result {
                Ok(()) => winners.push(words),
                Err(Error::AlreadyExists { .. }) => {}
                Err(other) => return Err(other.into()),
            }
        }
        ensure!(winners.len() == 1, "round {round}: {winners:?}");
        let kept = lake.store().get(&lake.path(&name)).await?.bytes().await?;
        ensure!(kept == *winners[0], "what the winner wrote stays");
    }
    Ok(())
}

fn names(objects: Vec<ObjectMeta>) -> BTreeSet<String> {
    let names = objects.into_iter().map(|object| object.location);
    names.map(|name| name.to_string()).collect()
}

async fn lists_have_what_lies_below_a_path_and_after_a_name(lake: Lake) -> Result<()> {
    // The values of partitions are escaped in names: a store must not take them for escapes.
    let paths = [
        "ledger/a b/2026-05-04T10/1.commit.json",
        "ledger/a b/2026-05-04T10/1.intent.json",
        "ledger/a b/2026-05-04T11/1.intent.json",
        "ledger/a b/2026-05-05T00/1.intent.json",
        "ledger/a bc/2026-05-04T10/1.intent.json",
        "events/kind=50%25 a%2Fb/f.parquet",
        "events/kind=ü&<c>/f.parquet",
    ];
    for path in paths {
        create(&lake, path, path).await?;
    }
    let below = lake.path("ledger/a b");
    let found: Vec<_> = lake.store().list(Some(&below)).try_collect().await?;
    let size = |meta: &ObjectMeta| meta.size == meta.location.as_ref().len() as u64 - prefix(&lake);
    ensure!(found.iter().all(size), "{found:?}");
    let full = |paths: &[&str]| {
        paths
            .iter()
            .map(|path| lake.path(path).to_string())
            .collect()
    };
    ensure!(
        names(found) == full(&paths[..4]),
        "below a directory, not below what begins like it"
    );

    let offset = lake.path("ledger/a b/2026-05-04T11");
    let later = lake.store().list_with_offset(Some(&below), &offset);
    ensure!(
        names(later.try_collect().await?) == full(&paths[2..4]),
        "after a name"
    );

    let events: Vec<_> = lake
        .store()
        .list(Some(&lake.path("events")))
        .try_collect()
        .await?;
    ensure!(
        names(events) == full(&paths[5..]),
        "names come back as they went"
    );
    let windows = lake
        .store()
        .list_with_delimiter(Some(&below))
        .await?
        .common_prefixes;
    ensure!(windows.len() == 3, "{windows:?}");
    let nothing = lake.store().list(Some(&lake.path("nothing"))).count().await;
    ensure!(nothing == 0, "nothing is no error");
    Ok(())
}

/// The bytes of a name that are the lake's own.
fn prefix(lake: &Lake) -> u64 {
    lake.path("x").as_ref().len() as u64 - 1
}

async fn what_is_not_there_is_not_found_and_may_be_removed(lake: Lake) -> Result<()> {
    let path = lake.path("events/nothing.parquet");
    let read = lake.store().get(&path).await.err();
    ensure!(matches!(read, Some(Error::NotFound { .. })), "{read:?}");
    let head = lake.store().head(&path).await.err();
    ensure!(matches!(head, Some(Error::NotFound { .. })), "{head:?}");
    remove(&lake, &path).await?;
    create(&lake, "events/nothing.parquet", "something").await?;
    remove(&lake, &path).await?;
    let read = lake.store().get(&path).await.err();
    ensure!(matches!(read, Some(Error::NotFound { .. })), "{read:?}");
    create(&lake, "events/nothing.parquet", "again").await?;
    Ok(())
}

/// S3 is content with the removal of what is not there, others say so. Nothing else will do.
async fn remove(lake: &Lake, path: &Path) -> Result<(), Error> {
    match lake.store().delete(path).await {
        Err(Error::NotFound { .. }) => Ok(()),
        other => other,
    }
}

async fn a_file_is_read_as_it_was_written(lake: Lake) -> Result<()> {
    const ROWS: i64 = 50_000;
    let kinds: ArrayRef = Arc::new(StringArray::from_iter_values((0..ROWS).map(|_| "50% a/b")));
    let names = StringArray::from_iter_values((0..ROWS).map(|row| format!("user {}", row * 7919)));
    let times: ArrayRef = Arc::new(Int64Array::from_iter_values(0..ROWS));
    let columns = [
        ("kind", kinds),
        ("name", Arc::new(names) as ArrayRef),
        ("time", times),
    ];
    let batch = RecordBatch::try_from_iter(columns)?;
    let mut spec = TableSpec::new("events", batch.schema(), "time");
    spec.partitions = vec![Partition::Value {
        key: "kind".into(),
        column: "kind".into(),
    }];
    let mut buffer = TableBuffer::new(Arc::new(spec))?;
    buffer.push(batch)?;
    let file = buffer
        .encode(|_, _| "f".to_owned())?
        .pop()
        .context("a file")?;
    write(&lake, &file).await?;

    let stored = lake
        .store()
        .get(&lake.path(&file.path))
        .await?
        .bytes()
        .await?;
    ensure!(stored == file.bytes, "byte for byte");
    let read = read_text_column_at(&lake, &file.path, "name").await?;
    ensure!(
        read.len() == 50_000 && read[49_999].as_deref() == Some("user 395942081"),
        "by ranges"
    );
    // The same once more is what a lost answer leads to; another file is not let in.
    write(&lake, &file).await?;
    let other = EncodedFile {
        bytes: "another".into(),
        ..file
    };
    let again = write(&lake, &other).await.err().context("it is there")?;
    ensure!(again.is_already_exists(), "{again:?}");
    Ok(())
}

async fn a_probe_leaves_nothing(lake: Lake) -> Result<()> {
    create(&lake, "_auditlake/probe/another", "left by somebody else").await?;
    lake.probe("_auditlake/probe/mine").await?;
    let left: Vec<_> = lake.store().list(None).try_collect().await?;
    let expected = BTreeSet::from([lake.path("_auditlake/probe/another").to_string()]);
    ensure!(names(left) == expected, "what was there stays, alone");
    Ok(())
}
