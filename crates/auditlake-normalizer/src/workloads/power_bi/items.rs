//! What an operation is about: the item that it names, and the items around it.

use std::borrow::Cow;
use std::iter;

use super::super::Thing;
use crate::class::WEB_RESOURCES_ACTIVITY;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::{at, list};
use crate::things::{self, thing};

/// Items that have members of their own; the last is any other.
pub(super) const THINGS: &[Thing] = &[
    thing("Report", &["ReportName"], &["ReportId"]),
    thing("Tile", &["TileText"], &[]),
    thing("Dashboard", &["DashboardName"], &["DashboardId"]),
    thing("Dataset", &["DatasetName"], &["DatasetId"]),
    thing("Dataflow", &["DataflowName"], &["DataflowId"]),
    thing("App", &["AppName"], &["AppId"]),
    thing(
        "Template App",
        &["TemplatePackageName"],
        &["TemplateAppObjectId"],
    ),
    thing(
        "Deployment Pipeline",
        &["DeploymentPipelineDisplayName"],
        &["DeploymentPipelineObjectId"],
    ),
    thing("Import", &["ImportDisplayName"], &["ImportId"]),
    thing(
        "Gateway",
        &["GatewayName"],
        &["GatewayId", "GatewayClusterId"],
    ),
    thing("Datasource", &[], &["DatasourceId"]),
    thing(
        "Custom Visual Resource",
        &[],
        &["CustomVisualAccessTokenResourceId"],
    )
    .at(&["CustomVisualAccessTokenSiteUri"]),
    thing(
        "Workspace",
        &["WorkspaceName", "FolderDisplayName"],
        &["WorkspaceId", "FolderObjectId"],
    ),
    thing("Capacity", &["CapacityName"], &["CapacityId"]),
    ITEM,
];

/// The item, where its kind has no members of its own: a lakehouse, a notebook.
const ITEM: Thing = thing("Item", ITEM_NAMES, ITEM_UIDS).of_kind(ITEM_KINDS);

const ITEM_NAMES: &[&str] = &["ArtifactName", "ObjectDisplayName", "ItemName"];
const ITEM_UIDS: &[&str] = &["ArtifactId", "ArtifactObjectId", "ItemId", "ObjectId"];
const ITEM_KINDS: &[&str] = &["ArtifactKind", "ObjectType"];

/// An app whose name only the item's members hold: an app that was created, updated or published.
const APP_OF_ITEM: Thing = thing("App", ITEM_NAMES, &["AppId"]);

/// Names what the operation is about, and around it what else the record names.
pub(super) fn set(event: &mut Event<'_, '_>) {
    let target = target(event.record);
    let others = THINGS
        .iter()
        .filter(|thing| thing.kind != target.kind && thing.kind != ITEM.kind);
    things::set_in_order(event, iter::once(target).chain(others), set_details);
    take_echoes(event, target);
    add_datasets(event);
    add_copy(event);
}

/// The item that the record names: a thing with members of its own, where it is one.
fn target(record: &Record<'_>) -> &'static Thing {
    let known = THINGS.iter().find(|thing| is_item(record, thing));
    let names_app = record.text("AppId").is_some() && record.text("AppName").is_none();
    known.unwrap_or(if names_app { &APP_OF_ITEM } else { &ITEM })
}

/// Whether the item that the record names is this thing: by its identifier, or by its name unless it is of another kind.
fn is_item(record: &Record<'_>, thing: &Thing) -> bool {
    let of_kind = things::first(record, ITEM_KINDS).is_none_or(|(_, kind)| kind == thing.kind);
    thing.kind != ITEM.kind
        && (agree(record, thing.uids, ITEM_UIDS)
            || of_kind && agree(record, thing.names, ITEM_NAMES)
            || of_kind && agree(record, thing.names, &["ObjectId"]))
}

/// Whether one of these members says what one of those says.
fn agree(record: &Record<'_>, these: &[&str], those: &[&str]) -> bool {
    let said: Vec<_> = those.iter().filter_map(|m| record.text(m)).collect();
    these
        .iter()
        .filter_map(|member| record.text(member))
        .any(|text| said.contains(&text))
}

/// What the record says of the target beside its name.
fn set_details(event: &mut Event<'_, '_>) {
    let record = event.record;
    let details = [
        "SharingInformation",
        "OrgAppPermission",
        "UserInformation",
        "ExportedArtifactInfo",
    ];
    let found = details
        .into_iter()
        .find_map(|member| Some((member, record.raw(member)?)));
    if let Some((member, raw)) = found
        && event.set(at!("web_resources.data"), raw)
    {
        record.take(member);
    }
    set_label(event);
}

/// The sensitivity label, or the classification that a dashboard has.
fn set_label(event: &mut Event<'_, '_>) {
    let record = event.record;
    let changed = record.object("SensitivityLabelEventData");
    let label = record
        .text("SensitivityLabelId")
        .or_else(|| changed?.text("SensitivityLabelId"));
    let class = record.text("DataClassification");
    if label.is_none() && class.is_none() {
        return;
    }
    let added = event.element(list!("web_resources.data_classifications"), |event| {
        event.set_some(at!("web_resources.data_classifications.uid"), label);
        event.set_some(
            at!("web_resources.data_classifications.confidentiality"),
            class,
        );
        event.set(
            at!("web_resources.data_classifications.confidentiality_id"),
            99_u8,
        );
    });
    if added {
        record.take("SensitivityLabelId");
        record.take("DataClassification");
    }
}

/// Members that say again what the target's own members say.
fn take_echoes(event: &Event<'_, '_>, target: &Thing) {
    let record = event.record;
    if !event.has(at!("web_resources.type")) && !event.has(at!("resources.type")) {
        return;
    }
    let held: Vec<Cow<'_, str>> = record
        .members()
        .iter()
        .filter(|member| record.is_taken(&member.key))
        .filter_map(|member| record.text(&member.key))
        .chain([Cow::Borrowed(target.kind)])
        .collect();
    let echoes = [ITEM_NAMES, ITEM_UIDS, ITEM_KINDS];
    for member in echoes.into_iter().flatten() {
        if record.text(member).is_some_and(|text| held.contains(&text)) {
            record.take(member);
        }
    }
}

/// The semantic models that an item is built on, where they are a list.
fn add_datasets(event: &mut Event<'_, '_>) {
    let record = event.record;
    let datasets = record.objects("Datasets");
    if event.class.uid != WEB_RESOURCES_ACTIVITY.uid || datasets.is_empty() {
        return;
    }
    let mut whole = true;
    for dataset in &datasets {
        let added = event.element(list!("web_resources"), |event| {
            event.set_some(at!("web_resources.name"), dataset.text("DatasetName"));
            event.set_some(at!("web_resources.uid"), dataset.text("DatasetId"));
            event.set(at!("web_resources.type"), "Dataset");
        });
        whole &= added && dataset.has_only(&["DatasetName", "DatasetId"]);
    }
    if whole && record.array("Datasets").len() == datasets.len() {
        record.take("Datasets");
    }
}

/// The report that a copy made.
fn add_copy(event: &mut Event<'_, '_>) {
    let record = event.record;
    let added = event.element(list!("web_resources_result"), |event| {
        event.copy("CopiedReportName", at!("web_resources_result.name"));
        event.copy("CopiedReportId", at!("web_resources_result.uid"));
        if record.is_taken("CopiedReportName") || record.is_taken("CopiedReportId") {
            event.set(at!("web_resources_result.type"), "Report");
        }
    });
    if !added {
        record.give_back("CopiedReportName");
        record.give_back("CopiedReportId");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_item_is_known_by_its_identifier_then_by_its_name_and_kind() {
        for (json, expected) in [
            (
                r#"{"ReportName":"A","DatasetName":"A","ItemName":"A"}"#,
                "Report",
            ),
            (
                r#"{"ReportName":"A","DatasetName":"B","ObjectId":"B"}"#,
                "Dataset",
            ),
            (
                r#"{"ReportId":"1","DatasetId":"2","ArtifactId":"2"}"#,
                "Dataset",
            ),
            (
                r#"{"ReportName":"A","DatasetName":"A","ItemName":"A","ArtifactKind":"Dataset"}"#,
                "Dataset",
            ),
            (
                r#"{"WorkspaceName":"A","ObjectDisplayName":"A","ObjectType":"Lakehouse"}"#,
                "Item",
            ),
            (r#"{"WorkspaceName":"A","ItemName":"A"}"#, "Workspace"),
            (r#"{"ItemName":"A","AppId":"1"}"#, "App"),
            (r#"{"ItemName":"A","AppId":"1","AppName":"B"}"#, "Item"),
            ("{}", "Item"),
        ] {
            let found = Record::parse(json).map(|record| target(&record).kind);
            assert_eq!(found.ok(), Some(expected), "{json}");
        }
    }
}
