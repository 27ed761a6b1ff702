//! Power BI, Power Apps, Power Automate and Dynamics 365 (schema page, "Power BI schema", "Dynamics 365 schema"):
//! record types 20, 45, 30 and 21.

use serde_json::json;

use super::record::Record;
use super::scene::Scene;

/// Power BI, whose records have numbers as strings now and then.
pub(super) fn power_bi(scene: &mut Scene<'_>) -> Record {
    let operation = *scene.weighted(&[
        (40, "ViewReport"),
        (15, "GetDatasets"),
        (10, "ExportReport"),
        (10, "RefreshDataset"),
        (10, "CreateArtifact"),
        (5, "ShareReport"),
        (5, "PublishToWebReport"),
        (5, "GenerateScreenshot"),
    ]);
    let user = scene.user();
    let ip = scene.client_ip(user);
    let report = *scene.pick(&["Sales overview", "Umsatz", "Costs by month"]);
    let record = Record::new(scene, operation, 20, "PowerBI", &user.by_puid()).with_some("ClientIP", ip).with_all(json!({
        "Activity": operation, "ItemName": report, "WorkSpaceName": "Finance", "WorkspaceId": scene.id_of("Finance"),
        "DatasetName": report,
        "DatasetId": scene.id_of(("dataset", report)), "ReportName": report, "ReportId": scene.id_of(("report", report)), "ReportType": "PowerBIReport",
        "ObjectId": report, "IsSuccess": true, "RequestId": scene.guid(), "ActivityId": scene.request_id(),
        "DistributionMethod": "Workspace", "ConsumptionMethod": "Power BI Web", "UserAgent": user.agent.0,
        "AdditionalInfo": "{\"resourceDisplayName\":\"viewer\"}",
    }));
    if scene.chance(0.1) {
        return record
            .with("RecordType", "20")
            .with("UserType", "0")
            .with("ResultStatus", "InProgress");
    }
    record
}

/// Power Apps and Power Automate.
pub(super) fn apps_and_flows(scene: &mut Scene<'_>) -> Record {
    let (operation, record_type, workload) = *scene.weighted(&[
        (50, ("LaunchPowerApp", 45, "PowerApps")),
        (10, ("CreatePowerApp", 45, "PowerApps")),
        (5, ("PowerAppPermissionEdited", 45, "PowerApps")),
        (20, ("CreateFlow", 30, "MicrosoftFlow")),
        (10, ("EditFlow", 30, "MicrosoftFlow")),
        (5, ("DeleteFlow", 30, "MicrosoftFlow")),
    ]);
    let user = scene.user();
    let environment = format!("Default-{}", scene.organization);
    let record = Record::new(
        scene,
        operation,
        record_type,
        workload,
        &user.by_object_id(),
    )
    .with("ResultStatus", "Success");
    if record_type == 45 {
        let info = json!({"environmentName": environment, "appType": "CanvasApp"});
        return record
            .with("AppName", scene.id_of(("app", scene.deed % 20)))
            .with("AdditionalInfo", info.to_string());
    }
    record.with_all(json!({
        "FlowConnectorNames": "Office 365 Outlook, SharePoint",
        "FlowDetailsUrl": format!("https://flow.example/manage/environments/{environment}/flows/{}/details", scene.id_of(("flow", scene.deed % 40))),
        "LicenseDisplayName": "Microsoft Flow Free", "RecipientUPN": "", "SharingPermission": 2,
        "UserTypeInitiated": 1, "UserUPN": user.upn,
    }))
}

/// Dynamics 365 and Dataverse.
pub(super) fn dynamics(scene: &mut Scene<'_>) -> Record {
    let operation = *scene.pick(&[
        "RetrieveMultiple",
        "Update",
        "Create",
        "ExportToExcel",
        "UserLoggedIn",
    ]);
    let user = scene.user();
    let ip = scene.address(user);
    let record = Record::new(scene, operation, 21, "CRM", &user.by_upn());
    record.with("ClientIP", ip).with("ResultStatus", "Success").with_all(json!({
        "CrmOrganizationUniqueName": "org7f3a", "InstanceUrl": "https://contoso.crm.example/",
        "ItemUrl": "https://contoso.crm.example/main.aspx?etn=account",
        "ItemType": "PublishAll", "EntityName": "account", "EntityId": scene.guid(), "Message": operation,
        "Query": "<fetch version=\"1.0\"><entity name=\"account\"/></fetch>",
        "ServiceName": "", "SystemUserId": scene.id_of(("system", &user.upn)), "UserAgent": user.agent.0, "CorrelationId": scene.request_id(),
        "ServiceContextId": scene.organization,
        "ServiceContextIdType": "OrganizationId", "PrimaryFieldValue": "Fabrikam",
        "Fields": [{"Name": "telephone1", "Value": "555-0100"}],
    }))
}
