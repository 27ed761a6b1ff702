//! Requests a minute: each tenant's own quota, and the one that all callers without `PublisherIdentifier` share.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use super::reply::Reply;
use super::{Call, Tenant};
use crate::Operation;

const MINUTE: Duration = Duration::from_mins(1);

/// The publisher the service names when a caller did not say.
pub(super) const NO_PUBLISHER: &str = "00000000-0000-0000-0000-000000000000";

/// When the last minute's requests came, by whom they are counted for; the empty name is the shared quota.
#[derive(Debug)]
pub(super) struct Quota {
    limit: Option<u32>,
    recent: HashMap<String, VecDeque<Instant>>,
}

impl Quota {
    pub(super) fn new(limit: Option<u32>) -> Self {
        Self {
            limit,
            recent: HashMap::new(),
        }
    }

    /// Counts the request, or refuses it (refused ones are not counted).
    pub(super) fn take(
        &mut self,
        tenant: &Tenant,
        call: &Call,
        operation: Operation,
    ) -> Result<(), Reply> {
        let publisher = call.query.get("PublisherIdentifier");
        let counted_for = publisher.map_or("", |_| tenant.config.tenant_id.as_str());
        if self.has_room(counted_for, Instant::now()) {
            return Ok(());
        }
        Err(Reply::throttled_403(
            method_name(operation),
            publisher.unwrap_or(NO_PUBLISHER),
        ))
    }

    fn has_room(&mut self, counted_for: &str, now: Instant) -> bool {
        let Some(limit) = self.limit else { return true };
        let recent = self.recent.entry(counted_for.to_owned()).or_default();
        while recent
            .front()
            .is_some_and(|first| now.duration_since(*first) >= MINUTE)
        {
            recent.pop_front();
        }
        let room = recent.len() < limit as usize;
        if room {
            recent.push_back(now);
        }
        room
    }
}

/// The service's inner name of an operation, as throttling messages carry it.
pub(super) fn method_name(operation: Operation) -> &'static str {
    match operation {
        Operation::RetrieveContent => "GetBlob",
        Operation::ListContent => "GetContents",
        Operation::ListNotifications => "GetNotifications",
        Operation::Start => "StartSubscription",
        Operation::Stop => "StopSubscription",
        Operation::ListSubscriptions => "ListSubscriptions",
        Operation::SensitiveTypes => "GetResources",
        Operation::Token => "GetToken",
        // Graph does not name them.
        Operation::CreateAuditQuery
        | Operation::ReadAuditQuery
        | Operation::ListAuditQueries
        | Operation::ListAuditRecords
        | Operation::HealthOverviews
        | Operation::ServiceIssues
        | Operation::ServiceMessages => "",
        Operation::ServiceCommunications => "ServiceComms",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_so_many_requests_for_each() {
        let mut quota = Quota::new(Some(2));
        let start = Instant::now();
        let mut ask =
            |name: &str, seconds| quota.has_room(name, start + Duration::from_secs(seconds));
        assert!(ask("a", 0) && ask("a", 30) && !ask("a", 59));
        assert!(ask("b", 59), "another tenant has its own");
        assert!(ask("a", 60) && !ask("a", 61));
    }

    #[test]
    fn without_a_limit_there_is_always_room() {
        let mut quota = Quota::new(None);
        assert!((0..10_000).all(|_| quota.has_room("a", Instant::now())));
    }
}
