//! What a plan leaves to be had, worked out before anyone asks.
//!
//! A rule that acts a limited number of times is used up by trying again. What remains is whatever the first rule that
//! acts [forever](super::Times::Forever) does. Chance on listings counts as no obstacle: another window is drawn anew.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::drawing::Drawn;
use super::matching::{Faults, Target};
use super::{Fault, FaultRule, Operation};
use crate::{ContentType, OfferedBlob};

/// Why something can never be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// It is older than seven days, or the service says so.
    Expired,
    /// The service says that it does not exist.
    NotFound,
    /// The application may not read the content type.
    Permission,
    /// The subscription is disabled.
    Disabled,
    /// Its address is at another origin, where a token must not go.
    RefusedUri,
    /// The body is no JSON array.
    Malformed,
    /// It is throttled for ever.
    Throttled,
    /// It fails in another way.
    Failed,
    /// No listing ever names it.
    NotListed,
}

/// A blob, or a window of a listing, that not even a perfect client gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unobtainable {
    /// The feed.
    pub content_type: ContentType,
    /// The blob; `None` if this is a window.
    pub content_id: Option<String>,
    /// The blob's `contentCreated`.
    pub created: Option<Timestamp>,
    /// The half-open span whose listing fails, if that is why.
    pub window: Option<(Timestamp, Timestamp)>,
    /// Why.
    pub reason: Reason,
}

/// A reason, and the window that fails where it is a listing's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reasoned {
    pub(crate) reason: Reason,
    pub(crate) window: Option<(Timestamp, Timestamp)>,
}

impl Faults {
    /// Why the plan never lets this blob be had, if so.
    pub(crate) fn fate(&self, tenant_id: &str, blob: &OfferedBlob) -> Option<Reasoned> {
        let plain = |reason| Reasoned {
            reason,
            window: None,
        };
        self.operation_fate(Operation::Token, tenant_id, None)
            .map(plain)
            .or_else(|| self.listing_fate(tenant_id, blob))
            .or_else(|| self.listed_fate(tenant_id, blob).map(plain))
            .or_else(|| self.retrieval_fate(tenant_id, blob).map(plain))
    }

    /// Why the plan never lets this operation succeed, if so.
    pub(crate) fn operation_fate(
        &self,
        operation: Operation,
        tenant_id: &str,
        content_type: Option<ContentType>,
    ) -> Option<Reason> {
        let target = Target {
            operation: Some(operation),
            tenant_id: tenant_id.to_owned(),
            content_type,
            ..Target::default()
        };
        let (rule, _) = self.lasting(&target, |fault| !fault.is_of_listed_blob())?;
        reason(&rule.fault)
    }

    /// By the narrowest window that can be asked for: one second.
    fn listing_fate(&self, tenant_id: &str, blob: &OfferedBlob) -> Option<Reasoned> {
        let start = Timestamp::from_second(blob.created.as_second()).unwrap_or(blob.created);
        let second = (start, start + SignedDuration::from_secs(1));
        let target = Target {
            operation: Some(Operation::ListContent),
            tenant_id: tenant_id.to_owned(),
            content_type: Some(blob.content_type),
            window: Some(second),
            ..Target::default()
        };
        let (rule, drawn) = self.lasting(&target, |fault| !fault.is_of_listed_blob())?;
        let reason = match &rule.fault {
            Fault::ForeignContentUri(_) => Reason::RefusedUri,
            fault => reason(fault)?,
        };
        Some(Reasoned {
            reason,
            window: failing_window(rule, drawn, &target),
        })
    }

    fn listed_fate(&self, tenant_id: &str, blob: &OfferedBlob) -> Option<Reason> {
        let target = Target::blob(Operation::ListContent, tenant_id, blob);
        let late = self.lasting(&target, |fault| matches!(fault, Fault::LateBlob));
        let foreign = self.lasting(&target, |fault| matches!(fault, Fault::ForeignBlobUri(_)));
        late.map(|_| Reason::NotListed)
            .or(foreign.map(|_| Reason::RefusedUri))
    }

    fn retrieval_fate(&self, tenant_id: &str, blob: &OfferedBlob) -> Option<Reason> {
        let target = Target::blob(Operation::RetrieveContent, tenant_id, blob);
        let (rule, _) = self.lasting(&target, |fault| !fault.is_of_listed_blob())?;
        reason(&rule.fault)
    }
}

fn failing_window(
    rule: &FaultRule,
    drawn: &[Drawn],
    target: &Target,
) -> Option<(Timestamp, Timestamp)> {
    let hour = drawn.iter().find(|blob| blob.is_met_by(target));
    hour.map(|blob| blob.hour).or(rule.selector.window)
}

/// What a client makes of it if it gets nothing else.
fn reason(fault: &Fault) -> Option<Reason> {
    match fault {
        Fault::Status(..) | Fault::CutBody | Fault::Reset | Fault::StaleToken => {
            Some(Reason::Failed)
        }
        Fault::Throttle403 | Fault::Throttle429 { .. } | Fault::ThrottleStart { .. } => {
            Some(Reason::Throttled)
        }
        Fault::NotFound => Some(Reason::NotFound),
        Fault::Expired => Some(Reason::Expired),
        Fault::SubscriptionDisabled => Some(Reason::Disabled),
        Fault::MissingPermission => Some(Reason::Permission),
        Fault::Body(_) => Some(Reason::Malformed),
        _ => None,
    }
}
