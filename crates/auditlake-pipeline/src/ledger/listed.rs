//! The marks under `_auditlake/listed/<connection>/`: what was listed, one object a run.
//!
//! A run folds the marks that it read into its own, and removes them once its own is there; so there is one, or a few
//! where runs overlapped. None of them is needed to know what is in the lake.

use futures::TryStreamExt;
use object_store::ObjectMeta;
use serde::{Deserialize, Serialize};

use super::{Ledger, ledger_error, record};
use crate::error::Error;
use crate::listed::Listed;

/// Version of the marks.
const VERSION: u32 = 1;
/// How often marks are listed again that somebody has replaced meanwhile.
const ATTEMPTS: usize = 5;

/// A mark.
#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    version: u32,
    content_types: Listed,
}

/// What the marks say together, and which they were.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) listed: Listed,
    paths: Vec<String>,
}

impl Ledger {
    /// Reads the marks of the connection.
    pub(crate) async fn read_marks(&self) -> Result<Marks, Error> {
        let mut tried = 0;
        loop {
            tried += 1;
            match self.try_read_marks().await {
                // Another run has just put its own mark in the place of those that were listed.
                Err(error) if is_gone(&error) && tried < ATTEMPTS => {}
                read => return read,
            }
        }
    }

    async fn try_read_marks(&self) -> Result<Marks, Error> {
        let prefix = self.lake.path(&self.marks());
        let objects = self.lake.store().list(Some(&prefix));
        let objects: Vec<ObjectMeta> =
            objects.try_collect().await.map_err(ledger_error(&prefix))?;
        let mut marks = Marks::default();
        for object in objects {
            let bytes = self.bytes(&object.location).await?;
            let mark: Mark = record::read(object.location.as_ref(), &bytes)?;
            marks.listed.merge(&mark.content_types);
            let name = object.location.filename().unwrap_or_default();
            marks.paths.push(format!("{}/{name}", self.marks()));
        }
        Ok(marks)
    }

    /// Leaves the mark of a run in the place of those that it read.
    pub(crate) async fn replace_marks(&self, run_id: &str, marks: Marks) -> Result<(), Error> {
        let own = format!("{}/{run_id}.json", self.marks());
        let mark = Mark {
            version: VERSION,
            content_types: marks.listed,
        };
        self.create(&self.lake.path(&own), &mark).await?;
        self.remove(&marks.paths).await
    }

    fn marks(&self) -> String {
        format!("_auditlake/listed/{}", self.connection)
    }
}

fn is_gone(error: &Error) -> bool {
    matches!(
        error,
        Error::Ledger {
            source: object_store::Error::NotFound { .. },
            ..
        }
    )
}

#[cfg(test)]
mod tests {
    use auditlake_api::Window;
    use jiff::{SignedDuration, Timestamp};

    use super::super::tests::memory;
    use super::*;

    fn window(hour: i64) -> Window {
        let start = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour);
        Window {
            start,
            end: start + SignedDuration::from_hours(1),
        }
    }

    fn with(mut marks: Marks, hour: i64) -> Marks {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(100);
        marks.listed.add("DLP.All", window(hour), now);
        marks
    }

    #[tokio::test]
    async fn a_run_replaces_the_marks_that_it_read_and_no_others() {
        let ledger = memory();
        let (one, two) = (
            ledger.read_marks().await.unwrap(),
            ledger.read_marks().await.unwrap(),
        );
        ledger.replace_marks("one", with(one, 1)).await.unwrap();
        ledger.replace_marks("two", with(two, 2)).await.unwrap();
        let both = ledger.read_marks().await.unwrap();
        assert_eq!(both.paths.len(), 2);
        ledger.replace_marks("three", with(both, 3)).await.unwrap();
        let all = ledger.read_marks().await.unwrap();
        assert_eq!(all.paths, ["_auditlake/listed/contoso/three.json"]);
        for hour in 1..4 {
            assert_eq!(all.listed.missing("DLP.All", window(hour)), []);
        }
    }

    #[test]
    fn the_stored_form_is_read_as_it_was_meant() {
        let text = include_bytes!("../../test-data/listed/v1.json");
        let mark: Mark = record::read("a", text).unwrap();
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let listed = &mark.content_types;
        assert_eq!(
            listed.followed("Audit.Exchange"),
            Some(time("2026-05-04T10:00:00Z"))
        );
        assert_eq!(listed.followed("DLP.All"), None);
        let span = Window {
            start: time("2026-05-04T10:00:00Z"),
            end: time("2026-05-11T12:00:00Z"),
        };
        let missing = listed.missing("Audit.Exchange", span);
        assert_eq!(missing.len(), 1);
        assert_eq!(missing[0].start, time("2026-05-11T10:30:00Z"));
        let old = listed.not_listed_after("Audit.Exchange", span, time("2026-05-11T05:00:00Z"));
        assert_eq!(old[0].end, time("2026-05-10T10:00:00Z"));
        assert_eq!(serde_json::to_value(&mark).unwrap(), {
            serde_json::from_slice::<serde_json::Value>(text).unwrap()
        });
    }
}
