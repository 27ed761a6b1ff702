//! Which rule meets a request, and how far each has been used up.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;

use super::{Fault, FaultPlan, Operation, Selector, Times, Which};
use crate::ContentType;

/// What a rule can know of a request.
#[derive(Debug, Default)]
pub(crate) struct Target {
    pub(crate) operation: Option<Operation>,
    pub(crate) tenant_id: String,
    pub(crate) content_type: Option<ContentType>,
    pub(crate) content_id: Option<String>,
    pub(crate) window: Option<(Timestamp, Timestamp)>,
    pub(crate) key: String,
}

/// The plan and how far it has been used up.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    plan: FaultPlan,
    counts: Vec<Counts>,
}

#[derive(Debug, Default, Clone)]
struct Counts {
    selected: u64,
    acted: u64,
    by_target: HashMap<String, u64>,
}

impl Faults {
    pub(crate) fn new(plan: FaultPlan) -> Self {
        let counts = vec![Counts::default(); plan.rules.len()];
        Self { plan, counts }
    }

    /// The fault that meets this request, if any; counts it.
    pub(crate) fn next(&mut self, target: &Target) -> Option<Fault> {
        let seed = self.plan.seed;
        let rules = self.plan.rules.iter().zip(&mut self.counts).enumerate();
        for (index, (rule, counts)) in rules {
            if !fits(&rule.selector, target) {
                continue;
            }
            counts.selected += 1;
            let drawn = || draw(seed, index, &target.key);
            if chosen(rule.selector.which, counts.selected, drawn)
                && counts.take(rule.times, &target.key)
            {
                return Some(rule.fault.clone());
            }
        }
        None
    }
}

impl Counts {
    fn take(&mut self, times: Times, key: &str) -> bool {
        let (count, limit) = match times {
            Times::Forever => return true,
            Times::AtMost(limit) => (&mut self.acted, limit),
            Times::PerTarget(limit) => (self.by_target.entry(key.to_owned()).or_default(), limit),
        };
        let left = *count < limit;
        *count += u64::from(left);
        left
    }
}

fn fits(selector: &Selector, target: &Target) -> bool {
    let Selector {
        operation,
        tenant_id,
        content_type,
        content_id,
        window,
        which: _,
    } = selector;
    let overlaps = |(start, end): (Timestamp, Timestamp)| {
        target
            .window
            .is_some_and(|(from, until)| from < end && start < until)
    };
    operation.is_none_or(|operation| target.operation == Some(operation))
        && tenant_id.as_ref().is_none_or(|id| *id == target.tenant_id)
        && content_type.is_none_or(|content_type| target.content_type == Some(content_type))
        && content_id
            .as_ref()
            .is_none_or(|id| target.content_id.as_ref() == Some(id))
        && window.is_none_or(overlaps)
}

fn chosen(which: Which, count: u64, drawn: impl FnOnce() -> f64) -> bool {
    match which {
        Which::Every => true,
        Which::Nth(n) => count == n,
        Which::EveryNth(n) => n > 0 && count.is_multiple_of(n),
        Which::Probability(share) => drawn() < share,
    }
}

/// A number from 0 to below 1 that only depends on its arguments.
fn draw(seed: u64, rule: usize, key: &str) -> f64 {
    let mut hasher = DefaultHasher::new();
    (seed, rule, key).hash(&mut hasher);
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share needs no more than 53 bits"
    )]
    let drawn = (hasher.finish() >> 11) as f64 / (1_u64 << 53) as f64;
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FaultRule;

    fn blob(id: &str) -> Target {
        Target {
            operation: Some(Operation::RetrieveContent),
            content_id: Some(id.into()),
            key: id.into(),
            ..Target::default()
        }
    }

    fn outcomes(rule: FaultRule, ids: &[&str]) -> Vec<bool> {
        let mut faults = Faults::new(FaultPlan::new([rule]));
        ids.iter()
            .map(|id| faults.next(&blob(id)).is_some())
            .collect()
    }

    #[test]
    fn per_target_lets_every_target_through_in_the_end() {
        let rule = FaultRule::new(Selector::default(), Fault::CutBody).times(Times::PerTarget(1));
        assert_eq!(
            outcomes(rule, &["a", "b", "a", "b"]),
            [true, true, false, false]
        );
    }

    #[test]
    fn forever_on_one_blob_leaves_the_others_alone() {
        let rule = FaultRule::new(Selector::blob("a"), Fault::NotFound);
        assert_eq!(outcomes(rule, &["a", "b", "a"]), [true, false, true]);
    }

    #[test]
    fn the_nth_request_alone_is_met() {
        let rule = FaultRule::new(Selector::default().which(Which::Nth(2)), Fault::StaleToken);
        assert_eq!(outcomes(rule, &["a", "b", "c"]), [false, true, false]);
    }

    #[test]
    fn probability_is_drawn_from_the_target_and_not_from_the_order() {
        let rule = || {
            FaultRule::new(
                Selector::default().which(Which::Probability(0.5)),
                Fault::CutBody,
            )
        };
        let mut there = outcomes(rule(), &["a", "b", "c", "d", "e", "f"]);
        let back = outcomes(rule(), &["f", "e", "d", "c", "b", "a"]);
        assert!(there.contains(&true) && there.contains(&false));
        there.reverse();
        assert_eq!(there, back);
    }

    #[test]
    fn windows_that_only_touch_do_not_overlap() {
        let hour = |n: i64| Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(n);
        let selector = Selector::window(ContentType::Dlp, hour(1), hour(2));
        let listing = |from, until| Target {
            operation: Some(Operation::ListContent),
            content_type: Some(ContentType::Dlp),
            window: Some((hour(from), hour(until))),
            ..Target::default()
        };
        assert!(fits(&selector, &listing(0, 24)));
        assert!(!fits(&selector, &listing(2, 3)));
        assert!(!fits(&selector, &listing(0, 1)));
    }
}
