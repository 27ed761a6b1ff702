//! Whether the process that left an intent is still at work.

use std::collections::BTreeSet;
use std::fs;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// Runs of this very process that are at work: what tells a run that was dropped from one that goes on.
static LIVE_RUNS: LazyLock<Mutex<BTreeSet<String>>> = LazyLock::new(Mutex::default);

/// Length of what of a run's id is in the names of its files: 48 random bits.
const RUN_TAIL: usize = 12;

/// A process, so that another one of the same host can tell whether it lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Host name, boot and process-id namespace: within it a pid means one process. Empty when unknown.
    pub host: String,
    /// Process id.
    pub pid: u32,
    /// When the process started, in the kernel's ticks: pids are used again. Empty when unknown.
    pub started: String,
}

/// What can be said about a process from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Liveness {
    Dead,
    Alive,
    /// On another host, or on a system that does not tell: only time will.
    Unknown,
}

impl Process {
    /// This process.
    pub(crate) fn current() -> Self {
        let pid = std::process::id();
        Self {
            host: host(),
            pid,
            started: start_ticks(pid).unwrap_or_default(),
        }
    }

    /// Whether the run that this process worked on is still at work.
    pub(crate) fn liveness(&self, run_id: &str) -> Liveness {
        let here = Self::current();
        if self.host.is_empty() || self.host != here.host {
            return Liveness::Unknown;
        }
        let alive = if *self == here {
            is_live_run(run_id)
        } else {
            start_ticks(self.pid).is_some_and(|ticks| ticks == self.started)
        };
        if alive {
            Liveness::Alive
        } else {
            Liveness::Dead
        }
    }
}

/// Keeps a run among those at work until it is dropped.
#[derive(Debug)]
pub(crate) struct LiveRun(String);

impl LiveRun {
    pub(crate) fn new(run_id: &str) -> Self {
        LIVE_RUNS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(run_id.to_owned());
        Self(run_id.to_owned())
    }

    pub(crate) fn id(&self) -> &str {
        &self.0
    }
}

impl Drop for LiveRun {
    fn drop(&mut self) {
        LIVE_RUNS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.0);
    }
}

/// The end of a run's id, for the names of its files: the end is random, the start is the time.
pub(crate) fn run_tail(run_id: &str) -> &str {
    let start = run_id.len().saturating_sub(RUN_TAIL);
    run_id.get(start..).unwrap_or(run_id)
}

fn is_live_run(run_id: &str) -> bool {
    LIVE_RUNS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .contains(run_id)
}

/// Within this text a pid means one process; empty where the system has no `/proc`.
fn host() -> String {
    let read = |path| fs::read_to_string(path).map(|text| text.trim().to_owned());
    let namespace =
        || fs::read_link("/proc/self/ns/pid").map(|link| link.to_string_lossy().into_owned());
    let parts = || -> std::io::Result<String> {
        let name = read("/proc/sys/kernel/hostname")?;
        let boot = read("/proc/sys/kernel/random/boot_id")?;
        Ok(format!("{name}/{boot}/{}", namespace()?))
    };
    parts().unwrap_or_default()
}

/// Field 22 of `/proc/<pid>/stat`; the second field is a name in parentheses that may hold anything.
fn start_ticks(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace();
    let state = fields.next()?;
    // A killed process that nobody waited for keeps its entry, as a zombie.
    (!matches!(state, "Z" | "X")).then(|| fields.nth(18).map(str::to_owned))?
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_this_process_lives_until_it_is_dropped() {
        let run = LiveRun::new("run-a");
        assert_eq!(Process::current().liveness("run-a"), Liveness::Alive);
        assert_eq!(Process::current().liveness("run-b"), Liveness::Dead);
        drop(run);
        assert_eq!(Process::current().liveness("run-a"), Liveness::Dead);
    }

    #[test]
    fn a_process_that_ended_is_dead_and_its_pid_may_be_used_again() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let started = start_ticks(child.id()).unwrap();
        let process = Process {
            pid: child.id(),
            started,
            ..Process::current()
        };
        assert_eq!(process.liveness("run"), Liveness::Alive);
        let reused = Process {
            started: "1".to_owned(),
            ..process.clone()
        };
        assert_eq!(reused.liveness("run"), Liveness::Dead);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(process.liveness("run"), Liveness::Dead);
    }

    #[test]
    fn another_host_tells_nothing() {
        let process = Process {
            host: "elsewhere".to_owned(),
            ..Process::current()
        };
        assert_eq!(process.liveness("run"), Liveness::Unknown);
    }
}
