//! `docs/reference/`: pages made of what the code knows.

mod cli;
mod ddl;
mod example;
mod metrics;
mod module_doc;
mod operations;
mod record_types;
mod workloads;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use auditlake_normalizer::class::{Class, by_uid};
use auditlake_normalizer::schema::{json_schema, markdown};

use crate::performance::PAGE;

/// Pages by their paths under `docs/reference/`.
type Pages = BTreeMap<PathBuf, String>;

/// Says on a page that it is made, and by what.
const MADE: &str = "Made by `cargo xtask docs`; change the code, not this page.";

/// Writes the pages, or says which differ.
pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    let directory = root.join("docs/reference");
    let pages = pages(root)?;
    let mut found = files(&directory)?;
    // Measured, not made.
    found.remove(Path::new(PAGE));
    if check {
        return report(&differences(&pages, &found));
    }
    for path in found.keys().filter(|path| !pages.contains_key(*path)) {
        fs::remove_file(directory.join(path))?;
    }
    for (path, page) in &pages {
        let path = directory.join(path);
        let write = || {
            fs::create_dir_all(path.parent().context("a page lies in a directory")?)?;
            Ok::<_, anyhow::Error>(fs::write(&path, page)?)
        };
        write().with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

fn pages(root: &Path) -> Result<Pages> {
    let mut pages = Pages::new();
    pages.insert("README.md".into(), markdown_page(INDEX));
    pages.insert("schema.md".into(), markdown_page(&markdown::page()));
    let schema = serde_json::to_string_pretty(&json_schema())? + "\n";
    pages.insert("schema.json".into(), schema);
    pages.insert("operations.md".into(), markdown_page(&operations::page()));
    pages.insert(
        "record-types.md".into(),
        markdown_page(&record_types::page()),
    );
    pages.insert("metrics.md".into(), markdown_page(&metrics::page()));
    pages.insert("cli.md".into(), markdown_page(&cli::page()?));
    pages.insert(
        "config.md".into(),
        markdown_page(&auditlake_cli::config_page()),
    );
    pages.extend(ddl::pages()?);
    pages.extend(workloads::pages(root)?);
    Ok(pages)
}

const INDEX: &str = "\
# Reference

- [schema.md](schema.md): every column, what it means and what fills it; [schema.json](schema.json) is the JSON Schema of
  an event as `auditlake normalize --to ndjson` prints it.
- [ddl/](ddl): statements that make the table known to an engine; `auditlake schema ddl` writes them for your lake.
- [workloads/](workloads/README.md): what the records of each workload become, with an example.
- [operations.md](operations.md): every operation by name. [record-types.md](record-types.md): every record type.
- [cli.md](cli.md): the command line. [config.md](config.md): the configuration file, and what goes before it.
- [metrics.md](metrics.md): what `auditlake ingest` shows to Prometheus.
- [performance.md](performance.md): how fast and in how much memory, beside engines; measured, not made of code.
";

fn markdown_page(text: &str) -> String {
    format!("<!-- {MADE} -->\n\n{}\n", text.trim_end())
}

/// What is in a directory now, by paths under it; nothing when it is not there.
fn files(directory: &Path) -> Result<Pages> {
    let mut found = Pages::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(next) = directories.pop().filter(|next| next.is_dir()) {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                directories.push(path);
            } else {
                let bytes = fs::read(&path)?;
                let name = path.strip_prefix(directory)?.to_owned();
                found.insert(name, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
    }
    Ok(found)
}

/// What stands in the way of «up to date», a line each.
fn differences(pages: &Pages, found: &Pages) -> Vec<String> {
    let stale = pages
        .iter()
        .filter_map(|(path, page)| match found.get(path) {
            Some(known) if known == page => None,
            Some(_) => Some(format!("{} differs from the code", path.display())),
            None => Some(format!("{} is missing", path.display())),
        });
    let superfluous = found
        .keys()
        .filter(|path| !pages.contains_key(*path))
        .map(|path| format!("{} is made by nothing", path.display()));
    stale.chain(superfluous).collect()
}

fn report(differences: &[String]) -> Result<()> {
    if !differences.is_empty() {
        bail!(
            "docs/reference/ is not up to date, run `cargo xtask docs`:\n{}",
            differences.join("\n")
        );
    }
    Ok(())
}

/// `6003 API Activity`.
fn class_name(class: &Class) -> String {
    format!("{} {}", class.uid, class.caption)
}

/// `1 Create`.
fn activity_name(class: &Class, activity: u8) -> String {
    let caption = by_uid(class.uid)
        .and_then(|class| class.activity_caption(activity))
        .unwrap_or("Other");
    format!("{activity} {caption}")
}

/// `` `A`, `B` ``.
fn code(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(pages: &[(&str, &str)]) -> Pages {
        let page = |(path, text): &(&str, &str)| (PathBuf::from(path), (*text).to_owned());
        pages.iter().map(page).collect()
    }

    #[test]
    fn stale_missing_and_superfluous_pages_are_named() {
        let pages = some(&[("a.md", "new"), ("b/c.md", "c"), ("d.md", "d")]);
        let found = some(&[("a.md", "old"), ("d.md", "d"), ("b/gone.md", "")]);
        let expected = [
            "a.md differs from the code",
            "b/c.md is missing",
            "b/gone.md is made by nothing",
        ];
        assert_eq!(differences(&pages, &found), expected);
        assert!(differences(&pages, &pages).is_empty());
    }

    #[test]
    fn links_between_the_pages_lead_somewhere() -> Result<()> {
        let root = crate::root()?;
        let pages = pages(&root)?;
        for (path, page) in pages
            .iter()
            .filter(|(path, _)| path.extension() == Some("md".as_ref()))
        {
            let targets = page
                .split("](")
                .skip(1)
                .filter_map(|rest| rest.split(')').next());
            let definitions = page
                .lines()
                .filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
            let targets = targets.chain(definitions.map(|(_, target)| target));
            for target in targets.filter(|target| !target.contains("://")) {
                let target = match target.strip_prefix("../") {
                    Some(target) => PathBuf::from(target),
                    None => path.with_file_name(target),
                };
                let is_made = pages.keys().any(|page| page.starts_with(&target));
                // This one is measured, and lies there.
                let is_measured = target == Path::new(PAGE)
                    && root.join("docs/reference").join(&target).is_file();
                assert!(
                    is_made || is_measured,
                    "{} leads to {}",
                    path.display(),
                    target.display()
                );
            }
        }
        Ok(())
    }
}
