//! What goes wrong in a month.

use auditlake_simulator::{Fault, FaultPlan, FaultRule, Operation, Selector, Times, Which};
use jiff::SignedDuration;

/// Something that goes wrong for so long.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trouble {
    /// The service fails.
    Down(SignedDuration),
    /// Nobody runs a round.
    Away(SignedDuration),
}

fn some(operation: Operation, probability: f64, fault: Fault, times: u64) -> FaultRule {
    let which = Selector::operation(operation).which(Which::Probability(probability));
    FaultRule::new(which, fault).times(Times::PerTarget(times))
}

/// Everything on the line that patience helps against. Not much of it, since the real binary waits for seconds.
fn rules() -> Vec<FaultRule> {
    vec![
        some(Operation::ListContent, 0.01, Fault::bad_gateway(), 2),
        some(Operation::ListContent, 0.01, Fault::Throttle403, 1),
        some(Operation::RetrieveContent, 0.01, Fault::Throttle403, 2),
        some(Operation::RetrieveContent, 0.01, Fault::CutBody, 1),
    ]
}

/// Failures that a round overcomes by itself.
pub(super) fn of_the_line(seed: u64) -> FaultPlan {
    FaultPlan::new(rules()).seeded(seed)
}

/// These, and blobs that come up only in the third listing of their window.
pub(super) fn of_the_day(seed: u64) -> FaultPlan {
    let late = some(Operation::ListContent, 0.1, Fault::LateBlob, 2);
    let rules = [late].into_iter().chain(rules());
    FaultPlan::new(rules).seeded(seed)
}
