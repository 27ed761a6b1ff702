//! Service announcements, in Microsoft Graph and in the retired API.

use auditlake_simulator::Announcements;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::client::{Client, Result, config, hours_ago, now};

async fn announced(client: &Client, what: &str) -> Result<Vec<Value>> {
    let url = client.graph(&format!("admin/serviceAnnouncement/{what}"));
    let answer = client.get_url(&url).await?.json();
    Ok(answer["value"].as_array().cloned().unwrap_or_default())
}

#[tokio::test]
async fn services_issues_and_messages_have_the_documented_members() -> Result<()> {
    let client = Client::of_graph(config(Vec::new())).await?;
    let services = announced(&client, "healthOverviews").await?;
    assert_eq!(
        services[0],
        json!({"id": "Exchange", "service": "Exchange Online", "status": "serviceDegradation"})
    );
    let expanded = announced(&client, "healthOverviews?$expand=issues").await?;
    assert_eq!(expanded[0]["issues"][0]["id"], "EX900001");
    let issues = announced(&client, "issues").await?;
    assert_eq!(issues[0]["posts"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        announced(&client, "messages").await?[0]["body"]["contentType"],
        "html"
    );
    Ok(())
}

#[tokio::test]
async fn a_filter_leaves_what_was_changed_since_and_others_are_refused() -> Result<()> {
    let client = Client::of_graph(config(Vec::new())).await?;
    let since = |hours| {
        format!(
            "issues?$filter=lastModifiedDateTime%20ge%20{}",
            hours_ago(hours)
        )
    };
    assert_eq!(announced(&client, &since(100)).await?.len(), 2);
    assert_eq!(announced(&client, &since(3)).await?.len(), 1);
    let url = client.graph("admin/serviceAnnouncement/issues?$filter=id%20eq%20'x'");
    assert_eq!(client.get_url(&url).await?.refusal(), "400 BadRequest");
    Ok(())
}

#[tokio::test]
async fn messages_have_pages_of_a_hundred_and_can_be_changed() -> Result<()> {
    let client = Client::of_graph(config(Vec::new())).await?;
    client.simulator.announce(&client.tenant_id, |all| {
        let message = all.messages[0].clone();
        all.messages = vec![message; 150];
    });
    let url = client.graph("admin/serviceAnnouncement/messages");
    let first = client.get_url(&url).await?.json();
    assert_eq!(first["value"].as_array().map(Vec::len), Some(100));
    let next = first["@odata.nextLink"].as_str().unwrap_or_default();
    let last = client.get_url(next).await?.json();
    assert_eq!(last["value"].as_array().map(Vec::len), Some(50));
    assert!(last["@odata.nextLink"].is_null());
    Ok(())
}

#[tokio::test]
async fn health_and_messages_need_a_role_each() -> Result<()> {
    let mut narrow = config(Vec::new());
    narrow.tenants[0].graph_roles = vec!["ServiceMessage.Read.All".to_owned()];
    let client = Client::of_graph(narrow).await?;
    let status = async |what: &str| -> Result<u16> {
        let url = client.graph(&format!("admin/serviceAnnouncement/{what}"));
        Ok(client.get_url(&url).await?.status)
    };
    assert_eq!(status("messages").await?, 200);
    assert_eq!(status("issues").await?, 403);
    assert_eq!(status("healthOverviews").await?, 403);
    Ok(())
}

#[tokio::test]
async fn the_retired_api_says_the_same_in_its_own_words() -> Result<()> {
    let mut legacy = config(Vec::new());
    legacy.tenants[0].service_health_role = true;
    let client = Client::of(legacy).await?;
    let root = format!(
        "{}api/v1.0/{}/ServiceComms",
        client.simulator.address(),
        client.tenant_id
    );
    let read = async |what: &str| -> Result<Vec<Value>> {
        let answer = client.get_url(&format!("{root}/{what}")).await?.json();
        Ok(answer["value"].as_array().cloned().unwrap_or_default())
    };
    assert_eq!(read("Services").await?[0]["DisplayName"], "Exchange Online");
    let current = read("CurrentStatus").await?;
    assert_eq!(current[0]["Status"], "ServiceDegradation");
    assert_eq!(
        current[0]["StatusTime"],
        json!(now() - SignedDuration::from_hours(24))
    );
    assert_eq!(current[0]["IncidentIds"], json!(["EX900001"]));
    assert_eq!(read("HistoricalStatus").await?.len(), 3 * 7);
    let messages = read("Messages").await?;
    assert_eq!(
        messages[0]["Messages"][1]["MessageText"],
        "A fix is on its way."
    );
    assert_eq!(messages[3]["MessageType"], "Message Center");
    assert!(read("Messages?$skip=4").await?.is_empty());
    let since = format!("Messages?$filter=StartTime%20ge%20{}", hours_ago(25));
    assert_eq!(read(&since).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn the_retired_api_needs_a_role_of_its_own() -> Result<()> {
    let mut empty = config(Vec::new());
    empty.tenants[0].announcements = Some(Announcements::default());
    let client = Client::of(empty).await?;
    let root = format!(
        "{}api/v1.0/{}/ServiceComms",
        client.simulator.address(),
        client.tenant_id
    );
    let refused = client.get_url(&format!("{root}/Messages")).await?;
    assert_eq!(refused.refusal(), "401 AF10001");
    assert!(
        refused.text.contains("ServiceHealth.Read"),
        "{}",
        refused.text
    );
    Ok(())
}
