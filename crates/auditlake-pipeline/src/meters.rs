//! How long the stages of a run were at work. It is told at the end, and decides nothing.

use std::thread::available_parallelism;
use std::time::Instant;

use auditlake_api::{Meter, RequestTimes};

use crate::report::{Seconds, Stages};

/// The meters of a run; its client has one of its own.
#[derive(Debug)]
pub(crate) struct Meters {
    started: Instant,
    /// Records becoming rows.
    pub(crate) normalize: Meter,
    /// Rows becoming files.
    pub(crate) encode: Meter,
    /// Reading from the lake, and writing to it.
    pub(crate) store: Meter,
}

impl Meters {
    /// Meters of a run that begins now.
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
            normalize: Meter::default(),
            encode: Meter::default(),
            store: Meter::default(),
        }
    }

    /// What they and the requests of the run say by now.
    pub(crate) fn stages(&self, requests: RequestTimes) -> Stages {
        let RequestTimes {
            on_the_way,
            held_back,
        } = requests;
        let (normalize, encode) = (self.normalize.measured(), self.encode.measured());
        let stages = Stages {
            seconds: self.started.elapsed().into(),
            pacing_seconds: held_back.busy.into(),
            fetch: on_the_way.busy.into(),
            normalize: normalize.busy.into(),
            encode: encode.busy.into(),
            store: self.store.measured().busy.into(),
            core_seconds: Seconds::from(normalize.work + encode.work),
            cores: available_parallelism()
                .map_or(1, |cores| cores.get().try_into().unwrap_or(u32::MAX)),
            ..Stages::default()
        };
        stages.judged()
    }
}
