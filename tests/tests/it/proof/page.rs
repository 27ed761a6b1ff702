//! The coverage page in a browser.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::some_commit;
use crate::world::{World, binary};

/// Narrow as a phone.
const PHONE: u32 = 390;
const DESK: u32 = 1280;

/// The page after the browser has read it.
fn dom(page: &Path, width: u32) -> Result<String> {
    let browser = std::env::var_os("AUDITLAKE_TEST_BROWSER")
        .context("AUDITLAKE_TEST_BROWSER is not set: run the tests by `cargo xtask test`")?;
    let profile = tempfile::tempdir()?;
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--dump-dom",
        ])
        .args([
            "--virtual-time-budget=2000",
            &format!("--window-size={width},1000"),
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", page.display()))
        .output()?;
    ensure!(
        output.status.success(),
        "the browser: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// A report and its page, by the command itself.
fn page_of(world: &World) -> Result<(Value, std::path::PathBuf)> {
    let page = world.lake().join("coverage.html");
    let output = Command::new(binary()?)
        .args(["coverage", "contoso", "--output", "json", "--lake"])
        .arg(world.lake())
        .arg("--html")
        .arg(&page)
        .output()?;
    Ok((serde_json::from_slice(&output.stdout)?, page))
}

/// What follows each `name="`, up to the quote, and the text of its element.
fn marked<'a>(dom: &'a str, name: &str) -> Vec<(&'a str, &'a str)> {
    let start = format!("{name}=\"");
    let parts = dom.split(start.as_str()).skip(1);
    parts
        .filter_map(|part| {
            let (path, rest) = part.split_once('"')?;
            let (_, text) = rest.split_once('>')?;
            Some((path, text.split_once('<')?.0))
        })
        .collect()
}

/// The value at a dotted path; of a map of kinds, all after the first dot is the key.
fn value_at<'a>(report: &'a Value, path: &str) -> Option<&'a Value> {
    if let Some((map @ ("by_class" | "by_record_type"), key)) = path.split_once('.') {
        return report.get(map)?.get(key);
    }
    report.pointer(&format!("/{}", path.replace('.', "/")))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_on_the_page_are_those_of_the_report() -> Result<()> {
    let world = World::week(1_500).await?;
    world.run().await?;
    std::fs::remove_file(some_commit(&world, "Audit.SharePoint")?)?;
    let (report, page) = page_of(&world)?;
    let dom = dom(&page, DESK)?;

    let figures = marked(&dom, "data-figure");
    assert!(figures.len() > 200, "{} figures", figures.len());
    for (path, shown) in figures {
        let expected = value_at(&report, path).and_then(Value::as_u64);
        let shown: u64 = shown
            .replace(',', "")
            .parse()
            .with_context(|| format!("{path}: {shown}"))?;
        assert_eq!(Some(shown), expected, "{path}");
    }
    let delays = marked(&dom, "data-seconds");
    assert_eq!(delays.len(), 5 * 2 * 4);
    for ((path, _), (shown, _)) in delays.iter().zip(marked(&dom, "data-value")) {
        let expected = value_at(&report, path).and_then(Value::as_u64);
        assert_eq!(shown.parse().ok(), expected, "{path}");
    }
    for content_type in report["content_types"]
        .as_array()
        .context("content types")?
    {
        for hour in content_type["by_hour"].as_array().context("hours")? {
            let start = hour["start"].as_str().context("a start")?;
            let start = start.replace('T', " ").replace(":00Z", "");
            let words = format!(
                "title=\"{start}: {}",
                hour["state"].as_str().unwrap_or_default()
            );
            assert!(dom.contains(&words), "{words}");
        }
    }
    let gaps = report["gaps"].as_array().context("gaps")?;
    assert!(!gaps.is_empty());
    for gap in gaps {
        let command = gap["command"].as_str().context("a command")?;
        assert!(dom.contains(command), "{command}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_page_is_wider_than_a_phone() -> Result<()> {
    let world = World::week(300).await?;
    world.run().await?;
    std::fs::remove_file(some_commit(&world, "Audit.Exchange")?)?;
    let (_, page) = page_of(&world)?;
    let measure = "<script>parent.postMessage([innerWidth, document.documentElement.scrollWidth].join(), '*')</script>";
    std::fs::write(&page, std::fs::read_to_string(&page)? + measure)?;
    // A window has a least width, a frame has not.
    let frame = world.lake().join("frame.html");
    for width in [PHONE, DESK] {
        let listen = "<script>onmessage = told => document.documentElement.dataset.widths = told.data</script>";
        let framed = format!(
            "{listen}<iframe src=\"coverage.html\" width=\"{width}\" height=\"900\" style=\"border:0\"></iframe>"
        );
        std::fs::write(&frame, framed)?;
        let dom = dom(&frame, DESK)?;
        let told = marked(&dom, "data-widths");
        assert_eq!(
            told.first().map(|told| told.0),
            Some(format!("{width},{width}").as_str())
        );
    }
    Ok(())
}
