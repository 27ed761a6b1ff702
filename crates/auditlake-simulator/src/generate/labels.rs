//! Sensitivity labels, Azure Information Protection and the encrypted message portal (schema page, "MIP label schema",
//! "Azure Information Protection", "Encrypted message portal"): record types 43, 93 to 97 and 154.

use serde_json::json;

use super::record::Record;
use super::scene::{Scene, pairs};

/// A label on a message.
pub(super) fn mip_label(scene: &mut Scene<'_>) -> Record {
    let user = scene.user();
    let (message, to) = (scene.message(user), scene.anyone().upn.clone());
    Record::new(scene, "MipLabel", 43, "Exchange", &user.by_upn()).with("ObjectId", message.internet_id).with_all(json!({
        "Sender": user.upn, "Receivers": [to], "ItemName": message.subject, "LabelId": scene.id_of("Confidential"),
        "LabelName": "Confidential",
        "LabelAction": "None", "LabelAppliedDateTime": scene.earlier(60), "ApplicationMode": "Standard",
    }))
}

/// An encrypted message read by somebody outside.
pub(super) fn message_portal(scene: &mut Scene<'_>) -> Record {
    let user = scene.user();
    let (message, guest) = (scene.message(user), scene.guest());
    Record::new(scene, "MessageAccess", 154, "Exchange", &user.by_upn()).with("ResultStatus", "Success").with_all(json!({
        "AuthenticationMethod": "OTP", "AuthenticationStatus": 0, "MessageId": message.internet_id, "OperationStatus": 0,
        "Recipient": guest.mail,
        "Sender": user.upn, "OperationProperties": pairs(&[("MailSubject", &message.subject)]),
    }))
}

/// A label or a protection on a file, told by the client: nested, although the tables are flat.
pub(super) fn aip(scene: &mut Scene<'_>) -> Record {
    let (operation, record_type) = *scene.pick(&[
        ("Discover", 93),
        ("Access", 93),
        ("SensitivityLabelApplied", 94),
        ("SensitivityLabelUpdated", 94),
        ("AutoProtection", 95),
        ("FileDeleted", 96),
        ("HeartBeat", 97),
    ]);
    let user = scene.user();
    let document = scene.document(&user.device);
    let ip = scene.address(user);
    // One sample of the documentation has a blank in this name.
    let state = if scene.chance(0.1) {
        "Data State"
    } else {
        "DataState"
    };
    let record = Record::new(scene, operation, record_type, "Aip", &user.by_object_id());
    record.with("ClientIP", ip).with(state, "Use").with_all(json!({
        "ObjectId": format!("C:\\Users\\{}\\{}", user.alias, document.name), "Scope": 1, "SensitiveInfoTypeData": [],
        "Common": {
            "ApplicationId": "c00e9d32-3c8d-4a7d-832b-029040e7db99",
            "ApplicationName": "Microsoft Azure Information Protection Word Add-In",
            "ProcessName": "WINWORD", "Platform": 1, "DeviceName": user.device,
            "Location": "On-premises file shares", "ProductVersion": "2.18.68.0",
        },
        "ProtectionEventData": {
            "ProtectionEventType": 1, "ProtectionType": "Template", "TemplateId": scene.id_of("template"),
            "IsProtected": true, "IsProtectedBefore": false, "ProtectionOwner": user.upn,
        },
        "SensitivityLabelEventData": {
            "SensitivityLabelId": scene.id_of("Confidential"), "OldSensitivityLabelId": scene.id_of("General"),
            "LabelEventType": 4, "ActionSource": 3,
        },
    }))
}
