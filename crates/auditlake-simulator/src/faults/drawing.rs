//! Chance: numbers and blobs that only depend on the plan's seed, the rule and what is asked for.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::{SignedDuration, Timestamp};

use super::matching::{Target, fits, overlap};
use super::{FaultPlan, Operation, Selector, Which};
use crate::{ContentType, OfferedBlob};

/// What chance knows a blob by.
pub(crate) fn blob_key(tenant_id: &str, content_id: &str) -> String {
    format!("{} {content_id}", tenant_id.to_ascii_lowercase())
}

/// What a tenant offers, for [`Which::Blobs`] to draw from.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) tenant_id: String,
    pub(crate) blobs: Vec<OfferedBlob>,
}

/// A blob that [`Which::Blobs`] has drawn.
#[derive(Debug)]
pub(super) struct Drawn {
    tenant_id: String,
    content_type: ContentType,
    content_id: String,
    pub(super) hour: (Timestamp, Timestamp),
}

impl Drawn {
    fn new(tenant_id: &str, blob: &OfferedBlob) -> Self {
        let second = blob.created.as_second();
        let start =
            Timestamp::from_second(second - second.rem_euclid(3600)).unwrap_or(blob.created);
        Self {
            tenant_id: tenant_id.to_owned(),
            content_type: blob.content_type,
            content_id: blob.content_id.clone(),
            hour: (start, start + SignedDuration::from_hours(1)),
        }
    }

    /// Whether this is the blob, or a listing of its hour.
    pub(super) fn is_met_by(&self, target: &Target) -> bool {
        let listed = || {
            target.content_type == Some(self.content_type)
                && target
                    .window
                    .is_some_and(|window| overlap(window, self.hour))
        };
        self.tenant_id.eq_ignore_ascii_case(&target.tenant_id)
            && target
                .content_id
                .as_ref()
                .map_or_else(listed, |id| *id == self.content_id)
    }
}

/// For each rule the blobs with the lowest draws of each tenant, none twice.
pub(super) fn draw_blobs(plan: &FaultPlan, offers: &[Offer]) -> Vec<Vec<Drawn>> {
    let mut taken: HashSet<&str> = HashSet::new();
    let mut drawn = Vec::new();
    for (index, rule) in plan.rules.iter().enumerate() {
        let Which::Blobs(count) = rule.selector.which else {
            drawn.push(Vec::new());
            continue;
        };
        let mut of_rule = Vec::new();
        for offer in offers {
            let fitting = offer
                .blobs
                .iter()
                .filter(|blob| may_draw(&rule.selector, &offer.tenant_id, blob));
            let mut ranked: Vec<_> = fitting
                .filter(|blob| !taken.contains(blob.content_id.as_str()))
                .map(|blob| {
                    (
                        draw(
                            plan.seed,
                            index,
                            &blob_key(&offer.tenant_id, &blob.content_id),
                        ),
                        blob,
                    )
                })
                .collect();
            ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (_, blob) in ranked.into_iter().take(count) {
                taken.insert(&blob.content_id);
                of_rule.push(Drawn::new(&offer.tenant_id, blob));
            }
        }
        drawn.push(of_rule);
    }
    drawn
}

/// Whether the selector says nothing against this blob; the operation is no matter.
fn may_draw(selector: &Selector, tenant_id: &str, blob: &OfferedBlob) -> bool {
    let selector = Selector {
        operation: None,
        ..selector.clone()
    };
    let mut target = Target::blob(Operation::RetrieveContent, tenant_id, blob);
    target.window = Some((blob.created, blob.created + SignedDuration::from_millis(1)));
    fits(&selector, &target)
}

/// A number from 0 to below 1 that only depends on its arguments.
pub(super) fn draw(seed: u64, rule: usize, key: &str) -> f64 {
    let mut hasher = DefaultHasher::new();
    (seed, rule, key).hash(&mut hasher);
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share needs no more than 53 bits"
    )]
    let drawn = (hasher.finish() >> 11) as f64 / (1_u64 << 53) as f64;
    drawn
}
