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
    #[error("unknown fault profile `{0}`, known are `{known}`", known = crate::faults::PROFILES.join("`, `"))]
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
    /// A [`TenantConfig::certificates`](crate::TenantConfig::certificates) entry is no certificate with an RSA key.
    #[error("certificate {index} of the application of tenant `{tenant_id}` cannot be read")]
    Certificate {
        /// The tenant.
        tenant_id: String,
        /// Its place in the list, from 0.
        index: usize,
        /// What the parser said.
        #[source]
        source: x509_cert::der::Error,
    },
    /// The public key of a [`FederatedCredential`](crate::FederatedCredential) cannot be read.
    #[error("the public key of issuer `{issuer}` cannot be read")]
    PublicKey {
        /// The credential's issuer.
        issuer: String,
        /// What the parser said.
        #[source]
        source: jsonwebtoken::errors::Error,
    },
    /// [`SimulatorConfig::managed_identity`](crate::SimulatorConfig::managed_identity) is no configured tenant.
    #[error("the managed identity's tenant `{0}` is not configured")]
    UnknownTenant(String),
}
