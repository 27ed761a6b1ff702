//! What goes wrong, when, and how often.
//!
//! A [`FaultPlan`] is a list of [`FaultRule`]s. For each request the first rule that selects it and is not used up
//! decides; further rules are not looked at. Chance is drawn from the plan's seed and the request's *target* (its
//! method, path and query without `PublisherIdentifier`; for a blob its id), so that concurrency does not change what
//! fails. What a plan leaves to be had is worked out beforehand, see [`Simulator::obtainable`](crate::Simulator::obtainable).

mod drawing;
mod fate;
mod fault;
mod matching;
mod profiles;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

pub(crate) use self::drawing::{Offer, blob_key};
pub(crate) use self::fate::Reasoned;
pub use self::fate::{Reason, Unobtainable};
pub use self::fault::Fault;
pub(crate) use self::matching::{Faults, Target};
pub use self::profiles::PROFILES;
use crate::ContentType;

/// What a request asks the service to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// A token request, either version of the endpoint.
    Token,
    /// `subscriptions/start`
    Start,
    /// `subscriptions/stop`
    Stop,
    /// `subscriptions/list`
    ListSubscriptions,
    /// `subscriptions/content`, first and later pages.
    ListContent,
    /// `subscriptions/notifications`
    ListNotifications,
    /// `resources/dlpSensitiveTypes`
    SensitiveTypes,
    /// A content blob.
    RetrieveContent,
    /// Microsoft Graph, `POST security/auditLog/queries`
    CreateAuditQuery,
    /// Microsoft Graph, `security/auditLog/queries/{id}`
    ReadAuditQuery,
    /// Microsoft Graph, `security/auditLog/queries`
    ListAuditQueries,
    /// Microsoft Graph, `security/auditLog/queries/{id}/records`, first and later pages
    ListAuditRecords,
    /// Microsoft Graph, `admin/serviceAnnouncement/healthOverviews`
    HealthOverviews,
    /// Microsoft Graph, `admin/serviceAnnouncement/issues`
    ServiceIssues,
    /// Microsoft Graph, `admin/serviceAnnouncement/messages`
    ServiceMessages,
    /// The retired Service Communications API, `ServiceComms/…`
    ServiceCommunications,
}

impl Operation {
    /// Whether Microsoft Graph has it, and not the Management Activity API.
    pub fn is_graph(self) -> bool {
        matches!(
            self,
            Self::CreateAuditQuery
                | Self::ReadAuditQuery
                | Self::ListAuditQueries
                | Self::ListAuditRecords
                | Self::HealthOverviews
                | Self::ServiceIssues
                | Self::ServiceMessages
        )
    }
}

/// Which requests a rule is about: all that is given has to fit.
#[derive(Debug, Clone, Default)]
pub struct Selector {
    /// This operation.
    pub operation: Option<Operation>,
    /// This tenant.
    pub tenant_id: Option<String>,
    /// This content type: of the query, or of the blob.
    pub content_type: Option<ContentType>,
    /// This blob: its retrieval, or for a fault that is about single blobs of a listing the blob there. Or this search
    /// of the audit log.
    pub content_id: Option<String>,
    /// Listings whose window overlaps this half-open span.
    pub window: Option<(Timestamp, Timestamp)>,
    /// Which of the requests that fit.
    pub which: Which,
}

impl Selector {
    /// All requests for one operation.
    pub fn operation(operation: Operation) -> Self {
        Self {
            operation: Some(operation),
            ..Self::default()
        }
    }

    /// The retrieval of one blob.
    pub fn blob(content_id: impl Into<String>) -> Self {
        Self {
            content_id: Some(content_id.into()),
            ..Self::operation(Operation::RetrieveContent)
        }
    }

    /// The listings of one content type that overlap `[start, end)`.
    pub fn window(content_type: ContentType, start: Timestamp, end: Timestamp) -> Self {
        Self {
            content_type: Some(content_type),
            window: Some((start, end)),
            ..Self::operation(Operation::ListContent)
        }
    }

    /// The same, for this choice of requests.
    #[must_use]
    pub fn which(mut self, which: Which) -> Self {
        self.which = which;
        self
    }
}

/// Which of the requests that fit a [`Selector`].
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Which {
    /// All of them.
    #[default]
    Every,
    /// The nth alone, from 1.
    Nth(u64),
    /// Every nth, from the nth on; 0 is none.
    EveryNth(u64),
    /// Those whose target was drawn, with this probability from 0 to 1.
    Probability(f64),
    /// Those for so many of each tenant's blobs, drawn from what it offers when the plan is set; no blob is drawn by
    /// two rules. A listing is met if its window overlaps the hour (UTC, of `contentCreated`) of such a blob.
    Blobs(usize),
}

/// How often a rule acts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Times {
    /// Always: what it selects can never be had.
    #[default]
    Forever,
    /// So often in all.
    AtMost(u64),
    /// So often for each target: what it selects can be had by trying again.
    PerTarget(u64),
}

/// A fault, whom it meets, and how often.
#[derive(Debug, Clone)]
pub struct FaultRule {
    /// Whom it meets.
    pub selector: Selector,
    /// What happens.
    pub fault: Fault,
    /// How often.
    pub times: Times,
}

impl FaultRule {
    /// `fault` for whatever `selector` selects, forever.
    pub fn new(selector: Selector, fault: Fault) -> Self {
        Self {
            selector,
            fault,
            times: Times::Forever,
        }
    }

    /// The same, so often.
    #[must_use]
    pub fn times(mut self, times: Times) -> Self {
        self.times = times;
        self
    }
}

/// All that goes wrong.
#[derive(Debug, Clone, Default)]
pub struct FaultPlan {
    /// In order of precedence.
    pub rules: Vec<FaultRule>,
    /// What [`Which::Probability`] and [`Which::Blobs`] draw from.
    pub seed: u64,
    /// `contentCreated` of all blobs is rounded down to this step, so that several blobs share one. Read when the
    /// simulator starts, and not by [`Simulator::set_faults`](crate::Simulator::set_faults).
    pub shared_instants: Option<SignedDuration>,
}

impl FaultPlan {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// These rules, seed 0.
    pub fn new(rules: impl IntoIterator<Item = FaultRule>) -> Self {
        Self {
            rules: rules.into_iter().collect(),
            ..Self::default()
        }
    }

    /// The same, drawn from another seed.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}
