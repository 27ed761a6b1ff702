//! Where identities are to be read, by the day that the events are of: a record and its repeat are of one day, so that only
//! the days of what is to be committed must be known.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::identities::is_of_events;
use crate::ledger::{Commit, IdentityList};
use crate::normalize::Generation;

/// Directories that say which day the events below them are of, in the layouts that have such.
const DAYS: [(&str, &str); 2] = [("event_day=", "%Y-%m-%d"), ("eventDay=", "%Y%m%d")];

/// Days of events.
pub(crate) type Days = BTreeSet<Date>;

/// Files and lists that commits name.
#[derive(Debug, Default)]
pub(super) struct ByDay {
    /// By day; those whose paths say none may hold any.
    files: BTreeMap<Option<Date>, Vec<String>>,
    lists: Vec<IdentityList>,
}

impl ByDay {
    /// Takes in what a commit brought.
    pub(super) fn add(&mut self, commit: &Commit) {
        for file in &commit.files {
            self.add_file(file.path.clone());
        }
        let handed_on = commit.handed_on.iter();
        self.lists
            .extend(handed_on.filter_map(|it| it.identities.clone()));
    }

    /// Takes in these.
    pub(super) fn add_all(
        &mut self,
        files: impl IntoIterator<Item = String>,
        lists: impl IntoIterator<Item = IdentityList>,
    ) {
        files.into_iter().for_each(|path| self.add_file(path));
        self.lists.extend(lists);
    }

    /// Takes in all that the other has.
    pub(super) fn append(&mut self, mut other: Self) {
        for (day, mut files) in other.files {
            self.files.entry(day).or_default().append(&mut files);
        }
        self.lists.append(&mut other.lists);
    }

    /// Whether there are more lists, and files of events whose paths say no day, than others of events: whatever the days,
    /// these are read.
    pub(super) fn is_mostly_undated(&self) -> bool {
        let undated = self.files.get(&None).into_iter().flatten();
        let undated = undated.filter(|path| is_of_events(path)).count() + self.lists.len();
        let dated = self.files.iter().filter(|(day, _)| day.is_some());
        undated > dated.map(|(_, files)| files.len()).sum()
    }

    fn add_file(&mut self, path: String) {
        self.files.entry(day_of(&path)).or_default().push(path);
    }

    /// Takes the files that may hold events of these days.
    pub(super) fn take(&mut self, days: &Days, over: &HashSet<String>) -> BTreeSet<String> {
        let days = days.iter().copied().map(Some).chain([None]);
        let taken = days.filter_map(|day| self.files.remove(&day)).flatten();
        taken.filter(|path| !over.contains(path)).collect()
    }

    /// Takes the lists of what was handed on, which may hold records of any day.
    pub(super) fn take_lists(&mut self) -> Vec<IdentityList> {
        std::mem::take(&mut self.lists)
    }

    /// About how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let paths = self.files.values().flatten();
        paths.map(|path| path.len() + size_of::<String>()).sum()
    }
}

/// The day that the path of a file of events says.
fn day_of(path: &str) -> Option<Date> {
    let path = Some(path).filter(|path| is_of_events(path))?;
    path.split('/').find_map(|directory| {
        DAYS.iter().find_map(|(key, form)| {
            let day = directory.strip_prefix(key)?;
            Date::strptime(form, day).ok()
        })
    })
}

/// The days that the events of a generation are of.
pub(super) fn days_of(generation: &Generation) -> Days {
    let mut days = Days::new();
    for batch in &generation.rows.batches {
        add_days(&mut days, &batch.events);
    }
    days
}

/// Events without a time are in no day's directory.
fn add_days(days: &mut Days, events: &RecordBatch) {
    let times = events
        .column_by_name("time_dt")
        .and_then(|times| times.as_primitive_opt::<TimestampMicrosecondType>());
    let mut last = None;
    for micros in times.into_iter().flatten().flatten() {
        let number = micros.div_euclid(86_400_000_000);
        if last != Some(number) {
            last = Some(number);
            let time = Timestamp::from_microsecond(micros).ok();
            days.extend(time.map(|time| TimeZone::UTC.to_datetime(time).date()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    #[test]
    fn a_path_says_its_day_in_the_layouts_that_have_one() {
        for (path, expected) in [
            (
                "events/class_name=A/event_day=2026-05-04/x.parquet",
                Some("2026-05-04"),
            ),
            (
                "ext/a/region=r/accountId=1/eventDay=20260504/x.parquet",
                Some("2026-05-04"),
            ),
            ("events/x.parquet", None),
            ("events/event_day=unknown/x.parquet", None),
            ("quarantine/logged_day=2026-05-04/x.parquet", None),
            ("quarantine/event_day=2026-05-04/x.parquet", None),
        ] {
            assert_eq!(day_of(path), expected.map(day), "{path}");
        }
    }

    #[test]
    fn only_the_days_asked_for_are_taken_and_what_may_be_of_any_day() {
        let mut files = ByDay::default();
        let of = |day: &str| format!("events/class_name=A/event_day={day}/x.parquet");
        for path in [of("2026-05-03"), of("2026-05-04"), of("2026-05-05")] {
            files.add_file(path);
        }
        files.add_file("quarantine/x.parquet".to_owned());
        let days = Days::from([day("2026-05-04"), day("2026-05-09")]);
        let taken = files.take(&days, &HashSet::new());
        assert_eq!(
            taken,
            [of("2026-05-04"), "quarantine/x.parquet".to_owned()].into()
        );
        assert!(files.take(&days, &HashSet::new()).is_empty());
        let over = HashSet::from([of("2026-05-05")]);
        let rest = Days::from([day("2026-05-03"), day("2026-05-05")]);
        assert_eq!(files.take(&rest, &over), [of("2026-05-03")].into());
    }

    #[test]
    fn what_is_appended_is_there_beside_what_was() {
        let of = |name: &str| format!("events/class_name=A/event_day=2026-05-04/{name}.parquet");
        let list = |path: &str| IdentityList {
            path: path.to_owned(),
            count: 1,
        };
        let (mut all, mut more) = (ByDay::default(), ByDay::default());
        all.add_all([of("x")], [list("a")]);
        more.add_all([of("y")], [list("b")]);
        all.append(more);
        let days = Days::from([day("2026-05-04")]);
        assert_eq!(all.take(&days, &HashSet::new()), [of("x"), of("y")].into());
        assert_eq!(all.take_lists(), [list("a"), list("b")]);
    }
}
