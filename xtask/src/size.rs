//! What a record costs at rest: the simulator's week in a lake, before and after compaction, column by column.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use parquet::file::reader::{FileReader, SerializedFileReader};
use xshell::{Shell, cmd};

/// The day after the demo's week and all records of it: every day is closed.
const UNTIL: &str = "2026-05-13";
/// How many columns are told.
const TOLD: usize = 10;

/// Makes the week of that many records, and prints what they cost.
pub(crate) fn run(shell: &Shell, root: &Path, records: usize) -> Result<()> {
    let lake = root.join("target/size");
    if lake.exists() {
        fs::remove_dir_all(&lake)?;
    }
    let records = records.to_string();
    cmd!(shell, "cargo build --release --package auditlake-cli").run()?;
    let program = root.join("target/release/auditlake");
    let quietly = cmd!(
        shell,
        "{program} demo --lake {lake} --records {records} --progress none"
    );
    quietly.ignore_stderr().quiet().run()?;
    tell("as written, windows of a day, zstd 1", &Cost::of(&lake)?)?;
    for level in ["1", "9"] {
        let compacted = root.join(format!("target/size-{level}"));
        copy(shell, &lake, &compacted)?;
        let compact = cmd!(
            shell,
            "{program} compact --lake {compacted} --until {UNTIL} --zstd-level {level}"
        );
        compact.ignore_stderr().quiet().run()?;
        tell(&format!("compacted, zstd {level}"), &Cost::of(&compacted)?)?;
    }
    Ok(())
}

fn copy(shell: &Shell, from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    cmd!(shell, "cp -r {from} {to}").quiet().run()?;
    Ok(())
}

/// What the events of a lake take, in bytes.
#[derive(Default)]
struct Cost {
    files: u64,
    rows: u64,
    bytes: u64,
    /// Footers, page indexes and bloom filters: what is not pages.
    around: u64,
    columns: BTreeMap<String, u64>,
}

impl Cost {
    fn of(lake: &Path) -> Result<Self> {
        let mut cost = Self::default();
        for file in files(&lake.join("events"))? {
            cost.add(&file)
                .with_context(|| file.display().to_string())?;
        }
        ensure!(cost.rows > 0, "there are no events");
        cost.around = cost.bytes - cost.columns.values().sum::<u64>();
        Ok(cost)
    }

    fn add(&mut self, path: &Path) -> Result<()> {
        let file = File::open(path)?;
        self.files += 1;
        self.bytes += file.metadata()?.len();
        let reader = SerializedFileReader::new(file)?;
        for group in reader.metadata().row_groups() {
            self.rows += u64::try_from(group.num_rows())?;
            for column in group.columns() {
                *self
                    .columns
                    .entry(column.column_path().string())
                    .or_default() += u64::try_from(column.compressed_size())?;
            }
        }
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "a mean")]
    fn a_record(&self, bytes: u64) -> f64 {
        bytes as f64 / self.rows as f64
    }
}

fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// A table for people who repeat the measurement.
fn tell(what: &str, cost: &Cost) -> Result<()> {
    let raw = cost.columns.get("raw_data").copied().unwrap_or_default();
    let mut columns: Vec<_> = cost.columns.iter().collect();
    columns.sort_by_key(|(_, bytes)| std::cmp::Reverse(**bytes));
    let dearest = columns.into_iter().take(TOLD);
    let sums = [
        ("with raw_data and unmapped", cost.bytes),
        ("without raw_data", cost.bytes - raw),
        ("of them footers, indexes and filters", cost.around),
    ];
    let lines = dearest.map(|(name, bytes)| (name.as_str(), *bytes));
    let mut out = std::io::stdout().lock();
    let (rows, files) = (cost.rows, cost.files);
    writeln!(
        out,
        "{what}: {rows} records in {files} files, bytes a record"
    )?;
    for (name, bytes) in sums.into_iter().chain(lines) {
        writeln!(out, "{:8.1}  {name}", cost.a_record(bytes))?;
    }
    writeln!(out)?;
    Ok(())
}
