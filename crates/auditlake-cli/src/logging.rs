//! Log lines on standard error, above the progress bars.

use std::io::{self, Write};

use indicatif::MultiProgress;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::args::{Global, LogFormat};
use crate::progress::LOG_TARGET;

/// Sets the process's log up, beside whatever else takes its spans. Other crates' lines stay at warnings unless `RUST_LOG`
/// asks for them.
pub(crate) fn init(
    global: &Global,
    bars: &MultiProgress,
    spans: Option<impl Layer<Registry> + Send + Sync>,
) {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(AboveBars(bars.clone()))
        .with_ansi(console::colors_enabled_stderr());
    let lines = match global.log_format {
        LogFormat::Text => lines.compact().boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    let lines = lines.with_filter(filter(global.verbose));
    let all = tracing_subscriber::registry().with(spans).with(lines);
    // A second call in one process keeps the first log.
    all.try_init().ok();
}

fn filter(verbose: u8) -> EnvFilter {
    let set = std::env::var("RUST_LOG").ok().filter(|set| !set.is_empty());
    set.and_then(|set| EnvFilter::try_new(set).ok())
        .unwrap_or_else(|| EnvFilter::new(directives(verbose)))
}

/// The progress lines of a run without a terminal are shown whatever the level.
fn directives(verbose: u8) -> String {
    let level = match verbose {
        0 => "warn",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    format!("warn,auditlake={level},{LOG_TARGET}=info")
}

/// Standard error, with the bars out of the way while a line is written.
struct AboveBars(MultiProgress);

struct Line<'a>(&'a MultiProgress);

impl<'a> MakeWriter<'a> for AboveBars {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(&self.0)
    }
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_a_filter_that_can_be_read() {
        for verbose in 0..5 {
            assert!(EnvFilter::try_new(directives(verbose)).is_ok(), "{verbose}");
        }
    }
}
