//! The least a client can be, and simulators to try it on.

use auditlake_simulator::{
    Blob, Clock, ContentType, FaultPlan, Simulator, SimulatorConfig, Source, TenantConfig, start,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The simulators' time: a Monday noon.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_778_500_800).expect("a time of 2026")
}

pub(crate) fn hours_ago(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

/// `count` blobs of one record each, an hour apart, the youngest an hour old.
pub(crate) fn hourly(content_type: ContentType, count: i64) -> Vec<Blob> {
    (1..=count)
        .map(|n| {
            Blob::of_records(
                content_type,
                hours_ago(n),
                &[format!(r#"{{"Id":"{n}","Operation":"Op"}}"#)],
            )
        })
        .collect()
}

/// One tenant with these blobs and all subscriptions, at [`now`].
pub(crate) fn config(blobs: Vec<Blob>) -> SimulatorConfig {
    let mut tenant = TenantConfig::new(0, Source::Blobs(blobs));
    tenant.subscriptions = ContentType::ALL.to_vec();
    SimulatorConfig {
        tenants: vec![tenant],
        now: Clock::fixed(now()),
        ..SimulatorConfig::default()
    }
}

/// An answer with its body read.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// Status and code: `400 AF20022`.
    pub(crate) fn refusal(&self) -> String {
        format!(
            "{} {}",
            self.status,
            self.json()["error"]["code"].as_str().unwrap_or_default()
        )
    }

    pub(crate) fn next_page(&self) -> Option<&str> {
        self.headers.get("NextPageUri")?.to_str().ok()
    }
}

/// A client of the first tenant.
pub(crate) struct Client {
    pub(crate) simulator: Simulator,
    pub(crate) tenant_id: String,
    pub(crate) token: String,
    http: reqwest::Client,
}

impl Client {
    /// Starts the simulator and gets a token.
    pub(crate) async fn of(config: SimulatorConfig) -> Result<Self> {
        let simulator = start(config).await?;
        let tenant_id = simulator.tenants()[0].tenant_id.clone();
        let mut client = Self {
            simulator,
            tenant_id,
            token: String::new(),
            http: reqwest::Client::new(),
        };
        client.renew().await?;
        Ok(client)
    }

    pub(crate) async fn with_faults(blobs: Vec<Blob>, faults: FaultPlan) -> Result<Self> {
        Self::of(SimulatorConfig {
            faults,
            ..config(blobs)
        })
        .await
    }

    pub(crate) async fn renew(&mut self) -> Result<()> {
        let answer = self.ask_token(&[]).await?;
        let body = answer.json();
        self.token = body["access_token"].as_str().unwrap_or_default().into();
        Ok(())
    }

    /// Starts the simulator and gets a token for Microsoft Graph.
    pub(crate) async fn of_graph(config: SimulatorConfig) -> Result<Self> {
        let mut client = Self::of(config).await?;
        let scope = format!("{}graph/.default", client.simulator.address());
        let body = client.ask_token(&[("scope", &scope)]).await?.json();
        client.token = body["access_token"].as_str().unwrap_or_default().into();
        Ok(client)
    }

    /// An address below Graph's version.
    pub(crate) fn graph(&self, path: &str) -> String {
        format!("{}graph/v1.0/{path}", self.root())
    }

    pub(crate) async fn post_json(&self, url: &str, body: &Value) -> Result<Answer> {
        let request = self.http.post(url).bearer_auth(&self.token);
        read(request.json(body).send().await?).await
    }

    /// A token request with some parameters changed.
    pub(crate) async fn ask_token(&self, changes: &[(&str, &str)]) -> Result<Answer> {
        let tenant = self.simulator.tenants()[0].clone();
        let scope = format!("{}.default", self.simulator.address());
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", tenant.client_id.as_str()),
            ("client_secret", tenant.client_secret.as_str()),
            ("scope", scope.as_str()),
        ];
        for (name, value) in changes {
            form.retain(|(known, _)| known != name);
            form.push((name, value));
        }
        let url = format!("{}{}/oauth2/v2.0/token", self.root(), self.tenant_id);
        read(self.http.post(url).form(&form).send().await?).await
    }

    pub(crate) async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Result<Answer> {
        let url = format!("{}{path}", self.root());
        read(self.http.post(url).form(form).send().await?).await
    }

    /// A GET with these headers and no token.
    pub(crate) async fn get_plain(&self, path: &str, headers: &[(&str, &str)]) -> Result<Answer> {
        let mut request = self.http.get(format!("{}{path}", self.root()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send().await?).await
    }

    /// Where it listens, whatever address it tells.
    fn root(&self) -> String {
        format!("http://{}/", self.simulator.listen_address())
    }

    fn feed(&self, path_and_query: &str) -> String {
        let joint = if path_and_query.contains('?') {
            '&'
        } else {
            '?'
        };
        let root = format!("{}api/v1.0/{}/activity/feed", self.root(), self.tenant_id);
        format!(
            "{root}/{path_and_query}{joint}PublisherIdentifier={}",
            self.tenant_id
        )
    }

    pub(crate) async fn get(&self, path_and_query: &str) -> Result<Answer> {
        self.get_url(&self.feed(path_and_query)).await
    }

    pub(crate) async fn get_url(&self, url: &str) -> Result<Answer> {
        read(self.http.get(url).bearer_auth(&self.token).send().await?).await
    }

    pub(crate) async fn post(&self, path_and_query: &str) -> Result<Answer> {
        let request = self
            .http
            .post(self.feed(path_and_query))
            .bearer_auth(&self.token);
        read(request.header("Content-Length", "0").send().await?).await
    }

    /// One page of the listing of the last `hours` hours.
    pub(crate) async fn list(&self, content_type: ContentType, hours: i64) -> Result<Answer> {
        self.list_between(content_type, hours_ago(hours), now())
            .await
    }

    pub(crate) async fn list_between(
        &self,
        content_type: ContentType,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Answer> {
        let civil = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let query = format!(
            "contentType={content_type}&startTime={}&endTime={}",
            civil(from),
            civil(to)
        );
        self.get(&format!("subscriptions/content?{query}")).await
    }

    /// All blobs of the seven days, day by day and page by page.
    pub(crate) async fn list_week(&self, content_type: ContentType) -> Result<Vec<Value>> {
        let mut blobs = Vec::new();
        for day in (1..=7).rev() {
            let mut answer = self
                .list_between(content_type, hours_ago(day * 24), hours_ago(day * 24 - 24))
                .await?;
            loop {
                blobs.extend(answer.json().as_array().cloned().unwrap_or_default());
                let Some(next) = answer.next_page() else {
                    break;
                };
                answer = self.get_url(next).await?;
            }
        }
        Ok(blobs)
    }

    pub(crate) async fn fetch(&self, blob: &Value) -> Result<Answer> {
        let uri = blob["contentUri"].as_str().unwrap_or_default();
        self.get_url(&format!("{uri}?PublisherIdentifier={}", self.tenant_id))
            .await
    }

    /// The oldest offered blob, fetched.
    pub(crate) async fn fetch_first(&self) -> Result<Answer> {
        let blob = self.simulator.blobs(&self.tenant_id)[0].clone();
        self.get(&format!("audit/{}", blob.content_id)).await
    }
}

async fn read(response: reqwest::Response) -> Result<Answer> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer {
        status,
        headers,
        text: response.text().await?,
    })
}
