//! Sign-ins (schema page, "Microsoft Entra Secure Token Service (STS) Logon schema"): record types 15 and 9.

use serde_json::{Value, json};

use super::population::{APPS, Actor, User};
use super::record::Record;
use super::scene::{Scene, pairs};

/// Why a sign-in failed: the AADSTS number and `LogonError`.
type Failure = (&'static str, &'static str);

const FAILURES: [(u32, Failure); 6] = [
    (45, ("50126", "InvalidUserNameOrPassword")),
    (20, ("50053", "IdsLocked")),
    (15, ("50076", "UserStrongAuthClientAuthNRequiredInterrupt")),
    (10, ("50140", "KmsiInterrupt")),
    (5, ("53003", "BlockedByConditionalAccess")),
    (5, ("65001", "DelegationDoesNotExist")),
];

/// A sign-in of a user, now and then of a guest or a service principal, failed now and then.
pub(super) fn sign_in(scene: &mut Scene<'_>) -> Record {
    let user = scene.user();
    let failure = scene.chance(0.08).then(|| *scene.weighted(&FAILURES));
    let record = attempt(scene, user, failure);
    match scene.number(0, 100) {
        0..3 => by_guest(record, scene),
        3 => by_service_principal(record),
        _ => record,
    }
}

/// An attempt of `user` from where they are.
pub(super) fn attempt(scene: &mut Scene<'_>, user: &User, failure: Option<Failure>) -> Record {
    let address = match scene.number(0, 100) {
        0..3 => format!("::ffff:{}", user.home_v4),
        _ => scene.address(user),
    };
    attempt_from(scene, user, &address, failure)
}

/// An attempt from this address.
pub(super) fn attempt_from(
    scene: &mut Scene<'_>,
    user: &User,
    address: &str,
    failure: Option<Failure>,
) -> Record {
    let operation = if failure.is_some() {
        "UserLoginFailed"
    } else {
        "UserLoggedIn"
    };
    let (app, resource) = (scene.app().1, scene.shared_pick("resource", &APPS).1);
    let interrupted = failure.is_none() && scene.chance(0.02);
    let number = failure.map_or(if interrupted { "50140" } else { "0" }, |failure| failure.0);
    // Most failed sign-ins say Success here; the operation is what counts.
    let result = if failure.is_some() && scene.chance(0.2) {
        "Failed"
    } else {
        "Success"
    };
    let record = Record::new(
        scene,
        operation,
        15,
        "AzureActiveDirectory",
        &user.by_object_id(),
    )
    .with("ResultStatus", result)
    .with("ClientIP", address)
    .with("ObjectId", resource)
    .with("ActorIpAddress", address)
    .with("ApplicationId", app)
    .with("ErrorNumber", number)
    .with_some("LogonError", failure.map(|failure| failure.1))
    .with("ExtendedProperties", extended(scene, user));
    let id = record.text_of("Id").unwrap_or_default().to_owned();
    record
        .with("DeviceProperties", device(scene, user))
        .with_all(frame(scene, user, resource, &id))
}

/// The older form of a sign-in.
pub(super) fn account_logon(scene: &mut Scene<'_>) -> Record {
    let user = scene.anyone();
    let address = scene.address(user);
    Record::new(
        scene,
        "UserLoggedIn",
        9,
        "AzureActiveDirectory",
        &user.by_puid(),
    )
    .with(
        "ResultStatus",
        *scene.pick(&["Succeeded", "success", "Failed"]),
    )
    .with("ClientIP", address)
    .with("Application", "Office 365")
    .with(
        "Client",
        "{\"UserAgent\":\"Mozilla/5.0\",\"IsBrowser\":true}",
    )
    .with("LoginStatus", scene.number(0, 2))
    .with("UserDomain", super::population::DOMAIN)
    .with("AzureActiveDirectoryEventType", 0)
}

fn extended(scene: &mut Scene<'_>, user: &User) -> Value {
    let detail = *scene.shared_pick("detail", &["Success", "Redirect"]);
    let request = *scene.shared_pick(
        "request type",
        &[
            "OAuth2:Authorize",
            "Login:login",
            "OAuth2:Token",
            "SAS:ProcessAuth",
            "Kmsi:kmsi",
        ],
    );
    let mut all = vec![
        ("ResultStatusDetail", detail),
        ("UserAgent", user.agent.0),
        ("RequestType", request),
    ];
    let method = *scene.shared_pick("method", &["1", "2", "4194305", "", "", "", ""]);
    if !method.is_empty() {
        all.push(("UserAuthenticationMethod", method));
    }
    if scene.chance(0.1) {
        all.push(("KeepMeSignedIn", "True"));
    }
    pairs(&all)
}

fn device(scene: &Scene<'_>, user: &User) -> Value {
    let session = scene.session(user);
    let mut all = vec![
        ("OS", user.agent.1),
        ("BrowserType", user.agent.2),
        ("SessionId", &session),
    ];
    if user.is_registered() {
        all.extend([
            ("Id", user.device_id.as_str()),
            ("DisplayName", &user.device),
            ("TrustType", "1"),
        ]);
    }
    all.push((
        "IsCompliantAndManaged",
        if user.is_compliant() { "True" } else { "False" },
    ));
    pairs(&all)
}

/// `IntraSystemId` is mostly the record's own id.
fn frame(scene: &mut Scene<'_>, user: &User, resource: &str, id: &str) -> Value {
    let record_id = if scene.chance(0.85) {
        id.to_owned()
    } else {
        scene.guid()
    };
    let request = if scene.chance(0.1) {
        scene.request_id()
    } else {
        scene.guid()
    };
    json!({
        "Actor": [{"ID": user.object_id, "Type": 0}, {"ID": user.upn, "Type": 5}],
        "ActorContextId": scene.organization, "AzureActiveDirectoryEventType": 1, "InterSystemsId": request,
        "IntraSystemId": record_id, "ModifiedProperties": [], "SupportTicketId": "",
        "Target": [{"ID": resource, "Type": 0}], "TargetContextId": scene.organization,
    })
}

fn by_guest(record: Record, scene: &mut Scene<'_>) -> Record {
    let guest = scene.guest();
    let actor = json!([{"ID": guest.object_id, "Type": 0}, {"ID": guest.mail, "Type": 5}]);
    record
        .with("UserKey", guest.object_id.as_str())
        .with("UserId", guest.mail.as_str())
        .with("Actor", actor)
}

fn by_service_principal(record: Record) -> Record {
    let (name, id) = ("Contoso Backup", "c0ffee00-0000-4000-8000-000000000001");
    let Actor {
        key,
        user_type,
        id: user_id,
    } = Actor::system(id, 4, &format!("ServicePrincipal_{id}"));
    record
        .with("UserKey", key)
        .with("UserType", user_type)
        .with("UserId", user_id)
        .with(
            "Actor",
            json!([{"ID": name, "Type": 1}, {"ID": id, "Type": 0}]),
        )
        .without("ClientIP")
        .without("DeviceProperties")
}
