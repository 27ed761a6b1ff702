//! Security & compliance center, alerts, eDiscovery and audit searches (schema page, "Security and Compliance Center
//! schema", "Security and Compliance Alerts schema"): record types 18, 52, 40, 24 and 295.

use serde_json::json;

use super::population::Actor;
use super::record::Record;
use super::scene::Scene;

/// A cmdlet; its parameters are one string here.
pub(super) fn cmdlet(scene: &mut Scene<'_>) -> Record {
    const CMDLETS: [(&str, &str); 5] = [
        (
            "Get-RoleGroupMember",
            "-Identity \"OrganizationManagement\"",
        ),
        (
            "Set-Label",
            "-Identity \"Confidential\" -Tooltip \"For employees only\"",
        ),
        (
            "New-ComplianceSearch",
            "-Name \"Case 7\" -ExchangeLocation \"All\"",
        ),
        (
            "Set-ProtectionAlert",
            "-Identity \"Malware\" -Disabled \"True\"",
        ),
        ("Get-DlpCompliancePolicy", ""),
    ];
    let &(operation, parameters) = scene.pick(&CMDLETS);
    let admin = scene.admin();
    let start = scene.earlier(2);
    Record::new(scene, operation, 18, "SecurityComplianceCenter", &admin.by_upn().into_admin())
        .with("ResultStatus", *scene.pick(&["Success", "success", "Failed"]))
        .with("ObjectId", "")
        .with_all(json!({
            "SecurityComplianceCenterEventType": 0, "ClientApplication": "EMC", "CmdletVersion": "16.00.3600.000",
            "EffectiveOrganization": super::population::DOMAIN, "NonPIIParameters": parameters,
            "Parameters": parameters,
            "StartTime": start, "UserServicePlan": "",
        }))
}

/// What the portal asks in the background.
pub(super) fn insight(scene: &mut Scene<'_>) -> Record {
    let (operation, kind) = *scene.pick(&[
        ("ValidaterbacAccessCheck", "rbacAccessCheck"),
        ("SearchMtpStatus", "MtpStatus"),
        ("SearchAlert", "Alert"),
    ]);
    let mut actor = scene.admin().by_upn();
    actor.user_type = 5;
    let url = format!(
        "/DataInsights/DataInsightsService.svc/validate/{kind}?tenantid={}",
        scene.organization
    );
    Record::new(scene, operation, 52, "SecurityComplianceCenter", &actor).with_all(json!({
        "AadAppId": "80ccca67-54bd-44ab-8625-4b79c4dc7775", "DataType": kind, "RelativeUrl": url,
        "ResultCount": scene.number(0, 40).to_string(), "DatabaseType": "DataInsights",
    }))
}

/// An alert, or one of its entities; the details are JSON in a string.
pub(super) fn alert(scene: &mut Scene<'_>) -> Record {
    let operation = *scene.weighted(&[
        (3, "AlertTriggered"),
        (4, "AlertEntityGenerated"),
        (1, "AlertUpdated"),
    ]);
    let user = scene.anyone();
    let (name, severity, what) = *scene.pick(&[
        (
            "Creation of forwarding/redirect rule",
            "Informational",
            "MailRedirect",
        ),
        (
            "Email messages containing malicious URL removed after delivery\u{200b}",
            "Informational",
            "Zap",
        ),
        (
            "Elevation of Exchange admin privilege",
            "Low",
            "AddRoleGroupMember",
        ),
        (
            "Suspicious email sending patterns detected",
            "Medium",
            "Sending",
        ),
        ("User clicked a malicious URL", "High", "UrlClick"),
    ]);
    let id = scene.guid();
    let data = json!({
        "etype": "User", "eid": user.upn, "op": what, "tid": scene.organization,
        "ts": format!("{}.0000000Z", scene.earlier(60)),
        "te": format!("{}.0000000Z", scene.time()), "tdc": "1", "lon": "Protection", "sip": null, "aii": id,
    });
    let actor = Actor::system("SecurityComplianceAlerts", 4, "SecurityComplianceAlerts");
    let record = Record::new(scene, operation, 40, "SecurityComplianceCenter", &actor)
        .with("ResultStatus", "Succeeded")
        .with("ObjectId", id.as_str())
        .with_all(json!({
            "AlertId": id, "AlertLinks": [{"AlertLinkHref": ""}], "AlertType": "System",
            "Category": "ThreatManagement",
            "Comments": "New alert", "Data": data.to_string(), "Name": name, "PolicyId": scene.id_of(name),
            "Severity": severity, "Source": "Office 365 Security & Compliance", "Status": "Active",
        }));
    if operation == "AlertEntityGenerated" {
        return record
            .with("AlertEntityId", user.upn.as_str())
            .with("EntityType", "User");
    }
    record
}

/// eDiscovery and searches of the audit log itself.
pub(super) fn discovery(scene: &mut Scene<'_>) -> Record {
    let admin = scene.admin();
    let start = scene.earlier(10);
    let (operation, record_type, workload) = *scene.pick(&[
        ("SearchCreated", 24, "SecurityComplianceCenter"),
        ("SearchStarted", 24, "SecurityComplianceCenter"),
        ("CaseAdded", 24, "SecurityComplianceCenter"),
        ("SearchExportDownloaded", 24, "SecurityComplianceCenter"),
        ("AuditSearchCreated", 295, "Compliance"),
    ]);
    Record::new(scene, operation, record_type, workload, &admin.by_upn().into_admin())
        .with("ObjectId", "Case 7")
        .with("ExtendedProperties", super::scene::pairs(&[("CaseId", &scene.id_of("Case 7")), ("SearchId", &scene.deed_id("search"))]))
        .with_all(json!({
            "Case": "Case 7", "ExchangeLocations": "All", "PublicFolderLocations": "", "SharepointLocations": "All",
            "Query": "subject:\"price list\" AND (from:fabrikam.example)", "StartTime": start, "RecordNumber": 1,
        }))
}
