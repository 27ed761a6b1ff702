//! What a run learns of what it may have: which feeds are out of reach, and whether its credentials still work.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auditlake_api::{Error as ApiError, ErrorKind};

use crate::failure::{describe, has_no_token, reason};
use crate::gap::{Gap, GapReason};
use crate::recorder::Recorder;

/// Shared by a run and the tasks of its source.
#[derive(Debug)]
pub(crate) struct Access {
    recorder: Arc<Recorder>,
    learned: Mutex<Learned>,
}

#[derive(Debug, Default)]
struct Learned {
    /// Feeds of which nothing more can be had.
    unavailable: BTreeMap<String, GapReason>,
    /// Feeds of which at least one unit could be asked for.
    reached: BTreeSet<String>,
    /// The credentials do not work any more: the run ends with what it has.
    refused: Option<ApiError>,
}

impl Access {
    /// Of a run that has asked for nothing yet; gaps go to `recorder`.
    pub(crate) fn new(recorder: Arc<Recorder>) -> Arc<Self> {
        let learned = Mutex::default();
        Arc::new(Self { recorder, learned })
    }

    /// Whether nothing more is to be asked of a feed.
    pub(crate) fn is_given_up(&self, feed: &str) -> bool {
        let learned = self.lock();
        learned.refused.is_some() || learned.unavailable.contains_key(feed)
    }

    /// Whether an error means that the feed, or everything, is out of reach.
    pub(crate) fn give_up(&self, feed: &str, error: &ApiError) -> bool {
        match error.kind() {
            ErrorKind::Credentials if has_no_token(error) => {
                self.refuse(error);
                true
            }
            ErrorKind::Credentials | ErrorKind::Permission | ErrorKind::Disabled => {
                self.unavailable(feed, reason(error), with_permission(error));
                true
            }
            _ => false,
        }
    }

    /// Names a feed as out of reach, once.
    pub(crate) fn unavailable(&self, feed: &str, reason: GapReason, detail: String) {
        let before = self.lock().unavailable.insert(feed.to_owned(), reason);
        if before.is_none() {
            self.recorder.gap(Gap {
                content_type: feed.to_owned(),
                window: None,
                content_id: None,
                reason,
                detail,
            });
        }
    }

    /// No token can be had any more, which ends everything.
    pub(crate) fn refuse(&self, error: &ApiError) {
        self.lock().refused.get_or_insert_with(|| error.clone());
    }

    /// Something of a feed could be asked for.
    pub(crate) fn reach(&self, feed: &str) {
        self.lock().reached.insert(feed.to_owned());
    }

    /// Why the credentials do not work any more.
    pub(crate) fn refused(&self) -> Option<ApiError> {
        self.lock().refused.clone()
    }

    /// Whether nothing of a feed could be had.
    pub(crate) fn is_out_of_reach(&self, feed: &str) -> bool {
        let learned = self.lock();
        learned.unavailable.contains_key(feed) && !learned.reached.contains(feed)
    }

    /// Whether a feed is out of reach for want of a permission.
    pub(crate) fn is_denied(&self, feed: &str) -> bool {
        self.lock().unavailable.get(feed) == Some(&GapReason::Permission)
    }

    fn lock(&self) -> MutexGuard<'_, Learned> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The service's words, and the permission that is missing where they do not name it.
fn with_permission(error: &ApiError) -> String {
    let words = describe(error);
    match error.missing_permission() {
        Some(permission) if !words.contains(permission) => {
            format!("{words}; `{permission}` is missing")
        }
        _ => words,
    }
}
