//! What happens in mailboxes (schema page, "Exchange Mailbox schema"): record types 2, 3 and 50.

use serde_json::{Value, json};

use super::population::{APPS, DOMAIN, User};
use super::record::Record;
use super::scene::{Scene, pairs};

const FOLDERS: [&str; 7] = [
    "\\Inbox",
    "\\Drafts",
    "\\Sent Items",
    "\\Deleted Items",
    "\\Archive",
    "\\Recoverable Items\\Deletions",
    "\\Kalender",
];

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
    let record = base(scene, operation, 2);
    match operation {
        "MailItemsAccessed" => record
            .with(
                "OperationProperties",
                pairs(&[("MailAccessType", "Sync"), ("IsThrottled", "False")]),
            )
            .with(
                "Item",
                json!({"Id": scene.exchange_id(), "ParentFolder": folder(scene)}),
            ),
        "ModifyFolderPermissions" => record.with("Item", permissions(scene)),
        "MailboxLogin" => record,
        "Update" => record.with("Item", message(scene)).with(
            "ModifiedProperties",
            json!(["RecipientTable", "ChangeHighlight", "NormalizedSubject"]),
        ),
        "SendAs" => with_principal(record, scene, "SendAsUserSmtp"),
        "SendOnBehalf" => with_principal(record, scene, "SendOnBehalfOfUserSmtp"),
        _ => record.with("Item", message(scene)),
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
    let record = base(scene, operation, 3);
    let items: Vec<Value> = (0..scene.number(1, 8)).map(|_| affected(scene)).collect();
    record
        .with("CrossMailboxOperation", false)
        .with("Folder", folder(scene))
        .with("AffectedItems", items)
        .with_some(
            "DestFolder",
            (operation != "SoftDelete" && operation != "HardDelete").then(|| folder(scene)),
        )
}

/// Items read within some minutes, told together. The address is in `ClientIPAddress` only.
pub(super) fn aggregated(scene: &mut Scene<'_>) -> Record {
    let record = base(scene, "MailItemsAccessed", 50).without("ClientIP");
    let folders: Vec<Value> = (0..scene.number(1, 4))
        .map(|_| folder_items(scene))
        .collect();
    let count: usize = folders
        .iter()
        .filter_map(|folder| folder["FolderItems"].as_array())
        .map(Vec::len)
        .sum();
    let throttled = if scene.chance(0.02) { "True" } else { "False" };
    record
        .with(
            "OperationProperties",
            pairs(&[("MailAccessType", "Bind"), ("IsThrottled", throttled)]),
        )
        .with("OperationCount", count)
        .with("Folders", folders)
}

fn base(scene: &mut Scene<'_>, operation: &str, record_type: u32) -> Record {
    let user = scene.user();
    // A colleague's or an administrator's look into another's mailbox.
    let delegated = scene.chance(0.03);
    let owner = if delegated { scene.anyone() } else { user };
    let &(info, process, version) = scene.weighted(&CLIENTS);
    let address = scene.address(user);
    let app = *scene.pick(&APPS);
    let with_app = scene.chance(0.4);
    let result = if scene.chance(0.02) {
        "PartiallySucceeded"
    } else {
        "Succeeded"
    };
    Record::new(scene, operation, record_type, "Exchange", &user.by_puid())
        .with("ResultStatus", result)
        .with("ClientIP", address.as_str())
        .with("ClientIPAddress", address)
        .with("ClientInfoString", info)
        .with_some(
            "ClientProcessName",
            (!process.is_empty()).then_some(process),
        )
        .with_some("ClientVersion", (!version.is_empty()).then_some(version))
        .with(
            "ClientRequestId",
            format!("{{{}}}", scene.guid().to_uppercase()),
        )
        .with("AppId", if with_app { app.1 } else { "" })
        .with("ClientAppId", "")
        .with_all(mailbox(scene, user, owner))
}

fn mailbox(scene: &mut Scene<'_>, user: &User, owner: &User) -> Value {
    let logon_type = if user.upn == owner.upn { 0 } else { 2 };
    let server = scene.pick(&scene.population.exchange_servers).clone();
    json!({
        "ExternalAccess": false, "InternalLogonType": 0, "LogonType": logon_type, "LogonUserSid": user.sid,
        "MailboxGuid": owner.mailbox, "MailboxOwnerSid": owner.sid, "MailboxOwnerUPN": owner.upn,
        "OrganizationName": DOMAIN, "OriginatingServer": format!("{server}\r\n"), "SessionId": scene.guid(),
    })
}

fn folder(scene: &mut Scene<'_>) -> Value {
    let path = *scene.pick(&FOLDERS);
    json!({"Id": scene.exchange_id(), "Path": path, "Name": path.rsplit('\\').next()})
}

fn permissions(scene: &mut Scene<'_>) -> Value {
    let member = scene.anyone();
    let mut folder = folder(scene);
    folder["MemberRights"] = json!("ReadAny, Visible, FreeBusySimple, FreeBusyDetailed");
    folder["MemberSid"] = json!(member.sid);
    folder["MemberUpn"] = json!(member.upn);
    json!({"Id": scene.exchange_id(), "ParentFolder": folder})
}

fn message(scene: &mut Scene<'_>) -> Value {
    let mut item = json!({
        "Id": if scene.chance(0.3) { "Unknown".to_owned() } else { scene.exchange_id() },
        "InternetMessageId": scene.message_id(), "ParentFolder": folder(scene),
        "SizeInBytes": scene.number(900, 9_000_000), "Subject": scene.subject(), "IsRecord": false,
    });
    if scene.chance(0.3) {
        item["Attachments"] = json!(attachments(scene));
    }
    item
}

fn attachments(scene: &mut Scene<'_>) -> String {
    let count = scene.number(1, 4);
    let names: Vec<String> = (0..count)
        .map(|_| {
            format!(
                "{} ({}b)",
                scene.document().name,
                scene.number(500, 900_000)
            )
        })
        .collect();
    names.join("; ")
}

fn affected(scene: &mut Scene<'_>) -> Value {
    let mut item = json!({
        "Id": scene.exchange_id(), "InternetMessageId": scene.message_id(), "ParentFolder": folder(scene),
        "Subject": scene.subject(),
    });
    if scene.chance(0.25) {
        item["Attachments"] = json!(attachments(scene));
    }
    item
}

fn folder_items(scene: &mut Scene<'_>) -> Value {
    let count = scene.number(0, 9);
    let items: Vec<Value> = (0..count)
        .map(|_| {
            json!({
                "InternetMessageId": scene.message_id(), "SizeInBytes": scene.number(900, 900_000),
                "ClientRequestId": scene.guid(),
            })
        })
        .collect();
    json!({"FolderItems": items, "Id": scene.exchange_id(), "Path": scene.pick(&FOLDERS)})
}

fn with_principal(record: Record, scene: &mut Scene<'_>, name: &str) -> Record {
    let user = scene.anyone();
    let guid = name.replace("Smtp", "MailboxGuid");
    record
        .with("Item", message(scene))
        .with(name, user.upn.as_str())
        .with(&guid, user.mailbox.as_str())
}
