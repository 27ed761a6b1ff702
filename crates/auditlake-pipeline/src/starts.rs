//! When runs started subscriptions, remembered in the lake: the service takes one start of a content type in a quarter
//! of an hour, and a run may be followed by another at once.

use auditlake_api::ContentType;
use auditlake_parquet::Lake;
use futures::TryStreamExt;
use jiff::Timestamp;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};

use crate::error::Error;
use crate::plan::compact;
use crate::subscription::START_INTERVAL;

/// The starts of one connection: an empty object for each, named by its time.
#[derive(Debug, Clone)]
pub(crate) struct Starts {
    lake: Lake,
    connection: String,
}

impl Starts {
    pub(crate) fn new(lake: Lake, connection: &str) -> Self {
        Self {
            lake,
            connection: connection.to_owned(),
        }
    }

    /// Whether a start is too recent for another one.
    pub(crate) async fn is_recent(
        &self,
        content_type: ContentType,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let prefix = self.lake.path(&self.directory(content_type));
        let offset = prefix
            .clone()
            .join(compact(now - START_INTERVAL).to_string());
        let listed = self.lake.store().list_with_offset(Some(&prefix), &offset);
        let found: Vec<ObjectMeta> = listed
            .try_collect()
            .await
            .map_err(|source| self.error(content_type, source))?;
        // A start of a later hour was noted by a clock that was ahead. It must not hold back until then.
        let latest = format!("{}.start", compact(now + START_INTERVAL));
        let is_near = |object: &ObjectMeta| object.location.filename() <= Some(latest.as_str());
        Ok(found.iter().any(is_near))
    }

    /// Remembers a start.
    pub(crate) async fn remember(
        &self,
        content_type: ContentType,
        now: Timestamp,
    ) -> Result<(), Error> {
        let name = format!("{}/{}.start", self.directory(content_type), compact(now));
        let path = self.lake.path(&name);
        let put = self.lake.store().put(&path, "".into()).await;
        put.map(|_| ())
            .map_err(|source| self.error(content_type, source))
    }

    fn directory(&self, content_type: ContentType) -> String {
        format!("_auditlake/starts/{}/{content_type}", self.connection)
    }

    fn error(&self, content_type: ContentType, source: object_store::Error) -> Error {
        Error::Ledger {
            path: self.directory(content_type),
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_start_is_recent_for_a_quarter_of_an_hour() {
        let starts = Starts::new(Lake::open("memory://").unwrap(), "contoso");
        let time: Timestamp = "2026-05-04T10:00:00Z".parse().unwrap();
        let is_recent = async |content_type, later: Duration| {
            starts.is_recent(content_type, time + later).await.unwrap()
        };
        assert!(!is_recent(ContentType::Exchange, Duration::ZERO).await);
        starts.remember(ContentType::Exchange, time).await.unwrap();
        assert!(is_recent(ContentType::Exchange, Duration::from_mins(14)).await);
        assert!(!is_recent(ContentType::Exchange, Duration::from_mins(16)).await);
        assert!(!is_recent(ContentType::General, Duration::from_mins(1)).await);
        // The clock was set back.
        let back = |time: Timestamp, by| starts.is_recent(ContentType::Exchange, time - by);
        assert!(back(time, Duration::from_mins(10)).await.unwrap());
        assert!(!back(time, Duration::from_hours(3)).await.unwrap());
    }
}
