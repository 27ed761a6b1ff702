//! What is not in the lake, hours with the same cause together, and what would bring it.

use auditlake_api::ContentType;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::hours::{Cause, Judged};
use super::states::HourState;
use super::{CoverageOptions, HOUR};
use crate::gap::GapReason;
use crate::handover::Form;

/// Hours of a content type that are not in the lake, or not all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageGap {
    /// Content type, `Audit.Exchange`.
    pub content_type: String,
    /// The first hour.
    pub since: Timestamp,
    /// The end of the last hour.
    pub until: Timestamp,
    /// How many hours.
    pub hours: u64,
    /// Their state.
    pub state: HourState,
    /// Why, if a run said so.
    pub reason: Option<GapReason>,
    /// The service's own words, or ours.
    pub detail: String,
    /// The blobs that are meant; none when it is the hours as a whole.
    pub content_ids: Vec<String>,
    /// The command that brings them, if one can.
    pub command: Option<String>,
}

/// The gaps of a content type, in order.
pub(crate) fn gaps(
    options: &CoverageOptions,
    handed_on: Option<Form>,
    content_type: ContentType,
    judged: &[Judged],
) -> Vec<CoverageGap> {
    let mut gaps: Vec<CoverageGap> = Vec::new();
    for Judged { hour, cause } in judged {
        let Some(cause) = cause else { continue };
        match gaps.last_mut() {
            Some(last) if last.until == hour.start && last.has(hour.state, cause) => {
                last.until = hour.start + HOUR;
                last.hours += 1;
                last.content_ids.extend(cause.content_ids.iter().cloned());
            }
            _ => gaps.push(gap(content_type, hour.start, hour.state, cause)),
        }
    }
    for gap in &mut gaps {
        gap.command = (gap.state != HourState::Expired).then(|| {
            backfill_command(
                &options.lake,
                handed_on,
                &options.connection,
                content_type,
                gap.since,
                gap.until,
            )
        });
    }
    gaps
}

fn gap(
    content_type: ContentType,
    start: Timestamp,
    state: HourState,
    cause: &Cause,
) -> CoverageGap {
    CoverageGap {
        content_type: content_type.to_string(),
        since: start,
        until: start + HOUR,
        hours: 1,
        state,
        reason: cause.reason,
        detail: cause.detail.clone(),
        content_ids: cause.content_ids.clone(),
        command: None,
    }
}

impl CoverageGap {
    fn has(&self, state: HourState, cause: &Cause) -> bool {
        (self.state, self.reason, &self.detail) == (state, cause.reason, &cause.detail)
    }
}

/// The command that brings a span of a content type, for a shell.
pub fn backfill_command(
    lake: &str,
    handed_on: Option<Form>,
    connection: &str,
    content_type: ContentType,
    since: Timestamp,
    until: Timestamp,
) -> String {
    let lake = quoted(lake);
    let to = handed_on.map_or_else(String::new, |form| format!(" --to {form}"));
    format!(
        "auditlake backfill {connection} --lake {lake}{to} --since {since} --until {until} --content-type {content_type}"
    )
}

/// As a shell takes it for one word.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        for (text, expected) in [
            ("s3://security/audit", "s3://security/audit"),
            ("./my lake", "'./my lake'"),
            ("it's; rm", r"'it'\''s; rm'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
