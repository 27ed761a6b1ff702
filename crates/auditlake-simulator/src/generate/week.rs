//! The plan of a week: how many blobs of what size there are, when they become available, and what is in them.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::lasting::seed_of;
use super::population::Population;
use super::record::Record;
use super::scene::Scene;
use super::{dlp, families, stories};
use crate::ContentType;

/// Hours in which blobs appear; the week's first hour has none, so that a client that keeps away from the edge of
/// the retrievable time still gets all.
const HOURS: i64 = 7 * 24 - 1;

/// How many of the records the service repeats in a later blob.
const REPEATED_SHARE: f64 = 0.01;

/// How far back, in blobs of the content type, a repetition reaches.
const REPEATED_FROM: usize = 12;

/// How many of the DLP matches are undone, by a record with the same `Id`.
const UNDONE_ONE_IN: u64 = 5;

/// How many records of a blob are made together, by one user within a minute, and how many of them by one request.
/// Both are even, so that a match and what undoes it are made together.
const TOGETHER: usize = 8;
const IN_A_REQUEST: usize = 2;

/// Seconds between two such records, at most.
const SECONDS_APART: u64 = 7;

/// The plan; records are made when they are asked for.
#[derive(Debug)]
pub(crate) struct Week {
    seed: u64,
    organization: String,
    population: Population,
    blobs: Vec<Plan>,
}

#[derive(Debug)]
struct Plan {
    content_type: ContentType,
    created: Timestamp,
    size: usize,
    /// Records of stories, ready made.
    told: Vec<String>,
    repeated: Vec<Repeated>,
}

#[derive(Debug)]
struct Repeated {
    blob: usize,
    record: usize,
    reordered: bool,
}

impl Week {
    /// The week before `end` with `records` distinct records. Nothing else decides what is in it.
    pub(crate) fn plan(seed: u64, records: usize, organization: &str, end: Timestamp) -> Self {
        let population = Population::new(seed);
        let mut rng = StdRng::seed_from_u64(mix(seed, 0, 0));
        let told = stories::tell(seed, records / 20, organization, &population, end);
        let mut blobs: Vec<Plan> = families::shares(records - told.len())
            .into_iter()
            .flat_map(|(content_type, count)| blobs(content_type, count, end, &mut rng))
            .collect();
        blobs.sort_by_key(|plan| (plan.created, plan.content_type));
        for story in told {
            place(story, &mut blobs, end);
        }
        blobs.sort_by_key(|plan| (plan.created, plan.content_type));
        repeat(&mut blobs, &mut rng);
        Self {
            seed,
            organization: organization.to_owned(),
            population,
            blobs,
        }
    }

    pub(crate) fn blobs(&self) -> usize {
        self.blobs.len()
    }

    pub(crate) fn content_type(&self, blob: usize) -> ContentType {
        self.blobs[blob].content_type
    }

    pub(crate) fn created(&self, blob: usize) -> Timestamp {
        self.blobs[blob].created
    }

    /// A blob's records as JSON texts, repetitions included.
    pub(crate) fn blob_records(&self, blob: usize) -> Vec<String> {
        let repeated = self.blobs[blob].repeated.iter().map(|repeated| {
            let record = self.record(repeated.blob, repeated.record);
            if repeated.reordered {
                record.reordered().text()
            } else {
                record.text()
            }
        });
        self.new_records(blob).chain(repeated).collect()
    }

    /// A blob's records without repetitions.
    pub(crate) fn new_records(&self, blob: usize) -> impl Iterator<Item = String> {
        let plan = &self.blobs[blob];
        (0..plan.size)
            .map(move |index| self.record(blob, index).text())
            .chain(plan.told.iter().cloned())
    }

    fn record(&self, blob: usize, index: usize) -> Record {
        let plan = &self.blobs[blob];
        let seed = mix(self.seed, blob + 1, index);
        let undoes = plan.content_type == ContentType::Dlp
            && index % 2 == 1
            && seed.is_multiple_of(UNDONE_ONE_IN);
        let mut scene = self.scene(seed, blob, index);
        if undoes {
            return dlp::undo(self.record(blob, index - 1), &mut scene);
        }
        families::record(plan.content_type, &mut scene)
    }

    fn scene(&self, seed: u64, blob: usize, index: usize) -> Scene<'_> {
        let created = self.blobs[blob].created;
        let mut scene = Scene::new(seed, &self.organization, &self.population, created);
        scene.deed = seed_of((self.seed, blob, "deed", index / TOGETHER));
        scene.request = seed_of((self.seed, blob, "request", index / IN_A_REQUEST));
        let since =
            (index % TOGETHER) as u64 * SECONDS_APART + scene.rng.random_range(0..SECONDS_APART);
        scene.at = created - latency(scene.shared("latency")) + Duration::from_secs(since);
        scene
    }
}

/// How long before its blob a record was made: minutes to hours, now and then days.
fn latency(mut chances: StdRng) -> SignedDuration {
    let (from, below) = match chances.random_range(0..1000) {
        0..850 => (3, 90),
        850..970 => (90, 8 * 60),
        970..997 => (8 * 60, 36 * 60),
        _ => (36 * 60, 5 * 24 * 60),
    };
    SignedDuration::from_secs(chances.random_range(from * 60..below * 60))
}

/// Blobs of 1 to 100 records, small ones more often, until there are `count` records.
fn blobs(content_type: ContentType, count: usize, end: Timestamp, rng: &mut StdRng) -> Vec<Plan> {
    let mut left = count;
    let mut plans = Vec::new();
    while left > 0 {
        let share: f64 = rng.random();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "1 to 100"
        )]
        let size = (1 + (share.powf(1.8) * 100.0) as usize).min(left);
        left -= size;
        plans.push(Plan {
            content_type,
            created: created(end, rng),
            size,
            told: Vec::new(),
            repeated: Vec::new(),
        });
    }
    plans
}

/// A time of the week before `end`, in working hours more often than at night. Milliseconds, as the service has it.
fn created(end: Timestamp, rng: &mut StdRng) -> Timestamp {
    loop {
        let back = rng.random_range(1..HOURS * 3_600_000);
        let time = Timestamp::from_millisecond(end.as_millisecond() - back).unwrap_or(end);
        if rng.random_range(0..10) < busyness(time) {
            return time;
        }
    }
}

/// From 1 (night and weekend) to 10 (working hours), UTC.
fn busyness(time: Timestamp) -> u32 {
    let time = time.to_zoned_datetime(TimeZone::UTC);
    let weekend = time.weekday().to_monday_zero_offset() >= 5;
    match time.hour() {
        _ if weekend => 1,
        7..18 => 10,
        5..7 | 18..21 => 4,
        _ => 1,
    }
}

/// Puts a story's record into the first blob of its feed that appears some minutes after it, or into a new one.
fn place(story: stories::Told, blobs: &mut Vec<Plan>, end: Timestamp) {
    let earliest = story.at + SignedDuration::from_mins(10);
    let start = blobs.partition_point(|plan| plan.created < earliest);
    let fitting = blobs
        .iter_mut()
        .skip(start)
        .find(|plan| plan.content_type == story.content_type && plan.told.len() < 60);
    if let Some(plan) = fitting {
        plan.told.push(story.text);
        return;
    }
    let created = earliest.min(end - SignedDuration::from_secs(1));
    let created = Timestamp::from_millisecond(created.as_millisecond()).unwrap_or(created);
    let told = vec![story.text];
    let content_type = story.content_type;
    let plan = Plan {
        content_type,
        created,
        size: 0,
        told,
        repeated: Vec::new(),
    };
    blobs.insert(blobs.partition_point(|plan| plan.created < created), plan);
}

/// Lets later blobs repeat records of earlier ones of their feed.
fn repeat(blobs: &mut [Plan], rng: &mut StdRng) {
    for index in 1..blobs.len() {
        let (earlier, rest) = blobs.split_at_mut(index);
        let plan = &mut rest[0];
        let feed: Vec<usize> = (0..index)
            .rev()
            .filter(|&other| {
                earlier[other].content_type == plan.content_type && earlier[other].size > 0
            })
            .take(REPEATED_FROM)
            .collect();
        for _ in 0..plan.size {
            if !feed.is_empty() && rng.random_bool(REPEATED_SHARE) {
                let blob = feed[rng.random_range(0..feed.len())];
                let record = rng.random_range(0..earlier[blob].size);
                plan.repeated.push(Repeated {
                    blob,
                    record,
                    reordered: rng.random(),
                });
            }
        }
    }
}

/// A seed for one thing of the week.
fn mix(seed: u64, blob: usize, index: usize) -> u64 {
    seed_of((seed, blob, index))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::members::{Members, canonical};

    fn week(records: usize) -> Week {
        let end = "2026-05-11T12:00:00Z".parse().unwrap_or_default();
        Week::plan(11, records, "organization", end)
    }

    fn created_at(record: &str) -> Option<Timestamp> {
        let time = Members::parse(record).ok()?.string("CreationTime")?;
        format!("{time}Z").parse().ok()
    }

    #[test]
    fn records_are_older_than_their_blob_by_minutes_to_days() {
        let week = week(2000);
        for blob in 0..week.blobs() {
            for record in week.new_records(blob) {
                let age = week
                    .created(blob)
                    .duration_since(created_at(&record).unwrap());
                assert!(age.as_mins() >= 2 || week.blobs[blob].size == 0, "{record}");
                assert!(age.as_hours() < 6 * 24, "{record}");
            }
        }
    }

    #[test]
    fn about_one_record_in_a_hundred_is_repeated_in_a_later_blob_of_its_feed() {
        let week = week(10_000);
        let mut repeated = 0;
        let mut reordered = 0;
        let mut seen: HashSet<(ContentType, String)> = HashSet::new();
        for blob in 0..week.blobs() {
            let (feed, new) = (week.content_type(blob), week.new_records(blob).count());
            for text in week.blob_records(blob).iter().skip(new) {
                repeated += 1;
                assert!(seen.contains(&(feed, canonical(text).unwrap())), "{text}");
                reordered += usize::from(!text.starts_with("{\"CreationTime\""));
            }
            seen.extend(
                week.new_records(blob)
                    .map(|text| (feed, canonical(&text).unwrap())),
            );
        }
        assert!((60..140).contains(&repeated), "{repeated}");
        assert!(reordered > 20 && reordered < repeated, "{reordered}");
    }

    #[test]
    fn most_blobs_appear_in_working_hours() {
        let week = week(5000);
        let busy = (0..week.blobs())
            .filter(|&blob| busyness(week.created(blob)) == 10)
            .count();
        assert!(busy * 2 > week.blobs(), "{busy} of {}", week.blobs());
    }

    #[test]
    fn a_week_has_exactly_so_many_records() {
        for records in [0, 1, 19, 399, 400, 3000] {
            let week = week(records);
            let count: usize = (0..week.blobs())
                .map(|blob| week.new_records(blob).count())
                .sum();
            assert_eq!(count, records);
        }
    }
}
