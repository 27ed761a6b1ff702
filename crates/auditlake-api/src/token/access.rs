//! A token and its life: when it is renewed, and when it ends.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::time::Instant;

use crate::secret::Secret;
use crate::token::claims::TokenClaims;
use crate::wire::WireToken;

/// Life of a token whose answer does not say.
const UNSTATED_LIFE: Duration = Duration::from_mins(5);
/// A token is not used in its last minutes, where it lives longer than twice that.
const SPARE: Duration = Duration::from_mins(5);
/// No authority issues tokens for more than some days; the bound keeps the arithmetic safe.
const LONGEST_LIFE: Duration = Duration::from_hours(7 * 24);

/// A bearer token and its end.
#[derive(Clone)]
pub struct AccessToken {
    text: Arc<Secret>,
    expires: Timestamp,
    pub(crate) renew_at: Instant,
    pub(crate) expires_at: Instant,
}

impl AccessToken {
    pub(crate) fn new(wire: WireToken, now: Timestamp) -> Self {
        let life = life(&wire, now);
        let received = Instant::now();
        Self {
            text: Arc::new(Secret::new(wire.access_token)),
            expires: now + SignedDuration::try_from(life).unwrap_or_default(),
            renew_at: received + fresh(life),
            expires_at: received + life,
        }
    }

    /// The token's text, for an `Authorization: Bearer` header.
    pub fn secret(&self) -> &Secret {
        &self.text
    }

    /// When it ends, by this machine's clock.
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    /// What the token says about itself; `None` when it cannot be read.
    pub fn claims(&self) -> Option<TokenClaims> {
        TokenClaims::read(self.text.expose())
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.text, &other.text)
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// How long a token is used before the next is asked for: three quarters of its life, and none of its last five
/// minutes; but half of its life in any case, lest a short-lived token is asked for again and again.
fn fresh(life: Duration) -> Duration {
    (life * 3 / 4).min(life.saturating_sub(SPARE).max(life / 2))
}

/// `expires_in`, or what is left until `expires_on`, which is all that App Service says.
fn life(wire: &WireToken, now: Timestamp) -> Duration {
    let until = |end: u64| end.saturating_sub(u64::try_from(now.as_second()).unwrap_or_default());
    let seconds = number(&wire.expires_in).or_else(|| number(&wire.expires_on).map(until));
    seconds
        .map_or(UNSTATED_LIFE, Duration::from_secs)
        .min(LONGEST_LIFE)
}

/// Version 1 endpoints and managed identities spell numbers as strings.
fn number(value: &Value) -> Option<u64> {
    let text = || value.as_str()?.trim().parse().ok();
    value.as_u64().or_else(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wire(expires_in: Value, expires_on: Value) -> WireToken {
        WireToken {
            access_token: "t0k3n".to_owned(),
            expires_in,
            expires_on,
        }
    }

    #[test]
    fn the_life_is_a_number_or_a_string_or_an_end() {
        let now = Timestamp::from_second(1_764_000_000).unwrap();
        let check = |expires_in: Value, expires_on: Value, seconds| {
            let life = life(&wire(expires_in, expires_on), now);
            assert_eq!(life, Duration::from_secs(seconds));
        };
        check(json!(3599), json!(null), 3599);
        check(json!("3599"), json!("1764000010"), 3599);
        check(json!(null), json!("1764000010"), 10);
        check(json!(null), json!(1_763_999_999), 0);
        check(json!(null), json!("soon"), 300);
        check(json!(u64::MAX), json!(null), 7 * 86_400);
    }

    #[test]
    fn a_token_is_renewed_in_time_and_not_all_the_time() {
        let check = |life, expected| {
            let fresh = fresh(Duration::from_secs(life));
            assert_eq!(fresh, Duration::from_secs(expected), "{life}");
        };
        check(86_400, 64_800);
        check(3_600, 2_700);
        check(900, 600);
        check(400, 200);
        check(4, 2);
        check(0, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_is_told_and_the_text_is_not() {
        let now = Timestamp::from_second(1_764_000_000).unwrap();
        let token = AccessToken::new(wire(json!(3600), json!(null)), now);
        assert_eq!(token.expires(), now + SignedDuration::from_hours(1));
        assert_eq!(token.renew_at, Instant::now() + Duration::from_mins(45));
        assert!(!format!("{token:?}").contains("t0k3n"));
    }
}
