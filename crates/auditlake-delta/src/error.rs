//! What can go wrong with a table's log.

use delta_kernel::KernelError;

/// Why a table could not be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store failed, or the log is not what `delta_kernel` can read or write.
    #[error("the log of the Delta table `{table}` could not be {action}")]
    Log {
        /// The table.
        table: String,
        /// What was tried.
        action: &'static str,
        /// Why it failed.
        #[source]
        source: Box<KernelError>,
    },
    /// The store does not say whether there is a table.
    #[error("the log of the Delta table `{table}` could not be listed")]
    Store {
        /// The table.
        table: String,
        /// The store's error.
        #[source]
        source: object_store::Error,
    },
    /// There is a table already, and it is not the one that is meant.
    #[error("the Delta table `{table}` is another than is meant: {reason}")]
    OtherTable {
        /// The table.
        table: String,
        /// What differs.
        reason: String,
    },
    /// Files to be replaced are not in the table: somebody else has changed it.
    #[error("of the files to be replaced, `{path}` is not in the Delta table `{table}`")]
    NotInTable {
        /// The table.
        table: String,
        /// The first that is missing, below the table.
        path: String,
    },
    /// Others commit all the time.
    #[error(
        "the Delta table `{table}` was changed by others {tries} times while a change was tried"
    )]
    Contended {
        /// The table.
        table: String,
        /// How often it was tried.
        tries: u32,
    },
    /// What is said of a file cannot be brought into the log's form.
    #[error("what is known of files of the Delta table `{table}` cannot be written down")]
    Rows {
        /// The table.
        table: String,
        /// Arrow's error.
        #[source]
        source: arrow::error::ArrowError,
    },
    /// The kernel waits for its requests on a thread, while others make them.
    #[error("a Delta table needs tokio's runtime of many threads")]
    Runtime,
    /// A worker thread ended unexpectedly.
    #[error("a worker ended unexpectedly")]
    Worker(#[from] tokio::task::JoinError),
}

impl Error {
    pub(crate) fn log(table: &str, action: &'static str) -> impl FnOnce(KernelError) -> Self {
        let table = table.to_owned();
        move |source| Self::Log {
            table,
            action,
            source: Box::new(source),
        }
    }

    pub(crate) fn rows(table: &str) -> impl FnOnce(arrow::error::ArrowError) -> Self {
        let table = table.to_owned();
        move |source| Self::Rows { table, source }
    }
}
