//! Tokens of a managed identity, from an endpoint beside the machine.

use bytes::Bytes;
use reqwest::RequestBuilder;

use crate::credential::{IdentityEndpoint, ManagedIdentity};
use crate::error::{Context, Error, ErrorKind, Operation};
use crate::secret::Secret;
use crate::token::answer;

/// Said when nobody answers; [`Error::hint`] knows it.
pub(crate) const UNREACHABLE: &str = "the managed identity endpoint cannot be reached";

/// The endpoint's answer for the scope.
pub(crate) async fn ask(
    http: &reqwest::Client,
    identity: &ManagedIdentity,
    scope: &str,
) -> Result<Bytes, Error> {
    let no_secret = Secret::new(String::new());
    let (request, header) = match &identity.endpoint {
        IdentityEndpoint::Imds(endpoint) => (http.get(endpoint.clone()), &no_secret),
        IdentityEndpoint::AppService { endpoint, header } => (http.get(endpoint.clone()), header),
    };
    let request = with_query(with_header(request, &identity.endpoint), identity, scope);
    answer::read(request, &[header], answer::kind_of_identity_answer)
        .await
        .map_err(told_as_unreachable)
}

/// The header keeps requests out that somebody made the machine send.
///
/// Source: Microsoft, "How to use managed identities for App Service and Azure Functions", section "REST endpoint
/// reference", for `X-IDENTITY-HEADER`; the virtual machines' page for `Metadata`.
fn with_header(request: RequestBuilder, endpoint: &IdentityEndpoint) -> RequestBuilder {
    match endpoint {
        IdentityEndpoint::Imds(_) => request
            .header("Metadata", "true")
            .query(&[("api-version", "2018-02-01")]),
        IdentityEndpoint::AppService { header, .. } => request
            .header("X-IDENTITY-HEADER", header.expose())
            .query(&[("api-version", "2019-08-01")]),
    }
}

fn with_query(request: RequestBuilder, identity: &ManagedIdentity, scope: &str) -> RequestBuilder {
    let resource = scope.strip_suffix("/.default").unwrap_or(scope);
    let request = request.query(&[("resource", resource)]);
    match &identity.client_id {
        Some(client_id) => request.query(&[("client_id", client_id)]),
        None => request,
    }
}

fn told_as_unreachable(error: Error) -> Error {
    if error.kind() != ErrorKind::Network {
        return error;
    }
    Context::new(Operation::AcquireToken)
        .error(ErrorKind::Network, UNREACHABLE)
        .with_source(error)
}
