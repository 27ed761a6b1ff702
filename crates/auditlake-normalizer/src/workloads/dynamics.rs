//! Dynamics 365 and Dataverse (record types 21, 278).
//!
//! *What it covers:* reads, queries, exports and changes of rows in Dataverse, by apps of Dynamics 365 and others; shares of
//! rows and security roles; Business Central.
//! *Mapping:* Datastore Activity: the table, the database that is the organization, the text of the query. `Message`, the
//! name of the request to Dataverse, decides the activity and is the API operation.
//! *Deliberate:* what Microsoft reads as "read multiple" is a query. Exports to Excel, shares of rows, and what changes
//! security roles or who has them are of severity Medium.
//! *Left out:* the row (`EntityId`, `PrimaryFieldValue`), the values that were written (`Fields`) and the rows that a query
//! found (`QueryResults`): the class has no place for rows, they stay in `unmapped`.

use super::{
    Decided, Decision, Mapping, Operation, Otherwise, Workload, canonical, derived, find, op, text,
};
use crate::actor::{self, is_guid};
use crate::class::{APPLICATION_LIFECYCLE, DATASTORE_ACTIVITY as DATA, USER_ACCESS};
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::at;
use crate::verbs;
use crate::workloads::activity::OTHER;

/// Dataverse.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "dynamics",
    name: "Dynamics 365 and Dataverse",
    record_types: &[21, 278],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &DATA,
        activity: None,
    },
    fields: FIELDS,
    things: &[],
    refine,
    map,
};

const READ: u8 = 1;
const UPDATE: u8 = 2;
const QUERY: u8 = 4;
const WRITE: u8 = 5;
const CREATE: u8 = 6;
const DELETE: u8 = 7;

/// Requests by name; Microsoft's list of what it reads as "read" and "read multiple" after them.
#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["Create", "CreateMultiple"], &DATA, CREATE),
    op(&["Retrieve"], &DATA, READ),
    op(&["Update", "UpdateMultiple", "Assign", "Merge", "SetState", "SetStateDynamicEntity", "Win", "Lose", "QualifyLead", "CloseIncident"], &DATA, UPDATE),
    op(&["Upsert", "UpsertMultiple"], &DATA, WRITE),
    op(&["Delete", "DeleteMultiple", "BulkDelete"], &DATA, DELETE),
    op(&["Associate", "Disassociate"], &DATA, OTHER),
    op(&["ExportToExcel", "ExportDynamicToExcel"], &DATA, QUERY).sensitive(),
    op(&["GrantAccess", "ModifyAccess", "RevokeAccess", "AddPrivilegesRole", "ReplacePrivilegesRole", "RemovePrivilegeRole", "AddMembersTeam", "RemoveMembersTeam", "SetParentSystemUser"], &DATA, UPDATE).sensitive(),
    // Operations of Power Apps and Power Automate, which some exports file here.
    op(&["CreateFlow", "CreatePowerApp"], &APPLICATION_LIFECYCLE, 1),
    op(&["DeleteFlow", "DeletePowerApp"], &APPLICATION_LIFECYCLE, 2),
    op(&["LaunchPowerApp"], &APPLICATION_LIFECYCLE, 3),
    op(&["EditFlow", "UpdatePowerApp", "PublishPowerApp", "ImportNewCanvasApp", "ImportExistingCanvasApp", "PatchPowerApp", "PromotePowerAppVersion", "MarkPowerAppAsFeatured", "MarkPowerAppAsHero"], &APPLICATION_LIFECYCLE, 8),
    op(&["PutPermissions", "PowerAppPermissionEdited"], &USER_ACCESS, 1),
    op(&["DeletePermissions", "PowerAppPermissionDeleted"], &USER_ACCESS, 2),
    op(&["RecordScopesConsent"], &USER_ACCESS, 1).sensitive(),
    op(&["RetrieveMultiple*", "RollUp*", "RetrieveEntitiesForAggregateQuery*", "RetrieveRecordWall*", "RetrievePersonalWall*", "ExecuteFetch*", "Search*"], &DATA, QUERY),
    op(&["Retrieve*", "Get*", "Export*"], &DATA, READ),
];

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("EntityName", at!("table.name")),
    text("CrmOrganizationUniqueName", at!("database.name")),
    text("InstanceUrl", at!("database.uid")),
    text("ItemUrl", at!("http_request.url.url_string")),
    text("Message", at!("api.operation")),
    derived("Query", at!("query_info.query_string"), "the filter of the FetchXML"),
    derived("CorrelationId", at!("query_info.uid"), "of a record with a query"),
    derived("Message", at!("query_info.name"), "where such a record has no `CorrelationId`"),
    derived("ServiceName", at!("api.service.name"), ""),
    derived("UserUpn", at!("actor.user.name"), "where `UserId` is the identifier of the account"),
];

/// Tables whose rows are security roles, or who has them.
const SECURITY_TABLES: &[&str] = &[
    "role",
    "roleprivileges",
    "systemuserroles",
    "teamroles",
    "fieldsecurityprofile",
    "systemuserprofiles",
    "teammembership",
];

/// The request decides; the operation of a record may be no more than that something was done.
fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let named = record.text("Message").map(|message| by_message(&message));
    let decision = named.unwrap_or(decision);
    let writes = !matches!(decision.activity, READ | QUERY);
    let table = record.text("EntityName").unwrap_or_default();
    let on_security = SECURITY_TABLES
        .iter()
        .any(|t| t.eq_ignore_ascii_case(&table));
    Decision {
        sensitive: decision.sensitive || (writes && on_security),
        ..decision
    }
}

fn by_message(message: &str) -> Decision {
    let by_verb = || Decision::new(&DATA, verbs::activity(&DATA, message), Decided::Verb);
    find(OPERATIONS, &canonical(message)).unwrap_or_else(by_verb)
}

fn map(event: &mut Event<'_, '_>) {
    let record = event.record;
    set_database(event);
    set_query(event);
    event.copy("ServiceName", at!("api.service.name"));
    if record.text("ItemType").is_some() && record.text("ItemType") == record.text("EntityName") {
        record.take("ItemType");
    }
    set_person(event);
}

fn set_database(event: &mut Event<'_, '_>) {
    let record = event.record;
    if ["CrmOrganizationUniqueName", "InstanceUrl"]
        .iter()
        .any(|member| record.text(member).is_some())
    {
        event.set_id(
            at!("database.type_id"),
            at!("database.type"),
            (99, "Dataverse"),
        );
    }
}

/// A query needs a name or an identifier to be one.
fn set_query(event: &mut Event<'_, '_>) {
    let record = event.record;
    let said = record.text("Query").filter(|query| query != "N/A");
    if said.is_none() || !event.copy("Query", at!("query_info.query_string")) {
        return;
    }
    let correlation = record.text("CorrelationId");
    if !event.set_some(at!("query_info.uid"), correlation) {
        event.set_some(at!("query_info.name"), record.text("Message"));
    }
}

/// The person by their principal name, where `UserId` is an identifier.
fn set_person(event: &mut Event<'_, '_>) {
    let record = event.record;
    let id = record.text("UserId");
    let Some(upn) = record.text("UserUpn") else {
        return;
    };
    if id.as_ref() == Some(&upn) {
        record.take("UserUpn");
    } else if id.as_deref().is_none_or(is_guid) {
        actor::set_name(event, actor::ACTOR, upn);
        record.take("UserUpn");
        if event.set_some(actor::ACTOR.uid, id.clone()) {
            record.take("UserId");
        }
        if record.text("UserKey") == id {
            record.take("UserKey");
        }
        if record.text("UserType").is_some_and(|kind| kind == "0") {
            event.set_id(actor::ACTOR.type_id, actor::ACTOR.type_, actor::USER);
            record.take("UserType");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_decides_before_the_operation() {
        for (json, expected) in [
            (r#"{"Message":"RetrieveMultiple"}"#, (QUERY, false)),
            (r#"{"Message":"RetrieveMultipleRequest"}"#, (QUERY, false)),
            (r#"{"Message":"RetrieveAllEntities"}"#, (READ, false)),
            (r#"{"Message":"ExportToExcel"}"#, (QUERY, true)),
            (
                r#"{"Message":"create","EntityName":"account"}"#,
                (CREATE, false),
            ),
            (
                r#"{"Message":"Create","EntityName":"Role"}"#,
                (CREATE, true),
            ),
            (
                r#"{"Message":"Retrieve","EntityName":"role"}"#,
                (READ, false),
            ),
            (r#"{"Message":"msdyn_Sing"}"#, (OTHER, false)),
            (r#"{"Operation":"x"}"#, (UPDATE, false)),
        ] {
            let decision = Record::parse(json)
                .map(|record| refine(&record, Decision::new(&DATA, UPDATE, Decided::Verb)))
                .map(|decision| (decision.activity, decision.sensitive));
            assert_eq!(decision.ok(), Some(expected), "{json}");
        }
    }
}
