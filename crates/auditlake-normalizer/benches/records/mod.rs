//! What is measured: every fixture, that is every workload and many odd shapes alike; `AUDITLAKE_BENCH_RECORDS` names a
//! file of one's own records (NDJSON) instead.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The records of the file that was named, or of the fixtures, as often as make `at_least` of them.
pub(crate) fn records(at_least: usize) -> io::Result<Vec<String>> {
    let found = match env::var_os("AUDITLAKE_BENCH_RECORDS") {
        Some(file) => lines(Path::new(&file))?,
        None => fixtures(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"))?,
    };
    let count = found.len().max(at_least);
    Ok(found.into_iter().cycle().take(count).collect())
}

fn lines(file: &Path) -> io::Result<Vec<String>> {
    let text = fs::read_to_string(file)?;
    let lines = text.lines().filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

fn fixtures(root: &Path) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    for directory in fs::read_dir(root)? {
        for file in fs::read_dir(directory?.path())? {
            files.push(file?.path());
        }
    }
    // The same order on every machine.
    files.sort();
    let is_record = |path: &&PathBuf| path.extension().is_some_and(|it| it == "json");
    files.iter().filter(is_record).map(fixture).collect()
}

/// A record as the service sends it: without white space.
fn fixture(path: &PathBuf) -> io::Result<String> {
    let record = fs::read_to_string(path)?;
    let compact = serde_json::from_str::<serde_json::Value>(&record);
    Ok(compact.map_or(record, |compact| compact.to_string()))
}
