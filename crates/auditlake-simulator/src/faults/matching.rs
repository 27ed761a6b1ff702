//! Which rule meets a request, and how far each has been used up.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use super::drawing::{Drawn, Offer, blob_key, draw, draw_blobs};
use super::{Fault, FaultPlan, Operation, Selector, Times, Which};
use crate::{ContentType, OfferedBlob};

/// What a rule can know of a request, or of one blob of a listing.
#[derive(Debug, Default)]
pub(crate) struct Target {
    pub(crate) operation: Option<Operation>,
    pub(crate) tenant_id: String,
    pub(crate) content_type: Option<ContentType>,
    pub(crate) content_id: Option<String>,
    pub(crate) window: Option<(Timestamp, Timestamp)>,
    pub(crate) key: String,
}

impl Target {
    /// The retrieval of a blob, or the blob in a listing: the same however the request is written.
    pub(crate) fn blob(operation: Operation, tenant_id: &str, blob: &OfferedBlob) -> Self {
        Self {
            operation: Some(operation),
            tenant_id: tenant_id.to_owned(),
            content_type: Some(blob.content_type),
            content_id: Some(blob.content_id.clone()),
            window: None,
            key: blob_key(tenant_id, &blob.content_id),
        }
    }
}

/// The plan and how far it has been used up.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(super) plan: FaultPlan,
    counts: Vec<Counts>,
    /// For each rule the blobs that [`Which::Blobs`] has drawn.
    drawn: Vec<Vec<Drawn>>,
    met: BTreeMap<String, u64>,
    /// The blobs left out of a listing, by its key: the same ones on all its pages.
    late: HashMap<String, HashSet<String>>,
}

#[derive(Debug, Default, Clone)]
struct Counts {
    selected: u64,
    acted: u64,
    by_target: HashMap<String, u64>,
}

impl Faults {
    pub(crate) fn new(plan: FaultPlan, offers: &[Offer]) -> Self {
        Self {
            counts: vec![Counts::default(); plan.rules.len()],
            drawn: draw_blobs(&plan, offers),
            plan,
            ..Self::default()
        }
    }

    /// The fault that meets this request, if any; counts it.
    pub(crate) fn next(&mut self, target: &Target) -> Option<Fault> {
        self.take(target, |fault| !fault.is_of_listed_blob())
    }

    /// The origin that the `contentUri` of this blob of a listing points to, if it is a foreign one; counts it.
    pub(crate) fn foreign_origin(&mut self, target: &Target) -> Option<String> {
        match self.take(target, |fault| matches!(fault, Fault::ForeignBlobUri(_)))? {
            Fault::ForeignBlobUri(origin) => Some(origin),
            _ => None,
        }
    }

    /// The ids of blobs that a listing leaves out: drawn anew by its first page, kept for the others.
    pub(crate) fn late(
        &mut self,
        listing: &str,
        first_page: bool,
        blobs: impl Iterator<Item = Target>,
    ) -> HashSet<String> {
        if !self.has(|fault| matches!(fault, Fault::LateBlob)) {
            return HashSet::new();
        }
        if first_page {
            let late = blobs.filter_map(|blob| {
                self.take(&blob, |fault| matches!(fault, Fault::LateBlob))?;
                blob.content_id
            });
            let late = late.collect();
            self.late.insert(listing.to_owned(), late);
        }
        self.late.get(listing).cloned().unwrap_or_default()
    }

    /// How often each fault has met something, by [`Fault::name`].
    pub(crate) fn met(&self) -> BTreeMap<String, u64> {
        self.met.clone()
    }

    /// Counts what the plan has no rule for.
    pub(crate) fn count(&mut self, name: &str, times: u64) {
        *self.met.entry(name.to_owned()).or_default() += times;
    }

    fn has(&self, kind: impl Fn(&Fault) -> bool) -> bool {
        self.plan.rules.iter().any(|rule| kind(&rule.fault))
    }

    fn take(&mut self, target: &Target, kind: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let fault = self.first(target, kind)?;
        self.count(&fault.name(), 1);
        Some(fault)
    }

    fn first(&mut self, target: &Target, kind: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let seed = self.plan.seed;
        let rules = self.plan.rules.iter().zip(&mut self.counts);
        for (index, ((rule, counts), drawn)) in rules.zip(&self.drawn).enumerate() {
            if !kind(&rule.fault) || !fits(&rule.selector, target) {
                continue;
            }
            counts.selected += 1;
            let chosen = match rule.selector.which {
                Which::Every => true,
                Which::Nth(n) => counts.selected == n,
                Which::EveryNth(n) => n > 0 && counts.selected.is_multiple_of(n),
                Which::Probability(share) => draw(seed, index, &target.key) < share,
                Which::Blobs(_) => drawn.iter().any(|blob| blob.is_met_by(target)),
            };
            if chosen && counts.take(rule.times, &target.key) {
                return Some(rule.fault.clone());
            }
        }
        None
    }

    /// The first rule that meets this target whenever it comes, and of this kind.
    pub(super) fn lasting(
        &self,
        target: &Target,
        kind: impl Fn(&Fault) -> bool,
    ) -> Option<(&super::FaultRule, &[Drawn])> {
        let rules = self.plan.rules.iter().zip(&self.drawn).enumerate();
        let mut rules = rules.filter(|(_, (rule, _))| rule.times == Times::Forever);
        let found = rules.find(|(index, (rule, drawn))| {
            let met = || match rule.selector.which {
                Which::Every | Which::EveryNth(1) => true,
                // A listing of another window is drawn anew.
                Which::Probability(share) => {
                    !target.key.is_empty() && draw(self.plan.seed, *index, &target.key) < share
                }
                Which::Blobs(_) => drawn.iter().any(|blob| blob.is_met_by(target)),
                Which::Nth(_) | Which::EveryNth(_) => false,
            };
            kind(&rule.fault) && fits(&rule.selector, target) && met()
        });
        found.map(|(_, (rule, drawn))| (rule, drawn.as_slice()))
    }
}

/// Whether two half-open spans do.
pub(super) fn overlap(a: (Timestamp, Timestamp), b: (Timestamp, Timestamp)) -> bool {
    a.0 < b.1 && b.0 < a.1
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

/// Whether a target is what a selector is about, [`Which`] aside.
pub(super) fn fits(selector: &Selector, target: &Target) -> bool {
    let Selector {
        operation,
        tenant_id,
        content_type,
        content_id,
        window,
        which: _,
    } = selector;
    let overlaps = |span| target.window.is_some_and(|window| overlap(window, span));
    operation.is_none_or(|operation| target.operation == Some(operation))
        && tenant_id
            .as_ref()
            .is_none_or(|id| id.eq_ignore_ascii_case(&target.tenant_id))
        && content_type.is_none_or(|content_type| target.content_type == Some(content_type))
        && content_id
            .as_ref()
            .is_none_or(|id| target.content_id.as_ref() == Some(id))
        && window.is_none_or(overlaps)
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
        let mut faults = Faults::new(FaultPlan::new([rule]), &[]);
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
