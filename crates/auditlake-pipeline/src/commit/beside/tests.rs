//! Two sources of one connection: what one has brought the other does not bring again, whatever the day.

use super::*;
use crate::commit::tests::{generation, on_disk, recorder, site};
use crate::commit::{Memory, Site};
use crate::normalize::Generation;
use auditlake_parquet::Lake;
use tokio_util::sync::CancellationToken;

const OTHER: &str = "AuditSearch";
const EXCHANGE: &str = "Audit.Exchange";

/// A generation of records of these days, each with its number as its id.
async fn of_days(content_type: &str, window: &str, days: &[(u32, &str)]) -> Generation {
    let record = |(id, day): &(u32, &str)| {
        format!(
            r#"{{"CreationTime":"{day}T10:12:33","Id":"{id}","Operation":"Send","RecordType":2,"Workload":"Exchange","UserId":"alex@contoso.example"}}"#
        )
    };
    let records: Vec<String> = days.iter().map(record).collect();
    let body = format!("[{}]", records.join(","));
    let mut generation = generation(window, &[(window, body)]).await;
    content_type.clone_into(&mut generation.unit.content_type);
    generation
}

fn site_of(lake: &Lake, content_type: &str, from: &str) -> Site {
    Site {
        content_types: vec![content_type.to_owned()],
        from: Some(from.to_owned()),
        beside: Some(|name| name == OTHER || name == EXCHANGE),
        ..site(lake)
    }
}

/// Commits one after the other, and says how many events came of it and how many identities are known then.
async fn commit(site: Site, generations: Vec<Generation>) -> (u64, usize) {
    let recorder = recorder();
    let cancel = CancellationToken::new();
    let opened = Committer::open(site, recorder.clone(), cancel).await;
    let mut committer = opened.expect("a committer");
    for generation in generations {
        committer.commit_alone(generation).await.expect("a commit");
    }
    let known = committer.identities.with(|known| known.len());
    committer.close().await;
    (recorder.report().events, known)
}

#[tokio::test]
async fn what_another_source_has_brought_is_not_brought_again_in_either_direction() {
    let (_directory, lake) = on_disk();
    let days = [(1, "2026-05-03"), (2, "2026-05-04")];
    let slice = "20260503T000000Z_20260505T000000Z";
    let search = of_days(OTHER, slice, &days).await;
    let site = |content_type| site_of(&lake, content_type, "20260502T000000Z");
    assert_eq!(commit(site(OTHER), vec![search]).await.0, 2);
    let days = [(1, "2026-05-03"), (3, "2026-05-04")];
    let feed = of_days(EXCHANGE, "20260504T100000Z_20260504T110000Z", &days).await;
    assert_eq!(commit(site(EXCHANGE), vec![feed]).await.0, 1);
    let days = [(2, "2026-05-04"), (3, "2026-05-04"), (4, "2026-05-04")];
    let slice = "20260504T000000Z_20260505T000000Z";
    let search = of_days(OTHER, slice, &days).await;
    assert_eq!(commit(site(OTHER), vec![search]).await.0, 1);
}

#[tokio::test]
async fn a_record_older_than_what_was_looked_at_is_looked_for_all_the_same() {
    let (_directory, lake) = on_disk();
    let old = [(1, "2026-01-03")];
    let slice = "20260103T000000Z_20260104T000000Z";
    let search = of_days(OTHER, slice, &old).await;
    commit(site_of(&lake, OTHER, "20260102T000000Z"), vec![search]).await;
    let days = [(1, "2026-01-03"), (2, "2026-05-04")];
    let feed = of_days(EXCHANGE, "20260504T100000Z_20260504T110000Z", &days).await;
    let site = site_of(&lake, EXCHANGE, "20260502T000000Z");
    assert_eq!(commit(site, vec![feed]).await.0, 1);
}

/// Ten records of each of these days, one generation a day.
async fn ten_of_each(days: &[&str]) -> Vec<Generation> {
    let mut all = Vec::new();
    for day in days {
        let window = format!("{day}-{}", all.len());
        let records: Vec<(u32, &str)> = (0..10).map(|id| (id, *day)).collect();
        all.push(of_days(OTHER, &window, &records).await);
    }
    all
}

/// With room for the identities of a generation, and of little more.
fn narrow_site(lake: &Lake) -> Site {
    Site {
        identity_bytes: Some(15 * IDENTITY_BYTES),
        from: None,
        ..site_of(lake, OTHER, "")
    }
}

#[tokio::test]
async fn what_is_forgotten_for_want_of_room_is_known_again_when_its_day_comes() {
    let (_directory, lake) = on_disk();
    let days = [
        "2026-05-01",
        "2026-05-02",
        "2026-05-03",
        "2026-05-01",
        "2026-05-02",
    ];
    let all = ten_of_each(&days).await;
    assert_eq!(commit(narrow_site(&lake), all).await, (30, 10));
}

#[tokio::test]
async fn what_a_run_before_has_read_can_be_read_again() {
    let (_directory, lake) = on_disk();
    let mut memory = Memory::default();
    let mut events = Vec::new();
    for days in [["2026-05-01", "2026-05-02"], ["2026-05-03", "2026-05-01"]] {
        let (recorder, cancel) = (recorder(), CancellationToken::new());
        let opened = Committer::open_with(narrow_site(&lake), memory, recorder.clone(), cancel);
        let mut committer = opened.await.expect("a committer");
        for generation in ten_of_each(&days).await {
            committer.commit_alone(generation).await.expect("a commit");
        }
        memory = committer.close().await;
        events.push(recorder.report().events);
    }
    assert_eq!(events, [20, 10]);
}

#[tokio::test]
async fn days_at_hand_are_not_forgotten_for_each_other() {
    let (_directory, lake) = on_disk();
    let all = ten_of_each(&["2026-05-01", "2026-05-02", "2026-05-01"]).await;
    assert_eq!(commit(narrow_site(&lake), all).await, (20, 20));
}

#[test]
fn nothing_is_forgotten_where_no_path_says_its_day() {
    let day: Date = "2026-05-02".parse().expect("a day");
    let days = Days::from([day]);
    let is_needed = |paths: &[&str]| {
        let mut loaded = Loaded::new(true);
        let paths: Vec<String> = paths.iter().map(|path| format!("{path}.parquet")).collect();
        loaded.note([], &paths);
        loaded.is_needed_for(&days)
    };
    assert!(is_needed(&["events/x"]));
    let dated = "events/class_name=A/event_day=2026-05-01/x";
    assert!(!is_needed(&[dated]));
    // One event is without a time, whatever the layout, and the quarantine has days of its own.
    assert!(!is_needed(&[dated, "events/class_name=A/event_day=none/x"]));
    assert!(!is_needed(&[dated, "quarantine/x", "quarantine/y"]));
    // Lists of what was handed on have all days.
    let mut loaded = Loaded::new(true);
    let list = IdentityList {
        path: "x".to_owned(),
        count: 1,
    };
    loaded.note([&list], []);
    assert!(loaded.is_needed_for(&days));
}
