//! `subscription list`, `start`, `notifications` and `stop`.

use std::fs;
use std::time::{Duration, Instant};

use auditlake_simulator::{Clock, ContentType, Operation, Source};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::command::ran;
use crate::receiver::answer_once;
use crate::world::{World, blob};

const ONE: &str = "--content-type=Audit.Exchange";

/// The results by content type.
fn results(stdout: &str) -> Result<Vec<(String, String)>, Box<dyn std::error::Error>> {
    let document: Value = serde_json::from_str(stdout)?;
    let rows = document["subscriptions"].as_array().ok_or("no rows")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let row = |row: &Value| (text(&row["content_type"]), text(&row["result"]));
    Ok(rows.iter().map(row).collect())
}

#[test]
fn a_start_leaves_what_is_enabled_alone() {
    let enabled = [ContentType::Exchange, ContentType::SharePoint];
    let world = World::new(|tenant| tenant.subscriptions = enabled.to_vec()).unwrap();
    let ran = world
        .run(&["subscription", "start", "--output", "json"])
        .unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for (content_type, result) in results(&ran.stdout).unwrap() {
        let before = ["Audit.Exchange", "Audit.SharePoint"].contains(&content_type.as_str());
        let expected = if before { "already_enabled" } else { "started" };
        assert_eq!(result, expected, "{content_type}");
    }
    let asked = world.asked(Operation::Start);
    assert_eq!(
        asked,
        ["Audit.AzureActiveDirectory", "Audit.General", "DLP.All"]
    );
}

#[test]
fn a_content_type_is_not_started_twice_within_a_quarter_of_an_hour() {
    let world = World::new(|_| {}).unwrap();
    let start = || {
        world
            .run(&["subscription", "start", ONE, "--output", "json"])
            .unwrap()
    };
    assert_eq!(start().code, Some(0));
    assert_eq!(start().code, Some(0), "it is enabled");
    let stop = world.run(&["subscription", "stop", ONE, "--yes"]).unwrap();
    assert_eq!(stop.code, Some(0), "{}", stop.stderr);
    let again = start();
    assert_eq!(again.code, Some(1), "{}", again.stderr);
    assert_eq!(results(&again.stdout).unwrap()[0].1, "waiting");
    assert_eq!(world.asked(Operation::Start), ["Audit.Exchange"]);
    let state = fs::read_to_string(world.path().join("state/starts.json")).unwrap();
    assert!(state.contains("Audit.Exchange"), "{state}");
    assert!(!state.contains(&world.tenant.client_secret), "{state}");
    // Without the memory it is the service that refuses, and its time is remembered.
    fs::remove_dir_all(world.path().join("state")).unwrap();
    for _ in 0..2 {
        assert_eq!(results(&start().stdout).unwrap()[0].1, "waiting");
    }
    assert_eq!(world.asked(Operation::Start).len(), 2);
}

#[test]
fn a_state_directory_that_cannot_be_used_is_no_reason_not_to_start() {
    let world = World::new(|_| {}).unwrap();
    fs::write(world.path().join("state"), "a file").unwrap();
    let ran = world.run(&["subscription", "start", ONE]).unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("cannot be remembered"),
        "{}",
        ran.stderr
    );
    assert_eq!(world.asked(Operation::Start), ["Audit.Exchange"]);
}

#[test]
fn one_permission_that_is_missing_costs_one_content_type() {
    let world = World::new(|tenant| tenant.dlp_permission = false).unwrap();
    // Nor does the first refusal keep the second start waiting.
    for _ in 0..2 {
        let all = world
            .run(&["subscription", "start", "--output", "json"])
            .unwrap();
        assert_eq!(all.code, Some(4), "{}", all.stderr);
        let mut rows = results(&all.stdout).unwrap();
        rows.retain(|(_, result)| !["started", "already_enabled"].contains(&result.as_str()));
        assert_eq!(rows, [("DLP.All".to_owned(), "failed".to_owned())]);
    }
}

#[test]
fn a_missing_permission_alone_is_a_matter_of_credentials() {
    let world = World::new(|tenant| tenant.dlp_permission = false).unwrap();
    let one = world
        .run(&["subscription", "start", "--content-type", "DLP.All"])
        .unwrap();
    assert_eq!(one.code, Some(3), "{}", one.stderr);
    assert!(
        one.stderr
            .contains("hint: add the application permission `ActivityFeed.ReadDlp`"),
        "{}",
        one.stderr
    );
}

#[test]
fn a_webhook_that_does_not_answer_is_told_with_the_services_words_and_without_its_keys() {
    let world = World::new(|_| {}).unwrap();
    fs::write(world.path().join("label"), "l4bel-s3cret\n").unwrap();
    let args = [
        "subscription",
        "start",
        ONE,
        "--webhook",
        "https://hook.contoso.example/auditlake?code=k3y",
        "--webhook-auth-id-file",
        "label",
        "-vvv",
    ];
    let ran = world.run(&args).unwrap();
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("AF20021"), "{}", ran.stderr);
    assert!(ran.stderr.contains("https://hook.contoso.example"));
    for secret in ["l4bel-s3cret", "k3y"] {
        assert!(!ran.stderr.contains(secret), "{}", ran.stderr);
    }
}

#[test]
fn a_webhook_that_answers_is_set_and_a_later_start_keeps_it() {
    let world = World::new(|_| {}).unwrap();
    fs::write(world.path().join("label"), "l4bel\n").unwrap();
    let (address, asked) = answer_once(String::new()).unwrap();
    let webhook = ["--webhook", &address, "--webhook-auth-id-file", "label"];
    let args = [["subscription", "start", ONE].as_slice(), &webhook].concat();
    let started = world.run(&args).unwrap();
    assert_eq!(started.code, Some(0), "{}", started.stderr);
    let asked = asked.join().unwrap().unwrap();
    assert!(asked.contains("webhook-authid: l4bel"), "{asked}");

    // Another start and a run's start leave it, although they name none.
    let again = world.run(&["subscription", "start", ONE]).unwrap();
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    let backfill = ["backfill", "--lake", "lake", ONE];
    assert_eq!(world.run(&backfill).unwrap().code, Some(0));
    let list = world
        .run(&["subscription", "list", ONE, "--output", "json"])
        .unwrap();
    let list: Value = serde_json::from_str(&list.stdout).unwrap();
    let row = &list["subscriptions"][0];
    assert_eq!(row["webhook"]["status"], "enabled", "{list}");
}

#[test]
fn stopping_needs_to_be_meant() {
    let world = World::new(|tenant| tenant.subscriptions = vec![ContentType::Exchange]).unwrap();
    let unsure = world.run(&["subscription", "stop", ONE]).unwrap();
    assert_eq!(unsure.code, Some(2), "{}", unsure.stderr);
    assert!(unsure.stderr.contains("lost for good"), "{}", unsure.stderr);
    assert!(world.asked(Operation::Stop).is_empty());
    let args = [
        "subscription",
        "stop",
        ONE,
        "--content-type=DLP.All",
        "--yes",
        "--output",
        "json",
    ];
    let sure = world.run(&args).unwrap();
    assert_eq!(sure.code, Some(0), "{}", sure.stderr);
    let results = results(&sure.stdout).unwrap();
    let results: Vec<_> = results.iter().map(|(_, result)| result.as_str()).collect();
    assert_eq!(results, ["stopped", "not_enabled"]);
    assert_eq!(world.asked(Operation::Stop), ["Audit.Exchange"]);
}

#[test]
fn all_content_types_are_never_stopped_by_leaving_them_out() {
    let world = World::new(|_| {}).unwrap();
    let ran = world.run(&["subscription", "stop", "--yes"]).unwrap();
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("--content-type"), "{}", ran.stderr);
}

#[test]
fn subscriptions_are_listed_with_those_that_are_missing() {
    let world = World::new(|tenant| tenant.subscriptions = vec![ContentType::Exchange]).unwrap();
    world
        .simulator
        .disable(&world.tenant.tenant_id, ContentType::SharePoint);
    let listed = world
        .run(&["subscription", "list", "--output", "json"])
        .unwrap();
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let document: Value = serde_json::from_str(&listed.stdout).unwrap();
    let rows = document["subscriptions"].as_array().unwrap();
    let status = |name: &str| {
        let row = rows.iter().find(|row| row["content_type"] == name);
        row.and_then(|row| row["status"].as_str())
    };
    assert_eq!(rows.len(), 5);
    assert_eq!(status("Audit.Exchange"), Some("enabled"));
    assert_eq!(status("Audit.SharePoint"), Some("disabled"));
    assert_eq!(status("DLP.All"), Some("none"));
    let text = world.run(&["subscription", "list", ONE]).unwrap();
    assert!(
        text.stdout.contains("Audit.Exchange") && !text.stdout.contains("DLP.All"),
        "{}",
        text.stdout
    );
}

#[test]
fn a_wrong_secret_is_a_matter_of_credentials() {
    let world = World::new(|_| {}).unwrap();
    let commands: [&[&str]; 3] = [
        &["subscription", "list"],
        &["subscription", "start"],
        &["subscription", "stop", ONE, "--yes"],
    ];
    for args in commands {
        let mut command = world.command(args);
        let ran = ran(command.env("AUDITLAKE_CLIENT_SECRET", "wr0ng-s3cret")).unwrap();
        assert_eq!(ran.code, Some(3), "{args:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("wr0ng-s3cret"), "{}", ran.stderr);
    }
}

#[test]
fn what_the_service_tried_to_tell_a_webhook_is_told_and_so_is_who_removes_it() {
    let clock = Clock::fixed(Timestamp::now() - SignedDuration::from_mins(10));
    let created = clock.now() + SignedDuration::from_mins(1);
    let world = World::at(clock.clone(), |tenant| {
        tenant.source = Source::Blobs(vec![blob(ContentType::Exchange, created)]);
        tenant.subscriptions = vec![ContentType::Exchange];
    })
    .unwrap();
    // It answers the test, and is gone then.
    let (address, receiver) = answer_once(String::new()).unwrap();
    let start = ["subscription", "start", ONE];
    let set = [&start[..], &["--webhook", &address]].concat();
    let ran = world.run(&set).unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("no auth id"), "{}", ran.stderr);
    assert!(receiver.join().unwrap().is_ok());
    clock.advance(SignedDuration::from_mins(2));

    let ask = ["subscription", "notifications", ONE];
    let limit = Instant::now() + Duration::from_mins(1);
    let told = loop {
        let ran = world
            .run(&[&ask[..], &["--output", "json"]].concat())
            .unwrap();
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let told: Value = serde_json::from_str(&ran.stdout).unwrap();
        let attempt = told["content_types"][0]["notifications"][0].clone();
        if !attempt.is_null() {
            break attempt;
        }
        assert!(Instant::now() < limit, "{told}");
    };
    assert_eq!(told["notification_status"], "failure");
    let id = world.simulator.blobs(&world.tenant.tenant_id)[0]
        .content_id
        .clone();
    assert_eq!(told["content_id"], id);
    let text = world.run(&ask).unwrap().stdout;
    assert!(text.contains("failure") && text.contains(&id), "{text}");

    let ran = world
        .run(&[&start[..], &["--remove-webhook"]].concat())
        .unwrap();
    assert!(ran.stderr.contains("is removed"), "{}", ran.stderr);
}
