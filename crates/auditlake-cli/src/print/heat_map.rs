//! Hours of content types as a map of letters and colours.

use auditlake_pipeline::coverage::{CoverageReport, Hour, HourState, TypeCoverage};
use console::{Style, StyledObject};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Hours of a day.
const HOURS: i8 = 24;
/// Days of which each hour is shown; in a longer range a day is one mark.
const LONGEST_BY_HOUR: i64 = 31;

/// The mark of a state: told apart without its colour.
pub(crate) const fn mark(state: HourState) -> char {
    match state {
        HourState::Committed => '■',
        HourState::Late => '+',
        HourState::Listed => 'o',
        HourState::Unknown => '?',
        HourState::Failed => 'x',
        HourState::Expired => 'E',
    }
}

fn style(state: HourState) -> Style {
    let style = Style::new();
    match state {
        HourState::Committed => style.green(),
        HourState::Late => style.cyan(),
        HourState::Listed => style.yellow(),
        HourState::Unknown => style.magenta().bold(),
        HourState::Failed => style.red().bold(),
        HourState::Expired => style.white().on_red().bold(),
    }
}

fn styled(state: HourState) -> StyledObject<char> {
    style(state).apply_to(mark(state))
}

/// The map, and what its marks mean.
pub(crate) fn heat_map(report: &CoverageReport) -> String {
    let days = report.until.duration_since(report.since).as_hours() / i64::from(HOURS);
    let of_type = |coverage: &TypeCoverage| {
        if days > LONGEST_BY_HOUR {
            by_day(coverage)
        } else {
            by_hour(coverage)
        }
    };
    let mut lines: Vec<String> = report.content_types.iter().map(of_type).collect();
    lines.push(legend());
    lines.join("\n\n")
}

/// A line a day, a mark an hour.
fn by_hour(coverage: &TypeCoverage) -> String {
    let mut lines = vec![format!(
        "{:<28}00    06    12    18    UTC",
        coverage.content_type
    )];
    let days = coverage
        .by_hour
        .chunk_by(|a, b| day(a.start) == day(b.start));
    lines.extend(days.map(day_line));
    lines.join("\n")
}

fn day_line(hours: &[Hour]) -> String {
    let Some(first) = hours.first() else {
        return String::new();
    };
    let lead = usize::try_from(civil(first.start).hour()).unwrap_or_default();
    let marks: String = hours
        .iter()
        .map(|hour| styled(hour.state).to_string())
        .collect();
    let name = day(first.start).strftime("%a %Y-%m-%d").to_string();
    format!("  {name:<26}{}{marks}", " ".repeat(lead))
}

/// A line a content type, a mark a day: that of its worst hour.
fn by_day(coverage: &TypeCoverage) -> String {
    let days = coverage
        .by_hour
        .chunk_by(|a, b| day(a.start) == day(b.start));
    let worst = |hours: &[Hour]| hours.iter().map(|hour| hour.state).max();
    let marks: String = days
        .filter_map(worst)
        .map(|state| styled(state).to_string())
        .collect();
    format!("{:<28}{marks}", coverage.content_type)
}

fn legend() -> String {
    let states = HourState::ALL.map(|state| format!("{} {}", styled(state), state.as_str()));
    states.join("   ")
}

fn civil(time: Timestamp) -> jiff::civil::DateTime {
    TimeZone::UTC.to_datetime(time)
}

fn day(time: Timestamp) -> Date {
    civil(time).date()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn marks_differ_without_their_colours() {
        let marks: BTreeSet<char> = HourState::ALL.map(mark).into();
        assert_eq!(marks.len(), HourState::ALL.len());
    }

    #[test]
    fn a_day_that_begins_later_is_moved_to_its_hour() {
        let hour = |hour: u32, state| Hour {
            start: format!("2026-05-04T{hour:02}:00:00Z").parse().unwrap(),
            state,
            counts: auditlake_pipeline::coverage::Counts::default(),
        };
        let hours = [hour(3, HourState::Committed), hour(4, HourState::Unknown)];
        let line = console::strip_ansi_codes(&day_line(&hours)).into_owned();
        assert_eq!(line, format!("  {:<26}   ■?", "Mon 2026-05-04"));
    }
}
