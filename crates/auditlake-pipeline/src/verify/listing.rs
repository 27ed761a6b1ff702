//! What the service lists now.

use std::collections::BTreeMap;

use auditlake_api::{
    Client, ContentBlob, ContentType, Error as ApiError, ErrorKind, Operation, Window,
};
use futures::{StreamExt, stream};

use crate::clock::Clock;
use crate::error::Error;
use crate::failure::{describe, reason};
use crate::gap::GapReason;
use crate::plan::Unit;

/// Listings at once.
const LISTINGS: usize = 4;

/// What the service lists, and what it refuses to.
#[derive(Debug, Default)]
pub(super) struct Listed {
    by_type: BTreeMap<ContentType, BTreeMap<String, ContentBlob>>,
    pub(super) refused: Vec<Refused>,
}

/// What could not be listed.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) content_type: ContentType,
    /// The span; with a whole content type, all that was asked for.
    pub(super) window: Window,
    pub(super) reason: GapReason,
    pub(super) detail: String,
    /// The whole content type is out of reach.
    is_whole: bool,
}

impl Listed {
    /// Each blob once, by content type and content id.
    pub(super) fn blobs(&self) -> impl Iterator<Item = (ContentType, &ContentBlob)> {
        let types = self.by_type.iter();
        types.flat_map(|(content_type, blobs)| blobs.values().map(|blob| (*content_type, blob)))
    }

    pub(super) fn blob(&self, content_type: ContentType, content_id: &str) -> Option<&ContentBlob> {
        self.by_type.get(&content_type)?.get(content_id)
    }

    fn add(&mut self, content_type: ContentType, blob: ContentBlob) {
        let blobs = self.by_type.entry(content_type).or_default();
        blobs.entry(blob.content_id.clone()).or_insert(blob);
    }

    /// A content type that is out of reach is told once.
    fn refuse(&mut self, refused: Refused) {
        let same = |it: &&mut Refused| it.content_type == refused.content_type && it.is_whole;
        match self.refused.iter_mut().find(same) {
            Some(told) if refused.is_whole => {
                told.window.start = told.window.start.min(refused.window.start);
                told.window.end = told.window.end.max(refused.window.end);
            }
            _ => self.refused.push(refused),
        }
    }
}

/// Lists all units to the end.
pub(super) async fn list(
    client: &Client,
    clock: &Clock,
    units: Vec<Unit>,
) -> Result<Listed, Error> {
    let asked: std::collections::BTreeSet<ContentType> =
        units.iter().map(|unit| unit.content_type).collect();
    let mut listed = Listed::default();
    let mut lists = stream::iter(units)
        .map(|unit| list_unit(client.clone(), clock.clone(), unit))
        .buffered(LISTINGS)
        .boxed();
    while let Some((content_type, blobs, error)) = lists.next().await {
        for blob in blobs {
            listed.add(content_type, blob);
        }
        if let Some((window, error)) = error {
            if ends_everything(&error) {
                return Err(error.into());
            }
            listed.refuse(refused(content_type, window, &error));
        }
    }
    check_access(&listed, asked.len())?;
    Ok(listed)
}

/// That no content type may be read at all is a matter of permission.
fn check_access(listed: &Listed, asked: usize) -> Result<(), Error> {
    let denied = |it: &&Refused| it.is_whole && it.reason == GapReason::Permission;
    let mut all_denied = listed.refused.iter().filter(denied);
    if asked == 0 || all_denied.clone().count() < asked {
        return Ok(());
    }
    let words = all_denied.next().map(|it| it.detail.clone());
    Err(Error::Permission(words.unwrap_or_default()))
}

async fn list_unit(
    client: Client,
    clock: Clock,
    unit: Unit,
) -> (ContentType, Vec<ContentBlob>, Option<(Window, ApiError)>) {
    let mut blobs = Vec::new();
    let Some(window) = unit.ask(clock.now()).list else {
        return (unit.content_type, blobs, None);
    };
    let mut pages = client.list_content(unit.content_type, window);
    loop {
        match pages.next_page().await {
            Ok(Some(page)) => blobs.extend(page.blobs),
            Ok(None) => return (unit.content_type, blobs, None),
            Err(error) => return (unit.content_type, blobs, Some((window, error))),
        }
    }
}

fn ends_everything(error: &ApiError) -> bool {
    error.kind() == ErrorKind::Credentials && error.operation() == Operation::AcquireToken
}

fn refused(content_type: ContentType, window: Window, error: &ApiError) -> Refused {
    Refused {
        content_type,
        window,
        reason: reason(error),
        detail: describe(error),
        is_whole: matches!(
            error.kind(),
            ErrorKind::Credentials | ErrorKind::Permission | ErrorKind::Disabled
        ),
    }
}
