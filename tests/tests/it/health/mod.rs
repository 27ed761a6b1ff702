//! Service health: what Microsoft announces of its services, in a table of its own.

mod command;
mod troubles;

use std::path::Path;

use anyhow::{Context, Result, ensure};
use auditlake_pipeline::schema::ddl::{Engine, Table, statements};
use auditlake_pipeline::{
    BackfillOptions, Clock, Connection, Error, HealthApi, Outcome, Progress, Report,
    backfill_service_health,
};
use auditlake_simulator::{Clock as ServiceClock, SimulatorConfig, Source, TenantConfig};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::world::{World, python};

/// When the scenarios are, unless the clock is moved: a Monday noon.
fn noon() -> Timestamp {
    Timestamp::from_second(1_778_500_800).unwrap_or_default()
}

/// A service with made-up announcements, and how a run reaches it.
struct Health {
    world: World,
    api: HealthApi,
    clock: Clock,
}

impl Health {
    async fn of_graph() -> Result<Self> {
        Self::with(HealthApi::Graph, |_| ()).await
    }

    async fn with(api: HealthApi, change: impl FnOnce(&mut TenantConfig)) -> Result<Self> {
        let mut tenant = TenantConfig::new(0, Source::Blobs(Vec::new()));
        change(&mut tenant);
        let world = World::with(SimulatorConfig {
            tenants: vec![tenant],
            now: ServiceClock::fixed(noon()),
            ..SimulatorConfig::default()
        });
        Ok(Self {
            world: world.await?,
            api,
            clock: Clock::fixed(noon()),
        })
    }

    fn options(&self) -> BackfillOptions {
        let mut options = self.world.options();
        options.clock = self.clock.clone();
        options
    }

    async fn run(&self) -> Result<Report, Error> {
        self.run_with(self.options()).await
    }

    async fn run_with(&self, options: BackfillOptions) -> Result<Report, Error> {
        let mut client = self.world.client();
        client.graph_requests_per_minute = 1_000_000;
        let connection = Connection::new(Some("contoso".to_owned()), client)?;
        let progress = Progress::default().into();
        let cancel = CancellationToken::new();
        let ended = backfill_service_health(connection, self.api, options, progress, cancel);
        Ok(ended.await?)
    }

    /// What DuckDB answers, by the statements that the program prints.
    fn ask(&self, query: &str) -> Result<Vec<Value>> {
        let answers = answers(self.world.lake(), &[query])?;
        Ok(answers.into_iter().next().unwrap_or_default())
    }

    /// How many rows there are of each kind.
    fn kinds(&self) -> Result<Value> {
        let rows =
            self.ask("SELECT kind, count(*) FROM service_health GROUP BY kind ORDER BY kind")?;
        Ok(json!(rows))
    }
}

fn answers(lake: &Path, queries: &[&str]) -> Result<Vec<Vec<Value>>> {
    let table = Table::of_service_health(false);
    let sql = statements(
        Engine::DuckDb,
        &table,
        &lake.to_string_lossy(),
        "service_health",
    )?;
    let question = json!({"directory": lake, "statements": [sql], "queries": queries});
    let answer = python("run_sql.py", &["duckdb"], &question.to_string())?;
    Ok(serde_json::from_value(answer["answers"].clone())?)
}

#[tokio::test(flavor = "multi_thread")]
async fn issues_posts_messages_and_statuses_are_rows_that_duckdb_reads() -> Result<()> {
    let health = Health::of_graph().await?;
    let report = health.run().await?;
    assert_eq!(report.outcome(), Outcome::Complete);
    assert_eq!(
        (report.records, report.events, report.duplicates),
        (11, 11, 0)
    );
    let kinds = json!([["issue", 2], ["message", 2], ["post", 4], ["status", 3]]);
    assert_eq!(health.kinds()?, kinds);
    let posts =
        "SELECT content FROM service_health WHERE kind = 'post' AND id = 'EX900001' ORDER BY time";
    assert_eq!(
        json!(health.ask(posts)?),
        json!([["We are looking into it."], ["A fix is on its way."]])
    );
    let days = "SELECT count(DISTINCT event_day), count(DISTINCT uid) FROM service_health";
    assert_eq!(json!(health.ask(days)?), json!([[4, 11]]));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_again_adds_nothing_and_an_edit_adds_a_row() -> Result<()> {
    let health = Health::of_graph().await?;
    health.run().await?;
    let again = health.run().await?;
    assert_eq!(
        (again.records, again.events, again.duplicates, again.files),
        (11, 0, 11, 0)
    );
    let tenant = health.world.tenant();
    health.world.simulator.announce(&tenant, |all| {
        all.issues[0]["status"] = json!("serviceRestored");
        all.issues[0]["lastModifiedDateTime"] = json!(noon());
        let post = json!({"createdDateTime": noon(), "postType": "regular",
            "description": {"contentType": "html", "content": "It is over."}});
        all.issues[0]["posts"].as_array_mut().unwrap().push(post);
        all.services[0]["status"] = json!("serviceOperational");
    });
    let edited = health.run().await?;
    assert_eq!(
        (edited.events, edited.duplicates),
        (3, 9),
        "the issue, its post, its service"
    );
    let history =
        "SELECT status FROM service_health WHERE kind = 'issue' AND id = 'EX900001' ORDER BY time";
    assert_eq!(
        json!(health.ask(history)?),
        json!([["serviceDegradation"], ["serviceRestored"]])
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_is_there_each_hour() -> Result<()> {
    let mut health = Health::of_graph().await?;
    health.run().await?;
    health.clock = Clock::fixed(noon() + SignedDuration::from_mins(59));
    assert_eq!(health.run().await?.events, 0);
    health.clock = Clock::fixed(noon() + SignedDuration::from_mins(60));
    assert_eq!(health.run().await?.events, 3);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queries_of_the_guide_answer() -> Result<()> {
    let health = Health::of_graph().await?;
    health.run().await?;
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/service-health.md");
    let guide = std::fs::read_to_string(guide)?;
    let fences = guide.split("\n```");
    let queries: Vec<&str> = fences.filter_map(|it| it.strip_prefix("sql\n")).collect();
    let [now, incidents, posts] =
        <[Vec<Value>; 3]>::try_from(answers(health.world.lake(), &queries)?)
            .ok()
            .context("three queries")?;
    ensure!(
        now[0][0] == "Exchange Online" && now[0][1] == "serviceDegradation",
        "{now:?}"
    );
    ensure!(now.len() == 3, "{now:?}");
    ensure!(
        incidents.len() == 2 && incidents[0][0] == "EX900001",
        "{incidents:?}"
    );
    ensure!(
        incidents[1][6]
            .as_str()
            .is_some_and(|it| it.contains("10:00:00")),
        "{incidents:?}"
    );
    ensure!(
        posts.len() == 4 && posts[3][3] == "It works again.",
        "{posts:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_retired_api_fills_the_same_table() -> Result<()> {
    let legacy = |tenant: &mut TenantConfig| tenant.service_health_role = true;
    let health = Health::with(HealthApi::ServiceCommunications, legacy).await?;
    let report = health.run().await?;
    assert_eq!(report.outcome(), Outcome::Complete);
    let kinds = json!([
        ["issue", 2],
        ["message", 2],
        ["post", 4],
        ["service", 3],
        ["status", 24]
    ]);
    assert_eq!(health.kinds()?, kinds);
    let again = health.run().await?;
    assert_eq!(again.events, 0);
    let graph = Health {
        api: HealthApi::Graph,
        ..health
    };
    let report = graph.run().await?;
    assert_eq!(report.events, 0, "Graph tells of the same");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_limited_to_what_was_changed_lately() -> Result<()> {
    let health = Health::of_graph().await?;
    let mut options = health.options();
    options.since = Some(noon() - SignedDuration::from_hours(3));
    assert_eq!(
        health.run_with(options).await?.events,
        6,
        "an issue with two posts, and statuses"
    );
    assert_eq!(health.run().await?.events, 5, "and later the rest");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_lies_beside_the_feed_in_one_lake_and_both_stay_whole() -> Result<()> {
    let world = World::week(200).await?;
    let health = Health {
        world,
        api: HealthApi::Graph,
        clock: Clock::system(),
    };
    health.world.run().await?;
    let report = health.run().await?;
    assert_eq!((report.outcome(), report.events), (Outcome::Complete, 11));
    let again = health.world.run().await?;
    assert_eq!((again.outcome(), again.events), (Outcome::Complete, 0));
    health.world.assert_each_once()?;
    assert_eq!(health.kinds()?[0], json!(["issue", 2]));
    Ok(())
}
