//! The inbox: content that was announced to a receiver, and that no run has dealt with yet, under
//! `_auditlake/inbox/<connection>/<content type>/`.
//!
//! An object is a notice: the blobs of one request to the receiver. It is named by its oldest blob's time and by the
//! blobs themselves, so that a request that is repeated finds its notice there. Who has its blobs in the ledger removes
//! it. Nothing depends on a notice: what it names is found by listing too, only later.

use auditlake_api::{ContentBlob, ContentType};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use object_store::ObjectMeta;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Ledger, READS, ledger_error};
use crate::error::Error;
use crate::plan::compact;

/// Version of the notices.
const VERSION: u32 = 1;

/// A notice, as it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    version: u32,
    /// When the receiver was told.
    received: Timestamp,
    blobs: Vec<ContentBlob>,
}

/// A notice, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// Below the lake's root.
    pub(crate) path: String,
    /// Content type of its blobs.
    pub(crate) content_type: ContentType,
    pub(crate) blobs: Vec<ContentBlob>,
}

impl Ledger {
    /// Leaves a notice of these blobs, of one content type. It is durable when this comes back.
    pub(crate) async fn leave_notice(
        &self,
        content_type: ContentType,
        mut blobs: Vec<ContentBlob>,
        received: Timestamp,
    ) -> Result<(), Error> {
        blobs.sort_by(|a, b| {
            (a.content_created, &a.content_id).cmp(&(b.content_created, &b.content_id))
        });
        blobs.dedup_by(|a, b| a.content_id == b.content_id);
        let Some(oldest) = blobs.first() else {
            return Ok(());
        };
        let name = format!("{}-{}", compact(oldest.content_created), digest(&blobs));
        let path = format!("{}/{content_type}/{name}.json", self.inbox());
        let record = Record {
            version: VERSION,
            received,
            blobs,
        };
        // One that is there already says the same.
        self.create(&self.lake.path(&path), &record).await?;
        Ok(())
    }

    /// All notices of the connection, those of the oldest blobs of each content type first.
    ///
    /// One that cannot be read is left to whoever can: it must not keep the others from being dealt with.
    pub(crate) async fn read_inbox(&self) -> Result<Vec<Notice>, Error> {
        let prefix = self.lake.path(&self.inbox());
        let objects = self.lake.store().list(Some(&prefix));
        let mut objects: Vec<ObjectMeta> =
            objects.try_collect().await.map_err(ledger_error(&prefix))?;
        objects.sort_by(|a, b| a.location.cmp(&b.location));
        let notices = stream::iter(objects).map(|object| self.notice(object));
        let notices: Vec<Option<Notice>> = notices.buffered(READS).boxed().collect().await;
        Ok(notices.into_iter().flatten().collect())
    }

    async fn notice(&self, object: ObjectMeta) -> Option<Notice> {
        let parts: Vec<_> = object.location.parts().collect();
        let [.., content_type, name] = parts.as_slice() else {
            return None;
        };
        let (content_type, name) = (content_type.as_ref(), name.as_ref());
        let path = format!("{}/{content_type}/{name}", self.inbox());
        let content_type = content_type.parse().ok()?;
        let read = self.read::<Record>(&object.location).await;
        match read {
            Ok(Record { blobs, .. }) => Some(Notice {
                path,
                content_type,
                blobs,
            }),
            // Another run has dealt with it meanwhile.
            Err(error) if super::listed::is_gone(&error) => None,
            Err(error) => {
                tracing::warn!(path, %error, "a notice of the inbox cannot be read, and is left");
                None
            }
        }
    }

    fn inbox(&self) -> String {
        format!("_auditlake/inbox/{}", self.connection)
    }
}

/// The same for the same blobs, in whatever order they were named.
fn digest(blobs: &[ContentBlob]) -> String {
    let mut hasher = Sha256::new();
    for blob in blobs {
        hasher.update(blob.content_id.as_bytes());
        hasher.update(b"\n");
    }
    let digest = hasher.finalize();
    let digest = digest.as_slice().first_chunk().copied();
    format!("{:032x}", digest.map_or(0, u128::from_be_bytes))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use object_store::ObjectStoreExt;

    use super::super::record;
    use super::super::tests::memory;
    use super::*;

    fn blob(id: &str, hour: i64) -> ContentBlob {
        let created = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour);
        ContentBlob {
            content_type: ContentType::Dlp.to_string(),
            content_id: id.to_owned(),
            content_uri: format!("https://manage.office.com/{id}"),
            content_created: created,
            content_expiration: None,
        }
    }

    async fn leave(ledger: &Ledger, blobs: &[ContentBlob], received: i64) {
        let received = Timestamp::from_second(received).unwrap();
        let left = ledger.leave_notice(ContentType::Dlp, blobs.to_vec(), received);
        left.await.unwrap();
    }

    #[tokio::test]
    async fn what_is_told_again_in_another_order_is_noted_once() {
        let ledger = memory();
        leave(&ledger, &[blob("b", 2), blob("a", 1)], 1).await;
        leave(&ledger, &[blob("a", 1), blob("b", 2), blob("a", 1)], 2).await;
        let notices = ledger.read_inbox().await.unwrap();
        assert_eq!(notices.len(), 1);
        let notice = &notices[0];
        assert_eq!(notice.blobs, [blob("a", 1), blob("b", 2)]);
        assert_eq!(notice.content_type, ContentType::Dlp);
        let begins = "_auditlake/inbox/contoso/DLP.All/19700101T010000Z-";
        assert!(notice.path.starts_with(begins), "{}", notice.path);
        leave(&ledger, &[], 3).await;
        assert_eq!(ledger.read_inbox().await.unwrap(), notices);
        ledger
            .remove(std::slice::from_ref(&notice.path))
            .await
            .unwrap();
        assert_eq!(ledger.read_inbox().await.unwrap(), []);
    }

    #[tokio::test]
    async fn notices_come_oldest_first_and_what_cannot_be_read_is_left_alone() {
        let ledger = memory();
        leave(&ledger, &[blob("b", 20)], 1).await;
        leave(&ledger, &[blob("a", 3)], 2).await;
        let odd = ledger.lake.path("_auditlake/inbox/contoso/DLP.All/0.json");
        let later = r#"{"version": 1000000}"#;
        ledger.lake.store().put(&odd, later.into()).await.unwrap();
        let notices = ledger.read_inbox().await.unwrap();
        let ids: Vec<&str> = notices
            .iter()
            .map(|it| it.blobs[0].content_id.as_str())
            .collect();
        assert_eq!(ids, ["a", "b"]);
        assert!(ledger.lake.store().get(&odd).await.is_ok());
    }

    #[test]
    fn the_stored_form_is_read_as_it_was_meant() {
        let text = include_bytes!("../../test-data/inbox/v1.json");
        let stored: Record = record::read("a", text).unwrap();
        assert_eq!(stored.blobs.len(), 2);
        let blob = &stored.blobs[0];
        assert_eq!(blob.content_id, "20260504103000123000001$audit_dlp$na0012");
        assert_eq!(
            blob.content_created,
            "2026-05-04T10:30:00.123Z".parse().unwrap()
        );
        assert_eq!(stored.blobs[1].content_expiration, None);
        let told: serde_json::Value = serde_json::from_slice(text).unwrap();
        assert_eq!(serde_json::to_value(&stored).unwrap(), told);
    }
}
