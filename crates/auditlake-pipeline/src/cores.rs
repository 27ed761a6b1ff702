//! Work that keeps a core busy: making rows, encoding files.
//!
//! It has threads of its own, as many as there are cores, that live as long as the process. On the threads for
//! blocking calls, of which there are many and each time others, it would be as fast; but the C library's allocator
//! keeps memory apart by threads and gives back little of it, so that work which wanders over many threads takes
//! a multiple of what it has in use at any moment.

use std::sync::LazyLock;
use std::thread::available_parallelism;

use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinHandle, spawn_blocking};

/// None if the system gives no threads.
static CORES: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    let threads = available_parallelism().map_or(1, usize::from);
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(threads).thread_name("core");
    builder.build().ok()
});

/// Does the work when a core is free. It goes on even if nobody waits for it any more.
pub(crate) fn work<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    match &*CORES {
        Some(cores) => cores.spawn(async move { work() }),
        None => spawn_blocking(work),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::thread;

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
