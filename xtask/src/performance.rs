//! `docs/reference/performance.md`: this program beside engines that read the same file, measured on one machine.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::python;

/// Where the measurements are told, under `docs/reference/`. `cargo xtask docs` leaves it alone: it is not made of code.
pub(crate) const PAGE: &str = "performance.md";

/// What is compared.
pub(crate) struct Comparison {
    /// Records of the simulator's week.
    pub(crate) records: u64,
    /// How often each takes its turn.
    pub(crate) rounds: u32,
    /// Records of further files, which this program alone reads.
    pub(crate) growth: Vec<u64>,
    /// Records of backfills from the simulator.
    pub(crate) backfill: Vec<u64>,
}

/// Measures all, and writes the page.
pub(crate) fn run(shell: &Shell, root: &Path, comparison: &Comparison) -> Result<()> {
    let python = python::environment(shell, root)?;
    cmd!(shell, "cargo build --profile dist --package auditlake-cli").run()?;
    let binary = root.join("target/dist/auditlake");
    let directory = root.join("target/performance");
    let (records, rounds) = (
        comparison.records.to_string(),
        comparison.rounds.to_string(),
    );
    let (growth, backfill) = (sizes(&comparison.growth), sizes(&comparison.backfill));
    let measured = cmd!(
        shell,
        "{python} tests/python/compare_speed.py {binary} {directory} {records} {rounds} {growth} {backfill}"
    );
    let measured: Value = serde_json::from_str(&measured.quiet().read()?)?;
    let compiler = cmd!(shell, "rustc --version").quiet().read()?;
    let page = page(&measured, &compiler).context("the measurements lack something")?;
    fs::write(root.join("docs/reference").join(PAGE), page)?;
    Ok(())
}

fn sizes(records: &[u64]) -> String {
    let records: Vec<String> = records.iter().map(u64::to_string).collect();
    records.join(",")
}

fn page(measured: &Value, compiler: &str) -> Option<String> {
    let mut page = format!(
        "<!-- Made by `cargo xtask bench --engines`; measure again, do not change this page. -->\n\n\
         # Performance\n\n\
         Records in, Parquet out (zstd level 1): `auditlake normalize`, which makes an OCSF event of each record, tells known \
         records from new ones and commits what it wrote, beside engines that copy the members as they infer them. All read \
         one file, the simulator's week in the order of time: {} records, {} MB of NDJSON. Whole processes in turn, the \
         median of {} rounds, each on the same {} cores of one machine ({}; load {:.1} when it ended, {compiler}, \
         profile `dist`).\n\n\
         | | records a second | seconds (fastest to slowest) | CPU seconds | peak memory, MiB | written, MB |\n\
         |---|---:|---:|---:|---:|---:|\n",
        count(&measured["records"])?,
        megabytes(&measured["bytes"])?,
        measured["rounds"],
        measured["cores"],
        measured["processor"].as_str()?,
        measured["load"].as_f64()?,
    );
    let contenders = measured["contenders"].as_array()?;
    for contender in contenders {
        page.push_str(&row(contender)?);
    }
    page.push_str(&ratios(contenders));
    page.push_str(&growth(measured["growth"].as_array()?)?);
    page.push_str(&backfill(
        measured["backfill"].as_array()?,
        &measured["quota"],
    )?);
    page.push_str("\n## Commands\n");
    for contender in contenders {
        let (name, command) = (contender["name"].as_str()?, contender["command"].as_str()?);
        write!(page, "\n{name}:\n\n```text\n{command}\n```\n").ok()?;
    }
    Some(page)
}

fn row(contender: &Value) -> Option<String> {
    let name = contender["name"].as_str()?;
    if let Some(error) = contender["error"].as_str() {
        let error: String = error.chars().take(160).filter(|c| *c != '|').collect();
        return Some(format!(
            "| {name} | does not finish: `{}` | | | | |\n",
            error.replace('`', "'")
        ));
    }
    let number = |key: &str| contender[key].as_f64();
    Some(format!(
        "| {name} | {} | {:.1} ({:.1} to {:.1}) | {:.1} | {:.0} | {} |\n",
        thousands(number("records_per_second")?),
        number("seconds")?,
        number("fastest")?,
        number("slowest")?,
        number("cpu")?,
        number("peak")?,
        megabytes(&contender["written"])?,
    ))
}

/// How many times as fast as each engine this program was, and with what part of its memory.
fn ratios(contenders: &[Value]) -> String {
    let (ours, theirs) = contenders.split_at(2.min(contenders.len()));
    let line = |other: &Value| {
        let name = other["name"].as_str()?;
        let of = |own: &Value, key: &str| Some(own[key].as_f64()? / other[key].as_f64()?);
        let parts = ours.iter().filter_map(|own| {
            let (speed, memory) = (of(own, "records_per_second")?, of(own, "peak")?);
            let own = own["name"].as_str()?;
            Some(format!(
                "{own} {speed:.1} times as fast, in {memory:.2} of its memory"
            ))
        });
        let parts: Vec<String> = parts.collect();
        (!parts.is_empty()).then(|| format!("- {name}: {}.\n", parts.join("; ")))
    };
    let lines: Vec<String> = theirs.iter().filter_map(line).collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("\nBeside\n\n{}", lines.concat())
}

fn growth(files: &[Value]) -> Option<String> {
    if files.is_empty() {
        return Some(String::new());
    }
    let mut text = String::from(
        "\n## Growing files\n\n`auditlake normalize` alone, once each, of files that are compressed with zstd. More than a million records are \
         several weeks, the same but for their dates.\n\n\
         | records | MB | seconds | records a second | peak memory, MiB |\n|---:|---:|---:|---:|---:|\n",
    );
    for file in files {
        let seconds = file["seconds"].as_f64()?;
        let per_second = file["records"].as_f64()? / seconds;
        writeln!(
            text,
            "| {} | {} | {seconds:.1} | {} | {:.0} |",
            count(&file["records"])?,
            megabytes(&file["bytes"])?,
            thousands(per_second),
            file["peak"].as_f64()?,
        )
        .ok()?;
    }
    text.push_str(&chart("seconds", files, "seconds")?);
    text.push_str(&chart("peak memory, MiB", files, "peak")?);
    Some(text)
}

/// A line over the numbers of records: where each is ten times the one before, so are seconds that grow as the input does.
fn chart(title: &str, files: &[Value], key: &str) -> Option<String> {
    let sizes: Option<Vec<String>> = files.iter().map(|file| count(&file["records"])).collect();
    let values = files.iter().map(|file| file[key].as_f64());
    let values: Option<Vec<String>> = values.map(|it| Some(format!("{:.1}", it?))).collect();
    Some(format!(
        "\n```mermaid\nxychart-beta\n    x-axis \"records\" [\"{}\"]\n    y-axis \"{title}\"\n    line [{}]\n```\n",
        sizes?.join("\", \""),
        values?.join(", ")
    ))
}

fn backfill(runs: &[Value], quota: &Value) -> Option<String> {
    if runs.is_empty() {
        return Some(String::new());
    }
    let mut text = String::from(
        "\n## Backfill\n\n`auditlake backfill` from `auditlake simulate`, which has the same cores; blobs of fifty records, \
         no quota.\n\n\
         | records | requests | seconds | records a second | CPU seconds | peak memory, MiB | limited by |\n\
         |---:|---:|---:|---:|---:|---:|---|\n",
    );
    for run in runs {
        let (seconds, records) = (run["seconds"].as_f64()?, run["records"].as_f64()?);
        writeln!(
            text,
            "| {} | {} | {seconds:.1} | {} | {:.1} | {:.0} | {} |",
            thousands(records),
            count(&run["requests"])?,
            thousands(records / seconds),
            run["cpu"].as_f64()?,
            run["peak"].as_f64()?,
            run["stages"]["limited_by"].as_str()?,
        )
        .ok()?;
    }
    writeln!(
        text,
        "\nWithin a quota of {} requests a minute: {} requests in {:.0} s, {:.1} % of the quota from the start of the \
         process to its end, and {:.0} % of one core.",
        count(&quota["quota"])?,
        count(&quota["requests"])?,
        quota["seconds"].as_f64()?,
        quota["used"].as_f64()? * 100.0,
        quota["cpu_share"].as_f64()? * 100.0,
    )
    .ok()?;
    Some(text)
}

fn count(number: &Value) -> Option<String> {
    Some(thousands(number.as_f64()?))
}

fn megabytes(bytes: &Value) -> Option<String> {
    Some(format!("{:.0}", bytes.as_f64()? / 1e6))
}

/// `1,234,567`.
fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured() -> Value {
        let run = |name: &str, speed: f64, peak: f64| {
            serde_json::json!({
                "name": name, "command": "x", "error": null, "records_per_second": speed, "seconds": 2.0,
                "fastest": 1.5, "slowest": 3.0, "cpu": 4.0, "peak": peak, "written": 5_000_000,
            })
        };
        serde_json::json!({
            "processor": "A", "cores": 2, "load": 0.5, "rounds": 5, "records": 1_234_567, "bytes": 400_000_000,
            "contenders": [
                run("auditlake", 100_000.0, 250.0), run("auditlake, no raw_data", 200_000.0, 250.0),
                run("E", 50_000.0, 1000.0),
                {"name": "F", "command": "y", "error": "no `|` luck"},
            ],
            "growth": [{"records": 100_000, "bytes": 1_000_000, "seconds": 1.0, "peak": 90.0}],
            "backfill": [{
                "records": 60_000, "requests": 1234, "seconds": 2.0, "cpu": 3.0, "peak": 100.0,
                "stages": {"limited_by": "cpu"},
            }],
            "quota": {"quota": 2000, "requests": 6000, "seconds": 181.0, "used": 0.994, "cpu_share": 0.15},
        })
    }

    #[test]
    fn ratios_are_of_speed_and_memory() {
        let page = page(&measured(), "rustc 1").expect("a page");
        let beside = "- E: auditlake 2.0 times as fast, in 0.25 of its memory; auditlake, no raw_data 4.0 times as fast";
        assert!(page.contains(beside), "{page}");
        assert!(
            page.contains("| F | does not finish: `no '' luck` |"),
            "{page}"
        );
        assert!(page.contains("1,234,567 records, 400 MB"), "{page}");
        assert!(
            page.contains("| 100,000 | 1 | 1.0 | 100,000 | 90 |"),
            "{page}"
        );
        assert!(page.contains("line [90.0]"), "{page}");
        let backfill = "| 60,000 | 1,234 | 2.0 | 30,000 | 3.0 | 100 | cpu |";
        assert!(page.contains(backfill), "{page}");
        assert!(page.contains("99.4 % of the quota"), "{page}");
    }
}
