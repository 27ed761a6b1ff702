//! What the service no longer keeps and nobody has listed: by what it is found, and how it is named.

use std::collections::BTreeMap;

use auditlake_api::{ContentType, Window};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::error::Error;
use crate::gap::GapReason;
use crate::ledger::{Failed, Ledger, Place, UnitKey};
use crate::listed::Listed;
use crate::plan::{MAX_WINDOW, cut, window_name};

/// Where the ledger of connections ended that no round has followed yet, by content type.
pub(crate) type LastSeen = BTreeMap<String, Timestamp>;

/// Lost spans by the windows that name them: whole days where a whole day is lost, as a year has many hours.
pub(super) fn lost(
    content_type: &str,
    missing: &[Window],
    window: SignedDuration,
) -> Vec<(UnitKey, Failed)> {
    let mut by_window: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for &missing in missing {
        for (day, part) in cut(missing, MAX_WINDOW) {
            let length = if part == day { MAX_WINDOW } else { window };
            for (window, part) in cut(part, length) {
                let words = format!("`{}` to `{}`", part.start, part.end);
                by_window
                    .entry(window_name(window))
                    .or_default()
                    .push(words);
            }
        }
    }
    let name = |(window, parts): (String, Vec<String>)| {
        let unit = UnitKey {
            content_type: content_type.to_owned(),
            window,
        };
        let failed = Failed {
            content_id: None,
            created: None,
            reason: GapReason::Expired,
            detail: format!("{} expired before it was listed", parts.join(", ")),
        };
        (unit, failed)
    };
    by_window.into_iter().map(name).collect()
}

/// Where what is known of the connection ended, for content types that no round has followed.
pub(crate) async fn last_seen(ledger: &Ledger, listed: &Listed) -> Result<LastSeen, Error> {
    if listed.last().is_none() {
        return last_commits(ledger).await;
    }
    let known = ContentType::ALL.map(|it| it.to_string());
    let ends = known.into_iter().filter_map(|name| {
        let end = listed.last_of(&name)?;
        Some((name, end))
    });
    Ok(ends.collect())
}

/// The end of the last window that has blobs, for each content type that has any: a quiet feed is no lost one.
async fn last_commits(ledger: &Ledger) -> Result<LastSeen, Error> {
    let names = ContentType::ALL.map(|it| it.to_string());
    let scan = ledger.scan(&names, None).await?;
    let mut places: Vec<&Place> = scan.commits.iter().collect();
    places.sort_by(|a, b| b.unit.window.cmp(&a.unit.window));
    let mut last = None;
    for place in places {
        if !ledger.read_commit(place).await?.content_ids.is_empty() {
            last = window_end(&place.unit.window);
            break;
        }
    }
    let with_commits = scan.commits.iter().map(|it| it.unit.content_type.clone());
    Ok(last.map_or_else(LastSeen::new, |last| {
        with_commits.map(|name| (name, last)).collect()
    }))
}

/// When a window begins, by its name.
pub(super) fn window_start(name: &str) -> Option<Timestamp> {
    parse(name.split_once('_')?.0)
}

/// When a window ends, by its name.
pub(super) fn window_end(name: &str) -> Option<Timestamp> {
    parse(name.split_once('_')?.1)
}

fn parse(compact: &str) -> Option<Timestamp> {
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", compact).ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}
