//! What can go wrong, by what a caller can do about it.

use std::path::PathBuf;

use arrow::datatypes::DataType;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The lake's location cannot be understood; the reason says what is wrong with it.
    #[error("the lake location is not valid: {reason}")]
    Location {
        /// What is wrong. The location itself is left out, as it may hold a credential.
        reason: String,
    },
    /// The location's scheme is not one that lakes can be on.
    #[error(
        "unsupported lake scheme `{scheme}`: use a path, file://, memory://, s3://, az://, abfss:// or gs://"
    )]
    UnsupportedScheme {
        /// The scheme as it was given.
        scheme: String,
    },
    /// The directory of a lake on disk could not be made or opened.
    #[error("cannot open the lake directory `{}`", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The object store could not be configured.
    #[error("cannot open the `{scheme}` store")]
    Open {
        /// The location's scheme.
        scheme: String,
        /// Why.
        source: object_store::Error,
    },
    /// An object of that path is there already. It was not touched.
    #[error("`{path}` exists already")]
    AlreadyExists {
        /// The path, relative to the lake.
        path: String,
        /// The store's own words.
        source: object_store::Error,
    },
    /// The object store refused or failed.
    #[error("the store failed on `{path}`")]
    Store {
        /// The path, relative to the lake.
        path: String,
        /// Why.
        source: object_store::Error,
    },
    /// A staging file on disk could not be removed.
    #[error("cannot remove the staging files of `{path}`")]
    Staging {
        /// The path of the object that they were for, relative to the lake.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A column that was asked for is not in the schema, or is not a leaf.
    #[error("`{table}` has no column `{column}`")]
    UnknownColumn {
        /// The table, or the file.
        table: String,
        /// The dotted path.
        column: String,
    },
    /// A column has a type that its use does not allow.
    #[error("column `{column}` is `{data_type}`, expected {expected}")]
    ColumnType {
        /// The dotted path.
        column: String,
        /// The type it has.
        data_type: Box<DataType>,
        /// What would do.
        expected: &'static str,
    },
    /// A pushed batch does not have the table's schema.
    #[error("batch does not fit table `{table}`: field `{field}` is {found}, expected {expected}")]
    SchemaMismatch {
        /// The table.
        table: String,
        /// The dotted path of the first field that differs.
        field: String,
        /// What the table has there.
        expected: String,
        /// What the batch has there.
        found: String,
    },
    /// Files cannot be merged without losing something, or not within the memory limit. Nothing was written.
    #[error("`{path}` cannot be merged: {reason}")]
    NotMergeable {
        /// The file or directory.
        path: String,
        /// What is in the way.
        reason: String,
    },
    /// The runtime was shut down while a file was encoded.
    #[error("the work was stopped")]
    Stopped,
    /// Arrow refused a computation.
    #[error("cannot gather rows for `{path}`")]
    Arrow {
        /// The table or file.
        path: String,
        /// Why.
        source: arrow::error::ArrowError,
    },
    /// Parquet could not be written or read.
    #[error("cannot encode or decode `{path}`")]
    Parquet {
        /// The table or file.
        path: String,
        /// Why.
        source: parquet::errors::ParquetError,
    },
}

impl Error {
    /// Whether the object that was asked for is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(
            self,
            Self::Store {
                source: object_store::Error::NotFound { .. },
                ..
            }
        )
    }

    /// Whether the object was there already, so that nothing was written.
    pub fn is_already_exists(&self) -> bool {
        matches!(self, Self::AlreadyExists { .. })
    }

    pub(crate) fn arrow(path: &str) -> impl FnOnce(arrow::error::ArrowError) -> Self + '_ {
        move |source| Self::Arrow {
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn parquet(path: &str) -> impl FnOnce(parquet::errors::ParquetError) -> Self + '_ {
        move |source| Self::Parquet {
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn staging(path: &str) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Staging {
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn store(path: &str) -> impl FnOnce(object_store::Error) -> Self + '_ {
        move |source| {
            let path = path.to_owned();
            match source {
                source @ object_store::Error::AlreadyExists { .. } => {
                    Self::AlreadyExists { path, source }
                }
                source => Self::Store { path, source },
            }
        }
    }
}
