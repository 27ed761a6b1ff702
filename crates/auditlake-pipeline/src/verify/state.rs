//! What the ledger says of a range: its blobs, and the files that have their rows now.

use std::collections::{BTreeMap, BTreeSet};

use auditlake_api::{ContentType, Window};
use jiff::{SignedDuration, Timestamp};

use super::Verifier;
use crate::compact::replaced::Replacements;
use crate::content_ids::ContentIds;
use crate::error::Error;
use crate::gap::GapReason;
use crate::ledger::{Commit, CommittedFile, Failed, Ledger, Place, holds_audit_records};
use crate::listed::Listed;
use crate::plan::{MAX_WINDOW, RETENTION, compact, parse_window};

/// How far before the range records may be that the service repeats within it: a run looks as far back.
const REPEATS: SignedDuration = SignedDuration::from_hours(7 * 24 + 48);
const _: () = assert!(REPEATS.as_hours() >= RETENTION.as_hours());

/// What the ledger says.
#[derive(Debug, Default)]
pub(super) struct State {
    content_ids: ContentIds,
    /// What runs have listed.
    listed: Listed,
    failed: BTreeMap<String, Failed>,
    /// Generations in the lake whose windows are in the range.
    pub(super) generations: Vec<(Place, Commit)>,
    /// The files of these generations, where their rows are now.
    pub(super) files: BTreeMap<String, ExpectedFile>,
    /// As `files`, of the days before as well.
    pub(super) with_earlier: BTreeSet<String>,
}

/// A file that should be in the lake.
#[derive(Debug, Clone)]
pub(super) struct ExpectedFile {
    pub(super) file: CommittedFile,
    /// The generations that have rows in it.
    pub(super) generations: BTreeSet<Place>,
    /// Other connections that have rows in it.
    pub(super) others: BTreeSet<String>,
}

impl State {
    pub(super) async fn read(verifier: &Verifier) -> Result<Self, Error> {
        let ledger = Ledger::new(verifier.lake.clone(), &verifier.connection.name);
        let range = verifier.range;
        // The ledger is read after what was listed: what that says is committed is found.
        let mut state = Self {
            listed: ledger.read_marks().await?.listed,
            ..Self::default()
        };
        let margin = if verifier.options.deep {
            REPEATS
        } else {
            MAX_WINDOW
        };
        let names = verifier.options.content_types.iter();
        let names: Vec<String> = if verifier.options.deep {
            // A record may have come by another content type, or by the audit search.
            let mut all = ledger.content_types().await?;
            all.retain(|name| holds_audit_records(name));
            all
        } else {
            names.map(ToString::to_string).collect()
        };
        let from = compact(range.start - margin).to_string();
        let scan = ledger.scan(&names, Some(&from)).await?;
        let places: Vec<Place> = scan.commits.into_iter().collect();
        let commits = ledger.read_commits(&places).await?;
        state.add_commits(verifier, commits).await?;
        Ok(state)
    }

    async fn add_commits(
        &mut self,
        verifier: &Verifier,
        commits: Vec<(Place, Commit)>,
    ) -> Result<(), Error> {
        let mut over = BTreeSet::new();
        let mut paths = BTreeSet::new();
        for (place, commit) in &commits {
            let content_type = &place.unit.content_type;
            for id in &commit.content_ids {
                self.content_ids.add(content_type, id);
            }
            for id in &commit.lost {
                self.content_ids.lose(content_type, id);
            }
            for failed in &commit.failed {
                if let Some(id) = &failed.content_id {
                    self.failed.insert(id.clone(), failed.clone());
                }
            }
            over.extend(commit.rolled_back.iter().cloned());
            paths.extend(commit.files.iter().map(|file| file.path.clone()));
        }
        let replaced = Replacements::read(&verifier.lake, &paths).await?;
        self.with_earlier = replaced.resolve(&paths);
        self.with_earlier.retain(|path| !over.contains(path));
        let asked: Vec<String> = verifier
            .options
            .content_types
            .iter()
            .map(ToString::to_string)
            .collect();
        for (place, commit) in commits {
            let is_asked = asked.contains(&place.unit.content_type);
            let has_some = !commit.files.is_empty() || !commit.content_ids.is_empty();
            if has_some && is_asked && overlaps(&place, verifier.range) {
                self.expect(&place, &commit, &replaced, &over, &verifier.connection.name);
                self.generations.push((place, commit));
            }
        }
        Ok(())
    }

    fn expect(
        &mut self,
        place: &Place,
        commit: &Commit,
        replaced: &Replacements,
        over: &BTreeSet<String>,
        connection: &str,
    ) {
        for file in &commit.files {
            for path in replaced.resolve(&BTreeSet::from([file.path.clone()])) {
                if over.contains(&path) {
                    continue;
                }
                let new = replaced.new_file(&path);
                let expected = self.files.entry(path).or_insert_with(|| ExpectedFile {
                    file: new.map_or_else(|| file.clone(), |new| new.file.clone()),
                    generations: BTreeSet::new(),
                    others: new
                        .into_iter()
                        .flat_map(|new| new.connections.iter().cloned())
                        .filter(|other| other != connection)
                        .collect(),
                });
                expected.generations.insert(place.clone());
            }
        }
    }

    /// Whether a blob is in the lake.
    pub(super) fn has(&self, content_type: &str, content_id: &str) -> bool {
        self.content_ids.contains(content_type, content_id)
    }

    /// The generations that have rows in a file.
    pub(super) fn generations_of(&self, expected: &ExpectedFile) -> Vec<&(Place, Commit)> {
        let generations = self.generations.iter();
        generations
            .filter(|(place, _)| expected.generations.contains(place))
            .collect()
    }

    /// Whether a run has listed that moment.
    pub(super) fn is_listed(&self, content_type: ContentType, time: Timestamp) -> bool {
        let spans = self.listed.windows(content_type.as_str());
        spans
            .iter()
            .any(|span| span.start <= time && time < span.end)
    }

    /// Why a blob is not in the lake, if a run said so.
    pub(super) fn why_not(&self, content_id: &str) -> Option<(GapReason, &str)> {
        let failed = self.failed.get(content_id)?;
        Some((failed.reason, &failed.detail))
    }
}

fn overlaps(place: &Place, range: Window) -> bool {
    parse_window(&place.unit.window)
        .is_some_and(|window| window.start < range.end && window.end > range.start)
}
