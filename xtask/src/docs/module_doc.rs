//! The doc comment of a workload's module: the text of its page.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The comment's lines; a heading in italics (`*Mapping:*`) begins a paragraph.
pub(super) fn read(root: &Path, slug: &str) -> Result<String> {
    let modules = root.join("crates/auditlake-normalizer/src/workloads");
    let source = fs::read_to_string(modules.join(format!("{slug}.rs")))
        .or_else(|_| fs::read_to_string(modules.join(slug).join("mod.rs")))
        .with_context(|| format!("the source of the workload `{slug}`"))?;
    let text = paragraphs(&source);
    anyhow::ensure!(
        !text.is_empty(),
        "the module of `{slug}` has no doc comment"
    );
    Ok(text)
}

fn paragraphs(source: &str) -> String {
    let mut text = String::new();
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    for line in lines.map(str::trim) {
        if is_heading(line) && !text.ends_with("\n\n") {
            text.push('\n');
        }
        text.push_str(line);
        text.push('\n');
    }
    text.trim().to_owned()
}

fn is_heading(line: &str) -> bool {
    line.strip_prefix('*')
        .and_then(|rest| rest.split_once('*'))
        .is_some_and(|(words, _)| words.ends_with(':'))
}

/// The first sentence: the workload in a line.
pub(super) fn title(text: &str) -> String {
    let first = text.split("\n\n").next().unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_begin_paragraphs() {
        let source = "//! Reports\n//! (record type 1).\n//!\n//! *Mapping:* one\n//! two.\n//! *Left out:* three.\n\nuse x;\n//! not this\n";
        let text = paragraphs(source);
        assert_eq!(
            text,
            "Reports\n(record type 1).\n\n*Mapping:* one\ntwo.\n\n*Left out:* three."
        );
        assert_eq!(title(&text), "Reports (record type 1).");
    }
}
