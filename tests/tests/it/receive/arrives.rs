//! What was announced comes into the lake, though no listing of the scenario can show it.

use anyhow::{Context, Result};
use auditlake_simulator::NotificationConfig;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use reqwest::{Certificate, StatusCode};
use serde_json::json;

use super::place::{AUTH_ID, Place, free_address, status, until};

const AT_ONCE: [&str; 2] = ["--gather", "100ms"];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_announced_is_in_the_lake_without_waiting_for_the_next_poll() -> Result<()> {
    let place = Place::new(NotificationConfig::default()).await?;
    let receiver = place.receiver("receiver", &AT_ONCE).await?;
    receiver.first_round().await?;
    place.subscribe(&receiver.address).await?;
    for _ in 0..2 {
        place.advance(60);
        let ids = place.announced();
        until(|| place.has_committed(&ids) && place.inbox().is_empty()).await?;
    }
    assert_eq!(place.announced().len(), 2);
    place.assert_each_once()?;
    assert_eq!(place.heard(), [true, true]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_announced_three_times_backwards_to_two_receivers_is_there_once() -> Result<()> {
    let place = Place::new(NotificationConfig {
        repeats: 3,
        backwards: true,
        batch: 2,
        ..NotificationConfig::default()
    })
    .await?;
    let one = place.receiver("one", &AT_ONCE).await?;
    let two = place.receiver("two", &AT_ONCE).await?;
    one.first_round().await?;
    two.first_round().await?;
    place.subscribe(&one.address).await?;
    place.advance(160);
    let ids = place.announced();
    assert_eq!(ids.len(), 3);
    // The other one is told of all of it too, once each.
    let tenant = place.simulator.tenants().swap_remove(0);
    let api = format!("{}api/v1.0/{}", place.simulator.address(), tenant.tenant_id);
    for blob in place.simulator.blobs(&tenant.tenant_id) {
        let body = json!([{
            "tenantId": tenant.tenant_id, "clientId": tenant.client_id,
            "contentType": "Audit.Exchange", "contentId": blob.content_id,
            "contentUri": format!("{api}/activity/feed/audit/{}", blob.content_id),
            "contentCreated": blob.created.to_string(),
            "contentExpiration": blob.expires.to_string(),
        }]);
        assert_eq!(status(two.post(&body)?).await?, StatusCode::OK);
    }
    until(|| place.has_committed(&ids) && place.inbox().is_empty()).await?;
    place.assert_each_once()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_killed_after_it_has_answered_loses_nothing() -> Result<()> {
    let place = Place::new(NotificationConfig::default()).await?;
    let address = free_address()?;
    let args = ["--gather", "1h", "--listen", &address];
    let receiver = place.receiver("killed", &args).await?;
    receiver.first_round().await?;
    place.subscribe(&receiver.address).await?;
    place.advance(110);
    let ids = place.announced();
    until(|| place.heard() == [true, true]).await?;
    receiver.kill()?;
    assert!(!place.has_committed(&ids), "it gathers for an hour");
    let inbox = place.inbox().join("");
    assert!(ids.iter().all(|id| inbox.contains(id)), "{inbox}");

    // Whoever has the next round takes it up.
    let once = ["ingest", "--lake", "lake", "--window", "24h", "--once"];
    let ran = place.run(&once).await?;
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(0), "{said}");
    assert!(place.has_committed(&ids), "{said}");
    assert_eq!(place.inbox(), Vec::<String>::new());
    place.assert_each_once()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_shows_no_certificate_of_the_authorities_is_not_let_in() -> Result<()> {
    let place = Place::new(NotificationConfig::default()).await?;
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    std::fs::write(place.path("chain.pem"), own.cert.pem())?;
    std::fs::write(place.path("key.pem"), own.signing_key.serialize_pem())?;
    let [proxy, stranger] = [(); 2].map(|()| signed());
    let (proxy, stranger) = (proxy?, stranger?);
    std::fs::write(place.path("authorities.pem"), &proxy.authority)?;
    place.add(
        "[receive]\ntls_certificate = \"chain.pem\"\ntls_key = \"key.pem\"\n\
         tls_client_authorities = \"authorities.pem\"\n",
    )?;
    let receiver = place.receiver("receiver", &AT_ONCE).await?;
    let post = async |identity: Option<&Signed>| {
        let client = reqwest::Client::builder().no_proxy();
        let own = Certificate::from_pem(own.cert.pem().as_bytes())?;
        let mut client = client.tls_certs_only([own]);
        if let Some(signed) = identity {
            client = client.identity(reqwest::Identity::from_pem(signed.identity.as_bytes())?);
        }
        let request = client.build()?.post(&receiver.address);
        let request = request.header("Webhook-AuthID", AUTH_ID);
        status(request.json(&json!({"validationCode": "c"}))).await
    };
    assert_eq!(post(Some(&proxy)).await?, StatusCode::OK);
    assert!(post(None).await.is_err());
    assert!(post(Some(&stranger)).await.is_err());
    Ok(())
}

/// A certificate for clients, and the authority that signed it.
struct Signed {
    authority: String,
    /// Certificate and key.
    identity: String,
}

fn signed() -> Result<Signed> {
    let mut of_authority = CertificateParams::default();
    of_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate()?;
    let authority = of_authority.self_signed(&key)?.pem();
    let issuer = Issuer::new(of_authority, key);
    let mut of_client = CertificateParams::new(["proxy".to_owned()])?;
    of_client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let key = KeyPair::generate()?;
    let certificate = of_client.signed_by(&key, &issuer)?.pem();
    let identity = certificate + &key.serialize_pem();
    Ok(Signed {
        authority,
        identity,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_spoken_with_the_certificate_that_is_given() -> Result<()> {
    let place = Place::new(NotificationConfig::default()).await?;
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    std::fs::write(place.path("chain.pem"), made.cert.pem())?;
    std::fs::write(place.path("key.pem"), made.signing_key.serialize_pem())?;
    let tls = ["--tls-certificate", "chain.pem", "--tls-key", "key.pem"];
    let receiver = place
        .receiver("receiver", &[&AT_ONCE[..], &tls].concat())
        .await?;
    assert!(receiver.address.starts_with("https://"));
    let certificate = Certificate::from_pem(made.cert.pem().as_bytes())?;
    let client = reqwest::Client::builder().no_proxy();
    let client = client.tls_certs_only([certificate]).build()?;
    let request = client
        .post(&receiver.address)
        .header("Webhook-AuthID", AUTH_ID);
    let request = request.json(&json!({"validationCode": "c"}));
    assert_eq!(status(request).await?, StatusCode::OK);
    let plain = receiver.address.replace("https:", "http:");
    let refused = reqwest::Client::builder().no_proxy().build()?.get(plain);
    refused
        .send()
        .await
        .err()
        .context("plain HTTP is not spoken")?;

    receiver.first_round().await?;
    place.subscribe(&receiver.address).await?;
    place.advance(60);
    let ids = place.announced();
    until(|| place.has_committed(&ids)).await?;
    place.assert_each_once()
}
