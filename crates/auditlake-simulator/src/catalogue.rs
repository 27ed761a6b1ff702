//! All that one tenant offers, in the order it becomes available.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::value::RawValue;

use crate::content::{RETENTION, array_of};
use crate::generate::Week;
use crate::members::{Members, canonical};
use crate::{Blob, ContentType, Error, OfferedBlob, Source};

/// How many records of [`Source::Records`] share a blob.
const RECORDS_PER_BLOB: usize = 50;

/// The weeks a generated source has: the one before the start, and those that come as the clock moves on.
const GENERATED_WEEKS: i32 = 4;

/// A tenant's blobs, sorted by `created`.
#[derive(Debug)]
pub(crate) struct Catalogue {
    entries: Vec<Entry>,
    by_id: HashMap<String, usize>,
}

/// A blob and how to get its body.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) offered: OfferedBlob,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Kept(Bytes),
    Made(Arc<Week>, usize),
}

impl Entry {
    /// The body, made anew if it is a generated one.
    pub(crate) fn body(&self) -> Bytes {
        match &self.body {
            Body::Kept(bytes) => bytes.clone(),
            Body::Made(week, index) => array_of(&week.blob_records(*index)).into(),
        }
    }
}

impl Catalogue {
    /// What `source` offers to one who asks at `now`, `past_weeks` of a generated one before its own, and `more`; `contentCreated` is rounded down to `step`.
    pub(crate) fn new(
        source: &Source,
        more: &[Blob],
        past_weeks: u32,
        tenant_id: &str,
        now: Timestamp,
        step: Option<SignedDuration>,
    ) -> Result<Self, Error> {
        let mut blobs: Vec<Offer> = match source {
            Source::Generated { seed, records } => {
                generated(*seed, *records, past_weeks, tenant_id, now)
            }
            Source::Records(records) => spread(records, now)?.into_iter().map(kept).collect(),
            Source::Blobs(blobs) => blobs.iter().cloned().map(kept).collect(),
        };
        blobs.extend(more.iter().cloned().map(kept));
        for (_, created, _) in &mut blobs {
            *created = rounded(*created, step);
        }
        blobs.sort_by_key(|(_, created, _)| *created);
        let entries: Vec<Entry> = blobs
            .into_iter()
            .enumerate()
            .map(|(index, blob)| entry(index, blob))
            .collect();
        let by_id = entries
            .iter()
            .enumerate()
            .map(|(i, entry)| (entry.offered.content_id.clone(), i))
            .collect();
        Ok(Self { entries, by_id })
    }

    /// The blobs that are available at `now`, expired ones included, oldest first.
    pub(crate) fn available(&self, now: Timestamp) -> &[Entry] {
        let end = self
            .entries
            .partition_point(|entry| entry.offered.created <= now);
        self.entries.get(..end).unwrap_or_default()
    }

    /// The blob of this id, whether available yet or not.
    pub(crate) fn find(&self, content_id: &str) -> Option<&Entry> {
        self.entries.get(*self.by_id.get(content_id)?)
    }

    /// The blob before this one in its content type.
    pub(crate) fn before(&self, content_id: &str) -> Option<&Entry> {
        let index = *self.by_id.get(content_id)?;
        let content_type = self.entries.get(index)?.offered.content_type;
        self.entries
            .get(..index)?
            .iter()
            .rev()
            .find(|entry| entry.offered.content_type == content_type)
    }

    /// How many blobs have their `contentCreated` from another one.
    pub(crate) fn shared_instants(&self) -> usize {
        let pairs = self.entries.windows(2);
        pairs
            .filter(|pair| matches!(pair, [a, b] if a.offered.created == b.offered.created))
            .count()
    }

    /// The distinct records available at `now`; bodies that are no JSON array are passed over.
    pub(crate) fn records(&self, now: Timestamp) -> Vec<String> {
        distinct(self.available(now))
    }
}

/// The distinct records of these blobs; bodies that are no JSON array are passed over.
pub(crate) fn distinct<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut distinct = Vec::new();
    for entry in entries {
        for record in records_of(&entry.body()) {
            if canonical(&record).is_ok_and(|text| seen.insert(digest(&text))) {
                distinct.push(record);
            }
        }
    }
    distinct
}

/// The elements of a JSON array as they are; none if it is not one.
pub(crate) fn records_of(body: &[u8]) -> Vec<String> {
    let records: Vec<Box<RawValue>> = serde_json::from_slice(body).unwrap_or_default();
    records
        .into_iter()
        .map(|record| Box::<str>::from(record).into())
        .collect()
}

/// Whether a body is a JSON array, whatever is in it.
pub(crate) fn is_array(body: &[u8]) -> bool {
    serde_json::from_slice::<Vec<&RawValue>>(body).is_ok()
}

type Offer = (ContentType, Timestamp, Body);

fn kept(blob: Blob) -> Offer {
    (
        blob.content_type,
        blob.created,
        Body::Kept(blob.body.into()),
    )
}

fn rounded(created: Timestamp, step: Option<SignedDuration>) -> Timestamp {
    let step = step.map_or(0, |step| step.as_millis());
    let millisecond = i128::from(created.as_millisecond());
    let rounded = (step > 0).then(|| millisecond - millisecond.rem_euclid(step));
    let rounded = rounded.and_then(|millisecond| i64::try_from(millisecond).ok());
    rounded
        .and_then(|millisecond| Timestamp::from_millisecond(millisecond).ok())
        .unwrap_or(created)
}

fn generated(
    seed: u64,
    records: usize,
    past_weeks: u32,
    tenant_id: &str,
    now: Timestamp,
) -> Vec<Offer> {
    let past = i32::try_from(past_weeks).unwrap_or_default();
    (-past..GENERATED_WEEKS)
        .flat_map(|number| {
            let end = now + RETENTION * number;
            let week = Arc::new(Week::plan(
                // A number below zero takes a seed from the other end.
                seed.wrapping_add((i64::from(number) << 32).cast_unsigned()),
                records,
                tenant_id,
                end,
            ));
            let offers: Vec<Offer> = (0..week.blobs())
                .map(|index| {
                    (
                        week.content_type(index),
                        week.created(index),
                        Body::Made(Arc::clone(&week), index),
                    )
                })
                .collect();
            offers
        })
        .collect()
}

/// Groups records by content type and spreads the groups over the week before `now`.
fn spread(records: &[String], now: Timestamp) -> Result<Vec<Blob>, Error> {
    let mut by_type: HashMap<ContentType, Vec<&String>> = HashMap::new();
    for (index, record) in records.iter().enumerate() {
        let members = Members::parse(record).map_err(|source| Error::Record { index, source })?;
        by_type
            .entry(content_type_of(&members))
            .or_default()
            .push(record);
    }
    let mut blobs = Vec::new();
    for (content_type, records) in by_type {
        let chunks: Vec<_> = records.chunks(RECORDS_PER_BLOB).collect();
        // An hour's margin at the old end, so that a client that is careful there still gets all of it.
        let step =
            (RETENTION.as_secs() - 3600) / i64::try_from(chunks.len() + 1).unwrap_or(i64::MAX);
        for (n, chunk) in (1..).zip(chunks) {
            let created = now - jiff::SignedDuration::from_secs(step * n);
            blobs.push(Blob {
                content_type,
                created,
                body: array_of(chunk),
            });
        }
    }
    Ok(blobs)
}

/// The feed a record belongs in. Microsoft describes five coarse groups only; DLP records are known by their type.
fn content_type_of(record: &Members) -> ContentType {
    const DLP_RECORD_TYPES: [i64; 12] = [11, 13, 33, 63, 107, 108, 144, 234, 263, 270, 271, 276];
    if record
        .number("RecordType")
        .is_some_and(|number| DLP_RECORD_TYPES.contains(&number))
    {
        return ContentType::Dlp;
    }
    match record.string("Workload").as_deref() {
        Some("AzureActiveDirectory") => ContentType::AzureActiveDirectory,
        Some("Exchange") => ContentType::Exchange,
        Some("SharePoint" | "OneDrive") => ContentType::SharePoint,
        _ => ContentType::General,
    }
}

fn entry(index: usize, (content_type, created, body): Offer) -> Entry {
    let created = Timestamp::from_millisecond(created.as_millisecond()).unwrap_or(created);
    let content_id = content_id(index, content_type, created);
    let offered = OfferedBlob {
        content_type,
        content_id,
        created,
        expires: created + RETENTION,
    };
    Entry { offered, body }
}

/// An id of the documentation's form; the index keeps blobs of one instant apart.
fn content_id(index: usize, content_type: ContentType, created: Timestamp) -> String {
    let stamp = format!("{}{index:06}", created.strftime("%Y%m%d%H%M%S%3f"));
    let name = content_type.as_str().replace('.', "_");
    format!("{stamp}${stamp}${}${name}$na0001", name.to_lowercase())
}

/// 128 bits of the text: enough to tell a few million records apart.
pub(crate) fn digest(text: &str) -> (u64, u64) {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let hash = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, text).hash(&mut hasher);
        hasher.finish()
    };
    (hash(0), hash(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-05-04T12:00:00Z".parse().unwrap_or_default()
    }

    #[test]
    fn given_records_are_kept_byte_for_byte_and_sorted_into_feeds() {
        let records = vec![
            r#"{"Workload":"Exchange", "RecordType":1}"#.to_owned(),
            r#"{"Workload":"OneDrive","RecordType":11}"#.to_owned(),
            r#"{"Workload":"OneDrive","RecordType":6,"SiteUrl":"https:\/\/x"}"#.to_owned(),
            r#"{"Workload":"Something new","RecordType":9999}"#.to_owned(),
        ];
        let catalogue =
            Catalogue::new(&Source::Records(records.clone()), &[], 0, "t", now(), None).unwrap();
        let mut types: Vec<_> = catalogue
            .available(now())
            .iter()
            .map(|e| e.offered.content_type)
            .collect();
        types.sort();
        let expected = [
            ContentType::Exchange,
            ContentType::SharePoint,
            ContentType::General,
            ContentType::Dlp,
        ];
        assert_eq!(types, expected);
        let offered: HashSet<_> = catalogue.records(now()).into_iter().collect();
        assert_eq!(offered, records.into_iter().collect());
    }

    #[test]
    fn a_record_that_is_no_object_is_an_error() {
        let source = Source::Records(vec!["{}".into(), "[]".into()]);
        let error = Catalogue::new(&source, &[], 0, "t", now(), None)
            .map(|_| ())
            .unwrap_err();
        assert!(matches!(error, Error::Record { index: 1, .. }));
    }

    #[test]
    fn blobs_of_the_future_are_not_available() {
        let blob = |seconds| {
            let created = now() + jiff::SignedDuration::from_secs(seconds);
            Blob::of_records(ContentType::General, created, &["{}"])
        };
        let catalogue = Catalogue::new(
            &Source::Blobs(vec![blob(1), blob(0)]),
            &[],
            0,
            "t",
            now(),
            None,
        )
        .unwrap();
        assert_eq!(catalogue.available(now()).len(), 1);
    }

    #[test]
    fn distinct_records_are_told_apart_by_content_and_not_by_member_order() {
        let records = [r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#, r#"{"a":1,"b":3}"#];
        let blob = Blob::of_records(ContentType::General, now(), &records);
        let catalogue =
            Catalogue::new(&Source::Blobs(vec![blob]), &[], 0, "t", now(), None).unwrap();
        assert_eq!(catalogue.records(now()), [records[0], records[2]]);
    }
}
