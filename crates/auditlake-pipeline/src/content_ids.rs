//! Which blobs the lake has, by the ledger: those that were committed more often than they were lost.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_128;

/// What a blob takes in a set that grows, in bytes.
const BLOB_BYTES: usize = 40;

/// Blobs by content type, each by a hash of its content id: ids have some 150 characters, and a process with many tenants
/// remembers tens of thousands of each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Blobs(HashMap<String, HashSet<u128>>);

/// The blobs of the commits that were read, in whatever order.
#[derive(Debug, Default)]
pub(crate) struct ContentIds {
    known: Blobs,
    /// How much more often than once a blob was committed, or more often lost than committed: few are either.
    balance: HashMap<(String, u128), i64>,
}

impl Blobs {
    /// Whether there is any of a content type.
    pub(crate) fn has_any(&self, content_type: &str) -> bool {
        self.0.get(content_type).is_some_and(|ids| !ids.is_empty())
    }

    /// Adds a blob, and says whether it was not there.
    pub(crate) fn insert(&mut self, content_type: &str, content_id: &str) -> bool {
        self.insert_hash(content_type, hash(content_id))
    }

    /// About how many bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        self.len() * BLOB_BYTES
    }

    fn len(&self) -> usize {
        self.0.values().map(HashSet::len).sum()
    }

    /// Whether a blob is there.
    pub(crate) fn contains(&self, content_type: &str, content_id: &str) -> bool {
        self.contains_hash(content_type, hash(content_id))
    }

    fn contains_hash(&self, content_type: &str, hash: u128) -> bool {
        let ids = self.0.get(content_type);
        ids.is_some_and(|ids| ids.contains(&hash))
    }

    fn insert_hash(&mut self, content_type: &str, hash: u128) -> bool {
        match self.0.get_mut(content_type) {
            Some(ids) => ids.insert(hash),
            None => self
                .0
                .entry(content_type.to_owned())
                .or_default()
                .insert(hash),
        }
    }

    fn remove(&mut self, content_type: &str, hash: u128) {
        if let Some(ids) = self.0.get_mut(content_type) {
            ids.remove(&hash);
        }
    }
}

fn hash(content_id: &str) -> u128 {
    xxh3_128(content_id.as_bytes())
}

impl ContentIds {
    /// The blobs that are in the lake.
    pub(crate) fn known(&self) -> &Blobs {
        &self.known
    }

    /// Whether a blob is in the lake.
    pub(crate) fn contains(&self, content_type: &str, content_id: &str) -> bool {
        self.known.contains(content_type, content_id)
    }

    /// A commit names a blob.
    pub(crate) fn add(&mut self, content_type: &str, content_id: &str) {
        self.change(content_type, hash(content_id), 1);
    }

    /// A commit says that a blob's rows are not in the lake any more.
    pub(crate) fn lose(&mut self, content_type: &str, content_id: &str) {
        self.change(content_type, hash(content_id), -1);
    }

    fn change(&mut self, content_type: &str, hash: u128, by: i64) {
        let key = (content_type.to_owned(), hash);
        let is_known = self.known.contains_hash(content_type, hash);
        let before = self.balance.remove(&key).unwrap_or_default() + i64::from(is_known);
        let now = before + by;
        if now > 0 {
            self.known.insert_hash(content_type, hash);
        } else {
            self.known.remove(content_type, hash);
        }
        let rest = now - i64::from(now > 0);
        if rest != 0 {
            self.balance.insert(key, rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "Audit.Exchange";

    /// Commits (`+`) and losses (`-`) of one blob, and whether it is there then.
    #[track_caller]
    fn check(changes: &str, is_there: bool) {
        let mut ids = ContentIds::default();
        for change in changes.chars() {
            match change {
                '+' => ids.add(TYPE, "a"),
                _ => ids.lose(TYPE, "a"),
            }
        }
        assert_eq!(ids.contains(TYPE, "a"), is_there, "{changes}");
        assert_eq!(ids.known().has_any(TYPE), is_there, "{changes}");
        assert!(!ids.contains("DLP.All", "a") && !ids.contains(TYPE, "b"));
    }

    #[test]
    fn a_blob_is_there_when_it_came_more_often_than_it_was_lost_in_any_order() {
        for (changes, is_there) in [("", false), ("+", true), ("-", false), ("++", true)] {
            check(changes, is_there);
        }
        for order in ["+-", "-+", "++--", "-++-", "--++", "+-+-"] {
            check(order, false);
        }
        for order in ["++-", "+-+", "-++", "+++-", "--+++"] {
            check(order, true);
        }
    }
}
