//! What an application can prove itself with to Microsoft Entra.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use url::Url;

use crate::secret::Secret;

/// A credential of an application. Files are read at each token request, so that a rotation needs no restart.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Credential {
    /// The client secret itself.
    ClientSecret(Secret),
    /// A file that holds the client secret; white space around it is dropped.
    ClientSecretFile(PathBuf),
    /// A certificate that is registered with the application.
    Certificate(Certificate),
    /// A token of another issuer that the application trusts.
    WorkloadIdentity(WorkloadIdentity),
    /// The identity that Azure gives to a machine or an app.
    ManagedIdentity(ManagedIdentity),
}

/// A certificate with its RSA key, by which each token request is signed.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// Where certificate and key are.
    pub source: CertificateSource,
    /// Sends the certificates along (`x5c`), for applications that trust a subject name and an issuer instead of one
    /// certificate.
    pub send_chain: bool,
}

/// Where a certificate and its key are.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum CertificateSource {
    /// PEM files.
    Pem {
        /// The certificate, first, and its issuers after it.
        certificate: PathBuf,
        /// The unencrypted key (PKCS#8 or PKCS#1); in the same file as the certificate when `None`.
        key: Option<PathBuf>,
    },
    /// A PKCS#12 file (`.pfx`, `.p12`) of certificate and key.
    Pkcs12 {
        /// The file.
        file: PathBuf,
        /// Its password, empty for none.
        password: Secret,
    },
}

/// Where the token of another issuer comes from (workload identity federation).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum WorkloadIdentity {
    /// A file, such as Kubernetes projects one (`AZURE_FEDERATED_TOKEN_FILE`); white space around it is dropped.
    TokenFile(PathBuf),
    /// The job of a GitHub Actions workflow with the permission `id-token: write`.
    GitHubActions {
        /// Value of `ACTIONS_ID_TOKEN_REQUEST_URL`.
        request_url: Url,
        /// Value of `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
        request_token: Secret,
    },
}

impl WorkloadIdentity {
    /// The audience that Entra expects of a foreign token.
    ///
    /// Source: Microsoft Entra, "Configure an app to trust an external identity provider".
    pub const AUDIENCE: &'static str = "api://AzureADTokenExchange";
}

/// The endpoint of a managed identity, and whose it is.
#[derive(Debug, Clone)]
pub struct ManagedIdentity {
    /// Who issues the token.
    pub endpoint: IdentityEndpoint,
    /// Client id of a user-assigned identity; the system-assigned one when `None`.
    pub client_id: Option<String>,
}

impl ManagedIdentity {
    /// Address of the token endpoint on Azure's virtual machines.
    ///
    /// Source: Microsoft Entra, "How to use managed identities for Azure resources on an Azure VM to acquire an access
    /// token".
    pub const IMDS: &'static str = "http://169.254.169.254/metadata/identity/oauth2/token";

    /// The identity of an Azure virtual machine, scale set or AKS node.
    pub fn imds(client_id: Option<String>) -> Self {
        let endpoint = Url::parse(Self::IMDS).expect("the constant is a URL");
        Self {
            endpoint: IdentityEndpoint::Imds(endpoint),
            client_id,
        }
    }
}

/// The kinds of managed identity endpoints. Plain http is accepted for loopback and link-local hosts, which no router
/// passes on.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum IdentityEndpoint {
    /// The instance metadata service, by default [`ManagedIdentity::IMDS`].
    Imds(Url),
    /// App Service, Functions and Container Apps.
    AppService {
        /// Value of `IDENTITY_ENDPOINT`.
        endpoint: Url,
        /// Value of `IDENTITY_HEADER`.
        header: Secret,
    },
}

/// Which credential it was; for reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CredentialKind {
    /// [`Credential::ClientSecret`].
    ClientSecret,
    /// [`Credential::ClientSecretFile`].
    ClientSecretFile,
    /// [`Credential::Certificate`].
    Certificate,
    /// [`Credential::WorkloadIdentity`].
    WorkloadIdentity,
    /// [`Credential::ManagedIdentity`].
    ManagedIdentity,
}

impl fmt::Display for CredentialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::ClientSecret => "client secret",
            Self::ClientSecretFile => "client secret file",
            Self::Certificate => "certificate",
            Self::WorkloadIdentity => "workload identity",
            Self::ManagedIdentity => "managed identity",
        })
    }
}

impl Credential {
    /// Which credential it is.
    pub const fn kind(&self) -> CredentialKind {
        match self {
            Self::ClientSecret(_) => CredentialKind::ClientSecret,
            Self::ClientSecretFile(_) => CredentialKind::ClientSecretFile,
            Self::Certificate(_) => CredentialKind::Certificate,
            Self::WorkloadIdentity(_) => CredentialKind::WorkloadIdentity,
            Self::ManagedIdentity(_) => CredentialKind::ManagedIdentity,
        }
    }
}

impl From<Secret> for Credential {
    fn from(secret: Secret) -> Self {
        Self::ClientSecret(secret)
    }
}
