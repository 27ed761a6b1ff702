//! The ways to fail.

use std::borrow::Cow;
use std::time::Duration;

/// One way to fail.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// This status and body instead of an answer; a body that begins with `<` is HTML.
    Status(u16, String),
    /// HTTP 403 with `AF429`, the documented form of throttling, its body in single quotes.
    Throttle403,
    /// HTTP 429 with `AF429`, with or without `Retry-After` in seconds.
    Throttle429 {
        /// The header's value.
        retry_after: Option<u64>,
    },
    /// HTTP 403 with the bare code `429`, as public issue trackers report it for start requests: the time to wait,
    /// whole seconds, is only in the text.
    ThrottleStart {
        /// The time in the text.
        wait: Duration,
    },
    /// A truthful `Content-Length`, half of the body, and then the connection is closed.
    CutBody,
    /// The connection is closed before the first byte of the answer.
    Reset,
    /// The right answer, later.
    Delay(Duration),
    /// The right answer in small pieces, spread over this time.
    Trickle(Duration),
    /// HTTP 401 for a token that is good.
    StaleToken,
    /// A token that is good for this long only, whole seconds by the simulator's clock.
    ShortToken(Duration),
    /// The listing's `contentUri`s point to this origin (`http://host:port`).
    ForeignContentUri(String),
    /// The same for single blobs of a listing: the rule is asked for each blob on its own.
    ForeignBlobUri(String),
    /// The listing's `NextPageUri` header points to this origin.
    ForeignNextPage(String),
    /// `AF20050`: the content does not exist.
    NotFound,
    /// `AF20051`: the content has expired.
    Expired,
    /// `AF20023`: the subscription was disabled by an administrator.
    SubscriptionDisabled,
    /// `AF10001`: the token lacks `ActivityFeed.ReadDlp`.
    MissingPermission,
    /// Each blob of the listing is in it twice.
    DuplicateBlob,
    /// Later pages of a listing begin with up to this many blobs of the page before.
    OverlapPages(usize),
    /// A blob is left out of a listing that covers it, all its pages: with [`Times::PerTarget`](super::Times) 1 it
    /// can be had once its window has been listed, and only by listing the window again. The rule is asked for each
    /// blob on its own.
    LateBlob,
    /// HTTP 200 with this body in place of the right one.
    Body(String),
    /// A retrieved blob carries up to this many records of the blob before it (same content type) once more, with
    /// their members in another order; none of a blob that can never be had.
    RepeatRecords(usize),
    /// The search of the audit log that is created ends as `failed`.
    FailedQuery,
    /// A retrieved blob carries up to this many of its own records once more, with their members in another order.
    RepeatWithin(usize),
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

    /// HTTP 503 with the HTML page of a gateway.
    pub fn service_unavailable() -> Self {
        let page = "<html><body><h2>Our services aren't available right now</h2></body></html>";
        Self::Status(503, page.to_owned())
    }

    /// The name it is counted under: the variant's in snake case; a status has its number, as in `status_500`.
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Status(status, _) => return Cow::Owned(format!("status_{status}")),
            Self::Throttle403 => "throttle_403",
            Self::Throttle429 { retry_after: None } => "throttle_429",
            Self::Throttle429 { .. } => "throttle_429_retry_after",
            Self::ThrottleStart { .. } => "throttle_start",
            Self::CutBody => "cut_body",
            Self::Reset => "reset",
            Self::Delay(_) => "delay",
            Self::Trickle(_) => "trickle",
            Self::StaleToken => "stale_token",
            Self::ShortToken(_) => "short_token",
            Self::ForeignContentUri(_) => "foreign_content_uri",
            Self::ForeignBlobUri(_) => "foreign_blob_uri",
            Self::ForeignNextPage(_) => "foreign_next_page",
            Self::NotFound => "not_found",
            Self::Expired => "expired",
            Self::SubscriptionDisabled => "subscription_disabled",
            Self::MissingPermission => "missing_permission",
            Self::DuplicateBlob => "duplicate_blob",
            Self::OverlapPages(_) => "overlap_pages",
            Self::LateBlob => "late_blob",
            Self::Body(_) => "body",
            Self::RepeatRecords(_) => "repeat_records",
            Self::RepeatWithin(_) => "repeat_within",
            Self::FailedQuery => "failed_query",
        })
    }

    /// Whether it is about one blob of a listing, and not about a request.
    pub(super) fn is_of_listed_blob(&self) -> bool {
        matches!(self, Self::LateBlob | Self::ForeignBlobUri(_))
    }
}
