//! The time that rounds and coverage go by: the system's.

use auditlake_pipeline::Clock;

use crate::exit::Usage;

/// Where the clock stands, for tests that live through weeks. Debug builds alone look at it: in what is shipped, nobody
/// can date evidence by a variable.
const TEST_NOW: &str = "AUDITLAKE_TEST_NOW";

/// The clock of this process.
pub(crate) fn clock() -> Result<Clock, Usage> {
    let fixed = std::env::var(TEST_NOW).ok();
    let Some(now) = fixed.filter(|_| cfg!(debug_assertions)) else {
        return Ok(Clock::system());
    };
    let now = now.parse();
    now.map(Clock::fixed)
        .map_err(|_| Usage::new(format!("the value of {TEST_NOW} is no time")))
}
