//! Data loss prevention (schema page, "DLP schema"): record types 13, 11, 63 and 107.

use serde_json::{Value, json};

use super::population::{Actor, User};
use super::record::Record;
use super::scene::{Scene, civil};

/// A sensitive information type: its GUID and its name.
type SensitiveType = (&'static str, &'static str);

const SENSITIVE_TYPES: [SensitiveType; 3] = [
    ("50842eb7-edc8-4019-85dd-5a5c1f2bb085", "Credit Card Number"),
    (
        "a44669fe-0d48-453d-a9b1-2cc83f2cba77",
        "U.S. Social Security Number (SSN)",
    ),
    (
        "e7dc4711-11b7-4cb0-b88b-2c394a771f0e",
        "International Banking Account Number (IBAN)",
    ),
];

/// A rule met by a message.
pub(super) fn exchange(scene: &mut Scene<'_>) -> Record {
    message(scene, 13, "Exchange")
}

/// A rule met by a chat message.
pub(super) fn teams(scene: &mut Scene<'_>) -> Record {
    message(scene, 13, "MicrosoftTeams")
}

/// A rule met by a document.
pub(super) fn sharepoint(scene: &mut Scene<'_>) -> Record {
    let user = scene.user();
    let document = scene.document(&user.onedrive());
    let path = format!(
        "{}Documents{}/{}",
        user.onedrive(),
        document.folder,
        document.name
    );
    let unique = document.id;
    let metadata = json!({
        "From": user.upn, "itemCreationTime": scene.earlier(60 * 24 * 90), "SiteCollectionGuid": user.mailbox,
        "SiteCollectionUrl": user.onedrive(), "FileName": document.name, "FileOwner": user.name, "FilePathUrl": path,
        "DocumentLastModifier": user.name, "DocumentSharer": user.name, "UniqueID": unique,
        "LastModifiedTime": scene.earlier(60 * 24), "IsViewableByExternalUsers": scene.chance(0.1),
        "FileSize": document.size, "FileID": unique, "IsVisibleOnlyToOdbOwner": false,
    });
    base(scene, user, 11, "OneDrive", &path).with("SharePointMetaData", metadata)
}

/// A rule met on a device.
pub(super) fn endpoint(scene: &mut Scene<'_>) -> Record {
    let user = scene.user();
    let document = scene.document(&user.device);
    let path = format!("C:\\Users\\{}\\Documents\\{}", user.alias, document.name);
    let operation = *scene.pick(&[
        "FileCopiedToRemovableMedia",
        "FileUploadedToCloud",
        "FilePrinted",
        "FileRenamed",
    ]);
    let metadata = json!({
        "SensitiveInfoTypeData": sensitive_info(scene), "EndpointOperation": operation, "EnforcementMode": 1,
        "TargetFilePath": path, "OriginatingDomain": "", "TargetDomain": "drive.fabrikam.example",
    });
    base(scene, user, 63, "Endpoint", &path)
        .with(
            "Operation",
            if scene.chance(0.4) {
                "DLPRuleMatch"
            } else {
                operation
            },
        )
        .with("UserId", user.upn.as_str())
        .with("ClientIP", user.home_v4.as_str())
        .with("DeviceName", user.device.as_str())
        .with("MDATPDeviceId", user.device_id.replace('-', ""))
        .with("FileExtension", document.extension)
        .with("FileType", "Document")
        .with("Sha256", document.hash.to_lowercase())
        .with("Hidden", false)
        .with("RMSEncrypted", false)
        .with("Platform", 1)
        .with("EndpointMetaData", metadata)
}

/// The match taken back: the same `Id` and policy, and yet another record.
pub(super) fn undo(matched: Record, scene: &mut Scene<'_>) -> Record {
    let rule = scene.id_of("High volume");
    matched
        .with("CreationTime", civil(scene.at))
        .with("Operation", "DlpRuleUndo")
        .with("SensitiveInfoDetectionIsIncluded", false)
        .with("ExceptionInfo", json!({
            "Reason": "Override", "FalsePositive": scene.chance(0.3), "Justification": "Agreed with the data owner",
            "Rules": [rule],
        }))
}

fn message(scene: &mut Scene<'_>, record_type: u32, workload: &str) -> Record {
    let user = scene.user();
    let (guest, message) = (scene.guest(), scene.message(user));
    let id = message.internet_id;
    let metadata = json!({
        "MessageID": id, "From": user.upn, "To": [guest.mail], "CC": [], "BCC": [], "Subject": message.subject,
        "Sent": scene.earlier(30), "RecipientCount": 1, "FileSize": message.size,
        "UniqueID": message.network_id,
    });
    base(scene, user, record_type, workload, &id).with("ExchangeMetaData", metadata)
}

fn base(
    scene: &mut Scene<'_>,
    user: &User,
    record_type: u32,
    workload: &str,
    object: &str,
) -> Record {
    let agent = Actor::system("DlpAgent", 4, "DlpAgent");
    let operation = if scene.chance(0.1) {
        "DlpInfo"
    } else {
        "DlpRuleMatch"
    };
    let record = Record::new(scene, operation, record_type, workload, &agent)
        .with("ObjectId", object)
        .with("IncidentId", scene.guid())
        .with("PolicyDetails", json!([policy(scene)]))
        .with("SensitiveInfoDetectionIsIncluded", scene.chance(0.5));
    // Sometimes the agent is named, sometimes the person.
    if scene.chance(0.6) {
        record.with("UserId", user.upn.as_str())
    } else {
        record
    }
}

fn policy(scene: &mut Scene<'_>) -> Value {
    let rules: Vec<Value> = (0..scene.number(1, 3)).map(|_| rule(scene)).collect();
    let name = *scene.pick(&["Cards", "Personal data", "Bank details"]);
    json!({"PolicyId": scene.id_of(name), "PolicyName": name, "Rules": rules})
}

fn rule(scene: &mut Scene<'_>) -> Value {
    let severity = *scene.pick(&["Low", "Medium", "High"]);
    let name = *scene.pick(&["High volume", "Low volume"]);
    json!({
        "RuleId": scene.id_of(name), "RuleName": name, "Severity": severity,
        "RuleMode": scene.pick(&["Enable", "AuditAndNotify"]),
        "Actions": ["BlockAccess", "NotifyUser", "GenerateAlert"],
        "ActionParameters": ["GenerateAlert:soc@contoso.example"],
        "ConditionsMatched": {
            "SensitiveInformation": sensitive_info(scene),
            "OtherConditions": [{"Name": "AccessScope", "Value": "IncludeExternalUsers"}],
        },
    })
}

fn sensitive_info(scene: &mut Scene<'_>) -> Value {
    let &(id, name) = scene.pick(&SENSITIVE_TYPES);
    let count = scene.number(1, 30);
    json!([{
        "Confidence": 85, "Count": count, "UniqueCount": count, "Location": "Message Body", "SensitiveType": id,
        "SensitiveInformationTypeName": name,
        "SensitiveInformationDetailedClassificationAttributes": [
            {"Confidence": 65, "Count": count, "IsMatch": false}, {"Confidence": 85, "Count": count, "IsMatch": true},
        ],
        "SensitiveInformationDetections": {
            "DetectedValues": [{"Name": "4111111111111111", "Value": "card 4111111111111111 valid until"}],
            "ResultsTruncated": false,
        },
    }])
}
