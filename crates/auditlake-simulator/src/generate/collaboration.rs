//! Forms, Planner, Viva Engage, Project, To Do, Stream, Sway and Whiteboard-like services (schema page, "Microsoft
//! Forms schema", "Microsoft Planner schema", "Viva Engage schema"): record types 66, 188, 190, 22, 35, 202 and more.

use serde_json::json;

use super::record::Record;
use super::scene::Scene;

/// One of them.
pub(super) fn activity(scene: &mut Scene<'_>) -> Record {
    let make: fn(&mut Scene<'_>) -> Record = *scene.weighted(&[
        (25, forms as fn(&mut Scene<'_>) -> Record),
        (35, planner),
        (25, yammer),
        (5, project),
        (10, other),
    ]);
    make(scene)
}

fn forms(scene: &mut Scene<'_>) -> Record {
    let operation = *scene.pick(&[
        "CreateForm",
        "EditForm",
        "ViewForm",
        "SubmitResponse",
        "ExportForm",
        "AnonymousLinkOpened",
    ]);
    let user = scene.user();
    let mut actor = user.by_object_id();
    if operation == "SubmitResponse" && scene.chance(0.5) {
        actor.id = format!(
            "urn:forms:external#{}@forms.office.com",
            scene.hex(32).to_lowercase()
        );
    }
    let ip = scene.client_ip(user);
    let form = scene
        .id_of(("form", scene.deed % 12))
        .replace('-', "")
        .repeat(2);
    Record::new(scene, operation, 66, "MicrosoftForms", &actor)
        .with_some("ClientIP", ip)
        .with_all(json!({
            "FormsUserTypes": [scene.number(0, 5)], "FormTypes": [0], "SourceApp": "OfficeForms",
            "FormId": form, "FormName": "Lunch survey",
            "ObjectId": form, "ActivityParameters": "{\"ResponseId\":\"1\"}", "FormType": "Form",
        }))
}

/// Planner writes results as numbers from 1 to 3.
fn planner(scene: &mut Scene<'_>) -> Record {
    let (operation, record_type) = *scene.pick(&[
        ("TaskModified", 190),
        ("TaskRead", 190),
        ("TaskCreated", 190),
        ("PlanRead", 188),
        ("PlanModified", 188),
    ]);
    let user = scene.user();
    let (id, plan) = (scene.token(28), scene.deed_id("plan"));
    Record::new(scene, operation, record_type, "Planner", &user.by_object_id())
        .with("ResultStatus", scene.number(1, 4))
        .with_all(json!({"ObjectId": id, "PlanId": plan, "ContainerType": 2, "ContainerId": scene.site().group}))
}

fn yammer(scene: &mut Scene<'_>) -> Record {
    let operation = *scene.pick(&[
        "MessageViewed",
        "GroupCreation",
        "FileVisited",
        "MessageCreated",
        "GroupDeletion",
    ]);
    let user = scene.user();
    let ip = scene.client_ip(user);
    let yammer_id = scene.seed_for(("yammer", &user.upn)) % 100_000_000_000;
    let record = Record::new(scene, operation, 22, "Yammer", &user.by_puid());
    record
        .with_some("ClientIP", ip)
        .with("ResultStatus", "TRUE")
        .with_all(json!({
            "ActorUserId": user.upn, "ActorYammerUserId": yammer_id,
            "YammerNetworkId": 5_846_122_497_i64,
            "GroupName": "Company news", "MessageId": scene.number(1_000_000_000, 99_000_000_000),
            "ObjectId": "Company news", "VersionId": null,
        }))
}

fn project(scene: &mut Scene<'_>) -> Record {
    let user = scene.user();
    let id = scene.guid();
    let operation = *scene.pick(&["ProjectAccessed", "ProjectPublished"]);
    Record::new(scene, operation, 35, "Project", &user.by_membership())
        .with("Entity", "Project")
        .with("Action", "Accessed")
        .with("OnBehalfOfResId", id)
}

fn other(scene: &mut Scene<'_>) -> Record {
    let (operation, record_type, workload) = *scene.pick(&[
        ("TaskCreated", 202, "MicrosoftTodo"),
        ("StreamInvokeVideoView", 32, "MicrosoftStream"),
        ("SwayViewed", 12, "Sway"),
        ("PulseSubmit", 280, "VivaPulse"),
        ("CourseViewed", 265, "VivaLearning"),
        ("ShiftsAdded", 73, "MicrosoftTeamsShifts"),
        ("OfficeScriptRun", 131, "OfficeScripts"),
    ]);
    let user = scene.user();
    let id = scene.guid();
    Record::new(
        scene,
        operation,
        record_type,
        workload,
        &user.by_object_id(),
    )
    .with("ObjectId", id)
    .with("EventName", operation)
}
