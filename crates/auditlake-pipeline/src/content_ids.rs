//! Which blobs the lake has, by the ledger: those that were committed more often than they were lost.

use std::collections::{HashMap, HashSet};

/// A blob: content type and content id.
pub(crate) type BlobKey = (String, String);

/// The blobs of the commits that were read, in whatever order.
#[derive(Debug, Default)]
pub(crate) struct ContentIds {
    known: HashSet<BlobKey>,
    /// How much more often than once a blob was committed, or more often lost than committed: few are either.
    balance: HashMap<BlobKey, i64>,
}

impl ContentIds {
    /// The blobs that are in the lake.
    pub(crate) fn known(&self) -> &HashSet<BlobKey> {
        &self.known
    }

    /// Whether a blob is in the lake.
    pub(crate) fn contains(&self, content_type: &str, content_id: &str) -> bool {
        self.known.contains(&key(content_type, content_id))
    }

    /// A commit names a blob.
    pub(crate) fn add(&mut self, content_type: &str, content_id: &str) {
        self.change(key(content_type, content_id), 1);
    }

    /// A commit says that a blob's rows are not in the lake any more.
    pub(crate) fn lose(&mut self, content_type: &str, content_id: &str) {
        self.change(key(content_type, content_id), -1);
    }

    fn change(&mut self, key: BlobKey, by: i64) {
        let before =
            self.balance.remove(&key).unwrap_or_default() + i64::from(self.known.contains(&key));
        let now = before + by;
        if now > 0 {
            self.known.insert(key.clone());
        } else {
            self.known.remove(&key);
        }
        let rest = now - i64::from(now > 0);
        if rest != 0 {
            self.balance.insert(key, rest);
        }
    }
}

fn key(content_type: &str, content_id: &str) -> BlobKey {
    (content_type.to_owned(), content_id.to_owned())
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
        assert_eq!(ids.known().len(), usize::from(is_there), "{changes}");
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
