//! Work that keeps a core busy: making rows, encoding files.
//!
//! It is done by rayon's threads, as many as there are cores, that live as long as the process and share out among
//! themselves what such work is made of: shares of records, files. On the threads for blocking calls, of which there are
//! many and each time others, it would be as fast; but allocators keep memory apart by threads, so that work which wanders
//! over many threads takes a multiple of what it has in use at any moment.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Does the work when a core is free. It goes on even if nobody waits for it any more.
pub(crate) fn work<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    let (done, made) = oneshot::channel();
    rayon::spawn(move || {
        // What was begun before a panic is dropped with it.
        done.send(catch_unwind(AssertUnwindSafe(work))).ok();
    });
    tokio::spawn(async {
        let made = made.await.expect("what works says how it ended");
        made.unwrap_or_else(|panic| resume_unwind(panic))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::thread::{self, available_parallelism};

    use super::*;

    #[tokio::test]
    async fn however_much_work_there_is_it_is_done_by_the_same_few_threads() {
        let tasks: Vec<_> = (0..200).map(|_| work(|| thread::current().id())).collect();
        let mut threads = HashSet::new();
        for task in tasks {
            threads.insert(task.await.expect("the work is done"));
        }
        let cores = available_parallelism().map_or(1, usize::from);
        assert!(threads.len() <= cores, "{} threads", threads.len());
    }

    #[tokio::test]
    async fn work_that_panics_is_told_and_harms_no_other() {
        let failed = work(|| assert_eq!(1, 2)).await;
        assert!(failed.is_err_and(|error| error.is_panic()));
        assert_eq!(work(|| 7).await.expect("the work is done"), 7);
    }
}
