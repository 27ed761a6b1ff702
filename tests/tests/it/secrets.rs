//! Secrets stay secret: not in what is printed at the highest verbosity, not in the report, not in the lake.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;
use auditlake_simulator::{FaultPlan, SimulatorConfig, TenantConfig};

use crate::world::{World, binary};

/// All bytes of all files below a directory.
fn everything(directory: &Path, found: &mut Vec<u8>) -> Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            everything(&entry.path(), found)?;
        } else {
            found.extend(std::fs::read(entry.path())?);
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_secret_nor_token_is_printed_or_written() -> Result<()> {
    let tenants = vec![TenantConfig::generated(0, 7, 200)];
    let faults = "hostile:1".parse::<FaultPlan>()?;
    let world = World::with(SimulatorConfig {
        tenants,
        faults,
        ..SimulatorConfig::default()
    })
    .await?;
    let tenant = world.simulator.tenants().swap_remove(0);
    let address = world.simulator.address().to_string();
    let mut command = Command::new(binary()?);
    command.args([
        "backfill",
        "-vvv",
        "--window",
        "24h",
        "--report",
        "-",
        "--retry-for",
        "3s",
        "--requests-per-minute",
        "100000",
    ]);
    command.args(["--api-address", &address, "--authority", &address]);
    command.args([
        "--tenant-id",
        &tenant.tenant_id,
        "--client-id",
        &tenant.client_id,
    ]);
    command.arg("--lake").arg(world.lake());
    command
        .env("AUDITLAKE_CLIENT_SECRET", &tenant.client_secret)
        .env("RUST_LOG", "trace");
    let output =
        tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).output()).await??;

    let mut said = output.stdout;
    said.extend(output.stderr);
    assert_eq!(
        output.status.code(),
        Some(4),
        "something could not be had, and is named"
    );
    assert!(
        said.len() > 10_000,
        "the log is verbose: {} bytes",
        said.len()
    );
    everything(world.lake(), &mut said)?;
    let said = String::from_utf8_lossy(&said);
    assert!(
        !said.contains(&tenant.client_secret),
        "the secret is somewhere"
    );
    assert!(!said.contains("eyJ"), "a token is somewhere");
    Ok(())
}

/// What `config` says at the highest verbosity, of a configuration and of the environment of a run.
#[test]
fn no_secret_is_shown_with_the_configuration() -> Result<()> {
    let secret = "an-unlikely-s3cr3t";
    let directory = tempfile::tempdir()?;
    let name = "contoso.secret";
    std::fs::write(directory.path().join(name), secret)?;
    let text = format!(
        "[connections.contoso]\ntenant_id = \"t\"\nclient_secret_file = \"{name}\"\n\
         api_address = \"https://{secret}:{secret}@manage.example\"\n"
    );
    std::fs::write(directory.path().join("auditlake.toml"), text)?;
    for args in [
        &["config", "show"] as &[&str],
        &["config", "show", "--output", "json"],
        &["config", "check"],
    ] {
        for variable in ["AUDITLAKE_CLIENT_SECRET", "UNRELATED"] {
            let mut command = Command::new(binary()?);
            command.args(args).arg("-vvv").current_dir(directory.path());
            let output = command.env(variable, secret).output()?;
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(said.contains("contoso"), "{args:?}: {said}");
            assert!(!said.contains(secret), "{args:?}: {said}");
        }
    }
    Ok(())
}
