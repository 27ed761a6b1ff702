//! Whole runs against a service of a few lines; the scenarios with faults and load are elsewhere.

use std::collections::BTreeSet;
use std::sync::Mutex;

use auditlake_api::{ClientConfig, ContentType, RetryPolicy, Secret};
use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::clock::Clock;
use crate::error::ErrorKind;
use crate::gap::GapReason;
use crate::report::{ContentTypeStatus, Outcome};
use crate::subscription::START_INTERVAL;

const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const NOW: &str = "2026-05-11T10:30:00Z";

/// What the service offers: content type, hour of `contentCreated` on the day of [`NOW`], content id, answer.
type Offer = (ContentType, u8, &'static str, (u16, String));

#[derive(Default)]
struct Service {
    offers: Vec<Offer>,
    /// Content types that the token may not list.
    denied: BTreeSet<ContentType>,
    /// Content types without a subscription.
    stopped: BTreeSet<ContentType>,
    token: Option<(u16, &'static str)>,
    requests: Mutex<Vec<String>>,
}

impl Service {
    fn answer(&self, address: &str, target: &str) -> (u16, String) {
        self.requests
            .lock()
            .expect("requests")
            .push(target.to_owned());
        let content_type = ContentType::ALL
            .into_iter()
            .find(|t| target.contains(t.as_str()));
        if target.contains("/oauth2/v2.0/token") {
            let token = r#"{"token_type":"Bearer","expires_in":3600,"access_token":"a.b.c"}"#;
            let (status, body) = self.token.unwrap_or((200, token));
            return (status, body.to_owned());
        }
        if target.contains("/subscriptions/list") {
            return (200, self.subscriptions());
        }
        match content_type {
            Some(content_type) if target.contains("/subscriptions/start") => (
                200,
                format!(r#"{{"contentType":"{content_type}","status":"enabled","webhook":null}}"#),
            ),
            Some(content_type) if self.denied.contains(&content_type) => {
                let message = "Permission set () in the token lacks ActivityFeed.ReadDlp";
                (
                    403,
                    format!(r#"{{"error":{{"code":"AF10001","message":"{message}"}}}}"#),
                )
            }
            Some(content_type) => (200, self.listing(address, content_type, target)),
            None => self.blob(target),
        }
    }

    fn subscriptions(&self) -> String {
        let enabled = ContentType::ALL
            .into_iter()
            .filter(|content_type| !self.stopped.contains(content_type));
        let element = |t| format!(r#"{{"contentType":"{t}","status":"enabled","webhook":null}}"#);
        format!("[{}]", enabled.map(element).collect::<Vec<_>>().join(","))
    }

    fn listing(&self, address: &str, content_type: ContentType, target: &str) -> String {
        let in_window = |hour: u8| target.contains(&format!("startTime=2026-05-11T{hour:02}:"));
        let offered = self
            .offers
            .iter()
            .filter(|offer| offer.0 == content_type && in_window(offer.1));
        let element = |(_, hour, id, _): &Offer| {
            format!(
                r#"{{"contentType":"{content_type}","contentId":"{id}",
                "contentUri":"{address}/api/v1.0/{TENANT}/activity/feed/audit/{id}",
                "contentCreated":"2026-05-11T{hour:02}:20:00.000Z","contentExpiration":"2026-05-18T{hour:02}:20:00.000Z"}}"#
            )
        };
        format!("[{}]", offered.map(element).collect::<Vec<_>>().join(","))
    }

    fn blob(&self, target: &str) -> (u16, String) {
        let is_asked = |id: &str| target.contains(&format!("/audit/{id}?"));
        let found = self.offers.iter().find(|offer| is_asked(offer.2));
        found.map_or_else(|| (404, String::new()), |offer| offer.3.clone())
    }

    fn requests_with(&self, part: &str) -> usize {
        self.requests
            .lock()
            .expect("requests")
            .iter()
            .filter(|target| target.contains(part))
            .count()
    }
}

async fn serve(service: Arc<Service>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let own = address.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (service, address) = (Arc::clone(&service), own.clone());
            tokio::spawn(async move { answer(stream, &service, &address).await });
        }
    });
    address
}

async fn answer(mut stream: TcpStream, service: &Service, address: &str) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let text = String::from_utf8_lossy(&request).into_owned();
    let target = text.split(' ').nth(1).unwrap_or_default();
    let (status, body) = service.answer(address, target);
    let head = format!(
        "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await?;
    stream.shutdown().await
}

/// A lake and a service.
struct World {
    service: Arc<Service>,
    address: String,
    directory: tempfile::TempDir,
}

impl World {
    async fn new(service: Service) -> Self {
        let service = Arc::new(service);
        let address = serve(Arc::clone(&service)).await;
        Self {
            service,
            address,
            directory: tempfile::tempdir().expect("a directory"),
        }
    }

    async fn run(&self, change: impl FnOnce(&mut BackfillOptions)) -> Result<Report, Error> {
        self.run_until(CancellationToken::new(), change).await
    }

    async fn run_until(
        &self,
        cancel: CancellationToken,
        change: impl FnOnce(&mut BackfillOptions),
    ) -> Result<Report, Error> {
        let address: url::Url = self.address.parse().expect("an address");
        let mut client = ClientConfig::new(
            address.clone(),
            address,
            TENANT,
            "client",
            Secret::new("s3cr3t".to_owned()),
        );
        client.retry = RetryPolicy::NONE;
        client.requests_per_minute = 1_000_000;
        let mut options =
            BackfillOptions::new(self.directory.path().join("lake").to_string_lossy());
        options.clock = Clock::fixed(time(NOW));
        options.since = Some(time("2026-05-11T08:00:00Z"));
        change(&mut options);
        let report = backfill(
            Connection::new(None, client)?,
            options,
            Arc::default(),
            cancel,
        )
        .await?;
        assert_eq!(
            report.records,
            report.events + report.duplicates + report.quarantined
        );
        Ok(report)
    }

    fn ledger_objects(&self) -> usize {
        let ledger = self.directory.path().join("lake/_auditlake");
        std::fs::read_dir(ledger).map_or(0, Iterator::count)
    }
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn records(ids: std::ops::Range<u32>) -> (u16, String) {
    let record = |id| {
        format!(
            r#"{{"CreationTime":"2026-05-11T08:12:33","Id":"{id}","Operation":"Send","RecordType":2,"Workload":"Exchange","UserId":"alex@contoso.example"}}"#
        )
    };
    (
        200,
        format!("[{}]", ids.map(record).collect::<Vec<_>>().join(",")),
    )
}

fn service() -> Service {
    let offers = vec![
        (ContentType::Exchange, 8, "a$1", records(0..10)),
        (ContentType::Exchange, 10, "b$2", records(10..20)),
        (ContentType::Dlp, 9, "c$3", records(15..25)),
    ];
    Service {
        offers,
        ..Service::default()
    }
}

#[tokio::test]
async fn everything_is_in_the_lake_once_however_often_it_is_run() {
    let world = World::new(service()).await;
    let first = world.run(|_| ()).await.unwrap();
    assert_eq!(first.outcome(), Outcome::Complete, "{first:?}");
    assert_eq!((first.windows.planned, first.windows.listed), (15, 15));
    assert_eq!((first.records, first.events, first.duplicates), (30, 25, 5));
    assert_eq!((first.blobs.listed, first.blobs.fetched), (3, 3));
    assert_eq!(first.connection, TENANT);
    assert_eq!(first.requests.total, 1 + 15 + 3);
    let second = world.run(|_| ()).await.unwrap();
    assert_eq!(
        (
            second.events,
            second.blobs.fetched,
            second.blobs.already_committed
        ),
        (0, 0, 3)
    );
    assert_eq!(second.files, 0);
}

#[tokio::test]
async fn a_content_type_without_permission_does_not_stop_the_others() {
    let world = World::new(Service {
        denied: [ContentType::Dlp].into(),
        ..service()
    })
    .await;
    let report = world.run(|_| ()).await.unwrap();
    assert_eq!(report.events, 20);
    assert_eq!(report.outcome(), Outcome::Gaps);
    let dlp = &report.content_types["DLP.All"];
    assert_eq!(dlp.status, ContentTypeStatus::Unavailable);
    assert!(
        dlp.reason
            .as_deref()
            .is_some_and(|reason| reason.contains("ActivityFeed.ReadDlp")),
        "{dlp:?}"
    );
    assert_eq!(
        report.content_types["Audit.Exchange"].status,
        ContentTypeStatus::Complete
    );
    let reasons: Vec<_> = report
        .gaps
        .iter()
        .map(|gap| (gap.content_type.as_str(), gap.reason))
        .collect();
    assert_eq!(reasons, [("DLP.All", GapReason::Permission)]);
}

#[tokio::test]
async fn a_token_that_may_read_nothing_is_an_error() {
    let world = World::new(Service {
        denied: ContentType::ALL.into(),
        ..service()
    })
    .await;
    let error = world.run(|_| ()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
}

#[tokio::test]
async fn a_refused_secret_is_an_error_and_is_not_told() {
    let body = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret","error_codes":[7000215]}"#;
    let world = World::new(Service {
        token: Some((401, body)),
        ..service()
    })
    .await;
    let error = world.run(|_| ()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(!format!("{error:?}").contains("s3cr3t"));
}

#[tokio::test]
async fn a_missing_subscription_is_started_unless_that_is_not_wanted() {
    let stopped = Service {
        stopped: [ContentType::Exchange, ContentType::SharePoint].into(),
        ..service()
    };
    let world = World::new(stopped).await;
    let report = world
        .run(|options| options.start_subscriptions = false)
        .await
        .unwrap();
    assert_eq!(
        report.content_types["Audit.Exchange"].status,
        ContentTypeStatus::Unavailable
    );
    assert_eq!(report.gaps[0].reason, GapReason::Disabled);
    assert_eq!(
        (
            report.events,
            world.service.requests_with("/subscriptions/start")
        ),
        (10, 0)
    );

    let report = world.run(|_| ()).await.unwrap();
    assert_eq!(world.service.requests_with("/subscriptions/start"), 2);
    let exchange = &report.content_types["Audit.Exchange"];
    assert_eq!(exchange.status, ContentTypeStatus::Complete);
    assert_eq!(exchange.reason, None, "content is there already");
    let empty = report.content_types["Audit.SharePoint"].reason.as_deref();
    assert!(empty.is_some_and(|reason| reason.contains("12 hours")));
}

#[tokio::test]
async fn a_blob_that_cannot_be_had_is_named_and_tried_again() {
    let mut service = service();
    service
        .offers
        .push((ContentType::Exchange, 8, "gone$4", (404, String::new())));
    service.offers.push((
        ContentType::Exchange,
        8,
        "cut$5",
        (200, "[{\"Id\":\"1\"},{]".to_owned()),
    ));
    let world = World::new(service).await;
    for events in [25, 0] {
        let report = world.run(|_| ()).await.unwrap();
        assert_eq!((report.events, report.blobs.failed), (events, 2));
        let mut gaps: Vec<_> = report
            .gaps
            .iter()
            .map(|gap| (gap.content_id.as_deref(), gap.reason))
            .collect();
        gaps.sort_unstable();
        let expected = [
            (Some("cut$5"), GapReason::Malformed),
            (Some("gone$4"), GapReason::NotFound),
        ];
        assert_eq!(gaps, expected);
        assert_eq!(
            report.content_types["Audit.Exchange"].status,
            ContentTypeStatus::Incomplete
        );
    }
    assert_eq!(world.service.requests_with("/audit/gone$4"), 2);
    assert_eq!(world.service.requests_with("/audit/a$1"), 1);
}

#[tokio::test]
async fn a_dry_run_only_lists() {
    let world = World::new(Service {
        stopped: [ContentType::General].into(),
        ..service()
    })
    .await;
    let report = world.run(|options| options.dry_run = true).await.unwrap();
    assert_eq!(
        (report.blobs.listed, report.blobs.fetched, report.events),
        (3, 0, 0)
    );
    assert_eq!(world.service.requests_with("/audit/"), 0);
    assert_eq!(world.service.requests_with("/subscriptions/start"), 0);
    assert_eq!(world.ledger_objects(), 0);
}

#[tokio::test]
async fn what_is_older_than_seven_days_is_named_for_each_content_type() {
    let world = World::new(service()).await;
    let report = world
        .run(|options| options.since = Some(time("2026-05-01T00:00:00Z")))
        .await
        .unwrap();
    assert_eq!(report.gaps.len(), 5);
    assert!(
        report
            .gaps
            .iter()
            .all(|gap| gap.reason == GapReason::Expired && gap.window.is_some())
    );
    assert_eq!(report.events, 25);
    let starts = world.service.requests_with("startTime=2026-05-04T10:35:00");
    assert_eq!(starts, 5);
}

#[tokio::test]
async fn a_cancelled_run_says_so_and_leaves_nothing_half_done() {
    let world = World::new(service()).await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let error = world.run_until(cancel, |_| ()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!(world.run(|_| ()).await.unwrap().events, 25);
}

#[tokio::test]
async fn a_small_memory_limit_makes_more_generations_and_comes_to_an_end() {
    let mut service = Service::default();
    for number in 0..60_u32 {
        let id: &'static str = Box::leak(format!("blob${number}").into_boxed_str());
        let content_type = ContentType::ALL[number as usize % 5];
        service.offers.push((
            content_type,
            8,
            id,
            records(number * 100..number * 100 + 100),
        ));
    }
    let large = records(10_000..12_000);
    service
        .offers
        .push((ContentType::Exchange, 8, "large$1", large));
    let world = World::new(service).await;
    let report = world.run(|options| options.memory_limit = 0).await.unwrap();
    assert_eq!((report.events, report.blobs.fetched), (60 * 100 + 2000, 61));
    assert!(report.files > 5, "{}", report.files);
    assert_eq!(report.outcome(), Outcome::Complete);
}

#[tokio::test]
async fn a_subscription_is_not_started_twice_within_a_quarter_of_an_hour() {
    let stopped = Service {
        stopped: [ContentType::Exchange].into(),
        ..service()
    };
    let world = World::new(stopped).await;
    for _ in 0..2 {
        world.run(|_| ()).await.unwrap();
    }
    assert_eq!(world.service.requests_with("/subscriptions/start"), 1);
    let later = Clock::fixed(time(NOW) + START_INTERVAL + SignedDuration::from_secs(1));
    world.run(|options| options.clock = later).await.unwrap();
    assert_eq!(world.service.requests_with("/subscriptions/start"), 2);
}

/// A run can be spawned: its future may move between threads.
#[tokio::test]
async fn a_run_can_be_spawned() {
    let world = World::new(service()).await;
    let run = tokio::spawn(async move { world.run(|_| ()).await });
    assert_eq!(run.await.unwrap().unwrap().outcome(), Outcome::Complete);
}
