//! Directory changes (schema page, "Microsoft Entra schema"): record type 8.

use serde_json::{Value, json};

use super::population::{APPS, User};
use super::record::Record;
use super::scene::{Scene, pairs};

/// An operation, spelled as the service does (full stops, an en dash, a blank at the end), and its category.
const OPERATIONS: [(u32, (&str, &str)); 24] = [
    (20, ("Update user.", "User")),
    (6, ("Add user.", "User")),
    (3, ("Delete user.", "User")),
    (6, ("Reset user password.", "User")),
    (8, ("Change user license.", "User")),
    (5, ("Update StsRefreshTokenValidFrom Timestamp.", "User")),
    (14, ("Add member to group.", "Group")),
    (6, ("Remove member from group.", "Group")),
    (3, ("Add group.", "Group")),
    (3, ("Update group.", "Group")),
    (2, ("Add owner to group.", "Group")),
    (6, ("Update device.", "Device")),
    (3, ("Add device.", "Device")),
    (2, ("Add registered owner to device.", "Device")),
    (4, ("Update service principal.", "ServicePrincipal")),
    (3, ("Add service principal.", "ServicePrincipal")),
    (
        2,
        (
            "Add app role assignment to service principal.",
            "ServicePrincipal",
        ),
    ),
    (2, ("Add delegated permission grant.", "ServicePrincipal")),
    (2, ("Update application.", "Application")),
    (
        1,
        (
            "Update application – Certificates and secrets management ",
            "Application",
        ),
    ),
    (1, ("Add owner to application.", "Application")),
    (1, ("Remove member from role.", "Role")),
    (1, ("Set Company Information.", "Company")),
    (1, ("Create company", "Company")),
];

/// A change by an administrator, or by a service for them.
pub(super) fn change(scene: &mut Scene<'_>) -> Record {
    let &(operation, category) = scene.weighted(&OPERATIONS);
    let (admin, target) = (scene.admin(), scene.anyone());
    let properties = properties(scene, category, target);
    let record = by_admin(scene, admin, operation, category, properties, target);
    if scene.chance(0.15) {
        by_service(record, scene)
    } else {
        record
    }
}

/// This change by `admin` to `target`.
pub(super) fn by_admin(
    scene: &mut Scene<'_>,
    admin: &User,
    operation: &str,
    category: &str,
    properties: Value,
    target: &User,
) -> Record {
    let address = scene.address(admin);
    let result = *scene.weighted(&[(95, "Success"), (3, "Failure"), (2, "success")]);
    let mut actor = admin.by_puid();
    actor.key = format!("{}@{}", admin.puid, super::population::DOMAIN);
    let details = format!(
        "{{\"User-Agent\":\"{}\",\"AppId\":\"{}\"}}",
        admin.agent.0,
        scene.app().1
    );
    Record::new(scene, operation, 8, "AzureActiveDirectory", &actor)
        .with("ResultStatus", result)
        .with("ClientIP", address.as_str())
        .with("ObjectId", target.upn.as_str())
        .with("ActorIpAddress", address)
        .with(
            "ExtendedProperties",
            pairs(&[
                ("additionalDetails", &details),
                ("extendedAuditEventCategory", category),
            ]),
        )
        .with("ModifiedProperties", properties)
        .with("Actor", identities(admin))
        .with("Target", identities(target))
        .with_all(frame(scene))
}

/// The five ways in which one user is named.
fn identities(user: &User) -> Value {
    json!([
        {"ID": user.upn, "Type": 5}, {"ID": user.puid, "Type": 3}, {"ID": format!("User_{}", user.object_id), "Type": 2},
        {"ID": user.object_id, "Type": 2}, {"ID": "User", "Type": 2},
    ])
}

fn frame(scene: &mut Scene<'_>) -> Value {
    json!({
        "ActorContextId": scene.organization, "AzureActiveDirectoryEventType": 1, "InterSystemsId": scene.request_id(),
        "IntraSystemId": scene.deed_id("change"), "SupportTicketId": "", "TargetContextId": scene.organization,
    })
}

/// Values are JSON in strings, often over several lines.
fn properties(scene: &mut Scene<'_>, category: &str, target: &User) -> Value {
    let quoted = |value: &str| format!("[\r\n  {}\r\n]", Value::from(value));
    let (_, id) = *scene.pick(&APPS);
    let number = scene.number(1, 999).to_string();
    let department = *scene.pick(&["Sales", "Finance", "Vertrieb"]);
    let (name, new, old) = match category {
        "User" => ("Department", quoted(department), "[]".to_owned()),
        "Group" => (
            "Group.DisplayName",
            format!("\"{} Members\"", scene.site().name),
            String::new(),
        ),
        "Device" => ("DisplayName", quoted(&target.device), "[]".to_owned()),
        "Role" => (
            "Role.DisplayName",
            String::new(),
            "\"Helpdesk Administrator\"".to_owned(),
        ),
        "Company" => (
            "TechnicalNotificationMail",
            quoted("it@contoso.example"),
            quoted("admin@contoso.example"),
        ),
        _ => (
            "AppAddress",
            format!(
                "[\r\n  {{\r\n    \"AddressType\": 0,\r\n    \"Address\": \"https://app{number}.contoso.example/\"\r\n  }}\r\n]"
            ),
            "[]".to_owned(),
        ),
    };
    let (since, before) = (scene.time(), scene.earlier(60 * 24 * 30));
    let mut properties = vec![
        json!({"Name": name, "NewValue": new, "OldValue": old}),
        json!({"Name": "Included Updated Properties", "NewValue": name, "OldValue": ""}),
        json!({"Name": "TargetId.UserType", "NewValue": "Member", "OldValue": ""}),
        json!({"Name": "ActorId.ServicePrincipalNames", "NewValue": id, "OldValue": ""}),
    ];
    if category == "User" {
        let valid = json!({"Name": "StsRefreshTokensValidFrom", "NewValue": quoted(&since), "OldValue": quoted(&before)});
        properties.push(valid);
    }
    properties.into()
}

fn by_service(record: Record, scene: &mut Scene<'_>) -> Record {
    let name = *scene.pick(&[
        "Microsoft Online Services",
        "Azure MFA StrongAuthenticationService",
        "Contoso Backup",
    ]);
    let id = scene.id_of(name);
    let actor = json!([
        {"ID": name, "Type": 1}, {"ID": format!("ServicePrincipal_{id}"), "Type": 2}, {"ID": id, "Type": 2},
        {"ID": "ServicePrincipal", "Type": 2},
    ]);
    record
        .with("UserKey", "Not Available")
        .with("UserType", 4)
        .with("UserId", format!("ServicePrincipal_{id}"))
        .with("Actor", actor)
        .without("ClientIP")
        .with("ActorIpAddress", "")
}
