//! What becomes of intents that nobody committed.

use jiff::{SignedDuration, Timestamp};
use object_store::{Error as StoreError, ObjectStoreExt};

use super::process::Liveness;
use super::{Commit, Created, Intent, Ledger, Place, Scan};
use crate::error::Error;

/// How long an intent of a process that cannot be looked at is taken for alive.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_mins(15);

/// An intent of another run that is at work.
#[derive(Debug, Clone)]
pub(crate) struct LiveIntent {
    pub(crate) place: Place,
    pub(crate) run_id: String,
    /// When it was made, by the store's clock.
    pub(crate) made: Timestamp,
    /// Its files, below the lake's root.
    pub(crate) paths: Vec<String>,
}

impl Ledger {
    /// Rolls back the dead among the open intents of other runs, and returns the live ones.
    ///
    /// `now` is the wall clock's time: it is compared with the store's.
    pub(crate) async fn settle_open(
        &self,
        scan: &Scan,
        run_id: &str,
        now: Timestamp,
    ) -> Result<Vec<LiveIntent>, Error> {
        let mut live = Vec::new();
        for (place, made) in scan.open() {
            let intent = self.read_intent(place).await?;
            if intent.run_id == run_id {
                continue;
            }
            if is_alive(&intent, made, now) {
                live.push(LiveIntent {
                    place: place.clone(),
                    run_id: intent.run_id,
                    made,
                    paths: intent.paths,
                });
            } else {
                tracing::info!(path = %place.unit.window, run = intent.run_id, "rolling back an unfinished generation");
                self.roll_back(place, run_id, now, intent.paths).await?;
            }
        }
        Ok(live)
    }

    /// Settles a generation as rolled back and removes its files; does nothing when it is committed by now.
    pub(crate) async fn roll_back(
        &self,
        place: &Place,
        run_id: &str,
        now: Timestamp,
        paths: Vec<String>,
    ) -> Result<Created, Error> {
        let commit = Commit::rollback(run_id, now, paths);
        let created = self.create_commit(place, &commit).await?;
        if created == Created::Ours {
            self.remove(&commit.rolled_back).await?;
        }
        Ok(created)
    }

    /// Removes files that may or may not be there.
    pub(crate) async fn remove(&self, paths: &[String]) -> Result<(), Error> {
        for path in paths {
            match self.lake.store().delete(&self.lake.path(path)).await {
                Ok(()) | Err(StoreError::NotFound { .. }) => {}
                Err(source) => {
                    return Err(Error::Ledger {
                        path: path.clone(),
                        source,
                    });
                }
            }
            self.lake.remove_staging(path).await?;
        }
        Ok(())
    }
}

fn is_alive(intent: &Intent, made: Timestamp, now: Timestamp) -> bool {
    match intent.process.liveness(&intent.run_id) {
        Liveness::Alive => true,
        Liveness::Dead => false,
        Liveness::Unknown => made + LEASE > now,
    }
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt;

    use super::super::tests::{commit, intent, place};
    use super::super::{LiveRun, Process};
    use super::*;

    const WINDOW: &str = "20260504T100000Z_20260504T110000Z";
    const FILE: &str = "events/class_name=A %3A b/event_day=2026-05-04/one.parquet";

    /// A ledger on disk with one open intent of a run and the file that it names.
    async fn unfinished_by(run_id: &str, process: Process) -> (tempfile::TempDir, Ledger) {
        let directory = tempfile::tempdir().expect("a directory");
        let lake =
            auditlake_parquet::Lake::open(&directory.path().to_string_lossy()).expect("a lake");
        let ledger = Ledger::new(lake, "contoso");
        let intent = Intent {
            process,
            ..intent(run_id, &[FILE, "events/never-written.parquet"])
        };
        ledger
            .create_intent(&place(WINDOW, 0), &intent)
            .await
            .expect("an intent");
        let file = ledger.lake.path(FILE);
        ledger
            .lake
            .store()
            .put(&file, "rows".into())
            .await
            .expect("a file");
        (directory, ledger)
    }

    async fn unfinished(process: Process) -> (tempfile::TempDir, Ledger) {
        unfinished_by("dead", process).await
    }

    async fn settle(ledger: &Ledger, later: SignedDuration) -> Vec<LiveIntent> {
        let scan = ledger
            .scan(&["Audit.Exchange".to_owned()], None)
            .await
            .expect("a scan");
        ledger
            .settle_open(&scan, "mine", Timestamp::now() + later)
            .await
            .expect("settled")
    }

    async fn file_is_there(ledger: &Ledger) -> bool {
        ledger
            .lake
            .store()
            .head(&ledger.lake.path(FILE))
            .await
            .is_ok()
    }

    #[tokio::test]
    async fn the_intent_of_a_dead_run_is_rolled_back_at_once() {
        let (directory, ledger) = unfinished(Process::current()).await;
        let staging = directory.path().join(format!("{FILE}#1"));
        std::fs::write(&staging, "half").unwrap();
        assert!(settle(&ledger, SignedDuration::ZERO).await.is_empty());
        assert!(!file_is_there(&ledger).await);
        assert!(!staging.exists());
        let settled = ledger.read_commit(&place(WINDOW, 0)).await.unwrap();
        assert_eq!(settled.rolled_back[0], FILE);
        let scan = ledger
            .scan(&["Audit.Exchange".to_owned()], None)
            .await
            .unwrap();
        assert_eq!(scan.open().count(), 0);
        assert_eq!(scan.next_generation(&place(WINDOW, 0).unit), 1);
    }

    #[tokio::test]
    async fn the_intent_of_a_live_run_is_left_alone() {
        let (_directory, ledger) = unfinished_by("alive", Process::current()).await;
        let _run = LiveRun::new("alive");
        let live = settle(&ledger, LEASE + LEASE).await;
        assert_eq!(live[0].run_id, "alive");
        assert!(file_is_there(&ledger).await);
    }

    #[tokio::test]
    async fn an_intent_from_elsewhere_has_its_lease() {
        let elsewhere = Process {
            host: "elsewhere".to_owned(),
            ..Process::current()
        };
        let (_directory, ledger) = unfinished(elsewhere).await;
        assert_eq!(
            settle(&ledger, LEASE - SignedDuration::from_mins(1))
                .await
                .len(),
            1
        );
        assert!(file_is_there(&ledger).await);
        assert!(
            settle(&ledger, LEASE + SignedDuration::from_mins(1))
                .await
                .is_empty()
        );
        assert!(!file_is_there(&ledger).await);
    }

    #[tokio::test]
    async fn what_is_committed_is_never_rolled_back() {
        let (_directory, ledger) = unfinished(Process::current()).await;
        let scan = ledger
            .scan(&["Audit.Exchange".to_owned()], None)
            .await
            .unwrap();
        ledger
            .create_commit(&place(WINDOW, 0), &commit("dead"))
            .await
            .unwrap();
        assert!(
            ledger
                .settle_open(&scan, "mine", Timestamp::now())
                .await
                .unwrap()
                .is_empty()
        );
        assert!(file_is_there(&ledger).await);
    }

    #[tokio::test]
    async fn a_slow_run_cannot_commit_what_was_rolled_back() {
        let (_directory, ledger) = unfinished(Process::current()).await;
        settle(&ledger, SignedDuration::ZERO).await;
        assert_eq!(
            ledger
                .create_commit(&place(WINDOW, 0), &commit("dead"))
                .await
                .unwrap(),
            Created::Lost
        );
    }
}
