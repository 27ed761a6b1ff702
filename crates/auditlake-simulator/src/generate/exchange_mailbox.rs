//! What happens in mailboxes (schema page, "Exchange Mailbox schema"): record types 2, 3 and 50.

use rand::Rng;
use serde_json::{Value, json};

use super::lasting::index;
use super::population::{DOMAIN, User};
use super::record::Record;
use super::scene::{Scene, pairs};

/// A client: its info string, its process and its version, if it says them.
type Client = (&'static str, &'static str, &'static str);

const CLIENTS: [(u32, Client); 5] = [
    (
        45,
        ("Client=MSExchangeRPC", "OUTLOOK.EXE", "16.0.18925.20168"),
    ),
    (25, ("Client=OWA;Action=ViaProxy", "", "")),
    (15, ("Client=REST;Client=RESTSystem;;", "", "")),
    (
        10,
        ("Client=Hx;HxMail", "HxOutlook.exe", "16.0.18730.20122"),
    ),
    (
        5,
        (
            "Client=ActiveSync;UserAgent=Apple-iPhone15C2/2206.66;Action=/Microsoft-Server-ActiveSync/Proxy",
            "",
            "",
        ),
    ),
];

/// One item.
pub(super) fn item(scene: &mut Scene<'_>) -> Record {
    const OPERATIONS: [(u32, &str); 8] = [
        (45, "Send"),
        (20, "MailItemsAccessed"),
        (15, "Create"),
        (10, "Update"),
        (4, "ModifyFolderPermissions"),
        (3, "SendAs"),
        (2, "SendOnBehalf"),
        (1, "MailboxLogin"),
    ];
    let operation = *scene.weighted(&OPERATIONS);
    let (record, owner) = base(scene, operation, 2);
    match operation {
        "MailItemsAccessed" => record
            .with(
                "OperationProperties",
                pairs(&[("MailAccessType", "Sync"), ("IsThrottled", "False")]),
            )
            .with(
                "Item",
                json!({"Id": scene.message(owner).item_id, "ParentFolder": folder(scene, owner)}),
            ),
        "ModifyFolderPermissions" => record.with("Item", permissions(scene, owner)),
        "MailboxLogin" => record,
        "Update" => record.with("Item", message(scene, owner)).with(
            "ModifiedProperties",
            json!(["RecipientTable", "ChangeHighlight", "NormalizedSubject"]),
        ),
        "SendAs" => with_principal(record, scene, owner, "SendAsUserSmtp"),
        "SendOnBehalf" => with_principal(record, scene, owner, "SendOnBehalfOfUserSmtp"),
        _ => record.with("Item", message(scene, owner)),
    }
}

/// Many items moved or deleted at once.
pub(super) fn group(scene: &mut Scene<'_>) -> Record {
    const OPERATIONS: [(u32, &str); 4] = [
        (40, "SoftDelete"),
        (30, "MoveToDeletedItems"),
        (20, "HardDelete"),
        (10, "Move"),
    ];
    let operation = *scene.weighted(&OPERATIONS);
    let (record, owner) = base(scene, operation, 3);
    let items: Vec<Value> = (0..=few(scene, 7))
        .map(|_| affected(scene, owner))
        .collect();
    record
        .with("CrossMailboxOperation", false)
        .with("Folder", folder(scene, owner))
        .with("AffectedItems", items)
        .with_some(
            "DestFolder",
            (operation != "SoftDelete" && operation != "HardDelete").then(|| folder(scene, owner)),
        )
}

/// Items read within some minutes, told together. The address is in `ClientIPAddress` only.
pub(super) fn aggregated(scene: &mut Scene<'_>) -> Record {
    let (record, owner) = base(scene, "MailItemsAccessed", 50);
    let folders: Vec<Value> = (0..=few(scene, 3))
        .map(|_| folder_items(scene, owner))
        .collect();
    let count: usize = folders
        .iter()
        .filter_map(|folder| folder["FolderItems"].as_array())
        .map(Vec::len)
        .sum();
    let throttled = if scene.chance(0.02) { "True" } else { "False" };
    // A program of the user's own has no session with the service.
    let record = match record.text_of("ClientProcessName") {
        Some(_) => record.without("SessionId"),
        None => record,
    };
    record
        .without("ClientIP")
        .with(
            "OperationProperties",
            pairs(&[("MailAccessType", "Bind"), ("IsThrottled", throttled)]),
        )
        .with("OperationCount", count)
        .with("Folders", folders)
}

/// Mostly none, and less than `below`.
fn few(scene: &mut Scene<'_>, below: u64) -> u64 {
    let share: f64 = scene.rng.random();
    index(share * share, below)
}

/// What all these records have, and whose mailbox it is.
fn base<'a>(scene: &mut Scene<'a>, operation: &str, record_type: u32) -> (Record, &'a User) {
    let user = scene.user();
    // A colleague's or an administrator's look into another's mailbox.
    let delegated = scene.chance(0.03);
    let owner = if delegated { scene.anyone() } else { user };
    let &(info, process, version) = scene.weighted_for("client", &CLIENTS);
    let address = scene.address(user);
    let app = scene.app();
    let with_app = scene.shared("with app").random_bool(0.4);
    // Only clients that ask by HTTP have requests.
    let request = process
        .is_empty()
        .then(|| format!("{{{}}}", scene.request_id().to_uppercase()));
    let result = if scene.chance(0.02) {
        "PartiallySucceeded"
    } else {
        "Succeeded"
    };
    let record = Record::new(scene, operation, record_type, "Exchange", &user.by_puid())
        .with("ResultStatus", result)
        .with("ClientIP", address.as_str())
        .with("ClientIPAddress", address)
        .with("ClientInfoString", info)
        .with_some(
            "ClientProcessName",
            (!process.is_empty()).then_some(process),
        )
        .with_some("ClientVersion", (!version.is_empty()).then_some(version))
        .with_some("ClientRequestId", request)
        .with("AppId", if with_app { app.1 } else { "" })
        .with("ClientAppId", "")
        .with_all(mailbox(scene, user, owner));
    (record, owner)
}

fn mailbox(scene: &Scene<'_>, user: &User, owner: &User) -> Value {
    let logon_type = if user.upn == owner.upn { 0 } else { 2 };
    let server = scene.server(owner);
    json!({
        "ExternalAccess": false, "InternalLogonType": 0, "LogonType": logon_type, "LogonUserSid": user.sid,
        "MailboxGuid": owner.mailbox, "MailboxOwnerSid": owner.sid, "MailboxOwnerUPN": owner.upn,
        "OrganizationName": DOMAIN, "OriginatingServer": format!("{server}\r\n"), "SessionId": scene.session(user),
    })
}

fn folder(scene: &mut Scene<'_>, owner: &User) -> Value {
    let folder = scene.folder(owner);
    json!({"Id": folder.id, "Path": folder.path, "Name": folder.path.rsplit('\\').next()})
}

fn permissions(scene: &mut Scene<'_>, owner: &User) -> Value {
    let member = scene.anyone();
    let mut folder = folder(scene, owner);
    folder["MemberRights"] = json!("ReadAny, Visible, FreeBusySimple, FreeBusyDetailed");
    folder["MemberSid"] = json!(member.sid);
    folder["MemberUpn"] = json!(member.upn);
    json!({"Id": folder["Id"], "ParentFolder": folder})
}

fn message(scene: &mut Scene<'_>, owner: &User) -> Value {
    let message = scene.message(owner);
    let mut item = json!({
        "Id": if scene.chance(0.3) { "Unknown" } else { &message.item_id },
        "InternetMessageId": message.internet_id, "ParentFolder": folder(scene, owner),
        "SizeInBytes": message.size, "Subject": message.subject, "IsRecord": false,
    });
    if let Some(attachments) = message.attachments {
        item["Attachments"] = json!(attachments);
    }
    item
}

fn affected(scene: &mut Scene<'_>, owner: &User) -> Value {
    let message = scene.message(owner);
    let mut item = json!({
        "Id": message.item_id, "InternetMessageId": message.internet_id, "ParentFolder": folder(scene, owner),
        "Subject": message.subject,
    });
    if let Some(attachments) = message.attachments {
        item["Attachments"] = json!(attachments);
    }
    item
}

fn folder_items(scene: &mut Scene<'_>, owner: &User) -> Value {
    let count = scene.number(0, 7);
    let items: Vec<Value> = (0..count)
        .map(|_| {
            let message = scene.message(owner);
            json!({"InternetMessageId": message.internet_id, "SizeInBytes": message.size})
        })
        .collect();
    let folder = scene.folder(owner);
    json!({"FolderItems": items, "Id": folder.id, "Path": folder.path})
}

fn with_principal(record: Record, scene: &mut Scene<'_>, owner: &User, name: &str) -> Record {
    let user = scene.anyone();
    let guid = name.replace("Smtp", "MailboxGuid");
    record
        .with("Item", message(scene, owner))
        .with(name, user.upn.as_str())
        .with(&guid, user.mailbox.as_str())
}
