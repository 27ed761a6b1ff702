//! The files of a lake against its ledger.

use std::collections::{BTreeMap, BTreeSet};

use auditlake_parquet::{DEFAULT_ZSTD_LEVEL, Lake, row_count_at, sha256_at};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::delta::Registrar;
use crate::error::Error;
use crate::handover::Form;
use crate::inventory::{Inventory, list_all};
use crate::layout;
use crate::ledger::CommittedFile;
use crate::report::Outcome;
use crate::tables::Tables;

/// Concurrent reads of files.
const READS: usize = 16;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// Address of the lake.
    pub lake: String,
    /// In what form the records were handed on: then the lake holds no events, and what is said to be in it was taken by a
    /// reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_on: Option<Form>,
    /// The hash of each file was compared as well.
    pub deep: bool,
    /// Files that the ledger says are in the lake.
    pub files: u64,
    /// Their rows, by the ledger.
    pub rows: u64,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Something that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// The file, below the lake's root.
    pub path: String,
    /// What was found, and what the ledger says.
    pub detail: String,
    /// What helps.
    pub help: String,
}

/// What can be wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The ledger names it, and it is not there.
    Missing,
    /// It is there, and no ledger names it.
    Foreign,
    /// Its rows are in other files by now, or were taken back: a killed run has left it.
    Leftover,
    /// It has another size than the ledger says.
    WrongSize,
    /// It has another number of rows than the ledger says.
    WrongRows,
    /// Its bytes are not those that were written.
    WrongHash,
    /// It cannot be read as Parquet.
    Unreadable,
    /// It is in the lake, and not in the log of its Delta table.
    Unregistered,
    /// It is in the log of its Delta table, and the ledger does not have it there.
    StillRegistered,
}

impl CheckReport {
    /// Whether nothing is wrong.
    pub fn outcome(&self) -> Outcome {
        if self.findings.is_empty() {
            Outcome::Complete
        } else {
            Outcome::Gaps
        }
    }
}

impl FindingKind {
    /// What helps.
    fn help(self) -> &'static str {
        match self {
            Self::Missing => {
                "`auditlake verify --repair` fetches its records again while the service has them; after that, bring it back \
                 from the store's versions or a backup"
            }
            Self::Foreign => {
                "every engine reads it with the rest: move it out of the table, unless you put it there on purpose"
            }
            Self::Leftover => {
                "its rows may be read twice: `auditlake compact` or the next `backfill` removes it, once its run is over"
            }
            Self::WrongSize | Self::WrongHash | Self::Unreadable => {
                "it was changed after it was written: bring the original back from the store's versions or a backup"
            }
            Self::WrongRows => {
                "it is not the file that was written, though it has the same size: see `--deep`"
            }
            Self::Unregistered => {
                "readers of the Delta table do not see its rows, unless another tool has rewritten the table: the next \
                 `backfill` registers what a killed run has left"
            }
            Self::StillRegistered => {
                "readers of the Delta table read it: unless another tool has put it there, its rows are read twice, or the \
                 table cannot be read at all; restore the table to the version before"
            }
        }
    }
}

/// Compares the files of a lake with its ledger: which there are, their sizes and rows; with `deep`, also the
/// SHA-256 of each, for which every file is read.
///
/// # Errors
///
/// [`Error::Lake`] and [`Error::Ledger`] if the store fails, [`Error::Cancelled`] when interrupted. What is wrong with
/// a file is a finding.
pub async fn check(
    lake: &str,
    deep: bool,
    cancel: CancellationToken,
) -> Result<CheckReport, Error> {
    let lake = Lake::open_to_read(lake)?;
    let checked = cancel.run_until_cancelled(check_lake(&lake, deep));
    checked.await.ok_or(Error::Cancelled)?
}

async fn check_lake(lake: &Lake, deep: bool) -> Result<CheckReport, Error> {
    let (inventory, mut findings) = look(lake).await?;
    if !findings.is_empty() {
        // Runs may be at work: what is still wrong at a second look is wrong.
        let (_, again) = look(lake).await?;
        findings.retain(|finding| again.contains(finding));
    }
    let intact = |path: &&String| !findings.iter().any(|finding| finding.path == **path);
    let files: Vec<CommittedFile> = inventory
        .live
        .keys()
        .filter(intact)
        .map(|path| inventory.live[path].file.clone())
        .collect();
    let mut read = stream::iter(files)
        .map(|file| async move { read_file(lake, &file, deep).await })
        .buffered(READS)
        .boxed();
    while let Some(found) = read.next().await {
        findings.extend(found?);
    }
    let live = || inventory.live.values();
    Ok(CheckReport {
        lake: lake.to_string(),
        handed_on: layout::format_of(lake).await?.handed_on(),
        deep,
        files: live().count() as u64,
        rows: live().map(|file| file.file.rows).sum(),
        findings,
    })
}

/// What the ledger says, and what is otherwise. The files are listed before the ledger is read, and so are tables'
/// logs: whatever is there then is named by then.
async fn look(lake: &Lake) -> Result<(Inventory, Vec<Finding>), Error> {
    let layout = layout::of(lake).await?;
    let tables = Tables::new(&layout, DEFAULT_ZSTD_LEVEL);
    let listed = list_all(lake, &tables.directories()).await?;
    let delta = Registrar::to_read(lake, &layout).await?;
    let registered = match &delta {
        Some(delta) => Some(Box::pin(delta.files()).await?),
        None => None,
    };
    let mut inventory = Inventory::read(lake, None).await?;
    inventory.keeps_replaced = delta.is_some();
    let mut findings = compare(&inventory, &listed);
    if let Some(registered) = registered {
        findings.extend(compare_log(&inventory, &registered));
    }
    Ok((inventory, findings))
}

/// What the logs of Delta tables say otherwise than the ledger.
fn compare_log(inventory: &Inventory, registered: &BTreeSet<String>) -> Vec<Finding> {
    let live = &inventory.live;
    let unregistered = live.keys().filter(|path| !registered.contains(*path));
    let unregistered = unregistered.map(|path| {
        let detail = format!("the ledger says {} rows", live[path].file.rows);
        finding(FindingKind::Unregistered, path, detail)
    });
    let still = registered.iter().filter(|path| !live.contains_key(*path));
    let still = still.map(|path| {
        let detail = if inventory.over.contains(path) {
            "the ledger says that its rows are in other files, or were taken back"
        } else {
            "no ledger names it"
        };
        finding(FindingKind::StillRegistered, path, detail.to_owned())
    });
    unregistered.chain(still).collect()
}

fn compare(inventory: &Inventory, listed: &BTreeMap<String, u64>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, file) in &inventory.live {
        let expected = file.file.bytes;
        match listed.get(path) {
            None => findings.push(finding(
                FindingKind::Missing,
                path,
                format!("the ledger says {} rows, {expected} bytes", file.file.rows),
            )),
            Some(bytes) if *bytes != expected => findings.push(finding(
                FindingKind::WrongSize,
                path,
                format!("{bytes} bytes, the ledger says {expected}"),
            )),
            Some(_) => {}
        }
    }
    for (path, bytes) in listed {
        if inventory.live.contains_key(path) || inventory.under_way.contains(path) {
            continue;
        }
        if inventory.keeps_replaced && inventory.replaced.contains_key(path) {
            continue;
        }
        let kind = if inventory.over.contains(path) {
            FindingKind::Leftover
        } else {
            FindingKind::Foreign
        };
        findings.push(finding(kind, path, format!("{bytes} bytes")));
    }
    findings
}

/// Whether a file that is there has the rows, and with `deep` the bytes, that the ledger says.
pub(crate) async fn read_file(
    lake: &Lake,
    file: &CommittedFile,
    deep: bool,
) -> Result<Option<Finding>, Error> {
    let path = &file.path;
    let rows = match row_count_at(lake, path).await {
        Ok(rows) => rows,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error @ auditlake_parquet::Error::Parquet { .. }) => {
            let detail = error.to_string();
            return Ok(Some(finding(FindingKind::Unreadable, path, detail)));
        }
        Err(error) => return Err(error.into()),
    };
    if rows != file.rows {
        let detail = format!("{rows} rows, the ledger says {}", file.rows);
        return Ok(Some(finding(FindingKind::WrongRows, path, detail)));
    }
    if !deep {
        return Ok(None);
    }
    match sha256_at(lake, path).await {
        Ok(found) if found == file.sha256 => Ok(None),
        Ok(found) => {
            let detail = format!("SHA-256 {found}, the ledger says {}", file.sha256);
            Ok(Some(finding(FindingKind::WrongHash, path, detail)))
        }
        // Replaced by a compaction since: what is missing was looked for before.
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What is wrong with a file, with what helps.
pub(crate) fn finding(kind: FindingKind, path: &str, detail: String) -> Finding {
    Finding {
        kind,
        path: path.to_owned(),
        detail,
        help: kind.help().to_owned(),
    }
}
