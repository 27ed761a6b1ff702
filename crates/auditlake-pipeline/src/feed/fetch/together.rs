//! Windows that lie side by side and are listed again: with one request for up to a day of them.
//!
//! A round lists the last day again, and mostly finds nothing: asking for each hour would be most of its requests. What
//! goes wrong with the one request is found out window by window, so that one bad window stays one gap.

use std::sync::Arc;

use auditlake_api::{ContentBlob, ContentType, Window};
use jiff::Timestamp;
use tokio_util::task::AbortOnDropHandle;

use super::{Fetcher, Listed};
use crate::plan::{MAX_WINDOW, Unit};

/// What is listed at once, in the order of its first units.
pub(super) fn together(units: Vec<Unit>) -> Vec<Vec<Unit>> {
    let mut groups: Vec<Vec<Unit>> = Vec::new();
    for unit in units {
        let is_before = |group: &&mut Vec<Unit>| goes_on(group, &unit);
        match groups.iter_mut().rev().find(is_before) {
            Some(group) => group.push(unit),
            None => groups.push(vec![unit]),
        }
    }
    groups
}

/// Whether the unit begins where the group ends, and the service lists them at once.
fn goes_on(group: &[Unit], unit: &Unit) -> bool {
    let (Some(first), Some(last)) = (group.first(), group.last()) else {
        return false;
    };
    first.content_type == unit.content_type
        && first.listed_before
        && unit.listed_before
        && first.is_to_be_listed()
        && unit.is_to_be_listed()
        && last.asked.end == unit.asked.start
        && unit.asked.end <= first.asked.start + MAX_WINDOW
}

impl Fetcher {
    /// Lists these units: with one request where there are several and all goes well.
    pub(super) async fn spawn_lists(self: &Arc<Self>, units: Vec<Unit>) -> Vec<Arc<Listed>> {
        if units.len() > 1 {
            let (this, asked) = (Arc::clone(self), units.clone());
            let task = tokio::spawn(async move { this.list_together(&asked).await });
            if let Ok(Some(listed)) = AbortOnDropHandle::new(task).await {
                return listed;
            }
        }
        let mut listed = Vec::with_capacity(units.len());
        for unit in units {
            if !listed.is_empty() && self.stop.is_cancelled() {
                break;
            }
            listed.push(self.spawn_list(unit).await);
        }
        listed
    }

    /// None when they must be listed one by one.
    async fn list_together(&self, units: &[Unit]) -> Option<Vec<Arc<Listed>>> {
        let content_type = units.first()?.content_type;
        if self.access.is_given_up(content_type.as_str()) {
            return None;
        }
        let now = self.clock.now();
        let windows: Vec<Window> = units
            .iter()
            .map(|unit| unit.ask(now).list)
            .collect::<Option<_>>()?;
        let blobs = self.list_all(content_type, &windows).await?;
        let mut parts = split(blobs, &windows).into_iter();
        let listed = units.iter().zip(&windows).map(|(unit, window)| {
            let mut listed = Listed::of(unit);
            self.take_new(parts.next().unwrap_or_default(), &mut listed);
            self.take_announced(&mut listed);
            self.note_listed(&listed.key, Some(*window));
            Arc::new(listed)
        });
        Some(listed.collect())
    }

    /// All blobs between the first window and the last; none if something is wrong.
    async fn list_all(
        &self,
        content_type: ContentType,
        windows: &[Window],
    ) -> Option<Vec<ContentBlob>> {
        let span = Window {
            start: windows.first()?.start,
            end: windows.last()?.end,
        };
        let mut pages = self.client.list_content(content_type, span);
        let mut blobs = Vec::new();
        loop {
            match pages.next_page().await {
                Ok(Some(page)) if page.unreadable.is_empty() => blobs.extend(page.blobs),
                Ok(None) => return Some(blobs),
                Ok(Some(_)) => return None,
                Err(error) => {
                    self.access.give_up(content_type.as_str(), &error);
                    return None;
                }
            }
            self.count_requests();
        }
    }
}

/// The blobs of each window; one that the service dates outside of all of them goes to the nearest.
fn split(blobs: Vec<ContentBlob>, windows: &[Window]) -> Vec<Vec<ContentBlob>> {
    let mut parts: Vec<Vec<ContentBlob>> = windows.iter().map(|_| Vec::new()).collect();
    for blob in blobs {
        let index = place(blob.content_created, windows);
        if let Some(part) = parts.get_mut(index) {
            part.push(blob);
        }
    }
    parts
}

fn place(created: Timestamp, windows: &[Window]) -> usize {
    let before = windows.partition_point(|window| window.end <= created);
    before.min(windows.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour)
    }

    fn unit(content_type: ContentType, start: i64, listed_before: bool) -> Unit {
        let window = Window {
            start: at(start),
            end: at(start + 1),
        };
        Unit {
            content_type,
            window,
            asked: window,
            listed_before,
        }
    }

    #[track_caller]
    fn check(units: Vec<Unit>, expected: &[&[i64]]) {
        let groups = together(units);
        let hour = |unit: &Unit| unit.window.start.as_second() / 3600;
        let hours: Vec<Vec<i64>> = groups
            .iter()
            .map(|group| group.iter().map(hour).collect())
            .collect();
        assert_eq!(hours, expected);
    }

    #[test]
    fn only_what_was_listed_before_and_lies_side_by_side_goes_together() {
        let of = |start, listed_before| unit(ContentType::Exchange, start, listed_before);
        let new = vec![of(1, false), of(2, false), of(3, true)];
        check(new, &[&[1], &[2], &[3]]);
        let hole = vec![of(1, true), of(2, true), of(4, true), of(5, true)];
        check(hole, &[&[1, 2], &[4, 5]]);
    }

    #[test]
    fn what_was_announced_and_is_not_to_be_listed_keeps_nothing_apart() {
        let announced = |start| {
            let mut unit = unit(ContentType::Exchange, start, true);
            unit.asked.end = unit.asked.start;
            unit
        };
        let of = |start| unit(ContentType::Exchange, start, true);
        let units = vec![announced(2), of(0), of(1), announced(2), of(2), of(3)];
        check(units, &[&[2], &[0, 1, 2, 3], &[2]]);
    }

    #[test]
    fn content_types_go_apart_and_a_day_is_the_most() {
        let both =
            |start| [ContentType::Exchange, ContentType::Dlp].map(|it| unit(it, start, true));
        check((1..4).flat_map(both).collect(), &[&[1, 2, 3], &[1, 2, 3]]);
        let days = (0..30).map(|start| unit(ContentType::Dlp, start, true));
        let groups = together(days.collect());
        let lengths: Vec<usize> = groups.iter().map(Vec::len).collect();
        assert_eq!(lengths, [24, 6]);
    }

    #[test]
    fn a_blob_goes_to_its_window_or_to_the_nearest() {
        let windows = [1, 2, 3].map(|start| unit(ContentType::Dlp, start, true).window);
        let minute = SignedDuration::from_mins(1);
        let places = [at(1) - minute, at(1), at(2) - minute, at(2), at(4), at(9)]
            .map(|created| place(created, &windows));
        assert_eq!(places, [0, 0, 0, 1, 2, 2]);
    }
}
