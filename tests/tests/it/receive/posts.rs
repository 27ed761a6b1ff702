//! What a receiver answers.

use anyhow::{Context, Result, ensure};
use auditlake_simulator::NotificationConfig;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::place::{AUTH_ID, Place, Receiver, free_address, status};

/// An announcement of a blob that is not there.
fn announcement(place: &Place) -> Value {
    let tenant = place.simulator.tenants().swap_remove(0);
    let address = place.simulator.address();
    json!({
        "tenantId": tenant.tenant_id, "clientId": tenant.client_id, "contentType": "Audit.Exchange",
        "contentId": "a$1", "contentUri": format!("{address}a$1"),
        "contentCreated": jiff::Timestamp::now().to_string(),
        "contentExpiration": "2099-01-01T00:00:00.000Z",
    })
}

/// The answer to these elements.
async fn told(receiver: &Receiver, elements: &[Value]) -> Result<StatusCode> {
    status(receiver.post(&json!(elements))?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_receiver_goes_by_may_be_in_the_file_and_flags_go_first() -> Result<()> {
    let place = Place::new(NotificationConfig::default()).await?;
    let (file, flag) = (free_address()?, free_address()?);
    place.add(&format!(
        "[receive]\nlisten = \"{file}\"\nbody_limit = \"100B\"\ngather = \"1h\"\nrate_limit = 2\n"
    ))?;
    let receiver = place.receiver("file", &[]).await?;
    assert_eq!(receiver.address, format!("http://{file}/"));
    let good = announcement(&place);
    let told_of_file = [
        told(&receiver, std::slice::from_ref(&good)).await?,
        told(&receiver, &[]).await?,
        told(&receiver, &[]).await?,
    ];
    let [too_long, heard, too_many] = told_of_file;
    assert_eq!(too_long, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(heard, StatusCode::OK);
    assert_eq!(too_many, StatusCode::TOO_MANY_REQUESTS);
    receiver.terminate()?;

    let args = ["--listen", &flag, "--body-limit", "1MiB"];
    let receiver = place.receiver("flags", &args).await?;
    assert_eq!(receiver.address, format!("http://{flag}/"));
    assert_eq!(told(&receiver, &[good]).await?, StatusCode::OK);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_to_listen_nowhere_does_not_begin() -> Result<()> {
    let place = Place::new(NotificationConfig::default()).await?;
    let ran = place.run(&["receive", "--lake", "lake"]).await?;
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(
        said.contains("give --listen ADDR, or set `listen`"),
        "{said}"
    );
    assert!(!place.path("lake").exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_and_an_announcement_are_answered_200_and_nothing_else_is() -> Result<()> {
    let place = Place::new(NotificationConfig::default()).await?;
    let args = ["--gather", "1h", "--body-limit", "10kB", "-vvv"];
    let receiver = place.receiver("receiver", &args).await?;
    receiver.first_round().await?;
    let good = announcement(&place);
    let changed = |name: &str, value: &str| {
        let mut other = good.clone();
        other[name] = json!(value);
        other
    };

    let test = receiver.post(&json!({"validationCode": "c"}))?;
    let test = test.header("Webhook-ValidationCode", "c");
    assert_eq!(status(test).await?, StatusCode::OK);
    // Who is not known is not even read.
    let client = reqwest::Client::builder().no_proxy().build()?;
    for label in [None, Some("wrong"), Some("")] {
        let request = client.post(&receiver.address).json(&[&good]);
        let request = match label {
            Some(label) => request.header("Webhook-AuthID", label),
            None => request,
        };
        assert_eq!(status(request).await?, StatusCode::FORBIDDEN, "{label:?}");
    }
    let stranger = "99999999-0000-0000-0000-000000000000";
    let unknown = [changed("tenantId", stranger), changed("clientId", stranger)];
    for unknown in unknown {
        assert_eq!(told(&receiver, &[unknown]).await?, StatusCode::FORBIDDEN);
    }
    for odd in [json!({}), json!("text")] {
        assert_eq!(status(receiver.post(&odd)?).await?, StatusCode::BAD_REQUEST);
    }
    let many = vec![good.clone(); 100];
    assert_eq!(told(&receiver, &many).await?, StatusCode::PAYLOAD_TOO_LARGE);
    let get = client
        .get(&receiver.address)
        .header("Webhook-AuthID", AUTH_ID);
    assert_eq!(status(get).await?, StatusCode::METHOD_NOT_ALLOWED);
    let health = client.get(format!("{}healthz", receiver.address));
    assert_eq!(status(health).await?, StatusCode::OK);
    assert_eq!(place.inbox(), Vec::<String>::new(), "none of these is kept");

    // What no repetition makes better is passed over, and what stands beside it is kept.
    let elements = [good.clone(), json!(1), changed("contentType", "Audit.New")];
    assert_eq!(told(&receiver, &elements).await?, StatusCode::OK);
    let kept = place.inbox();
    ensure!(kept.len() == 1 && kept[0].contains("a$1"), "{kept:?}");
    // What is known is kept even beside what is not.
    let other = [changed("contentId", "b$1"), changed("tenantId", stranger)];
    assert_eq!(told(&receiver, &other).await?, StatusCode::FORBIDDEN);
    assert_eq!(place.inbox().len(), 2);

    let said = receiver.said()?;
    assert!(
        said.contains("refused") && !said.contains(AUTH_ID),
        "{said}"
    );
    assert!(!place.inbox().join("").contains(AUTH_ID));
    assert_eq!(receiver.terminate()?, Some(0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_too_many_are_told_to_come_again_and_figures_tell_of_all() -> Result<()> {
    let place = Place::new(NotificationConfig::default()).await?;
    let args = ["--gather", "1h", "--rate-limit", "2"];
    let metrics = ["--metrics-listen", "127.0.0.1:0"];
    let args = [&args[..], &metrics].concat();
    let mut receiver = place.receiver("receiver", &args).await?;
    let good = announcement(&place);
    for _ in 0..2 {
        assert_eq!(
            told(&receiver, std::slice::from_ref(&good)).await?,
            StatusCode::OK
        );
    }
    let answer = receiver.post(&json!([good]))?.send().await?;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers()["retry-after"], "60");
    let metrics = receiver.told("metrics at ").await?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let shown = client.get(metrics).send().await?.text().await?;
    for line in [
        r#"auditlake_webhook_announcements_total{connection="contoso",content_type="Audit.Exchange"} 2"#,
        r#"auditlake_webhook_refused_total{reason="rate"} 1"#,
        r#"auditlake_webhook_refused_total{reason="auth_id"} 0"#,
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    let last = "auditlake_webhook_last_timestamp_seconds{connection=\"contoso\"} ";
    let last = shown.lines().find_map(|line| line.strip_prefix(last));
    assert!(last.context("a time")?.parse::<f64>()? > 0.0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_without_an_auth_id_does_not_begin() -> Result<()> {
    let place = Place::new(NotificationConfig::default()).await?;
    let config = std::fs::read_to_string(place.path("auditlake.toml"))?;
    let config = config.replace("webhook_auth_id_file = \"label\"\n", "");
    std::fs::write(place.path("auditlake.toml"), config)?;
    let args = ["receive", "--lake", "lake", "--listen", "127.0.0.1:0"];
    let ran = place.run(&args).await?;
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(said.contains("`contoso` has no webhook auth id"), "{said}");
    Ok(())
}
