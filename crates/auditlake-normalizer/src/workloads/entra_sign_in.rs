//! Microsoft Entra ID: sign-ins (record types 15 and 9, and OWA tokens, 275).
//!
//! *What it covers:* successful and failed sign-ins, sign-outs, the deprecated sign-in records, tokens for Outlook on
//! the web.
//!
//! *Mapping:* all to Authentication. The outcome is the operation's name, never `ResultStatus`, which only says that
//! the HTTP exchange worked (Microsoft, schema page, Azure Active Directory Secure Token Service logon schema):
//! most failed sign-ins carry `Success` there. `UserLoggedIn` with error 50140 ("keep me signed in") is a success.
//! A token for Outlook on the web names what it is for (`dst_endpoint`) and itself (`session.uid_alt`).
//!
//! *Deliberate:* the error of a sign-in that succeeded stays in `status_code` and `status_detail`: it says what
//! interrupted it.
//!
//! *Left out:* factors, which the record does not name; the operating system of a device that has neither id nor name
//! is that of `src_endpoint`; `ResultStatus`, which stays in `unmapped`.

use std::borrow::Cow;

use super::{Operation, Otherwise, Outcome, Workload, as_decided, derived, op, text};
use crate::actor;
use crate::class::AUTHENTICATION;
use crate::common::{take_if_held, workload};
use crate::event::Event;
use crate::record::as_bool;
use crate::schema::path::at;
use crate::status;

/// Sign-ins.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "entra_sign_in",
    name: "Microsoft Entra ID sign-in",
    record_types: &[9, 15, 275],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &AUTHENTICATION,
        activity: Some(99),
    },
    #[rustfmt::skip]
    fields: &[
        text("ApplicationDisplayName", at!("service.name")),
        text("ApplicationId", at!("service.uid")),
        text("SessionId", at!("session.uid")),
        text("UniqueTokenIdentifier", at!("session.uid_alt")),
        text("ResourceURL", at!("http_request.url.url_string")),
        derived("UserId", at!("user.name"), "who signs in, like `actor.user`"),
        derived("UserDomain", at!("user.domain"), "where the name has none"),
        derived("Workload", at!("service.name"), "where no application is named"),
        derived("Target[].ID", at!("dst_endpoint.uid"), "the resource that was asked for, when it is a GUID; else `ObjectId`"),
        derived("ResourceURL", at!("dst_endpoint.hostname"), "its host"),
        derived("ExtendedProperties[RequestType].Value", at!("auth_protocol"), "`OAuth2:…` and `Saml2:…`"),
        derived("DeviceProperties[SessionId].Value", at!("session.uid"), "where there is no `SessionId`"),
        derived("DeviceProperties[DisplayName].Value", at!("device.hostname"), ""),
        derived("DeviceProperties[Id].Value", at!("device.uid"), ""),
        derived("DeviceProperties[OS].Value", at!("device.os.name"), "of a device with a name or id"),
        derived("DeviceProperties[OS].Value", at!("src_endpoint.os.name"), "of a device with neither"),
        derived("DeviceProperties[IsCompliant].Value", at!("device.is_compliant"), ""),
        derived("DeviceProperties[IsCompliantAndManaged].Value", at!("device.is_managed"), ""),
        derived("LoginStatus", at!("status"), "of record type 9: 0 is success, everything else failure"),
        derived("Operation", at!("status"), "of the others, whatever `ResultStatus` says"),
    ],
    things: &[],
    refine: as_decided,
    map,
};

const LOGON: u8 = 1;
const LOGOFF: u8 = 2;

const OPERATIONS: &[Operation] = &[
    op(&["UserLoggedIn"], &AUTHENTICATION, LOGON).outcome(Outcome::Success),
    op(&["UserLoginFailed"], &AUTHENTICATION, LOGON).outcome(Outcome::Failure),
    op(&["UserLoggedOff", "UserLoggedOut"], &AUTHENTICATION, LOGOFF),
    op(
        &[
            "ForeignRealmIndexLogonInitialAuthUsingADFSFederatedToken",
            "PasswordLogonInitialAuthUsingPassword",
            "PasswordLogonCookieCopyUsingDAToken",
            "ForeignRealmIndexLogonCookieCopyUsingDAToken",
        ],
        &AUTHENTICATION,
        LOGON,
    ),
];

fn map(event: &mut Event<'_, '_>) {
    if event.class.uid != AUTHENTICATION.uid {
        return;
    }
    actor::set_user(event, actor::TARGET);
    event.copy("UserDomain", at!("user.domain"));
    take_if_held(event, "UserDomain", &[at!("user.domain")]);
    set_token(event);
    set_service(event);
    set_protocol(event);
    set_device(event);
    event.set(at!("is_remote"), true);
    let record = event.record;
    event.set_some(
        at!("session.uid"),
        record
            .named("DeviceProperties", "SessionId")
            .filter(|_| record.text("SessionId").is_none()),
    );
    set_login_status(event);
}

/// What a token for Outlook on the web is for.
fn set_token(event: &mut Event<'_, '_>) {
    let url = event.record.text("ResourceURL");
    let host = url.as_deref().and_then(host).map(str::to_owned);
    event.set_some(at!("dst_endpoint.svc_name"), host.clone());
    event.set_some(at!("dst_endpoint.hostname"), host);
}

/// The host of an address.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.split(['/', ':', '?', '#'])
        .next()
        .filter(|host| !host.is_empty())
}

/// What was signed in to: the application, and the resource that it asked for (`Target`).
fn set_service(event: &mut Event<'_, '_>) {
    let record = event.record;
    if record.text("ApplicationDisplayName").is_none() {
        event.set(at!("service.name"), workload(event));
    }
    let targets = record.objects("Target");
    let target = targets
        .iter()
        .find_map(|t| t.text("ID").filter(|id| actor::is_guid(id)));
    let all = record.only_objects("Target");
    let is_whole = target.is_some() && all.is_some_and(|all| all.len() == 1);
    let resource = target.or_else(|| record.text("ObjectId").filter(|id| actor::is_guid(id)));
    if event.set_some(at!("dst_endpoint.uid"), resource) {
        event.set(at!("dst_endpoint.svc_name"), workload(event));
        if is_whole {
            record.take("Target");
        }
    }
    let leaves = [at!("dst_endpoint.uid"), at!("user.name")];
    take_if_held(event, "ObjectId", &leaves);
}

/// `ExtendedProperties.RequestType`: `OAuth2:Token`, `Saml2:processrequest`, `Login:login`.
fn set_protocol(event: &mut Event<'_, '_>) {
    let Some(request) = event.record.named("ExtendedProperties", "RequestType") else {
        return;
    };
    let request = request.to_ascii_lowercase();
    if request.contains("oauth2") {
        event.set_id(
            at!("auth_protocol_id"),
            at!("auth_protocol"),
            (6, "OAUTH 2.0"),
        );
    } else if request.contains("saml") {
        event.set_id(at!("auth_protocol_id"), at!("auth_protocol"), (5, "SAML"));
    }
}

/// `DeviceProperties`: a list of name and value.
fn set_device(event: &mut Event<'_, '_>) {
    let record = event.record;
    let of = |name: &str| record.named("DeviceProperties", name);
    let named = event.set_some(at!("device.hostname"), of("DisplayName"));
    if !(event.set_some(at!("device.uid"), of("Id")) || named) {
        return set_client_os(event, of("OS"));
    }
    event.set_id(at!("device.type_id"), at!("device.type"), (0, "Unknown"));
    if let Some(os) = of("OS") {
        let (id, caption) = os_type(&os);
        event.set(at!("device.os.type_id"), id);
        event.set(at!("device.os.type"), caption);
        event.set(at!("device.os.name"), os);
    }
    event.set_some(
        at!("device.is_compliant"),
        of("IsCompliant").as_deref().and_then(as_bool),
    );
    event.set_some(
        at!("device.is_managed"),
        of("IsCompliantAndManaged").as_deref().and_then(as_bool),
    );
}

/// The operating system of a device that the record does not name.
pub(super) fn set_client_os<'a>(event: &mut Event<'_, 'a>, os: Option<Cow<'a, str>>) {
    if let Some(os) = os {
        let (id, caption) = os_type(&os);
        event.set(at!("src_endpoint.os.type_id"), id);
        event.set(at!("src_endpoint.os.type"), caption);
        event.set(at!("src_endpoint.os.name"), os);
    }
}

/// OCSF operating system of Microsoft's words.
fn os_type(os: &str) -> (i64, &'static str) {
    let os = os.to_ascii_lowercase();
    let families: [(&str, (i64, &'static str)); 6] = [
        ("windows", (100, "Windows")),
        ("android", (201, "Android")),
        ("linux", (200, "Linux")),
        ("ios", (301, "iOS")),
        ("mac", (300, "macOS")),
        ("ipad", (302, "iPadOS")),
    ];
    families
        .into_iter()
        .find(|(word, _)| os.contains(word))
        .map_or((0, "Unknown"), |(_, kind)| kind)
}

/// Record type 9 has a number for the outcome: 0 is success.
fn set_login_status(event: &mut Event<'_, '_>) {
    if let Some(code) = event.record.int("LoginStatus") {
        let outcome = if code == 0 {
            status::SUCCESS
        } else {
            status::FAILURE
        };
        event.set_id(at!("status_id"), at!("status"), outcome);
        event.set(at!("status_code"), code.to_string());
        event.record.take("LoginStatus");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_addresses() {
        for (url, expected) in [
            ("https://outlook.office.com/", Some("outlook.office.com")),
            (
                "https://outlook.office.com:443/x",
                Some("outlook.office.com"),
            ),
            ("https://substrate.office.com", Some("substrate.office.com")),
            ("outlook.office.com", None),
            ("https://", None),
        ] {
            assert_eq!(host(url), expected, "{url}");
        }
    }

    #[test]
    fn operating_systems_by_their_words() {
        assert_eq!(os_type("Windows 10").1, "Windows");
        assert_eq!(os_type("MacOs").1, "macOS");
        assert_eq!(os_type("Ios 14.1").1, "iOS");
        assert_eq!(os_type("Plan 9").1, "Unknown");
    }
}
