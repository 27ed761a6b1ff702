//! Named plans.

use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

use super::{Fault, FaultPlan, FaultRule, Operation, Selector, Times, Which};
use crate::Error;

/// The names that a [`FaultPlan`] can be parsed from, the calmest first.
pub const PROFILES: [&str; 5] = ["none", "calm", "busy", "flaky", "hostile"];

const BLOB: Operation = Operation::RetrieveContent;
const LIST: Operation = Operation::ListContent;
const ONCE: Times = Times::PerTarget(1);
const TWICE: Times = Times::PerTarget(2);

/// Where foreign addresses point to: a name that never resolves (RFC 2606, section 2).
const ELSEWHERE: &str = "http://elsewhere.invalid";

impl FaultPlan {
    /// Nothing goes wrong, but records are repeated, within a blob and in later ones.
    pub fn calm() -> Self {
        Self::new(repetitions())
    }

    /// A service that has much to do: throttling in all forms, slow answers and some server errors. A patient client
    /// gets everything.
    pub fn busy() -> Self {
        let mut rules = throttling();
        rules.extend([
            some(BLOB, 0.03, Fault::internal_error(), ONCE),
            some(LIST, 0.03, Fault::service_unavailable(), ONCE),
            some(BLOB, 0.05, Fault::Delay(Duration::from_millis(100)), ONCE),
            some(BLOB, 0.05, Fault::Trickle(Duration::from_millis(300)), ONCE),
            some(LIST, 0.1, Fault::Delay(Duration::from_millis(100)), ONCE),
        ]);
        rules.extend(repetitions());
        Self::new(rules)
    }

    /// A bad day from which a patient client recovers in full: server errors, cut bodies, closed connections,
    /// throttling in both shapes, stale tokens, and records that are repeated in later blobs.
    pub fn flaky() -> Self {
        let throttle = Fault::Throttle429 {
            retry_after: Some(1),
        };
        Self::new([
            some(BLOB, 0.05, Fault::internal_error(), TWICE),
            some(LIST, 0.05, Fault::bad_gateway(), TWICE),
            some(BLOB, 0.05, Fault::CutBody, TWICE),
            some(LIST, 0.03, Fault::CutBody, ONCE),
            some(BLOB, 0.02, Fault::Reset, ONCE),
            some(BLOB, 0.04, Fault::Throttle403, TWICE),
            some(LIST, 0.04, throttle, ONCE),
            nth(BLOB, 40, Fault::StaleToken),
            some(LIST, 0.05, Fault::DuplicateBlob, Times::Forever),
            some(BLOB, 0.2, Fault::RepeatRecords(3), Times::Forever),
        ])
    }

    /// All recoverable faults together, and a few for which there is no remedy: for each tenant two blobs that have
    /// expired, two that are gone, two that always fail, one that is always cut, one that is no JSON, two with a
    /// foreign `contentUri`, and one hour whose listing always fails. Late blobs and what follows a foreign
    /// `NextPageUri` can be had by listing the window once more.
    pub fn hostile() -> Self {
        let mut rules = losses();
        rules.extend(throttling());
        rules.extend([
            nth(BLOB, 40, Fault::StaleToken),
            nth(LIST, 10, Fault::StaleToken),
            some(BLOB, 0.03, Fault::internal_error(), TWICE),
            some(BLOB, 0.03, Fault::service_unavailable(), ONCE),
            some(LIST, 0.03, Fault::internal_error(), ONCE),
            some(LIST, 0.03, Fault::service_unavailable(), ONCE),
            some(BLOB, 0.03, Fault::CutBody, ONCE),
            some(LIST, 0.03, Fault::CutBody, ONCE),
            some(BLOB, 0.02, Fault::Reset, ONCE),
            some(LIST, 0.02, Fault::Reset, ONCE),
            some(BLOB, 0.03, Fault::Trickle(Duration::from_millis(200)), ONCE),
            some(BLOB, 0.03, Fault::Delay(Duration::from_millis(100)), ONCE),
            some(LIST, 0.02, foreign_page(), Times::AtMost(1)),
            some(LIST, 0.5, Fault::OverlapPages(7), Times::Forever),
            some(LIST, 0.2, Fault::DuplicateBlob, Times::Forever),
            some(LIST, 0.02, Fault::LateBlob, ONCE),
            token(),
        ]);
        rules.extend(repetitions());
        Self {
            shared_instants: Some(SignedDuration::from_mins(10)),
            ..Self::new(rules)
        }
    }
}

/// What no patience helps against. First in the plan, so that nothing hides them.
fn losses() -> Vec<FaultRule> {
    let few = |operation, count, fault| {
        let which = Selector::operation(operation).which(Which::Blobs(count));
        FaultRule::new(which, fault)
    };
    vec![
        few(BLOB, 2, Fault::Expired),
        few(BLOB, 2, Fault::NotFound),
        few(BLOB, 2, Fault::internal_error()),
        few(BLOB, 1, Fault::CutBody),
        few(BLOB, 1, Fault::Body("[{\"Id\":".to_owned())),
        few(LIST, 2, Fault::ForeignBlobUri(ELSEWHERE.to_owned())),
        few(LIST, 1, Fault::service_unavailable()),
    ]
}

fn throttling() -> Vec<FaultRule> {
    let after = |retry_after| Fault::Throttle429 { retry_after };
    let start = Fault::ThrottleStart {
        wait: Duration::from_secs(1),
    };
    vec![
        some(BLOB, 0.03, Fault::Throttle403, ONCE),
        some(BLOB, 0.02, after(None), ONCE),
        some(BLOB, 0.01, after(Some(1)), ONCE),
        some(LIST, 0.03, Fault::Throttle403, ONCE),
        some(LIST, 0.02, after(Some(1)), ONCE),
        nth(Operation::Start, 2, start),
    ]
}

fn repetitions() -> Vec<FaultRule> {
    vec![
        some(BLOB, 0.2, Fault::RepeatRecords(3), Times::Forever),
        some(BLOB, 0.2, Fault::RepeatWithin(2), Times::Forever),
    ]
}

fn foreign_page() -> Fault {
    Fault::ForeignNextPage(ELSEWHERE.to_owned())
}

fn token() -> FaultRule {
    let short = Fault::ShortToken(Duration::from_secs(10));
    FaultRule::new(Selector::operation(Operation::Token), short)
}

fn some(operation: Operation, share: f64, fault: Fault, times: Times) -> FaultRule {
    let selector = Selector::operation(operation).which(Which::Probability(share));
    FaultRule::new(selector, fault).times(times)
}

fn nth(operation: Operation, n: u64, fault: Fault) -> FaultRule {
    let selector = Selector::operation(operation).which(Which::Nth(n));
    FaultRule::new(selector, fault).times(Times::AtMost(1))
}

impl FromStr for FaultPlan {
    type Err = Error;

    /// A name of [`PROFILES`], alone or with a seed behind a colon: `hostile:7`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let unknown = || Error::UnknownProfile(text.to_owned());
        let (name, seed) = text.split_once(':').unwrap_or((text, "0"));
        let plan = match name {
            "none" => Self::none(),
            "calm" => Self::calm(),
            "busy" => Self::busy(),
            "flaky" => Self::flaky(),
            "hostile" => Self::hostile(),
            _ => return Err(unknown()),
        };
        Ok(plan.seeded(seed.parse().map_err(|_| unknown())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_profile_has_a_name_and_others_are_errors() {
        for name in PROFILES {
            assert!(name.parse::<FaultPlan>().is_ok(), "{name}");
        }
        for name in ["flakey", "flaky:", "flaky:x", ""] {
            let error = name.parse::<FaultPlan>().unwrap_err();
            assert!(matches!(error, Error::UnknownProfile(_)), "{name}");
        }
    }

    #[test]
    fn a_seed_can_be_named_too() {
        assert_eq!("busy:17".parse::<FaultPlan>().unwrap().seed, 17);
    }
}
