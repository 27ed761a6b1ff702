use std::net::SocketAddr;

/// Why a simulator could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The listening address could not be had.
    #[error("cannot listen on `{address}`")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// A fault profile that does not exist.
    #[error("unknown fault profile `{0}`, known are `none` and `flaky`")]
    UnknownProfile(String),
    /// A content type that does not exist.
    #[error("unknown content type `{0}`")]
    UnknownContentType(String),
    /// Two tenants share one id, so requests could not be told apart.
    #[error("tenant id `{0}` is given twice")]
    DuplicateTenant(String),
    /// A record of a [`Source::Records`](crate::Source::Records) is not a JSON object.
    #[error("record {index} is not a JSON object")]
    Record {
        /// Its place in the list, from 0.
        index: usize,
        /// What the parser said.
        #[source]
        source: serde_json::Error,
    },
}
