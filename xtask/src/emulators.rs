//! The emulators of object stores that the tests write to: moto and s3s-fs for S3, Azurite for Azure.
//!
//! moto, with its puts one at a time, is right about conditional puts under races and checks no signatures, s3s-fs the
//! other way round.
//!
//! Each listens on a free port of the loopback address, says in its log which one, and ends with the tests.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::apt;

const AZURITE: &str = "3.35.0";
const S3S_FS: &str = "0.14.1";
/// What the tests sign with, too.
const S3S_KEYS: [&str; 4] = [
    "--access-key",
    "AKIAIOSFODNN7EXAMPLE",
    "--secret-key",
    "a-secret-of-nothing",
];
/// A cold start on a slow machine takes seconds.
const PATIENCE: Duration = Duration::from_mins(2);
const POLL: Duration = Duration::from_millis(50);

/// Running emulators. They end when this is dropped.
pub(crate) struct Emulators {
    s3: Emulator,
    signed_s3: Emulator,
    signed_s3_root: PathBuf,
    azure: Emulator,
}

impl Emulators {
    /// Installs what is missing, and starts them.
    pub(crate) fn start(shell: &Shell, root: &Path, python: &Path) -> Result<Self> {
        let azurite = azurite(shell, root)?;
        let mut moto = Command::new(python);
        // By its path, as a test may be started from elsewhere.
        moto.arg(root.join("tests/python/s3_server.py"));
        moto.args(["--host", "127.0.0.1", "--port", "0"]);
        let mut node = Command::new("node");
        node.arg(azurite).args([
            "--blobHost",
            "127.0.0.1",
            "--blobPort",
            "0",
            "--inMemoryPersistence",
            "--disableTelemetry",
        ]);
        let signed_s3_root = empty(root.join("target/s3s-fs/root"))?;
        let mut s3s_fs = Command::new(s3s_fs(shell, root)?);
        s3s_fs.args(["--host", "127.0.0.1", "--port", "0"]);
        s3s_fs
            .args(S3S_KEYS)
            .arg(&signed_s3_root)
            .env("RUST_LOG", "info");
        Ok(Self {
            s3: Emulator::start("moto", moto, root)?,
            signed_s3: Emulator::start("s3s-fs", s3s_fs, root)?,
            signed_s3_root,
            azure: Emulator::start("azurite", node, root)?,
        })
    }

    /// What tells the tests where they are.
    pub(crate) fn variables(&self) -> [(&'static str, &OsStr); 4] {
        [
            ("AUDITLAKE_TEST_S3", self.s3.address.as_ref()),
            ("AUDITLAKE_TEST_SIGNED_S3", self.signed_s3.address.as_ref()),
            (
                "AUDITLAKE_TEST_SIGNED_S3_ROOT",
                self.signed_s3_root.as_ref(),
            ),
            ("AZURITE_BLOB_STORAGE_URL", self.azure.address.as_ref()),
        ]
    }
}

struct Emulator {
    child: Child,
    address: String,
}

impl Emulator {
    fn start(name: &str, mut command: Command, root: &Path) -> Result<Self> {
        let log = root.join(format!("target/{name}.log"));
        let file = File::create(&log)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?);
        let child = command.stderr(file).spawn();
        let child = child.with_context(|| format!("{name} cannot be started"))?;
        let mut emulator = Self {
            child,
            address: String::new(),
        };
        emulator.address = emulator
            .listen(&log)
            .with_context(|| format!("{name} does not start: see {}", log.display()))?;
        Ok(emulator)
    }

    /// Waits for the address in the log.
    fn listen(&mut self, log: &Path) -> Result<String> {
        let limit = Instant::now() + PATIENCE;
        while Instant::now() < limit {
            if let Some(address) = address(&fs::read_to_string(log)?) {
                return Ok(address);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended with {status}");
            }
            sleep(POLL);
        }
        bail!("it did not say an address within {PATIENCE:?}")
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // One that has ended by itself cannot be killed, and need not be.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The address at the end of a whole line.
fn address(log: &str) -> Option<String> {
    let whole = log.lines().filter(|_| log.ends_with('\n'));
    let mut found =
        whole.filter_map(|line| line.find("http://127.0.0.1:").and_then(|at| line.get(at..)));
    found.next().map(|address| address.trim().to_owned())
}

/// Azurite's program for blobs, installed on first use. Not run by npx, whose child outlives it.
fn azurite(shell: &Shell, root: &Path) -> Result<PathBuf> {
    let directory = root.join("target/azurite");
    let package = directory.join("node_modules/azurite");
    let program = package.join("dist/src/blob/main.js");
    let wanted = format!("\"version\": \"{AZURITE}\"");
    let has = |manifest: String| manifest.contains(&wanted);
    if shell.read_file(package.join("package.json")).is_ok_and(has) {
        return Ok(program);
    }
    let npm = || cmd!(shell, "npm --version").quiet().ignore_stdout().run();
    if npm().is_err() {
        apt::install(shell, &["nodejs", "npm"])
            .context("the tests need Node.js 18 or newer, with npm")?;
    }
    shell.create_dir(&directory)?;
    cmd!(
        shell,
        "npm install --prefix {directory} --no-audit --no-fund --ignore-scripts --no-update-notifier azurite@{AZURITE}"
    )
    .run()
    .context("the tests need this npm package; npm says above what stopped it")?;
    Ok(program)
}

/// The server of S3 that checks signatures, built on first use.
fn s3s_fs(shell: &Shell, root: &Path) -> Result<PathBuf> {
    let directory = root.join("target/s3s-fs");
    let program = directory.join("bin/s3s-fs");
    let version = cmd!(shell, "{program} --version").quiet().ignore_stderr();
    if version.read().is_ok_and(|it| it.ends_with(S3S_FS)) {
        return Ok(program);
    }
    let build = directory.join("build");
    cmd!(
        shell,
        "cargo install s3s-fs --version {S3S_FS} --locked --features binary --debug --root {directory} --target-dir {build}"
    )
    .run()?;
    fs::remove_dir_all(build)?;
    Ok(program)
}

fn empty(directory: PathBuf) -> Result<PathBuf> {
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    fs::create_dir_all(&directory)?;
    Ok(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_from_a_whole_line() {
        let log =
            "Azurite Blob service is starting on 127.0.0.1:0\nlistens on http://127.0.0.1:40145";
        assert_eq!(address(log), None);
        let log = format!("{log}\n");
        assert_eq!(address(&log).as_deref(), Some("http://127.0.0.1:40145"));
    }
}
