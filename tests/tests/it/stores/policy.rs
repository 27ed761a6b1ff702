//! The policy of the guide is enough, each action of it is needed, and a wrong key is found out.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result, ensure};
use auditlake_parquet::{Access, Lack, Unfit};
use serde_json::Value;

use super::place::{Place, emulator};

/// The bucket of the guide's policy.
const BUCKET: &str = "contoso-audit";

/// An S3 that obeys a policy. It ends when this is dropped.
struct Guarded {
    place: Place,
    child: Child,
    _input: ChildStdin,
}

impl Guarded {
    fn start(policy: &Value) -> Result<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/s3_with_policy.py");
        let mut child = Command::new(emulator("AUDITLAKE_TEST_PYTHON")?)
            .args([script, BUCKET])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut input = child.stdin.take().context("a piped standard input")?;
        writeln!(input, "{policy}")?;
        let output = child.stdout.take().context("a piped standard output")?;
        let mut told = String::new();
        BufReader::new(output).read_line(&mut told)?;
        let told: Value = serde_json::from_str(&told).context("it does not start")?;
        let text = |name: &str| told[name].as_str().unwrap_or_default();
        let place = Place::new(format!("s3://{BUCKET}/lake"))
            .with("AWS_ENDPOINT_URL", text("endpoint"))
            .with("AWS_ALLOW_HTTP", "true")
            .with("AWS_REGION", "eu-central-1")
            .with("AWS_ACCESS_KEY_ID", text("access_key_id"))
            .with("AWS_SECRET_ACCESS_KEY", text("secret_access_key"))
            // Of a deletion of many, moto asks whether it is allowed on the bucket; Amazon, on each object.
            .with("AWS_DISABLE_BULK_DELETE", "true");
        Ok(Self {
            place,
            child,
            _input: input,
        })
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The policy that the guide shows.
fn guide() -> Result<Value> {
    let guide = include_str!("../../../../docs/guides/stores.md");
    let (_, rest) = guide.split_once("```json").context("a policy")?;
    let (policy, _) = rest.split_once("```").context("its end")?;
    Ok(serde_json::from_str(policy)?)
}

/// The guide's policy without an action.
fn without(action: &str) -> Result<Value> {
    let mut policy = guide()?;
    let mut found = false;
    for statement in policy["Statement"].as_array_mut().context("statements")? {
        let actions = statement["Action"].as_array_mut().context("actions")?;
        found |= actions.iter().any(|known| known == action);
        actions.retain(|known| known != action);
        // A statement must have an action; this one does no good.
        actions.push("s3:GetObjectTagging".into());
    }
    ensure!(found, "the guide does not allow {action}");
    Ok(policy)
}

async fn probe(place: &Place) -> Result<(), Unfit> {
    let lake = place.lake().expect("the lake can be opened");
    lake.probe("_auditlake/probe/mine").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_of_the_guide_is_enough_and_a_wrong_key_is_not() -> Result<()> {
    let guarded = Guarded::start(&guide()?)?;
    probe(&guarded.place).await?;
    let place = guarded.place.clone();
    let unfit = probe(&place.with("AWS_SECRET_ACCESS_KEY", "wrong")).await;
    let unfit = unfit.err().context("a wrong secret")?;
    ensure!(unfit.lack == Lack::ValidCredentials, "{unfit}");
    ensure!(
        unfit.to_string().contains("SignatureDoesNotMatch"),
        "{unfit}"
    );
    let place = guarded.place.clone();
    let unfit = probe(&place.with("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")).await;
    let unfit = unfit.err().context("a wrong key")?;
    ensure!(unfit.lack == Lack::ValidCredentials, "{unfit}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_action_of_the_guides_policy_is_needed_and_said() -> Result<()> {
    for (action, access) in [
        ("s3:PutObject", Access::Create),
        ("s3:GetObject", Access::Read),
        ("s3:ListBucket", Access::List),
        ("s3:DeleteObject", Access::Delete),
    ] {
        let guarded = Guarded::start(&without(action)?)?;
        let unfit = probe(&guarded.place).await.err();
        let unfit = unfit.with_context(|| format!("{action} is not needed"))?;
        ensure!(unfit.lack == Lack::Permission(access), "{unfit}");
        ensure!(unfit.hint().contains(action), "{}", unfit.hint());
    }
    Ok(())
}
