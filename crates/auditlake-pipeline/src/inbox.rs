//! What a receiver was told, on its way into the lake: left by [`Inbox`], taken up by the next run of the connection.

use std::collections::{BTreeMap, HashMap};

use auditlake_api::{Announcement, ContentBlob, ContentType, Window};
use auditlake_parquet::Lake;
use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::content_ids::Blobs;
use crate::error::Error;
use crate::gap::GapReason;
use crate::ledger::inbox::Notice;
use crate::ledger::{Ledger, UnitKey};
use crate::plan::{RETENTION, Unit, cut, window_name};

/// Where a receiver leaves what it was told, before it says that it has heard it.
#[derive(Debug, Clone)]
pub struct Inbox {
    lake: Lake,
    clock: Clock,
}

impl Inbox {
    /// That of a lake.
    ///
    /// Fails when its location is none, or a directory that cannot be made.
    pub fn open(location: &str, clock: Clock) -> Result<Self, Error> {
        Ok(Self::of(Lake::open(location)?, clock))
    }

    /// That of a lake that is open.
    pub fn of(lake: Lake, clock: Clock) -> Self {
        Self { lake, clock }
    }

    /// Leaves what was announced of a connection. All of it is durable when this comes back; after an error some may be,
    /// and leaving it again does no harm.
    pub async fn leave(
        &self,
        connection: &str,
        announcements: &[Announcement],
    ) -> Result<(), Error> {
        let ledger = Ledger::new(self.lake.clone(), connection);
        let mut by_type: BTreeMap<ContentType, Vec<ContentBlob>> = BTreeMap::new();
        for announced in announcements {
            let blobs = by_type.entry(announced.content_type).or_default();
            blobs.push(announced.blob.clone());
        }
        let now = self.clock.now();
        for (content_type, blobs) in by_type {
            ledger.leave_notice(content_type, blobs, now).await?;
        }
        Ok(())
    }
}

/// The notices that a run has to deal with.
#[derive(Debug)]
pub(crate) struct Pending {
    ledger: Ledger,
    notices: Vec<Notice>,
    /// Blobs of which the ledger says why they cannot be had.
    hopeless: Blobs,
    now: Timestamp,
}

/// The blobs that were announced, by the unit that they belong to.
pub(crate) type Announced = HashMap<UnitKey, Vec<ContentBlob>>;

impl Pending {
    /// Reads the inbox.
    pub(crate) async fn read(ledger: Ledger, now: Timestamp) -> Result<Self, Error> {
        let notices = ledger.read_inbox().await?;
        Ok(Self {
            notices,
            ..Self::none(ledger, now)
        })
    }

    /// For a run that has nothing to do with notices.
    pub(crate) fn none(ledger: Ledger, now: Timestamp) -> Self {
        Self {
            ledger,
            notices: Vec::new(),
            hopeless: Blobs::default(),
            now,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.notices.is_empty()
    }

    /// The units of these content types that something was announced of, oldest first, none of which is to be listed.
    pub(crate) fn units(&self, content_types: &[ContentType], length: SignedDuration) -> Vec<Unit> {
        let mut units = BTreeMap::new();
        for (content_type, blob) in self.blobs() {
            if let Some(window) = window_of(blob, length)
                && content_types.contains(&content_type)
            {
                let key = (window.start, content_type);
                units.insert(key, unit(content_type, window));
            }
        }
        units.into_values().collect()
    }

    /// What was announced of each unit.
    pub(crate) fn announced(&self, length: SignedDuration) -> Announced {
        let mut announced = Announced::new();
        for (content_type, blob) in self.blobs() {
            if let Some(window) = window_of(blob, length) {
                let key = UnitKey {
                    content_type: content_type.to_string(),
                    window: window_name(window),
                };
                announced.entry(key).or_default().push(blob.clone());
            }
        }
        announced
    }

    /// The ledger says of these blobs why they could not be had: of those that nobody can have, notices are of no use.
    pub(crate) fn give_up(&mut self, content_type: &str, blobs: &[(String, GapReason)]) {
        for (content_id, _) in blobs.iter().filter(|(_, reason)| is_final(*reason)) {
            self.hopeless.insert(content_type, content_id);
        }
    }

    /// Removes the notices whose every blob is in the lake, or never will be. Returns how many are left.
    pub(crate) async fn settle(&self, committed: &Blobs) -> usize {
        let is_done = |notice: &&Notice| {
            notice.blobs.iter().all(|blob| {
                let content_type = notice.content_type.as_str();
                let is_in = |blobs: &Blobs| blobs.contains(content_type, &blob.content_id);
                self.is_over(blob) || is_in(committed) || is_in(&self.hopeless)
            })
        };
        let done = self.notices.iter().filter(is_done);
        let done: Vec<String> = done.map(|notice| notice.path.clone()).collect();
        if let Err(error) = self.ledger.remove(&done).await {
            tracing::warn!(%error, "notices that are dealt with could not be removed from the inbox");
        }
        self.notices.len() - done.len()
    }

    fn blobs(&self) -> impl Iterator<Item = (ContentType, &ContentBlob)> {
        let of_notice = |notice: &Notice| notice.content_type;
        let notices = self.notices.iter();
        notices
            .flat_map(move |notice| {
                let content_type = of_notice(notice);
                notice.blobs.iter().map(move |blob| (content_type, blob))
            })
            .filter(|(_, blob)| !self.is_over(blob))
    }

    /// The service keeps it no more. Rounds name what they have not listed by then.
    fn is_over(&self, blob: &ContentBlob) -> bool {
        blob.content_created < self.now - RETENTION
    }
}

fn unit(content_type: ContentType, window: Window) -> Unit {
    Unit {
        content_type,
        window,
        asked: Window {
            start: window.start,
            end: window.start,
        },
        listed_before: true,
    }
}

/// The aligned window that a blob is of.
fn window_of(blob: &ContentBlob, length: SignedDuration) -> Option<Window> {
    let start = Timestamp::from_second(blob.content_created.as_second()).ok()?;
    let span = Window {
        start,
        end: start + SignedDuration::from_secs(1),
    };
    cut(span, length).next().map(|(window, _)| window)
}

/// Whether another attempt by the same address cannot help. Whatever the notice got wrong, a listing gets right.
fn is_final(reason: GapReason) -> bool {
    matches!(
        reason,
        GapReason::Expired
            | GapReason::NotFound
            | GapReason::RefusedUri
            | GapReason::TooLarge
            | GapReason::Malformed
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEED: ContentType = ContentType::Dlp;

    fn blob(id: &str, created: Timestamp) -> ContentBlob {
        ContentBlob {
            content_type: FEED.to_string(),
            content_id: id.to_owned(),
            content_uri: format!("https://manage.office.com/{id}"),
            content_created: created,
            content_expiration: None,
        }
    }

    #[tokio::test]
    async fn a_notice_stays_until_each_of_its_blobs_is_dealt_with() {
        let now: Timestamp = "2026-05-11T10:30:00Z".parse().unwrap();
        let ago = |minutes| now - SignedDuration::from_mins(minutes);
        let ledger = Ledger::new(Lake::open("memory:///").unwrap(), "contoso");
        let old = ago(8 * 24 * 60);
        for blobs in [
            vec![blob("old", old)],
            vec![blob("there", ago(20)), blob("lost", ago(10))],
            vec![blob("there too", ago(20)), blob("waits", ago(100))],
        ] {
            ledger.leave_notice(FEED, blobs, now).await.unwrap();
        }
        let hour = SignedDuration::from_hours(1);
        let mut pending = Pending::read(ledger.clone(), now).await.unwrap();
        let units = pending.units(&[FEED], hour);
        let windows: Vec<String> = units.iter().map(|it| window_name(it.window)).collect();
        let (first, second) = (
            "20260511T080000Z_20260511T090000Z",
            "20260511T100000Z_20260511T110000Z",
        );
        assert_eq!(windows, [first, second]);
        assert!(units.iter().all(|unit| unit.ask(now).list.is_none()));
        assert_eq!(pending.units(&[ContentType::General], hour), []);
        let blobs = pending.announced(hour).into_values().map(|it| it.len());
        assert_eq!(blobs.sum::<usize>(), 4);

        let failed = [("lost", GapReason::NotFound), ("waits", GapReason::Failed)];
        let failed = failed.map(|(id, reason)| (id.to_owned(), reason));
        pending.give_up(FEED.as_str(), &failed);
        let mut committed = Blobs::default();
        for id in ["there", "there too"] {
            committed.insert(FEED.as_str(), id);
        }
        assert_eq!(pending.settle(&committed).await, 1);
        let left = ledger.read_inbox().await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].blobs[0].content_id, "waits");
    }
}
