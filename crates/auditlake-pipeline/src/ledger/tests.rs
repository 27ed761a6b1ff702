//! A ledger in memory, and what two writers of it find.

use jiff::Timestamp;

use super::*;

pub(crate) fn memory() -> Ledger {
    Ledger::new(
        Lake::open("memory:///").expect("a lake in memory"),
        "contoso",
    )
}

pub(crate) fn place(window: &str, generation: u32) -> Place {
    let unit = UnitKey {
        content_type: "Audit.Exchange".to_owned(),
        window: window.to_owned(),
    };
    Place { unit, generation }
}

pub(crate) fn intent(run_id: &str, paths: &[&str]) -> Intent {
    Intent {
        version: LEDGER_VERSION,
        run_id: run_id.to_owned(),
        process: Process::current(),
        started: Timestamp::UNIX_EPOCH,
        content_ids: vec!["blob$1".to_owned()],
        paths: paths.iter().map(ToString::to_string).collect(),
        replaces: Vec::new(),
    }
}

pub(crate) fn commit(run_id: &str) -> Commit {
    Commit {
        content_ids: vec!["blob$1".to_owned()],
        ..Commit::rollback(run_id, Timestamp::UNIX_EPOCH, Vec::new())
    }
}

#[tokio::test]
async fn a_record_of_a_later_version_is_refused_by_name_and_with_the_remedy() {
    let ledger = memory();
    let at = place("20260504T100000Z_20260504T110000Z", 0);
    let later = Commit {
        version: NEWEST_VERSION + 1,
        ..commit("a")
    };
    ledger.create_commit(&at, &later).await.unwrap();
    let error = ledger.read_commit(&at).await.unwrap_err().to_string();
    let path = ledger.path(&at, Kind::Commit);
    assert!(error.contains(path.as_ref()), "{error}");
    assert!(
        error.contains("version 5") && error.contains("newer auditlake"),
        "{error}"
    );
}

fn types() -> Vec<String> {
    vec!["Audit.Exchange".to_owned()]
}

#[tokio::test]
async fn one_of_two_writers_of_a_generation_wins() {
    let ledger = memory();
    let at = place("20260504T100000Z_20260504T110000Z", 0);
    assert_eq!(
        ledger.create_intent(&at, &intent("a", &[])).await.unwrap(),
        Created::Ours
    );
    assert_eq!(
        ledger.create_intent(&at, &intent("b", &[])).await.unwrap(),
        Created::Lost
    );
    assert_eq!(
        ledger.create_intent(&at, &intent("a", &[])).await.unwrap(),
        Created::Ours
    );
    assert_eq!(
        ledger.create_commit(&at, &commit("a")).await.unwrap(),
        Created::Ours
    );
    assert_eq!(
        ledger.create_commit(&at, &commit("b")).await.unwrap(),
        Created::Lost
    );
    assert_eq!(ledger.read_commit(&at).await.unwrap(), commit("a"));
}

#[tokio::test]
async fn a_scan_tells_open_from_settled_and_knows_the_next_number() {
    let ledger = memory();
    let window = "20260504T100000Z_20260504T110000Z";
    for generation in 0..3 {
        ledger
            .create_intent(&place(window, generation), &intent("a", &[]))
            .await
            .unwrap();
    }
    ledger
        .create_commit(&place(window, 0), &commit("a"))
        .await
        .unwrap();
    ledger
        .create_commit(&place(window, 2), &commit("a"))
        .await
        .unwrap();
    let scan = ledger.scan(&types(), None).await.unwrap();
    assert_eq!(
        scan.open()
            .map(|(place, _)| place.generation)
            .collect::<Vec<_>>(),
        [1]
    );
    assert_eq!(scan.next_generation(&place(window, 0).unit), 3);
    assert_eq!(
        scan.next_generation(&place("20260504T110000Z_20260504T120000Z", 0).unit),
        0
    );
}

#[tokio::test]
async fn a_scan_reads_only_the_windows_from_a_name_on() {
    let ledger = memory();
    for window in [
        "20260503T100000Z_20260503T110000Z",
        "20260504T100000Z_20260504T110000Z",
    ] {
        ledger
            .create_commit(&place(window, 0), &commit("a"))
            .await
            .unwrap();
    }
    let scan = ledger
        .scan(&types(), Some("20260504T100000Z"))
        .await
        .unwrap();
    assert_eq!(scan.commits.len(), 1);
    assert_eq!(
        ledger
            .scan(&["DLP.All".to_owned()], None)
            .await
            .unwrap()
            .commits
            .len(),
        0
    );
}
