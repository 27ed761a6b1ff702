//! Asking for a search, once, and waiting until it is over.

use std::time::Duration;

use auditlake_api::graph::{AuditQuery, QueryState, QueryStatus};
use auditlake_api::{Error as ApiError, ErrorKind};
use jiff::Timestamp;
use tokio::time::Instant;

use super::name::{is_final, name};
use super::plan::{Part, SearchFilter, Slice};
use super::slice::Searcher;
use crate::failure::{describe, failed, reason};
use crate::gap::GapReason;
use crate::ledger::Failed;

/// The first wait for a search; each that follows is half as long again.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait: a search takes minutes to hours.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How often a search is asked for when it is not known whether the service has heard it.
const ATTEMPTS: usize = 4;

/// A search that the service has.
#[derive(Debug)]
pub(super) struct Search {
    pub(super) id: String,
    /// What it is of: for a slice whose time is not over, what there was when it was asked for.
    pub(super) part: Part,
    /// Whether what it finds is all that there will be.
    pub(super) is_final: bool,
    status: QueryStatus,
}

/// Why there is no search, or none that ended well.
#[derive(Debug)]
pub(super) enum NoSearch {
    /// Something is named as out of reach already.
    GivenUp,
    /// What the ledger is to say of the slice.
    Failed(Failed),
}

impl Searcher {
    /// The search of an earlier run, or a new one.
    pub(super) async fn find_or_create(
        &self,
        slice: &Slice,
        part: Part,
    ) -> Result<Search, NoSearch> {
        if let Some(known) = self.earlier.find(slice, part, self.clock.now()) {
            tracing::info!(id = known.id, "going on with a search of an earlier run");
            return Ok(Search {
                id: known.id.clone(),
                part: known.part,
                is_final: known.is_final(),
                status: known.status.clone(),
            });
        }
        let asked = self.clock.now();
        let state = self.create(slice, part, asked).await?;
        Ok(Search {
            id: state.id,
            part,
            is_final: is_final(part, asked),
            status: state.status,
        })
    }

    /// A search whose asking failed may be there all the same: its name tells.
    async fn create(
        &self,
        slice: &Slice,
        part: Part,
        asked: Timestamp,
    ) -> Result<QueryState, NoSearch> {
        let query = self.query(slice, part, asked);
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            if self.is_used_up() {
                return Err(used_up());
            }
            let error = match self.client.create_query(&query).await {
                Ok(state) => return Ok(state),
                Err(error) => error,
            };
            self.count_requests();
            if error.kind() == ErrorKind::Throttled {
                self.use_up();
            }
            if !may_be_there(&error) || attempt == ATTEMPTS {
                return Err(self.no_search(slice, &error));
            }
            if let Some(state) = self.look_for(&query.display_name).await {
                return Ok(state);
            }
            tokio::time::sleep(wait).await;
            wait *= 4;
        }
        Err(NoSearch::GivenUp)
    }

    async fn look_for(&self, display_name: &str) -> Option<QueryState> {
        let queries = self.client.queries().await.ok()?;
        let is_it = |query: &QueryState| query.display_name == display_name;
        queries.into_iter().find(is_it)
    }

    fn query(&self, slice: &Slice, part: Part, asked: Timestamp) -> AuditQuery {
        let (services, record_types) = match slice.filter.clone() {
            SearchFilter::All => (Vec::new(), Vec::new()),
            SearchFilter::Services(services) => (services, Vec::new()),
            SearchFilter::RecordTypes(record_types) => (Vec::new(), record_types),
        };
        AuditQuery {
            display_name: name(&self.connection, &slice.feed, part, asked),
            filter_start: part.0.start,
            filter_end: part.0.end,
            record_types,
            services,
        }
    }

    /// Waits until the search has succeeded; says whether it found more than it returns.
    pub(super) async fn wait(&self, slice: &Slice, search: &Search) -> Result<bool, NoSearch> {
        let end = Instant::now().checked_add(self.patience);
        let mut wait = FIRST_WAIT;
        // What an earlier listing said of a search that is over says nothing of how many records it has.
        if search.status.is_pending() {
            tokio::time::sleep(wait).await;
        }
        loop {
            let state = self.client.query(&search.id).await;
            self.count_requests();
            let state = state.map_err(|error| self.no_search(slice, &error))?;
            match state.status {
                QueryStatus::Succeeded => return Ok(state.limit_exceeded),
                QueryStatus::Failed | QueryStatus::Cancelled => {
                    return Err(not_succeeded(&search.id, &state.status));
                }
                _ if end.is_some_and(|end| Instant::now() >= end) => {
                    return Err(too_long(&search.id));
                }
                _ => {}
            }
            wait = (wait + wait / 2).min(LONGEST_WAIT);
            tokio::time::sleep(wait).await;
        }
    }

    /// What an error means for the slice: some mean that its feed is out of reach, which is named once.
    pub(super) fn no_search(&self, slice: &Slice, error: &ApiError) -> NoSearch {
        if self.access.give_up(&slice.feed, error) {
            return NoSearch::GivenUp;
        }
        NoSearch::Failed(failed(None, reason(error), describe(error)))
    }
}

/// Whether the service may have heard what was asked of it.
fn may_be_there(error: &ApiError) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::Config
            | ErrorKind::Credentials
            | ErrorKind::Permission
            | ErrorKind::Disabled
            | ErrorKind::BadRequest
            | ErrorKind::Throttled
    )
}

fn not_succeeded(id: &str, status: &QueryStatus) -> NoSearch {
    let words = format!("the search `{id}` ended as `{status}`; the next run asks for another");
    NoSearch::Failed(failed(None, GapReason::Failed, words))
}

fn too_long(id: &str) -> NoSearch {
    let words = format!("the search `{id}` is not over yet; the next run goes on with it");
    NoSearch::Failed(failed(None, GapReason::Failed, words))
}

fn used_up() -> NoSearch {
    let words = "the service takes no more searches of this tenant for now; the next run goes on";
    NoSearch::Failed(failed(None, GapReason::Throttled, words))
}
