//! A reader that listens on a Unix socket.

use std::io::Read;
use std::os::unix::net::UnixListener;
use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use super::{assert_each_once, handing, lines};
use crate::world::World;

/// What comes over the next connection, to its end.
fn take_one(listener: &UnixListener) -> Result<std::thread::JoinHandle<Result<Vec<u8>>>> {
    let listener = listener.try_clone()?;
    Ok(std::thread::spawn(move || {
        let (mut socket, _) = listener.accept()?;
        let mut taken = Vec::new();
        socket.read_to_end(&mut taken)?;
        Ok(taken)
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_gets_each_record_once_and_standard_output_the_report() -> Result<()> {
    let world = World::week(600).await?;
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("reader.sock");
    let listener = UnixListener::bind(&path)?;
    for (run, expected) in [600, 0].into_iter().enumerate() {
        let reader = take_one(&listener)?;
        let output = hand_on_to(&world, &path)?;
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let report: Value = serde_json::from_slice(&output.stdout)?;
        assert_eq!(report["handed_on"], "raw");
        assert_eq!(
            (&report["files"], &report["events"]),
            (&0.into(), &expected.into())
        );
        let taken = reader
            .join()
            .map_err(|_| anyhow::anyhow!("the reader panicked"))??;
        match run {
            0 => assert_each_once(&world, &lines(&taken)?)?,
            _ => assert!(taken.is_empty()),
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_on_which_nobody_listens_ends_the_run_before_it_begins() -> Result<()> {
    let world = World::week(100).await?;
    let output = hand_on_to(&world, &world.lake().join("nobody.sock"))?;
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(
        words.contains("nobody.sock") && words.contains("started first"),
        "{words}"
    );
    assert!(world.simulator.requests().is_empty());
    Ok(())
}

fn hand_on_to(world: &World, path: &Path) -> Result<std::process::Output> {
    let mut command = handing(world, &["--to", "raw", "--report", "-"])?;
    Ok(command.arg("--to-socket").arg(path).output()?)
}
