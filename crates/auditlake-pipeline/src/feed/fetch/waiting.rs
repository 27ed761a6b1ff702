//! Bodies that wait for the rest of their units.

use std::collections::HashMap;

use super::blob::Step;
use crate::ledger::{Failed, UnitKey};
use crate::normalize::{Body, RawGeneration};

/// Units of which some blobs are still to come.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    units: HashMap<UnitKey, Pending>,
    complete: Vec<UnitKey>,
}

#[derive(Debug, Default)]
struct Pending {
    steps: usize,
    bodies: Vec<Body>,
    bytes: u64,
    failed: Vec<Failed>,
}

impl Waiting {
    /// Takes in a step.
    pub(super) fn take(&mut self, step: Step) {
        let pending = self.units.entry(step.unit.key.clone()).or_default();
        pending.steps += 1;
        match step.outcome {
            Some(Ok(body)) => {
                pending.bytes += body.bytes.len() as u64;
                pending.bodies.push(body);
            }
            Some(Err(failed)) => pending.failed.push(failed),
            None => {}
        }
        if pending.steps == step.unit.blobs.len().max(1) {
            pending.failed.extend(step.unit.failed.iter().cloned());
            self.complete.push(step.unit.key.clone());
        }
    }

    /// Units that are complete, and parts of units that hold too much.
    pub(super) fn ready(
        &mut self,
        generation_bytes: u64,
        waiting_bytes: u64,
    ) -> Vec<RawGeneration> {
        let mut ready = Vec::new();
        for unit in std::mem::take(&mut self.complete) {
            if let Some(pending) = self.units.remove(&unit) {
                let Pending { bodies, failed, .. } = pending;
                ready.push(RawGeneration {
                    unit,
                    bodies,
                    failed,
                    last: true,
                });
            }
        }
        let mut waiting: u64 = self.units.values().map(|pending| pending.bytes).sum();
        while let Some((unit, pending)) = self
            .units
            .iter_mut()
            .max_by_key(|(_, pending)| pending.bytes)
            && (pending.bytes > generation_bytes || waiting > waiting_bytes)
        {
            waiting -= std::mem::take(&mut pending.bytes);
            let bodies = std::mem::take(&mut pending.bodies);
            ready.push(RawGeneration {
                unit: unit.clone(),
                bodies,
                failed: Vec::new(),
                last: false,
            });
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use auditlake_api::ContentBlob;

    use super::*;
    use crate::budget::Budget;
    use crate::failure::failed;
    use crate::feed::fetch::list::Listed;
    use crate::gap::GapReason;

    fn blob(id: &str) -> ContentBlob {
        ContentBlob {
            content_type: "Audit.Exchange".to_owned(),
            content_id: id.to_owned(),
            content_uri: format!("https://manage.office.com/{id}"),
            content_created: jiff::Timestamp::UNIX_EPOCH,
            content_expiration: None,
        }
    }

    fn unit(window: &str, blobs: &[&str]) -> Arc<Listed> {
        let key = UnitKey {
            content_type: "Audit.Exchange".to_owned(),
            window: window.to_owned(),
        };
        let failed = vec![failed(None, GapReason::Failed, "page 2")];
        Arc::new(Listed {
            key,
            blobs: blobs.iter().map(|id| blob(id)).collect(),
            failed,
        })
    }

    async fn fetched(unit: &Arc<Listed>, id: &str, bytes: usize) -> Step {
        let body = Body {
            content_id: id.to_owned(),
            created: None,
            bytes: vec![b' '; bytes].into(),
            reservation: Budget::new(u64::MAX).reserve(0).await,
        };
        Step {
            unit: Arc::clone(unit),
            outcome: Some(Ok(body)),
        }
    }

    fn ids(generation: &RawGeneration) -> Vec<&str> {
        generation
            .bodies
            .iter()
            .map(|body| body.content_id.as_str())
            .collect()
    }

    #[tokio::test]
    async fn a_unit_is_ready_when_its_last_blob_is_settled() {
        let unit = unit("w", &["a", "b"]);
        let mut waiting = Waiting::default();
        waiting.take(fetched(&unit, "b", 10).await);
        assert!(waiting.ready(100, 100).is_empty());
        let lost = failed(Some("a".to_owned()), GapReason::Expired, "AF20051");
        waiting.take(Step {
            unit,
            outcome: Some(Err(lost)),
        });
        let ready = waiting.ready(100, 100);
        assert_eq!(ids(&ready[0]), ["b"]);
        assert_eq!(ready[0].failed.len(), 2);
        assert!(ready[0].last);
        assert!(waiting.units.is_empty());
    }

    #[tokio::test]
    async fn a_unit_that_holds_much_is_handed_on_in_parts() {
        let unit = unit("w", &["a", "b"]);
        let mut waiting = Waiting::default();
        waiting.take(fetched(&unit, "a", 101).await);
        let ready = waiting.ready(100, 1000);
        assert_eq!((ids(&ready[0]), ready[0].last), (vec!["a"], false));
        assert!(ready[0].failed.is_empty());
        waiting.take(fetched(&unit, "b", 1).await);
        let ready = waiting.ready(100, 1000);
        assert_eq!((ids(&ready[0]), ready[0].last), (vec!["b"], true));
    }

    #[tokio::test]
    async fn the_largest_waiting_unit_makes_room() {
        let (small, large) = (unit("s", &["a", "x"]), unit("l", &["b", "x"]));
        let mut waiting = Waiting::default();
        waiting.take(fetched(&small, "a", 40).await);
        waiting.take(fetched(&large, "b", 70).await);
        let ready = waiting.ready(100, 100);
        assert_eq!(ready.len(), 1);
        assert_eq!(ids(&ready[0]), ["b"]);
    }

    #[tokio::test]
    async fn a_window_without_blobs_is_settled_at_once() {
        let unit = unit("w", &[]);
        let mut waiting = Waiting::default();
        waiting.take(Step {
            unit,
            outcome: None,
        });
        let ready = waiting.ready(100, 100);
        assert!(ready[0].last && ready[0].bodies.is_empty());
    }
}
