//! What a store's error means for those who own the lake.
//!
//! `object_store` tells the commonest cases apart by variants. The rest it hands on as the store's
//! answer in text, whose codes are documented by each platform.

use std::error::Error as StdError;
use std::io::ErrorKind;
use std::iter::successors;

use object_store::Error as StoreError;
use object_store::client::{HttpError, HttpErrorKind};

use crate::unfit::{Access, Lack};

/// What an error means, and the store's words for it.
pub(crate) struct Verdict {
    pub(crate) lack: Lack,
    pub(crate) told: Option<String>,
}

/// Where a machine asks for the identity that its cloud gave it.
const OWN_IDENTITY: &[&str] = &[
    "/latest/api/token",
    "/latest/meta-data",
    "/metadata/identity",
    "/computeMetadata",
    "Azure CLI",
];
/// Codes and words of answers to credentials that are not good.
const REFUSED_CREDENTIALS: &[&str] = &[
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidToken",
    "ExpiredToken",
    "TokenRefreshRequired",
    "RequestTimeTooSkewed",
    "AuthenticationFailed",
    "InvalidAuthenticationInfo",
    "NoAuthenticationInformation",
    "Server failed to authenticate the request",
    "AssumeRoleWithWebIdentity",
    "token request",
    "AADSTS",
    "invalid_grant",
];
const NO_BUCKET: &[&str] = &["NoSuchBucket", "ContainerNotFound", "InvalidBucketName"];
const OTHER_REGION: &[&str] = &[
    "incorrectly configured region",
    "PermanentRedirect",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
];
/// A deletion is refused within an answer that is itself a success, so that the text alone tells.
const NOT_ALLOWED: &[&str] = &[
    "AccessDenied",
    "AuthorizationPermissionMismatch",
    "AuthorizationFailure",
    "(code: 403)",
];
/// What comes before an answer's status.
const STATUS: &str = "status code: ";
const PLAIN_HTTP: &[&str] = &["URL scheme is not allowed"];

/// Judges what a store answered to an attempt.
pub(crate) fn judge(error: &StoreError, access: Access) -> Verdict {
    let text = full_text(error);
    Verdict {
        lack: lack(error, &text, access),
        told: told_in(error, &text),
    }
}

fn lack(error: &StoreError, text: &str, access: Access) -> Lack {
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(OWN_IDENTITY) {
        Lack::Credentials
    } else if says(PLAIN_HTTP) {
        Lack::Encryption
    } else if says(REFUSED_CREDENTIALS) {
        Lack::ValidCredentials
    } else if says(NO_BUCKET) {
        Lack::Bucket
    } else if says(OTHER_REGION) {
        Lack::Region
    } else if says(NOT_ALLOWED) || is_denied_by_the_system(error) {
        Lack::Permission(access)
    } else {
        by_variant(error, text, access)
    }
}

fn by_variant(error: &StoreError, text: &str, access: Access) -> Lack {
    match error {
        StoreError::PermissionDenied { .. } => Lack::Permission(access),
        StoreError::Unauthenticated { .. } => Lack::ValidCredentials,
        StoreError::NotFound { .. } if access == Access::Create => Lack::Bucket,
        StoreError::NotImplemented { .. } | StoreError::NotSupported { .. } => Lack::ConditionalPut,
        _ if access == Access::Create && text.contains("NotImplemented") => Lack::ConditionalPut,
        _ if is_connection(error) || text.contains("status code: 5") => Lack::Reach,
        _ => Lack::Else(access),
    }
}

/// The error with no more of the store's answer than [`judge`] tells, so that it may be logged.
pub(crate) fn quiet(error: StoreError) -> StoreError {
    let text = full_text(&error);
    if !text.contains(STATUS) {
        return error;
    }
    let told = || told_in(&error, &text).unwrap_or_default().into();
    match &error {
        StoreError::Generic { store, .. } => StoreError::Generic {
            store,
            source: told(),
        },
        StoreError::NotFound { path, .. } => StoreError::NotFound {
            path: path.clone(),
            source: told(),
        },
        StoreError::AlreadyExists { path, .. } => StoreError::AlreadyExists {
            path: path.clone(),
            source: told(),
        },
        StoreError::Precondition { path, .. } => StoreError::Precondition {
            path: path.clone(),
            source: told(),
        },
        StoreError::NotModified { path, .. } => StoreError::NotModified {
            path: path.clone(),
            source: told(),
        },
        StoreError::PermissionDenied { path, .. } => StoreError::PermissionDenied {
            path: path.clone(),
            source: told(),
        },
        StoreError::Unauthenticated { path, .. } => StoreError::Unauthenticated {
            path: path.clone(),
            source: told(),
        },
        StoreError::NotSupported { .. } => StoreError::NotSupported { source: told() },
        _ => StoreError::Generic {
            store: "object store",
            source: told(),
        },
    }
}

fn full_text(error: &StoreError) -> String {
    let causes: Vec<String> = chain(error).map(ToString::to_string).collect();
    causes.join("\n")
}

fn chain(error: &StoreError) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let first: &(dyn StdError + 'static) = error;
    successors(Some(first), |&error| error.source())
}

fn is_connection(error: &StoreError) -> bool {
    let decoding = |error: &HttpError| error.kind() == HttpErrorKind::Decode;
    chain(error)
        .filter_map(|error| error.downcast_ref::<HttpError>())
        .any(|error| !decoding(error))
}

/// A disk says so by the kind of its error.
fn is_denied_by_the_system(error: &StoreError) -> bool {
    chain(error)
        .filter_map(|error| error.downcast_ref::<std::io::Error>())
        .any(|error| {
            matches!(
                error.kind(),
                ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
            )
        })
}

/// What may be told of an error in one line: see [`quiet`].
pub(crate) fn told(error: &StoreError) -> String {
    told_in(error, &full_text(error)).unwrap_or_default()
}

/// The status, code and message of an answer, or the innermost cause if there was no answer. Not
/// all of an answer: Amazon's to an ended session repeats its token.
fn told_in(error: &StoreError, text: &str) -> Option<String> {
    if let Some(status) = between(text, STATUS, ":").map(one_line) {
        let code = between(text, "<Code>", "</Code>");
        let message = between(text, "<Message>", "</Message>");
        // Token endpoints answer in JSON.
        let description = between(text, "\"error_description\":\"", "\"");
        let rest = [code, message, description]
            .into_iter()
            .flatten()
            .map(one_line);
        let words: Vec<String> = rest.collect();
        return Some([vec![status], words].concat().join(", "));
    }
    chain(error)
        .last()
        .map(|cause| one_line(&cause.to_string()))
        .filter(|words| !words.is_empty())
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

/// The first line, without the full stop of a sentence.
fn one_line(words: &str) -> String {
    let line = words.trim().lines().next().unwrap_or_default();
    line.trim_end_matches('.').trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> StoreError {
        StoreError::Generic {
            store: "S3",
            source: text.to_owned().into(),
        }
    }

    #[track_caller]
    fn check(text: &str, access: Access, lack: Lack, told: &str) {
        let verdict = judge(&answer(text), access);
        assert_eq!((verdict.lack, verdict.told.as_deref()), (lack, Some(told)));
    }

    #[test]
    fn a_token_that_an_answer_repeats_is_not_told() {
        let text = "Error performing PUT https://lake.s3.eu-central-1.amazonaws.com/a in 9ms - Server returned \
            non-2xx status code: 400 Bad Request: <Error><Code>ExpiredToken</Code><Message>The provided token has \
            expired.</Message><Token-0>FwoGZXIvYXdzEHUaDH</Token-0></Error>";
        let told = "400 Bad Request, ExpiredToken, The provided token has expired";
        check(text, Access::Create, Lack::ValidCredentials, told);
    }

    #[test]
    fn an_error_that_may_be_logged_has_the_codes_and_not_the_answer() {
        let text = "Error performing GET https://lake.s3.eu-central-1.amazonaws.com/a in 9ms - Server returned \
            non-2xx status code: 400 Bad Request: <Error><Code>ExpiredToken</Code><Message>The provided token has \
            expired.</Message><Token-0>FwoGZXIvYXdzEHUaDH</Token-0></Error>";
        let source = || text.to_owned().into();
        let path = || "a".to_owned();
        for error in [
            answer(text),
            StoreError::NotFound {
                path: path(),
                source: source(),
            },
            StoreError::AlreadyExists {
                path: path(),
                source: source(),
            },
            StoreError::Precondition {
                path: path(),
                source: source(),
            },
            StoreError::PermissionDenied {
                path: path(),
                source: source(),
            },
            StoreError::Unauthenticated {
                path: path(),
                source: source(),
            },
            StoreError::NotSupported { source: source() },
            StoreError::UnknownConfigurationKey {
                store: "S3",
                key: text.to_owned(),
            },
        ] {
            let kind = std::mem::discriminant(&error);
            let is_known = !matches!(error, StoreError::UnknownConfigurationKey { .. });
            let error = quiet(error);
            let told = format!("{error:?} {}", full_text(&error));
            assert!(
                told.contains("400 Bad Request, ExpiredToken, The provided"),
                "{told}"
            );
            assert!(!told.contains("FwoGZX"), "{told}");
            assert_eq!(kind == std::mem::discriminant(&error), is_known, "{told}");
        }
    }

    #[test]
    fn what_a_token_endpoint_answers_is_told() {
        let text = "token request failed: Server returned non-2xx status code: 401 Unauthorized: \
            {\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid client secret provided.\",\
            \"access_token\":\"eyJ0\"}";
        let told = "401 Unauthorized, AADSTS7000215: Invalid client secret provided";
        check(text, Access::Read, Lack::ValidCredentials, told);
    }

    #[test]
    fn an_error_without_an_answer_stays_what_it_was() {
        let source = std::io::Error::from(ErrorKind::StorageFull);
        let error = StoreError::Generic {
            store: "LocalFileSystem",
            source: source.into(),
        };
        let error = quiet(error);
        assert!(chain(&error).any(<dyn StdError>::is::<std::io::Error>));
    }

    #[test]
    fn a_deletion_that_is_refused_within_a_success_is_a_permission() {
        let text = "DeleteObjects request failed for key a: Access Denied (code: AccessDenied)";
        check(text, Access::Delete, Lack::Permission(Access::Delete), text);
        let text = "Bulk delete request failed for key a: Forbidden (code: 403)";
        check(text, Access::Delete, Lack::Permission(Access::Delete), text);
    }

    #[test]
    fn a_store_without_conditional_puts_says_it_is_not_implemented() {
        let text = "Server returned non-2xx status code: 501 Not Implemented: <Error><Code>NotImplemented</Code>\
            <Message>A header you provided implies functionality that is not implemented</Message></Error>";
        let told = "501 Not Implemented, NotImplemented, A header you provided implies functionality that is not \
            implemented";
        check(text, Access::Create, Lack::ConditionalPut, told);
    }

    #[test]
    fn another_region_and_a_store_that_is_ill_are_told_apart() {
        let text = "Received redirect without LOCATION, this normally indicates an incorrectly configured region";
        check(text, Access::Create, Lack::Region, text);
        let text = "Server returned non-2xx status code: 503 Service Unavailable: ";
        check(text, Access::Create, Lack::Reach, "503 Service Unavailable");
        check("no idea", Access::Read, Lack::Else(Access::Read), "no idea");
    }

    #[test]
    fn a_disk_that_denies_is_a_permission() {
        let source = std::io::Error::from(ErrorKind::PermissionDenied);
        let error = StoreError::Generic {
            store: "LocalFileSystem",
            source: source.into(),
        };
        let verdict = judge(&error, Access::Create);
        assert_eq!(verdict.lack, Lack::Permission(Access::Create));
        assert_eq!(verdict.told.as_deref(), Some("permission denied"));
    }
}
