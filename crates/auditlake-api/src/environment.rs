//! Credentials that a platform offers to what runs on it, as its environment variables tell.
//!
//! The variables are looked up by a function of the caller: this crate reads no environment of its own accord.

use std::path::PathBuf;

use url::Url;

use crate::config::config_error;
use crate::credential::{IdentityEndpoint, ManagedIdentity, WorkloadIdentity};
use crate::error::Error;
use crate::secret::Secret;

impl WorkloadIdentity {
    /// Kubernetes' token file (`AZURE_FEDERATED_TOKEN_FILE`), else the issuer of a `GitHub` workflow
    /// (`ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`), else `None`.
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for an address that is none.
    pub fn from_environment(
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, Error> {
        if let Some(file) = set(&variable, "AZURE_FEDERATED_TOKEN_FILE") {
            return Ok(Some(Self::TokenFile(PathBuf::from(file))));
        }
        let request_url = address(&variable, "ACTIONS_ID_TOKEN_REQUEST_URL")?;
        let request_token = set(&variable, "ACTIONS_ID_TOKEN_REQUEST_TOKEN");
        let workflow = |(request_url, request_token)| Self::GitHubActions {
            request_url,
            request_token: Secret::new(request_token),
        };
        Ok(request_url.zip(request_token).map(workflow))
    }
}

impl ManagedIdentity {
    /// The endpoint of App Service (`IDENTITY_ENDPOINT` and `IDENTITY_HEADER`), else the metadata service of virtual
    /// machines, which announces itself by no variable.
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for an address that is none.
    pub fn from_environment(
        variable: impl Fn(&str) -> Option<String>,
        client_id: Option<String>,
    ) -> Result<Self, Error> {
        let endpoint = address(&variable, "IDENTITY_ENDPOINT")?;
        let header = set(&variable, "IDENTITY_HEADER").map(Secret::new);
        let Some((endpoint, header)) = endpoint.zip(header) else {
            return Ok(Self::imds(client_id));
        };
        let endpoint = IdentityEndpoint::AppService { endpoint, header };
        Ok(Self {
            endpoint,
            client_id,
        })
    }
}

fn set(variable: impl Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    variable(name).filter(|value| !value.is_empty())
}

fn address(variable: impl Fn(&str) -> Option<String>, name: &str) -> Result<Option<Url>, Error> {
    let no_address = |reason| config_error(format!("`{name}` is no address")).with_source(reason);
    set(variable, name)
        .map(|text| Url::parse(&text).map_err(no_address))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn lookup<'a>(variables: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
        let value = |(_, value): &(&str, &str)| (*value).to_owned();
        move |name| variables.iter().find(|one| one.0 == name).map(value)
    }

    #[test]
    fn a_token_file_goes_before_a_workflow_and_half_a_workflow_is_none() {
        let url = ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://a.example/?b");
        let token = ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "t");
        let file = ("AZURE_FEDERATED_TOKEN_FILE", "/var/token");
        let found =
            |variables: &[_]| WorkloadIdentity::from_environment(lookup(variables)).unwrap();
        assert!(matches!(
            found(&[url, token, file]),
            Some(WorkloadIdentity::TokenFile(_))
        ));
        let empty = ("AZURE_FEDERATED_TOKEN_FILE", "");
        assert!(matches!(
            found(&[url, token, empty]),
            Some(WorkloadIdentity::GitHubActions { .. })
        ));
        assert!(found(&[url]).is_none() && found(&[token]).is_none());
        let bad = [("ACTIONS_ID_TOKEN_REQUEST_URL", "a b"), token];
        let error = WorkloadIdentity::from_environment(lookup(&bad)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }

    #[test]
    fn app_service_goes_before_the_metadata_service() {
        let endpoint = ("IDENTITY_ENDPOINT", "http://127.0.0.1:41/msi/token");
        let header = ("IDENTITY_HEADER", "h");
        let found = |variables: &[_]| {
            let client_id = Some("c".to_owned());
            ManagedIdentity::from_environment(lookup(variables), client_id).unwrap()
        };
        let app = found(&[endpoint, header]);
        assert!(matches!(app.endpoint, IdentityEndpoint::AppService { .. }));
        let machine = found(&[endpoint]);
        assert!(
            matches!(&machine.endpoint, IdentityEndpoint::Imds(url) if url.as_str() == ManagedIdentity::IMDS)
        );
        assert_eq!(
            (app.client_id, machine.client_id),
            (Some("c".to_owned()), Some("c".to_owned()))
        );
    }
}
