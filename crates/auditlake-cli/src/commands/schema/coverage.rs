//! `auditlake schema coverage`.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use auditlake_pipeline::files::coverage::{Coverage, Kind, Status, coverage};
use auditlake_pipeline::{Error, Progress};

use crate::args::output::Output;
use crate::args::schema::CoverageArgs;
use crate::commands::inputs::inputs;
use crate::exit::Exit;
use crate::print::table::{listing, number, right};
use crate::print::{data, json, note};
use crate::progress;
use crate::run::Session;

/// Members that are told to people; JSON has all of them.
const MEMBER_LINES: usize = 40;

pub(crate) async fn run(args: CoverageArgs, session: &Session) -> anyhow::Result<Exit> {
    let coverage = read(&args, session).await?;
    match args.output.output {
        Output::Json => json(&coverage)?,
        Output::Text => {
            data(&text(&coverage)).context("cannot write to standard output")?;
            note(&words(&coverage));
        }
    }
    Ok(coverage.outcome().into())
}

/// Reading may block for ever on standard input, so that an interrupt leaves the thread behind.
async fn read(args: &CoverageArgs, session: &Session) -> anyhow::Result<Coverage> {
    let inputs = inputs(&args.files)?;
    let progress = Arc::new(Progress::default());
    let _display = progress::show_files(args.progress, &session.bars, &progress);
    let reading = tokio::task::spawn_blocking(move || coverage(&inputs, &progress));
    let ended = session.cancel.run_until_cancelled(reading).await;
    Ok(ended.ok_or(Error::Cancelled)?.map_err(Error::from)??)
}

fn text(coverage: &Coverage) -> String {
    let members = members(&coverage.kinds);
    let mut text = kinds(&coverage.kinds);
    if !members.is_empty() {
        text.push_str("\n\n");
        text.push_str(&unmapped(&members));
    }
    text
}

fn kinds(kinds: &[Kind]) -> String {
    let mut table = listing(&[
        "record type",
        "operation",
        "events",
        "class",
        "activity",
        "how",
    ]);
    for kind in kinds {
        table.add_row([
            record_type(kind),
            shown(kind.operation.as_deref()),
            number(kind.events),
            kind.class_name.clone(),
            format!("{} {}", kind.activity_id, kind.activity_name),
            how(kind),
        ]);
    }
    right(&mut table, [2]);
    table.trim_fmt()
}

fn shown(text: Option<&str>) -> String {
    // Microsoft's words, but nothing that a terminal would obey.
    text.unwrap_or("(none)")
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

fn record_type(kind: &Kind) -> String {
    let sent = shown(kind.record_type.as_deref());
    match &kind.record_type_name {
        Some(name) => format!("{sent} {name}"),
        None => sent,
    }
}

fn how(kind: &Kind) -> String {
    let decided = match kind.decided.as_str() {
        "named" => "by name",
        "pattern" => "by a pattern",
        "verb" => "default: by the verb",
        "record_type_default" => "default of the record type",
        "unknown_record_type" => "unknown record type",
        "no_operation" => "no operation",
        other => other,
    };
    match (&kind.refused_class, &kind.missing) {
        (Some(class), Some(missing)) => format!("{decided}; not {class}, for want of `{missing}`"),
        _ => decided.to_owned(),
    }
}

/// A member of the records of a record type, and how many of them have it; the most frequent first.
type Member<'c> = ((String, &'c str), u64);

fn members(kinds: &[Kind]) -> Vec<Member<'_>> {
    let mut members: BTreeMap<(String, &str), u64> = BTreeMap::new();
    for kind in kinds {
        for (path, count) in &kind.unmapped_members {
            *members.entry((record_type(kind), path)).or_default() += count;
        }
    }
    let mut members: Vec<_> = members.into_iter().collect();
    members.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    members
}

fn unmapped(members: &[Member<'_>]) -> String {
    let mut table = listing(&["left in `unmapped`", "events", "record type"]);
    for ((record_type, path), count) in members.iter().take(MEMBER_LINES) {
        table.add_row([(*path).to_owned(), number(*count), record_type.clone()]);
    }
    right(&mut table, [1]);
    let more = members.len().saturating_sub(MEMBER_LINES);
    if more == 0 {
        return table.trim_fmt();
    }
    format!(
        "{}\n… and {more} more: --output json has them all, by operation",
        table.trim_fmt()
    )
}

fn words(coverage: &Coverage) -> String {
    let of = |status| {
        coverage
            .kinds
            .iter()
            .filter(move |kind| kind.status == status)
            .count() as u64
    };
    let part = |events, status, what| {
        format!(
            "{} events of {} kinds {what}",
            number(events),
            number(of(status))
        )
    };
    let left_out = [
        (coverage.duplicates, "repeated"),
        (coverage.quarantined, "no audit records"),
    ];
    let left_out: Vec<String> = left_out
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("; {} {what}", number(*count)))
        .collect();
    let unread = coverage.unread.iter();
    let unread: Vec<String> = unread
        .map(|it| format!("not read to its end: `{}`: {}\n", it.input, it.reason))
        .collect();
    format!(
        "{}{}, {}, {}{}",
        unread.concat(),
        part(coverage.mapped, Status::Mapped, "are mapped"),
        part(coverage.defaulted, Status::Defaulted, "take a default"),
        part(coverage.unmapped, Status::Unmapped, "are unknown"),
        left_out.concat(),
    )
}
