//! What goes wrong, when, and how often.
//!
//! A [`FaultPlan`] is a list of [`FaultRule`]s. For each request the first rule that selects it and is not used up
//! decides; further rules are not looked at. Chance is drawn from the plan's seed and the request's *target* (its
//! method, path and query without `PublisherIdentifier`), so that concurrency does not change what fails.

mod matching;

use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

pub(crate) use self::matching::{Faults, Target};
use crate::{ContentType, Error};

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
}

/// One way to fail.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// This status and body instead of an answer.
    Status(u16, String),
    /// HTTP 403 with `AF429`, the documented form of throttling.
    Throttle403,
    /// HTTP 429 with `AF429`, with or without `Retry-After` in seconds.
    Throttle429 {
        /// The header's value.
        retry_after: Option<u64>,
    },
    /// A truthful `Content-Length`, half of the body, and then the connection is closed.
    CutBody,
    /// The connection is closed before the first byte of the answer.
    Reset,
    /// The right answer, later.
    Delay(Duration),
    /// HTTP 401 for a token that is good.
    StaleToken,
    /// The listing's `contentUri`s point to this origin (`http://host:port`).
    ForeignContentUri(String),
    /// The listing's `NextPageUri` header points to this origin.
    ForeignNextPage(String),
    /// `AF20050`: the content does not exist.
    NotFound,
    /// `AF20051`: the content has expired.
    Expired,
    /// Each blob of the listing is in it twice.
    DuplicateBlob,
    /// HTTP 200 with this body in place of the right one.
    Body(String),
    /// A retrieved blob carries up to this many records of the blob before it (same content type) once more, with
    /// their members in another order.
    RepeatRecords(usize),
}

impl Fault {
    /// HTTP 500 with `AF50000`, which the documentation asks to retry.
    pub fn internal_error() -> Self {
        let body = r#"{"error":{"code":"AF50000","message":"An internal server error occurred. Retry the request."}}"#;
        Self::Status(500, body.to_owned())
    }

    /// HTTP 502 with the HTML page of a gateway.
    pub fn bad_gateway() -> Self {
        let page = "<html><head><title>502 Bad Gateway</title></head><body></body></html>";
        Self::Status(502, page.to_owned())
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
    /// This blob.
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
    /// What [`Which::Probability`] draws from.
    pub seed: u64,
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
            seed: 0,
        }
    }

    /// A bad day from which a patient client recovers in full: server errors, cut bodies, closed connections,
    /// throttling in both shapes, stale tokens, and records that are repeated in later blobs.
    pub fn flaky() -> Self {
        let some =
            |operation, share| Selector::operation(operation).which(Which::Probability(share));
        let rule = |selector, fault, times| FaultRule::new(selector, fault).times(times);
        let (blob, list) = (Operation::RetrieveContent, Operation::ListContent);
        let (once, twice) = (Times::PerTarget(1), Times::PerTarget(2));
        let fortieth = Selector::operation(blob).which(Which::Nth(40));
        let throttle = Fault::Throttle429 {
            retry_after: Some(1),
        };
        Self::new([
            rule(some(blob, 0.05), Fault::internal_error(), twice),
            rule(some(list, 0.05), Fault::bad_gateway(), twice),
            rule(some(blob, 0.05), Fault::CutBody, twice),
            rule(some(list, 0.03), Fault::CutBody, once),
            rule(some(blob, 0.02), Fault::Reset, once),
            rule(some(blob, 0.04), Fault::Throttle403, twice),
            rule(some(list, 0.04), throttle, once),
            rule(fortieth, Fault::StaleToken, Times::AtMost(1)),
            rule(some(list, 0.05), Fault::DuplicateBlob, Times::Forever),
            rule(some(blob, 0.2), Fault::RepeatRecords(3), Times::Forever),
        ])
    }
}

impl FromStr for FaultPlan {
    type Err = Error;

    /// The named profiles: `none` and `flaky`.
    fn from_str(profile: &str) -> Result<Self, Error> {
        match profile {
            "none" => Ok(Self::none()),
            "flaky" => Ok(Self::flaky()),
            other => Err(Error::UnknownProfile(other.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_profile_is_an_error() {
        assert!("flaky".parse::<FaultPlan>().is_ok());
        assert!(matches!(
            "flakey".parse::<FaultPlan>(),
            Err(Error::UnknownProfile(_))
        ));
    }
}
