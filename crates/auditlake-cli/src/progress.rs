//! What a person sees while a run works: bars on a terminal, otherwise a log line every ten seconds.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use auditlake_pipeline::Progress;
use bytesize::ByteSize;
use clap::ValueEnum;
use console::Term;
use indicatif::{HumanDuration, MultiProgress, ProgressBar, ProgressStyle as BarStyle};
use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

use crate::print::table::number;

/// Target of the progress lines in the log.
pub(crate) const LOG_TARGET: &str = "auditlake::progress";
/// How often a line is logged.
const LOG_INTERVAL: Duration = Duration::from_secs(10);
/// How often bars are drawn.
const DRAW_INTERVAL: Duration = Duration::from_millis(200);
/// What a rate is taken over.
const MINUTE: Duration = Duration::from_mins(1);

/// How to show progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressStyle {
    /// Bars on a terminal, otherwise log lines
    Auto,
    /// Bars
    Bar,
    /// A log line every ten seconds
    Log,
    /// Nothing
    None,
}

/// Shows progress until it is dropped.
#[must_use]
#[derive(Debug)]
pub(crate) struct Display {
    bars: MultiProgress,
    task: Option<AbortOnDropHandle<()>>,
}

impl Drop for Display {
    fn drop(&mut self) {
        drop(self.task.take());
        // A failure to clear leaves a bar on the screen, no more.
        self.bars.clear().ok();
    }
}

/// Starts to show progress.
pub(crate) fn show(
    style: ProgressStyle,
    bars: &MultiProgress,
    progress: &Arc<Progress>,
) -> Display {
    let told = Arc::clone(progress);
    let drawn = || tokio::spawn(draw(Bars::new(bars), Arc::clone(progress)));
    let logged = || tokio::spawn(log(told, line));
    Display::new(style, bars, drawn, logged)
}

/// Starts to show how far files are read.
pub(crate) fn show_files(
    style: ProgressStyle,
    bars: &MultiProgress,
    progress: &Arc<Progress>,
) -> Display {
    let told = Arc::clone(progress);
    let drawn = || tokio::spawn(draw_files(files_bar(bars), Arc::clone(progress)));
    let logged = || tokio::spawn(log(told, |progress, _, _| files_line(progress)));
    Display::new(style, bars, drawn, logged)
}

impl Display {
    fn new(
        style: ProgressStyle,
        bars: &MultiProgress,
        drawn: impl FnOnce() -> JoinHandle<()>,
        logged: impl FnOnce() -> JoinHandle<()>,
    ) -> Self {
        let task = match style {
            ProgressStyle::Auto if Term::stderr().is_term() => Some(drawn()),
            ProgressStyle::Bar => Some(drawn()),
            ProgressStyle::Auto | ProgressStyle::Log => Some(logged()),
            ProgressStyle::None => None,
        };
        Self {
            bars: bars.clone(),
            task: task.map(AbortOnDropHandle::new),
        }
    }
}

async fn log(
    progress: Arc<Progress>,
    line: impl Fn(&Progress, &mut Pace, Instant) -> String + Send,
) {
    let mut pace = Pace::start(Instant::now());
    let mut ticks = tokio::time::interval(LOG_INTERVAL);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        tracing::info!(target: LOG_TARGET, "{}", line(&progress, &mut pace, Instant::now()));
    }
}

fn files_bar(bars: &MultiProgress) -> ProgressBar {
    let template = "{prefix:>9} {bar:30.cyan/blue} {bytes} of {total_bytes}, {msg}, {eta} left";
    bars.add(
        ProgressBar::new(0)
            .with_style(style(template))
            .with_prefix("read"),
    )
}

async fn draw_files(bar: ProgressBar, progress: Arc<Progress>) {
    let mut ticks = tokio::time::interval(DRAW_INTERVAL);
    loop {
        ticks.tick().await;
        bar.set_length(progress.input_bytes.get());
        bar.set_position(progress.input_bytes_read.get());
        bar.set_message(format!("{} events", number(progress.events.get())));
    }
}

fn files_line(progress: &Progress) -> String {
    format!(
        "{} of {} read, {} events",
        ByteSize(progress.input_bytes_read.get()),
        ByteSize(progress.input_bytes.get()),
        number(progress.events.get())
    )
}

async fn draw(bars: Bars, progress: Arc<Progress>) {
    let mut pace = Pace::start(Instant::now());
    let mut ticks = tokio::time::interval(DRAW_INTERVAL);
    loop {
        ticks.tick().await;
        bars.update(&progress, &mut pace, Instant::now());
    }
}

struct Bars {
    windows: ProgressBar,
    blobs: ProgressBar,
    events: ProgressBar,
    requests: ProgressBar,
}

impl Bars {
    fn new(bars: &MultiProgress) -> Self {
        let counted = style("{prefix:>9} {bar:30.cyan/blue} {msg}");
        let told = style("{prefix:>9} {msg}");
        let add = |prefix: &'static str, style: &BarStyle| {
            bars.add(
                ProgressBar::new(0)
                    .with_style(style.clone())
                    .with_prefix(prefix),
            )
        };
        Self {
            windows: add("windows", &counted),
            blobs: add("blobs", &counted),
            events: add("events", &told),
            requests: add("requests", &told),
        }
    }

    fn update(&self, progress: &Progress, pace: &mut Pace, now: Instant) {
        let (done, planned) = (progress.windows_done.get(), progress.windows_planned.get());
        let left = left(progress, pace, now).map(|left| format!(", {left}"));
        fill(&self.windows, done, planned, &left.unwrap_or_default());
        let known = match progress.blobs_already_committed.get() {
            0 => String::new(),
            count => format!(", and {} already in the lake", number(count)),
        };
        fill(
            &self.blobs,
            progress.blobs_fetched.get(),
            progress.blobs_listed.get(),
            &known,
        );
        let (read, written) = (
            progress.bytes_downloaded.get(),
            progress.bytes_written.get(),
        );
        let events = number(progress.events.get());
        self.events.set_message(format!(
            "{events}, {} read, {} written",
            ByteSize(read),
            ByteSize(written)
        ));
        self.requests.set_message(requests(progress, pace, now));
    }
}

/// A bar for nothing is empty, not full.
fn fill(bar: &ProgressBar, done: u64, all: u64, more: &str) {
    bar.set_length(all.max(1));
    bar.set_position(done);
    bar.set_message(format!("{} of {}{more}", number(done), number(all)));
}

/// The template is ours, so a bad one is found by the first run; the default is a bar as well.
fn style(template: &str) -> BarStyle {
    BarStyle::with_template(template).unwrap_or_else(|_| BarStyle::default_bar())
}

/// Everything in one line.
fn line(progress: &Progress, pace: &mut Pace, now: Instant) -> String {
    let mut line = format!(
        "{} of {} windows, {} of {} blobs, {} events, {}",
        number(progress.windows_done.get()),
        number(progress.windows_planned.get()),
        number(progress.blobs_fetched.get()),
        number(progress.blobs_listed.get()),
        number(progress.events.get()),
        requests(progress, pace, now),
    );
    if let Some(left) = left(progress, pace, now) {
        line = format!("{line}, {left}");
    }
    line
}

fn requests(progress: &Progress, pace: &mut Pace, now: Instant) -> String {
    let rate = number(pace.per_minute(now, progress.requests.get()));
    let mut text = format!(
        "{rate} requests a minute of {}",
        number(progress.quota.get())
    );
    for (count, what) in [
        (progress.throttled.get(), "throttled"),
        (progress.gaps.get(), "gaps"),
    ] {
        if count > 0 {
            text = format!("{text}, {} {what}", number(count));
        }
    }
    text
}

/// The time left, as if the windows that remain took as long as those that are done.
fn left(progress: &Progress, pace: &Pace, now: Instant) -> Option<String> {
    let (done, planned) = (progress.windows_done.get(), progress.windows_planned.get());
    let left = time_left(now.duration_since(pace.started), done, planned)?;
    Some(format!("about {:#} left", HumanDuration(left)))
}

fn time_left(elapsed: Duration, done: u64, planned: u64) -> Option<Duration> {
    let remaining = u32::try_from(planned.checked_sub(done)?).ok()?;
    let each = elapsed.checked_div(u32::try_from(done).ok()?)?;
    each.checked_mul(remaining)
}

/// The rate of requests.
#[derive(Debug)]
struct Pace {
    started: Instant,
    samples: VecDeque<(Instant, u64)>,
}

impl Pace {
    fn start(now: Instant) -> Self {
        Self {
            started: now,
            samples: VecDeque::from([(now, 0)]),
        }
    }

    /// Takes the count in, and says how many a minute there were lately: over about a minute, less at the start.
    fn per_minute(&mut self, now: Instant, count: u64) -> u64 {
        self.samples.push_back((now, count));
        // The first sample that stays is the last one that is a minute old.
        while self
            .samples
            .get(1)
            .is_some_and(|(time, _)| now.duration_since(*time) >= MINUTE)
        {
            self.samples.pop_front();
        }
        let Some(&(since, first)) = self.samples.front() else {
            return 0;
        };
        let seconds = now.duration_since(since).as_secs().max(1);
        (count - first) * MINUTE.as_secs() / seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_of_the_last_minute() {
        let start = Instant::now();
        let mut pace = Pace::start(start);
        let at = |secs| start + Duration::from_secs(secs);
        assert_eq!(pace.per_minute(at(30), 100), 200);
        assert_eq!(pace.per_minute(at(60), 150), 150);
        assert_eq!(pace.per_minute(at(90), 160), 60);
        assert_eq!(pace.per_minute(at(160), 230), 60);
        assert_eq!(pace.per_minute(at(300), 230), 0);
    }

    #[test]
    fn time_left_needs_something_done() {
        let elapsed = Duration::from_secs(10);
        assert_eq!(time_left(elapsed, 0, 100), None);
        assert_eq!(time_left(elapsed, 20, 100), Some(Duration::from_secs(40)));
        assert_eq!(time_left(elapsed, 100, 100), Some(Duration::ZERO));
    }

    #[test]
    fn a_line_tells_windows_blobs_events_and_requests() {
        let now = Instant::now();
        let text = line(&Progress::default(), &mut Pace::start(now), now);
        assert_eq!(
            text,
            "0 of 0 windows, 0 of 0 blobs, 0 events, 0 requests a minute of 0"
        );
    }
}
