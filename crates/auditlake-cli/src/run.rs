//! From arguments to an exit code.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use clap::Parser;
use indicatif::MultiProgress;
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use crate::args::{Cli, Color, Command, Global};
use crate::commands;
use crate::exit::{Exit, Usage, hint};
use crate::logging;
use crate::otlp::Traces;
use crate::print::{is_broken_pipe, note};

/// What every command may use.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// The configuration file, if one was named.
    pub(crate) config: Option<PathBuf>,
    /// Where progress bars are drawn.
    pub(crate) bars: MultiProgress,
    /// Cancelled by Ctrl-C and by SIGTERM.
    pub(crate) cancel: CancellationToken,
    /// The signal that cancelled it.
    pub(crate) signal: Arc<OnceLock<Signal>>,
}

/// What asked the process to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Somebody at the keyboard.
    Interrupt,
    /// Whoever runs the process as a service.
    #[cfg_attr(windows, expect(dead_code, reason = "there is no such signal"))]
    Terminate,
}

/// Threads for what blocks: normalizing and encoding, files, name look-ups. Every thread keeps memory that it has freed
/// for its own next use, so that the runtime's own five hundred, each used now and then, would hold several times what
/// the work needs. Beside one a core, an input that is read and a file that is written have theirs.
fn blocking_threads() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from) + 2
}

/// Runs the command that the process's arguments ask for.
pub fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => run(cli).into(),
        Err(error) => {
            // Help goes to standard output, whose reader may be gone.
            error.print().ok();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Usage as u8))
        }
    }
}

fn run(cli: Cli) -> Exit {
    set_color(cli.global.color);
    let session = Session::new(&cli.global);
    let traces = match Traces::start() {
        Ok(traces) => traces,
        Err(error) => return fail(&error.context(Usage::new("the environment cannot be used"))),
    };
    let spans = traces.as_ref().map(Traces::layer);
    logging::init(&cli.global, &session.bars, spans);
    let exit = execute(cli.command, &session).unwrap_or_else(|error| fail(&error));
    traces.into_iter().for_each(Traces::end);
    exit
}

fn execute(command: Command, session: &Session) -> anyhow::Result<Exit> {
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(blocking_threads())
        .build()?;
    let result = runtime.block_on(async {
        // Registered before the command begins, so that no signal is missed.
        let signals = Signals::new()?;
        tokio::spawn(cancel_on_signal(signals, session.clone()));
        Box::pin(dispatch(command, session)).await
    });
    // A thread that still reads an input must not hold up an interrupted command.
    runtime.shutdown_background();
    result
}

async fn dispatch(command: Command, session: &Session) -> anyhow::Result<Exit> {
    match command {
        Command::Backfill(args) => Box::pin(commands::backfill::run(args, session)).await,
        Command::Ingest(args) => commands::ingest::run(args, session).await,
        Command::Receive(args) => commands::receive::run(args, session).await,
        Command::Normalize(args) => commands::normalize::run(args, session).await,
        Command::Coverage(args) => commands::coverage::run(args).await,
        Command::Verify(args) => commands::verify::run(args, session).await,
        Command::Compact(args) => commands::compact::run(args, session).await,
        Command::Lake(command) => commands::lake::run(command, session).await,
        Command::Config(command) => commands::config::run(&command, session),
        Command::Connection(command) => commands::connection::run(command, session).await,
        Command::Subscription(command) => commands::subscription::run(command, session).await,
        Command::Schema(command) => commands::schema::run(command, session).await,
        Command::Simulate(args) => commands::simulate::run(args, session).await,
        Command::Demo(args) => commands::demo::run(args, session).await,
    }
}

impl Session {
    fn new(global: &Global) -> Self {
        Self {
            config: global.config.clone(),
            bars: MultiProgress::new(),
            cancel: CancellationToken::new(),
            signal: Arc::default(),
        }
    }
}

/// The first signal asks the command to stop; the second ends the process.
async fn cancel_on_signal(mut signals: Signals, session: Session) {
    let signal = signals.next().await;
    note(match signal {
        Signal::Interrupt => "stopping; press Ctrl-C again to stop at once",
        Signal::Terminate => "stopping",
    });
    // Only the first signal counts.
    session.signal.set(signal).ok();
    session.cancel.cancel();
    signals.next().await;
    std::process::exit(Exit::Interrupted as i32);
}

/// Ctrl-C, and on Unix SIGTERM, which is how a container is stopped.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }
}

/// Ctrl-C.
#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) -> Signal {
        self.0.recv().await;
        Signal::Interrupt
    }
}

fn set_color(color: Color) {
    match color {
        Color::Auto => {}
        Color::Always => set_colors_enabled(true),
        Color::Never => set_colors_enabled(false),
    }
}

fn set_colors_enabled(enabled: bool) {
    console::set_colors_enabled(enabled);
    console::set_colors_enabled_stderr(enabled);
}

/// Tells an error with its causes, and what can be done. A reader that is gone is no error.
pub(crate) fn fail(error: &anyhow::Error) -> Exit {
    if is_broken_pipe(error) {
        return Exit::Complete;
    }
    let exit = Exit::of_error(error);
    if exit == Exit::Interrupted {
        note(&error.to_string());
        return exit;
    }
    note(&format!(
        "{}: {error}",
        console::style("error").for_stderr().red().bold()
    ));
    for cause in error.chain().skip(1) {
        note(&format!("  caused by: {cause}"));
    }
    if let Some(hint) = hint(error) {
        note(&format!(
            "{}: {hint}",
            console::style("hint").for_stderr().cyan().bold()
        ));
    }
    exit
}
