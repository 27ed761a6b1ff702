//! `connection test` against tenants that lack something.

use auditlake_simulator::{ContentType, FederatedCredential};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::Value;

use crate::command::{auditlake, ran};
use crate::receiver::answer_once;
use crate::world::{World, blob};

const TEST: [&str; 4] = ["connection", "test", "--output", "json"];

fn all() -> Vec<ContentType> {
    ContentType::ALL.to_vec()
}

/// The permission's row.
fn permission<'a>(test: &'a Value, name: &str) -> Option<&'a Value> {
    let mut rows = test["permissions"].as_array()?.iter();
    rows.find(|row| row["name"] == name)
}

#[test]
fn the_token_is_told_with_its_credential_its_end_and_its_tenant() {
    let world = World::new(|tenant| tenant.subscriptions = all()).unwrap();
    let ran = world.run(&TEST).unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let test: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(test["credential"], "client_secret");
    assert_eq!(test["tenant_matches"], true);
    let expires: Timestamp = test["token_expires"].as_str().unwrap().parse().unwrap();
    assert!(expires > Timestamp::now(), "{expires}");
    let read = permission(&test, "ActivityFeed.Read").unwrap();
    assert_eq!(
        (read["granted"].as_bool(), read["set"].as_str()),
        (Some(true), Some("least"))
    );
}

#[test]
fn permissions_of_graph_are_told_and_decide_nothing() {
    let world = World::new(|tenant| {
        tenant.subscriptions = all();
        tenant.graph_roles = vec!["ServiceHealth.Read.All".to_owned()];
    })
    .unwrap();
    let ran = world.run(&TEST).unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let test: Value = serde_json::from_str(&ran.stdout).unwrap();
    let rows = test["graph_permissions"].as_array().unwrap();
    let granted = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name);
        row.and_then(|row| row["granted"].as_bool())
    };
    assert_eq!(granted("ServiceHealth.Read.All"), Some(true));
    assert_eq!(granted("ServiceMessage.Read.All"), Some(false));
    assert_eq!(granted("AuditLogsQuery.Read.All"), Some(false));
    let told = world.run(&["connection", "test"]).unwrap().stderr;
    assert!(told.contains("ServiceMessage.Read.All"), "{told}");
    let elsewhere = ["--graph-address", "http://127.0.0.1:1"];
    let ran = world.run(&[&TEST[..], &elsewhere].concat()).unwrap();
    let test: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        test["graph_token"]["ok"], false,
        "the authority knows no such API"
    );
    assert_eq!(ran.code, Some(0), "the feed needs no Graph");
}

#[test]
fn the_newest_blob_of_a_day_is_found() {
    let now = Timestamp::now();
    let hours = |hours| now - SignedDuration::from_hours(hours);
    let world = World::new(|tenant| {
        tenant.subscriptions = all();
        tenant.more_blobs = vec![
            blob(ContentType::Exchange, hours(9)),
            blob(ContentType::Exchange, hours(7)),
            blob(ContentType::SharePoint, hours(30)),
        ];
    })
    .unwrap();
    let ran = world.run(&TEST).unwrap();
    let test: Value = serde_json::from_str(&ran.stdout).unwrap();
    let found = &test["content_types"]["Audit.Exchange"];
    let newest: Timestamp = found["newest_blob"].as_str().unwrap().parse().unwrap();
    assert!(
        newest.duration_since(hours(7)).abs() < SignedDuration::from_secs(1),
        "{newest}"
    );
    assert_eq!(found["blobs"], 0, "none in the last hour");
    assert_eq!(
        test["content_types"]["Audit.SharePoint"]["newest_blob"],
        Value::Null
    );
}

#[test]
fn a_missing_permission_has_its_kind_and_a_hint() {
    let world = World::new(|tenant| {
        tenant.subscriptions = all();
        tenant.dlp_permission = false;
    })
    .unwrap();
    let ran = world.run(&TEST).unwrap();
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let test: Value = serde_json::from_str(&ran.stdout).unwrap();
    let dlp = permission(&test, "ActivityFeed.ReadDlp").unwrap();
    assert_eq!(
        (dlp["granted"].as_bool(), dlp["set"].as_str()),
        (Some(false), Some("larger"))
    );
    let listing = &test["content_types"]["DLP.All"]["listing"];
    assert_eq!(listing["kind"], "permission");
    assert!(
        listing["hint"]
            .as_str()
            .unwrap()
            .contains("ActivityFeed.ReadDlp"),
        "{listing}"
    );
}

#[test]
fn a_wrong_secret_has_its_kind_and_a_hint() {
    let world = World::new(|_| {}).unwrap();
    let mut command = world.command(&TEST);
    let wrong = ran(command.env("AUDITLAKE_CLIENT_SECRET", "wr0ng-s3cret")).unwrap();
    assert_eq!(wrong.code, Some(3), "{}", wrong.stderr);
    let test: Value = serde_json::from_str(&wrong.stdout).unwrap();
    assert_eq!(test["token"]["kind"], "credentials");
    assert!(
        test["token"]["hint"]
            .as_str()
            .unwrap()
            .contains("client secret"),
        "{test}"
    );
}

#[test]
fn nobody_at_the_address_is_no_matter_of_credentials() {
    let directory = tempfile::tempdir().unwrap();
    // A port that was bound and is closed again: nobody answers there.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let address = format!("http://{port}");
    let ids = [
        "--tenant-id",
        "11111111-2222-3333-4444-555555555555",
        "--client-id",
        "c",
    ];
    let mut command = auditlake(directory.path());
    command
        .args(TEST)
        .args(ids)
        .args(["--api-address", &address, "--authority", &address]);
    let gone = ran(command.env("AUDITLAKE_CLIENT_SECRET", "any")).unwrap();
    assert_eq!(gone.code, Some(1), "{}", gone.stderr);
    let test: Value = serde_json::from_str(&gone.stdout).unwrap();
    assert_eq!(test["token"]["kind"], "unreachable");
}

#[test]
fn a_disabled_subscription_is_told_and_leaves_the_connection_sound() {
    let world = World::new(|tenant| tenant.subscriptions = all()).unwrap();
    world
        .simulator
        .disable(&world.tenant.tenant_id, ContentType::General);
    let ran = world.run(&TEST).unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let test: Value = serde_json::from_str(&ran.stdout).unwrap();
    let found = &test["content_types"]["Audit.General"];
    assert_eq!(
        (
            found["subscription"].as_str(),
            found["listing"]["kind"].as_str()
        ),
        (Some("disabled"), Some("disabled"))
    );
}

#[test]
fn a_managed_identity_takes_the_place_of_a_secret() {
    let world = World::new(|tenant| tenant.subscriptions = all()).unwrap();
    let mut command = world.command(&TEST);
    command
        .arg("--managed-identity")
        .env_remove("AUDITLAKE_CLIENT_SECRET")
        .env(
            "IDENTITY_ENDPOINT",
            format!("{}msi/token", world.simulator.address()),
        )
        .env(
            "IDENTITY_HEADER",
            auditlake_simulator::config::IDENTITY_HEADER,
        );
    let ran = ran(&mut command).unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let test: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(test["credential"], "managed_identity");
}

#[test]
fn a_certificate_of_the_configuration_takes_the_place_of_a_secret() {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let names = vec!["collector.contoso.example".to_owned()];
    let certificate = CertificateParams::new(names)
        .unwrap()
        .self_signed(&key)
        .unwrap();
    let world = World::new(|tenant| {
        tenant.subscriptions = all();
        tenant.certificates = vec![certificate.pem().into_bytes()];
    })
    .unwrap();
    let pem = [certificate.pem(), key.serialize_pem()].concat();
    std::fs::write(world.path().join("app.pem"), pem).unwrap();
    let mut add = auditlake(world.path());
    add.args([
        "connection",
        "add",
        "contoso",
        "--certificate-file",
        "app.pem",
    ]);
    assert_eq!(ran(add.args(world.flags())).unwrap().code, Some(0));
    let mut command = auditlake(world.path());
    let ran = ran(command.args(TEST).arg("contoso")).unwrap();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let test: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(test["credential"], "certificate");
}

/// A token as Kubernetes or GitHub would issue it, good for ten minutes.
fn federated_token(key: &KeyPair, claims: &FederatedCredential) -> anyhow::Result<String> {
    let claims = serde_json::json!({
        "iss": claims.issuer, "sub": claims.subject, "aud": claims.audience,
        "exp": jsonwebtoken::get_current_timestamp() + 600,
    });
    let key = EncodingKey::from_rsa_pem(key.serialize_pem().as_bytes())?;
    Ok(jsonwebtoken::encode(
        &Header::new(Algorithm::RS256),
        &claims,
        &key,
    )?)
}

#[test]
fn a_federated_token_takes_the_place_of_a_secret_only_from_the_issuer_that_is_trusted() {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let trusted = FederatedCredential {
        issuer: "https://issuer.example/".to_owned(),
        subject: "system:serviceaccount:security:auditlake".to_owned(),
        audience: "api://AzureADTokenExchange".to_owned(),
        public_key: key.public_key_pem(),
    };
    let world = World::new(|tenant| {
        tenant.subscriptions = all();
        tenant.federated = vec![trusted.clone()];
    })
    .unwrap();
    let stranger = FederatedCredential {
        subject: "system:serviceaccount:default:other".to_owned(),
        ..trusted.clone()
    };
    for (claims, code) in [(&trusted, 0), (&stranger, 3)] {
        let token = federated_token(&key, claims).unwrap();
        std::fs::write(world.path().join("token"), token + "\n").unwrap();
        let mut command = auditlake(world.path());
        command.args(TEST).args(["--federated-token-file", "token"]);
        let ran = ran(command.args(world.flags())).unwrap();
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
    }
}

#[test]
fn the_token_of_a_github_actions_job_takes_the_place_of_a_secret() {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let trusted = FederatedCredential {
        issuer: "https://token.actions.example".to_owned(),
        subject: "repo:contoso/lake:ref:refs/heads/main".to_owned(),
        audience: "api://AzureADTokenExchange".to_owned(),
        public_key: key.public_key_pem(),
    };
    let world = World::new(|tenant| {
        tenant.subscriptions = all();
        tenant.federated = vec![trusted.clone()];
    })
    .unwrap();
    let token = federated_token(&key, &trusted).unwrap();
    let (address, asked) = answer_once(serde_json::json!({ "value": token }).to_string()).unwrap();
    let mut command = auditlake(world.path());
    command.args(TEST).arg("--github-actions");
    command.args(world.flags());
    command.env("ACTIONS_ID_TOKEN_REQUEST_URL", address + "?api-version=2.0");
    let without = ran(&mut command).unwrap();
    assert_eq!(without.code, Some(2), "{}", without.stderr);
    assert!(
        without.stderr.contains("id-token: write"),
        "{}",
        without.stderr
    );
    command.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "j0b-token");
    let told = ran(&mut command).unwrap();
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    let test: Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(test["credential"], "workload_identity");
    let asked = asked.join().unwrap().unwrap();
    assert!(
        asked.contains("audience=api") && asked.contains("authorization: bearer j0b-token"),
        "{asked}"
    );
}
