//! Defender for Office 365 and Defender for Cloud Apps (schema page, "Microsoft Defender for Office 365 and Threat
//! Investigation and Response schema", "Automated investigation and response events", "Quarantine schema"): record
//! types 28, 41, 47, 64, 65, 29 and 98.

use serde_json::json;

use super::population::Actor;
use super::record::Record;
use super::scene::Scene;

/// A message with a threat.
pub(super) fn mail(scene: &mut Scene<'_>) -> Record {
    const THREATS: [(u32, (&str, &str, &str)); 4] = [
        (60, ("Phish", "Advanced filter", "HighConfidencePhish")),
        (20, ("Spam", "General filter", "Spam")),
        (15, ("Malware", "File detonation", "SafeAttachements")),
        (5, ("Phish", "URL malicious reputation", "Phish")),
    ];
    let &(verdict, method, policy) = scene.weighted(&THREATS);
    let recipient = scene.anyone();
    let sender = format!(
        "{}@malicious{}.example",
        scene.token(7).to_lowercase(),
        scene.number(1, 30)
    );
    let message = scene.message(recipient);
    let record = threat(scene, "TIMailData", 28).with("ObjectId", scene.guid()).with_all(json!({
        "AdditionalActionsAndResults": ["OriginalDelivery: [N/A]"],
        "AuthDetails": [{"Name": "SPF", "Value": "Pass"}, {"Name": "DKIM", "Value": "Fail"}, {"Name": "DMARC", "Value": "None"}],
        "DeliveryAction": "Blocked", "DetectionMethod": method, "DetectionType": "Inline",
        "Directionality": "Inbound",
        "EventDeepLink": format!("https://security.example/?hash=/threatexplorer?messageParams={}", message.network_id),
        "InternetMessageId": message.internet_id, "LatestDeliveryLocation": "Quarantine",
        "MessageTime": scene.earlier(30),
        "NetworkMessageId": message.network_id, "OriginalDeliveryLocation": "Quarantine", "P1Sender": sender,
        "P2Sender": sender,
        "Policy": policy, "PolicyAction": "Quarantine", "Recipients": [recipient.upn],
        "SenderIp": format!("198.51.100.{}", scene.number(1, 255)), "Subject": message.subject,
        "SystemOverrides": [], "ThreatsAndDetectionTech": [format!("{verdict}: [{method}]")], "Verdict": verdict,
    }));
    if verdict == "Malware" {
        record.with("AttachmentData", json!([file_data(scene)]))
    } else {
        record
    }
}

/// A click on a link that was rewritten.
pub(super) fn url_click(scene: &mut Scene<'_>) -> Record {
    let user = scene.anyone();
    let address = scene.address(user);
    threat(scene, "TIUrlClickData", 41).with("UserId", user.upn.as_str()).with_all(json!({
        "AppName": scene.pick(&["Mail", "Teams", "Office"]), "URLClickAction": scene.number(0, 6),
        "SourceId": scene.guid(),
        "TimeOfClick": scene.earlier(20),
        "URL": format!("http://malicious{}.example/{}", scene.number(1, 30), scene.token(12)),
        "UserIp": address, "EventDeepLink": "https://security.example/",
    }))
}

/// A file with a threat.
pub(super) fn file(scene: &mut Scene<'_>) -> Record {
    let user = scene.anyone();
    let mut data = file_data(scene);
    data["DocumentId"] = json!(scene.guid());
    data["FilePath"] = json!(format!("{}Documents/", user.onedrive()));
    // The service writes this number as a string.
    data["FileSize"] = json!(scene.number(900, 9_000_000).to_string());
    threat(scene, "AtpDetection", 47).with("UserId", user.upn.as_str()).with_all(json!({
        "DetectionDate": scene.earlier(60), "DetectionMethod": "AntiMalware",
        "EventDeepLink": "https://security.example/",
        "FileData": data, "SourceWorkload": 1, "LastModifiedBy": user.upn, "LastModifiedDate": scene.earlier(600),
    }))
}

/// An automated investigation; entities and actions are JSON in strings.
pub(super) fn investigation(scene: &mut Scene<'_>) -> Record {
    let id = format!(
        "urn:ZappedUrlInvestigation:{}",
        scene.guid().replace('-', "")
    );
    let (user, start) = (scene.anyone(), scene.earlier(200));
    let data = json!({
        "Version": "3.0", "VendorName": "Microsoft", "ProviderName": "OATP", "Status": "InProgress",
        "Severity": "Low",
        "Category": "InitialAccess", "IsIncident": false,
        "Entities": [{"$id": "1", "Type": "mailbox", "MailboxPrimaryAddress": user.upn, "Urn": format!("urn:UserEntity:{}", scene.guid())}],
    });
    let action = json!({"$id": "1", "ActionId": format!("urn:EmailZapper:{}", scene.guid()), "ActionStatus": "Completed"});
    threat(scene, "AirInvestigationData", 64).with("ObjectId", id.as_str()).with_all(json!({
        "Actions": [action.to_string()], "Data": data.to_string(), "EndTimeUtc": scene.time(), "StartTimeUtc": start,
        "LastUpdateTimeUtc": scene.earlier(5), "InvestigationId": id, "InvestigationType": "ZappedUrlInvestigation",
        "InvestigationName": "Mail with malicious urls is zapped", "RunningTime": scene.number(100, 9000),
        "Status": scene.pick(&["Remediated", "Running", "Threats Found"]), "DeepLinkUrl": "https://security.example/",
    }))
}

/// A message in quarantine, looked at or released.
pub(super) fn quarantine(scene: &mut Scene<'_>) -> Record {
    let operation = *scene.pick(&[
        "QuarantinePreview",
        "QuarantineReleaseMessage",
        "QuarantineDelete",
        "QuarantineViewHeader",
    ]);
    let user = scene.anyone();
    let message = format!("{}\\{}", scene.guid(), scene.guid());
    Record::new(scene, operation, 65, "Quarantine", &user.by_upn()).with("ResultStatus", "Successful").with_all(json!({
        "NetworkMessageId": message, "RequestSource": scene.number(0, 3), "RequestType": scene.number(0, 6),
        "ReleaseTo": if operation == "QuarantineReleaseMessage" { user.upn.as_str() } else { "" },
    }))
}

/// A message reported by a user.
pub(super) fn submission(scene: &mut Scene<'_>) -> Record {
    let user = scene.anyone();
    Record::new(scene, "UserSubmission", 29, "ThreatIntelligence", &user.by_upn()).with_all(json!({
        "ObjectId": scene.guid(), "SubmissionId": scene.guid(), "SubmissionType": 1, "SubmissionState": "Resolved",
        "P1Sender": "bounce@malicious1.example", "P2Sender": "ceo@malicious1.example", "Recipients": [user.upn],
        "SenderIP": "198.51.100.9", "Subject": scene.subject(), "MessageDate": scene.earlier(600),
        "SubmissionContentType": "Mail", "ReportType": scene.pick(&["Phish", "Junk", "Not Junk"]),
    }))
}

/// An anomaly seen by Defender for Cloud Apps.
pub(super) fn cloud_app_alert(scene: &mut Scene<'_>) -> Record {
    let user = scene.anyone();
    let operation = "MCAS_ALERT_ANUBIS_DETECTION_VELOCITY";
    let record = Record::new(scene, operation, 98, "MCAS", &user.by_upn());
    record.with("ResultStatus", "New").with_all(json!({
        "ObjectId": scene.hex(24).to_lowercase(), "AlertCategory": "ANOMALY_DETECTION",
        "AlertDisplayName": "Impossible travel activity",
        "AlertDescription": format!("{} was involved in an impossible travel incident.", user.name),
        "AlertSeverity": "Medium",
        "AlertUri": "https://security.example/#/alerts/1", "Applications": [{"Name": "Microsoft SharePoint Online"}],
        "AssignedTo": null, "ActivityStartTime": scene.earlier(30), "LastUpdatedTime": scene.time(), "ItemCount": 0,
        "ClientIPs": [user.home_v6, user.home_v4],
    }))
}

fn threat(scene: &mut Scene<'_>, operation: &str, record_type: u32) -> Record {
    let actor = Actor::system("ThreatIntel", 4, "ThreatIntel");
    Record::new(scene, operation, record_type, "ThreatIntelligence", &actor)
}

fn file_data(scene: &mut Scene<'_>) -> serde_json::Value {
    json!({
        "FileName": format!("invoice{}.pdf.exe", scene.number(1, 999)), "FileType": "exe;zip", "FileVerdict": 1,
        "MalwareFamily": scene.pick(&["HTML/Phish", "Trojan_Gen_FileWithSpoofedExtension_A"]),
        "SHA256": scene.hex(64),
    })
}
