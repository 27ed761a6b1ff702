use std::collections::BTreeSet;
use std::sync::Arc;

use auditlake_parquet::Lake;
use futures::StreamExt;
use tokio_util::task::AbortOnDropHandle;

use super::*;
use crate::commit::tests::{NEXT_WINDOW, WINDOW, body_of, generation, on_disk, recorder, site};
use crate::commit::{Committer, Site};
use crate::ledger::{Commit, HANDOVER_VERSION, Ledger};
use crate::normalize::Generation;
use crate::tables::Tables;

/// A reader that takes everything, and what it took.
type Reader = AbortOnDropHandle<Vec<String>>;

fn reader(mut deliveries: Deliveries) -> Reader {
    AbortOnDropHandle::new(tokio::spawn(async move {
        let mut lines = Vec::new();
        while let Some(delivery) = deliveries.next().await {
            for part in &delivery.parts {
                let text = String::from_utf8(part.to_lines().expect("lines")).expect("text");
                lines.extend(text.lines().map(str::to_owned));
            }
            delivery.acknowledge();
        }
        lines
    }))
}

async fn open(lake: &Lake, outlet: Outlet, cancel: &CancellationToken) -> Committer {
    let site = Site {
        outlet: Some(outlet),
        ..site(lake)
    };
    Committer::open(site, recorder(), cancel.clone())
        .await
        .expect("a committer")
}

/// A run that hands on these generations to a reader that takes everything.
async fn hand_on(lake: &Lake, form: Form, generations: Vec<Generation>) -> Vec<String> {
    let (outlet, deliveries) = deliveries(form);
    let reader = reader(deliveries);
    let mut committer = open(lake, outlet, &CancellationToken::new()).await;
    for generation in generations {
        assert!(committer.commit_alone(generation).await.expect("a commit"));
    }
    committer.close().await;
    reader.await.expect("a reader")
}

async fn commits(lake: &Lake) -> Vec<Commit> {
    let ledger = Ledger::new(lake.clone(), "contoso");
    let places = ledger.scan_all(None).await.expect("a scan").commits;
    let places: Vec<_> = places.into_iter().collect();
    let commits = ledger.read_commits(&places).await.expect("commits");
    commits.into_iter().map(|(_, commit)| commit).collect()
}

async fn files(lake: &Lake) -> BTreeSet<String> {
    let tables = Tables::of_lake(lake).await.expect("tables");
    let listed = crate::inventory::list_all(lake, &tables.directories()).await;
    listed.expect("a listing").into_keys().collect()
}

fn lists(directory: &tempfile::TempDir) -> usize {
    let root = directory
        .path()
        .join("_auditlake/identities/contoso/Audit.Exchange");
    std::fs::read_dir(root).map_or(0, Iterator::count)
}

fn distinct(lines: &[String]) -> usize {
    lines.iter().collect::<BTreeSet<_>>().len()
}

#[tokio::test]
async fn what_a_reader_took_is_committed_without_files_and_not_handed_on_again() {
    let (directory, lake) = on_disk();
    let first = generation(WINDOW, &[("a", body_of([1, 2, 2]))]).await;
    let lines = hand_on(&lake, Form::Ndjson, vec![first]).await;
    assert_eq!((lines.len(), distinct(&lines)), (2, 2));
    let commit = commits(&lake).await.remove(0);
    let handed_on = commit.handed_on.unwrap();
    assert_eq!(
        (commit.version, handed_on.form),
        (HANDOVER_VERSION, Form::Ndjson)
    );
    assert_eq!(handed_on.identities.map(|list| list.count), Some(2));
    assert_eq!((commit.files.len(), commit.content_ids.len()), (0, 1));
    assert_eq!((commit.counts.events, commit.counts.duplicates), (2, 1));
    assert!(files(&lake).await.is_empty());

    // The service repeats a record in another blob, days later: another run knows it.
    let second = generation(NEXT_WINDOW, &[("b", body_of([2, 3]))]).await;
    let third = generation(NEXT_WINDOW, &[("c", body_of([1]))]).await;
    let lines = hand_on(&lake, Form::Ndjson, vec![second, third]).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    let commits = commits(&lake).await;
    let nothing = commits[2].handed_on.as_ref().unwrap();
    assert_eq!(
        (nothing.identities.as_ref(), commits[2].counts.duplicates),
        (None, 1)
    );
    assert_eq!(lists(&directory), 2);
}

#[tokio::test]
async fn what_is_no_record_lies_in_the_quarantine_and_is_handed_on_as_it_came() {
    for (form, expected) in [(Form::Ndjson, 1), (Form::Raw, 2)] {
        let (_directory, lake) = on_disk();
        let body = body_of([1]).replace(']', ",17]");
        let first = generation(WINDOW, &[("a", body)]).await;
        let lines = hand_on(&lake, form, vec![first]).await;
        assert_eq!(lines.len(), expected, "{lines:?}");
        assert_eq!(lines.contains(&"17".to_owned()), form == Form::Raw);
        let files = files(&lake).await;
        let quarantine = files.iter().filter(|path| path.starts_with("quarantine/"));
        assert_eq!((files.len(), quarantine.count()), (1, 1));
    }
}

#[tokio::test]
async fn what_a_reader_did_not_take_is_rolled_back_and_handed_on_by_the_next_run() {
    let drop_it: fn(Delivery) = drop;
    let refuse_it: fn(Delivery) = |it| it.refuse(io::ErrorKind::BrokenPipe.into());
    for (answer, has_words) in [(drop_it, false), (refuse_it, true)] {
        let (directory, lake) = on_disk();
        let (outlet, mut deliveries) = deliveries(Form::Raw);
        let mut committer = open(&lake, outlet, &CancellationToken::new()).await;
        let first = generation(WINDOW, &[("a", body_of([1, 2]))]).await;
        let reading = async { answer(deliveries.next().await.unwrap()) };
        let (error, ()) = tokio::join!(committer.commit_alone(first), reading);
        let Err(Error::NotTaken { source, .. }) = error else {
            panic!("{error:?}")
        };
        assert_eq!(source.is_some(), has_words);
        assert_eq!(lists(&directory), 0, "rolled back");
        let commit = commits(&lake).await.remove(0);
        assert_eq!((commit.rolled_back.len(), commit.content_ids.len()), (1, 0));

        let again = generation(WINDOW, &[("a", body_of([1, 2]))]).await;
        assert_eq!(hand_on(&lake, Form::Raw, vec![again]).await.len(), 2);
    }
}

#[tokio::test]
async fn a_stream_that_nobody_reads_any_more_takes_nothing() {
    let (_directory, lake) = on_disk();
    let (outlet, deliveries) = deliveries(Form::Raw);
    drop(deliveries);
    let mut committer = open(&lake, outlet, &CancellationToken::new()).await;
    let first = generation(WINDOW, &[("a", body_of([1]))]).await;
    let error = committer.commit_alone(first).await.unwrap_err();
    assert!(
        matches!(error, Error::NotTaken { source: None, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_run_that_is_cancelled_does_not_wait_for_its_reader() {
    let (directory, lake) = on_disk();
    let (outlet, mut deliveries) = deliveries(Form::Raw);
    let cancel = CancellationToken::new();
    let mut committer = open(&lake, outlet, &cancel).await;
    let first = generation(WINDOW, &[("a", body_of([1]))]).await;
    let reading = async {
        let unanswered = deliveries.next().await;
        cancel.cancel();
        unanswered
    };
    let (error, unanswered) = tokio::join!(committer.commit_alone(first), reading);
    assert!(matches!(error, Err(Error::Cancelled)), "{error:?}");
    assert_eq!(lists(&directory), 0, "rolled back");
    // It comes too late, and does no harm.
    unanswered.unwrap().acknowledge();
    assert_eq!(commits(&lake).await[0].content_ids.len(), 0);
}

#[tokio::test]
async fn the_stream_ends_with_the_last_outlet() {
    let (outlet, mut deliveries) = deliveries(Form::Raw);
    let other = Arc::new(outlet.clone());
    drop(outlet);
    drop(other);
    assert!(deliveries.next().await.is_none());
}
