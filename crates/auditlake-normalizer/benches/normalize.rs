//! How fast records become rows, on one thread: `cargo xtask bench`.
//!
//! The input is every fixture, that is every workload and many odd shapes alike; `AUDITLAKE_BENCH_RECORDS` names a file of
//! one's own records (NDJSON) instead. Beside it stands what no normalizer can do without: reading the JSON.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use auditlake_normalizer::{Normalizer, Options, Origin};
use criterion::{Criterion, Throughput};
use serde_json::value::RawValue;

/// Records of a batch, as the pipeline makes them.
const BATCH: usize = 4096;

fn main() -> io::Result<()> {
    let records = records()?;
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("records");
    group.throughput(Throughput::Elements(records.len() as u64));
    group.bench_function("split into members", |bench| {
        bench.iter(|| records.iter().for_each(|record| split(record)));
    });
    for raw_data in [true, false] {
        let name = format!("normalize, raw_data {raw_data}");
        group.bench_function(name, |bench| {
            bench.iter(|| normalize(&records, Options { raw_data }));
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}

fn split(record: &str) {
    let members: Result<std::collections::BTreeMap<&str, &RawValue>, _> =
        serde_json::from_str(record);
    black_box(members.is_ok());
}

fn normalize(records: &[String], options: Options) {
    let mut normalizer = Normalizer::new(options);
    for batch in records.chunks(BATCH) {
        for record in batch {
            normalizer.push(record.as_bytes(), &Origin::default());
        }
        black_box(normalizer.finish());
    }
}

/// The records of the file that was named, or of the fixtures, as often as make a full batch.
fn records() -> io::Result<Vec<String>> {
    let found = match env::var_os("AUDITLAKE_BENCH_RECORDS") {
        Some(file) => lines(Path::new(&file))?,
        None => fixtures(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"))?,
    };
    let count = found.len().max(BATCH);
    Ok(found.into_iter().cycle().take(count).collect())
}

fn lines(file: &Path) -> io::Result<Vec<String>> {
    let text = fs::read_to_string(file)?;
    let lines = text.lines().filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

fn fixtures(root: &Path) -> io::Result<Vec<String>> {
    let mut records = Vec::new();
    for directory in fs::read_dir(root)? {
        for file in fs::read_dir(directory?.path())? {
            let path: PathBuf = file?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                let record = fs::read_to_string(&path)?;
                // As the service sends them: without white space.
                let compact = serde_json::from_str::<serde_json::Value>(&record);
                records.push(compact.map_or(record, |compact| compact.to_string()));
            }
        }
    }
    Ok(records)
}
