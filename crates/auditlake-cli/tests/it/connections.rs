//! `connection add`, `list`, `show` and `remove`: the configuration file.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::command::{Ran, auditlake, ran, run};
use crate::world::World;

const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const CLIENT: &str = "66666666-7777-8888-9999-000000000000";
const SECRET: &str = "s3cr3t-value";

fn add(directory: &Path, args: &[&str]) -> std::io::Result<Ran> {
    let ids = ["--tenant-id", TENANT, "--client-id", CLIENT];
    ran(auditlake(directory)
        .args(["connection", "add"])
        .args(args)
        .args(ids))
}

#[test]
fn a_connection_that_was_added_can_be_used_by_its_name() {
    let world = World::new(|_| {}).unwrap();
    fs::write(world.path().join("secret.txt"), &world.tenant.client_secret).unwrap();
    let mut command = auditlake(world.path());
    command
        .args([
            "connection",
            "add",
            "contoso",
            "--client-secret-file",
            "secret.txt",
        ])
        .args(world.flags());
    let added = ran(&mut command).unwrap();
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    let listed = ran(auditlake(world.path()).args(["subscription", "list", "contoso"])).unwrap();
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    assert!(
        listed.stdout.contains("Audit.Exchange"),
        "{}",
        listed.stdout
    );
}

#[test]
fn a_second_one_of_a_name_is_refused_unless_it_replaces() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("auditlake.toml");
    let start = "# Ours.\n\n[connections.other]\ntenant_id = \"x\" # kept\n";
    fs::write(&file, start).unwrap();
    assert_eq!(add(directory.path(), &["a"]).unwrap().code, Some(0));
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with(start), "{text}");
    let again = add(directory.path(), &["a", "--cloud", "dod"]).unwrap();
    assert_eq!(again.code, Some(2), "{}", again.stderr);
    assert!(again.stderr.contains("--replace"), "{}", again.stderr);
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    let replaced = add(directory.path(), &["a", "--cloud", "dod", "--replace"]).unwrap();
    assert_eq!(replaced.code, Some(0), "{}", replaced.stderr);
    assert!(
        fs::read_to_string(&file)
            .unwrap()
            .contains("cloud = \"dod\"")
    );
}

#[test]
fn a_secret_of_the_environment_is_mentioned_and_never_stored() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = auditlake(directory.path());
    command
        .args([
            "connection",
            "add",
            "a",
            "--tenant-id",
            TENANT,
            "--client-id",
            CLIENT,
        ])
        .env("AUDITLAKE_CLIENT_SECRET", SECRET);
    let added = ran(&mut command).unwrap();
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert!(
        added
            .stderr
            .contains("AUDITLAKE_CLIENT_SECRET is set; the secret is not stored")
    );
    let text = fs::read_to_string(directory.path().join("auditlake.toml")).unwrap();
    assert!(text.contains(TENANT), "{text}");
    let all = [added.stdout, added.stderr, text].concat();
    assert!(!all.contains(SECRET), "{all}");
    let mut show = auditlake(directory.path());
    show.args(["connection", "show", "a"])
        .env("AUDITLAKE_CLIENT_SECRET", SECRET);
    let shown = ran(&mut show).unwrap();
    assert!(
        shown.stdout.contains("AUDITLAKE_CLIENT_SECRET"),
        "{}",
        shown.stdout
    );
    assert!(!shown.stdout.contains(SECRET), "{}", shown.stdout);
}

#[test]
fn what_could_never_work_is_not_written() {
    let directory = tempfile::tempdir().unwrap();
    let refused: [(&[&str], &str); 5] = [
        (&["a b"], "not a connection name"),
        (&["a", "--api-address", "http://manage.example"], "https"),
        (
            &["a", "--managed-identity", "--client-secret-file", "s"],
            "one credential",
        ),
        (
            &["a", "--publisher-identifier", "contoso"],
            "publisher identifier",
        ),
        (&["a", "--client-secret", "x"], "--client-secret"),
    ];
    for (args, expected) in refused {
        let ran = add(directory.path(), args).unwrap();
        assert_eq!(ran.code, Some(2), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{args:?}: {}", ran.stderr);
    }
    assert!(!directory.path().join("auditlake.toml").exists());
}

#[test]
fn a_file_with_an_unknown_key_is_not_changed() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("auditlake.toml");
    fs::write(&file, "[connections.b]\ntennant_id = \"x\"\n").unwrap();
    for args in [&["a"] as &[&str], &["a", "--replace"]] {
        let ran = add(directory.path(), args).unwrap();
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("did you mean `tenant_id`?"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "[connections.b]\ntennant_id = \"x\"\n"
    );
}

#[test]
fn connections_are_listed_and_shown_with_what_their_settings_lead_to() {
    let directory = tempfile::tempdir().unwrap();
    let added = add(
        directory.path(),
        &[
            "agency",
            "--cloud",
            "gcc-high",
            "--certificate-file",
            "keys/app.pfx",
        ],
    )
    .unwrap();
    assert!(
        added.stderr.contains("does not exist yet"),
        "{}",
        added.stderr
    );
    let json = |args: &[&str]| -> Value {
        let ran = ran(auditlake(directory.path()).args(args)).unwrap();
        serde_json::from_str(&ran.stdout).unwrap()
    };
    let listed = json(&["connection", "list", "--output", "json"]);
    let shown = json(&["connection", "show", "agency", "--output", "json"]);
    assert_eq!(listed["connections"][0], shown);
    assert_eq!(shown["name"], "agency");
    assert_eq!(shown["cloud"], "gcc-high");
    assert_eq!(shown["authority"], "https://login.microsoftonline.us");
    assert_eq!(shown["credential"]["kind"], "certificate");
    assert_eq!(shown["credential"]["file"], "keys/app.pfx");
    let text = ran(auditlake(directory.path()).args(["connection", "list"])).unwrap();
    assert!(text.stdout.contains("agency"), "{}", text.stdout);
}

#[test]
fn a_connection_is_removed_by_its_name_alone() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["a.1", "b"] {
        assert_eq!(add(directory.path(), &[name]).unwrap().code, Some(0));
    }
    let remove =
        |name| ran(auditlake(directory.path()).args(["connection", "remove", name])).unwrap();
    let unknown = remove("a.2");
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
    assert!(
        unknown.stderr.contains("did you mean `a.1`?"),
        "{}",
        unknown.stderr
    );
    assert_eq!(remove("a.1").code, Some(0));
    let text = fs::read_to_string(directory.path().join("auditlake.toml")).unwrap();
    assert!(
        text.starts_with("[connections.b]") && !text.contains("a.1"),
        "{text}"
    );
}

#[test]
fn without_a_file_nothing_is_listed() {
    let ran = run(&["connection", "list"]).unwrap();
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    assert!(
        ran.stderr.contains("auditlake connection add"),
        "{}",
        ran.stderr
    );
}
