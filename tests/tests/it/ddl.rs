//! The statements of `schema ddl` for lakes of all layouts, run by the engines that run here.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use auditlake_pipeline::{BackfillOptions, LayoutChoice, LayoutName};
use serde_json::{Value, json};

use crate::world::{World, binary, python};

const ENGINES: [&str; 3] = ["duckdb", "clickhouse", "spark"];

/// A layout, and what finds events of one day among its partitions, if there are such.
struct Case {
    name: &'static str,
    choice: LayoutChoice,
    day: Option<&'static str>,
}

fn cases() -> Vec<Case> {
    let named = |layout| LayoutChoice {
        layout: Some(layout),
        ..LayoutChoice::default()
    };
    let template = |template: &str| LayoutChoice {
        path_template: Some(template.to_owned()),
        table: Some("m365".to_owned()),
        ..LayoutChoice::default()
    };
    let case = |name, choice, day| Case { name, choice, day };
    let mut security_lake = named(LayoutName::SecurityLake);
    security_lake.security_lake.region = Some("eu-central-1".to_owned());
    vec![
        case("hive", LayoutChoice::default(), Some("event_day = '{day}'")),
        case("flat", named(LayoutName::Flat), None),
        case(
            "keys",
            template("{table}/v1/class_uid={class_uid}/dt={event_day_compact}"),
            Some("dt = '{compact}'"),
        ),
        case(
            "bare",
            template("{table}/{class_uid}/{event_year}/{event_month}"),
            None,
        ),
        case(
            "security_lake",
            security_lake,
            Some("eventDay = '{compact}' AND region = 'eu-central-1'"),
        ),
    ]
}

/// A lake with its statements for each engine.
struct Lake {
    case: Case,
    world: World,
    events: u64,
    day: String,
    on_day: u64,
}

impl Lake {
    async fn of(case: Case) -> Result<Self> {
        let world = World::week(300).await?;
        let options = BackfillOptions {
            layout: case.choice.clone(),
            ..world.options()
        };
        let events = world.run_with(options).await?.events;
        let (day, on_day) = fullest_day(&world)?;
        Ok(Self {
            case,
            world,
            events,
            day,
            on_day,
        })
    }

    /// As a user has them, of the command.
    fn statements(&self, engine: &str) -> Result<String> {
        let output = Command::new(binary()?)
            .args(["schema", "ddl", engine, "--name", self.case.name, "--lake"])
            .arg(self.world.lake())
            .stderr(Stdio::inherit())
            .output()?;
        ensure!(output.status.success(), "{engine} {}", self.case.name);
        Ok(String::from_utf8(output.stdout)?)
    }

    /// How many events each table of the statements has, in all or of the day.
    fn queries(&self, statements: &str, engine: &str, of_day: bool) -> Vec<String> {
        let condition = match (of_day, self.case.day) {
            (true, Some(day)) => day
                .replace("{day}", &self.day)
                .replace("{compact}", &self.day.replace('-', "")),
            _ => "1 = 1".to_owned(),
        };
        let quote = if engine == "duckdb" { '"' } else { '`' };
        let created = statements.lines().filter(|line| line.starts_with("CREATE"));
        let tables = created.filter_map(|line| line.split(quote).nth(1));
        tables
            .map(|table| {
                format!(
                    "SELECT count(*), count(DISTINCT metadata.uid) FROM {table} WHERE {condition}"
                )
            })
            .collect()
    }
}

/// The day with the most records, by the records themselves.
fn fullest_day(world: &World) -> Result<(String, u64)> {
    let mut days = std::collections::BTreeMap::new();
    let records: std::collections::BTreeSet<String> = world
        .simulator
        .records(&world.tenant())
        .into_iter()
        .collect();
    for record in records {
        let record: Value = serde_json::from_str(&record)?;
        let time = record["CreationTime"].as_str().unwrap_or_default();
        let day: String = time.chars().take(10).collect();
        *days.entry(day).or_insert(0) += 1;
    }
    days.into_iter()
        .filter(|(day, _)| day.starts_with("20"))
        .max_by_key(|(_, count)| *count)
        .context("a day")
}

fn sum(answers: &[Value]) -> (u64, u64) {
    let at = |n: usize| answers.iter().filter_map(|rows| rows[0][n].as_u64()).sum();
    (at(0), at(1))
}

/// Makes the tables of all lakes in one engine, and counts.
fn check(engine: &str, lakes: &[Lake]) -> Result<()> {
    let mut statements = Vec::new();
    let mut queries = Vec::new();
    let mut expected = Vec::new();
    for lake in lakes {
        let sql = lake.statements(engine)?;
        let days = [(false, lake.events), (true, lake.on_day)];
        for (of_day, count) in days
            .into_iter()
            .take(1 + usize::from(lake.case.day.is_some()))
        {
            let asked = lake.queries(&sql, engine, of_day);
            expected.push((lake.case.name, of_day, asked.len(), count));
            queries.extend(asked);
        }
        statements.push(sql);
    }
    let question = json!({"directory": "/", "statements": statements, "queries": queries});
    let answer = python("run_sql.py", &[engine], &question.to_string());
    let answer = answer.context(engine.to_owned())?;
    let mut answers = answer["answers"].as_array().context("answers")?.as_slice();
    for (name, of_day, tables, count) in expected {
        let (these, rest) = answers.split_at(tables);
        let is_security_lake = name == "security_lake";
        ensure!(is_security_lake == (tables > 5), "{name}: {tables} tables");
        assert_eq!(sum(these), (count, count), "{engine} {name} {of_day}");
        answers = rest;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn engines_find_all_events_by_the_statements_for_each_layout() -> Result<()> {
    let mut lakes = Vec::new();
    for case in cases() {
        lakes.push(Lake::of(case).await?);
    }
    std::thread::scope(|scope| {
        let checks = ENGINES.map(|engine| scope.spawn(|| check(engine, &lakes)));
        for checked in checks {
            checked.join().map_err(|_| anyhow::anyhow!("see above"))??;
        }
        Ok(())
    })
}
