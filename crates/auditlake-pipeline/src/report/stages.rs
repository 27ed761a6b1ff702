//! What kept a run busy, and what limited it.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What kept a run busy, by the monotonic clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stages {
    /// How long the run took.
    pub seconds: Seconds,
    /// What limited it.
    pub limited_by: Limit,
    /// Time in which at least one request was held back by the pacer, as the quota had no room for it.
    pub pacing_seconds: Seconds,
    /// Listing and fetching: time in which at least one request was on its way.
    pub fetch: Busy,
    /// Records becoming rows: time in which at least one core was at it.
    pub normalize: Busy,
    /// Rows becoming files: time in which a core was at it. It is one at most.
    pub encode: Busy,
    /// Time in which the run was reading from the lake or writing to it.
    pub store: Busy,
    /// The times of all cores at normalizing and encoding, added up.
    pub core_seconds: Seconds,
    /// Cores that there are.
    pub cores: u32,
}

/// How long a stage was at work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Busy {
    /// Time in which at least one task of the stage was at work.
    pub busy_seconds: Seconds,
}

/// What limited a run: what was in use for most of its time, and for at least half of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// The tenant's quota of requests.
    Quota,
    /// The service, and the way to it.
    Network,
    /// The cores: all of them, or the one that encodes.
    Cpu,
    /// The lake's object store.
    Store,
    /// None of these for as much as half of the time.
    #[default]
    Nothing,
}

/// A time, told in seconds with three decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(Duration);

impl Stages {
    /// These figures, with what they say of the limit.
    pub(crate) fn judged(self) -> Self {
        let limited_by = self.limit();
        Self { limited_by, ..self }
    }

    fn limit(&self) -> Limit {
        let half = self.seconds.0 / 2;
        let pacing = self.pacing_seconds.0;
        // Requests that wait for the quota wait beside others that are on their way: more at once would not help.
        let network = match pacing {
            pacing if pacing >= half => Duration::ZERO,
            _ => self.fetch.busy_seconds.0,
        };
        let cores = self.core_seconds.0 / self.cores.max(1);
        let cpu = cores.max(self.encode.busy_seconds.0);
        let store = self.store.busy_seconds.0;
        let limits = [
            (network, Limit::Network),
            (cpu, Limit::Cpu),
            (store, Limit::Store),
            (pacing, Limit::Quota),
        ];
        let most = limits.into_iter().max_by_key(|(time, _)| *time);
        most.filter(|(time, _)| !time.is_zero() && *time >= half)
            .map_or(Limit::Nothing, |(_, limit)| limit)
    }
}

impl Limit {
    /// The word of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quota => "quota",
            Self::Network => "network",
            Self::Cpu => "cpu",
            Self::Store => "store",
            Self::Nothing => "nothing",
        }
    }
}

impl Seconds {
    /// The same as a number.
    pub fn as_f64(self) -> f64 {
        self.0.as_secs_f64()
    }

    /// What part of `whole` it is; nothing of nothing.
    pub fn part_of(self, whole: Self) -> f64 {
        if whole.0.is_zero() {
            0.0
        } else {
            self.as_f64() / whole.as_f64()
        }
    }
}

impl From<Duration> for Seconds {
    fn from(time: Duration) -> Self {
        let rounded = time.saturating_add(Duration::from_micros(500)).as_millis();
        Self(Duration::from_millis(
            rounded.try_into().unwrap_or(u64::MAX),
        ))
    }
}

impl From<Duration> for Busy {
    fn from(time: Duration) -> Self {
        Self {
            busy_seconds: time.into(),
        }
    }
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.as_f64())
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let time = Duration::try_from_secs_f64(f64::deserialize(from)?);
        time.map(Self::from).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Seconds {
        Duration::from_secs(seconds).into()
    }

    /// A run of ten seconds on four cores.
    fn stages(change: impl FnOnce(&mut Stages)) -> Stages {
        let mut stages = Stages {
            seconds: seconds(10),
            cores: 4,
            ..Stages::default()
        };
        change(&mut stages);
        stages
    }

    #[track_caller]
    fn check(limit: Limit, change: impl FnOnce(&mut Stages)) {
        assert_eq!(stages(change).judged().limited_by, limit);
    }

    #[test]
    fn what_was_in_use_for_most_of_the_time_limits() {
        check(Limit::Network, |it| {
            it.fetch.busy_seconds = seconds(9);
            it.store.busy_seconds = seconds(6);
        });
        check(Limit::Store, |it| {
            it.fetch.busy_seconds = seconds(6);
            it.store.busy_seconds = seconds(9);
        });
    }

    #[test]
    fn what_is_in_use_for_less_than_half_of_the_time_does_not() {
        check(Limit::Nothing, |_| ());
        check(Limit::Nothing, |it| it.store.busy_seconds = seconds(4));
        check(Limit::Store, |it| it.store.busy_seconds = seconds(5));
        assert_eq!(Stages::default().judged().limited_by, Limit::Nothing);
    }

    #[test]
    fn requests_on_their_way_are_no_limit_while_others_wait_for_the_quota() {
        check(Limit::Quota, |it| {
            it.fetch.busy_seconds = seconds(10);
            it.pacing_seconds = seconds(6);
        });
        check(Limit::Network, |it| {
            it.fetch.busy_seconds = seconds(10);
            it.pacing_seconds = seconds(4);
        });
        check(Limit::Store, |it| {
            it.store.busy_seconds = seconds(9);
            it.pacing_seconds = seconds(6);
        });
    }

    #[test]
    fn cores_limit_when_all_of_them_are_at_work_or_the_one_that_encodes_is() {
        check(Limit::Nothing, |it| {
            it.normalize.busy_seconds = seconds(10);
            it.core_seconds = seconds(10);
        });
        check(Limit::Cpu, |it| {
            it.normalize.busy_seconds = seconds(10);
            it.core_seconds = seconds(38);
            it.fetch.busy_seconds = seconds(9);
        });
        check(Limit::Cpu, |it| {
            it.encode.busy_seconds = seconds(8);
            it.core_seconds = seconds(8);
        });
    }

    /// The field names are a promise: programs read them.
    #[test]
    fn the_fields_are_as_documented() {
        let stages = stages(|it| {
            it.pacing_seconds = Duration::from_micros(1_234_400).into();
            it.fetch.busy_seconds = seconds(7);
        });
        let expected = serde_json::json!({
            "seconds": 10.0,
            "limited_by": "network",
            "pacing_seconds": 1.234,
            "fetch": {"busy_seconds": 7.0},
            "normalize": {"busy_seconds": 0.0},
            "encode": {"busy_seconds": 0.0},
            "store": {"busy_seconds": 0.0},
            "core_seconds": 0.0,
            "cores": 4
        });
        let judged = stages.judged();
        assert_eq!(serde_json::to_value(judged).unwrap(), expected);
        assert_eq!(serde_json::from_value::<Stages>(expected).unwrap(), judged);
        let part = judged.fetch.busy_seconds.part_of(judged.seconds);
        assert_eq!(format!("{part:.3}"), "0.700");
    }
}
