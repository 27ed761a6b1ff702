//! When subscriptions were started last, remembered across runs: the service takes one start in a quarter of an hour.
//!
//! A small JSON file in the state directory, without any secret. Every change is made under a lock, so that two
//! processes cannot both take the same quarter of an hour.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use auditlake_pipeline::ContentType;
use auditlake_pipeline::subscription::START_INTERVAL;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::atomic;

const FILE: &str = "starts.json";
const LOCK: &str = "starts.lock";
const VERSION: u32 = 1;

/// Whose subscription it is: the service keeps one for each content type, tenant and application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) api: String,
    pub(crate) tenant_id: String,
    pub(crate) client_id: String,
    pub(crate) content_type: String,
}

impl Key {
    pub(crate) fn with(&self, content_type: ContentType) -> Self {
        Self {
            content_type: content_type.to_string(),
            ..self.clone()
        }
    }
}

/// The memory of starts.
#[derive(Debug)]
pub(crate) struct Starts {
    directory: PathBuf,
}

#[derive(Debug, Serialize, Deserialize)]
struct Document {
    version: u32,
    starts: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    key: Key,
    /// When it was started, by this machine's clock.
    started: Timestamp,
}

impl Starts {
    /// In this directory, or in the one of the user's state.
    pub(crate) fn open(directory: Option<&Path>) -> io::Result<Self> {
        let directory = directory.map(Path::to_owned).or_else(user_directory);
        let missing = || {
            io::Error::new(
                ErrorKind::NotFound,
                "there is no directory for state, give --state-dir",
            )
        };
        Ok(Self {
            directory: directory.ok_or_else(missing)?,
        })
    }

    /// Remembers a start at `now`, or says until when it has to wait.
    pub(crate) fn claim(&self, key: &Key, now: Timestamp) -> io::Result<Option<Timestamp>> {
        self.change(now, |starts| {
            if let Some(found) = starts.iter().find(|found| found.key == *key) {
                return Some(found.until());
            }
            starts.push(Entry {
                key: key.clone(),
                started: now,
            });
            None
        })
    }

    /// Forgets a start that came to nothing.
    pub(crate) fn release(&self, key: &Key, now: Timestamp) -> io::Result<()> {
        self.change(now, |starts| starts.retain(|found| found.key != *key))
    }

    /// The service knows of a start that was not ours, from which it counts.
    pub(crate) fn set_until(&self, key: &Key, until: Timestamp, now: Timestamp) -> io::Result<()> {
        self.change(now, |starts| {
            for found in starts.iter_mut().filter(|found| found.key == *key) {
                found.started = until - START_INTERVAL;
            }
        })
    }

    fn change<T>(
        &self,
        now: Timestamp,
        change: impl FnOnce(&mut Vec<Entry>) -> T,
    ) -> io::Result<T> {
        fs::create_dir_all(&self.directory)?;
        let lock = File::create(self.directory.join(LOCK))?;
        lock.lock()?;
        let mut starts = self.read()?;
        starts.retain(|found| found.is_recent(now));
        let changed = change(&mut starts);
        let document = Document {
            version: VERSION,
            starts,
        };
        atomic::write(
            &self.directory.join(FILE),
            &serde_json::to_vec_pretty(&document)?,
        )?;
        Ok(changed)
    }

    /// A file that is none of ours is not overwritten.
    fn read(&self) -> io::Result<Vec<Entry>> {
        match fs::read(self.directory.join(FILE)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            bytes => Ok(serde_json::from_slice::<Document>(&bytes?)?.starts),
        }
    }
}

impl Entry {
    fn until(&self) -> Timestamp {
        self.started + START_INTERVAL
    }

    /// What a clock ahead of time has left behind keeps nobody waiting.
    fn is_recent(&self, now: Timestamp) -> bool {
        now.duration_since(self.started).abs() < START_INTERVAL
    }
}

/// The XDG base directory for state; on Windows the local application data.
fn user_directory() -> Option<PathBuf> {
    let variable = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else {
        variable("XDG_STATE_HOME").or_else(|| Some(std::env::home_dir()?.join(".local/state")))
    };
    base.map(|base| base.join("auditlake"))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn key() -> Key {
        Key {
            api: "https://manage.office.com".to_owned(),
            tenant_id: "t".to_owned(),
            client_id: "c".to_owned(),
            content_type: String::new(),
        }
    }

    #[test]
    fn a_start_keeps_the_next_one_waiting_for_a_quarter_of_an_hour() {
        let directory = tempfile::tempdir().unwrap();
        let starts = || Starts::open(Some(directory.path())).unwrap();
        let now: Timestamp = "2026-05-04T10:00:00Z".parse().unwrap();
        let minutes = SignedDuration::from_mins;
        let exchange = key().with(ContentType::Exchange);
        assert_eq!(starts().claim(&exchange, now).unwrap(), None);
        let until = Some(now + minutes(15));
        assert_eq!(starts().claim(&exchange, now + minutes(14)).unwrap(), until);
        assert_eq!(
            starts().claim(&key().with(ContentType::Dlp), now).unwrap(),
            None
        );
        assert_eq!(starts().claim(&exchange, now + minutes(15)).unwrap(), None);
    }

    #[test]
    fn a_start_that_was_not_sent_keeps_nobody_waiting() {
        let directory = tempfile::tempdir().unwrap();
        let starts = Starts::open(Some(directory.path())).unwrap();
        let now: Timestamp = "2026-05-04T10:00:00Z".parse().unwrap();
        assert_eq!(starts.claim(&key(), now).unwrap(), None);
        let until = now + SignedDuration::from_mins(3);
        starts.set_until(&key(), until, now).unwrap();
        assert_eq!(starts.claim(&key(), now).unwrap(), Some(until));
        starts.release(&key(), now).unwrap();
        assert_eq!(starts.claim(&key(), now).unwrap(), None);
    }

    #[test]
    fn a_file_of_something_else_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(FILE);
        fs::write(&file, "{}").unwrap();
        let starts = Starts::open(Some(directory.path())).unwrap();
        assert!(starts.claim(&key(), Timestamp::UNIX_EPOCH).is_err());
        assert_eq!(fs::read(&file).unwrap(), b"{}");
    }
}
