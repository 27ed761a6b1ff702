//! Listings and their pages, notifications, and blobs.

use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::notify::Attempt;
use super::reply::Reply;
use super::spoil::{expired, not_found};
use super::subscriptions::{check_enabled, content_type};
use super::token::check_permission;
use super::{Call, Service, Tenant, locked, window};
use crate::catalogue::Entry;
use crate::faults::{Operation, Target};
use crate::{ContentType, OfferedBlob};

/// The header that leads to the next page; names compare without regard to case.
pub(super) const NEXT_PAGE: &str = "nextpageuri";

/// One listing: the same on all its pages.
#[derive(Debug, Hash)]
struct Listing<'a> {
    tenant_id: &'a str,
    content_type: ContentType,
    start: Timestamp,
    end: Timestamp,
}

impl Service {
    pub(super) fn list_content(&self, tenant: &Tenant, call: &Call) -> Result<Reply, Reply> {
        let listing = self.listing(tenant, call)?;
        let offset = call
            .query
            .get("nextPage")
            .map_or(Ok(0), |token| listing.offset(token))?;
        let blobs = self.listed(tenant, &listing, call.query.get("nextPage").is_none());
        let mut left = blobs.into_iter().skip(offset);
        let page: Vec<Value> = left
            .by_ref()
            .take(self.page_size)
            .map(|blob| self.shown(tenant, blob))
            .collect();
        let mut reply = Reply::json(200, &json!(page));
        if left.next().is_some() {
            reply.headers.push((
                NEXT_PAGE,
                self.next_page_uri("content", &listing, offset + self.page_size),
            ));
        }
        Ok(reply)
    }

    /// Up to `count` blobs from the end of the page before the one that is asked for.
    pub(super) fn end_of_page_before(&self, call: &Call, count: usize) -> Vec<Value> {
        let before = || {
            let tenant = self.tenant(&call.route.tenant_id)?;
            let listing = self.listing(tenant, call).ok()?;
            let offset = listing.offset(call.query.get("nextPage")?).ok()?;
            let blobs = self.listed(tenant, &listing, false).into_iter();
            let end = blobs.take(offset).skip(offset.saturating_sub(count));
            Some(end.map(|blob| self.shown(tenant, blob)).collect())
        };
        before().unwrap_or_default()
    }

    /// The attempts to tell of content of this span, in the order in which they were made.
    pub(super) fn list_notifications(&self, tenant: &Tenant, call: &Call) -> Result<Reply, Reply> {
        let listing = self.listing(tenant, call)?;
        let offset = call
            .query
            .get("nextPage")
            .map_or(Ok(0), |token| listing.offset(token))?;
        let is_meant = |attempt: &&Attempt| {
            let blob = &attempt.blob;
            let span = listing.start..listing.end;
            blob.content_type == listing.content_type && span.contains(&blob.created)
        };
        let notified = locked(&tenant.notified);
        let mut left = notified.iter().filter(is_meant).skip(offset);
        let page: Vec<Value> = left
            .by_ref()
            .take(self.page_size)
            .map(|attempt| {
                let mut shown = self.shown(tenant, &attempt.blob);
                shown["notificationSent"] = json!(instant(attempt.sent));
                shown["notificationStatus"] = json!(attempt.status());
                shown
            })
            .collect();
        let mut reply = Reply::json(200, &json!(page));
        if left.next().is_some() {
            let next = self.next_page_uri("notifications", &listing, offset + self.page_size);
            reply.headers.push((NEXT_PAGE, next));
        }
        Ok(reply)
    }

    pub(super) fn retrieve(&self, tenant: &Tenant, call: &Call) -> Result<Reply, Reply> {
        let id = call.route.content_id.as_deref().unwrap_or_default();
        check_publisher(call)?;
        if id.is_empty()
            || !id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"$_-.".contains(&b))
        {
            return Err(Reply::refused(
                "AF20052",
                format!("Content ID in the URL ({id}) is not valid."),
            ));
        }
        let now = self.clock.now();
        let available = |entry: &&Entry| entry.offered.created <= now;
        let entry = tenant
            .catalogue
            .find(id)
            .filter(available)
            .ok_or_else(|| not_found(call))?;
        check_permission(tenant, entry.offered.content_type)?;
        check_enabled(tenant, entry.offered.content_type)?;
        if entry.offered.expires < now {
            return Err(expired(id));
        }
        Ok(Reply::json_text(200, entry.body()))
    }

    fn listing<'a>(&self, tenant: &'a Tenant, call: &Call) -> Result<Listing<'a>, Reply> {
        let content_type = content_type(call)?;
        check_publisher(call)?;
        check_permission(tenant, content_type)?;
        let (start, end) = window::of_query(&call.query, self.clock.now())?;
        check_enabled(tenant, content_type)?;
        Ok(Listing {
            tenant_id: &tenant.config.tenant_id,
            content_type,
            start,
            end,
        })
    }

    /// The blobs of a listing, without those that are late.
    fn listed<'a>(
        &self,
        tenant: &'a Tenant,
        listing: &Listing<'_>,
        first_page: bool,
    ) -> Vec<&'a OfferedBlob> {
        let &Listing {
            tenant_id,
            content_type,
            start,
            end,
        } = listing;
        let available = tenant.catalogue.available(self.clock.now()).iter();
        let mut blobs: Vec<&OfferedBlob> = available
            .map(|entry| &entry.offered)
            .filter(|blob| {
                blob.content_type == content_type && start <= blob.created && blob.created < end
            })
            .collect();
        let targets = blobs
            .iter()
            .map(|blob| Target::blob(Operation::ListContent, tenant_id, blob));
        let late = locked(&self.faults).late(&listing.token(0), first_page, targets);
        blobs.retain(|blob| !late.contains(&blob.content_id));
        blobs
    }

    pub(super) fn shown(&self, tenant: &Tenant, blob: &OfferedBlob) -> Value {
        let tenant_id = &tenant.config.tenant_id;
        let target = Target::blob(Operation::ListContent, tenant_id, blob);
        let foreign = locked(&self.faults).foreign_origin(&target);
        let origin = foreign.as_deref().unwrap_or(&self.origin);
        let root = format!("{origin}/api/v1.0/{tenant_id}/activity/feed");
        json!({
            "contentType": blob.content_type.as_str(),
            "contentId": blob.content_id,
            "contentUri": format!("{root}/audit/{}", blob.content_id),
            "contentCreated": instant(blob.created),
            "contentExpiration": instant(blob.expires),
        })
    }

    /// As in the documentation's sample: another version in the path, and no `PublisherIdentifier`.
    fn next_page_uri(&self, what: &str, listing: &Listing<'_>, offset: usize) -> String {
        let path = format!(
            "{}/api/v1/{}/activity/feed/subscriptions/{what}",
            self.origin, listing.tenant_id
        );
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("contentType", listing.content_type.as_str())
            .append_pair("startTime", &civil(listing.start))
            .append_pair("endTime", &civil(listing.end))
            .append_pair("nextPage", &listing.token(offset))
            .finish();
        format!("{path}?{query}")
    }
}

impl Listing<'_> {
    /// An opaque token that is good for this listing alone.
    fn token(&self, offset: usize) -> String {
        let mut hasher = DefaultHasher::new();
        (
            self.tenant_id,
            self.content_type,
            self.start.as_second(),
            self.end.as_second(),
            offset,
        )
            .hash(&mut hasher);
        format!("{:016x}{offset:08}", hasher.finish())
    }

    fn offset(&self, token: &str) -> Result<usize, Reply> {
        let invalid = || Reply::refused("AF20031", format!("Invalid nextPage Input: {token}."));
        let offset = token
            .get(16..)
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(invalid)?;
        if self.token(offset) == token {
            Ok(offset)
        } else {
            Err(invalid())
        }
    }
}

/// A publisher that is given is a GUID; one that is missing is only seen in the quota and the request log.
fn check_publisher(call: &Call) -> Result<(), Reply> {
    match call.query.get("PublisherIdentifier") {
        Some(publisher) if uuid::Uuid::try_parse(publisher).is_err() => Err(Reply::refused(
            "AF20002",
            "Invalid parameter type: PublisherIdentifier. Expected type: guid",
        )),
        _ => Ok(()),
    }
}

fn instant(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn civil(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}
