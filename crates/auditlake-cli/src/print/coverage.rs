//! What the ledger says of each hour, for people.

use auditlake_pipeline::coverage::{
    CoverageGap, CoverageReport, DelaySummary, HourState, HourSums, Percentiles,
};
use bytesize::ByteSize;
use comfy_table::Table;

use super::heat_map::heat_map;
use super::table::{listing, number, right};
use super::{not_in_the_lake, there};

/// Gaps that are told one by one; of more, the first.
const GAP_LINES: usize = 30;

/// The map, the sums, the gaps, and the verdict.
pub(crate) fn table(report: &CoverageReport) -> String {
    let mut parts = vec![
        format!(
            "{} in {}, {} to {}",
            report.connection,
            report.lake,
            minute(report.since),
            minute(report.until)
        ),
        heat_map(report),
        sums(report),
    ];
    if !report.gaps.is_empty() {
        parts.push(gaps(&report.gaps));
    }
    parts.extend(not_in_the_lake(report.handed_on));
    parts.push(verdict(&report.hours, there(report.handed_on)));
    parts.join("\n\n")
}

fn sums(report: &CoverageReport) -> String {
    let mut table = listing(&[
        "content type",
        there(report.handed_on),
        "blobs",
        "records",
        "events",
        "repeated",
        "quarantined",
        "bytes",
        "to available",
        "to the lake",
    ]);
    for found in &report.content_types {
        row(
            &mut table,
            &found.content_type,
            found.hours,
            &found.counts,
            found.delays,
        );
    }
    row(
        &mut table,
        "all",
        report.hours,
        &report.counts,
        report.delays,
    );
    right(&mut table, 1..10);
    format!(
        "{}\n\n(delays: half of the records, nine of ten)",
        table.trim_fmt()
    )
}

fn row(
    table: &mut Table,
    name: &str,
    hours: HourSums,
    counts: &auditlake_pipeline::coverage::Counts,
    delays: DelaySummary,
) {
    table.add_row([
        name.to_owned(),
        format!(
            "{} of {}",
            number(in_the_lake(&hours)),
            number(hours.total())
        ),
        number(counts.blobs),
        number(counts.records),
        number(counts.events),
        number(counts.duplicates),
        number(counts.quarantined),
        ByteSize(counts.bytes).to_string(),
        delay(delays.event_to_available),
        delay(delays.available_to_committed),
    ]);
}

fn in_the_lake(hours: &HourSums) -> u64 {
    hours.committed + hours.late
}

fn delay(percentiles: Option<Percentiles>) -> String {
    percentiles.map_or_else(String::new, |found| {
        format!("{}, {}", duration(found.p50), duration(found.p90))
    })
}

/// Seconds as people say them: `45 s`, `12 min`, `3.5 h`, `2.0 d`.
#[allow(
    clippy::cast_precision_loss,
    reason = "one digit after the point is shown"
)]
pub(crate) fn duration(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds.div_ceil(60)),
        7_200..172_800 => format!("{:.1} h", seconds as f64 / 3_600.0),
        _ => format!("{:.1} d", seconds as f64 / 86_400.0),
    }
}

fn gaps(gaps: &[CoverageGap]) -> String {
    let mut lines: Vec<String> = gaps.iter().take(GAP_LINES).map(gap).collect();
    if gaps.len() > GAP_LINES {
        let more = number((gaps.len() - GAP_LINES) as u64);
        lines.push(format!("and {more} gaps more: see `--output json`"));
    }
    lines.join("\n")
}

fn gap(gap: &CoverageGap) -> String {
    let reason = gap
        .reason
        .map_or_else(String::new, |reason| format!(" ({reason})"));
    let blobs = match gap.content_ids.len() {
        0 => String::new(),
        1 => ", 1 blob".to_owned(),
        count => format!(", {count} blobs"),
    };
    let help = gap.command.as_deref().map_or_else(
        || {
            "the service does not have it any more; Microsoft's audit search goes further back"
                .to_owned()
        },
        str::to_owned,
    );
    format!(
        "{} {} {} to {}, {} h{blobs}: {}{reason}: {}\n    {help}",
        super::heat_map::mark(gap.state),
        gap.content_type,
        minute(gap.since),
        minute(gap.until),
        number(gap.hours),
        gap.state.as_str(),
        gap.detail
    )
}

fn verdict(hours: &HourSums, there: &str) -> String {
    let missing = HourState::ALL
        .into_iter()
        .filter(|state| !state.is_complete());
    let missing = missing.filter(|state| hours.of(*state) > 0);
    let parts: Vec<String> = missing
        .map(|state| format!("{} {}", number(hours.of(state)), state.as_str()))
        .collect();
    let total = number(hours.total());
    if parts.is_empty() {
        return format!("all {total} hours are {there}");
    }
    let complete = number(in_the_lake(hours));
    format!(
        "{complete} of {total} hours are {there}: {}",
        parts.join(", ")
    )
}

/// `2026-05-04 10:00`, UTC.
pub(crate) fn minute(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_told_in_the_unit_that_people_would_use() {
        let told = [0, 119, 120, 608, 7_200, 12_600, 604_800].map(duration);
        assert_eq!(
            told,
            ["0 s", "119 s", "2 min", "11 min", "2.0 h", "3.5 h", "7.0 d"]
        );
    }

    #[test]
    fn the_verdict_names_what_is_not_there() {
        let mut hours = HourSums {
            committed: 1_000,
            late: 1,
            ..HourSums::default()
        };
        assert_eq!(
            verdict(&hours, "in the lake"),
            "all 1,001 hours are in the lake"
        );
        (hours.unknown, hours.expired) = (2, 3);
        assert_eq!(
            verdict(&hours, "in the lake"),
            "1,001 of 1,006 hours are in the lake: 2 unknown, 3 expired"
        );
    }
}
