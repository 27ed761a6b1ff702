//! The guides to engines: what stands in them runs, and finds what an attacker did in the simulated week.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use auditlake_pipeline::schema::ddl::{Engine, Table, statements};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::readers::copy;
use crate::world::{World, python};

/// Engines that run here, with their pages.
const TRIED: [(Engine, &str); 3] = [
    (Engine::DuckDb, "duckdb"),
    (Engine::ClickHouse, "clickhouse"),
    (Engine::Spark, "spark"),
];

/// Where the attacker of the simulated week comes from.
const ATTACKER: &str = "198.51.100.66";

fn guide(page: &str) -> Result<String> {
    let guides = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/query");
    let path = guides.join(format!("{page}.md"));
    std::fs::read_to_string(&path).with_context(|| path.display().to_string())
}

/// The code blocks of a language.
fn blocks<'g>(guide: &'g str, language: &str) -> Vec<&'g str> {
    let fences = guide.split("\n```");
    let inside = |block: &'g str| block.strip_prefix(language)?.strip_prefix('\n');
    fences.filter_map(inside).collect()
}

/// A lake called `lake` in a directory, with enough records for a whole attack.
async fn lake() -> Result<TempDir> {
    let world = World::week(2_500).await?;
    world.run().await?;
    let directory = tempfile::tempdir()?;
    copy(world.lake(), &directory.path().join("lake"))?;
    Ok(directory)
}

fn check_sql(engine: Engine, page: &str, directory: &Path) -> Result<()> {
    let guide = guide(page)?;
    let queries = blocks(&guide, "sql");
    ensure!(queries.len() > 3, "{page}: {} queries", queries.len());
    // ClickHouse resolves paths of tables by itself.
    let lake = directory.join("lake");
    let sql = statements(engine, &Table::default(), &lake.to_string_lossy(), "events")?;
    let question = json!({"directory": directory, "statements": [sql], "queries": queries});
    let answer = python("run_sql.py", &[engine.name()], &question.to_string());
    let answer = answer.context(engine.name())?;
    for (query, rows) in queries
        .iter()
        .zip(answer["answers"].as_array().context(page.to_owned())?)
    {
        assert_finds_attack(page, query, rows);
    }
    assert_names_version(&guide, &answer["version"])
}

/// There are rows, and the attacker in one of them; unless it is the query that named the attacker.
fn assert_finds_attack(page: &str, query: &str, rows: &Value) {
    let found = rows.to_string().contains(ATTACKER) || query.contains(ATTACKER);
    assert!(
        rows[0] != Value::Null && found,
        "{page}: {query} finds {rows}"
    );
}

/// A page says the version that it was tried with.
fn assert_names_version(guide: &str, version: &Value) -> Result<()> {
    let version = version.as_str().context("a version")?;
    let tried = guide.lines().find(|line| line.starts_with("**Tried**"));
    let tried = tried.context("a line of what was tried")?;
    ensure!(tried.contains(version), "{version}: {tried}");
    Ok(())
}

fn check_python(directory: &Path) -> Result<()> {
    let guide = guide("python")?;
    let programs = blocks(&guide, "python");
    ensure!(programs.len() > 2, "{} programs", programs.len());
    let question = json!({"directory": directory, "programs": programs});
    let answer = python("run_python.py", &[], &question.to_string())?;
    for (program, hits) in programs
        .iter()
        .zip(answer["hits"].as_array().context("hits")?)
    {
        assert_finds_attack("python", program, hits);
    }
    for version in answer["versions"].as_array().context("versions")? {
        assert_names_version(&guide, version)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queries_of_the_guides_find_the_attack() -> Result<()> {
    let directory = lake().await?;
    let directory = directory.path();
    check_python(directory)?;
    std::thread::scope(|scope| {
        let checks =
            TRIED.map(|(engine, page)| scope.spawn(move || check_sql(engine, page, directory)));
        for checked in checks {
            checked.join().map_err(|_| anyhow::anyhow!("see above"))??;
        }
        Ok(())
    })
}

#[test]
fn the_queries_for_engines_that_do_not_run_here_are_read_by_a_parser() -> Result<()> {
    let mut all: Map<String, Value> = Map::new();
    for engine in Engine::ALL {
        if TRIED.iter().any(|(tried, _)| *tried == engine) {
            continue;
        }
        let guide = guide(engine.name())?;
        let queries = blocks(&guide, "sql");
        assert!(queries.len() > 2, "{engine:?}");
        assert!(guide.contains("**Not tried**"), "{engine:?}");
        all.insert(engine.name().to_owned(), json!(queries));
    }
    let faults = python(
        "parse_queries.py",
        &[],
        &Value::Object(all.clone()).to_string(),
    )?;
    for engine in all.keys() {
        assert_eq!(faults[engine], Value::Array(Vec::new()), "{engine}");
    }
    Ok(())
}
