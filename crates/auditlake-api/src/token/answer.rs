//! The answers of those who issue tokens.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::RequestBuilder;

use crate::error::{Context, Error, ErrorKind, Operation};
use crate::http::{BodyLimits, no_answer, read_body, request_id};
use crate::retry::{kind_of_status, retry_after};
use crate::secret::Secret;
use crate::wire::{hide, parse_error};

/// Larger answers are no token; how long one may take is the whole request's limit.
const LIMITS: BodyLimits = BodyLimits {
    bytes: 256 * 1024,
    span: Duration::MAX,
};

/// Sends the request and reads a success; whoever answers with what was sent must not put it into our errors, so that
/// the `hidden` texts are taken out.
pub(crate) async fn read(
    request: RequestBuilder,
    hidden: &[&Secret],
    kind_of: fn(u16, Option<&str>) -> ErrorKind,
) -> Result<Bytes, Error> {
    let context = Context::new(Operation::AcquireToken);
    let sent = request.send().await;
    let response = sent.map_err(|reason| no_answer(&context, reason))?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = read_body(response, LIMITS, &context, |_| ()).await?;
    if status == 200 {
        return Ok(body);
    }
    let said = parse_error(&body, hidden);
    let kind = kind_of(status, said.code.as_deref());
    let request_id = request_id(&headers).map(|id| hide(&id, hidden));
    Err(context
        .error(kind, said.message)
        .with_answer(status, said.code, request_id)
        .with_retry_after(retry_after(&headers, Timestamp::now())))
}

/// The error of a success without a token. Its body may hold one in a form that we could not read: it is not shown.
pub(crate) fn no_token(message: &str) -> Error {
    Context::new(Operation::AcquireToken)
        .error(ErrorKind::Malformed, message)
        .with_answer(200, None, None)
}

/// The kind of an error answer of the authority: what is not passing is the credential's fault.
pub(crate) fn kind_of_token_answer(status: u16, code: Option<&str>) -> ErrorKind {
    // AADSTS90033: "A transient error has occurred. Please try again."
    if matches!(
        code,
        Some("AADSTS90033" | "temporarily_unavailable" | "server_error")
    ) {
        return ErrorKind::Unavailable;
    }
    match kind_of_status(status) {
        kind @ (ErrorKind::Throttled
        | ErrorKind::Unavailable
        | ErrorKind::Malformed
        | ErrorKind::RefusedUri) => kind,
        _ => ErrorKind::Credentials,
    }
}

/// The kind of an error answer of a managed identity endpoint, which is updated under way (404, 410).
///
/// Source: Microsoft Entra, "How to use managed identities for Azure resources on an Azure VM to acquire an access
/// token", section "Retry guidance".
pub(crate) fn kind_of_identity_answer(status: u16, code: Option<&str>) -> ErrorKind {
    match status {
        404 | 410 => ErrorKind::Unavailable,
        _ => kind_of_token_answer(status, code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_endpoint_fails_by_credential_or_for_a_while() {
        let check = |status, code, kind| {
            assert_eq!(
                kind_of_token_answer(status, code),
                kind,
                "{status} {code:?}"
            );
        };
        check(401, Some("AADSTS7000215"), ErrorKind::Credentials);
        check(400, Some("AADSTS90002"), ErrorKind::Credentials);
        check(400, Some("AADSTS90033"), ErrorKind::Unavailable);
        check(503, None, ErrorKind::Unavailable);
        check(429, None, ErrorKind::Throttled);
        check(404, None, ErrorKind::Credentials);
        check(302, None, ErrorKind::RefusedUri);
    }

    #[test]
    fn a_managed_identity_may_be_away_for_an_update() {
        for status in [404, 410, 500] {
            assert_eq!(
                kind_of_identity_answer(status, None),
                ErrorKind::Unavailable
            );
        }
        assert_eq!(kind_of_identity_answer(400, None), ErrorKind::Credentials);
    }
}
