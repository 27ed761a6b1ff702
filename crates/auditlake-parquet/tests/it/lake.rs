//! Lakes by their location, and what is written into them.

use std::error::Error as _;
use std::fs;

use auditlake_parquet::{EncodedFile, Error, Lake, write};
use object_store::ObjectStoreExt;

use crate::fixture::{batch, encode, row, spec};

type TestResult = Result<(), Box<dyn std::error::Error>>;

fn file() -> EncodedFile {
    encode(
        spec(),
        vec![batch(&[row(1, Some("50% a"), "2026-03-01T00:00:00Z")])],
    )
    .remove(0)
}

async fn check_written(lake: &Lake) -> TestResult {
    let file = file();
    write(lake, &file).await?;
    let stored = lake
        .store()
        .get(&lake.path(&file.path))
        .await?
        .bytes()
        .await?;
    assert_eq!(stored, file.bytes);

    write(lake, &file)
        .await
        .map_err(|error| format!("the same file once more: {error}"))?;
    let mut other = file.clone();
    other.bytes = "other".into();
    let error = write(lake, &other).await.expect_err("the path is taken");
    assert!(error.is_already_exists(), "{error}");
    assert_eq!(error.to_string(), format!("`{}` exists already", file.path));
    let stored = lake
        .store()
        .get(&lake.path(&file.path))
        .await?
        .bytes()
        .await?;
    assert_eq!(stored, file.bytes, "what is there stays");
    Ok(())
}

#[tokio::test]
async fn a_bare_path_is_made_and_written_to_under_the_name_that_readers_expect() -> TestResult {
    let directory = tempfile::tempdir()?;
    let root = directory.path().join("a lake/with #1");
    let lake = Lake::open(root.to_str().ok_or("a UTF-8 path")?)?;
    check_written(&lake).await?;
    let names: Vec<_> = fs::read_dir(root.join("events/kind=50%25 a/day=2026-03-01"))?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<Result<_, _>>()?;
    assert_eq!(names, ["f0.parquet"], "the file and no staging file");
    Ok(())
}

#[tokio::test]
async fn a_file_url_and_memory_are_lakes() -> TestResult {
    let directory = tempfile::tempdir()?;
    let url = url::Url::from_directory_path(directory.path()).map_err(|()| "no URL")?;
    let lake = Lake::open(url.as_str())?;
    check_written(&lake).await?;
    assert!(lake.to_string().starts_with("file:///"), "{lake}");
    check_written(&Lake::open("memory:///")?).await?;
    check_written(&Lake::open("memory://")?).await
}

#[test]
fn a_relative_path_is_relative_to_the_working_directory() -> TestResult {
    let directory = tempfile::tempdir_in(".")?;
    let name = directory
        .path()
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or("a name")?;
    let lake = Lake::open(&format!("{name}/lake"))?;
    assert!(std::path::Path::new(name).join("lake").is_dir());
    let absolute = fs::canonicalize(directory.path())?.join("lake");
    assert_eq!(lake.url().to_file_path(), Ok(absolute));
    Ok(())
}

#[test]
fn a_cloud_lake_keeps_its_prefix() -> TestResult {
    let lake = Lake::open("s3://bucket/security/lake/")?;
    assert_eq!(
        lake.path("events/a=b%2Fc/f.parquet").as_ref(),
        "security/lake/events/a=b%2Fc/f.parquet"
    );
    let lake = Lake::open("s3://bucket")?;
    assert_eq!(lake.path("events/f.parquet").as_ref(), "events/f.parquet");
    let lake = Lake::open("abfss://container@account.dfs.core.windows.net/lake")?;
    assert_eq!(lake.path("f").as_ref(), "lake/f");
    assert_eq!(
        format!("{lake:?}"),
        "Lake(\"abfss://container@account.dfs.core.windows.net/lake\")"
    );
    Ok(())
}

#[test]
fn a_path_never_leaves_the_lake() -> TestResult {
    assert_eq!(
        Lake::open("s3://bucket/lake")?.path("../other").as_ref(),
        "lake/%2E%2E/other"
    );
    Ok(())
}

#[track_caller]
fn check_refused(location: &str, message: &str) {
    let error = Lake::open(location).expect_err(location);
    assert_eq!(error.to_string(), message);
}

#[test]
fn what_is_no_lake_is_refused_by_name() {
    let use_ = "use a path, file://, memory://, s3://, az://, abfss:// or gs://";
    check_refused(
        "ftp://host/lake",
        &format!("unsupported lake scheme `ftp`: {use_}"),
    );
    check_refused(
        "https://contoso.example/lake",
        &format!("unsupported lake scheme `https`: {use_}"),
    );
    check_refused(
        "file://lake/events",
        "the lake location is not valid: a file URL has three slashes, `lake` is taken for a host",
    );
    check_refused(
        "s3:/bucket/lake",
        "the lake location is not valid: after `s3:` there must be two slashes",
    );
    check_refused(
        "s3:///lake",
        "the lake location is not valid: `s3://` needs a bucket or container, and a plain path",
    );
    let secret = "the lake location is not valid: a password, query or fragment does not belong \
                  there, credentials come from environment variables";
    check_refused("az://container/lake?sig=hush", secret);
    check_refused("s3://key:hush@bucket/lake", secret);
}

#[tokio::test]
async fn a_directory_that_cannot_be_is_an_error_with_its_cause() -> TestResult {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("file");
    fs::write(&file, "")?;
    let below = file.join("lake");
    let error = Lake::open(below.to_str().ok_or("a UTF-8 path")?).expect_err("below a file");
    assert!(matches!(error, Error::Directory { .. }), "{error}");
    assert!(error.source().is_some());
    Ok(())
}

#[tokio::test]
async fn staging_leftovers_of_one_object_are_removed() -> TestResult {
    let directory = tempfile::tempdir()?;
    let lake = Lake::open(directory.path().to_str().ok_or("a UTF-8 path")?)?;
    let events = directory.path().join("events");
    fs::create_dir(&events)?;
    for name in [
        "f.parquet",
        "f.parquet#1",
        "f.parquet#23",
        "f.parquet#x",
        "g.parquet#1",
    ] {
        fs::write(events.join(name), "half")?;
    }
    lake.remove_staging("events/f.parquet").await?;
    lake.remove_staging("nothing/here.parquet").await?;

    let found = lake.staging("events").await?;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].object_name(), "g.parquet");
    assert_eq!(found[0].read().await?.as_deref(), Some(&b"half"[..]));
    assert!(lake.staging("nothing").await?.is_empty());

    let mut left: Vec<_> = fs::read_dir(&events)?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<Result<_, _>>()?;
    left.sort();
    assert_eq!(left, ["f.parquet", "f.parquet#x", "g.parquet#1"]);
    found[0].remove().await?;
    found[0].remove().await?;
    assert_eq!(found[0].read().await?, None);
    Lake::open("memory:///")?
        .remove_staging("events/f.parquet")
        .await?;
    Ok(())
}

#[tokio::test]
async fn of_many_writers_of_one_path_one_wins() -> TestResult {
    let directory = tempfile::tempdir()?;
    let lake = Lake::open(directory.path().to_str().ok_or("a UTF-8 path")?)?;
    let files: Vec<EncodedFile> = (0..16_u8)
        .map(|writer| EncodedFile {
            bytes: vec![writer].into(),
            ..file()
        })
        .collect();
    let writers = files.iter().map(|file| write(&lake, file));
    let results = futures::future::join_all(writers).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let lost = results.iter().filter_map(|result| result.as_ref().err());
    assert!(lost.clone().all(Error::is_already_exists) && lost.count() == 15);
    Ok(())
}
