//! What a token provider must know.

use std::time::Duration;

use url::{Host, Url};

use crate::config::{
    ClientConfig, RetryPolicy, check_address, check_guid, config_error, is_loopback, parse_url,
    trimmed,
};
use crate::credential::{Credential, IdentityEndpoint, WorkloadIdentity};
use crate::error::Error;

/// Who asks which authority for tokens, and how patiently.
#[derive(Debug, Clone)]
pub struct TokenConfig {
    /// Root of the token authority, such as `https://login.microsoftonline.com`.
    pub authority: Url,
    /// The directory's GUID.
    pub tenant_id: String,
    /// The application (client) id; unused by a managed identity, which names its own.
    pub client_id: String,
    /// What the application proves itself with.
    pub credential: Credential,
    /// What happens after a failure that may pass.
    pub retry: RetryPolicy,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long one request may take.
    pub request_timeout: Duration,
}

impl TokenConfig {
    /// A configuration with the default of every setting that has one. Nothing is checked yet.
    pub fn new(
        authority: Url,
        tenant_id: impl Into<String>,
        client_id: impl Into<String>,
        credential: impl Into<Credential>,
    ) -> Self {
        Self {
            authority,
            tenant_id: tenant_id.into(),
            client_id: client_id.into(),
            credential: credential.into(),
            retry: RetryPolicy::default(),
            connect_timeout: ClientConfig::DEFAULT_CONNECT_TIMEOUT,
            request_timeout: ClientConfig::DEFAULT_REQUEST_TIMEOUT,
        }
    }

    /// Checks everything that can be checked without a request or a file.
    ///
    /// Errors are of kind [`ErrorKind::Config`](crate::ErrorKind::Config).
    pub fn validate(&self) -> Result<(), Error> {
        check_address("authority", &self.authority)?;
        check_guid("tenant id", &self.tenant_id)?;
        match &self.credential {
            Credential::ManagedIdentity(identity) => check_endpoint(&identity.endpoint),
            credential => {
                self.check_client_id()?;
                check_issuer(credential)
            }
        }
    }

    fn check_client_id(&self) -> Result<(), Error> {
        if self.client_id.trim().is_empty() {
            return Err(config_error("the client id is empty".to_owned()));
        }
        Ok(())
    }

    /// `<authority>/<tenant>/oauth2/v2.0/token`.
    pub(crate) fn token_url(&self) -> Result<Url, Error> {
        parse_url(&format!(
            "{}/{}/oauth2/v2.0/token",
            trimmed(&self.authority),
            self.tenant_id
        ))
    }
}

fn check_issuer(credential: &Credential) -> Result<(), Error> {
    match credential {
        Credential::WorkloadIdentity(WorkloadIdentity::GitHubActions { request_url, .. }) => {
            let mut address = request_url.clone();
            // GitHub's address has a query of its own.
            address.set_query(None);
            check_address("token request address of the workflow", &address)
        }
        _ => Ok(()),
    }
}

fn check_endpoint(endpoint: &IdentityEndpoint) -> Result<(), Error> {
    let (IdentityEndpoint::Imds(url) | IdentityEndpoint::AppService { endpoint: url, .. }) =
        endpoint;
    if url.scheme() == "http" && is_near(url) && url.username().is_empty() {
        return Ok(());
    }
    check_address("managed identity endpoint", url)
}

/// True for hosts that no router lies in front of: loopback, and link-local ones (RFC 3927), where Azure has its
/// metadata service (169.254.169.254) and App Service its identity endpoint.
pub(crate) fn is_near(url: &Url) -> bool {
    let link_local = matches!(url.host(), Some(Host::Ipv4(address)) if address.is_link_local());
    link_local || is_loopback(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::ManagedIdentity;
    use crate::error::ErrorKind;
    use crate::secret::Secret;

    const TENANT: &str = "11111111-2222-3333-4444-555555555555";

    fn check(authority: &str, client_id: &str, credential: Credential) -> Result<(), String> {
        let authority = authority.parse().expect("test addresses parse");
        let config = TokenConfig::new(authority, TENANT, client_id, credential);
        assert!(!format!("{config:?}").contains("s3cr3t"));
        config.validate().map_err(|error| {
            assert_eq!(error.kind(), ErrorKind::Config);
            error.to_string()
        })
    }

    fn secret() -> Secret {
        Secret::new("s3cr3t".to_owned())
    }

    #[test]
    fn plain_http_reaches_link_local_hosts_for_a_managed_identity_alone() {
        let identity = |endpoint: &str| {
            let endpoint = IdentityEndpoint::AppService {
                endpoint: endpoint.parse().unwrap(),
                header: secret(),
            };
            let identity = ManagedIdentity {
                endpoint,
                client_id: None,
            };
            check(
                "https://a.example",
                "",
                Credential::ManagedIdentity(identity),
            )
        };
        let imds = Credential::ManagedIdentity(ManagedIdentity::imds(None));
        assert_eq!(check("https://a.example", "", imds), Ok(()));
        assert_eq!(identity("http://169.254.129.2:8081/msi/token"), Ok(()));
        assert_eq!(identity("http://127.0.0.1:41234/msi/token"), Ok(()));
        for bad in [
            "http://10.0.0.1/token",
            "http://u:p@169.254.169.254/",
            "ftp://127.0.0.1",
        ] {
            assert!(identity(bad).is_err(), "{bad}");
        }
        assert!(check("http://169.254.169.254", "c", secret().into()).is_err());
    }

    #[test]
    fn a_client_id_and_a_protected_issuer_are_needed_otherwise() {
        let github = |url: &str| {
            let identity = WorkloadIdentity::GitHubActions {
                request_url: url.parse().unwrap(),
                request_token: secret(),
            };
            check(
                "https://a.example",
                "c",
                Credential::WorkloadIdentity(identity),
            )
        };
        assert!(check("https://a.example", " ", secret().into()).is_err());
        assert_eq!(
            github("https://token.example/idtoken?api-version=2"),
            Ok(())
        );
        assert!(github("http://token.example/idtoken?api-version=2").is_err());
    }
}
