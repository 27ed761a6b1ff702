//! The proof of completeness: what `coverage` says by the ledger alone, and what `verify` finds out.

mod coverage;
mod page;
mod verify;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use auditlake_pipeline::coverage::{CoverageOptions, CoverageReport, coverage};

pub(crate) use self::verify::assert_well;
use crate::world::World;

/// What the ledger says of the connection of [`World::run`].
pub(crate) fn asked(world: &World) -> CoverageOptions {
    CoverageOptions {
        clock: world.clock(),
        ..CoverageOptions::new(world.lake().to_string_lossy(), "contoso")
    }
}

async fn told(world: &World) -> Result<CoverageReport> {
    Ok(coverage(&asked(world)).await?)
}

/// The files below a directory whose names end so, in order.
fn files_below(directory: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_below(&path, ending)?);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// A commit of a content type that has blobs.
fn some_commit(world: &World, content_type: &str) -> Result<PathBuf> {
    let ledger = world
        .lake()
        .join("_auditlake/ledger/contoso")
        .join(content_type);
    let commits = files_below(&ledger, ".commit.json")?;
    commits.into_iter().next().context("a commit")
}
